//! A contributor's report: a table over its people, split among a study's aggregators, with a proof that
//! the cells add up to no more than these people can add.
//!
//! The report is Prio3L1BoundSum of
//! [draft-ietf-ppm-l1-bound-sum-01](https://www.ietf.org/archive/id/draft-ietf-ppm-l1-bound-sum-01.html),
//! a Prio3 of [VDAF, draft 18](https://datatracker.ietf.org/doc/draft-irtf-cfrg-vdaf/18/):
//!
//! | parameter | value |
//! |---|---|
//! | field | Field128 |
//! | cells (length) | the question's cells |
//! | bound (maximum) | the question's weight or highest value × people |
//! | chunk length | `optimal_chunk_length(bits × (cells + 1))`, bits = ⌊log2 bound⌋ + 1 |
//! | context | `vouchsafe/v1/report` ‖ SCALE of the [`ReportContext`] |
//!
//! The number of people is in the context, because shares for one bound can be read under another bound
//! of the same number of bits.
//!
//! Each aggregator's share is [sealed](crate::seal) to its custodian for [`Purpose::Report`]. The
//! associated data is SCALE of the [`ReportContext`] followed by the aggregator's place in the study's
//! terms, from 0.

use codec::{Decode, Encode};
use prio::vdaf::{
	prio3::{optimal_chunk_length, Prio3L1BoundSum},
	Client,
};
use vouchsafe_primitives::{
	study::{StudyQuestion, StudyRound, MAX_AGGREGATORS, MIN_AGGREGATORS},
	AccountId,
};
use zeroize::Zeroizing;

use super::verify::Rejected;
use crate::{
	seal::{self, PublicKey, Purpose, SecretKey},
	Error,
};

const DOMAIN: &[u8] = b"vouchsafe/v1/report";

/// Where a report belongs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ReportContext {
	/// The round of the study.
	pub round: StudyRound,
	/// The institution, or the patient.
	pub contributor: AccountId,
	/// For how many people the report is.
	pub people: u32,
	/// The report's id.
	pub report: [u8; 16],
}

impl ReportContext {
	/// The context of a new report, with a random id.
	pub fn new(round: StudyRound, contributor: AccountId, people: u32) -> Self {
		Self { round, contributor, people, report: crate::random_bytes() }
	}

	/// The context of the VDAF.
	pub(super) fn vdaf(&self) -> Vec<u8> {
		[DOMAIN, &self.encode()].concat()
	}

	fn sealing(&self, place: u8) -> Vec<u8> {
		(self, place).encode()
	}
}

/// The VDAF of one report.
#[derive(Clone)]
pub(super) struct Instance {
	pub(super) prio: Prio3L1BoundSum,
	cells: usize,
	people: u32,
	bound: u128,
}

impl Instance {
	pub(super) fn of(
		question: &StudyQuestion,
		aggregators: u8,
		people: u32,
	) -> Result<Self, Error> {
		if !question.is_sound() {
			return Err(Error::ImpossibleStudy("its question is not within the limits"));
		}
		if !(MIN_AGGREGATORS..=MAX_AGGREGATORS).contains(&aggregators.into()) {
			return Err(Error::ImpossibleStudy("it needs two to five aggregators"));
		}
		if people == 0 {
			return Err(Error::ImpossibleStudy("a report is for at least one person"));
		}
		let (cells, bound) = (question.cells() as usize, question.bound(people));
		let bits = bound.ilog2() as usize + 1;
		let chunk = optimal_chunk_length(bits * (cells + 1));
		let prio = Prio3L1BoundSum::new_l1_bound_sum(aggregators, bound, cells, chunk)
			.map_err(|_| Error::ImpossibleStudy("its bound does not fit the field"))?;
		Ok(Self { prio, cells, people, bound })
	}

	fn check(&self, cells: &[u64]) -> Result<(), Error> {
		if cells.len() != self.cells {
			return Err(Error::WrongCells { have: cells.len(), need: self.cells });
		}
		let sum = cells.iter().map(|cell| u128::from(*cell)).sum();
		if sum > self.bound {
			return Err(Error::OutOfBound { sum, people: self.people, bound: self.bound });
		}
		Ok(())
	}
}

/// A report, split. All input shares together show the table, so each goes to one aggregator only.
pub struct Sharded {
	/// The VDAF's nonce. All aggregators get it.
	pub nonce: [u8; 16],
	/// What all aggregators get. It shows nothing.
	pub public_share: Vec<u8>,
	/// One share for each aggregator, in the order of the study's terms. The first is long, the others
	/// have 64 bytes.
	pub input_shares: Vec<Zeroizing<Vec<u8>>>,
}

impl core::fmt::Debug for Sharded {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("Sharded(..)")
	}
}

/// Splits a table of `context.people` people among the aggregators. Each call draws a new nonce and new
/// randomness.
///
/// # Errors
///
/// [`Error::WrongCells`] and [`Error::OutOfBound`] for such a table; [`Error::ImpossibleStudy`].
pub fn shard(
	question: &StudyQuestion,
	aggregators: u8,
	context: &ReportContext,
	cells: &[u64],
) -> Result<Sharded, Error> {
	let instance = Instance::of(question, aggregators, context.people)?;
	instance.check(cells)?;
	let cells = Zeroizing::new(cells.iter().copied().map(u128::from).collect::<Vec<_>>());
	let nonce = crate::random_bytes();
	let (public, inputs) = instance
		.prio
		.shard(&context.vdaf(), &cells, &nonce)
		.map_err(|_| Error::ImpossibleStudy("its table cannot be split"))?;
	Ok(Sharded {
		nonce,
		public_share: encoded(&public),
		input_shares: inputs.iter().map(|input| Zeroizing::new(encoded(input))).collect(),
	})
}

/// Seals an input share to the custodian of the aggregator at this place.
///
/// # Errors
///
/// [`Error::UnusableKey`], see [`seal::seal`].
pub fn seal_share(
	to: &PublicKey,
	context: &ReportContext,
	place: u8,
	input_share: &[u8],
) -> Result<Vec<u8>, Error> {
	seal::seal(to, Purpose::Report, &context.sealing(place), input_share)
}

/// Opens the input share that was sealed to the aggregator at this place. It is still to be
/// [verified](super::verify).
///
/// # Errors
///
/// [`Rejected::Sealed`] if it was sealed to another key, for another report or place, or was changed.
pub fn open_share(
	key: &SecretKey,
	context: &ReportContext,
	place: u8,
	sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Rejected> {
	seal::open(key, Purpose::Report, &context.sealing(place), sealed).map_err(|_| Rejected::Sealed)
}

/// The bytes of one of the VDAF's messages.
pub(super) fn encoded(message: &impl prio::codec::Encode) -> Vec<u8> {
	message.get_encoded().expect("these messages have no parts of variable length; qed")
}

#[cfg(test)]
mod tests;
