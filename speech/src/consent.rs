//! The sentence of a consent, and its current state.
//!
//! The sentence is shown before the patient signs, and the chain keeps a salted commitment to it.
//! It contains everything that is in the terms, and nothing else.

use crate::{
	compared,
	phrase::{effect_key, Form},
	Join, Person, Teller,
};
use vouchsafe_primitives::{
	Action, Actions, Categories, Category, Confidentiality, Consent, ConsentRef, DataPeriod,
	Effect, Grantee, LabelFilter, Moment, Purpose, Purposes, RecordId, StudyTrait, StudyTraits,
	Terms,
};

/// What may be done with what, in a sentence in which the patient is `person`.
pub(crate) struct What<'a> {
	pub effect: Effect,
	pub person: Person,
	pub actions: Actions,
	pub categories: Categories,
	pub records: &'a [RecordId],
	/// Whether it is limited to certain records, so that it does not reach the access log.
	pub limited: bool,
}

impl Teller<'_> {
	/// The sentence of a consent.
	pub fn consent(&self, grantee: &Grantee, terms: &Terms) -> String {
		// Every field: if one is added, this does not compile until the sentence uses it.
		let Terms {
			effect,
			categories,
			records,
			labels,
			confidentiality,
			actions,
			purposes,
			valid_from,
			valid_until,
			data_period,
			authors,
			responsible,
			countries,
			traits,
		} = terms;
		let (speech, key, join) = (self.speech, effect_key(effect), join(effect));
		let denies = matches!(effect, Effect::Deny { .. });
		let what = What {
			effect: *effect,
			person: Person::First,
			actions: *actions,
			categories: *categories,
			records,
			limited: if denies {
				terms.selects_records() || !traits.is_empty()
			} else {
				!records.is_empty()
					|| !categories.is_empty()
					|| !authors.is_empty()
					|| !responsible.is_empty()
					|| labels.narrows()
					|| *data_period != DataPeriod::default()
			},
		};
		let is_about_studies = grantee.is_research();
		let is_about_one_study = matches!(grantee, Grantee::Study(_));
		let is_plain =
			*labels == LabelFilter::Unlabelled && *confidentiality == Confidentiality::Normal;
		let (grantee, for_what) =
			(self.grantee(grantee, effect), self.purposes(*purposes, join, Person::First));
		let mut said = vec![if actions.is_empty() {
			let records = self.records(&what);
			// A permit has to name the log; a deny reaches it unless it is limited.
			let reached = if denies && !what.limited {
				speech.records_or_log(records, speech.access_log(Person::First.key()))
			} else {
				records
			};
			speech.consent_to_anything(key, grantee, reached, for_what)
		} else {
			speech.consent_sentence(key, grantee, self.what(&what, for_what))
		}];
		said.extend(self.more_of_what(&what));
		said.extend(self.only_period(effect, data_period));
		if !authors.is_empty() {
			said.push(speech.only_authors(self.whose(Join::Or, authors)));
		}
		if !responsible.is_empty() {
			said.push(speech.only_responsible(self.whose(Join::Or, responsible)));
		}
		if !countries.is_empty() {
			let names: Vec<_> =
				countries.iter().map(|code| speech.country_in(code, Form::Dative)).collect();
			let names = speech.list(Join::Or, &names);
			said.push(match is_about_studies {
				true => speech.only_countries_of_studies(names),
				false => speech.only_countries(key, names),
			});
		}
		match effect {
			// A study counts no single records: whether it uses sensitive ones is one of its traits.
			Effect::Permit if is_about_studies && is_plain => {},
			Effect::Permit => said.extend(self.sensitive_included(labels, *confidentiality)),
			Effect::Deny { .. } => {
				said.extend(self.only_labels(labels));
				said.extend(match confidentiality {
					Confidentiality::Normal => None,
					Confidentiality::Restricted => Some(speech.only_restricted()),
					Confidentiality::VeryRestricted => Some(speech.only_very_restricted()),
				});
			},
		}
		said.extend(match effect {
			Effect::Permit if is_about_one_study => self.traits_of_study(*traits),
			_ => self.traits(effect, *actions, *traits),
		});
		said.extend(self.log_excluded(&what));
		said.push(match (valid_from, valid_until) {
			(None, None) => speech.valid_until_revoked(key),
			(Some(from), None) => speech.valid_from(key, speech.moment(*from)),
			(None, Some(until)) => speech.valid_until(key, speech.moment(*until)),
			(Some(from), Some(until)) => {
				speech.valid_between(key, speech.moment(*from), speech.moment(*until))
			},
		});
		match effect {
			Effect::Permit => {},
			// In an emergency people read records. Studies do not.
			Effect::Deny { binds_break_glass: false } if is_about_studies => {},
			Effect::Deny { binds_break_glass: true } => said.push(speech.in_emergency_too()),
			Effect::Deny { binds_break_glass: false } => said.push(speech.not_in_emergency()),
		}
		speech.sentences(said)
	}

	/// What is allowed or forbidden, as it follows "to": "read my laboratory reports for treatment".
	pub(crate) fn what(&self, what: &What, purposes: String) -> String {
		let (speech, key) = (self.speech, effect_key(&what.effect));
		let records = self.records(what);
		let log = speech.access_log(what.person.key());
		if what.actions.is_empty() {
			return speech.do_anything(records, purposes);
		}
		let actions: Vec<_> = bits(what.actions.0.into())
			.filter_map(|bit| match Action::from_index(bit) {
				Some(Action::ReadLog) => None,
				Some(action) => Some(speech.phrase_in(action, Form::To)),
				None => Some(speech.action_unknown(bit.to_string())),
			})
			.collect();
		let done = speech.list(join(&what.effect), &actions);
		match (actions.is_empty(), what.actions.contains(Action::ReadLog), what.limited) {
			(false, false, _) => speech.do_records(done, records, purposes),
			(false, true, _) if what.actions == Actions::of(&[Action::Read, Action::ReadLog]) => {
				speech.do_read_records_and_log(key, records, log, purposes)
			},
			(false, true, _) => speech.do_records_and_log(key, done, records, log, purposes),
			(true, _, false) => speech.do_log(log, purposes),
			(true, _, true) => speech.do_log_limited(log, records, purposes),
		}
	}

	/// What has to be added to it in sentences of their own.
	pub(crate) fn more_of_what(&self, what: &What) -> Vec<String> {
		let speech = self.speech;
		let mut said = Vec::new();
		if what.actions.is_empty() && what.effect == Effect::Permit {
			said.push(speech.full_access(speech.access_log(what.person.key())));
		}
		if !what.records.is_empty() {
			let categories = self.categories(what, Join::And);
			said.extend(categories.map(|categories| speech.only_categories(categories)));
		}
		said
	}

	/// That the access log is not reached although it is named.
	pub(crate) fn log_excluded(&self, what: &What) -> Option<String> {
		let log = || self.speech.access_log(what.person.key());
		let said_in = match what.person {
			Person::Second => "request",
			Person::First | Person::Third => effect_key(&what.effect),
		};
		(what.actions.contains(Action::ReadLog) && what.limited)
			.then(|| self.speech.log_excluded(said_in, log()))
	}

	fn records(&self, what: &What) -> String {
		let (speech, person) = (self.speech, what.person.key());
		if !what.records.is_empty() {
			let ids: Vec<_> = what.records.iter().map(compared).collect();
			let records = speech.records_by_id(ids.len(), speech.and(&ids));
			let form = if ids.len() == 1 { Form::One } else { Form::Plain };
			return speech.records_named(person, records, form.key());
		}
		match self.categories(what, join(&what.effect)) {
			Some(categories) => speech.records_of_categories(person, categories),
			None => speech.records_all(person),
		}
	}

	fn categories(&self, what: &What, join: Join) -> Option<String> {
		let categories: Vec<_> = bits(what.categories.0.into())
			.filter_map(Category::from_index)
			.map(|category| self.speech.phrase_for(category, what.person))
			.collect();
		(!categories.is_empty()).then(|| self.speech.list(join, &categories))
	}

	/// What for: "for treatment and for payment".
	pub(crate) fn purposes(&self, purposes: Purposes, join: Join, person: Person) -> String {
		let speech = self.speech;
		if purposes.is_empty() {
			return speech.purposes_any();
		}
		let phrases: Vec<_> = bits(purposes.0.into())
			.map(|bit| match Purpose::from_index(bit) {
				Some(purpose) => speech.phrase_for(purpose, person),
				None => speech.purpose_unknown(bit.to_string()),
			})
			.collect();
		speech.list(join, &phrases)
	}

	/// To which months of service it is limited.
	pub(crate) fn only_period(&self, effect: &Effect, period: &DataPeriod) -> Option<String> {
		let speech = self.speech;
		let period = match (period.from, period.to) {
			(None, None) => return None,
			(Some(from), None) => speech.period_from(speech.month(from)),
			(None, Some(to)) => speech.period_to(speech.month(to)),
			(Some(from), Some(to)) if from == to => speech.period_month(speech.month(to)),
			(Some(from), Some(to)) => speech.period_between(speech.month(from), speech.month(to)),
		};
		Some(speech.only_period(effect_key(effect), period))
	}

	/// Which labelled and restricted records a permit includes.
	pub(crate) fn sensitive_included(
		&self,
		labels: &LabelFilter,
		confidentiality: Confidentiality,
	) -> Vec<String> {
		let speech = self.speech;
		let restricted = match confidentiality {
			Confidentiality::Normal if *labels == LabelFilter::Unlabelled => {
				return vec![speech.sensitive_not_included()];
			},
			Confidentiality::Normal => speech.restricted_not_included(),
			Confidentiality::Restricted => speech.restricted_included(),
			Confidentiality::VeryRestricted => speech.very_restricted_included(),
		};
		vec![self.labels_included(labels), restricted]
	}

	/// Which studies a consent reaches, if it is about studies.
	fn traits(&self, effect: &Effect, actions: Actions, traits: StudyTraits) -> Vec<String> {
		let speech = self.speech;
		let or = |phrases: &[String]| speech.list(Join::Or, phrases);
		let known = |named: bool| -> Vec<String> {
			let items = StudyTrait::ALL.iter().filter(|item| traits.contains(**item) == named);
			items.map(|item| speech.phrase(*item)).collect()
		};
		let unknown = self.unknown_traits(traits);
		match effect {
			Effect::Deny { .. } if traits.is_empty() => vec![],
			Effect::Deny { .. } => vec![speech.only_traits(or(&[known(true), unknown].concat()))],
			Effect::Permit if traits.is_empty() && !actions.contains(Action::Aggregate) => vec![],
			Effect::Permit => {
				let mut said = vec![match known(false) {
					none if none.is_empty() => speech.traits_included(),
					some => speech.traits_not_included(or(&some)),
				}];
				if !unknown.is_empty() {
					said.push(speech.traits_unknown_included(or(&unknown)));
				}
				said
			},
		}
	}

	/// Which traits the study may have that a permit for a single study is for.
	fn traits_of_study(&self, traits: StudyTraits) -> Vec<String> {
		let named = StudyTrait::ALL.iter().filter(|item| traits.contains(**item));
		let named = named.map(|item| self.speech.phrase(*item));
		let all: Vec<_> = named.chain(self.unknown_traits(traits)).collect();
		match all.is_empty() {
			true => vec![],
			false => vec![self.speech.traits_of_study(self.speech.list(Join::Or, &all))],
		}
	}

	fn unknown_traits(&self, traits: StudyTraits) -> Vec<String> {
		let unknown = bits(traits.0.into()).filter(|bit| StudyTrait::from_index(*bit).is_none());
		unknown.map(|bit| self.speech.trait_unknown(bit.to_string())).collect()
	}

	/// Which labelled records a permit includes.
	fn labels_included(&self, labels: &LabelFilter) -> String {
		let speech = self.speech;
		match labels {
			LabelFilter::Unlabelled => speech.labels_not_included(),
			LabelFilter::Also(named) => {
				speech.labels_included_if(speech.list(Join::Or, &self.labels(named)))
			},
			LabelFilter::Only(named) => {
				speech.only_labelled(speech.list(Join::Or, &self.labels(named)))
			},
			LabelFilter::Any => speech.labels_included(),
		}
	}

	/// To which labelled records a deny is limited. The chain takes no other filters in a deny.
	fn only_labels(&self, labels: &LabelFilter) -> Option<String> {
		let speech = self.speech;
		match labels {
			LabelFilter::Only(named) => {
				Some(speech.only_labels(speech.list(Join::Or, &self.labels(named))))
			},
			LabelFilter::Unlabelled | LabelFilter::Also(_) | LabelFilter::Any => None,
		}
	}

	/// The current state of a consent: "in force", "expired on …".
	pub fn consent_state(&self, consent: &Consent, now: Moment) -> String {
		let speech = self.speech;
		match (consent.counts_from(), consent.terms.valid_until) {
			(_, Some(until)) if until <= now => speech.consent_expired(speech.moment(until)),
			(Some(from), _) if now < from => speech.consent_not_yet(speech.moment(from)),
			(from, _) => {
				let since = from.unwrap_or_default().max(consent.granted_at);
				speech.consent_in_force_since(speech.moment_near(since, now))
			},
		}
	}

	/// That a consent was granted: "Consent 57 is in force as of 16:59 UTC (block 1234)."
	pub fn granted(&self, id: u32, at: Moment, block: u32, now: Moment) -> String {
		let speech = self.speech;
		speech.consent_granted(id.to_string(), speech.moment_near(at, now), block.to_string())
	}

	/// That a consent was amended.
	pub fn amended(&self, id: u32, at: Moment, block: u32, now: Moment) -> String {
		let speech = self.speech;
		speech.consent_amended(id.to_string(), speech.moment_near(at, now), block.to_string())
	}

	/// That a consent was revoked.
	pub fn revoked(&self, consent: &ConsentRef, at: Moment, block: u32, now: Moment) -> String {
		let speech = self.speech;
		let (id, grantee) = (consent.id.to_string(), self.grantee_short(&consent.grantee));
		speech.consent_revoked(id, grantee, speech.moment_near(at, now), block.to_string())
	}
}

/// A permit lists what it allows with "and", a deny lists what it forbids with "or".
const fn join(effect: &Effect) -> Join {
	match effect {
		Effect::Permit => Join::And,
		Effect::Deny { .. } => Join::Or,
	}
}

/// The numbers of the bits that are set.
pub(crate) fn bits(set: u32) -> impl Iterator<Item = u8> {
	(0..32u8).filter(move |bit| set.checked_shr(u32::from(*bit)).is_some_and(|rest| rest & 1 == 1))
}
