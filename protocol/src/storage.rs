//! Values in the chain's state that no API of the runtime gives: their keys, and how they are read.

use crate::{
	compatibility::MAX_DEPTH,
	errors::ChainError,
	runtime::runtime_types::pallet_collective::Votes,
	types::{AccountId, Consent, Grantee, H256},
};
use codec::{DecodeLimit, Encode};
use sp_crypto_hashing::{blake2_128, twox_128};
use std::marker::PhantomData;

/// Where a value is in the state, and of which type it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key<T> {
	/// The pallet's name.
	pub pallet: &'static str,
	/// The value's or the map's name.
	pub name: &'static str,
	/// The key's bytes.
	pub bytes: Vec<u8>,
	value: PhantomData<fn() -> T>,
}

impl<T: DecodeLimit> Key<T> {
	/// The value of these bytes.
	pub fn decode(&self, bytes: &[u8]) -> Result<T, ChainError> {
		T::decode_all_with_depth_limit(MAX_DEPTH, &mut &bytes[..]).map_err(ChainError::foreign)
	}
}

/// A value that is alone under its name.
pub fn value<T>(pallet: &'static str, name: &'static str) -> Key<T> {
	entry(pallet, name, &[])
}

/// A value of a map, whose keys are given as they are hashed.
fn entry<T>(pallet: &'static str, name: &'static str, hashed: &[Vec<u8>]) -> Key<T> {
	let bytes = [prefix(pallet, name), hashed.concat()].concat();
	Key { pallet, name, bytes, value: PhantomData }
}

/// What is before the keys of a map.
pub fn prefix(pallet: &str, name: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(name.as_bytes())].concat()
}

/// A map's key that is hashed by `Blake2_128Concat`.
pub fn blake2_128_concat(key: &impl Encode) -> Vec<u8> {
	let key = key.encode();
	[&blake2_128(&key)[..], &key].concat()
}

/// The block's time, in milliseconds since 1970.
pub fn now() -> Key<u64> {
	value("Timestamp", "Now")
}

/// The key of what happened in the block; [`events`](crate::compatibility::RuntimeMetadata::events)
/// reads it.
pub fn events() -> Vec<u8> {
	prefix("System", "Events")
}

/// A patient's consents for one grantee.
pub fn consents(patient: &AccountId, grantee: &Grantee) -> Key<Vec<Consent>> {
	entry("Consent", "Consents", &[blake2_128_concat(patient), blake2_128_concat(grantee)])
}

/// The council's seats.
pub fn council_members() -> Key<Vec<AccountId>> {
	value("Council", "Members")
}

/// Hashes of the council's open motions.
pub fn council_proposals() -> Key<Vec<H256>> {
	value("Council", "Proposals")
}

/// What a motion is for.
pub fn council_proposal(motion: &H256) -> Key<crate::calls::RuntimeCall> {
	entry("Council", "ProposalOf", &[motion.0.to_vec()])
}

/// How far a motion is.
pub fn council_votes(motion: &H256) -> Key<Votes<AccountId, u32>> {
	entry("Council", "Voting", &[motion.0.to_vec()])
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	proptest! {
		#[test]
		fn foreign_bytes_are_a_value_or_an_error(bytes: Vec<u8>) {
			let account = AccountId::new([1; 32]);
			let _ = consents(&account, &Grantee::Everyone).decode(&bytes);
			let _ = council_proposal(&H256([1; 32])).decode(&bytes);
			let _ = council_votes(&H256([1; 32])).decode(&bytes);
		}
	}
}
