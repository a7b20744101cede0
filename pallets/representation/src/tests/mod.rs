//! Tests, one file a call or subject, and what they have in common.

use crate::{
	mock::{Represented, *},
	types::*,
	Acting, Error, Event, RepresentativesOf, WeightInfo,
};
use frame_support::{
	assert_noop, assert_ok,
	traits::{Hooks, UnfilteredDispatchable},
	weights::Weight,
};
use sp_core::H256;
use sp_runtime::{DispatchError::BadOrigin, DispatchResult};
use vouchsafe_primitives::{
	audit::{LogEvent, StaffMatter},
	*,
};
use vouchsafe_support::{Caller, Enrolment, Representation};

mod act;
mod activate;
mod appoint;
mod attest;
mod end;
mod enrol_ward;
mod lookups;
mod object;
mod properties;
mod register;
mod suspend;

/// All scopes.
fn all_scopes() -> Scopes {
	Scopes::of(Scope::ALL)
}

fn consents() -> Scopes {
	Scopes::of(&[Scope::Consents])
}

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

fn signed(account: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

/// Which year's first moment the parents' representation ends with.
fn majority() -> Moment {
	new_year(2040).unwrap()
}

/// What a hospital registers of a representative with this basis.
fn registration(basis: LegalBasis) -> Registration {
	let until = (basis == LegalBasis::Parent).then(majority);
	Registration { basis, scopes: consents(), until, evidence: H256([9; 32]) }
}

fn guardian() -> Registration {
	registration(LegalBasis::Guardian)
}

fn parent() -> Registration {
	registration(LegalBasis::Parent)
}

fn executor() -> Registration {
	registration(LegalBasis::Executor)
}

/// The patient appoints without an end.
fn appoint(representative: AccountId, scopes: Scopes, standby: bool) {
	assert_ok!(Represented::appoint(signed(PATIENT), representative, scopes, standby, None));
}

/// One of the hospital's staff registers the friend for the patient.
fn register(who: AccountId, registration: Registration) -> DispatchResult {
	Represented::register(signed(who), PATIENT, HOSPITAL, FRIEND, registration)
}

/// Two of the hospital's staff register the friend for the patient.
fn register_by_two(registration: Registration) {
	assert_ok!(register(REGISTRAR, registration));
	assert_ok!(register(DOCTOR, registration));
}

/// Somebody attests the friend for the authority.
fn attest(who: AccountId, registration: Registration) -> DispatchResult {
	Represented::attest(signed(who), AUTHORITY, PATIENT, FRIEND, registration)
}

/// The friend represents the patient by law, from now on or later.
fn represent_by_law(registration: Registration) {
	register_by_two(registration);
	assert_ok!(attest(AUTHORITY, registration));
}

/// The friend is the patient's guardian, in force now.
fn be_guardian() {
	represent_by_law(guardian());
	Clock::pass(OBJECTION_PERIOD);
}

fn suspend(who: AccountId, institution: AccountId, suspended: bool) -> DispatchResult {
	Represented::suspend(signed(who), PATIENT, FRIEND, institution, suspended)
}

/// The patient dies, now.
fn die(patient: &AccountId) {
	People::set_active(patient, false);
	People::set_standing(patient, Standing::Deceased { since: doubles::now() });
}

/// Two of the staff were wrong about the death.
fn revive(patient: &AccountId) {
	People::set_active(patient, true);
	People::set_standing(patient, Standing::Active);
}

/// The patient's key was in doubt around this moment.
fn doubt_at(moment: Moment) {
	People::set_doubt(&PATIENT, Doubt { since: moment, until: moment + 1 });
}

/// The stored representative.
fn stored(patient: &AccountId, account: &AccountId) -> Option<Representative> {
	RepresentativesOf::<Test>::get(patient).find(account).cloned()
}

/// Whether the representation is in force, or why it is not.
fn force_of(patient: &AccountId, account: &AccountId) -> Option<Force> {
	let views = Represented::representation(patient.clone()).representatives.into_iter();
	let mut found = views.filter(|view| view.representative.account == *account);
	let force = found.next().map(|view| view.force);
	assert_eq!(found.next(), None);
	force
}

/// Of the friend for the patient.
fn force() -> Option<Force> {
	force_of(&PATIENT, &FRIEND)
}

/// A call that needs this scope, or is never a representative's.
fn note(scope: impl Into<Option<Scope>>) -> RuntimeCall {
	neighbours::Call::<Test>::note { scope: scope.into() }.into()
}

/// A call that is never a representative's.
fn never() -> RuntimeCall {
	note(None::<Scope>)
}

fn act(who: AccountId, patient: AccountId, call: impl Into<RuntimeCall>) -> DispatchResult {
	Represented::act(signed(who), patient, Box::new(call.into()))
		.map(|_| ())
		.map_err(|failed| failed.error)
}

/// The friend consents for the patient.
fn consent() -> DispatchResult {
	act(FRIEND, PATIENT, note(Scope::Consents))
}

/// Whether the friend has a permit to read by law.
fn reads() -> bool {
	LawfulPermits::of(&PATIENT, &FRIEND).is_some()
}

fn line(origin: AccountId, acting_for: Option<AccountId>, event: LogEvent) -> Line {
	Line { origin, acting_for, purpose: None, event }
}

/// The patient's log, without what tells of permits by law.
fn lines(patient: &AccountId) -> Vec<Line> {
	let lines = Logs::of(patient).into_iter();
	lines
		.filter(|line| {
			!matches!(line.event, LogEvent::ConsentGranted { .. } | LogEvent::ConsentRevoked { .. })
		})
		.collect()
}

fn last_line(patient: &AccountId) -> Line {
	lines(patient).pop().unwrap()
}

fn assert_last(event: Event<Test>) {
	System::assert_last_event(event.into());
}

#[test]
fn integrity_test_works() {
	build_and_execute(<Represented as Hooks<u64>>::integrity_test);
}

/// The figure that the issue asks for: what a representative stores, keys included.
#[test]
fn a_representative_takes_at_most_200_bytes() {
	build_and_execute(|| {
		let until = Some(START + 400 * DAY);
		let longest = Registration { until, scopes: all_scopes(), ..guardian() };
		represent_by_law(longest);
		let bytes = || {
			let key = RepresentativesOf::<Test>::hashed_key_for(PATIENT);
			key.len() + sp_io::storage::get(&key).unwrap().len()
		};
		let first = bytes();
		println!("the first representative takes {first} bytes");
		assert!(first <= 200, "{first}");
		assert_ok!(Represented::object(signed(PATIENT), FRIEND));
		assert!(bytes() < first);
		assert_ok!(attest(AUTHORITY, longest));
		assert_eq!(bytes(), first);
		appoint(MOTHER, consents(), true);
		println!("an appointed one after it takes {} bytes", bytes() - first);
		assert!(bytes() - first <= 120);
	});
}

#[test]
fn a_spoiled_state_is_noticed() {
	build_and_execute(|| {
		appoint(MOTHER, consents(), false);
		represent_by_law(guardian());
		let sound = RepresentativesOf::<Test>::get(PATIENT);
		let spoil = |change: &dyn Fn(&mut Representatives)| {
			assert_ok!(Represented::do_try_state());
			let mut spoiled = sound.clone();
			change(&mut spoiled);
			RepresentativesOf::<Test>::insert(PATIENT, spoiled);
			assert!(Represented::do_try_state().is_err());
			RepresentativesOf::<Test>::insert(PATIENT, sound.clone());
		};
		spoil(&|all| all.list.truncate(0));
		spoil(&|all| all.list[1].account = MOTHER);
		spoil(&|all| all.list[0].account = PATIENT);
		spoil(&|all| {
			let at = START;
			let scopes = Scopes::default();
			all.list[0].mandate = Mandate::Appointed { scopes, until: None, standby: false, at };
		});
		spoil(&|all| {
			let scopes = Scopes(1 << 4);
			let at = START;
			all.list[0].mandate = Mandate::Appointed { scopes, until: None, standby: false, at };
		});
		// Reading without being attested, or while suspended; and the other way round.
		spoil(&|all| all.list[1].suspension = Suspension::ByInstitution);
		spoil(&|all| {
			let stage = Stage::Objected { at: START };
			all.list[1].mandate = Mandate::ByLaw { registration: guardian(), stage };
		});
		spoil(&|all| {
			let stage = Stage::Attested { authority: AUTHORITY, from: START };
			all.list[0].mandate = Mandate::ByLaw { registration: guardian(), stage };
		});
		spoil(&|all| {
			let registration = Registration { until: Some(majority() + 1), ..parent() };
			let stage = Stage::Attested { authority: AUTHORITY, from: START };
			all.list[1].mandate = Mandate::ByLaw { registration, stage };
		});
		Acting::<Test>::put(Representing {
			patient: PATIENT,
			representative: FRIEND,
			highest_confidentiality: Confidentiality::Normal,
		});
		assert!(Represented::do_try_state().is_err());
		Acting::<Test>::kill();
		RepresentativesOf::<Test>::insert(DOCTOR, sound.clone());
		assert!(Represented::do_try_state().is_err());
		RepresentativesOf::<Test>::remove(DOCTOR);
	});
}
