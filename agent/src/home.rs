//! The CLI's folder: keys, address book, labels, texts of consents, and the journal of records that
//! are being added. Folders have mode 0700 and files 0600.
//!
//! Several commands may use the folder at once. What a command reads, changes and writes back, it
//! changes under the folder's lock ([`Home::lock`]).

use anyhow::{bail, Context, Result};
use std::{
	fs::{self, File, TryLockError},
	io::Write,
	os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
	path::{Path, PathBuf},
	time::{Duration, Instant},
};
use tempfile::NamedTempFile;
use vouchsafe_vault::seal::{self, Purpose, SecretKey};
use zeroize::Zeroizing;

/// How long a command waits for other commands that change the folder. Each takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// The CLI's folder.
#[derive(Clone, Debug)]
pub struct Home {
	path: PathBuf,
}

/// The folder's lock. It ends when this is dropped, or when the process dies.
#[derive(Debug)]
pub struct HomeLock(#[allow(dead_code)] File);

impl Home {
	/// This folder. It is created when something is written into it.
	pub fn at(path: impl Into<PathBuf>) -> Self {
		Self { path: path.into() }
	}

	/// `$XDG_CONFIG_HOME/vouchsafe`, or `~/.config/vouchsafe`.
	pub fn default_path() -> Result<PathBuf> {
		let config = std::env::var_os("XDG_CONFIG_HOME").filter(|path| !path.is_empty());
		if let Some(config) = config {
			return Ok(PathBuf::from(config).join("vouchsafe"));
		}
		match std::env::var_os("HOME").filter(|path| !path.is_empty()) {
			Some(home) => Ok(PathBuf::from(home).join(".config").join("vouchsafe")),
			None => bail!("HOME is not set: name the folder for keys with --home"),
		}
	}

	/// The folder itself.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// Waits until no other command changes the folder, and keeps others from changing it.
	pub fn lock(&self) -> Result<HomeLock> {
		self.lock_within(PATIENCE)
	}

	fn lock_within(&self, patience: Duration) -> Result<HomeLock> {
		let path = self.folder("")?.join("lock");
		let failed = || format!("cannot lock {}", path.display());
		let file = File::options()
			.create(true)
			.truncate(false)
			.write(true)
			.mode(0o600)
			.open(&path)
			.with_context(failed)?;
		let until = Instant::now() + patience;
		loop {
			match file.try_lock() {
				Ok(()) => return Ok(HomeLock(file)),
				Err(TryLockError::WouldBlock) if Instant::now() < until => {
					std::thread::sleep(Duration::from_millis(5));
				},
				Err(TryLockError::WouldBlock) => bail!(
					"another vouchsafe command has been changing {} for {} seconds: wait until it \
					 has finished, then try again",
					self.path.display(),
					patience.as_secs()
				),
				Err(TryLockError::Error(error)) => return Err(error).with_context(failed),
			}
		}
	}

	/// A folder in it. It is created if it does not exist.
	pub fn folder(&self, name: &str) -> Result<PathBuf> {
		let path = self.path.join(name);
		fs::DirBuilder::new()
			.recursive(true)
			.mode(0o700)
			.create(&path)
			.with_context(|| format!("cannot create the folder {}", path.display()))?;
		Ok(path)
	}

	/// The path of a file in it.
	pub fn file(&self, folder: &str, name: &str) -> PathBuf {
		self.path.join(folder).join(name)
	}

	/// Keeps bytes in a file that only `key` opens.
	pub fn write_sealed(
		&self,
		key: &SecretKey,
		folder: &str,
		name: &str,
		bytes: &[u8],
	) -> Result<()> {
		let folder_path = self.folder(folder)?;
		let sealed = seal::seal(&key.public(), Purpose::Text, &address(folder, name), bytes)?;
		write_private(&folder_path.join(name), &sealed)
	}

	/// Reads what [`Self::write_sealed`] kept; `None` if there is nothing.
	pub fn read_sealed(
		&self,
		key: &SecretKey,
		folder: &str,
		name: &str,
	) -> Result<Option<Zeroizing<Vec<u8>>>> {
		let path = self.file(folder, name);
		if !path.exists() {
			return Ok(None);
		}
		let sealed = read_private(&path)?;
		let bytes = seal::open(key, Purpose::Text, &address(folder, name), &sealed)
			.with_context(|| format!("{} is sealed to another key", path.display()))?;
		Ok(Some(bytes))
	}
}

/// The associated data of a sealed file: its own path in the folder.
fn address(folder: &str, name: &str) -> Vec<u8> {
	format!("vouchsafe/cli/1/{folder}/{name}").into_bytes()
}

/// Writes a file that only its owner may read: whole or not at all, also if the machine stops.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
	let failed = || format!("cannot write {}", path.display());
	let folder = path.parent().with_context(failed)?;
	// NamedTempFile gives it mode 0600.
	let mut file = NamedTempFile::new_in(folder).with_context(failed)?;
	file.write_all(bytes).with_context(failed)?;
	file.as_file().sync_all().with_context(failed)?;
	file.persist(path).with_context(failed)?;
	sync_folder(folder);
	Ok(())
}

/// Makes a rename in the folder survive a power cut, on file systems that can.
pub fn sync_folder(folder: &Path) {
	if let Ok(folder) = fs::File::open(folder) {
		let _ = folder.sync_all();
	}
}

/// Reads a file that only its owner may read. It is an error if others may, too.
pub fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
	let failed = || format!("cannot read {}", path.display());
	let mode = fs::metadata(path).with_context(failed)?.permissions().mode();
	if mode & 0o077 != 0 {
		bail!(
			"{0} can be read by other users (mode {1:o}): run `chmod 600 {0}`",
			path.display(),
			mode & 0o777
		);
	}
	Ok(Zeroizing::new(fs::read(path).with_context(failed)?))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn private_files_are_private() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("file");
		write_private(&path, b"secret").unwrap();
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
		assert_eq!(*read_private(&path).unwrap(), b"secret");
		fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
		assert!(read_private(&path).unwrap_err().to_string().contains("chmod 600"));
	}

	#[test]
	fn one_command_at_a_time_holds_the_lock() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path().join("new"));
		let held = home.lock().unwrap();
		let error = home.lock_within(Duration::from_millis(20)).unwrap_err().to_string();
		assert!(error.contains("another vouchsafe command"), "{error}");
		drop(held);
		home.lock_within(Duration::ZERO).unwrap();
		let mode = fs::metadata(home.path().join("lock")).unwrap().permissions().mode();
		assert_eq!(mode & 0o777, 0o600);
	}

	#[test]
	fn changes_under_the_lock_are_not_lost() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		let path = folder.path().join("count");
		write_private(&path, b"0").unwrap();
		std::thread::scope(|scope| {
			for _ in 0..8 {
				scope.spawn(|| {
					for _ in 0..5 {
						let _lock = home.lock().unwrap();
						let count: u32 = fs::read_to_string(&path).unwrap().parse().unwrap();
						write_private(&path, (count + 1).to_string().as_bytes()).unwrap();
					}
				});
			}
		});
		assert_eq!(fs::read_to_string(&path).unwrap(), "40");
	}

	#[test]
	fn sealed_files_open_only_with_their_key_and_at_their_place() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path().join("new"));
		let (key, other) = (SecretKey::random(), SecretKey::random());
		assert!(home.read_sealed(&key, "texts", "a").unwrap().is_none());
		home.write_sealed(&key, "texts", "a", b"text").unwrap();
		assert_eq!(*home.read_sealed(&key, "texts", "a").unwrap().unwrap(), b"text");
		assert!(home.read_sealed(&other, "texts", "a").is_err());
		fs::copy(home.file("texts", "a"), home.file("texts", "b")).unwrap();
		assert!(home.read_sealed(&key, "texts", "b").is_err());
		let mode = fs::metadata(home.path()).unwrap().permissions().mode();
		assert_eq!(mode & 0o777, 0o700);
	}
}
