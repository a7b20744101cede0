//! A runtime with this pallet, and test doubles of its neighbours.

use crate as pallet_studies;
use frame_support::derive_impl;
use sp_core::H256;
use sp_runtime::{traits::IdentityLookup, BuildStorage};
use vouchsafe_primitives::*;
pub use vouchsafe_support::doubles::{
	self, Clock, GivenConsents, KnownRecords, Logs, People as Enrolled, START,
};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Research = pallet_studies;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

impl pallet_studies::Config for Test {
	type Enrolment = Enrolled;
	type Records = KnownRecords;
	type Consents = GivenConsents;
	type AuditLog = Logs;
	type Time = Clock;
	type WeightInfo = ();
}

pub const GENESIS: H256 = H256([0x11; 32]);
pub const HOSPITAL: AccountId = AccountId::new([10; 32]);
pub const CLINIC: AccountId = AccountId::new([11; 32]);
pub const AUTHORITY: AccountId = AccountId::new([12; 32]);
/// An institution without a custodian.
pub const PRACTICE: AccountId = AccountId::new([13; 32]);
pub const HOSPITAL_CUSTODIAN: AccountId = AccountId::new([20; 32]);
pub const CLINIC_CUSTODIAN: AccountId = AccountId::new([21; 32]);
pub const AUTHORITY_CUSTODIAN: AccountId = AccountId::new([22; 32]);
pub const REGISTRAR: AccountId = AccountId::new([30; 32]);
pub const DOCTOR: AccountId = AccountId::new([31; 32]);
pub const CLINIC_REGISTRAR: AccountId = AccountId::new([32; 32]);
pub const RESEARCHER: AccountId = AccountId::new([40; 32]);
pub const COLLEAGUE: AccountId = AccountId::new([41; 32]);
pub const STRANGER: AccountId = AccountId::new([99; 32]);

/// The hospital's patients, from 0 to 299.
pub fn patient(number: u16) -> AccountId {
	let mut bytes = [0xa0; 32];
	bytes[..2].copy_from_slice(&number.to_le_bytes());
	bytes.into()
}

/// The clinic's patients, from 0 to 19.
pub fn clinic_patient(number: u8) -> AccountId {
	let mut bytes = [0xb0; 32];
	bytes[0] = number;
	bytes.into()
}

/// Runs a test with everybody enrolled, and checks the state after it.
pub fn build_and_execute(test: impl FnOnce()) {
	doubles::reset();
	for institution in [HOSPITAL, CLINIC, PRACTICE] {
		Enrolled::enrol(institution, AccountKind::Institution);
	}
	Enrolled::enrol(AUTHORITY, AccountKind::Authority);
	Enrolled::set_country(&CLINIC, *b"CH");
	for (institution, custodian) in [
		(HOSPITAL, HOSPITAL_CUSTODIAN),
		(CLINIC, CLINIC_CUSTODIAN),
		(AUTHORITY, AUTHORITY_CUSTODIAN),
	] {
		Enrolled::set_custodian(&institution, custodian);
	}
	for (practitioner, institution, role) in [
		(REGISTRAR, HOSPITAL, Role::Registrar),
		(DOCTOR, HOSPITAL, Role::Physician),
		(CLINIC_REGISTRAR, CLINIC, Role::Registrar),
	] {
		Enrolled::enrol_by(practitioner.clone(), AccountKind::Practitioner, institution.clone());
		Enrolled::affiliate(&practitioner, &institution, role);
	}
	for researcher in [RESEARCHER, COLLEAGUE] {
		Enrolled::enrol_by(researcher, AccountKind::Researcher, AUTHORITY);
	}
	for number in 0..300 {
		Enrolled::enrol_by(patient(number), AccountKind::Patient, HOSPITAL);
	}
	for number in 0..20 {
		Enrolled::enrol_by(clinic_patient(number), AccountKind::Patient, CLINIC);
	}
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| {
		frame_system::BlockHash::<Test>::insert(0, GENESIS);
		System::set_block_number(1);
		test();
		Research::do_try_state().unwrap();
	});
}
