//! Each call's tests, and what they have in common.

mod acknowledge;
mod choose_holders;
mod declare;
mod open;
mod reading;

use crate::{mock::*, *};
use frame_support::{assert_noop, assert_ok};
use vouchsafe_support::Custody as _;

const NO_RECORD: RecordId = H256([0xee; 32]);

/// A holder of a sharing set that a test puts together.
fn institution(number: u8) -> Holder {
	Holder { account: hospital(number), kind: HolderKind::Institution }
}

fn practitioner(number: u8) -> Holder {
	Holder { account: doctor(number), kind: HolderKind::Practitioner }
}

fn emergency() -> Holder {
	Holder { account: AUTHORITY, kind: HolderKind::Emergency }
}

fn patient() -> Holder {
	Holder { account: PATIENT, kind: HolderKind::Patient }
}

/// The first so many hospitals.
fn institutions(count: u8) -> Vec<Holder> {
	(0..count).map(institution).collect()
}

fn set(threshold: u8, holders: impl IntoIterator<Item = Holder>) -> NewSharingSet {
	let holders = holders.into_iter().collect::<Vec<_>>().try_into().unwrap();
	NewSharingSet { threshold, holders, commitments: H256([3; 32]) }
}

/// The default: any three of three institutions, the patient and the authority.
fn usual() -> NewSharingSet {
	set(3, institutions(3).into_iter().chain([patient(), emergency()]))
}

/// Declares the sharing set of the record's first version, for the first hospital's doctor.
fn declare(record: RecordId, set: NewSharingSet) -> DispatchResult {
	Custody::declare(&PATIENT, &doctor(0), Some(&hospital(0)), record, 0, set)
}

fn choose(holders: Vec<AccountId>, countries: Vec<Country>) -> DispatchResult {
	Custody::choose_holders(
		RuntimeOrigin::signed(PATIENT),
		holders.try_into().unwrap(),
		countries.try_into().unwrap(),
	)
}
