//! What takes two of an institution's staff: what the first of the two is told.

use crate::{dates::show_moment, output::Output, session::Session};
use anyhow::Result;
use serde_json::{json, Value};
use vouchsafe_client::chain::{
	events::{EnrolmentEvent, Event, Included},
	AccountId, Role, View, PROPOSAL_LIFETIME,
};

/// What was proposed.
pub(super) struct Proposal<'a> {
	/// For which institution.
	pub institution: &'a AccountId,
	/// What will be, in a sentence without its end.
	pub what: String,
	/// The command with which the second confirms it, after `vouchsafe --key NAME`.
	pub command: String,
	/// What it is about, for programs.
	pub json: Value,
}

/// Whether a call only proposed: a second one of the staff has to make it, too.
pub(super) fn is_proposed(included: &Included) -> bool {
	let proposed = |event: &Event| {
		matches!(event, Event::Enrolment(EnrolmentEvent::StaffProposed { .. })).then_some(())
	};
	included.find(proposed).is_some()
}

/// Tells the first of two who has to confirm what, until when, and how.
pub(super) async fn proposed(
	session: &Session,
	block: u32,
	proposal: Proposal<'_>,
) -> Result<Output> {
	let Proposal { institution, what, command, mut json } = proposal;
	let me = session.me()?.account();
	let at = session.finalized().await?;
	let registers = at
		.all_affiliations(&me)
		.await?
		.iter()
		.any(|(at, affiliation)| at == institution && affiliation.role == Role::Registrar);
	let second = if registers { "a clinician whose licence is attested" } else { "a registrar" };
	let time = super::time_of(session, block).await;
	let until = time.saturating_add(PROPOSAL_LIFETIME);
	let text = format!(
		"Proposed, and not done yet: {what}. By {}, {second} of {} has to confirm it. They \
		 run:\n  vouchsafe --key NAME {command}",
		show_moment(until),
		session.names.show(institution),
	);
	json["proposed"] = json!(true);
	json["confirm_before"] = json!(until);
	json["block"] = json!(block);
	Ok(Output::new(text, json))
}
