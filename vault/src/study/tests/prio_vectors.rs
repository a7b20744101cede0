//! The published vectors of Prio3, against the crate as it is used here.

use prio::{
	codec::{Encode as _, ParameterizedDecode as _},
	flp::Type,
	vdaf::{
		prio3::{
			Prio3, Prio3Histogram, Prio3InputShare, Prio3L1BoundSum, Prio3PublicShare, Prio3SumVec,
			Prio3VerifierMessage, Prio3VerifierShare,
		},
		xof::XofTurboShake128,
		Aggregator as _, Collector as _, VerifyTransition,
	},
};
use serde_json::Value;

use super::{hex, hex_array};

fn load(file: &str) -> Value {
	serde_json::from_str(file).unwrap()
}

fn number(vector: &Value, field: &str) -> usize {
	vector[field].as_u64().unwrap() as usize
}

fn list(value: &Value) -> &Vec<Value> {
	value.as_array().unwrap()
}

/// Verifies each report of a vector, compares every message, and gives the reports' results.
fn verify<T: Type>(
	vdaf: &Prio3<T, XofTurboShake128, 32>,
	vector: &Value,
) -> Vec<T::AggregateResult> {
	let (key, context) = (hex_array(&vector["verify_key"]), hex(&vector["ctx"]));
	let mut results = Vec::new();
	for report in list(&vector["reports"]) {
		let nonce = hex_array(&report["nonce"]);
		let public =
			Prio3PublicShare::get_decoded_with_param(vdaf, &hex(&report["public_share"])).unwrap();
		let (mut states, mut shares) = (Vec::new(), Vec::new());
		for (place, input) in list(&report["input_shares"]).iter().enumerate() {
			let input =
				Prio3InputShare::get_decoded_with_param(&(vdaf, place), &hex(input)).unwrap();
			let (state, share) =
				vdaf.verify_init(&key, &context, place, &(), &nonce, &public, &input).unwrap();
			let published = hex(&report["verifier_shares"][0][place]);
			assert_eq!(share.get_encoded().unwrap(), published);
			shares.push(Prio3VerifierShare::get_decoded_with_param(&state, &published).unwrap());
			states.push(state);
		}
		let message = vdaf.verifier_shares_to_message(&context, &(), shares).unwrap();
		let published = hex(&report["verifier_messages"][0]);
		assert_eq!(message.get_encoded().unwrap(), published);
		let mut outputs = Vec::new();
		for (state, share) in states.into_iter().zip(list(&report["out_shares"])) {
			let message = Prio3VerifierMessage::get_decoded_with_param(&state, &published).unwrap();
			let Ok(VerifyTransition::Finish(output)) = vdaf.verify_next(&context, state, message)
			else {
				panic!("verification does not end");
			};
			assert_eq!(output.get_encoded().unwrap(), hex(share));
			outputs.push(output.into());
		}
		results.push(vdaf.unshard(&(), outputs, 1).unwrap());
	}
	results
}

#[test]
fn l1_bound_sum_works() {
	let vector = load(include_str!("../../../vectors/prio3-l1-bound-sum.json"));
	let (bound, cells) = (number(&vector, "max_value") as u128, number(&vector, "length"));
	let vdaf = Prio3L1BoundSum::new_l1_bound_sum(2, bound, cells, number(&vector, "chunk_length"))
		.unwrap();
	assert_eq!(verify(&vdaf, &vector), [(0..10).collect::<Vec<_>>(), vec![1; 10]]);
}

#[test]
fn sum_vec_of_three_works() {
	let vector = load(include_str!("../../../vectors/prio3-sum-vec.json"));
	let (max, length) = (number(&vector, "max_measurement") as u128, number(&vector, "length"));
	let vdaf = Prio3SumVec::new_sum_vec(3, max, length, number(&vector, "chunk_length")).unwrap();
	assert_eq!(verify(&vdaf, &vector), [vec![10_000, 32_000, 9]]);
}

#[test]
fn histogram_works() {
	let vector = load(include_str!("../../../vectors/prio3-histogram.json"));
	let vdaf = Prio3Histogram::new_histogram(
		2,
		number(&vector, "length"),
		number(&vector, "chunk_length"),
	)
	.unwrap();
	assert_eq!(verify(&vdaf, &vector), [vec![0, 0, 1, 0]]);
}
