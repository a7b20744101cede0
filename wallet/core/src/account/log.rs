//! The log, verified.

use super::{connection::account_of, locked, people, Account};
use crate::{
	host::Host,
	messages::{Answer, Choice, FileView, LogFilter, LogLine, LogVerdict, LogView, Person},
	platform::{At, Session},
};
use anyhow::{Context as _, Result};
use std::{collections::BTreeSet, sync::Arc};
use vouchsafe_agent::{
	audit::{self, Unread},
	history::{self, Filter, History, Line},
};
use vouchsafe_protocol::{
	log_file::LogFile,
	traits::View as _,
	types::{address, AccountId, LogEntry},
};
use vouchsafe_speech::{short, LogKind, Noun, Speech, Teller};

/// The lines of one page.
const PAGE: usize = 50;

/// A log that was fetched and verified.
#[derive(Clone)]
pub(super) struct Checked {
	log: Arc<audit::Log>,
	history: Arc<History>,
	/// Why it does not fit, if it does not.
	wrong: Option<audit::Unproven>,
}

impl Checked {
	/// Its entries.
	pub(super) fn entries(
		&self,
	) -> impl Iterator<Item = (&vouchsafe_protocol::messages::LogLine, Option<LogEntry>)> {
		self.log.entries()
	}
}

impl<H: Host> Account<H> {
	/// The log as of this block: the one that was verified, if it has not grown.
	pub(super) async fn checked_log(&self, session: &Session<H>, at: &At<H>) -> Result<Checked> {
		let me = self.account();
		let (count, head) = at.audit_head(&me).await?;
		let mut kept = self.log.lock().await;
		if let Some(checked) = kept.as_ref() {
			if (checked.log.count, checked.log.head) == (count, head) {
				return Ok(checked.clone());
			}
		}
		let log = audit::read(session, &me, None, None).await?;
		let wrong = audit::verify(session, &log, None).await?.err();
		let history = History::of(log.entries());
		let checked = Checked { log: Arc::new(log), history: Arc::new(history), wrong };
		*kept = Some(checked.clone());
		locked(&self.known).lines = checked.log.count;
		Ok(checked)
	}

	/// The people who opened records, each with an institution: those whom a consent may name.
	pub(super) async fn people_of_log(&self) -> BTreeSet<(AccountId, AccountId)> {
		let kept = self.log.lock().await;
		let readers = kept.as_ref().map(|checked| checked.history.readers()).unwrap_or_default();
		readers.into_iter().filter_map(|(reader, at)| Some((reader, at?))).collect()
	}

	/// What is said of the log.
	pub(super) async fn verdict_at(
		&self,
		session: &Session<H>,
		at: &At<H>,
		speech: &Speech,
	) -> Result<LogVerdict> {
		match self.checked_log(session, at).await {
			Ok(checked) => Ok(verdict(session, &checked, speech)),
			Err(error) if error.is::<Unread>() => {
				let text = speech.wallet_log_unread(format!("{error:#}"));
				Ok(LogVerdict { is_complete: false, count: 0, text })
			},
			Err(error) => Err(error),
		}
	}

	pub(super) async fn verify_log(&self, speech: &'static Speech) -> Result<LogVerdict> {
		*self.log.lock().await = None;
		let session = self.session().await?;
		let at = session.finalized().await?;
		self.verdict_at(&session, &at, speech).await
	}

	pub(super) async fn log(&self, filter: &LogFilter, speech: &'static Speech) -> Result<LogView> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let checked = self.checked_log(&session, &at).await?;
		self.lines_by_id(&session, &at, speech).await?;
		let seen = history::seen(&session, &self.account()).await?;
		let wanted = filter_of(filter)?;
		let before = filter.before.unwrap_or(u64::MAX);
		let mut found: Vec<&Line> =
			checked.history.filtered(&wanted).filter(|line| line.seq < before).collect();
		found.reverse();
		let is_last = found.len() <= PAGE;
		found.truncate(PAGE);
		let next = found.last().filter(|_| !is_last).map(|line| line.seq);
		let labels = session.labels_of(&self.account()).await?;
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let mut lines = Vec::new();
		for line in found {
			lines.push(self.log_line(&session, &at, &teller, line, seen).await?);
		}
		let (people, institutions) = checked.history.who();
		let named = |accounts: BTreeSet<AccountId>| {
			let choice = |account: AccountId| Choice {
				key: address(&account),
				text: session.names.show(&account),
				hint: String::new(),
			};
			accounts.into_iter().map(choice).collect()
		};
		let kinds = LogKind::ALL.iter().map(|kind| Choice {
			key: kind.word().to_owned(),
			text: speech.log_kind(*kind),
			hint: String::new(),
		});
		Ok(LogView {
			lines,
			count: checked.log.count,
			seen,
			verdict: verdict(&session, &checked, speech),
			people: named(people),
			institutions: named(institutions),
			kinds: kinds.collect(),
			next,
		})
	}

	/// The newest lines that were not seen before, and how many more there are.
	pub(super) async fn news_at(
		&self,
		session: &Session<H>,
		at: &At<H>,
		most: usize,
		speech: &'static Speech,
	) -> Result<(Vec<LogLine>, u64)> {
		let checked = self.checked_log(session, at).await?;
		self.lines_by_id(session, at, speech).await?;
		let me = self.account();
		let seen = history::seen(session, &me).await?;
		let labels = session.labels_of(&me).await?;
		let teller = Teller { speech, names: &session.names, labels: &labels };
		// What the patient did is no news.
		let is_news = |line: &&Line| line.is_new(seen) && line.who() != Some(&me);
		let new: Vec<&Line> = checked.history.lines.iter().filter(is_news).collect();
		let mut lines = Vec::new();
		for line in new.iter().rev().take(most) {
			lines.push(self.log_line(session, at, &teller, line, seen).await?);
		}
		Ok((lines, (new.len().saturating_sub(most)) as u64))
	}

	/// A line with names of records in place of their ids, and the own account in words.
	fn in_words(&self, session: &Session<H>, speech: &Speech, text: String) -> String {
		let own = session.names.show(&self.account());
		let text = text.replace(&own, &speech.wallet_own_account());
		let names = &locked(&self.known).record_names;
		let named = names.iter().map(|(id, name)| (short(id), name));
		named.fold(text, |text, (id, name)| match text.contains(&id) {
			true => text.replace(&id, &speech.quote(name)),
			false => text,
		})
	}

	async fn log_line(
		&self,
		session: &Session<H>,
		at: &At<H>,
		teller: &Teller<'_>,
		line: &Line,
		seen: u64,
	) -> Result<LogLine> {
		let speech = teller.speech;
		let known = line.known();
		let text = match known.is_empty() {
			true => speech.unknown_entry(),
			false => self.in_words(session, speech, teller.log_line(&known, line.times)),
		};
		let who = match (line.who(), line.institution()) {
			(Some(who), Some(institution)) => {
				let affiliation = people::affiliation_of::<H>(at, who, institution).await?;
				Some(people::acting(session, who, Some(institution), affiliation.as_ref(), speech))
			},
			(Some(who), None) if *who == self.account() => {
				Some(Person { name: speech.wallet_record_by_you(), ..people::plain(session, who) })
			},
			(Some(who), None) => Some(people::plain(session, who)),
			(None, _) => None,
		};
		let who = who.map(|person| Person {
			name_by: line.who().map(|who| self.named_by(session, who)).unwrap_or_default(),
			..person
		});
		Ok(LogLine {
			number: line.seq.saturating_add(1),
			kind: line.kind.word().to_owned(),
			text,
			who,
			time: line.times.map(|(first, _)| speech.moment(first)).unwrap_or_default(),
			block: line.block,
			is_new: line.is_new(seen),
			lines: u32::try_from(line.entries.len()).unwrap_or(u32::MAX),
		})
	}

	pub(super) async fn seen_log(&self, count: u64) -> Result<Answer> {
		let session = self.session().await?;
		history::mark_seen(&session, &self.account(), count).await?;
		Ok(Answer::Done)
	}

	/// What a third party needs to verify the log.
	pub(super) async fn export_log(&self) -> Result<(FileView, Vec<u8>)> {
		let session = self.session().await?;
		let node = session.chain.chain.shown_by_first();
		// First the head, so that the log has all entries to which it leads.
		let proof = LogFile::prove(&node, session.genesis(), &self.account()).await?;
		let at = session.finalized().await?;
		let checked = self.checked_log(&session, &at).await?;
		let lines = checked.log.lines.iter().filter(|line| line.seq < proof.count).cloned();
		let file = LogFile { lines: lines.collect(), ..proof };
		file.verify(session.genesis(), None)?;
		let bytes = serde_json::to_vec_pretty(&file)?;
		let length = bytes.len() as u64;
		let name = "vouchsafe-log.json".to_owned();
		Ok((FileView { name, media_type: "application/json".to_owned(), length }, bytes))
	}
}

fn verdict<H: Host>(session: &Session<H>, checked: &Checked, speech: &Speech) -> LogVerdict {
	let Checked { log, wrong, .. } = checked;
	let from = session.names.show(&log.from);
	match wrong {
		None => {
			let count = usize::try_from(log.count).unwrap_or(usize::MAX);
			let text = speech.wallet_log_complete(speech.count(Noun::Entry, count));
			LogVerdict { is_complete: true, count: log.count, text }
		},
		Some(audit::Unproven { entry: Some(entry), .. }) => LogVerdict {
			is_complete: false,
			count: *entry,
			text: speech.wallet_log_wrong_entry(from, entry.saturating_add(1).to_string()),
		},
		Some(unproven) => LogVerdict {
			is_complete: false,
			count: 0,
			text: speech.wallet_log_wrong(from, unproven.reason.clone()),
		},
	}
}

fn filter_of(filter: &LogFilter) -> Result<Filter> {
	let account = |text: &Option<String>| text.as_deref().map(account_of).transpose();
	let kinds = filter.kinds.iter().map(|key| {
		let kind = LogKind::ALL.iter().find(|kind| kind.word() == key);
		kind.copied().context("not a kind of line")
	});
	Ok(Filter {
		person: account(&filter.person)?,
		institution: account(&filter.institution)?,
		kinds: kinds.collect::<Result<_>>()?,
		from: filter.from.as_deref().map(super::drafts::start_of).transpose()?,
		until: filter.until.as_deref().map(super::drafts::end_of).transpose()?,
		since: None,
	})
}
