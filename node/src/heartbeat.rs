//! Decides when a validator leaves its slot empty.
//!
//! A block without calls has no information, but every node stores it for ever. So while no call
//! waits, a validator makes a block only if the chain's head is [`PERIOD`] slots old. This block,
//! the heartbeat, shows clients and operators that the chain is alive. A call that arrives ends the
//! pause: the next slot's validator puts it into a block.
//!
//! There is one exception. If two validators make a block of the same height, their peers' votes
//! can be split between the two, and GRANDPA can finalise neither until one of them gets a child.
//! So a head that is still not final after [`TIE_BREAK`] slots gets one at once. This is limited to
//! [`MAX_UNFINAL`] blocks, because more blocks do not help if finality fails for another reason,
//! such as too few validators.

use sc_consensus_slots::BackoffAuthoringBlocksStrategy;
use sp_consensus_aura::Slot;
use vouchsafe_runtime::BlockNumber;

/// Age, in slots, at which the head of an idle chain gets a child.
const PERIOD: u64 = 10;
/// After so many blocks of an idle chain the next one comes a slot later. So four of them take 41 slots, which
/// no number of validators up to 40 divides: each validator has its turn. With ten slots every time, five
/// validators would leave all blocks to one, and nobody would see that another is down.
const ROUND: BlockNumber = 4;
/// Age, in slots, at which a head that is not final gets a child. Finality takes about one slot.
const TIE_BREAK: u64 = 2;
/// Blocks without finality up to which [`TIE_BREAK`] applies.
const MAX_UNFINAL: BlockNumber = 4;

/// The strategy, for Aura. `F` says whether a call waits for a block.
pub struct Heartbeat<F> {
	has_ready_call: F,
}

impl<F: Fn() -> bool> Heartbeat<F> {
	/// Creates the strategy.
	pub fn new(has_ready_call: F) -> Self {
		Self { has_ready_call }
	}
}

impl<F: Fn() -> bool> BackoffAuthoringBlocksStrategy<BlockNumber> for Heartbeat<F> {
	fn should_backoff(
		&self,
		head: BlockNumber,
		head_slot: Slot,
		finalized: BlockNumber,
		now: Slot,
		_log_target: &str,
	) -> bool {
		// The genesis block has slot 0, so the first block is always due.
		// A head of a later slot than ours was made by a validator whose clock is ahead. It counts
		// as new: the runtime would refuse a block of an earlier slot on top of it anyway.
		let age = now.saturating_sub(*head_slot);
		let unfinal = head.saturating_sub(finalized);
		let due = match unfinal {
			1..=MAX_UNFINAL => TIE_BREAK,
			_ if head.is_multiple_of(ROUND) => PERIOD + 1,
			_ => PERIOD,
		};
		*age < due && !(self.has_ready_call)()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// Whether a validator makes a block in slot `now`, on a head of slot 1,000.
	fn makes_block(ready: bool, head: BlockNumber, finalized: BlockNumber, now: u64) -> bool {
		!Heartbeat::new(|| ready).should_backoff(head, 1_000.into(), finalized, now.into(), "aura")
	}

	#[test]
	fn an_idle_chain_gets_a_block_every_ten_slots() {
		for now in 1_001..1_010 {
			assert!(!makes_block(false, 7, 7, now), "slot {now}");
		}
		assert!(makes_block(false, 7, 7, 1_010));
		// The validator of that slot is down: the next one steps in.
		assert!(makes_block(false, 7, 7, 1_011));
		assert!(makes_block(false, 7, 7, u64::MAX));
	}

	#[test]
	fn every_validator_has_its_turn_on_an_idle_chain() {
		for validators in 1..=32u64 {
			let (mut slot, mut had) = (1_000, vec![false; validators as usize]);
			for head in 0..ROUND * validators as BlockNumber {
				let due = |now: &u64| {
					let strategy = Heartbeat::new(|| false);
					!strategy.should_backoff(head, slot.into(), head, (*now).into(), "aura")
				};
				slot = (slot..).find(due).unwrap();
				had[(slot % validators) as usize] = true;
			}
			assert!(had.iter().all(|had| *had), "{validators} validators");
		}
	}

	#[test]
	fn a_waiting_call_gets_the_next_slot() {
		for now in [1_001, 1_009, 1_010] {
			assert!(makes_block(true, 7, 7, now), "slot {now}");
		}
	}

	#[test]
	fn the_first_block_is_made_at_once() {
		let heartbeat = Heartbeat::new(|| false);
		assert!(!heartbeat.should_backoff(0, 0.into(), 0, 1_764_000_000.into(), "aura"));
	}

	#[test]
	fn a_head_of_a_future_slot_counts_as_new() {
		for now in [0, 999, 1_000] {
			assert!(!makes_block(false, 7, 7, now), "slot {now}");
			assert!(makes_block(true, 7, 7, now), "slot {now}");
		}
	}

	#[test]
	fn a_head_that_does_not_become_final_gets_a_child() {
		for unfinal in 1..=MAX_UNFINAL {
			assert!(!makes_block(false, 7 + unfinal, 7, 1_001), "{unfinal} blocks");
			assert!(makes_block(false, 7 + unfinal, 7, 1_002), "{unfinal} blocks");
		}
	}

	#[test]
	fn without_finality_an_idle_chain_stays_slow() {
		let head = 8 + MAX_UNFINAL + 1;
		assert!(!makes_block(false, head, 8, 1_009));
		assert!(makes_block(false, head, 8, 1_010));
		assert!(makes_block(true, head, 8, 1_001));
	}

	#[test]
	fn a_finalised_number_beyond_the_head_is_no_lag() {
		// The two numbers are read one after the other, so this can happen.
		assert!(!makes_block(false, 7, 8, 1_009));
		assert!(makes_block(false, 7, 8, 1_010));
	}
}
