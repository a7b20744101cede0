//! `vouchsafe audit`. By default the log shows what people did, one line for each action: entries
//! about key shares are summed up, and an import is one line. Openings shortly after each other are one
//! line that says how often. `-v` and `--json` show every entry.

mod file;

use super::account_json;
use crate::{
	args::{AuditCommand, WhichLines, WhichLog},
	audit::{self, Log},
	dates::{now, show_moment},
	english::{teller, ENGLISH},
	label_keys,
	output::Output,
	session::{Session, Settings},
};
use anyhow::Result;
use futures::{stream, StreamExt};
use serde_json::json;
use std::collections::BTreeMap;
use vouchsafe_agent::history::{check_times, Filter, History, Line};
use vouchsafe_client::chain::{AccountId, LogEntry, LogEvent, View};
use vouchsafe_speech::{Noun, Teller};

pub(super) async fn run(settings: &Settings, command: AuditCommand) -> Result<Output> {
	if let AuditCommand::Verify { file: Some(file), .. } = &command {
		return file::verify(settings, file).await;
	}
	let session = settings.connect().await?;
	match command {
		AuditCommand::Show { which, lines, last } => {
			let (log, _) = read(&session, &which).await?;
			show(&session, &log, &lines, last).await
		},
		AuditCommand::Export { which, out } => file::export(&session, &which, &out).await,
		AuditCommand::Verify { which, file: _ } => {
			let (log, acting_for) = read(&session, &which).await?;
			let from = session.names.show(&log.from);
			match audit::verify(&session, &log, acting_for.as_ref()).await? {
				Ok(()) => Ok(Output::new(
					format!(
						"The log from {from} is complete: its {} lead to the head that the chain has at \
						 block {}, 0x{}.",
						ENGLISH.count(Noun::Entry, log.lines.len()),
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
					code: 1,
					..Output::new(
						match unproven.entry {
							Some(entry) => format!("{unproven}. The first wrong entry is {entry}."),
							None => unproven.to_string(),
						},
						json!({
							"whole": false,
							"from": account_json(&session, &log.from),
							"entry": unproven.entry,
							"error": unproven.to_string(),
						}),
					)
				}),
			}
		},
	}
}

async fn read(session: &Session, which: &WhichLog) -> Result<(Log, Option<AccountId>)> {
	let patient = super::patient(session, which.patient.as_deref())?;
	super::ensure_patient(session, &session.finalized().await?, &patient).await?;
	let from = which.from.as_ref().map(|from| session.names.resolve(from)).transpose()?;
	session.me()?;
	let acting_for = if session.is_patient(&patient) {
		None
	} else {
		session.acting_for(which.institution.as_deref()).await?
	};
	let log = audit::read(session, &patient, acting_for.as_ref(), from.as_ref()).await?;
	Ok((log, acting_for))
}

async fn show(
	session: &Session,
	log: &Log,
	which: &WhichLines,
	last: Option<usize>,
) -> Result<Output> {
	let tags = log.entries().flat_map(|(_, entry)| match entry.map(|entry| entry.event) {
		Some(LogEvent::Labelled { labels, .. }) => labels.into_inner(),
		_ => vec![],
	});
	let labels = label_keys::learn(session, &log.patient, tags).await?;
	let teller = teller(&session.names, &labels);
	let filter = Filter {
		person: which.who.as_ref().map(|who| session.names.resolve(who)).transpose()?,
		institution: which.at.as_ref().map(|at| session.names.resolve(at)).transpose()?,
		kinds: which.kind.clone(),
		from: which.within.map(|span| now().saturating_sub(span)),
		..Filter::default()
	};
	let history = History::of(log.entries());
	let mut lines: Vec<&Line> = history.filtered(&filter).collect();
	let skip = last.map_or(0, |last| lines.len().saturating_sub(last));
	let is_all = filter == Filter::default();
	let first = match skip {
		0 => 0,
		_ => lines.get(skip).map_or(u64::MAX, |line| line.seq),
	};
	lines.drain(..skip);
	let is_shown = |seq: u64| match is_all {
		true => seq >= first,
		false => lines.iter().any(|line| (line.seq..=line.last).contains(&seq)),
	};
	let shown: Vec<_> = log.entries().filter(|(line, _)| is_shown(line.seq)).collect();
	let times = times_of(session, shown.iter().map(|(line, _)| line.block)).await;
	let at = |block: u32| match times.get(&block) {
		Some(time) => show_moment(*time),
		None => format!("block {block}"),
	};

	let mut text: Vec<String> = lines
		.iter()
		.map(|line| {
			let span = times.get(&line.block).copied().zip(times.get(&line.until).copied());
			format!("{:<20}  {}", at(line.block), say_line(&teller, line, span))
		})
		.collect();
	if text.is_empty() {
		text.push(match is_all {
			true => "The log has no entries about what people did.".into(),
			false => "The log has no such entries.".into(),
		});
	}
	text.extend(
		check_times(&log.lines)
			.err()
			.map(|error| format!("The custodian's times are wrong: {error}.")),
	);
	text.extend(bookkeeping(&teller, shown.iter().filter_map(|(_, entry)| entry.as_ref())));
	let end = format!(
		"Log from {}. `vouchsafe audit verify` proves it against the chain.",
		session.names.show(&log.from)
	);
	text.push(end.clone());

	let mut details = Vec::new();
	let mut rows = Vec::new();
	for (line, entry) in &shown {
		let said = say_entry(&teller, entry.as_ref());
		details.push(format!(
			"{:>4}  {:<20}  block {:>7}  {said}",
			line.seq,
			at(line.block),
			line.block
		));
		rows.push(json!({
			"seq": line.seq,
			"block": line.block,
			"time": times.get(&line.block),
			"text": said,
			"signer": entry.as_ref().map(|it| account_json(session, &it.signer)),
			"entry": line.entry.to_string(),
			"head": line.head.to_string(),
		}));
	}
	details.push(end);
	Ok(Output::new(
		text.join("\n"),
		json!({ "from": account_json(session, &log.from), "entries": log.count, "lines": rows }),
	)
	.with_details(details.join("\n")))
}

fn say_entry(teller: &Teller, entry: Option<&LogEntry>) -> String {
	match entry {
		Some(entry) => teller.log_entry(entry),
		None => ENGLISH.unknown_entry(),
	}
}

/// The times of blocks, in seconds since 1970. A block is left out if the node cannot tell, because it
/// has pruned the block's state.
pub(super) async fn times_of(
	session: &Session,
	blocks: impl Iterator<Item = u32>,
) -> BTreeMap<u32, u64> {
	let _progress = session.waiting("reading the times of the log's blocks");
	let mut blocks: Vec<u32> = blocks.collect();
	blocks.sort_unstable();
	blocks.dedup();
	stream::iter(blocks)
		.map(|block| async move {
			let at = session.chain.node().at_number(block).await.ok()?;
			Some((block, at.time().await.ok()?))
		})
		.buffer_unordered(16)
		.filter_map(|found| async move { found })
		.collect()
		.await
}

/// A line about what people did. `times` are those of its first and last block.
fn say_line(teller: &Teller, line: &Line, times: Option<(u64, u64)>) -> String {
	match &line.known()[..] {
		[] => say_entry(teller, None),
		known => teller.log_line(known, times),
	}
}

/// Whether an entry is about key shares, which people cause but do not do.
fn is_bookkeeping(event: &LogEvent) -> bool {
	matches!(event, LogEvent::SharesAcknowledged { .. })
}

/// One line about the entries that are about key shares.
fn bookkeeping<'a>(teller: &Teller, entries: impl Iterator<Item = &'a LogEntry>) -> Option<String> {
	let mut number = 0usize;
	let mut holders = Vec::new();
	for entry in entries.filter(|it| is_bookkeeping(&it.event)) {
		number = number.saturating_add(1);
		if let LogEvent::SharesAcknowledged { holder, .. } = &entry.event {
			if !holders.contains(holder) {
				holders.push(holder.clone());
			}
		}
	}
	holders.sort_by_key(|holder| teller.who(holder));
	(number > 0).then(|| format!("{}: -v shows them.", teller.share_entries(number, &holders)))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{labels::LabelTable, names::Names};
	use vouchsafe_agent::history::{BURST, GAP};
	use vouchsafe_client::{
		chain::{bounded, ConsentRef, Effect, Grantee, Ground, Outcome, Purpose, H256},
		messages::{Hex, HexBytes, LogLine},
	};

	const PATIENT: AccountId = AccountId::new([1; 32]);
	const DOCTOR: AccountId = AccountId::new([2; 32]);
	const HOSPITAL: AccountId = AccountId::new([3; 32]);

	fn names() -> Names {
		let mut names = Names::default();
		names.add_institution("Eva", PATIENT);
		names.add_institution("Dr. Berger", DOCTOR);
		names.add_institution("Hospital A", HOSPITAL);
		names
	}

	fn entry(signer: AccountId, event: LogEvent) -> LogEntry {
		let acting_for = (signer != PATIENT).then_some(HOSPITAL);
		LogEntry { signer: signer.clone(), origin: signer, acting_for, purpose: None, event }
	}

	fn created(numbers: impl IntoIterator<Item = u8>) -> LogEntry {
		let records = numbers.into_iter().map(|number| H256([number; 32])).collect();
		let records = bounded(records, "records").unwrap();
		entry(DOCTOR, LogEvent::RecordsCreated { records })
	}

	fn acknowledged(holder: AccountId) -> LogEntry {
		let versions = bounded(vec![(H256([1; 32]), 0, 0)], "versions").unwrap();
		let event = LogEvent::SharesAcknowledged { holder: holder.clone(), versions };
		entry(holder, event)
	}

	fn consent() -> ConsentRef {
		ConsentRef { grantee: Grantee::Institution(HOSPITAL), id: 57 }
	}

	fn open(outcomes: Vec<(H256, Outcome)>) -> LogEntry {
		let ground = Ground::Consent { institution: Some(HOSPITAL) };
		let event = LogEvent::Opened { ground, outcomes: bounded(outcomes, "records").unwrap() };
		LogEntry { purpose: Some(Purpose::Treatment), ..entry(DOCTOR, event) }
	}

	/// The lines of the log as text, with the block of each line.
	fn said(entries: &[(u32, Option<LogEntry>)]) -> Vec<String> {
		let lines: Vec<LogLine> = entries
			.iter()
			.enumerate()
			.map(|(seq, (block, _))| LogLine {
				seq: u64::try_from(seq).unwrap(),
				block: *block,
				time: 0,
				entry: HexBytes(vec![]),
				head: Hex([0; 32]),
			})
			.collect();
		let (names, labels) = (names(), LabelTable::default());
		let teller = teller(&names, &labels);
		History::of(lines.iter().zip(entries.iter().map(|(_, entry)| entry.clone())))
			.lines
			.iter()
			.map(|line| format!("{} {} {}", line.seq, line.block, say_line(&teller, line, None)))
			.collect()
	}

	#[test]
	fn an_import_is_one_line_and_key_shares_are_none() {
		let effect = Effect::Permit;
		let permit = entry(PATIENT, LogEvent::ConsentGranted { consent: consent(), effect });
		let said = said(&[
			(5, Some(permit)),
			(7, Some(created(0..64))),
			(8, Some(created(64..70))),
			(8, Some(acknowledged(HOSPITAL))),
			(9, Some(created([3]))),
			(40, Some(created([4]))),
			(41, None),
			(41, Some(created([5, 6]))),
		]);
		assert_eq!(said.len(), 5);
		assert!(
			said[0].starts_with("0 5 Eva granted access to the staff of Hospital A (consent 57)"),
			"{}",
			said[0]
		);
		assert_eq!(said[1], "1 7 Dr. Berger of Hospital A added 71 records");
		assert_eq!(said[2], "5 40 Dr. Berger of Hospital A added record 04040404");
		assert!(said[3].contains("update this program"));
		assert_eq!(said[4], "7 41 Dr. Berger of Hospital A added 2 records");
	}

	#[test]
	fn an_approval_and_its_consent_are_one_line() {
		let effect = Effect::Permit;
		let granted = entry(PATIENT, LogEvent::ConsentGranted { consent: consent(), effect });
		let approved =
			entry(PATIENT, LogEvent::RequestApproved { request: 80, consent: consent() });
		let said = said(&[(5, Some(granted)), (5, Some(approved))]);
		assert_eq!(said.len(), 1);
		assert!(said[0].starts_with("1 5 Eva approved request 80"), "{}", said[0]);
	}

	#[test]
	fn few_records_are_named_and_many_are_counted() {
		let record = |number| H256([number; 32]);
		let by_consent = |number| (record(number), Outcome::Consent(consent()));
		let few = said(&[(5, Some(open(vec![by_consent(1), (record(2), Outcome::Refused)])))]);
		assert!(few[0].contains("01010101") && few[0].contains("02020202"), "{}", few[0]);
		let mut many: Vec<_> = (0..15).map(by_consent).collect();
		many.push((record(99), Outcome::Refused));
		let more = open(vec![by_consent(50)]);
		let said = said(&[(5, Some(open(many))), (6, Some(more))]);
		assert_eq!(
			said,
			["0 5 Dr. Berger of Hospital A opened 16 records (consent 57) and was refused access to 1 record \
			  for treatment"]
		);
	}

	#[test]
	fn a_record_that_was_opened_three_times_is_seen_to_be() {
		let record = |number| H256([number; 32]);
		let opened = |outcome: Outcome| {
			Some(open((1..=4).map(|number| (record(number), outcome.clone())).collect()))
		};
		let permitted = || opened(Outcome::Consent(consent()));
		let refused = || opened(Outcome::Refused);
		let opened = "Dr. Berger of Hospital A opened 4 records (consent 57) for treatment";
		// A burst is one line. A later opening has its own line, and so has another outcome.
		assert_eq!(
			said(&[
				(5, refused()),
				(10, permitted()),
				(15, permitted()),
				(35, permitted()),
				(56, permitted()),
			]),
			[
				"0 5 Dr. Berger of Hospital A was refused access to 4 records for treatment".into(),
				format!("1 10 {opened} (3 times)"),
				format!("4 56 {opened}"),
			]
		);
		// Openings without a pause are a line for each ten minutes.
		let without_pause: Vec<_> =
			(0..=BURST / GAP + 1).map(|step| (step * GAP, permitted())).collect();
		let lines = said(&without_pause);
		let most = BURST / GAP + 1;
		assert_eq!(
			lines,
			[format!("0 0 {opened} ({most} times)"), format!("{most} {} {opened}", most * GAP)]
		);
	}

	#[test]
	fn entries_about_key_shares_are_summed_up() {
		let (names, labels) = (names(), LabelTable::default());
		let teller = teller(&names, &labels);
		let said = |entries: &[LogEntry]| bookkeeping(&teller, entries.iter());
		assert_eq!(said(&[created([1])]), None);
		assert_eq!(
			said(&[created([1]), acknowledged(HOSPITAL), acknowledged(HOSPITAL)]).unwrap(),
			"2 entries about key shares, acknowledged by Hospital A: -v shows them."
		);
		assert_eq!(
			said(&[acknowledged(HOSPITAL)]).unwrap(),
			"1 entry about key shares, acknowledged by Hospital A: -v shows them."
		);
	}
}
