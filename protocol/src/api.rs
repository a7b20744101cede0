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

/// Calls `$then` with the functions of `VouchsafeApi`; [`crate::traits::View`] has a method for
/// each.
macro_rules! vouchsafe_api {
	($then:ident) => {
		$then! {
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
	};
}

pub(crate) use vouchsafe_api;

macro_rules! queries {
	($($(#[$meta:meta])* $name:ident($($argument:ident: $type:ty),* $(,)?) -> $answer:ty;)*) => {
		$($(#[$meta])*
		pub fn $name($($argument: $type),*) -> Query<$answer> {
			Query::new(concat!("VouchsafeApi_", stringify!($name)), ($($argument,)*).encode())
		})*
	};
}

vouchsafe_api!(queries);

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
		}
	}
}
