//! How a sentence differs from the one before, word by word, for people who are to see what changes.

/// What became of a part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
	/// It stays.
	Same,
	/// It is no longer there.
	Removed,
	/// It is new.
	Added,
}

/// The longest comparison: words of one text times words of the other.
const LONGEST: usize = 1_000_000;

/// The parts of two texts, in the order of the newer one. What is removed comes before what is added in its
/// place. Without the removed parts it is `after`, and without the added ones `before`.
pub fn difference(before: &str, after: &str) -> Vec<(Became, String)> {
	let (old, new): (Vec<_>, Vec<_>) = (words(before).collect(), words(after).collect());
	if old.len().saturating_mul(new.len()) > LONGEST {
		return joined([(Became::Removed, before), (Became::Added, after)]);
	}
	let common = common(&old, &new);
	let (mut parts, mut at_old, mut at_new) = (Vec::new(), 0, 0);
	for (next_old, next_new) in common.into_iter().chain([(old.len(), new.len())]) {
		let removed = old.get(at_old..next_old).into_iter().flatten();
		let added = new.get(at_new..next_new).into_iter().flatten();
		parts.extend(removed.map(|word| (Became::Removed, *word)));
		parts.extend(added.map(|word| (Became::Added, *word)));
		parts.extend(new.get(next_new).map(|word| (Became::Same, *word)));
		(at_old, at_new) = (next_old.saturating_add(1), next_new.saturating_add(1));
	}
	joined(parts)
}

/// Words, each with the space after it.
fn words(text: &str) -> impl Iterator<Item = &str> {
	text.split_inclusive(char::is_whitespace)
}

/// The places of a longest sequence of words that both have.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
	let width = new.len().saturating_add(1);
	// How many words the ends of both have in common, from each pair of places on.
	let mut lengths = vec![0u32; width.saturating_mul(old.len().saturating_add(1))];
	let place = |i: usize, j: usize| i.saturating_mul(width).saturating_add(j);
	for (i, one) in old.iter().enumerate().rev() {
		for (j, other) in new.iter().enumerate().rev() {
			lengths[place(i, j)] = match one == other {
				true => lengths[place(i + 1, j + 1)].saturating_add(1),
				false => lengths[place(i + 1, j)].max(lengths[place(i, j + 1)]),
			};
		}
	}
	let (mut found, mut i, mut j) = (Vec::new(), 0, 0);
	while i < old.len() && j < new.len() {
		if old[i] == new[j] {
			found.push((i, j));
			(i, j) = (i + 1, j + 1);
		} else if lengths[place(i + 1, j)] >= lengths[place(i, j + 1)] {
			i += 1;
		} else {
			j += 1;
		}
	}
	found
}

fn joined<'a>(parts: impl IntoIterator<Item = (Became, &'a str)>) -> Vec<(Became, String)> {
	let mut found: Vec<(Became, String)> = Vec::new();
	for (became, text) in parts.into_iter().filter(|(_, text)| !text.is_empty()) {
		match found.last_mut() {
			Some((last, before)) if *last == became => before.push_str(text),
			_ => found.push((became, text.to_owned())),
		}
	}
	found
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use Became::{Added, Removed, Same};

	fn without(parts: &[(Became, String)], left_out: Became) -> String {
		parts.iter().filter(|(it, _)| *it != left_out).map(|(_, text)| text.as_str()).collect()
	}

	#[test]
	fn changed_words_are_found() {
		let parts = difference(
			"I allow Hospital A to read all my records. It is valid until I revoke it.",
			"I allow Hospital A to read my laboratory reports. It is valid until I revoke it.",
		);
		let parts: Vec<_> = parts.iter().map(|(became, text)| (*became, text.as_str())).collect();
		assert_eq!(
			parts,
			[
				(Same, "I allow Hospital A to read "),
				(Removed, "all "),
				(Same, "my "),
				(Removed, "records. "),
				(Added, "laboratory reports. "),
				(Same, "It is valid until I revoke it."),
			]
		);
	}

	#[test]
	fn ends_and_long_texts_are_whole() {
		assert_eq!(difference("", ""), []);
		assert_eq!(difference("", "a"), [(Added, "a".into())]);
		assert_eq!(difference("a", ""), [(Removed, "a".into())]);
		assert_eq!(difference("a b", "a b"), [(Same, "a b".into())]);
		let long = "word ".repeat(1_001);
		assert_eq!(difference(&long, &long), [(Removed, long.clone()), (Added, long)]);
	}

	proptest! {
		#[test]
		fn nothing_is_lost(before in "[ab ]{0,20}", after in "[ab ]{0,20}") {
			let parts = difference(&before, &after);
			prop_assert_eq!(without(&parts, Added), before);
			prop_assert_eq!(without(&parts, Removed), after);
		}
	}
}
