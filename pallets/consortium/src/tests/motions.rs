//! Motions with enough seats behind them, and with too few.

use crate::{mock::*, Error, Event, Motions, WeightInfo};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{DispatchClass, GetDispatchInfo},
};
use frame_system::RawOrigin;
use pallet_collective::RawOrigin as CouncilOrigin;
use sp_runtime::DispatchError;

fn dispatched(result: Result<(), DispatchError>) -> RuntimeEvent {
	Event::<Test>::Dispatched { result }.into()
}

#[test]
fn dispatch_as_root_by_three_of_four_works() {
	run(|| {
		vote(motion(root_call()), 3, &[HOSPITAL_A, HOSPITAL_B, AUTHORITY], &[HOSPITAL_C]);
		assert!(was_made());
		assert!(events().contains(&dispatched(Ok(()))));
	});
}

#[test]
fn dispatch_as_root_by_two_of_four_fails() {
	run(|| {
		// The proposer may ask the council for a lower threshold: the council then dispatches the
		// motion, and this pallet refuses it.
		vote(motion(root_call()), 2, &[HOSPITAL_A, HOSPITAL_B], &[]);
		assert!(!was_made());
		let executed = events().into_iter().find_map(|event| match event {
			RuntimeEvent::Council(pallet_collective::Event::Executed { result, .. }) => {
				Some(result)
			},
			_ => None,
		});
		assert_eq!(executed, Some(Err(DispatchError::BadOrigin)));
	});
}

#[test]
fn dispatch_as_root_counts_abstention_as_no() {
	run(|| {
		vote(motion(root_call()), 3, &[HOSPITAL_A, HOSPITAL_B], &[]);
		assert!(!was_made());
		assert!(events().iter().any(|event| matches!(
			event,
			RuntimeEvent::Council(pallet_collective::Event::Disapproved { .. })
		)));
	});
}

#[test]
fn dispatch_as_root_by_one_seat_fails() {
	run(|| {
		// A motion of threshold 1 runs at once, and `execute` needs no vote.
		let call = motion(root_call());
		let length = u32::try_from(codec::Encode::encoded_size(&call)).unwrap();
		let member = RuntimeOrigin::signed(HOSPITAL_A);
		assert_ok!(Council::propose(member.clone(), 1, Box::new(call.clone()), length));
		assert_ok!(Council::execute(member, Box::new(call), length));
		assert!(!was_made());
	});
}

#[test]
fn dispatch_as_root_by_others_fails() {
	run(|| {
		for origin in [
			RuntimeOrigin::signed(HOSPITAL_A),
			RuntimeOrigin::signed(STRANGER),
			RuntimeOrigin::none(),
			// Root itself has no motion behind it.
			RawOrigin::Root.into(),
			CouncilOrigin::Member(HOSPITAL_A).into(),
			CouncilOrigin::Members(2, 4).into(),
			// Of five seats three are too few.
			CouncilOrigin::Members(3, 5).into(),
		] {
			assert_noop!(
				Consortium::dispatch_as_root(origin, Box::new(root_call())),
				DispatchError::BadOrigin
			);
		}
		// Enough votes, but not for this call.
		assert_noop!(
			Consortium::dispatch_as_root(
				CouncilOrigin::Members(3, 4).into(),
				Box::new(root_call())
			),
			Error::<Test>::TooFewActive
		);
	});
}

#[test]
fn dispatch_as_root_passes_the_call_filter() {
	run(|| {
		let remark = RuntimeCall::System(frame_system::Call::remark { remark: vec![] });
		vote(motion(remark), 3, &[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C], &[]);
		assert!(events().contains(&dispatched(Ok(()))));
	});
}

#[test]
fn dispatch_as_root_tells_of_a_call_that_failed() {
	run(|| {
		// Root has no motion behind it, so this inner call is refused.
		let inner = motion(root_call());
		vote(motion(inner), 3, &[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C], &[]);
		assert!(events().contains(&dispatched(Err(DispatchError::BadOrigin))));
		assert!(!was_made());
	});
}

#[test]
fn dispatch_as_root_weighs_its_call_and_keeps_its_class() {
	run(|| {
		let inner = root_call().get_dispatch_info();
		let outer = motion(root_call()).get_dispatch_info();
		assert_eq!(outer.class, inner.class);
		assert_eq!(outer.class, DispatchClass::Operational);
		let own = <() as WeightInfo>::dispatch_as_root();
		assert_eq!(outer.call_weight, own + inner.call_weight);

		support(&motion(root_call()), 3, &[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C], &[]);
		let origin = CouncilOrigin::Members(3, 4);
		let done = Consortium::dispatch_as_root(origin.into(), Box::new(root_call())).unwrap();
		assert!(done.actual_weight.is_some_and(|weight| weight.all_gte(own)));
	});
}

/// What became of the motion that was closed.
fn executed() -> Option<Result<(), DispatchError>> {
	events().into_iter().find_map(|event| match event {
		RuntimeEvent::Council(pallet_collective::Event::Executed { result, .. }) => Some(result),
		_ => None,
	})
}

#[test]
fn votes_go_with_the_status_of_the_seat() {
	for active in [true, false] {
		run(|| {
			let call = motion(root_call());
			support(&call, 3, &[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C], &[]);
			set_active(HOSPITAL_C, false);
			// It is the status when the motion is dispatched that counts.
			set_active(HOSPITAL_C, active);
			close(&call);
			let too_few = Err(Error::<Test>::TooFewActive.into());
			assert_eq!(executed(), Some(if active { Ok(()) } else { too_few }));
			assert_eq!(was_made(), active);
		});
	}
	run(|| {
		// Three others are enough.
		let call = motion(root_call());
		support(&call, 3, &[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, AUTHORITY], &[]);
		set_active(HOSPITAL_C, false);
		close(&call);
		assert!(was_made());
	});
}

/// In a batch it is not known whose votes support the call.
#[test]
fn a_batch_of_it_is_no_motion() {
	run(|| {
		let inner = motion(root_call());
		let outer = motion(inner.clone());
		support(&outer, 3, &[HOSPITAL_A, HOSPITAL_B, HOSPITAL_C], &[]);
		let RuntimeCall::Consortium(inner) = inner else { unreachable!() };
		assert_noop!(
			frame_support::traits::UnfilteredDispatchable::dispatch_bypass_filter(
				inner,
				CouncilOrigin::Members(3, 4).into()
			)
			.map(|_| ())
			.map_err(|failed| failed.error),
			Error::<Test>::TooFewActive
		);
	});
}

fn numbered(number: u8) -> RuntimeCall {
	motion(frame_system::Call::remark { remark: vec![number] }.into())
}

#[test]
fn a_seat_has_at_most_four_open_motions() {
	run(|| {
		for number in 0..4 {
			assert_ok!(propose(HOSPITAL_A, 3, numbered(number)));
		}
		assert_noop!(propose(HOSPITAL_A, 3, numbered(4)), Error::<Test>::TooManyMotions);
		// The others can go on.
		assert_ok!(propose(HOSPITAL_B, 3, numbered(5)));
		// A motion that was closed leaves its place to another.
		close(&numbered(0));
		assert_ok!(propose(HOSPITAL_A, 3, numbered(4)));
		assert_noop!(propose(HOSPITAL_A, 3, numbered(6)), Error::<Test>::TooManyMotions);
		assert_eq!(Motions::<Test>::get(HOSPITAL_A).len(), 4);
	});
}

/// It could do so through a multisig, which the transaction's check does not see.
#[test]
fn a_seat_that_is_not_active_proposes_nothing() {
	run(|| {
		set_active(HOSPITAL_A, false);
		assert_noop!(propose(HOSPITAL_A, 3, numbered(0)), Error::<Test>::NotActive);
	});
}
