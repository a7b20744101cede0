//! What the chain says of the release that this browser has.

use serde::{Deserialize, Serialize};

/// Whether the council has published a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReleaseView {
	/// What the chain says, proven.
	pub standing: ReleaseStanding,
	/// The version of the published release. Empty if there is none.
	pub version: String,
	/// The SHA-256 of its manifest. Empty if there is none.
	pub hash: String,
}

/// What the chain says of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ReleaseStanding {
	/// It is the published one.
	Current,
	/// It was published before the current one.
	Earlier,
	/// It was not published.
	Unknown,
	/// Nothing was published.
	NothingPublished,
}
