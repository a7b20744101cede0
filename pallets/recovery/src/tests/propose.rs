//! `propose`.

use super::*;

#[test]
fn propose_works() {
	build_and_execute(|| {
		let key = key(NEW);
		assert_ok!(propose(REGISTRAR, NEW));
		assert_eq!((attempt_of_patient(), events()), (None, vec![]));
		let matter =
			StaffMatter::NewKey { key: key.clone(), encryption_key: SEALED, evidence: EVIDENCE };
		let proposed = (REGISTRAR, Some(HOSPITAL), LogEvent::StaffProposed(matter));
		assert_eq!(logged(), proposed);

		Clock::pass(1);
		assert_ok!(propose(DOCTOR, NEW));
		let by = By::Institution {
			institution: HOSPITAL,
			evidence: EVIDENCE,
			attestations: 0,
			objected: false,
		};
		let at = START + 1;
		let expected = Attempt { key: key.clone(), encryption_key: SEALED, by, at, from: None };
		assert_eq!(attempt_of_patient(), Some(expected));
		let event = LogEvent::RecoveryProposed { key: key.clone() };
		assert_eq!(logged(), (DOCTOR, Some(HOSPITAL), event));
		let event = Event::RecoveryProposed { account: PATIENT, key, institution: HOSPITAL };
		assert_eq!(events(), [event]);
	});
}

#[test]
fn propose_for_others_than_patients_is_in_no_log() {
	build_and_execute(|| {
		for staff in [REGISTRAR, DOCTOR] {
			assert_ok!(propose_for(staff, NURSE, NEW));
		}
		assert_eq!(Attempts::<Test>::get(NURSE).unwrap().key, key(NEW));
		assert_eq!(Logs::all(), []);
	});
}

#[test]
fn propose_takes_two_of_the_staff_and_the_same_content() {
	build_and_execute(|| {
		for who in [NURSE, CLINIC_DOCTOR, OFFICER, HOSPITAL, STRANGER, SPOUSE] {
			assert_noop!(propose(who, NEW), NOT_STAFF);
		}
		assert_ok!(propose(REGISTRAR, NEW));
		assert_noop!(propose(REGISTRAR, NEW), SAME_STAFF);
		// Another key, encryption key or evidence is another proposal.
		assert_ok!(propose(DOCTOR, OTHER));
		assert_ok!(propose(REGISTRAR, NEW));
		let sealed = [8; 32];
		let text = key_text(&GENESIS, &PATIENT, &key(NEW), &sealed, expires());
		let (other, until) = (sign(NEW, &text), expires());
		let doctor = signed(DOCTOR);
		assert_ok!(Recovery::propose(
			doctor,
			PATIENT,
			HOSPITAL,
			key(NEW),
			sealed,
			until,
			other,
			EVIDENCE
		));
		assert_ok!(propose(REGISTRAR, NEW));
		let (doctor, signature) = (signed(DOCTOR), wants(&PATIENT, NEW));
		assert_ok!(Recovery::propose(
			doctor,
			PATIENT,
			HOSPITAL,
			key(NEW),
			SEALED,
			until,
			signature,
			SALT
		));
		assert_eq!(attempt_of_patient(), None);
	});
}

#[test]
fn propose_for_the_own_account_fails() {
	build_and_execute(|| {
		assert_noop!(propose_for(DOCTOR, DOCTOR, NEW), Error::<Test>::OwnAccount);
		assert_ok!(propose_for(DOCTOR, REGISTRAR, NEW));
		assert_noop!(propose_for(REGISTRAR, REGISTRAR, NEW), Error::<Test>::OwnAccount);
	});
}

#[test]
fn propose_for_an_account_that_is_not_active_fails() {
	build_and_execute(|| {
		assert_noop!(propose_for(DOCTOR, STRANGER, NEW), Error::<Test>::NotActive);
		assert_ok!(propose(REGISTRAR, NEW));
		People::set_active(&PATIENT, false);
		assert_noop!(propose(DOCTOR, NEW), Error::<Test>::NotActive);
	});
}

#[test]
fn propose_for_an_institution_fails() {
	build_and_execute(|| {
		for institution in [HOSPITAL, AUTHORITY] {
			let proposed = propose_for(DOCTOR, institution, NEW);
			assert_noop!(proposed, Error::<Test>::NotForInstitutions);
		}
	});
}

#[test]
fn propose_by_another_institution_fails() {
	build_and_execute(|| {
		let (doctor, signature) = (signed(CLINIC_DOCTOR), wants(&PATIENT, NEW));
		let proposed = Recovery::propose(
			doctor,
			PATIENT,
			CLINIC,
			key(NEW),
			SEALED,
			expires(),
			signature,
			EVIDENCE,
		);
		assert_noop!(proposed, Error::<Test>::EnrolledElsewhere);
	});
}

#[test]
fn propose_for_an_account_with_guardians_fails() {
	build_and_execute(|| {
		assert_ok!(propose(REGISTRAR, NEW));
		assert_ok!(name_guardians(&three()));
		assert_noop!(propose(DOCTOR, NEW), Error::<Test>::HasGuardians);
		// A thief's guardians do not keep the hospital from it.
		Clock::pass(1);
		disable_since(START);
		assert_ok!(propose(DOCTOR, NEW));
		assert!(attempt_of_patient().is_some());
	});
}

#[test]
fn propose_replaces_an_attempt_that_is_not_complete() {
	build_and_execute(|| {
		propose_by_two(NEW);
		assert_noop!(propose(REGISTRAR, NEW), Error::<Test>::AttemptUnderWay);
		propose_by_two(OTHER);
		assert_eq!(attempt_of_patient().unwrap().key, key(OTHER));
		assert_ok!(attest(OTHER));
		let last = START + RECOVERY_DELAY + LIFETIME;
		for moment in [START, last - 1] {
			Clock::set(moment);
			for name in [NEW, OTHER] {
				assert_noop!(propose(REGISTRAR, name), Error::<Test>::AttemptUnderWay);
			}
		}
		Clock::set(last);
		propose_by_two(OTHER);
		assert_eq!(ready_from(), None);
	});
}

/// The patient's only guardians were a thief's. Their attempt does not keep the hospital from its own.
#[test]
fn propose_replaces_an_attempt_of_guardians_in_doubt() {
	build_and_execute(|| {
		recover("Thief");
		assert_noop!(propose(REGISTRAR, NEW), Error::<Test>::HasGuardians);
		disable_since(START);
		propose_by_two(NEW);
		assert_eq!(attempt_of_patient().unwrap().key, key(NEW));
	});
}

#[test]
fn propose_with_an_unsound_key_fails() {
	build_and_execute(|| {
		let call = |until, signature| {
			let (staff, key) = (signed(REGISTRAR), key(NEW));
			Recovery::propose(staff, PATIENT, HOSPITAL, key, SEALED, until, signature, EVIDENCE)
		};
		let (until, signature) = (expires(), wants(&PATIENT, NEW));
		assert_noop!(call(START, signature.clone()), Error::<Test>::SignatureExpired);
		assert_noop!(call(until, wants(&OTHER_PATIENT, NEW)), Error::<Test>::InvalidKeySignature);
		People::enrol(key(NEW), AccountKind::Person);
		assert_noop!(call(until, signature), Error::<Test>::KeyTaken);
	});
}
