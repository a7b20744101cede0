//! Blinded identifiers that were evaluated, and lists of nullifiers.

use super::small;
use crate::store::{sqlite::from_column, KeptPart, ListPart, RoundId, SettledList};
use blake2::{digest::consts::U32, Blake2b, Digest};
use rusqlite::{params, Connection, OptionalExtension, Row};
use vouchsafe_client::messages::{Hex, ListDigest};

pub fn count_points(
	db: &Connection,
	id: RoundId,
	contributor: &[u8; 32],
	points: &[[u8; 32]],
	limit: u32,
) -> rusqlite::Result<bool> {
	let mut insert =
		db.prepare_cached("INSERT OR IGNORE INTO study_points VALUES (?1, ?2, ?3, ?4)")?;
	let known: u32 = db.query_row(
		"SELECT count(*) FROM study_points WHERE study = ?1 AND round = ?2 AND contributor = ?3",
		params![id.study, id.round, contributor],
		|row| row.get(0),
	)?;
	let mut exists = db.prepare_cached(
		"SELECT EXISTS (SELECT 1 FROM study_points
		 WHERE study = ?1 AND round = ?2 AND contributor = ?3 AND point = ?4)",
	)?;
	let mut new = std::collections::BTreeSet::new();
	for point in points {
		let row = params![id.study, id.round, contributor, point];
		if !exists.query_row(row, |row| row.get::<_, bool>(0))? {
			new.insert(point);
		}
	}
	let total = u32::try_from(new.len()).unwrap_or(u32::MAX).saturating_add(known);
	if total > limit && !new.is_empty() {
		return Ok(false);
	}
	for point in new {
		insert.execute(params![id.study, id.round, contributor, point])?;
	}
	Ok(true)
}

pub fn keep_part(
	db: &Connection,
	id: RoundId,
	part: &ListPart,
	limit: u32,
) -> rusqlite::Result<KeptPart> {
	let closed = closed(db, id)?;
	if closed.is_some() && is_kept(db, id, part)? {
		let (have, of) = parts(db, id, &part.contributor)?;
		return Ok(KeptPart::Kept(have, have == of));
	}
	match closed {
		Some(true) => return Ok(KeptPart::Closed),
		Some(false) => return Ok(KeptPart::Waits),
		None => {},
	}
	let named = params![id.study, id.round, part.contributor, part.parts, part.part];
	let mut query = db.prepare_cached(
		"SELECT coalesce(sum(length), 0) FROM study_lists WHERE study = ?1 AND round = ?2
		 AND contributor = ?3 AND parts = ?4 AND part != ?5",
	)?;
	let others: u32 = query.query_row(named, |row| row.get(0))?;
	if others.saturating_add(part.length) > limit {
		return Ok(KeptPart::TooLong);
	}
	let mut delete = db.prepare_cached(
		"DELETE FROM study_lists WHERE study = ?1 AND round = ?2 AND contributor = ?3
		 AND (parts != ?4 OR part = ?5)",
	)?;
	delete.execute(named)?;
	let ListPart { contributor, part, parts: of, length, digest, ciphertext } = part;
	let mut insert =
		db.prepare_cached("INSERT INTO study_lists VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
	insert.execute(params![
		id.study,
		id.round,
		contributor,
		part,
		of,
		length,
		digest,
		ciphertext
	])?;
	let (have, of) = parts(db, id, contributor)?;
	Ok(KeptPart::Kept(have, have == of))
}

/// If lists are closed, whether for good: not if it was in an earlier attempt, and nothing is decided here.
fn closed(db: &Connection, id: RoundId) -> rusqlite::Result<Option<bool>> {
	let mut query = db.prepare_cached(
		"SELECT lists_settled OR lists_decided OR lists_closed >= attempt FROM study_rounds
		 WHERE study = ?1 AND round = ?2 AND (lists_settled OR lists_closed > 0)",
	)?;
	query.query_row(params![id.study, id.round], |row| row.get(0)).optional()
}

pub fn excluded(db: &Connection, id: RoundId) -> rusqlite::Result<Vec<[u8; 32]>> {
	let mut query = db.prepare_cached(
		"SELECT contributor FROM study_settled_lists
		 WHERE study = ?1 AND round = ?2 AND excluded = 1 ORDER BY contributor",
	)?;
	let rows = query.query_map(params![id.study, id.round], |row| row.get(0))?;
	rows.collect()
}

fn is_kept(db: &Connection, id: RoundId, part: &ListPart) -> rusqlite::Result<bool> {
	let mut query = db.prepare_cached(
		"SELECT EXISTS (SELECT 1 FROM study_lists WHERE study = ?1 AND round = ?2
		 AND contributor = ?3 AND part = ?4 AND parts = ?5 AND digest = ?6)",
	)?;
	query.query_row(
		params![id.study, id.round, part.contributor, part.part, part.parts, part.digest],
		|row| row.get(0),
	)
}

pub fn parts(db: &Connection, id: RoundId, contributor: &[u8; 32]) -> rusqlite::Result<(u32, u32)> {
	let mut query = db.prepare_cached(
		"SELECT count(*), coalesce(max(parts), 0) FROM study_lists
		 WHERE study = ?1 AND round = ?2 AND contributor = ?3",
	)?;
	query.query_row(params![id.study, id.round, contributor], |row| Ok((row.get(0)?, row.get(1)?)))
}

pub fn digests(
	db: &Connection,
	id: RoundId,
	after: Option<[u8; 32]>,
	limit: usize,
) -> rusqlite::Result<Vec<ListDigest>> {
	// One scan of a part of the table: many of these pages are read one after the other.
	let mut query = db.prepare_cached(
		"SELECT contributor, digest, parts FROM study_lists AS lists
		 WHERE study = ?1 AND round = ?2 AND contributor > ?3 AND EXISTS (
			SELECT 1 FROM study_standing AS standing WHERE standing.study = ?1
			AND standing.round = ?2 AND standing.contributor = lists.contributor
		 ) ORDER BY contributor, part",
	)?;
	let after = after.map_or_else(Vec::new, |after| after.to_vec());
	let mut rows = query.query(params![id.study, id.round, after])?;
	let (mut found, mut list) = (Vec::new(), Vec::<Part>::new());
	while found.len() < limit {
		let part: Option<Part> = match rows.next()? {
			Some(row) => Some((row.get(0)?, row.get(1)?, row.get(2)?)),
			None => None,
		};
		if part.map(|part| part.0) != list.first().map(|first| first.0) {
			found.extend(digest(&list));
			list.clear();
		}
		match part {
			Some(part) => list.push(part),
			None => break,
		}
	}
	Ok(found)
}

/// A contributor, the hash of a part of its list, and of how many parts.
type Part = ([u8; 32], [u8; 32], u32);

/// A hash over the parts of a list, in their order, if all are here.
fn digest(parts: &[Part]) -> Option<ListDigest> {
	let (contributor, _, _) = parts.first().filter(|(.., of)| *of == small(parts.len()))?;
	let mut hash = Blake2b::<U32>::new();
	parts.iter().for_each(|(_, part, _)| hash.update(part));
	Some(ListDigest { contributor: Hex(*contributor), digest: Hex(hash.finalize().into()) })
}

pub fn count_complete(db: &Connection, id: RoundId) -> rusqlite::Result<u64> {
	let mut query = db.prepare_cached(
		"SELECT count(*) FROM (SELECT 1 FROM study_lists WHERE study = ?1 AND round = ?2
		 AND contributor IN (
			SELECT contributor FROM study_standing WHERE study = ?1 AND round = ?2
		 ) GROUP BY contributor HAVING count(*) = max(parts))",
	)?;
	query.query_row(params![id.study, id.round], |row| Ok(from_column(row.get(0)?)))
}

/// Leaves out the lists of these contributors. Other accounts are ignored: another aggregator
/// must not fill the disk with them.
pub fn exclude(db: &Connection, id: RoundId, contributors: &[[u8; 32]]) -> rusqlite::Result<()> {
	for contributor in contributors {
		let row = params![id.study, id.round, contributor];
		db.execute(
			"DELETE FROM study_lists WHERE study = ?1 AND round = ?2 AND contributor = ?3",
			row,
		)?;
		db.execute(
			"INSERT OR IGNORE INTO study_settled_lists
			 SELECT study, round, contributor, 0, 0, 1, x'' FROM study_standing
			 WHERE study = ?1 AND round = ?2 AND contributor = ?3",
			row,
		)?;
	}
	Ok(())
}

pub fn all(db: &Connection, id: RoundId) -> rusqlite::Result<Vec<ListPart>> {
	let mut query = db.prepare_cached(
		"SELECT contributor, part, parts, length, digest, ciphertext FROM study_lists AS list
		 WHERE study = ?1 AND round = ?2 AND contributor IN (
			SELECT contributor FROM study_standing WHERE study = ?1 AND round = ?2
		 ) AND parts = (
			SELECT count(*) FROM study_lists AS other WHERE other.study = list.study
			AND other.round = list.round AND other.contributor = list.contributor
		 ) ORDER BY contributor, part",
	)?;
	let rows = query.query_map(params![id.study, id.round], |row| {
		Ok(ListPart {
			contributor: row.get(0)?,
			part: row.get(1)?,
			parts: row.get(2)?,
			length: row.get(3)?,
			digest: row.get(4)?,
			ciphertext: row.get(5)?,
		})
	})?;
	rows.collect()
}

pub fn settle(db: &Connection, id: RoundId, settled: &[SettledList]) -> rusqlite::Result<()> {
	let is_first = db.execute(
		"UPDATE study_rounds SET lists_settled = 1
		 WHERE study = ?1 AND round = ?2 AND lists_settled = 0",
		params![id.study, id.round],
	)?;
	if is_first == 0 {
		return Ok(());
	}
	let mut insert = db.prepare_cached(
		"INSERT OR IGNORE INTO study_settled_lists VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
	)?;
	for SettledList { contributor, sent, counts, excluded, doubles } in settled {
		let row = params![id.study, id.round, contributor, sent, counts, excluded, doubles];
		insert.execute(row)?;
	}
	Ok(())
}

pub fn settled(
	db: &Connection,
	id: RoundId,
	contributor: [u8; 32],
) -> rusqlite::Result<Option<SettledList>> {
	let mut query = db.prepare_cached(
		"SELECT contributor, sent, counts, excluded, doubles FROM study_settled_lists
		 WHERE study = ?1 AND round = ?2 AND contributor = ?3",
	)?;
	query.query_row(params![id.study, id.round, contributor], read_settled).optional()
}

fn read_settled(row: &Row) -> rusqlite::Result<SettledList> {
	Ok(SettledList {
		contributor: row.get(0)?,
		sent: row.get(1)?,
		counts: row.get(2)?,
		excluded: row.get(3)?,
		doubles: row.get(4)?,
	})
}

pub fn count_doubles(db: &Connection, id: RoundId) -> rusqlite::Result<u32> {
	let mut query = db.prepare_cached(
		"SELECT coalesce(sum(sent - counts), 0) FROM study_settled_lists
		 WHERE study = ?1 AND round = ?2",
	)?;
	query.query_row(params![id.study, id.round], |row| row.get(0))
}
