//! Gives [`vouchsafe_speech`] the language of this program, its names of accounts and its words for
//! labels.

use crate::{labels::LabelTable, names::Names};
use std::sync::LazyLock;
use vouchsafe_protocol::types::{AccountId, LabelTag};
use vouchsafe_speech::{LabelWords, Speech, Teller};

/// English.
pub static ENGLISH: LazyLock<Speech> = LazyLock::new(Speech::english);

/// Makes sentences with these names and labels.
pub fn teller<'a>(names: &'a Names, labels: &'a LabelTable) -> Teller<'a> {
	Teller { speech: &ENGLISH, names, labels }
}

impl Names {
	/// The name of an account, as it can be put into a sentence that somebody signs.
	pub fn in_sentence(&self, account: &AccountId) -> String {
		ENGLISH.insert(&self.show(account))
	}
}

impl vouchsafe_speech::Names for Names {
	fn name(&self, account: &AccountId) -> String {
		self.show(account)
	}
}

/// Names with a part of each account's address, for sentences in which a person permits something.
pub(crate) struct WithFingerprints<'a>(pub &'a Names);

impl vouchsafe_speech::Names for WithFingerprints<'_> {
	fn name(&self, account: &AccountId) -> String {
		self.0.show_with_address(account)
	}
}

impl LabelWords for LabelTable {
	fn word(&self, tag: LabelTag) -> Option<String> {
		self.word_of(tag)
	}
}
