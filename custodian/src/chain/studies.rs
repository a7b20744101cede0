//! What the daemon reads of studies, and the calls that it makes for them.

use async_trait::async_trait;
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::chain::{
	AccountId, ChainError, RoundPhase, StudyId, StudyStage, StudyTerms, Tally, H256,
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
	/// Commits the aggregator to a noisy share.
	Commit(Tally, H256),
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
	async fn study_round(
		&self,
		study: StudyId,
		round: u8,
	) -> Result<Option<Round>, ChainError>;
	/// A page of the people of the current round whose consent is valid, each with its contributor.
	async fn standing(
		&self,
		study: StudyId,
		after: Option<AccountId>,
		limit: u32,
	) -> Result<Vec<(AccountId, AccountId)>, ChainError>;
	/// How many people of a contributor are in a round.
	async fn people_of(
		&self,
		study: StudyId,
		round: u8,
		contributor: &AccountId,
	) -> Result<u32, ChainError>;
	/// Whether the chain was made for measuring.
	async fn is_measuring(&self) -> Result<bool, ChainError>;
}

/// A way to make calls for studies.
#[async_trait]
pub trait SubmitStudies: Send + Sync {
	/// Submits a call and waits until it is final. For a sweep: whether nobody is left.
	async fn submit_study(
		&self,
		key: &Keypair,
		study: StudyId,
		call: StudyCall,
	) -> Result<bool, ChainError>;
	/// Whether the chain is a development or a local one.
	async fn is_local(&self) -> Result<bool, ChainError>;
}
