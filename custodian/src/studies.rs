//! Aggregates studies: the custodian of each aggregator takes its part of the contributors' reports,
//! verifies them together with the others, adds noise to its share of the sum, and reveals it.
//!
//! A round goes through these steps. Each is derived from the final chain and the database, and can be
//! repeated without harm, so the custodian can be killed at any point.
//!
//! | the chain says | what is done |
//! |---|---|
//! | approved | accept, with an evaluation key ([`secrets`]) |
//! | open, and the close is past | freeze |
//! | frozen | keep who may be counted; agree on the lists of nullifiers ([`lists`]), verify reports ([`verification`]), agree on a tally ([`tallies`]), add noise and commit ([`results`]) |
//! | agreed | reveal |
//! | a deadline is past | give up |
//! | the round is over | destroy its key, and with it all shares and nullifiers ([`destruction`]) |
//! | the study has ended | destroy the evaluation key, and sweep |
//!
//! The first aggregator leads: it asks the others ([`peers`]), and they only answer.
//!
//! *Invariant*: an aggregator commits only to a noisy share that is on its disk, and reveals no other one.

pub mod destruction;
pub mod evaluations;
pub mod lists;
pub mod peers;
pub mod results;
mod runner;
pub mod secrets;
pub mod steps;
pub mod tallies;
#[cfg(test)]
mod tests;
pub mod verification;

pub use runner::run;
#[cfg(test)]
pub(crate) use tests::test_terms;

use crate::{
	chain::{Block, Node, Round, Study},
	encryption::{EncryptionError, RoundKey},
	state::State,
	store::{RoundId, StoreError},
};
use evaluations::Evaluations;
use peers::PeerClients;
use std::{
	collections::{HashMap, HashSet},
	sync::{Arc, Mutex},
};
use verification::{BegunPages, LackingReports};
use vouchsafe_client::{
	chain::{AccountId, ChainError, Counted, RoundPhase, StudyId, StudyRound, H256},
	custodian::CustodianError,
	messages::Hex,
	signing::now,
};

/// How far the time of a new block may be behind the custodian's clock, in seconds.
const CLOCK_MARGIN: u64 = 1;

/// Why a step failed. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
	/// The chain could not be read, or refused a call.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The database failed.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// What is stored can't be encrypted or decrypted.
	#[error(transparent)]
	Encryption(#[from] EncryptionError),
	/// Cryptography failed.
	#[error(transparent)]
	Vault(#[from] vouchsafe_vault::Error),
	/// Another aggregator's custodian failed.
	#[error("the aggregator {0}: {1}")]
	Peer(Hex<32>, CustodianError),
	/// The chain names no custodian of another aggregator.
	#[error("the aggregator {0} has no custodian")]
	NoCustodian(Hex<32>),
	/// Something that was stored is missing.
	#[error("{0} is missing in the database: was it restored from a backup?")]
	Missing(&'static str),
	/// A call was not in a final block in time.
	#[error("the call {0} is not in a final block yet")]
	NotFinal(&'static str),
	/// The key of a round is not made yet, or is destroyed.
	#[error("there is no key of the round")]
	NoKey,
	/// Other reports count here than in the tally that was settled.
	#[error("other reports count here than in the settled tally, so it is not committed to")]
	OtherTally,
	/// A task was aborted.
	#[error("a task was aborted")]
	Aborted,
	/// A step took too long. What it has done stays, and it goes on from there.
	#[error("a step took longer than {} minutes", .0.as_secs() / 60)]
	TooSlow(std::time::Duration),
}

impl StudyError {
	/// What contributors are told that the study waits for. The error itself may have addresses and texts
	/// of the database, and is for the operator's log.
	fn waits_for(&self) -> String {
		match self {
			Self::Peer(aggregator, _) | Self::NoCustodian(aggregator) => {
				format!("the aggregator {aggregator}, which does not answer as it should")
			},
			Self::Chain(_) | Self::NotFinal(_) => "the aggregator's node".into(),
			_ => "the operator of this aggregator: its log has an error".into(),
		}
	}
}

/// The opened keys of rounds, and of studies.
#[derive(Default)]
struct Keys {
	open: HashMap<(StudyId, Option<u8>), Arc<RoundKey>>,
	/// Those that are destroyed. A task that has read one just before must not put it back.
	destroyed: HashSet<(StudyId, Option<u8>)>,
}

impl Keys {
	fn insert(&mut self, study: StudyId, round: Option<u8>, key: Arc<RoundKey>) {
		if !self.destroyed.contains(&(study, round)) {
			self.open.insert((study, round), key);
		}
	}

	fn destroy(&mut self, study: StudyId, round: Option<u8>) {
		self.destroyed.insert((study, round));
		self.open.remove(&(study, round));
	}
}

/// The reports that count in a round, by its tally's root.
pub struct AgreedReports {
	/// The round.
	pub id: RoundId,
	/// The tally's root.
	pub root: H256,
	/// The reports, in ascending order of contributor.
	pub reports: Arc<Vec<Counted>>,
}

/// What the tasks and requests share for studies.
#[derive(Default)]
pub struct Aggregation {
	/// The opened keys of rounds, and of studies.
	keys: Mutex<Keys>,
	/// Pages of reports whose verification has begun.
	begun: BegunPages,
	/// Reports that another aggregator lacks.
	lacking: LackingReports,
	/// Connections to other aggregators' custodians.
	peers: PeerClients,
	/// The aggregators that have the verify key of a round since this program began.
	delivered: Mutex<HashSet<(RoundId, u8)>>,
	/// The aggregators that were told in an attempt, since this program began, to open lists again.
	reopened: Mutex<HashSet<(RoundId, u8, u8)>>,
	/// Whose identifiers are evaluated.
	pub evaluations: Evaluations,
	/// The reports that count in a round whose tally is agreed on, as they were asked for last. Locked while
	/// a contributor's place among them is proven, so that this takes one processor.
	pub agreed: tokio::sync::Mutex<Option<AgreedReports>>,
	/// What each study waits for.
	waits: Mutex<std::collections::BTreeMap<StudyId, String>>,
}

impl Aggregation {
	/// What a study waits for.
	pub fn waits_for(&self, study: StudyId) -> Option<String> {
		self.waits.lock().unwrap_or_else(|error| error.into_inner()).get(&study).cloned()
	}

	/// Notes what a study waits for.
	fn set_waits(&self, study: StudyId, waits: Option<String>) {
		let mut all = self.waits.lock().unwrap_or_else(|error| error.into_inner());
		match waits {
			Some(waits) => all.insert(study, waits),
			None => all.remove(&study),
		};
	}

	fn has_delivered(&self, id: RoundId, place: u8) -> bool {
		self.delivered.lock().unwrap_or_else(|error| error.into_inner()).contains(&(id, place))
	}

	fn note_delivered(&self, id: RoundId, place: u8) {
		self.delivered.lock().unwrap_or_else(|error| error.into_inner()).insert((id, place));
	}

	fn has_reopened(&self, id: RoundId, attempt: u8, place: u8) -> bool {
		let reopened = self.reopened.lock().unwrap_or_else(|error| error.into_inner());
		reopened.contains(&(id, attempt, place))
	}

	fn note_reopened(&self, id: RoundId, attempt: u8, place: u8) {
		let mut reopened = self.reopened.lock().unwrap_or_else(|error| error.into_inner());
		reopened.insert((id, attempt, place));
	}

	/// What all studies wait for, in one line.
	fn summary(&self) -> String {
		let all = self.waits.lock().unwrap_or_else(|error| error.into_inner());
		match all.is_empty() {
			true => "no study is under way".into(),
			false => all
				.iter()
				.map(|(study, waits)| format!("study {study}: {waits}"))
				.collect::<Vec<_>>()
				.join("; "),
		}
	}
}

/// A study that this custodian aggregates, at a final block.
#[derive(Clone)]
pub struct Aggregated {
	/// The custodian's state.
	pub state: Arc<State>,
	/// The node.
	pub node: Arc<dyn Node>,
	/// The final block.
	pub block: Arc<dyn Block>,
	/// The custodian's institution.
	pub institution: AccountId,
	/// The institution's place among the aggregators, from 0.
	pub place: u8,
	/// The study's number.
	pub study_id: StudyId,
	/// The study at that block.
	pub study: Study,
}

impl Aggregated {
	/// The study, if it exists and names the institution as an aggregator.
	pub async fn find(
		state: &Arc<State>,
		node: &Arc<dyn Node>,
		block: &Arc<dyn Block>,
		institution: &AccountId,
		study_id: StudyId,
	) -> Result<Option<Self>, ChainError> {
		let Some(study) = block.study(study_id).await? else { return Ok(None) };
		let Some(place) = study.place(institution) else { return Ok(None) };
		let (state, node, block) = (state.clone(), node.clone(), block.clone());
		let institution = institution.clone();
		Ok(Some(Self { state, node, block, institution, place, study_id, study }))
	}

	/// The time: that of the block, or the custodian's clock if no block was made since. An idle chain
	/// makes a block every 10 seconds, so waiting for its time would delay each step. The clock is close to
	/// the chain's, or nothing is done at all.
	pub async fn now(&self) -> Result<u64, ChainError> {
		Ok(self.block.time().await?.max(now().saturating_sub(CLOCK_MARGIN)))
	}

	/// Whether the institution leads.
	pub fn is_leader(&self) -> bool {
		self.place == 0
	}

	/// How many aggregators there are.
	pub fn aggregators(&self) -> u8 {
		u8::try_from(self.study.terms.aggregators.len()).unwrap_or(u8::MAX)
	}

	/// The current round.
	pub fn id(&self) -> RoundId {
		RoundId { study: self.study_id, round: self.study.round }
	}

	/// The current round, as hashes and contexts name it.
	pub fn study_round(&self) -> StudyRound {
		StudyRound { genesis: self.node.genesis(), study: self.study_id, round: self.study.round }
	}

	/// The current round, if the study is under way.
	pub fn current(&self) -> Option<&Round> {
		self.study.round(self.study.round)
	}

	/// The current round, if reports are gathered or agreed on.
	pub fn frozen(&self) -> Option<Frozen> {
		let round = self.current()?;
		match round.phase {
			RoundPhase::Frozen { block, gathers_until, answers_until, attempt } => Some(Frozen {
				block,
				gathers_until,
				answers_until,
				attempt: attempt.saturating_add(1),
				lists_until: gathers_until.saturating_sub(u64::from(self.study.terms.gather / 2)),
				people: round.people,
			}),
			_ => None,
		}
	}
}

/// A round that is frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frozen {
	/// The frozen block.
	pub block: u32,
	/// Until when reports are gathered.
	pub gathers_until: u64,
	/// Until when the aggregators have to agree.
	pub answers_until: u64,
	/// The attempt, counted from 1.
	pub attempt: u8,
	/// By when the lists of nullifiers have to be there: half of the time to gather.
	pub lists_until: u64,
	/// How many people are in the round.
	pub people: u32,
}

impl Frozen {
	/// The attempt as the chain counts it, from 0.
	pub fn chain_attempt(&self) -> u8 {
		self.attempt.saturating_sub(1)
	}
}

/// Runs work that takes the processor for a while, on a thread that may block.
async fn compute<T: Send + 'static>(
	work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StudyError> {
	tokio::task::spawn_blocking(work).await.map_err(|_| StudyError::Aborted)
}

#[cfg(test)]
mod error_tests {
	use super::*;

	#[test]
	fn contributors_are_not_told_internal_errors() {
		let text = || "http://10.0.0.7:9100 refused".to_owned();
		let peer = StudyError::Peer(Hex([7; 32]), CustodianError::Nonsense(text()));
		assert!(peer.to_string().contains("10.0.0.7"));
		assert!(peer.waits_for().contains(&Hex([7; 32]).to_string()));
		for error in [peer, StudyError::Chain(ChainError::Unreachable(text()))] {
			assert!(!error.waits_for().contains("10.0.0.7"));
		}
		assert!(StudyError::Store(StoreError::Full).waits_for().contains("operator"));
	}
}
