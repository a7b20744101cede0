//! `revoke`.

use super::*;

#[test]
fn revoke_works() {
	build_and_execute(|| {
		let (first, second) = (grant(team(), terms()), grant(team(), terms()));
		assert!(Consent::has_permit(&PATIENT, &team(), first));
		assert_ok!(Consent::revoke(signed(PATIENT), team(), first));
		assert!(!Consent::has_permit(&PATIENT, &team(), first));
		assert!(Consent::has_permit(&PATIENT, &team(), second));
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
fn revoke_by_others_than_the_patient_fails() {
	build_and_execute(|| {
		let id = grant(team(), terms());
		for account in [DOCTOR, HOSPITAL, RELATIVE, STRANGER] {
			assert_noop!(
				Consent::revoke(signed(account), team(), id),
				Error::<Test>::ConsentNotFound
			);
		}
		assert_noop!(Consent::revoke(RuntimeOrigin::root(), team(), id), BadOrigin);
	});
}

#[test]
fn revoke_of_a_permit_works_in_every_standing() {
	build_and_execute(|| {
		let since = START;
		for standing in [
			Standing::Active,
			Standing::Barred { since },
			Standing::Deceased { since },
			Standing::Merged,
			Standing::Closed,
		] {
			People::set_active(&PATIENT, true);
			let id = grant(team(), terms());
			People::set_active(&PATIENT, standing == Standing::Active);
			People::set_standing(&PATIENT, standing);
			assert_ok!(Consent::revoke(signed(PATIENT), team(), id));
		}
	});
}

#[test]
fn revoke_of_a_deny_needs_an_active_patient_and_key() {
	build_and_execute(|| {
		let id = grant(team(), denying(terms()));
		assert!(!Consent::has_permit(&PATIENT, &team(), id));
		let revoke = || Consent::revoke(signed(PATIENT), team(), id);
		People::set_standing(&PATIENT, Standing::Barred { since: START });
		assert_noop!(revoke(), Error::<Test>::KeyInDoubt);
		People::set_active(&PATIENT, false);
		assert_noop!(revoke(), Error::<Test>::NotPatient);
		People::set_active(&PATIENT, true);
		People::set_standing(&PATIENT, Standing::Active);
		assert_ok!(revoke());
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
