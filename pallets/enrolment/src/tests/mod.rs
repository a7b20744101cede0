//! Tests, by what they are about.

mod admission;
mod affiliations;
mod door;
mod enrol;
mod status;

use crate::{mock::*, Event};

/// Checks the last event.
fn assert_last(event: Event<Test>) {
	System::assert_last_event(event.into());
}
