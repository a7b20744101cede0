//! Wallets that are as their manifest says, and those that are not.

use super::*;
use std::{collections::BTreeMap, io::Write};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpListener,
};

/// Files by name and encoding.
#[derive(Clone, Default)]
struct Folder(BTreeMap<(String, &'static str), Vec<u8>>);

impl Folder {
	fn add(&mut self, name: &str, bytes: &[u8]) {
		let mut brotli = Vec::new();
		brotli::BrotliCompress(&mut &bytes[..], &mut brotli, &Default::default()).unwrap();
		let mut gzip = flate2::write::GzEncoder::new(Vec::new(), Default::default());
		gzip.write_all(bytes).unwrap();
		for (encoding, bytes) in
			[("identity", bytes.to_vec()), ("br", brotli), ("gzip", gzip.finish().unwrap())]
		{
			self.0.insert((name.to_owned(), encoding), bytes);
		}
	}

	/// A release with a page and a script.
	fn release() -> Self {
		let mut folder = Self::default();
		let (page, script) = (b"<!doctype html>".as_slice(), b"alert(1)".repeat(99));
		folder.add("", page);
		folder.add(PAGE, page);
		folder.add("page-12345678.js", &script);
		let hash = |bytes: &[u8]| format!("{:x}", sha256(bytes));
		let manifest = format!(
			r#"{{"version":"0.1.0","files":{{"index.html":"{}","page-12345678.js":"{}"}}}}"#,
			hash(page),
			hash(&script)
		);
		folder.add(MANIFEST, manifest.as_bytes());
		folder
	}
}

impl Source for Folder {
	async fn get(
		&self,
		name: &str,
		encoding: Encoding,
		_most: usize,
	) -> Result<Option<Sent>, String> {
		let find = |it: Encoding| {
			let bytes = self.0.get(&(name.to_owned(), it.name()))?;
			Some(Sent { bytes: bytes.clone(), encoding: it })
		};
		Ok(find(encoding).or_else(|| find(Encoding::Plain)))
	}
}

async fn faults(folder: &Folder) -> Vec<String> {
	check(folder).await.unwrap().faults.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_release_is_as_its_manifest_says() {
	let mut folder = Folder::release();
	let served = check(&folder).await.unwrap();
	assert_eq!((served.version.as_str(), served.faults), ("0.1.0", vec![]));
	assert_eq!(served.hash, sha256(&folder.0[&(MANIFEST.to_owned(), "identity")]));
	// Pictures are not compressed.
	folder.0.remove(&("page-12345678.js".to_owned(), "br"));
	assert_eq!(faults(&folder).await, Vec::<String>::new());
}

/// Browsers get what is compressed, so it is not enough to look at the plain file.
#[tokio::test]
async fn an_altered_file_is_named_in_each_form() {
	for name in ["page-12345678.js", PAGE] {
		let mut other = Folder::default();
		other.add(name, b"something else");
		for (place, bytes) in other.0 {
			let mut folder = Folder::release();
			folder.0.insert(place.clone(), bytes);
			let expected = format!("{name} differs from the manifest");
			assert_eq!(faults(&folder).await, [expected], "{place:?}");
		}
	}
}

#[tokio::test]
async fn another_start_page_and_another_manifest_for_browsers_are_found() {
	let mut folder = Folder::release();
	folder.add("", b"<!doctype html><p>another");
	assert_eq!(faults(&folder).await, ["the start page differs from the manifest"]);
	let mut folder = Folder::release();
	let plain = folder.0[&(MANIFEST.to_owned(), "identity")].clone();
	folder.add(MANIFEST, &[&plain[..], b" "].concat());
	folder.0.insert((MANIFEST.to_owned(), "identity"), plain);
	assert_eq!(faults(&folder).await, ["manifest.json differs from the manifest"]);
}

#[tokio::test]
async fn what_is_missing_or_damaged_is_named() {
	let mut folder = Folder::release();
	folder.0.retain(|(name, _), _| name != "page-12345678.js");
	assert_eq!(faults(&folder).await, ["page-12345678.js is missing"]);
	let mut folder = Folder::release();
	folder.0.insert((PAGE.to_owned(), "br"), b"not brotli".to_vec());
	let said = faults(&folder).await.concat();
	assert!(said.starts_with("index.html cannot be read: it is not compressed by br"), "{said}");
	folder.0.retain(|(name, _), _| name != MANIFEST);
	assert_eq!(check(&folder).await, Err(ReleaseError::NoWallet));
	folder.add(MANIFEST, b"<!doctype html>");
	assert_eq!(check(&folder).await, Err(ManifestError::Malformed.into()));
}

/// A few bytes that become gigabytes.
#[test]
fn what_is_decoded_is_bounded() {
	for (length, is_taken) in [(1000, true), (1001, false)] {
		let mut folder = Folder::default();
		folder.add("bomb", &vec![0; length]);
		for ((_, name), bytes) in folder.0 {
			let encoding = Encoding::of(Some(name)).unwrap();
			if encoding != Encoding::Plain {
				assert_eq!(encoding.decode(bytes, 1000).is_ok(), is_taken, "{name} {length}");
			}
		}
	}
}

/// A server that gives each request the same answer.
async fn server(answer: String) -> String {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let url = format!("http://{}", listener.local_addr().unwrap());
	tokio::spawn(async move {
		while let Ok((mut stream, _)) = listener.accept().await {
			let _ = stream.read(&mut [0; 4096]).await;
			let _ = stream.write_all(answer.as_bytes()).await;
		}
	});
	url
}

async fn check_at(url: &str) -> Result<Served, ReleaseError> {
	check(&Website::new(url, &AllowedAddresses::all())?).await
}

#[tokio::test]
async fn redirects_errors_and_large_manifests_are_told() {
	let close = "connection: close\r\n";
	let elsewhere =
		server(format!("HTTP/1.1 404 Not Found\r\n{close}content-length: 0\r\n\r\n")).await;
	assert_eq!(check_at(&elsewhere).await, Err(ReleaseError::NoWallet));
	for (answer, said) in [
		(
			format!(
				"HTTP/1.1 302 Found\r\n{close}location: {elsewhere}\r\ncontent-length: 0\r\n\r\n"
			),
			"redirects (302)",
		),
		(format!("HTTP/1.1 500 Oops\r\n{close}content-length: 0\r\n\r\n"), "answers 500"),
		(
			format!(
				"HTTP/1.1 200 OK\r\n{close}content-encoding: zstd\r\ncontent-length: 0\r\n\r\n"
			),
			"unknown way",
		),
		(
			format!(
				"HTTP/1.1 200 OK\r\n{close}content-length: {0}\r\n\r\n{1}",
				MAX_MANIFEST + 1,
				" ".repeat(MAX_MANIFEST + 1)
			),
			"too large",
		),
	] {
		let error = check_at(&server(answer).await).await.unwrap_err();
		assert!(matches!(&error, ReleaseError::Unreadable(why) if why.contains(said)), "{error}");
	}
	let longest = format!(
		"HTTP/1.1 200 OK\r\n{close}content-length: {MAX_MANIFEST}\r\n\r\n{}",
		" ".repeat(MAX_MANIFEST)
	);
	assert_eq!(check_at(&server(longest).await).await, Err(ManifestError::Malformed.into()));
}

/// The URL rules for custodians hold for the wallets that they serve.
#[tokio::test]
async fn only_allowed_addresses_are_asked() {
	let allowed = AllowedAddresses::public_and(vec![]);
	for url in [
		"http://example.org",
		"https://127.0.0.1:1",
		"https://10.0.0.1",
		"file:///etc/passwd",
		"https://a.example/?x=",
	] {
		assert!(matches!(Website::new(url, &allowed), Err(CustodianError::Address(_))), "{url}");
	}
	// A name is resolved, and its address checked, when it is connected to.
	let site = Website::new("https://localhost:1", &allowed).unwrap();
	let error = check(&site).await.unwrap_err().to_string();
	assert!(error.contains("private address"), "{error}");
}
