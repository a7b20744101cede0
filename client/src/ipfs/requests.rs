//! The requests of Kubo's RPC and its answers, as far as they are used here.

use crate::cid::Cid;
use ipfs_api_backend_hyper::request::ApiRequest;
use serde::{ser::SerializeSeq, Deserialize, Serialize, Serializer};
use std::collections::HashMap;

/// Names the paths of requests.
macro_rules! paths {
	($($request:ty => $path:literal;)*) => {
		$(impl ApiRequest for $request {
			const PATH: &'static str = $path;
		})*
	};
}

paths! {
	Version => "/version";
	Config<'_> => "/config";
	ConfigShow => "/config/show";
	DiagSys => "/diag/sys";
	SwarmPeers => "/swarm/peers";
	Add => "/add";
	PinAdd<'_> => "/pin/add";
	PinRm<'_> => "/pin/rm";
	PinLs<'_> => "/pin/ls";
	AllPins<'_> => "/pin/ls";
	Cat<'_> => "/cat";
	BlockStat<'_> => "/block/stat";
	BlockGet<'_> => "/block/get";
	BlockRm<'_> => "/block/rm";
	FilesStat<'_> => "/files/stat";
}

/// `version`.
#[derive(Serialize)]
pub(super) struct Version {}

/// The answer to `version`.
#[derive(Deserialize)]
pub(super) struct VersionAnswer {
	#[serde(rename = "Version")]
	pub version: String,
}

/// `config` of one setting.
#[derive(Serialize)]
pub(super) struct Config<'a> {
	pub arg: &'a str,
}

/// The answer to `config`.
#[derive(Deserialize)]
pub(super) struct Setting {
	#[serde(rename = "Value")]
	pub value: serde_json::Value,
}

/// `config/show`.
#[derive(Serialize)]
pub(super) struct ConfigShow {}

/// `diag/sys`. `repo/stat` names the repository only if it counts all blocks.
#[derive(Serialize)]
pub(super) struct DiagSys {}

/// The answer to `diag/sys`.
#[derive(Deserialize)]
pub(super) struct System {
	pub environment: Environment,
}

/// Variables that Kubo was started with.
#[derive(Deserialize)]
pub(super) struct Environment {
	#[serde(rename = "IPFS_PATH")]
	pub folder: String,
}

/// `swarm/peers`.
#[derive(Serialize)]
pub(super) struct SwarmPeers {
	pub verbose: bool,
}

/// The answer to `swarm/peers`. `Peers` is null if there are none.
#[derive(Deserialize)]
pub(super) struct Peers {
	#[serde(rename = "Peers")]
	pub peers: Option<Vec<serde_json::Value>>,
}

/// `add` with the options that every node uses. The library's own request leaves some out.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Add {
	cid_version: u32,
	raw_leaves: bool,
	chunker: &'static str,
	hash: &'static str,
	pin: bool,
	quieter: bool,
	progress: bool,
}

impl Default for Add {
	fn default() -> Self {
		Self {
			cid_version: 1,
			raw_leaves: true,
			chunker: "size-262144",
			hash: "sha2-256",
			// Pinned after Kubo's CID was found right.
			pin: false,
			quieter: true,
			progress: false,
		}
	}
}

/// The answer to `add`.
#[derive(Deserialize)]
pub(super) struct AddAnswer {
	#[serde(rename = "Hash")]
	pub hash: String,
}

/// `pin/add`, recursive and without progress reports, so that there is one answer.
#[derive(Serialize)]
pub(super) struct PinAdd<'a> {
	pub arg: &'a str,
	pub recursive: bool,
	pub progress: bool,
}

/// `pin/rm`.
#[derive(Serialize)]
pub(super) struct PinRm<'a> {
	pub arg: &'a str,
	pub recursive: bool,
}

/// `pin/ls` of one CID.
#[derive(Serialize)]
pub(super) struct PinLs<'a> {
	pub arg: &'a str,
	pub r#type: &'a str,
}

/// `pin/ls` of all pins.
#[derive(Serialize)]
pub(super) struct AllPins<'a> {
	pub r#type: &'a str,
}

/// The answer to `pin/ls`. There are no keys if there are no pins.
#[derive(Deserialize)]
pub(super) struct Pins {
	#[serde(rename = "Keys", default)]
	pub keys: HashMap<String, serde_json::Value>,
}

/// `cat`, with or without asking the network.
#[derive(Serialize)]
pub(super) struct Cat<'a> {
	pub arg: &'a str,
	pub offline: bool,
}

/// `block/stat`, without asking the network.
#[derive(Serialize)]
pub(super) struct BlockStat<'a> {
	pub arg: &'a str,
	pub offline: bool,
}

/// `block/get`, with or without asking the network.
#[derive(Serialize)]
pub(super) struct BlockGet<'a> {
	pub arg: &'a str,
	pub offline: bool,
}

/// `files/stat`, with which blocks are here.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct FilesStat<'a> {
	pub arg: &'a str,
	pub with_local: bool,
	pub offline: bool,
}

/// The answer to `files/stat`. `Local` is left out if a block is not here.
#[derive(Deserialize)]
pub(super) struct Locality {
	#[serde(rename = "Local", default)]
	pub local: bool,
}

/// `block/rm` of several blocks, if they are here.
pub(super) struct BlockRm<'a> {
	pub blocks: &'a [Cid],
}

impl Serialize for BlockRm<'_> {
	fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
		let mut query = serializer.serialize_seq(None)?;
		query.serialize_element(&("force", "true"))?;
		for block in self.blocks {
			query.serialize_element(&("arg", block.to_string()))?;
		}
		query.end()
	}
}

/// A line of the answer to `block/rm`.
#[derive(Deserialize)]
pub(super) struct Removed {
	#[serde(rename = "Error")]
	pub error: Option<String>,
}
