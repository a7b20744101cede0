//! `suspend`.

use super::*;

#[test]
fn suspend_by_the_institution_works() {
	for who in [REGISTRAR, REVIEWER, HOSPITAL] {
		build_and_execute(|| {
			be_guardian();
			assert_ok!(suspend(who.clone(), HOSPITAL, true));
			assert_eq!(force(), Some(Force::Suspended));
			assert!(!reads());
			assert_noop!(consent(), Error::<Test>::NotInForce);
			let told = |suspended| {
				let (patient, representative) = (PATIENT, FRIEND);
				let institution = HOSPITAL;
				assert_last(Event::SuspendedSet {
					patient,
					representative,
					institution,
					suspended,
				});
				let event = LogEvent::RepresentativeSuspended { representative: FRIEND, suspended };
				assert_eq!(last_line(&PATIENT), line(who.clone(), Some(HOSPITAL), event));
			};
			told(true);
			assert_ok!(suspend(who.clone(), HOSPITAL, false));
			told(false);
			assert_ok!(consent());
			// The permit is the same as before.
			let permit = (guardian().permit(START + OBJECTION_PERIOD), AUTHORITY);
			assert_eq!(LawfulPermits::of(&PATIENT, &FRIEND), Some(permit));
		});
	}
}

#[test]
fn suspend_by_an_authority_works() {
	for (who, authority) in
		[(AUTHORITY, AUTHORITY), (OFFICER, AUTHORITY), (OTHER_AUTHORITY, OTHER_AUTHORITY)]
	{
		build_and_execute(|| {
			be_guardian();
			assert_ok!(suspend(who.clone(), authority.clone(), true));
			assert!(!reads());
			assert_noop!(consent(), Error::<Test>::NotInForce);
			let last = last_line(&PATIENT);
			assert_eq!((last.origin, last.acting_for), (who.clone(), Some(authority.clone())));
			assert_ok!(suspend(who, authority, false));
			assert_ok!(consent());
		});
	}
}

#[test]
fn suspend_of_an_appointment_works() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), false);
		assert_ok!(suspend(REVIEWER, HOSPITAL, true));
		assert_noop!(consent(), Error::<Test>::NotInForce);
		assert_ok!(suspend(REVIEWER, HOSPITAL, false));
		assert_ok!(consent());
		assert!(!reads());
	});
}

#[test]
fn suspend_by_others_fails() {
	build_and_execute(|| {
		be_guardian();
		appoint(MOTHER, all_scopes(), false);
		for who in [DOCTOR, NURSE, CLINIC_REGISTRAR, PATIENT, MOTHER, FRIEND, STRANGER, OFFICER] {
			assert_noop!(suspend(who, HOSPITAL, true), Error::<Test>::MayNotSuspend);
		}
		// Another institution's own staff.
		assert_noop!(suspend(CLINIC_REGISTRAR, CLINIC, true), Error::<Test>::MayNotSuspend);
		assert_noop!(suspend(CLINIC, CLINIC, true), Error::<Test>::MayNotSuspend);
		assert_noop!(suspend(REGISTRAR, AUTHORITY, true), Error::<Test>::MayNotSuspend);
		assert_noop!(Represented::suspend(root(), PATIENT, FRIEND, HOSPITAL, true), BadOrigin);
		People::set_active(&AUTHORITY, false);
		assert_noop!(suspend(AUTHORITY, AUTHORITY, true), Error::<Test>::MayNotSuspend);
	});
}

/// A court's order is not the hospital's to lift.
#[test]
fn suspend_by_an_authority_is_lifted_by_an_authority() {
	build_and_execute(|| {
		be_guardian();
		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		assert_noop!(suspend(REVIEWER, HOSPITAL, true), Error::<Test>::AlreadySuspended);
		// The authority's counts beside the hospital's.
		assert_ok!(suspend(OFFICER, AUTHORITY, true));
		assert_noop!(suspend(OFFICER, AUTHORITY, true), Error::<Test>::AlreadySuspended);
		assert_noop!(suspend(REGISTRAR, HOSPITAL, true), Error::<Test>::AlreadySuspended);
		assert_noop!(suspend(REGISTRAR, HOSPITAL, false), Error::<Test>::SuspendedByAuthority);
		assert_ok!(suspend(AUTHORITY, AUTHORITY, false));
		assert_ok!(consent());
		// An authority lifts the hospital's too.
		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		assert_ok!(suspend(OFFICER, AUTHORITY, false));
		assert_noop!(suspend(REGISTRAR, HOSPITAL, false), Error::<Test>::NotSuspended);
		assert_noop!(suspend(OFFICER, AUTHORITY, false), Error::<Test>::NotSuspended);
	});
}

#[test]
fn suspend_of_nobody_fails() {
	build_and_execute(|| {
		for who in [REGISTRAR, REVIEWER, HOSPITAL] {
			assert_noop!(suspend(who, HOSPITAL, true), Error::<Test>::RepresentativeNotFound);
		}
		assert_noop!(
			Represented::suspend(signed(AUTHORITY), STRANGER, FRIEND, AUTHORITY, true),
			Error::<Test>::NotRepresentable
		);
	});
}

#[test]
fn suspend_of_what_is_over_fails() {
	for (after, works) in [(10 * DAY - 1, true), (10 * DAY, false)] {
		build_and_execute(|| {
			represent_by_law(Registration { until: Some(START + 10 * DAY), ..guardian() });
			Clock::pass(after);
			let refused = Error::<Test>::RepresentativeNotFound.into();
			let result = suspend(REGISTRAR, HOSPITAL, true);
			assert_eq!(result, if works { Ok(()) } else { Err(refused) });
		});
	}
}

/// A court does not wait for the objection.
#[test]
fn suspend_before_it_is_in_force_works() {
	build_and_execute(|| {
		represent_by_law(guardian());
		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		assert!(!reads());
		Clock::pass(OBJECTION_PERIOD);
		assert_eq!(force(), Some(Force::Suspended));
	});
}

/// Suspending is urgent, lifting is not.
#[test]
fn suspend_is_never_refused_for_too_many_lines() {
	build_and_execute(|| {
		be_guardian();
		for _ in 0..MAX_UNINVITED / 2 {
			assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
			assert_ok!(suspend(REGISTRAR, HOSPITAL, false));
		}
		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		assert_noop!(suspend(REGISTRAR, HOSPITAL, false), Error::<Test>::TooManyLines);
		Clock::pass(DAY);
		assert_ok!(suspend(REGISTRAR, HOSPITAL, false));
	});
}

#[test]
fn suspend_without_place_for_the_permit_is_not_lifted() {
	build_and_execute(|| {
		be_guardian();
		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		LawfulPermits::fail(true);
		let call = crate::Call::<Test>::suspend {
			patient: PATIENT,
			representative: FRIEND,
			institution: HOSPITAL,
			suspended: false,
		};
		let result = RuntimeCall::from(call).dispatch_bypass_filter(signed(REGISTRAR));
		assert!(result.is_err());
		assert_eq!(force(), Some(Force::Suspended));
	});
}
