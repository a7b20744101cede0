//! `approve`.

use super::*;

#[test]
fn approve_works() {
	build_and_execute(|| {
		assert_ok!(Recovery::set_guardians(signed(PATIENT), commitment(&three()), 3, 3));
		assert_ok!(begin(SPOUSE, NEW));
		Clock::pass(DAY);
		assert_ok!(approve(NEIGHBOUR, NEW));
		assert_eq!(ready_from(), None);
		let key = key(NEW);
		let event = LogEvent::RecoveryApproved { key: key.clone(), from: None };
		assert_eq!(logged(), (NEIGHBOUR, None, event));
		events();

		Clock::pass(DAY);
		assert_ok!(approve(FRIEND, NEW));
		let from = Some(START + 2 * DAY + RECOVERY_DELAY);
		assert_eq!(ready_from(), from);
		let event = LogEvent::RecoveryApproved { key: key.clone(), from };
		assert_eq!(logged(), (FRIEND, None, event));
		let approved = Event::RecoveryApproved { account: PATIENT, key, guardian: FRIEND, from };
		assert_eq!(events(), [approved]);
	});
}

#[test]
fn approve_after_the_threshold_prolongs_nothing() {
	build_and_execute(|| {
		let from = recover(NEW);
		Clock::pass(DAY);
		assert_ok!(approve(NEIGHBOUR, NEW));
		assert_eq!(ready_from(), Some(from));
	});
}

#[test]
fn approve_by_guardians_whom_others_have_replaced_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		Clock::pass(1);
		assert_ok!(name_guardians(&[SPOUSE, NEIGHBOUR]));
		Clock::pass(RECOVERY_DELAY);
		assert_noop!(approve(NEIGHBOUR, NEW), Error::<Test>::OtherGuardians);
	});
}

#[test]
fn seven_guardians_can_all_be_needed() {
	build_and_execute(|| {
		let seven: Vec<_> = (50..57).map(|byte| AccountId::new([byte; 32])).collect();
		for guardian in &seven {
			People::enrol_by(guardian.clone(), AccountKind::Person, CLINIC);
		}
		assert_ok!(Recovery::set_guardians(signed(PATIENT), commitment(&seven), 7, 7));
		assert_ok!(begin_with(seven[6].clone(), list(&seven), NEW));
		for guardian in &seven[..6] {
			assert_eq!(ready_from(), None);
			assert_ok!(approve(guardian.clone(), NEW));
		}
		assert_eq!(ready_from(), Some(START + RECOVERY_DELAY));
	});
}

#[test]
fn approve_by_accounts_that_are_not_active_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		People::set_active(&FRIEND, false);
		assert_noop!(approve(FRIEND, NEW), Error::<Test>::CallerNotActive);
		assert_noop!(approve(STRANGER, NEW), Error::<Test>::CallerNotActive);
	});
}

#[test]
fn approve_for_the_own_account_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&[PATIENT, SPOUSE]));
		assert_ok!(begin_with(SPOUSE, list(&[PATIENT, SPOUSE]), NEW));
		assert_noop!(approve(PATIENT, NEW), Error::<Test>::OwnAccount);
	});
}

#[test]
fn approve_without_an_attempt_fails() {
	build_and_execute(|| {
		assert_noop!(approve(SPOUSE, NEW), Error::<Test>::NothingUnderWay);
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		Clock::set(START + LIFETIME);
		assert_noop!(approve(FRIEND, NEW), Error::<Test>::NothingUnderWay);
		Clock::set(START + LIFETIME - 1);
		assert_ok!(approve(FRIEND, NEW));
	});
}

#[test]
fn approve_of_another_key_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		assert_noop!(approve(FRIEND, OTHER), Error::<Test>::OtherKey);
	});
}

#[test]
fn approve_by_somebody_who_is_not_a_guardian_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		for who in [OTHER_PATIENT, DOCTOR, HOSPITAL, AUTHORITY] {
			assert_noop!(approve(who, NEW), Error::<Test>::NotGuardian);
		}
	});
	// An institution's attempt has no guardians.
	build_and_execute(|| {
		propose_by_two(NEW);
		assert_noop!(approve(SPOUSE, NEW), Error::<Test>::NotGuardian);
	});
}

#[test]
fn approve_by_guardians_in_doubt_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		Clock::pass(DAY);
		disable_since(START + 1);
		assert_ok!(approve(FRIEND, NEW));
		disable_since(START);
		assert_noop!(approve(NEIGHBOUR, NEW), Error::<Test>::GuardiansInDoubt);
	});
}

#[test]
fn approve_twice_fails() {
	build_and_execute(|| {
		assert_ok!(name_guardians(&three()));
		assert_ok!(begin(SPOUSE, NEW));
		assert_noop!(approve(SPOUSE, NEW), Error::<Test>::ApprovedBefore);
		assert_ok!(approve(FRIEND, NEW));
		assert_noop!(approve(FRIEND, NEW), Error::<Test>::ApprovedBefore);
	});
}
