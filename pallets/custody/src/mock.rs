//! A runtime with this pallet, and test doubles of its neighbours.

use crate as pallet_custody;
use frame_support::{derive_impl, parameter_types};
use sp_core::H256;
use sp_runtime::{traits::IdentityLookup, BuildStorage};
use vouchsafe_primitives::*;
pub use vouchsafe_support::doubles::{
	self, tags, Clock, GivenConsents, KnownRecords, Line, Logs, People, START as NOW,
};

type Block = frame_system::mocking::MockBlock<Test>;

pub const PATIENT: AccountId = AccountId::new([1; 32]);
pub const OTHER_PATIENT: AccountId = AccountId::new([2; 32]);
pub const AUTHORITY: AccountId = AccountId::new([3; 32]);
pub const RELATIVE: AccountId = AccountId::new([4; 32]);
pub const STRANGER: AccountId = AccountId::new([5; 32]);

/// One of twelve hospitals. The first three lie in DE, AT and CH, the others in DE.
pub fn hospital(number: u8) -> AccountId {
	AccountId::new([0x10 + number; 32])
}

/// One of twelve doctors, each of the hospital with the same number.
pub fn doctor(number: u8) -> AccountId {
	AccountId::new([0x30 + number; 32])
}

/// The account of an institution's or the authority's custodian.
pub fn custodian(institution: &AccountId) -> AccountId {
	let mut bytes: [u8; 32] = institution.clone().into();
	bytes[31] = 0xcc;
	AccountId::new(bytes)
}

/// As the runtime has it.
pub const LIFETIME: u64 = 600;
/// As the runtime has it.
pub const WINDOW: Moment = 600;
/// The number of the window in which tests begin.
pub const FIRST_WINDOW: u32 = (NOW / WINDOW) as u32;
/// As the runtime has it.
pub const MAX_REFUSALS: u32 = 8;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Custody: pallet_custody,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId>;
}

parameter_types! {
	pub const OpeningLifetime: u64 = LIFETIME;
	pub const RefusalWindow: Moment = WINDOW;
	pub const MaxRefusals: u32 = MAX_REFUSALS;
}

impl crate::Config for Test {
	type Enrolment = People;
	type Records = KnownRecords;
	type Consents = GivenConsents;
	type AuditLog = Logs;
	type Time = Clock;
	type OpeningLifetime = OpeningLifetime;
	type RefusalWindow = RefusalWindow;
	type MaxRefusals = MaxRefusals;
	type WeightInfo = ();
}

/// One of the patient's records; they begin with this byte.
pub fn record(number: u8) -> RecordId {
	let mut id = H256([0xaa; 32]);
	id.0[31] = number;
	id
}

/// What is known of it. Authored by the first hospital.
pub fn facts(number: u8) -> RecordFacts {
	RecordFacts {
		id: record(number),
		patient: PATIENT,
		author: hospital(0),
		responsible: hospital(0),
		category: Category::Laboratory,
		confidentiality: Confidentiality::Normal,
		labels: LabelTags::default(),
		service: ServicePeriod { first: 1500, last: 1500 },
		status: RecordStatus::Current,
	}
}

/// Runs a test in block 1, and the pallet's invariants after it. The patient has 100 records, and
/// lets the second hospital read them.
pub fn run(test: impl FnOnce()) {
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	sp_io::TestExternalities::from(storage).execute_with(|| {
		System::set_block_number(1);
		doubles::reset();
		for patient in [PATIENT, OTHER_PATIENT] {
			People::enrol(patient, AccountKind::Patient);
		}
		People::enrol(RELATIVE, AccountKind::Person);
		People::enrol(AUTHORITY, AccountKind::Authority);
		People::set_custodian(&AUTHORITY, custodian(&AUTHORITY));
		for number in 0..12 {
			People::enrol(hospital(number), AccountKind::Institution);
			People::set_custodian(&hospital(number), custodian(&hospital(number)));
			People::enrol(doctor(number), AccountKind::Practitioner);
			People::affiliate(&doctor(number), &hospital(number), Role::Physician);
			let country = match number {
				1 => *b"AT",
				2 => *b"CH",
				_ => *b"DE",
			};
			People::set_country(&hospital(number), country);
		}
		People::set_country(&AUTHORITY, *b"DE");
		KnownRecords::set((0..100).map(facts).collect());
		GivenConsents::set(vec![(
			PATIENT,
			Grantee::Institution(hospital(1)),
			Terms::all(Effect::Permit),
		)]);
		test();
		Custody::do_try_state().unwrap();
	});
}
