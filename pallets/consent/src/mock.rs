//! A runtime with this pallet, time, and doubles of its neighbours: people who are enrolled as the
//! tests say, and logs that are kept in full.

use crate as pallet_consent;
use core::cell::RefCell;
use frame_support::{derive_impl, parameter_types};
use sp_core::H256;
use sp_runtime::{traits::IdentityLookup, BuildStorage};
use std::collections::BTreeMap;
use vouchsafe_primitives::{
	audit::LogEvent,
	traits::{AuditLog, Enrolment},
	*,
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
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Consent = pallet_consent;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

pub const DAY: Moment = 24 * 60 * 60;

parameter_types! {
	pub const AssistedPeriod: Moment = 90 * DAY;
	pub const ProposalLifetime: Moment = DAY;
}

impl pallet_consent::Config for Test {
	type Enrolment = People;
	type AuditLog = Logs;
	type Time = Timestamp;
	type AssistedPeriod = AssistedPeriod;
	type ProposalLifetime = ProposalLifetime;
	type WeightInfo = ();
}

pub const PATIENT: AccountId = AccountId::new([1; 32]);
pub const OTHER_PATIENT: AccountId = AccountId::new([2; 32]);
pub const RELATIVE: AccountId = AccountId::new([3; 32]);
pub const HOSPITAL: AccountId = AccountId::new([10; 32]);
pub const CLINIC: AccountId = AccountId::new([11; 32]);
pub const DOCTOR: AccountId = AccountId::new([20; 32]);
pub const NURSE: AccountId = AccountId::new([21; 32]);
pub const CLINIC_DOCTOR: AccountId = AccountId::new([22; 32]);
pub const STRANGER: AccountId = AccountId::new([99; 32]);

/// What the double of enrolment knows.
#[derive(Clone, Default)]
struct Enrolled {
	accounts: BTreeMap<AccountId, (AccountKind, bool)>,
	affiliations: BTreeMap<(AccountId, AccountId), Role>,
	signer: Option<AccountId>,
}

thread_local! {
	static ENROLLED: RefCell<Enrolled> = RefCell::default();
	static LOGS: RefCell<BTreeMap<AccountId, Log>> = RefCell::default();
}

/// A patient's log: how many lines stand before those that are kept, and those.
#[derive(Clone, Default)]
struct Log {
	before: u64,
	lines: Vec<Line>,
}

/// One line of a log, as it was appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
	pub origin: AccountId,
	pub acting_for: Option<AccountId>,
	pub purpose: Option<Purpose>,
	pub event: LogEvent,
}

/// The double of enrolment.
pub struct People;

impl People {
	pub fn set_active(account: &AccountId, active: bool) {
		ENROLLED.with_borrow_mut(|enrolled| enrolled.accounts.get_mut(account).unwrap().1 = active);
	}

	pub fn end_affiliation(practitioner: &AccountId, institution: &AccountId) {
		let key = (practitioner.clone(), institution.clone());
		ENROLLED.with_borrow_mut(|enrolled| enrolled.affiliations.remove(&key));
	}

	pub fn set_signer(signer: Option<AccountId>) {
		ENROLLED.with_borrow_mut(|enrolled| enrolled.signer = signer);
	}
}

impl Enrolment for People {
	fn actor(account: &AccountId, institution: Option<&AccountId>) -> Option<Actor> {
		ENROLLED.with_borrow(|enrolled| {
			let (kind, active) = *enrolled.accounts.get(account)?;
			let acting_for = institution.and_then(|institution| {
				let key = (account.clone(), institution.clone());
				Some(ActingFor {
					institution: institution.clone(),
					role: *enrolled.affiliations.get(&key)?,
					country: *b"AT",
					teams: Default::default(),
					attested: false,
				})
			});
			Some(Actor { account: account.clone(), kind, active, acting_for, study: None })
		})
	}

	fn active_kind(account: &AccountId) -> Option<AccountKind> {
		Self::actor(account, None).filter(|actor| actor.active).map(|actor| actor.kind)
	}

	fn custodian_of(_: &AccountId) -> Option<AccountId> {
		None
	}

	fn enrolled_by(account: &AccountId) -> Option<AccountId> {
		Self::actor(account, None).map(|_| HOSPITAL)
	}

	fn country(institution: &AccountId) -> Option<Country> {
		[HOSPITAL, CLINIC].contains(institution).then_some(*b"AT")
	}

	fn is_affiliated(practitioner: &AccountId, institution: &AccountId) -> bool {
		let key = (practitioner.clone(), institution.clone());
		ENROLLED.with_borrow(|enrolled| enrolled.affiliations.contains_key(&key))
	}

	fn signer() -> Option<AccountId> {
		ENROLLED.with_borrow(|enrolled| enrolled.signer.clone())
	}
}

/// The double of the patients' logs.
pub struct Logs;

impl Logs {
	/// The lines that tests have caused.
	pub fn of(patient: &AccountId) -> Vec<Line> {
		LOGS.with_borrow(|logs| logs.get(patient).cloned().unwrap_or_default().lines)
	}

	/// As if this many lines stood before.
	pub fn set_before(patient: &AccountId, before: u64) {
		LOGS.with_borrow_mut(|logs| logs.entry(patient.clone()).or_default().before = before);
	}
}

impl AuditLog for Logs {
	fn append(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		purpose: Option<Purpose>,
		event: LogEvent,
	) {
		let line = Line { origin: origin.clone(), acting_for: acting_for.cloned(), purpose, event };
		LOGS.with_borrow_mut(|logs| logs.entry(patient.clone()).or_default().lines.push(line));
	}

	fn head(patient: &AccountId) -> (u64, H256) {
		LOGS.with_borrow(|logs| {
			let count = logs.get(patient).map_or(0, |log| log.before + log.lines.len() as u64);
			(count, H256::zero())
		})
	}
}

/// The moment at which tests begin.
pub const START: Moment = 1_700_000_000;

pub fn set_now(now: Moment) {
	pallet_timestamp::Now::<Test>::put(now * 1_000);
}

/// Runs a test with everybody enrolled, and checks the state after it.
pub fn build_and_execute(test: impl FnOnce()) {
	let active = |kind| (kind, true);
	ENROLLED.set(Enrolled {
		accounts: BTreeMap::from([
			(PATIENT, active(AccountKind::Patient)),
			(OTHER_PATIENT, active(AccountKind::Patient)),
			(RELATIVE, active(AccountKind::Person)),
			(HOSPITAL, active(AccountKind::Institution)),
			(CLINIC, active(AccountKind::Institution)),
			(DOCTOR, active(AccountKind::Practitioner)),
			(NURSE, active(AccountKind::Practitioner)),
			(CLINIC_DOCTOR, active(AccountKind::Practitioner)),
		]),
		affiliations: BTreeMap::from([
			((DOCTOR, HOSPITAL), Role::Physician),
			((NURSE, HOSPITAL), Role::Nurse),
			((CLINIC_DOCTOR, CLINIC), Role::Physician),
		]),
		signer: None,
	});
	LOGS.take();
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| {
		System::set_block_number(1);
		set_now(START);
		test();
		Consent::do_try_state().unwrap();
	});
}
