//! A checkpoint: a proven block that comes with a program, so that nobody else names its chain.

use super::{recovery, Trusted, VERSION};
use crate::{
	messages::{Hex, HexBytes},
	proof::{Authorities, Header, ProofError},
};
use codec::DecodeAll;
use serde::{Deserialize, Serialize};
use sp_core::H256;

/// A proven block as a file of JSON, which people can read and compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
	/// Hash of the genesis block: which chain it is.
	pub genesis: Hex<32>,
	/// The block's number.
	pub block: u32,
	/// The block's hash.
	pub hash: Hex<32>,
	/// The number of the set of validators that finalises the blocks after it.
	pub set: u64,
	/// The validators of this set.
	pub authorities: Vec<Hex<32>>,
	/// The same, as programs keep it.
	pub proven: HexBytes,
	/// For a recovery of finality: the last block that the set before has finalised. Nobody can prove such a
	/// block by the votes of earlier validators, so the members publish it.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub last_final: Option<u32>,
	/// For a recovery of finality: the block's header, encoded, which names the validators. So whoever compares
	/// the hash has compared them too.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub header: Option<HexBytes>,
}

impl From<&Trusted> for Checkpoint {
	fn from(trusted: &Trusted) -> Self {
		Self {
			genesis: Hex(trusted.genesis.0),
			block: trusted.head.number,
			hash: Hex(trusted.head.hash.0),
			set: trusted.authorities.set_id,
			authorities: trusted.authorities.keys.iter().copied().map(Hex).collect(),
			proven: trusted.to_bytes().into(),
			last_final: None,
			header: None,
		}
	}
}

impl Checkpoint {
	/// The block that signals a recovery of finality: from it on, the validators that it names finalise
	/// blocks, as the set of this number. Nothing proves that this block counts: whoever uses the checkpoint
	/// trusts who publishes it.
	///
	/// # Errors
	///
	/// [`ProofError::Header`] if the header is not of this block, or signals no recovery.
	pub fn of_recovery(
		genesis: H256,
		header: &[u8],
		hash: H256,
		set_id: u64,
	) -> Result<Self, ProofError> {
		let head = Header::verify(header, hash)?;
		let (last_final, keys) = recovery(header, hash)?;
		let trusted = Trusted { genesis, head, authorities: Authorities { set_id, keys } };
		let header = Some(header.to_vec().into());
		Ok(Self { last_final: Some(last_final), header, ..Self::from(&trusted) })
	}
}

impl TryFrom<&Checkpoint> for Trusted {
	type Error = ProofError;

	/// # Errors
	///
	/// [`ProofError::Checkpoint`] if what people read is not what programs use.
	fn try_from(checkpoint: &Checkpoint) -> Result<Self, ProofError> {
		let trusted = match &checkpoint.proven.0[..] {
			[VERSION, rest @ ..] => Self::decode_all(&mut &rest[..]).ok(),
			_ => None,
		};
		let trusted = trusted.ok_or(ProofError::Checkpoint)?;
		let read = match &checkpoint.header {
			// All that can be worked out from the header is.
			Some(header) => {
				let (hash, set_id) = (trusted.head.hash, trusted.authorities.set_id);
				Checkpoint::of_recovery(trusted.genesis, &header.0, hash, set_id)
			},
			None => Ok(Checkpoint::from(&trusted)),
		};
		match read.as_ref() == Ok(checkpoint) {
			true => Ok(trusted),
			false => Err(ProofError::Checkpoint),
		}
	}
}

impl Trusted {
	/// The block of a checkpoint's text.
	///
	/// # Errors
	///
	/// [`ProofError::Checkpoint`].
	pub fn from_checkpoint(json: &str) -> Result<Self, ProofError> {
		let checkpoint: Checkpoint =
			serde_json::from_str(json).map_err(|_| ProofError::Checkpoint)?;
		Self::try_from(&checkpoint)
	}

	/// The newer one of two blocks of the same chain.
	pub fn newer(self, other: Self) -> Self {
		match other.head.number > self.head.number {
			true => other,
			false => self,
		}
	}
}
