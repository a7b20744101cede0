//! `vouchsafe record add --resume` and `--give-up`: work that was begun and not finished.

use super::{
	add::{added_output, patience},
	interrupted::interruptible,
};
use crate::{
	advice,
	args::{Adding, Agreement},
	author::{self, DocumentProgress, GivenUp, NotAdded, UnfinishedDocument},
	commands::{exit_code, id_json},
	english::ENGLISH,
	output::{self, line, Output},
	session::Session,
};
use anyhow::{bail, Result};
use serde_json::json;
use std::io::IsTerminal;
use vouchsafe_speech::short;

/// Resumes everything. If some of it fails, the rest is reported too.
pub(super) async fn resume(session: &Session, adding: &Adding) -> Result<Output> {
	let resuming = author::resume(session, patience(adding));
	let author::Resumed { added, mut failed } = interruptible(session, resuming).await?;
	match (&added[..], failed.len()) {
		([], 0) => {
			return Ok(Output::new("There is nothing to continue.", json!({ "records": [] })))
		},
		([], 1) => {
			if let Some(NotAdded { error, .. }) = failed.pop() {
				return Err(error);
			}
		},
		_ => {},
	}
	let mut output = added_output(session, &added);
	let mut lines = vec![output.text];
	for NotAdded { record, titles, error } in &failed {
		let title = titles.first().map_or_else(String::new, |title| line(title));
		lines.push(format!("{}  {title}: NOT ADDED: {}", short(record), advice::say(error)));
	}
	output.text = lines.join("\n").trim_start().to_owned();
	output.json["failed"] = failed
		.iter()
		.map(|it| {
			json!({
				"record": id_json(&it.record),
				"titles": it.titles,
				"error": advice::say(&it.error),
				"given_up": it.error.is::<GivenUp>(),
			})
		})
		.collect();
	output.code = match &failed[..] {
		[] => output.code,
		[first, rest @ ..] => {
			let code = exit_code(&first.error);
			if rest.iter().all(|it| exit_code(&it.error) == code) {
				code
			} else {
				1
			}
		},
	};
	Ok(output)
}

/// Gives up unfinished documents, after the user has seen what becomes of them.
pub(super) async fn give_up(
	session: &Session,
	named: &str,
	agreement: Agreement,
) -> Result<Output> {
	let unfinished = author::find_unfinished(session, named).await?;
	let documents = unfinished.documents.clone();
	let lines: Vec<_> = documents.iter().map(|it| fate(session, it)).collect();
	output::write_error(&format!("{}\n", lines.join("\n")));
	if !agreement.yes {
		if !std::io::stdin().is_terminal() {
			bail!("cannot ask whether to give this up without a terminal: add --yes to give it up");
		}
		if !output::ask("Give up?")? {
			bail!("nothing was given up");
		}
	}
	unfinished.give_up().await?;
	let titles: Vec<_> = documents.iter().map(|it| format!("“{}”", line(&it.title))).collect();
	let json: Vec<_> = documents
		.iter()
		.map(|it| {
			json!({
				"record": id_json(&it.record),
				"title": it.title,
				"on_chain": matches!(it.progress, DocumentProgress::OnChain { .. }),
				"lost": it.progress.is_lost(),
			})
		})
		.collect();
	Ok(Output::new(format!("Given up: {}.", ENGLISH.and(&titles)), json!({ "given_up": json })))
}

/// What giving up means for a document.
fn fate(session: &Session, document: &UnfinishedDocument) -> String {
	let what = format!("“{}” ({})", line(&document.title), short(&document.record));
	match &document.progress {
		DocumentProgress::NotOnChain { uploaded: false } => {
			format!("{what} is not on the chain. If you give it up, it is not added.")
		},
		DocumentProgress::NotOnChain { uploaded: true } => format!(
			"{what} is not on the chain. If you give it up after its call was sent, it may still get onto the \
			 chain within minutes, and then nobody can open it."
		),
		DocumentProgress::OnChain { threshold, held, missing } => {
			let names: Vec<_> = missing.iter().map(|it| session.names.show(it)).collect();
			let kept = match document.progress.is_lost() {
				true => "NOBODY CAN EVER OPEN IT",
				false => "it can be opened",
			};
			match names.is_empty() {
				true => format!("{what} is on the chain, and acknowledged by all holders."),
				false => format!(
					"{what} is on the chain. If you give it up, {} cannot get a share of its key any more. {held} \
					 holders have one, and {threshold} are needed, so {kept}.",
					ENGLISH.and(&names)
				),
			}
		},
	}
}
