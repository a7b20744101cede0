//! `propose`.

use super::*;

#[test]
fn propose_works() {
	build_and_execute(|| {
		assert_ok!(Research::propose(signed(RESEARCHER), terms()));
		let study = Study {
			researcher: RESEARCHER,
			proposed_at: START,
			terms: terms(),
			stage: StudyStage::Proposed,
			round: 0,
			keys: Default::default(),
			spent: 0,
		};
		assert_eq!(Studies::<Test>::get(0), Some(study));
		assert_eq!(events(), [Event::Proposed { study: 0, researcher: RESEARCHER }]);
		assert_eq!((NextStudy::<Test>::get(), OpenOf::<Test>::get(RESEARCHER)), (1, 1));
		assert_eq!(Rounds::<Test>::iter().count(), 0);
	});
}

#[test]
fn propose_by_others_than_active_researchers_fails() {
	build_and_execute(|| {
		assert_noop!(Research::propose(root(), terms()), BadOrigin);
		Enrolled::set_active(&COLLEAGUE, false);
		for who in [DOCTOR, HOSPITAL, patient(0), HOSPITAL_CUSTODIAN, STRANGER, COLLEAGUE] {
			let proposed = Research::propose(signed(who), terms());
			assert_noop!(proposed, Error::<Test>::NotResearcher);
		}
	});
}

#[test]
fn propose_a_fourth_study_fails() {
	build_and_execute(|| {
		for _ in 0..MAX_OPEN {
			assert_ok!(Research::propose(signed(RESEARCHER), terms()));
		}
		let fourth = || Research::propose(signed(RESEARCHER), terms());
		assert_noop!(fourth(), Error::<Test>::TooManyStudies);
		assert_ok!(Research::propose(signed(COLLEAGUE), terms()));
		// One that has ended makes room.
		assert_ok!(Research::withdraw(signed(RESEARCHER), 1));
		assert_ok!(fourth());
		assert_noop!(fourth(), Error::<Test>::TooManyStudies);
	});
}

/// The attack: a researcher fills the state by proposing and withdrawing.
#[test]
fn propose_more_than_32_on_one_day_fails() {
	build_and_execute(|| {
		let propose = |who| Research::propose(signed(who), terms());
		const DAY: Moment = 24 * 60 * 60;
		Clock::set((START / DAY + 1) * DAY);
		let close = |it: &mut StudyTerms| it.first_close = doubles::now() + 10 * DAY;
		for id in 0..crate::MAX_PROPOSED {
			assert_ok!(changed(close));
			assert_ok!(Research::withdraw(signed(RESEARCHER), id));
		}
		assert_noop!(changed(close), Error::<Test>::TooManyProposals);
		Clock::pass(DAY - 1);
		assert_noop!(changed(close), Error::<Test>::TooManyProposals);
		assert!(propose(COLLEAGUE) != Err(Error::<Test>::TooManyProposals.into()));
		Clock::pass(1);
		assert_ok!(changed(close));
	});
}

#[test]
fn propose_without_a_number_left_fails() {
	build_and_execute(|| {
		NextStudy::<Test>::put(StudyId::MAX);
		let overflow = sp_runtime::ArithmeticError::Overflow;
		assert_noop!(Research::propose(signed(RESEARCHER), terms()), overflow);
	});
}

type Change = fn(&mut StudyTerms);

fn changed(change: Change) -> DispatchResult {
	let mut terms = terms();
	change(&mut terms);
	Research::propose(signed(RESEARCHER), terms)
}

/// What is just outside of a limit.
#[test]
fn propose_outside_of_a_limit_fails() {
	let cases: Vec<(Error<Test>, Change)> = vec![
		(Error::InvalidQuestion, |it| it.question = StudyQuestion::Table { cells: 1, weight: 1 }),
		(Error::InvalidQuestion, |it| it.question = StudyQuestion::Table { cells: 257, weight: 1 }),
		(Error::InvalidQuestion, |it| it.question = StudyQuestion::Table { cells: 2, weight: 9 }),
		(Error::InvalidQuestion, |it| it.question = StudyQuestion::Sum { max: 0 }),
		(Error::NoSources, |it| it.sources = Categories::default()),
		(Error::UnknownCode, |it| it.traits = StudyTraits(1 << 6)),
		(Error::PurposeNotForStudies, |it| it.purpose = Purpose::Treatment),
		(Error::PurposeNotForStudies, |it| it.purpose = Purpose::ClinicalTrial),
		(Error::InvalidCountry, |it| it.country = *b"at"),
		(Error::InvalidProtocol, |it| it.protocol = Cid::default()),
		(Error::InvalidProtocol, |it| it.protocol.truncate(35)),
		(Error::InvalidProtocol, |it| it.protocol.try_push(0).unwrap()),
		(Error::InvalidProtocol, |it| it.protocol[1] = 0x71),
		(Error::TooFewPersons, |it| it.least = 10),
		(Error::TooManyPersons, |it| it.least = 1_000_001),
		(Error::EpsilonOutOfRange, |it| it.epsilon = 99),
		(Error::EpsilonOutOfRange, |it| it.epsilon = 5_001),
		(Error::InvalidRounds, |it| it.rounds = 0),
		(Error::InvalidRounds, |it| it.rounds = 13),
		(Error::InvalidSchedule, |it| it.first_close = START),
		(Error::InvalidSchedule, |it| it.interval = 0),
		(Error::InvalidSchedule, |it| it.interval = MAX_STUDY_INTERVAL + 1),
		(Error::InvalidTimes, |it| it.gather = 9),
		(Error::InvalidTimes, |it| it.gather = MAX_STUDY_TIME + 1),
		(Error::InvalidTimes, |it| it.answer = 9),
		(Error::InvalidTimes, |it| it.answer = MAX_STUDY_TIME + 1),
		(Error::InvalidAggregators, |it| it.aggregators.truncate(1)),
		(Error::InvalidAggregators, |it| it.aggregators.try_push(AUTHORITY).unwrap()),
		(Error::AggregatorWithoutCustodian, |it| it.aggregators.try_push(PRACTICE).unwrap()),
		(Error::AggregatorWithoutCustodian, |it| it.aggregators.try_push(DOCTOR).unwrap()),
		(Error::AggregatorWithoutCustodian, |it| it.aggregators.try_push(STRANGER).unwrap()),
	];
	build_and_execute(|| {
		for (place, (error, change)) in cases.into_iter().enumerate() {
			assert_eq!(changed(change), Err(error.into()), "case {place}");
		}
		Enrolled::set_active(&HOSPITAL, false);
		assert_noop!(changed(|_| ()), Error::<Test>::AggregatorWithoutCustodian);
		assert_eq!(NextStudy::<Test>::get(), 0);
	});
}

/// What is just within.
#[test]
fn propose_at_a_limit_works() {
	let cases: &[Change] = &[
		|it| it.question = StudyQuestion::Table { cells: 2, weight: 8 },
		|it| it.question = StudyQuestion::Table { cells: 256, weight: 1 },
		|it| it.question = StudyQuestion::Sum { max: 1 },
		|it| it.question = StudyQuestion::Sum { max: MAX_VALUE },
		|it| it.sources = Categories::of(Category::ALL),
		|it| it.traits = StudyTraits::of(StudyTrait::ALL),
		|it| it.purpose = Purpose::PublicHealth,
		|it| it.disease = None,
		|it| it.protocol[1] = 0x70,
		|it| it.least = 1_000_000,
		|it| it.epsilon = 100,
		|it| it.epsilon = 5_000,
		|it| it.rounds = 12,
		|it| (it.rounds, it.interval) = (1, 0),
		|it| it.first_close = START + 1,
		|it| it.interval = MAX_STUDY_INTERVAL,
		|it| (it.gather, it.answer) = (10, 10),
		|it| (it.gather, it.answer) = (MAX_STUDY_TIME, MAX_STUDY_TIME),
		|it| it.aggregators.try_push(CLINIC).unwrap(),
	];
	for (place, change) in cases.iter().enumerate() {
		build_and_execute(|| assert_eq!(changed(*change), Ok(()), "case {place}"));
	}
}
