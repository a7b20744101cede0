//! What the modules' tests share, and a round from the contributors' tables to the result.

use prio::field::Field128;
use proptest::prelude::*;
use vouchsafe_primitives::{
	study::{
		field, is_in_tally, noised_commitment, tally_leaf, tally_proof, tally_root, Counted,
		StudyQuestion, StudyRound,
	},
	AccountId,
};

use super::{
	aggregate::{CellShare, NoisedShare},
	report::{shard, ReportContext, Sharded},
	verify::{Rejected, State, Verifier, VerifyKey},
};
use crate::tests::{hex, hex_array};

mod prio_vectors;
mod speed;

pub(super) const TABLE: StudyQuestion = StudyQuestion::Table { cells: 10, weight: 1 };

pub(super) fn round() -> StudyRound {
	StudyRound { genesis: [0x11; 32].into(), study: 3, round: 2 }
}

pub(super) fn account(byte: u8) -> AccountId {
	[byte; 32].into()
}

pub(super) fn context(people: u32) -> ReportContext {
	ReportContext { round: round(), contributor: account(0x22), people, report: [0x33; 16] }
}

pub(super) fn key() -> VerifyKey {
	VerifyKey::from_bytes(&[0x44; 32]).unwrap()
}

pub(super) fn verifiers(
	question: &StudyQuestion,
	aggregators: u8,
	context: &ReportContext,
) -> Vec<Verifier> {
	let verifier = |place| Verifier::new(question, aggregators, place, context).unwrap();
	(0..aggregators).map(verifier).collect()
}

/// What the aggregators do with a report, each message as bytes.
pub(super) fn run(verifiers: &[Verifier], report: &Sharded) -> Result<Vec<CellShare>, Rejected> {
	let begun = verifiers
		.iter()
		.zip(&report.input_shares)
		.map(|(verifier, input)| verifier.init(&key(), &report.nonce, &report.public_share, input));
	let (states, shares): (Vec<_>, Vec<_>) =
		begun.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
	let message = verifiers[0].message(&shares)?;
	let finish = |(verifier, state): (&Verifier, State)| verifier.finish(state, &message);
	verifiers.iter().zip(states).map(finish).collect()
}

/// As the runtime does: adds and centres.
pub(super) fn total<'a>(shares: impl IntoIterator<Item = &'a NoisedShare>) -> Vec<i64> {
	let shares: Vec<&[u128]> = shares.into_iter().map(NoisedShare::cells).collect();
	let cell =
		|at: usize| field::centre(shares.iter().fold(0, |sum, share| field::add(sum, share[at])));
	(0..shares[0].len()).map(|at| cell(at).expect("it fits 64 bits")).collect()
}

/// The plain cells that the shares of all aggregators add up to.
pub(super) fn plain(shares: &[CellShare]) -> Vec<i64> {
	let shares: Vec<_> = shares.iter().cloned().map(CellShare::without_noise).collect();
	total(&shares)
}

/// Any element of the field.
pub(super) fn element() -> impl Strategy<Value = Field128> {
	any::<u128>().prop_map(Field128::from)
}

#[test]
fn tables_and_single_answers_add_up_works() {
	let question = StudyQuestion::Table { cells: 4, weight: 3 };
	let tables: [(u32, [u64; 4]); 5] = [
		(41, [100, 20, 3, 0]),
		(33, [0, 0, 0, 99]),
		(35, [1, 2, 3, 4]),
		(1, [1, 1, 0, 1]),
		(1, [0, 0, 0, 1]),
	];
	for aggregators in 2..=5 {
		let mut sums = vec![CellShare::zero(&question); usize::from(aggregators)];
		for (people, table) in &tables {
			let context = ReportContext::new(round(), account(7), *people);
			let report = shard(&question, aggregators, &context, table).unwrap();
			let shares = run(&verifiers(&question, aggregators, &context), &report).unwrap();
			for (sum, share) in sums.iter_mut().zip(&shares) {
				sum.add(share).unwrap();
			}
		}
		assert_eq!(plain(&sums), [102, 23, 6, 105]);
	}
}

#[test]
fn values_add_up_works() {
	let question = StudyQuestion::Sum { max: 1_000_000 };
	// Three people: 7, the highest value, and one to whom the question does not apply.
	let context = context(3);
	let report = shard(&question, 2, &context, &[1_000_007, 999_993]).unwrap();
	let shares = run(&verifiers(&question, 2, &context), &report).unwrap();
	assert_eq!(plain(&shares), [1_000_007, 999_993]);
}

/// The χ² of the numbers' highest bytes: about 255 for random ones, with a standard deviation of 23.
fn chi_squared(numbers: impl Iterator<Item = u128>) -> f64 {
	let (mut counts, mut all) = ([0u32; 256], 0.0);
	for number in numbers {
		counts[(number >> 120) as usize] += 1;
		all += 1.0;
	}
	let expected = all / 256.0;
	counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum()
}

#[test]
fn all_shares_but_one_are_uniform_works() {
	let question = StudyQuestion::Table { cells: 256, weight: 1 };
	let (context, table) = (context(1_000), [3; 256]);
	let verifiers = verifiers(&question, 3, &context);
	let mut numbers = [const { Vec::new() }; 4];
	for _ in 0..50 {
		let report = shard(&question, 3, &context, &table).unwrap();
		let mut sum = CellShare::zero(&question);
		for (place, share) in run(&verifiers, &report).unwrap().into_iter().enumerate() {
			sum.add(&share).unwrap();
			// All up to this place together.
			numbers[place].extend_from_slice(sum.clone().without_noise().cells());
			if place > 0 {
				numbers[3].extend_from_slice(share.without_noise().cells());
			}
		}
	}
	let [one, two, all, others] = numbers.map(|numbers| chi_squared(numbers.into_iter()));
	assert!(one < 400.0 && two < 400.0 && others < 400.0, "{one} {two} {others}");
	assert!(all > 10_000.0, "all shares together are the table: {all}");
}

/// The formats of `vouchsafe_primitives::study`. The vectors were made with Python's hashlib.
#[test]
fn tally_and_commitment_vectors_work() {
	let vectors: serde_json::Value =
		serde_json::from_str(include_str!("../../vectors/tally.json")).unwrap();
	let counted = |vector: &serde_json::Value| Counted {
		contributor: hex_array(&vector["contributor"]).into(),
		people: vector["people"].as_u64().unwrap() as u32,
		report: hex_array(&vector["report"]),
	};
	for tally in vectors["tallies"].as_array().unwrap() {
		let all: Vec<_> = tally["reports"].as_array().unwrap().iter().map(counted).collect();
		let root = tally_root(&round(), &all);
		assert_eq!(root.0, hex_array(&tally["root"]));
		for (place, (counted, vector)) in
			all.iter().zip(tally["reports"].as_array().unwrap()).enumerate()
		{
			assert_eq!(tally_leaf(&round(), counted).0, hex_array(&vector["leaf"]));
			let proof = tally_proof(&round(), &all, place).unwrap();
			assert!(is_in_tally(&round(), counted, place, &proof, &root));
		}
	}
	let vector = &vectors["commitment"];
	let cells = vector["cells"].as_array().unwrap().iter();
	let cells: Vec<u128> = cells.map(|cell| cell.as_str().unwrap().parse().unwrap()).collect();
	let (aggregator, salt) = (hex_array(&vector["aggregator"]).into(), hex_array(&vector["salt"]));
	let attempt = u8::try_from(vector["attempt"].as_u64().unwrap()).unwrap();
	let commitment = noised_commitment(&round(), attempt, &aggregator, &cells, &salt);
	assert_eq!(commitment.0, hex_array(&vector["commitment"]));
	let stored = NoisedShare::from_bytes(&hex(&vector["stored"])).unwrap();
	assert_eq!((stored.cells(), stored.salt()), (&cells[..], &salt));
	assert_eq!(stored.commitment(&round(), attempt, &aggregator), commitment.0);
	assert_eq!(stored.to_bytes().to_vec(), hex(&vector["stored"]));
}
