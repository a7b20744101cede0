//! Checks that documents, alerts and the dashboard name what exists: tests that show a claim, metrics that
//! the custodian has, and runbooks. The module `watching` looks for the metrics on a running network.

use serde_json::Value;
use std::{
	collections::BTreeSet,
	fs,
	path::{Path, PathBuf},
};

/// The beginning of the names of the custodian's metrics.
const PREFIX: &str = "vouchsafe_custodian_";

fn root() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

fn read(path: &str) -> String {
	fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn dashboard() -> Value {
	serde_json::from_str(&read("docker/grafana/dashboards/vouchsafe.json")).expect("JSON")
}

/// The metrics of the custodian that a text names in full.
fn metrics(text: &str) -> BTreeSet<String> {
	let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '_';
	let names = text.match_indices(PREFIX).map(|(begin, _)| {
		let name = &text[begin..];
		&name[..name.find(|letter| !is_part(letter)).unwrap_or(name.len())]
	});
	// A histogram is asked for its buckets.
	let names = names.map(|name| name.strip_suffix("_bucket").unwrap_or(name));
	// A document may name a family: `vouchsafe_custodian_study_…`.
	names.filter(|name| !name.ends_with('_')).map(str::to_owned).collect()
}

/// The metrics that the custodian sets.
fn custodians() -> BTreeSet<String> {
	fn add(folder: &Path, found: &mut BTreeSet<String>) {
		for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
			match entry.path() {
				path if path.is_dir() => add(&path, found),
				path => found.extend(metrics(&fs::read_to_string(path).expect("a text"))),
			}
		}
	}
	let mut found = BTreeSet::new();
	add(&root().join("custodian/src"), &mut found);
	found
}

/// The tests that a document names, each with its file: ``[`name`](../path.rs)``.
fn tests(text: &str) -> Vec<(&str, &str)> {
	let after = text.split("[`").skip(1);
	after
		.filter_map(|link| link.split_once("`](../"))
		.filter_map(|(name, rest)| {
			let (path, _) = rest.split_once(')')?;
			path.ends_with(".rs").then_some((name, path))
		})
		.collect()
}

/// Each claim is shown by a test or a command.
#[test]
fn claims_name_tests_that_exist() {
	let text = read("docs/claims.md");
	let tests = tests(&text);
	assert!(tests.len() > 15, "{tests:?}");
	for (name, path) in tests {
		let source = read(path);
		let found =
			source.find(&format!("fn {name}()")).unwrap_or_else(|| panic!("{path} lacks {name}"));
		let before: Vec<&str> = source[..found].lines().rev().take(4).collect();
		assert!(before.iter().any(|line| line.contains("test")), "{name} is not a test");
	}
	let rows = text.lines().filter(|line| line.starts_with("| ")).skip(1);
	for row in rows {
		assert!(
			row.contains("](../") || row.contains("The story") || row.contains("`study"),
			"{row}"
		);
	}
}

#[test]
fn all_metrics_that_are_shown_exist() {
	let exist = custodians();
	assert!(exist.len() > 10, "{exist:?}");
	let shown = ["docker/grafana/dashboards/vouchsafe.json", "docker/alerts.yml"];
	let documents = ["docs/research-hospitals.md", "docs/guide.md", "docs/OPERATING.md"];
	for path in shown.into_iter().chain(documents).chain(["ARCHITECTURE.md", "SECURITY.md"]) {
		let missing: Vec<_> = metrics(&read(path)).difference(&exist).cloned().collect();
		assert!(missing.is_empty(), "{path} shows metrics that nobody sets: {missing:?}");
	}
}

/// Who is woken at night finds what to do, and an alert that never fires is found by its test.
#[test]
fn each_alert_has_a_runbook_and_tests() {
	let [alerts, tests, runbooks] =
		["docker/alerts.yml", "docker/alerts.test.yml", "docs/OPERATING.md"].map(read);
	let values = |field: &str| {
		let lines = alerts.lines().map(|line| line.trim().trim_start_matches("- "));
		lines.filter_map(|line| line.strip_prefix(field)).map(str::to_owned).collect::<Vec<_>>()
	};
	let (names, links) = (values("alert: "), values("runbook_url: "));
	assert!(names.len() > 20 && names.len() == links.len(), "{names:?} {links:?}");
	for (name, link) in names.iter().zip(links) {
		assert_eq!(link, format!("docs/OPERATING.md#{}", name.to_lowercase()));
		let is_heading = |line: &str| line.starts_with('#') && line.ends_with(&format!("# {name}"));
		assert!(runbooks.lines().any(is_heading), "docs/OPERATING.md has no heading {name}");
		let asked = format!("alertname=\"{name}\"");
		let cases: Vec<_> = tests.lines().filter(|line| line.contains(&asked)).collect();
		for expected in ["exp_samples: []", "value: 1"] {
			let is_tested = cases.iter().any(|case| case.contains(expected));
			assert!(is_tested, "docker/alerts.test.yml has no case of {name} with {expected}");
		}
	}
}

/// Rounds, what they wait for, and reports by outcome.
#[test]
fn the_dashboard_shows_studies() {
	let shown = metrics(&dashboard().to_string());
	let of_studies = custodians().into_iter().filter(|name| name.contains("_study_"));
	let hidden: Vec<_> = of_studies.filter(|name| !shown.contains(name)).collect();
	assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn panels_have_places_and_numbers_of_their_own() {
	let dashboard = dashboard();
	let panels = dashboard["panels"].as_array().expect("panels");
	let (mut numbers, mut places) = (BTreeSet::new(), BTreeSet::new());
	for panel in panels {
		assert!(numbers.insert(panel["id"].as_u64()), "{}", panel["id"]);
		let [x, y, w, h] =
			["x", "y", "w", "h"].map(|name| panel["gridPos"][name].as_u64().expect(name));
		assert!(x + w <= 24, "{}", panel["title"]);
		for column in x..x + w {
			for row in y..y + h {
				assert!(places.insert((column, row)), "{} covers another", panel["title"]);
			}
		}
	}
}
