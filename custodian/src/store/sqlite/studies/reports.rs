//! Reports, and what verification made of them.

use super::small;
use crate::store::{
	sqlite::from_column, CountedRow, KeptReport, Outcome, Report, ReportProgress, RoundId,
};
use rusqlite::{params, Connection, OptionalExtension, Row};
use vouchsafe_client::messages::DropReason;

const WAITING: u8 = 0;
const VERIFIED: u8 = 1;
const DROPPED: u8 = 2;

const SELECT: &str = "SELECT reports.contributor, people, report, nonce, public_share, ciphertext,
	progress, reason, 0, counts FROM study_reports AS reports JOIN study_shares AS shares
	ON shares.study = reports.study AND shares.round = reports.round
	AND shares.contributor = reports.contributor
	LEFT JOIN study_settled_lists AS lists ON lists.study = reports.study
	AND lists.round = reports.round AND lists.contributor = reports.contributor
	AND excluded = 0";

/// Reports that are verified and not left out in the attempt that is under way.
const COUNTED: &str = "progress = 1 AND left_out < (SELECT attempt FROM study_rounds AS rounds
	WHERE rounds.study = reports.study AND rounds.round = reports.round)";

pub fn keep(
	db: &Connection,
	id: RoundId,
	report: &Report,
	attempt: u8,
) -> rusqlite::Result<KeptReport> {
	let closed: Option<u8> = db
		.query_row(
			"SELECT reports_closed FROM study_rounds WHERE study = ?1 AND round = ?2",
			params![id.study, id.round],
			|row| row.get(0),
		)
		.optional()?;
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
	db.execute(
		"INSERT OR REPLACE INTO study_reports VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, 0)",
		params![id.study, id.round, report.contributor, report.people, report.report, WAITING],
	)?;
	db.execute(
		"INSERT OR REPLACE INTO study_shares VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
		params![
			id.study,
			id.round,
			report.contributor,
			report.nonce,
			report.public_share,
			report.share
		],
	)?;
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

pub fn find(
	db: &Connection,
	id: RoundId,
	contributor: &[u8; 32],
) -> rusqlite::Result<Option<Report>> {
	let mut query = db.prepare_cached(
		"SELECT reports.contributor, people, report, coalesce(nonce, zeroblob(16)),
		 coalesce(public_share, x''), coalesce(ciphertext, x''), progress, reason,
		 left_out > 0 AND left_out >= (SELECT attempt FROM study_rounds AS rounds
			WHERE rounds.study = reports.study AND rounds.round = reports.round), counts
		 FROM study_reports AS reports LEFT JOIN study_shares AS shares
		 ON shares.study = reports.study AND shares.round = reports.round
		 AND shares.contributor = reports.contributor
		 LEFT JOIN study_settled_lists AS lists ON lists.study = reports.study
		 AND lists.round = reports.round AND lists.contributor = reports.contributor
		 AND excluded = 0
		 WHERE reports.study = ?1 AND reports.round = ?2 AND reports.contributor = ?3",
	)?;
	query.query_row(params![id.study, id.round, contributor], read).optional()
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
) -> rusqlite::Result<Vec<Report>> {
	let mut query = db.prepare_cached(&format!(
		"{SELECT} WHERE reports.study = ?1 AND reports.round = ?2 AND progress = 0
		 AND reports.contributor > ?3 ORDER BY reports.contributor LIMIT ?4"
	))?;
	let rows = query.query_map(params![id.study, id.round, place(after), small(limit)], read)?;
	rows.collect()
}

pub fn count(db: &Connection, id: RoundId) -> rusqlite::Result<[u64; 3]> {
	let mut query = db.prepare_cached(
		"SELECT count(*) FROM study_reports WHERE study = ?1 AND round = ?2 AND progress = ?3",
	)?;
	let mut count = |progress: u8| {
		let row = params![id.study, id.round, progress];
		query.query_row(row, |row| Ok(from_column(row.get(0)?)))
	};
	Ok([count(WAITING)?, count(VERIFIED)?, count(DROPPED)?])
}

pub fn note_outcomes(db: &Connection, id: RoundId, outcomes: &[Outcome]) -> rusqlite::Result<()> {
	let mut update = db.prepare_cached(
		"UPDATE study_reports SET progress = ?5, reason = ?6
		 WHERE study = ?1 AND round = ?2 AND contributor = ?3 AND report = ?4 AND progress = 0",
	)?;
	let mut insert =
		db.prepare_cached("INSERT OR REPLACE INTO study_outputs VALUES (?1, ?2, ?3, ?4)")?;
	for Outcome { contributor, report, result } in outcomes {
		let (progress, reason) = match result {
			Ok(_) => (VERIFIED, None),
			Err(reason) => (DROPPED, Some(reason.name())),
		};
		let row = params![id.study, id.round, contributor, report, progress, reason];
		if update.execute(row)? > 0 {
			if let Ok(output) = result {
				insert.execute(params![id.study, id.round, contributor, output])?;
			}
		}
	}
	Ok(())
}

pub fn leave_out(
	db: &Connection,
	id: RoundId,
	reports: &[([u8; 32], [u8; 16])],
) -> rusqlite::Result<()> {
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
		"SELECT contributor, people, report FROM study_reports AS reports
		 WHERE study = ?1 AND round = ?2 AND contributor > ?3 AND {COUNTED}
		 ORDER BY contributor LIMIT ?4"
	))?;
	let rows = query.query_map(params![id.study, id.round, place(after), small(limit)], |row| {
		Ok(CountedRow { contributor: row.get(0)?, people: row.get(1)?, report: row.get(2)? })
	})?;
	rows.collect()
}

pub fn outputs(
	db: &Connection,
	id: RoundId,
	after: Option<[u8; 32]>,
	limit: usize,
) -> rusqlite::Result<Vec<([u8; 32], Vec<u8>)>> {
	let mut query = db.prepare_cached(&format!(
		"SELECT reports.contributor, ciphertext FROM study_reports AS reports
		 JOIN study_outputs AS outputs ON outputs.study = reports.study
		 AND outputs.round = reports.round AND outputs.contributor = reports.contributor
		 WHERE reports.study = ?1 AND reports.round = ?2 AND reports.contributor > ?3 AND {COUNTED}
		 ORDER BY reports.contributor LIMIT ?4"
	))?;
	let rows = query.query_map(params![id.study, id.round, place(after), small(limit)], |row| {
		Ok((row.get(0)?, row.get(1)?))
	})?;
	rows.collect()
}

/// Where a page begins. No contributor is an empty blob, which comes before all others.
fn place(after: Option<[u8; 32]>) -> Vec<u8> {
	after.map_or_else(Vec::new, |after| after.to_vec())
}
