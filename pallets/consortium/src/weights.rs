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
}

/// For tests.
impl WeightInfo for () {
	fn dispatch_as_root() -> Weight {
		Weight::from_parts(30_000_000, 0).saturating_add(ParityDbWeight::get().reads(34))
	}

	fn publish() -> Weight {
		Weight::from_parts(20_000_000, 0).saturating_add(ParityDbWeight::get().reads_writes(2, 2))
	}
}
