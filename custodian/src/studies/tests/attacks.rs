//! Contributors and aggregators that do what they should not.

use super::harness::*;
use crate::{
	chain::double::studies::{lock, STUDY},
	studies::{secrets, tallies, StudyError},
};
use codec::Encode;
use futures::future::{select, Either};
use vouchsafe_client::{
	custodian::{Custodian, CustodianError},
	messages::*,
};
use vouchsafe_vault::study::nullifier::{Blinded, Input};

async fn frozen() -> Network {
	let people: [(&str, &[u8]); 3] = [("//A", &[1, 2, 3]), ("//B", &[4, 5, 6]), ("//C", &[7, 8])];
	let network = Network::new(terms(2), &people, false).await;
	network.freeze().await;
	network
}

async fn settled() -> Network {
	let network = frozen().await;
	network.send_lists("//A", &["a", "b", "c"]).await;
	network.send_lists("//B", &["d", "e", "f"]).await;
	network.send_lists("//C", &["g", "h"]).await;
	network.step_all().await;
	network
}

fn points(values: &[&str]) -> Vec<[u8; 32]> {
	let input = |value: &&str| Input::identifier("urn:test", value).unwrap();
	Blinded::new(values.iter().map(input).collect()).unwrap().points()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_identifiers_are_evaluated_than_there_are_people() {
	let network = frozen().await;
	let first = points(&["1", "2"]);
	network.evaluate(0, "//A", first.clone()).await.unwrap();
	network.evaluate(0, "//A", first.clone()).await.unwrap();
	let refused = network.evaluate(0, "//A", points(&["3", "4"])).await;
	assert!(is_refused(refused, "3 people"));
	network.evaluate(0, "//A", points(&["3"])).await.unwrap();
	assert!(is_refused(network.evaluate(0, "//A", points(&["4"])).await, "3 people"));
	network.evaluate(0, "//A", first).await.unwrap();
	// Another aggregator counts for itself.
	network.evaluate(1, "//A", points(&["4", "5", "6"])).await.unwrap();
	assert!(is_refused(network.evaluate(0, "//A", vec![]).await, "1 to 1000"));
	// Work for nothing.
	let one = points(&["5"])[0];
	assert!(is_refused(network.evaluate(1, "//A", vec![one, one]).await, "twice"));
	assert!(is_refused(network.evaluate(0, "//B", vec![[255; 32]]).await, "not a point"));
	assert!(is_refused(network.evaluate(0, "//B", vec![[0; 32]]).await, "not a point"));
}

/// A contributor that repeats its requests keeps nobody waiting.
#[tokio::test(flavor = "multi_thread")]
async fn a_contributor_has_one_evaluation_at_a_time_and_some_in_an_hour() {
	let network = frozen().await;
	let id = network.aggregated(0).await.id();
	let evaluations = &network.aggregators[0].state.studies.evaluations;
	let held = evaluations.begin(id, [0; 32], 1, 1).unwrap().processor().await;
	let (points, others) = (points(&["1"]), points(&["2"]));
	let ask = || Box::pin(network.evaluate(0, "//A", points.clone()));
	let other = network.evaluate(0, "//B", others);
	let Either::Left((first, waits)) = select(select(ask(), ask()), Box::pin(other)).await else {
		panic!("the processor is held");
	};
	let (refused, own) = first.factor_first();
	assert_eq!(refused, Err(CustodianError::Busy));
	drop(held);
	assert!(waits.await.is_ok() && own.await.is_ok());

	let spent = evaluations.begin(id, hospital("//A").into(), 9_998, 3);
	assert!(spent.is_some());
	drop(spent);
	ask().await.unwrap();
	assert_eq!(ask().await, Err(CustodianError::Busy));
	network.evaluate(0, "//B", points.clone()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_contributor_acts_for_itself() {
	let network = settled().await;
	let report = network.report("//A", 3, &[1, 0, 0, 0]).remove(0);
	let foreign = network.client(0).send_report(&key("//B"), &report).await;
	assert_eq!(foreign, Err(CustodianError::NoAccess));
	let stranger = network.client(0).send_report(&key("//Nobody"), &report).await;
	assert_eq!(stranger, Err(CustodianError::NoAccess));
	let ask = AskStudyStatus { study: STUDY, round: 0, contributor: report.contributor };
	let foreign = network.client(0).study_status(&key("//B"), &ask).await;
	assert_eq!(foreign, Err(CustodianError::NoAccess));
	// Its own custodian may. Another aggregator's may not.
	let own = &network.aggregators[1].state.keys.account;
	let ask = AskStudyStatus { contributor: Hex::from(&hospital("//B")), ..ask };
	network.client(0).study_status(own, &ask).await.unwrap();
	let ask = AskStudyStatus { contributor: report.contributor, ..ask };
	let foreign = network.client(0).study_status(own, &ask).await;
	assert_eq!(foreign, Err(CustodianError::NoAccess));
	let unknown = AskStudyStatus { study: 8, ..ask };
	let unknown = network.client(0).study_status(&key("//A"), &unknown).await;
	assert_eq!(unknown, Err(CustodianError::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_leader_leads() {
	let network = settled().await;
	let page = Hex([1; 16]);
	let ask = VerifyReports { study: STUDY, round: 0, page, reports: Packed(vec![]) };
	let (leader, other) =
		(&network.aggregators[0].state.keys.account, &network.aggregators[1].state.keys.account);
	network.client(1).ask_peer(leader, &ask).await.unwrap();
	for stranger in [other, &key("//A"), &key("//Authority")] {
		let refused = network.client(1).ask_peer(stranger, &ask).await;
		assert_eq!(refused.err(), Some(CustodianError::NoAccess));
	}
	let name = ReportName { contributor: Hex([1; 32]), report: Hex([1; 16]) };
	let long = VerifyReports { reports: Packed(vec![name; MAX_PACKED + 1]), ..ask };
	assert!(network.client(1).ask_peer(leader, &long).await.is_err());
	// Another verify key would verify a report twice.
	let aggregated = network.aggregated(0).await;
	let peer = network.aggregated(1).await;
	let to = peer.state.keys.encryption.public();
	let key = vouchsafe_vault::study::verify::VerifyKey::random();
	let sealed = key.seal(&to, &aggregated.study_round(), &peer.institution).unwrap();
	let deliver = DeliverVerifyKey { study: STUDY, round: 0, key: sealed.into() };
	assert!(is_refused(network.client(1).ask_peer(leader, &deliver).await, "another verify key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_settled_only_once_they_are_closed() {
	let network = frozen().await;
	let leader = &network.aggregators[0].state.keys.account;
	let ask = CompareLists {
		study: STUDY,
		round: 0,
		attempt: 1,
		after: None,
		close: false,
		excluded: vec![],
		settle: true,
	};
	let compare = async |ask: &CompareLists| network.client(1).ask_peer(leader, ask).await.unwrap();
	assert!(!compare(&ask).await.settled);
	assert!(!network.status(1, "//A").await.settled);
	assert!(compare(&CompareLists { close: true, ..ask }).await.settled);
	assert!(network.status(1, "//A").await.settled);
}

#[tokio::test(flavor = "multi_thread")]
async fn different_lists_leave_out_only_their_sender() {
	let network = frozen().await;
	network.send_lists("//A", &["a", "b", "same"]).await;
	let list = network.nullifiers("//B", &["c", "d", "same"]).await;
	network.send_list(0, "//B", &list).await.unwrap();
	network.send_list(1, "//B", &list[..2]).await.unwrap();
	network.send_lists("//C", &["g", "h"]).await;
	network.step_all().await;
	assert!(!network.doubles(0, "//A").await.unwrap().complete);
	network.end_lists();
	network.step_all().await;
	for place in 0..2 {
		assert_eq!(network.doubles(place, "//A").await.unwrap().counts, 3);
		assert!(is_refused(network.doubles(place, "//B").await, "not the same"));
		let status = network.status(place, "//B").await;
		assert_eq!((status.list, status.settled), (ListState::NotEverywhere, true));
		assert!(is_refused(network.send_list(place, "//B", &list).await, "time for lists"));
	}
	network.send_report("//A", 3, &[3, 0, 0, 0]).await;
	network.send_report("//B", 3, &[0, 3, 0, 0]).await;
	network.send_report("//C", 2, &[0, 0, 2, 0]).await;
	network.end_gathering();
	assert_eq!(network.finish().await, [3, 0, 2, 0]);
	assert_eq!(network.status(1, "//B").await.dropped, Some(DropReason::NoList));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_not_longer_than_its_people() {
	let network = frozen().await;
	let list = [[1; 32], [2; 32], [3; 32], [4; 32]];
	assert!(is_refused(network.send_list(0, "//A", &list).await, "3 people"));
	network.send_list(0, "//A", &list[..3]).await.unwrap();
	let wrong = SendNullifiers {
		study: STUDY,
		round: 0,
		contributor: Hex::from(&hospital("//A")),
		part: 1,
		parts: 1,
		nullifiers: vec![],
	};
	let sent = network.client(0).send_nullifiers(&key("//A"), &wrong).await;
	assert!(is_refused(sent, "parts"));
	let empty = SendNullifiers { part: 2, parts: 3, ..wrong };
	let sent = network.client(0).send_nullifiers(&key("//A"), &empty).await;
	assert!(is_refused(sent, "1 to 2 parts"));
}

/// Each is dropped alone, and its contributor hears why.
#[tokio::test(flavor = "multi_thread")]
async fn bad_reports_are_dropped_alone() {
	let network = settled().await;
	network.send_report("//A", 3, &[1, 2, 3, 0]).await;
	// A share of another report, sealed as if it were this one's.
	let mut bad = network.report("//B", 3, &[1, 0, 0, 0]);
	let other = network.report("//B", 3, &[0, 1, 0, 0]);
	bad[0].nonce = other[0].nonce;
	bad[1].nonce = other[0].nonce;
	for (place, part) in bad.iter().enumerate() {
		network.send_part(place, "//B", part).await.unwrap();
	}
	// The public share has the wrong form.
	let mut bad = network.report("//C", 2, &[1, 0, 0, 0]);
	bad[0].public_share = vec![1, 2, 3].into();
	assert!(is_refused(network.send_part(0, "//C", &bad[0]).await, "malformed"));
	network.send_part(1, "//C", &bad[1]).await.unwrap();
	network.end_gathering();
	assert_eq!(network.finish().await, [1, 2, 3, 0]);
	for place in 0..2 {
		let status = network.status(place, "//B").await;
		assert_eq!(
			(status.report, status.dropped),
			(ReportState::Dropped, Some(DropReason::Proof))
		);
		assert!(status.reason.unwrap().contains("proof"));
	}
	assert_eq!(network.status(0, "//C").await.report, ReportState::Missing);
	assert_eq!(network.status(1, "//C").await.dropped, Some(DropReason::NotEverywhere));
	let (_, tally) = lock(&network.studies).results[&0];
	assert_eq!((tally.used, tally.refused), (3, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_for_others_are_refused_at_once() {
	let network = settled().await;
	let parts = network.report("//A", 3, &[1, 0, 0, 0]);
	let refused = |part: SendReport| {
		let network = &network;
		async move { network.send_part(0, "//A", &part).await }
	};
	assert!(is_refused(refused(parts[1].clone()).await, "sealed to another aggregator"));
	let other = SendReport { people: 2, ..parts[0].clone() };
	assert!(is_refused(refused(other).await, "sealed to another"));
	let other = SendReport { report: Hex([9; 16]), ..parts[0].clone() };
	assert!(is_refused(refused(other).await, "sealed to another"));
	let other = SendReport { people: 4, ..parts[0].clone() };
	assert!(is_refused(refused(other).await, "1 to 3"));
	let other = SendReport { people: 0, ..parts[0].clone() };
	assert!(is_refused(refused(other).await, "1 to 3"));
	let other = SendReport { round: 1, ..parts[0].clone() };
	assert_eq!(refused(other).await, Err(CustodianError::NotYet));
	let mut other = parts[0].clone();
	other.contributor = Hex::from(&hospital("//B"));
	let sent = network.client(0).send_report(&key("//B"), &other).await;
	assert!(is_refused(sent, "sealed to another"));
	// A replay changes nothing.
	refused(parts[0].clone()).await.unwrap();
	refused(parts[0].clone()).await.unwrap();
	network.end_gathering();
	assert!(is_refused(refused(network.report("//A", 3, &[1, 0, 0, 0]).remove(0)).await, "over"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_one_aggregator_lacks_is_left_out() {
	let network = settled().await;
	network.send_report("//A", 3, &[1, 2, 3, 0]).await;
	let parts = network.report("//B", 3, &[1, 0, 0, 0]);
	network.send_part(0, "//B", &parts[0]).await.unwrap();
	let parts = network.report("//C", 2, &[1, 0, 0, 0]);
	network.send_part(1, "//C", &parts[1]).await.unwrap();
	network.step_all().await;
	assert_eq!(network.status(0, "//B").await.report, ReportState::Waiting);
	network.end_gathering();
	assert_eq!(network.finish().await, [1, 2, 3, 0]);
	for (place, name) in [(0, "//B"), (1, "//C")] {
		let status = network.status(place, name).await;
		assert_eq!(status.dropped, Some(DropReason::NotEverywhere));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_only_the_leader_verified_is_left_out() {
	let network = settled().await;
	network.send_report("//A", 3, &[1, 2, 3, 0]).await;
	network.send_report("//B", 3, &[0, 0, 0, 3]).await;
	network.step_all().await;
	// As if the other aggregator had been restored from an older backup.
	let aggregated = network.aggregated(1).await;
	let b: [u8; 32] = hospital("//B").into();
	let report = network.status(1, "//B").await.id.unwrap().0;
	aggregated.state.database.leave_out(aggregated.id(), vec![(b, report)]).await.unwrap();
	network.end_gathering();
	assert_eq!(network.finish().await, [1, 2, 3, 0]);
	assert_eq!(network.status(0, "//B").await.dropped, Some(DropReason::NotEverywhere));
}

/// The leader has a report verified after the other aggregator has computed its tally, and before it has
/// settled it.
#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_the_tally_lacks_is_not_committed_to() {
	let network = settled().await;
	network.send_report("//A", 3, &[1, 2, 3, 0]).await;
	network.step_all().await;
	let other = network.aggregated(1).await;
	let frozen = other.frozen().unwrap();
	let tally = tallies::tally(&other, &frozen).await.unwrap();
	network.send_report("//B", 3, &[0, 0, 0, 3]).await;
	network.step_all().await;
	assert_eq!(network.status(1, "//B").await.report, ReportState::Verified);
	let database = &other.state.database;
	database.settle_tally(other.id(), frozen.attempt, tally.encode()).await.unwrap();
	network.end_gathering();
	let step = network.step(1).await;
	assert!(matches!(step, Err(StudyError::OtherTally)), "{step:?}");
	assert!(lock(&network.studies).commitments.is_empty());
	// The next attempt begins with another tally.
	lock(&network.studies).pass_deadline();
	network.step_all().await;
	network.step_all().await;
	network.end_gathering();
	assert_eq!(network.finish().await, [1, 2, 3, 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_people_than_are_left_do_not_count() {
	let network = frozen().await;
	network.send_lists("//A", &["a", "b", "b"]).await;
	network.send_lists("//B", &["d", "e", "f"]).await;
	network.send_lists("//C", &["g", "h"]).await;
	network.step_all().await;
	network.send_report("//A", 3, &[3, 0, 0, 0]).await;
	network.send_report("//B", 3, &[0, 3, 0, 0]).await;
	network.send_report("//C", 1, &[0, 0, 1, 0]).await;
	network.end_gathering();
	assert_eq!(network.finish().await, [0, 3, 1, 0]);
	assert_eq!(network.status(0, "//A").await.dropped, Some(DropReason::TooManyPeople));
	let (_, tally) = lock(&network.studies).results[&0];
	assert_eq!((tally.used, tally.double, tally.refused), (4, 1, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aggregator_whose_node_is_behind_takes_nothing() {
	let network = settled().await;
	let parts = network.report("//A", 3, &[1, 0, 0, 0]);
	let state = network.aggregators[0].state.clone();
	state.set_replaced(Some(1));
	let behind = network.send_part(0, "//A", &parts[0]).await;
	assert!(matches!(behind, Err(CustodianError::Behind(_))), "{behind:?}");
	let behind = network.evaluate(0, "//A", points(&["9"])).await;
	assert!(matches!(behind, Err(CustodianError::Behind(_))), "{behind:?}");
	state.set_replaced(None);
	network.send_part(0, "//A", &parts[0]).await.unwrap();
}

/// What was admitted just before the end comes after the key is destroyed.
#[tokio::test(flavor = "multi_thread")]
async fn what_comes_late_makes_no_new_key() {
	let network = frozen().await;
	let aggregated = network.aggregated(0).await;
	secrets::destroy(&aggregated.state, STUDY, Some(0)).await.unwrap();
	let parts = network.report("//A", 3, &[1, 0, 0, 0]);
	let late = network.send_part(0, "//A", &parts[0]).await;
	assert_eq!(late.err(), Some(CustodianError::NotYet));
	assert_eq!(network.send_list(0, "//A", &[[1; 32]]).await.err(), Some(CustodianError::NotYet));
	let late = network.evaluate(0, "//A", points(&["1"])).await;
	assert_eq!(late.err(), Some(CustodianError::NotYet));
	assert_eq!(aggregated.state.database.study_keys().await.unwrap(), [(STUDY, None)]);
}

/// Of many reports of one contributor at once, one is stored.
#[tokio::test(flavor = "multi_thread")]
async fn reports_at_the_same_time_are_one() {
	let network = settled().await;
	let reports: Vec<_> = (0..20).map(|_| network.report("//A", 3, &[1, 0, 0, 0])).collect();
	let sent = reports.iter().flat_map(|report| [report, report]);
	let sent = sent.map(|report| network.send_part(0, "//A", &report[0]));
	for result in futures::future::join_all(sent).await {
		result.unwrap();
	}
	let database = &network.aggregators[0].state.database;
	let id = network.aggregated(0).await.id();
	assert_eq!(database.count_reports(id).await.unwrap(), [1, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_takes_nothing() {
	let network = settled().await;
	let state = network.aggregators[0].state.clone();
	let parts = network.report("//A", 3, &[1, 0, 0, 0]);
	state.expected_bytes.store(u64::MAX / 2, std::sync::atomic::Ordering::SeqCst);
	let full = network.send_part(0, "//A", &parts[0]).await;
	assert!(matches!(full, Err(CustodianError::Refused { status: 507, .. })), "{full:?}");
	let full = network.evaluate(0, "//A", points(&["9"])).await;
	assert!(matches!(full, Err(CustodianError::Refused { status: 507, .. })), "{full:?}");
	state.expected_bytes.store(0, std::sync::atomic::Ordering::SeqCst);
	network.send_part(0, "//A", &parts[0]).await.unwrap();
}
