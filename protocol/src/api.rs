//! The runtime's API: the name of each function, its arguments as bytes, and how its answer is read.

use crate::{errors::ChainError, types::*};
use codec::{DecodeAll, Encode};
use std::marker::PhantomData;

/// A question to the runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query<T> {
	/// The function's name, as `state_call` takes it.
	pub function: &'static str,
	/// Its arguments' bytes.
	pub arguments: Vec<u8>,
	answer: PhantomData<fn() -> T>,
}

impl<T: DecodeAll> Query<T> {
	fn new(function: &'static str, arguments: Vec<u8>) -> Self {
		Self { function, arguments, answer: PhantomData }
	}

	/// What these bytes answer.
	pub fn decode(&self, answer: &[u8]) -> Result<T, ChainError> {
		T::decode_all(&mut &answer[..]).map_err(ChainError::foreign)
	}
}

/// Calls `$then` with the functions of the runtime's APIs; [`crate::traits::View`] has a method for
/// each.
macro_rules! runtime_apis {
	($then:ident) => {
		$then! {
			VouchsafeApi {
				/// The account, if it is enrolled.
				account(account: &AccountId) -> Option<Account>;
				/// The institution.
				institution(account: &AccountId) -> Option<Institution>;
				/// A page of the institutions and authorities.
				institutions(after: Option<AccountId>, limit: u32) -> Vec<(AccountId, AccountKind, Status, Institution)>;
				/// A page of a practitioner's affiliations, past ones too.
				affiliations(
					practitioner: &AccountId,
					after: Option<AccountId>,
					limit: u32,
				) -> Vec<(AccountId, Affiliation)>;
				/// The institution whose custodian signs with this account.
				custodian_of(account: &AccountId) -> Option<AccountId>;
				/// A page of a patient's records.
				records_of(patient: &AccountId, after: Option<H256>, limit: u32) -> Vec<(H256, Record)>;
				/// A patient's record.
				record(patient: &AccountId, record: H256) -> Option<Record>;
				/// A version of a patient's record.
				version(patient: &AccountId, record: H256, version: u32) -> Option<Version>;
				/// Who holds the shares of a version.
				sharing_set(patient: &AccountId, record: H256, version: u32) -> Option<SharingSet>;
				/// Versions that the institution has to acknowledge.
				unacknowledged(institution: &AccountId, limit: u32) -> Vec<HeldVersion>;
				/// A page of a patient's consents.
				consents_of(
					patient: &AccountId,
					after: Option<(Grantee, u32)>,
					limit: u32,
				) -> Vec<(Grantee, Consent)>;
				/// A page of the requests that a patient has to answer.
				requests_of(
					patient: &AccountId,
					after: Option<u32>,
					limit: u32,
				) -> Vec<(u32, Request)>;
				/// What a reader has opened of a patient's.
				openings(patient: &AccountId, reader: &AccountId) -> Vec<Opening>;
				/// What the patient's consents say now.
				decide(
					reader: &AccountId,
					ground: Ground,
					patient: &AccountId,
					record: H256,
					action: Action,
					purpose: Purpose,
				) -> Decision;
				/// Whether the reader may read the patient's log.
				decide_log(
					reader: &AccountId,
					institution: Option<AccountId>,
					patient: &AccountId,
				) -> Decision;
				/// Whether the author may write some record of the patient's for the institution.
				may_write(
					author: &AccountId,
					institution: &AccountId,
					patient: &AccountId,
				) -> Decision;
				/// Whether the institution may still keep the shares of these records that the patient
				/// carried to it under the consent. It answers for the first 64.
				may_carry(
					holder: &AccountId,
					patient: &AccountId,
					grantee: &Grantee,
					consent: u32,
					records: &[H256],
				) -> Vec<bool>;
				/// The holders that the patient chose.
				holder_choice(patient: &AccountId) -> Option<HolderChoice>;
				/// Count and head of the patient's log.
				audit_head(patient: &AccountId) -> (u64, H256);
			}
			CareApi {
				/// What is known of a key: for which account it signs, or that it was replaced. Nothing if
				/// it signs for the account of its own name, or for nobody.
				key_state(key: &AccountId) -> Option<KeyState>;
				/// The account's present key, its guardians, and what is under way.
				recovery(account: &AccountId) -> RecoveryView;
				/// Who represents the patient, and whether each representation is in force now.
				representation(patient: &AccountId) -> RepresentationView;
			}
			ResearchApi {
				/// A page of the studies.
				studies(after: Option<u32>, limit: u32) -> Vec<(u32, Study)>;
				/// The study.
				study(study: u32) -> Option<Study>;
				/// A round of a study, if it has begun.
				round(study: u32, round: u8) -> Option<Round>;
				/// What a round of a study measured.
				result(study: u32, round: u8) -> Option<StudyResult>;
				/// How many people a study on this disease, with these traits, could reach in this
				/// country, or in all.
				reach(disease: Option<u32>, traits: StudyTraits, country: Option<Country>) -> Reach;
				/// How a study's noise is drawn.
				mechanism(study: u32) -> Option<Mechanism>;
				/// A page of the people of a study's current round whose consents permit the study at this
				/// block, and who contributed each.
				standing(
					study: u32,
					after: Option<AccountId>,
					limit: u32,
				) -> Vec<(AccountId, AccountId)>;
				/// Who contributed each of these people to a round. It answers for the first 1,024.
				contributed(
					study: u32,
					round: u8,
					people: &[AccountId],
				) -> Vec<Option<AccountId>>;
				/// What the patient's consents say now to being counted in a study.
				may_count(study: u32, patient: &AccountId) -> Decision;
				/// ε that the patient can still spend on studies this year, in thousandths.
				epsilon_left(patient: &AccountId) -> u32;
				/// A page of the patient's records that a study must leave out.
				withheld(
					study: u32,
					patient: &AccountId,
					after: Option<H256>,
					limit: u32,
				) -> Vec<(H256, Category, ServicePeriod)>;
			}
		}
	};
}

pub(crate) use runtime_apis;

macro_rules! queries {
	($($api:ident {
		$($(#[$meta:meta])* $name:ident($($argument:ident: $type:ty),* $(,)?) -> $answer:ty;)*
	})*) => {
		$($($(#[$meta])*
		pub fn $name($($argument: $type),*) -> Query<$answer> {
			let function = concat!(stringify!($api), "_", stringify!($name));
			Query::new(function, ($($argument,)*).encode())
		})*)*
	};
}

runtime_apis!(queries);

/// The nonce of the account's next transaction, of which none waits in the pool.
pub fn nonce(account: &AccountId) -> Query<u32> {
	Query::new("AccountNonceApi_account_nonce", account.encode())
}

/// The runtime's metadata in one format, if it knows that format.
pub fn metadata(format: u32) -> Query<Option<Vec<u8>>> {
	Query::new("Metadata_metadata_at_version", format.encode())
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn arguments_follow_one_another() {
		let patient = AccountId::new([1; 32]);
		let query = records_of(&patient, Some(H256([2; 32])), 3);
		assert_eq!(query.function, "VouchsafeApi_records_of");
		assert_eq!(query.arguments, [&[1; 32][..], &[1], &[2; 32], &[3, 0, 0, 0]].concat());
		assert!(holder_choice(&patient).arguments == [1; 32]);
		let query = contributed(7, 1, std::slice::from_ref(&patient));
		assert_eq!(query.function, "ResearchApi_contributed");
		assert_eq!(query.arguments, [&[7, 0, 0, 0, 1, 4][..], &[1; 32]].concat());
		let query = key_state(&patient);
		assert_eq!((query.function, &query.arguments[..]), ("CareApi_key_state", &[1; 32][..]));
	}

	#[test]
	fn an_answer_is_read_to_its_end() {
		let query = audit_head(&AccountId::new([1; 32]));
		let answer = (7u64, H256([8; 32]));
		assert_eq!(query.decode(&answer.encode()), Ok(answer));
		assert!(query.decode(&[&answer.encode()[..], &[0]].concat()).is_err());
		assert!(query.decode(&answer.encode()[1..]).is_err());
	}

	proptest! {
		#[test]
		fn foreign_answers_never_panic(bytes: Vec<u8>) {
			let account = AccountId::new([1; 32]);
			let _ = institutions(None, 1).decode(&bytes);
			let _ = records_of(&account, None, 1).decode(&bytes);
			let _ = consents_of(&account, None, 1).decode(&bytes);
			let _ = requests_of(&account, None, 1).decode(&bytes);
			let _ = openings(&account, &account).decode(&bytes);
			let _ = sharing_set(&account, H256([1; 32]), 0).decode(&bytes);
			let _ = studies(None, 1).decode(&bytes);
			let _ = result(0, 0).decode(&bytes);
			let _ = reach(None, StudyTraits::default(), None).decode(&bytes);
			let _ = standing(0, None, 1).decode(&bytes);
			let _ = key_state(&account).decode(&bytes);
			let _ = recovery(&account).decode(&bytes);
			let _ = representation(&account).decode(&bytes);
		}
	}
}
