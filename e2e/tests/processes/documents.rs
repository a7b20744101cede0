//! Every bundle and document there is: added at one hospital, permitted by the patient, and opened
//! at another, equal; also with as few holders as it takes, and not with one less; also a large one.

use anyhow::{ensure, Context, Result};
use futures::{future::try_join_all, stream, StreamExt, TryStreamExt};
use std::{
	collections::BTreeMap,
	io::Read,
	path::{Path, PathBuf},
	time::Instant,
};
use vouchsafe_e2e::{acts, data, network::Network, ward::Ward};

/// How many patients' bundles are on their way at once.
const ABREAST: usize = 6;
/// The large document: not a whole number of segments, nor of blocks.
const LARGE: u64 = 100_000_003;

#[tokio::test(flavor = "multi_thread")]
async fn every_document_comes_back_equal_where_enough_holders_are_there() {
	let start = Instant::now();
	let mut network = Network::start().await.unwrap();
	println!("the network stands after {:.0} s", start.elapsed().as_secs_f64());

	let bundles = data::bundles();
	let all_bundles = stream::iter(bundles.iter().enumerate().map(|(number, bundle)| {
		let network = &network;
		async move { bundle_comes_back(network, number, bundle).await }
	}))
	.buffer_unordered(ABREAST)
	.try_collect::<Vec<()>>();
	let (documents, (), _) = tokio::try_join!(
		documents_come_back(&network),
		large_document_comes_back(&network),
		all_bundles,
	)
	.unwrap();
	println!("all came back after {:.0} s", start.elapsed().as_secs_f64());

	holders_are_enough_or_not(&mut network, &documents).await.unwrap();
	println!("all done after {:.0} s", start.elapsed().as_secs_f64());
}

/// Imports a bundle at A; a doctor at B asks, the patient approves, and B opens all of it: nothing
/// is lost, nothing is changed.
async fn bundle_comes_back(network: &Network, number: usize, bundle: &Path) -> Result<()> {
	let start = Instant::now();
	let name = bundle.file_name().unwrap_or_default().to_string_lossy().into_owned();
	let ward = Ward::new(network, &format!("//Bundle//{number}")).await?;
	let Ward { patient, doctor_a, doctor_b, root, .. } = &ward;
	let out = &root.join("read");
	let import = acts::import(doctor_a, patient, "Hospital A", bundle).await?;
	let labels = acts::labels(patient).await?;
	let labelled: BTreeMap<_, _> = labels.iter().filter(|(_, labels)| !labels.is_empty()).collect();

	let categories: Vec<&str> = import.records.iter().map(|(_, it)| it.as_str()).collect();
	let request = acts::request(doctor_b, patient, "Hospital B", 1, &categories).await?;
	acts::approve(patient, request, &categories).await?;
	let mut read = acts::open_all(doctor_b, Some("Hospital B"), patient, out).await?;
	// A labelled record is opened only by a permit that names the label, and is wide enough.
	for (record, _) in &import.records {
		let (is_read, is_labelled) = (read.contains_key(record), labelled.contains_key(record));
		ensure!(is_read != is_labelled, "{name}: labelled {is_labelled}, read {is_read}");
	}
	if !labelled.is_empty() {
		let named: Vec<&str> = labelled.values().copied().flatten().map(String::as_str).collect();
		let named = named.join(",");
		ward.permit(&["--label", &named, "--confidentiality", "very-restricted"]).await?;
		let again = out.join("labelled");
		read = acts::open_all(doctor_b, Some("Hospital B"), patient, &again).await?;
	}
	ensure!(read.len() == import.records.len(), "{name}: not all of it was opened");
	acts::same_resources(bundle, &import, |record| read[record].clone()).context(name.clone())?;
	println!(
		"{name}: {} resources in {} records, {} labelled: all equal  [{:.0} s]",
		import.resources,
		import.records.len(),
		labelled.len(),
		start.elapsed().as_secs_f64()
	);
	Ok(())
}

/// A ward whose documents B may read, and each document with its record.
type Documents = (Ward, Vec<(String, PathBuf)>);

/// Image and PDF come back byte for byte.
async fn documents_come_back(network: &Network) -> Result<Documents> {
	let start = Instant::now();
	let ward = Ward::new(network, "//Documents").await?;
	let mut added = Vec::new();
	for file in data::documents() {
		added.push((ward.add(&file, &["--category", "imaging"]).await?, file));
	}
	// The own share is not carried: so that the holders can be counted.
	ward.permit(&["--no-carry"]).await?;
	for (record, file) in &added {
		ward.opens(&ward.doctor_b, record, file).await?;
		println!("{}: equal  [{:.0} s]", file.display(), start.elapsed().as_secs_f64());
	}
	Ok((ward, added))
}

/// A document of 100 MB comes back byte for byte.
async fn large_document_comes_back(network: &Network) -> Result<()> {
	let start = Instant::now();
	let file = network.root.join("large");
	let mut random = std::fs::File::open("/dev/urandom")?.take(LARGE);
	std::io::copy(&mut random, &mut std::fs::File::create(&file)?)?;
	let ward = Ward::new(network, "//Large").await?;
	let record = ward.add(&file, &["--category", "imaging"]).await?;
	let added = start.elapsed();
	ward.permit(&[]).await?;
	ward.opens(&ward.doctor_b, &record, &file).await?;
	println!(
		"{LARGE} bytes: added after {:.0} s, opened, equal  [{:.0} s]",
		added.as_secs_f64(),
		start.elapsed().as_secs_f64()
	);
	Ok(())
}

/// Any three of the five holders open a document; two don't, and the reader is told why.
async fn holders_are_enough_or_not(network: &mut Network, documents: &Documents) -> Result<()> {
	let (ward, documents) = documents;
	let (record, file) = documents.first().context("there are no documents")?;
	let stop = |network: &mut Network, house: &str| {
		let index = network.index(house);
		network.sites[index].custodian.process = None;
	};

	stop(network, "authority");
	ward.opens(&ward.doctor_b, record, file).await.context("three custodians are enough")?;
	println!("with the three hospitals' shares it opens");

	stop(network, "c");
	let nothing = ward.root.join("nothing");
	let said = acts::open_fails(&ward.doctor_b, "Hospital B", record, &nothing).await?;
	let said = acts::sentence(&said);
	println!("with two hospitals' shares it does not: «{said}»");
	for part in ["needs 3 shares", "only 2", "Hospital C", "Health Authority", "reached"] {
		ensure!(said.contains(part), "“{part}” should be said of why it did not open: {said}");
	}

	// The patient's own share, carried to B, is the third.
	ward.permit(&[]).await?;
	let opened = documents.iter().map(|(record, file)| ward.opens(&ward.doctor_b, record, file));
	try_join_all(opened).await.context("the carried share is enough")?;
	println!("with the patient's own share carried to Hospital B it opens again");
	Ok(())
}
