//! Puts the index of another member into the database: of each patient all entries, if they lead to the head
//! that the own node's state has at the block at which the file ends, or nothing.
//!
//! The file is read twice. First each log is checked, which takes little memory. Then those that are right are
//! written in one transaction, so that a kill leaves the index as it was. A patient whose log is not complete
//! afterwards counts as one that differs from the chain's, which the daemon reports. A log that differed before
//! is replaced: so this also repairs.

use super::{
	file::{Head, Item, Reader},
	source,
	times::times,
};
use crate::{
	chain::Node,
	config::Config,
	history::first_replaced,
	lock::Lock,
	state::ensure_own_chain,
	store::{sqlite::Sqlite, LogHeads, LogIndex},
};
use anyhow::{bail, ensure, Context};
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt::Write,
	io::{BufReader, IsTerminal, Read, Seek},
	path::PathBuf,
	time::Duration,
};
use vouchsafe_client::{
	chain::{account_bytes, storage, AccountId, Chain, ChainError, H256},
	messages::{Hex, HexBytes, KeysBelow, LogLine},
};
use vouchsafe_vault::audit::next_head;

/// How many logs are read together from the state.
const PAGE: u32 = 1000;
/// The hashes of how many blocks are noted, so that a power cut that takes back some of the node's blocks takes
/// back no more of the index. They are tens.
const BLOCKS: u32 = 256;
/// For how long is waited for a block that is not final here yet, and by how many blocks the node may be behind
/// it.
const CATCH_UP: Duration = Duration::from_secs(30);
const NEAR: u32 = 10;
/// How many patients are named of each kind.
const NAMED: usize = 50;

/// The arguments of `index import`.
#[derive(Debug, clap::Args)]
pub struct ImportArguments {
	/// A file of `index export`, or another member, whose custodian is asked: the custodian's address, or the
	/// member's name or account.
	#[arg(long, value_name = "FILE|URL|INSTITUTION")]
	from: String,
	/// Configuration file.
	#[arg(long, value_name = "FILE")]
	config: PathBuf,
}

/// What was imported, and what was not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
	/// The block up to which the index goes now.
	pub number: u32,
	/// How many patients' logs were imported.
	pub patients: usize,
	/// How many entries they have.
	pub entries: u64,
	/// Patients whose entries in the file are not those of the chain.
	pub different: Vec<AccountId>,
	/// Patients who have a log on the chain and none in the file.
	pub lacking: Vec<AccountId>,
	/// Patients who have a log in the file and none on the chain: some of them, and how many there are.
	pub unknown: (Vec<AccountId>, u64),
}

impl Imported {
	/// How many patients' logs were not imported.
	fn refused(&self) -> u64 {
		let known = self.different.len().saturating_add(self.lacking.len());
		u64::try_from(known).unwrap_or(u64::MAX).saturating_add(self.unknown.1)
	}

	/// The result for people.
	pub fn text(&self) -> String {
		let Self { number, patients, entries, different, lacking, unknown } = self;
		let logs = match patients {
			1 => "log of 1 patient",
			_ => &format!("logs of {patients} patients"),
		};
		let mut text = format!("imported the {logs} ({entries} entries) up to block {number}");
		let few = [
			(
				different,
				different.len() as u64,
				"its entries do not lead to the head that the chain has",
			),
			(
				lacking,
				lacking.len() as u64,
				"the chain has a log of this patient, and the file has none",
			),
			(&unknown.0, unknown.1, "the chain has no log of this patient"),
		];
		for (accounts, count, why) in few {
			for account in accounts.iter().take(NAMED) {
				let _ = write!(text, "\nNOT IMPORTED: {}: {why}", Hex::from(account));
			}
			let rest = count.saturating_sub(accounts.len().min(NAMED) as u64);
			if rest > 0 {
				let _ = write!(text, "\nNOT IMPORTED: {rest} more: {why}");
			}
		}
		if !(different.is_empty() && lacking.is_empty()) {
			text += "\nUntil these logs are imported from another member, /ready counts them as different from \
			         the chain's (LogMismatch).";
		}
		text
	}

	/// An error if something was not imported.
	pub fn ensure_whole(&self) -> anyhow::Result<()> {
		let refused = self.refused();
		ensure!(refused == 0, "logs that were not imported: {refused}");
		Ok(())
	}
}

/// Runs the command. It is an error if something was not imported.
pub fn run(arguments: &ImportArguments) -> anyhow::Result<()> {
	let ImportArguments { from, config } = arguments;
	let config = Config::read(config)?;
	let _lock = Lock::of_custodian(&config.store.directory)?;
	let database = Sqlite::open(&config.store.directory)?;
	let is_shown = std::io::stderr().is_terminal();
	let mut say = |line: &str| {
		if is_shown {
			eprintln!("{line}");
		}
	};
	let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
	let imported = runtime.block_on(async {
		let chain = Chain::connect(&config.chain.node).await;
		let chain = chain.context("the node can't be reached, so nothing was imported")?;
		ensure_own_chain(&config, &database, Node::genesis(&chain)).await?;
		let file = source::open(&config, &chain, from, &mut say).await?;
		import(&database, &chain, file, &mut say).await
	})?;
	database.checkpoint()?;
	println!("{}", imported.text());
	imported.ensure_whole()
}

/// Imports a file at the block at which it ends.
pub async fn import(
	database: &Sqlite,
	node: &dyn Node,
	mut file: impl Read + Seek,
	mut say: impl FnMut(&str),
) -> anyhow::Result<Imported> {
	file.rewind()?;
	let head = *Reader::open(&mut file)?.head();
	ensure_fits(database, node, &head).await?;
	let chain = logs(node, head.hash).await?;
	let needed = needed(database, &chain).await?;
	say(&format!("{} of {} patients' logs are to be imported", needed.len(), chain.len()));

	file.rewind()?;
	let checked = check(&mut Reader::open(BufReader::new(&mut file))?, &chain, &needed)?;
	let times = times(node, &checked.blocks, &mut say).await?;
	let blocks = last_blocks(node, head.number).await?;

	let incomplete = needed.iter().filter(|patient| !checked.good.contains_key(patient));
	let incomplete: Vec<AccountId> = incomplete.cloned().collect();
	let different: BTreeSet<&AccountId> = checked.different.iter().collect();
	let lacking = incomplete.iter().filter(|patient| !different.contains(patient));
	let lacking = lacking.cloned().collect();
	say("writing");
	file.rewind()?;
	let mut reader = Reader::open(BufReader::new(&mut file))?;
	ensure!(*reader.head() == head, "the file was changed while it was read");
	let entries = database.import_logs(head.genesis, &blocks, &incomplete, |write| {
		write_good(&mut reader, &checked.good, &times, write)
	})?;
	let Checked { good, different, unknown, .. } = checked;
	let (number, patients) = (head.number, good.len());
	Ok(Imported { number, patients, entries, different, lacking, unknown })
}

/// An error if the file is of another chain, or if this node cannot check it, or if it ends before the index.
async fn ensure_fits(database: &Sqlite, node: &dyn Node, head: &Head) -> anyhow::Result<()> {
	let Head { genesis, number, hash } = *head;
	let own = Hex(node.genesis().0);
	ensure!(
		genesis == own.0,
		"the file is of the chain {}, and this custodian is on {own}: get it from a member of the same network",
		Hex(genesis)
	);
	let finalized = finalized(node, number).await?;
	ensure!(
		number <= finalized,
		"the file ends at block {number}, and for this node only the blocks up to {finalized} are final: wait \
		 until it has caught up, and import the file again"
	);
	if let Some(replaced) = first_replaced(database, node, finalized).await? {
		bail!(
			"the node has another block {replaced} than the one that was indexed: first find out why, and use \
			 `vouchsafe-custodian index rewind`"
		);
	}
	let found = match node.hash_of(number).await {
		Err(ChainError::StateGone) => {
			bail!("the node does not have block {number}, at which the file ends: get a newer file")
		},
		found => found?,
	};
	ensure!(
		found == hash,
		"block {number} of the file is {}, and this node has {}: one of the two is on another fork. Compare the \
		 block's hash at other members' nodes, and import the index of a member that has this node's",
		Hex::from(hash),
		Hex::from(found)
	);
	if let Some((indexed, _)) = database.last_block().await? {
		ensure!(
			indexed <= number,
			"the index goes up to block {indexed}, and the file only to {number}: get a newer file"
		);
	}
	ensure!(
		node.has_state(number).await?,
		"the node no longer has the state of block {number}, at which the file ends, so the file can't be \
		 checked: get a newer file, or name a node in chain.node that keeps all states (an archive)"
	);
	Ok(())
}

/// The last final block. If it is a little behind this one, it gets time: nodes do not see finality at the same
/// moment.
async fn finalized(node: &dyn Node, number: u32) -> Result<u32, ChainError> {
	let begun = tokio::time::Instant::now();
	loop {
		let finalized = node.finalized().await?.number();
		let is_near = number.saturating_sub(finalized) <= NEAR;
		if finalized >= number || !is_near || begun.elapsed() > CATCH_UP {
			return Ok(finalized);
		}
		tokio::time::sleep(Duration::from_millis(300)).await;
	}
}

/// Count and head of each patient's log, in the state of a block.
async fn logs(node: &dyn Node, block: H256) -> anyhow::Result<LogHeads> {
	let prefix = storage::prefix("Audit", "Logs");
	let mut logs = LogHeads::new();
	let mut after = None;
	loop {
		let below = KeysBelow { prefix: HexBytes(prefix.clone()), after, limit: PAGE };
		let keys = node.keys_below(block, &below).await?;
		let values = node.values_at(block, &keys).await?;
		for key in &keys {
			let patient = key.last_chunk::<32>().map(|bytes| AccountId::new(*bytes));
			let patient = patient.filter(|patient| storage::log(patient).bytes == *key);
			let patient =
				patient.ok_or_else(|| ChainError::foreign("its keys of logs are others"))?;
			let value = values.get(key).ok_or(ChainError::StateGone)?;
			let log = storage::log(&patient).decode(value)?;
			logs.insert(patient, (log.count, log.head));
		}
		after = match keys.last() {
			Some(last) if keys.len() >= PAGE as usize => Some(HexBytes(last.clone())),
			_ => return Ok(logs),
		};
	}
}

/// The patients whose logs are not indexed as they are on the chain.
async fn needed(database: &Sqlite, chain: &LogHeads) -> anyhow::Result<BTreeSet<AccountId>> {
	let own = database.log_heads(chain.keys().cloned().collect()).await?;
	let different: BTreeSet<[u8; 32]> = database.different_logs()?.into_iter().collect();
	let is_needed = |(patient, head): &(&AccountId, &(u64, H256))| {
		own.get(patient) != Some(head) || different.contains(&account_bytes(patient))
	};
	Ok(chain.iter().filter(is_needed).map(|(patient, _)| patient.clone()).collect())
}

/// What a file has of the needed logs.
#[derive(Debug, Default)]
struct Checked {
	/// The logs that are those of the chain.
	good: LogHeads,
	different: Vec<AccountId>,
	unknown: (Vec<AccountId>, u64),
	/// The blocks that appended the entries of the good ones.
	blocks: BTreeSet<u32>,
}

/// A log as it is read.
struct Log {
	patient: [u8; 32],
	count: u64,
	head: H256,
}

impl Log {
	fn new(patient: [u8; 32]) -> Self {
		Self { patient, count: 0, head: H256::zero() }
	}

	/// Adds the next entry, and returns its number and the head after it.
	fn add(&mut self, genesis: &H256, block: u32, entry: &[u8]) -> (u64, H256) {
		let (seq, patient) = (self.count, AccountId::new(self.patient));
		self.head = next_head(genesis, &patient, seq, block, &self.head, entry);
		self.count = seq.saturating_add(1);
		(seq, self.head)
	}
}

/// Compares the logs of a file with the chain's.
fn check(
	reader: &mut Reader<impl Read>,
	chain: &LogHeads,
	needed: &BTreeSet<AccountId>,
) -> anyhow::Result<Checked> {
	let genesis = H256(reader.head().genesis);
	let mut checked = Checked::default();
	// The log, what the chain has of it, and the blocks of its entries.
	let mut current: Option<(Log, (u64, H256), Vec<u32>)> = None;
	loop {
		let item = reader.next_item()?;
		match (&item, &mut current) {
			(Some(Item::Entry(block, entry)), Some((log, expected, blocks))) => {
				// No more is kept of a log than the chain can confirm.
				if log.count < expected.0 && blocks.last() != Some(block) {
					blocks.push(*block);
				}
				log.add(&genesis, *block, &entry.0);
				continue;
			},
			(Some(Item::Entry(..)), None) => continue,
			_ => {},
		}
		if let Some((log, expected, blocks)) = current.take() {
			let patient = AccountId::new(log.patient);
			match (log.count, log.head) == expected {
				true => {
					checked.good.insert(patient, expected);
					checked.blocks.extend(blocks);
				},
				false => checked.different.push(patient),
			}
		}
		let Some(Item::Patient(patient)) = item else { return Ok(checked) };
		let account = AccountId::new(patient);
		match chain.get(&account) {
			Some(expected) if needed.contains(&account) => {
				current = Some((Log::new(patient), *expected, Vec::new()));
			},
			Some(_) => {},
			None => {
				checked.unknown.1 = checked.unknown.1.saturating_add(1);
				if checked.unknown.0.len() < NAMED {
					checked.unknown.0.push(account);
				}
			},
		}
	}
}

/// Writes the good logs of a file, and returns how many entries they have.
fn write_good(
	reader: &mut Reader<impl Read>,
	good: &LogHeads,
	times: &BTreeMap<u32, u64>,
	write: &mut dyn FnMut(&[u8; 32], &LogLine) -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
	const CHANGED: &str = "the file was changed while it was read: nothing was imported";
	let genesis = H256(reader.head().genesis);
	let (mut entries, mut complete) = (0u64, 0);
	let mut current: Option<Log> = None;
	loop {
		match reader.next_item()? {
			Some(Item::Entry(block, entry)) => {
				let Some(log) = &mut current else { continue };
				let (seq, head) = log.add(&genesis, block, &entry.0);
				let time = *times.get(&block).context(CHANGED)?;
				write(&log.patient, &LogLine { seq, block, time, entry, head: head.into() })?;
				entries = entries.saturating_add(1);
			},
			next => {
				if let Some(log) = current.take() {
					let expected = good.get(&AccountId::new(log.patient));
					ensure!(expected == Some(&(log.count, log.head)), CHANGED);
					complete += 1;
				}
				let Some(Item::Patient(patient)) = next else { break };
				let is_good = good.contains_key(&AccountId::new(patient));
				current = is_good.then(|| Log::new(patient));
			},
		}
	}
	ensure!(complete == good.len(), CHANGED);
	Ok(entries)
}

/// The hashes of the last blocks up to this one, in ascending order.
async fn last_blocks(node: &dyn Node, number: u32) -> Result<Vec<(u32, H256)>, ChainError> {
	let mut blocks = Vec::new();
	for number in (number.saturating_sub(BLOCKS).max(1)..=number).rev() {
		match node.hash_of(number).await {
			Ok(hash) => blocks.push((number, hash)),
			// After a node has joined by warp, it fetches the older blocks.
			Err(ChainError::StateGone) => break,
			Err(error) => return Err(error),
		}
	}
	blocks.reverse();
	Ok(blocks)
}
