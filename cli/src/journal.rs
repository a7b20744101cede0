//! The journal of records that are being added, by which adding goes on after being killed.
//!
//! What is added together is one group, a folder `journal/<random>` of the home with
//!
//! - `state`: all that is needed to go on and how far it is, sealed to one's own key, written
//!   anew (whole or not at all) before each step that can't be repeated;
//! - `content-0`, `content-1` …: ciphertexts;
//! - `lock`: held by the process that works on the group.
//!
//! A folder without `state` was left while it was being prepared: nothing of it has gone anywhere,
//! and it is removed.

use crate::{
	home::{self, Home},
	keys::Identity,
};
use anyhow::{bail, Context, Result};
use serde::{Deserialize, Serialize};
use std::{
	fs::{File, TryLockError},
	os::unix::fs::OpenOptionsExt,
	path::PathBuf,
};
use vouchsafe_client::messages::{Hex, HexBytes};

const FOLDER: &str = "journal";
const STATE: &str = "state";

/// What is added together.
#[derive(Clone, Serialize, Deserialize)]
pub struct Group {
	/// The chain.
	pub genesis: Hex<32>,
	/// Who adds it.
	pub signer: Hex<32>,
	/// Digest of what was handed in, so that the same, handed in again, is not added twice.
	pub source: Hex<32>,
	/// The versions.
	pub entries: Vec<Entry>,
}

/// A version on its way.
#[derive(Clone, Serialize, Deserialize)]
pub struct Entry {
	/// What it is called, for messages.
	pub title: String,
	/// Whose it is.
	pub patient: Hex<32>,
	/// For which institution it is written.
	pub institution: Option<Hex<32>>,
	/// The record.
	pub record: Hex<32>,
	/// The version.
	pub version: u32,
	/// The new record, or `None` for a further version.
	pub new: Option<NewRow>,
	/// Hash of the version before.
	pub previous: Hex<32>,
	/// The manifest.
	pub manifest: HexBytes,
	/// Its CID.
	pub manifest_cid: String,
	/// The ciphertext's CID.
	pub content_cid: String,
	/// The ciphertext's length.
	pub content_len: u64,
	/// The plaintext's commitment.
	pub commitment: Hex<32>,
	/// The Feldman commitments.
	pub commitments: HexBytes,
	/// How many shares open it.
	pub threshold: u8,
	/// The holders, with the word of their kind.
	pub holders: Vec<(Hex<32>, String)>,
	/// What goes to which custodian.
	pub envelopes: Vec<Envelope>,
	/// The patient's sealed share.
	pub patient_share: Option<HexBytes>,
	/// Whether a custodian has the ciphertext.
	pub uploaded: bool,
	/// Whether the version is final on the chain.
	pub is_final: bool,
	/// Whether all acknowledgements are final.
	pub complete: bool,
}

/// What a new record says of itself.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewRow {
	/// The salt of its id.
	pub salt: Hex<16>,
	/// The word of its origin.
	pub origin: String,
	/// First and last month.
	pub months: (u16, u16),
	/// The word of its relation, and to which record.
	pub relation: Option<(String, Hex<32>)>,
	/// The word of its confidentiality.
	pub confidentiality: String,
	/// Its labels.
	pub labels: u32,
	/// The word of its category.
	pub category: String,
}

/// A share on its way to a custodian.
#[derive(Clone, Serialize, Deserialize)]
pub struct Envelope {
	/// The institution.
	pub institution: Hex<32>,
	/// The share, sealed to its custodian.
	pub share: HexBytes,
	/// Whether the custodian has taken it.
	pub delivered: bool,
}

/// A group's folder, locked by this process.
pub struct Journal {
	home: Home,
	me: Identity,
	name: String,
	_lock: File,
}

impl Journal {
	/// A new, empty one.
	pub fn begin(home: &Home, me: &Identity) -> Result<Self> {
		let name = hex::encode(vouchsafe_vault::random_bytes::<8>());
		home.folder(&format!("{FOLDER}/{name}"))?;
		match Self::lock(home, me, &name)? {
			Some(journal) => Ok(journal),
			None => bail!("the new journal {name} is in use"),
		}
	}

	/// All groups that are not done and that no other process works on; what was left while being
	/// prepared is removed. Groups of other keys are not touched.
	pub fn unfinished(home: &Home, me: &Identity) -> Result<Vec<(Self, Group)>> {
		let folder = home.path().join(FOLDER);
		if !folder.exists() {
			return Ok(Vec::new());
		}
		let mut found = Vec::new();
		for file in std::fs::read_dir(&folder)? {
			let Ok(name) = file?.file_name().into_string() else { continue };
			let Some(journal) = Self::lock(home, me, &name)? else { continue };
			if !journal.path().join(STATE).exists() {
				journal.remove()?;
				continue;
			}
			// What another of one's keys wrote does not open, and is that key's to go on with.
			let Ok(Some(bytes)) = home.read_sealed(&me.encryption, &journal.folder(), STATE) else {
				continue;
			};
			let group: Group = serde_json::from_slice(&bytes).with_context(|| {
				format!("the journal {} is damaged or of another version", journal.path().display())
			})?;
			found.push((journal, group));
		}
		Ok(found)
	}

	fn lock(home: &Home, me: &Identity, name: &str) -> Result<Option<Self>> {
		let path = home.path().join(FOLDER).join(name).join("lock");
		let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
		let Ok(file) = file else { return Ok(None) };
		match file.try_lock() {
			Ok(()) => Ok(Some(Self {
				home: home.clone(),
				me: me.clone(),
				name: name.to_owned(),
				_lock: file,
			})),
			Err(TryLockError::WouldBlock) => Ok(None),
			Err(TryLockError::Error(error)) => {
				Err(error).with_context(|| format!("{} can't be locked", path.display()))
			},
		}
	}

	fn folder(&self) -> String {
		format!("{FOLDER}/{}", self.name)
	}

	fn path(&self) -> PathBuf {
		self.home.path().join(FOLDER).join(&self.name)
	}

	/// Where the ciphertext of an entry lies.
	pub fn content(&self, entry: usize) -> PathBuf {
		self.path().join(format!("content-{entry}"))
	}

	/// Writes how far it is.
	pub fn save(&self, group: &Group) -> Result<()> {
		let bytes = serde_json::to_vec(group)?;
		self.home.write_sealed(&self.me.encryption, &self.folder(), STATE, &bytes)
	}

	/// Removes it: it is done, or has come to nothing. The state goes first, so that a half-removed
	/// one isn't taken for one to go on with.
	pub fn remove(self) -> Result<()> {
		let path = self.path();
		let state = path.join(STATE);
		if state.exists() {
			std::fs::remove_file(&state)?;
			home::sync_folder(&path);
		}
		std::fs::remove_dir_all(&path)
			.with_context(|| format!("{} can't be removed", path.display()))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn group() -> Group {
		Group { genesis: Hex([1; 32]), signer: Hex([2; 32]), source: Hex([3; 32]), entries: vec![] }
	}

	#[test]
	fn what_was_begun_is_found_again() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let me = Identity::development("//DoctorA").unwrap();
		let journal = Journal::begin(&home, &me).unwrap();
		journal.save(&group()).unwrap();
		assert!(Journal::unfinished(&home, &me).unwrap().is_empty(), "this process works on it");
		drop(journal);
		let mut found = Journal::unfinished(&home, &me).unwrap();
		assert_eq!(found.len(), 1);
		let (journal, read) = found.remove(0);
		assert_eq!(read.source, Hex([3; 32]));
		journal.remove().unwrap();
		assert!(Journal::unfinished(&home, &me).unwrap().is_empty());
	}

	#[test]
	fn what_was_never_ready_is_removed() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let me = Identity::development("//DoctorA").unwrap();
		let journal = Journal::begin(&home, &me).unwrap();
		std::fs::write(journal.content(0), b"half").unwrap();
		let path = journal.path();
		drop(journal);
		assert!(Journal::unfinished(&home, &me).unwrap().is_empty());
		assert!(!path.exists());
	}

	#[test]
	fn another_keys_journal_is_left_alone() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let me = Identity::development("//DoctorA").unwrap();
		let other = Identity::development("//DoctorB").unwrap();
		let journal = Journal::begin(&home, &me).unwrap();
		journal.save(&group()).unwrap();
		drop(journal);
		assert!(Journal::unfinished(&home, &other).unwrap().is_empty());
		assert_eq!(Journal::unfinished(&home, &me).unwrap().len(), 1);
	}
}
