//! The client protocol without I/O: what a client says to the chain and to custodians, and what it
//! checks of their answers. The command line, the wallet and the FHIR gateway share it.
//!
//! What a client says:
//! - [`runtime`]: the chain's types, generated from its metadata (`metadata.scale`), and [`types`],
//!   the ones that clients name.
//! - [`calls`]: a call is a [`RuntimeCall`](calls::RuntimeCall), on its own, in a batch or in a
//!   multisig.
//! - [`extrinsics`]: a signed call as bytes.
//! - [`api`] and [`storage`]: what can be read at a block, as bytes.
//! - [`messages`]: what a custodian's REST API takes and answers.
//! - [`signing`]: signed requests, and the text that an enrollee signs.
//!
//! What it checks:
//! - [`events`]: what became of a call, and what a block appended to patients' logs.
//! - [`errors`]: what can go wrong, in words that say what to do.
//! - [`cid`]: the CID that every node gives the same bytes.
//! - [`openings`]: the shares that custodians release, and the secret that they combine to.
//! - [`holders`]: who can hold the shares of a new version.
//!
//! The [`traits`] are implemented where there are sockets: by `vouchsafe-client`, and in the browser.

pub mod api;
pub mod calls;
pub mod cid;
mod codegen;
pub mod errors;
pub mod events;
pub mod extrinsics;
pub mod holders;
pub mod messages;
pub mod openings;
pub mod signing;
pub mod storage;
pub mod traits;
pub mod types;

pub use codegen::{runtime, OPENING_LIFETIME};

/// The metadata from which this crate was generated, in format [`METADATA_FORMAT`].
pub const METADATA: &[u8] = include_bytes!("../metadata.scale");

/// The version of the metadata's format.
pub const METADATA_FORMAT: u32 = 16;
