//! The node: makes, finalises and keeps the chain's blocks, and answers for them by RPC.
//!
//! - `chain_spec`: the networks that it knows by name.
//! - `cli`, `command`: the command line.
//! - `service`: how its parts are put together.
//! - `rpc`: what it can be asked.

// The errors are the SDK's.
#![allow(clippy::result_large_err)]

mod chain_spec;
mod cli;
mod command;
mod rpc;
mod service;

fn main() -> sc_cli::Result<()> {
	command::run()
}
