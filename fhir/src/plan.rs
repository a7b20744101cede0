//! Counts the records that will be sent, by category, labels, confidentiality and month.

use crate::{dates::Months, records::Record};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_primitives::{Category, Confidentiality};

/// A record as it will be sent, after what the user says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
	/// The category.
	pub category: Category,
	/// The words of the labels.
	pub labels: BTreeSet<String>,
	/// The confidentiality.
	pub confidentiality: Confidentiality,
	/// The months; `None` if they are not known.
	pub months: Option<Months>,
	/// How many resources it is made of, without those that are repeated.
	pub resources: usize,
}

impl Sent {
	/// A record as it came out of the input.
	pub fn as_found(record: &Record) -> Self {
		Self {
			category: record.category,
			labels: record.labels.iter().map(|label| label.word().to_owned()).collect(),
			confidentiality: record.confidentiality,
			months: record.months,
			resources: record.members.len().max(1),
		}
	}
}

/// Records of the same category, labels and confidentiality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
	/// The category.
	pub category: Category,
	/// The words of the labels.
	pub labels: BTreeSet<String>,
	/// The confidentiality.
	pub confidentiality: Confidentiality,
	/// How many records, by their months.
	pub months: BTreeMap<Option<Months>, usize>,
	/// How many records.
	pub records: usize,
	/// How many resources.
	pub resources: usize,
}

/// What will be sent, by category.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
	/// The rows.
	pub rows: Vec<Row>,
}

impl Plan {
	/// Counts records.
	pub fn of(records: impl IntoIterator<Item = Sent>) -> Self {
		let mut rows: BTreeMap<(Category, Confidentiality, BTreeSet<String>), Row> =
			BTreeMap::new();
		for sent in records {
			let key = (sent.category, sent.confidentiality, sent.labels.clone());
			let row = rows.entry(key).or_insert_with(|| Row {
				category: sent.category,
				labels: sent.labels,
				confidentiality: sent.confidentiality,
				months: BTreeMap::new(),
				records: 0,
				resources: 0,
			});
			let month = row.months.entry(sent.months).or_default();
			*month = month.saturating_add(1);
			row.records = row.records.saturating_add(1);
			row.resources = row.resources.saturating_add(sent.resources);
		}
		Self { rows: rows.into_values().collect() }
	}

	/// How many records there will be.
	pub fn records(&self) -> usize {
		self.rows.iter().map(|row| row.records).fold(0, usize::saturating_add)
	}

	/// How many records have no date that counts, so that their month must be given.
	pub fn undated(&self) -> usize {
		let undated = |row: &Row| row.months.get(&None).copied().unwrap_or(0);
		self.rows.iter().map(undated).fold(0, usize::saturating_add)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn records_are_counted_by_what_is_decided_on() {
		let sent = |category, label: Option<&str>, month: Option<u16>| Sent {
			category,
			labels: label.into_iter().map(str::to_owned).collect(),
			confidentiality: Confidentiality::Normal,
			months: month.map(Months::one),
			resources: 2,
		};
		let plan = Plan::of([
			sent(Category::Plan, None, Some(1)),
			sent(Category::Laboratory, Some("hiv"), Some(1)),
			sent(Category::Plan, None, Some(1)),
			sent(Category::Plan, None, None),
		]);
		assert_eq!((plan.rows.len(), plan.records(), plan.undated()), (2, 4, 1));
		let last = &plan.rows[1];
		assert_eq!((last.category, last.records, last.resources), (Category::Plan, 3, 6));
		assert_eq!(last.months[&Some(Months::one(1))], 2);
	}
}
