//! Pins and acknowledges versions: each whose envelope was delivered and whose acknowledgement the
//! chain's state does not have. What is pinned is acknowledged together, up to 64 versions with one
//! call. What has failed least often comes first.
//!
//! A version whose content cannot be had for [`LIFETIME`] is given up: its share stays. A version
//! whose content the IPFS node has lost is pinned again.
//!
//! Each step can be repeated without harm, and the remaining work is always read from the database
//! and the chain, so the custodian can be killed at any point.

mod lanes;

use crate::{
	backoff::Backoff,
	chain::{is_acknowledged, Block, Node},
	gauge::gauge_value,
	readiness::CheckName,
	state::{Connected, State},
	store::{DueVersion, KeptVersion, StoreError, VersionId},
	uploads::{self, UploadError},
};
use lanes::Lanes;
use std::{
	collections::{HashMap, HashSet},
	sync::Arc,
	time::Duration,
};
use tokio::{
	task::{JoinError, JoinSet},
	time::Instant,
};
use vouchsafe_client::{
	chain::{AccountId, ChainError, HeldVersion, H256, MAX_BATCH},
	cid::Cid,
	ipfs::{Ipfs, IpfsError},
	messages::Hex,
	signing::now,
};

/// How often the chain is asked.
const INTERVAL: Duration = Duration::from_secs(2);
/// Up to how many versions to acknowledge are counted.
const COUNT_LIMIT: u32 = 1000;
/// How many versions one call acknowledges.
const BATCH: usize = MAX_BATCH as usize;
/// How long the first attempt to pin content may take, in seconds. Each further one may take twice
/// as long, up to `kubo.patience`.
const FIRST_PATIENCE: u64 = 5;
/// How long adding and pinning may take in all beyond the patience for pinning.
const ADDING: Duration = Duration::from_secs(30);
/// For how long a version is tried, in seconds.
pub const LIFETIME: u64 = 7 * 24 * 3600;
/// After how long an engineer should know that a version is not acknowledged, in seconds.
const OVERDUE: u64 = 3600;
/// After how many failures it is given up at the earliest. After an outage of a week, the first attempt
/// may come before the IPFS node has found its peers.
const LEAST_FAILURES: u32 = 10;

#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkError {
	#[error(transparent)]
	Chain(#[from] ChainError),
	#[error(transparent)]
	Ipfs(#[from] IpfsError),
	#[error(transparent)]
	Store(#[from] StoreError),
	#[error(transparent)]
	Upload(#[from] UploadError),
	#[error("the manifest names a length of {named} bytes. The content has {known}")]
	OtherLength { named: u64, known: u64 },
	#[error("another version's pin of the same content is under way")]
	InUse,
	#[error("the manifest names a malformed CID")]
	MalformedCid,
	#[error("the IPFS node did not pin it in {0} s")]
	TooSlow(u64),
}

/// When something that failed is tried again.
struct Retry {
	at: Instant,
	backoff: Backoff,
	failures: u32,
	reason: String,
}

impl Default for Retry {
	fn default() -> Self {
		Self {
			at: Instant::now(),
			backoff: Backoff::new(Duration::from_secs(1), Duration::from_secs(60)),
			failures: 0,
			reason: String::new(),
		}
	}
}

impl Retry {
	fn note(&mut self, error: &impl ToString) {
		self.at = Instant::now() + self.backoff.next_pause();
		self.failures = self.failures.saturating_add(1);
		self.reason = error.to_string();
	}

	fn is_due(&self) -> bool {
		self.at <= Instant::now()
	}
}

/// What a task did.
enum Done {
	/// Pinned a version.
	Pinned(VersionId, Result<(), WorkError>),
	/// Acknowledged these versions with one call.
	Acknowledged(Vec<VersionId>, Result<(), ChainError>),
}

/// The versions under way, and what failed.
struct Acknowledger {
	tasks: JoinSet<Done>,
	pinning: Lanes,
	/// The versions in the call that is under way; one call at a time.
	submitted: HashSet<VersionId>,
	/// How many versions the next call names. A call that fails because of one version fails for
	/// all, so the next one is half as long, and each that succeeds doubles it.
	batch: usize,
	/// Versions that failed. They are acknowledged after the others, and apart from them.
	retries: HashMap<VersionId, Retry>,
	/// When calls are submitted again, after one that did not reach the chain.
	submission: Option<Retry>,
}

impl Default for Acknowledger {
	fn default() -> Self {
		Self {
			tasks: JoinSet::new(),
			pinning: Lanes::default(),
			submitted: HashSet::new(),
			batch: BATCH,
			retries: HashMap::new(),
			submission: None,
		}
	}
}

/// Acknowledges versions until the custodian stops.
pub async fn run(state: Arc<State>) {
	let mut acknowledger = Acknowledger::default();
	loop {
		if let Some(Connected { node, institution: Some(institution) }) = state.connected() {
			match acknowledger.start_due(&state, &node, institution).await {
				Ok(waiting) => acknowledger.report(&state, waiting),
				Err(error) => state.readiness.set(CheckName::Work, false, error.to_string()),
			}
		}
		tokio::select! {
			going_on = state.pause(INTERVAL) => if !going_on { return },
			_ = state.new_work.notified() => {},
			Some(done) = acknowledger.tasks.join_next() => acknowledger.note(done),
		}
	}
}

impl Acknowledger {
	/// Starts what is due, and returns how many versions the chain waits for.
	async fn start_due(
		&mut self,
		state: &Arc<State>,
		node: &Arc<dyn Node>,
		institution: AccountId,
	) -> Result<usize, WorkError> {
		while let Some(done) = self.tasks.try_join_next() {
			self.note(done);
		}
		let finalized = node.finalized().await?;
		let waiting = finalized.count_unacknowledged(&institution, COUNT_LIMIT).await?;
		metrics::gauge!("vouchsafe_custodian_unacknowledged").set(gauge_value(waiting));
		let (to_pin, to_submit) = self.choose(state, now()).await?;
		report_backlog(state).await?;
		if to_pin.is_empty() && to_submit.is_empty() {
			return Ok(waiting);
		}
		// What was submitted before a restart may be in the best block and not final yet.
		let best = node.best().await?;
		let blocks = [&*finalized, &*best];
		for due in to_pin {
			let failures = self.failures(&due.id);
			if self.pinning.have_place(&due, failures)
				&& needs_pin(state, &*finalized, &due, &institution).await?
			{
				self.start_pinning(state, due, failures).await?;
			}
		}
		let versions = waited_for(state, blocks, to_submit, &institution, self.batch).await?;
		if !versions.is_empty() {
			let ids = versions.iter().map(|due| due.id).collect::<Vec<_>>();
			self.submitted.extend(ids.iter().copied());
			let (state, node) = (state.clone(), node.clone());
			self.tasks.spawn(async move {
				let versions = versions.iter().map(held).collect();
				Done::Acknowledged(ids, node.acknowledge(&state.keys.account, versions).await)
			});
		}
		Ok(waiting)
	}

	/// Starts to pin a version.
	async fn start_pinning(
		&mut self,
		state: &Arc<State>,
		due: DueVersion,
		failures: u32,
	) -> Result<(), StoreError> {
		if let Some(version) = state.database.version(due.id).await? {
			self.pinning.take(&due, failures);
			let state = state.clone();
			self.tasks.spawn(async move {
				Done::Pinned(due.id, pin(&state, &due, version, failures).await)
			});
		}
		Ok(())
	}

	/// How often this version has failed.
	fn failures(&self, id: &VersionId) -> u32 {
		self.retries.get(id).map_or(0, |retry| retry.failures)
	}

	/// Whether a version has failed for too long, and not because the IPFS node is away. If it could not
	/// be given up, that is tried again like everything else: in between it holds nobody up.
	fn is_hopeless(&self, state: &State, due: &DueVersion, now: u64) -> bool {
		let is_old = now.saturating_sub(due.since) > LIFETIME;
		let has_failed = |retry: &Retry| retry.failures >= LEAST_FAILURES && retry.is_due();
		let has_failed = self.retries.get(&due.id).is_some_and(has_failed);
		is_old && !due.pinned && has_failed && state.readiness.get().kubo.ok
	}

	/// The versions that can be pinned now, and those that the next call can acknowledge.
	async fn choose(
		&mut self,
		state: &State,
		now: u64,
	) -> Result<(Vec<DueVersion>, Vec<DueVersion>), StoreError> {
		let due = state.database.to_acknowledge().await?;
		show_overdue(&due, now);
		let ids: HashSet<VersionId> = due.iter().map(|due| due.id).collect();
		self.retries.retain(|id, _| ids.contains(id));
		let (hopeless, mut due): (Vec<_>, Vec<_>) =
			due.into_iter().partition(|due| self.is_hopeless(state, due, now));
		for due in hopeless {
			if let Err(error) = give_up(state, &due).await {
				self.note_failed(due.id, &error);
			}
		}
		due.retain(|DueVersion { id, .. }| {
			!self.pinning.contains(id)
				&& !self.submitted.contains(id)
				&& self.retries.get(id).is_none_or(Retry::is_due)
		});
		due.sort_by_key(|due| self.failures(&due.id));
		let (pinned, mut to_pin): (Vec<_>, Vec<_>) =
			due.into_iter().partition(|due| due.pinned || (state.ipfs.is_none() && !due.is_lost));
		if self.pinning.are_full() {
			to_pin.clear();
		}
		let may_submit =
			self.submitted.is_empty() && self.submission.as_ref().is_none_or(Retry::is_due);
		let (failed, fresh): (Vec<_>, Vec<_>) =
			pinned.into_iter().partition(|due| self.retries.contains_key(&due.id));
		let to_submit = match (may_submit, fresh.is_empty()) {
			(false, _) => Vec::new(),
			(true, true) => failed,
			(true, false) => fresh,
		};
		Ok((to_pin, to_submit))
	}

	/// Notes the result of a task.
	fn note(&mut self, done: Result<Done, JoinError>) {
		match done {
			Ok(Done::Pinned(id, result)) => {
				self.pinning.leave(&id);
				match result {
					Ok(()) => drop(self.retries.remove(&id)),
					Err(error) => self.note_failed(id, &error),
				}
			},
			Ok(Done::Acknowledged(ids, result)) => {
				self.submitted.clear();
				self.note_submitted(&ids, result);
			},
			Err(_) => {
				// A task panicked, and it is not known which. So all of them start again.
				tracing::error!("a task that acknowledges versions panicked");
				self.tasks.abort_all();
				self.pinning.clear();
				self.submitted.clear();
			},
		}
	}

	fn note_submitted(&mut self, ids: &[VersionId], result: Result<(), ChainError>) {
		match (ids, result) {
			(ids, Ok(())) => {
				self.submission = None;
				self.batch = self.batch.saturating_mul(2).min(BATCH);
				let count = u64::try_from(ids.len()).unwrap_or(u64::MAX);
				metrics::counter!("vouchsafe_custodian_acknowledged_total").increment(count);
				for id in ids {
					self.retries.remove(id);
					tracing::info!(record = %Hex(id.record), version = id.version, "acknowledged a version");
				}
			},
			// One of the versions is wrong, or was acknowledged meanwhile.
			([id], Err(error @ ChainError::Dispatch { .. })) => {
				self.submission = None;
				self.note_failed(*id, &error);
			},
			(ids, Err(error @ ChainError::Dispatch { .. })) => {
				self.submission = None;
				self.batch = (ids.len() / 2).max(1);
				tracing::warn!(versions = ids.len(), %error, "can't acknowledge versions together");
			},
			(ids, Err(error)) => {
				tracing::warn!(versions = ids.len(), %error, "can't acknowledge versions yet");
				self.submission.get_or_insert_default().note(&error);
			},
		}
	}

	fn note_failed(&mut self, id: VersionId, error: &(impl std::fmt::Display + ?Sized)) {
		tracing::warn!(
			record = %Hex(id.record),
			version = id.version,
			%error,
			"can't acknowledge a version yet"
		);
		self.retries.entry(id).or_default().note(&error);
	}

	/// Reports what is to be done. A backlog is no failure: the custodian can serve.
	fn report(&self, state: &State, waiting: usize) {
		metrics::gauge!("vouchsafe_custodian_retries").set(gauge_value(self.retries.len()));
		let failed = self.retries.values().next();
		let detail = match (&self.submission, failed) {
			(Some(retry), _) => format!("calls are submitted again: {}", retry.reason),
			(None, Some(retry)) => {
				let (count, reason) = (self.retries.len(), &retry.reason);
				format!("{count} versions are tried again: {reason}")
			},
			(None, None) => format!("{waiting} versions to acknowledge"),
		};
		state.readiness.set(CheckName::Work, true, detail);
	}
}

/// Reports how many versions are not as they should be.
async fn report_backlog(state: &State) -> Result<(), StoreError> {
	let backlog = state.database.backlog().await?;
	metrics::gauge!("vouchsafe_custodian_due_versions").set(gauge_value(backlog.unacknowledged));
	metrics::gauge!("vouchsafe_custodian_given_up_versions").set(gauge_value(backlog.given_up));
	metrics::gauge!("vouchsafe_custodian_lost_versions").set(gauge_value(backlog.lost));
	let detail = match backlog.lost {
		0 => "the IPFS node has what was acknowledged".to_owned(),
		lost => {
			format!("the IPFS node has lost the content of {lost} versions: it is pinned again")
		},
	};
	state.readiness.set(CheckName::Pins, backlog.lost == 0, detail);
	Ok(())
}

/// Shows how many versions have not been acknowledged for longer than [`OVERDUE`], and the age of the oldest.
fn show_overdue(due: &[DueVersion], now: u64) {
	let ages = due.iter().filter(|due| !due.is_lost).map(|due| now.saturating_sub(due.since));
	let overdue = ages.clone().filter(|age| *age > OVERDUE).count();
	metrics::gauge!("vouchsafe_custodian_overdue_versions").set(gauge_value(overdue));
	let oldest = gauge_value(ages.max().unwrap_or(0));
	metrics::gauge!("vouchsafe_custodian_oldest_due_seconds").set(oldest);
}

/// Stops trying a version whose content could not be had for too long. Its row changes last, so that
/// no pin stays behind.
async fn give_up(state: &State, due: &DueVersion) -> Result<(), WorkError> {
	remove_content(state, due).await?;
	tracing::error!(
		record = %Hex(due.id.record),
		version = due.id.version,
		author = %Hex(due.author),
		is_lost = due.is_lost,
		"gives up a version: its content could not be had for a week. Its share is kept"
	);
	Ok(state.database.give_up(due.id).await?)
}

/// Removes the manifest and what was fetched of the ciphertext, unless other versions have them.
async fn remove_content(state: &State, due: &DueVersion) -> Result<(), WorkError> {
	let Some(ipfs) = &state.ipfs else { return Ok(()) };
	let Some(version) = state.database.version(due.id).await? else { return Ok(()) };
	for cid in [version.manifest_cid, version.ciphertext_cid] {
		if !remove_unknown(state, ipfs, &cid).await? {
			return Err(WorkError::InUse);
		}
	}
	Ok(())
}

/// Whether a version has to be pinned: its content was lost, or the institution holds a share of it. That
/// the chain has the acknowledgement does not mean that it is pinned: the database may have been restored
/// from a backup that is older.
async fn needs_pin(
	state: &State,
	finalized: &dyn Block,
	due: &DueVersion,
	institution: &AccountId,
) -> Result<bool, WorkError> {
	if due.is_lost || is_acknowledged(finalized, &held(due), institution).await?.is_some() {
		return Ok(true);
	}
	state.database.set_acknowledged(due.id, finalized.number()).await?;
	Ok(false)
}

/// The first `limit` of the versions for whose acknowledgement the chain still waits at both blocks.
/// What it no longer waits for at the finalised block is noted in the database.
async fn waited_for(
	state: &State,
	[finalized, best]: [&dyn Block; 2],
	versions: Vec<DueVersion>,
	institution: &AccountId,
	limit: usize,
) -> Result<Vec<DueVersion>, WorkError> {
	let mut waited_for = Vec::new();
	for due in versions {
		if waited_for.len() >= limit {
			break;
		}
		if !is_waited_for(finalized, &due, institution).await? {
			state.database.set_acknowledged(due.id, finalized.number()).await?;
		} else if is_waited_for(best, &due, institution).await? {
			waited_for.push(due);
		}
	}
	Ok(waited_for)
}

/// Whether the chain waits for this institution's acknowledgement.
async fn is_waited_for(
	block: &dyn Block,
	due: &DueVersion,
	institution: &AccountId,
) -> Result<bool, ChainError> {
	Ok(is_acknowledged(block, &held(due), institution).await? == Some(false))
}

/// The version as the chain names it.
fn held(due: &DueVersion) -> HeldVersion {
	let VersionId { record, version, epoch } = due.id;
	HeldVersion { patient: due.patient.into(), record: H256(record), version, epoch }
}

/// Pins a version again whose content was lost. It has the longest patience from the start.
pub(crate) async fn pin_again(
	state: &State,
	id: VersionId,
	patient: [u8; 32],
	version: KeptVersion,
) -> Result<(), WorkError> {
	let due = DueVersion {
		id,
		patient,
		pinned: false,
		author: version.author,
		enroller: version.author,
		since: version.received,
		is_lost: true,
	};
	pin(state, &due, version, u32::MAX).await
}

async fn pin(
	state: &State,
	due: &DueVersion,
	version: KeptVersion,
	failures: u32,
) -> Result<(), WorkError> {
	let Some(ipfs) = &state.ipfs else { return Ok(()) };
	// Short at first, so that content that nobody has does not delay the rest. What was fetched
	// stays for the next attempt.
	let longest = state.config.kubo.as_ref().map_or(FIRST_PATIENCE, |kubo| kubo.patience);
	let doubled = FIRST_PATIENCE.saturating_mul(2u64.saturating_pow(failures));
	let patience = Duration::from_secs(doubled.min(longest));
	// One limit around every request and answer: Kubo may be silent in the middle of an answer.
	let limit = patience.saturating_add(ADDING);
	// Nobody removes it meanwhile.
	let cids = [version.manifest_cid.clone(), version.ciphertext_cid.clone()];
	let held = state.content_locks.hold(cids).await;
	let ciphertext = version.ciphertext_cid.clone();
	let pinning = pin_content(state, ipfs, version, patience, due.is_lost);
	let pinned = tokio::time::timeout(limit, pinning)
		.await
		.map_err(|_| WorkError::TooSlow(limit.as_secs()))?;
	if matches!(&pinned, Err(WorkError::Ipfs(error)) if error.is_wrong_content()) {
		drop(held);
		remove_unknown(state, ipfs, &ciphertext).await?;
	}
	pinned?;
	state.database.set_pinned(due.id, now()).await?;
	Ok(())
}

/// Removes content that is neither served nor being pinned. False if it is being pinned.
async fn remove_unknown(state: &State, ipfs: &Ipfs, cid: &str) -> Result<bool, WorkError> {
	let Some(_removing) = state.content_locks.try_remove(cid) else { return Ok(false) };
	if state.database.content_length(cid.to_owned()).await?.is_none() {
		let cid: Cid = cid.parse().map_err(|_| WorkError::MalformedCid)?;
		ipfs.remove(&cid).await?;
	}
	Ok(true)
}

async fn pin_content(
	state: &State,
	ipfs: &Ipfs,
	version: KeptVersion,
	patience: Duration,
	is_lost: bool,
) -> Result<(), WorkError> {
	let manifest: Cid = version.manifest_cid.parse().map_err(|_| WorkError::MalformedCid)?;
	let ciphertext: Cid = version.ciphertext_cid.parse().map_err(|_| WorkError::MalformedCid)?;
	let (manifest_len, length) = (version.manifest.len() as u64, version.ciphertext_len);
	let _room = uploads::ensure_room(state, manifest_len.saturating_add(length)).await?;
	if is_lost {
		// Kubo does not fetch blocks of what it believes to have.
		ipfs.unpin(&manifest).await?;
		ipfs.unpin(&ciphertext).await?;
	}
	if ipfs.add_bytes(version.manifest).await? != manifest {
		return Err(WorkError::MalformedCid);
	}
	// What was uploaded here, or pinned for another version, has been checked.
	match state.database.content_length(version.ciphertext_cid).await? {
		Some(known) if known == length => return Ok(ipfs.pin(&ciphertext, patience).await?),
		Some(known) => return Err(WorkError::OtherLength { named: length, known }),
		None => {},
	}
	Ok(ipfs.fetch(&ciphertext, length, patience).await?)
}

#[cfg(test)]
mod content_tests;
#[cfg(test)]
mod tests;
