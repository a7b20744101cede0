//! Which nodes of a trie are accepted, and that none expands without end.

use super::*;
use crate::proof::ProvenState;
use codec::{Compact, Encode};
use proptest::{collection::vec, prelude::*};
use smoldot::trie::proof_decode::{decode_and_verify_proof, Config};
use sp_core::storage::StateVersion;
use sp_state_machine::{prove_read, InMemoryBackend};

/// A branch with these children, each 32 bytes, and the hash of a value.
fn branch(children: &[Hash], value: Option<Hash>) -> Vec<u8> {
	let bitmap = u16::MAX >> (16 - children.len());
	let mut node = vec![if value.is_some() { 0b0001_0000 } else { 0b1000_0000 }];
	bitmap.encode_to(&mut node);
	node.extend(value.into_iter().flatten());
	for child in children {
		node.extend(child.to_vec().encode());
	}
	node
}

/// A leaf with a value of this name.
fn leaf(name: u8) -> Vec<u8> {
	[&[0b0100_0000][..], &vec![name; 40].encode()].concat()
}

fn hashes(nodes: &[Vec<u8>]) -> Vec<Hash> {
	nodes.iter().map(|node| blake2_256(node)).collect()
}

/// Checks, and says how many nodes were visited.
fn check_and_count(root: &Hash, nodes: &[Vec<u8>]) -> (Result<(), ProofError>, usize) {
	let mut walk = Walk::new(nodes);
	let checked = walk.all(root);
	(checked, walk.visits)
}

/// Ten nodes, each of which refers to the next one sixteen times: 16^9 paths.
fn bomb(last: Vec<u8>) -> (Hash, Vec<Vec<u8>>) {
	let mut nodes = vec![last];
	for _ in 0..9 {
		let child = blake2_256(nodes.last().unwrap());
		nodes.push(branch(&[child; 16], None));
	}
	(blake2_256(nodes.last().unwrap()), nodes)
}

#[test]
fn few_nodes_with_many_paths_are_refused_soon() {
	let (root, nodes) = bomb(leaf(1));
	let (checked, visits) = check_and_count(&root, &nodes);
	assert_eq!((checked, visits), (Err(too_large()), MAX_VISITS + 1));
	assert_eq!(ProvenState::new(root.into(), &nodes).err(), Some(too_large()));
}

#[test]
fn a_value_does_not_lead_to_many_paths() {
	// The value's bytes are those of a node. Other values of the state have the next nodes.
	let (hidden, mut nodes) = bomb(leaf(1));
	let values = hashes(&nodes);
	let leaves: Vec<_> = values.iter().map(|value| [&[0b0010_0000][..], value].concat()).collect();
	let root = branch(&hashes(&leaves), Some(hidden));
	nodes.extend(leaves);
	nodes.push(root.clone());
	let (checked, visits) = check_and_count(&blake2_256(&root), &nodes);
	assert_eq!((checked, visits), (Err(too_large()), MAX_VISITS + 1));
}

#[test]
fn a_proof_has_the_expected_root_and_nothing_else() {
	let leaves: Vec<_> = (0..3).map(leaf).collect();
	let root = branch(&hashes(&leaves[..2]), Some(blake2_256(b"a value")));
	let hash = blake2_256(&root);
	let whole = vec![leaves[0].clone(), leaves[1].clone(), root.clone(), b"a value".to_vec()];
	assert_eq!(check(&hash, &whole), Ok(()));
	// Parts can be left out: what they say is then not proven.
	assert_eq!(check(&hash, std::slice::from_ref(&root)), Ok(()));
	assert_eq!(check(&hash, &whole[..2]), Err(foreign()));
	assert_eq!(check(&hash, &[]), Err(foreign()));
	for more in [leaves[2].clone(), b"another value".to_vec(), branch(&[hash; 2], None)] {
		let more = [&whole[..], &[more]].concat();
		assert_eq!(check(&hash, &more), Err(foreign()));
	}
}

#[test]
fn the_size_of_a_proof_is_bounded() {
	let root = leaf(1);
	let with = |count: usize, each: usize| {
		let more = (1..count)
			.zip(0u32..)
			.map(|(_, number)| [&number.encode()[..], &vec![7; each]].concat());
		let nodes: Vec<_> = std::iter::once(root.clone()).chain(more).collect();
		check(&blake2_256(&root), &nodes)
	};
	// These are not of the state, but not too many.
	assert_eq!(with(MAX_NODES, 0), Err(foreign()));
	assert_eq!(with(MAX_NODES + 1, 0), Err(too_large()));
	assert_eq!(with(2, MAX_BYTES / 2), Err(foreign()));
	assert_eq!(with(2, MAX_BYTES), Err(too_large()));
}

prop_compose! {
	/// Nodes that refer to those before them, each at least to the one before it.
	fn hostile()(
		shapes in vec((vec(any::<prop::sample::Index>(), 0..16), any::<Option<u8>>()), 1..14),
	) -> Vec<Vec<u8>> {
		let mut nodes = vec![leaf(1)];
		for (children, value) in shapes {
			// The newest ones, so that the paths multiply.
			let known = hashes(&nodes[nodes.len().saturating_sub(2)..]);
			let mut children: Vec<_> = children.iter().map(|at| *at.get(&known)).collect();
			children.extend(known.last());
			let value = value.map(|at| blake2_256(&nodes[usize::from(at) % nodes.len()]));
			let node = branch(&children, value);
			if !nodes.contains(&node) {
				nodes.push(node);
			}
		}
		nodes
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(100))]

	#[test]
	fn hostile_proofs_cost_no_more_than_the_limit(nodes in hostile()) {
		let root = blake2_256(nodes.last().unwrap());
		let (checked, visits) = check_and_count(&root, &nodes);
		prop_assert!(visits <= MAX_VISITS + 1);
		prop_assert_eq!(checked == Err(too_large()), visits > MAX_VISITS);
		// What smoldot makes of an accepted one is not larger.
		if checked.is_ok() {
			if let Ok(read) = decode_and_verify_proof(Config { proof: nodes.encode() }) {
				prop_assert!(read.iter_ordered().count() <= visits);
			}
		}
	}

	#[test]
	fn foreign_bytes_are_refused(nodes: Vec<Vec<u8>>) {
		prop_assert_eq!(check(&[7; 32], &nodes), Err(foreign()));
	}
}

/// A key as the state has them: a map of patients, with a map of grantees in each.
fn key(patient: u32, grantee: u8) -> Vec<u8> {
	let hashed = |key: &[u8]| [&sp_crypto_hashing::blake2_128(key), key].concat();
	[hashed(&patient.encode()), hashed(&[grantee; 32])].concat()
}

/// A large state, in which many patients permit the same to the same. Then the leaves below many
/// branches are the same nodes.
#[test]
fn proofs_of_a_large_state_are_far_from_the_limits() {
	let value = vec![7u8; 300];
	let keys =
		|| (0..3_000u32).flat_map(|patient| (0..20u8).map(move |grantee| (patient, grantee)));
	let entries = keys().map(|(patient, grantee)| (key(patient, grantee), Some(value.clone())));
	let backend = InMemoryBackend::<sp_core::Blake2Hasher>::default()
		.update(vec![(None, entries.collect())], StateVersion::V1);
	let root = backend.root().0;
	let of_patients = (0..256).map(|patient| key(patient * 11, 3)).collect::<Vec<_>>();
	let of_one = (0..20).map(|grantee| key(77, grantee)).collect::<Vec<_>>();
	let mixed = (0..3_000).step_by(12).map(|patient| key(patient, (patient % 20) as u8)).collect();
	for read in [of_patients, of_one, mixed] {
		let proof = prove_read(backend.clone(), &read).unwrap();
		let nodes: Vec<_> = proof.into_iter_nodes().collect();
		let (checked, visits) = check_and_count(&root, &nodes);
		assert_eq!(checked, Ok(()));
		assert!(nodes.len() * 8 < MAX_NODES && visits * 8 < MAX_VISITS, "{} {visits}", nodes.len());
		let state = ProvenState::new(root.into(), &nodes).unwrap();
		assert!(read.iter().all(|key| state.get(key) == Ok(Some(&value[..]))));
	}
}

/// The length of a list is part of its bytes.
#[test]
fn the_branches_of_these_tests_are_nodes() {
	let node = branch(&[[1; 32]; 16], Some([2; 32]));
	assert_eq!(Compact(32u32).encode(), [128]);
	let decoded = trie_node::decode(&node).unwrap();
	assert_eq!(decoded.children_bitmap(), u16::MAX);
	assert_eq!(decoded.storage_value, StorageValue::Hashed(&[2; 32]));
}
