//! What the pallets have in common: ids, bounded types, the traits by which they meet, and the
//! policy evaluator. No storage, no calls, no I/O.
//!
//! - [`types`]: accounts' kinds, roles, categories, bit sets, records' facts.
//! - [`consent`]: provisions in FHIR's sense ([Consent](https://hl7.org/fhir/R4/consent.html)).
//! - [`policy`]: [`policy::decide`], the one function that says who may do what.
//! - [`audit`]: what stands in a patient's log, and how the log is chained.
//! - [`traits`]: how pallets see each other; the runtime wires them.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod audit;
pub mod consent;
pub mod policy;
pub mod traits;
pub mod types;

pub use consent::*;
pub use types::*;
