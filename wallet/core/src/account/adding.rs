//! Adds documents of the patient's own: files, photos, and notes on records.

use super::{
	drafts::{id as record_id, month, word, Action},
	labelling::words_of,
	Account,
};
use crate::{
	failure::Trouble,
	host::Host,
	messages::{AdditionForm, Answer, Draft, Signed, UnfinishedLine},
	platform::{At, Session, LARGE},
};
use anyhow::{bail, Context as _, Result};
use bytes::Bytes;
use codec::Encode;
use sha2::{Digest, Sha256};
use std::time::Duration;
use vouchsafe_agent::{
	author::{self, Added, Addition, Content, DocumentProgress, NewDocument, Place, SharingWish},
	file_names, label_keys,
	labels::{LabelTable, UNCLASSIFIED},
};
use vouchsafe_protocol::{
	calls::{RecordsCall, RuntimeCall},
	holders,
	traits::View as _,
	types::{
		AccountId, Category, Confidentiality, Creation, LabelTag, NewRecord, Origin, Relation,
		RelationKind, ServicePeriod, H256,
	},
};
use vouchsafe_speech::Speech;

/// How long custodians may take to confirm their shares, before the page says what is missing.
const PATIENCE: Duration = Duration::from_secs(45);
/// The longest title, in characters.
const LONGEST_TITLE: usize = 120;
/// The longest note, in characters.
const LONGEST_NOTE: usize = 4_000;

/// A document that is to be added.
#[derive(Clone, Encode)]
pub(super) struct Adding {
	title: String,
	media_type: String,
	category: Category,
	/// First and last month of care.
	months: (u16, u16),
	words: Vec<String>,
	tags: Vec<LabelTag>,
	confidentiality: Confidentiality,
	/// The record to which it belongs and its name, if it is a note.
	appends: Option<(H256, String)>,
	/// The text of a note.
	note: String,
	/// Who gets a part of the key.
	holders: Vec<AccountId>,
	digest: [u8; 32],
	#[codec(skip)]
	content: Bytes,
}

impl Adding {
	/// What is signed.
	pub(super) fn sentence(&self, speech: &Speech, labels: &LabelTable) -> String {
		let record = NewRecord {
			origin: Origin::PatientEntered,
			service: ServicePeriod { first: self.months.0, last: self.months.1 },
			relation: None,
			confidentiality: self.confidentiality,
			labels: self.tags.clone(),
			category: self.category,
		};
		self.sentence_of(&record, speech, labels)
	}

	/// What is signed, with what a call says of the record.
	fn sentence_of(&self, record: &NewRecord, speech: &Speech, labels: &LabelTable) -> String {
		if let Some((_, name)) = &self.appends {
			return speech.wallet_add_note(speech.quote(name), speech.quote(&self.note));
		}
		let (first, last) = (speech.month(record.service.first), speech.month(record.service.last));
		let period = if first == last { first } else { format!("{first} – {last}") };
		let category = speech.one_record(record.category);
		let mut said = vec![speech.wallet_add(speech.quote(&self.title), category, period)];
		if !record.labels.is_empty() {
			let words = words_of(speech, &record.labels, labels);
			said.push(speech.wallet_add_labels(speech.and(&words)));
		}
		if record.confidentiality != Confidentiality::Normal {
			said.push(speech.wallet_add_confidentiality(speech.phrase(record.confidentiality)));
		}
		said.join(" ")
	}

	/// What people should know before they sign.
	pub(super) fn notes<H: Host>(&self, session: &Session<H>, speech: &Speech) -> Vec<String> {
		let me = session.me().map(|me| me.account()).ok();
		let named = self.holders.iter().map(|it| match Some(it) == me.as_ref() {
			true => speech.wallet_you(),
			false => session.names.show(it),
		});
		let holders = speech.wallet_note_keys(speech.and(&named.collect::<Vec<_>>()));
		let seen = match self.appends {
			Some(_) => speech.wallet_note_note(),
			None => speech.wallet_note_add(),
		};
		vec![seen, holders]
	}

	/// Whether a call adds this document and nothing else. The sentence is made again from the call.
	pub(super) fn is_done_by(
		&self,
		call: &RuntimeCall,
		me: &AccountId,
		speech: &Speech,
		labels: &LabelTable,
		says: impl Fn(String) -> bool,
	) -> bool {
		let Some((Creation { record, .. }, holders)) = creation_of(call, me) else { return false };
		let appends = self.appends.as_ref().map(|(target, _)| (RelationKind::Appends, *target));
		let relation = record.relation.as_ref().map(|Relation { kind, target }| (*kind, *target));
		let holders: Vec<_> = holders.collect();
		relation == appends
			&& (record.service.first, record.service.last) == self.months
			&& record.category == self.category
			&& record.confidentiality == self.confidentiality
			&& record.origin == Origin::PatientEntered
			&& record.labels == self.tags
			&& holders.len() == self.holders.len()
			&& holders.iter().all(|it| self.holders.contains(it))
			&& says(self.sentence_of(record, speech, labels))
	}

	fn addition(self, me: AccountId) -> Addition {
		let relation = self.appends.map(|(target, _)| (RelationKind::Appends, target));
		let document = NewDocument {
			content: Content::Bytes(self.content),
			title: self.title,
			media_type: self.media_type,
			place: Place::New {
				category: self.category,
				months: self.months,
				labels: self.words,
				relation,
				confidentiality: self.confidentiality,
				origin: Origin::PatientEntered,
			},
		};
		let sharing = SharingWish::default();
		Addition { patient: me, institution: None, documents: vec![document], sharing }
	}
}

/// The only record that a call creates, if the patient is its author, and who holds its key.
fn creation_of<'a>(
	call: &'a RuntimeCall,
	me: &AccountId,
) -> Option<(&'a Creation, impl Iterator<Item = AccountId> + 'a)> {
	let RuntimeCall::Records(RecordsCall::create_many {
		patient,
		institution: None,
		holders,
		records,
	}) = call
	else {
		return None;
	};
	let [creation] = &records[..] else { return None };
	(patient == me).then(|| (creation, holders.holders.iter().map(|it| it.account.clone())))
}

/// Whether a call adds only this record of the patient's own.
pub(super) fn adds(call: &RuntimeCall, me: &AccountId, record: &H256) -> bool {
	let created = creation_of(call, me);
	created.is_some_and(|(it, _)| vouchsafe_vault::record_id(me, me, &it.salt).0 == record.0)
}

impl<H: Host> Account<H> {
	pub(super) async fn draft_addition(
		&self,
		form: &AdditionForm,
		bytes: Vec<u8>,
		speech: &'static Speech,
	) -> Result<Answer> {
		ensure_size(bytes.len())?;
		let title = form.title.trim();
		if title.is_empty() || title.chars().count() > LONGEST_TITLE {
			return Err(Trouble::Input(speech.wallet_no_title(LONGEST_TITLE.to_string())).into());
		}
		let session = self.session().await?;
		let at = session.finalized().await?;
		let media_type = file_names::media_type_of(&form.file_name, &bytes);
		let months = month(&form.month)?;
		let adding = Adding {
			title: title.to_owned(),
			media_type: file_names::with_extension(media_type, &form.file_name),
			category: word(&form.category)?,
			months: (months, months),
			words: form.labels.clone(),
			tags: vec![],
			confidentiality: word(&form.confidentiality)?,
			appends: None,
			note: String::new(),
			holders: vec![],
			digest: Sha256::digest(&bytes).into(),
			content: bytes.into(),
		};
		Ok(Answer::Draft(self.draft_adding(&session, &at, adding, speech).await?))
	}

	pub(super) async fn draft_note(
		&self,
		id: &str,
		text: &str,
		speech: &'static Speech,
	) -> Result<Answer> {
		let text = text.trim();
		if text.is_empty() || text.chars().count() > LONGEST_NOTE {
			return Err(Trouble::Input(speech.wallet_no_note(LONGEST_NOTE.to_string())).into());
		}
		let session = self.session().await?;
		let at = session.finalized().await?;
		let (me, record) = (self.account(), record_id(id)?);
		let found = at.record(&me, record).await?.context("there is no such record")?;
		let labels = label_keys::learn(&session, &me, found.labels.iter().copied()).await?;
		// Whoever may see the record is to see the note, so it has the same category, time and labels.
		let words = match labels.words_of(&record, &found.labels) {
			Some(words) => words,
			None => vec![UNCLASSIFIED.to_owned()],
		};
		let name = self.name_of(&session, &at, record, speech).await?;
		let adding = Adding {
			title: speech.wallet_note_title(name.clone()),
			media_type: "text/plain".to_owned(),
			category: found.category,
			months: (found.service.first, found.service.last),
			words,
			tags: vec![],
			confidentiality: found.confidentiality,
			appends: Some((record, name)),
			note: text.to_owned(),
			holders: vec![],
			digest: Sha256::digest(text).into(),
			content: Bytes::copy_from_slice(text.as_bytes()),
		};
		Ok(Answer::Draft(self.draft_adding(&session, &at, adding, speech).await?))
	}

	async fn draft_adding(
		&self,
		session: &Session<H>,
		at: &At<H>,
		mut adding: Adding,
		speech: &'static Speech,
	) -> Result<Draft> {
		// What is unfinished is kept on this device, so there is one at most.
		if !author::list_unfinished(session).await?.is_empty() {
			return Err(Trouble::Unfinished.into());
		}
		let me = self.account();
		let (tags, reason) =
			label_keys::tags(session, &me, None, &adding.words).await?.of(&adding.words)?;
		if let Some(reason) = reason {
			bail!("the labels could not be named: {reason}");
		}
		adding.tags = tags.into_inner();
		let account = at.account(&me).await?.ok_or(Trouble::NotEnrolled)?;
		let allowed = at.holder_choice(&me).await?;
		let patient = (&me, &account.encryption_key);
		let wish = SharingWish::default();
		let chosen = holders::choose(&session.members, None, patient, allowed.as_ref(), &wish)?;
		adding.holders = chosen.holders.into_iter().map(|it| it.account).collect();
		self.draft(session, at, Action::Add(Box::new(adding)), speech).await
	}

	/// Adds a document. If it does not get ready in time, it is kept on this device to be finished.
	pub(super) async fn add(
		&self,
		session: &Session<H>,
		adding: Adding,
		speech: &Speech,
	) -> Result<Signed> {
		let addition = adding.addition(self.account());
		let mut added = author::add(session, &addition, Some(PATIENCE)).await?;
		let added = added.pop().context("nothing was added")?;
		self.added(session, added, speech).await
	}

	/// Finishes a document that was begun to be added.
	pub(super) async fn finish(
		&self,
		session: &Session<H>,
		record: H256,
		speech: &Speech,
	) -> Result<Signed> {
		let resumed = author::resume(session, Some(PATIENCE)).await?;
		if let Some(failed) = resumed.failed.into_iter().find(|it| it.record == record) {
			return Err(failed.error);
		}
		let added = resumed.added.into_iter().find(|it| it.record == record);
		self.added(session, added.context("it was finished before")?, speech).await
	}

	async fn added(&self, session: &Session<H>, added: Added, speech: &Speech) -> Result<Signed> {
		self.keep_title(added.record, &added.title).await?;
		let block = session.finalized().await?.number();
		let missing = added.missing.iter().map(|(it, _)| session.names.show(it));
		let missing: Vec<_> = missing.collect();
		let notes = match missing.is_empty() {
			true => vec![],
			false => vec![speech.wallet_added_partly(speech.and(&missing))],
		};
		let text = speech.wallet_added(speech.quote(&added.title), block.to_string());
		Ok(Signed { text, block, notes })
	}

	pub(super) async fn unfinished(&self, speech: &Speech) -> Result<Vec<UnfinishedLine>> {
		let session = self.session().await?;
		let mut lines = Vec::new();
		for (title, record) in author::list_unfinished(&session).await? {
			let id = hex::encode(record.0);
			let found = author::find_unfinished(&session, &id).await?;
			let progress = found.documents.iter().find(|it| it.record == record);
			let (state, can_give_up) = match progress.map(|it| &it.progress) {
				Some(DocumentProgress::OnChain { missing, .. }) => {
					let names: Vec<_> = missing.iter().map(|it| session.names.show(it)).collect();
					match names.is_empty() {
						true => (speech.wallet_unfinished_ready(), false),
						false => (speech.wallet_unfinished_missing(speech.and(&names)), false),
					}
				},
				_ => (speech.wallet_unfinished_not_added(), true),
			};
			lines.push(UnfinishedLine { id, title, state, can_give_up });
		}
		Ok(lines)
	}

	pub(super) async fn draft_finish(&self, id: &str, speech: &'static Speech) -> Result<Draft> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let record = record_id(id)?;
		let unfinished = author::list_unfinished(&session).await?;
		let found = unfinished.into_iter().find(|(_, it)| *it == record);
		let (title, _) = found.context("there is no such unfinished document")?;
		self.draft(&session, &at, Action::Finish { record, title }, speech).await
	}

	/// Removes an unfinished document from this device, unless it is on the chain.
	pub(super) async fn give_up(&self, id: &str, speech: &Speech) -> Result<Vec<UnfinishedLine>> {
		let session = self.session().await?;
		let found = author::find_unfinished(&session, &hex::encode(record_id(id)?.0)).await?;
		let is_on_chain = |it: &DocumentProgress| matches!(it, DocumentProgress::OnChain { .. });
		if found.documents.iter().any(|it| is_on_chain(&it.progress)) {
			bail!("it is on the chain already");
		}
		found.give_up().await?;
		self.unfinished(speech).await
	}
}

fn ensure_size(length: usize) -> Result<(), Trouble> {
	match length as u64 {
		0 => Err(Trouble::NoDocument),
		length if length > LARGE => Err(Trouble::TooLarge),
		_ => Ok(()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_agent::english::speech_of;
	use vouchsafe_protocol::types::{bounded, Holder, HolderKind, HolderSet, NewVersion};

	const ME: AccountId = AccountId::new([9; 32]);
	const SALT: [u8; 16] = [4; 16];

	fn holders() -> Vec<AccountId> {
		[1, 2, 9].map(|it| AccountId::new([it; 32])).to_vec()
	}

	fn adding() -> Adding {
		Adding {
			title: "Bruise".into(),
			media_type: "image/png".into(),
			category: Category::PatientEntered,
			months: (1522, 1522),
			words: vec!["hiv".into()],
			tags: vec![LabelTag([1; 4])],
			confidentiality: Confidentiality::Restricted,
			appends: None,
			note: String::new(),
			holders: holders(),
			digest: [0; 32],
			content: Bytes::new(),
		}
	}

	/// The parts of the call that adds a document.
	struct Call {
		patient: AccountId,
		institution: Option<AccountId>,
		holders: Vec<AccountId>,
		records: Vec<NewRecord>,
	}

	fn call_of(adding: &Adding) -> Call {
		let relation = adding.appends.as_ref();
		let record = NewRecord {
			origin: Origin::PatientEntered,
			service: ServicePeriod { first: adding.months.0, last: adding.months.1 },
			relation: relation
				.map(|(target, _)| Relation { kind: RelationKind::Appends, target: *target }),
			confidentiality: adding.confidentiality,
			labels: adding.tags.clone(),
			category: adding.category,
		};
		Call { patient: ME, institution: None, holders: holders(), records: vec![record] }
	}

	fn encoded(call: Call) -> RuntimeCall {
		let holder = |account| Holder { account, kind: HolderKind::Institution };
		let version = || NewVersion { manifest: vec![1], commitment: H256::zero() };
		let creation =
			|record| Creation { salt: SALT, record, version: version(), commitments: H256::zero() };
		RecordsCall::create_many {
			patient: call.patient,
			institution: call.institution,
			holders: HolderSet {
				threshold: 2,
				holders: bounded(call.holders.into_iter().map(holder).collect(), "holders")
					.unwrap(),
			},
			records: call.records.into_iter().map(creation).collect(),
		}
		.into()
	}

	fn is_done(adding: &Adding, call: Call) -> bool {
		let (speech, labels) = (speech_of("en"), LabelTable::default());
		let shown = adding.sentence(speech, &labels);
		adding.is_done_by(&encoded(call), &ME, speech, &labels, |said| said == shown)
	}

	#[test]
	fn the_call_of_what_was_shown_is_signed() {
		assert!(is_done(&adding(), call_of(&adding())));
		let note = Adding { appends: Some((H256([5; 32]), "Letter".into())), ..adding() };
		assert!(is_done(&note, call_of(&note)));
		let said = adding().sentence(speech_of("en"), &LabelTable::default());
		assert!(said.contains("Bruise") && said.contains("November 2026"), "{said}");
	}

	/// The attack: other bytes under the same sentence.
	#[test]
	fn no_other_call_is_signed() {
		type Change = fn(&mut Call);
		let changes: [Change; 13] = [
			|call| call.patient = AccountId::new([8; 32]),
			|call| call.institution = Some(AccountId::new([1; 32])),
			|call| call.holders[0] = AccountId::new([3; 32]),
			|call| call.holders.truncate(2),
			|call| call.holders.push(AccountId::new([3; 32])),
			|call| call.records.clear(),
			|call| call.records.push(call_of(&adding()).records.remove(0)),
			|call| call.records[0].category = Category::Other,
			|call| call.records[0].labels.clear(),
			|call| call.records[0].confidentiality = Confidentiality::Normal,
			|call| call.records[0].service.last = 1523,
			|call| call.records[0].origin = Origin::Authored,
			|call| {
				let (kind, target) = (RelationKind::Appends, H256([5; 32]));
				call.records[0].relation = Some(Relation { kind, target });
			},
		];
		for (number, change) in changes.into_iter().enumerate() {
			let mut call = call_of(&adding());
			change(&mut call);
			assert!(!is_done(&adding(), call), "{number}");
		}
		let call = vouchsafe_protocol::calls::AccessRequestsCall::deny { request: 1 };
		let none = LabelTable::default();
		assert!(!adding().is_done_by(&call.into(), &ME, speech_of("en"), &none, |_| true));
	}

	#[test]
	fn an_unfinished_document_is_known_by_its_record() {
		let record = H256(vouchsafe_vault::record_id(&ME, &ME, &SALT).0);
		let call = encoded(call_of(&adding()));
		assert!(adds(&call, &ME, &record));
		assert!(!adds(&call, &ME, &H256([5; 32])));
		assert!(!adds(&call, &AccountId::new([8; 32]), &record));
	}

	#[test]
	fn the_limits_of_a_document_are_exact() {
		let most = usize::try_from(LARGE).unwrap();
		assert_eq!(ensure_size(0), Err(Trouble::NoDocument));
		assert_eq!(ensure_size(1), Ok(()));
		assert_eq!(ensure_size(most), Ok(()));
		assert_eq!(ensure_size(most + 1), Err(Trouble::TooLarge));
	}
}
