//! Rounds in which everybody does what they should, now or later.

use super::harness::*;
use crate::{
	chain::{
		double::studies::{lock, STUDY},
		StudyCall,
	},
	store::RoundId,
	studies::{destruction::destroy_all_over, Aggregated, StudyError},
};
use std::time::Duration;
use vouchsafe_client::{
	chain::{
		is_in_tally, AccountId, Counted, Loss, RoundPhase, StudyQuestion, StudyStage, H256,
		MAX_ATTEMPTS,
	},
	custodian::CustodianError,
	messages::*,
	signing::now,
};

/// Three people each at A and at B, one of them the same person. Each is in cell 0, and the first of a
/// hospital also in cell 1.
async fn gathered(aggregators: usize) -> Network {
	let people: [(&str, &[u8]); 2] = [("//A", &[1, 2, 3]), ("//B", &[4, 5, 6])];
	let network = Network::new(terms(aggregators), &people, false).await;
	network.freeze().await;
	network.send_lists("//A", &["a", "b", "same"]).await;
	network.send_lists("//B", &["c", "d", "same"]).await;
	network.step_all().await;
	network
}

async fn report_all(network: &Network) {
	for name in ["//A", "//B"] {
		let doubles = network.doubles(0, name).await.unwrap();
		assert!(doubles.complete);
		let n = doubles.counts;
		network.send_report(name, n, &[n.into(), 1, 0, 0]).await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hospitals_are_counted_and_nobody_twice() {
	for aggregators in [2, 3] {
		let network = gathered(aggregators).await;
		let mut counts = Vec::new();
		for name in ["//A", "//B"] {
			let all: Vec<Doubles> = {
				let mut all = Vec::new();
				for place in 0..aggregators {
					all.push(network.doubles(place, name).await.unwrap());
				}
				all
			};
			assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
			assert_eq!(all[0].counts as usize + all[0].doubles.len(), 3);
			counts.push(all[0].counts);
		}
		assert_eq!(counts.iter().sum::<u32>(), 5);
		report_all(&network).await;
		network.step_all().await;
		assert_eq!(network.status(1, "//A").await.report, ReportState::Verified);
		network.end_gathering();
		assert_eq!(network.finish().await, [5, 2, 0, 0]);
		let studies = lock(&network.studies);
		let (_, tally) = &studies.results[&0];
		assert_eq!((tally.used, tally.double, tally.withdrawn, tally.refused), (5, 1, 0, 0));
		assert_eq!(studies.study.stage, StudyStage::Finished);
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contributor_is_shown_its_place_in_the_tally() {
	let network = gathered(2).await;
	report_all(&network).await;
	network.end_gathering();
	network.finish().await;
	let (_, tally) = lock(&network.studies).results[&0];
	// Also after the round's key is destroyed.
	network.step_all().await;
	for name in ["//A", "//B"] {
		let status = network.status(1, name).await;
		assert_eq!(status.report, ReportState::Counted);
		assert_eq!(status.phase, StudyPhase::Answered);
		let place = status.place.unwrap();
		let counted = Counted {
			contributor: AccountId::from(place.counted.contributor),
			people: place.counted.people,
			report: place.counted.report.0,
		};
		let proof: Vec<_> = place.proof.iter().map(|it| it.map(|hash| H256(hash.0))).collect();
		let at = place.place as usize;
		assert!(is_in_tally(&network.round(), &counted, at, &proof, &tally.root));
		assert_eq!(counted.contributor, hospital(name));
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_and_shares_are_destroyed_and_people_removed_at_the_end() {
	let network = gathered(2).await;
	report_all(&network).await;
	network.end_gathering();
	let database = network.aggregators[0].state.database.clone();
	network.step_all().await;
	assert_eq!(database.study_keys().await.unwrap().len(), 2);
	network.finish().await;
	network.step_all().await;
	for aggregator in &network.aggregators {
		assert!(aggregator.state.database.study_keys().await.unwrap().is_empty());
	}
	let id = RoundId { study: 7, round: 0 };
	let report = database.report(id, hospital("//A").into()).await.unwrap().unwrap();
	assert!(report.share.is_empty() && report.public_share.is_empty());
	assert!(lock(&network.studies).people.is_empty());
	let calls = lock(&network.studies).calls.len();
	network.step_all().await;
	assert_eq!(lock(&network.studies).calls.len(), calls, "nothing is left to do");
}

/// As if the custodian did not aggregate any more: no step of the study is done.
#[tokio::test(flavor = "multi_thread")]
async fn keys_are_destroyed_without_a_step() {
	let network = gathered(2).await;
	let keys = async || network.aggregators[0].state.database.study_keys().await.unwrap();
	let clean = async || {
		let Aggregated { state, block, .. } = network.aggregated(0).await;
		destroy_all_over(&state, &*block).await.unwrap();
	};
	clean().await;
	assert_eq!(keys().await, [(7, None), (7, Some(0))]);
	lock(&network.studies).study.round = 1;
	clean().await;
	assert_eq!(keys().await, [(7, None)]);
	lock(&network.studies).study.stage = StudyStage::Finished;
	clean().await;
	assert!(keys().await.is_empty());
	// Who was counted is forgotten, too, a while after the end.
	let database = network.aggregators[0].state.database.clone();
	let standing = async || database.all_standing(RoundId { study: 7, round: 0 }).await.unwrap();
	database.forget_studies(now() - 100).await.unwrap();
	assert_eq!(standing().await.len(), 2);
	database.forget_studies(now()).await.unwrap();
	assert!(standing().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_withdrew_is_not_counted() {
	let people: [(&str, &[u8]); 2] = [("//A", &[1, 2, 3, 4]), ("//B", &[5, 6])];
	let network = Network::new(terms(2), &people, false).await;
	lock(&network.studies).withdrawn = vec![person(2)];
	network.freeze().await;
	// B has people, but sends nothing.
	network.send_lists("//A", &["a", "b", "b"]).await;
	assert_eq!(network.status(0, "//A").await.valid, Some(3));
	network.step_all().await;
	assert!(!network.doubles(0, "//A").await.unwrap().complete);
	network.end_lists();
	network.step_all().await;
	assert_eq!(network.doubles(1, "//A").await.unwrap().counts, 2);
	lock(&network.studies).study.terms.least = 2;
	network.send_report("//A", 2, &[0, 0, 2, 2]).await;
	network.end_gathering();
	assert_eq!(network.finish().await, [0, 0, 2, 2]);
	let (_, tally) = lock(&network.studies).results[&0];
	assert_eq!((tally.used, tally.double, tally.withdrawn, tally.refused), (2, 1, 1, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patient_alone_may_report_before_the_freeze() {
	let people: [(&str, &[u8]); 2] = [("//A", &[1, 2]), ("//Patient", &[])];
	let mut question = terms(2);
	question.question = StudyQuestion::Sum { max: 10 };
	let network = Network::new(question, &people, false).await;
	let early = network.send_part(0, "//A", &network.report("//A", 1, &[1, 9])[0]).await;
	assert_eq!(early, Err(CustodianError::NotYet));
	network.send_lists("//Patient", &["p"]).await;
	network.send_report("//Patient", 1, &[7, 3]).await;
	network.freeze().await;
	network.send_lists("//A", &["a", "b"]).await;
	network.step_all().await;
	network.send_report("//A", 2, &[4, 16]).await;
	network.end_gathering();
	assert_eq!(network.finish().await, [11, 19]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aggregator_that_was_away_is_waited_for() {
	let mut network = gathered(2).await;
	report_all(&network).await;
	// Before verifying.
	network.kill(1);
	assert!(network.step(0).await.is_err());
	network.restart(1).await;
	network.step(0).await.unwrap();
	assert_eq!(network.status(0, "//A").await.report, ReportState::Verified);
	// Before committing.
	network.end_gathering();
	network.set_deaf(1, true);
	network.step_all().await;
	assert_eq!(lock(&network.studies).commitments.len(), 1);
	network.restart(1).await;
	network.step(1).await.unwrap();
	assert!(matches!(lock(&network.studies).phase(), RoundPhase::Agreed { .. }));
	// Before revealing.
	network.step(0).await.unwrap();
	assert_eq!(lock(&network.studies).reveals.len(), 1);
	network.restart(1).await;
	assert_eq!(network.finish().await, [5, 2, 0, 0]);
}

/// The leader is killed when one of the others has settled the lists, and the round is gathered again.
#[tokio::test(flavor = "multi_thread")]
async fn lists_that_one_aggregator_has_settled_do_not_change() {
	let people: [(&str, &[u8]); 2] = [("//A", &[1, 2, 3]), ("//B", &[4, 5, 6])];
	let network = Network::new(terms(3), &people, false).await;
	network.freeze().await;
	network.send_lists("//A", &["a", "b", "same"]).await;
	let list = network.send_lists("//B", &["c", "d", "same"]).await;
	let leader = network.aggregated(0).await;
	let (database, id) = (&leader.state.database, leader.id());
	database.close_lists(id, 1).await.unwrap();
	database.decide_lists(id, vec![]).await.unwrap();
	let key = &leader.state.keys.account;
	for (place, settle) in [(1, true), (2, false)] {
		let ask = CompareLists {
			study: STUDY,
			round: 0,
			attempt: 1,
			after: None,
			close: true,
			excluded: vec![],
			settle,
		};
		assert_eq!(network.client(place).ask_peer(key, &ask).await.unwrap().settled, settle);
	}
	lock(&network.studies).pass_deadline();
	network.step(0).await.unwrap();
	for place in 1..3 {
		network.step(place).await.unwrap();
	}
	let other = network.send_list(2, "//B", &list[..2]).await;
	assert_eq!(other.err(), Some(CustodianError::NotYet));
	network.send_list(2, "//B", &list).await.unwrap();
	network.step_all().await;
	let mut all = Vec::new();
	for place in 0..3 {
		all.push(network.doubles(place, "//B").await.unwrap());
	}
	assert!(all.iter().all(|doubles| doubles.complete && *doubles == all[0]), "{all:?}");
	report_all(&network).await;
	network.end_gathering();
	assert_eq!(network.finish().await, [5, 2, 0, 0]);
}

/// Before the leader has decided, an aggregator that was away gets the lists in the next attempt.
#[tokio::test(flavor = "multi_thread")]
async fn lists_are_taken_again_if_an_aggregator_was_away() {
	let people: [(&str, &[u8]); 1] = [("//A", &[1, 2, 3])];
	let mut network = Network::new(terms(2), &people, false).await;
	network.freeze().await;
	// The leader has closed its lists, and the other one is away.
	network.kill(1);
	network.end_lists();
	assert!(network.step(0).await.is_err());
	let leader = network.aggregated(0).await;
	let progress = leader.state.database.round_progress(leader.id()).await.unwrap().unwrap();
	assert_eq!((progress.lists_closed, progress.lists_decided), (1, false));
	lock(&network.studies).pass_deadline();
	network.step(0).await.unwrap();
	network.restart(1).await;
	network.step(1).await.unwrap();
	network.step_all().await;
	network.send_lists("//A", &["a", "b", "c"]).await;
	network.step_all().await;
	network.send_report("//A", 3, &[3, 0, 0, 0]).await;
	network.end_gathering();
	assert_eq!(network.finish().await, [3, 0, 0, 0]);
}

/// The other aggregator comes back after half of the time to gather, and has no lists.
#[tokio::test(flavor = "multi_thread")]
async fn lists_are_taken_again_from_an_aggregator_that_came_back_late() {
	let people: [(&str, &[u8]); 1] = [("//A", &[1, 2, 3])];
	let mut network = Network::new(terms(2), &people, false).await;
	network.freeze().await;
	let list = network.nullifiers("//A", &["a", "b", "c"]).await;
	network.send_list(0, "//A", &list).await.unwrap();
	network.kill(1);
	network.end_lists();
	assert!(network.step(0).await.is_err());
	network.restart(1).await;
	network.step(1).await.unwrap();
	let waits = network.step(0).await.unwrap();
	assert!(waits.contains("the next attempt"), "{waits}");
	assert!(is_refused(network.send_list(1, "//A", &list).await, "gathered again"));
	lock(&network.studies).pass_deadline();
	for _ in 0..2 {
		network.step_all().await;
	}
	network.send_list(1, "//A", &list).await.unwrap();
	network.step_all().await;
	network.send_report("//A", 3, &[3, 0, 0, 0]).await;
	network.end_gathering();
	assert_eq!(network.finish().await, [3, 0, 0, 0]);
}

/// Two people have lists everywhere, of at least three.
#[tokio::test(flavor = "multi_thread")]
async fn too_few_lists_are_decided_only_in_the_last_attempt() {
	let people: [(&str, &[u8]); 2] = [("//A", &[1, 2]), ("//B", &[3, 4])];
	let network = Network::new(terms(2), &people, false).await;
	network.freeze().await;
	network.send_lists("//A", &["a", "b"]).await;
	let leader = network.aggregated(0).await;
	for attempt in 0..=MAX_ATTEMPTS {
		network.end_lists();
		network.step_all().await;
		let progress = leader.state.database.round_progress(leader.id()).await.unwrap().unwrap();
		let expected = (attempt + 1, attempt == MAX_ATTEMPTS);
		assert_eq!((progress.lists_closed, progress.lists_decided), expected);
		lock(&network.studies).pass_deadline();
		network.step_all().await;
		network.step_all().await;
	}
	assert_eq!(lock(&network.studies).phase(), RoundPhase::Lost(Loss::NotAgreed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_waited_for_until_the_deadline() {
	let network = gathered(2).await;
	report_all(&network).await;
	network.end_gathering();
	network.step(0).await.unwrap();
	lock(&network.studies).set_left_to_agree(2);
	network.set_stuck(1, true);
	let step = tokio::time::timeout(Duration::from_secs(20), network.step(1));
	let stuck = step.await.unwrap();
	assert!(matches!(stuck, Err(StudyError::NotFinal("commit"))), "{stuck:?}");
	network.set_stuck(1, false);
	network.end_gathering();
	assert_eq!(network.finish().await, [5, 2, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_gathered_again_and_committed_with_new_noise() {
	let people: [(&str, &[u8]); 1] = [("//A", &[1, 2, 3])];
	let mut network = Network::new(terms(2), &people, true).await;
	network.freeze().await;
	network.send_lists("//A", &["a", "b", "c"]).await;
	network.step_all().await;
	network.send_report("//A", 3, &[3, 0, 0, 0]).await;
	network.end_gathering();
	network.set_deaf(1, true);
	network.step_all().await;
	let database = network.aggregators[0].state.database.clone();
	let id = RoundId { study: 7, round: 0 };
	assert!(database.noised(id, 1).await.unwrap().is_some());
	let first = lock(&network.studies).commitments.values().next().copied().unwrap();
	lock(&network.studies).pass_deadline();
	network.step(0).await.unwrap();
	assert!(matches!(lock(&network.studies).phase(), RoundPhase::Frozen { attempt: 1, .. }));
	network.end_gathering();
	network.restart(1).await;
	network.finish().await;
	let calls = lock(&network.studies).calls.clone();
	let second = calls.iter().rev().find_map(|(who, call)| match call {
		StudyCall::Commit(_, tally, hash) if *who == network.aggregators[0].id => {
			Some((*tally, *hash))
		},
		_ => None,
	});
	assert_eq!(second.unwrap().0, first.0);
	assert_ne!(second.unwrap().1, first.1, "the same noise was committed again");
	assert!(database.noised(id, 1).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_lost_if_a_share_is_not_revealed() {
	let network = gathered(2).await;
	report_all(&network).await;
	network.end_gathering();
	network.step_all().await;
	network.set_deaf(1, true);
	network.step_all().await;
	assert!(matches!(lock(&network.studies).phase(), RoundPhase::Agreed { .. }));
	lock(&network.studies).pass_deadline();
	network.step(0).await.unwrap();
	assert_eq!(lock(&network.studies).phase(), RoundPhase::Lost(Loss::NotRevealed));
	network.step_all().await;
	assert_eq!(network.status(0, "//A").await.phase, StudyPhase::Lost);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_round_begins_anew() {
	let people: [(&str, &[u8]); 1] = [("//A", &[1, 2, 3])];
	let network =
		Network::new(vouchsafe_client::chain::StudyTerms { rounds: 2, ..terms(2) }, &people, false)
			.await;
	let mut lists = Vec::new();
	for round in 0..2 {
		network.freeze().await;
		lists.push(network.send_lists("//A", &["a", "b", "c"]).await);
		network.step_all().await;
		network.send_report("//A", 3, &[1, 1, 1, 0]).await;
		network.end_gathering();
		for _ in 0..3 {
			network.step_all().await;
		}
		assert_eq!(lock(&network.studies).results[&round].0, [1, 1, 1, 0]);
	}
	assert!(lists[0].iter().all(|it| !lists[1].contains(it)), "nullifiers can be linked");
}
