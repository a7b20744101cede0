//! Progress on a terminal.

use crate::{advice::say_one, output::write_error};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{
	io::IsTerminal,
	sync::{Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use vouchsafe_agent::{
	advice::Advised,
	platform::{Progress, Task},
	text::line,
};

/// Progress on the terminal. Once a command has worked for three seconds, one line on standard error
/// says what it does. Nothing is shown if standard error is not a terminal.
///
/// Tasks may be nested: the line is about the one that began last. A command's own task is the
/// outermost, so that every command shows progress.
#[derive(Clone, Copy, Debug)]
pub struct TerminalProgress;

/// A task that takes time.
#[derive(Debug)]
pub struct TerminalTask {
	id: u64,
}

impl Progress for TerminalProgress {
	type Task = TerminalTask;

	fn begin(&self, what: &str, total: Option<u64>) -> TerminalTask {
		let mut screen = screen();
		let id = screen.begin(&line(what), total, Instant::now());
		if !screen.is_drawn && std::io::stderr().is_terminal() {
			screen.is_drawn = true;
			std::thread::spawn(draw);
		}
		TerminalTask { id }
	}

	fn tell(&self, news: &Advised) {
		let _silence = silence();
		write_error(&format!("{}\n", line(&say_one(news))));
	}
}

impl Task for TerminalTask {
	fn say(&self, what: &str) {
		screen().change(self.id, |task| task.what = line(what));
	}

	fn advance(&self, by: u64) {
		screen().change(self.id, |task| task.done = task.done.saturating_add(by));
	}
}

impl Drop for TerminalTask {
	fn drop(&mut self) {
		screen().end(self.id);
	}
}

/// While this value exists, no progress is shown, because the user is asked or reads the log.
#[derive(Debug)]
pub struct Silence(());

/// Stops showing progress until the result is dropped.
pub fn silence() -> Silence {
	let mut screen = screen();
	screen.silences += 1;
	screen.clear();
	Silence(())
}

impl Drop for Silence {
	fn drop(&mut self) {
		let mut screen = screen();
		screen.silences = screen.silences.saturating_sub(1);
		// The time that the user took to answer does not count.
		screen.since = Some(Instant::now());
	}
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct ShownTask {
	id: u64,
	what: String,
	done: u64,
	total: Option<u64>,
}

/// The tasks, and the line that is drawn.
struct Screen {
	tasks: Vec<ShownTask>,
	last_id: u64,
	since: Option<Instant>,
	silences: usize,
	is_drawn: bool,
	bar: Option<ProgressBar>,
}

static SCREEN: Mutex<Screen> = Mutex::new(Screen::new());

fn screen() -> MutexGuard<'static, Screen> {
	SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Screen {
	const PATIENCE: Duration = Duration::from_secs(3);

	const fn new() -> Self {
		Self { tasks: Vec::new(), last_id: 0, since: None, silences: 0, is_drawn: false, bar: None }
	}

	fn begin(&mut self, what: &str, total: Option<u64>, now: Instant) -> u64 {
		if self.tasks.is_empty() {
			self.since = Some(now);
		}
		self.last_id += 1;
		self.tasks.push(ShownTask { id: self.last_id, what: what.to_owned(), done: 0, total });
		self.last_id
	}

	fn change(&mut self, id: u64, change: impl FnOnce(&mut ShownTask)) {
		if let Some(task) = self.tasks.iter_mut().find(|task| task.id == id) {
			change(task);
		}
	}

	fn end(&mut self, id: u64) {
		self.tasks.retain(|task| task.id != id);
		if self.tasks.is_empty() {
			self.clear();
		}
	}

	/// The task to show at this time.
	fn shown(&self, now: Instant) -> Option<&ShownTask> {
		let since = self.since?;
		let is_long = now.saturating_duration_since(since) >= Self::PATIENCE;
		self.tasks.last().filter(|_| is_long && self.silences == 0)
	}

	fn draw(&mut self) {
		let Some(task) = self.shown(Instant::now()).cloned() else {
			self.clear();
			return;
		};
		let elapsed = self.since.map(|since| since.elapsed()).unwrap_or_default();
		let bar = self.bar.get_or_insert_with(|| {
			ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()).with_elapsed(elapsed)
		});
		let template = if task.total.is_some() {
			"{msg} {bar:30} {bytes}/{total_bytes}"
		} else {
			"{spinner} {msg} ({elapsed})"
		};
		if let Ok(style) = ProgressStyle::with_template(template) {
			bar.set_style(style);
		}
		if let Some(total) = task.total {
			bar.set_length(total);
			bar.set_position(task.done);
		}
		bar.set_message(task.what);
		bar.tick();
	}

	fn clear(&mut self) {
		if let Some(bar) = self.bar.take() {
			bar.finish_and_clear();
		}
	}
}

/// Draws until there is no task left.
fn draw() {
	loop {
		std::thread::sleep(Duration::from_millis(200));
		let mut screen = screen();
		if screen.tasks.is_empty() {
			screen.is_drawn = false;
			return;
		}
		screen.draw();
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn progress_is_shown_after_three_seconds_and_is_about_the_innermost_task() {
		let mut screen = Screen::new();
		let start = Instant::now();
		let after = |millis| start + Duration::from_millis(millis);
		let outer = screen.begin("working", None, start);
		assert_eq!(screen.shown(after(2_999)), None);
		assert_eq!(screen.shown(after(3_000)).unwrap().what, "working");
		let inner = screen.begin("fetching", Some(10), after(5_000));
		screen.change(inner, |task| task.done += 4);
		let shown = screen.shown(after(5_000)).unwrap();
		assert_eq!((shown.what.as_str(), shown.done, shown.total), ("fetching", 4, Some(10)));
		screen.end(inner);
		assert_eq!(screen.shown(after(6_000)).unwrap().what, "working");
		screen.silences = 1;
		assert_eq!(screen.shown(after(6_000)), None);
		screen.silences = 0;
		screen.end(outer);
		assert_eq!(screen.shown(after(60_000)), None);
		screen.begin("again", None, after(60_000));
		assert_eq!(screen.shown(after(62_999)), None, "a new command has its own three seconds");
	}
}
