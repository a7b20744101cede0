//! The story, the end-to-end tests and the measurements. They run the real programs as processes:
//! nodes, custodians, Kubo and the `vouchsafe` command.

pub mod adding;
pub mod attack;
pub mod authored;
pub mod care;
pub mod commands;
pub mod consenting;
pub mod data;
pub mod delay;
pub mod disk;
pub mod founding;
pub mod front;
pub mod kubo;
pub mod liar;
pub mod measure;
pub mod members;
pub mod network;
pub mod process;
pub mod proxy;
pub mod recorder;
pub mod research;
pub mod scan;
pub mod scenario;
pub mod secured;
pub mod story;
pub mod user;
pub mod websocket;

/// Sets the cryptography of TLS for this process: ring, as in all our programs.
pub fn install_crypto() {
	let _ = rustls::crypto::ring::default_provider().install_default();
}
