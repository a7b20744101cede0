//! Enrolment by the enrollee's own signature.

use super::*;
use crate::{mock::Enrolment, *};
use frame_support::{assert_noop, assert_ok, traits::fungible::Inspect};
use sp_core::Pair;
use sp_runtime::DispatchError;
use vouchsafe_support::{Enrolment as _, Signatory, Wards};

const EXPIRES: Moment = NOW + 600;

/// What somebody signs to be enrolled as a patient of this institution.
fn consent(name: &str, institution: &AccountId) -> MultiSignature {
	sign(name, &enrolment_text(&genesis(), institution, AccountKind::Patient, &KEY, EXPIRES))
}

fn enrol(
	who: AccountId,
	institution: AccountId,
	account: AccountId,
	signature: MultiSignature,
) -> DispatchResult {
	Enrolment::enrol(
		signed(who),
		institution,
		account,
		AccountKind::Patient,
		KEY,
		EXPIRES,
		signature,
	)
}

/// The test vector: the client builds the same text.
#[test]
fn enrolment_text_is_as_documented() {
	let text = enrolment_text(
		&H256::repeat_byte(0xab),
		&AccountId::new([0x01; 32]),
		AccountKind::Patient,
		&[0xef; 32],
		1_798_761_600,
	);
	assert_eq!(
		text,
		"Vouchsafe enrolment\n\
		 chain 0xabababababababababababababababababababababababababababababababab\n\
		 institution 0x0101010101010101010101010101010101010101010101010101010101010101\n\
		 as patient\n\
		 encryption key 0xefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef\n\
		 until 1798761600"
	);
	let line = |kind| {
		enrolment_text(&H256::zero(), &hospital_a(), kind, &KEY, 0)
			.lines()
			.nth(3)
			.unwrap()
			.to_string()
	};
	assert_eq!(line(AccountKind::Practitioner), "as practitioner");
	assert_eq!(line(AccountKind::Person), "as person");
	assert_eq!(line(AccountKind::Researcher), "as researcher");
	assert_eq!(line(AccountKind::Institution), "as institution");
	assert_eq!(line(AccountKind::Authority), "as authority");
}

#[test]
fn enrol_by_the_institution_works() {
	run(|| {
		let new = account("New");
		assert_eq!(may_sign(&new), None);
		assert_ok!(enrol(hospital_a(), hospital_a(), new.clone(), consent("New", &hospital_a())));
		assert_last(Event::Enrolled {
			account: new.clone(),
			kind: AccountKind::Patient,
			institution: hospital_a(),
		});
		assert_eq!(
			Accounts::<Test>::get(&new),
			Some(Account {
				kind: AccountKind::Patient,
				status: Status::Active,
				status_since: NOW,
				disabled_since: None,
				doubt: None,
				encryption_key: KEY,
				enrolled_by: hospital_a(),
			})
		);
		assert_eq!(Institutions::<Test>::get(hospital_a()).unwrap().enrolled, 5);
		assert_eq!(
			lines(),
			vec![(new.clone(), hospital_a(), Some(hospital_a()), LogEvent::Enrolled)]
		);
		assert_eq!(Balances::balance(&new), Allowance::get());
		assert_eq!(
			Enrolment::signatory(&new),
			Some(Signatory {
				kind: Some(AccountKind::Patient),
				institution: hospital_a(),
				may_sign: true,
			})
		);
	});
}

/// An account that is reaped would begin at nonce 0 again, and what it signed could be sent again.
#[test]
fn account_without_funds_keeps_its_nonce() {
	run(|| {
		System::inc_account_nonce(patient_a());
		assert_ok!(Balances::transfer_all(signed(patient_a()), person_a(), false));
		assert_eq!(Balances::total_balance(&patient_a()), 0);
		assert_eq!(System::account_nonce(patient_a()), 1);
	});
}

#[test]
fn enrol_by_a_registrar_works_for_every_kind() {
	run(|| {
		let kinds = [AccountKind::Practitioner, AccountKind::Researcher];
		for (name, kind) in ["One", "Two"].into_iter().zip(kinds) {
			let text = enrolment_text(&genesis(), &hospital_a(), kind, &KEY, EXPIRES);
			assert_ok!(Enrolment::enrol(
				signed(registrar_a()),
				hospital_a(),
				account(name),
				kind,
				KEY,
				EXPIRES,
				sign(name, &text),
			));
			assert_eq!(Enrolment::active_kind(&account(name)), Some(kind));
		}
		// Only patients have a log.
		assert_eq!(lines(), vec![]);
	});
	run(|| {
		let person = enrolment_text(&genesis(), &hospital_a(), AccountKind::Person, &KEY, EXPIRES);
		assert_ok!(Enrolment::enrol(
			signed(registrar_a()),
			hospital_a(),
			account("Relative"),
			AccountKind::Person,
			KEY,
			EXPIRES,
			sign("Relative", &person),
		));
		assert_ok!(enrol(
			registrar_a(),
			hospital_a(),
			account("New"),
			consent("New", &hospital_a())
		));
		assert_eq!(
			lines(),
			vec![(account("New"), registrar_a(), Some(hospital_a()), LogEvent::Enrolled)]
		);
	});
}

#[test]
fn enrol_without_the_enrollees_signature_fails() {
	run(|| {
		let squat = |signature| {
			assert_noop!(
				enrol(hospital_a(), hospital_a(), account("Victim"), signature),
				Error::<Test>::InvalidSignature
			);
		};
		// Somebody else's signature.
		squat(consent("Thief", &hospital_a()));
		squat(consent("HospitalA", &hospital_a()));
		let text = enrolment_text(&genesis(), &hospital_a(), AccountKind::Patient, &KEY, EXPIRES);
		// Not wrapped: bytes that a wallet would sign only as a transaction.
		squat(pair("Victim").sign(text.as_bytes()).into());
		// One byte more.
		squat(sign("Victim", &format!("{text}\n")));
		// Another scheme, though the account be its key: custodians and wallets speak sr25519.
		let ed25519 = sp_core::ed25519::Pair::from_string("//Victim", None).unwrap();
		assert_noop!(
			enrol(
				hospital_a(),
				hospital_a(),
				AccountId::new(ed25519.public().0),
				ed25519.sign(format!("<Bytes>{text}</Bytes>").as_bytes()).into(),
			),
			Error::<Test>::InvalidSignature
		);
	});
}

#[test]
fn enrol_with_a_signature_for_something_else_fails() {
	run(|| {
		let signature = consent("New", &hospital_a());
		let with = |institution: AccountId, kind, key, expires| {
			Enrolment::enrol(
				signed(institution.clone()),
				institution,
				account("New"),
				kind,
				key,
				expires,
				signature.clone(),
			)
		};
		for refused in [
			with(hospital_b(), AccountKind::Patient, KEY, EXPIRES),
			with(hospital_a(), AccountKind::Practitioner, KEY, EXPIRES),
			with(hospital_a(), AccountKind::Person, KEY, EXPIRES),
			with(hospital_a(), AccountKind::Patient, OTHER_KEY, EXPIRES),
			with(hospital_a(), AccountKind::Patient, KEY, EXPIRES + 1),
		] {
			assert_noop!(refused, Error::<Test>::InvalidSignature);
		}
		// Another chain.
		let text =
			enrolment_text(&H256::zero(), &hospital_a(), AccountKind::Patient, &KEY, EXPIRES);
		assert_noop!(
			enrol(hospital_a(), hospital_a(), account("New"), sign("New", &text)),
			Error::<Test>::InvalidSignature
		);
		assert_ok!(with(hospital_a(), AccountKind::Patient, KEY, EXPIRES));
	});
}

#[test]
fn enrol_after_the_expiry_fails() {
	run(|| {
		let signature = consent("New", &hospital_a());
		let go = || enrol(hospital_a(), hospital_a(), account("New"), signature.clone());
		Clock::set(EXPIRES);
		assert_noop!(go(), Error::<Test>::EnrolmentExpired);
		Clock::set(EXPIRES - 1);
		assert_ok!(go());
	});
}

#[test]
fn enrol_twice_fails() {
	run(|| {
		let go = |who: AccountId, institution: AccountId| {
			enrol(who, institution.clone(), account("New"), consent("New", &institution))
		};
		assert_ok!(go(hospital_a(), hospital_a()));
		assert_noop!(go(hospital_a(), hospital_a()), Error::<Test>::AlreadyEnrolled);
		assert_noop!(go(hospital_b(), hospital_b()), Error::<Test>::AlreadyEnrolled);
		// Not after its end either: the nonces would start again.
		assert_ok!(Enrolment::set_status(root(), account("New"), Status::Closed));
		assert_noop!(go(hospital_a(), hospital_a()), Error::<Test>::AlreadyEnrolled);
		assert_noop!(
			enrol(
				hospital_a(),
				hospital_a(),
				custodian_a(),
				consent("HospitalA//custodian", &hospital_a())
			),
			Error::<Test>::CustodianAccountTaken
		);
	});
}

#[test]
fn enrol_an_institution_fails() {
	run(|| {
		for kind in [AccountKind::Institution, AccountKind::Authority] {
			let text = enrolment_text(&genesis(), &hospital_a(), kind, &KEY, EXPIRES);
			assert_noop!(
				Enrolment::enrol(
					signed(hospital_a()),
					hospital_a(),
					account("New"),
					kind,
					KEY,
					EXPIRES,
					sign("New", &text),
				),
				Error::<Test>::KindNotAllowed
			);
		}
	});
}

#[test]
fn enrol_over_the_cap_fails() {
	run(|| {
		for (name, fits) in [("Five", true), ("Six", true), ("Seven", false)] {
			let result =
				enrol(hospital_a(), hospital_a(), account(name), consent(name, &hospital_a()));
			if fits {
				assert_ok!(result);
			} else {
				assert_noop!(result, Error::<Test>::CapReached);
			}
		}
	});
}

#[test]
fn enrol_by_others_fails() {
	run(|| {
		let go = |who: AccountId, institution: AccountId| {
			enrol(who, institution.clone(), account("New"), consent("New", &institution))
		};
		// A physician, another institution, its registrar's neighbour, the enrollee, a custodian.
		for who in [doctor_a(), hospital_b(), doctor_b(), account("New"), custodian_a()] {
			assert_noop!(go(who, hospital_a()), Error::<Test>::NotRegistrar);
		}
		assert_noop!(go(registrar_a(), hospital_b()), Error::<Test>::NotRegistrar);
		assert_noop!(go(patient_a(), patient_a()), Error::<Test>::NotInstitution);
		assert_noop!(
			Enrolment::enrol(
				root(),
				hospital_a(),
				account("New"),
				AccountKind::Patient,
				KEY,
				EXPIRES,
				consent("New", &hospital_a()),
			),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn enrol_by_a_registrar_who_is_one_no_more_fails() {
	let refused = |setup: fn(), error: Error<Test>| {
		run(|| {
			setup();
			assert_noop!(
				enrol(registrar_a(), hospital_a(), account("New"), consent("New", &hospital_a())),
				error
			);
		});
	};
	refused(
		|| {
			assert_ok!(Enrolment::end_affiliation(
				signed(hospital_a()),
				hospital_a(),
				registrar_a()
			));
		},
		Error::<Test>::NotRegistrar,
	);
	refused(
		|| {
			assert_ok!(Enrolment::set_status(
				signed(hospital_a()),
				registrar_a(),
				Status::Suspended
			));
		},
		Error::<Test>::NotRegistrar,
	);
	refused(
		|| {
			assert_ok!(Enrolment::set_status(root(), hospital_a(), Status::Suspended));
		},
		Error::<Test>::NotInstitution,
	);
	refused(
		|| {
			let hospital = || signed(hospital_a());
			assert_ok!(Enrolment::end_affiliation(hospital(), hospital_a(), registrar_a()));
			assert_ok!(Enrolment::affiliate(
				hospital(),
				hospital_a(),
				registrar_a(),
				Role::Registrar,
				NOW + 1,
				None
			));
		},
		Error::<Test>::NotRegistrar,
	);
}

/// pallet-representation enrols patients who have no key.
#[test]
fn enrol_ward_works() {
	run(|| {
		let enrol = |name: &str| Enrolment::enrol_ward(&account(name), OTHER_KEY, &hospital_a());
		assert_ok!(enrol("Ward"));
		let ward = account("Ward");
		let entry = Accounts::<Test>::get(&ward).unwrap();
		assert_eq!((entry.kind, entry.status), (AccountKind::Patient, Status::Active));
		assert_eq!((entry.encryption_key, entry.enrolled_by), (OTHER_KEY, hospital_a()));
		assert_last(Event::Enrolled {
			account: ward.clone(),
			kind: AccountKind::Patient,
			institution: hospital_a(),
		});
		// The other pallet logs it.
		assert_eq!(lines(), []);
		assert_eq!(System::account_nonce(&ward), 0);

		assert_noop!(enrol("Ward"), Error::<Test>::AlreadyEnrolled);
		let of_nobody = Enrolment::enrol_ward(&account("Other"), KEY, &patient_a());
		assert_noop!(of_nobody, Error::<Test>::NotInstitution);
		// It counts among those whom the hospital may enrol.
		assert_ok!(enrol("Other"));
		assert_noop!(enrol("Third"), Error::<Test>::CapReached);
	});
}
