//! The journal of records that are being added. With it, an interrupted command can be resumed.
//!
//! Documents that are added together are one group, a kept folder `journal/<name>` with
//!
//! - `state`: everything that is needed to resume, and the steps that are done. It is sealed to the
//!   user's key and replaced atomically before each step that cannot be repeated;
//! - `content-0`, `content-1` …: ciphertexts.
//!
//! The process that works on a group claims its folder.
//!
//! The name is a keyed digest of the documents. So a command that is started twice with the same
//! documents finds the group of the first one and does not add them again. Groups are found,
//! claimed and removed under the lock of what is kept.
//!
//! A folder without `state` is left over from an interrupted preparation. Nothing of it has left
//! the machine, and it is removed.

use crate::{
	keys::Identity,
	platform::{Keep, Pieces},
};
use anyhow::{bail, Context, Result};
use blake2::{Blake2b256, Digest};
use serde::{Deserialize, Serialize};
use vouchsafe_protocol::messages::{Hex, HexBytes};

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
	/// Digest of the patient and the documents' bytes.
	pub documents: Hex<32>,
	/// What the documents are added as, in words: terms and their values.
	pub terms: Vec<(String, String)>,
	/// The versions.
	pub entries: Vec<Entry>,
}

impl Group {
	/// Whether every acknowledgement is final.
	pub fn is_complete(&self) -> bool {
		self.entries.iter().all(|entry| entry.complete)
	}
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
	/// The new record; `None` if this is a version of an existing one.
	pub new: Option<NewRow>,
	/// The words of the record's labels, as far as they are known.
	pub words: Vec<String>,
	/// Why the record is unclassified, if the tags of its labels could not be computed.
	pub unclassified: Option<String>,
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
	/// What seals it again if the patient's encryption key is replaced before the delivery. Programs before this
	/// one did not keep it.
	#[serde(default)]
	pub patient_copy: Option<PatientCopy>,
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
	/// The tags of its labels.
	pub labels: Vec<Hex<4>>,
	/// The word of its category.
	pub category: String,
}

/// What a further version widens of its record. What the record has already stays.
#[derive(Clone, Serialize, Deserialize)]
pub struct WideningRow {
	/// First and last month.
	pub months: (u16, u16),
	/// The tags of its labels.
	pub labels: Vec<Hex<4>>,
	/// The word of its confidentiality.
	pub confidentiality: String,
}

/// The author's copy of the patient's share.
#[derive(Clone, Serialize, Deserialize)]
pub struct PatientCopy {
	/// The encryption key of the patient to which the share is sealed.
	pub key: Hex<32>,
	/// The share, sealed to the author.
	pub kept: HexBytes,
}

/// A share that is to be delivered to a custodian.
#[derive(Clone, Serialize, Deserialize)]
pub struct Envelope {
	/// The institution.
	pub institution: Hex<32>,
	/// The key of its custodian.
	pub key: Hex<32>,
	/// The share, sealed to this key.
	pub share: HexBytes,
	/// The share, sealed to the author: if the institution names another custodian before the
	/// delivery, it is sealed again.
	pub kept: HexBytes,
	/// Whether the custodian has accepted it.
	pub delivered: bool,
}

/// A group's folder, claimed by this process.
pub struct Journal<K: Keep> {
	keep: K,
	me: Identity,
	folder: String,
	_claim: K::Lock,
}

impl<K: Keep> Journal<K> {
	/// Claims the group of these documents for this process. If an earlier run did not finish them,
	/// its group is returned too. It is an error if another process works on them.
	pub async fn claim(
		keep: &K,
		me: &Identity,
		genesis: Hex<32>,
		source: Hex<32>,
	) -> Result<(Self, Option<Group>)> {
		let _lock = keep.lock().await?;
		Self::all(keep, me).await?;
		// The secret is part of it, so the name does not show what is being added.
		let digest = Blake2b256::new_with_prefix(b"vouchsafe/cli/journal/1")
			.chain_update(me.encryption.to_bytes().as_slice())
			.chain_update(genesis.0)
			.chain_update(source.0)
			.finalize();
		let name = hex::encode(&digest[..16]);
		let Some(journal) = Self::claim_folder(keep, me, &name).await? else {
			bail!("another program is adding the same documents now: wait until it has finished");
		};
		let group = journal.read().await?;
		Ok((journal, group))
	}

	/// All groups of this key that are not finished and that no other process works on.
	pub async fn unfinished(keep: &K, me: &Identity) -> Result<Vec<(Self, Group)>> {
		if keep.folders(FOLDER).await?.is_empty() {
			return Ok(Vec::new());
		}
		let _lock = keep.lock().await?;
		let mut found = Vec::new();
		for journal in Self::all(keep, me).await? {
			// Another key's group does not open.
			if keep.read_sealed(&me.encryption, &journal.folder, STATE).await.is_err() {
				continue;
			}
			if let Some(group) = journal.read().await? {
				found.push((journal, group));
			}
		}
		Ok(found)
	}

	/// All groups with a state that no other process works on. Those without one are removed. What
	/// is kept must be locked.
	async fn all(keep: &K, me: &Identity) -> Result<Vec<Self>> {
		let mut found = Vec::new();
		for name in keep.folders(FOLDER).await? {
			let Some(journal) = Self::claim_folder(keep, me, &name).await? else { continue };
			match keep.read(&journal.folder, STATE).await {
				Ok(None) => journal.remove_folder().await?,
				_ => found.push(journal),
			}
		}
		Ok(found)
	}

	async fn claim_folder(keep: &K, me: &Identity, name: &str) -> Result<Option<Self>> {
		let folder = format!("{FOLDER}/{name}");
		let claim = keep.claim(&folder).await?;
		let (keep, me) = (keep.clone(), me.clone());
		Ok(claim.map(|claim| Self { keep, me, folder, _claim: claim }))
	}

	async fn read(&self) -> Result<Option<Group>> {
		let sealed = self.keep.read_sealed(&self.me.encryption, &self.folder, STATE).await?;
		let Some(bytes) = sealed else { return Ok(None) };
		let group = serde_json::from_slice(&bytes).with_context(|| {
			let place = self.keep.describe(&self.folder, STATE);
			format!("the journal {place} is damaged or of another version")
		})?;
		Ok(Some(group))
	}

	/// Begins an entry's ciphertext.
	pub async fn draft(&self) -> Result<K::Draft> {
		self.keep.draft(&self.folder).await
	}

	/// Keeps an entry's ciphertext.
	pub async fn keep_content(&self, draft: K::Draft, entry: usize) -> Result<()> {
		self.keep.keep(draft, &self.folder, &content_name(entry)).await
	}

	/// An entry's ciphertext, from the beginning each time.
	pub fn content(&self, entry: usize) -> impl Fn() -> Pieces + use<K> {
		let (keep, folder, name) = (self.keep.clone(), self.folder.clone(), content_name(entry));
		move || keep.content(&folder, &name)
	}

	/// Writes the group's state.
	pub async fn save(&self, group: &Group) -> Result<()> {
		let bytes = serde_json::to_vec(group)?;
		self.keep.write_sealed(&self.me.encryption, &self.folder, STATE, &bytes).await
	}

	/// Removes the group, because it is finished or can never be finished.
	pub async fn remove(&self) -> Result<()> {
		let _lock = self.keep.lock().await?;
		self.remove_folder().await
	}

	/// The state is removed first, so that nobody resumes a group that is half removed.
	async fn remove_folder(&self) -> Result<()> {
		self.keep.remove_folder(&self.folder, STATE).await
	}
}

fn content_name(entry: usize) -> String {
	format!("content-{entry}")
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{memory::MemoryKeep, platform::Draft};
	use futures::{future::join_all, StreamExt};

	fn group() -> Group {
		Group {
			genesis: Hex([1; 32]),
			signer: Hex([2; 32]),
			source: Hex([3; 32]),
			documents: Hex([4; 32]),
			terms: vec![],
			entries: vec![],
		}
	}

	async fn claim(
		keep: &MemoryKeep,
		me: &Identity,
		source: u8,
	) -> Result<(Journal<MemoryKeep>, Option<Group>)> {
		Journal::claim(keep, me, Hex([1; 32]), Hex([source; 32])).await
	}

	async fn unfinished(keep: &MemoryKeep, me: &Identity) -> usize {
		Journal::unfinished(keep, me).await.unwrap().len()
	}

	#[tokio::test]
	async fn what_was_begun_is_found_again() {
		let keep = MemoryKeep::default();
		let me = Identity::development("//DoctorA").unwrap();
		let (journal, begun) = claim(&keep, &me, 3).await.unwrap();
		assert!(begun.is_none());
		journal.save(&group()).await.unwrap();
		assert_eq!(unfinished(&keep, &me).await, 0, "this process works on it");
		let error = claim(&keep, &me, 3).await.map(drop).unwrap_err().to_string();
		assert!(error.contains("the same documents"), "{error}");
		assert!(claim(&keep, &me, 4).await.unwrap().1.is_none(), "other documents");
		drop(journal);
		assert_eq!(unfinished(&keep, &me).await, 1);
		let (journal, begun) = claim(&keep, &me, 3).await.unwrap();
		assert_eq!(begun.unwrap().source, Hex([3; 32]));
		journal.remove().await.unwrap();
		drop(journal);
		assert_eq!(unfinished(&keep, &me).await, 0);
		assert!(claim(&keep, &me, 3).await.unwrap().1.is_none());
	}

	#[tokio::test]
	async fn of_the_same_command_at_once_one_goes_on() {
		let keep = MemoryKeep::default();
		let me = Identity::development("//DoctorA").unwrap();
		let claimed = join_all((0..8).map(|_| claim(&keep, &me, 3))).await;
		assert_eq!(claimed.iter().filter(|claimed| claimed.is_ok()).count(), 1);
	}

	#[tokio::test]
	async fn ciphertexts_are_kept_until_the_group_is_removed() {
		let keep = MemoryKeep::default();
		let me = Identity::development("//DoctorA").unwrap();
		let (journal, _) = claim(&keep, &me, 3).await.unwrap();
		let mut draft = journal.draft().await.unwrap();
		draft.write(b"ciphertext").await.unwrap();
		assert!(journal.content(0)().next().await.unwrap().is_err(), "not kept yet");
		journal.keep_content(draft, 0).await.unwrap();
		journal.save(&group()).await.unwrap();
		drop(journal);
		let (journal, _) = claim(&keep, &me, 3).await.unwrap();
		for _ in 0..2 {
			assert_eq!(journal.content(0)().next().await.unwrap().unwrap(), b"ciphertext"[..]);
		}
		journal.remove().await.unwrap();
		assert!(keep.places().is_empty());
	}

	#[tokio::test]
	async fn what_was_never_ready_is_removed() {
		let keep = MemoryKeep::default();
		let me = Identity::development("//DoctorA").unwrap();
		let (journal, _) = claim(&keep, &me, 3).await.unwrap();
		let mut draft = journal.draft().await.unwrap();
		draft.write(b"half").await.unwrap();
		journal.keep_content(draft, 0).await.unwrap();
		drop(journal);
		assert_eq!(keep.places().len(), 1);
		drop(claim(&keep, &me, 4).await.unwrap());
		assert!(keep.places().is_empty());
	}

	#[tokio::test]
	async fn another_keys_journal_is_left_alone() {
		let keep = MemoryKeep::default();
		let me = Identity::development("//DoctorA").unwrap();
		let other = Identity::development("//DoctorB").unwrap();
		let (journal, _) = claim(&keep, &me, 3).await.unwrap();
		journal.save(&group()).await.unwrap();
		drop(journal);
		assert_eq!(unfinished(&keep, &other).await, 0);
		assert!(claim(&keep, &other, 3).await.unwrap().1.is_none(), "the name is the key's own");
		assert_eq!(unfinished(&keep, &me).await, 1);
	}
}
