//! Checks every copy of a version's content, at every custodian that keeps one.

use crate::{
	platform::{Draft, Keep, Pieces, Platform, Task},
	session::Session,
};
use anyhow::{Context as _, Result};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use vouchsafe_protocol::{
	cid::{Cid, CHUNK},
	errors::CustodianError,
	openings::{context, has_custodian},
	traits::{Custodian, View},
	types::{AccountId, H256},
};
use vouchsafe_vault::manifest::Manifest;

/// The longest manifest that is read from a copy that may be changed.
const LONGEST_MANIFEST: u64 = 64 * 1024;

/// The state of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CopyState {
	/// As its author wrote it.
	Good,
	/// Changed.
	Changed {
		/// First and last byte that differ from a good copy, if there is one to compare with.
		bytes: Option<(u64, u64)>,
		/// Whether it is too short or too long.
		other_length: bool,
	},
	/// Could not be fetched, and why.
	Missing(String),
	/// The institution's custodian does not have it, although it has an IPFS node.
	NotKept,
	/// The institution's custodian has only a part of it.
	Incomplete,
	/// The institution has no IPFS node.
	NoNode,
}

/// A copy at an institution.
#[derive(Clone, Debug)]
pub struct CopyReport {
	/// `manifest` or `document`.
	pub what: &'static str,
	/// The institution that keeps it.
	pub institution: AccountId,
	/// Its state.
	pub state: CopyState,
	/// Whether the institution has acknowledged on the chain that it keeps the copy.
	pub acknowledged: bool,
}

impl CopyReport {
	/// The report in words.
	pub fn say(&self, name: &str) -> String {
		let what = self.what;
		match &self.state {
			CopyState::Good => format!("{what} at {name}: intact"),
			CopyState::Missing(why) => format!("{what} at {name}: not available ({why})"),
			CopyState::NotKept if self.acknowledged => {
				format!("{what} at {name}: NO COPY, although it acknowledged that it keeps one")
			},
			CopyState::NotKept => format!("{what} at {name}: no copy yet"),
			CopyState::Incomplete => {
				format!("{what} at {name}: INCOMPLETE, its custodian has lost a part of it")
			},
			CopyState::NoNode => format!("{what} at {name}: keeps no copies"),
			CopyState::Changed { bytes: None, .. } => {
				format!("{what} at {name}: CHANGED (there is no intact copy to compare it with)")
			},
			CopyState::Changed { bytes: Some((first, last)), other_length } => {
				let chunk = CHUNK as u64;
				let (one, other) = (first / chunk, last / chunk);
				let blocks = if one == other {
					format!("block {one}")
				} else {
					format!("blocks {one} to {other}")
				};
				let length = if *other_length { ", and its length differs" } else { "" };
				let range = if first == last {
					format!("byte {first}")
				} else {
					format!("bytes {first} to {last}")
				};
				format!("{what} at {name}: CHANGED, {range} ({blocks} of 256 KiB){length}")
			},
		}
	}
}

/// The result of a verification.
#[derive(Clone, Debug)]
pub struct Verified {
	/// The record.
	pub record: H256,
	/// The version.
	pub version: u32,
	/// Every copy.
	pub copies: Vec<CopyReport>,
}

impl Verified {
	/// Copies that were changed.
	pub fn changed(&self) -> impl Iterator<Item = &CopyReport> {
		self.copies.iter().filter(|copy| matches!(copy.state, CopyState::Changed { .. }))
	}

	/// Copies that an institution does not keep whole although it has acknowledged that it does.
	pub fn lost(&self) -> impl Iterator<Item = &CopyReport> {
		let is_lost = |state: &_| matches!(state, CopyState::NotKept | CopyState::Incomplete);
		self.copies.iter().filter(move |copy| copy.acknowledged && is_lost(&copy.state))
	}

	/// Whether there is a good copy of manifest and document.
	pub fn is_available(&self) -> bool {
		["manifest", "document"].iter().all(|what| {
			self.copies.iter().any(|copy| copy.what == *what && copy.state == CopyState::Good)
		})
	}
}

/// Checks every copy of a version; the last one if none is named. It needs no right to read: what
/// is checked is ciphertext.
pub async fn verify(
	session: &Session<impl Platform>,
	patient: &AccountId,
	record: H256,
	version: Option<u32>,
) -> Result<Verified> {
	let at = session.finalized().await?;
	let found = at.record(patient, record).await?.context("this patient has no such record")?;
	let version = version.unwrap_or(found.versions.saturating_sub(1));
	let entry =
		at.version(patient, record, version).await?.context("the record has no such version")?;
	let set = at.sharing_set(patient, record, version).await?.context("the version was erased")?;
	let manifest = entry.manifest.context("the version's content was erased")?;
	let manifest_cid = Cid::try_from(&manifest[..]).context("the CID on the chain is malformed")?;
	let places: Vec<_> = set
		.holders
		.iter()
		.filter(|it| has_custodian(it.kind))
		.map(|it| (it.account.clone(), it.acknowledged))
		.collect();

	let (mut copies, good) =
		check_copies(session, "manifest", manifest_cid, LONGEST_MANIFEST, &places).await?;
	if let Some(mut good) = good {
		let mut bytes = Vec::new();
		let mut pieces = good.read().await?;
		while let Some(piece) = pieces.next().await {
			bytes.extend_from_slice(&piece?);
		}
		let context = context(session.genesis(), record, version, patient);
		let manifest = Manifest::decode_versioned(&bytes, &context)?;
		let cid = Cid::try_from(&manifest.ciphertext_cid[..])
			.context("the CID in the manifest is malformed")?;
		let (documents, _) =
			check_copies(session, "document", cid, manifest.ciphertext_len, &places).await?;
		copies.extend(documents);
	}
	Ok(Verified { record, version, copies })
}

/// Fetches each copy; a changed one is compared with a good one.
async fn check_copies<P: Platform>(
	session: &Session<P>,
	what: &'static str,
	cid: Cid,
	length: u64,
	places: &[(AccountId, bool)],
) -> Result<(Vec<CopyReport>, Option<DraftOf<P>>)> {
	let mut good: Option<DraftOf<P>> = None;
	let mut bad: Vec<(usize, DraftOf<P>)> = Vec::new();
	let mut copies = Vec::new();
	for (institution, acknowledged) in places {
		let name = session.names.show(institution);
		let progress = session.bytes(&format!("checking the {what} at {name}"), length);
		let mut draft = session.keep.scratch().await?;
		let state = match fetch(session, institution, cid, length, &mut draft, &progress).await? {
			Fetched::Good => CopyState::Good,
			Fetched::Bad => CopyState::Changed { bytes: None, other_length: false },
			Fetched::Away(why) => CopyState::Missing(why),
			Fetched::NotKept => CopyState::NotKept,
			Fetched::Incomplete => CopyState::Incomplete,
			Fetched::NoNode => CopyState::NoNode,
		};
		match state {
			CopyState::Good => {
				good.get_or_insert(draft);
			},
			CopyState::Changed { .. } => bad.push((copies.len(), draft)),
			_ => {},
		}
		let (institution, acknowledged) = (institution.clone(), *acknowledged);
		copies.push(CopyReport { what, institution, state, acknowledged });
	}
	if let Some(good) = &mut good {
		for (place, mut draft) in bad {
			// Where they differ is not known if one of them was too long to be kept.
			let compared = async { compare(good.read().await?, draft.read().await?).await };
			if let Ok((bytes, other_length)) = compared.await {
				copies[place].state = CopyState::Changed { bytes, other_length };
			}
		}
	}
	Ok((copies, good))
}

/// A copy that is being checked.
type DraftOf<P> = <<P as Platform>::Keep as Keep>::Draft;

enum Fetched {
	Good,
	Bad,
	Away(String),
	NotKept,
	Incomplete,
	NoNode,
}

async fn fetch(
	session: &Session<impl Platform>,
	institution: &AccountId,
	cid: Cid,
	length: u64,
	draft: &mut impl Draft,
	progress: &impl Task,
) -> Result<Fetched> {
	let custodian = match session.custodian(institution) {
		Ok(custodian) => custodian,
		Err(error) => return Ok(Fetched::Away(error.to_string())),
	};
	match custodian.about().await {
		Ok(about) if !about.content => return Ok(Fetched::NoNode),
		Ok(_) => {},
		Err(CustodianError::Unreachable(_)) => {
			return Ok(Fetched::Away("could not be reached".into()))
		},
		Err(error) => return Ok(Fetched::Away(error.to_string())),
	}
	let stream = match custodian.without_retries().content(cid).await {
		Ok(stream) => stream,
		Err(CustodianError::Damaged(_)) => return Ok(Fetched::Bad),
		Err(CustodianError::NotFound) => return Ok(Fetched::NotKept),
		Err(CustodianError::Incomplete) => return Ok(Fetched::Incomplete),
		Err(error) => return Ok(Fetched::Away(error.to_string())),
	};
	write(stream, length, draft, progress).await
}

/// Writes a copy as it comes. One that breaks off after bytes that are not the CID's is bad: a
/// custodian breaks off where its node finds its own block changed.
async fn write(
	mut stream: impl Stream<Item = Result<Bytes, CustodianError>> + Unpin,
	length: u64,
	draft: &mut impl Draft,
	progress: &impl Task,
) -> Result<Fetched> {
	let mut written = 0u64;
	while let Some(piece) = stream.next().await {
		match piece {
			Ok(piece) => {
				written += piece.len() as u64;
				if written > length.saturating_add(CHUNK as u64) {
					return Ok(Fetched::Bad);
				}
				draft.write(&piece).await?;
				progress.advance(piece.len() as u64);
			},
			Err(CustodianError::Damaged(_)) => return Ok(Fetched::Bad),
			Err(error) => return Ok(Fetched::Away(error.to_string())),
		}
	}
	Ok(Fetched::Good)
}

/// First and last byte that differ, and whether the lengths do.
async fn compare(mut good: Pieces, mut bad: Pieces) -> Result<(Option<(u64, u64)>, bool)> {
	let mut range: Option<(u64, u64)> = None;
	let mut extend = |first: u64, last: u64| {
		range = Some((range.map_or(first, |(before, _)| before), last));
	};
	let mut at = 0u64;
	let (mut one, mut other) = (Bytes::new(), Bytes::new());
	loop {
		refill(&mut good, &mut one).await?;
		refill(&mut bad, &mut other).await?;
		let length = one.len().min(other.len());
		if length == 0 {
			break;
		}
		let (left, right) = (one.split_to(length), other.split_to(length));
		let pairs = left.iter().zip(&right);
		for (offset, _) in pairs.enumerate().filter(|(_, (a, b))| a != b) {
			extend(at + offset as u64, at + offset as u64);
		}
		at += length as u64;
	}
	let surplus = rest(good, one).await?.max(rest(bad, other).await?);
	if surplus > 0 {
		extend(at, at + surplus - 1);
	}
	Ok((range, surplus > 0))
}

/// Takes the next bytes of a stream if there are none left of the last ones.
async fn refill(pieces: &mut Pieces, piece: &mut Bytes) -> Result<()> {
	while piece.is_empty() {
		match pieces.next().await {
			Some(next) => *piece = next?,
			None => break,
		}
	}
	Ok(())
}

/// The number of bytes that are left.
async fn rest(mut pieces: Pieces, piece: Bytes) -> Result<u64> {
	let mut length = piece.len() as u64;
	while let Some(next) = pieces.next().await {
		length += next?.len() as u64;
	}
	Ok(length)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{keys::Identity, memory::MemoryKeep};

	/// The bytes in pieces of this length.
	fn pieces(bytes: &[u8], length: usize) -> Pieces {
		let pieces: Vec<_> =
			bytes.chunks(length).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
		Pieces::new(futures::stream::iter(pieces))
	}

	#[tokio::test]
	async fn changed_bytes_are_found() {
		let good = vec![7u8; CHUNK * 2 + 100];
		let mut bad = good.clone();
		for (one, other) in [(CHUNK, CHUNK), (CHUNK, 1000), (77, CHUNK), (usize::MAX, 5)] {
			let compared = |bad: &[u8]| compare(pieces(&good, one), pieces(bad, other));
			bad.clone_from(&good);
			assert_eq!(compared(&bad).await.unwrap(), (None, false));
			bad[CHUNK + 5] ^= 1;
			let at = CHUNK as u64 + 5;
			assert_eq!(compared(&bad).await.unwrap(), (Some((at, at)), false));
			bad[3] ^= 1;
			assert_eq!(compared(&bad).await.unwrap(), (Some((3, at)), false));
			bad.truncate(CHUNK);
			let end = good.len() as u64 - 1;
			assert_eq!(compared(&bad).await.unwrap(), (Some((3, end)), true));
			bad.clone_from(&good);
			bad.push(1);
			let end = good.len() as u64;
			assert_eq!(compared(&bad).await.unwrap(), (Some((end, end)), true));
			assert_eq!(compared(&[]).await.unwrap(), (Some((0, end - 1)), true));
		}
	}

	/// A custodian that has an IPFS node and not the copy is told apart from one that is away.
	#[tokio::test]
	async fn a_copy_that_is_not_kept_is_not_good() {
		for (refusal, lost) in [
			(Some(CustodianError::NotFound), Some(CopyState::NotKept)),
			(Some(CustodianError::Incomplete), Some(CopyState::Incomplete)),
			(Some(CustodianError::Busy), None),
			(None, None),
		] {
			let me = Identity::development("//PatientA").unwrap();
			let session = Session::offline(me, MemoryKeep::default()).with_custodian(refusal);
			let places = [(AccountId::new([1; 32]), true)];
			let cid = vouchsafe_protocol::cid::cid_of(b"copy");
			let (copies, good) = check_copies(&session, "document", cid, 4, &places).await.unwrap();
			assert!(good.is_none());
			let verified = Verified { record: H256([5; 32]), version: 0, copies };
			let found: Vec<_> = verified.lost().map(|copy| copy.state.clone()).collect();
			assert_eq!(found, lost.into_iter().collect::<Vec<_>>(), "{verified:?}");
			assert!(verified.changed().next().is_none() && !verified.is_available());
		}
	}

	#[test]
	fn a_changed_copy_reads_well() {
		let copy = |state, acknowledged| CopyReport {
			what: "document",
			institution: AccountId::new([1; 32]),
			state,
			acknowledged,
		};
		let report = |state| copy(state, true);
		let changed = CopyState::Changed { bytes: Some((262_149, 262_149)), other_length: false };
		assert_eq!(
			report(changed).say("Hospital B"),
			"document at Hospital B: CHANGED, byte 262149 (block 1 of 256 KiB)"
		);
		assert!(report(CopyState::Good).say("Hospital A").contains("intact"));
		assert!(report(CopyState::NotKept).say("Hospital B").contains("NO COPY"));
		assert_eq!(
			report(CopyState::Incomplete).say("Hospital B"),
			"document at Hospital B: INCOMPLETE, its custodian has lost a part of it"
		);
		let early = copy(CopyState::NotKept, false).say("Hospital B");
		assert_eq!(early, "document at Hospital B: no copy yet");
	}
}
