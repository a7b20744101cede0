//! Exports and imports between databases, with a double of the importer's node.

use super::{
	export::{export, Export},
	file::{ExportedEntry, Head, Writer, MAX_ENTRY},
	import::{import, Imported},
	times::tests::set_time_extrinsic,
};
use crate::{
	chain::double::{
		hash,
		studies::{lock, StudiesDouble},
		BlockDouble, NodeDouble,
	},
	history::first_replaced,
	store::{sqlite::Sqlite, History, IndexedBlock, LogIndex},
	studies::test_terms,
};
use codec::Encode;
use std::{
	collections::BTreeMap,
	io::Cursor,
	sync::{Arc, Mutex},
	time::Instant,
};
use vouchsafe_client::{
	chain::{storage, AccountId, Log, H256},
	messages::{Hex, HexBytes, LogLine, LogPage},
};
use vouchsafe_vault::audit::next_head;

const GENESIS: [u8; 32] = [9; 32];
const A: [u8; 32] = [0xaa; 32];
const B: [u8; 32] = [0xbb; 32];
const C: [u8; 32] = [0xcc; 32];

/// The logs of a chain: each patient's entries with their blocks.
type Logs = BTreeMap<[u8; 32], Vec<(u32, Vec<u8>)>>;

fn logs() -> Logs {
	let log = |entries: &[(u32, &str)]| {
		entries.iter().map(|(block, text)| (*block, text.as_bytes().to_vec())).collect()
	};
	[
		(A, log(&[(2, "enrolled"), (5, "consent"), (5, "record"), (30, "opened")])),
		(B, log(&[(3, "enrolled"), (40, "refused")])),
		(C, log(&[(38, "enrolled")])),
	]
	.into()
}

/// Those up to this block.
fn up_to(logs: &Logs, last: u32) -> Logs {
	let part = |log: &Vec<(u32, Vec<u8>)>| {
		log.iter().filter(|(block, _)| *block <= last).cloned().collect::<Vec<_>>()
	};
	let parts = logs.iter().map(|(patient, log)| (*patient, part(log)));
	parts.filter(|(_, log)| !log.is_empty()).collect()
}

fn time_of(block: u32) -> u64 {
	1_000 + 10 * u64::from(block)
}

/// The lines of a log.
fn lines(patient: &[u8; 32], log: &[(u32, Vec<u8>)]) -> Vec<LogLine> {
	let (genesis, patient) = (H256(GENESIS), AccountId::new(*patient));
	let mut head = H256::zero();
	let numbered = (0..).zip(log);
	let line = numbered.map(|(seq, (block, entry))| {
		head = next_head(&genesis, &patient, seq, *block, &head, entry);
		let entry = HexBytes(entry.clone());
		LogLine { seq, block: *block, time: time_of(*block), entry, head: head.into() }
	});
	line.collect()
}

/// A node at this last final block, in whose state are these logs.
fn node(logs: &Logs, finalized: u32) -> NodeDouble {
	let node = NodeDouble {
		genesis: GENESIS,
		finalized: BlockDouble { number: finalized, ..BlockDouble::default() },
		..NodeDouble::default()
	};
	let mut relay = node.lock_relay();
	for (patient, log) in logs {
		let lines = lines(patient, log);
		let last = lines.last().unwrap();
		let log = Log { count: last.seq + 1, head: H256(last.head.0) };
		relay.values.insert(storage::log(&AccountId::new(*patient)).bytes, log.encode());
		for line in &lines {
			relay.extrinsics.insert(line.block, vec![set_time_extrinsic(time_of(line.block))]);
		}
	}
	drop(relay);
	node
}

struct Custodian {
	database: Sqlite,
	_directory: tempfile::TempDir,
}

impl Custodian {
	fn empty() -> Self {
		let directory = tempfile::tempdir().unwrap();
		Self { database: Sqlite::open(directory.path()).unwrap(), _directory: directory }
	}

	/// One that has indexed these logs up to this block.
	async fn of(logs: &Logs, last: u32) -> Self {
		let custodian = Self::empty();
		custodian.database.note_genesis(GENESIS).await.unwrap();
		let mut lines_of = BTreeMap::<u32, Vec<(AccountId, LogLine)>>::new();
		for (patient, log) in &up_to(logs, last) {
			for line in lines(patient, log) {
				lines_of.entry(line.block).or_default().push((AccountId::new(*patient), line));
			}
		}
		let block = |number| IndexedBlock {
			number,
			hash: hash(number, 0),
			lines: lines_of.remove(&number).unwrap_or_default(),
			mismatches: vec![],
		};
		let blocks = (1..=last).map(block).collect();
		custodian.database.index_blocks(blocks).await.unwrap();
		custodian
	}

	async fn exported(&self) -> Vec<u8> {
		let mut export = Export::begin(&self.database).await.unwrap().unwrap();
		let mut bytes = Vec::new();
		while let Some(piece) = export.next(&self.database).await.unwrap() {
			bytes.extend(piece);
		}
		bytes
	}

	async fn import(&self, node: &NodeDouble, file: &[u8]) -> anyhow::Result<Imported> {
		import(&self.database, node, Cursor::new(file), |_| ()).await
	}

	/// The text of the error. Nothing was imported.
	async fn refuses(&self, node: &NodeDouble, file: &[u8]) -> String {
		let before = self.database.last_block().await.unwrap();
		let error = self.import(node, file).await.unwrap_err();
		assert_eq!(self.database.last_block().await.unwrap(), before, "{error:#}");
		format!("{error:#}")
	}

	async fn log(&self, patient: [u8; 32]) -> Vec<LogLine> {
		let LogPage { count, lines } =
			self.database.log_page(patient.into(), 0, 1_000).await.unwrap();
		assert_eq!(count, lines.len() as u64);
		lines
	}

	async fn mismatches(&self) -> u64 {
		self.database.mismatches().await.unwrap()
	}
}

fn account(patient: [u8; 32]) -> AccountId {
	AccountId::new(patient)
}

#[tokio::test]
async fn what_another_member_has_is_had_after_an_import() {
	let (logs, exporter) = (logs(), Custodian::of(&logs(), 40).await);
	let (importer, node) = (Custodian::empty(), node(&logs, 44));
	let imported = importer.import(&node, &exporter.exported().await).await.unwrap();
	assert_eq!((imported.number, imported.patients, imported.entries), (40, 3, 7));
	assert_eq!(imported.text(), "imported the logs of 3 patients (7 entries) up to block 40");
	imported.ensure_whole().unwrap();
	for (patient, log) in &logs {
		assert_eq!(importer.log(*patient).await, lines(patient, log));
		assert_eq!(importer.log(*patient).await, exporter.log(*patient).await);
	}
	// It goes on from there, and knows the blocks before.
	assert_eq!(importer.database.last_block().await.unwrap(), Some((40, hash(40, 0))));
	assert_eq!(importer.database.genesis().await.unwrap(), Some(GENESIS));
	assert_eq!(importer.database.all_acted_on(40).await.unwrap().len(), 40);
	assert_eq!(importer.mismatches().await, 0);
	let forked = NodeDouble { fork: Some((35, 7)), ..NodeDouble::default() };
	let replaced = first_replaced(&importer.database, &forked, 44).await.unwrap();
	assert_eq!(replaced, Some(35));
	// Nothing is left to import.
	let again = importer.import(&node, &exporter.exported().await).await.unwrap();
	assert_eq!((again.patients, again.entries), (0, 0));
	again.ensure_whole().unwrap();
	// What was imported can be exported.
	assert_eq!(importer.exported().await, exporter.exported().await);
}

#[tokio::test]
async fn an_index_that_is_behind_gets_what_it_lacks() {
	let logs = logs();
	let (exporter, importer) = (Custodian::of(&logs, 40).await, Custodian::of(&logs, 30).await);
	let imported = importer.import(&node(&logs, 40), &exporter.exported().await).await.unwrap();
	// The log of A has not changed since.
	assert_eq!((imported.patients, imported.entries), (2, 3));
	for (patient, log) in &logs {
		assert_eq!(importer.log(*patient).await, lines(patient, log));
	}
	assert_eq!(importer.database.all_acted_on(40).await.unwrap().len(), 40);
}

#[tokio::test]
async fn a_changed_entry_is_refused_named_and_repaired_by_another_member() {
	let (logs, exporter) = (logs(), Custodian::of(&logs(), 40).await);
	let good = exporter.exported().await;
	let mut bad = good.clone();
	let place = bad.windows(7).position(|part| part == b"refused").unwrap();
	bad[place] ^= 1;
	// One that has nothing of it, and one that has the first entry.
	for (last, kept) in [(0, 0), (30, 1)] {
		let importer = Custodian::of(&logs, last).await;
		let node = node(&logs, 40);
		let imported = importer.import(&node, &bad).await.unwrap();
		assert_eq!(imported.different, [account(B)]);
		assert!(imported.ensure_whole().is_err());
		let text = imported.text();
		assert!(text.contains(&format!("NOT IMPORTED: {}: its entries", Hex(B))), "{text}");
		assert_eq!(importer.log(B).await.len(), kept);
		assert_eq!(importer.log(A).await, lines(&A, &logs[&A]));
		// The index goes on, and the daemon reports the log as different.
		assert_eq!(importer.mismatches().await, 1);
		assert_eq!(importer.database.last_block().await.unwrap(), Some((40, hash(40, 0))));
		// It does not pass on what it does not have.
		assert!(!importer.exported().await.windows(32).any(|part| part == B));
		let repaired = importer.import(&node, &good).await.unwrap();
		assert_eq!((repaired.patients, repaired.entries), (1, 2));
		repaired.ensure_whole().unwrap();
		assert_eq!((importer.log(B).await, importer.mismatches().await), (lines(&B, &logs[&B]), 0));
	}
}

/// A power cut takes back some of the node's blocks after an import.
#[tokio::test]
async fn a_rewind_does_not_hide_what_was_not_imported() {
	let (all, mut others) = (logs(), logs());
	others.remove(&A);
	let exporter = Custodian::of(&others, 40).await;
	let file = exporter.exported().await;
	for (last, kept) in [(0, 0), (10, 3)] {
		let importer = Custodian::of(&all, last).await;
		importer.import(&node(&all, 40), &file).await.unwrap();
		importer.database.rewind(Some((36, hash(36, 0)))).await.unwrap();
		assert_eq!((importer.mismatches().await, importer.log(A).await.len()), (1, kept));
		// Everything after the own index is indexed again.
		importer.database.rewind(Some((last, hash(last, 0)))).await.unwrap();
		assert_eq!(importer.mismatches().await, 0);
	}
}

/// The database was damaged, and the daemon has noticed it.
#[tokio::test]
async fn a_log_that_differs_is_replaced() {
	let (logs, exporter) = (logs(), Custodian::of(&logs(), 44).await);
	let importer = Custodian::of(&logs, 40).await;
	let block =
		IndexedBlock { number: 41, hash: hash(41, 0), lines: vec![], mismatches: vec![account(A)] };
	let wrong =
		LogLine { time: 1, entry: HexBytes(b"wrong".into()), ..importer.log(A).await[1].clone() };
	let block = IndexedBlock { lines: vec![(account(A), wrong)], ..block };
	importer.database.index_blocks(vec![block]).await.unwrap();
	assert_eq!(importer.mismatches().await, 1);
	let imported = importer.import(&node(&logs, 44), &exporter.exported().await).await.unwrap();
	assert_eq!((imported.patients, imported.entries), (1, 4));
	assert_eq!((importer.log(A).await, importer.mismatches().await), (lines(&A, &logs[&A]), 0));
}

#[tokio::test]
async fn missing_and_made_up_patients_are_named() {
	let (all, importer) = (logs(), Custodian::empty());
	let mut others = all.clone();
	others.remove(&A);
	let invented = [0xdd; 32];
	others.insert(invented, vec![(4, b"invented".to_vec())]);
	let exporter = Custodian::of(&others, 40).await;
	let imported = importer.import(&node(&all, 40), &exporter.exported().await).await.unwrap();
	assert_eq!((imported.patients, &imported.lacking[..]), (2, &[account(A)][..]));
	assert_eq!(imported.unknown, (vec![account(invented)], 1));
	let error = imported.ensure_whole().unwrap_err().to_string();
	assert!(error.contains("not imported: 2"), "{error}");
	for (patient, why) in [(A, "the file has none"), (invented, "the chain has no log")] {
		let line = format!("NOT IMPORTED: {}: ", Hex(patient));
		let text = imported.text();
		let said = text.lines().find(|said| said.starts_with(&line)).unwrap();
		assert!(said.contains(why), "{said}");
		assert!(importer.log(patient).await.is_empty());
	}
	assert_eq!(importer.mismatches().await, 1, "only patients of the chain count");
}

#[tokio::test]
async fn a_file_that_does_not_fit_is_refused_as_a_whole() {
	let (logs, exporter) = (logs(), Custodian::of(&logs(), 40).await);
	let good = exporter.exported().await;
	let importer = Custodian::of(&logs, 30).await;
	let fitting = || node(&logs, 44);
	let refused = async |node: NodeDouble, file: &[u8], says: &str| {
		let said = importer.refuses(&node, file).await;
		assert!(said.contains(says), "{said} lacks {says}");
	};
	refused(fitting(), &good[..good.len() - 1], "cut off").await;
	refused(fitting(), b"nothing", "not a file of").await;
	refused(NodeDouble { genesis: [8; 32], ..fitting() }, &good, "member of the same network")
		.await;
	refused(node(&logs, 29), &good, "wait until it has caught up").await;
	refused(NodeDouble { fork: Some((40, 7)), ..fitting() }, &good, "on another fork").await;
	refused(NodeDouble { fork: Some((20, 7)), ..fitting() }, &good, "index rewind").await;
	refused(NodeDouble { states_from: 41.into(), ..fitting() }, &good, "no longer has the state")
		.await;
	let older = Custodian::of(&logs, 29).await.exported().await;
	refused(fitting(), &older, "get a newer file").await;
	// The node does not know when block 38 was made.
	let without = fitting();
	without.lock_relay().extrinsics.remove(&38);
	refused(without, &good, "block 38 does not say when").await;

	let head = Head { genesis: GENESIS, number: 40, hash: hash(40, 0) };
	let entry = |patient, block, bytes: &[u8]| ExportedEntry {
		patient,
		seq: 0,
		block,
		entry: bytes.to_vec(),
	};
	for (entries, says) in [
		(vec![entry(A, 2, b"x"), entry(B, 2, b"x"), entry(A, 2, b"x")], "twice"),
		(vec![entry(A, 5, b"x"), entry(A, 2, b"x")], "out of order"),
		(vec![entry(A, 5, &[0; MAX_ENTRY + 1])], "65537 bytes"),
	] {
		let mut writer = Writer::default();
		let mut file = Writer::begin(&head);
		writer.add(&entries, &mut file);
		file.extend(writer.end());
		refused(fitting(), &file, says).await;
	}
	assert_eq!(importer.mismatches().await, 0);
	importer.import(&fitting(), &good).await.unwrap().ensure_whole().unwrap();
}

/// The other member's node has seen finality a moment before the own one.
#[tokio::test]
async fn a_node_that_is_a_little_behind_gets_time() {
	let logs = logs();
	let good = Custodian::of(&logs, 40).await.exported().await;
	let studies = Arc::new(Mutex::new(StudiesDouble::new(test_terms(2))));
	lock(&studies).number = 39;
	let node = NodeDouble { studies: Some(studies.clone()), ..node(&logs, 39) };
	let importer = Custodian::empty();
	let becomes_final = async { lock(&studies).number = 40 };
	let (imported, ()) = tokio::join!(importer.import(&node, &good), becomes_final);
	imported.unwrap().ensure_whole().unwrap();
}

/// Whatever byte somebody changes: what is imported is what the chain has.
#[tokio::test]
async fn no_changed_byte_gets_into_the_index() {
	let (logs, exporter) = (logs(), Custodian::of(&logs(), 40).await);
	let (good, node) = (exporter.exported().await, node(&logs, 44));
	for place in (0..good.len()).step_by(5) {
		let mut bad = good.clone();
		bad[place] ^= 1 << (place % 8);
		let importer = Custodian::empty();
		let Ok(imported) = importer.import(&node, &bad).await else {
			assert_eq!(importer.database.last_block().await.unwrap(), None);
			continue;
		};
		assert!(imported.ensure_whole().is_err(), "{place}");
		for (patient, log) in &logs {
			let found = importer.log(*patient).await;
			assert!(found.is_empty() || found == lines(patient, log), "{place}");
		}
		assert_eq!(importer.mismatches().await, 3 - imported.patients as u64, "{place}");
	}
}

/// A kill, or a full disk: the index is as it was.
#[tokio::test]
async fn what_is_interrupted_leaves_the_index_as_it_was() {
	let logs = logs();
	let importer = Custodian::of(&logs, 30).await;
	let blocks = [(40, hash(40, 0))];
	let failed = importer.database.import_logs::<()>(GENESIS, &blocks, &[account(B)], |write| {
		write(&A, &lines(&C, &logs[&C])[0])?;
		anyhow::bail!("killed")
	});
	assert_eq!(failed.unwrap_err().to_string(), "killed");
	assert_eq!(importer.log(A).await, lines(&A, &logs[&A]));
	assert_eq!(importer.mismatches().await, 0);
	assert_eq!(importer.database.last_block().await.unwrap(), Some((30, hash(30, 0))));
}

#[tokio::test]
async fn an_export_goes_into_a_new_file_that_only_its_owner_reads() {
	use std::os::unix::fs::PermissionsExt;
	let (logs, directory) = (logs(), tempfile::tempdir().unwrap());
	let path = directory.path().join("index");
	let empty = Custodian::empty();
	let error = export(&empty.database, &path, |_| ()).await.unwrap_err();
	assert!(error.to_string().contains("nothing is indexed yet") && !path.exists());
	let exporter = Custodian::of(&logs, 40).await;
	let written = export(&exporter.database, &path, |_| ()).await.unwrap();
	assert_eq!((written.block(), written.entries()), ((40, hash(40, 0)), 7));
	assert_eq!(std::fs::read(&path).unwrap(), exporter.exported().await);
	assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
	std::fs::write(&path, "mine").unwrap();
	assert!(export(&exporter.database, &path, |_| ()).await.is_err());
	assert_eq!(std::fs::read(&path).unwrap(), b"mine");
}

/// While it is exported, the index goes on.
#[tokio::test]
async fn what_is_indexed_meanwhile_is_left_out() {
	let logs = logs();
	let exporter = Custodian::of(&logs, 30).await;
	let before = exporter.exported().await;
	let mut export = Export::begin(&exporter.database).await.unwrap().unwrap();
	let mut bytes = export.next(&exporter.database).await.unwrap().unwrap();
	let line = |patient: [u8; 32], place: usize| {
		(account(patient), lines(&patient, &logs[&patient])[place].clone())
	};
	let block = IndexedBlock {
		number: 40,
		hash: hash(40, 0),
		lines: vec![line(B, 1), line(C, 0)],
		mismatches: vec![],
	};
	exporter.database.index_blocks(vec![block]).await.unwrap();
	while let Some(piece) = export.next(&exporter.database).await.unwrap() {
		bytes.extend(piece);
	}
	assert_eq!(bytes, before);
}

/// `cargo test -- --ignored --nocapture measure_an_import` measures.
#[tokio::test]
#[ignore = "only measures"]
async fn measure_an_import() {
	const PATIENTS: u32 = 10_000;
	const ENTRIES: u32 = 50;
	let log = |number: u32| {
		let mut patient = [0; 32];
		patient[..4].copy_from_slice(&number.to_be_bytes());
		let entry = |place: u32| (1 + place * 20 + number % 20, vec![7; 120]);
		(patient, (0..ENTRIES).map(entry).collect())
	};
	let logs: Logs = (0..PATIENTS).map(log).collect();
	let exporter = Custodian::of(&logs, 1_000).await;
	let begun = Instant::now();
	let file = exporter.exported().await;
	let exported = begun.elapsed().as_secs_f64();
	let importer = Custodian::empty();
	let begun = Instant::now();
	importer.import(&node(&logs, 1_000), &file).await.unwrap().ensure_whole().unwrap();
	let entries = f64::from(PATIENTS * ENTRIES);
	println!(
		"{entries} entries of {PATIENTS} patients in {:.1} MB: exported {:.0} entries a second, imported {:.0} \
		 from a node without delay",
		file.len() as f64 / 1e6,
		entries / exported,
		entries / begun.elapsed().as_secs_f64()
	);
}
