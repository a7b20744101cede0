//! Studies: what researchers propose, in what patients agree to be counted, and what hospitals
//! contribute. [`vouchsafe_protocol::types`] has the types that chain and clients share.
//!
//! - [`rounds`]: finds studies, their rounds and results. [`protocol`]: their protocols in IPFS.
//! - [`proposal`]: proposes a study. [`choice`]: a patient's choices about studies.
//!   [`mine`]: what the patient was counted in. [`paper`]: the choices that patients gave on paper.
//! - [`unfinished`]: what is kept of a contribution until its round is over.
//! - [`people`]: the file that says which account is which patient of a hospital.
//! - [`contribution`]: contributes people to a round that is open. [`reporting`]: reports about them
//!   once it is frozen. [`counted`]: whether a report is in the tally.

pub mod choice;
pub mod contribution;
pub mod counted;
pub mod mine;
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

use crate::{english::WithFingerprints, labels::LabelTable, names::Names};
use rounds::FoundStudy;
use vouchsafe_fhir::study::Protocol;
use vouchsafe_speech::{AskingStudy, Speech, Teller};

/// A study as its patients read it, with its question in their language if the protocol has it.
pub fn asking<'a>(
	speech: &Speech,
	found: &'a FoundStudy,
	protocol: &'a Protocol,
) -> AskingStudy<'a> {
	AskingStudy {
		id: found.id,
		researcher: &found.study.researcher,
		question: protocol.text(speech.language()),
		cohort: &protocol.description().cohort,
		terms: &found.study.terms,
	}
}

/// What a patient reads of a study before agreeing to it: it shows a part of each account's address.
pub fn explained(
	speech: &Speech,
	names: &Names,
	found: &FoundStudy,
	protocol: &Protocol,
) -> String {
	let (names, labels) = (&WithFingerprints(names), &LabelTable::default());
	Teller { speech, names, labels }.study(&asking(speech, found, protocol))
}
