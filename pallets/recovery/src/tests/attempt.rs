//! `attempt`.

use super::*;

#[test]
fn attempt_works() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		Clock::pass(DAY);
		events();
		assert_ok!(begin(FRIEND, NEW));
		let by =
			By::Guardians { guardians: three(), approvals: 0b010, threshold: 2, set_at: START };
		let (key, at) = (key(NEW), START + DAY);
		let expected = Attempt { key: key.clone(), encryption_key: SEALED, by, at, from: None };
		assert_eq!(attempt_of_patient(), Some(expected));
		assert_eq!(logged(), (FRIEND, None, LogEvent::RecoveryBegan { key: key.clone() }));
		let began = Event::RecoveryBegan { account: PATIENT, key, guardian: FRIEND };
		assert_eq!(events(), [began]);
	});
}

#[test]
fn attempt_for_others_than_patients_is_in_no_log() {
	build_and_execute(|| {
		let guardians = list(&[SPOUSE, FRIEND]);
		let commitment = guardians_commitment(&DOCTOR, &guardians, &SALT);
		assert_ok!(Recovery::set_guardians(signed(DOCTOR), commitment, 2, 2));
		let (signed, signature) = (signed(SPOUSE), wants(&DOCTOR, NEW));
		assert_ok!(Recovery::attempt(
			signed,
			DOCTOR,
			guardians,
			SALT,
			key(NEW),
			SEALED,
			expires(),
			signature
		));
		assert_eq!(Logs::all(), []);
	});
}

#[test]
fn guardians_who_wait_go_when_enough_have_approved() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(name_guardians(&[SPOUSE, NEIGHBOUR]));
		assert!(GuardiansOf::<Test>::get(PATIENT).next.is_some());
		// One guardian alone does not keep the patient from naming others.
		assert_ok!(begin(SPOUSE, NEW));
		assert!(GuardiansOf::<Test>::get(PATIENT).next.is_some());
		assert_ok!(approve(NEIGHBOUR, NEW));
		let sets = GuardiansOf::<Test>::get(PATIENT);
		assert_eq!((sets.present.unwrap().count, sets.next), (3, None));
		Clock::pass(RECOVERY_DELAY);
		assert_eq!(Recovery::recovery(PATIENT).guardians.unwrap().count, 3);
	});
}

/// What is stored as next are those in force, after their time has come. They are kept.
#[test]
fn attempt_by_the_next_guardians_in_force_keeps_them() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(name_guardians(&[SPOUSE, NEIGHBOUR]));
		Clock::pass(RECOVERY_DELAY);
		let sets = GuardiansOf::<Test>::get(PATIENT);
		assert_noop!(begin(SPOUSE, NEW), Error::<Test>::InvalidGuardians);
		assert_ok!(begin_with(SPOUSE, list(&[SPOUSE, NEIGHBOUR]), NEW));
		assert_eq!(GuardiansOf::<Test>::get(PATIENT), sets);
		assert_eq!(Recovery::recovery(PATIENT).guardians.unwrap().count, 2);
	});
}

#[test]
fn attempt_by_guardians_who_are_not_active_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&[SPOUSE, STRANGER]));
		let all = || list(&[SPOUSE, STRANGER]);
		assert_noop!(begin_with(STRANGER, all(), NEW), Error::<Test>::CallerNotActive);
		People::set_active(&SPOUSE, false);
		assert_noop!(begin_with(SPOUSE, all(), NEW), Error::<Test>::CallerNotActive);
		People::set_active(&SPOUSE, true);
		assert_ok!(begin_with(SPOUSE, all(), NEW));
	});
}

#[test]
fn attempt_for_the_own_account_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&[PATIENT, SPOUSE]));
		let all = || list(&[PATIENT, SPOUSE]);
		assert_noop!(begin_with(PATIENT, all(), NEW), Error::<Test>::OwnAccount);
		assert_ok!(begin_with(SPOUSE, all(), NEW));
	});
}

#[test]
fn attempt_for_an_account_that_is_not_active_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		People::set_active(&PATIENT, false);
		assert_noop!(begin(SPOUSE, NEW), Error::<Test>::NotActive);
	});
}

#[test]
fn attempt_without_guardians_in_force_fails() {
	build_and_execute(|| {
		assert_noop!(begin(SPOUSE, NEW), Error::<Test>::NoGuardians);
		assert_ok!(name_guardians(&three()));
		People::set_doubt(&PATIENT, Doubt { since: START, until: START + 1 });
		Clock::pass(1);
		assert_noop!(begin(SPOUSE, NEW), Error::<Test>::NoGuardians);
	});
}

#[test]
fn attempt_with_a_list_that_is_not_whole_or_not_in_order_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		let lists = [
			list(&[]),
			list(&[SPOUSE, FRIEND]),
			list(&[SPOUSE, FRIEND, NEIGHBOUR, STRANGER]),
			list(&[FRIEND, SPOUSE, NEIGHBOUR]),
			list(&[SPOUSE, SPOUSE, NEIGHBOUR]),
		];
		for guardians in lists {
			assert_noop!(begin_with(SPOUSE, guardians, NEW), Error::<Test>::InvalidGuardians);
		}
	});
}

#[test]
fn attempt_with_another_list_or_salt_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		let others = list(&[SPOUSE, FRIEND, STRANGER]);
		assert_noop!(begin_with(SPOUSE, others, NEW), Error::<Test>::OtherGuardians);
		let (signed, signature) = (signed(SPOUSE), wants(&PATIENT, NEW));
		let salt = H256([4; 32]);
		let begun = Recovery::attempt(
			signed,
			PATIENT,
			three(),
			salt,
			key(NEW),
			SEALED,
			expires(),
			signature,
		);
		assert_noop!(begun, Error::<Test>::OtherGuardians);
	});
}

#[test]
fn attempt_by_somebody_who_is_not_a_guardian_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		for who in [OTHER_PATIENT, DOCTOR, HOSPITAL] {
			assert_noop!(begin(who, NEW), Error::<Test>::NotGuardian);
		}
	});
}

/// One guardian alone cannot replace the others' attempts again and again.
#[test]
fn attempt_is_begun_once_by_each_guardian() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(FRIEND, NEW));
		assert_ok!(begin(NEIGHBOUR, OTHER));
		assert_noop!(begin(FRIEND, NEW), Error::<Test>::BegunBefore);
		assert_ok!(begin(SPOUSE, NEW));
		assert_noop!(begin(NEIGHBOUR, OTHER), Error::<Test>::BegunBefore);
		assert_ok!(approve(FRIEND, NEW));
		// After an objection they can begin again.
		assert_ok!(object(NEW));
		assert_ok!(begin(NEIGHBOUR, OTHER));
		// It counts as long as the attempt does, and for these guardians.
		assert_noop!(begin(NEIGHBOUR, NEW), Error::<Test>::BegunBefore);
		Clock::pass(LIFETIME);
		assert_ok!(begin(NEIGHBOUR, NEW));
	});
}

#[test]
fn attempt_replaces_what_can_never_be_finished() {
	build_and_execute(|| {
		propose_by_two(OTHER);
		assert_ok!(attest(OTHER));
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
	});
	build_and_execute(|| {
		recover(OTHER);
		assert_noop!(begin(NEIGHBOUR, NEW), Error::<Test>::AttemptUnderWay);
		People::enrol_by(key(OTHER), AccountKind::Person, CLINIC);
		assert_ok!(begin(NEIGHBOUR, NEW));
	});
}

#[test]
fn attempt_replaces_an_incomplete_one() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		Clock::pass(1);
		assert_noop!(begin(FRIEND, NEW), Error::<Test>::AttemptUnderWay);
		assert_ok!(begin(FRIEND, OTHER));
		let attempt = attempt_of_patient().unwrap();
		assert_eq!((attempt.key, attempt.at), (key(OTHER), START + 1));
		// The approval of the other key does not count.
		assert_noop!(approve(FRIEND, OTHER), Error::<Test>::ApprovedBefore);
		assert_eq!(ready_from(), None);
	});
}

#[test]
fn attempt_while_one_is_complete_fails_until_it_lapses() {
	build_and_execute(|| {
		let from = recover(NEW);
		for moment in [START, from, from + LIFETIME - 1] {
			Clock::set(moment);
			for name in [NEW, OTHER] {
				assert_noop!(begin(FRIEND, name), Error::<Test>::AttemptUnderWay);
			}
		}
		Clock::set(from + LIFETIME);
		assert_ok!(begin(FRIEND, NEW));
		assert_eq!(ready_from(), None);
	});
}

#[test]
fn attempt_for_the_same_key_begins_again_when_the_first_has_lapsed() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		Clock::set(START + LIFETIME - 1);
		assert_noop!(begin(FRIEND, NEW), Error::<Test>::AttemptUnderWay);
		Clock::pass(1);
		assert_ok!(begin(FRIEND, NEW));
		// Who approved the first did not approve this one.
		assert_eq!(ready_from(), None);
		assert_ok!(approve(SPOUSE, NEW));
		assert_eq!(ready_from(), Some(START + LIFETIME + RECOVERY_DELAY));
	});
}

#[test]
fn attempt_with_an_unsound_key_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		let call = |until, signature| {
			let spouse = signed(SPOUSE);
			Recovery::attempt(spouse, PATIENT, three(), SALT, key(NEW), SEALED, until, signature)
		};
		let (until, signature) = (expires(), wants(&PATIENT, NEW));
		assert_noop!(call(START, signature.clone()), Error::<Test>::SignatureExpired);
		assert_noop!(call(until, wants(&SPOUSE, NEW)), Error::<Test>::InvalidKeySignature);
		People::enrol(key(NEW), AccountKind::Person);
		assert_noop!(call(until, signature), Error::<Test>::KeyTaken);
	});
}
