//! Content that is written as it arrives: nothing of it stays unless all of it is right.

use super::*;
use crate::{consent::fixtures::hospital, platform::Pieces, scripted::Scripted};
use bytes::Bytes;
use std::sync::Mutex;
use vouchsafe_protocol::{
	cid::cid_of,
	holders::Member,
	types::{HolderKind, HolderState},
};
use vouchsafe_vault::{document::encrypt, sharing::Secret};

const PATIENT: AccountId = AccountId::new([9; 32]);

/// A file that is full after some bytes, and how often it was begun and finished.
#[derive(Clone, Default)]
struct File(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
	room: Option<usize>,
	begun: usize,
	left: usize,
	finished: Option<Vec<u8>>,
}

struct FileDraft {
	file: File,
	bytes: Vec<u8>,
}

impl Drop for FileDraft {
	fn drop(&mut self) {
		self.file.0.lock().unwrap().left += 1;
	}
}

impl Draft for FileDraft {
	async fn write(&mut self, bytes: &[u8]) -> Result<()> {
		self.bytes.extend_from_slice(bytes);
		match self.file.0.lock().unwrap().room.is_some_and(|room| self.bytes.len() > room) {
			true => bail!("the storage is lost"),
			false => Ok(()),
		}
	}

	async fn read(&mut self) -> Result<Pieces> {
		bail!("it is not read")
	}
}

impl Sink for File {
	type Draft = FileDraft;
	type Place = ();

	async fn draft(&self) -> Result<FileDraft> {
		self.0.lock().unwrap().begun += 1;
		Ok(FileDraft { file: self.clone(), bytes: vec![] })
	}

	async fn keep(&self, draft: FileDraft, _: &Document) -> Result<()> {
		self.0.lock().unwrap().finished = Some(draft.bytes.clone());
		Ok(())
	}
}

/// A document of three segments, encrypted, and what a reader has to open it.
fn document() -> (Vec<u8>, Vec<u8>, Unsealed) {
	let plain: Vec<u8> = (0..3_000_000u32).map(|it| u8::try_from(it % 251).unwrap()).collect();
	let (record, hospitals) = (H256([5; 32]), [1, 2].map(|it| AccountId::new([it; 32])));
	let holder =
		|account| HolderState { account, kind: HolderKind::Institution, acknowledged: true };
	let context = vouchsafe_protocol::openings::context(H256::zero(), record, 0, &PATIENT);
	let secret = Secret::random();
	let mut sealed = Vec::new();
	encrypt(&secret.document_key(&context), &context, &plain[..], &mut sealed).unwrap();
	let details = Details {
		title: "Scan".into(),
		media_type: "application/dicom".into(),
		plaintext_len: plain.len() as u64,
		commitment_salt: [3; 32],
	};
	let mut commitment = PlaintextCommitment::new([3; 32]);
	commitment.update(&plain);
	let (cid, length) = (cid_of(&sealed), sealed.len() as u64);
	let manifest = Manifest::new(&secret, &context, cid.to_bytes(), length, &details).unwrap();
	let target = Target {
		patient: PATIENT,
		record,
		status: RecordStatus::Current,
		version: 0,
		set: SharingSet {
			epoch: 0,
			threshold: 2,
			holders: hospitals.map(holder).to_vec(),
			commitments: H256::zero(),
		},
		manifest: cid_of(b"manifest"),
		commitment: H256(commitment.finish()),
		context,
	};
	let document = Document {
		record,
		version: 0,
		title: "Scan".into(),
		media_type: "application/dicom".into(),
	};
	let key = secret.document_key(&target.context);
	let (near, shares_from, warnings) = (None, vec![], vec![]);
	let unsealed =
		Unsealed { target, manifest, details, key, near, document, shares_from, warnings };
	(plain, sealed, unsealed)
}

fn pieces(bytes: &[u8]) -> Vec<Result<Bytes, CustodianError>> {
	bytes.chunks(100_000).map(|it| Ok(Bytes::copy_from_slice(it))).collect()
}

/// What becomes of it if the two hospitals send this.
async fn fetched(
	unsealed: &Unsealed,
	file: &File,
	sent: [Vec<Result<Bytes, CustodianError>>; 2],
) -> Result<Opened<()>> {
	let mut session = Session::<Scripted>::scripted("//PatientA");
	let member = hospital();
	for (place, sent) in [1, 2].into_iter().zip(sent) {
		let account = AccountId::new([place; 32]);
		session.custodians.content.insert(account.clone(), sent);
		session.members.push(Member { account, ..member.clone() });
	}
	fetch_content(&session, unsealed, file).await
}

#[tokio::test]
async fn a_right_copy_is_kept_whole() {
	let (plain, sealed, unsealed) = document();
	let file = File::default();
	let opened = fetched(&unsealed, &file, [pieces(&sealed), pieces(&sealed)]).await.unwrap();
	assert_eq!((opened.length, opened.warnings.len()), (plain.len() as u64, 0));
	let state = file.0.lock().unwrap();
	assert_eq!(state.finished.as_deref(), Some(&plain[..]));
	assert_eq!((state.begun, state.left), (1, 1));
}

/// The attack: a custodian changes a bit, cuts, adds, or stops in the middle.
#[tokio::test]
async fn of_a_false_copy_nothing_stays_and_the_next_custodian_is_asked() {
	let (plain, sealed, unsealed) = document();
	let changed = |place: usize| {
		let mut copy = sealed.clone();
		copy[place] ^= 1;
		pieces(&copy)
	};
	let mut stopped = pieces(&sealed[..1_500_000]);
	stopped.push(Err(CustodianError::Unreachable("the stream was cut".into())));
	let falsehoods = [
		changed(0),
		changed(500_000),
		changed(sealed.len() - 1),
		pieces(&sealed[..sealed.len() - 1]),
		pieces(&sealed[..1_048_576]),
		pieces(&[]),
		pieces(&[&sealed[..], b"more"].concat()),
		stopped,
	];
	for (number, wrong) in falsehoods.into_iter().enumerate() {
		let file = File::default();
		let both = fetched(&unsealed, &file, [wrong.clone(), wrong.clone()]).await;
		let error = both.map(drop).unwrap_err();
		let is_right =
			matches!(error.downcast_ref(), Some(OpenError::NoGoodCopy { what: "ciphertext", .. }));
		assert!(is_right, "{number}: {error:#}");
		{
			let state = file.0.lock().unwrap();
			assert!(state.finished.is_none(), "{number}");
			assert_eq!((state.begun, state.left), (2, 2), "{number}");
		}
		let file = File::default();
		fetched(&unsealed, &file, [wrong, pieces(&sealed)]).await.unwrap();
		assert_eq!(file.0.lock().unwrap().finished.as_deref(), Some(&plain[..]), "{number}");
	}
}

/// The attack: the author's program committed to another document than it encrypted.
#[tokio::test]
async fn what_was_not_committed_to_is_not_kept() {
	let (_, sealed, mut unsealed) = document();
	unsealed.target.commitment = H256([1; 32]);
	let file = File::default();
	let error = fetched(&unsealed, &file, [pieces(&sealed), pieces(&sealed)]).await;
	let error = error.map(drop).unwrap_err();
	assert!(matches!(error.downcast_ref(), Some(OpenError::WrongPlaintext { .. })), "{error:#}");
	let state = file.0.lock().unwrap();
	assert_eq!((state.finished.is_none(), state.begun, state.left), (true, 1, 1));
}

#[tokio::test]
async fn storage_that_is_lost_midway_keeps_nothing() {
	let (_, sealed, unsealed) = document();
	let file = File::default();
	file.0.lock().unwrap().room = Some(1_200_000);
	let error = fetched(&unsealed, &file, [pieces(&sealed), pieces(&sealed)]).await;
	assert!(error.map(drop).unwrap_err().to_string().contains("storage is lost"));
	let state = file.0.lock().unwrap();
	assert_eq!((state.finished.is_none(), state.begun, state.left), (true, 1, 1));
}
