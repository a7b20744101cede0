//! Names for accounts: the address book, the user's own keys, institutions from the chain, and
//! development keys.

use crate::{
	advice::{Advice, Advised},
	keys::Identity,
	platform::Keep,
};
use anyhow::{bail, Context, Result};
use std::collections::{BTreeMap, HashMap};
use vouchsafe_protocol::types::{account_bytes, account_of, address, AccountId};

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
	/// The address book and the user's keys. With `development`, `//Name` is a name too.
	pub async fn load(keep: &impl Keep, development: bool) -> Result<Self> {
		let mut names = Self { development, ..Self::default() };
		for (name, address) in keep.address_book().await? {
			let account = parse_account(&address)
				.with_context(|| format!("the address book has a malformed address for {name}"))?;
			names.shown.entry(account_bytes(&account)).or_insert_with(|| name.clone());
			names.book.insert(name, account);
		}
		for (name, address) in keep.own_keys().await? {
			let account = parse_account(&address)?;
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
				let address = address(account);
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
			_ => {
				let message = format!("several accounts are called “{name}”");
				bail!(Advised::new(message, Advice::CopyName))
			},
		}
		let all = known.iter().flat_map(|names| names.keys()).map(String::as_str);
		let message = format!("nobody is called “{name}”{}", did_you_mean(name, all));
		bail!(Advised::new(message, Advice::AddName(name.to_owned())))
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

/// Adds a name to the address book. It is an error if another account has that name there, in upper
/// or lower case.
pub async fn add(keep: &impl Keep, name: &str, account: &AccountId) -> Result<()> {
	put(keep, name, account, false).await
}

/// Adds a name to the address book, even if another account has that name there.
pub async fn replace(keep: &impl Keep, name: &str, account: &AccountId) -> Result<()> {
	put(keep, name, account, true).await
}

async fn put(keep: &impl Keep, name: &str, account: &AccountId, may_replace: bool) -> Result<()> {
	let is_not_a_name = name.trim().is_empty()
		|| name.starts_with("//")
		|| name.contains(['@', ':'])
		|| name.chars().any(char::is_control)
		|| parse_account(name).is_ok();
	if is_not_a_name {
		bail!("“{name}” cannot be a name: a name is not an address and has no “@” and no “:”");
	}
	let _lock = keep.lock().await?;
	let is_it = |known: &str| known.to_lowercase() == name.to_lowercase();
	for (known, address) in keep.own_keys().await? {
		if is_it(&known) && parse_account(&address)? != *account {
			bail!("“{known}” is the name of one of your keys: choose another name");
		}
	}
	let mut book = keep.address_book().await?;
	let address = address(account);
	let before: Vec<_> = book
		.iter()
		.filter(|(known, _)| is_it(known))
		.map(|(known, address)| (known.clone(), address.clone()))
		.collect();
	for (known, theirs) in before {
		if theirs != address && !may_replace {
			let message = format!("“{known}” is the name of {theirs} already");
			bail!(Advised::new(message, Advice::ReplaceName));
		}
		book.remove(&known);
	}
	book.insert(name.to_owned(), address);
	keep.set_address_book(&book).await
}

/// Removes a name from the address book. Returns whether it was there.
pub async fn remove(keep: &impl Keep, name: &str) -> Result<bool> {
	// Without a lock first, which would create a folder even if there is nothing to remove.
	if !keep.address_book().await?.contains_key(name) {
		return Ok(false);
	}
	let _lock = keep.lock().await?;
	let mut book = keep.address_book().await?;
	let was = book.remove(name).is_some();
	if was {
		keep.set_address_book(&book).await?;
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
	account_of(text).with_context(|| format!("“{text}” is not an address"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::memory::MemoryKeep;
	use futures::future::join_all;

	#[tokio::test]
	async fn names_resolve_and_show() {
		let keep = MemoryKeep::default();
		let account = AccountId::new([7; 32]);
		add(&keep, "Dr. Berger", &account).await.unwrap();
		let mut names = Names::load(&keep, false).await.unwrap();
		names.add_institution("Hospital A", AccountId::new([1; 32]));
		assert_eq!(names.resolve("Dr. Berger").unwrap(), account);
		assert_eq!(names.resolve("dr. berger").unwrap(), account);
		assert_eq!(names.resolve("Hospital A").unwrap(), AccountId::new([1; 32]));
		assert_eq!(names.show(&account), "Dr. Berger");
		assert_eq!(names.show(&AccountId::new([1; 32])), "Hospital A");
		assert_eq!(names.resolve(&account.to_string()).unwrap(), account);
		assert_eq!(names.resolve(&format!("0x{}", "07".repeat(32))).unwrap(), account);
		let error = names.resolve("Nobody").unwrap_err();
		let advice = &error.downcast_ref::<Advised>().unwrap().advice;
		assert_eq!(*advice, Advice::AddName("Nobody".into()));
		assert!(remove(&keep, "Dr. Berger").await.unwrap());
		assert!(!remove(&keep, "Dr. Berger").await.unwrap());
	}

	#[test]
	fn strangers_are_shown_by_their_address() {
		let shown = Names::default().show(&AccountId::new([7; 32]));
		assert_eq!(shown.chars().count(), 11);
	}

	#[tokio::test]
	async fn development_names_need_development() {
		let keep = MemoryKeep::default();
		assert!(Names::load(&keep, false).await.unwrap().resolve("//Alice").is_err());
		assert!(Names::load(&keep, true).await.unwrap().resolve("//Alice").is_ok());
	}

	#[tokio::test]
	async fn what_looks_like_an_address_is_not_a_name() {
		let keep = MemoryKeep::default();
		let account = AccountId::new([7; 32]);
		for name in ["", " ", "//Alice", "a@b", "a:b", "a\nb", &account.to_string()] {
			assert!(replace(&keep, name, &account).await.is_err(), "{name}");
		}
	}

	#[tokio::test]
	async fn a_name_is_given_to_another_account_only_on_purpose() {
		let keep = MemoryKeep::default();
		let (one, other) = (AccountId::new([7; 32]), AccountId::new([8; 32]));
		add(&keep, "Eva", &one).await.unwrap();
		add(&keep, "Eva", &one).await.unwrap();
		for name in ["Eva", "eva"] {
			let error = add(&keep, name, &other).await.unwrap_err();
			assert!(error.to_string().contains(&one.to_string()), "{error}");
			assert_eq!(error.downcast_ref::<Advised>().unwrap().advice, Advice::ReplaceName);
		}
		replace(&keep, "eva", &other).await.unwrap();
		let names = Names::load(&keep, false).await.unwrap();
		assert_eq!(names.list().len(), 1);
		assert_eq!(names.resolve("Eva").unwrap(), other);
		let mut keep = keep;
		keep.keys.push(("berger".into(), other.to_string()));
		replace(&keep, "Berger", &other).await.unwrap();
		assert!(replace(&keep, "Berger", &one)
			.await
			.unwrap_err()
			.to_string()
			.contains("your keys"));
	}

	#[tokio::test]
	async fn names_added_at_once_are_all_kept() {
		let keep = MemoryKeep::default();
		join_all((0..12u8).map(|number| {
			let keep = keep.clone();
			async move {
				let account = AccountId::new([number; 32]);
				add(&keep, &format!("Doctor {number}"), &account).await.unwrap();
			}
		}))
		.await;
		assert_eq!(Names::load(&keep, false).await.unwrap().list().len(), 12);
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
