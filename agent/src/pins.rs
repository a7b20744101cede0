//! What this person has seen of the members: their names, and the keys of their custodians. The first
//! sight is pinned. What has changed since then is used only after the person has confirmed it.
//!
//! The chain says who has which key, and that is proven. But somebody may have taken over a member's
//! account, or a look-alike may have been admitted. Only people can tell that.

use crate::platform::Keep;
use anyhow::{Context as _, Result};
use blake2::{Blake2b256, Digest};
use codec::{Decode, DecodeAll, Encode};
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt, iter,
};
use vouchsafe_protocol::{
	holders::Member,
	messages::Hex,
	types::{AccountId, H256},
};

/// The folder of the pinned members of each chain.
pub const FOLDER: &str = "members";

/// The first byte of what is kept.
const VERSION: u8 = 1;

/// How many names of a member are kept.
const NAMES: usize = 8;

/// A name and a custodian's key, as one device saw them first.
pub(crate) type Sight = (String, Option<Hex<32>>);

/// What was seen of a member first, or confirmed since.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
struct Pin {
	name: String,
	/// Its custodian's key, once it has named one.
	key: Option<[u8; 32]>,
	/// The last names that were seen of it.
	names: Vec<String>,
	/// What other devices of the person saw first, if it was something else. The person is told of it until
	/// the member is confirmed.
	elsewhere: Vec<(String, Option<[u8; 32]>)>,
}

impl Pin {
	fn first(name: &str, key: Option<[u8; 32]>) -> Self {
		Self { name: name.to_owned(), key, names: Vec::new(), elsewhere: Vec::new() }
	}

	/// What this device and others saw first.
	fn sights(&self) -> impl Iterator<Item = (&str, Option<[u8; 32]>)> {
		let elsewhere = self.elsewhere.iter().map(|(name, key)| (name.as_str(), *key));
		iter::once((self.name.as_str(), self.key)).chain(elsewhere)
	}

	fn see(&mut self, name: &str) {
		if self.names.iter().any(|seen| seen == name) {
			return;
		}
		if self.names.len() >= NAMES {
			self.names.remove(0);
		}
		self.names.push(name.to_owned());
	}
}

/// What was seen of all members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Pins {
	seen: BTreeMap<AccountId, Pin>,
	/// Why the pins cannot be read.
	#[codec(skip)]
	damage: Option<String>,
}

/// What has changed of a member since it was pinned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
	/// Its name.
	Name {
		/// The name before.
		before: String,
		/// The name now.
		now: String,
	},
	/// Its custodian's key.
	Key {
		/// The key before.
		before: [u8; 32],
		/// The key now.
		now: [u8; 32],
	},
}

impl fmt::Display for Change {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Name { before, now } => {
				write!(f, "its name was {} and is now {}", quoted(before), quoted(now))
			},
			Self::Key { before, now } => write!(
				f,
				"the key of its custodian was {} and is now {}",
				fingerprint(before),
				fingerprint(now)
			),
		}
	}
}

/// Changes in a line.
pub fn in_words(changes: &[Change]) -> String {
	changes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// A name in quotation marks, which it cannot end itself.
fn quoted(name: &str) -> String {
	format!("“{}”", name.replace(['“', '”', '„', '‟', '"'], "'"))
}

/// Enough of a key that nobody can make another one that looks the same.
pub fn fingerprint(key: &[u8; 32]) -> String {
	let digits = hex::encode(key);
	format!("0x{}…{}", &digits[..12], &digits[52..])
}

impl Pins {
	/// Pins the members that were not seen before, and returns all pins. If they cannot be read, nothing
	/// is pinned: otherwise a change since then would pass for a first sight.
	pub async fn learn(keep: &impl Keep, genesis: &H256, members: &[Member]) -> Result<Self> {
		let known = match Self::read(keep, genesis).await {
			Ok(known) => known,
			Err(error) => {
				return Ok(Self { damage: Some(format!("{error:#}")), ..Self::default() })
			},
		};
		if known.with_first_sights(members) == known {
			return Ok(known);
		}
		// Another program may have pinned some meanwhile.
		let _lock = keep.lock().await?;
		let pins = Self::read(keep, genesis).await?.with_first_sights(members);
		pins.write(keep, genesis).await?;
		Ok(pins)
	}

	/// Why the pins cannot be read, if they cannot. Then nobody can tell whether a member has changed.
	pub fn damage(&self) -> Option<&str> {
		self.damage.as_deref()
	}

	/// Begins the pins again with the members as they are now, if the stored ones are damaged. The damaged
	/// ones are kept in another place, which is returned.
	pub async fn repair(
		&mut self,
		keep: &impl Keep,
		genesis: &H256,
		members: &[Member],
	) -> Result<Option<String>> {
		let lock = keep.lock().await?;
		let name = hex::encode(genesis.0);
		let kept = keep.read(FOLDER, &name).await?;
		let mut copy = None;
		if let Some(damaged) = kept.filter(|bytes| Self::from_bytes(bytes).is_none()) {
			let place = format!("{name}.damaged");
			keep.write(FOLDER, &place, &damaged).await?;
			Self::default().with_first_sights(members).write(keep, genesis).await?;
			copy = Some(keep.describe(FOLDER, &place));
		}
		drop(lock);
		*self = Self::learn(keep, genesis, members).await?;
		Ok(copy)
	}

	/// Pins a member as it is now.
	pub async fn confirm(&mut self, keep: &impl Keep, genesis: &H256, now: &Member) -> Result<()> {
		let _lock = keep.lock().await?;
		let mut pins = Self::read(keep, genesis).await?;
		let first = || Pin::first("", None);
		let pin = pins.seen.entry(now.account.clone()).or_insert_with(first);
		(pin.name, pin.key) = (now.name.clone(), key_of(now));
		pin.elsewhere.clear();
		pin.see(&now.name);
		pins.write(keep, genesis).await?;
		*self = pins;
		Ok(())
	}

	/// The other names that were seen of a member. They stay after a change was confirmed, so that
	/// nobody else can take them unseen.
	pub fn former_names<'a>(&'a self, now: &'a Member) -> impl Iterator<Item = &'a str> {
		let pin = self.seen.get(&now.account);
		let names = pin.into_iter().flat_map(|pin| {
			pin.names.iter().map(String::as_str).chain(pin.sights().map(|(name, _)| name))
		});
		names.filter(|name| *name != now.name)
	}

	/// What has changed of a member since it was pinned.
	pub fn changes(&self, now: &Member) -> Vec<Change> {
		let mut before = self.seen.get(&now.account).into_iter().flat_map(Pin::sights);
		let renamed = before
			.find(|(name, _)| *name != now.name)
			.map(|(name, _)| Change::Name { before: name.to_owned(), now: now.name.clone() });
		let key = key_of(now).and_then(|key| self.change_of_key(&now.account, key));
		renamed.into_iter().chain(key).collect()
	}

	/// Whether a custodian's key is another one than was pinned.
	pub fn change_of_key(&self, member: &AccountId, now: [u8; 32]) -> Option<Change> {
		let mut keys = self.seen.get(member)?.sights().filter_map(|(_, key)| key);
		let before = keys.find(|before| *before != now)?;
		Some(Change::Key { before, now })
	}

	/// What was seen of each member first, by this device and others, and all its names.
	pub(crate) fn sights(
		&self,
	) -> impl Iterator<Item = (&AccountId, BTreeSet<Sight>, impl Iterator<Item = String> + '_)> {
		self.seen.iter().map(|(member, pin)| {
			let sights = pin.sights().map(|(name, key)| (name.to_owned(), key.map(Hex)));
			(member, sights.collect(), pin.names.iter().cloned())
		})
	}

	/// Takes what several devices of the person have seen of a member. What this device saw first stays, if
	/// it is among it.
	pub(crate) fn restore(
		&mut self,
		member: AccountId,
		sights: &BTreeSet<Sight>,
		names: &BTreeSet<String>,
	) {
		let mut sights: Vec<_> =
			sights.iter().map(|(name, key)| (name.clone(), key.map(|key| key.0))).collect();
		let own = self.seen.get(&member).map(|pin| (pin.name.clone(), pin.key));
		let own = own.and_then(|own| sights.iter().position(|sight| *sight == own));
		if sights.is_empty() {
			return;
		}
		let (name, key) = sights.remove(own.unwrap_or(0));
		let pin = self.seen.entry(member).or_insert_with(|| Pin::first(&name, key));
		(pin.name, pin.key, pin.elsewhere) = (name, key, sights);
		for name in names {
			if pin.names.len() < NAMES {
				pin.see(name);
			}
		}
	}

	fn with_first_sights(&self, members: &[Member]) -> Self {
		let mut pins = self.clone();
		for member in members {
			let first = || Pin::first(&member.name, None);
			let pin = pins.seen.entry(member.account.clone()).or_insert_with(first);
			pin.key = pin.key.or(key_of(member));
			pin.see(&member.name);
		}
		pins
	}

	/// The pins that are kept. It is an error if they are damaged.
	pub(crate) async fn read(keep: &impl Keep, genesis: &H256) -> Result<Self> {
		let name = hex::encode(genesis.0);
		let Some(bytes) = keep.read(FOLDER, &name).await? else { return Ok(Self::default()) };
		Self::from_bytes(&bytes)
			.with_context(|| format!("{} is damaged", keep.describe(FOLDER, &name)))
	}

	fn from_bytes(bytes: &[u8]) -> Option<Self> {
		let (body, check) = bytes.split_last_chunk()?;
		match body {
			[VERSION, rest @ ..] if checksum(body) == *check => {
				Self::decode_all(&mut &rest[..]).ok()
			},
			_ => None,
		}
	}

	fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = vec![VERSION];
		self.encode_to(&mut bytes);
		bytes.extend(checksum(&bytes));
		bytes
	}

	/// Keeps the pins. The caller holds the lock of what is kept.
	pub(crate) async fn write(&self, keep: &impl Keep, genesis: &H256) -> Result<()> {
		keep.write(FOLDER, &hex::encode(genesis.0), &self.to_bytes()).await
	}
}

/// Finds damage by accident.
fn checksum(bytes: &[u8]) -> [u8; 4] {
	let [a, b, c, d, ..] = <[u8; 32]>::from(Blake2b256::digest(bytes));
	[a, b, c, d]
}

fn key_of(member: &Member) -> Option<[u8; 32]> {
	member.custodian.as_ref().map(|(_, key)| *key)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::memory::MemoryKeep;
	use std::slice::from_ref;
	use vouchsafe_protocol::types::{AccountKind, Status};

	const GENESIS: H256 = H256([7; 32]);

	fn member(number: u8, name: &str, key: Option<u8>) -> Member {
		Member {
			account: AccountId::new([number; 32]),
			kind: AccountKind::Institution,
			status: Status::Active,
			name: name.into(),
			country: "DE".into(),
			custodian: key.map(|key| ("https://a.example".into(), [key; 32])),
		}
	}

	#[tokio::test]
	async fn the_first_sight_of_a_member_is_pinned() {
		let keep = MemoryKeep::default();
		let (first, second) = (member(1, "Hospital A", Some(1)), member(2, "Hospital B", None));
		let pins = Pins::learn(&keep, &GENESIS, from_ref(&first)).await.unwrap();
		assert_eq!(pins.changes(&first), []);
		// Later it is known, and others can still be seen first.
		let swapped = member(1, "Hospital B", Some(2));
		let pins = Pins::learn(&keep, &GENESIS, &[swapped.clone(), second.clone()]).await.unwrap();
		let renamed = Change::Name { before: "Hospital A".into(), now: "Hospital B".into() };
		let other_key = Change::Key { before: [1; 32], now: [2; 32] };
		assert_eq!(pins.changes(&swapped), [renamed, other_key.clone()]);
		assert_eq!(pins.change_of_key(&swapped.account, [2; 32]), Some(other_key));
		assert_eq!(pins.changes(&second), []);
		// Another chain has members of its own.
		let other = Pins::learn(&keep, &H256([8; 32]), from_ref(&swapped)).await.unwrap();
		assert_eq!(other.changes(&swapped), []);
	}

	#[tokio::test]
	async fn the_first_key_of_a_custodian_is_pinned_and_outlasts_its_removal() {
		let keep = MemoryKeep::default();
		for key in [None, Some(3), None] {
			let now = member(1, "Hospital A", key);
			let pins = Pins::learn(&keep, &GENESIS, from_ref(&now)).await.unwrap();
			assert_eq!(pins.changes(&now), [], "{key:?}");
		}
		let now = member(1, "Hospital A", Some(4));
		let pins = Pins::learn(&keep, &GENESIS, from_ref(&now)).await.unwrap();
		assert_eq!(pins.changes(&now), [Change::Key { before: [3; 32], now: [4; 32] }]);
	}

	#[tokio::test]
	async fn a_change_counts_once_it_is_confirmed() {
		let keep = MemoryKeep::default();
		let first = member(1, "Hospital A", Some(1));
		let mut pins = Pins::learn(&keep, &GENESIS, from_ref(&first)).await.unwrap();
		let now = member(1, "Clinic A", Some(2));
		pins.confirm(&keep, &GENESIS, &now).await.unwrap();
		assert_eq!(pins.changes(&now), []);
		assert_eq!(Pins::learn(&keep, &GENESIS, from_ref(&now)).await.unwrap(), pins);
		assert_eq!(pins.changes(&first).len(), 2, "the old ones are the others now");
	}

	/// Somebody is confirmed under a new name, and the old one is free for another.
	#[tokio::test]
	async fn the_last_names_of_a_member_outlast_its_confirmation() {
		let keep = MemoryKeep::default();
		let first = member(1, "Hospital A", None);
		let mut pins = Pins::learn(&keep, &GENESIS, from_ref(&first)).await.unwrap();
		let unconfirmed = member(1, "Clinic", None);
		Pins::learn(&keep, &GENESIS, from_ref(&unconfirmed)).await.unwrap();
		let now = member(1, "Clinic A", None);
		pins.confirm(&keep, &GENESIS, &now).await.unwrap();
		let pins = Pins::learn(&keep, &GENESIS, from_ref(&now)).await.unwrap();
		assert_eq!(pins.changes(&now), []);
		assert_eq!(pins.former_names(&now).collect::<Vec<_>>(), ["Hospital A", "Clinic"]);

		for number in 0..NAMES {
			let now = member(1, &format!("Ward {number}"), None);
			Pins::learn(&keep, &GENESIS, from_ref(&now)).await.unwrap();
		}
		let now = member(1, "Ward 0", None);
		let pins = Pins::learn(&keep, &GENESIS, from_ref(&now)).await.unwrap();
		let former: Vec<_> = pins.former_names(&now).collect();
		assert_eq!(former.len(), NAMES, "seven seen since, and the confirmed one");
		assert!(former.contains(&"Clinic A") && !former.contains(&"Hospital A"), "{former:?}");
	}

	#[tokio::test]
	async fn damaged_pins_are_not_taken_for_none() {
		let (keep, file) = (MemoryKeep::default(), hex::encode(GENESIS.0));
		let kept = async |name: &str| keep.read(FOLDER, name).await.unwrap().map(|it| it.to_vec());
		let member = member(1, "Hospital A", Some(1));
		for damaged in [&[VERSION, 9][..], &[VERSION + 1, 0], &[]] {
			keep.write(FOLDER, &file, damaged).await.unwrap();
			let mut pins = Pins::learn(&keep, &GENESIS, from_ref(&member)).await.unwrap();
			assert_eq!(pins.damage(), Some(&*format!("members/{file} is damaged")));
			let error = pins.confirm(&keep, &GENESIS, &member).await.unwrap_err().to_string();
			assert!(error.contains("is damaged"), "{error}");
			assert_eq!(kept(&file).await.as_deref(), Some(damaged), "nothing is written over it");

			let copy = format!("{file}.damaged");
			let repaired = pins.repair(&keep, &GENESIS, from_ref(&member)).await.unwrap();
			assert_eq!(repaired, Some(format!("members/{copy}")));
			assert_eq!((pins.damage(), kept(&copy).await.as_deref()), (None, Some(damaged)));
			assert_eq!(pins, Pins::learn(&keep, &GENESIS, &[]).await.unwrap());
		}
	}

	#[test]
	fn each_changed_byte_is_damage() {
		let pins = Pins::default().with_first_sights(&[member(1, "Hospital A", Some(1))]);
		let bytes = pins.to_bytes();
		assert_eq!(Pins::from_bytes(&bytes), Some(pins));
		for place in 0..bytes.len() {
			let mut changed = bytes.clone();
			changed[place] ^= 1;
			assert_eq!(Pins::from_bytes(&changed), None, "byte {place}");
			assert_eq!(Pins::from_bytes(&bytes[..place]), None);
		}
	}

	/// Otherwise a change could be hidden by a repair.
	#[tokio::test]
	async fn only_damaged_pins_are_begun_again() {
		let keep = MemoryKeep::default();
		let first = member(1, "Hospital A", Some(1));
		let mut pins = Pins::learn(&keep, &GENESIS, from_ref(&first)).await.unwrap();
		let swapped = member(1, "Hospital A", Some(2));
		let repaired = pins.repair(&keep, &GENESIS, from_ref(&swapped)).await.unwrap();
		assert_eq!((repaired, pins.changes(&swapped).len()), (None, 1));
	}

	#[test]
	fn changes_read_well() {
		let key = Change::Key { before: [1; 32], now: [2; 32] }.to_string();
		assert_eq!(
			key,
			"the key of its custodian was 0x010101010101…010101010101 and is now \
			 0x020202020202…020202020202"
		);
		let name = Change::Name { before: "A".into(), now: "B".into() }.to_string();
		assert_eq!(name, "its name was “A” and is now “B”");
		let name = Change::Name { before: "A” and is now “B".into(), now: "C".into() }.to_string();
		assert_eq!(name, "its name was “A' and is now 'B” and is now “C”");
	}
}
