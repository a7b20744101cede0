//! Studies, and which records of a patient they leave out.

use crate::*;
use frame_support::traits::UnixTime;
use sp_runtime::SaturatedConversion;
use vouchsafe_primitives::{
	policy::{Decision, Reason, Subject},
	Category, RecordFacts, RecordId, ServicePeriod, StudyId,
};
use vouchsafe_support::{Consents as _, Records as _};

impl pallet_studies::Config for Runtime {
	type Enrolment = Enrolment;
	type Records = Records;
	type Consents = Consent;
	type AuditLog = Audit;
	type Time = Timestamp;
	type WeightInfo = pallet_studies::weights::SubstrateWeight<Runtime>;
}

/// The most records that [`withheld`] lists at once.
const MAX_LISTED: u32 = 256;

/// The patient's records of the study's sources that a deny takes out of the study, and those that
/// belong to another patient, after the one named.
pub fn withheld(
	id: StudyId,
	patient: AccountId,
	after: Option<RecordId>,
	limit: u32,
) -> Vec<(RecordId, Category, ServicePeriod)> {
	let Some(study) = pallet_studies::Studies::<Runtime>::get(id) else { return Vec::new() };
	let Some(actor) = Studies::acting(id, &study) else { return Vec::new() };
	let book = Consent::book(&patient, &actor);
	let now = <Timestamp as UnixTime>::now().as_secs();
	let question = Studies::question(&study, actor, patient.clone(), now);
	let is_withheld = |facts: &RecordFacts| {
		let mut question = question.clone();
		question.subject = Subject::Record(facts.clone());
		matches!(book.decide(&question), Decision::Refuse(Reason::Denied(_) | Reason::WrongPatient))
	};
	type Stored = pallet_records::Records<Runtime>;
	let records = match after {
		Some(after) => {
			Stored::iter_key_prefix_from(&patient, Stored::hashed_key_for(&patient, after))
		},
		None => Stored::iter_key_prefix(&patient),
	};
	records
		.filter_map(|record| Records::facts(&patient, &record))
		.filter(|facts| study.terms.sources.contains(facts.category) && is_withheld(facts))
		.map(|facts| (facts.id, facts.category, facts.service))
		.take(limit.min(MAX_LISTED).saturated_into())
		.collect()
}
