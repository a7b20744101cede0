//! `vouchsafe consent stop` and `vouchsafe consent resume`.

use crate::{
	args::Agreement,
	commands::{agree, moment, time_of},
	dates,
	english::{teller, ENGLISH},
	output::{write_error, Output},
	session::Session,
};
use anyhow::{bail, Result};
use serde_json::json;
use vouchsafe_agent::stop::{self, Stop};

/// Stops everything, or amends the stop that is in force.
pub(super) async fn stop(session: &Session, wanted: Stop, agreement: Agreement) -> Result<Output> {
	let me = session.me()?.account();
	if stop::of(session, &me).await?.iter().any(|it| it.stop == wanted) {
		bail!("everything is stopped already: `vouchsafe consent resume` lifts it");
	}
	let labels = Default::default();
	let teller = teller(&session.names, &labels);
	let notes = teller.stop(wanted.allows_adding, wanted.binds_emergencies);
	write_error(&format!("{}\n\n", notes.join("\n")));
	agree(&stop::sentence(session, wanted).await?, agreement)?;
	let done = stop::stop(session, wanted).await?;
	let since = moment(time_of(session, done.block).await, dates::now());
	Ok(Output::new(
		format!(
			"Everything is stopped since {since} (consent {}, block {}). `vouchsafe consent resume` lifts it.",
			done.id, done.block
		),
		json!({
			"consent": done.id,
			"block": done.block,
			"sentence": done.sentence,
			"allows_adding": wanted.allows_adding,
			"binds_emergencies": wanted.binds_emergencies,
		}),
	))
}

/// Lifts every stop.
pub(super) async fn resume(session: &Session, agreement: Agreement) -> Result<Output> {
	let me = session.me()?.account();
	let stops = stop::of(session, &me).await?;
	if stops.is_empty() {
		bail!("nothing is stopped, so there is nothing to resume");
	}
	let ids: Vec<_> = stops.iter().map(|it| it.consent.to_string()).collect();
	let ids = ENGLISH.and(&ids);
	agree(
		&format!("I revoke consent {ids}, which stops everything. My other consents count again."),
		agreement,
	)?;
	let lifted = stop::resume(session).await?;
	let labels = Default::default();
	let teller = teller(&session.names, &labels);
	let blocks: Vec<_> =
		lifted.iter().map(|(id, block)| json!({ "consent": id, "block": block })).collect();
	Ok(Output::new(teller.stop_is_lifted(), json!({ "lifted": blocks })))
}
