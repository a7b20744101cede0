//! The scrub: whether the custodian still has what it acknowledged. It opens each share and checks it
//! against its commitments, and these against the chain, looks for each manifest, ciphertext and pin, and
//! reads some of them back. It opens the patients' label keys. Content is fetched again from other members. A share that is lost nobody can
//! give back: the chain is told (`custody.report_loss`), so that it is true and nobody counts on the share.
//!
//! The daemon does this slowly, the share whose check is the oldest first ([`run`]), so a restart loses
//! nothing. The command `scrub` does it at once ([`command`]). What is lost is in the database, and both
//! can report it ([`report`]).
//!
//! *Invariant*: nothing counts as lost because a neighbour is away. Errors of the node, the IPFS node and
//! the database stop the scrub. So does a key file that opens no share at all. The daemon reports a few
//! losses a day by itself (`scrub.report_losses`). Many at once have one cause, such as a broken disk, and
//! wait for an engineer.

pub mod command;
mod content;
pub mod label_keys;
pub mod missing;
mod report;
#[cfg(test)]
mod tests;

pub use content::ContentState;
pub use label_keys::CheckedLabelKeys;
pub use report::{report, Reported};

use crate::{
	chain::{Block, Node},
	encryption::EncryptionError,
	gauge::gauge_value,
	heads::Heads,
	state::{Connected, State},
	store::{HeldShare, LostShare, StoreError},
};
use codec::DecodeAll;
use futures::{stream, StreamExt, TryStreamExt};
use std::{
	sync::Arc,
	time::{Duration, Instant},
};
use vouchsafe_client::{
	chain::{account_bytes, AccountId, ChainError, HolderKind, SharingSet, H256},
	ipfs::IpfsError,
	messages::Hex,
	signing::now,
};
use vouchsafe_vault::sharing::{Commitments, Share};

/// How often the daemon checks some shares.
const TICK: Duration = Duration::from_secs(60);
/// How many shares are checked together at most.
const BATCH: u32 = 64;
/// How many of them at the same time.
const CONCURRENT: usize = 8;
/// How often the log is compared with the database, and for how long reported losses count.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Why the scrub stopped. Nothing is lost because of it.
#[derive(Debug, thiserror::Error)]
pub enum ScrubError {
	/// The chain could not be read, or a call failed.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The database failed.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// The IPFS node is away.
	#[error(transparent)]
	Ipfs(#[from] IpfsError),
	/// The key file opens nothing.
	#[error(
		"none of the {0} shares that were tried can be opened: keys.file is not the key file that this \
		 database was made with. Nothing was noted or reported. Put the right key file there, or restore \
		 the database that belongs to this one"
	)]
	WrongKey(usize),
	/// The chain names a key that was not in the key file when it was read.
	#[error(
		"the custodian's encryption key was replaced meanwhile, so nothing was noted or reported: run it again"
	)]
	KeyReplaced,
	/// The node does not know the newest versions.
	#[error("nothing was checked: {0}")]
	Behind(String),
}

/// What is wrong with a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
	/// It is not there.
	#[error("it is not in the database")]
	Missing,
	/// It can't be decrypted.
	#[error("it can't be decrypted")]
	Sealed,
	/// The commitments are not those of the chain.
	#[error("its commitments are not those of the chain")]
	Commitments,
	/// It is another holder's share.
	#[error("it is the share of another holder")]
	Index,
	/// It does not fit the commitments.
	#[error("it does not fit its commitments")]
	Value,
}

/// What became of a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareState {
	/// It opens and fits.
	Good,
	/// The chain does not ask for it: the version was erased, or has other holders now.
	NotNeeded,
	/// It is lost.
	Lost {
		/// What is wrong with it.
		fault: Fault,
		/// Whether the chain has its acknowledgement.
		is_counted_on: bool,
	},
}

/// A share that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
	/// Which.
	pub share: HeldShare,
	/// What became of it.
	pub state: ShareState,
	/// What became of the content that it opens.
	pub content: ContentState,
}

/// Checks shares. It lives as long as the program, because it knows whether the key file ever opened one.
pub struct Scrub {
	/// Of how many contents one is read back.
	read_back: u32,
	/// How many shares were opened.
	opened: u64,
}

impl Scrub {
	/// Reads one of so many contents back.
	pub fn new(read_back: u32) -> Self {
		Self { read_back, opened: 0 }
	}

	/// Checks these shares, has content fetched again, and notes the results in the database.
	pub async fn check(
		&mut self,
		state: &State,
		block: &dyn Block,
		institution: &AccountId,
		shares: Vec<HeldShare>,
	) -> Result<Vec<Checked>, ScrubError> {
		let judging = stream::iter(shares).map(|share| async move {
			let found = share_state(state, block, institution, &share).await?;
			Ok::<_, ScrubError>((share, found))
		});
		let judged: Vec<_> = judging.buffered(CONCURRENT).try_collect().await?;
		let count = |is: fn(&ShareState) -> bool| judged.iter().filter(|(_, it)| is(it)).count();
		let good = count(|it| *it == ShareState::Good);
		let sealed = count(|it| matches!(it, ShareState::Lost { fault: Fault::Sealed, .. }));
		self.opened = self.opened.saturating_add(good as u64);
		if sealed > 0 {
			match (self.opened, is_registered(state, block, institution).await?) {
				(_, Some(true)) => {},
				(0, _) => return Err(ScrubError::WrongKey(sealed)),
				(_, Some(false)) => return Err(ScrubError::KeyReplaced),
				(_, None) => {},
			}
		}
		// At once: a share can be delivered again while content is fetched.
		note_lost(state, &judged).await?;
		let read_back = self.read_back;
		let checking = stream::iter(judged).map(|(share, found)| async move {
			let content = match found {
				ShareState::NotNeeded => ContentState::NotChecked,
				_ => content::check(state, block, &share, read_back).await?,
			};
			Ok::<_, ScrubError>(Checked { share, state: found, content })
		});
		let checked: Vec<Checked> = checking.buffered(CONCURRENT).try_collect().await?;
		note_checked(state, &checked).await?;
		Ok(checked)
	}
}

/// Whether the key that the chain names is one of the key file's. Shares are sealed to it. None if it names
/// none.
async fn is_registered(
	state: &State,
	block: &dyn Block,
	institution: &AccountId,
) -> Result<Option<bool>, ChainError> {
	let custodian = block.institution(institution).await?.and_then(|it| it.custodian);
	Ok(custodian.map(|custodian| state.keys.encryption.set_in_use(&custodian.key)))
}

/// The last final block, if it is recent: an older one does not know the newest versions.
async fn recent(state: &State, node: &dyn Node) -> Result<Arc<dyn Block>, ScrubError> {
	let heads = Heads::read(state, node, node.finalized().await?).await?;
	heads.check(state).map_err(|refusal| ScrubError::Behind(refusal.to_string()))?;
	Ok(heads.finalized)
}

/// What became of a share, at this block.
pub(crate) async fn share_state(
	state: &State,
	block: &dyn Block,
	institution: &AccountId,
	share: &HeldShare,
) -> Result<ShareState, ScrubError> {
	let HeldShare { id, holder, patient, carried, .. } = share;
	let set = block.sharing_set(&(*patient).into(), H256(id.record), id.version).await?;
	let Some(set) = set.filter(|set| set.epoch == id.epoch) else {
		return Ok(ShareState::NotNeeded);
	};
	let index = match carried {
		None if *holder == account_bytes(institution) => index_of(&set, institution, false),
		None => None,
		Some(_) => index_of(&set, &(*holder).into(), true),
	};
	let Some(index) = index else { return Ok(ShareState::NotNeeded) };
	let holder_state = usize::from(index).checked_sub(1).and_then(|place| set.holders.get(place));
	let is_counted_on = carried.is_none() && holder_state.is_some_and(|it| it.acknowledged);
	let lost = |fault| Ok(ShareState::Lost { fault, is_counted_on });
	let database = &state.database;
	let sealed = match (database.share(*id, *holder, carried.clone()).await?, carried) {
		(Some(sealed), _) => sealed,
		// It was destroyed meanwhile.
		(None, Some(_)) => return Ok(ShareState::NotNeeded),
		(None, None) => return lost(Fault::Missing),
	};
	let Some(commitments) = database.commitments(*id).await? else {
		return lost(Fault::Commitments);
	};
	let opened = state.encryption.open_share(*id, holder, &sealed);
	match judge(opened, index, &commitments, &set) {
		Ok(()) => {
			// It may have been reported lost, and come back from a backup. Then it is acknowledged again.
			if carried.is_none() && !is_counted_on {
				database.acknowledge_again(*id).await?;
			}
			Ok(ShareState::Good)
		},
		Err(fault) => lost(fault),
	}
}

/// The index of a holder's share: the holder's place in the set, counted from 1.
fn index_of(set: &SharingSet, account: &AccountId, is_patient: bool) -> Option<u8> {
	let is_it = |kind: &HolderKind| match kind {
		HolderKind::Institution | HolderKind::Emergency => !is_patient,
		HolderKind::Patient => is_patient,
		_ => false,
	};
	let place = set.holders.iter().position(|it| it.account == *account && is_it(&it.kind))?;
	u8::try_from(place.checked_add(1)?).ok()
}

/// Whether a share is this holder's, and fits the commitments of the chain.
fn judge(
	share: Result<Share, EncryptionError>,
	index: u8,
	commitments: &[u8],
	set: &SharingSet,
) -> Result<(), Fault> {
	let share = share.map_err(|_| Fault::Sealed)?;
	let commitments =
		Commitments::decode_all(&mut &commitments[..]).map_err(|_| Fault::Commitments)?;
	if commitments.hash() != set.commitments.0 {
		return Err(Fault::Commitments);
	}
	if share.index != index {
		return Err(Fault::Index);
	}
	share.verify(&commitments).map_err(|_| Fault::Value)
}

/// Notes in the database, the metrics and the log which shares are lost.
async fn note_lost(state: &State, judged: &[(HeldShare, ShareState)]) -> Result<(), ScrubError> {
	let mut lost = Vec::new();
	for (share, found) in judged {
		if let ShareState::Lost { fault, is_counted_on } = found {
			let (record, version) = (Hex(share.id.record), share.id.version);
			let is_carried = share.carried.is_some();
			tracing::error!(%record, version, is_carried, %fault, "a share is lost");
			failure(if is_carried { "carried" } else { "share" });
			lost.push(LostShare::of(share, *fault, *is_counted_on));
		}
	}
	state.database.note_lost_shares(lost, now()).await?;
	Ok(())
}

/// Notes in the database, the metrics and the log which shares are good, and what was found of content.
async fn note_checked(state: &State, checked: &[Checked]) -> Result<(), ScrubError> {
	for Checked { share, content, .. } in checked {
		let (record, version) = (Hex(share.id.record), share.id.version);
		match content {
			ContentState::Good | ContentState::NotChecked => {},
			ContentState::Repaired => {
				tracing::warn!(%record, version, "content was damaged or lost, and was fetched again");
				metrics::counter!("vouchsafe_custodian_scrub_repaired_total").increment(1);
			},
			ContentState::Failed { is_manifest, reason } => {
				tracing::error!(%record, version, reason, "content is lost, and nobody has it now");
				failure(if *is_manifest { "manifest" } else { "content" });
			},
		}
	}
	let is_good = |it: &&Checked| !matches!(it.state, ShareState::Lost { .. });
	let good = checked.iter().filter(is_good).map(|it| it.share.clone()).collect();
	state.database.note_good(good, now()).await?;
	let count = u64::try_from(checked.len()).unwrap_or(u64::MAX);
	metrics::counter!("vouchsafe_custodian_scrub_checked_total").increment(count);
	Ok(())
}

fn failure(kind: &'static str) {
	metrics::counter!("vouchsafe_custodian_scrub_failures_total", "kind" => kind).increment(1);
}

impl LostShare {
	/// A share of which this is wrong.
	fn of(share: &HeldShare, fault: Fault, is_counted_on: bool) -> Self {
		Self {
			id: share.id,
			patient: share.patient,
			carried: share.carried.clone(),
			reason: fault.to_string(),
			is_counted_on,
		}
	}
}

/// Notes the shares that the log says were acknowledged and that are not in the database. Returns them.
async fn note_missing(
	state: &State,
	block: &dyn Block,
	institution: &AccountId,
) -> Result<Vec<LostShare>, ScrubError> {
	let missing = missing::missing(&*state.database, block, institution).await?;
	let lost: Vec<LostShare> = missing.iter().map(missing::lost).collect();
	if !lost.is_empty() {
		let count = lost.len();
		tracing::error!(count, "shares that were acknowledged are not in the database");
	}
	state.database.note_lost_shares(lost.clone(), now()).await?;
	Ok(lost)
}

/// Opens the patients' label keys. Those that do not open are counted in the metrics and the log, without their
/// patients.
async fn check_label_keys(
	state: &State,
	block: &dyn Block,
	institution: &AccountId,
) -> Result<CheckedLabelKeys, ScrubError> {
	let found = label_keys::check(state).await?;
	let CheckedLabelKeys { checked, lost } = &found;
	if !lost.is_empty() {
		if is_registered(state, block, institution).await? == Some(false) {
			return Err(ScrubError::KeyReplaced);
		}
		tracing::error!(lost = lost.len(), checked, "label keys can't be decrypted");
		lost.iter().for_each(|_| failure("label-key"));
	}
	Ok(found)
}

/// What the daemon's task remembers.
struct Rounds {
	scrub: Scrub,
	/// The part of a share that is due and was not checked yet.
	owed: f64,
	/// When the log was compared with the database, and the label keys were opened.
	compared: Option<Instant>,
	/// How many losses were unreported.
	unreported: u64,
}

/// Checks everything in turn until the custodian stops.
pub async fn run(state: Arc<State>) {
	for kind in ["share", "carried", "manifest", "content", "label-key"] {
		metrics::counter!("vouchsafe_custodian_scrub_failures_total", "kind" => kind).increment(0);
	}
	let scrub = Scrub::new(state.config.scrub.read_back);
	let mut rounds = Rounds { scrub, owed: 0.0, compared: None, unreported: 0 };
	loop {
		let result = match state.connected() {
			Some(Connected { node, institution: Some(institution) }) => {
				rounds.next(&state, &*node, &institution).await
			},
			_ => Ok(()),
		};
		if let Err(error) = result {
			tracing::warn!(%error, "can't check yet what was acknowledged");
		}
		if let Err(error) = show(&state).await {
			tracing::warn!(%error, "can't count what was checked");
		}
		if !state.pause(TICK).await {
			return;
		}
	}
}

impl Rounds {
	/// Checks what is due, and reports what was found, if it is little.
	async fn next(
		&mut self,
		state: &State,
		node: &dyn Node,
		institution: &AccountId,
	) -> Result<(), ScrubError> {
		let block = recent(state, node).await?;
		let due = self.due(state, now()).await?;
		self.scrub.check(state, &*block, institution, due).await?;
		if self.compared.is_none_or(|at| at.elapsed() >= DAY) {
			note_missing(state, &*block, institution).await?;
			check_label_keys(state, &*block, institution).await?;
			self.compared = Some(Instant::now());
		}
		self.report_few(state, node, institution).await
	}

	/// The shares that are due: so many that all have their turn in time, the oldest first, and those that
	/// are late because the custodian did not run.
	async fn due(&mut self, state: &State, now: u64) -> Result<Vec<HeldShare>, ScrubError> {
		let period = u64::from(state.config.scrub.days).saturating_mul(DAY.as_secs());
		let count = gauge_value(state.database.shares_to_check().await?);
		self.owed += count * TICK.as_secs_f64() / gauge_value(period);
		let mut due = state.database.least_checked(now, BATCH).await?;
		let mut is_due = |share: &HeldShare| {
			let is_late = now.saturating_sub(share.checked) > period;
			let has_turn = self.owed >= 1.0;
			if has_turn {
				self.owed -= 1.0;
			}
			is_late || has_turn
		};
		let count = due.iter().take_while(|share| is_due(share)).count();
		due.truncate(count);
		// What is left of a long list is late, and has its turn for that reason.
		self.owed = self.owed.min(1.0);
		Ok(due)
	}

	/// Reports the losses, unless there are more than the daemon may report in a day.
	async fn report_few(
		&mut self,
		state: &State,
		node: &dyn Node,
		institution: &AccountId,
	) -> Result<(), ScrubError> {
		let losses = state.database.losses(now().saturating_sub(DAY.as_secs())).await?;
		let is_new = losses.unreported > self.unreported;
		self.unreported = losses.unreported;
		if losses.unreported == 0 {
			return Ok(());
		}
		let all = losses.unreported.saturating_add(losses.recent);
		if self.scrub.opened == 0 || all > u64::from(state.config.scrub.report_losses) {
			if is_new {
				tracing::error!(
					shares = losses.unreported,
					"ALARM: shares are lost, and the chain still counts on them. Find out why, restore them \
					 from a backup if there is one, and run `vouchsafe-custodian scrub`"
				);
			}
			return Ok(());
		}
		report(state, node, institution, state.database.unreported().await?).await?;
		self.unreported = 0;
		Ok(())
	}
}

/// Shows the age of the oldest check, and how many shares are lost.
async fn show(state: &State) -> Result<(), StoreError> {
	let oldest = state.database.least_checked(u64::MAX, 1).await?;
	let age = oldest.first().map_or(0, |share| now().saturating_sub(share.checked));
	metrics::gauge!("vouchsafe_custodian_scrub_oldest_seconds").set(gauge_value(age));
	let losses = state.database.losses(u64::MAX).await?;
	metrics::gauge!("vouchsafe_custodian_lost_shares").set(gauge_value(losses.all));
	metrics::gauge!("vouchsafe_custodian_unreported_losses").set(gauge_value(losses.unreported));
	Ok(())
}
