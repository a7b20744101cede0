//! What chain and clients have in common: ids, vocabularies, consents, the policy evaluator, and
//! the format of the patients' logs. No FRAME, no storage, no I/O; it builds for
//! `wasm32-unknown-unknown` too.
//!
//! - [`types`]: ids, limits, vocabularies, bit sets, and what is known of records and actors.
//! - [`vocabulary`]: the numbers and words of closed lists such as [`Role`].
//! - [`consent`]: provisions in FHIR's sense ([Consent](https://hl7.org/fhir/R4/consent.html)).
//! - [`policy`]: [`policy::decide`], the one function that says who may do what.
//! - [`study`]: what a study asks, its rounds, tallies and noise.
//! - [`members`]: how many members validate, and how many may fail.
//! - `card`: what the members of a network write down before it is founded. Only with `std`.
//! - [`agreed`]: the hashes of what two of an institution's staff agree on.
//! - [`guardians`]: how many people can give an account a new key, and the hash of their list.
//! - [`representation`]: on which basis and within which scopes a person acts for a patient.
//! - [`audit`]: the entries of a patient's log, its hash chain, and the proof that a copy of it is
//!   complete.
//!
//! *Invariant*: one definition of each type, number, word and hash for the runtime and for all
//! clients.
#![cfg_attr(not(feature = "std"), no_std)]
// Code that goes into the runtime's WASM cannot panic or overflow. A test of the runtime refuses `as`.
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::unwrap_used
	)
)]

extern crate alloc;

pub mod agreed;
pub mod audit;
#[cfg(feature = "std")]
pub mod card;
pub mod consent;
pub mod guardians;
pub mod members;
pub mod policy;
pub mod representation;
pub mod study;
pub mod types;
pub mod vocabulary;

pub use agreed::{agreed_consent, agreed_matter};
pub use consent::*;
pub use guardians::*;
pub use members::*;
pub use representation::*;
pub use study::*;
pub use types::*;
pub use vocabulary::{UnknownWord, Vocabulary};
