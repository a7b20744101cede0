//! What a custodian's REST API takes and answers. Bytes are written as `0x` and lower-case hex.

use crate::types::{account_bytes, AccountId, H256};
use codec::{Decode, Encode};
use serde::{de::Error as _, Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt, str::FromStr};
#[cfg(feature = "openapi")]
use utoipa::{
	openapi::{schema::Type, ObjectBuilder, RefOr, Schema},
	PartialSchema, ToSchema,
};

mod chain;
mod index;
mod study;
mod wallet;

pub use chain::*;
pub use index::*;
pub use study::*;
pub use wallet::*;

/// The header that carries a [`Signed`] request, as base64 of its JSON, where the body is the
/// content itself.
pub const REQUEST_HEADER: &str = "x-vouchsafe-request";

/// How far a request's time may be from the custodian's, in seconds.
pub const FRESHNESS: u64 = 120;

/// Largest JSON body that a custodian takes, in bytes.
pub const MAX_REQUEST: usize = 256 * 1024;

/// Largest answer that a client reads into memory, in bytes.
pub const MAX_ANSWER: usize = 4 * 1024 * 1024;

/// Lines of a log in one answer, at most.
pub const MAX_LOG_LINES: u32 = 500;

/// The most words whose tags one request asks for.
pub const MAX_LABEL_WORDS: usize = 32;

/// What is asked of a custodian. It is part of the signed payload, so that a request to one endpoint
/// can't be replayed at another.
pub mod action {
	/// `POST /v1/content`.
	pub const ADD_CONTENT: &str = "add-content";
	/// `POST /v1/envelopes`.
	pub const DELIVER_ENVELOPE: &str = "deliver-envelope";
	/// `POST /v1/releases`.
	pub const RELEASE: &str = "release";
	/// `POST /v1/carried`.
	pub const CARRY_SHARE: &str = "carry-share";
	/// `POST /v1/patient-envelopes`.
	pub const FETCH_PATIENT_ENVELOPE: &str = "fetch-patient-envelope";
	/// `POST /v1/label-keys`.
	pub const DELIVER_LABEL_KEY: &str = "deliver-label-key";
	/// `POST /v1/label-key`.
	pub const FETCH_LABEL_KEY: &str = "fetch-label-key";
	/// `POST /v1/label-tags`.
	pub const LABEL_TAGS: &str = "label-tags";
	/// `POST /v1/log`.
	pub const READ_LOG: &str = "read-log";
	/// `POST /v1/chain/read`.
	pub const READ_STATE: &str = "read-state";
	/// `POST /v1/chain/submit`.
	pub const SUBMIT: &str = "submit";
	/// `POST /v1/chain/wait`.
	pub const AWAIT_LOG: &str = "await-log";
	/// `GET /v1/index`, among members.
	pub const READ_INDEX: &str = "read-index";
	/// `POST /v1/openable`.
	pub const OPENABLE: &str = "openable";
	/// `POST /v1/names`.
	pub const ASK_NAMES: &str = "ask-names";
	/// `POST /v1/names/set`.
	pub const SET_NAMES: &str = "set-names";
	/// `POST /v1/names/list`.
	pub const LIST_NAMES: &str = "list-names";
	/// `POST /v1/sync`.
	pub const READ_SYNCED: &str = "read-synced";
	/// `POST /v1/sync/replace`.
	pub const REPLACE_SYNCED: &str = "replace-synced";
	/// `POST /v1/studies/evaluations`.
	pub const STUDY_EVALUATE: &str = "study-evaluate";
	/// `POST /v1/studies/nullifiers`.
	pub const STUDY_NULLIFIERS: &str = "study-nullifiers";
	/// `POST /v1/studies/doubles`.
	pub const STUDY_DOUBLES: &str = "study-doubles";
	/// `POST /v1/studies/reports`.
	pub const STUDY_REPORT: &str = "study-report";
	/// `POST /v1/studies/status`.
	pub const STUDY_STATUS: &str = "study-status";
	/// `POST /v1/studies/verify-keys`, among aggregators.
	pub const STUDY_VERIFY_KEY: &str = "study-verify-key";
	/// `POST /v1/studies/lists`, among aggregators.
	pub const STUDY_LISTS: &str = "study-lists";
	/// `POST /v1/studies/verifications`, among aggregators.
	pub const STUDY_VERIFY: &str = "study-verify";
	/// `POST /v1/studies/finishes`, among aggregators.
	pub const STUDY_FINISH: &str = "study-finish";
	/// `POST /v1/studies/tallies`, among aggregators.
	pub const STUDY_COMPARE: &str = "study-compare";
}

/// What is wrong with a hex string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HexError {
	/// It doesn't begin with `0x`.
	#[error("does not begin with 0x")]
	Prefix,
	/// It has the wrong length.
	#[error("has the wrong length")]
	Length,
	/// It has other characters than hex digits.
	#[error("is not hex")]
	Digits,
}

/// A fixed number of bytes as `0x` and hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Hex<const N: usize>(pub [u8; N]);

impl<const N: usize> fmt::Display for Hex<N> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "0x{}", hex::encode(self.0))
	}
}

impl<const N: usize> fmt::Debug for Hex<N> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		fmt::Display::fmt(self, f)
	}
}

impl<const N: usize> FromStr for Hex<N> {
	type Err = HexError;

	fn from_str(text: &str) -> Result<Self, HexError> {
		let digits = text.strip_prefix("0x").ok_or(HexError::Prefix)?;
		let mut bytes = [0; N];
		hex::decode_to_slice(digits, &mut bytes).map_err(|error| match error {
			hex::FromHexError::InvalidHexCharacter { .. } => HexError::Digits,
			_ => HexError::Length,
		})?;
		Ok(Self(bytes))
	}
}

impl<const N: usize> Serialize for Hex<N> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = Cow::<'de, str>::deserialize(deserializer)?;
		text.parse().map_err(D::Error::custom)
	}
}

#[cfg(feature = "openapi")]
impl<const N: usize> PartialSchema for Hex<N> {
	fn schema() -> RefOr<Schema> {
		hex_schema(format!("^0x([0-9a-fA-F]{{2}}){{{N}}}$"), format!("{N} bytes as 0x and hex."))
	}
}

#[cfg(feature = "openapi")]
impl<const N: usize> ToSchema for Hex<N> {
	fn name() -> Cow<'static, str> {
		Cow::Owned(format!("Hex{N}"))
	}
}

impl<const N: usize> From<[u8; N]> for Hex<N> {
	fn from(bytes: [u8; N]) -> Self {
		Self(bytes)
	}
}

impl From<&AccountId> for Hex<32> {
	fn from(account: &AccountId) -> Self {
		Self(account_bytes(account))
	}
}

impl From<Hex<32>> for AccountId {
	fn from(hex: Hex<32>) -> Self {
		Self::new(hex.0)
	}
}

impl From<H256> for Hex<32> {
	fn from(hash: H256) -> Self {
		Self(hash.0)
	}
}

impl From<Hex<32>> for H256 {
	fn from(hex: Hex<32>) -> Self {
		Self(hex.0)
	}
}

/// Any number of bytes as `0x` and hex.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HexBytes(pub Vec<u8>);

impl fmt::Display for HexBytes {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "0x{}", hex::encode(&self.0))
	}
}

impl fmt::Debug for HexBytes {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{} bytes", self.0.len())
	}
}

impl FromStr for HexBytes {
	type Err = HexError;

	fn from_str(text: &str) -> Result<Self, HexError> {
		let digits = text.strip_prefix("0x").ok_or(HexError::Prefix)?;
		hex::decode(digits).map(Self).map_err(|error| match error {
			hex::FromHexError::InvalidHexCharacter { .. } => HexError::Digits,
			_ => HexError::Length,
		})
	}
}

impl Serialize for HexBytes {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		serializer.collect_str(self)
	}
}

impl<'de> Deserialize<'de> for HexBytes {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = Cow::<'de, str>::deserialize(deserializer)?;
		text.parse().map_err(D::Error::custom)
	}
}

#[cfg(feature = "openapi")]
impl PartialSchema for HexBytes {
	fn schema() -> RefOr<Schema> {
		hex_schema("^0x([0-9a-fA-F]{2})*$".into(), "Bytes as 0x and hex.".into())
	}
}

#[cfg(feature = "openapi")]
impl ToSchema for HexBytes {}

impl From<Vec<u8>> for HexBytes {
	fn from(bytes: Vec<u8>) -> Self {
		Self(bytes)
	}
}

#[cfg(feature = "openapi")]
fn hex_schema(pattern: String, description: String) -> RefOr<Schema> {
	ObjectBuilder::new()
		.schema_type(Type::String)
		.pattern(Some(pattern))
		.description(Some(description))
		.into()
}

/// The longest time for which an account lets a session key make requests, in seconds.
pub const MAX_DELEGATION: u64 = 8 * 60 * 60;

/// An account's key lets a session key make requests to this chain's custodians for a while. It never holds
/// for transactions. What is signed is `delegation_text` in `protocol/src/signing.rs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Delegation {
	/// The key that lets it: the account's first one, which has the account's name, or the one that has
	/// replaced it.
	pub account: Hex<32>,
	/// The key that signs the requests.
	pub session: Hex<32>,
	/// Hash of the chain's genesis block.
	pub genesis: Hex<32>,
	/// From when on it holds, in seconds since 1970.
	pub from: u64,
	/// Until when it holds, exclusive: at most eight hours later.
	pub until: u64,
	/// That key's signature.
	pub signature: Hex<64>,
}

/// A signed request. The signature (sr25519) is over `<Bytes>`, the payload and `</Bytes>`, as
/// wallet extensions sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Signed {
	/// The JSON text of the payload, exactly as it was signed.
	#[cfg_attr(feature = "openapi", schema(content_media_type = "application/json"))]
	pub payload: String,
	/// The key that signed, or for which a session key did. The account's first key has the account's
	/// name. For another one the chain says for which account it signs.
	pub account: Hex<32>,
	/// The signature: that key's, or that of the delegation's session key.
	pub signature: Hex<64>,
	/// That a session key may sign for that key.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub delegation: Option<Delegation>,
}

/// A custodian's signed registration, as its institution receives it and sends it to the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedCustodian {
	/// Hash of the chain's genesis block.
	pub genesis: Hex<32>,
	/// The institution whose custodian it wants to be.
	pub institution: Hex<32>,
	/// Its address, which is published on the chain.
	pub url: String,
	/// The account with which it signs.
	pub account: Hex<32>,
	/// The key to which shares are sealed for it.
	pub encryption_key: Hex<32>,
	/// Until when the signature is valid, in seconds since 1970.
	pub expires: u64,
	/// The account's signature.
	pub signature: Hex<64>,
}

/// A new key for an account, as the person who has it gives it in a file to guardians or at a registration
/// desk. What is signed is `key_text` in `protocol/src/signing.rs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRequest {
	/// Hash of the chain's genesis block.
	pub genesis: Hex<32>,
	/// The account that gets the key.
	pub account: Hex<32>,
	/// The new key.
	pub key: Hex<32>,
	/// The key to which shares are sealed for the account then.
	pub encryption_key: Hex<32>,
	/// Until when the signature is valid, in seconds since 1970.
	pub expires: u64,
	/// The new key's signature.
	pub signature: Hex<64>,
}

/// What is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Payload<T> {
	/// The requested action, such as `release`.
	pub action: String,
	/// Hash of the chain's genesis block.
	pub genesis: Hex<32>,
	/// The institution whose custodian is asked.
	pub custodian: Hex<32>,
	/// When it was signed, in seconds since 1970.
	pub at: u64,
	/// Never used before.
	pub nonce: Hex<16>,
	/// The request itself.
	pub body: T,
}

/// Adds content to the custodian's IPFS node. The signed request is in the header
/// `x-vouchsafe-request`, and the content is the HTTP body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddContent {
	/// The CID that it must have.
	#[cfg_attr(feature = "openapi", schema(pattern = "^b[a-z2-7]{58}$"))]
	pub cid: String,
	/// Its length in bytes.
	pub length: u64,
}

/// A version's envelopes for one custodian, from the version's author.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeliverEnvelope {
	/// Whose record.
	pub patient: Hex<32>,
	/// The record.
	pub record: Hex<32>,
	/// The version.
	pub version: u32,
	/// The epoch of its sharing set.
	pub epoch: u32,
	/// The manifest's bytes. Their CID must be the one on the chain.
	pub manifest: HexBytes,
	/// The Feldman commitments' bytes. Their hash must be the one on the chain.
	pub commitments: HexBytes,
	/// The custodian's own share, sealed to its key.
	pub share: HexBytes,
	/// The patient's share, sealed to the patient's key, where the patient is a holder.
	pub patient_share: Option<HexBytes>,
}

/// How far a custodian is with a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EnvelopeState {
	/// The share is kept; content is not pinned yet.
	Kept,
	/// Share and content are kept; the chain does not know yet.
	Pinned,
	/// The chain has the acknowledgement.
	Acknowledged,
}

/// The answer to a delivered envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct EnvelopeReceipt {
	/// How far the custodian is.
	pub state: EnvelopeState,
}

/// Asks for the shares that the custodian may release after an opening.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskRelease {
	/// Whose record.
	pub patient: Hex<32>,
	/// The record, as it was opened.
	pub record: Hex<32>,
	/// The version.
	pub version: u32,
}

/// A share, sealed to the reader's registered key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct ReleasedShare {
	/// Whose share it is: the custodian's institution, or the patient for a carried one.
	pub holder: Hex<32>,
	/// Its index, from 1.
	pub index: u8,
	/// The sealed share.
	pub sealed: HexBytes,
}

/// The shares that a custodian releases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct Release {
	/// The epoch of the sharing set.
	pub epoch: u32,
	/// The Feldman commitments' bytes; check their hash against the chain's.
	pub commitments: HexBytes,
	/// The custodian's own share, and carried ones.
	pub shares: Vec<ReleasedShare>,
}

/// Carries the patient's own share to a custodian, for as long as a consent is in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CarryShare {
	/// Whose record.
	pub patient: Hex<32>,
	/// The record.
	pub record: Hex<32>,
	/// The version.
	pub version: u32,
	/// The epoch of its sharing set.
	pub epoch: u32,
	/// SCALE encoding of the consent's grantee.
	pub grantee: HexBytes,
	/// The consent's number.
	pub consent: u32,
	/// The Feldman commitments' bytes, for a custodian that has none of this version.
	pub commitments: HexBytes,
	/// The patient's share, sealed to the custodian's key.
	pub share: HexBytes,
}

/// Fetches the patient's own sealed share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FetchPatientEnvelope {
	/// Whose record.
	pub patient: Hex<32>,
	/// The record.
	pub record: Hex<32>,
	/// The version.
	pub version: u32,
}

/// The patient's own sealed share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct PatientEnvelope {
	/// The epoch of the sharing set.
	pub epoch: u32,
	/// The Feldman commitments' bytes; check their hash against the chain's.
	pub commitments: HexBytes,
	/// The share, sealed to the patient's key.
	pub share: HexBytes,
}

/// Delivers a patient's label key to a custodian, from the patient, or from a registrar of the
/// institution that enrolled the patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeliverLabelKey {
	/// Whose key.
	pub patient: Hex<32>,
	/// The key, sealed to the custodian's key.
	pub key: HexBytes,
}

/// Fetches a patient's label key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FetchLabelKey {
	/// Whose, if it is not the requester's own. The requester represents the patient within the scope of
	/// consents.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub patient: Option<Hex<32>>,
}

/// A patient's label key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct SealedLabelKey {
	/// The key, sealed to the requester's registered key.
	pub key: HexBytes,
}

/// Asks for the tags of a patient's labels, for somebody who may write for the patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskLabelTags {
	/// Whose labels.
	pub patient: Hex<32>,
	/// The labels' words: at least 1, at most 32.
	#[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 32))]
	pub words: Vec<String>,
}

/// The tags of labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct WordTags {
	/// One tag for each word, in the words' order.
	pub tags: Vec<Hex<4>>,
}

/// Reads a patient's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadLog {
	/// Whose log.
	pub patient: Hex<32>,
	/// The institution for which the reader acts, if for any.
	pub institution: Option<Hex<32>>,
	/// The first entry wanted, from 0.
	pub from: u64,
	/// How many entries, at most 500.
	pub limit: u32,
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct LogLine {
	/// Its number, from 0.
	pub seq: u64,
	/// The block that holds it.
	pub block: u32,
	/// The block's time, in seconds since 1970: the custodian's word. 0 if the custodian does not know it.
	#[serde(default)]
	pub time: u64,
	/// The entry's bytes.
	pub entry: HexBytes,
	/// The log's head after it, as the custodian computed it.
	pub head: Hex<32>,
}

/// A part of a patient's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct LogPage {
	/// How many entries the custodian has of this patient.
	pub count: u64,
	/// The lines, in order.
	pub lines: Vec<LogLine>,
}

/// Who a custodian is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct About {
	/// The program's version.
	pub version: String,
	/// Hash of the chain's genesis block.
	pub genesis: Hex<32>,
	/// The institution whose custodian it is; none as long as the chain names none.
	pub institution: Option<Hex<32>>,
	/// The account with which it signs.
	pub account: Hex<32>,
	/// Its encryption key.
	pub key: Hex<32>,
	/// The encryption key that it has made to replace this one, and that the chain does not have yet.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub next_key: Option<Hex<32>>,
	/// Whether it has an IPFS node, and so takes and gives content.
	pub content: bool,
	/// The most bytes of one manifest or ciphertext that it takes.
	pub max_content: u64,
	/// For how many days its backups are kept. A share that it destroyed is in them until then.
	pub backup_days: u16,
	/// Whether it can do its work. Only its own institution sees what hinders it.
	pub ready: bool,
}

/// How one thing that the custodian depends on is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct Check {
	/// Whether it is as it should be.
	pub ok: bool,
	/// What is wrong, or how it is.
	pub detail: String,
}

/// Whether a custodian can do its work, and what hinders it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct Readiness {
	/// Whether all is as it should be.
	pub ready: bool,
	/// The node answers and makes progress.
	pub node: Check,
	/// The node is of the right chain.
	pub chain: Check,
	/// The node has the states of the blocks that are not indexed yet, and for how long.
	pub states: Check,
	/// The chain names this custodian's account and key for an institution.
	pub enrolled: Check,
	/// The IPFS node answers.
	pub kubo: Check,
	/// The index of the patients' logs is up to date and agrees with the chain.
	pub index: Check,
	/// The IPFS node still has what the custodian has acknowledged.
	pub pins: Check,
	/// Versions to be acknowledged. A backlog is no failure.
	pub work: Check,
	/// The rounds of the studies that it aggregates, and what they wait for. Never a failure.
	pub research: Check,
	/// Whether its own wallet and those of the other members are the published one. The custodian is ready
	/// all the same.
	pub wallet: Check,
	/// Whether its certificate is good for two weeks at least, if it speaks TLS itself. The custodian is ready
	/// all the same.
	pub certificate: Check,
	/// The last backup and drill, and what is missing since a restore. The custodian is ready all the same.
	pub backup: Check,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct Refusal {
	/// Why, for people.
	pub error: String,
	/// Why, as one word for machines: `too-many-tags`. Empty if a proxy wrote it.
	#[serde(default)]
	pub kind: String,
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn hex_says_what_is_wrong() {
		assert_eq!("0x00ff".parse::<Hex<2>>(), Ok(Hex([0, 255])));
		assert_eq!("00ff".parse::<Hex<2>>(), Err(HexError::Prefix));
		assert_eq!("0x00f".parse::<Hex<2>>(), Err(HexError::Length));
		assert_eq!("0x00ff00".parse::<Hex<2>>(), Err(HexError::Length));
		assert_eq!("0x00fg".parse::<Hex<2>>(), Err(HexError::Digits));
		assert_eq!("0xf".parse::<HexBytes>(), Err(HexError::Length));
		assert!("0xäö".parse::<HexBytes>().is_err());
	}

	#[test]
	fn unknown_fields_are_refused() {
		let text = r#"{"cid":"b","length":1,"more":2}"#;
		assert!(serde_json::from_str::<AddContent>(text).is_err());
	}

	proptest! {
		#[test]
		fn bytes_come_back(bytes: Vec<u8>) {
			let text = serde_json::to_string(&HexBytes(bytes.clone())).unwrap();
			prop_assert_eq!(serde_json::from_str::<HexBytes>(&text).unwrap().0, bytes);
		}

		#[test]
		fn foreign_text_never_panics(text: String) {
			let _ = serde_json::from_str::<Signed>(&text);
			let _ = serde_json::from_str::<Payload<DeliverEnvelope>>(&text);
			let _ = text.parse::<Hex<32>>();
			let _ = text.parse::<HexBytes>();
		}
	}
}
