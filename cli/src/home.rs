//! The CLI's folder: keys, address book, label meanings, consents' texts, and the journal of
//! records that are being added. Folders are 0700 and files 0600; what a file of somebody else's
//! making could betray is not read.

use anyhow::{bail, Context, Result};
use std::{
	fs,
	io::Write,
	os::unix::fs::{DirBuilderExt, PermissionsExt},
	path::{Path, PathBuf},
};
use tempfile::NamedTempFile;
use vouchsafe_vault::seal::{self, Purpose, SecretKey};
use zeroize::Zeroizing;

/// The CLI's folder.
#[derive(Clone, Debug)]
pub struct Home {
	path: PathBuf,
}

impl Home {
	/// This folder; it is made when something is written into it.
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
			None => bail!("there is no home folder here: say where keys are kept with --home"),
		}
	}

	/// The folder itself.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// A folder in it, made if it isn't there.
	pub fn folder(&self, name: &str) -> Result<PathBuf> {
		let path = self.path.join(name);
		fs::DirBuilder::new()
			.recursive(true)
			.mode(0o700)
			.create(&path)
			.with_context(|| format!("the folder {} can't be made", path.display()))?;
		Ok(path)
	}

	/// A file in it, made or not.
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
			.with_context(|| format!("{} was written with another key", path.display()))?;
		Ok(Some(bytes))
	}
}

/// What a sealed file is bound to: its own place.
fn address(folder: &str, name: &str) -> Vec<u8> {
	format!("vouchsafe/cli/1/{folder}/{name}").into_bytes()
}

/// Writes a file that only its owner may read: whole or not at all, also if the machine stops.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
	let failed = || format!("{} can't be written", path.display());
	let folder = path.parent().with_context(failed)?;
	// NamedTempFile makes it 0600.
	let mut file = NamedTempFile::new_in(folder).with_context(failed)?;
	file.write_all(bytes).with_context(failed)?;
	file.as_file().sync_all().with_context(failed)?;
	file.persist(path).with_context(failed)?;
	sync_folder(folder);
	Ok(())
}

/// Makes a rename in the folder outlive a power cut; where a file system can't, nothing is lost
/// but that.
pub fn sync_folder(folder: &Path) {
	if let Ok(folder) = fs::File::open(folder) {
		let _ = folder.sync_all();
	}
}

/// Reads a file that nobody but its owner may read, and refuses one that others may.
pub fn read_private(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
	let failed = || format!("{} can't be read", path.display());
	let mode = fs::metadata(path).with_context(failed)?.permissions().mode();
	if mode & 0o077 != 0 {
		bail!(
			"{0} may be read by others (mode {1:o}) and is not used: `chmod 600 {0}`",
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
