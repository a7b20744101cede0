//! Who may sign: strangers, inactive accounts, used nonces, and who is noted during the dispatch.

use super::*;
use frame_support::traits::fungible::Mutate;
use frame_system::CheckNonce;
use sp_runtime::{
	traits::{TransactionExtension, TxBaseImplication},
	transaction_validity::TransactionSource,
};

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
fn inactive_signer_is_refused() {
	for setup in
		[|| People::set_active(&patient_a(), false), || People::disable_signing(&patient_a())]
	{
		run(|| {
			spend(&patient_a(), 1);
			give_consents(&patient_a(), 1);
			setup();
			// A used nonce is not looked at before.
			for (nonce, call) in [(0, note()), (1, note()), (99, note())] {
				assert_eq!(offer(&patient_a(), nonce, call), refused(codes::INACTIVE));
			}
			assert!(send(&patient_a(), note()).is_err());
			// Only the revocation of a permit that exists passes, one at a time, and not in a batch.
			for (nonce, call) in [(1, revoke(1)), (2, revoke(0)), (1, batch(vec![revoke(0)]))] {
				assert_eq!(offer(&patient_a(), nonce, call), refused(codes::INACTIVE));
			}
			assert_ok!(offer(&patient_a(), 1, revoke(0)));
			assert!(send(&patient_a(), revoke(0)).is_ok(), "it is dispatched");
		});
	}
}

#[test]
fn custodian_of_an_inactive_institution_is_refused() {
	run(|| {
		assert_ok!(offer(&custodian_a(), 0, note()));
		People::set_active(&hospital_a(), false);
		assert_eq!(offer(&custodian_a(), 0, note()), refused(codes::INACTIVE));
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
fn signer_is_known_during_the_dispatch_only() {
	run(|| {
		let origin = enrol_derived(&person_a());
		assert_ok!(send(&patient_a(), note()).unwrap());
		assert_eq!(Admission::signer(), None);
		assert_ok!(send(&person_a(), derived(note())).unwrap());
		assert_eq!(Admission::signer(), None);
		assert_eq!(made(), vec![(patient_a(), Some(patient_a())), (origin, Some(person_a()))]);
		// Also where the call fails, and none is left over where the signer is refused.
		assert!(send(&patient_a(), Call::fail {}).unwrap().is_err());
		assert_eq!(Admission::signer(), None);
		assert!(send(&stranger(), note()).is_err());
		assert_eq!(Admission::signer(), None);
	});
}

/// Lets the new key sign for the patient.
fn replace_key() {
	System::inc_providers(&new_key());
	KeyRing::set(patient_a(), KeyState::Replaced);
	KeyRing::set(new_key(), KeyState::Signs(patient_a()));
}

#[test]
fn a_new_key_signs_as_the_account() {
	run(|| {
		spend(&patient_a(), 2);
		give_consents(&patient_a(), 1);
		assert_eq!(offer(&new_key(), 0, note()), refused(codes::STRANGER));
		replace_key();
		// The nonce is the key's; class, priority and quota are the account's.
		assert_eq!(offer(&new_key(), 0, revoke(0)).unwrap().priority, priorities::REVOCATION);
		assert_eq!(offer(&new_key(), 99, note()), refused(codes::NONCE_TOO_FAR));
		assert_ok!(send(&new_key(), note()).unwrap());
		assert_eq!(System::account_nonce(new_key()), 1);
		assert_eq!(System::account_nonce(patient_a()), 2);
		assert_eq!(made().last(), Some(&(patient_a(), Some(patient_a()))));
		for _ in 3..PERSON_CALLS {
			assert_ok!(send(&new_key(), note()).unwrap());
		}
		assert_eq!(offer(&new_key(), PERSON_CALLS - 2, note()), refused(codes::QUOTA_SPENT));
		assert_eq!(Usage::<Test>::get(new_key()), Default::default());
		// The account's status counts.
		People::disable_signing(&patient_a());
		assert_eq!(offer(&new_key(), PERSON_CALLS - 2, note()), refused(codes::INACTIVE));
	});
}

#[test]
fn a_replaced_key_does_nothing() {
	run(|| {
		give_consents(&patient_a(), 1);
		replace_key();
		for call in [note(), revoke(0), Call::object { admitted: true }.into()] {
			assert_eq!(offer(&patient_a(), 0, call.clone()), refused(codes::REPLACED));
			assert_storage_noop!(assert_eq!(
				send(&patient_a(), call).unwrap_err(),
				InvalidTransaction::Custom(codes::REPLACED).into()
			));
		}
	});
}

#[test]
fn a_disabled_key_objects_to_a_new_one() {
	for setup in
		[|| People::disable_signing(&patient_a()), || People::set_active(&patient_a(), false)]
	{
		run(|| {
			setup();
			let object = |admitted| Call::object { admitted };
			assert_eq!(offer(&patient_a(), 0, object(false)), refused(codes::INACTIVE));
			let batched = batch(vec![object(true).into()]);
			assert_eq!(offer(&patient_a(), 0, batched), refused(codes::INACTIVE));
			assert_eq!(offer(&patient_a(), 1, object(true)), refused(codes::INACTIVE));
			assert_eq!(priority(&patient_a(), object(true)), priorities::REVOCATION);
			assert_ok!(send(&patient_a(), object(true)).unwrap());
			assert_eq!(made(), vec![(patient_a(), Some(patient_a()))]);
		});
	}
}

/// A thief with the same key, or a hospital with sham patients, could otherwise use up the quota.
#[test]
fn a_spent_quota_stops_no_objection() {
	run(|| {
		spend(&patient_a(), PERSON_CALLS);
		let next = System::account_nonce(patient_a());
		assert_eq!(offer(&patient_a(), next, note()), refused(codes::QUOTA_SPENT));
		let object = |admitted| Call::object { admitted };
		assert_eq!(offer(&patient_a(), next, object(false)), refused(codes::QUOTA_SPENT));
		assert_eq!(priority(&patient_a(), object(true)), priorities::REVOCATION);
		assert_ok!(send(&patient_a(), object(true)).unwrap());
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
