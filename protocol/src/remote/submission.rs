//! Sends calls through custodians, which are not believed.
//!
//! - A call's nonce is the proven one of its account, or the next that no call of this program uses.
//! - All custodians get the same bytes, again and again, so that one of them alone cannot keep a call
//!   back. They are signed again, with the same nonce, only if no block can include them any more.
//! - A call is done when a custodian names its block, and it is proven that the account's nonce was used
//!   up to a block at or after that one. What the call did is the custodian's word.
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
use std::time::Duration;

/// For how many blocks a signature is valid: a custodian can keep a call back for as long.
const LIFETIME: u32 = 64;

/// Which nonce a call gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nonce {
	/// The next after this program's own calls.
	Next,
	/// The account's own nonce: the call replaces a pending one.
	Own,
}

/// What the custodians say of a call, besides its block.
#[derive(Default)]
struct Round {
	/// Whether one of them says that it waits, or has not answered.
	is_open: bool,
	refusal: Option<ChainError>,
	failure: Option<ChainError>,
}

/// A call that is sent.
struct Submission<'a, T, S> {
	chain: &'a CustodianChain<T>,
	signer: &'a S,
	account: AccountId,
	call: &'a RuntimeCall,
	/// Has the nonce, and keeps others of our calls from using it.
	own: OwnCall,
	/// The block from which on the signature is valid.
	birth: u32,
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
	let account = signer.account();
	let view = chain.view().await?;
	if gives_access(call) {
		chain.ensure_fresh(&view)?;
	}
	let proven = view.nonce(&account).await?;
	let own = match nonce {
		Nonce::Next => chain.own_calls.take(&account, proven),
		Nonce::Own => chain.own_calls.note(&account, proven),
	};
	let begun = chain.transport.elapsed();
	let (birth, signed) = (view.number(), sign(chain, signer, call, &view, own.nonce())?);
	let submission =
		Submission { chain, signer, account, call, own, birth, signed, begun, stuck: None };
	submission.follow().await
}

/// Signs a call that is valid from the block of this view on.
pub(super) fn sign<T: Transport + Clone>(
	chain: &CustodianChain<T>,
	signer: &impl Signer,
	call: &RuntimeCall,
	view: &ProvenView<CustodianBlock<T>>,
	nonce: u64,
) -> Result<Vec<u8>, ChainError> {
	let version = RuntimeMetadata::own().version().ok_or(ProofError::NoRuntime)?;
	let mortality = Mortality::new(view.number(), LIFETIME.into());
	let binding = Binding { version, genesis: chain.genesis, mortality, from: view.hash(), nonce };
	Ok(extrinsics::sign(signer, call, &binding))
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
	/// does, what they say instead. An error if the call has failed in its block.
	async fn send(&self) -> Result<Result<Included, Round>, ChainError> {
		let places = (0..self.chain.custodians.len()).map(|place| self.hand_in(place));
		let mut asking: FuturesUnordered<_> = places.collect();
		let mut round = Round::default();
		while let Some(said) = asking.next().await {
			match said {
				Ok(Said::Included(included)) => return Ok(Ok(included)),
				Ok(Said::Waiting) => round.is_open = true,
				Ok(Said::Refused(error)) => round.refusal = Some(round.refusal.unwrap_or(error)),
				Err(error @ ChainError::Dispatch { .. }) => return Err(error),
				Err(error @ ChainError::NotProven(ProofError::TwoFinal(_))) => return Err(error),
				Err(error) => round.failure = Some(round.failure.unwrap_or(error)),
			}
		}
		Ok(Err(round))
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
				self.prove(place, block.into(), number).await?;
				let events = of_shown(&events.0, RuntimeMetadata::own())?;
				let mut known = lock(&self.chain.known);
				known.awaited = known.awaited.max(number);
				Ok(Said::Included(Included { block: block.into(), number, events }))
			},
		}
	}

	/// Proves that the nonce is used at a block at or after the one that this custodian names.
	async fn prove(&self, place: usize, block: H256, number: u32) -> Result<(), ChainError> {
		let not_there = || ChainError::from(ProofError::NotThere(block));
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
		let view = ProvenView::new(self.chain.block(place, head.hash), head).await?;
		let is_other = view.number() == number && view.hash() != block;
		match !is_other && view.nonce(&self.account).await? > self.own.nonce() {
			true => Ok(()),
			false => Err(not_there()),
		}
	}

	/// Why the call cannot go on: nobody takes it, or its nonce is used and nobody says for what. If its
	/// signature has become too old, it is signed again.
	async fn why_stuck(&mut self, round: Round) -> Result<Option<ChainError>, ChainError> {
		let state = async {
			let view = self.chain.view().await?;
			let nonce = view.nonce(&self.account).await?;
			Ok::<_, ChainError>((view, nonce))
		};
		let (view, nonce) = match state.await {
			Ok(state) => state,
			Err(
				error @ (ChainError::Foreign(_) | ChainError::NotProven(ProofError::TwoFinal(_))),
			) => {
				return Err(error);
			},
			Err(error) => return Ok(Some(error).filter(|error| !is_away(error))),
		};
		if nonce > self.own.nonce() {
			return Ok(Some(ChainError::Unnamed(self.own.nonce())));
		}
		// No block can have the old signature any more, and none has it.
		if view.number() >= self.birth.saturating_add(LIFETIME.saturating_sub(1)) {
			if gives_access(self.call) {
				self.chain.ensure_fresh(&view)?;
			}
			self.signed = sign(self.chain, self.signer, self.call, &view, self.own.nonce())?;
			self.birth = view.number();
			return Ok(None);
		}
		match round {
			Round { is_open: true, .. } => Ok(None),
			// It may become valid, or be in a block that is not final yet.
			Round { refusal: Some(error), .. } if error.may_pass() => Ok(Some(error)),
			Round { refusal: Some(error), .. } => Err(error),
			Round { failure, .. } => Ok(failure.filter(|error| !is_away(error))),
		}
	}
}

/// Whether nobody could be asked. The call may have been sent all the same, so it is followed on.
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
