//! Tells the patient that a share of their own is false.

use crate::{
	commands::{account_json, id_json},
	output::Output,
	own_shares::{self, OwnShareReport},
	session::{At, Session},
};
use anyhow::Result;
use serde_json::{json, Value};
use vouchsafe_client::chain::{AccountId, Record, View, H256};

/// Checks the patient's own shares of these records, or of all records if none are named, as far as
/// this was not done before. Adds what is false to the output.
pub(super) async fn warn(
	session: &Session,
	at: &At,
	patient: &AccountId,
	records: Option<&[H256]>,
	mut output: Output,
) -> Result<Output> {
	if !is_me(session, patient) {
		return Ok(output);
	}
	let records = match records {
		Some(ids) => some(at, patient, ids).await?,
		None => at.all_records_of(patient).await?,
	};
	let false_ones = own_shares::check_new(session, at, &records).await?;
	if false_ones.is_empty() {
		return Ok(output);
	}
	for complaint in complaints(session, &false_ones) {
		let warning = format!("\nWARNING: {complaint}.");
		output.text += &warning;
		if let Some(details) = &mut output.details {
			*details += &warning;
		}
	}
	output.json["own_shares"] = json(session, &false_ones);
	Ok(output)
}

async fn some(at: &At, patient: &AccountId, ids: &[H256]) -> Result<Vec<(H256, Record)>> {
	let mut records = Vec::new();
	for id in ids {
		records.extend(at.record(patient, *id).await?.map(|record| (*id, record)));
	}
	Ok(records)
}

/// Whether the user is this patient.
pub(super) fn is_me(session: &Session, patient: &AccountId) -> bool {
	session.me.as_ref().is_some_and(|me| me.account() == *patient)
}

/// What is wrong, one sentence for each version.
pub(super) fn complaints(session: &Session, reports: &[OwnShareReport]) -> Vec<String> {
	let show = |account: &AccountId| session.names.show(account);
	reports.iter().filter_map(|report| report.complaint(show)).collect()
}

/// Says for how many of these records the patient’s own share is lost, because the key was replaced. Each
/// report is about another one.
pub(super) fn lost(reports: &[OwnShareReport]) -> Option<String> {
	match reports.iter().filter(|report| report.is_lost()).count() {
		0 => None,
		1 => Some(
			"Your own key share of 1 record is sealed to a key of yours that was replaced, and does not open. The \
			 other holders’ shares open the record."
				.to_owned(),
		),
		count => Some(format!(
			"Your own key shares of {count} records are sealed to a key of yours that was replaced, and do not \
			 open. The other holders’ shares open the records."
		)),
	}
}

/// The reports for machines.
pub(super) fn json(session: &Session, reports: &[OwnShareReport]) -> Value {
	let accounts = |accounts: &mut dyn Iterator<Item = &AccountId>| -> Vec<Value> {
		accounts.map(|account| account_json(session, account)).collect()
	};
	let rows = reports.iter().map(|report| {
		json!({
			"record": id_json(&report.record),
			"version": report.version,
			"delivered_by": account_json(session, &report.author),
			"institution": account_json(session, &report.institution),
			"good_at": accounts(&mut report.good.iter()),
			"false_at": accounts(&mut report.bad.iter().map(|(place, _)| place)),
			"missing_at": accounts(&mut report.missing.iter().map(|(place, _)| place)),
			"replaced_key_at": accounts(&mut report.former.iter()),
		})
	});
	rows.collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn lost_shares_are_counted() {
		let report = |former: &[u8]| {
			let account = |id: &u8| AccountId::new([*id; 32]);
			OwnShareReport {
				record: H256([7; 32]),
				version: 0,
				author: account(&1),
				institution: account(&1),
				good: vec![],
				bad: vec![],
				missing: vec![],
				former: former.iter().map(account).collect(),
			}
		};
		assert_eq!(lost(&[report(&[])]), None);
		let one = lost(&[report(&[1, 2]), report(&[])]).unwrap();
		assert!(one.starts_with("Your own key share of 1 record is sealed"), "{one}");
		let two = lost(&[report(&[1]), report(&[2])]).unwrap();
		assert!(two.starts_with("Your own key shares of 2 records are sealed"), "{two}");
	}
}
