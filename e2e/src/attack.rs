//! Attacks on a running network, and who stops them. `make attack` plays them and prints one line for
//! each. The end-to-end tests play the same functions.
//!
//! An attack checks both sides: it is stopped, and the same thing without the hostile part works.

use crate::network::Network;
use anyhow::{Error, Result};
use futures::future::BoxFuture;
use serde::Serialize;
use std::{fmt, time::Duration};

pub mod lying_node;

/// Who stops an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
	/// The runtime, in a block.
	Chain,
	/// The node, before the call is in its pool.
	Pool,
	/// The node: it goes on as before.
	Node,
	/// The custodian.
	Custodian,
	/// The `vouchsafe` command of the person who is attacked.
	Client,
}

/// How an attack was stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
	/// Who stopped it.
	pub by: By,
	/// After what: the error in words, or blocks, or seconds.
	pub how: String,
}

impl Stopped {
	/// Stopped by the chain, with this error or after this much.
	pub fn by_chain(how: impl Into<String>) -> Outcome {
		By::Chain.stopped(how)
	}

	/// Refused before it was in the pool.
	pub fn by_pool(how: impl Into<String>) -> Outcome {
		By::Pool.stopped(how)
	}

	/// Had no effect on a node.
	pub fn by_node(how: impl Into<String>) -> Outcome {
		By::Node.stopped(how)
	}

	/// Refused by a custodian.
	pub fn by_custodian(how: impl Into<String>) -> Outcome {
		By::Custodian.stopped(how)
	}

	/// Refused by the client of the person who is attacked.
	pub fn by_client(how: impl Into<String>) -> Outcome {
		By::Client.stopped(how)
	}
}

impl By {
	fn stopped(self, how: impl Into<String>) -> Outcome {
		Outcome::Stopped(Stopped { by: self, how: how.into() })
	}
}

impl fmt::Display for By {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Chain => "refused by the chain",
			Self::Pool => "refused before the pool",
			Self::Node => "withstood by the node",
			Self::Custodian => "refused by the custodian",
			Self::Client => "refused by the client",
		})
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
#[derive(Clone, Copy)]
pub enum Stage {
	/// On a network that other attacks use at the same time.
	Shared(for<'a> fn(&'a Network) -> BoxFuture<'a, Played>),
	/// On a network that it starts itself, because it stops nodes or floods them.
	Own(fn() -> BoxFuture<'static, Played>),
	/// On no network. This test covers it.
	Test(&'static str),
}

/// An attack.
#[derive(Clone, Copy)]
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

	/// An attack that starts a network of its own.
	pub const fn own(
		id: &'static str,
		what: &'static str,
		play: fn() -> BoxFuture<'static, Played>,
	) -> Self {
		Self { id, what, stage: Stage::Own(play) }
	}

	/// An attack that cannot be played on a network, and the test that covers it.
	pub const fn test(id: &'static str, what: &'static str, test: &'static str) -> Self {
		Self { id, what, stage: Stage::Test(test) }
	}
}

/// Attacks on the same victim.
pub struct Group {
	/// Whom they attack.
	pub heading: &'static str,
	/// The attacks, in lists of the modules that play them.
	pub attacks: &'static [&'static [Attack]],
}

/// All attacks.
pub const GROUPS: &[Group] = &[Group {
	heading: "Clients, attacked by a node that lies to its users",
	attacks: &[lying_node::ATTACKS],
}];

/// How an attack ended, and how long it took.
pub struct Line {
	/// The attack.
	pub attack: &'static Attack,
	/// How it ended.
	pub played: Played,
	/// How long it took.
	pub took: Duration,
}
