//! The council sets its seats, and an institution that no longer takes part loses its own.

use crate::{mock::*, Council as _, Error, Event, LeastMembers, Members};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_runtime::DispatchError;

fn set(seats: &[u64]) -> DispatchResult {
	let seats: Members<u64> = seats.to_vec().try_into().unwrap();
	Consortium::set_seats(RuntimeOrigin::root(), seats)
}

#[test]
fn set_seats_works() {
	run(|| {
		assert_ok!(set(&[HOSPITAL_D, AUTHORITY, HOSPITAL_B, HOSPITAL_A]));
		let seats = vec![HOSPITAL_A, HOSPITAL_B, AUTHORITY, HOSPITAL_D];
		System::assert_last_event(Event::<Test>::SeatsSet { seats: seats.clone() }.into());
		assert_eq!(RealCouncil::seats(), seats);
	});
}

#[test]
fn set_seats_fails() {
	run(|| {
		let members = [HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, AUTHORITY].to_vec();
		let seats: Members<u64> = members.try_into().unwrap();
		assert_noop!(
			Consortium::set_seats(RuntimeOrigin::signed(HOSPITAL_A), seats),
			DispatchError::BadOrigin
		);
		assert_noop!(set(&[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C]), Error::<Test>::TooFew);
		let twice = [HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, HOSPITAL_A];
		assert_noop!(set(&twice), Error::<Test>::Twice);
		let foreign = [HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, STRANGER];
		assert_noop!(set(&foreign), Error::<Test>::NotAMember);
		set_active(AUTHORITY, false);
		let suspended = [HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, AUTHORITY];
		assert_noop!(set(&suspended), Error::<Test>::NotAMember);
	});
}

#[test]
fn thirty_two_seats_work() {
	run(|| {
		assert_ok!(set(&(1..=32).collect::<Vec<_>>()));
	});
}

/// The council of five votes, and one that has voted loses its seat before the end.
#[test]
fn a_lost_seat_has_no_vote() {
	let is_made_with = |votes: &[u64]| {
		let mut is_made = false;
		run(|| {
			assert_ok!(set(&[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, AUTHORITY, HOSPITAL_D]));
			let call = motion(root_call());
			support(&call, 3, votes, &[]);
			set_active(HOSPITAL_D, false);
			Consortium::remove_seat(&HOSPITAL_D);
			close(&call);
			is_made = was_made();
		});
		is_made
	};
	assert!(!is_made_with(&[HOSPITAL_A, HOSPITAL_B, HOSPITAL_D]), "two of four");
	assert!(is_made_with(&[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, HOSPITAL_D]), "three of four");
}

#[test]
fn a_seat_stays_if_fewer_than_four_would_remain() {
	run(|| {
		Consortium::remove_seat(&AUTHORITY);
		assert_eq!(RealCouncil::seats().len(), 4);
		LeastMembers::<Test>::put(3);
		Consortium::remove_seat(&HOSPITAL_D);
		assert_eq!(RealCouncil::seats().len(), 4, "it has none");
		Consortium::remove_seat(&AUTHORITY);
		assert_eq!(RealCouncil::seats(), [HOSPITAL_A, HOSPITAL_B, HOSPITAL_C]);
	});
}
