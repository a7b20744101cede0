//! `object`.

use super::*;

#[test]
fn object_to_the_own_change_ends_it() {
	build_and_execute(|| {
		assert_ok!(change_key(PATIENT, NEW));
		events();
		// The log itself adds who signed.
		Admitted::set_signer(Some(SPOUSE));
		assert_ok!(object(NEW));
		assert_eq!(Changes::<Test>::get(PATIENT), None);
		assert_eq!(logged(), (PATIENT, None, LogEvent::KeyChangeEnded { key: key(NEW) }));
		assert_eq!(events(), [Event::KeyChangeEnded { account: PATIENT, key: key(NEW) }]);
		Clock::pass(KEY_DELAY);
		assert_noop!(finish(NEW), Error::<Test>::NothingUnderWay);
	});
}

#[test]
fn object_to_the_guardians_attempt_ends_it() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		assert_ok!(object(NEW));
		assert_eq!(attempt_of_patient(), None);
		// Also a complete one, up to the end.
		let from = recover(NEW);
		Clock::set(from);
		events();
		assert_ok!(object(NEW));
		assert_eq!(attempt_of_patient(), None);
		let (key, ended) = (key(NEW), true);
		let event = LogEvent::RecoveryObjected { key: key.clone(), ended };
		assert_eq!(logged(), (PATIENT, None, event));
		assert_eq!(events(), [Event::RecoveryObjected { account: PATIENT, key, ended }]);
		assert_noop!(finish(NEW), Error::<Test>::NothingUnderWay);
	});
}

#[test]
fn object_to_the_guardians_attempt_with_a_disabled_key_fails() {
	build_and_execute(|| {
		let from = recover(NEW);
		Clock::pass(1);
		disable_since(START + 1);
		assert_noop!(object(NEW), Error::<Test>::KeyDisabled);
		Clock::set(from);
		assert_ok!(finish(NEW));
	});
}

/// After the key was enabled again, it objects again.
#[test]
fn object_with_a_key_that_was_disabled_before_works() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		Clock::pass(10);
		People::set_doubt(&PATIENT, Doubt { since: START + 1, until: START + 10 });
		recover(NEW);
		assert_ok!(object(NEW));
		assert_eq!(attempt_of_patient(), None);
	});
}

#[test]
fn object_to_the_institutions_attempt_delays_it() {
	build_and_execute(|| {
		propose_by_two(NEW);
		assert_ok!(attest(NEW));
		assert!(ready_from().is_some());
		events();
		assert_ok!(object(NEW));
		assert_eq!(ready_from(), None);
		let (key, ended) = (key(NEW), false);
		let event = LogEvent::RecoveryObjected { key: key.clone(), ended };
		assert_eq!(logged(), (PATIENT, None, event));
		assert_eq!(events(), [Event::RecoveryObjected { account: PATIENT, key, ended }]);
		Clock::pass(RECOVERY_DELAY);
		assert_noop!(finish(NEW), Error::<Test>::Incomplete);
		assert_ok!(attest(NEW));
		assert_eq!(ready_from(), Some(START + 2 * RECOVERY_DELAY));
	});
}

/// Otherwise a thief with a disabled key could end the attempt by objecting late.
#[test]
fn object_late_leaves_time_for_the_second_attestation() {
	build_and_execute(|| {
		propose_by_two(NEW);
		assert_ok!(attest(NEW));
		Clock::set(START + LIFETIME);
		assert_ok!(object(NEW));
		Clock::pass(LIFETIME - 1);
		assert_ok!(attest(NEW));
		Clock::pass(RECOVERY_DELAY);
		assert_ok!(finish(NEW));
	});
}

#[test]
fn object_to_the_institutions_attempt_twice_fails() {
	build_and_execute(|| {
		propose_by_two(NEW);
		assert_ok!(object(NEW));
		assert_noop!(object(NEW), Error::<Test>::AlreadyObjected);
		for _ in 0..2 {
			assert_ok!(attest(NEW));
		}
		// Now it is attested as often as is needed, and nothing delays it any more.
		assert_noop!(object(NEW), Error::<Test>::AlreadyObjected);
		assert_eq!(ready_from(), Some(START + RECOVERY_DELAY));
	});
}

#[test]
fn object_to_the_institutions_attempt_works_in_every_standing() {
	let standings: [fn(); 2] = [|| disable_since(START), || People::set_active(&PATIENT, false)];
	for bar in standings {
		build_and_execute(|| {
			propose_by_two(NEW);
			bar();
			assert!(Recovery::may_object(&PATIENT, &key(NEW)));
			assert_ok!(object(NEW));
			assert!(!Recovery::may_object(&PATIENT, &key(NEW)));
		});
	}
}

#[test]
fn object_by_somebody_else_fails() {
	build_and_execute(|| {
		propose_by_two(NEW);
		for who in [OTHER_PATIENT, DOCTOR, HOSPITAL, AUTHORITY, SPOUSE, STRANGER, key(NEW)] {
			let objected = Recovery::object(signed(who), PATIENT, key(NEW));
			assert_noop!(objected, Error::<Test>::NotTheAccount);
		}
	});
}

#[test]
fn object_to_nothing_fails() {
	build_and_execute(|| {
		assert_noop!(object(NEW), Error::<Test>::NothingUnderWay);
		propose_by_two(NEW);
		Clock::set(START + LIFETIME);
		assert_noop!(object(NEW), Error::<Test>::NothingUnderWay);
		Clock::set(START + LIFETIME - 1);
		assert_ok!(object(NEW));
	});
}

#[test]
fn object_to_another_key_fails() {
	build_and_execute(|| {
		assert_ok!(change_key(PATIENT, NEW));
		assert_noop!(object(OTHER), Error::<Test>::OtherKey);
		propose_by_two(OTHER);
		assert_noop!(object("Third"), Error::<Test>::OtherKey);
		// Each key is objected to on its own.
		assert_ok!(object(OTHER));
		assert!(Changes::<Test>::get(PATIENT).is_some());
		assert_ok!(object(NEW));
		assert_noop!(object(NEW), Error::<Test>::OtherKey);
	});
}

#[test]
fn object_to_a_key_of_both_ends_the_own_change_first() {
	build_and_execute(|| {
		assert_ok!(change_key(PATIENT, NEW));
		recover(NEW);
		assert_ok!(object(NEW));
		assert_eq!(Changes::<Test>::get(PATIENT), None);
		assert!(attempt_of_patient().is_some());
		assert_ok!(object(NEW));
		assert_eq!(attempt_of_patient(), None);
	});
}

/// Nobody has a ward's key, so its representatives object for it.
#[test]
fn object_by_a_wards_representative_works() {
	build_and_execute(|| {
		Representatives::add(&PATIENT, &FRIEND, Scopes::default());
		propose_by_two(NEW);
		let object = |who| Recovery::object(signed(who), PATIENT, key(NEW));
		// Who has a key objects alone.
		assert_noop!(object(FRIEND), Error::<Test>::NotTheAccount);
		Representatives::add_ward(&PATIENT);
		for who in [SPOUSE, DOCTOR, HOSPITAL, STRANGER] {
			assert_noop!(object(who), Error::<Test>::NotTheAccount);
		}
		assert_ok!(object(FRIEND));
		let event = LogEvent::RecoveryObjected { key: key(NEW), ended: false };
		assert_eq!(logged(), (FRIEND, None, event));
		// Once, whoever it was.
		Representatives::add(&PATIENT, &SPOUSE, Scopes::default());
		assert_noop!(object(SPOUSE), Error::<Test>::AlreadyObjected);
		assert_ok!(attest(NEW));
		assert_eq!(ready_from(), None);
		assert_ok!(attest(NEW));
		Clock::pass(RECOVERY_DELAY);
		assert_ok!(finish(NEW));
	});
}
