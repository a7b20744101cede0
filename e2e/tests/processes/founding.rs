//! What founding a network from cards refuses, by the real programs. `make found` founds one that works.

use crate::suite::Suite;
use serde_json::{json, Value};
use sp_crypto_hashing::twox_128;
use std::{
	ffi::OsString,
	fs,
	path::{Path, PathBuf},
};
use vouchsafe_e2e::{
	founding::{fails, refuses_to_start, Founding, Member},
	network::{export_spec, insert_entry},
};

static SUITE: Suite = Suite::new("founding", 1);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_signed_is_refused() {
	let _turn = SUITE.turn().await;
	let founding = Founding::prepare().await.unwrap();
	founding.members[0].assemble(&founding.cards()).unwrap();
	changed_cards(&founding);
	changed_specifications(&founding.members[0]);
	live_nodes(&founding).await;
}

/// The arguments that put cards together.
fn assembling(cards: &[PathBuf], out: &Path) -> Vec<OsString> {
	let mut command: Vec<OsString> = vec!["found".into(), "assemble".into()];
	command.extend(cards.iter().map(OsString::from));
	command.extend(["--name".into(), "Other".into(), "--out".into(), out.into()]);
	command
}

fn changed_cards(founding: &Founding) {
	let out = founding.members[0].folder.join("other.json");
	let cards = founding.cards();
	let refused = |cards: &[PathBuf], expected: &str| {
		let said = fails(&assembling(cards, &out)).unwrap();
		assert!(said.contains(expected), "{expected}: {said}");
		assert!(!out.exists());
	};
	refused(&cards[..3], "3 validators: a network needs at least 4");
	let unsigned = [&[founding.members[0].card()][..], &cards[1..]].concat();
	refused(&unsigned, "the card of Hospital A: it is not signed");
	let twice = [&cards[..], &cards[..1]].concat();
	refused(&twice, "the same institution account");

	// A byte in each line of the card.
	let text = fs::read_to_string(&cards[0]).unwrap();
	let changed = founding.members[0].folder.join("changed.json");
	let mut lines = 0;
	for (number, line) in text.lines().enumerate() {
		let Some(place) = line.rfind(|c: char| c.is_ascii_alphanumeric()) else { continue };
		let mut other: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
		let replacement = if line[place..].starts_with('1') { "2" } else { "1" };
		other[number].replace_range(place..=place, replacement);
		fs::write(&changed, other.join("\n")).unwrap();
		let with_change = [std::slice::from_ref(&changed), &cards[1..]].concat();
		fails(&assembling(&with_change, &out))
			.unwrap_or_else(|error| panic!("{}: {error}", other[number]));
		lines += 1;
	}
	assert!(lines > 15, "{lines} lines were changed");
	assert!(!out.exists());
}

fn changed_specifications(member: &Member) {
	let text = fs::read_to_string(member.spec()).unwrap();
	let signed: Value = serde_json::from_slice(&fs::read(member.signed_card()).unwrap()).unwrap();
	let hex = |pointer: &str| {
		signed.pointer(pointer).unwrap().as_str().unwrap().trim_start_matches("0x").to_owned()
	};
	let changed = member.folder.join("changed-spec.json");
	let refused = |from: &str, to: &str, expected: &str| {
		assert!(text.contains(from), "{from} is not in the specification");
		fs::write(&changed, text.replace(from, to)).unwrap();
		let command: [OsString; 5] = [
			"found".into(),
			"check".into(),
			changed.clone().into(),
			"--card".into(),
			member.signed_card().into(),
		];
		let said = fails(&command).unwrap();
		assert!(said.contains(expected), "{expected}: {said}");
	};
	let other = "77".repeat(32);
	refused(
		&hex("/card/encryption_key"),
		&other,
		"Hospital A signed another value of \"encryption key\"",
	);
	refused(&hex("/card/validator/aura"), &other, "another value of \"key for blocks\"");
	refused(&hex("/card/validator/grandpa"), &other, "another value of \"key for finality\"");
	refused(&hex("/card/custodian/encryption_key"), &other, "another value of \"custodian's key\"");
	refused(&hex::encode("Hospital A"), &hex::encode("Hospital X"), "another value of \"name\"");
	refused("/ip4/127.0.0.1", "/ip4/127.0.0.2", "another value of \"boot node\"");
	let (listed, moved) = (hex::encode("/ip4/127.0.0.1"), hex::encode("/ip4/127.0.0.2"));
	refused(&listed, &moved, "another value of \"addresses\"");
	refused("\"chainType\": \"Live\"", "\"chainType\": \"Local\"", "is not of type Live");
	// The first bytes of the compressed runtime.
	refused("0x52bc537646db8e0528b52ffd", "0x52bc537646db8e0528b52ffe", "another runtime");
}

/// What a node of a live network refuses, and what it says to a validator without keys.
async fn live_nodes(founding: &Founding) {
	let member = &founding.members[0];
	let log = member.folder.join("refused.log");
	let refused = async |arguments: Vec<OsString>, expected: &str| {
		let _ = fs::remove_file(&log);
		let said = refuses_to_start(&arguments, &log).await.unwrap();
		assert!(said.contains(expected), "{expected}: {said}");
	};
	let with = |more: &[&str]| {
		let mut arguments = member.node_arguments();
		arguments.extend(more.iter().map(OsString::from));
		arguments
	};
	refused(with(&["--alice"]), "--alice is only for development").await;

	let without_keys = |spec: PathBuf| {
		let mut arguments: Vec<OsString> =
			vec!["--chain".into(), spec.into(), "--validator".into()];
		arguments.extend(["--base-path".into(), member.folder.join("empty").into()]);
		arguments.extend(member.local_arguments());
		arguments
	};
	refused(without_keys(member.spec()), "key generate-node-key --file").await;

	let started_with = |spec: &Value| {
		let file = member.folder.join("live.json");
		fs::write(&file, spec.to_string()).unwrap();
		let mut arguments = without_keys(file);
		arguments.extend(["--node-key-file".into(), member.node.base.join("node-key").into()]);
		arguments
	};
	let mut preset = export_spec("local", &[]).unwrap();
	preset["chainType"] = json!("Live");
	refused(started_with(&preset), "the genesis block has the development key //").await;

	let mut measuring: Value = serde_json::from_slice(&fs::read(member.spec()).unwrap()).unwrap();
	let state = measuring.pointer_mut("/genesis/raw/top").and_then(Value::as_object_mut).unwrap();
	let enabled = [twox_128(b"Measuring"), twox_128(b"Enabled")].concat();
	insert_entry(state, &enabled, &[1]);
	refused(started_with(&measuring), "allows transfers for measurements").await;
}
