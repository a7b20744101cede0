//! `grant_assisted`, `confirm_assisted` and `refuse_assisted`.

use super::*;
use sp_runtime::DispatchResult;

/// By one of the hospital's staff, for a team of the hospital.
fn assist(staff: AccountId, terms: Terms) -> DispatchResult {
	Consent::grant_assisted(signed(staff), PATIENT, HOSPITAL, team(), terms, text())
}

/// By two clinicians of the hospital.
fn assist_by_two(terms: Terms) -> DispatchResult {
	assist(COLLEAGUE, terms.clone())?;
	assist(DOCTOR, terms)
}

fn until(until: Moment) -> Terms {
	Terms { valid_until: Some(until), ..terms() }
}

/// The patient's own key has signed.
fn has_signed() {
	System::inc_account_nonce(PATIENT);
}

fn confirm(who: AccountId, authority: AccountId) -> DispatchResult {
	let who = signed(who);
	Consent::confirm_assisted(who, authority, PATIENT, HOSPITAL, team(), terms(), text())
}

#[test]
fn grant_assisted_works() {
	build_and_execute(|| {
		assert_ok!(assist(COLLEAGUE, terms()));
		assert!(Consents::<Test>::get(PATIENT, team()).is_empty());
		assert_eq!(TwoOfStaff::proposer(&PATIENT, &HOSPITAL), Some(COLLEAGUE));

		assert_ok!(assist(DOCTOR, terms()));
		assert_eq!(TwoOfStaff::proposer(&PATIENT, &HOSPITAL), None);
		let granted = last(&PATIENT, &team());
		assert_eq!(granted.grantor, super::assisted(COLLEAGUE, DOCTOR));
		assert_eq!((granted.id, granted.terms), (1, terms()));
		let event = Event::Granted { patient: PATIENT, grantee: team(), id: 1, revision: 0 };
		System::assert_last_event(event.into());
		let staff =
			|origin, event| Line { origin, acting_for: Some(HOSPITAL), purpose: None, event };
		let consent = reference(team(), 1);
		let lines = [
			staff(COLLEAGUE, LogEvent::ConsentProposed { grantee: team() }),
			staff(DOCTOR, LogEvent::ConsentGranted { consent, effect: Effect::Permit }),
		];
		assert_eq!(Logs::of(&PATIENT), lines);
		// It is the patient's to revoke.
		assert_ok!(Consent::revoke(signed(PATIENT), team(), 1));
	});
}

/// The attack on the first release: a registrar enrolled two keys and affiliated them.
#[test]
fn grant_assisted_by_others_than_attested_clinicians_fails() {
	build_and_execute(|| {
		// The nurse's licence is not attested here.
		for who in [REGISTRAR, NURSE, HOSPITAL, CLINIC_DOCTOR, PATIENT, STRANGER] {
			assert_noop!(assist(who, terms()), NOT_STAFF);
		}
		assert_ok!(assist(COLLEAGUE, terms()));
		for who in [REGISTRAR, NURSE] {
			assert_noop!(assist(who, terms()), NOT_STAFF);
		}
		assert_noop!(assist(COLLEAGUE, terms()), SAME_STAFF);
		assert_eq!(consents_of(PATIENT), []);
		// Somebody whose affiliation has ended cannot confirm.
		People::end_affiliation(&DOCTOR, &HOSPITAL);
		assert_noop!(assist(DOCTOR, terms()), NOT_STAFF);
	});
}

#[test]
fn grant_assisted_for_the_log_or_sensitive_records_fails() {
	build_and_execute(|| {
		for terms in [
			Terms { actions: Actions::of(&[Action::Read, Action::ReadLog]), ..terms() },
			Terms { labels: LabelFilter::Any, ..terms() },
			Terms { labels: LabelFilter::Also(tags(&[1])), ..terms() },
			Terms { labels: LabelFilter::Only(tags(&[1])), ..terms() },
			Terms { confidentiality: Confidentiality::Restricted, ..terms() },
			Terms { confidentiality: Confidentiality::VeryRestricted, ..terms() },
		] {
			assert_noop!(assist(DOCTOR, terms), Error::<Test>::AssistedTooWide);
		}
	});
}

/// So that the patient is told first, and can refuse.
#[test]
fn an_assisted_consent_counts_a_day_later() {
	build_and_execute(|| {
		let terms = || until(START + 10 * DAY);
		assert_ok!(assist_by_two(terms()));
		let record = RecordFacts {
			id: H256([1; 32]),
			patient: PATIENT,
			author: HOSPITAL,
			responsible: HOSPITAL,
			service: ServicePeriod { first: 1, last: 1 },
			confidentiality: Confidentiality::Normal,
			labels: Default::default(),
			category: Category::Laboratory,
			status: RecordStatus::Current,
		};
		let decide = || {
			let mut actor = People::actor(&DOCTOR, Some(&HOSPITAL)).unwrap();
			actor.acting_for.as_mut().unwrap().teams.try_push(1).unwrap();
			<Consent as traits::Consents>::decide(&Question {
				patient: PATIENT,
				standing: Standing::Active,
				doubt: None,
				actor,
				action: Action::Read,
				purpose: Purpose::Treatment,
				subject: Subject::Record(record.clone()),
				now: Clock::now().as_secs(),
				break_glass: false,
			})
		};
		let consent = reference(team(), 1);
		Clock::set(START + ASSISTED_DELAY - 1);
		let mismatch = Mismatch::NotYetValid;
		let refused = Decision::Refuse(Reason::NotCovered { consent: consent.clone(), mismatch });
		assert_eq!(decide(), refused);
		Clock::set(START + ASSISTED_DELAY);
		assert_eq!(decide(), Decision::Permit(Basis::Consent(consent)));
		// What the patient amends is the patient's own, and counts at once.
		assert_ok!(Consent::amend(signed(PATIENT), team(), 1, 0, terms(), text()));
		assert!(decide().is_permit());
	});
}

#[test]
fn a_patient_who_has_signed_needs_the_authority() {
	for who in [AUTHORITY, OFFICER] {
		build_and_execute(|| {
			has_signed();
			let confirm = || confirm(who.clone(), AUTHORITY);
			assert_noop!(confirm(), Error::<Test>::NothingWaits);
			assert_ok!(assist_by_two(terms()));
			assert_eq!(consents_of(PATIENT), []);
			let waiting = AwaitingAuthority::<Test>::get(PATIENT, HOSPITAL).unwrap();
			let Assisted { first, second, at, .. } = waiting;
			assert_eq!((&first, &second, at), (&COLLEAGUE, &DOCTOR, START));
			let event = LogEvent::ConsentAwaitsAuthority { grantee: team() };
			assert_eq!(Logs::of(&PATIENT).last().unwrap().event, event);
			let (patient, institution) = (PATIENT, HOSPITAL);
			let event = Event::AwaitsAuthority { patient, institution, first, second };
			System::assert_last_event(event.into());

			Clock::set(START + 10);
			assert_ok!(confirm());
			let granted = last(&PATIENT, &team());
			assert_eq!(granted.grantor, super::assisted(COLLEAGUE, DOCTOR));
			assert_eq!(granted.counts_from(), Some(START + 10 + ASSISTED_DELAY));
			let line = Logs::of(&PATIENT).pop().unwrap();
			assert_eq!((line.origin, line.acting_for), (who.clone(), Some(AUTHORITY)));
			assert_noop!(confirm(), Error::<Test>::NothingWaits);
		});
	}
}

#[test]
fn confirm_assisted_fails() {
	build_and_execute(|| {
		has_signed();
		assert_ok!(assist_by_two(terms()));
		for who in [DOCTOR, REGISTRAR, HOSPITAL, PATIENT, STRANGER] {
			assert_noop!(confirm(who.clone(), AUTHORITY), Error::<Test>::NotForAuthority);
			assert_noop!(confirm(who, HOSPITAL), Error::<Test>::NotForAuthority);
		}
		// Another content is not what the two agreed on.
		let (who, longer) = (signed(AUTHORITY), until(START + 2 * DAY));
		assert_noop!(
			Consent::confirm_assisted(who, AUTHORITY, PATIENT, HOSPITAL, team(), longer, text()),
			Error::<Test>::NothingWaits
		);
		// One of the two is not the third, also as the one who signs for the authority.
		Admitted::set_signer(Some(DOCTOR));
		assert_noop!(confirm(OFFICER, AUTHORITY), Error::<Test>::OneOfTheTwo);
		Admitted::set_signer(None);
		People::affiliate(&COLLEAGUE, &AUTHORITY, Role::PrivacyOfficer);
		assert_noop!(confirm(COLLEAGUE, AUTHORITY), Error::<Test>::OneOfTheTwo);
		// Its other staff do not speak for the authority.
		People::affiliate(&REGISTRAR, &AUTHORITY, Role::Administration);
		assert_noop!(confirm(REGISTRAR, AUTHORITY), Error::<Test>::NotForAuthority);
		People::set_active(&AUTHORITY, false);
		assert_noop!(confirm(AUTHORITY, AUTHORITY), Error::<Test>::NotForAuthority);
	});
}

/// Whoever was dismissed in the meantime has not agreed.
#[test]
fn what_waits_for_the_authority_ends_with_the_affiliation_of_one_of_the_two() {
	for who in [COLLEAGUE, DOCTOR] {
		build_and_execute(|| {
			has_signed();
			assert_ok!(assist_by_two(terms()));
			People::end_affiliation(&who, &HOSPITAL);
			assert_noop!(confirm(AUTHORITY, AUTHORITY), Error::<Test>::NothingWaits);
			People::affiliate(&who, &HOSPITAL, Role::Nurse);
			assert_noop!(confirm(AUTHORITY, AUTHORITY), Error::<Test>::NothingWaits);
			People::affiliate(&who, &HOSPITAL, Role::Physician);
			assert_ok!(confirm(AUTHORITY, AUTHORITY));
		});
	}
}

/// A thief may have been one of the two, as far as the hospital knows.
#[test]
fn what_waits_for_the_authority_ends_with_the_key_of_one_of_the_two() {
	for who in [COLLEAGUE, DOCTOR] {
		build_and_execute(|| {
			has_signed();
			assert_ok!(assist_by_two(terms()));
			People::disable_signing(&who);
			assert_noop!(confirm(AUTHORITY, AUTHORITY), Error::<Test>::NothingWaits);
		});
	}
}

#[test]
fn what_waits_for_the_authority_expires() {
	for (after, works) in [(AUTHORITY_LIFETIME - 1, true), (AUTHORITY_LIFETIME, false)] {
		build_and_execute(|| {
			has_signed();
			let (who, terms) = (signed(AUTHORITY), until(START + 30 * DAY));
			assert_ok!(assist_by_two(terms.clone()));
			Clock::set(START + after);
			let confirmed =
				Consent::confirm_assisted(who, AUTHORITY, PATIENT, HOSPITAL, team(), terms, text());
			assert_eq!(confirmed.is_ok(), works);
		});
	}
}

#[test]
fn refuse_assisted_is_for_good() {
	build_and_execute(|| {
		assert_ok!(assist_by_two(terms()));
		assert_ok!(assist(COLLEAGUE, terms()));
		assert_ok!(Consent::refuse_assisted(signed(PATIENT)));
		System::assert_last_event(Event::AssistedRefused { patient: PATIENT }.into());
		assert_eq!(Logs::of(&PATIENT).last(), Some(&line(LogEvent::AssistedRefused)));
		for who in [DOCTOR, COLLEAGUE] {
			assert_noop!(assist(who, terms()), Error::<Test>::Refused);
		}
		assert_noop!(Consent::refuse_assisted(signed(PATIENT)), Error::<Test>::Refused);
		// What was entered before is the patient's to revoke.
		assert_ok!(Consent::revoke(signed(PATIENT), team(), 1));
		for who in [DOCTOR, HOSPITAL, STRANGER] {
			assert_noop!(Consent::refuse_assisted(signed(who)), Error::<Test>::NotPatient);
		}
		assert_noop!(Consent::refuse_assisted(RuntimeOrigin::root()), BadOrigin);
	});
	build_and_execute(|| {
		has_signed();
		assert_ok!(assist_by_two(terms()));
		assert_ok!(Consent::refuse_assisted(signed(PATIENT)));
		assert_noop!(confirm(AUTHORITY, AUTHORITY), Error::<Test>::Refused);
	});
}

#[test]
fn assisted_consents_have_places_of_their_own() {
	build_and_execute(|| {
		for _ in 0..MAX_ASSISTED_PER_GRANTEE {
			assert_ok!(assist_by_two(terms()));
		}
		assert_noop!(assist(COLLEAGUE, terms()), Error::<Test>::TooManyAssisted);
		// All the patient's own places are left.
		for _ in 1..MAX_CONSENTS_PER_GRANTEE {
			grant(team(), terms());
		}
		let deny = grant(team(), denying(terms()));
		// An assisted consent becomes the patient's own if there is a place for it.
		let id = Consents::<Test>::get(PATIENT, team())[0].id;
		let amend = || Consent::amend(signed(PATIENT), team(), id, 0, terms(), text());
		assert_noop!(amend(), Error::<Test>::TooManyConsents);
		assert_ok!(Consent::revoke(signed(PATIENT), team(), deny));
		assert_noop!(amend(), Error::<Test>::PlaceKeptForDeny);
	});
}

#[test]
fn grant_assisted_needs_the_same_content_twice() {
	build_and_execute(|| {
		assert_ok!(assist(COLLEAGUE, terms()));
		// Wider by one action: it is a new proposal, and no consent is stored.
		let wider = Terms { actions: Actions::default(), ..terms() };
		assert_ok!(assist(DOCTOR, wider));
		assert_eq!(TwoOfStaff::proposer(&PATIENT, &HOSPITAL), Some(DOCTOR));
		// Another grantee or text isn't the same either.
		let other = Grantee::Institution(HOSPITAL);
		let call = |staff, grantee, text| {
			Consent::grant_assisted(signed(staff), PATIENT, HOSPITAL, grantee, terms(), text)
		};
		assert_ok!(call(COLLEAGUE, team(), text()));
		assert_ok!(call(DOCTOR, other.clone(), text()));
		assert_ok!(call(COLLEAGUE, other, ShownText { language: *b"de", ..text() }));
		assert_eq!(consents_of(PATIENT), []);
	});
}

#[test]
fn grant_assisted_unsigned_fails() {
	build_and_execute(|| {
		let (root, text) = (RuntimeOrigin::root(), text());
		assert_noop!(
			Consent::grant_assisted(root, PATIENT, HOSPITAL, team(), terms(), text),
			BadOrigin
		);
	});
}

#[test]
fn grant_assisted_for_another_patient_is_not_confirmed() {
	build_and_execute(|| {
		assert_ok!(assist(COLLEAGUE, terms()));
		let signed = signed(DOCTOR);
		let call =
			Consent::grant_assisted(signed, OTHER_PATIENT, HOSPITAL, team(), terms(), text());
		assert_ok!(call);
		assert_eq!(consents_of(PATIENT), []);
		assert_eq!(consents_of(OTHER_PATIENT), []);
	});
}

#[test]
fn grant_assisted_lasts_ninety_days_at_most() {
	build_and_execute(|| {
		let latest = START + 90 * DAY;
		assert_noop!(assist(COLLEAGUE, until(latest + 1)), Error::<Test>::AssistedTooLong);
		let endless = Terms { valid_until: None, ..terms() };
		assert_noop!(assist(COLLEAGUE, endless), Error::<Test>::AssistedTooLong);
		assert_ok!(assist(COLLEAGUE, until(latest)));
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
			Grantee::Person(COLLEAGUE),
		];
		for grantee in elsewhere {
			let signed = signed(COLLEAGUE);
			assert_noop!(
				Consent::grant_assisted(signed, PATIENT, HOSPITAL, grantee, terms(), text()),
				Error::<Test>::OtherInstitution
			);
		}
	});
}

#[test]
fn grant_assisted_of_a_deny_fails() {
	build_and_execute(|| {
		let deny = denying(terms());
		assert_noop!(assist(COLLEAGUE, deny), Error::<Test>::NotPermit);
	});
}

#[test]
fn grant_assisted_for_no_active_patient_fails() {
	build_and_execute(|| {
		for patient in [RELATIVE, STRANGER] {
			let signed = signed(COLLEAGUE);
			assert_noop!(
				Consent::grant_assisted(signed, patient, HOSPITAL, team(), terms(), text()),
				Error::<Test>::NotPatient
			);
		}
		// Who was active when it was proposed, and no longer is.
		assert_ok!(assist(COLLEAGUE, terms()));
		People::set_active(&PATIENT, false);
		assert_noop!(assist(DOCTOR, terms()), Error::<Test>::NotPatient);
		assert_eq!(consents_of(PATIENT), []);
	});
}

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

/// It attests its own staff, so it would need nobody else.
#[test]
fn an_authority_enters_no_consent_for_a_patient_of_its_own() {
	build_and_execute(|| {
		let patient = AccountId::new([4; 32]);
		People::enrol_by(patient.clone(), AccountKind::Patient, AUTHORITY);
		let call = |staff| {
			let (staff, grantee) = (signed(staff), Grantee::Institution(AUTHORITY));
			Consent::grant_assisted(staff, patient.clone(), AUTHORITY, grantee, terms(), text())
		};
		for clinician in [DOCTOR, COLLEAGUE] {
			People::affiliate(&clinician, &AUTHORITY, Role::Physician);
			assert_noop!(call(clinician), Error::<Test>::AuthorityAttestsItself);
		}
	});
}

#[test]
fn grant_assisted_of_unsound_terms_fails() {
	build_and_execute(|| {
		for (grantee, terms, error) in unsound() {
			// What isn't a permit of the hospital's own is refused before.
			let plain = terms.effect == Effect::Permit && terms.labels == LabelFilter::Unlabelled;
			if grantee.institution() != Some(&HOSPITAL) || !plain {
				continue;
			}
			let signed = signed(COLLEAGUE);
			assert_noop!(
				Consent::grant_assisted(signed, PATIENT, HOSPITAL, grantee, terms, text()),
				error
			);
		}
	});
}
