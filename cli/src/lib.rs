//! The `vouchsafe` command, as a library: arguments, commands, printing, files and the terminal. What
//! a person does is in [`vouchsafe_agent`], whose modules are named here too.
//!
//! - [`args`] has the arguments, and [`commands`] runs a command and prints its answer with
//!   [`output`]. [`advice`]: failures, with the commands that help.
//! - [`session`]: the command line as an agent's platform, and the settings of a session. Its parts
//!   are [`home`] with [`keys`], [`clock`] and [`progress`].
//! - [`files`]: documents that are added and opened. [`drafts`]: files that are being written.
//! - [`secrets`]: passphrases. [`evidence`]: what staff have seen. [`address`]: addresses of nodes and custodians. [`dates`]: months and
//!   moments.

pub mod address;
pub mod advice;
pub mod args;
pub mod clock;
pub mod commands;
pub mod dates;
pub mod drafts;
pub mod evidence;
pub mod files;
pub mod home;
pub mod keys;
pub mod output;
pub mod progress;
pub mod secrets;
pub mod session;

pub use vouchsafe_agent::{
	assist, audit, author, consent, council, english, file_names, import, label_keys, labelling,
	labels, names, open, overlap, own_shares, registrar, request, verify,
};
