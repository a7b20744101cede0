//! What takes two of an institution's staff: what the first of the two is told.

use super::ask_to_go_on;
use crate::{
	args::Agreement,
	dates::{self, show_moment},
	output::Output,
	session::Session,
};
use anyhow::Result;
use serde_json::{json, Value};
use vouchsafe_agent::staff::{other_proposal, Waiting};
use vouchsafe_client::chain::{
	events::{EnrolmentEvent, Event, Included},
	AccountId, Role, StaffMatter, View, PROPOSAL_LIFETIME,
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

/// Asks before a proposal replaces another one that waits. One waits for each patient and institution.
pub(super) async fn ask_to_replace(
	session: &Session,
	patient: &AccountId,
	institution: &AccountId,
	matter: &StaffMatter,
	agreement: Agreement,
) -> Result<()> {
	match other_proposal(session, patient, institution, matter).await? {
		Some(waiting) => {
			let by = session.names.show(&waiting.by);
			ask_to_go_on(&waits(&waiting, &by), "Replace that proposal?", agreement)
		},
		None => Ok(()),
	}
}

/// Says that another proposal waits, and what it is.
fn waits(waiting: &Waiting, by: &str) -> String {
	let until = super::moment(waiting.until, dates::now());
	let what = match &waiting.sentence {
		Some(sentence) => sentence.clone(),
		None => format!(
			"{by} proposed something that is not known here, such as other labels, a representative, or a new key with \
			 other words for the evidence. Ask {by} what it is"
		),
	};
	format!(
		"NOTE: something else about this patient waits to be confirmed, until {until}:\n\n  {what}\n\nYour \
		 proposal replaces it."
	)
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
