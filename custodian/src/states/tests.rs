//! Nodes that keep all states, or some.

use super::*;
use crate::{
	chain::double::{BlockDouble, NodeDouble},
	state::double::state,
};
use std::sync::atomic::Ordering;

/// A node with final blocks up to this one, one each ten seconds, whose states begin with block `oldest`.
fn node(oldest: u32, finalized: u32) -> NodeDouble {
	NodeDouble {
		finalized: BlockDouble { number: finalized, ..BlockDouble::default() },
		states_from: oldest.into(),
		block_seconds: 10,
		..NodeDouble::default()
	}
}

async fn of(oldest: u32, indexed: u32, finalized: u32) -> States {
	States::of(&node(oldest, finalized), 0, indexed, finalized).await.unwrap()
}

#[tokio::test]
async fn the_oldest_state_is_found() {
	let last = 100_000;
	for first in [1, 2, 3, 4, 5, 7, 8, 9, 60_000, 99_999, 100_000] {
		assert_eq!(find_oldest(&node(first, last), 1, last).await.unwrap(), first);
		for from in [first, first.saturating_sub(1).max(1), first.div_ceil(2)] {
			assert_eq!(find_oldest(&node(first, last), from, last).await.unwrap(), first, "{from}");
		}
	}
	// A node that has just got a block and not its state.
	let error = find_oldest(&node(last + 1, last), 1, last).await.unwrap_err();
	assert!(matches!(error, ChainError::StateGone));
}

#[tokio::test]
async fn what_is_indexed_decides_which_states_are_needed() {
	// All states, also of a chain without blocks, and of one that was never indexed.
	for (oldest, indexed, finalized) in [(0, 0, 0), (0, 0, 1), (1, 0, 50), (0, 49, 50)] {
		assert_eq!(of(oldest, indexed, finalized).await, States::All);
	}
	assert_eq!(of(1, 0, 50).await.hours_left(), f64::INFINITY);
	// Two blocks' time between the oldest state and the next block, none, and everything.
	assert_eq!(of(40, 41, 50).await, States::Since { oldest: 40, left: 20 });
	assert_eq!(of(40, 39, 50).await, States::Since { oldest: 40, left: 0 });
	assert_eq!(of(40, 50, 50).await, States::Since { oldest: 40, left: 100 });
	// One block too far behind.
	assert_eq!(of(40, 38, 50).await, States::Gone { oldest: 40, indexed: 38 });
	// Nothing was indexed, on a node that has synced by warp.
	let gone = of(40, 0, 50).await;
	assert_eq!((gone, gone.hours_left()), (States::Gone { oldest: 40, indexed: 0 }, 0.0));
	// The chain has not moved on, or the node is behind the index: nothing is needed.
	assert_eq!(of(50, 50, 50).await, States::Since { oldest: 50, left: 0 });
	assert_eq!(of(50, 60, 50).await, States::Since { oldest: 50, left: 0 });
}

#[tokio::test]
async fn it_says_what_to_do() {
	let said = of(40, 20, 50).await.to_string();
	for part in [
		"states from block 40 on",
		"the index ends at block 20",
		"the blocks 21 to 39 can't be indexed",
		"vouchsafe-custodian index import --from INSTITUTION",
		"an archive",
		"chain.node",
	] {
		assert!(said.contains(part), "{said}");
	}
	assert!(of(40, 0, 50).await.to_string().contains("no block yet: the blocks 1 to 39"));
	let left = States::Since { oldest: 9, left: 3 * HOUR + 1 };
	assert!(left.to_string().contains("by 3 hours more"));
	assert!((left.hours_left() - 3.0).abs() < 0.01);
}

#[tokio::test]
async fn a_node_is_asked_once_a_minute_and_forward_only() {
	let (state, _surroundings) = state(None, |_| {});
	let node = node(600, 1_000);
	let mut watch = StateWatch::default();
	let found = watch.ask(&state, &node, 1_000).await.unwrap();
	assert_eq!(found, Some(States::Gone { oldest: 600, indexed: 0 }));
	assert_eq!(watch.ask(&state, &node, 1_000).await.unwrap(), None);
	watch.asked = None;
	node.states_from.store(607, Ordering::Relaxed);
	node.asked_states.lock().unwrap().clear();
	let found = watch.ask(&state, &node, 1_010).await.unwrap();
	assert_eq!(found, Some(States::Gone { oldest: 607, indexed: 0 }));
	let asked = node.asked_states.lock().unwrap().clone();
	let (needed, searched) = asked.split_last().unwrap();
	assert_eq!(*needed, 1);
	assert!(searched.iter().all(|number| *number >= 600) && searched.len() < 8, "{searched:?}");
}

/// Another node, with more states, may answer at the same address.
#[tokio::test]
async fn what_is_remembered_makes_no_state_missing() {
	let of = async |oldest| States::of(&node(oldest, 1_000), 600, 10, 1_000).await.unwrap();
	assert_eq!(of(1).await, States::All);
	assert_eq!(of(8).await, States::Since { oldest: 8, left: 30 });
	assert_eq!(of(12).await, States::Gone { oldest: 600, indexed: 10 });
}
