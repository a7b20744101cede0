//! `register`.

use super::*;

fn register_for(patient: AccountId, who: AccountId, registration: Registration) -> DispatchResult {
	Represented::register(signed(who), patient, HOSPITAL, FRIEND, registration)
}

fn matter(registration: Registration) -> StaffMatter {
	StaffMatter::Represent { representative: FRIEND, registration }
}

#[test]
fn register_works() {
	build_and_execute(|| {
		assert_ok!(register(DOCTOR, parent()));
		assert_eq!(stored(&PATIENT, &FRIEND), None);
		Clock::pass(10);
		assert_ok!(register(REGISTRAR, parent()));
		let stage = Stage::Registered { at: START + 10, first: DOCTOR, second: REGISTRAR };
		let mandate = Mandate::ByLaw { registration: parent(), stage };
		let representative =
			Representative { account: FRIEND, mandate, suspension: Suspension::None };
		assert_eq!(stored(&PATIENT, &FRIEND), Some(representative));
		assert_last(Event::Registered { patient: PATIENT, representative: FRIEND });
		let registered = LogEvent::Registered { representative: FRIEND, registration: parent() };
		let at = Some(HOSPITAL);
		assert_eq!(
			lines(&PATIENT),
			[
				line(DOCTOR, at.clone(), LogEvent::StaffProposed(matter(parent()))),
				line(REGISTRAR, at, registered),
			]
		);
		assert_eq!(force(), Some(Force::NotAttested));
		assert!(!reads());
		assert_noop!(consent(), Error::<Test>::NotInForce);
	});
}

#[test]
fn register_takes_a_registrar_and_a_clinician() {
	build_and_execute(|| {
		assert_ok!(register(REGISTRAR, guardian()));
		assert_noop!(register(REGISTRAR, guardian()), SAME_STAFF);
		for who in [NURSE, REVIEWER, CLINIC_DOCTOR, HOSPITAL, OFFICER, PATIENT, FRIEND, STRANGER] {
			assert_noop!(register(who, guardian()), NOT_STAFF);
		}
		assert_ok!(register(DOCTOR, parent()));
		assert_noop!(register(COLLEAGUE, parent()), SAME_STAFF);
		assert_eq!(stored(&PATIENT, &FRIEND), None);
		assert_noop!(
			Represented::register(root(), PATIENT, HOSPITAL, FRIEND, guardian()),
			BadOrigin
		);
	});
}

#[test]
fn register_takes_the_same_content_twice() {
	build_and_execute(|| {
		let sound = Registration { until: Some(START + DAY), ..guardian() };
		for other in [
			Registration { basis: LegalBasis::Attorney, ..sound },
			Registration { scopes: all_scopes(), ..sound },
			Registration { until: None, ..sound },
			Registration { evidence: H256([8; 32]), ..sound },
		] {
			assert_ok!(register(REGISTRAR, sound));
			assert_ok!(register(DOCTOR, other));
			assert_eq!(stored(&PATIENT, &FRIEND), None);
		}
		// Of another representative.
		assert_ok!(register(REGISTRAR, sound));
		assert_ok!(Represented::register(signed(DOCTOR), PATIENT, HOSPITAL, MOTHER, sound));
		assert!(!RepresentativesOf::<Test>::contains_key(PATIENT));
	});
}

#[test]
fn register_is_for_the_institution_that_enrolled() {
	build_and_execute(|| {
		let call = |who, institution| {
			Represented::register(signed(who), PATIENT, institution, FRIEND, guardian())
		};
		assert_noop!(call(CLINIC_REGISTRAR, CLINIC), Error::<Test>::NotTheirPatient);
		assert_noop!(call(OFFICER, AUTHORITY), Error::<Test>::NotTheirPatient);
		for account in [STRANGER, DOCTOR, MOTHER, HOSPITAL] {
			assert_noop!(
				register_for(account, REGISTRAR, guardian()),
				Error::<Test>::NotRepresentable
			);
		}
	});
}

#[test]
fn register_suits_how_the_patient_takes_part() {
	let living = [LegalBasis::Parent, LegalBasis::Guardian, LegalBasis::Attorney];
	build_and_execute(|| {
		let proposed = |basis| register(REGISTRAR, registration(basis));
		for standing in [Standing::Active, Standing::Barred { since: START }] {
			People::set_standing(&PATIENT, standing);
			for basis in living {
				assert_ok!(proposed(basis));
			}
			assert_noop!(proposed(LegalBasis::Executor), Error::<Test>::WrongBasis);
		}
		die(&PATIENT);
		for basis in living {
			assert_noop!(proposed(basis), Error::<Test>::WrongBasis);
		}
		assert_ok!(proposed(LegalBasis::Executor));
		for standing in [Standing::Merged, Standing::Closed] {
			People::set_standing(&PATIENT, standing);
			for basis in LegalBasis::ALL {
				assert_noop!(proposed(*basis), Error::<Test>::NotRepresentable);
			}
		}
	});
}

#[test]
fn register_with_scopes_that_are_not_defined_fails() {
	build_and_execute(|| {
		for bit in 4..8 {
			let wrong = Registration { scopes: Scopes(1 << bit), ..guardian() };
			assert_noop!(register(REGISTRAR, wrong), Error::<Test>::InvalidScopes);
		}
		// Without any the representative only reads.
		let reader = Registration { scopes: Scopes::default(), ..guardian() };
		represent_by_law(reader);
		Clock::pass(OBJECTION_PERIOD);
		assert!(reads());
		assert_eq!(force(), Some(Force::InForce));
		assert_noop!(consent(), Error::<Test>::OutOfScope);
	});
}

#[test]
fn register_ends_in_the_future() {
	build_and_execute(|| {
		for until in [0, START - 1, START] {
			let wrong = Registration { until: Some(until), ..guardian() };
			assert_noop!(register(REGISTRAR, wrong), Error::<Test>::AlreadyExpired);
		}
		assert_ok!(register(REGISTRAR, Registration { until: Some(START + 1), ..guardian() }));
	});
}

/// Any other day could be a birthday.
#[test]
fn register_of_a_parent_ends_with_a_year() {
	build_and_execute(|| {
		for until in [None, Some(majority() - 1), Some(majority() + 1), Some(majority() + DAY)] {
			let wrong = Registration { until, ..parent() };
			assert_noop!(register(REGISTRAR, wrong), Error::<Test>::NotNewYear);
		}
		assert_ok!(register(REGISTRAR, parent()));
		let past = Registration { until: new_year(2020), ..parent() };
		assert_noop!(register(REGISTRAR, past), Error::<Test>::AlreadyExpired);
	});
}

#[test]
fn register_of_a_parent_is_for_a_minor() {
	let until = new_year(2045).unwrap();
	for (now, works) in
		[(until - MAX_PARENTAL_PERIOD, true), (until - MAX_PARENTAL_PERIOD - 1, false)]
	{
		build_and_execute(|| {
			Clock::set(now);
			let long = Registration { until: Some(until), ..parent() };
			let refused = Error::<Test>::ParentTooLong.into();
			assert_eq!(register(REGISTRAR, long), if works { Ok(()) } else { Err(refused) });
			// Others can be longer.
			let until = new_year(2090);
			assert_ok!(register(REGISTRAR, Registration { until, ..guardian() }));
		});
	}
}

#[test]
fn register_of_others_than_active_persons_fails() {
	build_and_execute(|| {
		People::set_active(&MOTHER, false);
		for account in [PATIENT, OTHER_PATIENT, DOCTOR, HOSPITAL, AUTHORITY, STRANGER, MOTHER] {
			assert_noop!(
				Represented::register(signed(REGISTRAR), PATIENT, HOSPITAL, account, guardian()),
				Error::<Test>::NotPerson
			);
		}
	});
}

/// What was registered wrongly is registered again.
#[test]
fn register_replaces_what_is_not_attested() {
	build_and_execute(|| {
		register_by_two(guardian());
		Clock::pass(LIFETIME - 1);
		register_by_two(parent());
		assert_noop!(attest(AUTHORITY, guardian()), Error::<Test>::OtherRegistration);
		// Its own time begins anew.
		Clock::pass(LIFETIME - 1);
		assert_ok!(attest(AUTHORITY, parent()));
		assert_eq!(RepresentativesOf::<Test>::get(PATIENT).list.len(), 1);
	});
}

#[test]
fn register_of_one_who_represents_already_fails() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), true);
		assert_noop!(register(REGISTRAR, guardian()), Error::<Test>::AlreadyRepresents);
		assert_ok!(Represented::end(signed(FRIEND), PATIENT, FRIEND));
		represent_by_law(guardian());
		assert_noop!(register(REGISTRAR, parent()), Error::<Test>::AlreadyRepresents);
		assert_ok!(Represented::object(signed(PATIENT), FRIEND));
		assert_noop!(register(REGISTRAR, parent()), Error::<Test>::AlreadyRepresents);
		assert_ok!(attest(AUTHORITY, guardian()));
		assert_noop!(register(REGISTRAR, parent()), Error::<Test>::AlreadyRepresents);
		// Nobody is registered who came to represent between the two calls.
		assert_ok!(Represented::end(signed(FRIEND), PATIENT, FRIEND));
		assert_ok!(register(REGISTRAR, parent()));
		appoint(FRIEND, consents(), true);
		assert_noop!(register(DOCTOR, parent()), Error::<Test>::AlreadyRepresents);
	});
}

#[test]
fn register_of_one_who_is_suspended_fails() {
	build_and_execute(|| {
		register_by_two(guardian());
		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		assert_noop!(register(REGISTRAR, parent()), Error::<Test>::IsSuspended);
	});
}

#[test]
fn register_of_so_many_works() {
	build_and_execute(|| {
		let register_other = |number| {
			for who in [REGISTRAR, DOCTOR] {
				let by = signed(who);
				assert_ok!(Represented::register(
					by,
					PATIENT,
					HOSPITAL,
					person(number),
					guardian()
				));
			}
		};
		// Those whom the patient appoints have places of their own.
		for number in 10..18 {
			appoint(person(number), consents(), false);
		}
		(0..7).for_each(register_other);
		assert_ok!(register(REGISTRAR, guardian()));
		// The place is taken between the two calls.
		register_other(7);
		assert_noop!(register(DOCTOR, guardian()), Error::<Test>::TooManyRepresentatives);
		assert_noop!(register(REGISTRAR, guardian()), Error::<Test>::TooManyRepresentatives);
		assert_ok!(Represented::end(signed(person(7)), PATIENT, person(7)));
		assert_ok!(register(DOCTOR, guardian()));
	});
}
