//! What a practitioner asks for, and requests as the chain stores them.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use vouchsafe_primitives::*;

/// A reason, sealed to the patient's encryption key, so that only the patient can read it.
pub type SealedReason = BoundedVec<u8, ConstU32<512>>;

/// What is asked for. Empty categories, records and data period mean all. Actions and purposes must
/// be named, and so must a record's labels, as in a permit.
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
	pub labels: LabelFilter,
	/// The highest confidentiality.
	pub confidentiality: Confidentiality,
	/// Single records.
	pub records: BoundedVec<RecordId, ConstU32<MAX_NAMED_RECORDS>>,
	/// Months of service.
	pub data_period: DataPeriod,
}

impl Asked {
	/// Whether the terms of a permit allow no more than was asked for. Filters that a request does
	/// not have (authors, responsible institutions, countries, a later start) only narrow it.
	pub fn admits(&self, terms: &Terms) -> bool {
		let records = self.records.is_empty()
			|| (!terms.records.is_empty()
				&& terms.records.iter().all(|record| self.records.contains(record)));
		let DataPeriod { from, to } = self.data_period;
		let period = from.is_none_or(|asked| terms.data_period.from.is_some_and(|at| asked <= at))
			&& to.is_none_or(|asked| terms.data_period.to.is_some_and(|at| at <= asked));
		records
			&& period && terms.actions.is_within(self.actions)
			&& terms.purposes.are_within(self.purposes)
			&& terms.categories.is_within(self.categories)
			&& terms.labels.is_within(&self.labels)
			&& terms.confidentiality <= self.confidentiality
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
	/// In a referral the asker, who asks for another practitioner.
	pub referred_by: Option<AccountId>,
	/// What for.
	pub asked: Asked,
	/// For how long from the approval on, in seconds.
	pub duration: Moment,
	/// The reason. Only the patient can read it.
	pub reason: SealedReason,
	/// When it was submitted.
	pub submitted: Moment,
	/// Until when it can be answered, exclusive.
	pub expires: Moment,
}

impl Request {
	/// Whether it has expired, so that it can be dropped.
	pub fn is_expired(&self, now: Moment) -> bool {
		self.expires <= now
	}

	/// Whether an approval may be for this grantee: the one asked for, a part of it if that is an
	/// institution, or the asker alone.
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

/// A request in the count for a bound.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Open {
	/// The request.
	pub request: RequestId,
	/// When it no longer counts.
	pub expires: Moment,
}
