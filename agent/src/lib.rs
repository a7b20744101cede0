//! What a person does with records, consents and requests, independent of the user interface.
//!
//! - [`session`]: a connection, a key and names, which all other modules use.
//! - [`author`]: adds records. [`journal`]: resumes adding after it was interrupted.
//! - [`open`]: opens records. [`verify`]: checks every copy of a record.
//! - [`consent`], [`request`], [`audit`], [`council`]: consents, access requests, logs and motions.
//! - [`import`]: adds the records that `vouchsafe_fhir` makes from a file. [`labels`]: the meanings
//!   of a patient's label bits.
//! - [`english`]: the language of sentences. [`dates`], [`file_names`], [`text`]: texts that people
//!   read and write.
//! - [`keys`], [`names`]: keys and address book.

pub mod audit;
pub mod author;
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
pub mod progress;
pub mod request;
pub mod session;
pub mod text;
pub mod verify;
