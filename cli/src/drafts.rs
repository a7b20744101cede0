//! Files that are being written. Until a file is whole it has no name, so that nothing of it is left if
//! the command ends early, however it ends. Where the file system has no unnamed files, it has a
//! temporary name, and is removed on signals too.

use crate::{
	files::{folder_of, pieces_of},
	home::sync_folder,
};
use anyhow::{Context, Result};
use rustix::fs::{AtFlags, CWD};
use std::{
	collections::BTreeSet,
	fs::{self, File, OpenOptions},
	io::{self, BufWriter, Write},
	os::{fd::AsRawFd, unix::fs::OpenOptionsExt},
	path::{Path, PathBuf},
	sync::{
		atomic::{AtomicBool, Ordering},
		Mutex, MutexGuard, Once, PoisonError,
	},
};
use tokio::signal::unix::{signal, SignalKind};
use vouchsafe_agent::platform::{Draft, Pieces};

/// A file that is being written.
#[derive(Debug)]
pub struct FileDraft {
	file: BufWriter<File>,
	folder: PathBuf,
	/// Its temporary name, if it has one.
	name: Option<TemporaryName>,
}

impl FileDraft {
	/// A new file in this folder.
	pub fn new_in(folder: &Path) -> Result<Self> {
		let failed = || format!("cannot write into {}", folder.display());
		match unnamed_in(folder) {
			Some(file) => Ok(Self::of(file, folder, None)),
			None => Self::named_in(folder).with_context(failed),
		}
	}

	fn named_in(folder: &Path) -> io::Result<Self> {
		let name = TemporaryName::new_in(folder);
		let mut options = OpenOptions::new();
		let file = options.read(true).write(true).create_new(true).mode(0o600).open(&name.0)?;
		Ok(Self::of(file, folder, Some(name)))
	}

	fn of(file: File, folder: &Path, name: Option<TemporaryName>) -> Self {
		Self { file: BufWriter::new(file), folder: folder.to_owned(), name }
	}

	/// Puts everything that was written on the disk.
	pub fn finish(&mut self) -> Result<()> {
		self.file.flush().context("cannot write the document")?;
		self.file.get_ref().sync_all().context("cannot write the document")
	}

	/// Gives the file its name. If there is a file of that name, it is replaced or that is an error.
	pub fn keep_at(&self, path: &Path, replace: bool) -> io::Result<()> {
		match (&self.name, replace) {
			(None, false) => self.link(path)?,
			(None, true) => {
				let name = TemporaryName::new_in(&self.folder);
				self.link(&name.0)?;
				fs::rename(&name.0, path)?;
			},
			(Some(name), replace) => {
				if !replace {
					File::create_new(path)?;
				}
				fs::rename(&name.0, path)?;
			},
		}
		sync_folder(&self.folder);
		Ok(())
	}

	/// Writes a whole new file. If there is a file of that name, that is an error.
	pub async fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
		let mut draft = Self::new_in(folder_of(path))?;
		draft.write(bytes).await?;
		draft.finish()?;
		draft.keep_at(path, false).with_context(|| format!("cannot write {}", path.display()))
	}

	/// The file, also if it has no name.
	fn opened(&self) -> PathBuf {
		PathBuf::from(format!("{DESCRIPTORS}/{}", self.file.get_ref().as_raw_fd()))
	}

	fn link(&self, path: &Path) -> io::Result<()> {
		Ok(rustix::fs::linkat(CWD, self.opened(), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
	}
}

impl Draft for FileDraft {
	async fn write(&mut self, bytes: &[u8]) -> Result<()> {
		self.file.write_all(bytes).context("cannot write the document")
	}

	async fn read(&mut self) -> Result<Pieces> {
		self.file.flush().context("cannot write the document")?;
		let path = self.name.as_ref().map_or_else(|| self.opened(), |name| name.0.clone());
		Ok(pieces_of(File::open(path)?))
	}
}

/// Where this process finds its open files.
const DESCRIPTORS: &str = "/proc/self/fd";

/// A file without a name. `None` where there are none.
#[cfg(target_os = "linux")]
fn unnamed_in(folder: &Path) -> Option<File> {
	use rustix::fs::{Mode, OFlags};
	if !Path::new(DESCRIPTORS).exists() {
		return None;
	}
	let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
	rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR).ok().map(File::from)
}

/// A file without a name. `None` where there are none.
#[cfg(not(target_os = "linux"))]
fn unnamed_in(_folder: &Path) -> Option<File> {
	None
}

/// The temporary names that exist.
static NAMES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn names() -> MutexGuard<'static, BTreeSet<PathBuf>> {
	NAMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary name. Its file is removed when this is dropped, and on signals.
#[derive(Debug)]
struct TemporaryName(PathBuf);

impl TemporaryName {
	fn new_in(folder: &Path) -> Self {
		static WATCH: Once = Once::new();
		WATCH.call_once(remove_on_signals);
		let number = u64::from_le_bytes(vouchsafe_vault::random_bytes());
		let path = folder.join(format!(".vouchsafe-{number:016x}"));
		names().insert(path.clone());
		Self(path)
	}
}

impl Drop for TemporaryName {
	fn drop(&mut self) {
		let _ = fs::remove_file(&self.0);
		names().remove(&self.0);
	}
}

/// Removes all files with temporary names.
fn remove_all() {
	for path in std::mem::take(&mut *names()) {
		let _ = fs::remove_file(path);
	}
}

/// Whether something else listens for Ctrl-C and ends the command.
static IS_HEARD: AtomicBool = AtomicBool::new(false);

/// As long as it exists, Ctrl-C only removes temporary files: whoever has it ends the command.
#[derive(Debug)]
pub struct HearsInterrupts(());

impl HearsInterrupts {
	/// Listens from now on.
	pub fn begin() -> Self {
		IS_HEARD.store(true, Ordering::Relaxed);
		Self(())
	}
}

impl Drop for HearsInterrupts {
	fn drop(&mut self) {
		IS_HEARD.store(false, Ordering::Relaxed);
	}
}

/// Removes them and ends the command when it is to stop.
fn remove_on_signals() {
	let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
	let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
	for kind in kinds {
		runtime.spawn(async move {
			let Ok(mut signal) = signal(kind) else { return };
			while signal.recv().await.is_some() {
				remove_all();
				if kind != SignalKind::interrupt() || !IS_HEARD.load(Ordering::Relaxed) {
					std::process::exit(kind.as_raw_value().saturating_add(128));
				}
			}
		});
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::StreamExt;
	use std::os::unix::fs::PermissionsExt;

	fn files(folder: &Path) -> usize {
		fs::read_dir(folder).unwrap().count()
	}

	async fn read(draft: &mut FileDraft) -> Vec<u8> {
		let pieces: Vec<_> = draft.read().await.unwrap().collect().await;
		pieces.into_iter().map(Result::unwrap).collect::<Vec<_>>().concat()
	}

	/// A kill leaves nothing of a file that was never in the folder.
	#[tokio::test]
	async fn what_is_not_whole_has_no_name() {
		let folder = tempfile::tempdir().unwrap();
		let mut draft = FileDraft::new_in(folder.path()).unwrap();
		draft.write(b"plain").await.unwrap();
		assert_eq!(read(&mut draft).await, b"plain");
		draft.write(b"text").await.unwrap();
		draft.finish().unwrap();
		assert_eq!(files(folder.path()), 0);
		let path = folder.path().join("letter");
		draft.keep_at(&path, false).unwrap();
		assert_eq!(fs::read(&path).unwrap(), b"plaintext");
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
	}

	#[tokio::test]
	async fn a_file_is_replaced_only_if_asked_with_and_without_unnamed_files() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("letter");
		let makers = [
			|folder: &Path| FileDraft::new_in(folder).unwrap(),
			|folder: &Path| FileDraft::named_in(folder).unwrap(),
		];
		for (number, make) in (0u8..).zip(makers) {
			fs::write(&path, "old").unwrap();
			let mut draft = make(folder.path());
			draft.write(&[number]).await.unwrap();
			draft.finish().unwrap();
			let error = draft.keep_at(&path, false).unwrap_err();
			assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
			assert_eq!(fs::read(&path).unwrap(), b"old");
			draft.keep_at(&path, true).unwrap();
			drop(draft);
			assert_eq!((fs::read(&path).unwrap(), files(folder.path())), (vec![number], 1));
			let mut other = make(folder.path());
			other.write(b"x").await.unwrap();
			other.finish().unwrap();
			other.keep_at(&folder.path().join("new"), false).unwrap();
			drop(other);
			fs::remove_file(folder.path().join("new")).unwrap();
			assert_eq!(files(folder.path()), 1);
		}
		// A signal removes what has a temporary name.
		let mut draft = FileDraft::named_in(folder.path()).unwrap();
		draft.write(b"half").await.unwrap();
		assert_eq!(read(&mut draft).await, b"half");
		assert_eq!(files(folder.path()), 2);
		remove_all();
		assert_eq!(files(folder.path()), 1);
		let dropped = FileDraft::named_in(folder.path()).unwrap();
		assert_eq!(files(folder.path()), 2);
		drop(dropped);
		assert_eq!(files(folder.path()), 1);
	}
}
