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
 * What one of them sees.
 */
export type AccessRow = { 
/**
 * Who.
 */
who: Person, 
/**
 * One cell for each category.
 */
cells: Array<AccessCell>, };

/**
 * Whose account it is.
 */
export type AccountKind = "patient" | "practitioner" | "other";

/**
 * The core's answers.
 */
export type Answer = { "answer": "done" } | { "answer": "started", "value": Started } | { "answer": "words", "value": Words } | { "answer": "passkeys", "value": Passkeys } | { "answer": "deskOffer", "value": DeskOffer } | { "answer": "deskAnswer", "value": DeskAnswer } | { "answer": "proof", "value": Proof } | { "answer": "home", "value": Home } | { "answer": "requests", "value": Array<RequestLine> } | { "answer": "request", "value": RequestView } | { "answer": "draft", "value": Draft } | { "answer": "signed", "value": Signed } | { "answer": "consents", "value": Consents } | { "answer": "choices", "value": Choices } | { "answer": "access", "value": Access } | { "answer": "seen", "value": Seen } | { "answer": "records", "value": Records } | { "answer": "record", "value": RecordView } | { "answer": "opened", "value": Array<Opened> } | { "answer": "sizes", "value": Array<RecordSize> } | { "answer": "unfinished", "value": Array<UnfinishedLine> } | { "answer": "kept", "value": Kept } | { "answer": "document", "value": DocumentView } | { "answer": "file", "value": FileView } | { "answer": "copies", "value": Array<CopyLine> } | { "answer": "log", "value": LogView } | { "answer": "logVerdict", "value": LogVerdict } | { "answer": "holdings", "value": Holdings } | { "answer": "settings", "value": Settings };

/**
 * A request of the page. The answer to each is named in brackets: see [`Answer`](super::Answer).
 */
export type Ask = { "ask": "sizes", ids: Array<string> } | { "ask": "saveLarge", id: string } | { "ask": "draftAddition", form: AdditionForm } | { "ask": "draftNote", id: string, text: string } | { "ask": "draftLabels", id: string, words: Array<string> } | { "ask": "unfinished" } | { "ask": "draftFinish", id: string } | { "ask": "giveUp", id: string } | { "ask": "kept" } | { "ask": "keep", id: string } | { "ask": "openKept", id: string } | { "ask": "forgetKept", id: string } | { "ask": "start", 
/**
 * The language of the browser or of the person's choice: `de-AT`.
 */
language: string, 
/**
 * The address that the page was loaded from, without a path.
 */
origin: string, } | { "ask": "setLanguage", 
/**
 * `en`, `de` or `id`.
 */
language: string, } | { "ask": "makeWords" } | { "ask": "checkWords", 
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
output: string, } | { "ask": "passkeys" } | { "ask": "removePasskeys" } | { "ask": "forget" } | { "ask": "readDeskCode", 
/**
 * The code's text, or a link with it.
 */
text: string, } | { "ask": "acceptDeskCode" } | { "ask": "proof" } | { "ask": "home" } | { "ask": "requests" } | { "ask": "request", 
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
id: number, } | { "ask": "draftStop" } | { "ask": "draftResume" } | { "ask": "sign", 
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
id: string, } | { "ask": "open", 
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
value: string, } | { "ask": "setName", 
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
account: string, };

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
 * The sentence that was agreed to, if it was in another language: language and text.
 */
agreed: [string, string] | null, 
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
isStopped: boolean, };

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
 * The institution's name.
 */
name: string, 
/**
 * The address.
 */
address: string, 
/**
 * Whether it answers.
 */
answers: boolean, };

/**
 * What the registrar scans.
 */
export type DeskAnswer = { 
/**
 * The code.
 */
code: QrCode, };

/**
 * What a registration desk asks for.
 */
export type DeskOffer = { 
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
 * What it would open, if it permits reading.
 */
preview: Preview | null, };

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
export type FailureKind = "input" | "passphrase" | "locked" | "confirmFirst" | "notShown" | "offline" | "notProven" | "old" | "notEnrolled" | "noAccess" | "tooFewCustodians" | "refused" | "changedMember" | "update" | "storage" | "other";

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
choice: string, };

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
assisted: Array<ConsentLine>, 
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
proof: Proof, } | { "type": "changed" } | { "type": "locked" };

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
 * A record that was opened, or why not.
 */
export type Opened = { isLarge: boolean, fileName: string, note: string,
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
 * Why it is not open. Empty if it is.
 */
failure: string, 
/**
 * Who sent something false, if somebody did.
 */
warnings: Array<string>, };

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
export type RecordLine = { isKept: boolean,
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
isOpen: boolean, };

/**
 * One record.
 */
export type RecordView = { belongsTo: RecordLine | null, related: Array<RecordLine>, isUnclassified: boolean,
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
threshold: string, };

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
 * Custodians: name, address, and whether it answers.
 */
custodians: Array<CustodianLine>, 
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
 * Whether the words were saved: nothing is permitted before.
 */
hasBackup: boolean, 
/**
 * The wallet's version.
 */
version: string, };

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
 * An account's words, for the printed sheet.
 */
export type Words = { 
/**
 * The twelve words.
 */
words: Array<string>, 
/**
 * The same as a QR code.
 */
code: QrCode, 
/**
 * The account's address.
 */
account: string, };

export type RecordSize = { id: string, size: number | null, isLarge: boolean };
export type UnfinishedLine = { id: string, title: string, state: string, canGiveUp: boolean };
export type Kept = { documents: Array<KeptLine>, size: number, most: number };
export type KeptLine = { id: string, title: string, note: string, size: number };
export type AdditionForm = { title: string, fileName: string, category: string, month: string, labels: Array<string>, confidentiality: string };
