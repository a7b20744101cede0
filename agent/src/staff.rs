//! What takes two of an institution's staff: the proposal that waits for the second of them. One waits
//! for each patient and institution, and another one replaces it.

use crate::{
	audit,
	english::teller,
	label_keys,
	labels::LabelTable,
	platform::Platform,
	recovery::proposal::kept_matter,
	representation::{on_standby, registration::kept_matters},
	session::{At, Session},
};
use anyhow::Result;
use vouchsafe_protocol::{
	storage::staff_proposal,
	traits::View,
	types::{
		agreed_matter, canonical_tags, AccountId, LabelTag, LabelTags, LogEntry, LogEvent, Record,
		RecordStatus, StaffMatter, H256, PROPOSAL_LIFETIME,
	},
};

/// The most labels of a proposal that is recognised.
const MOST_LABELS: usize = 3;

/// A proposal that waits for the second of the staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
	/// Who proposed it.
	pub by: AccountId,
	/// Until when it waits.
	pub until: u64,
	/// What it is, in a sentence. `None` if that is not known here: the chain has only its hash.
	pub sentence: Option<String>,
}

/// What the signature of one of the two did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
	/// It waits for the second of the staff.
	Waits,
	/// The two agree.
	Agreed,
}

/// Who has proposed this content about a subject, if it waits for the second of the staff.
pub(crate) async fn proposer(
	at: &impl View,
	subject: &AccountId,
	institution: &AccountId,
	content: &H256,
) -> Result<Option<AccountId>> {
	let Some(found) = at.read(staff_proposal(subject, institution)).await? else { return Ok(None) };
	let waits = at.time().await? < found.at.saturating_add(PROPOSAL_LIFETIME);
	Ok((waits && found.content == *content).then_some(found.origin))
}

/// The other proposal about this patient for this institution that this one would replace.
pub async fn other_proposal(
	session: &Session<impl Platform>,
	patient: &AccountId,
	institution: &AccountId,
	matter: &StaffMatter,
) -> Result<Option<Waiting>> {
	let at = session.finalized().await?;
	let Some(found) = at.read(staff_proposal(patient, institution)).await? else {
		return Ok(None);
	};
	let until = found.at.saturating_add(PROPOSAL_LIFETIME);
	if found.content == agreed_matter(matter) || until <= at.time().await? {
		return Ok(None);
	}
	let (known, labels) = matter_of(session, &at, patient, institution, &found.content).await?;
	let sentence = known.map(|matter| {
		let entry = LogEntry {
			signer: found.signer,
			origin: found.origin.clone(),
			acting_for: Some(institution.clone()),
			purpose: None,
			event: LogEvent::StaffProposed(matter),
		};
		teller(&session.names, &labels).log_entry(&entry)
	});
	Ok(Some(Waiting { by: found.origin, until, sentence }))
}

/// The matter of this hash, if it is known here, with the patient's labels.
pub(crate) async fn matter_of<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	patient: &AccountId,
	institution: &AccountId,
	content: &H256,
) -> Result<(Option<StaffMatter>, LabelTable)> {
	let records = at.all_records_of(patient).await?;
	let tags = records.iter().flat_map(|(_, record)| record.labels.iter().copied());
	let labels = label_keys::learn(session, patient, tags).await?;
	let mut others = on_standby(at, patient).await?;
	others.extend(kept_matter(session, patient, institution).await);
	others.extend(kept_matters(session, patient, institution).await);
	let matter = match recognise(content, institution, &records, &labels, others) {
		None => in_own_log(session, patient, content).await,
		known => known,
	};
	Ok((matter, labels))
}

/// The matter of this hash in the user's own log, which has all of them but consents. The hash proves it.
async fn in_own_log(
	session: &Session<impl Platform>,
	patient: &AccountId,
	content: &H256,
) -> Option<StaffMatter> {
	session.me.as_ref().filter(|me| me.account() == *patient)?;
	let log = audit::read(session, patient, None, None).await.ok()?;
	let mut matters = log.entries().filter_map(|(_, entry)| match entry?.event {
		LogEvent::StaffProposed(matter) => Some(matter),
		_ => None,
	});
	matters.find(|matter| agreed_matter(matter) == *content)
}

/// The matter of this hash, if it is about a record of the institution and labels that are known here, about
/// the patient's death, or one of the others.
fn recognise(
	content: &H256,
	institution: &AccountId,
	records: &[(H256, Record)],
	labels: &LabelTable,
	others: Vec<StaffMatter>,
) -> Option<StaffMatter> {
	let of_patient = [StaffMatter::DeclareDeceased, StaffMatter::TakeDeathBack];
	let label_sets = label_sets(labels);
	let of_record = |record: H256| {
		let marks = [RecordStatus::WrongContent, RecordStatus::WrongPatient]
			.map(|status| StaffMatter::Mark { record, status });
		let labels = label_sets.iter().cloned();
		marks
			.into_iter()
			.chain([StaffMatter::TakeMarkBack { record }])
			.chain(labels.map(move |labels| StaffMatter::Label { record, labels }))
	};
	let theirs = records.iter().filter(|(_, record)| record.author == *institution);
	of_patient
		.into_iter()
		.chain(theirs.flat_map(|(id, _)| of_record(*id)))
		.chain(others)
		.find(|matter| agreed_matter(matter) == *content)
}

/// All lists of a few of the labels whose tags are known.
fn label_sets(table: &LabelTable) -> Vec<LabelTags> {
	let words = table.words().into_iter();
	let mut tags: Vec<LabelTag> = words.filter_map(|word| table.tag_of(word)).collect();
	tags.sort_unstable();
	tags.dedup();
	let mut sets: Vec<Vec<LabelTag>> = vec![vec![]];
	for tag in tags {
		let longer = sets.iter().filter(|set| set.len() < MOST_LABELS);
		let longer: Vec<_> = longer.map(|set| [&set[..], &[tag]].concat()).collect();
		sets.extend(longer);
	}
	sets.into_iter().filter(|set| !set.is_empty()).filter_map(canonical_tags).collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{consent::fixtures::hospital, keys::Identity, scripted::Scripted};
	use vouchsafe_protocol::{
		messages::{Hex, HexBytes, LogLine},
		runtime::runtime_types::pallet_enrolment::types::StaffProposal,
		storage,
	};

	const PATIENT: AccountId = AccountId::new([9; 32]);
	const HOSPITAL: AccountId = AccountId::new([1; 32]);
	const COLLEAGUE: AccountId = AccountId::new([7; 32]);
	const PROPOSED: u64 = 1_700_000_000;

	fn record(id: u8, author: AccountId) -> (H256, Record) {
		let record = Record {
			patient: PATIENT,
			responsible: author.clone(),
			author,
			..crate::consent::fixtures::record()
		};
		(H256([id; 32]), record)
	}

	/// A registrar's session. A colleague has proposed something `after` seconds before.
	fn session(matter: &StaffMatter, after: u64) -> Session<Scripted> {
		let session = Session::scripted("//RegistrarA");
		let proposal = StaffProposal {
			signer: COLLEAGUE,
			origin: COLLEAGUE,
			content: agreed_matter(matter),
			at: PROPOSED,
		};
		session.chain.change(|state| {
			state.set(staff_proposal(&PATIENT, &HOSPITAL), &proposal);
			state.set(storage::now(), &((PROPOSED + after) * 1000));
			state.answer("records_of", &vec![record(5, HOSPITAL), record(6, COLLEAGUE)]);
		});
		session
	}

	fn mark(id: u8, status: RecordStatus) -> StaffMatter {
		StaffMatter::Mark { record: H256([id; 32]), status }
	}

	#[tokio::test]
	async fn another_proposal_that_waits_is_found_and_said() {
		let theirs = mark(5, RecordStatus::WrongPatient);
		let other = mark(5, RecordStatus::WrongContent);
		let found = async |session: &Session<Scripted>, ours: &StaffMatter| {
			other_proposal(session, &PATIENT, &HOSPITAL, ours).await.unwrap()
		};
		let one = session(&theirs, PROPOSAL_LIFETIME - 1);
		assert_eq!(found(&one, &theirs).await, None, "the second confirms the same");
		let waiting = found(&one, &other).await.unwrap();
		assert_eq!((&waiting.by, waiting.until), (&COLLEAGUE, PROPOSED + PROPOSAL_LIFETIME));
		let sentence = waiting.sentence.unwrap();
		assert!(sentence.contains("proposed to mark record 05050505"), "{sentence}");

		assert_eq!(found(&session(&theirs, PROPOSAL_LIFETIME), &other).await, None, "too late");
		let none = Session::scripted("//RegistrarA");
		assert_eq!(found(&none, &other).await, None);
		let of_another = session(&mark(6, RecordStatus::WrongPatient), 0);
		let waiting = found(&of_another, &other).await.unwrap();
		assert_eq!(waiting.sentence, None, "not a record of the hospital");
	}

	/// Otherwise a new key that waits would be told to the patient as a consent.
	#[tokio::test]
	async fn the_patient_knows_what_waits_from_the_log() {
		let mut session = Session::scripted("//PatientA");
		let me = session.me().unwrap().account();
		let (key, evidence) = (AccountId::new([4; 32]), H256([5; 32]));
		let matter = StaffMatter::NewKey { key, encryption_key: [6; 32], evidence };
		let entry = LogEntry {
			signer: COLLEAGUE,
			origin: COLLEAGUE,
			acting_for: Some(HOSPITAL),
			purpose: None,
			event: LogEvent::StaffProposed(matter.clone()),
		};
		let (entry, head) = (HexBytes(entry.to_bytes()), Hex([0; 32]));
		session.custodians.log = vec![LogLine { seq: 0, block: 1, time: 0, entry, head }];
		session.members = vec![hospital()];
		session.chain.change(|state| {
			state.answer("records_of", &Vec::<u8>::new());
			state.answer("audit_head", &(1u64, H256::zero()));
		});
		let at = session.finalized().await.unwrap();
		let found = async |session: &Session<Scripted>, matter: &StaffMatter| {
			let content = agreed_matter(matter);
			matter_of(session, &at, &me, &HOSPITAL, &content).await.unwrap().0
		};
		assert_eq!(found(&session, &matter).await.as_ref(), Some(&matter));
		let other = mark(5, RecordStatus::WrongPatient);
		assert_eq!(found(&session, &other).await, None);
		// Nobody else has this log.
		let somebody = Identity::development("//DoctorA").unwrap();
		let session = Session { me: Some(somebody), ..session };
		assert_eq!(found(&session, &matter).await, None);
	}

	#[tokio::test]
	async fn proposals_of_every_kind_are_recognised() {
		let mut table = LabelTable::default();
		let words: Vec<String> = (0..4).map(|number| format!("own-{number}")).collect();
		let tags: Vec<_> = (1..=4).map(|id| Hex([id; 4])).collect();
		table.note_tags(&HOSPITAL, &words, &tags).unwrap();
		table.use_words(&words);
		let label = |ids: &[u8]| StaffMatter::Label {
			record: H256([5; 32]),
			labels: canonical_tags(ids.iter().map(|id| LabelTag([*id; 4]))).unwrap(),
		};
		let records = [record(5, HOSPITAL), record(6, COLLEAGUE)];
		let new_key = |id: u8| {
			let (key, evidence) = (AccountId::new([id; 32]), H256([id; 32]));
			StaffMatter::NewKey { key, encryption_key: [id; 32], evidence }
		};
		let known = |matter: &StaffMatter| {
			let kept = vec![new_key(1), StaffMatter::Activate { representative: COLLEAGUE }];
			let found = recognise(&agreed_matter(matter), &HOSPITAL, &records, &table, kept);
			found.as_ref() == Some(matter)
		};
		for matter in [
			mark(5, RecordStatus::WrongContent),
			mark(5, RecordStatus::WrongPatient),
			StaffMatter::TakeMarkBack { record: H256([5; 32]) },
			StaffMatter::DeclareDeceased,
			StaffMatter::TakeDeathBack,
			label(&[2]),
			label(&[1, 4]),
			label(&[1, 2, 3]),
			new_key(1),
			StaffMatter::Activate { representative: COLLEAGUE },
		] {
			assert!(known(&matter), "{matter:?}");
		}
		let of_another = mark(6, RecordStatus::WrongPatient);
		let stranger = StaffMatter::Activate { representative: PATIENT };
		for matter in [label(&[1, 2, 3, 4]), label(&[9]), of_another, new_key(2), stranger] {
			assert!(!known(&matter), "{matter:?}");
		}
	}
}
