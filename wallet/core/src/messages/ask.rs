//! What the page asks of the core.

use serde::{Deserialize, Serialize};

/// A request of the page. The answer to each is named in brackets: see [`Answer`](super::Answer). The
/// page has its name in the field `ask`. The worker puts it before the others, because serde needs much
/// code for a name that comes anywhere.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(tag = "ask"))]
pub enum Ask {
	/// Begins [`Started`](super::Answer::Started).
	Start {
		/// The language of the browser or of the person's choice: `de-AT`.
		language: String,
	},
	/// Changes the language [`Started`](super::Answer::Started).
	SetLanguage {
		/// `en`, `de` or `id`.
		language: String,
	},
	/// Makes a new account with twelve words, which is not kept yet [`Words`](super::Answer::Words).
	MakeWords,
	/// Takes an account of an extension, and makes a new encryption key for it, which is not kept yet
	/// [`Words`](super::Answer::Words).
	UseExtension {
		/// The account.
		account: ExtensionAccount,
	},
	/// What an extension answered, or that it cannot be asked [`Done`](super::Answer::Done).
	ExtensionAnswer {
		/// The number of the question.
		id: u32,
		/// The answer.
		outcome: ExtensionOutcome,
	},
	/// Asks the extension again to let the wallet make requests [`Started`](super::Answer::Started).
	Delegate,
	/// Whether this text, pasted or scanned, has the new account's words [`Done`](super::Answer::Done).
	CheckWords {
		/// The words, or the sheet's code.
		text: String,
	},
	/// Keeps the new account [`Started`](super::Answer::Started).
	Create {
		/// The new passphrase.
		passphrase: String,
	},
	/// Keeps an account that exists already [`Started`](super::Answer::Started).
	Restore {
		/// From what.
		source: RestoreSource,
		/// The new passphrase.
		passphrase: String,
	},
	/// Unlocks the wallet [`Started`](super::Answer::Started).
	Unlock {
		/// How.
		secret: Secret,
	},
	/// Lets the wallet sign for a minute [`Done`](super::Answer::Done).
	Confirm {
		/// How.
		secret: Secret,
	},
	/// The person touches the screen or presses a key, so the wallet stays open
	/// [`Done`](super::Answer::Done).
	Touch,
	/// Locks the wallet [`Done`](super::Answer::Done).
	Lock,
	/// Shows the words again, for a printed sheet [`Words`](super::Answer::Words).
	ShowWords {
		/// The passphrase.
		secret: Secret,
	},
	/// Adds a passkey that also unlocks the wallet [`Done`](super::Answer::Done).
	AddPasskey {
		/// The credential's id, base64.
		credential: String,
		/// The output of its PRF extension, base64.
		output: String,
	},
	/// Which passkeys unlock the wallet, and the input of their PRF extension
	/// [`Passkeys`](super::Answer::Passkeys).
	Passkeys,
	/// Removes a passkey [`Done`](super::Answer::Done).
	RemovePasskey {
		/// The credential's id, base64.
		credential: String,
	},
	/// Changes the passphrase of this device [`Done`](super::Answer::Done).
	ChangePassphrase {
		/// What unlocks the wallet until now.
		secret: Secret,
		/// The new passphrase.
		passphrase: String,
	},
	/// Removes everything from this device [`Started`](super::Answer::Started).
	Forget,
	/// Reads a registration desk's code [`DeskOffer`](super::Answer::DeskOffer).
	ReadDeskCode {
		/// The code's text, or a link with it.
		text: String,
	},
	/// Signs the desk's offer that was shown, and waits for the enrolment
	/// [`DeskAnswer`](super::Answer::DeskAnswer).
	AcceptDeskCode {
		/// The digest of the offer.
		digest: String,
	},
	/// The newest proof [`Proof`](super::Answer::Proof).
	Proof,
	/// What the first screen shows [`Home`](super::Answer::Home).
	Home,
	/// Requests that wait for an answer [`Requests`](super::Answer::Requests).
	Requests,
	/// One request, with what it would open [`Request`](super::Answer::Request).
	Request {
		/// Its number.
		id: u32,
		/// Less than was asked for.
		narrowing: Narrowing,
	},
	/// What is signed to approve a request as it was shown last [`Draft`](super::Answer::Draft).
	DraftApproval {
		/// The request's number.
		id: u32,
		/// Less than was asked for.
		narrowing: Narrowing,
		/// Whether the own key share is carried to the asking hospital.
		carry: bool,
	},
	/// What is signed to refuse a request [`Draft`](super::Answer::Draft).
	DraftRefusal {
		/// The request's number.
		id: u32,
	},
	/// All consents [`Consents`](super::Answer::Consents).
	Consents,
	/// Who can be named in a consent, and what [`Choices`](super::Answer::Choices).
	Choices,
	/// What is signed for a new consent, or to change one [`Draft`](super::Answer::Draft).
	DraftConsent {
		/// The consent.
		form: ConsentForm,
		/// The number of the consent that is changed.
		amends: Option<u32>,
		/// Whether the own key share is carried to the hospital.
		carry: bool,
	},
	/// What is signed to revoke a consent [`Draft`](super::Answer::Draft).
	DraftRevocation {
		/// The consent's number.
		id: u32,
	},
	/// What is signed to stop everything [`Draft`](super::Answer::Draft).
	DraftStop {
		/// Whether those who may add records can still add them.
		allows_adding: bool,
		/// Whether it also binds in an emergency.
		binds_emergencies: bool,
	},
	/// What is signed to lift the stop [`Draft`](super::Answer::Draft).
	DraftResume,
	/// What is signed to refuse for good that others enter consents in the patient's name
	/// [`Draft`](super::Answer::Draft).
	DraftRefuseAssisted,
	/// Studies, and the patient's choices about them [`Studies`](super::Answer::Studies).
	Studies,
	/// One study [`Study`](super::Answer::Study).
	Study {
		/// Its number.
		id: u32,
	},
	/// What is signed for a standing choice about studies [`Draft`](super::Answer::Draft).
	DraftStudyChoice {
		/// The choice.
		choice: super::StudyChoice,
	},
	/// What is signed to be counted in a study [`Draft`](super::Answer::Draft).
	DraftJoin {
		/// The study's number.
		study: u32,
	},
	/// What is signed not to be counted in a study [`Draft`](super::Answer::Draft).
	DraftLeave {
		/// The study's number.
		study: u32,
	},
	/// What is signed to choose who may hold keys of new records [`Draft`](super::Answer::Draft).
	DraftHolders {
		/// Accounts of institutions. Empty: any.
		holders: Vec<String>,
		/// Countries, as two letters. Empty: any.
		countries: Vec<String>,
	},
	/// Signs and sends a draft that was shown, and waits until its effect is proven
	/// [`Signed`](super::Answer::Signed).
	Sign {
		/// The draft's digest.
		digest: String,
	},
	/// Forgets a draft [`Done`](super::Answer::Done).
	Discard {
		/// The draft's digest.
		digest: String,
	},
	/// Who sees what [`Access`](super::Answer::Access).
	WhoSees,
	/// What somebody would see now [`Seen`](super::Answer::Seen).
	WhatSees {
		/// The account.
		account: String,
		/// The institution for which they act.
		institution: Option<String>,
	},
	/// All records [`Records`](super::Answer::Records).
	Records,
	/// One record: versions, holders [`Record`](super::Answer::Record).
	Record {
		/// Its id.
		id: String,
	},
	/// How long records are, encrypted, without opening them [`Sizes`](super::Answer::Sizes).
	Sizes {
		/// Their ids.
		ids: Vec<String>,
	},
	/// Opens records, at most 16, with one signature, and keeps their titles. The content of large ones is
	/// not fetched [`Opened`](super::Answer::Opened).
	Open {
		/// Their ids.
		ids: Vec<String>,
	},
	/// An opened record as readable blocks [`Document`](super::Answer::Document).
	Read {
		/// Its id.
		id: String,
	},
	/// An opened record's bytes, for the viewer or to be saved [`File`](super::Answer::File).
	File {
		/// Its id.
		id: String,
	},
	/// Fetches an opened large record straight into a file: the handle beside this message, or else one of
	/// the browser's own, which comes beside the answer [`File`](super::Answer::File).
	SaveLarge {
		/// Its id.
		id: String,
	},
	/// What is signed to add a document, whose bytes come beside this message
	/// [`Draft`](super::Answer::Draft).
	DraftAddition {
		/// The document.
		form: AdditionForm,
	},
	/// What is signed to add a note to a record [`Draft`](super::Answer::Draft).
	DraftNote {
		/// The record's id.
		id: String,
		/// The note.
		text: String,
	},
	/// What is signed to name the sensitivity labels of a record [`Draft`](super::Answer::Draft).
	DraftLabels {
		/// The record's id.
		id: String,
		/// The labels' words.
		words: Vec<String>,
	},
	/// Documents that were begun to be added, and not finished [`Unfinished`](super::Answer::Unfinished).
	Unfinished,
	/// What is signed to finish an unfinished document [`Draft`](super::Answer::Draft).
	DraftFinish {
		/// Its record's id.
		id: String,
	},
	/// Removes an unfinished document from this device [`Unfinished`](super::Answer::Unfinished).
	GiveUp {
		/// Its record's id.
		id: String,
	},
	/// The documents that are kept on this device [`Kept`](super::Answer::Kept).
	Kept,
	/// Keeps an open document on this device, sealed [`Kept`](super::Answer::Kept).
	Keep {
		/// Its record's id.
		id: String,
	},
	/// Opens a document that is kept on this device. Nobody is asked, and nothing is signed
	/// [`Opened`](super::Answer::Opened).
	OpenKept {
		/// Its record's id.
		id: String,
	},
	/// Removes a document from this device [`Kept`](super::Answer::Kept).
	ForgetKept {
		/// Its record's id.
		id: String,
	},
	/// Checks every copy of a record [`Copies`](super::Answer::Copies).
	CheckCopies {
		/// Its id.
		id: String,
	},
	/// Forgets opened documents [`Done`](super::Answer::Done).
	CloseDocuments,
	/// The log [`Log`](super::Answer::Log).
	Log {
		/// Which lines.
		filter: LogFilter,
	},
	/// Fetches the log again and verifies every line [`LogVerdict`](super::Answer::LogVerdict).
	VerifyLog,
	/// What a third party needs to verify the log [`File`](super::Answer::File).
	ExportLog,
	/// Remembers that the log was seen up to here [`Done`](super::Answer::Done).
	SeenLog {
		/// The number of lines that were seen.
		count: u64,
	},
	/// Which hospitals hold records, and who may hold keys [`Holdings`](super::Answer::Holdings).
	Holdings,
	/// The settings [`Settings`](super::Answer::Settings).
	Settings,
	/// Changes a setting of this device [`Settings`](super::Answer::Settings).
	SetSetting {
		/// Its name.
		name: String,
		/// Its value.
		value: String,
	},
	/// Whether the release that this browser has is the published one
	/// [`Release`](super::Answer::Release).
	Release {
		/// The SHA-256 of its manifest, in hex.
		manifest: String,
	},
	/// Chooses the institutions with which the wallet talks [`Settings`](super::Answer::Settings).
	ChooseCustodians {
		/// Their accounts. Empty: the wallet chooses.
		institutions: Vec<String>,
	},
	/// Gives an account a name [`Done`](super::Answer::Done).
	SetName {
		/// The account.
		account: String,
		/// The name. Empty removes it.
		name: String,
	},
	/// Confirms what has changed of an institution [`Done`](super::Answer::Done).
	ConfirmMember {
		/// The institution's account.
		account: String,
	},
	/// The own code, which a practitioner scans [`Code`](super::Answer::Code).
	OwnCode,
	/// What a practitioner's first screen shows [`Practice`](super::Answer::Practice).
	Practice,
	/// The patient of a code, or of an address [`Person`](super::Answer::Person).
	FindPatient {
		/// The text of the code.
		text: String,
	},
	/// What is open of a patient, own requests, and what can be asked for [`Patient`](super::Answer::Patient).
	Patient {
		/// The patient's account.
		patient: String,
		/// The institution for which the practitioner acts. `None` for the first one.
		institution: Option<String>,
	},
	/// What is signed to ask a patient for access [`Draft`](super::Answer::Draft).
	DraftAccessRequest {
		/// What is asked for.
		form: super::AccessRequestForm,
	},
	/// What is signed to withdraw an own request [`Draft`](super::Answer::Draft).
	DraftWithdrawal {
		/// The patient's account.
		patient: String,
		/// The request's number.
		id: u32,
	},
	/// Opens records of a patient, at most 16, with one signature [`Opened`](super::Answer::Opened). They are
	/// closed when the opening ends.
	OpenOfPatient {
		/// The patient's account.
		patient: String,
		/// The institution for which the practitioner acts.
		institution: String,
		/// The records' ids.
		ids: Vec<String>,
	},
	/// For which institutions the account registers, and what as [`Desk`](super::Answer::Desk).
	Desk,
	/// Makes the code for somebody who wants to be enrolled [`DeskCode`](super::Answer::DeskCode).
	DeskCode {
		/// The institution's account.
		institution: String,
		/// As what, by the key of a [`Choice`](super::Choice).
		kind: String,
	},
	/// What is signed to enrol somebody who has answered a code [`Enrolment`](super::Answer::Enrolment).
	DraftEnrolment {
		/// The institution's account.
		institution: String,
		/// The answer's text.
		text: String,
	},
	/// The names that the institution tells its patients [`Staff`](super::Answer::Staff).
	Staff {
		/// The institution's account.
		institution: String,
	},
	/// An account, as its registrar sees it [`Managed`](super::Answer::Managed).
	Managed {
		/// The institution's account.
		institution: String,
		/// The account, or a code that names it.
		account: String,
	},
	/// What is signed to change something of an account [`Draft`](super::Answer::Draft).
	DraftManagement {
		/// The institution's account.
		institution: String,
		/// The account.
		account: String,
		/// The change.
		change: super::Management,
	},
	/// Sets the name that the institution tells its patients of one of its staff
	/// [`Done`](super::Answer::Done).
	SetStaffName {
		/// The institution's account.
		institution: String,
		/// The account.
		account: String,
		/// The name. Empty removes it.
		name: String,
	},
}

/// From what an account is restored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum RestoreSource {
	/// Words, or the code of a printed sheet.
	Words {
		/// The text.
		text: String,
	},
	/// An account of an extension, and the printed sheet of its encryption key.
	Extension {
		/// The account.
		account: ExtensionAccount,
		/// The sheet's words, or its code.
		text: String,
	},
	/// The export of a polkadot-js wallet.
	WalletJson {
		/// The file's text.
		json: String,
		/// Its password.
		password: String,
	},
	/// A key file of the command line.
	KeyFile {
		/// The file, base64.
		file: String,
		/// Its passphrase.
		passphrase: String,
	},
}

/// An account whose key is in a wallet extension of the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ExtensionAccount {
	/// The extension's name in `window.injectedWeb3`.
	pub extension: String,
	/// The account's address, as the extension writes it.
	pub address: String,
}

/// What an extension is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ExtensionMethod {
	/// Sign a text.
	SignRaw,
	/// Sign a call.
	SignPayload,
}

/// What became of a question to an extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum ExtensionOutcome {
	/// It signed.
	Signed {
		/// The signature, hex.
		signature: String,
	},
	/// The person refused, there or on the page.
	Refused,
	/// It is not there, does not know the account, or failed.
	Away,
}

/// What unlocks the wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Secret {
	/// The passphrase.
	Passphrase {
		/// It.
		text: String,
	},
	/// A passkey.
	Passkey {
		/// The credential's id, base64.
		credential: String,
		/// The output of its PRF extension, base64.
		output: String,
	},
}

/// What an approval leaves out of what was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Narrowing {
	/// Only these categories, by their keys. Empty: all that were asked for.
	pub categories: Vec<String>,
	/// Only these records. Empty: all.
	pub records: Vec<String>,
	/// Only care from this month on: `2024-05`.
	pub from_month: Option<String>,
	/// Only care until this month.
	pub to_month: Option<String>,
	/// The end of the consent, a day in UTC: `2027-01-31`.
	pub until: Option<String>,
	/// Up to which confidentiality: `normal`, `restricted` or `very-restricted`.
	pub confidentiality: Option<String>,
	/// Which labelled records are included.
	pub labels: Option<LabelChoice>,
}

/// Which labelled records a consent covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "labels", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum LabelChoice {
	/// Records without labels only.
	Unlabelled,
	/// Records without labels, and those with only these.
	Also {
		/// The labels' words.
		words: Vec<String>,
	},
	/// All records.
	Any,
}

/// A new consent, as the page's form has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ConsentForm {
	/// Whether it permits or forbids.
	pub permits: bool,
	/// For whom, by the key of a [`Choice`](super::Choice).
	pub grantee: String,
	/// Categories, by their keys. Empty: all.
	pub categories: Vec<String>,
	/// Records. Empty: all.
	pub records: Vec<String>,
	/// Actions, by their keys. Empty: all that a consent without a list means.
	pub actions: Vec<String>,
	/// Purposes, by their keys. Empty: all.
	pub purposes: Vec<String>,
	/// Only care from this month on: `2024-05`.
	pub from_month: Option<String>,
	/// Only care until this month.
	pub to_month: Option<String>,
	/// The first day, in UTC: `2026-12-01`.
	pub from: Option<String>,
	/// The last day, in UTC.
	pub until: Option<String>,
	/// Up to, or from, which confidentiality: `normal`, `restricted` or `very-restricted`.
	pub confidentiality: Option<String>,
	/// Which labelled records.
	pub labels: Option<LabelChoice>,
}

/// A document that the person adds, as the page's form has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AdditionForm {
	/// The title.
	pub title: String,
	/// The name of the file.
	pub file_name: String,
	/// The category's key.
	pub category: String,
	/// The month of care: `2024-05`.
	pub month: String,
	/// The words of its sensitivity labels.
	pub labels: Vec<String>,
	/// `normal`, `restricted` or `very-restricted`.
	pub confidentiality: String,
}

/// Which lines of the log are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LogFilter {
	/// Only of this account.
	pub person: Option<String>,
	/// Only for this institution.
	pub institution: Option<String>,
	/// Only of these kinds, by their keys.
	pub kinds: Vec<String>,
	/// Only from this day on, in UTC: `2026-11-01`.
	pub from: Option<String>,
	/// Only until this day.
	pub until: Option<String>,
	/// Only the lines before this number: the next page.
	pub before: Option<u64>,
}
