//! The journal of records that are being added. With it, an interrupted command can be resumed.
//!
//! Documents that are added together are one group, a folder `journal/<name>` of the home with
//!
//! - `state`: everything that is needed to resume, and the steps that are done. It is sealed to the
//!   user's key and replaced atomically before each step that cannot be repeated;
//! - `content-0`, `content-1` …: ciphertexts;
//! - `lock`: held by the process that works on the group.
//!
//! The name is a keyed digest of the documents. So a command that is started twice with the same
//! documents finds the group of the first one and does not add them again. Groups are found,
//! claimed and removed under the home's lock.
//!
//! A folder without `state` is left over from an interrupted preparation. Nothing of it has left
//! the machine, and it is removed.

use crate::{
	home::{self, Home},
	keys::Identity,
};
use anyhow::{bail, Context, Result};
use blake2::{Blake2b256, Digest};
use serde::{Deserialize, Serialize};
use std::{
	fs::{File, TryLockError},
	os::unix::fs::OpenOptionsExt,
	path::PathBuf,
};
use vouchsafe_client::messages::{Hex, HexBytes};

const FOLDER: &str = "journal";
const STATE: &str = "state";

/// Documents that are added together.
#[derive(Clone, Serialize, Deserialize)]
pub struct Group {
	/// The chain.
	pub genesis: Hex<32>,
	/// Who adds it.
	pub signer: Hex<32>,
	/// Digest of the documents and of what they are added as.
	pub source: Hex<32>,
	/// The versions.
	pub entries: Vec<Entry>,
}

/// A version that is being added.
#[derive(Clone, Serialize, Deserialize)]
pub struct Entry {
	/// Its title, for messages.
	pub title: String,
	/// The patient.
	pub patient: Hex<32>,
	/// The institution that the author acts for.
	pub institution: Option<Hex<32>>,
	/// The record.
	pub record: Hex<32>,
	/// The version.
	pub version: u32,
	/// The new record, or `None` for a further version.
	pub new: Option<NewRow>,
	/// What a further version widens of the record.
	pub widening: Option<WideningRow>,
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
	/// The share for each custodian.
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

/// What is on the chain about a new record.
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

/// What a further version widens of its record. What the record has already stays.
#[derive(Clone, Serialize, Deserialize)]
pub struct WideningRow {
	/// First and last month.
	pub months: (u16, u16),
	/// Its labels.
	pub labels: u32,
	/// The word of its confidentiality.
	pub confidentiality: String,
}

/// A share that is to be delivered to a custodian.
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
	/// Claims the group of these documents for this process. If an earlier run did not finish them,
	/// its group is returned too. It is an error if another process works on them.
	pub fn claim(
		home: &Home,
		me: &Identity,
		genesis: Hex<32>,
		source: Hex<32>,
	) -> Result<(Self, Option<Group>)> {
		let _home_lock = home.lock()?;
		Self::all(home, me)?;
		// With the secret, so that the name does not tell what is being added.
		let digest = Blake2b256::new_with_prefix(b"vouchsafe/cli/journal/1")
			.chain_update(me.encryption.to_bytes().as_slice())
			.chain_update(genesis.0)
			.chain_update(source.0)
			.finalize();
		let name = hex::encode(&digest[..16]);
		home.folder(&format!("{FOLDER}/{name}"))?;
		let Some(journal) = Self::lock(home, me, &name)? else {
			bail!(
				"another vouchsafe command is adding the same documents now: wait until it has finished"
			);
		};
		let group = journal.read()?;
		Ok((journal, group))
	}

	/// All groups of this key that are not finished and that no other process works on.
	pub fn unfinished(home: &Home, me: &Identity) -> Result<Vec<(Self, Group)>> {
		if !home.path().join(FOLDER).exists() {
			return Ok(Vec::new());
		}
		let _home_lock = home.lock()?;
		let mut found = Vec::new();
		for journal in Self::all(home, me)? {
			// Another key's group does not open.
			if home.read_sealed(&me.encryption, &journal.folder(), STATE).is_err() {
				continue;
			}
			if let Some(group) = journal.read()? {
				found.push((journal, group));
			}
		}
		Ok(found)
	}

	/// All groups with a state that no other process works on. Those without one are removed. The
	/// home must be locked.
	fn all(home: &Home, me: &Identity) -> Result<Vec<Self>> {
		let folder = home.path().join(FOLDER);
		if !folder.exists() {
			return Ok(Vec::new());
		}
		let mut found = Vec::new();
		for file in std::fs::read_dir(&folder)? {
			let Ok(name) = file?.file_name().into_string() else { continue };
			let Some(journal) = Self::lock(home, me, &name)? else { continue };
			if journal.path().join(STATE).exists() {
				found.push(journal);
			} else {
				journal.remove_folder()?;
			}
		}
		Ok(found)
	}

	fn read(&self) -> Result<Option<Group>> {
		let sealed = self.home.read_sealed(&self.me.encryption, &self.folder(), STATE)?;
		let Some(bytes) = sealed else { return Ok(None) };
		let group = serde_json::from_slice(&bytes).with_context(|| {
			format!("the journal {} is damaged or of another version", self.path().display())
		})?;
		Ok(Some(group))
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
				Err(error).with_context(|| format!("cannot lock {}", path.display()))
			},
		}
	}

	fn folder(&self) -> String {
		format!("{FOLDER}/{}", self.name)
	}

	fn path(&self) -> PathBuf {
		self.home.path().join(FOLDER).join(&self.name)
	}

	/// The path of an entry's ciphertext.
	pub fn content(&self, entry: usize) -> PathBuf {
		self.path().join(format!("content-{entry}"))
	}

	/// Writes the group's state.
	pub fn save(&self, group: &Group) -> Result<()> {
		let bytes = serde_json::to_vec(group)?;
		self.home.write_sealed(&self.me.encryption, &self.folder(), STATE, &bytes)
	}

	/// Removes the group, because it is finished or can never be finished.
	pub fn remove(self) -> Result<()> {
		let _home_lock = self.home.lock()?;
		self.remove_folder()
	}

	/// The state is removed first, so that nobody resumes a group that is half removed.
	fn remove_folder(&self) -> Result<()> {
		let path = self.path();
		let state = path.join(STATE);
		if state.exists() {
			std::fs::remove_file(&state)?;
			home::sync_folder(&path);
		}
		std::fs::remove_dir_all(&path).with_context(|| format!("cannot remove {}", path.display()))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn group() -> Group {
		Group { genesis: Hex([1; 32]), signer: Hex([2; 32]), source: Hex([3; 32]), entries: vec![] }
	}

	fn claim(home: &Home, me: &Identity, source: u8) -> Result<(Journal, Option<Group>)> {
		Journal::claim(home, me, Hex([1; 32]), Hex([source; 32]))
	}

	#[test]
	fn what_was_begun_is_found_again() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let me = Identity::development("//DoctorA").unwrap();
		let (journal, begun) = claim(&home, &me, 3).unwrap();
		assert!(begun.is_none());
		journal.save(&group()).unwrap();
		assert!(Journal::unfinished(&home, &me).unwrap().is_empty(), "this process works on it");
		let error = claim(&home, &me, 3).map(drop).unwrap_err().to_string();
		assert!(error.contains("the same documents"), "{error}");
		assert!(claim(&home, &me, 4).unwrap().1.is_none(), "other documents");
		drop(journal);
		assert_eq!(Journal::unfinished(&home, &me).unwrap().len(), 1);
		let (journal, begun) = claim(&home, &me, 3).unwrap();
		assert_eq!(begun.unwrap().source, Hex([3; 32]));
		journal.remove().unwrap();
		assert!(Journal::unfinished(&home, &me).unwrap().is_empty());
		assert!(claim(&home, &me, 3).unwrap().1.is_none());
	}

	#[test]
	fn of_the_same_command_at_once_one_goes_on() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let me = Identity::development("//DoctorA").unwrap();
		let claimed: Vec<_> = std::thread::scope(|scope| {
			let threads: Vec<_> =
				(0..8).map(|_| scope.spawn(|| claim(&home, &me, 3).ok())).collect();
			threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
		});
		assert_eq!(claimed.len(), 1);
	}

	#[test]
	fn what_was_never_ready_is_removed() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let me = Identity::development("//DoctorA").unwrap();
		let (journal, _) = claim(&home, &me, 3).unwrap();
		std::fs::write(journal.content(0), b"half").unwrap();
		let path = journal.path();
		drop(journal);
		drop(claim(&home, &me, 4).unwrap());
		assert!(!path.exists());
	}

	#[test]
	fn another_keys_journal_is_left_alone() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let me = Identity::development("//DoctorA").unwrap();
		let other = Identity::development("//DoctorB").unwrap();
		let (journal, _) = claim(&home, &me, 3).unwrap();
		journal.save(&group()).unwrap();
		drop(journal);
		assert!(Journal::unfinished(&home, &other).unwrap().is_empty());
		assert!(claim(&home, &other, 3).unwrap().1.is_none(), "the name is the key's own");
		assert_eq!(Journal::unfinished(&home, &me).unwrap().len(), 1);
	}
}
