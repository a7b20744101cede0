//! What a command prints: text for people, JSON for machines, questions, and progress on a terminal.

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use std::{
	io::{ErrorKind, IsTerminal, Write},
	sync::{Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};

/// The answer of a command.
#[derive(Clone, Debug, Default)]
pub struct Output {
	/// For people, to be read at a glance.
	pub text: String,
	/// For people who ask for everything with `-v`; `None` if that is `text`.
	pub details: Option<String>,
	/// For machines. It has everything.
	pub json: Value,
	/// Whether the command worked but a check failed: a changed copy, a log that is not the
	/// chain's. The exit code is 1.
	pub found_wrong: bool,
}

impl Output {
	/// Text, and the same as JSON.
	pub fn new(text: impl Into<String>, json: Value) -> Self {
		Self { text: text.into(), json, ..Self::default() }
	}

	/// The longer text that `-v` prints.
	pub fn with_details(self, details: impl Into<String>) -> Self {
		Self { details: Some(details.into()), ..self }
	}
}

/// Writes to standard output. If the reader has closed the pipe, this is not an error.
pub fn write_out(text: &str) -> std::io::Result<()> {
	let mut out = std::io::stdout().lock();
	match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
		Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
		result => result,
	}
}

/// Writes to standard error. If that fails, the error cannot be shown anywhere.
pub fn write_error(text: &str) {
	let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Asks a question on the terminal. Anything but `y` or `yes` means no.
pub fn ask(question: &str) -> Result<bool> {
	let _silence = silence();
	let mut terminal = std::io::stderr().lock();
	write!(terminal, "{question} [y/N] ")
		.and_then(|()| terminal.flush())
		.context("cannot write to the terminal")?;
	let mut answer = String::new();
	std::io::stdin().read_line(&mut answer).context("cannot read from the terminal")?;
	Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// A table. Each column is as wide as its longest cell.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
	let width = |column: usize| {
		rows.iter()
			.map(|row| row.get(column).map_or(0, |cell| cell.chars().count()))
			.chain([head[column].chars().count()])
			.max()
			.unwrap_or(0)
	};
	let widths: Vec<usize> = (0..head.len()).map(width).collect();
	let line = |cells: &mut dyn Iterator<Item = &str>| {
		let mut line = String::new();
		for (cell, width) in cells.zip(&widths) {
			let pad = width.saturating_sub(cell.chars().count());
			line.push_str(cell);
			line.push_str(&" ".repeat(pad + 2));
		}
		line.trim_end().to_owned()
	};
	let mut lines = vec![line(&mut head.iter().copied())];
	lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
	lines.join("\n")
}

/// A number of bytes as people write it: `312 bytes`, `48 kB`, `1.2 MB`.
pub fn size(bytes: u64) -> String {
	const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
	if bytes < 1000 {
		return if bytes == 1 { "1 byte".into() } else { format!("{bytes} bytes") };
	}
	// In tenths of a unit, rounded.
	let mut tenths = bytes.saturating_add(50) / 100;
	let mut unit = 0;
	while tenths >= 9995 && unit + 1 < UNITS.len() {
		tenths = (tenths + 500) / 1000;
		unit += 1;
	}
	if tenths < 100 && !tenths.is_multiple_of(10) {
		format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
	} else {
		format!("{} {}", (tenths + 5) / 10, UNITS[unit])
	}
}

/// Whether a character turns the direction of the text after it, so that a text reads as another.
pub(crate) fn turns_text(c: char) -> bool {
	matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text from elsewhere, without the characters that change what a terminal shows.
pub fn plain(text: &str) -> String {
	text.chars()
		.map(|c| if (c.is_control() && c != '\n') || turns_text(c) { '\u{fffd}' } else { c })
		.collect()
}

/// A task that takes time. Once a command has worked for three seconds, one line on standard
/// error says what it does. Nothing is shown if standard error is not a terminal.
///
/// Tasks may be nested: the line is about the one that began last. A command's own task is the
/// outermost, so that every command shows progress.
#[derive(Debug)]
pub struct Progress {
	id: u64,
}

impl Progress {
	/// A task with this number of bytes.
	pub fn bytes(what: &str, length: u64) -> Self {
		Self::start(what, Some(length))
	}

	/// A task of unknown length.
	pub fn waiting(what: &str) -> Self {
		Self::start(what, None)
	}

	fn start(what: &str, total: Option<u64>) -> Self {
		let mut screen = screen();
		let id = screen.begin(what, total, Instant::now());
		if !screen.is_drawn && std::io::stderr().is_terminal() {
			screen.is_drawn = true;
			std::thread::spawn(draw);
		}
		Self { id }
	}

	/// Shows what is being done now.
	pub fn say(&self, what: &str) {
		screen().change(self.id, |task| what.clone_into(&mut task.what));
	}

	/// Adds to the work that is done.
	pub fn advance(&self, by: u64) {
		screen().change(self.id, |task| task.done = task.done.saturating_add(by));
	}
}

impl Drop for Progress {
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
struct Task {
	id: u64,
	what: String,
	done: u64,
	total: Option<u64>,
}

/// The tasks, and the line that is drawn.
struct Screen {
	tasks: Vec<Task>,
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
		self.tasks.push(Task { id: self.last_id, what: what.to_owned(), done: 0, total });
		self.last_id
	}

	fn change(&mut self, id: u64, change: impl FnOnce(&mut Task)) {
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
	fn shown(&self, now: Instant) -> Option<&Task> {
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
	fn tables_line_up() {
		let rows = vec![vec!["a".into(), "1".into()], vec!["longer".into(), "2".into()]];
		assert_eq!(table(&["who", "n"], &rows), "who     n\na       1\nlonger  2");
	}

	#[test]
	fn foreign_text_is_made_harmless() {
		assert_eq!(plain("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\nc");
		assert_eq!(plain("report\u{202e}fdp.exe"), "report\u{fffd}fdp.exe");
		assert_eq!(plain("हिन्दी রিপোর্ট می\u{200c}خواهم"), "हिन्दी রিপোর্ট می\u{200c}خواهم");
	}

	#[test]
	fn sizes_are_short() {
		for (bytes, text) in [
			(0, "0 bytes"),
			(1, "1 byte"),
			(999, "999 bytes"),
			(1000, "1 kB"),
			(1_049, "1 kB"),
			(1_050, "1.1 kB"),
			(9_949, "9.9 kB"),
			(9_999, "10 kB"),
			(48_123, "48 kB"),
			(999_449, "999 kB"),
			(999_999, "1 MB"),
			(1_234_567, "1.2 MB"),
			(5_000_000_000, "5 GB"),
			(u64::MAX, "18446744 TB"),
		] {
			assert_eq!(size(bytes), text, "{bytes}");
		}
	}

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
