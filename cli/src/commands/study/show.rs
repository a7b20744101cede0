//! `vouchsafe study list`, `show` and `mine`.

use super::{describe, with_protocol};
use crate::{
	audit,
	commands::{account_json, consent::grantee_json},
	dates::{self, show_moment},
	english::{teller, ENGLISH},
	names::Names,
	output::{table, Output},
	session::{At, Session},
};
use anyhow::Result;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use vouchsafe_agent::study::{asking, choice, rounds, rounds::FoundStudy};
use vouchsafe_client::chain::{
	AccountId, AccountKind, Effect, LogEvent, RoundPhase, View, LEDGER_YEAR, YEARLY_EPSILON,
};
use vouchsafe_fhir::study::Protocol;
use vouchsafe_speech::thousandths;

/// Lists studies.
pub(super) async fn list(session: &Session, all: bool) -> Result<Output> {
	let mut found = rounds::all(session).await?;
	found.retain(|it| all || !it.study.stage.has_ended());
	let now = session.finalized().await?.time().await?;
	let (mut rows, mut json) = (Vec::new(), Vec::new());
	for it in &found {
		let terms = &it.study.terms;
		rows.push(vec![
			it.id.to_string(),
			ENGLISH.phrase(it.study.stage),
			round_in_words(it, now),
			format!("{} × {}", thousandths(terms.epsilon), terms.rounds),
			session.names.show(&it.study.researcher),
		]);
		json.push(study_json(session, it));
	}
	let text = match found.is_empty() {
		true => "There are no open studies. `vouchsafe study list --all` also lists those that have ended."
			.to_owned(),
		false => table(&["STUDY", "STAGE", "ROUND", "ε × ROUNDS", "RESEARCHER"], &rows),
	};
	Ok(Output::new(text, json!({ "studies": json })))
}

fn round_in_words(found: &FoundStudy, now: u64) -> String {
	match &found.study.current {
		Some(round) => format!("{}: {}", found.study.round, ENGLISH.round(&round.phase, now)),
		None => "none yet".into(),
	}
}

fn study_json(session: &Session, found: &FoundStudy) -> Value {
	let round = found.study.current.as_ref().map(|round| {
		json!({
			"round": found.study.round,
			"phase": phase_word(&round.phase),
			"people": round.people,
			"contributors": round.contributors,
		})
	});
	json!({
		"study": found.id,
		"stage": found.study.stage.word(),
		"researcher": account_json(session, &found.study.researcher),
		"proposed_at": found.study.proposed_at,
		"epsilon": f64::from(found.study.terms.epsilon) / 1000.0,
		"rounds": found.study.terms.rounds,
		"spent": f64::from(found.study.spent) / 1000.0,
		"current": round,
	})
}

/// A phase for machines.
fn phase_word(phase: &RoundPhase) -> &'static str {
	match phase {
		RoundPhase::Open { .. } => "open",
		RoundPhase::Frozen { .. } => "frozen",
		RoundPhase::Agreed { .. } => "agreed",
		RoundPhase::Answered => "answered",
		RoundPhase::Lost(_) => "lost",
	}
}

/// Shows a study.
pub(super) async fn show(session: &Session, study: u32) -> Result<Output> {
	let (found, protocol) = with_protocol(session, study).await?;
	let at = session.finalized().await?;
	let now = at.time().await?;
	let (researcher, terms) = (&found.study.researcher, &found.study.terms);
	let mut lines = in_lines(&session.names, &found, &protocol, now);
	let mut json = study_json(session, &found);
	if let (Some(json), Value::Object(terms)) =
		(json.as_object_mut(), describe::json(session, researcher, terms, &protocol))
	{
		json.extend(terms);
	}
	if let Some(me) = patient(session, &at).await? {
		let (said, decided) = covers(session, &at, &found, &protocol, &me).await?;
		lines.push(String::new());
		lines.extend(said);
		json["you"] = decided;
	}
	Ok(Output::new(lines.join("\n"), json))
}

/// A study and its round.
pub(super) fn in_lines(
	names: &Names,
	found: &FoundStudy,
	protocol: &Protocol,
	now: u64,
) -> Vec<String> {
	let study = &found.study;
	let mut lines = vec![format!("Study {}: {}.", found.id, ENGLISH.phrase(study.stage))];
	lines.extend(describe::lines(names, &study.researcher, &study.terms, protocol));
	if let Some(round) = &study.current {
		lines.push(format!(
			"{:13}{}. Contributed: {} people by {} contributors",
			format!("Round {}:", study.round),
			ENGLISH.round(&round.phase, now),
			round.people,
			round.contributors
		));
	}
	lines
}

/// What a round costs somebody who has this much left.
pub(super) fn cost(epsilon: u32, left: u32) -> String {
	format!(
		"A round costs you {} of your privacy budget. You have {} of {} left this year.",
		thousandths(epsilon),
		thousandths(left),
		thousandths(YEARLY_EPSILON)
	)
}

/// The user, if the user is a patient.
async fn patient(session: &Session, at: &At) -> Result<Option<AccountId>> {
	let Some(me) = &session.me else { return Ok(None) };
	let account = at.account(&me.account()).await?;
	Ok(account.filter(|it| it.kind == AccountKind::Patient).map(|_| me.account()))
}

/// What a study costs the user, and whether the user's consents cover it.
async fn covers(
	session: &Session,
	at: &At,
	found: &FoundStudy,
	protocol: &Protocol,
	me: &AccountId,
) -> Result<(Vec<String>, Value)> {
	let decision = at.may_count(found.id, me).await?;
	let left = at.epsilon_left(me).await?;
	let consents = choice::choices(session).await?;
	let labels = session.labels_of(me).await?;
	let teller = teller(&session.names, &labels);
	let terms = &found.study.terms;
	let counts = decision.is_permit() && left >= terms.epsilon;
	let said = teller.study_decision(&asking(found, protocol), &decision, &consents, left);
	let json = json!({
		"counted": counts,
		"decision": format!("{decision:?}"),
		"sentence": said,
		"epsilon_left": f64::from(left) / 1000.0,
	});
	Ok((vec![said, cost(terms.epsilon, left)], json))
}

/// Shows the user's choices, where the user was counted, and what is left of the budget.
pub(super) async fn mine(session: &Session) -> Result<Output> {
	let me = session.me()?.account();
	let at = session.finalized().await?;
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
	let counted = counted(&log);
	lines.push(String::new());
	match counted.is_empty() {
		true => lines.push("You were not counted in any study.".into()),
		false => lines.push("You were counted:".into()),
	}
	for ((study, round), by) in &counted {
		let by = session.names.show(by);
		lines.push(format!("  in round {round} of study {study}, by {by}"));
	}
	if let Err(unproven) = &proven {
		lines.push(format!("NOTE: {unproven}"));
	}
	let left = at.epsilon_left(&me).await?;
	lines.push(String::new());
	lines.push(format!(
		"Privacy budget: {} of {} left until {}.",
		thousandths(left),
		thousandths(YEARLY_EPSILON),
		show_moment(end_of_year(at.time().await?))
	));
	let counted: Vec<_> = counted
		.iter()
		.map(|((study, round), by)| {
			json!({ "study": study, "round": round, "contributor": account_json(session, by) })
		})
		.collect();
	let json = json!({
		"choices": choices_json,
		"counted": counted,
		"log_is_proven": proven.is_ok(),
		"epsilon_left": f64::from(left) / 1000.0,
	});
	Ok(Output { code: u8::from(proven.is_err()), ..Output::new(lines.join("\n"), json) })
}

/// The rounds in which a log says that the patient was contributed, and by whom.
fn counted(log: &audit::Log) -> BTreeMap<(u32, u8), AccountId> {
	let entries = log.entries().filter_map(|(_, entry)| entry);
	entries
		.filter_map(|entry| match entry.event {
			LogEvent::Counted { study, round, contributor } => Some(((study, round), contributor)),
			_ => None,
		})
		.collect()
}

/// When the year of this moment ends, as the ledgers reckon years.
fn end_of_year(now: u64) -> u64 {
	now.checked_div(LEDGER_YEAR).unwrap_or_default().saturating_add(1).saturating_mul(LEDGER_YEAR)
}
