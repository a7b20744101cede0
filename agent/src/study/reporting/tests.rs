use super::*;
use crate::{
	scripted::Scripted,
	study::{
		aggregators::Aggregators,
		fixtures::{aggregators, frozen, session, study, terms, ID},
	},
};
use futures::{
	future::{pending, ready},
	FutureExt as _,
};
use std::sync::Arc;
use vouchsafe_protocol::types::{field, Category, ServicePeriod};
use vouchsafe_vault::study::{
	aggregate::CellShare,
	report::open_share,
	verify::{Verifier, VerifyKey},
};

const HOSPITAL: AccountId = AccountId::new([5; 32]);
const SYSTEM: &str = "urn:oid:1.2.3";

fn people() -> Vec<Counting> {
	let person = |id: u8, identifier: Option<&str>| Counting {
		account: AccountId::new([id; 32]),
		identifier: identifier.map(|value| format!("{SYSTEM}|{value}")),
	};
	vec![person(11, Some("a")), person(12, Some("b")), person(13, None), person(14, Some("a"))]
}

fn doubles(session: &Session<Scripted>) -> &Aggregators {
	session.custodians.aggregators.as_ref().unwrap()
}

/// The table that the aggregators see together, after they have verified the reports.
fn opened(session: &Session<Scripted>, found: &FoundStudy) -> (u32, Vec<u128>) {
	let all = aggregators();
	let reports =
		all.clone().map(|it| doubles(session).at(&it, |it| it.reports.last().cloned()).unwrap());
	let report = &reports[0];
	assert!(reports.iter().all(|it| it.report == report.report && it.nonce == report.nonce));
	let context = ReportContext {
		round: found.round(session),
		contributor: HOSPITAL,
		people: report.people,
		report: report.report.0,
	};
	let question = terms().question;
	let key = VerifyKey::random();
	let begun = [0u8, 1].map(|place| {
		let sent = &reports[usize::from(place)];
		let secret = &doubles(session).secret;
		let share = open_share(secret, &context, place, &sent.sealed_share.0).unwrap();
		let verifier = Verifier::new(&question, 2, place, &context).unwrap();
		let nonce = &sent.nonce.0;
		let (state, said) = verifier.init(&key, nonce, &sent.public_share.0, &share).unwrap();
		(verifier, state, said)
	});
	let said: Vec<_> = begun.iter().map(|(.., said)| said.clone()).collect();
	let message = begun[0].0.message(&said).unwrap();
	let mut sum = CellShare::zero(&question);
	for (verifier, state, _) in begun {
		sum.add(&verifier.finish(state, &message).unwrap()).unwrap();
	}
	(report.people, sum.without_noise().cells().to_vec())
}

fn table(cells: [u64; 3]) -> Table {
	Table { cells: cells.to_vec(), people: u32::try_from(cells.iter().sum::<u64>()).unwrap() }
}

#[tokio::test]
async fn a_report_shows_its_table_only_to_all_aggregators_together() {
	let session = session("//HospitalA");
	let found = study(&session, frozen(&session));
	let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
	let kept = reporting.settle(&people(), Some(SYSTEM)).await.unwrap();
	// One person has two accounts, and counts once.
	assert_eq!(kept.len(), 3);
	let batch = reporting.kept.batch(0).await.unwrap().unwrap();
	assert!(
		matches!(batch.state, BatchState::Evaluated(_)),
		"identifiers stay no longer than needed"
	);
	let lists = aggregators().map(|it| {
		doubles(&session).at(&it, |it| it.list.values().next().unwrap().nullifiers.clone())
	});
	assert_eq!(lists[0], lists[1]);
	assert!(lists[0].is_sorted() && lists[0].len() == 3, "the order says nothing");
	reporting.report(&table([1, 0, 2])).await.unwrap();
	assert_eq!(opened(&session, &found), (3, vec![1, 0, 2]));
	assert_eq!(field::add(1, 2), 3, "it is the chain's arithmetic");
}

#[tokio::test]
async fn who_counts_elsewhere_is_left_out() {
	let session = session("//HospitalA");
	let found = study(&session, frozen(&session));
	for it in aggregators() {
		doubles(&session).at(&it, |it| it.doubles = vec![0, 2]);
	}
	let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
	assert_eq!(reporting.settle(&people(), Some(SYSTEM)).await.unwrap().len(), 1);
	// Without a system of identifiers, each account is a person.
	doubles(&session).at(&aggregators()[0], |it| it.doubles = vec![0]);
	let error = reporting.settle(&people(), Some(SYSTEM)).await.unwrap_err().to_string();
	assert!(error.contains("disagree"), "{error}");
}

/// The attack: an aggregator repeats a page for ever, or takes people out who are not in the list.
#[tokio::test]
async fn doubles_are_ascending_and_of_the_own_list() {
	let list: BTreeSet<[u8; 32]> = [1, 2, 3].map(|id| [id; 32]).into();
	let page = |ids: &[u8]| ids.iter().map(|id| Hex([*id; 32])).collect::<Vec<_>>();
	let after = |id: u8| Some(Hex([id; 32]));
	for (before, ids, expected) in [
		(None, &[1u8, 2, 3][..], true),
		(after(1), &[2, 3], true),
		(after(3), &[], true),
		(after(2), &[2], false),
		(after(2), &[1], false),
		(None, &[2, 1], false),
		(None, &[1, 1], false),
		(None, &[4], false),
	] {
		assert_eq!(is_next(before.as_ref(), &page(ids), &list), expected, "{ids:?}");
	}

	let session = session("//HospitalA");
	let found = study(&session, frozen(&session));
	for it in aggregators() {
		doubles(&session).at(&it, |it| it.doubles = vec![2, 0]);
	}
	let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
	let error = reporting.settle(&people(), Some(SYSTEM)).await.unwrap_err().to_string();
	assert!(error.contains("names people twice"), "{error}");
}

#[tokio::test]
async fn without_a_system_accounts_are_told_apart() {
	let session = session("//HospitalA");
	let found = study(&session, frozen(&session));
	let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
	assert_eq!(reporting.settle(&people(), None).await.unwrap().len(), 4);
}

/// Stops a session's work at this step.
fn stop_at(session: &mut Session<Scripted>, step: &'static str) {
	session.hook = Some(Arc::new(move |now: &str| match now == step {
		true => pending().boxed(),
		false => ready(()).boxed(),
	}));
}

#[tokio::test]
async fn an_interrupted_report_is_sent_as_it_was() {
	let mut session = session("//HospitalA");
	let found = study(&session, frozen(&session));
	let [first, second] = aggregators();
	for (step, evaluations) in [("evaluated", 4), ("nullifiers", 4), ("reported", 4)] {
		stop_at(&mut session, step);
		let work = async {
			let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
			reporting.settle(&people(), Some(SYSTEM)).await.unwrap();
			// What a later run would count does not change a report that was split.
			reporting.report(&table([1, 1, 1])).await.unwrap();
		};
		tokio::time::timeout(Duration::from_millis(200), work).await.unwrap_err();
		let points = doubles(&session).at(&second, |it| it.points.len());
		assert_eq!(points, evaluations, "the same points are sent again");
	}
	assert!(doubles(&session).at(&second, |it| it.reports.is_empty()));
	session.hook = None;
	let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
	reporting.settle(&people(), Some(SYSTEM)).await.unwrap();
	reporting.report(&table([3, 0, 0])).await.unwrap();
	assert_eq!(opened(&session, &found), (3, vec![1, 1, 1]));
	assert_eq!(doubles(&session).at(&first, |it| it.reports.len()), 1, "it had it already");
	// Nothing of it can be read in the files.
	for (folder, name) in session.keep.places() {
		use crate::platform::Keep as _;
		let bytes = session.keep.read(&folder, &name).await.unwrap().unwrap();
		assert!(!String::from_utf8_lossy(&bytes).contains("nullifiers"), "{folder}/{name}");
	}
}

#[tokio::test]
async fn one_command_at_a_time_works_on_a_round() {
	let session = session("//HospitalA");
	let found = study(&session, frozen(&session));
	let _first = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
	let second = Reporting::begin(&session, &found, &HOSPITAL).await;
	assert!(second.err().unwrap().to_string().contains("another command"));
	let other = AccountId::new([6; 32]);
	assert!(Reporting::begin(&session, &found, &other).await.is_ok());
}

#[tokio::test]
async fn an_aggregator_that_is_away_is_waited_for_and_named() {
	let session = session("//HospitalA");
	let found = study(&session, frozen(&session));
	let [_, second] = aggregators();
	doubles(&session).at(&second, |it| it.away = 3);
	let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
	reporting.settle(&people(), None).await.unwrap();
	let told = session.progress.told();
	assert!(told.len() == 1 && told[0].starts_with("waiting for Hospital A"), "{told:?}");

	doubles(&session).at(&second, |it| it.away = usize::MAX);
	let before = session.clock.elapsed();
	let error = reporting.report(&table([1, 0, 0])).await.unwrap_err();
	assert!(session.clock.elapsed() - before >= PATIENCE);
	assert!(
		error.to_string().contains("which aggregates the study, did not answer in time"),
		"{error}"
	);
	let cause = error.chain().find_map(|cause| cause.downcast_ref::<CustodianError>());
	assert!(matches!(cause, Some(CustodianError::Unreachable(_))), "for the exit code");
	let said = error.to_string();
	assert!(said.contains("Run the same command again before") && said.contains("attempt 2 of 4"));
}

/// Half of the time to gather is over.
#[tokio::test]
async fn who_comes_too_late_is_told_until_when_and_what_comes_next() {
	let session = session("//HospitalA");
	let RoundPhase::Frozen { block, answers_until, .. } = frozen(&session) else { panic!() };
	for (left, attempt, expected) in [
		(31, 0, None),
		(30, 0, Some("gathered again, in attempt 2 of 4: run the same command again then")),
		(30, MAX_ATTEMPTS, Some("the last of 4 attempts of round 0 of study 3")),
	] {
		let gathers_until = session.clock.now() + left;
		let phase = RoundPhase::Frozen { block, gathers_until, answers_until, attempt };
		let found = study(&session, phase);
		doubles(&session).at(&aggregators()[0], |it| it.is_closed = true);
		let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
		let said = format!("{:#}", reporting.settle(&people(), None).await.unwrap_err());
		assert!(
			said.contains("refused the request") && said.contains("the time for lists is over"),
			"{said}"
		);
		assert_eq!(said.contains("your people are not counted"), expected.is_some(), "{said}");
		assert!(said.contains(expected.unwrap_or_default()), "{said}");
	}
}

/// Lists are taken for half of the time only, so the others must not wait, too.
#[tokio::test]
async fn an_aggregator_that_is_away_does_not_keep_the_list_from_the_others() {
	let mut session = session("//HospitalA");
	let found = study(&session, frozen(&session));
	let [first, second] = aggregators();
	stop_at(&mut session, "evaluated");
	let work = async {
		let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
		reporting.settle(&people(), None).await.unwrap();
	};
	tokio::time::timeout(Duration::from_millis(200), work).await.unwrap_err();
	session.hook = None;
	doubles(&session).at(&first, |it| it.away = usize::MAX);
	let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
	let error = reporting.settle(&people(), None).await.unwrap_err().to_string();
	assert!(error.contains("did not answer in time"), "{error}");
	let [first, second] = [first, second].map(|it| doubles(&session).at(&it, |it| it.list.len()));
	assert_eq!((first, second), (0, 1));
}

#[tokio::test]
async fn a_false_evaluation_is_noticed() {
	let session = session("//HospitalA");
	let mut found = study(&session, frozen(&session));
	found.study.keys.swap(0, 1);
	let (one, two) = (found.study.keys[0].0.clone(), found.study.keys[1].0.clone());
	(found.study.keys[0].0, found.study.keys[1].0) = (two, one);
	let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
	let error = reporting.settle(&people(), None).await.unwrap_err().to_string();
	assert!(error.contains("did not evaluate under the key that it published"), "{error}");
	for it in aggregators() {
		assert!(doubles(&session).at(&it, |it| it.list.is_empty()), "no nullifier is sent");
	}
}

#[tokio::test]
async fn a_report_that_is_dropped_is_told() {
	let session = session("//HospitalA");
	let found = study(&session, frozen(&session));
	doubles(&session).at(&aggregators()[1], |it| it.reason = Some("its proof fails".into()));
	let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
	let error = reporting.report(&table([1, 0, 0])).await.unwrap_err().to_string();
	assert!(error.contains("does not count the report: its proof fails"), "{error}");
}

#[tokio::test]
async fn other_people_than_before_are_refused() {
	let session = session("//HospitalA");
	let found = study(&session, frozen(&session));
	let reporting = Reporting::begin(&session, &found, &HOSPITAL).await.unwrap();
	reporting.settle(&people(), None).await.unwrap();
	let error = reporting.settle(&people()[1..], None).await.unwrap_err().to_string();
	assert!(error.contains("the people file has changed"), "{error}");
}

#[tokio::test]
async fn only_own_people_with_valid_consents_count() {
	let session = session("//HospitalA");
	let found = study(&session, frozen(&session));
	let [one, two] = [11, 12].map(|id| AccountId::new([id; 32]));
	let standing = vec![(one.clone(), HOSPITAL), (two, AccountId::new([6; 32]))];
	session.chain.change(|state| state.answer_research("standing", &standing));
	assert_eq!(valid(&session, &found, &HOSPITAL).await.unwrap(), BTreeSet::from([one.clone()]));

	let period = ServicePeriod { first: 1, last: 2 };
	let records = vec![(vouchsafe_protocol::types::H256::zero(), Category::Summary, period)];
	session.chain.change(|state| state.answer_research("withheld", &records));
	let left_out = withheld(&session, &found, [one.clone()]).await.unwrap();
	assert!(!left_out[&one].is_empty());
	let nothing = Vec::<(vouchsafe_protocol::types::H256, Category, ServicePeriod)>::new();
	session.chain.change(|state| state.answer_research("withheld", &nothing));
	assert!(withheld(&session, &found, [one]).await.unwrap().is_empty());
}

#[test]
fn answers_add_up() {
	let question = StudyQuestion::Table { cells: 3, weight: 2 };
	let mut sum = Table::new(&question);
	for answer in [Answer::Cells(vec![0, 1]), Answer::Outside, Answer::Cells(vec![1])] {
		sum.add(&question, &answer);
	}
	assert_eq!(sum, Table { cells: vec![1, 2, 1], people: 3 });
	let question = StudyQuestion::Sum { max: 12 };
	let mut sum = Table::new(&question);
	for answer in [Answer::Value(5), Answer::Outside] {
		sum.add(&question, &answer);
	}
	assert_eq!(sum, Table { cells: vec![5, 7], people: 2 });
}

#[tokio::test]
async fn a_round_that_is_not_frozen_takes_no_reports() {
	let session = session("//HospitalA");
	let found = study(&session, crate::study::fixtures::open(&session));
	let error = Reporting::begin(&session, &found, &HOSPITAL).await.err().unwrap().to_string();
	assert_eq!(error, format!("round 0 of study {ID} is not frozen"));
}
