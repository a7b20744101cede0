//! Which nonces a client's own calls have, so that two calls never get the same one unless they should.

use crate::types::AccountId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The nonces of a client's calls that are not final yet. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct OwnCalls(Arc<Mutex<Vec<(AccountId, u64)>>>);

impl OwnCalls {
	/// Notes that a call has this nonce, until the result is dropped.
	pub fn note(&self, account: &AccountId, nonce: u64) -> OwnCall {
		let call = (account.clone(), nonce);
		self.calls().push(call.clone());
		OwnCall { calls: self.clone(), call }
	}

	/// Notes a call with the first nonce from this one on that no other call has.
	pub fn take(&self, account: &AccountId, from: u64) -> OwnCall {
		let mut calls = self.calls();
		let call = (account.clone(), free_nonce(&calls, account, from));
		calls.push(call.clone());
		OwnCall { calls: self.clone(), call }
	}

	/// The first nonce from this one on that no call has.
	pub fn free(&self, account: &AccountId, from: u64) -> u64 {
		free_nonce(&self.calls(), account, from)
	}

	fn calls(&self) -> MutexGuard<'_, Vec<(AccountId, u64)>> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

fn free_nonce(calls: &[(AccountId, u64)], account: &AccountId, from: u64) -> u64 {
	let mut nonce = from;
	while calls.iter().any(|(of, used)| *used == nonce && of == account) {
		nonce = nonce.saturating_add(1);
	}
	nonce
}

/// A call of a client that is not final yet. Once it is dropped, its nonce can be used again.
#[derive(Debug)]
pub struct OwnCall {
	calls: OwnCalls,
	call: (AccountId, u64),
}

impl OwnCall {
	/// Its nonce.
	pub fn nonce(&self) -> u64 {
		self.call.1
	}
}

impl Drop for OwnCall {
	fn drop(&mut self) {
		let mut calls = self.calls.calls();
		if let Some(place) = calls.iter().position(|call| *call == self.call) {
			calls.swap_remove(place);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn each_own_call_has_a_nonce_until_it_ends() {
		let (calls, me) = (OwnCalls::default(), AccountId::new([1; 32]));
		let other = AccountId::new([2; 32]);
		let first = calls.note(&me, 5);
		let second = calls.take(&me, 5);
		assert_eq!(second.nonce(), 6);
		assert_eq!(calls.take(&me, 5).nonce(), 7);
		assert_eq!(calls.take(&me, 4).nonce(), 4);
		assert_eq!(calls.take(&other, 5).nonce(), 5);
		let replacing = calls.note(&me, 5);
		drop(first);
		assert_eq!(calls.take(&me, 5).nonce(), 7, "the other call has it still");
		drop(replacing);
		assert_eq!(calls.take(&me, 5).nonce(), 5);
	}
}
