//! Somebody has a register of persons and the disks of aggregators with their keys, and looks for the
//! register's persons in a hospital's list.

use super::harness::*;
use crate::{
	chain::double::studies::STUDY,
	studies::secrets::{self, Stored},
};
use codec::Encode;
use std::collections::BTreeSet;
use vouchsafe_vault::study::nullifier::{nullifier, Blinded, EvaluationKey, Input, Output};

/// Everybody in the register. The hospital contributes every second one.
const REGISTER: usize = 120;

/// The keys and the lists of nullifiers on an aggregator's disk.
async fn disk(network: &Network, place: usize) -> (EvaluationKey, BTreeSet<[u8; 32]>) {
	let aggregated = network.aggregated(place).await;
	let evaluation = secrets::evaluation_key(&aggregated.state, STUDY).await.unwrap().unwrap();
	let key = secrets::round_key(&aggregated.state, aggregated.id()).await.unwrap();
	let mut nullifiers = BTreeSet::new();
	for part in aggregated.state.database.lists(aggregated.id()).await.unwrap() {
		let context = Stored::Nullifiers(part.contributor, part.part).encode();
		let bytes = key.decrypt(&context, &part.ciphertext).unwrap();
		nullifiers.extend(bytes.as_chunks().0);
	}
	(evaluation, nullifiers)
}

/// What these keys make of everybody in the register.
fn outputs(register: &Blinded, key: &EvaluationKey) -> Vec<Output> {
	let evaluation = key.evaluate(&register.points()).unwrap();
	register.finish(&evaluation, &key.public()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_finds_nobody_without_every_key() {
	let people: Vec<u8> = (0..60).collect();
	let network = Network::new(terms(3), &[("//A", &people)], false).await;
	network.freeze().await;
	let register: Vec<String> = (0..REGISTER).map(|it| format!("999-10-{it:04}")).collect();
	let listed: Vec<&str> = register.iter().step_by(2).map(String::as_str).collect();
	network.send_lists("//A", &listed).await;

	let mut disks = Vec::new();
	for place in 0..3 {
		disks.push(disk(&network, place).await);
	}
	assert!(disks.iter().all(|(_, list)| list.len() == listed.len() && *list == disks[0].1));
	let input = |value: &String| Input::identifier("urn:test", value).unwrap();
	let blinded = Blinded::new(register.iter().map(input).collect()).unwrap();
	let own = EvaluationKey::random();
	let by_key: Vec<Vec<Output>> =
		disks.iter().map(|(key, _)| key).chain([&own]).map(|key| outputs(&blinded, key)).collect();
	let round = network.round();
	let guess = |keys: &[usize]| -> BTreeSet<[u8; 32]> {
		let of = |person: usize| {
			let outputs: Vec<_> = keys.iter().map(|key| by_key[*key][person].clone()).collect();
			nullifier(&round, &outputs)
		};
		(0..REGISTER).map(of).filter(|guess| disks[0].1.contains(guess)).collect()
	};
	// One key, two, and two with the attacker's own in place of the third.
	for keys in
		[&[0][..], &[1], &[2], &[0, 1], &[0, 2], &[1, 2], &[0, 1, 3], &[0, 3, 2], &[3, 1, 2]]
	{
		assert!(guess(keys).is_empty(), "{keys:?}");
	}
	// All disks together name everybody in the list.
	assert_eq!(guess(&[0, 1, 2]), disks[0].1);
}
