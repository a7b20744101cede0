//! Shows how old the last backup and the last drill are, and what is missing since the database was restored.

use crate::{
	gauge::gauge_value,
	restore::{
		in_words,
		settle::{MissingVersions, SettleError},
	},
	state::State,
	store::{BackupTimes, RestoreProgress, Restored},
};
use std::{sync::Arc, time::Duration};
use vouchsafe_client::signing::now;

/// How often the database is asked: backups are made by another program.
const INTERVAL: Duration = Duration::from_secs(5);

/// Watches until the custodian stops.
pub async fn watch(state: Arc<State>) {
	let mut missing = MissingVersions::default();
	loop {
		if let Err(error) = show(&state, &mut missing).await {
			tracing::warn!(%error, "can't tell how old the last backup is, or what is missing since a restore");
		}
		if !state.pause(INTERVAL).await {
			return;
		}
	}
}

async fn show(state: &State, missing: &mut MissingVersions) -> Result<(), SettleError> {
	let times = state.database.backup_times().await?;
	metrics::gauge!("vouchsafe_custodian_last_backup_timestamp_seconds")
		.set(gauge_value(times.backup));
	metrics::gauge!("vouchsafe_custodian_last_drill_timestamp_seconds")
		.set(gauge_value(times.drill));
	let restored = missing.report(state).await?;
	let count = match restored {
		Some(Restored { progress: RestoreProgress::Reported(count), .. }) => count,
		_ => 0,
	};
	metrics::gauge!("vouchsafe_custodian_missing_after_restore").set(f64::from(count));
	state.readiness.set_backup(describe(times, restored, now()));
	Ok(())
}

/// What `/ready` says.
fn describe(times: BackupTimes, restored: Option<Restored>, now: u64) -> String {
	let ago = |time: u64| match time {
		0 => "never".to_owned(),
		time => format!("{} ago", in_words(now.saturating_sub(time))),
	};
	let mut text = format!("last backup: {}; last drill: {}", ago(times.backup), ago(times.drill));
	if let Some(Restored { at, backup, progress }) = restored {
		text += &format!(
			"; restored {} from a backup that was made {} before",
			ago(at),
			in_words(at.saturating_sub(backup))
		);
		if let RestoreProgress::Reported(count) = progress {
			text += &format!("; versions missing since then: {count}");
		}
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn it_says_how_old_the_last_backup_is_and_what_is_missing() {
		let never = describe(BackupTimes::default(), None, 1_000_000);
		assert_eq!(never, "last backup: never; last drill: never");
		let times = BackupTimes { backup: 999_900, drill: 100_000 };
		let told = |progress| {
			let restored = Restored { at: 990_000, backup: 980_000, progress };
			describe(times, Some(restored), 1_000_000)
		};
		let begin =
			"last backup: 100 seconds ago; last drill: 10 days ago; restored 2 hours ago from a \
			 backup that was made 2 hours before";
		assert_eq!(told(RestoreProgress::Destroyed), begin);
		let reported = told(RestoreProgress::Reported(3));
		assert_eq!(reported, format!("{begin}; versions missing since then: 3"));
	}
}
