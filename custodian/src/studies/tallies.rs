//! Agrees on a tally: which reports count, and how many people were withdrawn, double and refused.
//!
//! The leader compares its tally with that of each other aggregator, and leaves out reports that one of
//! them does not have. When all tallies are equal, it settles them. An aggregator commits only to a tally
//! that it has computed itself.

use super::{
	peers::{is_next_page, Peer},
	Aggregated, Frozen, StudyError,
};
use crate::store::{CountedRow, RoundId};
use codec::{DecodeAll, Encode};
use std::collections::BTreeSet;
use vouchsafe_client::{
	chain::{tally_root, Counted, Tally},
	messages::{
		CompareTallies, ComparedTallies, CountedReport, Hex, ReportName, TallyNumbers,
		MAX_PEER_ITEMS,
	},
};

/// How many reports are read at a time.
const PAGE: usize = 5_000;
/// How often reports are left out before the aggregators wait for the next attempt.
const ROUNDS: usize = 3;

/// All reports that count, in ascending order of contributor.
pub async fn all_counted(aggregated: &Aggregated, id: RoundId) -> Result<Vec<Counted>, StudyError> {
	let database = &aggregated.state.database;
	let mut all: Vec<Counted> = Vec::new();
	loop {
		let after =
			all.last().map(|last| vouchsafe_client::chain::account_bytes(&last.contributor));
		let page = database.counted(id, after, PAGE).await?;
		let is_last = page.len() < PAGE;
		all.extend(page.into_iter().map(counted));
		if is_last {
			return Ok(all);
		}
	}
}

/// The report as a leaf of the tally's tree.
pub fn counted(row: CountedRow) -> Counted {
	let CountedRow { contributor, people, report } = row;
	Counted { contributor: contributor.into(), people, report }
}

/// This aggregator's tally.
pub async fn tally(aggregated: &Aggregated, frozen: &Frozen) -> Result<Tally, StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let all = all_counted(aggregated, id).await?;
	let progress =
		database.round_progress(id).await?.ok_or(StudyError::Missing("the frozen round"))?;
	let double = database.count_doubles(id).await?;
	let used = all.iter().fold(0u32, |used, counted| used.saturating_add(counted.people));
	let refused = progress.standing.saturating_sub(used).saturating_sub(double);
	let withdrawn = frozen.people.saturating_sub(progress.standing);
	let round = aggregated.study_round();
	let root = super::compute(move || tally_root(&round, &all)).await?;
	Ok(Tally { root, used, withdrawn, double, refused })
}

/// The numbers of a tally.
pub fn numbers(tally: &Tally) -> TallyNumbers {
	let Tally { root, used, withdrawn, double, refused } = *tally;
	TallyNumbers { root: Hex(root.0), used, withdrawn, double, refused }
}

/// Agrees with the other aggregators on a tally, as the leader. Returns whether they agree.
pub async fn agree(
	aggregated: &Aggregated,
	frozen: &Frozen,
	peers: &[Peer],
) -> Result<bool, StudyError> {
	for _ in 0..ROUNDS {
		let tally = tally(aggregated, frozen).await?;
		let mut differ = Vec::new();
		for peer in peers {
			let request = request(aggregated, frozen, Some(numbers(&tally)), false);
			let answer = peer.ask(aggregated, &request).await?;
			match (answer.agrees, answer.settled) {
				(true, _) => {},
				(false, false) => differ.push(peer),
				// It does not change in this attempt.
				(false, true) => return Ok(false),
			}
		}
		if differ.is_empty() {
			return settle_everywhere(aggregated, frozen, peers, tally).await;
		}
		leave_out(aggregated, frozen, peers, &differ).await?;
	}
	tracing::warn!(study = aggregated.study_id, "the aggregators' tallies differ");
	Ok(false)
}

async fn settle_everywhere(
	aggregated: &Aggregated,
	frozen: &Frozen,
	peers: &[Peer],
	tally: Tally,
) -> Result<bool, StudyError> {
	for peer in peers {
		let request = request(aggregated, frozen, Some(numbers(&tally)), true);
		let answer = peer.ask(aggregated, &request).await?;
		if !answer.agrees || !answer.settled {
			return Ok(false);
		}
	}
	let database = &aggregated.state.database;
	database.settle_tally(aggregated.id(), frozen.attempt, tally.encode()).await?;
	Ok(true)
}

/// Leaves out, everywhere, the reports that an aggregator lacks.
async fn leave_out(
	aggregated: &Aggregated,
	frozen: &Frozen,
	peers: &[Peer],
	differ: &[&Peer],
) -> Result<(), StudyError> {
	let own = all_counted(aggregated, aggregated.id()).await?.into_iter().collect::<BTreeSet<_>>();
	let mut common = own.clone();
	let mut theirs = Vec::new();
	for peer in differ {
		let counted = counted_at(aggregated, frozen, peer).await?;
		common.retain(|report| counted.contains(report));
		theirs.push(counted);
	}
	for peer in peers {
		let place = differ.iter().position(|it| it.institution == peer.institution);
		let counted = place.and_then(|place| theirs.get(place)).unwrap_or(&own);
		let extra: Vec<ReportName> = counted.difference(&common).map(name).collect();
		for part in extra.chunks(MAX_PEER_ITEMS) {
			let leave_out = part.to_vec();
			let request = CompareTallies { leave_out, ..request(aggregated, frozen, None, false) };
			peer.ask(aggregated, &request).await?;
		}
	}
	let extra = own.difference(&common).map(name).collect::<Vec<_>>();
	note_left_out(aggregated, &extra).await
}

async fn note_left_out(aggregated: &Aggregated, names: &[ReportName]) -> Result<(), StudyError> {
	let id = aggregated.id();
	for ReportName { report, .. } in names {
		tracing::warn!(id.study, id.round, %report, "leaves out a report: not every aggregator has it");
	}
	let names = names.iter().map(|name| (name.contributor.0, name.report.0)).collect();
	Ok(aggregated.state.database.leave_out(id, names).await?)
}

fn name(counted: &Counted) -> ReportName {
	ReportName { contributor: Hex::from(&counted.contributor), report: Hex(counted.report) }
}

async fn counted_at(
	aggregated: &Aggregated,
	frozen: &Frozen,
	peer: &Peer,
) -> Result<BTreeSet<Counted>, StudyError> {
	let known = aggregated.state.database.all_standing(aggregated.id()).await?;
	let mut all = BTreeSet::new();
	let mut after = None;
	loop {
		let request =
			CompareTallies { after: after.map(Hex), ..request(aggregated, frozen, None, false) };
		let ComparedTallies { counted, more, .. } = peer.ask(aggregated, &request).await?;
		if !is_next_page(&known, after, counted.iter().map(|report| report.contributor.0)) {
			return Err(peer.nonsense("reports of others than the round's contributors"));
		}
		let last = counted.last().map(|report| report.contributor.0);
		all.extend(counted.into_iter().map(|report| Counted {
			contributor: report.contributor.into(),
			people: report.people,
			report: report.report.0,
		}));
		match (more, last) {
			(false, _) => return Ok(all),
			(true, Some(last)) => after = Some(last),
			(true, None) => return Err(peer.nonsense("a page without reports")),
		}
	}
}

fn request(
	aggregated: &Aggregated,
	frozen: &Frozen,
	tally: Option<TallyNumbers>,
	settle: bool,
) -> CompareTallies {
	let id = aggregated.id();
	CompareTallies {
		study: id.study,
		round: id.round,
		attempt: frozen.attempt,
		leave_out: Vec::new(),
		tally,
		settle,
		after: None,
	}
}

/// Answers the leader.
pub async fn compare(
	aggregated: &Aggregated,
	frozen: &Frozen,
	request: &CompareTallies,
) -> Result<ComparedTallies, StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let settled = settled(aggregated, frozen).await?;
	if let Some(settled) = settled {
		let (tally, agrees) = (numbers(&settled), request.tally == Some(numbers(&settled)));
		let (counted, more) = (Vec::new(), false);
		return Ok(ComparedTallies { tally, agrees, settled: true, counted, more });
	}
	database.close_reports(id, frozen.attempt).await?;
	note_left_out(aggregated, &request.leave_out).await?;
	let own = tally(aggregated, frozen).await?;
	let tally = numbers(&own);
	let agrees = request.tally == Some(tally);
	if agrees && request.settle {
		database.settle_tally(id, frozen.attempt, own.encode()).await?;
	}
	let (mut counted, mut more) = (Vec::new(), false);
	if request.tally.is_none() && request.leave_out.is_empty() {
		let after = request.after.map(|after| after.0);
		let page = database.counted(id, after, MAX_PEER_ITEMS).await?;
		more = page.len() == MAX_PEER_ITEMS;
		counted = page.into_iter().map(report).collect();
	}
	Ok(ComparedTallies { tally, agrees, settled: agrees && request.settle, counted, more })
}

fn report(row: CountedRow) -> CountedReport {
	let CountedRow { contributor, people, report } = row;
	CountedReport { contributor: Hex(contributor), people, report: Hex(report) }
}

/// The tally that is settled in this attempt, if one is.
pub async fn settled(
	aggregated: &Aggregated,
	frozen: &Frozen,
) -> Result<Option<Tally>, StudyError> {
	let progress = aggregated.state.database.round_progress(aggregated.id()).await?;
	let settled = progress.filter(|progress| progress.settled == frozen.attempt);
	Ok(settled.and_then(|progress| Tally::decode_all(&mut &progress.tally[..]).ok()))
}
