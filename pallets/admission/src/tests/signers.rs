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
