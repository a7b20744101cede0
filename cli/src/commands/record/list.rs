//! `vouchsafe record list`.

use crate::{
	commands::{account_json, id_json, records_of},
	dates::show_period,
	output::{table, Output},
	session::Session,
};
use anyhow::Result;
use serde_json::json;
use vouchsafe_client::chain::AccountId;
use vouchsafe_speech::short;

pub(super) async fn list(session: &Session, patient: &AccountId) -> Result<Output> {
	let at = session.finalized().await?;
	let records = records_of(&at, patient).await?;
	let labels = session.labels_of(patient).await?;
	let mut rows = Vec::new();
	let mut json = Vec::new();
	for (id, record) in &records {
		let shown = labels.show(&record.labels);
		let author = if record.author == *patient {
			"the patient".to_owned()
		} else {
			session.names.show(&record.author)
		};
		rows.push(vec![
			short(id),
			record.category.word().to_owned(),
			show_period(record.service.first, record.service.last),
			author,
			record.versions.to_string(),
			shown.join(", "),
			record.status.word().to_owned(),
		]);
		json.push(json!({
			"record": id_json(id),
			"category": record.category.word(),
			"months": [record.service.first, record.service.last],
			"author": account_json(session, &record.author),
			"responsible": account_json(session, &record.responsible),
			"versions": record.versions,
			"labels": shown,
			"label_bits": record.labels.0,
			"origin": record.origin.word(),
			"confidentiality": record.confidentiality.word(),
			"status": record.status.word(),
			"relation": record.relation.as_ref().map(|it| json!({
				"kind": it.kind.word(), "target": id_json(&it.target),
			})),
		}));
	}
	let text =
		if rows.is_empty() {
			format!("{} has no records.", session.names.show(patient))
		} else {
			let table = table(
				&["RECORD", "CATEGORY", "MONTHS", "WRITTEN BY", "VERSIONS", "LABELS", "STATUS"],
				&rows,
			);
			let unknown = records.iter().any(|(_, record)| !labels.knows(&record.labels));
			if unknown {
				format!("{table}\nA label with a number is not known here yet: open a record that has it.")
			} else {
				table
			}
		};
	Ok(Output::new(text, json!({ "records": json })))
}
