//! Guardians: how many an account can have, and the hash that the chain stores of their list.

use crate::{AccountId, Moment};
use alloc::vec::Vec;
use codec::Encode;
use sp_core::H256;

/// The fewest guardians who have to approve a new key, and so the fewest that there can be.
pub const MIN_GUARDIANS: u8 = 2;
/// The most guardians of one account.
pub const MAX_GUARDIANS: u32 = 7;

/// How long an attempt to give an account a new key counts after it was begun, and after it can be finished,
/// in seconds, unless the council has set another time.
pub const ATTEMPT_LIFETIME: Moment = 30 * 24 * 60 * 60;

/// The hash of an account's guardians:
/// `blake2b-256("vouchsafe/guardians/1" ++ SCALE(account, guardians, salt))`.
///
/// The guardians are in strictly ascending order. The random salt keeps the chain from telling who they
/// are before they are needed.
pub fn guardians_commitment(account: &AccountId, guardians: &[AccountId], salt: &H256) -> H256 {
	let mut bytes: Vec<u8> = b"vouchsafe/guardians/1".to_vec();
	(account, guardians, salt).encode_to(&mut bytes);
	H256(sp_crypto_hashing::blake2_256(&bytes))
}

/// Whether an account may have this number of guardians with this threshold.
pub fn are_guardians_allowed(threshold: u8, count: u8) -> bool {
	(MIN_GUARDIANS..=count).contains(&threshold) && u32::from(count) <= MAX_GUARDIANS
}

#[cfg(test)]
mod tests {
	use super::*;

	const SALT: H256 = H256([5; 32]);

	fn account(byte: u8) -> AccountId {
		AccountId::new([byte; 32])
	}

	#[test]
	fn the_commitment_is_the_hash_of_the_bytes_written_out() {
		let guardians = [account(2), account(3)];
		let bytes = [
			b"vouchsafe/guardians/1".as_slice(),
			&[1; 32],
			// The length of the list, in SCALE's compact form.
			&[2 << 2],
			&[2; 32],
			&[3; 32],
			&[5; 32],
		]
		.concat();
		let expected = H256(sp_crypto_hashing::blake2_256(&bytes));
		assert_eq!(guardians_commitment(&account(1), &guardians, &SALT), expected);
	}

	#[test]
	fn another_account_list_or_salt_has_another_commitment() {
		let of = |patient, guardians: &[u8], salt| {
			let guardians: Vec<_> = guardians.iter().copied().map(account).collect();
			guardians_commitment(&account(patient), &guardians, &H256([salt; 32]))
		};
		let all = [of(1, &[2, 3], 5), of(4, &[2, 3], 5), of(1, &[2, 4], 5), of(1, &[2, 3], 6)];
		for (place, commitment) in all.iter().enumerate() {
			assert!(!all[..place].contains(commitment), "{place}");
		}
	}

	#[test]
	fn two_of_two_to_seven_of_seven_are_allowed() {
		for (threshold, count) in [(2, 2), (2, 7), (7, 7), (3, 5)] {
			assert!(are_guardians_allowed(threshold, count), "{threshold} of {count}");
		}
		for (threshold, count) in [(0, 0), (1, 1), (1, 2), (3, 2), (2, 1), (2, 8), (8, 8), (8, 7)] {
			assert!(!are_guardians_allowed(threshold, count), "{threshold} of {count}");
		}
	}
}
