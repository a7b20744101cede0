//! The encryption keys: the one that the chain names, those that it named before, and one that is to replace
//! it. What was sealed to any of them can be opened.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use vouchsafe_vault::seal::{PublicKey, SecretKey};

/// The encryption keys. Cheap to clone: all clones are the same keys.
#[derive(Clone)]
pub struct EncryptionKeys(Arc<RwLock<Keys>>);

struct Keys {
	/// The newest one first.
	all: Vec<Pair>,
	/// The place of the one that the chain names. None until the chain was read: then the newest one counts.
	current: Option<usize>,
}

struct Pair {
	public: PublicKey,
	secret: SecretKey,
}

impl From<SecretKey> for EncryptionKeys {
	fn from(only: SecretKey) -> Self {
		Self::new(only, Vec::new())
	}
}

impl EncryptionKeys {
	/// The newest key, and those before it, the last one first.
	pub fn new(newest: SecretKey, earlier: Vec<SecretKey>) -> Self {
		let pair = |secret: SecretKey| Pair { public: secret.public(), secret };
		let all = std::iter::once(newest).chain(earlier).map(pair).collect();
		Self(Arc::new(RwLock::new(Keys { all, current: None })))
	}

	/// The key in use.
	pub fn public(&self) -> PublicKey {
		self.read().in_use().public
	}

	/// The newest key: the one in use, or the one that is to replace it.
	pub fn newest(&self) -> PublicKey {
		self.read().all[0].public
	}

	/// The key that is to replace the one in use.
	pub fn next(&self) -> Option<PublicKey> {
		let keys = self.read();
		keys.current.filter(|place| *place > 0).map(|_| keys.all[0].public)
	}

	/// The keys that the chain named before the one in use. None as long as nobody knows which one that is.
	pub fn former(&self) -> Vec<PublicKey> {
		let keys = self.read();
		let after = keys.current.map_or(keys.all.len(), |place| place.saturating_add(1));
		keys.all.iter().skip(after).map(|pair| pair.public).collect()
	}

	/// All keys, the newest one first.
	pub fn all(&self) -> Vec<PublicKey> {
		self.read().all.iter().map(|pair| pair.public).collect()
	}

	/// Whether the chain's key is among these. Then it is the one in use from now on.
	pub fn set_in_use(&self, chain: &[u8; 32]) -> bool {
		let mut keys = self.write();
		let place = keys.all.iter().position(|pair| pair.public.0 == *chain);
		if place.is_some() {
			keys.current = place;
		}
		place.is_some()
	}

	/// Takes the keys of a file that was changed. False, and nothing changes, if the one in use is not among
	/// them.
	pub fn replace(&self, by: &Self) -> bool {
		let by = by.read();
		let mut keys = self.write();
		let known = keys.current.map(|_| keys.in_use().public);
		let current = known.map(|known| by.all.iter().position(|pair| pair.public == known));
		if current == Some(None) {
			return false;
		}
		let copy = |pair: &Pair| Pair { public: pair.public, secret: pair.secret.clone() };
		keys.all = by.all.iter().map(copy).collect();
		keys.current = current.flatten();
		true
	}

	/// Forgets a key that is no longer in use.
	pub fn forget(&self, former: PublicKey) {
		let mut keys = self.write();
		let in_use = keys.in_use().public;
		if former != in_use {
			keys.all.retain(|pair| pair.public != former);
			keys.current =
				keys.current.and_then(|_| keys.all.iter().position(|pair| pair.public == in_use));
		}
	}

	/// Opens something with the key in use, or else with another one. The error is that of the key in use.
	///
	/// # Errors
	///
	/// None of the keys opens it.
	pub fn open_with<T, E>(&self, open: impl Fn(&SecretKey) -> Result<T, E>) -> Result<T, E> {
		let keys = self.read();
		let in_use = keys.in_use();
		open(&in_use.secret).or_else(|error| {
			let mut others = keys.all.iter().filter(|pair| pair.public != in_use.public);
			others.find_map(|pair| open(&pair.secret).ok()).ok_or(error)
		})
	}

	/// Opens something with the key in use only.
	///
	/// # Errors
	///
	/// It was sealed to another key.
	pub fn open_with_the_one_in_use<T, E>(
		&self,
		open: impl FnOnce(&SecretKey) -> Result<T, E>,
	) -> Result<T, E> {
		open(&self.read().in_use().secret)
	}

	/// The secret keys, the newest one first, for the key file.
	pub(super) fn secrets(&self) -> Vec<SecretKey> {
		self.read().all.iter().map(|pair| pair.secret.clone()).collect()
	}

	fn read(&self) -> RwLockReadGuard<'_, Keys> {
		self.0.read().unwrap_or_else(PoisonError::into_inner)
	}

	fn write(&self) -> RwLockWriteGuard<'_, Keys> {
		self.0.write().unwrap_or_else(PoisonError::into_inner)
	}
}

impl Keys {
	/// There is always one.
	fn in_use(&self) -> &Pair {
		&self.all[self.current.unwrap_or(0)]
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_vault::seal::{open, seal, Purpose};

	fn keys(count: usize) -> (Vec<SecretKey>, EncryptionKeys) {
		let secrets: Vec<_> = (0..count).map(|_| SecretKey::random()).collect();
		let (newest, earlier) = secrets.split_first().unwrap();
		(secrets.clone(), EncryptionKeys::new(newest.clone(), earlier.to_vec()))
	}

	#[test]
	fn the_chain_says_which_key_is_in_use() {
		let (secrets, keys) = keys(3);
		let public = |place: usize| secrets[place].public();
		assert_eq!((keys.public(), keys.next(), keys.former()), (public(0), None, vec![]));
		assert!(keys.set_in_use(&public(1).0));
		assert_eq!((keys.public(), keys.next()), (public(1), Some(public(0))));
		assert_eq!(keys.former(), [public(2)]);
		assert!(!keys.set_in_use(&[9; 32]) && keys.public() == public(1));
		assert!(keys.set_in_use(&public(0).0));
		assert_eq!((keys.next(), keys.former()), (None, vec![public(1), public(2)]));
		keys.forget(public(0));
		assert_eq!(keys.all().len(), 3, "the one in use stays");
		keys.forget(public(1));
		assert_eq!((keys.public(), keys.former()), (public(0), vec![public(2)]));
	}

	#[test]
	fn what_was_sealed_to_any_of_them_opens() {
		let (secrets, keys) = keys(3);
		keys.set_in_use(&secrets[1].public().0);
		for secret in &secrets {
			let sealed = seal(&secret.public(), Purpose::Share, b"", b"share").unwrap();
			let by = |key: &SecretKey| open(key, Purpose::Share, b"", &sealed);
			assert_eq!(**keys.open_with(by).unwrap(), *b"share");
			let is_in_use = secret.public() == keys.public();
			assert_eq!(keys.open_with_the_one_in_use(by).is_ok(), is_in_use);
		}
		let foreign = seal(&SecretKey::random().public(), Purpose::Share, b"", b"share").unwrap();
		assert!(keys.open_with(|key| open(key, Purpose::Share, b"", &foreign)).is_err());
	}

	#[test]
	fn a_changed_file_must_have_the_key_in_use() {
		let (secrets, known) = keys(1);
		let more = EncryptionKeys::new(SecretKey::random(), secrets.clone());
		let (_, foreign) = keys(1);
		// Nobody knows yet which one the chain names.
		let fresh = EncryptionKeys::from(secrets[0].clone());
		assert!(fresh.replace(&foreign) && fresh.public() == foreign.public());

		known.set_in_use(&secrets[0].public().0);
		assert!(!known.replace(&foreign) && known.all() == [secrets[0].public()]);
		assert!(known.replace(&more));
		assert_eq!((known.public(), known.next()), (secrets[0].public(), Some(more.newest())));
	}
}
