//! What can go wrong with the chain, in words that say what to do.

use super::Config;
use subxt::{
	client::OnlineClientAtBlock,
	error::{
		BackendError, DispatchError, ExtrinsicError, ModuleError, RpcError, TransactionEventsError,
		TransactionFinalizedSuccessError,
	},
	extrinsics::ExtrinsicEvents,
	rpcs::{self, UserError},
	Error,
};

/// What can go wrong with the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
	/// The node can't be reached, or does not answer.
	#[error("the node can't be reached: {0}. Is it running, and is the address right?")]
	Unreachable(String),
	/// The chain speaks otherwise than this program.
	#[error("the node's chain is not the one that this program was made for: {0}")]
	Foreign(String),
	/// The node has thrown the block's state away.
	#[error("the node no longer has the state of that block: it is no archive")]
	StateGone,
	/// The signer is not enrolled.
	#[error("the account is not enrolled: have an institution enrol it first")]
	Stranger,
	/// The nonce lies too far ahead.
	#[error("too many transactions of this account are waiting: let them finish first")]
	TooFarAhead,
	/// The signer may not sign now.
	#[error("the account is suspended, has ended, or its signing is disabled: ask the institution that enrolled it")]
	MayNotSign,
	/// The signer's quota is used up.
	#[error("the account's quota of this window is used up: try again in five minutes")]
	QuotaSpent,
	/// Another transaction took the nonce.
	#[error("another transaction of this account came first: try again")]
	Stale,
	/// The pool did not take the transaction, for another reason.
	#[error("the node refused the transaction: {0}")]
	Refused(String),
	/// The transaction was lost.
	#[error("the transaction did not get into a block: {0}. Try again")]
	Dropped(String),
	/// The call failed in its block.
	#[error("the chain refused it: {pallet}.{error}{docs}")]
	Dispatch {
		/// The pallet, as in the runtime.
		pallet: String,
		/// The error's name.
		error: String,
		/// What the pallet's documentation says of it, with `: ` before it.
		docs: String,
	},
}

impl ChainError {
	pub(super) fn unreachable(error: impl std::fmt::Display) -> Self {
		Self::Unreachable(error.to_string())
	}

	/// Whether it may be gone when one tries again.
	pub fn may_pass(&self) -> bool {
		matches!(self, Self::Unreachable(_) | Self::Stale | Self::Dropped(_))
	}

	/// Whether the call failed with this pallet's error.
	pub fn is_dispatch(&self, pallet: &str, error: &str) -> bool {
		matches!(self, Self::Dispatch { pallet: p, error: e, .. } if p == pallet && e == error)
	}

	pub(super) fn from_error(error: impl Into<Error>) -> Self {
		let error = error.into();
		if let Error::TransactionEventsError(TransactionEventsError::ExtrinsicFailed(dispatch))
		| Error::TransactionFinalizedSuccessError(
			TransactionFinalizedSuccessError::SuccessError(
				TransactionEventsError::ExtrinsicFailed(dispatch),
			),
		) = &error
		{
			return Self::from_dispatch(dispatch);
		}
		let mut text = chain_of(&error);
		// The node's reason, such as the code of `CheckEnrolled`, comes beside its message.
		if let Some(data) = user_error(&error).and_then(|error| error.data.as_ref()) {
			text = format!("{text}: {}", data.get().trim_matches('"'));
		}
		if let Some(refusal) = refusal_of(&text) {
			return refusal;
		}
		if text.contains("State already discarded") || text.contains("UnknownBlock") {
			return Self::StateGone;
		}
		if text.contains("IncompatibleCodegen")
			|| text.contains("not compatible")
			|| text.contains("not found in trait")
			|| text.contains("decode")
		{
			return Self::Foreign(text);
		}
		Self::Unreachable(text)
	}

	pub(super) fn from_dispatch(error: &DispatchError) -> Self {
		match error {
			DispatchError::Module(module) => Self::from_module(module),
			other => Self::Dispatch {
				pallet: "System".into(),
				error: format!("{other:?}"),
				docs: format!(": {other}"),
			},
		}
	}

	fn from_module(module: &ModuleError) -> Self {
		match module.details() {
			Ok(details) => {
				let docs = details.variant.docs.join(" ");
				let docs = docs.trim().trim_end_matches('.');
				Self::Dispatch {
					pallet: details.pallet.name().to_owned(),
					error: details.variant.name.clone(),
					docs: if docs.is_empty() { String::new() } else { format!(": {docs}") },
				}
			},
			Err(_) => Self::Dispatch {
				pallet: "unknown pallet".into(),
				error: module.details_string(),
				docs: String::new(),
			},
		}
	}
}

/// What the node answered, if it answered with an error.
fn user_error(error: &Error) -> Option<&UserError> {
	let backend = match error {
		Error::OtherRpcClientError(rpcs::Error::User(error)) => return Some(error),
		Error::BackendError(error)
		| Error::ExtrinsicError(
			ExtrinsicError::ErrorSubmittingTransaction(error)
			| ExtrinsicError::TransactionStatusStreamError(error),
		) => error,
		_ => return None,
	};
	match backend {
		BackendError::Rpc(RpcError::ClientError(rpcs::Error::User(error))) => Some(error),
		_ => None,
	}
}

/// The error with all that caused it, in one line.
fn chain_of(error: &dyn std::error::Error) -> String {
	let mut text = error.to_string();
	let mut source = error.source();
	while let Some(cause) = source {
		let cause_text = cause.to_string();
		if !text.contains(&cause_text) {
			text.push_str(": ");
			text.push_str(&cause_text);
		}
		source = cause.source();
	}
	text
}

/// What the pool's refusal means, if the text is one. The codes are those of `CheckEnrolled`.
pub fn refusal_of(text: &str) -> Option<ChainError> {
	let code = text
		.split_once("Custom error: ")
		.and_then(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u8>().ok());
	match code {
		Some(1) => return Some(ChainError::Stranger),
		Some(2) => return Some(ChainError::TooFarAhead),
		Some(3) => return Some(ChainError::MayNotSign),
		Some(4) => return Some(ChainError::QuotaSpent),
		Some(_) => return Some(ChainError::Refused(text.into())),
		None => {},
	}
	let stale =
		["Transaction is outdated", "Priority is too low", "usurped", "ancient birth block"];
	if stale.iter().any(|phrase| text.contains(phrase)) {
		return Some(ChainError::Stale);
	}
	if text.contains("Already Imported") || text.contains("already imported") {
		return Some(ChainError::Stale);
	}
	if text.contains("Invalid Transaction") || text.contains("(1010)") {
		return Some(ChainError::Refused(text.into()));
	}
	None
}

/// Whether the extrinsic with these events succeeded.
pub(super) fn check_success(
	events: &ExtrinsicEvents<Config>,
	at: &OnlineClientAtBlock<Config>,
) -> Result<(), ChainError> {
	for event in events.iter() {
		let event = event.map_err(ChainError::from_error)?;
		if event.pallet_name() == "System" && event.event_name() == "ExtrinsicFailed" {
			let error = DispatchError::decode_from(event.field_bytes(), at.metadata())
				.map_err(ChainError::from_error)?;
			return Err(ChainError::from_dispatch(&error));
		}
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn refusals_are_told_apart() {
		let told = |text| refusal_of(text);
		assert_eq!(told("Invalid Transaction: Custom error: 1"), Some(ChainError::Stranger));
		assert_eq!(told("… (Custom error: 2)"), Some(ChainError::TooFarAhead));
		assert_eq!(told("Custom error: 3"), Some(ChainError::MayNotSign));
		assert_eq!(told("Custom error: 4"), Some(ChainError::QuotaSpent));
		assert!(matches!(told("Custom error: 200"), Some(ChainError::Refused(_))));
		assert_eq!(told("Transaction is outdated"), Some(ChainError::Stale));
		assert_eq!(told("connection refused"), None);
	}
}
