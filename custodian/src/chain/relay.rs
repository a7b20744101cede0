//! What the daemon asks its node for wallets: proofs, and what becomes of extrinsics.

use async_trait::async_trait;
use std::collections::BTreeMap;
use vouchsafe_client::{
	chain::{
		self, storage, AccountId, AccountKind, Action, ChainError, Decision, Ground, Purpose, View,
		H256,
	},
	messages::KeysBelow,
	protocol::{
		proof::FinalBlock,
		traits::{Evidence, Finality},
	},
};

/// A way to what wallets need of the node.
#[async_trait]
pub trait Relay: Send + Sync {
	/// The last block of each set of validators that has ended after this block, and the newest final
	/// block; and whether there is no more than these.
	async fn final_blocks(&self, after: H256) -> Result<(Vec<FinalBlock>, bool), ChainError>;
	/// The hash of the last final block.
	async fn final_hash(&self) -> Result<H256, ChainError>;
	/// A block's encoded header, if the node has the block.
	async fn header_of(&self, block: H256) -> Result<Option<Vec<u8>>, ChainError>;
	/// The nodes of the state's trie that decide which values these keys have, if they have any.
	async fn read_proof(&self, block: H256, keys: Vec<Vec<u8>>)
		-> Result<Vec<Vec<u8>>, ChainError>;
	/// The first keys below a prefix.
	async fn keys_below(&self, block: H256, below: &KeysBelow) -> Result<Vec<Vec<u8>>, ChainError>;
	/// The values of those of these keys that have one in a block's state.
	async fn values_at(
		&self,
		block: H256,
		keys: &[Vec<u8>],
	) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, ChainError>;
	/// Which of these records of a patient the reader can open: a practitioner for treatment, a person on the
	/// patient's request, or as it has opened them before.
	async fn which_open(
		&self,
		block: H256,
		reader: &AccountId,
		patient: &AccountId,
		records: &[H256],
	) -> Result<Vec<bool>, ChainError>;
	/// Whether the reader can open some record of the patient.
	async fn opens_any(
		&self,
		block: H256,
		reader: &AccountId,
		patient: &AccountId,
	) -> Result<bool, ChainError>;
	/// The patient's records that the reader can open, for treatment if it acts for an institution, or else on the
	/// patient's request; and the record after which to go on if there may be more.
	async fn openable(
		&self,
		block: H256,
		reader: &AccountId,
		institution: Option<&AccountId>,
		patient: &AccountId,
		after: Option<H256>,
		limit: usize,
	) -> Result<(Vec<H256>, Option<H256>), ChainError>;
	/// Who has asked the patient for access and waits for an answer.
	async fn askers(&self, block: H256, patient: &AccountId) -> Result<Vec<AccountId>, ChainError>;
	/// Hands an extrinsic to the node's pool.
	async fn hand_in(&self, extrinsic: &[u8]) -> Result<(), ChainError>;
	/// A block's extrinsics, in their order.
	async fn extrinsics_of(&self, block: H256) -> Result<Vec<Vec<u8>>, ChainError>;
	/// What the extrinsic at this place in a block caused, each event as it is encoded in the state.
	async fn events_of(&self, block: H256, place: u32) -> Result<Vec<Vec<u8>>, ChainError>;
}

#[async_trait]
impl Relay for chain::Chain {
	async fn final_blocks(&self, after: H256) -> Result<(Vec<FinalBlock>, bool), ChainError> {
		Finality::final_blocks(self, after).await
	}

	async fn final_hash(&self) -> Result<H256, ChainError> {
		chain::Chain::final_hash(self).await
	}

	async fn header_of(&self, block: H256) -> Result<Option<Vec<u8>>, ChainError> {
		chain::Chain::header_of(self, block).await
	}

	async fn read_proof(
		&self,
		block: H256,
		keys: Vec<Vec<u8>>,
	) -> Result<Vec<Vec<u8>>, ChainError> {
		Finality::block(self, block).read_proof(keys).await
	}

	async fn keys_below(&self, block: H256, below: &KeysBelow) -> Result<Vec<Vec<u8>>, ChainError> {
		let after = below.after.as_ref().map(|after| after.0.clone());
		Finality::block(self, block).keys_after(below.prefix.0.clone(), after, below.limit).await
	}

	async fn values_at(
		&self,
		block: H256,
		keys: &[Vec<u8>],
	) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, ChainError> {
		chain::Chain::values_at(self, block, keys).await
	}

	async fn which_open(
		&self,
		block: H256,
		reader: &AccountId,
		patient: &AccountId,
		records: &[H256],
	) -> Result<Vec<bool>, ChainError> {
		let view = self.view_of(block).await?;
		let acting = acting_for(&view, reader).await?;
		let grounds: Vec<_> = acting.into_iter().map(ground).collect();
		let opened = view.openings(patient, reader).await?;
		let mut answers = Vec::new();
		for record in records {
			let own = opened.iter().filter(|opening| opening.record == *record);
			let own = own.map(|opening| (opening.ground.clone(), opening.purpose));
			let mut is_open = false;
			for (ground, purpose) in own.chain(grounds.iter().cloned()) {
				let asked = view.decide(reader, ground, patient, *record, Action::Read, purpose);
				is_open = is_open || matches!(asked.await?, Decision::Permit(_));
			}
			answers.push(is_open);
		}
		Ok(answers)
	}

	async fn opens_any(
		&self,
		block: H256,
		reader: &AccountId,
		patient: &AccountId,
	) -> Result<bool, ChainError> {
		let view = self.view_of(block).await?;
		for institution in acting_for(&view, reader).await? {
			let institution = institution.as_ref();
			let (found, _) = view.openable(reader, institution, patient, None, 1).await?;
			if !found.is_empty() {
				return Ok(true);
			}
		}
		Ok(false)
	}

	async fn openable(
		&self,
		block: H256,
		reader: &AccountId,
		institution: Option<&AccountId>,
		patient: &AccountId,
		after: Option<H256>,
		limit: usize,
	) -> Result<(Vec<H256>, Option<H256>), ChainError> {
		let view = self.view_of(block).await?;
		view.openable(reader, institution, patient, after, limit).await
	}

	async fn askers(&self, block: H256, patient: &AccountId) -> Result<Vec<AccountId>, ChainError> {
		let requests = self.at(block).await?.all_requests_of(patient).await?;
		Ok(requests.into_iter().map(|(_, request)| request.asker).collect())
	}

	async fn hand_in(&self, extrinsic: &[u8]) -> Result<(), ChainError> {
		chain::Chain::hand_in(self, extrinsic).await.map(drop)
	}

	async fn extrinsics_of(&self, block: H256) -> Result<Vec<Vec<u8>>, ChainError> {
		Ok(self.content_of(block).await?.1)
	}

	async fn events_of(&self, block: H256, place: u32) -> Result<Vec<Vec<u8>>, ChainError> {
		let at = self.at(block).await?;
		let events = at.storage(storage::events()).await?.unwrap_or_default();
		at.made_by().encoded_events_of(&events, place)
	}
}

/// The institutions for which the reader opens records. A person opens them for none.
async fn acting_for(
	view: &impl View,
	reader: &AccountId,
) -> Result<Vec<Option<AccountId>>, ChainError> {
	let account = view.account(reader).await?;
	if account.is_some_and(|account| account.kind == AccountKind::Person) {
		return Ok(vec![None]);
	}
	let affiliations = view.all_affiliations(reader).await?;
	Ok(affiliations.into_iter().map(|(institution, _)| Some(institution)).collect())
}

/// The ground and the purpose of who acts for this institution, or for none.
fn ground(institution: Option<AccountId>) -> (Ground, Purpose) {
	let purpose = match &institution {
		Some(_) => Purpose::Treatment,
		None => Purpose::PatientRequest,
	};
	(Ground::Consent { institution }, purpose)
}
