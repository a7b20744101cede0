//! Destroying the key of a round, and then what it encrypted.
//!
//! The key goes first, in a transaction that needs almost no disk. From then on nothing of the round can
//! be read, whatever happens. What it encrypted goes in small parts: a round can have more of it than the
//! disk has room for a second time, and requests of care are served in between. The key's row, which is
//! empty, stays until all of it is gone, so that a program that was killed goes on.

use super::round_column;
use rusqlite::{params, Connection};
use vouchsafe_client::chain::StudyId;

/// What can be large: the tables, their keys within a round, and how many rows are deleted at once.
const PARTS: [(&str, &str, u32); 5] = [
	("study_shares", "contributor", 50),
	("study_lists", "contributor, part", 50),
	("study_settled_lists", "contributor", 20),
	("study_outputs", "output", 5),
	("study_points", "contributor, point", 5_000),
];

/// Destroys the key itself. The row stays, without it.
pub fn destroy_key(db: &Connection, study: StudyId, round: Option<u8>) -> rusqlite::Result<()> {
	db.execute(
		"UPDATE study_keys SET sealed = x'', ciphertext = x'' WHERE study = ?1 AND round = ?2",
		params![study, round_column(round)],
	)?;
	Ok(())
}

/// Deletes a part of what the key encrypted, and at last its row. Returns whether all of it is gone.
pub fn delete_part(db: &Connection, study: StudyId, round: Option<u8>) -> rusqlite::Result<bool> {
	let of = params![study, round_column(round)];
	for (table, columns, rows) in PARTS {
		let deleted = db.execute(
			&format!(
				"DELETE FROM {table} WHERE study = ?1 AND round = ?2 AND ({columns}) IN (
					SELECT {columns} FROM {table} WHERE study = ?1 AND round = ?2 LIMIT {rows}
				 )"
			),
			of,
		)?;
		if deleted > 0 {
			return Ok(false);
		}
	}
	db.execute("DELETE FROM study_keys WHERE study = ?1 AND round = ?2", of)?;
	Ok(true)
}
