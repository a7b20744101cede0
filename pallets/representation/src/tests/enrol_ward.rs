//! `enrol_ward`.

use super::*;

const SALT: H256 = H256([7; 32]);

fn ward() -> AccountId {
	ward_account(&GENESIS, &HOSPITAL, &SALT)
}

fn enrol(who: AccountId, representatives: Vec<(AccountId, Registration)>) -> DispatchResult {
	let representatives = representatives.try_into().unwrap();
	Represented::enrol_ward(signed(who), HOSPITAL, SALT, representatives)
}

fn parents() -> Vec<(AccountId, Registration)> {
	vec![(MOTHER, parent()), (FATHER, parent())]
}

#[test]
fn enrol_ward_works() {
	build_and_execute(|| {
		assert_ok!(enrol(DOCTOR, parents()));
		assert_eq!(People::active_kind(&ward()), None);
		// A log begins with its patient.
		assert_eq!(Logs::all(), []);
		assert_ok!(enrol(REGISTRAR, parents()));
		assert_eq!(People::active_kind(&ward()), Some(AccountKind::Patient));
		assert_eq!(People::enrolled_by(&ward()), Some(HOSPITAL));
		let events = [
			Event::WardEnrolled { ward: ward(), institution: HOSPITAL },
			Event::Registered { patient: ward(), representative: MOTHER },
			Event::Registered { patient: ward(), representative: FATHER },
		];
		for event in events {
			System::assert_has_event(event.into());
		}
		let by = |event| line(REGISTRAR, Some(HOSPITAL), event);
		let registered =
			|representative| LogEvent::Registered { representative, registration: parent() };
		assert_eq!(
			Logs::of(&ward()),
			[
				by(LogEvent::WardEnrolled { first: DOCTOR }),
				by(registered(MOTHER)),
				by(registered(FATHER)),
			]
		);
		let view = Represented::representation(ward());
		assert!(view.ward);
		let forces: Vec<_> = view.representatives.iter().map(|view| view.force).collect();
		assert_eq!(forces, [Force::NotAttested; 2]);
	});
}

/// The story: two parents, one of whom a court suspends.
#[test]
fn enrol_ward_with_two_parents_of_whom_one_is_suspended() {
	build_and_execute(|| {
		assert_ok!(enrol(DOCTOR, parents()));
		assert_ok!(enrol(REGISTRAR, parents()));
		let act = |who| act(who, ward(), note(Scope::Consents));
		for who in [MOTHER, FATHER] {
			assert_noop!(act(who.clone()), Error::<Test>::NotInForce);
			let by = signed(AUTHORITY);
			assert_ok!(Represented::attest(by, AUTHORITY, ward(), who.clone(), parent()));
			assert_ok!(act(who.clone()));
			assert!(LawfulPermits::of(&ward(), &who).is_some());
		}
		// Neither ends the other.
		for (who, other) in [(MOTHER, FATHER), (FATHER, MOTHER)] {
			assert_noop!(Represented::end(signed(who), ward(), other), Error::<Test>::NotYours);
		}
		let by = signed(OFFICER);
		assert_ok!(Represented::suspend(by, ward(), FATHER, AUTHORITY, true));
		assert_noop!(act(FATHER), Error::<Test>::NotInForce);
		assert_eq!(LawfulPermits::of(&ward(), &FATHER), None);
		assert_ok!(act(MOTHER));
		// When both have gone, the patient is a ward all the same.
		for who in [MOTHER, FATHER] {
			assert_ok!(Represented::end(signed(who.clone()), ward(), who));
		}
		assert!(Represented::representation(ward()).ward);
	});
}

#[test]
fn enrol_ward_without_representatives_works() {
	build_and_execute(|| {
		assert_ok!(enrol(DOCTOR, vec![]));
		assert_ok!(enrol(REGISTRAR, vec![]));
		let register =
			|who| Represented::register(signed(who), ward(), HOSPITAL, FRIEND, guardian());
		assert_ok!(register(DOCTOR));
		assert_ok!(register(REGISTRAR));
		let by = signed(AUTHORITY);
		assert_ok!(Represented::attest(by, AUTHORITY, ward(), FRIEND, guardian()));
		assert_ok!(act(FRIEND, ward(), note(Scope::Consents)));
	});
}

#[test]
fn enrol_ward_takes_two_of_the_staff() {
	build_and_execute(|| {
		assert_ok!(enrol(REGISTRAR, parents()));
		assert_noop!(enrol(REGISTRAR, parents()), SAME_STAFF);
		for who in [NURSE, REVIEWER, CLINIC_DOCTOR, HOSPITAL, AUTHORITY, PATIENT, MOTHER, STRANGER]
		{
			assert_noop!(enrol(who, parents()), NOT_STAFF);
		}
		assert_eq!(People::active_kind(&ward()), None);
		let none = Default::default();
		assert_noop!(Represented::enrol_ward(root(), HOSPITAL, SALT, none), BadOrigin);
	});
}

#[test]
fn enrol_ward_takes_the_same_content_twice() {
	build_and_execute(|| {
		let call = |who, salt, representatives: Vec<_>| {
			let representatives = representatives.try_into().unwrap();
			Represented::enrol_ward(signed(who), HOSPITAL, salt, representatives)
		};
		let same_place = H256([[7; 16], [8; 16]].concat().try_into().unwrap());
		for (salt, representatives) in [
			(same_place, parents()),
			(SALT, parents()[..1].to_vec()),
			(SALT, vec![(MOTHER, guardian()), (FATHER, parent())]),
		] {
			assert_ok!(enrol(REGISTRAR, parents()));
			assert_ok!(call(DOCTOR, salt, representatives));
			assert_eq!(People::active_kind(&ward()), None);
		}
	});
}

/// However many salts one of the staff tries, proposals take a limited number of places.
#[test]
fn enrol_ward_is_proposed_in_few_places() {
	build_and_execute(|| {
		let mut places = std::collections::BTreeSet::new();
		for number in 0..600u32 {
			let mut salt = [3; 32];
			salt[..4].copy_from_slice(&number.to_le_bytes());
			let none = Default::default();
			let by = signed(REGISTRAR);
			assert_ok!(Represented::enrol_ward(by, HOSPITAL, H256(salt), none));
			let place = ward_proposal(&HOSPITAL, &H256(salt));
			assert_eq!(TwoOfStaff::proposer(&place, &HOSPITAL), Some(REGISTRAR));
			places.insert(place);
		}
		assert_eq!(places.len(), 256);
	});
}

#[test]
fn enrol_ward_again_fails() {
	build_and_execute(|| {
		assert_ok!(enrol(DOCTOR, vec![]));
		assert_ok!(enrol(REGISTRAR, vec![]));
		assert_noop!(enrol(DOCTOR, vec![]), Error::<Test>::SaltUsed);
		assert_noop!(enrol(DOCTOR, parents()), Error::<Test>::SaltUsed);
		// With another salt it is another patient.
		let (salt, none) = (H256([8; 32]), Default::default());
		assert_ok!(Represented::enrol_ward(signed(DOCTOR), HOSPITAL, salt, none));
	});
}

#[test]
fn enrol_ward_with_a_meaningless_representative_fails() {
	build_and_execute(|| {
		let wrong = |registration| enrol(DOCTOR, vec![(MOTHER, parent()), (FATHER, registration)]);
		assert_noop!(wrong(executor()), Error::<Test>::WrongBasis);
		let reserved = Registration { scopes: Scopes(1 << 5), ..parent() };
		assert_noop!(wrong(reserved), Error::<Test>::InvalidScopes);
		let past = Registration { until: Some(START), ..parent() };
		assert_noop!(wrong(past), Error::<Test>::AlreadyExpired);
		let birthday = Registration { until: Some(majority() + 40 * DAY), ..parent() };
		assert_noop!(wrong(birthday), Error::<Test>::NotNewYear);
		let long = Registration { until: new_year(2050), ..parent() };
		assert_noop!(wrong(long), Error::<Test>::ParentTooLong);
		People::set_active(&FATHER, false);
		assert_noop!(wrong(parent()), Error::<Test>::NotPerson);
		for account in [PATIENT, DOCTOR, STRANGER, ward()] {
			assert_noop!(enrol(DOCTOR, vec![(account, parent())]), Error::<Test>::NotPerson);
		}
		let twice = vec![(MOTHER, parent()), (MOTHER, guardian())];
		assert_noop!(enrol(DOCTOR, twice), Error::<Test>::NamedTwice);
	});
}

#[test]
fn enrol_ward_with_so_many_representatives_works() {
	build_and_execute(|| {
		let so_many = |count: u8| (0..count).map(|number| (person(number), guardian())).collect();
		Most::set(8);
		assert_noop!(enrol(DOCTOR, so_many(5)), Error::<Test>::TooManyRepresentatives);
		assert_ok!(enrol(DOCTOR, so_many(4)));
		Most::set(MAX_REPRESENTATIVES);
		assert_ok!(enrol(DOCTOR, so_many(8)));
		assert_ok!(enrol(REGISTRAR, so_many(8)));
		assert_eq!(Represented::representation(ward()).representatives.len(), 8);
	});
}
