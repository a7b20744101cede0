//! Attacks on a running network, and who stops them. `make attack` plays them and prints one line for
//! each. The end-to-end tests play the same functions.
//!
//! An attack checks both sides: it is stopped, and the same thing without the hostile part works.

mod addresses;
mod client;
mod consents;
pub mod custodian;
mod destroyed;
mod expiry;
mod false_share;
mod flood;
pub mod governance;
mod interrupts;
mod keys;
mod lost_content;
mod lying_node;
mod names;
pub mod openings;
pub mod power_cuts;
pub mod print;
mod representatives;
pub mod rpc_load;
mod scene;
mod staff;
mod studies;
pub mod submission;
mod successor;
mod uploads;

pub use scene::account;

use crate::network::{Network, Options, Research};
use anyhow::{anyhow, Error, Result};
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::{Map, Value};
use std::{
	fmt,
	future::Future,
	time::{Duration, Instant},
};
use tokio::time::timeout;

/// No attack takes so long, unless something hangs.
const LONGEST: Duration = Duration::from_secs(600);

/// Who stops an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
	/// The runtime, in a block.
	Chain,
	/// The node, before the call is in its pool.
	Pool,
	/// The node.
	Node,
	/// The custodian.
	Custodian,
	/// The `vouchsafe` command of the person who is attacked.
	Client,
}

/// In what way an attack is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
	/// What the attacker asks for is refused.
	Refused,
	/// The attack has no effect.
	Withstood,
	/// The person who is attacked is told.
	Told,
}

/// How an attack was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
	/// Who stopped it.
	pub by: By,
	/// In what way.
	pub way: Way,
	/// After what: the error in words, or blocks, or seconds.
	pub how: String,
	/// The error as the attacker got it, if it differs.
	pub error: Option<String>,
}

impl Stopped {
	/// Refused by the chain.
	pub fn by_chain(how: impl Into<String>) -> Outcome {
		By::Chain.stopped(Way::Refused, how)
	}

	/// Refused by the node's pool.
	pub fn by_pool(how: impl Into<String>) -> Outcome {
		By::Pool.stopped(Way::Refused, how)
	}

	/// Refused by a custodian.
	pub fn by_custodian(how: impl Into<String>) -> Outcome {
		By::Custodian.stopped(Way::Refused, how)
	}

	/// Refused by the client of the person who is attacked.
	pub fn by_client(how: impl Into<String>) -> Outcome {
		By::Client.stopped(Way::Refused, how)
	}
}

impl By {
	/// It goes on as before.
	pub fn withstands(self, how: impl Into<String>) -> Outcome {
		self.stopped(Way::Withstood, how)
	}

	/// It tells the person who is attacked.
	pub fn tells(self, how: impl Into<String>) -> Outcome {
		self.stopped(Way::Told, how)
	}

	fn stopped(self, way: Way, how: impl Into<String>) -> Outcome {
		Outcome::Stopped(Stopped { by: self, way, how: how.into(), error: None })
	}
}

impl fmt::Display for Stopped {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let way = match self.way {
			Way::Refused => "refused",
			Way::Withstood => "withstood",
			Way::Told => "reported",
		};
		let by = match self.by {
			By::Chain => "by the chain",
			By::Pool => "by the node's pool",
			By::Node => "by the node",
			By::Custodian => "by the custodian",
			By::Client => "by the client",
		};
		write!(f, "{way} {by}: {}", self.how)
	}
}

/// The end of an attack that did not get through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
	/// It was played and stopped.
	Stopped(Stopped),
	/// It was not played, for this reason.
	NotPlayed(String),
}

impl Outcome {
	/// Adds the error as the attacker got it.
	pub fn after(mut self, error: Option<String>) -> Self {
		if let Self::Stopped(stopped) = &mut self {
			stopped.error = error;
		}
		self
	}
}

/// What an attack returns. An error is [`GotThrough`], or says why it could not be played to its end.
pub type Played = Result<Outcome>;

/// The attacker got this.
#[derive(Debug)]
pub struct GotThrough(pub String);

impl fmt::Display for GotThrough {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "got through: {}", self.0)
	}
}

impl std::error::Error for GotThrough {}

/// The error of an attack that got through: what the attacker got.
pub fn got_through(what: impl Into<String>) -> Error {
	GotThrough(what.into()).into()
}

/// Fails with [`GotThrough`] if the condition does not hold. The other arguments say what the attacker
/// got.
#[macro_export]
macro_rules! stops {
	($condition:expr, $($what:tt)+) => {
		if !$condition {
			return Err($crate::attack::got_through(format!($($what)+)));
		}
	};
}

/// Where an attack is played.
#[derive(Clone, Copy, Debug)]
pub enum Stage {
	/// On a network that other attacks use at the same time.
	Shared(for<'a> fn(&'a Network) -> BoxFuture<'a, Played>),
	/// On a network that other attacks use before and after it. It stops and starts processes, and leaves
	/// them running.
	InTurn(for<'a> fn(&'a mut Network) -> BoxFuture<'a, Played>),
	/// On a network that it starts itself, because others could not use it at the same time or afterwards.
	Own(fn() -> BoxFuture<'static, Played>),
}

/// An attack.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
	/// Its number.
	pub id: &'static str,
	/// Who the attacker is, and what the attacker does.
	pub what: &'static str,
	/// Where and how it is played.
	pub stage: Stage,
}

impl Attack {
	/// An attack that is played on a shared network.
	pub const fn shared(
		id: &'static str,
		what: &'static str,
		play: for<'a> fn(&'a Network) -> BoxFuture<'a, Played>,
	) -> Self {
		Self { id, what, stage: Stage::Shared(play) }
	}

	/// An attack that stops and starts processes of a network that others use before and after it.
	pub const fn in_turn(
		id: &'static str,
		what: &'static str,
		play: for<'a> fn(&'a mut Network) -> BoxFuture<'a, Played>,
	) -> Self {
		Self { id, what, stage: Stage::InTurn(play) }
	}

	/// An attack that starts a network of its own.
	pub const fn own(
		id: &'static str,
		what: &'static str,
		play: fn() -> BoxFuture<'static, Played>,
	) -> Self {
		Self { id, what, stage: Stage::Own(play) }
	}
}

/// The network that attacks share. Its genesis block has what they need and could only get by waiting.
pub async fn shared_network() -> Result<Network> {
	let research = Some(Research::WithNoise);
	Network::with(Options { state: Some(plant), research, ..Options::for_tests() }).await
}

/// Adds what attacks on the shared network need to the genesis block's state.
pub fn plant(state: &mut Map<String, Value>) {
	expiry::plant(state);
	keys::plant(state);
	representatives::plant(state);
}

/// Attacks on the same victim.
pub struct Group {
	/// Whom they attack.
	pub heading: &'static str,
	/// The attacks, in lists of the modules that play them.
	pub attacks: &'static [&'static [Attack]],
}

/// All attacks, by victim.
pub const GROUPS: &[Group] = &[
	Group {
		heading: "The chain: consents and staff",
		attacks: &[consents::ATTACKS, staff::ATTACKS],
	},
	Group {
		heading: "The chain: floods and the council",
		attacks: &[
			flood::ATTACKS,
			rpc_load::ATTACKS,
			governance::ATTACKS,
			openings::ATTACKS,
			expiry::ATTACKS,
		],
	},
	Group {
		heading: "A hospital's custodian",
		attacks: &[
			custodian::ATTACKS,
			uploads::ATTACKS,
			addresses::ATTACKS,
			destroyed::ATTACKS,
			false_share::ATTACKS,
			successor::ATTACKS,
		],
	},
	Group { heading: "People whom studies count", attacks: &[studies::ATTACKS] },
	Group {
		heading: "Patients for whom others act, and their keys",
		attacks: &[representatives::ATTACKS, keys::ATTACKS],
	},
	Group {
		heading: "The commands of patients and doctors",
		attacks: &[
			submission::ATTACKS,
			client::ATTACKS,
			lying_node::ATTACKS,
			interrupts::ATTACKS,
			names::ATTACKS,
			lost_content::ATTACKS,
		],
	},
];

/// All attacks, in the order of the groups.
pub fn all() -> impl Iterator<Item = &'static Attack> {
	GROUPS.iter().flat_map(Group::all)
}

impl Group {
	/// Its attacks, by their numbers.
	pub fn all(&self) -> impl Iterator<Item = &'static Attack> {
		let mut attacks: Vec<_> = self.attacks.iter().copied().flatten().collect();
		attacks.sort_by_key(|attack| attack.order());
		attacks.into_iter()
	}
}

/// How an attack ended, and how long it took.
#[derive(Debug)]
pub struct Line {
	/// The attack.
	pub attack: &'static Attack,
	/// How it ended.
	pub played: Played,
	/// How long it took.
	pub took: Duration,
}

impl Line {
	/// Whether the attacker got something, or it could not be played to its end.
	pub fn has_failed(&self) -> bool {
		self.played.is_err()
	}
}

impl Attack {
	/// Where it comes in a list: 1.10 after 1.9.
	fn order(&self) -> (u32, u32, &str) {
		let number = |text: &str| text.parse().unwrap_or(0);
		let (part, rest) = self.id.split_once('.').unwrap_or((self.id, ""));
		let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
		let (item, letter) = rest.split_at(digits);
		(number(part), number(item), letter)
	}

	/// Whether it is the attack of this number, or one of those that begin with it. `1.10` does not
	/// begin with `1.1`.
	pub fn begins_with(&self, prefix: &str) -> bool {
		let ends = |rest: &str| {
			let is_digit = |it: Option<char>| it.is_some_and(|letter| letter.is_ascii_digit());
			!(is_digit(prefix.chars().last()) && is_digit(rest.chars().next()))
		};
		self.id.strip_prefix(prefix).is_some_and(ends)
	}

	/// Waits until it has been played, and says how it ended.
	pub async fn watch(&'static self, playing: impl Future<Output = Played>) -> Line {
		let begin = Instant::now();
		let too_long = |_| Err(anyhow!("it takes longer than {} s", LONGEST.as_secs()));
		let played = timeout(LONGEST, playing).await.unwrap_or_else(too_long);
		Line { attack: self, played, took: begin.elapsed() }
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn numbered(id: &'static str) -> Attack {
		Attack::own(id, "", || Box::pin(async { Ok(Stopped::by_chain("")) }))
	}

	#[test]
	fn numbers_are_selected_whole() {
		let selected = |id, prefix| numbered(id).begins_with(prefix);
		assert!(selected("1.1a", "1.1") && selected("1.1a", "1") && selected("1.1a", "1.1a"));
		assert!(selected("1.10", "1.") && selected("1.10", "1.10") && selected("1.10", ""));
		assert!(!selected("1.10", "1.1") && !selected("1.12a", "1.1") && !selected("1.1a", "1.1b"));
		assert!(!selected("2.1", "1"));
	}

	#[test]
	fn numbers_are_in_order() {
		let ids = ["1.1a", "1.1b", "1.2", "1.9", "1.10", "1.12a", "2.1"];
		let attacks = ids.map(numbered);
		let orders: Vec<_> = attacks.iter().map(Attack::order).collect();
		assert!(orders.is_sorted(), "{orders:?}");
	}
}
