//! What clients and other pallets read.

use super::*;
use vouchsafe_support::Keys as _;

#[test]
fn recovery_shows_what_is_under_way() {
	build_and_execute(|| {
		let nothing =
			RecoveryView { key: PATIENT, guardians: None, next: None, change: None, attempt: None };
		assert_eq!(Recovery::recovery(PATIENT), nothing);
		assert_ok!(change_key(PATIENT, OTHER));
		recover(NEW);
		assert_ok!(name_guardians(&[SPOUSE, FRIEND]));
		let view = Recovery::recovery(PATIENT);
		let sets = GuardiansOf::<Test>::get(PATIENT);
		let expected = RecoveryView {
			key: PATIENT,
			guardians: sets.present,
			next: sets.next,
			change: Changes::<Test>::get(PATIENT),
			attempt: attempt_of_patient(),
		};
		assert_eq!(view, expected);
		assert!(view.next.is_some() && view.change.is_some() && view.attempt.is_some());
	});
}

#[test]
fn recovery_does_not_show_an_attempt_that_has_lapsed() {
	build_and_execute(|| {
		let last = recover(NEW) + LIFETIME;
		Clock::set(last - 1);
		assert_eq!(Recovery::recovery(PATIENT).attempt, attempt_of_patient());
		Clock::set(last);
		assert_eq!(Recovery::recovery(PATIENT).attempt, None);
	});
}

#[test]
fn key_state_tells_for_whom_a_key_signs() {
	build_and_execute(|| {
		Clock::set(recover(NEW));
		assert_ok!(finish(NEW));
		for (key, state) in [
			(key(NEW), Some(KeyState::Signs(PATIENT))),
			(PATIENT, Some(KeyState::Replaced)),
			(OTHER_PATIENT, None),
			(STRANGER, None),
		] {
			assert_eq!(Recovery::key_state(key.clone()), state);
			assert_eq!(Recovery::find(&key), state);
		}
	});
}

#[test]
fn may_object_is_for_what_is_under_way() {
	build_and_execute(|| {
		let may = |name| Recovery::may_object(&PATIENT, &key(name));
		assert!(!may(NEW));
		assert_ok!(change_key(PATIENT, OTHER));
		propose_by_two(NEW);
		assert!(may(NEW) && may(OTHER));
		assert!(!Recovery::may_object(&OTHER_PATIENT, &key(NEW)));
		assert_ok!(attest(NEW));
		assert!(may(NEW));
		Clock::set(START + RECOVERY_DELAY + LIFETIME);
		assert!(!may(NEW));
	});
	build_and_execute(|| {
		recover(NEW);
		assert!(Recovery::may_object(&PATIENT, &key(NEW)));
		// A thief whose key is disabled does not stop the guardians.
		Clock::pass(1);
		disable_since(doubles::now());
		assert!(!Recovery::may_object(&PATIENT, &key(NEW)));
	});
}

#[test]
fn has_new_key_tells_whether_the_first_key_was_replaced() {
	build_and_execute(|| {
		assert!(!Recovery::has_new_key(&PATIENT));
		Clock::set(recover(NEW));
		assert!(!Recovery::has_new_key(&PATIENT));
		assert_ok!(finish(NEW));
		assert!(Recovery::has_new_key(&PATIENT));
		for other in [key(NEW), OTHER_PATIENT, STRANGER] {
			assert!(!Recovery::has_new_key(&other));
		}
	});
}
