//! Names and labels for the tests.
#![allow(dead_code, reason = "each test program uses a part of it")]

use vouchsafe_primitives::AccountId;
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
			other => format!("account {other}"),
		}
	}
}

impl LabelWords for Known {
	fn word(&self, bit: u8) -> Option<String> {
		Some(match bit {
			0 => "hiv".into(),
			1 => "psychiatry".into(),
			2 => "my-own-label".into(),
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
	fn word(&self, _: u8) -> Option<String> {
		Some(self.0.clone())
	}
}

pub fn teller<'a, K: Names + LabelWords>(speech: &'a Speech, known: &'a K) -> Teller<'a> {
	Teller { speech, names: known, labels: known }
}
