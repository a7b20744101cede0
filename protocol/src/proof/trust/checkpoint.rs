//! A checkpoint: a proven block that comes with a program, so that nobody else names its chain.

use super::{Trusted, VERSION};
use crate::{
	messages::{Hex, HexBytes},
	proof::ProofError,
};
use codec::DecodeAll;
use serde::{Deserialize, Serialize};

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
		}
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
		match Checkpoint::from(&trusted) == *checkpoint {
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
