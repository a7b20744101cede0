//! How a Kubo node is configured, as far as it makes the node private.

use super::{
	json,
	requests::{ConfigShow, DiagSys, System},
	Ipfs, IpfsError,
};
use serde::Deserialize;
use std::path::PathBuf;

/// What Kubo says of its configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Configuration {
	/// The addresses that it listens on.
	pub addresses: Addresses,
	/// The nodes that it connects to first.
	pub bootstrap: Option<Vec<String>>,
}

/// The addresses that Kubo listens on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Addresses {
	/// Those of its RPC.
	#[serde(rename = "API")]
	pub api: OneOrMore,
	/// Those of its gateway.
	#[serde(rename = "Gateway")]
	pub gateway: OneOrMore,
}

/// Kubo writes one address as text, and more as a list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMore {
	/// None at all.
	None(()),
	/// One, or none if it is empty.
	One(String),
	/// Several.
	More(Vec<String>),
}

impl Default for OneOrMore {
	fn default() -> Self {
		Self::None(())
	}
}

impl OneOrMore {
	/// The addresses.
	pub fn all(&self) -> Vec<&str> {
		match self {
			Self::None(()) => vec![],
			Self::One(one) => {
				Some(one.as_str()).filter(|one| !one.is_empty()).into_iter().collect()
			},
			Self::More(more) => more.iter().map(String::as_str).collect(),
		}
	}
}

impl Ipfs {
	/// Its configuration.
	pub async fn configuration(&self) -> Result<Configuration, IpfsError> {
		json(&self.client, self.limits.answer, ConfigShow {}).await
	}

	/// The folder of its repository, on its own machine. None if it is the default of Kubo's user.
	pub async fn repository(&self) -> Result<Option<PathBuf>, IpfsError> {
		let system: System = json(&self.client, self.limits.answer, DiagSys {}).await?;
		let folder = system.environment.folder;
		Ok((!folder.is_empty()).then(|| PathBuf::from(folder)))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn configurations_are_read_in_every_spelling() {
		let read = |text: &str| serde_json::from_str::<Configuration>(text).unwrap();
		let private = read(
			r#"{"Addresses":{"API":"/ip4/127.0.0.1/tcp/5001","Gateway":"","Swarm":[]},"Bootstrap":[]}"#,
		);
		assert_eq!(private.addresses.api.all(), ["/ip4/127.0.0.1/tcp/5001"]);
		assert!(private.addresses.gateway.all().is_empty());
		assert!(private.bootstrap.unwrap().is_empty());
		let open = read(
			r#"{"Addresses":{"API":["/ip4/0.0.0.0/tcp/5001","/ip6/::/tcp/5001"],"Gateway":null},
			"Bootstrap":["auto"]}"#,
		);
		assert_eq!(open.addresses.api.all().len(), 2);
		assert!(open.addresses.gateway.all().is_empty());
		assert_eq!(open.bootstrap.unwrap(), ["auto"]);
		assert_eq!(read(r#"{"Bootstrap":null}"#), Configuration::default());
	}
}
