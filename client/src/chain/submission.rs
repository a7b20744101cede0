//! Submits a call, and follows it until it is in a final block.
//!
//! A call may get lost: the connection breaks, the pool drops it, a fork removes it. So the client
//! watches it, and sends the same bytes again as long as they are valid. When they are no longer
//! valid, it signs the call again with the same nonce. The chain takes at most one call of a nonce,
//! so no call takes effect twice. A call gets another nonce only when a final block has used its
//! nonce for another call.
//!
//! What is final, and which nonce an account has, is a matter of [`Belief`].

use super::{
	belief::{Belief, OwnCall},
	finality::Watch,
	from_rpc, At, Chain, NonceChoice, Until, TAKE_IN, TRIES,
};
use std::{
	sync::atomic::Ordering,
	time::{Duration, Instant},
};
use subxt_rpcs::{client::RpcSubscription, methods::legacy::TransactionStatus};
use tokio::time::timeout;
use vouchsafe_protocol::{
	calls::RuntimeCall,
	errors::ChainError,
	events::Included,
	extrinsics::{self, Binding, Mortality, RuntimeVersion},
	proof::ProofError,
	signing::Signer,
	traits::{Submit, View},
	types::{AccountId, H256},
};

/// How far behind the best block a signature's validity begins at most. Without finality the best
/// chain grows on; a fork that is longer than this would make the signature invalid.
const DEPTH: u32 = 16;

/// How fast a call is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pace {
	/// How long a call may have no new status before the client looks for it and sends it again.
	pub(crate) resend: Duration,
	/// The first and the longest pause between two looks at the chain.
	pub(crate) looks: (Duration, Duration),
	/// How long a call is followed.
	pub(crate) patience: Duration,
	/// How long the node may say something of a call that it does not prove.
	pub(crate) proof: Duration,
}

impl Default for Pace {
	fn default() -> Self {
		Self {
			resend: Duration::from_secs(6),
			looks: (Duration::from_millis(250), Duration::from_secs(2)),
			patience: Duration::from_secs(600),
			proof: Duration::from_secs(30),
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
	/// For how many blocks it is valid.
	lifetime: u32,
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
		let last = self.number.saturating_add(self.lifetime.saturating_sub(1));
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

/// Something that the node says and does not prove.
struct Unproven {
	since: Instant,
	why: ProofError,
	/// Whether it is that the call is in a final block.
	of_block: bool,
}

/// A call that has been sent.
struct Submission<'a, B, S> {
	belief: &'a B,
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
	unproven: Option<Unproven>,
	/// Keeps others of our calls from using the nonce.
	_own: OwnCall,
}

impl Chain {
	/// How often calls were sent again because the node had lost them.
	pub fn sent_again(&self) -> u64 {
		self.sent_again.load(Ordering::Relaxed)
	}
}

/// Signs and submits a call, and follows it. It is tried again after errors that may pass.
pub(crate) async fn submit<B: Belief, S: Signer>(
	belief: &B,
	signer: &S,
	call: &RuntimeCall,
	nonce: NonceChoice,
	until: Until,
) -> Result<Included, ChainError> {
	// Only closing the semaphore fails, and nobody closes it.
	let _permit = belief.node().in_flight.acquire().await;
	let mut pause = Duration::from_millis(250);
	let mut tries = 1;
	loop {
		match try_submit(belief, signer, call, nonce, until).await {
			Err(error) if error.may_pass() && tries < TRIES => {
				tracing::debug!(%error, tries, "submitting again");
				tokio::time::sleep(pause).await;
				pause *= 2;
				tries += 1;
			},
			result => return result,
		}
	}
}

/// Signs and submits a call, and follows it. Returns an error that [may pass] only if the call can
/// never take effect any more, or would be signed again with the same nonce.
///
/// [may pass]: ChainError::may_pass
async fn try_submit<B: Belief, S: Signer>(
	belief: &B,
	signer: &S,
	call: &RuntimeCall,
	choice: NonceChoice,
	until: Until,
) -> Result<Included, ChainError> {
	let (account, node) = (signer.account(), belief.node());
	let (last, best) = tokio::try_join!(belief.last(), node.best())?;
	let turn = node.nonces.lock().await;
	let nonce = belief.choose_nonce(&last, &account, choice).await?;
	let own = node.own_calls.note(&account, nonce);
	let (bytes, birth) = sign_at(belief, signer, call, nonce, &last, &best).await?;
	let now = Instant::now();
	let submission = Submission {
		belief,
		signer,
		account,
		call,
		nonce,
		until,
		signed: vec![bytes],
		birth,
		searched: last.number(),
		begun: now,
		sent: now,
		watch: Watch::new(last.number()),
		unproven: None,
		_own: own,
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

/// Signs a call for the block after the best one. It is valid from the last final block on. If the
/// best block is far ahead of it, because nothing becomes final, it is valid from a block that the node
/// names. A liar gains nothing by that: the block must exist, and the nonce is the same.
async fn sign_at<B: Belief>(
	belief: &B,
	signer: &impl Signer,
	call: &RuntimeCall,
	nonce: u64,
	last: &B::Last,
	best: &At,
) -> Result<(Vec<u8>, Birth), ChainError> {
	let (runtime, version) = belief.runtime(last, best).await?;
	runtime.check_call(call)?;
	let number = Birth::number(last.number(), best.number);
	let hash = match number {
		number if number == last.number() => last.hash(),
		number if number == best.number => best.hash,
		number => belief.node().hash_of(number).await?,
	};
	let binding = Binding {
		version,
		genesis: Submit::genesis(belief.node()),
		mortality: Mortality::new(number, B::LIFETIME.into()),
		from: hash,
		nonce,
	};
	let birth = Birth { number, hash, version, lifetime: B::LIFETIME };
	Ok((extrinsics::sign(signer, call, &binding), birth))
}

impl<B: Belief, S: Signer> Submission<'_, B, S> {
	/// Sends the call for the first time. Without an answer it may be in the pool all the same: then
	/// there are no statuses.
	async fn send(&self) -> Result<Option<Statuses>, ChainError> {
		let node = self.belief.node();
		let submitting = node.rpc.author_submit_and_watch_extrinsic(self.latest());
		match timeout(node.pace.resend, submitting).await {
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
		let (shortest, longest) = self.belief.node().pace.looks;
		let mut pause = shortest;
		loop {
			let heard = match first.take() {
				Some(heard) => heard,
				None => self.hear(&mut statuses, pause).await,
			};
			let block = if let Heard::In(block) = heard { Some(block) } else { None };
			let looked = match heard {
				Heard::Moved => Ok(None),
				Heard::In(block) => self.belief.look_in(block, &self.signed).await,
				Heard::Nothing => self.look(false).await,
				Heard::Lost => {
					statuses = None;
					self.look(true).await
				},
			};
			match looked {
				Ok(Some(included)) => return Ok(included),
				Ok(None) => match block.filter(|_| self.until == Until::Final) {
					Some(block) => self.wait_for_proof(ProofError::NotThere(block), true)?,
					None => self.unproven.take_if(|it| !it.of_block).map_or((), drop),
				},
				Err(error @ ChainError::Unreachable(_)) => {
					tracing::debug!(%error, "waiting for the node");
				},
				Err(ChainError::NotProven(why)) => self.wait_for_proof(why, block.is_some())?,
				Err(error) => return Err(error),
			}
			self.ensure_patience()?;
			pause = (pause * 2).min(longest);
		}
	}

	/// Notes that the node did not prove what it says. It may do so soon.
	fn wait_for_proof(&mut self, why: ProofError, of_block: bool) -> Result<(), ChainError> {
		if let ProofError::TwoFinal(_) = why {
			return Err(why.into());
		}
		tracing::debug!(%why, "waiting for a proof");
		let since = Instant::now();
		let unproven = self.unproven.get_or_insert(Unproven { since, why, of_block });
		unproven.of_block |= of_block;
		Ok(())
	}

	/// An error if the call, or the proof of what the node says of it, was waited for too long.
	fn ensure_patience(&self) -> Result<(), ChainError> {
		let Pace { patience, proof, .. } = self.belief.node().pace;
		match &self.unproven {
			Some(unproven) if unproven.since.elapsed() >= proof => Err(unproven.why.clone().into()),
			_ if self.begun.elapsed() >= patience => {
				Err(ChainError::Pending(patience.as_secs() / 60))
			},
			_ => Ok(()),
		}
	}

	/// Waits for the next status; without statuses, for `pause`.
	async fn hear(&self, statuses: &mut Option<Statuses>, pause: Duration) -> Heard {
		let Some(stream) = statuses else {
			tokio::time::sleep(pause).await;
			return Heard::Nothing;
		};
		match timeout(self.belief.node().pace.resend, stream.next()).await {
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
		let node = self.belief.node();
		let last = self.belief.last().await?;
		node.watch_finality(&mut self.watch, last.number()).await;
		if last.nonce(&self.account).await? > self.nonce {
			let found = self.look_through(&last).await?;
			return found.map(Some).ok_or(ChainError::Stale);
		}
		self.searched = last.number();
		let best = node.best().await?;
		if best.nonce(&self.account).await? > self.nonce {
			return match self.until {
				Until::Final => Ok(None),
				Until::Best => self.look_through_best(&best).await,
			};
		}
		if is_lost || self.sent.elapsed() >= node.pace.resend {
			self.send_again(&last, &best).await?;
		}
		Ok(None)
	}

	/// Sends the latest bytes again, or new ones with the same nonce if the best chain can no longer
	/// include those.
	async fn send_again(&mut self, last: &B::Last, best: &At) -> Result<(), ChainError> {
		let node = self.belief.node();
		self.sent = Instant::now();
		let canonical = node.hash_of(self.birth.number).await.ok();
		let mut is_new = !self.birth.is_valid(best.number, best.version, canonical);
		if is_new {
			self.sign_again(last, best).await?;
		}
		loop {
			match Answer::of(self.belief.hand_in(self.latest()).await) {
				Answer::Taken => {
					let nonce = self.nonce;
					node.sent_again.fetch_add(1, Ordering::Relaxed);
					tracing::info!(nonce, signed_again = is_new, "sent a call again");
					return Ok(());
				},
				Answer::Wait => return Ok(()),
				Answer::Invalid if !is_new => {
					is_new = true;
					self.sign_again(last, best).await?;
				},
				Answer::Invalid => return Ok(()),
				Answer::Refused(error) => return Err(error),
			}
		}
	}

	async fn sign_again(&mut self, last: &B::Last, best: &At) -> Result<(), ChainError> {
		let (signer, call, nonce) = (self.signer, self.call, self.nonce);
		let (bytes, birth) = sign_at(self.belief, signer, call, nonce, last, best).await?;
		self.signed.push(bytes);
		self.birth = birth;
		Ok(())
	}

	fn latest(&self) -> &[u8] {
		self.signed.last().map_or(&[], Vec::as_slice)
	}

	/// Looks for the call in the blocks after those that were searched already.
	async fn look_through(&self, last: &B::Last) -> Result<Option<Included>, ChainError> {
		for number in self.searched.saturating_add(1)..=last.number() {
			if let Some(included) = self.belief.look_at(last, number, &self.signed).await? {
				return Ok(Some(included));
			}
		}
		Ok(None)
	}

	/// The same, up to the best block.
	async fn look_through_best(&self, best: &At) -> Result<Option<Included>, ChainError> {
		for number in self.searched.saturating_add(1)..=best.number {
			let block = self.belief.node().hash_of(number).await?;
			if let Some(included) = self.belief.look_in(block, &self.signed).await? {
				return Ok(Some(included));
			}
		}
		Ok(None)
	}
}

#[cfg(test)]
mod tests;
