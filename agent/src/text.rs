//! Text from elsewhere, made harmless, and tables.

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
}
