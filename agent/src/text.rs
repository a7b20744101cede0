//! Makes foreign text harmless.

/// Whether a character turns the direction of the text after it, so that a text reads as another.
pub(crate) fn turns_text(c: char) -> bool {
	matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Foreign text, without the characters that change what a terminal shows.
pub fn plain(text: &str) -> String {
	text.chars()
		.map(|c| if (c.is_control() && c != '\n') || turns_text(c) { '\u{fffd}' } else { c })
		.collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn foreign_text_is_made_harmless() {
		assert_eq!(plain("a\u{1b}[2Jb\nc"), "a\u{fffd}[2Jb\nc");
		assert_eq!(plain("report\u{202e}fdp.exe"), "report\u{fffd}fdp.exe");
		assert_eq!(plain("हिन्दी রিপোর্ট می\u{200c}خواهم"), "हिन्दी রিপোর্ট می\u{200c}خواهم");
	}
}
