//! `finish`.

use super::*;

#[test]
fn finish_of_a_change_of_key_works() {
	build_and_execute(|| {
		assert_ok!(change_key(PATIENT, NEW));
		let from = START + KEY_DELAY;
		Clock::set(from - 1);
		assert_noop!(finish(NEW), Error::<Test>::TooEarly);
		Clock::set(from);
		events();
		assert_ok!(finish(NEW));
		let new = key(NEW);
		assert_eq!(Keys::<Test>::get(&new), Some(KeyState::Signs(PATIENT)));
		assert_eq!(Keys::<Test>::get(PATIENT), Some(KeyState::Replaced));
		assert_eq!(PresentKeys::<Test>::get(PATIENT), Some(new.clone()));
		assert_eq!(Changes::<Test>::get(PATIENT), None);
		assert_eq!(People::replaced_keys(), [(PATIENT, new.clone(), SEALED)]);
		let event = LogEvent::KeyReplaced { key: new.clone() };
		assert_eq!(logged(), (STRANGER_WHO_IS_ENROLLED, None, event));
		let event = Event::KeyReplaced { account: PATIENT, key: new, replaced: PATIENT };
		assert_eq!(events(), [event]);
		assert_noop!(finish(NEW), Error::<Test>::NothingUnderWay);
	});
}

#[test]
fn finish_of_the_guardians_attempt_works() {
	build_and_execute(|| {
		let from = recover(NEW);
		Clock::set(from - 1);
		assert_noop!(finish(NEW), Error::<Test>::TooEarly);
		Clock::set(from);
		assert_ok!(finish(NEW));
		assert_eq!((key_of_patient(), attempt_of_patient()), (key(NEW), None));
		assert_eq!(People::replaced_keys(), [(PATIENT, key(NEW), SEALED)]);
		// The guardians remain.
		assert_eq!(Recovery::recovery(PATIENT).guardians.unwrap().count, 3);
	});
}

#[test]
fn finish_of_the_institutions_attempt_works() {
	build_and_execute(|| {
		propose_by_two(NEW);
		assert_ok!(attest(NEW));
		let from = START + RECOVERY_DELAY;
		Clock::set(from - 1);
		assert_noop!(finish(NEW), Error::<Test>::TooEarly);
		Clock::set(from);
		assert_ok!(finish(NEW));
		assert_eq!((key_of_patient(), attempt_of_patient()), (key(NEW), None));
	});
}

#[test]
fn finish_of_the_institutions_attempt_fails_once_there_are_guardians() {
	build_and_execute(|| {
		propose_by_two(NEW);
		assert_ok!(attest(NEW));
		assert_ok!(name_guardians(&three()));
		Clock::pass(RECOVERY_DELAY);
		assert_noop!(finish(NEW), Error::<Test>::HasGuardians);
		// Those whom a thief named do not count.
		disable_since(START);
		assert_ok!(finish(NEW));
	});
}

#[test]
fn finish_by_guardians_removes_others_who_wait() {
	build_and_execute(|| {
		let from = recover(NEW);
		assert_ok!(name_guardians(&[SPOUSE, NEIGHBOUR]));
		Clock::set(from);
		// They have come into force at the same moment, and stay.
		assert_ok!(finish(NEW));
		assert_eq!(Recovery::recovery(PATIENT).guardians.unwrap().count, 2);
	});
	build_and_execute(|| {
		let from = recover(NEW);
		Clock::pass(1);
		assert_ok!(name_guardians(&[SPOUSE, NEIGHBOUR]));
		Clock::set(from);
		assert_ok!(finish(NEW));
		assert_eq!(GuardiansOf::<Test>::get(PATIENT).next, None);
	});
}

#[test]
fn finish_of_a_change_that_was_forgotten_fails() {
	build_and_execute(|| {
		assert_ok!(change_key(PATIENT, NEW));
		Clock::set(START + KEY_DELAY + LIFETIME);
		assert_noop!(finish(NEW), Error::<Test>::NothingUnderWay);
		Clock::set(START + KEY_DELAY + LIFETIME - 1);
		assert_ok!(finish(NEW));
	});
}

#[test]
fn finish_again_and_again_leaves_one_key() {
	build_and_execute(|| {
		let names = ["First", "Second", "Third"];
		for name in names {
			assert_ok!(change_key(PATIENT, name));
			Clock::pass(KEY_DELAY);
			assert_ok!(finish(name));
		}
		assert_eq!(key_of_patient(), key("Third"));
		for replaced in [PATIENT, key("First"), key("Second")] {
			assert_eq!(Keys::<Test>::get(replaced), Some(KeyState::Replaced));
		}
		assert_eq!(PresentKeys::<Test>::iter().count(), 1);
	});
}

#[test]
fn finish_for_others_than_patients_is_in_no_log() {
	build_and_execute(|| {
		for (account, name) in [(DOCTOR, NEW), (HOSPITAL, OTHER)] {
			assert_ok!(change_key(account.clone(), name));
			Clock::pass(KEY_DELAY);
			assert_ok!(Recovery::finish(signed(PATIENT), account.clone(), key(name)));
			assert_eq!(Recovery::recovery(account).key, key(name));
		}
		assert_eq!(Logs::all(), []);
	});
}

#[test]
fn finish_of_a_disabled_account_enables_it() {
	build_and_execute(|| {
		Clock::set(recover(NEW));
		disable_since(START + 1);
		assert!(!People::signatory(&PATIENT).unwrap().may_sign);
		assert_ok!(finish(NEW));
		assert!(People::signatory(&PATIENT).unwrap().may_sign);
	});
}

#[test]
fn finish_by_accounts_that_are_not_active_fails() {
	build_and_execute(|| {
		Clock::set(recover(NEW));
		People::set_active(&SPOUSE, false);
		for who in [SPOUSE, STRANGER, CUSTODIAN, key(NEW)] {
			let finished = Recovery::finish(signed(who), PATIENT, key(NEW));
			assert_noop!(finished, Error::<Test>::CallerNotActive);
		}
	});
}

#[test]
fn finish_of_an_account_that_is_not_active_fails() {
	build_and_execute(|| {
		Clock::set(recover(NEW));
		People::set_active(&PATIENT, false);
		assert_noop!(finish(NEW), Error::<Test>::NotActive);
		let of_nobody = Recovery::finish(signed(SPOUSE), STRANGER, key(NEW));
		assert_noop!(of_nobody, Error::<Test>::NotActive);
	});
}

#[test]
fn finish_of_nothing_fails() {
	build_and_execute(|| {
		assert_noop!(finish(NEW), Error::<Test>::NothingUnderWay);
		let from = recover(NEW);
		Clock::set(from + LIFETIME);
		assert_noop!(finish(NEW), Error::<Test>::NothingUnderWay);
		Clock::set(from + LIFETIME - 1);
		assert_ok!(finish(NEW));
	});
}

#[test]
fn finish_of_an_incomplete_attempt_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		Clock::pass(RECOVERY_DELAY);
		assert_noop!(finish(NEW), Error::<Test>::Incomplete);
	});
}

#[test]
fn finish_for_guardians_in_doubt_fails() {
	build_and_execute(|| {
		Clock::set(recover(NEW));
		disable_since(START);
		assert_noop!(finish(NEW), Error::<Test>::GuardiansInDoubt);
		disable_since(START + 1);
		assert_ok!(finish(NEW));
	});
}

/// The guardians who made the attempt count, not those who replaced them meanwhile.
#[test]
fn finish_for_guardians_who_were_replaced_works() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		Clock::pass(DAY);
		let from = recover(NEW);
		assert_ok!(name_guardians(&[SPOUSE, FRIEND]));
		Clock::set(from);
		assert_eq!(Recovery::recovery(PATIENT).guardians.unwrap().count, 2);
		// The second were named in doubt, the first were not.
		disable_since(START + DAY);
		assert_ok!(finish(NEW));
	});
}

#[test]
fn finish_with_a_key_that_was_taken_meanwhile_fails() {
	build_and_execute(|| {
		Clock::set(recover(NEW));
		assert_ok!(change_key(OTHER_PATIENT, NEW));
		Clock::pass(KEY_DELAY);
		assert_ok!(Recovery::finish(signed(SPOUSE), OTHER_PATIENT, key(NEW)));
		assert_noop!(finish(NEW), Error::<Test>::KeyTaken);
	});
	build_and_execute(|| {
		assert_ok!(change_key(PATIENT, NEW));
		Clock::pass(KEY_DELAY);
		People::enrol_by(key(NEW), AccountKind::Person, HOSPITAL);
		assert_noop!(finish(NEW), Error::<Test>::KeyTaken);
	});
}

/// A thief lets the key of the own change be taken. That does not keep the guardians from it.
#[test]
fn finish_of_an_attempt_beside_a_change_whose_key_is_taken_works() {
	build_and_execute(|| {
		assert_ok!(change_key(PATIENT, OTHER));
		People::enrol_by(key(OTHER), AccountKind::Person, HOSPITAL);
		let from = recover(NEW);
		Clock::set(START + KEY_DELAY);
		assert_noop!(finish(OTHER), Error::<Test>::KeyTaken);
		Clock::set(from);
		assert_ok!(finish(NEW));
		assert_eq!(key_of_patient(), key(NEW));
	});
}

/// Nobody finishes another key than is meant.
#[test]
fn finish_of_a_due_change_and_a_due_attempt_is_for_the_key_that_is_named() {
	build_and_execute(|| {
		let from = recover(NEW);
		assert_ok!(change_key(PATIENT, OTHER));
		Clock::set(from);
		assert_noop!(finish("Third"), Error::<Test>::OtherKey);
		assert_ok!(finish(OTHER));
		assert_eq!(key_of_patient(), key(OTHER));
		assert_noop!(finish(OTHER), Error::<Test>::OtherKey);
		assert_eq!(attempt_of_patient().unwrap().key, key(NEW));
		assert_ok!(finish(NEW));
		assert_eq!(key_of_patient(), key(NEW));
		assert_eq!(Keys::<Test>::get(key(OTHER)), Some(KeyState::Replaced));
	});
	build_and_execute(|| {
		let from = recover(NEW);
		assert_ok!(change_key(PATIENT, OTHER));
		Clock::set(from);
		assert_ok!(finish(NEW));
		assert_eq!(key_of_patient(), key(NEW));
		assert_noop!(finish(OTHER), Error::<Test>::NothingUnderWay);
	});
}

#[test]
fn finish_of_another_key_than_is_under_way_fails() {
	build_and_execute(|| {
		assert_ok!(change_key(PATIENT, OTHER));
		Clock::pass(KEY_DELAY);
		assert_noop!(finish(NEW), Error::<Test>::OtherKey);
		assert_ok!(finish(OTHER));
		Clock::set(recover(NEW));
		assert_noop!(finish("Third"), Error::<Test>::OtherKey);
		assert_ok!(finish(NEW));
	});
}

/// A change that waits still does not stand in the way of a due attempt for the same key.
#[test]
fn finish_of_a_due_attempt_for_the_key_of_a_change_that_waits_works() {
	build_and_execute(|| {
		let from = recover(NEW);
		Clock::set(from - 1);
		assert_ok!(change_key(PATIENT, NEW));
		assert_noop!(finish(NEW), Error::<Test>::TooEarly);
		Clock::set(from);
		assert_ok!(finish(NEW));
		assert_eq!(Changes::<Test>::get(PATIENT), None);
	});
}

#[test]
fn finish_of_an_attempt_removes_the_own_change() {
	build_and_execute(|| {
		let from = recover(NEW);
		Clock::set(from - 1);
		assert_ok!(change_key(PATIENT, OTHER));
		Clock::set(from);
		assert_ok!(finish(NEW));
		assert_eq!(key_of_patient(), key(NEW));
		assert_eq!(Changes::<Test>::get(PATIENT), None);
		Clock::pass(KEY_DELAY);
		assert_noop!(finish(OTHER), Error::<Test>::NothingUnderWay);
	});
}

#[test]
fn finish_of_the_own_change_removes_an_attempt_for_the_same_key() {
	build_and_execute(|| {
		recover(NEW);
		assert_ok!(change_key(PATIENT, NEW));
		Clock::pass(KEY_DELAY);
		assert_ok!(finish(NEW));
		assert_eq!((key_of_patient(), attempt_of_patient()), (key(NEW), None));
	});
}
