//! The printed sheet that restores an account: its words, and a code with the same content for a camera.
//!
//! ```text
//! code  = "VOUCHSAFE/" ‖ kind ‖ "/1/" ‖ counter ‖ "/" ‖ entropy in hex ‖ "/" ‖ check
//! kind  = "WORDS": an account's words (16 to 32 bytes of entropy)
//!       | "KEY": an encryption key alone (32 bytes; the counter is 0)
//! check = the first 4 bytes of SHA-256("vouchsafe/sheet/1" ‖ everything before the check), in hex
//! ```
//!
//! All letters are upper-case, so that a QR code needs few points. An account of an extension wallet has
//! its words in that wallet. Its sheet has the encryption key, which is written as 24 words of the same
//! list.

use crate::text::line;
use bip39::{Language, Mnemonic};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use vouchsafe_vault::seal::SecretKey;
use zeroize::Zeroizing;

const PREFIX: &str = "VOUCHSAFE/";
const VERSION: u32 = 1;
const DOMAIN: &[u8] = b"vouchsafe/sheet/1";
/// The numbers of words that BIP39 knows.
const NUMBERS: [usize; 5] = [12, 15, 18, 21, 24];
/// The longest text that is read.
const MAX_TEXT: usize = 2_000;
/// The most letters of a wrong word in a message.
const MAX_SHOWN: usize = 20;

/// What a sheet restores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// An account, and its encryption key of a counter.
	Account {
		/// The counter.
		counter: u32,
	},
	/// An encryption key alone.
	EncryptionKey,
}

/// The content of a sheet. It is wiped when dropped.
pub struct Sheet {
	kind: Kind,
	entropy: Zeroizing<Vec<u8>>,
}

/// Why a text is not a sheet's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
	/// There are too few words.
	#[error("there are only {have} words, and the sheet has {need}: add the missing ones")]
	TooFew {
		/// Words there were.
		have: usize,
		/// Words there should be.
		need: usize,
	},
	/// There are too many words.
	#[error("there are {have} words, and the sheet has {need}: remove what does not belong to it")]
	TooMany {
		/// Words there were.
		have: usize,
		/// Words there should be.
		need: usize,
	},
	/// A word is not in the list.
	#[error("word {place}, “{word}”, is not in the list of words: compare it with the sheet")]
	WrongWord {
		/// Its place, from 1.
		place: usize,
		/// What there is.
		word: String,
	},
	/// All words are in the list, but they are not the sheet's.
	#[error("one of the words is wrong, or two have changed places: compare each with the sheet")]
	WrongCheck,
	/// A code is cut or changed.
	#[error("the code is damaged: scan it again, or enter the words")]
	DamagedCode,
	/// A code of another kind.
	#[error("this is the sheet of {found}, but {wanted} is needed: take the other sheet")]
	OtherKind {
		/// What the sheet restores.
		found: &'static str,
		/// What was asked for.
		wanted: &'static str,
	},
	/// A newer version of this program made the code.
	#[error("a newer version of this program made this code: update this one, or enter the words")]
	Newer,
}

impl Kind {
	fn word(&self) -> &'static str {
		match self {
			Self::Account { .. } => "WORDS",
			Self::EncryptionKey => "KEY",
		}
	}

	fn named(&self) -> &'static str {
		match self {
			Self::Account { .. } => "an account",
			Self::EncryptionKey => "an encryption key",
		}
	}

	fn counter(&self) -> u32 {
		match self {
			Self::Account { counter } => *counter,
			Self::EncryptionKey => 0,
		}
	}

	fn is_like(&self, other: &Self) -> bool {
		self.word() == other.word()
	}

	/// The numbers of words that a sheet of this kind can have.
	fn numbers(&self) -> &'static [usize] {
		match self {
			Self::Account { .. } => &NUMBERS,
			Self::EncryptionKey => &NUMBERS[4..],
		}
	}
}

impl Sheet {
	/// The sheet of an account with these words, and its encryption key of this counter.
	pub fn of_account(words: &str, counter: u32) -> Result<Self, SheetError> {
		Self::from_words(words, Kind::Account { counter })
	}

	/// The sheet of an encryption key that does not follow from words.
	pub fn of_encryption_key(key: &SecretKey) -> Self {
		let entropy = Zeroizing::new(key.to_bytes().to_vec());
		Self { kind: Kind::EncryptionKey, entropy }
	}

	/// Reads the sheet of an account: its code, or its words, of which the counter is then 0.
	pub fn account(text: &str) -> Result<Self, SheetError> {
		Self::read(text, Kind::Account { counter: 0 })
	}

	/// Reads the sheet of an encryption key: its code, or its words.
	pub fn encryption_key(text: &str) -> Result<SecretKey, SheetError> {
		let sheet = Self::read(text, Kind::EncryptionKey)?;
		let secret = Zeroizing::new(*sheet.entropy.first_chunk().ok_or(SheetError::DamagedCode)?);
		Ok(SecretKey::from_bytes(&secret))
	}

	fn read(text: &str, wanted: Kind) -> Result<Self, SheetError> {
		let text = text.trim();
		let is_code =
			text.get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX));
		if !is_code {
			return Self::from_words(text, wanted);
		}
		let sheet = Self::from_code(text)?;
		if !sheet.kind.is_like(&wanted) {
			return Err(SheetError::OtherKind {
				found: sheet.kind.named(),
				wanted: wanted.named(),
			});
		}
		Ok(sheet)
	}

	/// Reads words that were typed or pasted. Numbers between them, as on the sheet, are left out.
	fn from_words(text: &str, kind: Kind) -> Result<Self, SheetError> {
		let is_number =
			|word: &&str| word.bytes().all(|it| it.is_ascii_digit() || b".):".contains(&it));
		let text = Zeroizing::new(text.to_lowercase());
		let words: Vec<&str> = text
			.split(|it: char| it.is_whitespace() || matches!(it, ',' | ';'))
			.filter(|word| !is_number(word))
			.collect();
		let list = Language::English;
		for (index, word) in words.iter().enumerate().take(NUMBERS[4]) {
			if list.find_word(word).is_none() {
				let word = line(word).chars().take(MAX_SHOWN).collect();
				return Err(SheetError::WrongWord { place: index + 1, word });
			}
		}
		let (have, numbers) = (words.len(), kind.numbers());
		let need = numbers[0];
		if have < need {
			return Err(SheetError::TooFew { have, need });
		}
		if !numbers.contains(&have) {
			return Err(SheetError::TooMany { have, need });
		}
		let words = Zeroizing::new(words.join(" "));
		let words =
			Mnemonic::parse_in_normalized(list, &words).map_err(|_| SheetError::WrongCheck)?;
		Ok(Self { kind, entropy: Zeroizing::new(words.to_entropy()) })
	}

	fn from_code(code: &str) -> Result<Self, SheetError> {
		if code.len() > MAX_TEXT {
			return Err(SheetError::DamagedCode);
		}
		let code = Zeroizing::new(code.to_ascii_uppercase());
		let parts: Vec<&str> = code.split('/').collect();
		let [_, kind, version, counter, entropy, check] = parts[..] else {
			let version: Option<u32> = parts.get(2).and_then(|it| it.parse().ok());
			let is_newer = version.is_some_and(|version| version > VERSION);
			return Err(if is_newer { SheetError::Newer } else { SheetError::DamagedCode });
		};
		let number = |text: &str| text.parse::<u32>().map_err(|_| SheetError::DamagedCode);
		if number(version)? != VERSION {
			return Err(SheetError::Newer);
		}
		let counter = number(counter)?;
		let kind = match kind {
			"WORDS" => Kind::Account { counter },
			"KEY" if counter == 0 => Kind::EncryptionKey,
			_ => return Err(SheetError::DamagedCode),
		};
		let entropy = hex::decode(entropy).map_err(|_| SheetError::DamagedCode)?;
		let sheet = Self { kind, entropy: Zeroizing::new(entropy) };
		let has_length = Mnemonic::from_entropy_in(Language::English, &sheet.entropy)
			.is_ok_and(|words| kind.numbers().contains(&words.word_count()));
		let before = &code[..code.len() - check.len()];
		if !has_length || !bool::from(check_of(before).as_bytes().ct_eq(check.as_bytes())) {
			return Err(SheetError::DamagedCode);
		}
		Ok(sheet)
	}

	/// What it restores.
	pub fn kind(&self) -> Kind {
		self.kind
	}

	/// The counter of the account's encryption key.
	pub fn counter(&self) -> u32 {
		self.kind.counter()
	}

	/// The words, in order, with a space between them.
	pub fn words(&self) -> Zeroizing<String> {
		let words = Mnemonic::from_entropy_in(Language::English, &self.entropy)
			.expect("a sheet's entropy has one of BIP39's lengths; qed");
		Zeroizing::new(words.to_string())
	}

	/// The content of the code.
	pub fn code(&self) -> Zeroizing<String> {
		let entropy = Zeroizing::new(hex::encode_upper(&*self.entropy));
		let before = Zeroizing::new(format!(
			"{PREFIX}{}/{VERSION}/{}/{}/",
			self.kind.word(),
			self.counter(),
			*entropy
		));
		Zeroizing::new(format!("{}{}", *before, check_of(&before)))
	}

	/// Whether a text that was scanned, typed or pasted restores the same as this sheet. The error says
	/// what is wrong with it.
	pub fn check(&self, text: &str) -> Result<(), SheetError> {
		let other = Self::read(text, self.kind)?;
		let is_same = bool::from(self.entropy.ct_eq(&other.entropy));
		if is_same && self.kind == other.kind {
			Ok(())
		} else {
			Err(SheetError::WrongCheck)
		}
	}
}

impl std::fmt::Debug for Sheet {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "Sheet({:?})", self.kind)
	}
}

/// Finds accidental changes of a code.
fn check_of(before: &str) -> String {
	let hash = Sha256::new_with_prefix(DOMAIN).chain_update(before).finalize();
	hex::encode_upper(&hash[..4])
}

#[cfg(test)]
mod tests;
