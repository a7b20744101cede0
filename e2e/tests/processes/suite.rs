//! Suites: groups of tests, usually with a common network.
//!
//! The tests of one suite run side by side, up to the suite's limit, and only two suites run at
//! once. A test waits in its thread for its turn, so run them with more threads than processors:
//! `--test-threads=16`, as `make test` does.
//!
//! A network that tests share is in a `static`, and the first test starts it. It ends with this
//! process, even if a test panics or the process is killed: see `Process` and `TemporaryFolder`.

use std::{
	io::Write,
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc, Weak,
	},
	time::Instant,
};
use tokio::sync::{Mutex, Semaphore, SemaphorePermit};

/// How many suites run at once. Each has a network, and two networks occupy two processors.
static RUNNING_SUITES: Semaphore = Semaphore::const_new(2);

/// A group of tests.
pub struct Suite {
	name: &'static str,
	tests_at_once: Semaphore,
	run: Mutex<Weak<Run>>,
}

/// The right to run a test of a suite. Held until the test ends.
pub struct Turn {
	_test: SemaphorePermit<'static>,
	_run: Arc<Run>,
}

/// A time in which at least one test of the suite runs.
struct Run {
	suite: &'static str,
	began: Instant,
	tests: AtomicUsize,
	_suite: SemaphorePermit<'static>,
}

impl Drop for Run {
	fn drop(&mut self) {
		// Not by `println!`, which the test harness captures.
		let _ = writeln!(
			std::io::stderr(),
			"{}: {} tests in {:.0} s",
			self.suite,
			self.tests.load(Ordering::Relaxed),
			self.began.elapsed().as_secs_f64()
		);
	}
}

impl Suite {
	/// A suite of which at most `tests` tests run at once.
	pub const fn new(name: &'static str, tests: usize) -> Self {
		Self {
			name,
			tests_at_once: Semaphore::const_new(tests),
			run: Mutex::const_new(Weak::new()),
		}
	}

	/// Waits until a test of this suite may run.
	pub async fn turn(&'static self) -> Turn {
		let test = self.tests_at_once.acquire().await.expect("the semaphore is never closed");
		let mut current = self.run.lock().await;
		let run = match current.upgrade() {
			Some(run) => run,
			None => {
				let suite = RUNNING_SUITES.acquire().await.expect("the semaphore is never closed");
				let run = Arc::new(Run {
					suite: self.name,
					began: Instant::now(),
					tests: AtomicUsize::new(0),
					_suite: suite,
				});
				*current = Arc::downgrade(&run);
				run
			},
		};
		run.tests.fetch_add(1, Ordering::Relaxed);
		Turn { _test: test, _run: run }
	}
}
