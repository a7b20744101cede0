//! How many grantees a patient's consents can have, and the pages in which they are listed.

use super::*;
use crate::{MAX_ASSISTED_GRANTEES, MAX_GRANTEES, MAX_LISTED};

fn team_number(team: u32) -> Grantee {
	Grantee::CareTeam { institution: HOSPITAL, team }
}

/// Grants to each of these teams.
fn grant_to(teams: core::ops::Range<u32>) {
	for team in teams {
		assert_ok!(Consent::grant(signed(PATIENT), team_number(team), terms(), text()));
	}
}

#[test]
fn grantees_are_counted() {
	build_and_execute(|| {
		let first = grant(team(), terms());
		let second = grant(team(), terms());
		assert_eq!(Consent::grantees(&PATIENT), 1);
		let other = grant(Grantee::Everyone, terms());
		assert_eq!(Consent::grantees(&PATIENT), 2);
		// An expired one is dropped, and its grantee stays.
		Clock::pass(2 * DAY);
		let terms = Terms { valid_until: None, ..terms() };
		let third = grant(team(), terms);
		assert_eq!(Consent::grantees(&PATIENT), 2);
		assert_ok!(Consent::revoke(signed(PATIENT), team(), third));
		assert!(first < second);
		assert_eq!(Consent::grantees(&PATIENT), 1);
		assert_ok!(Consent::revoke(signed(PATIENT), Grantee::Everyone, other));
		assert_eq!(Consent::grantees(&PATIENT), 0);
	});
}

#[test]
fn a_patient_has_at_most_1024_grantees() {
	build_and_execute(|| {
		assert_eq!(MAX_GRANTEES, 1_024);
		grant_to(0..1_024);
		assert_noop!(
			Consent::grant(signed(PATIENT), team_number(1_024), terms(), text()),
			Error::<Test>::TooManyGrantees
		);
		// Further consents for a grantee that has some, and other patients, are not affected.
		grant_to(0..1);
		let other = Consent::grant(signed(OTHER_PATIENT), team_number(1_024), terms(), text());
		assert_ok!(other);
		// Revoking those of one grantee makes room, also if they have expired.
		Clock::pass(2 * DAY);
		let expired = last(&PATIENT, &team_number(1_023)).id;
		assert_ok!(Consent::revoke(signed(PATIENT), team_number(1_023), expired));
		let terms = Terms { valid_until: None, ..terms() };
		assert_ok!(Consent::grant(signed(PATIENT), team_number(1_024), terms, text()));
	});
}

/// Two of the staff cannot use up the patient's grantees.
#[test]
fn assisted_consents_leave_room_for_the_patients_own() {
	build_and_execute(|| {
		let assist = |team| {
			let grantee = team_number(team);
			let grantor = assisted(NURSE, DOCTOR);
			let others = Consents::<Test>::get(PATIENT, &grantee);
			let content = (terms(), text(), grantor);
			Consent::store(&PATIENT, &DOCTOR, Some(&HOSPITAL), grantee, others, content)
		};
		grant_to(0..MAX_ASSISTED_GRANTEES - 1);
		assert_ok!(assist(255));
		assert_noop!(assist(256), Error::<Test>::TooManyGrantees);
		assert_ok!(assist(0));
		grant_to(256..257);
	});
}

#[test]
fn consents_come_in_pages() {
	build_and_execute(|| {
		grant_to(0..150);
		grant_to(0..150);
		let all = consents_of(PATIENT);
		assert_eq!(all.len(), 300);
		let whole = Consents::<Test>::iter_prefix(PATIENT)
			.flat_map(|(grantee, consents)| {
				consents.into_iter().map(move |consent| (grantee.clone(), consent))
			})
			.collect::<Vec<_>>();
		assert_eq!(all, whole);
		// A page has a limit of its own.
		let page = |after, limit| Consent::consents_of(PATIENT, after, limit).len();
		assert_eq!(page(None, u32::MAX), usize::try_from(MAX_LISTED).unwrap());
		assert_eq!(page(None, 0), 0);
		let (grantee, consent) = all[298].clone();
		assert_eq!(page(Some((grantee.clone(), consent.id)), 10), 1);
		assert_eq!(page(Some((grantee, u32::MAX)), 10), 0);
		// A page can begin after a key that no longer exists.
		let (grantee, consent) = all[0].clone();
		assert_ok!(Consent::revoke(signed(PATIENT), grantee.clone(), consent.id));
		assert_eq!(Consent::consents_of(PATIENT, Some((grantee, consent.id)), 1), [all[1].clone()]);
	});
}
