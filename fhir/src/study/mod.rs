//! Studies: the protocol of a question, and each person's answer from FHIR data.
//!
//! 1. [`Protocol`] reads the researcher's JSON: who belongs to the cohort, and what is counted. Its
//!    format is described in `docs/research.md`.
//! 2. [`Extraction`] reads bundles and NDJSON in one pass, in pieces of any size, and keeps for each
//!    person only what the protocol asks for.
//! 3. [`Extraction::finish`] gives an [`Answer`] for each person.
//!
//! *Invariants.* An entry that is marked as an error, that was refuted or that did not take place does
//! not count. An entry that is in the data twice counts once. Notices count, and name nobody.

mod answer;
mod codes;
mod description;
mod error;
mod exclusions;
mod extraction;
mod finding;
mod format;
mod moment;
mod notices;
mod people;
mod protocol;
mod queries;
mod splitter;
mod unit;

pub use answer::{Answer, Person};
pub use codes::CodeSystem;
pub use description::{DescribedExtractor, Description};
pub use error::{FileError, ProtocolError};
pub use exclusions::Exclusions;
pub use extraction::{Extracted, Extraction, FileReader};
pub use notices::{Notice, Noticed};
pub use protocol::{Protocol, MAX_PROTOCOL, OUTSIDE};
