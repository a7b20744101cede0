//! The text of an access request.

use crate::{consent::What, Join, Person, Teller};
use vouchsafe_primitives::{
	AccountId, Actions, Categories, Confidentiality, DataPeriod, Effect, Grantee, LabelFilter,
	Moment, Purposes, RecordId,
};

/// A request for access.
#[derive(Clone, Copy, Debug)]
pub struct AccessRequest<'a> {
	/// Who asks.
	pub asker: &'a AccountId,
	/// For which institution the asker acts.
	pub institution: &'a AccountId,
	/// The grantee.
	pub grantee: &'a Grantee,
	/// Who refers, in a referral.
	pub referred_by: Option<&'a AccountId>,
	/// Actions.
	pub actions: Actions,
	/// Purposes of use.
	pub purposes: Purposes,
	/// Categories.
	pub categories: Categories,
	/// Labels.
	pub labels: &'a LabelFilter,
	/// The highest confidentiality.
	pub confidentiality: Confidentiality,
	/// Single records.
	pub records: &'a [RecordId],
	/// Months of service.
	pub data_period: DataPeriod,
	/// For how long from the approval on, in seconds.
	pub duration: Moment,
}

impl Teller<'_> {
	/// What a request asks, as its patient reads it.
	pub fn request(&self, request: &AccessRequest) -> String {
		let AccessRequest {
			asker,
			institution,
			grantee,
			referred_by,
			actions,
			purposes,
			categories,
			labels,
			confidentiality,
			records,
			data_period,
			duration,
		} = *request;
		let speech = self.speech;
		let what = What {
			effect: Effect::Permit,
			person: Person::Second,
			actions,
			categories,
			records,
			limited: !records.is_empty()
				|| !categories.is_empty()
				|| labels.narrows()
				|| data_period != DataPeriod::default(),
		};
		let asked_by = speech.actor_at(self.who(asker), self.who(institution));
		let done = self.what(&what, self.purposes(purposes, Join::And, Person::Second));
		let duration = speech.duration(duration);
		let for_asker = matches!(
			grantee,
			Grantee::PractitionerAt { practitioner, institution: at }
				if practitioner == asker && at == institution
		);
		let mut said = vec![if for_asker {
			speech.request_own(asked_by, done, duration)
		} else {
			let grantee = self.grantee(grantee, &Effect::Permit);
			speech.request_sentence(asked_by, grantee, done, duration)
		}];
		said.extend(self.more_of_what(&what));
		said.extend(self.only_period(&Effect::Permit, &data_period));
		said.extend(self.sensitive_included(labels, confidentiality));
		said.extend(self.log_excluded(&what));
		said.extend(referred_by.map(|who| speech.request_referral(self.who(who))));
		speech.sentences(said)
	}
}
