//! What can be read at a block: the runtime's API, and the little besides it.

use super::*;

macro_rules! api {
	($($(#[$meta:meta])* $name:ident($($argument:ident: $type:ty => $value:expr),*) -> $result:ty;)*) => {
		impl At {
			$($(#[$meta])*
			pub async fn $name(&self, $($argument: $type),*) -> Result<$result, ChainError> {
				let call = runtime::runtime_apis().vouchsafe_api().$name($($value),*);
				answered(self.at.runtime_apis().call(call)).await
			})*
		}
	};
}

api! {
	/// The account, if it is enrolled.
	account(account: &AccountId => *account) -> Option<Account>;
	/// The institution.
	institution(account: &AccountId => *account) -> Option<Institution>;
	/// Every institution and authority.
	institutions() -> Vec<(AccountId, AccountKind, Status, Institution)>;
	/// A practitioner's affiliations, past ones too.
	affiliations(practitioner: &AccountId => *practitioner) -> Vec<(AccountId, Affiliation)>;
	/// The institution whose custodian signs with this account.
	custodian_of(account: &AccountId => *account) -> Option<AccountId>;
	/// A page of a patient's records.
	records_of(patient: &AccountId => *patient, after: Option<H256> => after, limit: u32 => limit) -> Vec<(H256, Record)>;
	/// A record.
	record(record: H256 => record) -> Option<Record>;
	/// A version.
	version(record: H256 => record, version: u32 => version) -> Option<Version>;
	/// Who holds the shares of a version.
	sharing_set(record: H256 => record, version: u32 => version) -> Option<SharingSet>;
	/// Versions, with their epochs, that the institution has to acknowledge.
	unacknowledged(institution: &AccountId => *institution, limit: u32 => limit) -> Vec<(H256, u32, u32)>;
	/// A patient's consents.
	consents_of(patient: &AccountId => *patient) -> Vec<(Grantee, Consent)>;
	/// The requests that a patient has to answer.
	requests_of(patient: &AccountId => *patient) -> Vec<(u32, Request)>;
	/// What a reader has opened of a patient's.
	openings(patient: &AccountId => *patient, reader: &AccountId => *reader) -> Vec<Opening>;
	/// What the patient's consents say now.
	decide(reader: &AccountId => *reader, ground: Ground => ground, patient: &AccountId => *patient, record: H256 => record, action: Action => action, purpose: Purpose => purpose) -> Decision;
	/// Whether the reader may read the patient's log.
	decide_log(reader: &AccountId => *reader, institution: Option<AccountId> => institution, patient: &AccountId => *patient) -> Decision;
	/// The holders that the patient chose.
	holder_choice(patient: &AccountId => *patient) -> Option<HolderChoice>;
	/// Count and head of the patient's log.
	audit_head(patient: &AccountId => *patient) -> (u64, H256);
}

impl At {
	pub(super) fn new(at: OnlineClientAtBlock<Config>) -> Result<Self, ChainError> {
		let (hash, number) = (at.block_hash(), number(at.block_number())?);
		Ok(Self { at, hash, number })
	}

	/// subxt's own view of this block, for what is not here.
	pub fn subxt(&self) -> &OnlineClientAtBlock<Config> {
		&self.at
	}

	/// The chain's clock, in seconds since 1970.
	pub async fn time(&self) -> Result<u64, ChainError> {
		let address = runtime::storage().timestamp().now();
		let entry = self.at.storage().entry(address).map_err(ChainError::from_error)?;
		let value = answered(entry.fetch(())).await?;
		let millis = value.decode().map_err(ChainError::from_error)?;
		Ok(millis / 1000)
	}

	/// How long an opening stands, in seconds.
	pub fn opening_lifetime(&self) -> Result<u64, ChainError> {
		let address = runtime::constants().custody().opening_lifetime();
		self.at.constants().entry(address).map_err(ChainError::from_error)
	}

	/// The account's nonce.
	pub async fn nonce(&self, account: &AccountId) -> Result<u64, ChainError> {
		answered(self.at.transactions().account_nonce(account)).await
	}

	/// What the block appended to patients' logs, in its order.
	pub async fn audit_entries(&self) -> Result<Vec<AppendedEntry>, ChainError> {
		let events = answered(self.at.events().fetch()).await?;
		events
			.find::<runtime::audit::events::Appended>()
			.map(|event| {
				let event = event.map_err(ChainError::from_error)?;
				Ok(AppendedEntry { patient: event.patient, seq: event.seq, entry: event.entry })
			})
			.collect()
	}

	/// The consent of this grantee and number, if it stands.
	pub async fn consent(
		&self,
		patient: &AccountId,
		grantee: &Grantee,
		id: u32,
	) -> Result<Option<Consent>, ChainError> {
		let address = runtime::storage().consent().consents();
		let storage = self.at.storage();
		let Some(value) = answered(storage.try_fetch(address, (*patient, grantee.clone()))).await?
		else {
			return Ok(None);
		};
		let consents = value.decode().map_err(ChainError::from_error)?;
		Ok(consents.0.into_iter().find(|consent| consent.id == id))
	}

	/// All of a patient's records.
	pub async fn all_records_of(
		&self,
		patient: &AccountId,
	) -> Result<Vec<(H256, Record)>, ChainError> {
		const PAGE: u32 = 100;
		let mut all = Vec::new();
		loop {
			let after = all.last().map(|(id, _)| *id);
			let page = self.records_of(patient, after, PAGE).await?;
			let is_last = page.len() < PAGE as usize;
			all.extend(page);
			if is_last {
				return Ok(all);
			}
		}
	}
}
