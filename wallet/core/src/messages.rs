//! What page and core say to each other: a [`Request`] asks, a [`Message`] answers or tells news. The
//! page gets texts and facts to lay out, never SCALE, shares or keys. Its TypeScript is generated from
//! here.
//!
//! Texts are in the person's language. Names and titles are foreign text that was made harmless. They
//! are for text nodes, never for HTML.

mod ask;
mod documents;
mod practitioner;
mod registrar;
mod release;
mod studies;
mod views;

pub use ask::*;
pub use documents::*;
pub use practitioner::*;
pub use registrar::*;
pub use release::*;
pub use studies::*;
pub use views::*;

use serde::{Deserialize, Serialize};

/// From the page to the core.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Request {
	/// Chosen by the page. The answer has the same.
	pub id: u32,
	/// What is asked.
	pub ask: Ask,
}

/// From the core to the page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Message {
	/// The answer to a request.
	Answer {
		/// The request's id.
		id: u32,
		/// The answer.
		answer: Box<Answer>,
	},
	/// A request failed.
	Failed {
		/// The request's id.
		id: u32,
		/// Why, and what to do.
		failure: Failure,
	},
	/// What a request waits for now.
	Waiting {
		/// The request's id. 0 for work that no request asked for.
		id: u32,
		/// For what, in the person's language.
		what: String,
		/// How many bytes are done.
		done: u64,
		/// Of how many, if that is known.
		total: Option<u64>,
	},
	/// Something that people should know now.
	Notice {
		/// In the person's language or, with [`Foreign`](Failure::detail), in English.
		text: String,
	},
	/// A newer block was proven.
	Proof {
		/// What is proven.
		proof: Proof,
	},
	/// There are new entries in the log, so requests, consents and records may have changed.
	Changed,
	/// An extension is to sign something. The answer is [`Ask::ExtensionAnswer`].
	AskExtension {
		/// The question's number.
		id: u32,
		/// The extension's name in `window.injectedWeb3`.
		extension: String,
		/// What it is to do.
		method: ExtensionMethod,
		/// What it is to sign: JSON for the extension, not for people.
		payload: String,
	},
	/// The wallet has locked itself.
	Locked,
}

/// Why a request failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Failure {
	/// Which kind of failure, so that the page can offer what helps.
	pub kind: FailureKind,
	/// What happened, in the person's language.
	pub text: String,
	/// Details, in English. Empty if there are none.
	pub detail: String,
	/// Whether something was signed and sent, and can still take effect.
	pub may_take_effect: bool,
}

/// The kinds of failures that a page handles in different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum FailureKind {
	/// The input is wrong: the text says how.
	Input,
	/// The passphrase is wrong.
	Passphrase,
	/// The wallet is locked.
	Locked,
	/// The passphrase is needed again before something is signed.
	ConfirmFirst,
	/// What is to be signed is not what was shown: look at it again.
	NotShown,
	/// No custodian answers.
	Offline,
	/// An answer is not proven.
	NotProven,
	/// The clock of the device is wrong, or the newest proven block is old.
	Old,
	/// The account is not enrolled.
	NotEnrolled,
	/// No consent allows it.
	NoAccess,
	/// Too few custodians answer: try again later.
	TooFewCustodians,
	/// The chain refused it.
	Refused,
	/// A member's name or key has changed, and the person has not confirmed it.
	ChangedMember,
	/// The extension that has the account's key has not signed.
	Extension,
	/// The wallet must be updated.
	Update,
	/// What the device keeps is damaged, or the device refuses to keep it.
	Storage,
	/// Something else.
	Other,
}
