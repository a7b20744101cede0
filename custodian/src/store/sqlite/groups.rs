//! Commits many small writes with one transaction. Each durable commit waits for the disk, so under
//! load that is the limit. Whoever gets the connection writes what all the others wait for too.

use super::Sqlite;
use crate::store::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::sync::{Arc, Mutex};
use tokio::sync::oneshot;

/// The writes that wait.
#[derive(Clone, Default)]
pub struct Groups {
	waiting: Arc<Mutex<Vec<Box<dyn Write>>>>,
}

impl Groups {
	fn push(&self, write: Box<dyn Write>) {
		self.waiting.lock().unwrap_or_else(|error| error.into_inner()).push(write);
	}

	fn take(&self) -> Vec<Box<dyn Write>> {
		std::mem::take(&mut *self.waiting.lock().unwrap_or_else(|error| error.into_inner()))
	}
}

/// A write, its result, and who waits for it.
trait Write: Send {
	/// Writes. What fails leaves nothing.
	fn write(&mut self, db: &mut Transaction);
	/// Tells the result, once all is committed.
	fn finish(self: Box<Self>, committed: Result<(), &rusqlite::Error>);
}

struct Waiting<T, F> {
	work: Option<F>,
	result: Option<rusqlite::Result<T>>,
	sender: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: FnOnce(&Connection) -> rusqlite::Result<T> + Send> Write for Waiting<T, F> {
	fn write(&mut self, db: &mut Transaction) {
		let Some(work) = self.work.take() else { return };
		let written = db.savepoint().and_then(|savepoint| {
			let result = work(&savepoint)?;
			savepoint.commit()?;
			Ok(result)
		});
		self.result = Some(written);
	}

	fn finish(self: Box<Self>, committed: Result<(), &rusqlite::Error>) {
		let result = match (committed, self.result) {
			(Ok(()), Some(result)) => result.map_err(StoreError::from),
			(Err(error), _) => Err(StoreError::of_group(error)),
			(Ok(()), None) => Err(StoreError::Busy),
		};
		// Whoever asked may be gone.
		let _ = self.sender.send(result);
	}
}

impl Sqlite {
	/// Runs `work` in a transaction that it shares with others that wait at the same time. If `work`
	/// fails, only its own changes are undone.
	pub(super) async fn grouped<T: Send + 'static>(
		&self,
		work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
	) -> Result<T, StoreError> {
		let (sender, receiver) = oneshot::channel();
		self.groups.push(Box::new(Waiting { work: Some(work), result: None, sender }));
		let database = self.clone();
		tokio::task::spawn_blocking(move || database.write_group())
			.await
			.map_err(StoreError::database)?;
		receiver.await.map_err(StoreError::database)?
	}

	/// Writes all that waits.
	fn write_group(&self) {
		let mut connection = self.connection();
		let mut group = self.groups.take();
		if group.is_empty() {
			return;
		}
		let committed = write_all(&mut connection, &mut group);
		drop(connection);
		for write in group {
			write.finish(committed.as_ref().copied());
		}
	}
}

fn write_all(connection: &mut Connection, group: &mut [Box<dyn Write>]) -> rusqlite::Result<()> {
	let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
	for write in group {
		write.write(&mut transaction);
	}
	transaction.commit()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn a_write_that_fails_undoes_only_itself() {
		let directory = tempfile::tempdir().unwrap();
		let database = Sqlite::open(directory.path()).unwrap();
		let insert = |name: &'static str, is_good: bool| {
			database.grouped(move |db| {
				db.execute("INSERT INTO facts VALUES (?1, x'00')", [name])?;
				match is_good {
					true => Ok(name),
					false => Err(rusqlite::Error::QueryReturnedNoRows),
				}
			})
		};
		let names = ["a", "b", "c", "d", "e", "f"];
		let writes = names.iter().enumerate().map(|(place, name)| insert(name, place % 2 == 0));
		let results = futures::future::join_all(writes).await;
		for (place, result) in results.into_iter().enumerate() {
			assert_eq!(result.is_ok(), place % 2 == 0);
		}
		let count =
			|db: &Transaction| db.query_row("SELECT count(*) FROM facts", [], |row| row.get(0));
		let count: u32 = database.transaction(count).await.unwrap();
		assert_eq!(count, 3);
	}
}
