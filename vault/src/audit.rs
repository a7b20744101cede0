//! The hash chain of a patient's log, as the chain's pallet computes it, and the proof that a
//! copy of the log is the whole log.
//!
//! The chain's state holds (count, head) for each patient; the entries travel in events and are
//! kept by indexers. Whichever copy is read, recomputing it to the head proves that nothing was
//! left out, added, changed or moved.

use blake2::{Blake2b256, Digest};
use codec::Encode;

/// A line of a copy of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
	/// Its number in the patient's log, from 0.
	pub seq: u64,
	/// The block that it stands in.
	pub block: u32,
	/// The entry's versioned bytes, as the event carried them.
	pub entry: Vec<u8>,
	/// The head after this line, as the copy's keeper claims it. Not needed for the proof; where
	/// it is there, it lets the first wrong line be named.
	pub head: Option<[u8; 32]>,
}

/// Why a copy is not the log that the chain vouches for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
	/// A line bears another number than its place has: one was left out, repeated or moved.
	#[error("entry {expected} is missing: at its place stands entry {found}")]
	OutOfSequence {
		/// The number that the place has.
		expected: u64,
		/// The number that the line bears.
		found: u64,
	},
	/// A line does not fit the head that the copy claims after it.
	#[error("entry {seq} does not fit: its block, its bytes or the head beside it were changed")]
	DoesNotFit {
		/// The line's number.
		seq: u64,
	},
	/// The copy ends too early.
	#[error("the copy ends after {have} entries, but the chain counts {expected}: entry {have} is the first that is missing")]
	Missing {
		/// Entries in the copy.
		have: u64,
		/// Entries on the chain.
		expected: u64,
	},
	/// The copy goes on where the log ends.
	#[error("entry {seq} is one too many: the chain counts {seq} entries")]
	Surplus {
		/// The first line's number that is too much.
		seq: u64,
	},
	/// The lines fit each other and their count is right, but they end in another head.
	#[error("the copy's {count} entries end in another head than the chain's: as a whole it is not this patient's log; read it from another custodian")]
	AnotherLog {
		/// Entries in the copy, and on the chain.
		count: u64,
	},
}

/// The head after an entry:
/// BLAKE2b-256(`vouchsafe/audit/1` ‖ SCALE(genesis, patient, seq, block, previous, entry)), the
/// entry being a SCALE byte vector. The previous head of entry 0 is 32 zero bytes.
pub fn next_head(
	genesis: &[u8; 32],
	patient: &[u8; 32],
	seq: u64,
	block: u32,
	previous: &[u8; 32],
	entry: &[u8],
) -> [u8; 32] {
	Blake2b256::new()
		.chain_update(b"vouchsafe/audit/1")
		.chain_update((genesis, patient, seq, block, previous, entry).encode())
		.finalize()
		.into()
}

/// Proves that `lines` are the whole log of a patient: as many as the chain counts, ending in the
/// chain's head.
///
/// # Errors
///
/// The first line that does not fit, where it can be told; else how the copy as a whole differs.
pub fn verify(
	genesis: &[u8; 32],
	patient: &[u8; 32],
	lines: impl Iterator<Item = LogLine>,
	expected_count: u64,
	expected_head: [u8; 32],
) -> Result<(), AuditError> {
	let mut head = [0; 32];
	let mut count = 0;
	for line in lines {
		if line.seq != count {
			return Err(AuditError::OutOfSequence { expected: count, found: line.seq });
		}
		if count == expected_count {
			return Err(AuditError::Surplus { seq: count });
		}
		head = next_head(genesis, patient, line.seq, line.block, &head, &line.entry);
		if line.head.is_some_and(|claimed| claimed != head) {
			return Err(AuditError::DoesNotFit { seq: line.seq });
		}
		count += 1;
	}
	if count < expected_count {
		return Err(AuditError::Missing { have: count, expected: expected_count });
	}
	if head != expected_head {
		return Err(AuditError::AnotherLog { count });
	}
	Ok(())
}

#[cfg(test)]
mod tests;
