//! Makes foreign text harmless.

use vouchsafe_speech::is_invisible;

/// Whether a character turns the direction of the text after it, so that a text reads as another.
pub(crate) fn turns_text(c: char) -> bool {
	matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character changes how a terminal shows the text around it: it steers the terminal, turns
/// the direction of the text, or takes no room.
pub fn is_harmful(c: char) -> bool {
	c.is_control() || is_invisible(c)
}

/// Joiners and variation selectors, without which some scripts and symbols cannot be written.
fn belongs_to(c: char, before: char) -> bool {
	matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}') && before >= '\u{590}'
}

/// Foreign text, without the characters that change what a terminal shows. Its lines stay.
pub fn plain(text: &str) -> String {
	let mut before = ' ';
	let replaced = |c: char| {
		let shown = match c {
			'\n' => c,
			'\t' => ' ',
			_ if is_harmful(c) && !belongs_to(c, before) => '\u{fffd}',
			_ => c,
		};
		before = c;
		shown
	};
	text.replace("\r\n", "\n").chars().map(replaced).collect()
}

/// The same in one line, for what is shown as part of a line: a title, a name, a reason.
pub fn line(text: &str) -> String {
	plain(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn foreign_text_is_made_harmless() {
		assert_eq!(plain("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\nc");
		assert_eq!(plain("a\u{9b}2Jb\r\nc\rd\te"), "a\u{fffd}2Jb\nc\u{fffd}d e");
		assert_eq!(plain("report\u{202e}fdp.exe"), "report\u{fffd}fdp.exe");
		assert_eq!(
			plain("a\u{2066}b\u{200b}c\u{200d}d\u{feff}"),
			"a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}"
		);
		assert_eq!(plain("हिन्दी রিপোর্ট می\u{200c}خواهم"), "हिन्दी রিপোর্ট می\u{200c}خواهم");
		assert_eq!(plain("❤\u{fe0f}"), "❤\u{fe0f}");
		assert_eq!(line("a\nNOTE: all is well"), "a NOTE: all is well");
	}

	/// Protocols refuse what sentences replace.
	#[test]
	fn protocols_have_no_invisible_characters() {
		use vouchsafe_fhir::study::Protocol;
		let all =
			('\0'..='\u{ffff}').chain('\u{1d000}'..='\u{1dfff}').chain('\u{e0000}'..='\u{e1000}');
		for letter in all {
			let protocol = serde_json::json!({
				"version": 1,
				"question": { "en": format!("a{letter}b") },
				"reference_date": "2026-01-01",
				"sum": { "value": { "age": {} }, "max": 1 },
			});
			let read = Protocol::read(protocol.to_string().as_bytes(), Default::default());
			assert_eq!(read.is_err(), is_harmful(letter), "{letter:?}");
		}
	}

	proptest! {
		#[test]
		fn one_line_stays_one_line(text: String) {
			let said = line(&text);
			prop_assert!(!said.chars().any(char::is_control), "{said:?}");
			prop_assert_eq!(line(&said), said);
		}
	}
}
