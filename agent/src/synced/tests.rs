//! Two devices, two custodians, and custodians that lie.

use super::{exchange::Syncs, kept::collect, *};
use crate::{
	consent::{keep_texts, kept_texts, KeptText},
	keys::Identity,
	labels::LabelTable,
	memory::MemoryKeep,
	names,
	pins::{Change, Pins},
	platform::Keep,
};
use std::{
	collections::{BTreeMap, BTreeSet},
	sync::{
		atomic::{AtomicUsize, Ordering},
		Mutex,
	},
};
use vouchsafe_protocol::{
	errors::CustodianError,
	holders::Member,
	messages::{Hex, Packed, ReplaceSynced, Synced},
	signing::Signer,
	types::{AccountKind, Status, H256},
};
use vouchsafe_vault::{
	label::LabelKey,
	seal::SecretKey,
	synced::{SyncedKey, MAX_PLAINTEXT},
};

const GENESIS: H256 = H256([7; 32]);
const A: AccountId = AccountId::new([1; 32]);
const B: AccountId = AccountId::new([2; 32]);

/// A custodian's number of the data, and the data.
type Copy = (u64, Vec<u8>);

/// A custodian.
#[derive(Default)]
struct Double {
	kept: Mutex<Copy>,
	/// What it returns instead.
	lie: Mutex<Option<Copy>>,
	is_away: Mutex<bool>,
	/// How often another device replaces the data before this one does.
	overtaken: AtomicUsize,
}

impl Double {
	fn copy(&self) -> Copy {
		self.kept.lock().unwrap().clone()
	}

	fn answer(&self) -> Result<Synced, CustodianError> {
		if *self.is_away.lock().unwrap() {
			return Err(CustodianError::Unreachable("it is away".into()));
		}
		let (revision, data) = self.lie.lock().unwrap().clone().unwrap_or_else(|| self.copy());
		Ok(Synced { revision, data: Packed(data) })
	}

	fn lie(&self, copy: Copy) {
		*self.lie.lock().unwrap() = Some(copy);
	}
}

impl Syncs for Double {
	async fn read(&self, _: &impl Signer) -> Result<Synced, CustodianError> {
		self.answer()
	}

	async fn replace(
		&self,
		_: &impl Signer,
		request: &ReplaceSynced,
	) -> Result<(), CustodianError> {
		self.answer()?;
		let overtaken = self.overtaken.load(Ordering::SeqCst);
		let mut kept = self.kept.lock().unwrap();
		if overtaken > 0 {
			self.overtaken.store(overtaken - 1, Ordering::SeqCst);
			let mut data = Data::default();
			let settings = BTreeMap::from([(format!("other-{overtaken}"), "1".to_owned())]);
			data.settings = super::data::changes(&BTreeMap::new(), settings);
			let number = kept.0 + 1;
			*kept = (number, sealed(&eva(), number, &data.to_bytes()));
		}
		if kept.0 != request.replaces {
			return Err(CustodianError::OtherRevision);
		}
		*kept = (kept.0 + 1, request.data.0.clone());
		*self.lie.lock().unwrap() = None;
		Ok(())
	}
}

fn eva() -> Identity {
	Identity::development("//PatientA").unwrap()
}

fn sealed(me: &Identity, revision: u64, plaintext: &[u8]) -> Vec<u8> {
	let account = account_bytes(&me.account());
	SyncedKey::of(&me.encryption).seal(&GENESIS.0, &account, revision, plaintext).unwrap()
}

/// Two custodians.
fn custodians() -> [(AccountId, Double); 2] {
	[(A, Double::default()), (B, Double::default())]
}

fn exchange<'a>(me: &'a Identity, custodians: &'a [(AccountId, Double)]) -> Exchange<'a, Double> {
	Exchange {
		me,
		genesis: GENESIS,
		former: &[],
		custodians,
		texts_in_force: BTreeSet::new(),
		replace_unreadable: false,
	}
}

async fn sync(keep: &MemoryKeep, custodians: &[(AccountId, Double)]) -> Outcome {
	exchange(&eva(), custodians).run(keep).await.unwrap()
}

async fn refused(keep: &MemoryKeep, custodians: &[(AccountId, Double)]) -> SyncError {
	let error = exchange(&eva(), custodians).run(keep).await.unwrap_err();
	error.downcast().unwrap()
}

async fn set(keep: &MemoryKeep, name: &str, value: Option<&str>) {
	set_setting(keep, &eva(), name, value).await.unwrap();
}

async fn setting(keep: &MemoryKeep, name: &str) -> Option<String> {
	settings(keep, &eva()).await.unwrap().remove(name)
}

fn hospital(key: u8) -> Member {
	Member {
		account: A,
		kind: AccountKind::Institution,
		status: Status::Active,
		name: "Hospital A".into(),
		country: "DE".into(),
		custodian: Some(("https://a.example".into(), [key; 32])),
	}
}

async fn pin(keep: &MemoryKeep, key: u8) -> Pins {
	Pins::learn(keep, &GENESIS, &[hospital(key)]).await.unwrap()
}

#[tokio::test]
async fn a_second_device_has_everything() {
	let (first, second, both) = (MemoryKeep::default(), MemoryKeep::default(), custodians());
	let me = eva();
	names::add(&first, "Dr. Berger", &AccountId::new([8; 32])).await.unwrap();
	let text = KeptText::new("I permit", 3);
	let texts = BTreeMap::from([(Hex(text.commitment()), text)]);
	keep_texts(&first, &me, &texts).await.unwrap();
	let five = LabelKey::from_bytes(&[5; 32]).unwrap();
	LabelTable::keep_key(&first, &me, &me.account(), five).await.unwrap();
	let learn = |table: &mut LabelTable| {
		table.learn(&H256([6; 32]), &["fertility".to_owned()]);
		Ok(())
	};
	LabelTable::update(&first, &me, &me.account(), learn).await.unwrap();
	pin(&first, 1).await;
	set(&first, "language", Some("de")).await;

	let outcome = sync(&first, &both).await;
	assert_eq!((outcome.revision, outcome.kept_at), (1, vec![A, B]));
	assert!(outcome.problems.is_empty() && !outcome.other_label_key);
	let copies = [both[0].1.copy(), both[1].1.copy()];
	assert_eq!(copies[0], copies[1]);
	assert_eq!(copies[0].1.len(), 4096, "padded");

	sync(&second, &both).await;
	assert_eq!(second.address_book().await.unwrap(), first.address_book().await.unwrap());
	assert_eq!(kept_texts(&second, &me, &BTreeMap::new()).await.unwrap(), texts);
	let labels = async |keep: &MemoryKeep| LabelTable::load(keep, &me, &me.account()).await;
	assert_eq!(labels(&second).await.unwrap(), labels(&first).await.unwrap());
	assert!(labels(&second).await.unwrap().key().is_some());
	assert_eq!(pin(&second, 2).await.changes(&hospital(2)).len(), 1, "its key was known");
	assert_eq!(setting(&second, "language").await.as_deref(), Some("de"));
	// Nothing new: nothing is replaced.
	for keep in [&first, &second] {
		assert_eq!(sync(keep, &both).await.revision, 1);
	}
	assert_eq!([both[0].1.copy(), both[1].1.copy()], copies);
}

#[tokio::test]
async fn what_was_collected_and_written_is_the_same() {
	let (first, second, both) = (MemoryKeep::default(), MemoryKeep::default(), custodians());
	set(&first, "language", Some("de")).await;
	names::add(&first, "Max", &AccountId::new([8; 32])).await.unwrap();
	pin(&first, 1).await;
	sync(&first, &both).await;
	sync(&second, &both).await;
	let collected =
		async |keep: &MemoryKeep| collect(keep, &eva(), &GENESIS, &Data::default()).await.unwrap();
	assert_eq!(collected(&first).await, collected(&second).await);
}

#[tokio::test]
async fn changes_of_two_devices_are_merged() {
	let (first, second, both) = (MemoryKeep::default(), MemoryKeep::default(), custodians());
	let (eva, max) = (AccountId::new([8; 32]), AccountId::new([9; 32]));
	names::add(&first, "Eva", &eva).await.unwrap();
	set(&first, "language", Some("de")).await;
	set(&first, "dark", Some("yes")).await;
	sync(&first, &both).await;
	sync(&second, &both).await;

	names::add(&first, "Max", &max).await.unwrap();
	set(&first, "language", Some("id")).await;
	assert!(names::remove(&second, "Eva").await.unwrap());
	set(&second, "dark", None).await;
	set(&second, "lock", Some("5")).await;
	sync(&first, &both).await;
	sync(&second, &both).await;
	sync(&first, &both).await;
	for keep in [&first, &second] {
		let book = keep.address_book().await.unwrap();
		assert_eq!(book.keys().collect::<Vec<_>>(), ["Max"]);
		let settings = settings(keep, &self::eva()).await.unwrap();
		let settings: Vec<_> = settings.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
		assert_eq!(settings, [("language", "id"), ("lock", "5")]);
	}
	// A removed name can be added again.
	names::add(&second, "Eva", &max).await.unwrap();
	sync(&second, &both).await;
	sync(&first, &both).await;
	assert_eq!(first.address_book().await.unwrap().len(), 2);
}

#[tokio::test]
async fn devices_that_saw_different_keys_first_both_tell_it() {
	let (first, second, both) = (MemoryKeep::default(), MemoryKeep::default(), custodians());
	pin(&first, 1).await;
	pin(&second, 2).await;
	sync(&first, &both).await;
	sync(&second, &both).await;
	sync(&first, &both).await;
	for keep in [&first, &second] {
		for key in [1, 2] {
			let change = Change::Key { before: [3 - key; 32], now: [key; 32] };
			assert_eq!(pin(keep, key).await.changes(&hospital(key)), [change]);
		}
	}
	// Confirming it on one device is enough.
	let mut pins = pin(&first, 2).await;
	pins.confirm(&first, &GENESIS, &hospital(2)).await.unwrap();
	sync(&first, &both).await;
	sync(&second, &both).await;
	for keep in [&first, &second] {
		assert_eq!(pin(keep, 2).await.changes(&hospital(2)), []);
		assert_eq!(pin(keep, 1).await.changes(&hospital(1)).len(), 1);
	}
	let revision = sync(&first, &both).await.revision;
	assert_eq!(sync(&second, &both).await.revision, revision, "they agree");
}

#[tokio::test]
async fn one_custodian_is_enough_and_the_other_catches_up() {
	let (keep, both) = (MemoryKeep::default(), custodians());
	sync(&keep, &both).await;
	*both[1].1.is_away.lock().unwrap() = true;
	set(&keep, "language", Some("de")).await;
	let outcome = sync(&keep, &both).await;
	assert_eq!((outcome.revision, outcome.kept_at), (2, vec![A]));
	let [(B, SyncError::Custodian(CustodianError::Unreachable(_)))] = &outcome.problems[..] else {
		panic!("{:?}", outcome.problems)
	};
	*both[1].1.is_away.lock().unwrap() = false;
	let outcome = sync(&keep, &both).await;
	assert_eq!((outcome.revision, outcome.problems.len()), (3, 0));
	let restored = MemoryKeep::default();
	sync(&restored, &both[1..]).await;
	assert_eq!(setting(&restored, "language").await.as_deref(), Some("de"));

	both.iter().for_each(|(_, double)| *double.is_away.lock().unwrap() = true);
	assert!(matches!(refused(&keep, &both).await, SyncError::Custodian(_)));
}

#[tokio::test]
async fn an_older_revision_is_told_and_replaced() {
	let (keep, both) = (MemoryKeep::default(), custodians());
	set(&keep, "language", Some("de")).await;
	sync(&keep, &both).await;
	let old = both[0].1.copy();
	set(&keep, "language", Some("id")).await;
	sync(&keep, &both).await;
	// It always returns the old copy, and so it cannot be given another one. The other custodian is used.
	both[0].1.lie(old.clone());
	let outcome = sync(&keep, &both).await;
	let rollback = (A, SyncError::Rollback { have: 1, seen: 2 });
	assert_eq!(outcome.problems, [rollback.clone(), (A, SyncError::Busy)]);
	assert_eq!((outcome.kept_at, outcome.revision), (vec![B], 2));
	let text = rollback.1.to_string();
	assert!(text.contains("revision 1 ") && text.contains("revision 2 "), "{text}");
	// It was restored from a backup.
	both[0].1.lie((both[0].1.copy().0, old.1));
	let outcome = sync(&keep, &both).await;
	assert_eq!((outcome.problems, outcome.kept_at), (vec![rollback], vec![B, A]));
	assert_eq!(setting(&keep, "language").await.as_deref(), Some("id"));
	assert_eq!(sync(&keep, &both).await.problems, []);
	// Everything is gone.
	*both[0].1.kept.lock().unwrap() = (0, Vec::new());
	let outcome = sync(&keep, &both).await;
	assert!(matches!(outcome.problems[..], [(A, SyncError::Rollback { have: 0, .. })]));
	let restored = MemoryKeep::default();
	sync(&restored, &both[..1]).await;
	assert_eq!(setting(&restored, "language").await.as_deref(), Some("id"));
}

#[tokio::test]
async fn what_does_not_open_is_refused_and_stays() {
	let (keep, both) = (MemoryKeep::default(), custodians());
	set(&keep, "language", Some("de")).await;
	sync(&keep, &both).await;
	let (number, good) = both[0].1.copy();
	let other = Identity::development("//PatientB").unwrap();
	let mut changed = good.clone();
	changed[200] ^= 1;
	let cut = good[..good.len() - 1].to_vec();
	let long = vec![1; 256 * 1024];
	let no_data = sealed(&eva(), 9, b"{\"version\":1}");
	for lie in [changed, cut, long, Vec::new(), no_data, sealed(&other, 9, b"{}")] {
		*both[0].1.kept.lock().unwrap() = (number, lie.clone());
		set(&keep, "language", Some("id")).await;
		let outcome = sync(&keep, &both).await;
		assert_eq!(outcome.problems, [(A, SyncError::Unreadable)]);
		assert_eq!((outcome.kept_at, both[0].1.copy()), (vec![B], (number, lie.clone())));
		assert_eq!(refused(&keep, &both[..1]).await, SyncError::Unreadable);
	}
	// The person says that it may be replaced.
	let me = eva();
	let exchange = Exchange { replace_unreadable: true, ..exchange(&me, &both) };
	let outcome = exchange.run(&keep).await.unwrap();
	assert_eq!(outcome.kept_at.len(), 2);
	assert_eq!(setting(&keep, "language").await.as_deref(), Some("id"));
	assert_eq!(sync(&keep, &both).await.problems, []);
}

#[tokio::test]
async fn what_a_newer_program_wrote_is_never_replaced() {
	let (keep, both) = (MemoryKeep::default(), custodians());
	let newer = sealed(&eva(), 9, b"{\"version\":2,\"more\":1}");
	*both[0].1.kept.lock().unwrap() = (4, newer.clone());
	let me = eva();
	let exchange = Exchange { replace_unreadable: true, ..exchange(&me, &both) };
	assert_eq!(exchange.run(&keep).await.unwrap().problems, [(A, SyncError::Newer)]);
	assert_eq!(both[0].1.copy(), (4, newer));
}

#[tokio::test]
async fn a_device_that_is_overtaken_merges_again() {
	let (keep, both) = (MemoryKeep::default(), custodians());
	set(&keep, "language", Some("de")).await;
	both[0].1.overtaken.store(2, Ordering::SeqCst);
	let outcome = sync(&keep, &both).await;
	assert_eq!((outcome.kept_at.len(), outcome.problems.len()), (2, 0));
	assert_eq!(both[0].1.copy().1, both[1].1.copy().1);
	for name in ["language", "other-1", "other-2"] {
		assert!(setting(&keep, name).await.is_some(), "{name}");
	}
	both[0].1.overtaken.store(100, Ordering::SeqCst);
	set(&keep, "language", Some("id")).await;
	let outcome = sync(&keep, &both).await;
	assert_eq!((outcome.kept_at, outcome.problems), (vec![B], vec![(A, SyncError::Busy)]));
	assert!(setting(&keep, "other-100").await.is_some());
	assert_eq!(refused(&keep, &both[..1]).await, SyncError::Busy);
	assert_eq!(setting(&keep, "language").await.as_deref(), Some("id"));
}

#[tokio::test]
async fn what_the_person_changes_meanwhile_stays() {
	let (keep, both) = (MemoryKeep::default(), custodians());
	set(&keep, "language", Some("de")).await;
	let collected = collect(&keep, &eva(), &GENESIS, &Data::default()).await.unwrap();
	let mut merged = collected.clone();
	let other = BTreeMap::from([("language".to_owned(), "en".to_owned())]);
	merged.settings = super::data::changes(&merged.settings, other);
	set(&keep, "language", Some("id")).await;
	set(&keep, "lock", Some("5")).await;
	super::kept::write(&keep, &eva(), &GENESIS, &collected, merged).await.unwrap();
	assert_eq!(setting(&keep, "lock").await.as_deref(), Some("5"));
	assert_eq!(setting(&keep, "language").await.as_deref(), Some("id"), "the greater value");
	sync(&keep, &both).await;
}

#[tokio::test]
async fn texts_that_have_no_room_are_left_out_unless_they_count() {
	let (keep, both, me) = (MemoryKeep::default(), custodians(), eva());
	let long = "x".repeat(MAX_PLAINTEXT / 3);
	let texts: BTreeMap<_, _> = (0..4)
		.map(|salt| KeptText::new(&long, salt))
		.map(|text| (Hex(text.commitment()), text))
		.collect();
	keep_texts(&keep, &me, &texts).await.unwrap();
	let counts: BTreeSet<_> = texts.keys().take(2).map(|it| H256(it.0)).collect();
	let some = Exchange { texts_in_force: counts.clone(), ..exchange(&me, &both) };
	assert_eq!(some.run(&keep).await.unwrap().revision, 1);
	assert_eq!(some.run(&keep).await.unwrap().revision, 1, "nothing has changed");
	let restored = MemoryKeep::default();
	some.run(&restored).await.unwrap();
	let kept = kept_texts(&restored, &me, &BTreeMap::new()).await.unwrap();
	assert_eq!(kept.keys().map(|it| H256(it.0)).collect::<BTreeSet<_>>(), counts);
	assert_eq!(kept_texts(&keep, &me, &BTreeMap::new()).await.unwrap().len(), 4);
	let all = texts.keys().map(|it| H256(it.0)).collect();
	let all = Exchange { texts_in_force: all, ..exchange(&me, &both) };
	let error: SyncError = all.run(&keep).await.unwrap_err().downcast().unwrap();
	assert_eq!(error, SyncError::TooLong { max: MAX_PLAINTEXT });
}

#[tokio::test]
async fn a_text_that_does_not_fit_its_commitment_is_not_kept() {
	let (keep, both, me) = (MemoryKeep::default(), custodians(), eva());
	let mut data = Data::default();
	data.texts.insert(Hex([1; 32]), KeptText::new("I permit everything", 3));
	*both[0].1.kept.lock().unwrap() = (1, sealed(&me, 1, &data.to_bytes()));
	sync(&keep, &both).await;
	assert!(keep.files("consents").await.unwrap().is_empty());
}

#[tokio::test]
async fn another_label_key_stays_and_is_told() {
	let (first, second, both) = (MemoryKeep::default(), MemoryKeep::default(), custodians());
	let (me, key) = (eva(), |byte| LabelKey::from_bytes(&[byte; 32]).unwrap());
	LabelTable::keep_key(&first, &me, &me.account(), key(9)).await.unwrap();
	LabelTable::keep_key(&second, &me, &me.account(), key(5)).await.unwrap();
	assert!(!sync(&first, &both).await.other_label_key);
	for _ in 0..2 {
		assert!(sync(&second, &both).await.other_label_key);
	}
	let kept = LabelTable::load(&second, &me, &me.account()).await.unwrap();
	assert!(kept.key() == Some(&key(5)));
}

#[tokio::test]
async fn a_new_encryption_key_reads_what_the_former_one_sealed() {
	let (keep, both) = (MemoryKeep::default(), custodians());
	set(&keep, "language", Some("de")).await;
	sync(&keep, &both).await;
	let me = Identity { encryption: SecretKey::random(), ..eva() };
	let restored = MemoryKeep::default();
	let error = exchange(&me, &both).run(&restored).await.unwrap_err();
	assert_eq!(error.downcast_ref(), Some(&SyncError::Unreadable));
	let former = [eva().encryption];
	let with_former = Exchange { former: &former, ..exchange(&me, &both) };
	with_former.run(&restored).await.unwrap();
	let language = settings(&restored, &me).await.unwrap().remove("language");
	assert_eq!(language.as_deref(), Some("de"));
}

#[test]
fn all_devices_choose_the_same_two_custodians() {
	let members: Vec<_> = (1..=9).map(|it| AccountId::new([it; 32])).collect();
	let account = eva().account();
	let chosen = keepers(&account, Some(&members[4]), members.clone());
	assert_eq!((chosen.len(), &chosen[0]), (2, &members[4]));
	let reversed: Vec<_> = members.iter().rev().cloned().collect();
	assert_eq!(keepers(&account, Some(&members[4]), reversed), chosen);
	// The enrolling institution has no custodian.
	let others: Vec<_> = members.iter().filter(|it| **it != members[4]).cloned().collect();
	let chosen = keepers(&account, Some(&members[4]), others);
	assert!(chosen.len() == 2 && !chosen.contains(&members[4]));
	assert_eq!(keepers(&account, None, vec![members[0].clone()]), [members[0].clone()]);
	// Others choose others.
	let seconds: BTreeSet<_> = (0..30_u8)
		.map(|it| keepers(&AccountId::new([it; 32]), Some(&members[4]), members.clone()).remove(1))
		.collect();
	assert!(seconds.len() > 4);
}
