//! Vouchsafe's command line and reference client, as a library: what the commands do, without the
//! arguments ([`args`]) and the printing ([`commands`], [`output`]).
//!
//! - [`session`]: a connection, a key, and names; everything else takes one.
//! - [`author`]: adding records; [`journal`] is how that goes on after being killed.
//! - [`open`]: opening records; [`verify`]: checking every copy of one.
//! - [`consent`], [`request`], [`audit`], [`council`]: what their names say.
//! - [`import`]: a file that `vouchsafe_fhir` turned into records; [`labels`]: which bits say what
//!   is sensitive.
//! - [`english`]: consents, decisions and logs in sentences.
//! - [`keys`], [`names`], [`home`]: what is kept on this machine.
//! - [`file_names`], [`address`]: names of files, and addresses of nodes and custodians.

pub mod address;
pub mod args;
pub mod audit;
pub mod author;
pub mod commands;
pub mod consent;
pub mod council;
pub mod dates;
pub mod english;
pub mod file_names;
pub mod home;
pub mod import;
pub mod journal;
pub mod keys;
pub mod labels;
pub mod names;
pub mod open;
pub mod output;
pub mod request;
pub mod session;
pub mod verify;
