use super::*;
use crate::{
	sharing::tests::vector_secret,
	tests::{hex, hex_array, CONTEXT},
};
use proptest::prelude::*;

const ADDRESS: ShareAddress = ShareAddress {
	genesis: [0x11; 32],
	record: [0x22; 32],
	version: 3,
	epoch: 5,
	holder: [0x33; 32],
};
const READER: [u8; 32] = [0x66; 32];

fn details() -> Details {
	Details {
		title: "Discharge letter".into(),
		media_type: "application/pdf".into(),
		plaintext_len: 10,
		commitment_salt: [9; 32],
	}
}

fn manifest(secret: &Secret) -> Manifest {
	Manifest::new(secret, &CONTEXT, vec![1; 36], 66, &details()).unwrap()
}

#[test]
fn manifest_vectors_work() {
	let vectors: serde_json::Value =
		serde_json::from_str(include_str!("../../vectors/manifest.json")).unwrap();
	let secret = vector_secret();
	let expected = Details {
		title: vectors["title"].as_str().unwrap().into(),
		media_type: vectors["media_type"].as_str().unwrap().into(),
		plaintext_len: vectors["plaintext_len"].as_u64().unwrap(),
		commitment_salt: core::array::from_fn(|i| i as u8),
	};
	let plain = hex(&vectors["plain"]);
	let mut manifest = Manifest::decode_versioned(&plain, &CONTEXT).unwrap();
	assert_eq!(manifest.details(&secret, &CONTEXT).unwrap(), expected);
	assert_eq!(manifest.ciphertext_len, vectors["ciphertext_len"].as_u64().unwrap());
	assert_eq!(manifest.ciphertext_cid, hex(&vectors["ciphertext_cid"]));
	// Our own encoding of the same.
	assert_eq!(expected.seal(&secret, &CONTEXT, [0x77; 12]), manifest.sealed_details);
	assert_eq!(manifest.encode_versioned(), plain);
	let signature = Detached { account: [0x99; 32], scheme: 1, signature: [0xaa; 64] };
	manifest.signatures.push(signature);
	assert_eq!(manifest.encode_versioned(), hex(&vectors["signed"]));
	assert_eq!(Manifest::decode_versioned(&hex(&vectors["signed"]), &CONTEXT).unwrap(), manifest);
}

#[test]
fn envelope_vectors_work() {
	let vectors: serde_json::Value =
		serde_json::from_str(include_str!("../../vectors/envelope.json")).unwrap();
	let key = SecretKey::from_bytes(&hex_array(&vectors["recipient_secret"]));
	assert_eq!(key.public(), PublicKey(hex_array(&vectors["recipient_public"])));
	let share = Share::decode_all(&mut &hex(&vectors["share"])[..]).unwrap();
	assert_eq!(open_share(&key, &ADDRESS, &hex(&vectors["sealed_share"])).unwrap(), share);
	let release = hex(&vectors["sealed_release"]);
	assert_eq!(open_release(&key, &ADDRESS, &READER, &release).unwrap(), share);
	let text = seal::open(&key, Purpose::Text, b"", &hex(&vectors["sealed_text"])).unwrap();
	assert_eq!(&**text, vectors["text"].as_str().unwrap().as_bytes());
}

#[test]
fn manifest_round_trip_works() {
	let secret = Secret::random();
	let manifest = manifest(&secret);
	let decoded = Manifest::decode_versioned(&manifest.encode_versioned(), &CONTEXT).unwrap();
	assert_eq!(decoded, manifest);
	assert_eq!(decoded.details(&secret, &CONTEXT).unwrap(), details());
}

#[test]
fn foreign_manifest_fails() {
	let secret = Secret::random();
	let manifest = manifest(&secret);
	let bytes = manifest.encode_versioned();
	let foreign = [Context { version: 4, ..CONTEXT }, Context { record: [0x23; 32], ..CONTEXT }];
	for context in foreign {
		let decoded = Manifest::decode_versioned(&bytes, &context);
		assert!(matches!(decoded, Err(Error::ForeignManifest)));
		assert!(matches!(manifest.details(&secret, &context), Err(Error::ForeignManifest)));
	}
	// Another chain or patient shows by the key commitment.
	let foreign =
		[Context { genesis: [0; 32], ..CONTEXT }, Context { patient: [0; 32], ..CONTEXT }];
	for context in foreign {
		assert!(matches!(manifest.details(&secret, &context), Err(Error::WrongKeyCommitment)));
	}
}

#[test]
fn details_of_another_secret_or_changed_fail() {
	let secret = Secret::random();
	let mut manifest = manifest(&secret);
	let other = manifest.details(&Secret::random(), &CONTEXT);
	assert!(matches!(other, Err(Error::WrongKeyCommitment)));
	for at in 0..manifest.sealed_details.len() {
		manifest.sealed_details[at] ^= 1;
		assert!(matches!(manifest.details(&secret, &CONTEXT), Err(Error::ChangedDetails)));
		manifest.sealed_details[at] ^= 1;
	}
	manifest.sealed_details.truncate(5);
	assert!(matches!(manifest.details(&secret, &CONTEXT), Err(Error::ChangedDetails)));
}

#[test]
fn details_lengths_say_little_works() {
	let secret = Secret::random();
	let sealed = |title: usize| {
		let details = Details { title: "x".repeat(title), ..details() };
		let manifest = Manifest::new(&secret, &CONTEXT, vec![], 0, &details).unwrap();
		assert_eq!(manifest.details(&secret, &CONTEXT).unwrap(), details);
		manifest.sealed_details.len()
	};
	assert_eq!(sealed(0), 64 + 12 + 16);
	assert_eq!(sealed(7), sealed(0));
	assert_eq!(sealed(8), sealed(0) + 64);
	assert_eq!(sealed(60), sealed(8));
}

#[test]
fn manifest_bounds_work() {
	let secret = Secret::random();
	let title = |len| Details { title: "x".repeat(len), ..details() };
	let media_type = |len| Details { media_type: "x".repeat(len), ..details() };
	let new = |cid, details| Manifest::new(&secret, &CONTEXT, vec![0; cid], 0, &details);
	let mut longest = new(MAX_CID, title(MAX_TITLE)).unwrap();
	new(0, media_type(MAX_MEDIA_TYPE)).unwrap();
	let too_long = [
		new(MAX_CID + 1, details()),
		new(0, title(MAX_TITLE + 1)),
		new(0, media_type(MAX_MEDIA_TYPE + 1)),
	];
	for refused in too_long {
		assert!(matches!(refused, Err(Error::TooLong { .. })));
	}
	let signature = Detached { account: [0; 32], scheme: 1, signature: [0; 64] };
	longest.signatures = vec![signature.clone(); MAX_SIGNATURES];
	Manifest::decode_versioned(&longest.encode_versioned(), &CONTEXT).unwrap();
	longest.signatures.push(signature);
	let decoded = Manifest::decode_versioned(&longest.encode_versioned(), &CONTEXT);
	assert!(matches!(decoded, Err(Error::MalformedManifest(_))));
	let decoded = Manifest::decode_versioned(&vec![1; MAX_MANIFEST + 1], &CONTEXT);
	assert!(matches!(decoded, Err(Error::TooLong { .. })));
}

#[test]
fn malformed_manifest_fails() {
	let bytes = manifest(&Secret::random()).encode_versioned();
	let refused = |bytes: &[u8]| {
		matches!(Manifest::decode_versioned(bytes, &CONTEXT), Err(Error::MalformedManifest(_)))
	};
	for cut in 0..bytes.len() {
		assert!(refused(&bytes[..cut]));
	}
	assert!(refused(&[&bytes[..], &[0]].concat()));
	assert!(refused(&[&[2], &bytes[1..]].concat()));
	// A length that claims more than there is.
	assert!(refused(&[&bytes[..37], &[0xfe, 0xff, 0xff, 0xff]].concat()));
}

#[test]
fn envelope_of_another_address_or_kind_fails() {
	let key = SecretKey::random();
	let share = &Secret::random().split(2, 2).unwrap().shares[0];
	let sealed = seal_share(&key.public(), &ADDRESS, share).unwrap();
	assert_eq!(sealed.len(), 83);
	assert_eq!(open_share(&key, &ADDRESS, &sealed).unwrap(), *share);
	let others = [
		ShareAddress { genesis: [0; 32], ..ADDRESS },
		ShareAddress { record: [0; 32], ..ADDRESS },
		ShareAddress { version: 4, ..ADDRESS },
		ShareAddress { epoch: 6, ..ADDRESS },
		ShareAddress { holder: [0; 32], ..ADDRESS },
	];
	for other in others {
		assert!(matches!(open_share(&key, &other, &sealed), Err(Error::CannotOpen)));
	}
	let release = seal_release(&key.public(), &ADDRESS, &READER, share).unwrap();
	assert_eq!(open_release(&key, &ADDRESS, &READER, &release).unwrap(), *share);
	assert!(matches!(open_release(&key, &ADDRESS, &[0; 32], &release), Err(Error::CannotOpen)));
	assert!(matches!(open_share(&key, &ADDRESS, &release), Err(Error::CannotOpen)));
	assert!(matches!(open_release(&key, &ADDRESS, &READER, &sealed), Err(Error::CannotOpen)));
}

#[test]
fn sealed_something_else_is_no_share_fails() {
	let key = SecretKey::random();
	let share = Secret::random().split(2, 2).unwrap().shares[0].encode();
	for bytes in [vec![], vec![0; 34], [&share[..], &[0]].concat()] {
		let sealed = seal::seal(&key.public(), Purpose::Share, &ADDRESS.encode(), &bytes).unwrap();
		assert!(matches!(open_share(&key, &ADDRESS, &sealed), Err(Error::MalformedShare)));
	}
}

proptest! {
	#[test]
	fn decode_anything_never_panics_works(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
		let _ = Manifest::decode_versioned(&bytes, &CONTEXT);
		let _ = Manifest::decode_versioned(&[&[1], &bytes[..]].concat(), &CONTEXT);
	}

	#[test]
	fn manifest_any_flipped_bit_is_seen_works(bit: prop::sample::Index) {
		let secret = vector_secret();
		let manifest = manifest(&secret);
		let mut bytes = manifest.encode_versioned();
		let bit = bit.index(bytes.len() * 8);
		bytes[bit / 8] ^= 1 << (bit % 8);
		// CID, length and signatures are vouched for by the manifest's own CID on the chain; the
		// rest refuses by itself.
		if let Ok(decoded) = Manifest::decode_versioned(&bytes, &CONTEXT) {
			prop_assert_ne!(&decoded, &manifest);
			let unbound = decoded.ciphertext_cid != manifest.ciphertext_cid
				|| decoded.ciphertext_len != manifest.ciphertext_len;
			prop_assert_eq!(decoded.details(&secret, &CONTEXT).is_ok(), unbound);
		}
	}
}
