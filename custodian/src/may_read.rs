//! Who may read which keys of the chain's state through the custodian.
//!
//! [`may_read`] is pure: it looks at the caller and at the key alone. For some keys the answer depends
//! on the state, such as whether a record is the caller's. Then it says which question to ask.

use std::sync::LazyLock;
use vouchsafe_client::chain::{
	account_bytes,
	storage::{blake2_128_concat, prefix},
	AccountId, Scope, H256,
};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller<'a> {
	/// Somebody who did not sign.
	Anyone,
	/// An active account.
	Account {
		/// The account.
		account: &'a AccountId,
		/// The key that signed for it. It has the account's name unless it has replaced the first key.
		key: &'a AccountId,
	},
	/// An account that is not active, or whose key is disabled. All that it can do is to object, to a new key or
	/// to a representative, so it reads what that needs.
	Barred {
		/// The account.
		account: &'a AccountId,
		/// The key that signed for it.
		key: &'a AccountId,
	},
}

/// Whether a key may be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
	/// It may.
	Yes,
	/// It may not.
	No,
	/// If this account is an institution or authority.
	IfInstitution(AccountId),
	/// If this account is enrolled. The proof that something is not there can show a neighbour in the
	/// state, which an account that was made up would choose.
	IfEnrolled(AccountId),
	/// If there is a value. Without one, the proof can show a neighbour: another reader of the patient, or
	/// another person in the round.
	IfThere,
	/// If the caller has this record, or may read the record itself, whose key is in the same request.
	IfRecord(H256),
	/// If the caller can open this record of this patient now, and it is there.
	IfOpenable(AccountId, H256),
	/// If the caller can open some record of this patient now, and there is a value.
	IfAnyOpenable(AccountId),
	/// If the value is a request that the caller made, or a request to this patient whom the caller represents
	/// within the scope of requests.
	IfAsker(AccountId),
	/// If the caller represents this patient now, within one of these scopes; without scopes, within any.
	IfRepresents(AccountId, &'static [Scope]),
	/// If the caller is in this patient's list of representatives. A practitioner needs to know who answers for
	/// any patient who has such a list.
	IfListed(AccountId),
	/// The same, and the patient was enrolled without a key.
	IfListedForWard(AccountId),
	/// If the caller may read this patient's log now.
	IfMayReadLog(AccountId),
}

/// What a rule says about the keys of one storage item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
	/// Everyone reads everything.
	Everyone,
	/// Enrolled accounts read everything.
	Enrolled,
	/// Enrolled accounts read any account that there is, one at a time. Others read those of institutions.
	Account,
	/// Enrolled accounts read what is below one account at a time, if there is this account.
	EachAccount,
	/// What is below the caller's own account.
	Own,
	/// What is below the caller's own account or key.
	OwnKey,
	/// What is below the caller's own account, and below a patient whom the caller represents within one of these
	/// scopes; without scopes, within any.
	Represented(&'static [Scope]),
	/// The caller's own representatives, and those of patients who have the caller as one. Practitioners read
	/// those of any patient who has some.
	Representatives,
	/// The caller's own present key, and that of wards whose representatives the caller may read: whether there
	/// is one says whether they are wards still.
	PresentKey,
	/// The caller's own log, and those that the caller may read.
	Log,
	/// The caller's own records, and those that the caller can open.
	Record,
	/// The same for what is stored by record and version.
	OfRecord,
	/// The caller's own sets of holders, and those of patients of whom the caller can open a record.
	HolderSet,
	/// Requests to the caller and to patients whom the caller represents, and those that the caller made.
	Request,
	/// Openings of the caller's records, and the caller's own openings, if there are any.
	Opening,
	/// The caller's own entry in a round, if there is one.
	InRound,
}

/// Whoever grants and revokes for a patient sees what is granted, and what waits to be.
const CONSENTS: &[Scope] = &[Scope::Consents];

/// The items that somebody may read: pallet, item and rule. Nobody reads anything else.
const TABLE: [(&str, &str, Rule); 37] = [
	("Timestamp", "Now", Rule::Everyone),
	("System", "LastRuntimeUpgrade", Rule::Everyone),
	("System", "BlockHash", Rule::Everyone),
	("System", "Account", Rule::OwnKey),
	("Grandpa", "Authorities", Rule::Everyone),
	("Grandpa", "CurrentSetId", Rule::Everyone),
	("Consortium", "Releases", Rule::Everyone),
	("Parameters", "Parameters", Rule::Everyone),
	("Enrolment", "Institutions", Rule::Everyone),
	("Enrolment", "CustodianAccounts", Rule::Everyone),
	("Enrolment", "Accounts", Rule::Account),
	("Enrolment", "Affiliations", Rule::EachAccount),
	("Enrolment", "AffiliatedWith", Rule::EachAccount),
	("Enrolment", "StaffProposals", Rule::Represented(CONSENTS)),
	("Records", "Records", Rule::Record),
	("Records", "Versions", Rule::OfRecord),
	("Consent", "Consents", Rule::Represented(CONSENTS)),
	("Consent", "AssistedDelay", Rule::Everyone),
	("Consent", "AssistedRefused", Rule::Represented(CONSENTS)),
	("Consent", "AwaitingAuthority", Rule::Represented(CONSENTS)),
	("AccessRequests", "Requests", Rule::Request),
	("Custody", "SharingSets", Rule::OfRecord),
	("Custody", "HolderSets", Rule::HolderSet),
	("Custody", "Openings", Rule::Opening),
	("Custody", "Choices", Rule::Represented(&[Scope::Records, Scope::Holders])),
	("Audit", "Logs", Rule::Log),
	("Studies", "NextStudy", Rule::Enrolled),
	("Studies", "Studies", Rule::Enrolled),
	("Studies", "Rounds", Rule::Enrolled),
	("Studies", "Results", Rule::Enrolled),
	("Studies", "Ledgers", Rule::Own),
	("Recovery", "Keys", Rule::OwnKey),
	("Recovery", "PresentKeys", Rule::PresentKey),
	// A ward's representatives object to a key for it.
	("Recovery", "GuardiansOf", Rule::Represented(&[])),
	("Recovery", "Changes", Rule::Represented(&[])),
	("Recovery", "Attempts", Rule::Represented(&[])),
	("Representation", "RepresentativesOf", Rule::Representatives),
];

/// What an account reads of its own if all that it can do is to object. Besides, it reads what everyone may.
const FOR_OBJECTIONS: [(&str, &str); 8] = [
	("System", "Account"),
	("Enrolment", "Accounts"),
	("Recovery", "Keys"),
	("Recovery", "PresentKeys"),
	("Recovery", "GuardiansOf"),
	("Recovery", "Changes"),
	("Recovery", "Attempts"),
	("Representation", "RepresentativesOf"),
];

/// Those that are below the number of a study and of a round.
const IN_ROUNDS: [(&str, &str, Rule); 2] =
	[("Studies", "People", Rule::InRound), ("Studies", "Contributors", Rule::InRound)];

/// A row of the table.
struct Row {
	/// What the keys begin with.
	prefix: Vec<u8>,
	rule: Rule,
	/// Whether an account reads its own to object.
	for_objections: bool,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
	let row = |(pallet, item, rule): &(&'static str, &'static str, Rule)| Row {
		prefix: prefix(pallet, item),
		rule: *rule,
		for_objections: FOR_OBJECTIONS.contains(&(*pallet, *item)),
	};
	TABLE.iter().chain(&IN_ROUNDS).map(row).collect()
});

/// Bytes of an account in a key, after its hash of 16 bytes.
const HASHED_ACCOUNT: usize = 48;
/// Bytes of the number of a study and of a round in a key.
const HASHED_ROUND: usize = 16 + 5;
/// Bytes of the number of a request in a key.
const HASHED_REQUEST: usize = 16 + 4;
/// Bytes of a number that is not hashed.
const NUMBER: usize = 4;
/// Bytes of a record's id.
const RECORD: usize = 32;

/// Whether the caller may read this key. For keys below a prefix, ask about the prefix: they may be
/// read only if the answer is [`Answer::Yes`], [`Answer::IfEnrolled`] and the account is enrolled, or
/// [`Answer::IfRepresents`] and the caller does.
pub fn may_read(caller: Caller<'_>, key: &[u8]) -> Answer {
	let found = ROWS.iter().find_map(|row| Some((row, key.strip_prefix(&row.prefix[..])?)));
	let Some((Row { rule, for_objections, .. }, rest)) = found else { return Answer::No };
	match (caller, *rule) {
		(_, Rule::Everyone) => Answer::Yes,
		(Caller::Account { account, key }, rule) => of_account(account, key, rule, rest),
		(Caller::Barred { account, key }, rule)
			if *for_objections && is_own(account, key, rule, rest) =>
		{
			Answer::Yes
		},
		(Caller::Anyone | Caller::Barred { .. }, Rule::Account) => match first_account(rest) {
			Some((account, [])) => Answer::IfInstitution(account),
			_ => Answer::No,
		},
		(Caller::Anyone | Caller::Barred { .. }, _) => Answer::No,
	}
}

/// Whether this part of a key is below the account, or below the key that signed for it if the rule is about
/// keys. For rules by whose items the first account is the owner.
fn is_own(account: &AccountId, key: &AccountId, rule: Rule, rest: &[u8]) -> bool {
	let is_below =
		|account: &AccountId| rest.starts_with(&blake2_128_concat(&account_bytes(account)));
	is_below(account) || (rule == Rule::OwnKey && is_below(key))
}

/// What an active account may read. `rest` is what follows the item's prefix.
fn of_account(caller: &AccountId, key: &AccountId, rule: Rule, rest: &[u8]) -> Answer {
	if !matches!(rule, Rule::OfRecord | Rule::InRound) && is_own(caller, key, rule, rest) {
		return Answer::Yes;
	}
	let own = blake2_128_concat(&account_bytes(caller));
	let if_there = |it| if it { Answer::IfThere } else { Answer::No };
	match rule {
		Rule::Everyone | Rule::Enrolled => Answer::Yes,
		Rule::Own | Rule::OwnKey => Answer::No,
		Rule::Account => of_one(rest, Answer::IfEnrolled),
		Rule::Represented(scopes) => match first_account(rest) {
			Some((patient, _)) => Answer::IfRepresents(patient, scopes),
			None => Answer::No,
		},
		Rule::Representatives => of_one(rest, Answer::IfListed),
		Rule::PresentKey => of_one(rest, Answer::IfListedForWard),
		Rule::Log => of_one(rest, Answer::IfMayReadLog),
		Rule::EachAccount => match first_account(rest) {
			Some((account, _)) => Answer::IfEnrolled(account),
			None => Answer::No,
		},
		Rule::Record => match first_account(rest) {
			Some((patient, record)) => match <[u8; RECORD]>::try_from(record) {
				Ok(record) => Answer::IfOpenable(patient, H256(record)),
				Err(_) => Answer::No,
			},
			None => Answer::No,
		},
		Rule::OfRecord => match rest.split_first_chunk::<RECORD>() {
			Some((record, number)) if number.len() == NUMBER => Answer::IfRecord(H256(*record)),
			_ => Answer::No,
		},
		Rule::HolderSet => match first_account(rest) {
			Some((patient, number)) if number.len() == NUMBER => Answer::IfAnyOpenable(patient),
			_ => Answer::No,
		},
		Rule::Request => match first_account(rest) {
			Some((patient, number)) if number.len() == HASHED_REQUEST => Answer::IfAsker(patient),
			Some((patient, _)) => Answer::IfRepresents(patient, &[Scope::Requests]),
			None => Answer::No,
		},
		Rule::Opening => if_there(first_account(rest).is_some_and(|(_, reader)| reader == own)),
		Rule::InRound => if_there(rest.get(HASHED_ROUND..).is_some_and(|person| person == own)),
	}
}

/// The answer about the account that is all of this part of a key.
fn of_one(rest: &[u8], answer: impl FnOnce(AccountId) -> Answer) -> Answer {
	match first_account(rest) {
		Some((account, [])) => answer(account),
		_ => Answer::No,
	}
}

/// The account at the beginning of this part of a key, and what follows it.
fn first_account(rest: &[u8]) -> Option<(AccountId, &[u8])> {
	let (hashed, after) = rest.split_at_checked(HASHED_ACCOUNT)?;
	let account = <[u8; 32]>::try_from(hashed.get(16..)?).ok()?;
	(blake2_128_concat(&account) == hashed).then(|| (AccountId::new(account), after))
}

#[cfg(test)]
mod tests;
