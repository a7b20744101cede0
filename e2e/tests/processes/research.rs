//! The story of research, without noise, so that each result has to equal a plain count. Then a search
//! for personal data in everything that the processes wrote or sent, and for the metrics that the dashboard
//! shows of studies.

use crate::{suite::Suite, watching::every_metric_of_studies_exists};
use std::collections::BTreeSet;
use vouchsafe_e2e::{
	network::{Network, Options, Research},
	research::{self, people::People},
	scan::{values_of, Scanner},
	story::Printer,
};

static SUITE: Suite = Suite::new("research", 1);

#[tokio::test(flavor = "multi_thread")]
async fn a_study_counts_exactly_and_leaves_no_personal_data() {
	let _turn = SUITE.turn().await;
	let options = Options { recorded: true, ..research::options(Research::WithoutNoise) };
	let mut network = Network::with(options).await.unwrap();
	let people = People::read().unwrap();
	let resources = people.patients.iter().chain(people.allergies.values().flatten());
	let strings = values_of(resources);
	let all = Scanner::new(&strings).unwrap();
	let before: BTreeSet<String> = all.scan(&network.root).unwrap().into_keys().collect();

	research::run(&mut network, &mut Printer::to_stdout()).await.unwrap();

	// The exports are the hospitals' own, and protocols name codes, not people.
	std::fs::remove_dir_all(network.root.join("exports")).unwrap();
	let protocols = research::strings_of_protocols().unwrap();
	let of_protocols: BTreeSet<String> = protocols.iter().map(|it| it.to_lowercase()).collect();
	let is_personal =
		|it: &&String| !before.contains(*it) && !of_protocols.contains(&it.to_lowercase());
	let personal: BTreeSet<String> = strings.iter().filter(is_personal).cloned().collect();
	println!("searching for {} strings of {} people", personal.len(), people.patients.len());
	assert!(personal.len() > 5 * people.patients.len(), "too few strings are left to search for");
	let found = Scanner::new(&personal).unwrap().scan(&network.root).unwrap();
	assert!(found.is_empty(), "personal strings are in: {found:#?}");
	every_metric_of_studies_exists(&network).await.unwrap();
}
