//! The networks for development.

use crate::{development::ALL, genesis_config_presets as presets, AccountId, RuntimeGenesisConfig};
use curve25519_dalek::MontgomeryPoint;
use sp_core::{sr25519, Pair};
use sp_runtime::BuildStorage;

#[test]
fn keys_are_derived_from_their_paths() {
	for key in ALL {
		let pair = sr25519::Pair::from_string(key.path, None).unwrap();
		assert_eq!(AccountId::from(pair.public()), key.account(), "{}", key.path);
		let secret =
			sp_io::hashing::blake2_256(["vouchsafe/development/", key.path].concat().as_bytes());
		let public = MontgomeryPoint::mul_base_clamped(secret);
		assert_eq!(public.to_bytes(), key.encryption_key, "{}", key.path);
	}
}

#[test]
fn presets_build() {
	for name in presets::names() {
		let json = String::from_utf8(presets::get(&name).unwrap()).unwrap();
		let patch: serde_json::Value = serde_json::from_str(&json).unwrap();
		let mut genesis = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
		merge(&mut genesis, patch);
		let genesis: RuntimeGenesisConfig = serde_json::from_value(genesis).unwrap();
		genesis.build_storage().unwrap();
	}
	assert!(presets::get(&"no such preset".into()).is_none());
}

/// As a chain specification's patch is merged.
pub fn merge(into: &mut serde_json::Value, patch: serde_json::Value) {
	match (into, patch) {
		(serde_json::Value::Object(into), serde_json::Value::Object(patch)) => {
			for (key, value) in patch {
				merge(into.entry(key).or_insert(serde_json::Value::Null), value);
			}
		},
		(into, patch) => *into = patch,
	}
}
