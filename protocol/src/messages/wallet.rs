//! What a custodian does for wallets besides the [chain](super::chain): names of its institution's
//! practitioners, records that a practitioner can open, and an account's encrypted data.

use super::{Hex, Packed};
use serde::{Deserialize, Serialize};
#[cfg(feature = "openapi")]
use utoipa::ToSchema;

/// The most names in one message.
pub const MAX_NAMES: usize = 500;
/// The longest name, in bytes.
pub const MAX_NAME: usize = 120;
/// The most bytes that a custodian keeps for an account.
pub const MAX_SYNCED: usize = 128 * 1024;

/// Asks which of a patient's records the signer, a practitioner or a person, can open now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskOpenable {
	/// Whose records.
	pub patient: Hex<32>,
	/// The institution for which the practitioner acts. A person acts for none.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub institution: Option<Hex<32>>,
	/// The records after this one, in the order of their ids.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub after: Option<Hex<32>>,
}

/// Records that can be opened: by a practitioner for treatment, by a person on the patient's request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct Openable {
	/// The block at which this was decided.
	pub block: Hex<32>,
	/// The records, in the order of their ids: at most 256.
	pub records: Vec<Hex<32>>,
	/// The last record that was looked at, if there may be more.
	pub next: Option<Hex<32>>,
}

/// Asks for the names of those practitioners of the institution who are in the signer's log or have
/// asked the signer. The signer is a patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AskNames {}

/// Sets names of the institution's practitioners. The signer is one of its registrars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetNames {
	/// The names: at most 500. An empty name removes it.
	#[cfg_attr(feature = "openapi", schema(max_items = 500))]
	pub names: Vec<StaffName>,
}

/// Asks for all names of the institution's practitioners. The signer is one of its registrars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ListNames {
	/// The names of the accounts after this one, in the order of the accounts.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub after: Option<Hex<32>>,
}

/// The name of one of an institution's practitioners. It is the institution's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StaffName {
	/// The account.
	pub account: Hex<32>,
	/// The name, at most 120 bytes.
	pub name: String,
}

/// Names of an institution's practitioners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct StaffNames {
	/// The names.
	pub names: Vec<StaffName>,
}

/// Reads the signer's encrypted data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReadSynced {}

/// Replaces the signer's encrypted data, if it has still the revision that the signer knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ReplaceSynced {
	/// The revision that is replaced: 0 if there is none.
	pub replaces: u64,
	/// The new data: base64 of a SCALE byte vector, at most 128 KiB.
	#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
	pub data: Packed<Vec<u8>>,
}

/// An account's encrypted data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(ToSchema))]
pub struct Synced {
	/// Rises by one with each change: 0 if there is no data.
	pub revision: u64,
	/// The data: base64 of a SCALE byte vector.
	#[cfg_attr(feature = "openapi", schema(value_type = String, content_encoding = "base64"))]
	pub data: Packed<Vec<u8>>,
}
