//! What an agent needs from the program around it: stored things, a place for opened documents, a
//! clock, and a way to show progress. The connections are `vouchsafe_protocol`'s
//! [`Submit`] and [`Custodians`].

use crate::{advice::Advised, keys::Identity, open::Unsealed};
use anyhow::{Context as _, Result};
use bytes::Bytes;
use futures::{stream, Stream, StreamExt};
use std::{
	collections::BTreeMap,
	fmt::Debug,
	future::Future,
	io,
	pin::Pin,
	sync::Arc,
	task::{Context, Poll},
	time::Duration,
};
use vouchsafe_protocol::{
	traits::{Custodians, SendOutsideWasm, Submit, SyncOutsideWasm},
	types::H256,
};
use vouchsafe_vault::seal::{self, Purpose, SecretKey};
use zeroize::Zeroizing;

/// The program around an agent.
pub trait Platform: SendOutsideWasm + SyncOutsideWasm + 'static {
	/// The connection to the chain.
	type Chain: Submit;
	/// The connections to custodians.
	type Custodians: Custodians;
	/// The person's stored things.
	type Keep: Keep;
	/// The clock.
	type Clock: Clock;
	/// Shows progress.
	type Progress: Progress;
}

#[cfg(not(target_family = "wasm"))]
type BoxedPieces = stream::BoxStream<'static, io::Result<Bytes>>;
#[cfg(target_family = "wasm")]
type BoxedPieces = stream::LocalBoxStream<'static, io::Result<Bytes>>;

/// A stream of a document's bytes.
pub struct Pieces(BoxedPieces);

impl Pieces {
	/// These bytes.
	pub fn new(pieces: impl Stream<Item = io::Result<Bytes>> + SendOutsideWasm + 'static) -> Self {
		Self(Box::pin(pieces))
	}
}

impl Stream for Pieces {
	type Item = io::Result<Bytes>;

	fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
		self.0.poll_next_unpin(context)
	}
}

/// A document outside the agent, such as a file.
pub trait Source: Debug + SendOutsideWasm + SyncOutsideWasm {
	/// Its length.
	fn length(&self) -> Result<u64>;

	/// Its bytes, from the beginning.
	fn pieces(&self) -> Pieces;
}

/// Bytes that are being written. They are lost if this is dropped before they are kept.
pub trait Draft: SendOutsideWasm {
	/// Appends bytes.
	fn write(&mut self, bytes: &[u8]) -> impl Future<Output = Result<()>> + SendOutsideWasm;

	/// Everything that was written, from the beginning.
	fn read(&mut self) -> impl Future<Output = Result<Pieces>> + SendOutsideWasm;
}

/// The person's stored things, in folders: sealed files, the address book, and unfinished work.
///
/// It is cheap to clone. Several programs of one person may use it at once. A program that reads
/// something, changes it and writes it back holds the [lock](Self::lock) meanwhile.
pub trait Keep: Clone + SendOutsideWasm + SyncOutsideWasm + 'static {
	/// The right to change something. It ends when this is dropped, or when the program ends.
	type Lock: SendOutsideWasm + SyncOutsideWasm;
	/// Bytes that are being written into a folder.
	type Draft: Draft;

	/// Waits until no other program holds the lock, and takes it.
	fn lock(&self) -> impl Future<Output = Result<Self::Lock>> + SendOutsideWasm;

	/// Claims a folder for this program. `None` if another program has claimed it. The folder is
	/// created if it does not exist.
	fn claim(
		&self,
		folder: &str,
	) -> impl Future<Output = Result<Option<Self::Lock>>> + SendOutsideWasm;

	/// The names of the folders in a folder.
	fn folders(&self, folder: &str) -> impl Future<Output = Result<Vec<String>>> + SendOutsideWasm;

	/// The names of the places in a folder that have bytes. Folders in it are not among them.
	fn files(&self, folder: &str) -> impl Future<Output = Result<Vec<String>>> + SendOutsideWasm;

	/// Removes a folder and what is in it. What is at `first` is removed before everything else.
	fn remove_folder(
		&self,
		folder: &str,
		first: &str,
	) -> impl Future<Output = Result<()>> + SendOutsideWasm;

	/// The bytes at a place. `None` if there are none.
	fn read(
		&self,
		folder: &str,
		name: &str,
	) -> impl Future<Output = Result<Option<Zeroizing<Vec<u8>>>>> + SendOutsideWasm;

	/// Writes bytes at a place, whole or not at all.
	fn write(
		&self,
		folder: &str,
		name: &str,
		bytes: &[u8],
	) -> impl Future<Output = Result<()>> + SendOutsideWasm;

	/// Begins content of a folder, which may be too long for memory. It has no place yet.
	fn draft(&self, folder: &str) -> impl Future<Output = Result<Self::Draft>> + SendOutsideWasm;

	/// Begins content that will not be kept.
	fn scratch(&self) -> impl Future<Output = Result<Self::Draft>> + SendOutsideWasm;

	/// Gives a draft of this folder its place.
	fn keep(
		&self,
		draft: Self::Draft,
		folder: &str,
		name: &str,
	) -> impl Future<Output = Result<()>> + SendOutsideWasm;

	/// The content at a place, from the beginning.
	fn content(&self, folder: &str, name: &str) -> Pieces;

	/// The address book: names, and the addresses of their accounts.
	fn address_book(
		&self,
	) -> impl Future<Output = Result<BTreeMap<String, String>>> + SendOutsideWasm;

	/// Writes the address book.
	fn set_address_book(
		&self,
		names: &BTreeMap<String, String>,
	) -> impl Future<Output = Result<()>> + SendOutsideWasm;

	/// The person's own keys: their names, and the addresses of their accounts.
	fn own_keys(&self) -> impl Future<Output = Result<Vec<(String, String)>>> + SendOutsideWasm;

	/// A place in a form that a person understands, for messages.
	fn describe(&self, folder: &str, name: &str) -> String;

	/// Writes bytes at a place so that only `key` opens them.
	fn write_sealed(
		&self,
		key: &SecretKey,
		folder: &str,
		name: &str,
		bytes: &[u8],
	) -> impl Future<Output = Result<()>> + SendOutsideWasm {
		let sealed = seal::seal(&key.public(), Purpose::Text, &address(folder, name), bytes);
		async move { self.write(folder, name, &sealed?).await }
	}

	/// Reads what [`Self::write_sealed`] wrote. `None` if there is nothing.
	fn read_sealed(
		&self,
		key: &SecretKey,
		folder: &str,
		name: &str,
	) -> impl Future<Output = Result<Option<Zeroizing<Vec<u8>>>>> + SendOutsideWasm {
		async move {
			let Some(sealed) = self.read(folder, name).await? else { return Ok(None) };
			let bytes = seal::open(key, Purpose::Text, &address(folder, name), &sealed)
				.with_context(|| closed(&self.describe(folder, name)))?;
			Ok(Some(bytes))
		}
	}

	/// Reads what [`Self::write_own`] wrote. What is sealed to a former encryption key of the account counts as
	/// nothing. It is an error if it is damaged: what is kept also tells what this device has seen before.
	fn read_own(
		&self,
		me: &Identity,
		folder: &str,
		name: &str,
	) -> impl Future<Output = Result<Option<Zeroizing<Vec<u8>>>>> + SendOutsideWasm {
		async move {
			let Some(kept) = self.read(folder, name).await? else { return Ok(None) };
			let opened = open_own(me, &address(folder, name), &kept)
				.with_context(|| closed(&self.describe(folder, name)))?;
			if opened.is_none() {
				let place = self.describe(folder, name);
				tracing::info!("{place} is sealed to a former encryption key of the account");
			}
			Ok(opened)
		}
	}

	/// Writes bytes at a place so that only the person's present encryption key opens them. What is sealed to
	/// a former one there is kept beside it, as `NAME.former-1` and so on: the person may still have that key.
	fn write_own(
		&self,
		me: &Identity,
		folder: &str,
		name: &str,
		bytes: &[u8],
	) -> impl Future<Output = Result<()>> + SendOutsideWasm {
		let address = address(folder, name);
		let sealed = seal::seal(&me.encryption.public(), Purpose::Text, &address, bytes);
		async move {
			let own = [OWN, &me.encryption_key(), &sealed?].concat();
			if let Some(kept) = self.read(folder, name).await? {
				let opened = open_own(me, &address, &kept)
					.with_context(|| closed(&self.describe(folder, name)))?;
				if opened.is_none() {
					let taken = self.files(folder).await?;
					let former = (1..)
						.map(|number| format!("{name}.former-{number}"))
						.find(|former| !taken.contains(former))
						.context("no name is left for what was kept before")?;
					self.write(folder, &former, &kept).await?;
				}
			}
			self.write(folder, name, &own).await
		}
	}
}

/// How what [`Keep::write_own`] wrote begins. The encryption key to which it is sealed follows, and then what
/// is sealed.
const OWN: &[u8] = b"vouchsafe/own/1\n";

/// Opens what [`Keep::write_own`] wrote at this address. `None` if it is sealed to a former encryption key of
/// the account. Programs before this one did not write to which key: then only an account whose key was
/// replaced can have had another one.
fn open_own(
	me: &Identity,
	address: &[u8],
	kept: &[u8],
) -> Result<Option<Zeroizing<Vec<u8>>>, vouchsafe_vault::Error> {
	let named = kept.strip_prefix(OWN).and_then(<[u8]>::split_first_chunk::<32>);
	let (may_be_former, sealed) = match named {
		Some((key, sealed)) => (*key != me.encryption_key(), sealed),
		None => (me.key() != me.account(), kept),
	};
	match seal::open(&me.encryption, Purpose::Text, address, sealed) {
		Err(vouchsafe_vault::Error::CannotOpen) if may_be_former => Ok(None),
		opened => opened.map(Some),
	}
}

/// What is wrong with a place whose bytes do not open.
fn closed(place: &str) -> String {
	format!(
		"{place} is damaged or sealed to another key: restore it from a backup, or move it elsewhere"
	)
}

/// The associated data of sealed bytes: their place.
fn address(folder: &str, name: &str) -> Vec<u8> {
	format!("vouchsafe/cli/1/{folder}/{name}").into_bytes()
}

/// An opened document, as its author described it.
#[derive(Clone, Debug)]
pub struct Document {
	/// The record.
	pub record: H256,
	/// Which version.
	pub version: u32,
	/// The title.
	pub title: String,
	/// The media type, with the file's extension. See [`crate::file_names`].
	pub media_type: String,
}

/// The place where opened documents go.
pub trait Sink: SendOutsideWasm + SyncOutsideWasm {
	/// A document that is being written. It is not visible before it is kept.
	type Draft: Draft;
	/// The place of a document.
	type Place: Clone + Debug + SendOutsideWasm;

	/// Takes a document whose content is not to be fetched now, such as one that is too long for this place.
	/// Its content can be fetched later: see [`fetch_content`](crate::open::fetch_content).
	fn set_aside(&self, _unsealed: &Arc<Unsealed>) -> Option<Self::Place> {
		None
	}

	/// Begins a document.
	fn draft(&self) -> impl Future<Output = Result<Self::Draft>> + SendOutsideWasm;

	/// Gives a complete, checked document its place.
	fn keep(
		&self,
		draft: Self::Draft,
		document: &Document,
	) -> impl Future<Output = Result<Self::Place>> + SendOutsideWasm;
}

/// The clock.
pub trait Clock: SendOutsideWasm + SyncOutsideWasm {
	/// Seconds since 1970.
	fn now(&self) -> u64;

	/// The time since a fixed moment. It never goes back.
	fn elapsed(&self) -> Duration;

	/// Waits.
	fn sleep(&self, time: Duration) -> impl Future<Output = ()> + SendOutsideWasm;
}

/// Shows tasks that take time, and news of them.
pub trait Progress: SendOutsideWasm + SyncOutsideWasm {
	/// A task. It ends when this is dropped.
	type Task: Task;

	/// Begins a task. `total` is its length in bytes, if it is known.
	fn begin(&self, what: &str, total: Option<u64>) -> Self::Task;

	/// Tells something that people should know while the task goes on.
	fn tell(&self, news: &Advised);
}

/// A task that takes time.
pub trait Task: SendOutsideWasm + SyncOutsideWasm {
	/// Shows what is being done now.
	fn say(&self, what: &str);

	/// Adds to the bytes that are done.
	fn advance(&self, by: u64);
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::memory::MemoryKeep;
	use vouchsafe_protocol::types::AccountId;

	#[tokio::test]
	async fn sealed_bytes_open_only_with_their_key_and_at_their_place() {
		let keep = MemoryKeep::default();
		let (key, other) = (SecretKey::random(), SecretKey::random());
		assert!(keep.read_sealed(&key, "texts", "a").await.unwrap().is_none());
		keep.write_sealed(&key, "texts", "a", b"text").await.unwrap();
		assert_eq!(*keep.read_sealed(&key, "texts", "a").await.unwrap().unwrap(), b"text");
		let error = keep.read_sealed(&other, "texts", "a").await.unwrap_err().to_string();
		assert!(error.contains("texts/a is damaged or sealed to another key"), "{error}");
		keep.copy(("texts", "a"), ("texts", "b"));
		assert!(keep.read_sealed(&key, "texts", "b").await.is_err());
		assert!(*keep.read("texts", "a").await.unwrap().unwrap() != b"text");
	}

	/// Eva, with an encryption key that is drawn anew.
	fn eva() -> Identity {
		let encryption = SecretKey::random();
		Identity { encryption, ..Identity::development("//PatientA").unwrap() }
	}

	#[tokio::test]
	async fn what_is_sealed_to_a_replaced_key_makes_room_and_is_kept() {
		let keep = MemoryKeep::default();
		let all = [eva(), eva(), eva()];
		for (place, me) in all.iter().enumerate() {
			assert!(keep.read_own(me, "texts", "a").await.unwrap().is_none());
			for text in [b"one", b"two"] {
				keep.write_own(me, "texts", "a", text).await.unwrap();
				assert_eq!(*keep.read_own(me, "texts", "a").await.unwrap().unwrap(), *text);
			}
			assert_eq!(keep.places().len(), 1 + place, "none is written over");
		}
		for (former, me) in [("a.former-1", &all[0]), ("a.former-2", &all[1])] {
			keep.copy(("texts", former), ("texts", "a"));
			assert_eq!(*keep.read_own(me, "texts", "a").await.unwrap().unwrap(), *b"two");
		}
	}

	/// The attack: the mark of what was seen before is damaged, and would begin anew.
	#[tokio::test]
	async fn what_is_damaged_does_not_count_as_nothing() {
		// Also of an account whose key was replaced before.
		let (me, account) = (eva(), AccountId::new([7; 32]));
		for me in [&me, &me.clone().signing_for(account)] {
			let keep = MemoryKeep::default();
			keep.write_own(me, "texts", "a", b"text").await.unwrap();
			let whole = keep.read("texts", "a").await.unwrap().unwrap().to_vec();
			let flipped = |place: usize| {
				let mut bytes = whole.clone();
				bytes[place] ^= 1;
				bytes
			};
			let last = whole.len() - 1;
			let short = [0, OWN.len() + 40, last].map(|length| whole[..length].to_vec());
			let damaged =
				[vec![0; whole.len()], flipped(0), flipped(OWN.len() + 32), flipped(last)];
			for bytes in short.into_iter().chain(damaged) {
				keep.write("texts", "a", &bytes).await.unwrap();
				let read = keep.read_own(me, "texts", "a").await.unwrap_err().to_string();
				assert!(read.starts_with("texts/a is damaged or sealed to another key"), "{read}");
				keep.write_own(me, "texts", "a", b"new").await.unwrap_err();
				assert_eq!(*keep.read("texts", "a").await.unwrap().unwrap(), bytes);
			}
			assert_eq!(keep.places().len(), 1);
		}
	}

	/// Programs before this one wrote no key.
	#[tokio::test]
	async fn without_the_key_only_an_account_with_a_new_key_has_had_another() {
		let (keep, me, now) = (MemoryKeep::default(), eva(), eva());
		keep.write_sealed(&me.encryption, "texts", "a", b"text").await.unwrap();
		assert_eq!(*keep.read_own(&me, "texts", "a").await.unwrap().unwrap(), *b"text");
		keep.read_own(&now, "texts", "a").await.unwrap_err();
		keep.write_own(&now, "texts", "a", b"new").await.unwrap_err();
		let now = now.signing_for(AccountId::new([7; 32]));
		assert!(keep.read_own(&now, "texts", "a").await.unwrap().is_none());
		keep.write_own(&now, "texts", "a", b"new").await.unwrap();
		assert_eq!(*keep.read_own(&now, "texts", "a").await.unwrap().unwrap(), *b"new");
		assert_eq!(keep.places().len(), 2);
	}
}
