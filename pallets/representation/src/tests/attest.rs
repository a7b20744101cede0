//! `attest`.

use super::*;

/// A hospital's ward, with the friend registered as guardian.
fn ward() -> AccountId {
	let representatives = vec![(FRIEND, guardian())];
	let ward = ward_account(&GENESIS, &HOSPITAL, &H256([1; 32]));
	for who in [REGISTRAR, DOCTOR] {
		assert_ok!(Represented::enrol_ward(
			signed(who),
			HOSPITAL,
			H256([1; 32]),
			representatives.clone().try_into().unwrap()
		));
	}
	ward
}

#[test]
fn attest_by_the_authority_or_its_officer_works() {
	for who in [AUTHORITY, OFFICER] {
		build_and_execute(|| {
			register_by_two(guardian());
			Clock::pass(DAY);
			assert_ok!(attest(who.clone(), guardian()));
			let from = START + DAY + OBJECTION_PERIOD;
			let stage = Stage::Attested { authority: AUTHORITY, from };
			let mandate = Mandate::ByLaw { registration: guardian(), stage };
			assert_eq!(stored(&PATIENT, &FRIEND).unwrap().mandate, mandate);
			let (patient, representative, authority) = (PATIENT, FRIEND, AUTHORITY);
			assert_last(Event::Attested { patient, representative, authority, from });
			let event = LogEvent::Attested { representative: FRIEND, from };
			assert_eq!(last_line(&PATIENT), line(who.clone(), Some(AUTHORITY), event));
			let granted = Logs::of(&PATIENT).into_iter().rev().nth(1).unwrap();
			assert!(matches!(granted.event, LogEvent::ConsentGranted { .. }));
			assert_eq!((granted.origin, granted.acting_for), (who, Some(AUTHORITY)));
			// The permit is there at once, and counts from then on.
			let permit = (guardian().permit(from), AUTHORITY);
			assert_eq!(LawfulPermits::of(&PATIENT, &FRIEND), Some(permit));
		});
	}
}

#[test]
fn attest_comes_into_force_after_the_period() {
	build_and_execute(|| {
		represent_by_law(guardian());
		let from = START + OBJECTION_PERIOD;
		Clock::set(from - 1);
		assert_eq!(force(), Some(Force::Waits { from }));
		assert_noop!(consent(), Error::<Test>::NotInForce);
		Clock::set(from);
		assert_eq!(force(), Some(Force::InForce));
		assert_ok!(consent());
	});
}

#[test]
fn attest_of_a_ward_is_in_force_at_once() {
	build_and_execute(|| {
		let ward = ward();
		let by = || signed(AUTHORITY);
		assert_eq!(force_of(&ward, &FRIEND), Some(Force::NotAttested));
		assert_ok!(Represented::attest(by(), AUTHORITY, ward.clone(), FRIEND, guardian()));
		assert_eq!(force_of(&ward, &FRIEND), Some(Force::InForce));
		assert_ok!(act(FRIEND, ward, note(Scope::Consents)));
	});
	// Who has got a key can object.
	build_and_execute(|| {
		let ward = ward();
		assert!(Represented::representation(ward.clone()).ward);
		assert!(Represented::is_ward(&ward) && !Represented::is_ward(&PATIENT));
		People::replace_key(&ward, &STRANGER, [6; 32]);
		assert!(!Represented::representation(ward.clone()).ward);
		assert!(!Represented::is_ward(&ward));
		let by = signed(AUTHORITY);
		assert_ok!(Represented::attest(by, AUTHORITY, ward.clone(), FRIEND, guardian()));
		let from = START + OBJECTION_PERIOD;
		assert_eq!(force_of(&ward, &FRIEND), Some(Force::Waits { from }));
	});
}

/// Two of the staff can say that somebody has died who has not: who has a key can object to the executor.
#[test]
fn attest_of_an_executor_leaves_time_to_object() {
	for days in [0, 1, 10] {
		build_and_execute(|| {
			die(&PATIENT);
			Clock::pass(days * DAY);
			represent_by_law(executor());
			let from = START + days * DAY + OBJECTION_PERIOD;
			Clock::set(from - 1);
			assert_ne!(force(), Some(Force::InForce));
			assert!(Represented::may_object(&PATIENT, &FRIEND));
			Clock::set(from);
			assert_eq!(force(), Some(Force::InForce));
			let (permit, _) = LawfulPermits::of(&PATIENT, &FRIEND).unwrap();
			assert_eq!(permit.valid_from, Some(from));
		});
	}
}

/// Who had no key cannot object, so the death must not be news.
#[test]
fn attest_of_a_wards_executor_waits_until_the_death_is_no_news() {
	for (days, from) in [(0, 3), (1, 3), (3, 3), (10, 10)] {
		build_and_execute(|| {
			RepresentativesOf::<Test>::mutate(&PATIENT, |all| all.ward = true);
			die(&PATIENT);
			Clock::pass(days * DAY);
			represent_by_law(executor());
			let from = START + from * DAY;
			Clock::set(from - 1);
			assert_ne!(force(), Some(Force::InForce));
			Clock::set(from);
			assert_eq!(force(), Some(Force::InForce));
		});
	}
}

/// The attacks: an institution without the authority, and the authority without an institution.
#[test]
fn attest_by_others_than_an_authority_fails() {
	build_and_execute(|| {
		register_by_two(guardian());
		for who in [HOSPITAL, REGISTRAR, DOCTOR, REVIEWER, CLINIC, PATIENT, FRIEND, STRANGER] {
			assert_noop!(attest(who.clone(), guardian()), Error::<Test>::NotForAuthority);
			assert_noop!(
				Represented::attest(signed(who.clone()), who, PATIENT, FRIEND, guardian()),
				Error::<Test>::NotForAuthority
			);
		}
		// The officer of one authority is not another's.
		assert_noop!(
			Represented::attest(signed(OFFICER), OTHER_AUTHORITY, PATIENT, FRIEND, guardian()),
			Error::<Test>::NotForAuthority
		);
		People::set_active(&AUTHORITY, false);
		assert_noop!(attest(AUTHORITY, guardian()), Error::<Test>::NotForAuthority);
		let by = signed(OTHER_AUTHORITY);
		assert_ok!(Represented::attest(by, OTHER_AUTHORITY, PATIENT, FRIEND, guardian()));
	});
	build_and_execute(|| {
		assert_noop!(attest(AUTHORITY, guardian()), Error::<Test>::RepresentativeNotFound);
		assert_noop!(
			Represented::attest(root(), AUTHORITY, PATIENT, FRIEND, guardian()),
			BadOrigin
		);
	});
}

#[test]
fn attest_by_the_authority_that_registered_fails() {
	build_and_execute(|| {
		let patient = AccountId::new([6; 32]);
		People::enrol_by(patient.clone(), AccountKind::Patient, AUTHORITY);
		People::affiliate(&DOCTOR, &AUTHORITY, Role::Physician);
		People::affiliate(&REGISTRAR, &AUTHORITY, Role::Registrar);
		for who in [DOCTOR, REGISTRAR] {
			let by = signed(who);
			assert_ok!(Represented::register(by, patient.clone(), AUTHORITY, FRIEND, guardian()));
		}
		for who in [AUTHORITY, OFFICER] {
			assert_noop!(
				Represented::attest(signed(who), AUTHORITY, patient.clone(), FRIEND, guardian()),
				Error::<Test>::RegisteredByAuthority
			);
		}
		let by = signed(OTHER_AUTHORITY);
		assert_ok!(Represented::attest(by, OTHER_AUTHORITY, patient, FRIEND, guardian()));
	});
}

/// Otherwise one of the two who registered could attest too.
#[test]
fn attest_by_one_who_works_for_the_institution_fails() {
	build_and_execute(|| {
		register_by_two(guardian());
		People::affiliate(&OFFICER, &HOSPITAL, Role::Administration);
		assert_noop!(attest(OFFICER, guardian()), Error::<Test>::AlsoTheirStaff);
		People::end_affiliation(&OFFICER, &HOSPITAL);
		Admitted::set_signer(Some(DOCTOR));
		assert_noop!(attest(OFFICER, guardian()), Error::<Test>::AlsoTheirStaff);
		assert_noop!(attest(AUTHORITY, guardian()), Error::<Test>::AlsoTheirStaff);
		Admitted::set_signer(Some(CLINIC_DOCTOR));
		assert_ok!(attest(OFFICER, guardian()));
	});
}

/// One of the staff could leave the institution before attesting for the authority.
#[test]
fn attest_by_one_who_registered_fails() {
	for registrant in [DOCTOR, REGISTRAR] {
		build_and_execute(|| {
			register_by_two(guardian());
			People::affiliate(&registrant, &AUTHORITY, Role::PrivacyOfficer);
			People::end_affiliation(&registrant, &HOSPITAL);
			assert_noop!(attest(registrant.clone(), guardian()), Error::<Test>::AlsoTheirStaff);
			// Also by signing for the authority's officer.
			Admitted::set_signer(Some(registrant));
			assert_noop!(attest(OFFICER, guardian()), Error::<Test>::AlsoTheirStaff);
			Admitted::set_signer(None);
			assert_ok!(attest(OFFICER, guardian()));
		});
	}
	// And of a ward.
	build_and_execute(|| {
		let ward = ward();
		People::affiliate(&REGISTRAR, &AUTHORITY, Role::PrivacyOfficer);
		People::end_affiliation(&REGISTRAR, &HOSPITAL);
		let attested = Represented::attest(signed(REGISTRAR), AUTHORITY, ward, FRIEND, guardian());
		assert_noop!(attested, Error::<Test>::AlsoTheirStaff);
	});
}

#[test]
fn attest_names_what_was_registered() {
	build_and_execute(|| {
		let sound = Registration { until: Some(START + 30 * DAY), ..guardian() };
		register_by_two(sound);
		for other in [
			Registration { basis: LegalBasis::Attorney, ..sound },
			Registration { scopes: Scopes::default(), ..sound },
			Registration { until: None, ..sound },
			Registration { evidence: H256([8; 32]), ..sound },
		] {
			assert_noop!(attest(AUTHORITY, other), Error::<Test>::OtherRegistration);
		}
		assert_ok!(attest(AUTHORITY, sound));
	});
}

#[test]
fn attest_of_an_appointment_fails() {
	build_and_execute(|| {
		appoint(FRIEND, consents(), true);
		assert_noop!(attest(AUTHORITY, guardian()), Error::<Test>::NotByLaw);
	});
}

#[test]
fn attest_twice_fails() {
	build_and_execute(|| {
		represent_by_law(guardian());
		assert_noop!(attest(OFFICER, guardian()), Error::<Test>::RepresentativeAttested);
		Clock::pass(OBJECTION_PERIOD);
		assert_noop!(attest(OFFICER, guardian()), Error::<Test>::RepresentativeAttested);
		assert_ok!(Represented::object(signed(PATIENT), FRIEND));
		assert_ok!(attest(OFFICER, guardian()));
		assert_noop!(attest(OFFICER, guardian()), Error::<Test>::RepresentativeAttested);
	});
}

#[test]
fn attest_within_the_lifetime_works() {
	for (after, works) in [(LIFETIME - 1, true), (LIFETIME, false)] {
		build_and_execute(|| {
			register_by_two(guardian());
			Clock::pass(after);
			let refused = Error::<Test>::RepresentativeNotFound.into();
			assert_eq!(attest(AUTHORITY, guardian()), if works { Ok(()) } else { Err(refused) });
			// What is attested does not lapse.
			Clock::pass(10 * LIFETIME);
			assert_eq!(force(), works.then_some(Force::InForce));
		});
	}
}

#[test]
fn attest_of_what_ends_before_it_is_in_force_fails() {
	for (until, works) in [(OBJECTION_PERIOD, false), (OBJECTION_PERIOD + 1, true)] {
		build_and_execute(|| {
			let short = Registration { until: Some(START + until), ..guardian() };
			register_by_two(short);
			let refused = Error::<Test>::NeverInForce.into();
			assert_eq!(attest(AUTHORITY, short), if works { Ok(()) } else { Err(refused) });
		});
	}
}

#[test]
fn attest_for_a_patient_who_takes_part_no_more_fails() {
	build_and_execute(|| {
		register_by_two(guardian());
		for account in [STRANGER, DOCTOR] {
			assert_noop!(
				Represented::attest(signed(AUTHORITY), AUTHORITY, account, FRIEND, guardian()),
				Error::<Test>::NotRepresentable
			);
		}
		for standing in [Standing::Merged, Standing::Closed] {
			People::set_standing(&PATIENT, standing);
			assert_noop!(attest(AUTHORITY, guardian()), Error::<Test>::NotRepresentable);
		}
		die(&PATIENT);
		assert_noop!(attest(AUTHORITY, guardian()), Error::<Test>::WrongBasis);
	});
	build_and_execute(|| {
		die(&PATIENT);
		register_by_two(executor());
		revive(&PATIENT);
		assert_noop!(attest(AUTHORITY, executor()), Error::<Test>::WrongBasis);
	});
}

#[test]
fn attest_of_one_who_is_no_longer_active_fails() {
	build_and_execute(|| {
		register_by_two(guardian());
		People::set_active(&FRIEND, false);
		assert_noop!(attest(AUTHORITY, guardian()), Error::<Test>::NotPerson);
	});
}

#[test]
fn attest_without_place_for_the_permit_fails() {
	build_and_execute(|| {
		register_by_two(guardian());
		LawfulPermits::fail(true);
		let call = crate::Call::<Test>::attest {
			authority: AUTHORITY,
			patient: PATIENT,
			representative: FRIEND,
			registration: guardian(),
		};
		let result = RuntimeCall::from(call).dispatch_bypass_filter(signed(AUTHORITY));
		assert!(result.is_err());
		assert_eq!(force(), Some(Force::NotAttested));
		LawfulPermits::fail(false);
		assert_ok!(attest(AUTHORITY, guardian()));
	});
}

#[test]
fn attest_of_one_who_is_suspended_lets_nobody_read() {
	build_and_execute(|| {
		register_by_two(guardian());
		assert_ok!(suspend(REGISTRAR, HOSPITAL, true));
		assert_ok!(attest(AUTHORITY, guardian()));
		assert!(!reads());
		Clock::pass(OBJECTION_PERIOD);
		assert_eq!(force(), Some(Force::Suspended));
		assert_ok!(suspend(REGISTRAR, HOSPITAL, false));
		assert!(reads());
		assert_ok!(consent());
	});
}
