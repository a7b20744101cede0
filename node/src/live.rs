//! What a network that people use (chain type Live) does not let its nodes do: use keys whose secret
//! everybody has, or allow what is only for measuring. And which keys a validator misses.

use sc_cli::RunCmd;
use sc_service::{ChainSpec, ChainType, Configuration, KeystoreContainer, Role};
use sp_core::{
	crypto::{key_types, KeyTypeId},
	storage::{well_known_keys::CODE, Storage},
};
use sp_state_machine::BasicExternalities;
use std::path::Path;
use vouchsafe_runtime::founding;

/// Checks the configuration of a node before it starts.
pub fn check(command: &RunCmd, config: &Configuration) -> Result<(), String> {
	let keystore = KeystoreContainer::new(&config.keystore).map_err(|error| error.to_string())?;
	let keystore = keystore.keystore();
	let blocks = keystore.sr25519_public_keys(key_types::AURA);
	let finality = keystore.ed25519_public_keys(key_types::GRANDPA);
	if is_live(config.chain_spec.as_ref()) {
		check_options(command)?;
		if !config.chain_spec.code_substitutes().is_empty() {
			return Err(
				"the chain specification replaces the runtime of later blocks (codeSubstitutes), and this network \
				 is of type Live: get the specification that the members have compared"
					.into(),
			);
		}
		check_state(&config.chain_spec.as_storage_builder().build_storage()?)?;
		let keys = blocks.iter().map(|key| key.0).chain(finality.iter().map(|key| key.0));
		for key in keys {
			if let Some(name) = founding::development_key(&key) {
				return Err(format!(
					"the keystore has the development key {name}, whose secret everybody has: remove it, and \
					 generate keys with `vouchsafe-node found card`"
				));
			}
		}
	}
	// With a development key, the node puts its session keys into the keystore later.
	let has_own = command.get_keyring().is_none() && !command.shared_params.is_dev();
	if let (Role::Authority, true, Some(path)) = (config.role, has_own, config.keystore.path()) {
		let keys =
			[(key_types::AURA, blocks.is_empty()), (key_types::GRANDPA, finality.is_empty())];
		let missing = keys.into_iter().filter_map(|(key, missing)| missing.then_some(key));
		let missing: Vec<_> = missing.collect();
		if !missing.is_empty() {
			tracing::warn!("{}", missing_session_keys(path, &missing));
		}
	}
	Ok(())
}

/// Whether people use this network.
pub fn is_live(spec: &dyn ChainSpec) -> bool {
	spec.chain_type() == ChainType::Live
}

/// Checks that no option names a development key.
fn check_options(command: &RunCmd) -> Result<(), String> {
	let option = match command.get_keyring() {
		Some(key) => format!("--{}", key.to_string().to_lowercase()),
		None if command.shared_params.is_dev() => "--dev".into(),
		None => return Ok(()),
	};
	Err(format!(
		"{option} is only for development: everybody has its keys, and this network is of type Live. \
		 A validator starts with --validator and keys of its own"
	))
}

/// Checks the state of the genesis block.
fn check_state(state: &Storage) -> Result<(), String> {
	let keys = founding::public_keys();
	// The runtime itself has these keys, for the networks for development.
	let entries = state.top.iter().filter(|(key, _)| key.as_slice() != CODE);
	for bytes in entries.flat_map(|(key, value)| [key, value]) {
		let mut windows = bytes.windows(32);
		let name = windows.find_map(|part| keys.iter().find(|(key, _)| key == part));
		if let Some((_, name)) = name {
			return Err(format!(
				"the genesis block has the development key {name}, whose secret everybody has, and this \
				 network is of type Live: make the chain specification with `vouchsafe-node found assemble`"
			));
		}
	}
	if BasicExternalities::new(state.clone()).execute_with(founding::is_for_measuring) {
		return Err(
			"the genesis block allows transfers for measurements, and this network is of type \
		            Live: make the chain specification with `vouchsafe-node found assemble`"
				.into(),
		);
	}
	Ok(())
}

/// What a validator hears that has no session keys. It runs: its institution may be about to set them.
fn missing_session_keys(keystore: &Path, missing: &[KeyTypeId]) -> String {
	let words: Vec<_> = missing
		.iter()
		.map(|key| match *key {
			key_types::AURA => "the key for blocks (aura)",
			_ => "the key for finality (gran)",
		})
		.collect();
	format!(
		"This validator makes no blocks: {} in {}. If `vouchsafe-node found card` has generated them, name \
		 their folder with --keystore-path. A validator that joins a running network generates them with \
		 `vouchsafe validator rotate`",
		match words.len() {
			1 => format!("{} is missing", words.concat()),
			_ => format!("{} are missing", words.join(" and ")),
		},
		keystore.display()
	)
}

/// What a validator hears that has no node key.
pub fn missing_node_key(file: &Path) -> String {
	let file = file.display();
	format!(
		"the node key {file} is missing, and a validator does not generate one, because the other nodes know \
		 the node by it. If `vouchsafe-node found card` has generated it, name its file with \
		 --node-key-file. Otherwise run `vouchsafe-node key generate-node-key --file {file}`"
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;
	use sp_core::{sr25519, Pair};
	use vouchsafe_runtime::development;

	fn options(arguments: &[&str]) -> Result<(), String> {
		check_options(&RunCmd::parse_from([&["vouchsafe-node"], arguments].concat()))
	}

	fn state(key: &[u8], value: &[u8]) -> Storage {
		Storage { top: [(key.to_vec(), value.to_vec())].into(), ..Default::default() }
	}

	#[test]
	fn options_with_development_keys_are_refused() {
		assert_eq!(options(&["--validator"]), Ok(()));
		for option in [
			"--alice",
			"--bob",
			"--charlie",
			"--dave",
			"--eve",
			"--ferdie",
			"--one",
			"--two",
			"--dev",
		] {
			let error = options(&[option]).unwrap_err();
			assert!(error.starts_with(&format!("{option} is only for development")), "{error}");
		}
	}

	#[test]
	fn development_keys_are_found_anywhere_in_the_state() {
		let hospital = development::HOSPITAL_A;
		let alice = sr25519::Pair::from_string("//Alice", None).unwrap().public().0;
		for (key, name) in [
			(hospital.account, "//HospitalA"),
			(hospital.encryption_key, "//HospitalA"),
			(alice, "//Alice"),
		] {
			let inside = [&[1, 2, 3][..], &key, &[4]].concat();
			for state in [state(&inside, &[]), state(&[], &inside)] {
				let error = check_state(&state).unwrap_err();
				assert!(error.contains(&format!("the development key {name},")), "{error}");
			}
			assert_eq!(check_state(&state(CODE, &inside)), Ok(()));
		}
		assert_eq!(check_state(&state(&[7; 40], &[7; 40])), Ok(()));
	}

	#[test]
	fn measuring_is_refused() {
		let mut externalities = BasicExternalities::new_empty();
		externalities.execute_with(|| {
			vouchsafe_runtime::measuring::Enabled::<vouchsafe_runtime::Runtime>::put(true);
		});
		let error = check_state(&externalities.into_storages()).unwrap_err();
		assert!(error.contains("allows transfers for measurements"), "{error}");
	}

	#[test]
	fn missing_keys_are_named_with_the_command_that_generates_them() {
		let both = missing_session_keys(Path::new("/k"), &[key_types::AURA, key_types::GRANDPA]);
		assert!(
			both.contains(
				"the key for blocks (aura) and the key for finality (gran) are missing in /k"
			),
			"{both}"
		);
		let one = missing_session_keys(Path::new("/k"), &[key_types::GRANDPA]);
		assert!(one.contains("no blocks: the key for finality (gran) is missing in /k"), "{one}");
		let node = missing_node_key(Path::new("/n"));
		assert!(node.contains("`vouchsafe-node key generate-node-key --file /n`"), "{node}");
	}
}
