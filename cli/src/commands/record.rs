//! `vouchsafe record`.

use super::{account_json, id_json, records_of};
use crate::{
	args::{relation, Adding, RecordCommand, WhichRecords},
	author::{self, Added, Addition, Content, NewDocument, Place, SharingWish},
	consent::ground_of,
	dates::{month_of_moment, now, show_period},
	import::{self, Frame, Memory, Wish},
	labels::LabelTable,
	open::{self, Destination, OpenError, Opened, OpeningRequest},
	output::{table, Output},
	sentence::short,
	session::{Session, Settings},
	verify,
	words::{and, count, Category, HolderKind, Origin, Purpose, RecordStatus, Word},
};
use anyhow::{bail, Context, Result};
use serde_json::json;
use std::{
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};
use vouchsafe_client::chain::{
	calls::{CustodyCall, RecordsCall},
	AccountId, At, Labels, View, H256,
};

pub(super) async fn run(settings: &Settings, command: RecordCommand) -> Result<Output> {
	// Splitting needs neither chain nor key.
	if let RecordCommand::Import { file, dry_run: true, .. } = &command {
		return dry_run(file, &wish_of(&command));
	}
	let wish = wish_of(&command);
	let mut session = Session::connect(settings).await?;
	match command {
		RecordCommand::Add { resume: true, adding, .. } => {
			step_by_step(&mut session, &adding);
			let added = author::resume(&session, patience(&adding)).await?;
			if added.is_empty() {
				return Ok(Output::new("Nothing is under way.", json!({ "records": [] })));
			}
			Ok(added_output(&session, &added))
		},
		RecordCommand::Add {
			file,
			patient,
			category,
			title,
			media_type,
			from,
			to,
			appends,
			transforms,
			version_of,
			confidentiality,
			origin,
			adding,
			..
		} => {
			step_by_step(&mut session, &adding);
			let file = file.context("name the document")?;
			let patient = super::patient(&session, patient.as_deref())?;
			let at = session.finalized().await?;
			let own = session.me()?.account() == patient;
			let institution = author_of(&session, own, adding.institution.as_deref()).await?;
			let place = match version_of {
				Some(record) => {
					Place::VersionOf(super::record(&at, Some(&patient), &record).await?)
				},
				None => {
					let today = month_of_moment(now());
					let (first, end) = from.unwrap_or((today, today));
					let last = to.unwrap_or(end);
					if last < first {
						bail!("the last month is before the first: --from is the first, --to the last");
					}
					let relation = match relation(appends, transforms) {
						Some((kind, target)) => {
							Some((kind, super::record(&at, Some(&patient), &target).await?))
						},
						None => None,
					};
					Place::New {
						category: category.unwrap_or(if own {
							Category::PatientEntered
						} else {
							Category::Other
						}),
						months: (first, last),
						labels: adding.labels.clone(),
						relation,
						confidentiality,
						origin: origin.unwrap_or(if own {
							Origin::PatientEntered
						} else {
							Origin::Authored
						}),
					}
				},
			};
			let document = NewDocument {
				title: title.unwrap_or_else(|| file_title(&file)),
				media_type: media_type.unwrap_or_else(|| author::media_type_of(&file).to_owned()),
				content: Content::File(file),
				place,
			};
			let addition = Addition {
				patient,
				institution,
				documents: vec![document],
				sharing: sharing(&session, &adding)?,
			};
			let added = author::add(&session, &addition, patience(&adding)).await?;
			Ok(added_output(&session, &added))
		},
		RecordCommand::Import { file, patient, again, same_patient, adding, .. } => {
			step_by_step(&mut session, &adding);
			let patient = super::patient(&session, patient.as_deref())?;
			let checks = Checks { again, same_patient };
			import_file(&session, &file, patient, &wish, &adding, checks).await
		},
		RecordCommand::List { patient } => {
			let patient = super::patient(&session, patient.as_deref())?;
			list(&session, &patient).await
		},
		RecordCommand::Show { record, patient } => {
			let at = session.finalized().await?;
			let patient = patient_hint(&session, patient.as_deref())?;
			let record = super::record(&at, patient.as_ref(), &record).await?;
			show(&session, &at, record).await
		},
		RecordCommand::Open { which, version, purpose, institution, out, force } => {
			open_records(&session, &which, version, purpose, institution, out, force).await
		},
		RecordCommand::Verify { which, version } => {
			let at = session.finalized().await?;
			let (_, records) = which_records(&session, &at, &which).await?;
			let mut texts = Vec::new();
			let mut rows = Vec::new();
			let mut complaints = Vec::new();
			let mut wrong = false;
			for record in records {
				let verified = verify::verify(&session, record, version).await?;
				complaints.extend(
					verified.changed().map(|copy| copy.say(&session.names.show(&copy.institution))),
				);
				if !verified.is_available() {
					complaints.push(format!("record {} has no good copy", short(&record)));
				}
				wrong |= verified.changed().next().is_some() || !verified.is_available();
				texts.push(format!(
					"Record {} version {}\n{}",
					short(&record),
					verified.version,
					verify::say(&session, &verified)
				));
				rows.push(json!({
					"record": id_json(&record),
					"version": verified.version,
					"available": verified.is_available(),
					"copies": verified.copies.iter().map(|copy| {
						let (state, bytes) = match &copy.state {
							verify::CopyState::Good => ("good", None),
							verify::CopyState::Changed { bytes, .. } => ("changed", *bytes),
							verify::CopyState::Missing(_) => ("missing", None),
							verify::CopyState::NoNode => ("none-kept", None),
						};
						json!({
							"what": copy.what,
							"institution": account_json(&session, &copy.institution),
							"state": state,
							"bytes": bytes,
							"text": copy.say(&session.names.show(&copy.institution)),
						})
					}).collect::<Vec<_>>(),
				}));
			}
			let mut json = json!({ "records": rows });
			if wrong {
				json["error"] = json!(complaints.join("; "));
			}
			Ok(Output { text: texts.join("\n\n"), json, found_wrong: wrong })
		},
		RecordCommand::Label { record, labels, patient } => {
			let me = session.me()?;
			let at = session.finalized().await?;
			let hint = patient_hint(&session, patient.as_deref())?;
			let record = super::record(&at, hint.as_ref(), &record).await?;
			let found = at.record(record).await?.context("there is no such record")?;
			let mut table = LabelTable::load(&session.home, me, &found.patient)?;
			let mut bits = Labels(0);
			for word in &labels {
				bits.0 |= 1 << table.bit_for(word, Labels(0))?;
			}
			// Kept first: a bit on the chain whose meaning is lost could not be undone.
			table.save(&session.home, me, &found.patient)?;
			let call = RecordsCall::add_labels { record, labels: bits };
			let block = session.submit(call).await?.number;
			Ok(Output::new(
				format!("Record {} is labelled {}.", short(&record), and(&labels)),
				json!({ "record": id_json(&record), "labels": labels, "block": block }),
			))
		},
		RecordCommand::Mark { record, status, patient } => {
			let at = session.finalized().await?;
			let hint = patient_hint(&session, patient.as_deref())?;
			let record = super::record(&at, hint.as_ref(), &record).await?;
			let call = RecordsCall::mark_entered_in_error { record, status };
			let block = session.submit(call).await?.number;
			Ok(Output::new(
				format!("Record {} is marked: {}.", short(&record), status.phrase()),
				json!({ "record": id_json(&record), "status": status.word(), "block": block }),
			))
		},
		RecordCommand::Holders { holders, country } => {
			let accounts = super::accounts(&session, &holders)?;
			let countries = super::countries(&country)?;
			let lifted = accounts.is_empty() && countries.is_empty();
			let call = CustodyCall::choose_holders { holders: accounts, countries };
			let block = session.submit(call).await?.number;
			let text = if lifted {
				"Anybody may hold shares of your future records' keys.".to_owned()
			} else {
				"From now on only these hold shares of your future records' keys.".to_owned()
			};
			Ok(Output::new(
				text,
				json!({ "holders": holders, "countries": country, "block": block }),
			))
		},
	}
}

fn file_title(file: &Path) -> String {
	file.file_name().map_or("document".into(), |name| name.to_string_lossy().into_owned())
}

fn patience(adding: &Adding) -> Option<Duration> {
	adding.wait.map(Duration::from_secs)
}

fn sharing(session: &Session, adding: &Adding) -> Result<SharingWish> {
	Ok(SharingWish {
		threshold: adding.threshold,
		holders: super::accounts(session, &adding.holders)?,
		without_patient: adding.without_patient,
	})
}

/// For whom one writes: the patient for nobody else, a practitioner for an institution.
async fn author_of(session: &Session, own: bool, named: Option<&str>) -> Result<Option<AccountId>> {
	if own {
		return Ok(None);
	}
	session.institution(named).await.map(Some)
}

fn patient_hint(session: &Session, named: Option<&str>) -> Result<Option<AccountId>> {
	match named {
		Some(name) => session.names.resolve(name).map(Some),
		None => Ok(session.me.as_ref().map(|me| me.account())),
	}
}

fn step_by_step(session: &mut Session, adding: &Adding) {
	if adding.step_by_step {
		session.hook = Some(Arc::new(|step: &str| {
			eprintln!("step {step}: Enter goes on");
			let mut line = String::new();
			let _ = std::io::stdin().read_line(&mut line);
		}));
	}
}

/// What the user says about an import; nothing for other commands.
fn wish_of(command: &RecordCommand) -> Wish {
	match command {
		RecordCommand::Import {
			unit,
			month,
			confidentiality,
			without_labels,
			incomplete,
			adding,
			..
		} => Wish {
			unit: *unit,
			months: *month,
			confidentiality: confidentiality.clone(),
			labels: adding.labels.clone(),
			without_labels: *without_labels,
			incomplete: *incomplete,
		},
		_ => Wish::default(),
	}
}

fn dry_run(file: &Path, wish: &Wish) -> Result<Output> {
	let import = import::read(file, wish)?;
	let (plan, mut json) = import::plan(&import, file, wish);
	let mut lines = vec![plan, import::counted(&import)];
	lines.extend(import::say_notices(&import.notices));
	if let Err(undated) = import::ask_for_months(&import, wish, file) {
		lines.push(format!("NOTE: {undated}"));
	}
	json["resources"] = json!(import.resources);
	json["notices"] = import::notices_json(&import.notices);
	Ok(Output::new(lines.join("\n"), json))
}

/// What is not checked because the user knows better.
struct Checks {
	again: bool,
	same_patient: bool,
}

async fn import_file(
	session: &Session,
	file: &Path,
	patient: AccountId,
	wish: &Wish,
	adding: &Adding,
	checks: Checks,
) -> Result<Output> {
	let me = session.me()?;
	let own = me.account() == patient;
	let institution = author_of(session, own, adding.institution.as_deref()).await?;
	let import = import::read(file, wish)?;
	let memory = Memory::load(&session.home, me, &patient)?;
	if !checks.again {
		memory.refuse_again(&import)?;
	}
	if !checks.same_patient {
		memory.refuse_other_patient(&import)?;
	}
	import::ask_for_months(&import, wish, file)?;
	let mut lines = vec![import::counted(&import)];
	lines.extend(import::say_notices(&import.notices));

	let records: Vec<&vouchsafe_fhir::Record> =
		import.records.iter().filter(|record| checks.again || !memory.has(record)).collect();
	let known = import.records.len() - records.len();
	if known > 0 {
		lines.push(format!("{} unchanged since an earlier import.", count(known, "record")));
	}
	let at = session.finalized().await?;
	let mut documents = Vec::new();
	for record in &records {
		let mut document = import::document_of(record, file, wish, own)?;
		if let Some(earlier) = memory.summary(record) {
			lines.extend(continue_summary(session, &at, &mut document, earlier).await?);
		}
		documents.push(document);
	}
	let added = if documents.is_empty() {
		Vec::new()
	} else {
		let sharing = sharing(session, adding)?;
		let addition = Addition { patient, institution, documents, sharing };
		author::add(session, &addition, patience(adding)).await?
	};
	let ids: Vec<_> = records.iter().copied().zip(added.iter().map(|it| it.record)).collect();
	// Another import may have ended in the meantime.
	let mut memory = Memory::load(&session.home, me, &patient)?;
	memory.remember(&import, &ids, now());
	memory.save(&session.home, me, &patient)?;

	let mut output = added_output(session, &added);
	lines.push(output.text);
	output.text = lines.join("\n").trim_end().to_owned();
	output.json = json!({
		"resources": import.resources,
		"unchanged": known,
		"notices": import::notices_json(&import.notices),
		"records": output.json["records"],
	});
	Ok(output)
}

/// Makes a summary a version of the earlier one, if that is there and reaches as far.
async fn continue_summary(
	session: &Session,
	at: &At,
	document: &mut NewDocument,
	earlier: H256,
) -> Result<Option<String>> {
	let Some(found) = at.record(earlier).await? else { return Ok(None) };
	if found.status != RecordStatus::Current {
		return Ok(None);
	}
	let labels = session.labels_of(&found.patient)?.show(&found.labels);
	let frame = Frame {
		months: (found.service.first, found.service.last),
		labels: Some(labels),
		confidentiality: found.confidentiality,
	};
	Ok(import::continue_summary(document, earlier, &frame))
}

fn added_output(session: &Session, added: &[Added]) -> Output {
	let mut lines = Vec::new();
	for it in added {
		let missing: Vec<_> = it.missing.iter().map(|it| session.names.show(it)).collect();
		let state = if missing.is_empty() {
			"acknowledged by all its holders".to_owned()
		} else {
			format!(
				"not yet acknowledged by {}: `vouchsafe record add --resume` goes on",
				and(&missing)
			)
		};
		let resumed = if it.resumed { ", begun earlier" } else { "" };
		lines.push(format!(
			"{}  {} (version {}{resumed}): {state}",
			short(&it.record),
			it.title,
			it.version
		));
	}
	let json = added
		.iter()
		.map(|it| {
			json!({
				"record": id_json(&it.record),
				"version": it.version,
				"category": it.category.word(),
				"title": it.title,
				"resumed": it.resumed,
				"complete": it.missing.is_empty(),
				"missing": it.missing.iter().map(|it| account_json(session, it)).collect::<Vec<_>>(),
			})
		})
		.collect::<Vec<_>>();
	Output::new(lines.join("\n"), json!({ "records": json }))
}

async fn list(session: &Session, patient: &AccountId) -> Result<Output> {
	let at = session.finalized().await?;
	let records = records_of(&at, patient).await?;
	let labels = session.labels_of(patient)?;
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
	let text = if rows.is_empty() {
		format!("{} has no records.", session.names.show(patient))
	} else {
		table(
			&["RECORD", "CATEGORY", "MONTHS", "WRITTEN BY", "VERSIONS", "LABELS", "STATUS"],
			&rows,
		)
	};
	Ok(Output::new(text, json!({ "records": json })))
}

async fn show(session: &Session, at: &At, id: H256) -> Result<Output> {
	let record = at.record(id).await?.context("there is no such record")?;
	let labels = session.labels_of(&record.patient)?;
	let show = |account: &AccountId| session.names.show(account);
	let mut lines = vec![
		format!("Record 0x{}", hex::encode(id.0)),
		format!("  of {}, {}", show(&record.patient), record.category.word()),
		format!("  about {}", show_period(record.service.first, record.service.last)),
		format!(
			"  written by {} ({}), kept by {}",
			show(&record.author),
			record.origin.word(),
			show(&record.responsible)
		),
		format!("  confidentiality {}, {}", record.confidentiality.word(), record.status.phrase()),
	];
	let shown = labels.show(&record.labels);
	if !shown.is_empty() {
		lines.push(format!("  labelled {}", and(&shown)));
	}
	if let Some(relation) = &record.relation {
		lines.push(format!("  {} record {}", relation.kind.phrase(), short(&relation.target)));
	}
	let mut versions = Vec::new();
	for number in 0..record.versions {
		let (Some(version), Some(set)) =
			(at.version(id, number).await?, at.sharing_set(id, number).await?)
		else {
			lines.push(format!("  version {number}: erased"));
			continue;
		};
		lines.push(format!(
			"  version {number}: by {} in block {}; any {} of {} shares open it",
			show(&version.author),
			version.block,
			set.threshold,
			set.holders.len()
		));
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
			"holders": set.holders.iter().map(|it| json!({
				"holder": account_json(session, &it.account),
				"kind": it.kind.word(),
				"acknowledged": it.acknowledged,
			})).collect::<Vec<_>>(),
		}));
	}
	let content = match open::content_of(session, at, id).await {
		Ok((cid, length)) => {
			lines.push(format!("  content of the last version: {length} bytes, {cid}"));
			json!({ "cid": cid.to_string(), "length": length })
		},
		Err(error) => {
			lines.push(format!("  content of the last version: {error:#}"));
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
			"labels": shown,
			"head": id_json(&record.head),
			"versions": versions,
		}),
	))
}

/// The records that are meant, and whose they are.
async fn which_records(
	session: &Session,
	at: &At,
	which: &WhichRecords,
) -> Result<(AccountId, Vec<H256>)> {
	let hint = patient_hint(session, which.patient.as_deref())?;
	if !which.records.is_empty() {
		let mut records = Vec::new();
		for text in &which.records {
			let record = super::record(at, hint.as_ref(), text).await?;
			if !records.contains(&record) {
				records.push(record);
			}
		}
		// By its id a record names its patient itself.
		let patient = match at.record(records[0]).await? {
			Some(found) => found.patient,
			None => hint.context("there is no such record")?,
		};
		return Ok((patient, records));
	}
	if !which.all && which.category.is_empty() {
		bail!("say which records: their ids, --category, or --all");
	}
	let patient = hint.context("say whose records with --patient")?;
	let records: Vec<_> = records_of(at, &patient)
		.await?
		.into_iter()
		.filter(|(_, record)| {
			which.category.is_empty() || which.category.contains(&record.category)
		})
		.map(|(id, _)| id)
		.collect();
	if records.is_empty() {
		bail!("{} has no such records", session.names.show(&patient));
	}
	Ok((patient, records))
}

#[allow(clippy::too_many_arguments)]
async fn open_records(
	session: &Session,
	which: &WhichRecords,
	version: Option<u32>,
	purpose: Option<Purpose>,
	institution: Option<String>,
	out: Option<PathBuf>,
	force: bool,
) -> Result<Output> {
	let me = session.me()?.account();
	let at = session.finalized().await?;
	let (patient, records) = which_records(session, &at, which).await?;
	let institution = institution.map(|it| session.names.resolve(&it)).transpose()?;
	let ground = ground_of(session, &me, &patient, institution).await?;
	let purpose =
		purpose.unwrap_or(if me == patient { Purpose::PatientRequest } else { Purpose::Treatment });
	let out = out.unwrap_or_else(|| PathBuf::from("."));
	let destination = if records.len() > 1 || out.is_dir() {
		Destination::Folder(out)
	} else {
		Destination::File { path: out, replace: force }
	};
	let mut results = Vec::new();
	for records in records.chunks(open::MAX_OPENED) {
		let opening = OpeningRequest {
			patient: patient.clone(),
			records: records.to_vec(),
			version,
			purpose,
			ground: ground.clone(),
		};
		results.extend(open::open(session, &opening, &destination).await?);
	}
	// One record that could not be opened is a failure of the command, with its own exit code.
	if let [(_, Err(_))] = &results[..] {
		if let Some((_, Err(error))) = results.pop() {
			return Err(error.into());
		}
	}
	let refused = results.iter().filter(|(_, it)| it.is_err()).count();
	let all_denied = results.iter().all(|(_, it)| matches!(it, Err(OpenError::NoAccess { .. })));
	if all_denied {
		let what = format!("any of the {}", count(results.len(), "record"));
		return Err(OpenError::NoAccess { what }.into());
	}
	let mut lines: Vec<_> = results.iter().map(|(id, it)| say_result(id, it)).collect();
	if results.len() > 1 {
		lines.push(format!("{} opened, {refused} not.", count(results.len() - refused, "record")));
	}
	let json: Vec<_> = results.iter().map(|(id, it)| result_json(id, it)).collect();
	let mut output = Output::new(lines.join("\n"), json!({ "records": json }));
	// None of several: that is no success, and each line says why.
	output.found_wrong = refused == results.len();
	Ok(output)
}

fn say_result(id: &H256, result: &Result<Opened, OpenError>) -> String {
	match result {
		Ok(opened) => {
			let mut text = format!(
				"{}  {} ({}, {} bytes) -> {}\n          key from {}; content from {}",
				short(id),
				opened.title,
				opened.media_type,
				opened.length,
				opened.path.display(),
				and(&opened.shares_from),
				opened.content_from
			);
			for warning in &opened.warnings {
				text += &format!("\n          NOTE: {warning}");
			}
			text
		},
		Err(OpenError::NoAccess { .. }) => format!("{}  no access", short(id)),
		Err(error) => format!("{}  {error}", short(id)),
	}
}

fn result_json(id: &H256, result: &Result<Opened, OpenError>) -> serde_json::Value {
	match result {
		Ok(opened) => json!({
			"record": id_json(id),
			"opened": true,
			"version": opened.version,
			"title": opened.title,
			"media_type": opened.media_type,
			"length": opened.length,
			"path": opened.path,
			"shares_from": opened.shares_from,
			"content_from": opened.content_from,
			"warnings": opened.warnings,
		}),
		Err(error) => json!({
			"record": id_json(id),
			"opened": false,
			"error": error.to_string(),
			"kind": match error {
				OpenError::NoAccess { .. } => "no-access",
				OpenError::TooFewShares { .. } => "too-few-shares",
				OpenError::NoGoodCopy { .. } => "no-good-copy",
				OpenError::WrongPlaintext { .. } => "wrong-plaintext",
			},
		}),
	}
}
