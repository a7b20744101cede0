//! What the core needs from the program around it: a browser's worker, or a test.

use crate::messages::Message;
use std::{future::Future, time::Duration};
use vouchsafe_protocol::{
	rest::Transport,
	traits::{SendOutsideWasm, SyncOutsideWasm},
};

/// The program around the core. Cheap to clone.
pub trait Host: Clone + SendOutsideWasm + SyncOutsideWasm + 'static {
	/// Reaches custodians.
	type Transport: Transport + Clone + 'static;

	/// What reaches custodians.
	fn transport(&self) -> Self::Transport;

	/// The checkpoint that came with the release: the wallet then accepts no other chain. A release for
	/// development has none.
	fn checkpoint(&self) -> Option<String>;

	/// Everything that is stored on this device, by key.
	fn load(
		&self,
	) -> impl Future<Output = Result<Vec<(String, Vec<u8>)>, StorageError>> + SendOutsideWasm;

	/// Stores these values and removes those of `None`: all, or nothing.
	fn store(
		&self,
		changes: Vec<(String, Option<Vec<u8>>)>,
	) -> impl Future<Output = Result<(), StorageError>> + SendOutsideWasm;

	/// The texts of a language that the core does not contain, if they can be fetched.
	fn texts(&self, language: &str) -> impl Future<Output = Option<String>> + SendOutsideWasm;

	/// Seconds since 1970, by this device's clock.
	fn now(&self) -> u64;

	/// The time since some fixed moment. It never goes back.
	fn elapsed(&self) -> Duration;

	/// Waits.
	fn sleep(&self, time: Duration) -> impl Future<Output = ()> + SendOutsideWasm;

	/// Sends a message to the page, and bytes beside it.
	fn post(&self, message: Message, bytes: Option<Vec<u8>>);
}

/// The device does not keep something: storage is full, or the browser forbids it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this device does not keep the wallet’s data: {0}")]
pub struct StorageError(pub String);
