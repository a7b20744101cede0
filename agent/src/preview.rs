//! What a consent would change, before it is signed: which of the patient's records it would open or
//! close, by [`decide`](vouchsafe_protocol::types::decide) over the records with and without it. A
//! request can be narrowed and looked at again.

#[cfg(test)]
mod tests;

use crate::access::Access;
use anyhow::{ensure, Result};
use vouchsafe_protocol::{
	decider::Decider,
	types::{
		bounded, Actor, Categories, Confidentiality, Consent, ConsentId, DataPeriod, Decision,
		Grantee, Grantor, LabelFilter, Purpose, RecordFacts, ShownText, Terms, H256,
		POLICY_VERSION,
	},
};

/// The number of a consent that has none yet.
const DRAFT: ConsentId = ConsentId::MAX;

/// A change of the patient's consents that is not signed yet.
#[derive(Clone, Debug)]
pub struct Change {
	/// For whom.
	pub grantee: Grantee,
	/// The terms of the new or amended consent. `None` is a revocation.
	pub terms: Option<Terms>,
	/// The consent that is amended or revoked.
	pub replaces: Option<ConsentId>,
}

impl Change {
	/// A new consent.
	pub fn new(grantee: Grantee, terms: Terms) -> Self {
		Self { grantee, terms: Some(terms), replaces: None }
	}
}

/// One of the patient's records, before and after the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
	/// The record.
	pub record: &'a RecordFacts,
	/// Whether the grantee can read it without the change: all who belong to the grantee.
	pub before: bool,
	/// Whether somebody who belongs to the grantee can read it with the change.
	pub after: bool,
	/// Whether the change lets somebody read it who cannot read it without.
	pub opens: bool,
	/// Whether the change takes it from somebody who can read it without.
	pub closes: bool,
}

/// What a change would do to the patient's records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview<'a> {
	/// All records, in their order.
	pub lines: Vec<Line<'a>>,
}

/// How many records there are, and how many of them are sensitive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
	/// All of them.
	pub records: usize,
	/// Those with a sensitivity label.
	pub labelled: usize,
	/// Those that are restricted.
	pub restricted: usize,
	/// Those that are very restricted.
	pub very_restricted: usize,
}

impl Counts {
	fn of<'a>(records: impl Iterator<Item = &'a RecordFacts>) -> Self {
		let mut counts = Self::default();
		let add = |count: &mut usize, if_so: bool| *count = count.saturating_add(if_so.into());
		for record in records {
			add(&mut counts.records, true);
			add(&mut counts.labelled, !record.labels.is_empty());
			let is = |level| record.confidentiality == level;
			add(&mut counts.restricted, is(Confidentiality::Restricted));
			add(&mut counts.very_restricted, is(Confidentiality::VeryRestricted));
		}
		counts
	}
}

impl<'a> Preview<'a> {
	/// The records that the change would open.
	pub fn opened(&self) -> impl Iterator<Item = &'a RecordFacts> + '_ {
		self.lines.iter().filter(|line| line.opens).map(|line| line.record)
	}

	/// The records that the change would close.
	pub fn closed(&self) -> impl Iterator<Item = &'a RecordFacts> + '_ {
		self.lines.iter().filter(|line| line.closes).map(|line| line.record)
	}

	/// Those that it would open.
	pub fn opens(&self) -> Counts {
		Counts::of(self.opened())
	}

	/// Those that it would close.
	pub fn closes(&self) -> Counts {
		Counts::of(self.closed())
	}

	/// Those that the grantee can read already.
	pub fn before(&self) -> Counts {
		Counts::of(self.lines.iter().filter(|line| line.before).map(|line| line.record))
	}

	/// Those that the grantee can read with the change.
	pub fn after(&self) -> Counts {
		Counts::of(self.lines.iter().filter(|line| line.after).map(|line| line.record))
	}
}

/// What the change would do. It counts from the moment from which the new consent is valid. A consent
/// for studies opens no record.
pub fn preview<'a>(access: &'a Access, change: &Change) -> Preview<'a> {
	let from = change.terms.as_ref().and_then(|terms| terms.valid_from);
	let at = access.decider().now().max(from.unwrap_or_default());
	let before = access.decider().clone().at(at);
	let mut after = before.clone();
	if let Some(id) = change.replaces {
		after = after.without(id);
	}
	if let Some(terms) = &change.terms {
		after = after.with(change.grantee.clone(), draft(terms.clone(), access.decider().now()));
	}
	let mut lines: Vec<_> = access
		.records()
		.iter()
		.map(|record| Line { record, before: true, after: false, opens: false, closes: false })
		.collect();
	let actors = access.actors(&change.grantee);
	let is_one = matches!(change.grantee, Grantee::Person(_));
	for purpose in purposes(change) {
		compare(access, (&before, &after), (&actors, is_one), purpose, &mut lines);
	}
	if actors.is_empty() {
		lines.iter_mut().for_each(|line| line.before = false);
	}
	Preview { lines }
}

/// Compares the decisions for one purpose. A person who works at two hospitals and can read a record at
/// one of them can read it already.
fn compare(
	access: &Access,
	(before, after): (&Decider, &Decider),
	(actors, is_one): (&[Actor], bool),
	purpose: Purpose,
	lines: &mut [Line],
) {
	let ask = |decider| -> Vec<Vec<bool>> {
		let of = |actor| access.decisions_by(decider, actor, purpose);
		let permits = |actor| of(actor).iter().map(Decision::is_permit).collect();
		actors.iter().map(permits).collect()
	};
	let (before, after) = (ask(before), ask(after));
	for (place, line) in lines.iter_mut().enumerate() {
		let of = |answers: &[Vec<bool>]| -> Vec<bool> {
			answers.iter().filter_map(|it| it.get(place).copied()).collect()
		};
		let (mut was, mut is) = (of(&before), of(&after));
		if is_one {
			was = vec![was.contains(&true)];
			is = vec![is.contains(&true)];
		}
		line.before &= !was.contains(&false);
		line.after |= is.contains(&true);
		line.opens |= was.iter().zip(&is).any(|(was, is)| !was && *is);
		line.closes |= was.iter().zip(&is).any(|(was, is)| *was && !is);
	}
}

/// The purposes for which a change is looked at: those that it names, otherwise treatment.
fn purposes(change: &Change) -> Vec<Purpose> {
	let named = change.terms.as_ref().map(|terms| terms.purposes).unwrap_or_default();
	let named = Purpose::ALL.iter().copied().filter(|purpose| named.contains(*purpose));
	let named: Vec<_> = named.collect();
	match named.is_empty() {
		true => vec![Purpose::Treatment],
		false => named,
	}
}

/// A consent with these terms, as the patient would give it now.
fn draft(terms: Terms, now: u64) -> Consent {
	Consent {
		id: DRAFT,
		revision: 0,
		policy_version: POLICY_VERSION,
		granted_at: now,
		confirmed_at: None,
		terms,
		text: ShownText { commitment: H256::zero(), language: *b"en" },
		grantor: Grantor::Patient,
	}
}

/// How the terms of a permit are narrowed. What is not said stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrowing {
	/// Only these categories.
	pub categories: Categories,
	/// Only these records.
	pub records: Vec<H256>,
	/// Only records of care in these months.
	pub months: DataPeriod,
	/// Another filter of labels.
	pub labels: Option<LabelFilter>,
	/// At most this confidentiality.
	pub confidentiality: Option<Confidentiality>,
	/// At the latest until then.
	pub until: Option<u64>,
}

/// The terms of a permit, narrowed. The result never covers more than the terms.
///
/// # Errors
///
/// Nothing would be left, or the filter of labels is wider than that of the terms.
pub fn narrow(terms: &Terms, by: &Narrowing) -> Result<Terms> {
	let mut narrowed = terms.clone();
	narrowed.categories = both(terms.categories, by.categories)?;
	if !by.records.is_empty() {
		let is_asked = |id: &H256| terms.records.is_empty() || terms.records.contains(id);
		let records: Vec<_> = by.records.iter().copied().filter(is_asked).collect();
		ensure!(!records.is_empty(), "none of these records is asked for");
		narrowed.records = bounded(records, "records")?;
	}
	let DataPeriod { from, to } = by.months;
	narrowed.data_period.from = terms.data_period.from.max(from);
	narrowed.data_period.to = earlier(terms.data_period.to, to);
	if let DataPeriod { from: Some(from), to: Some(to) } = narrowed.data_period {
		ensure!(from <= to, "none of these months is asked for");
	}
	if let Some(labels) = &by.labels {
		ensure!(labels.is_within(&terms.labels), "records with other labels are not asked for");
		narrowed.labels = labels.clone();
	}
	if let Some(confidentiality) = by.confidentiality {
		narrowed.confidentiality = terms.confidentiality.min(confidentiality);
	}
	narrowed.valid_until = earlier(terms.valid_until, by.until);
	Ok(narrowed)
}

/// The categories that pass both filters.
fn both(one: Categories, other: Categories) -> Result<Categories> {
	if one.is_empty() || other.is_empty() {
		return Ok(Categories(one.0 | other.0));
	}
	let both = Categories(one.0 & other.0);
	ensure!(!both.is_empty(), "none of these categories is asked for");
	Ok(both)
}

/// The earlier of two ends, of which a missing one is open.
fn earlier<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
	match (one, other) {
		(Some(one), Some(other)) => Some(one.min(other)),
		(one, other) => one.or(other),
	}
}
