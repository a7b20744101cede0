//! `appoint`.

use super::*;

fn appoint_until(until: Moment) -> DispatchResult {
	Represented::appoint(signed(PATIENT), FRIEND, consents(), false, Some(until))
}

#[test]
fn appoint_works() {
	build_and_execute(|| {
		let (scopes, until) = (all_scopes(), Some(START + DAY));
		assert_ok!(Represented::appoint(signed(PATIENT), FRIEND, scopes, false, until));
		let mandate = Mandate::Appointed { scopes, until, standby: false, at: START };
		let representative =
			Representative { account: FRIEND, mandate, suspension: Suspension::None };
		assert_eq!(stored(&PATIENT, &FRIEND), Some(representative));
		assert_last(Event::Appointed { patient: PATIENT, representative: FRIEND });
		let event = LogEvent::Appointed { representative: FRIEND, scopes, standby: false, until };
		assert_eq!(lines(&PATIENT), [line(PATIENT, None, event)]);
		assert_eq!(force(), Some(Force::InForce));
		// Who is appointed reads what the patient permits, and nothing else.
		assert!(!reads());
		assert_ok!(consent());
	});
}

#[test]
fn appoint_on_standby_is_not_in_force() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), true);
		assert_eq!(force(), Some(Force::Standby));
		assert_noop!(consent(), Error::<Test>::NotInForce);
		let event = LogEvent::Appointed {
			representative: FRIEND,
			scopes: consents(),
			standby: true,
			until: None,
		};
		assert_eq!(last_line(&PATIENT).event, event);
	});
}

#[test]
fn appoint_replaces_an_appointment() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), false);
		appoint(FRIEND, Scopes::of(&[Scope::Holders]), false);
		assert_noop!(consent(), Error::<Test>::OutOfScope);
		assert_ok!(act(FRIEND, PATIENT, note(Scope::Holders)));
		appoint(FRIEND, consents(), true);
		assert_eq!(force(), Some(Force::Standby));
		assert_eq!(RepresentativesOf::<Test>::get(PATIENT).list.len(), 1);
		assert_eq!(lines(&PATIENT).len(), 3);
	});
}

#[test]
fn appoint_by_others_than_active_patients_fails() {
	build_and_execute(|| {
		for who in [MOTHER, DOCTOR, REGISTRAR, HOSPITAL, AUTHORITY, STRANGER] {
			assert_noop!(
				Represented::appoint(signed(who), FRIEND, consents(), false, None),
				Error::<Test>::NotPatient
			);
		}
		People::set_active(&PATIENT, false);
		assert_noop!(
			Represented::appoint(signed(PATIENT), FRIEND, consents(), false, None),
			Error::<Test>::NotPatient
		);
		assert_noop!(Represented::appoint(root(), FRIEND, consents(), false, None), BadOrigin);
	});
}

#[test]
fn appoint_of_others_than_active_persons_fails() {
	build_and_execute(|| {
		People::set_active(&MOTHER, false);
		// The patient is not a person either.
		for account in [PATIENT, OTHER_PATIENT, DOCTOR, HOSPITAL, AUTHORITY, STRANGER, MOTHER] {
			assert_noop!(
				Represented::appoint(signed(PATIENT), account, consents(), false, None),
				Error::<Test>::NotPerson
			);
		}
	});
}

#[test]
fn appoint_without_a_meaningful_scope_fails() {
	build_and_execute(|| {
		let reserved = (4..8).map(|bit| Scopes(1 << bit));
		let mixed = Scopes(consents().0 | (1 << 4));
		for scopes in reserved.chain([Scopes::default(), mixed]) {
			assert_noop!(
				Represented::appoint(signed(PATIENT), FRIEND, scopes, false, None),
				Error::<Test>::InvalidScopes
			);
		}
		for scope in Scope::ALL {
			appoint(FRIEND, Scopes::of(&[*scope]), false);
		}
	});
}

#[test]
fn appoint_ends_in_the_future() {
	build_and_execute(|| {
		for until in [0, START - 1, START] {
			assert_noop!(appoint_until(until), Error::<Test>::AlreadyExpired);
		}
		assert_ok!(appoint_until(START + 1));
		assert_ok!(consent());
		Clock::pass(1);
		assert_eq!(force(), None);
		assert_noop!(consent(), Error::<Test>::RepresentativeNotFound);
	});
}

#[test]
fn appoint_of_a_representative_by_law_fails() {
	build_and_execute(|| {
		let again = || Represented::appoint(signed(PATIENT), FRIEND, consents(), false, None);
		register_by_two(guardian());
		assert_noop!(again(), Error::<Test>::AlreadyRepresents);
		assert_ok!(attest(AUTHORITY, guardian()));
		assert_noop!(again(), Error::<Test>::AlreadyRepresents);
		assert_ok!(Represented::end(signed(FRIEND), PATIENT, FRIEND));
		assert_ok!(again());
	});
}

/// A registration that nobody attested in time blocks nothing.
#[test]
fn appoint_after_a_registration_has_lapsed_works() {
	for (after, works) in [(LIFETIME - 1, false), (LIFETIME, true)] {
		build_and_execute(|| {
			register_by_two(guardian());
			Clock::pass(after);
			let result = Represented::appoint(signed(PATIENT), FRIEND, consents(), false, None);
			let refused = Error::<Test>::AlreadyRepresents.into();
			assert_eq!(result, if works { Ok(()) } else { Err(refused) });
		});
	}
}

#[test]
fn appoint_of_one_who_is_suspended_fails() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), false);
		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		assert_noop!(
			Represented::appoint(signed(PATIENT), FRIEND, consents(), false, None),
			Error::<Test>::IsSuspended
		);
	});
}

#[test]
fn appoint_of_so_many_works() {
	build_and_execute(|| {
		let appoint =
			|number| Represented::appoint(signed(PATIENT), person(number), consents(), false, None);
		for number in 0..8 {
			assert_ok!(appoint(number));
		}
		assert_noop!(appoint(8), Error::<Test>::TooManyRepresentatives);
		// To change one takes no place, and one that ends leaves its own.
		assert_ok!(appoint(3));
		assert_ok!(Represented::end(signed(PATIENT), PATIENT, person(3)));
		assert_ok!(appoint(8));
		assert_noop!(appoint(9), Error::<Test>::TooManyRepresentatives);
		// Those by law have places of their own.
		register_by_two(guardian());
	});
}

#[test]
fn appoint_counts_those_whose_time_is_not_over() {
	build_and_execute(|| {
		Most::set(4);
		let appoint = |number, until| {
			Represented::appoint(signed(PATIENT), person(number), consents(), false, until)
		};
		assert_ok!(appoint(0, Some(START + DAY)));
		assert_ok!(appoint(1, None));
		Clock::set(START + DAY - 1);
		assert_noop!(appoint(2, None), Error::<Test>::TooManyRepresentatives);
		Clock::set(START + DAY);
		assert_ok!(appoint(2, None));
		assert_eq!(stored(&PATIENT, &person(0)), None);
		// There is no place for more than the chain can store, whatever the parameter says.
		Most::set(1_000);
		for number in 3..17 {
			assert_ok!(appoint(number, None));
		}
		assert_noop!(appoint(17, None), Error::<Test>::TooManyRepresentatives);
	});
}

/// A thief appoints with the stolen key.
#[test]
fn appoint_while_the_key_is_in_doubt_does_not_count() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), false);
		doubt_at(START);
		Clock::pass(DAY);
		assert_eq!(force(), Some(Force::InDoubt));
		assert_noop!(consent(), Error::<Test>::NotInForce);
		// The patient confirms by appointing again.
		appoint(FRIEND, consents(), false);
		assert_ok!(consent());
	});
}
