//! `grant`.

use super::*;

#[test]
fn grant_works() {
	build_and_execute(|| {
		assert_ok!(Consent::grant(signed(PATIENT), team(), terms(), text()));
		let granted = Provision {
			id: 0,
			revision: 0,
			policy_version: POLICY_VERSION,
			granted_at: START,
			confirmed_at: None,
			terms: terms(),
			text: text(),
			grantor: Grantor::Patient,
		};
		assert_eq!(Consents::<Test>::get(PATIENT, team()).into_inner(), vec![granted.clone()]);
		assert_eq!(consents_of(PATIENT), [(team(), granted)]);
		assert_eq!(consents_of(OTHER_PATIENT), []);
		let event = Event::Granted { patient: PATIENT, grantee: team(), id: 0, revision: 0 };
		System::assert_last_event(event.into());
		let consent = reference(team(), 0);
		let event = LogEvent::ConsentGranted { consent, effect: Effect::Permit };
		assert_eq!(Logs::of(&PATIENT), [line(event)]);
		assert_eq!(Logs::of(&OTHER_PATIENT), []);
	});
}

#[test]
fn grant_takes_each_grantee_there_is() {
	build_and_execute(|| {
		// Somebody suspended can be denied, for the time after.
		People::set_active(&NURSE, false);
		for grantee in [
			Grantee::Everyone,
			Grantee::Role(Role::Physician),
			Grantee::Institution(CLINIC),
			Grantee::RoleAt { role: Role::Nurse, institution: HOSPITAL },
			team(),
			Grantee::Person(RELATIVE),
			Grantee::Person(NURSE),
		] {
			grant(grantee.clone(), terms());
			grant(grantee, denying(terms()));
		}
		for grantee in [Grantee::Research, Grantee::ResearchOn(5015)] {
			let counting = Terms { actions: Actions::of(&[Action::Aggregate]), ..terms() };
			grant(grantee.clone(), Terms { traits: StudyTraits::of(StudyTrait::ALL), ..counting });
			grant(grantee, denying(terms()));
		}
		grant(
			Grantee::PractitionerAt { practitioner: DOCTOR, institution: HOSPITAL },
			Terms::all(Effect::Permit),
		);
	});
}

#[test]
fn grant_numbers_by_the_line_of_the_log() {
	build_and_execute(|| {
		assert_eq!(grant(team(), terms()), 0);
		assert_eq!(grant(Grantee::Everyone, terms()), 1);
		assert_ok!(Consent::revoke(signed(PATIENT), team(), 0));
		// No number is given twice, whatever was revoked.
		assert_eq!(grant(team(), terms()), 3);
		Logs::set_earlier(&OTHER_PATIENT, u64::from(u32::MAX));
		assert_ok!(Consent::grant(signed(OTHER_PATIENT), team(), terms(), text()));
		assert_eq!(last(&OTHER_PATIENT, &team()).id, u32::MAX);
		let full = Error::<Test>::OutOfNumbers;
		assert_noop!(Consent::grant(signed(OTHER_PATIENT), team(), terms(), text()), full);
	});
}

#[test]
fn grant_by_others_than_an_active_patient_fails() {
	build_and_execute(|| {
		for account in [STRANGER, DOCTOR, HOSPITAL, RELATIVE] {
			assert_noop!(
				Consent::grant(signed(account), team(), terms(), text()),
				Error::<Test>::NotPatient
			);
		}
		assert_noop!(Consent::grant(RuntimeOrigin::root(), team(), terms(), text()), BadOrigin);
		assert_noop!(Consent::grant(RuntimeOrigin::none(), team(), terms(), text()), BadOrigin);
		// A suspended patient, whoever acts: the origin is the patient all the same.
		People::set_active(&PATIENT, false);
		represent_by(Some(RELATIVE));
		assert_noop!(
			Consent::grant(signed(PATIENT), team(), terms(), text()),
			Error::<Test>::NotPatient
		);
	});
}

#[test]
fn grant_of_unsound_terms_fails() {
	build_and_execute(|| {
		for (grantee, terms, error) in unsound() {
			assert_noop!(Consent::grant(signed(PATIENT), grantee, terms, text()), error);
		}
	});
}

#[test]
fn grant_at_the_limits_works() {
	build_and_execute(|| {
		let until = Some(START + 1);
		grant(team(), Terms { valid_from: Some(START), valid_until: until, ..terms() });
		grant(team(), Terms { valid_from: Some(START + 10 * DAY), valid_until: None, ..terms() });
		let month = DataPeriod { from: Some(1), to: Some(1) };
		grant(team(), Terms { data_period: month, ..terms() });
		let sixteen: Vec<u8> = (1..=16).collect();
		let all = Terms {
			purposes: Purposes::of(Purpose::ALL),
			categories: Categories::of(Category::ALL),
			labels: LabelFilter::Also(tags(&sixteen)),
			confidentiality: Confidentiality::VeryRestricted,
			traits: StudyTraits::of(StudyTrait::ALL),
			..terms()
		};
		let care = [Action::Read, Action::Write, Action::Refer, Action::ReadLog];
		grant(team(), Terms { actions: Actions::of(&care), ..all.clone() });
		let closed = Terms { actions: Actions::of(Action::ALL), ..all.clone() };
		grant(team(), denying(closed.clone()));
		grant(team(), Terms { labels: LabelFilter::Only(tags(&sixteen)), ..denying(closed) });
		for labels in [LabelFilter::Only(tags(&[1])), LabelFilter::Unlabelled, LabelFilter::Any] {
			grant(team(), Terms { labels, ..all.clone() });
		}
	});
}

#[test]
fn grant_beyond_the_limit_of_a_grantee_fails() {
	build_and_execute(|| {
		let more = |terms| Consent::grant(signed(PATIENT), team(), terms, text());
		for _ in 1..MAX_CONSENTS_PER_GRANTEE {
			grant(team(), terms());
		}
		assert_noop!(more(terms()), Error::<Test>::PlaceKeptForDeny);
		// For another grantee there is room, and another patient has room of his own.
		grant(Grantee::Institution(HOSPITAL), terms());
		assert_ok!(Consent::grant(signed(OTHER_PATIENT), team(), terms(), text()));
		// One revoked makes room for one.
		assert_ok!(Consent::revoke(signed(PATIENT), team(), 0));
		grant(team(), terms());
		assert_noop!(more(terms()), Error::<Test>::PlaceKeptForDeny);
		// The last place is a deny's, and stays one.
		let deny = grant(team(), denying(terms()));
		for terms in [terms(), denying(terms())] {
			assert_noop!(more(terms), Error::<Test>::TooManyConsents);
		}
		let permit = Consent::amend(signed(PATIENT), team(), deny, 0, terms(), text());
		assert_eq!(permit, Err(Error::<Test>::PlaceKeptForDeny.into()));
	});
}

#[test]
fn grant_of_denies_may_take_all_places() {
	build_and_execute(|| {
		for _ in 0..MAX_CONSENTS_PER_GRANTEE {
			grant(team(), denying(terms()));
		}
		assert_noop!(
			Consent::grant(signed(PATIENT), team(), denying(terms()), text()),
			Error::<Test>::TooManyConsents
		);
	});
}

#[test]
fn grant_drops_what_has_expired_under_its_key() {
	build_and_execute(|| {
		let until = |until| Terms { valid_until: Some(until), ..terms() };
		for _ in 2..MAX_CONSENTS_PER_GRANTEE {
			grant(team(), until(START + 10));
		}
		let longer = grant(team(), until(START + 11));
		grant(Grantee::Everyone, until(START + 10));
		Clock::set(START + 9);
		assert_noop!(
			Consent::grant(signed(PATIENT), team(), until(START + 20), text()),
			Error::<Test>::PlaceKeptForDeny
		);
		Clock::set(START + 10);
		let newest = grant(team(), until(START + 20));
		let kept: Vec<_> = Consents::<Test>::get(PATIENT, team()).iter().map(|c| c.id).collect();
		assert_eq!(kept, [longer, newest]);
		// Under other keys nothing is touched.
		assert_eq!(Consents::<Test>::get(PATIENT, Grantee::Everyone).len(), 1);
	});
}

#[test]
fn grant_names_the_representative_who_acts() {
	build_and_execute(|| {
		// Whoever signs: a new key, or one of several whose signatures the account needs.
		for signer in [None, Some(PATIENT), Some(RELATIVE)] {
			Admitted::set_signer(signer);
			grant(team(), terms());
			assert_eq!(last(&PATIENT, &team()).grantor, Grantor::Patient);
		}
		represent_by(Some(RELATIVE));
		grant(team(), terms());
		assert_eq!(last(&PATIENT, &team()).grantor, Grantor::Representative(RELATIVE));
		// So it is for a request that a representative approves.
		let entered = <Consent as traits::Consents>::grant(&PATIENT, team(), terms(), text());
		assert_eq!(entered, Ok(4));
		assert_eq!(last(&PATIENT, &team()).grantor, Grantor::Representative(RELATIVE));
	});
}

#[test]
fn grant_for_a_request_checks_as_any_other() {
	build_and_execute(|| {
		for (grantee, terms, error) in unsound() {
			let entered = <Consent as traits::Consents>::grant(&PATIENT, grantee, terms, text());
			assert_eq!(entered, Err(error.into()));
		}
		let entered = <Consent as traits::Consents>::grant(&STRANGER, team(), terms(), text());
		assert_eq!(entered, Err(Error::<Test>::NotPatient.into()));
	});
}
