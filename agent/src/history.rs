//! A patient's log as people read it: what people did, in groups that can be filtered. Entries about key
//! shares are counted, an import is one line, and openings shortly after each other are one line.

mod times;

#[cfg(test)]
mod tests;

use crate::{
	platform::{Keep, Platform},
	session::Session,
};
use anyhow::{Context as _, Result};
use std::collections::BTreeSet;
use vouchsafe_protocol::{
	messages::LogLine,
	types::{address, AccountId, ConsentRef, LogEntry, LogEvent, Outcome, Purpose},
};
use vouchsafe_speech::LogKind;

pub use times::{check_times, compare, Difference, Differs, Disorder};

/// How many blocks may lie between the transactions of one import or of one opening.
pub const GAP: u32 = 20;
/// How many blocks openings of one line may span: ten minutes.
pub const BURST: u32 = 600;

/// The folder of the number of lines that the user has seen of each log.
const SEEN: &str = "seen";

/// One line about what people did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
	/// The number of its first entry.
	pub seq: u64,
	/// The number of its last entry.
	pub last: u64,
	/// The block of its first entry.
	pub block: u32,
	/// The block of its last entry.
	pub until: u32,
	/// The times of these blocks, in seconds since 1970: the custodian's word. `None` if it does not know
	/// them.
	pub times: Option<(u64, u64)>,
	/// What it is about.
	pub kind: LogKind,
	/// Its entries. `None` is one that this program does not know.
	pub entries: Vec<Option<LogEntry>>,
}

/// A log as lines, and what is only counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
	/// What people did, in the log's order.
	pub lines: Vec<Line>,
	/// How many entries are about key shares.
	pub shares: usize,
	/// Who acknowledged key shares.
	pub holders: BTreeSet<AccountId>,
}

/// Which lines are wanted. What is not said is not filtered by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
	/// Only what this person did.
	pub person: Option<AccountId>,
	/// Only what was done for this institution.
	pub institution: Option<AccountId>,
	/// Only these kinds.
	pub kinds: Vec<LogKind>,
	/// Only from this moment on. A line without a time passes.
	pub from: Option<u64>,
	/// Only before this moment. A line without a time passes.
	pub until: Option<u64>,
	/// Only lines with an entry of this number or a later one.
	pub since: Option<u64>,
}

impl Filter {
	/// Whether the line is wanted.
	pub fn admits(&self, line: &Line) -> bool {
		let is = |filter: &Option<AccountId>, is: fn(&Line, &AccountId) -> bool| {
			filter.as_ref().is_none_or(|account| is(line, account))
		};
		is(&self.person, Line::is_by)
			&& is(&self.institution, Line::is_for)
			&& (self.kinds.is_empty() || self.kinds.contains(&line.kind))
			&& line.times.is_none_or(|(first, last)| {
				self.from.is_none_or(|from| from <= last)
					&& self.until.is_none_or(|until| first < until)
			}) && self.since.is_none_or(|since| line.is_new(since))
	}
}

impl History {
	/// The history that these entries make.
	pub fn of<'a>(entries: impl IntoIterator<Item = (&'a LogLine, Option<LogEntry>)>) -> Self {
		let mut history = Self::default();
		for (line, entry) in entries {
			history.add(line, entry);
		}
		for line in &mut history.lines {
			line.kind = line.kind_of_all();
		}
		history
	}

	/// The lines that are wanted.
	pub fn filtered<'a>(&'a self, filter: &'a Filter) -> impl Iterator<Item = &'a Line> {
		self.lines.iter().filter(|line| filter.admits(line))
	}

	/// The people who appear in it, and the institutions for which they acted.
	pub fn who(&self) -> (BTreeSet<AccountId>, BTreeSet<AccountId>) {
		let entries = || self.lines.iter().flat_map(|line| line.entries.iter().flatten());
		let people = entries().map(|entry| entry.signer.clone()).collect();
		(people, entries().filter_map(|entry| entry.acting_for.clone()).collect())
	}

	/// The people who opened records or tried to, each with the institution for which they acted.
	pub fn readers(&self) -> BTreeSet<(AccountId, Option<AccountId>)> {
		let entries = self.lines.iter().flat_map(|line| line.entries.iter().flatten());
		let openings = entries.filter(|entry| matches!(entry.event, LogEvent::Opened { .. }));
		openings.map(|entry| (entry.signer.clone(), entry.acting_for.clone())).collect()
	}

	fn add(&mut self, line: &LogLine, entry: Option<LogEntry>) {
		if let Some(LogEvent::SharesAcknowledged { holder, .. }) =
			entry.as_ref().map(|it| &it.event)
		{
			self.shares = self.shares.saturating_add(1);
			self.holders.insert(holder.clone());
			return;
		}
		if let Some(approved) = &entry {
			// The line of the approval includes the consent that it granted.
			if self.lines.last().is_some_and(|before| before.is_granted_by(approved)) {
				self.lines.pop();
			}
		}
		let time = Some(line.time).filter(|time| *time > 0);
		let before = self.lines.last_mut();
		let before =
			before.filter(|it| entry.as_ref().is_some_and(|entry| it.includes(line.block, entry)));
		match before {
			Some(before) => {
				before.last = line.seq;
				before.until = line.block;
				before.times = before.times.zip(time).map(|((first, _), last)| (first, last));
				before.entries.push(entry);
			},
			None => self.lines.push(Line {
				seq: line.seq,
				last: line.seq,
				block: line.block,
				until: line.block,
				times: time.zip(time),
				kind: LogKind::of(entry.as_ref()),
				entries: vec![entry],
			}),
		}
	}
}

/// Whether two entries that follow each other can be parts of one import, or openings by one reader.
fn belong_together(one: &LogEntry, other: &LogEntry) -> bool {
	let same_kind = matches!(
		(&one.event, &other.event),
		(LogEvent::RecordsCreated { .. }, LogEvent::RecordsCreated { .. })
			| (LogEvent::Opened { .. }, LogEvent::Opened { .. })
	);
	same_kind
		&& (&one.signer, &one.origin, &one.acting_for)
			== (&other.signer, &other.origin, &other.acting_for)
		&& one.purpose == other.purpose
}

impl Line {
	/// The entries that this program knows.
	pub fn known(&self) -> Vec<&LogEntry> {
		self.entries.iter().flatten().collect()
	}

	/// Who did it. `None` if this program does not know the entry.
	pub fn who(&self) -> Option<&AccountId> {
		self.entries.iter().flatten().map(|entry| &entry.signer).next()
	}

	/// For which institution it was done.
	pub fn institution(&self) -> Option<&AccountId> {
		self.entries.iter().flatten().find_map(|entry| entry.acting_for.as_ref())
	}

	/// What for.
	pub fn purpose(&self) -> Option<Purpose> {
		self.entries.iter().flatten().find_map(|entry| entry.purpose)
	}

	/// The consents by which it was done, or that it is about.
	pub fn consents(&self) -> Vec<ConsentRef> {
		let mut found: Vec<ConsentRef> = Vec::new();
		for entry in self.entries.iter().flatten() {
			match &entry.event {
				LogEvent::Opened { outcomes, .. } => {
					found.extend(outcomes.iter().filter_map(|(_, outcome)| match outcome {
						Outcome::Consent(consent) => Some(consent.clone()),
						_ => None,
					}))
				},
				LogEvent::ConsentGranted { consent, .. }
				| LogEvent::ConsentAmended { consent, .. }
				| LogEvent::ConsentRevoked { consent }
				| LogEvent::ConsentConfirmed { consent }
				| LogEvent::RequestApproved { consent, .. } => found.push(consent.clone()),
				_ => {},
			}
		}
		found.sort_unstable();
		found.dedup();
		found
	}

	/// Whether it has an entry that the user has not seen. `seen` is the number of entries that were.
	pub fn is_new(&self, seen: u64) -> bool {
		self.last >= seen
	}

	/// Whether this person did it.
	fn is_by(&self, person: &AccountId) -> bool {
		let mut entries = self.entries.iter().flatten();
		entries.any(|entry| entry.signer == *person || entry.origin == *person)
	}

	/// Whether it was done for this institution, or the institution itself did it.
	fn is_for(&self, institution: &AccountId) -> bool {
		self.entries.iter().flatten().any(|entry| {
			entry.acting_for.as_ref() == Some(institution) || entry.origin == *institution
		})
	}

	/// What all entries together are about: if one of several openings opened something, it is no
	/// refusal. An approval that another entry granted is permitted.
	fn kind_of_all(&self) -> LogKind {
		let kinds = self.entries.iter().map(|entry| LogKind::of(entry.as_ref()));
		kinds.min().unwrap_or(self.kind)
	}

	/// Whether this is the grant that belongs to the approval in the entry.
	fn is_granted_by(&self, approved: &LogEntry) -> bool {
		match (&self.entries[..], &approved.event) {
			(
				[Some(LogEntry { event: LogEvent::ConsentGranted { consent, .. }, .. })],
				LogEvent::RequestApproved { consent: approved, .. },
			) => consent == approved,
			_ => false,
		}
	}

	/// Whether the entry belongs to the same import or to the same openings. Another outcome for a
	/// record, or another ground, is worth a line of its own.
	fn includes(&self, block: u32, entry: &LogEntry) -> bool {
		let Some(Some(last)) = self.entries.last() else { return false };
		if block.saturating_sub(self.until) > GAP || !belong_together(last, entry) {
			return false;
		}
		let LogEvent::Opened { ground, outcomes } = &entry.event else { return true };
		block.saturating_sub(self.block) <= BURST
			&& self.entries.iter().flatten().all(|before| match &before.event {
				LogEvent::Opened { ground: as_before, outcomes: earlier } => {
					ground == as_before
						&& outcomes.iter().all(|(record, outcome)| {
							earlier.iter().all(|(other, was)| other != record || was == outcome)
						})
				},
				_ => false,
			})
	}
}

/// How many entries of a patient's log the user has seen.
pub async fn seen(session: &Session<impl Platform>, patient: &AccountId) -> Result<u64> {
	let me = session.me()?;
	let name = place(session, patient)?;
	let found = session.keep.read_own(me, SEEN, &name).await?;
	let Some(bytes) = found else { return Ok(0) };
	serde_json::from_slice(&bytes).context("the mark of what was seen of the log is damaged")
}

/// Remembers that the user has seen this many entries of a patient's log. It never goes back.
pub async fn mark_seen(
	session: &Session<impl Platform>,
	patient: &AccountId,
	count: u64,
) -> Result<()> {
	let me = session.me()?;
	let _lock = session.keep.lock().await?;
	if seen(session, patient).await.unwrap_or_default() >= count {
		return Ok(());
	}
	let (name, bytes) = (place(session, patient)?, serde_json::to_vec(&count)?);
	session.keep.write_own(me, SEEN, &name, &bytes).await
}

/// Where the mark of a log is: two chains may have patients with the same key, and a representative may use
/// the same machine as the patient.
fn place(session: &Session<impl Platform>, patient: &AccountId) -> Result<String> {
	let [a, b, c, d, ..] = session.genesis().0;
	let place = format!("{}-{}", hex::encode([a, b, c, d]), address(patient));
	let me = session.me()?.account();
	Ok(if me == *patient { place } else { format!("{place}-{}", address(&me)) })
}
