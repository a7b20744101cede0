//! Serves the files of the wallet from a directory, and nothing outside it.
//!
//! A file is sent as it is stored, or compressed if a compressed one is beside it: `core.wasm.br`,
//! `core.wasm.gz`. Files whose names contain a hash never change, so browsers keep them. The others
//! are asked for again each time. [`policies`] says what browsers let each file do.

pub mod policies;

use crate::config;
use axum::{
	body::Bytes,
	http::{header, HeaderMap, HeaderName, HeaderValue, Response},
};
use policies::policy;
use std::{
	collections::HashMap,
	fs, io,
	path::{Path, PathBuf},
	sync::{Mutex, PoisonError},
	time::SystemTime,
};

/// The largest file that is served.
const MAX_FILE: u64 = 64 * 1024 * 1024;
/// The most files that are kept in memory.
const MAX_KEPT: usize = 1_024;
/// The fewest characters of a hash in a name.
const SHORTEST_HASH: usize = 8;

/// The wallet's files.
pub struct WalletFiles {
	directory: PathBuf,
	/// Whether the wallet may reach custodians on its own machine without TLS.
	is_development: bool,
	/// Files that were read, by their paths.
	kept: Mutex<HashMap<PathBuf, Kept>>,
}

/// A file that was read.
struct Kept {
	modified: SystemTime,
	bytes: Bytes,
}

/// A file as it is sent.
struct Found {
	bytes: Bytes,
	/// The name of its compression.
	encoding: Option<&'static str>,
}

impl WalletFiles {
	/// The files of the configured directory.
	pub fn of(config: &config::Wallet) -> Self {
		let config::Wallet { directory, development } = config;
		Self { directory: directory.clone(), is_development: *development, kept: Mutex::default() }
	}

	/// The answer for a path, or nothing if there is no such file. It reads the disk.
	pub fn answer(&self, path: &str, request: &HeaderMap) -> Option<Response<Bytes>> {
		let name = if path == "/" { "/index.html" } else { path };
		let relative = relative(name)?;
		let Found { bytes, encoding } = self.find(&relative, accepted(request))?;
		let mut answer = Response::new(bytes);
		let headers = answer.headers_mut();
		headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
		headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching(name)));
		headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
		if let Some(encoding) = encoding {
			headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
		}
		for (name, value) in policy(name, self.is_development) {
			let name = HeaderName::from_static(name);
			headers.insert(name, HeaderValue::from_str(&value).ok()?);
		}
		Some(answer)
	}

	/// The file, compressed if the client accepts that and there is such a file.
	fn find(&self, relative: &Path, [brotli, gzip]: [bool; 2]) -> Option<Found> {
		let plain = self.inside(relative)?;
		let compressed = [(brotli, "br", "br"), (gzip, "gz", "gzip")];
		for (_, extension, name) in compressed.into_iter().filter(|(is_accepted, ..)| *is_accepted)
		{
			let mut beside = relative.as_os_str().to_owned();
			beside.push(".");
			beside.push(extension);
			let Some(beside) = self.inside(Path::new(&beside)) else { continue };
			if let Ok(bytes) = self.read(&beside) {
				return Some(Found { bytes, encoding: Some(name) });
			}
		}
		let bytes = self.read(&plain).ok()?;
		Some(Found { bytes, encoding: None })
	}

	/// The file's real path, if it is a file in the directory. A link may not lead outside.
	fn inside(&self, relative: &Path) -> Option<PathBuf> {
		let directory = self.directory.canonicalize().ok()?;
		let file = directory.join(relative).canonicalize().ok()?;
		(file.starts_with(&directory) && file.is_file()).then_some(file)
	}

	/// The file's bytes, from memory if it has not changed.
	fn read(&self, file: &Path) -> io::Result<Bytes> {
		let facts = fs::metadata(file)?;
		let modified = facts.modified()?;
		let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
		if let Some(known) = kept().get(file) {
			if known.modified == modified && known.bytes.len() as u64 == facts.len() {
				return Ok(known.bytes.clone());
			}
		}
		if facts.len() > MAX_FILE {
			return Err(io::ErrorKind::FileTooLarge.into());
		}
		let bytes = Bytes::from(fs::read(file)?);
		let mut kept = kept();
		if kept.len() >= MAX_KEPT {
			kept.clear();
		}
		kept.insert(file.into(), Kept { modified, bytes: bytes.clone() });
		Ok(bytes)
	}
}

/// The path of a file below the directory, if each of its parts is a plain name that is not hidden.
fn relative(path: &str) -> Option<PathBuf> {
	let is_plain =
		|letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
	let mut relative = PathBuf::new();
	for part in path.strip_prefix('/')?.split('/') {
		if part.is_empty() || part.starts_with('.') || !part.chars().all(is_plain) {
			return None;
		}
		relative.push(part);
	}
	Some(relative)
}

/// Whether the client accepts brotli and gzip.
fn accepted(request: &HeaderMap) -> [bool; 2] {
	let values = request.get_all(header::ACCEPT_ENCODING).iter();
	let offers: Vec<&str> =
		values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
	["br", "gzip"].map(|encoding| {
		offers.iter().any(|offer| {
			let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
			let weight = weight.trim().strip_prefix("q=").map(str::parse::<f32>);
			name.trim() == encoding && !matches!(weight, Some(Ok(0.0)))
		})
	})
}

/// How long browsers keep a file.
fn caching(name: &str) -> &'static str {
	match has_hash(name) {
		true => "public, max-age=31536000, immutable",
		false => "no-cache",
	}
}

/// Whether a part of the file's name is a hash: of hex digits, or of capitals and digits, as esbuild
/// writes them.
fn has_hash(name: &str) -> bool {
	let file = name.rsplit('/').next().unwrap_or(name);
	file.split(['.', '-', '_']).any(|part| {
		let is_hex = part.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
		let has_digit = part.bytes().any(|it| it.is_ascii_digit());
		let is_base32 = part.bytes().all(|it| matches!(it, b'2'..=b'7' | b'A'..=b'Z'));
		part.len() >= SHORTEST_HASH && ((is_hex && has_digit) || is_base32)
	})
}

fn content_type(name: &str) -> &'static str {
	let extension = name.rsplit('.').next().unwrap_or_default();
	match extension {
		"html" => "text/html; charset=utf-8",
		"js" | "mjs" => "text/javascript; charset=utf-8",
		"css" => "text/css; charset=utf-8",
		"wasm" => "application/wasm",
		"json" | "map" => "application/json",
		"webmanifest" => "application/manifest+json",
		"svg" => "image/svg+xml",
		"png" => "image/png",
		"jpg" | "jpeg" => "image/jpeg",
		"webp" => "image/webp",
		"ico" => "image/x-icon",
		"woff2" => "font/woff2",
		"txt" | "ftl" => "text/plain; charset=utf-8",
		_ => "application/octet-stream",
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// A directory with these files, beside a file that is not in it.
	fn files(names: &[(&str, &str)]) -> (WalletFiles, tempfile::TempDir) {
		let outer = tempfile::tempdir().unwrap();
		fs::write(outer.path().join("secret.txt"), "secret").unwrap();
		let directory = outer.path().join("wallet");
		for (name, text) in names {
			let file = directory.join(name);
			fs::create_dir_all(file.parent().unwrap()).unwrap();
			fs::write(file, text).unwrap();
		}
		(WalletFiles::of(&config::Wallet { directory, development: false }), outer)
	}

	fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
		let pairs = pairs
			.iter()
			.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
		pairs.collect()
	}

	fn get(files: &WalletFiles, path: &str) -> Option<Response<Bytes>> {
		files.answer(path, &headers(&[]))
	}

	#[test]
	fn the_worker_reaches_the_own_machine_only_in_development() {
		let (mut files, _outer) = files(&[("worker-ABCD2345.js", "1")]);
		let reaches_loopback = |files: &WalletFiles| {
			let answer = get(files, "/worker-ABCD2345.js").unwrap();
			let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
			policy.contains("localhost") || policy.contains("127.0.0.1")
		};
		assert!(!reaches_loopback(&files));
		let directory = files.directory.clone();
		files = WalletFiles::of(&config::Wallet { directory, development: true });
		assert!(reaches_loopback(&files));
	}

	#[test]
	fn the_index_is_at_the_root_and_is_asked_for_again() {
		let (files, _outer) = files(&[("index.html", "<p>page")]);
		for path in ["/", "/index.html"] {
			let answer = get(&files, path).unwrap();
			assert_eq!(answer.body(), "<p>page");
			assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
			assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");
		}
		assert!(get(&files, "/index").is_none());
	}

	#[test]
	fn nothing_outside_the_directory_is_served() {
		let (files, outer) = files(&[("index.html", ""), (".hidden", "x"), ("core/a.js", "1")]);
		std::os::unix::fs::symlink(
			outer.path().join("secret.txt"),
			files.directory.join("link.txt"),
		)
		.unwrap();
		std::os::unix::fs::symlink(outer.path(), files.directory.join("up")).unwrap();
		for path in [
			"/../secret.txt",
			"/core/../../secret.txt",
			"/%2e%2e/secret.txt",
			"/..%2fsecret.txt",
			"//etc/passwd",
			"/core//a.js",
			"/core\\a.js",
			"/link.txt",
			"/up/secret.txt",
			"/.hidden",
			"/core",
			"/core/",
			"",
			"/a\0",
		] {
			assert!(get(&files, path).is_none(), "{path}");
		}
		assert_eq!(get(&files, "/core/a.js").unwrap().body(), "1");
	}

	#[test]
	fn a_link_inside_and_a_changed_file_are_served() {
		let (files, _outer) = files(&[("a.txt", "old")]);
		std::os::unix::fs::symlink("a.txt", files.directory.join("b.txt")).unwrap();
		assert_eq!(get(&files, "/b.txt").unwrap().body(), "old");
		fs::write(files.directory.join("a.txt"), "newer").unwrap();
		assert_eq!(get(&files, "/b.txt").unwrap().body(), "newer");
	}

	#[test]
	fn compressed_files_are_sent_to_those_who_accept_them() {
		let (files, _outer) =
			files(&[("core/a.wasm", "plain"), ("core/a.wasm.br", "br"), ("core/a.wasm.gz", "gz")]);
		for (accepts, body, encoding) in [
			("gzip, deflate, br, zstd", "br", Some("br")),
			("gzip", "gz", Some("gzip")),
			("br;q=0, gzip;q=0.5", "gz", Some("gzip")),
			("identity", "plain", None),
			("brx", "plain", None),
		] {
			let request = headers(&[("accept-encoding", accepts)]);
			let answer = files.answer("/core/a.wasm", &request).unwrap();
			assert_eq!(answer.body(), body, "{accepts}");
			let found = answer.headers().get(header::CONTENT_ENCODING);
			assert_eq!(found.map(|it| it.to_str().unwrap()), encoding);
			assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/wasm");
			assert_eq!(answer.headers()[header::VARY], "accept-encoding");
		}
	}

	#[test]
	fn names_with_a_hash_are_kept_for_ever() {
		for (name, is_kept) in [
			("/core/core-1f3a9c0b77de.wasm", true),
			("/page.0a1b2c3d.css", true),
			("/chunk-ABCD2345.js", true),
			("/index.html", false),
			("/sw.js", false),
			("/manifest.webmanifest", false),
			("/manifest.json", false),
			("/0a1b2c3d4e/page.css", false),
			("/facadebead.js", false),
			("/page.0a1b2c3.css", false),
		] {
			assert_eq!(caching(name) != "no-cache", is_kept, "{name}");
		}
	}

	#[test]
	fn content_types_are_those_of_the_names() {
		for (name, expected) in [
			("/sw.js", "text/javascript; charset=utf-8"),
			("/manifest.webmanifest", "application/manifest+json"),
			("/icon.svg", "image/svg+xml"),
			("/thing", "application/octet-stream"),
		] {
			assert_eq!(content_type(name), expected);
		}
	}
}
