//! Terms of the page's forms, and what stands in their fields.

use crate::{
	failure::Trouble,
	messages::{ConsentForm, LabelChoice, Narrowing},
};
use anyhow::{Context as _, Result};
use vouchsafe_agent::{dates, labels::LabelTable};
use vouchsafe_protocol::types::{
	bounded, Actions, Categories, Category, Confidentiality, DataPeriod, LabelFilter, Purpose,
	Purposes, Terms, H256,
};

/// Terms without what a narrowing leaves out.
pub(in crate::account) fn narrowed(
	mut terms: Terms,
	narrowing: &Narrowing,
	labels: &LabelTable,
) -> Result<Terms> {
	let Narrowing {
		categories,
		records,
		from_month,
		to_month,
		until,
		confidentiality,
		labels: choice,
	} = narrowing;
	if !categories.is_empty() {
		terms.categories = Categories::of(&parsed::<Category>(categories)?);
	}
	if !records.is_empty() {
		terms.records = bounded(ids(records)?, "records")?;
	}
	narrow_period(&mut terms.data_period, from_month.as_deref(), to_month.as_deref())?;
	if let Some(until) = until {
		let until = end_of(until)?;
		terms.valid_until = Some(terms.valid_until.map_or(until, |asked| asked.min(until)));
	}
	if let Some(level) = confidentiality {
		let level: Confidentiality = word(level)?;
		terms.confidentiality = terms.confidentiality.min(level);
	}
	if let Some(choice) = choice {
		let filter = filter_of(choice, labels)?;
		if filter.is_within(&terms.labels) {
			terms.labels = filter;
		}
	}
	Ok(terms)
}

/// The terms of the page's form, from terms that name nothing, or from those that are changed.
pub(in crate::account) fn terms_of_form(
	form: &ConsentForm,
	start: Terms,
	labels: &LabelTable,
) -> Result<Terms> {
	let mut terms = start;
	terms.categories = Categories::of(&parsed::<Category>(&form.categories)?);
	terms.records = bounded(ids(&form.records)?, "records")?;
	terms.actions = Actions::of(&parsed(&form.actions)?);
	terms.purposes = Purposes::of(&parsed::<Purpose>(&form.purposes)?);
	terms.data_period = period_of(form.from_month.as_deref(), form.to_month.as_deref())?;
	terms.valid_from = form.from.as_deref().map(start_of).transpose()?;
	terms.valid_until = form.until.as_deref().map(end_of).transpose()?;
	if let Some(level) = &form.confidentiality {
		terms.confidentiality = word(level)?;
	}
	if let Some(choice) = &form.labels {
		terms.labels = filter_of(choice, labels)?;
	}
	Ok(terms)
}

fn filter_of(choice: &LabelChoice, labels: &LabelTable) -> Result<LabelFilter> {
	Ok(match choice {
		LabelChoice::Unlabelled => LabelFilter::Unlabelled,
		LabelChoice::Any => LabelFilter::Any,
		LabelChoice::Also { words } => LabelFilter::Also(labels.named(words)?),
	})
}

/// The months of the page's form.
pub(in crate::account) fn period_of(from: Option<&str>, to: Option<&str>) -> Result<DataPeriod> {
	let period = DataPeriod { from: from.map(month).transpose()?, to: to.map(month).transpose()? };
	match (period.from, period.to) {
		(Some(first), Some(last)) if last < first => {
			let months = [from, to].into_iter().flatten().collect::<Vec<_>>();
			Err(Trouble::Input(months.join(" – ")).into())
		},
		_ => Ok(period),
	}
}

fn narrow_period(period: &mut DataPeriod, from: Option<&str>, to: Option<&str>) -> Result<()> {
	if let Some(from) = from.map(month).transpose()? {
		period.from = Some(period.from.map_or(from, |asked| asked.max(from)));
	}
	if let Some(to) = to.map(month).transpose()? {
		period.to = Some(period.to.map_or(to, |asked| asked.min(to)));
	}
	Ok(())
}

/// An item of a list, by its word.
pub(in crate::account) fn word<V: std::str::FromStr>(text: &str) -> Result<V>
where
	V::Err: std::fmt::Display,
{
	text.parse().map_err(|error: V::Err| Trouble::Input(error.to_string()).into())
}

pub(in crate::account) fn parsed<V: std::str::FromStr>(words: &[String]) -> Result<Vec<V>>
where
	V::Err: std::fmt::Display,
{
	words.iter().map(|it| word(it)).collect()
}

fn ids(texts: &[String]) -> Result<Vec<H256>> {
	let mut ids = texts.iter().map(|text| id(text)).collect::<Result<Vec<_>>>()?;
	ids.sort_unstable();
	ids.dedup();
	Ok(ids)
}

/// A record's id.
pub(in crate::account) fn id(text: &str) -> Result<H256> {
	let mut id = H256::zero();
	hex::decode_to_slice(text, &mut id.0).context("not the id of a record")?;
	Ok(id)
}

/// A month such as `2024-05`.
pub(in crate::account) fn month(text: &str) -> Result<u16> {
	let parse = || {
		let (year, month) = text.split_once('-')?;
		dates::month_index(year.parse().ok()?, month.parse().ok()?)
	};
	parse().ok_or_else(|| Trouble::Input(text.to_owned()).into())
}

/// The first second of a day in UTC.
pub(in crate::account) fn start_of(day: &str) -> Result<u64> {
	dates::start_of_day(day).ok_or_else(|| Trouble::Input(day.to_owned()).into())
}

/// The end of a day in UTC, exclusive.
pub(in crate::account) fn end_of(day: &str) -> Result<u64> {
	Ok(start_of(day)?.saturating_add(24 * 60 * 60))
}
