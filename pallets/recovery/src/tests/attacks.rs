//! Attacks: who tries to take an account over, and what stops it.

use super::*;

/// One guardian less than are needed, also with the hospital and an authority.
#[test]
fn too_few_guardians_with_the_hospital_fail() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		assert_noop!(approve(DOCTOR, NEW), Error::<Test>::NotGuardian);
		assert_noop!(propose(REGISTRAR, NEW), Error::<Test>::HasGuardians);
		assert_noop!(attest(NEW), Error::<Test>::ByGuardians);
		Clock::pass(RECOVERY_DELAY);
		assert_noop!(finish(NEW), Error::<Test>::Incomplete);
	});
}

/// An approval is for one key. The attempt is replaced by one for another key.
#[test]
fn an_approval_is_not_used_for_another_key() {
	build_and_execute(|| {
		assert_ok!(Recovery::set_guardians(signed(PATIENT), commitment(&three()), 3, 3));
		assert_ok!(begin(SPOUSE, NEW));
		assert_ok!(approve(FRIEND, NEW));
		assert_ok!(begin(NEIGHBOUR, OTHER));
		assert_noop!(approve(FRIEND, NEW), Error::<Test>::OtherKey);
		assert_eq!(ready_from(), None);
		assert_ok!(approve(SPOUSE, OTHER));
		assert_eq!(ready_from(), None);
	});
}

/// A stolen phone changes key and guardians at once. The hospital disables the key since the theft.
#[test]
fn a_thief_who_changes_key_and_guardians_gets_nothing() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		Clock::pass(DAY);
		let theft = doubles::now();
		assert_ok!(change_key(PATIENT, "Thief"));
		assert_ok!(name_guardians(&[DOCTOR, NURSE]));
		Clock::pass(DAY);
		disable_since(theft);
		// The change of key is gone, and the thief cannot end what the guardians do.
		recover(NEW);
		assert_noop!(object(NEW), Error::<Test>::KeyDisabled);
		Clock::pass(RECOVERY_DELAY);
		let thiefs = begin_with(DOCTOR, list(&[DOCTOR, NURSE]), "Thief");
		assert_noop!(thiefs, Error::<Test>::InvalidGuardians);
		assert_ok!(finish(NEW));
		assert_eq!(key_of_patient(), key(NEW));
	});
}

/// The same, but nobody notices until the thief's guardians count and have given the account a key.
#[test]
fn a_thiefs_guardians_are_in_doubt_until_the_end() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		Clock::pass(DAY);
		let theft = doubles::now();
		assert_ok!(name_guardians(&[DOCTOR, NURSE]));
		Clock::pass(RECOVERY_DELAY);
		assert_ok!(begin_with(DOCTOR, list(&[DOCTOR, NURSE]), "Thief"));
		assert_ok!(approve(NURSE, "Thief"));
		Clock::pass(RECOVERY_DELAY);
		disable_since(theft);
		assert_noop!(finish("Thief"), Error::<Test>::GuardiansInDoubt);
		// It keeps the patient's own guardians from nothing.
		Clock::set(recover(NEW));
		assert_ok!(finish(NEW));
		assert_eq!(key_of_patient(), key(NEW));
	});
}

/// A hospital disables a key and proposes its own. The patient's objection counts, the authority has to
/// attest twice, and a patient with guardians is out of reach.
#[test]
fn a_hospital_that_disables_a_key_needs_the_authority_twice() {
	build_and_execute(|| {
		disable_since(START);
		propose_by_two("Hospital");
		assert_ok!(attest("Hospital"));
		assert_ok!(object("Hospital"));
		Clock::pass(RECOVERY_DELAY);
		assert_noop!(finish("Hospital"), Error::<Test>::Incomplete);
	});
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		Clock::pass(DAY);
		disable_since(doubles::now());
		assert_noop!(propose(REGISTRAR, "Hospital"), Error::<Test>::HasGuardians);
	});
}

/// The text is for one account: a key that wants to be one patient's cannot be made another's.
#[test]
fn a_signature_is_not_used_for_another_account() {
	build_and_execute(|| {
		let (thief, signature) = (signed(OTHER_PATIENT), wants(&PATIENT, NEW));
		let changed = Recovery::change_key(thief, key(NEW), SEALED, expires(), signature);
		assert_noop!(changed, Error::<Test>::InvalidKeySignature);
	});
}
