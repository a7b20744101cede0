//! The chain's types that clients name: those of [`vouchsafe_primitives`], and the pallets' own.

pub use crate::runtime::runtime_types::{
	pallet_access_requests::types::{Asked, Request},
	pallet_consortium::types::Release,
	pallet_custody::types::{
		HeldVersion, HolderChoice, HolderState, Opening, SharingSetView as SharingSet,
	},
	pallet_enrolment::types::{Account, Affiliation, Institution},
	pallet_records::types::{
		Creation, Frame, NewRecord, NewVersion, RecordView as Record, VersionView as Version,
	},
	pallet_recovery::types::{Attempt, By, GuardianSets, Guardians, KeyChange, RecoveryView},
	pallet_representation::types::{
		Force, Mandate, RepresentationView, Representative, RepresentativeView, Representatives,
		Stage, Suspension,
	},
	pallet_studies::types::{Reach, ReachCell, RoundView as Round, StudyView as Study},
};
use sp_core::crypto::Ss58Codec;

pub use sp_core::H256;
pub use vouchsafe_primitives::{
	agreed::*, audit::*, consent::*, guardians::*, members::*, policy::*, representation::*,
	study::*, types::*,
};

/// The account's 32 bytes.
pub fn account_bytes(account: &AccountId) -> [u8; 32] {
	account.clone().into()
}

/// The account's address, as text. Its `Display` is only in native programs.
pub fn address(account: &AccountId) -> String {
	account.to_ss58check()
}

/// The account of this address.
pub fn account_of(address: &str) -> Option<AccountId> {
	AccountId::from_ss58check(address).ok()
}

/// More items than a bounded vector of the chain takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there are too many {0}")]
pub struct TooMany(pub &'static str);

/// The items as one of the chain's bounded vectors. `what` names them if they are too many.
pub fn bounded<T, B: TryFrom<Vec<T>>>(items: Vec<T>, what: &'static str) -> Result<B, TooMany> {
	B::try_from(items).map_err(|_| TooMany(what))
}
