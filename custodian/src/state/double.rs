//! A custodian's state for tests: with new keys, and an empty database in a temporary folder.

use super::State;
use crate::{config::Config, keys::Keys, store::sqlite::Sqlite};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::watch;
use vouchsafe_client::ipfs::Ipfs;

/// What a state needs as long as it is used.
pub(crate) struct Surroundings {
	/// The folder with the keys and the database.
	pub(crate) directory: TempDir,
	stop: watch::Sender<bool>,
}

impl Surroundings {
	/// Stops the custodian.
	pub(crate) fn stop(&self) {
		self.stop.send_replace(true);
	}
}

/// A state with the sample configuration, after this change to it.
pub(crate) fn state(ipfs: Option<Ipfs>, change: impl FnOnce(&mut Config)) -> (State, Surroundings) {
	let directory = tempfile::tempdir().unwrap();
	let keys = Keys::generate(&directory.path().join("key")).unwrap();
	let mut config = Config::parse(include_str!("../../sample.toml")).unwrap();
	config.store.directory = directory.path().into();
	config.keys.file = directory.path().join("key");
	(config.store.reserve, config.store.reserve_inodes) = (0, 0);
	change(&mut config);
	let database = Arc::new(Sqlite::open(directory.path()).unwrap());
	let (stop, stopping) = watch::channel(false);
	let state = State::new(config, keys, database, ipfs, stopping);
	(state, Surroundings { directory, stop })
}
