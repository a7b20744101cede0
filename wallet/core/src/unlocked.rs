//! What the app may ask of an unlocked account. The account's code is a separate part of the program. The
//! worker fetches it after its first answer, or at the latest when an account is opened.

use crate::{
	device::DeviceKey,
	extension::Secrets,
	host::Host,
	messages::{Answer, Ask, FileView, Message, Proof},
};
use anyhow::Result;
use futures::future::LocalBoxFuture;
use vouchsafe_protocol::{
	traits::{SendOutsideWasm, SyncOutsideWasm},
	types::{AccountId, AccountKind},
};
use vouchsafe_speech::Speech;

/// The result of an account's work, as a future. It need not be `Send`: the worker has one thread.
pub type Pending<'a, T> = LocalBoxFuture<'a, Result<T>>;

/// An answer, and bytes beside it.
pub type Reply = (Answer, Option<Vec<u8>>);

/// What is known of the account without asking a custodian.
pub struct AccountStatus {
	/// The account.
	pub account: AccountId,
	/// `None` if it is not enrolled, or nobody has proven that yet.
	pub kind: Option<AccountKind>,
	/// Whether it registers for an institution.
	pub is_registrar: bool,
	/// The institution that serves the page, by its proven name.
	pub server: Option<String>,
	/// Whether the words were saved.
	pub has_backup: bool,
	/// The extension that has the account's key, if one has it.
	pub extension: Option<String>,
}

/// A question of the page, and what an account needs beside it.
pub struct Question {
	/// What is asked.
	pub ask: Ask,
	/// The request's number, for what tells its progress.
	pub request: u32,
	/// The bytes of a document.
	pub bytes: Option<Vec<u8>>,
	/// The language of the answer.
	pub speech: &'static Speech,
}

/// An unlocked account.
pub trait Unlocked<H: Host>: SendOutsideWasm + SyncOutsideWasm {
	/// What is known of the account without asking a custodian.
	fn status(&self) -> AccountStatus;

	/// The account's secrets.
	fn secrets(&self) -> &Secrets;

	/// What encrypts the stored things.
	fn device_key(&self) -> &DeviceKey;

	/// Notes that the words were saved.
	fn note_backup(&self) -> Pending<'_, ()>;

	/// Asks the custodians whose account it is.
	fn connect(&self) -> Pending<'_, ()>;

	/// Answers a question. If nobody can be reached, screens show what was proven last.
	fn answer(&self, question: Question) -> Pending<'_, Reply>;

	/// Does the work that an answer left for later, because nobody waits for it.
	fn settle(&self) -> Pending<'_, ()>;

	/// Fetches an opened large record into a file.
	fn save_large(
		&self,
		record: String,
		file: Option<H::Target>,
		request: u32,
		speech: &'static Speech,
	) -> Pending<'_, (FileView, H::Target)>;

	/// Waits for a newer block, and tells the page what it brings.
	fn news(&self, speech: &'static Speech) -> Pending<'_, Vec<Message>>;

	/// What was proven last, when nobody answers.
	fn offline(&self) -> Proof;

	/// Closes documents whose opening has ended. Whether there were any.
	fn close_ended(&self) -> bool;

	/// Forgets what is open.
	fn close(&self);
}
