//! Every available bundle and document, and a large one, is added at one hospital, permitted by the
//! patient, and opened at another, unchanged. The threshold number of holders is enough to open a
//! document, and one holder less is not. Meanwhile a custodian's disk damages some, and the scrub finds it.

use crate::{scrubbing::damage_is_found_and_repaired, suite::Suite};
use anyhow::{ensure, Context, Result};
use futures::{future::try_join_all, stream, StreamExt, TryStreamExt};
use std::{
	collections::{BTreeMap, BTreeSet},
	io::Read,
	path::{Path, PathBuf},
	time::Instant,
};
use vouchsafe_e2e::{commands, data, network::Network, scenario::Scenario};

/// How many patients' bundles are tested at once.
const CONCURRENT: usize = 6;
/// The length of the large document: not a multiple of the segment or the block size.
const LARGE: u64 = 100_000_003;

static SUITE: Suite = Suite::new("documents", 1);

#[tokio::test(flavor = "multi_thread")]
async fn every_document_comes_back_unchanged_with_enough_holders() {
	let _turn = SUITE.turn().await;
	let start = Instant::now();
	let mut network = Network::start().await.unwrap();
	println!("the network runs after {:.0} s", start.elapsed().as_secs_f64());

	let bundles = data::bundles();
	let all_bundles = stream::iter(bundles.iter().enumerate().map(|(number, bundle)| {
		let network = &network;
		async move { bundle_comes_back(network, number, bundle).await }
	}))
	.buffer_unordered(CONCURRENT)
	.try_collect::<Vec<()>>();
	let (documents, (), (), _) = tokio::try_join!(
		documents_come_back(&network),
		large_document_comes_back(&network),
		damage_is_found_and_repaired(&network),
		all_bundles,
	)
	.unwrap();
	println!("all came back after {:.0} s", start.elapsed().as_secs_f64());

	holders_are_enough_or_not(&mut network, &documents).await.unwrap();
	println!("all done after {:.0} s", start.elapsed().as_secs_f64());
}

/// A's doctor imports a bundle, B's doctor asks, the patient approves, and B's doctor opens all of
/// it. Nothing is lost or changed.
async fn bundle_comes_back(network: &Network, number: usize, bundle: &Path) -> Result<()> {
	let start = Instant::now();
	let name = bundle.file_name().unwrap_or_default().to_string_lossy().into_owned();
	let scenario = Scenario::new(network, &format!("//Bundle//{number}")).await?;
	let Scenario { patient, doctor_a, doctor_b, root, .. } = &scenario;
	let out = &root.join("read");
	let import = commands::import(doctor_a, patient, "Hospital A", bundle).await?;
	let labels = commands::labels(patient).await?;
	let labelled: BTreeMap<_, _> = labels.iter().filter(|(_, labels)| !labels.is_empty()).collect();

	let categories: BTreeSet<&str> = import.records.iter().map(|(_, it)| it.as_str()).collect();
	let categories = Vec::from_iter(categories);
	let request = commands::request(doctor_b, patient, "Hospital B", 1, &categories).await?;
	commands::approve(patient, request, &categories).await?;
	let mut read = commands::open_all(doctor_b, Some("Hospital B"), patient, out).await?;
	// A permit opens labelled records only if it names the labels, and covers their confidentiality.
	for (record, _) in &import.records {
		let (is_read, is_labelled) = (read.contains_key(record), labelled.contains_key(record));
		ensure!(is_read != is_labelled, "{name}: labelled {is_labelled}, read {is_read}");
	}
	if !labelled.is_empty() {
		let mut named: Vec<&str> =
			labelled.values().copied().flatten().map(String::as_str).collect();
		if named.contains(&"unclassified-sensitive") {
			// It cannot be named.
			named = vec!["all"];
		}
		let named = named.join(",");
		scenario.permit(&["--label", &named, "--confidentiality", "very-restricted"]).await?;
		let again = out.join("labelled");
		read = commands::open_all(doctor_b, Some("Hospital B"), patient, &again).await?;
	}
	ensure!(read.len() == import.records.len(), "{name}: not all records were opened");
	// One patient is enough: the agent's tests make every record readable.
	if let (0, Some((record, _))) = (number, import.records.first()) {
		let document = commands::show_readable(patient, record).await?;
		ensure!(document["blocks"][0]["kind"].is_string(), "{name}: {document}");
	}
	commands::same_resources(bundle, &import, |record| read[record].clone())
		.context(name.clone())?;
	println!(
		"{name}: {} resources in {} records, {} labelled: all equal  [{:.0} s]",
		import.resources,
		import.records.len(),
		labelled.len(),
		start.elapsed().as_secs_f64()
	);
	Ok(())
}

/// A scenario with documents that B may read, and each document with its record.
type Documents = (Scenario, Vec<(String, PathBuf)>);

/// Image and PDF come back byte for byte.
async fn documents_come_back(network: &Network) -> Result<Documents> {
	let start = Instant::now();
	let scenario = Scenario::new(network, "//Documents").await?;
	let mut added = Vec::new();
	for file in data::documents() {
		added.push((scenario.add(&file, &["--category", "imaging"]).await?, file));
	}
	// The patient's share is not carried, so that the holders can be counted.
	scenario.permit(&["--no-carry"]).await?;
	if let Some((record, _)) = added.first() {
		let said = scenario.patient.fails(&["record", "show", record, "--readable"]).await?;
		ensure!(said.contains("cannot be shown as text"), "{said}");
	}
	for (record, file) in &added {
		scenario.opens(&scenario.doctor_b, record, file).await?;
		println!("{}: equal  [{:.0} s]", file.display(), start.elapsed().as_secs_f64());
	}
	Ok((scenario, added))
}

/// A document of 100 MB comes back byte for byte.
async fn large_document_comes_back(network: &Network) -> Result<()> {
	let start = Instant::now();
	let file = network.root.join("large");
	let mut random = std::fs::File::open("/dev/urandom")?.take(LARGE);
	std::io::copy(&mut random, &mut std::fs::File::create(&file)?)?;
	let scenario = Scenario::new(network, "//Large").await?;
	let record = scenario.add(&file, &["--category", "imaging"]).await?;
	let added = start.elapsed();
	scenario.permit(&[]).await?;
	scenario.opens(&scenario.doctor_b, &record, &file).await?;
	println!(
		"{LARGE} bytes: added after {:.0} s, opened, equal  [{:.0} s]",
		added.as_secs_f64(),
		start.elapsed().as_secs_f64()
	);
	Ok(())
}

/// Any three of the five holders open a document. Two do not, and the reader is told why.
async fn holders_are_enough_or_not(network: &mut Network, documents: &Documents) -> Result<()> {
	let (scenario, documents) = documents;
	let (record, file) = documents.first().context("there are no documents")?;
	let stop = |network: &mut Network, institution: &str| {
		let index = network.index(institution);
		network.sites[index].custodian.process = None;
	};

	stop(network, "authority");
	scenario
		.opens(&scenario.doctor_b, record, file)
		.await
		.context("three custodians are enough")?;
	println!("with the three hospitals' shares it opens");

	stop(network, "c");
	let nothing = scenario.root.join("nothing");
	let Scenario { doctor_b, patient, .. } = scenario;
	let said = commands::open_fails(doctor_b, "Hospital B", patient, record, &nothing).await?;
	let said = commands::sentence(&said);
	println!("with two hospitals' shares it does not: “{said}”");
	for part in ["needs 3 shares", "only 2", "Hospital C", "Health Authority", "reached"] {
		ensure!(said.contains(part), "“{part}” should be said of why it did not open: {said}");
	}

	// The patient's own share, carried to B, is the third one.
	scenario.permit(&[]).await?;
	let opened =
		documents.iter().map(|(record, file)| scenario.opens(&scenario.doctor_b, record, file));
	try_join_all(opened).await.context("the carried share is enough")?;
	println!("with the patient's own share carried to Hospital B it opens again");
	Ok(())
}
