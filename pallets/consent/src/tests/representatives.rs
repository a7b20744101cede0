//! What a representative can grant, amend and revoke for the patient, and what not.

use super::*;

const DENY_ALWAYS: Effect = Effect::Deny { binds_break_glass: true };

fn grant_to(grantee: Grantee, terms: Terms) -> DispatchResult {
	Consent::grant(signed(PATIENT), grantee, terms, text())
}

fn amend(grantee: Grantee, id: ConsentId, terms: Terms) -> DispatchResult {
	let revision = Consents::<Test>::get(PATIENT, &grantee)
		.iter()
		.find(|consent| consent.id == id)
		.map_or(0, |consent| consent.revision);
	Consent::amend(signed(PATIENT), grantee, id, revision, terms, text())
}

fn revoke(id: ConsentId) -> DispatchResult {
	Consent::revoke(signed(PATIENT), team(), id)
}

/// By an approved request.
fn approve(grantee: Grantee, terms: Terms) -> Result<ConsentId, sp_runtime::DispatchError> {
	<Consent as traits::Consents>::grant(&PATIENT, grantee, terms, text())
}

fn up_to(confidentiality: Confidentiality, terms: Terms) -> Terms {
	Terms { confidentiality, ..terms }
}

/// Denies also in an emergency.
fn binding() -> Terms {
	Terms { effect: DENY_ALWAYS, ..denying(terms()) }
}

#[test]
fn a_representative_grants_amends_and_revokes() {
	build_and_execute(|| {
		represent_by(Some(RELATIVE));
		let id = grant(team(), terms());
		assert_ok!(amend(team(), id, Terms { valid_until: None, ..terms() }));
		assert_eq!(last(&PATIENT, &team()).grantor, Grantor::Representative(RELATIVE));
		assert_ok!(revoke(id));
		// The log names the patient here. pallet-audit adds the signer.
		let event = LogEvent::ConsentRevoked { consent: reference(team(), id) };
		assert_eq!(Logs::of(&PATIENT).last(), Some(&line(event)));
	});
}

#[test]
fn a_representatives_deny_never_binds_break_glass() {
	build_and_execute(|| {
		represent_by(Some(RELATIVE));
		let binds = Error::<Test>::BindsBreakGlass;
		assert_noop!(grant_to(team(), binding()), binds);
		let (deny, permit) = (grant(team(), denying(terms())), grant(team(), terms()));
		for id in [deny, permit] {
			assert_noop!(amend(team(), id, binding()), Error::<Test>::BindsBreakGlass);
		}
		assert_ok!(amend(team(), permit, denying(terms())));
		// The patient's own does, also what was a representative's before.
		represent_by(None);
		assert_ok!(amend(team(), deny, binding()));
		assert_ok!(grant_to(team(), binding()));
	});
}

#[test]
fn a_representative_ends_no_deny_of_others() {
	build_and_execute(|| {
		let patients = grant(team(), denying(terms()));
		let others = grant_by(OTHER_RELATIVE, team(), denying(terms()));
		Representatives::add(&PATIENT, &OTHER_RELATIVE, Scopes::default());
		represent_by(Some(RELATIVE));
		for id in [patients, others] {
			assert_noop!(revoke(id), Error::<Test>::NotTheirDeny);
			for terms in [terms(), denying(terms())] {
				assert_noop!(amend(team(), id, terms), Error::<Test>::NotTheirDeny);
			}
		}
		// The own one, and permits of others.
		let own = grant(team(), denying(terms()));
		assert_ok!(amend(team(), own, denying(Terms { valid_until: None, ..terms() })));
		assert_ok!(revoke(own));
		represent_by(None);
		for permit in [grant(team(), terms()), grant_by(OTHER_RELATIVE, team(), terms())] {
			represent_by(Some(RELATIVE));
			assert_ok!(amend(team(), permit, terms()));
			assert_ok!(revoke(permit));
			represent_by(None);
		}
		// The patient ends every deny, also what a representative has given.
		for id in [patients, others] {
			assert_ok!(revoke(id));
		}
	});
}

/// A ward could not end it, and somebody has to.
#[test]
fn a_representative_ends_the_deny_of_one_who_represents_no_more() {
	build_and_execute(|| {
		let (one, other) = (
			grant_by(OTHER_RELATIVE, team(), denying(terms())),
			grant_by(OTHER_RELATIVE, team(), denying(terms())),
		);
		represent_by(Some(RELATIVE));
		assert_ok!(revoke(one));
		assert_ok!(amend(team(), other, terms()));
	});
}

#[test]
fn representatives_leave_half_of_the_places_to_the_patient() {
	build_and_execute(|| {
		let half = MAX_CONSENTS_PER_GRANTEE / 2;
		let patients = grant(team(), terms());
		for number in 0..half {
			let giver = if number % 2 == 0 { RELATIVE } else { OTHER_RELATIVE };
			grant_by(giver, team(), denying(terms()));
		}
		represent_by(Some(RELATIVE));
		assert_noop!(grant_to(team(), denying(terms())), Error::<Test>::TooManyConsents);
		assert_noop!(amend(team(), patients, terms()), Error::<Test>::TooManyConsents);
		// In place of one of theirs, and for somebody else.
		let theirs = last(&PATIENT, &team()).id;
		assert_ok!(amend(team(), theirs, denying(terms())));
		grant(Grantee::Everyone, denying(terms()));
		represent_by(None);
		assert_ok!(grant_to(team(), denying(terms())));
	});
}

#[test]
fn a_deny_that_the_patient_has_amended_is_the_patients() {
	build_and_execute(|| {
		let deny = grant_by(RELATIVE, team(), denying(terms()));
		assert_ok!(amend(team(), deny, denying(terms())));
		represent_by(Some(RELATIVE));
		assert_noop!(revoke(deny), Error::<Test>::NotTheirDeny);
	});
}

/// As for the patient: a thief could have stolen the representative's phone as well.
#[test]
fn a_representatives_own_deny_waits_for_a_key_without_doubt() {
	build_and_execute(|| {
		let deny = grant_by(RELATIVE, team(), denying(terms()));
		represent_by(Some(RELATIVE));
		People::set_standing(&PATIENT, Standing::Barred { since: START });
		assert_noop!(revoke(deny), Error::<Test>::KeyInDoubt);
		assert_noop!(amend(team(), deny, terms()), Error::<Test>::KeyInDoubt);
		People::set_standing(&PATIENT, Standing::Active);
		assert_ok!(revoke(deny));
	});
}

#[test]
fn a_representative_gives_no_consent_about_itself() {
	build_and_execute(|| {
		let (own, other) = (Grantee::Person(RELATIVE), Grantee::Person(OTHER_RELATIVE));
		let patients = grant(own.clone(), terms());
		represent_by(Some(RELATIVE));
		// Denies do not touch what it reads by law, and would take the places of the patient's.
		for terms in [terms(), denying(terms())] {
			assert_noop!(grant_to(own.clone(), terms.clone()), Error::<Test>::OwnConsent);
			assert_noop!(amend(own.clone(), patients, terms.clone()), Error::<Test>::OwnConsent);
			assert_eq!(approve(own.clone(), terms), Err(Error::<Test>::OwnConsent.into()));
		}
		// To somebody else.
		grant(other.clone(), terms());
		// Another representative, and the patient.
		grant_by(OTHER_RELATIVE, own.clone(), terms());
		grant(own, terms());
	});
}

#[test]
fn a_parent_permits_what_is_restricted_and_no_more() {
	build_and_execute(|| {
		let (restricted, very) = (Confidentiality::Restricted, Confidentiality::VeryRestricted);
		let wide = grant(team(), up_to(very, terms()));
		Representatives::set_representing(Some((RELATIVE, restricted)));
		assert_noop!(grant_to(team(), up_to(very, terms())), Error::<Test>::TooConfidential);
		let refused = approve(team(), up_to(very, terms()));
		assert_eq!(refused, Err(Error::<Test>::TooConfidential.into()));
		assert_noop!(amend(team(), wide, up_to(very, terms())), Error::<Test>::TooConfidential);
		// Up to restricted, and a deny of whatever.
		let id = grant(team(), up_to(restricted, terms()));
		assert_noop!(amend(team(), id, up_to(very, terms())), Error::<Test>::TooConfidential);
		assert_ok!(approve(team(), up_to(restricted, terms())));
		assert_ok!(amend(team(), wide, up_to(restricted, terms())));
		assert_ok!(amend(team(), wide, up_to(very, denying(terms()))));
		grant(team(), up_to(very, denying(terms())));
		// One whom the patient has appointed.
		grant_by(RELATIVE, team(), up_to(very, terms()));
	});
}
