//! What the daemon reads from the chain: [`Node`] is a connection to a node, [`Block`] is the
//! chain's state at one block. Both are implemented for the client's types, which read through a
//! node's WebSocket.

use async_trait::async_trait;
use std::sync::Arc;
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::{
	chain::{
		self, calls::CustodyCall, storage, Account, AccountId, Action, Affiliation, AppendedEntry,
		ChainError, Decision, Grantee, Ground, HeldVersion, Institution, KeyState, Opening,
		Purpose, Release, Role, Scope, SharingSet, Status, Submit, Version, View, H256,
	},
	protocol::representatives,
	release::WALLET,
};

#[cfg(test)]
pub(crate) mod double;
mod relay;
mod studies;

pub use relay::*;
pub use studies::*;

/// About how many records one question to [`Block::may_carry`] is.
pub const MAX_CARRIED: usize = 64;

/// A connection to a node.
#[async_trait]
pub trait Node: SubmitStudies + Relay + Send + Sync {
	/// The genesis hash that the node had when it was connected.
	fn genesis(&self) -> H256;
	/// The genesis hash that the node has now. After a reconnection it may be another node.
	async fn current_genesis(&self) -> Result<H256, ChainError>;
	/// Whether the node still has the state of the block of this number, which should be final.
	async fn has_state(&self, number: u32) -> Result<bool, ChainError>;
	/// The last finalised block.
	async fn finalized(&self) -> Result<Arc<dyn Block>, ChainError>;
	/// The best block.
	async fn best(&self) -> Result<Arc<dyn Block>, ChainError>;
	/// Whether the node is catching up with the others.
	async fn is_syncing(&self) -> Result<bool, ChainError>;
	/// The hash of the block of this number, which should be final.
	async fn hash_of(&self, number: u32) -> Result<H256, ChainError>;
	/// The block of this number, which should be final.
	async fn block(&self, number: u32) -> Result<Arc<dyn Block>, ChainError>;
	/// Submits the acknowledgement of versions and waits until it is final: of all or of none.
	async fn acknowledge(
		&self,
		key: &Keypair,
		versions: Vec<HeldVersion>,
	) -> Result<(), ChainError>;
	/// Submits that the shares of versions are lost and waits until it is final: for all or for none.
	async fn report_loss(
		&self,
		key: &Keypair,
		versions: Vec<HeldVersion>,
	) -> Result<(), ChainError>;
}

/// The chain's state at one block.
#[async_trait]
pub trait Block: StudiesAt + Send + Sync {
	/// The block's number.
	fn number(&self) -> u32;
	/// The block's hash.
	fn hash(&self) -> H256;
	/// The block's time, in seconds since 1970.
	async fn time(&self) -> Result<u64, ChainError>;
	/// The account, if it is enrolled.
	async fn account(&self, account: &AccountId) -> Result<Option<Account>, ChainError>;
	/// For which account a key signs, or that it was replaced. Nothing if it signs for the account of its
	/// own name, or for nobody.
	async fn key_state(&self, key: &AccountId) -> Result<Option<KeyState>, ChainError>;
	/// The institution.
	async fn institution(&self, account: &AccountId) -> Result<Option<Institution>, ChainError>;
	/// The institution whose custodian signs with this account.
	async fn custodian_of(&self, account: &AccountId) -> Result<Option<AccountId>, ChainError>;
	/// A version of the patient's record.
	async fn version(
		&self,
		patient: &AccountId,
		record: H256,
		version: u32,
	) -> Result<Option<Version>, ChainError>;
	/// The holders of the shares of a version of the patient's record.
	async fn sharing_set(
		&self,
		patient: &AccountId,
		record: H256,
		version: u32,
	) -> Result<Option<SharingSet>, ChainError>;
	/// The number of versions that the institution has to acknowledge, counted up to `limit`.
	async fn count_unacknowledged(
		&self,
		institution: &AccountId,
		limit: u32,
	) -> Result<usize, ChainError>;
	/// The reader's openings of the patient's records.
	async fn openings(
		&self,
		patient: &AccountId,
		reader: &AccountId,
	) -> Result<Vec<Opening>, ChainError>;
	/// Whether the reader may read the record.
	async fn decide_read(
		&self,
		reader: &AccountId,
		ground: Ground,
		patient: &AccountId,
		record: H256,
		purpose: Purpose,
	) -> Result<bool, ChainError>;
	/// Whether the reader may read the patient's log.
	async fn decide_log(
		&self,
		reader: &AccountId,
		institution: Option<AccountId>,
		patient: &AccountId,
	) -> Result<bool, ChainError>;
	/// The same for the reader itself, and for each institution for which the reader acts.
	async fn may_read_log(
		&self,
		reader: &AccountId,
		patient: &AccountId,
	) -> Result<bool, ChainError>;
	/// Whether the account represents the patient now, within one of these scopes; without scopes, within any.
	/// That the account is active is not checked.
	async fn represents(
		&self,
		patient: &AccountId,
		account: &AccountId,
		scopes: &[Scope],
	) -> Result<bool, ChainError>;
	/// Whether the author may write some record of the patient's for the institution.
	async fn may_write(
		&self,
		author: &AccountId,
		institution: &AccountId,
		patient: &AccountId,
	) -> Result<bool, ChainError>;
	/// Whether the practitioner acts as a registrar for the institution now.
	async fn is_registrar(
		&self,
		practitioner: &AccountId,
		institution: &AccountId,
	) -> Result<bool, ChainError>;
	/// Whether the patient has a consent of this grantee and number.
	async fn has_consent(
		&self,
		patient: &AccountId,
		grantee: &Grantee,
		id: u32,
	) -> Result<bool, ChainError>;
	/// Whether the institution may still keep the share of each of these records that the patient
	/// carried to it under this consent. Answers for the first [`MAX_CARRIED`].
	async fn may_carry(
		&self,
		holder: &AccountId,
		patient: &AccountId,
		grantee: &Grantee,
		consent: u32,
		records: &[H256],
	) -> Result<Vec<bool>, ChainError>;
	/// The entries that the block appended to patients' logs, in order.
	async fn audit_entries(&self) -> Result<Vec<AppendedEntry>, ChainError>;
	/// Count and head of the patient's log.
	async fn audit_head(&self, patient: &AccountId) -> Result<(u64, H256), ChainError>;
	/// The releases of the wallet that the council has published, the current one last.
	async fn wallet_releases(&self) -> Result<Vec<Release>, ChainError>;
	/// The active institutions and authorities.
	async fn members(&self) -> Result<Vec<(AccountId, Institution)>, ChainError>;
}

/// Whether the institution has acknowledged its share of a version. None if it holds none in this epoch.
pub async fn is_acknowledged(
	block: &dyn Block,
	HeldVersion { patient, record, version, epoch }: &HeldVersion,
	institution: &AccountId,
) -> Result<Option<bool>, ChainError> {
	let set = block.sharing_set(patient, *record, *version).await?;
	let mut holders = set.into_iter().filter(|set| set.epoch == *epoch).flat_map(|set| set.holders);
	Ok(holders.find(|it| it.account == *institution).map(|it| it.acknowledged))
}

/// Whether the account is active and may sign.
pub fn is_active(account: &Account) -> bool {
	account.status == Status::Active && account.disabled_since.is_none()
}

/// Whether an affiliation is in force at this time.
fn is_current(affiliation: &Affiliation, now: u64) -> bool {
	affiliation.accepted
		&& affiliation.from <= now
		&& affiliation.until.is_none_or(|until| now < until)
}

#[async_trait]
impl Node for chain::Chain {
	fn genesis(&self) -> H256 {
		Submit::genesis(self)
	}

	async fn current_genesis(&self) -> Result<H256, ChainError> {
		self.ask_genesis().await
	}

	async fn has_state(&self, number: u32) -> Result<bool, ChainError> {
		chain::Chain::has_state(self, number).await
	}

	async fn finalized(&self) -> Result<Arc<dyn Block>, ChainError> {
		Ok(Arc::new(Submit::finalized(self).await?))
	}

	async fn best(&self) -> Result<Arc<dyn Block>, ChainError> {
		Ok(Arc::new(Submit::best(self).await?))
	}

	async fn is_syncing(&self) -> Result<bool, ChainError> {
		Ok(self.peers().await?.1)
	}

	async fn hash_of(&self, number: u32) -> Result<H256, ChainError> {
		chain::Chain::hash_of(self, number).await
	}

	async fn block(&self, number: u32) -> Result<Arc<dyn Block>, ChainError> {
		Ok(Arc::new(self.at_number(number).await?))
	}

	async fn acknowledge(
		&self,
		key: &Keypair,
		versions: Vec<HeldVersion>,
	) -> Result<(), ChainError> {
		self.submit(key, CustodyCall::acknowledge_many { versions }).await.map(drop)
	}

	async fn report_loss(
		&self,
		key: &Keypair,
		versions: Vec<HeldVersion>,
	) -> Result<(), ChainError> {
		self.submit(key, CustodyCall::report_loss { versions }).await.map(drop)
	}
}

#[async_trait]
impl Block for chain::At {
	fn number(&self) -> u32 {
		self.number
	}

	fn hash(&self) -> H256 {
		self.hash
	}

	async fn time(&self) -> Result<u64, ChainError> {
		View::time(self).await
	}

	async fn account(&self, account: &AccountId) -> Result<Option<Account>, ChainError> {
		View::account(self, account).await
	}

	async fn key_state(&self, key: &AccountId) -> Result<Option<KeyState>, ChainError> {
		View::key_state(self, key).await
	}

	async fn institution(&self, account: &AccountId) -> Result<Option<Institution>, ChainError> {
		View::institution(self, account).await
	}

	async fn custodian_of(&self, account: &AccountId) -> Result<Option<AccountId>, ChainError> {
		View::custodian_of(self, account).await
	}

	async fn version(
		&self,
		patient: &AccountId,
		record: H256,
		version: u32,
	) -> Result<Option<Version>, ChainError> {
		View::version(self, patient, record, version).await
	}

	async fn sharing_set(
		&self,
		patient: &AccountId,
		record: H256,
		version: u32,
	) -> Result<Option<SharingSet>, ChainError> {
		View::sharing_set(self, patient, record, version).await
	}

	async fn count_unacknowledged(
		&self,
		institution: &AccountId,
		limit: u32,
	) -> Result<usize, ChainError> {
		Ok(View::unacknowledged(self, institution, limit).await?.len())
	}

	async fn openings(
		&self,
		patient: &AccountId,
		reader: &AccountId,
	) -> Result<Vec<Opening>, ChainError> {
		View::openings(self, patient, reader).await
	}

	async fn decide_read(
		&self,
		reader: &AccountId,
		ground: Ground,
		patient: &AccountId,
		record: H256,
		purpose: Purpose,
	) -> Result<bool, ChainError> {
		let decision =
			View::decide(self, reader, ground, patient, record, Action::Read, purpose).await?;
		Ok(matches!(decision, Decision::Permit(_)))
	}

	async fn decide_log(
		&self,
		reader: &AccountId,
		institution: Option<AccountId>,
		patient: &AccountId,
	) -> Result<bool, ChainError> {
		let decision = View::decide_log(self, reader, institution, patient).await?;
		Ok(matches!(decision, Decision::Permit(_)))
	}

	async fn may_read_log(
		&self,
		reader: &AccountId,
		patient: &AccountId,
	) -> Result<bool, ChainError> {
		let affiliations = View::all_affiliations(self, reader).await?.into_iter();
		for institution in affiliations.map(|(institution, _)| Some(institution)).chain([None]) {
			if Block::decide_log(self, reader, institution, patient).await? {
				return Ok(true);
			}
		}
		Ok(false)
	}

	async fn represents(
		&self,
		patient: &AccountId,
		account: &AccountId,
		scopes: &[Scope],
	) -> Result<bool, ChainError> {
		let view = View::representation(self, patient).await?;
		Ok(representatives::represents(&view, account, scopes))
	}

	async fn may_write(
		&self,
		author: &AccountId,
		institution: &AccountId,
		patient: &AccountId,
	) -> Result<bool, ChainError> {
		let decision = View::may_write(self, author, institution, patient).await?;
		Ok(matches!(decision, Decision::Permit(_)))
	}

	async fn is_registrar(
		&self,
		practitioner: &AccountId,
		institution: &AccountId,
	) -> Result<bool, ChainError> {
		let now = View::time(self).await?;
		let affiliations = View::all_affiliations(self, practitioner).await?;
		Ok(affiliations.iter().any(|(at, affiliation)| {
			at == institution && affiliation.role == Role::Registrar && is_current(affiliation, now)
		}))
	}

	async fn has_consent(
		&self,
		patient: &AccountId,
		grantee: &Grantee,
		id: u32,
	) -> Result<bool, ChainError> {
		Ok(View::consent(self, patient, grantee, id).await?.is_some())
	}

	async fn may_carry(
		&self,
		holder: &AccountId,
		patient: &AccountId,
		grantee: &Grantee,
		consent: u32,
		records: &[H256],
	) -> Result<Vec<bool>, ChainError> {
		View::may_carry(self, holder, patient, grantee, consent, records).await
	}

	async fn audit_entries(&self) -> Result<Vec<AppendedEntry>, ChainError> {
		View::audit_entries(self).await
	}

	async fn audit_head(&self, patient: &AccountId) -> Result<(u64, H256), ChainError> {
		View::audit_head(self, patient).await
	}

	async fn wallet_releases(&self) -> Result<Vec<Release>, ChainError> {
		Ok(View::read(self, storage::releases(WALLET)).await?.unwrap_or_default())
	}

	async fn members(&self) -> Result<Vec<(AccountId, Institution)>, ChainError> {
		let all = View::all_institutions(self).await?.into_iter();
		let active = all.filter(|(_, _, status, _)| *status == Status::Active);
		Ok(active.map(|(account, _, _, institution)| (account, institution)).collect())
	}
}
