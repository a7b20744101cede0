//! The times of a log's blocks. They are the custodian's word and cannot be proven, but two custodians can
//! be compared, and times that run backwards are wrong.

use vouchsafe_protocol::messages::LogLine;

/// Why the times of a log cannot be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disorder {
	/// A later entry is said to be older.
	#[error("entry {seq} is said to be older than entry {before}, which comes before it")]
	Backwards {
		/// The entry.
		seq: u64,
		/// An earlier entry, which is said to be newer.
		before: u64,
	},
	/// Entries of one block are said to have different times.
	#[error(
		"entries {before} and {seq} are in the same block, but are said to have different times"
	)]
	OneBlock {
		/// The entry.
		seq: u64,
		/// The entry before it.
		before: u64,
	},
}

/// Checks that the times never run backwards. Entries whose time the custodian does not know are left
/// out.
///
/// # Errors
///
/// The first entry whose time cannot be right.
pub fn check_times(lines: &[LogLine]) -> Result<(), Disorder> {
	let mut last: Option<&LogLine> = None;
	for line in lines.iter().filter(|line| line.time > 0) {
		if let Some(before) = last {
			let (seq, before, time) = (line.seq, before.seq, (before.block, before.time));
			if line.time < time.1 {
				return Err(Disorder::Backwards { seq, before });
			}
			if line.block == time.0 && line.time != time.1 {
				return Err(Disorder::OneBlock { seq, before });
			}
		}
		last = Some(line);
	}
	Ok(())
}

/// What is different in two custodians' logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differs {
	/// Only one of them has the entry.
	Missing,
	/// The entry's bytes.
	Entry,
	/// The entry's block.
	Block,
	/// The block's time.
	Time,
}

/// The first difference of two custodians' logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
	/// The entry.
	pub seq: u64,
	/// What is different.
	pub what: Differs,
}

/// Compares the logs of two custodians, and names the first entry that is different. A time that one of
/// them does not know is no difference.
pub fn compare(one: &[LogLine], other: &[LogLine]) -> Option<Difference> {
	for (line, seen) in one.iter().zip(other) {
		let seq = line.seq.min(seen.seq);
		let times = (line.time, seen.time);
		let what = if line.seq != seen.seq {
			Differs::Missing
		} else if line.entry != seen.entry {
			Differs::Entry
		} else if line.block != seen.block {
			Differs::Block
		} else if times.0 > 0 && times.1 > 0 && times.0 != times.1 {
			Differs::Time
		} else {
			continue;
		};
		return Some(Difference { seq, what });
	}
	let more = one.get(other.len()).or_else(|| other.get(one.len()))?;
	Some(Difference { seq: more.seq, what: Differs::Missing })
}
