//! Studies: what researchers propose, in what patients agree to be counted, and what hospitals
//! contribute. [`vouchsafe_protocol::types`] has the types that chain and clients share.
//!
//! - [`rounds`]: finds studies, their rounds and results. [`protocol`]: their protocols in IPFS.
//! - [`proposal`]: proposes a study. [`choice`]: a patient's choices about studies.
//!   [`paper`]: the choices that patients gave on paper.
//! - [`unfinished`]: what is kept of a contribution until its round is over.
//! - [`people`]: the file that says which account is which patient of a hospital.
//! - [`contribution`]: contributes people to a round that is open. [`reporting`]: reports about them
//!   once it is frozen. [`counted`]: whether a report is in the tally.

pub mod choice;
pub mod contribution;
pub mod counted;
pub mod paper;
pub mod people;
pub mod proposal;
pub mod protocol;
pub mod reporting;
pub mod rounds;
pub mod unfinished;

#[cfg(test)]
pub(crate) mod aggregators;
#[cfg(test)]
mod fixtures;

use crate::{
	english::{teller, WithFingerprints},
	labels::LabelTable,
	names::Names,
};
use rounds::FoundStudy;
use vouchsafe_fhir::study::Protocol;
use vouchsafe_speech::{AskingStudy, Teller};

/// The language of what people read.
const LANGUAGE: &str = "en";

/// A study as its patients read it.
pub fn asking<'a>(found: &'a FoundStudy, protocol: &'a Protocol) -> AskingStudy<'a> {
	AskingStudy {
		id: found.id,
		researcher: &found.study.researcher,
		question: protocol.text(LANGUAGE),
		terms: &found.study.terms,
	}
}

/// What a patient reads of a study before agreeing to it: it shows a part of each account's address.
pub fn explained(names: &Names, found: &FoundStudy, protocol: &Protocol) -> String {
	let with_addresses = WithFingerprints(names);
	let labels = LabelTable::default();
	Teller { names: &with_addresses, ..teller(names, &labels) }.study(&asking(found, protocol))
}
