//! Months of service, moments and durations.

use crate::{Join, Speech};
use vouchsafe_primitives::{Moment, ServiceMonth};

/// The messages of the months' names.
pub(crate) const MONTHS: [&str; 12] = [
	"month-1", "month-2", "month-3", "month-4", "month-5", "month-6", "month-7", "month-8",
	"month-9", "month-10", "month-11", "month-12",
];

const DAY: u64 = 86_400;
const HOUR: u64 = 3_600;
const MINUTE: u64 = 60;

/// A day in the Gregorian calendar, UTC.
struct Calendar {
	year: u64,
	/// From 0.
	month: u64,
	day: u64,
}

impl Calendar {
	/// After Howard Hinnant's `civil_from_days`. It is exact for every moment there can be.
	fn of(moment: Moment) -> Self {
		let days = moment / DAY + 719_468; // since 0000-03-01
		let (era, day_of_era) = (days / 146_097, days % 146_097);
		let year_of_era =
			(day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
		let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
		// Months from March on, because the leap day is then the last day of the year.
		let from_march = (5 * day_of_year + 2) / 153;
		let day = day_of_year - (153 * from_march + 2) / 5 + 1;
		let month = (from_march + 2) % 12;
		let year = era * 400 + year_of_era + u64::from(month < 2);
		Self { year, month, day }
	}
}

impl Speech {
	/// The name of a month, counted from 0.
	pub(crate) fn month_name(&self, month: u64) -> String {
		let id = usize::try_from(month).ok().and_then(|month| MONTHS.get(month));
		id.map(|id| self.text(id)).unwrap_or_default()
	}

	/// The time of a moment: "14:05", with its seconds unless they are 0.
	fn time_at(&self, moment: Moment) -> String {
		let [hour, minute, second] = [moment % DAY / HOUR, moment % HOUR / MINUTE, moment % MINUTE]
			.map(|it| format!("{it:02}"));
		match moment % MINUTE {
			0 => self.time(hour, minute),
			_ => self.time_with_seconds(hour, minute, second),
		}
	}

	/// A month of service: "November 2026".
	pub fn month(&self, month: ServiceMonth) -> String {
		let month = u64::from(month);
		self.month_of_year(self.month_name(month % 12), (1_900 + month / 12).to_string())
	}

	/// A moment: "21 November 2026 at 14:05 UTC", with its seconds unless they are 0.
	pub fn moment(&self, moment: Moment) -> String {
		let Calendar { year, month, day } = Calendar::of(moment);
		let time = self.time_at(moment);
		self.moment_on(day.to_string(), self.month_name(month), year.to_string(), time)
	}

	/// The same, without the date if it is today's.
	pub fn moment_near(&self, moment: Moment, now: Moment) -> String {
		if moment / DAY == now / DAY {
			self.time_of_day(self.time_at(moment))
		} else {
			self.moment(moment)
		}
	}

	/// A duration: "30 days", "1 hour and 30 minutes".
	pub fn duration(&self, seconds: u64) -> String {
		let (days, hours) = (seconds / DAY, seconds % DAY / HOUR);
		let (minutes, seconds) = (seconds % HOUR / MINUTE, seconds % MINUTE);
		let mut parts = Vec::new();
		if days > 0 {
			parts.push(self.days(days));
		}
		if hours > 0 {
			parts.push(self.hours(hours));
		}
		if minutes > 0 {
			parts.push(self.minutes(minutes));
		}
		if seconds > 0 || parts.is_empty() {
			parts.push(self.seconds(seconds));
		}
		self.list(Join::And, &parts)
	}
}
