//! Locks by CID, so that content is not removed while it is added or pinned.

use std::{
	collections::{BTreeSet, HashMap},
	sync::{Arc, Mutex},
};
use tokio::sync::OwnedMutexGuard;

/// The locks that somebody has or waits for.
#[derive(Default)]
pub struct ContentLocks {
	locks: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// Locked contents, until it is dropped.
pub struct Locked {
	_guards: Vec<OwnedMutexGuard<()>>,
}

impl ContentLocks {
	/// Waits until nobody else has a lock on one of these.
	pub async fn lock(&self, cids: impl IntoIterator<Item = String>) -> Locked {
		let mut guards = Vec::new();
		// In order, so that two who need the same locks do not wait for each other.
		for cid in cids.into_iter().collect::<BTreeSet<_>>() {
			let lock = self.entry(cid);
			guards.push(lock.lock_owned().await);
		}
		Locked { _guards: guards }
	}

	fn entry(&self, cid: String) -> Arc<tokio::sync::Mutex<()>> {
		let mut locks = self.locks.lock().unwrap_or_else(|error| error.into_inner());
		locks.retain(|_, lock| Arc::strong_count(lock) > 1);
		locks.entry(cid).or_default().clone()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::FutureExt;

	#[tokio::test]
	async fn one_has_a_lock_at_a_time() {
		let locks = ContentLocks::default();
		let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
		let first = locks.lock(names(&["a", "b", "a"])).await;
		assert!(locks.lock(names(&["b"])).now_or_never().is_none());
		let other = locks.lock(names(&["c"])).now_or_never().unwrap();
		drop(first);
		let both = locks.lock(names(&["b", "a"])).now_or_never();
		assert!(both.is_some());
		drop((other, both));
		drop(locks.entry("d".into()));
		assert_eq!(locks.locks.lock().unwrap().len(), 1);
	}
}
