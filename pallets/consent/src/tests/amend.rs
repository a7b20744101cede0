//! `amend`.

use super::*;

fn imaging() -> Terms {
	Terms { categories: Categories::of(&[Category::Imaging]), ..terms() }
}

fn amend(id: ConsentId, revision: u16, terms: Terms) -> sp_runtime::DispatchResult {
	Consent::amend(signed(PATIENT), team(), id, revision, terms, text())
}

#[test]
fn amend_works() {
	build_and_execute(|| {
		grant(team(), terms());
		let id = grant(team(), terms());
		Clock::set(START + 5);
		let shown = ShownText { commitment: H256::repeat_byte(8), language: *b"de" };
		assert_ok!(Consent::amend(signed(PATIENT), team(), id, 0, imaging(), shown));
		let amended = Provision {
			id,
			revision: 1,
			policy_version: POLICY_VERSION,
			granted_at: START + 5,
			confirmed_at: None,
			terms: imaging(),
			text: shown,
			grantor: Grantor::Patient,
		};
		assert_eq!(last(&PATIENT, &team()), amended);
		assert_eq!(Consents::<Test>::get(PATIENT, team()).len(), 2);
		let event = Event::Amended { patient: PATIENT, grantee: team(), id, revision: 1 };
		System::assert_last_event(event.into());
		let event = LogEvent::ConsentAmended { consent: reference(team(), id), revision: 1 };
		assert_eq!(Logs::of(&PATIENT).last(), Some(&line(event)));
	});
}

/// To amend a deny can end it as well as to revoke it.
#[test]
fn amend_of_a_deny_waits_for_a_key_without_doubt() {
	build_and_execute(|| {
		let id = grant(team(), denying(terms()));
		let permit = grant(team(), terms());
		People::set_standing(&PATIENT, Standing::Barred { since: START });
		for terms in [terms(), denying(imaging())] {
			assert_noop!(amend(id, 0, terms), Error::<Test>::KeyInDoubt);
		}
		assert_ok!(amend(permit, 0, imaging()));
		People::set_standing(&PATIENT, Standing::Active);
		assert_ok!(amend(id, 0, terms()));
	});
}

#[test]
fn amend_of_an_old_revision_fails() {
	build_and_execute(|| {
		let id = grant(team(), terms());
		assert_ok!(amend(id, 0, imaging()));
		// Two who have read the same revision: the second one's is old.
		assert_noop!(amend(id, 0, terms()), Error::<Test>::RevisionChanged);
		assert_noop!(amend(id, 2, terms()), Error::<Test>::RevisionChanged);
		assert_ok!(amend(id, 1, terms()));
	});
}

#[test]
fn amend_at_the_last_revision_fails() {
	build_and_execute(|| {
		let id = grant(team(), terms());
		Consents::<Test>::mutate(PATIENT, team(), |provisions| {
			provisions.iter_mut().for_each(|consent| consent.revision = u16::MAX - 1);
		});
		assert_ok!(amend(id, u16::MAX - 1, imaging()));
		assert_noop!(amend(id, u16::MAX, imaging()), Error::<Test>::TooManyRevisions);
	});
}

#[test]
fn amend_of_what_there_is_not_fails() {
	build_and_execute(|| {
		let id = grant(team(), terms());
		assert_noop!(amend(id + 1, 0, terms()), Error::<Test>::ConsentNotFound);
		// It lies under its grantee and doesn't move.
		assert_noop!(
			Consent::amend(signed(PATIENT), Grantee::Everyone, id, 0, terms(), text()),
			Error::<Test>::ConsentNotFound
		);
		// Another's has to be named as the signer's own, and is none.
		assert_noop!(
			Consent::amend(signed(OTHER_PATIENT), team(), id, 0, terms(), text()),
			Error::<Test>::ConsentNotFound
		);
		// Nor does an expired one come back, whether it has been dropped or not.
		let later = Terms { valid_until: Some(START + 9 * DAY), ..terms() };
		Clock::set(START + DAY - 1);
		assert_ok!(amend(id, 0, terms()));
		Clock::set(START + DAY);
		assert_noop!(amend(id, 1, later), Error::<Test>::ConsentNotFound);
	});
}

#[test]
fn amend_by_others_than_an_active_patient_fails() {
	build_and_execute(|| {
		let id = grant(team(), terms());
		assert_noop!(
			Consent::amend(signed(DOCTOR), team(), id, 0, terms(), text()),
			Error::<Test>::NotPatient
		);
		assert_noop!(
			Consent::amend(RuntimeOrigin::root(), team(), id, 0, terms(), text()),
			BadOrigin
		);
		People::set_active(&PATIENT, false);
		assert_noop!(amend(id, 0, terms()), Error::<Test>::NotPatient);
	});
}

#[test]
fn amend_to_unsound_terms_fails() {
	build_and_execute(|| {
		for (grantee, unsound, error) in unsound() {
			assert_noop!(Consent::amend(signed(PATIENT), grantee, 0, 0, unsound, text()), error);
		}
	});
}

#[test]
fn amend_names_who_amended() {
	build_and_execute(|| {
		let id = grant(team(), terms());
		represent_by(Some(RELATIVE));
		assert_ok!(amend(id, 0, imaging()));
		assert_eq!(last(&PATIENT, &team()).grantor, Grantor::Representative(RELATIVE));
		represent_by(None);
		Admitted::set_signer(Some(RELATIVE));
		assert_ok!(amend(id, 1, terms()));
		assert_eq!(last(&PATIENT, &team()).grantor, Grantor::Patient);
	});
}
