//! Requests that expired are freed.

use super::*;
use crate::{sweep::LOOKED_AT, Swept, SweptCounts};
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

/// Asking and withdrawing left a count for each asker and patient for ever.
#[test]
fn what_counts_of_withdrawn_requests_is_freed() {
	build_and_execute(|| {
		submitted(6);
		let all: Vec<_> = Requests::<Test>::iter().collect();
		for (patient, id, request) in &all[1..] {
			assert_ok!(AccessRequests::withdraw(
				signed(request.asker.clone()),
				patient.clone(),
				*id
			));
		}
		let counts =
			|| (OpenByAsker::<Test>::iter().count(), OpenByInstitution::<Test>::iter().count());
		Clock::set(START + WEEK - 1);
		for _ in 0..8 {
			idle(Weight::MAX);
		}
		assert_eq!(counts(), (6, 2), "they count until they would have expired");
		Clock::set(START + WEEK);
		for _ in 0..8 {
			idle(Weight::MAX);
			AccessRequests::do_try_state().unwrap();
		}
		assert_eq!((counts(), kept()), ((0, 0), 0));
		assert_eq!(SweptCounts::<Test>::get(), (None, None), "the next lap begins");
	});
}

/// Whoever asks next drops a colleague's expired request, but not the colleague's count.
#[test]
fn what_counts_of_requests_that_a_colleague_dropped_is_freed() {
	build_and_execute(|| {
		submitted(1);
		Clock::set(START + WEEK);
		let ask = |asker| {
			AccessRequests::submit(asker, PATIENT, HOSPITAL, team(), asked(), MONTH, reason())
		};
		assert_ok!(ask(signed(colleague(2))));
		assert_eq!(OpenByAsker::<Test>::iter().count(), 2);
		for _ in 0..2 {
			idle(Weight::MAX);
		}
		assert_eq!(OpenByAsker::<Test>::iter().count(), 1);
	});
}
