//! Which transactions go first, and the exemption of revocations from the quota.

use super::*;

#[test]
fn priorities_are_in_order() {
	run(|| {
		give_consents(&patient_a(), 1);
		let acknowledgement = priority(&custodian_a(), Call::acknowledge {});
		let opening = priority(&doctor_a(), Call::open {});
		let other = priority(&doctor_a(), note());
		assert!(priority(&patient_a(), revoke(0)) > acknowledgement);
		assert_eq!(acknowledgement, opening);
		assert!(opening > other);
		assert!(other > 0);
		// Only a custodian acknowledges: anybody else's goes as any other call.
		assert_eq!(priority(&doctor_a(), Call::acknowledge {}), other);
	});
}

#[test]
fn revocation_is_admitted_with_a_spent_quota() {
	run(|| {
		give_consents(&patient_a(), 2);
		spend(&patient_a(), PERSON_CALLS);
		let usage = Usage::<Test>::get(patient_a());

		let validity = offer(&patient_a(), PERSON_CALLS, revoke(1)).unwrap();
		assert_eq!(validity.priority, priorities::REVOCATION);
		assert_ok!(send(&patient_a(), revoke(1)).unwrap());
		assert_ok!(send(&patient_a(), revoke(0)).unwrap());
		assert_eq!(Usage::<Test>::get(patient_a()), usage);

		// There is no third: what does not exist is no revocation.
		assert_eq!(offer(&patient_a(), PERSON_CALLS + 2, revoke(0)), refused(codes::QUOTA_SPENT));
	});
}

#[test]
fn only_the_revocation_at_the_next_nonce_is_exempt() {
	run(|| {
		give_consents(&patient_a(), 100);
		// With quota left, the others wait like anything else.
		assert_eq!(offer(&patient_a(), 0, revoke(0)).unwrap().priority, priorities::REVOCATION);
		assert_eq!(offer(&patient_a(), 1, revoke(1)).unwrap().priority, priorities::ORDINARY);
		assert_eq!(offer(&patient_a(), PERSON_CALLS, revoke(2)), refused(codes::NONCE_TOO_FAR));
		// With none left, only one can be pending.
		spend(&patient_a(), PERSON_CALLS);
		assert_ok!(offer(&patient_a(), PERSON_CALLS, revoke(0)));
		for ahead in 1..100 {
			assert_eq!(
				offer(&patient_a(), PERSON_CALLS + ahead, revoke(1)),
				refused(codes::QUOTA_SPENT)
			);
		}
	});
}

#[test]
fn revocation_replaces_what_is_pending_at_its_nonce() {
	run(|| {
		give_consents(&patient_a(), 1);
		let pending = offer(&patient_a(), 0, Call::open {}).unwrap();
		let revocation = offer(&patient_a(), 0, revoke(0)).unwrap();
		// The pool takes the one of higher priority where both provide the same.
		assert_eq!(pending.provides, revocation.provides);
		assert!(revocation.priority > pending.priority);
	});
}

#[test]
fn a_made_up_revocation_is_an_ordinary_call() {
	run(|| {
		give_consents(&patient_a(), 1);
		// One that does not exist; another's.
		for (who, id) in [(patient_a(), 1), (person_a(), 0), (doctor_b(), 0)] {
			assert_eq!(priority(&who, revoke(id)), priorities::ORDINARY);
		}
		spend(&person_a(), PERSON_CALLS);
		assert_eq!(offer(&person_a(), PERSON_CALLS, revoke(0)), refused(codes::QUOTA_SPENT));
	});
}

#[test]
fn calls_around_a_revocation_are_not_exempt() {
	run(|| {
		give_consents(&patient_a(), 5);
		give_consents(&person_a(), 5);
		let wrapped = || {
			vec![
				batch(vec![revoke(0)]),
				batch(vec![revoke(0), note(), note()]),
				pallet_utility::Call::batch_all { calls: vec![revoke(0), note()] }.into(),
				pallet_utility::Call::force_batch { calls: vec![revoke(0), note()] }.into(),
				pallet_utility::Call::as_derivative { index: 0, call: Box::new(revoke(0)) }.into(),
				derived(batch(vec![revoke(0), note()])),
			]
		};
		for who in [patient_a(), person_a()] {
			for call in wrapped() {
				assert_eq!(priority(&who, call), priorities::ORDINARY);
			}
			spend(&who, PERSON_CALLS);
			for call in wrapped() {
				assert_eq!(offer(&who, PERSON_CALLS, call), refused(codes::QUOTA_SPENT));
			}
			assert_ok!(offer(&who, PERSON_CALLS, revoke(0)));
		}
	});
}

#[test]
fn calls_around_an_opening_have_no_priority() {
	run(|| {
		for call in [batch(vec![Call::open {}.into(), note()]), derived(Call::open {}.into())] {
			assert_eq!(priority(&doctor_a(), call), priorities::ORDINARY);
		}
	});
}
