//! Adds records and versions, from the document to the last acknowledgement.
//!
//! 1. *Prepare*: draw a secret, encrypt, split, seal every share to its holder, write the journal.
//!    Nothing has left the machine.
//! 2. *Upload* the ciphertext to a custodian (first to the author's own institution).
//! 3. *Submit* the call, and wait until it is final.
//! 4. *Deliver* each custodian's envelope, and wait until every acknowledgement is final.
//!
//! Each step can be repeated without harm, and the journal says which step is next. If a custodian
//! cannot be reached, the command waits for it. The version can be opened once enough holders for
//! the threshold have their shares.

mod prepare;
mod reseal;
mod send;

use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	journal::{Group, Journal},
	platform::{Clock, Pieces, Platform, Source, Task},
	session::{At, Session},
};
use anyhow::{bail, Context as _, Result};
use blake2::{Blake2b256, Digest};
use bytes::Bytes;
use futures::{stream, StreamExt};
use prepare::prepare;
use send::{deliver, is_hopeless, missing, submit, upload};
use std::{sync::Arc, time::Duration};
use vouchsafe_protocol::{
	messages::Hex,
	traits::View,
	types::{account_bytes, AccountId, Category, Confidentiality, Origin, RelationKind, H256},
};
use vouchsafe_speech::Noun;

pub use vouchsafe_protocol::holders::SharingWish;

/// How many bytes of a document in memory are encrypted at once.
const PIECE: usize = 1 << 20;

/// Where a document's bytes come from.
#[derive(Clone, Debug)]
pub enum Content {
	/// A document outside the agent.
	Source(Arc<dyn Source>),
	/// Bytes in memory.
	Bytes(Bytes),
}

impl Content {
	fn length(&self) -> Result<u64> {
		match self {
			Self::Source(source) => source.length(),
			Self::Bytes(bytes) => Ok(bytes.len() as u64),
		}
	}

	fn pieces(&self) -> Pieces {
		let mut left = match self {
			Self::Source(source) => return source.pieces(),
			Self::Bytes(bytes) => bytes.clone(),
		};
		let next = move || {
			let piece = left.split_to(left.len().min(PIECE));
			(!piece.is_empty()).then_some(Ok(piece))
		};
		Pieces::new(stream::iter(std::iter::from_fn(next)))
	}

	async fn digest(&self) -> Result<[u8; 32]> {
		self.length()?;
		let mut digest = Blake2b256::new();
		let mut pieces = self.pieces();
		while let Some(piece) = pieces.next().await {
			digest.update(piece?);
		}
		Ok(digest.finalize().into())
	}
}

/// What a document is added as.
#[derive(Clone, Debug)]
pub enum Place {
	/// A new record.
	New {
		/// Its category.
		category: Category,
		/// First and last month of service.
		months: (u16, u16),
		/// The words of its labels.
		labels: Vec<String>,
		/// Its relation to another record of the patient.
		relation: Option<(RelationKind, H256)>,
		/// Its confidentiality.
		confidentiality: Confidentiality,
		/// Its origin.
		origin: Origin,
	},
	/// A new version of a record.
	VersionOf {
		/// The record.
		record: H256,
		/// What it widens of the record; `None` if nothing.
		widening: Option<Widening>,
	},
}

/// What a version widens of its record. What the record has already stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Widening {
	/// First and last month of service.
	pub months: (u16, u16),
	/// The words of its labels.
	pub labels: Vec<String>,
	/// Its confidentiality.
	pub confidentiality: Confidentiality,
}

impl Place {
	/// The words of the labels that it gives its record.
	pub fn labels(&self) -> &[String] {
		match self {
			Self::New { labels, .. }
			| Self::VersionOf { widening: Some(Widening { labels, .. }), .. } => labels,
			Self::VersionOf { widening: None, .. } => &[],
		}
	}
}

/// A document to be added.
#[derive(Clone, Debug)]
pub struct NewDocument {
	/// Its bytes.
	pub content: Content,
	/// Its title, which is encrypted for readers.
	pub title: String,
	/// Its media type, which is encrypted for readers.
	pub media_type: String,
	/// The record or version that it becomes.
	pub place: Place,
}

/// What is to be added.
#[derive(Clone, Debug)]
pub struct Addition {
	/// The patient.
	pub patient: AccountId,
	/// The institution that the author acts for. `None` if the patient is the author.
	pub institution: Option<AccountId>,
	/// The documents.
	pub documents: Vec<NewDocument>,
	/// Who holds the shares.
	pub sharing: SharingWish,
}

/// The result for one document.
#[derive(Clone, Debug)]
pub struct Added {
	/// Its title.
	pub title: String,
	/// The record.
	pub record: H256,
	/// The version.
	pub version: u32,
	/// The record's category.
	pub category: Category,
	/// Institutions whose acknowledgement is not final yet.
	pub missing: Vec<AccountId>,
	/// Whether an earlier run had begun it.
	pub resumed: bool,
	/// Its labels, if their tags could not be computed.
	pub unclassified: Option<Unclassified>,
}

/// Why a record is unclassified although its author knows its labels.
#[derive(Clone, Debug)]
pub struct Unclassified {
	/// The words of its labels.
	pub words: Vec<String>,
	/// Why their tags could not be computed.
	pub reason: String,
}

/// Adds documents, and continues until all shares are acknowledged or `patience` has passed. If an
/// earlier run began to add the same documents and did not finish, that work is resumed.
pub async fn add(
	session: &Session<impl Platform>,
	addition: &Addition,
	patience: Option<Duration>,
) -> Result<Vec<Added>> {
	let source = source_of(addition).await?;
	let genesis = session.genesis().into();
	let (journal, begun) = Journal::claim(&session.keep, session.me()?, genesis, source).await?;
	if let Some(group) = begun {
		return run(session, journal, group, patience, true).await;
	}
	let group = match prepare(session, addition, source, &journal).await {
		Ok(group) => group,
		Err(error) => {
			journal.remove().await?;
			return Err(error);
		},
	};
	session.step("prepared");
	run(session, journal, group, patience, false).await
}

/// Resumes all unfinished work of this key on this chain.
pub async fn resume(
	session: &Session<impl Platform>,
	patience: Option<Duration>,
) -> Result<Vec<Added>> {
	let me = session.me()?;
	let mut added = Vec::new();
	let mut failed = None;
	for (journal, group) in Journal::unfinished(&session.keep, me).await? {
		if group.signer != Hex::from(&me.account()) || group.genesis.0 != session.genesis().0 {
			continue;
		}
		// If one fails, the others must continue.
		match run(session, journal, group, patience, true).await {
			Ok(more) => added.extend(more),
			Err(error) => failed = failed.or(Some(error)),
		}
	}
	match failed {
		Some(error) => Err(error),
		None => Ok(added),
	}
}

async fn source_of(addition: &Addition) -> Result<Hex<32>> {
	let mut digest = Blake2b256::new_with_prefix(b"vouchsafe/cli/source/1");
	digest.update(account_bytes(&addition.patient));
	digest.update(addition.institution.as_ref().map_or([0; 32], account_bytes));
	for document in &addition.documents {
		digest.update(document.content.digest().await?);
		// The labels too: a document must not be added with those of an earlier try.
		digest.update(format!("{:?}{:?}", document.title, document.media_type));
		digest.update(format!("{:?}", document.place));
	}
	digest.update(format!("{:?}", addition.sharing));
	Ok(Hex(digest.finalize().into()))
}

/// Finishes a group, from the step that it has reached.
async fn run<P: Platform>(
	session: &Session<P>,
	journal: Journal<P::Keep>,
	mut group: Group,
	patience: Option<Duration>,
	resumed: bool,
) -> Result<Vec<Added>> {
	let until = patience.map(|patience| session.clock.elapsed() + patience);
	upload(session, &journal, &mut group, until).await?;
	let key = &session.me()?.name;
	let unfinished = |error: anyhow::Error| -> anyhow::Error {
		let advice = Advice::Resume { key: key.clone() };
		Advised::new("not finished, and nothing is lost", advice).caused_by(error).into()
	};
	let refused = match submit(session, &journal, &mut group, until).await {
		Ok(()) => None,
		Err(error) if is_hopeless(&error) => {
			// The chain will never accept the rest. Versions that are on the chain are finished.
			group.entries.retain(|entry| entry.is_final);
			if group.entries.is_empty() {
				journal.remove().await?;
				return Err(error);
			}
			journal.save(&group).await?;
			Some(error)
		},
		Err(error) => return Err(unfinished(error)),
	};
	deliver(session, &journal, &mut group, until).await.map_err(unfinished)?;
	let added = outcome(session, &group, resumed).await.map_err(unfinished)?;
	if group.entries.iter().all(|entry| entry.complete) {
		journal.remove().await?;
	}
	match refused {
		Some(error) => Err(error
			.context(format!("{} added, the rest not", ENGLISH.count(Noun::Record, added.len())))),
		None => Ok(added),
	}
}

/// The result for each version.
async fn outcome(
	session: &Session<impl Platform>,
	group: &Group,
	resumed: bool,
) -> Result<Vec<Added>> {
	let at = session.finalized().await?;
	let mut added = Vec::new();
	for entry in &group.entries {
		let record = H256(entry.record.0);
		let found = at
			.record(&entry.patient.into(), record)
			.await?
			.context("the record is gone from the chain")?;
		added.push(Added {
			title: entry.title.clone(),
			record,
			version: entry.version,
			category: found.category,
			missing: missing(&at, entry).await?,
			resumed,
			unclassified: entry.unclassified.clone().map(|reason| {
				let words = entry.words.clone();
				Unclassified { words, reason }
			}),
		});
	}
	Ok(added)
}

fn is_over(session: &Session<impl Platform>, until: Option<Duration>) -> bool {
	until.is_some_and(|until| session.clock.elapsed() >= until)
}

#[cfg(test)]
mod tests;
