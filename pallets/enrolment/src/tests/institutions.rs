//! Institutions: how they are admitted, their cap and custodian, and the genesis.

use super::*;
use crate::{mock::Enrolment, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use sp_core::Pair as _;
use sp_runtime::DispatchError;
use vouchsafe_support::{Enrolment as _, Signatory};

/// When signatures expire.
const EXPIRES: Moment = NOW + 60;

fn name(name: &[u8]) -> BoundedVec<u8, ConstU32<MAX_NAME>> {
	name.to_vec().try_into().unwrap()
}

fn url(url: &str) -> BoundedVec<u8, ConstU32<MAX_URL>> {
	url.as_bytes().to_vec().try_into().unwrap()
}

fn admit(who: RuntimeOrigin, account: AccountId, kind: AccountKind) -> DispatchResult {
	Enrolment::admit_institution(who, account, kind, name(b"Hospital C"), *b"CH", 5, KEY)
}

#[test]
fn admit_institution_works() {
	run(|| {
		let hospital_c = account("HospitalC");
		assert_ok!(admit(root(), hospital_c.clone(), AccountKind::Institution));
		assert_last(Event::InstitutionAdmitted {
			institution: hospital_c.clone(),
			kind: AccountKind::Institution,
		});
		assert_eq!(
			Accounts::<Test>::get(&hospital_c),
			Some(Account {
				kind: AccountKind::Institution,
				status: Status::Active,
				status_since: NOW,
				disabled_since: None,
				doubt: None,
				encryption_key: KEY,
				enrolled_by: hospital_c.clone(),
			})
		);
		assert_eq!(
			Institutions::<Test>::get(&hospital_c),
			Some(Institution {
				name: name(b"Hospital C"),
				country: *b"CH",
				custodian: None,
				cap: 5,
				enrolled: 0,
			})
		);
		assert_eq!(Enrolment::country(&hospital_c), Some(*b"CH"));
		assert_eq!(Balances::balance(&hospital_c), Allowance::get());
		assert_eq!(may_sign(&hospital_c), Some(true));
	});
}

#[test]
fn admit_institution_fails() {
	run(|| {
		let new = account("HospitalC");
		for who in [hospital_a(), authority(), new.clone()] {
			assert_noop!(
				admit(signed(who), new.clone(), AccountKind::Institution),
				DispatchError::BadOrigin
			);
		}
		for kind in [
			AccountKind::Practitioner,
			AccountKind::Patient,
			AccountKind::Person,
			AccountKind::Researcher,
		] {
			assert_noop!(admit(root(), new.clone(), kind), Error::<Test>::KindNotAllowed);
		}
		for bad in [&b""[..], b"\xff"] {
			assert_noop!(
				Enrolment::admit_institution(
					root(),
					new.clone(),
					AccountKind::Authority,
					name(bad),
					*b"CH",
					5,
					KEY
				),
				Error::<Test>::InvalidName
			);
		}
		for bad in [b"ch", b"C1", b"  "] {
			assert_noop!(
				Enrolment::admit_institution(
					root(),
					new.clone(),
					AccountKind::Authority,
					name(b"C"),
					*bad,
					5,
					KEY
				),
				Error::<Test>::InvalidCountry
			);
		}
		for (taken, error) in [
			(hospital_a(), Error::<Test>::AlreadyEnrolled),
			(patient_a(), Error::<Test>::AlreadyEnrolled),
			(custodian_a(), Error::<Test>::CustodianAccountTaken),
		] {
			assert_noop!(admit(root(), taken, AccountKind::Institution), error);
		}
	});
}

#[test]
fn set_cap_works() {
	run(|| {
		assert_ok!(Enrolment::set_cap(root(), hospital_a(), 0));
		assert_last(Event::CapSet { institution: hospital_a(), cap: 0 });
		let entry = Institutions::<Test>::get(hospital_a()).unwrap();
		// Accounts that were enrolled before stay enrolled.
		assert_eq!((entry.cap, entry.enrolled), (0, 4));
	});
}

#[test]
fn set_cap_fails() {
	run(|| {
		assert_noop!(
			Enrolment::set_cap(signed(hospital_a()), hospital_a(), 9),
			DispatchError::BadOrigin
		);
		assert_noop!(Enrolment::set_cap(root(), patient_a(), 9), Error::<Test>::NotInstitution);
	});
}

/// The institution registers a custodian, whose account has signed.
fn set_custodian(who: AccountId, address: &str, name: &str, key: EncryptionKey) -> DispatchResult {
	let text = custodian_text(&genesis(), &who, address.as_bytes(), &key, EXPIRES);
	let signature = sign(name, &text);
	Enrolment::set_custodian(signed(who), url(address), account(name), key, EXPIRES, signature)
}

#[test]
fn set_custodian_works() {
	run(|| {
		let name = "HospitalB//custodian";
		let custodian = account(name);
		assert_eq!(Enrolment::custodian_of(&custodian), None);
		let address = "https://b.example:8443/";
		assert_ok!(set_custodian(hospital_b(), address, name, KEY));
		assert_last(Event::CustodianSet { institution: hospital_b(), account: custodian.clone() });
		assert_eq!(
			Institutions::<Test>::get(hospital_b()).unwrap().custodian,
			Some(Custodian { url: url(address), account: custodian.clone(), key: KEY })
		);
		assert_eq!(Enrolment::custodian_of(&custodian), Some(hospital_b()));
		// A custodian is not enrolled: it takes part only as its institution's.
		assert_eq!(Enrolment::active_kind(&custodian), None);
		assert_eq!(Enrolment::actor(&custodian, Some(&hospital_b())), None);
	});
}

#[test]
fn set_custodian_replaces_and_frees_the_old_account() {
	run(|| {
		let new = account("HospitalA//custodian//2");
		let set = |name, key| set_custodian(hospital_a(), "http://127.0.0.1:2", name, key);
		assert_eq!(may_sign(&custodian_a()), Some(true));
		assert_ok!(set("HospitalA//custodian//2", OTHER_KEY));

		// The old account may not sign from now on, and nothing of it is kept.
		assert_eq!(Enrolment::custodian_of(&custodian_a()), None);
		assert_eq!(may_sign(&custodian_a()), None);
		assert_eq!(System::providers(&custodian_a()), 0);
		assert_eq!(Enrolment::custodian_of(&new), Some(hospital_a()));
		assert_eq!(
			Enrolment::signatory(&new),
			Some(Signatory { kind: None, institution: hospital_a(), may_sign: true })
		);
		// It keeps its nonce when it signs again.
		assert!(System::providers(&new) > 0);

		// Address and key can change while the account stays, and an old account come back.
		assert_ok!(set("HospitalA//custodian//2", KEY));
		assert_eq!(Enrolment::custodian_of(&new), Some(hospital_a()));
		assert_ok!(set("HospitalA//custodian", KEY));
		assert_eq!(Enrolment::custodian_of(&custodian_a()), Some(hospital_a()));
		assert_eq!(Enrolment::custodian_of(&new), None);
	});
}

/// An account that is freed and named again would begin at nonce 0, and its old acknowledgements could
/// be sent again.
#[test]
fn set_custodian_does_not_use_a_nonce_again() {
	run(|| {
		let set = |who, name| set_custodian(who, "http://127.0.0.1:2", name, KEY);
		let account = account("HospitalA//custodian//2");
		let nonce = || System::account_nonce(&account);
		System::set_block_number(100);
		assert_ok!(set(hospital_a(), "HospitalA//custodian//2"));
		assert_eq!(nonce(), 100);
		// It makes a call in each block.
		for block in 101..=110 {
			System::set_block_number(block);
			System::inc_account_nonce(&account);
		}
		let used = nonce() - 1;
		assert_ok!(set(hospital_a(), "HospitalA//custodian"));
		assert_eq!(nonce(), 0, "nothing is kept of it");
		assert_ok!(set(hospital_b(), "HospitalA//custodian//2"));
		assert!(nonce() > used, "{}", nonce());
		// A higher nonce of an account that exists already stays.
		let other = crate::mock::account("Other");
		System::inc_providers(&other);
		frame_system::Account::<Test>::mutate(&other, |it| it.nonce = 500);
		assert_ok!(set(hospital_a(), "Other"));
		assert_eq!(System::account_nonce(&other), 500);
	});
}

#[test]
fn set_custodian_fails() {
	run(|| {
		let set = |who, address, name| set_custodian(who, address, name, KEY);
		let new = "Custodian";
		for who in [registrar_a(), custodian_a(), patient_a(), stranger()] {
			assert_noop!(set(who, "http://a", new), Error::<Test>::NotInstitution);
		}
		for bad in ["", "http://", "ftp://a", "http://a b", "http://\u{e4}", "http://a?x="] {
			assert_noop!(set(hospital_b(), bad, new), Error::<Test>::InvalidUrl);
		}
		for enrolled in ["PatientA", "HospitalA", "HospitalB"] {
			assert_noop!(set(hospital_b(), "http://a", enrolled), Error::<Test>::AlreadyEnrolled);
		}
		assert_noop!(
			set(hospital_b(), "http://a", "HospitalA//custodian"),
			Error::<Test>::CustodianAccountTaken
		);
		assert_ok!(Enrolment::set_status(root(), hospital_b(), Status::Suspended));
		assert_noop!(set(hospital_b(), "http://a", new), Error::<Test>::NotInstitution);
	});
}

/// Otherwise an institution could take the account of somebody who is about to be enrolled elsewhere.
#[test]
fn set_custodian_without_the_accounts_own_signature_fails() {
	run(|| {
		let address = "https://a.example";
		let call = |expires, signature| {
			let who = signed(hospital_b());
			Enrolment::set_custodian(who, url(address), account("Victim"), KEY, expires, signature)
		};
		let text = |institution, address: &str, key, expires| {
			custodian_text(&genesis(), &institution, address.as_bytes(), &key, expires)
		};
		let right = text(hospital_b(), address, KEY, EXPIRES);
		for wrong in [
			sign("HospitalB", &right),
			pair("Victim").sign(right.as_bytes()).into(),
			sign("Victim", &text(hospital_a(), address, KEY, EXPIRES)),
			sign("Victim", &text(hospital_b(), "https://b.example", KEY, EXPIRES)),
			sign("Victim", &text(hospital_b(), address, OTHER_KEY, EXPIRES)),
			sign("Victim", &text(hospital_b(), address, KEY, EXPIRES + 1)),
			// The victim's enrolment is not a registration.
			sign(
				"Victim",
				&enrolment_text(&genesis(), &hospital_b(), AccountKind::Patient, &KEY, EXPIRES),
			),
		] {
			assert_noop!(call(EXPIRES, wrong), Error::<Test>::InvalidSignature);
		}
		Clock::set(EXPIRES);
		assert_noop!(call(EXPIRES, sign("Victim", &right)), Error::<Test>::EnrolmentExpired);
		Clock::set(EXPIRES - 1);
		assert_ok!(call(EXPIRES, sign("Victim", &right)));
	});
}

#[test]
fn the_custodians_text_is_this() {
	let text = custodian_text(
		&H256([0xab; 32]),
		&AccountId::new([1; 32]),
		b"https://a.example",
		&[0xef; 32],
		1_798_761_600,
	);
	let expected = [
		"Vouchsafe custodian",
		"chain 0xabababababababababababababababababababababababababababababababab",
		"institution 0x0101010101010101010101010101010101010101010101010101010101010101",
		"address https://a.example",
		"encryption key 0xefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",
		"until 1798761600",
	];
	assert_eq!(text, expected.join("\n"));
}

#[test]
fn custodian_of_a_suspended_institution_does_not_count() {
	run(|| {
		assert_eq!(Enrolment::custodian_of(&custodian_a()), Some(hospital_a()));
		assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Suspended));
		assert_eq!(Enrolment::custodian_of(&custodian_a()), None);
		assert_eq!(may_sign(&custodian_a()), Some(false));
	});
}

#[test]
fn genesis_works() {
	run(|| {
		let entry = Institutions::<Test>::get(hospital_a()).unwrap();
		assert_eq!((entry.enrolled, entry.country), (4, *b"DE"));
		for account in [hospital_a(), authority(), registrar_a(), patient_a()] {
			assert_eq!(Balances::balance(&account), Allowance::get());
			assert_eq!(may_sign(&account), Some(true));
		}
		assert_eq!(may_sign(&custodian_a()), Some(true));
		assert!(Enrolment::is_affiliated(&doctor_a(), &hospital_a()));
	});
}

#[test]
fn genesis_is_json_and_refuses_unknown_fields() {
	let json = serde_json::to_value(genesis_config()).unwrap();
	assert_eq!(json["institutions"][0]["country"], "DE");
	assert_eq!(json["people"][0]["encryptionKey"], serde_json::to_value(H256(KEY)).unwrap());
	assert!(serde_json::from_value::<GenesisConfig<Test>>(json.clone()).is_ok());

	let mut unknown = json;
	unknown["people"][0]["name"] = "not on the chain".into();
	assert!(serde_json::from_value::<GenesisConfig<Test>>(unknown).is_err());
}

#[test]
#[should_panic(expected = "CapReached")]
fn genesis_over_a_cap_fails() {
	let mut config = genesis_config();
	config.institutions[0].cap = 1;
	run_with(config, || ());
}

#[test]
#[should_panic(expected = "NotPractitioner")]
fn genesis_with_an_affiliated_patient_fails() {
	let mut config = genesis_config();
	config.affiliations[0].practitioner = patient_a();
	run_with(config, || ());
}

#[test]
#[should_panic(expected = "InvalidCountry")]
fn genesis_with_a_bad_country_fails() {
	let mut config = genesis_config();
	config.institutions[1].country = "Germany".into();
	run_with(config, || ());
}
