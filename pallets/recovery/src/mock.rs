//! A runtime with this pallet, and test doubles of its neighbours.

use crate as pallet_recovery;
use frame_support::{derive_impl, parameter_types};
use sp_core::{sr25519, Pair, H256};
use sp_runtime::{traits::IdentityLookup, BuildStorage};
use vouchsafe_primitives::*;
pub use vouchsafe_support::doubles::{
	self, Admitted, Clock, Logs, People, Representatives, TwoOfStaff, NOT_STAFF, SAME_STAFF, START,
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
	pub type Recovery = pallet_recovery;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

pub const DAY: Moment = 24 * 60 * 60;
pub const RECOVERY_DELAY: Moment = 7 * DAY;
pub const KEY_DELAY: Moment = 3 * DAY;
pub const LIFETIME: Moment = 30 * DAY;

parameter_types! {
	pub const RecoveryDelay: Moment = RECOVERY_DELAY;
	pub const KeyDelay: Moment = KEY_DELAY;
	pub const AttemptLifetime: Moment = LIFETIME;
}

impl pallet_recovery::Config for Test {
	type Enrolment = People;
	type Staff = TwoOfStaff;
	type AuditLog = Logs;
	type Admission = Admitted;
	type Representation = Representatives;
	type Time = Clock;
	type RecoveryDelay = RecoveryDelay;
	type KeyDelay = KeyDelay;
	type AttemptLifetime = AttemptLifetime;
	type WeightInfo = ();
}

pub const GENESIS: H256 = H256([0x11; 32]);
pub const PATIENT: AccountId = AccountId::new([1; 32]);
pub const OTHER_PATIENT: AccountId = AccountId::new([2; 32]);
pub const HOSPITAL: AccountId = AccountId::new([10; 32]);
pub const CLINIC: AccountId = AccountId::new([11; 32]);
pub const AUTHORITY: AccountId = AccountId::new([12; 32]);
pub const OTHER_AUTHORITY: AccountId = AccountId::new([13; 32]);
pub const CUSTODIAN: AccountId = AccountId::new([15; 32]);
pub const DOCTOR: AccountId = AccountId::new([20; 32]);
pub const NURSE: AccountId = AccountId::new([21; 32]);
pub const CLINIC_DOCTOR: AccountId = AccountId::new([22; 32]);
pub const REGISTRAR: AccountId = AccountId::new([24; 32]);
pub const OFFICER: AccountId = AccountId::new([25; 32]);
/// The patient's guardians, in ascending order.
pub const SPOUSE: AccountId = AccountId::new([41; 32]);
pub const FRIEND: AccountId = AccountId::new([42; 32]);
pub const NEIGHBOUR: AccountId = AccountId::new([43; 32]);
pub const STRANGER: AccountId = AccountId::new([99; 32]);

/// The key pair of a name.
pub fn pair(name: &str) -> sr25519::Pair {
	Pair::from_string(&format!("//{name}"), None).unwrap()
}

/// The key of a name.
pub fn key(name: &str) -> AccountId {
	pair(name).public().into()
}

/// Runs a test with everybody enrolled, and checks the state after it.
pub fn build_and_execute(test: impl FnOnce()) {
	doubles::reset();
	for institution in [HOSPITAL, CLINIC] {
		People::enrol(institution, AccountKind::Institution);
	}
	People::set_custodian(&HOSPITAL, CUSTODIAN);
	for authority in [AUTHORITY, OTHER_AUTHORITY] {
		People::enrol(authority, AccountKind::Authority);
	}
	for patient in [PATIENT, OTHER_PATIENT] {
		People::enrol_by(patient, AccountKind::Patient, HOSPITAL);
	}
	for guardian in [SPOUSE, FRIEND, NEIGHBOUR] {
		People::enrol_by(guardian, AccountKind::Person, CLINIC);
	}
	for (practitioner, institution, role) in [
		(DOCTOR, HOSPITAL, Role::Physician),
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
		frame_system::BlockHash::<Test>::insert(0, GENESIS);
		System::set_block_number(1);
		test();
		Recovery::do_try_state().unwrap();
	});
}
