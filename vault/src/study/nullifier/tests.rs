use std::collections::{BTreeSet, VecDeque};

use proptest::prelude::*;
use rand_core_06::{CryptoRng, RngCore};
use serde_json::Value;

use super::*;
use crate::{
	study::tests::{account, round},
	tests::{hex, hex_array},
};

const SYSTEM: &str = "http://hl7.org/fhir/sid/us-ssn";

fn inputs(number: usize) -> Vec<Input> {
	(0..number).map(|n| Input::identifier(SYSTEM, &format!("999-{n}")).unwrap()).collect()
}

fn key(byte: u8) -> EvaluationKey {
	EvaluationKey::from_bytes(&[byte; 32])
}

fn outputs(blinded: &Blinded, key: &EvaluationKey) -> Vec<Output> {
	blinded.finish(&key.evaluate(&blinded.points()).unwrap(), &key.public()).unwrap()
}

/// A random source that gives the vectors' scalars, one a draw.
struct Scalars(VecDeque<[u8; 32]>);

impl RngCore for Scalars {
	fn next_u32(&mut self) -> u32 {
		unreachable!("only scalars are drawn")
	}

	fn next_u64(&mut self) -> u64 {
		unreachable!("only scalars are drawn")
	}

	fn fill_bytes(&mut self, bytes: &mut [u8]) {
		bytes[..32].copy_from_slice(&self.0.pop_front().unwrap());
		bytes[32..].fill(0);
	}

	fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core_06::Error> {
		self.fill_bytes(bytes);
		Ok(())
	}
}

impl CryptoRng for Scalars {}

fn arrays<const N: usize>(value: &Value) -> Vec<[u8; N]> {
	value.as_array().unwrap().iter().map(hex_array).collect()
}

#[test]
fn rfc_9497_works() {
	let vectors: Value = serde_json::from_str(include_str!("../../../vectors/voprf.json")).unwrap();
	let key = EvaluationKey::derive(&hex_array(&vectors["seed"]), &hex(&vectors["key_info"]));
	assert_eq!(key.public(), hex_array(&vectors["public_key"]));
	for batch in vectors["batches"].as_array().unwrap() {
		let inputs = batch["inputs"].as_array().unwrap();
		let inputs = inputs.iter().map(|input| Input(Zeroizing::new(hex(input)))).collect();
		let mut blinds = Scalars(arrays(&batch["blinds"]).into());
		let blinded = Blinded::with_random(inputs, &mut blinds).unwrap();
		assert_eq!(blinded.points(), arrays(&batch["blinded"]));
		let mut random = Scalars([hex_array(&batch["proof_random"])].into());
		let evaluation = key.evaluate_with_random(&blinded.points(), &mut random).unwrap();
		assert_eq!(evaluation.points, arrays(&batch["evaluated"]));
		assert_eq!(evaluation.proof, hex_array(&batch["proof"]));
		let outputs = blinded.finish(&evaluation, &key.public()).unwrap();
		let outputs: Vec<[u8; 64]> = outputs.iter().map(|output| *output.to_bytes()).collect();
		assert_eq!(outputs, arrays(&batch["outputs"]));
	}
}

#[test]
fn vectors_work() {
	let vector: Value =
		serde_json::from_str(include_str!("../../../vectors/nullifier.json")).unwrap();
	let blinded = Blinded::from_bytes(&hex(&vector["blinded"])).unwrap();
	assert_eq!(blinded.to_bytes().to_vec(), hex(&vector["blinded"]));
	let identifier = Input::identifier(SYSTEM, "999-12-3456").unwrap();
	assert_eq!(blinded.inputs, [identifier.0, Input::account(&account(0x22)).0]);
	assert_eq!(
		blinded.inputs.iter().map(|i| i.to_vec()).collect::<Vec<_>>(),
		[hex(&vector["inputs"][0]), hex(&vector["inputs"][1])]
	);
	let mut by_aggregator = Vec::new();
	for aggregator in vector["aggregators"].as_array().unwrap() {
		let key = EvaluationKey::from_bytes(&hex_array(&aggregator["seed"]));
		assert_eq!(key.public(), hex_array(&aggregator["public_key"]));
		let evaluation = Evaluation {
			points: arrays(&aggregator["evaluated"]),
			proof: hex_array(&aggregator["proof"]),
		};
		assert_eq!(key.evaluate(&blinded.points()).unwrap().points, evaluation.points);
		let outputs = blinded.finish(&evaluation, &key.public()).unwrap();
		let bytes: Vec<[u8; 64]> = outputs.iter().map(|output| *output.to_bytes()).collect();
		assert_eq!(bytes, arrays(&aggregator["outputs"]));
		by_aggregator.push(outputs);
	}
	for (person, expected) in arrays::<32>(&vector["nullifiers"]).into_iter().enumerate() {
		let outputs: Vec<_> = by_aggregator.iter().map(|outputs| outputs[person].clone()).collect();
		assert_eq!(nullifier(&round(), &outputs), expected);
		let contributors: Vec<AccountId> =
			arrays::<32>(&vector["contributors"]).into_iter().map(AccountId::from).collect();
		let kept = keeper(&expected, &contributors).unwrap();
		assert_eq!(<[u8; 32]>::from(kept.clone()), hex_array(&vector["keepers"][person]));
	}
}

#[test]
fn one_person_has_one_nullifier_works() {
	let keys = [key(1), key(2), key(3)];
	let of = |inputs: Vec<Input>| -> Vec<[u8; 32]> {
		let blinded = Blinded::new(inputs).unwrap();
		let all: Vec<_> = keys.iter().map(|key| outputs(&blinded, key)).collect();
		let person = |at: usize| all.iter().map(|outputs| outputs[at].clone()).collect::<Vec<_>>();
		(0..all[0].len()).map(|at| nullifier(&round(), &person(at))).collect()
	};
	let one = of(inputs(5));
	let mut reversed = inputs(5);
	reversed.reverse();
	let mut other = of(reversed);
	other.reverse();
	assert_eq!(one, other);
	assert_eq!(BTreeSet::from_iter(one).len(), 5);
}

#[test]
fn every_output_counts_works() {
	let blinded = Blinded::new(inputs(1)).unwrap();
	let [one, two, three] = [1, 2, 3].map(|byte| outputs(&blinded, &key(byte)).remove(0));
	let base = nullifier(&round(), &[one.clone(), two.clone()]);
	let other_round = StudyRound { round: 3, ..round() };
	let other_study = StudyRound { study: 4, ..round() };
	let other_chain = StudyRound { genesis: [0; 32].into(), ..round() };
	let others = [
		nullifier(&round(), &[two.clone(), one.clone()]),
		nullifier(&round(), &[one.clone(), three.clone()]),
		nullifier(&round(), std::slice::from_ref(&one)),
		nullifier(&round(), &[one.clone(), two.clone(), three]),
		nullifier(&other_round, &[one.clone(), two.clone()]),
		nullifier(&other_study, &[one.clone(), two.clone()]),
		nullifier(&other_chain, &[one, two]),
	];
	assert!(others.iter().all(|other| *other != base));
}

/// Somebody with a register of all identifiers who lacks one aggregator's key.
#[test]
fn a_dictionary_without_every_key_fails() {
	let register = Blinded::new(inputs(120)).unwrap();
	let by_key = [1, 2, 3, 4].map(|byte| outputs(&register, &key(byte)));
	let guess = |keys: &[usize]| -> BTreeSet<[u8; 32]> {
		let of = |person: usize| {
			let outputs: Vec<_> = keys.iter().map(|key| by_key[*key][person].clone()).collect();
			nullifier(&round(), &outputs)
		};
		(0..120).map(of).collect()
	};
	// The aggregators have keys 0 to 2. Key 3 is the attacker's own.
	let true_ones = guess(&[0, 1, 2]);
	assert_eq!(true_ones.len(), 120);
	for keys in [&[0][..], &[0, 1], &[0, 1, 1], &[0, 1, 3], &[3, 1, 2]] {
		assert!(guess(keys).is_disjoint(&true_ones), "{keys:?}");
	}
}

#[test]
fn blinding_hides_the_input_works() {
	let [one, other] = [0, 0].map(|_| Blinded::new(inputs(1)).unwrap());
	assert_ne!(one.points(), other.points());
	let outputs = [&one, &other].map(|blinded| outputs(blinded, &key(1)).remove(0).to_bytes());
	assert_eq!(outputs[0], outputs[1]);
}

#[test]
fn another_key_than_the_published_one_fails() {
	let blinded = Blinded::new(inputs(3)).unwrap();
	let evaluation = key(1).evaluate(&blinded.points()).unwrap();
	assert!(blinded.finish(&evaluation, &key(1).public()).is_ok());
	for public in [key(2).public(), [0; 32], [0xff; 32]] {
		let refused = blinded.finish(&evaluation, &public);
		assert!(matches!(refused, Err(Error::FalseEvaluation)));
	}
	// One point under another key, hidden among the others.
	let mut mixed = evaluation.clone();
	mixed.points[1] = key(2).evaluate(&blinded.points()).unwrap().points[1];
	assert!(matches!(blinded.finish(&mixed, &key(1).public()), Err(Error::FalseEvaluation)));
	let mut swapped = evaluation;
	swapped.points.swap(0, 1);
	assert!(matches!(blinded.finish(&swapped, &key(1).public()), Err(Error::FalseEvaluation)));
}

#[test]
fn too_many_points_and_none_fail() {
	let many = Blinded::new(inputs(MAX_EVALUATED)).unwrap();
	assert_eq!(outputs(&many, &key(1)).len(), MAX_EVALUATED);
	let points = [many.points(), many.points()].concat();
	for number in [0, MAX_EVALUATED + 1] {
		let refused = key(1).evaluate(&points[..number]);
		assert!(matches!(refused, Err(Error::WrongBatch { have, .. }) if have == number));
		let refused = Blinded::new(inputs(number));
		assert!(matches!(refused, Err(Error::WrongBatch { have, .. }) if have == number));
	}
	let blinded = Blinded::new(inputs(2)).unwrap();
	let evaluation = key(1).evaluate(&blinded.points()).unwrap();
	for points in [vec![], evaluation.points[..1].to_vec(), vec![evaluation.points[0]; 3]] {
		let wrong = Evaluation { points, ..evaluation.clone() };
		let refused = blinded.finish(&wrong, &key(1).public());
		assert!(matches!(refused, Err(Error::WrongBatch { max: 2, .. })));
	}
}

#[test]
fn invalid_points_fail() {
	let blinded = Blinded::new(inputs(3)).unwrap();
	let evaluation = key(1).evaluate(&blinded.points()).unwrap();
	// The neutral element, a number beyond the field, and a negative one (RFC 9496, A.3).
	let negative = "0100000000000000000000000000000000000000000000000000000000000000";
	let negative = hex::decode(negative).unwrap().try_into().unwrap();
	for invalid in [[0; 32], [0xff; 32], negative] {
		let mut points = blinded.points();
		points[2] = invalid;
		let refused = key(1).evaluate(&points);
		assert!(matches!(refused, Err(Error::MalformedPoint { place: 2 })));
		let mut wrong = evaluation.clone();
		wrong.points[1] = invalid;
		let refused = blinded.finish(&wrong, &key(1).public());
		assert!(matches!(refused, Err(Error::MalformedPoint { place: 1 })));
	}
}

#[test]
fn unusable_identifiers_fail() {
	let longest = "9".repeat(MAX_INPUT - SYSTEM.len() - 1);
	assert!(Input::identifier(SYSTEM, &longest).is_ok());
	assert!(Input::identifier(SYSTEM, "9|9").is_ok());
	let refused = [
		Input::identifier(SYSTEM, &(longest + "9")),
		Input::identifier(SYSTEM, ""),
		Input::identifier("", "9"),
		Input::identifier("urn:a|b", "9"),
	];
	for refused in refused {
		assert!(matches!(refused, Err(Error::UnusableIdentifier)));
	}
}

#[test]
fn a_stored_batch_works() {
	let blinded = Blinded::new(inputs(2)).unwrap();
	let stored = Blinded::from_bytes(&blinded.to_bytes()).unwrap();
	assert_eq!(stored.points(), blinded.points());
	let both = [&blinded, &stored].map(|batch| outputs(batch, &key(1)).remove(1).to_bytes());
	assert_eq!(both[0], both[1]);
	let mut wrong_version = blinded.to_bytes().to_vec();
	wrong_version[0] = 2;
	assert!(matches!(Blinded::from_bytes(&wrong_version), Err(Error::MalformedBatch)));
	assert!(matches!(Blinded::from_bytes(&[1, 0]), Err(Error::MalformedBatch)));
}

#[test]
fn keys_are_kept_by_their_seed_works() {
	let key = EvaluationKey::random();
	assert_eq!(EvaluationKey::from_bytes(&key.to_bytes()).public(), key.public());
	assert_ne!(EvaluationKey::random().public(), key.public());
}

#[test]
fn secrets_show_nothing_works() {
	let blinded = Blinded::new(inputs(1)).unwrap();
	let output = outputs(&blinded, &key(1)).remove(0);
	assert_eq!(
		format!("{:?} {blinded:?} {output:?} {:?}", inputs(1)[0], key(1)),
		"Input(..) Blinded(..) Output(..) EvaluationKey(..)"
	);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn a_tampered_evaluation_fails(at: prop::sample::Index, bit in 0u8..8, in_proof: bool) {
		let blinded = Blinded::new(inputs(2)).unwrap();
		let mut evaluation = key(1).evaluate(&blinded.points()).unwrap();
		let bytes =
			if in_proof { &mut evaluation.proof[..] } else { &mut evaluation.points[0][..] };
		let at = at.index(bytes.len());
		bytes[at] ^= 1 << bit;
		let refused = blinded.finish(&evaluation, &key(1).public());
		let as_expected =
			matches!(refused, Err(Error::FalseEvaluation | Error::MalformedPoint { place: 0 }));
		prop_assert!(as_expected);
	}

	#[test]
	fn any_bytes_do_not_panic(
		points in prop::collection::vec(any::<[u8; 32]>(), 0..4),
		proof in prop::collection::vec(any::<u8>(), 64),
		public: [u8; 32],
		mut bytes: Vec<u8>,
	) {
		let _ = key(1).evaluate(&points);
		let _ = Blinded::from_bytes(&bytes);
		if let Some(first) = bytes.first_mut() {
			*first = STUDY_FORMAT;
		}
		let _ = Blinded::from_bytes(&bytes);
		let blinded = Blinded::new(inputs(points.len().max(1))).unwrap();
		let evaluation = Evaluation { points, proof: proof.try_into().unwrap() };
		prop_assert!(blinded.finish(&evaluation, &public).is_err());
		prop_assert!(blinded.finish(&evaluation, &key(1).public()).is_err());
	}

	/// All aggregators name the same contributor, whatever order they know them in, and the others'
	/// departure does not change it.
	#[test]
	fn the_keeper_does_not_depend_on_order(
		nullifier: [u8; 32],
		contributors in prop::collection::btree_set(any::<[u8; 32]>(), 1..8),
	) {
		let all: Vec<AccountId> = contributors.into_iter().map(AccountId::from).collect();
		let kept = keeper(&nullifier, &all).unwrap();
		prop_assert_eq!(keeper(&nullifier, all.iter().rev()), Some(kept));
		for left in &all {
			let still = keeper(&nullifier, all.iter().filter(|one| *one != left));
			prop_assert!(left == kept || still == Some(kept));
		}
		prop_assert_eq!(keeper(&nullifier, []), None);
	}
}

#[test]
fn each_contributor_keeps_its_part_works() {
	let contributors = [account(1), account(2)];
	let kept = (0..1_000u32).filter(|n| {
		let nullifier: [u8; 32] = Blake2b256::digest(n.encode()).into();
		keeper(&nullifier, &contributors) == Some(&contributors[0])
	});
	assert!((400..=600).contains(&kept.count()));
}
