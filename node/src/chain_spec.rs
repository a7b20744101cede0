//! The networks that the node knows by name, and those that it reads from files.
//!
//! `chain-specs/` holds the two development networks as files. Their runtime is left out (`"0x"`):
//! it is a megabyte that differs between compilers, and the node fills in its own. A test compares
//! them with what the node makes. A network that people use is exported with its runtime, raw, and
//! given to its members as a file.

use sc_service::ChainType;
use serde_json::{json, Value};
use sp_core::{sr25519, Pair};
use vouchsafe_runtime::{development, genesis_config_presets as presets, AccountId, WASM_BINARY};

/// A chain specification.
pub type ChainSpec = sc_service::GenericChainSpec;

/// Where a plain specification keeps the runtime.
const CODE: &str = "/genesis/runtimeGenesis/code";
/// Patients of the network for measuring, with the keys `//Bench//0` and so on.
const BENCH_PATIENTS: u32 = 500;

/// The network of this name, or of this file.
pub fn load(id: &str) -> Result<ChainSpec, String> {
	match id {
		"dev" | "development" => from_json(development()?, &code()?),
		"" | "local" => from_json(local()?, &code()?),
		"bench" => from_json(bench()?, &code()?),
		path => from_file(path),
	}
}

/// The runtime that the node was built with.
fn code() -> Result<String, String> {
	let code = WASM_BINARY.ok_or("this node was built without its runtime (SKIP_WASM_BUILD)")?;
	Ok(format!("{:?}", sp_core::hexdisplay::HexDisplay::from(&code)))
}

fn from_file(path: &str) -> Result<ChainSpec, String> {
	let text = std::fs::read_to_string(path)
		.map_err(|error| format!("the chain specification {path} can't be read: {error}"))?;
	let spec: Value = serde_json::from_str(&text)
		.map_err(|error| format!("the chain specification {path} is no JSON: {error}"))?;
	if spec.pointer(CODE) == Some(&json!("0x")) {
		return from_json(spec, &code()?);
	}
	ChainSpec::from_json_bytes(text.into_bytes())
}

/// Fills the runtime into a plain specification.
fn from_json(mut spec: Value, code: &str) -> Result<ChainSpec, String> {
	if let Some(place) = spec.pointer_mut(CODE) {
		*place = code.into();
	}
	ChainSpec::from_json_bytes(spec.to_string().into_bytes())
}

/// One validator.
fn development() -> Result<Value, String> {
	plain("Vouchsafe Development", "vouchsafe_development", ChainType::Development, {
		preset(presets::DEVELOPMENT)?
	})
}

/// Three hospitals and a health authority.
fn local() -> Result<Value, String> {
	plain("Vouchsafe Local", "vouchsafe_local", ChainType::Local, preset(presets::LOCAL)?)
}

/// The same, with many patients and with balance transfers allowed, to measure them against
/// consents.
fn bench() -> Result<Value, String> {
	let mut genesis = preset(presets::LOCAL)?;
	genesis["measuring"] = json!({ "enabled": true });
	let people = genesis
		.pointer_mut("/enrolment/people")
		.and_then(Value::as_array_mut)
		.ok_or("the preset names no people")?;
	for number in 0..BENCH_PATIENTS {
		let pair = sr25519::Pair::from_string(&format!("//Bench//{number}"), None)
			.map_err(|error| format!("//Bench//{number}: {error}"))?;
		let mut patient = people.last().cloned().ok_or("the preset names no people")?;
		patient["account"] = json!(AccountId::from(pair.public()));
		patient["kind"] = json!("patient");
		patient["enrolledBy"] = json!(development::HOSPITAL_A.account());
		people.push(patient);
	}
	plain("Vouchsafe Bench", "vouchsafe_bench", ChainType::Local, genesis)
}

fn preset(name: &str) -> Result<Value, String> {
	presets::preset(name).ok_or_else(|| format!("the runtime has no preset {name}"))
}

/// A plain specification without its runtime.
fn plain(name: &str, id: &str, chain_type: ChainType, genesis: Value) -> Result<Value, String> {
	let properties = json!({ "ss58Format": 42, "tokenDecimals": 0, "tokenSymbol": "" });
	let spec = ChainSpec::builder(&[], None)
		.with_name(name)
		.with_id(id)
		.with_chain_type(chain_type)
		.with_properties(properties.as_object().cloned().unwrap_or_default())
		.with_genesis_config_patch(genesis)
		.build();
	serde_json::from_str(&spec.as_json(false)?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::path::Path;

	/// Compares a file of `chain-specs/` with what the node makes, or writes it (`UPDATE=1`).
	fn compare(file: &str, spec: Value) {
		let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../chain-specs").join(file);
		let text = serde_json::to_string_pretty(&spec).unwrap() + "\n";
		if std::env::var_os("UPDATE").is_some() {
			std::fs::write(&path, &text).unwrap();
		}
		let kept = std::fs::read_to_string(&path).unwrap_or_default();
		assert!(kept == text, "{file} is not what the node makes: run this test with UPDATE=1");
	}

	#[test]
	fn chain_specs_are_those_of_the_node() {
		compare("development.json", development().unwrap());
		compare("local.json", local().unwrap());
	}

	#[test]
	fn code_is_filled_in_where_it_is_left_out() {
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
