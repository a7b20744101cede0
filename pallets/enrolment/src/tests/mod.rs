//! Tests, by what they are about.

mod affiliations;
mod enrol;
mod institutions;
mod lists;
mod staff;
mod status;

use crate::{mock::*, Event};
use vouchsafe_primitives::{audit::LogEvent, AccountId};
use vouchsafe_support::{doubles::Line, Enrolment as _};

/// Checks the last event.
fn assert_last(event: Event<Test>) {
	System::assert_last_event(event.into());
}

/// The lines of the patients' logs: whose, as whom, for which institution, what.
fn lines() -> Vec<(AccountId, AccountId, Option<AccountId>, LogEvent)> {
	let lines = Logs::all().into_iter();
	lines
		.map(|(patient, Line { origin, acting_for, purpose, event })| {
			assert_eq!(purpose, None);
			(patient, origin, acting_for, event)
		})
		.collect()
}

/// Whether the account may sign transactions, if it is known.
fn may_sign(account: &AccountId) -> Option<bool> {
	Enrolment::signatory(account).map(|signatory| signatory.may_sign)
}
