//! How a wallet reaches the chain through a custodian: proofs of final blocks and of what is in their
//! states, and extrinsics. The client checks the proofs, so it need not believe the custodian.

use super::{Hex, HexBytes, Packed};
use serde::{Deserialize, Serialize};
#[cfg(feature = "openapi")]
use utoipa::ToSchema;

/// The most keys of one [`ReadState`].
pub const MAX_STATE_KEYS: usize = 512;
/// The most keys below a prefix in one answer.
pub const MAX_KEYS_BELOW: u32 = 256;
/// The longest extrinsic that is taken, in bytes.
pub const MAX_EXTRINSIC: usize = 64 * 1024;
/// How long a custodian waits for news before it answers without any, in seconds.
pub const WAIT: u64 = 25;

/// The query of `GET /v1/chain/finality`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema, utoipa::IntoParams))]
#[serde(deny_unknown_fields)]
pub struct AskFinality {
	/// The hash of the final block that the client knows.
	pub after: Hex<32>,
	/// Wait for a final block with a higher number than this, at most 25 seconds.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub newer: Option<u32>,
}

/// The last block of each set of validators that has ended since, and the newest final block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct FinalBlocks {
	/// Header and justification of each, encoded: base64 of a SCALE vector of pairs.
	#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
	pub blocks: Packed<Vec<(Vec<u8>, Vec<u8>)>>,
	/// Whether the last one is the newest final block.
	pub is_newest: bool,
}

/// Reads the chain's state at a final block. The body of `POST /v1/chain/read` is a signed request, or
/// this alone if it asks only for the clock, the validators, institutions and their custodians.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadState {
	/// The block's hash.
	pub block: Hex<32>,
	/// The keys to prove: at most 512.
	#[cfg_attr(feature = "openapi", schema(max_items = 512))]
	pub keys: Vec<HexBytes>,
	/// Some keys below a prefix to name and to prove.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub below: Option<KeysBelow>,
}

/// Keys that begin with a prefix, in ascending order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct KeysBelow {
	/// What they begin with.
	pub prefix: HexBytes,
	/// They come after this key.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub after: Option<HexBytes>,
	/// How many, at most 256.
	pub limit: u32,
}

/// A part of a block's state, with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct StateProof {
	/// The block's header, encoded: base64 of a SCALE byte vector.
	#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
	pub header: Packed<Vec<u8>>,
	/// The keys that were found below the prefix: base64 of a SCALE vector of byte vectors.
	#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
	pub found: Packed<Vec<Vec<u8>>>,
	/// The nodes of the state's trie that decide the keys, those found, and that none is between them:
	/// base64 of a SCALE vector of byte vectors.
	#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
	pub nodes: Packed<Vec<Vec<u8>>>,
}

/// Hands an extrinsic of the signer to the pool and waits until it is final, at most 25 seconds. The
/// same bytes can be sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SubmitExtrinsic {
	/// The extrinsic, encoded, with its length before it.
	pub extrinsic: HexBytes,
}

/// What became of an extrinsic. This is the custodian's word: only the state proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum SubmitOutcome {
	/// It waits in the pool, or is in a block that is not final.
	Waiting,
	/// It is in a final block.
	Final {
		/// The block's hash.
		block: Hex<32>,
		/// The block's number.
		number: u32,
		/// The events of this extrinsic, each encoded as in the state: base64 of a SCALE vector of byte
		/// vectors.
		#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
		events: Packed<Vec<Vec<u8>>>,
	},
	/// The pool did not take it.
	Refused {
		/// The node's words.
		error: String,
	},
}

/// Waits until the signer's log is longer, at most 25 seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AwaitLog {
	/// How many lines the signer knows.
	pub count: u64,
}

/// How long the log is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct LogLength {
	/// The number of lines at the last final block.
	pub count: u64,
}
