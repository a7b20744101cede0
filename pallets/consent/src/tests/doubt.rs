//! `confirm` and `revoke_in_doubt`.

use super::*;

/// When the key is enabled again: the doubt ends.
const AFTER: Moment = START + 100;

/// A permit that was given with a key in doubt, and the key is enabled again.
fn doubtful() -> ConsentId {
	let id = grant(team(), terms());
	People::set_doubt(&PATIENT, Doubt { since: START, until: AFTER });
	Clock::set(AFTER);
	id
}

fn confirm(id: ConsentId) -> DispatchResult {
	Consent::confirm(signed(PATIENT), team(), id, 0)
}

fn revoke(who: AccountId, id: ConsentId) -> DispatchResult {
	Consent::revoke_in_doubt(signed(who), PATIENT, team(), id)
}

#[test]
fn confirm_works() {
	build_and_execute(|| {
		let id = doubtful();
		assert_ok!(confirm(id));
		assert_eq!(last(&PATIENT, &team()).confirmed_at, Some(AFTER));
		let event = Event::Confirmed { patient: PATIENT, grantee: team(), id, revision: 0 };
		System::assert_last_event(event.into());
		let event = LogEvent::ConsentConfirmed { consent: reference(team(), id) };
		assert_eq!(Logs::of(&PATIENT).last(), Some(&line(event)));
		assert_noop!(confirm(id), Error::<Test>::NotInDoubt);
		// An amendment is a new permit: a later thief could have made it.
		assert_ok!(Consent::amend(signed(PATIENT), team(), id, 0, terms(), text()));
		assert_eq!(last(&PATIENT, &team()).confirmed_at, None);
	});
}

#[test]
fn confirm_waits_for_the_patients_own_key() {
	build_and_execute(|| {
		let id = doubtful();
		// The last second of doubt.
		Clock::set(AFTER - 1);
		assert_noop!(confirm(id), Error::<Test>::KeyInDoubt);
		Clock::set(AFTER);
		People::set_standing(&PATIENT, Standing::Barred { since: AFTER });
		assert_noop!(confirm(id), Error::<Test>::KeyInDoubt);
		People::set_standing(&PATIENT, Standing::Active);
		represent_by(Some(RELATIVE));
		assert_noop!(confirm(id), Error::<Test>::OwnKeyOnly);
		represent_by(None);
		// One of several whose signatures the account needs.
		Admitted::set_signer(Some(RELATIVE));
		People::set_active(&PATIENT, false);
		assert_noop!(confirm(id), Error::<Test>::NotPatient);
		People::set_active(&PATIENT, true);
		assert_ok!(confirm(id));
	});
}

#[test]
fn confirm_fails() {
	build_and_execute(|| {
		let id = doubtful();
		assert_noop!(confirm(id + 1), Error::<Test>::ConsentNotFound);
		assert_noop!(
			Consent::confirm(signed(PATIENT), team(), id, 1),
			Error::<Test>::RevisionChanged
		);
		for who in [DOCTOR, HOSPITAL, RELATIVE, STRANGER] {
			assert_noop!(Consent::confirm(signed(who), team(), id, 0), Error::<Test>::NotPatient);
		}
		assert_noop!(Consent::confirm(RuntimeOrigin::root(), team(), id, 0), BadOrigin);
		// One that was given later, or earlier, or denies.
		let later = grant(team(), terms());
		assert_noop!(confirm(later), Error::<Test>::NotInDoubt);
		People::set_doubt(&PATIENT, Doubt { since: START + 1, until: AFTER });
		assert_noop!(confirm(id), Error::<Test>::NotInDoubt);
		People::set_doubt(&PATIENT, Doubt { since: START, until: AFTER + 1 });
		let deny = grant(team(), denying(terms()));
		Clock::set(AFTER + 1);
		assert_noop!(confirm(deny), Error::<Test>::NotInDoubt);
		Clock::set(START + 2 * DAY);
		assert_noop!(confirm(id), Error::<Test>::ConsentNotFound);
	});
}

#[test]
fn revoke_in_doubt_works() {
	build_and_execute(|| {
		People::affiliate(&NURSE, &HOSPITAL, Role::Registrar);
		// By the institution and its registrar, while the key is disabled and later.
		for (who, standing) in
			[(NURSE, Standing::Barred { since: START }), (HOSPITAL, Standing::Active)]
		{
			Clock::set(START);
			People::set_standing(&PATIENT, Standing::Active);
			let id = doubtful();
			People::set_standing(&PATIENT, standing);
			assert_ok!(revoke(who.clone(), id));
			let event = Event::Revoked { patient: PATIENT, grantee: team(), id, revision: 0 };
			System::assert_last_event(event.into());
			let event = LogEvent::ConsentRevoked { consent: reference(team(), id) };
			let line = Line { origin: who, acting_for: Some(HOSPITAL), purpose: None, event };
			assert_eq!(Logs::of(&PATIENT).last(), Some(&line));
			assert!(!Consents::<Test>::contains_key(PATIENT, team()));
		}
	});
}

#[test]
fn revoke_in_doubt_fails() {
	build_and_execute(|| {
		let id = doubtful();
		for who in [PATIENT, DOCTOR, NURSE, CLINIC, CLINIC_DOCTOR, STRANGER] {
			assert_noop!(revoke(who, id), Error::<Test>::NotRegistrar);
		}
		assert_noop!(
			Consent::revoke_in_doubt(signed(HOSPITAL), STRANGER, team(), id),
			Error::<Test>::NotPatient
		);
		assert_noop!(revoke(HOSPITAL, id + 1), Error::<Test>::ConsentNotFound);
		// Nobody else revokes what the patient has confirmed, gave at another time, or denies.
		assert_ok!(confirm(id));
		assert_noop!(revoke(HOSPITAL, id), Error::<Test>::NotInDoubt);
		let later = grant(team(), terms());
		assert_noop!(revoke(HOSPITAL, later), Error::<Test>::NotInDoubt);
		People::set_standing(&PATIENT, Standing::Barred { since: AFTER + 1 });
		assert_noop!(revoke(HOSPITAL, later), Error::<Test>::NotInDoubt);
		People::set_standing(&PATIENT, Standing::Active);
		let deny = grant(team(), denying(terms()));
		People::set_standing(&PATIENT, Standing::Barred { since: START });
		assert_noop!(revoke(HOSPITAL, deny), Error::<Test>::NotInDoubt);
		assert_ok!(revoke(HOSPITAL, later));
	});
}
