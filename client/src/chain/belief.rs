//! What a submission believes of the chain. A [`Chain`] believes its node. A
//! [`ProvenChain`](crate::proven::ProvenChain) believes only what is proven.

use super::{answered, At, Chain, NonceChoice};
use std::{
	future::Future,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use vouchsafe_protocol::{
	compatibility::RuntimeMetadata,
	errors::ChainError,
	events::{of_extrinsic, Included},
	extrinsics::RuntimeVersion,
	traits::{Submit, View},
	types::{AccountId, H256},
};

/// What a submission goes by.
pub(crate) trait Belief: Sync {
	/// The chain as of a final block.
	type Last: View;

	/// For how many blocks a signature is valid.
	const LIFETIME: u32;

	/// The node that takes the call.
	fn node(&self) -> &Chain;

	/// The last final block.
	fn last(&self) -> impl Future<Output = Result<Self::Last, ChainError>> + Send;

	/// The nonce for a new call of this account. `last` was the last final block a moment ago.
	fn choose_nonce(
		&self,
		last: &Self::Last,
		account: &AccountId,
		choice: NonceChoice,
	) -> impl Future<Output = Result<u64, ChainError>> + Send;

	/// The runtime that takes the next call. `last` and `best` were the last final and the best block a
	/// moment ago.
	fn runtime(
		&self,
		last: &Self::Last,
		best: &At,
	) -> impl Future<Output = Result<(RuntimeMetadata, RuntimeVersion), ChainError>> + Send;

	/// Hands the bytes of a call to the node once more. Returns what it says.
	fn hand_in(&self, extrinsic: &[u8]) -> impl Future<Output = Result<H256, ChainError>> + Send;

	/// What a call did in this block, if the block has one of these extrinsics. An error if the call
	/// failed.
	fn look_in(
		&self,
		block: H256,
		signed: &[Vec<u8>],
	) -> impl Future<Output = Result<Option<Included>, ChainError>> + Send;

	/// The same for the block of this number, which is not above `last`.
	fn look_at(
		&self,
		last: &Self::Last,
		number: u32,
		signed: &[Vec<u8>],
	) -> impl Future<Output = Result<Option<Included>, ChainError>> + Send;
}

impl Belief for Chain {
	type Last = At;

	const LIFETIME: u32 = 128;

	fn node(&self) -> &Chain {
		self
	}

	async fn last(&self) -> Result<At, ChainError> {
		self.finalized().await
	}

	async fn choose_nonce(
		&self,
		_: &At,
		account: &AccountId,
		choice: NonceChoice,
	) -> Result<u64, ChainError> {
		match choice {
			NonceChoice::AfterPending => self.next_nonce(account).await,
			NonceChoice::Account => self.best().await?.nonce(account).await,
		}
	}

	async fn runtime(
		&self,
		_: &At,
		best: &At,
	) -> Result<(RuntimeMetadata, RuntimeVersion), ChainError> {
		Ok((best.runtime.clone(), best.version))
	}

	async fn hand_in(&self, extrinsic: &[u8]) -> Result<H256, ChainError> {
		Chain::hand_in(self, extrinsic).await
	}

	async fn look_in(
		&self,
		block: H256,
		signed: &[Vec<u8>],
	) -> Result<Option<Included>, ChainError> {
		look_in(&self.at(block).await?, signed).await
	}

	async fn look_at(
		&self,
		_: &At,
		number: u32,
		signed: &[Vec<u8>],
	) -> Result<Option<Included>, ChainError> {
		look_in(&self.at_number(number).await?, signed).await
	}
}

/// What a call did in this block, as the node says.
async fn look_in(at: &At, signed: &[Vec<u8>]) -> Result<Option<Included>, ChainError> {
	let block = answered(|| at.chain.rpc.chain_get_block(Some(at.hash))).await?;
	let extrinsics = block.ok_or(ChainError::StateGone)?.block.extrinsics;
	let Some(place) = extrinsics.iter().position(|it| signed.contains(&it.0)) else {
		return Ok(None);
	};
	let place = u32::try_from(place).map_err(ChainError::foreign)?;
	let events = of_extrinsic(at.events().await?, place, at.made_by())?;
	Ok(Some(Included { block: at.hash, number: at.number, events }))
}

impl Chain {
	/// The account's nonce after the calls that wait in the node's pool.
	pub(crate) async fn next_nonce(&self, account: &AccountId) -> Result<u64, ChainError> {
		answered(|| self.rpc.system_account_next_index(account)).await
	}

	/// The first nonce from this one on that no call of this client uses now.
	pub(crate) fn free_nonce(&self, account: &AccountId, from: u64) -> u64 {
		self.own_calls.free_nonce(account, from)
	}
}

/// The nonces of this client's calls that are not final yet.
#[derive(Clone, Default)]
pub(super) struct OwnCalls(Arc<Mutex<Vec<(AccountId, u64)>>>);

impl OwnCalls {
	/// Notes that a call has this nonce, until the result is dropped.
	pub(super) fn note(&self, account: &AccountId, nonce: u64) -> OwnCall {
		let call = (account.clone(), nonce);
		self.calls().push(call.clone());
		OwnCall { calls: self.clone(), call }
	}

	fn free_nonce(&self, account: &AccountId, from: u64) -> u64 {
		let mut nonce = from;
		let calls = self.calls();
		while calls.iter().any(|(of, used)| *used == nonce && of == account) {
			nonce = nonce.saturating_add(1);
		}
		nonce
	}

	fn calls(&self) -> MutexGuard<'_, Vec<(AccountId, u64)>> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

/// A call of this client that is not final yet.
pub(super) struct OwnCall {
	calls: OwnCalls,
	call: (AccountId, u64),
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
		let _second = calls.note(&me, 6);
		assert_eq!(calls.free_nonce(&me, 5), 7);
		assert_eq!(calls.free_nonce(&me, 4), 4);
		assert_eq!(calls.free_nonce(&other, 5), 5);
		let replacing = calls.note(&me, 5);
		drop(first);
		assert_eq!(calls.free_nonce(&me, 5), 7, "the other call has it still");
		drop(replacing);
		assert_eq!(calls.free_nonce(&me, 5), 5);
	}
}
