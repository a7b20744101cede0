//! Asks several places for the same thing. The next place is asked as soon as the others fail or
//! are slow. The first good answer counts, and nobody waits for the others.

use crate::platform::Clock;
use futures::{
	future::{select, Either},
	pin_mut,
	stream::FuturesUnordered,
	StreamExt,
};
use std::{
	future::Future,
	sync::{
		atomic::{AtomicU64, Ordering},
		Arc,
	},
	time::Duration,
};

/// How long the places may be slow before the next one is asked too.
const PATIENCE: Duration = Duration::from_secs(2);
/// How many bytes a place must send in this time, or it is slow.
const ENOUGH: u64 = 32 * 1024;
/// How long a place may be very slow before it is given up.
const WINDOW: Duration = Duration::from_secs(20);
/// How many bytes a place must send in this time, or it is given up.
const LEAST: u64 = 20 * 1024;

/// Counts the bytes that have come from one place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter(Arc<AtomicU64>);

impl Meter {
	/// Adds bytes that have come.
	pub(crate) fn add(&self, bytes: usize) {
		self.0.fetch_add(bytes as u64, Ordering::Relaxed);
	}

	fn get(&self) -> u64 {
		self.0.load(Ordering::Relaxed)
	}
}

/// A place that was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is too slow: fewer than {} kB came in {} seconds", LEAST / 1024, WINDOW.as_secs())]
pub(crate) struct TooSlow;

/// The first good answer with its place, and why other places gave none.
pub(crate) type Hedged<'a, P, T, E> = (Option<(&'a P, T)>, Vec<(&'a P, E)>);

/// Asks the places in their order until one gives a good answer. `ask` counts the bytes that come.
pub(crate) async fn hedged<'a, P, T, E, F>(
	clock: &impl Clock,
	places: &'a [P],
	ask: impl Fn(&'a P, Meter) -> F,
) -> Hedged<'a, P, T, E>
where
	E: From<TooSlow>,
	F: Future<Output = Result<T, E>>,
{
	let mut places = places.iter();
	let mut running = FuturesUnordered::new();
	// The meters, with the bytes at the last look.
	let mut meters: Vec<(Meter, u64)> = Vec::new();
	let mut failed = Vec::new();
	let mut asks_next = true;
	loop {
		if asks_next {
			if let Some(place) = places.next() {
				let meter = Meter::default();
				meters.push((meter.clone(), 0));
				let asking = fast_enough(clock, meter.clone(), ask(place, meter));
				running.push(async move { (place, asking.await) });
			}
		}
		let sleeping = clock.sleep(PATIENCE);
		pin_mut!(sleeping);
		match select(running.next(), sleeping).await {
			Either::Left((Some((place, Ok(answer))), _)) => return (Some((place, answer)), failed),
			Either::Left((Some((place, Err(error))), _)) => {
				failed.push((place, error));
				asks_next = true;
			},
			Either::Left((None, _)) => return (None, failed),
			Either::Right(_) => asks_next = !is_any_fast(&mut meters),
		}
	}
}

/// Whether enough bytes have come from some place since the last look.
fn is_any_fast(meters: &mut [(Meter, u64)]) -> bool {
	let mut is_fast = false;
	for (meter, before) in meters {
		let now = meter.get();
		is_fast |= now.saturating_sub(*before) >= ENOUGH;
		*before = now;
	}
	is_fast
}

/// The answer of a place, unless too few bytes come.
async fn fast_enough<T, E: From<TooSlow>>(
	clock: &impl Clock,
	meter: Meter,
	asking: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
	pin_mut!(asking);
	let mut before = 0;
	loop {
		let sleeping = clock.sleep(WINDOW);
		pin_mut!(sleeping);
		match select(asking, sleeping).await {
			Either::Left((answer, _)) => return answer,
			Either::Right((_, still)) => asking = still,
		}
		let now = meter.get();
		if now.saturating_sub(before) < LEAST {
			return Err(TooSlow.into());
		}
		before = now;
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{
		future::{pending, poll_fn},
		pin::pin,
		sync::Mutex,
		task::{Context, Poll, Waker},
	};

	/// A clock whose time passes only when everything waits.
	#[derive(Clone, Default)]
	struct TestClock(Arc<Mutex<Waiting>>);

	#[derive(Default)]
	struct Waiting {
		now: Duration,
		sleepers: Vec<(Duration, Waker)>,
	}

	impl Clock for TestClock {
		fn now(&self) -> u64 {
			self.elapsed().as_secs()
		}

		fn elapsed(&self) -> Duration {
			self.0.lock().unwrap().now
		}

		async fn sleep(&self, time: Duration) {
			let due = self.elapsed() + time;
			poll_fn(|context| {
				let mut waiting = self.0.lock().unwrap();
				if waiting.now >= due {
					return Poll::Ready(());
				}
				waiting.sleepers.push((due, context.waker().clone()));
				Poll::Pending
			})
			.await;
		}
	}

	impl TestClock {
		fn run<T>(&self, future: impl Future<Output = T>) -> T {
			let mut future = pin!(future);
			let mut context = Context::from_waker(Waker::noop());
			loop {
				if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
					return output;
				}
				let mut waiting = self.0.lock().unwrap();
				waiting.now = waiting.sleepers.iter().map(|(due, _)| *due).min().unwrap();
				let now = waiting.now;
				let (due, later) = waiting.sleepers.drain(..).partition(|(due, _)| *due <= now);
				waiting.sleepers = later;
				drop(waiting);
				let due: Vec<(Duration, Waker)> = due;
				due.into_iter().for_each(|(_, waker)| waker.wake());
			}
		}
	}

	#[derive(Debug, PartialEq, Eq)]
	enum Fault {
		Slow,
		Bad,
	}

	impl From<TooSlow> for Fault {
		fn from(_: TooSlow) -> Self {
			Self::Slow
		}
	}

	/// How a place answers.
	#[derive(Clone, Copy, Debug, PartialEq, Eq)]
	enum Place {
		Good,
		Bad,
		Silent,
		/// Sends a byte every 20 seconds.
		Drips,
		/// Sends 50 kB a second, for ten seconds.
		Steady,
	}

	async fn ask(clock: &TestClock, place: &Place, meter: Meter) -> Result<Place, Fault> {
		match place {
			Place::Good => {},
			Place::Bad => return Err(Fault::Bad),
			Place::Silent => pending().await,
			Place::Drips => loop {
				clock.sleep(Duration::from_secs(20)).await;
				meter.add(1);
			},
			Place::Steady => {
				for _ in 0..10 {
					clock.sleep(Duration::from_secs(1)).await;
					meter.add(50_000);
				}
			},
		}
		Ok(*place)
	}

	/// Whose answer counts, after how many seconds, and which places failed.
	fn run(places: &[Place]) -> (Option<Place>, u64, Vec<(Place, Fault)>) {
		let clock = TestClock::default();
		let asking = hedged(&clock, places, |place, meter| ask(&clock, place, meter));
		let (found, failed) = clock.run(asking);
		let failed = failed.into_iter().map(|(place, fault)| (*place, fault)).collect();
		(found.map(|(_, place)| place), clock.now(), failed)
	}

	#[test]
	fn a_slow_place_is_not_waited_for() {
		use Place::{Bad, Drips, Good, Silent, Steady};
		assert_eq!(run(&[Good, Silent]), (Some(Good), 0, vec![]));
		assert_eq!(run(&[Silent, Good]), (Some(Good), 2, vec![]));
		assert_eq!(run(&[Drips, Silent, Good]), (Some(Good), 4, vec![]));
		assert_eq!(run(&[Bad, Good]), (Some(Good), 0, vec![(Bad, Fault::Bad)]));
		// One that sends steadily is waited for.
		assert_eq!(run(&[Steady, Silent]), (Some(Steady), 10, vec![]));
	}

	#[test]
	fn a_place_that_is_too_slow_is_given_up() {
		use Place::{Bad, Drips, Silent};
		let (found, seconds, failed) = run(&[Drips, Silent, Bad]);
		assert_eq!((found, seconds), (None, 22));
		assert_eq!(failed, [(Bad, Fault::Bad), (Drips, Fault::Slow), (Silent, Fault::Slow)]);
		assert_eq!(run(&[]), (None, 0, vec![]));
		assert_eq!(TooSlow.to_string(), "it is too slow: fewer than 20 kB came in 20 seconds");
	}
}
