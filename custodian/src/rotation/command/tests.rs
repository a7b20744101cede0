//! What `key rotate` does to the key file, and what it prints.

use super::*;
use crate::{
	chain::double::{
		studies::{institution, lock, SharedStudies, StudiesDouble},
		NodeDouble,
	},
	store::LogIndex,
	studies::test_terms,
};
use std::sync::{Arc, Mutex};

const INSTITUTION: AccountId = AccountId::new([3; 32]);

struct Fixture {
	folder: tempfile::TempDir,
	config: Config,
	database: Sqlite,
	node: NodeDouble,
	studies: SharedStudies,
}

impl Fixture {
	fn new() -> Self {
		let folder = tempfile::tempdir().unwrap();
		let mut config = Config::parse(include_str!("../../../sample.toml")).unwrap();
		config.keys.file = folder.path().join("key");
		config.store.directory = folder.path().join("store");
		Keys::generate(&config.keys.file).unwrap();
		let database = Sqlite::open(&config.store.directory).unwrap();
		let studies = Arc::new(Mutex::new(StudiesDouble::new(test_terms(2))));
		let node = NodeDouble { studies: Some(studies.clone()), ..NodeDouble::default() };
		Self { folder, config, database, node, studies }
	}

	fn keys(&self) -> Keys {
		Keys::read(&self.config.keys.file).unwrap()
	}

	/// The chain names this key.
	fn register(&self, key: PublicKey) {
		let account = self.keys().account.account();
		let custodian = institution("https://a.example", &account, key.0);
		lock(&self.studies).institutions.insert(INSTITUTION, custodian);
	}

	fn arguments(&self, out: Option<&str>, status: bool, finish: bool) -> RotateArguments {
		let out = out.map(|name| self.folder.path().join(name));
		RotateArguments { config: PathBuf::new(), out, status, finish, valid_for: 7 }
	}

	async fn rotate(&self, out: Option<&str>) -> anyhow::Result<Said> {
		let arguments = self.arguments(out, false, false);
		rotate(&self.config, &self.database, &self.node, &arguments).await
	}

	async fn status(&self) -> String {
		let arguments = self.arguments(None, true, false);
		let said = rotate(&self.config, &self.database, &self.node, &arguments).await.unwrap();
		assert!(said.registration.is_none());
		said.text
	}
}

#[tokio::test]
async fn the_same_new_key_is_signed_until_the_chain_names_it() {
	let fixture = Fixture::new();
	let error = fixture.rotate(None).await.unwrap_err().to_string();
	assert!(error.contains("sign-up"), "{error}");
	let old = fixture.keys().encryption.newest();
	fixture.register(old);
	assert!(fixture.status().await.contains("in use: all stored keys"));
	let first = fixture.rotate(None).await.unwrap();
	let again = fixture.rotate(None).await.unwrap();
	let (first_signed, signed) = (first.registration.unwrap(), again.registration.unwrap());
	assert_eq!(first_signed.encryption_key, signed.encryption_key);
	let keys = fixture.keys();
	assert_eq!(keys.encryption.all(), [PublicKey(signed.encryption_key.0), old]);
	assert!(signed.is_authentic() && signed.account.0 == keys.account.public_key().0);
	assert_eq!(
		(&*signed.url, AccountId::from(signed.institution)),
		("https://a.example", INSTITUTION)
	);
	let new = hex::encode(signed.encryption_key.0);
	let shown = format!("0x{}…{}", &new[..12], &new[52..]);
	assert!(first.text.contains(&shown) && first.text.contains(&new), "{}", first.text);
	let status = fixture.status().await;
	assert!(status.contains(&format!("{new} new:")), "{status}");

	fixture.register(PublicKey(signed.encryption_key.0));
	let status = fixture.status().await;
	assert!(status.contains("are being sealed") && status.contains("has not noted it"), "{status}");
	let key = FormerKey { key: old.0, since: now(), is_over: false };
	fixture.database.note_former_key(key).await.unwrap();
	fixture.database.note_all_sealed_to(signed.encryption_key.0).await.unwrap();
	let status = fixture.status().await;
	assert!(status.contains("all stored keys") && status.contains("30 more days"), "{status}");
	// Another rotation begins before the old key's time is over: its key may be stolen.
	let next = fixture.rotate(None).await.unwrap().registration.unwrap();
	assert_ne!(next.encryption_key, signed.encryption_key);
	assert_eq!(fixture.keys().encryption.all().len(), 3);
}

#[tokio::test]
async fn a_key_that_the_file_does_not_have_is_told() {
	let fixture = Fixture::new();
	fixture.register(PublicKey([9; 32]));
	let error = fixture.rotate(None).await.unwrap_err().to_string();
	assert!(error.contains("which is not in the key file"), "{error}");
	fixture.database.note_genesis([7; 32]).await.unwrap();
	let error = fixture.rotate(None).await.unwrap_err().to_string();
	assert!(error.contains("another chain"), "{error}");
	assert_eq!(fixture.keys().encryption.all().len(), 1);
}

/// The registration is signed only once the custodian has the new key: whoever seals to it before is not
/// understood.
#[tokio::test]
async fn a_sealed_key_file_is_changed_beside_it() {
	let fixture = Fixture::new();
	let old = fixture.keys().encryption.newest();
	fixture.register(old);
	let said = fixture.rotate(Some("new")).await.unwrap();
	assert!(said.registration.is_none() && said.text.contains("restart"), "{}", said.text);
	assert_eq!(fixture.keys().encryption.all(), [old]);
	let new = fixture.folder.path().join("new");
	std::fs::rename(&new, &fixture.config.keys.file).unwrap();
	assert!(fixture.rotate(Some("new")).await.is_err() && !new.exists());
	let signed = fixture.rotate(None).await.unwrap().registration.unwrap();
	assert_eq!(signed.encryption_key.0, fixture.keys().encryption.newest().0);

	// Its time is over, and the custodian could not write the file.
	let finish = async |out| {
		let arguments = fixture.arguments(out, false, true);
		super::finish(&fixture.config, &fixture.database, &arguments).await
	};
	let error = finish(None).await.unwrap_err().to_string();
	assert!(error.contains("--status"), "{error}");
	let over = FormerKey { key: old.0, since: 1, is_over: true };
	fixture.database.note_former_key(over).await.unwrap();
	finish(Some("third")).await.unwrap();
	assert_eq!(fixture.keys().encryption.all().len(), 2);
	let third = Keys::read(&fixture.folder.path().join("third")).unwrap();
	assert_eq!(third.encryption.all(), [PublicKey(signed.encryption_key.0)]);
	finish(None).await.unwrap();
	assert_eq!(fixture.keys().encryption.all(), third.encryption.all());
}
