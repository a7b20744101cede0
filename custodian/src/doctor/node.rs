//! Checks of the node: chain, blocks, states, and the institution's session keys.

use super::Finding;
use crate::{config::Config, states::States};
use codec::{DecodeAll, Encode};
use std::time::Duration;
use tokio::time::timeout;
use vouchsafe_client::{
	chain::{account_bytes, storage, AccountId, Chain, ChainError, Status, Submit, View},
	messages::Hex,
	signing::now,
};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// How old the best block may be, in seconds. An idle chain makes one every ten seconds.
pub(super) const OLD: i64 = 30;
/// How old the last final block may be.
const OLD_FINAL: i64 = 60;
/// If the node prunes so soon what the index needs, somebody should look.
const FEW_HOURS: f64 = 48.0;

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
	/// Its number.
	pub number: u32,
	/// Its time, in seconds since 1970.
	pub time: u64,
}

/// A member of the network, by the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
	/// Its account.
	pub account: AccountId,
	/// Its name.
	pub name: String,
	/// Its custodian's address, account and key.
	pub custodian: Option<(String, [u8; 32], [u8; 32])>,
}

/// An institution's session keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionKeys {
	/// Whether it is a validator.
	pub validates: bool,
	/// Whether it has registered some.
	pub registered: bool,
	/// Whether they make blocks and finalise them.
	pub in_force: bool,
	/// Whether the node has them; none if it does not tell us.
	pub held: Option<bool>,
	/// Whether it made a block in this session or the last.
	pub makes_blocks: bool,
}

/// What is known of the node and its chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
	/// The genesis block's hash.
	pub genesis: [u8; 32],
	/// Whether the chain is for development or on one machine.
	pub is_local: bool,
	/// The node's version.
	pub version: String,
	/// The runtime's version.
	pub spec_version: u32,
	/// How many peers it has.
	pub peers: usize,
	/// Whether it is catching up.
	pub is_syncing: bool,
	/// Which states it has. None if it is not known which the index needs.
	pub states: Option<States>,
	/// The best block.
	pub best: Head,
	/// The last final block.
	pub finalized: Head,
	/// This machine's clock when they were read.
	pub now: u64,
	/// How many validators there are.
	pub validators: usize,
	/// All active members.
	pub members: Vec<Member>,
	/// The account of this custodian, if it is known.
	pub account: Option<AccountId>,
	/// Which of the members has this custodian.
	pub own: Option<AccountId>,
	/// The session keys of that member.
	pub keys: SessionKeys,
}

impl Facts {
	/// The member whose custodian this is.
	pub fn own_member(&self) -> Option<&Member> {
		self.members.iter().find(|member| Some(&member.account) == self.own.as_ref())
	}

	/// Asks the node. `account` is the custodian's, and `indexed` is the last block that it has indexed, 0 if
	/// there is none.
	pub async fn gather(
		chain: &Chain,
		account: Option<AccountId>,
		indexed: Option<u32>,
	) -> Result<Self, String> {
		Self::of(chain, account, indexed).await.map_err(|error| error.to_string())
	}

	// One question after the other: see `vouchsafe_client::chain::Chain`.
	async fn of(
		chain: &Chain,
		account: Option<AccountId>,
		indexed: Option<u32>,
	) -> Result<Self, ChainError> {
		let (finalized, best) = (chain.finalized().await?, chain.best().await?);
		let heads = [
			Head { number: finalized.number, time: View::time(&finalized).await? },
			Head { number: best.number, time: View::time(&best).await? },
		];
		let now = now();
		let (peers, is_syncing) = chain.peers().await?;
		let kind = chain.chain_type().await?;
		let all = finalized.all_institutions().await?.into_iter();
		let active = all.filter(|(_, _, status, _)| *status == Status::Active);
		let members = active.map(|(account, _, _, institution)| Member {
			account,
			name: String::from_utf8_lossy(&institution.name).into_owned(),
			custodian: institution.custodian.map(|custodian| {
				let url = String::from_utf8_lossy(&custodian.url).into_owned();
				(url, account_bytes(&custodian.account), custodian.key)
			}),
		});
		let own = match &account {
			Some(account) => View::custodian_of(&finalized, account).await?,
			None => None,
		};
		let validators = finalized.read(storage::validators()).await?.unwrap_or_default();
		let keys = match &own {
			Some(own) => session_keys(chain, &finalized, own, &validators).await?,
			None => SessionKeys::default(),
		};
		let states = match indexed {
			Some(indexed) => Some(States::of(chain, 1, indexed, finalized.number).await?),
			None => None,
		};
		Ok(Self {
			genesis: chain.genesis().0,
			is_local: kind == "Development" || kind == "Local",
			version: chain.node_version().await?,
			spec_version: finalized.version.spec_version,
			peers,
			is_syncing,
			states,
			best: heads[1],
			finalized: heads[0],
			now,
			validators: validators.len(),
			members: members.collect(),
			account,
			own,
			keys,
		})
	}
}

async fn session_keys(
	chain: &Chain,
	at: &vouchsafe_client::chain::At,
	own: &AccountId,
	validators: &[AccountId],
) -> Result<SessionKeys, ChainError> {
	let validates = validators.contains(own);
	let Some(keys) = at.read(storage::session_keys(own)).await? else {
		return Ok(SessionKeys { validates, ..SessionKeys::default() });
	};
	let authors = at.read(storage::block_authors()).await?.unwrap_or_default();
	let finalise = at.read(storage::authorities()).await?.unwrap_or_default();
	let both = <([u8; 32], [u8; 32])>::decode_all(&mut &keys.encode()[..]);
	let (aura, grandpa) = both.map_err(ChainError::foreign)?;
	let attended = at.read(storage::attended()).await?.map(|it| it.made).unwrap_or_default();
	let last = at.read(storage::last_attended()).await?.unwrap_or_default();
	let now = validators.iter().zip(attended.iter().copied());
	let last = last.iter().map(|(account, made)| (account, *made));
	let makes_blocks = now.chain(last).any(|(account, made)| account == own && made > 0);
	Ok(SessionKeys {
		validates,
		registered: true,
		in_force: authors.contains(&aura) && finalise.iter().any(|(key, _)| *key == grandpa),
		held: chain.has_session_keys(&keys).await?,
		makes_blocks,
	})
}

/// Connects to the configured node.
pub async fn connect(config: &Config) -> Result<Chain, String> {
	let late = |_| format!("no connection within {} s", CONNECT.as_secs());
	let connected = timeout(CONNECT, Chain::connect(&config.chain.node)).await.map_err(late)?;
	connected.map_err(|error| error.to_string())
}

/// The findings about the node itself. `expected` is the custodian's chain.
pub fn check(url: &str, expected: Option<[u8; 32]>, facts: &Result<Facts, String>) -> Vec<Finding> {
	let facts = match facts {
		Ok(facts) => facts,
		Err(error) => {
			let mut findings = vec![Finding::bad(
				"node",
				format!("{url}: {error}"),
				"systemctl status vouchsafe-node",
			)];
			let missing = ["chain", "blocks", "states", "session keys", "registration"];
			let not_checked = |name| Finding::not_checked(name, "the node does not answer");
			findings.extend(missing.map(not_checked));
			return findings;
		},
	};
	let version = &facts.version;
	let node = match facts.peers {
		0 if facts.validators > 1 => Finding::bad(
			"node",
			"it has no peers",
			"look at the firewall and at --bootnodes: journalctl -u vouchsafe-node",
		),
		peers => Finding::good("node", format!("version {version}, {peers} peers")),
	};
	vec![node, chain(expected, facts), states(facts), keys(&facts.keys, facts), registration(facts)]
}

fn chain(expected: Option<[u8; 32]>, facts: &Facts) -> Finding {
	let found = Hex(facts.genesis);
	match expected {
		Some(expected) if expected != facts.genesis => Finding::bad(
			"chain",
			format!("the node is on the chain {found}, and the custodian on {}", Hex(expected)),
			"set chain.node to a node of the right chain",
		),
		Some(_) => Finding::good("chain", format!("genesis {found}")),
		None => Finding::warning(
			"chain",
			format!("genesis {found}; nothing says that this is the right one"),
			"set chain.genesis to the hash that your network publishes",
		),
	}
}

/// Whether blocks are made and become final. `ahead` is by how much other clocks are ahead of this one.
pub fn blocks(facts: &Facts, ahead: i64) -> Vec<Finding> {
	const NAME: &str = "blocks";
	let Head { number, .. } = facts.best;
	let seconds = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
	let now = seconds(facts.now).saturating_add(ahead);
	let age = |head: Head| now.saturating_sub(seconds(head.time)).max(0);
	let (best, last) = (age(facts.best), age(facts.finalized));
	vec![if facts.is_syncing {
		let says = format!("the node is catching up, and is at block {number}");
		Finding::warning(NAME, says, "wait; journalctl -u vouchsafe-node shows how far it is")
	} else if best > OLD {
		let says = format!("the newest one, {number}, is {best} s old");
		Finding::bad(NAME, says, "vouchsafe council validators, at this node and at another one")
	} else if last > OLD_FINAL {
		let says = format!("block {}, the last final one, is {last} s old", facts.finalized.number);
		Finding::bad(NAME, says, "vouchsafe council validators shows who is silent")
	} else {
		let says =
			format!("{number} is the newest, {best} s old; {} is final", facts.finalized.number);
		Finding::good(NAME, says)
	}]
}

fn states(facts: &Facts) -> Finding {
	const NAME: &str = "states";
	match facts.states {
		None => Finding::not_checked(NAME, "it is not known what is indexed"),
		Some(states @ States::Gone { .. }) => {
			Finding::bad(NAME, states.to_string(), "vouchsafe-custodian index import --help")
		},
		Some(states) if states.hours_left() < FEW_HOURS => Finding::warning(
			NAME,
			states.to_string(),
			"look at why the index is behind, in journalctl -u vouchsafe-custodian",
		),
		Some(states) => Finding::good(NAME, states.to_string()),
	}
}

fn keys(keys: &SessionKeys, facts: &Facts) -> Finding {
	const NAME: &str = "session keys";
	const ROTATE: &str = "vouchsafe --node URL-of-this-node --key INSTITUTION validator rotate";
	if facts.own.is_none() {
		return Finding::not_checked(NAME, "the chain names no institution with this custodian");
	}
	match *keys {
		SessionKeys { validates: false, .. } => {
			Finding::good(NAME, "not needed: the institution is not a validator")
		},
		SessionKeys { registered: false, .. } => {
			Finding::bad(NAME, "the institution is a validator without keys", ROTATE)
		},
		SessionKeys { held: Some(false), .. } => {
			Finding::bad(NAME, "this node does not have those that are registered", ROTATE)
		},
		SessionKeys { in_force: false, .. } => Finding::warning(
			NAME,
			"those that are registered are not in force yet",
			"wait for two sessions, and keep the old keys until then",
		),
		SessionKeys { held: Some(true), .. } => {
			Finding::good(NAME, "the node has those that are registered, and they are in force")
		},
		SessionKeys { held: None, makes_blocks: true, .. } => {
			Finding::good(NAME, "those that are registered are in force and make blocks")
		},
		SessionKeys { held: None, makes_blocks: false, .. } => Finding::warning(
			NAME,
			"the registered keys are in force but have made no block yet, and the node does not say whether it \
			 has them",
			"vouchsafe council validators; for this check only, on this machine, start the node with \
			 --rpc-methods unsafe",
		),
	}
}

fn registration(facts: &Facts) -> Finding {
	const NAME: &str = "registration";
	let Some(account) = &facts.account else {
		return Finding::not_checked(NAME, "the custodian's account is not known");
	};
	match facts.own_member() {
		Some(member) => Finding::good(NAME, format!("the custodian of {}", member.name)),
		None => Finding::bad(
			NAME,
			format!(
				"the chain names no active institution whose custodian is {}",
				Hex::from(account)
			),
			"vouchsafe-custodian sign-up --help, then vouchsafe enrol custodian FILE",
		),
	}
}
