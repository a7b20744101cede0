//! Locks by CID, so that content is not removed while it is added or pinned. Any number may add or
//! pin it at the same time, so that nobody holds up others by naming their content.

use std::{
	collections::HashMap,
	sync::{Arc, Mutex},
};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// The locks that somebody has or waits for.
#[derive(Default)]
pub struct ContentLocks {
	locks: Mutex<HashMap<String, Arc<RwLock<()>>>>,
}

/// Contents that are not removed until this is dropped.
pub struct Held {
	_guards: Vec<OwnedRwLockReadGuard<()>>,
}

/// Content that nobody else adds, pins or removes until this is dropped.
pub struct Removing {
	_guard: OwnedRwLockWriteGuard<()>,
}

impl ContentLocks {
	/// Keeps contents from being removed. Waits while one of them is.
	pub async fn hold(&self, cids: impl IntoIterator<Item = String>) -> Held {
		let mut guards = Vec::new();
		for cid in cids {
			let lock = self.entry(cid);
			guards.push(lock.read_owned().await);
		}
		Held { _guards: guards }
	}

	/// The right to remove content. None if it is being added or pinned: nobody waits for that, since
	/// others would then wait too.
	pub fn try_remove(&self, cid: &str) -> Option<Removing> {
		let guard = self.entry(cid.to_owned()).try_write_owned().ok()?;
		Some(Removing { _guard: guard })
	}

	fn entry(&self, cid: String) -> Arc<RwLock<()>> {
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
	async fn content_in_use_is_not_removed() {
		let locks = ContentLocks::default();
		let names = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
		let first = locks.hold(names(&["a", "b", "a"])).await;
		let second = locks.hold(names(&["b"])).now_or_never().unwrap();
		assert!(locks.try_remove("a").is_none() && locks.try_remove("b").is_none());
		drop(first);
		assert!(locks.try_remove("b").is_none());
		let removing = locks.try_remove("a").unwrap();
		assert!(locks.try_remove("a").is_none());
		assert!(locks.hold(names(&["b", "a"])).now_or_never().is_none());
		drop((removing, second));
		assert!(locks.hold(names(&["b", "a"])).now_or_never().is_some());
		drop(locks.entry("d".into()));
		assert_eq!(locks.locks.lock().unwrap().len(), 1);
	}
}
