use super::*;
use crate::scripted::Scripted;
use vouchsafe_protocol::{
	messages::{Hex, HexBytes},
	types::{bounded, Effect, Grantee, Ground, H256},
};

const PATIENT: AccountId = AccountId::new([1; 32]);
const DOCTOR: AccountId = AccountId::new([2; 32]);
const HOSPITAL: AccountId = AccountId::new([3; 32]);

fn entry(signer: AccountId, event: LogEvent) -> LogEntry {
	let acting_for = (signer != PATIENT).then_some(HOSPITAL);
	LogEntry { signer: signer.clone(), origin: signer, acting_for, purpose: None, event }
}

fn consent() -> ConsentRef {
	ConsentRef { grantee: Grantee::Institution(HOSPITAL), id: 57 }
}

fn granted() -> LogEntry {
	let (consent, effect) = (consent(), Effect::Permit);
	entry(PATIENT, LogEvent::ConsentGranted { consent, effect })
}

fn opened(outcomes: &[(u8, Outcome)]) -> LogEntry {
	let outcomes = outcomes.iter().map(|(id, outcome)| (H256([*id; 32]), outcome.clone()));
	let outcomes = bounded(outcomes.collect::<Vec<_>>(), "records").unwrap();
	let ground = Ground::Consent { institution: Some(HOSPITAL) };
	let event = LogEvent::Opened { ground, outcomes };
	LogEntry { purpose: Some(Purpose::Treatment), ..entry(DOCTOR, event) }
}

fn acknowledged() -> LogEntry {
	let versions = bounded(vec![(H256([1; 32]), 0, 0)], "versions").unwrap();
	entry(HOSPITAL, LogEvent::SharesAcknowledged { holder: HOSPITAL, versions })
}

fn line(seq: u64, block: u32, time: u64) -> LogLine {
	LogLine { seq, block, time, entry: HexBytes(vec![1]), head: Hex([0; 32]) }
}

/// The history of entries, each with its block. Block 0 has no time.
fn history(entries: &[(u32, Option<LogEntry>)]) -> History {
	let lines: Vec<_> = entries
		.iter()
		.zip(0..)
		.map(|((block, _), seq)| line(seq, *block, u64::from(*block) * 1000))
		.collect();
	History::of(lines.iter().zip(entries.iter().map(|(_, entry)| entry.clone())))
}

fn story() -> History {
	let by_consent = |id| (id, Outcome::Consent(consent()));
	history(&[
		(1, Some(entry(HOSPITAL, LogEvent::Enrolled))),
		(2, Some(granted())),
		(3, Some(acknowledged())),
		(4, Some(opened(&[(1, Outcome::Refused)]))),
		(50, Some(opened(&[by_consent(1), (2, Outcome::Refused)]))),
		(51, Some(opened(&[by_consent(1)]))),
		(51, Some(acknowledged())),
		(52, Some(entry(PATIENT, LogEvent::ConsentRevoked { consent: consent() }))),
		(53, None),
	])
}

#[test]
fn lines_say_who_did_what_for_whom_why_and_by_what() {
	let story = story();
	let kinds: Vec<_> = story.lines.iter().map(|line| line.kind).collect();
	use LogKind::*;
	assert_eq!(kinds, [Account, Permitted, Refused, Opened, Revoked, Unknown]);
	assert_eq!((story.shares, story.holders.len()), (2, 1));
	let opening = &story.lines[3];
	assert_eq!((opening.seq, opening.last, opening.block, opening.until), (4, 5, 50, 51));
	assert_eq!(opening.times, Some((50_000, 51_000)));
	assert_eq!((opening.who(), opening.institution()), (Some(&DOCTOR), Some(&HOSPITAL)));
	assert_eq!(opening.purpose(), Some(Purpose::Treatment));
	assert_eq!(opening.consents(), [consent()]);
	assert!(story.lines[5].who().is_none() && story.lines[5].known().is_empty());
	assert_eq!(story.readers().into_iter().collect::<Vec<_>>(), [(DOCTOR, Some(HOSPITAL))]);
	let (people, institutions) = story.who();
	assert_eq!((people.len(), institutions.len()), (3, 1));
}

/// Acknowledgements are counted. A loss is rare, and worth a line.
#[test]
fn a_lost_share_is_a_line_of_its_own() {
	let versions = bounded(vec![(H256([1; 32]), 0, 0)], "versions").unwrap();
	let lost = entry(HOSPITAL, LogEvent::SharesLost { holder: HOSPITAL, versions });
	let found = history(&[(1, Some(acknowledged())), (2, Some(lost))]);
	assert_eq!((found.shares, found.lines.len()), (1, 1));
	assert_eq!((found.lines[0].seq, found.lines[0].kind), (1, LogKind::Shares));
}

#[test]
fn lines_are_filtered() {
	let story = story();
	let seqs = |filter: Filter| story.filtered(&filter).map(|line| line.seq).collect::<Vec<_>>();
	let filter = Filter::default;
	assert_eq!(seqs(filter()), [0, 1, 3, 4, 7, 8]);
	assert_eq!(seqs(Filter { person: Some(DOCTOR), ..filter() }), [3, 4]);
	assert_eq!(seqs(Filter { institution: Some(HOSPITAL), ..filter() }), [0, 3, 4]);
	let kinds = vec![LogKind::Refused, LogKind::Revoked];
	assert_eq!(seqs(Filter { kinds, ..filter() }), [3, 7]);
	assert_eq!(seqs(Filter { from: Some(51_000), ..filter() }), [4, 7, 8]);
	assert_eq!(seqs(Filter { until: Some(4_000), ..filter() }), [0, 1]);
	assert_eq!(seqs(Filter { since: Some(5), ..filter() }), [4, 7, 8]);
	assert_eq!(seqs(Filter { since: Some(6), ..filter() }), [7, 8]);
}

#[test]
fn a_line_without_a_time_passes_a_period() {
	let story = history(&[(0, Some(granted()))]);
	assert_eq!(story.lines[0].times, None);
	assert_eq!(story.filtered(&Filter { from: Some(9), ..Filter::default() }).count(), 1);
}

#[tokio::test]
async fn what_was_seen_is_remembered_and_never_forgotten() {
	let session = Session::<Scripted>::scripted("//PatientA");
	assert_eq!(seen(&session, &PATIENT).await.unwrap(), 0);
	mark_seen(&session, &PATIENT, 5).await.unwrap();
	mark_seen(&session, &PATIENT, 3).await.unwrap();
	assert_eq!(seen(&session, &PATIENT).await.unwrap(), 5);
	assert_eq!(seen(&session, &DOCTOR).await.unwrap(), 0);
}

#[test]
fn times_never_run_backwards() {
	let check = |times: &[(u32, u64)]| {
		let lines = times.iter().zip(0..).map(|((block, time), seq)| line(seq, *block, *time));
		check_times(&lines.collect::<Vec<_>>())
	};
	assert_eq!(check(&[]), Ok(()));
	assert_eq!(check(&[(1, 10), (1, 10), (2, 10), (3, 12)]), Ok(()));
	assert_eq!(check(&[(1, 10), (2, 0), (3, 12)]), Ok(()));
	let backwards = Disorder::Backwards { seq: 2, before: 0 };
	assert_eq!(check(&[(1, 10), (2, 0), (3, 9)]), Err(backwards));
	let one_block = Disorder::OneBlock { seq: 1, before: 0 };
	assert_eq!(check(&[(1, 10), (1, 11)]), Err(one_block));
}

#[test]
fn two_custodians_are_compared() {
	let lines = || vec![line(0, 1, 10), line(1, 2, 20), line(2, 3, 0)];
	let differs = |edit: &dyn Fn(&mut Vec<LogLine>)| {
		let mut other = lines();
		edit(&mut other);
		let found = compare(&lines(), &other);
		assert_eq!(compare(&other, &lines()), found);
		found.map(|it| (it.seq, it.what))
	};
	assert_eq!(differs(&|_| {}), None);
	assert_eq!(differs(&|lines| lines[2].time = 30), None);
	assert_eq!(differs(&|lines| lines[1].time = 21), Some((1, Differs::Time)));
	assert_eq!(differs(&|lines| lines[1].block = 3), Some((1, Differs::Block)));
	assert_eq!(differs(&|lines| lines[0].entry.0.push(1)), Some((0, Differs::Entry)));
	assert_eq!(differs(&|lines| drop(lines.pop())), Some((2, Differs::Missing)));
	assert_eq!(differs(&|lines| drop(lines.remove(1))), Some((1, Differs::Missing)));
}
