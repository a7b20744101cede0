//! Which of several proven blocks counts, and how old it may be.

use super::ProvenView;
use crate::{
	errors::ChainError,
	proof::{ProofError, Trusted},
	traits::Evidence,
};
use std::sync::Arc;

/// After how many seconds the newest proven block is called old. While no call waits, the network makes a
/// block every ten seconds.
pub const OLD: u64 = 60;

/// After how many seconds nothing is sealed or permitted any more.
pub const TOO_OLD: u64 = 600;

/// How many seconds a proven block's time may be ahead of this machine's clock.
pub const AHEAD: u64 = 30;

/// Of how many blocks before it a block's state has the hashes.
pub const KNOWN_BLOCKS: u32 = 4_096;

/// Is given the newest proven block whenever there is a newer one, to keep it.
#[cfg(not(target_family = "wasm"))]
pub type Keeper = Arc<dyn Fn(&Trusted) + Send + Sync>;

/// Is given the newest proven block whenever there is a newer one, to keep it.
#[cfg(target_family = "wasm")]
pub type Keeper = Arc<dyn Fn(&Trusted)>;

/// An error if the block of this view is too old to seal or permit something, or if this machine's clock
/// is behind, so that nobody can tell. `now` is the clock's time, in seconds since 1970.
///
/// # Errors
///
/// [`ChainError::ClockBehind`] and [`ChainError::OldHead`].
pub fn check_fresh<E: Evidence>(view: &ProvenView<E>, now: u64) -> Result<(), ChainError> {
	let ahead = view.ahead(now);
	if ahead > AHEAD {
		return Err(ChainError::ClockBehind(ahead));
	}
	match view.age(now) {
		Some(seconds) if seconds < TOO_OLD => Ok(()),
		old => Err(ChainError::OldHead(old.map(|seconds| seconds / 60))),
	}
}

/// The newest block of those that several nodes prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newest {
	/// The block, and who finalises the blocks after it.
	pub trusted: Trusted,
	/// The place of the first node that proves it.
	pub place: usize,
	/// The places of the nodes that prove nothing, and why.
	pub failures: Vec<(usize, ChainError)>,
}

/// The newest block of those that nodes prove, of which each is named by its place. What one of them
/// says does no harm to the others, unless it proves that two blocks of one height are final.
///
/// # Errors
///
/// [`ProofError::TwoFinal`]; or if none proves anything, what the first one has answered.
pub fn newest_of(
	answers: impl IntoIterator<Item = (usize, Result<Trusted, ChainError>)>,
) -> Result<Newest, ChainError> {
	let mut newest: Option<(Trusted, usize)> = None;
	let mut failures = Vec::new();
	for (place, answer) in answers {
		let newer = match answer {
			Ok(newer) => newer,
			Err(error @ ChainError::NotProven(ProofError::TwoFinal(_))) => return Err(error),
			Err(error) => {
				failures.push((place, error));
				continue;
			},
		};
		let (head, best) = (newer.head(), newest.as_ref().map(|(best, _)| best.head()));
		match best {
			Some(best) if best.number == head.number && best.hash != head.hash => {
				return Err(ProofError::TwoFinal(head.number).into());
			},
			Some(best) if best.number >= head.number => {},
			_ => newest = Some((newer, place)),
		}
	}
	match newest {
		Some((trusted, place)) => Ok(Newest { trusted, place, failures }),
		None => {
			let first = failures.into_iter().next().map(|(_, error)| error);
			Err(first.unwrap_or(ChainError::StateGone))
		},
	}
}
