use super::*;
use crate::{
	access::fixtures::{records, A, B, PATIENT},
	consent::fixtures::hospital,
	scripted::Scripted,
};
use vouchsafe_protocol::{
	messages::{Hex, HexBytes},
	types::{bounded, Status},
};

fn id(byte: u8) -> H256 {
	H256([byte; 32])
}

fn line(block: u32, time: u64) -> LogLine {
	LogLine { seq: 0, block, time, entry: HexBytes(vec![]), head: Hex([0; 32]) }
}

fn entry(acting_for: Option<AccountId>, event: LogEvent) -> Option<LogEntry> {
	let signer = AccountId::new([77; 32]);
	Some(LogEntry { signer: signer.clone(), origin: signer, acting_for, purpose: None, event })
}

fn created(by: AccountId, ids: &[u8]) -> Option<LogEntry> {
	let records = ids.iter().map(|byte| id(*byte)).collect::<Vec<_>>();
	entry(Some(by), LogEvent::RecordsCreated { records: bounded(records, "records").unwrap() })
}

fn acknowledged(holder: AccountId, ids: &[u8]) -> Option<LogEntry> {
	let versions: Vec<_> = ids.iter().map(|byte| (id(*byte), 0, 0)).collect();
	let versions = bounded(versions, "versions").unwrap();
	entry(None, LogEvent::SharesAcknowledged { holder, versions })
}

#[test]
fn each_institution_has_what_it_wrote_answers_for_and_keeps() {
	let mut records = records();
	records[2].1.responsible = B;
	records.push((id(4), Record { author: PATIENT, responsible: PATIENT, ..records[0].1.clone() }));
	let lines = [line(3, 300), line(4, 400), line(5, 0), line(6, 600), line(7, 700)];
	let entries = [
		created(A, &[1, 2]),
		acknowledged(A, &[1, 2]),
		acknowledged(B, &[1]),
		// A record that is not there any more, and the same one again.
		acknowledged(B, &[99, 1, 4]),
		None,
	];
	let found = holdings(&records, lines.iter().zip(entries));
	let of_a = Holding {
		wrote: 3,
		answers_for: 2,
		keys: 2,
		since: Some(Since { block: 3, time: Some(300) }),
	};
	assert_eq!(found.get(&A), Some(&of_a));
	let of_b =
		Holding { wrote: 0, answers_for: 1, keys: 2, since: Some(Since { block: 5, time: None }) };
	assert_eq!(found.get(&B), Some(&of_b));
	assert_eq!(found.len(), 2);
	// It has lost what it held of one record, and of the other another version than that.
	let versions = bounded(vec![(id(1), 0, 0), (id(4), 1, 0)], "versions").unwrap();
	let lost = entry(None, LogEvent::SharesLost { holder: B, versions });
	let lines = [line(5, 0), line(6, 600)];
	let left = holdings(&records, lines.iter().zip([acknowledged(B, &[1, 4]), lost]));
	assert_eq!(left[&B], Holding { keys: 1, ..of_b });
	let without_log = holdings(&records, []);
	assert_eq!(without_log[&A], Holding { keys: 0, since: None, ..of_a });
	let nothing = acknowledged(B, &[99]);
	assert!(holdings(&[], [(&lines[0], nothing)]).values().all(|it| it.since.is_none()));
}

#[tokio::test]
async fn who_may_hold_keys_is_told() {
	let mut session = Session::<Scripted>::scripted("//PatientA");
	let other = Member { account: B, country: "AT".into(), ..hospital() };
	let left = Member { status: Status::Ended, ..other.clone() };
	let without = Member { custodian: None, ..hospital() };
	session.members = vec![hospital(), other.clone(), left, without];
	let choose = |countries: Vec<[u8; 2]>| {
		let choice = HolderChoice { holders: vec![], countries };
		session.chain.change(|state| {
			state.answer("records_of", &records());
			state.answer("holder_choice", &Some(choice));
		});
	};
	choose(vec![]);
	let found = read(&session, &PATIENT, []).await.unwrap();
	assert_eq!(found.allowed, [hospital(), other.clone()]);
	assert_eq!(found.institutions[&A].wrote, 3);
	choose(vec![*b"AT"]);
	assert_eq!(read(&session, &PATIENT, []).await.unwrap().allowed, [other]);
}

#[tokio::test]
async fn a_choice_leaves_enough_who_hold_keys() {
	let mut session = Session::<Scripted>::scripted("//PatientA");
	let member = |id: u8, country: &str| Member {
		account: AccountId::new([id; 32]),
		country: country.into(),
		..hospital()
	};
	session.members = vec![member(11, "DE"), member(12, "DE"), member(13, "AT"), member(14, "DE")];
	let accounts = |ids: &[u8]| ids.iter().map(|id| AccountId::new([*id; 32])).collect::<Vec<_>>();
	for (holders, countries, is_enough) in [
		(accounts(&[]), vec![], true),
		(accounts(&[11, 12, 13]), vec![], true),
		(accounts(&[11, 12]), vec![], false),
		(accounts(&[]), vec![*b"DE"], true),
		(accounts(&[]), vec![*b"AT"], false),
		(accounts(&[11, 12, 13]), vec![*b"DE"], false),
	] {
		let chosen = choose(&session, holders.clone(), countries.clone()).await;
		assert_eq!(chosen.is_ok(), is_enough, "{holders:?} {countries:?}");
	}
	assert_eq!(session.chain.calls().len(), 3);
	let many: Vec<_> = (0..=12).map(|id| AccountId::new([id; 32])).collect();
	let error = choose(&session, many, vec![]).await.unwrap_err().to_string();
	assert_eq!(error, "at most 12 holders can be named");
}
