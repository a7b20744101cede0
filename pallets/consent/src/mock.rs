//! A runtime with this pallet, and test doubles of its neighbours.

use crate as pallet_consent;
use frame_support::{derive_impl, parameter_types};
use sp_runtime::{traits::IdentityLookup, BuildStorage};
use vouchsafe_primitives::*;
pub use vouchsafe_support::doubles::{
	self, tags, Admitted, Clock, KnownStudies, Line, Logs, People, Representatives, TwoOfStaff,
	NOT_STAFF, SAME_STAFF, START,
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
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Consent = pallet_consent;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

pub const DAY: Moment = 24 * 60 * 60;

parameter_types! {
	pub const AssistedPeriod: Moment = 90 * DAY;
	pub const AssistedResearchPeriod: Moment = ASSISTED_RESEARCH_PERIOD;
}

impl pallet_consent::Config for Test {
	type Enrolment = People;
	type Admission = Admitted;
	type Staff = TwoOfStaff;
	type AuditLog = Logs;
	type Time = Clock;
	type Studies = KnownStudies;
	type Representation = Representatives;
	type AssistedPeriod = AssistedPeriod;
	type AssistedResearchPeriod = AssistedResearchPeriod;
	type WeightInfo = ();
}

pub const PATIENT: AccountId = AccountId::new([1; 32]);
pub const OTHER_PATIENT: AccountId = AccountId::new([2; 32]);
pub const RELATIVE: AccountId = AccountId::new([3; 32]);
pub const OTHER_RELATIVE: AccountId = AccountId::new([5; 32]);
pub const HOSPITAL: AccountId = AccountId::new([10; 32]);
pub const CLINIC: AccountId = AccountId::new([11; 32]);
pub const DOCTOR: AccountId = AccountId::new([20; 32]);
pub const NURSE: AccountId = AccountId::new([21; 32]);
pub const CLINIC_DOCTOR: AccountId = AccountId::new([22; 32]);
pub const COLLEAGUE: AccountId = AccountId::new([23; 32]);
pub const REGISTRAR: AccountId = AccountId::new([24; 32]);
pub const OFFICER: AccountId = AccountId::new([25; 32]);
pub const AUTHORITY: AccountId = AccountId::new([12; 32]);
pub const STRANGER: AccountId = AccountId::new([99; 32]);

/// Runs a test with everybody enrolled, and checks the state after it.
pub fn build_and_execute(test: impl FnOnce()) {
	doubles::reset();
	for institution in [HOSPITAL, CLINIC] {
		People::enrol(institution, AccountKind::Institution);
	}
	People::enrol(AUTHORITY, AccountKind::Authority);
	for patient in [PATIENT, OTHER_PATIENT] {
		People::enrol_by(patient, AccountKind::Patient, HOSPITAL);
	}
	for relative in [RELATIVE, OTHER_RELATIVE] {
		People::enrol_by(relative, AccountKind::Person, HOSPITAL);
	}
	for (practitioner, institution, role) in [
		(DOCTOR, HOSPITAL, Role::Physician),
		(COLLEAGUE, HOSPITAL, Role::Physician),
		(NURSE, HOSPITAL, Role::Nurse),
		(REGISTRAR, HOSPITAL, Role::Registrar),
		(CLINIC_DOCTOR, CLINIC, Role::Physician),
		(OFFICER, AUTHORITY, Role::PrivacyOfficer),
	] {
		People::enrol_by(practitioner.clone(), AccountKind::Practitioner, institution.clone());
		People::affiliate(&practitioner, &institution, role);
	}
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| {
		System::set_block_number(1);
		test();
		Consent::do_try_state().unwrap();
	});
}
