//! Submits a call, and follows it until it is in a final block.
//!
//! A call may get lost: the connection breaks, the pool drops it, a fork removes it. So the client
//! watches it, and sends the same bytes again as long as they are valid. When they are no longer
//! valid, it signs the call again with the same nonce. The chain takes at most one call of a nonce,
//! so no call takes effect twice. A call gets another nonce only when a final block has used its
//! nonce for another call.
//!
//! What is final, and which nonce a key has, is a matter of [`Belief`].

use super::{
	belief::Belief, finality::Watch, from_rpc, At, Chain, NonceChoice, Until, TAKE_IN, TRIES,
};
use futures::future::join_all;
use std::{
	sync::atomic::Ordering,
	time::{Duration, Instant},
};
use subxt_rpcs::{client::RpcSubscription, methods::legacy::TransactionStatus};
use tokio::{task::JoinHandle, time::timeout};
use vouchsafe_protocol::{
	calls::RuntimeCall,
	errors::ChainError,
	events::Included,
	extrinsics::{self, Binding, Mortality, RuntimeVersion},
	nonces::OwnCall,
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
pub(crate) struct Birth {
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

/// The longest pause before a call is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What a node's answer to bytes that are sent again means.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
	/// The signature is not valid for its best block.
	Invalid,
	/// It had lost them, and has taken them.
	Taken,
	/// Wait: it has them already, or cannot take them now.
	Wait,
	/// The chain does not take the call.
	Refused(ChainError),
}

/// What a node says of bytes that it was handed.
type Said = Result<H256, ChainError>;

/// Hands the bytes of a call to these nodes. Each gets them, also if nobody waits for its answer.
fn hand_in(nodes: &[Chain], extrinsic: &[u8]) -> Vec<JoinHandle<Said>> {
	let handing = |node: &Chain| {
		let (node, extrinsic) = (node.clone(), extrinsic.to_vec());
		tokio::spawn(async move { node.hand_in(&extrinsic).await })
	};
	nodes.iter().map(handing).collect()
}

/// What the nodes say that answer in time.
async fn answers(handing: Vec<JoinHandle<Said>>, limit: Duration) -> Vec<Said> {
	let all = join_all(handing.into_iter().map(|it| timeout(limit, it))).await;
	let said = all.into_iter().filter_map(|it| it.ok()?.ok());
	said.filter(|it| !matches!(it, Err(ChainError::Unreachable(_)))).collect()
}

impl Answer {
	/// What the answers of all nodes mean. One node alone cannot make the client give up.
	fn of_all(said: Vec<Said>) -> Self {
		let rank = |answer: &Self| match answer {
			Self::Invalid => 0,
			Self::Taken => 1,
			Self::Wait => 2,
			Self::Refused(_) => 3,
		};
		said.into_iter().map(Self::of).min_by_key(rank).unwrap_or(Self::Wait)
	}

	fn of(answer: Result<H256, ChainError>) -> Self {
		match answer {
			Ok(_) => Self::Taken,
			Err(ChainError::Refused(why)) if why.contains("bad signature") => Self::Invalid,
			Err(
				error @ (ChainError::Refused(_)
				| ChainError::Stranger
				| ChainError::MayNotSign
				| ChainError::Replaced),
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
	/// The key that signs, whose nonce the call uses.
	key: AccountId,
	call: &'a RuntimeCall,
	until: Until,
	/// The node whose statuses of the call are heard.
	watched: Chain,
	/// All its signatures, the latest last. They have the same nonce.
	signed: Vec<Vec<u8>>,
	birth: Birth,
	/// No final block up to this one has it.
	searched: u32,
	begun: Instant,
	/// When its bytes were sent last.
	sent: Instant,
	/// When it was looked for last.
	looked: Instant,
	/// Whose turn it is to name the best block.
	turn: usize,
	watch: Watch,
	unproven: Option<Unproven>,
	/// Has the nonce, and keeps others of our calls from using it.
	own: OwnCall,
}

impl Chain {
	/// How often calls were sent again because the node had lost them.
	pub fn sent_again(&self) -> u64 {
		self.sent_again.load(Ordering::Relaxed)
	}
}

/// Signs and submits a call, and follows it. It is tried again after errors that may pass. Other calls
/// of the key may use its nonce again and again, so these tries are not counted.
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
	let (mut tries, begun) = (1, Instant::now());
	loop {
		let error = match try_submit(belief, signer, call, nonce, until).await {
			Err(error) if error.may_pass() => error,
			result => return result,
		};
		match error {
			ChainError::Stale if begun.elapsed() < belief.node().pace.patience => {},
			_ if tries < TRIES => tries += 1,
			_ => return Err(error),
		}
		tracing::debug!(%error, tries, "submitting again");
		tokio::time::sleep(pause).await;
		pause = (pause * 2).min(LONGEST_PAUSE);
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
	let key = signer.key();
	let begun = Instant::now();
	// While a call waits, those that need not wait go on: they hold no turn.
	let (last, birth, own, turn) = loop {
		let last = belief.last(&key).await?;
		let birth = prepare(belief, call, &last, 0).await?;
		let turn = match choice {
			NonceChoice::AfterPending => Some(belief.node().nonces.lock().await),
			NonceChoice::AfterOwn | NonceChoice::Account => None,
		};
		if let Some(own) = belief.choose_nonce(&last, &key, choice).await? {
			break (last, birth, own, turn);
		}
		drop(turn);
		belief.wait_for_others(&key, begun).await?;
	};
	let watched = belief.nodes(&last).into_iter().next().unwrap_or_else(|| belief.node().clone());
	let now = Instant::now();
	let submission = Submission {
		belief,
		signer,
		key,
		call,
		until,
		watched,
		signed: vec![birth.sign(belief, signer, call, own.nonce()).await?],
		birth,
		searched: last.number(),
		begun: now,
		sent: now,
		looked: now,
		turn: 1,
		watch: Watch::new(last.number()),
		unproven: None,
		own,
	};
	let mut statuses = submission.send(&last).await?;
	// The next call of this key gets the next nonce only when the pool has this one.
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

/// Prepares to sign a call for the block after the best one. The signature is valid from the last final
/// block on. If the best block is far ahead of it, because nothing becomes final, it is valid from a block
/// that a node names, at each turn another one. A liar gains nothing by that: at honest nodes the
/// signature is valid only if the block exists, and the nonce is the same.
pub(crate) async fn prepare<B: Belief>(
	belief: &B,
	call: &RuntimeCall,
	last: &B::Last,
	turn: usize,
) -> Result<Birth, ChainError> {
	belief.check_age(call, last)?;
	let best = belief.named_best(last, turn).await?;
	let (runtime, version) = belief.runtime(last, &best).await?;
	runtime.check_call(call)?;
	let (number, hash) = match Birth::number(last.number(), best.number) {
		number if number == last.number() => (number, last.hash()),
		number if number == best.number => (number, best.hash),
		number => match Chain::of(&best).hash_of(number).await {
			Ok(hash) => (number, hash),
			Err(_) => (best.number, best.hash),
		},
	};
	Ok(Birth { number, hash, version, lifetime: B::LIFETIME })
}

impl Birth {
	/// Signs a call that is valid from this block on.
	async fn sign<B: Belief>(
		&self,
		belief: &B,
		signer: &impl Signer,
		call: &RuntimeCall,
		nonce: u64,
	) -> Result<Vec<u8>, ChainError> {
		let Self { number, hash, version, lifetime } = *self;
		let binding = Binding {
			version,
			genesis: Submit::genesis(belief.node()),
			mortality: Mortality::new(number, lifetime.into()),
			from: hash,
			nonce,
		};
		Ok(extrinsics::sign(signer, call, &binding).await?)
	}
}

impl<B: Belief, S: Signer> Submission<'_, B, S> {
	/// Sends the call to all nodes for the first time. If the watched one does not answer, or says that
	/// the nonce was used, the call may be in a pool or a block all the same: then there are no statuses.
	/// A refusal counts only if every node that answers refuses.
	async fn send(&self, last: &B::Last) -> Result<Option<Statuses>, ChainError> {
		let nodes = self.belief.nodes(last);
		let others = hand_in(nodes.get(1..).unwrap_or_default(), self.latest());
		let limit = self.watched.pace.resend;
		let submitting = self.watched.rpc.author_submit_and_watch_extrinsic(self.latest());
		let error = match timeout(limit, submitting).await {
			Ok(Ok(statuses)) => return Ok(Some(statuses)),
			Ok(Err(error)) => from_rpc(error),
			Err(_) => return Ok(None),
		};
		let is_open = |said: &ChainError| said.may_pass();
		if is_open(&error) {
			return Ok(None);
		}
		let said = answers(others, limit).await;
		match said.iter().all(|it| it.as_ref().is_err_and(|error| !is_open(error))) {
			true => Err(error),
			false => Ok(None),
		}
	}

	/// Follows the call until it is included. It is looked for and sent again however often the watched
	/// node says something of it.
	async fn follow(
		mut self,
		mut first: Option<Heard>,
		mut statuses: Option<Statuses>,
	) -> Result<Included, ChainError> {
		let Pace { looks: (shortest, longest), resend, .. } = self.belief.node().pace;
		let mut pause = shortest;
		loop {
			let heard = match first.take() {
				Some(heard) => heard,
				None => self.hear(&mut statuses, pause).await,
			};
			let mut is_due = self.looked.elapsed() >= resend;
			match heard {
				Heard::Moved => {},
				Heard::In(block) => {
					let looked = self.belief.look_in(&self.watched, block, &self.signed).await;
					if let Some(included) = self.weigh(looked, Some(block))? {
						return Ok(included);
					}
				},
				Heard::Nothing => is_due = true,
				Heard::Lost => (statuses, is_due) = (None, true),
			}
			if is_due {
				let looked = self.look(matches!(heard, Heard::Lost)).await;
				self.looked = Instant::now();
				if let Some(included) = self.weigh(looked, None)? {
					return Ok(included);
				}
			}
			self.ensure_patience(&mut statuses)?;
			pause = (pause * 2).min(longest);
		}
	}

	/// What was found when the call was looked for, in this block if the watched node has named one. An
	/// error if the call has failed.
	fn weigh(
		&mut self,
		looked: Result<Option<Included>, ChainError>,
		block: Option<H256>,
	) -> Result<Option<Included>, ChainError> {
		match looked {
			Ok(Some(included)) => return Ok(Some(included)),
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
		Ok(None)
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

	/// An error if the call, or the proof of what the node says of it, was waited for too long. If there
	/// are other nodes, the watched one is only not heard any more.
	fn ensure_patience(&mut self, statuses: &mut Option<Statuses>) -> Result<(), ChainError> {
		let Pace { patience, proof, .. } = self.belief.node().pace;
		match &self.unproven {
			Some(unproven) if unproven.since.elapsed() >= proof => {
				if self.belief.is_alone() {
					return Err(unproven.why.clone().into());
				}
				(*statuses, self.unproven) = (None, None);
				Ok(())
			},
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
		let (node, nonce) = (self.belief.node(), self.own.nonce());
		let last = self.belief.last(&self.key).await?;
		node.watch_finality(&mut self.watch, last.number()).await;
		if last.nonce(&self.key).await? > nonce {
			let found = self.look_through(&last).await?;
			return found.map(Some).ok_or(ChainError::Stale);
		}
		self.searched = last.number();
		if self.until == Until::Best {
			let best = self.belief.named_best(&last, 0).await?;
			if best.nonce(&self.key).await? > nonce {
				return self.look_through_best(&best).await;
			}
		}
		if is_lost || self.sent.elapsed() >= node.pace.resend {
			self.send_again(&last).await?;
		}
		Ok(None)
	}

	/// Sends the latest bytes again, or new ones with the same nonce if the best chain can no longer
	/// include those.
	async fn send_again(&mut self, last: &B::Last) -> Result<(), ChainError> {
		let nodes = self.belief.nodes(last);
		self.turn = self.turn.wrapping_add(1);
		let mut is_new = !self.is_valid(last).await && self.sign_again(last).await?;
		loop {
			let handing = hand_in(&nodes, self.latest());
			let said = answers(handing, self.belief.node().pace.resend).await;
			self.sent = Instant::now();
			match Answer::of_all(said) {
				Answer::Taken => {
					let nonce = self.own.nonce();
					self.belief.node().sent_again.fetch_add(1, Ordering::Relaxed);
					tracing::info!(nonce, signed_again = is_new, "sent a call again");
					return Ok(());
				},
				Answer::Invalid if !is_new => {
					is_new = self.sign_again(last).await?;
					if !is_new {
						return Ok(());
					}
				},
				Answer::Wait | Answer::Invalid => return Ok(()),
				// A call that is in a block already may be refused for what it did itself.
				Answer::Refused(_) if self.seems_used(last).await => return Ok(()),
				Answer::Refused(error) => return Err(error),
			}
		}
	}

	/// Whether a node says that its best chain has used the nonce.
	async fn seems_used(&self, last: &B::Last) -> bool {
		let Ok(best) = self.belief.named_best(last, self.turn).await else { return false };
		best.nonce(&self.key).await.is_ok_and(|nonce| nonce > self.own.nonce())
	}

	/// Whether the best chain of the node whose turn it is can still include the latest bytes. So it
	/// seems too if that node does not answer.
	async fn is_valid(&self, last: &B::Last) -> bool {
		let Ok(best) = self.belief.named_best(last, self.turn).await else { return true };
		let canonical = Chain::of(&best).hash_of(self.birth.number).await.ok();
		self.birth.is_valid(best.number, best.version, canonical)
	}

	/// Signs the call once more, with the same nonce. Returns whether that was possible now.
	async fn sign_again(&mut self, last: &B::Last) -> Result<bool, ChainError> {
		let birth = match prepare(self.belief, self.call, last, self.turn).await {
			Ok(birth) => birth,
			Err(
				error @ (ChainError::Unreachable(_)
				| ChainError::OldHead(_)
				| ChainError::ClockBehind(_)
				| ChainError::NotProven(_)),
			) => {
				tracing::debug!(%error, "the call is not signed again now");
				return Ok(false);
			},
			Err(error) => return Err(error),
		};
		let signing = birth.sign(self.belief, self.signer, self.call, self.own.nonce());
		self.signed.push(signing.await?);
		self.birth = birth;
		Ok(true)
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
			let looked = self.belief.look_in(self.belief.node(), block, &self.signed);
			if let Some(included) = looked.await? {
				return Ok(Some(included));
			}
		}
		Ok(None)
	}
}

#[cfg(test)]
mod tests;
