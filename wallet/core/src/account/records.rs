//! Records.

use super::{drafts::id as record_id, people, Account, FOLDER, TITLES};
use crate::{
	failure,
	guard::Given,
	host::{Host, Target as _},
	messages::{
		Block, Choice, CopyLine, DocumentKind, DocumentView, FileView, HolderLine, Opened,
		RecordLine, RecordSize, RecordView, Records, SeriesPoint, VersionLine,
	},
	platform::{At, FileSink, Session, LARGE},
};
use anyhow::{Context as _, Result};
use futures::future::join_all;
use std::collections::BTreeMap;
use vouchsafe_agent::{
	file_names, label_keys,
	labels::LabelTable,
	open::{self, OpeningRequest},
	platform::{Document, Keep as _},
	readable, verify,
};
use vouchsafe_protocol::{
	calls::{CustodyCall, RuntimeCall},
	messages::Hex,
	traits::View as _,
	types::{
		address, AccountId, Confidentiality, Ground, HolderKind, LabelTag, Purpose, Record,
		RecordStatus, H256,
	},
};
use vouchsafe_speech::Speech;
use vouchsafe_vault::document::ciphertext_len;

pub(super) type Titles = BTreeMap<Hex<32>, String>;

/// What this device knows of records.
#[derive(Default)]
pub(super) struct OnDevice {
	titles: Titles,
	kept: Vec<H256>,
}

impl<H: Host> Account<H> {
	pub(super) async fn records(&self, speech: &'static Speech) -> Result<Records> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let mut records: Vec<_> =
			self.lines_by_id(&session, &at, speech).await?.into_values().collect();
		records.sort_by(|one, other| other.month.cmp(&one.month).then(one.id.cmp(&other.id)));
		let mut categories = BTreeMap::new();
		let mut institutions = BTreeMap::new();
		for line in &records {
			categories.insert(line.category.clone(), line.category_text.clone());
			institutions.insert(line.institution.clone(), line.institution_name.clone());
		}
		let choices = |map: BTreeMap<String, String>| {
			let choice = |(key, text)| Choice { key, text, hint: String::new() };
			map.into_iter().map(choice).collect()
		};
		Ok(Records {
			records,
			categories: choices(categories),
			institutions: choices(institutions),
		})
	}

	/// All records, as lists show them.
	pub(super) async fn lines_by_id(
		&self,
		session: &Session<H>,
		at: &At<H>,
		speech: &Speech,
	) -> Result<BTreeMap<H256, RecordLine>> {
		let me = self.account();
		let records = at.all_records_of(&me).await?;
		let tags = records.iter().flat_map(|(_, record)| record.labels.iter().copied());
		let labels = label_keys::learn(session, &me, tags).await?;
		let known = self.on_device().await?;
		let lines = records
			.iter()
			.map(|(id, record)| (*id, self.line(session, &labels, &known, id, record, speech)));
		let lines: BTreeMap<H256, RecordLine> = lines.collect();
		let names = lines.iter().map(|(id, line)| (*id, name_of(line))).collect();
		super::locked(&self.known).record_names = names;
		Ok(lines)
	}

	pub(super) fn line(
		&self,
		session: &Session<H>,
		labels: &LabelTable,
		known: &OnDevice,
		id: &H256,
		record: &Record,
		speech: &Speech,
	) -> RecordLine {
		let (first, last) = (record.service.first, record.service.last);
		let period = match first == last {
			true => speech.month(first),
			false => format!("{} – {}", speech.month(first), speech.month(last)),
		};
		let institution_name = match record.author == self.account() {
			true => speech.wallet_record_by_you(),
			false => session.names.show(&record.author),
		};
		RecordLine {
			id: hex::encode(id.0),
			title: known.titles.get(&Hex(id.0)).cloned(),
			category: record.category.word().to_owned(),
			category_text: speech.one_record(record.category),
			period,
			month: vouchsafe_agent::dates::show_month(first),
			institution: address(&record.author),
			institution_name,
			labels: labels.show(id, &record.labels).texts(),
			confidentiality: record.confidentiality.word().to_owned(),
			confidentiality_text: match record.confidentiality {
				Confidentiality::Normal => String::new(),
				other => speech.phrase(other),
			},
			versions: record.versions,
			note: match record.status {
				RecordStatus::Current => String::new(),
				RecordStatus::WrongContent => speech.wallet_record_wrong_content(),
				RecordStatus::WrongPatient => speech.wallet_record_wrong_patient(),
			},
			is_open: self.documents.has(id),
			is_kept: known.kept.contains(id),
		}
	}

	async fn on_device(&self) -> Result<OnDevice> {
		Ok(OnDevice { titles: self.titles().await?, kept: self.kept_records().await? })
	}

	/// How people call a record: by its title, or else by category and time.
	pub(super) async fn name_of(
		&self,
		session: &Session<H>,
		at: &At<H>,
		record: H256,
		speech: &Speech,
	) -> Result<String> {
		let found = at.record(&self.account(), record).await?;
		let found = found.context("there is no such record")?;
		let labels = session.labels_of(&self.account()).await?;
		let known = self.on_device().await?;
		let line = self.line(session, &labels, &known, &record, &found, speech);
		Ok(name_of(&line))
	}

	/// Keeps the title of a record that was written here.
	pub(super) async fn keep_title(&self, record: H256, title: &str) -> Result<()> {
		let _lock = self.keep.lock().await?;
		let mut titles = self.titles().await?;
		titles.insert(Hex(record.0), title.to_owned());
		self.keep.write(FOLDER, TITLES, &serde_json::to_vec(&titles)?).await
	}

	/// The titles of records that were opened.
	async fn titles(&self) -> Result<Titles> {
		Ok(match self.keep.read(FOLDER, TITLES).await? {
			Some(bytes) => serde_json::from_slice(&bytes)?,
			None => Titles::new(),
		})
	}

	async fn keep_titles(&self, opened: &[Opened]) -> Result<()> {
		let _lock = self.keep.lock().await?;
		let mut titles = self.titles().await?;
		for it in opened.iter().filter(|it| it.failure.is_empty()) {
			titles.insert(Hex(record_id(&it.id)?.0), it.title.clone());
		}
		self.keep.write(FOLDER, TITLES, &serde_json::to_vec(&titles)?).await
	}

	pub(super) async fn record(&self, id: &str, speech: &'static Speech) -> Result<RecordView> {
		let id = record_id(id)?;
		let me = self.account();
		let session = self.session().await?;
		let at = session.finalized().await?;
		let mut lines = self.lines_by_id(&session, &at, speech).await?;
		let all = at.all_records_of(&me).await?;
		let found = all.iter().find(|(it, _)| *it == id);
		let record = found.map(|(_, it)| it.clone()).context("there is no such record")?;
		let line = lines.get(&id).cloned().context("there is no such record")?;
		let belongs_to = record.relation.as_ref().and_then(|it| lines.remove(&it.target));
		let is_related =
			|it: &Record| it.relation.as_ref().is_some_and(|relation| relation.target == id);
		let related = all.iter().filter(|(_, it)| is_related(it));
		let related = related.filter_map(|(it, _)| lines.remove(it)).collect();
		let is_unclassified = record.labels.contains(&LabelTag::UNCLASSIFIED);
		let author = self.person(&session, &record.author, speech);
		let (mut versions, mut holders, mut threshold) = (vec![], vec![], String::new());
		for number in (0..record.versions).rev() {
			let set = at.sharing_set(&me, id, number).await?;
			let Some(version) = at.version(&me, id, number).await? else { continue };
			let acknowledged = set.as_ref().map_or(0, |set| open::held(set).0);
			let needed = set.as_ref().map_or(0, |set| usize::from(set.threshold));
			versions.push(VersionLine {
				number: number.saturating_add(1),
				added: self.time_of(&session, version.block, speech).await,
				is_available: set.is_some() && acknowledged >= needed,
			});
			let Some(set) = set.filter(|_| holders.is_empty()) else { continue };
			threshold =
				speech.wallet_threshold(set.threshold.to_string(), set.holders.len().to_string());
			let few = few_holders(open::held(&set), speech);
			if !few.is_empty() {
				threshold = format!("{threshold} {few}");
			}
			holders = set
				.holders
				.iter()
				.map(|it| HolderLine {
					who: self.person(&session, &it.account, speech),
					has_acknowledged: it.acknowledged || matches!(it.kind, HolderKind::Patient),
				})
				.collect();
		}
		Ok(RecordView {
			line,
			author,
			versions,
			holders,
			threshold,
			belongs_to,
			related,
			is_unclassified,
		})
	}

	/// An account: the patient, or another by its name.
	fn person(
		&self,
		session: &Session<H>,
		account: &AccountId,
		speech: &Speech,
	) -> crate::messages::Person {
		let person = people::plain(session, account);
		match *account == self.account() {
			true => crate::messages::Person { name: speech.wallet_record_by_you(), ..person },
			false => person,
		}
	}

	/// When a block was made, or its number if that is not known.
	pub(super) async fn time_of(
		&self,
		session: &Session<H>,
		block: u32,
		speech: &Speech,
	) -> String {
		let time = async {
			let at = vouchsafe_protocol::traits::Submit::at_number(&session.chain, block).await?;
			at.time().await
		};
		match time.await {
			Ok(time) => speech.moment(time),
			Err(_) => format!("#{block}"),
		}
	}

	/// Lets an opening be signed: people ask for its records by name.
	pub(super) fn approve_opening(&self, opening: &OpeningRequest) -> Given {
		let asked = opening.clone();
		self.approval.give(move |call| match call {
			RuntimeCall::Custody(CustodyCall::open { patient, records, purpose, ground }) => {
				(patient, records) == (&asked.patient, &asked.records)
					&& (*purpose, ground) == (asked.purpose, &asked.ground)
			},
			_ => false,
		})
	}

	pub(super) async fn open_records(
		&self,
		ids: &[String],
		speech: &'static Speech,
	) -> Result<Vec<Opened>> {
		let records = ids.iter().map(|id| record_id(id)).collect::<Result<Vec<_>>>()?;
		let session = self.session().await?;
		let opening = OpeningRequest {
			patient: self.account(),
			records,
			version: None,
			purpose: Purpose::PatientRequest,
			ground: Ground::Own,
		};
		let approval = self.approve_opening(&opening);
		let results = approval.mark(open::open(&session, &opening, &self.documents).await)?;
		let opened = self.opened(results, speech);
		approval.mark(self.keep_titles(&opened).await)?;
		Ok(opened)
	}

	/// What became of an opening, as the page shows it.
	pub(super) fn opened(&self, results: open::Results<()>, speech: &Speech) -> Vec<Opened> {
		let each = results.into_iter().map(|(id, result)| match result {
			Ok(opened) => Opened {
				id: hex::encode(id.0),
				title: opened.title,
				kind: kind_of(&opened.media_type),
				size: opened.length,
				is_large: self.documents.large(&id).is_some(),
				file_name: self.file_name_of(&id),
				note: few_holders(opened.held, speech),
				failure: String::new(),
				warnings: opened.warnings,
				closes_in: None,
			},
			Err(error) => Opened {
				id: hex::encode(id.0),
				title: String::new(),
				kind: DocumentKind::Save,
				size: 0,
				is_large: false,
				file_name: String::new(),
				note: String::new(),
				failure: failure::tell(&anyhow::Error::new(error), speech).text,
				warnings: vec![],
				closes_in: None,
			},
		});
		each.collect()
	}

	/// How long records are, by their manifests. Nothing is opened for it.
	pub(super) async fn sizes(&self, ids: &[String]) -> Result<Vec<RecordSize>> {
		let session = self.session().await?;
		let (at, me) = (session.finalized().await?, self.account());
		let (session, at, me) = (&session, &at, &me);
		let sizes = ids.iter().take(open::MAX_OPENED).map(|id| async move {
			let found = open::content_of(session, at, me, record_id(id)?).await;
			let size = found.ok().map(|(_, length)| length);
			let is_large = size.is_some_and(|size| size > ciphertext_len(LARGE));
			anyhow::Ok(RecordSize { id: id.clone(), size, is_large })
		});
		join_all(sizes).await.into_iter().collect()
	}

	/// Fetches an opened large record into a file.
	pub(super) async fn save_large(
		&self,
		id: String,
		file: Option<H::Target>,
		request: u32,
		speech: &'static Speech,
	) -> Result<(FileView, H::Target)> {
		let large = self.documents.large(&record_id(&id)?).context("this record is not open")?;
		let session = self.session().await?;
		let target = file.unwrap_or_else(|| self.host.own_file());
		let sink = FileSink {
			host: self.host.clone(),
			target: target.clone(),
			request,
			what: speech.wallet_waiting_file(),
			total: large.length(),
		};
		if let Err(error) = open::fetch_content(&session, &large, &sink).await {
			target.discard().await;
			return Err(error);
		}
		Ok((file_view(large.document(), large.length()), target))
	}

	fn file_name_of(&self, id: &H256) -> String {
		let small = self.documents.get(id).map(|it| file_name(&it.document));
		let large = self.documents.large(id).map(|it| file_name(it.document()));
		small.or(large).unwrap_or_default()
	}

	/// An open document as readable blocks.
	pub(super) fn read(&self, id: &str, speech: &'static Speech) -> Result<DocumentView> {
		let open = self.documents.get(&record_id(id)?).context("this record is not open")?;
		let document = readable::read(&open.bytes, speech)?;
		Ok(DocumentView {
			id: id.to_owned(),
			title: open.document.title.clone(),
			blocks: document.blocks.into_iter().map(block).collect(),
		})
	}

	/// An open document's bytes, with a safe name.
	pub(super) fn file(&self, id: &str) -> Result<(FileView, Vec<u8>)> {
		let open = self.documents.get(&record_id(id)?).context("this record is not open")?;
		Ok((file_view(&open.document, open.bytes.len() as u64), open.bytes.to_vec()))
	}

	pub(super) async fn check_copies(
		&self,
		id: &str,
		speech: &'static Speech,
	) -> Result<Vec<CopyLine>> {
		let session = self.session().await?;
		let verified = verify::verify(&session, &self.account(), record_id(id)?, None).await?;
		let lines = verified.copies.iter().map(|copy| {
			let institution = session.names.show(&copy.institution);
			let is_right = copy.state == verify::CopyState::Good;
			let text = match is_right {
				true => speech.wallet_copy_good(),
				false => copy.say(&institution),
			};
			CopyLine { institution, is_right, text }
		});
		Ok(lines.collect())
	}
}

/// That fewer holders than planned have a share of a record's key. Empty if all have theirs.
fn few_holders((held, all): (usize, usize), speech: &Speech) -> String {
	match held < all {
		true => speech.wallet_held(held.to_string(), all.to_string()),
		false => String::new(),
	}
}

fn name_of(line: &RecordLine) -> String {
	line.title.clone().unwrap_or_else(|| format!("{}, {}", line.category_text, line.period))
}

/// A safe name for the file of a document.
pub(super) fn file_name(document: &Document) -> String {
	let short = vouchsafe_speech::short(&document.record);
	let (stem, extension) = file_names::file_name(&document.title, &document.media_type, &short);
	stem + &extension
}

fn file_view(document: &Document, length: u64) -> FileView {
	let (media_type, _) = file_names::without_extension(&document.media_type);
	FileView { name: file_name(document), media_type: media_type.to_owned(), length }
}

/// How a document of this media type is shown.
pub(super) fn kind_of(media_type: &str) -> DocumentKind {
	let plain = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
	match plain.as_str() {
		"application/fhir+json" | "application/json" => DocumentKind::Fhir,
		"application/pdf" => DocumentKind::Pdf,
		"image/jpeg" | "image/png" | "image/webp" | "application/dicom" => DocumentKind::Image,
		"text/plain" => DocumentKind::Text,
		_ => DocumentKind::Save,
	}
}

/// A part of a readable document, as the page lays it out.
fn block(block: readable::Block) -> Block {
	match block {
		readable::Block::Heading { level, text } => {
			Block::Heading { level: level.saturating_add(1), text }
		},
		readable::Block::Facts { facts } => {
			Block::Facts { facts: facts.into_iter().map(|fact| (fact.label, fact.value)).collect() }
		},
		readable::Block::Table { columns, rows } => Block::Table { columns, rows },
		readable::Block::Text { text } => Block::Text { text },
		readable::Block::Note { text } => Block::Note { text },
		readable::Block::Series { label, unit, points, low, high, range } => Block::Series {
			name: label,
			unit,
			points: points
				.into_iter()
				.map(|it| SeriesPoint {
					moment: it.moment,
					when: it.when,
					value: it.value,
					text: it.text,
					remark: it.remark,
				})
				.collect(),
			low,
			high,
			range,
		},
	}
}
