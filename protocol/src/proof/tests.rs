//! What headers and state proofs prove, and what they do not.

use super::*;
use codec::Encode;
use sp_core::storage::StateVersion;
use sp_state_machine::{prove_read, InMemoryBackend};

#[test]
fn a_header_is_known_by_its_hash() {
	let (parent, state, extrinsics) =
		(H256::repeat_byte(1), H256::repeat_byte(2), H256::repeat_byte(3));
	let encoded = (parent, codec::Compact(77u32), state, extrinsics, Vec::<()>::new()).encode();
	let hash = H256(sp_crypto_hashing::blake2_256(&encoded));
	let header =
		Header { number: 77, hash, parent, state_root: state, extrinsics_root: extrinsics };
	assert_eq!(Header::verify(&encoded, hash), Ok(header));
	let other = H256::repeat_byte(4);
	assert_eq!(Header::verify(&encoded, other), Err(ProofError::Header(other)));
}

/// The value of a key in the state: 40 bytes.
fn value(key: &str) -> Vec<u8> {
	key.bytes().cycle().take(40).collect()
}

/// A state with these keys, and its root.
fn state(keys: &[&str]) -> (InMemoryBackend<sp_core::Blake2Hasher>, H256) {
	let entries = keys.iter().map(|key| (key.as_bytes().to_vec(), Some(value(key))));
	let backend = InMemoryBackend::default();
	let backend = backend.update(vec![(None, entries.collect())], StateVersion::V1);
	let root = *backend.root();
	(backend, root)
}

fn proof(keys: &[&str], read: &[&str]) -> (H256, Vec<Vec<u8>>) {
	let (backend, root) = state(keys);
	let proof = prove_read(backend, read).unwrap();
	(root, proof.into_iter_nodes().collect())
}

#[test]
fn values_and_their_absence_are_proven() {
	let (root, nodes) = proof(&["aa", "ab", "b"], &["aa", "ac"]);
	let state = ProvenState::new(root, &nodes).unwrap();
	assert_eq!(state.get(b"aa"), Ok(Some(&value("aa")[..])));
	assert_eq!(state.get(b"ac"), Ok(None));
	assert!(state.get(b"ab").is_err(), "its value was not asked for");
}

/// All keys that begin with the prefix.
fn keys(state: &ProvenState, prefix: &[u8]) -> Result<Vec<Vec<u8>>, ProofError> {
	state.keys_after(prefix, None, usize::MAX)
}

#[test]
fn a_prefix_has_no_other_keys() {
	let names = ["aa1", "aa2", "aa3", "ab", "b"];
	let (root, nodes) = proof(&names, &["aa1", "aa2", "aa3"]);
	let state = ProvenState::new(root, &nodes).unwrap();
	let found: Vec<_> = ["aa1", "aa2", "aa3"].map(|key| key.as_bytes().to_vec()).into();
	assert_eq!(keys(&state, b"aa"), Ok(found));
	assert_eq!(keys(&state, b"c"), Ok(Vec::new()));
}

#[test]
fn a_proof_that_leaves_out_a_node_or_changes_a_byte_proves_nothing_false() {
	let names = ["aa1", "aa2", "aa3", "ab", "b"];
	let (root, nodes) = proof(&names, &["aa1", "aa2", "aa3"]);
	let all = keys(&ProvenState::new(root, &nodes).unwrap(), b"aa").unwrap();
	for left_out in 0..nodes.len() {
		let mut fewer = nodes.clone();
		fewer.remove(left_out);
		let found = ProvenState::new(root, &fewer).and_then(|state| keys(&state, b"aa"));
		assert!(found.is_err() || found == Ok(all.clone()), "without node {left_out}");
		for position in 0..nodes[left_out].len() {
			let mut changed = nodes.clone();
			changed[left_out][position] ^= 1;
			let Ok(state) = ProvenState::new(root, &changed) else { continue };
			let found = state.get(b"aa1");
			assert!(found.is_err() || found == Ok(Some(&value("aa1")[..])));
			assert!(keys(&state, b"aa").is_err() || keys(&state, b"aa") == Ok(all.clone()));
		}
	}
	// The proof of another state.
	let (_, other) = proof(&["aa1"], &["aa1"]);
	let state = ProvenState::new(root, &other);
	assert!(state.is_err() || state.is_ok_and(|state| state.get(b"aa1").is_err()));
}
