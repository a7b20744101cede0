//! Names and labels for the tests.
#![allow(dead_code, reason = "each test program uses a part of it")]

use vouchsafe_primitives::{canonical_tags, AccountId, LabelFilter, LabelTag, LabelTags};
use vouchsafe_speech::{LabelWords, Names, Speech, Teller};

/// Accounts, named by their first byte, and three labels.
pub struct Known;

impl Names for Known {
	fn name(&self, account: &AccountId) -> String {
		let bytes: &[u8; 32] = account.as_ref();
		match bytes[0] {
			1 => "Hospital A".into(),
			2 => "Hospital B".into(),
			3 => "Dr. Berger".into(),
			4 => "Eva".into(),
			5 => "Hospital of Smith, Smith and Sons".into(),
			6 => "Registrar A".into(),
			7 => "Dr. Okafor".into(),
			8 => "Berta".into(),
			9 => "5Grwva…oHGKut".into(),
			other => format!("account {other}"),
		}
	}
}

impl LabelWords for Known {
	fn word(&self, tag: LabelTag) -> Option<String> {
		Some(match tag.0[0] {
			1 => "hiv".into(),
			2 => "psychiatry".into(),
			3 => "my-own-label".into(),
			_ => return None,
		})
	}
}

/// Every account has the same name, and labels have no words.
pub struct Called(pub String);

impl Names for Called {
	fn name(&self, _: &AccountId) -> String {
		self.0.clone()
	}
}

impl LabelWords for Called {
	fn word(&self, _: LabelTag) -> Option<String> {
		Some(self.0.clone())
	}
}

/// Labels whose tags begin with these bytes; 0 is *unclassified*.
fn all(ids: &[u8]) -> impl Iterator<Item = LabelTag> + '_ {
	ids.iter().map(|id| LabelTag([*id, 0, 0, 0]))
}

pub fn tags(ids: &[u8]) -> LabelTags {
	canonical_tags(all(ids)).unwrap()
}

pub fn also(ids: &[u8]) -> LabelFilter {
	LabelFilter::Also(canonical_tags(all(ids)).unwrap())
}

pub fn only(ids: &[u8]) -> LabelFilter {
	LabelFilter::Only(canonical_tags(all(ids)).unwrap())
}

pub fn teller<'a, K: Names + LabelWords>(speech: &'a Speech, known: &'a K) -> Teller<'a> {
	Teller { speech, names: known, labels: known }
}
