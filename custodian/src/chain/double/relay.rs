//! What a node's double tells wallets.

use super::*;
use codec::{Compact, Encode};
use std::sync::MutexGuard;
use vouchsafe_client::{
	messages::KeysBelow,
	protocol::proof::{FinalBlock, Header, ProofError},
};

/// What wallets are told. What a test did not put in does not exist.
#[derive(Default)]
pub struct RelayDouble {
	/// Encoded headers.
	pub headers: Vec<Vec<u8>>,
	/// Values of the state.
	pub values: BTreeMap<Vec<u8>, Vec<u8>>,
	/// The first block that has the values.
	pub values_since: u32,
	/// Readers, patients and records that these can open at every block.
	pub open: Vec<(AccountId, AccountId, H256)>,
	/// Records that nobody can open at the best block.
	pub closed_at_best: Vec<H256>,
	/// The block that wallets know as final, and the blocks after it.
	pub finality: Option<(H256, Vec<FinalBlock>)>,
	/// Who has asked for access.
	pub askers: Vec<AccountId>,
	/// What the pool says of extrinsics.
	pub refusal: Option<ChainError>,
	/// What was handed in.
	pub handed_in: Vec<Vec<u8>>,
	/// The extrinsics of blocks, by their numbers.
	pub extrinsics: BTreeMap<u32, Vec<Vec<u8>>>,
	/// The numbers of the blocks whose extrinsics were read.
	pub read: Vec<u32>,
	/// What the last proof was asked for.
	pub asked: Vec<Vec<u8>>,
	/// How many bytes each proof has besides.
	pub more_bytes: usize,
}

/// An encoded header of this number, and its hash.
pub fn header(number: u32) -> (Vec<u8>, H256) {
	let header = ([1u8; 32], Compact(number), [2u8; 32], [3u8; 32], Compact(0u32)).encode();
	let hash = vouchsafe_client::protocol::extrinsics::hash(&header);
	(header, hash)
}

/// The number of the block with this hash of [`hash`].
fn number_of(block: H256) -> u32 {
	u32::from_le_bytes(block.0[..4].try_into().unwrap())
}

impl RelayDouble {
	/// The hash of the block of this number, if it has a header here.
	pub fn hash_of(&self, number: u32) -> Option<H256> {
		let hash_of = |header: &Vec<u8>| vouchsafe_client::protocol::extrinsics::hash(header);
		let headers = self.headers.iter().map(|header| (header, hash_of(header)));
		let of_number = |(header, hash): &(&Vec<u8>, H256)| {
			Header::verify(header, *hash).is_ok_and(|header| header.number == number)
		};
		headers.into_iter().find(of_number).map(|(_, hash)| hash)
	}

	/// The number of the block with this hash.
	fn number_of(&self, block: H256) -> u32 {
		let header = self.headers.iter().find_map(|header| Header::verify(header, block).ok());
		header.map_or_else(|| number_of(block), |header| header.number)
	}
}

impl NodeDouble {
	/// What wallets are told.
	pub fn lock_relay(&self) -> MutexGuard<'_, RelayDouble> {
		self.relay.lock().unwrap()
	}

	fn opens(&self, block: H256, reader: &AccountId, patient: &AccountId) -> Vec<H256> {
		let relay = self.lock_relay();
		let is_best = block == self.best.hash() && self.best.number != self.finalized.number;
		let of = relay.open.iter().filter(|(by, of, _)| by == reader && of == patient);
		let of = of.map(|(.., record)| *record);
		of.filter(|record| !(is_best && relay.closed_at_best.contains(record))).collect()
	}
}

#[async_trait]
impl Relay for NodeDouble {
	async fn final_blocks(&self, after: H256) -> Result<(Vec<FinalBlock>, bool), ChainError> {
		match &self.lock_relay().finality {
			Some((known, blocks)) if *known == after => Ok((blocks.clone(), true)),
			_ => Err(ProofError::Behind(after).into()),
		}
	}

	async fn final_hash(&self) -> Result<H256, ChainError> {
		Ok(self.finalized.hash())
	}

	async fn header_of(&self, block: H256) -> Result<Option<Vec<u8>>, ChainError> {
		let headers = &self.lock_relay().headers;
		let of = |header: &&Vec<u8>| vouchsafe_client::protocol::extrinsics::hash(header) == block;
		Ok(headers.iter().find(of).cloned())
	}

	async fn read_proof(
		&self,
		_block: H256,
		keys: Vec<Vec<u8>>,
	) -> Result<Vec<Vec<u8>>, ChainError> {
		let mut relay = self.lock_relay();
		relay.asked = keys;
		Ok(vec![vec![7; relay.more_bytes]])
	}

	async fn keys_below(
		&self,
		_block: H256,
		below: &KeysBelow,
	) -> Result<Vec<Vec<u8>>, ChainError> {
		let relay = self.lock_relay();
		let after = below.after.as_ref().map_or(&below.prefix.0, |after| &after.0);
		let keys = relay.values.keys().filter(|key| key.starts_with(&below.prefix.0));
		Ok(keys.filter(|key| *key > after).take(below.limit as usize).cloned().collect())
	}

	async fn values_at(
		&self,
		block: H256,
		keys: &[Vec<u8>],
	) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, ChainError> {
		let relay = self.lock_relay();
		if relay.number_of(block) < relay.values_since {
			return Ok(BTreeMap::new());
		}
		let found = keys.iter().filter_map(|key| relay.values.get_key_value(key));
		Ok(found.map(|(key, value)| (key.clone(), value.clone())).collect())
	}

	async fn which_open(
		&self,
		block: H256,
		reader: &AccountId,
		patient: &AccountId,
		records: &[H256],
	) -> Result<Vec<bool>, ChainError> {
		let open = self.opens(block, reader, patient);
		Ok(records.iter().map(|record| open.contains(record)).collect())
	}

	async fn opens_any(
		&self,
		block: H256,
		reader: &AccountId,
		patient: &AccountId,
	) -> Result<bool, ChainError> {
		Ok(!self.opens(block, reader, patient).is_empty())
	}

	async fn openable(
		&self,
		block: H256,
		reader: &AccountId,
		_institution: Option<&AccountId>,
		patient: &AccountId,
		after: Option<H256>,
		limit: usize,
	) -> Result<(Vec<H256>, Option<H256>), ChainError> {
		let mut open = self.opens(block, reader, patient);
		open.retain(|record| after.is_none_or(|after| *record > after));
		let next = (open.len() > limit).then(|| open[limit - 1]);
		open.truncate(limit);
		Ok((open, next))
	}

	async fn askers(
		&self,
		_block: H256,
		_patient: &AccountId,
	) -> Result<Vec<AccountId>, ChainError> {
		Ok(self.lock_relay().askers.clone())
	}

	async fn hand_in(&self, extrinsic: &[u8]) -> Result<(), ChainError> {
		let mut relay = self.lock_relay();
		relay.handed_in.push(extrinsic.to_vec());
		relay.refusal.clone().map_or(Ok(()), Err)
	}

	async fn extrinsics_of(&self, block: H256) -> Result<Vec<Vec<u8>>, ChainError> {
		let (mut relay, number) = (self.lock_relay(), number_of(block));
		relay.read.push(number);
		Ok(relay.extrinsics.get(&number).cloned().unwrap_or_default())
	}

	async fn events_of(&self, _block: H256, place: u32) -> Result<Vec<Vec<u8>>, ChainError> {
		Ok(vec![place.encode()])
	}
}
