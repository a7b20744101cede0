//! The client protocol without I/O: what a client sends to the chain and to custodians, and how it
//! checks their answers. The command line, the custodian and the wallet share it.
//!
//! What a client sends:
//! - [`runtime`]: the chain's types, generated from its metadata (`metadata.scale`), and [`types`],
//!   the ones that clients name.
//! - [`calls`]: calls as [`RuntimeCall`](calls::RuntimeCall), alone, in a batch or in a multisig.
//! - [`extrinsics`]: signed calls, encoded.
//! - [`api`] and [`storage`]: what can be read at a block, as bytes.
//! - [`messages`]: the requests and answers of a custodian's REST API, and [`rest`], its client.
//! - [`signing`]: who signs, signed requests, and the texts that enrollees, new keys and accounts that delegate
//!   sign.
//! - [`extension`]: what wallets in browser extensions are asked to sign.
//! - [`qr`]: what QR codes at a registration desk contain.
//!
//! What it checks:
//! - [`events`]: the result of a call, and the entries that a block appended to patients' logs.
//! - [`compatibility`]: whether a block's runtime has the calls, functions and values that are used.
//! - [`errors`]: errors, with messages that say what to do.
//! - [`cid`]: the CID that every node computes for the same bytes.
//! - [`openings`]: the shares that custodians release, and the secret that they combine to.
//! - [`decider`]: what a patient's consents say, decided in memory.
//! - [`representatives`]: who acts for a patient, and whether each representation is in force.
//! - [`log_file`]: a patient's log as a file that anybody can verify.
//! - [`proof`]: that a block is final, what its state has, and which calls are in it.
//! - [`proven`]: the chain as of a block, of which the node's answers are proven.
//! - [`release`]: what a release of the wallet has, and whether the council has published it.
//! - [`remote`]: the chain over custodians, for a wallet that reaches no node.
//! - [`holders`]: who can hold the shares of a new version.
//!
//! `vouchsafe-client` implements the [`traits`] and the [transport](rest::Transport) with sockets. A
//! wallet in a browser brings its own transport.

pub mod api;
pub mod calls;
pub mod cid;
mod codegen;
#[cfg_attr(target_family = "wasm", path = "compatibility/own.rs")]
pub mod compatibility;
pub mod decider;
mod dispatch;
pub mod errors;
pub mod events;
pub mod extension;
pub mod extrinsics;
pub mod holders;
pub mod log_file;
pub mod messages;
pub mod nonces;
pub mod openings;
pub mod proof;
pub mod proven;
pub mod qr;
pub mod release;
pub mod remote;
pub mod representatives;
pub mod rest;
pub mod signing;
pub mod storage;
pub mod traits;
pub mod types;

pub use codegen::{runtime, OPENING_LIFETIME};

/// The metadata from which this crate was generated, in format [`METADATA_FORMAT`].
pub const METADATA: &[u8] = include_bytes!("../metadata.scale");

/// The version of the metadata's format.
pub const METADATA_FORMAT: u32 = 16;
