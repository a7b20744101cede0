//! `withdraw`, `approve`, `stop` and `accept`.

use super::*;

fn stage() -> StudyStage {
	Studies::<Test>::get(STUDY).unwrap().stage
}

fn propose() {
	assert_ok!(Research::propose(signed(RESEARCHER), terms()));
	System::reset_events();
}

fn accept(custodian: AccountId) -> DispatchResult {
	Research::accept(signed(custodian), STUDY, [3; 32])
}

#[test]
fn approval_and_all_acceptances_open_the_first_round() {
	// In any order.
	for place in 0..3 {
		build_and_execute(|| {
			propose();
			let mut custodians = [AUTHORITY_CUSTODIAN, HOSPITAL_CUSTODIAN].into_iter();
			for step in 0..3 {
				assert_eq!(Research::round(STUDY, 0), None);
				if step == place {
					assert_ok!(Research::approve(root(), STUDY));
				} else {
					assert_ok!(accept(custodians.next().unwrap()));
				}
			}
			let study = Research::study(STUDY).unwrap();
			assert_eq!(study.stage, StudyStage::Running);
			assert_eq!(study.keys, [(AUTHORITY, [3; 32]), (HOSPITAL, [3; 32])]);
			let phase = RoundPhase::Open { closes: CLOSE };
			assert_eq!(study.current.unwrap().phase, phase);
			let events = events();
			assert_eq!(events.len(), 4);
			assert!(events.contains(&Event::Approved { study: STUDY }));
			assert!(events.contains(&Event::Accepted { study: STUDY, aggregator: HOSPITAL }));
			assert_eq!(events[3], Event::Opened { study: STUDY, round: 0, closes: CLOSE });
		});
	}
}

/// People need time to be contributed, however late the council is.
#[test]
fn a_late_approval_moves_the_close() {
	for (begun, closes) in
		[(CLOSE - 100, CLOSE), (CLOSE - 99, CLOSE + 1), (CLOSE + 5_000, CLOSE + 5_100)]
	{
		build_and_execute(|| {
			propose();
			assert_ok!(accept(AUTHORITY_CUSTODIAN));
			assert_ok!(accept(HOSPITAL_CUSTODIAN));
			Clock::set(begun);
			assert_ok!(Research::approve(root(), STUDY));
			assert_eq!(round().phase, RoundPhase::Open { closes });
		});
	}
}

#[test]
fn withdraw_works_before_approval_only() {
	build_and_execute(|| {
		propose();
		assert_noop!(Research::withdraw(root(), STUDY), BadOrigin);
		let withdraw = |who| Research::withdraw(signed(who), STUDY);
		assert_noop!(withdraw(COLLEAGUE), Error::<Test>::OtherResearcher);
		assert_noop!(Research::withdraw(signed(RESEARCHER), 1), Error::<Test>::StudyNotFound);
		assert_ok!(withdraw(RESEARCHER));
		assert_eq!(events(), [Event::Withdrawn { study: STUDY }]);
		assert_eq!(
			(stage(), OpenOf::<Test>::contains_key(RESEARCHER)),
			(StudyStage::Withdrawn, false)
		);
		assert_noop!(withdraw(RESEARCHER), Error::<Test>::StudyEnded);
		assert_noop!(Research::approve(root(), STUDY), Error::<Test>::StudyEnded);
		assert_noop!(accept(HOSPITAL_CUSTODIAN), Error::<Test>::StudyEnded);
	});
	build_and_execute(|| {
		propose();
		assert_ok!(Research::approve(root(), STUDY));
		let late = Research::withdraw(signed(RESEARCHER), STUDY);
		assert_noop!(late, Error::<Test>::AlreadyApproved);
	});
}

#[test]
fn approve_is_for_root_and_once() {
	build_and_execute(|| {
		assert_noop!(Research::approve(root(), STUDY), Error::<Test>::StudyNotFound);
		propose();
		for who in [RESEARCHER, HOSPITAL, AUTHORITY] {
			assert_noop!(Research::approve(signed(who), STUDY), BadOrigin);
		}
		assert_ok!(Research::approve(root(), STUDY));
		assert_eq!(stage(), StudyStage::Approved);
		assert_noop!(Research::approve(root(), STUDY), Error::<Test>::AlreadyApproved);
	});
	build_and_execute(|| {
		begin(terms());
		assert_noop!(Research::approve(root(), STUDY), Error::<Test>::AlreadyApproved);
	});
}

#[test]
fn accept_is_for_the_aggregators_custodians_and_once() {
	build_and_execute(|| {
		assert_noop!(Research::accept(root(), STUDY, [3; 32]), BadOrigin);
		assert_noop!(accept(HOSPITAL_CUSTODIAN), Error::<Test>::StudyNotFound);
		propose();
		for who in [CLINIC_CUSTODIAN, HOSPITAL, REGISTRAR, RESEARCHER, STRANGER] {
			assert_noop!(accept(who), Error::<Test>::NotAggregator);
		}
		let neutral = Research::accept(signed(HOSPITAL_CUSTODIAN), STUDY, [0; 32]);
		assert_noop!(neutral, Error::<Test>::InvalidEvaluationKey);
		assert_ok!(accept(HOSPITAL_CUSTODIAN));
		assert_noop!(accept(HOSPITAL_CUSTODIAN), Error::<Test>::AlreadyAccepted);
		// The custodian of an institution that is not active.
		Enrolled::set_active(&AUTHORITY, false);
		assert_noop!(accept(AUTHORITY_CUSTODIAN), Error::<Test>::NotAggregator);
	});
}

#[test]
fn stop_works_at_any_time_before_the_last_reveal() {
	let before: &[fn()] = &[
		propose,
		|| {
			propose();
			assert_ok!(Research::approve(root(), STUDY));
		},
		|| {
			begin(terms());
		},
		|| freeze_with(12),
		agree,
		|| {
			agree();
			assert_ok!(reveal(&AUTHORITY, &SHARES[0]));
		},
	];
	for (place, before) in before.iter().enumerate() {
		build_and_execute(|| {
			before();
			events();
			assert_noop!(Research::stop(signed(AUTHORITY), STUDY), BadOrigin);
			assert_ok!(Research::stop(root(), STUDY));
			assert_eq!(stage(), StudyStage::Stopped);
			let lost = Event::RoundLost {
				study: STUDY,
				round: 0,
				loss: Loss::Stopped,
				missing: Default::default(),
			};
			let stopped = Event::Stopped { study: STUDY };
			if place < 2 {
				assert_eq!(events(), [stopped]);
			} else {
				assert_eq!(events(), [lost, stopped]);
				assert_eq!(round().phase, RoundPhase::Lost(Loss::Stopped));
			}
			assert_noop!(Research::stop(root(), STUDY), Error::<Test>::StudyEnded);
			assert_noop!(contribute(REGISTRAR, [patient(0)]), Error::<Test>::NotRunning);
			assert_noop!(reveal(&HOSPITAL, &SHARES[1]), Error::<Test>::NotRunning);
		});
	}
}

#[test]
fn stop_a_study_that_has_ended_fails() {
	build_and_execute(|| {
		assert_noop!(Research::stop(root(), STUDY), Error::<Test>::StudyNotFound);
		let id = begin(StudyTerms { rounds: 1, ..terms() });
		Clock::set(CLOSE);
		assert_ok!(Research::freeze(signed(HOSPITAL_CUSTODIAN), id));
		assert_eq!(stage(), StudyStage::Finished);
		assert_noop!(Research::stop(root(), id), Error::<Test>::StudyEnded);
	});
}
