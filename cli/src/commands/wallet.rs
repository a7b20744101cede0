//! `vouchsafe wallet`: what the council has published, and whether somebody serves it.

use super::id_json;
use crate::{
	address::{self, AddressOf},
	args::WalletCommand,
	dates::show_moment,
	drafts::FileDraft,
	output::{line, table, Output},
	session::{Session, Settings},
};
use anyhow::{ensure, Context, Result};
use serde_json::json;
use std::{fs::File, io::Read, path::Path};
use vouchsafe_client::{
	chain::{storage, Release, View},
	protocol::{proof::Checkpoint, release::MAX_MANIFEST},
	release::{check, standing, version_of, Manifest, Served, Standing, Website, MANIFEST, WALLET},
};

pub(super) async fn run(settings: &Settings, command: WalletCommand) -> Result<Output> {
	match command {
		WalletCommand::Show => {
			let session = settings.connect().await?;
			Ok(show(&published(&session).await?))
		},
		WalletCommand::Check { url } => {
			let url = String::from(address::parse(AddressOf::Custodian, &url)?);
			let site = Website::new(&url, &settings.allowed_addresses())?;
			let session = settings.connect().await?;
			let published = published(&session).await?;
			let served = check(&site).await.with_context(|| format!("the wallet at {url}"))?;
			Ok(compare(&url, &served, &published))
		},
		WalletCommand::Checkpoint { file } => {
			ensure!(!file.exists(), "{} already exists: choose another file", file.display());
			let session = settings.connect().await?;
			let at = session.finalized().await?;
			let checkpoint = Checkpoint::from(&session.chain.trusted().await);
			FileDraft::write_new(&file, &serde_json::to_vec_pretty(&checkpoint)?).await?;
			let text = format!(
				"Block {} of {} is in {}. Compare its genesis hash {} with the one that the members publish, \
				 then build the wallet: `make wallet CHECKPOINT={}`.",
				checkpoint.block,
				show_moment(at.time().await?),
				file.display(),
				checkpoint.genesis,
				file.display()
			);
			let mut json = serde_json::to_value(&checkpoint)?;
			json["file"] = json!(file.display().to_string());
			Ok(Output::new(text, json))
		},
	}
}

/// The manifest of a release that is to be published.
pub(super) fn read_manifest(path: &Path) -> Result<Manifest> {
	let failed = || format!("cannot read {}", path.display());
	let mut bytes = Vec::new();
	let most = u64::try_from(MAX_MANIFEST)?.saturating_add(1);
	File::open(path)
		.and_then(|file| file.take(most).read_to_end(&mut bytes))
		.with_context(failed)?;
	Manifest::parse(&bytes)
		.with_context(|| format!("{} is not the {MANIFEST} of a release", path.display()))
}

/// The published releases, the current one last.
async fn published(session: &Session) -> Result<Vec<Release>> {
	let at = session.finalized().await?;
	Ok(at.read(storage::releases(WALLET)).await?.unwrap_or_default())
}

fn release_json(release: &Release, is_current: bool) -> serde_json::Value {
	json!({
		"version": version_of(release),
		"hash": id_json(&release.hash),
		"current": is_current,
	})
}

fn show(published: &[Release]) -> Output {
	let is_current = |release: &Release| published.last() == Some(release);
	let newest_first = || published.iter().rev();
	let json = newest_first().map(|it| release_json(it, is_current(it))).collect::<Vec<_>>();
	let rows: Vec<_> = newest_first()
		.map(|release| {
			let state = if is_current(release) { "current" } else { "earlier" };
			vec![version_of(release), state.to_owned(), id_json(&release.hash)]
		})
		.collect();
	let text = match rows.is_empty() {
		true => "The council has published no wallet.".to_owned(),
		false => table(&["VERSION", "STATE", "HASH"], &rows),
	};
	Output::new(text, json!({ "releases": json }))
}

/// Says whether what is served is the published release.
fn compare(url: &str, served: &Served, published: &[Release]) -> Output {
	let Served { version, hash, faults } = served;
	let version = line(version);
	let standing = standing(published, hash);
	let is_good = faults.is_empty() && standing == Standing::Current;
	let mut lines = Vec::new();
	if !faults.is_empty() {
		lines.push(format!("The wallet at {url} does not have the files of its manifest:"));
		lines.extend(faults.iter().map(|fault| format!("  {}", line(&fault.to_string()))));
	}
	let about = format!("version {version}, hash {}", id_json(hash));
	let (state, said) = match &standing {
		Standing::Current if is_good => {
			("current", format!("The wallet at {url} is the published one: {about}."))
		},
		Standing::Current => ("current", format!("Its manifest is the published one: {about}.")),
		Standing::Earlier(current) => (
			"earlier",
			format!(
				"It is an earlier release: {about}. The published one is version {}, hash {}.",
				version_of(current),
				id_json(&current.hash)
			),
		),
		Standing::Unknown(current) => (
			"unknown",
			format!(
				"The council has not published it: {about}. The published one is version {}, hash {}.",
				version_of(current),
				id_json(&current.hash)
			),
		),
		Standing::NothingPublished => (
			"nothing-published",
			format!("The council has published no wallet, so nobody can tell whether it is right: {about}."),
		),
	};
	lines.push(said);
	if !is_good {
		lines.push(
			"Do not enter words or passphrases there. Tell the members of the network.".into(),
		);
	}
	let faults: Vec<_> = faults
		.iter()
		.map(|fault| json!({ "file": fault.file, "wrong": line(&fault.to_string()) }))
		.collect();
	let json = json!({
		"url": url,
		"good": is_good,
		"version": version,
		"hash": id_json(hash),
		"standing": state,
		"published": published.last().map(|it| release_json(it, true)),
		"faults": faults,
	});
	Output { code: u8::from(!is_good), ..Output::new(lines.join("\n"), json) }
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::{
		chain::H256,
		protocol::release::{Fault, PAGE},
		release::Wrong,
	};

	fn release(version: &str, byte: u8) -> Release {
		Release { version: version.into(), hash: H256([byte; 32]) }
	}

	fn served(byte: u8, faults: &[&str]) -> Served {
		let fault = |file: &&str| Fault { file: (*file).into(), wrong: Wrong::Differs };
		let faults = faults.iter().map(fault).collect();
		Served { version: "0.2.0".into(), hash: H256([byte; 32]), faults }
	}

	#[test]
	fn a_served_wallet_is_compared_with_the_published_one() {
		let published = [release("0.1.0", 1), release("0.2.0", 2)];
		for (served, published, code, standing, said) in [
			(
				served(2, &[]),
				&published[..],
				0,
				"current",
				"at u is the published one: version 0.2.0",
			),
			(served(1, &[]), &published[..], 1, "earlier", "It is an earlier release"),
			(served(3, &[]), &published[..], 1, "unknown", "The council has not published it"),
			(served(2, &["core.wasm"]), &published[..], 1, "current", "core.wasm differs"),
			(served(2, &[]), &[][..], 1, "nothing-published", "published no wallet"),
		] {
			let answer = compare("u", &served, published);
			assert_eq!(answer.code, code, "{}", answer.text);
			assert!(answer.text.contains(said), "{}", answer.text);
			assert_eq!(answer.text.contains("Do not enter words"), code == 1);
			assert_eq!(answer.json["standing"], standing);
			assert_eq!(answer.json["good"], code == 0);
		}
		let answer = compare("u", &served(2, &["core.wasm"]), &published);
		assert_eq!(answer.json["faults"][0]["file"], "core.wasm");
	}

	#[test]
	fn published_releases_are_listed_newest_first() {
		assert_eq!(show(&[]).text, "The council has published no wallet.");
		let shown = show(&[release("0.1.0", 1), release("0.2.0", 2)]);
		let lines: Vec<_> = shown.text.lines().collect();
		assert!(lines[1].starts_with("0.2.0    current"), "{}", shown.text);
		assert!(lines[2].starts_with("0.1.0    earlier"), "{}", shown.text);
		assert_eq!(shown.json["releases"][0]["current"], true);
	}

	#[test]
	fn only_the_manifest_of_a_release_is_proposed() {
		let folder = tempfile::tempdir().unwrap();
		let file = folder.path().join(MANIFEST);
		assert!(read_manifest(&file).is_err());
		std::fs::write(&file, "<html>").unwrap();
		assert!(read_manifest(&file).is_err());
		let hash = "00".repeat(32);
		let good = format!(r#"{{"version":"1","files":{{"{PAGE}":"{hash}"}}}}"#);
		std::fs::write(&file, &good).unwrap();
		assert_eq!(read_manifest(&file).unwrap().version, "1");
	}
}
