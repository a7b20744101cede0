//! What the page shows.

use super::{Kept, RecordSize, Studies, StudyView, UnfinishedLine};
use serde::{Deserialize, Serialize};

/// The core's answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "answer", content = "value", rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Answer {
	/// It was done.
	Done,
	/// Where the wallet is.
	Started(Started),
	/// An account's words.
	Words(Words),
	/// Passkeys.
	Passkeys(Passkeys),
	/// What a registration desk asks for.
	DeskOffer(DeskOffer),
	/// What the registrar scans.
	DeskAnswer(DeskAnswer),
	/// What is proven.
	Proof(Proof),
	/// The first screen.
	Home(Home),
	/// Requests.
	Requests(Vec<RequestLine>),
	/// One request.
	Request(RequestView),
	/// What would be signed.
	Draft(Draft),
	/// What became of a draft that was signed.
	Signed(Signed),
	/// Consents.
	Consents(Consents),
	/// What can be chosen in a consent.
	Choices(Choices),
	/// Who sees what.
	Access(Access),
	/// What somebody sees.
	Seen(Seen),
	/// Records.
	Records(Records),
	/// One record.
	Record(Box<RecordView>),
	/// How long records are.
	Sizes(Vec<RecordSize>),
	/// Opened records.
	Opened(Vec<Opened>),
	/// Unfinished documents.
	Unfinished(Vec<UnfinishedLine>),
	/// Documents on this device.
	Kept(Kept),
	/// A readable document.
	Document(DocumentView),
	/// A file.
	File(FileView),
	/// The copies of a record.
	Copies(Vec<CopyLine>),
	/// The log.
	Log(LogView),
	/// Whether the log is complete.
	LogVerdict(LogVerdict),
	/// Which hospitals hold records.
	Holdings(Holdings),
	/// The settings.
	Settings(Settings),
	/// What the chain says of a release.
	Release(super::ReleaseView),
	/// A code to show.
	Code(QrCode),
	/// A person.
	Person(Person),
	/// A practitioner's first screen.
	Practice(super::Practice),
	/// A patient, as a practitioner sees one.
	Patient(super::PatientView),
	/// The registration desk.
	Desk(super::Desk),
	/// The code of a registration desk.
	DeskCode(super::DeskCode),
	/// What would be signed to enrol somebody.
	Enrolment(super::EnrolmentDraft),
	/// Names of an institution's staff.
	Staff(super::Staff),
	/// An account, for its registrar.
	Managed(super::Managed),
	/// Studies, and the patient's choices about them.
	Studies(Studies),
	/// One study.
	Study(StudyView),
	/// One of the others as it was answered before, in its JSON. (To read it as its type would be a
	/// twentieth of the core.)
	#[serde(untagged)]
	#[cfg_attr(test, ts(skip))]
	Last(serde_json::Value),
}

/// How far this wallet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Phase {
	/// There is no account on this device.
	Empty,
	/// There is one, and it is locked.
	Locked,
	/// It is unlocked, but not enrolled.
	NotEnrolled,
	/// It is unlocked and enrolled.
	Open,
}

/// Whose account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum AccountKind {
	/// A patient's.
	Patient,
	/// A practitioner's.
	Practitioner,
	/// Of somebody who registers for an institution.
	Registrar,
	/// Another's.
	Other,
}

/// Where the wallet is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Started {
	/// How far it is.
	pub phase: Phase,
	/// The language of texts: `en`, `de` or `id`.
	pub language: String,
	/// The languages that there are.
	pub languages: Vec<String>,
	/// The account's address. Empty if there is none, or it is locked.
	pub account: String,
	/// Whose account it is, if it is enrolled.
	pub kind: Option<AccountKind>,
	/// The name of the institution that serves this wallet, if it answers.
	pub server: Option<String>,
	/// Whether a passkey unlocks the wallet.
	pub has_passkey: bool,
	/// The extension that has the account's key, if one has it.
	pub extension: Option<String>,
	/// Whether the words were saved: nothing is permitted before.
	pub has_backup: bool,
	/// The wallet's version.
	pub version: String,
}

/// The words of an account or of an encryption key, for the printed sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Words {
	/// The words: twelve of an account, 24 of an encryption key.
	pub words: Vec<String>,
	/// The same as a QR code.
	pub code: QrCode,
	/// The account's address.
	pub account: String,
	/// Whether they are those of an encryption key: an extension has the key that signs.
	pub is_encryption_key: bool,
}

/// A QR code to draw: squares of one unit on a light ground with a margin of four.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct QrCode {
	/// Modules on a side, without margin.
	pub size: u32,
	/// The dark modules as the data of an SVG path.
	pub path: String,
	/// Its text, to copy.
	pub text: String,
}

/// Passkeys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Passkeys {
	/// Their credentials' ids, base64.
	pub credentials: Vec<String>,
	/// The input of the PRF extension, base64.
	pub input: String,
	/// Bytes that name the account for the authenticator, base64.
	pub user: String,
}

/// What a registration desk asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeskOffer {
	/// What the page gives back to have this signed, and nothing else.
	pub digest: String,
	/// The institution's name.
	pub institution: String,
	/// Whether the name is proven.
	pub is_proven: bool,
	/// As what the person is enrolled, in the person's language.
	pub role: String,
	/// What the signature says, in the person's language.
	pub sentence: String,
	/// Until when the offer is valid, for people.
	pub until: String,
}

/// What the registrar scans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeskAnswer {
	/// The code.
	pub code: QrCode,
}

/// What is proven, and how new it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Proof {
	/// The newest final block.
	pub block: u32,
	/// Its time, for people, in the person's language. Empty for the genesis block.
	pub time: String,
	/// Its age in seconds when this was said.
	pub age: Option<u64>,
	/// Whether it is so old that something is wrong.
	pub is_old: bool,
	/// Who is behind, or does not answer: names of institutions.
	pub behind: Vec<String>,
	/// Whether nobody answers: what is shown is the last proven state.
	pub is_offline: bool,
}

/// A person or an institution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Person {
	/// The name, or a short form of the address.
	pub name: String,
	/// Whose word the name is. Empty for names that are proven or the person's own.
	pub name_by: String,
	/// The profession, in the person's language. Empty if there is none.
	pub function: String,
	/// The institution for which they act. Empty if there is none.
	pub institution: String,
	/// Whether the health authority has attested the licence. `None` if that does not apply.
	pub is_attested: Option<bool>,
	/// The account's address, for details.
	pub account: String,
}

/// The first screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Home {
	/// What is proven.
	pub proof: Proof,
	/// Requests that wait.
	pub requests: Vec<RequestLine>,
	/// What people did since the log was seen last.
	pub news: Vec<LogLine>,
	/// How many of them there are besides those in `news`.
	pub more_news: u64,
	/// Whether the log is complete.
	pub log: LogVerdict,
	/// Whether everything is stopped.
	pub is_stopped: bool,
	/// Consents that clinicians entered and that begin soon.
	pub begins_soon: Vec<ConsentLine>,
	/// What else others enter in the patient's name.
	pub assisted: Assisted,
	/// Institutions whose name or key has changed.
	pub changed_members: Vec<ChangedMember>,
	/// How many records there are.
	pub records: u32,
	/// How many consents are in force.
	pub consents: u32,
}

/// An institution whose name or key has changed since it was first seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChangedMember {
	/// The institution.
	pub institution: Person,
	/// What has changed.
	pub changes: Vec<String>,
}

/// A request in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RequestLine {
	/// Its number.
	pub id: u32,
	/// Who asks.
	pub who: Person,
	/// Why, in the asking person's words. `None` if it cannot be read.
	pub reason: Option<String>,
	/// What is asked for, as a sentence.
	pub sentence: String,
	/// Until when it can be answered, for people.
	pub until: String,
}

/// A request and what it would open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RequestView {
	/// The request.
	pub line: RequestLine,
	/// The sentence of the consent as it is narrowed now.
	pub sentence: String,
	/// What it would open.
	pub preview: Preview,
	/// Categories that were asked for.
	pub categories: Vec<Choice>,
	/// What the own key share means here, if it can be carried.
	pub carry: Option<String>,
}

/// What terms would open, beside what is open already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Preview {
	/// Records that would be opened.
	pub opens: Vec<RecordLine>,
	/// Records that the same person can open already.
	pub already: Vec<RecordLine>,
	/// Records that stay closed.
	pub closed: u32,
	/// Of those that would be opened: how many have labels.
	pub labelled: u32,
	/// How many are restricted or very restricted.
	pub restricted: u32,
	/// All this as one sentence.
	pub summary: String,
}

/// What would be signed. Only this can be signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Draft {
	/// What names it when it is signed.
	pub digest: String,
	/// The sentence that is agreed to.
	pub sentence: String,
	/// The language of the sentence.
	pub language: String,
	/// What it means, and what people should know before.
	pub notes: Vec<String>,
	/// The button's text.
	pub verb: String,
	/// Whether it takes access away, and so is offered without a second question.
	pub takes_away: bool,
	/// What changes, if a consent gets other terms: the sentence, with what it says no longer. Empty
	/// otherwise.
	pub changes: Vec<Difference>,
	/// What it would open, if it permits reading.
	pub preview: Option<Preview>,
}

/// A part of a sentence that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Difference {
	/// The text.
	pub text: String,
	/// What became of it.
	pub became: Became,
}

/// What became of a part of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Became {
	/// It stays.
	Same,
	/// It is no longer there.
	Removed,
	/// It is new.
	Added,
}

/// What became of a draft that was signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Signed {
	/// What is proven now, as a sentence.
	pub text: String,
	/// The block from which on it is in force.
	pub block: u32,
	/// What could not be done besides, such as carrying a share.
	pub notes: Vec<String>,
}

/// All consents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Consents {
	/// In force now.
	pub current: Vec<ConsentLine>,
	/// They begin later.
	pub planned: Vec<ConsentLine>,
	/// They have ended by themselves, and are still on the chain.
	pub past: Vec<ConsentLine>,
	/// Whether everything is stopped.
	pub is_stopped: bool,
	/// What others enter in the patient's name.
	pub assisted: Assisted,
}

/// Consents that a hospital's staff enter in the patient's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Assisted {
	/// Whether the patient has refused them for good.
	pub are_refused: bool,
	/// Those that wait for another signature, each as a sentence.
	pub waiting: Vec<String>,
}

/// The text that was agreed to in another language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Agreed {
	/// Its language.
	pub language: String,
	/// The text. `None` if it is on none of the person's devices.
	pub text: Option<String>,
}

/// A consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ConsentLine {
	/// Its number.
	pub id: u32,
	/// Whether it permits or forbids.
	pub permits: bool,
	/// For whom.
	pub grantee: String,
	/// The sentence, in the person's language.
	pub sentence: String,
	/// The sentence that was agreed to, if it was in another language.
	pub agreed: Option<Agreed>,
	/// What else is to be known: who entered it, that it counts from when, that it is in doubt.
	pub notes: Vec<String>,
	/// Until when, for people. Empty if it has no end.
	pub until: String,
	/// Whether it is the one that stops everything.
	pub is_stop: bool,
	/// Whether a hospital's staff entered it.
	pub is_assisted: bool,
	/// Whether the law gives it to a representative. Nobody amends or revokes it.
	pub is_by_law: bool,
	/// The consent as the form has it, to be changed. `None` if the form cannot express it.
	pub form: Option<super::ConsentForm>,
}

/// What can be chosen in a consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Choices {
	/// For whom.
	pub grantees: Vec<Choice>,
	/// Categories.
	pub categories: Vec<Choice>,
	/// Actions.
	pub actions: Vec<Choice>,
	/// Purposes.
	pub purposes: Vec<Choice>,
	/// Confidentiality.
	pub confidentiality: Vec<Choice>,
	/// Own labels.
	pub labels: Vec<Choice>,
}

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Choice {
	/// What names it.
	pub key: String,
	/// The text.
	pub text: String,
	/// More about it. Empty if there is nothing.
	pub hint: String,
}

/// Who sees what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Access {
	/// The categories of which there are records.
	pub categories: Vec<Choice>,
	/// Institutions, teams and people.
	pub rows: Vec<AccessRow>,
}

/// What one of them sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AccessRow {
	/// Who.
	pub who: Person,
	/// The institution for which a practitioner acts: its account. `None` for others.
	pub institution: Option<String>,
	/// One cell for each category.
	pub cells: Vec<AccessCell>,
}

/// How many records of a category somebody sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AccessCell {
	/// How many.
	pub sees: Portion,
	/// By which consent, or why not.
	pub why: String,
}

/// All, some or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Portion {
	/// All.
	All,
	/// Some.
	Some,
	/// None.
	None,
}

/// What somebody sees now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Seen {
	/// Who.
	pub who: Person,
	/// Records that they can open, each with the reason.
	pub open: Vec<(RecordLine, String)>,
	/// Records that they cannot open.
	pub closed: Vec<(RecordLine, String)>,
}

/// All records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Records {
	/// The newest care first.
	pub records: Vec<RecordLine>,
	/// The categories of which there are records.
	pub categories: Vec<Choice>,
	/// The institutions that made them.
	pub institutions: Vec<Choice>,
}

/// A record in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RecordLine {
	/// Its id.
	pub id: String,
	/// The title, once it was opened.
	pub title: Option<String>,
	/// The category's key.
	pub category: String,
	/// The category, in words.
	pub category_text: String,
	/// When the care took place, for people.
	pub period: String,
	/// The first month, to sort by: `2024-05`.
	pub month: String,
	/// The key of the institution that made it.
	pub institution: String,
	/// That institution's name.
	pub institution_name: String,
	/// Sensitivity labels, in words.
	pub labels: Vec<String>,
	/// `normal`, `restricted` or `very-restricted`.
	pub confidentiality: String,
	/// That in words, if it is not normal.
	pub confidentiality_text: String,
	/// The number of versions.
	pub versions: u32,
	/// What is wrong or special: entered in error, not yet available. Empty if nothing.
	pub note: String,
	/// Whether it is open in this wallet now.
	pub is_open: bool,
	/// Whether it is kept on this device.
	pub is_kept: bool,
}

/// One record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RecordView {
	/// The record.
	pub line: RecordLine,
	/// Who wrote it.
	pub author: Person,
	/// Its versions, the newest first.
	pub versions: Vec<VersionLine>,
	/// Who holds shares of its key.
	pub holders: Vec<HolderLine>,
	/// How many of them open it, in words.
	pub threshold: String,
	/// The record to which it belongs, such as that of a note.
	pub belongs_to: Option<RecordLine>,
	/// The records that belong to it, such as notes.
	pub related: Vec<RecordLine>,
	/// Whether a hospital marked it as sensitive without naming its labels.
	pub is_unclassified: bool,
}

/// A version of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct VersionLine {
	/// Its number, from 1, for people.
	pub number: u32,
	/// When it was added, for people.
	pub added: String,
	/// Whether enough shares are acknowledged.
	pub is_available: bool,
}

/// A holder of a share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HolderLine {
	/// Who.
	pub who: Person,
	/// Whether the share is acknowledged.
	pub has_acknowledged: bool,
}

/// A record that was opened, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Opened {
	/// Its id.
	pub id: String,
	/// The title. Empty if it failed.
	pub title: String,
	/// How the page shows it.
	pub kind: DocumentKind,
	/// Its length in bytes.
	pub size: u64,
	/// Whether it is so long that it goes straight into a file.
	pub is_large: bool,
	/// A safe name for its file.
	pub file_name: String,
	/// What is to be known of it, such as that it is a copy on this device. Empty if nothing.
	pub note: String,
	/// Why it is not open. Empty if it is.
	pub failure: String,
	/// Who sent something false, if somebody did.
	pub warnings: Vec<String>,
	/// After how many seconds it is closed, because the opening has ended. `None` for own records.
	pub closes_in: Option<u32>,
}

/// How a document is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum DocumentKind {
	/// As readable blocks.
	Fhir,
	/// By the viewer: a PDF.
	Pdf,
	/// By the viewer: an image.
	Image,
	/// By the viewer: plain text.
	Text,
	/// It is saved, not shown.
	Save,
}

/// A readable document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DocumentView {
	/// Its id.
	pub id: String,
	/// The title.
	pub title: String,
	/// Its parts, in their order.
	pub blocks: Vec<Block>,
}

/// A part of a readable document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Block {
	/// A heading.
	Heading {
		/// From 2 (a part of the document) to 4.
		level: u8,
		/// The text.
		text: String,
	},
	/// Facts: name and value.
	Facts {
		/// Them.
		facts: Vec<(String, String)>,
	},
	/// A table.
	Table {
		/// The names of the columns.
		columns: Vec<String>,
		/// The rows.
		rows: Vec<Vec<String>>,
	},
	/// A paragraph.
	Text {
		/// The text, with its line breaks.
		text: String,
	},
	/// Something to know first.
	Note {
		/// The text.
		text: String,
	},
	/// The course of a value.
	Series {
		/// What was measured.
		name: String,
		/// In which unit. Empty if there is none.
		unit: String,
		/// The values, the oldest first.
		points: Vec<SeriesPoint>,
		/// The lower end of the reference range.
		low: Option<f64>,
		/// The upper end of the reference range.
		high: Option<f64>,
		/// The reference range as text. Empty if there is none.
		range: String,
	},
}

/// A measured value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SeriesPoint {
	/// The moment, to place it: `2026-11-21T14:05`, or less of it.
	pub moment: String,
	/// The moment, for people.
	pub when: String,
	/// The number.
	pub value: f64,
	/// The number, for people.
	pub text: String,
	/// What it means, such as “too high”. Empty if nothing.
	pub remark: String,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FileView {
	/// A safe file name.
	pub name: String,
	/// Its media type.
	pub media_type: String,
	/// Names the bytes, which come beside this message as an ArrayBuffer `bytes`.
	pub length: u64,
}

/// A copy of a record, as one institution has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CopyLine {
	/// The institution.
	pub institution: String,
	/// Whether its copy is the one that the chain names.
	pub is_right: bool,
	/// What was found.
	pub text: String,
}

/// The log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogView {
	/// The newest first, after the filter.
	pub lines: Vec<LogLine>,
	/// The number of all lines.
	pub count: u64,
	/// The number up to which they were seen before.
	pub seen: u64,
	/// Whether it is complete.
	pub verdict: LogVerdict,
	/// People who appear in it, for the filter.
	pub people: Vec<Choice>,
	/// Institutions that appear in it.
	pub institutions: Vec<Choice>,
	/// The kinds of lines.
	pub kinds: Vec<Choice>,
	/// Before which line the next page ends. `None` if this is the last.
	pub next: Option<u64>,
}

/// A line of the log, or several that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogLine {
	/// The line's number, from 1, for people.
	pub number: u64,
	/// The kind's key.
	pub kind: String,
	/// What happened, as a sentence.
	pub text: String,
	/// Who did it.
	pub who: Option<Person>,
	/// When, by the custodian's word, for people.
	pub time: String,
	/// The block.
	pub block: u32,
	/// Whether it is new.
	pub is_new: bool,
	/// How many lines are folded into this one. 1 if none.
	pub lines: u32,
}

/// Whether the log is complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogVerdict {
	/// Whether all lines were fetched and fit to what the chain proves.
	pub is_complete: bool,
	/// How many lines fit.
	pub count: u64,
	/// All this as a sentence: it names the first line that does not fit.
	pub text: String,
}

/// Which hospitals hold records, and who may hold keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Holdings {
	/// The institutions.
	pub institutions: Vec<HoldingLine>,
	/// Who may hold keys, and in which countries, as a sentence.
	pub choice: String,
	/// The institutions among which the patient chooses.
	pub holders: Vec<Choice>,
	/// Those that are chosen. Empty if all may hold keys.
	pub chosen_holders: Vec<String>,
	/// The countries of these institutions.
	pub countries: Vec<Choice>,
	/// Those that are chosen. Empty if keys may be in all of them.
	pub chosen_countries: Vec<String>,
}

/// What one institution holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct HoldingLine {
	/// The institution.
	pub who: Person,
	/// How many records it made.
	pub made: u32,
	/// Of how many records it holds a key share.
	pub holds: u32,
	/// Since when, for people. Empty if it is not known.
	pub since: String,
}

/// The settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Settings {
	/// The account's address.
	pub account: String,
	/// The chain, by its genesis hash, shortened.
	pub chain: String,
	/// Which institution enrolled the account.
	pub enrolled_by: String,
	/// The custodians of all members, those with whom the wallet talks first.
	pub custodians: Vec<CustodianLine>,
	/// With how many the wallet talks at most.
	pub most_custodians: u32,
	/// Names that the person gave: account and name.
	pub names: Vec<Choice>,
	/// Settings of this device: name and value.
	pub device: Vec<(String, String)>,
	/// Whether the data is kept at custodians, and since when, as a sentence.
	pub synced: String,
}

/// A custodian.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CustodianLine {
	/// The institution's account.
	pub account: String,
	/// The institution's name.
	pub name: String,
	/// The address.
	pub address: String,
	/// Whether the wallet talks with it.
	pub is_chosen: bool,
	/// Whether it answers, if it was asked.
	pub answers: Option<bool>,
}
