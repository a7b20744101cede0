//! Tests, by what they are about, and what they have in common.

mod encoding;
mod ordering;

mod proxies;
mod quotas;
mod signers;

use crate::{
	mock::{neighbours::Call, Admission, *},
	*,
};
use frame_support::{assert_ok, assert_storage_noop};
use sp_runtime::transaction_validity::{TransactionValidityError, ValidTransaction};
use vouchsafe_primitives::{AccountId, Role};
use vouchsafe_support::Admission as _;

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
fn integrity_test_works() {
	run(<Pallet<Test> as Hooks<u64>>::integrity_test);
}
