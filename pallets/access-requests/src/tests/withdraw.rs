//! `withdraw`.

use super::*;

#[test]
fn withdraw_works() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		assert_ok!(AccessRequests::withdraw(signed(DOCTOR), PATIENT, request));
		assert_eq!(Requests::<Test>::iter().count(), 0);
		System::assert_last_event(Event::Withdrawn { patient: PATIENT, request }.into());
		let event = LogEvent::RequestWithdrawn { request };
		assert_eq!(Logs::of(&PATIENT).last(), Some(&line(DOCTOR, Some(HOSPITAL), event)));
		// The patient can't approve it any more.
		assert_noop!(
			AccessRequests::approve(signed(PATIENT), request, team(), terms(), text()),
			Error::<Test>::RequestNotFound
		);
	});
}

#[test]
fn withdraw_by_another_fails() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		for account in [colleague(0), CLINIC_DOCTOR, HOSPITAL, PATIENT, STRANGER] {
			assert_noop!(
				AccessRequests::withdraw(signed(account), PATIENT, request),
				Error::<Test>::NotAsker
			);
		}
		assert_noop!(AccessRequests::withdraw(RuntimeOrigin::root(), PATIENT, request), BadOrigin);
	});
}

#[test]
fn withdraw_of_what_there_is_not_fails() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		assert_noop!(
			AccessRequests::withdraw(signed(DOCTOR), PATIENT, request + 1),
			Error::<Test>::RequestNotFound
		);
		assert_noop!(
			AccessRequests::withdraw(signed(DOCTOR), OTHER_PATIENT, request),
			Error::<Test>::RequestNotFound
		);
	});
}

#[test]
fn withdraw_after_the_affiliation_has_ended_works() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		People::end_affiliation(&DOCTOR, &HOSPITAL);
		assert_ok!(AccessRequests::withdraw(signed(DOCTOR), PATIENT, request));
		assert_eq!(Requests::<Test>::iter().count(), 0);
	});
}
