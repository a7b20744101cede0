//! A runtime with this pallet, and test doubles of its neighbours.

use crate as pallet_access_requests;
use frame_support::{derive_impl, parameter_types, traits::ConstU32};
use sp_runtime::{traits::IdentityLookup, BuildStorage};
use vouchsafe_primitives::*;
pub use vouchsafe_support::doubles::{self, tags, Clock, GivenConsents, Line, Logs, People, START};

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
	pub type AccessRequests = pallet_access_requests;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

pub const DAY: Moment = 24 * 60 * 60;

parameter_types! {
	pub const RequestLifetime: Moment = 7 * DAY;
}

impl pallet_access_requests::Config for Test {
	type Enrolment = People;
	type Consents = GivenConsents;
	type AuditLog = Logs;
	type Time = Clock;
	type RequestLifetime = RequestLifetime;
	type MaxOpenPerAsker = ConstU32<3>;
	type MaxOpenPerInstitution = ConstU32<16>;
	type WeightInfo = ();
}

pub const PATIENT: AccountId = AccountId::new([1; 32]);
pub const OTHER_PATIENT: AccountId = AccountId::new([2; 32]);
pub const RELATIVE: AccountId = AccountId::new([3; 32]);
pub const HOSPITAL: AccountId = AccountId::new([10; 32]);
pub const CLINIC: AccountId = AccountId::new([11; 32]);
pub const DOCTOR: AccountId = AccountId::new([20; 32]);
pub const CLINIC_DOCTOR: AccountId = AccountId::new([22; 32]);
pub const STRANGER: AccountId = AccountId::new([99; 32]);

/// One of the hospital's further practitioners, from 0.
pub fn colleague(number: u8) -> AccountId {
	AccountId::new([100 + number; 32])
}

/// Runs a test with everybody enrolled, and checks the state after it.
pub fn build_and_execute(test: impl FnOnce()) {
	doubles::reset();
	for institution in [HOSPITAL, CLINIC] {
		People::enrol(institution, AccountKind::Institution);
	}
	for patient in [PATIENT, OTHER_PATIENT] {
		People::enrol_by(patient, AccountKind::Patient, HOSPITAL);
	}
	People::enrol_by(RELATIVE, AccountKind::Person, HOSPITAL);
	let doctors = [(DOCTOR, HOSPITAL, Role::Physician), (CLINIC_DOCTOR, CLINIC, Role::Physician)];
	let colleagues = (0..20).map(|number| (colleague(number), HOSPITAL, Role::Nurse));
	for (practitioner, institution, role) in doctors.into_iter().chain(colleagues) {
		People::enrol_by(practitioner.clone(), AccountKind::Practitioner, institution.clone());
		People::affiliate(&practitioner, &institution, role);
	}
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| {
		System::set_block_number(1);
		test();
		AccessRequests::do_try_state().unwrap();
	});
}
