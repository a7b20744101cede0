//! Names for accounts: the address book, the user's own keys, institutions from the chain, and
//! development keys.

mod look;

use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	keys::Identity,
	platform::Keep,
	text::line,
};
use anyhow::{bail, Context, Result};
use look::look;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use vouchsafe_protocol::types::{account_bytes, account_of, address, AccountId};
use vouchsafe_speech::mixes_scripts;

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

/// Where a name comes from. The first source that names an account is what it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
	Book,
	Key,
	Institution,
	Development,
	Custodian,
	/// An institution's word for one of its staff.
	Staff,
	/// A name that the user has seen of a member that has another one now.
	Former,
}

/// All names that are known here.
#[derive(Clone, Debug, Default)]
pub struct Names {
	known: BTreeMap<(Source, String), BTreeSet<AccountId>>,
	called: HashMap<[u8; 32], (Source, String)>,
	/// Whose names look alike.
	alike: HashMap<String, BTreeSet<AccountId>>,
	development: bool,
}

impl Names {
	/// The address book and the user's keys. With `development`, `//Name` is a name too.
	pub async fn load(keep: &impl Keep, development: bool) -> Result<Self> {
		let mut names = Self { development, ..Self::default() };
		for (name, address) in keep.address_book().await? {
			let account = parse_account(&address)
				.with_context(|| format!("the address book has a malformed address for {name}"))?;
			names.insert(Source::Book, name, account);
		}
		for (name, address) in keep.own_keys().await? {
			names.insert(Source::Key, name, parse_account(&address)?);
		}
		if development {
			for uri in DEVELOPMENT {
				names.add_development(&Identity::development(uri)?);
			}
		}
		Ok(names)
	}

	fn insert(&mut self, source: Source, name: String, account: AccountId) {
		let name = line(&name);
		let called = self.called.entry(account_bytes(&account));
		let called = called.or_insert_with(|| (source, name.clone()));
		if source < called.0 {
			*called = (source, name.clone());
		}
		self.alike.entry(look(&name)).or_default().insert(account.clone());
		self.known.entry((source, name)).or_default().insert(account);
	}

	/// Says for which account the user's key of this name signs: its name is the account's then, and not that
	/// of the account that the key would be.
	pub(crate) fn set_account_of_key(&mut self, name: &str, key: &AccountId, account: AccountId) {
		let name = line(name);
		if let Some(accounts) = self.known.get_mut(&(Source::Key, name.clone())) {
			accounts.remove(key);
		}
		if let Some(accounts) = self.alike.get_mut(&look(&name)) {
			accounts.remove(key);
		}
		let bytes = account_bytes(key);
		if self.called.get(&bytes).is_some_and(|(source, _)| *source == Source::Key) {
			self.called.remove(&bytes);
		}
		self.insert(Source::Key, name, account);
	}

	/// Adds an institution by its name on the chain. The user's own name for it comes first.
	pub fn add_institution(&mut self, name: &str, account: AccountId) {
		self.insert(Source::Institution, name.to_owned(), account);
	}

	/// Adds the name under which the user knows an institution that has another name now. Another
	/// institution that has that name now is told apart from it.
	pub fn add_former(&mut self, name: &str, account: AccountId) {
		self.insert(Source::Former, name.to_owned(), account);
	}

	/// Adds the account with which an institution's custodian signs.
	pub fn add_custodian(&mut self, institution: &str, account: AccountId) {
		let name = format!("{institution}'s custodian");
		self.insert(Source::Custodian, name, account);
	}

	/// Adds the name of one of an institution's staff, by the institution's word. Nobody can prove it, and any
	/// other name comes first.
	pub fn add_staff(&mut self, name: &str, account: AccountId) {
		self.insert(Source::Staff, name.to_owned(), account);
	}

	/// Whether the name of an account is only an institution's word.
	pub fn is_word(&self, account: &AccountId) -> bool {
		let called = self.called.get(&account_bytes(account));
		called.is_some_and(|(source, _)| *source == Source::Staff)
	}

	/// Adds a development key's name.
	pub fn add_development(&mut self, identity: &Identity) {
		self.insert(Source::Development, identity.name.clone(), identity.account());
	}

	/// The name of an account, or its address shortened. Two accounts are never shown alike: where a
	/// name looks like another account's, the shortened address follows it.
	pub fn show(&self, account: &AccountId) -> String {
		match self.called.get(&account_bytes(account)) {
			Some((_, name)) => self.tell_apart(name, account),
			None => shortened(account),
		}
	}

	/// The name of an account with its shortened address, as the name of an account that looks like
	/// another one is always shown.
	pub fn show_with_address(&self, account: &AccountId) -> String {
		match self.called.get(&account_bytes(account)) {
			Some((_, name)) => with_address(name, account),
			None => shortened(account),
		}
	}

	fn tell_apart(&self, name: &str, account: &AccountId) -> String {
		let is_alike = self.alike.get(&look(name)).is_some_and(|accounts| accounts.len() > 1);
		if is_alike || looks_like_address(name) || mixes_scripts(name) {
			with_address(name, account)
		} else {
			name.to_owned()
		}
	}

	/// The account of this name: from the address book, the user's keys or the chain's
	/// institutions; or an address, or an account in hex. It is an error if several accounts have
	/// names that look like it. Then the address in brackets belongs to the name, as
	/// [`Self::show`] shows it.
	pub fn resolve(&self, name: &str) -> Result<AccountId> {
		match parse_account(name) {
			Err(error) if name.starts_with("0x") => return Err(error),
			Err(_) => {},
			account => return account,
		}
		if self.development && name.starts_with("//") {
			return Ok(Identity::development(name)?.account());
		}
		let told_apart = self.entries().find(|(known, account, _)| {
			name.ends_with(')') && with_address(known, account) == name
		});
		if let Some((_, account, _)) = told_apart {
			return Ok(account.clone());
		}
		let is_it = |known: &str| known.to_lowercase() == name.to_lowercase();
		if !self.entries().any(|(known, ..)| is_it(known)) {
			let all = self.entries().map(|(known, ..)| known);
			let message = format!("nobody is called “{name}”{}", did_you_mean(name, all));
			bail!(Advised::new(message, Advice::AddName(name.to_owned())))
		}
		let look = look(name);
		let alike: BTreeMap<&AccountId, &str> = self
			.entries()
			.filter(|(known, ..)| self::look(known) == look)
			.map(|(known, account, _)| (account, known))
			.collect();
		if let [account] = alike.keys().collect::<Vec<_>>()[..] {
			return Ok((*account).clone());
		}
		let alike: Vec<_> =
			alike.iter().map(|(account, known)| self.tell_apart(known, account)).collect();
		let message =
			format!("several accounts have a name like “{name}”: {}", ENGLISH.and(&alike));
		bail!(Advised::new(message, Advice::CopyName))
	}

	/// An institution with a name on the chain that looks like this one, other than this account.
	pub fn institution_like(&self, name: &str, account: &AccountId) -> Option<String> {
		let look = look(name);
		self.entries()
			.find(|(known, other, source)| {
				matches!(source, Source::Institution | Source::Former)
					&& *other != account
					&& self::look(known) == look
			})
			.map(|(known, other, _)| format!("{known} ({})", address(other)))
	}

	/// The names that a user can write.
	fn entries(&self) -> impl Iterator<Item = (&str, &AccountId, Source)> {
		self.known
			.iter()
			.filter(|((source, _), _)| {
				matches!(source, Source::Book | Source::Key | Source::Institution | Source::Former)
			})
			.flat_map(|((source, name), accounts)| {
				accounts.iter().map(|account| (name.as_str(), account, *source))
			})
	}

	/// All names with their accounts and where they come from. Each name is one that
	/// [`Self::resolve`] takes.
	pub fn list(&self) -> Vec<(String, &AccountId, &'static str)> {
		self.entries()
			.map(|(name, account, source)| {
				let source = match source {
					Source::Book => "address book",
					Source::Key => "own key",
					Source::Former => "institution, former name",
					_ => "institution",
				};
				(self.tell_apart(name, account), account, source)
			})
			.collect()
	}
}

/// A name with its account's shortened address.
fn with_address(name: &str, account: &AccountId) -> String {
	format!("{name} ({})", shortened(account))
}

/// An account's address, shortened. 12 of its characters can be chosen by nobody in practice.
fn shortened(account: &AccountId) -> String {
	let address = address(account);
	format!("{}…{}", &address[..8], &address[address.len() - 6..])
}

/// Adds a name to the address book. It is an error if another account has a name there that looks
/// like it.
pub async fn add(keep: &impl Keep, name: &str, account: &AccountId) -> Result<()> {
	put(keep, name, account, false).await
}

/// Adds a name to the address book, even if another account has that name there.
pub async fn replace(keep: &impl Keep, name: &str, account: &AccountId) -> Result<()> {
	put(keep, name, account, true).await
}

async fn put(keep: &impl Keep, name: &str, account: &AccountId, may_replace: bool) -> Result<()> {
	let is_not_a_name = look(name).is_empty()
		|| name.trim() != name
		|| name.starts_with("//")
		|| name.contains(['@', ':', '…'])
		|| name.chars().any(char::is_control)
		|| parse_account(name).is_ok();
	if is_not_a_name {
		bail!(
			"“{name}” cannot be a name: a name is not an address, has a letter or digit, and has no “@”, “:” \
			 or “…”"
		);
	}
	let _lock = keep.lock().await?;
	let is_it = |known: &str| look(known) == look(name);
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

/// Whether a name could be read as an account's address, whole or shortened.
fn looks_like_address(name: &str) -> bool {
	let is_long_word = name.chars().count() >= 40 && !name.contains(char::is_whitespace);
	is_long_word || name.contains('…') || name.contains("..") || parse_account(name).is_ok()
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
	use proptest::prelude::*;
	use vouchsafe_protocol::types::{Effect, Grantee, Role};

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

	#[tokio::test]
	async fn a_key_is_named_as_the_account_for_which_it_signs() {
		let mut keep = MemoryKeep::default();
		let [first, key] = [7, 8].map(|id| AccountId::new([id; 32]));
		keep.keys = vec![("eva".into(), first.to_string()), ("eva-2".into(), key.to_string())];
		let mut names = Names::load(&keep, false).await.unwrap();
		assert_eq!((names.resolve("eva-2").unwrap(), &*names.show(&key)), (key.clone(), "eva-2"));
		names.set_account_of_key("eva-2", &key, first.clone());
		for name in ["eva", "eva-2"] {
			assert_eq!(names.resolve(name).unwrap(), first, "{name}");
		}
		assert_eq!(names.show(&first), "eva");
		assert!(names.show(&key).contains('…'));
		// On a new device there is only the new key.
		keep.keys.remove(0);
		let mut names = Names::load(&keep, false).await.unwrap();
		names.set_account_of_key("eva-2", &key, first.clone());
		assert_eq!(names.show(&first), "eva-2");
		assert_eq!(names.list().len(), 1);
	}

	#[test]
	fn strangers_are_shown_by_their_address() {
		let shown = Names::default().show(&AccountId::new([7; 32]));
		assert_eq!(shown.chars().count(), 15);
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

	fn with_institutions(named: &[&str]) -> Names {
		let mut names = Names::default();
		for (number, name) in (1..).zip(named) {
			names.add_institution(name, AccountId::new([number; 32]));
		}
		names
	}

	#[test]
	fn institutions_whose_names_look_alike_are_told_apart() {
		let names = with_institutions(&["Hospital A", "Hospital A", "hospital а", "Hospital B"]);
		let accounts: Vec<_> = (1..=4).map(|number| AccountId::new([number; 32])).collect();
		for account in &accounts[..3] {
			let shown = names.show(account);
			assert!(shown.ends_with(&format!(" ({})", shortened(account))), "{shown}");
			assert_eq!(names.resolve(&shown).unwrap(), *account);
		}
		assert_eq!(names.show(&accounts[3]), "Hospital B");
		for name in ["Hospital A", "HOSPITAL A"] {
			let error = names.resolve(name).unwrap_err();
			assert_eq!(error.downcast_ref::<Advised>().unwrap().advice, Advice::CopyName);
			for account in &accounts[..3] {
				assert!(error.to_string().contains(&names.show(account)), "{error}");
			}
		}
		for (name, account, _) in names.list() {
			assert_eq!(names.resolve(&name).unwrap(), *account);
		}
		assert_eq!(names.list().len(), 4);
	}

	#[test]
	fn a_name_cannot_be_another_accounts_address() {
		let other = AccountId::new([9; 32]);
		let disguised = format!("Hospital A ({})", shortened(&AccountId::new([1; 32])));
		let address = other.to_string();
		let names = with_institutions(&[
			"Hospital A",
			"Hospital A",
			&address,
			&shortened(&other),
			&disguised,
		]);
		assert_eq!(names.resolve(&address).unwrap(), other);
		assert_eq!(names.resolve(&disguised).unwrap(), AccountId::new([1; 32]));
		let shown: BTreeSet<_> =
			(1..=9).map(|number| names.show(&AccountId::new([number; 32]))).collect();
		assert_eq!(shown.len(), 9);
	}

	#[tokio::test]
	async fn a_name_of_ones_own_does_not_hide_an_institution() {
		let keep = MemoryKeep::default();
		let (mine, institution) = (AccountId::new([7; 32]), AccountId::new([1; 32]));
		add(&keep, "hospital  a", &mine).await.unwrap();
		let mut names = Names::load(&keep, false).await.unwrap();
		assert_eq!(names.institution_like("hospital  a", &mine), None);
		names.add_institution("Hospital A", institution.clone());
		assert!(names.institution_like("HOSPITAL A", &mine).unwrap().starts_with("Hospital A (5"));
		assert_eq!(names.institution_like("HOSPITAL A", &institution), None);
		assert!(names.resolve("Hospital A").is_err() && names.resolve("hospital  a").is_err());
		for account in [mine, institution] {
			assert_eq!(names.resolve(&names.show(&account)).unwrap(), account);
		}
	}

	#[tokio::test]
	async fn an_account_with_two_like_names_is_one() {
		let keep = MemoryKeep::default();
		let account = AccountId::new([1; 32]);
		add(&keep, "hospital-a", &account).await.unwrap();
		let mut names = Names::load(&keep, false).await.unwrap();
		names.add_institution("Hospital A", account.clone());
		for name in ["hospital-a", "Hospital A"] {
			assert_eq!(names.resolve(name).unwrap(), account);
		}
		assert_eq!(names.show(&account), "hospital-a");
	}

	/// Names made of what could mislead.
	fn foreign_names() -> impl Strategy<Value = String> {
		let pieces = [
			"Hospital",
			"hospital",
			"Hоspital",
			"A",
			"А",
			"B",
			" ",
			" ",
			".",
			",",
			"“",
			"”",
			"\"",
			"(",
			")",
			"\n",
			"\u{202e}",
			"\u{200b}",
			"\u{3164}",
			"the staff of",
			"everyone",
			"Everyone",
			"study 7",
			"Еveryone",
			"every study",
			" at ",
			" and ",
			", while working at ",
			"care team 1",
			"physicians",
			"any institution",
			"St. Mary's",
			"5C4hrfjw…FDcXhM",
			"to read my records",
		];
		let piece = proptest::sample::select(pieces.to_vec());
		proptest::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
	}

	fn grantees() -> impl Strategy<Value = Grantee> {
		let account = || (0..5u8).prop_map(|number| AccountId::new([number; 32]));
		let role = || proptest::sample::select(vec![Role::Physician, Role::Nurse]);
		prop_oneof![
			Just(Grantee::Everyone),
			role().prop_map(Grantee::Role),
			account().prop_map(Grantee::Institution),
			(role(), account())
				.prop_map(|(role, institution)| Grantee::RoleAt { role, institution }),
			(account(), 0..2u32)
				.prop_map(|(institution, team)| Grantee::CareTeam { institution, team }),
			(account(), account()).prop_map(|(practitioner, institution)| {
				Grantee::PractitionerAt { practitioner, institution }
			}),
			account().prop_map(Grantee::Person),
			Just(Grantee::Study(7)),
			Just(Grantee::Research),
			Just(Grantee::ResearchOn(5148)),
		]
	}

	proptest! {
		#![proptest_config(ProptestConfig::with_cases(2_000))]

		#[test]
		fn different_grantees_never_have_the_same_sentence(
			named in proptest::collection::vec(foreign_names(), 4),
			custodian in any::<bool>(),
			(one, other) in (grantees(), grantees()),
			deny in any::<bool>(),
		) {
			let mut names = Names::default();
			for (number, name) in (1..).zip(&named) {
				let account = AccountId::new([number; 32]);
				match custodian && number == 1 {
					true => names.add_custodian(name, account),
					false => names.add_institution(&crate::text::line(name), account),
				}
			}
			let labels = Default::default();
			let effect = if deny {
				Effect::Deny { binds_break_glass: true }
			} else {
				Effect::Permit
			};
			let terms = crate::consent::plain_terms(effect);
			let teller = crate::english::teller(&names, &labels);
			let said = |grantee| teller.consent(grantee, &terms).to_lowercase();
			let short = |grantee| teller.grantee_short(grantee).to_lowercase();
			prop_assert_eq!(said(&one) == said(&other), one == other, "{}", said(&one));
			prop_assert_eq!(short(&one) == short(&other), one == other, "{}", short(&one));
		}
	}

	#[test]
	fn an_institutions_development_key_is_called_like_the_institution() {
		let key = Identity::development("//HospitalA").unwrap();
		let mut names = Names::default();
		names.add_institution("Hospital A", key.account());
		names.add_development(&key);
		assert_eq!(names.show(&key.account()), "Hospital A");
	}

	/// An institution chooses its name itself. With another's address as its name it is not that one.
	#[test]
	fn addresses_win_over_names_that_look_like_them() {
		let (honest, other) = (AccountId::new([1; 32]), AccountId::new([2; 32]));
		let address = address(&honest);
		let shortened = shortened(&honest);
		for name in [address.clone(), shortened.clone(), shortened.replace('…', "...")] {
			let mut names = Names::default();
			names.add_institution(&name, other.clone());
			let shown = names.show(&other);
			assert!(shown.ends_with(&format!("({})", super::shortened(&other))), "{shown}");
			assert_eq!(names.resolve(&address).unwrap(), honest);
			assert_eq!(names.resolve(&shown).unwrap(), other);
		}
	}

	#[test]
	fn equal_names_are_shown_with_fingerprints() {
		for (one, other) in [
			("Hospital A", "Hospital A"),
			("Hospital A", "hospital  a"),
			("Hospital A", "Hospital\u{200b} A"),
			("Hospital A", "Hospital\nA"),
			("Hospital A", "Hоspital А"),
		] {
			let mut names = Names::default();
			let accounts = [1, 2].map(|id| AccountId::new([id; 32]));
			names.add_institution(one, accounts[0].clone());
			names.add_institution(other, accounts[1].clone());
			for account in accounts {
				let shown = names.show(&account);
				assert!(shown.ends_with(&format!("({})", shortened(&account))), "{shown}");
				assert!(!shown.chars().any(crate::text::is_harmful), "{shown}");
			}
			assert!(names.resolve(one).is_err(), "nobody knows which");
		}
	}

	/// Two members swap their names: neither is taken for the other, and the user's old name for one
	/// means neither without its address.
	#[test]
	fn members_that_swap_their_names_are_told_apart() {
		let mut names = with_institutions(&["Hospital B", "Hospital A"]);
		let [one, other] = [1, 2].map(|id| AccountId::new([id; 32]));
		names.add_former("Hospital A", one.clone());
		names.add_former("Hospital B", other.clone());
		assert_eq!(names.show(&one), with_address("Hospital B", &one));
		assert_eq!(names.show(&other), with_address("Hospital A", &other));
		for name in ["Hospital A", "Hospital B"] {
			let error = names.resolve(name).unwrap_err();
			assert_eq!(error.downcast_ref::<Advised>().unwrap().advice, Advice::CopyName);
			for account in [&one, &other] {
				assert!(error.to_string().contains(&shortened(account)), "{error}");
			}
			for account in [&one, &other] {
				assert_eq!(names.resolve(&with_address(name, account)).unwrap(), *account);
			}
		}
	}

	/// A newcomer takes the name that an older member has given up.
	#[test]
	fn a_name_that_a_member_had_is_not_silently_anothers() {
		let mut names = with_institutions(&["Clinic", "HOSPITAL A"]);
		let [renamed, newcomer] = [1, 2].map(|id| AccountId::new([id; 32]));
		names.add_former("Hospital A", renamed.clone());
		assert!(names.resolve("Hospital A").is_err(), "either can be meant");
		assert_eq!(names.show(&newcomer), with_address("HOSPITAL A", &newcomer));
		assert_eq!(names.show(&renamed), "Clinic", "nobody else is called like this");
		assert_eq!(names.resolve("Clinic").unwrap(), renamed);
		let like = names.institution_like("hospital a", &newcomer).unwrap();
		assert!(like.contains(&address(&renamed)), "{like}");
		for (name, account, _) in names.list() {
			assert_eq!(names.resolve(&name).unwrap(), *account, "{name}");
		}
		// Without a newcomer the old name still means the member.
		let mut alone = with_institutions(&["Clinic"]);
		alone.add_former("Hospital A", renamed.clone());
		assert_eq!(alone.resolve("Hospital A").unwrap(), renamed);
		assert_eq!(alone.show(&renamed), "Clinic");
	}

	#[test]
	fn names_of_mixed_scripts_are_shown_with_addresses() {
		for (name, is_mixed) in [
			("Hospital Ꭺ", true),
			("Hosрital A", true),
			("Hospital A", false),
			("Ｈospital Ａ", true),
			("Hôpital Saint-Étienne", false),
			("Больница", false),
			("病院 5", false),
			("1 2 3", false),
		] {
			assert_eq!(mixes_scripts(name), is_mixed, "{name}");
			let shown = with_institutions(&[name]).show(&AccountId::new([1; 32]));
			assert_eq!(shown.contains('…'), is_mixed, "{shown}");
		}
	}

	#[test]
	fn a_name_is_read_with_the_address_that_a_sentence_shows() {
		let names = with_institutions(&["Hospital A", "Hospital B"]);
		let account = AccountId::new([2; 32]);
		assert_eq!(names.resolve(&names.show_with_address(&account)).unwrap(), account);
		let other = with_address("Hospital B", &AccountId::new([1; 32]));
		assert!(names.resolve(&other).is_err(), "the address is another's");
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
