//! `vouchsafe record open`.

use super::{own_shares, which_records};
use crate::{
	advice,
	args::OpenRecords,
	commands::{code_of_error, id_json, key},
	consent::ground_of,
	english::ENGLISH,
	files::Destination,
	open::{self, OpenError, OpeningRequest},
	output::{line, size, Output},
	session::Session,
};
use anyhow::{anyhow, Result};
use serde_json::json;
use std::path::PathBuf;
use vouchsafe_client::chain::{AccountId, Purpose, RecordStatus, H256};
use vouchsafe_speech::{short, Noun};

/// A record that was opened into a file.
type Opened = open::Opened<PathBuf>;

pub(super) async fn run(session: &Session, command: OpenRecords) -> Result<Output> {
	let OpenRecords { which, version, purpose, institution, out, force, unasked: _ } = command;
	let me = session.me()?.account();
	let at = session.finalized().await?;
	key::check(session, &at).await?;
	let (patient, records) = which_records(session, &at, &which).await?;
	let institution = institution.map(|it| session.names.resolve(&it)).transpose()?;
	let ground = ground_of(session, &me, &patient, institution).await?;
	let purpose = purpose.unwrap_or(usual_purpose(session, &patient));
	let out = out.unwrap_or_else(|| PathBuf::from("."));
	// Who asks for all records, or for categories, expects a folder even if there is only one.
	let are_named = !which.all && which.category.is_empty();
	let destination = Destination::new(out, are_named && records.len() == 1, force);
	// Before the chain logs an opening that nobody sees.
	destination.check()?;
	let mut results = Vec::new();
	for records in records.chunks(open::MAX_OPENED) {
		let opening = OpeningRequest {
			patient: patient.clone(),
			records: records.to_vec(),
			version,
			purpose,
			ground: ground.clone(),
		};
		match open::open(session, &opening, &destination).await {
			Ok(more) => results.extend(more),
			Err(error) if results.is_empty() => return Err(error),
			// What was opened before is reported.
			Err(error) => {
				let reason = advice::say(&error);
				let result = || Err(OpenError::Other(anyhow!(reason.clone())));
				results.extend(records.iter().map(|record| (*record, result())));
			},
		}
	}
	// If one record is asked for and not opened, the command fails with that exit code.
	if let [(_, Err(_))] = &results[..] {
		match results.pop() {
			Some((_, Err(OpenError::Other(error)))) => return Err(error),
			Some((_, Err(error))) => return Err(error.into()),
			_ => {},
		}
	}
	let all_denied = results.iter().all(|(_, it)| matches!(it, Err(OpenError::NoAccess { .. })));
	if all_denied {
		let what = format!("any of the {}", ENGLISH.count(Noun::Record, results.len()));
		return Err(OpenError::NoAccess { what }.into());
	}
	let json: Vec<_> = results.iter().map(|(id, it)| result_json(id, it)).collect();
	let mut output = Output::new(opened_text(&results, false), json!({ "records": json }))
		.with_details(opened_text(&results, true));
	output.code = code_of(&results);
	let records: Vec<H256> = results.iter().map(|(id, _)| *id).collect();
	own_shares::warn(session, &at, &patient, Some(&records), output).await
}

/// The purpose of use if none is named: a representative reads for the patient.
pub(super) fn usual_purpose(session: &Session, patient: &AccountId) -> Purpose {
	match session.is_patient(patient) {
		true => Purpose::PatientRequest,
		false => Purpose::Treatment,
	}
}

/// The exit code if several records were asked for: that of the worst failure. A fault is worse than a
/// custodian that does not answer, and that is worse than a refusal. Each line says why.
fn code_of(results: &open::Results<PathBuf>) -> u8 {
	let codes: Vec<u8> =
		results.iter().filter_map(|(_, it)| it.as_ref().err()).map(code_of_error).collect();
	[1, 4, 3].into_iter().find(|code| codes.contains(code)).unwrap_or(0)
}

/// One line for each record, and a summary. Faults that were found are always reported.
fn opened_text(results: &open::Results<PathBuf>, details: bool) -> String {
	let mut lines = Vec::new();
	for (id, result) in results {
		let id = short(id);
		match result {
			Ok(opened) => {
				let length = size(opened.length);
				lines.extend(marked(opened.status).map(|it| format!("{id}  NOTE: {it}")));
				lines.push(format!(
					"{id}  {} ({length}) -> {}",
					opened.title,
					opened.place.display()
				));
				if details {
					lines.push(format!(
						"          {}, {} bytes, version {}",
						opened.media_type, opened.length, opened.version
					));
					lines.push(format!(
						"          key shares from {}, content from {}",
						ENGLISH.and(&opened.shares_from),
						opened.content_from
					));
				}
				lines.extend(few_holders(opened.held).map(|it| format!("          NOTE: {it}")));
				lines.extend(opened.warnings.iter().map(|it| format!("          WARNING: {it}")));
			},
			Err(OpenError::NoAccess { .. }) => lines.push(format!("{id}  no access")),
			Err(error) => lines.push(format!("{id}  {}", line(&advice::say_one(error)))),
		}
	}
	let opened: Vec<_> = results.iter().filter_map(|(_, result)| result.as_ref().ok()).collect();
	let refused = results
		.iter()
		.filter(|(_, result)| result.as_ref().is_err_and(OpenError::is_refusal))
		.count();
	let failed = results.len().saturating_sub(opened.len()).saturating_sub(refused);
	let bytes = opened.iter().fold(0u64, |sum, it| sum.saturating_add(it.length));
	let mut sum = format!("{} opened ({})", ENGLISH.count(Noun::Record, opened.len()), size(bytes));
	if refused > 0 {
		sum += &format!(", {refused} refused");
	}
	if failed > 0 {
		sum += &format!(", {failed} failed");
	}
	lines.push(format!("{sum}."));
	lines.join("\n")
}

/// How many of all holders have a share of the record's key; `None` if all have theirs.
pub(super) fn few_of((held, all): (usize, usize)) -> Option<String> {
	(held < all).then(|| format!("{held} of {all}"))
}

/// That fewer holders than planned have a share of the record's key; `None` if all have theirs.
pub(super) fn few_holders(held: (usize, usize)) -> Option<String> {
	few_of(held).map(|few| format!("{few} hold a key share"))
}

/// What a reader must know of a record that is marked; `None` if it is valid.
pub(super) fn marked(status: RecordStatus) -> Option<&'static str> {
	match status {
		RecordStatus::Current => None,
		RecordStatus::WrongContent => {
			Some("this record is marked as entered in error: ITS CONTENT IS WRONG")
		},
		RecordStatus::WrongPatient => {
			Some("this record is marked as entered in error: IT IS ANOTHER PATIENT'S")
		},
	}
}

fn result_json(id: &H256, result: &Result<Opened, OpenError>) -> serde_json::Value {
	match result {
		Ok(opened) => json!({
			"record": id_json(id),
			"opened": true,
			"version": opened.version,
			"status": opened.status.word(),
			"title": opened.title,
			"media_type": opened.media_type,
			"length": opened.length,
			"path": opened.place,
			"shares_from": opened.shares_from,
			"held_by": opened.held.0,
			"holders": opened.held.1,
			"content_from": opened.content_from,
			"warnings": opened.warnings,
		}),
		Err(error) => json!({
			"record": id_json(id),
			"opened": false,
			"error": advice::say_one(error),
			"kind": match error {
				OpenError::NoAccess { .. } => "no-access",
				OpenError::AnotherPatients { .. } => "another-patients",
				OpenError::TooFewShares { .. } => "too-few-shares",
				OpenError::NoGoodCopy { .. } => "no-good-copy",
				OpenError::WrongPlaintext { .. } => "wrong-plaintext",
				OpenError::Other(_) => "other",
			},
		}),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn opened(length: u64, warnings: &[&str]) -> Opened {
		Opened {
			record: H256([7; 32]),
			version: 0,
			title: "letter.pdf".into(),
			media_type: "application/pdf".into(),
			length,
			place: "out/letter 07070707.pdf".into(),
			shares_from: vec!["Hospital A".into(), "Hospital B".into()],
			content_from: "Hospital A".into(),
			status: RecordStatus::Current,
			held: (5, 5),
			warnings: warnings.iter().map(ToString::to_string).collect(),
		}
	}

	#[test]
	fn a_record_that_cannot_be_read_does_not_hide_the_others() {
		let id = |number| H256([number; 32]);
		let other = || Err(OpenError::Other(anyhow!("cause").context("the record is malformed")));
		let results = vec![(id(7), other()), (id(8), Ok(opened(2_000, &[])))];
		assert_eq!(
			opened_text(&results, false),
			"07070707  the record is malformed: cause\n\
			 08080808  letter.pdf (2 kB) -> out/letter 07070707.pdf\n\
			 1 record opened (2 kB), 1 failed."
		);
		assert_eq!(code_of(&results), 1, "the exit code tells of it");
	}

	#[test]
	fn the_exit_code_is_that_of_the_worst_failure() {
		let good = || Ok(opened(1, &[]));
		let refused = || Err(OpenError::NoAccess { what: "it".into() });
		let few = || Err(OpenError::TooFewShares { need: 3, got: vec![], failed: vec![] });
		let fault = || Err(OpenError::Other(anyhow!("a fault")));
		let code = |results: Vec<Result<Opened, OpenError>>| {
			code_of(&results.into_iter().map(|it| (H256([7; 32]), it)).collect())
		};
		assert_eq!(code(vec![good(), good()]), 0);
		assert_eq!(code(vec![good(), refused()]), 3);
		assert_eq!(code(vec![refused(), good(), few()]), 4);
		assert_eq!(code(vec![few(), fault(), refused(), good()]), 1);
	}

	#[test]
	fn a_reader_is_told_that_a_share_is_missing() {
		let result = Ok(Opened { held: (4, 5), ..opened(2_000, &[]) });
		assert_eq!(result_json(&H256([7; 32]), &result)["held_by"], 4);
		let text = opened_text(&vec![(H256([7; 32]), result)], false);
		assert!(text.contains("\n          NOTE: 4 of 5 hold a key share\n"), "{text}");
		assert_eq!(few_holders((5, 5)), None);
	}

	#[test]
	fn a_marked_record_says_so_above_all_else() {
		for (status, word, note) in [
			(RecordStatus::WrongContent, "wrong-content", "ITS CONTENT IS WRONG"),
			(RecordStatus::WrongPatient, "wrong-patient", "IT IS ANOTHER PATIENT'S"),
		] {
			let result = Ok(Opened { status, ..opened(2_000, &[]) });
			assert_eq!(result_json(&H256([7; 32]), &result)["status"], word);
			let results = vec![(H256([7; 32]), result)];
			for details in [false, true] {
				let text = opened_text(&results, details);
				let first = text.lines().next().unwrap();
				assert!(first.starts_with("07070707  NOTE: ") && first.contains(note), "{text}");
			}
		}
	}

	#[test]
	fn a_refusal_of_another_patients_record_says_so() {
		let record = "07070707".to_owned();
		let results = vec![(H256([7; 32]), Err(OpenError::AnotherPatients { record }))];
		assert_eq!(
			opened_text(&results, false),
			"07070707  no access to record 07070707: it is marked as another patient's, and is closed to \
			 everybody\n0 records opened (0 bytes), 1 refused."
		);
		assert_eq!(code_of(&results), 3);
		assert_eq!(result_json(&H256([7; 32]), &results[0].1)["kind"], "another-patients");
	}

	#[test]
	fn opening_is_one_line_a_record_and_a_sum() {
		let id = |number| H256([number; 32]);
		let no_access = || OpenError::NoAccess { what: "it".into() };
		let few = OpenError::TooFewShares { need: 3, got: vec![], failed: vec![] };
		let results = vec![
			(id(7), Ok(opened(48_123, &[]))),
			(id(8), Err(no_access())),
			(id(9), Ok(opened(2_000, &["the copy at Hospital B was changed"]))),
			(id(10), Err(few)),
		];
		assert_eq!(
			opened_text(&results, false),
			"07070707  letter.pdf (48 kB) -> out/letter 07070707.pdf\n\
			 08080808  no access\n\
			 09090909  letter.pdf (2 kB) -> out/letter 07070707.pdf\n          \
			 WARNING: the copy at Hospital B was changed\n\
			 0a0a0a0a  the key needs 3 shares, and no custodian gave one\n\
			 2 records opened (50 kB), 1 refused, 1 failed."
		);
		let details = opened_text(
			&results[..1].iter().map(|(id, _)| (*id, Ok(opened(48_123, &[])))).collect(),
			true,
		);
		assert_eq!(
			details,
			"07070707  letter.pdf (48 kB) -> out/letter 07070707.pdf\n          \
			 application/pdf, 48123 bytes, version 0\n          \
			 key shares from Hospital A and Hospital B, content from Hospital A\n\
			 1 record opened (48 kB)."
		);
	}
}
