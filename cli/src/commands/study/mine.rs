//! `vouchsafe study mine`.

use super::show::patient;
use crate::{
	audit,
	commands::{account_json, consent::grantee_json},
	dates::{self, show_moment},
	english::teller,
	output::Output,
	session::Session,
};
use anyhow::{ensure, Result};
use serde_json::json;
use vouchsafe_agent::study::{choice, mine};
use vouchsafe_client::chain::{Effect, View, YEARLY_EPSILON};
use vouchsafe_speech::thousandths;

/// Shows the user's choices, to which rounds the user was contributed, and what is left of the budget.
pub(super) async fn run(session: &Session) -> Result<Output> {
	let me = session.me()?.account();
	let at = session.finalized().await?;
	ensure!(
		patient(session, &at).await?.is_some(),
		"only patients have choices about studies, and {} is not a patient",
		session.names.show(&me)
	);
	let now = dates::now();
	let labels = session.labels_of(&me).await?;
	let teller = teller(&session.names, &labels);
	let mut lines = Vec::new();
	let mut choices_json = Vec::new();
	let choices = choice::choices(session).await?;
	for (grantee, consent) in &choices {
		lines.push(format!(
			"Consent {} ({}): {}",
			consent.id,
			teller.consent_state(consent, now),
			teller.consent(grantee, &consent.terms)
		));
		choices_json.push(json!({
			"consent": consent.id,
			"grantee": grantee_json(session, grantee),
			"permits": consent.terms.effect == Effect::Permit,
		}));
	}
	if choices.is_empty() {
		lines.push(
			"You have made no choice, so no study counts you. `vouchsafe study choose` makes one."
				.into(),
		);
	}
	let log = audit::read(session, &me, None, None).await?;
	let proven = audit::verify(session, &log, None).await?;
	let contributed = mine::contributed(log.entries().filter_map(|(_, entry)| entry));
	lines.push(String::new());
	match contributed.is_empty() {
		true => lines.push("You were not contributed to any study.".into()),
		false => lines.push("You were contributed to:".into()),
	}
	for ((study, round), by) in &contributed {
		let by = session.names.show(by);
		lines.push(format!("  round {round} of study {study}, by {by}"));
	}
	if !contributed.is_empty() {
		lines.push(
			"Each of these rounds uses some of your privacy budget, also if it gets no result or you leave \
			 before it is frozen."
				.into(),
		);
	}
	if let Err(unproven) = &proven {
		lines.push(format!("NOTE: {unproven}"));
	}
	let left = at.epsilon_left(&me).await?;
	lines.push(String::new());
	lines.push(format!(
		"Privacy budget: {} of {} left until {}. Then a new year of it begins.",
		thousandths(left),
		thousandths(YEARLY_EPSILON),
		show_moment(mine::end_of_year(at.time().await?))
	));
	let contributed: Vec<_> = contributed
		.iter()
		.map(|((study, round), by)| {
			json!({ "study": study, "round": round, "contributor": account_json(session, by) })
		})
		.collect();
	let json = json!({
		"choices": choices_json,
		"contributed": contributed,
		"log_is_proven": proven.is_ok(),
		"epsilon_left": f64::from(left) / 1000.0,
	});
	Ok(Output { code: u8::from(proven.is_err()), ..Output::new(lines.join("\n"), json) })
}
