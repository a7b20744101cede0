//! The `vouchsafe` command, as a library: arguments, commands, printing, files and the terminal. What
//! a person does is in [`vouchsafe_agent`], whose modules are named here too.
//!
//! - [`args`] has the arguments, and [`commands`] runs a command and prints its answer with
//!   [`output`].
//! - [`session`]: the settings of a session, and the connection that they describe.
//! - [`secrets`]: passphrases. [`address`]: addresses of nodes and custodians.

pub mod address;
pub mod args;
pub mod commands;
pub mod output;
pub mod secrets;
pub mod session;

pub use vouchsafe_agent::{
	audit, author, consent, council, dates, english, file_names, home, import, journal, keys,
	labels, names, open, request, verify,
};
