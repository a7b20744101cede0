//! Each call's tests, and what they have in common.

mod acknowledge;
mod acknowledge_many;
mod choose_holders;
mod declare;
mod expiry;
mod open;
mod reading;
mod report_loss;

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

fn set(threshold: u8, holders: impl IntoIterator<Item = Holder>) -> HolderSet {
	HolderSet { threshold, holders: holders.into_iter().collect::<Vec<_>>().try_into().unwrap() }
}

/// The default: any three of three institutions, the patient and the authority.
fn usual() -> HolderSet {
	set(3, institutions(3).into_iter().chain([patient(), emergency()]))
}

fn version(record: RecordId, version: VersionNumber) -> DeclaredVersion {
	DeclaredVersion { record, version, commitments: H256([3; 32]) }
}

/// Declares the sharing set of the record's first version.
fn declare(record: RecordId, set: HolderSet) -> DispatchResult {
	Custody::declare(&PATIENT, set, &[version(record, 0)])
}

/// What the institution still has to acknowledge of the first record's first version.
fn due(institution: AccountId) -> Option<Due> {
	Unacknowledged::<Test>::get(institution, (record(0), 0))
}

/// Who has acknowledged the share of the first record's first version.
fn acknowledged() -> Vec<AccountId> {
	let holders = Custody::sharing_set(PATIENT, record(0), 0).unwrap().holders.into_iter();
	holders.filter(|holder| holder.acknowledged).map(|holder| holder.account).collect()
}

fn choose(holders: Vec<AccountId>, countries: Vec<Country>) -> DispatchResult {
	Custody::choose_holders(
		RuntimeOrigin::signed(PATIENT),
		holders.try_into().unwrap(),
		countries.try_into().unwrap(),
	)
}
