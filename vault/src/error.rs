//! The vault's errors: one variant for each failure, with a message that says what to do.

/// A failure of the vault.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
	/// The first segment did not open, and the key had not been confirmed by a key commitment
	/// before. AES-GCM alone can't tell a wrong key from a changed first segment; a key that
	/// [`combine`](crate::sharing::combine) confirmed gives [`Error::Changed`] instead.
	#[error("this key does not open this document: it is another document's or version's key, or the document's beginning was changed; check that key, record, version and patient belong together")]
	WrongKey,
	/// The ciphertext ends too early.
	#[error("the document was cut off after {have} bytes of ciphertext: fetch it again, or from another copy")]
	Truncated {
		/// Bytes of ciphertext there were.
		have: u64,
	},
	/// Bytes follow where the ciphertext ends.
	#[error("more bytes follow the end of the document: fetch it again, or from another copy")]
	TrailingBytes,
	/// A segment's bytes are not what its author wrote. Where the ciphertext's length was not
	/// given, a last segment that was cut inside reads the same.
	#[error("segment {segment} of the document was changed (or cut, if it is the last): fetch it from another copy")]
	Changed {
		/// Which segment of 1 MiB of ciphertext, from 0.
		segment: u32,
	},
	/// A segment is whole but was written for another place of the same document.
	#[error("segment {segment} of the document holds what belongs at {belongs}: segments were swapped or left out; fetch it from another copy")]
	Swapped {
		/// Where it is, from 0.
		segment: u32,
		/// Where its author put it.
		belongs: u32,
	},
	/// The bytes don't begin as a document of ours does.
	#[error(
		"these bytes are not an encrypted document: check the address that they were fetched from"
	)]
	MalformedDocument,
	/// The manifest is that of another record or version.
	#[error(
		"this manifest belongs to another record or version: fetch the one that the chain names"
	)]
	ForeignManifest,
	/// The manifest is not in a form that this program knows.
	#[error("this manifest can't be read ({0}): fetch it again, or update this program")]
	MalformedManifest(&'static str),
	/// The manifest's details did not open although the key is right.
	#[error(
		"the manifest's title and media type were changed: fetch the manifest from another copy"
	)]
	ChangedDetails,
	/// The secret is not the one that the manifest was made for.
	#[error("the shares give a key that is not this version's: the key commitment differs; check that shares, commitments and manifest belong to one version")]
	WrongKeyCommitment,
	/// An impossible threshold or number of holders.
	#[error("a threshold of {threshold} for {holders} holders is invalid: it must be at least 2 and at most the number of holders, and there can be at most 12 holders")]
	ImpossibleSharing {
		/// How many shares would be needed.
		threshold: u8,
		/// How many there would be.
		holders: u8,
	},
	/// Too few shares to combine.
	#[error("only {have} of the {need} shares needed are available: ask more holders")]
	TooFewShares {
		/// Different good shares at hand.
		have: u8,
		/// The threshold.
		need: u8,
	},
	/// A share does not lie on the polynomial that the commitments describe.
	#[error("the shares do not belong together: do not acknowledge them. The author must split the key again")]
	InconsistentShares,
	/// A holder released a share that is not the one it was dealt.
	#[error("{holder} gave a false share: leave it out, ask another holder, and report it")]
	LyingHolder {
		/// The label that the caller gave it.
		holder: String,
	},
	/// The bytes are not a share.
	#[error("these bytes are not a key share: ask the holder again")]
	MalformedShare,
	/// The bytes are not commitments.
	#[error(
		"these bytes are not the commitments of a sharing: fetch those whose hash is on the chain"
	)]
	MalformedCommitments,
	/// A sealed message of a suite that this program does not know.
	#[error("this message was sealed with suite {0}, which this program does not know: update it")]
	UnknownSuite(u8),
	/// The bytes are too short for a sealed message.
	#[error("these bytes are not a sealed message: ask for it again")]
	MalformedSealed,
	/// A sealed message that does not open.
	#[error("this message does not open: it was sealed to another key, for another purpose or address, or it was changed")]
	CannotOpen,
	/// A public key that can't be sealed to, such as a point of low order.
	#[error("this encryption key cannot be used: its account must register a new one")]
	UnusableKey,
	/// Something is longer than its bound.
	#[error("{what} is too long: at most {max} bytes")]
	TooLong {
		/// What it is.
		what: &'static str,
		/// Its bound in bytes.
		max: u64,
	},
	/// The caller's reader failed.
	#[error("reading the document failed: {0}")]
	Read(#[source] std::io::Error),
	/// The caller's writer failed.
	#[error("writing the document failed: {0}")]
	Write(#[source] std::io::Error),
}
