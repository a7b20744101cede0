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
	/// A wrong passphrase, or changed bytes.
	#[error("the passphrase is wrong, or these bytes were changed")]
	WrongPassphrase,
	/// A passphrase that would cost more to try than any of ours.
	#[error("trying this passphrase would take more memory or time than any of ours: these bytes were changed")]
	CostlyPassphrase,
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
	/// A study, a report or an aggregator that cannot exist.
	#[error("this study or report is invalid: {0}. Read the study's terms again")]
	ImpossibleStudy(&'static str),
	/// A report with more or fewer cells than its question.
	#[error("the report has {have} cells, but the question has {need}: use the study's protocol")]
	WrongCells {
		/// Cells there were.
		have: usize,
		/// Cells of the question.
		need: usize,
	},
	/// A report's cells add up to more than its people can add.
	#[error("the cells add up to {sum}, but {people} people can add at most {bound}: count each person once, and at most the study's weight or max")]
	OutOfBound {
		/// What they add up to.
		sum: u128,
		/// How many people the report is for.
		people: u32,
		/// What these add at most.
		bound: u128,
	},
	/// The bytes are not what an aggregator stored.
	#[error(
		"these bytes are not an aggregator's state, share or key: restore them from the database"
	)]
	MalformedAggregation,
	/// An identifier from which no nullifier can be made.
	#[error("this identifier cannot be used: it needs a system without \"|\" and a value, together at most {max} bytes", max = crate::study::nullifier::MAX_INPUT)]
	UnusableIdentifier,
	/// An empty batch of points, one that is too long, or one with another number of answers.
	#[error("a batch has {have} points, but 1 to {max} can be evaluated at once, and each point has one answer")]
	WrongBatch {
		/// Points there were.
		have: usize,
		/// The most, or as many as there should be.
		max: usize,
	},
	/// The bytes are not a batch of blinded identifiers.
	#[error(
		"these bytes are not a batch of blinded identifiers: start again with this aggregator"
	)]
	MalformedBatch,
	/// Bytes that are not a point, or the neutral element.
	#[error("point {place} is not a point of the group: blind the identifiers again")]
	MalformedPoint {
		/// Which one, from 0.
		place: usize,
	},
	/// The proof does not fit the key: an aggregator evaluated under another key than the one that it
	/// published.
	#[error("an aggregator did not evaluate under the key that it published: send it nothing more, and report it")]
	FalseEvaluation,
	/// The caller's reader failed.
	#[error("reading the document failed: {0}")]
	Read(#[source] std::io::Error),
	/// The caller's writer failed.
	#[error("writing the document failed: {0}")]
	Write(#[source] std::io::Error),
}
