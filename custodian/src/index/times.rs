//! When blocks were made, by the blocks themselves: a node keeps these longer than their states.

use crate::chain::Node;
use anyhow::Context;
use codec::{Compact, Decode, DecodeAll};
use futures::{stream, StreamExt, TryStreamExt};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_client::chain::ChainError;

/// How many blocks are fetched at the same time.
const CONCURRENT: usize = 8;
/// How many blocks are fetched until progress is shown.
const PART: usize = 4096;
/// The versions of the format of extrinsics without a signer.
const BARE: [u8; 2] = [4, 5];
/// `timestamp.set`.
const SET_TIME: (u8, u8) = (1, 0);

/// The times of final blocks, in seconds since 1970.
pub async fn times(
	node: &dyn Node,
	blocks: &BTreeSet<u32>,
	mut say: impl FnMut(&str),
) -> anyhow::Result<BTreeMap<u32, u64>> {
	let mut times = BTreeMap::new();
	let blocks: Vec<u32> = blocks.iter().copied().collect();
	for part in blocks.chunks(PART) {
		let fetching = stream::iter(part.to_vec()).map(|number| async move {
			let time = time(node, number).await?;
			Ok::<_, anyhow::Error>((number, time))
		});
		let fetched: Vec<_> = fetching.buffered(CONCURRENT).try_collect().await?;
		times.extend(fetched);
		say(&format!("read the times of {} of {} blocks", times.len(), blocks.len()));
	}
	Ok(times)
}

async fn time(node: &dyn Node, number: u32) -> anyhow::Result<u64> {
	let extrinsics = async { node.extrinsics_of(node.hash_of(number).await?).await };
	let extrinsics = extrinsics.await.map_err(|error| match error {
		ChainError::StateGone => anyhow::anyhow!(
			"the node does not have block {number}, so nothing was imported. After it has joined by warp it \
			 fetches the older blocks: try again once it has them. If it prunes blocks, name a node in \
			 chain.node that does not"
		),
		error => error.into(),
	})?;
	let found = extrinsics.iter().find_map(|extrinsic| set_time(extrinsic));
	found.with_context(|| format!("block {number} does not say when it was made"))
}

/// The time that an extrinsic sets, if it does.
fn set_time(extrinsic: &[u8]) -> Option<u64> {
	let mut rest = extrinsic;
	let Compact(length) = Compact::<u32>::decode(&mut rest).ok()?;
	if usize::try_from(length).ok()? != rest.len() {
		return None;
	}
	let (version, call, Compact(milliseconds)) =
		<(u8, (u8, u8), Compact<u64>)>::decode_all(&mut rest).ok()?;
	(BARE.contains(&version) && call == SET_TIME).then_some(milliseconds / 1000)
}

#[cfg(test)]
pub(super) mod tests {
	use super::*;
	use codec::Encode;
	use proptest::prelude::*;

	/// The extrinsic by which a block sets its time.
	pub(in crate::index) fn set_time_extrinsic(seconds: u64) -> Vec<u8> {
		(5u8, SET_TIME, Compact(seconds * 1000 + 999)).encode().encode()
	}

	#[test]
	fn the_time_is_that_of_the_inherent() {
		assert_eq!(set_time(&set_time_extrinsic(1_800_000_000)), Some(1_800_000_000));
		let others = [
			// Signed, another call, something more, and without its length.
			(0x84u8, SET_TIME, Compact(9_000u64)).encode().encode(),
			(5u8, (1u8, 1u8), Compact(9_000u64)).encode().encode(),
			(5u8, SET_TIME, Compact(9_000u64), 0u8).encode().encode(),
			(5u8, SET_TIME, Compact(9_000u64)).encode(),
		];
		for other in others {
			assert_eq!(set_time(&other), None, "{other:?}");
		}
		assert_eq!(set_time(&(4u8, SET_TIME, Compact(9_000u64)).encode().encode()), Some(9));
	}

	proptest! {
		#[test]
		fn foreign_bytes_never_panic(bytes: Vec<u8>) {
			let _ = set_time(&bytes);
			let _ = set_time(&bytes.encode());
		}
	}
}
