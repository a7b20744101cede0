//! Names for accounts: the address book (`names.toml` in the home), the user's own keys,
//! institutions from the chain, and development keys.

use crate::{
	home::{write_private, Home},
	keys::{Identity, KeyStore},
};
use anyhow::{bail, Context, Result};
use serde::{Deserialize, Serialize};
use std::{
	collections::{BTreeMap, HashMap},
	str::FromStr,
};
use vouchsafe_client::chain::{account_bytes, AccountId};

/// The address book's file.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
	#[serde(default)]
	names: BTreeMap<String, String>,
}

/// People of the development networks. With `--dev`, these names are shown.
const DEVELOPMENT: [&str; 11] = [
	"//DoctorA",
	"//DoctorA2",
	"//DoctorB",
	"//DoctorB2",
	"//DoctorC",
	"//RegistrarA",
	"//RegistrarB",
	"//RegistrarC",
	"//PatientA",
	"//PatientB",
	"//Researcher",
];

/// All names that are known here.
#[derive(Clone, Debug, Default)]
pub struct Names {
	book: BTreeMap<String, AccountId>,
	keys: BTreeMap<String, AccountId>,
	institutions: BTreeMap<String, AccountId>,
	shown: HashMap<[u8; 32], String>,
	development: bool,
}

impl Names {
	/// The home's address book and keys. With `development`, `//Name` is a name too.
	pub fn load(home: &Home, development: bool) -> Result<Self> {
		let mut names = Self { development, ..Self::default() };
		for (name, address) in read_book(home)?.names {
			let account = parse_account(&address)
				.with_context(|| format!("the address book has a malformed address for {name}"))?;
			names.shown.entry(account_bytes(&account)).or_insert_with(|| name.clone());
			names.book.insert(name, account);
		}
		for (name, public) in KeyStore::new(home).list()? {
			let account = parse_account(&public.account)?;
			names.shown.entry(account_bytes(&account)).or_insert_with(|| name.clone());
			names.keys.insert(name, account);
		}
		if development {
			for uri in DEVELOPMENT {
				names.add_development(&Identity::development(uri)?);
			}
		}
		Ok(names)
	}

	/// Adds an institution by its name on the chain. The user's own name for it comes first.
	pub fn add_institution(&mut self, name: &str, account: AccountId) {
		let name = clean(name);
		self.shown.entry(account_bytes(&account)).or_insert_with(|| name.clone());
		self.institutions.insert(name, account);
	}

	/// Adds the account with which an institution's custodian signs.
	pub fn add_custodian(&mut self, institution: &str, account: AccountId) {
		self.shown
			.entry(account_bytes(&account))
			.or_insert_with(|| format!("{}'s custodian", clean(institution)));
	}

	/// Adds a development key's name.
	pub fn add_development(&mut self, identity: &Identity) {
		self.shown
			.entry(account_bytes(&identity.account()))
			.or_insert_with(|| identity.name.clone());
	}

	/// The name of an account, or its address shortened.
	pub fn show(&self, account: &AccountId) -> String {
		match self.shown.get(&account_bytes(account)) {
			Some(name) => name.clone(),
			None => {
				let address = account.to_string();
				format!("{}…{}", &address[..6], &address[address.len() - 4..])
			},
		}
	}

	/// The account of this name: from the address book, the user's keys or the chain's
	/// institutions; or an address, or an account in hex.
	pub fn resolve(&self, name: &str) -> Result<AccountId> {
		let known = [&self.book, &self.keys, &self.institutions];
		if let Some(account) = known.iter().find_map(|names| names.get(name)) {
			return Ok(account.clone());
		}
		if self.development && name.starts_with("//") {
			return Ok(Identity::development(name)?.account());
		}
		match parse_account(name) {
			Err(error) if name.starts_with("0x") => return Err(error),
			Err(_) => {},
			account => return account,
		}
		let mut alike: Vec<_> = known
			.iter()
			.flat_map(|names| names.iter())
			.filter(|(known, _)| known.to_lowercase() == name.to_lowercase())
			.map(|(_, account)| account.clone())
			.collect();
		alike.sort();
		alike.dedup();
		match &alike[..] {
			[account] => return Ok(account.clone()),
			[] => {},
			_ => bail!("several accounts are called “{name}”: write the name as `vouchsafe name list` shows it"),
		}
		let all = known.iter().flat_map(|names| names.keys()).map(String::as_str);
		bail!(
			"nobody is called “{name}”{}. `vouchsafe name list` shows all names, and `vouchsafe name add \
			 \"{name}\" ADDRESS` adds one",
			did_you_mean(name, all)
		)
	}

	/// All names with their accounts and where they come from.
	pub fn list(&self) -> Vec<(&str, &AccountId, &'static str)> {
		let book = self.book.iter().map(|(name, account)| (name.as_str(), account, "address book"));
		let keys = self.keys.iter().map(|(name, account)| (name.as_str(), account, "own key"));
		let chain =
			self.institutions.iter().map(|(name, account)| (name.as_str(), account, "institution"));
		book.chain(keys).chain(chain).collect()
	}
}

fn read_book(home: &Home) -> Result<Book> {
	let path = home.path().join("names.toml");
	if !path.exists() {
		return Ok(Book::default());
	}
	let text = std::fs::read_to_string(&path)
		.with_context(|| format!("cannot read {}", path.display()))?;
	toml::from_str(&text).with_context(|| format!("{} is not an address book", path.display()))
}

fn write_book(home: &Home, book: &Book) -> Result<()> {
	write_private(&home.path().join("names.toml"), toml::to_string(book)?.as_bytes())
}

/// Adds a name to the address book. It is an error if another account has that name there, in upper
/// or lower case.
pub fn add(home: &Home, name: &str, account: &AccountId) -> Result<()> {
	put(home, name, account, false)
}

/// Adds a name to the address book, even if another account has that name there.
pub fn replace(home: &Home, name: &str, account: &AccountId) -> Result<()> {
	put(home, name, account, true)
}

fn put(home: &Home, name: &str, account: &AccountId, may_replace: bool) -> Result<()> {
	let is_not_a_name = name.trim().is_empty()
		|| name.starts_with("//")
		|| name.contains(['@', ':'])
		|| name.chars().any(char::is_control)
		|| parse_account(name).is_ok();
	if is_not_a_name {
		bail!("“{name}” cannot be a name: a name is not an address and has no “@” and no “:”");
	}
	let _lock = home.lock()?;
	let is_it = |known: &str| known.to_lowercase() == name.to_lowercase();
	for (known, public) in KeyStore::new(home).list()? {
		if is_it(&known) && parse_account(&public.account)? != *account {
			bail!("“{known}” is the name of one of your keys: choose another name");
		}
	}
	let mut book = read_book(home)?;
	let address = account.to_string();
	let before: Vec<_> = book
		.names
		.iter()
		.filter(|(known, _)| is_it(known))
		.map(|(known, address)| (known.clone(), address.clone()))
		.collect();
	for (known, theirs) in before {
		if theirs != address && !may_replace {
			bail!(
				"“{known}” is the name of {theirs} already: choose another name, or give this one to \
				 the new account with --replace"
			);
		}
		book.names.remove(&known);
	}
	book.names.insert(name.to_owned(), address);
	write_book(home, &book)
}

/// Removes a name from the address book. Returns whether it was there.
pub fn remove(home: &Home, name: &str) -> Result<bool> {
	// Do not create the home folder if there is nothing to remove.
	if !read_book(home)?.names.contains_key(name) {
		return Ok(false);
	}
	let _lock = home.lock()?;
	let mut book = read_book(home)?;
	let was = book.names.remove(name).is_some();
	if was {
		write_book(home, &book)?;
	}
	Ok(was)
}

fn clean(name: &str) -> String {
	name.chars().filter(|c| !c.is_control()).collect()
}

/// ` (did you mean “psychiatry”?)`, or nothing if no known word is like this one.
pub fn did_you_mean<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> String {
	let word: Vec<char> = word.to_lowercase().chars().collect();
	let close = |known: &str| {
		let known: Vec<char> = known.to_lowercase().chars().collect();
		let is_start = word.len() >= 3 && known.starts_with(&word);
		let distance = if is_start { 1 } else { edits(&word, &known) };
		(distance <= 1 + word.len().min(known.len()) / 4).then_some(distance)
	};
	match known.filter_map(|known| Some((close(known)?, known))).min() {
		Some((_, known)) => format!(" (did you mean “{known}”?)"),
		None => String::new(),
	}
}

/// How many letters must be inserted, removed, replaced or swapped with the next one.
fn edits(one: &[char], other: &[char]) -> usize {
	// The last two rows of the table of distances between beginnings.
	let mut before: Vec<usize> = Vec::new();
	let mut row: Vec<usize> = (0..=other.len()).collect();
	for (i, a) in one.iter().enumerate() {
		let mut next = vec![i + 1];
		for (j, b) in other.iter().enumerate() {
			let mut least = (row[j] + usize::from(a != b)).min(row[j + 1] + 1).min(next[j] + 1);
			let swapped = i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b;
			if swapped {
				least = least.min(before[j - 1] + 1);
			}
			next.push(least);
		}
		before = std::mem::replace(&mut row, next);
	}
	row[other.len()]
}

/// An account as an address or as `0x` and hex.
pub fn parse_account(text: &str) -> Result<AccountId> {
	if let Some(digits) = text.strip_prefix("0x") {
		let mut bytes = [0; 32];
		hex::decode_to_slice(digits, &mut bytes).map_err(|_| {
			anyhow::anyhow!("“{text}” is not an account: it must have 64 hex digits")
		})?;
		return Ok(AccountId::new(bytes));
	}
	AccountId::from_str(text).map_err(|_| anyhow::anyhow!("“{text}” is not an address"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn names_resolve_and_show() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let account = AccountId::new([7; 32]);
		add(&home, "Dr. Berger", &account).unwrap();
		let mut names = Names::load(&home, false).unwrap();
		names.add_institution("Hospital A", AccountId::new([1; 32]));
		assert_eq!(names.resolve("Dr. Berger").unwrap(), account);
		assert_eq!(names.resolve("dr. berger").unwrap(), account);
		assert_eq!(names.resolve("Hospital A").unwrap(), AccountId::new([1; 32]));
		assert_eq!(names.show(&account), "Dr. Berger");
		assert_eq!(names.show(&AccountId::new([1; 32])), "Hospital A");
		assert_eq!(names.resolve(&account.to_string()).unwrap(), account);
		assert_eq!(names.resolve(&format!("0x{}", "07".repeat(32))).unwrap(), account);
		let error = names.resolve("Nobody").unwrap_err().to_string();
		assert!(error.contains("name list"), "{error}");
		assert!(remove(&home, "Dr. Berger").unwrap());
		assert!(!remove(&home, "Dr. Berger").unwrap());
	}

	#[test]
	fn strangers_are_shown_by_their_address() {
		let shown = Names::default().show(&AccountId::new([7; 32]));
		assert_eq!(shown.chars().count(), 11);
	}

	#[test]
	fn development_names_need_development() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		assert!(Names::load(&home, false).unwrap().resolve("//Alice").is_err());
		assert!(Names::load(&home, true).unwrap().resolve("//Alice").is_ok());
	}

	#[test]
	fn what_looks_like_an_address_is_not_a_name() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let account = AccountId::new([7; 32]);
		for name in ["", " ", "//Alice", "a@b", "a:b", "a\nb", &account.to_string()] {
			assert!(replace(&home, name, &account).is_err(), "{name}");
		}
	}

	#[test]
	fn a_name_is_given_to_another_account_only_on_purpose() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let (one, other) = (AccountId::new([7; 32]), AccountId::new([8; 32]));
		add(&home, "Eva", &one).unwrap();
		add(&home, "Eva", &one).unwrap();
		for name in ["Eva", "eva"] {
			let error = add(&home, name, &other).unwrap_err().to_string();
			assert!(error.contains("--replace") && error.contains(&one.to_string()), "{error}");
		}
		replace(&home, "eva", &other).unwrap();
		let names = Names::load(&home, false).unwrap();
		assert_eq!(names.list().len(), 1);
		assert_eq!(names.resolve("Eva").unwrap(), other);
		KeyStore::new(&home).with_work(4).generate("berger", "correct horse").unwrap();
		assert!(replace(&home, "Berger", &one).unwrap_err().to_string().contains("your keys"));
	}

	#[test]
	fn names_added_at_once_are_all_kept() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		std::thread::scope(|scope| {
			for number in 0..12u8 {
				let home = &home;
				scope.spawn(move || {
					add(home, &format!("Doctor {number}"), &AccountId::new([number; 32])).unwrap();
				});
			}
		});
		assert_eq!(Names::load(&home, false).unwrap().list().len(), 12);
	}

	#[test]
	fn a_custodian_is_called_after_its_institution() {
		let mut names = Names::default();
		names.add_custodian("Hospital A", AccountId::new([1; 32]));
		assert_eq!(names.show(&AccountId::new([1; 32])), "Hospital A's custodian");
	}

	#[test]
	fn what_was_meant_is_found() {
		let known = ["hiv", "psychiatry", "genetics", "substance-use", "Hospital A"];
		let meant = |word| did_you_mean(word, known.iter().copied());
		for (word, known) in [
			("psychatry", "psychiatry"),
			("pyschiatry", "psychiatry"),
			("psych", "psychiatry"),
			("hvi", "hiv"),
			("genetic", "genetics"),
			("substance", "substance-use"),
			("hospitl a", "Hospital A"),
		] {
			assert_eq!(meant(word), format!(" (did you mean “{known}”?)"));
		}
		for word in ["fertility", "x", "", "hospice"] {
			assert_eq!(meant(word), "", "{word}");
		}
		let edits = |one: &str, other: &str| {
			edits(&one.chars().collect::<Vec<_>>(), &other.chars().collect::<Vec<_>>())
		};
		assert_eq!(edits("", "abc"), 3);
		assert_eq!(edits("abc", ""), 3);
		assert_eq!(edits("abcd", "acbd"), 1);
		assert_eq!(edits("kitten", "sitting"), 3);
	}
}
