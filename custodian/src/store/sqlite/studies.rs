//! What an aggregator stores of studies. The keys of rounds are in one table, and what is encrypted
//! under them goes with them.

mod destruction;
mod lists;
mod reports;
mod rounds;
#[cfg(test)]
mod tests;

use super::{to_column, Sqlite};
use crate::{
	encryption::SealedValue,
	store::{
		CountedRow, KeptPart, KeptReport, ListPart, Outcomes, Output, Report, ReportKey, RoundId,
		RoundProgress, SettledList, StoreError, Studies,
	},
};
use async_trait::async_trait;
use rusqlite::{params, OptionalExtension};
use std::{collections::BTreeMap, sync::atomic::Ordering};
use vouchsafe_client::{chain::StudyId, messages::ListDigest};

/// A part of schema 1.
pub(super) const SCHEMA: &str = "
-- One key for each round, and one for each study (round -1). An empty one is destroyed.
CREATE TABLE study_keys (
	study INTEGER NOT NULL,
	round INTEGER NOT NULL,
	sealed BLOB NOT NULL,
	ciphertext BLOB NOT NULL,
	PRIMARY KEY (study, round)
) STRICT, WITHOUT ROWID;
CREATE TABLE study_secrets (
	study INTEGER NOT NULL,
	round INTEGER NOT NULL,
	name TEXT NOT NULL,
	ciphertext BLOB NOT NULL,
	PRIMARY KEY (study, round, name),
	FOREIGN KEY (study, round) REFERENCES study_keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
-- Attempts are counted from 1; 0 is none.
CREATE TABLE study_rounds (
	study INTEGER NOT NULL,
	round INTEGER NOT NULL,
	block INTEGER NOT NULL,
	standing INTEGER NOT NULL,
	attempt INTEGER NOT NULL DEFAULT 1,
	lists_closed INTEGER NOT NULL DEFAULT 0,
	lists_decided INTEGER NOT NULL DEFAULT 0,
	lists_settled INTEGER NOT NULL DEFAULT 0,
	reports_closed INTEGER NOT NULL DEFAULT 0,
	settled INTEGER NOT NULL DEFAULT 0,
	tally BLOB NOT NULL DEFAULT x'',
	agreed INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (study, round)
) STRICT, WITHOUT ROWID;
-- The people whose consent is valid at the frozen block: 32 bytes each.
CREATE TABLE study_standing (
	study INTEGER NOT NULL,
	round INTEGER NOT NULL,
	contributor BLOB NOT NULL,
	people INTEGER NOT NULL,
	accounts BLOB NOT NULL,
	PRIMARY KEY (study, round, contributor)
) STRICT, WITHOUT ROWID;
-- Blinded identifiers that were evaluated.
CREATE TABLE study_points (
	study INTEGER NOT NULL,
	round INTEGER NOT NULL,
	contributor BLOB NOT NULL,
	point BLOB NOT NULL,
	PRIMARY KEY (study, round, contributor, point),
	FOREIGN KEY (study, round) REFERENCES study_keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE study_lists (
	study INTEGER NOT NULL,
	round INTEGER NOT NULL,
	contributor BLOB NOT NULL,
	part INTEGER NOT NULL,
	parts INTEGER NOT NULL,
	length INTEGER NOT NULL,
	digest BLOB NOT NULL,
	ciphertext BLOB NOT NULL,
	PRIMARY KEY (study, round, contributor, part),
	FOREIGN KEY (study, round) REFERENCES study_keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE study_settled_lists (
	study INTEGER NOT NULL,
	round INTEGER NOT NULL,
	contributor BLOB NOT NULL,
	sent INTEGER NOT NULL,
	counts INTEGER NOT NULL,
	excluded INTEGER NOT NULL,
	doubles BLOB NOT NULL,
	PRIMARY KEY (study, round, contributor),
	FOREIGN KEY (study, round) REFERENCES study_keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE study_reports (
	study INTEGER NOT NULL,
	round INTEGER NOT NULL,
	contributor BLOB NOT NULL,
	people INTEGER NOT NULL,
	report BLOB NOT NULL,
	-- 0 waits, 1 is verified, 2 is dropped.
	progress INTEGER NOT NULL,
	reason TEXT,
	-- In which attempt it is left out.
	left_out INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (study, round, contributor)
) STRICT, WITHOUT ROWID;
CREATE TABLE study_shares (
	study INTEGER NOT NULL,
	round INTEGER NOT NULL,
	contributor BLOB NOT NULL,
	nonce BLOB NOT NULL,
	public_share BLOB NOT NULL,
	ciphertext BLOB NOT NULL,
	PRIMARY KEY (study, round, contributor),
	FOREIGN KEY (study, round) REFERENCES study_keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
-- Shares of the cells of reports that were verified together.
CREATE TABLE study_outputs (
	study INTEGER NOT NULL,
	round INTEGER NOT NULL,
	output BLOB NOT NULL,
	-- Contributor and id of each: 48 bytes.
	reports BLOB NOT NULL,
	ciphertext BLOB NOT NULL,
	PRIMARY KEY (study, round, output),
	FOREIGN KEY (study, round) REFERENCES study_keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE study_noised (
	study INTEGER NOT NULL,
	round INTEGER NOT NULL,
	attempt INTEGER NOT NULL,
	ciphertext BLOB NOT NULL,
	PRIMARY KEY (study, round),
	FOREIGN KEY (study, round) REFERENCES study_keys ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE study_ends (
	study INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	swept INTEGER NOT NULL DEFAULT 0
) STRICT;
";

/// A round as the tables name it: -1 for the study itself.
fn round_column(round: Option<u8>) -> i64 {
	round.map_or(-1, i64::from)
}

/// A length as SQLite stores it. None here comes near the limit.
fn small(length: usize) -> u32 {
	u32::try_from(length).unwrap_or(u32::MAX)
}

#[async_trait]
impl Studies for Sqlite {
	async fn keep_study_key(
		&self,
		study: StudyId,
		round: Option<u8>,
		key: SealedValue,
	) -> Result<SealedValue, StoreError> {
		self.transaction(move |db| {
			db.execute(
				"INSERT OR IGNORE INTO study_keys VALUES (?1, ?2, ?3, ?4)",
				params![study, round_column(round), key.key, key.ciphertext],
			)?;
			Ok(find_key(db, study, round)?.unwrap_or(key))
		})
		.await
	}

	async fn study_key(
		&self,
		study: StudyId,
		round: Option<u8>,
	) -> Result<Option<SealedValue>, StoreError> {
		self.transaction(move |db| find_key(db, study, round)).await
	}

	async fn study_keys(&self) -> Result<Vec<(StudyId, Option<u8>)>, StoreError> {
		self.transaction(|db| {
			let mut query = db.prepare_cached("SELECT study, round FROM study_keys")?;
			let rows = query.query_map([], |row| {
				let round: i64 = row.get(1)?;
				Ok((row.get(0)?, u8::try_from(round).ok()))
			})?;
			rows.collect()
		})
		.await
	}

	async fn destroy_study_key(&self, study: StudyId, round: Option<u8>) -> Result<(), StoreError> {
		let has_remains = self.has_remains.clone();
		self.transaction(move |db| {
			has_remains.store(true, Ordering::SeqCst);
			destruction::destroy_key(db, study, round)
		})
		.await?;
		self.remove_destroyed().await?;
		loop {
			let has_remains = self.has_remains.clone();
			let delete = self.transaction(move |db| {
				has_remains.store(true, Ordering::SeqCst);
				destruction::delete_part(db, study, round)
			});
			if delete.await? {
				return self.remove_destroyed().await;
			}
		}
	}

	async fn remove_destroyed(&self) -> Result<(), StoreError> {
		let database = self.clone();
		tokio::task::spawn_blocking(move || database.remove_remains())
			.await
			.map_err(StoreError::database)?
	}

	async fn keep_study_secret(
		&self,
		study: StudyId,
		round: Option<u8>,
		name: &'static str,
		ciphertext: Vec<u8>,
	) -> Result<Vec<u8>, StoreError> {
		self.transaction(move |db| {
			db.execute(
				"INSERT OR IGNORE INTO study_secrets VALUES (?1, ?2, ?3, ?4)",
				params![study, round_column(round), name, ciphertext],
			)?;
			Ok(find_secret(db, study, round, name)?.unwrap_or(ciphertext))
		})
		.await
	}

	async fn study_secret(
		&self,
		study: StudyId,
		round: Option<u8>,
		name: &'static str,
	) -> Result<Option<Vec<u8>>, StoreError> {
		self.transaction(move |db| find_secret(db, study, round, name)).await
	}

	async fn note_frozen(
		&self,
		id: RoundId,
		block: u32,
		standing: Vec<([u8; 32], Vec<[u8; 32]>)>,
	) -> Result<(), StoreError> {
		self.transaction(move |db| rounds::note_frozen(db, id, block, &standing)).await
	}

	async fn begin_attempt(&self, id: RoundId, attempt: u8) -> Result<(), StoreError> {
		self.transaction(move |db| rounds::begin_attempt(db, id, attempt)).await
	}

	async fn round_progress(&self, id: RoundId) -> Result<Option<RoundProgress>, StoreError> {
		self.transaction(move |db| rounds::progress(db, id)).await
	}

	async fn standing_of(&self, id: RoundId, contributor: [u8; 32]) -> Result<u32, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached(
				"SELECT people FROM study_standing
				 WHERE study = ?1 AND round = ?2 AND contributor = ?3",
			)?;
			let people = query
				.query_row(params![id.study, id.round, contributor], |row| row.get(0))
				.optional()?;
			Ok(people.unwrap_or(0))
		})
		.await
	}

	async fn all_standing(&self, id: RoundId) -> Result<BTreeMap<[u8; 32], u32>, StoreError> {
		self.transaction(move |db| {
			let mut query = db.prepare_cached(
				"SELECT contributor, people FROM study_standing WHERE study = ?1 AND round = ?2",
			)?;
			let row = params![id.study, id.round];
			let rows = query.query_map(row, |row| Ok((row.get(0)?, row.get(1)?)))?;
			rows.collect()
		})
		.await
	}

	async fn standing_contributors(&self, id: RoundId) -> Result<u64, StoreError> {
		self.transaction(move |db| rounds::count(db, "study_standing", id)).await
	}

	async fn count_points(
		&self,
		id: RoundId,
		contributor: [u8; 32],
		points: Vec<[u8; 32]>,
		limit: u32,
	) -> Result<bool, StoreError> {
		self.transaction(move |db| lists::count_points(db, id, &contributor, &points, limit)).await
	}

	async fn keep_list_part(
		&self,
		id: RoundId,
		part: ListPart,
		limit: u32,
	) -> Result<KeptPart, StoreError> {
		self.grouped(move |db| lists::keep_part(db, id, &part, limit)).await
	}

	async fn list_parts(
		&self,
		id: RoundId,
		contributor: [u8; 32],
	) -> Result<(u32, u32), StoreError> {
		self.transaction(move |db| lists::parts(db, id, &contributor)).await
	}

	async fn list_digests(
		&self,
		id: RoundId,
		after: Option<[u8; 32]>,
		limit: usize,
	) -> Result<Vec<ListDigest>, StoreError> {
		self.transaction(move |db| lists::digests(db, id, after, limit)).await
	}

	async fn complete_lists(&self, id: RoundId) -> Result<u64, StoreError> {
		self.transaction(move |db| lists::count_complete(db, id)).await
	}

	async fn close_lists(&self, id: RoundId, attempt: u8) -> Result<(), StoreError> {
		self.transaction(move |db| rounds::close(db, "lists_closed", id, attempt)).await
	}

	async fn reopen_lists(&self, id: RoundId) -> Result<(), StoreError> {
		self.transaction(move |db| rounds::reopen_lists(db, id)).await
	}

	async fn decide_lists(&self, id: RoundId, excluded: Vec<[u8; 32]>) -> Result<(), StoreError> {
		self.transaction(move |db| {
			lists::exclude(db, id, &excluded)?;
			rounds::decide_lists(db, id)
		})
		.await
	}

	async fn excluded_lists(&self, id: RoundId) -> Result<Vec<[u8; 32]>, StoreError> {
		self.transaction(move |db| lists::excluded(db, id)).await
	}

	async fn exclude_lists(
		&self,
		id: RoundId,
		contributors: Vec<[u8; 32]>,
	) -> Result<(), StoreError> {
		self.transaction(move |db| lists::exclude(db, id, &contributors)).await
	}

	async fn lists(&self, id: RoundId) -> Result<Vec<ListPart>, StoreError> {
		self.transaction(move |db| lists::all(db, id)).await
	}

	async fn settle_lists(&self, id: RoundId, settled: Vec<SettledList>) -> Result<(), StoreError> {
		self.transaction(move |db| lists::settle(db, id, &settled)).await
	}

	async fn settled_list(
		&self,
		id: RoundId,
		contributor: [u8; 32],
	) -> Result<Option<SettledList>, StoreError> {
		self.transaction(move |db| lists::settled(db, id, contributor)).await
	}

	async fn count_doubles(&self, id: RoundId) -> Result<u32, StoreError> {
		self.transaction(move |db| lists::count_doubles(db, id)).await
	}

	async fn keep_report(
		&self,
		id: RoundId,
		report: Report,
		attempt: u8,
	) -> Result<KeptReport, StoreError> {
		self.grouped(move |db| reports::keep(db, id, &report, attempt)).await
	}

	async fn report(
		&self,
		id: RoundId,
		contributor: [u8; 32],
	) -> Result<Option<Report>, StoreError> {
		let found = self.reports(id, vec![contributor]).await?;
		Ok(found.into_iter().next().flatten())
	}

	async fn waiting_reports(
		&self,
		id: RoundId,
		after: Option<[u8; 32]>,
		limit: usize,
		bytes: usize,
	) -> Result<Vec<Report>, StoreError> {
		self.transaction(move |db| reports::waiting(db, id, after, limit, bytes)).await
	}

	async fn reports(
		&self,
		id: RoundId,
		contributors: Vec<[u8; 32]>,
	) -> Result<Vec<Option<Report>>, StoreError> {
		self.transaction(move |db| reports::find(db, id, contributors)).await
	}

	async fn count_reports(&self, id: RoundId) -> Result<[u64; 3], StoreError> {
		self.transaction(move |db| reports::count(db, id)).await
	}

	async fn note_outcomes(&self, id: RoundId, outcomes: Outcomes) -> Result<u64, StoreError> {
		self.transaction(move |db| reports::note_outcomes(db, id, &outcomes)).await
	}

	async fn close_reports(&self, id: RoundId, attempt: u8) -> Result<(), StoreError> {
		self.transaction(move |db| rounds::close(db, "reports_closed", id, attempt)).await
	}

	async fn leave_out(&self, id: RoundId, reports: Vec<ReportKey>) -> Result<(), StoreError> {
		self.transaction(move |db| reports::leave_out(db, id, &reports)).await
	}

	async fn counted(
		&self,
		id: RoundId,
		after: Option<[u8; 32]>,
		limit: usize,
	) -> Result<Vec<CountedRow>, StoreError> {
		self.transaction(move |db| reports::counted(db, id, after, limit)).await
	}

	async fn next_output(
		&self,
		id: RoundId,
		after: Option<[u8; 16]>,
	) -> Result<Option<Output>, StoreError> {
		self.transaction(move |db| reports::next_output(db, id, after)).await
	}

	async fn settle_tally(
		&self,
		id: RoundId,
		attempt: u8,
		tally: Vec<u8>,
	) -> Result<(), StoreError> {
		self.transaction(move |db| rounds::settle_tally(db, id, attempt, &tally)).await
	}

	async fn keep_noised(
		&self,
		id: RoundId,
		attempt: u8,
		ciphertext: Vec<u8>,
	) -> Result<Vec<u8>, StoreError> {
		let has_remains = self.has_remains.clone();
		let kept = self
			.transaction(move |db| {
				let (kept, is_replaced) = rounds::keep_noised(db, id, attempt, ciphertext)?;
				if is_replaced {
					has_remains.store(true, Ordering::SeqCst);
				}
				Ok(kept)
			})
			.await?;
		self.remove_destroyed().await?;
		Ok(kept)
	}

	async fn noised(&self, id: RoundId, attempt: u8) -> Result<Option<Vec<u8>>, StoreError> {
		self.transaction(move |db| rounds::noised(db, id, attempt)).await
	}

	async fn note_agreed(&self, id: RoundId) -> Result<(), StoreError> {
		self.transaction(move |db| {
			db.execute(
				"UPDATE study_rounds SET agreed = 1 WHERE study = ?1 AND round = ?2 AND agreed = 0",
				params![id.study, id.round],
			)?;
			Ok(())
		})
		.await
	}

	async fn note_study_end(&self, study: StudyId, at: u64) -> Result<(u64, bool), StoreError> {
		self.transaction(move |db| rounds::note_end(db, study, at)).await
	}

	async fn note_swept(&self, study: StudyId) -> Result<(), StoreError> {
		self.transaction(move |db| {
			db.execute("UPDATE study_ends SET swept = 1 WHERE study = ?1", [study])?;
			Ok(())
		})
		.await
	}

	async fn forget_studies(&self, until: u64) -> Result<(), StoreError> {
		self.transaction(move |db| {
			for table in ["study_reports", "study_standing", "study_rounds"] {
				db.execute(
					&format!(
						"DELETE FROM {table} WHERE study IN (
							SELECT study FROM study_ends WHERE at <= ?1
						 )"
					),
					[to_column(until)],
				)?;
			}
			Ok(())
		})
		.await
	}
}

fn find_key(
	db: &rusqlite::Connection,
	study: StudyId,
	round: Option<u8>,
) -> rusqlite::Result<Option<SealedValue>> {
	let mut query = db.prepare_cached(
		"SELECT sealed, ciphertext FROM study_keys
		 WHERE study = ?1 AND round = ?2 AND length(sealed) > 0",
	)?;
	query
		.query_row(params![study, round_column(round)], |row| {
			Ok(SealedValue { key: row.get(0)?, ciphertext: row.get(1)? })
		})
		.optional()
}

fn find_secret(
	db: &rusqlite::Connection,
	study: StudyId,
	round: Option<u8>,
	name: &str,
) -> rusqlite::Result<Option<Vec<u8>>> {
	let mut query = db.prepare_cached(
		"SELECT ciphertext FROM study_secrets WHERE study = ?1 AND round = ?2 AND name = ?3",
	)?;
	query.query_row(params![study, round_column(round), name], |row| row.get(0)).optional()
}
