//! How fast reports and evaluations are, beside the bare crates.

use std::time::Instant;

use prio::{
	codec::ParameterizedDecode as _,
	vdaf::{
		prio3::{optimal_chunk_length, Prio3InputShare, Prio3L1BoundSum, Prio3PublicShare},
		Aggregator as _, VerifyTransition,
	},
};
use voprf::{BlindedElement, Ristretto255, VoprfServer};

use super::*;
use crate::study::nullifier::{Blinded, EvaluationKey, Input, SystemRandom, MAX_EVALUATED};

/// Does the work `times` times, of which each time gives `number` results.
fn per_second(what: &str, times: usize, number: usize, mut work: impl FnMut()) {
	let began = Instant::now();
	(0..times).for_each(|_| work());
	println!("{what}: {:.0}/s", (times * number) as f64 / began.elapsed().as_secs_f64());
}

/// Verifies as [`run`] does, without encoding anything.
fn bare(vdaf: &Prio3L1BoundSum, context: &[u8], report: &Sharded) {
	let public = Prio3PublicShare::get_decoded_with_param(vdaf, &report.public_share).unwrap();
	let begun = report.input_shares.iter().enumerate().map(|(place, input)| {
		let input = Prio3InputShare::get_decoded_with_param(&(vdaf, place), input).unwrap();
		vdaf.verify_init(&[0x44; 32], context, place, &(), &report.nonce, &public, &input).unwrap()
	});
	let (states, shares): (Vec<_>, Vec<_>) = begun.unzip();
	let message = vdaf.verifier_shares_to_message(context, &(), shares).unwrap();
	for state in states {
		let end = vdaf.verify_next(context, state, message.clone()).unwrap();
		assert!(matches!(end, VerifyTransition::Finish(_)));
	}
}

/// `cargo test --release study::tests::speed -- --ignored --nocapture`.
#[test]
#[ignore = "prints a measurement"]
fn reports() {
	for (cells, people, number) in [(10u16, 1, 4_000), (100, 1, 1_000), (256, 100_000, 100)] {
		let question = StudyQuestion::Table { cells, weight: 1 };
		let context = context(people);
		let mut table = vec![0; usize::from(cells)];
		table[0] = u64::from(people);
		let what = format!("{cells} cells, {people} people, two aggregators");
		let report = shard(&question, 2, &context, &table).unwrap();
		let bytes: usize = report.input_shares.iter().map(|share| share.len()).sum();
		println!("{what}: {} bytes", bytes + report.public_share.len());
		per_second(&format!("{what}: shard"), number, 1, || {
			shard(&question, 2, &context, &table).unwrap();
		});
		per_second(&format!("{what}: verify"), number, 1, || {
			run(&verifiers(&question, 2, &context), &report).unwrap();
		});
		let bound = u128::from(people);
		let bits = bound.ilog2() as usize + 1;
		let chunk = optimal_chunk_length(bits * (table.len() + 1));
		let vdaf = Prio3L1BoundSum::new_l1_bound_sum(2, bound, table.len(), chunk).unwrap();
		let context = context.vdaf();
		per_second(&format!("{what}: prio alone"), number, 1, || bare(&vdaf, &context, &report));
	}
}

#[test]
#[ignore = "prints a measurement"]
fn evaluations_and_noise() {
	let input = |n: usize| Input::identifier("urn:x", &n.to_string()).unwrap();
	let inputs: Vec<_> = (0..MAX_EVALUATED).map(input).collect();
	let (key, blinded) = (EvaluationKey::random(), Blinded::new(inputs.clone()).unwrap());
	let points = blinded.points();
	let evaluation = key.evaluate(&points).unwrap();
	per_second("blind", 5, MAX_EVALUATED, || {
		Blinded::new(inputs.clone()).unwrap();
	});
	per_second("evaluate", 5, MAX_EVALUATED, || {
		key.evaluate(&points).unwrap();
	});
	let server = VoprfServer::<Ristretto255>::new_from_seed(&[1; 32], b"").unwrap();
	per_second("voprf alone, with reading the points", 5, MAX_EVALUATED, || {
		let points: Vec<_> =
			points.iter().map(|point| BlindedElement::deserialize(point).unwrap()).collect();
		server.batch_blind_evaluate(&mut SystemRandom, &points).unwrap();
	});
	per_second("finish", 5, MAX_EVALUATED, || {
		blinded.finish(&evaluation, &key.public()).unwrap();
	});
	let question = StudyQuestion::Table { cells: 256, weight: 1 };
	per_second("noise for 256 cells", 20, 1, || {
		CellShare::zero(&question).add_noise(&question, 1_000).unwrap();
	});
}
