//! Wallets of members: as published, altered, earlier, missing, and members that cannot be asked.

use super::*;
use crate::{
	chain::double::{studies::institution, BlockDouble, NodeDouble},
	config,
	state::double,
};
use std::{collections::BTreeMap, path::Path};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use vouchsafe_client::{
	chain::{AccountId, H256},
	protocol::release::{sha256, Fault},
	release::{Manifest, Wrong},
};

type Files = BTreeMap<String, Vec<u8>>;

/// A release with this page, and its hash.
fn release(page: &str) -> (Files, H256) {
	let hash = format!("{:x}", sha256(page.as_bytes()));
	let manifest = format!(r#"{{"version":"0.1.0","files":{{"index.html":"{hash}"}}}}"#);
	let hash = Manifest::parse(manifest.as_bytes()).unwrap().hash;
	let page = page.as_bytes().to_vec();
	let files = [("index.html", page), ("manifest.json", manifest.into_bytes())];
	(files.map(|(name, bytes)| (name.to_owned(), bytes)).into(), hash)
}

fn published(hashes: &[H256]) -> Vec<Release> {
	hashes.iter().map(|hash| Release { version: b"0.1.0".to_vec(), hash: *hash }).collect()
}

/// Serves these files, and returns the address.
async fn serve(files: &Files) -> String {
	let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
	let (address, files) = (listener.local_addr().unwrap(), files.clone());
	tokio::spawn(async move {
		while let Ok((mut stream, _)) = listener.accept().await {
			let mut request = vec![0; 4096];
			let length = stream.read(&mut request).await.unwrap();
			let request = String::from_utf8_lossy(&request[..length]).into_owned();
			let name = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
			let name = if name.is_empty() { "index.html" } else { name };
			let (status, body) = match files.get(name) {
				Some(bytes) => ("200 OK", &bytes[..]),
				None => ("404 Not Found", &b""[..]),
			};
			let length = body.len();
			let head = format!(
				"HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
			);
			let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
		}
	});
	format!("http://{address}")
}

fn write(folder: &Path, files: &Files) {
	let texts = files.iter().map(|(name, bytes)| (&**name, std::str::from_utf8(bytes).unwrap()));
	crate::wallet::tests::release(folder, &texts.collect::<Vec<_>>());
}

/// A member's entry, by this name.
fn member(byte: u8, name: &str, url: &str) -> (AccountId, Institution) {
	let account = AccountId::new([byte; 32]);
	let mut member = institution(url, &account, [byte; 32]);
	member.name = name.as_bytes().to_vec();
	(account, member)
}

/// What the custodian of the first institution finds, which serves these files.
async fn found(
	own: &Files,
	members: &[(AccountId, Institution)],
	hashes: &[H256],
) -> vouchsafe_client::messages::Check {
	let folder = tempfile::tempdir().unwrap();
	write(folder.path(), own);
	let directory = folder.path().to_owned();
	let (state, _surroundings) = double::state(None, |config| {
		config.wallet = Some(config::Wallet { directory, development: false });
	});
	let members = members.to_vec();
	let finalized = BlockDouble { releases: published(hashes), members, ..BlockDouble::default() };
	let node = Arc::new(NodeDouble { finalized, ..NodeDouble::default() });
	let institution = Some(AccountId::new([1; 32]));
	state.set_connected(Some(Connected { node, institution }));
	let mut last = None;
	look(&state, &mut last).await.unwrap();
	assert!(last.is_some());
	state.readiness.get().wallet
}

#[tokio::test]
async fn each_member_that_differs_is_named() {
	let (good, hash) = release("<p>wallet");
	let mut altered = good.clone();
	altered.insert("index.html".into(), b"<p>wallet that sends your words away".to_vec());
	let (other, _) = release("<p>another wallet");
	let (earlier, earlier_hash) = release("<p>the wallet before");
	let html: Files = [("manifest.json".to_owned(), b"<p>welcome".to_vec())].into();
	let members = [
		member(1, "Hospital A", "http://127.0.0.1:9"),
		member(2, "Hospital B", &serve(&good).await),
		member(3, "Hospital C", &serve(&altered).await),
		member(4, "Hospital D", &serve(&other).await),
		member(5, "Hospital E", &serve(&earlier).await),
		member(6, "Hospital F", &serve(&Files::new()).await),
		member(7, "Hospital G", "http://127.0.0.1:9"),
		member(8, "Hospital H", &serve(&html).await),
	];
	let wallet = found(&good, &members, &[earlier_hash, hash]).await;
	assert!(!wallet.ok);
	for expected in [
		"version 0.1.0 is published; as published: this custodian, Hospital B;",
		"Hospital C differs: the start page differs from the manifest, index.html differs",
		"Hospital D differs: version 0.1.0 with the hash 0x",
		"Hospital E differs: it is version 0.1.0, which was published before version 0.1.0",
		"Hospital G could not be asked: ",
		"Hospital H differs: it is not a manifest of the wallet",
	] {
		assert!(wallet.detail.contains(expected), "{expected}: {}", wallet.detail);
	}
	assert!(!wallet.detail.contains("Hospital A") && !wallet.detail.contains("Hospital F"));

	let own = found(&altered, &members[..2], &[hash]).await;
	assert!(!own.ok && own.detail.contains("this custodian differs: "), "{}", own.detail);
	assert!(found(&good, &members[..2], &[hash]).await.ok);
}

#[tokio::test]
async fn nobody_is_asked_before_a_wallet_is_published() {
	let (good, _) = release("<p>wallet");
	let wallet = found(&good, &[member(2, "Hospital B", "http://127.0.0.1:9")], &[]).await;
	assert_eq!(wallet.detail, "the council has published no wallet");
	assert!(wallet.ok);
}

#[tokio::test]
async fn a_directory_without_a_manifest_differs() {
	let (_, hash) = release("<p>wallet");
	let wallet = found(&Files::new(), &[], &[hash]).await;
	assert!(wallet.detail.contains("this custodian differs: there is no manifest.json"));
}

#[test]
fn many_files_are_not_all_named() {
	let differs = |count: usize| {
		let fault = |number| Fault { file: format!("{number}.js"), wrong: Wrong::Differs };
		let faults = (0..count).map(fault).collect();
		let served = Served { version: "1".into(), hash: H256::zero(), faults };
		match verdict(Ok(served), &published(&[H256::zero()])) {
			Found::Differs(what) => what,
			other => panic!("{other:?}"),
		}
	};
	assert!(!differs(MAX_NAMED).contains("more"));
	assert!(differs(MAX_NAMED + 2).ends_with("4.js differs from the manifest, 2 more files"));
}
