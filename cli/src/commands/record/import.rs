//! `vouchsafe record import`: a file as records.

use super::{
	add::{added_output, author_of, patience, sharing, step_by_step},
	interrupted::interruptible,
	plan,
};
use crate::{
	advice,
	args::{Agreement, ImportFile},
	author::{self, Added, Addition, NewDocument, PartlyAdded, Place},
	commands::{check_labels, patient, records_of},
	dates::{month_of_moment, now},
	english::ENGLISH,
	files,
	import::{self, Memory, Wish},
	labels::{LabelTable, UNCLASSIFIED},
	output::{self, Output},
	session::{At, Session},
};
use anyhow::{bail, Context, Result};
use serde_json::json;
use std::{collections::BTreeMap, io::IsTerminal, path::Path};
use vouchsafe_client::chain::{AccountId, LabelTag, Origin, RecordStatus, View, H256};
use vouchsafe_fhir::{input::MAX_INPUT, Import};
use vouchsafe_speech::Noun;

/// Shows what would be added. This needs neither chain nor key.
pub(super) fn dry_run(command: &ImportFile) -> Result<Output> {
	let ImportFile { file, adding, .. } = command;
	check_labels(&LabelTable::default(), &adding.labels, adding.new_label, adding.agreement())?;
	let wish = &wish_of(command);
	let import = read_import(file, wish)?;
	let name = files::name_of(file);
	let (table, mut json) = plan::plan(&import, &name, wish);
	let mut lines = vec![table, plan::counted(&import)];
	lines.extend(plan::say_notices(&import.notices));
	lines.push("Not compared with earlier imports.".to_owned());
	if let Err(undated) = import::ask_for_months(&import, wish, &name) {
		lines.push(format!("NOTE: {}", advice::say(&undated)));
	}
	json["resources"] = json!(import.resources);
	json["notices"] = plan::notices_json(&import.notices);
	Ok(Output::new(lines.join("\n"), json))
}

/// Imports a file for a patient.
pub(super) async fn run(session: &mut Session, command: ImportFile) -> Result<Output> {
	let wish = &wish_of(&command);
	let ImportFile { file, patient: whose, again, same_patient, adding, .. } = &command;
	step_by_step(session, adding);
	let session = &*session;
	let patient = patient(session, whose.as_deref())?;
	let me = session.me()?;
	let known = session.labels_of(&patient).await?;
	check_labels(&known, &adding.labels, adding.new_label, adding.agreement())?;
	let own = me.account() == patient;
	let institution = author_of(session, own, adding.institution.as_deref()).await?;
	let import = read_import(file, wish)?;
	let name = files::name_of(file);
	let genesis = session.genesis();
	let memory = Memory::load(&session.keep, &genesis, me, &patient).await?;
	if !*again {
		memory.refuse_again(&import)?;
	}
	if !*same_patient {
		memory.refuse_other_patient(&import)?;
	}
	import::ask_for_months(&import, wish, &name)?;
	let mut lines = vec![plan::counted(&import)];
	lines.extend(plan::say_notices(&import.notices));

	let records: Vec<&vouchsafe_fhir::Record> =
		import.records.iter().filter(|record| *again || !memory.has(record)).collect();
	let known = import.records.len() - records.len();
	if known > 0 {
		lines.push(format!(
			"{} unchanged since an earlier import.",
			ENGLISH.count(Noun::Record, known)
		));
	}
	let at = session.finalized().await?;
	let mut documents = Vec::new();
	for record in &records {
		let mut document = import::document_of(record, &name, wish, own)?;
		if let Some(earlier) = memory.summary(record) {
			let author = institution.as_ref().unwrap_or(&patient);
			if is_continued(&at, &patient, author, earlier, &document.place).await? {
				import::continue_summary(&mut document, earlier);
			}
		}
		documents.push(document);
	}
	if known == 0 && !again {
		let author = institution.as_ref().unwrap_or(&patient);
		warn_of_similar_records(session, &at, &patient, author, &documents, adding.agreement())
			.await?;
	}
	let added = if documents.is_empty() {
		Vec::new()
	} else {
		let sharing = sharing(session, adding)?;
		let addition = Addition { patient: patient.clone(), institution, documents, sharing };
		let added = interruptible(session, author::add(session, &addition, patience(adding))).await;
		if let Some(PartlyAdded { added }) =
			added.as_ref().err().and_then(|error| error.downcast_ref())
		{
			// Otherwise the next import would add them again.
			let ids = with_ids(&records, added);
			Memory::update(&session.keep, &genesis, me, &patient, |memory| {
				memory.remember_records(&ids)
			})
			.await?;
		}
		added?
	};
	let ids = with_ids(&records, &added);
	Memory::update(&session.keep, &genesis, me, &patient, |memory| {
		memory.remember(&import, &ids, now())
	})
	.await?;

	let mut output = added_output(session, &added);
	lines.push(output.text);
	output.text = lines.join("\n").trim_end().to_owned();
	output.json = json!({
		"resources": import.resources,
		"unchanged": known,
		"notices": plan::notices_json(&import.notices),
		"records": output.json["records"],
	});
	Ok(output)
}

/// The first of these records, each with its id on the chain.
fn with_ids<'a>(
	records: &[&'a vouchsafe_fhir::Record],
	added: &[Added],
) -> Vec<(&'a vouchsafe_fhir::Record, H256)> {
	records.iter().copied().zip(added.iter().map(|it| it.record)).collect()
}

/// What the chain and the plan of an import both tell of a record: its category, its months, the
/// number of its labels and its origin.
type Kind = (u8, u16, u16, usize, Origin);

/// Warns if the author already has records like all of these: a colleague, or the user on another
/// computer, may have imported the file.
async fn warn_of_similar_records(
	session: &Session,
	at: &At,
	patient: &AccountId,
	author: &AccountId,
	documents: &[NewDocument],
	agreement: Agreement,
) -> Result<()> {
	let Some(planned) = documents.iter().map(kind_of).collect::<Option<Vec<Kind>>>() else {
		return Ok(());
	};
	let records = records_of(at, patient).await?;
	let there = records
		.iter()
		.filter(|(_, it)| it.author == *author && it.status == RecordStatus::Current)
		.map(|(_, it)| {
			let months = it.service;
			(it.category.index(), months.first, months.last, it.labels.len(), it.origin)
		});
	let Some(similar) = similar_records(&planned, there) else { return Ok(()) };
	let who = if author == patient {
		"you already have".to_owned()
	} else {
		format!("{} already has", session.names.show(author))
	};
	output::write_error(&format!(
		"NOTE: {who} {} with the same categories, months and numbers of labels as this file. \
		 If they come from this file, the import adds everything a second time.\n",
		ENGLISH.count(Noun::Record, similar)
	));
	let asks = !agreement.yes && std::io::stdin().is_terminal();
	if asks && !output::ask("Import it?")? {
		bail!("nothing was imported");
	}
	Ok(())
}

/// The kind of a new record; `None` for a version of one.
fn kind_of(document: &NewDocument) -> Option<Kind> {
	match &document.place {
		Place::New { category, months: (first, last), labels, origin, .. } => {
			Some((category.index(), *first, *last, labels.len(), *origin))
		},
		Place::VersionOf { .. } => None,
	}
}

/// How many records are of the planned kinds, if there are enough of each. One record alone tells
/// nothing.
fn similar_records(planned: &[Kind], there: impl Iterator<Item = Kind>) -> Option<usize> {
	let mut missing: BTreeMap<&Kind, usize> = BTreeMap::new();
	for kind in planned {
		*missing.entry(kind).or_default() += 1;
	}
	let mut found = 0;
	for kind in there {
		if let Some(number) = missing.get_mut(&kind) {
			*number = number.saturating_sub(1);
			found += 1;
		}
	}
	(planned.len() > 1 && missing.values().all(|number| *number == 0)).then_some(found)
}

/// Whether a new summary becomes a version of the earlier one: only if that one is valid, the author
/// is the same, and it can have the labels of both.
async fn is_continued(
	at: &At,
	patient: &AccountId,
	author: &AccountId,
	earlier: H256,
	place: &Place,
) -> Result<bool> {
	let Some(found) = at.record(patient, earlier).await? else { return Ok(false) };
	// A record with named labels cannot be unclassified too.
	let has_named = found.labels.iter().any(|tag| *tag != LabelTag::UNCLASSIFIED);
	let fits = !has_named || !place.labels().iter().any(|word| word == UNCLASSIFIED);
	Ok(fits && found.status == RecordStatus::Current && found.author == *author)
}

/// The user's choices for an import.
fn wish_of(command: &ImportFile) -> Wish {
	Wish {
		unit: command.unit,
		months: command.month,
		confidentiality: command.confidentiality,
		labels: command.adding.labels.clone(),
		without_labels: command.without_labels,
		incomplete: command.incomplete,
	}
}

/// Reads a file and turns it into records.
fn read_import(path: &Path, wish: &Wish) -> Result<Import> {
	let failed = || format!("cannot read {}", path.display());
	let length = std::fs::metadata(path).with_context(failed)?.len();
	if length > MAX_INPUT {
		bail!(
			"{} has {length} bytes, and at most {MAX_INPUT} can be imported: split it, or add it as \
			 one document with `vouchsafe record add`",
			path.display()
		);
	}
	let bytes = std::fs::read(path).with_context(failed)?;
	import::read(&bytes, &files::name_of(path), wish, month_of_moment(now()))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn records_like_all_of_the_planned_ones_are_noticed() {
		let (visit, list) =
			((1, 1500, 1500, 0, Origin::Imported), (0, 1400, 1500, 1, Origin::Imported));
		let planned = [visit, visit, list];
		assert_eq!(similar_records(&planned, planned.into_iter()), Some(3));
		assert_eq!(similar_records(&planned, [list, visit, visit, visit].into_iter()), Some(4));
		assert_eq!(similar_records(&planned, [visit, list].into_iter()), None, "one visit is new");
		for other in [
			(2, 1500, 1500, 0, Origin::Imported),
			(1, 1499, 1500, 0, Origin::Imported),
			(1, 1500, 1501, 0, Origin::Imported),
			(1, 1500, 1500, 1, Origin::Imported),
			(1, 1500, 1500, 0, Origin::PatientEntered),
		] {
			assert_eq!(
				similar_records(&planned, [list, visit, other].into_iter()),
				None,
				"{other:?}"
			);
		}
		assert_eq!(
			similar_records(&[visit], [visit].into_iter()),
			None,
			"one record tells nothing"
		);
	}
}
