//! The daemon's own task runs the rounds.

use super::harness::*;
use crate::chain::double::studies::lock;
use std::time::Duration;
use vouchsafe_client::messages::*;

/// Waits until something is so.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
	for _ in 0..100 {
		if is_so().await {
			return;
		}
		tokio::time::sleep(Duration::from_millis(100)).await;
	}
	panic!("not {what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_study_runs_by_itself() {
	let people: [(&str, &[u8]); 2] = [("//A", &[1, 2, 3]), ("//B", &[4, 5])];
	let network = Network::new(terms(3), &people, false).await;
	for aggregator in &network.aggregators {
		tokio::spawn(crate::studies::run(aggregator.state.clone()));
	}
	lock(&network.studies).close();
	until("frozen", async || network.aggregated(2).await.frozen().is_some()).await;
	let valid = async || network.status(2, "//A").await.valid.is_some();
	until("known who may be counted", valid).await;
	tokio::time::sleep(Duration::from_millis(1500)).await;
	network.send_lists("//A", &["a", "b", "c"]).await;
	network.send_lists("//B", &["d", "e"]).await;
	let settled = async || network.doubles(2, "//B").await.unwrap().complete;
	until("settled", settled).await;
	network.send_report("//A", 3, &[3, 1, 0, 0]).await;
	network.send_report("//B", 2, &[0, 1, 2, 0]).await;
	let verified = async || network.status(2, "//B").await.report == ReportState::Verified;
	until("verified", verified).await;
	let state = &network.aggregators[1].state;
	let research = state.readiness.get().research;
	assert!(research.ok && research.detail.contains("round 0: reports"), "{research:?}");
	network.end_gathering();
	until("answered", async || !lock(&network.studies).results.is_empty()).await;
	assert_eq!(lock(&network.studies).results[&0].0, [3, 2, 2, 0]);
	let destroyed = async || state.database.study_keys().await.unwrap().is_empty();
	until("destroyed", destroyed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_done_while_the_node_is_behind() {
	let network = Network::new(terms(2), &[("//A", &[1, 2, 3])], false).await;
	let state = &network.aggregators[0].state;
	state.set_replaced(Some(1));
	tokio::spawn(crate::studies::run(state.clone()));
	lock(&network.studies).close();
	let detail = || state.readiness.get().research.detail;
	until("waiting", async || detail().contains("differs")).await;
	tokio::time::sleep(Duration::from_millis(1200)).await;
	assert!(network.aggregated(0).await.frozen().is_none());
	state.set_replaced(None);
	until("frozen", async || network.aggregated(0).await.frozen().is_some()).await;
}

#[tokio::test]
async fn a_custodian_that_does_not_aggregate_answers_nothing() {
	let (state, _surroundings) = crate::state::double::state(None, |_| {});
	let state = std::sync::Arc::new(state);
	tokio::spawn(crate::studies::run(state.clone()));
	let research = || state.readiness.get().research;
	until("said", async || research().detail.contains("no studies")).await;
	assert!(research().ok);
}
