//! The folder in which a node keeps the runtimes that it has compiled: compiling one takes seconds of each start.

use std::{
	fs::{self, DirBuilder},
	io,
	os::unix::fs::DirBuilderExt,
	path::{Path, PathBuf},
};

/// The folder of the base path.
const FOLDER: &str = "compiled-runtimes";
/// This file names the time since the kernel was started (`proc_sys_kernel(5)`).
const BOOT: &str = "/proc/sys/kernel/random/boot_id";

/// A folder below the base path for what is compiled until the machine starts again, and whose files nobody but
/// the node's user can read or write. The node executes them as they are. A file that was written just before a
/// power cut may be damaged, so the folders of earlier times are removed.
///
/// # Errors
///
/// If a folder cannot be made, read or removed.
pub fn folder(base: &Path) -> io::Result<PathBuf> {
	let boot = fs::read_to_string(BOOT)?;
	let all = std::path::absolute(base.join(FOLDER))?;
	let present = all.join(boot.trim());
	DirBuilder::new().recursive(true).mode(0o700).create(&present)?;
	for entry in fs::read_dir(&all)? {
		let earlier = entry?.path();
		if earlier != present {
			fs::remove_dir_all(earlier)?;
		}
	}
	Ok(present)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::os::unix::fs::PermissionsExt;

	#[test]
	fn what_is_compiled_is_kept_until_the_machine_starts_again() {
		let base = tempfile::tempdir().unwrap();
		let present = folder(base.path()).unwrap();
		let mode = fs::metadata(&present).unwrap().permissions().mode();
		assert_eq!(mode & 0o777, 0o700);
		let earlier = base.path().join(FOLDER).join("the-time-before");
		fs::create_dir(&earlier).unwrap();
		for place in [&present, &earlier] {
			fs::write(place.join("module"), b"compiled").unwrap();
		}
		assert_eq!(folder(base.path()).unwrap(), present);
		assert!(present.join("module").exists() && !earlier.exists());
	}

	#[test]
	fn a_file_in_the_place_of_the_folder_is_an_error() {
		let base = tempfile::tempdir().unwrap();
		fs::write(base.path().join(FOLDER), b"").unwrap();
		assert!(folder(base.path()).is_err());
	}
}
