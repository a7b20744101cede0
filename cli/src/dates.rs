//! Months of service and moments, as people write them on the command line.

use anyhow::{bail, Context, Result};
use chrono::{DateTime, Days, Local, Months, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use vouchsafe_agent::dates::to_utc;
use vouchsafe_fhir::dates::months_of;

pub use vouchsafe_agent::dates::{
	month_of_moment, show_moment, show_moment_exactly, show_month, show_period,
};
pub use vouchsafe_client::signing::now;

/// Reads months given on the command line: `2026-11`, or a year for its twelve months.
pub fn parse_months(text: &str) -> Result<(u16, u16)> {
	match (text.len(), months_of(text)) {
		(4 | 7, Some(months)) => Ok((months.first, months.last)),
		_ => bail!("“{text}” is not a month; write it as 2026-11"),
	}
}

/// Reads a month given on the command line: `2026-11`, or a year for its first month.
pub fn parse_month(text: &str) -> Result<u16> {
	match (text.len(), months_of(text)) {
		(4 | 7, Some(months)) => Ok(months.first),
		_ => bail!("“{text}” is not a month; write it as 2026-11"),
	}
}

/// Reads a last month: `2026-11`, or a year for its last month.
pub fn parse_last_month(text: &str) -> Result<u16> {
	match (text.len(), months_of(text)) {
		(4 | 7, Some(months)) => Ok(months.last),
		_ => bail!("“{text}” is not a month; write it as 2026-11"),
	}
}

/// A span: `90s`, `10m`, `12h`, `30d`, `6w`.
pub fn parse_duration(text: &str) -> Result<u64> {
	let wrong = || format!("“{text}” is not a span of time; write it as 30d, 12h, 10m or 90s");
	let unit = text.chars().last().with_context(wrong)?;
	let seconds = match unit {
		's' => 1,
		'm' => 60,
		'h' => 3_600,
		'd' => 86_400,
		'w' => 604_800,
		_ => bail!(wrong()),
	};
	let digits = &text[..text.len() - unit.len_utf8()];
	// The number type's own parser takes a sign, too.
	let number = digits.parse().ok().filter(|_| digits.bytes().all(|it| it.is_ascii_digit()));
	let number: u64 = number.with_context(wrong)?;
	let span = number.checked_mul(seconds).with_context(wrong)?;
	if span == 0 {
		bail!(wrong());
	}
	Ok(span)
}

/// Moments further ahead than this are mistakes.
const MOST_YEARS_AHEAD: u64 = 150;

/// Reads a moment from which something begins: a date (its first second), a date and time, seconds
/// since 1970 as `@1700000000`, or a span from `now` on as `+30d` (`+6months` and `+1year` by the
/// calendar). Without a time zone, the zone of this machine is used (`TZ`).
pub fn parse_moment(text: &str, now: u64) -> Result<u64> {
	read_moment(text, now, &Local, 0)
}

/// Reads a moment until which something lasts. A date is that whole day, so that the end is the
/// first second of the day after it. Anything else is read as by [`parse_moment`].
pub fn parse_end(text: &str, now: u64) -> Result<u64> {
	read_moment(text, now, &Local, 1)
}

/// Reads a moment that is past: a span such as `30d` or `2h` ago, or anything that [`parse_moment`]
/// reads.
pub fn parse_past(text: &str, now: u64) -> Result<u64> {
	let moment = match parse_duration(text) {
		Ok(span) => now.checked_sub(span),
		Err(_) => parse_moment(text, now).ok(),
	};
	moment.filter(|moment| *moment <= now).with_context(|| {
		format!(
			"“{text}” is not a past moment; write it as 2026-01-15, 2026-01-15T18:00, or 30d for 30 days ago"
		)
	})
}

/// Reads a moment; a date is the first second of the day that comes `days` later.
fn read_moment<Z: TimeZone>(text: &str, now: u64, zone: &Z, days: u64) -> Result<u64> {
	let wrong =
		|| format!("“{text}” is not a moment; write it as 2026-12-31, 2026-12-31T18:00 or +30d");
	let moment = if let Some(seconds) = text.strip_prefix('@') {
		seconds.parse().ok()
	} else if let Some(span) = text.strip_prefix('+') {
		let months = |unit: &str, factor: u32| -> Option<u64> {
			let number: u32 = span.strip_suffix(unit)?.parse().ok()?;
			let date = to_utc(now).checked_add_months(Months::new(number.checked_mul(factor)?))?;
			u64::try_from(date.timestamp()).ok()
		};
		let calendar = months("months", 1)
			.or_else(|| months("month", 1))
			.or_else(|| months("years", 12))
			.or_else(|| months("year", 12));
		match calendar {
			Some(moment) => Some(moment),
			None => now.checked_add(parse_duration(span)?),
		}
	} else if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
		let day = date.checked_add_days(Days::new(days)).with_context(wrong)?;
		day.and_hms_opt(0, 0, 0).and_then(|time| in_zone(time, zone))
	} else if let Ok(time) = DateTime::parse_from_rfc3339(text) {
		u64::try_from(time.timestamp()).ok()
	} else if let Ok(time) = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z") {
		u64::try_from(time.timestamp()).ok()
	} else if let Some(time) = text.strip_suffix('Z').and_then(read_time) {
		u64::try_from(time.and_utc().timestamp()).ok()
	} else {
		read_time(text).and_then(|time| in_zone(time, zone))
	};
	let moment = moment.with_context(wrong)?;
	let most = now.saturating_add(MOST_YEARS_AHEAD * 366 * 86_400);
	if moment > most {
		bail!(
			"“{text}” is more than {MOST_YEARS_AHEAD} years ahead. After @ write seconds since 1970, \
			 not milliseconds"
		);
	}
	Ok(moment)
}

fn read_time(text: &str) -> Option<NaiveDateTime> {
	["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
		.iter()
		.find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

/// A time of day in a zone. If clocks show it twice it is the first; if they skip it, an hour later.
fn in_zone<Z: TimeZone>(time: NaiveDateTime, zone: &Z) -> Option<u64> {
	let later = || time.checked_add_signed(TimeDelta::hours(1));
	let found = zone
		.from_local_datetime(&time)
		.earliest()
		.or_else(|| zone.from_local_datetime(&later()?).earliest())?;
	u64::try_from(found.timestamp()).ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use chrono::Utc;
	use proptest::prelude::*;

	#[test]
	fn a_year_is_its_twelve_months() {
		assert_eq!(parse_months("2020").unwrap(), (1440, 1451));
		assert_eq!(parse_months("2020-02").unwrap(), (1441, 1441));
		assert!(parse_months("2020-02-01").is_err());
	}

	#[test]
	fn moments_are_read() {
		let now = 1_700_000_000;
		let read = |text: &str| read_moment(text, now, &Utc, 0);
		assert_eq!(read("2026-12-31").unwrap(), 1_798_675_200);
		assert_eq!(read("2026-12-31T01:00+01:00").unwrap(), 1_798_675_200);
		assert_eq!(read("2026-12-31T01:00:00+01:00").unwrap(), 1_798_675_200);
		assert_eq!(read("2026-12-31T00:00Z").unwrap(), 1_798_675_200);
		assert_eq!(read("2026-12-31 00:00").unwrap(), 1_798_675_200);
		assert_eq!(read("+30d").unwrap(), now + 30 * 86_400);
		assert_eq!(read("+1year").unwrap(), now + 366 * 86_400);
		assert_eq!(read("@5").unwrap(), 5);
		assert!(read("soon").is_err());
		assert!(read("+0d").is_err() && read("++1d").is_err());
	}

	#[test]
	fn a_day_as_an_end_is_the_whole_day() {
		let now = 1_700_000_000;
		let midnight_after = 1_798_675_200 + 86_400;
		assert_eq!(read_moment("2026-12-31", now, &Utc, 1).unwrap(), midnight_after);
		// An end in the middle of a day stays as it is.
		assert_eq!(read_moment("2026-12-31 18:00", now, &Utc, 1).unwrap(), 1_798_740_000);
		assert_eq!(read_moment("+30d", now, &Utc, 1).unwrap(), now + 30 * 86_400);
	}

	#[test]
	fn without_a_zone_the_persons_own_is_meant() {
		let jakarta = chrono::FixedOffset::east_opt(7 * 3_600).unwrap();
		let read = |text: &str| read_moment(text, 1_700_000_000, &jakarta, 1).unwrap();
		assert_eq!(read("2026-12-31T18:00"), 1_798_740_000 - 7 * 3_600);
		assert_eq!(read("2026-12-31"), 1_798_761_600 - 7 * 3_600);
		assert_eq!(read("2026-12-31T18:00:00Z"), 1_798_740_000);
	}

	#[test]
	fn a_span_before_now_is_past() {
		let now = 1_700_000_000;
		for (text, seconds) in [("30d", 30 * 86_400), ("2h", 7_200), ("6w", 6 * 604_800), ("1s", 1)]
		{
			assert_eq!(parse_past(text, now).unwrap(), now - seconds, "{text}");
		}
		assert_eq!(parse_past("@1699999999", now).unwrap(), now - 1);
		assert_eq!(parse_past("@1700000000", now).unwrap(), now);
		assert_eq!(parse_past("2023-11-14T00:00Z", now).unwrap(), 1_699_920_000);
		for wrong in
			["@1700000001", "+1s", "+30d", "2150-01-01", "0d", "-30d", "soon", "", "9999999w"]
		{
			let said = parse_past(wrong, now).unwrap_err().to_string();
			assert!(said.contains("not a past moment") && said.contains("30d"), "{said}");
		}
	}

	#[test]
	fn milliseconds_are_refused() {
		let said = parse_end("@1798761600000", 1_700_000_000).unwrap_err().to_string();
		assert!(said.contains("seconds since 1970"), "{said}");
		assert!(parse_end("9999-12-31", 1_700_000_000).is_err());
		assert!(parse_end("2150-01-01", 1_700_000_000).is_ok());
	}

	proptest! {
		#[test]
		fn foreign_text_never_panics(text in ".*") {
			let _ = parse_month(&text);
			let _ = parse_months(&text);
			let _ = parse_moment(&text, 0);
			let _ = parse_end(&text, 0);
			let _ = parse_past(&text, 0);
			let _ = parse_duration(&text);
		}

		#[test]
		fn a_month_round_trips(month in 0u16..2400) {
			prop_assert_eq!(parse_month(&show_month(month)).unwrap(), month);
		}
	}
}
