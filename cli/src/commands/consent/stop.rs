//! `vouchsafe consent stop` and `vouchsafe consent resume`.

use crate::{
	args::Agreement,
	commands::{acting::repeated, agree_for, moment, time_of},
	dates,
	english::{teller, ENGLISH},
	output::{write_error, Output},
	session::Session,
};
use anyhow::{bail, Result};
use serde_json::json;
use vouchsafe_agent::{
	acting, consent,
	stop::{self, Stop},
};

/// Stops everything, or amends the stop that is in force.
pub(super) async fn stop(session: &Session, wanted: Stop, agreement: Agreement) -> Result<Output> {
	let resume = format!("`vouchsafe consent resume{}` lifts it", repeated(session));
	if stop::is_there(session, wanted).await? {
		bail!("everything is stopped already: {resume}");
	}
	let sentence = stop::sentence(session, wanted).await?;
	let labels = Default::default();
	let teller = teller(&session.names, &labels);
	let mut notes = teller.stop(wanted.allows_adding, wanted.binds_emergencies);
	if let (Some(note), Some(first)) =
		(acting::note_of_deny(session, &Stop::GRANTEE, &wanted.terms()).await?, notes.first_mut())
	{
		*first = format!("{note} Nobody else can read them, and no study counts the patient.");
	}
	write_error(&format!("{}\n\n", notes.join("\n")));
	agree_for(session, &sentence, agreement)?;
	let done = stop::stop(session, wanted).await?;
	let since = moment(time_of(session, done.block).await, dates::now());
	Ok(Output::new(
		format!(
			"Everything is stopped since {since} (consent {}, block {}). {resume}.",
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
	let stops = stop::of(session, &session.patient()?).await?;
	if stops.is_empty() {
		bail!("nothing is stopped, so there is nothing to resume");
	}
	for stopped in &stops {
		consent::find_to_change(session, stopped.consent).await?;
	}
	let ids: Vec<_> = stops.iter().map(|it| it.consent.to_string()).collect();
	let ids = ENGLISH.and(&ids);
	agree_for(
		session,
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
