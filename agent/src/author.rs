//! Adds records and versions, from the document to the last acknowledgement.
//!
//! 1. *Prepare*: draw a secret, encrypt, split, seal every share to its holder, write the journal.
//!    Nothing has left the machine.
//! 2. *Upload* the ciphertext to a custodian (first to the author's own institution).
//! 3. *Submit* the call, and wait until it is final.
//! 4. *Deliver* each custodian's envelope, and wait until every acknowledgement is final.
//!
//! Each step can be repeated without harm, and the journal says which step is next. If a custodian
//! cannot be reached, the command says so and waits for it, but not for ever. The version can be
//! opened once enough holders for the threshold have their shares.

mod prepare;
mod reseal;
mod send;
mod terms;
mod unfinished;
mod waiting;

use crate::{
	advice::{Advice, Advised},
	english::ENGLISH,
	journal::{Group, Journal},
	platform::{Clock, Pieces, Platform, Source, Task},
	representation::known,
	session::{At, Session},
};
use anyhow::{anyhow, bail, Context as _, Result};
use blake2::{Blake2b256, Digest};
use bytes::Bytes;
use codec::Encode;
use futures::{stream, StreamExt};
use prepare::{check_sizes, prepare};
use reseal::seal_to_patients;
use send::{deliver, find_dropped, holders_of, is_hopeless, submit, upload, Complaints};
use std::{sync::Arc, time::Duration};
use terms::terms_of;
use unfinished::set_aside;
use vouchsafe_protocol::{
	messages::Hex,
	traits::View,
	types::{account_bytes, AccountId, Category, Confidentiality, Origin, RelationKind, H256},
};
use vouchsafe_speech::Noun;

pub use terms::{side_by_side, Difference};
pub use unfinished::{
	find_unfinished, list_unfinished, resume, DocumentProgress, NotAdded, Resumed, Unfinished,
	UnfinishedDocument,
};
pub use vouchsafe_protocol::holders::SharingWish;
pub use waiting::NotTaken;

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
	/// All of it, for a digest.
	fn encoded(&self) -> Vec<u8> {
		match self {
			Self::New { category, months, labels, relation, confidentiality, origin } => {
				(0u8, category, months, labels, relation, confidentiality, origin).encode()
			},
			Self::VersionOf { record, widening } => {
				let widening =
					widening.as_ref().map(|Widening { months, labels, confidentiality }| {
						(months, labels, confidentiality)
					});
				(1u8, record, widening).encode()
			},
		}
	}

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
	/// How many shares open it.
	pub threshold: u8,
	/// How many holders have their share.
	pub held: usize,
	/// Institutions whose acknowledgement is not final yet, and why they did not accept their share,
	/// if that is known.
	pub missing: Vec<(AccountId, Option<String>)>,
	/// Whether an earlier run had begun it.
	pub resumed: bool,
	/// In which terms it differs from an earlier attempt, which was removed because nothing of it had
	/// left this machine.
	pub instead_of: Vec<Difference>,
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

/// Adds documents, and continues until all shares are acknowledged or `patience` has passed. Without
/// `patience`, it waits a minute for custodians that do not take their shares. If an earlier run began
/// to add the same documents in the same way and did not finish, that work is resumed. If it began
/// them with other terms, it is replaced, unless something of it may be on the chain. A ward gets no share.
pub async fn add(
	session: &Session<impl Platform>,
	addition: &Addition,
	patience: Option<Duration>,
) -> Result<Vec<Added>> {
	let addition = &without_wards_share(session, addition).await?;
	check_sizes(session, addition).await?;
	let sources = Sources::of(addition).await?;
	let (genesis, source) = (session.genesis().into(), sources.all);
	let (journal, begun) = Journal::claim(&session.keep, session.me()?, genesis, source).await?;
	let until = patience.map(|patience| session.clock.elapsed() + patience);
	if let Some(mut group) = begun {
		let added = run(session, &journal, &mut group, until, true).await?;
		if added.len() < addition.documents.len() {
			let error =
				anyhow!("the rest was refused by the chain before, and given up: add it again");
			return Err(error.context(PartlyAdded { added }));
		}
		return Ok(added);
	}
	let prepared = async {
		let terms = terms_of(session, addition);
		let instead_of = set_aside(session, sources.documents, &terms).await?;
		let group = prepare(session, addition, sources, terms, &journal).await?;
		anyhow::Ok((instead_of, group))
	};
	let (instead_of, mut group) = match prepared.await {
		Ok(prepared) => prepared,
		Err(error) => {
			journal.remove().await?;
			return Err(error);
		},
	};
	session.step("prepared").await;
	let mut added = run(session, &journal, &mut group, until, false).await?;
	if let Some(first) = added.first_mut() {
		first.instead_of = instead_of;
	}
	Ok(added)
}

/// The addition without a share for a ward, which nobody could open.
async fn without_wards_share(
	session: &Session<impl Platform>,
	addition: &Addition,
) -> Result<Addition> {
	let mut addition = addition.clone();
	if !addition.sharing.without_patient {
		let view = known(&session.finalized().await?, &addition.patient).await?;
		addition.sharing.without_patient = view.ward;
	}
	Ok(addition)
}

/// Digests that tell additions apart.
#[derive(Clone, Copy, Debug)]
struct Sources {
	/// Of the patient and the documents' bytes.
	documents: Hex<32>,
	/// Of everything.
	all: Hex<32>,
}

impl Sources {
	async fn of(addition: &Addition) -> Result<Self> {
		let mut documents = Blake2b256::new_with_prefix(b"vouchsafe/cli/documents/1");
		documents.update(account_bytes(&addition.patient));
		let mut all = Blake2b256::new_with_prefix(b"vouchsafe/cli/source/2");
		all.update(account_bytes(&addition.patient));
		all.update(addition.institution.as_ref().map_or([0; 32], account_bytes));
		for document in &addition.documents {
			let digest = document.content.digest().await?;
			documents.update(digest);
			all.update(digest);
			// The labels too: a document must not be added with those of an earlier try.
			all.update((&document.title, &document.media_type, document.place.encoded()).encode());
		}
		let SharingWish { threshold, holders, without_patient } = &addition.sharing;
		all.update((threshold, holders, without_patient).encode());
		Ok(Self { documents: Hex(documents.finalize().into()), all: Hex(all.finalize().into()) })
	}
}

/// Finishes a group, from the step that it has reached.
async fn run<P: Platform>(
	session: &Session<P>,
	journal: &Journal<P::Keep>,
	group: &mut Group,
	until: Option<Duration>,
	resumed: bool,
) -> Result<Vec<Added>> {
	if resumed {
		find_dropped(session, group).await?;
	}
	upload(session, journal, group, until).await?;
	let key = &session.me()?.name;
	let unfinished = |error: anyhow::Error| -> anyhow::Error {
		if is_hopeless(&error) {
			return error;
		}
		let advice = Advice::Resume { key: key.clone() };
		Advised::new("not finished, and nothing is lost", advice).caused_by(error).into()
	};
	let refused = match submit(session, journal, group, until).await {
		Ok(()) => None,
		Err(error) if is_hopeless(&error) => {
			// The chain will never accept the rest. Versions that are on the chain are finished.
			group.entries.retain(|entry| entry.is_final);
			let error = anyhow::Error::from(GivenUp(error));
			if group.entries.is_empty() {
				journal.remove().await?;
				return Err(error);
			}
			journal.save(group).await?;
			Some(error)
		},
		Err(error) => return Err(unfinished(error)),
	};
	let finishing = async {
		if resumed && seal_to_patients(session, group).await? {
			journal.save(group).await?;
		}
		let complaints = deliver(session, journal, group, until).await?;
		outcome(session, group, &complaints, resumed).await
	};
	let (added, refused) = match (finishing.await, refused) {
		(Ok(added), refused) => (added, refused),
		(Err(error), None) => return Err(unfinished(error)),
		(Err(error), Some(refused)) => {
			let message =
				format!("a part is on the chain and not finished ({error:#}), the rest not");
			return Err(refused.context(Advised::new(message, Advice::Resume { key: key.clone() })));
		},
	};
	if group.is_complete() {
		journal.remove().await?;
	}
	match refused {
		Some(error) => Err(error.context(PartlyAdded { added })),
		None => Ok(added),
	}
}

/// The chain has the first documents of an addition, and the others were given up.
#[derive(Debug, thiserror::Error)]
#[error("{} added, the rest not", ENGLISH.count(Noun::Record, .added.len()))]
pub struct PartlyAdded {
	/// The result for each of the first ones.
	pub added: Vec<Added>,
}

/// The chain refused documents for good, so they are no longer kept to be resumed.
#[derive(Debug, thiserror::Error)]
#[error(
	"the chain will not accept it, so it is no longer kept on this machine. Remove the cause, and then add \
	 it again"
)]
pub struct GivenUp(#[source] anyhow::Error);

/// The result for each version.
async fn outcome(
	session: &Session<impl Platform>,
	group: &Group,
	complaints: &Complaints,
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
		let (threshold, held, missing) = holders_of(&at, entry).await?;
		added.push(Added {
			title: entry.title.clone(),
			record,
			version: entry.version,
			category: found.category,
			threshold,
			held,
			missing: missing
				.into_iter()
				.map(|institution| {
					let reason = complaints.get(&institution).cloned();
					(institution, reason)
				})
				.collect(),
			resumed,
			instead_of: Vec::new(),
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
