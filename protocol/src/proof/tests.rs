use super::*;
use codec::Encode;
use sp_core::{ed25519, storage::StateVersion, Pair};
use sp_state_machine::{prove_read, InMemoryBackend};

const SEED: [u8; 32] = [3; 32];

fn pairs(count: u8) -> Vec<ed25519::Pair> {
	(0..count).map(|seed| ed25519::Pair::from_seed(&[seed; 32])).collect()
}

fn authorities(pairs: &[ed25519::Pair]) -> Authorities {
	Authorities { set_id: 7, keys: pairs.iter().map(|pair| pair.public().0).collect() }
}

/// A justification of block 9 in round 5, signed by these for a set.
fn justification(pairs: &[ed25519::Pair], set_id: u64, hash: H256) -> Vec<u8> {
	let (round, number) = (5u64, 9u32);
	let votes: Vec<_> = pairs
		.iter()
		.map(|pair| {
			let message = (1u8, hash, number, round, set_id).encode();
			(hash, number, pair.sign(&message).0, pair.public().0)
		})
		.collect();
	(round, hash, number, votes, Vec::<()>::new()).encode()
}

fn refused(justification: &[u8], authorities: &Authorities) -> String {
	verify_finality(justification, authorities, SEED).unwrap_err().to_string()
}

#[test]
fn a_block_is_final_if_more_than_two_thirds_signed() {
	let pairs = pairs(4);
	let (known, hash) = (authorities(&pairs), H256::repeat_byte(1));
	let signed = justification(&pairs[..3], 7, hash);
	assert_eq!(verify_finality(&signed, &known, SEED), Ok((9, hash)));
	assert!(refused(&justification(&pairs[..2], 7, hash), &known).contains("not enough"));
}

#[test]
fn votes_of_others_of_another_set_and_votes_twice_do_not_count() {
	let (known, hash) = (authorities(&pairs(4)), H256::repeat_byte(1));
	let mut strangers = pairs(2);
	strangers.push(ed25519::Pair::from_seed(&[9; 32]));
	assert!(refused(&justification(&strangers, 7, hash), &known).contains("not a validator"));
	assert!(refused(&justification(&pairs(3), 6, hash), &known).contains("false signature"));
	let twice = [&pairs(2)[..], &pairs(1)[..]].concat();
	assert!(refused(&justification(&twice, 7, hash), &known).contains("twice"));
	assert!(refused(&[1, 2, 3], &known).contains("malformed"));
}

#[test]
fn every_changed_byte_of_a_justification_is_noticed() {
	let pairs = pairs(4);
	let (known, hash) = (authorities(&pairs), H256::repeat_byte(1));
	let signed = justification(&pairs[..3], 7, hash);
	for position in 0..signed.len() {
		let mut changed = signed.clone();
		changed[position] ^= 1;
		assert!(verify_finality(&changed, &known, SEED).is_err(), "byte {position}");
	}
}

#[test]
fn a_header_is_known_by_its_hash() {
	let (parent, state, extrinsics) =
		(H256::repeat_byte(1), H256::repeat_byte(2), H256::repeat_byte(3));
	let encoded = (parent, codec::Compact(77u32), state, extrinsics, Vec::<()>::new()).encode();
	let hash = H256(sp_crypto_hashing::blake2_256(&encoded));
	let header = Header { number: 77, hash, parent, state_root: state };
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

#[test]
fn a_prefix_has_no_other_keys() {
	let keys = ["aa1", "aa2", "aa3", "ab", "b"];
	let (root, nodes) = proof(&keys, &["aa1", "aa2", "aa3"]);
	let state = ProvenState::new(root, &nodes).unwrap();
	let found: Vec<_> = ["aa1", "aa2", "aa3"].map(|key| key.as_bytes().to_vec()).into();
	assert_eq!(state.keys(b"aa"), Ok(found));
	assert_eq!(state.keys(b"c"), Ok(Vec::new()));
}

#[test]
fn a_proof_that_leaves_out_a_node_or_changes_a_byte_proves_nothing_false() {
	let keys = ["aa1", "aa2", "aa3", "ab", "b"];
	let (root, nodes) = proof(&keys, &["aa1", "aa2", "aa3"]);
	let all = ProvenState::new(root, &nodes).unwrap().keys(b"aa").unwrap();
	for left_out in 0..nodes.len() {
		let mut fewer = nodes.clone();
		fewer.remove(left_out);
		let found = ProvenState::new(root, &fewer).and_then(|state| state.keys(b"aa"));
		assert!(found.is_err() || found == Ok(all.clone()), "without node {left_out}");
		for position in 0..nodes[left_out].len() {
			let mut changed = nodes.clone();
			changed[left_out][position] ^= 1;
			let Ok(state) = ProvenState::new(root, &changed) else { continue };
			let found = state.get(b"aa1");
			assert!(found.is_err() || found == Ok(Some(&value("aa1")[..])));
			assert!(state.keys(b"aa").is_err() || state.keys(b"aa") == Ok(all.clone()));
		}
	}
	// The proof of another state.
	let (_, other) = proof(&["aa1"], &["aa1"]);
	let state = ProvenState::new(root, &other);
	assert!(state.is_err() || state.is_ok_and(|state| state.get(b"aa1").is_err()));
}
