//! What a command says: text for people, JSON for machines, and progress on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use std::{
	io::IsTerminal,
	time::{Duration, Instant},
};

/// What a command has to say.
#[derive(Clone, Debug, Default)]
pub struct Output {
	/// For people.
	pub text: String,
	/// The same for machines.
	pub json: Value,
	/// Whether the command, though it worked, found what it was not to find: a changed copy, a log
	/// that doesn't fit. It exits with 1.
	pub found_wrong: bool,
}

impl Output {
	/// Text, and the same as JSON.
	pub fn new(text: impl Into<String>, json: Value) -> Self {
		Self { text: text.into(), json, found_wrong: false }
	}
}

/// A table with columns as wide as they need be.
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

/// Text from elsewhere without characters that could change what a terminal shows.
pub fn plain(text: &str) -> String {
	text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

/// How work goes on: a bar or a note on standard error, if that is a terminal and the work takes
/// longer than three seconds.
pub struct Progress {
	bar: ProgressBar,
	since: Instant,
	shown: std::cell::Cell<bool>,
	bytes: bool,
}

impl Progress {
	const PATIENCE: Duration = Duration::from_secs(3);

	/// Work of so many bytes.
	pub fn bytes(what: &str, length: u64) -> Self {
		Self::new(
			ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden()),
			what,
			true,
		)
	}

	/// Waiting.
	pub fn waiting(what: &str) -> Self {
		Self::new(ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()), what, false)
	}

	fn new(bar: ProgressBar, what: &str, bytes: bool) -> Self {
		bar.set_message(what.to_owned());
		Self { bar, since: Instant::now(), shown: std::cell::Cell::new(false), bytes }
	}

	/// Says what is being done now.
	pub fn say(&self, what: &str) {
		self.bar.set_message(what.to_owned());
		self.show();
	}

	/// So much more is done.
	pub fn advance(&self, by: u64) {
		self.bar.inc(by);
		self.show();
	}

	fn show(&self) {
		if self.shown.get() || self.since.elapsed() < Self::PATIENCE {
			return;
		}
		self.shown.set(true);
		if !std::io::stderr().is_terminal() {
			return;
		}
		let template = if self.bytes {
			"{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}"
		} else {
			"{spinner} {msg} ({elapsed})"
		};
		if let Ok(style) = ProgressStyle::with_template(template) {
			self.bar.set_style(style);
		}
		self.bar.set_draw_target(ProgressDrawTarget::stderr());
		self.bar.enable_steady_tick(Duration::from_millis(200));
	}
}

impl Drop for Progress {
	fn drop(&mut self) {
		self.bar.finish_and_clear();
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
	}
}
