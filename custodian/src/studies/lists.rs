//! Lists of nullifiers: whether all aggregators have the same ones, and which contributor counts a
//! person whom several have.
//!
//! The leader compares hashes of the lists as soon as it has all of them, or half of the time to gather
//! is over. A contributor whose list is not the same everywhere is left out, alone. The leader stores whom
//! it leaves out before any aggregator settles, and no list changes from then on, also in later attempts:
//! so all settle the same. Then each aggregator finds by itself who counts whom.
//!
//! An aggregator that was away has few lists when it is back. If too few people are left because of it,
//! nothing is decided, and the lists are taken again in the next attempt.

use super::{
	compute,
	peers::{is_next_page, Peer},
	secrets::{self, Stored},
	Aggregated, Frozen, StudyError,
};
use crate::{
	encryption::RoundKey,
	store::{ListPart, RoundId, SettledList},
};
use codec::Encode;
use std::collections::BTreeMap;
use vouchsafe_client::{
	chain::AccountId,
	messages::{CompareLists, Hex, ListDigest, ListDigests, Packed, MAX_PACKED, MAX_PEER_ITEMS},
};
use vouchsafe_vault::study::nullifier::keeper;

/// A contributor's list.
type List = ([u8; 32], Vec<[u8; 32]>);
/// A contributor, how many nullifiers were sent, how many people it counts, and which nullifiers count
/// elsewhere, in ascending order.
type Found = ([u8; 32], u32, u32, Vec<[u8; 32]>);
/// Hashes of lists, by contributor.
type Digests = BTreeMap<[u8; 32], [u8; 32]>;

/// Settles the lists at all aggregators, if it is time. Returns whether they are settled here.
pub async fn settle_everywhere(
	aggregated: &Aggregated,
	frozen: &Frozen,
	peers: &[Peer],
	now: u64,
) -> Result<bool, StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let progress =
		database.round_progress(id).await?.ok_or(StudyError::Missing("the frozen round"))?;
	if !progress.lists_decided && !decide(aggregated, frozen, peers, now).await? {
		return Ok(false);
	}
	// Another aggregator may have settled in an earlier attempt, so the same is done in each.
	let excluded = database.excluded_lists(id).await?;
	for peer in peers {
		exclude_at(aggregated, frozen, peer, &excluded).await?;
	}
	settle(aggregated).await?;
	Ok(true)
}

/// Decides which lists are left out, if it is time. All aggregators have closed them then, and keep them
/// closed. Returns whether it is decided.
async fn decide(
	aggregated: &Aggregated,
	frozen: &Frozen,
	peers: &[Peer],
	now: u64,
) -> Result<bool, StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	reopen(aggregated, frozen, peers).await?;
	let must_close = now >= frozen.lists_until;
	let complete = database.complete_lists(id).await?;
	if !must_close && complete < database.standing_contributors(id).await? {
		return Ok(false);
	}
	if !must_close {
		// Ask before anything is closed: a list may still be on its way to another aggregator.
		let own = own_digests(aggregated).await?;
		for peer in peers {
			if digests_of(aggregated, frozen, peer, false).await? != own {
				return Ok(false);
			}
		}
	}
	database.close_lists(id, frozen.attempt).await?;
	let own = own_digests(aggregated).await?;
	let mut all = vec![own.clone()];
	for peer in peers {
		all.push(digests_of(aggregated, frozen, peer, true).await?);
	}
	let excluded = not_everywhere(&all);
	let left = people_left(&database.all_standing(id).await?, &own, &excluded);
	let is_last_attempt = frozen.chain_attempt() >= vouchsafe_client::chain::MAX_ATTEMPTS;
	if left < aggregated.study.terms.least && !is_last_attempt {
		return Ok(false);
	}
	database.decide_lists(id, excluded).await?;
	Ok(true)
}

/// How many people the contributors have whose lists are not left out.
fn people_left(standing: &BTreeMap<[u8; 32], u32>, lists: &Digests, excluded: &[[u8; 32]]) -> u32 {
	let left = lists.keys().filter(|contributor| excluded.binary_search(contributor).is_err());
	let people = left.filter_map(|contributor| standing.get(contributor));
	people.fold(0, |all, people| all.saturating_add(*people))
}

/// Opens the lists again that were closed in an earlier attempt, because an aggregator was away before it
/// was decided which are left out.
async fn reopen(
	aggregated: &Aggregated,
	frozen: &Frozen,
	peers: &[Peer],
) -> Result<(), StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	if frozen.attempt == 1 {
		return Ok(());
	}
	database.reopen_lists(id).await?;
	for peer in peers {
		if aggregated.state.studies.has_reopened(id, frozen.attempt, peer.place) {
			continue;
		}
		peer.ask(aggregated, &request(aggregated, frozen, None, false, Vec::new(), false)).await?;
		aggregated.state.studies.note_reopened(id, frozen.attempt, peer.place);
	}
	Ok(())
}

/// The contributors whose lists are not the same everywhere.
fn not_everywhere(all: &[Digests]) -> Vec<[u8; 32]> {
	let contributors = all.iter().flat_map(BTreeMap::keys);
	let mut excluded: Vec<[u8; 32]> = contributors
		.filter(|contributor| {
			let mut digests = all.iter().map(|digests| digests.get(*contributor));
			let first = digests.next().flatten();
			first.is_none() || digests.any(|digest| digest != first)
		})
		.copied()
		.collect();
	excluded.sort_unstable();
	excluded.dedup();
	excluded
}

async fn own_digests(aggregated: &Aggregated) -> Result<Digests, StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let mut all = Digests::new();
	loop {
		let after = all.last_key_value().map(|(contributor, _)| *contributor);
		let page = database.list_digests(id, after, MAX_PACKED).await?;
		let is_last = page.len() < MAX_PACKED;
		add(&mut all, page);
		if is_last {
			return Ok(all);
		}
	}
}

fn add(all: &mut Digests, page: Vec<ListDigest>) {
	all.extend(page.into_iter().map(|list| (list.contributor.0, list.digest.0)));
}

async fn digests_of(
	aggregated: &Aggregated,
	frozen: &Frozen,
	peer: &Peer,
	close: bool,
) -> Result<Digests, StudyError> {
	let known = aggregated.state.database.all_standing(aggregated.id()).await?;
	let mut all = Digests::new();
	loop {
		let after = all.last_key_value().map(|(contributor, _)| *contributor);
		let asked = request(aggregated, frozen, after.map(Hex), close, Vec::new(), false);
		let ListDigests { lists: Packed(lists), more, .. } = peer.ask(aggregated, &asked).await?;
		if !is_next_page(&known, after, lists.iter().map(|list| list.contributor.0)) {
			return Err(peer.nonsense("lists of others than the round's contributors"));
		}
		if more && lists.is_empty() {
			return Err(peer.nonsense("a page without lists"));
		}
		add(&mut all, lists);
		if !more {
			return Ok(all);
		}
	}
}

async fn exclude_at(
	aggregated: &Aggregated,
	frozen: &Frozen,
	peer: &Peer,
	excluded: &[[u8; 32]],
) -> Result<(), StudyError> {
	for part in excluded.chunks(MAX_PEER_ITEMS) {
		let part = part.iter().copied().map(Hex).collect();
		peer.ask(aggregated, &request(aggregated, frozen, None, true, part, false)).await?;
	}
	let settle = request(aggregated, frozen, None, true, Vec::new(), true);
	match peer.ask(aggregated, &settle).await?.settled {
		true => Ok(()),
		false => Err(peer.nonsense("it does not settle the lists")),
	}
}

fn request(
	aggregated: &Aggregated,
	frozen: &Frozen,
	after: Option<Hex<32>>,
	close: bool,
	excluded: Vec<Hex<32>>,
	settle: bool,
) -> CompareLists {
	let RoundId { study, round } = aggregated.id();
	CompareLists { study, round, attempt: frozen.attempt, after, close, excluded, settle }
}

/// Answers the leader.
pub async fn compare(
	aggregated: &Aggregated,
	request: &CompareLists,
) -> Result<ListDigests, StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let progress =
		database.round_progress(id).await?.ok_or(StudyError::Missing("the frozen round"))?;
	if !progress.lists_settled {
		match request.close {
			true => database.close_lists(id, request.attempt).await?,
			// The leader has not decided in an earlier attempt.
			false => database.reopen_lists(id).await?,
		}
		if request.close && !request.excluded.is_empty() {
			let excluded = request.excluded.iter().map(|contributor| contributor.0).collect();
			database.exclude_lists(id, excluded).await?;
		}
		if request.close && request.settle {
			settle(aggregated).await?;
		}
	}
	let settled = database.round_progress(id).await?.is_some_and(|it| it.lists_settled);
	let after = request.after.map(|contributor| contributor.0);
	let lists = database.list_digests(id, after, MAX_PACKED).await?;
	let more = lists.len() == MAX_PACKED;
	Ok(ListDigests { lists: Packed(lists), more, settled })
}

/// Finds who counts whom, and stores it.
async fn settle(aggregated: &Aggregated) -> Result<(), StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let parts = database.lists(id).await?;
	let standing = database.all_standing(id).await?;
	let key = secrets::round_key(&aggregated.state, id).await?;
	let settled = compute(move || settle_parts(&key, &parts, &standing)).await??;
	Ok(database.settle_lists(id, settled).await?)
}

fn settle_parts(
	key: &RoundKey,
	parts: &[ListPart],
	standing: &BTreeMap<[u8; 32], u32>,
) -> Result<Vec<SettledList>, StudyError> {
	let mut lists: Vec<List> = Vec::new();
	for part in parts {
		let context = Stored::Nullifiers(part.contributor, part.part).encode();
		let bytes = key.decrypt(&context, &part.ciphertext)?;
		let (nullifiers, _) = bytes.as_chunks();
		match lists.last_mut().filter(|(contributor, _)| *contributor == part.contributor) {
			Some((_, list)) => list.extend_from_slice(nullifiers),
			None => lists.push((part.contributor, nullifiers.to_vec())),
		}
	}
	// A list from before the freeze may have more people than were left then.
	let is_excluded = |(contributor, list): &List| {
		let people = standing.get(contributor).copied().unwrap_or(0);
		list.len() > usize::try_from(people).unwrap_or(usize::MAX)
	};
	let (excluded, lists): (Vec<List>, Vec<List>) = lists.into_iter().partition(is_excluded);
	let mut settled = excluded
		.into_iter()
		.map(|(contributor, _)| SettledList { contributor, excluded: true, ..Default::default() })
		.collect::<Vec<_>>();
	for (contributor, sent, counts, doubles) in find_doubles(&lists) {
		let context = Stored::Doubles(contributor).encode();
		let doubles = key.encrypt(&context, &doubles.concat())?;
		settled.push(SettledList { contributor, sent, counts, excluded: false, doubles });
	}
	Ok(settled)
}

/// Who counts whom.
fn find_doubles(lists: &[List]) -> Vec<Found> {
	let number = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
	let accounts: Vec<AccountId> =
		lists.iter().map(|(contributor, _)| AccountId::from(*contributor)).collect();
	let mut all: Vec<([u8; 32], usize)> = lists
		.iter()
		.enumerate()
		.flat_map(|(place, (_, list))| list.iter().map(move |nullifier| (*nullifier, place)))
		.collect();
	all.sort_unstable();
	all.dedup();
	let mut counts = vec![0u32; lists.len()];
	let mut doubles = vec![Vec::new(); lists.len()];
	for same in all.chunk_by(|one, other| one.0 == other.0) {
		let keeper = match same {
			[(_, place)] => Some(&accounts[*place]),
			[(nullifier, _), ..] => keeper(nullifier, same.iter().map(|(_, at)| &accounts[*at])),
			[] => None,
		};
		for (nullifier, place) in same {
			match keeper == Some(&accounts[*place]) {
				true => counts[*place] = counts[*place].saturating_add(1),
				false => doubles[*place].push(*nullifier),
			}
		}
	}
	let found = lists.iter().zip(counts).zip(doubles);
	found
		.map(|(((of, list), counts), doubles)| (*of, number(list.len()), counts, doubles))
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_person_counts_once() {
		let (a, b, c) = ([1; 32], [2; 32], [3; 32]);
		let lists = vec![
			(a, vec![[10; 32], [11; 32], [10; 32]]),
			(b, vec![[11; 32], [12; 32]]),
			(c, vec![[11; 32]]),
		];
		let found = find_doubles(&lists);
		let sent: Vec<_> = found.iter().map(|(of, sent, ..)| (*of, *sent)).collect();
		assert_eq!(sent, [(a, 3), (b, 2), (c, 1)]);
		let counts: u32 = found.iter().map(|(_, _, counts, _)| counts).sum();
		assert_eq!(counts, 3);
		let kept_by = found.iter().filter(|(.., doubles)| !doubles.contains(&[11; 32]));
		assert_eq!(kept_by.count(), 1);
		// The order of the lists does not matter.
		let mut turned = lists.clone();
		turned.reverse();
		let mut other = find_doubles(&turned);
		other.reverse();
		assert_eq!(other, found);
	}

	#[test]
	fn a_list_that_differs_somewhere_is_left_out() {
		let (a, b, c, d) = ([1; 32], [2; 32], [3; 32], [4; 32]);
		let first = Digests::from([(a, [1; 32]), (b, [1; 32]), (c, [1; 32])]);
		let second = Digests::from([(a, [1; 32]), (b, [2; 32]), (d, [1; 32])]);
		assert_eq!(not_everywhere(&[first.clone(), second]), [b, c, d]);
		assert!(not_everywhere(&[first.clone(), first]).is_empty());
	}
}
