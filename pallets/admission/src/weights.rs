//! Weight of the transaction extension: reads and writes counted against the database's constants,
//! with a margin for the work between them, in the shape that benchmarks write.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weight functions needed for the pallet.
pub trait WeightInfo {
	/// Of `CheckEnrolled`, without the `CheckNonce` in it.
	fn check_enrolled() -> Weight;
}

macro_rules! weights {
	($($(#[$meta:meta])* $name:ident = $time:literal, $reads:literal, $writes:literal;)*) => {
		/// Weights with the runtime's database constants.
		pub struct SubstrateWeight<T>(PhantomData<T>);
		impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
			$($(#[$meta])* fn $name() -> Weight {
				Weight::from_parts($time, 0)
					.saturating_add(T::DbWeight::get().reads_writes($reads, $writes))
			})*
		}

		/// For tests.
		impl WeightInfo for () {
			$($(#[$meta])* fn $name() -> Weight {
				Weight::from_parts($time, 0)
					.saturating_add(ParityDbWeight::get().reads_writes($reads, $writes))
			})*
		}
	};
}

weights! {
	/// `Keys` of recovery, `Accounts` (or `CustodianAccounts` and its institution's), a registrar's affiliation,
	/// what the class reads beside (5), `Usage`. `Signer` is written and removed within the transaction and never
	/// reaches the database; the time is in memory, because each block sets it. `Shares`, the
	/// institution's own account and the number of institutions are read and written once a block and
	/// institution, not once a call.
	check_enrolled = 20_000_000, 9, 1;
}
