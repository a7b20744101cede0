//! Three quarters of the council's seats can act as Root, and fewer cannot.

use super::{chain::*, *};
use codec::Encode;
use frame_support::weights::Weight;
use sp_runtime::{traits::Hash as _, DispatchError, DispatchResult};

/// The motion to raise hospital C's cap.
fn motion() -> RuntimeCall {
	let call = pallet_enrolment::Call::set_cap { institution: account("//HospitalC"), cap: 7 };
	pallet_consortium::Call::dispatch_as_root { call: Box::new(call.into()) }.into()
}

fn cap(chain: &mut Chain) -> u32 {
	chain.state(|| {
		pallet_enrolment::Institutions::<Runtime>::get(account("//HospitalC")).unwrap().cap
	})
}

/// These seats vote for the motion, and it is closed at this threshold. Returns the result.
fn carry(chain: &mut Chain, seats: &[&str]) -> DispatchResult {
	carry_after(chain, seats, |_| ())
}

/// The same, if something happens between the votes and the end.
fn carry_after(
	chain: &mut Chain,
	seats: &[&str],
	between: impl FnOnce(&mut Chain),
) -> DispatchResult {
	carry_motion(chain, motion(), seats, between)
}

/// These seats vote for a motion, and it is closed at this threshold.
pub(super) fn carry_motion(
	chain: &mut Chain,
	proposal: RuntimeCall,
	seats: &[&str],
	between: impl FnOnce(&mut Chain),
) -> DispatchResult {
	let index =
		chain.state(pallet_collective::ProposalCount::<Runtime, pallet_collective::Instance1>::get);
	let proposal_hash = sp_runtime::traits::BlakeTwo256::hash_of(&proposal);
	let length_bound = proposal.encoded_size() as u32;
	chain.ok(
		seats[0],
		pallet_collective::Call::<Runtime, pallet_collective::Instance1>::propose {
			threshold: seats.len() as u32,
			proposal: Box::new(proposal),
			length_bound,
		},
	);
	for seat in seats {
		chain.ok(
			seat,
			pallet_collective::Call::<Runtime, pallet_collective::Instance1>::vote {
				proposal: proposal_hash,
				index,
				approve: true,
			},
		);
	}
	between(chain);
	let events = chain.ok(
		seats[0],
		pallet_collective::Call::<Runtime, pallet_collective::Instance1>::close {
			proposal_hash,
			index,
			proposal_weight_bound: Weight::from_parts(10_000_000_000, u64::MAX / 4),
			length_bound,
		},
	);
	events
		.into_iter()
		.find_map(|event| match event {
			RuntimeEvent::Council(pallet_collective::Event::Executed { result, .. }) => {
				Some(result)
			},
			_ => None,
		})
		.expect("the motion was executed")
}

#[test]
fn three_of_four_seats_are_root() {
	let mut chain = Chain::new();
	assert_eq!(carry(&mut chain, &["//HospitalA", "//HospitalB", "//Authority"]), Ok(()));
	assert_eq!(cap(&mut chain), 7);
}

/// A suspended institution does not vote, also not with a vote from before.
#[test]
fn a_suspended_institution_is_not_one_of_three() {
	let mut chain = Chain::new();
	let before = cap(&mut chain);
	let seats = ["//HospitalA", "//HospitalB", "//Authority"];
	let result = carry_after(&mut chain, &seats, |chain| {
		chain.state(|| {
			pallet_enrolment::Accounts::<Runtime>::mutate(account("//Authority"), |entry| {
				entry.as_mut().unwrap().status = vouchsafe_primitives::Status::Suspended;
			});
		});
	});
	let too_few: DispatchError = pallet_consortium::Error::<Runtime>::TooFewActive.into();
	assert_eq!(result, Err(too_few));
	assert_eq!(cap(&mut chain), before);
}

/// Nor does a seat whose key is disabled: a thief may have voted with it.
#[test]
fn a_seat_with_a_disabled_key_is_not_one_of_three() {
	let mut chain = Chain::new();
	let before = cap(&mut chain);
	let seats = ["//HospitalA", "//HospitalB", "//Authority"];
	let result = carry_after(&mut chain, &seats, |chain| {
		let (account, since) = (account("//HospitalB"), Some(1_800_000_000));
		chain.state(|| {
			Enrolment::set_signing_disabled(RuntimeOrigin::root(), account, since).unwrap();
		});
	});
	let too_few: DispatchError = pallet_consortium::Error::<Runtime>::TooFewActive.into();
	assert_eq!(result, Err(too_few));
	assert_eq!(cap(&mut chain), before);
}

#[test]
fn a_seat_has_at_most_four_open_motions() {
	let mut chain = Chain::new();
	let propose = |cap| {
		let call = pallet_enrolment::Call::set_cap { institution: account("//HospitalC"), cap };
		let call: RuntimeCall = call.into();
		let motion = pallet_consortium::Call::dispatch_as_root { call: Box::new(call) };
		let proposal: Box<RuntimeCall> = Box::new(motion.into());
		let length_bound = proposal.encoded_size() as u32;
		pallet_collective::Call::<Runtime, pallet_collective::Instance1>::propose {
			threshold: 3,
			proposal,
			length_bound,
		}
	};
	for cap in 0..4 {
		chain.ok("//HospitalA", propose(cap));
	}
	let too_many: DispatchError = pallet_consortium::Error::<Runtime>::TooManyMotions.into();
	assert_eq!(chain.block([("//HospitalA", propose(4).into())]), [Ok(Err(too_many))]);
	chain.ok("//HospitalB", propose(4));
}

#[test]
fn two_of_four_seats_are_not() {
	let mut chain = Chain::new();
	let before = cap(&mut chain);
	let result = carry(&mut chain, &["//HospitalA", "//HospitalB"]);
	assert_eq!(result, Err(DispatchError::BadOrigin));
	assert_eq!(cap(&mut chain), before);
}

#[test]
fn one_seat_alone_is_not() {
	let mut chain = Chain::new();
	let before = cap(&mut chain);
	let proposal = motion();
	let length_bound = proposal.encoded_size() as u32;
	// A motion of threshold 1 runs at once.
	chain.ok(
		"//HospitalA",
		pallet_collective::Call::<Runtime, pallet_collective::Instance1>::propose {
			threshold: 1,
			proposal: Box::new(proposal),
			length_bound,
		},
	);
	assert_eq!(cap(&mut chain), before);
	assert_eq!(
		chain.block([("//HospitalA", motion())]),
		[Ok(Err(DispatchError::BadOrigin))],
		"without the council"
	);
}

#[test]
fn who_has_no_seat_has_no_vote() {
	let mut chain = Chain::new();
	let proposal = motion();
	let length_bound = proposal.encoded_size() as u32;
	let propose = pallet_collective::Call::<Runtime, pallet_collective::Instance1>::propose {
		threshold: 3,
		proposal: Box::new(proposal),
		length_bound,
	};
	let not_member: DispatchError =
		pallet_collective::Error::<Runtime, pallet_collective::Instance1>::NotMember.into();
	assert_eq!(chain.block([("//DoctorA", propose.into())]), [Ok(Err(not_member))]);
}

/// A motion that too few seats have voted for when its time is over is closed as refused, also if the
/// prime seat has voted for it.
#[test]
fn who_does_not_vote_votes_no() {
	use pallet_collective::DefaultVote;
	for prime in [None, Some(false), Some(true)] {
		for (yes, no) in [(0, 0), (2, 0), (3, 0), (4, 0), (1, 1)] {
			let abstention = configs::governance::AbstentionIsNo::default_vote(prime, yes, no, 4);
			assert!(!abstention, "{prime:?} {yes} {no}");
		}
	}

	let mut chain = Chain::new();
	let proposal = motion();
	let proposal_hash = sp_runtime::traits::BlakeTwo256::hash_of(&proposal);
	let length_bound = proposal.encoded_size() as u32;
	type Call = pallet_collective::Call<Runtime, pallet_collective::Instance1>;
	let cap_before = cap(&mut chain);
	chain.ok(
		"//HospitalA",
		Call::propose { threshold: 3, proposal: Box::new(proposal), length_bound },
	);
	for seat in ["//HospitalA", "//HospitalB"] {
		chain.ok(seat, Call::vote { proposal: proposal_hash, index: 0, approve: true });
	}
	chain.state(|| System::set_block_number(System::block_number() + 7 * DAYS));
	let close = Call::close {
		proposal_hash,
		index: 0,
		proposal_weight_bound: Weight::from_parts(10_000_000_000, u64::MAX / 4),
		length_bound,
	};
	let events = chain.ok("//HospitalA", close);
	assert!(events.iter().any(|event| matches!(
		event,
		RuntimeEvent::Council(pallet_collective::Event::Disapproved { .. })
	)));
	assert_eq!(cap(&mut chain), cap_before);
}
