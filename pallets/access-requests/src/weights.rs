//! Weights of `pallet_access_requests`, in the shape that benchmarks will write.
//!
//! Until then they are counted: each key that a call reads or writes, at its worst, against the
//! runtime's `DbWeight` (ParityDB's constants), and a constant for the computation. Not counted,
//! as a benchmark wouldn't either, is what every block or transaction has in its overlay anyway:
//! the time (set by the inherent), the signer (noted by the extension) and the genesis hash (read
//! by `CheckGenesis`).
//!
//! Proof sizes are 0: no relay chain checks this chain's blocks.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weight functions needed for `pallet_access_requests`.
pub trait WeightInfo {
	/// Weight of `submit`, when `e` expired requests are dropped.
	fn submit(e: u32) -> Weight;
	/// Weight of `approve`.
	fn approve() -> Weight;
	/// Weight of `deny`.
	fn deny() -> Weight;
	/// Weight of `withdraw`.
	fn withdraw() -> Weight;
	/// Weight of looking at a few requests, all of which are dropped, when a block has room.
	fn sweep() -> Weight;
}

/// Weights for `pallet_access_requests`, against the runtime's database.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Enrolment::Accounts` (r:6 w:0), of the asker, four institutions and the patient
	/// Storage: `Enrolment::Institutions` (r:4 w:0)
	/// Storage: `Enrolment::AffiliatedWith` (r:1 w:0)
	/// Storage: `Enrolment::Affiliations` (r:5 w:0), of the asker and of the one referred to
	/// Storage: `AccessRequests::OpenByAsker` (r:1 w:1)
	/// Storage: `AccessRequests::OpenByInstitution` (r:1 w:1)
	/// Storage: `AccessRequests::Requests` (r:0 w:1), and (w:1) each dropped
	/// Storage: `Audit::Logs` (r:1 w:1), `Audit::Uninvited` (r:1 w:1)
	/// Storage: `Consent::Consents` (r:47 w:0), which are decided on for each of 28 pairs: as much as an
	/// opening computes (`pallet_custody`'s weights), for 28 records
	fn submit(e: u32) -> Weight {
		Weight::from_parts(2_900_000_000, 0)
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(e.into()))
			.saturating_add(T::DbWeight::get().reads(71_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
			.saturating_add(T::DbWeight::get().writes(e.into()))
	}
	/// Storage: `Enrolment::Accounts` (r:1 w:0), of the patient
	/// Storage: `Enrolment::Accounts`, `Institutions` or `Affiliations` (r:1 w:0), of the grantee
	/// Storage: `AccessRequests::Requests` (r:1 w:1)
	/// Storage: `AccessRequests::OpenByAsker` (r:1 w:1)
	/// Storage: `AccessRequests::OpenByInstitution` (r:1 w:1)
	/// Storage: `Consent::Consents` (r:1 w:1)
	/// Storage: `Representation::Acting` (r:1 w:0)
	/// Storage: `Audit::Logs` (r:1 w:1)
	fn approve() -> Weight {
		Weight::from_parts(60_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(8_u64))
			.saturating_add(T::DbWeight::get().writes(5_u64))
	}
	/// Storage: `Enrolment::Accounts` (r:1 w:0)
	/// Storage: `AccessRequests::Requests` (r:1 w:1)
	/// Storage: `AccessRequests::OpenByAsker` (r:1 w:1)
	/// Storage: `AccessRequests::OpenByInstitution` (r:1 w:1)
	/// Storage: `Audit::Logs` (r:1 w:1)
	fn deny() -> Weight {
		Weight::from_parts(30_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(4_u64))
	}
	/// Storage: `AccessRequests::Requests` (r:1 w:1)
	/// Storage: `Audit::Logs` (r:1 w:1), `Audit::Uninvited` (r:1 w:1)
	fn withdraw() -> Weight {
		Weight::from_parts(30_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(3_u64))
	}
	/// Storage: `AccessRequests::Swept` (r:1 w:1)
	/// Storage: `AccessRequests::Requests`, `OpenByAsker`, `OpenByInstitution` (r:24 w:24), for 8
	/// Storage: `AccessRequests::SweptCounts` (r:1 w:1)
	/// Storage: `AccessRequests::OpenByAsker`, `OpenByInstitution` (r:4 w:4), for 2 each, and
	/// `Requests` (r:38 w:0), of each that they count
	fn sweep() -> Weight {
		Weight::from_parts(40_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(68_u64))
			.saturating_add(T::DbWeight::get().writes(30_u64))
	}
}

// For tests.
impl WeightInfo for () {
	fn submit(e: u32) -> Weight {
		Weight::from_parts(2_900_000_000, 0)
			.saturating_add(Weight::from_parts(1_000_000, 0).saturating_mul(e.into()))
			.saturating_add(ParityDbWeight::get().reads(71_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
			.saturating_add(ParityDbWeight::get().writes(e.into()))
	}
	fn approve() -> Weight {
		Weight::from_parts(60_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(8_u64))
			.saturating_add(ParityDbWeight::get().writes(5_u64))
	}
	fn deny() -> Weight {
		Weight::from_parts(30_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(4_u64))
	}
	fn withdraw() -> Weight {
		Weight::from_parts(30_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(3_u64))
	}
	fn sweep() -> Weight {
		Weight::from_parts(40_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(68_u64))
			.saturating_add(ParityDbWeight::get().writes(30_u64))
	}
}
