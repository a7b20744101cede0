//! Pauses between attempts: each twice as long as the last, up to a limit.

use std::time::Duration;

/// Growing pauses.
pub struct Backoff {
	next: Duration,
	first: Duration,
	longest: Duration,
}

impl Backoff {
	/// Pauses from `first` up to `longest`.
	pub const fn new(first: Duration, longest: Duration) -> Self {
		Self { next: first, first, longest }
	}

	/// The next pause.
	pub fn next_pause(&mut self) -> Duration {
		let pause = self.next;
		self.next = self.next.saturating_mul(2).min(self.longest);
		pause
	}

	/// Starts again with the first pause, after a success.
	pub fn reset(&mut self) {
		self.next = self.first;
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn pauses_grow_up_to_a_limit() {
		let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(5));
		let pauses: Vec<_> = (0..4).map(|_| backoff.next_pause().as_secs()).collect();
		assert_eq!(pauses, [1, 2, 4, 5]);
		backoff.reset();
		assert_eq!(backoff.next_pause().as_secs(), 1);
	}
}
