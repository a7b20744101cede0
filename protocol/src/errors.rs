//! Errors of the chain and of custodians, with messages that say what to do.

/// What can go wrong with the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
	/// The node can't be reached, or does not answer.
	#[error("the node can't be reached: {0}. Is it running, and is the address right?")]
	Unreachable(String),
	/// The runtime differs from the one that this program knows, in something that it uses. See
	/// [`RuntimeMetadata`].
	///
	/// [`RuntimeMetadata`]: crate::compatibility::RuntimeMetadata
	#[error("this program was built for another version of the chain ({0}): update it")]
	Foreign(String),
	/// The node has pruned the block's state.
	#[error("the node no longer has the state of that block: it is not an archive")]
	StateGone,
	/// The signer is not enrolled.
	#[error("the account is not enrolled: have an institution enrol it first")]
	Stranger,
	/// The nonce is too far ahead.
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
	/// An answer that this program can't read.
	pub fn foreign(error: impl std::fmt::Display) -> Self {
		Self::Foreign(error.to_string())
	}

	/// Whether trying again can help.
	pub fn may_pass(&self) -> bool {
		matches!(self, Self::Unreachable(_) | Self::Stale | Self::Dropped(_))
	}

	/// Whether the call failed with this pallet's error.
	pub fn is_dispatch(&self, pallet: &str, error: &str) -> bool {
		matches!(self, Self::Dispatch { pallet: p, error: e, .. } if p == pallet && e == error)
	}

	/// What a node's error says, in the node's own words.
	pub fn from_node(text: String) -> Self {
		if let Some(refusal) = refusal_of(&text) {
			return refusal;
		}
		if text.contains("State already discarded") || text.contains("UnknownBlock") {
			return Self::StateGone;
		}
		// The runtime has no such function, or takes other arguments.
		let foreign = ["is not found", "not found in the wasm", "Failed to decode", "decode"];
		if foreign.iter().any(|phrase| text.contains(phrase)) {
			return Self::Foreign(text);
		}
		Self::Unreachable(text)
	}
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
	let stale = [
		"Transaction is outdated",
		"Priority is too low",
		"usurped",
		"ancient birth block",
		"Already Imported",
		"already imported",
	];
	if stale.iter().any(|phrase| text.contains(phrase)) {
		return Some(ChainError::Stale);
	}
	if text.contains("Invalid Transaction") || text.contains("(1010)") {
		return Some(ChainError::Refused(text.into()));
	}
	None
}

/// What can go wrong with a custodian.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustodianError {
	/// It gives no access, and no reason.
	#[error("no access")]
	NoAccess,
	/// It does not see the version on the chain yet.
	#[error("the custodian does not see it on the chain yet: try again in some seconds")]
	NotYet,
	/// It refused the request as such.
	#[error("the custodian refused the request ({status}): {message}")]
	Refused {
		/// The HTTP status.
		status: u16,
		/// What it said.
		message: String,
	},
	/// It has another label key of the patient.
	#[error("the custodian already has another label key of this patient: fetch that one")]
	OtherLabelKey,
	/// It has too much to do, or was asked too often.
	#[error("the custodian is busy: try again later")]
	Busy,
	/// It can't tell now who has access, and says why. Another custodian may.
	#[error("{0}")]
	Behind(String),
	/// It does not have that.
	#[error("the custodian does not have it")]
	NotFound,
	/// It can't be reached.
	#[error("the custodian can't be reached: {0}")]
	Unreachable(String),
	/// Its address on the chain is not one that a client connects to.
	#[error("the custodian's address is refused: {0}")]
	Address(String),
	/// Its response is not one that the API has.
	#[error("the custodian sent an invalid response: {0}")]
	Nonsense(String),
	/// The bytes that it gave are not those of the CID.
	#[error("the custodian's copy of {0} is damaged")]
	Damaged(String),
}

impl CustodianError {
	/// Whether trying again can help.
	pub fn may_pass(&self) -> bool {
		matches!(self, Self::NotYet | Self::Busy | Self::Unreachable(_))
	}
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

	#[test]
	fn a_nodes_errors_are_told_apart() {
		let told = |text: &str| ChainError::from_node(text.into());
		assert_eq!(
			told("Client error: UnknownBlock: State already discarded"),
			ChainError::StateGone
		);
		assert!(matches!(
			told("Exported method VouchsafeApi_x is not found"),
			ChainError::Foreign(_)
		));
		assert!(matches!(told("connection refused"), ChainError::Unreachable(_)));
	}
}
