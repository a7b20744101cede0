//! What is written about a document version outside the chain: the manifest, which goes to IPFS
//! beside the ciphertext, and the envelopes, which carry shares to holders and readers and never
//! go there.
//!
//! # Manifest, version 1
//!
//! ```text
//! 1 ‖ SCALE(record [32], version u32, ciphertext_cid bytes, ciphertext_len u64,
//!           key_commitment [32], sealed_details bytes,
//!           signatures [(account [32], scheme u8, signature [64])])
//!
//! sealed_details = nonce (12 bytes) ‖ AES-256-GCM(details ‖ 0 … to a multiple of 64 bytes)
//! details        = SCALE(title string, media_type string, plaintext_len u64, commitment_salt [32])
//! ```
//!
//! The details' key is derived from the secret as the document's is, info =
//! `vouchsafe/v1/details`; their associated data is the [`Context`]'s encoding. So a manifest alone
//! reveals only which record it belongs to and how long the ciphertext is.
//!
//! # Envelopes
//!
//! [`seal`]ed [`Share`]s. The associated data of a holder's envelope
//! ([`Purpose::Share`]) is SCALE of its [`ShareAddress`]; that of a release
//! ([`Purpose::Release`]) is SCALE of the address followed by the reader's account.

use aes_gcm::{
	aead::{Aead, KeyInit, Payload},
	Aes256Gcm,
};
use codec::{Decode, DecodeAll, Encode};
use zeroize::Zeroizing;

use crate::{
	seal::{self, PublicKey, Purpose, SecretKey},
	sharing::{Secret, Share},
	Context, Error,
};

/// A manifest has at most so many bytes.
pub const MAX_MANIFEST: usize = 16 * 1024;
/// A CID has at most so many bytes.
pub const MAX_CID: usize = 128;
/// A title has at most so many bytes.
pub const MAX_TITLE: usize = 1024;
/// A media type has at most so many bytes (RFC 6838 allows twice 127 and a slash).
pub const MAX_MEDIA_TYPE: usize = 255;
/// A manifest has at most so many signatures.
pub const MAX_SIGNATURES: usize = 16;

const VERSION: u8 = 1;
const NONCE: usize = 12;
const PADDING: usize = 64;

/// Which version of which record a manifest belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ContextId {
	/// The record's id.
	pub record: [u8; 32],
	/// The version's number.
	pub version: u32,
}

impl From<&Context> for ContextId {
	fn from(context: &Context) -> Self {
		Self { record: context.record, version: context.version }
	}
}

/// The description of a document version. The module documentation has its encoding.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Manifest {
	/// The version that it belongs to.
	pub context: ContextId,
	/// The ciphertext's CID, in binary; at most [`MAX_CID`] bytes.
	pub ciphertext_cid: Vec<u8>,
	/// The ciphertext's length in bytes.
	pub ciphertext_len: u64,
	/// See [`Secret::key_commitment`].
	pub key_commitment: [u8; 32],
	/// The encrypted [`Details`].
	pub sealed_details: Vec<u8>,
	/// Practitioners' signatures, where there are any; at most [`MAX_SIGNATURES`].
	pub signatures: Vec<Detached>,
}

/// A practitioner's detached signature. The vault only stores it. Clients check what it signs, and
/// whether it is valid.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Detached {
	/// The signer's account.
	pub account: [u8; 32],
	/// The signature's scheme, as the chain's `MultiSignature` numbers them.
	pub scheme: u8,
	/// The signature.
	pub signature: [u8; 64],
}

/// What only a reader of the document may know of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Details {
	/// The document's title; at most [`MAX_TITLE`] bytes.
	pub title: String,
	/// Its media type, such as `application/fhir+json`; at most [`MAX_MEDIA_TYPE`] bytes.
	pub media_type: String,
	/// The plaintext's length in bytes.
	pub plaintext_len: u64,
	/// The salt of the plaintext's commitment, see [`crate::commitment`].
	pub commitment_salt: [u8; 32],
}

impl Manifest {
	/// The manifest of a ciphertext, without signatures.
	///
	/// # Errors
	///
	/// [`Error::TooLong`] for the CID, the title or the media type.
	pub fn new(
		secret: &Secret,
		context: &Context,
		ciphertext_cid: Vec<u8>,
		ciphertext_len: u64,
		details: &Details,
	) -> Result<Self, Error> {
		let bounded = [
			("the CID", ciphertext_cid.len(), MAX_CID),
			("the title", details.title.len(), MAX_TITLE),
			("the media type", details.media_type.len(), MAX_MEDIA_TYPE),
		];
		for (what, len, max) in bounded {
			if len > max {
				return Err(Error::TooLong { what, max: max as u64 });
			}
		}
		Ok(Self {
			context: context.into(),
			ciphertext_cid,
			ciphertext_len,
			key_commitment: secret.key_commitment(context),
			sealed_details: details.seal(secret, context, crate::random_bytes()),
			signatures: Vec::new(),
		})
	}

	/// The manifest's bytes.
	pub fn encode_versioned(&self) -> Vec<u8> {
		(VERSION, self).encode()
	}

	/// Reads a manifest that must be that of `expect`'s version.
	///
	/// # Errors
	///
	/// [`Error::ForeignManifest`]; [`Error::TooLong`]; [`Error::MalformedManifest`] for an unknown
	/// version, cut or trailing bytes, and parts beyond their bounds.
	pub fn decode_versioned(bytes: &[u8], expect: &Context) -> Result<Self, Error> {
		if bytes.len() > MAX_MANIFEST {
			return Err(Error::TooLong { what: "the manifest", max: MAX_MANIFEST as u64 });
		}
		let (version, mut rest) =
			bytes.split_first().ok_or(Error::MalformedManifest("it is empty"))?;
		if *version != VERSION {
			return Err(Error::MalformedManifest("its version is unknown"));
		}
		let manifest = Self::decode_all(&mut rest)
			.map_err(|_| Error::MalformedManifest("its bytes are cut, changed or too many"))?;
		if manifest.ciphertext_cid.len() > MAX_CID || manifest.signatures.len() > MAX_SIGNATURES {
			return Err(Error::MalformedManifest("its CID or list of signatures is too long"));
		}
		if manifest.context != ContextId::from(expect) {
			return Err(Error::ForeignManifest);
		}
		Ok(manifest)
	}

	/// Opens the details.
	///
	/// # Errors
	///
	/// [`Error::ForeignManifest`] if the context is another version's;
	/// [`Error::WrongKeyCommitment`] if the secret is not the manifest's;
	/// [`Error::ChangedDetails`] if it is and they don't open.
	pub fn details(&self, secret: &Secret, context: &Context) -> Result<Details, Error> {
		if self.context != ContextId::from(context) {
			return Err(Error::ForeignManifest);
		}
		secret.check_key_commitment(context, &self.key_commitment)?;
		Details::open(&self.sealed_details, secret, context)
	}
}

impl Details {
	fn cipher(secret: &Secret, context: &Context) -> Aes256Gcm {
		Aes256Gcm::new((&*secret.derive(context, "details")).into())
	}

	fn seal(&self, secret: &Secret, context: &Context, nonce: [u8; NONCE]) -> Vec<u8> {
		let mut padded = Zeroizing::new(self.encode());
		let len = padded.len().next_multiple_of(PADDING);
		padded.resize(len, 0);
		let sealed = Self::cipher(secret, context)
			.encrypt(&nonce.into(), Payload { msg: &padded, aad: &context.encode() })
			.expect("bounded details are far shorter than GCM's bound; qed");
		[&nonce[..], &sealed].concat()
	}

	fn open(sealed: &[u8], secret: &Secret, context: &Context) -> Result<Self, Error> {
		let (nonce, sealed) = sealed.split_first_chunk::<NONCE>().ok_or(Error::ChangedDetails)?;
		let padded = Self::cipher(secret, context)
			.decrypt(nonce.into(), Payload { msg: sealed, aad: &context.encode() })
			.map_err(|_| Error::ChangedDetails)?;
		let padded = Zeroizing::new(padded);
		let mut rest = &padded[..];
		let details = Self::decode(&mut rest).map_err(|_| Error::ChangedDetails)?;
		if rest.len() >= PADDING || rest.iter().any(|byte| *byte != 0) {
			return Err(Error::ChangedDetails);
		}
		Ok(details)
	}
}

/// Where a share belongs: the associated data of its envelopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ShareAddress {
	/// The chain's genesis hash.
	pub genesis: [u8; 32],
	/// The record's id.
	pub record: [u8; 32],
	/// The version's number.
	pub version: u32,
	/// The sharing set's epoch.
	pub epoch: u32,
	/// The holder's account.
	pub holder: [u8; 32],
}

/// Seals a share to its holder: 34 bytes of share become 83.
///
/// # Errors
///
/// [`Error::UnusableKey`], see [`seal::seal`].
pub fn seal_share(to: &PublicKey, address: &ShareAddress, share: &Share) -> Result<Vec<u8>, Error> {
	seal::seal(to, Purpose::Share, &address.encode(), &Zeroizing::new(share.encode()))
}

/// Opens the share that was sealed to a holder. It is still to be checked against the
/// commitments, see [`Share::verify`].
///
/// # Errors
///
/// As for [`seal::open`]; [`Error::MalformedShare`] if the sealed message is not a share.
pub fn open_share(key: &SecretKey, address: &ShareAddress, sealed: &[u8]) -> Result<Share, Error> {
	decode_share(&seal::open(key, Purpose::Share, &address.encode(), sealed)?)
}

/// Seals a share that its holder releases to a reader, whose account is `reader`.
///
/// # Errors
///
/// [`Error::UnusableKey`], see [`seal::seal`].
pub fn seal_release(
	to: &PublicKey,
	address: &ShareAddress,
	reader: &[u8; 32],
	share: &Share,
) -> Result<Vec<u8>, Error> {
	let aad = (address, reader).encode();
	seal::seal(to, Purpose::Release, &aad, &Zeroizing::new(share.encode()))
}

/// Opens the share that a holder released to the reader `reader`. It is still to be checked,
/// which [`combine`](crate::sharing::combine) does.
///
/// # Errors
///
/// As for [`open_share`].
pub fn open_release(
	key: &SecretKey,
	address: &ShareAddress,
	reader: &[u8; 32],
	sealed: &[u8],
) -> Result<Share, Error> {
	decode_share(&seal::open(key, Purpose::Release, &(address, reader).encode(), sealed)?)
}

fn decode_share(mut bytes: &[u8]) -> Result<Share, Error> {
	Share::decode_all(&mut bytes).map_err(|_| Error::MalformedShare)
}

#[cfg(test)]
mod tests;
