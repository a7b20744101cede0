//! A runtime with this pallet, and test doubles of its neighbours.

use crate as pallet_records;
use frame_support::derive_impl;
use sp_runtime::{traits::IdentityLookup, BuildStorage};
use vouchsafe_primitives::*;
use vouchsafe_support::doubles::Clock;
pub use vouchsafe_support::doubles::{
	self, tags, DeclaredSets, GivenConsents, Logs, People, Representatives, TwoOfStaff, NOT_STAFF,
	SAME_STAFF, START as NOW,
};

type Block = frame_system::mocking::MockBlock<Test>;

pub const PATIENT: AccountId = AccountId::new([1; 32]);
pub const OTHER_PATIENT: AccountId = AccountId::new([2; 32]);
pub const DOCTOR: AccountId = AccountId::new([3; 32]);
pub const COLLEAGUE: AccountId = AccountId::new([4; 32]);
pub const FOREIGN_DOCTOR: AccountId = AccountId::new([5; 32]);
pub const HOSPITAL: AccountId = AccountId::new([6; 32]);
pub const OTHER_HOSPITAL: AccountId = AccountId::new([7; 32]);
pub const RELATIVE: AccountId = AccountId::new([8; 32]);
pub const STRANGER: AccountId = AccountId::new([9; 32]);
pub const REGISTRAR: AccountId = AccountId::new([10; 32]);

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Records: pallet_records,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId>;
}

impl crate::Config for Test {
	type Enrolment = People;
	type Staff = TwoOfStaff;
	type Consents = GivenConsents;
	type Representation = Representatives;
	type Custody = DeclaredSets;
	type AuditLog = Logs;
	type Time = Clock;
	type WeightInfo = ();
}

/// Runs a test in block 1, and the pallet's invariants after it. The patient lets the hospital
/// write.
pub fn run(test: impl FnOnce()) {
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	sp_io::TestExternalities::from(storage).execute_with(|| {
		System::set_block_number(1);
		doubles::reset();
		People::enrol(HOSPITAL, AccountKind::Institution);
		People::enrol(OTHER_HOSPITAL, AccountKind::Institution);
		for patient in [PATIENT, OTHER_PATIENT] {
			People::enrol(patient, AccountKind::Patient);
		}
		People::enrol(RELATIVE, AccountKind::Person);
		for (doctor, hospital, role) in [
			(DOCTOR, HOSPITAL, Role::Physician),
			(COLLEAGUE, HOSPITAL, Role::Physician),
			(REGISTRAR, HOSPITAL, Role::Registrar),
			(FOREIGN_DOCTOR, OTHER_HOSPITAL, Role::Physician),
		] {
			People::enrol(doctor.clone(), AccountKind::Practitioner);
			People::affiliate(&doctor, &hospital, role);
		}
		GivenConsents::set(vec![(PATIENT, Grantee::Institution(HOSPITAL), may_write())]);
		test();
		Records::do_try_state().unwrap();
	});
}

/// A permit to write records of any label and confidentiality.
pub fn may_write() -> Terms {
	Terms {
		actions: Actions::of(&[Action::Write]),
		labels: LabelFilter::Any,
		confidentiality: Confidentiality::VeryRestricted,
		..Terms::all(Effect::Permit)
	}
}
