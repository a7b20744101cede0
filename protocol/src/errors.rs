//! Errors of the chain and of custodians, with messages that say what to do.

use crate::{proof::ProofError, signing::NotSigned};

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
	/// The node's answer is not proven.
	#[error("{}{}", not_proven(.0), another_node(.0))]
	NotProven(ProofError),
	/// The newest block that can be proven was made this many minutes ago; nothing if it is the genesis
	/// block.
	#[error(
		"{}. Keys, names and consents may have changed since, so nothing is sealed or permitted. Name the node \
		 of another institution too (--node twice), and check this machine's clock",
		old_head(*.0)
	)]
	OldHead(Option<u64>),
	/// The newest proven block was made this many seconds after the time of this machine's clock.
	#[error(
		"this machine's clock is behind: the newest proven block was made {0} seconds after the clock's time. So \
		 nothing is sealed or permitted. Set the clock, and try again"
	)]
	ClockBehind(u64),
	/// A custodian does not show the chain.
	#[error("the custodian does not answer for the chain: {0}")]
	Custodian(CustodianError),
	/// A final block has used the nonce of a call, but nobody says whether that was this call.
	#[error(
		"the account's call number {0} is used, but no custodian says in which block, and what it did. It may \
		 have been this call: look at its effect before you repeat it"
	)]
	Unnamed(u64),
	/// The node has pruned the block's state.
	#[error("the node no longer has the state of that block: ask an archive, or a node that keeps states for longer")]
	StateGone,
	/// The signer is not enrolled.
	#[error("the account is not enrolled: have an institution enrol it first")]
	Stranger,
	/// The nonce is too far ahead.
	#[error("too many transactions of this account are waiting: let them finish first")]
	TooFarAhead,
	/// Other calls of the account are not final.
	#[error(
		"the node says that other calls of this account are not final yet: wait until they are, and try \
		 again. If there are none, use another institution's node"
	)]
	OthersWait,
	/// The signer may not sign now.
	#[error(
		"the account is suspended, has ended, or its signing is disabled: ask the institution that enrolled it"
	)]
	MayNotSign,
	/// The key that signed was replaced by another one.
	#[error("this key was replaced by another one: use the new key")]
	Replaced,
	/// The signer's quota is used up.
	#[error("the account's quota of this window is used up: try again in five minutes")]
	QuotaSpent,
	/// Another transaction took the nonce.
	#[error("another transaction of this account came first: try again")]
	Stale,
	/// The pool did not take the transaction, for another reason.
	#[error("the node refused the transaction: {0}")]
	Refused(String),
	/// The account's key, which is in another program, has not signed.
	#[error("{0}. Nothing was sent")]
	NotSigned(NotSigned),
	/// The call was sent, and is not final after this many minutes.
	#[error(
		"the call was sent, but it is not final after {0} minutes. It can still take effect: wait until \
	         blocks become final again, and look at its effect before you repeat it"
	)]
	Pending(u64),
	/// The call was sent, and this is why it is not followed on. Who has it can still hand it in.
	#[error(
		"the call was sent, but what became of it is not known ({0}). It can still take effect: look at its \
		 effect before you repeat it"
	)]
	Uncertain(String),
	/// The call failed in its block.
	#[error("the chain refused it{}", reason(.pallet, .error, .docs))]
	Dispatch {
		/// The pallet, as in the runtime.
		pallet: String,
		/// The error's name.
		error: String,
		/// What the pallet's documentation says of it; empty if nothing.
		docs: String,
	},
}

// Not as its cause: its text has that of the cause already.
impl From<ProofError> for ChainError {
	fn from(error: ProofError) -> Self {
		Self::NotProven(error)
	}
}

impl From<NotSigned> for ChainError {
	fn from(error: NotSigned) -> Self {
		Self::NotSigned(error)
	}
}

impl From<CustodianError> for ChainError {
	fn from(error: CustodianError) -> Self {
		Self::Custodian(error)
	}
}

impl ChainError {
	/// An answer that this program can't read.
	pub fn foreign(error: impl std::fmt::Display) -> Self {
		Self::Foreign(error.to_string())
	}

	/// The same without the advice to use another node, for a node that is left out for another one.
	pub fn without_advice(&self) -> String {
		match self {
			Self::NotProven(error) => not_proven(error),
			error => error.to_string(),
		}
	}

	/// Whether trying again can help.
	pub fn may_pass(&self) -> bool {
		match self {
			Self::Unreachable(_) | Self::Stale => true,
			Self::Custodian(error) => error.may_pass(),
			_ => false,
		}
	}

	/// The pallet and the name of the error, for machines and logs: `Records.NotPermitted`. `None` if
	/// the call did not fail in a block.
	pub fn code(&self) -> Option<String> {
		match self {
			Self::Dispatch { pallet, error, .. } => Some(format!("{pallet}.{error}")),
			_ => None,
		}
	}

	/// Whether the call failed with this pallet's error.
	pub fn is_dispatch(&self, pallet: &str, error: &str) -> bool {
		matches!(self, Self::Dispatch { pallet: p, error: e, .. } if p == pallet && e == error)
	}

	/// What a node's error says, in the node's own words.
	pub fn from_node(text: String) -> Self {
		let text = one_line(&text);
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

/// What is not proven.
fn not_proven(error: &ProofError) -> String {
	match another_node(error) {
		"" => error.to_string(),
		_ => format!("the node's answer is not proven: {error}"),
	}
}

/// The advice to use another node, as the rest of a sentence. That helps neither if two blocks are final
/// nor if what was kept on this machine is wrong.
fn another_node(error: &ProofError) -> &'static str {
	match error {
		ProofError::TwoFinal(_) | ProofError::Kept => "",
		_ => ". Use another institution's node",
	}
}

/// What is wrong with a head of this age in minutes.
fn old_head(minutes: Option<u64>) -> String {
	match minutes {
		Some(minutes) => {
			format!("the newest block that can be proven was made {minutes} minutes ago")
		},
		None => "no block after the chain's first one can be proven".into(),
	}
}

/// The most characters of a foreign text that an error repeats.
const LONGEST: usize = 500;

/// What a node or custodian wrote, as it can be a part of a line. Errors of theirs are repeated in
/// lists, where another line could be read as ours.
pub fn one_line(text: &str) -> String {
	let mut letters = text.trim().chars();
	let mut line: String = letters
		.by_ref()
		.take(LONGEST)
		.map(|letter| if letter.is_control() { ' ' } else { letter })
		.collect();
	if letters.next().is_some() {
		line.push('…');
	}
	line
}

/// Why a call failed, as the rest of a sentence. The names of pallet and error are only for those of
/// which nothing else is known.
fn reason(pallet: &str, error: &str, docs: &str) -> String {
	let docs = one_line(docs).replace(['*', '`'], "");
	let docs = docs.trim().trim_end_matches('.');
	let mut letters = docs.chars();
	match (letters.next(), letters.next()) {
		(None, _) => format!(", and did not say why ({pallet}.{error})"),
		// An abbreviation stays in capitals.
		(Some(_), Some(second)) if second.is_uppercase() => format!(": {docs}"),
		(Some(first), _) => {
			let rest = docs.strip_prefix(first).unwrap_or_default();
			format!(": {}{rest}", first.to_lowercase())
		},
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
		Some(5) => return Some(ChainError::Replaced),
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
	/// The key that signed was replaced by another one.
	#[error("this key was replaced by another one: use the new key")]
	Replaced,
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
	/// It has other data of the account than those that should be replaced.
	#[error("the account's data at this custodian was replaced meanwhile: read it, and try again")]
	OtherRevision,
	/// It does not have the patient's label key.
	#[error("the custodian does not have the patient's label key")]
	NoLabelKey,
	/// The account has asked for as many label tags as it may.
	#[error(
		"the account has asked this custodian for as many label tags as it may: try again in an hour"
	)]
	TooManyTags,
	/// It has too much to do, was asked too often, or cannot read the chain.
	#[error("the custodian is busy, or its node does not answer: try again later")]
	Busy,
	/// It receives as many uploads as it can, and says after how many seconds to try again.
	#[error("the custodian receives as many uploads as it can: try again in some minutes")]
	TooManyUploads(u64),
	/// It can't tell now who has access, and says why. Another custodian may.
	#[error("{0}")]
	Behind(String),
	/// It does not have that.
	#[error("the custodian does not have it")]
	NotFound,
	/// It has lost a part of that content.
	#[error("the custodian has lost a part of its copy")]
	Incomplete,
	/// It can't be reached.
	#[error("the custodian can't be reached: {0}")]
	Unreachable(String),
	/// Its address on the chain is not one that a client connects to.
	#[error("the custodian's address is refused: {0}")]
	Address(String),
	/// Its TLS certificate is not to be trusted, and what to do.
	#[error("the custodian's certificate is refused: {0}")]
	Certificate(String),
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
		matches!(self, Self::NotYet | Self::Busy | Self::TooManyUploads(_) | Self::Unreachable(_))
	}

	/// Whether the custodian cannot serve now, whatever it is asked.
	pub fn is_away(&self) -> bool {
		matches!(
			self,
			Self::Busy
				| Self::TooManyUploads(_)
				| Self::Behind(_)
				| Self::Unreachable(_)
				| Self::Address(_)
				| Self::Certificate(_)
		)
	}

	/// Whether the custodian will refuse the same request for ever: a 4xx status but 408, 425 and
	/// 429.
	pub fn is_final(&self) -> bool {
		match self {
			Self::NoAccess
			| Self::Replaced
			| Self::NotFound
			| Self::NoLabelKey
			| Self::OtherLabelKey
			| Self::OtherRevision
			| Self::Address(_) => true,
			Self::Refused { status, .. } => {
				(400..500).contains(status) && !matches!(status, 408 | 425 | 429)
			},
			_ => false,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_failed_call_is_told_in_a_sentence() {
		let said = |docs: &str| {
			let (pallet, error) = ("Records".into(), "NotPermitted".into());
			ChainError::Dispatch { pallet, error, docs: docs.into() }.to_string()
		};
		assert_eq!(
			said("The patient's consents do not allow this."),
			"the chain refused it: the patient's consents do not allow this"
		);
		assert_eq!(said("A *deny* is `it`"), "the chain refused it: a deny is it");
		assert_eq!(said("CIDs differ."), "the chain refused it: CIDs differ");
		assert_eq!(said(""), "the chain refused it, and did not say why (Records.NotPermitted)");
	}

	#[test]
	fn what_is_not_proven_is_told_once_and_with_what_helps() {
		let another = "Use another institution's node";
		for error in [
			ProofError::Finality("too few have signed".into()),
			ProofError::State("the proof is incomplete".into()),
			ProofError::Endless,
		] {
			let said = ChainError::from(error).to_string();
			assert_eq!(said.matches("not proven").count(), 1, "{said}");
			assert!(said.ends_with(another), "{said}");
		}
		// The fault of many validators, and of the user's own file.
		for error in [ProofError::TwoFinal(7), ProofError::Kept] {
			let said = ChainError::from(error.clone());
			assert_eq!(said.to_string(), error.to_string());
			assert!(!said.to_string().contains(another), "{said}");
		}
		let left_out = ChainError::from(ProofError::Endless).without_advice();
		assert_eq!(left_out, format!("the node's answer is not proven: {}", ProofError::Endless));
	}

	#[test]
	fn foreign_errors_are_one_short_line() {
		let said = ChainError::from_node("no\u{1b}[2J\nerror: all is well\n".into()).to_string();
		assert!(said.contains("no [2J error: all is well. Is it running"), "{said:?}");
		assert_eq!(one_line(&"x".repeat(LONGEST)).chars().count(), LONGEST);
		let cut = one_line(&"x".repeat(LONGEST + 1));
		assert!(cut.ends_with("x…") && cut.chars().count() == LONGEST + 1, "{cut}");
	}

	#[test]
	fn refusals_that_cannot_pass_are_told_apart() {
		let refused = |status| CustodianError::Refused { status, message: String::new() };
		for status in [400, 401, 413, 421, 422, 499] {
			assert!(refused(status).is_final(), "{status}");
		}
		for status in [399, 408, 425, 429, 500, 507] {
			assert!(!refused(status).is_final(), "{status}");
		}
		assert!(CustodianError::NoAccess.is_final() && CustodianError::NotFound.is_final());
		assert!(CustodianError::Replaced.is_final());
		for passing in [CustodianError::NotYet, CustodianError::Busy, CustodianError::TooManyTags] {
			assert!(!passing.is_final(), "{passing}");
		}
	}

	#[test]
	fn refusals_are_told_apart() {
		let told = |text| refusal_of(text);
		assert_eq!(told("Invalid Transaction: Custom error: 1"), Some(ChainError::Stranger));
		assert_eq!(told("… (Custom error: 2)"), Some(ChainError::TooFarAhead));
		assert_eq!(told("Custom error: 3"), Some(ChainError::MayNotSign));
		assert_eq!(told("Custom error: 4"), Some(ChainError::QuotaSpent));
		assert_eq!(told("Custom error: 5"), Some(ChainError::Replaced));
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
