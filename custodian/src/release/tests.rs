//! Each refusal at both sides of its limit, and the invariant for any order of heads and clocks.

use super::*;
use proptest::prelude::*;

const NOW: u64 = 1_800_000_000;

fn situation() -> Situation {
	Situation {
		finalized: Head { number: 8, time: NOW - 2 },
		best: Head { number: 10, time: NOW },
		now: NOW,
		since_final: Duration::ZERO,
		is_syncing: false,
		replaced: None,
	}
}

#[test]
fn each_limit_has_two_sides() {
	type Change = fn(&mut Situation);
	let cases: [(Change, Result<(), Refusal>); 10] = [
		(|_| (), Ok(())),
		(|it| it.now += MAX_AGE, Ok(())),
		(|it| it.now += MAX_AGE + 1, Err(Refusal::Behind(31))),
		(|it| it.now -= MAX_AGE, Ok(())),
		(|it| it.now -= MAX_AGE + 1, Err(Refusal::Ahead(31))),
		(|it| it.since_final = Duration::from_secs(MAX_STALL), Ok(())),
		(|it| it.since_final = Duration::from_secs(MAX_STALL + 1), Err(Refusal::NotFinal(61))),
		(|it| it.finalized.time = NOW - MAX_STALL - 1, Err(Refusal::NotFinal(61))),
		(|it| it.is_syncing = true, Err(Refusal::Syncing)),
		(|it| it.replaced = Some(7), Err(Refusal::Replaced(7))),
	];
	for (number, (change, expected)) in cases.into_iter().enumerate() {
		let mut situation = situation();
		change(&mut situation);
		assert_eq!(situation.check(), expected, "{number}");
	}
}

/// The attack: the node was stopped, the patient revoked elsewhere, and the node came back alone.
#[test]
fn a_node_that_came_back_alone_gives_nothing() {
	let opened_at = Some(NOW);
	assert_eq!(decide(&situation(), opened_at, [true; 2]), Ok(()));
	for later in [31, 640, 1_000_000] {
		let stale = Situation { now: NOW + later, ..situation() };
		let denied = Err(Denial::CannotTell(Refusal::Behind(later)));
		assert_eq!(decide(&stale, opened_at, [true; 2]), denied);
	}
}

#[test]
fn an_opening_expires_by_both_clocks() {
	let opened_at = Some(NOW - OPENING_LIFETIME + 20);
	assert_eq!(decide(&situation(), opened_at, [true; 2]), Ok(()));
	let own_clock = Situation { now: NOW + 20, ..situation() };
	assert_eq!(decide(&own_clock, opened_at, [true; 2]), Err(Denial::Expired));
	let best = Head { number: 10, time: NOW + 20 };
	let the_chains = Situation { best, ..situation() };
	assert_eq!(decide(&the_chains, opened_at, [true; 2]), Err(Denial::Expired));
	assert_eq!(decide(&situation(), None, [true; 2]), Err(Denial::NoOpening));
	for permitted in [[true, false], [false, true], [false, false]] {
		assert_eq!(decide(&situation(), Some(NOW), permitted), Err(Denial::NotPermitted));
	}
}

#[test]
fn only_a_higher_block_is_progress() {
	let start = Instant::now();
	let at = |seconds| start + Duration::from_secs(seconds);
	let mut finality = Finality::default();
	let stalls: Vec<u64> = [(5, 0), (5, 10), (4, 20), (5, 30), (6, 40), (6, 41), (3, 50)]
		.into_iter()
		.map(|(number, seconds)| finality.note(number, at(seconds)).as_secs())
		.collect();
	assert_eq!(stalls, [0, 10, 20, 30, 0, 1, 10]);
}

/// What happens to a custodian and its node.
#[derive(Clone, Debug)]
enum Step {
	/// Time passes.
	Wait(u64),
	/// The node imports this many of the others' blocks, at most.
	Import(usize),
	/// The node finalises this many of its blocks, at most.
	Finalize(usize),
	/// The node goes back by this many blocks, as after a power cut.
	FallBack(usize),
	/// The node says whether it is catching up.
	Sync(bool),
	/// The reader asks.
	Ask,
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		4 => (0u64..50).prop_map(Step::Wait),
		4 => (0usize..20).prop_map(Step::Import),
		4 => (0usize..20).prop_map(Step::Finalize),
		1 => (0usize..8).prop_map(Step::FallBack),
		1 => any::<bool>().prop_map(Step::Sync),
		6 => Just(Step::Ask),
	]
}

/// The chain that the other institutions make, a custodian, and its node.
struct World {
	/// The times of the chain's blocks.
	blocks: Vec<u64>,
	/// The number of the first block in which the consent is revoked.
	revoked_in: usize,
	best: usize,
	finalized: usize,
	now: u64,
	clock: Instant,
	finality: Finality,
	is_syncing: bool,
}

impl World {
	fn new(pauses: &[u64], revoked_in: usize) -> Self {
		let blocks = pauses.iter().scan(NOW, |time, pause| {
			*time += pause;
			Some(*time)
		});
		Self {
			blocks: [NOW].into_iter().chain(blocks).collect(),
			revoked_in,
			best: 0,
			finalized: 0,
			now: NOW,
			clock: Instant::now(),
			finality: Finality::default(),
			is_syncing: false,
		}
	}

	/// The highest block that the others have made.
	fn newest(&self) -> usize {
		self.blocks.iter().rposition(|time| *time <= self.now).unwrap_or(0)
	}

	/// Takes a step, and says whether a share was given.
	fn take(&mut self, step: &Step) -> bool {
		match step {
			Step::Wait(seconds) => {
				self.now += seconds;
				self.clock += Duration::from_secs(*seconds);
			},
			Step::Import(blocks) => self.best = (self.best + blocks).min(self.newest()),
			Step::Finalize(blocks) => self.finalized = (self.finalized + blocks).min(self.best),
			Step::FallBack(blocks) => {
				self.best = self.best.saturating_sub(*blocks);
				self.finalized = self.finalized.min(self.best);
			},
			Step::Sync(is_syncing) => self.is_syncing = *is_syncing,
			Step::Ask => return self.ask(),
		}
		false
	}

	fn ask(&mut self) -> bool {
		let head = |number: usize| Head { number: number as u32, time: self.blocks[number] };
		let (finalized, best) = (head(self.finalized), head(self.best));
		let situation = Situation {
			finalized,
			best,
			now: self.now,
			since_final: self.finality.note(finalized.number, self.clock),
			is_syncing: self.is_syncing,
			replaced: None,
		};
		let permitted = [self.finalized, self.best].map(|block| block < self.revoked_in);
		decide(&situation, Some(self.now), permitted).is_ok()
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

	#[test]
	fn nothing_is_given_30_seconds_after_a_revocation(
		pauses in proptest::collection::vec(1u64..30, 1..40),
		revoked_in in 0usize..40,
		steps in proptest::collection::vec(step(), 1..60),
	) {
		let mut world = World::new(&pauses, revoked_in);
		for step in &steps {
			if world.take(step) {
				let head = world.blocks[world.best];
				prop_assert!(world.best < revoked_in && world.now - head <= MAX_AGE);
				prop_assert!(!world.is_syncing);
				if let Some(revoked_at) = world.blocks.get(revoked_in) {
					prop_assert!(world.now < revoked_at + MAX_AGE);
				}
			}
		}
	}
}
