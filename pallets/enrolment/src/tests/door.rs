//! The check at the pool's door: strangers, quotas, nonces, priorities, and what rides along.

use super::*;
use crate::{
	mock::{neighbours::Call, Enrolment},
	*,
};
use codec::Encode;
use frame_support::{
	assert_ok, assert_storage_noop,
	dispatch::DispatchInfo,
	traits::fungible::{Inspect, Mutate},
};
use frame_system::CheckNonce;
use sp_runtime::{
	traits::{TransactionExtension, TxBaseImplication},
	transaction_validity::{TransactionSource, TransactionValidityError, ValidTransaction},
};
use vouchsafe_support::Enrolment as _;

type Validity = Result<ValidTransaction, TransactionValidityError>;

fn refused(code: u8) -> Validity {
	Err(InvalidTransaction::Custom(code).into())
}

fn revoke(id: u32) -> RuntimeCall {
	Call::revoke { id }.into()
}

fn batch(calls: Vec<RuntimeCall>) -> RuntimeCall {
	pallet_utility::Call::batch { calls }.into()
}

fn through_proxy(real: AccountId, call: RuntimeCall) -> RuntimeCall {
	pallet_proxy::Call::proxy { real, force_proxy_type: None, call: Box::new(call) }.into()
}

/// Uses up an account's own quota.
fn spend(who: &AccountId, calls: u64) {
	for _ in 0..calls {
		assert_ok!(send(who, note()).unwrap());
	}
}

fn priority(who: &AccountId, call: impl Into<RuntimeCall>) -> u64 {
	offer(who, System::account_nonce(who), call).unwrap().priority
}

#[test]
fn stranger_is_refused_with_a_code_of_its_own() {
	run(|| {
		assert_eq!(offer(&stranger(), 0, note()), refused(codes::STRANGER));
		// Having funds, and so an account in the system, makes no one known.
		assert_ok!(Balances::mint_into(&stranger(), 1_000_000));
		for call in [note(), revoke(0), Call::open {}.into(), batch(vec![note()])] {
			assert_eq!(offer(&stranger(), 0, call.clone()), refused(codes::STRANGER));
			assert_storage_noop!(assert_eq!(
				send(&stranger(), call).unwrap_err(),
				InvalidTransaction::Custom(codes::STRANGER).into()
			));
		}
		assert_eq!(made(), vec![]);
	});
}

#[test]
fn whoever_is_not_active_is_refused() {
	for status in
		[Status::Suspended, Status::Ended, Status::Deceased, Status::Merged, Status::Closed]
	{
		run(|| {
			spend(&patient_a(), 1);
			give_consents(&patient_a(), 1);
			assert_ok!(Enrolment::set_status(signed(hospital_a()), patient_a(), status));
			// A used nonce is not looked at before, and no revocation passes.
			for (nonce, call) in [(0, note()), (1, note()), (1, revoke(0)), (99, note())] {
				assert_eq!(offer(&patient_a(), nonce, call), refused(codes::INACTIVE));
			}
			assert!(send(&patient_a(), note()).is_err());
		});
	}
	run(|| {
		assert_ok!(Enrolment::set_signing_disabled(signed(hospital_a()), patient_a(), true));
		assert_eq!(offer(&patient_a(), 0, note()), refused(codes::INACTIVE));
	});
}

#[test]
fn nonce_that_was_used_is_stale() {
	run(|| {
		spend(&patient_a(), 1);
		assert_eq!(offer(&patient_a(), 0, note()), Err(InvalidTransaction::Stale.into()));
		// Also of a revocation.
		give_consents(&patient_a(), 1);
		assert_eq!(offer(&patient_a(), 0, revoke(0)), Err(InvalidTransaction::Stale.into()));
	});
}

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
		System::set_block_number(10);
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

		System::set_block_number(9);
		assert_eq!(offer(&patient_a(), nonce, note()), refused(codes::QUOTA_SPENT));
		System::set_block_number(10);
		assert_ok!(send(&patient_a(), note()).unwrap());
		let cost = info(&note()).total_weight().ref_time();
		assert_eq!(
			Usage::<Test>::get(patient_a()),
			WindowUsage { window: 1, weight: cost, bytes: u32::try_from(LEN).unwrap() }
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
		assert_ok!(Enrolment::affiliate(
			signed(hospital_b()),
			hospital_b(),
			doctor_a(),
			Role::Physician,
			0,
			None
		));
		let nonce = System::account_nonce(doctor_a());
		assert_eq!(offer(&doctor_a(), nonce, note()), refused(codes::QUOTA_SPENT));
	});
}

/// Uses up calls, whatever becomes of them: a custodian's note fails in its pallet.
fn spend_any(who: &AccountId, calls: u64) {
	for _ in 0..calls {
		assert_ok!(send(who, note()));
	}
}

#[test]
fn revocation_passes_over_a_spent_quota() {
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
fn nothing_rides_on_a_revocations_exemption() {
	run(|| {
		give_consents(&patient_a(), 5);
		give_consents(&person_a(), 5);
		assert_ok!(Proxy::add_proxy(signed(patient_a()), person_a(), AnyProxy, 0));
		let rides = |who: &AccountId| {
			vec![
				batch(vec![revoke(0)]),
				batch(vec![revoke(0), note(), note()]),
				pallet_utility::Call::batch_all { calls: vec![revoke(0), note()] }.into(),
				pallet_utility::Call::force_batch { calls: vec![revoke(0), note()] }.into(),
				pallet_utility::Call::as_derivative { index: 0, call: Box::new(revoke(0)) }.into(),
				through_proxy(patient_a(), revoke(0)),
				through_proxy(who.clone(), batch(vec![revoke(0), note()])),
			]
		};
		for who in [patient_a(), person_a()] {
			for call in rides(&who) {
				assert_eq!(priority(&who, call), priorities::ORDINARY);
			}
			spend(&who, PERSON_CALLS);
			for call in rides(&who) {
				assert_eq!(offer(&who, PERSON_CALLS, call), refused(codes::QUOTA_SPENT));
			}
			assert_ok!(offer(&who, PERSON_CALLS, revoke(0)));
		}
	});
}

#[test]
fn nothing_rides_on_an_openings_priority() {
	run(|| {
		for call in [
			batch(vec![Call::open {}.into(), note()]),
			through_proxy(patient_a(), Call::open {}.into()),
		] {
			assert_eq!(priority(&doctor_a(), call), priorities::ORDINARY);
		}
	});
}

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
fn tags_are_those_of_check_nonce() {
	run(|| {
		for nonce in [0, 1] {
			let expected =
				CheckNonce::<Test>::validate_nonce_for_account(&patient_a(), nonce).unwrap();
			let validity = offer(&patient_a(), nonce, note()).unwrap();
			assert_eq!(validity.provides, expected.provides);
			assert_eq!(validity.requires, expected.requires);
			assert!(validity.propagate);
		}
		// One ahead is future in a block.
		assert_eq!(
			send_as(signed(patient_a()), 1, note()).unwrap_err(),
			InvalidTransaction::Future.into()
		);
	});
}

#[test]
fn signer_is_known_during_the_dispatch_only() {
	run(|| {
		assert_ok!(Proxy::add_proxy(signed(patient_a()), person_a(), AnyProxy, 0));
		assert_ok!(send(&patient_a(), note()).unwrap());
		assert_eq!(Enrolment::signer(), None);
		assert_ok!(send(&person_a(), through_proxy(patient_a(), note())).unwrap());
		assert_eq!(Enrolment::signer(), None);
		assert_eq!(made(), vec![(patient_a(), Some(patient_a())), (patient_a(), Some(person_a()))]);
		// Also where the call fails, and none is left over where the signer is refused.
		assert!(send(&patient_a(), Call::fail {}).unwrap().is_err());
		assert_eq!(Enrolment::signer(), None);
		assert!(send(&stranger(), note()).is_err());
		assert_eq!(Enrolment::signer(), None);
	});
}

#[test]
fn suspended_account_reaches_nothing_through_a_proxy() {
	run(|| {
		assert_ok!(Proxy::add_proxy(signed(patient_a()), person_a(), AnyProxy, 0));
		assert_ok!(Enrolment::set_status(signed(hospital_a()), patient_a(), Status::Suspended));
		// The proxy may sign; the suspended account's call is refused where it arrives.
		for (window, call) in [note(), batch(vec![note()])].into_iter().enumerate() {
			System::set_block_number(u64::try_from(window).unwrap() * 10);
			assert_ok!(send(&person_a(), through_proxy(patient_a(), call)).unwrap());
		}
		assert_eq!(made(), vec![]);
		assert_eq!(
			Enrolment::set_encryption_key(signed(patient_a()), OTHER_KEY),
			Err(Error::<Test>::NotActive.into())
		);
	});
}

#[test]
fn proxy_that_may_not_sign_is_refused() {
	for setup in [
		|| Enrolment::set_status(signed(hospital_a()), person_a(), Status::Suspended),
		|| Enrolment::set_signing_disabled(signed(hospital_a()), person_a(), true),
	] {
		run(|| {
			assert_ok!(Proxy::add_proxy(signed(patient_a()), person_a(), AnyProxy, 0));
			assert_ok!(setup());
			assert_eq!(
				offer(&person_a(), 0, through_proxy(patient_a(), note())),
				refused(codes::INACTIVE)
			);
		});
	}
	run(|| {
		// A stranger is none the less one for being a proxy.
		assert_ok!(Proxy::add_proxy(signed(patient_a()), stranger(), AnyProxy, 0));
		assert_eq!(
			offer(&stranger(), 0, through_proxy(patient_a(), note())),
			refused(codes::STRANGER)
		);
	});
}

#[test]
fn account_with_a_lost_key_goes_on_through_its_proxy() {
	run(|| {
		assert_ok!(Proxy::add_proxy(signed(patient_a()), person_a(), AnyProxy, 0));
		assert_ok!(Enrolment::set_signing_disabled(signed(hospital_a()), patient_a(), true));
		assert_ok!(send(&person_a(), through_proxy(patient_a(), note())).unwrap());
		assert_eq!(made(), vec![(patient_a(), Some(person_a()))]);
	});
}

#[test]
fn quota_is_the_signers_not_the_origins() {
	run(|| {
		assert_ok!(Proxy::add_proxy(signed(patient_a()), person_a(), AnyProxy, 0));
		assert_ok!(send(&person_a(), through_proxy(patient_a(), note())).unwrap());
		assert_eq!(Usage::<Test>::get(patient_a()), WindowUsage::default());
		assert_ne!(Usage::<Test>::get(person_a()), WindowUsage::default());
	});
}

#[test]
fn account_without_funds_keeps_its_nonce() {
	run(|| {
		spend(&patient_a(), 2);
		System::set_block_number(10);
		let call = pallet_balances::Call::transfer_all { dest: person_a(), keep_alive: false };
		assert_ok!(send(&patient_a(), call).unwrap());
		assert_eq!(Balances::total_balance(&patient_a()), 0);
		// An account that is reaped begins at nonce 0, and what it signed could be sent again.
		assert_eq!(System::account_nonce(patient_a()), 3);
		assert_eq!(offer(&patient_a(), 0, note()), Err(InvalidTransaction::Stale.into()));
	});
}

#[test]
fn other_origins_pass_untouched() {
	run(|| {
		let extension = CheckEnrolled::<Test>(CheckNonce::from(7));
		let call = note();
		let info = info(&call);
		for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
			let (validity, val, origin) = extension
				.validate(
					origin,
					&call,
					&info,
					LEN,
					(),
					&TxBaseImplication(&call),
					TransactionSource::External,
				)
				.unwrap();
			assert_eq!(validity, ValidTransaction::default());
			assert_storage_noop!({
				let pre = extension.clone().prepare(val, &origin, &call, &info, LEN).unwrap();
				let unspent = <CheckEnrolled<Test> as TransactionExtension<RuntimeCall>>::post_dispatch_details(
					pre,
					&info,
					&Default::default(),
					LEN,
					&Ok(()),
				)
				.unwrap();
				assert_eq!(unspent, info.extension_weight);
			});
		}
	});
}

#[test]
fn wallets_see_check_nonce() {
	let ours = CheckEnrolled::<Test>(CheckNonce::from(300));
	assert_eq!(ours.encode(), CheckNonce::<Test>::from(300).encode());
	assert_eq!(
		<CheckEnrolled<Test> as TransactionExtension<RuntimeCall>>::IDENTIFIER,
		<CheckNonce<Test> as TransactionExtension<RuntimeCall>>::IDENTIFIER
	);
	assert_eq!(
		TransactionExtension::<RuntimeCall>::implicit(&ours).map(|implicit| implicit.encode()),
		Ok(vec![])
	);
	assert_eq!(format!("{ours:?}"), "CheckEnrolled(CheckNonce(300))");
}

#[test]
fn weight_holds_the_reads_and_writes() {
	run(|| {
		let ours = CheckEnrolled::<Test>(CheckNonce::from(0));
		let inner = CheckNonce::<Test>::from(0);
		let database = <Test as frame_system::Config>::DbWeight::get().reads_writes(4, 1);
		let least = inner.weight(&note()) + database;
		assert!(ours.weight(&note()).all_gte(least));
		assert_eq!(
			ours.weight(&note()),
			<() as WeightInfo>::check_enrolled() + inner.weight(&note())
		);
		// The runtime's weights are the same as the tests', with the runtime's database.
		assert_eq!(
			weights::SubstrateWeight::<Test>::check_enrolled(),
			<() as WeightInfo>::check_enrolled()
		);
	});
}

#[test]
fn integrity_test_works() {
	use frame_support::traits::Hooks;
	run(<Pallet<Test> as Hooks<u64>>::integrity_test);
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
		assert_eq!(Usage::<Test>::get(patient_a()), WindowUsage { window: 0, weight: 1, bytes: 1 });
		assert_eq!(Enrolment::signer(), Some(patient_a()));
		assert_ok!(
			<CheckEnrolled<Test> as TransactionExtension<RuntimeCall>>::post_dispatch_details(
				pre,
				&info,
				&Default::default(),
				0,
				&Ok(()),
			)
		);
		assert_eq!(Enrolment::signer(), None);
	});
}
