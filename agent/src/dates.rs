//! Months of service and moments, as people read them.

use chrono::{DateTime, Datelike, TimeZone, Utc};

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

/// A moment as `2026-11-21 14:05 UTC`.
pub fn show_moment(moment: u64) -> String {
	to_utc(moment).format("%Y-%m-%d %H:%M UTC").to_string()
}

/// A moment with its seconds.
pub fn show_moment_exactly(moment: u64) -> String {
	to_utc(moment).format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
	use super::*;

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
