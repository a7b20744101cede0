//! Who takes part says nothing about who is ill: everybody who consents is contributed, in the cohort
//! or not.

use super::*;
use sp_io::{hashing::twox_128, storage};
use std::collections::BTreeMap;

/// All keys and values of the state.
fn state(chain: &mut Chain) -> BTreeMap<Vec<u8>, Vec<u8>> {
	chain.state(|| {
		let mut all = BTreeMap::new();
		let mut key = vec![];
		while let Some(next) = storage::next_key(&key) {
			all.insert(next.clone(), storage::get(&next).unwrap().to_vec());
			key = next;
		}
		all
	})
}

/// A whole study. What the hospital's table says is in the root, the commitments and the shares alone.
/// Gives the state when the aggregators have agreed, and at the end.
fn run(root: u8, shares: &[[u128; 3]; 2], salt: u8) -> [BTreeMap<Vec<u8>, Vec<u8>>; 2] {
	let mut chain = with_patients(12);
	chain.ok("//RegistrarA", contribute((0..12).map(person)));
	chain.block_at(CLOSE);
	chain.ok(CUSTODIANS[0], freeze());
	chain.block_at(CLOSE + u64::from(GATHER) + 2);
	let tally = Tally { root: H256([root; 32]), used: 12, ..Default::default() };
	commit(&mut chain, tally, shares, salt);
	let agreed = state(&mut chain);
	reveal(&mut chain, shares, salt);
	[agreed, state(&mut chain)]
}

/// Two runs with different cohorts: in one all twelve are ill, in the other nobody is.
#[test]
fn two_cohorts_leave_the_same_state_but_for_hashes_and_results() {
	let nobody = [[0, 0, 1], [0, 0, 11]];
	let everybody = [[3, 0, 0], [9, 0, field::MODULUS - 2]];
	let [one, other] = [run(1, &nobody, 4), run(2, &everybody, 5)];
	let map = |pallet: &[u8], name: &[u8]| [twox_128(pallet), twox_128(name)].concat();
	// The round until it has ended, which has root and commitments; then the result.
	let told = [map(b"Studies", b"Rounds"), map(b"Studies", b"Results")];
	for (place, (one, other)) in one.iter().zip(&other).enumerate() {
		assert!(one.len() > 100);
		assert!(one.keys().eq(other.keys()), "the same keys");
		let differing: Vec<_> = one
			.iter()
			.filter(|(key, value)| other[*key] != **value)
			.map(|(key, _)| key.clone())
			.collect();
		let of_blocks = twox_128(b"System");
		let (of_studies, others): (Vec<_>, Vec<_>) =
			differing.into_iter().partition(|key| !key.starts_with(&of_blocks));
		assert_eq!(of_studies.len(), 1, "{of_studies:?}");
		assert!(of_studies[0].starts_with(&told[place]));
		// Hashes of blocks, and what the block itself holds.
		let kept = ["BlockHash", "ParentHash", "Digest", "Events", "ExtrinsicData"];
		for key in others {
			let known = kept.map(|name| map(b"System", name.as_bytes()));
			assert!(known.iter().any(|known| key.starts_with(known)), "{key:02x?}");
		}
	}
}
