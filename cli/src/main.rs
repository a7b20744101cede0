//! The `vouchsafe` command. The library does the work; see [`vouchsafe_cli::commands`].

use clap::Parser;
use std::process::ExitCode;
use vouchsafe_cli::{args::Cli, commands};

#[tokio::main]
async fn main() -> ExitCode {
	match Cli::try_parse() {
		Ok(cli) => commands::main(cli).await,
		Err(usage) => commands::print_usage(&usage),
	}
}
