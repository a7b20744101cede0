//! Motions with enough seats behind them, and with too few.

use crate::{mock::*, Event, WeightInfo};
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
		for origin in [CouncilOrigin::Members(4, 5), CouncilOrigin::Members(3, 4)] {
			assert_ok!(Consortium::dispatch_as_root(origin.into(), Box::new(root_call())));
		}
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
		let origin = CouncilOrigin::Members(3, 4);
		assert_ok!(Consortium::dispatch_as_root(origin.into(), Box::new(inner)));
		System::assert_last_event(dispatched(Err(DispatchError::BadOrigin)));
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

		let origin = CouncilOrigin::Members(3, 4);
		let done = Consortium::dispatch_as_root(origin.into(), Box::new(root_call())).unwrap();
		assert!(done.actual_weight.is_some_and(|weight| weight.all_gte(own)));
	});
}
