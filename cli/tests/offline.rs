//! The command itself, as people start it, as far as it needs no chain: keys, names, splitting a
//! bundle, help, exit codes.

use serde_json::Value;
use std::{
	fs,
	io::Write,
	path::Path,
	process::{Command, Output, Stdio},
};

/// Runs the command with a home of its own, and gives it `stdin`.
fn run(home: &Path, arguments: &[&str], stdin: &str) -> Output {
	let mut child = Command::new(env!("CARGO_BIN_EXE_vouchsafe"))
		.args(["--home", home.to_str().unwrap(), "--node", "ws://127.0.0.1:1"])
		.args(arguments)
		.env_remove("VOUCHSAFE_PASSPHRASE_FILE")
		.env_remove("VOUCHSAFE_KEY")
		.stdin(Stdio::piped())
		.stdout(Stdio::piped())
		.stderr(Stdio::piped())
		.spawn()
		.unwrap();
	// The command may end without reading.
	let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
	child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
	String::from_utf8(bytes.to_vec()).unwrap()
}

fn json(output: &Output) -> Value {
	assert!(output.status.success(), "{}", text(&output.stderr));
	serde_json::from_slice(&output.stdout).unwrap()
}

fn example(name: &str) -> String {
	format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_key_is_made_and_its_words_are_shown_once() {
	let home = tempfile::tempdir().unwrap();
	let made =
		run(home.path(), &["key", "generate", "eva", "--passphrase-stdin"], "correct horse\n");
	assert!(made.status.success(), "{}", text(&made.stderr));
	let said = text(&made.stdout);
	let words = said
		.lines()
		.map(str::trim)
		.find(|line| {
			line.split(' ').count() == 12
				&& line.chars().all(|c| c.is_ascii_lowercase() || c == ' ')
		})
		.unwrap()
		.to_owned();
	let shown = text(&run(home.path(), &["key", "show"], "").stdout);
	assert!(shown.contains("eva") && !shown.contains(&words));

	// The words give the same account back.
	let file = home.path().join("words");
	fs::write(&file, format!("{words}\n")).unwrap();
	let arguments = [
		"key",
		"import",
		"again",
		"--words-file",
		file.to_str().unwrap(),
		"--passphrase-stdin",
		"--json",
	];
	let again = json(&run(home.path(), &arguments, "correct horse\n"));
	assert!(shown.contains(again["account"].as_str().unwrap()));
}

#[test]
fn without_a_terminal_the_passphrase_is_not_waited_for() {
	let home = tempfile::tempdir().unwrap();
	let output = run(home.path(), &["key", "generate", "eva"], "");
	assert_eq!(output.status.code(), Some(1));
	assert!(text(&output.stderr).contains("--passphrase-file"));
	assert!(!home.path().join("keys").exists());
}

#[test]
fn there_is_no_argument_for_a_passphrase() {
	let home = tempfile::tempdir().unwrap();
	let output = run(home.path(), &["key", "generate", "eva", "--passphrase", "secret"], "");
	assert_eq!(output.status.code(), Some(2));
}

#[test]
fn names_are_kept() {
	let home = tempfile::tempdir().unwrap();
	let address = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
	assert!(run(home.path(), &["name", "add", "Eva", address], "").status.success());
	let listed = fs::read_to_string(home.path().join("names.toml")).unwrap();
	assert!(listed.contains("Eva") && listed.contains(address));
	let wrong = run(home.path(), &["name", "add", "Eva", "nobody"], "");
	assert_eq!(wrong.status.code(), Some(1));
}

#[test]
fn a_bundle_is_split_without_chain_or_key() {
	let home = tempfile::tempdir().unwrap();
	let bundle = example("bundle.json");
	let said = text(&run(home.path(), &["record", "import", &bundle, "--dry-run"], "").stdout);
	assert!(said.contains("16 resources in 9 records."), "{said}");
	assert!(said.lines().next().unwrap().starts_with("RECORDS"), "{said}");
	let split = json(&run(home.path(), &["record", "import", &bundle, "--dry-run", "--json"], ""));
	assert_eq!(split["resources"], 16);
	let records = split["records"].as_array().unwrap();
	assert_eq!(records.len(), 9);
	let summary = records.iter().find(|record| record["category"] == "summary").unwrap();
	assert_eq!(summary["labels"][0], "psychiatry");
	assert_eq!(summary["confidentiality"], "restricted");
	let arguments = ["record", "import", &bundle, "--dry-run", "--json", "--unit", "document"];
	let whole = json(&run(home.path(), &arguments, ""));
	assert_eq!(whole["records"].as_array().unwrap().len(), 1);
}

#[test]
fn any_other_file_is_one_record_and_asks_for_its_month() {
	let home = tempfile::tempdir().unwrap();
	let letter = example("letter.txt");
	let said = text(&run(home.path(), &["record", "import", &letter, "--dry-run"], "").stdout);
	assert!(said.contains("no date") && said.contains("--month"), "{said}");
	let arguments = ["record", "import", &letter, "--dry-run", "--json", "--month", "2025"];
	let split = json(&run(home.path(), &arguments, ""));
	assert_eq!(split["records"][0]["months"], serde_json::json!([1500, 1511]));
}

#[test]
fn what_cannot_be_imported_is_said_once_and_with_what_to_do() {
	let home = tempfile::tempdir().unwrap();
	let file = home.path().join("bundle.json");
	let name = file.to_str().unwrap();
	for (content, said) in [
		(&b"\x1f\x8b\x08"[..], "gunzip"),
		(b"<Bundle xmlns=\"http://hl7.org/fhir\"/>", "_format=json"),
		(b"{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Patient\"}", "NDJSON"),
		(b"{\"resourceType\":\"Bundle\",\n\"entry\":[{]}", "entry 1, line 2"),
		(
			b"{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":9,\"entry\":[\
			{\"resource\":{\"resourceType\":\"Patient\"}}]}",
			"--incomplete",
		),
	] {
		fs::write(&file, content).unwrap();
		let output = run(home.path(), &["record", "import", name, "--dry-run", "--json"], "");
		assert_eq!(output.status.code(), Some(1));
		let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
		let error = answer["error"].as_str().unwrap();
		assert_eq!(error.matches(said).count(), 1, "{error}");
	}
}

#[test]
fn a_node_that_is_away_is_said_with_its_address() {
	let home = tempfile::tempdir().unwrap();
	let output = run(home.path(), &["status"], "");
	assert_eq!(output.status.code(), Some(1));
	let said = text(&output.stderr);
	assert!(said.contains("ws://127.0.0.1:1") && said.contains("--node"), "{said}");
}

#[test]
fn every_command_has_help() {
	let home = tempfile::tempdir().unwrap();
	for words in [
		"key generate",
		"key import",
		"key show",
		"name add",
		"enrol sign",
		"enrol submit",
		"council admit",
		"council upgrade",
		"record add",
		"record import",
		"record open",
		"record verify",
		"consent grant",
		"consent explain",
		"request submit",
		"request approve",
		"audit show",
		"audit verify",
		"status",
	] {
		let mut arguments: Vec<&str> = words.split(' ').collect();
		arguments.push("--help");
		let help = text(&run(home.path(), &arguments, "").stdout);
		assert!(help.contains("Example"), "{words}: {help}");
	}
}
