//! `vouchsafe record`.

use super::{account_json, check_labels, confirm, id_json, key, records_of};
use crate::{
	args::{relation, Adding, RecordCommand, WhichRecords},
	author::{self, Added, Addition, Content, NewDocument, Place, SharingWish},
	consent::ground_of,
	dates::{month_of_moment, now, show_period},
	english::ENGLISH,
	file_names,
	import::{self, Memory, Wish},
	labels::LabelTable,
	open::{self, Destination, OpenError, Opened, OpeningRequest},
	output::{self, size, table, Output},
	session::{Session, Settings},
	verify::{self, CopyReport, CopyState, Verified},
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
	AccountId, At, Category, HolderKind, Origin, Purpose, Record, RecordStatus, View, H256,
};
use vouchsafe_speech::{short, Noun};

pub(super) async fn run(settings: &Settings, command: RecordCommand) -> Result<Output> {
	// Splitting needs neither chain nor key.
	if let RecordCommand::Import { file, dry_run: true, adding, .. } = &command {
		check_labels(&LabelTable::default(), &adding.labels, adding.new_label, adding.agreement)?;
		return dry_run(file, &wish_of(&command));
	}
	if let RecordCommand::Add { file: Some(file), .. } | RecordCommand::Import { file, .. } =
		&command
	{
		super::check_file(file)?;
	}
	let wish = wish_of(&command);
	let mut session = settings.connect().await?;
	match command {
		RecordCommand::Add { resume: true, adding, .. } => {
			step_by_step(&mut session, &adding);
			let added = author::resume(&session, patience(&adding)).await?;
			if added.is_empty() {
				return Ok(Output::new("There is nothing to continue.", json!({ "records": [] })));
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
			let named_type = match media_type {
				Some(media_type) => media_type,
				None => file_names::media_type_of(&file)?.to_owned(),
			};
			let media_type = file_names::with_extension(&named_type, &file_title(&file));
			let patient = super::patient(&session, patient.as_deref())?;
			let known = session.labels_of(&patient)?;
			check_labels(&known, &adding.labels, adding.new_label, adding.agreement)?;
			let at = session.finalized().await?;
			let own = session.me()?.account() == patient;
			let institution = author_of(&session, own, adding.institution.as_deref()).await?;
			let place = match version_of {
				Some(record) => {
					let record = super::record(&session, &at, &patient, &record).await?;
					Place::VersionOf { record, widening: None }
				},
				None => {
					let today = month_of_moment(now());
					let (first, end) = from.unwrap_or((today, today));
					let last = to.unwrap_or(end);
					if last < first {
						bail!("the last month (--to) is before the first month (--from)");
					}
					let relation = match relation(appends, transforms) {
						Some((kind, target)) => {
							Some((kind, super::record(&session, &at, &patient, &target).await?))
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
				media_type,
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
			let patient = super::patient(&session, patient.as_deref())?;
			let record = super::record(&session, &at, &patient, &record).await?;
			show(&session, &at, &patient, record).await
		},
		RecordCommand::Open { which, version, purpose, institution, out, force, agreement: _ } => {
			open_records(&session, &which, version, purpose, institution, out, force).await
		},
		RecordCommand::Verify { which, version } => verify_records(&session, &which, version).await,
		RecordCommand::Label { record, labels, patient, new_label, agreement } => {
			let me = session.me()?;
			let at = session.finalized().await?;
			let patient = super::patient(&session, patient.as_deref())?;
			let record = super::record(&session, &at, &patient, &record).await?;
			ensure_record(&session, &at, &patient, record).await?;
			let known = session.labels_of(&patient)?;
			check_labels(&known, &labels, new_label, agreement)?;
			// Saved first: if the meaning of a bit on the chain were lost, it could not be
			// recovered.
			let (_, bits) = LabelTable::draw(&session.home, me, &patient, &labels)?;
			let call = RecordsCall::add_labels { patient, record, labels: bits };
			let block = session.submit(call).await?.number;
			Ok(Output::new(
				format!("Record {} has the labels {} now.", short(&record), ENGLISH.and(&labels)),
				json!({ "record": id_json(&record), "labels": labels, "block": block }),
			))
		},
		RecordCommand::Mark { record, status, patient, agreement } => {
			let at = session.finalized().await?;
			let patient = super::patient(&session, patient.as_deref())?;
			let record = super::record(&session, &at, &patient, &record).await?;
			ensure_record(&session, &at, &patient, record).await?;
			confirm(
				&format!("I mark record {}: {}.", short(&record), ENGLISH.phrase(status)),
				agreement,
			)?;
			let call = RecordsCall::mark_entered_in_error { patient, record, status };
			let block = session.submit(call).await?.number;
			Ok(Output::new(
				format!("Record {} is marked: {}.", short(&record), ENGLISH.phrase(status)),
				json!({ "record": id_json(&record), "status": status.word(), "block": block }),
			))
		},
		RecordCommand::Holders { holders, country, agreement: _ } => {
			let accounts = super::accounts(&session, &holders)?;
			let countries = super::countries(&country)?;
			let lifted = accounts.is_empty() && countries.is_empty();
			let call = CustodyCall::choose_holders { holders: accounts, countries };
			let block = session.submit(call).await?.number;
			let text = if lifted {
				"Any institution may hold key shares of your future records.".to_owned()
			} else {
				"Only these may hold key shares of your future records.".to_owned()
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

/// The institution that the author acts for. `None` if the patient is the author.
async fn author_of(session: &Session, own: bool, named: Option<&str>) -> Result<Option<AccountId>> {
	if own {
		return Ok(None);
	}
	session.institution(named).await.map(Some)
}

fn step_by_step(session: &mut Session, adding: &Adding) {
	if adding.step_by_step {
		session.hook = Some(Arc::new(|step: &str| {
			let _silence = output::silence();
			output::write_error(&format!("step {step}: press Enter to continue\n"));
			let mut line = String::new();
			let _ = std::io::stdin().read_line(&mut line);
		}));
	}
}

/// The user's choices for an import.
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
			confidentiality: *confidentiality,
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

/// The checks that the user has turned off.
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
	let known = session.labels_of(&patient)?;
	check_labels(&known, &adding.labels, adding.new_label, adding.agreement)?;
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
		lines.push(format!(
			"{} unchanged since an earlier import.",
			ENGLISH.count(Noun::Record, known)
		));
	}
	let at = session.finalized().await?;
	let mut documents = Vec::new();
	for record in &records {
		let mut document = import::document_of(record, file, wish, own)?;
		if let Some(earlier) = memory.summary(record) {
			let author = institution.as_ref().unwrap_or(&patient);
			if is_continued(&at, &patient, author, earlier).await? {
				import::continue_summary(&mut document, earlier);
			}
		}
		documents.push(document);
	}
	let added = if documents.is_empty() {
		Vec::new()
	} else {
		let sharing = sharing(session, adding)?;
		let addition = Addition { patient: patient.clone(), institution, documents, sharing };
		author::add(session, &addition, patience(adding)).await?
	};
	let ids: Vec<_> = records.iter().copied().zip(added.iter().map(|it| it.record)).collect();
	Memory::update(&session.home, me, &patient, |memory| memory.remember(&import, &ids, now()))?;

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

/// Whether a new summary becomes a version of the earlier one: only if that one is valid, and the
/// author is the same.
async fn is_continued(
	at: &At,
	patient: &AccountId,
	author: &AccountId,
	earlier: H256,
) -> Result<bool> {
	let found = at.record(patient, earlier).await?;
	Ok(found.is_some_and(|it| it.status == RecordStatus::Current && it.author == *author))
}

fn added_output(session: &Session, added: &[Added]) -> Output {
	let mut lines = Vec::new();
	for it in added {
		let missing: Vec<_> = it.missing.iter().map(|it| session.names.show(it)).collect();
		let state = if missing.is_empty() {
			"acknowledged by all holders".to_owned()
		} else {
			format!(
				"not yet acknowledged by {}: `vouchsafe record add --resume` continues",
				ENGLISH.and(&missing)
			)
		};
		let resumed = if it.resumed { ", resumed" } else { "" };
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

async fn show(session: &Session, at: &At, patient: &AccountId, id: H256) -> Result<Output> {
	let record = ensure_record(session, at, patient, id).await?;
	let labels = session.labels_of(patient)?;
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
	let shown = labels.show(&record.labels);
	if !shown.is_empty() {
		lines.push(format!("  labels: {}", ENGLISH.and(&shown)));
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
	let content = match open::content_of(session, at, patient, id).await {
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

/// The records that the command line names, and their patient.
async fn which_records(
	session: &Session,
	at: &At,
	which: &WhichRecords,
) -> Result<(AccountId, Vec<H256>)> {
	let patient = super::patient(session, which.patient.as_deref())?;
	if !which.records.is_empty() {
		let mut records = Vec::new();
		for text in &which.records {
			let record = super::record(session, at, &patient, text).await?;
			if !records.contains(&record) {
				records.push(record);
			}
		}
		return Ok((patient, records));
	}
	if !which.all && which.category.is_empty() {
		bail!("say which records: their ids, --category, or --all");
	}
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
	key::check(session, &at).await?;
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
	// If one record is asked for and not opened, the command fails with that exit code.
	if let [(_, Err(_))] = &results[..] {
		if let Some((_, Err(error))) = results.pop() {
			return Err(error.into());
		}
	}
	let failed = results.iter().filter(|(_, it)| it.is_err()).count();
	let all_denied = results.iter().all(|(_, it)| matches!(it, Err(OpenError::NoAccess { .. })));
	if all_denied {
		let what = format!("any of the {}", ENGLISH.count(Noun::Record, results.len()));
		return Err(OpenError::NoAccess { what }.into());
	}
	let json: Vec<_> = results.iter().map(|(id, it)| result_json(id, it)).collect();
	let mut output = Output::new(opened_text(&results, false), json!({ "records": json }))
		.with_details(opened_text(&results, true));
	// If several records were asked for and none was opened, the command fails. Each line says why.
	output.found_wrong = failed == results.len();
	Ok(output)
}

/// One line for each record, and a summary. Faults that were found are always reported.
fn opened_text(results: &open::Results, details: bool) -> String {
	let mut lines = Vec::new();
	for (id, result) in results {
		let id = short(id);
		match result {
			Ok(opened) => {
				let length = size(opened.length);
				lines.push(format!(
					"{id}  {} ({length}) -> {}",
					opened.title,
					opened.path.display()
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
				lines.extend(opened.warnings.iter().map(|it| format!("          WARNING: {it}")));
			},
			Err(OpenError::NoAccess { .. }) => lines.push(format!("{id}  no access")),
			Err(error) => lines.push(format!("{id}  {error}")),
		}
	}
	let opened: Vec<_> = results.iter().filter_map(|(_, result)| result.as_ref().ok()).collect();
	let refused = results
		.iter()
		.filter(|(_, result)| matches!(result, Err(OpenError::NoAccess { .. })))
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

/// The record; an error if the patient has no such record.
async fn ensure_record(
	session: &Session,
	at: &At,
	patient: &AccountId,
	id: H256,
) -> Result<Record> {
	at.record(patient, id).await?.with_context(|| {
		format!(
			"{} has no record {}: if it is another patient's, name the patient with --patient",
			session.names.show(patient),
			id_json(&id)
		)
	})
}

/// Checks every copy of records. Prints one line for each record, and the copies that differ.
async fn verify_records(
	session: &Session,
	which: &WhichRecords,
	version: Option<u32>,
) -> Result<Output> {
	let at = session.finalized().await?;
	let (patient, records) = which_records(session, &at, which).await?;
	let mut checked = Vec::new();
	for record in records {
		let found = ensure_record(session, &at, &patient, record).await?;
		let about = format!(
			"{}, {}",
			found.category.word(),
			show_period(found.service.first, found.service.last)
		);
		checked.push((verify::verify(session, &patient, record, version).await?, about));
	}
	let show = |account: &AccountId| session.names.show(account);
	let mut complaints = Vec::new();
	for (verified, _) in &checked {
		complaints.extend(verified.changed().map(|copy| copy.say(&show(&copy.institution))));
		if !verified.is_available() {
			complaints.push(format!("record {} has no intact copy", short(&verified.record)));
		}
	}
	let rows: Vec<_> =
		checked.iter().map(|(verified, _)| verified_json(session, verified)).collect();
	let mut json = json!({ "records": rows });
	if !complaints.is_empty() {
		json["error"] = json!(complaints.join("; "));
	}
	let details: Vec<_> = checked
		.iter()
		.map(|(verified, about)| {
			let mut lines =
				vec![format!("{}  {about}, version {}", short(&verified.record), verified.version)];
			lines.extend(
				verified
					.copies
					.iter()
					.map(|it| format!("          {}", it.say(&show(&it.institution)))),
			);
			lines.join("\n")
		})
		.collect();
	let sum = verified_sum(checked.iter().map(|(verified, _)| verified));
	let mut lines: Vec<_> =
		checked.iter().map(|(verified, about)| verified_text(verified, about, &show)).collect();
	lines.push(sum.clone());
	Ok(Output {
		found_wrong: !complaints.is_empty(),
		..Output::new(lines.join("\n"), json).with_details(format!("{}\n{sum}", details.join("\n")))
	})
}

/// `3f9a0c1d  laboratory, 2025-04: 3 intact copies`, and below it the copies that differ.
fn verified_text(verified: &Verified, about: &str, show: &impl Fn(&AccountId) -> String) -> String {
	let mut places: Vec<AccountId> = Vec::new();
	for copy in &verified.copies {
		if !places.contains(&copy.institution) && copy.state != CopyState::NoNode {
			places.push(copy.institution.clone());
		}
	}
	let at =
		|place: &AccountId| verified.copies.iter().filter(|it| it.institution == *place).collect();
	let mut intact = Vec::new();
	let mut differing = Vec::new();
	for place in &places {
		let copies: Vec<&CopyReport> = at(place);
		let bad: Vec<_> = copies.iter().filter(|it| it.state != CopyState::Good).copied().collect();
		match bad[..] {
			[] => intact.push(show(place)),
			// If manifest and document are missing for the same reason, it is reported once.
			[CopyReport { state: CopyState::Missing(one), .. }, CopyReport { state: CopyState::Missing(other), .. }]
				if one == other =>
			{
				differing.push(format!("{}: not available ({one})", show(place)));
			},
			_ => differing.extend(bad.iter().map(|it| it.say(&show(place)))),
		}
	}
	let intact = match (verified.changed().next().is_some(), verified.is_available()) {
		(true, _) => "CHANGED".to_owned(),
		(false, false) => "NO INTACT COPY".to_owned(),
		(false, true) if intact.len() == 1 => format!("1 intact copy, at {}", ENGLISH.and(&intact)),
		(false, true) => format!("{} intact copies", intact.len()),
	};
	let mut lines = vec![format!("{}  {about}: {intact}", short(&verified.record))];
	lines.extend(differing.iter().map(|it| format!("          {it}")));
	lines.join("\n")
}

fn verified_sum<'a>(all: impl Iterator<Item = &'a Verified>) -> String {
	let (mut total, mut changed, mut lost) = (0usize, 0usize, 0usize);
	for verified in all {
		total = total.saturating_add(1);
		let is_changed = verified.changed().next().is_some();
		changed = changed.saturating_add(usize::from(is_changed));
		lost = lost.saturating_add(usize::from(!verified.is_available()));
	}
	let checked = ENGLISH.count(Noun::Record, total);
	let mut parts = Vec::new();
	if changed > 0 {
		parts.push(format!("{changed} with a changed copy"));
	}
	if lost > 0 {
		parts.push(format!("{lost} without an intact copy"));
	}
	if parts.is_empty() {
		format!("{checked} checked: each has an intact copy, and no copy was changed.")
	} else if lost == 0 {
		format!(
			"{checked} checked: {}. Records open from an intact copy; the institution can restore its own \
			 from there.",
			ENGLISH.and(&parts)
		)
	} else {
		format!("{checked} checked: {}.", ENGLISH.and(&parts))
	}
}

fn verified_json(session: &Session, verified: &Verified) -> serde_json::Value {
	let copies: Vec<_> = verified
		.copies
		.iter()
		.map(|copy| {
			let (state, bytes) = match &copy.state {
				CopyState::Good => ("good", None),
				CopyState::Changed { bytes, .. } => ("changed", *bytes),
				CopyState::Missing(_) => ("missing", None),
				CopyState::NoNode => ("none-kept", None),
			};
			json!({
				"what": copy.what,
				"institution": account_json(session, &copy.institution),
				"state": state,
				"bytes": bytes,
				"text": copy.say(&session.names.show(&copy.institution)),
			})
		})
		.collect();
	json!({
		"record": id_json(&verified.record),
		"version": verified.version,
		"available": verified.is_available(),
		"copies": copies,
	})
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

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::account_bytes;

	fn opened(length: u64, warnings: &[&str]) -> Opened {
		Opened {
			record: H256([7; 32]),
			version: 0,
			title: "letter.pdf".into(),
			media_type: "application/pdf".into(),
			length,
			path: "out/letter 07070707.pdf".into(),
			shares_from: vec!["Hospital A".into(), "Hospital B".into()],
			content_from: "Hospital A".into(),
			warnings: warnings.iter().map(ToString::to_string).collect(),
		}
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

	fn verified(states: &[(&'static str, u8, CopyState)]) -> Verified {
		let copies = states
			.iter()
			.map(|(what, place, state)| CopyReport {
				what,
				institution: AccountId::new([*place; 32]),
				state: state.clone(),
			})
			.collect();
		Verified { record: H256([7; 32]), version: 0, copies }
	}

	#[test]
	fn verifying_is_one_line_a_record_and_what_differs() {
		use CopyState::{Changed, Good, Missing, NoNode};
		let show = |account: &AccountId| {
			format!("Hospital {}", char::from(b'A' + account_bytes(account)[0]))
		};
		let text = |verified: &Verified| verified_text(verified, "imaging, 2026-11", &show);
		let good = verified(&[
			("manifest", 0, Good),
			("manifest", 1, Good),
			("manifest", 2, NoNode),
			("document", 0, Good),
			("document", 1, Good),
			("document", 2, NoNode),
		]);
		assert_eq!(text(&good), "07070707  imaging, 2026-11: 2 intact copies");
		let away = Missing("could not be reached".into());
		let missing = verified(&[
			("manifest", 0, Good),
			("manifest", 1, away.clone()),
			("document", 0, Good),
			("document", 1, away.clone()),
		]);
		assert_eq!(
			text(&missing),
			"07070707  imaging, 2026-11: 1 intact copy, at Hospital A\n          \
			 Hospital B: not available (could not be reached)"
		);
		let one_changed = verified(&[
			("manifest", 0, Good),
			("manifest", 1, Good),
			("document", 0, Good),
			("document", 1, Changed { bytes: Some((5, 5)), other_length: false }),
		]);
		assert_eq!(
			text(&one_changed),
			"07070707  imaging, 2026-11: CHANGED\n          \
			 document at Hospital B: CHANGED, byte 5 (block 0 of 256 KiB)"
		);
		let none = verified(&[("manifest", 0, away.clone())]);
		assert!(text(&none).starts_with("07070707  imaging, 2026-11: NO INTACT COPY\n"));
		let sum = |all: &[&Verified]| verified_sum(all.iter().copied());
		assert_eq!(
			sum(&[&good, &missing]),
			"2 records checked: each has an intact copy, and no copy was changed."
		);
		assert!(sum(&[&good, &one_changed]).contains("2 records checked: 1 with a changed copy. "));
		assert!(sum(&[&none, &one_changed])
			.contains("1 with a changed copy and 1 without an intact copy."));
	}
}
