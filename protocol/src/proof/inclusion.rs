//! Which place a call has in a block.
//!
//! A node says that a call is in a block, and what it caused. To prove it:
//!
//! 1. Have a [proven view](crate::proven::ProvenView) whose head is that block or a later one. Its
//!    [`block`](crate::proven::ProvenView::block) proves the block's header: the state has the hashes
//!    of the last 4,096 blocks.
//! 2. [`place`] proves with the block's body which place the call has there. A body has another root
//!    if one of its bytes differs.
//! 3. A proven view of that block, made with the header of step 1, reads the block's events, and
//!    [`of_extrinsic`](crate::events::of_extrinsic) picks those of the place: what the call caused, or
//!    why it failed.

use super::{Header, ProofError};
use smoldot::header;

/// The most extrinsics of a body. A block's length has no room for as many signed ones.
const MAX_EXTRINSICS: usize = 65_536;

/// The place of an extrinsic in the block of this header, from 0. Nothing if it is not in the block.
/// `body` is all of the block's extrinsics, encoded, in their order, as `chain_getBlock` returns them.
///
/// # Errors
///
/// [`ProofError::Body`] if it is not the block's body.
pub fn place(
	header: &Header,
	body: &[Vec<u8>],
	extrinsic: &[u8],
) -> Result<Option<u32>, ProofError> {
	let error = || ProofError::Body(header.hash);
	if body.len() > MAX_EXTRINSICS || header::extrinsics_root(body) != header.extrinsics_root.0 {
		return Err(error());
	}
	let place = body.iter().position(|other| other == extrinsic);
	place.map(u32::try_from).transpose().map_err(|_| error())
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use sp_core::{storage::StateVersion, H256};
	use sp_state_machine::BasicExternalities;
	use vouchsafe_runtime::{Header as RuntimeHeader, System, VERSION};

	fn with_root(extrinsics_root: H256) -> Header {
		let (hash, parent, state_root) = (H256([1; 32]), H256([2; 32]), H256([3; 32]));
		Header { number: 9, hash, parent, state_root, extrinsics_root }
	}

	/// The header that the runtime makes for these extrinsics.
	fn made_by_runtime(body: &[Vec<u8>]) -> RuntimeHeader {
		BasicExternalities::default().execute_with(|| {
			System::initialize(&1, &H256([2; 32]), &Default::default());
			for extrinsic in body {
				System::note_extrinsic(extrinsic.clone());
				System::note_applied_extrinsic(&Ok(().into()), Default::default());
			}
			System::note_finished_extrinsics();
			System::finalize()
		})
	}

	fn bodies() -> impl Strategy<Value = Vec<Vec<u8>>> {
		// Some are longer than 32 bytes, which some versions of the trie hash.
		prop::collection::vec(prop::collection::vec(any::<u8>(), 0..80), 1..300)
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(32))]

		#[test]
		fn a_place_is_proven_by_the_body(body in bodies(), at: prop::sample::Index) {
			let header = with_root(made_by_runtime(&body).extrinsics_root);
			let extrinsic = at.get(&body);
			let place = place(&header, &body, extrinsic).unwrap().unwrap();
			prop_assert_eq!(&body[place as usize], extrinsic);
			prop_assert_eq!(super::place(&header, &body, &[1; 99]), Ok(None));
		}

		#[test]
		fn another_body_is_refused(body in bodies(), at: prop::sample::Index) {
			let header = with_root(made_by_runtime(&body).extrinsics_root);
			let at = at.index(body.len());
			let mut others = vec![body.clone(); 4];
			others[0].remove(at);
			others[1].insert(at, vec![1; 99]);
			others[2][at].push(0);
			others[3].push(vec![]);
			for other in others {
				let found = place(&header, &other, &body[at]);
				prop_assert_eq!(found, Err(ProofError::Body(header.hash)));
			}
		}
	}

	#[test]
	fn the_empty_body_has_no_place() {
		let header = with_root(made_by_runtime(&[]).extrinsics_root);
		assert_eq!(place(&header, &[], b"call"), Ok(None));
	}

	#[test]
	fn a_body_is_bounded() {
		for (count, is_read) in [(MAX_EXTRINSICS, true), (MAX_EXTRINSICS + 1, false)] {
			let body = vec![vec![7]; count];
			let header = with_root(H256(header::extrinsics_root(&body)));
			assert_eq!(place(&header, &body, &[7]).is_ok(), is_read, "{count}");
		}
	}

	/// [`place`] uses this version. Another one needs a change there.
	#[test]
	fn the_runtime_makes_the_root_with_version_0() {
		assert_eq!(VERSION.extrinsics_root_state_version(), StateVersion::V0);
	}
}
