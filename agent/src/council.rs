//! The council's motions. A motion with the votes of three quarters of the seats runs as Root,
//! through `consortium.dispatch_as_root`.
//!
//! What a motion is for, its number and its votes are read from the proven state. A node's word for which
//! motion is the user's own counts nothing: that is found by the hash of the call that the user proposed.

mod code;
mod lost_key;
pub mod members;
pub mod nodes;
mod times;

use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	platform::{Clock, Platform},
	recovery::key_number,
	session::{result_of, Session},
};
use anyhow::{bail, ensure, Context as _, Result};
use blake2::{Blake2b256, Digest};
use codec::Encode;
use std::time::Duration;
use vouchsafe_protocol::{
	calls::{
		as_root, ConsortiumCall, CouncilCall, EnrolmentCall, ParametersCall, RecoveryCall,
		RuntimeCall, StudiesCall, SystemCall, MAX_WEIGHT,
	},
	errors::ChainError,
	events::{ConsortiumEvent, CouncilEvent, Event, SystemEvent},
	release::{Manifest, WALLET},
	storage,
	traits::View,
	types::{address, AccountId, H256},
};

pub use code::check as check_code;
pub use lost_key::set_key;
pub use times::Time;

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
	if let Some(open) = motions(session).await?.into_iter().find(|motion| motion.hash == hash) {
		let message = format!(
			"the same motion is already open, as motion {}, so nothing was sent: vote on that one",
			open.index
		);
		bail!(Advised::new(message, Advice::ListMotions));
	}
	let length_bound = u32::try_from(bytes.len()).context("a motion is too long")?;
	let propose = CouncilCall::propose { threshold, proposal: Box::new(proposal), length_bound };
	session.submit(propose).await.map_err(in_words)?;
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
	let votes = if approve { &motion.ayes } else { &motion.nays };
	if votes.contains(&session.me()?.account()) {
		let message = format!(
			"you have already voted {} on motion {}, so nothing was sent",
			if approve { "yes" } else { "no" },
			motion.index
		);
		bail!(Advised::new(message, Advice::ListMotions));
	}
	let call = CouncilCall::vote { proposal: motion.hash, index: motion.index, approve };
	Ok(session.submit(call).await.map_err(in_words)?.number)
}

/// Errors of the council's pallet, which comes from the SDK, in words that say what to do.
fn in_words(error: anyhow::Error) -> anyhow::Error {
	let Some(ChainError::Dispatch { pallet, error: name, .. }) = error.downcast_ref() else {
		return error;
	};
	let message = match (pallet.as_str(), name.as_str()) {
		("Council", "DuplicateVote") => "you have already voted like this on the motion",
		("Council", "DuplicateProposal") => "the same motion is already open: vote on that one",
		("Council", "ProposalMissing" | "WrongIndex") => "the motion is no longer open",
		("Council", "TooEarly") => "the motion cannot be closed yet: it needs more votes",
		("Council", "NotMember") => "only members of the council can do this",
		("Council", "TooManyProposals") => {
			"too many motions are open: close or vote on those first"
		},
		_ => return error,
	};
	Advised::new(message, Advice::ListMotions).caused_by(error).into()
}

/// How many seconds a block takes at least.
const SLOT: u64 = 1;

/// Until when a motion is open at least. A chain on which nothing happens makes fewer blocks, so this
/// may be later.
pub async fn open_until(session: &Session<impl Platform>, motion: &Motion) -> Result<u64> {
	let at = session.finalized().await?;
	let blocks = u64::from(motion.end.saturating_sub(at.number()));
	Ok(at.time().await?.saturating_add(blocks.saturating_mul(SLOT)))
}

/// An open motion by its number.
pub async fn find(session: &Session<impl Platform>, index: u32) -> Result<Motion> {
	motions(session).await?.into_iter().find(|motion| motion.index == index).ok_or_else(|| {
		Advised::new(format!("there is no open motion {index}"), Advice::ListMotions).into()
	})
}

impl Motion {
	/// Whether its votes decide it, so that it can be closed before its end.
	fn is_decided(&self, seats: usize) -> bool {
		let threshold = usize::try_from(self.threshold).unwrap_or(usize::MAX);
		self.ayes.len() >= threshold || seats.saturating_sub(self.nays.len()) < threshold
	}
}

/// The motion, if its votes decide it or its time is over. The node that is asked may see the last vote a
/// little later than the one that included it.
async fn decided(session: &Session<impl Platform>, motion: &Motion) -> Result<Motion> {
	let seats = seats(session).await?.len();
	let mut motion = motion.clone();
	for _ in 0..3 {
		let number = session.finalized().await?.number();
		if motion.is_decided(seats) || number >= motion.end {
			return Ok(motion);
		}
		session.clock.sleep(Duration::from_secs(1)).await;
		motion = find(session, motion.index).await?;
	}
	let message = format!(
		"motion {} cannot be closed yet, so nothing was sent: {} of {} votes are for it. Other members must vote \
		 first",
		motion.index,
		motion.ayes.len(),
		motion.threshold
	);
	bail!(Advised::new(message, Advice::ListMotions))
}

/// Closes a motion that has enough votes, for or against, and returns whether it was executed.
pub async fn close(session: &Session<impl Platform>, motion: &Motion) -> Result<bool> {
	let motion = &decided(session, motion).await?;
	let at = session.finalized().await?;
	let call = CouncilCall::close {
		proposal_hash: motion.hash,
		index: motion.index,
		proposal_weight_bound: MAX_WEIGHT,
		length_bound: motion.length,
	};
	let included = session.submit(call).await.map_err(in_words)?;
	let dispatched = included.find(|event| match event {
		Event::Consortium(ConsortiumEvent::Dispatched { result }) => Some(result.clone()),
		_ => None,
	});
	if let Some(result) = dispatched {
		if let Err(error) = result {
			return Err(at.runtime().dispatch_error(&error))
				.context("the motion passed, but its call failed");
		}
		return Ok(true);
	}
	let executed = result_of(&included, |event| match event {
		Event::Council(CouncilEvent::Executed { result, .. }) => Some(Some(result.clone())),
		Event::Council(CouncilEvent::Disapproved { .. }) => Some(None),
		_ => None,
	})?;
	match executed {
		Some(Err(error)) => Err(at.runtime().dispatch_error(&error))
			.context("the motion passed, but its call failed"),
		Some(Ok(())) => Ok(true),
		None => Ok(false),
	}
}

/// The call that authorises an upgrade to this code.
pub fn upgrade(code: &[u8]) -> RuntimeCall {
	SystemCall::authorize_upgrade { code_hash: hash_of(code) }.into()
}

/// The call that publishes a release of the wallet.
pub fn publish(manifest: &Manifest) -> RuntimeCall {
	let (name, version) = (WALLET.into(), manifest.version.clone().into_bytes());
	ConsortiumCall::publish { name, version, hash: manifest.hash }.into()
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
		RuntimeCall::Consortium(ConsortiumCall::publish { name, version, hash }) => format!(
			"publish version {} of {}, whose manifest has the hash 0x{}",
			ENGLISH.insert(&crate::text::line(&String::from_utf8_lossy(version))),
			ENGLISH.insert(&crate::text::line(&String::from_utf8_lossy(name))),
			hex::encode(hash.0)
		),
		RuntimeCall::Consortium(ConsortiumCall::set_validators { validators }) => {
			format!("make these the validators: {}", listed(session, validators))
		},
		RuntimeCall::Consortium(ConsortiumCall::set_seats { seats }) => {
			format!("give these the seats of the council: {}", listed(session, seats))
		},
		RuntimeCall::Consortium(ConsortiumCall::recover_finality {
			validators,
			last_final,
			delay,
			until,
		}) => format!(
			"make these the validators without waiting for finality: {}. Finality goes on from block \
			 {last_final}, {delay} blocks after this is signalled, without the votes of the validators before. The \
			 motion counts up to block {until}",
			listed(session, validators)
		),
		RuntimeCall::Recovery(RecoveryCall::set_key { account, key, encryption_key }) => format!(
			"let the key {}, with the number {}, sign for {} from then on, in place of the present one, with the \
			 encryption key 0x{}",
			address(key),
			key_number(account, key, encryption_key),
			session.names.in_sentence(account),
			hex::encode(encryption_key)
		),
		RuntimeCall::Parameters(ParametersCall::set_parameter { key_value }) => {
			times::describe(key_value)
		},
		RuntimeCall::Studies(StudiesCall::approve { study }) => format!("approve study {study}"),
		RuntimeCall::Studies(StudiesCall::stop { study }) => format!("stop study {study}"),
		RuntimeCall::System(SystemCall::authorize_upgrade { code_hash }) => {
			format!("upgrade the runtime to the code with hash 0x{}", hex::encode(code_hash.0))
		},
		_ => UNKNOWN.into(),
	}
}

/// The names of these accounts, for people who read them.
pub fn named<'a>(
	session: &Session<impl Platform>,
	accounts: impl IntoIterator<Item = &'a AccountId>,
) -> String {
	let names: Vec<_> = accounts.into_iter().map(|it| session.names.show(it)).collect();
	match names.is_empty() {
		true => "none".into(),
		false => ENGLISH.and(&names),
	}
}

/// The names of institutions, in a sentence that is signed.
fn listed(session: &Session<impl Platform>, accounts: &[AccountId]) -> String {
	let names: Vec<_> = accounts.iter().map(|it| session.names.in_sentence(it)).collect();
	ENGLISH.and(&names)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{keys::Identity, memory::MemoryKeep, scripted::Scripted};
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

	/// A member's account stays when the council has given it another key.
	#[tokio::test]
	async fn a_member_with_a_new_key_votes() {
		let (mut session, _, other) = with_motion();
		let key = Identity::development("//HospitalB//new").unwrap();
		session.me = Some(key.clone());
		let motion = find(&session, 7).await.unwrap();
		let stranger = propose(&session, upgrade(b"other code")).await.unwrap_err().to_string();
		assert!(stranger.contains("only members of the council"), "{stranger}");
		session.me = Some(key.signing_for(other));
		let twice = vote(&session, &motion, false).await.unwrap_err().to_string();
		assert!(twice.contains("already voted no"), "the member has: {twice}");
		vote(&session, &motion, true).await.unwrap();
		let proposed = propose(&session, upgrade(b"other code")).await.unwrap_err().to_string();
		assert!(proposed.contains("not among the open ones"), "it was sent: {proposed}");
		assert_eq!(session.chain.calls().len(), 2);
	}

	/// A council of four seats, in which the user has voted yes on the only motion, and another no.
	fn with_motion() -> (Session<Scripted>, RuntimeCall, AccountId) {
		let session = Session::scripted("//HospitalA");
		let me = session.me().unwrap().account();
		let other = AccountId::new([2; 32]);
		let seats =
			vec![me.clone(), other.clone(), AccountId::new([3; 32]), AccountId::new([4; 32])];
		let call = upgrade(b"code");
		let proposal = as_root(call.clone());
		let hash = hash_of(&proposal.encode());
		session.chain.change(|state| {
			state.set(storage::council_members(), &seats);
			state.set(storage::council_proposals(), &vec![hash]);
			state.set(storage::council_proposal(&hash), &proposal);
			let votes = (7u32, 3u32, vec![me], vec![other.clone()], 101u32);
			state.set(storage::council_votes(&hash), &votes);
			state.set(storage::now(), &1_700_000_000_000_u64);
		});
		(session, call, other)
	}

	/// What the chain would refuse is said in words, and not sent.
	#[tokio::test]
	async fn what_has_no_effect_is_not_sent() {
		let (session, call, _) = with_motion();
		let motion = find(&session, 7).await.unwrap();
		let said = |error: anyhow::Error| {
			assert_eq!(error.downcast_ref::<Advised>().unwrap().advice, Advice::ListMotions);
			error.to_string()
		};
		let twice = said(vote(&session, &motion, true).await.unwrap_err());
		assert!(twice.contains("already voted yes on motion 7"), "{twice}");
		let early = said(close(&session, &motion).await.unwrap_err());
		assert!(early.contains("cannot be closed yet") && early.contains("1 of 3"), "{early}");
		let same = said(propose(&session, call).await.unwrap_err());
		assert!(same.contains("already open, as motion 7"), "{same}");
		assert!(session.chain.calls().is_empty());
		// The node is at block 1, and a block takes a second at least.
		assert_eq!(open_until(&session, &motion).await.unwrap(), 1_700_000_100);
	}

	#[tokio::test]
	async fn a_changed_vote_is_sent_and_a_refusal_is_said_in_words() {
		let (session, _, _) = with_motion();
		let motion = find(&session, 7).await.unwrap();
		vote(&session, &motion, false).await.unwrap();
		assert_eq!(session.chain.calls().len(), 1);
		let refusal = |pallet: &str, error: &str| ChainError::Dispatch {
			pallet: pallet.into(),
			error: error.into(),
			docs: "Raw words".into(),
		};
		for (pallet, error, expected) in [
			("Council", "DuplicateVote", "you have already voted like this on the motion"),
			("Council", "ProposalMissing", "the motion is no longer open"),
			("Consortium", "NotActive", "the chain refused it: raw words"),
		] {
			session.chain.refuses(refusal(pallet, error));
			let error = vote(&session, &motion, false).await.unwrap_err();
			assert_eq!(error.to_string(), expected);
			assert!(error.chain().any(|cause| cause.is::<ChainError>()), "for the exit code");
		}
	}

	#[test]
	fn votes_decide_a_motion_for_or_against() {
		let accounts = |count: u8| (0..count).map(|id| AccountId::new([id; 32])).collect();
		let motion = |ayes, nays| Motion {
			index: 0,
			hash: H256::zero(),
			ayes: accounts(ayes),
			nays: accounts(nays),
			threshold: 3,
			end: 9,
			proposal: None,
			length: 0,
		};
		for (ayes, nays, is_decided) in
			[(0, 0, false), (2, 1, false), (3, 0, true), (0, 1, false), (0, 2, true)]
		{
			assert_eq!(motion(ayes, nays).is_decided(4), is_decided, "{ayes} {nays}");
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
		for (call, expected) in [
			(StudiesCall::approve { study: 3 }, "approve study 3"),
			(StudiesCall::stop { study: 3 }, "stop study 3"),
		] {
			assert_eq!(describe(&session, Some(&as_root(call.into()))), expected);
		}
		let account = session.me().unwrap().account();
		let (key, encryption_key) = (AccountId::new([1; 32]), [1; 32]);
		let number = key_number(&account, &key, &encryption_key);
		let call = RecoveryCall::set_key { account, key, encryption_key };
		let said = describe(&session, Some(&as_root(call.into())));
		assert!(
			said.starts_with("let the key 5") && said.contains("encryption key 0x0101"),
			"{said}"
		);
		assert!(said.contains(&number), "{said}");
		let said = describe(&session, Some(&as_root(Time::RecoveryDelay.call(7_200))));
		assert!(said.starts_with("let a new key wait 2 hours after guardians"), "{said}");
		let manifest =
			Manifest { version: "0.1.0".into(), files: Default::default(), hash: H256([7; 32]) };
		let said = describe(&session, Some(&as_root(publish(&manifest))));
		let hash = "07".repeat(32);
		let expected =
			format!("publish version “0.1.0” of wallet, whose manifest has the hash 0x{hash}");
		assert_eq!(said, expected);
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
