//! `make bench`: measures, and prints each figure beside a reference from the same run.

use anyhow::{Context, Result};
use clap::Parser;
use vouchsafe_e2e::measure;

/// Measures the chain, the custodians and the vault, and prints a table.
#[derive(Debug, Parser)]
struct Options {
	/// Print JSON instead of a table.
	#[arg(long)]
	json: bool,
	/// Measure only the groups whose name contains this text: vault, chain, delay, opening, memory.
	#[arg(long)]
	only: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
	let options = Options::parse();
	let rows = measure::all(options.only.as_deref()).await.context("measuring failed")?;
	if options.json {
		println!("{}", serde_json::to_string_pretty(&rows)?);
	} else {
		print!("{}", measure::table(&rows));
	}
	Ok(())
}
