//! What the page shows to practitioners, and what it asks for them.

use super::{Choice, Person, Proof, RecordLine};
use serde::{Deserialize, Serialize};

/// A practitioner's first screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Practice {
	/// What is proven.
	pub proof: Proof,
	/// For which institutions the practitioner acts, and as what: one person for each.
	pub acts_for: Vec<Person>,
	/// The patients of the own requests, and those whom the practitioner has named.
	pub patients: Vec<Person>,
	/// Own requests, the newest first.
	pub requests: Vec<OwnRequest>,
}

/// What became of an own request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum OwnRequestState {
	/// It waits for the patient's answer. This is proven.
	Waiting,
	/// It has expired.
	Expired,
	/// It was answered or withdrawn, by the custodians' word.
	Gone,
}

/// A request that the practitioner has made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OwnRequest {
	/// The patient.
	pub patient: Person,
	/// Its number.
	pub id: u32,
	/// What became of it.
	pub state: OwnRequestState,
	/// What was asked for, as the patient reads it. Empty if the chain does not have it any more.
	pub sentence: String,
	/// When it was made, for people.
	pub asked: String,
	/// Until when it can be answered, for people.
	pub until: String,
}

/// A patient, as a practitioner sees one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PatientView {
	/// The patient.
	pub who: Person,
	/// The key of the institution for which the practitioner acts here.
	pub institution: String,
	/// The institutions for which the practitioner can act.
	pub institutions: Vec<Choice>,
	/// The records that the practitioner can open now, the newest care first. Each is proven.
	pub open: Vec<OpenRecord>,
	/// Who has named these records: that there are no others is this institution's word.
	pub named_by: String,
	/// Whether there are more records than these.
	pub has_more: bool,
	/// Own requests to this patient, the newest first.
	pub requests: Vec<OwnRequest>,
	/// For whom can be asked.
	pub grantees: Vec<Choice>,
	/// Categories that can be asked for.
	pub categories: Vec<Choice>,
	/// For how long can be asked: days, and their text.
	pub durations: Vec<Choice>,
}

/// A record that a practitioner can open now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct OpenRecord {
	/// It.
	pub record: RecordLine,
	/// After how many seconds it is closed, if it is open in this wallet.
	pub closes_in: Option<u32>,
}

/// What a practitioner asks a patient for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AccessRequestForm {
	/// The patient's account.
	pub patient: String,
	/// The institution for which the practitioner acts.
	pub institution: String,
	/// For whom, by the key of a choice.
	pub grantee: String,
	/// Categories, by their keys. Empty: all.
	pub categories: Vec<String>,
	/// Only care from this month on: `2024-05`.
	pub from_month: Option<String>,
	/// Only care until this month.
	pub to_month: Option<String>,
	/// For how many days from the approval on.
	pub days: u32,
	/// Why. Only the patient reads it.
	pub reason: String,
}
