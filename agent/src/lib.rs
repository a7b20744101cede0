//! Does what a person does with records, consents and requests, independent of the user interface.
//! All I/O goes through traits: `vouchsafe_protocol`'s for the chain and the custodians, and those of
//! [`platform`] for everything else.
//!
//! - [`session`]: connections, a key, stored things and names, which all other modules use. [`acting`]: acts
//!   for a patient, as a representative.
//! - [`author`]: adds records. [`journal`]: resumes adding after it was interrupted.
//! - [`open`]: opens records. [`verify`]: checks every copy of a record.
//! - [`consent`], [`request`], [`audit`], [`council`]: consents, access requests, logs and motions.
//!   [`assist`]: consents that clinicians enter for a patient.
//! - [`import`]: adds the records that `vouchsafe_fhir` makes from a file. [`labels`]: the words of a
//!   patient's labels. [`label_keys`]: the key of their tags, and who has it. [`labelling`]: adds labels to
//!   a record.
//! - [`access`]: who may read which records. [`preview`]: what a consent would change. [`stop`]: one deny
//!   for everyone. [`history`]: the log as people read it. [`holdings`]: which
//!   institutions hold the records.
//! - [`practice`]: a practitioner's own requests, and what is open to a practitioner.
//! - [`overlap`]: consents that let the same people in. [`staff`]: what takes two of an institution's
//!   staff. [`registrar`]: the registration desk. [`recovery`]: guardians, and new keys for accounts.
//!   [`representation`]: who acts for patients, and patients without a key. [`evidence`]: what staff have seen.
//! - [`keys`], [`names`]: keys and the address book. [`backup`]: the printed sheet that restores an account.
//!   [`synced`]: what an account keeps for all its devices. [`pins`]: names and keys of the members, as they
//!   were seen first.
//! - [`readable`]: FHIR documents as headings, facts and tables.
//! - [`english`]: the language of sentences. [`dates`], [`difference`], [`file_names`], [`text`]: texts for
//!   people.
//!   [`advice`]: what a person can do about a failure.

pub mod access;
pub mod acting;
pub mod advice;
pub mod assist;
pub mod audit;
pub mod author;
pub mod backup;
pub mod consent;
pub mod council;
pub mod dates;
pub mod difference;
pub mod english;
pub mod evidence;
pub mod file_names;
mod hedge;
pub mod history;
pub mod holdings;
pub mod import;
pub mod journal;
pub mod keys;
pub mod label_keys;
pub mod labelling;
pub mod labels;
#[cfg(test)]
mod memory;
pub mod names;
pub mod open;
pub mod overlap;
pub mod own_shares;
pub mod pins;
pub mod platform;
pub mod practice;
pub mod preview;
pub mod readable;
pub mod recovery;
pub mod registrar;
pub mod representation;
pub mod request;
#[cfg(test)]
mod scripted;
pub mod session;
pub mod staff;
pub mod stop;
pub mod study;
pub mod synced;
pub mod text;
mod unicode;
pub mod verify;
