//! Files: hashes, names, and writing only what changed.

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};
use std::{fs, path::Path};

/// The SHA-256 of bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
	hex::encode(Sha256::digest(bytes))
}

/// A name that has a part of the content's hash, so that a file under it never changes.
pub fn hashed_name(stem: &str, extension: &str, bytes: &[u8]) -> String {
	format!("{stem}-{}.{extension}", &sha256(bytes)[..12])
}

/// Reads a file, and names it if that fails.
pub fn read(path: &Path) -> Result<Vec<u8>> {
	fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file and its folders. A file that has this content already keeps its time, so that
/// editors and compilers do not read it again.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
	if fs::read(path).is_ok_and(|old| old == bytes) {
		return Ok(());
	}
	if let Some(folder) = path.parent() {
		fs::create_dir_all(folder)
			.with_context(|| format!("cannot make the folder {}", folder.display()))?;
	}
	fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
