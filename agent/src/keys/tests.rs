use super::*;
use proptest::prelude::*;

const PASSPHRASE: &str = "correct horse";
/// A low cost of scrypt.
const LITTLE: u8 = 4;

/// An account named Alice as a wallet exports it (from subxt-signer's own tests).
const WALLET: &str = r#"{
	"encoded": "DumgApKCTqoCty1OZW/8WS+sgo6RdpHhCwAkA2IoDBMAgAAAAQAAAAgAAAB6IG/q24EeVf0JqWqcBd5m2tKq5BlyY84IQ8oamLn9DZe9Ouhgunr7i36J1XxUnTI801axqL/ym1gil0U8440Qvj0lFVKwGuxq38zuifgoj0B3Yru0CI6QKEvQPU5xxj4MpyxdSxP+2PnTzYao0HDH0fulaGvlAYXfqtU89xrx2/z9z7IjSwS3oDFPXRQ9kAdDebtyCVreZ9Otw9v3",
	"encoding": { "content": ["pkcs8", "sr25519"], "type": ["scrypt", "xsalsa20-poly1305"], "version": "3" },
	"address": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
	"meta": { "name": "Alice" }
}"#;

#[test]
fn a_sealed_file_opens_only_with_its_passphrase() {
	let made = KeyFile::generate().unwrap();
	let sealed = made.seal(PASSPHRASE, LITTLE).unwrap();
	let opened = KeyFile::open(&sealed, PASSPHRASE).unwrap();
	let (made, opened) = (made.identity("eva").unwrap(), opened.identity("eva").unwrap());
	assert_eq!(made.public(), opened.public());
	let wrong = KeyFile::open(&sealed, "wrong horse");
	assert!(matches!(wrong, Err(KeyFileError::WrongPassphrase)));
	let damaged = KeyFile::open(b"not age", PASSPHRASE);
	assert!(matches!(damaged, Err(KeyFileError::Damaged(_))));
	// The cost is in the first lines, in clear.
	let costly = String::from_utf8_lossy(&sealed).find(" 4\n").unwrap();
	let costly = [&sealed[..costly], b" 23\n", &sealed[costly + 3..]].concat();
	let refused = KeyFile::open(&costly, PASSPHRASE).err().unwrap().to_string();
	assert!(refused.ends_with("its passphrase costs more memory than any of ours"), "{refused}");
	let mut newer = KeyFile::from_words("one two three");
	newer.version = 2;
	let sealed = newer.seal(PASSPHRASE, LITTLE).unwrap();
	assert!(matches!(KeyFile::open(&sealed, PASSPHRASE), Err(KeyFileError::Newer)));
}

#[test]
fn words_and_exports_give_their_account() {
	let made = KeyFile::generate().unwrap();
	let words = made.words().unwrap();
	assert_eq!(words.split(' ').count(), 12);
	let again = KeyFile::from_words(&format!(" {words}\n")).identity("again").unwrap();
	let made = made.identity("made").unwrap();
	assert_eq!(again.account(), made.account());
	assert_ne!(again.encryption_key(), made.encryption_key(), "a new one");
	assert!(KeyFile::from_words("one two three").identity("bad").is_err());
	let wallet = KeyFile::from_wallet_json(WALLET, "whoisalice");
	assert_eq!(wallet.words(), None);
	let account = wallet.identity("alice").unwrap().account();
	assert_eq!(account, Identity::development("//Alice").unwrap().account());
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
