//! Removing content, with a real database and a double of Kubo.

use super::*;
use crate::store::NamedLimit;
use crate::{
	chain::double::{studies::StudiesDouble, NodeDouble},
	state::{
		double::{state, Surroundings},
		Connected,
	},
	store::{Charge, ContentLimits, KeptVersion, VersionId},
	studies::test_terms,
};
use double::KuboDouble;
use std::{collections::BTreeSet, sync::Mutex};
use vouchsafe_client::{chain::StudyTerms, cid::CHUNK};
use vouchsafe_vault::sharing::Secret;

const NO_LIMITS: ContentLimits = ContentLimits { account: u64::MAX, enroller: u64::MAX };

struct Fixture {
	state: State,
	kubo: KuboDouble,
	_surroundings: Surroundings,
}

impl Fixture {
	async fn new() -> Self {
		let kubo = KuboDouble::start().await;
		let (state, surroundings) = state(Some(kubo.ipfs.clone()), |_| {});
		let node = Arc::new(NodeDouble::default());
		state.set_connected(Some(Connected { node, institution: None }));
		Self { state, kubo, _surroundings: surroundings }
	}

	/// Adds content as an upload does, some hours ago.
	async fn add(&self, content: &[u8], hours: u64) -> String {
		let cid = self.kubo.ipfs.add_bytes(content.to_vec()).await.unwrap().to_string();
		let (database, at) = (&self.state.database, now() - hours * 3600);
		let charge = Charge { account: [1; 32], enroller: [2; 32], length: content.len() as u64 };
		let reserved = database.reserve(charge, NO_LIMITS, at, at + 1).await.unwrap().unwrap();
		database.charge(reserved, cid.clone(), at).await.unwrap();
		cid
	}

	/// Receives the envelope of a version with this ciphertext.
	async fn name(&self, ciphertext: &str) {
		let id = VersionId { record: [3; 32], version: 0, epoch: 0 };
		let share = Secret::random().split(2, 3).unwrap().shares.remove(0);
		let sealed = self.state.encryption.seal_share(id, &[4; 32], &share).unwrap();
		let version = KeptVersion {
			patient: [5; 32],
			author: [1; 32],
			received: 0,
			commitments: vec![],
			manifest: vec![],
			manifest_cid: String::new(),
			ciphertext_cid: ciphertext.into(),
			ciphertext_len: 3,
			patient_share: None,
			pinned: false,
		};
		self.state
			.database
			.keep_version(id, [4; 32], sealed, version, NamedLimit::NONE)
			.await
			.unwrap();
	}

	fn has(&self, cid: &str) -> bool {
		let contents = self.kubo.contents();
		let is_pinned = contents.pins.contains(cid);
		assert_eq!(contents.here.contains_key(cid), is_pinned);
		is_pinned
	}
}

#[tokio::test]
async fn only_content_that_no_version_has_named_for_a_day_is_removed() {
	let fixture = Fixture::new().await;
	let (old, fresh) = (fixture.add(b"old", 25).await, fixture.add(b"fresh", 23).await);
	let named = fixture.add(b"named", 25).await;
	fixture.name(&named).await;
	drop_unclaimed(&fixture.state, &fixture.kubo.ipfs).await.unwrap();
	assert!(!fixture.has(&old) && fixture.has(&fresh) && fixture.has(&named));
	for (cid, is_served) in [(old, false), (fresh, true), (named, true)] {
		let length = fixture.state.database.content_length(cid).await.unwrap();
		assert_eq!(length.is_some(), is_served);
	}
	assert!(!fixture.kubo.contents().asked.contains(&"repo/gc".to_owned()));
}

#[tokio::test]
async fn the_protocol_of_a_study_stays() {
	let fixture = Fixture::new().await;
	let (protocol, old) = (fixture.add(b"protocol", 25).await, fixture.add(b"old", 25).await);
	let cid: Cid = protocol.parse().unwrap();
	fixture.state.set_connected(None);
	drop_unclaimed(&fixture.state, &fixture.kubo.ipfs).await.unwrap();
	assert!(fixture.has(&old), "nobody knows what studies name");
	let terms = StudyTerms { protocol: cid.to_bytes().try_into().unwrap(), ..test_terms(2) };
	let studies = Some(Arc::new(Mutex::new(StudiesDouble::new(terms))));
	let node = Arc::new(NodeDouble { studies, ..NodeDouble::default() });
	fixture.state.set_connected(Some(Connected { node, institution: None }));
	drop_unclaimed(&fixture.state, &fixture.kubo.ipfs).await.unwrap();
	assert!(fixture.has(&protocol) && !fixture.has(&old));
}

/// Otherwise nobody would know of it any more.
#[tokio::test]
async fn what_kubo_could_not_remove_is_tried_again() {
	let fixture = Fixture::new().await;
	let old = fixture.add(b"old", 25).await;
	fixture.kubo.contents().is_broken = true;
	drop_unclaimed(&fixture.state, &fixture.kubo.ipfs).await.unwrap();
	fixture.kubo.contents().is_broken = false;
	assert!(fixture.has(&old));
	drop_unclaimed(&fixture.state, &fixture.kubo.ipfs).await.unwrap();
	assert!(!fixture.has(&old));
}

#[tokio::test]
async fn content_that_is_being_pinned_stays() {
	let fixture = Fixture::new().await;
	let old = fixture.add(b"old", 25).await;
	let pinning = fixture.state.content_locks.hold([old.clone()]).await;
	drop_unclaimed(&fixture.state, &fixture.kubo.ipfs).await.unwrap();
	assert!(fixture.has(&old));
	drop(pinning);
	drop_unclaimed(&fixture.state, &fixture.kubo.ipfs).await.unwrap();
	assert!(!fixture.has(&old));
}

/// Kubo has lost a file's first block, or one in the middle. The pins do not show it.
#[tokio::test]
async fn content_without_one_of_its_blocks_is_found() {
	let fixture = Fixture::new().await;
	let file = |byte| vec![byte; 2 * CHUNK];
	let (whole, cut) = (fixture.add(&file(1), 1).await, fixture.add(&file(2), 1).await);
	let (gone, short) = (fixture.add(&file(3), 1).await, fixture.add(b"short", 1).await);
	fixture.kubo.contents().cut.insert(cut.clone());
	fixture.kubo.contents().here.remove(&gone);
	fixture.kubo.contents().here.remove(&short);
	let all = vec![whole, cut.clone(), gone.clone(), short.clone()];
	let mut turn = Turn::new(SAMPLE_BYTES);
	let (state, ipfs) = (&fixture.state, &fixture.kubo.ipfs);
	let lost = lost_blocks(state, ipfs, all, &mut turn).await.unwrap();
	assert_eq!(BTreeSet::from_iter(lost), BTreeSet::from([cut, gone, short]));
}

/// Kubo reads all that it looks for, so the bytes are limited, and all content has its turn.
#[tokio::test]
async fn content_is_looked_for_in_turn() {
	let fixture = Fixture::new().await;
	let mut all = Vec::new();
	for byte in 1..=3 {
		let cid = fixture.add(&vec![byte; 2 * CHUNK], 1).await;
		fixture.kubo.contents().cut.insert(cid.clone());
		all.push(cid);
	}
	all.sort();
	let mut turn = Turn::new(CHUNK as u64 + 1);
	for expected in [&all[..1], &all[1..2], &[], &all[2..], &[], &all[..1]] {
		let (state, ipfs) = (&fixture.state, &fixture.kubo.ipfs);
		let lost = lost_blocks(state, ipfs, all.clone(), &mut turn).await.unwrap();
		assert_eq!(lost, expected);
	}
	// With fewer bytes to look for than allowed, each is looked for once.
	let mut turn = Turn::new(SAMPLE_BYTES);
	let lost = lost_blocks(&fixture.state, &fixture.kubo.ipfs, all.clone(), &mut turn).await;
	assert_eq!(lost.unwrap(), all);
}
