//! Every metric that the alerts and the dashboard name exists on a running network, and no label names a
//! person or a record.

use anyhow::{ensure, Context, Result};
use std::collections::BTreeSet;
use vouchsafe_e2e::{
	network::Network,
	process::{until, TIMEOUT},
};

/// What names metrics.
const FILES: [&str; 2] = [
	include_str!("../../../docker/alerts.yml"),
	include_str!("../../../docker/grafana/dashboards/vouchsafe.json"),
];
/// How names of metrics begin: of custodian and node, of the SDK, of Kubo, of every process.
const PREFIXES: [&str; 4] = ["vouchsafe_", "substrate_", "ipfs_", "process_"];
/// What only a custodian has that speaks TLS itself. The module `tls` looks for it.
const ONLY_WITH_TLS: &str = "vouchsafe_custodian_certificate_expiry_seconds";
/// What only a custodian has in which a step of a study has failed.
const ONLY_IF_IT_FAILS: &str = "vouchsafe_custodian_study_failing";
/// What only a custodian has that aggregates a study.
const OF_STUDIES: &str = "vouchsafe_custodian_study_";
/// So long a part of a label is an account, a hash or a key. The names of institutions are words.
const TOO_LONG: usize = 24;

/// Whether a letter can be in a name or a number.
fn is_part(letter: char) -> bool {
	letter.is_ascii_alphanumeric() || letter == '_'
}

/// The metrics that a text names.
fn named(text: &str) -> BTreeSet<&str> {
	let words = text.split(|letter| !is_part(letter));
	words.filter(|word| PREFIXES.iter().any(|prefix| word.starts_with(prefix))).collect()
}

/// What these addresses answer.
async fn metrics(urls: &[String]) -> Option<String> {
	let mut all = String::new();
	for url in urls {
		let answer = reqwest::get(url).await.ok()?.error_for_status().ok()?;
		all += &answer.text().await.ok()?;
		all.push('\n');
	}
	Some(all)
}

/// The metrics that are named and do not exist: those of studies, or the others.
fn missing(metrics: &str, of_studies: bool) -> BTreeSet<&'static str> {
	let lines = metrics.lines().filter(|line| !line.starts_with('#'));
	let exist: BTreeSet<&str> = lines.filter_map(|line| line.split([' ', '{']).next()).collect();
	let named: BTreeSet<_> = FILES.into_iter().flat_map(named).collect();
	let asked = named.into_iter().filter(|name| name.starts_with(OF_STUDIES) == of_studies);
	let always = asked.filter(|name| ![ONLY_WITH_TLS, ONLY_IF_IT_FAILS].contains(name));
	always.filter(|name| !exist.contains(name)).collect()
}

/// Waits until those that are named exist at these addresses.
async fn all_exist(urls: &[String], of_studies: bool) -> Result<()> {
	let found = || async {
		let found = metrics(urls).await?;
		missing(&found, of_studies).is_empty().then_some(found)
	};
	let found = match until("every metric exists", TIMEOUT, found).await {
		Ok(found) => found,
		Err(error) => {
			let found = metrics(urls).await.context("no metrics")?;
			let missing = missing(&found, of_studies);
			return Err(error.context(format!("these do not exist: {missing:?}")));
		},
	};
	for line in found.lines().filter(|line| line.starts_with("vouchsafe_")) {
		let labels = line.split_once('{').map_or("", |(_, labels)| labels);
		let longest = labels.split(|letter| !is_part(letter)).map(str::len).max();
		ensure!(longest < Some(TOO_LONG), "a label is an account, a hash or a key: {line}");
	}
	Ok(())
}

/// Looks at the metrics of one hospital: of its custodian, its node and its Kubo.
pub async fn every_metric_exists(network: &Network) -> Result<()> {
	ensure!(FILES.into_iter().all(|text| named(text).len() > 20));
	let site = network.sites.first().context("no site")?;
	let kubo = site.kubo.as_ref().context("no Kubo")?;
	let urls = [
		format!("{}/metrics", site.custodian.monitoring_url()),
		format!("http://127.0.0.1:{}/metrics", site.node.metrics),
		format!("{}/debug/metrics/prometheus", kubo.url()),
	];
	all_exist(&urls, false).await
}

/// Looks at the metrics of custodians that have aggregated a study.
pub async fn every_metric_of_studies_exists(network: &Network) -> Result<()> {
	let sites = network.sites.iter();
	let urls: Vec<_> =
		sites.map(|site| format!("{}/metrics", site.custodian.monitoring_url())).collect();
	all_exist(&urls, true).await
}
