//! The people file: which account is which patient of a hospital's FHIR data.
//!
//! It is the only place where accounts and patients are side by side, so messages about it name lines
//! and never people.

use anyhow::{bail, ensure, Context as _, Result};
use std::collections::BTreeMap;
use vouchsafe_protocol::types::{AccountId, H256};

/// The columns. The last one may be missing.
const COLUMNS: [&str; 3] = ["account", "patient", "record"];
/// How many lines a message names.
const NAMED: usize = 5;

/// A patient, as a line of the file names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
	/// The account.
	pub account: AccountId,
	/// The id of the FHIR Patient, or `system|value` of one of its identifiers.
	pub patient: String,
	/// A record of the patient that the hospital has written. It is needed if another hospital enrolled
	/// the patient.
	pub record: Option<H256>,
	/// The number of the line, from 1.
	pub line: usize,
}

/// Reads a people file. `resolve` finds the account of a name or an address.
///
/// # Errors
///
/// The file is malformed, or names an account or a patient twice.
pub fn read(text: &str, resolve: impl Fn(&str) -> Result<AccountId>) -> Result<Vec<Person>> {
	let mut lines = text.lines().enumerate().map(|(place, line)| (place.saturating_add(1), line));
	let (_, head) = lines.next().context("the people file is empty")?;
	let head = fields(head.trim_start_matches('\u{feff}')).unwrap_or_default();
	let is_head = (2..=COLUMNS.len()).contains(&head.len())
		&& head.iter().zip(COLUMNS).all(|(field, column)| field.trim() == column);
	ensure!(is_head, "the first line of the people file must be: account,patient,record");
	let mut people = Vec::new();
	for (line, text) in lines.filter(|(_, text)| !text.trim().is_empty()) {
		let person = person(text, line, &resolve);
		people.push(person.with_context(|| format!("line {line} of the people file"))?);
	}
	ensure!(!people.is_empty(), "the people file names nobody");
	ensure_different(&people, "account", |person| &person.account)?;
	ensure_different(&people, "patient", |person| &person.patient)?;
	Ok(people)
}

/// Reads the accounts of a people file, or of a file that has only the column `account`, each with its
/// line.
///
/// # Errors
///
/// The file is malformed, or names an account twice.
pub fn read_accounts(
	text: &str,
	resolve: impl Fn(&str) -> Result<AccountId>,
) -> Result<Vec<(AccountId, usize)>> {
	let mut lines = text.lines().enumerate().map(|(place, line)| (place.saturating_add(1), line));
	let (_, head) = lines.next().context("the file is empty")?;
	let head = fields(head.trim_start_matches('\u{feff}')).unwrap_or_default();
	let begins = head.first().is_some_and(|field| field.trim() == COLUMNS[0]);
	ensure!(begins, "the first line of the file must begin with: account");
	let mut people: Vec<Person> = Vec::new();
	for (line, text) in lines.filter(|(_, text)| !text.trim().is_empty()) {
		let fields =
			fields(text).with_context(|| format!("line {line}: a quotation mark is missing"))?;
		let name = fields.first().map_or("", |field| field.trim());
		// The cause would name the account.
		let account = resolve(name).ok().with_context(|| {
			format!("the account in line {line} is not a known name or a valid address")
		})?;
		people.push(Person { account, patient: String::new(), record: None, line });
	}
	ensure!(!people.is_empty(), "the file names nobody");
	ensure_different(&people, "account", |person| &person.account)?;
	Ok(people.into_iter().map(|person| (person.account, person.line)).collect())
}

fn person(text: &str, line: usize, resolve: impl Fn(&str) -> Result<AccountId>) -> Result<Person> {
	let fields = fields(text).context("a quotation mark is missing")?;
	let mut fields = fields.iter().map(|field| field.trim());
	let (Some(account), Some(patient)) = (fields.next(), fields.next()) else {
		bail!("it must have an account and a patient");
	};
	let record = fields.next().filter(|field| !field.is_empty());
	ensure!(fields.next().is_none(), "it has more than {} columns", COLUMNS.len());
	ensure!(!patient.is_empty(), "the patient is missing");
	// The cause would name the account.
	let account =
		resolve(account).ok().context("the account is not a known name or a valid address")?;
	let record =
		record.map(|digits| record_id(digits).context("the record must have 64 hex digits"));
	Ok(Person { account, patient: patient.to_owned(), record: record.transpose()?, line })
}

fn record_id(text: &str) -> Option<H256> {
	let mut id = [0; 32];
	hex::decode_to_slice(text.trim_start_matches("0x"), &mut id).ok()?;
	Some(H256(id))
}

/// The fields of a line of CSV. A field may be in quotation marks, which are doubled in it.
fn fields(line: &str) -> Option<Vec<String>> {
	let (mut fields, mut field) = (Vec::new(), String::new());
	let (mut is_quoted, mut letters) = (false, line.chars().peekable());
	while let Some(letter) = letters.next() {
		match letter {
			'"' if is_quoted && letters.peek() == Some(&'"') => {
				letters.next();
				field.push('"');
			},
			'"' if is_quoted || field.trim().is_empty() => is_quoted = !is_quoted,
			',' if !is_quoted => fields.push(std::mem::take(&mut field)),
			letter => field.push(letter),
		}
	}
	fields.push(field);
	(!is_quoted).then_some(fields)
}

fn ensure_different<'a, T: Ord + 'a>(
	people: &'a [Person],
	what: &str,
	key: impl Fn(&'a Person) -> &'a T,
) -> Result<()> {
	let mut first = BTreeMap::new();
	for person in people {
		if let Some(earlier) = first.insert(key(person), person.line) {
			bail!(
				"the file has the same {what} in lines {earlier} and {}: name each person once",
				person.line
			);
		}
	}
	Ok(())
}

/// Lines in words: "line 4", "lines 4, 7 and 9", "lines 4, 7, 9, 12, 15 and 3 more".
pub fn lines_in_words(lines: &[usize]) -> String {
	numbers_in_words("line", lines)
}

/// The same with another word.
pub(super) fn numbers_in_words(word: &str, numbers: &[usize]) -> String {
	let named: Vec<_> = numbers.iter().take(NAMED).map(ToString::to_string).collect();
	let more = numbers.len().saturating_sub(named.len());
	match (named.as_slice(), more) {
		([number], 0) => format!("{word} {number}"),
		(named, 0) => format!("{word}s {}", crate::english::ENGLISH.and(named)),
		(named, more) => format!("{word}s {} and {more} more", named.join(", ")),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn resolve(text: &str) -> Result<AccountId> {
		let id: u8 = text.parse().with_context(|| format!("{text} is unknown"))?;
		Ok(AccountId::new([id; 32]))
	}

	fn wrong(text: &str) -> String {
		format!("{:#}", read(text, resolve).unwrap_err())
	}

	#[test]
	fn people_are_read() {
		let record = "ab".repeat(32);
		let text = format!(
			"\u{feff}account,patient,record\r\n1,p1,\r\n\r\n2,\"urn:x|a,\"\"b\"\"\",0x{record}\n3,p3"
		);
		let people = read(&text, resolve).unwrap();
		let found: Vec<_> =
			people.iter().map(|it| (it.line, it.patient.as_str(), it.record)).collect();
		let record = Some(H256([0xab; 32]));
		assert_eq!(found, [(2, "p1", None), (4, "urn:x|a,\"b\"", record), (5, "p3", None)]);
		assert_eq!(people[2].account, AccountId::new([3; 32]));
		assert_eq!(read("account,patient\n1,p\n", resolve).unwrap().len(), 1);
	}

	#[test]
	fn wrong_files_are_refused_and_nobody_is_named() {
		for (text, expected) in [
			("", "is empty"),
			("1,p1", "first line"),
			("patient,account\np1,1", "first line"),
			("account,patient\n", "names nobody"),
			("account,patient\n1", "line 2 of the people file: it must have"),
			("account,patient\n1,", "the patient is missing"),
			("account,patient\n1,p,,x", "more than 3 columns"),
			("account,patient\n1,\"p", "a quotation mark is missing"),
			("account,patient\n1,p,12", "64 hex digits"),
			("account,patient\n1,p\n2,q\n1,r", "the same account in lines 2 and 4"),
			("account,patient\n1,p\n2,p", "the same patient in lines 2 and 3"),
		] {
			let said = wrong(text);
			assert!(said.contains(expected), "{text:?}: {said}");
		}
		let said = wrong("account,patient\nSECRET,p");
		assert!(said.contains("line 2") && !said.contains("SECRET"), "{said}");
	}

	#[test]
	fn accounts_alone_are_read() {
		let read = |text| read_accounts(text, resolve);
		let account = |id| AccountId::new([id; 32]);
		assert_eq!(read("account\n1\n\n2\n").unwrap(), [(account(1), 2), (account(2), 4)]);
		assert_eq!(read("account,patient\n1,\"p\"").unwrap(), [(account(1), 2)]);
		for (text, expected) in [
			("", "is empty"),
			("patient\n1", "must begin with"),
			("account\n", "names nobody"),
			("account\nSECRET", "the account in line 2 is not a known name"),
			("account\n1\n1", "the same account in lines 2 and 3"),
		] {
			let said = format!("{:#}", read(text).unwrap_err());
			assert!(said.contains(expected) && !said.contains("SECRET"), "{said}");
		}
	}

	#[test]
	fn lines_are_named_up_to_five() {
		assert_eq!(lines_in_words(&[4]), "line 4");
		assert_eq!(lines_in_words(&[4, 7]), "lines 4 and 7");
		assert_eq!(lines_in_words(&[1, 2, 3, 4, 5, 6, 7]), "lines 1, 2, 3, 4, 5 and 2 more");
	}

	proptest! {
		#[test]
		fn foreign_files_never_panic(text: String) {
			let _ = read(&text, resolve);
			let _ = read(&format!("account,patient\n{text}"), resolve);
		}
	}
}
