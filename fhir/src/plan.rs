//! What will be sent: records counted by category, labels, confidentiality and month.

use crate::{dates::Months, labels::Label, records::Record};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_primitives::{Category, Confidentiality};

/// Records of the same category, labels and confidentiality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
	/// The category.
	pub category: Category,
	/// The labels.
	pub labels: BTreeSet<Label>,
	/// The confidentiality.
	pub confidentiality: Confidentiality,
	/// How many records, by their months. `None` is for records without a date.
	pub months: BTreeMap<Option<Months>, usize>,
	/// How many records.
	pub records: usize,
	/// How many resources they are made of, without those that are repeated.
	pub resources: usize,
	/// How many bytes.
	pub bytes: usize,
}

/// What will be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
	/// The rows, by category.
	pub rows: Vec<Row>,
}

impl Plan {
	/// Counts records.
	pub fn of(records: &[Record]) -> Self {
		type Key = (Category, Confidentiality, BTreeSet<Label>);
		let mut rows: BTreeMap<Key, Row> = BTreeMap::new();
		for record in records {
			let key = (record.category, record.confidentiality, record.labels.clone());
			let row = rows.entry(key).or_insert_with(|| Row {
				category: record.category,
				labels: record.labels.clone(),
				confidentiality: record.confidentiality,
				months: BTreeMap::new(),
				records: 0,
				resources: 0,
				bytes: 0,
			});
			let month = row.months.entry(record.months).or_default();
			*month = month.saturating_add(1);
			row.records = row.records.saturating_add(1);
			row.resources = row.resources.saturating_add(record.members.len().max(1));
			row.bytes = row.bytes.saturating_add(record.content.len());
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
