//! Which transactions go first, and the exemption of revocations from the quota.

use super::*;

#[test]
fn priorities_are_in_order() {
	run(|| {
		give_consents(&patient_a(), 1);
		let acknowledgement = priority(&custodian_a(), Call::acknowledge {});
		let council = priority(&hospital_a(), Call::council {});
		let restriction = priority(&registrar_a(), Call::restrict { allowed: true });
		let management = priority(&registrar_a(), note());
		let opening = priority(&doctor_a(), Call::open {});
		let other = priority(&doctor_a(), note());
		let revocation = priority(&patient_a(), revoke(0));
		// Thousands of patients can revoke at once, but few institutions call the council.
		assert!(council > revocation);
		assert!(revocation > restriction);
		assert!(restriction > priorities::BREAK_GLASS);
		assert!(priorities::BREAK_GLASS > management);
		assert!(management > opening);
		assert_eq!(acknowledgement, opening);
		assert!(opening > other);
		assert!(other > 0);
		// Only a custodian acknowledges: anybody else's goes as any other call.
		assert_eq!(priority(&doctor_a(), Call::acknowledge {}), other);
		// Only institutions have a seat, and only who manages an account restricts it.
		assert_eq!(priority(&doctor_a(), Call::council {}), other);
		assert_eq!(priority(&doctor_a(), Call::restrict { allowed: false }), other);
	});
}

/// Research never delays care: whoever contributes people, it goes after every other call, also after
/// those of an institution that has used up nearly all of its share.
#[test]
fn research_goes_last() {
	run(|| {
		let contributors = [hospital_a(), registrar_a(), custodian_a(), patient_a(), doctor_a()];
		let research = contributors.map(|who| priority(&who, Call::contribute {}));
		assert!(research.iter().all(|it| *it > 0 && *it <= priorities::RESEARCH));
		for number in 0..8 {
			let account = account(&format!("Crowd{number}"));
			enrol(&account, AccountKind::Practitioner);
			spend(&account, PERSON_CALLS - u64::from(number == 7));
		}
		let last = priority(&account("Crowd7"), note());
		assert!(last > priorities::RESEARCH, "{last}");
	});
}

/// Only the first eight calls of a class in a window go before others, those that wait included.
#[test]
fn priority_is_for_the_first_calls_of_a_window() {
	let calls: [(AccountId, RuntimeCall, u64); 3] = [
		(hospital_a(), Call::council {}.into(), priorities::MANAGEMENT),
		(hospital_a(), Call::restrict { allowed: true }.into(), priorities::MANAGEMENT),
		(doctor_a(), Call::open {}.into(), priorities::ORDINARY),
	];
	for (who, call, later) in calls {
		run(|| {
			// One institution, so that its own account has enough calls.
			for institution in [hospital_b(), authority()] {
				People::set_active(&institution, false);
			}
			let is_first = |nonce| offer(&who, nonce, call.clone()).unwrap().priority > later;
			assert!(is_first(7));
			assert!(!is_first(8));
			for _ in 0..5 {
				assert_ok!(send(&who, call.clone()).unwrap());
			}
			assert!(is_first(7));
			assert!(!is_first(8));
			assert!(offer(&who, 8, call.clone()).unwrap().priority <= later);
			Clock::pass(WINDOW);
			assert!(is_first(5 + 7));
			assert!(!is_first(5 + 8));
		});
	}
}

/// Who has used less goes first: institutions before each other, and then accounts.
#[test]
fn those_who_used_more_go_behind() {
	run(|| {
		assert_eq!(priority(&doctor_a(), note()), priority(&doctor_b(), note()));
		spend(&doctor_a(), 4);
		let (a, b) = (priority(&patient_a(), note()), priority(&doctor_b(), note()));
		assert!(a < b);
		assert!(priority(&doctor_a(), note()) < a);
		spend(&doctor_a(), PERSON_CALLS - 4);
		spend(&patient_a(), PERSON_CALLS);
		// It never makes a call a less important one.
		assert!(priority(&person_a(), Call::open {}) > priorities::ORDINARY);
		Clock::pass(WINDOW);
		assert_eq!(priority(&doctor_a(), note()), priorities::ORDINARY);
	});
}

/// Besides the first one of each patient, an institution's patients have a few free revocations in a
/// window. Further ones count as any other call.
#[test]
fn free_revocations_are_bounded() {
	run(|| {
		for patient in [patient_a(), person_a()] {
			give_consents(&patient, 10);
		}
		let spent = Usage::<Test>::get(patient_a()).used;
		for id in [9, 8] {
			assert_eq!(priority(&patient_a(), revoke(id)), priorities::REVOCATION);
			assert_ok!(send(&patient_a(), revoke(id)).unwrap());
		}
		assert_eq!(Usage::<Test>::get(patient_a()).used, spent);
		assert_eq!(priority(&patient_a(), revoke(7)), priorities::ORDINARY);
		// The first one of everybody is free all the same, also with a spent quota.
		spend(&person_a(), PERSON_CALLS);
		assert_eq!(priority(&person_a(), revoke(9)), priorities::LATER_REVOCATION);
		const { assert!(priorities::LATER_REVOCATION > priorities::CUSTODY) };
		assert_ok!(send(&person_a(), revoke(9)).unwrap());
		assert_eq!(offer(&person_a(), PERSON_CALLS + 1, revoke(8)), refused(codes::QUOTA_SPENT));
		Clock::pass(WINDOW);
		assert_eq!(priority(&patient_a(), revoke(7)), priorities::REVOCATION);
	});
}

#[test]
fn revocation_is_admitted_with_a_spent_quota() {
	run(|| {
		give_consents(&patient_a(), 2);
		spend(&patient_a(), PERSON_CALLS);
		let usage = Usage::<Test>::get(patient_a()).used;

		let validity = offer(&patient_a(), PERSON_CALLS, revoke(1)).unwrap();
		assert_eq!(validity.priority, priorities::REVOCATION);
		assert_ok!(send(&patient_a(), revoke(1)).unwrap());
		assert_ok!(send(&patient_a(), revoke(0)).unwrap());
		assert_eq!(Usage::<Test>::get(patient_a()).used, usage);

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
				assert!(priority(&who, call) <= priorities::ORDINARY);
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
