//! Which justifications prove that a block is final, compared with the code that nodes run.

use super::*;
use codec::Compact;
use finality_grandpa::{validate_commit, voter_set::VoterSet, Chain, Commit, Precommit};
use proptest::{collection::vec, prelude::*};

const ROUND: u64 = 5;
const SET: u64 = 7;

fn pair(seed: u8) -> ed25519::Pair {
	ed25519::Pair::from_seed(&[seed; 32])
}

fn authorities(count: u8) -> Authorities {
	Authorities { set_id: SET, keys: (0..count).map(|seed| pair(seed).public().0).collect() }
}

/// A block: its encoded header, hash and number.
#[derive(Clone, Debug)]
struct Block {
	header: Vec<u8>,
	hash: [u8; 32],
	parent: [u8; 32],
	number: u32,
}

impl Block {
	/// A child of the parent. Children with different names are different.
	fn child(parent: [u8; 32], number: u32, name: u8) -> Self {
		let [state, extrinsics] = [[name; 32], [9; 32]];
		let header = (parent, Compact(number), state, extrinsics, Vec::<()>::new()).encode();
		Self { hash: sp_crypto_hashing::blake2_256(&header), header, parent, number }
	}
}

/// A small tree of blocks, of which each has a later one as its child or not:
///
/// ```text
/// 0 ── 1 ── 3 ── 4 ── 6
///       └── 2    └─── 5
/// ```
fn tree() -> [Block; 7] {
	let block0 = Block::child([1; 32], 8, 0);
	let block1 = Block::child(block0.hash, 9, 1);
	let block2 = Block::child(block1.hash, 10, 2);
	let block3 = Block::child(block1.hash, 10, 3);
	let block4 = Block::child(block3.hash, 11, 4);
	let block5 = Block::child(block4.hash, 12, 5);
	let block6 = Block::child(block4.hash, 12, 6);
	[block0, block1, block2, block3, block4, block5, block6]
}

/// Who votes for which block of the tree.
type Votes = Vec<(u8, usize)>;

fn signature(seed: u8, block: &Block) -> [u8; 64] {
	pair(seed).sign(&(PRECOMMIT, block.hash, block.number, ROUND, SET).encode()).0
}

/// A justification of a block of the tree by these votes, with the headers of these blocks.
fn justification(target: usize, votes: &[(u8, usize)], headers: &[usize]) -> Vec<u8> {
	let blocks = tree();
	let signed = votes.iter().map(|(seed, block)| {
		let block = &blocks[*block];
		(block.hash, block.number, signature(*seed, block), pair(*seed).public().0)
	});
	let target = &blocks[target];
	let mut bytes = (ROUND, target.hash, target.number, signed.collect::<Vec<_>>()).encode();
	Compact(headers.len() as u32).encode_to(&mut bytes);
	bytes.extend(headers.iter().flat_map(|block| blocks[*block].header.clone()));
	bytes
}

/// The answer for a justification of block 3 by some of four validators.
fn verified(votes: &[(u8, usize)], headers: &[usize]) -> Result<(u32, H256), String> {
	let verified = verify_finality(&justification(3, votes, headers), &authorities(4));
	verified.map_err(|error| error.to_string())
}

fn is_final(votes: &[(u8, usize)], headers: &[usize]) {
	assert_eq!(verified(votes, headers), Ok((10, H256(tree()[3].hash))), "{votes:?}");
}

fn too_few(votes: &[(u8, usize)], headers: &[usize]) {
	assert!(verified(votes, headers).unwrap_err().contains("not enough"), "{votes:?}");
}

#[test]
fn more_than_two_thirds_have_to_vote() {
	// The smallest numbers of votes, as GRANDPA defines them.
	for (count, needed) in [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (6, 5), (7, 5), (10, 7)] {
		let votes: Vec<_> = (0..count).map(|seed| (seed, 3)).collect();
		let verify =
			|votes: &[_]| verify_finality(&justification(3, votes, &[]), &authorities(count));
		assert!(verify(&votes[..needed]).is_ok(), "{needed} of {count}");
		assert!(verify(&votes[..needed - 1]).is_err(), "{} of {count}", needed - 1);
	}
}

#[test]
fn votes_for_descendants_count() {
	is_final(&[(0, 3), (1, 4), (2, 5)], &[4, 5]);
	// None is for the block itself, and they are on two forks.
	is_final(&[(0, 5), (1, 6), (2, 5)], &[6, 4, 5]);
	// The header of block 4 is missing, or that of block 5.
	too_few(&[(0, 3), (1, 3), (2, 5)], &[5]);
	too_few(&[(0, 3), (1, 3), (2, 5)], &[4]);
	// Votes for another branch, or for the block before.
	too_few(&[(0, 3), (1, 3), (2, 2)], &[2, 3]);
	too_few(&[(0, 3), (1, 3), (2, 1)], &[3]);
}

#[test]
fn a_validator_that_votes_twice_stops_nobody() {
	// For the block and for another one.
	is_final(&[(0, 3), (1, 3), (2, 3), (2, 2)], &[]);
	is_final(&[(0, 3), (2, 2), (1, 3), (2, 3)], &[2]);
	// For the block and its descendant: one voter.
	is_final(&[(0, 3), (1, 3), (2, 3), (2, 4)], &[4]);
	too_few(&[(0, 3), (1, 3), (1, 4)], &[4]);
	// For three blocks, which no node tells.
	is_final(&[(0, 3), (1, 3), (2, 1), (2, 2), (2, 3)], &[3, 2]);
	// For two other blocks: it counts for all, as it does for the nodes.
	is_final(&[(0, 3), (1, 3), (2, 1), (2, 2)], &[3, 2]);
	too_few(&[(0, 3), (1, 3), (2, 1), (2, 1)], &[3, 2]);
	too_few(&[(0, 3), (2, 1), (2, 2)], &[3, 2]);
}

#[test]
fn votes_for_other_blocks_make_no_block_final() {
	// After a power cut, each has voted twice in one round.
	let twice: Vec<_> = (0..4).flat_map(|seed| [(seed, 1), (seed, 2)]).collect();
	too_few(&twice, &[2, 3]);
	too_few(&[&twice[2..], &[(0, 3)]].concat(), &[2, 3]);
	let and_for_it: Vec<_> = (0..4).map(|seed| (seed, 3)).collect();
	is_final(&[&twice[..], &and_for_it].concat(), &[2, 3]);
	is_final(&[&twice[4..6], &[(0, 3), (1, 3)]].concat(), &[2, 3]);
}

#[test]
fn what_proves_nothing_is_ignored() {
	let votes = [(0, 3), (1, 3), (2, 3)];
	// A stranger, a vote that is there twice, and headers that nobody needs.
	is_final(&[&votes[..], &[(99, 3)]].concat(), &[]);
	is_final(&[&votes[..], &[(99, 4), (99, 3)]].concat(), &[]);
	is_final(&[&votes[..], &votes[..]].concat(), &[]);
	is_final(&votes, &[3, 4, 4, 2]);
	too_few(&[(0, 3), (1, 3), (99, 3), (98, 3)], &[]);
	too_few(&[(0, 3), (1, 3), (0, 3), (1, 3)], &[]);
}

#[test]
fn signatures_are_for_a_round_of_a_set() {
	let signed = justification(3, &[(0, 3), (1, 3), (2, 3)], &[]);
	let other_set = Authorities { set_id: SET + 1, ..authorities(4) };
	let refused = verify_finality(&signed, &other_set).unwrap_err();
	assert!(refused.to_string().contains("false signature"));
	assert!(verify_finality(&signed, &authorities(4)).is_ok());
	let refused = verify_finality(&[1, 2, 3], &other_set).unwrap_err();
	assert!(refused.to_string().contains("malformed"));
}

#[test]
fn a_false_vote_does_not_make_a_validator_a_liar() {
	// The second vote of validator 2 carries the signature of validator 1.
	let blocks = tree();
	let votes: Vec<_> = [(0, 3, 0), (1, 3, 1), (2, 1, 2), (2, 2, 1)]
		.map(|(seed, block, signer)| {
			let block: &Block = &blocks[block];
			(block.hash, block.number, signature(signer, block), pair(seed).public().0)
		})
		.into();
	let target = &blocks[3];
	let signed = (ROUND, target.hash, target.number, votes, Vec::<()>::new()).encode();
	let refused = verify_finality(&signed, &authorities(4)).unwrap_err();
	assert!(refused.to_string().contains("false signature"));
}

#[test]
fn every_changed_byte_is_noticed() {
	let signed = justification(3, &[(0, 3), (1, 3), (2, 3)], &[]);
	for position in 0..signed.len() {
		let mut changed = signed.clone();
		changed[position] ^= 1;
		assert!(verify_finality(&changed, &authorities(4)).is_err(), "byte {position}");
	}
}

/// The blocks of which a justification has the headers, as the nodes look ancestors up.
struct Ancestry(BTreeMap<[u8; 32], [u8; 32]>);

impl Chain<[u8; 32], u32> for Ancestry {
	fn ancestry(
		&self,
		base: [u8; 32],
		block: [u8; 32],
	) -> Result<Vec<[u8; 32]>, finality_grandpa::Error> {
		let (mut route, mut block) = (vec![], block);
		while block != base {
			block = *self.0.get(&block).ok_or(finality_grandpa::Error::NotDescendent)?;
			route.push(block);
		}
		route.pop();
		Ok(route)
	}
}

/// Whether the nodes accept it. This is the code that they run.
fn nodes_accept(count: u8, target: usize, votes: &Votes, headers: &[usize]) -> bool {
	let blocks = tree();
	let precommits = votes.iter().map(|(seed, block)| {
		let block = &blocks[*block];
		finality_grandpa::SignedPrecommit {
			precommit: Precommit { target_hash: block.hash, target_number: block.number },
			signature: signature(*seed, block),
			id: pair(*seed).public().0,
		}
	});
	let (target_hash, target_number) = (blocks[target].hash, blocks[target].number);
	let commit = Commit { target_hash, target_number, precommits: precommits.collect() };
	let voters = VoterSet::new(authorities(count).keys.into_iter().map(|key| (key, 1))).unwrap();
	let parents = headers.iter().map(|block| (blocks[*block].hash, blocks[*block].parent));
	validate_commit(&commit, &voters, &Ancestry(parents.collect())).is_ok_and(|it| it.is_valid())
}

/// The validators that this rule counts: those with a vote for the block or a descendant, and those
/// that voted for two other blocks.
fn counted(count: u8, target: usize, votes: &Votes) -> (usize, usize) {
	let blocks = tree();
	let descends = |block: usize| {
		let mut block = &blocks[block];
		loop {
			if block.hash == blocks[target].hash {
				return true;
			}
			let parent = blocks.iter().find(|other| other.hash == block.parent);
			let Some(parent) = parent else { return false };
			block = parent;
		}
	};
	let (mut supporters, mut doubles) = (0, 0);
	for seed in 0..count {
		let voted: BTreeSet<_> = votes.iter().filter(|it| it.0 == seed).map(|it| it.1).collect();
		if voted.iter().any(|block| descends(*block)) {
			supporters += 1;
		} else if voted.len() > 1 {
			doubles += 1;
		}
	}
	(supporters, doubles)
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(500))]

	/// Mostly votes for the target and around it, by validators and some strangers.
	#[test]
	fn what_the_nodes_accept_is_accepted_and_nothing_else(
		count in 1u8..8,
		target in 0usize..7,
		votes in vec((0u8..9, prop_oneof![2 => 3usize..5, 1 => 0usize..7]), 0..12),
		each in prop_oneof![Just(None), (0usize..7).prop_map(Some)],
		headers in prop_oneof![2 => Just((0..7).collect::<Vec<_>>()), 1 => vec(0usize..7, 0..7)],
	) {
		let mut votes: Votes = votes;
		// Often all validators vote for one block.
		if let Some(block) = each {
			votes.extend((0..count).map(|seed| (seed, block)));
		}
		let signed = justification(target, &votes, &headers);
		let accepted = verify_finality(&signed, &authorities(count)).is_ok();
		let (supporters, doubles) = counted(count, target, &votes);
		let all = usize::from(count);
		if nodes_accept(count, target, &votes, &headers) && doubles * 3 < all {
			prop_assert!(accepted, "the nodes accept it");
		}
		if accepted {
			prop_assert!(supporters * 3 > all && (supporters + doubles) * 3 > all * 2);
		}
	}
}
