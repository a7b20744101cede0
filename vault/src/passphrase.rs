//! Bytes that a passphrase opens: a key by Argon2id (RFC 9106), then AES-256-GCM.
//!
//! ```text
//! header = 1 ‖ memory in KiB (u32) ‖ passes (u32) ‖ lanes (u32) ‖ salt (16 bytes) ‖ nonce (12 bytes)
//! sealed = header ‖ ciphertext and tag
//! ```
//!
//! Integers are little-endian. The associated data is the caller's domain string, then the header. So the
//! header can be read without the passphrase, but a changed one does not open. Whoever opens accepts
//! only a [`Cost`] within bounds, so that foreign bytes cannot ask for all of a machine's memory.

use aes_gcm::{
	aead::{Aead, KeyInit, Payload},
	Aes256Gcm,
};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use codec::{Decode, Encode};
use zeroize::Zeroizing;

use crate::Error;

const VERSION: u8 = 1;
const TAG: usize = 16;

/// What it costs to try a passphrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Cost {
	/// Memory in KiB.
	pub memory: u32,
	/// How often the memory is filled.
	pub passes: u32,
	/// Parts that could be computed at the same time.
	pub lanes: u32,
}

impl Cost {
	/// The usual cost: 64 MiB, three passes, one lane. The second choice of RFC 9106, with one lane
	/// because a browser has one thread.
	pub const USUAL: Self = Self { memory: 64 * 1024, passes: 3, lanes: 1 };
	/// The least cost that Argon2 knows, for tests.
	pub const LEAST: Self = Self { memory: 8, passes: 1, lanes: 1 };
	/// The greatest cost that is opened: a phone still has that memory.
	pub const GREATEST: Self = Self { memory: 256 * 1024, passes: 16, lanes: 4 };

	fn check(&self) -> Result<(), Error> {
		let most = Self::GREATEST;
		let fits =
			self.memory <= most.memory && self.passes <= most.passes && self.lanes <= most.lanes;
		if fits {
			Ok(())
		} else {
			Err(Error::CostlyPassphrase)
		}
	}
}

#[derive(Encode, Decode)]
struct Header {
	version: u8,
	cost: Cost,
	salt: [u8; 16],
	nonce: [u8; 12],
}

impl Header {
	fn cipher(&self, passphrase: &str) -> Result<Aes256Gcm, Error> {
		self.cost.check()?;
		let Cost { memory, passes, lanes } = self.cost;
		let params =
			Params::new(memory, passes, lanes, Some(32)).map_err(|_| Error::MalformedSealed)?;
		let mut blocks = Zeroizing::new(vec![Block::new(); params.block_count()]);
		let mut key = Zeroizing::new([0; 32]);
		Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
			.hash_password_into_with_memory(
				passphrase.as_bytes(),
				&self.salt,
				&mut *key,
				blocks.as_mut_slice(),
			)
			.map_err(|_| Error::MalformedSealed)?;
		Ok(Aes256Gcm::new((&*key).into()))
	}

	fn seal(&self, domain: &[u8], passphrase: &str, plaintext: &[u8]) -> Result<Vec<u8>, Error> {
		let header = self.encode();
		let aad = [domain, &header].concat();
		let sealed = self
			.cipher(passphrase)?
			.encrypt(&self.nonce.into(), Payload { msg: plaintext, aad: &aad })
			.map_err(|_| Error::TooLong { what: "the plaintext", max: u32::MAX.into() })?;
		Ok([header, sealed].concat())
	}
}

/// Seals `plaintext` so that the passphrase opens it, for this domain and at this cost.
///
/// # Errors
///
/// [`Error::CostlyPassphrase`] for a cost that would not be opened.
pub fn seal(
	domain: &[u8],
	passphrase: &str,
	cost: Cost,
	plaintext: &[u8],
) -> Result<Vec<u8>, Error> {
	let (salt, nonce) = (crate::random_bytes(), crate::random_bytes());
	Header { version: VERSION, cost, salt, nonce }.seal(domain, passphrase, plaintext)
}

/// Opens what was sealed with the passphrase for this domain.
///
/// # Errors
///
/// [`Error::MalformedSealed`], [`Error::UnknownSuite`], [`Error::CostlyPassphrase`], and
/// [`Error::WrongPassphrase`] for a wrong passphrase, another domain or changed bytes, which can't be
/// told apart.
pub fn open(domain: &[u8], passphrase: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
	match sealed.first() {
		None => return Err(Error::MalformedSealed),
		Some(&VERSION) => {},
		Some(other) => return Err(Error::UnknownSuite(*other)),
	}
	let mut rest = sealed;
	let header = Header::decode(&mut rest).map_err(|_| Error::MalformedSealed)?;
	if rest.len() < TAG {
		return Err(Error::MalformedSealed);
	}
	let aad = [domain, &sealed[..sealed.len() - rest.len()]].concat();
	header
		.cipher(passphrase)?
		.decrypt(&header.nonce.into(), Payload { msg: rest, aad: &aad })
		.map(Zeroizing::new)
		.map_err(|_| Error::WrongPassphrase)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::tests::{hex, hex_array};
	use proptest::prelude::*;

	const DOMAIN: &[u8] = b"vouchsafe/test";

	fn sealed() -> Vec<u8> {
		seal(DOMAIN, "correct horse", Cost::LEAST, b"secret").unwrap()
	}

	#[test]
	fn vectors_work() {
		let vectors: serde_json::Value =
			serde_json::from_str(include_str!("../vectors/passphrase.json")).unwrap();
		let vectors = vectors["sealed"].as_array().unwrap();
		assert_eq!(vectors.len(), 2);
		for vector in vectors {
			let cost = |field: &str| vector[field].as_u64().unwrap().try_into().unwrap();
			let header = Header {
				version: VERSION,
				cost: Cost { memory: cost("memory"), passes: cost("passes"), lanes: cost("lanes") },
				salt: hex_array(&vector["salt"]),
				nonce: hex_array(&vector["nonce"]),
			};
			let passphrase = vector["passphrase"].as_str().unwrap();
			let (domain, plaintext) = (hex(&vector["domain"]), hex(&vector["plaintext"]));
			let sealed = header.seal(&domain, passphrase, &plaintext).unwrap();
			assert_eq!(sealed, hex(&vector["sealed"]));
			assert_eq!(*open(&domain, passphrase, &sealed).unwrap(), plaintext);
		}
	}

	#[test]
	fn only_the_passphrase_opens() {
		let sealed = sealed();
		assert_eq!(*open(DOMAIN, "correct horse", &sealed).unwrap(), b"secret");
		for (domain, passphrase) in [(DOMAIN, "wrong horse"), (b"vouchsafe/other", "correct horse")]
		{
			let error = open(domain, passphrase, &sealed).unwrap_err();
			assert!(matches!(error, Error::WrongPassphrase), "{error}");
		}
		assert_ne!(sealed, self::sealed(), "each has its own salt");
	}

	#[test]
	fn the_header_is_authenticated() {
		let sealed = sealed();
		for place in 1..sealed.len() {
			let mut changed = sealed.clone();
			changed[place] ^= 1;
			assert!(open(DOMAIN, "correct horse", &changed).is_err(), "byte {place}");
		}
		for end in 0..sealed.len() {
			assert!(open(DOMAIN, "correct horse", &sealed[..end]).is_err(), "{end} bytes");
		}
		let newer = [&[2], &sealed[1..]].concat();
		let error = open(DOMAIN, "correct horse", &newer).unwrap_err();
		assert!(matches!(error, Error::UnknownSuite(2)));
	}

	#[test]
	fn a_cost_beyond_the_bounds_is_refused() {
		let most = Cost::GREATEST;
		let of = |cost: Cost| cost.check().is_ok();
		assert!(of(most) && of(Cost::USUAL) && of(Cost::LEAST));
		for cost in [
			Cost { memory: most.memory + 1, ..Cost::LEAST },
			Cost { passes: most.passes + 1, ..Cost::LEAST },
			Cost { lanes: most.lanes + 1, ..Cost::LEAST },
		] {
			assert!(matches!(seal(DOMAIN, "", cost, b""), Err(Error::CostlyPassphrase)));
			let foreign = [&[VERSION][..], &cost.encode(), &[0; 64]].concat();
			let error = open(DOMAIN, "correct horse", &foreign).unwrap_err();
			assert!(matches!(error, Error::CostlyPassphrase), "{error}");
		}
		for cost in [
			Cost { memory: 7, ..Cost::LEAST },
			Cost { passes: 0, ..Cost::LEAST },
			Cost { lanes: 0, ..Cost::LEAST },
		] {
			let foreign = [&[VERSION][..], &cost.encode(), &[0; 64]].concat();
			assert!(matches!(open(DOMAIN, "", &foreign), Err(Error::MalformedSealed)));
		}
	}

	proptest! {
		#[test]
		fn foreign_bytes_never_panic(bytes: Vec<u8>) {
			// Foreign costs within the bounds would take seconds.
			let cheap = [&[VERSION][..], &Cost::LEAST.encode(), &bytes].concat();
			prop_assert!(open(DOMAIN, "correct horse", &cheap).is_err());
		}
	}
}
