//! What a submission believes of the chain. A [`Chain`] believes its node. A
//! [`ProvenChain`](crate::proven::ProvenChain) believes only what is proven.

use super::{answered, At, Chain, NonceChoice};
use std::{future::Future, sync::Arc, time::Instant};
use tokio::time::timeout;
use vouchsafe_protocol::{
	calls::RuntimeCall,
	compatibility::RuntimeMetadata,
	errors::ChainError,
	events::{of_extrinsic, Included},
	extrinsics::RuntimeVersion,
	nonces::OwnCall,
	traits::{Submit, View},
	types::{AccountId, H256},
};

/// What a submission goes by.
pub(crate) trait Belief: Sync {
	/// The chain as of a final block.
	type Last: View;

	/// For how many blocks a signature is valid.
	const LIFETIME: u32;

	/// The connection whose calls this program counts.
	fn node(&self) -> &Chain;

	/// The nodes that take calls. The first one is watched: it has shown `last`.
	fn nodes(&self, last: &Self::Last) -> Vec<Chain>;

	/// The last final block, of which the account's nonce can be read.
	fn last(
		&self,
		account: &AccountId,
	) -> impl Future<Output = Result<Self::Last, ChainError>> + Send;

	/// The best block, as one of the nodes names it: at each turn another one is asked first.
	fn named_best(
		&self,
		last: &Self::Last,
		turn: usize,
	) -> impl Future<Output = Result<At, ChainError>> + Send {
		async move {
			let mut nodes = self.nodes(last);
			let turn = turn.checked_rem(nodes.len()).unwrap_or_default();
			nodes.rotate_left(turn);
			let mut failure = None;
			for node in nodes {
				match timeout(node.pace.resend, node.best()).await {
					Ok(Ok(best)) => return Ok(best),
					Ok(Err(error)) => failure = failure.or(Some(error)),
					Err(_) => {},
				}
			}
			let silent = || ChainError::Unreachable("the node does not answer".into());
			Err(failure.unwrap_or_else(silent))
		}
	}

	/// A nonce for a new call of this account. `last` was the last final block a moment ago. `None` if
	/// the call has to wait for others.
	fn choose_nonce(
		&self,
		last: &Self::Last,
		account: &AccountId,
		choice: NonceChoice,
	) -> impl Future<Output = Result<Option<OwnCall>, ChainError>> + Send;

	/// Waits until it seems that a call of this account need not wait for others. It began to wait at
	/// `begun`.
	fn wait_for_others(
		&self,
		_account: &AccountId,
		_begun: Instant,
	) -> impl Future<Output = Result<(), ChainError>> + Send {
		async { Ok(()) }
	}

	/// An error if `last` is too old to sign this call now.
	fn check_age(&self, _call: &RuntimeCall, _last: &Self::Last) -> Result<(), ChainError> {
		Ok(())
	}

	/// Whether what this node says of a call is all that can be known of it.
	fn is_alone(&self) -> bool {
		true
	}

	/// The runtime that takes the next call. `last` and `best` were the last final and the best block a
	/// moment ago.
	fn runtime(
		&self,
		last: &Self::Last,
		best: &At,
	) -> impl Future<Output = Result<(RuntimeMetadata, RuntimeVersion), ChainError>> + Send;

	/// What a call did in this block, which this node names, if the block has one of these extrinsics.
	/// An error if the call failed.
	fn look_in(
		&self,
		node: &Chain,
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

	fn nodes(&self, _: &At) -> Vec<Chain> {
		vec![self.clone()]
	}

	async fn last(&self, _: &AccountId) -> Result<At, ChainError> {
		self.finalized().await
	}

	async fn choose_nonce(
		&self,
		_: &At,
		account: &AccountId,
		choice: NonceChoice,
	) -> Result<Option<OwnCall>, ChainError> {
		let nonce = match choice {
			NonceChoice::AfterPending | NonceChoice::AfterOwn => self.next_nonce(account).await?,
			NonceChoice::Account => self.best().await?.nonce(account).await?,
		};
		Ok(Some(self.note_nonce(account, nonce)))
	}

	async fn runtime(
		&self,
		_: &At,
		best: &At,
	) -> Result<(RuntimeMetadata, RuntimeVersion), ChainError> {
		Ok((best.runtime.clone(), best.version))
	}

	async fn look_in(
		&self,
		_: &Chain,
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

	/// Notes that a call of this client uses this nonce now. Another one may use it too.
	pub(crate) fn note_nonce(&self, account: &AccountId, nonce: u64) -> OwnCall {
		self.own_calls.note(account, nonce)
	}

	/// The first nonce from this one on that no call of this client uses now.
	pub(crate) fn free_nonce(&self, account: &AccountId, from: u64) -> u64 {
		self.own_calls.free(account, from)
	}

	/// Takes the first nonce from this one on that no call of this client uses now.
	pub(crate) fn take_nonce(&self, account: &AccountId, from: u64) -> OwnCall {
		self.own_calls.take(account, from)
	}

	/// Whether this is the same connection.
	pub(crate) fn is_same(&self, other: &Self) -> bool {
		Arc::ptr_eq(&self.nonces, &other.nonces)
	}

	/// The node that has shown this block.
	pub(crate) fn of(at: &At) -> &Self {
		&at.chain
	}
}
