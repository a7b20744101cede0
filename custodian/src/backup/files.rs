//! Files that must not be half written, and files in plain that must not stay.

use anyhow::{ensure, Context};
use rustix::{
	fs::{openat, Dir, Mode, OFlags},
	io::Errno,
	process::geteuid,
};
use std::{
	ffi::CStr,
	fs::{DirBuilder, File, OpenOptions, Permissions},
	io::{self, ErrorKind, Read, Write},
	os::{
		fd::OwnedFd,
		unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt},
	},
	path::{Path, PathBuf},
};

/// A folder that only its owner may access. Its files are overwritten and removed when it is dropped.
#[derive(Debug)]
pub struct PlainFolder {
	path: PathBuf,
}

impl PlainFolder {
	/// Creates it, and removes what an earlier one has left there.
	pub fn create(path: PathBuf) -> anyhow::Result<Self> {
		remove_folder(&path)?;
		let created = DirBuilder::new().mode(0o700).create(&path);
		created.with_context(|| format!("can't create {}", path.display()))?;
		Ok(Self { path })
	}

	/// Creates one for a copy of the database of this directory: in it, under this name. If others can write
	/// there, it is among the temporary files. Root works for the service's user, who could put a link in place
	/// of the folder, and lead root to other files.
	pub fn for_database_of(directory: &Path, name: &str) -> anyhow::Result<Self> {
		let inside = directory.join(name);
		if only_we_write(directory)? {
			return Self::create(inside);
		}
		// What an earlier one has left.
		remove_folder(&inside)?;
		Self::temporary()
	}

	/// Creates one among the temporary files (`TMPDIR`).
	pub fn temporary() -> anyhow::Result<Self> {
		let private = Permissions::from_mode(0o700);
		let mut folder = tempfile::Builder::new();
		let folder = folder.prefix("vouchsafe-custodian-").permissions(private).tempdir();
		Ok(Self { path: folder.context("can't create a temporary folder")?.keep() })
	}

	/// Where it is.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// Creates an empty file in it.
	pub fn new_file(&self, name: &str) -> anyhow::Result<PathBuf> {
		let file = self.path.join(name);
		create(&file).with_context(|| format!("can't create {}", file.display()))?;
		Ok(file)
	}

	/// Overwrites and removes it.
	pub fn remove(self) -> anyhow::Result<()> {
		remove_folder(&self.path)
	}
}

impl Drop for PlainFolder {
	fn drop(&mut self) {
		if let Err(error) = remove_folder(&self.path) {
			eprintln!("vouchsafe-custodian: {error:#}: remove it, it has key shares");
		}
	}
}

/// Whether a directory is the caller's own, and nobody else may change what is in it.
fn only_we_write(directory: &Path) -> anyhow::Result<bool> {
	let found = directory.metadata();
	let found = found.with_context(|| format!("can't read {}", directory.display()))?;
	Ok(found.uid() == geteuid().as_raw() && found.mode() & 0o022 == 0)
}

/// Overwrites and removes the files of a folder, and the folder. Nothing happens if there is none. Root may do
/// it in a directory of the service's user, so no link is followed, and what is no folder is only removed.
pub fn remove_folder(path: &Path) -> anyhow::Result<()> {
	let remove = || -> io::Result<()> {
		let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
		let folder = match rustix::fs::open(path, flags, Mode::empty()) {
			Ok(folder) => folder,
			Err(Errno::NOTDIR | Errno::LOOP) => return std::fs::remove_file(path),
			Err(error) => return Err(error.into()),
		};
		for file in Dir::read_from(&folder)? {
			overwrite(&folder, file?.file_name())?;
		}
		// It removes links, and does not follow them.
		std::fs::remove_dir_all(path)
	};
	match remove() {
		Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
		result => result.with_context(|| format!("can't remove {}", path.display())),
	}
}

/// Without this, its bytes would stay on the disk until others need the room. What is no regular file, or has
/// another name elsewhere, is left as it is.
fn overwrite(folder: &OwnedFd, name: &CStr) -> io::Result<()> {
	let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
	let mut file = match openat(folder, name, flags, Mode::empty()) {
		Ok(file) => File::from(file),
		// A folder, a link, or a pipe or socket.
		Err(Errno::ISDIR | Errno::LOOP | Errno::NXIO) => return Ok(()),
		Err(error) => return Err(error.into()),
	};
	let found = file.metadata()?;
	if !found.is_file() || found.nlink() != 1 {
		return Ok(());
	}
	io::copy(&mut io::repeat(0).take(found.len()), &mut file)?;
	file.sync_data()
}

/// Creates a file that only its owner may access.
fn create(file: &Path) -> io::Result<File> {
	OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
}

/// An error if a file of this name exists.
pub fn check_new(file: &Path) -> anyhow::Result<()> {
	ensure!(
		file.symlink_metadata().is_err(),
		"{} exists and is not replaced: choose another name",
		file.display()
	);
	Ok(())
}

/// Writes a new file, which only its owner may access. It has another name until it is complete and on the
/// disk. No link of either name is followed. Returns its length.
pub fn write_new(
	file: &Path,
	write: impl FnOnce(&mut File) -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
	let partial = partial_of(file)?;
	let written = write_as(&partial, file, write);
	if written.is_err() {
		// It may not even have been created.
		let _ = std::fs::remove_file(&partial);
	}
	written.with_context(|| format!("can't write {}", file.display()))
}

/// Removes what a program that was killed has left of a new file.
pub fn remove_partial(file: &Path) -> anyhow::Result<()> {
	let partial = partial_of(file)?;
	match std::fs::remove_file(&partial) {
		Err(error) if error.kind() != ErrorKind::NotFound => {
			Err(error).with_context(|| format!("can't remove {}", partial.display()))
		},
		_ => Ok(()),
	}
}

/// The name of a file that is not complete.
fn partial_of(file: &Path) -> anyhow::Result<PathBuf> {
	let mut name = file.file_name().context("a file must be named")?.to_owned();
	name.push(".partial");
	Ok(file.with_file_name(name))
}

fn write_as(
	partial: &Path,
	file: &Path,
	write: impl FnOnce(&mut File) -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
	remove_partial(file)?;
	let mut out = create(partial)?;
	write(&mut out)?;
	out.flush()?;
	out.sync_all()?;
	check_new(file)?;
	std::fs::rename(partial, file)?;
	sync_folder_of(file)?;
	Ok(out.metadata()?.len())
}

/// Makes a new file's name survive a power cut.
fn sync_folder_of(file: &Path) -> io::Result<()> {
	let folder = match file.parent() {
		Some(folder) if !folder.as_os_str().is_empty() => folder,
		_ => Path::new("."),
	};
	File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn nothing_is_left_of_a_file_that_could_not_be_written() {
		let directory = tempfile::tempdir().unwrap();
		let file = directory.path().join("backup");
		let names = || std::fs::read_dir(directory.path()).unwrap().count();
		// The disk is full after some bytes.
		let full = |out: &mut File| {
			out.write_all(b"half")?;
			Err(io::Error::from(ErrorKind::StorageFull).into())
		};
		let error = write_new(&file, full).unwrap_err();
		assert!(format!("{error:#}").contains("no storage space"), "{error:#}");
		assert_eq!(names(), 0);
		// The program was killed while it wrote, and the next one writes the whole file.
		std::fs::write(directory.path().join("backup.partial"), "half").unwrap();
		assert_eq!(write_new(&file, |out| Ok(out.write_all(b"whole")?)).unwrap(), 5);
		assert_eq!((names(), std::fs::read(&file).unwrap()), (1, b"whole".to_vec()));
		assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
		let error = write_new(&file, |out| Ok(out.write_all(b"other")?)).unwrap_err();
		assert!(format!("{error:#}").contains("is not replaced"), "{error:#}");
		assert_eq!((names(), std::fs::read(&file).unwrap()), (1, b"whole".to_vec()));
		assert!(write_new(&directory.path().join("none/backup"), |_| Ok(())).is_err());
	}

	#[test]
	fn what_is_in_plain_is_overwritten_and_removed() {
		let directory = tempfile::tempdir().unwrap();
		let path = directory.path().join("plain");
		let folder = PlainFolder::create(path.clone()).unwrap();
		let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
		let file = folder.new_file("shares").unwrap();
		assert_eq!((mode(&path), mode(&file)), (0o700, 0o600));
		std::fs::write(&file, "secret").unwrap();
		// Who has it open sees what becomes of its bytes.
		let mut opened = File::open(&file).unwrap();
		drop(folder);
		assert!(!path.exists());
		let mut left = Vec::new();
		opened.read_to_end(&mut left).unwrap();
		assert_eq!(left, [0; 6]);
		// What a killed program left goes when the next one begins.
		std::mem::forget(PlainFolder::create(path.clone()).unwrap());
		std::fs::write(path.join("shares"), "secret").unwrap();
		let folder = PlainFolder::create(path.clone()).unwrap();
		assert!(!path.join("shares").exists());
		folder.remove().unwrap();
		remove_folder(&path).unwrap();
		let temporary = PlainFolder::temporary().unwrap();
		assert_eq!(mode(temporary.path()), 0o700);
	}

	/// Root restores and backs up databases of the service's user.
	#[test]
	fn a_copy_of_a_database_is_never_where_others_can_write() {
		let directory = tempfile::tempdir().unwrap();
		let store = directory.path().join("store");
		std::fs::create_dir(&store).unwrap();
		let place = |mode| {
			std::fs::set_permissions(&store, Permissions::from_mode(mode)).unwrap();
			let folder = PlainFolder::for_database_of(&store, "plain").unwrap();
			let place = folder.path().to_owned();
			folder.remove().unwrap();
			place
		};
		for mode in [0o700, 0o755] {
			assert_eq!(place(mode), store.join("plain"), "{mode:o}");
		}
		for mode in [0o770, 0o702, 0o777] {
			assert!(!place(mode).starts_with(&store), "{mode:o}");
		}
		// Only root can give the directory away.
		if std::os::unix::fs::chown(&store, Some(1), Some(1)).is_ok() {
			std::fs::create_dir(store.join("plain")).unwrap();
			std::fs::write(store.join("plain/shares"), "secret").unwrap();
			assert!(!place(0o700).starts_with(&store));
			assert!(!store.join("plain").exists(), "what an earlier one left is removed");
		}
		assert!(PlainFolder::for_database_of(&store.join("none"), "plain").is_err());
	}

	#[test]
	fn a_new_file_is_not_written_through_planted_links() {
		let directory = tempfile::tempdir().unwrap();
		let (file, target) = (directory.path().join("new"), directory.path().join("target"));
		std::fs::write(&target, "of root").unwrap();
		let link = |name: &str| std::os::unix::fs::symlink(&target, directory.path().join(name));
		link("new.partial").unwrap();
		write_new(&file, |out| Ok(out.write_all(b"whole")?)).unwrap();
		std::fs::remove_file(&file).unwrap();
		link("new").unwrap();
		let error = write_new(&file, |out| Ok(out.write_all(b"whole")?)).unwrap_err();
		assert!(format!("{error:#}").contains("is not replaced"), "{error:#}");
		link("new.partial").unwrap();
		remove_partial(&file).unwrap();
		remove_partial(&file).unwrap();
		assert_eq!(std::fs::read(&target).unwrap(), b"of root");
	}

	#[test]
	fn what_planted_links_lead_to_is_untouched() {
		let directory = tempfile::tempdir().unwrap();
		let (path, others) = (directory.path().join("plain"), directory.path().join("others"));
		std::fs::create_dir(&others).unwrap();
		let target = others.join("shadow");
		std::fs::write(&target, "of root").unwrap();
		let is_untouched = || std::fs::read(&target).unwrap() == b"of root";
		// In place of the folder.
		for to in [&others, &target] {
			std::os::unix::fs::symlink(to, &path).unwrap();
			remove_folder(&path).unwrap();
			assert!(path.symlink_metadata().is_err() && is_untouched());
		}
		std::os::unix::fs::symlink(&others, &path).unwrap();
		PlainFolder::create(path.clone()).unwrap().remove().unwrap();
		assert!(path.symlink_metadata().is_err() && is_untouched());
		// In the folder, and in a folder in it.
		let inner = path.join("inner");
		std::fs::create_dir_all(&inner).unwrap();
		for folder in [&path, &inner] {
			std::os::unix::fs::symlink(&target, folder.join("file")).unwrap();
			std::os::unix::fs::symlink(&others, folder.join("folder")).unwrap();
			std::fs::hard_link(&target, folder.join("name")).unwrap();
		}
		remove_folder(&path).unwrap();
		assert!(path.symlink_metadata().is_err() && is_untouched());
	}
}
