//! Pinning what manifests name, with a real database and a double of Kubo.

use super::*;
use crate::store::NamedLimit;
use crate::{
	kubo::double::KuboDouble,
	state::double::{state, Surroundings},
};
use vouchsafe_client::cid::cid_of;
use vouchsafe_vault::sharing::Secret;

struct Fixture {
	state: State,
	kubo: KuboDouble,
	_surroundings: Surroundings,
}

impl Fixture {
	async fn new(reserve: u64) -> Self {
		let kubo = KuboDouble::start().await;
		let ipfs = Some(kubo.ipfs.clone());
		let (state, surroundings) = state(ipfs, |config| config.store.reserve = reserve);
		Self { state, kubo, _surroundings: surroundings }
	}

	/// Pins a version whose manifest names this ciphertext.
	async fn pin(&self, record: u8, ciphertext: &str, length: u64) -> Result<(), WorkError> {
		let id = VersionId { record: [record; 32], version: 0, epoch: 0 };
		let share = Secret::random().split(2, 3).unwrap().shares.remove(0);
		let sealed = self.state.encryption.seal_share(id, &[3; 32], &share).unwrap();
		let manifest = vec![record; 10];
		let version = KeptVersion {
			patient: [4; 32],
			author: [1; 32],
			received: 0,
			commitments: vec![],
			manifest_cid: cid_of(&manifest).to_string(),
			manifest,
			ciphertext_cid: ciphertext.into(),
			ciphertext_len: length,
			patient_share: None,
			pinned: false,
		};
		self.state
			.database
			.keep_version(id, [3; 32], sealed, version.clone(), NamedLimit::NONE)
			.await
			.unwrap();
		let due = self.state.database.to_acknowledge().await.unwrap();
		let due = due.into_iter().find(|due| due.id == id).unwrap();
		pin(&self.state, &due, version, 0).await
	}

	/// Content that another node has under this CID.
	fn put_elsewhere(&self, cid: &str, content: &[u8]) {
		self.kubo.contents().elsewhere.insert(cid.into(), content.into());
	}

	/// Whether Kubo has it, and whether it is pinned.
	fn has(&self, cid: &str) -> (bool, bool) {
		let contents = self.kubo.contents();
		(contents.here.contains_key(cid), contents.pins.contains(cid))
	}
}

#[tokio::test]
async fn content_of_the_named_length_is_pinned() {
	let fixture = Fixture::new(0).await;
	let cid = cid_of(b"ciphertext").to_string();
	fixture.put_elsewhere(&cid, b"ciphertext");
	fixture.pin(1, &cid, 10).await.unwrap();
	assert_eq!(fixture.has(&cid), (true, true));
	let length = fixture.state.database.content_length(cid).await.unwrap();
	assert_eq!(length, Some(10));
}

/// A manifest names content that is larger than it says, or that is not what its CID says.
#[tokio::test]
async fn other_content_than_the_manifest_names_is_removed() {
	let fixture = Fixture::new(0).await;
	let large = cid_of(b"large").to_string();
	fixture.put_elsewhere(&large, &vec![0; 10 << 20]);
	let forged = cid_of(b"forged").to_string();
	fixture.put_elsewhere(&forged, b"FORGED");
	let short = cid_of(b"short").to_string();
	fixture.put_elsewhere(&short, b"short");
	for (number, cid, length) in [(1, large, 5), (2, forged, 6), (3, short, 6)] {
		assert!(fixture.pin(number, &cid, length).await.is_err());
		assert_eq!(fixture.has(&cid), (false, false), "{number}");
	}
}

/// A manifest names another version's ciphertext with a wrong length, so that it is removed.
#[tokio::test]
async fn a_wrong_length_does_not_remove_content_of_others() {
	let fixture = Fixture::new(0).await;
	let cid = cid_of(b"ciphertext").to_string();
	fixture.put_elsewhere(&cid, b"ciphertext");
	fixture.pin(1, &cid, 10).await.unwrap();
	for (number, length) in [(2, 9), (3, 11)] {
		let result = fixture.pin(number, &cid, length).await;
		assert!(matches!(result, Err(WorkError::OtherLength { .. })), "{result:?}");
	}
	assert_eq!(fixture.has(&cid), (true, true));
	fixture.pin(4, &cid, 10).await.unwrap();
}

#[tokio::test]
async fn nothing_is_fetched_to_a_full_disk() {
	let fixture = Fixture::new(u64::MAX / 2).await;
	let cid = cid_of(b"ciphertext").to_string();
	fixture.put_elsewhere(&cid, b"ciphertext");
	let result = fixture.pin(1, &cid, 10).await;
	assert!(matches!(result, Err(WorkError::Upload(UploadError::Full))), "{result:?}");
	assert!(fixture.kubo.is_untouched());
}
