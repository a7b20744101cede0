//! Studies, rounds and ledgers as the chain stores them, and as clients see them.

use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;
use vouchsafe_primitives::*;

/// The public key under which an aggregator evaluates identifiers blindly, for one study.
pub type EvaluationKey = [u8; 32];
/// People whom a contributor names: each with a record of the person that the contributor authored,
/// unless the contributor has enrolled the person.
pub type ContributedPeople = BoundedVec<(AccountId, Option<RecordId>), ConstU32<MAX_CONTRIBUTED>>;
/// An aggregator's share of a result: one number of the field a cell.
pub type Share = BoundedVec<u128, ConstU32<MAX_CELLS>>;
/// Some of a study's aggregators.
pub type Aggregators = BoundedVec<AccountId, ConstU32<MAX_AGGREGATORS>>;

/// A study.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Study {
	/// Who proposed it.
	pub researcher: AccountId,
	/// When it was proposed.
	pub proposed_at: Moment,
	/// What it fixes.
	pub terms: StudyTerms,
	/// Where it is.
	pub stage: StudyStage,
	/// The round that takes place, took place last, or comes first.
	pub round: u8,
	/// The evaluation keys of the aggregators that have accepted it.
	pub keys: BoundedVec<(AccountId, EvaluationKey), ConstU32<MAX_AGGREGATORS>>,
	/// ε of the rounds in which the aggregators agreed, in thousandths.
	pub spent: u32,
}

impl Study {
	/// Whether each aggregator has accepted it.
	pub(crate) fn is_accepted(&self) -> bool {
		self.keys.len() == self.terms.aggregators.len()
	}
}

/// An aggregator's commitment to a tally and to its noisy share.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Commitment {
	/// The aggregator.
	pub aggregator: AccountId,
	/// The tally.
	pub tally: Tally,
	/// See [`noised_commitment`].
	pub hash: H256,
}

/// An aggregator's noisy share.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct RevealedShare {
	/// The aggregator.
	pub aggregator: AccountId,
	/// The share.
	pub share: Share,
}

/// A round of a study.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Round {
	/// Where it is.
	pub phase: RoundPhase,
	/// How many people were contributed.
	pub people: u32,
	/// By how many contributors.
	pub contributors: u32,
	/// The aggregators' commitments. Dropped when the round is gathered again or ends.
	pub commitments: BoundedVec<Commitment, ConstU32<MAX_AGGREGATORS>>,
	/// The shares that were revealed. Dropped when the round ends.
	pub reveals: BoundedVec<RevealedShare, ConstU32<MAX_AGGREGATORS>>,
}

impl Round {
	/// A round that closes then.
	pub(crate) fn open_until(closes: Moment) -> Self {
		Self {
			phase: RoundPhase::Open { closes },
			people: 0,
			contributors: 0,
			commitments: BoundedVec::new(),
			reveals: BoundedVec::new(),
		}
	}

	/// Whether the aggregator has committed itself.
	pub(crate) fn has_committed(&self, aggregator: &AccountId) -> bool {
		self.commitments.iter().any(|it| it.aggregator == *aggregator)
	}

	/// Whether the aggregator has revealed its share.
	pub(crate) fn has_revealed(&self, aggregator: &AccountId) -> bool {
		self.reveals.iter().any(|it| it.aggregator == *aggregator)
	}

	/// The round as clients see it.
	pub(crate) fn view(self) -> RoundView {
		RoundView {
			phase: self.phase,
			people: self.people,
			contributors: self.contributors,
			committed: self.commitments.into_iter().map(|it| it.aggregator).collect(),
			revealed: self.reveals.into_iter().map(|it| it.aggregator).collect(),
		}
	}
}

/// What an account has spent on studies.
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
pub struct Ledger {
	/// In which year: the time divided by [`LEDGER_YEAR`].
	pub year: u16,
	/// ε in thousandths.
	pub spent: u32,
}

impl Ledger {
	/// The year of a moment.
	pub fn year_of(moment: Moment) -> u16 {
		let year = moment.checked_div(LEDGER_YEAR).unwrap_or_default();
		u16::try_from(year).unwrap_or(u16::MAX)
	}

	/// What is left in the year of this moment, in thousandths.
	pub fn left(&self, now: Moment) -> u32 {
		YEARLY_EPSILON.saturating_sub(self.spent_in(Self::year_of(now)))
	}

	/// The ledger after it paid this ε, if enough was left.
	pub(crate) fn pay(&self, epsilon: u32, now: Moment) -> Option<Self> {
		let year = Self::year_of(now);
		let spent = self.spent_in(year).checked_add(epsilon)?;
		(spent <= YEARLY_EPSILON).then_some(Self { year, spent })
	}

	fn spent_in(&self, year: u16) -> u32 {
		if self.year == year {
			self.spent
		} else {
			0
		}
	}
}

/// A round as clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct RoundView {
	/// Where it is.
	pub phase: RoundPhase,
	/// How many people were contributed.
	pub people: u32,
	/// By how many contributors.
	pub contributors: u32,
	/// The aggregators that have committed themselves, while the round takes place.
	pub committed: Vec<AccountId>,
	/// The aggregators that have revealed their shares, while the round takes place.
	pub revealed: Vec<AccountId>,
}

/// A study as clients see it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct StudyView {
	/// Who proposed it.
	pub researcher: AccountId,
	/// When it was proposed.
	pub proposed_at: Moment,
	/// What it fixes.
	pub terms: StudyTerms,
	/// Where it is.
	pub stage: StudyStage,
	/// The round that takes place, took place last, or comes first.
	pub round: u8,
	/// The evaluation keys of the aggregators that have accepted it.
	pub keys: Vec<(AccountId, EvaluationKey)>,
	/// ε of the rounds in which the aggregators agreed, in thousandths.
	pub spent: u32,
	/// That round, if it has begun.
	pub current: Option<RoundView>,
}

/// How many standing choices there were, by week.
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
pub struct WeeklyCount {
	/// The week in which it last changed: the time divided by [`WEEK`].
	pub week: u32,
	/// Now.
	pub now: u32,
	/// When that week began.
	pub at_start: u32,
	/// When the week before began.
	pub before: u32,
}

/// A week in seconds.
pub const WEEK: Moment = 7 * 24 * 60 * 60;

impl WeeklyCount {
	/// The count with the values of this week.
	pub(crate) fn in_week(self, week: u32) -> Self {
		match week.saturating_sub(self.week) {
			0 => self,
			1 => Self { week, now: self.now, at_start: self.now, before: self.at_start },
			_ => Self { week, now: self.now, at_start: self.now, before: self.now },
		}
	}

	/// Whether nothing is left that anybody can still be shown.
	pub(crate) fn is_over(&self) -> bool {
		self.now == 0 && self.at_start == 0 && self.before == 0
	}
}

/// How many people made the same standing choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ReachCell {
	/// In studies on this disease, or in all studies.
	pub disease: Option<Disease>,
	/// The country of the institution that enrolled them.
	pub country: Country,
	/// The traits that the choice names.
	pub traits: StudyTraits,
	/// How many, rounded down to tens.
	pub people: u32,
}

/// How many people a study could reach.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Reach {
	/// When it was counted: at the start of last week.
	pub counted_at: Moment,
	/// The choices that cover the study. Those that fewer than 11 people made are left out.
	pub cells: Vec<ReachCell>,
	/// The sum of the numbers shown.
	pub people: u32,
}
