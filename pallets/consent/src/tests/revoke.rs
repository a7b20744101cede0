//! `revoke`.

use super::*;

#[test]
fn revoke_works() {
	build_and_execute(|| {
		let (first, second) = (grant(team(), terms()), grant(team(), terms()));
		assert!(Consent::exists(&PATIENT, &team(), first));
		assert_ok!(Consent::revoke(signed(PATIENT), team(), first));
		assert!(!Consent::exists(&PATIENT, &team(), first));
		assert!(Consent::exists(&PATIENT, &team(), second));
		let event = Event::Revoked { patient: PATIENT, grantee: team(), id: first, revision: 0 };
		System::assert_last_event(event.into());
		let event = LogEvent::ConsentRevoked { consent: reference(team(), first) };
		assert_eq!(Logs::of(&PATIENT).last(), Some(&line(event)));
		// The last one takes the key along.
		assert_ok!(Consent::revoke(signed(PATIENT), team(), second));
		assert!(!Consents::<Test>::contains_key(PATIENT, team()));
	});
}

#[test]
fn revoke_names_the_last_revision() {
	build_and_execute(|| {
		let id = grant(team(), terms());
		assert_ok!(Consent::amend(signed(PATIENT), team(), id, 0, terms(), text()));
		assert_ok!(Consent::revoke(signed(PATIENT), team(), id));
		let event = Event::Revoked { patient: PATIENT, grantee: team(), id, revision: 1 };
		System::assert_last_event(event.into());
	});
}

#[test]
fn revoke_of_what_there_is_not_fails() {
	build_and_execute(|| {
		let id = grant(team(), terms());
		assert_noop!(
			Consent::revoke(signed(PATIENT), team(), id + 1),
			Error::<Test>::ConsentNotFound
		);
		assert_noop!(
			Consent::revoke(signed(PATIENT), Grantee::Everyone, id),
			Error::<Test>::ConsentNotFound
		);
		// Another's.
		assert_noop!(
			Consent::revoke(signed(OTHER_PATIENT), team(), id),
			Error::<Test>::ConsentNotFound
		);
		// Twice.
		assert_ok!(Consent::revoke(signed(PATIENT), team(), id));
		assert_noop!(Consent::revoke(signed(PATIENT), team(), id), Error::<Test>::ConsentNotFound);
	});
}

#[test]
fn revoke_by_others_than_an_active_patient_fails() {
	build_and_execute(|| {
		let id = grant(team(), terms());
		for account in [DOCTOR, HOSPITAL, RELATIVE, STRANGER] {
			assert_noop!(Consent::revoke(signed(account), team(), id), Error::<Test>::NotPatient);
		}
		assert_noop!(Consent::revoke(RuntimeOrigin::root(), team(), id), BadOrigin);
		People::set_active(&PATIENT, false);
		assert_noop!(Consent::revoke(signed(PATIENT), team(), id), Error::<Test>::NotPatient);
	});
}

#[test]
fn revoke_of_an_expired_one_works() {
	build_and_execute(|| {
		let id = grant(team(), terms());
		Clock::set(START + 2 * DAY);
		assert_ok!(Consent::revoke(signed(PATIENT), team(), id));
		assert!(!Consents::<Test>::contains_key(PATIENT, team()));
	});
}
