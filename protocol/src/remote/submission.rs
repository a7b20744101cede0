//! Sends calls through custodians, which are not believed.
//!
//! - A call's nonce is the proven one of the key that signs it, or the next that no call of this program
//!   uses.
//! - All custodians get the same bytes, again and again, so that one of them alone cannot keep a call
//!   back. They are signed again, with the same nonce, only if no block can include them any more.
//! - A call is done when a custodian names its block, and it is proven that the key's nonce was used
//!   up to a block at or after that one. What the call did is the custodian's word: the state proves it.
//! - The state proves no failure. So a call has failed only if each custodian says so that answers, and
//!   one that says it has succeeded is believed before all others.
//! - Who has the bytes can hand them in while their signature is valid. So a call ends as refused only if
//!   all custodians refuse it; otherwise it is said that it can still take effect.
//! - If the nonce is proven to be used, but no custodian says that it was this call, it is never sent
//!   with another nonce: it may have taken effect.

use super::{silent, CustodianChain};
use crate::{
	calls::{gives_access, RuntimeCall},
	compatibility::RuntimeMetadata,
	errors::{one_line, ChainError},
	events::{of_shown, Included},
	extrinsics::{self, Binding, Mortality},
	messages::{HexBytes, SubmitExtrinsic, SubmitOutcome},
	nonces::OwnCall,
	proof::ProofError,
	proven::ProvenView,
	remote::{lock, CustodianBlock},
	rest::Transport,
	signing::Signer,
	traits::View,
	types::{AccountId, H256},
};
use futures::{stream::FuturesUnordered, StreamExt};
use std::{sync::Mutex, time::Duration};

/// For how many blocks a signature is valid: a custodian can keep a call back for as long.
const LIFETIME: u32 = 64;

/// Which nonce a call gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nonce {
	/// The next after this program's own calls.
	Next,
	/// The key's own nonce: the call replaces a pending one.
	Own,
}

/// What the custodians say of a call that has succeeded by nobody's word.
#[derive(Default)]
struct Round {
	/// That it failed in its block, and how.
	failed: Option<ChainError>,
	/// Whether it waits.
	is_waiting: bool,
	refusal: Option<ChainError>,
	/// Whether one of them says what cannot be proven or read.
	is_unclear: bool,
	/// Why one of them says nothing of use.
	failure: Option<ChainError>,
}

impl Round {
	fn add(&mut self, said: Result<Said, ChainError>) -> Result<Option<Included>, ChainError> {
		match said {
			Ok(Said::Included(included)) => return Ok(Some(included)),
			Ok(Said::Failed(error)) => _ = self.failed.get_or_insert(error),
			Ok(Said::Waiting) => self.is_waiting = true,
			Ok(Said::Refused(error)) => _ = self.refusal.get_or_insert(error),
			Err(error @ ChainError::NotProven(ProofError::TwoFinal(_))) => return Err(error),
			Err(error) => {
				self.is_unclear |=
					!matches!(error, ChainError::Unreachable(_) | ChainError::Custodian(_));
				self.failure.get_or_insert(error);
			},
		}
		Ok(None)
	}

	/// How the call failed, if nobody who answers says anything else.
	fn agreed_failure(&self) -> Option<&ChainError> {
		let is_disputed = self.is_waiting || self.is_unclear || self.refusal.is_some();
		self.failed.as_ref().filter(|_| !is_disputed)
	}
}

/// What is proven of a call's nonce.
struct NonceProof {
	/// The last block at which it is known to be unused.
	unused: u32,
	/// The first block at which it is known to be used.
	used: Option<(u32, H256)>,
}

/// A call that is sent.
struct Submission<'a, T, S> {
	chain: &'a CustodianChain<T>,
	signer: &'a S,
	/// The key that signs, whose nonce the call uses.
	key: AccountId,
	call: &'a RuntimeCall,
	/// Has the nonce, and keeps others of our calls from using it.
	own: OwnCall,
	/// The block from which on the signature is valid.
	birth: u32,
	nonce_proof: Mutex<NonceProof>,
	signed: Vec<u8>,
	begun: Duration,
	/// Since when it is known that the call can no longer go on as it should, and why.
	stuck: Option<Duration>,
}

/// Signs a call, sends it, and follows it until it is proven that its nonce is used.
pub(super) async fn submit<T: Transport + Clone, S: Signer>(
	chain: &CustodianChain<T>,
	signer: &S,
	call: &RuntimeCall,
	nonce: Nonce,
) -> Result<Included, ChainError> {
	let key = signer.key();
	let view = chain.view().await?;
	if gives_access(call) {
		chain.ensure_fresh(&view)?;
	}
	let proven = view.nonce(&key).await?;
	let own = match nonce {
		Nonce::Next => chain.own_calls.take(&key, proven),
		Nonce::Own => chain.own_calls.note(&key, proven),
	};
	let begun = chain.transport.elapsed();
	let (birth, signed) = (view.number(), sign(chain, signer, call, &view, own.nonce()).await?);
	let submission = Submission {
		chain,
		signer,
		key,
		call,
		own,
		birth,
		nonce_proof: Mutex::new(NonceProof { unused: birth, used: None }),
		signed,
		begun,
		stuck: None,
	};
	submission.follow().await
}

/// Signs a call that is valid from the block of this view on.
pub(super) async fn sign<T: Transport + Clone>(
	chain: &CustodianChain<T>,
	signer: &impl Signer,
	call: &RuntimeCall,
	view: &ProvenView<CustodianBlock<T>>,
	nonce: u64,
) -> Result<Vec<u8>, ChainError> {
	let version = RuntimeMetadata::own().version().ok_or(ProofError::NoRuntime)?;
	let mortality = Mortality::new(view.number(), LIFETIME.into());
	let binding = Binding { version, genesis: chain.genesis, mortality, from: view.hash(), nonce };
	Ok(extrinsics::sign(signer, call, &binding).await?)
}

impl<T: Transport + Clone, S: Signer> Submission<'_, T, S> {
	async fn follow(mut self) -> Result<Included, ChainError> {
		let pace = self.chain.pace;
		loop {
			let round = match self.send().await? {
				Ok(included) => return Ok(included),
				Err(round) => round,
			};
			if let Some(error) = self.why_stuck(round).await? {
				let now = self.chain.transport.elapsed();
				let since = *self.stuck.get_or_insert(now);
				if now.saturating_sub(since) >= pace.proof {
					return Err(error);
				}
			} else {
				self.stuck = None;
			}
			if self.chain.transport.elapsed().saturating_sub(self.begun) >= pace.patience {
				return Err(ChainError::Pending(pace.patience.as_secs() / 60));
			}
			self.chain.transport.sleep(pace.again).await;
		}
	}

	/// Hands the call to all custodians, until one of them names its block and that is proven. If none
	/// does, what they say instead. An error if all say that the call has failed in its block.
	async fn send(&self) -> Result<Result<Included, Round>, ChainError> {
		let places = (0..self.chain.custodians.len()).map(|place| self.hand_in(place));
		let mut asking: FuturesUnordered<_> = places.collect();
		let mut round = Round::default();
		while let Some(said) = asking.next().await {
			if let Some(included) = round.add(said)? {
				return Ok(Ok(included));
			}
		}
		match round.agreed_failure() {
			Some(error) if round.failure.is_none() => Err(error.clone()),
			_ => Ok(Err(round)),
		}
	}

	/// Hands the call to this custodian, and proves what it says.
	async fn hand_in(&self, place: usize) -> Result<Said, ChainError> {
		let custodian = self.chain.custodian(place)?;
		let extrinsic = SubmitExtrinsic { extrinsic: HexBytes(self.signed.clone()) };
		let asking = custodian.submit_extrinsic(self.signer, &extrinsic);
		let said = self.chain.transport.in_time(self.chain.pace.news, asking).await;
		match said.ok_or_else(silent)?? {
			SubmitOutcome::Waiting => Ok(Said::Waiting),
			SubmitOutcome::Refused { error } => Ok(Said::Refused(refused(&error))),
			SubmitOutcome::Final { block, number, events } => {
				let (number, block) = self.prove(place, block.into(), number).await?;
				let events = match of_shown(&events.0, RuntimeMetadata::own()) {
					Err(error @ ChainError::Dispatch { .. }) => return Ok(Said::Failed(error)),
					events => events?,
				};
				let mut known = lock(&self.chain.known);
				known.awaited = known.awaited.max(number);
				Ok(Said::Included(Included { block, number, events }))
			},
		}
	}

	/// Proves that the nonce is used at a block at or after the one that this custodian names. Returns
	/// that one, or the proven one if the call cannot be in that one.
	async fn prove(
		&self,
		place: usize,
		block: H256,
		number: u32,
	) -> Result<(u32, H256), ChainError> {
		let not_there = || ChainError::from(ProofError::NotThere(block));
		if number > self.last() {
			return Err(not_there());
		}
		let begun = self.chain.transport.elapsed();
		loop {
			let newest = self.chain.await_newer(number.saturating_sub(1)).await;
			if newest.is_ok_and(|newest| newest >= number) {
				break;
			}
			let elapsed = self.chain.transport.elapsed().saturating_sub(begun);
			if elapsed >= self.chain.pace.proof {
				return Err(not_there());
			}
			self.chain.transport.sleep(self.chain.pace.pause).await;
		}
		// It is proven that this one is final. Nobody else has to answer.
		let head = *self.chain.trusted().ok_or_else(not_there)?.head();
		let view = self.chain.view_of(head, place).await?;
		let is_other = view.number() == number && view.hash() != block;
		if is_other {
			return Err(not_there());
		}
		self.learn(&view).await?;
		let proof = lock(&self.nonce_proof);
		let first = proof.used.ok_or_else(not_there)?;
		match proof.unused < number && number < first.0 {
			true => Ok((number, block)),
			false => Ok(first),
		}
	}

	/// The last block that can have the call as it is signed.
	fn last(&self) -> u32 {
		self.birth.saturating_add(LIFETIME.saturating_sub(1))
	}

	/// Learns from this view whether the nonce is used. Returns whether it is.
	async fn learn(&self, view: &ProvenView<CustodianBlock<T>>) -> Result<bool, ChainError> {
		let is_used = view.nonce(&self.key).await? > self.own.nonce();
		let mut proof = lock(&self.nonce_proof);
		if !is_used {
			proof.unused = proof.unused.max(view.number());
		} else if proof.used.is_none_or(|(number, _)| view.number() < number) {
			proof.used = Some((view.number(), view.hash()));
		}
		Ok(is_used)
	}

	/// Why the call cannot go on: nobody takes it, or its nonce is used and nobody says that it succeeded.
	/// If its signature has become too old, it is signed again.
	async fn why_stuck(&mut self, round: Round) -> Result<Option<ChainError>, ChainError> {
		let state = async {
			let view = self.chain.view().await?;
			let is_used = self.learn(&view).await?;
			Ok::<_, ChainError>((view, is_used))
		};
		let (view, is_used) = match state.await {
			Ok(state) => state,
			Err(
				error @ (ChainError::Foreign(_) | ChainError::NotProven(ProofError::TwoFinal(_))),
			) => {
				return Err(error);
			},
			Err(error) => return Ok(unless_away(error)),
		};
		if is_used {
			let failure = round.agreed_failure().cloned();
			return Ok(Some(failure.unwrap_or(ChainError::Unnamed(self.own.nonce()))));
		}
		// No block can have the old signature any more, and none has it.
		if view.number() >= self.last() {
			if gives_access(self.call) {
				self.chain.ensure_fresh(&view)?;
			}
			let signing = sign(self.chain, self.signer, self.call, &view, self.own.nonce());
			self.signed = signing.await?;
			self.birth = view.number();
			return Ok(None);
		}
		match round {
			Round { is_waiting: true, .. } => Ok(None),
			// All refuse it, so that it cannot become valid.
			Round { refusal: Some(error), failed: None, failure: None, .. }
				if !error.may_pass() =>
			{
				Err(error)
			},
			// It may become valid, be in a block that is not final yet, or be handed in by another one.
			Round { refusal: Some(error), .. } => Ok(Some(uncertain(&error))),
			Round { failure, .. } => Ok(failure.and_then(unless_away)),
		}
	}
}

/// That a call was sent, and can take effect in spite of this error.
fn uncertain(error: &ChainError) -> ChainError {
	ChainError::Uncertain(error.to_string())
}

/// The same, if somebody could be asked. Otherwise the call is followed on.
fn unless_away(error: ChainError) -> Option<ChainError> {
	(!is_away(&error)).then(|| uncertain(&error))
}

/// Whether nobody could be asked.
fn is_away(error: &ChainError) -> bool {
	match error {
		ChainError::Unreachable(_) => true,
		ChainError::Custodian(error) => error.is_away(),
		_ => false,
	}
}

/// What a custodian says of a call.
enum Said {
	/// It is in a block that is proven to be final, as far as that can be proven.
	Included(Included),
	/// It is in such a block, and has failed.
	Failed(ChainError),
	Waiting,
	Refused(ChainError),
}

/// What the pool's refusal means, in the node's words.
fn refused(error: &str) -> ChainError {
	match ChainError::from_node(error.into()) {
		ChainError::Unreachable(_) | ChainError::StateGone | ChainError::Foreign(_) => {
			ChainError::Refused(one_line(error))
		},
		error => error,
	}
}
