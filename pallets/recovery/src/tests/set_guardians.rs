//! `set_guardians`.

use super::*;

fn set(threshold: u8, count: u8) -> DispatchResult {
	Recovery::set_guardians(signed(PATIENT), SALT, threshold, count)
}

fn named(commitment: H256, set_at: Moment) -> Guardians {
	Guardians { commitment, threshold: 2, count: 3, set_at }
}

fn name(commitment: H256) -> DispatchResult {
	Recovery::set_guardians(signed(PATIENT), commitment, 2, 3)
}

fn in_force() -> Option<Guardians> {
	Recovery::recovery(PATIENT).guardians
}

#[test]
fn the_first_guardians_count_at_once() {
	build_and_execute(|| {
		assert_ok!(name(SALT));
		let expected = GuardianSets { present: Some(named(SALT, START)), next: None };
		assert_eq!(GuardiansOf::<Test>::get(PATIENT), expected);
		assert_eq!(in_force(), expected.present);
		assert_eq!(logged(), (PATIENT, None, LogEvent::GuardiansSet { from: START }));
		assert_eq!(events(), [Event::GuardiansSet { account: PATIENT, from: START }]);
	});
}

#[test]
fn guardians_of_others_than_patients_are_in_no_log() {
	build_and_execute(|| {
		assert_ok!(Recovery::set_guardians(signed(DOCTOR), SALT, 2, 3));
		assert_eq!(Recovery::recovery(DOCTOR).guardians, Some(named(SALT, START)));
		assert_eq!(Logs::all(), []);
	});
}

#[test]
fn guardians_who_replace_others_wait() {
	build_and_execute(|| {
		let (first, second) = (H256([1; 32]), H256([2; 32]));
		assert_ok!(name(first));
		Clock::pass(DAY);
		assert_ok!(name(second));
		let from = START + DAY + RECOVERY_DELAY;
		let next = Some((named(second, START + DAY), from));
		assert_eq!(logged(), (PATIENT, None, LogEvent::GuardiansSet { from }));
		Clock::set(from - 1);
		assert_eq!(
			(in_force(), Recovery::recovery(PATIENT).next),
			(Some(named(first, START)), next)
		);
		Clock::set(from);
		assert_eq!(in_force(), Some(named(second, START + DAY)));
		assert_eq!(Recovery::recovery(PATIENT).next, None);
	});
}

#[test]
fn the_latest_next_guardians_count() {
	build_and_execute(|| {
		let sets = [H256([1; 32]), H256([2; 32]), H256([3; 32]), H256([4; 32])];
		for commitment in &sets[..3] {
			assert_ok!(name(*commitment));
			Clock::pass(DAY);
		}
		// The second never counts.
		assert_eq!(in_force().unwrap().commitment, sets[0]);
		Clock::set(START + 2 * DAY + RECOVERY_DELAY);
		assert_eq!(in_force().unwrap().commitment, sets[2]);
		// Those in force are the present ones when others are named.
		assert_ok!(name(sets[3]));
		assert_eq!(in_force().unwrap().commitment, sets[2]);
		let stored = GuardiansOf::<Test>::get(PATIENT);
		assert_eq!(stored.present, Some(named(sets[2], START + 2 * DAY)));
		assert_eq!(stored.next.unwrap().0.commitment, sets[3]);
	});
}

#[test]
fn guardians_in_doubt_do_not_count_and_are_replaced_at_once() {
	build_and_execute(|| {
		let (own, thiefs, later) = (H256([1; 32]), H256([2; 32]), H256([3; 32]));
		assert_ok!(name(own));
		Clock::pass(DAY);
		assert_ok!(name(thiefs));
		People::set_doubt(&PATIENT, Doubt { since: START + DAY, until: START + 2 * DAY });
		Clock::pass(RECOVERY_DELAY);
		// The time of the thief's has come, but they do not count.
		assert_eq!(in_force(), Some(named(own, START)));
		assert_eq!(Recovery::recovery(PATIENT).next, None);
		assert_ok!(name(later));
		assert_eq!(GuardiansOf::<Test>::get(PATIENT).present, Some(named(own, START)));
		// All of them are in doubt: the account has none.
		let now = doubles::now();
		People::set_doubt(&PATIENT, Doubt { since: START, until: now + 1 });
		assert_eq!(in_force(), None);
		assert_eq!(Recovery::recovery(PATIENT).next, None);
		Clock::pass(1);
		assert_ok!(name(later));
		let expected = GuardianSets { present: Some(named(later, now + 1)), next: None };
		assert_eq!(GuardiansOf::<Test>::get(PATIENT), expected);
	});
}

#[test]
fn set_guardians_at_a_limit_works() {
	build_and_execute(|| {
		for (threshold, count) in [(2, 2), (2, 7), (7, 7)] {
			assert_ok!(set(threshold, count));
		}
	});
}

#[test]
fn set_guardians_outside_of_a_limit_fails() {
	build_and_execute(|| {
		for (threshold, count) in [(0, 0), (1, 1), (1, 2), (3, 2), (2, 8), (8, 8), (8, 7)] {
			assert_noop!(set(threshold, count), Error::<Test>::InvalidThreshold);
		}
	});
}

#[test]
fn set_guardians_by_accounts_that_are_not_active_fails() {
	build_and_execute(|| {
		People::set_active(&PATIENT, false);
		for who in [PATIENT, STRANGER, CUSTODIAN] {
			let set = Recovery::set_guardians(signed(who), SALT, 2, 2);
			assert_noop!(set, Error::<Test>::CallerNotActive);
		}
	});
}

#[test]
fn set_guardians_by_institutions_fails() {
	build_and_execute(|| {
		for who in [HOSPITAL, AUTHORITY] {
			let set = Recovery::set_guardians(signed(who), SALT, 2, 2);
			assert_noop!(set, Error::<Test>::NotForInstitutions);
		}
	});
}
