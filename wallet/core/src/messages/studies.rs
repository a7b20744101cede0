//! What the page shows of studies.

use super::{Choice, ConsentLine, LogVerdict};
use serde::{Deserialize, Serialize};

/// Studies, and the patient's choices about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Studies {
	/// The patient's consents about studies.
	pub choices: Vec<ConsentLine>,
	/// The studies that have not ended, the newest first.
	pub open: Vec<StudyLine>,
	/// The studies that have ended.
	pub ended: Vec<StudyLine>,
	/// In which rounds the patient was counted, and by whom, each as a phrase: from the patient's log.
	pub counted: Vec<String>,
	/// Whether that log is complete.
	pub log: LogVerdict,
	/// What is left of the privacy budget, as a sentence.
	pub budget: String,
	/// Traits of studies, which a standing choice can include.
	pub traits: Vec<Choice>,
}

/// A study in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StudyLine {
	/// Its number.
	pub id: u32,
	/// What it asks. Empty if that was not read.
	pub question: String,
	/// Who runs it.
	pub researcher: String,
	/// Where it is, in words.
	pub stage: String,
	/// Whether it counts the patient.
	pub counts: bool,
	/// Whether it counts the patient and by which consent, or why not, as a sentence.
	pub decision: String,
}

/// One study, as a patient reads it before agreeing to be counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StudyView {
	/// The study.
	pub line: StudyLine,
	/// What it is, in paragraphs.
	pub paragraphs: Vec<String>,
	/// What a round costs.
	pub cost: String,
	/// What is left of the privacy budget, as a sentence.
	pub budget: String,
	/// Whether the patient can join it: it has not ended, and no consent for it alone permits it.
	pub can_join: bool,
	/// Whether the patient can leave it: it has not ended, and was not left.
	pub can_leave: bool,
	/// That the patient has left it. Empty otherwise.
	pub left: String,
}

/// A standing choice about studies, as the page's form has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StudyChoice {
	/// Only studies on this disease: its number in MONDO. Empty: on every disease.
	pub disease: String,
	/// Traits of studies that are included.
	pub traits: Vec<String>,
	/// The last day, in UTC. `None`: until it is revoked.
	pub until: Option<String>,
}
