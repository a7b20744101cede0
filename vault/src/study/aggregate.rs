//! Adding up the reports that count, adding noise, and the commitment to the noisy share.
//!
//! Each aggregator adds noise of the full scale Δ/ε to each of its cells, from the discrete Laplace
//! distribution, which `prio` draws exactly (Canonne, Kamath, Steinke:
//! [*The Discrete Gaussian for Differential Privacy*](https://arxiv.org/abs/2004.00010), algorithm 2). So one
//! honest aggregator suffices for ε. Δ is that of one person, [`StudyQuestion::sensitivity`]. It does not
//! depend on how many people a report is for: a hospital sends one report, but each of its people is
//! protected.
//!
//! The commitment is [`noised_commitment`].

use codec::{DecodeAll, Encode};
use prio::{
	dp::{
		distributions::PureDpDiscreteLaplace, DifferentialPrivacyStrategy, PureDpBudget, Rational,
	},
	field::Field128,
	vdaf::{AggregateShare, AggregatorWithNoise},
};
use vouchsafe_primitives::{
	study::{
		field, noised_commitment, StudyQuestion, StudyRound, MAX_CELLS, MAX_EPSILON,
		MIN_AGGREGATORS, MIN_EPSILON, STUDY_FORMAT,
	},
	AccountId,
};
use zeroize::{Zeroize, Zeroizing};

use super::report::Instance;
use crate::Error;

/// One aggregator's share of the cells of a report, or of the sum of several: numbers below
/// [`field::MODULUS`]. It is wiped when dropped.
///
/// Encoding: 1 (the version) ‖ SCALE vector of u128.
#[derive(Clone)]
pub struct CellShare(Zeroizing<Vec<u128>>);

impl CellShare {
	/// The sum of no reports.
	pub fn zero(question: &StudyQuestion) -> Self {
		Self(Zeroizing::new(vec![0; question.cells() as usize]))
	}

	pub(super) fn of(cells: &[Field128]) -> Self {
		Self(Zeroizing::new(cells.iter().copied().map(u128::from).collect()))
	}

	/// Adds another share of the same aggregator.
	///
	/// # Errors
	///
	/// [`Error::WrongCells`] if the other one has another number of cells.
	pub fn add(&mut self, other: &Self) -> Result<(), Error> {
		check_cells(&other.0, self.0.len())?;
		for (sum, cell) in self.0.iter_mut().zip(other.0.iter()) {
			*sum = field::add(*sum, *cell);
		}
		Ok(())
	}

	/// Adds noise to the sum of all reports that count, once in a round: who sees two noisy shares of one
	/// sum learns more than ε allows. Keep the result before committing to it. `epsilon` is in thousandths.
	///
	/// # Errors
	///
	/// [`Error::WrongCells`] if the share is another question's; [`Error::ImpossibleStudy`] for an ε or a
	/// question outside its limits.
	pub fn add_noise(self, question: &StudyQuestion, epsilon: u32) -> Result<NoisedShare, Error> {
		let person = Instance::of(question, MIN_AGGREGATORS as u8, 1)?;
		check_cells(&self.0, question.cells() as usize)?;
		let cells: Vec<Field128> = self.0.iter().copied().map(Field128::from).collect();
		let mut share = AggregateShare::from(cells);
		person
			.prio
			.add_noise_to_agg_share(&strategy(epsilon)?, &(), &mut share, 1)
			.map_err(|_| Error::ImpossibleStudy("its noise cannot be drawn"))?;
		Ok(NoisedShare::new(Self::of(share.as_ref())))
	}

	/// The share without noise, **which protects nobody**: only for networks that genesis marked as
	/// measuring ones, where exact results are compared with a plain count.
	pub fn without_noise(self) -> NoisedShare {
		NoisedShare::new(self)
	}

	/// The share's bytes, to be kept only encrypted.
	pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
		Zeroizing::new((STUDY_FORMAT, &*self.0).encode())
	}

	/// The share of these bytes.
	///
	/// # Errors
	///
	/// [`Error::MalformedAggregation`].
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
		let (version, mut cells) =
			<(u8, Vec<u128>)>::decode_all(&mut &*bytes).map_err(|_| Error::MalformedAggregation)?;
		let fits = cells.len() <= MAX_CELLS as usize && cells.iter().all(|c| field::is_reduced(*c));
		if version != STUDY_FORMAT || !fits {
			cells.zeroize();
			return Err(Error::MalformedAggregation);
		}
		Ok(Self(Zeroizing::new(cells)))
	}
}

impl core::fmt::Debug for CellShare {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("CellShare(..)")
	}
}

fn check_cells(cells: &[u128], need: usize) -> Result<(), Error> {
	if cells.len() == need {
		Ok(())
	} else {
		Err(Error::WrongCells { have: cells.len(), need })
	}
}

fn strategy(epsilon: u32) -> Result<PureDpDiscreteLaplace, Error> {
	const OUTSIDE: Error = Error::ImpossibleStudy("its ε is not within the limits");
	if !(MIN_EPSILON..=MAX_EPSILON).contains(&epsilon) {
		return Err(OUTSIDE);
	}
	let epsilon = Rational::from_unsigned(epsilon, 1_000u32).map_err(|_| OUTSIDE)?;
	let budget = PureDpBudget::new(epsilon).map_err(|_| OUTSIDE)?;
	Ok(PureDpDiscreteLaplace::from_budget(budget))
}

/// A share with noise, and the salt of its commitment. Both are secret until the share is revealed, and are
/// wiped when dropped.
///
/// Encoding: that of a [`CellShare`] ‖ salt (32 bytes).
#[derive(Clone)]
pub struct NoisedShare {
	share: CellShare,
	salt: Zeroizing<[u8; 32]>,
}

impl NoisedShare {
	fn new(share: CellShare) -> Self {
		Self { share, salt: Zeroizing::new(crate::random_bytes()) }
	}

	/// What the aggregator commits itself to on the chain. `attempt` is how often the reports were gathered
	/// before.
	pub fn commitment(&self, round: &StudyRound, attempt: u8, aggregator: &AccountId) -> [u8; 32] {
		noised_commitment(round, attempt, aggregator, self.cells(), &self.salt).0
	}

	/// The cells, to be revealed once all aggregators have committed themselves.
	pub fn cells(&self) -> &[u128] {
		&self.share.0
	}

	/// The salt, to be revealed with the cells.
	pub fn salt(&self) -> &[u8; 32] {
		&self.salt
	}

	/// The bytes of share and salt, to be kept only encrypted.
	pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
		Zeroizing::new([self.share.to_bytes().as_slice(), self.salt.as_slice()].concat())
	}

	/// The share and salt of these bytes.
	///
	/// # Errors
	///
	/// [`Error::MalformedAggregation`].
	pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
		let (share, salt) = bytes.split_last_chunk().ok_or(Error::MalformedAggregation)?;
		Ok(Self { share: CellShare::from_bytes(share)?, salt: Zeroizing::new(*salt) })
	}
}

impl core::fmt::Debug for NoisedShare {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("NoisedShare(..)")
	}
}

#[cfg(test)]
mod tests;
