//! Each call's tests, and what they have in common.

mod add_labels;
mod add_version;
mod create;
mod create_many;
mod mark_entered_in_error;
mod reading;
mod representatives;

// The pallet; the storage of the same name is `crate::Records`.
use crate::{
	mock::{Records, *},
	*,
};
use frame_support::{assert_err, assert_noop, assert_ok};

const SALT: [u8; 16] = [1; 16];
const NO_RECORD: RecordId = H256([0xee; 32]);

/// A manifest's CID.
fn cid(byte: u8) -> Cid {
	let mut bytes = vec![0x01, 0x55, 0x12, 0x20];
	bytes.extend([byte; 32]);
	bytes.try_into().unwrap()
}

fn new_record() -> NewRecord {
	NewRecord {
		origin: Origin::Authored,
		service: ServicePeriod { first: 1500, last: 1501 },
		relation: None,
		confidentiality: Confidentiality::Normal,
		labels: tags(&[1]),
		category: Category::Laboratory,
	}
}

/// What the patient enters.
fn own_record() -> NewRecord {
	NewRecord { origin: Origin::PatientEntered, ..new_record() }
}

fn new_version() -> NewVersion {
	NewVersion { manifest: cid(1), commitment: H256([2; 32]) }
}

/// Custody's double ignores its content.
fn holders() -> HolderSet {
	HolderSet { threshold: 3, holders: BoundedVec::new() }
}

fn sharing() -> NewSharingSet {
	NewSharingSet { set: holders(), commitments: H256([3; 32]) }
}

/// The sharing set that the calls here declare.
fn declared(record: RecordId, version: VersionNumber) -> doubles::Declared {
	(PATIENT, holders(), DeclaredVersion { record, version, commitments: H256([3; 32]) })
}

/// The doctor's call for the hospital.
fn create(salt: [u8; 16], record: NewRecord) -> DispatchResult {
	Records::create(
		RuntimeOrigin::signed(DOCTOR),
		PATIENT,
		Some(HOSPITAL),
		salt,
		record,
		new_version(),
		sharing(),
	)
}

/// The patient's call for nobody else.
fn create_own(record: NewRecord) -> DispatchResult {
	Records::create(
		RuntimeOrigin::signed(PATIENT),
		PATIENT,
		None,
		SALT,
		record,
		new_version(),
		sharing(),
	)
}

/// A record that the doctor created.
fn created() -> RecordId {
	assert_ok!(create(SALT, new_record()));
	record_id(&PATIENT, &HOSPITAL, &SALT)
}

/// A record that the patient created.
fn created_own() -> RecordId {
	assert_ok!(create_own(own_record()));
	record_id(&PATIENT, &PATIENT, &SALT)
}

fn record(id: RecordId) -> RecordView {
	Records::record(PATIENT, id).unwrap()
}

fn head(id: RecordId) -> H256 {
	record(id).head
}

/// What the record covers now.
fn frame(id: RecordId) -> Frame {
	crate::Records::<Test>::get(PATIENT, id).unwrap().frame()
}

/// The doctor adds a version that widens nothing.
fn added(id: RecordId) {
	let (origin, previous, frame) = (RuntimeOrigin::signed(DOCTOR), head(id), frame(id));
	assert_ok!(Records::add_version(
		origin,
		PATIENT,
		id,
		previous,
		frame,
		new_version(),
		sharing()
	));
}

/// A record's labels, whose tags begin with these bytes.
fn label_tags(ids: &[u8]) -> LabelTags {
	tags(ids)
}
