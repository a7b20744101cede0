//! `commit`.

use super::*;

#[test]
fn equal_commitments_of_all_are_an_agreement() {
	build_and_execute(|| {
		freeze_with(12);
		events();
		Clock::set(CLOSE + 100);
		assert_ok!(commit(&AUTHORITY, tally(12), &SHARES[0]));
		let committed = |aggregator| Event::Committed { study: STUDY, round: 0, aggregator };
		assert_eq!(events(), [committed(AUTHORITY)]);
		assert_eq!(Research::study(STUDY).unwrap().spent, 0);
		assert_eq!(Research::round(STUDY, 0).unwrap().committed, [AUTHORITY]);

		Clock::pass(10);
		assert_ok!(commit(&HOSPITAL, tally(12), &SHARES[1]));
		let agreed = Event::Agreed { study: STUDY, round: 0, tally: tally(12) };
		assert_eq!(events(), [committed(HOSPITAL), agreed]);
		let phase = RoundPhase::Agreed {
			block: 7,
			answers_until: CLOSE + 110 + 50,
			attempt: 0,
			tally: tally(12),
		};
		assert_eq!(round().phase, phase);
		assert_eq!(Research::study(STUDY).unwrap().spent, 1_000);
		// Reports are used up: nobody commits again.
		let again = commit(&HOSPITAL, tally(12), &SHARES[1]);
		assert_noop!(again, Error::<Test>::RoundNotFrozen);
	});
}

/// The attack: an aggregator tallies differently. Nothing is revealed until they agree.
#[test]
fn other_tallies_are_no_agreement() {
	build_and_execute(|| {
		freeze_with(12);
		Clock::pass(GATHER.into());
		let other = Tally { root: H256([6; 32]), ..tally(12) };
		let fewer = Tally { used: 11, refused: 1, ..tally(12) };
		assert_ok!(commit(&AUTHORITY, tally(12), &SHARES[0]));
		for tally in [other, fewer] {
			assert_ok!(commit(&HOSPITAL, tally, &SHARES[1]));
			assert!(matches!(round().phase, RoundPhase::Frozen { .. }));
			assert_noop!(reveal(&AUTHORITY, &SHARES[0]), Error::<Test>::NotAgreed);
		}
		// A later commitment replaces the earlier one.
		assert_eq!(round().commitments.len(), 2);
		assert_ok!(commit(&AUTHORITY, fewer, &SHARES[1]));
		assert!(matches!(round().phase, RoundPhase::Agreed { tally, .. } if tally == fewer));
	});
}

#[test]
fn a_tally_adds_up_to_the_people_and_uses_enough() {
	build_and_execute(|| {
		freeze_with(12);
		Clock::pass(GATHER.into());
		let with = |used, withdrawn, double, refused| {
			let root = H256([5; 32]);
			commit(&HOSPITAL, Tally { root, used, withdrawn, double, refused }, &SHARES[0])
		};
		for (used, withdrawn, double, refused) in
			[(11, 0, 0, 0), (13, 0, 0, 0), (12, 1, 0, 0), (u32::MAX, 13, 0, 0), (0, 0, 0, u32::MAX)]
		{
			let tallied = with(used, withdrawn, double, refused);
			assert_noop!(tallied, Error::<Test>::PeopleDoNotAddUp);
		}
		assert_noop!(with(10, 1, 1, 0), Error::<Test>::TooFewUsed);
		assert_noop!(with(0, 0, 0, 12), Error::<Test>::TooFewUsed);
		for (withdrawn, double, refused) in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
			assert_ok!(with(11, withdrawn, double, refused));
		}
		assert_ok!(with(12, 0, 0, 0));
	});
}

#[test]
fn commit_after_gathering_and_in_time_only() {
	build_and_execute(|| {
		let commit =
			|who: AccountId| Research::commit(signed(who), STUDY, 0, tally(12), H256([1; 32]));
		assert_noop!(Research::commit(root(), STUDY, 0, tally(12), H256([1; 32])), BadOrigin);
		assert_noop!(commit(HOSPITAL_CUSTODIAN), Error::<Test>::StudyNotFound);
		begin(terms());
		assert_noop!(commit(HOSPITAL_CUSTODIAN), Error::<Test>::RoundNotFrozen);
		assert_ok!(contribute(REGISTRAR, consenting(12)));
		Clock::set(CLOSE);
		assert_ok!(Research::freeze(signed(HOSPITAL_CUSTODIAN), STUDY));
		Clock::set(CLOSE + 99);
		assert_noop!(commit(HOSPITAL_CUSTODIAN), Error::<Test>::StillGathering);
		Clock::set(CLOSE + 100);
		for who in [CLINIC_CUSTODIAN, HOSPITAL, RESEARCHER] {
			assert_noop!(commit(who), Error::<Test>::NotAggregator);
		}
		assert_ok!(commit(HOSPITAL_CUSTODIAN));
		Clock::set(CLOSE + 149);
		assert_ok!(commit(HOSPITAL_CUSTODIAN));
		Clock::set(CLOSE + 150);
		assert_noop!(commit(HOSPITAL_CUSTODIAN), Error::<Test>::TimeToAgreeOver);
		assert_noop!(commit(AUTHORITY_CUSTODIAN), Error::<Test>::TimeToAgreeOver);
	});
}

/// The attack: an aggregator's commitment is held back until reports are gathered again. By then the
/// aggregator has another noisy share, so it could not reveal the one of the commitment.
#[test]
fn a_commitment_of_another_attempt_is_refused() {
	build_and_execute(|| {
		freeze_with(12);
		let hash = committed(&HOSPITAL, &SHARES[1], 0);
		let commit =
			|attempt| Research::commit(signed(HOSPITAL_CUSTODIAN), STUDY, attempt, tally(12), hash);
		Clock::pass(GATHER.into());
		assert_noop!(commit(1), Error::<Test>::OtherAttempt);
		Clock::pass(ANSWER.into());
		assert_ok!(Research::give_up(signed(HOSPITAL), STUDY));
		Clock::pass(GATHER.into());
		assert_noop!(commit(0), Error::<Test>::OtherAttempt);
		// Nor does the hash of the first attempt open in the second one.
		assert_ok!(commit(1));
		assert_ok!(super::commit(&AUTHORITY, tally(12), &SHARES[0]));
		assert_noop!(reveal(&HOSPITAL, &SHARES[1]), Error::<Test>::OtherShare);
		assert_ok!(reveal(&AUTHORITY, &SHARES[0]));
	});
}
