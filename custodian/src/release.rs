//! When the custodian may give something that the patients' consents protect. Pure: it reads no
//! clock and asks no node.
//!
//! A node that is behind, or whose clock is wrong, does not know that a consent was revoked. So
//! nothing is given unless the best block is recent by the custodian's own clock and blocks keep
//! becoming final. *Invariant*: what was given was permitted at a head that was at most
//! [`MAX_AGE`] seconds old.

use std::time::{Duration, Instant};
use vouchsafe_client::protocol::OPENING_LIFETIME;

/// How far the best block's time may be from the custodian's clock, in seconds. An idle chain makes
/// a block every 10 seconds.
pub const MAX_AGE: u64 = 30;
/// How long finality may make no progress, in seconds.
pub const MAX_STALL: u64 = 60;

/// A block's place and time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
	/// Its number.
	pub number: u32,
	/// Its time, in seconds since 1970.
	pub time: u64,
}

/// What the custodian knows of its node at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
	/// The last finalised block.
	pub finalized: Head,
	/// The best block.
	pub best: Head,
	/// The custodian's own clock, in seconds since 1970.
	pub now: u64,
	/// How long ago a block became final, by a clock that nobody sets.
	pub since_final: Duration,
	/// Whether the node is catching up with the others.
	pub is_syncing: bool,
	/// A block that was indexed and that the node now replaces by another.
	pub replaced: Option<u32>,
}

/// Why nothing is given now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
	/// The node has another block than the one that was indexed.
	#[error("the node's block {0} differs from the one that was indexed: find out why, then run `vouchsafe-custodian index rewind`")]
	Replaced(u32),
	/// The node is catching up.
	#[error("the node is still catching up with the other nodes")]
	Syncing,
	/// The node is behind.
	#[error("the best block is {0} s old: the node is behind, or the custodian's clock is wrong")]
	Behind(u64),
	/// The custodian's clock is behind the chain's.
	#[error("the best block is {0} s in the future: the custodian's clock is wrong")]
	Ahead(u64),
	/// Blocks do not become final.
	#[error("no block has become final for {0} s")]
	NotFinal(u64),
}

impl Refusal {
	/// Its name in the metrics.
	pub fn name(&self) -> &'static str {
		match self {
			Self::Replaced(_) => "replaced",
			Self::Syncing => "syncing",
			Self::Behind(_) => "behind",
			Self::Ahead(_) => "ahead",
			Self::NotFinal(_) => "not-final",
		}
	}
}

impl Situation {
	/// Checks that something may be given now.
	pub fn check(&self) -> Result<(), Refusal> {
		if let Some(block) = self.replaced {
			return Err(Refusal::Replaced(block));
		}
		if self.is_syncing {
			return Err(Refusal::Syncing);
		}
		let age = self.now.saturating_sub(self.best.time);
		if age > MAX_AGE {
			return Err(Refusal::Behind(age));
		}
		let lead = self.best.time.saturating_sub(self.now);
		if lead > MAX_AGE {
			return Err(Refusal::Ahead(lead));
		}
		// Both clocks: one was set wrongly, the other one starts with the program.
		let final_age = self.now.saturating_sub(self.finalized.time);
		let stalled = self.since_final.as_secs().max(final_age);
		if stalled > MAX_STALL {
			return Err(Refusal::NotFinal(stalled));
		}
		Ok(())
	}

	/// The latest time that the chain or the custodian's clock shows. What expires is expired once
	/// one of them says so.
	pub fn latest(&self) -> u64 {
		self.now.max(self.best.time).max(self.finalized.time)
	}
}

/// Why a share is not released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
	/// The custodian can't tell now whether the reader has access.
	CannotTell(Refusal),
	/// The chain has no opening of the record by the reader.
	NoOpening,
	/// The opening has expired.
	Expired,
	/// The consents do not permit it, or the reader's account is not active.
	NotPermitted,
}

impl Denial {
	/// Its name in the metrics.
	pub fn name(&self) -> &'static str {
		match self {
			Self::CannotTell(refusal) => refusal.name(),
			Self::NoOpening => "no-opening",
			Self::Expired => "expired",
			Self::NotPermitted => "not-permitted",
		}
	}
}

/// Decides about a release. `opened_at` is the time of a final opening of the record by the reader,
/// and `permitted` is what the consents say at the last finalised and at the best block.
pub fn decide(
	situation: &Situation,
	opened_at: Option<u64>,
	permitted: [bool; 2],
) -> Result<(), Denial> {
	situation.check().map_err(Denial::CannotTell)?;
	let opened_at = opened_at.ok_or(Denial::NoOpening)?;
	if situation.latest().saturating_sub(opened_at) >= OPENING_LIFETIME {
		return Err(Denial::Expired);
	}
	match permitted {
		[true, true] => Ok(()),
		_ => Err(Denial::NotPermitted),
	}
}

/// Watches whether blocks become final.
#[derive(Debug, Default)]
pub struct Finality {
	/// The highest final block, and when it was seen first.
	highest: Option<(u32, Instant)>,
}

impl Finality {
	/// Notes the number of the last finalised block, and returns how long ago a block became final.
	/// A lower number than before is no progress.
	pub fn note(&mut self, number: u32, now: Instant) -> Duration {
		match self.highest {
			Some((highest, since)) if number <= highest => now.saturating_duration_since(since),
			_ => {
				self.highest = Some((number, now));
				Duration::ZERO
			},
		}
	}
}

#[cfg(test)]
mod tests;
