//! Names of the institution's practitioners: which are valid, and a file of them.

use vouchsafe_client::{
	chain::account_of,
	messages::{Hex, MAX_NAME},
};

/// Why a name or a file of names is not valid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
	/// The name is too long.
	#[error("a name has at most {MAX_NAME} bytes")]
	TooLong,
	/// The name has a character that is not shown, or that changes how others are shown.
	#[error("a name has no line breaks and no control or direction characters")]
	Hidden,
	/// A line does not begin with an account.
	#[error("line {0} does not begin with an address, or 0x and 64 hex digits")]
	NoAccount(usize),
	/// A line has a name that is not valid.
	#[error("line {0}: {1}")]
	Line(usize, Box<NameError>),
}

/// The name without the space around it, if it is valid. The empty name is valid too.
pub fn checked(name: &str) -> Result<String, NameError> {
	let name = name.trim();
	if name.len() > MAX_NAME {
		return Err(NameError::TooLong);
	}
	if name.chars().any(is_hidden) {
		return Err(NameError::Hidden);
	}
	Ok(name.into())
}

/// Whether a character is not shown, or changes in which direction others are written.
fn is_hidden(letter: char) -> bool {
	let is_format = matches!(
		letter,
		'\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
			| '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
	);
	letter.is_control() || is_format
}

/// The names of a file: in each line an account, and after a space its name. A line without a name
/// removes it. Empty lines and those that begin with `#` say nothing.
pub fn parse(text: &str) -> Result<Vec<([u8; 32], String)>, NameError> {
	let mut names = Vec::new();
	for (place, line) in text.lines().enumerate() {
		let (number, line) = (place.saturating_add(1), line.trim());
		if line.is_empty() || line.starts_with('#') {
			continue;
		}
		let (account, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
		let account = account
			.parse::<Hex<32>>()
			.ok()
			.or_else(|| account_of(account).map(|it| Hex::from(&it)));
		let account = account.ok_or(NameError::NoAccount(number))?;
		let name = checked(name).map_err(|error| NameError::Line(number, Box::new(error)))?;
		names.push((account.0, name));
	}
	Ok(names)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	#[test]
	fn both_sides_of_the_limit() {
		assert_eq!(checked(&"x".repeat(MAX_NAME)), Ok("x".repeat(MAX_NAME)));
		assert_eq!(checked(&"x".repeat(MAX_NAME + 1)), Err(NameError::TooLong));
		assert_eq!(checked(" Dr. Ayu Wulandari, Sp.PD "), Ok("Dr. Ayu Wulandari, Sp.PD".into()));
		assert_eq!(checked(""), Ok(String::new()));
	}

	#[test]
	fn hidden_characters_are_refused() {
		for name in ["a\nb", "a\u{202e}b", "a\u{200b}b", "a\u{2066}b", "a\0b", "\u{feff}a"] {
			assert_eq!(checked(name), Err(NameError::Hidden), "{name:?}");
		}
		assert!(checked("Jürgen Müller-Özdemir").is_ok());
	}

	#[test]
	fn a_file_has_a_name_in_each_line() {
		let hex = format!("0x{}", "11".repeat(32));
		let address = vouchsafe_client::chain::address(&[0x22; 32].into());
		let text = format!("# Cardiology\n\n{hex} Anna Berg\n{address}\tDr.  Ben\r\n{hex}\n");
		let names = parse(&text).unwrap();
		assert_eq!(
			names,
			[
				([0x11; 32], "Anna Berg".to_owned()),
				([0x22; 32], "Dr.  Ben".to_owned()),
				([0x11; 32], String::new())
			]
		);
		assert_eq!(parse("\nAnna Berg"), Err(NameError::NoAccount(2)));
		let hidden = parse(&format!("{hex} a\u{202e}"));
		assert_eq!(hidden, Err(NameError::Line(1, Box::new(NameError::Hidden))));
	}

	proptest! {
		#[test]
		fn foreign_text_never_panics(text: String) {
			let _ = parse(&text);
			prop_assert!(checked(&text).is_ok_and(|name| name.len() <= MAX_NAME) || checked(&text).is_err());
		}
	}
}
