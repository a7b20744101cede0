//! What is synced, and how two devices' changes are merged.

use crate::{
	consent::KeptText,
	pins::Sight,
	practice::{Noted, Notes},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{btree_map, BTreeMap, BTreeSet};
use vouchsafe_protocol::messages::Hex;
use vouchsafe_vault::label::LabelKey;
use zeroize::Zeroizing;

/// The version of the JSON.
pub(super) const VERSION: u8 = 1;

/// A value with the number of its changes. Of two, the one that was changed more often counts. If both
/// were changed as often, the greater value does, so that all devices choose the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry<T> {
	pub(super) changed: u32,
	/// `None` if it was removed.
	pub(super) value: Option<T>,
}

/// What was seen of a member. The sights of the devices that saw it first at the same time are all kept:
/// if they differ, the person is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pinned {
	pub(super) changed: u32,
	pub(super) sights: BTreeSet<Sight>,
	/// The names that were seen of it.
	pub(super) names: BTreeSet<String>,
}

/// What an account keeps for all its devices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
	version: u8,
	/// The address book: names and their accounts.
	pub(super) names: BTreeMap<String, Entry<Hex<32>>>,
	/// The texts of consents, by their commitments.
	pub(super) texts: BTreeMap<Hex<32>, KeptText>,
	#[serde(serialize_with = "write_key", deserialize_with = "read_key")]
	pub(super) label_key: Option<LabelKey>,
	/// Words that the person used as labels.
	pub(super) labels: BTreeSet<String>,
	/// The words of the labels of the person's records.
	pub(super) record_labels: BTreeMap<Hex<32>, Vec<String>>,
	/// The members as they were seen, by their accounts.
	pub(super) members: BTreeMap<Hex<32>, Pinned>,
	pub(super) settings: BTreeMap<String, Entry<String>>,
	/// The requests that the person has made of patients.
	#[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
	pub(super) requests: BTreeMap<String, Entry<Noted>>,
}

impl Default for Data {
	fn default() -> Self {
		Self {
			version: VERSION,
			names: BTreeMap::new(),
			texts: BTreeMap::new(),
			label_key: None,
			labels: BTreeSet::new(),
			record_labels: BTreeMap::new(),
			members: BTreeMap::new(),
			settings: BTreeMap::new(),
			requests: BTreeMap::new(),
		}
	}
}

/// Why a plaintext is not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ReadError {
	Newer,
	Damaged,
}

impl Data {
	/// Merges what another device has. The order does not matter, and nothing changes the second time.
	pub fn merge(&mut self, other: Self) {
		merge_maps(&mut self.names, other.names, greater);
		merge_maps(&mut self.texts, other.texts, greater);
		merge_maps(&mut self.record_labels, other.record_labels, greater);
		merge_maps(&mut self.settings, other.settings, greater);
		merge_maps(&mut self.requests, other.requests, greater);
		merge_maps(&mut self.members, other.members, Pinned::merge);
		self.labels.extend(other.labels);
		let is_greater = match (&self.label_key, &other.label_key) {
			(_, None) => false,
			(None, Some(_)) => true,
			(Some(one), Some(other)) => *other.to_bytes() > *one.to_bytes(),
		};
		if is_greater {
			self.label_key = other.label_key;
		}
	}

	/// The address of each name.
	pub fn names(&self) -> BTreeMap<&str, Hex<32>> {
		let values = self.names.iter();
		values.filter_map(|(name, entry)| Some((name.as_str(), entry.value?))).collect()
	}

	/// The settings.
	pub fn settings(&self) -> BTreeMap<String, String> {
		let values = self.settings.iter();
		values.filter_map(|(name, entry)| Some((name.clone(), entry.value.clone()?))).collect()
	}

	/// The requests that the person has made.
	pub(super) fn requests(&self) -> Notes {
		let values = self.requests.iter();
		values.filter_map(|(key, entry)| Some((key.clone(), entry.value?))).collect()
	}

	pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
		// Its maps have text as keys.
		Zeroizing::new(serde_json::to_vec(self).expect("the data can be written as JSON; qed"))
	}

	pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, ReadError> {
		#[derive(Deserialize)]
		struct Version {
			version: u8,
		}
		let version: Version = serde_json::from_slice(bytes).map_err(|_| ReadError::Damaged)?;
		if version.version != VERSION {
			return Err(ReadError::Newer);
		}
		serde_json::from_slice(bytes).map_err(|_| ReadError::Damaged)
	}
}

impl Pinned {
	fn merge(&mut self, mut other: Self) {
		self.names.append(&mut other.names);
		if other.changed > self.changed {
			(self.changed, self.sights) = (other.changed, other.sights);
		} else if other.changed == self.changed {
			self.sights.append(&mut other.sights);
		}
	}
}

fn greater<T: Ord>(one: &mut T, other: T) {
	if other > *one {
		*one = other;
	}
}

fn merge_maps<K: Ord, V>(
	one: &mut BTreeMap<K, V>,
	other: BTreeMap<K, V>,
	merge: impl Fn(&mut V, V),
) {
	for (key, value) in other {
		match one.entry(key) {
			btree_map::Entry::Occupied(mut known) => merge(known.get_mut(), value),
			btree_map::Entry::Vacant(place) => {
				place.insert(value);
			},
		}
	}
}

/// The entries after the person's changes since `before`: `now` has the values that there are.
pub(super) fn changes<K: Ord + Clone, T: PartialEq>(
	before: &BTreeMap<K, Entry<T>>,
	mut now: BTreeMap<K, T>,
) -> BTreeMap<K, Entry<T>>
where
	Entry<T>: Clone,
{
	let mut entries = before.clone();
	for (key, entry) in &mut entries {
		let value = now.remove(key);
		if value != entry.value {
			let changed = entry.changed.saturating_add(1);
			*entry = Entry { changed, value };
		}
	}
	entries.extend(now.into_iter().map(|(key, value)| {
		let value = Some(value);
		(key, Entry { changed: 1, value })
	}));
	entries
}

fn write_key<S: Serializer>(key: &Option<LabelKey>, to: S) -> Result<S::Ok, S::Error> {
	let digits = key.as_ref().map(|key| Zeroizing::new(hex::encode(&key.to_bytes()[..])));
	digits.as_deref().serialize(to)
}

fn read_key<'de, D: Deserializer<'de>>(from: D) -> Result<Option<LabelKey>, D::Error> {
	let Some(digits) = Option::<String>::deserialize(from)?.map(Zeroizing::new) else {
		return Ok(None);
	};
	let bytes = hex::decode(digits.as_str()).map(Zeroizing::new).ok();
	let key = bytes.and_then(|bytes| LabelKey::from_bytes(&bytes));
	key.map(Some).ok_or_else(|| serde::de::Error::custom("not a label key"))
}

#[cfg(test)]
mod tests;
