//! Names and words from elsewhere, as they can be put into a sentence.

use crate::{phrase::Form, Speech};
use std::collections::BTreeSet;
use vouchsafe_primitives::{Role, Vocabulary};

/// Abbreviations before a name. Their full stop does not end a sentence.
const TITLES: [&str; 16] = [
	"dr", "drs", "prof", "dipl", "ing", "med", "dent", "rer", "nat", "mr", "mrs", "ms", "st",
	"ste", "sr", "fr",
];

/// Words in lower case that belong to names.
const PARTICLES: [&str; 31] = [
	"of",
	"the",
	"de",
	"la",
	"le",
	"les",
	"el",
	"al",
	"bin",
	"binti",
	"ibn",
	"da",
	"di",
	"do",
	"dos",
	"das",
	"del",
	"della",
	"der",
	"den",
	"dem",
	"des",
	"du",
	"van",
	"von",
	"vom",
	"zu",
	"zum",
	"zur",
	"ter",
	"custodian",
];

/// Whether a character takes no room, or turns the direction of the text after it.
pub fn is_invisible(letter: char) -> bool {
	matches!(
		letter,
		'\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
			| '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
			| '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
			| '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
			| '\u{e0000}'..='\u{e0fff}'
	)
}

/// Joiners, without which some scripts cannot be written.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

impl Speech {
	/// A name or word from elsewhere as it can be put into a sentence: without characters that change
	/// how the sentence is shown, and in quotation marks if it could be read as a part of it.
	pub fn insert(&self, text: &str) -> String {
		let text: String = text.chars().map(harmless).collect();
		if self.is_plain(&text) {
			text
		} else {
			self.quoted(text)
		}
	}

	/// A text from elsewhere in quotation marks, without characters that change how it is shown.
	pub fn quote(&self, text: &str) -> String {
		self.quoted(text.chars().map(harmless).collect::<String>())
	}

	/// Words that our sentences use, in lower case: with them a name could go on or begin another
	/// sentence.
	fn ours(&self) -> &BTreeSet<String> {
		self.own_words_of(|| {
			let forms = [Form::Plain, Form::Dative];
			let roles = Role::ITEMS
				.iter()
				.flat_map(|role| forms.map(|form| self.phrase_in(*role, form)))
				.collect::<Vec<_>>();
			let texts = [self.own_words(), roles.join(" ")].join(" ");
			texts.split(' ').map(str::to_lowercase).collect()
		})
	}

	fn is_plain(&self, text: &str) -> bool {
		let (words, ours) = (text.split(' ').collect::<Vec<_>>(), self.ours());
		let alone = words.len() == 1;
		// Initials and titles can only follow each other: a full stop after another word ends a
		// sentence.
		let mut is_start = true;
		words.iter().enumerate().all(|(place, word)| {
			if let Some(short) = word.strip_suffix('.') {
				let letters = short.chars().count();
				let is_title = TITLES.contains(&short.to_lowercase().as_str());
				let is_initial = letters == 1 && short.chars().all(char::is_uppercase) && is_start;
				return !alone && place.saturating_add(1) < words.len() && (is_title || is_initial);
			}
			is_start = false;
			let is_ours = word.split('/').any(|part| ours.contains(&part.to_lowercase()));
			!is_ours && is_word(word, alone) && (alone || begins_name(word, place))
		})
	}
}

/// The character, or one that stands for it.
fn harmless(letter: char) -> char {
	match letter {
		_ if JOINERS.contains(&letter) => letter,
		_ if letter.is_control() || is_invisible(letter) => '\u{fffd}',
		_ if letter.is_whitespace() => ' ',
		'“' | '”' | '„' | '‟' | '″' | '❝' | '❞' | '〝' | '〞' | '＂' => '"',
		_ => letter,
	}
}

/// Whether a word has only letters and digits, and what is inside names: "O'Neill", "Smith-Jones".
/// A word alone can be a shortened address too.
fn is_word(word: &str, alone: bool) -> bool {
	let inside = word.trim_start_matches("//");
	let is_own = |letter: char| letter.is_alphanumeric();
	inside.starts_with(is_own)
		&& inside.ends_with(is_own)
		&& !mixes_scripts(inside)
		&& inside.chars().all(|letter| {
			is_own(letter)
				|| matches!(letter, '-' | '\'' | '’' | '_')
				|| (alone && letter == '/')
				|| (alone && letter == '…')
		})
}

/// Whether a name could look like another one by letters of another script, or of another width.
pub fn mixes_scripts(word: &str) -> bool {
	let is_latin = |letter: char| matches!(letter, '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
	let is_styled = |letter: char| matches!(letter, '\u{2100}'..='\u{24ff}' | '\u{ff00}'..='\u{ffef}' | '\u{1d400}'..='\u{1d7ff}');
	let has_latin = word.chars().any(|letter| letter.is_alphabetic() && is_latin(letter));
	let has_others = word.chars().any(|letter| letter.is_alphabetic() && !is_latin(letter));
	(has_latin && has_others) || word.chars().any(is_styled)
}

/// Whether a word of a longer name is in upper case, a number or a particle, so that it is not read
/// as a word of the sentence.
fn begins_name(word: &str, place: usize) -> bool {
	let is_particle = place > 0 && PARTICLES.contains(&word);
	is_particle || !word.starts_with(char::is_lowercase)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn ordinary_names_are_not_quoted() {
		let english = Speech::english();
		for name in [
			"Hospital A",
			"St. Mary's",
			"St. Mary’s Hospital",
			"Dr. Berger",
			"Prof. Dr. med. Anna Müller-Lüdenscheidt",
			"J. R. Smith",
			"Dr. J. Smith",
			"Klinikum St. Georg",
			"Hospital of the Holy Spirit",
			"Charité",
			"Больница",
			"Nguyễn",
			"Ärztehaus Süd-West 2",
			"//DoctorA//stash",
			"eva",
			"//DoctorA",
			"5GrwvaEF…oHGKut",
			"Hospital A's custodian",
			"अस्पताल",
			"병원 7",
		] {
			let quoted = format!("“{name}”");
			let said = english.insert(name);
			assert!(said == name || (said == quoted && name == "अस्पताल"), "{said}");
		}
	}

	#[test]
	fn what_reads_as_the_sentence_is_quoted() {
		let english = Speech::english();
		for name in [
			"",
			" ",
			"Eva ",
			"Eva  Smith",
			"St. Mary. Everyone",
			"Hospital A. I",
			"Hospital A.",
			"A.",
			"Dr.",
			"Hospital A! Also Hospital B",
			"Hospital A; Hospital B",
			"Smith, Smith and Sons",
			"Smith and Sons",
			"Everyone",
			"everyone",
			"Nurses",
			"every study",
			"study 7",
			"Study 7",
			"care team 1 at Hospital B",
			"the staff of Hospital B",
			"Dr. Berger at Hospital B",
			"Hospital B to read my records",
			"Hospital A (5GrwvaEF…oHGKut)",
			"Hospital A 5GrwvaEF…oHGKut",
			"Hospital。 Everyone",
			"Hospital B And Hospital C",
			"Eva/Everyone",
			"Eva Not",
			"Еveryone",
			"Ｅｖｅｒｙｏｎｅ",
			"Eva/Bo Smith",
			"'Hospital'",
		] {
			assert_eq!(english.insert(name), format!("“{name}”"));
		}
		for (name, said) in [
			("a“b", "“a\"b”"),
			("a\nb", "“a\u{fffd}b”"),
			("a\u{202e}b", "“a\u{fffd}b”"),
			("a\u{200b}b", "“a\u{fffd}b”"),
			("a\u{2003}b", "“a b”"),
			("\u{3164}", "“\u{fffd}”"),
		] {
			assert_eq!(english.insert(name), said);
		}
	}
}
