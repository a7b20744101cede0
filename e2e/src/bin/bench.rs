//! `make bench`: measures, and prints each figure beside a reference from the same run.

use anyhow::{Context, Result};
use clap::Parser;
use vouchsafe_e2e::measure;

/// Measures the chain, the custodians, the vault and the wallet, and prints a table.
#[derive(Debug, Parser)]
struct Options {
	/// Print JSON instead of a table.
	#[arg(long)]
	json: bool,
	/// Measure only the groups whose name contains this text: vault, research, chain, delay, opening,
	/// memory, tls, wallet.
	#[arg(long)]
	only: Option<String>,
	/// Count 100,000 people in studies, not 10,000. It takes more than an hour.
	#[arg(long)]
	large: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
	let options = Options::parse();
	let rows =
		measure::all(options.only.as_deref(), options.large).await.context("measuring failed")?;
	if options.json {
		println!("{}", serde_json::to_string_pretty(&rows)?);
	} else {
		print!("{}", measure::table(&rows));
	}
	Ok(())
}
