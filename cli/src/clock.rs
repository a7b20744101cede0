//! The clock of this machine.

use std::{
	future::Future,
	time::{Duration, Instant},
};
use vouchsafe_agent::platform::Clock;

/// The clock of this machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
	started: Instant,
}

impl Default for SystemClock {
	fn default() -> Self {
		Self { started: Instant::now() }
	}
}

impl Clock for SystemClock {
	fn now(&self) -> u64 {
		vouchsafe_client::signing::now()
	}

	fn elapsed(&self) -> Duration {
		self.started.elapsed()
	}

	fn sleep(&self, time: Duration) -> impl Future<Output = ()> + Send {
		tokio::time::sleep(time)
	}
}
