// Made from wallet/core/src/messages.rs: run its test with UPDATE=1 to write it again.

/**
 * Who sees what.
 */
export type Access = { 
/**
 * The categories of which there are records.
 */
categories: Array<Choice>, 
/**
 * Institutions, teams and people.
 */
rows: Array<AccessRow>, };

/**
 * How many records of a category somebody sees.
 */
export type AccessCell = { 
/**
 * How many.
 */
sees: Portion, 
/**
 * By which consent, or why not.
 */
why: string, };

/**
 * What a practitioner asks a patient for.
 */
export type AccessRequestForm = { 
/**
 * The patient's account.
 */
patient: string, 
/**
 * The institution for which the practitioner acts.
 */
institution: string, 
/**
 * For whom, by the key of a choice.
 */
grantee: string, 
/**
 * Categories, by their keys. Empty: all.
 */
categories: Array<string>, 
/**
 * Only care from this month on: `2024-05`.
 */
fromMonth: string | null, 
/**
 * Only care until this month.
 */
toMonth: string | null, 
/**
 * For how many days from the approval on.
 */
days: number, 
/**
 * Why. Only the patient reads it.
 */
reason: string, };

/**
 * What one of them sees.
 */
export type AccessRow = { 
/**
 * Who.
 */
who: Person, 
/**
 * The institution for which a practitioner acts: its account. `None` for others.
 */
institution: string | null, 
/**
 * One cell for each category.
 */
cells: Array<AccessCell>, };

/**
 * Whose account it is.
 */
export type AccountKind = "patient" | "practitioner" | "registrar" | "other";

/**
 * A document that the person adds, as the page's form has it.
 */
export type AdditionForm = { 
/**
 * The title.
 */
title: string, 
/**
 * The name of the file.
 */
fileName: string, 
/**
 * The category's key.
 */
category: string, 
/**
 * The month of care: `2024-05`.
 */
month: string, 
/**
 * The words of its sensitivity labels.
 */
labels: Array<string>, 
/**
 * `normal`, `restricted` or `very-restricted`.
 */
confidentiality: string, };

/**
 * Somebody's work for an institution.
 */
export type AffiliationView = { 
/**
 * The function's key.
 */
role: string, 
/**
 * The function, in words.
 */
roleText: string, 
/**
 * From when on, for people.
 */
from: string, 
/**
 * Until when, for people. Empty if it has no end.
 */
until: string, 
/**
 * Whether it has ended.
 */
hasEnded: boolean, 
/**
 * Whether the person has accepted it.
 */
isAccepted: boolean, };

/**
 * The text that was agreed to in another language.
 */
export type Agreed = { 
/**
 * Its language.
 */
language: string, 
/**
 * The text. `None` if it is on none of the person's devices.
 */
text: string | null, };

/**
 * The core's answers.
 */
export type Answer = { "answer": "done" } | { "answer": "started", "value": Started } | { "answer": "words", "value": Words } | { "answer": "passkeys", "value": Passkeys } | { "answer": "deskOffer", "value": DeskOffer } | { "answer": "deskAnswer", "value": DeskAnswer } | { "answer": "proof", "value": Proof } | { "answer": "home", "value": Home } | { "answer": "requests", "value": Array<RequestLine> } | { "answer": "request", "value": RequestView } | { "answer": "draft", "value": Draft } | { "answer": "signed", "value": Signed } | { "answer": "consents", "value": Consents } | { "answer": "choices", "value": Choices } | { "answer": "access", "value": Access } | { "answer": "seen", "value": Seen } | { "answer": "records", "value": Records } | { "answer": "record", "value": RecordView } | { "answer": "sizes", "value": Array<RecordSize> } | { "answer": "opened", "value": Array<Opened> } | { "answer": "unfinished", "value": Array<UnfinishedLine> } | { "answer": "kept", "value": Kept } | { "answer": "document", "value": DocumentView } | { "answer": "file", "value": FileView } | { "answer": "copies", "value": Array<CopyLine> } | { "answer": "log", "value": LogView } | { "answer": "logVerdict", "value": LogVerdict } | { "answer": "holdings", "value": Holdings } | { "answer": "settings", "value": Settings } | { "answer": "release", "value": ReleaseView } | { "answer": "code", "value": QrCode } | { "answer": "person", "value": Person } | { "answer": "practice", "value": Practice } | { "answer": "patient", "value": PatientView } | { "answer": "desk", "value": Desk } | { "answer": "deskCode", "value": DeskCode } | { "answer": "enrolment", "value": EnrolmentDraft } | { "answer": "staff", "value": Staff } | { "answer": "managed", "value": Managed } | { "answer": "studies", "value": Studies } | { "answer": "study", "value": StudyView };

/**
 * A request of the page. The answer to each is named in brackets: see [`Answer`](super::Answer). The
 * page has its name in the field `ask`. The worker puts it before the others, because serde needs much
 * code for a name that comes anywhere.
 */
export type Ask = { "ask": "start", 
/**
 * The language of the browser or of the person's choice: `de-AT`.
 */
language: string, } | { "ask": "setLanguage", 
/**
 * `en`, `de` or `id`.
 */
language: string, } | { "ask": "makeWords" } | { "ask": "useExtension", 
/**
 * The account.
 */
account: ExtensionAccount, } | { "ask": "extensionAnswer", 
/**
 * The number of the question.
 */
id: number, 
/**
 * The answer.
 */
outcome: ExtensionOutcome, } | { "ask": "delegate" } | { "ask": "checkWords", 
/**
 * The words, or the sheet's code.
 */
text: string, } | { "ask": "create", 
/**
 * The new passphrase.
 */
passphrase: string, } | { "ask": "restore", 
/**
 * From what.
 */
source: RestoreSource, 
/**
 * The new passphrase.
 */
passphrase: string, } | { "ask": "unlock", 
/**
 * How.
 */
secret: Secret, } | { "ask": "confirm", 
/**
 * How.
 */
secret: Secret, } | { "ask": "touch" } | { "ask": "lock" } | { "ask": "showWords", 
/**
 * The passphrase.
 */
secret: Secret, } | { "ask": "addPasskey", 
/**
 * The credential's id, base64.
 */
credential: string, 
/**
 * The output of its PRF extension, base64.
 */
output: string, } | { "ask": "passkeys" } | { "ask": "removePasskey", 
/**
 * The credential's id, base64.
 */
credential: string, } | { "ask": "changePassphrase", 
/**
 * What unlocks the wallet until now.
 */
secret: Secret, 
/**
 * The new passphrase.
 */
passphrase: string, } | { "ask": "forget" } | { "ask": "readDeskCode", 
/**
 * The code's text, or a link with it.
 */
text: string, } | { "ask": "acceptDeskCode", 
/**
 * The digest of the offer.
 */
digest: string, } | { "ask": "proof" } | { "ask": "home" } | { "ask": "requests" } | { "ask": "request", 
/**
 * Its number.
 */
id: number, 
/**
 * Less than was asked for.
 */
narrowing: Narrowing, } | { "ask": "draftApproval", 
/**
 * The request's number.
 */
id: number, 
/**
 * Less than was asked for.
 */
narrowing: Narrowing, 
/**
 * Whether the own key share is carried to the asking hospital.
 */
carry: boolean, } | { "ask": "draftRefusal", 
/**
 * The request's number.
 */
id: number, } | { "ask": "consents" } | { "ask": "choices" } | { "ask": "draftConsent", 
/**
 * The consent.
 */
form: ConsentForm, 
/**
 * The number of the consent that is changed.
 */
amends: number | null, 
/**
 * Whether the own key share is carried to the hospital.
 */
carry: boolean, } | { "ask": "draftRevocation", 
/**
 * The consent's number.
 */
id: number, } | { "ask": "draftStop", 
/**
 * Whether those who may add records can still add them.
 */
allowsAdding: boolean, 
/**
 * Whether it also binds in an emergency.
 */
bindsEmergencies: boolean, } | { "ask": "draftResume" } | { "ask": "draftRefuseAssisted" } | { "ask": "studies" } | { "ask": "study", 
/**
 * Its number.
 */
id: number, } | { "ask": "draftStudyChoice", 
/**
 * The choice.
 */
choice: StudyChoice, } | { "ask": "draftJoin", 
/**
 * The study's number.
 */
study: number, } | { "ask": "draftLeave", 
/**
 * The study's number.
 */
study: number, } | { "ask": "draftHolders", 
/**
 * Accounts of institutions. Empty: any.
 */
holders: Array<string>, 
/**
 * Countries, as two letters. Empty: any.
 */
countries: Array<string>, } | { "ask": "sign", 
/**
 * The draft's digest.
 */
digest: string, } | { "ask": "discard", 
/**
 * The draft's digest.
 */
digest: string, } | { "ask": "whoSees" } | { "ask": "whatSees", 
/**
 * The account.
 */
account: string, 
/**
 * The institution for which they act.
 */
institution: string | null, } | { "ask": "records" } | { "ask": "record", 
/**
 * Its id.
 */
id: string, } | { "ask": "sizes", 
/**
 * Their ids.
 */
ids: Array<string>, } | { "ask": "open", 
/**
 * Their ids.
 */
ids: Array<string>, } | { "ask": "read", 
/**
 * Its id.
 */
id: string, } | { "ask": "file", 
/**
 * Its id.
 */
id: string, } | { "ask": "saveLarge", 
/**
 * Its id.
 */
id: string, } | { "ask": "draftAddition", 
/**
 * The document.
 */
form: AdditionForm, } | { "ask": "draftNote", 
/**
 * The record's id.
 */
id: string, 
/**
 * The note.
 */
text: string, } | { "ask": "draftLabels", 
/**
 * The record's id.
 */
id: string, 
/**
 * The labels' words.
 */
words: Array<string>, } | { "ask": "unfinished" } | { "ask": "draftFinish", 
/**
 * Its record's id.
 */
id: string, } | { "ask": "giveUp", 
/**
 * Its record's id.
 */
id: string, } | { "ask": "kept" } | { "ask": "keep", 
/**
 * Its record's id.
 */
id: string, } | { "ask": "openKept", 
/**
 * Its record's id.
 */
id: string, } | { "ask": "forgetKept", 
/**
 * Its record's id.
 */
id: string, } | { "ask": "checkCopies", 
/**
 * Its id.
 */
id: string, } | { "ask": "closeDocuments" } | { "ask": "log", 
/**
 * Which lines.
 */
filter: LogFilter, } | { "ask": "verifyLog" } | { "ask": "exportLog" } | { "ask": "seenLog", 
/**
 * The number of lines that were seen.
 */
count: number, } | { "ask": "holdings" } | { "ask": "settings" } | { "ask": "setSetting", 
/**
 * Its name.
 */
name: string, 
/**
 * Its value.
 */
value: string, } | { "ask": "release", 
/**
 * The SHA-256 of its manifest, in hex.
 */
manifest: string, } | { "ask": "chooseCustodians", 
/**
 * Their accounts. Empty: the wallet chooses.
 */
institutions: Array<string>, } | { "ask": "setName", 
/**
 * The account.
 */
account: string, 
/**
 * The name. Empty removes it.
 */
name: string, } | { "ask": "confirmMember", 
/**
 * The institution's account.
 */
account: string, } | { "ask": "ownCode" } | { "ask": "practice" } | { "ask": "findPatient", 
/**
 * The text of the code.
 */
text: string, } | { "ask": "patient", 
/**
 * The patient's account.
 */
patient: string, 
/**
 * The institution for which the practitioner acts. `None` for the first one.
 */
institution: string | null, } | { "ask": "draftAccessRequest", 
/**
 * What is asked for.
 */
form: AccessRequestForm, } | { "ask": "draftWithdrawal", 
/**
 * The patient's account.
 */
patient: string, 
/**
 * The request's number.
 */
id: number, } | { "ask": "openOfPatient", 
/**
 * The patient's account.
 */
patient: string, 
/**
 * The institution for which the practitioner acts.
 */
institution: string, 
/**
 * The records' ids.
 */
ids: Array<string>, } | { "ask": "desk" } | { "ask": "deskCode", 
/**
 * The institution's account.
 */
institution: string, 
/**
 * As what, by the key of a [`Choice`](super::Choice).
 */
kind: string, } | { "ask": "draftEnrolment", 
/**
 * The institution's account.
 */
institution: string, 
/**
 * The answer's text.
 */
text: string, } | { "ask": "staff", 
/**
 * The institution's account.
 */
institution: string, } | { "ask": "managed", 
/**
 * The institution's account.
 */
institution: string, 
/**
 * The account, or a code that names it.
 */
account: string, } | { "ask": "draftManagement", 
/**
 * The institution's account.
 */
institution: string, 
/**
 * The account.
 */
account: string, 
/**
 * The change.
 */
change: Management, } | { "ask": "setStaffName", 
/**
 * The institution's account.
 */
institution: string, 
/**
 * The account.
 */
account: string, 
/**
 * The name. Empty removes it.
 */
name: string, };

/**
 * Consents that a hospital's staff enter in the patient's name.
 */
export type Assisted = { 
/**
 * Whether the patient has refused them for good.
 */
areRefused: boolean, 
/**
 * Those that wait for another signature, each as a sentence.
 */
waiting: Array<string>, };

/**
 * What became of a part of a sentence.
 */
export type Became = "same" | "removed" | "added";

/**
 * A part of a readable document.
 */
export type Block = { "block": "heading", 
/**
 * From 2 (a part of the document) to 4.
 */
level: number, 
/**
 * The text.
 */
text: string, } | { "block": "facts", 
/**
 * Them.
 */
facts: Array<[string, string]>, } | { "block": "table", 
/**
 * The names of the columns.
 */
columns: Array<string>, 
/**
 * The rows.
 */
rows: Array<Array<string>>, } | { "block": "text", 
/**
 * The text, with its line breaks.
 */
text: string, } | { "block": "note", 
/**
 * The text.
 */
text: string, } | { "block": "series", 
/**
 * What was measured.
 */
name: string, 
/**
 * In which unit. Empty if there is none.
 */
unit: string, 
/**
 * The values, the oldest first.
 */
points: Array<SeriesPoint>, 
/**
 * The lower end of the reference range.
 */
low: number | null, 
/**
 * The upper end of the reference range.
 */
high: number | null, 
/**
 * The reference range as text. Empty if there is none.
 */
range: string, };

/**
 * An institution whose name or key has changed since it was first seen.
 */
export type ChangedMember = { 
/**
 * The institution.
 */
institution: Person, 
/**
 * What has changed.
 */
changes: Array<string>, };

/**
 * Something that can be chosen.
 */
export type Choice = { 
/**
 * What names it.
 */
key: string, 
/**
 * The text.
 */
text: string, 
/**
 * More about it. Empty if there is nothing.
 */
hint: string, };

/**
 * What can be chosen in a consent.
 */
export type Choices = { 
/**
 * For whom.
 */
grantees: Array<Choice>, 
/**
 * Categories.
 */
categories: Array<Choice>, 
/**
 * Actions.
 */
actions: Array<Choice>, 
/**
 * Purposes.
 */
purposes: Array<Choice>, 
/**
 * Confidentiality.
 */
confidentiality: Array<Choice>, 
/**
 * Own labels.
 */
labels: Array<Choice>, };

/**
 * A new consent, as the page's form has it.
 */
export type ConsentForm = { 
/**
 * Whether it permits or forbids.
 */
permits: boolean, 
/**
 * For whom, by the key of a [`Choice`](super::Choice).
 */
grantee: string, 
/**
 * Categories, by their keys. Empty: all.
 */
categories: Array<string>, 
/**
 * Records. Empty: all.
 */
records: Array<string>, 
/**
 * Actions, by their keys. Empty: all that a consent without a list means.
 */
actions: Array<string>, 
/**
 * Purposes, by their keys. Empty: all.
 */
purposes: Array<string>, 
/**
 * Only care from this month on: `2024-05`.
 */
fromMonth: string | null, 
/**
 * Only care until this month.
 */
toMonth: string | null, 
/**
 * The first day, in UTC: `2026-12-01`.
 */
from: string | null, 
/**
 * The last day, in UTC.
 */
until: string | null, 
/**
 * Up to, or from, which confidentiality: `normal`, `restricted` or `very-restricted`.
 */
confidentiality: string | null, 
/**
 * Which labelled records.
 */
labels: LabelChoice | null, };

/**
 * A consent.
 */
export type ConsentLine = { 
/**
 * Its number.
 */
id: number, 
/**
 * Whether it permits or forbids.
 */
permits: boolean, 
/**
 * For whom.
 */
grantee: string, 
/**
 * The sentence, in the person's language.
 */
sentence: string, 
/**
 * The sentence that was agreed to, if it was in another language.
 */
agreed: Agreed | null, 
/**
 * What else is to be known: who entered it, that it counts from when, that it is in doubt.
 */
notes: Array<string>, 
/**
 * Until when, for people. Empty if it has no end.
 */
until: string, 
/**
 * Whether it is the one that stops everything.
 */
isStop: boolean, 
/**
 * Whether a hospital's staff entered it.
 */
isAssisted: boolean, 
/**
 * Whether the law gives it to a representative. Nobody amends or revokes it.
 */
isByLaw: boolean, 
/**
 * The consent as the form has it, to be changed. `None` if the form cannot express it.
 */
form: ConsentForm | null, };

/**
 * All consents.
 */
export type Consents = { 
/**
 * In force now.
 */
current: Array<ConsentLine>, 
/**
 * They begin later.
 */
planned: Array<ConsentLine>, 
/**
 * They have ended by themselves, and are still on the chain.
 */
past: Array<ConsentLine>, 
/**
 * Whether everything is stopped.
 */
isStopped: boolean, 
/**
 * What others enter in the patient's name.
 */
assisted: Assisted, };

/**
 * A copy of a record, as one institution has it.
 */
export type CopyLine = { 
/**
 * The institution.
 */
institution: string, 
/**
 * Whether its copy is the one that the chain names.
 */
isRight: boolean, 
/**
 * What was found.
 */
text: string, };

/**
 * A custodian.
 */
export type CustodianLine = { 
/**
 * The institution's account.
 */
account: string, 
/**
 * The institution's name.
 */
name: string, 
/**
 * The address.
 */
address: string, 
/**
 * Whether the wallet talks with it.
 */
isChosen: boolean, 
/**
 * Whether it answers, if it was asked.
 */
answers: boolean | null, };

/**
 * The registration desk.
 */
export type Desk = { 
/**
 * The institutions for which the account registers now. There may be none.
 */
institutions: Array<Choice>, 
/**
 * What people can be enrolled as.
 */
kinds: Array<Choice>, };

/**
 * What the registrar scans.
 */
export type DeskAnswer = { 
/**
 * The code.
 */
code: QrCode, };

/**
 * The code of a registration desk.
 */
export type DeskCode = { 
/**
 * The code.
 */
code: QrCode, 
/**
 * The same as a link to this wallet.
 */
link: string, 
/**
 * As what it enrols, in the person's language.
 */
role: string, 
/**
 * Until when it can be answered, for people.
 */
until: string, };

/**
 * What a registration desk asks for.
 */
export type DeskOffer = { 
/**
 * What the page gives back to have this signed, and nothing else.
 */
digest: string, 
/**
 * The institution's name.
 */
institution: string, 
/**
 * Whether the name is proven.
 */
isProven: boolean, 
/**
 * As what the person is enrolled, in the person's language.
 */
role: string, 
/**
 * What the signature says, in the person's language.
 */
sentence: string, 
/**
 * Until when the offer is valid, for people.
 */
until: string, };

/**
 * A part of a sentence that changes.
 */
export type Difference = { 
/**
 * The text.
 */
text: string, 
/**
 * What became of it.
 */
became: Became, };

/**
 * How a document is shown.
 */
export type DocumentKind = "fhir" | "pdf" | "image" | "text" | "save";

/**
 * A readable document.
 */
export type DocumentView = { 
/**
 * Its id.
 */
id: string, 
/**
 * The title.
 */
title: string, 
/**
 * Its parts, in their order.
 */
blocks: Array<Block>, };

/**
 * What would be signed. Only this can be signed.
 */
export type Draft = { 
/**
 * What names it when it is signed.
 */
digest: string, 
/**
 * The sentence that is agreed to.
 */
sentence: string, 
/**
 * The language of the sentence.
 */
language: string, 
/**
 * What it means, and what people should know before.
 */
notes: Array<string>, 
/**
 * The button's text.
 */
verb: string, 
/**
 * Whether it takes access away, and so is offered without a second question.
 */
takesAway: boolean, 
/**
 * What changes, if a consent gets other terms: the sentence, with what it says no longer. Empty
 * otherwise.
 */
changes: Array<Difference>, 
/**
 * What it would open, if it permits reading.
 */
preview: Preview | null, };

/**
 * What would be signed to enrol somebody.
 */
export type EnrolmentDraft = { 
/**
 * What would be signed.
 */
draft: Draft, 
/**
 * The account.
 */
account: string, 
/**
 * Whether it is a practitioner, who needs a function and a name next.
 */
isPractitioner: boolean, };

/**
 * An account whose key is in a wallet extension of the browser.
 */
export type ExtensionAccount = { 
/**
 * The extension's name in `window.injectedWeb3`.
 */
extension: string, 
/**
 * The account's address, as the extension writes it.
 */
address: string, };

/**
 * What an extension is asked to do.
 */
export type ExtensionMethod = "signRaw" | "signPayload";

/**
 * What became of a question to an extension.
 */
export type ExtensionOutcome = { "outcome": "signed", 
/**
 * The signature, hex.
 */
signature: string, } | { "outcome": "refused" } | { "outcome": "away" };

/**
 * Why a request failed.
 */
export type Failure = { 
/**
 * Which kind of failure, so that the page can offer what helps.
 */
kind: FailureKind, 
/**
 * What happened, in the person's language.
 */
text: string, 
/**
 * Details, in English. Empty if there are none.
 */
detail: string, 
/**
 * Whether something was signed and sent, and can still take effect.
 */
mayTakeEffect: boolean, };

/**
 * The kinds of failures that a page handles in different ways.
 */
export type FailureKind = "input" | "passphrase" | "locked" | "confirmFirst" | "notShown" | "offline" | "notProven" | "old" | "notEnrolled" | "noAccess" | "tooFewCustodians" | "refused" | "changedMember" | "extension" | "update" | "storage" | "other";

/**
 * A file.
 */
export type FileView = { 
/**
 * A safe file name.
 */
name: string, 
/**
 * Its media type.
 */
mediaType: string, 
/**
 * Names the bytes, which come beside this message as an ArrayBuffer `bytes`.
 */
length: number, };

/**
 * A holder of a share.
 */
export type HolderLine = { 
/**
 * Who.
 */
who: Person, 
/**
 * Whether the share is acknowledged.
 */
hasAcknowledged: boolean, };

/**
 * What one institution holds.
 */
export type HoldingLine = { 
/**
 * The institution.
 */
who: Person, 
/**
 * How many records it made.
 */
made: number, 
/**
 * Of how many records it holds a key share.
 */
holds: number, 
/**
 * Since when, for people. Empty if it is not known.
 */
since: string, };

/**
 * Which hospitals hold records, and who may hold keys.
 */
export type Holdings = { 
/**
 * The institutions.
 */
institutions: Array<HoldingLine>, 
/**
 * Who may hold keys, and in which countries, as a sentence.
 */
choice: string, 
/**
 * The institutions among which the patient chooses.
 */
holders: Array<Choice>, 
/**
 * Those that are chosen. Empty if all may hold keys.
 */
chosenHolders: Array<string>, 
/**
 * The countries of these institutions.
 */
countries: Array<Choice>, 
/**
 * Those that are chosen. Empty if keys may be in all of them.
 */
chosenCountries: Array<string>, };

/**
 * The first screen.
 */
export type Home = { 
/**
 * What is proven.
 */
proof: Proof, 
/**
 * Requests that wait.
 */
requests: Array<RequestLine>, 
/**
 * What people did since the log was seen last.
 */
news: Array<LogLine>, 
/**
 * How many of them there are besides those in `news`.
 */
moreNews: number, 
/**
 * Whether the log is complete.
 */
log: LogVerdict, 
/**
 * Whether everything is stopped.
 */
isStopped: boolean, 
/**
 * Consents that clinicians entered and that begin soon.
 */
beginsSoon: Array<ConsentLine>, 
/**
 * What else others enter in the patient's name.
 */
assisted: Assisted, 
/**
 * Institutions whose name or key has changed.
 */
changedMembers: Array<ChangedMember>, 
/**
 * How many records there are.
 */
records: number, 
/**
 * How many consents are in force.
 */
consents: number, };

/**
 * The documents that are kept on this device.
 */
export type Kept = { 
/**
 * They, the newest first.
 */
documents: Array<KeptLine>, 
/**
 * How many bytes they have.
 */
size: number, 
/**
 * How many bytes are kept at most.
 */
most: number, };

/**
 * A document that is kept on this device.
 */
export type KeptLine = { 
/**
 * Its record's id.
 */
id: string, 
/**
 * Its title.
 */
title: string, 
/**
 * Which version it is, and since when it is here.
 */
note: string, 
/**
 * Its length in bytes.
 */
size: number, };

/**
 * Which labelled records a consent covers.
 */
export type LabelChoice = { "labels": "unlabelled" } | { "labels": "also", 
/**
 * The labels' words.
 */
words: Array<string>, } | { "labels": "any" };

/**
 * Which lines of the log are shown.
 */
export type LogFilter = { 
/**
 * Only of this account.
 */
person: string | null, 
/**
 * Only for this institution.
 */
institution: string | null, 
/**
 * Only of these kinds, by their keys.
 */
kinds: Array<string>, 
/**
 * Only from this day on, in UTC: `2026-11-01`.
 */
from: string | null, 
/**
 * Only until this day.
 */
until: string | null, 
/**
 * Only the lines before this number: the next page.
 */
before: number | null, };

/**
 * A line of the log, or several that belong together.
 */
export type LogLine = { 
/**
 * The line's number, from 1, for people.
 */
number: number, 
/**
 * The kind's key.
 */
kind: string, 
/**
 * What happened, as a sentence.
 */
text: string, 
/**
 * Who did it.
 */
who: Person | null, 
/**
 * When, by the custodian's word, for people.
 */
time: string, 
/**
 * The block.
 */
block: number, 
/**
 * Whether it is new.
 */
isNew: boolean, 
/**
 * How many lines are folded into this one. 1 if none.
 */
lines: number, };

/**
 * Whether the log is complete.
 */
export type LogVerdict = { 
/**
 * Whether all lines were fetched and fit to what the chain proves.
 */
isComplete: boolean, 
/**
 * How many lines fit.
 */
count: number, 
/**
 * All this as a sentence: it names the first line that does not fit.
 */
text: string, };

/**
 * The log.
 */
export type LogView = { 
/**
 * The newest first, after the filter.
 */
lines: Array<LogLine>, 
/**
 * The number of all lines.
 */
count: number, 
/**
 * The number up to which they were seen before.
 */
seen: number, 
/**
 * Whether it is complete.
 */
verdict: LogVerdict, 
/**
 * People who appear in it, for the filter.
 */
people: Array<Choice>, 
/**
 * Institutions that appear in it.
 */
institutions: Array<Choice>, 
/**
 * The kinds of lines.
 */
kinds: Array<Choice>, 
/**
 * Before which line the next page ends. `None` if this is the last.
 */
next: number | null, };

/**
 * An account, as its registrar sees it.
 */
export type Managed = { 
/**
 * Who.
 */
who: Person, 
/**
 * The name that the institution tells its patients. Empty if there is none.
 */
staffName: string, 
/**
 * Whether such a name can be set.
 */
canBeNamed: boolean, 
/**
 * What kind of account it is, in words.
 */
kind: string, 
/**
 * The institution that enrolled it.
 */
enrolledBy: string, 
/**
 * Its status, in words.
 */
status: string, 
/**
 * Since when signing with its key is disabled, for people. Empty if it is not.
 */
disabledSince: string, 
/**
 * The affiliation with this institution, if there is or was one.
 */
affiliation: AffiliationView | null, 
/**
 * Functions that can be given.
 */
roles: Array<Choice>, 
/**
 * Whether the affiliation can be ended.
 */
canEnd: boolean, 
/**
 * Statuses that can be set.
 */
statuses: Array<Choice>, 
/**
 * Whether signing can be disabled and enabled.
 */
canDisable: boolean, };

/**
 * A change of an account or of somebody's work.
 */
export type Management = { "change": "affiliate", 
/**
 * The function's key.
 */
role: string, 
/**
 * The last day, in UTC: `2027-12-31`. Without it there is no end.
 */
until: string | null, } | { "change": "endAffiliation" } | { "change": "status", 
/**
 * Its key.
 */
status: string, } | { "change": "disableSigning", 
/**
 * The day since which it may be in other hands, in UTC. Without it: now.
 */
since: string | null, } | { "change": "enableSigning" };

/**
 * From the core to the page.
 */
export type Message = { "type": "answer", 
/**
 * The request's id.
 */
id: number, 
/**
 * The answer.
 */
answer: Answer, } | { "type": "failed", 
/**
 * The request's id.
 */
id: number, 
/**
 * Why, and what to do.
 */
failure: Failure, } | { "type": "waiting", 
/**
 * The request's id. 0 for work that no request asked for.
 */
id: number, 
/**
 * For what, in the person's language.
 */
what: string, 
/**
 * How many bytes are done.
 */
done: number, 
/**
 * Of how many, if that is known.
 */
total: number | null, } | { "type": "notice", 
/**
 * In the person's language or, with [`Foreign`](Failure::detail), in English.
 */
text: string, } | { "type": "proof", 
/**
 * What is proven.
 */
proof: Proof, } | { "type": "changed" } | { "type": "askExtension", 
/**
 * The question's number.
 */
id: number, 
/**
 * The extension's name in `window.injectedWeb3`.
 */
extension: string, 
/**
 * What it is to do.
 */
method: ExtensionMethod, 
/**
 * What it is to sign: JSON for the extension, not for people.
 */
payload: string, } | { "type": "locked" };

/**
 * What an approval leaves out of what was asked for.
 */
export type Narrowing = { 
/**
 * Only these categories, by their keys. Empty: all that were asked for.
 */
categories: Array<string>, 
/**
 * Only these records. Empty: all.
 */
records: Array<string>, 
/**
 * Only care from this month on: `2024-05`.
 */
fromMonth: string | null, 
/**
 * Only care until this month.
 */
toMonth: string | null, 
/**
 * The end of the consent, a day in UTC: `2027-01-31`.
 */
until: string | null, 
/**
 * Up to which confidentiality: `normal`, `restricted` or `very-restricted`.
 */
confidentiality: string | null, 
/**
 * Which labelled records are included.
 */
labels: LabelChoice | null, };

/**
 * A record that a practitioner can open now.
 */
export type OpenRecord = { 
/**
 * It.
 */
record: RecordLine, 
/**
 * After how many seconds it is closed, if it is open in this wallet.
 */
closesIn: number | null, };

/**
 * A record that was opened, or why not.
 */
export type Opened = { 
/**
 * Its id.
 */
id: string, 
/**
 * The title. Empty if it failed.
 */
title: string, 
/**
 * How the page shows it.
 */
kind: DocumentKind, 
/**
 * Its length in bytes.
 */
size: number, 
/**
 * Whether it is so long that it goes straight into a file.
 */
isLarge: boolean, 
/**
 * A safe name for its file.
 */
fileName: string, 
/**
 * What is to be known of it, such as that it is a copy on this device. Empty if nothing.
 */
note: string, 
/**
 * Why it is not open. Empty if it is.
 */
failure: string, 
/**
 * Who sent something false, if somebody did.
 */
warnings: Array<string>, 
/**
 * After how many seconds it is closed, because the opening has ended. `None` for own records.
 */
closesIn: number | null, };

/**
 * A request that the practitioner has made.
 */
export type OwnRequest = { 
/**
 * The patient.
 */
patient: Person, 
/**
 * Its number.
 */
id: number, 
/**
 * What became of it.
 */
state: OwnRequestState, 
/**
 * What was asked for, as the patient reads it. Empty if the chain does not have it any more.
 */
sentence: string, 
/**
 * When it was made, for people.
 */
asked: string, 
/**
 * Until when it can be answered, for people.
 */
until: string, };

/**
 * What became of an own request.
 */
export type OwnRequestState = "waiting" | "expired" | "gone";

/**
 * Passkeys.
 */
export type Passkeys = { 
/**
 * Their credentials' ids, base64.
 */
credentials: Array<string>, 
/**
 * The input of the PRF extension, base64.
 */
input: string, 
/**
 * Bytes that name the account for the authenticator, base64.
 */
user: string, };

/**
 * A patient, as a practitioner sees one.
 */
export type PatientView = { 
/**
 * The patient.
 */
who: Person, 
/**
 * The key of the institution for which the practitioner acts here.
 */
institution: string, 
/**
 * The institutions for which the practitioner can act.
 */
institutions: Array<Choice>, 
/**
 * The records that the practitioner can open now, the newest care first. Each is proven.
 */
open: Array<OpenRecord>, 
/**
 * Who has named these records: that there are no others is this institution's word.
 */
namedBy: string, 
/**
 * Whether there are more records than these.
 */
hasMore: boolean, 
/**
 * Own requests to this patient, the newest first.
 */
requests: Array<OwnRequest>, 
/**
 * For whom can be asked.
 */
grantees: Array<Choice>, 
/**
 * Categories that can be asked for.
 */
categories: Array<Choice>, 
/**
 * For how long can be asked: days, and their text.
 */
durations: Array<Choice>, };

/**
 * A person or an institution.
 */
export type Person = { 
/**
 * The name, or a short form of the address.
 */
name: string, 
/**
 * Whose word the name is. Empty for names that are proven or the person's own.
 */
nameBy: string, 
/**
 * The profession, in the person's language. Empty if there is none.
 */
function: string, 
/**
 * The institution for which they act. Empty if there is none.
 */
institution: string, 
/**
 * Whether the health authority has attested the licence. `None` if that does not apply.
 */
isAttested: boolean | null, 
/**
 * The account's address, for details.
 */
account: string, };

/**
 * How far this wallet is.
 */
export type Phase = "empty" | "locked" | "notEnrolled" | "open";

/**
 * All, some or none.
 */
export type Portion = "all" | "some" | "none";

/**
 * A practitioner's first screen.
 */
export type Practice = { 
/**
 * What is proven.
 */
proof: Proof, 
/**
 * For which institutions the practitioner acts, and as what: one person for each.
 */
actsFor: Array<Person>, 
/**
 * The patients of the own requests, and those whom the practitioner has named.
 */
patients: Array<Person>, 
/**
 * Own requests, the newest first.
 */
requests: Array<OwnRequest>, };

/**
 * What terms would open, beside what is open already.
 */
export type Preview = { 
/**
 * Records that would be opened.
 */
opens: Array<RecordLine>, 
/**
 * Records that the same person can open already.
 */
already: Array<RecordLine>, 
/**
 * Records that stay closed.
 */
closed: number, 
/**
 * Of those that would be opened: how many have labels.
 */
labelled: number, 
/**
 * How many are restricted or very restricted.
 */
restricted: number, 
/**
 * All this as one sentence.
 */
summary: string, };

/**
 * What is proven, and how new it is.
 */
export type Proof = { 
/**
 * The newest final block.
 */
block: number, 
/**
 * Its time, for people, in the person's language. Empty for the genesis block.
 */
time: string, 
/**
 * Its age in seconds when this was said.
 */
age: number | null, 
/**
 * Whether it is so old that something is wrong.
 */
isOld: boolean, 
/**
 * Who is behind, or does not answer: names of institutions.
 */
behind: Array<string>, 
/**
 * Whether nobody answers: what is shown is the last proven state.
 */
isOffline: boolean, };

/**
 * A QR code to draw: squares of one unit on a light ground with a margin of four.
 */
export type QrCode = { 
/**
 * Modules on a side, without margin.
 */
size: number, 
/**
 * The dark modules as the data of an SVG path.
 */
path: string, 
/**
 * Its text, to copy.
 */
text: string, };

/**
 * A record in a list.
 */
export type RecordLine = { 
/**
 * Its id.
 */
id: string, 
/**
 * The title, once it was opened.
 */
title: string | null, 
/**
 * The category's key.
 */
category: string, 
/**
 * The category, in words.
 */
categoryText: string, 
/**
 * When the care took place, for people.
 */
period: string, 
/**
 * The first month, to sort by: `2024-05`.
 */
month: string, 
/**
 * The key of the institution that made it.
 */
institution: string, 
/**
 * That institution's name.
 */
institutionName: string, 
/**
 * Sensitivity labels, in words.
 */
labels: Array<string>, 
/**
 * `normal`, `restricted` or `very-restricted`.
 */
confidentiality: string, 
/**
 * That in words, if it is not normal.
 */
confidentialityText: string, 
/**
 * The number of versions.
 */
versions: number, 
/**
 * What is wrong or special: entered in error, not yet available. Empty if nothing.
 */
note: string, 
/**
 * Whether it is open in this wallet now.
 */
isOpen: boolean, 
/**
 * Whether it is kept on this device.
 */
isKept: boolean, };

/**
 * How long a record is.
 */
export type RecordSize = { 
/**
 * The record's id.
 */
id: string, 
/**
 * Its length in bytes, encrypted. `None` if no custodian said it.
 */
size: number | null, 
/**
 * Whether it goes straight into a file.
 */
isLarge: boolean, };

/**
 * One record.
 */
export type RecordView = { 
/**
 * The record.
 */
line: RecordLine, 
/**
 * Who wrote it.
 */
author: Person, 
/**
 * Its versions, the newest first.
 */
versions: Array<VersionLine>, 
/**
 * Who holds shares of its key.
 */
holders: Array<HolderLine>, 
/**
 * How many of them open it, in words.
 */
threshold: string, 
/**
 * The record to which it belongs, such as that of a note.
 */
belongsTo: RecordLine | null, 
/**
 * The records that belong to it, such as notes.
 */
related: Array<RecordLine>, 
/**
 * Whether a hospital marked it as sensitive without naming its labels.
 */
isUnclassified: boolean, };

/**
 * All records.
 */
export type Records = { 
/**
 * The newest care first.
 */
records: Array<RecordLine>, 
/**
 * The categories of which there are records.
 */
categories: Array<Choice>, 
/**
 * The institutions that made them.
 */
institutions: Array<Choice>, };

/**
 * What the chain says of a release.
 */
export type ReleaseStanding = "current" | "earlier" | "unknown" | "nothingPublished";

/**
 * Whether the council has published a release.
 */
export type ReleaseView = { 
/**
 * What the chain says, proven.
 */
standing: ReleaseStanding, 
/**
 * The version of the published release. Empty if there is none.
 */
version: string, 
/**
 * The SHA-256 of its manifest. Empty if there is none.
 */
hash: string, };

/**
 * From the page to the core.
 */
export type Request = { 
/**
 * Chosen by the page. The answer has the same.
 */
id: number, 
/**
 * What is asked.
 */
ask: Ask, };

/**
 * A request in a list.
 */
export type RequestLine = { 
/**
 * Its number.
 */
id: number, 
/**
 * Who asks.
 */
who: Person, 
/**
 * Why, in the asking person's words. `None` if it cannot be read.
 */
reason: string | null, 
/**
 * What is asked for, as a sentence.
 */
sentence: string, 
/**
 * Until when it can be answered, for people.
 */
until: string, };

/**
 * A request and what it would open.
 */
export type RequestView = { 
/**
 * The request.
 */
line: RequestLine, 
/**
 * The sentence of the consent as it is narrowed now.
 */
sentence: string, 
/**
 * What it would open.
 */
preview: Preview, 
/**
 * Categories that were asked for.
 */
categories: Array<Choice>, 
/**
 * What the own key share means here, if it can be carried.
 */
carry: string | null, };

/**
 * From what an account is restored.
 */
export type RestoreSource = { "from": "words", 
/**
 * The text.
 */
text: string, } | { "from": "extension", 
/**
 * The account.
 */
account: ExtensionAccount, 
/**
 * The sheet's words, or its code.
 */
text: string, } | { "from": "walletJson", 
/**
 * The file's text.
 */
json: string, 
/**
 * Its password.
 */
password: string, } | { "from": "keyFile", 
/**
 * The file, base64.
 */
file: string, 
/**
 * Its passphrase.
 */
passphrase: string, };

/**
 * What unlocks the wallet.
 */
export type Secret = { "by": "passphrase", 
/**
 * It.
 */
text: string, } | { "by": "passkey", 
/**
 * The credential's id, base64.
 */
credential: string, 
/**
 * The output of its PRF extension, base64.
 */
output: string, };

/**
 * What somebody sees now.
 */
export type Seen = { 
/**
 * Who.
 */
who: Person, 
/**
 * Records that they can open, each with the reason.
 */
open: Array<[RecordLine, string]>, 
/**
 * Records that they cannot open.
 */
closed: Array<[RecordLine, string]>, };

/**
 * A measured value.
 */
export type SeriesPoint = { 
/**
 * The moment, to place it: `2026-11-21T14:05`, or less of it.
 */
moment: string, 
/**
 * The moment, for people.
 */
when: string, 
/**
 * The number.
 */
value: number, 
/**
 * The number, for people.
 */
text: string, 
/**
 * What it means, such as “too high”. Empty if nothing.
 */
remark: string, };

/**
 * The settings.
 */
export type Settings = { 
/**
 * The account's address.
 */
account: string, 
/**
 * The chain, by its genesis hash, shortened.
 */
chain: string, 
/**
 * Which institution enrolled the account.
 */
enrolledBy: string, 
/**
 * The custodians of all members, those with whom the wallet talks first.
 */
custodians: Array<CustodianLine>, 
/**
 * With how many the wallet talks at most.
 */
mostCustodians: number, 
/**
 * Names that the person gave: account and name.
 */
names: Array<Choice>, 
/**
 * Settings of this device: name and value.
 */
device: Array<[string, string]>, 
/**
 * Whether the data is kept at custodians, and since when, as a sentence.
 */
synced: string, };

/**
 * What became of a draft that was signed.
 */
export type Signed = { 
/**
 * What is proven now, as a sentence.
 */
text: string, 
/**
 * The block from which on it is in force.
 */
block: number, 
/**
 * What could not be done besides, such as carrying a share.
 */
notes: Array<string>, };

/**
 * The names that an institution tells its patients.
 */
export type Staff = { 
/**
 * Accounts with their names, by name.
 */
names: Array<Choice>, };

/**
 * Where the wallet is.
 */
export type Started = { 
/**
 * How far it is.
 */
phase: Phase, 
/**
 * The language of texts: `en`, `de` or `id`.
 */
language: string, 
/**
 * The languages that there are.
 */
languages: Array<string>, 
/**
 * The account's address. Empty if there is none, or it is locked.
 */
account: string, 
/**
 * Whose account it is, if it is enrolled.
 */
kind: AccountKind | null, 
/**
 * The name of the institution that serves this wallet, if it answers.
 */
server: string | null, 
/**
 * Whether a passkey unlocks the wallet.
 */
hasPasskey: boolean, 
/**
 * The extension that has the account's key, if one has it.
 */
extension: string | null, 
/**
 * Whether the words were saved: nothing is permitted before.
 */
hasBackup: boolean, 
/**
 * The wallet's version.
 */
version: string, };

/**
 * Studies, and the patient's choices about them.
 */
export type Studies = { 
/**
 * The patient's consents about studies.
 */
choices: Array<ConsentLine>, 
/**
 * The studies that have not ended, the newest first.
 */
open: Array<StudyLine>, 
/**
 * The studies that have ended.
 */
ended: Array<StudyLine>, 
/**
 * In which rounds the patient was counted, and by whom, each as a phrase: from the patient's log.
 */
counted: Array<string>, 
/**
 * Whether that log is complete.
 */
log: LogVerdict, 
/**
 * What is left of the privacy budget, as a sentence.
 */
budget: string, 
/**
 * Traits of studies, which a standing choice can include.
 */
traits: Array<Choice>, };

/**
 * A standing choice about studies, as the page's form has it.
 */
export type StudyChoice = { 
/**
 * Only studies on this disease: its number in MONDO. Empty: on every disease.
 */
disease: string, 
/**
 * Traits of studies that are included.
 */
traits: Array<string>, 
/**
 * The last day, in UTC. `None`: until it is revoked.
 */
until: string | null, };

/**
 * A study in a list.
 */
export type StudyLine = { 
/**
 * Its number.
 */
id: number, 
/**
 * What it asks. Empty if that was not read.
 */
question: string, 
/**
 * Who runs it.
 */
researcher: string, 
/**
 * Where it is, in words.
 */
stage: string, 
/**
 * Whether it counts the patient.
 */
counts: boolean, 
/**
 * Whether it counts the patient and by which consent, or why not, as a sentence.
 */
decision: string, };

/**
 * One study, as a patient reads it before agreeing to be counted.
 */
export type StudyView = { 
/**
 * The study.
 */
line: StudyLine, 
/**
 * What it is, in paragraphs.
 */
paragraphs: Array<string>, 
/**
 * What a round costs.
 */
cost: string, 
/**
 * What is left of the privacy budget, as a sentence.
 */
budget: string, 
/**
 * Whether the patient can join it: it has not ended, and no consent for it alone permits it.
 */
canJoin: boolean, 
/**
 * Whether the patient can leave it: it has not ended, and was not left.
 */
canLeave: boolean, 
/**
 * That the patient has left it. Empty otherwise.
 */
left: string, };

/**
 * A document that was begun to be added, and not finished.
 */
export type UnfinishedLine = { 
/**
 * Its record's id.
 */
id: string, 
/**
 * Its title.
 */
title: string, 
/**
 * How far it is, and what is missing.
 */
state: string, 
/**
 * Whether it can be given up: nothing of it is on the chain.
 */
canGiveUp: boolean, };

/**
 * A version of a record.
 */
export type VersionLine = { 
/**
 * Its number, from 1, for people.
 */
number: number, 
/**
 * When it was added, for people.
 */
added: string, 
/**
 * Whether enough shares are acknowledged.
 */
isAvailable: boolean, };

/**
 * The words of an account or of an encryption key, for the printed sheet.
 */
export type Words = { 
/**
 * The words: twelve of an account, 24 of an encryption key.
 */
words: Array<string>, 
/**
 * The same as a QR code.
 */
code: QrCode, 
/**
 * The account's address.
 */
account: string, 
/**
 * Whether they are those of an encryption key: an extension has the key that signs.
 */
isEncryptionKey: boolean, };
