//! Verifies reports. The leader collects a verifier share of each aggregator, and distributes
//! the message that they make. Each aggregator finishes for itself.
//!
//! Reports are verified in pages. An aggregator stores its shares of the cells of all reports of a page as
//! one value, with the names of the reports. Which of them count is known when they are added up.
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
	store::{Outcomes, Output, Report, ReportKey, ReportProgress, RoundId},
};
use codec::Encode;
use futures::{future::try_join_all, stream, TryStreamExt};
use std::{
	collections::{HashMap, VecDeque},
	sync::{Arc, Mutex},
	time::{Duration, Instant},
};
use vouchsafe_client::{
	chain::{StudyQuestion, StudyRound},
	messages::{
		DropReason, FinishReports, FinishedReports, Hex, Packed, ReportName, Verdict,
		VerifierShare, VerifierShares, VerifyReports, MAX_PACKED,
	},
};
use vouchsafe_vault::study::{
	aggregate::CellShare,
	report::ReportContext,
	verify::{Rejected, State as VerifyState, Verifier, VerifyKey},
};
use zeroize::Zeroizing;

/// How many bytes the shares of a page have, about. A verifier share is shorter than the leader's share, so
/// the answers of the others are not too long.
const PAGE_BYTES: usize = 2 << 20;
/// How many pages are verified at the same time.
const PAGES: usize = 3;
/// How many pages of a round whose verification has begun are kept in memory, the newest ones. Of others the
/// leader begins again.
const MAX_BEGUN: usize = 2 * PAGES;

/// After what pause a report is asked for again that another aggregator lacks, and after what at most.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LAST_PAUSE: Duration = Duration::from_secs(60);

/// A report of a page whose verification has begun here.
struct Begun {
	name: ReportKey,
	progress: ReportProgress,
	/// With what it ends, unless it can't count.
	ready: Result<(Verifier, VerifyState), DropReason>,
}

/// The reports of a page whose verification has begun. None is a report that is not here.
type BegunReports = Vec<Option<Begun>>;
/// With the page's id.
type BegunPage = ([u8; 16], BegunReports);

/// Pages of rounds whose verification has begun, by the id that the leader gave them.
#[derive(Default)]
pub struct BegunPages(Mutex<HashMap<RoundId, VecDeque<BegunPage>>>);

impl BegunPages {
	fn insert(&self, id: RoundId, page: [u8; 16], reports: BegunReports) {
		let mut begun = self.0.lock().unwrap_or_else(|error| error.into_inner());
		let pages = begun.entry(id).or_default();
		if pages.len() >= MAX_BEGUN {
			pages.pop_front();
		}
		pages.push_back((page, reports));
	}

	/// Forgets the reports of a round that is over.
	pub fn forget(&self, id: RoundId) {
		self.0.lock().unwrap_or_else(|error| error.into_inner()).remove(&id);
	}

	fn take(&self, id: RoundId, page: [u8; 16]) -> Option<BegunReports> {
		let mut begun = self.0.lock().unwrap_or_else(|error| error.into_inner());
		let pages = begun.get_mut(&id)?;
		let place = pages.iter().position(|(of, _)| *of == page)?;
		pages.remove(place).map(|(_, reports)| reports)
	}
}

/// A contributor's report that another aggregator lacks: when it is asked for again, and after what pause.
type Lacking = ([u8; 16], Instant, Duration);

/// Reports that another aggregator lacks. Each is asked for again after a pause, which becomes longer: a
/// contributor could send a report to the leader alone.
#[derive(Default)]
pub struct LackingReports(Mutex<HashMap<(RoundId, [u8; 32]), Lacking>>);

impl LackingReports {
	fn is_due(&self, id: RoundId, (contributor, report): ReportKey) -> bool {
		let lacking = self.0.lock().unwrap_or_else(|error| error.into_inner());
		let known = lacking.get(&(id, contributor));
		known.is_none_or(|(of, next, _)| *of != report || *next <= Instant::now())
	}

	fn note(&self, id: RoundId, (contributor, report): ReportKey) {
		let mut lacking = self.0.lock().unwrap_or_else(|error| error.into_inner());
		let known = lacking.get(&(id, contributor));
		let known = known.filter(|(of, ..)| *of == report);
		let pause = known.map_or(FIRST_PAUSE, |(.., pause)| pause.saturating_mul(2));
		let pause = pause.min(LAST_PAUSE);
		lacking.insert((id, contributor), (report, Instant::now() + pause, pause));
	}

	/// Forgets the reports of a round that is over.
	pub fn forget(&self, id: RoundId) {
		let mut lacking = self.0.lock().unwrap_or_else(|error| error.into_inner());
		lacking.retain(|(of, _), _| *of != id);
	}
}

/// With what a report's verification ends, and the verifier share.
type Started = (Verifier, VerifyState, Vec<u8>);

/// What this aggregator needs to verify reports of a round.
struct Verification {
	round: StudyRound,
	question: StudyQuestion,
	aggregators: u8,
	place: u8,
	key: VerifyKey,
	storage: Arc<RoundKey>,
}

impl Verification {
	async fn of(aggregated: &Aggregated, key: VerifyKey) -> Result<Arc<Self>, StudyError> {
		Ok(Arc::new(Self {
			round: aggregated.study_round(),
			question: aggregated.study.terms.question,
			aggregators: aggregated.aggregators(),
			place: aggregated.place,
			key,
			storage: secrets::round_key(&aggregated.state, aggregated.id()).await?,
		}))
	}

	/// Begins to verify a report, unless it can't count: with what it ends, and the verifier share.
	fn begin(&self, report: &Report) -> Result<Result<Started, DropReason>, StudyError> {
		if let Err(reason) = may_count(report) {
			return Ok(Err(reason));
		}
		let context = Stored::Share(report.contributor, report.report).encode();
		let share = self.storage.decrypt(&context, &report.share)?;
		let context = ReportContext {
			round: self.round,
			contributor: report.contributor.into(),
			people: report.people,
			report: report.report,
		};
		let verifier = Verifier::new(&self.question, self.aggregators, self.place, &context);
		let Ok(verifier) = verifier else { return Ok(Err(DropReason::Malformed)) };
		let begun = verifier.init(&self.key, &report.nonce, &report.public_share, &share);
		Ok(begun.map(|(state, share)| (verifier, state, share)).map_err(reason))
	}

	/// The leader's verdict about a report, from the verifier shares of all others. If it is verified here, it
	/// is added to the page.
	fn judge(
		&self,
		page: &mut Page,
		report: &Report,
		others: Vec<VerifierShare>,
		is_last: bool,
	) -> Result<Verdict, StudyError> {
		if let Err(reason) = may_count(report) {
			return Ok(Verdict::Dropped(reason));
		}
		let mut shares = match shares_of_others(others) {
			Ok(shares) => shares,
			Err(None) if !is_last => return Ok(Verdict::Waits),
			Err(reason) => {
				return Ok(Verdict::Dropped(reason.unwrap_or(DropReason::NotEverywhere)));
			},
		};
		let (verifier, state, own) = match self.begin(report)? {
			Ok(begun) => begun,
			Err(reason) => return Ok(Verdict::Dropped(reason)),
		};
		shares.insert(usize::from(self.place).min(shares.len()), own);
		let judged = verifier.message(&shares).and_then(|message| {
			page.verified(name(report), &verifier.finish(state, &message)?);
			Ok(message)
		});
		Ok(judged.map_or_else(|rejected| Verdict::Dropped(reason(rejected)), Verdict::Message))
	}
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

/// The shares, or why there is no message for the report. None if another aggregator does not have it.
fn shares_of_others(others: Vec<VerifierShare>) -> Result<Vec<Vec<u8>>, Option<DropReason>> {
	let shares = others.into_iter().map(|share| match share {
		VerifierShare::Share(share) => Ok(share),
		VerifierShare::Missing => Err(None),
		VerifierShare::Dropped(reason) => Err(Some(reason)),
	});
	shares.collect()
}

/// What becomes of a page of reports here.
struct Page {
	/// How many reports it has.
	most: usize,
	verified: Vec<ReportKey>,
	/// This aggregator's shares of their cells. All are of one length.
	cells: Zeroizing<Vec<u8>>,
	dropped: Vec<(ReportKey, DropReason)>,
}

impl Page {
	fn new(most: usize) -> Self {
		Self { most, verified: Vec::new(), cells: Vec::new().into(), dropped: Vec::new() }
	}

	fn verified(&mut self, name: ReportKey, cells: &CellShare) {
		let cells = cells.to_bytes();
		// Growing would leave parts of it in memory.
		if self.cells.capacity() == 0 {
			self.cells.reserve_exact(cells.len().saturating_mul(self.most));
		}
		self.cells.extend_from_slice(&cells);
		self.verified.push(name);
	}

	/// Encrypts the shares together.
	fn outcomes(self, storage: &RoundKey) -> Result<Outcomes, StudyError> {
		let id = vouchsafe_vault::random_bytes();
		let ciphertext = storage.encrypt(&Stored::Cells(id).encode(), &self.cells)?;
		let verified = Output { id, reports: self.verified, ciphertext };
		Ok(Outcomes { verified, dropped: self.dropped })
	}
}

fn name(report: &Report) -> ReportKey {
	(report.contributor, report.report)
}

/// Verifies all reports that wait, as the leader. A report that another aggregator does not have waits
/// on, unless this is the last time.
pub async fn verify_waiting(
	aggregated: &Aggregated,
	key: &VerifyKey,
	peers: &[Peer],
	is_last: bool,
) -> Result<(), StudyError> {
	let verification = Verification::of(aggregated, key.clone()).await?;
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let pages = stream::try_unfold(None, |after| async move {
		let page = database.waiting_reports(id, after, MAX_PACKED, PAGE_BYTES).await?;
		let after = page.last().map(|last| last.contributor);
		Ok::<_, StudyError>(after.map(|after| (page, Some(after))))
	});
	// While the others work on one page, this aggregator works on the next one.
	pages
		.try_for_each_concurrent(PAGES, |page| {
			verify_page(aggregated, &verification, peers, page, is_last)
		})
		.await
}

/// Asks the others first: they answer at once if one of them lacks a report, and then nothing is computed
/// here for it.
async fn verify_page(
	aggregated: &Aggregated,
	verification: &Arc<Verification>,
	peers: &[Peer],
	mut page: Vec<Report>,
	is_last: bool,
) -> Result<(), StudyError> {
	let (lacking, id) = (&aggregated.state.studies.lacking, aggregated.id());
	page.retain(|report| is_last || lacking.is_due(id, name(report)));
	if page.is_empty() {
		return Ok(());
	}
	let names: Vec<ReportKey> = page.iter().map(name).collect();
	let page_id = Hex(vouchsafe_vault::random_bytes());
	let shares = collect_shares(aggregated, peers, page_id, &names).await?;
	let own = verification.clone();
	let (verdicts, mut outcomes) = compute(move || {
		let mut judged = Page::new(page.len());
		let verdicts = page.into_iter().zip(shares);
		let verdicts = verdicts
			.map(|(report, others)| own.judge(&mut judged, &report, others, is_last))
			.collect::<Result<Vec<_>, _>>()?;
		Ok::<_, StudyError>((verdicts, judged.outcomes(&own.storage)?))
	})
	.await??;
	let waiting = names.iter().zip(&verdicts).filter(|(_, verdict)| **verdict == Verdict::Waits);
	waiting.for_each(|(name, _)| lacking.note(id, *name));
	if verdicts.iter().all(|verdict| *verdict == Verdict::Waits) {
		return Ok(());
	}
	let RoundId { study, round } = id;
	let request = FinishReports { study, round, page: page_id, verdicts: Packed(verdicts) };
	let reasons = distribute(aggregated, peers, &request).await?;
	for ((name, verdict), reason) in names.into_iter().zip(&request.verdicts.0).zip(reasons) {
		let reason = match verdict {
			Verdict::Dropped(reason) => Some(*reason),
			Verdict::Message(_) => reason,
			Verdict::Waits => None,
		};
		outcomes.dropped.extend(reason.map(|reason| (name, reason)));
	}
	// If the custodian is killed before, it does all of it again.
	note(aggregated, outcomes).await
}

/// The verifier shares of all other aggregators, by report and then by aggregator.
async fn collect_shares(
	aggregated: &Aggregated,
	peers: &[Peer],
	page: Hex<16>,
	names: &[ReportKey],
) -> Result<Vec<Vec<VerifierShare>>, StudyError> {
	let RoundId { study, round } = aggregated.id();
	let name = |(contributor, report): &ReportKey| ReportName {
		contributor: Hex(*contributor),
		report: Hex(*report),
	};
	let reports = Packed(names.iter().map(name).collect());
	let request = VerifyReports { study, round, page, reports };
	let answers = peers.iter().map(|peer| async {
		let Packed(shares) = peer.ask(aggregated, &request).await?.shares;
		match shares.len() == names.len() {
			true => Ok(shares.into_iter()),
			false => Err(peer.nonsense("another number of verifier shares")),
		}
	});
	let mut answers = try_join_all(answers).await?;
	let of_report = |_| answers.iter_mut().filter_map(Iterator::next).collect();
	Ok(names.iter().map(of_report).collect())
}

/// Distributes the verdicts. Returns for each report why it does not count at another aggregator.
async fn distribute(
	aggregated: &Aggregated,
	peers: &[Peer],
	request: &FinishReports,
) -> Result<Vec<Option<DropReason>>, StudyError> {
	let count = request.verdicts.0.len();
	let answers = peers.iter().map(|peer| async {
		let Packed(dropped) = peer.ask(aggregated, request).await?.dropped;
		match dropped.len() == count {
			true => Ok(dropped),
			false => Err(peer.nonsense("another number of results")),
		}
	});
	let mut reasons = vec![None; count];
	for dropped in try_join_all(answers).await? {
		reasons.iter_mut().zip(dropped).for_each(|(reason, dropped)| *reason = reason.or(dropped));
	}
	Ok(reasons)
}

async fn note(aggregated: &Aggregated, outcomes: Outcomes) -> Result<(), StudyError> {
	let id = aggregated.id();
	let count = |outcome: &'static str, reports: u64| {
		metrics::counter!("vouchsafe_custodian_study_reports_total", "outcome" => outcome)
			.increment(reports);
	};
	for ((_, report), reason) in &outcomes.dropped {
		// The contributor may be a patient, whom a log must not name.
		let report = Hex(*report);
		tracing::warn!(id.study, id.round, %report, %reason, "drops a report");
		count(reason.name(), 1);
	}
	count("verified", aggregated.state.database.note_outcomes(id, outcomes).await?);
	Ok(())
}

/// Answers the leader with this aggregator's verifier shares.
pub async fn begin_reports(
	aggregated: &Aggregated,
	key: VerifyKey,
	request: &VerifyReports,
) -> Result<VerifierShares, StudyError> {
	let reports = named(aggregated, &request.reports.0).await?;
	let verification = Verification::of(aggregated, key).await?;
	let (begun, shares) = compute(move || {
		let begun = reports.into_iter().map(|report| begin_report(&verification, report));
		begun.collect::<Result<(Vec<_>, Vec<_>), StudyError>>()
	})
	.await??;
	aggregated.state.studies.begun.insert(aggregated.id(), request.page.0, begun);
	Ok(VerifierShares { shares: Packed(shares) })
}

fn begin_report(
	verification: &Verification,
	report: Option<Report>,
) -> Result<(Option<Begun>, VerifierShare), StudyError> {
	let Some(report) = report else { return Ok((None, VerifierShare::Missing)) };
	let begun = match report.progress {
		ReportProgress::Dropped(reason) => Err(reason),
		_ => verification.begin(&report)?,
	};
	let (ready, share) = match begun {
		Ok((verifier, state, share)) => (Ok((verifier, state)), VerifierShare::Share(share)),
		Err(reason) => (Err(reason), VerifierShare::Dropped(reason)),
	};
	Ok((Some(Begun { name: name(&report), progress: report.progress, ready }), share))
}

/// Follows the leader's verdicts about a page. None if its verification has not begun since this program
/// started: the leader begins again.
pub async fn finish_reports(
	aggregated: &Aggregated,
	key: VerifyKey,
	request: FinishReports,
) -> Result<Option<FinishedReports>, StudyError> {
	let Packed(verdicts) = request.verdicts;
	let begun = aggregated.state.studies.begun.take(aggregated.id(), request.page.0);
	let Some(begun) = begun.filter(|begun| begun.len() == verdicts.len()) else { return Ok(None) };
	let verification = Verification::of(aggregated, key).await?;
	let (outcomes, dropped) = compute(move || {
		let mut page = Page::new(begun.len());
		let followed = begun.into_iter().zip(verdicts);
		let dropped = followed.map(|(begun, verdict)| follow(&mut page, begun, verdict)).collect();
		Ok::<_, StudyError>((page.outcomes(&verification.storage)?, dropped))
	})
	.await??;
	note(aggregated, outcomes).await?;
	Ok(Some(FinishedReports { dropped: Packed(dropped) }))
}

/// Adds what becomes of a report to the page, unless it was verified or dropped already. Returns why it does
/// not count.
fn follow(page: &mut Page, begun: Option<Begun>, verdict: Verdict) -> Option<DropReason> {
	let Some(Begun { name, progress, ready }) = begun else {
		return (verdict != Verdict::Waits).then_some(DropReason::NotEverywhere);
	};
	let result = match (progress, verdict) {
		(ReportProgress::Dropped(reason), _) => return Some(reason),
		(ReportProgress::Verified, _) | (_, Verdict::Waits) => return None,
		(ReportProgress::Waiting, Verdict::Dropped(reason)) => Err(reason),
		(ReportProgress::Waiting, Verdict::Message(message)) => {
			ready.and_then(|(verifier, state)| verifier.finish(state, &message).map_err(reason))
		},
	};
	match result {
		Ok(cells) => page.verified(name, &cells),
		Err(reason) => {
			page.dropped.push((name, reason));
			return Some(reason);
		},
	}
	None
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
	fn the_newest_pages_of_each_round_are_kept() {
		let (id, other) = (RoundId { study: 1, round: 0 }, RoundId { study: 2, round: 0 });
		let pages = BegunPages::default();
		pages.insert(other, [0; 16], vec![]);
		for page in 0..=MAX_BEGUN {
			pages.insert(id, [u8::try_from(page).unwrap(); 16], (0..page).map(|_| None).collect());
		}
		assert!(pages.take(id, [0; 16]).is_none());
		assert_eq!(pages.take(id, [1; 16]).map(|page| page.len()), Some(1));
		assert!(pages.take(id, [1; 16]).is_none());
		assert!(pages.take(other, [0; 16]).is_some());
		pages.forget(id);
		assert!(pages.take(id, [2; 16]).is_none());
	}

	#[test]
	fn a_report_that_another_lacks_is_not_asked_for_all_the_time() {
		let id = RoundId { study: 1, round: 0 };
		let report = |number: u8| ([1; 32], [number; 16]);
		let lacking = LackingReports::default();
		assert!(lacking.is_due(id, report(1)));
		lacking.note(id, report(1));
		assert!(!lacking.is_due(id, report(1)));
		let pause = || lacking.0.lock().unwrap()[&(id, [1; 32])].2;
		assert_eq!(pause(), FIRST_PAUSE);
		lacking.note(id, report(1));
		assert_eq!(pause(), FIRST_PAUSE * 2);
		for _ in 0..20 {
			lacking.note(id, report(1));
		}
		assert_eq!(pause(), LAST_PAUSE);
		// Another report of the contributor is asked for at once.
		assert!(lacking.is_due(id, report(2)));
		lacking.forget(id);
		assert!(lacking.is_due(id, report(1)));
	}
}
