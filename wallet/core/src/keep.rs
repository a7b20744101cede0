//! The agent's stored things in a browser. They are small, so all are in memory while the wallet is
//! unlocked, and each change is stored encrypted before it counts.

use crate::{device::DeviceKey, host::Host, platform::LARGE};
use anyhow::{bail, Result};
use bytes::Bytes;
use futures::{
	lock::{Mutex as AsyncMutex, OwnedMutexGuard},
	stream,
};
use std::{
	collections::{BTreeMap, BTreeSet},
	io,
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use vouchsafe_agent::platform::{Draft, Keep, Pieces};
use zeroize::Zeroizing;

/// The place of the address book.
const NAMES: (&str, &str) = ("", "names");

type Places = BTreeMap<(String, String), Zeroizing<Vec<u8>>>;

/// Whether what is at this place, by folder and name, is stored on the device.
pub type Stays = fn(&str, &str) -> bool;

/// A person's stored things.
#[derive(Clone)]
pub struct BrowserKeep<H> {
	inner: Arc<Inner<H>>,
}

struct Inner<H> {
	host: H,
	key: DeviceKey,
	places: Mutex<Places>,
	/// Which places are stored, if not all of them are.
	stays: Mutex<Option<Stays>>,
	claimed: Arc<Mutex<BTreeSet<String>>>,
	lock: Arc<AsyncMutex<()>>,
}

/// The lock of everything, or the claim to a folder.
pub enum KeepLock {
	/// Everything.
	Everything(#[allow(dead_code, reason = "it ends when it is dropped")] OwnedMutexGuard<()>),
	/// A folder.
	Folder {
		/// The folder's name.
		name: String,
		/// All that are claimed.
		claimed: Arc<Mutex<BTreeSet<String>>>,
	},
}

impl Drop for KeepLock {
	fn drop(&mut self) {
		if let Self::Folder { name, claimed } = self {
			locked(claimed).remove(name);
		}
	}
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn place(folder: &str, name: &str) -> (String, String) {
	(folder.to_owned(), name.to_owned())
}

fn once(piece: io::Result<Bytes>) -> Pieces {
	Pieces::new(stream::iter([piece]))
}

/// Bytes that are being written, in memory.
#[derive(Default)]
pub struct MemoryDraft {
	bytes: Zeroizing<Vec<u8>>,
	/// How many bytes are kept at most, if they need not be read again.
	most: Option<usize>,
	is_cut: bool,
}

impl MemoryDraft {
	/// What was written.
	pub fn into_bytes(self) -> Zeroizing<Vec<u8>> {
		self.bytes
	}
}

impl Draft for MemoryDraft {
	async fn write(&mut self, bytes: &[u8]) -> Result<()> {
		let length = self.bytes.len().saturating_add(bytes.len());
		self.is_cut |= self.most.is_some_and(|most| length > most);
		match self.is_cut {
			true => self.bytes = Zeroizing::default(),
			false => self.bytes.extend_from_slice(bytes),
		}
		Ok(())
	}

	async fn read(&mut self) -> Result<Pieces> {
		if self.is_cut {
			bail!("it is too long to be kept in memory");
		}
		Ok(once(Ok(Bytes::copy_from_slice(&self.bytes))))
	}
}

impl<H: Host> BrowserKeep<H> {
	/// The things among what is stored on this device. What this key does not open is not this account's:
	/// another tab may have stored it when a new account took this one's place.
	pub fn open(host: H, key: DeviceKey, stored: &[(String, Vec<u8>)]) -> Self {
		let mut places = Places::new();
		for (stored_as, value) in stored.iter().filter(|(key, _)| key.starts_with("value-")) {
			let Ok((folder, name, bytes)) = key.open(stored_as, value) else { continue };
			places.insert((folder, name), Zeroizing::new(bytes));
		}
		let places = Mutex::new(places);
		let (stays, claimed, lock) = Default::default();
		Self { inner: Arc::new(Inner { host, key, places, stays, claimed, lock }) }
	}

	/// The device key.
	pub fn key(&self) -> &DeviceKey {
		&self.inner.key
	}

	/// Writes bytes at a place, and stores or removes a document with them: both, or nothing.
	pub async fn write_with_document(
		&self,
		(folder, name): (&str, &str),
		bytes: &[u8],
		document: (String, Option<Vec<u8>>),
	) -> Result<()> {
		let (key, value) = self.inner.key.seal(folder, name, bytes);
		self.inner.host.store(vec![(key, Some(value)), document]).await?;
		self.places().insert(place(folder, name), Zeroizing::new(bytes.to_vec()));
		Ok(())
	}

	fn places(&self) -> MutexGuard<'_, Places> {
		locked(&self.inner.places)
	}

	/// Stores only these places from now on, and removes the others from the device. What is not stored is in
	/// memory for as long as the wallet is unlocked.
	pub async fn store_only(&self, stays: Stays) -> Result<()> {
		*locked(&self.inner.stays) = Some(stays);
		let removal = |(folder, name): &(String, String)| self.inner.key.removal(folder, name);
		let removals = {
			let places = self.places();
			let gone = places.keys().filter(|(folder, name)| !stays(folder, name));
			gone.map(|place| (removal(place), None)).collect()
		};
		self.inner.host.store(removals).await?;
		Ok(())
	}

	fn is_stored(&self, folder: &str, name: &str) -> bool {
		locked(&self.inner.stays).is_none_or(|stays| stays(folder, name))
	}
}

impl<H: Host> Keep for BrowserKeep<H> {
	type Lock = KeepLock;
	type Draft = MemoryDraft;

	async fn lock(&self) -> Result<KeepLock> {
		Ok(KeepLock::Everything(self.inner.lock.clone().lock_owned().await))
	}

	async fn claim(&self, folder: &str) -> Result<Option<KeepLock>> {
		let claimed = self.inner.claimed.clone();
		let is_free = locked(&claimed).insert(folder.to_owned());
		Ok(is_free.then(|| KeepLock::Folder { name: folder.into(), claimed }))
	}

	async fn folders(&self, folder: &str) -> Result<Vec<String>> {
		let start = format!("{folder}/");
		let found: BTreeSet<String> = self
			.places()
			.keys()
			.filter_map(|(folder, _)| folder.strip_prefix(&start).map(ToOwned::to_owned))
			.collect();
		Ok(found.into_iter().collect())
	}

	async fn files(&self, folder: &str) -> Result<Vec<String>> {
		let places = self.places();
		let found = places.keys().filter(|(known, _)| known == folder);
		Ok(found.map(|(_, name)| name.clone()).collect())
	}

	async fn remove_folder(&self, folder: &str, _first: &str) -> Result<()> {
		let keys: Vec<_> =
			self.places().keys().filter(|(known, _)| known == folder).cloned().collect();
		let changes =
			keys.iter().map(|(folder, name)| (self.inner.key.removal(folder, name), None));
		// One transaction of the browser's database, so the order does not matter.
		self.inner.host.store(changes.collect()).await?;
		self.places().retain(|(known, _), _| known != folder);
		Ok(())
	}

	async fn read(&self, folder: &str, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
		Ok(self.places().get(&place(folder, name)).cloned())
	}

	async fn write(&self, folder: &str, name: &str, bytes: &[u8]) -> Result<()> {
		if self.is_stored(folder, name) {
			let (key, value) = self.inner.key.seal(folder, name, bytes);
			self.inner.host.store(vec![(key, Some(value))]).await?;
		}
		self.places().insert(place(folder, name), Zeroizing::new(bytes.to_vec()));
		Ok(())
	}

	async fn draft(&self, _folder: &str) -> Result<MemoryDraft> {
		Ok(MemoryDraft::default())
	}

	async fn scratch(&self) -> Result<MemoryDraft> {
		let most = usize::try_from(LARGE).ok();
		Ok(MemoryDraft { most, ..MemoryDraft::default() })
	}

	async fn keep(&self, draft: MemoryDraft, folder: &str, name: &str) -> Result<()> {
		self.write(folder, name, &draft.bytes).await
	}

	fn content(&self, folder: &str, name: &str) -> Pieces {
		let found = self.places().get(&place(folder, name)).map(|it| Bytes::copy_from_slice(it));
		once(found.ok_or_else(|| io::ErrorKind::NotFound.into()))
	}

	async fn address_book(&self) -> Result<BTreeMap<String, String>> {
		match self.read(NAMES.0, NAMES.1).await? {
			Some(bytes) => Ok(serde_json::from_slice(&bytes)?),
			None => Ok(BTreeMap::new()),
		}
	}

	async fn set_address_book(&self, names: &BTreeMap<String, String>) -> Result<()> {
		self.write(NAMES.0, NAMES.1, &serde_json::to_vec(names)?).await
	}

	async fn own_keys(&self) -> Result<Vec<(String, String)>> {
		Ok(vec![])
	}

	fn describe(&self, folder: &str, name: &str) -> String {
		format!("{folder}/{name}")
	}
}
