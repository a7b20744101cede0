//! `vouchsafe record list`.

use super::tags_json;
use crate::{
	commands::{account_json, id_json, records_of},
	dates::show_period,
	label_keys,
	output::{table, Output},
	session::Session,
};
use anyhow::Result;
use serde_json::json;
use vouchsafe_client::chain::AccountId;
use vouchsafe_speech::short_among;

pub(super) async fn list(session: &Session, patient: &AccountId) -> Result<Output> {
	let at = session.finalized().await?;
	let records = records_of(&at, patient).await?;
	let tags = records.iter().flat_map(|(_, record)| record.labels.iter().copied());
	let labels = label_keys::learn(session, patient, tags).await?;
	let ids: Vec<_> = records.iter().map(|(id, _)| *id).collect();
	let mut rows = Vec::new();
	let mut json = Vec::new();
	for (id, record) in &records {
		let shown = labels.show(id, &record.labels);
		let author = if record.author == *patient {
			"the patient".to_owned()
		} else {
			session.names.show(&record.author)
		};
		rows.push(vec![
			short_among(id, &ids),
			record.category.word().to_owned(),
			show_period(record.service.first, record.service.last),
			author,
			record.versions.to_string(),
			shown.texts().join(", "),
			record.status.word().to_owned(),
		]);
		json.push(json!({
			"record": id_json(id),
			"category": record.category.word(),
			"months": [record.service.first, record.service.last],
			"author": account_json(session, &record.author),
			"responsible": account_json(session, &record.responsible),
			"versions": record.versions,
			"labels": shown.words,
			"label_tags": tags_json(&record.labels),
			"origin": record.origin.word(),
			"confidentiality": record.confidentiality.word(),
			"status": record.status.word(),
			"relation": record.relation.as_ref().map(|it| json!({
				"kind": it.kind.word(), "target": id_json(&it.target),
			})),
		}));
	}
	let text = if rows.is_empty() {
		format!("{} has no records.", session.names.show(patient))
	} else {
		let table = table(
			&["RECORD", "CATEGORY", "MONTHS", "WRITTEN BY", "VERSIONS", "LABELS", "STATUS"],
			&rows,
		);
		let unknown =
			records.iter().any(|(id, record)| labels.words_of(id, &record.labels).is_none());
		if unknown {
			format!("{table}\nUnnamed labels are not known here yet: open a record that has them.")
		} else {
			table
		}
	};
	Ok(Output::new(text, json!({ "records": json })))
}
