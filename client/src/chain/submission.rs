//! Submits a call, and follows it until it is in a final block.
//!
//! A call may get lost: the connection breaks, the pool drops it, a fork removes it. So the client
//! watches it, and sends the same bytes again as long as they are valid. When they are no longer
//! valid, it signs the call again with the same nonce. The chain takes at most one call of a nonce,
//! so no call takes effect twice. A call gets another nonce only when a final block has used its
//! nonce for another call.

use super::{answered, finality::Watch, from_rpc, At, Chain, NonceChoice, Until, TAKE_IN};
use std::{
	sync::atomic::Ordering,
	time::{Duration, Instant},
};
use subxt_rpcs::{client::RpcSubscription, methods::legacy::TransactionStatus};
use tokio::time::timeout;
use vouchsafe_protocol::{
	calls::RuntimeCall,
	errors::ChainError,
	events::{of_extrinsic, Included},
	extrinsics::{self, Binding, Mortality, RuntimeVersion},
	signing::Signer,
	traits::{Submit, View},
	types::{AccountId, H256},
};

/// For how many blocks a signature is valid.
const MORTALITY: u32 = 128;
/// How far behind the best block a signature's validity begins at most. Without finality the best
/// chain grows on; a fork that is longer than this would make the signature invalid.
const DEPTH: u32 = 16;

/// How fast a call is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
	/// How long a call may have no new status before the client looks for it and sends it again.
	resend: Duration,
	/// The first and the longest pause between two looks at the chain.
	looks: (Duration, Duration),
	/// How long a call is followed.
	patience: Duration,
}

impl Default for Pace {
	fn default() -> Self {
		Self {
			resend: Duration::from_secs(6),
			looks: (Duration::from_millis(250), Duration::from_secs(2)),
			patience: Duration::from_secs(600),
		}
	}
}

/// The statuses of a call in the node's pool.
type Statuses = RpcSubscription<TransactionStatus<H256>>;

/// The block from which on a signature is valid, and the runtime that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Birth {
	number: u32,
	hash: H256,
	version: RuntimeVersion,
}

impl Birth {
	/// The number of the block from which on a new signature is valid: the last final block, or one
	/// close to the best block if that is far ahead.
	fn number(last_final: u32, best: u32) -> u32 {
		last_final.max(best.saturating_sub(DEPTH)).min(best)
	}

	/// Whether the block after `best` can include the signature. `canonical` is the hash that the
	/// best chain has at this number.
	fn is_valid(&self, best: u32, version: RuntimeVersion, canonical: Option<H256>) -> bool {
		let last = self.number.saturating_add(MORTALITY - 1);
		best < last && self.version == version && canonical == Some(self.hash)
	}
}

/// What a node's answer to bytes that are sent again means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
	/// It had lost them, and has taken them.
	Taken,
	/// Wait: it has them already, or cannot take them now.
	Wait,
	/// The signature is not valid for its best block.
	Invalid,
	/// The chain does not take the call.
	Refused(ChainError),
}

impl Answer {
	fn of(answer: Result<H256, ChainError>) -> Self {
		match answer {
			Ok(_) => Self::Taken,
			Err(ChainError::Refused(why)) if why.contains("bad signature") => Self::Invalid,
			Err(
				error @ (ChainError::Refused(_) | ChainError::Stranger | ChainError::MayNotSign),
			) => Self::Refused(error),
			Err(error @ ChainError::Foreign(_)) => Self::Refused(error),
			Err(_) => Self::Wait,
		}
	}
}

/// What was heard of a call.
enum Heard {
	/// It is in this block.
	In(H256),
	/// It has a new status.
	Moved,
	/// It has no new status, or its statuses have ended.
	Nothing,
	/// The pool may not have it.
	Lost,
}

/// A call that has been sent.
struct Submission<'a, S> {
	chain: &'a Chain,
	signer: &'a S,
	account: AccountId,
	call: &'a RuntimeCall,
	nonce: u64,
	until: Until,
	/// All its signatures, the latest last. They have the same nonce.
	signed: Vec<Vec<u8>>,
	birth: Birth,
	/// No final block up to this one has it.
	searched: u32,
	begun: Instant,
	/// When its bytes were sent last.
	sent: Instant,
	watch: Watch,
}

impl Chain {
	/// How often calls were sent again because the node had lost them.
	pub fn sent_again(&self) -> u64 {
		self.sent_again.load(Ordering::Relaxed)
	}

	/// Signs and submits a call, and follows it. Returns an error that [may pass] only if the call
	/// can never take effect any more.
	///
	/// [may pass]: ChainError::may_pass
	pub(super) async fn try_submit<S: Signer>(
		&self,
		signer: &S,
		call: &RuntimeCall,
		nonce: NonceChoice,
		until: Until,
	) -> Result<Included, ChainError> {
		let account = signer.account();
		let (last, best) = tokio::try_join!(self.finalized(), self.best())?;
		let turn = self.nonces.lock().await;
		let nonce = match nonce {
			NonceChoice::AfterPending => {
				answered(|| self.rpc.system_account_next_index(&account)).await?
			},
			NonceChoice::Account => self.best().await?.nonce(&account).await?,
		};
		let (bytes, birth) = self.sign_at(signer, call, nonce, last.number, &best).await?;
		let now = Instant::now();
		let submission = Submission {
			chain: self,
			signer,
			account,
			call,
			nonce,
			until,
			signed: vec![bytes],
			birth,
			searched: last.number,
			begun: now,
			sent: now,
			watch: Watch::new(last.number),
		};
		let mut statuses = submission.send().await?;
		// The next call of this account gets the next nonce only when the pool has this one.
		let first = match &mut statuses {
			Some(statuses) => match timeout(TAKE_IN, statuses.next()).await {
				Ok(Some(Ok(status))) => Some(submission.understand(&status)),
				_ => None,
			},
			None => Some(Heard::Lost),
		};
		drop(turn);
		submission.follow(first, statuses).await
	}

	/// Signs a call for the block after the best one.
	async fn sign_at(
		&self,
		signer: &impl Signer,
		call: &RuntimeCall,
		nonce: u64,
		last_final: u32,
		best: &At,
	) -> Result<(Vec<u8>, Birth), ChainError> {
		best.runtime().check_call(call)?;
		let number = Birth::number(last_final, best.number);
		let hash = match number == best.number {
			true => best.hash,
			false => self.hash_of(number).await?,
		};
		let binding = Binding {
			version: best.version,
			genesis: Submit::genesis(self),
			mortality: Mortality::new(number, MORTALITY.into()),
			from: hash,
			nonce,
		};
		let birth = Birth { number, hash, version: best.version };
		Ok((extrinsics::sign(signer, call, &binding), birth))
	}
}

impl<S: Signer> Submission<'_, S> {
	/// Sends the call for the first time. Without an answer it may be in the pool all the same: then
	/// there are no statuses.
	async fn send(&self) -> Result<Option<Statuses>, ChainError> {
		let submitting = self.chain.rpc.author_submit_and_watch_extrinsic(self.latest());
		match timeout(self.chain.pace.resend, submitting).await {
			Ok(Ok(statuses)) => Ok(Some(statuses)),
			Ok(Err(error)) => match from_rpc(error) {
				ChainError::Unreachable(_) => Ok(None),
				error => Err(error),
			},
			Err(_) => Ok(None),
		}
	}

	/// Follows the call until it is included.
	async fn follow(
		mut self,
		mut first: Option<Heard>,
		mut statuses: Option<Statuses>,
	) -> Result<Included, ChainError> {
		let Pace { looks: (shortest, longest), patience, .. } = self.chain.pace;
		let mut pause = shortest;
		loop {
			let heard = match first.take() {
				Some(heard) => heard,
				None => self.hear(&mut statuses, pause).await,
			};
			let looked = match heard {
				Heard::Moved => Ok(None),
				Heard::In(block) => self.look_in_block(block).await,
				Heard::Nothing => self.look(false).await,
				Heard::Lost => {
					statuses = None;
					self.look(true).await
				},
			};
			match looked {
				Ok(Some(included)) => return Ok(included),
				Ok(None) => {},
				Err(error @ ChainError::Unreachable(_)) => {
					tracing::debug!(%error, "waiting for the node");
				},
				Err(error) => return Err(error),
			}
			if self.begun.elapsed() >= patience {
				return Err(ChainError::Pending(patience.as_secs() / 60));
			}
			pause = (pause * 2).min(longest);
		}
	}

	/// Waits for the next status; without statuses, for `pause`.
	async fn hear(&self, statuses: &mut Option<Statuses>, pause: Duration) -> Heard {
		let Some(stream) = statuses else {
			tokio::time::sleep(pause).await;
			return Heard::Nothing;
		};
		match timeout(self.chain.pace.resend, stream.next()).await {
			Ok(Some(Ok(status))) => self.understand(&status),
			Ok(_) => {
				*statuses = None;
				Heard::Nothing
			},
			Err(_) => Heard::Nothing,
		}
	}

	fn understand(&self, status: &TransactionStatus<H256>) -> Heard {
		match status {
			TransactionStatus::Finalized(block) => Heard::In(*block),
			TransactionStatus::InBlock(block) if self.until == Until::Best => Heard::In(*block),
			TransactionStatus::FinalityTimeout(_)
			| TransactionStatus::Usurped(_)
			| TransactionStatus::Dropped
			| TransactionStatus::Invalid => Heard::Lost,
			_ => Heard::Moved,
		}
	}

	/// Looks for the call on the chain. If it is not there, it is sent again: at once if the pool
	/// has lost it, else when its bytes were sent a while ago.
	async fn look(&mut self, is_lost: bool) -> Result<Option<Included>, ChainError> {
		let last = self.chain.finalized().await?;
		self.chain.watch_finality(&mut self.watch, last.number).await;
		if last.nonce(&self.account).await? > self.nonce {
			let found = self.look_through(last.number).await?;
			return found.map(Some).ok_or(ChainError::Stale);
		}
		self.searched = last.number;
		let best = self.chain.best().await?;
		if best.nonce(&self.account).await? > self.nonce {
			return match self.until {
				Until::Final => Ok(None),
				Until::Best => self.look_through(best.number).await,
			};
		}
		if is_lost || self.sent.elapsed() >= self.chain.pace.resend {
			self.send_again(last.number, &best).await?;
		}
		Ok(None)
	}

	/// Sends the latest bytes again, or new ones with the same nonce if the best chain can no longer
	/// include those.
	async fn send_again(&mut self, last_final: u32, best: &At) -> Result<(), ChainError> {
		self.sent = Instant::now();
		let canonical = self.chain.hash_of(self.birth.number).await.ok();
		let mut is_new = !self.birth.is_valid(best.number, best.version, canonical);
		if is_new {
			self.sign_again(last_final, best).await?;
		}
		loop {
			match Answer::of(self.chain.hand_in(self.latest()).await) {
				Answer::Taken => {
					let nonce = self.nonce;
					self.chain.sent_again.fetch_add(1, Ordering::Relaxed);
					tracing::info!(nonce, signed_again = is_new, "sent a call again");
					return Ok(());
				},
				Answer::Wait => return Ok(()),
				Answer::Invalid if !is_new => {
					is_new = true;
					self.sign_again(last_final, best).await?;
				},
				Answer::Invalid => return Ok(()),
				Answer::Refused(error) => return Err(error),
			}
		}
	}

	async fn sign_again(&mut self, last_final: u32, best: &At) -> Result<(), ChainError> {
		let (signer, call, nonce) = (self.signer, self.call, self.nonce);
		let (bytes, birth) = self.chain.sign_at(signer, call, nonce, last_final, best).await?;
		self.signed.push(bytes);
		self.birth = birth;
		Ok(())
	}

	fn latest(&self) -> &[u8] {
		self.signed.last().map_or(&[], Vec::as_slice)
	}

	/// Looks for the call in the blocks after those that were searched already.
	async fn look_through(&self, last: u32) -> Result<Option<Included>, ChainError> {
		for number in self.searched.saturating_add(1)..=last {
			let at = self.chain.at_number(number).await?;
			if let Some(included) = self.look_in(&at).await? {
				return Ok(Some(included));
			}
		}
		Ok(None)
	}

	async fn look_in_block(&self, block: H256) -> Result<Option<Included>, ChainError> {
		self.look_in(&self.chain.at(block).await?).await
	}

	/// What the call did in this block, if it is there. An error if it failed.
	async fn look_in(&self, at: &At) -> Result<Option<Included>, ChainError> {
		let block = answered(|| self.chain.rpc.chain_get_block(Some(at.hash))).await?;
		let extrinsics = block.ok_or(ChainError::StateGone)?.block.extrinsics;
		let Some(place) = extrinsics.iter().position(|it| self.signed.contains(&it.0)) else {
			return Ok(None);
		};
		let place = u32::try_from(place).map_err(ChainError::foreign)?;
		let events = of_extrinsic(at.events().await?, place, at.made_by())?;
		Ok(Some(Included { block: at.hash, number: at.number, events }))
	}
}

#[cfg(test)]
mod tests;
