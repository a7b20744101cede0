//! Weights of the pallet's calls: reads and writes counted against the database's constants, with
//! a margin for the work between them, in the shape that benchmarks write.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weight functions needed for the pallet.
pub trait WeightInfo {
	/// Of `dispatch_as_root`, without the call that it dispatches.
	fn dispatch_as_root() -> Weight;
	/// Of `publish`.
	fn publish() -> Weight;
	/// Of `set_validators` and `recover_finality`, for so many validators.
	fn set_validators(validators: u32) -> Weight;
	/// Of `set_seats`, for so many seats.
	fn set_seats(seats: u32) -> Weight;
	/// Of `set_nodes`.
	fn set_nodes() -> Weight;
	/// Of removing a seat.
	fn remove_seat() -> Weight;
	/// Of counting a block for who made it.
	fn count_block() -> Weight;
}

/// Weights with the runtime's database constants.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// The council's members and the motion's votes, and an account for each of 32 seats.
	fn dispatch_as_root() -> Weight {
		Weight::from_parts(30_000_000, 0).saturating_add(T::DbWeight::get().reads(34))
	}

	/// Reads the releases of the name and the number of names, and writes both.
	fn publish() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 2))
	}

	/// The change that may be under way, that of finality and whether it may be replaced, the least number,
	/// this session's validators; of each validator its account and its keys. Writes the change.
	fn set_validators(validators: u32) -> Weight {
		Weight::from_parts(40_000_000, 0)
			.saturating_add(T::DbWeight::get().reads_writes(5, 1))
			.saturating_add(T::DbWeight::get().reads(2).saturating_mul(validators.into()))
	}

	/// The least number; of each seat its account; the open motions and their votes, which are written.
	fn set_seats(seats: u32) -> Weight {
		Self::remove_seat().saturating_add(T::DbWeight::get().reads(1).saturating_mul(seats.into()))
	}

	/// Reads the member's account, the session's validators and the change that may be under way; writes its
	/// nodes.
	fn set_nodes() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(3, 1))
	}

	/// The seats and the least number; 64 open motions and their votes. Writes the seats and the votes.
	fn remove_seat() -> Weight {
		Weight::from_parts(60_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(68, 66))
	}

	/// Reads and writes the attendance, and reads the session's validators.
	fn count_block() -> Weight {
		Weight::from_parts(5_000_000, 0).saturating_add(T::DbWeight::get().reads_writes(2, 1))
	}
}

/// For tests.
impl WeightInfo for () {
	fn dispatch_as_root() -> Weight {
		Weight::from_parts(30_000_000, 0).saturating_add(ParityDbWeight::get().reads(34))
	}

	fn publish() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(ParityDbWeight::get().reads_writes(2, 2))
	}

	/// The change that may be under way, that of finality and whether it may be replaced, the least number,
	/// this session's validators; of each validator its account and its keys. Writes the change.
	fn set_validators(validators: u32) -> Weight {
		Weight::from_parts(40_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads_writes(5, 1))
			.saturating_add(ParityDbWeight::get().reads(2).saturating_mul(validators.into()))
	}

	/// The least number; of each seat its account; the open motions and their votes, which are written.
	fn set_seats(seats: u32) -> Weight {
		Self::remove_seat()
			.saturating_add(ParityDbWeight::get().reads(1).saturating_mul(seats.into()))
	}

	/// Reads the member's account, the session's validators and the change that may be under way; writes its
	/// nodes.
	fn set_nodes() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(ParityDbWeight::get().reads_writes(3, 1))
	}

	/// The seats and the least number; 64 open motions and their votes. Writes the seats and the votes.
	fn remove_seat() -> Weight {
		Weight::from_parts(60_000_000, 0).saturating_add(ParityDbWeight::get().reads_writes(68, 66))
	}

	/// Reads and writes the attendance, and reads the session's validators.
	fn count_block() -> Weight {
		Weight::from_parts(5_000_000, 0).saturating_add(ParityDbWeight::get().reads_writes(2, 1))
	}
}
