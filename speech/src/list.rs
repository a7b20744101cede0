//! Lists, counts and sequences of sentences.

use crate::Speech;
use fluent_bundle::FluentArgs;

/// How a list is joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
	/// "a, b and c".
	And,
	/// "a, b or c".
	Or,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
	/// Records.
	Record,
	/// Versions of a record.
	Version,
	/// Entries of a log or bundle.
	Entry,
	/// FHIR resources.
	Resource,
	/// Key shares.
	Share,
	/// Sensitivity labels whose words are not known.
	Label,
	/// People.
	Person,
}

impl Noun {
	#[cfg(test)]
	pub(crate) const ALL: [Self; 7] = [
		Self::Record,
		Self::Version,
		Self::Entry,
		Self::Resource,
		Self::Share,
		Self::Label,
		Self::Person,
	];

	pub(crate) const fn id(self) -> &'static str {
		match self {
			Self::Record => "count-record",
			Self::Version => "count-version",
			Self::Entry => "count-entry",
			Self::Resource => "count-resource",
			Self::Share => "count-share",
			Self::Label => "count-label",
			Self::Person => "count-person",
		}
	}
}

impl Speech {
	/// The items as a list: "a", "a and b", "a, b and c". Nothing if there are none.
	pub fn list(&self, join: Join, items: &[impl AsRef<str>]) -> String {
		let mut items = items.iter().rev().map(|item| item.as_ref().to_owned());
		let (last, before) = (items.next(), items.next());
		let (last, before) = match (last, before) {
			(None, _) => return String::new(),
			(Some(only), None) => return only,
			(Some(last), Some(before)) => (last, before),
		};
		let mut items = items.peekable();
		if items.peek().is_none() {
			return match join {
				Join::And => self.list_and_pair(before, last),
				Join::Or => self.list_or_pair(before, last),
			};
		}
		let end = match join {
			Join::And => self.list_and_end(before, last),
			Join::Or => self.list_or_end(before, last),
		};
		items.fold(end, |rest, item| match join {
			Join::And => self.list_and_middle(item, rest),
			Join::Or => self.list_or_middle(item, rest),
		})
	}

	/// "a, b and c".
	pub fn and(&self, items: &[impl AsRef<str>]) -> String {
		self.list(Join::And, items)
	}

	/// A number and its noun: "1 record", "3 records".
	pub fn count(&self, noun: Noun, count: usize) -> String {
		self.format(noun.id(), None, &FluentArgs::from_iter([("count", count)]))
	}

	/// A number with a decimal point, as the language writes it.
	pub fn number(&self, number: &str) -> String {
		match number.split_once('.') {
			Some((whole, fraction)) => self.decimal(whole.to_owned(), fraction.to_owned()),
			None => number.to_owned(),
		}
	}

	/// Sentences, one after the other.
	pub(crate) fn sentences(&self, sentences: Vec<String>) -> String {
		let mut sentences = sentences.into_iter().rev();
		let last = sentences.next().unwrap_or_default();
		sentences.fold(last, |rest, first| self.list_sentences(first, rest))
	}
}
