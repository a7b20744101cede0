//! Chain specifications: the networks that the node knows by name, and those that it reads from
//! files.
//!
//! The folder `chain-specs/` has the development networks as files. They do not include the
//! runtime (`"code": "0x"`), because it is a megabyte that differs between compilers; the node
//! inserts its own. A test compares the files with what the node generates. For a network that
//! people use, each member makes the specification from the members' cards ([`crate::found`]).

use sc_service::{ChainType, Properties};
use serde_json::{json, Value};
use sp_core::{sr25519, Pair};
use vouchsafe_runtime::{development, genesis_config_presets as presets, AccountId, WASM_BINARY};

/// A chain specification.
pub type ChainSpec = sc_service::GenericChainSpec;

/// The runtime's place in a plain specification.
const CODE: &str = "/genesis/runtimeGenesis/code";
/// Patients of the network `bench`. Their keys are `//Bench//0`, `//Bench//1` and so on.
const BENCH_PATIENTS: u32 = 1_000;

/// Loads the network with this name, or from the file with this path.
pub fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"dev" | "development" => from_json(development()?, &code()?),
		"" | "local" => from_json(local()?, &code()?),
		"care" => from_json(care()?, &code()?),
		"bench" => from_json(bench()?, &code()?),
		path => from_file(path),
	}
}

/// The runtime that the node was built with.
pub fn runtime() -> Result<&'static [u8], String> {
	WASM_BINARY.ok_or("this node was built without a runtime (SKIP_WASM_BUILD was set)".into())
}

/// The same in hex.
fn code() -> Result<String, String> {
	Ok(format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&runtime()?)))
}

fn from_file(path: &str) -> Result<ChainSpec, String> {
	let text = std::fs::read_to_string(path)
		.map_err(|error| format!("cannot read the chain specification {path}: {error}"))?;
	let spec: Value = serde_json::from_str(&text)
		.map_err(|error| format!("the chain specification {path} is not valid JSON: {error}"))?;
	if spec.pointer(CODE) == Some(&json!("0x")) {
		return from_json(spec, &code()?);
	}
	ChainSpec::from_json_bytes(text.into_bytes())
}

/// Inserts the runtime into a plain specification.
fn from_json(mut spec: Value, code: &str) -> Result<ChainSpec, String> {
	if let Some(place) = spec.pointer_mut(CODE) {
		*place = code.into();
	}
	ChainSpec::from_json_bytes(spec.to_string().into_bytes())
}

/// A network of one validator.
fn development() -> Result<Value, String> {
	plain("Vouchsafe Development", "vouchsafe_development", ChainType::Development, {
		preset(presets::DEVELOPMENT)?
	})
}

/// A network of three hospitals and a health authority.
fn local() -> Result<Value, String> {
	plain("Vouchsafe Local", "vouchsafe_local", ChainType::Local, preset(presets::LOCAL)?)
}

/// The same network with short times: what takes days elsewhere can be tried out in it.
fn care() -> Result<Value, String> {
	plain("Vouchsafe Care", "vouchsafe_care", ChainType::Local, preset(presets::CARE)?)
}

/// The same network for `make bench`, with many patients. It allows balance transfers, to compare
/// consents with them.
fn bench() -> Result<Value, String> {
	let mut genesis = preset(presets::LOCAL)?;
	genesis["measuring"] = json!({ "enabled": true });
	let people = genesis
		.pointer_mut("/enrolment/people")
		.and_then(Value::as_array_mut)
		.ok_or("the preset has no people")?;
	for number in 0..BENCH_PATIENTS {
		let pair = sr25519::Pair::from_string(&format!("//Bench//{number}"), None)
			.map_err(|error| format!("//Bench//{number}: {error}"))?;
		let mut patient = people.last().cloned().ok_or("the preset has no people")?;
		patient["account"] = json!(AccountId::from(pair.public()));
		patient["kind"] = json!("patient");
		// Each institution has its share of the chain.
		let institution = match number % 4 {
			0 => development::HOSPITAL_A,
			1 => development::HOSPITAL_B,
			2 => development::HOSPITAL_C,
			_ => development::AUTHORITY,
		};
		patient["enrolledBy"] = json!(institution.account());
		people.push(patient);
	}
	plain("Vouchsafe Bench", "vouchsafe_bench", ChainType::Local, genesis)
}

fn preset(name: &str) -> Result<Value, String> {
	presets::preset(name).ok_or_else(|| format!("the runtime has no preset {name}"))
}

/// What wallets read of every network: addresses begin with 5, and there is no token.
pub fn properties() -> Properties {
	let properties = json!({ "ss58Format": 42, "tokenDecimals": 0, "tokenSymbol": "" });
	properties.as_object().cloned().unwrap_or_default()
}

/// A plain specification without the runtime.
fn plain(name: &str, id: &str, chain_type: ChainType, genesis: Value) -> Result<Value, String> {
	let spec = ChainSpec::builder(&[], None)
		.with_name(name)
		.with_id(id)
		.with_chain_type(chain_type)
		.with_properties(properties())
		.with_genesis_config_patch(genesis)
		.build();
	serde_json::from_str(&spec.as_json(false)?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::path::Path;

	/// Compares a file of `chain-specs/` with what the node generates, or writes it (`UPDATE=1`).
	fn compare(file: &str, spec: Value) {
		let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../chain-specs").join(file);
		let text = serde_json::to_string_pretty(&spec).unwrap() + "\n";
		if std::env::var_os("UPDATE").is_some() {
			std::fs::write(&path, &text).unwrap();
		}
		let kept = std::fs::read_to_string(&path).unwrap_or_default();
		assert!(kept == text, "{file} is out of date: run this test with UPDATE=1");
	}

	#[test]
	fn chain_specs_are_those_of_the_node() {
		compare("development.json", development().unwrap());
		compare("local.json", local().unwrap());
		compare("care.json", care().unwrap());
	}

	#[test]
	fn a_missing_runtime_is_inserted() {
		let spec = from_json(local().unwrap(), "0x010203").unwrap();
		let json: Value = serde_json::from_str(&spec.as_json(false).unwrap()).unwrap();
		assert_eq!(json.pointer(CODE), Some(&json!("0x010203")));
	}

	#[test]
	fn bench_has_its_patients_and_allows_transfers() {
		let spec = bench().unwrap();
		let genesis = spec.pointer("/genesis/runtimeGenesis/patch").unwrap();
		assert_eq!(genesis["measuring"]["enabled"], json!(true));
		let people = genesis["enrolment"]["people"].as_array().unwrap();
		assert!(people.len() > BENCH_PATIENTS as usize);
		let local = local().unwrap();
		assert!(local.pointer("/genesis/runtimeGenesis/patch/measuring").is_none());
	}
}
