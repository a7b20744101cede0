//! A guardian's card: a file, sealed to one guardian, that says whose guardian this is and with whom. The
//! guardian keeps it until the account's key is lost. Any one card is enough to begin.
//!
//! ```text
//! file = JSON: "version": 1, the chain's genesis hash, the guardian's account, the encryption key to which
//!        it is sealed, and
//! sealed = the content, sealed (vouchsafe_vault::seal) with info = vouchsafe/v1/guardian-card and as
//!          associated data SCALE(genesis [32], guardian [32])
//! content = JSON: account, name, guardians, salt, threshold
//! ```
//!
//! The file does not say whose card it is. Sealing does not prove who made it, but the chain has the
//! commitment to the list and its salt, so a forged card begins nothing.

use crate::{keys::Identity, names::Names, text::line};
use codec::Encode;
use serde::{Deserialize, Serialize};
use vouchsafe_protocol::{
	messages::{Hex, HexBytes},
	types::{account_bytes, are_guardians_allowed, guardians_commitment, AccountId, H256},
};
use vouchsafe_vault::{
	seal::{self, PublicKey, Purpose},
	Error,
};

/// The version of the file.
const VERSION: u8 = 1;
/// The longest file that is read.
const MAX_FILE: usize = 16 * 1024;
/// The most characters of the name that the account's owner gives.
pub const MAX_NAME: usize = 100;

/// Whose guardian somebody is, and with whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
	/// The account.
	pub account: AccountId,
	/// What its owner is called, as the owner says.
	pub name: String,
	/// All guardians, in strictly ascending order.
	pub guardians: Vec<AccountId>,
	/// The salt of the commitment to them.
	pub salt: H256,
	/// How many of them have to approve a new key.
	pub threshold: u8,
}

/// Why a file is not a card that the user can use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
	/// It is not the JSON of one, or what is in it makes no sense.
	#[error("this is not a guardian's card: {0}")]
	Malformed(String),
	/// Its version is a later one.
	#[error("a newer version of this program made this card: update this one")]
	Newer,
	/// It is of another chain.
	#[error("this card belongs to another chain")]
	OtherChain,
	/// It is another guardian's.
	#[error("this card is for {0} and not for you: use the card that was made for you")]
	OtherGuardian(String),
	/// It is sealed to an encryption key that the user does not have now.
	#[error(
		"this card is sealed to an encryption key that you no longer have: ask for a new card, or let another \
		 guardian begin"
	)]
	OtherKey,
	/// It does not open.
	#[error(
		"this card was changed or is damaged: ask for it again, or let another guardian begin"
	)]
	Changed,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
	version: u8,
	genesis: Hex<32>,
	guardian: Hex<32>,
	encryption_key: Hex<32>,
	sealed: HexBytes,
}

/// What a file of any version has.
#[derive(Deserialize)]
struct Versioned {
	version: u8,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
	account: Hex<32>,
	name: String,
	guardians: Vec<Hex<32>>,
	salt: Hex<32>,
	threshold: u8,
}

impl Card {
	/// The commitment to the guardians, as the chain has it.
	pub fn commitment(&self) -> H256 {
		guardians_commitment(&self.account, &self.guardians, &self.salt)
	}

	/// The file of this card for one of the guardians, sealed to this encryption key of theirs.
	///
	/// # Errors
	///
	/// [`Error::UnusableKey`], see [`seal::seal`].
	pub fn seal(
		&self,
		genesis: H256,
		guardian: &AccountId,
		encryption_key: [u8; 32],
	) -> Result<String, Error> {
		let content = Content {
			account: (&self.account).into(),
			name: self.name.clone(),
			guardians: self.guardians.iter().map(Into::into).collect(),
			salt: self.salt.into(),
			threshold: self.threshold,
		};
		let plain = serde_json::to_vec(&content).expect("accounts and a name are JSON; qed");
		let address = address(genesis, guardian);
		let sealed =
			seal::seal(&PublicKey(encryption_key), Purpose::GuardianCard, &address, &plain)?;
		let file = File {
			version: VERSION,
			genesis: genesis.into(),
			guardian: guardian.into(),
			encryption_key: Hex(encryption_key),
			sealed: HexBytes(sealed),
		};
		let file = serde_json::to_string_pretty(&file).expect("hex is JSON; qed");
		Ok(file + "\n")
	}

	/// Opens the user's card.
	///
	/// # Errors
	///
	/// See [`CardError`].
	pub fn open(
		file: &[u8],
		genesis: H256,
		me: &Identity,
		names: &Names,
	) -> Result<Self, CardError> {
		// Errors repeat a part of it.
		if file.len() > MAX_FILE {
			return Err(CardError::Malformed("it is too large".into()));
		}
		let malformed = |error: serde_json::Error| CardError::Malformed(line(&error.to_string()));
		let Versioned { version } = serde_json::from_slice(file).map_err(malformed)?;
		if version != VERSION {
			return Err(CardError::Newer);
		}
		let file: File = serde_json::from_slice(file).map_err(malformed)?;
		if file.genesis.0 != genesis.0 {
			return Err(CardError::OtherChain);
		}
		let (guardian, own) = (AccountId::from(file.guardian), me.account());
		if guardian != own {
			return Err(CardError::OtherGuardian(names.show(&guardian)));
		}
		if file.encryption_key.0 != me.encryption_key() {
			return Err(CardError::OtherKey);
		}
		let address = address(genesis, &guardian);
		let plain = seal::open(&me.encryption, Purpose::GuardianCard, &address, &file.sealed.0);
		let plain = plain.map_err(|error| match error {
			Error::UnknownSuite(_) => CardError::Newer,
			_ => CardError::Changed,
		})?;
		let content: Content = serde_json::from_slice(&plain).map_err(malformed)?;
		Self::checked(content, &own)
	}

	/// The card of this content, if it can be one of this guardian. Anybody could have sealed it.
	fn checked(content: Content, guardian: &AccountId) -> Result<Self, CardError> {
		let wrong = |what: &str| Err(CardError::Malformed(what.into()));
		let guardians: Vec<AccountId> = content.guardians.into_iter().map(Into::into).collect();
		let count = u8::try_from(guardians.len()).unwrap_or(u8::MAX);
		if !are_guardians_allowed(content.threshold, count) {
			return wrong("it has an impossible number of guardians");
		}
		if !guardians.is_sorted_by(|one, next| one < next) {
			return wrong("its guardians are not in order");
		}
		if !guardians.contains(guardian) {
			return wrong("you are not among its guardians");
		}
		Ok(Self {
			account: content.account.into(),
			name: line(&content.name.chars().take(MAX_NAME).collect::<String>()),
			guardians,
			salt: H256(content.salt.0),
			threshold: content.threshold,
		})
	}
}

fn address(genesis: H256, guardian: &AccountId) -> Vec<u8> {
	(genesis.0, account_bytes(guardian)).encode()
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::Value;

	const GENESIS: H256 = H256([1; 32]);

	fn identity(uri: &str) -> Identity {
		Identity::development(uri).unwrap()
	}

	fn card() -> Card {
		let mut guardians =
			["//DoctorA", "//PatientB", "//DoctorB"].map(|uri| identity(uri).account()).to_vec();
		guardians.sort_unstable();
		Card {
			account: identity("//PatientA").account(),
			name: "Eva Muster".into(),
			guardians,
			salt: H256([5; 32]),
			threshold: 2,
		}
	}

	fn sealed(card: &Card, to: &str) -> String {
		let to = identity(to);
		card.seal(GENESIS, &to.account(), to.encryption_key()).unwrap()
	}

	fn opened(file: &str, by: &str, genesis: H256) -> Result<Card, CardError> {
		Card::open(file.as_bytes(), genesis, &identity(by), &Names::default())
	}

	#[test]
	fn a_card_opens_for_its_guardian() {
		for guardian in ["//DoctorA", "//PatientB", "//DoctorB"] {
			let file = sealed(&card(), guardian);
			assert_eq!(opened(&file, guardian, GENESIS), Ok(card()));
			let patient = hex::encode(account_bytes(&card().account));
			assert!(!file.contains(&patient) && !file.contains("Eva"), "{file}");
		}
		let commitment = guardians_commitment(&card().account, &card().guardians, &card().salt);
		assert_eq!(card().commitment(), commitment);
	}

	#[test]
	fn a_card_opens_for_nobody_else_and_on_no_other_chain() {
		let file = sealed(&card(), "//DoctorA");
		let error = opened(&file, "//PatientB", GENESIS).unwrap_err();
		assert!(matches!(&error, CardError::OtherGuardian(who) if who.contains('…')), "{error}");
		assert_eq!(opened(&file, "//DoctorA", H256([2; 32])), Err(CardError::OtherChain));
		let registered_another =
			Identity { encryption: identity("//DoctorB").encryption, ..identity("//DoctorA") };
		let names = Names::default();
		let found = Card::open(file.as_bytes(), GENESIS, &registered_another, &names);
		assert_eq!(found, Err(CardError::OtherKey));
	}

	/// Neither what is sealed nor what it is sealed for can be changed.
	#[test]
	fn a_changed_card_does_not_open() {
		let file = sealed(&card(), "//DoctorA");
		let whole: Value = serde_json::from_str(&file).unwrap();
		let digits = whole["sealed"].as_str().unwrap();
		for place in (2..digits.len()).step_by(7) {
			let mut changed = digits.to_owned().into_bytes();
			changed[place] = if changed[place] == b'0' { b'1' } else { b'0' };
			let mut file = whole.clone();
			file["sealed"] = String::from_utf8(changed).unwrap().into();
			let error = opened(&file.to_string(), "//DoctorA", GENESIS).unwrap_err();
			assert!(matches!(error, CardError::Changed | CardError::Newer), "{place}: {error}");
		}
		// Made for another guardian, and presented as one's own.
		let other = sealed(&card(), "//PatientB");
		let other: Value = serde_json::from_str(&other).unwrap();
		let mut file = whole.clone();
		file["sealed"] = other["sealed"].clone();
		assert_eq!(opened(&file.to_string(), "//DoctorA", GENESIS), Err(CardError::Changed));
		let mut moved = whole.clone();
		moved["genesis"] = format!("0x{}", "02".repeat(32)).into();
		let found = opened(&moved.to_string(), "//DoctorA", H256([2; 32]));
		assert_eq!(found, Err(CardError::Changed), "bound to its chain");
	}

	#[test]
	fn what_is_not_a_card_is_refused() {
		let read = |file: &str| opened(file, "//DoctorA", GENESIS).unwrap_err();
		for wrong in ["", "[]", "{}", "{\"version\":1}", &"x".repeat(MAX_FILE + 1)] {
			assert!(matches!(read(wrong), CardError::Malformed(_)), "{wrong:.20}");
		}
		assert_eq!(read("{\"version\":2,\"more\":1}"), CardError::Newer);
		let mut more: Value = serde_json::from_str(&sealed(&card(), "//DoctorA")).unwrap();
		more["more"] = 1.into();
		assert!(matches!(read(&more.to_string()), CardError::Malformed(_)));
	}

	/// Anybody can seal something to a guardian.
	#[test]
	fn a_card_that_makes_no_sense_is_refused() {
		let refused = |edit: &dyn Fn(&mut Card)| {
			let mut card = card();
			edit(&mut card);
			opened(&sealed(&card, "//DoctorA"), "//DoctorA", GENESIS).unwrap_err().to_string()
		};
		assert!(refused(&|card| card.threshold = 1).contains("impossible number"));
		assert!(refused(&|card| card.threshold = 4).contains("impossible number"));
		assert!(refused(&|card| card.guardians.truncate(1)).contains("impossible number"));
		assert!(refused(&|card| card.guardians.swap(0, 1)).contains("not in order"));
		assert!(refused(&|card| {
			let doctor = identity("//DoctorA").account();
			card.guardians.retain(|it| *it != doctor);
		})
		.contains("not among"));
		let long = Card { name: "a\n".repeat(MAX_NAME), ..card() };
		let read = opened(&sealed(&long, "//DoctorA"), "//DoctorA", GENESIS).unwrap();
		assert_eq!(read.name.chars().count(), MAX_NAME);
		assert!(!read.name.contains('\n'));
	}
}
