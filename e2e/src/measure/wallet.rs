//! The wallet in a browser, also on a slow phone. `wallet/tests/measure.mjs` measures; this starts it,
//! makes the long log that it asks for, and times the wallet's build.

use super::Row;
use crate::{
	commands::keypair,
	network::{built_wallet, Network},
	process::{program, tie},
};
use anyhow::{ensure, Context, Result};
use serde::Deserialize;
use serde_json::json;
use std::{
	path::{Path, PathBuf},
	process::{Command, Stdio},
	time::Instant,
};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use vouchsafe_client::chain::{
	calls::{batch_all, ConsentCall},
	Chain, Signer, Submit, View,
};

/// Changes of a consent in one call.
const BATCH: usize = 250;

/// One line of the measuring program.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Said {
	/// A row of the table.
	Row(Row),
	/// It waits until this account's log has as many lines.
	Fill { words: String, lines: u64 },
}

/// All rows of the wallet.
pub async fn measure(network: &Network) -> Result<Vec<Row>> {
	let wallet = built_wallet().context("the wallet is not built: run `make wallet`")?;
	let address = network.sites[0].custodian.wallet_url().context("nobody serves the wallet")?;
	let out = network.root.join("wallet-measured");
	std::fs::create_dir_all(&out)?;
	let facts = json!({
		"address": address,
		"wallet": wallet,
		"out": out,
		"vouchsafe": program("vouchsafe")?,
		"home": network.root.join("homes"),
		"nodes": network.sites.iter().map(|site| site.node.url()).collect::<Vec<_>>(),
	});
	let file = network.root.join("wallet-facts.json");
	std::fs::write(&file, serde_json::to_vec_pretty(&facts)?)?;

	let node = std::env::var_os("VOUCHSAFE_NODEJS").unwrap_or_else(|| "node".into());
	let mut command = Command::new(node);
	command.arg(checkout().join("wallet/tests/measure.mjs")).arg("--facts").arg(&file);
	let mut command = tokio::process::Command::from(tie(&command));
	command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
	let mut process = command.spawn().context("Node could not be started: run `make setup`")?;
	let mut input = process.stdin.take().context("a pipe")?;
	let mut lines = BufReader::new(process.stdout.take().context("a pipe")?).lines();
	let mut rows = Vec::new();
	while let Some(line) = lines.next_line().await? {
		match serde_json::from_str(&line).with_context(|| format!("not a row: {line}"))? {
			Said::Row(row) => rows.push(row),
			Said::Fill { words, lines } => {
				fill(network, &words, lines).await?;
				input.write_all(b"\n").await?;
			},
		}
	}
	ensure!(process.wait().await?.success(), "measuring in the browser failed");
	rows.extend(building()?);
	Ok(rows)
}

/// Changes a consent of this account until its log has this many lines.
async fn fill(network: &Network, words: &str, lines: u64) -> Result<()> {
	let chain = Chain::connect(&network.node_url()).await?;
	let patient = keypair(words)?;
	let account = patient.account();
	loop {
		let at = chain.finalized().await?;
		let (there, _) = at.audit_head(&account).await?;
		if there >= lines {
			return Ok(());
		}
		let (grantee, consent) = at
			.all_consents_of(&account)
			.await?
			.into_iter()
			.next()
			.context("there is no consent")?;
		let count = BATCH.min(usize::try_from(lines - there)?);
		let calls = (0..count).map(|index| {
			let mut terms = consent.terms.clone();
			let revision = u16::try_from(index).unwrap_or_default().wrapping_add(consent.revision);
			terms.valid_until = Some(4_000_000_000 + u64::from(revision));
			ConsentCall::amend {
				grantee: grantee.clone(),
				id: consent.id,
				revision,
				terms,
				text: consent.text,
			}
			.into()
		});
		chain.submit(&patient, batch_all(calls.collect())).await?;
	}
}

/// How long the wallet's build takes after a change of the page, and after one of the core.
fn building() -> Result<Vec<Row>> {
	eprintln!("measuring the wallet's build …");
	let mut rows = Vec::new();
	for (what, file, target) in
		[("page", "wallet/page/src/main.tsx", 3.0), ("core", "wallet/core/src/lib.rs", 60.0)]
	{
		std::fs::File::options()
			.append(true)
			.open(checkout().join(file))?
			.set_modified(std::time::SystemTime::now())?;
		let start = Instant::now();
		let status = Command::new(checkout().join("scripts/wallet"))
			.arg("--quiet")
			.stdin(Stdio::null())
			.stdout(Stdio::null())
			.status()?;
		ensure!(status.success(), "the wallet could not be built");
		let took = start.elapsed().as_secs_f64();
		rows.push(
			Row::new(
				&format!("`make wallet` after a change of the {what}"),
				format!("{took:.1} s"),
				"nothing else changed".into(),
				&format!("at most {target:.0} s"),
			)
			.ratio(took / target),
		);
	}
	Ok(rows)
}

/// The checkout, where the browser's tests are.
fn checkout() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
