//! What is kept of a contribution, so that an interrupted command goes on where it was.
//!
//! For each round and contributor there is a folder `studies/<name>`, claimed by the process that works
//! on it, with
//!
//! - `batch-0`, `batch-1` …: blinded identifiers and the nullifiers that came of them. A batch is kept
//!   before it is sent: an aggregator evaluates the same points again, but not more points than people;
//! - `report`: the report, split and sealed. It is kept before a share is sent, because shares of two
//!   splits do not fit together.
//!
//! All of it is sealed to the user's key. Whoever reads it knows who was counted.

use crate::{keys::Identity, platform::Keep};
use anyhow::{bail, Context as _, Result};
use blake2::{Blake2b256, Digest};
use codec::Encode;
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use vouchsafe_protocol::{
	messages::{Hex, HexBytes},
	types::{account_bytes, AccountId, StudyRound},
};

const FOLDER: &str = "studies";
const REPORT: &str = "report";

/// The kept parts of a contribution. Nobody else works on it while this exists.
pub(super) struct Unfinished<'a, K: Keep> {
	keep: &'a K,
	me: &'a Identity,
	folder: String,
	_claim: K::Lock,
}

/// People whose identifiers were blinded together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Batch {
	/// Their accounts.
	pub accounts: Vec<Hex<32>>,
	/// The blinded identifiers.
	pub blinded: HexBytes,
	/// The nullifiers, in the same order, once all aggregators have evaluated the batch.
	pub nullifiers: Option<Vec<Hex<32>>>,
}

/// A report that is split and sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct KeptReport {
	/// For how many people.
	pub people: u32,
	/// Its id.
	pub report: Hex<16>,
	/// The nonce.
	pub nonce: Hex<16>,
	/// The public share.
	pub public_share: HexBytes,
	/// A sealed share for each aggregator, in the order of the terms.
	pub sealed_shares: Vec<HexBytes>,
}

impl<'a, K: Keep> Unfinished<'a, K> {
	/// Claims what is kept for this round and contributor.
	///
	/// # Errors
	///
	/// Another command works on it.
	pub async fn claim(
		keep: &'a K,
		me: &'a Identity,
		round: &StudyRound,
		contributor: &AccountId,
	) -> Result<Self> {
		let key = (round, account_bytes(contributor)).encode();
		let folder = format!("{FOLDER}/{}", hex::encode(Blake2b256::digest(key)));
		let Some(claim) = keep.claim(&folder).await? else {
			bail!("another command is contributing to this round: wait until it has finished");
		};
		Ok(Self { keep, me, folder, _claim: claim })
	}

	async fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
		let bytes = self.keep.read_sealed(&self.me.encryption, &self.folder, name).await?;
		let read = |bytes: &[u8]| {
			serde_json::from_slice(bytes)
				.with_context(|| format!("{} is damaged", self.keep.describe(&self.folder, name)))
		};
		bytes.map(|bytes| read(&bytes)).transpose()
	}

	async fn write(&self, name: &str, value: &impl Serialize) -> Result<()> {
		let bytes = zeroize::Zeroizing::new(serde_json::to_vec(value)?);
		self.keep.write_sealed(&self.me.encryption, &self.folder, name, &bytes).await
	}

	/// The batch with this number.
	pub async fn batch(&self, number: usize) -> Result<Option<Batch>> {
		self.read(&format!("batch-{number}")).await
	}

	/// Keeps a batch.
	pub async fn keep_batch(&self, number: usize, batch: &Batch) -> Result<()> {
		self.write(&format!("batch-{number}"), batch).await
	}

	/// The report.
	pub async fn report(&self) -> Result<Option<KeptReport>> {
		self.read(REPORT).await
	}

	/// Keeps a report.
	pub async fn keep_report(&self, report: &KeptReport) -> Result<()> {
		self.write(REPORT, report).await
	}
}
