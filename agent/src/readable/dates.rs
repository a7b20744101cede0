//! FHIR's dates, in the precision that they have.

use vouchsafe_speech::Speech;

/// A date, date-time or instant. The time is that of its own time zone: the time at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Date {
	year: u16,
	month: Option<u16>,
	day: Option<u16>,
	time: Option<String>,
}

impl Date {
	/// Reads it; `None` if the text is not a date, or is one that programs write if they know none.
	pub(super) fn read(text: &str) -> Option<Self> {
		let (date, time) = match text.split_once(['T', ' ']) {
			Some((date, time)) => (date, Some(time)),
			None => (text, None),
		};
		let mut parts = date.split('-');
		let year = number(parts.next()?, 4)?;
		let month = parts.next().map(|it| number(it, 2)).map_or(Some(None), |it| it.map(Some))?;
		let day = parts.next().map(|it| number(it, 2)).map_or(Some(None), |it| it.map(Some))?;
		let is_within = |part: Option<u16>, most| part.is_none_or(|it| (1..=most).contains(&it));
		let is_date = parts.next().is_none() && is_within(month, 12) && is_within(day, 31);
		if !is_date || time.is_some() && day.is_none() {
			return None;
		}
		let time = match time {
			Some(time) => Some(read_time(time)?),
			None => None,
		};
		let time = time.filter(|time| time != "00:00");
		let is_placeholder = year < 1000 || matches!((year, month, day), (1900, Some(1), Some(1)));
		(!is_placeholder).then_some(Self { year, month, day, time })
	}

	/// The date without its time.
	pub(super) fn day(self) -> Self {
		Self { time: None, ..self }
	}

	/// For machines: `2026-11-21T14:05`.
	pub(super) fn machine(&self) -> String {
		let mut text = format!("{:04}", self.year);
		for part in [self.month, self.day].into_iter().flatten() {
			text += &format!("-{part:02}");
		}
		if let Some(time) = &self.time {
			text += &format!("T{time}");
		}
		text
	}

	/// For people.
	pub(super) fn say(&self, speech: &Speech) -> String {
		speech.document_date(self.year, self.month, self.day, self.time.as_deref())
	}
}

fn number(text: &str, digits: usize) -> Option<u16> {
	let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
	is_number.then(|| text.parse().ok())?
}

/// Hours and minutes of `14:05:30.123+01:00`.
fn read_time(text: &str) -> Option<String> {
	let time = text.get(..5)?;
	let (hours, minutes) = time.split_once(':')?;
	let is_time = number(hours, 2)? < 24 && number(minutes, 2)? < 60;
	let rest = text.get(5..)?;
	let is_end =
		rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | '+' | '-' | 'Z'));
	(is_time && is_end).then(|| time.to_owned())
}

/// A period as people read it. The second date is said without its day if that is the first one's.
pub(super) fn period(speech: &Speech, from: Option<Date>, to: Option<Date>) -> Option<String> {
	let to = match (&from, to) {
		(Some(from), Some(to)) if from.clone().day() == to.clone().day() => {
			match (&from.time, &to.time) {
				(Some(start), Some(end)) if start != end => Some(end.clone()),
				_ => Some(from.say(speech)),
			}
		},
		(_, to) => to.map(|it| it.say(speech)),
	};
	speech.document_period(from.map(|it| it.say(speech)), to)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn said(text: &str) -> Option<String> {
		Date::read(text).map(|it| it.say(&Speech::english()))
	}

	#[test]
	fn dates_keep_their_precision() {
		for (text, date) in [
			("2017", "2017"),
			("2017-02", "February 2017"),
			("2017-02-07", "7 February 2017"),
			("2017-02-07T14:05:41+01:00", "7 February 2017 at 14:05"),
			("2017-02-07T14:05:41.123Z", "7 February 2017 at 14:05"),
			("2017-02-07T00:00:00Z", "7 February 2017"),
		] {
			assert_eq!(said(text).as_deref(), Some(date), "{text}");
		}
		for text in [
			"",
			"17",
			"20177",
			"2017-2",
			"2017-13",
			"2017-02-32",
			"2017-02-07T25:00",
			"2017T10:00",
			"2017-02-07 today",
			"1900-01-01",
			"0001-01-01",
			"2017-01-01-01",
			"٢٠١٧",
		] {
			assert_eq!(said(text), None, "{text}");
		}
	}

	#[test]
	fn periods_do_not_repeat_themselves() {
		let speech = Speech::english();
		let said = |from: &str, to: &str| period(&speech, Date::read(from), Date::read(to));
		assert_eq!(
			said("2017-02-07T14:05:00Z", "2017-02-07T15:10:00Z").unwrap(),
			"7 February 2017 at 14:05 to 15:10"
		);
		assert_eq!(said("2017-02-07", "2017-02-07").unwrap(), "7 February 2017");
		assert_eq!(said("2017-02-07", "2017-03").unwrap(), "7 February 2017 to March 2017");
		assert_eq!(said("2017", "").unwrap(), "since 2017");
		assert_eq!(said("", "2017").unwrap(), "until 2017");
		assert_eq!(said("", ""), None);
	}
}
