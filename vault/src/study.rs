//! Research: counts and sums over consenting patients, without showing one patient's answer.
//!
//! A round of a study, in terms of this crate. Chain and clients share the types of
//! [`vouchsafe_primitives::study`].
//!
//! 1. Each contributor blinds its people's identifiers ([`nullifier::Blinded`]), each aggregator
//!    evaluates them ([`nullifier::EvaluationKey`]), and the contributor hashes all outputs to one
//!    [`nullifier::nullifier`] a person. So a person with several pseudonyms counts once.
//! 2. The contributor splits its table among the aggregators ([`report::shard`]) and seals each share
//!    to one of them ([`report::seal_share`]).
//! 3. The aggregators verify together that the table is within the bound of its people, without seeing
//!    it ([`verify::Verifier`]).
//! 4. Each adds up its shares of the reports that count ([`aggregate::CellShare`]), adds noise, commits
//!    itself, and reveals the noisy share ([`aggregate::NoisedShare`]).
//!
//! Reports are Prio3L1BoundSum, nullifiers come from the VOPRF of RFC 9497, and noise is the discrete
//! Laplace distribution. All three are standard constructions, from the crates `prio` and `voprf`.
//!
//! These crates do not wipe all of their own buffers. What this module returns is wiped when dropped.

pub mod aggregate;
pub mod nullifier;
pub mod report;
pub mod verify;

#[cfg(test)]
mod tests;
