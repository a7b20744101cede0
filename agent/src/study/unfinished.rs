//! What is kept of a contribution, so that an interrupted command continues where it stopped.
//!
//! For each round and contributor there is a folder `studies/<chain>-<study>-<round>-<hash>`, claimed by the
//! process that works on it, with
//!
//! - `batch-0`, `batch-1` …: blinded identifiers, and later the nullifiers that came of them instead. A
//!   batch is kept before it is sent: an aggregator evaluates the same points again, but not more points
//!   than people;
//! - `report`: the report, split and sealed. It is kept before a share is sent, because shares of two
//!   splits do not fit together.
//!
//! All of it is sealed to the user's key. Whoever reads it knows who was counted. So it is removed once
//! the round is over ([`remove_over`]).

use crate::{
	keys::Identity,
	platform::{Keep, Platform},
	session::Session,
};
use anyhow::{bail, Context as _, Result};
use blake2::{Blake2b256, Digest};
use codec::Encode;
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use vouchsafe_protocol::{
	messages::{Hex, HexBytes},
	traits::View as _,
	types::{account_bytes, AccountId, RoundPhase, Study, StudyId, StudyRound, H256},
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
	/// How far it is.
	pub state: BatchState,
}

/// How far a batch is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum BatchState {
	/// The blinded identifiers, which have the plain ones in them.
	Blinded(HexBytes),
	/// The nullifiers, in the order of the accounts: all aggregators have evaluated the batch.
	Evaluated(Vec<Hex<32>>),
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

/// The folder for a round and contributor.
fn folder(round: &StudyRound, contributor: &AccountId) -> String {
	let hash = Blake2b256::digest((round, account_bytes(contributor)).encode());
	let chain = chain(&round.genesis);
	format!("{FOLDER}/{chain}-{}-{}-{}", round.study, round.round, hex::encode(hash))
}

/// The chain in the names of folders.
fn chain(genesis: &H256) -> String {
	hex::encode(&genesis.0[..8])
}

/// The study and the round in the name of a folder, if it is of this chain.
fn round_of(name: &str, genesis: &H256) -> Option<(StudyId, u8)> {
	let mut parts = name.strip_prefix(&chain(genesis))?.strip_prefix('-')?.split('-');
	Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Removes what is kept of this chain's rounds that take no reports any more, whichever key it is sealed
/// to.
///
/// # Errors
///
/// A folder cannot be removed, or the chain cannot be asked.
pub async fn remove_over(session: &Session<impl Platform>) -> Result<()> {
	let genesis = session.genesis();
	let names = session.keep.folders(FOLDER).await?;
	let kept: Vec<_> =
		names.iter().filter_map(|name| Some((name, round_of(name, &genesis)?))).collect();
	if kept.is_empty() {
		return Ok(());
	}
	let at = session.finalized().await?;
	for (name, (study, round)) in kept {
		if !at.study(study).await?.is_some_and(|study| is_over(&study, round)) {
			continue;
		}
		let folder = format!("{FOLDER}/{name}");
		// Otherwise another command works on it.
		if let Some(_claim) = session.keep.claim(&folder).await? {
			session.keep.remove_folder(&folder, REPORT).await?;
		}
	}
	Ok(())
}

/// Whether a round takes no reports any more.
fn is_over(study: &Study, round: u8) -> bool {
	let takes_reports = study.current.as_ref().is_none_or(|current| {
		matches!(current.phase, RoundPhase::Open { .. } | RoundPhase::Frozen { .. })
	});
	study.stage.has_ended() || round < study.round || (round == study.round && !takes_reports)
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
		let folder = folder(round, contributor);
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

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		scripted::Scripted,
		study::fixtures::{frozen, open, session, study},
	};
	use vouchsafe_protocol::types::{Loss, StudyStage, Tally};

	const HOSPITAL: AccountId = AccountId::new([5; 32]);

	/// Keeps a batch of this round of the study.
	async fn keep(session: &Session<Scripted>, round: StudyRound) {
		let me = session.me().unwrap();
		let kept = Unfinished::claim(&session.keep, me, &round, &HOSPITAL).await.unwrap();
		let state = BatchState::Evaluated(vec![]);
		kept.keep_batch(0, &Batch { accounts: vec![], state }).await.unwrap();
	}

	async fn left(session: &Session<Scripted>) -> usize {
		remove_over(session).await.unwrap();
		session.keep.folders(FOLDER).await.unwrap().len()
	}

	#[tokio::test]
	async fn what_is_kept_is_removed_once_the_round_is_over() {
		let session = session("//HospitalA");
		assert_eq!(left(&session).await, 0, "nothing is asked");
		let now = 2_000_000_000;
		let over = [
			RoundPhase::Agreed {
				block: 1,
				answers_until: now,
				attempt: 0,
				tally: Tally::default(),
			},
			RoundPhase::Answered,
			RoundPhase::Lost(Loss::NotAgreed),
		];
		for phase in over {
			let found = study(&session, open(&session));
			keep(&session, found.round(&session)).await;
			assert_eq!(left(&session).await, 1);
			study(&session, frozen(&session));
			assert_eq!(left(&session).await, 1, "it may be gathered again");
			study(&session, phase);
			assert_eq!(left(&session).await, 0, "{phase:?}");
		}
	}

	#[tokio::test]
	async fn earlier_rounds_and_those_of_ended_studies_are_over() {
		let session = session("//HospitalA");
		let mut found = study(&session, frozen(&session)).study;
		for (round, expected) in [(0, true), (1, false), (2, false)] {
			found.round = 1;
			assert_eq!(is_over(&found, round), expected);
		}
		found.stage = StudyStage::Stopped;
		assert!(is_over(&found, 1));
	}

	#[tokio::test]
	async fn what_a_command_works_on_and_other_chains_stay() {
		let session = session("//HospitalA");
		let found = study(&session, RoundPhase::Answered);
		let round = found.round(&session);
		keep(&session, StudyRound { genesis: H256([9; 32]), ..round }).await;
		assert_eq!(left(&session).await, 1);
		keep(&session, round).await;
		let me = session.me().unwrap();
		let claimed = Unfinished::claim(&session.keep, me, &round, &HOSPITAL).await.unwrap();
		assert_eq!(left(&session).await, 2);
		drop(claimed);
		assert_eq!(left(&session).await, 1);
	}
}
