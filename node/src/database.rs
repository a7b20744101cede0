//! The node's database: ParityDB, but a change is on the disk before [`Database::commit`] returns.
//!
//! ParityDB by itself writes in the background and does not sync its log until that has grown to
//! 64 MiB. A power cut then takes back blocks that were final, and votes that were sent. Everything
//! that acts on a block does so after the commit: GRANDPA sends a vote, a validator announces its
//! block, the RPC reports a block as final. So it is enough that commits are durable.
//!
//! A commit writes the change to ParityDB's log and calls `fdatasync`. A thread moves what is in
//! full logs to the tables. This needs the functions that ParityDB offers with the feature
//! `instrumentation`; without them a caller cannot tell when a change is in the log.

use parity_db::{CompressionType, Db, Operation, Options};
use sc_service::{
	config::{Database, DatabaseSource},
	PruningMode,
};
use sp_core::H256;
use sp_database::{error::DatabaseError, Change, ColumnId, Transaction};
use std::{
	collections::BTreeSet,
	fs::{self, File},
	io,
	path::{Path, PathBuf},
	sync::{mpsc, Arc, Mutex, MutexGuard},
	thread::JoinHandle,
};

/// The number of columns that the SDK uses, and the columns with special settings. The SDK keeps
/// these private; a test compares them with a database that the SDK made.
mod columns {
	pub const COUNT: u8 = 13;
	pub const STATE: u8 = 1;
	pub const STATE_META: u8 = 2;
	pub const TRANSACTION: u8 = 11;
	/// State, headers, bodies, justifications, transactions, and the index of bodies.
	pub const COMPRESSED: [u8; 6] = [STATE, 4, 5, 6, TRANSACTION, 12];
	/// Columns whose keys are hashes of the values, which are counted.
	pub const COUNTED: [u8; 2] = [STATE, TRANSACTION];
}

/// The key in the column `STATE_META` that the SDK writes first into a new database.
const PRUNING_MODE: &[u8] = b"mode";
/// A log of this size is moved to the tables.
const LOG_SIZE: u64 = 16 * 1024 * 1024;
/// The SDK puts a prefix before the hash in the keys of state, which ParityDB does not need.
const HASH_LENGTH: usize = 32;

/// A change of one key in a column.
type ColumnChange = (u8, Operation<Vec<u8>, Vec<u8>>);

/// Opens the database in the folder that the source names, or creates it. `pruning` says which states the
/// node keeps; without it, as before.
///
/// # Errors
///
/// The database is locked by another node, damaged or of another format, or was made to keep other states;
/// the message names its folder.
pub fn open(
	source: &DatabaseSource,
	pruning: Option<&PruningMode>,
) -> Result<DatabaseSource, sc_service::Error> {
	let Some(path) = source.path() else { return Ok(source.clone()) };
	let database = DurableDatabase::open(path, LOG_SIZE).map_err(|error| {
		sc_service::Error::Other(format!("cannot open the database in {path:?}: {error}"))
	})?;
	let made_with = database.get(columns::STATE_META.into(), PRUNING_MODE);
	if let (Some(made_with), Some(pruning)) = (&made_with, pruning) {
		check_pruning(path, made_with, pruning).map_err(sc_service::Error::Other)?;
	}
	let require_create_flag = made_with.is_none();
	Ok(DatabaseSource::Custom { db: Arc::new(database), require_create_flag })
}

/// Checks that the node keeps the states that the database was made to keep. How many there are of the last
/// ones may change.
fn check_pruning(path: &Path, made_with: &[u8], pruning: &PruningMode) -> Result<(), String> {
	if made_with == pruning.id() {
		return Ok(());
	}
	let path = path.display();
	Err(match PruningMode::from_id(made_with) {
		Some(PruningMode::Constrained(_)) => format!(
			"the database in {path} has the states of the last blocks only, and --state-pruning archive asks for \
			 all. To make this node an archive, remove the database with `vouchsafe-node purge-chain`, and start \
			 without --sync warp. Otherwise leave out --state-pruning"
		),
		Some(PruningMode::ArchiveAll | PruningMode::ArchiveCanonical) => format!(
			"the database in {path} is an archive's, with the states of all blocks. Start the node as before, \
			 with --state-pruning {0} --blocks-pruning {0}. If it need not be an archive any more, remove the \
			 database with `vouchsafe-node purge-chain`, and start again",
			String::from_utf8_lossy(made_with).replace('_', "-")
		),
		None => format!(
			"the database in {path} was made by another version of the node: use that version, or remove the \
			 database with `vouchsafe-node purge-chain`, and start again"
		),
	})
}

/// Settings with which the SDK opens its database, except that we run the background work.
fn options(path: &Path) -> Options {
	let mut options = Options::with_columns(path, columns::COUNT);
	options.with_background_thread = false;
	for (column, settings) in (0..).zip(&mut options.columns) {
		if columns::COMPRESSED.contains(&column) {
			settings.compression = CompressionType::Lz4;
		}
		if columns::COUNTED.contains(&column) {
			settings.ref_counted = true;
			settings.preimage = true;
			settings.uniform = true;
		}
	}
	options
}

/// ParityDB with durable commits.
struct DurableDatabase {
	path: PathBuf,
	db: Arc<Db>,
	log: Mutex<Log>,
	log_size: u64,
	/// Moves full logs to the tables. `None` only while the database is being closed.
	mover: Option<Mover>,
}

/// What is known of the log that is being written.
#[derive(Default)]
struct Log {
	/// The logs whose entries in the folder are on the disk.
	known: BTreeSet<PathBuf>,
	/// Whether a full log waits for the mover. Another one is not started meanwhile.
	is_moving: bool,
}

/// The thread that moves full logs to the tables.
struct Mover {
	thread: JoinHandle<()>,
	work: mpsc::SyncSender<()>,
	done: Mutex<mpsc::Receiver<()>>,
}

impl DurableDatabase {
	fn open(path: &Path, log_size: u64) -> Result<Self, parity_db::Error> {
		let db = Arc::new(Db::open_or_create(&options(path))?);
		sync_all(path).map_err(parity_db::Error::Io)?;
		let mover = Mover::start(db.clone(), path.to_path_buf());
		let log = Mutex::new(Log::default());
		Ok(Self { path: path.to_path_buf(), db, log, log_size, mover: Some(mover) })
	}

	/// Writes the changes to the log and syncs it. On an error the log may end in half a record,
	/// behind which nothing can be read back. So nothing more may be written.
	fn commit(&self, changes: Vec<ColumnChange>) -> parity_db::Result<()> {
		let mut log = lock(&self.log);
		self.db.commit_changes(changes)?;
		self.db.process_commits()?;
		self.db.process_reindex()?;
		let size = log.sync(&self.path).map_err(parity_db::Error::Io)?;
		let Some(mover) = &self.mover else { return Ok(()) };
		if log.is_moving && lock(&mover.done).try_recv().is_ok() {
			log.is_moving = false;
		}
		if size >= self.log_size && !log.is_moving {
			self.db.flush_logs()?;
			log.is_moving = mover.work.try_send(()).is_ok();
		}
		Ok(())
	}
}

impl Log {
	/// Syncs the logs in the folder, and returns their size.
	fn sync(&mut self, folder: &Path) -> io::Result<u64> {
		let mut size = 0u64;
		let mut is_new = false;
		for entry in fs::read_dir(folder)? {
			let entry = entry?;
			if !is_log(&entry.file_name().to_string_lossy()) {
				continue;
			}
			let file = File::open(entry.path())?;
			file.sync_data()?;
			size = size.saturating_add(file.metadata()?.len());
			is_new |= self.known.insert(entry.path());
		}
		if is_new {
			sync_folder(folder)?;
		}
		Ok(size)
	}
}

impl Mover {
	fn start(db: Arc<Db>, folder: PathBuf) -> Self {
		let (work, todo) = mpsc::sync_channel(1);
		let (finished, done) = mpsc::channel();
		let thread = std::thread::spawn(move || {
			while todo.recv().is_ok() {
				// The tables' files must be in the folder before the log is emptied.
				let moved = db
					.enact_logs()
					.and_then(|()| sync_folder(&folder).map_err(parity_db::Error::Io))
					.and_then(|()| db.clean_logs());
				if let Err(error) = moved {
					stop(&folder, &error);
				}
				let _ = finished.send(());
			}
		});
		Self { thread, work, done: Mutex::new(done) }
	}
}

impl Drop for DurableDatabase {
	fn drop(&mut self) {
		if let Some(Mover { thread, work, .. }) = self.mover.take() {
			drop(work);
			let _ = thread.join();
		}
	}
}

impl Database<H256> for DurableDatabase {
	fn commit(&self, transaction: Transaction<H256>) -> Result<(), DatabaseError> {
		let changes = transaction.0.into_iter().map(change).collect::<Result<_, _>>()?;
		if let Err(error) = DurableDatabase::commit(self, changes) {
			stop(&self.path, &error);
		}
		Ok(())
	}

	fn get(&self, column: ColumnId, key: &[u8]) -> Option<Vec<u8>> {
		self.read(column, |db, column| db.get(column, key))
	}

	fn contains(&self, column: ColumnId, key: &[u8]) -> bool {
		self.value_size(column, key).is_some()
	}

	fn value_size(&self, column: ColumnId, key: &[u8]) -> Option<usize> {
		let size = self.read(column, |db, column| db.get_size(column, key))?;
		usize::try_from(size).ok()
	}

	fn supports_ref_counting(&self) -> bool {
		true
	}

	fn sanitize_key(&self, key: &mut Vec<u8>) {
		key.drain(..key.len().saturating_sub(HASH_LENGTH));
	}
}

impl DurableDatabase {
	fn read<T>(
		&self,
		column: ColumnId,
		get: impl FnOnce(&Db, u8) -> parity_db::Result<Option<T>>,
	) -> Option<T> {
		let found = u8::try_from(column).ok().map(|column| get(&self.db, column))?;
		found.unwrap_or_else(|error| stop(&self.path, &error))
	}
}

/// A change as ParityDB takes it.
fn change(change: Change<H256>) -> Result<ColumnChange, DatabaseError> {
	let hash = |hash: H256| hash.as_bytes().to_vec();
	let (column, operation, is_counted) = match change {
		Change::Set(column, key, value) => (column, Operation::Set(key, value), false),
		Change::Remove(column, key) => (column, Operation::Dereference(key), false),
		Change::Store(column, key, value) => (column, Operation::Set(hash(key), value), true),
		Change::Reference(column, key) => (column, Operation::Reference(hash(key)), true),
		Change::Release(column, key) => (column, Operation::Dereference(hash(key)), true),
	};
	let error = || parity_db::Error::InvalidInput(format!("no such operation in column {column}"));
	let column = u8::try_from(column).map_err(|_| DatabaseError(Box::new(error())))?;
	if is_counted && !columns::COUNTED.contains(&column) {
		return Err(DatabaseError(Box::new(error())));
	}
	Ok((column, operation))
}

/// Ends the process. What was committed before is on the disk; a node that goes on after an error
/// would act on blocks that are not.
fn stop(path: &Path, error: &parity_db::Error) -> ! {
	eprintln!(
		"Error: the database in {path:?} cannot be read or written: {error}. The node has stopped. \
		Make room on the disk or repair it, then start the node again: nothing that was final is lost."
	);
	std::process::exit(1)
}

/// Whether the file is one of ParityDB's logs.
fn is_log(name: &str) -> bool {
	let number = name.strip_prefix("log").unwrap_or_default();
	!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Syncs the files in the folder and the folders above it. ParityDB does not sync the file with its
/// settings, and without that it opens nothing.
fn sync_all(path: &Path) -> io::Result<()> {
	for entry in fs::read_dir(path)? {
		File::open(entry?.path())?.sync_all()?;
	}
	// The node makes up to four folders: `chains`, the chain's, `paritydb` and `full`.
	path.ancestors().take(5).filter(|folder| folder.is_dir()).try_for_each(sync_folder)
}

/// Syncs a folder, so that its new files are found after a power cut.
fn sync_folder(path: &Path) -> io::Result<()> {
	File::open(path)?.sync_all()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap_or_else(|error| error.into_inner())
}

#[cfg(test)]
mod tests {
	use super::*;
	use sc_service::config::DatabaseSource;

	fn set(key: u8, value: Vec<u8>) -> Transaction<H256> {
		let mut transaction = Transaction::new();
		transaction.set(8, &[key], &value);
		transaction
	}

	/// The files as they are now, in a folder of their own: what a process that is killed now leaves.
	fn copy(from: &Path) -> tempfile::TempDir {
		let to = tempfile::tempdir().unwrap();
		for entry in fs::read_dir(from).unwrap() {
			let entry = entry.unwrap();
			fs::copy(entry.path(), to.path().join(entry.file_name())).unwrap();
		}
		to
	}

	/// Lets the SDK open the database, and closes it.
	fn start(source: DatabaseSource) {
		start_with(source, None);
	}

	fn start_with(source: DatabaseSource, state_pruning: Option<PruningMode>) {
		let settings = sc_client_db::DatabaseSettings {
			trie_cache_maximum_size: None,
			state_pruning,
			source,
			blocks_pruning: sc_client_db::BlocksPruning::KeepAll,
			pruning_filters: Vec::new(),
			metrics_registry: None,
		};
		sc_client_db::Backend::<vouchsafe_runtime::opaque::Block>::new(settings, 0).unwrap();
	}

	#[test]
	fn its_settings_are_those_of_the_sdk() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("full");
		start(DatabaseSource::ParityDb { path: path.clone() });
		let made = Options::load_metadata(&path).unwrap().unwrap();
		assert_eq!(made.columns, options(&path).columns);
		// It opens what the SDK made.
		DurableDatabase::open(&path, LOG_SIZE).unwrap();
	}

	#[test]
	fn the_sdk_starts_a_new_database_and_continues_an_old_one() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("full");
		for _ in 0..2 {
			start(open(&DatabaseSource::ParityDb { path: path.clone() }, None).unwrap());
		}
	}

	#[test]
	fn what_is_committed_is_in_the_log_at_once() {
		let folder = tempfile::tempdir().unwrap();
		let database = DurableDatabase::open(folder.path(), LOG_SIZE).unwrap();
		for key in 0..20 {
			Database::commit(&database, set(key, vec![key; 100])).unwrap();
			let copied = copy(folder.path());
			fs::remove_file(copied.path().join("lock")).unwrap();
			let found = DurableDatabase::open(copied.path(), LOG_SIZE).unwrap();
			assert_eq!(found.get(8, &[key]), Some(vec![key; 100]));
		}
	}

	#[test]
	fn full_logs_are_moved_to_the_tables() {
		let folder = tempfile::tempdir().unwrap();
		let log_size = 10_000;
		let database = DurableDatabase::open(folder.path(), log_size).unwrap();
		for round in 0..50u8 {
			for key in 0..20 {
				Database::commit(&database, set(key, vec![round; 500])).unwrap();
			}
		}
		let size = lock(&database.log).sync(folder.path()).unwrap();
		assert!(size < 400_000, "the log has {size} of more than 500,000 bytes that were written");
		drop(database);
		let database = DurableDatabase::open(folder.path(), log_size).unwrap();
		for key in 0..20 {
			assert_eq!(database.get(8, &[key]), Some(vec![49; 500]));
		}
	}

	#[test]
	fn references_are_counted() {
		let folder = tempfile::tempdir().unwrap();
		let database = DurableDatabase::open(folder.path(), LOG_SIZE).unwrap();
		let column = u32::from(columns::STATE);
		let hash = H256::repeat_byte(7);
		let commit = |change: &dyn Fn(&mut Transaction<H256>)| {
			let mut transaction = Transaction::new();
			change(&mut transaction);
			Database::commit(&database, transaction).unwrap();
		};
		commit(&|transaction| transaction.store(column, hash, vec![1, 2]));
		commit(&|transaction| transaction.reference(column, hash));
		commit(&|transaction| transaction.release(column, hash));
		assert_eq!(database.value_size(column, hash.as_bytes()), Some(2));
		commit(&|transaction| transaction.release(column, hash));
		assert!(!database.contains(column, hash.as_bytes()));
		// Only some columns count references.
		let mut transaction = Transaction::new();
		transaction.store(8, hash, vec![1]);
		assert!(Database::commit(&database, transaction).is_err());
	}

	#[test]
	fn a_database_keeps_the_states_that_it_was_made_for() {
		let few = PruningMode::blocks_pruning(256);
		let more = PruningMode::blocks_pruning(1_000);
		for (made_with, other, expected) in [
			(PruningMode::ArchiveAll, &few, "--state-pruning archive --blocks-pruning archive"),
			(PruningMode::ArchiveCanonical, &few, "--state-pruning archive-canonical"),
			(few.clone(), &PruningMode::ArchiveAll, "leave out --state-pruning"),
		] {
			let folder = tempfile::tempdir().unwrap();
			let source = DatabaseSource::ParityDb { path: folder.path().join("full") };
			start_with(source.clone(), Some(made_with.clone()));
			for same in [None, Some(&made_with)] {
				open(&source, same).unwrap();
			}
			let error = open(&source, Some(other)).err().unwrap().to_string();
			let names = error.contains(&folder.path().display().to_string());
			assert!(names && error.contains(expected) && error.contains("purge-chain"), "{error}");
			let can_keep_more = matches!(made_with, PruningMode::Constrained(_));
			assert_eq!(open(&source, Some(&more)).is_ok(), can_keep_more);
		}
	}

	#[test]
	fn a_second_node_cannot_open_it() {
		let folder = tempfile::tempdir().unwrap();
		let source = DatabaseSource::ParityDb { path: folder.path().into() };
		let _first = open(&source, None).unwrap();
		let error = open(&source, None).err().unwrap().to_string();
		assert!(error.contains("cannot open the database in"), "{error}");
	}
}
