//! `vouchsafe audit`.

use super::account_json;
use crate::{
	args::{AuditCommand, WhichLog},
	audit::{self, Log},
	output::Output,
	sentence::Teller,
	session::{Session, Settings},
	words::count,
};
use anyhow::Result;
use serde_json::json;
use vouchsafe_client::chain::AccountId;

pub(super) async fn run(settings: &Settings, command: AuditCommand) -> Result<Output> {
	let session = Session::connect(settings).await?;
	match command {
		AuditCommand::Show { which, last } => {
			let (log, _) = read(&session, &which).await?;
			let labels = session.labels_of(&log.patient)?;
			let teller = Teller { names: &session.names, labels: &labels };
			let skip = last.map_or(0, |last| log.lines.len().saturating_sub(last));
			let mut lines = Vec::new();
			let mut rows = Vec::new();
			for (line, entry) in log.entries().skip(skip) {
				let text = match &entry {
					Some(entry) => teller.log_entry(entry),
					None => "something that this program doesn't know: update it".into(),
				};
				lines.push(format!("{:>4}  block {:>7}  {text}", line.seq, line.block));
				rows.push(json!({
					"seq": line.seq,
					"block": line.block,
					"text": text,
					"signer": entry.as_ref().map(|it| account_json(&session, &it.signer)),
					"entry": line.entry.to_string(),
					"head": line.head.to_string(),
				}));
			}
			if lines.is_empty() {
				lines.push("The log is empty.".into());
			}
			lines.push(format!(
				"From {}. `vouchsafe audit verify` proves it against the chain.",
				session.names.show(&log.from)
			));
			Ok(Output::new(
				lines.join("\n"),
				json!({ "from": account_json(&session, &log.from), "entries": log.count, "lines": rows }),
			))
		},
		AuditCommand::Verify { which } => {
			let (log, acting_for) = read(&session, &which).await?;
			let from = session.names.show(&log.from);
			match audit::verify(&session, &log, acting_for.as_ref()).await? {
				Ok(()) => Ok(Output::new(
					format!(
						"The log from {from} is whole: its {} end in the head that the chain holds at block \
						 {}, 0x{}.",
						count(log.lines.len(), "entry"),
						log.block,
						hex::encode(log.head.0)
					),
					json!({
						"whole": true,
						"from": account_json(&session, &log.from),
						"entries": log.count,
						"block": log.block,
						"head": super::id_json(&log.head),
					}),
				)),
				Err(unproven) => Ok(Output {
					text: match unproven.entry {
						Some(entry) => {
							format!("{unproven}. The first entry that doesn't fit is {entry}.")
						},
						None => unproven.to_string(),
					},
					json: json!({
						"whole": false,
						"from": account_json(&session, &log.from),
						"entry": unproven.entry,
						"error": unproven.to_string(),
					}),
					found_wrong: true,
				}),
			}
		},
	}
}

async fn read(session: &Session, which: &WhichLog) -> Result<(Log, Option<AccountId>)> {
	let patient = super::patient(session, which.patient.as_deref())?;
	let from = which.from.as_ref().map(|from| session.names.resolve(from)).transpose()?;
	let acting_for = if session.me()?.account() == patient {
		None
	} else {
		session.acting_for(which.institution.as_deref()).await?
	};
	let log = audit::read(session, &patient, acting_for.as_ref(), from.as_ref()).await?;
	Ok((log, acting_for))
}
