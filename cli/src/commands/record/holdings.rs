//! `vouchsafe record holdings`: which institutions hold a patient's records, and who may hold keys.

use crate::{
	audit,
	commands::{account_json, audit::times_of, ensure_patient},
	dates::show_moment,
	english::{teller, ENGLISH},
	output::{table, Output},
	session::Session,
};
use anyhow::Result;
use serde_json::json;
use vouchsafe_agent::holdings::{self, Holding};
use vouchsafe_client::chain::AccountId;

const HEAD: [&str; 5] = ["INSTITUTION", "WROTE", "ANSWERS FOR", "KEY SHARES OF", "SINCE"];

pub(super) async fn run(session: &Session, patient: &AccountId) -> Result<Output> {
	let at = session.finalized().await?;
	ensure_patient(session, &at, patient).await?;
	session.me()?;
	let acting_for = match session.is_patient(patient) {
		true => None,
		false => session.acting_for(None).await?,
	};
	let log = audit::read(session, patient, acting_for.as_ref(), None).await?;
	let found = holdings::read(session, patient, log.entries()).await?;
	let blocks = found.institutions.values().filter_map(|it| Some(it.since?.block));
	let times = times_of(session, blocks).await;
	let mut rows = Vec::new();
	let mut json = Vec::new();
	for (institution, Holding { wrote, answers_for, keys, since }) in &found.institutions {
		let time = since.and_then(|since| since.time.or(times.get(&since.block).copied()));
		let said = match (since, time) {
			(_, Some(time)) => show_moment(time),
			(Some(since), None) => format!("block {}", since.block),
			(None, None) => String::new(),
		};
		rows.push(vec![
			session.names.show(institution),
			wrote.to_string(),
			answers_for.to_string(),
			keys.to_string(),
			said,
		]);
		json.push(json!({
			"institution": account_json(session, institution),
			"wrote": wrote,
			"answers_for": answers_for,
			"keys": keys,
			"since": since.map(|since| json!({ "block": since.block, "time": time })),
		}));
	}
	rows.sort();
	let labels = Default::default();
	let teller = teller(&session.names, &labels);
	let (holders, countries) = match &found.choice {
		Some(choice) => (&choice.holders[..], &choice.countries[..]),
		None => (&[][..], &[][..]),
	};
	let mut text = match rows.is_empty() {
		true => "No institution holds records.".to_owned(),
		false => table(&HEAD, &rows),
	};
	let members = found
		.allowed
		.iter()
		.map(|member| format!("{} ({})", session.names.show(&member.account), member.country));
	let mut members: Vec<_> = members.collect();
	members.sort();
	text += &format!("\n\n{}", teller.may_hold(holders, countries));
	text += &format!("\nThese can hold them now: {}.", ENGLISH.and(&members));
	let allowed: Vec<_> = found
		.allowed
		.iter()
		.map(|member| json!({ "institution": account_json(session, &member.account), "country": member.country }))
		.collect();
	Ok(Output::new(text, json!({ "institutions": json, "may_hold_keys": allowed })))
}
