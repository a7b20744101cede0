//! `reveal`, and the result.

use super::*;
use proptest::prelude::*;

#[test]
fn the_last_reveal_makes_the_result() {
	build_and_execute(|| {
		agree();
		events();
		assert_ok!(reveal(&HOSPITAL, &SHARES[1]));
		let revealed = |aggregator| Event::Revealed { study: STUDY, round: 0, aggregator };
		assert_eq!(events(), [revealed(HOSPITAL)]);
		assert_eq!(Research::round(STUDY, 0).unwrap().revealed, [HOSPITAL]);
		assert_eq!(Research::result(STUDY, 0), None);

		System::set_block_number(30);
		assert_ok!(reveal(&AUTHORITY, &SHARES[0]));
		let closes = CLOSE + 10_000;
		let opened = Event::Opened { study: STUDY, round: 1, closes };
		let answered = Event::Answered { study: STUDY, round: 0 };
		assert_eq!(events(), [revealed(AUTHORITY), answered, opened]);
		let result = Research::result(STUDY, 0).unwrap();
		let mechanism = Mechanism { epsilon: 1_000, sensitivity: 2, aggregators: 2 };
		assert_eq!(
			result,
			StudyResult {
				cells: vec![4, -2, 9].try_into().unwrap(),
				tally: tally(12),
				mechanism,
				half_width: 9,
				frozen: 7,
				block: 30,
			}
		);
		assert_eq!(Research::mechanism(STUDY), Some(mechanism));
		let first = Rounds::<Test>::get(STUDY, 0).unwrap();
		assert_eq!((first.phase, first.people, first.contributors), (RoundPhase::Answered, 12, 1));
		assert!(first.commitments.is_empty() && first.reveals.is_empty());
		let study = Research::study(STUDY).unwrap();
		assert_eq!((study.round, study.spent, study.stage), (1, 1_000, StudyStage::Running));
	});
}

#[test]
fn the_last_round_finishes_the_study() {
	build_and_execute(|| {
		agree();
		Studies::<Test>::mutate(STUDY, |study| study.as_mut().unwrap().terms.rounds = 1);
		assert_ok!(reveal(&AUTHORITY, &SHARES[0]));
		assert_ok!(reveal(&HOSPITAL, &SHARES[1]));
		assert_eq!(events().last(), Some(&Event::Finished { study: STUDY }));
		assert_eq!(Research::study(STUDY).unwrap().stage, StudyStage::Finished);
		assert!(Research::result(STUDY, 0).is_some());
	});
}

/// The attack: another share than the one that was committed to, after seeing another's.
#[test]
fn another_share_is_refused() {
	build_and_execute(|| {
		agree();
		assert_ok!(reveal(&AUTHORITY, &SHARES[0]));
		let mut other = SHARES[1];
		other[0] += 1;
		assert_noop!(reveal(&HOSPITAL, &other), Error::<Test>::OtherShare);
		let share: Share = SHARES[1].to_vec().try_into().unwrap();
		let salted = Research::reveal(signed(HOSPITAL_CUSTODIAN), STUDY, share, [8; 32]);
		assert_noop!(salted, Error::<Test>::OtherShare);
		// The same number of the field, written otherwise.
		let unreduced = [5 + field::MODULUS, SHARES[1][1], SHARES[1][2]];
		assert_noop!(reveal(&HOSPITAL, &unreduced), Error::<Test>::InvalidShare);
		assert_ok!(reveal(&HOSPITAL, &SHARES[1]));
	});
}

/// The attack: an aggregator copies another's commitment, and then its share. The aggregator is in the
/// commitment.
#[test]
fn a_copied_commitment_cannot_be_revealed() {
	build_and_execute(|| {
		freeze_with(12);
		Clock::pass(GATHER.into());
		let hash = committed(&AUTHORITY, &SHARES[0], 0);
		for custodian in [AUTHORITY_CUSTODIAN, HOSPITAL_CUSTODIAN] {
			assert_ok!(Research::commit(signed(custodian), STUDY, 0, tally(12), hash));
		}
		assert_ok!(reveal(&AUTHORITY, &SHARES[0]));
		assert_noop!(reveal(&HOSPITAL, &SHARES[0]), Error::<Test>::OtherShare);
	});
}

/// A share for another round, study or chain.
#[test]
fn a_commitment_is_for_one_round_of_one_study_on_one_chain() {
	let place = StudyRound { genesis: GENESIS, study: STUDY, round: 0 };
	for other in [
		StudyRound { round: 1, ..place },
		StudyRound { study: 1, ..place },
		StudyRound { genesis: H256::zero(), ..place },
	] {
		build_and_execute(|| {
			freeze_with(12);
			Clock::pass(GATHER.into());
			let hash = noised_commitment(&other, 0, &HOSPITAL, &SHARES[1], &[7; 32]);
			assert_ok!(commit(&AUTHORITY, tally(12), &SHARES[0]));
			assert_ok!(Research::commit(signed(HOSPITAL_CUSTODIAN), STUDY, 0, tally(12), hash));
			assert_noop!(reveal(&HOSPITAL, &SHARES[1]), Error::<Test>::OtherShare);
		});
	}
}

#[test]
fn reveal_by_others_too_early_or_twice_fails() {
	build_and_execute(|| {
		let share: Share = SHARES[0].to_vec().try_into().unwrap();
		assert_noop!(Research::reveal(root(), STUDY, share.clone(), [7; 32]), BadOrigin);
		assert_noop!(reveal(&AUTHORITY, &SHARES[0]), Error::<Test>::StudyNotFound);
		freeze_with(12);
		Clock::pass(GATHER.into());
		assert_ok!(commit(&AUTHORITY, tally(12), &SHARES[0]));
		assert_noop!(reveal(&AUTHORITY, &SHARES[0]), Error::<Test>::NotAgreed);
		assert_ok!(commit(&HOSPITAL, tally(12), &SHARES[1]));
		for who in [CLINIC_CUSTODIAN, AUTHORITY, RESEARCHER] {
			let revealed = Research::reveal(signed(who), STUDY, share.clone(), [7; 32]);
			assert_noop!(revealed, Error::<Test>::NotAggregator);
		}
		for cells in [&SHARES[0][..2], &[SHARES[0][0], 5, 2, 0], &[]] {
			assert_noop!(reveal(&AUTHORITY, cells), Error::<Test>::InvalidShare);
		}
		assert_ok!(reveal(&AUTHORITY, &SHARES[0]));
		assert_noop!(reveal(&AUTHORITY, &SHARES[0]), Error::<Test>::AlreadyRevealed);
	});
}

/// A late reveal counts as long as nobody has given the round up.
#[test]
fn a_late_reveal_counts() {
	build_and_execute(|| {
		agree();
		Clock::pass(1_000_000);
		assert_ok!(reveal(&AUTHORITY, &SHARES[0]));
		assert_ok!(reveal(&HOSPITAL, &SHARES[1]));
		assert!(Research::result(STUDY, 0).is_some());
	});
}

/// Shares that add up to something that no count can be: an aggregator added nonsense.
#[test]
fn shares_that_are_no_numbers_lose_the_round() {
	build_and_execute(|| {
		freeze_with(12);
		Clock::pass(GATHER.into());
		let nonsense = [1u128 << 90, 0, 0];
		assert_ok!(commit(&AUTHORITY, tally(12), &nonsense));
		assert_ok!(commit(&HOSPITAL, tally(12), &SHARES[1]));
		assert_ok!(reveal(&AUTHORITY, &nonsense));
		events();
		assert_ok!(reveal(&HOSPITAL, &SHARES[1]));
		let (loss, missing) = (Loss::NotNumbers, Default::default());
		assert!(events().contains(&Event::RoundLost { study: STUDY, round: 0, loss, missing }));
		assert_eq!(Research::result(STUDY, 0), None);
		// The reports are used up, so the study has spent its ε.
		let study = Research::study(STUDY).unwrap();
		assert_eq!((study.round, study.spent), (1, 1_000));
	});
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(24))]

	/// The result of five aggregators is the sum of what was split, whatever the shares.
	#[test]
	fn shares_add_up(
		cells in prop::collection::vec(-1_000_000i64..1_000_000, 2..40),
		seeds in prop::collection::vec(any::<u128>(), 4 * 40),
	) {
		let aggregators = 5;
		let mut shares = vec![vec![0u128; cells.len()]; aggregators];
		for (place, cell) in cells.iter().enumerate() {
			let size = u128::from(cell.unsigned_abs());
			let mut rest = if *cell < 0 { field::MODULUS - size } else { size };
			for (share, seed) in shares.iter_mut().zip(&seeds[4 * place..4 * place + 4]) {
				let drawn = seed % field::MODULUS;
				share[place] = drawn;
				rest = field::add(rest, field::MODULUS - drawn);
			}
			shares[aggregators - 1][place] = rest;
		}
		let reveals: Vec<_> = shares
			.into_iter()
			.map(|share| RevealedShare { aggregator: HOSPITAL, share: share.try_into().unwrap() })
			.collect();
		let count = u32::try_from(cells.len()).unwrap();
		prop_assert_eq!(crate::rounds::add_up(&reveals, count).unwrap().into_inner(), cells);
	}
}
