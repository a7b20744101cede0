//! Requests that expired are freed.

use super::*;
use crate::{sweep::LOOKED_AT, Swept};
use frame_support::weights::Weight;

fn idle(remaining: Weight) -> Weight {
	AccessRequests::on_idle(1, remaining)
}

/// Requests of as many colleagues to two patients.
fn submitted(count: u8) {
	for number in 0..count {
		let patient = if number % 2 == 0 { PATIENT } else { OTHER_PATIENT };
		let asker = signed(colleague(number));
		assert_ok!(AccessRequests::submit(
			asker,
			patient,
			HOSPITAL,
			team(),
			asked(),
			MONTH,
			reason()
		));
	}
}

fn kept() -> usize {
	Requests::<Test>::iter().count()
}

#[test]
fn expired_requests_are_freed_even_if_nobody_asks_again() {
	build_and_execute(|| {
		submitted(20);
		Clock::set(START + WEEK - 1);
		for _ in 0..4 {
			idle(Weight::MAX);
		}
		assert_eq!(kept(), 20, "none has expired");
		Clock::set(START + WEEK);
		Swept::<Test>::kill();
		for left in [12, 4, 0, 0] {
			assert_eq!(idle(Weight::MAX), <() as WeightInfo>::sweep());
			assert_eq!(kept(), left);
			AccessRequests::do_try_state().unwrap();
		}
		assert_eq!(Swept::<Test>::get(), None, "the next lap begins");
		assert_eq!(OpenByAsker::<Test>::iter().count(), 0);
		assert_eq!(OpenByInstitution::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_lap_goes_past_those_that_wait() {
	build_and_execute(|| {
		submitted(LOOKED_AT as u8);
		Clock::set(START + 1);
		assert_ok!(AccessRequests::submit(
			signed(CLINIC_DOCTOR),
			PATIENT,
			CLINIC,
			Grantee::Institution(CLINIC),
			asked(),
			MONTH,
			reason()
		));
		Clock::set(START + WEEK);
		idle(Weight::MAX);
		idle(Weight::MAX);
		assert_eq!(kept(), 1);
		assert_eq!(OpenByInstitution::<Test>::iter().count(), 1);
	});
}

#[test]
fn a_full_block_is_not_swept() {
	build_and_execute(|| {
		submitted(1);
		Clock::set(START + WEEK);
		let needed = <() as WeightInfo>::sweep();
		assert_eq!(idle(needed - Weight::from_parts(1, 0)), Weight::zero());
		assert_eq!(kept(), 1);
		assert_eq!(idle(needed), needed);
		assert_eq!(kept(), 0);
	});
}
