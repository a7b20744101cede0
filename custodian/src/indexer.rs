//! Indexes the patients' logs: reads the entries of every finalised block from the first on,
//! computes each head and compares it with the chain's. Carried shares of patients whose logs go on
//! are checked, because a consent may have changed.

use crate::{
	backoff::Backoff,
	carried::{sweep, SweepError},
	chain::Node,
	gauge::gauge_value,
	heads::Heads,
	history::{self, HistoryError},
	readiness::CheckName,
	release::Refusal,
	state::{Connected, State},
	store::{IndexedBlock, LogHeads, StoreError},
};
use futures::{stream, StreamExt, TryStreamExt};
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use vouchsafe_client::{
	chain::{account_bytes, AccountId, ChainError, H256},
	messages::{Hex, HexBytes, LogLine},
};
use vouchsafe_vault::audit::next_head;

/// How many blocks are added to the index together.
const BATCH: u32 = 64;
/// How many blocks are fetched at the same time.
const CONCURRENT: usize = 8;
/// By how many blocks the index may lag behind the chain.
const LAG: u32 = 10;
/// How often the consents of all carried shares are checked.
const SWEEP_INTERVAL: Duration = Duration::from_secs(120);

/// Why blocks could not be indexed.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
	/// The chain could not be read.
	#[error(transparent)]
	Chain(#[from] ChainError),
	/// The database failed.
	#[error(transparent)]
	Store(#[from] StoreError),
	/// The blocks could not be compared with those that the node has.
	#[error(transparent)]
	History(#[from] HistoryError),
	/// Carried shares could not be checked.
	#[error(transparent)]
	Carried(#[from] SweepError),
}

/// A finalised block with what it added to logs, and the chain's count and head of each of these
/// logs after it.
struct Fetched {
	block: IndexedBlock,
	heads: Vec<(AccountId, u64, H256)>,
}

/// Indexes blocks until the custodian stops.
pub async fn run(state: Arc<State>) {
	let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(15));
	let mut last_sweep: Option<tokio::time::Instant> = None;
	loop {
		let pause = match state.connected() {
			None => Duration::from_millis(500),
			Some(connected) => match index_next(&state, &connected).await {
				Ok(true) => Duration::ZERO,
				Ok(false) => {
					backoff.reset();
					if last_sweep.is_none_or(|at| at.elapsed() > SWEEP_INTERVAL) {
						if let Err(error) = check_carried(&state, &connected, None).await {
							tracing::warn!(%error, "can't check the consents of carried shares");
						}
						last_sweep = Some(tokio::time::Instant::now());
					}
					Duration::from_millis(400)
				},
				Err(error) => {
					state.readiness.set(CheckName::Index, false, error.to_string());
					backoff.next_pause()
				},
			},
		};
		if !state.pause(pause).await {
			return;
		}
	}
}

/// Indexes the next blocks, and returns whether there were any.
pub async fn index_next(state: &State, connected: &Connected) -> Result<bool, IndexError> {
	let node = &*connected.node;
	let head = node.finalized().await?.number();
	if !history::compare(state, node, head).await? {
		report_replaced(state);
		return Ok(false);
	}
	// The genesis block has no events.
	let next = state.database.last_block().await?.map_or(1, |(number, _)| number.saturating_add(1));
	report(state, head, next.saturating_sub(1)).await?;
	if next > head {
		return Ok(false);
	}
	let last = head.min(next.saturating_add(BATCH - 1));
	let fetched: Vec<Fetched> = stream::iter(next..=last)
		.map(|number| fetch(node, number))
		.buffered(CONCURRENT)
		.try_collect()
		.await?;
	let patients: BTreeSet<AccountId> = fetched
		.iter()
		.flat_map(|it| it.block.lines.iter().map(|(patient, _)| patient.clone()))
		.collect();
	let mut heads = state.database.log_heads(patients.into_iter().collect()).await?;
	let genesis = node.genesis();
	let blocks: Vec<IndexedBlock> =
		fetched.into_iter().map(|fetched| link(&genesis, &mut heads, fetched)).collect();
	let patients = patients_of(&blocks);
	state.database.index_blocks(blocks).await?;
	report(state, head, last).await?;
	state.new_work.notify_one();
	// If this fails, or the custodian is killed before, the next check of all shares does it.
	if let Err(error) = check_carried(state, connected, Some(patients)).await {
		tracing::warn!(%error, "can't check the consents of carried shares yet");
	}
	Ok(true)
}

/// Computes the heads of a block's lines from the heads before it, and finds the logs that differ
/// from the chain's.
fn link(genesis: &H256, heads: &mut LogHeads, fetched: Fetched) -> IndexedBlock {
	let Fetched { mut block, heads: expected } = fetched;
	for (patient, line) in &mut block.lines {
		let (count, previous) = heads.get(patient).copied().unwrap_or_default();
		// A wrong number also changes the count or the head that is compared below.
		if line.seq != count {
			tracing::error!(patient = %Hex::from(&*patient), line.seq, count, "a log has a gap");
		}
		let head = next_head(genesis, patient, line.seq, line.block, &previous, &line.entry.0);
		line.head = head.into();
		heads.insert(patient.clone(), (line.seq.saturating_add(1), head));
	}
	for (patient, count, head) in expected {
		if heads.get(&patient) != Some(&(count, head)) {
			tracing::error!(
				patient = %Hex::from(&patient),
				block = block.number,
				"the indexed log differs from the chain's"
			);
			block.mismatches.push(patient);
		}
	}
	block
}

async fn fetch(node: &dyn Node, number: u32) -> Result<Fetched, ChainError> {
	let block = node.block(number).await?;
	let entries = block.audit_entries().await?;
	let time = match entries.is_empty() {
		true => 0,
		false => block.time().await?,
	};
	let patients: BTreeSet<AccountId> = entries.iter().map(|entry| entry.patient.clone()).collect();
	let mut heads = Vec::with_capacity(patients.len());
	for patient in patients {
		let (count, head) = block.audit_head(&patient).await?;
		heads.push((patient, count, head));
	}
	let lines = entries
		.into_iter()
		.map(|entry| {
			let line = LogLine {
				seq: entry.seq,
				block: number,
				time,
				entry: HexBytes(entry.entry),
				head: Hex([0; 32]),
			};
			(entry.patient, line)
		})
		.collect();
	let block = IndexedBlock { number, hash: block.hash(), lines, mismatches: vec![] };
	Ok(Fetched { block, heads })
}

/// The patients whose logs these blocks continue: their consents or records may have changed.
fn patients_of(blocks: &[IndexedBlock]) -> Vec<[u8; 32]> {
	let lines = blocks.iter().flat_map(|block| &block.lines);
	let patients: BTreeSet<_> = lines.map(|(patient, _)| account_bytes(patient)).collect();
	patients.into_iter().collect()
}

fn report_replaced(state: &State) {
	if let Some(block) = state.replaced() {
		let detail = format!("ALARM: {}", Refusal::Replaced(block));
		state.readiness.set(CheckName::Index, false, detail);
	}
}

async fn report(state: &State, head: u32, indexed: u32) -> Result<(), StoreError> {
	let mismatches = state.database.mismatches().await?;
	let lag = head.saturating_sub(indexed);
	metrics::gauge!("vouchsafe_custodian_indexed_block").set(f64::from(indexed));
	metrics::gauge!("vouchsafe_custodian_index_lag").set(f64::from(lag));
	metrics::gauge!("vouchsafe_custodian_log_mismatches").set(gauge_value(mismatches));
	let detail = match (mismatches, lag) {
		(0, 0..=LAG) => format!("indexed up to block {indexed}"),
		(0, _) => format!("{lag} blocks behind"),
		_ => format!("ALARM: the indexed logs of {mismatches} patients differ from the chain's"),
	};
	state.readiness.set(CheckName::Index, mismatches == 0 && lag <= LAG, detail);
	Ok(())
}

/// Checks the shares that all or these patients carried here. Without a recent block they stay: an
/// old one may not have the consents yet.
async fn check_carried(
	state: &State,
	Connected { node, institution }: &Connected,
	patients: Option<Vec<[u8; 32]>>,
) -> Result<(), IndexError> {
	let Some(institution) = institution else { return Ok(()) };
	if patients.is_some() && state.database.all_carried(patients.clone()).await?.is_empty() {
		return Ok(());
	}
	let heads = Heads::read(state, &**node, node.finalized().await?).await?;
	if heads.check(state).is_ok() {
		sweep(state, &*heads.finalized, institution, patients).await?;
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	const GENESIS: H256 = H256([1; 32]);
	const PATIENT: AccountId = AccountId::new([2; 32]);

	fn block(number: u32, seqs: &[u64]) -> IndexedBlock {
		let line = |seq: &u64| {
			let entry = HexBytes(vec![1, *seq as u8]);
			(PATIENT, LogLine { seq: *seq, block: number, time: 0, entry, head: Hex([0; 32]) })
		};
		IndexedBlock {
			number,
			hash: H256([number as u8; 32]),
			lines: seqs.iter().map(line).collect(),
			mismatches: vec![],
		}
	}

	fn head_after(entries: &[(u64, u32)]) -> H256 {
		entries.iter().fold(H256::zero(), |head, (seq, block)| {
			next_head(&GENESIS, &PATIENT, *seq, *block, &head, &[1, *seq as u8])
		})
	}

	#[test]
	fn heads_are_computed_over_blocks() {
		let mut heads = LogHeads::new();
		let expected = head_after(&[(0, 5), (1, 5)]);
		let first = Fetched { block: block(5, &[0, 1]), heads: vec![(PATIENT, 2, expected)] };
		let linked = link(&GENESIS, &mut heads, first);
		assert!(linked.mismatches.is_empty());
		assert_eq!(linked.lines[1].1.head, Hex::from(expected));
		let expected = head_after(&[(0, 5), (1, 5), (2, 7)]);
		let second = Fetched { block: block(7, &[2]), heads: vec![(PATIENT, 3, expected)] };
		assert!(link(&GENESIS, &mut heads, second).mismatches.is_empty());
		assert_eq!(heads[&PATIENT], (3, expected));
	}

	#[test]
	fn a_log_that_differs_from_the_chain_is_an_alarm() {
		let good = head_after(&[(0, 5), (1, 5)]);
		for (seqs, count, head) in [
			// A missing entry, another head, another count, one entry too many, another order.
			(vec![1], 2, good),
			(vec![0, 1], 2, H256([9; 32])),
			(vec![0, 1], 3, good),
			(vec![0, 1, 2], 2, good),
			(vec![1, 0], 2, good),
		] {
			let fetched = Fetched { block: block(5, &seqs), heads: vec![(PATIENT, count, head)] };
			let linked = link(&GENESIS, &mut LogHeads::new(), fetched);
			assert_eq!(linked.mismatches, [PATIENT], "{seqs:?}");
		}
	}
}
