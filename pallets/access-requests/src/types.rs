//! What a practitioner asks for, and how a request is kept.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use vouchsafe_primitives::*;

/// A reason, sealed to the patient's encryption key: nobody else can read it on the chain.
pub type SealedReason = BoundedVec<u8, ConstU32<512>>;

/// What is asked for. Empty categories, records and data period mean all; actions and purposes are
/// always said. A record's labels have to be named, as in a permit.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Asked {
	/// Actions, at least one.
	pub actions: Actions,
	/// Purposes of use, at least one.
	pub purposes: Purposes,
	/// Categories.
	pub categories: Categories,
	/// Labels.
	pub labels: Labels,
	/// Single records.
	pub records: BoundedVec<RecordId, ConstU32<MAX_NAMED_RECORDS>>,
	/// Months of service.
	pub data_period: DataPeriod,
}

impl Asked {
	/// Whether the terms of a permit open no more than what was asked for. Filters that can't be
	/// asked for (authors, responsible institutions, countries, a later beginning) only narrow.
	pub fn admits(&self, terms: &Terms) -> bool {
		let records = self.records.is_empty()
			|| (!terms.records.is_empty()
				&& terms.records.iter().all(|record| self.records.contains(record)));
		let DataPeriod { from, to } = self.data_period;
		let period = from.is_none_or(|asked| terms.data_period.from.is_some_and(|at| asked <= at))
			&& to.is_none_or(|asked| terms.data_period.to.is_some_and(|at| at <= asked));
		records
			&& period && terms.actions.is_within(self.actions)
			&& terms.purposes.is_within(self.purposes)
			&& terms.categories.is_within(self.categories)
			&& terms.labels.is_subset(self.labels)
	}
}

/// A request that waits for the patient's answer.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Request {
	/// The practitioner who asks.
	pub asker: AccountId,
	/// The institution for which the asker acts.
	pub institution: AccountId,
	/// For whom.
	pub grantee: Grantee,
	/// In a referral the one who refers: the asker, who asks for another.
	pub referred_by: Option<AccountId>,
	/// What for.
	pub asked: Asked,
	/// For how long from the approval on, in seconds.
	pub duration: Moment,
	/// Why, for the patient's eyes.
	pub reason: SealedReason,
	/// When it was submitted.
	pub submitted: Moment,
	/// Until when it can be approved, exclusive.
	pub expires: Moment,
}

impl Request {
	/// Whether it is past its end, so that it can be dropped.
	pub fn is_expired(&self, now: Moment) -> bool {
		self.expires <= now
	}

	/// Whether an approval for this grantee lets in nobody for whom wasn't asked: the grantee that
	/// was asked for, part of the institution that was, or the asker alone.
	pub fn admits(&self, grantee: &Grantee) -> bool {
		let asker_alone = Grantee::PractitionerAt {
			practitioner: self.asker.clone(),
			institution: self.institution.clone(),
		};
		*grantee == self.grantee
			|| matches!(&self.grantee, Grantee::Institution(all) if grantee.institution() == Some(all))
			|| (self.referred_by.is_none() && *grantee == asker_alone)
	}
}

/// A request as it counts against a bound.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Open {
	/// Which.
	pub request: RequestId,
	/// When it stops to count.
	pub expires: Moment,
}
