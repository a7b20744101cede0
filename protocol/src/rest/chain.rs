//! How a custodian is asked about the chain.

use super::{parse, RestCustodian, Transport, ANSWER};
use crate::{
	errors::CustodianError,
	messages::{
		action, AskFinality, AwaitLog, FinalBlocks, LogLength, ReadState, StateProof,
		SubmitExtrinsic, SubmitOutcome, WAIT,
	},
	signing::Signer,
};
use std::time::Duration;

/// How long a request may take whose answer can wait for news.
const NEWS: Duration = ANSWER.saturating_add(Duration::from_secs(WAIT));

impl<T: Transport> RestCustodian<T> {
	/// The final blocks after one. [`CustodianError::NotFound`] if the custodian does not know that one as
	/// final.
	pub async fn final_blocks(&self, asked: &AskFinality) -> Result<FinalBlocks, CustodianError> {
		let newer = asked.newer.map_or_else(String::new, |newer| format!("&newer={newer}"));
		let path = format!("/v1/chain/finality?after={}{newer}", asked.after);
		self.get(&path, NEWS).await
	}

	/// Reads the chain's state. Without a signer it gives what everybody may read.
	/// [`CustodianError::NoAccess`] if the signer may not read a key, and [`CustodianError::NotFound`] if
	/// the custodian does not know the block as final.
	pub async fn read_state(
		&self,
		signer: Option<&impl Signer>,
		asked: &ReadState,
	) -> Result<StateProof, CustodianError> {
		let path = "/v1/chain/read";
		match signer {
			Some(signer) => self.post(path, signer, action::READ_STATE, asked).await,
			None => parse(&self.answer(&|| self.json(path, asked, ANSWER)).await?),
		}
	}

	/// Hands in an extrinsic of the signer's, and waits a while until it is final.
	pub async fn submit_extrinsic(
		&self,
		signer: &impl Signer,
		extrinsic: &SubmitExtrinsic,
	) -> Result<SubmitOutcome, CustodianError> {
		self.post_for("/v1/chain/submit", signer, action::SUBMIT, extrinsic, NEWS).await
	}

	/// Waits a while until the signer's log is longer, and says how long it is.
	pub async fn await_log(
		&self,
		signer: &impl Signer,
		known: &AwaitLog,
	) -> Result<LogLength, CustodianError> {
		self.post_for("/v1/chain/wait", signer, action::AWAIT_LOG, known, NEWS).await
	}
}
