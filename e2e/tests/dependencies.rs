//! Checks which of our crates may depend on which, as ARCHITECTURE.md says ("Who may use whom").
//! A crate that is not in the table fails, so a new crate needs a row here.

use serde_json::Value;
use std::{collections::BTreeSet, path::Path, process::Command};

/// The crates by folder, and the crates that each may use. `pallets/*` is every pallet but the ones
/// that have a row of their own.
const ALLOWED: &[(&str, &[&str])] = &[
	("primitives", &[]),
	("pallets/support", &["primitives"]),
	("pallets/*", &["primitives", "pallets/support"]),
	("runtime", &["primitives", "pallets/support", "pallets/*"]),
	("runtime/wasm-opt", &[]),
	("node", &["primitives", "runtime"]),
	("vault", &["primitives"]),
	("protocol", &["primitives", "vault"]),
	("speech", &["primitives"]),
	("fhir", &["primitives"]),
	("client", &["primitives", "vault", "protocol"]),
	("custodian", &["primitives", "vault", "protocol", "client"]),
	("agent", &["primitives", "vault", "protocol", "speech", "fhir"]),
	("wallet/build", &[]),
	("wallet/core", &["vault", "protocol", "speech", "agent"]),
	("wallet/dicom", &[]),
	("wallet/reader", &[]),
	("wallet/vectors", &["vault", "protocol", "speech", "agent"]),
	("cli", &["primitives", "vault", "protocol", "speech", "fhir", "agent", "client"]),
	(
		"e2e",
		&[
			"primitives",
			"vault",
			"protocol",
			"speech",
			"fhir",
			"agent",
			"client",
			"custodian",
			"cli",
		],
	),
];

/// What a crate's tests may use besides. The protocol's tests compare its answers with the runtime's. The
/// runtime's tests make whole studies, from FHIR data to reports.
const ALLOWED_IN_TESTS: &[(&str, &str)] =
	&[("protocol", "runtime"), ("runtime", "fhir"), ("runtime", "vault")];

/// The row of the table for a crate in this folder.
fn row(folder: &str) -> &str {
	let own = ALLOWED.iter().any(|(name, _)| *name == folder);
	if !own && folder.starts_with("pallets/") {
		"pallets/*"
	} else {
		folder
	}
}

/// The crates that a crate in this folder may use, or nothing if the table has no row for it.
fn allowed(folder: &str) -> Option<&'static [&'static str]> {
	ALLOWED.iter().find(|(name, _)| *name == row(folder)).map(|(_, allowed)| *allowed)
}

/// The edges between our crates, as pairs of folders.
fn edges(metadata: &Value) -> BTreeSet<(String, String)> {
	let root = Path::new(metadata["workspace_root"].as_str().expect("a root"));
	let relative = |path: &Path| {
		path.strip_prefix(root).expect("a folder of the workspace").display().to_string()
	};
	let mut edges = BTreeSet::new();
	for package in metadata["packages"].as_array().expect("packages") {
		let manifest = Path::new(package["manifest_path"].as_str().expect("a manifest"));
		let folder = relative(manifest.parent().expect("a folder"));
		for dependency in package["dependencies"].as_array().expect("dependencies") {
			// Only our own crates have a path.
			let Some(path) = dependency["path"].as_str() else { continue };
			let used = relative(Path::new(path));
			let in_tests = dependency["kind"] == "dev"
				&& ALLOWED_IN_TESTS.contains(&(folder.as_str(), used.as_str()));
			if !in_tests {
				edges.insert((folder.clone(), used));
			}
		}
	}
	edges
}

fn forbidden(edges: &BTreeSet<(String, String)>) -> Vec<String> {
	let is_forbidden = |from: &str, to: &str| {
		from != to && allowed(from).is_none_or(|allowed| !allowed.contains(&row(to)))
	};
	edges
		.iter()
		.filter(|(from, to)| is_forbidden(from, to))
		.map(|(from, to)| format!("{from} uses {to}"))
		.collect()
}

fn metadata() -> Value {
	let output = Command::new(env!("CARGO"))
		.args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
		.current_dir(env!("CARGO_MANIFEST_DIR"))
		.output()
		.expect("cargo runs");
	assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn crates_use_only_what_the_table_allows() {
	let metadata = metadata();
	let edges = edges(&metadata);
	assert!(!edges.is_empty());
	let forbidden = forbidden(&edges);
	assert!(forbidden.is_empty(), "not allowed by the table: {forbidden:#?}");
}

#[test]
fn each_crate_has_a_row() {
	let metadata = metadata();
	let root = Path::new(metadata["workspace_root"].as_str().expect("a root"));
	for package in metadata["packages"].as_array().expect("packages") {
		let manifest = Path::new(package["manifest_path"].as_str().expect("a manifest"));
		let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root).ok());
		let folder = folder.expect("a folder of the workspace").display().to_string();
		assert!(allowed(&folder).is_some(), "{folder} has no row in the table");
	}
}

/// Cargo compiles a crate that is not in the profile as slowly as a dependency, except what only builds.
#[test]
fn each_crate_is_in_the_profile() {
	let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
	let manifest = std::fs::read_to_string(manifest).expect("the workspace's manifest");
	let (_, profile) = manifest.split_once("[profile.release.package]\n").expect("a profile");
	for package in metadata()["packages"].as_array().expect("packages") {
		let name = package["name"].as_str().expect("a name");
		let is_listed = profile.lines().any(|line| line.starts_with(&format!("{name} = ")));
		assert!(is_listed || name == "wasm-opt", "{name} is not in [profile.release.package]");
	}
}

#[test]
fn forbidden_edges_are_found() {
	let edge = |from: &str, to: &str| BTreeSet::from([(from.to_string(), to.to_string())]);
	for (from, to) in [
		("cli", "runtime"),
		("custodian", "pallets/custody"),
		("pallets/consent", "pallets/records"),
		("pallets/support", "pallets/records"),
		("protocol", "client"),
		("primitives", "vault"),
		("unknown", "primitives"),
	] {
		assert_eq!(forbidden(&edge(from, to)).len(), 1, "{from} uses {to}");
	}
	for (from, to) in [
		("cli", "client"),
		("pallets/consent", "pallets/support"),
		("runtime", "pallets/consent"),
		// A crate may name itself, to turn on its features for tests.
		("vault", "vault"),
	] {
		assert!(forbidden(&edge(from, to)).is_empty(), "{from} uses {to}");
	}
}
