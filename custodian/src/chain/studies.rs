//! What the daemon reads of studies, and the calls that it makes for them.

use async_trait::async_trait;
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::chain::{
	self,
	calls::StudiesCall,
	events::{Event, StudiesEvent},
	storage, AccountId, ChainError, RoundPhase, StudyId, StudyStage, StudyTerms, Submit, Tally,
	View, H256,
};

/// A study at one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Study {
	/// What it fixes.
	pub terms: StudyTerms,
	/// Where it is.
	pub stage: StudyStage,
	/// The current round, or the next one.
	pub round: u8,
	/// The aggregators' evaluation keys.
	pub keys: Vec<(AccountId, [u8; 32])>,
	/// The current round, if there is one.
	pub current: Option<Round>,
}

/// A round at one block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
	/// Where it is.
	pub phase: RoundPhase,
	/// How many people were contributed.
	pub people: u32,
	/// By how many contributors.
	pub contributors: u32,
	/// The aggregators that committed themselves.
	pub committed: Vec<AccountId>,
	/// The aggregators that revealed their shares.
	pub revealed: Vec<AccountId>,
}

impl Study {
	/// The aggregator's place in the terms, from 0.
	pub fn place(&self, institution: &AccountId) -> Option<u8> {
		let place = self.terms.aggregators.iter().position(|it| it == institution)?;
		u8::try_from(place).ok()
	}

	/// The current round, if it is this one.
	pub fn round(&self, round: u8) -> Option<&Round> {
		self.current.as_ref().filter(|_| self.round == round && !self.stage.has_ended())
	}
}

/// A call for a study.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StudyCall {
	/// Accepts it with this evaluation key.
	Accept([u8; 32]),
	/// Freezes its round.
	Freeze,
	/// Commits the aggregator to a noisy share of an attempt, counted from 0.
	Commit(u8, Tally, H256),
	/// Reveals the share that the aggregator committed itself to, with its salt.
	Reveal(Vec<u128>, [u8; 32]),
	/// Ends a round in which others were late, or gathers it again.
	GiveUp,
	/// Removes up to this many people.
	Sweep(u32),
}

/// The studies at one block.
#[async_trait]
pub trait StudiesAt: Send + Sync {
	/// A page of all studies.
	async fn studies(
		&self,
		after: Option<StudyId>,
		limit: u32,
	) -> Result<Vec<(StudyId, Study)>, ChainError>;
	/// A study.
	async fn study(&self, study: StudyId) -> Result<Option<Study>, ChainError>;
	/// A round of a study.
	async fn study_round(&self, study: StudyId, round: u8) -> Result<Option<Round>, ChainError>;
	/// A page of the people of the current round whose consent is valid, each with its contributor.
	async fn standing(
		&self,
		study: StudyId,
		after: Option<AccountId>,
		limit: u32,
	) -> Result<Vec<(AccountId, AccountId)>, ChainError>;
	/// How many people of an institution are in a round.
	async fn people_of(
		&self,
		study: StudyId,
		round: u8,
		contributor: &AccountId,
	) -> Result<u32, ChainError>;
	/// Whether a patient contributed alone to a round. The chain has no number of such contributors.
	async fn has_contributed_alone(
		&self,
		study: StudyId,
		round: u8,
		patient: &AccountId,
	) -> Result<bool, ChainError>;
	/// Whether the chain was made for measuring.
	async fn is_measuring(&self) -> Result<bool, ChainError>;
}

/// A way to make calls for studies.
#[async_trait]
pub trait SubmitStudies: Send + Sync {
	/// Submits a call and waits until it is final. Returns how many people a sweep removed, and 0 for other
	/// calls.
	async fn submit_study(
		&self,
		key: &Keypair,
		study: StudyId,
		call: StudyCall,
	) -> Result<u32, ChainError>;
	/// Whether the chain is a development or a local one.
	async fn is_local(&self) -> Result<bool, ChainError>;
}

fn read_study(view: chain::Study) -> Study {
	let chain::Study { terms, stage, round, keys, current, .. } = view;
	Study { terms, stage, round, keys, current: current.map(read_round) }
}

fn read_round(view: chain::Round) -> Round {
	let chain::Round { phase, people, contributors, committed, revealed } = view;
	Round { phase, people, contributors, committed, revealed }
}

#[async_trait]
impl StudiesAt for chain::At {
	async fn studies(
		&self,
		after: Option<StudyId>,
		limit: u32,
	) -> Result<Vec<(StudyId, Study)>, ChainError> {
		let page = View::studies(self, after, limit).await?;
		Ok(page.into_iter().map(|(id, view)| (id, read_study(view))).collect())
	}

	async fn study(&self, study: StudyId) -> Result<Option<Study>, ChainError> {
		Ok(View::study(self, study).await?.map(read_study))
	}

	async fn study_round(&self, study: StudyId, round: u8) -> Result<Option<Round>, ChainError> {
		Ok(View::round(self, study, round).await?.map(read_round))
	}

	async fn standing(
		&self,
		study: StudyId,
		after: Option<AccountId>,
		limit: u32,
	) -> Result<Vec<(AccountId, AccountId)>, ChainError> {
		View::standing(self, study, after, limit).await
	}

	async fn people_of(
		&self,
		study: StudyId,
		round: u8,
		contributor: &AccountId,
	) -> Result<u32, ChainError> {
		let people = View::read(self, storage::people_of(study, round, contributor)).await?;
		Ok(people.unwrap_or(0))
	}

	async fn has_contributed_alone(
		&self,
		study: StudyId,
		round: u8,
		patient: &AccountId,
	) -> Result<bool, ChainError> {
		let by = View::read(self, storage::contributed(study, round, patient)).await?;
		Ok(by.is_some_and(|by| by == *patient))
	}

	async fn is_measuring(&self) -> Result<bool, ChainError> {
		Ok(View::read(self, storage::measuring()).await?.unwrap_or(false))
	}
}

#[async_trait]
impl SubmitStudies for chain::Chain {
	async fn submit_study(
		&self,
		key: &Keypair,
		study: StudyId,
		call: StudyCall,
	) -> Result<u32, ChainError> {
		let call = match call {
			StudyCall::Accept(evaluation_key) => StudiesCall::accept { study, evaluation_key },
			StudyCall::Freeze => StudiesCall::freeze { study },
			StudyCall::Commit(attempt, tally, hash) => {
				StudiesCall::commit { study, attempt, tally, hash }
			},
			StudyCall::Reveal(share, salt) => {
				let share = chain::bounded(share, "cells").map_err(ChainError::foreign)?;
				StudiesCall::reveal { study, share, salt }
			},
			StudyCall::GiveUp => StudiesCall::give_up { study },
			StudyCall::Sweep(limit) => StudiesCall::sweep { study, limit },
		};
		let included = self.submit(key, call).await?;
		let swept = included.find(|event| match event {
			Event::Studies(StudiesEvent::Swept { people, .. }) => Some(*people),
			_ => None,
		});
		Ok(swept.unwrap_or(0))
	}

	async fn is_local(&self) -> Result<bool, ChainError> {
		let kind = self.chain_type().await?;
		Ok(["Development", "Local"].contains(&kind.as_str()))
	}
}
