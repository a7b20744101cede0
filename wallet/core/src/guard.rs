//! Signs only what was shown. A call reaches the chain only if it is the one that the shown draft is
//! about: it is decoded again from its bytes, and for a consent the sentence is made again from them.

use codec::{Decode, Encode};
use std::sync::{Arc, Mutex, PoisonError};
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

/// What may be signed now.
#[derive(Clone, Default)]
pub struct Approval(Arc<Mutex<Option<Check>>>);

impl Approval {
	/// Lets the calls be signed for which `check` holds, until what is returned is dropped.
	pub fn give(
		&self,
		check: impl Fn(&RuntimeCall) -> bool + SendOutsideWasm + SyncOutsideWasm + 'static,
	) -> Given {
		*self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(check));
		Given(self.clone())
	}

	/// The call as its bytes say it, if it may be signed.
	fn checked(&self, call: &RuntimeCall) -> Result<RuntimeCall, ChainError> {
		let decoded = RuntimeCall::decode(&mut &call.encode()[..]).map_err(ChainError::foreign)?;
		let check = self.0.lock().unwrap_or_else(PoisonError::into_inner);
		match check.as_ref().is_some_and(|check| check(&decoded)) {
			true => Ok(decoded),
			false => Err(ChainError::Refused(NOT_SHOWN.into())),
		}
	}
}

/// What is said of a call that was not shown.
pub const NOT_SHOWN: &str = "this was not shown before it was to be signed";

/// While it exists, something may be signed.
pub struct Given(Approval);

impl Drop for Given {
	fn drop(&mut self) {
		*self.0 .0.lock().unwrap_or_else(PoisonError::into_inner) = None;
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
		let call = self.approval.checked(&call.into())?;
		self.chain.submit(signer, call).await
	}

	async fn submit_revocation(
		&self,
		signer: &impl Signer,
		call: impl Into<RuntimeCall> + SendOutsideWasm,
	) -> Result<Included, ChainError> {
		let call = self.approval.checked(&call.into())?;
		self.chain.submit_revocation(signer, call).await
	}
}
