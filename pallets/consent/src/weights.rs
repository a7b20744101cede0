//! Weights of `pallet_consent`, in the shape that benchmarks will write.
//!
//! Until then they are counted: each key that a call reads or writes, at its worst, against the
//! runtime's `DbWeight` (ParityDB's constants), and a constant for the computation. Not counted,
//! as a benchmark wouldn't either, is what every block or transaction has in its overlay anyway:
//! the time (set by the inherent), the signer (noted by the extension) and the genesis hash (read
//! by `CheckGenesis`). The patient's own account is counted though the extension has read it: that
//! is part of the margin, and a representative's call does read it.
//!
//! A grant computes natively for 5 µs, and for 10 µs with fifteen other consents under its key
//! (measured with doubles of the neighbours, two cores, November 2026): the constant of 20 µs leaves
//! room for WASM and for the log's hash. With that a grant stays under 1.5 × a balance transfer.
//!
//! Proof sizes are 0: no relay chain checks this chain's blocks.

use core::marker::PhantomData;
use frame_support::{
	traits::Get,
	weights::{constants::ParityDbWeight, Weight},
};

/// Weight functions needed for `pallet_consent`.
pub trait WeightInfo {
	/// Weight of `grant`.
	fn grant() -> Weight;
	/// Weight of `amend`.
	fn amend() -> Weight;
	/// Weight of `revoke`.
	fn revoke() -> Weight;
	/// Weight of `grant_assisted` and `confirm_assisted`.
	fn grant_assisted() -> Weight;
	/// Weight of `refuse_assisted`.
	fn refuse_assisted() -> Weight;
	/// Weight of `confirm`.
	fn confirm() -> Weight;
	/// Weight of `revoke_in_doubt`.
	fn revoke_in_doubt() -> Weight;
}

/// Weights for `pallet_consent`, against the runtime's database.
pub struct SubstrateWeight<T>(PhantomData<T>);
impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	/// Storage: `Enrolment::Accounts` (r:1 w:0), of the patient
	/// Storage: `Enrolment::Accounts`, `Institutions` or `Affiliations`, or `Studies::Studies` (r:1 w:0),
	/// of the grantee
	/// Storage: `Consent::Consents` (r:1 w:1)
	/// Storage: `System::Account` of the patient, which is in the overlay for the nonce
	/// Storage: `Audit::Logs` (r:1 w:1)
	/// Storage: `Representation::Acting` (r:1 w:0)
	fn grant() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(5_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Enrolment::Accounts` (r:1 w:0), of the patient
	/// Storage: `Enrolment::Accounts`, `Institutions` or `Affiliations`, or `Studies::Studies` (r:1 w:0),
	/// of the grantee
	/// Storage: `Consent::Consents` (r:1 w:1)
	/// Storage: `Audit::Logs` (r:1 w:1)
	/// Storage: `Representation::Acting` (r:1 w:0)
	/// Storage: whether the giver of a deny represents the patient still (r:6 w:0)
	fn amend() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(11_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Enrolment::Accounts` (r:1 w:0)
	/// Storage: `Consent::Consents` (r:1 w:1)
	/// Storage: `System::Account` of the patient, which is in the overlay for the nonce
	/// Storage: `Audit::Logs` (r:1 w:1)
	/// Storage: `Representation::Acting` (r:1 w:0)
	/// Storage: whether the giver of a deny represents the patient still (r:6 w:0)
	fn revoke() -> Weight {
		Weight::from_parts(25_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(10_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Enrolment::Accounts` (r:2 w:0), of the patient and the institution
	/// Storage: `Enrolment::Accounts`, `Institutions` or `Affiliations`, or `Studies::Studies` (r:1 w:0),
	/// of the grantee
	/// Storage: what two of the staff agree on (r:30 w:2); or, to confirm, the two and the authority's
	/// officer as they act now (r:42 w:0)
	/// Storage: `Consent::AssistedRefused` (r:1 w:0)
	/// Storage: `Consent::AwaitingAuthority` (r:1 w:1)
	/// Storage: `Consent::AssistedDelay` (r:1 w:0)
	/// Storage: `System::Account` (r:1 w:0), of the patient
	/// Storage: `Consent::Consents` (r:1 w:1)
	/// Storage: `System::Account` (r:1 w:1), of the patient
	/// Storage: `Audit::Logs` (r:1 w:1)
	fn grant_assisted() -> Weight {
		Weight::from_parts(60_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(53_u64))
			.saturating_add(T::DbWeight::get().writes(6_u64))
	}
	/// Storage: `Enrolment::Accounts` (r:1 w:0)
	/// Storage: `Consent::AssistedRefused` (r:1 w:1)
	/// Storage: `Audit::Logs` (r:1 w:1)
	fn refuse_assisted() -> Weight {
		Weight::from_parts(25_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(3_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Enrolment::Accounts` (r:1 w:0)
	/// Storage: `Consent::Consents` (r:1 w:1)
	/// Storage: `Audit::Logs` (r:1 w:1)
	/// Storage: `Representation::Acting` (r:1 w:0)
	fn confirm() -> Weight {
		Weight::from_parts(25_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(4_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
	/// Storage: `Enrolment::Accounts` (r:3 w:0), of the patient, the institution and the registrar
	/// Storage: `Enrolment::Affiliations` (r:1 w:0)
	/// Storage: `Consent::Consents` (r:1 w:1)
	/// Storage: `Audit::Logs` (r:1 w:1)
	fn revoke_in_doubt() -> Weight {
		Weight::from_parts(30_000_000, 0)
			.saturating_add(T::DbWeight::get().reads(6_u64))
			.saturating_add(T::DbWeight::get().writes(2_u64))
	}
}

// For tests.
impl WeightInfo for () {
	fn grant() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(5_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn amend() -> Weight {
		Weight::from_parts(20_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(11_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn revoke() -> Weight {
		Weight::from_parts(25_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(10_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn grant_assisted() -> Weight {
		Weight::from_parts(60_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(53_u64))
			.saturating_add(ParityDbWeight::get().writes(6_u64))
	}
	fn refuse_assisted() -> Weight {
		Weight::from_parts(25_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(3_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn confirm() -> Weight {
		Weight::from_parts(25_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(4_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
	fn revoke_in_doubt() -> Weight {
		Weight::from_parts(30_000_000, 0)
			.saturating_add(ParityDbWeight::get().reads(6_u64))
			.saturating_add(ParityDbWeight::get().writes(2_u64))
	}
}
