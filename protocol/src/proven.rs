//! The chain as of a final block, of which the node's answers are proven.
//!
//! A [`ProvenView`] answers what a [`View`] does. It does not ask the node's runtime, but reads the
//! state with [proofs](crate::proof) and works out the answer by itself: which affiliations are in
//! force, how the patient takes part, and what [`policy::decide`] says. So a node can refuse to
//! answer, but not give a wrong answer.
//!
//! Only a few answers are still the node's own: those of [`call`](View::call), which
//! [`unacknowledged`](View::unacknowledged) and [`reach`](View::reach) use; and the metadata of a runtime other than the one
//! that this crate was generated from.
//!
//! [`follow`] brings what a client [trusts](Trusted) up to a node's newest final block.
//!
//! [`policy::decide`]: vouchsafe_primitives::policy::decide

mod decisions;
mod newest;
mod people;
mod records;
mod recovery;
mod representation;
mod studies;

use crate::{
	compatibility::RuntimeMetadata,
	errors::ChainError,
	proof::{FinalBlock, Header, ProofError, ProvenState, Trusted},
	storage::{self, Key, Map},
	traits::{Evidence, Finality, SendOutsideWasm, View},
	types::*,
};
use codec::DecodeLimit;
use std::{
	collections::BTreeMap,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub use newest::{check_fresh, newest_of, Keeper, Newest, AHEAD, KNOWN_BLOCKS, OLD, TOO_OLD};
pub use recovery::{attempt_lifetime, lapses};
pub use representation::registration_lifetime;

/// The most items of a page, as in the runtime.
const MAX_LISTED: u32 = 256;

/// How often [`follow`] asks for more, and the most blocks of one answer. An honest node's answer has
/// the ends of up to 64 sets of validators, and the newest block.
const MAX_ANSWERS: usize = 256;
const MAX_BLOCKS: usize = 128;

/// Proves which block is the node's newest final one. If nothing is trusted yet, it starts from the
/// genesis block.
///
/// # Errors
///
/// [`ChainError::NotProven`], or the node does not answer.
pub async fn follow<F: Finality>(
	node: &F,
	genesis: H256,
	trusted: Option<Trusted>,
) -> Result<Trusted, ChainError> {
	follow_keeping(node, genesis, trusted, |_| {}).await
}

/// The same. Whoever calls this keeps the blocks that lead from the trusted one to the newest.
pub(crate) async fn follow_keeping<F: Finality>(
	node: &F,
	genesis: H256,
	trusted: Option<Trusted>,
	mut keep: impl FnMut(Vec<FinalBlock>) + SendOutsideWasm,
) -> Result<Trusted, ChainError> {
	let mut trusted = match trusted {
		Some(trusted) if trusted.genesis() == genesis => trusted,
		Some(_) => return Err(ProofError::Kept.into()),
		None => from_genesis(node, genesis).await?,
	};
	let start = trusted.head().hash;
	for _ in 0..MAX_ANSWERS {
		let before = trusted.head().number;
		let (blocks, is_newest) = node.final_blocks(trusted.head().hash).await?;
		if blocks.len() > MAX_BLOCKS {
			break;
		}
		trusted.advance(&blocks)?;
		keep(blocks);
		if is_newest {
			if trusted.head().hash != start {
				ensure_chain(node, genesis, trusted.head()).await?;
			}
			return Ok(trusted);
		}
		if trusted.head().number == before {
			break;
		}
	}
	Err(ProofError::Endless.into())
}

/// The genesis block, with what the node shows of it.
///
/// # Errors
///
/// [`ChainError::NotProven`], or the node does not answer.
pub async fn from_genesis<F: Finality>(node: &F, genesis: H256) -> Result<Trusted, ChainError> {
	let header = node.genesis_header().await?;
	let proof = node.block(genesis).read_proof(Trusted::genesis_keys()).await?;
	Ok(Trusted::from_genesis(genesis, &header, &proof)?)
}

/// Checks that a final block is of the chain of this genesis block. The validators' votes do not name
/// the chain: those who use their keys on two chains have voted on both.
async fn ensure_chain<F: Finality>(
	node: &F,
	genesis: H256,
	head: &Header,
) -> Result<(), ChainError> {
	// The state keeps this one for ever.
	let key = storage::block_hash(0);
	let proof = node.block(head.hash).read_proof(vec![key.bytes.clone()]).await?;
	let state = ProvenState::new(head.state_root, &proof)?;
	let found = state.get(&key.bytes)?.map(|bytes| key.decode(bytes)).transpose()?;
	match found.unwrap_or_default() {
		found if found == genesis => Ok(()),
		found => Err(ProofError::OtherChain(found).into()),
	}
}

/// Values of a state by their keys. `None` if there is none under a key.
type Values = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// The chain as of a block that is proven to be final.
pub struct ProvenView<E> {
	node: E,
	head: Header,
	made_by: RuntimeMetadata,
	version: Option<(String, u32)>,
	/// The block's time, in seconds. The genesis block has none.
	time: Option<u64>,
	/// What was proven of the block's state. It does not change.
	values: Arc<Mutex<Values>>,
}

impl<E> ProvenView<E> {
	/// The same block over another node. What was proven of it is not asked again.
	pub fn over<F>(&self, node: F) -> ProvenView<F> {
		ProvenView {
			node,
			head: self.head,
			made_by: self.made_by.clone(),
			version: self.version.clone(),
			time: self.time,
			values: self.values.clone(),
		}
	}

	/// The block.
	pub fn head(&self) -> &Header {
		&self.head
	}
}

impl<E: Evidence> ProvenView<E> {
	/// The block of this header, which was proven to be final. `node` is asked for proofs of it.
	///
	/// # Errors
	///
	/// [`ChainError::NotProven`], or the node does not answer.
	pub async fn new(node: E, head: Header) -> Result<Self, ChainError> {
		let made_by = RuntimeMetadata::own().clone();
		let mut view =
			Self { node, head, made_by, version: None, time: None, values: Arc::default() };
		// The places and the types of these values are the same in every runtime.
		let (upgrade, now) = (storage::last_upgrade(), storage::now());
		view.fetch([upgrade.bytes.clone(), now.bytes.clone()]).await?;
		let bytes = view.storage(upgrade.bytes.clone()).await?;
		let upgrade = bytes.map(|bytes| upgrade.decode(&bytes)).transpose()?;
		view.version = upgrade.map(|it| (it.spec_name, it.spec_version));
		let bytes = view.storage(now.bytes.clone()).await?;
		let now = bytes.map(|bytes| now.decode(&bytes)).transpose()?;
		view.time = now.filter(|now| *now > 0).map(|now| now / 1000);
		if view.version != RuntimeMetadata::own().spec() {
			view.made_by = view.node.made_by().await?;
		}
		Ok(view)
	}

	/// What is asked for proofs.
	pub fn node(&self) -> &E {
		&self.node
	}

	/// The name and the version of the runtime that made the block, proven. Calls for the next block
	/// are signed for the same version, unless the block has upgraded the runtime. Nothing if the state
	/// does not say it.
	pub fn spec_version(&self) -> Option<(&str, u32)> {
		self.version.as_ref().map(|(name, version)| (name.as_str(), *version))
	}

	/// How many seconds the block was made before `now`, in seconds since 1970. Nothing for the genesis
	/// block, which has no time: take it for old.
	pub fn age(&self, now: u64) -> Option<u64> {
		self.time.map(|time| now.saturating_sub(time))
	}

	/// How many seconds the block was made after `now`, in seconds since 1970. If it is more than a few,
	/// the clock is behind, and [`age`](Self::age) says nothing.
	pub fn ahead(&self, now: u64) -> u64 {
		self.time.map_or(0, |time| time.saturating_sub(now))
	}

	/// The block of this number, by its encoded header: the view's own, or one of the 4,096 before it.
	/// For an older one, ask a view of one of these.
	///
	/// # Errors
	///
	/// [`ChainError::NotProven`] with [`ProofError::NotInChain`] if the block is newer or older, or with
	/// [`ProofError::Header`] if the header is not the block's; or the node does not answer.
	pub async fn block(&self, number: u32, header: &[u8]) -> Result<Header, ChainError> {
		let hash = if number == self.head.number {
			Some(self.head.hash)
		} else {
			self.read(storage::block_hash(number)).await?
		};
		Ok(Header::verify(header, hash.ok_or(ProofError::NotInChain(number))?)?)
	}

	/// The nodes of the trie that decide these keys, checked.
	async fn prove(&self, keys: Vec<Vec<u8>>) -> Result<ProvenState, ChainError> {
		let nodes = self.node.read_proof(keys).await?;
		Ok(ProvenState::new(self.head.state_root, &nodes)?)
	}

	fn values(&self) -> MutexGuard<'_, Values> {
		self.values.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Proves the values of these keys in one request, if one of them was not read yet. All keys are
	/// asked for: a custodian shows a version of a record only together with the record.
	async fn fetch(&self, keys: impl IntoIterator<Item = Vec<u8>>) -> Result<(), ChainError> {
		let keys: Vec<_> = keys.into_iter().collect();
		let is_known = {
			let known = self.values();
			keys.iter().all(|key| known.contains_key(key))
		};
		if is_known {
			return Ok(());
		}
		let state = self.prove(keys.clone()).await?;
		let mut proven = Vec::new();
		for key in keys {
			let value = state.get(&key)?.map(<[u8]>::to_vec);
			proven.push((key, value));
		}
		self.values().extend(proven);
		Ok(())
	}

	/// The entries of a map after this key, in the order of the keys: at most `limit` and
	/// [`MAX_LISTED`]. It is proven that there is no other one between them.
	async fn page<T: DecodeLimit>(
		&self,
		map: Map<T>,
		after: Option<Vec<u8>>,
		limit: u32,
	) -> Result<Vec<(Vec<u8>, T)>, ChainError> {
		let mut entries = Vec::new();
		for (bytes, value) in self.encoded_page(map.prefix.clone(), after, limit).await? {
			let key: Key<T> = map.entry(bytes);
			self.made_by.check_storage(key.pallet, key.name, Some(&value))?;
			let value = key.decode(&value)?;
			entries.push((key.bytes, value));
		}
		Ok(entries)
	}

	/// The same as bytes, for values of all types.
	async fn encoded_page(
		&self,
		prefix: Vec<u8>,
		after: Option<Vec<u8>>,
		limit: u32,
	) -> Result<Vec<(Vec<u8>, Vec<u8>)>, ChainError> {
		let limit = limit.min(MAX_LISTED);
		let hint = self.node.keys_after(prefix.clone(), after.clone(), limit).await?;
		let mut keys = vec![after.clone().unwrap_or_else(|| prefix.clone())];
		keys.extend(hint.into_iter().take(limit as usize));
		let state = self.prove(keys).await?;
		let mut entries = Vec::new();
		for key in state.keys_after(&prefix, after.as_deref(), limit as usize)? {
			let value = state.get(&key)?;
			let value = value.ok_or_else(|| ChainError::foreign("a value has gone"))?.to_vec();
			entries.push((key, value));
		}
		Ok(entries)
	}
}

impl<E: Evidence> View for ProvenView<E> {
	fn hash(&self) -> H256 {
		self.head.hash
	}

	fn number(&self) -> u32 {
		self.head.number
	}

	/// The same as [`made_by`](View::made_by), also if the block has upgraded the runtime.
	fn runtime(&self) -> &RuntimeMetadata {
		&self.made_by
	}

	fn made_by(&self) -> &RuntimeMetadata {
		&self.made_by
	}

	/// What the node says. It is not proven.
	async fn call(&self, function: &str, arguments: Vec<u8>) -> Result<Vec<u8>, ChainError> {
		self.node.call(function, arguments).await
	}

	async fn storage(&self, key: Vec<u8>) -> Result<Option<Vec<u8>>, ChainError> {
		self.fetch([key.clone()]).await?;
		Ok(self.values().get(&key).cloned().flatten())
	}

	async fn prefetch(&self, keys: Vec<Vec<u8>>) -> Result<(), ChainError> {
		self.fetch(keys).await
	}

	async fn nonce(&self, account: &AccountId) -> Result<u64, ChainError> {
		let found = self.read(storage::system_account(account)).await?;
		Ok(found.map_or(0, |found| found.nonce.into()))
	}

	async fn account(&self, account: &AccountId) -> Result<Option<Account>, ChainError> {
		self.read(storage::account(account)).await
	}

	async fn institution(&self, account: &AccountId) -> Result<Option<Institution>, ChainError> {
		self.read(storage::institution(account)).await
	}

	async fn institutions(
		&self,
		after: Option<AccountId>,
		limit: u32,
	) -> Result<Vec<(AccountId, AccountKind, Status, Institution)>, ChainError> {
		self.page_of_institutions(after, limit).await
	}

	async fn affiliations(
		&self,
		practitioner: &AccountId,
		after: Option<AccountId>,
		limit: u32,
	) -> Result<Vec<(AccountId, Affiliation)>, ChainError> {
		self.page_of_affiliations(practitioner, after, limit).await
	}

	async fn custodian_of(&self, account: &AccountId) -> Result<Option<AccountId>, ChainError> {
		self.institution_of_custodian(account).await
	}

	async fn records_of(
		&self,
		patient: &AccountId,
		after: Option<H256>,
		limit: u32,
	) -> Result<Vec<(H256, Record)>, ChainError> {
		self.page_of_records(patient, after, limit).await
	}

	async fn record(
		&self,
		patient: &AccountId,
		record: H256,
	) -> Result<Option<Record>, ChainError> {
		self.whole_record(patient, record).await
	}

	async fn version(
		&self,
		patient: &AccountId,
		record: H256,
		version: u32,
	) -> Result<Option<Version>, ChainError> {
		self.whole_version(patient, record, version).await
	}

	async fn sharing_set(
		&self,
		patient: &AccountId,
		record: H256,
		version: u32,
	) -> Result<Option<SharingSet>, ChainError> {
		self.whole_sharing_set(patient, record, version).await
	}

	async fn consents_of(
		&self,
		patient: &AccountId,
		after: Option<(Grantee, u32)>,
		limit: u32,
	) -> Result<Vec<(Grantee, Consent)>, ChainError> {
		self.page_of_consents(patient, after, limit).await
	}

	async fn requests_of(
		&self,
		patient: &AccountId,
		after: Option<u32>,
		limit: u32,
	) -> Result<Vec<(u32, Request)>, ChainError> {
		self.page_of_requests(patient, after, limit).await
	}

	async fn openings(
		&self,
		patient: &AccountId,
		reader: &AccountId,
	) -> Result<Vec<Opening>, ChainError> {
		self.each_opening(patient, reader).await
	}

	async fn decide(
		&self,
		reader: &AccountId,
		ground: Ground,
		patient: &AccountId,
		record: H256,
		action: Action,
		purpose: Purpose,
	) -> Result<Decision, ChainError> {
		self.decide_record(reader, ground, patient, record, action, purpose).await
	}

	async fn decide_log(
		&self,
		reader: &AccountId,
		institution: Option<AccountId>,
		patient: &AccountId,
	) -> Result<Decision, ChainError> {
		let asked = (Action::ReadLog, Purpose::PatientRequest, Subject::Log);
		self.decide_without_record(reader, institution.as_ref(), patient, asked).await
	}

	async fn may_write(
		&self,
		author: &AccountId,
		institution: &AccountId,
		patient: &AccountId,
	) -> Result<Decision, ChainError> {
		let asked = (Action::Write, Purpose::Treatment, Subject::SomeRecord);
		self.decide_without_record(author, Some(institution), patient, asked).await
	}

	async fn may_carry(
		&self,
		holder: &AccountId,
		patient: &AccountId,
		grantee: &Grantee,
		consent: u32,
		records: &[H256],
	) -> Result<Vec<bool>, ChainError> {
		self.carried(holder, patient, grantee, consent, records).await
	}

	async fn holder_choice(&self, patient: &AccountId) -> Result<Option<HolderChoice>, ChainError> {
		self.read(storage::holder_choice(patient)).await
	}

	async fn key_state(&self, key: &AccountId) -> Result<Option<KeyState>, ChainError> {
		self.read(storage::key_state(key)).await
	}

	async fn recovery(&self, account: &AccountId) -> Result<RecoveryView, ChainError> {
		self.recovery_of(account).await
	}

	async fn representation(&self, patient: &AccountId) -> Result<RepresentationView, ChainError> {
		self.representation_of(patient).await
	}

	async fn studies(
		&self,
		after: Option<u32>,
		limit: u32,
	) -> Result<Vec<(u32, Study)>, ChainError> {
		self.page_of_studies(after, limit).await
	}

	async fn study(&self, study: u32) -> Result<Option<Study>, ChainError> {
		self.whole_study(study).await
	}

	async fn round(&self, study: u32, round: u8) -> Result<Option<Round>, ChainError> {
		self.whole_round(study, round).await
	}

	async fn result(&self, study: u32, round: u8) -> Result<Option<StudyResult>, ChainError> {
		self.read(storage::study_result(study, round)).await
	}

	async fn mechanism(&self, study: u32) -> Result<Option<Mechanism>, ChainError> {
		let study = self.read(storage::study(study)).await?;
		Ok(study.map(|study| Mechanism::of(&study.terms)))
	}

	async fn standing(
		&self,
		study: u32,
		after: Option<AccountId>,
		limit: u32,
	) -> Result<Vec<(AccountId, AccountId)>, ChainError> {
		self.page_of_standing(study, after, limit).await
	}

	async fn contributed(
		&self,
		study: u32,
		round: u8,
		people: &[AccountId],
	) -> Result<Vec<Option<AccountId>>, ChainError> {
		self.contributors_of(study, round, people).await
	}

	async fn may_count(&self, study: u32, patient: &AccountId) -> Result<Decision, ChainError> {
		self.decide_counting(study, patient).await
	}

	async fn epsilon_left(&self, patient: &AccountId) -> Result<u32, ChainError> {
		self.left_of_ledger(patient).await
	}

	async fn withheld(
		&self,
		study: u32,
		patient: &AccountId,
		after: Option<H256>,
		limit: u32,
	) -> Result<Vec<(H256, Category, ServicePeriod)>, ChainError> {
		self.page_of_withheld(study, patient, after, limit).await
	}

	async fn audit_head(&self, patient: &AccountId) -> Result<(u64, H256), ChainError> {
		let log = self.read(storage::log(patient)).await?.unwrap_or_default();
		Ok((log.count, log.head))
	}
}

/// The last part of a key of a map, which [`storage::blake2_128_concat`] hashed.
fn concatenated<T: DecodeLimit>(key: &[u8], prefix: &[u8]) -> Result<T, ChainError> {
	part_of(key, prefix.len().saturating_add(16))
}

/// What is at this place in a key, to its end.
fn part_of<T: DecodeLimit>(key: &[u8], at: usize) -> Result<T, ChainError> {
	let mut part = key.get(at..).unwrap_or_default();
	T::decode_all_with_depth_limit(crate::compatibility::MAX_DEPTH, &mut part)
		.map_err(ChainError::foreign)
}
