//! Decides on the next step of a study, and does it. Everything is derived from the final chain and the database.

use super::{
	destruction::destroy_over, lists, peers, results, secrets, tallies, verification, Aggregated,
	Frozen, StudyError,
};
use crate::{
	chain::{Study, StudyCall},
	gauge::gauge_value,
	store::RoundId,
};
use std::{collections::BTreeMap, time::Duration};
use vouchsafe_client::{
	chain::{account_bytes, AccountId, ChainError, RoundPhase, StudyStage, Tally},
	messages::DeliverVerifyKey,
	signing::now,
};
use vouchsafe_vault::study::verify::VerifyKey;

/// How much later each aggregator makes a call that any of them can make, in seconds.
const TURN: u64 = 6;
/// How many people one sweep removes.
const SWEEP: u32 = 256;
/// How long a call is waited for that has no deadline.
const CALL: Duration = Duration::from_secs(120);
/// How many people are read at a time.
const PAGE: u32 = 500;

/// What a study waits for, and when it is looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waits {
	/// What it waits for. None if nothing is left to do.
	pub text: Option<String>,
	/// The pause.
	pub pause: Duration,
}

impl Waits {
	fn soon(text: impl Into<String>) -> Self {
		Self { text: Some(text.into()), pause: Duration::ZERO }
	}

	fn done() -> Self {
		Self { text: None, pause: Duration::ZERO }
	}
}

/// Does what the study needs next.
pub async fn step(aggregated: &Aggregated) -> Result<Waits, StudyError> {
	set_metrics(aggregated).await?;
	let destroyed = destroy_over(&aggregated.state, aggregated.study_id, &aggregated.study).await;
	if let Err(error) = destroyed {
		// It is tried again, and the next round does not wait for it.
		let study = aggregated.study_id;
		tracing::warn!(study, %error, "keys of rounds that are over are still stored");
	}
	if aggregated.study.stage.has_ended() {
		return end(aggregated).await;
	}
	match aggregated.study.stage {
		StudyStage::Proposed => Ok(Waits::soon("the council's approval")),
		StudyStage::Approved => accept(aggregated).await,
		_ => run_round(aggregated).await,
	}
}

/// Reports where the study is, once it is approved. Anybody can propose many that name the institution.
async fn set_metrics(aggregated: &Aggregated) -> Result<(), StudyError> {
	let Study { stage, keys, .. } = &aggregated.study;
	if *stage == StudyStage::Proposed || (stage.has_ended() && keys.is_empty()) {
		return Ok(());
	}
	let study = aggregated.study_id.to_string();
	let phase = match (aggregated.study.stage, aggregated.current().map(|round| round.phase)) {
		(StudyStage::Approved, _) => 1.0,
		(stage, _) if stage.has_ended() => 5.0,
		(_, Some(RoundPhase::Frozen { .. })) => 3.0,
		(_, Some(RoundPhase::Agreed { .. })) => 4.0,
		_ => 2.0,
	};
	metrics::gauge!("vouchsafe_custodian_study_phase", "study" => study.clone()).set(phase);
	let round = f64::from(aggregated.study.round);
	metrics::gauge!("vouchsafe_custodian_study_round", "study" => study.clone()).set(round);
	let [waiting, verified, dropped] =
		aggregated.state.database.count_reports(aggregated.id()).await?;
	for (progress, count) in [("waiting", waiting), ("verified", verified), ("dropped", dropped)] {
		let labels = [("study", study.clone()), ("progress", progress.to_owned())];
		metrics::gauge!("vouchsafe_custodian_study_reports", &labels).set(gauge_value(count));
	}
	Ok(())
}

async fn accept(aggregated: &Aggregated) -> Result<Waits, StudyError> {
	let key = secrets::ensure_evaluation_key(&aggregated.state, aggregated.study_id).await?;
	let public = key.public();
	let accepted =
		aggregated.study.keys.iter().find(|(account, _)| *account == aggregated.institution);
	match accepted {
		None => {
			submit(aggregated, StudyCall::Accept(public)).await?;
			acceptance(aggregated).await
		},
		Some((_, known)) if *known != public => Err(StudyError::Missing("the evaluation key")),
		Some(_) => acceptance(aggregated).await,
	}
}

/// Waits for those aggregators that have not accepted the study.
async fn acceptance(aggregated: &Aggregated) -> Result<Waits, StudyError> {
	let Study { keys, terms, .. } = &aggregated.study;
	let mut missing = Vec::new();
	for aggregator in &terms.aggregators {
		let has_accepted = keys.iter().any(|(account, _)| account == aggregator);
		if *aggregator != aggregated.institution && !has_accepted {
			let known = aggregated.block.institution(aggregator).await?;
			missing.push(peers::name_of(aggregator, known.as_ref()));
		}
	}
	Ok(Waits::soon(match missing.is_empty() {
		true => "the first round, which opens now".to_owned(),
		false => format!("the acceptance of {}", missing.join(", ")),
	}))
}

async fn run_round(aggregated: &Aggregated) -> Result<Waits, StudyError> {
	let Some(round) = aggregated.current() else { return Ok(Waits::soon("the next round")) };
	let now = aggregated.now().await?;
	let number = aggregated.study.round;
	match round.phase {
		RoundPhase::Open { closes } => {
			if now >= closes.saturating_add(turn(aggregated)) {
				submit(aggregated, StudyCall::Freeze).await?;
			}
			Ok(Waits::soon(format!("round {number}: the close")))
		},
		RoundPhase::Frozen { .. } => match aggregated.frozen() {
			Some(frozen) => gather(aggregated, &frozen, now).await,
			None => Ok(Waits::soon(format!("round {number}: the freeze"))),
		},
		RoundPhase::Agreed { answers_until, attempt, tally, .. } => {
			reveal(aggregated, now, answers_until, attempt.saturating_add(1), tally).await
		},
		RoundPhase::Answered | RoundPhase::Lost(_) => {
			Ok(Waits::soon(format!("round {number} is over: the next one")))
		},
	}
}

/// By how many seconds this aggregator is later than the leader.
fn turn(aggregated: &Aggregated) -> u64 {
	u64::from(aggregated.place).saturating_mul(TURN)
}

async fn gather(aggregated: &Aggregated, frozen: &Frozen, now: u64) -> Result<Waits, StudyError> {
	prepare(aggregated, frozen).await?;
	if let Some(waits) = give_up(aggregated, now, frozen.answers_until).await? {
		return Ok(waits);
	}
	if aggregated.is_leader() {
		if let Some(waits) = lead(aggregated, frozen, now).await? {
			return Ok(waits);
		}
	}
	let number = aggregated.study.round;
	let Some(tally) = tallies::settled(aggregated, frozen).await? else {
		let text = match now < frozen.gathers_until {
			true => "reports",
			false => "the leader, to agree on the tally",
		};
		return Ok(Waits::soon(format!("round {number}: {text}")));
	};
	if now < frozen.gathers_until {
		return Ok(Waits::soon(format!("round {number}: the end of the time to gather")));
	}
	if !results::is_enough(&aggregated.study.terms, &tally) {
		let text = format!("round {number}: {} people count, too few for a result", tally.used);
		return Ok(Waits::soon(text));
	}
	commit(aggregated, frozen, tally).await?;
	Ok(Waits::soon(format!("round {number}: the other aggregators' commitments")))
}

/// Keeps who may be counted, and makes the round's key.
async fn prepare(aggregated: &Aggregated, frozen: &Frozen) -> Result<(), StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	secrets::make_round_key(&aggregated.state, id).await?;
	match database.round_progress(id).await? {
		Some(progress) if progress.attempt >= frozen.attempt => return Ok(()),
		Some(_) => {},
		None => {
			let standing = standing(aggregated, frozen.block).await?;
			database.note_frozen(id, frozen.block, standing).await?;
		},
	}
	Ok(database.begin_attempt(id, frozen.attempt).await?)
}

/// The people whose consent is valid at the frozen block, by contributor.
async fn standing(
	aggregated: &Aggregated,
	block: u32,
) -> Result<Vec<([u8; 32], Vec<[u8; 32]>)>, StudyError> {
	let block = aggregated.node.block(block).await?;
	let mut all = BTreeMap::<[u8; 32], Vec<[u8; 32]>>::new();
	let mut after: Option<AccountId> = None;
	loop {
		let page = block.standing(aggregated.study_id, after, PAGE).await?;
		let is_last = page.len() < PAGE as usize;
		after = page.last().map(|(person, _)| person.clone());
		for (person, contributor) in page {
			all.entry(account_bytes(&contributor)).or_default().push(account_bytes(&person));
		}
		if is_last {
			return Ok(all.into_iter().collect());
		}
	}
}

/// Leads the others, and returns what to wait for before the tally is settled.
async fn lead(
	aggregated: &Aggregated,
	frozen: &Frozen,
	now: u64,
) -> Result<Option<Waits>, StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let progress =
		database.round_progress(id).await?.ok_or(StudyError::Missing("the frozen round"))?;
	if progress.settled == frozen.attempt {
		return Ok(None);
	}
	let number = id.round;
	let peers = peers::peers(aggregated).await?;
	let key = deliver_verify_key(aggregated, &peers).await?;
	if !progress.lists_settled && !lists::settle_everywhere(aggregated, frozen, &peers, now).await?
	{
		return Ok(Some(match now < frozen.lists_until {
			true => Waits::soon(format!("round {number}: lists of nullifiers")),
			false => {
				let text = format!("round {number}: the next attempt, to take missing lists again");
				Waits { text: Some(text), pause: Duration::from_secs(5) }
			},
		}));
	}
	let is_last = now >= frozen.gathers_until;
	if is_last {
		database.close_reports(id, frozen.attempt).await?;
	}
	verification::verify_waiting(aggregated, &key, &peers, is_last).await?;
	if !is_last {
		return Ok(Some(Waits::soon(format!("round {number}: reports"))));
	}
	match tallies::agree(aggregated, frozen, &peers).await? {
		true => Ok(None),
		false => {
			let text = format!("round {number}: the aggregators' tallies differ");
			Ok(Some(Waits { text: Some(text), pause: Duration::from_secs(5) }))
		},
	}
}

/// Draws the verify key, after the freeze, and gives it to the others.
async fn deliver_verify_key(
	aggregated: &Aggregated,
	peers: &[peers::Peer],
) -> Result<VerifyKey, StudyError> {
	let RoundId { study, round } = aggregated.id();
	let key = match secrets::verify_key(&aggregated.state, aggregated.id()).await? {
		Some(key) => key,
		None => secrets::keep_verify_key(aggregated, VerifyKey::random()).await?,
	};
	for peer in peers {
		if aggregated.state.studies.has_delivered(aggregated.id(), peer.place) {
			continue;
		}
		let sealed = key.seal(&peer.key, &aggregated.study_round(), &peer.institution)?;
		let request = DeliverVerifyKey { study, round, key: sealed.into() };
		peer.ask(aggregated, &request).await?;
		aggregated.state.studies.note_delivered(aggregated.id(), peer.place);
	}
	Ok(key)
}

/// Commits the aggregator. The share is on the disk before. The tally is computed again: while it was
/// settled, the leader could have a report verified or left out that the tally does not show.
async fn commit(aggregated: &Aggregated, frozen: &Frozen, tally: Tally) -> Result<(), StudyError> {
	let has_committed =
		aggregated.current().is_some_and(|round| round.committed.contains(&aggregated.institution));
	if has_committed {
		return Ok(());
	}
	if tallies::tally(aggregated, frozen).await? != tally {
		return Err(StudyError::OtherTally);
	}
	let hash = results::commitment(aggregated, frozen).await?;
	submit(aggregated, StudyCall::Commit(frozen.chain_attempt(), tally, hash)).await
}

async fn reveal(
	aggregated: &Aggregated,
	now: u64,
	answers_until: u64,
	attempt: u8,
	tally: Tally,
) -> Result<Waits, StudyError> {
	let (database, id) = (&aggregated.state.database, aggregated.id());
	let number = id.round;
	let progress = database.round_progress(id).await?;
	let numbers = codec::Encode::encode(&tally);
	if progress.is_some_and(|progress| !progress.agreed && progress.tally == numbers) {
		database.note_agreed(id).await?;
	}
	if let Some(waits) = give_up(aggregated, now, answers_until).await? {
		return Ok(waits);
	}
	let round = aggregated.current();
	if !round.is_some_and(|round| round.revealed.contains(&aggregated.institution)) {
		let noised = results::find_noised(aggregated, attempt).await?;
		let noised = noised.ok_or(StudyError::Missing("the noisy share"))?;
		let call = StudyCall::Reveal(noised.cells().to_vec(), *noised.salt());
		submit(aggregated, call).await?;
	}
	Ok(Waits::soon(format!("round {number}: the other aggregators' shares")))
}

/// Gives up if the deadline is past, each aggregator in its turn.
async fn give_up(
	aggregated: &Aggregated,
	now: u64,
	deadline: u64,
) -> Result<Option<Waits>, StudyError> {
	if now < deadline {
		return Ok(None);
	}
	if now >= deadline.saturating_add(turn(aggregated)) {
		submit(aggregated, StudyCall::GiveUp).await?;
	}
	let number = aggregated.study.round;
	let text =
		format!("round {number}: another aggregator, to give the round up after its deadline");
	Ok(Some(Waits::soon(text)))
}

/// Makes a call, unless the best block shows that it has no effect any more.
async fn submit(aggregated: &Aggregated, call: StudyCall) -> Result<(), StudyError> {
	let best = aggregated.node.best().await?;
	let best = best.study(aggregated.study_id).await?;
	if !best.is_some_and(|best| is_due(aggregated, &best, &call)) {
		return Ok(());
	}
	let name = call_name(&call);
	let study = aggregated.study_id;
	match submit_within(aggregated, call, patience(aggregated).await?).await {
		Ok(_) => {
			tracing::info!(
				study,
				round = aggregated.study.round,
				call = name,
				"made a call for a study"
			);
			Ok(())
		},
		// Somebody else may have been first.
		Err(StudyError::Chain(error @ ChainError::Dispatch { .. })) => {
			tracing::warn!(study, call = name, %error, "a call for a study was refused");
			Err(error.into())
		},
		Err(error) => Err(error),
	}
}

/// How long a call is waited for: until the deadline of the round's phase. Then something else is due,
/// and a call that is stuck must not keep the study from it.
async fn patience(aggregated: &Aggregated) -> Result<Duration, StudyError> {
	let now = aggregated.now().await?;
	let deadline = match aggregated.current().map(|round| round.phase) {
		Some(
			RoundPhase::Frozen { answers_until, .. } | RoundPhase::Agreed { answers_until, .. },
		) => answers_until,
		_ => 0,
	};
	Ok(match deadline.saturating_sub(now) {
		0 => CALL,
		left => Duration::from_secs(left),
	})
}

async fn submit_within(
	aggregated: &Aggregated,
	call: StudyCall,
	patience: Duration,
) -> Result<u32, StudyError> {
	let name = call_name(&call);
	let (key, study) = (&aggregated.state.keys.account, aggregated.study_id);
	match tokio::time::timeout(patience, aggregated.node.submit_study(key, study, call)).await {
		Ok(done) => Ok(done?),
		Err(_) => Err(StudyError::NotFinal(name)),
	}
}

fn call_name(call: &StudyCall) -> &'static str {
	match call {
		StudyCall::Accept(_) => "accept",
		StudyCall::Freeze => "freeze",
		StudyCall::Commit(..) => "commit",
		StudyCall::Reveal(..) => "reveal",
		StudyCall::GiveUp => "give_up",
		StudyCall::Sweep(_) => "sweep",
	}
}

/// Whether a call has an effect on the study as the best block has it.
fn is_due(aggregated: &Aggregated, best: &Study, call: &StudyCall) -> bool {
	let own = &aggregated.institution;
	let is_same_round = best.round == aggregated.study.round;
	let round = best.current.as_ref().filter(|_| is_same_round);
	let phase = round.map(|round| round.phase);
	let known = aggregated.current().map(|round| round.phase);
	match call {
		StudyCall::Accept(_) => {
			best.stage == StudyStage::Approved && !best.keys.iter().any(|(at, _)| at == own)
		},
		StudyCall::Freeze | StudyCall::GiveUp => phase.is_some() && phase == known,
		StudyCall::Commit(..) => {
			phase == known && round.is_some_and(|round| !round.committed.contains(own))
		},
		StudyCall::Reveal(..) => {
			phase == known && round.is_some_and(|round| !round.revealed.contains(own))
		},
		StudyCall::Sweep(_) => best.stage.has_ended(),
	}
}

/// Ends a study here: removes its people from the chain.
async fn end(aggregated: &Aggregated) -> Result<Waits, StudyError> {
	let (state, study) = (&aggregated.state, aggregated.study_id);
	let (ended, is_swept) = state.database.note_study_end(study, now()).await?;
	if !is_swept {
		let swept = swept(aggregated).await?;
		if now() < ended.saturating_add(turn_to_sweep(aggregated.place, swept)) {
			return Ok(Waits::soon(
				"another aggregator, to remove its people from the chain: it has ended",
			));
		}
		sweep(aggregated, swept).await?;
		state.database.note_swept(study).await?;
	}
	Ok(Waits::done())
}

/// How many people of all rounds, and how many counts of their contributors, the study had on the chain.
async fn swept(aggregated: &Aggregated) -> Result<(u64, u64), StudyError> {
	let (mut people, mut contributors) = (0u64, 0u64);
	for round in 0..=aggregated.study.round {
		if let Some(round) = aggregated.block.study_round(aggregated.study_id, round).await? {
			people = people.saturating_add(round.people.into());
			contributors = contributors.saturating_add(round.contributors.into());
		}
	}
	Ok((people, contributors))
}

/// After how many seconds an aggregator sweeps, if those before it did not. Each has ten turns, and one for
/// each call that it needs: it waits until a call is final before it makes the next one.
fn turn_to_sweep(place: u8, (people, contributors): (u64, u64)) -> u64 {
	let calls = people.saturating_add(contributors).div_ceil(SWEEP.into());
	u64::from(place).saturating_mul(TURN).saturating_mul(calls.saturating_add(10))
}

/// Removes the people of all rounds from the chain, and then the counts of their contributors. One call is
/// enough to see that another aggregator has done it.
async fn sweep(
	aggregated: &Aggregated,
	(people, contributors): (u64, u64),
) -> Result<(), StudyError> {
	if people == 0 {
		return Ok(());
	}
	let sweep = || submit_within(aggregated, StudyCall::Sweep(SWEEP), CALL);
	if sweep().await? == 0 {
		return Ok(());
	}
	while sweep().await? > 0 {}
	// The last call has removed as many counts of contributors.
	for _ in 1..contributors.div_ceil(SWEEP.into()) {
		sweep().await?;
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn aggregators_sweep_one_after_the_other() {
		assert_eq!(turn_to_sweep(0, (100_000, 3)), 0);
		assert_eq!(turn_to_sweep(1, (0, 0)), 60);
		assert_eq!(turn_to_sweep(1, (256, 0)), 66);
		assert_eq!(turn_to_sweep(2, (256, 1)), 144);
		// 391 calls of one block each.
		assert_eq!(turn_to_sweep(1, (100_000, 3)), 401 * 6);
	}
}
