use super::*;
use crate::{
	author::{
		reseal::seal_again,
		send::{batches, frame},
	},
	journal::{Entry, Envelope, NewRow, PatientCopy, WideningRow},
	keys::Identity,
	memory::MemoryKeep,
	platform::Keep,
	scripted::Scripted,
};
use codec::Encode;
use vouchsafe_protocol::{
	cid::cid_of,
	errors::{ChainError, CustodianError},
	holders::{Choice, ChosenHolder, Member},
	messages::HexBytes,
	types::{
		Account, AccountKind, Frame, HolderChoice, HolderKind, HolderState, LabelTag, Record,
		RecordStatus, RepresentationView, ServicePeriod, SharingSet, Status, Version,
	},
};
use vouchsafe_vault::{
	manifest::{open_share, seal_share, ShareAddress},
	seal::SecretKey,
	sharing::Secret,
};

const PATIENT: AccountId = AccountId::new([9; 32]);

/// A document outside the agent, in pieces.
#[derive(Debug)]
struct Outside(Vec<&'static [u8]>);

impl Source for Outside {
	fn length(&self) -> Result<u64> {
		match self.0.is_empty() {
			true => bail!("not a document"),
			false => Ok(self.0.concat().len() as u64),
		}
	}

	fn pieces(&self) -> Pieces {
		Pieces::new(stream::iter(self.0.clone()).map(|piece| Ok(Bytes::from_static(piece))))
	}
}

#[tokio::test]
async fn a_document_outside_and_its_bytes_are_the_same_source() {
	let outside = Content::Source(Arc::new(Outside(vec![b"a", b"", b"bc"])));
	let digest = outside.digest().await.unwrap();
	assert_eq!(digest, Content::Bytes(Bytes::from_static(b"abc")).digest().await.unwrap());
	assert!(Content::Source(Arc::new(Outside(vec![]))).digest().await.is_err());
}

#[tokio::test]
async fn what_is_handed_in_again_is_known_again() {
	let addition = |content: &[u8], title: &str, months| Addition {
		patient: PATIENT,
		institution: Some(AccountId::new([1; 32])),
		documents: vec![NewDocument {
			content: Content::Bytes(content.to_vec().into()),
			title: title.into(),
			media_type: "text/plain".into(),
			place: Place::New {
				category: Category::Other,
				months,
				labels: vec![],
				relation: None,
				confidentiality: Confidentiality::Normal,
				origin: Origin::Authored,
			},
		}],
		sharing: SharingWish::default(),
	};
	let source = async |addition: &Addition| Sources::of(addition).await.unwrap().all;
	let one = source(&addition(b"abc", "It", (1, 2))).await;
	assert_eq!(one, source(&addition(b"abc", "It", (1, 2))).await);
	assert_ne!(one, source(&addition(b"abd", "It", (1, 2))).await);
	assert_ne!(one, source(&addition(b"abc", "Is", (1, 2))).await);
	assert_ne!(one, source(&addition(b"abc", "It", (1, 3))).await);
	let mut labelled = addition(b"abc", "It", (1, 2));
	if let Place::New { labels, .. } = &mut labelled.documents[0].place {
		labels.push("hiv".into());
	}
	assert_ne!(one, source(&labelled).await);
	let mut other = addition(b"abc", "It", (1, 2));
	other.patient = AccountId::new([8; 32]);
	assert_ne!(one, source(&other).await);
}

fn doctor() -> Identity {
	Identity::development("//DoctorA").unwrap()
}

/// A version of which nothing has left the machine.
fn prepared() -> Entry {
	let cid = cid_of(b"ciphertext").to_string();
	Entry {
		title: "It".into(),
		patient: (&PATIENT).into(),
		institution: None,
		record: Hex([5; 32]),
		version: 0,
		new: None,
		words: vec![],
		unclassified: None,
		widening: None,
		previous: Hex([0; 32]),
		manifest: HexBytes(vec![]),
		manifest_cid: cid.clone(),
		content_cid: cid,
		content_len: 10,
		commitment: Hex([0; 32]),
		commitments: HexBytes(vec![]),
		threshold: 2,
		holders: vec![],
		envelopes: vec![Envelope {
			institution: Hex([1; 32]),
			key: Hex([2; 32]),
			share: HexBytes(vec![]),
			kept: HexBytes(vec![]),
			delivered: false,
		}],
		patient_share: None,
		patient_copy: None,
		uploaded: false,
		is_final: false,
		complete: false,
	}
}

/// A new record of which nothing has left the machine.
fn new_record() -> Entry {
	let new = NewRow {
		salt: Hex([1; 16]),
		origin: "authored".into(),
		months: (1, 2),
		relation: None,
		confidentiality: "normal".into(),
		labels: vec![],
		category: "other".into(),
	};
	Entry { new: Some(new), ..prepared() }
}

#[test]
fn one_call_creates_up_to_64_records() {
	let numbers = |count: usize| (0..count).collect::<Vec<_>>();
	let sizes = |entries: &[Entry], open: &[usize]| -> Vec<usize> {
		batches(entries, open).iter().map(Vec::len).collect()
	};
	let many = vec![new_record(); 130];
	assert_eq!(sizes(&many[..64], &numbers(64)), [64]);
	assert_eq!(sizes(&many[..65], &numbers(65)), [64, 1]);
	assert_eq!(sizes(&many, &numbers(130)), [64, 64, 2]);
	// Entries that are final already are left out.
	assert_eq!(batches(&many, &[0, 5, 129]), [[0, 5, 129]]);
	assert!(batches(&many, &[]).is_empty());
	// A version needs its own call. So do records with other holders.
	let version = prepared();
	let other = Entry { threshold: 3, ..new_record() };
	let mixed = [new_record(), new_record(), version.clone(), version, new_record(), other];
	assert_eq!(sizes(&mixed, &numbers(6)), [2, 1, 1, 1, 1]);
}

/// A version adds to what its record has now, and removes nothing.
#[test]
fn a_version_never_narrows() {
	let record = Record {
		patient: PATIENT,
		author: PATIENT,
		responsible: PATIENT,
		origin: Origin::PatientEntered,
		service: ServicePeriod { first: 10, last: 20 },
		relation: None,
		confidentiality: Confidentiality::Restricted,
		labels: vec![tag(1)],
		category: Category::Summary,
		status: RecordStatus::Current,
		versions: 1,
		head: H256([0; 32]),
	};
	let try_widened = |record: &Record, months, labels: &[u8], confidentiality: &str| {
		let labels = labels.iter().map(|id| Hex(tag(*id).0)).collect();
		let confidentiality = confidentiality.into();
		let widening = Some(WideningRow { months, labels, confidentiality });
		frame(record, &Entry { widening, ..prepared() })
	};
	let widened = |months, labels: &[u8], confidentiality| {
		try_widened(&record, months, labels, confidentiality).unwrap()
	};
	let expected = |first, last, labels: &[u8], confidentiality| Frame {
		service: ServicePeriod { first, last },
		confidentiality,
		labels: labels.iter().map(|id| tag(*id)).collect(),
	};
	let unchanged = expected(10, 20, &[1], Confidentiality::Restricted);
	assert_eq!(frame(&record, &prepared()).unwrap(), unchanged);
	assert_eq!(widened((12, 18), &[], "normal"), unchanged);
	let wider = expected(9, 21, &[1, 2], Confidentiality::VeryRestricted);
	assert_eq!(widened((9, 21), &[2], "very-restricted"), wider);
	let later = expected(10, 25, &[1], Confidentiality::Restricted);
	assert_eq!(widened((15, 25), &[1], "restricted"), later);
	// A record stays unclassified, and a record has at most eight labels.
	let unclassified = Record { labels: vec![LabelTag::UNCLASSIFIED], ..record.clone() };
	let kept = try_widened(&unclassified, (10, 20), &[2], "normal").unwrap();
	assert_eq!(kept.labels, unclassified.labels);
	assert!(try_widened(&record, (10, 20), &[2, 3, 4, 5, 6, 7, 8, 9], "normal").is_err());
}

fn tag(id: u8) -> LabelTag {
	LabelTag([id; 4])
}

fn group(genesis: Hex<32>, signer: Hex<32>, entries: Vec<Entry>) -> Group {
	let (source, documents) = (Hex([7; 32]), Hex([8; 32]));
	let terms = vec![("labels".into(), "none".into())];
	Group { genesis, signer, source, documents, terms, entries }
}

/// A session with one unfinished group, and no connection.
async fn interrupted(entry: Entry) -> Session<crate::memory::Offline> {
	let session = Session::offline(doctor(), MemoryKeep::default());
	let me = session.me().unwrap();
	let (genesis, signer) = (session.genesis().into(), (&me.account()).into());
	let (journal, _) = Journal::claim(&session.keep, me, genesis, Hex([7; 32])).await.unwrap();
	let group = group(genesis, signer, vec![entry]);
	journal.save(&group).await.unwrap();
	drop(journal);
	session
}

/// What no custodian takes is refused before it is encrypted, if all say how much they take.
#[tokio::test]
async fn what_is_too_large_is_told_before_it_is_encrypted() {
	let addition = Addition {
		patient: PATIENT,
		institution: None,
		documents: vec![NewDocument {
			content: Content::Bytes(Bytes::from_static(b"abc")),
			title: "Slide".into(),
			media_type: "text/plain".into(),
			place: Place::VersionOf { record: H256([5; 32]), widening: None },
		}],
		sharing: SharingWish::default(),
	};
	let holder = |account, kind| ChosenHolder { account, kind, key: [0; 32] };
	let holders = vec![
		holder(PATIENT, HolderKind::Patient),
		holder(AccountId::new([1; 32]), HolderKind::Institution),
	];
	let choice = Choice { threshold: 2, holders };
	for (answers, is_refused) in [(true, true), (false, false)] {
		let session = begun(answers.then_some(CustodianError::Busy), vec![]).await;
		let checked = prepare::check_lengths(&session, &addition, &choice).await;
		assert_eq!(checked.is_err(), is_refused, "{checked:?}");
		if let Err(error) = checked {
			let said = error.to_string();
			assert!(said.contains("“Slide” is too large") && said.contains("than 10"), "{said}");
		}
	}
}

/// A document of a terabyte that nobody may read.
#[derive(Debug)]
struct Endless;

impl Source for Endless {
	fn length(&self) -> Result<u64> {
		Ok(1 << 40)
	}

	fn pieces(&self) -> Pieces {
		panic!("a document that is too large is read")
	}
}

#[tokio::test]
async fn what_is_too_large_is_told_before_it_is_read() {
	let mut session = Session::scripted("//DoctorA");
	session.custodians.refusal = Some(CustodianError::Busy);
	session.chain.change(|state| state.answer("holder_choice", &None::<HolderChoice>));
	let member = |id: u8| Member {
		account: AccountId::new([id; 32]),
		kind: AccountKind::Institution,
		status: Status::Active,
		name: format!("Hospital {id}"),
		country: "DE".into(),
		custodian: Some(("http://a.example".into(), [id; 32])),
	};
	session.members = (1..=4).map(member).collect();
	let addition = Addition {
		patient: PATIENT,
		institution: Some(AccountId::new([1; 32])),
		documents: vec![NewDocument {
			content: Content::Source(Arc::new(Endless)),
			title: "Slide".into(),
			media_type: "text/plain".into(),
			place: Place::VersionOf { record: H256([5; 32]), widening: None },
		}],
		sharing: SharingWish::default(),
	};
	let said = add(&session, &addition, None).await.unwrap_err().to_string();
	assert!(said.contains("“Slide” is too large"), "{said}");
	assert!(session.keep.places().is_empty() && session.chain.calls().is_empty());
}

#[tokio::test]
async fn unfinished_documents_are_listed_without_a_node() {
	let session = interrupted(prepared()).await;
	let listed = list_unfinished(&session).await.unwrap();
	assert_eq!(listed, [("It".to_owned(), H256([5; 32]))]);
	let session = interrupted(Entry { complete: true, ..prepared() }).await;
	assert!(list_unfinished(&session).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_prepared_leaves_nothing() {
	let session = Session::offline(doctor(), MemoryKeep::default());
	let document = NewDocument {
		content: Content::Bytes(Bytes::from_static(b"abc")),
		title: "It".into(),
		media_type: "text/plain".into(),
		place: Place::VersionOf { record: H256([5; 32]), widening: None },
	};
	let addition = Addition {
		patient: PATIENT,
		institution: None,
		documents: vec![document],
		sharing: SharingWish::default(),
	};
	let error = add(&session, &addition, None).await.unwrap_err();
	assert!(matches!(error.downcast_ref(), Some(ChainError::Unreachable(_))), "{error:#}");
	assert!(session.keep.places().is_empty());
}

#[tokio::test]
async fn unfinished_work_is_tried_until_patience_ends_and_stays() {
	let uploaded = Entry { uploaded: true, ..prepared() };
	for (entry, tried) in [(prepared(), "no custodian took “It”"), (uploaded, "not finished")] {
		let session = interrupted(entry).await;
		let patience = Duration::from_secs(100);
		let mut resumed = resume(&session, Some(patience)).await.unwrap();
		let error = resumed.failed.pop().unwrap().error;
		assert!(error.to_string().starts_with(tried), "{error:#}");
		let advised = error.downcast_ref::<Advised>().unwrap();
		assert_eq!(advised.advice, Advice::Resume { key: "//DoctorA".into() });
		let elapsed = session.clock.elapsed();
		assert!(patience <= elapsed && elapsed < patience * 2, "{elapsed:?}");
		let found = Journal::unfinished(&session.keep, session.me().unwrap()).await.unwrap();
		assert_eq!(found.len(), 1);
	}
}

/// An institution with a custodian, and one unfinished group for each entry.
async fn begun(
	refusal: Option<CustodianError>,
	entries: Vec<Entry>,
) -> Session<crate::memory::Offline> {
	let session = Session::offline(doctor(), MemoryKeep::default()).with_custodian(refusal);
	let me = session.me().unwrap();
	let (genesis, signer) = (session.genesis().into(), (&me.account()).into());
	for (number, entry) in (0..).zip(entries) {
		let source = Hex([number; 32]);
		let (journal, _) = Journal::claim(&session.keep, me, genesis, source).await.unwrap();
		let mut group = group(genesis, signer, vec![entry]);
		group.documents = Hex([number; 32]);
		journal.save(&group).await.unwrap();
	}
	session
}

/// A custodian drops what no version has named for a day. If the command goes on later, the version
/// would be on the chain, and its content nowhere.
#[tokio::test]
async fn what_custodians_have_dropped_is_uploaded_again() {
	let uploaded = || Entry { uploaded: true, ..prepared() };
	let cases =
		[(Some(CustodianError::NotFound), false), (Some(CustodianError::Busy), true), (None, true)];
	for (refusal, stays) in cases {
		let session = begun(refusal, vec![]).await;
		let (genesis, signer) =
			(session.genesis().into(), (&session.me().unwrap().account()).into());
		let complete = Entry { complete: true, ..uploaded() };
		let is_final = Entry { is_final: true, ..uploaded() };
		let mut group = group(genesis, signer, vec![uploaded(), is_final, complete]);
		find_dropped(&session, &mut group).await.unwrap();
		let now: Vec<_> = group.entries.iter().map(|entry| entry.uploaded).collect();
		assert_eq!(now, [stays, stays, true]);
	}
}

/// A refusal that cannot pass ends the command at once, with its reason, also without a limit of time.
#[tokio::test]
async fn a_refusal_for_good_ends_the_command_with_its_reason() {
	for (status, message) in [(413, "the request is too large"), (401, "check the clock")] {
		let refused = CustodianError::Refused { status, message: message.into() };
		let session = begun(Some(refused), vec![prepared()]).await;
		let mut resumed = resume(&session, None).await.unwrap();
		let error = resumed.failed.pop().unwrap().error;
		assert!(format!("{error:#}").contains(message), "{error:#}");
		let advice = Advice::GiveUp { key: "//DoctorA".into(), record: H256([5; 32]) };
		assert_eq!(error.downcast_ref::<Advised>().unwrap().advice, advice);
		assert_eq!(session.clock.elapsed(), Duration::ZERO, "nothing was waited for");
		let left = Journal::unfinished(&session.keep, session.me().unwrap()).await.unwrap();
		assert_eq!(left.len(), 1, "it can be tried again once the reason is mended");
	}
}

/// The node of a custodian may be late, so that "no access" is believed after some seconds only. What
/// may pass is waited for.
#[tokio::test]
async fn what_may_pass_is_waited_for() {
	let session = begun(Some(CustodianError::NoAccess), vec![prepared()]).await;
	let resumed = resume(&session, None).await.unwrap();
	assert_eq!(resumed.failed.len(), 1);
	assert!(session.clock.elapsed() >= crate::open::LAG);
	let busy = [
		CustodianError::Busy,
		CustodianError::Refused { status: 507, message: "the disk is full".into() },
	];
	for passing in busy {
		let session = begun(Some(passing.clone()), vec![prepared()]).await;
		let patience = Duration::from_secs(100);
		let mut resumed = resume(&session, Some(patience)).await.unwrap();
		assert!(session.clock.elapsed() >= patience);
		let error = format!("{:#}", resumed.failed.pop().unwrap().error);
		assert!(error.contains(&passing.to_string()), "{error}");
	}
}

/// Each group has its turn, so that one that is stuck does not stop the others.
#[tokio::test]
async fn resuming_goes_past_what_is_stuck() {
	let entry = |record: u8| Entry { record: Hex([record; 32]), ..prepared() };
	let session = begun(None, (5..8).map(entry).collect()).await;
	let patience = Duration::from_secs(200);
	let resumed = resume(&session, Some(patience)).await.unwrap();
	let mut failed: Vec<_> = resumed.failed.iter().map(|it| it.record.0[0]).collect();
	failed.sort_unstable();
	assert_eq!(failed, [5, 6, 7], "each was tried until the end");
	let elapsed = session.clock.elapsed();
	assert!(patience <= elapsed && elapsed < patience * 2, "{elapsed:?}");
}

#[tokio::test]
async fn an_earlier_attempt_with_other_terms_is_replaced_only_if_nothing_has_left() {
	let now = vec![("labels".to_owned(), "psychiatry".to_owned())];
	let session = begun(None, vec![prepared()]).await;
	assert!(set_aside(&session, Hex([9; 32]), &now).await.unwrap().is_empty(), "other documents");
	let replaced = set_aside(&session, Hex([0; 32]), &now).await.unwrap();
	assert_eq!(side_by_side(&replaced), "labels: none before, psychiatry now");
	assert!(session.keep.folders("journal").await.unwrap().is_empty());

	for begun_entry in
		[Entry { uploaded: true, ..prepared() }, Entry { is_final: true, ..prepared() }]
	{
		let session = begun(None, vec![begun_entry]).await;
		let error = set_aside(&session, Hex([0; 32]), &now).await.unwrap_err();
		let said = error.to_string();
		assert!(said.contains("labels: none before, psychiatry now"), "{said}");
		let advised = error.downcast_ref::<Advised>().unwrap();
		assert!(matches!(advised.advice, Advice::GiveUp { .. }));
		assert_eq!(session.keep.folders("journal").await.unwrap().len(), 1);
	}
}

#[tokio::test]
async fn what_is_given_up_is_named_and_its_state_is_asked_of_the_chain() {
	let session = begun(None, vec![prepared()]).await;
	for wrong in ["Is", "0606060606060606", "05"] {
		let error = find_unfinished(&session, wrong).await.map(drop).unwrap_err().to_string();
		assert!(error.contains("there is no unfinished document"), "{error}");
	}
	for named in ["It", "05050505", "0x0505-0505"] {
		// Without the chain nothing is said of it.
		let error = find_unfinished(&session, named).await.map(drop).unwrap_err();
		assert!(matches!(error.downcast_ref(), Some(ChainError::Unreachable(_))), "{error:#}");
	}
	let lost = |held| {
		let missing = vec![AccountId::new([1; 32])];
		DocumentProgress::OnChain { threshold: 3, held, missing }.is_lost()
	};
	assert!(lost(2) && !lost(3));
	assert!(!DocumentProgress::NotOnChain { uploaded: true }.is_lost());
}

#[tokio::test]
async fn another_chains_work_is_left_alone() {
	let session = Session::offline(doctor(), MemoryKeep::default());
	let me = session.me().unwrap();
	let genesis = Hex([9; 32]);
	let (journal, _) = Journal::claim(&session.keep, me, genesis, Hex([7; 32])).await.unwrap();
	let signer = (&me.account()).into();
	let entries = vec![prepared()];
	journal.save(&group(genesis, signer, entries)).await.unwrap();
	drop(journal);
	let resumed = resume(&session, None).await.unwrap();
	assert!(resumed.added.is_empty() && resumed.failed.is_empty());
	assert_eq!(session.keep.folders("journal").await.unwrap().len(), 1);
}

#[test]
fn a_share_is_sealed_again_for_a_new_custodian() {
	let me = doctor();
	let genesis = H256([1; 32]);
	let (old, new) = (SecretKey::random(), SecretKey::random());
	let share = Secret::random().split(2, 3).unwrap().shares.remove(0);
	let mut entry = prepared();
	let address = ShareAddress {
		genesis: genesis.0,
		record: entry.record.0,
		version: entry.version,
		epoch: 0,
		holder: entry.envelopes[0].institution.0,
	};
	let seal = |key: &SecretKey| HexBytes(seal_share(&key.public(), &address, &share).unwrap());
	entry.envelopes[0] = Envelope {
		key: Hex(old.public().0),
		share: seal(&old),
		kept: seal(&me.encryption),
		delivered: true,
		..entry.envelopes[0].clone()
	};
	let before = entry.envelopes[0].share.clone();
	assert!(!seal_again(&me, genesis, &mut entry, 0, old.public().0).unwrap());
	assert_eq!(entry.envelopes[0].share, before);
	assert!(entry.envelopes[0].delivered);

	assert!(seal_again(&me, genesis, &mut entry, 0, new.public().0).unwrap());
	let envelope = &entry.envelopes[0];
	assert_eq!(envelope.key.0, new.public().0);
	assert!(!envelope.delivered, "the new custodian does not have it");
	let opened = open_share(&new, &address, &envelope.share.0).unwrap();
	assert_eq!((opened.index, opened.encode()), (share.index, share.encode()));
	assert!(open_share(&old, &address, &envelope.share.0).is_err());
	let other = Identity::development("//DoctorB").unwrap();
	assert!(seal_again(&other, genesis, &mut entry, 0, old.public().0).is_err());
}

/// The attack: a day after the patient's key was recovered, work is resumed, and the patient's share is sealed to
/// the lost key.
#[tokio::test]
async fn a_share_is_sealed_again_for_a_patient_with_a_new_key() {
	let session = Session::<Scripted>::scripted("//DoctorA");
	let (me, genesis) = (session.me().unwrap(), session.genesis());
	let [old, new, newest] = [(); 3].map(|()| SecretKey::random());
	let share = Secret::random().split(2, 3).unwrap().shares.remove(0);
	let entry = prepared();
	let address = ShareAddress {
		genesis: genesis.0,
		record: entry.record.0,
		version: entry.version,
		epoch: 0,
		holder: account_bytes(&PATIENT),
	};
	let seal = |key: &SecretKey| HexBytes(seal_share(&key.public(), &address, &share).unwrap());
	let copy = PatientCopy { key: Hex(old.public().0), kept: seal(&me.encryption) };
	let entry = Entry { patient_share: Some(seal(&old)), patient_copy: Some(copy), ..prepared() };
	let complete = Entry { complete: true, ..entry.clone() };
	let without = Entry { patient_copy: None, ..entry.clone() };
	let entries = vec![complete, without, entry.clone()];
	let mut group = group(genesis.into(), (&me.account()).into(), entries);
	let has = |key: &SecretKey| Account {
		encryption_key: key.public().0,
		..crate::access::fixtures::account(AccountKind::Patient)
	};

	session.chain.change(|state| state.answer("account", &Some(has(&old))));
	assert!(!seal_to_patients(&session, &mut group).await.unwrap());
	assert_eq!(group.entries[2].patient_share, entry.patient_share);

	session.chain.change(|state| state.answer("account", &Some(has(&new))));
	session.chain.has_news(|state| state.answer("account", &Some(has(&newest))));
	assert!(seal_to_patients(&session, &mut group).await.unwrap());
	let resealed = group.entries[2].patient_share.clone().unwrap();
	let opened = open_share(&newest, &address, &resealed.0).unwrap();
	assert_eq!((opened.index, opened.encode()), (share.index, share.encode()));
	assert!(open_share(&old, &address, &resealed.0).is_err());
	for untouched in &group.entries[..2] {
		assert_eq!(untouched.patient_share, entry.patient_share);
	}
	session.chain.change(|state| state.answer("account", &Some(has(&newest))));
	assert!(!seal_to_patients(&session, &mut group).await.unwrap(), "it is sealed to it already");
}

/// A record of hospital 1 and two others, all with the same name and key.
fn shared_addition() -> (Vec<Member>, Addition) {
	let member = |id: u8| Member {
		account: AccountId::new([id; 32]),
		kind: AccountKind::Institution,
		status: Status::Active,
		name: "Hospital".into(),
		country: "DE".into(),
		custodian: Some(("http://a.example".into(), [1; 32])),
	};
	let addition = Addition {
		patient: PATIENT,
		institution: Some(AccountId::new([1; 32])),
		documents: vec![],
		sharing: SharingWish::default(),
	};
	((1..=3).map(member).collect(), addition)
}

/// Nobody has the secret half of a ward's key. A ward that has got a key of its own is a patient like others.
#[tokio::test]
async fn a_ward_gets_no_share() {
	let mut session = Session::<Scripted>::scripted("//DoctorA");
	let (members, addition) = shared_addition();
	session.chain.change(|state| state.institution(&members[0]));
	let member = |id: u8| Member { account: AccountId::new([id; 32]), ..members[0].clone() };
	session.members = (1..=4).map(member).collect();
	session.members[3].kind = AccountKind::Authority;
	for (ward, wish, threshold, holders) in
		[(true, false, 2, 4), (false, false, 3, 5), (true, true, 2, 4), (false, true, 2, 4)]
	{
		session.chain.change(|state| {
			let view = RepresentationView { ward, representatives: vec![] };
			state.answer_care("representation", &view);
		});
		let sharing = SharingWish { without_patient: wish, ..SharingWish::default() };
		let addition = Addition { sharing, ..addition.clone() };
		let addition = without_wards_share(&session, &addition).await.unwrap();
		let at = session.fresh().await.unwrap();
		let choice = prepare::choose_holders(&session, &at, &addition, &[9; 32], None).await;
		let choice = choice.unwrap();
		assert_eq!((choice.threshold, choice.holders.len()), (threshold, holders));
		let has_share = choice.holders.iter().any(|it| it.kind == HolderKind::Patient);
		assert_eq!(has_share, !ward && !wish);
	}
	// A custodian that does not tell who is a ward does not stop the work.
	session.chain.change(|state| state.refuse_care("representation"));
	let same = without_wards_share(&session, &addition).await.unwrap();
	assert!(!same.sharing.without_patient);
}

/// The attack: the holders are read at an old block, at which one still has a key that was stolen.
#[tokio::test]
async fn no_share_is_sealed_to_a_key_of_an_old_block() {
	let mut session = Session::scripted("//DoctorA");
	let (members, addition) = shared_addition();
	session.chain.change(|state| state.institution(&members[0]));
	session.members = members;
	let at = session.fresh().await.unwrap();
	let choice = prepare::choose_holders(&session, &at, &addition, &[9; 32], None).await;
	assert!(choice.unwrap().holders.iter().any(|it| it.key == [1; 32]));

	let member = session.members[0].clone();
	let custodian = Some(("http://a.example".into(), [2; 32]));
	for (now, reason) in [
		(Member { custodian, ..member.clone() }, "is another one on the chain"),
		(Member { status: Status::Suspended, ..member.clone() }, "is no longer active (suspended)"),
		(Member { status: Status::Ended, ..member }, "is no longer active (ended)"),
	] {
		session.chain.has_news(|state| state.institution(&now));
		let at = session.fresh().await.unwrap();
		let choice = prepare::choose_holders(&session, &at, &addition, &[9; 32], None).await;
		let error = choice.unwrap_err().to_string();
		assert!(error.contains(reason), "{error}");
	}
}

/// The attack: work is resumed at an old block, at which a holder still has a key that was stolen. It
/// was prepared for the key that the holder has now.
#[tokio::test]
async fn a_share_is_sealed_again_only_for_a_fresh_key() {
	let (genesis, me) = (H256([1; 32]), doctor());
	let (own, successor, stolen) =
		(SecretKey::random(), SecretKey::random(), SecretKey::random().public().0);
	let share = Secret::random().split(2, 3).unwrap().shares.remove(0);
	let holder = AccountId::new([1; 32]);
	let (record, holder_bytes) = ([5; 32], account_bytes(&holder));
	let address =
		ShareAddress { genesis: genesis.0, record, version: 0, epoch: 0, holder: holder_bytes };
	let seal = |key: &SecretKey| HexBytes(seal_share(&key.public(), &address, &share).unwrap());
	let member = |key: [u8; 32], status| {
		let custodian = Some(("http://a.example".into(), key));
		Member { custodian, status, ..shared_addition().0.remove(0) }
	};
	let (active, suspended) = (Status::Active, Status::Suspended);
	for (fresh, sealed_to, reason) in [
		(Some((own.public().0, active)), own.public().0, None),
		(Some((successor.public().0, active)), successor.public().0, None),
		(
			Some((successor.public().0, suspended)),
			own.public().0,
			Some("is no longer active (suspended)"),
		),
		(None, own.public().0, Some("nothing is sealed")),
	] {
		let session = Session::scripted("//DoctorA");
		let state = HolderState {
			account: holder.clone(),
			kind: HolderKind::Institution,
			acknowledged: false,
		};
		let set =
			SharingSet { epoch: 0, threshold: 2, holders: vec![state], commitments: H256::zero() };
		session.chain.change(|state| {
			state.answer("sharing_set", &Some(set));
			state.institution(&member(stolen, active));
		});
		match fresh {
			Some((key, status)) => {
				session.chain.has_news(|state| state.institution(&member(key, status)));
			},
			None => session.chain.is_behind(),
		}
		let (key, share, kept) = (Hex(own.public().0), seal(&own), seal(&me.encryption));
		let envelope =
			Envelope { institution: Hex(holder_bytes), key, share, kept, delivered: false };
		let entry = Entry { is_final: true, envelopes: vec![envelope], ..prepared() };
		let (group, complaints) = deliver_once(&session, entry).await;
		assert_eq!(group.entries[0].envelopes[0].key.0, sealed_to);
		let complaint = &complaints[&holder];
		let reason = reason.unwrap_or("the custodian can't be reached");
		assert!(complaint.contains(reason), "{complaint}");
	}
}

/// Delivers a document's envelopes without waiting.
async fn deliver_once(
	session: &Session<crate::scripted::Scripted>,
	entry: Entry,
) -> (Group, Complaints) {
	let me = session.me().unwrap();
	let genesis = session.genesis().into();
	let mut group = group(genesis, (&me.account()).into(), vec![entry]);
	let (journal, _) = Journal::claim(&session.keep, me, genesis, Hex([7; 32])).await.unwrap();
	let until = Some(Duration::ZERO);
	let complaints = deliver(session, &journal, &mut group, until).await.unwrap();
	(group, complaints)
}

/// It cannot acknowledge the share either.
#[tokio::test]
async fn an_institution_that_does_not_take_part_gets_no_envelope() {
	let member = shared_addition().0.remove(0);
	for (status, reason) in [
		(Status::Active, "the custodian can't be reached"),
		(Status::Suspended, "is no longer active (suspended)"),
		(Status::Ended, "is no longer active (ended)"),
	] {
		let session = Session::scripted("//DoctorA");
		let (account, kind) = (member.account.clone(), HolderKind::Institution);
		let state = HolderState { account, kind, acknowledged: false };
		let set =
			SharingSet { epoch: 0, threshold: 2, holders: vec![state], commitments: H256::zero() };
		session.chain.change(|state| {
			state.answer("sharing_set", &Some(set));
			state.institution(&Member { status, ..member.clone() });
		});
		let key = Hex(member.custodian.as_ref().unwrap().1);
		let institution = Hex(account_bytes(&member.account));
		let envelope = Envelope { institution, key, ..prepared().envelopes.remove(0) };
		let entry = Entry { is_final: true, envelopes: vec![envelope], ..prepared() };
		let (_, complaints) = deliver_once(&session, entry).await;
		let complaint = &complaints[&member.account];
		assert!(complaint.contains(reason), "{complaint}");
	}
}

/// A session whose node has the version, of which hospital 1 has not acknowledged its share, and hospital
/// 1 does not answer.
fn with_dead_custodian() -> Session<crate::scripted::Scripted> {
	let mut session = Session::scripted("//DoctorA");
	let (members, _) = shared_addition();
	let holder = |account, kind, acknowledged| HolderState { account, kind, acknowledged };
	let holders = vec![
		holder(AccountId::new([1; 32]), HolderKind::Institution, false),
		holder(AccountId::new([2; 32]), HolderKind::Institution, true),
		holder(PATIENT, HolderKind::Patient, false),
	];
	let set = SharingSet { epoch: 0, threshold: 2, holders, commitments: H256::zero() };
	session.chain.change(|state| {
		state.answer("sharing_set", &Some(set));
		state.answer("record", &Some(crate::consent::fixtures::record()));
		state.institution(&members[0]);
	});
	session.members = members;
	session
}

/// A version that is on the chain, and whose share is sealed to hospital 1's custodian.
fn on_chain() -> Entry {
	let mut entry = Entry { uploaded: true, is_final: true, ..prepared() };
	entry.envelopes[0].key = Hex([1; 32]);
	entry
}

async fn begin(session: &Session<crate::scripted::Scripted>, number: u8, entry: Entry) {
	let me = session.me().unwrap();
	let genesis = session.genesis().into();
	let (journal, _) = Journal::claim(&session.keep, me, genesis, Hex([number; 32])).await.unwrap();
	let mut group = group(genesis, (&me.account()).into(), vec![entry]);
	group.documents = Hex([number; 32]);
	journal.save(&group).await.unwrap();
}

/// A custodian that is away is named after some seconds and waited for a minute. The record is on the
/// chain, and everything that is needed to go on is kept.
#[tokio::test]
async fn a_custodian_that_is_away_is_named_and_waited_for_a_minute() {
	for (groups, most) in [(1, 90), (3, 150)] {
		let session = with_dead_custodian();
		for number in 0..groups {
			begin(&session, number, on_chain()).await;
		}
		let resumed = resume(&session, None).await.unwrap();
		assert!(resumed.failed.is_empty(), "{:?}", resumed.failed);
		assert_eq!(resumed.added.len(), usize::from(groups));
		for added in resumed.added {
			assert_eq!((added.threshold, added.held), (2, 2));
			let [(institution, Some(reason))] = &added.missing[..] else {
				panic!("one is missing")
			};
			assert_eq!(*institution, AccountId::new([1; 32]));
			assert!(reason.contains("can't be reached"), "{reason}");
		}
		let seconds = session.clock.elapsed().as_secs();
		assert!((60..most).contains(&seconds), "{seconds}");
		let told = session.progress.told();
		let first = &told[0];
		assert!(first.starts_with("“It” is on the chain. 2 of 3 holders have"), "{first}");
		assert!(first.contains("Waiting for ") && first.contains("can't be reached"), "{first}");
		let left = Journal::unfinished(&session.keep, session.me().unwrap()).await.unwrap();
		assert_eq!(left.len(), usize::from(groups), "nothing is lost");
	}
}

/// As long as something goes on, resuming does not end.
#[test]
fn each_step_of_a_group_is_progress() {
	let mut group = group(Hex([1; 32]), Hex([2; 32]), vec![prepared(), on_chain()]);
	group.entries[1].complete = true;
	let mut open = unfinished::open_steps(&group);
	let mut goes_on = |change: fn(&mut Entry)| {
		change(&mut group.entries[0]);
		let now = unfinished::open_steps(&group);
		assert_eq!(now + 1, open);
		open = now;
	};
	goes_on(|entry| entry.uploaded = true);
	goes_on(|entry| entry.is_final = true);
	goes_on(|entry| entry.envelopes[0].delivered = true);
	goes_on(|entry| entry.complete = true);
}

/// The person has said how long to wait.
#[tokio::test]
async fn the_given_waiting_time_is_kept() {
	for seconds in [2, 200] {
		let session = with_dead_custodian();
		begin(&session, 0, on_chain()).await;
		resume(&session, Some(Duration::from_secs(seconds))).await.unwrap();
		let elapsed = session.clock.elapsed().as_secs();
		assert!((seconds..seconds + 20).contains(&elapsed), "{elapsed}");
	}
}

#[tokio::test]
async fn an_upload_waits_a_minute_for_a_custodian() {
	let session = begun(None, vec![prepared()]).await;
	let mut resumed = resume(&session, None).await.unwrap();
	let error = resumed.failed.pop().unwrap().error;
	assert!(error.to_string().contains("it is not on the chain. Nothing is lost"), "{error:#}");
	assert!(error.chain().any(|cause| cause.is::<NotTaken>()), "{error:#}");
	assert!((60..90).contains(&session.clock.elapsed().as_secs()));
	let told = session.progress.told();
	assert_eq!(told.len(), 1);
	assert!(told[0].starts_with("“It” is not on the chain yet. Waiting for"), "{told:?}");
	let left = Journal::unfinished(&session.keep, session.me().unwrap()).await.unwrap();
	assert_eq!(left.len(), 1);
}

/// A session whose chain refuses new records, and one that it refuses.
fn with_refusal() -> (Session<crate::scripted::Scripted>, Entry) {
	let session = with_dead_custodian();
	session.chain.change(|state| state.answer("version", &None::<Version>));
	let refusal = ChainError::Dispatch {
		pallet: "Records".into(),
		error: "NotPermitted".into(),
		docs: "The patient's consents do not allow it".into(),
	};
	session.chain.refuses(refusal);
	let commitments = Secret::random().split(2, 3).unwrap().commitments.encode();
	let entry = Entry { uploaded: true, commitments: HexBytes(commitments), ..new_record() };
	(session, entry)
}

/// The chain has one of two records and refuses the other one. Which of them is lost here is said, also if
/// the first one cannot be finished.
#[tokio::test]
async fn what_is_given_up_is_said_whatever_becomes_of_the_rest() {
	for answer in [None, Some(CustodianError::Refused { status: 401, message: "no".into() })] {
		let (mut session, refused) = with_refusal();
		session.custodians.refusal = answer.clone();
		let me = session.me().unwrap();
		let (genesis, signer) = (session.genesis().into(), (&me.account()).into());
		let (journal, _) = Journal::claim(&session.keep, me, genesis, Hex([7; 32])).await.unwrap();
		let mut group = group(genesis, signer, vec![on_chain(), refused]);
		let error = run(&session, &journal, &mut group, None, false).await.unwrap_err();
		assert!(error.is::<GivenUp>() && is_hopeless(&error), "{error:#}");
		let said = format!("{error:#}");
		assert!(said.contains("no longer kept on this machine"), "{said}");
		assert!(!said.contains("nothing is lost"), "{said}");
		let partly = error.downcast_ref::<PartlyAdded>();
		assert_eq!(partly.map(|it| it.added.len()), answer.is_none().then_some(1), "{said}");
		drop(journal);
		let left = Journal::unfinished(&session.keep, session.me().unwrap()).await.unwrap();
		assert_eq!((left.len(), group.entries.len()), (1, 1));
	}
}

/// What was given up is named, and not what is on the chain.
#[tokio::test]
async fn resuming_names_what_was_given_up() {
	let (session, refused) = with_refusal();
	let me = session.me().unwrap();
	let genesis = session.genesis().into();
	let (journal, _) = Journal::claim(&session.keep, me, genesis, Hex([7; 32])).await.unwrap();
	let refused = Entry { title: "Refused".into(), record: Hex([6; 32]), ..refused };
	let group = group(genesis, (&me.account()).into(), vec![on_chain(), refused]);
	journal.save(&group).await.unwrap();
	drop(journal);
	let Resumed { added, failed } = resume(&session, None).await.unwrap();
	let [NotAdded { record, titles, .. }] = &failed[..] else { panic!("one is given up") };
	assert_eq!((*record, &titles[..]), (H256([6; 32]), &["Refused".to_owned()][..]));
	assert_eq!(added.iter().map(|it| it.record).collect::<Vec<_>>(), [H256([5; 32])]);
}

/// The chain refused a part of an addition before. What was begun of it is not taken for the whole.
#[tokio::test]
async fn a_part_that_was_begun_is_not_taken_for_the_whole() {
	let session = with_dead_custodian();
	let document = |title: &str| NewDocument {
		content: Content::Bytes(Bytes::from_static(b"abc")),
		title: title.into(),
		media_type: "text/plain".into(),
		place: Place::VersionOf { record: H256([5; 32]), widening: None },
	};
	session.chain.change(|state| state.answer("holder_choice", &None::<HolderChoice>));
	for documents in [vec![document("It")], vec![document("It"), document("Another")]] {
		let (is_whole, sharing) = (documents.len() == 1, SharingWish::default());
		let addition = Addition { patient: PATIENT, institution: None, documents, sharing };
		let source = Sources::of(&addition).await.unwrap().all;
		let me = session.me().unwrap();
		let genesis = session.genesis().into();
		let (journal, _) = Journal::claim(&session.keep, me, genesis, source).await.unwrap();
		let mut begun = group(genesis, (&me.account()).into(), vec![on_chain()]);
		begun.source = source;
		journal.save(&begun).await.unwrap();
		drop(journal);
		let added = add(&session, &addition, None).await;
		match added {
			Ok(added) => assert!(is_whole && added.len() == 1),
			Err(error) => {
				let partly = error.downcast_ref::<PartlyAdded>().unwrap();
				assert!(!is_whole && partly.added.len() == 1, "{error:#}");
			},
		}
	}
}

/// What the chain refuses for good is not kept, and the message says so.
#[tokio::test]
async fn what_the_chain_refuses_is_given_up_and_that_is_said() {
	let (session, entry) = with_refusal();
	begin(&session, 0, entry).await;
	let mut resumed = resume(&session, None).await.unwrap();
	let NotAdded { record, titles, error } = resumed.failed.pop().unwrap();
	assert_eq!((record, &titles[..]), (H256([5; 32]), &["It".to_owned()][..]));
	assert!(error.is::<GivenUp>(), "{error:#}");
	let said = format!("{error:#}");
	assert!(
		said.contains("no longer kept on this machine") && said.contains("add it again"),
		"{said}"
	);
	assert!(said.contains("It could not be added: the chain refused it"), "{said}");
	assert!(session.keep.folders("journal").await.unwrap().is_empty());
}
