//! Words and sentences for people: consents, requests, decisions, log entries, and the lists,
//! dates and counts in them. The texts are in [Project Fluent](https://projectfluent.org), one
//! folder per language under `locales/`.
//!
//! - [`Speech`]: the texts of one language, with phrases for [vocabularies](Phrase), lists, dates
//!   and counts.
//! - [`Teller`]: sentences about people and records, with the [names](Names) and
//!   [labels](LabelWords) that the reader knows.
//! - [`DocumentWord`]: headings and labels of readable documents; [`Speech`] has the rest of their words.
//!
//! *Invariant*: [`Teller::consent`] is the only function that makes the sentence of a consent, and
//! it uses every field of the terms. Different terms never make the same sentence.

mod access;
mod app;
mod consent;
mod countries;
mod dates;
mod decision;
mod foreign;
mod grantee;
mod language;
mod list;
mod log;
mod log_kind;
mod messages;
mod phrase;
mod readable;
mod representation;
mod request;
mod study;
mod teller;
mod wallet;

pub use access::{Change, Seen};
pub use decision::Asked;
pub use foreign::{is_invisible, mixes_scripts};
pub use language::{Speech, LANGUAGES};
pub use list::{Join, Noun};
pub use log_kind::LogKind;
pub use phrase::{Person, Phrase};
pub use readable::{DocumentWord, TimeUnit};
pub use representation::{Force, Mandate, Representation};
pub use request::AccessRequest;
pub use study::{lists_until, thousandths, AskingStudy};
pub use teller::{compared, short, short_among, LabelWords, Names, Teller};
pub use wallet::Counted;

#[cfg(test)]
mod tests;
