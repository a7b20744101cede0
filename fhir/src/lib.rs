//! Turns the exports of hospitals and apps into records: a FHIR R4 bundle, or any other file.
//!
//! It does no I/O: it takes and returns bytes. The steps, each in a module:
//!
//! 1. [`input`]: the kind of file. Each kind that cannot be read is refused with its own message.
//! 2. [`bundle`]: the bundle's entries, and what the bundle says about itself (pages, deletions,
//!    outcomes of a search).
//! 3. [`resource`]: what is needed of each resource: references, dates, labels, category.
//! 4. [`references`]: which resource refers to which.
//! 5. [`units`]: which resources make one record.
//! 6. [`records`]: the records themselves, each a valid and self-contained bundle.
//! 7. [`plan`]: the number of records of each kind.
//!
//! [`study`] reads the same data for another purpose: it counts people for a study.
//!
//! *Invariants.* Each resource of the input is in at least one record, byte for byte. No reference
//! that resolves in the input dangles in a record. Content that is left out, interpreted or not
//! understood is listed in [`Import::notices`].

#![cfg_attr(
	not(test),
	deny(
		clippy::indexing_slicing,
		clippy::unwrap_used,
		clippy::expect_used,
		clippy::panic,
		clippy::as_conversions,
		clippy::arithmetic_side_effects
	)
)]

pub mod bundle;
pub mod categories;
pub mod dates;
mod effort;
pub mod input;
pub mod labels;
pub mod notices;
pub mod patient;
pub mod plan;
pub mod records;
pub mod references;
pub mod resource;
pub mod study;
pub mod units;
pub mod version;

pub use dates::Months;
pub use input::Refusal;
pub use labels::Label;
pub use notices::Notice;
pub use patient::Identity;
pub use plan::{Plan, Sent};
pub use records::{About, Record};
pub use units::Unit;
pub use vouchsafe_primitives::{Category, Confidentiality};

use sha2::{Digest as _, Sha256};
use vouchsafe_primitives::ServiceMonth;

/// The media type of a record that is a FHIR bundle or resource.
pub const FHIR_JSON: &str = "application/fhir+json";

/// How an input is turned into records.
#[derive(Clone, Debug)]
pub struct Options {
	/// The unit that becomes one record.
	pub unit: Unit,
	/// The present month. Dates that lie too far ahead of it are placeholders.
	pub today: ServiceMonth,
	/// Accept a page of a search, or a search result that lacks entries.
	pub incomplete: bool,
}

/// The records of an input, and notices about it.
#[derive(Clone, Debug)]
pub struct Import {
	/// The records.
	pub records: Vec<Record>,
	/// Notices for the user.
	pub notices: Vec<Notice>,
	/// How many resources the input has. A file that is not a bundle counts as one.
	pub resources: usize,
	/// What the input says about the patient.
	pub patient: Option<Identity>,
	/// SHA-256 of the input.
	pub digest: [u8; 32],
}

impl Import {
	/// Counts the records that will be sent if the user changes nothing.
	pub fn plan(&self) -> Plan {
		Plan::of(self.records.iter().map(Sent::as_found))
	}
}

/// Turns an input into records. `name` is the file's name; its extension helps to tell JSON that is
/// damaged from a file of another kind.
pub fn import(bytes: &[u8], name: &str, options: &Options) -> Result<Import, Refusal> {
	let mut import = match input::read(bytes, name)? {
		input::Input::Bundle(text) => records::of_bundle(bytes, text, options)?,
		input::Input::Resource(text) => records::of_resource(bytes, text, options)?,
		input::Input::File => records::of_file(bytes),
	};
	import.digest = digest(bytes);
	Ok(import)
}

/// SHA-256.
pub(crate) fn digest(bytes: &[u8]) -> [u8; 32] {
	Sha256::digest(bytes).into()
}
