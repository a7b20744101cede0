//! `vouchsafe study list` and `show`.

use super::{describe, with_protocol};
use crate::{
	commands::account_json,
	dates::show_moment,
	english::{teller, ENGLISH},
	names::Names,
	output::{table, Output},
	session::{At, Session},
};
use anyhow::Result;
use serde_json::{json, Value};
use vouchsafe_agent::study::{
	asking, choice,
	mine::end_of_year,
	rounds,
	rounds::{FoundStudy, Step, Turn},
};
use vouchsafe_client::chain::{AccountId, AccountKind, RoundPhase, View, YEARLY_EPSILON};
use vouchsafe_fhir::study::Protocol;
use vouchsafe_speech::{lists_until, thousandths, Noun};

/// Lists studies.
pub(super) async fn list(session: &Session, all: bool) -> Result<Output> {
	let mut found = rounds::all(session).await?;
	found.retain(|it| all || !it.study.stage.has_ended());
	let now = session.finalized().await?.time().await?;
	let (mut rows, mut json) = (Vec::new(), Vec::new());
	for it in &found {
		let terms = &it.study.terms;
		let results = match it.study.stage.has_ended() {
			true => Some(rounds::with_results(session, it).await?),
			false => None,
		};
		rows.push(vec![
			it.id.to_string(),
			ENGLISH.phrase(it.study.stage),
			round_in_words(it, results.as_deref(), now),
			format!("{} × {}", thousandths(terms.epsilon), terms.rounds),
			session.names.show(&it.study.researcher),
		]);
		let mut shown = study_json(session, it);
		if let Some(results) = results {
			shown["results"] = json!(results);
		}
		json.push(shown);
	}
	let text = match found.is_empty() {
		true => "There are no open studies. `vouchsafe study list --all` also lists those that have ended."
			.to_owned(),
		false => table(&["STUDY", "STAGE", "ROUND", "ε × ROUNDS", "RESEARCHER"], &rows),
	};
	Ok(Output::new(text, json!({ "studies": json })))
}

/// The current round. Of a study that has ended, the rounds that have results.
fn round_in_words(found: &FoundStudy, results: Option<&[u8]>, now: u64) -> String {
	match (results, found.phase_in_words(now)) {
		(Some(results), _) => results_in_words(results),
		(None, Some(phase)) => format!("{}: {phase}", found.study.round),
		(None, None) => "none yet".into(),
	}
}

fn results_in_words(rounds: &[u8]) -> String {
	match rounds {
		[] => "no results".into(),
		[round] => format!("result of round {round}"),
		rounds => {
			let rounds: Vec<_> = rounds.iter().map(ToString::to_string).collect();
			format!("results of rounds {}", ENGLISH.and(&rounds))
		},
	}
}

fn study_json(session: &Session, found: &FoundStudy) -> Value {
	let accounts =
		|all: &[AccountId]| -> Vec<_> { all.iter().map(|it| account_json(session, it)).collect() };
	let round = found.study.current.as_ref().map(|round| {
		json!({
			"round": found.study.round,
			"phase": phase_word(&round.phase),
			"people": round.people,
			"contributors": round.contributors,
			"attempt": attempt(&round.phase),
			"lists_until": found.frozen().map(|(_, until, _)| lists_until(&found.study.terms, until)),
			"reports_until": found.frozen().map(|(_, until, _)| until),
			"committed": accounts(&round.committed),
			"revealed": accounts(&round.revealed),
		})
	});
	json!({
		"study": found.id,
		"stage": found.study.stage.word(),
		"accepted": found.study.keys.iter().map(|(it, _)| account_json(session, it)).collect::<Vec<_>>(),
		"researcher": account_json(session, &found.study.researcher),
		"proposed_at": found.study.proposed_at,
		"epsilon": f64::from(found.study.terms.epsilon) / 1000.0,
		"rounds": found.study.terms.rounds,
		"spent": f64::from(found.study.spent) / 1000.0,
		"current": round,
	})
}

/// How often the reports were gathered again.
fn attempt(phase: &RoundPhase) -> Option<u8> {
	match phase {
		RoundPhase::Frozen { attempt, .. } | RoundPhase::Agreed { attempt, .. } => Some(*attempt),
		RoundPhase::Open { .. } | RoundPhase::Answered | RoundPhase::Lost(_) => None,
	}
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
	if found.study.stage.has_ended() {
		let results = rounds::with_results(session, &found).await?;
		lines.push(format!("{:13}{}", "Results:", results_in_words(&results)));
		json["results"] = json!(results);
	}
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
	if let (Some(round), Some(phase)) = (&study.current, found.phase_in_words(now)) {
		lines.push(format!(
			"{:13}{phase}. Contributed: {} by {}",
			format!("Round {}:", study.round),
			ENGLISH.count(Noun::Person, usize::try_from(round.people).unwrap_or(usize::MAX)),
			match round.contributors {
				1 => "1 contributor".to_owned(),
				many => format!("{many} contributors"),
			}
		));
	}
	lines.extend(found.turn(now).map(|turn| turn_in_words(names, &turn)));
	lines
}

/// Who has done what the study waits for, and who has not.
fn turn_in_words(names: &Names, turn: &Turn) -> String {
	let label = match turn.step {
		Step::Accept => "Accepted",
		Step::Agree => "Committed",
		Step::Reveal => "Revealed",
	};
	let all = |accounts: &[AccountId]| match accounts {
		[] => "nobody".to_owned(),
		accounts => ENGLISH.and(&accounts.iter().map(|it| names.show(it)).collect::<Vec<_>>()),
	};
	format!("{:13}{}. Not yet: {}", format!("{label}:"), all(&turn.done), all(&turn.missing))
}

/// What a round costs somebody who has this much left until a moment.
pub(super) fn cost(epsilon: u32, left: u32, until: u64) -> String {
	format!(
		"A round costs you {} of your privacy budget. You have {} of {} left until {}.",
		thousandths(epsilon),
		thousandths(left),
		thousandths(YEARLY_EPSILON),
		show_moment(until)
	)
}

/// The user, if the user is a patient.
pub(super) async fn patient(session: &Session, at: &At) -> Result<Option<AccountId>> {
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
	if found.study.stage.has_ended() {
		let said = ENGLISH.study_counts_nobody();
		let json = json!({ "counted": false, "sentence": said });
		return Ok((vec![said], json));
	}
	let decision = at.may_count(found.id, me).await?;
	let left = at.epsilon_left(me).await?;
	let consents = choice::choices(session).await?;
	let labels = session.labels_of(me).await?;
	let teller = teller(&session.names, &labels);
	let terms = &found.study.terms;
	let counts = decision.is_permit() && left >= terms.epsilon;
	let said =
		teller.study_decision(&asking(&ENGLISH, found, protocol), &decision, &consents, left);
	let json = json!({
		"counted": counts,
		"decision": format!("{decision:?}"),
		"sentence": said,
		"epsilon_left": f64::from(left) / 1000.0,
	});
	let until = end_of_year(at.time().await?);
	Ok((vec![said, cost(terms.epsilon, left, until)], json))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn who_is_missing_is_named() {
		let [one, other] = [1, 2].map(|id| AccountId::new([id; 32]));
		let mut names = Names::default();
		names.add_institution("Health Authority", one.clone());
		names.add_institution("Hospital C", other.clone());
		let mut turn = Turn { step: Step::Accept, done: vec![one.clone()], missing: vec![other] };
		let said = turn_in_words(&names, &turn);
		assert_eq!(said, "Accepted:    Health Authority. Not yet: Hospital C");
		turn = Turn { step: Step::Reveal, done: vec![], missing: vec![one] };
		let said = turn_in_words(&names, &turn);
		assert_eq!(said, "Revealed:    nobody. Not yet: Health Authority");
	}

	#[test]
	fn rounds_with_results_are_named() {
		assert_eq!(results_in_words(&[]), "no results");
		assert_eq!(results_in_words(&[0]), "result of round 0");
		assert_eq!(results_in_words(&[0, 1, 4]), "results of rounds 0, 1 and 4");
	}

	#[test]
	fn a_cost_names_the_end_of_the_year() {
		let said = cost(1_000, 9_000, end_of_year(1_795_700_000));
		let expected = "You have 9 of 10 left until 2026-12-18 00:00 UTC.";
		assert!(said.ends_with(expected), "{said}");
	}
}
