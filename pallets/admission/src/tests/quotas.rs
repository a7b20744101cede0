//! Quotas: whose they are, what counts, and when they are full again.

use super::*;
use frame_support::dispatch::DispatchInfo;
use frame_system::CheckNonce;
use sp_runtime::{
	traits::{TransactionExtension, TxBaseImplication},
	transaction_validity::TransactionSource,
};

#[test]
fn nonces_are_bounded_by_what_is_left_of_the_quota() {
	run(|| {
		let fits = |nonce| offer(&patient_a(), nonce, note());
		for nonce in 0..PERSON_CALLS {
			assert_ok!(fits(nonce));
		}
		for nonce in [PERSON_CALLS, PERSON_CALLS + 1, 64, u64::MAX] {
			assert_eq!(fits(nonce), refused(codes::NONCE_TOO_FAR));
		}
		// What is included leaves less to wait: the last nonce stays the same within the window.
		spend(&patient_a(), 2);
		assert_ok!(fits(PERSON_CALLS - 1));
		assert_eq!(fits(PERSON_CALLS), refused(codes::NONCE_TOO_FAR));
		// The next window is a new quota.
		Clock::pass(WINDOW);
		assert_ok!(fits(2 + PERSON_CALLS - 1));
		assert_eq!(fits(2 + PERSON_CALLS), refused(codes::NONCE_TOO_FAR));
	});
}

#[test]
fn long_or_heavy_transactions_are_fewer() {
	run(|| {
		// Bytes for two, weight for four.
		let long = |nonce| offer_long(&patient_a(), nonce, note(), 400);
		assert_ok!(long(1));
		assert_eq!(long(2), refused(codes::NONCE_TOO_FAR));
		assert_ok!(offer_long(&patient_a(), 0, note(), 800));
		for len in [801, usize::MAX] {
			assert_eq!(offer_long(&patient_a(), 0, note(), len), refused(codes::QUOTA_SPENT));
		}
		// A batch weighs what it holds.
		let heavy = batch(vec![note(); 1_000]);
		let info = info(&heavy);
		let calls = PersonQuota::get().weight / info.total_weight().ref_time();
		assert!(calls < PERSON_CALLS);
		assert!(offer(&patient_a(), calls, heavy).is_err());
	});
}

#[test]
fn quota_spent_is_refused_until_the_next_window() {
	run(|| {
		spend(&patient_a(), PERSON_CALLS);
		let nonce = System::account_nonce(patient_a());
		assert_eq!(offer(&patient_a(), nonce, note()), refused(codes::QUOTA_SPENT));
		assert_eq!(offer(&patient_a(), nonce + 1, note()), refused(codes::QUOTA_SPENT));
		// In the block too, whatever the author's pool let through.
		assert_storage_noop!(assert!(send(&patient_a(), note()).is_err()));

		// It goes by the time, however many blocks there are.
		System::set_block_number(1_000);
		Clock::set(BEGIN + WINDOW - 1);
		assert_eq!(offer(&patient_a(), nonce, note()), refused(codes::QUOTA_SPENT));
		assert_storage_noop!(assert!(send(&patient_a(), note()).is_err()));
		Clock::set(BEGIN + WINDOW);
		assert_ok!(send(&patient_a(), note()).unwrap());
		let cost = info(&note()).total_weight().ref_time();
		assert_eq!(
			Usage::<Test>::get(patient_a()),
			WindowUsage {
				window: u32::try_from(BEGIN / WINDOW).unwrap() + 1,
				weight: cost,
				bytes: u32::try_from(LEN).unwrap(),
			}
		);
	});
}

#[test]
fn failed_calls_count_too() {
	run(|| {
		for _ in 0..PERSON_CALLS {
			assert!(send(&patient_a(), Call::fail {}).unwrap().is_err());
		}
		assert_eq!(offer(&patient_a(), PERSON_CALLS, note()), refused(codes::QUOTA_SPENT));
	});
}

#[test]
fn an_institution_shares_its_quota_with_its_people_and_custodian() {
	run(|| {
		let staff = [hospital_a(), registrar_a(), doctor_a(), custodian_a()];
		for who in &staff {
			spend_any(who, INSTITUTION_CALLS / 4);
		}
		for who in &staff {
			let nonce = System::account_nonce(who);
			assert_eq!(offer(who, nonce, note()), refused(codes::QUOTA_SPENT));
		}
		// Patients and persons have their own, and so has another institution.
		for who in [patient_a(), person_a(), hospital_b(), doctor_b()] {
			assert_ok!(offer(&who, 0, note()));
		}
		// A practitioner who works elsewhere as well counts where enrolled.
		People::affiliate(&doctor_a(), &hospital_b(), Role::Physician);
		let nonce = System::account_nonce(doctor_a());
		assert_eq!(offer(&doctor_a(), nonce, note()), refused(codes::QUOTA_SPENT));
	});
}

#[test]
fn a_call_of_no_weight_still_counts() {
	run(|| {
		let call = note();
		let info = DispatchInfo::default();
		let extension = CheckEnrolled::<Test>(CheckNonce::from(0));
		let (_, val, origin) = extension
			.validate(
				signed(patient_a()),
				&call,
				&info,
				0,
				(),
				&TxBaseImplication(&call),
				TransactionSource::External,
			)
			.unwrap();
		let pre = extension.prepare(val, &origin, &call, &info, 0).unwrap();
		assert_eq!(
			Usage::<Test>::get(patient_a()),
			WindowUsage { window: Pallet::<Test>::window(), weight: 1, bytes: 1 }
		);
		assert_eq!(Admission::signer(), Some(patient_a()));
		assert_ok!(
			<CheckEnrolled<Test> as TransactionExtension<RuntimeCall>>::post_dispatch_details(
				pre,
				&info,
				&Default::default(),
				0,
				&Ok(()),
			)
		);
		assert_eq!(Admission::signer(), None);
	});
}
/// Uses up calls, whatever becomes of them: a custodian's note fails in its pallet.
fn spend_any(who: &AccountId, calls: u64) {
	for _ in 0..calls {
		assert_ok!(send(who, note()));
	}
}
