//! Months of service and moments, as people read them.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone, Timelike, Utc};

pub use vouchsafe_fhir::dates::month_index;

/// The month as `2026-11`.
pub fn show_month(month: u16) -> String {
	format!("{:04}-{:02}", 1900 + u32::from(month) / 12, month % 12 + 1)
}

/// First and last month as a period.
pub fn show_period(first: u16, last: u16) -> String {
	if first == last {
		show_month(first)
	} else {
		format!("{} to {}", show_month(first), show_month(last))
	}
}

/// The month of a moment, UTC.
pub fn month_of_moment(moment: u64) -> u16 {
	let date = to_utc(moment);
	u16::try_from(date.year())
		.ok()
		.zip(u16::try_from(date.month()).ok())
		.and_then(|(year, month)| month_index(year, month))
		.unwrap_or(0)
}

/// A moment for the calendar. One beyond it is the calendar's last.
pub fn to_utc(moment: u64) -> DateTime<Utc> {
	i64::try_from(moment)
		.ok()
		.and_then(|seconds| Utc.timestamp_opt(seconds, 0).single())
		.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

// By hand: the library's patterns would be a hundredth of the wallet's core.

/// A moment's day as `2026-11-21`, UTC.
pub fn show_day(moment: u64) -> String {
	let date = to_utc(moment);
	let sign = if date.year() > 9999 { "+" } else { "" };
	format!("{sign}{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
}

/// The first second of a day such as `2026-11-21`, UTC.
pub fn start_of_day(day: &str) -> Option<u64> {
	let (year, rest) = day.split_once('-')?;
	let (month, day) = rest.split_once('-')?;
	let date = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
	u64::try_from(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp()).ok()
}

/// A moment as `2026-11-21 14:05 UTC`.
pub fn show_moment(moment: u64) -> String {
	let time = to_utc(moment);
	format!("{} {:02}:{:02} UTC", show_day(moment), time.hour(), time.minute())
}

/// A moment with its seconds.
pub fn show_moment_exactly(moment: u64) -> String {
	let time = to_utc(moment);
	let (hour, minute, second) = (time.hour(), time.minute(), time.second());
	format!("{} {hour:02}:{minute:02}:{second:02} UTC", show_day(moment))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn days_and_moments_are_shown_as_the_library_does() {
		for moment in [0, 86_399, 951_782_400, 1_795_269_905, 253_402_300_800, u64::MAX] {
			let date = to_utc(moment);
			assert_eq!(show_day(moment), date.format("%Y-%m-%d").to_string());
			assert_eq!(show_moment(moment), date.format("%Y-%m-%d %H:%M UTC").to_string());
			let exactly = date.format("%Y-%m-%d %H:%M:%S UTC").to_string();
			assert_eq!(show_moment_exactly(moment), exactly);
		}
		assert_eq!(start_of_day("2026-11-21"), Some(1_795_219_200));
		assert_eq!(show_day(1_795_219_200), "2026-11-21");
		for wrong in ["", "2026-11", "2026-02-30", "1969-12-31", "2026-11-21-01", "today"] {
			assert_eq!(start_of_day(wrong), None, "{wrong}");
		}
	}

	#[test]
	fn months_are_counted_from_1900() {
		assert_eq!(month_index(1900, 1), Some(0));
		assert_eq!(month_index(2026, 11), Some(1522));
		assert_eq!(show_month(1522), "2026-11");
		assert_eq!(month_index(1899, 12), None);
		assert_eq!(month_index(2026, 13), None);
	}

	#[test]
	fn moments_are_shown_in_utc() {
		assert_eq!(show_moment(1_798_675_200), "2026-12-31 00:00 UTC");
		assert_eq!(show_moment_exactly(1_798_675_201), "2026-12-31 00:00:01 UTC");
		assert_eq!(month_of_moment(1_798_675_199), 1523);
		assert_eq!(show_period(1522, 1523), "2026-11 to 2026-12");
		assert!(show_moment(u64::MAX).ends_with("UTC"));
	}
}
