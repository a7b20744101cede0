//! Metrics of what a node sees: its peers, the clocks of the validators, validators that make two blocks for
//! one slot, and the room on its disk.
//!
//! - `vouchsafe_peers{kind}`: the connected nodes, by whether a member lists them: `member` or `other`. If no
//!   member lists any, all are counted as members'.
//! - `vouchsafe_block_delay_seconds`: this machine's clock minus the slot of the last block that another
//!   validator made. About a second if both clocks are right.
//! - `vouchsafe_equivocations_total`: pairs of different blocks of one validator for one slot, since the
//!   start. Two votes of one validator in GRANDPA are in the log only.
//! - `vouchsafe_disk_free_bytes`: the room on the disk of the database.

use crate::{client::FullClient, members::Members};
use futures::StreamExt;
use sc_client_api::{BlockImportNotification, BlockchainEvents};
use sc_consensus_aura::find_pre_digest;
use sc_network_sync::SyncingService;
use sp_api::ProvideRuntimeApi;
use sp_consensus::BlockOrigin;
use sp_consensus_aura::{
	sr25519::{AuthorityId, AuthoritySignature},
	AuraApi,
};
use std::{
	collections::BTreeMap,
	path::PathBuf,
	sync::Arc,
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use substrate_prometheus_endpoint::{
	register, Counter, Gauge, GaugeVec, Opts, PrometheusError, Registry, F64, U64,
};
use vouchsafe_runtime::{opaque::Block, Hash, Header, SLOT_DURATION};

/// How often peers and disk are looked at.
const EVERY: Duration = Duration::from_secs(5);
/// For how many slots the blocks are remembered.
const SLOTS: usize = 1_000;

/// What the node sees, and the metrics that show it.
pub struct Observations {
	client: Arc<FullClient>,
	sync: Arc<SyncingService<Block>>,
	members: Arc<Members>,
	folder: PathBuf,
	slots: Slots,
	peers: GaugeVec<U64>,
	delay: Gauge<F64>,
	equivocations: Counter<U64>,
	free: Gauge<U64>,
}

impl Observations {
	/// Registers the metrics. The database is in this folder.
	pub fn register(
		client: Arc<FullClient>,
		sync: Arc<SyncingService<Block>>,
		members: Arc<Members>,
		folder: PathBuf,
		registry: &Registry,
	) -> Result<Self, PrometheusError> {
		let peers = Opts::new("vouchsafe_peers", "Connected nodes, by whether a member lists them");
		let delay = Gauge::new(
			"vouchsafe_block_delay_seconds",
			"This machine's clock minus the slot of the last block of another validator",
		);
		let equivocations = Counter::new(
			"vouchsafe_equivocations_total",
			"Pairs of different blocks of one validator for one slot",
		);
		let free = Gauge::new("vouchsafe_disk_free_bytes", "Room on the disk of the database");
		Ok(Self {
			client,
			sync,
			members,
			folder,
			slots: Slots::default(),
			peers: register(GaugeVec::new(peers, &["kind"])?, registry)?,
			delay: register(delay?, registry)?,
			equivocations: register(equivocations?, registry)?,
			free: register(free?, registry)?,
		})
	}

	/// Watches until the node stops.
	pub async fn run(mut self) {
		let mut imported = self.client.import_notification_stream();
		let mut look = tokio::time::interval(EVERY);
		loop {
			tokio::select! {
				block = imported.next() => match block {
					Some(block) => self.note(&block),
					None => return,
				},
				_ = look.tick() => self.look().await,
			}
		}
	}

	/// Shows peers and disk.
	async fn look(&self) {
		if let Ok(peers) = self.sync.peers_info().await {
			let members = peers.iter().filter(|(id, _)| self.members.is_listed(id)).count();
			let others = peers.len().saturating_sub(members);
			for (kind, count) in [("member", members), ("other", others)] {
				self.peers.with_label_values(&[kind]).set(count.try_into().unwrap_or(u64::MAX));
			}
		}
		if let Ok(disk) = rustix::fs::statvfs(&self.folder) {
			self.free.set(disk.f_bavail.saturating_mul(disk.f_frsize));
		}
	}

	/// Looks at a new block.
	fn note(&mut self, block: &BlockImportNotification<Block>) {
		let Ok(slot) = find_pre_digest::<Block, AuthoritySignature>(&block.header) else { return };
		if block.origin == BlockOrigin::NetworkBroadcast {
			let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
			let began = Duration::from_millis(slot.saturating_mul(SLOT_DURATION));
			self.delay.set(now.as_secs_f64() - began.as_secs_f64());
		}
		let Some(first) = self.slots.note(*slot, block.hash) else { return };
		let Some(author) = self.author(*slot, &block.header) else { return };
		// After a change of the list, two branches can give a slot to different validators.
		let header = self.client.header(first).ok().flatten();
		if header.and_then(|header| self.author(*slot, &header)).as_ref() == Some(&author) {
			self.equivocations.inc();
			tracing::warn!(
				slot = *slot, %author, ?first, second = ?block.hash,
				"A validator has made two blocks for one slot: its session keys are used twice"
			);
		}
	}

	/// The session key of the validator whose slot it is.
	fn author(&self, slot: u64, header: &Header) -> Option<AuthorityId> {
		let authorities = self.client.runtime_api().authorities(header.parent_hash).ok()?;
		let place = slot.checked_rem(authorities.len().try_into().ok()?)?;
		authorities.get(usize::try_from(place).ok()?).cloned()
	}
}

/// The first blocks of the last slots.
#[derive(Default)]
struct Slots(BTreeMap<u64, Hash>);

impl Slots {
	/// Notes a block of this slot. Returns another block of the same slot, if there is one.
	fn note(&mut self, slot: u64, hash: Hash) -> Option<Hash> {
		let first = *self.0.entry(slot).or_insert(hash);
		if self.0.len() > SLOTS {
			self.0.pop_first();
		}
		(first != hash).then_some(first)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn hash(number: u64) -> Hash {
		Hash::from_low_u64_be(number)
	}

	#[test]
	fn a_second_block_of_a_slot_is_seen() {
		let mut slots = Slots::default();
		assert_eq!(slots.note(7, hash(1)), None);
		assert_eq!(slots.note(7, hash(1)), None, "the same block again");
		assert_eq!(slots.note(8, hash(2)), None);
		assert_eq!(slots.note(7, hash(3)), Some(hash(1)));
		assert_eq!(slots.note(7, hash(4)), Some(hash(1)));
	}

	#[test]
	fn as_many_slots_as_may_are_remembered() {
		let mut slots = Slots::default();
		let last = SLOTS as u64;
		(0..last).for_each(|slot| assert_eq!(slots.note(slot, hash(slot)), None));
		assert_eq!(slots.note(0, hash(9_999)), Some(hash(0)));
		assert_eq!(slots.note(last, hash(last)), None);
		assert_eq!(slots.note(0, hash(9_999)), None, "the oldest is forgotten");
		assert_eq!(slots.0.len(), SLOTS);
	}
}
