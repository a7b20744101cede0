//! `object`.

use super::*;

fn object() -> DispatchResult {
	Represented::object(signed(PATIENT), FRIEND)
}

#[test]
fn object_works_before_and_after_it_is_in_force() {
	for after in [0, OBJECTION_PERIOD, 100 * DAY] {
		build_and_execute(|| {
			represent_by_law(guardian());
			Clock::pass(after);
			assert!(Represented::may_object(&PATIENT, &FRIEND));
			assert_ok!(object());
			assert!(!Represented::may_object(&PATIENT, &FRIEND));
			assert_last(Event::Objected { patient: PATIENT, representative: FRIEND });
			let event = LogEvent::RepresentativeObjected { representative: FRIEND };
			assert_eq!(last_line(&PATIENT), line(PATIENT, None, event));
			assert!(!reads());
			Clock::pass(LIFETIME - 1);
			assert_eq!(force(), Some(Force::Objected));
			assert_noop!(consent(), Error::<Test>::NotInForce);
			// If nobody attests it once more, the registration lapses.
			Clock::pass(1);
			assert_eq!(force(), None);
			assert_noop!(attest(AUTHORITY, guardian()), Error::<Test>::RepresentativeNotFound);
			register_by_two(guardian());
		});
	}
}

#[test]
fn object_holds_until_it_is_attested_again() {
	build_and_execute(|| {
		be_guardian();
		assert_ok!(object());
		Clock::pass(DAY);
		assert_ok!(attest(AUTHORITY, guardian()));
		// The period begins again.
		let from = START + OBJECTION_PERIOD + DAY + OBJECTION_PERIOD;
		assert_eq!(force(), Some(Force::Waits { from }));
		let (permit, _) = LawfulPermits::of(&PATIENT, &FRIEND).unwrap();
		assert_eq!(permit.valid_from, Some(from));
		Clock::set(from);
		assert_ok!(consent());
		// Once.
		assert!(!Represented::may_object(&PATIENT, &FRIEND));
		assert_noop!(object(), Error::<Test>::ObjectedBefore);
	});
}

#[test]
fn object_leaves_the_authority_as_long_as_a_registration() {
	for (after, works) in [(LIFETIME - 1, true), (LIFETIME, false)] {
		build_and_execute(|| {
			be_guardian();
			assert_ok!(object());
			Clock::pass(after);
			let refused = Error::<Test>::RepresentativeNotFound.into();
			assert_eq!(attest(AUTHORITY, guardian()), if works { Ok(()) } else { Err(refused) });
		});
	}
}

#[test]
fn object_twice_fails() {
	build_and_execute(|| {
		represent_by_law(guardian());
		assert_ok!(object());
		assert_noop!(object(), Error::<Test>::ObjectedBefore);
	});
}

#[test]
fn object_to_what_is_not_attested_fails() {
	build_and_execute(|| {
		assert_noop!(object(), Error::<Test>::RepresentativeNotFound);
		register_by_two(guardian());
		assert!(!Represented::may_object(&PATIENT, &FRIEND));
		assert_noop!(object(), Error::<Test>::NotAttested);
	});
}

#[test]
fn object_to_an_appointment_fails() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), false);
		assert!(!Represented::may_object(&PATIENT, &FRIEND));
		assert_noop!(object(), Error::<Test>::NotByLaw);
	});
}

#[test]
fn object_by_others_fails() {
	build_and_execute(|| {
		represent_by_law(guardian());
		for who in [OTHER_PATIENT, FRIEND, MOTHER, DOCTOR, HOSPITAL, AUTHORITY, STRANGER] {
			assert_noop!(
				Represented::object(signed(who), FRIEND),
				Error::<Test>::RepresentativeNotFound
			);
		}
		assert_noop!(Represented::object(root(), FRIEND), BadOrigin);
	});
}

/// A hospital that disables the key, or suspends the account, does not silence the patient.
#[test]
fn object_by_a_patient_who_is_not_active_works() {
	build_and_execute(|| {
		represent_by_law(guardian());
		People::set_active(&PATIENT, false);
		People::set_standing(&PATIENT, Standing::Barred { since: START });
		assert!(Represented::may_object(&PATIENT, &FRIEND));
		assert_ok!(object());
	});
}

#[test]
fn object_to_what_is_over_fails() {
	for (after, works) in [(10 * DAY - 1, true), (10 * DAY, false)] {
		build_and_execute(|| {
			represent_by_law(Registration { until: Some(START + 10 * DAY), ..guardian() });
			Clock::pass(after);
			assert_eq!(Represented::may_object(&PATIENT, &FRIEND), works);
			let refused = Error::<Test>::RepresentativeNotFound.into();
			assert_eq!(object(), if works { Ok(()) } else { Err(refused) });
		});
	}
}

#[test]
fn object_to_one_who_is_suspended_works() {
	build_and_execute(|| {
		be_guardian();
		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		assert_ok!(object());
		assert_ok!(suspend(REGISTRAR, HOSPITAL, false));
		assert_eq!(force(), Some(Force::Objected));
		assert!(!reads());
	});
}
