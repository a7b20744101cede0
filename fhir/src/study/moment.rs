//! Days and moments: ages at the reference date, and which of two observations is later.

use crate::dates;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
	year: u16,
	month: u16,
	day: u16,
}

impl Day {
	/// Reads a date that has a day; `None` if the calendar has no such day.
	pub fn read(text: &str) -> Option<Self> {
		let is_date = text.len() == 10;
		is_date.then(|| Self::first_of(text))?
	}

	/// Reads a date or date-time. Without month or day, it is the first one of the year or month.
	pub fn first_of(text: &str) -> Option<Self> {
		let (year, month, day) = dates::parse(text.trim())?;
		let (month, day) = (month.unwrap_or(1), day.unwrap_or(1));
		let is_day = year > 0 && (1..=days_of(year, month)?).contains(&day);
		is_day.then_some(Self { year, month, day })
	}

	/// The age in whole years of somebody who was born on this day; `None` before the birth.
	pub fn age_at(self, reference: Self) -> Option<u32> {
		if reference < self {
			return None;
		}
		let years = reference.year.saturating_sub(self.year);
		let is_before_birthday = (reference.month, reference.day) < (self.month, self.day);
		Some(u32::from(years.saturating_sub(u16::from(is_before_birthday))))
	}

	/// Days since the first of January of the year 1.
	fn number(self) -> i64 {
		let years = i64::from(self.year).saturating_sub(1);
		let leap_days = (years / 4).saturating_sub(years / 100).saturating_add(years / 400);
		let months = (1..self.month).filter_map(|month| days_of(self.year, month));
		let months = months.map(i64::from).fold(0, i64::saturating_add);
		let before = years.saturating_mul(365).saturating_add(leap_days);
		before.saturating_add(months).saturating_add(i64::from(self.day).saturating_sub(1))
	}
}

/// How many days a month has; `None` if there is no such month.
fn days_of(year: u16, month: u16) -> Option<u16> {
	let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
	Some(match month {
		4 | 6 | 9 | 11 => 30,
		2 if is_leap => 29,
		2 => 28,
		1..=12 => 31,
		_ => return None,
	})
}

/// A FHIR date-time in milliseconds, in UTC. A date is its beginning; a time without a zone is UTC.
pub fn moment_of(text: &str) -> Option<i64> {
	let text = text.trim();
	let day = Day::first_of(text)?.number().saturating_mul(24 * 60 * 60 * 1000);
	let time = text.get(11..).and_then(milliseconds_of).unwrap_or(0);
	Some(day.saturating_add(time))
}

/// `hh:mm:ss.fff+hh:mm` in milliseconds after midnight in UTC.
fn milliseconds_of(time: &str) -> Option<i64> {
	let minutes = |text: &str| -> Option<i64> {
		let (hours, minutes) = (number(text.get(0..2)?)?, number(text.get(3..5)?)?);
		Some(hours.saturating_mul(60).saturating_add(minutes))
	};
	let zone = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
	let (clock, zone) = time.split_at_checked(zone)?;
	let offset = match zone.split_at_checked(1) {
		Some(("+", zone)) => minutes(zone)?,
		Some(("-", zone)) => minutes(zone)?.saturating_neg(),
		_ => 0,
	};
	let seconds = clock.get(6..8).and_then(number).unwrap_or(0);
	let fraction = clock.get(9..).unwrap_or_default();
	let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
	let minutes = minutes(clock)?.saturating_sub(offset);
	let seconds = minutes.saturating_mul(60).saturating_add(seconds);
	Some(seconds.saturating_mul(1000).saturating_add(number(&thousandths)?))
}

fn number(digits: &str) -> Option<i64> {
	digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn ages_are_whole_years_at_the_reference_date() {
		let age =
			|birth: &str, at: &str| Day::first_of(birth).unwrap().age_at(Day::read(at).unwrap());
		assert_eq!(age("1980-06-15", "2026-06-14"), Some(45));
		assert_eq!(age("1980-06-15", "2026-06-15"), Some(46));
		assert_eq!(age("2000-02-29", "2026-02-28"), Some(25));
		assert_eq!(age("2000-02-29", "2026-03-01"), Some(26));
		assert_eq!(age("1980", "2026-01-01"), Some(46));
		assert_eq!(age("1980-06", "2026-05-31"), Some(45));
		assert_eq!(age("2026-01-01", "2026-01-01"), Some(0));
		assert_eq!(age("2026-01-02", "2026-01-01"), None);
	}

	#[test]
	fn only_days_of_the_calendar_are_dates() {
		for wrong in ["2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "0000-01-01", "2026"]
		{
			assert_eq!(Day::read(wrong), None, "{wrong}");
		}
		assert!(Day::read("2024-02-29").is_some());
		assert_eq!(Day::first_of("yesterday"), None);
	}

	#[test]
	fn moments_are_compared_across_time_zones() {
		let later = |one: &str, other: &str| {
			assert!(moment_of(one).unwrap() > moment_of(other).unwrap(), "{one} {other}");
		};
		later("2020-01-01T00:30:00-05:00", "2020-01-01T05:00:00Z");
		later("2020-01-01T12:00:00+01:00", "2020-01-01T12:00:00+02:00");
		later("2020-01-01T12:00:00.5Z", "2020-01-01T12:00:00.499Z");
		later("2020-03-01", "2020-02-29T23:59:59Z");
		later("2021", "2020-12-31T23:00:00Z");
		later("2020-01-01T10:00", "2020-01-01");
		assert_eq!(moment_of("2020-01-01T05:00:00Z"), moment_of("2020-01-01T00:00:00-05:00"));
		assert_eq!(moment_of("1970-01-01").map(|it| it / 86_400_000), Some(719_162));
	}

	proptest! {
		#[test]
		fn any_text_is_read_without_panic(text in ".{0,40}", time in "[0-9:.+Zz-]{0,24}") {
			let _ = moment_of(&text);
			let _ = moment_of(&format!("2020-01-01T{time}"));
			let _ = Day::first_of(&text);
		}
	}
}
