//! Verifies reports in a star: the leader collects a verifier share of each aggregator, and distributes
//! the message that they make. Each aggregator finishes for itself.
//!
//! All of it can be repeated: with the same share, key and nonce, verification gives the same.

use super::{
	compute,
	peers::Peer,
	secrets::{self, Stored},
	Aggregated, StudyError,
};
use crate::{
	encryption::RoundKey,
	store::{Outcome, Report, ReportProgress, RoundId},
};
use codec::Encode;
use futures::{future::try_join_all, stream, TryStreamExt};
use std::{
	collections::HashMap,
	sync::{Arc, Mutex},
	time::{Duration, Instant},
};
use vouchsafe_client::{
	chain::StudyQuestion,
	messages::{
		DropReason, FinishReports, FinishedReports, Hex, HexBytes, JudgedReport, ReportName,
		Verdict, VerifierShare, VerifierShares, VerifyReports, MAX_PEER_ITEMS,
	},
};
use vouchsafe_vault::study::{
	report::ReportContext,
	verify::{Rejected, State as VerifyState, Verifier, VerifyKey},
};

/// How many reports are verified together.
const PAGE: usize = MAX_PEER_ITEMS;
/// How many pages are verified at the same time.
const PAGES: usize = 2;
/// How many reports whose verification has begun are kept in memory. Others begin again.
const MAX_BEGUN: usize = 8 * PAGE;

/// After what pause a report is asked for again that another aggregator lacks, and after what at most.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LAST_PAUSE: Duration = Duration::from_secs(60);

/// A report's round, contributor and id.
type Key = (RoundId, [u8; 32], [u8; 16]);

/// Reports whose verification has begun.
#[derive(Default)]
pub struct BegunReports(Mutex<HashMap<Key, (Report, VerifyState)>>);

impl BegunReports {
	fn insert(&self, id: RoundId, report: Report, state: VerifyState) {
		let mut begun = self.0.lock().unwrap_or_else(|error| error.into_inner());
		if begun.len() >= MAX_BEGUN {
			begun.clear();
		}
		begun.insert((id, report.contributor, report.report), (report, state));
	}

	/// Forgets the reports of a round that is over.
	pub fn forget(&self, id: RoundId) {
		let mut begun = self.0.lock().unwrap_or_else(|error| error.into_inner());
		begun.retain(|(of, ..), _| *of != id);
	}

	fn take(&self, id: RoundId, name: &ReportName) -> Option<(Report, VerifyState)> {
		let mut begun = self.0.lock().unwrap_or_else(|error| error.into_inner());
		begun.remove(&(id, name.contributor.0, name.report.0))
	}
}

/// A contributor's report that another aggregator lacks: when it is asked for again, and after what pause.
type Lacking = ([u8; 16], Instant, Duration);

/// Reports that another aggregator lacks. Each is asked for again after a pause, which becomes longer: a
/// contributor could send a report to the leader alone.
#[derive(Default)]
pub struct LackingReports(Mutex<HashMap<(RoundId, [u8; 32]), Lacking>>);

impl LackingReports {
	fn is_due(&self, id: RoundId, report: &Report) -> bool {
		let lacking = self.0.lock().unwrap_or_else(|error| error.into_inner());
		let known = lacking.get(&(id, report.contributor));
		known.is_none_or(|(of, next, _)| *of != report.report || *next <= Instant::now())
	}

	fn note(&self, id: RoundId, report: &Report) {
		let mut lacking = self.0.lock().unwrap_or_else(|error| error.into_inner());
		let known = lacking.get(&(id, report.contributor));
		let known = known.filter(|(of, ..)| *of == report.report);
		let pause = known.map_or(FIRST_PAUSE, |(.., pause)| pause.saturating_mul(2));
		let pause = pause.min(LAST_PAUSE);
		let entry = (report.report, Instant::now() + pause, pause);
		lacking.insert((id, report.contributor), entry);
	}

	/// Forgets the reports of a round that is over.
	pub fn forget(&self, id: RoundId) {
		let mut lacking = self.0.lock().unwrap_or_else(|error| error.into_inner());
		lacking.retain(|(of, _), _| *of != id);
	}
}

/// What this aggregator needs to verify reports of a round.
#[derive(Clone)]
struct Bench {
	round: vouchsafe_client::chain::StudyRound,
	question: StudyQuestion,
	aggregators: u8,
	place: u8,
	key: VerifyKey,
	storage: Arc<RoundKey>,
}

impl Bench {
	async fn of(aggregated: &Aggregated, key: VerifyKey) -> Result<Self, StudyError> {
		Ok(Self {
			round: aggregated.study_round(),
			question: aggregated.study.terms.question,
			aggregators: aggregated.aggregators(),
			place: aggregated.place,
			key,
			storage: secrets::round_key(&aggregated.state, aggregated.id()).await?,
		})
	}

	fn verifier(&self, report: &Report) -> Result<Verifier, DropReason> {
		let context = ReportContext {
			round: self.round,
			contributor: report.contributor.into(),
			people: report.people,
			report: report.report,
		};
		Verifier::new(&self.question, self.aggregators, self.place, &context)
			.map_err(|_| DropReason::Malformed)
	}

	/// Begins to verify a report, unless it can't count.
	fn begin(&self, report: &Report) -> Result<Result<Begun, DropReason>, StudyError> {
		if let Err(reason) = may_count(report) {
			return Ok(Err(reason));
		}
		let context = Stored::Share(report.contributor, report.report).encode();
		let share = self.storage.decrypt(&context, &report.share)?;
		Ok(self.verifier(report).and_then(|verifier| {
			let public = &report.public_share;
			let (state, share) =
				verifier.init(&self.key, &report.nonce, public, &share).map_err(reason)?;
			Ok(Begun { verifier, state, share })
		}))
	}

	/// Ends the verification of a report: this aggregator's share of the cells, encrypted.
	fn finish(
		&self,
		report: &Report,
		verifier: &Verifier,
		state: VerifyState,
		message: &[u8],
	) -> Result<Outcome, StudyError> {
		let Report { contributor, report, .. } = *report;
		let result = match verifier.finish(state, message) {
			Ok(cells) => {
				let context = Stored::Cells(contributor).encode();
				Ok(self.storage.encrypt(&context, &cells.to_bytes())?)
			},
			Err(rejected) => Err(reason(rejected)),
		};
		Ok(Outcome { contributor, report, result })
	}
}

/// A report whose verification has begun here.
struct Begun {
	verifier: Verifier,
	state: VerifyState,
	share: Vec<u8>,
}

/// Whether the contributor can count so many people.
fn may_count(report: &Report) -> Result<(), DropReason> {
	match report.limit {
		None => Err(DropReason::NoList),
		Some(limit) if report.people > limit => Err(DropReason::TooManyPeople),
		Some(_) => Ok(()),
	}
}

fn reason(rejected: Rejected) -> DropReason {
	match rejected {
		Rejected::NotProven => DropReason::Proof,
		Rejected::Inconsistent => DropReason::NotEverywhere,
		Rejected::Sealed | Rejected::Malformed => DropReason::Malformed,
	}
}

fn name(report: &Report) -> ReportName {
	ReportName { contributor: Hex(report.contributor), report: Hex(report.report) }
}

/// Verifies all reports that wait, as the leader. A report that another aggregator does not have waits
/// on, unless this is the last time.
pub async fn verify_waiting(
	aggregated: &Aggregated,
	key: &VerifyKey,
	peers: &[Peer],
	is_last: bool,
) -> Result<(), StudyError> {
	let bench = Bench::of(aggregated, key.clone()).await?;
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let pages = stream::try_unfold((None, false), |(after, is_done)| async move {
		if is_done {
			return Ok(None);
		}
		let page = database.waiting_reports(id, after, PAGE).await?;
		let (is_done, after) = (page.len() < PAGE, page.last().map(|last| last.contributor));
		Ok::<_, StudyError>(Some((page, (after, is_done))))
	});
	// While the others work on one page, this aggregator works on the next one.
	pages
		.try_for_each_concurrent(PAGES, |page| {
			verify_page(aggregated, &bench, peers, page, is_last)
		})
		.await
}

/// Asks the others first: they answer at once if one of them lacks a report, and then nothing is computed
/// here for it.
async fn verify_page(
	aggregated: &Aggregated,
	bench: &Bench,
	peers: &[Peer],
	page: Vec<Report>,
	is_last: bool,
) -> Result<(), StudyError> {
	let (lacking, id) = (&aggregated.state.studies.lacking, aggregated.id());
	let page: Vec<Report> =
		page.into_iter().filter(|report| is_last || lacking.is_due(id, report)).collect();
	let names = page.iter().filter(|report| may_count(report).is_ok()).map(name).collect();
	let shares = collect_shares(aggregated, peers, names).await?;
	let own = bench.clone();
	let places: Vec<u8> = peers.iter().map(|peer| peer.place).collect();
	let Judged { judged, outcomes, lacking: found } =
		compute(move || judge_page(&own, page, shares, &places, is_last)).await??;
	found.iter().for_each(|report| lacking.note(id, report));
	distribute(aggregated, peers, judged, outcomes).await
}

/// The verifier shares of all other aggregators, by report and then by aggregator.
async fn collect_shares(
	aggregated: &Aggregated,
	peers: &[Peer],
	names: Vec<ReportName>,
) -> Result<Vec<Vec<VerifierShare>>, StudyError> {
	let RoundId { study, round } = aggregated.id();
	let count = names.len();
	if count == 0 {
		return Ok(Vec::new());
	}
	let request = VerifyReports { study, round, reports: names };
	let answers = peers.iter().map(|peer| async {
		let VerifierShares { shares } = peer.ask(aggregated, &request).await?;
		match shares.len() == count {
			true => Ok(shares),
			false => Err(peer.nonsense("another number of verifier shares")),
		}
	});
	let mut answers: Vec<_> =
		try_join_all(answers).await?.into_iter().map(Vec::into_iter).collect();
	Ok((0..count).map(|_| answers.iter_mut().filter_map(Iterator::next).collect()).collect())
}

/// The leader's verdicts about reports.
#[derive(Default)]
struct Judged {
	judged: Vec<JudgedReport>,
	/// What became of them here.
	outcomes: Vec<Outcome>,
	/// Reports that wait on, because another aggregator lacks them.
	lacking: Vec<Report>,
}

fn judge_page(
	bench: &Bench,
	page: Vec<Report>,
	shares: Vec<Vec<VerifierShare>>,
	places: &[u8],
	is_last: bool,
) -> Result<Judged, StudyError> {
	let mut all = Judged::default();
	let mut shares = shares.into_iter();
	for report in page {
		let others = may_count(&report)
			.map_err(NotCombined::Dropped)
			.and_then(|()| shares_of_others(shares.next().unwrap_or_default(), places));
		let (verdict, outcome) = match others {
			Ok(others) => judge(bench, &report, others)?,
			Err(NotCombined::Missing) if !is_last => {
				all.lacking.push(report);
				continue;
			},
			Err(NotCombined::Missing) => dropped(&report, DropReason::NotEverywhere),
			Err(NotCombined::Dropped(reason)) => dropped(&report, reason),
		};
		all.judged.push(JudgedReport { name: name(&report), verdict });
		all.outcomes.push(outcome);
	}
	Ok(all)
}

/// The leader's verdict about a report of which all others have sent their verifier shares.
fn judge(
	bench: &Bench,
	report: &Report,
	mut all: Vec<(u8, Vec<u8>)>,
) -> Result<(Verdict, Outcome), StudyError> {
	let Begun { verifier, state, share } = match bench.begin(report)? {
		Ok(begun) => begun,
		Err(reason) => return Ok(dropped(report, reason)),
	};
	all.push((bench.place, share));
	all.sort_by_key(|(place, _)| *place);
	let shares: Vec<Vec<u8>> = all.into_iter().map(|(_, share)| share).collect();
	let message = match verifier.message(&shares) {
		Ok(message) => message,
		Err(rejected) => return Ok(dropped(report, reason(rejected))),
	};
	let outcome = bench.finish(report, &verifier, state, &message)?;
	Ok(match outcome.result {
		Ok(_) => (Verdict::Message(HexBytes(message)), outcome),
		Err(reason) => (Verdict::Dropped(reason), outcome),
	})
}

fn dropped(report: &Report, reason: DropReason) -> (Verdict, Outcome) {
	let Report { contributor, report, .. } = *report;
	(Verdict::Dropped(reason), Outcome { contributor, report, result: Err(reason) })
}

/// Why there is no message for a report.
enum NotCombined {
	Missing,
	Dropped(DropReason),
}

fn shares_of_others(
	others: Vec<VerifierShare>,
	places: &[u8],
) -> Result<Vec<(u8, Vec<u8>)>, NotCombined> {
	let shares = others.into_iter().zip(places).map(|(share, place)| match share {
		VerifierShare::Share(share) => Ok((*place, share.0)),
		VerifierShare::Missing => Err(NotCombined::Missing),
		VerifierShare::Dropped(reason) => Err(NotCombined::Dropped(reason)),
	});
	shares.collect()
}

/// Distributes the verdicts, and then notes what became of the reports here: if the custodian is killed
/// in between, it does both again.
async fn distribute(
	aggregated: &Aggregated,
	peers: &[Peer],
	judged: Vec<JudgedReport>,
	mut outcomes: Vec<Outcome>,
) -> Result<(), StudyError> {
	if judged.is_empty() {
		return Ok(());
	}
	let id = aggregated.id();
	let count = judged.len();
	let request = FinishReports { study: id.study, round: id.round, reports: judged };
	let answers = peers.iter().map(|peer| async {
		let FinishedReports { dropped } = peer.ask(aggregated, &request).await?;
		match dropped.len() == count {
			true => Ok(dropped),
			false => Err(peer.nonsense("another number of results")),
		}
	});
	for dropped in try_join_all(answers).await? {
		for (outcome, dropped) in outcomes.iter_mut().zip(dropped) {
			if let (Ok(_), Some(reason)) = (&outcome.result, dropped) {
				outcome.result = Err(reason);
			}
		}
	}
	note(aggregated, outcomes).await
}

async fn note(aggregated: &Aggregated, outcomes: Vec<Outcome>) -> Result<(), StudyError> {
	let id = aggregated.id();
	for Outcome { report, result, .. } in &outcomes {
		let outcome = match result {
			Ok(_) => "verified",
			Err(reason) => {
				// The contributor may be a patient, whom a log must not name.
				let report = Hex(*report);
				tracing::warn!(id.study, id.round, %report, %reason, "drops a report");
				reason.name()
			},
		};
		metrics::counter!("vouchsafe_custodian_study_reports_total", "outcome" => outcome)
			.increment(1);
	}
	Ok(aggregated.state.database.note_outcomes(id, outcomes).await?)
}

/// Answers the leader with this aggregator's verifier shares.
pub async fn begin_reports(
	aggregated: &Aggregated,
	key: VerifyKey,
	request: &VerifyReports,
) -> Result<VerifierShares, StudyError> {
	let reports = named(aggregated, &request.reports).await?;
	let bench = Bench::of(aggregated, key).await?;
	let begun = compute(move || {
		let begin = |report: Option<Report>| {
			Ok(match report {
				None => (None, Err(VerifierShare::Missing)),
				Some(report) => match (report.progress, bench.begin(&report)?) {
					(ReportProgress::Dropped(reason), _) | (_, Err(reason)) => {
						(None, Err(VerifierShare::Dropped(reason)))
					},
					(_, Ok(begun)) => (Some((report, begun.state)), Ok(begun.share)),
				},
			})
		};
		reports.into_iter().map(begin).collect::<Result<Vec<_>, StudyError>>()
	})
	.await??;
	let id = aggregated.id();
	let mut shares = Vec::with_capacity(begun.len());
	for (kept, share) in begun {
		if let Some((report, state)) = kept {
			aggregated.state.studies.begun.insert(id, report, state);
		}
		shares
			.push(share.map_or_else(|share| share, |share| VerifierShare::Share(HexBytes(share))));
	}
	Ok(VerifierShares { shares })
}

/// Follows the leader's verdicts.
pub async fn finish_reports(
	aggregated: &Aggregated,
	key: VerifyKey,
	request: FinishReports,
) -> Result<FinishedReports, StudyError> {
	let (state, id) = (aggregated.state.clone(), aggregated.id());
	let bench = Bench::of(aggregated, key).await?;
	let begun: Vec<_> =
		request.reports.iter().map(|judged| state.studies.begun.take(id, &judged.name)).collect();
	// Those that did not begin since this program started, or were finished already.
	let others = request.reports.iter().zip(&begun).filter(|(_, begun)| begun.is_none());
	let others: Vec<ReportName> = others.map(|(judged, _)| judged.name).collect();
	let mut others = named(aggregated, &others).await?.into_iter();
	let finished = compute(move || {
		let finish = |(judged, begun): (JudgedReport, Option<_>)| match begun {
			Some((report, state)) => follow(&bench, &report, Some(state), judged.verdict),
			None => match others.next().flatten() {
				Some(report) => follow(&bench, &report, None, judged.verdict),
				None => Ok(Err(DropReason::NotEverywhere)),
			},
		};
		request.reports.into_iter().zip(begun).map(finish).collect::<Result<Vec<_>, StudyError>>()
	})
	.await??;
	let dropped = finished
		.iter()
		.map(|finished| match finished {
			Ok(Some(outcome)) => outcome.result.as_ref().err().copied(),
			Ok(None) => None,
			Err(reason) => Some(*reason),
		})
		.collect();
	let outcomes: Vec<Outcome> =
		finished.into_iter().filter_map(|finished| finished.ok().flatten()).collect();
	note(aggregated, outcomes).await?;
	Ok(FinishedReports { dropped })
}

/// What becomes of a report. Nothing new if it is verified or dropped already.
fn follow(
	bench: &Bench,
	report: &Report,
	begun: Option<VerifyState>,
	verdict: Verdict,
) -> Result<Result<Option<Outcome>, DropReason>, StudyError> {
	match (report.progress, verdict) {
		(ReportProgress::Dropped(reason), _) => Ok(Err(reason)),
		(ReportProgress::Verified, _) => Ok(Ok(None)),
		(ReportProgress::Waiting, Verdict::Dropped(reason)) => {
			Ok(Ok(Some(dropped(report, reason).1)))
		},
		(ReportProgress::Waiting, Verdict::Message(message)) => {
			let begun = match begun.filter(|_| may_count(report).is_ok()) {
				Some(state) => bench.verifier(report).map(|verifier| (verifier, state)),
				None => bench.begin(report)?.map(|begun| (begun.verifier, begun.state)),
			};
			Ok(Ok(Some(match begun {
				Ok((verifier, state)) => bench.finish(report, &verifier, state, &message.0)?,
				Err(reason) => dropped(report, reason).1,
			})))
		},
	}
}

/// The reports of these names. None if the contributor has another report here, or none, or if it is
/// not settled here which people count.
async fn named(
	aggregated: &Aggregated,
	names: &[ReportName],
) -> Result<Vec<Option<Report>>, StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	if !database.round_progress(id).await?.is_some_and(|progress| progress.lists_settled) {
		return Ok(vec![None; names.len()]);
	}
	let contributors = names.iter().map(|name| name.contributor.0).collect();
	let reports = database.reports(id, contributors).await?;
	let is_same = |(report, name): (Option<Report>, &ReportName)| {
		report.filter(|report| report.report == name.report.0)
	};
	Ok(reports.into_iter().zip(names).map(is_same).collect())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_report_that_another_lacks_is_not_asked_for_all_the_time() {
		let id = RoundId { study: 1, round: 0 };
		let report = |number: u8| Report {
			contributor: [1; 32],
			people: 1,
			report: [number; 16],
			nonce: [0; 16],
			public_share: Vec::new(),
			share: Vec::new(),
			progress: ReportProgress::Waiting,
			limit: None,
		};
		let lacking = LackingReports::default();
		assert!(lacking.is_due(id, &report(1)));
		lacking.note(id, &report(1));
		assert!(!lacking.is_due(id, &report(1)));
		let pause = || lacking.0.lock().unwrap()[&(id, [1; 32])].2;
		assert_eq!(pause(), FIRST_PAUSE);
		lacking.note(id, &report(1));
		assert_eq!(pause(), FIRST_PAUSE * 2);
		for _ in 0..20 {
			lacking.note(id, &report(1));
		}
		assert_eq!(pause(), LAST_PAUSE);
		// Another report of the contributor is asked for at once.
		assert!(lacking.is_due(id, &report(2)));
		lacking.forget(id);
		assert!(lacking.is_due(id, &report(1)));
	}
}
