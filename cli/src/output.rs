//! What a command prints: text for people, JSON for machines, and questions.

use anyhow::{Context, Result};
use serde_json::Value;
use std::io::{ErrorKind, Write};

use crate::progress::silence;
use vouchsafe_agent::text::is_harmful;
pub use vouchsafe_agent::text::{line, plain};

/// The answer of a command.
#[derive(Clone, Debug, Default)]
pub struct Output {
	/// For people, to be read at a glance.
	pub text: String,
	/// For people who ask for everything with `-v`; `None` if that is `text`.
	pub details: Option<String>,
	/// For machines. It has everything.
	pub json: Value,
	/// The exit code, if the command worked but not everything is well: 1 if a check failed (a changed
	/// copy, a log that is not the chain's), 3 if some of it was refused, 4 if custodians did not answer.
	pub code: u8,
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

/// JSON for machines. What would change how a terminal shows it is escaped.
pub fn json_text(value: &Value) -> String {
	let mut text = String::new();
	for letter in format!("{value:#}").chars() {
		if letter == '\n' || !is_harmful(letter) {
			text.push(letter);
			continue;
		}
		for unit in letter.encode_utf16(&mut [0; 2]) {
			text += &format!("\\u{unit:04x}");
		}
	}
	text
}

/// Writes to standard output, without what would steer a terminal. If the reader has closed the pipe,
/// this is not an error.
pub fn write_out(text: &str) -> std::io::Result<()> {
	let mut out = std::io::stdout().lock();
	match out.write_all(plain(text).as_bytes()).and_then(|()| out.flush()) {
		Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
		result => result,
	}
}

/// Writes to standard error, without what would steer a terminal. If that fails, the error cannot be
/// shown anywhere.
pub fn write_error(text: &str) {
	let _ = std::io::stderr().lock().write_all(plain(text).as_bytes());
}

/// Standard error for the log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Log;

impl Write for Log {
	fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
		write_error(&String::from_utf8_lossy(bytes));
		Ok(bytes.len())
	}

	fn flush(&mut self) -> std::io::Result<()> {
		std::io::stderr().flush()
	}
}

/// Asks a question on the terminal. Anything but `y` or `yes` means no.
pub fn ask(question: &str) -> Result<bool> {
	let _silence = silence();
	let mut terminal = std::io::stderr().lock();
	write!(terminal, "{} [y/N] ", plain(question))
		.and_then(|()| terminal.flush())
		.context("cannot write to the terminal")?;
	let mut answer = String::new();
	std::io::stdin().read_line(&mut answer).context("cannot read from the terminal")?;
	Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// A table. Each column is as wide as its longest cell, and each row is one line.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
	let rows: Vec<Vec<String>> =
		rows.iter().map(|row| row.iter().map(|cell| self::line(cell)).collect()).collect();
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

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn json_is_the_same_and_steers_nothing() {
		let value = serde_json::json!({
			"title": "a\u{9b}2J\u{202e}\u{e0041}\u{1b}\nb", "list": [1, "می\u{200c}خواهم"],
		});
		let text = json_text(&value);
		assert!(!text.chars().any(|letter| letter != '\n' && is_harmful(letter)), "{text:?}");
		assert_eq!(plain(&text), text);
		assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
	}

	#[test]
	fn tables_line_up() {
		let rows = vec![vec!["a".into(), "1".into()], vec!["longer".into(), "2".into()]];
		assert_eq!(table(&["who", "n"], &rows), "who     n\na       1\nlonger  2");
		let rows = vec![vec!["a\nb\u{1b}".into(), "1".into()]];
		assert_eq!(table(&["who", "n"], &rows), "who   n\na b\u{fffd}  1");
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
}
