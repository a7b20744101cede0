//! `end`.

use super::*;

fn end(who: AccountId) -> DispatchResult {
	Represented::end(signed(who), PATIENT, FRIEND)
}

#[test]
fn end_of_an_appointment_by_either_works() {
	for who in [PATIENT, FRIEND] {
		build_and_execute(|| {
			appoint(FRIEND, consents(), false);
			assert_ok!(end(who.clone()));
			assert_noop!(consent(), Error::<Test>::RepresentativeNotFound);
			assert_last(Event::Ended { patient: PATIENT, representative: FRIEND });
			let event = LogEvent::RepresentativeEnded { representative: FRIEND };
			assert_eq!(last_line(&PATIENT), line(who.clone(), None, event));
			assert!(!RepresentativesOf::<Test>::contains_key(PATIENT));
			assert_noop!(end(who), Error::<Test>::RepresentativeNotFound);
		});
	}
}

#[test]
fn end_leaves_the_others() {
	build_and_execute(|| {
		appoint(MOTHER, consents(), false);
		appoint(FRIEND, consents(), true);
		assert_ok!(end(PATIENT));
		assert_ok!(act(MOTHER, PATIENT, note(Scope::Consents)));
	});
}

/// Neither parent ends the other, and the patient objects instead.
#[test]
fn end_by_law_is_for_the_representative_alone() {
	build_and_execute(|| {
		be_guardian();
		assert!(reads());
		assert_noop!(end(PATIENT), Error::<Test>::ByLaw);
		assert_ok!(end(FRIEND));
		assert!(!reads());
		assert_eq!(force(), None);
		let revoked = Logs::of(&PATIENT).into_iter().rev().nth(1).unwrap();
		assert!(matches!(revoked.event, LogEvent::ConsentRevoked { .. }));
		assert_eq!(revoked.origin, FRIEND);
	});
	// Before it is attested too.
	build_and_execute(|| {
		register_by_two(guardian());
		assert_noop!(end(PATIENT), Error::<Test>::ByLaw);
		assert_ok!(end(FRIEND));
	});
}

#[test]
fn end_by_others_fails() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), false);
		appoint(MOTHER, all_scopes(), false);
		for who in [MOTHER, OTHER_PATIENT, DOCTOR, REGISTRAR, HOSPITAL, AUTHORITY, STRANGER] {
			assert_noop!(end(who), Error::<Test>::NotYours);
		}
		assert_noop!(Represented::end(root(), PATIENT, FRIEND), BadOrigin);
		// Another patient's representative.
		assert_noop!(
			Represented::end(signed(OTHER_PATIENT), OTHER_PATIENT, FRIEND),
			Error::<Test>::RepresentativeNotFound
		);
	});
}

#[test]
fn end_of_what_is_over_fails() {
	build_and_execute(|| {
		let until = Some(START + DAY);
		assert_ok!(Represented::appoint(signed(PATIENT), FRIEND, consents(), false, until));
		Clock::set(START + DAY);
		assert_noop!(end(PATIENT), Error::<Test>::RepresentativeNotFound);
		Clock::set(START + DAY - 1);
		assert_ok!(end(PATIENT));
	});
}

#[test]
fn end_of_one_who_is_suspended_works() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), false);
		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		assert_ok!(end(PATIENT));
	});
}

#[test]
fn end_by_one_whose_account_is_not_active_works() {
	build_and_execute(|| {
		be_guardian();
		People::set_active(&FRIEND, false);
		assert_ok!(end(FRIEND));
	});
}
