//! Notices that nothing becomes final, and asks the node which validators do not vote.

use super::{answered, Chain};
use serde::Deserialize;
use std::{
	fmt,
	sync::Arc,
	time::{Duration, Instant},
};
use subxt_rpcs::client::rpc_params;

/// After this time without a new final block, people are told.
const TELL_AFTER: Duration = Duration::from_secs(30);

/// A time in which nothing has become final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stall {
	/// How long it lasts.
	pub lasts: Duration,
	/// How many validators have not voted, of how many. `None` if the node does not know.
	pub silent: Option<(usize, usize)>,
}

impl fmt::Display for Stall {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "nothing has become final for {} seconds: ", self.lasts.as_secs())?;
		match self.silent {
			Some((silent, all)) if silent > 0 => {
				let verb = if silent == 1 { "has" } else { "have" };
				write!(f, "{silent} of {all} validators {verb} not voted")
			},
			Some((_, all)) => write!(f, "all {all} validators vote, but they do not agree yet"),
			None => f.write_str("the node does not know which validators are silent"),
		}
	}
}

/// What is told about a [`Stall`].
pub type StallListener = Arc<dyn Fn(&Stall) + Send + Sync>;

/// The last final block that one call has seen, and since when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
	number: u32,
	since: Instant,
}

impl Watch {
	/// Begins at this final block.
	pub(super) fn new(number: u32) -> Self {
		Self { number, since: Instant::now() }
	}

	/// Takes the number of the last final block. Returns for how long it has been the last one, if
	/// people should be told.
	fn see(&mut self, number: u32, now: Instant) -> Option<Duration> {
		if number > self.number {
			*self = Self { number, since: now };
		}
		let lasts = now.saturating_duration_since(self.since);
		(lasts >= TELL_AFTER).then_some(lasts)
	}
}

/// The answer of `grandpa_roundState`.
#[derive(Debug, Deserialize)]
struct RoundStates {
	best: RoundState,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoundState {
	total_weight: usize,
	threshold_weight: usize,
	prevotes: Votes,
	precommits: Votes,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Votes {
	current_weight: usize,
	missing: Vec<serde_json::Value>,
}

impl RoundState {
	/// How many validators have not voted, of how many. Nobody precommits before enough have
	/// prevoted.
	fn silent(&self) -> (usize, usize) {
		let votes = match self.prevotes.current_weight < self.threshold_weight {
			true => &self.prevotes,
			false => &self.precommits,
		};
		(votes.missing.len(), self.total_weight)
	}
}

impl Chain {
	/// Calls this when nothing has become final for 30 seconds while a call is followed. Without it,
	/// a warning is logged.
	pub fn on_stall(&mut self, listener: StallListener) {
		self.on_stall = Some(listener);
	}

	/// Takes the number of the last final block, and tells of a stall once.
	pub(super) async fn watch_finality(&self, watch: &mut Watch, number: u32) {
		let Some(lasts) = watch.see(number, Instant::now()) else { return };
		let told = {
			let mut told = self.told.lock().unwrap_or_else(|error| error.into_inner());
			told.replace(number) == Some(number)
		};
		if told {
			return;
		}
		let stall = Stall { lasts, silent: self.silent_validators().await };
		match &self.on_stall {
			Some(listener) => listener(&stall),
			None => tracing::warn!("{stall}"),
		}
	}

	/// How many validators have not voted in the current round, of how many. `None` if the node
	/// does not take part in the voting.
	pub async fn silent_validators(&self) -> Option<(usize, usize)> {
		let asked = || self.client.request::<RoundStates>("grandpa_roundState", rpc_params![]);
		match answered(asked).await {
			Ok(states) => Some(states.best.silent()),
			Err(error) => {
				tracing::debug!(%error, "asking for the round's state");
				None
			},
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_stall_is_told_after_thirty_seconds_without_a_new_final_block() {
		let start = Instant::now();
		let mut watch = Watch { number: 5, since: start };
		let after = |seconds| start + Duration::from_secs(seconds);
		assert_eq!(watch.see(5, after(29)), None);
		assert_eq!(watch.see(5, after(30)), Some(Duration::from_secs(30)));
		assert_eq!(watch.see(4, after(31)), Some(Duration::from_secs(31)), "it lags behind");
		assert_eq!(watch.see(6, after(40)), None);
		assert_eq!(watch.see(6, after(69)), None);
		assert_eq!(watch.see(6, after(70)), Some(Duration::from_secs(30)));
	}

	#[test]
	fn silent_validators_are_those_that_the_round_waits_for() {
		let state = |prevotes: u32, precommits: u32| {
			let votes = |weight: u32| {
				let missing: Vec<_> = (weight..4).map(|it| format!("5{it}")).collect();
				serde_json::json!({ "currentWeight": weight, "missing": missing })
			};
			let best = serde_json::json!({
				"round": 7, "totalWeight": 4, "thresholdWeight": 3,
				"prevotes": votes(prevotes), "precommits": votes(precommits),
			});
			let answer = serde_json::json!({ "setId": 0, "best": best, "background": [] });
			serde_json::from_value::<RoundStates>(answer).unwrap().best.silent()
		};
		assert_eq!(state(2, 0), (2, 4));
		assert_eq!(state(3, 2), (2, 4), "enough have prevoted");
		assert_eq!(state(4, 4), (0, 4));
	}

	#[test]
	fn a_stall_reads_well() {
		let say = |silent| Stall { lasts: Duration::from_millis(31_400), silent }.to_string();
		assert_eq!(
			say(Some((2, 4))),
			"nothing has become final for 31 seconds: 2 of 4 validators have not voted"
		);
		assert!(say(Some((1, 4))).ends_with("1 of 4 validators has not voted"));
		assert!(say(Some((0, 4))).ends_with("all 4 validators vote, but they do not agree yet"));
		assert!(say(None).ends_with("the node does not know which validators are silent"));
	}
}
