//! Reports, and what verification made of them.

use super::small;
use crate::store::{
	sqlite::from_column, CountedRow, KeptReport, Outcomes, Output, Report, ReportKey,
	ReportProgress, RoundId,
};
use rusqlite::{params, types::Value, Connection, OptionalExtension, Row};
use std::rc::Rc;
use vouchsafe_client::messages::DropReason;

const WAITING: u8 = 0;
const VERIFIED: u8 = 1;

/// What [`read`] reads. The report's share may be destroyed.
const COLUMNS: &str = "reports.contributor, people, report, coalesce(nonce, zeroblob(16)),
	coalesce(public_share, x''), coalesce(ciphertext, x''), progress, reason,
	left_out > 0 AND left_out >= (SELECT attempt FROM study_rounds WHERE study = ?1 AND round = ?2),
	counts";
const SHARES_AND_LISTS: &str = "LEFT JOIN study_shares AS shares
	ON shares.study = ?1 AND shares.round = ?2 AND shares.contributor = reports.contributor
	LEFT JOIN study_settled_lists AS lists
	ON lists.study = ?1 AND lists.round = ?2 AND lists.contributor = reports.contributor
	AND excluded = 0";

/// Reports that are verified and not left out in the attempt that is under way.
const COUNTED: &str = "progress = 1 AND left_out < (SELECT attempt FROM study_rounds
	WHERE study = ?1 AND round = ?2)";

pub fn keep(
	db: &Connection,
	id: RoundId,
	report: &Report,
	attempt: u8,
) -> rusqlite::Result<KeptReport> {
	let mut query = db.prepare_cached(
		"SELECT reports_closed FROM study_rounds WHERE study = ?1 AND round = ?2",
	)?;
	let closed: Option<u8> =
		query.query_row(params![id.study, id.round], |row| row.get(0)).optional()?;
	let existing = find_any(db, id, &report.contributor)?;
	if existing.as_ref().is_some_and(|(known, _)| *known == report.report) {
		return Ok(KeptReport::Kept);
	}
	if closed.is_some_and(|closed| closed >= attempt) {
		return Ok(KeptReport::Closed);
	}
	if existing.is_some_and(|(_, progress)| progress != WAITING) {
		return Ok(KeptReport::Other);
	}
	let mut insert = db.prepare_cached(
		"INSERT OR REPLACE INTO study_reports VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, 0)",
	)?;
	let Report { contributor, people, report: name, nonce, public_share, share, .. } = report;
	insert.execute(params![id.study, id.round, contributor, people, name, WAITING])?;
	let mut insert =
		db.prepare_cached("INSERT OR REPLACE INTO study_shares VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
	insert.execute(params![id.study, id.round, contributor, nonce, public_share, share])?;
	Ok(KeptReport::Kept)
}

/// Id and progress of a contributor's report, also once its share is destroyed.
fn find_any(
	db: &Connection,
	id: RoundId,
	contributor: &[u8; 32],
) -> rusqlite::Result<Option<([u8; 16], u8)>> {
	let mut query = db.prepare_cached(
		"SELECT report, progress FROM study_reports
		 WHERE study = ?1 AND round = ?2 AND contributor = ?3",
	)?;
	let row = params![id.study, id.round, contributor];
	query.query_row(row, |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

/// These contributors' reports, in the same order.
pub fn find(
	db: &Connection,
	id: RoundId,
	contributors: Vec<[u8; 32]>,
) -> rusqlite::Result<Vec<Option<Report>>> {
	let names: Vec<Value> = contributors.into_iter().map(|name| name.to_vec().into()).collect();
	let mut query = db.prepare_cached(&format!(
		"SELECT {COLUMNS} FROM rarray(?3) AS names LEFT JOIN study_reports AS reports
		 ON reports.study = ?1 AND reports.round = ?2 AND reports.contributor = names.value
		 {SHARES_AND_LISTS}"
	))?;
	let rows = query.query_map(params![id.study, id.round, Rc::new(names)], |row| {
		let is_here = row.get::<_, Option<u8>>(6)?.is_some();
		is_here.then(|| read(row)).transpose()
	})?;
	rows.collect()
}

fn read(row: &Row) -> rusqlite::Result<Report> {
	let reason: Option<String> = row.get(7)?;
	let reason = reason.and_then(|name| DropReason::of_name(&name));
	Ok(Report {
		contributor: row.get(0)?,
		people: row.get(1)?,
		report: row.get(2)?,
		nonce: row.get(3)?,
		public_share: row.get(4)?,
		share: row.get(5)?,
		progress: match row.get(6)? {
			WAITING => ReportProgress::Waiting,
			VERIFIED if row.get(8)? => ReportProgress::Dropped(DropReason::NotEverywhere),
			VERIFIED => ReportProgress::Verified,
			_ => ReportProgress::Dropped(reason.unwrap_or(DropReason::Malformed)),
		},
		limit: row.get(9)?,
	})
}

pub fn waiting(
	db: &Connection,
	id: RoundId,
	after: Option<[u8; 32]>,
	limit: usize,
	bytes: usize,
) -> rusqlite::Result<Vec<Report>> {
	let mut query = db.prepare_cached(&format!(
		"SELECT {COLUMNS} FROM study_reports AS reports {SHARES_AND_LISTS}
		 WHERE reports.study = ?1 AND reports.round = ?2 AND reports.contributor > ?3
		 AND progress = 0 AND ciphertext IS NOT NULL ORDER BY reports.contributor LIMIT ?4"
	))?;
	let rows = query.query_map(params![id.study, id.round, place(after), small(limit)], read)?;
	let (mut all, mut length) = (Vec::new(), 0usize);
	for report in rows {
		let report: Report = report?;
		length = length.saturating_add(report.share.len());
		all.push(report);
		if length >= bytes {
			break;
		}
	}
	Ok(all)
}

pub fn count(db: &Connection, id: RoundId) -> rusqlite::Result<[u64; 3]> {
	let mut query = db.prepare_cached(
		"SELECT coalesce(sum(progress = 0), 0), coalesce(sum(progress = 1), 0),
		 coalesce(sum(progress = 2), 0) FROM study_reports WHERE study = ?1 AND round = ?2",
	)?;
	query.query_row(params![id.study, id.round], |row| {
		let count = |column| Ok::<_, rusqlite::Error>(from_column(row.get(column)?));
		Ok([count(0)?, count(1)?, count(2)?])
	})
}

pub fn note_outcomes(db: &Connection, id: RoundId, outcomes: &Outcomes) -> rusqlite::Result<u64> {
	let mut drop = db.prepare_cached(
		"UPDATE study_reports SET progress = 2, reason = ?5
		 WHERE study = ?1 AND round = ?2 AND contributor = ?3 AND report = ?4 AND progress = 0",
	)?;
	for ((contributor, report), reason) in &outcomes.dropped {
		drop.execute(params![id.study, id.round, contributor, report, reason.name()])?;
	}
	let Output { id: output, reports, ciphertext } = &outcomes.verified;
	if reports.is_empty() {
		return Ok(0);
	}
	let verified = note_verified(db, id, reports)?;
	let names: Vec<u8> =
		reports.iter().flat_map(|(of, report)| [&of[..], report].concat()).collect();
	let mut insert = db.prepare_cached("INSERT INTO study_outputs VALUES (?1, ?2, ?3, ?4, ?5)")?;
	insert.execute(params![id.study, id.round, output, names, ciphertext])?;
	Ok(u64::try_from(verified).unwrap_or(u64::MAX))
}

/// Most often these are all the reports that wait from the first to the last. Then one statement is enough,
/// which takes a fifth of the time.
fn note_verified(db: &Connection, id: RoundId, reports: &[ReportKey]) -> rusqlite::Result<usize> {
	let (Some((first, _)), Some((last, _))) = (reports.first(), reports.last()) else {
		return Ok(0);
	};
	let mut between = db.prepare_cached(
		"SELECT contributor, report FROM study_reports WHERE study = ?1 AND round = ?2
		 AND contributor BETWEEN ?3 AND ?4 AND progress = 0 ORDER BY contributor LIMIT ?5",
	)?;
	let limit = small(reports.len()).saturating_add(1);
	let waiting = between.query_map(params![id.study, id.round, first, last, limit], |row| {
		Ok((row.get(0)?, row.get(1)?))
	})?;
	if waiting.collect::<rusqlite::Result<Vec<ReportKey>>>()? == reports {
		let mut update = db.prepare_cached(
			"UPDATE study_reports SET progress = 1 WHERE study = ?1 AND round = ?2
			 AND contributor BETWEEN ?3 AND ?4 AND progress = 0",
		)?;
		return update.execute(params![id.study, id.round, first, last]);
	}
	let mut update = db.prepare_cached(
		"UPDATE study_reports SET progress = 1
		 WHERE study = ?1 AND round = ?2 AND contributor = ?3 AND report = ?4 AND progress = 0",
	)?;
	let mut verified = 0;
	for (contributor, report) in reports {
		verified += update.execute(params![id.study, id.round, contributor, report])?;
	}
	Ok(verified)
}

pub fn leave_out(db: &Connection, id: RoundId, reports: &[ReportKey]) -> rusqlite::Result<()> {
	let mut update = db.prepare_cached(
		"UPDATE study_reports SET left_out = (SELECT attempt FROM study_rounds
			WHERE study = ?1 AND round = ?2)
		 WHERE study = ?1 AND round = ?2 AND contributor = ?3 AND report = ?4 AND progress = 1",
	)?;
	for (contributor, report) in reports {
		update.execute(params![id.study, id.round, contributor, report])?;
	}
	Ok(())
}

pub fn counted(
	db: &Connection,
	id: RoundId,
	after: Option<[u8; 32]>,
	limit: usize,
) -> rusqlite::Result<Vec<CountedRow>> {
	let mut query = db.prepare_cached(&format!(
		"SELECT contributor, people, report FROM study_reports
		 WHERE study = ?1 AND round = ?2 AND contributor > ?3 AND {COUNTED}
		 ORDER BY contributor LIMIT ?4"
	))?;
	let rows = query.query_map(params![id.study, id.round, place(after), small(limit)], |row| {
		Ok(CountedRow { contributor: row.get(0)?, people: row.get(1)?, report: row.get(2)? })
	})?;
	rows.collect()
}

pub fn next_output(
	db: &Connection,
	id: RoundId,
	after: Option<[u8; 16]>,
) -> rusqlite::Result<Option<Output>> {
	let mut query = db.prepare_cached(
		"SELECT output, reports, ciphertext FROM study_outputs
		 WHERE study = ?1 AND round = ?2 AND output > ?3 ORDER BY output LIMIT 1",
	)?;
	let next = query.query_row(params![id.study, id.round, place(after)], |row| {
		let names: Vec<u8> = row.get(1)?;
		let (names, _) = names.as_chunks::<48>();
		let reports = names.iter().filter_map(name).collect();
		Ok(Output { id: row.get(0)?, reports, ciphertext: row.get(2)? })
	});
	next.optional()
}

/// Contributor and id of a report, from an output's names.
fn name(name: &[u8; 48]) -> Option<ReportKey> {
	let (contributor, report) = name.split_first_chunk()?;
	Some((*contributor, report.try_into().ok()?))
}

/// Where a page begins. None is an empty blob, which comes before all others.
fn place<const N: usize>(after: Option<[u8; N]>) -> Vec<u8> {
	after.map_or_else(Vec::new, |after| after.to_vec())
}
