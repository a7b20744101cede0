//! The council sets the validators.

use crate::{mock::*, Change, Error, Event, Members, MAX_MEMBERS};
use codec::{Decode, Encode};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

fn list(validators: &[u64]) -> Members<u64> {
	validators.to_vec().try_into().unwrap()
}

fn set(validators: &[u64]) -> DispatchResult {
	Consortium::set_validators(RuntimeOrigin::root(), list(validators))
}

const FIVE: [u64; 5] = [HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, AUTHORITY, HOSPITAL_D];

#[test]
fn set_validators_works_after_two_blocks() {
	run(|| {
		assert_ok!(set(&FIVE));
		let event = Event::<Test>::ValidatorsSet { validators: FIVE.to_vec() };
		System::assert_last_event(event.into());
		assert!(Consortium::is_changing());
		block(0);
		assert_eq!(world(|world| world.validators.len()), 4);
		assert!(Consortium::is_changing() && Consortium::is_validator(&HOSPITAL_D));
		block(1);
		assert_eq!(world(|world| world.validators.clone()), FIVE);
		assert!(!Consortium::is_changing() && Consortium::is_validator(&HOSPITAL_D));
		assert_eq!(world(|world| world.replaced.len()), 0, "finality goes on");
	});
}

#[test]
fn set_validators_takes_some_away_works() {
	run(|| {
		world(|world| world.validators = (1..=7).collect());
		assert_ok!(set(&[1, 2, 3, 4]));
		// Who leaves counts as a validator until the others have taken over.
		assert!(Consortium::is_validator(&7));
		block(0);
		assert!(Consortium::is_validator(&7));
		block(1);
		assert!(!Consortium::is_validator(&7));
	});
}

#[test]
fn set_validators_by_a_seat_fails() {
	run(|| {
		assert_noop!(
			Consortium::set_validators(RuntimeOrigin::signed(HOSPITAL_A), list(&FIVE)),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn set_validators_to_three_fails_and_to_four_works() {
	run(|| {
		world(|world| world.validators = FIVE.to_vec());
		assert_noop!(set(&FIVE[..3]), Error::<Test>::TooFew);
		assert_ok!(set(&FIVE[..4]));
	});
}

#[test]
fn set_validators_to_thirty_two_works_and_a_longer_list_is_no_call() {
	run(|| {
		let most = u64::from(MAX_MEMBERS);
		let accounts: Vec<u64> = (1..=most + 1).collect();
		world(|world| world.validators = (1..=most - 1).collect());
		assert_ok!(set(&accounts[..32]));
		assert!(Members::<u64>::decode(&mut &accounts.encode()[..]).is_err());
	});
}

#[test]
fn set_validators_with_one_twice_fails() {
	run(|| {
		let twice = [HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, AUTHORITY, HOSPITAL_A];
		assert_noop!(set(&twice), Error::<Test>::Twice);
	});
}

#[test]
fn set_validators_with_a_stranger_or_a_suspended_member_fails() {
	run(|| {
		let with = |fifth| [HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, AUTHORITY, fifth];
		assert_noop!(set(&with(STRANGER)), Error::<Test>::NotAMember);
		set_active(HOSPITAL_D, false);
		assert_noop!(set(&with(HOSPITAL_D)), Error::<Test>::NotAMember);
		set_active(HOSPITAL_D, true);
		assert_ok!(set(&with(HOSPITAL_D)));
	});
}

#[test]
fn set_validators_without_keys_fails() {
	run(|| {
		world(|world| world.keyless = vec![HOSPITAL_D]);
		assert_noop!(set(&FIVE), Error::<Test>::NoKeys);
	});
}

#[test]
fn set_validators_to_the_same_fails() {
	run(|| {
		let turned = [AUTHORITY, HOSPITAL_C, HOSPITAL_B, HOSPITAL_A];
		assert_noop!(set(&turned), Error::<Test>::NothingChanges);
	});
}

/// Of four, one may be new; of seven, two.
#[test]
fn set_validators_with_more_new_ones_than_may_fail_fails() {
	run(|| {
		assert_noop!(set(&[HOSPITAL_A, HOSPITAL_B, 11, 12]), Error::<Test>::TooManyNew);
		assert_noop!(set(&[1, 2, 3, 4, 11, 12]), Error::<Test>::TooManyNew);
		assert_noop!(set(&[1, 2, 3, 4, 11, 12, 13]), Error::<Test>::TooManyNew);
		assert_ok!(set(&[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, 11]));
		Change::<Test>::kill();
		world(|world| world.validators = vec![1, 2, 3, 4, 5]);
		assert_ok!(set(&[1, 2, 3, 4, 5, 11, 12]));
	});
}

#[test]
fn set_validators_during_a_change_fails() {
	run(|| {
		assert_ok!(set(&FIVE));
		let other = [HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, 11];
		assert_noop!(set(&other), Error::<Test>::ChangeUnderWay);
		block(0);
		assert_noop!(set(&other), Error::<Test>::ChangeUnderWay);
		block(0);
		world(|world| world.is_finality_changing = true);
		assert_noop!(set(&other), Error::<Test>::ChangeUnderWay);
		world(|world| world.is_finality_changing = false);
		assert_ok!(set(&other));
	});
}

/// A session that ends by itself changes nothing.
#[test]
fn no_session_has_other_validators_without_a_motion() {
	run(|| {
		rotate();
		assert_eq!(world(|world| world.queued.clone()), None);
		assert!(!Consortium::begins_session());
	});
}
