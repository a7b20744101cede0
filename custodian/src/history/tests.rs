//! A node that comes back with other blocks than it had.

use super::*;
use crate::{
	chain::double::{hash, BlockDouble, NodeDouble},
	store::{sqlite::Sqlite, IndexedBlock, LogIndex, ReleaseRecord, VersionId},
};
use crate::{config::Config, keys::Keys};
use std::sync::Arc;
use vouchsafe_client::{
	chain::AccountId,
	messages::{Hex, HexBytes, LogLine},
};

const PATIENT: AccountId = AccountId::new([2; 32]);

/// A database whose index has a line in each of the blocks 1 to 29.
async fn indexed() -> (Sqlite, tempfile::TempDir) {
	let directory = tempfile::tempdir().unwrap();
	let database = Sqlite::open(directory.path()).unwrap();
	let blocks = (1..=29).map(|number| {
		let entry = HexBytes(vec![1]);
		let seq = u64::from(number - 1);
		let line = LogLine { seq, block: number, time: 1_000, entry, head: Hex([3; 32]) };
		IndexedBlock {
			number,
			hash: hash(number, 0),
			lines: vec![(PATIENT, line)],
			mismatches: vec![],
		}
	});
	database.index_blocks(blocks.collect()).await.unwrap();
	(database, directory)
}

/// A node whose chain differs from this block on.
fn node(finalized: u32, fork: Option<u32>) -> NodeDouble {
	NodeDouble {
		finalized: BlockDouble { number: finalized, ..BlockDouble::default() },
		fork: fork.map(|first| (first, 7)),
		..NodeDouble::default()
	}
}

fn release(block: u32) -> ReleaseRecord {
	ReleaseRecord {
		reader: [4; 32],
		patient: [2; 32],
		id: VersionId { record: [5; 32], version: 0, epoch: 0 },
		opened_in: (block, hash(block, 0)),
		at: 100,
	}
}

#[tokio::test]
async fn the_first_block_that_differs_is_named() {
	let (database, _directory) = indexed().await;
	let compared = |finalized, fork| {
		let database = database.clone();
		async move { first_replaced(&database, &node(finalized, fork), finalized).await.unwrap() }
	};
	// A node that is behind, level or ahead, on the same chain.
	for finalized in [0, 1, 23, 29, 35] {
		assert_eq!(compared(finalized, None).await, None, "{finalized}");
	}
	for first in [1, 2, 24, 28, 29] {
		for finalized in [first, first + 1, 29, 40] {
			assert_eq!(compared(finalized, Some(first)).await, Some(first), "{first} {finalized}");
		}
		// The node does not have that height again yet.
		assert_eq!(compared(first - 1, Some(first)).await, None);
	}
	assert_eq!(compared(40, Some(30)).await, None);
}

#[tokio::test]
async fn the_block_of_a_release_is_compared_before_it_is_indexed() {
	let (database, _directory) = indexed().await;
	assert!(database.record_release(release(31)).await.unwrap());
	let node = node(0, Some(30));
	let compare = |finalized| first_replaced(&database, &node, finalized);
	// Nothing was done because of block 30.
	assert_eq!(compare(30).await.unwrap(), None);
	assert_eq!(compare(31).await.unwrap(), Some(31));
	assert_eq!(compare(99).await.unwrap(), Some(31));
}

#[tokio::test]
async fn rewinding_keeps_what_the_node_has() {
	let (database, _directory) = indexed().await;
	assert_eq!(rewind(&database, &node(40, None)).await.unwrap(), None);
	for block in [20, 26, 31] {
		let id = VersionId { version: block, ..release(block).id };
		let release = ReleaseRecord { id, ..release(block) };
		assert!(database.record_release(release).await.unwrap());
	}
	let (last, rewound) = rewind(&database, &node(40, Some(24))).await.unwrap().unwrap();
	assert_eq!((last, rewound.lines), (Some(23), 6));
	let lost: Vec<u32> = rewound.releases.iter().map(|release| release.opened_in.0).collect();
	assert_eq!(lost, [26, 31]);
	assert_eq!(database.last_block().await.unwrap(), Some((23, hash(23, 0))));
	assert_eq!(database.log_page(PATIENT, 0, 100).await.unwrap().count, 23);
	assert_eq!(rewind(&database, &node(40, Some(24))).await.unwrap(), None);

	let (last, rewound) = rewind(&database, &node(40, Some(1))).await.unwrap().unwrap();
	assert_eq!((last, rewound.lines), (None, 23));
	assert_eq!(database.last_block().await.unwrap(), None);
}

/// Blocks between the index and a release's block are indexed later, so none of them is left out.
#[tokio::test]
async fn rewinding_to_a_releases_block_does_not_skip_blocks() {
	let (database, _directory) = indexed().await;
	for block in [35, 37] {
		assert!(database.record_release(release(block)).await.unwrap());
	}
	let (last, rewound) = rewind(&database, &node(40, Some(36))).await.unwrap().unwrap();
	assert_eq!((last, rewound.lines, rewound.releases.len()), (Some(29), 0, 1));
	assert_eq!(database.last_block().await.unwrap(), Some((29, hash(29, 0))));
}

/// The state names the block until the index was rewound.
#[tokio::test]
async fn a_replaced_block_stops_releases_until_the_index_is_rewound() {
	let (database, directory) = indexed().await;
	let keys = Keys::generate(&directory.path().join("key")).unwrap();
	let config = Config::parse(include_str!("../../sample.toml")).unwrap();
	let (_stop, stopping) = tokio::sync::watch::channel(false);
	let state = State::new(config, keys, Arc::new(database.clone()), None, stopping);
	assert!(compare(&state, &node(29, None), 29).await.unwrap());
	assert_eq!(state.replaced(), None);
	let forked = node(35, Some(24));
	// The node is behind the fork, and then ahead of it.
	assert!(compare(&state, &node(23, Some(24)), 23).await.unwrap());
	assert!(!compare(&state, &forked, 35).await.unwrap());
	assert_eq!(state.replaced(), Some(24));
	rewind(&database, &forked).await.unwrap();
	assert!(compare(&state, &forked, 35).await.unwrap());
	assert_eq!(state.replaced(), None);
}
