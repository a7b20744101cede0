//! What the disks of aggregators show, with their keys: nothing, short of all of them.

use super::harness::*;
use crate::studies::secrets::{self, Stored};
use codec::Encode;
use std::path::Path;
use vouchsafe_client::chain::{field, StudyQuestion};
use vouchsafe_vault::study::aggregate::CellShare;

const CELLS: usize = 256;
const IDENTIFIERS: [&str; 3] =
	["999-12-3456 a planted identifier", "999-12-3457 another one", "999-12-3458 a third one"];

/// Whether a file of this directory has these bytes.
fn has(directory: &Path, what: &[u8]) -> bool {
	std::fs::read_dir(directory).unwrap().any(|file| {
		let bytes = std::fs::read(file.unwrap().path()).unwrap();
		bytes.windows(what.len()).any(|window| window == what)
	})
}

/// How a table could be in a file.
fn forms(table: &[u64]) -> Vec<Vec<u8>> {
	let wide: Vec<u128> = table.iter().map(|cell| (*cell).into()).collect();
	let numbers = |encoded: Vec<u8>| encoded[2..].to_vec();
	vec![numbers(table.encode()), numbers(wide.encode())]
}

/// What an aggregator has of a hospital's table, decrypted with its keys.
async fn cells_at(network: &Network, place: usize) -> Vec<u128> {
	let aggregated = network.aggregated(place).await;
	let key = secrets::round_key(&aggregated.state, aggregated.id()).await.unwrap();
	let output = aggregated.state.database.next_output(aggregated.id(), None).await.unwrap();
	let output = output.unwrap();
	assert_eq!(output.reports.len(), 1);
	let bytes = key.decrypt(&Stored::Cells(output.id).encode(), &output.ciphertext).unwrap();
	// Version and length come first.
	CellShare::from_bytes(&bytes).unwrap();
	let (numbers, rest) = bytes[3..].as_chunks::<16>();
	assert!(rest.is_empty());
	numbers.iter().map(|number| u128::from_le_bytes(*number)).collect()
}

fn sum(shares: &[Vec<u128>]) -> Vec<u128> {
	let mut sum = vec![0; CELLS];
	for share in shares {
		sum.iter_mut().zip(share).for_each(|(sum, cell)| *sum = field::add(*sum, *cell));
	}
	sum
}

/// χ² of the bytes, without the highest of each number: the field is a little smaller than 2^128.
fn chi_squared(numbers: &[u128]) -> f64 {
	let mut counts = [0f64; 256];
	for number in numbers {
		number.to_le_bytes()[..15].iter().for_each(|byte| counts[usize::from(*byte)] += 1.0);
	}
	let expected = numbers.len() as f64 * 15.0 / 256.0;
	counts.iter().map(|count| (count - expected).powi(2) / expected).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_disks_but_one_show_nothing() {
	let mut terms = terms(3);
	terms.question = StudyQuestion::Table { cells: 256, weight: 8 };
	let network = Network::new(terms, &[("//A", &[1, 2, 3])], false).await;
	network.freeze().await;
	network.send_lists("//A", &IDENTIFIERS).await;
	network.step_all().await;
	let mut table = vec![0u64; CELLS];
	(table[7], table[77], table[177]) = (3, 2, 1);
	network.send_report("//A", 3, &table).await;
	network.step_all().await;
	let mut shares = Vec::new();
	for (place, aggregator) in network.aggregators.iter().enumerate() {
		let directory = aggregator.directory.path();
		assert!(!IDENTIFIERS.iter().any(|identifier| has(directory, identifier.as_bytes())));
		assert!(!forms(&table).iter().any(|form| has(directory, form)));
		shares.push(cells_at(&network, place).await);
	}
	// 255 degrees of freedom: above 340 comes once in 3,000 times, and the shares are random.
	for missing in 0..3 {
		let mut others = shares.clone();
		others.remove(missing);
		assert!(chi_squared(&sum(&others)) < 400.0, "{}", chi_squared(&sum(&others)));
		assert!(chi_squared(&shares[missing]) < 400.0);
		assert_ne!(sum(&others), sum(&shares));
	}
	// The test finds what there is: all disks together have the table, and a planted one is found.
	let all: Vec<u64> = sum(&shares).into_iter().map(|cell| cell.try_into().unwrap()).collect();
	assert_eq!(all, table);
	assert!(chi_squared(&sum(&shares)) > 400.0);
	let planted = network.aggregators[1].directory.path();
	std::fs::write(planted.join("planted"), table.encode()).unwrap();
	assert!(forms(&table).iter().any(|form| has(planted, form)));
	std::fs::write(planted.join("planted"), IDENTIFIERS[1]).unwrap();
	assert!(IDENTIFIERS.iter().any(|identifier| has(planted, identifier.as_bytes())));
}
