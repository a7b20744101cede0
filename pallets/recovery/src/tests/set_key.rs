//! `set_key`.

use super::*;

fn set(account: AccountId, name: &str) -> DispatchResult {
	Recovery::set_key(root(), account, key(name), SEALED)
}

#[test]
fn set_key_works() {
	build_and_execute(|| {
		assert_ok!(set(HOSPITAL, NEW));
		assert_eq!(Keys::<Test>::get(key(NEW)), Some(KeyState::Signs(HOSPITAL)));
		assert_eq!(Keys::<Test>::get(HOSPITAL), Some(KeyState::Replaced));
		assert_eq!(Recovery::recovery(HOSPITAL).key, key(NEW));
		assert_eq!(People::replaced_keys(), [(HOSPITAL, key(NEW), SEALED)]);
		let event = Event::KeyReplaced { account: HOSPITAL, key: key(NEW), replaced: HOSPITAL };
		assert_eq!((events(), Logs::all()), (vec![event], vec![]));
		assert_ok!(set(AUTHORITY, OTHER));
	});
}

/// The one who has the lost key began it.
#[test]
fn set_key_removes_the_institutions_own_change() {
	build_and_execute(|| {
		assert_ok!(change_key(HOSPITAL, NEW));
		assert_ok!(set(HOSPITAL, OTHER));
		Clock::pass(KEY_DELAY);
		let finished = Recovery::finish(signed(PATIENT), HOSPITAL, key(NEW));
		assert_noop!(finished, Error::<Test>::NothingUnderWay);
	});
}

#[test]
fn set_key_of_an_institution_that_is_not_active_works() {
	build_and_execute(|| {
		People::set_active(&HOSPITAL, false);
		assert_ok!(set(HOSPITAL, NEW));
	});
}

#[test]
fn set_key_of_others_than_institutions_fails() {
	build_and_execute(|| {
		for account in [PATIENT, DOCTOR, SPOUSE, CUSTODIAN, STRANGER] {
			assert_noop!(set(account, NEW), Error::<Test>::NotMember);
		}
	});
}

#[test]
fn set_key_to_a_key_that_is_somebodys_fails() {
	build_and_execute(|| {
		for taken in [PATIENT, HOSPITAL, CLINIC, CUSTODIAN] {
			let set = Recovery::set_key(root(), HOSPITAL, taken, SEALED);
			assert_noop!(set, Error::<Test>::KeyTaken);
		}
		assert_ok!(set(HOSPITAL, NEW));
		for account in [HOSPITAL, CLINIC] {
			assert_noop!(set(account, NEW), Error::<Test>::KeyTaken);
		}
	});
}
