//! Tests, by what they are about, and what they have in common.

mod derived;
mod encoding;
mod ordering;
mod pool;
mod quotas;
mod signers;

use crate::{
	mock::{neighbours::Call, Admission, *},
	*,
};
use frame_support::{assert_ok, assert_storage_noop};
use sp_runtime::transaction_validity::{TransactionValidityError, ValidTransaction};
use vouchsafe_primitives::{AccountId, AccountKind, KeyState, Role};
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

/// A call as the first of the signer's derived accounts: signer and origin differ.
fn derived(call: RuntimeCall) -> RuntimeCall {
	pallet_utility::Call::as_derivative { index: 0, call: Box::new(call) }.into()
}

/// The first of the account's derived accounts, enrolled as a patient.
fn enrol_derived(of: &AccountId) -> AccountId {
	let account = pallet_utility::derivative_account_id(of.clone(), 0);
	People::enrol_by(account.clone(), AccountKind::Patient, hospital_a());
	account
}

/// Enrols an account by hospital A, and gives it an account in the system, without which it cannot
/// sign.
fn enrol(account: &AccountId, kind: AccountKind) {
	People::enrol_by(account.clone(), kind, hospital_a());
	System::inc_providers(account);
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
