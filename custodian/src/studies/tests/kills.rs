//! Aggregators that are killed at any point.

use super::harness::*;
use crate::{chain::double::studies::lock, chain::StudyCall, studies::steps};
use futures::FutureExt;
use std::{collections::BTreeMap, future::poll_fn, pin::pin, task::Poll};
use vouchsafe_client::chain::AccountId;

/// Does a step, and drops it after so many polls. Returns whether it ended before.
async fn interrupted_step(network: &Network, place: usize, polls: usize) -> bool {
	let aggregated = network.aggregated(place).await;
	let mut step = pin!(steps::step(&aggregated));
	let mut left = polls;
	poll_fn(|context| match step.as_mut().poll_unpin(context) {
		Poll::Ready(_) => Poll::Ready(true),
		Poll::Pending if left == 0 => Poll::Ready(false),
		Poll::Pending => {
			left -= 1;
			Poll::Pending
		},
	})
	.await
}

/// Each step of each aggregator is killed after each number of polls, until it ends; the program starts
/// again each time. Nothing else than what was committed is ever revealed, and the result is exact.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_point_a_round_goes_on() {
	let people: [(&str, &[u8]); 2] = [("//A", &[1, 2, 3]), ("//B", &[4, 5])];
	let mut network = Network::new(terms(2), &people, false).await;
	let mut has_reported = false;
	let mut has_sent = false;
	for _ in 0..12 {
		lock(&network.studies).close();
		for place in [1, 0] {
			let mut polls = 0;
			while !interrupted_step(&network, place, polls).await {
				polls += 1;
				network.restart(place).await;
			}
		}
		if !has_sent && network.aggregated(0).await.frozen().is_some() {
			network.step_all().await;
			network.send_lists("//A", &["a", "b", "c"]).await;
			network.send_lists("//B", &["d", "e"]).await;
			has_sent = true;
		} else if has_sent && !has_reported {
			let doubles = network.doubles(0, "//A").await.unwrap();
			if doubles.complete {
				network.send_report("//A", 3, &[3, 1, 0, 0]).await;
				network.send_report("//B", 2, &[0, 1, 2, 0]).await;
				has_reported = true;
			}
		} else if has_reported && network.aggregated(0).await.frozen().is_some() {
			network.end_gathering();
		}
		if !lock(&network.studies).results.is_empty() {
			break;
		}
	}
	let studies = lock(&network.studies);
	assert_eq!(studies.results[&0].0, [3, 2, 2, 0]);
	let mut committed = BTreeMap::<AccountId, Vec<_>>::new();
	for (who, call) in &studies.calls {
		if let StudyCall::Commit(attempt, tally, hash) = call {
			committed.entry(who.clone()).or_default().push((*attempt, *tally, *hash));
		}
	}
	for commitments in committed.values() {
		assert!(commitments.windows(2).all(|pair| pair[0] == pair[1]), "another share");
	}
}
