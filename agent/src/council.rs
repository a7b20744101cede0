//! The council's motions. A motion with the votes of three quarters of the seats runs as Root,
//! through `consortium.dispatch_as_root`.

use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	platform::Platform,
	session::{result_of, Session},
};
use anyhow::{bail, Context as _, Result};
use blake2::{Blake2b256, Digest};
use codec::Encode;
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

fn length(call: &RuntimeCall) -> Result<u32> {
	u32::try_from(call.encoded_size()).context("a motion is too long")
}

/// Proposes to run a call as Root, and votes for it.
pub async fn propose(session: &Session<impl Platform>, call: RuntimeCall) -> Result<Motion> {
	let seats = seats(session).await?;
	if !seats.contains(&session.me()?.account()) {
		let message = "only members of the council can propose";
		bail!(Advised::new(message, Advice::ListMotions));
	}
	let threshold = u32::try_from(seats.len().saturating_mul(3).div_ceil(4))?;
	let proposal = as_root(call);
	let length_bound = length(&proposal)?;
	let propose = CouncilCall::propose { threshold, proposal: Box::new(proposal), length_bound };
	let included = session.submit(propose).await?;
	if threshold < 2 {
		bail!("the motion was executed at once, because the council has one member");
	}
	let (index, hash) = result_of(&included, |event| match event {
		Event::Council(CouncilEvent::Proposed { proposal_index, proposal_hash, .. }) => {
			Some((*proposal_index, *proposal_hash))
		},
		_ => None,
	})?;
	vote(session, index, hash, true).await?;
	motions(session)
		.await?
		.into_iter()
		.find(|motion| motion.index == index)
		.context("the motion is closed already")
}

/// Votes on a motion.
pub async fn vote(
	session: &Session<impl Platform>,
	index: u32,
	hash: H256,
	approve: bool,
) -> Result<u32> {
	let call = CouncilCall::vote { proposal: hash, index, approve };
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
	let code_hash = H256(Blake2b256::digest(code).into());
	SystemCall::authorize_upgrade { code_hash }.into()
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
	let Some(RuntimeCall::Consortium(ConsortiumCall::dispatch_as_root { call })) = proposal else {
		return UNKNOWN.into();
	};
	match &**call {
		RuntimeCall::Enrolment(EnrolmentCall::admit_institution {
			name, country, account, ..
		}) => {
			format!(
				"admit {} ({}), {}",
				ENGLISH.insert(&String::from_utf8_lossy(name)),
				crate::text::line(&String::from_utf8_lossy(country)),
				address(account)
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
	}
}
