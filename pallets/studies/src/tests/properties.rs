//! Whatever is called in whatever order, the state holds together.

use super::*;
use proptest::{prelude::*, sample::select};

#[derive(Clone, Debug)]
enum Step {
	Propose { rounds: u8, epsilon: u32 },
	Withdraw,
	Approve,
	Stop,
	Accept(AccountId),
	Contribute(AccountId, Vec<u16>),
	Freeze,
	Commit(AccountId, Tally),
	Reveal(AccountId),
	GiveUp,
	Sweep(u32),
	Pass(Moment),
	Consent(u16),
}

fn step() -> impl Strategy<Value = Step> {
	let custodian = || select(vec![AUTHORITY_CUSTODIAN, HOSPITAL_CUSTODIAN]);
	let aggregator = || select(vec![AUTHORITY, HOSPITAL]);
	let tally = prop_oneof![
		4 => (11u32..16).prop_map(tally),
		1 => (0u32..16, 0u32..3).prop_map(|(used, double)| Tally { double, ..tally(used) }),
	];
	prop_oneof![
		2 => (1u8..3, select(vec![1_000, 4_000, 5_000]))
			.prop_map(|(rounds, epsilon)| Step::Propose { rounds, epsilon }),
		1 => Just(Step::Withdraw),
		3 => Just(Step::Approve),
		1 => Just(Step::Stop),
		5 => custodian().prop_map(Step::Accept),
		8 => (select(vec![REGISTRAR, HOSPITAL_CUSTODIAN]), prop::collection::vec(0u16..15, 1..15))
			.prop_map(|(who, people)| Step::Contribute(who, people)),
		5 => Just(Step::Freeze),
		8 => (aggregator(), tally).prop_map(|(who, tally)| Step::Commit(who, tally)),
		8 => aggregator().prop_map(Step::Reveal),
		3 => Just(Step::GiveUp),
		2 => (0u32..12).prop_map(Step::Sweep),
		8 => select(vec![50, 100, 1_000, 20_000]).prop_map(Step::Pass),
		3 => (0u16..15).prop_map(Step::Consent),
	]
}

/// Does a step with the latest study, whatever comes of it.
fn take(step: Step) {
	let latest = NextStudy::<Test>::get().saturating_sub(1);
	let share = SHARES[0].to_vec();
	let round = Studies::<Test>::get(latest).map_or(0, |study| study.round);
	let attempt = match Rounds::<Test>::get(latest, round).map(|round| round.phase) {
		Some(RoundPhase::Frozen { attempt, .. }) => attempt,
		_ => 0,
	};
	let _ = match step {
		Step::Propose { rounds, epsilon } => {
			let first_close = doubles::now() + 1_000;
			let terms = StudyTerms { rounds, epsilon, first_close, ..terms() };
			Research::propose(signed(RESEARCHER), terms)
		},
		Step::Withdraw => Research::withdraw(signed(RESEARCHER), latest),
		Step::Approve => Research::approve(root(), latest),
		Step::Stop => Research::stop(root(), latest),
		Step::Accept(who) => Research::accept(signed(who), latest, [3; 32]),
		Step::Contribute(who, people) => {
			let people = named(people.into_iter().map(patient));
			Research::contribute(signed(who), latest, people)
		},
		Step::Freeze => Research::freeze(signed(HOSPITAL_CUSTODIAN), latest),
		Step::Commit(who, tally) => {
			let place = StudyRound { genesis: GENESIS, study: latest, round };
			let hash = noised_commitment(&place, attempt, &who, &share, &[7; 32]);
			Research::commit(signed(custodian(&who)), latest, attempt, tally, hash)
		},
		Step::Reveal(who) => {
			let share = share.try_into().unwrap();
			Research::reveal(signed(custodian(&who)), latest, share, [7; 32])
		},
		Step::GiveUp => Research::give_up(signed(RESEARCHER), latest),
		Step::Sweep(limit) => Research::sweep(signed(HOSPITAL_CUSTODIAN), latest, limit),
		Step::Pass(seconds) => {
			Clock::pass(seconds);
			Ok(())
		},
		Step::Consent(number) => {
			consents(&patient(number));
			Ok(())
		},
	};
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(32))]

	#[test]
	fn the_state_holds_together(steps in prop::collection::vec(step(), 1..60)) {
		build_and_execute(|| {
			if steps.len() % 2 == 0 {
				// Half of them begin with a study that runs, so that more rounds end.
				begin(terms());
				consenting(14);
			}
			for step in steps {
				let shown = format!("{step:?}");
				take(step);
				assert_eq!(Research::do_try_state(), Ok(()), "{shown}");
			}
		});
	}
}
