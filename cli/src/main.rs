//! The `vouchsafe` command. What it does stands in the library; see [`vouchsafe_cli::commands`].

use clap::Parser;
use std::process::ExitCode;
use vouchsafe_cli::{args::Cli, commands};

#[tokio::main]
async fn main() -> ExitCode {
	commands::main(Cli::parse()).await
}
