//! The Vouchsafe node. It makes, finalises and stores the chain's blocks, and answers questions
//! about the chain by JSON-RPC.
//!
//! - `chain_spec`: the networks that the node knows by name, and those that it reads from files.
//! - `cli`, `command`: the command line.
//! - `found`: founding a network from its members' cards.
//! - `live`: what a node of a network that people use refuses.
//! - `database`: makes ParityDB sync each change.
//! - `service`: builds a node from its parts; `client` names their types.
//! - `network`: builds the network; `members` says who may connect.
//! - `health`: asks a running node whether it answers. `peers`: writes its list of members' nodes.
//! - `local`: asks the node on this machine.
//! - `heartbeat`: when a validator leaves its slot empty.
//! - `rpc`: the methods that the node answers.

// The large error types are the SDK's.
#![allow(clippy::result_large_err)]

mod attendance;
mod chain_spec;
mod cli;
mod client;
mod command;
mod compiled;
mod database;
mod found;
mod health;
mod heartbeat;
mod live;
mod local;
mod members;
mod network;
mod observations;
mod peers;
mod recovery;
mod rpc;
mod service;

use std::process::ExitCode;

/// After load, a node keeps a third less memory with jemalloc than with the C library's allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
	match command::run() {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("Error: {error}");
			ExitCode::FAILURE
		},
	}
}
