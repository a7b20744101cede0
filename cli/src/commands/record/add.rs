//! `vouchsafe record add`: from the document to the last acknowledgement.

use super::{interrupted::interruptible, unfinished};
use crate::{
	args::{relation, AddDocument, Adding},
	author::{self, Added, Addition, Content, NewDocument, Place, SharingWish, Unclassified},
	commands::{account_json, accounts, check_labels, id_json, patient, record},
	dates::{month_of_moment, now},
	english::ENGLISH,
	file_names,
	files::{self, FileSource},
	output::{self, line, Output},
	progress::silence,
	session::Session,
};
use anyhow::{bail, Context, Result};
use futures::channel::oneshot;
use serde_json::json;
use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};
use vouchsafe_client::chain::{AccountId, Category, Origin};
use vouchsafe_speech::short;

pub(super) async fn run(session: &mut Session, command: AddDocument) -> Result<Output> {
	step_by_step(session, &command.adding);
	if let Some(named) = &command.give_up {
		unfinished::give_up(session, named, command.adding.agreement()).await
	} else if command.resume {
		unfinished::resume(session, &command.adding).await
	} else {
		add(session, command).await
	}
}

async fn add(session: &Session, command: AddDocument) -> Result<Output> {
	let AddDocument {
		file,
		patient: whose,
		category,
		title,
		media_type,
		from,
		to,
		appends,
		transforms,
		version_of,
		confidentiality,
		origin,
		adding,
		..
	} = command;
	let file = file.context("name the document")?;
	let named_type = match media_type {
		Some(media_type) => media_type,
		None => files::media_type_of(&file)?.to_owned(),
	};
	let media_type = file_names::with_extension(&named_type, &file_title(&file));
	let patient = patient(session, whose.as_deref())?;
	let known = session.labels_of(&patient).await?;
	check_labels(&known, &adding.labels, adding.new_label, adding.agreement())?;
	let at = session.finalized().await?;
	let own = session.me()?.account() == patient;
	let institution = author_of(session, own, adding.institution.as_deref()).await?;
	let place = match version_of {
		Some(text) => Place::VersionOf {
			record: record(session, &at, &patient, &text).await?,
			widening: None,
		},
		None => {
			let today = month_of_moment(now());
			let (first, end) = from.unwrap_or((today, today));
			let last = to.unwrap_or(end);
			if last < first {
				bail!("the last month (--to) is before the first month (--from)");
			}
			let relation = match relation(appends, transforms) {
				Some((kind, target)) => {
					Some((kind, record(session, &at, &patient, &target).await?))
				},
				None => None,
			};
			Place::New {
				category: category.unwrap_or(if own {
					Category::PatientEntered
				} else {
					Category::Other
				}),
				months: (first, last),
				labels: adding.labels.clone(),
				relation,
				confidentiality,
				origin: origin.unwrap_or(if own {
					Origin::PatientEntered
				} else {
					Origin::Authored
				}),
			}
		},
	};
	let document = NewDocument {
		title: title.unwrap_or_else(|| file_title(&file)),
		media_type,
		content: Content::Source(Arc::new(FileSource(file))),
		place,
	};
	let addition = Addition {
		patient,
		institution,
		documents: vec![document],
		sharing: sharing(session, &adding)?,
	};
	let adding = author::add(session, &addition, patience(&adding));
	let added = interruptible(session, adding).await?;
	Ok(added_output(session, &added))
}

fn file_title(file: &Path) -> String {
	file.file_name().map_or("document".into(), |name| name.to_string_lossy().into_owned())
}

pub(super) fn patience(adding: &Adding) -> Option<Duration> {
	adding.wait.map(Duration::from_secs)
}

pub(super) fn sharing(session: &Session, adding: &Adding) -> Result<SharingWish> {
	Ok(SharingWish {
		threshold: adding.threshold,
		holders: accounts(session, &adding.holders)?,
		without_patient: adding.without_patient,
	})
}

/// The institution that the author acts for. `None` if the patient is the author.
pub(super) async fn author_of(
	session: &Session,
	own: bool,
	named: Option<&str>,
) -> Result<Option<AccountId>> {
	if own {
		return Ok(None);
	}
	session.institution(named).await.map(Some)
}

pub(super) fn step_by_step(session: &mut Session, adding: &Adding) {
	if adding.step_by_step {
		session.hook = Some(Arc::new(|step: &str| {
			let question = format!("step {step}: press Enter to continue\n");
			Box::pin(async move {
				let _silence = silence();
				output::write_error(&question);
				blocking(|| drop(std::io::stdin().read_line(&mut String::new()))).await;
			})
		}));
	}
}

/// Waits while something blocks. Its thread is none of the runtime's, which would wait for it when the
/// command is interrupted.
async fn blocking(wait: impl FnOnce() + Send + 'static) {
	let (done, waiting) = oneshot::channel();
	std::thread::spawn(move || {
		wait();
		let _ = done.send(());
	});
	let _ = waiting.await;
}

/// Warns on standard error that a record's labels could not be named.
fn warn_of_unclassified(added: &Added) {
	let Some(Unclassified { words, reason }) = &added.unclassified else { return };
	let record = short(&added.record);
	output::write_error(&format!(
		"warning: record {record} is unclassified: its labels ({}) could not be named, because {reason}. \
		 Only permits for any label open it. `vouchsafe record label {record} {} --patient NAME` names \
		 the labels later. If the custodian lacks the label key, the patient delivers it with \
		 `vouchsafe consent deliver-labels`\n",
		ENGLISH.and(words),
		words.join(" ")
	));
}

/// Says that an earlier attempt was not continued.
fn note_replaced(added: &Added) {
	if !added.instead_of.is_empty() {
		output::write_error(&format!(
			"NOTE: an earlier attempt to add this had other terms ({}). Nothing of it had left this \
			 machine, and it was given up\n",
			author::side_by_side(&added.instead_of)
		));
	}
}

/// How far the acknowledgements are.
fn state_of(session: &Session, added: &Added) -> String {
	if added.missing.is_empty() {
		return "acknowledged by all holders".to_owned();
	}
	let missing: Vec<_> = added.missing.iter().map(|(it, _)| session.names.show(it)).collect();
	let (held, all) = (added.held, added.held.saturating_add(missing.len()));
	let opens = match held >= usize::from(added.threshold) {
		true => "enough to open it",
		false => "NOT ENOUGH TO OPEN IT",
	};
	format!(
		"on the chain, but not yet acknowledged by {} ({held} of {all} holders have their share: {opens})",
		ENGLISH.and(&missing)
	)
}

/// Why acknowledgements are missing, and how to go on. `None` if none is missing.
fn how_to_finish(session: &Session, added: &[Added]) -> Option<String> {
	let missing: BTreeMap<_, _> = added.iter().flat_map(|it| &it.missing).cloned().collect();
	let mut lines: Vec<_> = missing
		.iter()
		.map(|(institution, reason)| {
			let reason =
				reason.as_deref().unwrap_or("it has its share, and has not acknowledged it");
			format!("{}: {}.", session.names.show(institution), line(reason))
		})
		.collect();
	let key = session.me.as_ref().map_or("NAME", |me| &me.name);
	lines.push(format!("Nothing is lost: `vouchsafe --key {key} record add --resume` continues."));
	(!missing.is_empty()).then(|| lines.join("\n"))
}

pub(super) fn added_output(session: &Session, added: &[Added]) -> Output {
	let mut lines = Vec::new();
	for it in added {
		warn_of_unclassified(it);
		note_replaced(it);
		let state = state_of(session, it);
		let resumed = if it.resumed { ", resumed" } else { "" };
		lines.push(format!(
			"{}  {} (version {}{resumed}): {state}",
			short(&it.record),
			line(&it.title),
			it.version
		));
	}
	let json = added
		.iter()
		.map(|it| {
			json!({
				"record": id_json(&it.record),
				"version": it.version,
				"category": it.category.word(),
				"title": it.title,
				"resumed": it.resumed,
				"unclassified": it.unclassified.is_some(),
				"complete": it.missing.is_empty(),
				"threshold": it.threshold,
				"held": it.held,
				"missing": it
					.missing
					.iter()
					.map(|(institution, reason)| {
						let mut json = account_json(session, institution);
						json["reason"] = json!(reason);
						json
					})
					.collect::<Vec<_>>(),
				"instead_of": it
					.instead_of
					.iter()
					.map(|it| json!({ "term": it.what, "before": it.before, "now": it.now }))
					.collect::<Vec<_>>(),
			})
		})
		.collect::<Vec<_>>();
	let unfinished = how_to_finish(session, added);
	let code = if unfinished.is_some() { 4 } else { 0 };
	lines.extend(unfinished);
	Output { code, ..Output::new(lines.join("\n"), json!({ "records": json })) }
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{pin::pin, sync::mpsc::channel};
	use tokio::time::timeout;

	#[tokio::test]
	async fn an_interrupt_is_heard_while_the_command_waits_for_enter() {
		let (press, pressed) = channel();
		let mut waiting = pin!(blocking(move || pressed.recv().unwrap_or_default()));
		assert!(timeout(Duration::from_millis(20), waiting.as_mut()).await.is_err());
		press.send(()).unwrap();
		waiting.await;
	}
}
