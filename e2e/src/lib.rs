//! The story, tests and measurements across real processes: nodes, custodians, Kubo, and the
//! command that people use. Nothing here stands in for the real thing.

pub mod acts;
pub mod data;
pub mod delay;
pub mod kubo;
pub mod measure;
pub mod network;
pub mod process;
pub mod scan;
pub mod story;
pub mod tap;
pub mod user;
pub mod ward;

/// Says once which cryptography TLS uses here: ring, as everywhere else.
pub fn install_crypto() {
	let _ = rustls::crypto::ring::default_provider().install_default();
}
