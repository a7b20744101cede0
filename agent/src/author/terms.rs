//! What documents are added as, in words: to compare a command with an earlier attempt that was not
//! finished.

use super::{Addition, NewDocument, Place};
use crate::{dates::show_period, platform::Platform, session::Session};
use std::fmt;
use vouchsafe_protocol::types::AccountId;
use vouchsafe_speech::short;

/// The most differences that a message names. Further ones are only counted.
const NAMED: usize = 6;

/// A term, and its value in words.
pub(super) type Term = (String, String);

/// A term in which a command differs from an earlier attempt to add the same documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
	/// The term.
	pub what: String,
	/// What the earlier attempt said.
	pub before: String,
	/// What the command says.
	pub now: String,
}

impl fmt::Display for Difference {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{}: {} before, {} now", self.what, self.before, self.now)
	}
}

/// The terms of an addition.
pub(super) fn terms_of(session: &Session<impl Platform>, addition: &Addition) -> Vec<Term> {
	let name = |account: &AccountId| session.names.show(account);
	let sharing = &addition.sharing;
	let mut terms = vec![
		term("institution", addition.institution.as_ref().map_or("none".into(), name)),
		term("threshold", sharing.threshold.map_or("the usual".into(), |it| it.to_string())),
		term("holders", listed(sharing.holders.iter().map(name), "the usual")),
		term("the patient's share", if sharing.without_patient { "no" } else { "yes" }.into()),
	];
	let is_one = addition.documents.len() == 1;
	for document in &addition.documents {
		terms.extend(terms_of_one(document).into_iter().map(|(what, value)| match is_one {
			true => (what, value),
			false => (format!("{what} of “{}”", document.title), value),
		}));
	}
	terms
}

fn terms_of_one(document: &NewDocument) -> Vec<Term> {
	let mut terms = vec![
		term("title", format!("“{}”", document.title)),
		term("media type", document.media_type.clone()),
		term("labels", listed(document.place.labels().iter().cloned(), "none")),
	];
	match &document.place {
		Place::New { category, months, labels: _, relation, confidentiality, origin } => {
			let relation = relation.as_ref().map_or("none".into(), |(kind, target)| {
				format!("{} {}", kind.word(), short(target))
			});
			terms.extend([
				term("record", "a new one".into()),
				term("category", category.word().into()),
				term("months", show_period(months.0, months.1)),
				term("related record", relation),
				term("confidentiality", confidentiality.word().into()),
				term("origin", origin.word().into()),
			]);
		},
		Place::VersionOf { record, widening } => {
			terms.push(term("record", format!("a version of {}", short(record))));
			if let Some(wider) = widening {
				terms.extend([
					term("months", show_period(wider.months.0, wider.months.1)),
					term("confidentiality", wider.confidentiality.word().into()),
				]);
			}
		},
	}
	terms
}

fn term(what: &str, value: String) -> Term {
	(what.into(), value)
}

fn listed(values: impl Iterator<Item = String>, none: &str) -> String {
	let mut values: Vec<String> = values.collect();
	values.sort();
	match values.is_empty() {
		true => none.into(),
		false => values.join(" and "),
	}
}

/// Where two lists of terms differ.
pub(super) fn differences(before: &[Term], now: &[Term]) -> Vec<Difference> {
	let value = |terms: &[Term], what: &str| {
		terms.iter().find(|(known, _)| known == what).map_or("none".into(), |(_, it)| it.clone())
	};
	let added = now.iter().filter(|(what, _)| before.iter().all(|(known, _)| known != what));
	before
		.iter()
		.chain(added)
		.map(|(what, _)| Difference {
			what: what.clone(),
			before: value(before, what),
			now: value(now, what),
		})
		.filter(|it| it.before != it.now)
		.collect()
}

/// The differences in one line.
pub fn side_by_side(differences: &[Difference]) -> String {
	let mut parts: Vec<_> = differences.iter().take(NAMED).map(ToString::to_string).collect();
	if let Some(more) = differences.len().checked_sub(NAMED).filter(|more| *more > 0) {
		parts.push(format!("{more} more"));
	}
	parts.join("; ")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn terms_are_shown_side_by_side() {
		let terms = |labels: &str, more: &[(&str, &str)]| -> Vec<Term> {
			let more = more.iter().map(|(what, value)| term(what, (*value).into()));
			[term("labels", labels.into()), term("origin", "authored".into())]
				.into_iter()
				.chain(more)
				.collect()
		};
		let before = terms("none", &[("threshold", "3")]);
		assert!(differences(&before, &before).is_empty());
		let found = differences(&before, &terms("psychiatry", &[("category", "other")]));
		assert_eq!(
			side_by_side(&found),
			"labels: none before, psychiatry now; threshold: 3 before, none now; category: none before, \
			 other now"
		);
		let many: Vec<_> = (0..9).map(|it| (it.to_string(), "a".to_owned())).collect();
		assert!(side_by_side(&differences(&many, &[])).ends_with("; 3 more"));
	}
}
