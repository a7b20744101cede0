//! Whom limits count: an address, an account, or the accounts that one institution enrolled.

use crate::{
	api::source::Source,
	config::{Api, PartyLimits},
};
use vouchsafe_client::chain::{account_bytes, Account, AccountId, AccountKind};

/// Somebody whose requests are limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
	/// Everybody at an address.
	Source(Source),
	/// An account.
	Account([u8; 32]),
	/// An institution, and all but the patients that it enrolled.
	Staff([u8; 32]),
	/// The patients that an institution enrolled. They take nothing from its staff.
	Patients([u8; 32]),
}

impl Party {
	/// The limits of an account or an institution. An address has limits of its own.
	pub fn limits(self, api: &Api) -> Option<PartyLimits> {
		match self {
			Self::Source(_) => None,
			Self::Account(_) => Some(api.per_account),
			Self::Staff(_) | Self::Patients(_) => Some(api.per_institution),
		}
	}
}

/// Who signed a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signer {
	account: Party,
	institution: Party,
}

impl Signer {
	/// An enrolled account.
	pub fn enrolled(account: &AccountId, enrolled: &Account) -> Self {
		let enroller = account_bytes(&enrolled.enrolled_by);
		let institution = match enrolled.kind {
			AccountKind::Patient => Party::Patients(enroller),
			AccountKind::Institution => Party::Staff(account_bytes(account)),
			_ => Party::Staff(enroller),
		};
		Self { account: Party::Account(account_bytes(account)), institution }
	}

	/// An institution's custodian.
	pub fn custodian(account: &AccountId, institution: &AccountId) -> Self {
		let institution = Party::Staff(account_bytes(institution));
		Self { account: Party::Account(account_bytes(account)), institution }
	}

	/// The account and its institution.
	pub fn parties(self) -> [Party; 2] {
		[self.account, self.institution]
	}
}
