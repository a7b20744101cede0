//! Records the metrics for `/metrics`: with fixed buckets, and with counters that are 0 until something
//! happens. No label names an account, a patient or a record.

use crate::{api::counters, gauge::gauge_value, state::State, uploads::Free};
use anyhow::Context;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{sync::Arc, time::Duration};

/// How often old samples are removed and the disk is looked at.
const EVERY: Duration = Duration::from_secs(5);
/// The buckets of the time that a release takes, in seconds. A request takes at most 25.
const RELEASE_SECONDS: [f64; 10] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 25.0];
/// The counters without labels.
const COUNTERS: [&str; 12] = [
	"vouchsafe_custodian_acknowledged_total",
	"vouchsafe_custodian_carried_destroyed_total",
	"vouchsafe_custodian_connections_refused_total",
	"vouchsafe_custodian_content_bytes_total",
	"vouchsafe_custodian_content_damaged_total",
	"vouchsafe_custodian_content_lost_total",
	"vouchsafe_custodian_disk_full_total",
	"vouchsafe_custodian_handshakes_failed_total",
	"vouchsafe_custodian_reported_losses_total",
	"vouchsafe_custodian_scrub_checked_total",
	"vouchsafe_custodian_scrub_repaired_total",
	"vouchsafe_custodian_study_evaluations_total",
];

/// Starts to record. To be called once.
pub fn install() -> anyhow::Result<PrometheusHandle> {
	let handle = builder()?.install_recorder().context("can't start the metrics")?;
	start();
	Ok(handle)
}

fn builder() -> anyhow::Result<PrometheusBuilder> {
	let releases = Matcher::Full("vouchsafe_custodian_release_seconds".into());
	Ok(PrometheusBuilder::new().set_buckets_for_metric(releases, &RELEASE_SECONDS)?)
}

/// Makes the metrics that exist from the start.
fn start() {
	COUNTERS.into_iter().for_each(|name| metrics::counter!(name).increment(0));
	counters::start();
	// Without a sample it shows its buckets.
	let _ = metrics::histogram!("vouchsafe_custodian_release_seconds");
}

/// Removes old samples, and shows the room on the disk, until the custodian stops.
pub async fn run(metrics: PrometheusHandle, state: Arc<State>) {
	while state.pause(EVERY).await {
		metrics.run_upkeep();
		let at = state.clone();
		if let Ok(Err(error)) = tokio::task::spawn_blocking(move || show_room(&at)).await {
			tracing::warn!(%error, "can't find out how much room the disk has");
		}
	}
}

/// Shows how much room the disk of the custodian's directory has, and how much it must have.
fn show_room(state: &State) -> std::io::Result<()> {
	let store = &state.config.store;
	let free = Free::on(&store.directory)?;
	metrics::gauge!("vouchsafe_custodian_disk_free_bytes").set(mebibytes(free.bytes));
	metrics::gauge!("vouchsafe_custodian_disk_free_inodes").set(gauge_value(free.inodes));
	metrics::gauge!("vouchsafe_custodian_disk_reserve_bytes").set(mebibytes(store.reserve));
	let inodes = gauge_value(store.reserve_inodes);
	metrics::gauge!("vouchsafe_custodian_disk_reserve_inodes").set(inodes);
	Ok(())
}

/// Bytes as the value of a gauge, in whole mebibytes.
fn mebibytes(bytes: u64) -> f64 {
	gauge_value(bytes >> 20) * f64::from(1u32 << 20)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn what_has_not_happened_is_zero_and_has_buckets() {
		let recorder = builder().unwrap().build_recorder();
		let shown = recorder.handle();
		metrics::with_local_recorder(&recorder, || {
			start();
			let seconds = metrics::histogram!("vouchsafe_custodian_release_seconds");
			[0.02, 0.02, 30.0].into_iter().for_each(|taken| seconds.record(taken));
		});
		let shown = shown.render();
		for name in COUNTERS {
			assert!(shown.contains(&format!("{name} 0\n")), "{name}");
		}
		for line in [
			"vouchsafe_custodian_releases_total{outcome=\"no-opening\"} 0",
			"vouchsafe_custodian_releases_total{outcome=\"released\"} 0",
			"vouchsafe_custodian_releases_total{outcome=\"not-final\"} 0",
			"vouchsafe_custodian_refusals_total{kind=\"not-signed\"} 0",
			"vouchsafe_custodian_release_seconds_bucket{le=\"0.01\"} 0",
			"vouchsafe_custodian_release_seconds_bucket{le=\"0.025\"} 2",
			"vouchsafe_custodian_release_seconds_bucket{le=\"25\"} 2",
			"vouchsafe_custodian_release_seconds_bucket{le=\"+Inf\"} 3",
		] {
			assert!(shown.contains(&format!("{line}\n")), "{line} is not in {shown}");
		}
	}

	#[test]
	fn room_is_shown_in_bytes() {
		assert_eq!(mebibytes(0), 0.0);
		assert_eq!(mebibytes(5 << 40), 5.0 * 1024.0f64.powi(4));
		assert_eq!(mebibytes((1 << 20) - 1), 0.0);
	}
}
