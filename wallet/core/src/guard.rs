//! Signs only what was shown. A call reaches the chain only if it is the one that the shown draft is
//! about: it is decoded again from its bytes, and what it says is made again from them ([`wording`]).

pub mod wording;

use anyhow::{Context as _, Result};
use codec::{Decode, Encode};
use std::{
	collections::BTreeMap,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex, MutexGuard, PoisonError,
	},
};
use vouchsafe_protocol::{
	calls::RuntimeCall,
	errors::ChainError,
	events::Included,
	signing::Signer,
	traits::{SendOutsideWasm, Submit, SyncOutsideWasm},
	types::H256,
};

#[cfg(not(target_family = "wasm"))]
type Check = Box<dyn Fn(&RuntimeCall) -> bool + Send + Sync>;
#[cfg(target_family = "wasm")]
type Check = Box<dyn Fn(&RuntimeCall) -> bool>;

/// What may be signed now. Clones share it.
#[derive(Clone, Default)]
pub struct Approval(Arc<Mutex<State>>);

/// What was given and not dropped yet. Several actions may run at once, such as a
/// signature and the opening of records.
#[derive(Default)]
struct State {
	given: BTreeMap<u64, One>,
	next: u64,
}

struct One {
	check: Check,
	/// Whether a call was handed to the chain for which this check holds.
	was_sent: Arc<AtomicBool>,
}

impl Approval {
	/// Lets the calls be signed for which `check` holds, until what is returned is dropped.
	pub fn give(
		&self,
		check: impl Fn(&RuntimeCall) -> bool + SendOutsideWasm + SyncOutsideWasm + 'static,
	) -> Given {
		let was_sent = Arc::default();
		let mut state = self.state();
		let number = state.next;
		state.next = number.wrapping_add(1);
		let one = One { check: Box::new(check), was_sent: Arc::clone(&was_sent) };
		state.given.insert(number, one);
		drop(state);
		Given { approval: self.clone(), number, was_sent }
	}

	fn state(&self) -> MutexGuard<'_, State> {
		self.0.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// Whether this call may be signed now.
	#[cfg(test)]
	pub fn is_given(&self, call: &RuntimeCall) -> bool {
		self.checked(call).is_ok()
	}

	/// The call as its bytes say it, if it may be signed.
	fn checked(&self, call: &RuntimeCall) -> Result<Checked, ChainError> {
		let decoded = RuntimeCall::decode(&mut &call.encode()[..]).map_err(ChainError::foreign)?;
		let state = self.state();
		match state.given.values().find(|one| (one.check)(&decoded)) {
			Some(one) => Ok(Checked { call: decoded, was_sent: Arc::clone(&one.was_sent) }),
			None => Err(ChainError::Refused(NOT_SHOWN.into())),
		}
	}
}

/// A call that may be signed.
struct Checked {
	call: RuntimeCall,
	was_sent: Arc<AtomicBool>,
}

/// Notes that a call was handed to the chain, by what came of it. On an old block nothing is signed, nor
/// if an extension does not sign: then no block can have the call as it was signed before.
fn note<T>(was_sent: &AtomicBool, outcome: Result<T, ChainError>) -> Result<T, ChainError> {
	use ChainError::{ClockBehind, NotSigned, OldHead};
	if !matches!(outcome, Err(OldHead(_) | ClockBehind(_) | NotSigned(_))) {
		was_sent.store(true, Ordering::Relaxed);
	}
	outcome
}

/// What is said of a call that was not shown.
pub const NOT_SHOWN: &str = "this was not shown before it was to be signed";

/// Something failed after a call was handed to the chain, so that the call may take effect.
#[derive(Debug, thiserror::Error)]
#[error("after it was signed and sent")]
pub struct AfterSending;

/// While it exists, something may be signed.
pub struct Given {
	approval: Approval,
	number: u64,
	was_sent: Arc<AtomicBool>,
}

impl Given {
	/// The same, with [`AfterSending`] on an error if a call was handed to the chain.
	pub fn mark<T>(&self, outcome: Result<T>) -> Result<T> {
		match self.was_sent.load(Ordering::Relaxed) {
			true => outcome.context(AfterSending),
			false => outcome,
		}
	}
}

impl Drop for Given {
	fn drop(&mut self) {
		self.approval.state().given.remove(&self.number);
	}
}

/// A way to the chain that signs only what was approved.
#[derive(Clone)]
pub struct Guarded<C> {
	/// The way.
	pub chain: C,
	/// What may be signed.
	pub approval: Approval,
}

impl<C: Submit> Submit for Guarded<C> {
	type At = C::At;

	fn genesis(&self) -> H256 {
		self.chain.genesis()
	}

	async fn finalized(&self) -> Result<C::At, ChainError> {
		self.chain.finalized().await
	}

	async fn fresh(&self) -> Result<C::At, ChainError> {
		self.chain.fresh().await
	}

	async fn at_number(&self, number: u32) -> Result<C::At, ChainError> {
		self.chain.at_number(number).await
	}

	async fn best(&self) -> Result<C::At, ChainError> {
		self.chain.best().await
	}

	async fn submit(
		&self,
		signer: &impl Signer,
		call: impl Into<RuntimeCall> + SendOutsideWasm,
	) -> Result<Included, ChainError> {
		let Checked { call, was_sent } = self.approval.checked(&call.into())?;
		note(&was_sent, self.chain.submit(signer, call).await)
	}

	async fn submit_revocation(
		&self,
		signer: &impl Signer,
		call: impl Into<RuntimeCall> + SendOutsideWasm,
	) -> Result<Included, ChainError> {
		let Checked { call, was_sent } = self.approval.checked(&call.into())?;
		note(&was_sent, self.chain.submit_revocation(signer, call).await)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{failure::tell, messages::FailureKind};
	use anyhow::{anyhow, Error};
	use vouchsafe_protocol::{calls::AccessRequestsCall, signing::NotSigned};
	use vouchsafe_speech::Speech;

	fn deny(request: u32) -> RuntimeCall {
		AccessRequestsCall::deny { request }.into()
	}

	fn approve_first(approval: &Approval) -> Given {
		approval.give(|call| *call == deny(1))
	}

	fn send<T>(approval: &Approval, outcome: Result<T, ChainError>) -> Result<T, ChainError> {
		let Checked { was_sent, .. } = approval.checked(&deny(1))?;
		note(&was_sent, outcome)
	}

	fn may_take_effect(given: &Given, error: impl Into<Error>) -> bool {
		let error = given.mark::<()>(Err(error.into())).unwrap_err();
		tell(&error, &Speech::english()).may_take_effect
	}

	#[test]
	fn what_was_not_approved_is_not_signed() {
		let approval = Approval::default();
		assert!(approval.checked(&deny(1)).is_err());
		let given = approve_first(&approval);
		assert_eq!(approval.checked(&deny(1)).map(|it| it.call), Ok(deny(1)));
		let refused = approval.checked(&deny(2)).map(drop).unwrap_err();
		assert_eq!(refused, ChainError::Refused(NOT_SHOWN.into()));
		assert!(!may_take_effect(&given, refused), "nobody got it");
		drop(given);
		assert!(approval.checked(&deny(1)).is_err());
	}

	/// Opening records while a consent is being signed must not end the consent's approval, nor lend
	/// it another call.
	#[test]
	fn what_runs_at_the_same_time_is_approved_separately() {
		let approval = Approval::default();
		let first = approve_first(&approval);
		let second = approval.give(|call| *call == deny(2));
		assert_eq!(approval.checked(&deny(1)).map(|it| it.call), Ok(deny(1)));
		let Checked { was_sent, .. } =
			approval.checked(&deny(2)).map_err(drop).expect("it is approved");
		assert_eq!(note(&was_sent, Ok(7)), Ok(7));
		assert!(may_take_effect(&second, ChainError::Stale));
		assert!(!may_take_effect(&first, ChainError::Stale), "nothing of it was sent");
		drop(second);
		assert!(approval.checked(&deny(2)).is_err());
		assert!(approval.checked(&deny(1)).is_ok());
		drop(first);
		assert!(approval.checked(&deny(1)).is_err());
	}

	/// The attack: a custodian refuses a call, and hands it in when the patient has given it up.
	#[test]
	fn each_failure_after_a_call_was_sent_says_that_it_may_take_effect() {
		let approval = Approval::default();
		let given = approve_first(&approval);
		assert!(!may_take_effect(&given, ChainError::MayNotSign));
		let old = send::<()>(&approval, Err(ChainError::OldHead(None))).unwrap_err();
		assert!(!may_take_effect(&given, old), "nothing is signed on an old block");
		let refused = ChainError::NotSigned(NotSigned::Refused);
		let refused = send::<()>(&approval, Err(refused)).unwrap_err();
		assert!(!may_take_effect(&given, refused), "the extension did not sign");
		let refused = send::<()>(&approval, Err(ChainError::MayNotSign)).unwrap_err();
		assert!(may_take_effect(&given, refused.clone()));
		let told = tell(&given.mark::<()>(Err(refused.into())).unwrap_err(), &Speech::english());
		assert_eq!(
			told.text,
			Speech::english().wallet_failed_pending(),
			"not that nothing changed"
		);
		assert!(may_take_effect(&given, anyhow!("what was read later fails")));
		// What failed is told as before.
		let error = given.mark::<()>(Err(ChainError::Stranger.into())).unwrap_err();
		assert_eq!(tell(&error, &Speech::english()).kind, FailureKind::NotEnrolled);
		drop(given);
		// The next one is about another call.
		let given = approve_first(&approval);
		assert!(!may_take_effect(&given, ChainError::MayNotSign));
		assert_eq!(send(&approval, Ok(7)), Ok(7));
		assert!(may_take_effect(&given, ChainError::Stale));
	}
}
