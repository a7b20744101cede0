use super::*;

/// The first so many hospitals.
fn hospitals(count: u8) -> Vec<AccountId> {
	(0..count).map(hospital).collect()
}

#[test]
fn choose_holders_works() {
	run(|| {
		let holders = || vec![hospital(0), hospital(1), AUTHORITY, doctor(0)];
		assert_ok!(choose(holders(), vec![*b"DE", *b"AT"]));
		let choice = HolderChoice {
			holders: holders().try_into().unwrap(),
			countries: vec![*b"DE", *b"AT"].try_into().unwrap(),
		};
		assert_eq!(Custody::holder_choice(PATIENT), Some(choice));
		assert_eq!(Logs::last(), (PATIENT, PATIENT, None, None, LogEvent::HoldersChosen));
		System::assert_last_event(Event::HoldersChosen { patient: PATIENT }.into());

		// Countries alone, holders alone, and nothing again.
		assert_ok!(choose(vec![], vec![*b"FR"]));
		assert_ok!(choose(hospitals(12), vec![]));
		assert_eq!(Custody::holder_choice(PATIENT).unwrap().countries, vec![]);
		assert_ok!(choose(vec![], vec![]));
		assert_eq!(Custody::holder_choice(PATIENT), None);
	});
}

#[test]
fn choose_holders_by_another_fails() {
	run(|| {
		People::set_active(&PATIENT, false);
		for who in [PATIENT, STRANGER, RELATIVE, doctor(0), hospital(0)] {
			assert_noop!(
				Custody::choose_holders(
					RuntimeOrigin::signed(who),
					BoundedVec::new(),
					BoundedVec::new()
				),
				Error::<Test>::NotPatient
			);
		}
		assert_noop!(
			Custody::choose_holders(RuntimeOrigin::none(), BoundedVec::new(), BoundedVec::new()),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn choose_holders_without_such_an_account_fails() {
	run(|| {
		for other in [STRANGER, RELATIVE, PATIENT, OTHER_PATIENT] {
			let mut holders = hospitals(3);
			holders.push(other);
			assert_noop!(choose(holders, vec![]), Error::<Test>::NotHolder);
		}
		People::set_active(&hospital(3), false);
		assert_noop!(choose(hospitals(4), vec![]), Error::<Test>::NotHolder);
	});
}

#[test]
fn choose_holders_twice_fails() {
	run(|| {
		let mut holders = hospitals(3);
		holders.push(hospital(0));
		assert_noop!(choose(holders, vec![]), Error::<Test>::DuplicateHolder);
	});
}

/// With a choice that no sharing set meets, nobody could write for the patient.
#[test]
fn choose_holders_that_no_set_meets_fails() {
	run(|| {
		assert_noop!(choose(hospitals(2), vec![]), Error::<Test>::TooFewCustodians);
		let mut holders = hospitals(2);
		holders.extend([doctor(0), doctor(1)]);
		assert_noop!(choose(holders.clone(), vec![]), Error::<Test>::TooFewCustodians);
		holders.push(AUTHORITY);
		assert_ok!(choose(holders, vec![]));
		// The third hospital lies in CH.
		let near = vec![*b"DE", *b"AT"];
		assert_noop!(choose(hospitals(3), near.clone()), Error::<Test>::TooFewCustodians);
		assert_ok!(choose(hospitals(4), near));
	});
}

#[test]
fn choose_holders_in_no_country_fails() {
	run(|| {
		for country in [*b"de", *b"D1", *b"  ", [0, 0], [0xc3, 0x84]] {
			assert_noop!(choose(vec![], vec![*b"DE", country]), Error::<Test>::InvalidCountry);
		}
	});
}
