//! `attest`.

use super::*;

fn attest_as(who: AccountId, authority: AccountId) -> DispatchResult {
	Recovery::attest(signed(who), authority, PATIENT, key(NEW))
}

#[test]
fn attest_works() {
	build_and_execute(|| {
		propose_by_two(NEW);
		Clock::pass(DAY);
		events();
		assert_ok!(attest(NEW));
		let (key, from) = (key(NEW), Some(START + DAY + RECOVERY_DELAY));
		assert_eq!(ready_from(), from);
		let event = LogEvent::RecoveryAttested { key: key.clone(), from };
		assert_eq!(logged(), (OFFICER, Some(AUTHORITY), event));
		let authority = AUTHORITY;
		assert_eq!(events(), [Event::RecoveryAttested { account: PATIENT, key, authority, from }]);
	});
}

#[test]
fn attest_by_the_authority_itself_works() {
	build_and_execute(|| {
		propose_by_two(NEW);
		assert_ok!(attest_as(AUTHORITY, AUTHORITY));
		assert_eq!(ready_from(), Some(START + RECOVERY_DELAY));
	});
}

#[test]
fn attest_for_others_than_patients_is_in_no_log() {
	build_and_execute(|| {
		for staff in [REGISTRAR, DOCTOR] {
			assert_ok!(propose_for(staff, NURSE, NEW));
		}
		assert_ok!(Recovery::attest(signed(OFFICER), AUTHORITY, NURSE, key(NEW)));
		assert_eq!(Logs::all(), []);
	});
}

#[test]
fn attest_takes_two_after_an_objection() {
	build_and_execute(|| {
		propose_by_two(NEW);
		assert_ok!(object(NEW));
		assert_ok!(attest(NEW));
		assert_eq!(ready_from(), None);
		let event = LogEvent::RecoveryAttested { key: key(NEW), from: None };
		assert_eq!(logged(), (OFFICER, Some(AUTHORITY), event));
		Clock::pass(DAY);
		assert_ok!(attest(NEW));
		assert_eq!(ready_from(), Some(START + DAY + RECOVERY_DELAY));
		assert_noop!(attest(NEW), Error::<Test>::AlreadyAttested);
	});
}

#[test]
fn attest_by_others_than_the_authority_fails() {
	build_and_execute(|| {
		propose_by_two(NEW);
		for who in [REGISTRAR, DOCTOR, HOSPITAL, CLINIC_DOCTOR, PATIENT, STRANGER, OTHER_AUTHORITY]
		{
			assert_noop!(attest_as(who, AUTHORITY), Error::<Test>::NotForAuthority);
		}
		// Somebody who speaks for an institution only, an authority that is not one, and an officer who
		// has left.
		assert_noop!(attest_as(HOSPITAL, HOSPITAL), Error::<Test>::NotForAuthority);
		assert_noop!(attest_as(OFFICER, OTHER_AUTHORITY), Error::<Test>::NotForAuthority);
		People::affiliate(&CLINIC_DOCTOR, &AUTHORITY, Role::Physician);
		assert_noop!(attest_as(CLINIC_DOCTOR, AUTHORITY), Error::<Test>::NotForAuthority);
		People::end_affiliation(&OFFICER, &AUTHORITY);
		assert_noop!(attest_as(OFFICER, AUTHORITY), Error::<Test>::NotForAuthority);
		People::set_active(&AUTHORITY, false);
		assert_noop!(attest_as(AUTHORITY, AUTHORITY), Error::<Test>::NotForAuthority);
	});
}

#[test]
fn attest_for_the_own_account_fails() {
	build_and_execute(|| {
		// The officer's own key is to be replaced.
		People::enrol_by(OFFICER, AccountKind::Practitioner, HOSPITAL);
		for staff in [REGISTRAR, DOCTOR] {
			assert_ok!(propose_for(staff, OFFICER, NEW));
		}
		let call = |who| Recovery::attest(signed(who), AUTHORITY, OFFICER, key(NEW));
		assert_noop!(call(OFFICER), Error::<Test>::OwnAccount);
		Admitted::set_signer(Some(OFFICER));
		assert_noop!(call(AUTHORITY), Error::<Test>::OwnAccount);
		Admitted::set_signer(Some(AUTHORITY));
		assert_ok!(call(AUTHORITY));
	});
}

#[test]
fn attest_without_an_attempt_fails() {
	build_and_execute(|| {
		assert_noop!(attest(NEW), Error::<Test>::NothingUnderWay);
		assert_ok!(propose(REGISTRAR, NEW));
		assert_noop!(attest(NEW), Error::<Test>::NothingUnderWay);
		assert_ok!(propose(DOCTOR, NEW));
		Clock::set(START + LIFETIME);
		assert_noop!(attest(NEW), Error::<Test>::NothingUnderWay);
		Clock::set(START + LIFETIME - 1);
		assert_ok!(attest(NEW));
	});
}

/// One of the staff could leave the institution before attesting the key for the authority.
#[test]
fn attest_by_one_who_proposed_the_key_fails() {
	build_and_execute(|| {
		propose_by_two(NEW);
		People::affiliate(&DOCTOR, &AUTHORITY, Role::PrivacyOfficer);
		People::end_affiliation(&DOCTOR, &HOSPITAL);
		let attested = Recovery::attest(signed(DOCTOR), AUTHORITY, PATIENT, key(NEW));
		assert_noop!(attested, Error::<Test>::WorksForInstitution);
	});
}

#[test]
fn attest_and_approve_for_an_account_that_is_not_active_fail() {
	build_and_execute(|| {
		propose_by_two(NEW);
		People::set_active(&PATIENT, false);
		assert_noop!(attest(NEW), Error::<Test>::NotActive);
	});
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		People::set_active(&PATIENT, false);
		assert_noop!(approve(FRIEND, NEW), Error::<Test>::NotActive);
	});
}

#[test]
fn attest_of_another_key_fails() {
	build_and_execute(|| {
		propose_by_two(NEW);
		assert_noop!(attest(OTHER), Error::<Test>::OtherKey);
	});
}

#[test]
fn attest_of_the_guardians_attempt_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		assert_noop!(attest(NEW), Error::<Test>::ByGuardians);
	});
}

/// It would need nobody else.
#[test]
fn attest_by_the_authority_that_proposed_fails() {
	build_and_execute(|| {
		People::enrol_by(PATIENT, AccountKind::Patient, AUTHORITY);
		for (who, role) in [(REGISTRAR, Role::Registrar), (DOCTOR, Role::Physician)] {
			People::affiliate(&who, &AUTHORITY, role);
			let (staff, signature) = (signed(who), wants(&PATIENT, NEW));
			assert_ok!(Recovery::propose(
				staff,
				PATIENT,
				AUTHORITY,
				key(NEW),
				SEALED,
				expires(),
				signature,
				EVIDENCE
			));
		}
		assert_noop!(attest(NEW), Error::<Test>::ProposedByAuthority);
		assert_noop!(attest_as(AUTHORITY, AUTHORITY), Error::<Test>::ProposedByAuthority);
		assert_ok!(attest_as(OTHER_AUTHORITY, OTHER_AUTHORITY));
	});
}

/// One of the two who proposed is the authority's officer too.
#[test]
fn attest_by_somebody_who_works_for_the_institution_fails() {
	build_and_execute(|| {
		People::affiliate(&DOCTOR, &AUTHORITY, Role::PrivacyOfficer);
		propose_by_two(NEW);
		assert_noop!(attest_as(DOCTOR, AUTHORITY), Error::<Test>::WorksForInstitution);
		// Nor as who signs for somebody else.
		Admitted::set_signer(Some(DOCTOR));
		assert_noop!(attest_as(AUTHORITY, AUTHORITY), Error::<Test>::WorksForInstitution);
		assert_noop!(attest_as(OFFICER, AUTHORITY), Error::<Test>::WorksForInstitution);
		Admitted::set_signer(Some(OFFICER));
		assert_ok!(attest_as(OFFICER, AUTHORITY));
	});
}

#[test]
fn attest_twice_fails() {
	build_and_execute(|| {
		propose_by_two(NEW);
		assert_ok!(attest(NEW));
		assert_noop!(attest(NEW), Error::<Test>::AlreadyAttested);
	});
}
