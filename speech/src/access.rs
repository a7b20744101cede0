//! Who sees what, what a consent would change, stopping everything, and who may hold keys.

use crate::{phrase::Form, Join, Noun, Teller};
use vouchsafe_primitives::{
	policy::{Decision, Reason},
	AccountId, Category, ConsentId, ConsentRef, Country, Grantee, Moment,
};

/// How many records of a category somebody can read, and why.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
	/// The category.
	pub category: Category,
	/// How many of its records are open.
	pub open: usize,
	/// How many there are.
	pub all: usize,
	/// The consents that open them.
	pub by: &'a [ConsentRef],
	/// Why the others are closed, the most frequent reason first.
	pub why_not: &'a [Reason],
}

/// What a consent would do to the patient's records.
#[derive(Clone, Copy, Debug, Default)]
pub struct Change {
	/// How many it would open.
	pub opens: usize,
	/// How many of these have a sensitivity label.
	pub labelled: usize,
	/// How many of these are restricted.
	pub restricted: usize,
	/// How many of these are very restricted.
	pub very_restricted: usize,
	/// How many it would close.
	pub closes: usize,
	/// How many are open already.
	pub before: usize,
}

impl Teller<'_> {
	/// How many records of a category somebody can read: "imaging results: 1 of 3".
	pub fn seen(&self, seen: &Seen) -> String {
		let speech = self.speech;
		let category = speech.phrase(seen.category);
		match seen.open {
			0 => speech.access_none(category, seen.all),
			open if open == seen.all => speech.access_all(category, seen.all),
			open => speech.access_some(category, open, seen.all),
		}
	}

	/// By which consents somebody can read these records, or why not.
	pub fn seen_by(&self, who: &Grantee, seen: &Seen) -> String {
		let speech = self.speech;
		let consents: Vec<_> = seen.by.iter().map(|consent| self.consent_ref(consent)).collect();
		let why = seen.why_not.first();
		let why = why.map(|reason| self.reason(reason, &self.grantee_short(who), &[]));
		match (consents.is_empty(), why) {
			(true, why) => why.unwrap_or_default(),
			(false, None) => speech.access_by(speech.list(Join::And, &consents)),
			(false, Some(why)) => speech.sentences(vec![
				speech.access_by(speech.list(Join::And, &consents)),
				speech.access_not_others(why),
			]),
		}
	}

	/// Why a reader can read a record, or not. The consent that decided is not quoted.
	pub fn why(&self, reader: &AccountId, decision: &Decision) -> String {
		match decision {
			Decision::Permit(basis) => self.basis(basis, &[]),
			Decision::Refuse(reason) => self.reason(reason, &self.who(reader), &[]),
		}
	}

	/// What a consent for the grantee would change.
	pub fn change(&self, grantee: &Grantee, change: &Change) -> String {
		let speech = self.speech;
		let grantee = self.grantee_short(grantee);
		let records = |count| speech.count(Noun::Record, count);
		let mut said = Vec::new();
		if change.opens > 0 || change.closes == 0 {
			said.push(match change.opens {
				0 => speech.preview_opens_nothing(grantee.clone()),
				opens => speech.preview_opens(records(opens), grantee.clone()),
			});
		}
		let mut add = |count: usize, text: String| {
			if count > 0 {
				said.push(text);
			}
		};
		add(change.labelled, speech.preview_labelled(change.labelled));
		add(change.restricted, speech.preview_restricted(change.restricted));
		add(change.very_restricted, speech.preview_very_restricted(change.very_restricted));
		let closes = speech.preview_closes(records(change.closes), grantee.clone());
		add(change.closes, closes);
		add(change.before, speech.preview_already(grantee, records(change.before)));
		speech.sentences(said)
	}

	/// What a deny for everyone does. It says to the patient what the patient has to know before signing.
	pub fn stop(&self, allows_adding: bool, binds_emergencies: bool) -> Vec<String> {
		let speech = self.speech;
		let mut said = vec![speech.stop_reading()];
		match allows_adding {
			true => said.push(speech.stop_adding_allowed()),
			false => said.extend([speech.stop_adding_stopped(), speech.stop_asking()]),
		}
		said.push(match binds_emergencies {
			true => speech.in_emergency_too(),
			false => speech.not_in_emergency(),
		});
		said.extend([speech.stop_past(), speech.stop_lifting()]);
		said
	}

	/// That everything is stopped.
	pub fn stopped(&self, id: ConsentId, since: Moment) -> String {
		self.speech.stop_in_force(self.speech.moment(since), id.to_string())
	}

	/// That the stop is lifted.
	pub fn stop_is_lifted(&self) -> String {
		self.speech.stop_lifted()
	}

	/// Who may hold shares of the keys of new records, by the patient's choice.
	pub fn may_hold(&self, holders: &[AccountId], countries: &[Country]) -> String {
		let speech = self.speech;
		let mut said = Vec::new();
		if !holders.is_empty() {
			said.push(speech.holders_only(self.whose(Join::And, holders)));
		}
		if !countries.is_empty() {
			let countries: Vec<_> =
				countries.iter().map(|code| speech.country_in(code, Form::Dative)).collect();
			said.push(speech.holders_in_countries(speech.list(Join::Or, &countries)));
		}
		if said.is_empty() {
			said.push(speech.holders_any());
		}
		speech.sentences(said)
	}
}
