//! Finality is recovered after too many validators are lost.

use crate::{mock::*, Error, Event, LastRecovery, Members, SetChanges, MAX_DELAY, MAX_SET_CHANGES};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

const NEW: [u64; 4] = [HOSPITAL_A, HOSPITAL_B, 11, 12];

/// The last block in which the recoveries of these tests count.
const UNTIL: u64 = 20;

fn recover(validators: &[u64], last_final: u64, delay: u64) -> DispatchResult {
	let validators: Members<u64> = validators.to_vec().try_into().unwrap();
	Consortium::recover_finality(RuntimeOrigin::root(), validators, last_final, delay, UNTIL)
}

/// The set is replaced with the session that brings the new list, not with the one before.
#[test]
fn recover_finality_works_at_the_second_session() {
	run(|| {
		System::set_block_number(9);
		assert_ok!(recover(&NEW, 5, 3));
		block(0);
		assert_eq!(world(|world| world.replaced.clone()), []);
		block(0);
		assert_eq!(world(|world| world.replaced.clone()), [(5, 3, 0)]);
		assert_eq!(world(|world| world.validators.clone()), NEW);
		let event = Event::<Test>::FinalityReplaced { last_final: 5, delay: 3 };
		System::assert_has_event(event.into());
		assert!(!Consortium::begins_session());
	});
}

/// The machines are new, and the members are not.
#[test]
fn recover_finality_with_the_same_members_works() {
	run(|| {
		System::set_block_number(9);
		assert_ok!(recover(&[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, AUTHORITY], 5, 3));
	});
}

/// What was signalled after the last final block never comes into force.
#[test]
fn recover_finality_undoes_changes_that_were_not_final() {
	run(|| {
		for signalled in [4, 6, 8] {
			System::set_block_number(signalled);
			world(|world| world.queued = Some(world.validators.clone()));
			rotate();
		}
		assert_ok!(recover(&NEW, 5, 3));
		block(0);
		block(0);
		assert_eq!(world(|world| world.replaced.clone()), [(5, 3, 2)]);
		// A second recovery does not undo them again, nor the first one, even if nothing became final since:
		// nodes have applied it.
		assert_eq!(SetChanges::<Test>::get().into_inner(), [4]);
		assert_eq!(LastRecovery::<Test>::get(), Some(10));
		assert_ok!(recover(&NEW, 5, 3));
		block(0);
		block(0);
		assert_eq!(world(|world| world.replaced.clone()), [(5, 3, 2), (5, 3, 0)]);
		assert_eq!(LastRecovery::<Test>::get(), Some(12));
	});
}

#[test]
fn the_last_changes_are_kept() {
	run(|| {
		for signalled in 1..=u64::from(MAX_SET_CHANGES) + 2 {
			System::set_block_number(signalled);
			world(|world| world.queued = Some(world.validators.clone()));
			rotate();
		}
		let kept = SetChanges::<Test>::get();
		assert_eq!((kept.first(), kept.last()), (Some(&3), Some(&1_026)));
	});
}

#[test]
fn recover_finality_fails() {
	run(|| {
		System::set_block_number(9);
		let validators: Members<u64> = NEW.to_vec().try_into().unwrap();
		assert_noop!(
			Consortium::recover_finality(
				RuntimeOrigin::signed(HOSPITAL_A),
				validators,
				5,
				3,
				UNTIL
			),
			DispatchError::BadOrigin
		);
		assert_noop!(recover(&NEW[..3], 5, 3), Error::<Test>::TooFew);
		assert_noop!(recover(&[1, 2, 3, 3], 5, 3), Error::<Test>::Twice);
		assert_noop!(recover(&[1, 2, 3, STRANGER], 5, 3), Error::<Test>::NotAMember);
		world(|world| world.keyless = vec![12]);
		assert_noop!(recover(&NEW, 5, 3), Error::<Test>::NoKeys);
		world(|world| world.keyless.clear());
		assert_noop!(recover(&NEW, 5, 0), Error::<Test>::InvalidDelay);
		assert_noop!(recover(&NEW, 5, u64::from(MAX_DELAY) + 1), Error::<Test>::InvalidDelay);
		assert_noop!(recover(&NEW, 9, 3), Error::<Test>::InvalidBlock);
		System::set_block_number(UNTIL + 1);
		assert_noop!(recover(&NEW, 5, 3), Error::<Test>::MotionOver);
		System::set_block_number(UNTIL);
		world(|world| world.may_not_replace = true);
		assert_noop!(recover(&NEW, 5, 3), Error::<Test>::TooSoon);
		world(|world| world.may_not_replace = false);
		assert_ok!(recover(&NEW, 8, u64::from(MAX_DELAY)));
		assert_noop!(recover(&NEW, 5, 3), Error::<Test>::ChangeUnderWay);
	});
}
