//! `give_up`.

use super::*;

fn give_up(who: AccountId) -> DispatchResult {
	Research::give_up(signed(who), STUDY)
}

#[test]
fn reports_are_gathered_again_three_times_without_another_debit() {
	build_and_execute(|| {
		freeze_with(12);
		let left = Research::epsilon_left(patient(0));
		for attempt in 1..=MAX_ATTEMPTS {
			// One aggregator is away.
			Clock::pass(GATHER.into());
			assert_ok!(commit(&AUTHORITY, tally(12), &SHARES[0]));
			Clock::pass(u64::from(ANSWER) - 1);
			assert_noop!(give_up(HOSPITAL), Error::<Test>::NotOverdue);
			Clock::pass(1);
			events();
			assert_ok!(give_up(HOSPITAL));
			assert_eq!(events(), [Event::GatheredAgain { study: STUDY, round: 0, attempt }]);
			let now = doubles::now();
			// The same people of the same block.
			let phase = RoundPhase::Frozen {
				block: 7,
				gathers_until: now + 100,
				answers_until: now + 150,
				attempt,
			};
			assert_eq!((round().phase, round().people), (phase, 12));
			assert!(round().commitments.is_empty());
			assert_noop!(give_up(HOSPITAL), Error::<Test>::NotOverdue);
		}
		Clock::pass(GATHER.into());
		assert_ok!(commit(&AUTHORITY, tally(12), &SHARES[0]));
		Clock::pass(ANSWER.into());
		assert_ok!(give_up(HOSPITAL));
		let missing = vec![HOSPITAL].try_into().unwrap();
		let lost = Event::RoundLost { study: STUDY, round: 0, loss: Loss::NotAgreed, missing };
		assert!(events().contains(&lost));
		assert_eq!(Research::round(STUDY, 0).unwrap().phase, RoundPhase::Lost(Loss::NotAgreed));
		let study = Research::study(STUDY).unwrap();
		assert_eq!((study.round, study.spent), (1, 0));
		assert_eq!(Research::epsilon_left(patient(0)), left);
	});
}

/// They can still agree in the last attempt.
#[test]
fn a_later_attempt_works() {
	build_and_execute(|| {
		freeze_with(12);
		for _ in 0..MAX_ATTEMPTS {
			Clock::pass(150);
			assert_ok!(give_up(RESEARCHER));
		}
		Clock::pass(GATHER.into());
		for (aggregator, share) in [AUTHORITY, HOSPITAL].iter().zip(&SHARES) {
			assert_ok!(commit(aggregator, tally(12), share));
		}
		assert!(matches!(round().phase, RoundPhase::Agreed { attempt: 3, block: 7, .. }));
	});
}

/// The attack: an aggregator does not reveal what it does not like. It is named, and the round and its ε
/// are lost.
#[test]
fn who_does_not_reveal_is_named() {
	build_and_execute(|| {
		agree();
		assert_ok!(reveal(&AUTHORITY, &SHARES[0]));
		events();
		Clock::pass(u64::from(ANSWER) - 1);
		assert_noop!(give_up(patient(0)), Error::<Test>::NotOverdue);
		Clock::pass(1);
		assert_ok!(give_up(patient(0)));
		let missing = vec![HOSPITAL].try_into().unwrap();
		let loss = Loss::NotRevealed;
		assert_eq!(
			events(),
			[
				Event::RoundLost { study: STUDY, round: 0, loss, missing },
				Event::Opened { study: STUDY, round: 1, closes: CLOSE + 10_000 },
			]
		);
		assert_eq!(Research::study(STUDY).unwrap().spent, 1_000);
		let lost = Rounds::<Test>::get(STUDY, 0).unwrap();
		assert!(lost.commitments.is_empty() && lost.reveals.is_empty());
		assert_noop!(reveal(&HOSPITAL, &SHARES[1]), Error::<Test>::NotAgreed);
	});
}

#[test]
fn give_up_is_for_all_who_take_part() {
	build_and_execute(|| {
		assert_noop!(Research::give_up(root(), STUDY), BadOrigin);
		assert_noop!(give_up(HOSPITAL), Error::<Test>::StudyNotFound);
		freeze_with(12);
		Clock::pass(150);
		Enrolled::set_active(&COLLEAGUE, false);
		for who in [STRANGER, COLLEAGUE] {
			assert_noop!(give_up(who), Error::<Test>::NotTakingPart);
		}
		for who in [DOCTOR, CLINIC_CUSTODIAN, patient(200)] {
			assert_ok!(give_up(who));
			Clock::pass(150);
		}
	});
}

/// All aggregators are gone: nobody freezes the round. They have as long as for the rest of it.
#[test]
fn a_round_that_nobody_freezes_is_lost() {
	build_and_execute(|| {
		begin(terms());
		assert_ok!(contribute(REGISTRAR, consenting(12)));
		let left = Research::epsilon_left(patient(0));
		let aggregators = [AUTHORITY, HOSPITAL];
		Clock::set(CLOSE + u64::from(GATHER + ANSWER) - 1);
		assert_noop!(give_up(RESEARCHER), Error::<Test>::NotOverdue);
		Clock::pass(1);
		events();
		assert_ok!(give_up(RESEARCHER));
		let missing = aggregators.to_vec().try_into().unwrap();
		let lost = Event::RoundLost { study: STUDY, round: 0, loss: Loss::NotFrozen, missing };
		let opened = Event::Opened { study: STUDY, round: 1, closes: CLOSE + 10_000 };
		assert_eq!(events(), [lost, opened]);
		// It costs nothing more. The second round is the last one.
		let study = Research::study(STUDY).unwrap();
		assert_eq!((study.spent, Research::epsilon_left(patient(0))), (0, left));
		assert_noop!(give_up(RESEARCHER), Error::<Test>::NotOverdue);
		Clock::set(CLOSE + 10_000 + u64::from(GATHER + ANSWER));
		assert_ok!(give_up(patient(200)));
		assert_eq!(Research::study(STUDY).unwrap().stage, StudyStage::Finished);
		assert!(!OpenOf::<Test>::contains_key(RESEARCHER));
		assert_noop!(give_up(RESEARCHER), Error::<Test>::NotRunning);
	});
}

/// An aggregator can freeze it until somebody gives it up.
#[test]
fn a_late_freeze_works() {
	build_and_execute(|| {
		begin(terms());
		assert_ok!(contribute(REGISTRAR, consenting(12)));
		Clock::set(CLOSE + 1_000_000);
		assert_ok!(Research::freeze(signed(HOSPITAL_CUSTODIAN), STUDY));
		assert_noop!(give_up(RESEARCHER), Error::<Test>::NotOverdue);
	});
}

/// It is not approved, or not accepted by all, at its first close: the researcher gets the place back.
#[test]
fn a_study_that_has_not_begun_ends() {
	let before: [fn(); 4] = [
		|| (),
		|| {
			assert_ok!(Research::accept(signed(AUTHORITY_CUSTODIAN), STUDY, [3; 32]));
		},
		|| {
			assert_ok!(Research::approve(root(), STUDY));
		},
		|| {
			assert_ok!(Research::approve(root(), STUDY));
			assert_ok!(Research::accept(signed(HOSPITAL_CUSTODIAN), STUDY, [3; 32]));
		},
	];
	for before in before {
		build_and_execute(|| {
			for _ in 0..MAX_OPEN {
				assert_ok!(Research::propose(signed(RESEARCHER), terms()));
			}
			before();
			Clock::set(CLOSE - 1);
			assert_noop!(give_up(COLLEAGUE), Error::<Test>::NotOverdue);
			Clock::set(CLOSE);
			assert_noop!(give_up(STRANGER), Error::<Test>::NotTakingPart);
			events();
			assert_ok!(give_up(COLLEAGUE));
			assert_eq!(events(), [Event::Expired { study: STUDY }]);
			assert_eq!(Research::study(STUDY).unwrap().stage, StudyStage::Expired);
			assert_eq!(OpenOf::<Test>::get(RESEARCHER), MAX_OPEN - 1);
			let next = StudyTerms { first_close: CLOSE + 1, ..terms() };
			assert_ok!(Research::propose(signed(RESEARCHER), next));

			// Nothing more happens in it.
			assert_noop!(give_up(COLLEAGUE), Error::<Test>::NotRunning);
			assert_noop!(Research::approve(root(), STUDY), Error::<Test>::StudyEnded);
			assert_noop!(Research::stop(root(), STUDY), Error::<Test>::StudyEnded);
			let accept = Research::accept(signed(AUTHORITY_CUSTODIAN), STUDY, [3; 32]);
			assert_noop!(accept, Error::<Test>::StudyEnded);
			let withdraw = Research::withdraw(signed(RESEARCHER), STUDY);
			assert_noop!(withdraw, Error::<Test>::StudyEnded);
			assert_ok!(Research::sweep(signed(AUTHORITY_CUSTODIAN), STUDY, 1));
		});
	}
}
