//! The index of the patients' logs: reads the entries of every finalised block from the first on,
//! computes each head anew and compares it with the chain's. A revocation that it reads destroys
//! what was carried for that consent.

use crate::{
	app::{App, Backoff, Part},
	store::{Carried, IndexedBlock, StoreError},
};
use codec::{Decode, Encode};
use futures::{stream, StreamExt, TryStreamExt};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::Arc,
	time::Duration,
};
use vouchsafe_client::{
	chain::{decode_entry, AccountId, Chain, ChainError, Grantee, LogEvent},
	messages::{Hex, HexBytes, LogLine},
};
use vouchsafe_vault::audit::next_head;

/// Blocks that are fetched at a time and entered together.
const BATCH: u32 = 64;
/// Blocks that are fetched side by side.
const ABREAST: usize = 8;
/// Blocks that the index may lie behind.
const LAG: u32 = 10;
/// How often all carried shares are looked at.
const SWEEP: Duration = Duration::from_secs(120);

#[derive(Debug, thiserror::Error)]
enum IndexError {
	#[error(transparent)]
	Chain(#[from] ChainError),
	#[error(transparent)]
	Store(#[from] StoreError),
}

/// A finalised block with what it added to logs, and the chain's own count and head after it.
struct Fetched {
	block: IndexedBlock,
	heads: Vec<(AccountId, u64, [u8; 32])>,
}

/// Count and head of each patient's log.
type Heads = BTreeMap<AccountId, (u64, [u8; 32])>;

/// Indexes until the custodian stops.
pub async fn run(app: Arc<App>) {
	let mut backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(15));
	let mut last_sweep: Option<tokio::time::Instant> = None;
	loop {
		let pause = match app.node() {
			None => Duration::from_millis(500),
			Some(node) => match advance(&app, &node.chain).await {
				Ok(true) => Duration::ZERO,
				Ok(false) => {
					backoff.reset();
					if last_sweep.is_none_or(|at| at.elapsed() > SWEEP) {
						if let Err(error) = sweep(&app, &node.chain).await {
							tracing::warn!(%error, "the carried shares could not be looked at");
						}
						last_sweep = Some(tokio::time::Instant::now());
					}
					Duration::from_millis(400)
				},
				Err(error) => {
					app.report(Part::Index, false, error.to_string());
					backoff.next()
				},
			},
		};
		if !app.pause(pause).await {
			return;
		}
	}
}

/// Indexes the next blocks; true if there were any.
async fn advance(app: &App, chain: &Chain) -> Result<bool, IndexError> {
	let head = chain.finalized().await?.number;
	let indexed = app.store.run(|store| store.indexed()).await?;
	// The genesis block has no events.
	let next = indexed.map_or(1, |(number, _)| number.saturating_add(1));
	report(app, head, next.saturating_sub(1)).await?;
	if next > head {
		return Ok(false);
	}
	let last = head.min(next.saturating_add(BATCH - 1));
	let fetched: Vec<Fetched> = stream::iter(next..=last)
		.map(|number| fetch(chain, number))
		.buffered(ABREAST)
		.try_collect()
		.await?;
	let patients: BTreeSet<AccountId> =
		fetched.iter().flat_map(|it| it.block.lines.iter().map(|(patient, _)| *patient)).collect();
	let mut heads = app
		.store
		.run(move |store| {
			patients.into_iter().map(|patient| Ok((patient, store.log_head(&patient)?))).collect()
		})
		.await?;
	let genesis = chain.genesis().0;
	let blocks: Vec<IndexedBlock> =
		fetched.into_iter().map(|fetched| link(&genesis, &mut heads, fetched)).collect();
	let revoked = revocations(&blocks);
	app.store
		.run(move |store| {
			// Destroyed first: after a kill between the two it is simply done again.
			for (patient, carried) in &revoked {
				destroy(store, *patient, carried, "it was revoked")?;
			}
			store.index_blocks(&blocks)
		})
		.await?;
	report(app, head, last).await?;
	app.work.notify_one();
	Ok(true)
}

/// Computes the heads of a block's lines, from those before it on, and finds the logs that don't
/// agree with the chain.
fn link(genesis: &[u8; 32], heads: &mut Heads, fetched: Fetched) -> IndexedBlock {
	let Fetched { mut block, heads: expected } = fetched;
	for (patient, line) in &mut block.lines {
		let (count, previous) = heads.get(patient).copied().unwrap_or_default();
		// A number that is out of place shows in the comparison below, as does all else.
		if line.seq != count {
			tracing::error!(patient = %Hex(patient.0), line.seq, count, "a log has a gap");
		}
		let (genesis, whose) = ((*genesis).into(), patient.0.into());
		let head =
			next_head(&genesis, &whose, line.seq, line.block, &previous.into(), &line.entry.0).0;
		line.head = Hex(head);
		heads.insert(*patient, (line.seq.saturating_add(1), head));
	}
	for (patient, count, head) in expected {
		if heads.get(&patient) != Some(&(count, head)) {
			tracing::error!(
				patient = %Hex(patient.0),
				block = block.number,
				"the log that was indexed does not have the head that the chain has"
			);
			block.mismatches.push(patient);
		}
	}
	block
}

async fn fetch(chain: &Chain, number: u32) -> Result<Fetched, ChainError> {
	let at = chain.at_number(number).await?;
	let entries = at.audit_entries().await?;
	let mut patients: Vec<AccountId> = entries.iter().map(|entry| entry.patient).collect();
	patients.sort();
	patients.dedup();
	let mut heads = Vec::with_capacity(patients.len());
	for patient in patients {
		let (count, head) = at.audit_head(&patient).await?;
		heads.push((patient, count, head.0));
	}
	let lines = entries
		.into_iter()
		.map(|entry| {
			let line = LogLine {
				seq: entry.seq,
				block: number,
				entry: HexBytes(entry.entry),
				head: Hex([0; 32]),
			};
			(entry.patient, line)
		})
		.collect();
	Ok(Fetched { block: IndexedBlock { number, hash: at.hash, lines, mismatches: vec![] }, heads })
}

/// The consents that these blocks revoke.
fn revocations(blocks: &[IndexedBlock]) -> Vec<([u8; 32], Carried)> {
	blocks
		.iter()
		.flat_map(|block| &block.lines)
		.filter_map(|(patient, line)| match decode_entry(&line.entry.0)?.event {
			LogEvent::ConsentRevoked { consent } => Some((
				patient.0,
				Carried { grantee: consent.grantee.encode(), consent: consent.id },
			)),
			_ => None,
		})
		.collect()
}

async fn report(app: &App, head: u32, indexed: u32) -> Result<(), StoreError> {
	let mismatches = app.store.run(|store| store.mismatches()).await?;
	let lag = head.saturating_sub(indexed);
	metrics::gauge!("vouchsafe_custodian_indexed_block").set(f64::from(indexed));
	metrics::gauge!("vouchsafe_custodian_index_lag").set(f64::from(lag));
	metrics::gauge!("vouchsafe_custodian_log_mismatches").set(mismatches as f64);
	match (mismatches, lag) {
		(0, lag) if lag <= LAG => {
			app.report(Part::Index, true, format!("indexed up to block {indexed}"))
		},
		(0, lag) => app.report(Part::Index, false, format!("{lag} blocks behind")),
		(many, _) => app.report(
			Part::Index,
			false,
			format!("ALARM: {many} patients' logs do not have the head that the chain has"),
		),
	}
	Ok(())
}

/// Destroys what is carried for consents that have gone or expired without being revoked.
async fn sweep(app: &App, chain: &Chain) -> Result<(), IndexError> {
	let carried = app.store.run(|store| store.all_carried()).await?;
	metrics::gauge!("vouchsafe_custodian_carried_consents").set(carried.len() as f64);
	if carried.is_empty() {
		return Ok(());
	}
	let at = chain.finalized().await?;
	let now = at.time().await?;
	for (patient, carried) in carried {
		let stands = match Grantee::decode(&mut &carried.grantee[..]) {
			Ok(grantee) => {
				let consent = at.consent(&AccountId(patient), &grantee, carried.consent).await?;
				consent.is_some_and(|it| it.terms.valid_until.is_none_or(|until| now < until))
			},
			Err(_) => false,
		};
		if !stands {
			app.store
				.run(move |store| destroy(store, patient, &carried, "its consent has ended"))
				.await?;
		}
	}
	Ok(())
}

fn destroy(
	store: &crate::store::Store,
	patient: [u8; 32],
	carried: &Carried,
	why: &str,
) -> Result<(), StoreError> {
	let shares = store.destroy_carried(patient, carried)?;
	if shares > 0 {
		metrics::counter!("vouchsafe_custodian_carried_destroyed_total").increment(shares as u64);
		tracing::info!(patient = %Hex(patient), carried.consent, shares, why, "destroyed carried shares");
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::{ConsentRef, LogEntry, H256};

	const GENESIS: [u8; 32] = [1; 32];
	const PATIENT: AccountId = AccountId([2; 32]);

	fn block(number: u32, seqs: &[u64]) -> IndexedBlock {
		let line = |seq: &u64| {
			let entry = HexBytes(vec![1, *seq as u8]);
			(PATIENT, LogLine { seq: *seq, block: number, entry, head: Hex([0; 32]) })
		};
		IndexedBlock {
			number,
			hash: H256([number as u8; 32]),
			lines: seqs.iter().map(line).collect(),
			mismatches: vec![],
		}
	}

	fn head_after(entries: &[(u64, u32)]) -> [u8; 32] {
		entries.iter().fold([0; 32], |head, (seq, block)| {
			let (genesis, patient) = (GENESIS.into(), PATIENT.0.into());
			next_head(&genesis, &patient, *seq, *block, &head.into(), &[1, *seq as u8]).0
		})
	}

	#[test]
	fn heads_are_computed_over_blocks() {
		let mut heads = Heads::new();
		let expected = head_after(&[(0, 5), (1, 5)]);
		let first = Fetched { block: block(5, &[0, 1]), heads: vec![(PATIENT, 2, expected)] };
		let linked = link(&GENESIS, &mut heads, first);
		assert!(linked.mismatches.is_empty());
		assert_eq!(linked.lines[1].1.head, Hex(expected));
		let expected = head_after(&[(0, 5), (1, 5), (2, 7)]);
		let second = Fetched { block: block(7, &[2]), heads: vec![(PATIENT, 3, expected)] };
		assert!(link(&GENESIS, &mut heads, second).mismatches.is_empty());
		assert_eq!(heads[&PATIENT], (3, expected));
	}

	#[test]
	fn what_does_not_agree_with_the_chain_is_an_alarm() {
		let good = head_after(&[(0, 5), (1, 5)]);
		for (seqs, count, head) in [
			// An entry is missing, another head, another count, an entry too many.
			(vec![1], 2, good),
			(vec![0, 1], 2, [9; 32]),
			(vec![0, 1], 3, good),
			(vec![0, 1, 2], 2, good),
			(vec![1, 0], 2, good),
		] {
			let fetched = Fetched { block: block(5, &seqs), heads: vec![(PATIENT, count, head)] };
			let linked = link(&GENESIS, &mut Heads::new(), fetched);
			assert_eq!(linked.mismatches, [PATIENT], "{seqs:?}");
		}
	}

	#[test]
	fn only_revocations_destroy() {
		let grantee = Grantee::Institution(AccountId([3; 32]));
		let consent = ConsentRef { grantee: grantee.clone(), id: 4 };
		let entry = |event| {
			let entry = LogEntry {
				signer: PATIENT,
				origin: PATIENT,
				acting_for: None,
				purpose: None,
				event,
			};
			HexBytes((1u8, entry).encode())
		};
		let mut block = block(5, &[0, 1, 2]);
		block.lines[0].1.entry = entry(LogEvent::ConsentRevoked { consent: consent.clone() });
		block.lines[1].1.entry = entry(LogEvent::ConsentAmended { consent, revision: 1 });
		let found = revocations(&[block]);
		assert_eq!(found, [(PATIENT.0, Carried { grantee: grantee.encode(), consent: 4 })]);
	}
}
