//! Names instead of addresses: the address book (`names.toml` in the home), the names of one's own
//! keys, institutions' names from the chain, and development keys.

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

/// The development networks' people, whose accounts everybody knows; shown by name with `--dev`.
const DEVELOPMENT: [&str; 14] = [
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
	"//HospitalA//custodian",
	"//HospitalB//custodian",
	"//HospitalC//custodian",
];

/// Who is called what.
#[derive(Clone, Debug, Default)]
pub struct Names {
	book: BTreeMap<String, AccountId>,
	keys: BTreeMap<String, AccountId>,
	institutions: BTreeMap<String, AccountId>,
	shown: HashMap<[u8; 32], String>,
	development: bool,
}

impl Names {
	/// The home's address book and keys; with `development`, `//Name` is a name too.
	pub fn load(home: &Home, development: bool) -> Result<Self> {
		let mut names = Self { development, ..Self::default() };
		for (name, address) in read_book(home)?.names {
			let account = parse_account(&address)
				.with_context(|| format!("the address book has no address for {name}"))?;
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

	/// Adds an institution's name, as the chain has it. One's own name for it comes first.
	pub fn add_institution(&mut self, name: &str, account: AccountId) {
		let name: String = name.chars().filter(|c| !c.is_control()).collect();
		self.shown.entry(account_bytes(&account)).or_insert_with(|| name.clone());
		self.institutions.insert(name, account);
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

	/// The account of this name: from the address book, one's keys, the chain's institutions; or
	/// an address, or an account in hex.
	pub fn resolve(&self, name: &str) -> Result<AccountId> {
		let known = [&self.book, &self.keys, &self.institutions];
		if let Some(account) = known.iter().find_map(|names| names.get(name)) {
			return Ok(account.clone());
		}
		if self.development && name.starts_with("//") {
			return Ok(Identity::development(name)?.account());
		}
		if let Ok(account) = parse_account(name) {
			return Ok(account);
		}
		let mut alike: Vec<_> = known
			.iter()
			.flat_map(|names| names.iter())
			.filter(|(known, _)| known.to_lowercase() == name.to_lowercase())
			.map(|(_, account)| account.clone())
			.collect();
		alike.dedup();
		match &alike[..] {
			[account] => Ok(account.clone()),
			_ => bail!(
				"nobody is known as “{name}”: `vouchsafe name list` lists the known names, `vouchsafe name \
				 add \"{name}\" ADDRESS` adds one"
			),
		}
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
		.with_context(|| format!("{} can't be read", path.display()))?;
	toml::from_str(&text).with_context(|| format!("{} is no address book", path.display()))
}

/// Puts a name into the address book, in the place of what it stood for before.
pub fn add(home: &Home, name: &str, account: &AccountId) -> Result<()> {
	let no_name = name.trim().is_empty()
		|| name.starts_with("//")
		|| name.contains(['@', ':'])
		|| name.chars().any(char::is_control)
		|| parse_account(name).is_ok();
	if no_name {
		bail!("“{name}” is no name: it must not look like an address, nor hold “@” or “:”");
	}
	let mut book = read_book(home)?;
	book.names.insert(name.to_owned(), account.to_string());
	home.folder("")?;
	write_private(&home.path().join("names.toml"), toml::to_string(&book)?.as_bytes())
}

/// Takes a name out of the address book; whether it was there.
pub fn remove(home: &Home, name: &str) -> Result<bool> {
	let mut book = read_book(home)?;
	let was = book.names.remove(name).is_some();
	if was {
		write_private(&home.path().join("names.toml"), toml::to_string(&book)?.as_bytes())?;
	}
	Ok(was)
}

/// An account as an address or as `0x` and hex.
pub fn parse_account(text: &str) -> Result<AccountId> {
	if let Some(digits) = text.strip_prefix("0x") {
		let mut bytes = [0; 32];
		hex::decode_to_slice(digits, &mut bytes)
			.with_context(|| format!("“{text}” is no account: it has not 64 hex digits"))?;
		return Ok(AccountId::new(bytes));
	}
	AccountId::from_str(text).map_err(|_| anyhow::anyhow!("“{text}” is no address"))
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
	fn what_looks_like_an_address_is_no_name() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let account = AccountId::new([7; 32]);
		for name in ["", " ", "//Alice", "a@b", "a:b", "a\nb", &account.to_string()] {
			assert!(add(&home, name, &account).is_err(), "{name}");
		}
	}
}
