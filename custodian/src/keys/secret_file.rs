//! Files that contain a secret: read only if nobody else may access them, and replaced so that a power cut
//! leaves the old content or the new one.

use anyhow::{ensure, Context, Result};
use rustix::{
	fs::{flock, openat, renameat, unlinkat, AtFlags, FlockOperation, Mode, OFlags},
	io::Errno,
};
use std::{
	fs::{File, Metadata, OpenOptions},
	io::{Read, Write},
	os::unix::fs::{fchown, MetadataExt, OpenOptionsExt},
	path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// What a path begins with that systemd's credentials are in, in the configuration and in the environment.
pub const CREDENTIALS: &str = "$CREDENTIALS_DIRECTORY";
const VARIABLE: &str = "CREDENTIALS_DIRECTORY";

/// The folder with the credentials that systemd gave this program.
fn credentials() -> Option<PathBuf> {
	std::env::var_os(VARIABLE).map(PathBuf::from)
}

/// A path of the configuration. One in [`CREDENTIALS`] is in the folder that systemd made, if it made one.
pub fn resolve(path: PathBuf) -> PathBuf {
	resolve_in(path, credentials())
}

fn resolve_in(path: PathBuf, credentials: Option<PathBuf>) -> PathBuf {
	match (path.strip_prefix(CREDENTIALS), credentials) {
		(Ok(name), Some(folder)) => folder.join(name),
		_ => path,
	}
}

/// Reads a file that contains a secret, and refuses it if anyone but its owner may access it.
pub fn read_secret(path: &Path) -> Result<Zeroizing<String>> {
	Ok(read_secret_in(path, credentials())?.0)
}

/// The same, and which file it was, so that [`replace`] replaces no other.
pub fn read_to_replace(path: &Path) -> Result<(Zeroizing<String>, Identity)> {
	read_secret_in(path, credentials())
}

/// Which file it is, whatever its path: its file system and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(u64, u64);

impl Identity {
	fn of(metadata: &Metadata) -> Self {
		Self(metadata.dev(), metadata.ino())
	}
}

fn read_secret_in(
	path: &Path,
	credentials: Option<PathBuf>,
) -> Result<(Zeroizing<String>, Identity)> {
	let what = || match path.starts_with(CREDENTIALS) {
		true => format!(
			"there is no {}: systemd sets the variable for a unit with LoadCredential= or \
			 LoadCredentialEncrypted=. For a command, set it to a folder with the file",
			path.display()
		),
		false => format!("can't read the key file {}", path.display()),
	};
	// A pipe would make the reader wait, while its writer plants something.
	let waits_not = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
	let file = rustix::fs::open(path, waits_not, Mode::empty()).map_err(std::io::Error::from);
	let mut file = File::from(file.with_context(what)?);
	// Of the open file. Another file may have the path by now.
	let metadata = file.metadata().with_context(what)?;
	ensure!(metadata.is_file(), "{} is not a regular file", path.display());
	let mode = metadata.mode() & 0o777;
	// systemd lets the service's user read by an access list, whose mask looks like the group's rights.
	let is_credential = credentials.is_some_and(|folder| path.starts_with(folder));
	let others = if is_credential { 0o037 } else { 0o077 };
	ensure!(
		mode & others == 0,
		"other users may access the key file {} (mode {mode:03o}): run chmod 600, and consider who may have read it",
		path.display()
	);
	let mut text = Zeroizing::new(String::new());
	file.read_to_string(&mut text).with_context(what)?;
	Ok((text, Identity::of(&metadata)))
}

/// Writes a new file that only its owner may read. It never replaces one.
pub fn create(path: &Path, text: &str) -> Result<()> {
	let what = || format!("can't create the file {}", path.display());
	let mut options = OpenOptions::new();
	let mut out = options.write(true).create_new(true).mode(0o600).open(path).with_context(what)?;
	out.write_all(text.as_bytes()).with_context(what)?;
	out.sync_all().with_context(what)?;
	sync_folder(path).with_context(what)
}

/// Replaces a file by one with the same owner, which only the owner may read. Killed at any point, the old
/// file is there or the new one. The old file's bytes are overwritten.
///
/// Root may do it in a folder of the service's user, who can plant links there. So nothing is replaced but the
/// file that was read, and only if it has no other name.
pub fn replace(path: &Path, read: Identity, text: &str) -> Result<()> {
	let what = || format!("can't replace the key file {}", path.display());
	// The configuration may name a link.
	let path = &path.canonicalize().with_context(what)?;
	let folder = File::open(folder_of(path)).with_context(what)?;
	let name = path.file_name().with_context(what)?;
	let mut beside = name.to_owned();
	beside.push(".new");
	let open = |name, flags, mode| {
		let flags = flags | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
		openat(&folder, name, flags, mode).map(File::from)
	};
	let mut old = open(name, OFlags::empty(), Mode::empty()).with_context(what)?;
	let of_old = old.metadata().with_context(what)?;
	ensure!(
		Identity::of(&of_old) == read,
		"{} is another file than the one that was read: try again",
		path.display()
	);
	ensure!(
		of_old.is_file() && of_old.nlink() == 1,
		"{} is not a regular file, or has another name (a hard link), which would keep the old keys: remove that \
		 first",
		path.display()
	);
	// One that a killed program left.
	match unlinkat(&folder, &beside, AtFlags::empty()) {
		Ok(()) | Err(Errno::NOENT) => {},
		Err(error) => return Err(error).with_context(what),
	}
	let (new, private) = (OFlags::CREATE | OFlags::EXCL, Mode::RUSR | Mode::WUSR);
	let mut new = open(&beside, new, private).with_context(what)?;
	fchown(&new, Some(of_old.uid()), Some(of_old.gid())).with_context(what)?;
	new.write_all(text.as_bytes()).with_context(what)?;
	new.sync_all().with_context(what)?;
	renameat(&folder, &beside, &folder, name).with_context(what)?;
	folder.sync_all().with_context(what)?;
	let length = usize::try_from(of_old.len()).unwrap_or_default();
	old.write_all(&vec![0; length]).with_context(what)?;
	old.sync_all().with_context(what)
}

/// Keeps other programs from changing the files of this path's folder, until the answer is dropped.
pub fn lock_folder(path: &Path) -> Result<File> {
	let what = || format!("can't lock the folder of {}", path.display());
	let folder = File::open(folder_of(path)).with_context(what)?;
	flock(&folder, FlockOperation::LockExclusive).with_context(what)?;
	Ok(folder)
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
	File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
	path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{fs::Permissions, os::unix::fs::PermissionsExt};

	#[test]
	fn a_credential_is_where_systemd_put_it() {
		let folder = tempfile::tempdir().unwrap();
		let credentials = || Some(folder.path().to_owned());
		let named = PathBuf::from("$CREDENTIALS_DIRECTORY/custodian.key");
		let path = resolve_in(named.clone(), credentials());
		assert_eq!(path, folder.path().join("custodian.key"));
		assert_eq!(resolve_in(named.clone(), None), named);
		for other in ["/etc/key", "key", "$CREDENTIALS_DIRECTORY2/key"] {
			assert_eq!(resolve_in(other.into(), credentials()), Path::new(other));
		}

		create(&path, "secret").unwrap();
		for (mode, credentials, is_read) in [
			(0o400, credentials(), true),
			(0o440, credentials(), true),
			(0o440, None, false),
			(0o444, credentials(), false),
			(0o460, credentials(), false),
		] {
			std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
			assert_eq!(read_secret_in(&path, credentials).is_ok(), is_read, "{mode:o}");
		}
	}

	/// Root replaces a key file in a folder of the service's user, who has planted links.
	#[test]
	fn a_key_file_is_not_replaced_through_planted_links() {
		let folder = tempfile::tempdir().unwrap();
		let (path, target) = (folder.path().join("key"), folder.path().join("shadow"));
		std::fs::write(&target, "of root").unwrap();
		create(&path, "old").unwrap();
		// Only root can give files away.
		let _ = std::os::unix::fs::chown(&path, Some(1), Some(1));
		let owner = path.metadata().unwrap().uid();
		let target_owner = target.metadata().unwrap().uid();
		std::os::unix::fs::symlink(&target, folder.path().join("key.new")).unwrap();
		let replace = |path: &Path, text| replace(path, read_to_replace(path)?.1, text);
		replace(&path, "new").unwrap();
		let new = path.symlink_metadata().unwrap();
		assert!(new.is_file() && new.uid() == owner && new.mode() & 0o777 == 0o600);
		assert_eq!(std::fs::read(&path).unwrap(), b"new");
		// A second name would keep the old keys, or is one of a file of root's.
		std::fs::hard_link(&path, folder.path().join("copy")).unwrap();
		let error = replace(&path, "newer").unwrap_err().to_string();
		assert!(error.contains("hard link"), "{error}");
		assert_eq!(std::fs::read(&path).unwrap(), b"new");
		std::fs::remove_file(folder.path().join("copy")).unwrap();
		// The path itself may be a link, as the configuration names it.
		let link = folder.path().join("link");
		std::os::unix::fs::symlink(&path, &link).unwrap();
		replace(&link, "newer").unwrap();
		assert!(link.symlink_metadata().unwrap().is_symlink());
		assert_eq!(std::fs::read(&path).unwrap(), b"newer");
		// Something else than was read.
		let read = read_to_replace(&path).unwrap().1;
		std::fs::set_permissions(&target, Permissions::from_mode(0o600)).unwrap();
		std::fs::remove_file(&path).unwrap();
		std::os::unix::fs::symlink(&target, &path).unwrap();
		let error = super::replace(&path, read, "newest").unwrap_err().to_string();
		assert!(error.contains("another file than the one that was read"), "{error}");
		assert_eq!(std::fs::read(&target).unwrap(), b"of root");
		assert_eq!(target.metadata().unwrap().uid(), target_owner);
	}
}
