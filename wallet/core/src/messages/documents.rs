//! What the page shows of documents that are being added, and of those on this device.

use serde::{Deserialize, Serialize};

/// How long a record is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RecordSize {
	/// The record's id.
	pub id: String,
	/// Its length in bytes, encrypted. `None` if no custodian said it.
	pub size: Option<u64>,
	/// Whether it goes straight into a file.
	pub is_large: bool,
}

/// A document that was begun to be added, and not finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct UnfinishedLine {
	/// Its record's id.
	pub id: String,
	/// Its title.
	pub title: String,
	/// How far it is, and what is missing.
	pub state: String,
	/// Whether it can be given up: nothing of it is on the chain.
	pub can_give_up: bool,
}

/// The documents that are kept on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Kept {
	/// They, the newest first.
	pub documents: Vec<KeptLine>,
	/// How many bytes they have.
	pub size: u64,
	/// How many bytes are kept at most.
	pub most: u64,
}

/// A document that is kept on this device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct KeptLine {
	/// Its record's id.
	pub id: String,
	/// Its title.
	pub title: String,
	/// Which version it is, and since when it is here.
	pub note: String,
	/// Its length in bytes.
	pub size: u64,
}
