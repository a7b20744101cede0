//! Months of service: which of a resource's dates count, how they are read, and which are
//! placeholders.
//!
//! A date is read as written, in its own time zone, because that was the date at its place. A year
//! alone means its twelve months. A period with one end has the month of that end.

use serde_json::Value;
use vouchsafe_primitives::ServiceMonth;

/// Dates more than this many years ahead are mistakes.
const YEARS_AHEAD: u16 = 10;

/// Dates that programs write if they do not know the date.
const PLACEHOLDERS: [&str; 13] = [
	"0001-01-01",
	"0000-00-00",
	"1111-11-11",
	"1601-01-01",
	"1753-01-01",
	"1800-01-01",
	"1858-11-17",
	"1899-12-30",
	"1899-12-31",
	"1900-01-01",
	"1900-01-02",
	"1904-01-01",
	"1970-01-01",
];

/// Fields that hold a date, a date-time, an instant, a period or a list of these, besides those
/// whose name ends as [`ENDINGS`].
const FIELDS: [&str; 21] = [
	"authored",
	"authoredOn",
	"collected",
	"created",
	"creation",
	"date",
	"dateAsserted",
	"dateRecorded",
	"dateWritten",
	"end",
	"event",
	"indexed",
	"issued",
	"lastOccurrence",
	"period",
	"recorded",
	"sent",
	"start",
	"started",
	"when",
	"received",
];

/// Endings of the names of further date fields (`effectiveDateTime`, `servicedPeriod`, `dueDate`,
/// `receivedTime`, `whenHandedOver` …).
const ENDINGS: [&str; 5] = ["Date", "DateTime", "Instant", "HandedOver", "Prepared"];

/// Endings of the names of fields that hold a date or a time of day.
const TIMES: [&str; 2] = ["Time", "time"];

/// Fields with such an ending that are not dates of service: a person's life, a value, the life of
/// a thing.
const NOT_SERVICE: [&str; 20] = [
	"birthDate",
	"birthTime",
	"bornDate",
	"bornPeriod",
	"deceasedDate",
	"deceasedDateTime",
	"expirationDate",
	"expiry",
	"lastUpdated",
	"approvalDate",
	"lastReviewDate",
	"manufactureDate",
	"validityPeriod",
	"benefitPeriod",
	"valueDate",
	"valueDateTime",
	"valueInstant",
	"valuePeriod",
	"valueTime",
	"valueTiming",
];

/// Fields whose content has dates of its own: names, addresses, numbers, extensions.
const NOT_OWN: [&str; 13] = [
	"address",
	"assigner",
	"communication",
	"contained",
	"contact",
	"extension",
	"identifier",
	"meta",
	"modifierExtension",
	"name",
	"qualification",
	"telecom",
	"text",
];

/// First and last month of service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Months {
	/// The first.
	pub first: ServiceMonth,
	/// The last.
	pub last: ServiceMonth,
}

impl Months {
	/// A single month.
	pub const fn one(month: ServiceMonth) -> Self {
		Self { first: month, last: month }
	}

	/// The span of two spans.
	pub fn join(self, other: Self) -> Self {
		Self { first: self.first.min(other.first), last: self.last.max(other.last) }
	}

	/// How many months it has.
	pub fn len(self) -> u16 {
		self.last.saturating_sub(self.first).saturating_add(1)
	}

	/// It has at least one month.
	pub const fn is_empty(self) -> bool {
		false
	}
}

/// The span of two spans that may be missing.
pub fn join(one: Option<Months>, other: Option<Months>) -> Option<Months> {
	match (one, other) {
		(Some(one), Some(other)) => Some(one.join(other)),
		(one, other) => one.or(other),
	}
}

/// The number of a month: months since January 1900.
pub fn month_index(year: u16, month: u16) -> Option<ServiceMonth> {
	if !(1..=12).contains(&month) || year > 9999 {
		return None;
	}
	year.checked_sub(1900)?.checked_mul(12)?.checked_add(month.checked_sub(1)?)
}

/// Why a date does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ignored {
	/// Programs write it where they know no date.
	Placeholder,
	/// It lies too far ahead.
	TooFarAhead,
	/// It lies before the patient's birth.
	BeforeBirth,
	/// It lies before 1900, which service months do not reach.
	Before1900,
	/// It is not a FHIR date.
	Unreadable,
}

/// A date of a resource, not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
	/// The field, as `period.end`.
	pub field: String,
	/// The text.
	pub text: String,
}

/// Finds a resource's own dates. Those of contained resources count only if there are no others.
pub fn dates_of(resource: &Value) -> Vec<Dated> {
	let mut found = Vec::new();
	let Value::Object(fields) = resource else { return found };
	for (name, value) in fields {
		look("", name, value, &mut found);
	}
	if found.is_empty() {
		let contained = resource.get("contained").and_then(Value::as_array);
		found.extend(contained.into_iter().flatten().flat_map(dates_of));
	}
	found
}

fn look(path: &str, name: &str, value: &Value, found: &mut Vec<Dated>) {
	if NOT_OWN.contains(&name) || NOT_SERVICE.contains(&name) {
		return;
	}
	match value {
		Value::Object(fields) => {
			let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
			for (name, value) in fields {
				look(&path, name, value, found);
			}
		},
		Value::Array(items) => items.iter().for_each(|item| look(path, name, item, found)),
		Value::String(text) => {
			let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
			let is_date = FIELDS.contains(&name) || ends(&ENDINGS);
			if is_date && looks_like_a_date(text) || ends(&TIMES) && parse(text).is_some() {
				let field =
					if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
				found.push(Dated { field, text: text.clone() });
			}
		},
		_ => {},
	}
}

/// Whether a text is meant as a date, so that a notice is due if it cannot be read.
fn looks_like_a_date(text: &str) -> bool {
	text.bytes().next().is_some_and(|byte| byte.is_ascii_digit())
}

/// A FHIR date or date-time as year, month and day. Month and day may be missing.
pub(crate) fn parse(date: &str) -> Option<(u16, Option<u16>, Option<u16>)> {
	let number = |range: std::ops::Range<usize>| -> Option<u16> {
		let digits = date.get(range)?;
		digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
	};
	let year = number(0..4)?;
	match date.len() {
		4 => return Some((year, None, None)),
		7 if date.get(4..5) == Some("-") => return Some((year, Some(number(5..7)?), None)),
		_ => {},
	}
	let separated = date.get(4..5) == Some("-") && date.get(7..8) == Some("-");
	let rest = date.get(10..)?;
	if !separated || !(rest.is_empty() || rest.starts_with('T') || rest.starts_with(' ')) {
		return None;
	}
	Some((year, Some(number(5..7)?), Some(number(8..10)?)))
}

/// Reads a date's months, without checking whether they are plausible.
pub fn months_of(date: &str) -> Option<Months> {
	match parse(date)? {
		(year, None, _) => {
			Some(Months { first: month_index(year, 1)?, last: month_index(year, 12)? })
		},
		(year, Some(month), _) => month_index(year, month).map(Months::one),
	}
}

/// The patient's birth and the present, which dates are checked against.
#[derive(Clone, Copy, Debug)]
pub struct Judge {
	/// The present month.
	pub today: ServiceMonth,
	/// The month of the patient's birth.
	pub birth: Option<ServiceMonth>,
}

impl Judge {
	/// Creates the check. A birth date that is itself a placeholder or in the future does not
	/// count.
	pub fn new(today: ServiceMonth, birth: Option<&str>) -> Self {
		let birth = birth
			.filter(|date| !is_placeholder(date))
			.and_then(months_of)
			.map(|months| months.first)
			.filter(|month| *month <= today);
		Self { today, birth }
	}

	/// The months of a date, or why it does not count.
	pub fn months(&self, date: &str) -> Result<Months, Ignored> {
		let (year, month, day) = parse(date).ok_or(Ignored::Unreadable)?;
		let within = |part: Option<u16>, most: u16| part.is_none_or(|it| (1..=most).contains(&it));
		if is_placeholder(date) || year == 0 {
			return Err(Ignored::Placeholder);
		}
		if !within(month, 12) || !within(day, 31) {
			return Err(Ignored::Unreadable);
		}
		let out_of_range = if year < 1900 { Ignored::Before1900 } else { Ignored::TooFarAhead };
		let months = months_of(date).ok_or(out_of_range)?;
		let ahead = self.today.saturating_add(YEARS_AHEAD.saturating_mul(12));
		if months.first > ahead {
			return Err(Ignored::TooFarAhead);
		}
		if self.birth.is_some_and(|birth| months.last < birth) {
			return Err(Ignored::BeforeBirth);
		}
		Ok(Months {
			first: months.first.max(self.birth.unwrap_or(0).min(months.last)),
			last: months.last,
		})
	}
}

fn is_placeholder(date: &str) -> bool {
	let day = date.get(..10).unwrap_or(date);
	PLACEHOLDERS.contains(&day) || matches!(day, "1900" | "1900-01")
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use serde_json::json;

	const TODAY: ServiceMonth = 1522; // 2026-11

	fn month(year: u16, month: u16) -> ServiceMonth {
		month_index(year, month).unwrap()
	}

	fn found(resource: Value) -> Vec<String> {
		dates_of(&resource).into_iter().map(|it| format!("{} {}", it.field, it.text)).collect()
	}

	#[test]
	fn dates_are_read_as_written() {
		assert_eq!(months_of("2026-11-30T23:30:00-05:00"), months_of("2026-11"));
		assert_eq!(months_of("2026-11-30 23:30"), months_of("2026-11"));
		assert_eq!(months_of("2026"), Some(Months { first: 1512, last: 1523 }));
		for wrong in ["2026-13", "1850-01-01", "today", "2026-1", "2026-11x", "+123-11", "20261130"]
		{
			assert_eq!(months_of(wrong), None, "{wrong}");
		}
	}

	#[test]
	fn nested_dates_are_found() {
		assert_eq!(
			found(json!({ "item": [{ "servicedPeriod": { "start": "2020-01-01" } }] })),
			["item.servicedPeriod.start 2020-01-01"]
		);
		assert_eq!(
			found(json!({ "context": { "period": { "end": "2020" } }, "content": [
				{ "attachment": { "creation": "2019-02" } }] })),
			["content.attachment.creation 2019-02", "context.period.end 2020"]
		);
		assert_eq!(found(json!({ "dateAsserted": "2020" })), ["dateAsserted 2020"]);
		assert_eq!(found(json!({ "recorded": "2020" })), ["recorded 2020"]);
		assert_eq!(found(json!({ "receivedTime": "2020-01-02T10:00:00Z" })).len(), 1);
		assert_eq!(
			found(json!({ "occurrenceTiming": { "event": ["2020-01-01", "2020-03-01"],
				"repeat": { "boundsPeriod": { "start": "2019-12" } } } }))
			.len(),
			3
		);
		assert_eq!(found(json!({ "effectiveDateTime": "04.03.2026" })).len(), 1, "to be named");
		assert_eq!(found(json!({ "performedPeriod": { "start": "2020-01-01" } })).len(), 1);
	}

	#[test]
	fn dates_of_persons_things_and_values_do_not_count() {
		for resource in [
			json!({ "birthDate": "1950-01-01", "deceasedDateTime": "2020-01-01" }),
			json!({ "identifier": [{ "period": { "start": "2001" } }] }),
			json!({ "meta": { "lastUpdated": "2024-01-01T00:00:00Z" } }),
			json!({ "expirationDate": "2030-01-01" }),
			json!({ "valueDateTime": "1999-01-01" }),
			json!({ "availableStartTime": "08:00:00" }),
			json!({ "extension": [{ "url": "x", "valueDate": "2001-01-01" }] }),
			json!({ "date": true }),
		] {
			assert_eq!(found(resource.clone()), Vec::<String>::new(), "{resource}");
		}
	}

	#[test]
	fn contained_dates_count_only_alone() {
		let contained = json!([{ "resourceType": "Observation", "effectiveDateTime": "2020" }]);
		assert_eq!(found(json!({ "contained": contained })).len(), 1);
		assert_eq!(found(json!({ "contained": contained, "issued": "2021" })), ["issued 2021"]);
	}

	#[test]
	fn placeholders_are_told() {
		let judge = Judge::new(TODAY, Some("1970-02"));
		for (date, why) in [
			("1900-01-01", Ignored::Placeholder),
			("1900-01-01T00:00:00Z", Ignored::Placeholder),
			("0001-01-01T00:00:00", Ignored::Placeholder),
			("1900", Ignored::Placeholder),
			("1900-01", Ignored::Placeholder),
			("0001", Ignored::Before1900),
			("0000", Ignored::Placeholder),
			("9999-12-31", Ignored::TooFarAhead),
			("2999-12-31", Ignored::TooFarAhead),
			("9999", Ignored::TooFarAhead),
			("2099-12-31T23:59:59Z", Ignored::TooFarAhead),
			("1969-12-31", Ignored::BeforeBirth),
			("1899-01-01", Ignored::Before1900),
			("2026-13-01", Ignored::Unreadable),
			("2026-02-32", Ignored::Unreadable),
			("12.03.2026", Ignored::Unreadable),
		] {
			assert_eq!(judge.months(date), Err(why), "{date}");
		}
		assert_eq!(judge.months("2036-11"), Ok(Months::one(month(2036, 11))), "the limit");
		assert_eq!(judge.months("2036-12"), Err(Ignored::TooFarAhead));
		assert_eq!(judge.months("1970-02-01"), Ok(Months::one(month(1970, 2))));
		assert_eq!(
			judge.months("1970"),
			Ok(Months { first: month(1970, 2), last: month(1970, 12) }),
			"the year of birth begins with the birth"
		);
	}

	#[test]
	fn a_wrong_birth_date_excludes_nothing() {
		for birth in ["2999-01-01", "1900-01-01", "soon"] {
			assert!(Judge::new(TODAY, Some(birth)).months("1950-05").is_ok());
		}
	}

	proptest! {
		#[test]
		fn foreign_text_never_panics(text in ".*", digits in "[0-9T:+ -]{0,24}") {
			for text in [&text, &digits] {
				let _ = Judge::new(TODAY, Some(text)).months(text);
			}
		}

		#[test]
		fn what_counts_is_in_order(date in "[12][0-9]{3}(-[01][0-9](-[0-3][0-9])?)?") {
			if let Ok(months) = Judge::new(TODAY, Some("1970-02")).months(&date) {
				prop_assert!(months.first <= months.last);
			}
		}
	}
}
