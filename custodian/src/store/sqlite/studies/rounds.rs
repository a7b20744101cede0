//! Rounds: how far they are, and their noisy shares.

use super::small;
use crate::store::{
	sqlite::{from_column, to_column},
	RoundId, RoundProgress,
};
use rusqlite::{params, Connection, OptionalExtension};
use vouchsafe_client::{chain::StudyId, messages::DropReason};

pub fn count(db: &Connection, table: &str, id: RoundId) -> rusqlite::Result<u64> {
	let query = format!("SELECT count(*) FROM {table} WHERE study = ?1 AND round = ?2");
	let mut query = db.prepare_cached(&query)?;
	query.query_row(params![id.study, id.round], |row| Ok(from_column(row.get(0)?)))
}

pub fn note_frozen(
	db: &Connection,
	id: RoundId,
	block: u32,
	standing: &[([u8; 32], Vec<[u8; 32]>)],
) -> rusqlite::Result<()> {
	let all: usize = standing.iter().map(|(_, accounts)| accounts.len()).sum();
	let is_new = db.execute(
		"INSERT OR IGNORE INTO study_rounds (study, round, block, standing)
		 VALUES (?1, ?2, ?3, ?4)",
		params![id.study, id.round, block, small(all)],
	)?;
	if is_new == 0 {
		return Ok(());
	}
	let mut insert =
		db.prepare_cached("INSERT OR REPLACE INTO study_standing VALUES (?1, ?2, ?3, ?4, ?5)")?;
	for (contributor, accounts) in standing {
		let row =
			params![id.study, id.round, contributor, small(accounts.len()), accounts.concat()];
		insert.execute(row)?;
	}
	Ok(())
}

pub fn begin_attempt(db: &Connection, id: RoundId, attempt: u8) -> rusqlite::Result<()> {
	let is_later = db.execute(
		"UPDATE study_rounds SET attempt = ?3 WHERE study = ?1 AND round = ?2 AND attempt < ?3",
		params![id.study, id.round, attempt],
	)?;
	if is_later > 0 {
		db.execute(
			"UPDATE study_reports SET progress = 0, reason = NULL
			 WHERE study = ?1 AND round = ?2 AND progress = 2 AND reason = ?3",
			params![id.study, id.round, DropReason::NotEverywhere.name()],
		)?;
	}
	Ok(())
}

/// Takes lists again, also those that were left out, unless it is decided which count.
pub fn reopen_lists(db: &Connection, id: RoundId) -> rusqlite::Result<()> {
	let is_open = db.execute(
		"UPDATE study_rounds SET lists_closed = 0 WHERE study = ?1 AND round = ?2
		 AND lists_closed < attempt AND lists_decided = 0 AND lists_settled = 0",
		params![id.study, id.round],
	)?;
	if is_open > 0 {
		db.execute(
			"DELETE FROM study_settled_lists WHERE study = ?1 AND round = ?2",
			params![id.study, id.round],
		)?;
	}
	Ok(())
}

pub fn decide_lists(db: &Connection, id: RoundId) -> rusqlite::Result<()> {
	db.execute(
		"UPDATE study_rounds SET lists_decided = 1 WHERE study = ?1 AND round = ?2",
		params![id.study, id.round],
	)?;
	Ok(())
}

pub fn progress(db: &Connection, id: RoundId) -> rusqlite::Result<Option<RoundProgress>> {
	let mut query = db.prepare_cached(
		"SELECT block, standing, attempt, lists_closed, lists_decided, lists_settled, reports_closed, settled, tally,
		 agreed FROM study_rounds WHERE study = ?1 AND round = ?2",
	)?;
	query
		.query_row(params![id.study, id.round], |row| {
			Ok(RoundProgress {
				block: row.get(0)?,
				standing: row.get(1)?,
				attempt: row.get(2)?,
				lists_closed: row.get(3)?,
				lists_decided: row.get(4)?,
				lists_settled: row.get(5)?,
				reports_closed: row.get(6)?,
				settled: row.get(7)?,
				tally: row.get(8)?,
				agreed: row.get(9)?,
			})
		})
		.optional()
}

/// Closes lists or reports, whichever this column is of.
pub fn close(db: &Connection, column: &str, id: RoundId, attempt: u8) -> rusqlite::Result<()> {
	let update = format!(
		"UPDATE study_rounds SET {column} = ?3 WHERE study = ?1 AND round = ?2 AND {column} < ?3"
	);
	db.execute(&update, params![id.study, id.round, attempt])?;
	Ok(())
}

pub fn settle_tally(
	db: &Connection,
	id: RoundId,
	attempt: u8,
	tally: &[u8],
) -> rusqlite::Result<()> {
	let is_later = db.execute(
		"UPDATE study_rounds SET settled = ?3, tally = ?4, reports_closed = max(reports_closed, ?3)
		 WHERE study = ?1 AND round = ?2 AND settled < ?3",
		params![id.study, id.round, attempt, tally],
	)?;
	if is_later > 0 {
		db.execute(
			"UPDATE study_reports SET progress = 2, reason = ?3
			 WHERE study = ?1 AND round = ?2 AND progress = 0",
			params![id.study, id.round, DropReason::NotEverywhere.name()],
		)?;
	}
	Ok(())
}

/// The kept share, and whether it replaced one of an earlier attempt.
pub fn keep_noised(
	db: &Connection,
	id: RoundId,
	attempt: u8,
	ciphertext: Vec<u8>,
) -> rusqlite::Result<(Vec<u8>, bool)> {
	let replaced = db.execute(
		"DELETE FROM study_noised WHERE study = ?1 AND round = ?2 AND attempt < ?3",
		params![id.study, id.round, attempt],
	)?;
	db.execute(
		"INSERT OR IGNORE INTO study_noised VALUES (?1, ?2, ?3, ?4)",
		params![id.study, id.round, attempt, ciphertext],
	)?;
	Ok((noised(db, id, attempt)?.unwrap_or(ciphertext), replaced > 0))
}

pub fn noised(db: &Connection, id: RoundId, attempt: u8) -> rusqlite::Result<Option<Vec<u8>>> {
	let mut query = db.prepare_cached(
		"SELECT ciphertext FROM study_noised WHERE study = ?1 AND round = ?2 AND attempt = ?3",
	)?;
	query.query_row(params![id.study, id.round, attempt], |row| row.get(0)).optional()
}

pub fn note_end(db: &Connection, study: StudyId, at: u64) -> rusqlite::Result<(u64, bool)> {
	db.execute(
		"INSERT OR IGNORE INTO study_ends (study, at) VALUES (?1, ?2)",
		params![study, to_column(at)],
	)?;
	db.query_row("SELECT at, swept FROM study_ends WHERE study = ?1", [study], |row| {
		Ok((from_column(row.get(0)?), row.get(1)?))
	})
}
