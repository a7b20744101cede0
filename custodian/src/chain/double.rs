//! A chain for tests: a node with a finalised and a best block that hold what a test puts in.

pub(crate) mod relay;
pub(crate) mod studies;

use super::*;
use std::collections::BTreeMap;
use studies::SharedStudies;
use vouchsafe_client::chain::{account_bytes, AccountKind, Scopes};

/// A block. What a test did not put in does not exist.
#[derive(Clone, Default)]
pub struct BlockDouble {
	/// Its number.
	pub number: u32,
	/// Its time.
	pub time: u64,
	/// The enrolled accounts.
	pub accounts: BTreeMap<[u8; 32], Account>,
	/// The keys that sign for an account of another name, or were replaced.
	pub keys: BTreeMap<[u8; 32], KeyState>,
	/// The patients of records.
	pub patients: BTreeMap<[u8; 32], AccountId>,
	/// Versions.
	pub versions: BTreeMap<([u8; 32], u32), Version>,
	/// Sharing sets.
	pub sharing_sets: BTreeMap<([u8; 32], u32), SharingSet>,
	/// Openings, by patient and reader.
	pub openings: BTreeMap<([u8; 32], [u8; 32]), Vec<Opening>>,
	/// The number of entries in each patient's log.
	pub entries: u64,
	/// Registrars, with their institutions.
	pub registrars: Vec<(AccountId, AccountId)>,
	/// Who may read every record and log, and write for every institution.
	pub permitted: Vec<AccountId>,
	/// Patients, with who represents each and within which scopes.
	pub representatives: Vec<(AccountId, AccountId, Scopes)>,
	/// How long it takes to decide about a log, and to list the members.
	pub slowness: std::time::Duration,
	/// The patients, consents and records whose carried shares may stay.
	pub carried: Vec<([u8; 32], u32, [u8; 32])>,
	/// A study, if there is one.
	pub studies: Option<SharedStudies>,
	/// The published releases of the wallet.
	pub releases: Vec<Release>,
	/// The active institutions.
	pub members: Vec<(AccountId, Institution)>,
}

impl BlockDouble {
	/// Another key signs for the account from now on, in the place of this one.
	pub fn replace_key(&mut self, account: &AccountId, old: &AccountId, new: &AccountId) {
		self.keys.insert(account_bytes(old), KeyState::Replaced);
		self.keys.insert(account_bytes(new), KeyState::Signs(account.clone()));
	}

	/// Whether the record is this patient's.
	fn of(&self, patient: &AccountId, record: H256) -> Option<()> {
		self.patients.get(&record.0).filter(|whose| *whose == patient).map(drop)
	}

	/// Notes that the institution has acknowledged these versions, or has lost its shares of them.
	fn note_acknowledged(
		&mut self,
		institution: &AccountId,
		versions: &[HeldVersion],
		acknowledged: bool,
	) {
		for HeldVersion { record, version, .. } in versions {
			let Some(set) = self.sharing_sets.get_mut(&(record.0, *version)) else { continue };
			let holders = set.holders.iter_mut().filter(|holder| holder.account == *institution);
			holders.for_each(|holder| holder.acknowledged = acknowledged);
		}
	}
}

/// A node.
#[derive(Default)]
pub struct NodeDouble {
	/// The chain's genesis hash.
	pub genesis: [u8; 32],
	/// The last finalised block.
	pub finalized: BlockDouble,
	/// The best block.
	pub best: BlockDouble,
	/// Whether the node is catching up.
	pub is_syncing: bool,
	/// Which fork the chain is on, and the number of its first block there.
	pub fork: Option<(u32, u8)>,
	/// The institution whose custodian acknowledges.
	pub institution: Option<AccountId>,
	/// A record that the chain does not let anybody acknowledge.
	pub unacknowledgeable: Option<H256>,
	/// Whether every submission is lost.
	pub is_deaf: std::sync::atomic::AtomicBool,
	/// Whether calls for studies are never in a block.
	pub is_stuck: std::sync::atomic::AtomicBool,
	/// The acknowledgements that were submitted, with their versions.
	pub submitted: std::sync::Mutex<Vec<(Vec<HeldVersion>, bool)>>,
	/// The losses that were reported.
	pub lost: std::sync::Mutex<Vec<Vec<HeldVersion>>>,
	/// A study, if there is one.
	pub studies: Option<SharedStudies>,
	/// The first block whose state it has.
	pub states_from: std::sync::atomic::AtomicU32,
	/// The numbers of the blocks whose states it was asked for.
	pub asked_states: std::sync::Mutex<Vec<u32>>,
	/// The time between two blocks. If it is 0, each block of a number is the last final one.
	pub block_seconds: u64,
	/// What wallets are told.
	pub relay: std::sync::Mutex<relay::RelayDouble>,
}

impl NodeDouble {
	/// An error if it does not hear.
	fn hear(&self) -> Result<(), ChainError> {
		match self.is_deaf.load(std::sync::atomic::Ordering::Relaxed) {
			true => Err(ChainError::Unreachable("deaf".into())),
			false => Ok(()),
		}
	}

	/// The block, with what was acknowledged since.
	fn now(&self, block: &BlockDouble) -> Arc<dyn Block> {
		let mut block = self.with_study(block.clone());
		let submitted = self.submitted.lock().unwrap();
		if let Some(institution) = &self.institution {
			let successful = submitted.iter().filter(|(_, is_successful)| *is_successful);
			successful
				.for_each(|(versions, _)| block.note_acknowledged(institution, versions, true));
			for versions in self.lost.lock().unwrap().iter() {
				block.note_acknowledged(institution, versions, false);
			}
		}
		Arc::new(block)
	}
}

/// The hash of the block of this number on a fork.
pub fn hash(number: u32, fork: u8) -> H256 {
	let mut hash = [fork; 32];
	hash[..4].copy_from_slice(&number.to_le_bytes());
	H256(hash)
}

/// An active account.
pub fn account(kind: AccountKind, enrolled_by: AccountId, encryption_key: [u8; 32]) -> Account {
	Account {
		kind,
		status: Status::Active,
		status_since: 0,
		disabled_since: None,
		doubt: None,
		encryption_key,
		enrolled_by,
	}
}

#[async_trait]
impl Node for NodeDouble {
	fn genesis(&self) -> H256 {
		H256(self.genesis)
	}

	async fn current_genesis(&self) -> Result<H256, ChainError> {
		Ok(H256(self.genesis))
	}

	async fn has_state(&self, number: u32) -> Result<bool, ChainError> {
		self.asked_states.lock().unwrap().push(number);
		Ok(number >= self.states_from.load(std::sync::atomic::Ordering::Relaxed))
	}

	async fn finalized(&self) -> Result<Arc<dyn Block>, ChainError> {
		Ok(self.now(&self.finalized))
	}

	async fn best(&self) -> Result<Arc<dyn Block>, ChainError> {
		Ok(self.now(&self.best))
	}

	async fn is_syncing(&self) -> Result<bool, ChainError> {
		Ok(self.is_syncing)
	}

	async fn hash_of(&self, number: u32) -> Result<H256, ChainError> {
		if let Some(found) = self.lock_relay().hash_of(number) {
			return Ok(found);
		}
		let fork = self.fork.filter(|(first, _)| number >= *first).map_or(0, |(_, fork)| fork);
		Ok(hash(number, fork))
	}

	async fn block(&self, number: u32) -> Result<Arc<dyn Block>, ChainError> {
		match self.block_seconds {
			0 => self.finalized().await,
			seconds => {
				let time = u64::from(number) * seconds;
				Ok(Arc::new(BlockDouble { number, time, ..self.finalized.clone() }))
			},
		}
	}

	async fn acknowledge(
		&self,
		_key: &Keypair,
		versions: Vec<HeldVersion>,
	) -> Result<(), ChainError> {
		self.hear()?;
		let is_bad = |held: &HeldVersion| Some(held.record) == self.unacknowledgeable;
		let is_successful = !versions.iter().any(is_bad);
		self.submitted.lock().unwrap().push((versions, is_successful));
		match is_successful {
			true => Ok(()),
			false => Err(ChainError::Dispatch {
				pallet: "Custody".into(),
				error: "NotHolder".into(),
				docs: String::new(),
			}),
		}
	}

	async fn report_loss(
		&self,
		_key: &Keypair,
		versions: Vec<HeldVersion>,
	) -> Result<(), ChainError> {
		self.hear()?;
		self.lost.lock().unwrap().push(versions);
		Ok(())
	}
}

#[async_trait]
impl Block for BlockDouble {
	fn number(&self) -> u32 {
		self.number
	}

	fn hash(&self) -> H256 {
		hash(self.number, 0)
	}

	async fn time(&self) -> Result<u64, ChainError> {
		Ok(self.time)
	}

	async fn account(&self, account: &AccountId) -> Result<Option<Account>, ChainError> {
		Ok(self.accounts.get(&account_bytes(account)).cloned())
	}

	async fn key_state(&self, key: &AccountId) -> Result<Option<KeyState>, ChainError> {
		Ok(self.keys.get(&account_bytes(key)).cloned())
	}

	async fn institution(&self, account: &AccountId) -> Result<Option<Institution>, ChainError> {
		let studies = self.studies.as_ref();
		Ok(studies.and_then(|it| studies::lock(it).institutions.get(account).cloned()))
	}

	async fn custodian_of(&self, account: &AccountId) -> Result<Option<AccountId>, ChainError> {
		let Some(studies) = &self.studies else { return Ok(None) };
		let studies = studies::lock(studies);
		let is_of = |(_, it): &(&AccountId, &Institution)| {
			it.custodian.as_ref().is_some_and(|custodian| custodian.account == *account)
		};
		Ok(studies.institutions.iter().find(is_of).map(|(id, _)| id.clone()))
	}

	async fn version(
		&self,
		patient: &AccountId,
		record: H256,
		version: u32,
	) -> Result<Option<Version>, ChainError> {
		let versions = &self.versions;
		Ok(self.of(patient, record).and_then(|()| versions.get(&(record.0, version)).cloned()))
	}

	async fn sharing_set(
		&self,
		patient: &AccountId,
		record: H256,
		version: u32,
	) -> Result<Option<SharingSet>, ChainError> {
		let sets = &self.sharing_sets;
		Ok(self.of(patient, record).and_then(|()| sets.get(&(record.0, version)).cloned()))
	}

	async fn count_unacknowledged(
		&self,
		_institution: &AccountId,
		_limit: u32,
	) -> Result<usize, ChainError> {
		Ok(0)
	}

	async fn openings(
		&self,
		patient: &AccountId,
		reader: &AccountId,
	) -> Result<Vec<Opening>, ChainError> {
		Ok(self
			.openings
			.get(&(account_bytes(patient), account_bytes(reader)))
			.cloned()
			.unwrap_or_default())
	}

	async fn decide_read(
		&self,
		reader: &AccountId,
		_ground: Ground,
		_patient: &AccountId,
		_record: H256,
		_purpose: Purpose,
	) -> Result<bool, ChainError> {
		Ok(self.permitted.contains(reader))
	}

	async fn decide_log(
		&self,
		reader: &AccountId,
		_institution: Option<AccountId>,
		_patient: &AccountId,
	) -> Result<bool, ChainError> {
		tokio::time::sleep(self.slowness).await;
		Ok(self.permitted.contains(reader))
	}

	async fn may_read_log(
		&self,
		reader: &AccountId,
		patient: &AccountId,
	) -> Result<bool, ChainError> {
		self.decide_log(reader, None, patient).await
	}

	async fn represents(
		&self,
		patient: &AccountId,
		account: &AccountId,
		scopes: &[Scope],
	) -> Result<bool, ChainError> {
		let is_within =
			|of: &Scopes| scopes.is_empty() || scopes.iter().any(|scope| of.contains(*scope));
		Ok(self.representatives.iter().any(|(whose, representative, of)| {
			(whose, representative) == (patient, account) && is_within(of)
		}))
	}

	async fn may_write(
		&self,
		author: &AccountId,
		_institution: &AccountId,
		_patient: &AccountId,
	) -> Result<bool, ChainError> {
		Ok(self.permitted.contains(author))
	}

	async fn is_registrar(
		&self,
		practitioner: &AccountId,
		institution: &AccountId,
	) -> Result<bool, ChainError> {
		Ok(self.registrars.contains(&(practitioner.clone(), institution.clone())))
	}

	async fn has_consent(
		&self,
		patient: &AccountId,
		_grantee: &Grantee,
		id: u32,
	) -> Result<bool, ChainError> {
		let patient = account_bytes(patient);
		Ok(self.carried.iter().any(|(of, consent, _)| (*of, *consent) == (patient, id)))
	}

	async fn may_carry(
		&self,
		_holder: &AccountId,
		patient: &AccountId,
		_grantee: &Grantee,
		consent: u32,
		records: &[H256],
	) -> Result<Vec<bool>, ChainError> {
		let patient = account_bytes(patient);
		let may_carry = |record: &H256| self.carried.contains(&(patient, consent, record.0));
		Ok(records.iter().map(may_carry).collect())
	}

	async fn audit_entries(&self) -> Result<Vec<AppendedEntry>, ChainError> {
		Ok(Vec::new())
	}

	async fn audit_head(&self, _patient: &AccountId) -> Result<(u64, H256), ChainError> {
		Ok((self.entries, H256([0; 32])))
	}

	async fn wallet_releases(&self) -> Result<Vec<Release>, ChainError> {
		Ok(self.releases.clone())
	}

	async fn members(&self) -> Result<Vec<(AccountId, Institution)>, ChainError> {
		tokio::time::sleep(self.slowness).await;
		Ok(self.members.clone())
	}
}
