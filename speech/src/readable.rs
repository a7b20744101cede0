//! The words of readable documents: headings and labels, the meaning of codes from FHIR's closed
//! lists, and dates, periods, ranges and frequencies in them.

use crate::Speech;

macro_rules! words {
	($($name:ident = $id:literal,)+) => {
		/// A heading, a label or a fixed value in a readable document.
		#[derive(Clone, Copy, Debug, PartialEq, Eq)]
		pub enum DocumentWord {
			$(#[doc = concat!("The message `", $id, "`.")] $name,)+
		}

		impl DocumentWord {
			const fn id(self) -> &'static str {
				match self {
					$(Self::$name => $id,)+
				}
			}
		}

		/// The ids of these messages.
		#[cfg(test)]
		pub(crate) const WORDS: &[&str] = &[$($id),+];
	};
}

words! {
	Allergies = "doc-allergies",
	Problems = "doc-problems",
	Medication = "doc-medication",
	Reports = "doc-reports",
	Results = "doc-results",
	Vaccinations = "doc-vaccinations",
	Visits = "doc-visits",
	Procedures = "doc-procedures",
	Plans = "doc-plans",
	Goals = "doc-goals",
	Images = "doc-images",
	Documents = "doc-documents",
	Bills = "doc-bills",
	Insurance = "doc-insurance",
	Family = "doc-family",
	Devices = "doc-devices",
	Wishes = "doc-wishes",
	Questionnaires = "doc-questionnaires",
	Others = "doc-others",
	People = "doc-people",

	What = "doc-what",
	Name = "doc-name",
	Patient = "doc-patient",
	Born = "doc-born",
	Died = "doc-died",
	Sex = "doc-sex",
	Language = "doc-language",
	Contact = "doc-contact",
	Address = "doc-address",
	Number = "doc-number",
	Role = "doc-role",
	Reaction = "doc-reaction",
	Severity = "doc-severity",
	Risk = "doc-risk",
	Group = "doc-group",
	Status = "doc-status",
	Certainty = "doc-certainty",
	Stage = "doc-stage",
	Since = "doc-since",
	Until = "doc-until",
	Last = "doc-last",
	Recorded = "doc-recorded",
	When = "doc-when",
	Where = "doc-where",
	Who = "doc-who",
	To = "doc-to",
	Kind = "doc-kind",
	BodySite = "doc-body-site",
	Method = "doc-method",
	Dose = "doc-dose",
	Amount = "doc-amount",
	Supply = "doc-supply",
	Reason = "doc-reason",
	Valid = "doc-valid",
	NotToBeDone = "doc-not-to-be-done",
	Form = "doc-form",
	Ingredients = "doc-ingredients",
	Lot = "doc-lot",
	Manufacturer = "doc-manufacturer",
	Against = "doc-against",
	DoseNumber = "doc-dose-number",
	Value = "doc-value",
	Range = "doc-range",
	Meaning = "doc-meaning",
	Conclusion = "doc-conclusion",
	Diagnosis = "doc-diagnosis",
	Discharge = "doc-discharge",
	Outcome = "doc-outcome",
	Complications = "doc-complications",
	FollowUp = "doc-follow-up",
	Measures = "doc-measures",
	Progress = "doc-progress",
	Target = "doc-target",
	PicturesCount = "doc-pictures-count",
	File = "doc-file",
	Bill = "doc-bill",
	Settlement = "doc-settlement",
	From = "doc-from",
	Insurer = "doc-insurer",
	Total = "doc-total",
	Paid = "doc-paid",
	Holder = "doc-holder",
	Conditions = "doc-conditions",
	Question = "doc-question",
	Answer = "doc-answer",
	Note = "doc-note",
	Further = "doc-further",
	Yes = "doc-yes",
	No = "doc-no",
	Unnamed = "doc-unnamed",
	AsNeeded = "doc-as-needed",
	Nothing = "doc-nothing",
	Wrong = "doc-wrong",
	WrongTitle = "doc-wrong-title",
}

/// The codes with a word, as `GROUP-CODE`. Each has a message `doc-GROUP-CODE`.
pub(crate) const CODES: &[&str] = &[
	"status-active",
	"status-recurrence",
	"status-relapse",
	"status-inactive",
	"status-remission",
	"status-resolved",
	"status-unconfirmed",
	"status-provisional",
	"status-differential",
	"status-confirmed",
	"status-refuted",
	"status-entered-in-error",
	"status-registered",
	"status-partial",
	"status-preliminary",
	"status-final",
	"status-amended",
	"status-corrected",
	"status-appended",
	"status-cancelled",
	"status-preparation",
	"status-in-progress",
	"status-not-done",
	"status-on-hold",
	"status-stopped",
	"status-completed",
	"status-draft",
	"status-revoked",
	"status-planned",
	"status-arrived",
	"status-onleave",
	"status-finished",
	"status-intended",
	"status-not-taken",
	"status-proposed",
	"status-accepted",
	"status-rejected",
	"status-improving",
	"status-worsening",
	"status-no-change",
	"status-achieved",
	"status-sustaining",
	"status-not-achieved",
	"status-no-progress",
	"status-not-attainable",
	"status-available",
	"status-current",
	"status-superseded",
	"status-pending",
	"status-booked",
	"status-fulfilled",
	"status-noshow",
	"status-issued",
	"status-balanced",
	"risk-low",
	"risk-high",
	"severity-mild",
	"severity-moderate",
	"severity-severe",
	"allergen-food",
	"allergen-medication",
	"allergen-environment",
	"allergen-biologic",
	"meaning-N",
	"meaning-A",
	"meaning-AA",
	"meaning-H",
	"meaning-HH",
	"meaning-HU",
	"meaning-L",
	"meaning-LL",
	"meaning-LU",
	"meaning-POS",
	"meaning-NEG",
	"meaning-IND",
	"meaning-DET",
	"meaning-ND",
	"meaning-S",
	"meaning-I",
	"meaning-R",
	"visit-AMB",
	"visit-EMER",
	"visit-FLD",
	"visit-HH",
	"visit-IMP",
	"visit-ACUTE",
	"visit-NONAC",
	"visit-OBSENC",
	"visit-PRENC",
	"visit-SS",
	"visit-VR",
	"time-BID",
	"time-TID",
	"time-QID",
	"time-QD",
	"time-QOD",
	"time-AM",
	"time-PM",
	"time-HS",
	"time-BED",
	"time-WAKE",
	"time-MORN",
	"time-AFT",
	"time-EVE",
	"time-NIGHT",
	"time-AC",
	"time-ACM",
	"time-ACD",
	"time-ACV",
	"time-C",
	"time-CM",
	"time-CD",
	"time-CV",
	"time-PC",
	"time-PCM",
	"time-PCD",
	"time-PCV",
	"time-mon",
	"time-tue",
	"time-wed",
	"time-thu",
	"time-fri",
	"time-sat",
	"time-sun",
	"sex-male",
	"sex-female",
	"sex-other",
	"bill-institutional",
	"bill-oral",
	"bill-pharmacy",
	"bill-professional",
	"bill-vision",
	"result-vital-signs",
	"result-laboratory",
	"result-imaging",
	"result-survey",
	"result-social-history",
	"result-exam",
	"result-procedure",
	"result-therapy",
	"result-activity",
];

/// A unit of time of FHIR's timings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
	/// `s`
	Second,
	/// `min`
	Minute,
	/// `h`
	Hour,
	/// `d`
	Day,
	/// `wk`
	Week,
	/// `mo`
	Month,
	/// `a`
	Year,
}

impl TimeUnit {
	/// The unit with this code of UCUM.
	pub fn of_code(code: &str) -> Option<Self> {
		Some(match code {
			"s" => Self::Second,
			"min" => Self::Minute,
			"h" => Self::Hour,
			"d" => Self::Day,
			"wk" => Self::Week,
			"mo" => Self::Month,
			"a" => Self::Year,
			_ => return None,
		})
	}
}

impl Speech {
	/// A heading or label.
	pub fn document_word(&self, word: DocumentWord) -> String {
		self.text(word.id())
	}

	/// The meaning of a code, if it has a word. The group says which list it is from: `status`, `risk`,
	/// `severity`, `allergen`, `meaning`, `visit`, `time`, `sex`, `bill` or `result`.
	pub fn document_code(&self, group: &str, code: &str) -> Option<String> {
		let id = format!("{group}-{code}");
		CODES.contains(&id.as_str()).then(|| self.text(&format!("doc-{id}")))
	}

	/// A date in the precision that it has: "2026", "November 2026", "21 November 2026", "21 November
	/// 2026 at 14:05". Month and day are counted from 1.
	pub fn document_date(
		&self,
		year: u16,
		month: Option<u16>,
		day: Option<u16>,
		time: Option<&str>,
	) -> String {
		let year = year.to_string();
		let Some(month) = month.and_then(|it| it.checked_sub(1)) else { return year };
		let month = self.month_name(u64::from(month));
		let Some(day) = day else { return self.month_of_year(month, year) };
		let date = self.doc_day(day.to_string(), month, year);
		match time {
			Some(time) => self.doc_day_at(date, time.to_owned()),
			None => date,
		}
	}

	/// A period of which an end may be missing: "1 May to 3 May", "since 1 May", "until 3 May".
	pub fn document_period(&self, from: Option<String>, to: Option<String>) -> Option<String> {
		Some(match (from, to) {
			(Some(from), Some(to)) if from == to => from,
			(Some(from), Some(to)) => self.doc_between(from, to),
			(Some(from), None) => self.doc_since_date(from),
			(None, Some(to)) => self.doc_until_date(to),
			(None, None) => return None,
		})
	}

	/// A range of values: "4.5 to 11", "at least 4.5", "at most 11".
	pub fn document_range(&self, low: Option<String>, high: Option<String>) -> Option<String> {
		Some(match (low, high) {
			(Some(low), Some(high)) => self.doc_between(low, high),
			(Some(low), None) => self.doc_at_least(low),
			(None, Some(high)) => self.doc_at_most(high),
			(None, None) => return None,
		})
	}

	/// A number of units of time: "2 weeks".
	pub fn document_duration(&self, count: u32, unit: TimeUnit) -> String {
		match unit {
			TimeUnit::Second => self.seconds(count),
			TimeUnit::Minute => self.minutes(count),
			TimeUnit::Hour => self.hours(count),
			TimeUnit::Day => self.days(count),
			TimeUnit::Week => self.doc_weeks(count),
			TimeUnit::Month => self.doc_months(count),
			TimeUnit::Year => self.doc_years(count),
		}
	}

	/// How often: "twice a day", "every 3 hours", "2 times every 3 days".
	pub fn document_frequency(&self, often: u32, period: u32, unit: TimeUnit) -> String {
		match (often, period, unit) {
			(_, 1, TimeUnit::Hour) => self.doc_per_hour(often),
			(_, 1, TimeUnit::Day) => self.doc_per_day(often),
			(_, 1, TimeUnit::Week) => self.doc_per_week(often),
			(_, 1, TimeUnit::Month) => self.doc_per_month(often),
			(_, 1, TimeUnit::Year) => self.doc_per_year(often),
			(1, _, _) => self.doc_every(self.document_duration(period, unit)),
			_ => self.doc_often_every(often, self.document_duration(period, unit)),
		}
	}

	/// For how long: "for 2 weeks".
	pub fn document_for(&self, duration: String) -> String {
		self.doc_for(duration)
	}

	/// A medicine that is taken only for a reason: "as needed: pain".
	pub fn document_as_needed_for(&self, reason: String) -> String {
		self.doc_as_needed_for(reason)
	}

	/// A code without words: "code 123 of SNOMED CT", "code 123".
	pub fn document_bare_code(&self, code: String, system: Option<String>) -> String {
		match system {
			Some(system) => self.doc_code_of(code, system),
			None => self.doc_code(code),
		}
	}

	/// A value and what is to be known about it: "140 USD (paid)".
	pub fn document_remark(&self, text: String, remark: String) -> String {
		self.doc_remark(text, remark)
	}

	/// A label and its value in running text: "Dose: 1 tablet".
	pub fn document_labelled(&self, label: String, value: String) -> String {
		self.doc_labelled(label, value)
	}

	/// A decimal number that is written with a full stop, as this language writes it.
	pub fn document_number(&self, number: &str) -> String {
		number.replace('.', &self.doc_decimal_mark())
	}

	/// Values that are the same on several dates.
	pub fn document_times(&self, when: String, count: usize) -> String {
		self.doc_times(when, count)
	}

	/// Says that parts were left out.
	pub fn document_left_out(&self, count: usize) -> String {
		self.doc_left_out(count)
	}

	/// Says which entries are wrong.
	pub fn document_wrong(&self, titles: String) -> String {
		self.doc_wrong_entries(titles)
	}

	/// A file inside the document.
	pub fn document_file(&self, name: String) -> String {
		self.doc_file_inside(name)
	}
}
