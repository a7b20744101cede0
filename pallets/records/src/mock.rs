//! A chain with this pallet and a clock. Its neighbours are doubles: people who are enrolled,
//! consents (decided by the real policy), sharing sets and log entries are lists.

use crate as pallet_records;
use frame_support::{derive_impl, parameter_types, traits::UnixTime};
use sp_core::H256;
use sp_runtime::{traits::IdentityLookup, BoundedVec, BuildStorage, DispatchError, DispatchResult};
use vouchsafe_primitives::{audit::LogEvent, policy, policy::*, traits::*, *};

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

/// A sharing set: patient, origin, institution, record, version.
pub type DeclaredSet = (AccountId, AccountId, Option<AccountId>, RecordId, VersionNumber);
/// A line of the log: patient, origin, institution, purpose, event.
pub type Entry = (AccountId, AccountId, Option<AccountId>, Option<Purpose>, LogEvent);

/// When the tests begin.
pub const NOW: Moment = 1_700_000_000;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Timestamp: pallet_timestamp,
		Records: pallet_records,
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

impl crate::Config for Test {
	type Enrolment = People;
	type Consents = Given;
	type Custody = Declared;
	type AuditLog = Log;
	type Time = Timestamp;
	type WeightInfo = ();
}

parameter_types! {
	/// Who is enrolled, as what, and whether active.
	pub static Enrolled: Vec<(AccountId, AccountKind, bool)> = Vec::new();
	/// Who is affiliated with whom now.
	pub static Affiliated: Vec<(AccountId, AccountId)> = Vec::new();
	/// Whose consents.
	pub static Consented: Vec<(AccountId, Grantee, Terms)> = Vec::new();
	/// The sharing sets that were declared.
	pub static Sets: Vec<DeclaredSet> = Vec::new();
	/// Whether sharing sets are refused.
	pub static RefusesSets: bool = false;
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
					country: *b"DE",
					teams: BoundedVec::new(),
					attested: true,
				}
			});
		Some(Actor { account: account.clone(), kind, active, acting_for, study: None })
	}
	fn active_kind(account: &AccountId) -> Option<AccountKind> {
		Self::actor(account, None).filter(|actor| actor.active).map(|actor| actor.kind)
	}
	fn custodian_of(_: &AccountId) -> Option<AccountId> {
		None
	}
	fn enrolled_by(_: &AccountId) -> Option<AccountId> {
		None
	}
	fn country(_: &AccountId) -> Option<Country> {
		Some(*b"DE")
	}
	fn is_affiliated(practitioner: &AccountId, institution: &AccountId) -> bool {
		Affiliated::get().contains(&(practitioner.clone(), institution.clone()))
	}
	fn signer() -> Option<AccountId> {
		None
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
		Err(DispatchError::Other("records are never granted"))
	}
}

/// Custody: a list of sharing sets.
pub struct Declared;

impl Custody for Declared {
	fn declare(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		record: RecordId,
		version: VersionNumber,
		_: NewSharingSet,
	) -> DispatchResult {
		if RefusesSets::get() {
			return Err(DispatchError::Other("unsound"));
		}
		Sets::mutate(|sets| {
			sets.push((patient.clone(), origin.clone(), acting_for.cloned(), record, version))
		});
		Ok(())
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

/// Runs a test in block 1, and the pallet's invariants after it. The patient lets the hospital
/// write.
pub fn run(test: impl FnOnce()) {
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	sp_io::TestExternalities::from(storage).execute_with(|| {
		System::set_block_number(1);
		Timestamp::set_timestamp(NOW * 1000);
		Enrolled::set(vec![
			(PATIENT, AccountKind::Patient, true),
			(OTHER_PATIENT, AccountKind::Patient, true),
			(DOCTOR, AccountKind::Practitioner, true),
			(COLLEAGUE, AccountKind::Practitioner, true),
			(FOREIGN_DOCTOR, AccountKind::Practitioner, true),
			(HOSPITAL, AccountKind::Institution, true),
			(OTHER_HOSPITAL, AccountKind::Institution, true),
			(RELATIVE, AccountKind::Person, true),
		]);
		Affiliated::set(vec![
			(DOCTOR, HOSPITAL),
			(COLLEAGUE, HOSPITAL),
			(FOREIGN_DOCTOR, OTHER_HOSPITAL),
		]);
		Consented::set(vec![(PATIENT, Grantee::Institution(HOSPITAL), may_write())]);
		RefusesSets::set(false);
		Sets::set(Vec::new());
		Entries::set(Vec::new());
		test();
		Records::do_try_state().unwrap();
	});
}

/// A permit to write, whatever the labels.
pub fn may_write() -> Terms {
	Terms {
		actions: Actions::of(&[Action::Write]),
		labels: Labels(u32::MAX),
		..Terms::all(Effect::Permit)
	}
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

/// Ends the practitioner's affiliations.
pub fn end_affiliations(practitioner: &AccountId) {
	Affiliated::mutate(|all| all.retain(|(who, _)| who != practitioner));
}
