//! Documents that are kept on this device, sealed under the device key, to be read offline.
//!
//! A list of them is among the account's stored things. Each document is stored apart, so that unlocking does
//! not read it.

use super::{drafts::id as record_id, records::kind_of, Account, FOLDER};
use crate::{
	failure::Trouble,
	host::Host,
	messages::{Kept, KeptLine, Opened},
	platform::{OpenDocument, LARGE},
};
use anyhow::{bail, Context as _, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use vouchsafe_agent::{
	file_names,
	platform::{Document, Keep as _},
};
use vouchsafe_protocol::{
	messages::Hex,
	types::{AccountKind, H256},
};
use vouchsafe_speech::Speech;
use zeroize::Zeroizing;

/// The place of the list.
const KEPT: &str = "kept";
/// The most bytes of all documents together.
const MOST: u64 = 5 * LARGE;
/// The most documents.
const MOST_DOCUMENTS: usize = 500;

/// What the list says of a document.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
	title: String,
	media_type: String,
	version: u32,
	length: u64,
	/// When it was kept, by this device's clock.
	since: u64,
}

type Entries = BTreeMap<Hex<32>, Entry>;

impl<H: Host> Account<H> {
	async fn entries(&self) -> Result<Entries> {
		Ok(match self.keep.read(FOLDER, KEPT).await? {
			Some(bytes) => serde_json::from_slice(&bytes)?,
			None => Entries::new(),
		})
	}

	/// Writes the list, and stores or removes the document of a record with it.
	async fn write_entries(
		&self,
		entries: &Entries,
		record: &H256,
		value: Option<&[u8]>,
	) -> Result<()> {
		let (key, name) = (self.keep.key(), hex::encode(record.0));
		let document = match value {
			Some(bytes) => {
				let (place, sealed) = key.seal_document(&name, bytes);
				(place, Some(sealed))
			},
			None => (key.document(&name), None),
		};
		let bytes = serde_json::to_vec(entries)?;
		self.keep.write_with_document((FOLDER, KEPT), &bytes, document).await
	}

	/// The records of which there is a document on this device.
	pub(super) async fn kept_records(&self) -> Result<Vec<H256>> {
		Ok(self.entries().await?.keys().map(|id| H256(id.0)).collect())
	}

	pub(super) async fn kept(&self, speech: &Speech) -> Result<Kept> {
		let mut entries: Vec<_> = self.entries().await?.into_iter().collect();
		entries.sort_by_key(|(_, entry)| std::cmp::Reverse(entry.since));
		let size = entries.iter().map(|(_, it)| it.length).sum();
		let documents = entries.into_iter().map(|(id, entry)| KeptLine {
			id: hex::encode(id.0),
			note: note(&entry, speech),
			title: entry.title,
			size: entry.length,
		});
		Ok(Kept { documents: documents.collect(), size, most: MOST })
	}

	/// Keeps an open document. Only patients keep records.
	pub(super) async fn keep_document(&self, id: &str, speech: &Speech) -> Result<Kept> {
		if self.kind().is_some_and(|kind| kind != AccountKind::Patient) {
			bail!("only patients keep records on a device");
		}
		let record = record_id(id)?;
		let open = self.documents.get(&record).context("this record is not open")?;
		let _lock = self.keep.lock().await?;
		let mut entries = self.entries().await?;
		let entry = Entry {
			title: open.document.title.clone(),
			media_type: open.document.media_type.clone(),
			version: open.document.version,
			length: open.bytes.len() as u64,
			since: self.host.now(),
		};
		entries.insert(Hex(record.0), entry);
		let size: u64 = entries.values().map(|it| it.length).sum();
		if size > MOST || entries.len() > MOST_DOCUMENTS {
			return Err(Trouble::KeptFull.into());
		}
		self.write_entries(&entries, &record, Some(&open.bytes)).await?;
		self.kept(speech).await
	}

	pub(super) async fn forget_kept(&self, id: &str, speech: &Speech) -> Result<Kept> {
		self.remove_kept(&record_id(id)?).await?;
		self.kept(speech).await
	}

	async fn remove_kept(&self, record: &H256) -> Result<()> {
		let _lock = self.keep.lock().await?;
		let mut entries = self.entries().await?;
		entries.remove(&Hex(record.0));
		self.write_entries(&entries, record, None).await
	}

	/// Opens a kept document. Nobody is asked, so it may be an older version.
	pub(super) async fn open_kept(&self, id: &str, speech: &Speech) -> Result<Opened> {
		let record = record_id(id)?;
		let entries = self.entries().await?;
		let entry = entries.get(&Hex(record.0)).context("this record is not kept")?;
		let (key, name) = (self.keep.key(), hex::encode(record.0));
		let place = key.document(&name);
		let stored = self.host.document(&place).await?;
		let bytes = stored.and_then(|value| key.open(&place, &value).ok());
		let Some((_, _, bytes)) = bytes else {
			self.remove_kept(&record).await?;
			return Err(Trouble::KeptLost.into());
		};
		let Entry { title, media_type, version, .. } = entry.clone();
		let document = Document { record, version, title, media_type };
		self.documents.put(document, Zeroizing::new(bytes))?;
		let open = self.documents.get(&record).context("this record is not open")?;
		Ok(Opened { note: note(entry, speech), ..opened(&open) })
	}
}

/// What is said of an open document.
fn opened(open: &OpenDocument) -> Opened {
	let Document { record, title, media_type, .. } = &open.document;
	let (bare, _) = file_names::without_extension(media_type);
	Opened {
		id: hex::encode(record.0),
		title: title.clone(),
		kind: kind_of(bare),
		size: open.bytes.len() as u64,
		is_large: false,
		file_name: super::records::file_name(&open.document),
		note: String::new(),
		failure: String::new(),
		warnings: vec![],
		closes_in: None,
	}
}

fn note(entry: &Entry, speech: &Speech) -> String {
	let version = entry.version.saturating_add(1).to_string();
	speech.wallet_kept(version, speech.moment(entry.since))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		account::first_values,
		device::DeviceKey,
		extension::{Prompts, Secrets},
		failure,
		host::DOCUMENT,
		messages::FailureKind,
		tests::host::TestHost,
	};
	use std::sync::atomic::Ordering;
	use vouchsafe_agent::keys::KeyFile;
	use vouchsafe_vault::passphrase::Cost;

	const ID: &str = "0707070707070707070707070707070707070707070707070707070707070707";

	fn speech() -> &'static Speech {
		vouchsafe_agent::english::speech_of("en")
	}

	/// An account on this host, with the key of an earlier one.
	async fn account(host: &TestHost, key: &DeviceKey) -> Account<TestHost> {
		if host.stored.lock().unwrap().is_empty() {
			let values =
				first_values(key, &Secrets::InWallet(KeyFile::generate().unwrap()), true).unwrap();
			host.replace(values).await.unwrap();
		}
		let stored = host.load().await.unwrap();
		let prompts = Prompts::default();
		Account::open(host.clone(), key.clone(), &stored, prompts).await.unwrap()
	}

	fn open(account: &Account<TestHost>, number: u8, length: usize) -> String {
		let document = Document {
			record: H256([number; 32]),
			version: 1,
			title: "Wrist".into(),
			media_type: "text/plain".into(),
		};
		account.documents.put(document, Zeroizing::new(vec![b'w'; length])).unwrap();
		hex::encode([number; 32])
	}

	fn documents(host: &TestHost) -> usize {
		host.stored.lock().unwrap().keys().filter(|key| key.starts_with(DOCUMENT)).count()
	}

	fn kind<T>(outcome: Result<T>) -> FailureKind {
		failure::tell(&outcome.err().unwrap(), speech()).kind
	}

	#[tokio::test]
	async fn a_kept_document_opens_without_a_network() {
		let (host, key) = (TestHost::default(), DeviceKey::create("p", Cost::LEAST).unwrap().0);
		let first = account(&host, &key).await;
		assert!(first.keep_document(ID, speech()).await.is_err(), "it is not open");
		let id = open(&first, 7, 1_000);
		let kept = first.keep_document(&id, speech()).await.unwrap();
		assert_eq!((kept.documents.len(), kept.size), (1, 1_000));
		assert!(kept.documents[0].note.contains("2"), "{}", kept.documents[0].note);
		let all: Vec<u8> = host.stored.lock().unwrap().values().flatten().copied().collect();
		assert!(!all.windows(5).any(|it| it == b"Wrist" || it == b"wwwww"), "it is sealed");

		let again = account(&host, &key).await;
		assert!(again.file(&id).is_err(), "it is not read when the wallet is unlocked");
		let opened = again.open_kept(&id, speech()).await.unwrap();
		assert_eq!((opened.title.as_str(), opened.size), ("Wrist", 1_000));
		assert_eq!(again.file(&id).unwrap().1, vec![b'w'; 1_000]);
		assert_eq!(again.forget_kept(&id, speech()).await.unwrap().documents, []);
		assert_eq!(documents(&host), 0);
		assert!(again.open_kept(&id, speech()).await.is_err());
	}

	#[tokio::test]
	async fn what_is_kept_is_bounded_and_whole() {
		let (host, key) = (TestHost::default(), DeviceKey::create("p", Cost::LEAST).unwrap().0);
		let account = account(&host, &key).await;
		let length = usize::try_from(LARGE).unwrap();
		for number in 1..=5 {
			let id = open(&account, number, length);
			account.keep_document(&id, speech()).await.unwrap();
			account.documents.clear();
		}
		let id = open(&account, 6, 1);
		assert_eq!(kind(account.keep_document(&id, speech()).await), FailureKind::Input);
		assert_eq!(documents(&host), 5);
		// The same again takes no more room.
		let id = open(&account, 5, length);
		account.keep_document(&id, speech()).await.unwrap();
		host.is_full.store(true, Ordering::Relaxed);
		assert_eq!(kind(account.forget_kept(&id, speech()).await), FailureKind::Storage);
		assert_eq!(account.kept(speech()).await.unwrap().documents.len(), 5, "nothing changed");
	}

	/// The attack, or a browser that has cleared a part: a document is gone, changed, or another's.
	#[tokio::test]
	async fn a_lost_or_changed_copy_is_told_and_forgotten() {
		type Spoil = fn(&mut BTreeMap<String, Vec<u8>>);
		let spoil: [Spoil; 3] = [
			|stored| stored.retain(|key, _| !key.starts_with(DOCUMENT)),
			|stored| {
				let (_, value) =
					stored.iter_mut().find(|(key, _)| key.starts_with(DOCUMENT)).unwrap();
				value[40] ^= 1;
			},
			|stored| {
				let mut places = stored.keys().filter(|key| key.starts_with(DOCUMENT));
				let (one, other) = (places.next().unwrap().clone(), places.next().unwrap().clone());
				let (first, second) = (stored[&one].clone(), stored[&other].clone());
				stored.insert(one, second);
				stored.insert(other, first);
			},
		];
		for spoil in spoil {
			let (host, key) = (TestHost::default(), DeviceKey::create("p", Cost::LEAST).unwrap().0);
			let account = account(&host, &key).await;
			for number in [7, 8] {
				let id = open(&account, number, 100);
				account.keep_document(&id, speech()).await.unwrap();
			}
			account.documents.clear();
			spoil(&mut host.stored.lock().unwrap());
			let mut outcomes = Vec::new();
			for number in [7, 8] {
				outcomes.push(account.open_kept(&hex::encode([number; 32]), speech()).await);
			}
			let lost = outcomes.into_iter().filter_map(Result::err).collect::<Vec<_>>();
			assert!(!lost.is_empty());
			let left = account.kept(speech()).await.unwrap().documents.len();
			assert_eq!(left, 2 - lost.len());
			assert!(lost.iter().all(|it| it.downcast_ref() == Some(&Trouble::KeptLost)));
		}
	}

	#[tokio::test]
	async fn practitioners_keep_nothing() {
		let (host, key) = (TestHost::default(), DeviceKey::create("p", Cost::LEAST).unwrap().0);
		let account = account(&host, &key).await;
		let id = open(&account, 7, 100);
		super::super::locked(&account.known).kind = Some(AccountKind::Practitioner);
		assert!(account.keep_document(&id, speech()).await.is_err());
		assert_eq!(documents(&host), 0);
		super::super::locked(&account.known).kind = Some(AccountKind::Patient);
		assert!(account.keep_document(&id, speech()).await.is_ok());
	}

	#[tokio::test]
	async fn forgetting_removes_what_is_kept() {
		let (host, key) = (TestHost::default(), DeviceKey::create("p", Cost::LEAST).unwrap().0);
		let account = account(&host, &key).await;
		let id = open(&account, 7, 100);
		account.keep_document(&id, speech()).await.unwrap();
		crate::device::forget(&host).await.unwrap();
		assert!(host.stored.lock().unwrap().is_empty());
	}
}
