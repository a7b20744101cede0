//! Releases of the wallet. A release's manifest has the SHA-256 of each file, and the SHA-256 of the
//! manifest names the release. The council publishes it on the chain, so that everybody can compare
//! what a server gives with it.

use crate::types::{Release, H256};
use serde::Deserialize;
use sp_crypto_hashing::sha2_256;
use std::{collections::BTreeMap, fmt};

/// The name under which the wallet's releases are published.
pub const WALLET: &str = "wallet";
/// The manifest's name.
pub const MANIFEST: &str = "manifest.json";
/// The page's file, which servers also give for the folder.
pub const PAGE: &str = "index.html";
/// The longest manifest, in bytes.
pub const MAX_MANIFEST: usize = 256 * 1024;
/// The most files in a release.
pub const MAX_FILES: usize = 512;
/// The largest file, in bytes.
pub const MAX_FILE: usize = 64 * 1024 * 1024;
/// The longest version, as the chain has it.
const MAX_VERSION: usize = 32;
/// The longest name of a file.
const MAX_FILE_NAME: usize = 200;

/// A manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
	/// The release's version.
	pub version: String,
	/// The SHA-256 of each file, by name.
	pub files: BTreeMap<String, H256>,
	/// The SHA-256 of the manifest itself.
	pub hash: H256,
}

/// Why something is not a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
	/// It is too long.
	#[error("the manifest has more than {} bytes", MAX_MANIFEST)]
	TooLong,
	/// It is not JSON with a version and files.
	#[error("it is not a manifest of the wallet")]
	Malformed,
	/// Its version is empty or too long, or has other characters than visible ASCII ones.
	#[error("the manifest's version is not one")]
	Version,
	/// It has too many files.
	#[error("the manifest has more than {} files", MAX_FILES)]
	TooManyFiles,
	/// A name in it is not that of a file in the release's folder.
	#[error("the manifest names a file that cannot be in a release")]
	FileName,
	/// It does not have the page.
	#[error("the manifest does not have {}", PAGE)]
	NoPage,
}

#[derive(Deserialize)]
struct Json {
	version: String,
	files: BTreeMap<String, String>,
}

impl Manifest {
	/// Reads a manifest.
	pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
		if bytes.len() > MAX_MANIFEST {
			return Err(ManifestError::TooLong);
		}
		let json: Json = serde_json::from_slice(bytes).map_err(|_| ManifestError::Malformed)?;
		let is_version = !json.version.is_empty()
			&& json.version.len() <= MAX_VERSION
			&& json.version.bytes().all(|letter| letter.is_ascii_graphic());
		if !is_version {
			return Err(ManifestError::Version);
		}
		if json.files.len() > MAX_FILES {
			return Err(ManifestError::TooManyFiles);
		}
		let mut files = BTreeMap::new();
		for (name, hash) in json.files {
			if !is_file_name(&name) {
				return Err(ManifestError::FileName);
			}
			let mut sha256 = H256::zero();
			hex::decode_to_slice(hash, &mut sha256.0).map_err(|_| ManifestError::Malformed)?;
			files.insert(name, sha256);
		}
		match files.contains_key(PAGE) {
			true => Ok(Self { version: json.version, files, hash: sha256(bytes) }),
			false => Err(ManifestError::NoPage),
		}
	}
}

/// Whether each part of it is a plain name that is not hidden. The manifest does not name itself.
fn is_file_name(name: &str) -> bool {
	let is_plain =
		|letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
	let is_part =
		|part: &str| !part.is_empty() && !part.starts_with('.') && part.chars().all(is_plain);
	name.len() <= MAX_FILE_NAME && name != MANIFEST && name.split('/').all(is_part)
}

/// The SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> H256 {
	H256(sha2_256(bytes))
}

/// A release as somebody serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
	/// Its manifest's version.
	pub version: String,
	/// The SHA-256 of its manifest.
	pub hash: H256,
	/// The files that are not as the manifest says.
	pub faults: Vec<Fault>,
}

/// A file that is not as the manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
	/// The file.
	pub file: String,
	/// What is wrong with it.
	pub wrong: Wrong,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
	/// It has another SHA-256, as it is or compressed.
	Differs,
	/// There is no such file.
	Missing,
	/// It cannot be read.
	Unreadable(String),
}

impl fmt::Display for Fault {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let Self { file, wrong } = self;
		match wrong {
			Wrong::Differs => write!(f, "{file} differs from the manifest"),
			Wrong::Missing => write!(f, "{file} is missing"),
			Wrong::Unreadable(why) => write!(f, "{file} cannot be read: {why}"),
		}
	}
}

/// What the chain says of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
	/// It is the current one.
	Current,
	/// It was the current one before this one.
	Earlier(Release),
	/// It was never published, or too long ago. This one is the current one.
	Unknown(Release),
	/// Nothing was published.
	NothingPublished,
}

/// What the published releases, the current one last, say of the release with this hash.
pub fn standing(published: &[Release], hash: &H256) -> Standing {
	let Some((current, earlier)) = published.split_last() else {
		return Standing::NothingPublished;
	};
	if current.hash == *hash {
		return Standing::Current;
	}
	match earlier.iter().any(|release| release.hash == *hash) {
		true => Standing::Earlier(current.clone()),
		false => Standing::Unknown(current.clone()),
	}
}

/// A published version as text. The chain lets only visible ASCII characters be published.
pub fn version_of(release: &Release) -> String {
	let letters = release.version.iter().filter(|letter| letter.is_ascii_graphic());
	letters.map(|letter| char::from(*letter)).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn manifest(version: &str, names: &[&str]) -> Vec<u8> {
		let files: BTreeMap<_, _> = names.iter().map(|name| (*name, "0".repeat(64))).collect();
		serde_json::to_vec(&serde_json::json!({ "version": version, "files": files })).unwrap()
	}

	#[test]
	fn a_manifest_is_read() {
		let bytes = manifest("0.1.0", &["index.html", "core/a.wasm"]);
		let read = Manifest::parse(&bytes).unwrap();
		assert_eq!(read.version, "0.1.0");
		assert_eq!(read.files.len(), 2);
		assert_eq!(read.hash, sha256(&bytes));
		// The vector of the empty text.
		assert!(hex::encode(sha256(b"").0).starts_with("e3b0c44298fc1c14"));
	}

	#[test]
	fn what_is_no_manifest_is_refused() {
		use ManifestError::*;
		let long = "x".repeat(MAX_VERSION + 1);
		for (bytes, error) in [
			(vec![b' '; MAX_MANIFEST + 1], TooLong),
			(vec![b' '; MAX_MANIFEST], Malformed),
			(b"<!doctype html>".to_vec(), Malformed),
			(br#"{"version":"1","files":{"index.html":"00"}}"#.to_vec(), Malformed),
			(manifest("", &["index.html"]), Version),
			(manifest("1\n", &["index.html"]), Version),
			(manifest(&long, &["index.html"]), Version),
			(manifest("1", &["page.js"]), NoPage),
			(manifest("1", &["index.html", "../secret"]), FileName),
			(manifest("1", &["index.html", "/etc/passwd"]), FileName),
			(manifest("1", &["index.html", "//other.example/a"]), FileName),
			(manifest("1", &["index.html", ".hidden"]), FileName),
			(manifest("1", &["index.html", "a?b"]), FileName),
			(manifest("1", &["index.html", ""]), FileName),
			(manifest("1", &["index.html", MANIFEST]), FileName),
		] {
			assert_eq!(Manifest::parse(&bytes), Err(error), "{}", String::from_utf8_lossy(&bytes));
		}
		assert!(Manifest::parse(&manifest(&long[1..], &["index.html"])).is_ok());
	}

	#[test]
	fn a_manifest_has_at_most_512_files() {
		let names: Vec<_> = (0..MAX_FILES).map(|number| format!("{number}.js")).collect();
		let mut names: Vec<_> = names.iter().map(String::as_str).collect();
		names[0] = "index.html";
		assert!(Manifest::parse(&manifest("1", &names)).is_ok());
		names.push("more.js");
		assert_eq!(Manifest::parse(&manifest("1", &names)), Err(ManifestError::TooManyFiles));
	}

	#[test]
	fn a_release_is_current_earlier_or_unknown() {
		let release = |byte| Release { version: vec![b'0' + byte], hash: H256([byte; 32]) };
		let published = [release(1), release(2)];
		let of = |byte| standing(&published, &H256([byte; 32]));
		assert_eq!(of(2), Standing::Current);
		assert_eq!(of(1), Standing::Earlier(release(2)));
		assert_eq!(of(3), Standing::Unknown(release(2)));
		assert_eq!(standing(&[], &H256([1; 32])), Standing::NothingPublished);
		assert_eq!(version_of(&release(2)), "2");
	}

	proptest! {
		#[test]
		fn foreign_bytes_are_a_manifest_or_an_error(bytes: Vec<u8>) {
			let _ = Manifest::parse(&bytes);
		}
	}
}
