//! Manifests, ciphertexts and pins.

use super::*;

impl Fixture {
	/// What becomes of the content of version 0.
	async fn content(&self) -> ContentState {
		self.check().await.unwrap().remove(0).content
	}

	fn cid(number: u16) -> String {
		cid_of(&ciphertext(number)).to_string()
	}

	fn is_pinned(&self) -> bool {
		self.kubo.contents().pins.contains(&Self::cid(0))
	}
}

#[tokio::test]
async fn missing_content_is_fetched_again() {
	let fixture = Fixture::new(2).await;
	fixture.kubo.contents().here.remove(&Fixture::cid(0));
	assert_eq!(fixture.content().await, ContentState::Repaired);
	assert_eq!(fixture.content().await, ContentState::Good);
	assert!(
		fixture.is_pinned() && fixture.state.database.version(id(0)).await.unwrap().unwrap().pinned
	);
}

#[tokio::test]
async fn damaged_content_is_found_by_reading_and_fetched_again() {
	let fixture = Fixture::new(2).await;
	fixture.kubo.contents().here.insert(Fixture::cid(0), b"CIPHERTEXT 0".to_vec());
	assert_eq!(fixture.content().await, ContentState::Repaired);
	assert_eq!(fixture.content().await, ContentState::Good);
	assert_eq!(fixture.kubo.contents().here[&Fixture::cid(0)], ciphertext(0));
}

#[tokio::test]
async fn a_lost_pin_is_made_again() {
	let fixture = Fixture::new(1).await;
	fixture.kubo.contents().pins.remove(&Fixture::cid(0));
	assert_eq!(fixture.content().await, ContentState::Repaired);
	assert!(fixture.is_pinned());
}

/// The custodian goes on to try. Its share is good, and is not reported.
#[tokio::test]
async fn content_that_nobody_has_fails_and_its_share_stays() {
	let fixture = Fixture::new(1).await;
	fixture.kubo.contents().here.remove(&Fixture::cid(0));
	fixture.kubo.contents().elsewhere.clear();
	let failed = fixture.content().await;
	assert!(matches!(failed, ContentState::Failed { is_manifest: false, .. }), "{failed:?}");
	assert_eq!(fixture.losses().await, (0, 0));
	assert_eq!(fixture.state.database.backlog().await.unwrap().lost, 1);
	let due = fixture.state.database.to_acknowledge().await.unwrap();
	assert!(due[0].is_lost);
}

#[tokio::test]
async fn a_damaged_manifest_is_fetched_again() {
	let fixture = Fixture::new(1).await;
	let before = fixture.state.database.version(id(0)).await.unwrap().unwrap();
	let damage = "UPDATE versions SET manifest = zeroblob(length(manifest))";
	fixture.sql(damage);
	assert_eq!(fixture.content().await, ContentState::Repaired);
	assert_eq!(fixture.state.database.version(id(0)).await.unwrap().unwrap(), before);
	fixture.sql("UPDATE versions SET ciphertext_cid = 'nonsense', ciphertext_len = 3");
	assert_eq!(fixture.content().await, ContentState::Repaired);
	assert_eq!(fixture.state.database.version(id(0)).await.unwrap().unwrap(), before);
	fixture.sql(damage);
	fixture.kubo.contents().here.remove(&before.manifest_cid);
	let failed = fixture.content().await;
	assert!(matches!(failed, ContentState::Failed { is_manifest: true, .. }), "{failed:?}");
}

/// Nothing can be said of any content, so nothing counts as checked. A share is lost all the same.
#[tokio::test]
async fn without_the_ipfs_node_no_content_is_judged() {
	let fixture = Fixture::new(2).await;
	fixture.sql("UPDATE shares SET checked = 5");
	fixture.sql(&format!("UPDATE shares SET ciphertext = x'00' WHERE {}", Fixture::of(1)));
	fixture.kubo.contents().is_broken = true;
	let error = fixture.check().await.unwrap_err();
	assert!(matches!(error, ScrubError::Ipfs(_)), "{error}");
	assert_eq!(fixture.losses().await, (1, 1));
	assert_eq!(fixture.held().await.iter().filter(|share| share.checked == 5).count(), 1);
	fixture.kubo.contents().is_broken = false;
	assert_eq!(fixture.states().await[1], lost(Fault::Sealed));
}

#[tokio::test]
async fn content_that_is_not_pinned_yet_is_left_alone() {
	let mut fixture = Fixture::new(1).await;
	let (secret, split) = split();
	fixture.keep_of(1, &secret, &split, &cid_of(&ciphertext(1))).await;
	let checked = fixture.check().await.unwrap().remove(1);
	assert_eq!((checked.state, checked.content), (ShareState::Good, ContentState::NotChecked));
}
