//! `grant_assisted`.

use super::*;
use sp_runtime::DispatchResult;

/// By one of the hospital's staff, for a team of the hospital.
fn assist(staff: AccountId, terms: Terms) -> DispatchResult {
	Consent::grant_assisted(signed(staff), PATIENT, HOSPITAL, team(), terms, text())
}

fn until(until: Moment) -> Terms {
	Terms { valid_until: Some(until), ..terms() }
}

#[test]
fn grant_assisted_works() {
	build_and_execute(|| {
		assert_ok!(assist(NURSE, terms()));
		let by = NURSE;
		let event = Event::Proposed { patient: PATIENT, institution: HOSPITAL, by };
		System::assert_last_event(event.into());
		assert!(Consents::<Test>::get(PATIENT, team()).is_empty());
		let Proposal { by, at, .. } = Proposed::<Test>::get(PATIENT, HOSPITAL).unwrap();
		assert_eq!((by, at), (NURSE, START));

		assert_ok!(assist(DOCTOR, terms()));
		assert_eq!(Proposed::<Test>::get(PATIENT, HOSPITAL), None);
		let granted = last(&PATIENT, &team());
		assert_eq!(granted.grantor, Grantor::Assisted { first: NURSE, second: DOCTOR });
		assert_eq!((granted.id, granted.terms), (1, terms()));
		let event = Event::Granted { patient: PATIENT, grantee: team(), id: 1, revision: 0 };
		System::assert_last_event(event.into());
		let staff =
			|origin, event| Line { origin, acting_for: Some(HOSPITAL), purpose: None, event };
		let consent = reference(team(), 1);
		let lines = [
			staff(NURSE, LogEvent::ConsentProposed { grantee: team() }),
			staff(DOCTOR, LogEvent::ConsentGranted { consent, effect: Effect::Permit }),
		];
		assert_eq!(Logs::of(&PATIENT), lines);
		// It is the patient's to revoke.
		assert_ok!(Consent::revoke(signed(PATIENT), team(), 1));
	});
}

#[test]
fn grant_assisted_by_the_same_staff_twice_fails() {
	build_and_execute(|| {
		assert_ok!(assist(NURSE, terms()));
		assert_noop!(assist(NURSE, terms()), Error::<Test>::SameStaff);
		assert!(Consents::<Test>::get(PATIENT, team()).is_empty());
		assert_ok!(assist(DOCTOR, terms()));
	});
}

#[test]
fn grant_assisted_needs_the_same_content_twice() {
	build_and_execute(|| {
		assert_ok!(assist(NURSE, terms()));
		// Wider by one action: it is a new proposal, and no consent is stored.
		let wider = Terms { actions: Actions::default(), ..terms() };
		assert_ok!(assist(DOCTOR, wider.clone()));
		assert!(Consents::<Test>::get(PATIENT, team()).is_empty());
		assert_eq!(Proposed::<Test>::get(PATIENT, HOSPITAL).unwrap().by, DOCTOR);
		assert_noop!(assist(DOCTOR, wider), Error::<Test>::SameStaff);
		// Another grantee or text isn't the same either.
		let other = Grantee::Institution(HOSPITAL);
		let call = |staff, grantee, text| {
			Consent::grant_assisted(signed(staff), PATIENT, HOSPITAL, grantee, terms(), text)
		};
		assert_ok!(call(NURSE, team(), text()));
		assert_ok!(call(DOCTOR, other.clone(), text()));
		assert_ok!(call(NURSE, other, ShownText { language: *b"de", ..text() }));
		assert_eq!(consents_of(PATIENT), []);
	});
}

#[test]
fn grant_assisted_for_another_patient_is_not_confirmed() {
	build_and_execute(|| {
		assert_ok!(assist(NURSE, terms()));
		let signed = signed(DOCTOR);
		let call =
			Consent::grant_assisted(signed, OTHER_PATIENT, HOSPITAL, team(), terms(), text());
		assert_ok!(call);
		assert_eq!(consents_of(PATIENT), []);
		assert_eq!(consents_of(OTHER_PATIENT), []);
	});
}

#[test]
fn grant_assisted_on_a_stale_proposal_proposes_anew() {
	build_and_execute(|| {
		let terms = || until(START + 10 * DAY);
		assert_ok!(assist(NURSE, terms()));
		Clock::set(START + DAY);
		assert_ok!(assist(DOCTOR, terms()));
		assert_eq!(consents_of(PATIENT), []);
		assert_eq!(Proposed::<Test>::get(PATIENT, HOSPITAL).unwrap().by, DOCTOR);
		// The last second of the new one.
		Clock::set(START + 2 * DAY - 1);
		assert_ok!(assist(NURSE, terms()));
		let grantor = Grantor::Assisted { first: DOCTOR, second: NURSE };
		assert_eq!(last(&PATIENT, &team()).grantor, grantor);
		// The one who let it go stale may propose it again.
		assert_ok!(assist(NURSE, terms()));
		Clock::set(START + 3 * DAY - 1);
		assert_ok!(assist(NURSE, terms()));
		assert_eq!(consents_of(PATIENT).len(), 1);
	});
}

#[test]
fn grant_assisted_lasts_ninety_days_at_most() {
	build_and_execute(|| {
		let latest = START + 90 * DAY;
		assert_noop!(assist(NURSE, until(latest + 1)), Error::<Test>::AssistedTooLong);
		let endless = Terms { valid_until: None, ..terms() };
		assert_noop!(assist(NURSE, endless), Error::<Test>::AssistedTooLong);
		assert_ok!(assist(NURSE, until(latest)));
		assert_ok!(assist(DOCTOR, until(latest)));
		assert_eq!(last(&PATIENT, &team()).terms.valid_until, Some(latest));
	});
}

#[test]
fn grant_assisted_for_another_institution_fails() {
	build_and_execute(|| {
		let elsewhere = [
			Grantee::Everyone,
			Grantee::Role(Role::Physician),
			Grantee::Institution(CLINIC),
			Grantee::RoleAt { role: Role::Physician, institution: CLINIC },
			Grantee::CareTeam { institution: CLINIC, team: 1 },
			Grantee::PractitionerAt { practitioner: CLINIC_DOCTOR, institution: CLINIC },
			Grantee::Person(NURSE),
		];
		for grantee in elsewhere {
			let signed = signed(NURSE);
			assert_noop!(
				Consent::grant_assisted(signed, PATIENT, HOSPITAL, grantee, terms(), text()),
				Error::<Test>::OtherInstitution
			);
		}
	});
}

#[test]
fn grant_assisted_by_staff_of_another_institution_fails() {
	build_and_execute(|| {
		for account in [CLINIC_DOCTOR, HOSPITAL, PATIENT, RELATIVE, STRANGER] {
			assert_noop!(assist(account, terms()), Error::<Test>::NotAffiliated);
		}
		// Nor do two institutions' staff complete each other's.
		assert_ok!(assist(NURSE, terms()));
		assert_noop!(
			Consent::grant_assisted(
				signed(CLINIC_DOCTOR),
				PATIENT,
				CLINIC,
				team(),
				terms(),
				text(),
			),
			Error::<Test>::OtherInstitution
		);
		// Whose affiliation has ended, or who is suspended, can't confirm.
		People::end_affiliation(&DOCTOR, &HOSPITAL);
		assert_noop!(assist(DOCTOR, terms()), Error::<Test>::NotAffiliated);
		People::set_active(&NURSE, false);
		Clock::set(START + DAY);
		assert_noop!(assist(NURSE, terms()), Error::<Test>::NotAffiliated);
		assert_noop!(
			Consent::grant_assisted(
				RuntimeOrigin::root(),
				PATIENT,
				HOSPITAL,
				team(),
				terms(),
				text(),
			),
			BadOrigin
		);
	});
}

#[test]
fn grant_assisted_of_a_deny_fails() {
	build_and_execute(|| {
		let deny = denying(terms());
		assert_noop!(assist(NURSE, deny), Error::<Test>::NotPermit);
	});
}

#[test]
fn grant_assisted_for_no_active_patient_fails() {
	build_and_execute(|| {
		for patient in [RELATIVE, STRANGER] {
			let signed = signed(NURSE);
			assert_noop!(
				Consent::grant_assisted(signed, patient, HOSPITAL, team(), terms(), text()),
				Error::<Test>::NotPatient
			);
		}
		// Who was active when it was proposed, and no longer is.
		assert_ok!(assist(NURSE, terms()));
		People::set_active(&PATIENT, false);
		assert_noop!(assist(DOCTOR, terms()), Error::<Test>::NotPatient);
		assert_eq!(consents_of(PATIENT), []);
	});
}

/// Else any hospital's staff could let themselves in to whomever they like.
#[test]
fn grant_assisted_for_a_patient_of_another_institution_fails() {
	build_and_execute(|| {
		// The hospital enrolled the patient, the clinic did not.
		let (staff, grantee) = (signed(CLINIC_DOCTOR), Grantee::Institution(CLINIC));
		assert_noop!(
			Consent::grant_assisted(staff, PATIENT, CLINIC, grantee, terms(), text()),
			Error::<Test>::NotTheirPatient
		);
	});
}

#[test]
fn grant_assisted_of_unsound_terms_fails() {
	build_and_execute(|| {
		for (grantee, terms, error) in unsound() {
			// What isn't a permit of the hospital's own is refused before.
			if grantee.institution() != Some(&HOSPITAL) || terms.effect != Effect::Permit {
				continue;
			}
			let signed = signed(NURSE);
			assert_noop!(
				Consent::grant_assisted(signed, PATIENT, HOSPITAL, grantee, terms, text()),
				error
			);
		}
	});
}

#[test]
fn grant_assisted_beyond_the_limit_of_a_grantee_fails() {
	build_and_execute(|| {
		for _ in 0..MAX_CONSENTS_PER_GRANTEE {
			grant(team(), terms());
		}
		assert_ok!(assist(NURSE, terms()));
		assert_noop!(assist(DOCTOR, terms()), Error::<Test>::TooManyConsents);
		assert!(Proposed::<Test>::contains_key(PATIENT, HOSPITAL), "and it still waits");
	});
}
