//! What wallets and the pool see: the identifier, encoding and tags of `CheckNonce`, and the weight.

use super::*;
use codec::Encode;
use frame_system::CheckNonce;
use sp_runtime::traits::TransactionExtension;

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
