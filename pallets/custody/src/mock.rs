//! A chain with this pallet and a clock. Its neighbours are doubles: people who are enrolled,
//! records, consents (decided by the real policy) and log entries are lists.

use crate as pallet_custody;
use frame_support::{derive_impl, parameter_types, traits::UnixTime};
use sp_core::H256;
use sp_runtime::{traits::IdentityLookup, BoundedVec, BuildStorage, DispatchError};
use vouchsafe_primitives::{audit::LogEvent, policy, policy::*, traits::*, *};

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

/// A line of the log: patient, origin, institution, purpose, event.
pub type Entry = (AccountId, AccountId, Option<AccountId>, Option<Purpose>, LogEvent);

/// When the tests begin.
pub const NOW: Moment = 1_700_000_000;
/// As the runtime has it.
pub const LIFETIME: u64 = 600;
/// As the runtime has it.
pub const WINDOW: u32 = 300;
/// As the runtime has it.
pub const MAX_REFUSALS: u32 = 20;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Timestamp: pallet_timestamp,
		Custody: pallet_custody,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId>;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

parameter_types! {
	pub const OpeningLifetime: u64 = LIFETIME;
	pub const RefusalWindow: u32 = WINDOW;
	pub const MaxRefusals: u32 = MAX_REFUSALS;
}

impl crate::Config for Test {
	type Enrolment = People;
	type Records = Known;
	type Consents = Given;
	type AuditLog = Log;
	type Time = Timestamp;
	type OpeningLifetime = OpeningLifetime;
	type RefusalWindow = RefusalWindow;
	type MaxRefusals = MaxRefusals;
	type WeightInfo = ();
}

parameter_types! {
	/// Who is enrolled, as what, and whether active.
	pub static Enrolled: Vec<(AccountId, AccountKind, bool)> = Vec::new();
	/// Who is affiliated with whom now.
	pub static Affiliated: Vec<(AccountId, AccountId)> = Vec::new();
	/// What records there are.
	pub static KnownRecords: Vec<RecordFacts> = Vec::new();
	/// Whose consents.
	pub static Consented: Vec<(AccountId, Grantee, Terms)> = Vec::new();
	/// What was logged.
	pub static Entries: Vec<Entry> = Vec::new();
}

/// Enrolment: a list of people.
pub struct People;

impl Enrolment for People {
	fn actor(account: &AccountId, institution: Option<&AccountId>) -> Option<Actor> {
		let (_, kind, active) = Enrolled::get().into_iter().find(|(who, ..)| who == account)?;
		let acting_for =
			institution.filter(|at| Self::is_affiliated(account, at)).map(|institution| {
				ActingFor {
					institution: institution.clone(),
					role: Role::Physician,
					country: Self::country(institution).unwrap(),
					teams: BoundedVec::new(),
					attested: true,
				}
			});
		Some(Actor { account: account.clone(), kind, active, acting_for, study: None })
	}
	fn active_kind(account: &AccountId) -> Option<AccountKind> {
		Self::actor(account, None).filter(|actor| actor.active).map(|actor| actor.kind)
	}
	fn custodian_of(account: &AccountId) -> Option<AccountId> {
		let institution =
			Enrolled::get().into_iter().map(|(who, ..)| who).find(|who| custodian(who) == *account);
		institution.filter(|it| {
			use AccountKind::*;
			matches!(Self::active_kind(it), Some(Institution | Authority))
		})
	}
	fn enrolled_by(_: &AccountId) -> Option<AccountId> {
		None
	}
	fn country(institution: &AccountId) -> Option<Country> {
		Some(match institution {
			it if *it == hospital(1) => *b"AT",
			it if *it == hospital(2) => *b"CH",
			_ => *b"DE",
		})
	}
	fn is_affiliated(practitioner: &AccountId, institution: &AccountId) -> bool {
		Affiliated::get().contains(&(practitioner.clone(), institution.clone()))
	}
	fn signer() -> Option<AccountId> {
		None
	}
}

/// Records: a list.
pub struct Known;

impl Records for Known {
	fn facts(record: &RecordId) -> Option<RecordFacts> {
		KnownRecords::get().into_iter().find(|facts| facts.id == *record)
	}
}

/// Consents: a list, and the real decision.
pub struct Given;

impl Consents for Given {
	fn decide(question: &Question) -> Decision {
		assert_eq!(question.now, Timestamp::now().as_secs());
		policy::decide(question, |grantee| {
			let consents = Consented::get().into_iter().enumerate();
			consents
				.filter(|(_, (patient, to, _))| *patient == question.patient && to == grantee)
				.map(|(id, (_, _, terms))| Consent {
					id: id as u32,
					revision: 0,
					policy_version: POLICY_VERSION,
					terms,
					text: ShownText { commitment: H256::zero(), language: *b"de" },
					grantor: Grantor::Patient,
				})
				.collect::<Vec<_>>()
		})
	}
	fn grant(
		_: &AccountId,
		_: Grantee,
		_: Terms,
		_: ShownText,
	) -> Result<ConsentId, DispatchError> {
		Err(DispatchError::Other("custody never grants"))
	}
}

/// The log: a list of entries.
pub struct Log;

impl AuditLog for Log {
	fn append(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		purpose: Option<Purpose>,
		event: LogEvent,
	) {
		Entries::mutate(|entries| {
			entries.push((patient.clone(), origin.clone(), acting_for.cloned(), purpose, event))
		});
	}
	fn head(_: &AccountId) -> (u64, H256) {
		(Entries::get().len() as u64, H256::zero())
	}
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
		holder: hospital(0),
		category: Category::Laboratory,
		labels: Labels(0),
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
		Timestamp::set_timestamp(NOW * 1000);
		let mut enrolled = vec![
			(PATIENT, AccountKind::Patient, true),
			(OTHER_PATIENT, AccountKind::Patient, true),
			(AUTHORITY, AccountKind::Authority, true),
			(RELATIVE, AccountKind::Person, true),
		];
		enrolled.extend((0..12).map(|n| (hospital(n), AccountKind::Institution, true)));
		enrolled.extend((0..12).map(|n| (doctor(n), AccountKind::Practitioner, true)));
		Enrolled::set(enrolled);
		Affiliated::set((0..12).map(|n| (doctor(n), hospital(n))).collect());
		KnownRecords::set((0..100).map(facts).collect());
		Consented::set(vec![(
			PATIENT,
			Grantee::Institution(hospital(1)),
			Terms::all(Effect::Permit),
		)]);
		Entries::set(Vec::new());
		test();
		Custody::do_try_state().unwrap();
	});
}

/// Suspends the account.
pub fn suspend(account: &AccountId) {
	Enrolled::mutate(|people| {
		people
			.iter_mut()
			.filter(|(who, ..)| who == account)
			.for_each(|(.., active)| *active = false)
	});
}

/// Lets so many seconds pass.
pub fn pass(seconds: u64) {
	Timestamp::set_timestamp((Timestamp::now().as_secs() + seconds) * 1000);
}
