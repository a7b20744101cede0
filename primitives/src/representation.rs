//! Representatives: on which basis and within which scopes a person acts for a patient, and patients whose
//! account has no key.

use crate::{
	consent::{Effect, LabelFilter, Terms},
	types::{
		bit_set, AccountId, Action, Actions, Confidentiality, EncryptionKey, Moment, Purpose,
		Purposes,
	},
	vocabulary::numbered,
};
use alloc::vec::Vec;
use bounded_collections::{BoundedVec, ConstU32};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::H256;

/// The most representatives that one patient can have at a time.
pub const MAX_REPRESENTATIVES: u32 = 16;
/// How long a registration, or an objection, waits for an authority, in seconds, unless the council sets
/// another time.
pub const REGISTRATION_LIFETIME: Moment = 30 * DAY;
/// For how long a parent can be registered at most, in seconds: nobody is a minor for longer.
pub const MAX_PARENTAL_PERIOD: Moment = 22 * 366 * DAY;
/// A day in seconds.
const DAY: Moment = 24 * 60 * 60;

numbered! {
	/// What a representative may do for a patient. The numbers 4 (erasure) and 5 (move) are reserved: there
	/// are no such calls yet.
	Scope, "scope" {
		/// Answer access requests.
		Requests = 0, "requests";
		/// Grant, amend and revoke consents.
		Consents = 1, "consents";
		/// Enter records for the patient, and label records.
		Records = 2, "records";
		/// Choose who holds the shares of the patient's records.
		Holders = 3, "holders";
	}
}

bit_set! {
	/// A set of [`Scope`].
	Scopes(u8) of Scope
}

numbered! {
	/// Why the law lets somebody act for a patient.
	LegalBasis, "legal basis" {
		/// A parent of a minor.
		Parent = 0, "parent";
		/// A guardian whom a court has appointed.
		Guardian = 1, "guardian";
		/// Somebody with a power of attorney on paper.
		Attorney = 2, "attorney";
		/// Somebody who settles the affairs of a patient who has died.
		Executor = 3, "executor";
	}
}

impl LegalBasis {
	/// The highest confidentiality of records that a representative with this basis reads by law, and that
	/// its permits for others can cover. A young person's secret is very restricted: parents do not see it.
	pub const fn highest_confidentiality(self) -> Confidentiality {
		match self {
			Self::Parent => Confidentiality::Restricted,
			Self::Guardian | Self::Attorney | Self::Executor => Confidentiality::VeryRestricted,
		}
	}
}

/// What an institution registers of a representative by law, and an authority attests.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Registration {
	/// On which basis.
	pub basis: LegalBasis,
	/// What the representative may do, besides reading.
	pub scopes: Scopes,
	/// Until when, exclusive. A parent's is the first moment of a year ([`is_new_year`]).
	pub until: Option<Moment>,
	/// A salted commitment to what proves it, such as a birth certificate or a court order.
	pub evidence: H256,
}

impl Registration {
	/// The permit by which the representative reads: every label, and the log.
	pub fn permit(&self, from: Moment) -> Terms {
		Terms {
			actions: Actions::of(&[Action::Read, Action::ReadLog]),
			purposes: Purposes::of(&[Purpose::PatientRequest]),
			labels: LabelFilter::Any,
			confidentiality: self.basis.highest_confidentiality(),
			valid_from: Some(from),
			valid_until: self.until,
			..Terms::all(Effect::Permit)
		}
	}
}

/// The representatives with whom a patient without a key is enrolled.
pub type WardRepresentatives = BoundedVec<(AccountId, Registration), ConstU32<MAX_REPRESENTATIVES>>;

/// The account of a patient who has no key:
/// `blake2b-256("vouchsafe/ward/1" ++ SCALE(genesis, institution, salt))`. Nobody has a key of which this
/// hash is the public key. The institution's staff draw the salt.
pub fn ward_account(genesis: &H256, institution: &AccountId, salt: &H256) -> AccountId {
	let mut bytes: Vec<u8> = b"vouchsafe/ward/1".to_vec();
	(genesis, institution, salt).encode_to(&mut bytes);
	AccountId::new(sp_crypto_hashing::blake2_256(&bytes))
}

/// The encryption key of a patient who has no key: `blake2b-256("vouchsafe/ward-key/1" ++ ward)`. Each 32 bytes are
/// an X25519 public key (RFC 7748, section 5), and nobody has the secret key of a hash.
pub fn ward_encryption_key(ward: &AccountId) -> EncryptionKey {
	let mut bytes: Vec<u8> = b"vouchsafe/ward-key/1".to_vec();
	ward.encode_to(&mut bytes);
	sp_crypto_hashing::blake2_256(&bytes)
}

/// The subject under which two of the staff agree on a new patient without a key:
/// `blake2b-256("vouchsafe/ward-proposal/1" ++ SCALE(institution, first byte of the salt))`. So what one of
/// the staff proposes takes at most 256 places of the chain's state.
pub fn ward_proposal(institution: &AccountId, salt: &H256) -> AccountId {
	let mut bytes: Vec<u8> = b"vouchsafe/ward-proposal/1".to_vec();
	let [place, ..] = salt.0;
	(institution, place).encode_to(&mut bytes);
	AccountId::new(sp_crypto_hashing::blake2_256(&bytes))
}

/// The hash of what two of the staff agree on when they enrol a patient without a key:
/// `blake2b-256(SCALE("ward", ward, representatives))`.
pub fn agreed_ward(ward: &AccountId, representatives: &[(AccountId, Registration)]) -> H256 {
	crate::agreed::agreed(b"ward", &(ward, representatives))
}

/// The first moment of a year, in UTC. `None` before 1970.
pub fn new_year(year: u64) -> Option<Moment> {
	/// Days from the first day of year 1 to the first day of 1970.
	const TO_1970: u64 = 719_162;
	let past = year.checked_sub(1)?;
	let leap_days = (past / 4).checked_sub(past / 100)?.checked_add(past / 400)?;
	let days = past.checked_mul(365)?.checked_add(leap_days)?.checked_sub(TO_1970)?;
	days.checked_mul(DAY)
}

/// Whether the moment is the first one of a year, in UTC. A parent's representation ends at such a moment,
/// because any other day could show a birthday on the chain. Correct up to the year 3000.
pub fn is_new_year(moment: Moment) -> bool {
	const COMMON_YEAR: Moment = 365 * DAY;
	// Leap days make this year too late by one at most.
	let year = (moment / COMMON_YEAR).saturating_add(1970);
	[year, year.saturating_sub(1)].into_iter().any(|year| new_year(year) == Some(moment))
}

#[cfg(test)]
mod tests {
	use super::*;

	const GENESIS: H256 = H256([1; 32]);

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	fn registration() -> Registration {
		Registration {
			basis: LegalBasis::Guardian,
			scopes: Scopes::of(&[Scope::Consents]),
			until: Some(2_000),
			evidence: H256([9; 32]),
		}
	}

	#[test]
	fn a_ward_is_the_hash_of_the_bytes_written_out() {
		let bytes = [b"vouchsafe/ward/1".as_slice(), &[1; 32], &[2; 32], &[3; 32]].concat();
		let expected = AccountId::new(sp_crypto_hashing::blake2_256(&bytes));
		assert_eq!(ward_account(&GENESIS, &account(2), &H256([3; 32])), expected);
		for other in [
			ward_account(&H256([4; 32]), &account(2), &H256([3; 32])),
			ward_account(&GENESIS, &account(4), &H256([3; 32])),
			ward_account(&GENESIS, &account(2), &H256([4; 32])),
		] {
			assert_ne!(other, expected);
		}
	}

	#[test]
	fn proposals_of_wards_have_256_places() {
		let of = |salt: H256| ward_proposal(&account(2), &salt);
		let bytes = [b"vouchsafe/ward-proposal/1".as_slice(), &[2; 32], &[3]].concat();
		let expected = AccountId::new(sp_crypto_hashing::blake2_256(&bytes));
		assert_eq!(of(H256([3; 32])), expected);
		let mut same = [4; 32];
		same[0] = 3;
		assert_eq!(of(H256(same)), expected);
		assert_ne!(of(H256([4; 32])), expected);
		assert_ne!(ward_proposal(&account(3), &H256([3; 32])), expected);
	}

	#[test]
	fn staff_agree_on_all_of_a_ward() {
		let of = |ward, representatives: &[(AccountId, Registration)]| {
			agreed_ward(&account(ward), representatives)
		};
		let one = [(account(5), registration())];
		let bytes = [
			// A slice's length, in SCALE's compact form.
			[4 << 2].as_slice(),
			b"ward",
			&[6; 32],
			&[1 << 2],
			&[5; 32],
			// Guardian; consents; some end, in eight bytes; the evidence.
			&[1, 0b10, 1, 0xd0, 0x07, 0, 0, 0, 0, 0, 0],
			&[9; 32],
		]
		.concat();
		assert_eq!(of(6, &one), H256(sp_crypto_hashing::blake2_256(&bytes)));
		let wider = Registration { scopes: Scopes(3), ..registration() };
		for other in [of(1, &one), of(6, &[]), of(6, &[(account(5), wider)])] {
			assert_ne!(other, of(6, &one));
		}
	}

	#[test]
	fn a_wards_encryption_key_is_a_hash_of_its_account() {
		let bytes = [b"vouchsafe/ward-key/1".as_slice(), &[6; 32]].concat();
		assert_eq!(ward_encryption_key(&account(6)), sp_crypto_hashing::blake2_256(&bytes));
	}

	/// Whatever gets a meaning later was agreed to by nobody.
	#[test]
	fn reserved_scopes_are_not_known() {
		assert!(Scopes::of(Scope::ALL).is_known());
		assert_eq!(Scopes::of(Scope::ALL).0, 0b1111);
		for reserved in 4..8 {
			assert!(!Scopes(1 << reserved).is_known(), "{reserved}");
		}
	}

	#[test]
	fn a_parent_does_not_read_what_is_very_restricted() {
		for basis in LegalBasis::ALL {
			let permit = Registration { basis: *basis, ..registration() }.permit(1_000);
			let is_parent = *basis == LegalBasis::Parent;
			let highest = if is_parent {
				Confidentiality::Restricted
			} else {
				Confidentiality::VeryRestricted
			};
			assert_eq!(permit.confidentiality, highest, "{basis}");
			assert_eq!((permit.valid_from, permit.valid_until), (Some(1_000), Some(2_000)));
			assert_eq!(permit.labels, LabelFilter::Any);
			assert!(
				permit.actions.contains(Action::ReadLog) && permit.actions.contains(Action::Read)
			);
			assert!(!permit.actions.contains(Action::Write));
			assert!(permit.purposes.include(Purpose::PatientRequest));
			assert!(!permit.purposes.include(Purpose::Treatment));
		}
	}

	#[test]
	fn new_years_are_where_the_calendar_has_them() {
		for (year, days) in [
			(1970, 0),
			(1971, 365),
			(1972, 730),
			(1973, 1_096),
			(2000, 10_957),
			(2001, 11_323),
			(2026, 20_454),
			(2100, 47_482),
			(2101, 47_847),
			(2401, 157_420),
		] {
			assert_eq!(new_year(year), Some(days * DAY), "{year}");
		}
		assert_eq!(new_year(1969), None);
		assert_eq!(new_year(0), None);
		assert_eq!(new_year(u64::MAX), None);
	}

	#[test]
	fn no_other_moment_is_a_new_year() {
		for year in 1970..3000 {
			let begins = new_year(year).unwrap();
			assert!(is_new_year(begins), "{year}");
			for near in [1, DAY, 2 * DAY, 182 * DAY] {
				assert!(!is_new_year(begins + near), "{year} and {near}");
				assert!(begins < near || !is_new_year(begins - near), "{near} before {year}");
			}
		}
		assert!(!is_new_year(Moment::MAX));
	}
}
