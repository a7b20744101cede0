//! The council's motions. What a motion of three quarters of the seats carries runs as Root, by
//! `consortium.dispatch_as_root`.

use crate::session::Session;
use anyhow::{bail, Context as _, Result};
use blake2::{Blake2b256, Digest};
use vouchsafe_client::chain::{
	runtime::{
		self,
		runtime_types::{
			frame_system::pallet::Call as SystemCall,
			pallet_consortium::pallet::Call as ConsortiumCall,
			pallet_enrolment::pallet::Call as EnrolmentCall, sp_weights::weight_v2::Weight,
			vouchsafe_runtime::RuntimeCall,
		},
	},
	AccountId, H256,
};

/// What a motion may weigh when it is carried out: far more than any of ours does, far less than
/// a block.
const WEIGHT: Weight = Weight { ref_time: 50_000_000_000, proof_size: 1 << 20 };

/// An open motion.
#[derive(Clone, Debug)]
pub struct Motion {
	/// Its number.
	pub index: u32,
	/// Its hash.
	pub hash: H256,
	/// Who is for it.
	pub ayes: Vec<AccountId>,
	/// Who is against it.
	pub nays: Vec<AccountId>,
	/// How many have to be for it.
	pub threshold: u32,
	/// The block until which can be voted.
	pub end: u32,
	/// What it is for.
	pub proposal: RuntimeCall,
	/// The proposal's length in bytes.
	pub length: u32,
}

/// The council's seats.
pub async fn seats(session: &Session) -> Result<Vec<AccountId>> {
	let at = session.finalized().await?;
	let entry = at.subxt().storage().entry(runtime::storage().council().members())?;
	Ok(match entry.try_fetch(()).await? {
		Some(value) => value.decode()?,
		None => Vec::new(),
	})
}

/// The open motions.
pub async fn motions(session: &Session) -> Result<Vec<Motion>> {
	let at = session.finalized().await?;
	let storage = at.subxt().storage();
	let proposals = storage.entry(runtime::storage().council().proposals())?;
	let hashes = match proposals.try_fetch(()).await? {
		Some(value) => value.decode()?.0,
		None => Vec::new(),
	};
	let mut motions = Vec::new();
	for hash in hashes {
		let proposal = storage.entry(runtime::storage().council().proposal_of())?;
		let voting = storage.entry(runtime::storage().council().voting())?;
		let (Some(proposal), Some(votes)) =
			(proposal.try_fetch((hash,)).await?, voting.try_fetch((hash,)).await?)
		else {
			continue;
		};
		let votes = votes.decode()?;
		motions.push(Motion {
			index: votes.index,
			hash,
			ayes: votes.ayes,
			nays: votes.nays,
			threshold: votes.threshold,
			end: votes.end,
			length: u32::try_from(proposal.bytes().len()).context("a motion is too long")?,
			proposal: proposal.decode()?,
		});
	}
	motions.sort_by_key(|motion| motion.index);
	Ok(motions)
}

/// Proposes that a call run as Root, and votes for it.
pub async fn propose(session: &Session, call: RuntimeCall) -> Result<Motion> {
	let seats = seats(session).await?;
	if !seats.contains(&session.me()?.account()) {
		bail!("only members of the council propose: `vouchsafe council list` shows them");
	}
	let threshold = u32::try_from(seats.len().saturating_mul(3).div_ceil(4))?;
	let at = session.finalized().await?;
	let inner = runtime::tx().consortium().dispatch_as_root(call.clone());
	let length = u32::try_from(at.subxt().transactions().call_data(&inner)?.len())?;
	let proposal =
		RuntimeCall::Consortium(ConsortiumCall::dispatch_as_root { call: Box::new(call) });
	let included = session
		.submit(&runtime::tx().council().propose(threshold, proposal.clone(), length))
		.await?;
	let Some(proposed) = included.events.find_first::<runtime::council::events::Proposed>() else {
		// A council of one carries its motions out at once.
		bail!("the motion was carried out at once: the council has one seat");
	};
	let proposed = proposed?;
	vote(session, proposed.proposal_index, proposed.proposal_hash, true).await?;
	motions(session)
		.await?
		.into_iter()
		.find(|motion| motion.index == proposed.proposal_index)
		.context("the motion is gone already")
}

/// Votes on a motion.
pub async fn vote(session: &Session, index: u32, hash: H256, approve: bool) -> Result<u32> {
	let call = runtime::tx().council().vote(hash, index, approve);
	Ok(session.submit(&call).await?.number)
}

/// An open motion by its number.
pub async fn find(session: &Session, index: u32) -> Result<Motion> {
	motions(session)
		.await?
		.into_iter()
		.find(|motion| motion.index == index)
		.with_context(|| format!("there is no open motion {index}: see `vouchsafe council list`"))
}

/// Closes a motion that has enough votes, for or against, and says whether it was carried out.
pub async fn close(session: &Session, motion: &Motion) -> Result<bool> {
	let call = runtime::tx().council().close(motion.hash, motion.index, WEIGHT, motion.length);
	let included = session.submit(&call).await?;
	if let Some(dispatched) =
		included.events.find_first::<runtime::consortium::events::Dispatched>()
	{
		if let Err(error) = dispatched?.result {
			bail!("the motion passed, but the chain refused what it was for: {error:?}");
		}
		return Ok(true);
	}
	if let Some(executed) = included.events.find_first::<runtime::council::events::Executed>() {
		if let Err(error) = executed?.result {
			bail!("the motion passed, but the chain refused to carry it out: {error:?}");
		}
		return Ok(true);
	}
	Ok(false)
}

/// The call that authorises an upgrade to this code.
pub fn upgrade(code: &[u8]) -> RuntimeCall {
	let code_hash = H256(Blake2b256::digest(code).into());
	RuntimeCall::System(SystemCall::authorize_upgrade { code_hash })
}

/// Brings the code of an authorised upgrade.
pub async fn apply(session: &Session, code: Vec<u8>) -> Result<u32> {
	let call = runtime::tx().system().apply_authorized_upgrade(code);
	let included = session.submit(&call).await?;
	// A code of no higher version is rejected by an event, not by an error.
	match included.events.find_first::<runtime::system::events::CodeUpdated>() {
		Some(_) => Ok(included.number),
		None => bail!(
			"the chain did not take the code: it must be of this chain, and its spec_version higher than \
			 the one that runs"
		),
	}
}

/// What a motion is for, in words.
pub fn describe(session: &Session, proposal: &RuntimeCall) -> String {
	let RuntimeCall::Consortium(ConsortiumCall::dispatch_as_root { call }) = proposal else {
		return "something else than a call as Root".into();
	};
	match &**call {
		RuntimeCall::Enrolment(EnrolmentCall::admit_institution {
			name, country, account, ..
		}) => {
			format!(
				"admit {} ({}), {account}",
				crate::output::plain(&String::from_utf8_lossy(&name.0)),
				String::from_utf8_lossy(country)
			)
		},
		RuntimeCall::Enrolment(EnrolmentCall::set_cap { institution, cap }) => {
			format!("let {} enrol up to {cap} accounts", session.names.show(institution))
		},
		RuntimeCall::Enrolment(EnrolmentCall::set_status { account, status }) => format!(
			"set the status of {} to {}",
			session.names.show(account),
			crate::words::Word::word(status)
		),
		RuntimeCall::System(SystemCall::authorize_upgrade { code_hash }) => {
			format!("upgrade the runtime to the code with hash 0x{}", hex::encode(code_hash.0))
		},
		_ => "another call as Root".into(),
	}
}
