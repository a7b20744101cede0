//! The `vouchsafe` command, which is also the reference client, as a library. [`args`] has the
//! arguments, and [`commands`] runs a command and prints its answer with [`output`]. The other
//! modules do the work:
//!
//! - [`session`]: a connection, a key and names, which all other modules use.
//! - [`author`]: adds records. [`journal`]: resumes adding after the command was interrupted.
//! - [`open`]: opens records. [`verify`]: checks every copy of a record.
//! - [`consent`], [`request`], [`audit`], [`council`]: consents, access requests, logs and motions.
//! - [`import`]: adds the records that `vouchsafe_fhir` makes from a file. [`labels`]: the meanings
//!   of a patient's label bits.
//! - [`english`]: the language of sentences.
//! - [`keys`], [`names`], [`home`]: keys, address book and folder on this machine.
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
