//! Tests of the command that need no chain: keys, names, splitting a bundle, exit codes, and what
//! happens if an answer cannot be written.

use serde_json::Value;
use std::{
	fs::{self, File},
	io::Write,
	os::unix::fs::PermissionsExt,
	path::Path,
	process::{Command, Output, Stdio},
};

fn command(home: &Path, arguments: &[&str]) -> Command {
	let mut command = Command::new(env!("CARGO_BIN_EXE_vouchsafe"));
	command
		.args(["--home", home.to_str().unwrap(), "--node", "ws://127.0.0.1:1"])
		.args(arguments)
		.env_remove("VOUCHSAFE_PASSPHRASE_FILE")
		.env_remove("VOUCHSAFE_KEY");
	command
}

/// Runs the command with a home of its own, and gives it `stdin`.
fn run(home: &Path, arguments: &[&str], stdin: &str) -> Output {
	let mut child = command(home, arguments)
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
fn a_key_is_made_and_its_words_are_shown() {
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
	let arguments = ["key", "show", "eva", "--words", "--passphrase-stdin"];
	let again = text(&run(home.path(), &arguments, "correct horse\n").stdout);
	assert!(again.contains(&words));
	assert_eq!(run(home.path(), &arguments, "wrong horse\n").status.code(), Some(1));

	// The words restore the same account and encryption key.
	let file = home.path().join("words");
	fs::write(&file, format!("{words}\n")).unwrap();
	fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
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
	for field in ["account", "encryption_key"] {
		assert!(shown.contains(again[field].as_str().unwrap()), "{field}");
	}
	let converted = text(&run(home.path(), &["key", "convert", "eva"], "").stdout);
	assert!(converted.contains("of version 2 already"), "{converted}");
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
fn names_that_are_added_at_once_are_all_kept() {
	let home = tempfile::tempdir().unwrap();
	let children: Vec<_> = (0..12)
		.map(|number| {
			let (name, account) = (format!("Doctor {number}"), format!("0x{number:064x}"));
			let arguments = ["name", "add", &name, &account];
			command(home.path(), &arguments).stdout(Stdio::null()).spawn().unwrap()
		})
		.collect();
	for mut child in children {
		assert!(child.wait().unwrap().success());
	}
	let book = fs::read_to_string(home.path().join("names.toml")).unwrap();
	assert_eq!(book.matches("Doctor").count(), 12, "{book}");
}

#[test]
fn an_answer_that_cannot_be_written_is_an_error() {
	let home = tempfile::tempdir().unwrap();
	let bundle = example("bundle.json");
	let passphrase = home.path().join("passphrase");
	fs::write(&passphrase, "correct horse\n").unwrap();
	fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).unwrap();
	let passphrase = passphrase.to_str().unwrap();
	let full = || File::options().write(true).open("/dev/full").unwrap();
	for arguments in [
		&["key", "generate", "eva", "--passphrase-file", passphrase][..],
		&["--json", "key", "generate", "ada", "--passphrase-file", passphrase],
		&["key", "show"],
		&["record", "import", &bundle, "--dry-run"],
		&["record", "import", &bundle, "--dry-run", "--json"],
		&["record", "import", "nosuch.json", "--dry-run", "--json"],
		&["--help"],
		&["record", "add", "--help"],
		&["--version"],
	] {
		let output = command(home.path(), arguments).stdout(full()).output().unwrap();
		assert_eq!(output.status.code(), Some(1), "{arguments:?}");
		let said = text(&output.stderr);
		assert!(said.contains("could not be written"), "{arguments:?}: {said}");
		assert!(!said.contains("panicked"), "{arguments:?}: {said}");
		let nothing =
			command(home.path(), arguments).stdout(full()).stderr(full()).status().unwrap();
		assert_eq!(nothing.code(), Some(1), "{arguments:?}");
	}
	// The words were lost, and are shown again.
	for key in ["eva", "ada"] {
		let arguments = ["key", "show", key, "--words", "--passphrase-file", passphrase, "--json"];
		let words = json(&run(home.path(), &arguments, ""))["words"].as_str().unwrap().to_owned();
		assert_eq!(words.split(' ').count(), 12);
	}
}

#[test]
fn secrets_are_not_read_from_files_that_others_can_read() {
	let home = tempfile::tempdir().unwrap();
	let file = home.path().join("secret");
	fs::write(&file, "correct horse\n").unwrap();
	fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
	let path = file.to_str().unwrap();
	for arguments in [
		&["key", "generate", "eva", "--passphrase-file", path][..],
		&["key", "import", "eva", "--words-file", path],
	] {
		let output = run(home.path(), arguments, "");
		assert_eq!(output.status.code(), Some(1), "{arguments:?}");
		let said = text(&output.stderr);
		assert!(said.contains(&format!("run `chmod 600 {path}`")), "{said}");
		assert!(!home.path().join("keys").exists(), "nothing is written");
	}
}

/// A file's name, and what a command says of it, do not steer the terminal.
#[test]
fn foreign_text_does_not_reach_the_terminal() {
	let home = tempfile::tempdir().unwrap();
	let evil = "no\u{1b}[2J\u{9b}31m\u{202e}\u{200b}\nsuch.json";
	for arguments in [
		&["record", "import", evil, "--dry-run"][..],
		&["record", "import", evil, "--dry-run", "--json"],
		&["record", "add", evil, "--patient", evil],
		&["-v", "record", "add", evil],
		&[evil],
	] {
		let output = run(home.path(), arguments, "");
		assert!(!output.status.success(), "{arguments:?}");
		for bytes in [&output.stdout, &output.stderr] {
			let said = text(bytes);
			let harmful = ['\u{1b}', '\u{9b}', '\u{202e}', '\u{200b}'];
			assert!(!said.contains(harmful), "{arguments:?}: {said:?}");
		}
		if arguments.contains(&"--json") {
			let said: Value = serde_json::from_slice(&output.stdout).unwrap();
			assert!(said["error"].as_str().unwrap().contains("such.json"), "{said}");
		}
	}
}

#[test]
fn a_closed_pipe_is_not_an_error() {
	let home = tempfile::tempdir().unwrap();
	let bundle = example("bundle.json");
	for (arguments, code) in [
		(&["record", "import", &bundle, "--dry-run"][..], 0),
		(&["record", "import", &bundle, "--dry-run", "--json"], 0),
		(&["record", "import", "nosuch.json", "--dry-run", "--json"], 1),
		(&["--help"], 0),
	] {
		let mut child = command(home.path(), arguments)
			.stdout(Stdio::piped())
			.stderr(Stdio::piped())
			.spawn()
			.unwrap();
		drop(child.stdout.take());
		let output = child.wait_with_output().unwrap();
		assert_eq!(output.status.code(), Some(code), "{arguments:?}");
		assert!(!text(&output.stderr).contains("panicked"));
	}
}

#[test]
fn no_progress_is_shown_off_a_terminal() {
	let home = tempfile::tempdir().unwrap();
	// A node that takes connections and never answers: connecting gives up after 20 seconds.
	let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
	let node = format!("ws://{}", silent.local_addr().unwrap());
	let output = command(home.path(), &["status", "--node", &node]).output().unwrap();
	assert_eq!(output.status.code(), Some(1));
	let said = text(&output.stderr);
	assert_eq!(said.lines().count(), 1, "{said}");
	assert!(said.starts_with("error: ") && !said.contains('\u{1b}'), "{said}");
}

#[test]
fn a_bundle_is_split_without_chain_or_key() {
	let home = tempfile::tempdir().unwrap();
	let bundle = example("bundle.json");
	let said = text(&run(home.path(), &["record", "import", &bundle, "--dry-run"], "").stdout);
	assert!(said.contains("16 resources in 9 records."), "{said}");
	assert!(said.contains("Not compared with earlier imports."), "{said}");
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

/// A folder with FHIR data and a people file of this mode.
fn hospital(mode: u32, people: &str) -> tempfile::TempDir {
	let folder = tempfile::tempdir().unwrap();
	fs::create_dir(folder.path().join("fhir")).unwrap();
	fs::write(folder.path().join("fhir/a.ndjson"), "{}\n").unwrap();
	let file = folder.path().join("people.csv");
	fs::write(&file, people).unwrap();
	fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
	folder
}

fn contribute(folder: &Path, fhir: &str) -> Output {
	let (fhir, people) = (folder.join(fhir), folder.join("people.csv"));
	let (fhir, people) = (fhir.to_str().unwrap(), people.to_str().unwrap());
	let arguments = ["study", "contribute", "3", "--fhir", fhir, "--people", people, "--dry-run"];
	run(folder, &arguments, "")
}

#[test]
fn paper_consents_are_confirmed_with_a_private_list_of_the_own() {
	let folder = hospital(0o600, "account\n");
	let list = folder.path().join("people.csv");
	let entered = folder.path().join("paper.json");
	let [list, confirm] = [&list, &entered].map(|it| it.to_str().unwrap());
	fs::write(&entered, "{}").unwrap();
	let without = run(folder.path(), &["study", "assist", "--confirm", confirm], "");
	assert!(text(&without.stderr).contains("--list"), "{}", text(&without.stderr));
	fs::set_permissions(&entered, fs::Permissions::from_mode(0o644)).unwrap();
	let arguments = ["study", "assist", "--list", list, "--confirm", confirm];
	let refused = run(folder.path(), &arguments, "");
	let said = text(&refused.stderr);
	assert!(said.contains(&format!("run `chmod 600 {confirm}`")), "{said}");
	fs::set_permissions(list, fs::Permissions::from_mode(0o644)).unwrap();
	fs::set_permissions(&entered, fs::Permissions::from_mode(0o600)).unwrap();
	let said = text(&run(folder.path(), &arguments, "").stderr);
	assert!(said.contains(&format!("run `chmod 600 {list}`")), "{said}");
}

#[test]
fn a_people_file_that_others_can_read_is_refused() {
	for mode in [0o640, 0o604, 0o644] {
		let folder = hospital(mode, "account,patient\n");
		let refused = contribute(folder.path(), "fhir");
		assert_eq!(refused.status.code(), Some(1));
		let said = text(&refused.stderr);
		assert!(said.contains("chmod 600") && said.contains("people.csv"), "{said}");
	}
	// The next failure is the node's, which is not there.
	let folder = hospital(0o600, "account,patient\n");
	let said = text(&contribute(folder.path(), "fhir").stderr);
	assert!(said.contains("node"), "{said}");
}

#[test]
fn a_folder_without_fhir_data_is_refused() {
	let folder = hospital(0o600, "account,patient\n");
	fs::create_dir(folder.path().join("empty")).unwrap();
	let said = text(&contribute(folder.path(), "empty").stderr);
	assert!(said.contains("no file that ends in .json or .ndjson"), "{said}");
	let said = text(&contribute(folder.path(), "none").stderr);
	assert!(said.contains("cannot read the folder"), "{said}");
}

#[test]
fn a_proposal_is_checked_before_anything_is_connected() {
	let folder = tempfile::tempdir().unwrap();
	let file = folder.path().join("study.toml");
	let propose = |text: &str| {
		fs::write(&file, text).unwrap();
		run(folder.path(), &["study", "propose", file.to_str().unwrap()], "")
	};
	let protocol = example("studies/allergies.json");
	let terms = format!(
		"protocol = \"{protocol}\"\nethics = \"0x{}\"\ncountry = \"DE\"\naggregators = [\"A\", \"B\"]\n\
		 first_close = \"+1d\"\ngather = \"1d\"\nanswer = \"1d\"\n",
		"01".repeat(32)
	);
	for (text, expected) in [
		("nonsense", "is not a proposal"),
		(terms.as_str(), "missing field `epsilon`"),
		(&format!("{terms}epsilon = 0.00001\n"), "at most three digits"),
		(&format!("{terms}epsilon = 1.0\ninterval = \"soon\"\n"), "interval"),
		(&format!("{terms}epsilon = 1.0\n").replace("allergies", "nosuch"), "nosuch.json"),
	] {
		let refused = propose(text);
		assert_eq!(refused.status.code(), Some(1));
		let said = crate::text(&refused.stderr);
		assert!(said.contains(expected), "{expected}: {said}");
	}
	let said = crate::text(&propose(&format!("{terms}epsilon = 1.0\n")).stderr);
	assert!(said.contains("node"), "{said}");
}
