//! Weights of the pallet's calls: reads and writes counted
//! against the database's constants, with a margin for the work between them, in the shape that
//! benchmarks write.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weight functions needed for the pallet.
pub trait WeightInfo {
	/// Of `admit_institution`.
	fn admit_institution() -> Weight;
	/// Of `set_custodian`.
	fn set_custodian() -> Weight;
	/// Of `enrol`.
	fn enrol() -> Weight;
	/// Of `set_encryption_key`.
	fn set_encryption_key() -> Weight;
	/// Of `set_status`.
	fn set_status() -> Weight;
	/// Of `set_signing_disabled`.
	fn set_signing_disabled() -> Weight;
	/// Of `affiliate`.
	fn affiliate() -> Weight;
	/// Of `end_affiliation`.
	fn end_affiliation() -> Weight;
	/// Of `attest_licence`.
	fn attest_licence() -> Weight;
	/// Of `join_team`.
	fn join_team() -> Weight;
	/// Of `leave_team`.
	fn leave_team() -> Weight;
	/// Of `set_cap`.
	fn set_cap() -> Weight;
	/// Of `declare_deceased` and `take_death_back`.
	fn declare_deceased() -> Weight;
	/// Of `accept_affiliation`.
	fn accept_affiliation() -> Weight;
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
	/// `Accounts`, `CustodianAccounts`, `Institutions`, `System::Account`, and the allowance
	/// (`Balances::TotalIssuance`), `ActiveInstitutions`.
	admit_institution = 40_000_000, 6, 5;
	/// A signature's check; `Accounts` twice, `Institutions`, `CustodianAccounts` (old and new),
	/// `System::Account` (old and new), the genesis hash, the time.
	set_custodian = 150_000_000, 9, 5;
	/// A signature's check; the manager's three accounts, `Accounts`, `CustodianAccounts`,
	/// `Institutions`, the genesis hash, the time, `System::Account`, the allowance, the log.
	enrol = 150_000_000, 14, 5;
	/// `Accounts`, the log.
	set_encryption_key = 20_000_000, 4, 2;
	/// `Accounts`, the manager's three, the registrar's affiliation, the time, the log and
	/// its count of lines, `ActiveInstitutions`.
	set_status = 25_000_000, 15, 5;
	/// `Accounts`, the manager's three, the registrar's affiliation, the time, the log and
	/// its count of lines, whether the patient is a ward (2).
	set_signing_disabled = 25_000_000, 16, 4;
	/// The manager's three, `Accounts`, `AffiliatedWith`, four `Affiliations`, the time.
	affiliate = 30_000_000, 10, 2;
	/// The manager's three, `Affiliations`, `AffiliatedWith`, the time.
	end_affiliation = 20_000_000, 6, 2;
	/// `Accounts`, `Affiliations`, the time.
	attest_licence = 20_000_000, 3, 1;
	/// The manager's three, `Affiliations`, the time.
	join_team = 20_000_000, 5, 1;
	/// The manager's three, `Affiliations`, the time.
	leave_team = 20_000_000, 5, 1;
	/// `Institutions`.
	set_cap = 15_000_000, 1, 1;
	/// `Accounts`, the agreement (30 and 2), the time, the log.
	declare_deceased = 40_000_000, 35, 4;
	/// `AffiliatedWith`, five `Affiliations`, the time.
	accept_affiliation = 20_000_000, 7, 2;
}
