//! What proves something that two of an institution's staff say of somebody, in their own words, such as the kind
//! and number of an identity card. The chain has only a salted commitment to the words, from
//! [`vouchsafe_vault`].

use crate::{text::line, unicode::nfc};
use anyhow::{ensure, Result};
use vouchsafe_protocol::types::H256;
use vouchsafe_vault::commitment::evidence_commitment;

/// The most characters of the words.
const LONGEST: usize = 500;

/// The words in the form in which they are signed, whoever typed them: each space is one, and letters do not
/// depend on the keyboard.
///
/// # Errors
///
/// They are empty or too long, or would change how a terminal shows them.
pub fn in_order(evidence: &str) -> Result<String> {
	let words: Vec<_> = evidence.split_whitespace().collect();
	let evidence = nfc(&words.join(" "));
	ensure!(
		(1..=LONGEST).contains(&evidence.chars().count()) && line(&evidence) == evidence,
		"describe the evidence in at most {LONGEST} characters, such as the kind and number of an identity card, a \
		 birth certificate or a court order"
	);
	Ok(evidence)
}

/// The commitment to words that are [in order](in_order).
pub(crate) fn commitment(salt: &[u8; 32], evidence: &str) -> H256 {
	H256(evidence_commitment(salt, evidence))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_same_words_are_the_same_evidence() {
		assert_eq!(in_order(" identity card  L01X00T47\r\n").unwrap(), "identity card L01X00T47");
		let u_umlaut = ["u\u{308}", "\u{fc}"].map(|it| in_order(it).unwrap());
		assert_eq!(u_umlaut[0], u_umlaut[1]);
		assert_eq!(in_order(&"x".repeat(LONGEST)).unwrap().len(), LONGEST);
		for wrong in ["", " \n", "a\u{202e}b", &"x".repeat(LONGEST + 1)] {
			assert!(in_order(wrong).is_err(), "{wrong:.20}");
		}
	}
}
