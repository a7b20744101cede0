//! Checks each study that names the institution repeatedly, and does its next step. Studies do not wait for
//! one another.

use super::{
	destruction::{destroy_all_over, forget_old},
	steps::{step, Waits},
	Aggregated, StudyError,
};
use crate::{
	backoff::Backoff,
	chain::{Block, Node},
	gauge::gauge_value,
	heads::Heads,
	state::{Connected, State},
};
use std::{
	collections::{BTreeMap, HashMap},
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::task::{self, JoinError, JoinSet};
use vouchsafe_client::chain::{AccountId, ChainError, StudyId};

/// How often studies are looked at.
const INTERVAL: Duration = Duration::from_secs(1);
/// How often keys that must go are looked for.
const CLEANING: Duration = Duration::from_secs(10);
/// How many studies are read at a time.
const PAGE: u32 = 50;
/// How long one step may take. A peer or a node that never answers must not hold a study for ever.
const PATIENCE: Duration = Duration::from_secs(600);

/// A study that names the institution.
struct Watched {
	/// When it is looked at again.
	next: Instant,
	/// Whether it is being looked at.
	is_busy: bool,
	/// Whether a step of it has failed.
	has_failed: bool,
	backoff: Backoff,
}

impl Default for Watched {
	fn default() -> Self {
		let backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(4));
		Self { next: Instant::now(), is_busy: false, has_failed: false, backoff }
	}
}

/// The studies, and those that are being looked at.
#[derive(Default)]
struct Runner {
	institution: Option<AccountId>,
	/// The last study of which it is known whether it names the institution.
	seen: Option<StudyId>,
	watched: BTreeMap<StudyId, Watched>,
	/// When keys that must go were looked for, and the task that does it. Studies do not wait for it: a round
	/// can be large.
	cleaning: Option<(Instant, task::JoinHandle<()>)>,
	tasks: JoinSet<Result<Waits, StudyError>>,
	/// Of which study each task is, also if it panics.
	studies: HashMap<task::Id, StudyId>,
}

/// Aggregates studies until the custodian stops. A custodian that does not aggregate destroys what it has
/// of studies that are over.
pub async fn run(state: Arc<State>) {
	let aggregates = state.config.research.aggregate;
	if !aggregates {
		state.readiness.set_research("this custodian aggregates no studies");
	}
	let pause = if aggregates { INTERVAL } else { CLEANING };
	let mut runner = Runner::default();
	loop {
		let looked = runner.look(&state).await;
		if aggregates {
			let detail = match looked {
				Ok(()) => state.studies.summary(),
				Err(error) => error.to_string(),
			};
			state.readiness.set_research(detail);
		}
		if !state.pause(pause).await {
			return;
		}
	}
}

/// Why no study is looked at.
#[derive(Debug, thiserror::Error)]
enum Idle {
	#[error("the custodian is not connected to a node, or is not registered for an institution")]
	NotConnected,
	#[error("studies wait: {0}")]
	Behind(#[from] crate::release::Refusal),
	#[error("studies wait: {0}")]
	Chain(#[from] ChainError),
}

impl Runner {
	/// Starts what is due.
	async fn look(&mut self, state: &Arc<State>) -> Result<(), Idle> {
		while let Some(done) = self.tasks.try_join_next_with_id() {
			self.note(state, done);
		}
		// A program that reads the database, such as a backup, may have prevented it before.
		if let Err(error) = state.database.remove_destroyed().await {
			tracing::warn!(%error, "what was destroyed may still be in the database's log");
		}
		let Connected { node, institution } = state.connected().ok_or(Idle::NotConnected)?;
		let finalized = node.finalized().await?;
		// A node that is behind does not know that a deadline is past, or a study stopped.
		Heads::read(state, &*node, finalized.clone()).await?.check(state)?;
		self.clean(state, &finalized);
		if !state.config.research.aggregate {
			return Ok(());
		}
		let institution = institution.ok_or(Idle::NotConnected)?;
		self.discover(&*finalized, &institution).await?;
		let due: Vec<StudyId> = self
			.watched
			.iter_mut()
			.filter(|(_, watched)| !watched.is_busy && watched.next <= Instant::now())
			.map(|(study, watched)| {
				watched.is_busy = true;
				*study
			})
			.collect();
		for study in due {
			self.start(state, &node, &finalized, &institution, study);
		}
		metrics::gauge!("vouchsafe_custodian_studies").set(gauge_value(self.watched.len()));
		Ok(())
	}

	/// Destroys the keys of all rounds that are over, also of studies that are not looked at any more.
	fn clean(&mut self, state: &Arc<State>, block: &Arc<dyn Block>) {
		let is_due = |(at, task): &(Instant, task::JoinHandle<()>)| {
			at.elapsed() >= CLEANING && task.is_finished()
		};
		if !self.cleaning.as_ref().is_none_or(is_due) {
			return;
		}
		let (state, block) = (state.clone(), block.clone());
		let task = tokio::spawn(async move {
			if let Err(error) = destroy_all_over(&state, &*block).await {
				tracing::warn!(%error, "keys of studies that are over are still stored");
			}
			if let Err(error) = forget_old(&state).await {
				tracing::warn!(%error, "studies that ended long ago are still stored");
			}
		});
		self.cleaning = Some((Instant::now(), task));
	}

	/// Finds new studies that name the institution.
	async fn discover(
		&mut self,
		block: &dyn Block,
		institution: &AccountId,
	) -> Result<(), ChainError> {
		if self.institution.as_ref() != Some(institution) {
			self.institution = Some(institution.clone());
			self.seen = None;
			self.watched.clear();
		}
		loop {
			let page = block.studies(self.seen, PAGE).await?;
			let is_last = page.len() < PAGE as usize;
			for (id, study) in page {
				self.seen = Some(id);
				if study.place(institution).is_some() {
					self.watched.entry(id).or_default();
				}
			}
			if is_last {
				return Ok(());
			}
		}
	}

	fn start(
		&mut self,
		state: &Arc<State>,
		node: &Arc<dyn Node>,
		block: &Arc<dyn Block>,
		institution: &AccountId,
		study: StudyId,
	) {
		let (state, node, block) = (state.clone(), node.clone(), block.clone());
		let institution = institution.clone();
		let task = self.tasks.spawn(async move {
			let found = Aggregated::find(&state, &node, &block, &institution, study).await;
			match found {
				Ok(Some(aggregated)) => tokio::time::timeout(PATIENCE, step(&aggregated))
					.await
					.unwrap_or(Err(StudyError::TooSlow(PATIENCE))),
				Ok(None) => {
					let text = Some("the chain, which does not have it".into());
					Ok(Waits { text, pause: Duration::from_secs(60) })
				},
				Err(error) => Err(error.into()),
			}
		});
		self.studies.insert(task.id(), study);
	}

	fn note(
		&mut self,
		state: &State,
		done: Result<(task::Id, Result<Waits, StudyError>), JoinError>,
	) {
		let (id, result) = match done {
			Ok(done) => done,
			// It panicked.
			Err(error) => (error.id(), Err(StudyError::Aborted)),
		};
		let Some(study) = self.studies.remove(&id) else { return };
		let Some(watched) = self.watched.get_mut(&study) else { return };
		watched.is_busy = false;
		let is_failed = result.is_err();
		let (text, pause) = match result {
			Ok(Waits { text, pause }) => {
				watched.backoff.reset();
				(text, pause)
			},
			Err(error) => {
				tracing::warn!(study, %error, "a study waits");
				(Some(error.waits_for()), watched.backoff.next_pause())
			},
		};
		watched.next = Instant::now() + pause;
		// Only what has failed has this metric: anybody can propose many studies.
		watched.has_failed |= is_failed;
		if watched.has_failed {
			let failed = f64::from(u8::from(is_failed));
			metrics::gauge!("vouchsafe_custodian_study_failing", "study" => study.to_string())
				.set(failed);
		}
		if text.is_none() {
			self.watched.remove(&study);
		}
		state.studies.set_waits(study, text);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::state::double::state;

	async fn panics() -> Result<Waits, StudyError> {
		panic!("as the test wants")
	}

	async fn ends() -> Result<Waits, StudyError> {
		Ok(Waits { text: None, pause: Duration::ZERO })
	}

	#[tokio::test]
	async fn a_study_of_which_nothing_is_left_to_do_is_not_looked_at() {
		let (state, _surroundings) = state(None, |_| {});
		let mut runner = Runner::default();
		for study in [1, 2] {
			runner.watched.insert(study, Watched::default());
		}
		let task = runner.tasks.spawn(ends());
		runner.studies.insert(task.id(), 1);
		let done = runner.tasks.join_next_with_id().await.unwrap();
		runner.note(&state, done);
		assert_eq!(runner.watched.keys().copied().collect::<Vec<_>>(), [2]);
	}

	#[tokio::test]
	async fn a_task_that_panics_frees_its_own_study_alone() {
		let (state, _surroundings) = state(None, |_| {});
		let mut runner = Runner::default();
		for study in [1, 2] {
			runner.watched.insert(study, Watched { is_busy: true, ..Default::default() });
		}
		let task = runner.tasks.spawn(panics());
		runner.studies.insert(task.id(), 1);
		let done = runner.tasks.join_next_with_id().await.unwrap();
		runner.note(&state, done);
		let busy = |study| runner.watched[&study].is_busy;
		assert_eq!((busy(1), busy(2)), (false, true));
		assert!(runner.studies.is_empty());
	}
}
