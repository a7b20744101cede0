use super::*;
use std::{fs, os::unix::fs::PermissionsExt};
use vouchsafe_vault::seal::SecretKey;

const PASSPHRASE: &str = "correct horse";

fn store() -> (tempfile::TempDir, KeyStore) {
	let folder = tempfile::tempdir().unwrap();
	let store = KeyStore::new(&Home::at(folder.path())).with_cost(Cost::LEAST);
	(folder, store)
}

#[test]
fn a_generated_key_opens_again() {
	let (_folder, store) = store();
	let (made, words) = store.generate("alice", PASSPHRASE).unwrap();
	assert_eq!(words.split(' ').count(), 12);
	let opened = store.unlock("alice", PASSPHRASE).unwrap();
	assert_eq!(opened.account(), made.account());
	assert_eq!(opened.encryption_key(), made.encryption_key());
	let listed = store.list().unwrap();
	assert_eq!(listed, [("alice".to_owned(), made.public())]);
}

#[test]
fn the_words_give_both_keys_back() {
	let (_folder, store) = store();
	let (made, words) = store.generate("alice", PASSPHRASE).unwrap();
	let import =
		|name: &str, text: &str, counter| store.import_words(name, text, counter, PASSPHRASE);
	let again = import("again", &format!(" {}\n", *words), None).unwrap();
	assert_eq!(again.public(), made.public());
	let next = import("next", &words, Some(1)).unwrap();
	assert_eq!(next.account(), made.account());
	assert_ne!(next.encryption_key(), made.encryption_key());
	let error = import("bad", "one two three", None).unwrap_err().to_string();
	assert!(error.contains("only 3 words"), "{error}");
}

/// The account keeps its encryption key, so that nothing is lost.
#[test]
fn a_renewed_key_has_other_words_and_the_same_encryption_key() {
	let (_folder, store) = store();
	let (before, words) = store.generate("eva", PASSPHRASE).unwrap();
	assert!(store.exists("eva").unwrap() && !store.exists("eva-2").unwrap());
	let (now, renewed) = store.renew("eva-2", &before.encryption, PASSPHRASE).unwrap();
	assert_eq!(now.encryption_key(), before.encryption_key());
	assert!(now.account() != before.account() && *renewed != *words);
	let opened = store.unlock("eva-2", PASSPHRASE).unwrap();
	assert_eq!(opened.public(), now.public());
	let shown = store.words("eva-2", PASSPHRASE).unwrap();
	assert_eq!((shown.words, shown.counter), (renewed, None));
	assert!(store.renew("eva", &before.encryption, PASSPHRASE).is_err());
	assert!(store.exists("../eva").is_err());
}

#[test]
fn the_words_can_be_shown_again() {
	let (_folder, store) = store();
	let (_, words) = store.generate("alice", PASSPHRASE).unwrap();
	let shown = store.words("alice", PASSPHRASE).unwrap();
	assert_eq!((&shown.words, shown.counter), (&words, Some(0)));
	assert!(store.words("alice", "wrong horse").is_err());
	store.import_wallet_json("wallet", WALLET, "whoisalice", PASSPHRASE).unwrap();
	let error = store.words("wallet", PASSPHRASE).err().unwrap().to_string();
	assert!(error.contains("no words"), "{error}");
}

#[test]
fn a_file_of_version_1_opens_and_is_converted() {
	let (folder, store) = store();
	let key = SecretKey::random();
	let sealed = version_1::tests::seal(&version_1::tests::content(&key), PASSPHRASE);
	fs::create_dir(folder.path().join("keys")).unwrap();
	let path = folder.path().join("keys/old.key");
	write_private(&path, &sealed).unwrap();

	let before = store.unlock("old", PASSPHRASE).unwrap();
	assert_eq!(before.encryption_key(), key.public().0);
	assert!(store.is_version_1("old").unwrap());
	let error = store.convert("old", "wrong horse").unwrap_err().to_string();
	assert!(error.contains("passphrase is wrong"), "{error}");
	assert_eq!(fs::read(&path).unwrap(), sealed, "nothing was written");

	assert_eq!(store.convert("old", PASSPHRASE).unwrap().public(), before.public());
	assert!(!store.is_version_1("old").unwrap());
	assert!(fs::read(&path).unwrap().starts_with(b"vouchsafe/key/2\n"));
	assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
	let after = store.unlock("old", PASSPHRASE).unwrap();
	assert_eq!((after.public(), after.account()), (before.public(), before.account()));
	let shown = store.words("old", PASSPHRASE).unwrap();
	assert_eq!((shown.words.as_str(), shown.counter), (version_1::tests::WORDS, None));
}

#[test]
fn of_two_keys_made_at_once_under_one_name_one_is_refused() {
	let (folder, _) = store();
	let made: Vec<_> = std::thread::scope(|scope| {
		let threads: Vec<_> = (0..6)
			.map(|_| {
				let store = KeyStore::new(&Home::at(folder.path())).with_cost(Cost::LEAST);
				scope.spawn(move || store.generate("alice", PASSPHRASE).ok())
			})
			.collect();
		threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
	});
	let [(identity, words)] = &made[..] else { panic!("{} keys were made", made.len()) };
	let store = KeyStore::new(&Home::at(folder.path()));
	assert_eq!(store.list().unwrap(), [("alice".to_owned(), identity.public())]);
	assert_eq!(store.words("alice", PASSPHRASE).unwrap().words, *words);
}

#[test]
fn a_wrong_passphrase_is_told() {
	let (_folder, store) = store();
	store.generate("alice", PASSPHRASE).unwrap();
	let error = store.unlock("alice", "wrong horse").unwrap_err().to_string();
	assert!(error.contains("passphrase is wrong"), "{error}");
}

#[test]
fn files_are_private_and_hold_no_secret() {
	let (folder, store) = store();
	let (made, words) = store.generate("alice", PASSPHRASE).unwrap();
	for file in fs::read_dir(folder.path().join("keys")).unwrap() {
		let path = file.unwrap().path();
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
		let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
		assert!(!text.contains(words.as_str()));
		assert!(!text.contains(&hex::encode(made.encryption.to_bytes().as_slice())));
	}
	let debug = format!("{made:?}");
	assert!(!debug.contains(&hex::encode(made.encryption.to_bytes().as_slice())));
}

#[test]
fn a_file_that_others_may_read_is_refused() {
	let (folder, store) = store();
	store.generate("alice", PASSPHRASE).unwrap();
	let path = folder.path().join("keys/alice.key");
	fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
	let error = store.unlock("alice", PASSPHRASE).unwrap_err().to_string();
	assert!(error.contains("chmod 600"), "{error}");
}

#[test]
fn a_damaged_file_is_told() {
	let (folder, store) = store();
	store.generate("alice", PASSPHRASE).unwrap();
	let path = folder.path().join("keys/alice.key");
	let mut bytes = fs::read(&path).unwrap();
	*bytes.last_mut().unwrap() ^= 1;
	fs::write(&path, &bytes).unwrap();
	assert!(store.unlock("alice", PASSPHRASE).is_err());
	fs::write(&path, b"not a key").unwrap();
	assert!(store.unlock("alice", PASSPHRASE).unwrap_err().to_string().contains("damaged"));
}

#[test]
fn a_name_is_taken_once_and_is_no_path() {
	let (_folder, store) = store();
	store.generate("alice", PASSPHRASE).unwrap();
	assert!(store.generate("alice", PASSPHRASE).is_err());
	for name in ["", "../alice", "a/b", ".hidden", "ä"] {
		assert!(store.generate(name, PASSPHRASE).is_err(), "{name}");
	}
	assert!(store.unlock("bob", PASSPHRASE).unwrap_err().to_string().contains("key generate bob"));
	assert!(store.find("alcie").unwrap_err().to_string().contains("did you mean “alice”?"));
}

/// An account named Alice as a wallet exports it (from subxt-signer's own tests).
const WALLET: &str = r#"{
	"encoded": "DumgApKCTqoCty1OZW/8WS+sgo6RdpHhCwAkA2IoDBMAgAAAAQAAAAgAAAB6IG/q24EeVf0JqWqcBd5m2tKq5BlyY84IQ8oamLn9DZe9Ouhgunr7i36J1XxUnTI801axqL/ym1gil0U8440Qvj0lFVKwGuxq38zuifgoj0B3Yru0CI6QKEvQPU5xxj4MpyxdSxP+2PnTzYao0HDH0fulaGvlAYXfqtU89xrx2/z9z7IjSwS3oDFPXRQ9kAdDebtyCVreZ9Otw9v3",
	"encoding": { "content": ["pkcs8", "sr25519"], "type": ["scrypt", "xsalsa20-poly1305"], "version": "3" },
	"address": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
	"meta": { "name": "Alice" }
}"#;

#[test]
fn a_wallets_export_is_imported() {
	let (_folder, store) = store();
	let imported = store.import_wallet_json("alice", WALLET, "whoisalice", PASSPHRASE).unwrap();
	assert_eq!(imported.account().to_string(), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
	assert_eq!(store.unlock("alice", PASSPHRASE).unwrap().account(), imported.account());
	let error = store.import_wallet_json("other", WALLET, "wrong", PASSPHRASE).unwrap_err();
	assert!(error.to_string().contains("password right"), "{error}");
}

#[test]
fn what_is_no_export_is_told() {
	let (_folder, store) = store();
	for json in ["", "{}", "[]", r#"{"encoded":"AAAA"}"#, r#"{"encoded":"!"}"#] {
		let error = store.import_wallet_json("alice", json, "", PASSPHRASE).unwrap_err();
		assert!(error.to_string().contains("polkadot-js wallet"), "{json}: {error}");
	}
}
