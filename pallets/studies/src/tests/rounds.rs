//! `freeze`, and how rounds follow each other.

use super::*;

#[test]
fn freeze_works() {
	build_and_execute(|| {
		begin(terms());
		assert_ok!(contribute(REGISTRAR, consenting(11)));
		events();
		let freeze = |who| Research::freeze(signed(who), STUDY);
		Clock::set(CLOSE - 1);
		assert_noop!(freeze(HOSPITAL_CUSTODIAN), Error::<Test>::RoundOpen);
		Clock::set(CLOSE);
		System::set_block_number(77);
		assert_noop!(Research::freeze(root(), STUDY), BadOrigin);
		assert_noop!(Research::freeze(signed(HOSPITAL_CUSTODIAN), 1), Error::<Test>::StudyNotFound);
		for who in [CLINIC_CUSTODIAN, HOSPITAL, REGISTRAR, RESEARCHER] {
			assert_noop!(freeze(who), Error::<Test>::NotAggregator);
		}
		assert_ok!(freeze(HOSPITAL_CUSTODIAN));
		assert_eq!(events(), [Event::Frozen { study: STUDY, round: 0, people: 11 }]);
		let phase = RoundPhase::Frozen {
			block: 77,
			gathers_until: CLOSE + 100,
			answers_until: CLOSE + 150,
			attempt: 0,
		};
		assert_eq!(round().phase, phase);
		assert_noop!(freeze(HOSPITAL_CUSTODIAN), Error::<Test>::RoundClosed);
		assert_noop!(freeze(AUTHORITY_CUSTODIAN), Error::<Test>::RoundClosed);
	});
}

#[test]
fn freeze_a_study_that_does_not_run_fails() {
	build_and_execute(|| {
		assert_ok!(Research::propose(signed(RESEARCHER), terms()));
		let freeze = Research::freeze(signed(HOSPITAL_CUSTODIAN), STUDY);
		assert_noop!(freeze, Error::<Test>::NotRunning);
	});
}

/// Ten people are too few. The round costs the study nothing, and the next one opens.
#[test]
fn a_round_of_too_few_is_lost() {
	build_and_execute(|| {
		begin(terms());
		assert_ok!(contribute(REGISTRAR, consenting(10)));
		events();
		Clock::set(CLOSE + 20_000);
		assert_ok!(Research::freeze(signed(AUTHORITY_CUSTODIAN), STUDY));
		let (loss, missing) = (Loss::TooFew, Default::default());
		// It closes late, so that there is time to contribute.
		let closes = CLOSE + 20_100;
		assert_eq!(
			events(),
			[
				Event::RoundLost { study: STUDY, round: 0, loss, missing },
				Event::Opened { study: STUDY, round: 1, closes },
			]
		);
		let study = Research::study(STUDY).unwrap();
		assert_eq!((study.round, study.spent, study.stage), (1, 0, StudyStage::Running));
		assert_eq!(Research::round(STUDY, 0).unwrap().phase, RoundPhase::Lost(loss));
		assert_eq!(Research::result(STUDY, 0), None);
		// The same people can be contributed again.
		assert_ok!(contribute(REGISTRAR, patients(10)));
		assert_eq!(round().people, 10);
		assert_eq!(Research::epsilon_left(patient(0)), 8_000);

		Clock::set(closes);
		assert_ok!(Research::freeze(signed(AUTHORITY_CUSTODIAN), STUDY));
		let study = Research::study(STUDY).unwrap();
		assert_eq!((study.round, study.stage), (1, StudyStage::Finished));
		assert_eq!(events().last(), Some(&Event::Finished { study: STUDY }));
		assert!(!OpenOf::<Test>::contains_key(RESEARCHER));
		let again = Research::freeze(signed(AUTHORITY_CUSTODIAN), STUDY);
		assert_noop!(again, Error::<Test>::NotRunning);
	});
}

/// Twelve rounds follow each other at their interval.
#[test]
fn rounds_follow_each_other() {
	build_and_execute(|| {
		let terms = StudyTerms { rounds: MAX_ROUNDS, ..terms() };
		begin(terms.clone());
		for number in 0..MAX_ROUNDS {
			let closes = terms.close_of(number);
			assert_eq!(closes, CLOSE + 10_000 * u64::from(number));
			assert_eq!(round().phase, RoundPhase::Open { closes });
			Clock::set(closes);
			assert_ok!(Research::freeze(signed(AUTHORITY_CUSTODIAN), STUDY));
			assert_ok!(Research::do_try_state());
		}
		assert_eq!(Research::study(STUDY).unwrap().stage, StudyStage::Finished);
	});
}
