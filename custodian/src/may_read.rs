//! Who may read which keys of the chain's state through the custodian.
//!
//! [`may_read`] is pure: it looks at the caller and at the key alone. For some keys the answer depends
//! on the state, such as whether a record is the caller's. Then it says which question to ask.

use std::sync::LazyLock;
use vouchsafe_client::chain::{
	account_bytes,
	storage::{blake2_128_concat, prefix},
	AccountId, H256,
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
	/// If the value is a request that the caller made.
	IfAsker,
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
	/// What is known of the caller's own account or key. Enrolled accounts read the same of others, one at a
	/// time, if there is a value. Without one, the proof can show a neighbour: an account whose key was
	/// replaced.
	Key,
	/// The caller's own records, and those that the caller can open.
	Record,
	/// The same for what is stored by record and version.
	OfRecord,
	/// The caller's own sets of holders, and those of patients of whom the caller can open a record.
	HolderSet,
	/// Requests to the caller, and those that the caller made.
	Request,
	/// Openings of the caller's records, and the caller's own openings, if there are any.
	Opening,
	/// The caller's own entry in a round, if there is one.
	InRound,
}

/// The items that somebody may read: pallet, item and rule. Nobody reads anything else.
const TABLE: [(&str, &str, Rule); 36] = [
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
	("Enrolment", "StaffProposals", Rule::Own),
	("Records", "Records", Rule::Record),
	("Records", "Versions", Rule::OfRecord),
	("Consent", "Consents", Rule::Own),
	("Consent", "AssistedDelay", Rule::Everyone),
	("Consent", "AssistedRefused", Rule::Own),
	("Consent", "AwaitingAuthority", Rule::Own),
	("AccessRequests", "Requests", Rule::Request),
	("Custody", "SharingSets", Rule::OfRecord),
	("Custody", "HolderSets", Rule::HolderSet),
	("Custody", "Openings", Rule::Opening),
	("Custody", "Choices", Rule::Own),
	("Audit", "Logs", Rule::Own),
	("Studies", "NextStudy", Rule::Enrolled),
	("Studies", "Studies", Rule::Enrolled),
	("Studies", "Rounds", Rule::Enrolled),
	("Studies", "Results", Rule::Enrolled),
	("Studies", "Ledgers", Rule::Own),
	("Recovery", "Keys", Rule::Key),
	("Recovery", "PresentKeys", Rule::Key),
	("Recovery", "GuardiansOf", Rule::Own),
	("Recovery", "Changes", Rule::Own),
	("Recovery", "Attempts", Rule::Own),
];

/// Those that are below the number of a study and of a round.
const IN_ROUNDS: [(&str, &str, Rule); 2] =
	[("Studies", "People", Rule::InRound), ("Studies", "Contributors", Rule::InRound)];

/// The table, by what the keys begin with.
static ROWS: LazyLock<Vec<(Vec<u8>, Rule)>> = LazyLock::new(|| {
	let rows = TABLE.iter().chain(&IN_ROUNDS);
	rows.map(|(pallet, item, rule)| (prefix(pallet, item), *rule)).collect()
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
/// read only if the answer is [`Answer::Yes`], or [`Answer::IfEnrolled`] and the account is enrolled.
pub fn may_read(caller: Caller<'_>, key: &[u8]) -> Answer {
	let found =
		ROWS.iter().find_map(|(prefix, rule)| Some((*rule, key.strip_prefix(&prefix[..])?)));
	let Some((rule, rest)) = found else { return Answer::No };
	match (caller, rule) {
		(_, Rule::Everyone) => Answer::Yes,
		(Caller::Account { account, key }, rule) => of_account(account, key, rule, rest),
		(Caller::Anyone, Rule::Account) => match first_account(rest) {
			Some((account, [])) => Answer::IfInstitution(account),
			_ => Answer::No,
		},
		(Caller::Anyone, _) => Answer::No,
	}
}

/// What an active account may read. `rest` is what follows the item's prefix.
fn of_account(caller: &AccountId, key: &AccountId, rule: Rule, rest: &[u8]) -> Answer {
	let own = blake2_128_concat(&account_bytes(caller));
	if matches!(rule, Rule::OwnKey | Rule::Key)
		&& rest.starts_with(&blake2_128_concat(&account_bytes(key)))
	{
		return Answer::Yes;
	}
	if rest.starts_with(&own) && !matches!(rule, Rule::OfRecord | Rule::InRound) {
		return Answer::Yes;
	}
	let if_there = |it| if it { Answer::IfThere } else { Answer::No };
	match rule {
		Rule::Everyone | Rule::Enrolled => Answer::Yes,
		Rule::Own | Rule::OwnKey => Answer::No,
		Rule::Key => if_there(first_account(rest).is_some_and(|(_, after)| after.is_empty())),
		Rule::Account => match first_account(rest) {
			Some((account, [])) => Answer::IfEnrolled(account),
			_ => Answer::No,
		},
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
			Some((_, number)) if number.len() == HASHED_REQUEST => Answer::IfAsker,
			_ => Answer::No,
		},
		Rule::Opening => if_there(first_account(rest).is_some_and(|(_, reader)| reader == own)),
		Rule::InRound => if_there(rest.get(HASHED_ROUND..).is_some_and(|person| person == own)),
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
