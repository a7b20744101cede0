//! Weights of the pallet's calls: reads and writes counted against the database's constants, with a margin
//! for the work between them, in the shape that benchmarks write. The limit, the period to object and the
//! lifetime of a registration are parameters on the chain, each of which is read.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weight functions needed for the pallet.
pub trait WeightInfo {
	/// Of `appoint`.
	fn appoint() -> Weight;
	/// Of `end`.
	fn end() -> Weight;
	/// Of `activate`.
	fn activate() -> Weight;
	/// Of `register`.
	fn register() -> Weight;
	/// Of `attest`.
	fn attest() -> Weight;
	/// Of `object`.
	fn object() -> Weight;
	/// Of `suspend`.
	fn suspend() -> Weight;
	/// Of `act`, without the call within it.
	fn act() -> Weight;
	/// Of `enrol_ward`.
	fn enrol_ward() -> Weight;
	/// Of ending the representation by executors, because the patient is not dead.
	fn on_revived() -> Weight;
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

// To load the representatives is to read them, the lifetime of a registration and the time. To log is to read
// the log and three more, and to write one.
weights! {
	/// `Accounts` twice, `RepresentativesOf` (3), the limit, the log (4).
	appoint = 25_000_000, 10, 2;
	/// `RepresentativesOf` (3), the permit by law (4 and 3), the log (4).
	end = 30_000_000, 11, 5;
	/// The patient, the doubt and the institution (3), `RepresentativesOf` (3), the agreement (30 and 2), the
	/// log (4).
	activate = 40_000_000, 40, 4;
	/// The patient twice, the representative, `RepresentativesOf` (3), the limit, the agreement (30 and 2),
	/// the log (4).
	register = 40_000_000, 41, 4;
	/// Who speaks for the authority (14), the patient twice, the signer, two affiliations, the
	/// representative, `RepresentativesOf` (3), the key, the period to object, the permit by law (6 and 4),
	/// the log (4).
	attest = 40_000_000, 36, 6;
	/// `RepresentativesOf` (3), the permit by law (4 and 3), the log (4).
	object = 30_000_000, 11, 5;
	/// Who speaks for the authority (14), the patient, who manages the institution or reviews accesses there
	/// (17), the lines (1 and 1), `RepresentativesOf` (3), the permit by law (6 and 4), the log (4).
	suspend = 40_000_000, 46, 7;
	/// The representative, `RepresentativesOf` (3), the patient and the doubt. Who represents whom is written
	/// and removed within the call and never reaches the database.
	act = 25_000_000, 7, 0;
	/// Whether the account is new (2), 16 representatives, the genesis hash, the time, the limit, the agreement
	/// (30 and 2), the enrolment (7 and 5), `RepresentativesOf`, and 17 lines of one log (4).
	enrol_ward = 250_000_000, 63, 9;
	/// `RepresentativesOf` (3), and for each of 16 the permit by law (4 and 3); all lines of one log (4).
	on_revived = 400_000_000, 71, 50;
}
