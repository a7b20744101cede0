//! Studies: what is asked, of whom it is asked, and how the answers become one noisy result. Chain,
//! aggregators and clients share these types, hashes and formulas.
//!
//! A study has up to twelve rounds. In each round contributors (institutions, or patients for
//! themselves) send one report for all their people, split among the aggregators. The sum of the
//! aggregators' noisy shares, modulo [`field::MODULUS`], is the result.

use crate::{types::*, vocabulary::numbered};
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

pub mod field;

/// The most cells of a table.
pub const MAX_CELLS: u32 = 256;
/// The fewest cells of a table.
pub const MIN_CELLS: u32 = 2;
/// In how many cells of a table one person can count at most.
pub const MAX_WEIGHT: u8 = 8;
/// The highest value that one person can add to a sum.
pub const MAX_VALUE: u32 = 1_000_000;
/// The most aggregators of a study.
pub const MAX_AGGREGATORS: u32 = 5;
/// The fewest aggregators of a study.
pub const MIN_AGGREGATORS: u32 = 2;
/// The fewest persons in whom a result may be grounded.
pub const MIN_PERSONS: u32 = 11;
/// The most persons that a study may require for a result.
pub const MAX_LEAST: u32 = 1_000_000;
/// The smallest ε of a round, in thousandths.
pub const MIN_EPSILON: u32 = 100;
/// The largest ε of a round, in thousandths.
pub const MAX_EPSILON: u32 = 5_000;
/// The most rounds of a study.
pub const MAX_ROUNDS: u8 = 12;
/// The shortest time to gather reports, or to answer, in seconds.
pub const MIN_STUDY_TIME: u32 = 10;
/// The longest time to gather reports, or to answer, in seconds: 30 days.
pub const MAX_STUDY_TIME: u32 = 30 * 24 * 60 * 60;
/// The longest interval between the rounds of a study, in seconds: two years.
pub const MAX_STUDY_INTERVAL: u32 = 2 * 366 * 24 * 60 * 60;
/// People whom one call can contribute to a study.
pub const MAX_CONTRIBUTED: u32 = 256;
/// How often a round is gathered again at most, if the aggregators do not agree in time.
pub const MAX_ATTEMPTS: u8 = 3;
/// What one account can spend on all studies in a year, as ε in thousandths.
pub const YEARLY_EPSILON: u32 = 10_000;
/// The length of a ledger's year in seconds.
pub const LEDGER_YEAR: Moment = 365 * 24 * 60 * 60;
/// The first byte of a report's and an aggregator's formats: the only version so far.
pub const STUDY_FORMAT: u8 = 1;

/// What a study counts.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum StudyQuestion {
	/// People in the cells of a table. The last cell is *outside*: people to whom the question does
	/// not apply.
	#[codec(index = 0)]
	Table {
		/// Cells, *outside* included: [`MIN_CELLS`] to [`MAX_CELLS`].
		cells: u16,
		/// In how many cells one person counts at most: 1 to [`MAX_WEIGHT`]. A person in more cells
		/// counts in the first ones.
		weight: u8,
	},
	/// A sum of one whole number a person. A report has two cells: Σ value and Σ (max − value).
	#[codec(index = 1)]
	Sum {
		/// The highest value, 1 to [`MAX_VALUE`]. A higher one counts as this one.
		max: u32,
	},
}

impl StudyQuestion {
	/// How many cells a report and a result have.
	pub fn cells(&self) -> u32 {
		match self {
			Self::Table { cells, .. } => u32::from(*cells),
			Self::Sum { .. } => 2,
		}
	}

	/// How much one person adds to all cells together, at most.
	pub fn weight(&self) -> u32 {
		match self {
			Self::Table { weight, .. } => u32::from(*weight),
			Self::Sum { max } => *max,
		}
	}

	/// The bound of a report for so many people: what its cells add up to, at most.
	pub fn bound(&self, people: u32) -> u128 {
		u128::from(self.weight()).saturating_mul(u128::from(people))
	}

	/// How much the result changes at most if one person's answer changes, in L1: Δ.
	pub fn sensitivity(&self) -> u32 {
		self.weight().saturating_mul(2)
	}

	/// Whether the numbers are within their limits.
	pub fn is_sound(&self) -> bool {
		match self {
			Self::Table { cells, weight } => {
				(MIN_CELLS..=MAX_CELLS).contains(&u32::from(*cells))
					&& (1..=MAX_WEIGHT).contains(weight)
			},
			Self::Sum { max } => (1..=MAX_VALUE).contains(max),
		}
	}
}

/// All that a study fixes when it is proposed.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct StudyTerms {
	/// Where the protocol is in IPFS.
	pub protocol: Cid,
	/// SHA-256 of the protocol's bytes.
	pub protocol_hash: H256,
	/// What is counted.
	pub question: StudyQuestion,
	/// The categories of the records that the question draws on. Not empty.
	pub sources: Categories,
	/// [`Purpose::Research`] or [`Purpose::PublicHealth`].
	pub purpose: Purpose,
	/// The disease that it is about, if it is about one.
	pub disease: Option<Disease>,
	/// What the patient may want to know of it.
	pub traits: StudyTraits,
	/// The country in which it takes place.
	pub country: Country,
	/// Hash of the ethics committee's approval.
	pub ethics: H256,
	/// The institutions whose custodians aggregate, each once: [`MIN_AGGREGATORS`] to
	/// [`MAX_AGGREGATORS`]. The first one leads.
	pub aggregators: BoundedVec<AccountId, ConstU32<MAX_AGGREGATORS>>,
	/// The fewest persons of a result: [`MIN_PERSONS`] to [`MAX_LEAST`].
	pub least: u32,
	/// ε of a round, in thousandths: [`MIN_EPSILON`] to [`MAX_EPSILON`].
	pub epsilon: u32,
	/// Rounds, 1 to [`MAX_ROUNDS`].
	pub rounds: u8,
	/// When the first round closes.
	pub first_close: Moment,
	/// From one close to the next, in seconds: at most [`MAX_STUDY_INTERVAL`], and 0 only for a single
	/// round.
	pub interval: u32,
	/// For how long reports are gathered after a freeze, in seconds.
	pub gather: u32,
	/// For how long the aggregators may take to agree, and then to reveal, in seconds.
	pub answer: u32,
}

impl StudyTerms {
	/// What a decision has to know of it.
	pub fn facts(&self) -> StudyFacts {
		StudyFacts { sources: self.sources, traits: self.traits }
	}

	/// The study as somebody acts for it.
	pub fn acting(&self, id: StudyId) -> ActingStudy {
		ActingStudy { id, disease: self.disease, country: self.country }
	}

	/// ε of all rounds, in thousandths.
	pub fn budget(&self) -> u32 {
		self.epsilon.saturating_mul(u32::from(self.rounds))
	}

	/// When this round closes, if none before it was late.
	pub fn close_of(&self, round: u8) -> Moment {
		let later = u64::from(self.interval).saturating_mul(u64::from(round));
		self.first_close.saturating_add(later)
	}
}

numbered! {
	/// Where a study is.
	StudyStage, "stage" {
		/// Proposed. The council has not approved it.
		Proposed = 0, "proposed";
		/// Approved. Not every aggregator has accepted it.
		Approved = 1, "approved";
		/// Approved and accepted: its rounds take place.
		Running = 2, "running";
		/// All rounds have ended.
		Finished = 3, "finished";
		/// The council stopped it.
		Stopped = 4, "stopped";
		/// The researcher withdrew it.
		Withdrawn = 5, "withdrawn";
		/// It had not begun by its first close, and somebody gave it up.
		Expired = 6, "expired";
	}
}

impl StudyStage {
	/// Whether nothing more happens in it.
	pub fn has_ended(self) -> bool {
		matches!(self, Self::Finished | Self::Stopped | Self::Withdrawn | Self::Expired)
	}
}

/// Where a round is.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum RoundPhase {
	/// People are contributed until this moment, exclusive. Then an aggregator freezes the round.
	#[codec(index = 0)]
	Open {
		/// When it closes.
		closes: Moment,
	},
	/// The consents of a block are the round's. Contributors report, and aggregators verify.
	#[codec(index = 1)]
	Frozen {
		/// That block: its state after its last call counts.
		block: u32,
		/// Until when reports are gathered. From then on aggregators commit.
		gathers_until: Moment,
		/// Until when the aggregators have to agree.
		answers_until: Moment,
		/// How often it was gathered again.
		attempt: u8,
	},
	/// All aggregators committed themselves to the same tally, and reveal their shares.
	#[codec(index = 2)]
	Agreed {
		/// The frozen block.
		block: u32,
		/// Until when they have to reveal.
		answers_until: Moment,
		/// In which attempt they agreed.
		attempt: u8,
		/// The tally.
		tally: Tally,
	},
	/// It has a result.
	#[codec(index = 3)]
	Answered,
	/// It ended without a result.
	#[codec(index = 4)]
	Lost(Loss),
}

numbered! {
	/// Why a round has no result.
	Loss, "loss" {
		/// Fewer persons than the study needs were contributed.
		TooFew = 0, "too-few";
		/// The aggregators never agreed.
		NotAgreed = 1, "not-agreed";
		/// An aggregator did not reveal its share.
		NotRevealed = 2, "not-revealed";
		/// The shares do not add up to numbers: an aggregator revealed something else.
		NotNumbers = 3, "not-numbers";
		/// The council stopped the study.
		Stopped = 4, "stopped";
		/// No aggregator froze it.
		NotFrozen = 5, "not-frozen";
	}
}

/// What the aggregators agree on before they reveal anything. The four numbers add up to the people
/// of the round.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Tally {
	/// Merkle root over the reports that count; see [`tally_root`].
	pub root: H256,
	/// Persons in the reports that count.
	pub used: u32,
	/// Persons whose consent had ended at the frozen block.
	pub withdrawn: u32,
	/// Persons whom another contributor, or another account, counts.
	pub double: u32,
	/// Persons whose contributor sent no report, or one that was dropped.
	pub refused: u32,
}

impl Tally {
	/// All persons.
	pub fn people(&self) -> Option<u32> {
		self.used.checked_add(self.withdrawn)?.checked_add(self.double)?.checked_add(self.refused)
	}
}

/// A report that counts, as a leaf of the tally's tree.
#[derive(
	Clone,
	Debug,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Counted {
	/// The institution, or the patient.
	pub contributor: AccountId,
	/// For how many persons.
	pub people: u32,
	/// The report's id.
	pub report: [u8; 16],
}

/// What a round measured.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct StudyResult {
	/// The cells: the true values plus every aggregator's noise. They may be negative.
	pub cells: BoundedVec<i64, ConstU32<MAX_CELLS>>,
	/// Who was counted.
	pub tally: Tally,
	/// How the noise was drawn.
	pub mechanism: Mechanism,
	/// The half-width of each cell's 95 % interval; see [`half_width`].
	pub half_width: u64,
	/// The frozen block.
	pub frozen: u32,
	/// The block of the last reveal.
	pub block: u32,
}

/// How noise is drawn: each aggregator adds discrete Laplace noise with scale Δ/ε to each cell.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Mechanism {
	/// ε in thousandths.
	pub epsilon: u32,
	/// Δ; see [`StudyQuestion::sensitivity`].
	pub sensitivity: u32,
	/// How many aggregators add noise.
	pub aggregators: u8,
}

impl Mechanism {
	/// The mechanism of a study.
	pub fn of(terms: &StudyTerms) -> Self {
		Self {
			epsilon: terms.epsilon,
			sensitivity: terms.question.sensitivity(),
			aggregators: u8::try_from(terms.aggregators.len()).unwrap_or(u8::MAX),
		}
	}

	/// The half-width of a cell's 95 % interval: ⌈q·Δ/ε⌉. `q` is the quantile of the sum of the
	/// aggregators' noise, from the exact convolution of the discrete distribution: it covers 95.3 to
	/// 99.8 % for Δ/ε from 0.4 to 8.
	pub fn half_width(&self) -> u64 {
		let q: u64 = match self.aggregators {
			0..=2 => 413,
			3 => 500,
			4 => 570,
			_ => 634,
		};
		// q is in hundredths and ε in thousandths.
		q.saturating_mul(u64::from(self.sensitivity))
			.saturating_mul(10)
			.div_ceil(u64::from(self.epsilon.max(1)))
	}
}

/// Where a report's context, a nullifier or a commitment belongs: one round of one study on one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct StudyRound {
	/// The chain's genesis hash.
	pub genesis: H256,
	/// The study.
	pub study: StudyId,
	/// The round, from 0.
	pub round: u8,
}

/// The commitment to a noisy share:
/// `blake2b-256("vouchsafe/noised/1" ++ SCALE(genesis, study, round, attempt, aggregator, share, salt))`.
/// The aggregator is in it, so that nobody can copy another's. The attempt is in it, so that a commitment
/// held back does not count when reports are gathered again.
pub fn noised_commitment(
	round: &StudyRound,
	attempt: u8,
	aggregator: &AccountId,
	share: &[u128],
	salt: &[u8; 32],
) -> H256 {
	let bytes = (*b"vouchsafe/noised/1", round, attempt, aggregator, share, salt).encode();
	H256(sp_crypto_hashing::blake2_256(&bytes))
}

/// The leaf of a report:
/// `blake2b-256("vouchsafe/tally/1" ++ 0x00 ++ SCALE(genesis, study, round, contributor, people, report))`.
pub fn tally_leaf(round: &StudyRound, counted: &Counted) -> H256 {
	let bytes = (*b"vouchsafe/tally/1", 0u8, round, counted).encode();
	H256(sp_crypto_hashing::blake2_256(&bytes))
}

/// An inner node: `blake2b-256("vouchsafe/tally/1" ++ 0x01 ++ left ++ right)`.
fn tally_node(left: &H256, right: &H256) -> H256 {
	let bytes = (*b"vouchsafe/tally/1", 1u8, left, right).encode();
	H256(sp_crypto_hashing::blake2_256(&bytes))
}

/// The Merkle root over the reports, in ascending order of contributor. A node without a sibling moves
/// up unchanged; without reports the root is zero.
pub fn tally_root(round: &StudyRound, counted: &[Counted]) -> H256 {
	let mut level = leaves(round, counted);
	while level.len() > 1 {
		level = above(&level);
	}
	level.first().copied().unwrap_or_default()
}

/// The hashes beside the path from the report at `place` (in ascending order) to the root. `None` if
/// there is no such report.
pub fn tally_proof(
	round: &StudyRound,
	counted: &[Counted],
	place: usize,
) -> Option<alloc::vec::Vec<Option<H256>>> {
	let mut level = leaves(round, counted);
	level.get(place)?;
	let (mut at, mut proof) = (place, alloc::vec::Vec::new());
	while level.len() > 1 {
		let sibling =
			if at.is_multiple_of(2) { at.saturating_add(1) } else { at.saturating_sub(1) };
		proof.push(level.get(sibling).copied());
		level = above(&level);
		at = at.checked_div(2)?;
	}
	Some(proof)
}

/// Whether the proof leads from this report at `place` to the root. A node without a sibling is the last one
/// of its level, so its place is even.
pub fn is_in_tally(
	round: &StudyRound,
	counted: &Counted,
	place: usize,
	proof: &[Option<H256>],
	root: &H256,
) -> bool {
	let (mut node, mut at) = (tally_leaf(round, counted), place);
	for sibling in proof {
		node = match sibling {
			Some(sibling) if at.is_multiple_of(2) => tally_node(&node, sibling),
			Some(sibling) => tally_node(sibling, &node),
			None if at.is_multiple_of(2) => node,
			None => return false,
		};
		at = at.checked_div(2).unwrap_or_default();
	}
	at == 0 && node == *root
}

fn leaves(round: &StudyRound, counted: &[Counted]) -> alloc::vec::Vec<H256> {
	let mut sorted: alloc::vec::Vec<&Counted> = counted.iter().collect();
	sorted.sort_unstable();
	sorted.into_iter().map(|counted| tally_leaf(round, counted)).collect()
}

fn above(level: &[H256]) -> alloc::vec::Vec<H256> {
	let pairs = level.chunks(2);
	pairs
		.filter_map(|pair| match pair {
			[left, right] => Some(tally_node(left, right)),
			[alone] => Some(*alone),
			_ => None,
		})
		.collect()
}

#[cfg(test)]
mod tests;
