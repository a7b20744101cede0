//! Connections to nodes, custodians and Kubo. Implements the traits of [`vouchsafe_protocol`] for
//! native programs.
//!
//! - [`chain`]: a node's RPC. It reads at a block, and follows calls until they are final.
//! - [`proven`]: the same, but the answers are proven, so that the node need not be believed.
//! - [`custodian`]: a custodian's REST API.
//! - [`ipfs`]: Kubo's RPC. No other module speaks it.
//! - [`release`]: compares a wallet that somebody serves with its manifest.

pub mod chain;
pub mod custodian;
pub mod ipfs;
mod patience;
pub mod proven;
pub mod release;

pub use vouchsafe_protocol::{self as protocol, cid, messages};

/// Signed requests, and the text that an enrollee signs.
pub mod signing {
	pub use vouchsafe_protocol::signing::*;

	/// Seconds since 1970, by this machine's clock.
	pub fn now() -> u64 {
		use std::time::{SystemTime, UNIX_EPOCH};
		SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
	}
}
