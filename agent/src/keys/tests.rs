use super::*;
use proptest::prelude::*;

const PASSPHRASE: &str = "correct horse";
/// An account named Alice as a wallet exports it (from subxt-signer's own tests).
const WALLET: &str = r#"{
	"encoded": "DumgApKCTqoCty1OZW/8WS+sgo6RdpHhCwAkA2IoDBMAgAAAAQAAAAgAAAB6IG/q24EeVf0JqWqcBd5m2tKq5BlyY84IQ8oamLn9DZe9Ouhgunr7i36J1XxUnTI801axqL/ym1gil0U8440Qvj0lFVKwGuxq38zuifgoj0B3Yru0CI6QKEvQPU5xxj4MpyxdSxP+2PnTzYao0HDH0fulaGvlAYXfqtU89xrx2/z9z7IjSwS3oDFPXRQ9kAdDebtyCVreZ9Otw9v3",
	"encoding": { "content": ["pkcs8", "sr25519"], "type": ["scrypt", "xsalsa20-poly1305"], "version": "3" },
	"address": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
	"meta": { "name": "Alice" }
}"#;

#[test]
fn a_sealed_file_opens_only_with_its_passphrase() {
	for made in [KeyFile::generate().unwrap(), KeyFile::from_wallet_json(WALLET, "whoisalice")] {
		let sealed = made.seal(PASSPHRASE, Cost::LEAST).unwrap();
		assert!(sealed.starts_with(b"vouchsafe/key/2\n"));
		let opened = KeyFile::open(&sealed, PASSPHRASE).unwrap();
		assert_eq!((opened.words(), opened.counter()), (made.words(), made.counter()));
		let (made, opened) = (made.identity("eva").unwrap(), opened.identity("eva").unwrap());
		assert_eq!(made.public(), opened.public());
		let wrong = KeyFile::open(&sealed, "wrong horse");
		assert!(matches!(wrong, Err(KeyFileError::WrongPassphrase)));
	}
}

#[test]
fn a_passphrase_does_not_depend_on_the_keyboard() {
	let sealed = KeyFile::generate().unwrap().seal("Pa\u{308}sse", Cost::LEAST).unwrap();
	assert!(KeyFile::open(&sealed, "P\u{e4}sse").is_ok());
}

#[test]
fn other_files_are_told_apart() {
	let open = |file: &[u8]| KeyFile::open(file, PASSPHRASE).err().unwrap();
	for damaged in [&b""[..], b"not a key", b"vouchsafe/key/2\n", b"vouchsafe/key/2\n\x01x"] {
		assert!(matches!(open(damaged), KeyFileError::Damaged(_)), "{damaged:?}");
	}
	assert!(matches!(open(b"age-encryption.org/v1\n"), KeyFileError::Version1));
	assert!(matches!(open(b"vouchsafe/key/3\n"), KeyFileError::Newer));
	let mut newer = KeyFile::generate().unwrap();
	newer.version = 3;
	assert!(matches!(open(&newer.seal(PASSPHRASE, Cost::LEAST).unwrap()), KeyFileError::Newer));
	// The cost is in the first lines, in clear.
	let mut costly = KeyFile::generate().unwrap().seal(PASSPHRASE, Cost::LEAST).unwrap();
	costly[DOMAIN.len() + 4] = 1;
	let refused = open(&costly).to_string();
	assert!(refused.contains("more memory or time than any of ours"), "{refused}");
}

#[test]
fn each_changed_byte_of_a_file_is_noticed() {
	let sealed = KeyFile::generate().unwrap().seal(PASSPHRASE, Cost::LEAST).unwrap();
	for place in 0..sealed.len() {
		// A greater cost within the bounds takes seconds.
		if (DOMAIN.len() + 1..DOMAIN.len() + 13).contains(&place) {
			continue;
		}
		let mut changed = sealed.clone();
		changed[place] ^= 1;
		assert!(KeyFile::open(&changed, PASSPHRASE).is_err(), "byte {place}");
		assert!(KeyFile::open(&sealed[..place], PASSPHRASE).is_err(), "{place} bytes");
	}
}

#[test]
fn the_words_restore_both_keys() {
	let made = KeyFile::generate().unwrap();
	let words = made.words().unwrap();
	assert_eq!((words.split(' ').count(), made.counter()), (12, Some(0)));
	let again = KeyFile::from_words(&format!(" {words}\n"), Some(0)).unwrap();
	let public = |file: &KeyFile| file.identity("eva").unwrap().public();
	assert_eq!(public(&again), public(&made));
	let next = KeyFile::from_words(words, Some(1)).unwrap();
	assert_eq!(public(&next).account, public(&made).account);
	assert_ne!(public(&next).encryption_key, public(&made).encryption_key);
	let code = Sheet::of_account(words, 1).unwrap().code();
	assert_eq!(public(&KeyFile::from_words(&code, None).unwrap()), public(&next));
	assert_eq!(public(&KeyFile::from_words(words, None).unwrap()), public(&made));
}

#[test]
fn the_registered_key_is_found() {
	let made = KeyFile::generate().unwrap();
	let words = made.words().unwrap();
	let key = |file: &KeyFile| file.identity("eva").unwrap().encryption_key();
	for counter in [0, 3, COUNTERS - 1] {
		let registered = key(&KeyFile::from_words(words, Some(counter)).unwrap());
		let found = KeyFile::restore(words, &registered).unwrap().unwrap();
		assert_eq!((found.counter(), key(&found)), (Some(counter), registered));
	}
	let beyond = key(&KeyFile::from_words(words, Some(COUNTERS)).unwrap());
	assert!(KeyFile::restore(words, &beyond).unwrap().is_none());
	assert!(KeyFile::restore("one two three", &beyond).is_err());
}

/// The same as other programs of a substrate chain make of these words, and a fixed encryption key.
#[test]
fn known_words_give_known_keys() {
	let words = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
	let known = KeyFile::from_words(words, Some(0)).unwrap().identity("known").unwrap().public();
	assert_eq!(known.account, "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV");
	assert_eq!(
		known.encryption_key,
		"0xaea7ddd85ea22bce127ea53914c6a8acdb5e15f13e095a14a6885acb36d27304"
	);
}

#[test]
fn a_random_encryption_key_is_in_the_file() {
	let key = SecretKey::random();
	let file = KeyFile::generate().unwrap().with_encryption_key(&key);
	assert_eq!(file.counter(), None);
	let sealed = file.seal(PASSPHRASE, Cost::LEAST).unwrap();
	let opened = KeyFile::open(&sealed, PASSPHRASE).unwrap().identity("eva").unwrap();
	assert_eq!(opened.encryption_key(), key.public().0);
	let wallet = KeyFile::from_wallet_json(WALLET, "whoisalice");
	assert_eq!((wallet.words(), wallet.counter()), (None, None));
	let alice = wallet.identity("alice").unwrap();
	assert_eq!(alice.account(), Identity::development("//Alice").unwrap().account());
	let again = KeyFile::from_wallet_json(WALLET, "whoisalice").identity("alice").unwrap();
	assert_ne!(again.encryption_key(), alice.encryption_key());
	let mut wrong = KeyFile::from_wallet_json(WALLET, "whoisalice");
	wrong.encryption = EncryptionSecret::FromWords { counter: 0 };
	assert!(wrong.identity("alice").unwrap_err().to_string().contains("is damaged"));
}

#[test]
fn development_keys_are_the_known_ones() {
	let alice = Identity::development("//Alice").unwrap();
	assert_eq!(alice.account().to_string(), "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
	let doctor = Identity::development("//DoctorA").unwrap();
	let secret: [u8; 32] = Blake2b256::digest(b"vouchsafe/development///DoctorA").into();
	assert_eq!(doctor.encryption_key(), SecretKey::from_bytes(&secret).public().0);
	assert!(Identity::development("Alice").is_err());
}

#[test]
fn a_key_that_has_replaced_another_signs_for_its_account() {
	let (old, new) = (Identity::development("//Alice"), Identity::development("//Alice//new"));
	let (old, new) = (old.unwrap(), new.unwrap());
	assert_eq!(new.key(), new.account());
	let (key, encryption_key) = (new.key(), new.encryption_key());
	let replaced = new.signing_for(old.account());
	assert_eq!((replaced.account(), replaced.key()), (old.account(), key));
	assert_eq!(replaced.encryption_key(), encryption_key);
}

#[test]
fn development_keys_are_derived_as_the_library_does() {
	use std::str::FromStr;
	use subxt_signer::SecretUri;
	for uri in [
		"//Alice",
		"//Alice//stash",
		"//A/b",
		"//1",
		"//1/2//é x",
		"//a name longer than 32 bytes, so hashed",
	] {
		let theirs = Keypair::from_uri(&SecretUri::from_str(uri).unwrap()).unwrap();
		let ours = Identity::development(uri).unwrap().signer;
		assert_eq!(account_bytes(&ours.account()), theirs.public_key().0, "{uri}");
	}
	for uri in ["//", "///", "//A/", "//A//", "//A///secret", "///A"] {
		assert!(Identity::development(uri).is_err(), "{uri}");
	}
}

proptest! {
	#[test]
	fn foreign_wallet_json_never_panics(encoded: Vec<u8>, text in ".*") {
		let json = serde_json::json!({
			"encoded": BASE64_STANDARD.encode(&encoded),
			"encoding": { "content": ["pkcs8", "sr25519"], "type": ["scrypt", "xsalsa20-poly1305"], "version": "3" },
			"address": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
		});
		prop_assert!(decrypt_wallet_json(&json.to_string(), "").is_err());
		prop_assert!(decrypt_wallet_json(&text, "").is_err());
	}
}
