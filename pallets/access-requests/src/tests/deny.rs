//! `deny`.

use super::*;

#[test]
fn deny_works() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		assert_ok!(AccessRequests::deny(signed(PATIENT), request));
		assert!(nothing_left());
		assert_eq!(GivenConsents::all(), []);
		System::assert_last_event(Event::Denied { patient: PATIENT, request }.into());
		let event = LogEvent::RequestDenied { request };
		assert_eq!(Logs::of(&PATIENT).last(), Some(&line(PATIENT, None, event)));
	});
}

#[test]
fn deny_of_what_there_is_not_fails() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		assert_noop!(
			AccessRequests::deny(signed(PATIENT), request + 1),
			Error::<Test>::RequestNotFound
		);
		assert_noop!(
			AccessRequests::deny(signed(OTHER_PATIENT), request),
			Error::<Test>::RequestNotFound
		);
	});
}

#[test]
fn deny_by_others_than_an_active_patient_fails() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		for account in [DOCTOR, HOSPITAL, RELATIVE, STRANGER] {
			assert_noop!(AccessRequests::deny(signed(account), request), Error::<Test>::NotPatient);
		}
		assert_noop!(AccessRequests::deny(RuntimeOrigin::root(), request), BadOrigin);
		People::set_active(&PATIENT, false);
		assert_noop!(AccessRequests::deny(signed(PATIENT), request), Error::<Test>::NotPatient);
	});
}

#[test]
fn deny_of_an_expired_request_clears_it() {
	build_and_execute(|| {
		let request = submit(DOCTOR);
		Clock::set(START + WEEK);
		assert_ok!(AccessRequests::deny(signed(PATIENT), request));
		assert!(nothing_left());
	});
}
