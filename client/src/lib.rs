//! What the custodian and the CLI share.
//!
//! - [`chain`]: the chain, known only through its metadata: reads at a block, submitting, events.
//! - [`messages`]: what a custodian's REST API takes and answers.
//! - [`signing`]: signed requests, and the text that an enrollee signs.
//! - [`custodian`]: a custodian's REST API, from the client's side.
//! - [`ipfs`]: Kubo's RPC, the only place that speaks it.
//! - [`cid`]: the CID that every node gives the same bytes, computed here.

pub mod chain;
pub mod cid;
pub mod custodian;
pub mod ipfs;
pub mod messages;
pub mod signing;

pub use subxt;
pub use subxt_signer;
