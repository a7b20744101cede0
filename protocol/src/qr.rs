//! What the QR codes at a registration desk contain: `VOUCHSAFE1:` and base32 in upper case, so that a
//! code has only characters that QR codes hold compactly. It can be copied as text too.
//!
//! ```text
//! VOUCHSAFE1:   the product and the version of the format
//! base32 of
//!   kind        1 byte: see [`Code`]
//!   fields      SCALE
//!   checksum    4 bytes: the first of the BLAKE2b-256 of all bytes before
//! ```

use crate::{
	signing::{enrolment_text, verify, NotSigned, Signer, ToSign},
	types::{AccountId, AccountKind, H256},
};
use codec::{Decode, DecodeAll, Encode};
use sp_crypto_hashing::blake2_256;

/// What a code's text begins with, before the version and a colon.
const PRODUCT: &str = "VOUCHSAFE";
/// The version of the format.
const VERSION: &str = "1";
/// The digits of base32 (RFC 4648).
const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Bytes of the checksum.
const CHECKSUM: usize = 4;
/// The longest address of a custodian, in bytes, as on the chain.
const MAX_URL: usize = 128;
/// The longest text of a code. A phone's camera still reads it.
pub const MAX_TEXT: usize = 600;

/// Why a text is not a code, or not the one that is needed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
	/// It is a code of something else.
	#[error("this is not a code of Vouchsafe")]
	OtherProduct,
	/// It has another version.
	#[error(
		"this code was made by another version of the program: update both, and make a new code"
	)]
	OtherVersion,
	/// It is longer than any code.
	#[error("this code is too large: it has more than {MAX_TEXT} characters")]
	TooLarge,
	/// Its end is missing, or it was changed.
	#[error("a part of this code is missing or was changed: scan or copy all of it again")]
	Damaged,
	/// It is for something else.
	#[error("this is {found}, but {wanted} is needed here")]
	OtherKind {
		/// What it is.
		found: &'static str,
		/// What is needed.
		wanted: &'static str,
	},
	/// It is of another chain.
	#[error("this code belongs to another network: its genesis block is {0:#x}")]
	OtherChain(H256),
}

/// What a registrar shows to somebody who will be enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RegistrarCode {
	/// Hash of the chain's genesis block.
	pub genesis: H256,
	/// The institution that will enrol.
	pub institution: AccountId,
	/// As what it will enrol.
	pub kind: AccountKind,
	/// The address of the institution's custodian.
	pub url: String,
	/// Until when the registrar waits, in seconds since 1970.
	pub expires: u64,
}

/// What the enrollee shows to the registrar: the signed agreement to be enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct EnrolleeCode {
	/// Hash of the chain's genesis block.
	pub genesis: H256,
	/// The enrollee's account.
	pub account: AccountId,
	/// The key to which shares are sealed for the enrollee.
	pub encryption_key: [u8; 32],
	/// Until when the signature is valid, in seconds since 1970.
	pub expires: u64,
	/// The account's signature of the [enrolment text](enrolment_text).
	pub signature: [u8; 64],
}

/// What names a person to another one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PersonCode {
	/// Hash of the chain's genesis block.
	pub genesis: H256,
	/// The person's account.
	pub account: AccountId,
}

impl EnrolleeCode {
	/// Agrees to what a registrar's code asks for.
	pub async fn sign(
		signer: &impl Signer,
		asked: &RegistrarCode,
		encryption_key: [u8; 32],
	) -> Result<Self, NotSigned> {
		let RegistrarCode { genesis, institution, kind, expires, .. } = asked;
		let text = enrolment_text(*genesis, institution, kind.word(), &encryption_key, *expires);
		let signature = signer.sign_as_account(ToSign::Text(&text)).await?;
		let (genesis, expires) = (*genesis, *expires);
		Ok(Self { genesis, account: signer.account(), encryption_key, expires, signature })
	}

	/// Whether the account has agreed to be enrolled by this institution as this.
	pub fn is_authentic(&self, institution: &AccountId, kind: AccountKind) -> bool {
		let Self { genesis, encryption_key, expires, .. } = self;
		let text = enrolment_text(*genesis, institution, kind.word(), encryption_key, *expires);
		verify(&self.account, &text, &self.signature)
	}
}

/// A code.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Code {
	/// A registrar's.
	#[codec(index = 1)]
	Registrar(RegistrarCode),
	/// An enrollee's.
	#[codec(index = 2)]
	Enrollee(EnrolleeCode),
	/// A person's.
	#[codec(index = 3)]
	Person(PersonCode),
}

impl Code {
	/// The text of the code.
	///
	/// # Errors
	///
	/// [`QrError::TooLarge`] if the custodian's address is longer than the chain takes.
	pub fn to_text(&self) -> Result<String, QrError> {
		if let Self::Registrar(RegistrarCode { url, .. }) = self {
			if url.len() > MAX_URL {
				return Err(QrError::TooLarge);
			}
		}
		let mut bytes = self.encode();
		bytes.extend(checksum(&bytes));
		Ok(format!("{PRODUCT}{VERSION}:{}", to_base32(&bytes)))
	}

	/// The code of this text. Letters may be small, and spaces and line breaks are left out.
	///
	/// # Errors
	///
	/// All but [`QrError::OtherKind`] and [`QrError::OtherChain`].
	pub fn from_text(text: &str) -> Result<Self, QrError> {
		// Before anything is copied.
		if text.len() > MAX_TEXT.saturating_mul(2) {
			return Err(QrError::TooLarge);
		}
		let text: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
		let text = text.to_ascii_uppercase();
		let rest = text.strip_prefix(PRODUCT).ok_or(QrError::OtherProduct)?;
		let (version, rest) = match rest.split_once(':') {
			Some((version, rest)) if version.bytes().all(|byte| byte.is_ascii_digit()) => {
				(version, rest)
			},
			_ => return Err(QrError::OtherProduct),
		};
		if version != VERSION {
			return Err(QrError::OtherVersion);
		}
		if text.len() > MAX_TEXT {
			return Err(QrError::TooLarge);
		}
		let bytes = from_base32(rest).ok_or(QrError::Damaged)?;
		let (mut fields, sum) = bytes.split_last_chunk::<CHECKSUM>().ok_or(QrError::Damaged)?;
		if *sum != checksum(fields) {
			return Err(QrError::Damaged);
		}
		// It is whole, so it has fields that this version does not know.
		Self::decode_all(&mut fields).map_err(|_| QrError::OtherVersion)
	}

	/// The chain that the code belongs to.
	pub fn genesis(&self) -> H256 {
		match self {
			Self::Registrar(code) => code.genesis,
			Self::Enrollee(code) => code.genesis,
			Self::Person(code) => code.genesis,
		}
	}

	/// The code, if it is of the chain of this genesis block.
	///
	/// # Errors
	///
	/// [`QrError::OtherChain`].
	pub fn of_chain(self, genesis: H256) -> Result<Self, QrError> {
		match self.genesis() {
			found if found == genesis => Ok(self),
			found => Err(QrError::OtherChain(found)),
		}
	}

	/// The code as a registrar's.
	///
	/// # Errors
	///
	/// [`QrError::OtherKind`].
	pub fn registrar(self) -> Result<RegistrarCode, QrError> {
		match self {
			Self::Registrar(code) => Ok(code),
			other => Err(other.instead_of(REGISTRAR)),
		}
	}

	/// The code as an enrollee's.
	///
	/// # Errors
	///
	/// [`QrError::OtherKind`].
	pub fn enrollee(self) -> Result<EnrolleeCode, QrError> {
		match self {
			Self::Enrollee(code) => Ok(code),
			other => Err(other.instead_of(ENROLLEE)),
		}
	}

	/// The code as a person's.
	///
	/// # Errors
	///
	/// [`QrError::OtherKind`].
	pub fn person(self) -> Result<PersonCode, QrError> {
		match self {
			Self::Person(code) => Ok(code),
			other => Err(other.instead_of(PERSON)),
		}
	}

	fn instead_of(&self, wanted: &'static str) -> QrError {
		let found = match self {
			Self::Registrar(_) => REGISTRAR,
			Self::Enrollee(_) => ENROLLEE,
			Self::Person(_) => PERSON,
		};
		QrError::OtherKind { found, wanted }
	}
}

const REGISTRAR: &str = "the code of a registration desk";
const ENROLLEE: &str = "the code of somebody who wants to be enrolled";
const PERSON: &str = "the code of a person";

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
	let [a, b, c, d, ..] = blake2_256(bytes);
	[a, b, c, d]
}

/// Base32 without padding.
fn to_base32(bytes: &[u8]) -> String {
	let (mut text, mut bits, mut count) = (String::new(), 0u32, 0u32);
	for byte in bytes {
		(bits, count) = ((bits << 8) | u32::from(*byte), count + 8);
		while count >= 5 {
			count -= 5;
			text.push(digit(bits >> count));
		}
		bits &= (1 << count) - 1;
	}
	if count > 0 {
		text.push(digit(bits << (5 - count)));
	}
	text
}

/// The digit of the lowest five bits.
fn digit(bits: u32) -> char {
	char::from(DIGITS[(bits & 31) as usize])
}

/// The bytes of base32 without padding, if it is what [`to_base32`] makes of them.
fn from_base32(text: &str) -> Option<Vec<u8>> {
	let (mut bytes, mut bits, mut count) = (Vec::new(), 0u32, 0u32);
	for letter in text.bytes() {
		let value = DIGITS.iter().position(|digit| *digit == letter)?;
		(bits, count) = ((bits << 5) | u32::try_from(value).ok()?, count + 5);
		if count >= 8 {
			count -= 8;
			bytes.push(u8::try_from(bits >> count).ok()?);
			bits &= (1 << count) - 1;
		}
	}
	(count < 5 && bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::FutureExt;
	use proptest::prelude::*;
	use subxt_signer::sr25519::dev;

	const GENESIS: H256 = H256([1; 32]);

	fn registrar(url: String) -> RegistrarCode {
		let institution = AccountId::new([2; 32]);
		let (kind, expires) = (AccountKind::Patient, 1_800_000_000);
		RegistrarCode { genesis: GENESIS, institution, kind, url, expires }
	}

	fn codes() -> [Code; 3] {
		let asked = registrar("https://a.example".into());
		let answer = answer_to(&asked, [3; 32]);
		let account = dev::bob().account();
		let person = PersonCode { genesis: GENESIS, account };
		[Code::Registrar(asked), Code::Enrollee(answer), Code::Person(person)]
	}

	#[test]
	fn codes_come_back_and_have_only_letters_of_qr_codes() {
		for code in codes() {
			let text = code.to_text().unwrap();
			assert!(text.starts_with("VOUCHSAFE1:") && text.len() < 320, "{text}");
			let is_alphanumeric = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
			assert!(text.bytes().all(|byte| is_alphanumeric(byte) || byte == b':'), "{text}");
			assert_eq!(Code::from_text(&text), Ok(code.clone()));
			let (first, second) = text.split_at(40);
			let pasted = format!(" {first}\n{second}\n").to_lowercase();
			assert_eq!(Code::from_text(&pasted), Ok(code));
		}
	}

	/// The digits are those of RFC 4648.
	#[test]
	fn base32_is_that_of_the_rfc() {
		for (bytes, text) in [
			("", ""),
			("f", "MY"),
			("fo", "MZXQ"),
			("foo", "MZXW6"),
			("foob", "MZXW6YQ"),
			("fooba", "MZXW6YTB"),
			("foobar", "MZXW6YTBOI"),
		] {
			assert_eq!(to_base32(bytes.as_bytes()), text);
			assert_eq!(from_base32(text).unwrap(), bytes.as_bytes());
		}
		for bad in ["M", "MZ8Q", "MZ", "MZXQB", "mzxq"] {
			assert_eq!(from_base32(bad), None, "{bad}");
		}
	}

	#[test]
	fn the_longest_address_fits() {
		let text = |length| Code::Registrar(registrar("u".repeat(length))).to_text();
		assert!(text(MAX_URL).unwrap().len() <= MAX_TEXT);
		assert_eq!(text(MAX_URL + 1), Err(QrError::TooLarge));
	}

	#[test]
	fn other_texts_are_told_apart() {
		for (text, error) in [
			("", QrError::OtherProduct),
			("https://example.org", QrError::OtherProduct),
			("VOUCHSAFE", QrError::OtherProduct),
			("VOUCHSAFEX1:AAAA", QrError::OtherProduct),
			("VOUCHSAFE2:AAAA", QrError::OtherVersion),
			("VOUCHSAFE:AAAA", QrError::OtherVersion),
			("VOUCHSAFE1:", QrError::Damaged),
			("VOUCHSAFE1:AAAA", QrError::Damaged),
			("VOUCHSAFE1:äöü", QrError::Damaged),
		] {
			assert_eq!(Code::from_text(text), Err(error), "{text}");
		}
		let long = |count: usize| format!("VOUCHSAFE1:{}", "A".repeat(count));
		assert_eq!(Code::from_text(&long(MAX_TEXT - 11)), Err(QrError::Damaged));
		assert_eq!(Code::from_text(&long(MAX_TEXT - 10)), Err(QrError::TooLarge));
		assert_eq!(Code::from_text(&long(1 << 20)), Err(QrError::TooLarge));
		// A kind that this version does not know.
		let mut unknown = vec![9, 1, 2, 3];
		unknown.extend(checksum(&unknown));
		let text = format!("VOUCHSAFE1:{}", to_base32(&unknown));
		assert_eq!(Code::from_text(&text), Err(QrError::OtherVersion));
	}

	#[test]
	fn a_code_is_for_one_thing_and_one_chain() {
		let [asked, answer, person] = codes();
		assert!(asked.clone().registrar().is_ok() && answer.clone().enrollee().is_ok());
		assert!(person.clone().person().is_ok());
		let error = person.clone().registrar().unwrap_err();
		assert_eq!(
			error.to_string(),
			"this is the code of a person, but the code of a registration desk is needed here"
		);
		assert!(asked.clone().person().is_err() && asked.clone().enrollee().is_err());
		assert_eq!(answer.clone().of_chain(GENESIS), Ok(answer));
		let other = H256([9; 32]);
		assert_eq!(asked.of_chain(other), Err(QrError::OtherChain(GENESIS)));
	}

	#[test]
	fn an_answer_is_for_what_was_asked() {
		let asked = registrar("https://a.example".into());
		let answer = answer_to(&asked, [3; 32]);
		let institution = asked.institution;
		assert!(answer.is_authentic(&institution, AccountKind::Patient));
		assert!(!answer.is_authentic(&institution, AccountKind::Practitioner));
		assert!(!answer.is_authentic(&AccountId::new([9; 32]), AccountKind::Patient));
		let changes: [fn(&mut EnrolleeCode); 5] = [
			|code| code.genesis.0[0] ^= 1,
			|code| code.account = dev::bob().account(),
			|code| code.encryption_key[0] ^= 1,
			|code| code.expires += 1,
			|code| code.signature[0] ^= 1,
		];
		for change in changes {
			let mut changed = answer.clone();
			change(&mut changed);
			assert!(!changed.is_authentic(&institution, AccountKind::Patient), "{changed:?}");
		}
	}

	fn answer_to(asked: &RegistrarCode, key: [u8; 32]) -> EnrolleeCode {
		EnrolleeCode::sign(&dev::alice(), asked, key).now_or_never().unwrap().unwrap()
	}

	proptest! {
		#[test]
		fn every_code_comes_back(
			genesis: [u8; 32], account: [u8; 32], key: [u8; 32], expires: u64, url in ".{0,32}",
			kind in 0usize..AccountKind::ALL.len(),
		) {
			let (genesis, institution) = (H256(genesis), AccountId::new(account));
			let kind = AccountKind::ALL[kind];
			let asked = RegistrarCode { genesis, institution, kind, url, expires };
			let answer = answer_to(&asked, key);
			let person = PersonCode { genesis, account: AccountId::new(account) };
			for code in [Code::Registrar(asked), Code::Enrollee(answer), Code::Person(person)] {
				prop_assert_eq!(Code::from_text(&code.to_text().unwrap()), Ok(code));
			}
		}

		#[test]
		fn a_cut_or_changed_code_is_no_code(at: prop::sample::Index, letter in "[A-Z2-7]") {
			for code in codes() {
				let text = code.to_text().unwrap();
				let at = 11 + at.index(text.len() - 11);
				prop_assert_eq!(Code::from_text(&text[..at]), Err(QrError::Damaged));
				let mut changed = text.clone();
				changed.replace_range(at..=at, &letter);
				if changed != text {
					prop_assert_eq!(Code::from_text(&changed), Err(QrError::Damaged));
				}
			}
		}

		#[test]
		fn foreign_texts_never_panic(text: String, rest in "[A-Z2-7]{0,100}") {
			let _ = Code::from_text(&text);
			let _ = Code::from_text(&format!("VOUCHSAFE1:{rest}"));
		}
	}
}
