//! `vouchsafe record show`.

use super::{ensure_record, open::few_holders, tags_json};
use crate::{
	advice,
	commands::{account_json, id_json},
	dates::show_period,
	english::ENGLISH,
	label_keys, open,
	output::Output,
	session::{At, Session},
};
use anyhow::Result;
use serde_json::json;
use vouchsafe_client::chain::{AccountId, HolderKind, View, H256};
use vouchsafe_speech::short;

pub(super) async fn show(
	session: &Session,
	at: &At,
	patient: &AccountId,
	id: H256,
) -> Result<Output> {
	let record = ensure_record(session, at, patient, id).await?;
	let labels = label_keys::learn(session, patient, record.labels.iter().copied()).await?;
	let show = |account: &AccountId| session.names.show(account);
	let mut lines = vec![
		format!("Record 0x{}", hex::encode(id.0)),
		format!("  of {}, {}", show(&record.patient), record.category.word()),
		format!("  about {}", show_period(record.service.first, record.service.last)),
		format!(
			"  written by {} ({}), {} is responsible",
			show(&record.author),
			record.origin.word(),
			show(&record.responsible)
		),
		format!(
			"  confidentiality {}, {}",
			record.confidentiality.word(),
			ENGLISH.phrase(record.status)
		),
	];
	let shown = labels.show(&id, &record.labels);
	if !record.labels.is_empty() {
		lines.push(format!("  labels: {}", ENGLISH.and(&shown.texts())));
	}
	if let Some(relation) = &record.relation {
		lines.push(format!(
			"  {} record {}",
			ENGLISH.phrase(relation.kind),
			short(&relation.target)
		));
	}
	let mut versions = Vec::new();
	for number in 0..record.versions {
		let (Some(version), Some(set)) =
			(at.version(patient, id, number).await?, at.sharing_set(patient, id, number).await?)
		else {
			lines.push(format!("  version {number}: erased"));
			continue;
		};
		lines.push(format!(
			"  version {number}: by {} in block {}, any {} of {} shares open it",
			show(&version.author),
			version.block,
			set.threshold,
			set.holders.len()
		));
		let held = open::held(&set);
		lines.extend(few_holders(held).map(|it| format!("    {it}:")));
		for holder in &set.holders {
			let state = match (&holder.kind, holder.acknowledged) {
				(HolderKind::Patient, _) => "sealed to the patient",
				(_, true) => "acknowledged",
				(_, false) => "NOT acknowledged",
			};
			lines.push(format!("    {} ({}): {state}", show(&holder.account), holder.kind.word()));
		}
		versions.push(json!({
			"version": number,
			"author": account_json(session, &version.author),
			"block": version.block,
			"commitment": id_json(&version.commitment),
			"threshold": set.threshold,
			"epoch": set.epoch,
			"held_by": held.0,
			"holders": set.holders.iter().map(|it| json!({
				"holder": account_json(session, &it.account),
				"kind": it.kind.word(),
				"acknowledged": it.acknowledged,
			})).collect::<Vec<_>>(),
		}));
	}
	let content = match open::content_of(session, at, patient, id).await {
		Ok((cid, length)) => {
			lines.push(format!("  content of the last version: {length} bytes, {cid}"));
			json!({ "cid": cid.to_string(), "length": length })
		},
		Err(error) => {
			lines.push(format!("  content of the last version: {}", advice::say(&error)));
			json!(null)
		},
	};
	Ok(Output::new(
		lines.join("\n"),
		json!({
			"record": id_json(&id),
			"content": content,
			"patient": account_json(session, &record.patient),
			"category": record.category.word(),
			"status": record.status.word(),
			"labels": shown.words,
			"label_tags": tags_json(&record.labels),
			"head": id_json(&record.head),
			"versions": versions,
		}),
	))
}
