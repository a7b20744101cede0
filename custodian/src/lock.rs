//! Locks in the directory of the database, so that programs do not disturb each other. The kernel gives a
//! lock back when the program ends, also if it is killed.

use anyhow::Context;
use rustix::{
	fs::{flock, FlockOperation, OFlags},
	io::Errno,
};
use std::{
	fs::{DirBuilder, File, OpenOptions},
	os::unix::fs::{fchown, DirBuilderExt, MetadataExt, OpenOptionsExt},
	path::Path,
};

/// A lock, until it is dropped.
#[derive(Debug)]
pub struct Lock {
	_file: File,
}

impl Lock {
	/// The lock of the custodian itself. It is also taken to restore the database.
	pub fn of_custodian(directory: &Path) -> anyhow::Result<Self> {
		Self::take(directory, "custodian.lock")?.with_context(|| {
			format!(
				"a custodian runs, or is being restored, on the database in {}: stop it first",
				directory.display()
			)
		})
	}

	/// The lock of a backup. None if another backup is under way.
	pub fn of_backup(directory: &Path) -> anyhow::Result<Option<Self>> {
		Self::take(directory, "backup.lock")
	}

	fn take(directory: &Path, name: &str) -> anyhow::Result<Option<Self>> {
		let path = directory.join(name);
		let failed = || format!("can't lock {}", path.display());
		DirBuilder::new().recursive(true).mode(0o700).create(directory).with_context(failed)?;
		let mut options = OpenOptions::new();
		options.create(true).truncate(false).write(true).mode(0o600);
		// Root may lock, in a directory of the service's user: a link there may lead to a file of root's, and
		// nobody may read a pipe.
		options.custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed());
		let file = options.open(&path).with_context(failed)?;
		give_to_owner_of(directory, &file).with_context(failed)?;
		match flock(&file, FlockOperation::NonBlockingLockExclusive) {
			Ok(()) => Ok(Some(Self { _file: file })),
			Err(Errno::WOULDBLOCK) => Ok(None),
			Err(error) => Err(error).with_context(failed),
		}
	}
}

/// Gives a file to the owner of its directory: root may run a command, and the custodian must be able to open
/// the file. What has a second name is not given: it may be a file of root's that somebody has linked there.
pub fn give_to_owner_of(directory: &Path, file: &File) -> std::io::Result<()> {
	let (wanted, found) = (directory.metadata()?, file.metadata()?);
	if (wanted.uid(), wanted.gid()) == (found.uid(), found.gid()) || found.uid() != 0 {
		return Ok(());
	}
	if !found.is_file() || found.nlink() != 1 {
		return Err(std::io::Error::other(
			"it is no regular file, or has another name: somebody may have linked it there. Remove it",
		));
	}
	fchown(file, Some(wanted.uid()), Some(wanted.gid()))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_lock_is_had_once_and_given_back() {
		let directory = tempfile::tempdir().unwrap();
		let store = directory.path().join("store");
		let lock = Lock::of_custodian(&store).unwrap();
		let error = Lock::of_custodian(&store).unwrap_err();
		assert!(format!("{error:#}").contains("stop it first"), "{error:#}");
		let backup = Lock::of_backup(&store).unwrap();
		assert!(backup.is_some() && Lock::of_backup(&store).unwrap().is_none());
		drop((lock, backup));
		Lock::of_custodian(&store).unwrap();
		assert!(Lock::of_backup(&store).unwrap().is_some());
	}

	#[test]
	fn what_a_planted_link_leads_to_is_neither_opened_nor_given_away() {
		let directory = tempfile::tempdir().unwrap();
		let (store, target) = (directory.path().join("store"), directory.path().join("target"));
		std::fs::create_dir(&store).unwrap();
		std::fs::write(&target, "of root").unwrap();
		let before = target.metadata().unwrap();
		// Only root can give the directory away. Others test the rest.
		let is_root = std::os::unix::fs::chown(&store, Some(1), Some(1)).is_ok();
		let lock = store.join("backup.lock");
		let missing = directory.path().join("missing");
		for to in [&target, &missing] {
			std::os::unix::fs::symlink(to, &lock).unwrap();
			let error = Lock::of_backup(&store).unwrap_err();
			assert!(format!("{error:#}").contains("can't lock"), "{error:#}");
			std::fs::remove_file(&lock).unwrap();
		}
		assert!(!missing.exists());
		std::fs::hard_link(&target, &lock).unwrap();
		match Lock::of_backup(&store) {
			Err(error) => assert!(format!("{error:#}").contains("another name"), "{error:#}"),
			Ok(_) => assert!(!is_root),
		}
		let after = target.metadata().unwrap();
		assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
		assert_eq!(std::fs::read(&target).unwrap(), b"of root");
		// A lock of its own is given.
		std::fs::remove_file(&lock).unwrap();
		assert!(Lock::of_backup(&store).unwrap().is_some());
		assert_eq!(lock.metadata().unwrap().uid(), store.metadata().unwrap().uid());
	}
}
