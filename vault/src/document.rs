//! A document's encryption, in constant memory: Tink's streaming AEAD `AES256_GCM_HKDF_1MB`.
//!
//! ```text
//! ciphertext = 40 ‖ salt (32 bytes) ‖ nonce prefix (7 bytes) ‖ segment 0 ‖ segment 1 ‖ …
//! segment    = AES-256-GCM(plaintext) ‖ tag (16 bytes)
//! nonce      = nonce prefix ‖ segment's number (4 bytes, big-endian) ‖ 1 if it is the last, else 0
//! ```
//!
//! The segments' key is HKDF-SHA256 of the [`DocumentKey`] with that salt and, as info, the
//! associated data: [`Context`]'s encoding. The header and segment 0 fill 1 MiB together, every
//! further segment 1 MiB, the last one up to that; only an empty document has an empty segment.
//! So a document can be read by any Tink. Source:
//! <https://developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming>.

use std::io::{ErrorKind, Read, Write};

use aes_gcm::{
	aead::{AeadInOut, KeyInit},
	aes::{
		cipher::{BlockCipherDecrypt, BlockCipherEncrypt},
		Aes256,
	},
	Aes256Gcm,
};
use codec::Encode;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{Context, Error};
use sealing::Sealing;

mod sealing;

/// Bytes of ciphertext in a segment, its tag (and the first one's header) included.
pub const SEGMENT: usize = 1 << 20;

const SALT: usize = 32;
const PREFIX: usize = 7;
const HEADER: usize = 1 + SALT + PREFIX;
const TAG: usize = 16;

/// The key of one version's document: 32 bytes, for that version only. It is wiped when dropped.
pub struct DocumentKey {
	bytes: Zeroizing<[u8; 32]>,
	/// Whether a key commitment confirmed it.
	confirmed: bool,
}

impl DocumentKey {
	pub(crate) fn new(bytes: Zeroizing<[u8; 32]>, confirmed: bool) -> Self {
		Self { bytes, confirmed }
	}

	/// The segments' key: the salt is the header's, HKDF's info the associated data.
	fn segments_key(&self, salt: &[u8], context: &Context) -> Zeroizing<[u8; 32]> {
		let mut key = Zeroizing::new([0; 32]);
		Hkdf::<Sha256>::new(Some(salt), self.bytes.as_slice())
			.expand(&context.encode(), key.as_mut_slice())
			.expect("32 bytes are less than HKDF's 255 hashes; qed");
		key
	}
}

impl core::fmt::Debug for DocumentKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("DocumentKey(..)")
	}
}

/// What was encrypted, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encrypted {
	/// Bytes read.
	pub plaintext_len: u64,
	/// Bytes written.
	pub ciphertext_len: u64,
}

/// How many bytes the ciphertext of `plaintext_len` bytes has. Saturates.
pub fn ciphertext_len(plaintext_len: u64) -> u64 {
	let (header, tag, segment) = (HEADER as u64, TAG as u64, SEGMENT as u64);
	let segments = plaintext_len.saturating_add(header).div_ceil(segment - tag).max(1);
	plaintext_len.saturating_add(header).saturating_add(segments.saturating_mul(tag))
}

/// Encrypts all that `reader` gives into `writer`. Takes 1 MiB of memory.
///
/// # Errors
///
/// [`Error::Read`], [`Error::Write`]; [`Error::TooLong`] beyond 2³² segments.
pub fn encrypt<R: Read, W: Write>(
	key: &DocumentKey,
	context: &Context,
	mut reader: R,
	mut writer: W,
) -> Result<Encrypted, Error> {
	let mut encryptor = Encryptor::new(key, context);
	loop {
		let next =
			fill(&mut reader, &mut encryptor.buffer[..SEGMENT - TAG], &mut encryptor.filled)?;
		writer.write_all(encryptor.seal(next.is_none())?).map_err(Error::Write)?;
		let Some(byte) = next else { break };
		encryptor.buffer[0] = byte;
		encryptor.filled = 1;
	}
	writer.flush().map_err(Error::Write)?;
	Ok(encryptor.done)
}

/// Decrypts all that `reader` gives into `writer` and returns the plaintext's length. Takes 1 MiB
/// of memory. Each segment is written after its tag was checked. After an error, discard what was
/// written, because it is only a part.
///
/// # Errors
///
/// As for [`Decryptor`]; [`Error::Read`], [`Error::Write`].
pub fn decrypt<R: Read, W: Write>(
	key: &DocumentKey,
	context: &Context,
	reader: R,
	writer: W,
) -> Result<u64, Error> {
	Decryptor::new(key, context).run(reader, writer)
}

/// As [`decrypt`], for a ciphertext whose length is known (from its manifest), so that a document
/// that was cut is told from one that was changed.
///
/// # Errors
///
/// As for [`decrypt`].
pub fn decrypt_exact<R: Read, W: Write>(
	key: &DocumentKey,
	context: &Context,
	ciphertext_len: u64,
	reader: R,
	writer: W,
) -> Result<u64, Error> {
	Decryptor::new(key, context).expecting(ciphertext_len).run(reader, writer)
}

/// Fills `buffer` from `filled` on, and returns the byte that follows. `None` means that the reader
/// has ended, and that this is the last segment.
fn fill<R: Read>(
	reader: &mut R,
	buffer: &mut [u8],
	filled: &mut usize,
) -> Result<Option<u8>, Error> {
	let mut next = [0];
	loop {
		let full = *filled == buffer.len();
		match reader.read(if full { &mut next } else { &mut buffer[*filled..] }) {
			Ok(0) => return Ok(None),
			Ok(_) if full => return Ok(Some(next[0])),
			Ok(read) => *filled += read,
			Err(e) if e.kind() == ErrorKind::Interrupted => (),
			Err(e) => return Err(Error::Read(e)),
		}
	}
}

fn nonce(prefix: &[u8; PREFIX], segment: u32, last: bool) -> [u8; 12] {
	let mut nonce = [0; 12];
	nonce[..PREFIX].copy_from_slice(prefix);
	nonce[PREFIX..11].copy_from_slice(&segment.to_be_bytes());
	nonce[11] = last.into();
	nonce
}

fn next_segment(segment: u32) -> Result<u32, Error> {
	let max = (SEGMENT as u64) << 32;
	segment.checked_add(1).ok_or(Error::TooLong { what: "the document", max })
}

/// Encrypts a document that is pushed into it piece by piece.
pub struct Encryptor {
	cipher: Sealing,
	prefix: [u8; PREFIX],
	segment: u32,
	/// One segment: the header (in the first), plaintext, room for the tag.
	buffer: Zeroizing<Vec<u8>>,
	/// Where the segment's plaintext begins and ends.
	start: usize,
	filled: usize,
	done: Encrypted,
}

impl Encryptor {
	/// Begins a document; salt and nonce prefix are drawn here.
	pub fn new(key: &DocumentKey, context: &Context) -> Self {
		Self::with_salt(key, context, crate::random_bytes(), crate::random_bytes())
	}

	fn with_salt(
		key: &DocumentKey,
		context: &Context,
		salt: [u8; SALT],
		prefix: [u8; PREFIX],
	) -> Self {
		let mut buffer = Zeroizing::new(vec![0; SEGMENT]);
		buffer[0] = HEADER as u8;
		buffer[1..=SALT].copy_from_slice(&salt);
		buffer[1 + SALT..HEADER].copy_from_slice(&prefix);
		let cipher = Sealing::new(&key.segments_key(&salt, context));
		let done = Encrypted { plaintext_len: 0, ciphertext_len: 0 };
		Self { cipher, prefix, segment: 0, buffer, start: HEADER, filled: HEADER, done }
	}

	/// Takes the plaintext's next bytes and appends to `out` what ciphertext is ready.
	///
	/// # Errors
	///
	/// [`Error::TooLong`] beyond 2³² segments.
	pub fn update(&mut self, mut plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
		while !plaintext.is_empty() {
			if self.filled == SEGMENT - TAG {
				out.extend_from_slice(self.seal(false)?);
			}
			let (piece, rest) =
				plaintext.split_at(plaintext.len().min(SEGMENT - TAG - self.filled));
			self.buffer[self.filled..][..piece.len()].copy_from_slice(piece);
			self.filled += piece.len();
			plaintext = rest;
		}
		Ok(())
	}

	/// Ends the document: appends the last segment to `out`.
	///
	/// # Errors
	///
	/// [`Error::TooLong`] beyond 2³² segments.
	pub fn finish(mut self, out: &mut Vec<u8>) -> Result<Encrypted, Error> {
		out.extend_from_slice(self.seal(true)?);
		Ok(self.done)
	}

	/// Encrypts the buffered segment in place.
	fn seal(&mut self, last: bool) -> Result<&[u8], Error> {
		let plaintext = &mut self.buffer[self.start..self.filled];
		self.done.plaintext_len += plaintext.len() as u64;
		let nonce = nonce(&self.prefix, self.segment, last);
		let tag = self.cipher.seal(nonce, plaintext);
		let end = self.filled + TAG;
		self.buffer[self.filled..end].copy_from_slice(&tag);
		self.done.ciphertext_len += end as u64;
		if !last {
			self.segment = next_segment(self.segment)?;
		}
		self.start = 0;
		self.filled = 0;
		Ok(&self.buffer[..end])
	}
}

/// Decrypts a document that is pushed into it piece by piece; gives a segment's plaintext only
/// when its tag was checked.
///
/// Its errors:
///
/// - [`Error::Changed`]: a segment's bytes were changed.
/// - [`Error::Swapped`]: a segment is intact, but in the wrong place.
/// - [`Error::Truncated`]: the ciphertext ends early. A cut between segments shows by itself; one
///   inside a segment only if the length was given ([`Decryptor::expecting`]), else it reads as
///   [`Error::Changed`] in the last segment.
/// - [`Error::TrailingBytes`]: bytes follow after its end.
/// - [`Error::WrongKey`]: segment 0 does not open, and the key had not been confirmed. AES-GCM
///   can't tell a wrong key or context from a changed segment 0, so a key that
///   [`combine`](crate::sharing::combine) confirmed for this context by its commitment gives
///   [`Error::Changed`] here.
/// - [`Error::MalformedDocument`]: it does not begin with the header's length.
pub struct Decryptor {
	key: DocumentKey,
	context: Context,
	segments: Option<Segments>,
	segment: u32,
	/// One segment's ciphertext, then its plaintext.
	buffer: Zeroizing<Vec<u8>>,
	filled: usize,
	taken: u64,
	expected: Option<u64>,
	plaintext_len: u64,
}

/// What the header gives.
struct Segments {
	key: Zeroizing<[u8; 32]>,
	cipher: Aes256Gcm,
	prefix: [u8; PREFIX],
}

impl Decryptor {
	/// Begins a document.
	pub fn new(key: &DocumentKey, context: &Context) -> Self {
		Self {
			key: DocumentKey::new(key.bytes.clone(), key.confirmed),
			context: *context,
			segments: None,
			segment: 0,
			buffer: Zeroizing::new(vec![0; SEGMENT]),
			filled: 0,
			taken: 0,
			expected: None,
			plaintext_len: 0,
		}
	}

	/// Says how many bytes of ciphertext there are, as the manifest has it.
	pub fn expecting(mut self, ciphertext_len: u64) -> Self {
		self.expected = Some(ciphertext_len);
		self
	}

	/// Takes the ciphertext's next bytes and appends to `out` what plaintext is ready.
	///
	/// # Errors
	///
	/// See [`Decryptor`]. After one, the document must be given up.
	pub fn update(&mut self, mut ciphertext: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
		while !ciphertext.is_empty() {
			if self.filled == SEGMENT {
				out.extend_from_slice(self.open(false)?);
			}
			let (piece, rest) = ciphertext.split_at(ciphertext.len().min(SEGMENT - self.filled));
			self.buffer[self.filled..][..piece.len()].copy_from_slice(piece);
			self.filled += piece.len();
			ciphertext = rest;
		}
		Ok(())
	}

	/// Ends the document: appends the last segment's plaintext to `out` and returns the
	/// plaintext's whole length.
	///
	/// # Errors
	///
	/// See [`Decryptor`].
	pub fn finish(mut self, out: &mut Vec<u8>) -> Result<u64, Error> {
		out.extend_from_slice(self.open(true)?);
		Ok(self.plaintext_len)
	}

	fn run<R: Read, W: Write>(mut self, mut reader: R, mut writer: W) -> Result<u64, Error> {
		loop {
			let next = fill(&mut reader, &mut self.buffer, &mut self.filled)?;
			writer.write_all(self.open(next.is_none())?).map_err(Error::Write)?;
			let Some(byte) = next else { break };
			self.buffer[0] = byte;
			self.filled = 1;
		}
		writer.flush().map_err(Error::Write)?;
		Ok(self.plaintext_len)
	}

	/// Decrypts the buffered segment in place.
	fn open(&mut self, last: bool) -> Result<&[u8], Error> {
		self.taken += self.filled as u64;
		let end = core::mem::take(&mut self.filled);
		match self.expected {
			Some(expected) if last && self.taken < expected => {
				return Err(Error::Truncated { have: self.taken })
			},
			Some(expected) if self.taken > expected || (!last && self.taken == expected) => {
				return Err(Error::TrailingBytes)
			},
			_ => (),
		}
		let start = if self.segment == 0 { HEADER } else { 0 };
		if end < start + TAG {
			return Err(Error::Truncated { have: self.taken });
		}
		if self.segment == 0 {
			if usize::from(self.buffer[0]) != HEADER {
				return Err(Error::MalformedDocument);
			}
			let (salt, prefix) = self.buffer[1..HEADER].split_at(SALT);
			let key = self.key.segments_key(salt, &self.context);
			let cipher = Aes256Gcm::new((&*key).into());
			let prefix = prefix.try_into().expect("the header ends with the prefix; qed");
			self.segments = Some(Segments { key, cipher, prefix });
		}
		let segments = self.segments.as_ref().ok_or(Error::MalformedDocument)?;
		let (ciphertext, tag) = self.buffer[start..end].split_at_mut(end - start - TAG);
		let tag: [u8; TAG] = (&*tag).try_into().expect("it was split there; qed");
		let nonce = nonce(&segments.prefix, self.segment, last);
		let opened = segments.cipher.decrypt_inout_detached(
			&nonce.into(),
			&[],
			(&mut *ciphertext).into(),
			&tag.into(),
		);
		if opened.is_err() {
			return Err(match segments.place(&nonce, ciphertext, tag) {
				Some((segment, false)) if segment == self.segment => {
					Error::Truncated { have: self.taken }
				},
				Some((segment, true)) if segment == self.segment => Error::TrailingBytes,
				Some((belongs, _)) => Error::Swapped { segment: self.segment, belongs },
				None if self.segment == 0 && !self.key.confirmed => Error::WrongKey,
				None => Error::Changed { segment: self.segment },
			});
		}
		self.plaintext_len += ciphertext.len() as u64;
		if !last {
			self.segment = next_segment(self.segment)?;
		}
		Ok(&self.buffer[start..end - TAG])
	}
}

impl Segments {
	/// For which place (number, whether last) a segment was written that does not open under
	/// `nonce`, or `None` if it was written for none under this key. It only words the error; the
	/// segment stays refused.
	///
	/// A GCM tag is E(nonce ‖ 1) ⊕ GHASH(ciphertext): so the tag that the same ciphertext has
	/// under `nonce` gives the hash, the hash and the segment's own tag give the author's
	/// encrypted nonce, and that can be decrypted.
	fn place(
		&self,
		nonce: &[u8; 12],
		ciphertext: &mut [u8],
		tag: [u8; TAG],
	) -> Option<(u32, bool)> {
		let mut under_nonce = || {
			let encrypted =
				self.cipher.encrypt_inout_detached(nonce.into(), &[], (&mut *ciphertext).into());
			encrypted.ok()
		};
		// Encrypting twice gives the ciphertext back, now with its tag.
		under_nonce()?;
		let own_tag = under_nonce()?;

		let aes = Aes256::new((&*self.key).into());
		let mut counter = [0; 16];
		counter[..12].copy_from_slice(nonce);
		counter[15] = 1;
		let mut block = counter.into();
		aes.encrypt_block(&mut block);
		for ((byte, own), given) in block.iter_mut().zip(own_tag).zip(tag) {
			*byte ^= own ^ given;
		}
		aes.decrypt_block(&mut block);

		let block: [u8; 16] = block.into();
		let (prefix, rest) = block.split_at(PREFIX);
		let (segment, rest) = rest.split_first_chunk()?;
		match (prefix == self.prefix, rest) {
			(true, [last @ 0..=1, 0, 0, 0, 1]) => Some((u32::from_be_bytes(*segment), *last == 1)),
			_ => None,
		}
	}
}

#[cfg(test)]
mod tests;
