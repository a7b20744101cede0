//! Weights of the pallet's calls: reads and writes counted against the database's constants, with a margin
//! for the work between them, in the shape that benchmarks write. The delays and the lifetime of an attempt
//! are parameters on the chain, each of which is read.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weight functions needed for the pallet.
pub trait WeightInfo {
	/// Of `set_guardians`.
	fn set_guardians() -> Weight;
	/// Of `change_key`.
	fn change_key() -> Weight;
	/// Of `attempt`.
	fn attempt() -> Weight;
	/// Of `approve`.
	fn approve() -> Weight;
	/// Of `propose`.
	fn propose() -> Weight;
	/// Of `attest`.
	fn attest() -> Weight;
	/// Of `object`.
	fn object() -> Weight;
	/// Of `finish`.
	fn finish() -> Weight;
	/// Of `set_key`.
	fn set_key() -> Weight;
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

// To log is to read the account and three more, and to write one.
weights! {
	/// `Accounts`, `GuardiansOf`, twice the doubt, the time, the delay, the log.
	set_guardians = 25_000_000, 10, 2;
	/// A signature's check; `Accounts`, the key (3), the genesis hash, the time, the delay, the log.
	change_key = 150_000_000, 11, 2;
	/// A signature's check; `Accounts` twice, `GuardiansOf`, three times the doubt, `Attempts`, the lifetime, the
	/// key (3), the genesis hash, the time, the log.
	attempt = 160_000_000, 26, 4;
	/// `Accounts`, `Attempts`, the lifetime, the doubt, the time, the delay, the log.
	approve = 25_000_000, 13, 3;
	/// A signature's check; `Accounts` twice, `GuardiansOf`, three times the doubt, `Attempts`, the lifetime, the
	/// key (3), the genesis hash, the time, the agreement (30 and 2), the log.
	propose = 170_000_000, 54, 5;
	/// Who speaks for the authority (14), the signer, `Attempts`, the lifetime, two affiliations, the time,
	/// the delay, the log.
	attest = 30_000_000, 27, 2;
	/// Whether a ward's representative objects (8), `Changes`, `Attempts`, the lifetime, the doubt, the time, the
	/// signer, the log.
	object = 25_000_000, 18, 3;
	/// `Accounts` twice, `Changes`, `Attempts` twice, the lifetime, the doubt twice, the key (3), `GuardiansOf`
	/// twice, the time, `PresentKeys`, what enrolment does (3 and 3), the log. Writes: two of `Keys`,
	/// `PresentKeys`, `Changes`, `Attempts`, `GuardiansOf`, `Proposers`, `Begun`.
	finish = 40_000_000, 22, 12;
	/// `Accounts`, the key (3), `PresentKeys`, what enrolment does (3 and 3). Writes: two of `Keys`,
	/// `PresentKeys`, `Changes`.
	set_key = 30_000_000, 8, 7;
}
