//! The wallet's core: keys, chain, custodians, sentences and proofs in a worker of the browser. The
//! page asks and shows, by [`messages`]. What the core needs of the browser is a [`host::Host`].
//!
//! *Invariants.* Secrets do not leave the worker, except the words that a person asks to see. The core
//! has no rules of its own: it uses `vouchsafe_agent`, as the command line does. Only what was shown is
//! signed ([`guard`]).

// An answer is a deep tree of futures.
#![recursion_limit = "512"]

// Public because natively only tests use it.
pub mod account;
pub mod app;
mod code;
pub mod device;
pub mod extension;
pub mod failure;
pub mod guard;
pub mod host;
pub mod keep;
pub mod messages;
pub mod platform;
pub mod unlocked;

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod browser;

#[cfg(test)]
mod tests;
