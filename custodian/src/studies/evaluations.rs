//! Limits evaluations: one request of each contributor at a time, and all of them on one processor.
//! What was evaluated before can be asked for again, but not all the time. So a contributor that repeats
//! its requests does not keep the others waiting, and all of them leave processors to care.

use crate::store::RoundId;
use std::{
	collections::{HashMap, HashSet},
	sync::{Arc, Mutex, MutexGuard},
	time::{Duration, Instant},
};
use tokio::sync::OwnedMutexGuard;
use vouchsafe_client::messages::MAX_BLINDED;

const HOUR: Duration = Duration::from_secs(3600);
/// How often all of a contributor's identifiers may be evaluated in an hour. Its client repeats the last
/// request each time that it is run while another aggregator is away: every ten minutes.
const TIMES_AN_HOUR: usize = 10;

/// A contributor in a round.
type Contributor = (RoundId, [u8; 32]);

/// The evaluations that are under way, and those of the last hour.
#[derive(Default)]
pub struct Evaluations {
	processor: Arc<tokio::sync::Mutex<()>>,
	contributors: Arc<Mutex<Contributors>>,
}

struct Contributors {
	busy: HashSet<Contributor>,
	/// How many identifiers were evaluated.
	evaluated: HashMap<Contributor, usize>,
	/// Since when they are counted.
	since: Instant,
}

impl Default for Contributors {
	fn default() -> Self {
		Self { busy: HashSet::new(), evaluated: HashMap::new(), since: Instant::now() }
	}
}

impl Contributors {
	/// Counts identifiers. Returns whether they may be evaluated.
	fn count(&mut self, of: Contributor, identifiers: usize, people: u32, now: Instant) -> bool {
		if now.saturating_duration_since(self.since) >= HOUR {
			(self.since, self.evaluated) = (now, HashMap::new());
		}
		let people = usize::try_from(people).unwrap_or(usize::MAX).max(MAX_BLINDED);
		let evaluated = self.evaluated.entry(of).or_default();
		let total = evaluated.saturating_add(identifiers);
		let is_allowed = total <= people.saturating_mul(TIMES_AN_HOUR);
		if is_allowed {
			*evaluated = total;
		}
		is_allowed
	}
}

fn lock(contributors: &Mutex<Contributors>) -> MutexGuard<'_, Contributors> {
	contributors.lock().unwrap_or_else(|error| error.into_inner())
}

/// A contributor's request to evaluate identifiers. The contributor has no other one until this is dropped.
pub struct Turn {
	of: Contributor,
	processor: Arc<tokio::sync::Mutex<()>>,
	contributors: Arc<Mutex<Contributors>>,
}

impl Evaluations {
	/// Begins a request for so many identifiers of a contributor that has so many people. None if another
	/// one is under way, or it has had too many evaluated in this hour.
	pub fn begin(
		&self,
		id: RoundId,
		contributor: [u8; 32],
		identifiers: usize,
		people: u32,
	) -> Option<Turn> {
		let of = (id, contributor);
		let mut contributors = lock(&self.contributors);
		let may_begin = !contributors.busy.contains(&of)
			&& contributors.count(of, identifiers, people, Instant::now());
		may_begin.then(|| {
			contributors.busy.insert(of);
			let (processor, contributors) = (self.processor.clone(), self.contributors.clone());
			Turn { of, processor, contributors }
		})
	}
}

impl Turn {
	/// Waits until no identifiers are evaluated.
	pub async fn processor(&self) -> OwnedMutexGuard<()> {
		self.processor.clone().lock_owned().await
	}
}

impl Drop for Turn {
	fn drop(&mut self) {
		lock(&self.contributors).busy.remove(&self.of);
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const ID: RoundId = RoundId { study: 1, round: 0 };
	const A: [u8; 32] = [1; 32];
	const B: [u8; 32] = [2; 32];

	#[test]
	fn a_contributor_has_one_request_at_a_time() {
		let evaluations = Evaluations::default();
		let turn = evaluations.begin(ID, A, 1, 1);
		assert!(turn.is_some());
		assert!(evaluations.begin(ID, A, 1, 1).is_none());
		assert!(evaluations.begin(ID, B, 1, 1).is_some());
		assert!(evaluations.begin(RoundId { round: 1, ..ID }, A, 1, 1).is_some());
		drop(turn);
		assert!(evaluations.begin(ID, A, 1, 1).is_some());
	}

	#[test]
	fn a_contributor_has_identifiers_evaluated_ten_times_an_hour() {
		let now = Instant::now();
		for (people, most) in [(1, 10_000), (1_000, 10_000), (1_001, 10_010)] {
			let mut contributors = Contributors { since: now, ..Contributors::default() };
			let mut count =
				|of, identifiers, now| contributors.count((ID, of), identifiers, people, now);
			assert!(count(A, most - 1, now));
			assert!(!count(A, 2, now));
			assert!(count(A, 1, now));
			assert!(!count(A, 1, now + HOUR - Duration::from_secs(1)));
			assert!(count(B, most, now));
			assert!(count(A, most, now + HOUR));
		}
	}
}
