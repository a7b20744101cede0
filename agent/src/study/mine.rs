//! What a patient was counted in, and the privacy budget that is left.

use std::collections::BTreeMap;
use vouchsafe_protocol::types::{AccountId, LogEntry, LogEvent, StudyId, LEDGER_YEAR};

/// The rounds in which a log says that the patient was contributed: study, round, and by whom.
pub fn contributed(log: impl IntoIterator<Item = LogEntry>) -> BTreeMap<(StudyId, u8), AccountId> {
	let counted = |entry: LogEntry| match entry.event {
		LogEvent::Counted { study, round, contributor } => Some(((study, round), contributor)),
		_ => None,
	};
	log.into_iter().filter_map(counted).collect()
}

/// When the year of this moment ends, as the ledgers reckon years.
pub fn end_of_year(now: u64) -> u64 {
	now.checked_div(LEDGER_YEAR).unwrap_or_default().saturating_add(1).saturating_mul(LEDGER_YEAR)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_year_of_the_budget_ends_on_a_day() {
		let first = end_of_year(0);
		assert_eq!((end_of_year(first - 1), end_of_year(first)), (first, 2 * first));
	}

	#[test]
	fn the_log_says_who_contributed() {
		let [patient, hospital] = [9, 1].map(|id| AccountId::new([id; 32]));
		let entry = |event| LogEntry {
			signer: patient.clone(),
			origin: patient.clone(),
			acting_for: None,
			purpose: None,
			event,
		};
		let counted = |round| LogEvent::Counted { study: 3, round, contributor: hospital.clone() };
		let log = [entry(LogEvent::Enrolled), entry(counted(1)), entry(counted(0))];
		let found: Vec<_> = contributed(log).into_iter().collect();
		assert_eq!(found, [((3, 0), hospital.clone()), ((3, 1), hospital)]);
	}
}
