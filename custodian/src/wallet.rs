//! Serves the files of the wallet's release from a directory, and nothing else.
//!
//! The release says in `headers.json` which files it has, and what browsers let each file do
//! ([`headers`]). A file is sent as it is stored, or compressed if a compressed one is beside it:
//! `core-0123456789ab.wasm.br`, `core-0123456789ab.wasm.gz`.

pub mod headers;

use crate::config;
use anyhow::{ensure, Context as _};
use axum::{
	body::Bytes,
	http::{header, HeaderMap, HeaderValue, Response},
};
use headers::Headers;
use std::{
	collections::HashMap,
	fs, io,
	path::{Path, PathBuf},
	sync::{Arc, Mutex, PoisonError},
	time::SystemTime,
};

/// The page.
const PAGE: &str = "index.html";
/// The headers of each file.
const HEADERS: &str = "headers.json";
/// The largest file that is served.
const MAX_FILE: u64 = 64 * 1024 * 1024;
/// The most files that are kept in memory.
const MAX_KEPT: usize = 1_024;

/// The wallet's files.
pub struct WalletFiles {
	directory: PathBuf,
	/// Whether the wallet may reach custodians on its own machine without TLS.
	is_development: bool,
	/// Files that were read, by their paths.
	kept: Mutex<HashMap<PathBuf, Kept>>,
	/// The release's headers, with the bytes that they were read from.
	headers: Mutex<Option<(Bytes, Arc<Headers>)>>,
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
		Self {
			directory: directory.clone(),
			is_development: *development,
			kept: Mutex::default(),
			headers: Mutex::default(),
		}
	}

	/// Fails if the directory has no whole release: a file is missing, or its headers do not protect
	/// it.
	pub fn check(&self) -> anyhow::Result<()> {
		let checked = || {
			let headers = self.headers()?;
			for name in headers.names().chain([PAGE]) {
				let is_there = headers.of(name).is_some() && self.inside(name).is_some();
				ensure!(is_there, "{name} is missing");
			}
			Ok(())
		};
		let directory = self.directory.display();
		checked().with_context(|| {
			format!("{directory} is not a wallet that make wallet has built (wallet.directory)")
		})
	}

	/// The answer for a path, or nothing if there is no such file. It reads the disk.
	pub fn answer(&self, path: &str, request: &HeaderMap) -> Option<Response<Bytes>> {
		let name = if path == "/" { PAGE } else { path.strip_prefix('/')? };
		// Another release may have taken the place of the one that was checked at the start.
		let headers = self.headers().inspect_err(|error| {
			tracing::warn!(error = format!("{error:#}"), "the wallet cannot be served");
		});
		let headers = headers.ok()?.of(name)?.clone();
		let Found { bytes, encoding } = self.find(name, accepted(request))?;
		let mut answer = Response::new(bytes);
		*answer.headers_mut() = headers;
		answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
		if let Some(encoding) = encoding {
			let encoding = HeaderValue::from_static(encoding);
			answer.headers_mut().insert(header::CONTENT_ENCODING, encoding);
		}
		Some(answer)
	}

	/// The release's headers, as the directory has them now.
	fn headers(&self) -> anyhow::Result<Arc<Headers>> {
		let file = self.inside(HEADERS).with_context(|| format!("{HEADERS} is missing"))?;
		let bytes = self.read(&file).context(HEADERS)?;
		let mut known = self.headers.lock().unwrap_or_else(PoisonError::into_inner);
		if let Some((_, headers)) = known.as_ref().filter(|(from, _)| *from == bytes) {
			return Ok(headers.clone());
		}
		let headers = Headers::parse(&bytes, self.is_development).context(HEADERS)?;
		let headers = Arc::new(headers);
		*known = Some((bytes, headers.clone()));
		Ok(headers)
	}

	/// The file, compressed if the client accepts that and there is such a file.
	fn find(&self, name: &str, [brotli, gzip]: [bool; 2]) -> Option<Found> {
		let plain = self.inside(name)?;
		let compressed = [(brotli, "br", "br"), (gzip, "gz", "gzip")];
		for (_, extension, encoding) in
			compressed.into_iter().filter(|(is_accepted, ..)| *is_accepted)
		{
			let Some(beside) = self.inside(&format!("{name}.{extension}")) else { continue };
			if let Ok(bytes) = self.read(&beside) {
				return Some(Found { bytes, encoding: Some(encoding) });
			}
		}
		let bytes = self.read(&plain).ok()?;
		Some(Found { bytes, encoding: None })
	}

	/// The file's real path, if it is a file in the directory. A link may not lead outside.
	fn inside(&self, name: &str) -> Option<PathBuf> {
		let directory = self.directory.canonicalize().ok()?;
		let file = directory.join(name).canonicalize().ok()?;
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

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use axum::http::HeaderName;

	/// A directory with these files and their headers.
	pub(crate) fn release(directory: &Path, files: &[(&str, &str)]) {
		fs::create_dir_all(directory).unwrap();
		for (name, text) in files {
			fs::write(directory.join(name), text).unwrap();
		}
		let compressed = |name: &str| name.ends_with(".br") || name.ends_with(".gz");
		let names = files.iter().map(|(name, _)| *name).filter(|name| !compressed(name));
		let headers = headers::tests::release(names).to_string();
		fs::write(directory.join(HEADERS), headers).unwrap();
	}

	/// A wallet of these files, beside a file that does not belong to it.
	fn files(files: &[(&str, &str)]) -> (WalletFiles, tempfile::TempDir) {
		let outer = tempfile::tempdir().unwrap();
		fs::write(outer.path().join("secret.txt"), "secret").unwrap();
		let directory = outer.path().join("wallet");
		release(&directory, files);
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
		let (mut files, _outer) = files(&[("worker.js", "1")]);
		let policy = |files: &WalletFiles| {
			let answer = get(files, "/worker.js").unwrap();
			answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
		};
		assert!(policy(&files).ends_with("connect-src 'self' https:"));
		let directory = files.directory.clone();
		files = WalletFiles::of(&config::Wallet { directory, development: true });
		assert!(policy(&files).ends_with("connect-src 'self' https: http://localhost:*"));
	}

	#[test]
	fn the_page_is_at_the_root_and_has_the_releases_headers() {
		let (files, _outer) = files(&[("index.html", "<p>page")]);
		for path in ["/", "/index.html"] {
			let answer = get(&files, path).unwrap();
			assert_eq!(answer.body(), "<p>page");
			assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-cache");
			let policy = &answer.headers()[header::CONTENT_SECURITY_POLICY];
			assert_eq!(policy, "default-src 'none'; sandbox");
		}
		assert!(get(&files, "/index").is_none());
	}

	#[test]
	fn only_files_of_the_release_are_served() {
		let (files, outer) = files(&[("index.html", ""), ("a.js", "1"), ("link.txt", "")]);
		let directory = &files.directory;
		fs::write(directory.join("other.js"), "2").unwrap();
		fs::create_dir(directory.join("core")).unwrap();
		fs::write(directory.join("core/a.js"), "3").unwrap();
		fs::remove_file(directory.join("link.txt")).unwrap();
		let secret = outer.path().join("secret.txt");
		std::os::unix::fs::symlink(secret, directory.join("link.txt")).unwrap();
		for path in [
			"/../secret.txt",
			"/core/../../secret.txt",
			"/%2e%2e/secret.txt",
			"/..%2fsecret.txt",
			"//etc/passwd",
			"/core/a.js",
			"/other.js",
			"/a.js.br",
			"//a.js",
			"/./a.js",
			"/link.txt",
			"/core",
			"",
			"a.js",
			"/a.js\0",
		] {
			assert!(get(&files, path).is_none(), "{path}");
		}
		assert_eq!(get(&files, "/a.js").unwrap().body(), "1");
	}

	#[test]
	fn a_link_inside_and_a_changed_file_are_served() {
		let (files, _outer) = files(&[("a.txt", "old"), ("b.txt", "")]);
		fs::remove_file(files.directory.join("b.txt")).unwrap();
		std::os::unix::fs::symlink("a.txt", files.directory.join("b.txt")).unwrap();
		assert_eq!(get(&files, "/b.txt").unwrap().body(), "old");
		fs::write(files.directory.join("a.txt"), "newer").unwrap();
		assert_eq!(get(&files, "/b.txt").unwrap().body(), "newer");
	}

	#[test]
	fn another_release_is_served_with_its_own_headers() {
		let (files, _outer) = files(&[("index.html", "old")]);
		assert!(get(&files, "/new.js").is_none());
		release(&files.directory, &[("index.html", "newer"), ("new.js", "1")]);
		assert_eq!(get(&files, "/").unwrap().body(), "newer");
		assert_eq!(get(&files, "/new.js").unwrap().body(), "1");
		fs::write(files.directory.join(HEADERS), "{}").unwrap();
		assert!(get(&files, "/").is_none(), "without headers nothing is protected");
	}

	#[test]
	fn a_directory_without_a_whole_release_is_refused() {
		let (whole, _outer) = files(&[("index.html", ""), ("a.js", "")]);
		whole.check().unwrap();
		let refused = |files: &WalletFiles, why: &str| {
			let error = format!("{:#}", files.check().unwrap_err());
			assert!(error.contains("make wallet") && error.contains(why), "{error}");
		};
		fs::remove_file(whole.directory.join("a.js")).unwrap();
		refused(&whole, "a.js is missing");
		fs::write(whole.directory.join(HEADERS), "{}").unwrap();
		refused(&whole, "headers.json");
		fs::remove_file(whole.directory.join(HEADERS)).unwrap();
		refused(&whole, "headers.json is missing");
		let (without_page, _outer) = files(&[("a.js", "")]);
		refused(&without_page, "index.html is missing");
		let directory = whole.directory.join("nowhere");
		refused(
			&WalletFiles::of(&config::Wallet { directory, development: false }),
			"headers.json is missing",
		);
	}

	#[test]
	fn compressed_files_are_sent_to_those_who_accept_them() {
		let (files, _outer) =
			files(&[("a.wasm", "plain"), ("a.wasm.br", "br"), ("a.wasm.gz", "gz")]);
		for (accepts, body, encoding) in [
			("gzip, deflate, br, zstd", "br", Some("br")),
			("gzip", "gz", Some("gzip")),
			("br;q=0, gzip;q=0.5", "gz", Some("gzip")),
			("identity", "plain", None),
			("brx", "plain", None),
		] {
			let request = headers(&[("accept-encoding", accepts)]);
			let answer = files.answer("/a.wasm", &request).unwrap();
			assert_eq!(answer.body(), body, "{accepts}");
			let found = answer.headers().get(header::CONTENT_ENCODING);
			assert_eq!(found.map(|it| it.to_str().unwrap()), encoding);
			assert_eq!(answer.headers()[header::VARY], "accept-encoding");
		}
	}
}
