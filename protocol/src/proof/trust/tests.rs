//! How trust goes from the genesis block to newer blocks and other validators.

use super::*;
use codec::Compact;
use sp_core::{ed25519, storage::StateVersion, Pair};
use sp_state_machine::{prove_read, InMemoryBackend};

/// Four validators. Each set has its own keys.
fn validators(set: u8) -> Vec<ed25519::Pair> {
	(0..4).map(|number| ed25519::Pair::from_seed(&[set * 16 + number; 32])).collect()
}

fn votes_of(pairs: &[ed25519::Pair]) -> Vec<([u8; 32], u64)> {
	pairs.iter().map(|pair| (pair.public().0, 1)).collect()
}

/// The digest of a block after which these finalise.
fn change(next: &[([u8; 32], u64)], delay: u32) -> Vec<u8> {
	let log = (1u8, next, delay).encode();
	(Compact(1u32), 4u8, *b"FRNK", log).encode()
}

fn header(number: u32, state: H256, digest: &[u8]) -> Vec<u8> {
	let extrinsics = H256::repeat_byte(3);
	let fields = (H256::repeat_byte(1), Compact(number), state, extrinsics).encode();
	[&fields, digest].concat()
}

fn hash(header: &[u8]) -> H256 {
	H256(sp_crypto_hashing::blake2_256(header))
}

/// A block for which three of a set's validators have voted.
fn block(number: u32, set: u8, digest: &[u8]) -> FinalBlock {
	let header = header(number, H256::repeat_byte(2), digest);
	signed(header, number, set)
}

fn signed(header: Vec<u8>, number: u32, set: u8) -> FinalBlock {
	let (round, hash) = (5u64, hash(&header));
	let votes: Vec<_> = validators(set)[..3]
		.iter()
		.map(|pair| {
			let message = (1u8, hash, number, round, u64::from(set)).encode();
			(hash, number, pair.sign(&message).0, pair.public().0)
		})
		.collect();
	let justification = (round, hash, number, votes, Vec::<()>::new()).encode();
	FinalBlock { header, justification }
}

/// A block without anything in its digest.
fn plain(number: u32, set: u8) -> FinalBlock {
	block(number, set, &[0])
}

/// The last block of a set.
fn last_of(number: u32, set: u8) -> FinalBlock {
	block(number, set, &change(&votes_of(&validators(set + 1)), 0))
}

/// A genesis block with these authorities: its header, its hash and the proof.
fn genesis(authorities: &[([u8; 32], u64)]) -> (Vec<u8>, H256, Vec<Vec<u8>>) {
	let entries = vec![
		(storage::authorities().bytes, Some(authorities.encode())),
		(storage::set_id().bytes, Some(0u64.encode())),
	];
	let backend = InMemoryBackend::<sp_core::Blake2Hasher>::default()
		.update(vec![(None, entries)], StateVersion::V1);
	let header = header(0, *backend.root(), &[0]);
	let proof = prove_read(backend, Trusted::genesis_keys()).unwrap();
	(header.clone(), hash(&header), proof.into_iter_nodes().collect())
}

fn begin() -> Trusted {
	let (header, genesis, proof) = genesis(&votes_of(&validators(0)));
	Trusted::from_genesis(genesis, &header, &proof).unwrap()
}

/// After these blocks.
fn after(blocks: &[FinalBlock]) -> Result<Trusted, ProofError> {
	let mut trusted = begin();
	trusted.advance(blocks)?;
	Ok(trusted)
}

#[test]
fn the_first_validators_are_those_of_the_genesis_state() {
	let trusted = begin();
	assert_eq!(trusted.head().number, 0);
	assert_eq!(trusted.authorities.set_id, 0);
	let keys: Vec<_> = validators(0).iter().map(|pair| pair.public().0).collect();
	assert_eq!(trusted.authorities.keys, keys);

	let (header, hash, proof) = genesis(&votes_of(&validators(0)));
	let (.., others) = genesis(&votes_of(&validators(1)));
	let begin = |hash, proof: &[Vec<u8>]| Trusted::from_genesis(hash, &header, proof);
	assert!(matches!(begin(hash, &others), Err(ProofError::State(_))));
	assert!(matches!(begin(hash, &[]), Err(ProofError::State(_))));
	let other = H256::repeat_byte(9);
	assert_eq!(begin(other, &proof), Err(ProofError::Header(other)));
}

#[test]
fn the_first_validators_have_one_vote_each() {
	let mut votes = votes_of(&validators(0));
	votes[0].1 = 2;
	for votes in [votes, vec![]] {
		let (header, hash, proof) = genesis(&votes);
		let begun = Trusted::from_genesis(hash, &header, &proof);
		assert!(matches!(begun, Err(ProofError::State(_))), "{begun:?}");
	}
}

#[test]
fn a_later_block_is_trusted_if_its_validators_signed_it() {
	let trusted = after(&[plain(7, 0)]).unwrap();
	assert_eq!(trusted.head().number, 7);
	assert_eq!(trusted.head().hash, hash(&plain(7, 0).header));
	assert_eq!(trusted.authorities.set_id, 0);
	assert!(matches!(after(&[plain(7, 1)]), Err(ProofError::Finality(_))));
	// The votes of one block, with the header of another.
	let mixed = FinalBlock { header: plain(8, 0).header, ..plain(7, 0) };
	assert!(matches!(after(&[mixed]), Err(ProofError::Header(_))));
	assert_eq!(after(&[]), Ok(begin()));
}

#[test]
fn a_client_never_goes_back() {
	let mut trusted = after(&[plain(7, 0)]).unwrap();
	assert_eq!(trusted.advance(&[plain(6, 0)]), Err(ProofError::Older(6, 7)));
	// The same block again is no step.
	trusted.advance(&[plain(7, 0), plain(8, 0)]).unwrap();
	assert_eq!(trusted.head().number, 8);
	let fork = |set| signed(header(8, H256::repeat_byte(7), &[0]), 8, set);
	assert_eq!(trusted.advance(&[fork(0)]), Err(ProofError::TwoFinal(8)));
	// Anybody can claim a fork.
	assert!(matches!(trusted.advance(&[fork(1)]), Err(ProofError::Finality(_))));
	assert_eq!(trusted.head().number, 8);
}

#[test]
fn the_last_block_of_a_set_names_the_next_one() {
	let trusted = after(&[last_of(5, 0), last_of(9, 1), plain(12, 2)]).unwrap();
	assert_eq!((trusted.head().number, trusted.authorities.set_id), (12, 2));
	let keys: Vec<_> = validators(2).iter().map(|pair| pair.public().0).collect();
	assert_eq!(trusted.authorities.keys, keys);

	// No set can be left out, and an ended one finalises nothing.
	assert!(after(&[last_of(9, 1), plain(12, 2)]).is_err());
	assert!(after(&[last_of(5, 0), plain(12, 0)]).is_err());
	// The last block of a set does not count twice.
	let mut trusted = after(&[last_of(5, 0)]).unwrap();
	trusted.advance(&[last_of(5, 0), plain(6, 1)]).unwrap();
	assert_eq!(trusted.authorities.set_id, 1);
}

#[test]
fn other_changes_of_the_validators_are_refused() {
	let next = votes_of(&validators(1));
	let mut heavy = next.clone();
	heavy[3].1 = 2;
	for digest in [change(&next, 1), change(&heavy, 0), change(&[], 0)] {
		let refused = after(&[block(5, 0, &digest)]);
		assert!(matches!(refused, Err(ProofError::Header(_))), "{refused:?}");
	}
}

#[test]
fn nothing_changes_if_one_of_the_blocks_is_not_proven() {
	let mut trusted = begin();
	assert!(trusted.advance(&[plain(4, 0), plain(7, 1)]).is_err());
	assert_eq!(trusted, begin());
}

#[test]
fn every_changed_byte_of_a_block_is_noticed() {
	let last = last_of(5, 0);
	for position in 0..last.header.len() {
		let mut changed = last.clone();
		changed.header[position] ^= 1;
		assert!(after(&[changed]).is_err(), "byte {position}");
	}
}

#[test]
fn what_is_trusted_is_kept_for_its_chain() {
	let trusted = after(&[last_of(5, 0), plain(7, 1)]).unwrap();
	let (bytes, genesis) = (trusted.to_bytes(), trusted.genesis());
	assert_eq!(Trusted::from_bytes(&bytes, genesis), Ok(trusted));
	let other = H256::repeat_byte(9);
	assert_eq!(Trusted::from_bytes(&bytes, other), Err(ProofError::Kept));
	let longer = [&bytes[..], &[0]].concat();
	let newer = [&[VERSION + 1], &bytes[1..]].concat();
	for damaged in [&bytes[..bytes.len() - 1], &longer, &newer, &[]] {
		assert_eq!(Trusted::from_bytes(damaged, genesis), Err(ProofError::Kept));
	}
}

#[test]
fn a_checkpoint_says_what_it_has() {
	let trusted = after(&[last_of(7, 0), plain(9, 1)]).unwrap();
	let checkpoint = Checkpoint::from(&trusted);
	assert_eq!((checkpoint.block, checkpoint.set), (9, 1));
	let json = serde_json::to_string_pretty(&checkpoint).unwrap();
	let read = Trusted::from_checkpoint(&json).unwrap();
	assert_eq!(read, trusted);
	// It goes on from there.
	let mut read = read;
	read.advance(&[plain(10, 1)]).unwrap();
	assert_eq!(trusted.clone().newer(read.clone()), read);
	assert_eq!(read.clone().newer(trusted), read);
}

/// People compare the numbers, and programs use the bytes.
#[test]
fn a_checkpoint_that_says_something_else_is_refused() {
	let trusted = after(&[plain(7, 0)]).unwrap();
	let right = Checkpoint::from(&trusted);
	let changes: [fn(&mut Checkpoint); 6] = [
		|it| it.genesis.0[0] ^= 1,
		|it| it.block += 1,
		|it| it.hash.0[31] ^= 1,
		|it| it.set += 1,
		|it| it.authorities.truncate(1),
		|it| it.proven.0[40] ^= 1,
	];
	for change in changes {
		let mut wrong = right.clone();
		change(&mut wrong);
		assert_eq!(Trusted::try_from(&wrong), Err(ProofError::Checkpoint));
	}
	for text in ["", "{}", "null", "<!doctype html>"] {
		assert_eq!(Trusted::from_checkpoint(text), Err(ProofError::Checkpoint));
	}
}

/// A header that signals a recovery.
fn recovering(number: u32, last_final: u32, set: u8) -> Vec<u8> {
	let log = (2u8, last_final, votes_of(&validators(set)), 3u32).encode();
	header(number, H256::repeat_byte(2), &(Compact(1u32), 4u8, *b"FRNK", log).encode())
}

#[test]
fn a_recovery_is_a_checkpoint() {
	let genesis = begin().genesis();
	let header = recovering(9, 5, 1);
	let checkpoint = Checkpoint::of_recovery(genesis, &header, hash(&header), 1).unwrap();
	assert_eq!((checkpoint.block, checkpoint.set, checkpoint.last_final), (9, 1, Some(5)));
	assert_eq!(checkpoint.authorities.len(), 4);
	let json = serde_json::to_string(&checkpoint).unwrap();
	let mut trusted = Trusted::from_checkpoint(&json).unwrap();
	assert_eq!(trusted.head().hash, hash(&header));
	// The set before has no say any more, and the new one goes on.
	assert!(trusted.advance(&[plain(10, 0)]).is_err());
	trusted.advance(&[plain(10, 1)]).unwrap();
	assert_eq!(trusted.head().number, 10);
}

/// Other validators than those that the block names are noticed, although the hash is the right one.
#[test]
fn a_recovery_names_its_blocks_validators() {
	let genesis = begin().genesis();
	let header = recovering(9, 5, 1);
	let real = Checkpoint::of_recovery(genesis, &header, hash(&header), 1).unwrap();
	let foreign = recovering(9, 5, 2);
	let of_foreign = Checkpoint::of_recovery(genesis, &foreign, hash(&foreign), 1).unwrap();
	let keys = of_foreign.authorities.clone();
	let mut trusted = Trusted::try_from(&real).unwrap();
	trusted.authorities.keys = keys.iter().map(|key| key.0).collect();
	let proven = trusted.to_bytes().into();
	for forged in [
		Checkpoint { authorities: keys.clone(), proven, ..real.clone() },
		Checkpoint { header: None, ..real.clone() },
		Checkpoint { header: of_foreign.header, ..real.clone() },
		Checkpoint { last_final: Some(4), ..real.clone() },
		Checkpoint { last_final: None, ..real.clone() },
	] {
		assert_eq!(Trusted::try_from(&forged), Err(ProofError::Checkpoint), "{forged:?}");
	}
}

#[test]
fn what_signals_no_recovery_is_none() {
	let genesis = begin().genesis();
	for other in [header(9, H256::repeat_byte(2), &[0]), last_of(9, 0).header] {
		let made = Checkpoint::of_recovery(genesis, &other, hash(&other), 1);
		assert_eq!(made.unwrap_err(), ProofError::Header(hash(&other)));
	}
	let header = recovering(9, 5, 1);
	let other = H256::repeat_byte(7);
	let made = Checkpoint::of_recovery(genesis, &header, other, 1);
	assert!(made.is_err(), "another block's hash");
}

#[test]
fn a_checkpoint_without_a_recovery_looks_as_before() {
	let json = serde_json::to_string(&Checkpoint::from(&begin())).unwrap();
	assert!(!json.contains("last_final"), "{json}");
}
