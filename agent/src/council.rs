//! The council's motions. A motion with the votes of three quarters of the seats runs as Root,
//! through `consortium.dispatch_as_root`.
//!
//! What a motion is for, its number and its votes are read from the proven state. A node's word for which
//! motion is the user's own counts nothing: that is found by the hash of the call that the user proposed.

mod code;

use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	platform::{Clock, Platform},
	session::{result_of, Session},
};
use anyhow::{bail, ensure, Context as _, Result};
use blake2::{Blake2b256, Digest};
use codec::Encode;
use std::time::Duration;
use vouchsafe_protocol::{
	calls::{
		as_root, ConsortiumCall, CouncilCall, EnrolmentCall, RuntimeCall, SystemCall, MAX_WEIGHT,
	},
	errors::ChainError,
	events::{ConsortiumEvent, CouncilEvent, Event, SystemEvent},
	storage,
	traits::View,
	types::{address, AccountId, H256},
};

pub use code::check as check_code;

const UNKNOWN: &str = "a call that this program does not know: update it";

/// An open motion.
#[derive(Clone, Debug)]
pub struct Motion {
	/// Its number.
	pub index: u32,
	/// Its hash.
	pub hash: H256,
	/// Members who voted yes.
	pub ayes: Vec<AccountId>,
	/// Members who voted no.
	pub nays: Vec<AccountId>,
	/// The number of yes votes that it needs.
	pub threshold: u32,
	/// The block until which members can vote.
	pub end: u32,
	/// The proposal, if this program knows its call.
	pub proposal: Option<RuntimeCall>,
	/// The proposal's length in bytes.
	pub length: u32,
}

/// The council's seats.
pub async fn seats(session: &Session<impl Platform>) -> Result<Vec<AccountId>> {
	let at = session.finalized().await?;
	Ok(at.read(storage::council_members()).await?.unwrap_or_default())
}

/// The open motions.
pub async fn motions(session: &Session<impl Platform>) -> Result<Vec<Motion>> {
	let at = session.finalized().await?;
	let mut motions = Vec::new();
	for hash in at.read(storage::council_proposals()).await?.unwrap_or_default() {
		let key = storage::council_proposal(&hash);
		let (Some(bytes), Some(votes)) =
			(at.storage(key.bytes.clone()).await?, at.read(storage::council_votes(&hash)).await?)
		else {
			continue;
		};
		ensure!(
			hash_of(&bytes) == hash,
			"the node gave another call for a motion than the one that was proposed"
		);
		motions.push(Motion {
			index: votes.index,
			hash,
			ayes: votes.ayes,
			nays: votes.nays,
			threshold: votes.threshold,
			end: votes.end,
			length: u32::try_from(bytes.len()).context("a motion is too long")?,
			proposal: known(at.read(key).await)?,
		});
	}
	motions.sort_by_key(|motion| motion.index);
	Ok(motions)
}

/// The call that was read, if this program knows it.
fn known(read: Result<Option<RuntimeCall>, ChainError>) -> Result<Option<RuntimeCall>> {
	match read {
		Err(ChainError::Foreign(_)) => Ok(None),
		read => Ok(read?),
	}
}

/// The hash by which the council knows a proposal.
fn hash_of(call: &[u8]) -> H256 {
	H256(Blake2b256::digest(call).into())
}

/// How long a proposal may take to be seen in the state, in tries of a second.
const TRIES: usize = 10;

/// Proposes to run a call as Root, and votes for it. The vote is for the motion that has this very call,
/// even if the node names another motion.
pub async fn propose(session: &Session<impl Platform>, call: RuntimeCall) -> Result<Motion> {
	let seats = seats(session).await?;
	if !seats.contains(&session.me()?.account()) {
		let message = "only members of the council can propose";
		bail!(Advised::new(message, Advice::ListMotions));
	}
	let threshold = u32::try_from(seats.len().saturating_mul(3).div_ceil(4))?;
	let proposal = as_root(call);
	let bytes = proposal.encode();
	let hash = hash_of(&bytes);
	let length_bound = u32::try_from(bytes.len()).context("a motion is too long")?;
	let propose = CouncilCall::propose { threshold, proposal: Box::new(proposal), length_bound };
	session.submit(propose).await?;
	if threshold < 2 {
		bail!("the motion was executed at once, because the council has one member");
	}
	let proposed = with_hash(session, &hash).await?;
	vote(session, &proposed, true).await?;
	let voted = motions(session).await?.into_iter().find(|motion| motion.hash == hash);
	voted.context("the motion is closed already")
}

/// The open motion with this hash. The node that is asked may see it a little later than the one that
/// included it.
async fn with_hash(session: &Session<impl Platform>, hash: &H256) -> Result<Motion> {
	for _ in 0..TRIES {
		let found = motions(session).await?.into_iter().find(|motion| motion.hash == *hash);
		if let Some(motion) = found {
			return Ok(motion);
		}
		session.clock.sleep(Duration::from_secs(1)).await;
	}
	let message = "your motion is not among the open ones, so you have not voted for it";
	bail!(Advised::new(message, Advice::ListMotions))
}

/// Votes on a motion.
pub async fn vote(session: &Session<impl Platform>, motion: &Motion, approve: bool) -> Result<u32> {
	let call = CouncilCall::vote { proposal: motion.hash, index: motion.index, approve };
	Ok(session.submit(call).await?.number)
}

/// An open motion by its number.
pub async fn find(session: &Session<impl Platform>, index: u32) -> Result<Motion> {
	motions(session).await?.into_iter().find(|motion| motion.index == index).ok_or_else(|| {
		Advised::new(format!("there is no open motion {index}"), Advice::ListMotions).into()
	})
}

/// Closes a motion that has enough votes, for or against, and returns whether it was executed.
pub async fn close(session: &Session<impl Platform>, motion: &Motion) -> Result<bool> {
	let call = CouncilCall::close {
		proposal_hash: motion.hash,
		index: motion.index,
		proposal_weight_bound: MAX_WEIGHT,
		length_bound: motion.length,
	};
	let included = session.submit(call).await?;
	let dispatched = included.find(|event| match event {
		Event::Consortium(ConsortiumEvent::Dispatched { result }) => Some(result.clone()),
		_ => None,
	});
	if let Some(result) = dispatched {
		if let Err(error) = result {
			bail!("the motion passed, but the chain refused its call: {error:?}");
		}
		return Ok(true);
	}
	let executed = result_of(&included, |event| match event {
		Event::Council(CouncilEvent::Executed { result, .. }) => Some(Some(result.clone())),
		Event::Council(CouncilEvent::Disapproved { .. }) => Some(None),
		_ => None,
	})?;
	match executed {
		Some(Err(error)) => {
			bail!("the motion passed, but the chain refused to execute it: {error:?}")
		},
		Some(Ok(())) => Ok(true),
		None => Ok(false),
	}
}

/// The call that authorises an upgrade to this code.
pub fn upgrade(code: &[u8]) -> RuntimeCall {
	SystemCall::authorize_upgrade { code_hash: hash_of(code) }.into()
}

/// Sends the code of an authorised upgrade.
pub async fn apply(session: &Session<impl Platform>, code: Vec<u8>) -> Result<u32> {
	let included = session.submit(SystemCall::apply_authorized_upgrade { code }).await?;
	// Code of the same or a lower version is rejected by an event, not by an error.
	let is_updated = |event: &Event| {
		matches!(event, Event::System(SystemEvent::CodeUpdated { .. })).then_some(())
	};
	match included.find(is_updated) {
		Some(()) => Ok(included.number),
		None => bail!(
			"the chain refused the code: it must be a runtime of this chain with a higher spec_version than \
			 the current one"
		),
	}
}

/// The proposal of a motion, in words.
pub fn describe(session: &Session<impl Platform>, proposal: Option<&RuntimeCall>) -> String {
	match proposal {
		Some(RuntimeCall::Consortium(ConsortiumCall::dispatch_as_root { call })) => {
			describe_call(session, call)
		},
		_ => UNKNOWN.into(),
	}
}

/// A call that a motion is for, in words.
pub fn describe_call(session: &Session<impl Platform>, call: &RuntimeCall) -> String {
	match call {
		RuntimeCall::Enrolment(EnrolmentCall::admit_institution {
			name,
			country,
			account,
			kind,
			cap,
			encryption_key,
		}) => {
			format!(
				"admit {} ({}), {}, as {}, to enrol up to {cap} accounts, with the encryption key 0x{}",
				ENGLISH.insert(&String::from_utf8_lossy(name)),
				crate::text::line(&String::from_utf8_lossy(country)),
				address(account),
				ENGLISH.phrase(*kind),
				hex::encode(encryption_key)
			)
		},
		RuntimeCall::Enrolment(EnrolmentCall::set_cap { institution, cap }) => {
			format!(
				"allow {} to enrol up to {cap} accounts",
				session.names.in_sentence(institution)
			)
		},
		RuntimeCall::Enrolment(EnrolmentCall::set_status { account, status }) => {
			format!(
				"set the status of {} to “{}”",
				session.names.in_sentence(account),
				status.word()
			)
		},
		RuntimeCall::System(SystemCall::authorize_upgrade { code_hash }) => {
			format!("upgrade the runtime to the code with hash 0x{}", hex::encode(code_hash.0))
		},
		_ => UNKNOWN.into(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{keys::Identity, memory::MemoryKeep};
	use vouchsafe_protocol::types::AccountKind;

	#[test]
	fn a_motion_of_an_unknown_call_is_a_motion() {
		let code = upgrade(b"code");
		assert!(matches!(known(Ok(Some(code))), Ok(Some(_))));
		let bytes = storage::council_proposal(&H256::zero()).decode(&[0xff, 0xff, 1]);
		assert!(matches!(known(bytes.map(Some)), Ok(None)));
		assert!(known(Err(ChainError::Unreachable("it is away".into()))).is_err());
	}

	/// A node answers a proposal with the event of another motion. The vote is for the user's own all the
	/// same, and for none if that is not in the state.
	#[tokio::test]
	async fn the_vote_is_for_what_was_proposed_whatever_the_node_says() {
		let (own, foreign) = (upgrade(b"code"), upgrade(b"other code"));
		let hashes = [&own, &foreign].map(|call| hash_of(&as_root(call.clone()).encode()));
		for is_kept in [true, false] {
			let session = Session::scripted("//HospitalA");
			let me = session.me().unwrap().account();
			let seats: Vec<_> =
				(0..4).map(|id| AccountId::new([id; 32])).chain([me.clone()]).collect();
			session.chain.change(|state| state.set(storage::council_members(), &seats));
			let (by, calls) = (me.clone(), [own.clone(), foreign.clone()]);
			session.chain.react(move |call, state| {
				if !matches!(call, RuntimeCall::Council(CouncilCall::propose { .. })) {
					return vec![];
				}
				let open = if is_kept { &hashes[..] } else { &hashes[1..] };
				state.set(storage::council_proposals(), &open);
				for (index, (hash, call)) in (7u32..).zip(hashes.iter().zip(&calls)) {
					let votes =
						(index, 4u32, Vec::<AccountId>::new(), Vec::<AccountId>::new(), 99u32);
					state.set(storage::council_proposal(hash), &as_root(call.clone()));
					state.set(storage::council_votes(hash), &votes);
				}
				vec![Event::Council(CouncilEvent::Proposed {
					account: by.clone(),
					proposal_index: 8,
					proposal_hash: hashes[1],
					threshold: 4,
				})]
			});
			let proposed = propose(&session, own.clone()).await;
			let votes: Vec<_> = session
				.chain
				.calls()
				.into_iter()
				.filter_map(|call| match call {
					RuntimeCall::Council(CouncilCall::vote { proposal, index, approve }) => {
						Some((proposal, index, approve))
					},
					_ => None,
				})
				.collect();
			if is_kept {
				assert_eq!(proposed.unwrap().hash, hashes[0]);
				assert_eq!(votes, [(hashes[0], 7, true)]);
			} else {
				assert!(proposed.unwrap_err().to_string().contains("not among the open ones"));
				assert_eq!(votes, []);
			}
		}
	}

	#[tokio::test]
	async fn a_motion_with_another_call_than_its_hash_is_an_error() {
		let session = Session::scripted("//HospitalA");
		let hash = hash_of(&as_root(upgrade(b"code")).encode());
		session.chain.change(|state| {
			let votes = (0u32, 4u32, Vec::<AccountId>::new(), Vec::<AccountId>::new(), 99u32);
			state.set(storage::council_proposals(), &vec![hash]);
			state.set(storage::council_proposal(&hash), &as_root(upgrade(b"other code")));
			state.set(storage::council_votes(&hash), &votes);
		});
		let error = find(&session, 0).await.unwrap_err().to_string();
		assert!(error.contains("another call"), "{error}");
	}

	#[test]
	fn motions_are_described() {
		let me = Identity::development("//DoctorA").unwrap();
		let session = Session::offline(me, MemoryKeep::default());
		let unknown = "a call that this program does not know: update it";
		assert_eq!(describe(&session, None), unknown);
		assert_eq!(describe(&session, Some(&upgrade(b"code"))), unknown, "it is not for Root");
		let said = describe(&session, Some(&as_root(upgrade(b"code"))));
		assert!(said.starts_with("upgrade the runtime to the code with hash 0x"), "{said}");
		let account = AccountId::new([1; 32]);
		let admit = EnrolmentCall::admit_institution {
			account,
			kind: AccountKind::Institution,
			name: b"Hospital D. Also Hospital E".to_vec(),
			country: *b"DE",
			cap: 1,
			encryption_key: [1; 32],
		};
		let said = describe(&session, Some(&as_root(admit.into())));
		assert!(said.starts_with("admit “Hospital D. Also Hospital E” (DE), 5"), "{said}");
		let rest = ", as an institution, to enrol up to 1 accounts, with the encryption key 0x0101";
		assert!(said.contains(rest), "{said}");
	}
}
