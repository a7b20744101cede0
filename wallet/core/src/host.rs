//! What the core needs from the program around it, a browser's worker or a test: network, storage, files.

use crate::{device::DeviceKey, extension::Prompts, messages::Message, unlocked::Unlocked};
use anyhow::Result;
use std::{future::Future, sync::Arc, time::Duration};
use vouchsafe_protocol::{
	rest::Transport,
	traits::{SendOutsideWasm, SyncOutsideWasm},
};

/// The program around the core. Cheap to clone.
pub trait Host: Clone + SendOutsideWasm + SyncOutsideWasm + 'static {
	/// Reaches custodians.
	type Transport: Transport + Clone + 'static;
	/// A file that something can be written into.
	type Target: Target;

	/// What reaches custodians.
	fn transport(&self) -> Self::Transport;

	/// The checkpoint that came with the release: the wallet then accepts no other chain. A release for
	/// development has none.
	fn checkpoint(&self) -> Option<String>;

	/// The address that the wallet was loaded from, without a path. The page does not say it: nothing that it
	/// says decides whom the wallet asks.
	fn origin(&self) -> String;

	/// Everything that is stored on this device but documents, by key.
	fn load(
		&self,
	) -> impl Future<Output = Result<Vec<(String, Vec<u8>)>, StorageError>> + SendOutsideWasm;

	/// Stores these values and removes those of `None`: all, or nothing.
	fn store(
		&self,
		changes: Vec<(String, Option<Vec<u8>>)>,
	) -> impl Future<Output = Result<(), StorageError>> + SendOutsideWasm;

	/// Stores these values in place of everything, documents too: all, or nothing.
	fn replace(
		&self,
		values: Vec<(String, Vec<u8>)>,
	) -> impl Future<Output = Result<(), StorageError>> + SendOutsideWasm;

	/// A stored document. Its key begins with [`DOCUMENT`].
	fn document(
		&self,
		key: &str,
	) -> impl Future<Output = Result<Option<Vec<u8>>, StorageError>> + SendOutsideWasm;

	/// A file of the browser's own, until the person has saved it.
	fn own_file(&self) -> Self::Target;

	/// Removes the browser's own files.
	fn remove_own_files(&self);

	/// The texts of a language that the core does not contain, if they can be fetched.
	fn texts(&self, language: &str) -> impl Future<Output = Option<String>> + SendOutsideWasm;

	/// Opens the account that is stored on this device, with the part of the core that works on it.
	fn open_account(
		&self,
		key: DeviceKey,
		stored: Vec<(String, Vec<u8>)>,
		prompts: Prompts,
	) -> impl Future<Output = Result<Arc<dyn Unlocked<Self>>>> + SendOutsideWasm;

	/// Seconds since 1970, by this device's clock.
	fn now(&self) -> u64;

	/// The time since some fixed moment. It never goes back.
	fn elapsed(&self) -> Duration;

	/// Waits.
	fn sleep(&self, time: Duration) -> impl Future<Output = ()> + SendOutsideWasm;

	/// Sends a message to the page, and bytes beside it.
	fn post(&self, message: Message, bytes: Option<Vec<u8>>);

	/// Sends a message to the page, and beside it a file of the browser's own, to be saved.
	fn post_file(&self, message: Message, file: &Self::Target);
}

/// What the keys of stored documents begin with. They are not read when the wallet is unlocked.
pub const DOCUMENT: &str = "document-";

/// A file that something can be written into.
pub trait Target: Clone + SendOutsideWasm + SyncOutsideWasm + 'static {
	/// What writes it.
	type Writer: Writer;

	/// Begins to write it.
	fn begin(&self) -> impl Future<Output = Result<Self::Writer, StorageError>> + SendOutsideWasm;

	/// Removes the file if there was nothing in it before, because it was not written.
	fn discard(&self) -> impl Future<Output = ()> + SendOutsideWasm;
}

/// Writes a file. What was written is not in it before the end, and is removed if this is dropped.
pub trait Writer: SendOutsideWasm + 'static {
	/// Appends bytes.
	fn write(
		&mut self,
		bytes: &[u8],
	) -> impl Future<Output = Result<(), StorageError>> + SendOutsideWasm;

	/// Ends it: now the file has what was written.
	fn finish(self) -> impl Future<Output = Result<(), StorageError>> + SendOutsideWasm;
}

/// The device does not keep something: storage is full, or the browser forbids it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this device does not keep the wallet’s data: {0}")]
pub struct StorageError(pub String);
