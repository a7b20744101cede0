//! Work that an earlier command began and did not finish: it is resumed or given up.

use super::{
	send::{is_there, Overtaken},
	terms::{differences, Term},
	waiting::UNACCEPTED,
	*,
};
use crate::journal::Entry;

/// How long one group is worked on before the others have their turn.
const TURN: Duration = Duration::from_secs(20);

/// The result of resuming.
#[derive(Debug, Default)]
pub struct Resumed {
	/// What was added.
	pub added: Vec<Added>,
	/// What was not.
	pub failed: Vec<NotAdded>,
}

/// Documents that could not be added.
#[derive(Debug)]
pub struct NotAdded {
	/// The first record among them.
	pub record: H256,
	/// Their titles.
	pub titles: Vec<String>,
	/// Why.
	pub error: anyhow::Error,
}

/// Resumes all unfinished work of this key on this chain. Groups have turns, so that one that is stuck
/// does not stop the others. Without a limit of time, this ends when all groups have had their turn for a
/// minute without any progress.
pub async fn resume(
	session: &Session<impl Platform>,
	patience: Option<Duration>,
) -> Result<Resumed> {
	let mut work = of_this_chain(session).await?;
	let until = patience.map(|patience| session.clock.elapsed() + patience);
	let mut resumed = Resumed::default();
	// How many steps were open, and since when.
	let open: usize = work.iter().map(|(_, group)| open_steps(group)).sum();
	let mut last = (open, session.clock.elapsed());
	while !work.is_empty() {
		let is_alone = work.len() == 1;
		let mut left = Vec::new();
		for (journal, mut group) in work {
			let turn = session.clock.elapsed() + TURN;
			let end = match is_alone {
				true => until,
				false => Some(until.map_or(turn, |until| until.min(turn))),
			};
			let begun = documents_of(&group);
			let result = run(session, &journal, &mut group, end, true).await;
			let has_time = is_over(session, end) && !is_over(session, until);
			match result {
				Ok(added) if has_time && !group.is_complete() => {
					left.push((journal, group, Ok(added)));
				},
				Err(error) if has_time && !is_hopeless(&error) => {
					left.push((journal, group, Err(error)));
				},
				result => resumed.end(&group, begun, result),
			}
		}
		let now = session.clock.elapsed();
		let open: usize = left.iter().map(|(_, group, _)| open_steps(group)).sum();
		if last.0 != open {
			last = (open, now);
		}
		let is_stuck = until.is_none() && now.saturating_sub(last.1) >= UNACCEPTED;
		work = Vec::new();
		for (journal, group, result) in left {
			match is_stuck {
				true => resumed.end(&group, documents_of(&group), result),
				false => work.push((journal, group)),
			}
		}
	}
	Ok(resumed)
}

/// How many steps a group has still to go.
pub(super) fn open_steps(group: &Group) -> usize {
	let of_entry = |entry: &Entry| {
		let done = [entry.uploaded, entry.is_final, entry.complete];
		let delivered = entry.envelopes.iter().map(|envelope| envelope.delivered);
		done.into_iter().chain(delivered).filter(|is_done| !is_done).count()
	};
	group.entries.iter().map(of_entry).sum()
}

/// A version in a group, and its title.
type Document = ((H256, u32), String);

fn documents_of(group: &Group) -> Vec<Document> {
	let document = |entry: &Entry| ((H256(entry.record.0), entry.version), entry.title.clone());
	group.entries.iter().map(document).collect()
}

impl Resumed {
	/// Notes the result of a group, which had these documents when it began. If some were given up, those
	/// that it still has are on the chain.
	fn end(&mut self, group: &Group, mut begun: Vec<Document>, result: Result<Vec<Added>>) {
		let error = match result {
			Ok(added) => return self.added.extend(added),
			Err(error) => error,
		};
		if let Some(PartlyAdded { added }) = error.downcast_ref() {
			self.added.extend(added.iter().cloned());
		}
		if error.is::<GivenUp>() {
			let stay = documents_of(group);
			begun.retain(|document| !stay.contains(document));
		}
		self.failed.push(NotAdded {
			record: begun.first().map_or(H256::zero(), |((record, _), _)| *record),
			titles: begun.into_iter().map(|(_, title)| title).collect(),
			error,
		});
	}
}

/// The titles and records of all unfinished documents of this key on this chain. This asks no node.
pub async fn list_unfinished(session: &Session<impl Platform>) -> Result<Vec<(String, H256)>> {
	let groups = of_this_chain(session).await?.into_iter().map(|(_, group)| group);
	let entries = groups.flat_map(|group| group.entries).filter(|entry| !entry.complete);
	Ok(entries.map(|entry| (entry.title, H256(entry.record.0))).collect())
}

/// The unfinished groups of this key on this chain that no other program works on.
async fn of_this_chain<P: Platform>(
	session: &Session<P>,
) -> Result<Vec<(Journal<P::Keep>, Group)>> {
	let me = session.me()?;
	let mut groups = Journal::unfinished(&session.keep, me).await?;
	groups.retain(|(_, group)| {
		group.signer == Hex::from(&me.account()) && group.genesis.0 == session.genesis().0
	});
	Ok(groups)
}

/// Looks for an earlier attempt to add the same documents with other terms. If nothing of it has left
/// this machine, it is removed, and the terms that differ are returned. Otherwise it is an error that
/// shows them.
pub(super) async fn set_aside(
	session: &Session<impl Platform>,
	documents: Hex<32>,
	terms: &[Term],
) -> Result<Vec<Difference>> {
	let mut found = Vec::new();
	for (journal, group) in of_this_chain(session).await? {
		if group.documents != documents {
			continue;
		}
		let differences = differences(&group.terms, terms);
		if let Some(entry) = group.entries.iter().find(|entry| entry.uploaded || entry.is_final) {
			let message = format!(
				"“{}” was begun earlier with other terms ({}), and may be on the chain with them",
				entry.title,
				side_by_side(&differences)
			);
			let (key, record) = (session.me()?.name.clone(), H256(entry.record.0));
			bail!(Advised::new(message, Advice::GiveUp { key, record }));
		}
		journal.remove().await?;
		found.extend(differences);
	}
	Ok(found)
}

/// Unfinished work that can be given up.
pub struct Unfinished<P: Platform> {
	journal: Journal<P::Keep>,
	/// Its documents.
	pub documents: Vec<UnfinishedDocument>,
}

/// A document that is not added completely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnfinishedDocument {
	/// Its title.
	pub title: String,
	/// The record.
	pub record: H256,
	/// How far it is.
	pub progress: DocumentProgress,
}

/// How far an unfinished document is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentProgress {
	/// It is not on the chain. A call may be waiting at a node if its ciphertext was uploaded.
	NotOnChain {
		/// Whether its ciphertext was uploaded.
		uploaded: bool,
	},
	/// It is on the chain.
	OnChain {
		/// How many shares open it.
		threshold: u8,
		/// How many holders have their share.
		held: usize,
		/// The institutions whose acknowledgement is missing.
		missing: Vec<AccountId>,
	},
}

impl DocumentProgress {
	/// Whether the document can never be opened if its shares are not delivered.
	pub fn is_lost(&self) -> bool {
		matches!(self, Self::OnChain { threshold, held, .. } if *held < usize::from(*threshold))
	}
}

/// The unfinished work with this document: its title, or the first digits of its record's id.
pub async fn find_unfinished<P: Platform>(
	session: &Session<P>,
	named: &str,
) -> Result<Unfinished<P>> {
	let digits = named.trim_start_matches("0x").replace('-', "").to_ascii_lowercase();
	let is_it = |entry: &Entry| {
		let is_id = digits.len() >= 8 && hex::encode(entry.record.0).starts_with(&digits);
		is_id || entry.title == named
	};
	let mut groups = of_this_chain(session).await?;
	groups.retain(|(_, group)| group.entries.iter().any(is_it));
	if groups.len() > 1 {
		bail!("{} unfinished documents are called “{named}”: name the record's id", groups.len());
	}
	let (journal, group) =
		groups.pop().with_context(|| format!("there is no unfinished document “{named}”"))?;
	let at = session.finalized().await?;
	let mut documents = Vec::new();
	for entry in &group.entries {
		let progress = progress_of(&at, entry).await?;
		let (title, record) = (entry.title.clone(), H256(entry.record.0));
		documents.push(UnfinishedDocument { title, record, progress });
	}
	Ok(Unfinished { journal, documents })
}

async fn progress_of(at: &impl View, entry: &Entry) -> Result<DocumentProgress> {
	match is_there(at, entry).await {
		Ok(true) => {},
		Err(error) if !error.is::<Overtaken>() => return Err(error),
		// If another version is in its place, this one is not on the chain.
		_ => return Ok(DocumentProgress::NotOnChain { uploaded: entry.uploaded }),
	}
	let (threshold, held, missing) = holders_of(at, entry).await?;
	Ok(DocumentProgress::OnChain { threshold, held, missing })
}

impl<P: Platform> Unfinished<P> {
	/// Gives the work up: removes what is kept of it on this machine.
	pub async fn give_up(self) -> Result<()> {
		self.journal.remove().await
	}
}
