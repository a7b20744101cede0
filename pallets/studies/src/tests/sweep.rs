//! `sweep`.

use super::*;

/// A study of two rounds with these people, which was stopped.
fn ended(people: u16) {
	freeze_with(people);
	Clock::pass(GATHER.into());
	for (aggregator, share) in [AUTHORITY, HOSPITAL].iter().zip(&SHARES) {
		assert_ok!(commit(aggregator, tally(people.into()), share));
	}
	for (aggregator, share) in [AUTHORITY, HOSPITAL].iter().zip(&SHARES) {
		assert_ok!(reveal(aggregator, share));
	}
	assert_ok!(contribute(REGISTRAR, patients(5)));
	consents(&clinic_patient(0));
	assert_ok!(contribute(CLINIC_REGISTRAR, [clinic_patient(0)]));
	assert_ok!(Research::stop(root(), STUDY));
	events();
}

fn sweep(limit: u32) -> u32 {
	assert_ok!(Research::sweep(signed(HOSPITAL_CUSTODIAN), STUDY, limit));
	assert_ok!(Research::do_try_state());
	let Some(Event::Swept { study: STUDY, people }) = events().pop() else { panic!("swept") };
	people
}

#[test]
fn sweep_removes_all_people_bit_by_bit() {
	build_and_execute(|| {
		ended(290);
		assert_eq!(People::<Test>::iter().count(), 296);
		assert_eq!(Contributors::<Test>::iter().count(), 3);
		assert_eq!(sweep(0), 0);
		assert_eq!(sweep(10), 10);
		assert_eq!(sweep(u32::MAX), MAX_SWEPT);
		// 24 people of the first round, its contributor, and 6 people of the second.
		assert_eq!(sweep(31), 30);
		assert_eq!(Contributors::<Test>::iter().count(), 2);
		assert_eq!(sweep(100), 0);
		assert_eq!(People::<Test>::iter().count() + Contributors::<Test>::iter().count(), 0);
		assert_eq!(sweep(100), 0);
		// The result and the ledgers stay.
		assert!(Research::result(STUDY, 0).is_some());
		assert_eq!(Research::round(STUDY, 0).unwrap().people, 290);
		assert_eq!(Research::epsilon_left(patient(0)), 8_000);
	});
}

#[test]
fn sweep_before_the_end_or_by_others_fails() {
	build_and_execute(|| {
		let sweep = |who: AccountId| Research::sweep(signed(who), STUDY, 10);
		assert_noop!(Research::sweep(root(), STUDY, 10), BadOrigin);
		assert_noop!(sweep(HOSPITAL_CUSTODIAN), Error::<Test>::StudyNotFound);
		begin(terms());
		assert_noop!(sweep(HOSPITAL_CUSTODIAN), Error::<Test>::StudyNotEnded);
		assert_ok!(Research::stop(root(), STUDY));
		for who in [CLINIC_CUSTODIAN, HOSPITAL, RESEARCHER] {
			assert_noop!(sweep(who), Error::<Test>::NotAggregator);
		}
		assert_ok!(sweep(AUTHORITY_CUSTODIAN));
	});
}
