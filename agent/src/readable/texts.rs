//! Foreign text as it is shown: without markup, in bounded length, and harmless.

use super::narrative;
use crate::text::plain;

/// The longest text of one value, in characters.
const LONGEST_LINE: usize = 1_000;
/// The longest text of several lines, in characters.
const LONGEST_TEXT: usize = 50_000;

/// What programs write if they know nothing.
const NOTHING: [&str; 6] = ["unknown", "null", "undefined", "n/a", "unk", "data-absent-reason"];

/// A text in one line; `None` if it says nothing.
pub(super) fn line(text: &str) -> Option<String> {
	let text = one_line(text);
	(!says_nothing(&text)).then_some(text)
}

/// A text in one line, even if it has only symbols.
pub(super) fn one_line(text: &str) -> String {
	let text = without_markup(text);
	let words: Vec<_> = text.split_whitespace().collect();
	shorten(&words.join(" "), LONGEST_LINE)
}

/// A text of several lines; `None` if it says nothing.
pub(super) fn lines(text: &str) -> Option<String> {
	let text = without_markup(text);
	let mut lines: Vec<String> = Vec::new();
	for line in text.lines() {
		let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
		if !line.is_empty() || lines.last().is_some_and(|last| !last.is_empty()) {
			lines.push(line);
		}
	}
	let text = shorten(lines.join("\n").trim(), LONGEST_TEXT);
	(!says_nothing(&text)).then_some(text)
}

fn says_nothing(text: &str) -> bool {
	let small = text.to_lowercase();
	!text.chars().any(char::is_alphanumeric) || NOTHING.contains(&small.as_str())
}

/// A text without tags. What only looks like one keeps its words.
fn without_markup(text: &str) -> String {
	let text = if narrative::has_markup(text) { narrative::text_of(text) } else { text.to_owned() };
	harmless(&text)
}

/// The text, in which nothing can be read as a tag and nothing changes how the text around it is shown.
pub(super) fn harmless(text: &str) -> String {
	let text = plain(text);
	let mut shown = String::with_capacity(text.len());
	let mut letters = text.chars().peekable();
	while let Some(letter) = letters.next() {
		let begins_tag = letter == '<'
			&& letters
				.peek()
				.is_some_and(|next| next.is_alphabetic() || matches!(next, '/' | '!' | '?'));
		shown.push(if begins_tag { '‹' } else { letter });
	}
	shown
}

/// The text, cut if it has more characters.
pub(super) fn shorten(text: &str, most: usize) -> String {
	match text.char_indices().nth(most) {
		Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
		None => text.to_owned(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn texts_lose_markup_and_nothing_else() {
		assert_eq!(line("<p>A &amp; B<br/>C</p>").unwrap(), "A & B C");
		assert_eq!(line("p < 0.05 and > 3").unwrap(), "p < 0.05 and > 3");
		assert_eq!(line("cells <B7> seen").unwrap(), "cells ‹B7> seen");
		assert_eq!(line("&lt;b>x").unwrap(), "&lt;b>x");
		assert_eq!(line("<i>&lt;script></i>").unwrap(), "‹script>");
		assert_eq!(line("a\u{202e}b\u{1b}[2J").unwrap(), "a\u{fffd}b\u{fffd}[2J");
		assert_eq!(lines("a \n\n\n b\tc\r\n").unwrap(), "a\n\nb c");
		for nothing in ["", " ", "Unknown", "NULL", "undefined", "<p> </p>", "--", "N/A"] {
			assert_eq!(line(nothing), None, "{nothing}");
			assert_eq!(lines(nothing), None, "{nothing}");
		}
		assert_eq!(line(&"é".repeat(2_000)).unwrap().chars().count(), LONGEST_LINE + 1);
	}
}
