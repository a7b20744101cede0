//! The CLI's folder, as the agent's [`Keep`]: keys, address book, labels, texts of consents, and the
//! journal of records that are being added. Folders have mode 0700 and files 0600.
//!
//! Several commands may use the folder at once. What a command reads, changes and writes back, it
//! changes under the folder's lock ([`Home::lock_now`]).

use crate::{drafts::FileDraft, keys::KeyStore};
use anyhow::{bail, Context, Result};
use serde::{Deserialize, Serialize};
use std::{
	collections::BTreeMap,
	fs::{self, File, TryLockError},
	io::{Read, Write},
	os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
	path::{Path, PathBuf},
	time::{Duration, Instant},
};
use tempfile::NamedTempFile;
use vouchsafe_agent::platform::{Keep, Pieces};
use zeroize::Zeroizing;

/// How long a command waits for other commands that change the folder. Each takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it looks whether they have finished.
const PAUSE: Duration = Duration::from_millis(5);
/// The address book's file.
const ADDRESS_BOOK: &str = "names.toml";

/// The CLI's folder.
#[derive(Clone, Debug)]
pub struct Home {
	path: PathBuf,
}

/// The lock of the folder or of a folder in it. It ends when this is dropped, or when the process
/// dies.
#[derive(Debug)]
pub struct HomeLock(#[allow(dead_code)] File);

/// The address book's file.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressBook {
	#[serde(default)]
	names: BTreeMap<String, String>,
}

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
	pub fn lock_now(&self) -> Result<HomeLock> {
		self.lock_within("", PATIENCE)
	}

	/// The same for a folder in it.
	pub fn lock_folder_now(&self, folder: &str) -> Result<HomeLock> {
		self.lock_within(folder, PATIENCE)
	}

	fn lock_within(&self, folder: &str, patience: Duration) -> Result<HomeLock> {
		let until = Instant::now() + patience;
		loop {
			match self.try_lock(folder)? {
				Some(lock) => return Ok(lock),
				None if Instant::now() < until => std::thread::sleep(PAUSE),
				None => bail!(
					"another vouchsafe command has been changing {} for {} seconds: wait until it \
					 has finished, then try again",
					self.path.join(folder).display(),
					patience.as_secs()
				),
			}
		}
	}

	/// The lock of a folder in it. `None` if another command has it.
	fn try_lock(&self, folder: &str) -> Result<Option<HomeLock>> {
		let path = self.folder(folder)?.join("lock");
		let failed = || format!("cannot lock {}", path.display());
		let file = File::options()
			.create(true)
			.truncate(false)
			.write(true)
			.mode(0o600)
			.open(&path)
			.with_context(failed)?;
		match file.try_lock() {
			Ok(()) => Ok(Some(HomeLock(file))),
			Err(TryLockError::WouldBlock) => Ok(None),
			Err(TryLockError::Error(error)) => Err(error).with_context(failed),
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

	/// The names of what is in a folder, of one type.
	fn names_in(&self, folder: &str, fits: impl Fn(&fs::FileType) -> bool) -> Result<Vec<String>> {
		let path = self.path.join(folder);
		if !path.exists() {
			return Ok(Vec::new());
		}
		let mut names = Vec::new();
		for file in fs::read_dir(path)? {
			let file = file?;
			if let (true, Ok(name)) = (fits(&file.file_type()?), file.file_name().into_string()) {
				names.push(name);
			}
		}
		Ok(names)
	}

	/// The path of a file in it.
	pub fn file(&self, folder: &str, name: &str) -> PathBuf {
		self.path.join(folder).join(name)
	}
}

impl Keep for Home {
	type Lock = HomeLock;
	type Draft = FileDraft;

	/// Other commands hold the lock for milliseconds, and so this thread may wait for it.
	async fn lock(&self) -> Result<HomeLock> {
		self.lock_now()
	}

	async fn claim(&self, folder: &str) -> Result<Option<HomeLock>> {
		self.try_lock(folder)
	}

	async fn folders(&self, folder: &str) -> Result<Vec<String>> {
		self.names_in(folder, fs::FileType::is_dir)
	}

	async fn files(&self, folder: &str) -> Result<Vec<String>> {
		self.names_in(folder, fs::FileType::is_file)
	}

	async fn remove_folder(&self, folder: &str, first: &str) -> Result<()> {
		let path = self.path.join(folder);
		let first = path.join(first);
		if first.exists() {
			fs::remove_file(&first)?;
			sync_folder(&path);
		}
		fs::remove_dir_all(&path).with_context(|| format!("cannot remove {}", path.display()))
	}

	async fn read(&self, folder: &str, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
		let path = self.file(folder, name);
		if !path.exists() {
			return Ok(None);
		}
		read_private(&path).map(Some)
	}

	async fn write(&self, folder: &str, name: &str, bytes: &[u8]) -> Result<()> {
		write_private(&self.folder(folder)?.join(name), bytes)
	}

	async fn draft(&self, folder: &str) -> Result<FileDraft> {
		FileDraft::new_in(&self.folder(folder)?)
	}

	async fn scratch(&self) -> Result<FileDraft> {
		FileDraft::new_in(&std::env::temp_dir())
	}

	async fn keep(&self, mut draft: FileDraft, folder: &str, name: &str) -> Result<()> {
		let path = self.folder(folder)?.join(name);
		draft.finish()?;
		draft.keep_at(&path, true).with_context(|| format!("cannot write {}", path.display()))
	}

	fn content(&self, folder: &str, name: &str) -> Pieces {
		crate::files::pieces(&self.file(folder, name))
	}

	async fn address_book(&self) -> Result<BTreeMap<String, String>> {
		let path = self.path.join(ADDRESS_BOOK);
		if !path.exists() {
			return Ok(BTreeMap::new());
		}
		let text =
			fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
		let book: AddressBook = toml::from_str(&text)
			.with_context(|| format!("{} is not an address book", path.display()))?;
		Ok(book.names)
	}

	async fn set_address_book(&self, names: &BTreeMap<String, String>) -> Result<()> {
		let book = AddressBook { names: names.clone() };
		write_private(&self.folder("")?.join(ADDRESS_BOOK), toml::to_string(&book)?.as_bytes())
	}

	async fn own_keys(&self) -> Result<Vec<(String, String)>> {
		let keys = KeyStore::new(self).list()?;
		Ok(keys.into_iter().map(|(name, public)| (name, public.account)).collect())
	}

	fn describe(&self, folder: &str, name: &str) -> String {
		self.file(folder, name).display().to_string()
	}
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
	let mut file = File::open(path).with_context(failed)?;
	let metadata = file.metadata().with_context(failed)?;
	let mode = metadata.permissions().mode();
	// Nobody else can open this process's pipe.
	if metadata.is_file() && mode & 0o077 != 0 {
		bail!(
			"{0} can be read by other users (mode {1:o}): run `chmod 600 {0}`",
			path.display(),
			mode & 0o777
		);
	}
	let mut bytes = Zeroizing::new(Vec::new());
	file.read_to_end(&mut bytes).with_context(failed)?;
	Ok(bytes)
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::StreamExt;
	use vouchsafe_agent::platform::Draft;

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
		let held = home.lock_now().unwrap();
		let error = home.lock_within("", Duration::from_millis(20)).unwrap_err().to_string();
		assert!(error.contains("another vouchsafe command"), "{error}");
		drop(held);
		home.lock_within("", Duration::ZERO).unwrap();
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
						let _lock = home.lock_now().unwrap();
						let count: u32 = fs::read_to_string(&path).unwrap().parse().unwrap();
						write_private(&path, (count + 1).to_string().as_bytes()).unwrap();
					}
				});
			}
		});
		assert_eq!(fs::read_to_string(&path).unwrap(), "40");
	}

	#[tokio::test]
	async fn what_is_kept_is_a_private_file() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path().join("new"));
		assert!(home.read("texts", "a").await.unwrap().is_none());
		home.write("texts", "a", b"text").await.unwrap();
		assert_eq!(*home.read("texts", "a").await.unwrap().unwrap(), b"text");
		home.folder("texts/b").unwrap();
		assert_eq!(home.files("texts").await.unwrap(), ["a"]);
		assert!(home.files("none").await.unwrap().is_empty());
		for (path, mode) in [(home.path().to_owned(), 0o700), (home.file("texts", "a"), 0o600)] {
			assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
		}
	}

	#[tokio::test]
	async fn a_folder_is_claimed_by_one_command_and_removed_with_its_content() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		assert!(home.folders("journal").await.unwrap().is_empty());
		let claim = home.claim("journal/a").await.unwrap().unwrap();
		assert!(home.claim("journal/a").await.unwrap().is_none());
		assert!(home.claim("journal/b").await.unwrap().is_some());
		drop(claim);
		assert!(home.claim("journal/a").await.unwrap().is_some());
		let mut draft = home.draft("journal/a").await.unwrap();
		draft.write(b"content").await.unwrap();
		home.keep(draft, "journal/a", "content-0").await.unwrap();
		let kept = home.file("journal/a", "content-0");
		assert_eq!(fs::metadata(kept).unwrap().permissions().mode() & 0o777, 0o600);
		for _ in 0..2 {
			let pieces: Vec<_> = home.content("journal/a", "content-0").collect().await;
			assert_eq!(
				pieces.into_iter().map(Result::unwrap).collect::<Vec<_>>(),
				[&b"content"[..]]
			);
		}
		home.write("journal/a", "state", b"state").await.unwrap();
		let mut folders = home.folders("journal").await.unwrap();
		folders.sort();
		assert_eq!(folders, ["a", "b"]);
		home.remove_folder("journal/a", "state").await.unwrap();
		assert_eq!(home.folders("journal").await.unwrap(), ["b"]);
		assert!(home.content("journal/a", "content-0").next().await.unwrap().is_err());
	}

	#[tokio::test]
	async fn the_address_book_is_a_file_for_people() {
		let folder = tempfile::tempdir().unwrap();
		let home = Home::at(folder.path());
		assert!(home.address_book().await.unwrap().is_empty());
		let names = BTreeMap::from([("Eva".to_owned(), "5Grw".to_owned())]);
		home.set_address_book(&names).await.unwrap();
		assert_eq!(home.address_book().await.unwrap(), names);
		let path = home.file("", ADDRESS_BOOK);
		assert_eq!(fs::read_to_string(&path).unwrap(), "[names]\nEva = \"5Grw\"\n");
		fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
		assert_eq!(home.address_book().await.unwrap(), names, "it is no secret");
		fs::write(&path, "Eva").unwrap();
		let error = home.address_book().await.unwrap_err().to_string();
		assert!(error.contains("is not an address book"), "{error}");
	}
}
