//! The reason of a request, sealed so that only the patient and those who answer requests for the patient read
//! it.
//!
//! ```text
//! version 2 = suite (1 byte: 1) ‖ number of recipients (1 byte: 1 to 4)
//!             ‖ for each recipient the secret half of a key, sealed to the recipient (81 bytes)
//!             ‖ the reason, sealed to that key
//! version 1 = the reason, sealed to the patient
//! associated data = "vouchsafe/reason/2" or "vouchsafe/reason/1" ‖ genesis ‖ patient ‖ asker
//! ```
//!
//! The key is drawn for this reason alone. The chain has place for 512 bytes, so there are at most
//! [`MOST_RECIPIENTS`]: the patient, and then the first representatives on the chain's list who are in force
//! and have the scope *requests*. What begins with the suite's byte looks sealed to the chain. Version 1 is
//! still read.

use crate::representation::known;
use anyhow::{ensure, Result};
use vouchsafe_protocol::{
	errors::ChainError,
	representatives::in_force,
	traits::View,
	types::{account_bytes, AccountId, Request, Scope, H256, SEALED_SUITE},
};
use vouchsafe_vault::seal::{self, PublicKey, Purpose, SecretKey, OVERHEAD};

/// The most bytes of a sealed reason, as the chain takes it.
const MOST_BYTES: usize = 512;
/// The most recipients.
pub const MOST_RECIPIENTS: usize = 4;
/// A key's secret half, sealed.
const SEALED_KEY: usize = 32 + OVERHEAD;

/// The longest reason for this number of recipients, in bytes.
pub const fn longest(recipients: usize) -> usize {
	MOST_BYTES - 2 - recipients * SEALED_KEY - OVERHEAD
}

/// The associated data. It binds the reason to its asker and its patient.
fn address(version: u8, genesis: &H256, patient: &AccountId, asker: &AccountId) -> Vec<u8> {
	let (patient, asker) = (account_bytes(patient), account_bytes(asker));
	let name: &[u8] = match version {
		1 => b"vouchsafe/reason/1",
		_ => b"vouchsafe/reason/2",
	};
	[name, &genesis.0, &patient, &asker].concat()
}

/// The encryption keys of the representatives who answer requests for the patient now. A custodian may refuse to
/// tell who they are: then only the patient reads the reason.
pub(super) async fn answering(
	at: &impl View,
	patient: &AccountId,
) -> Result<Vec<[u8; 32]>, ChainError> {
	let view = known(at, patient).await?;
	let answering = in_force(&view).filter(|(_, scopes)| scopes.contains(Scope::Requests));
	let mut keys = Vec::new();
	// The patient is the other recipient.
	for (account, _) in answering.take(MOST_RECIPIENTS - 1) {
		keys.extend(at.account(account).await?.map(|it| it.encryption_key));
	}
	Ok(keys)
}

/// Seals a reason to the first [`MOST_RECIPIENTS`] of these encryption keys: the patient's, and those of
/// representatives.
///
/// # Errors
///
/// It is too long for so many recipients, or a key is not usable.
pub(super) fn seal(
	genesis: &H256,
	patient: &AccountId,
	asker: &AccountId,
	recipients: &[[u8; 32]],
	reason: &str,
) -> Result<Vec<u8>> {
	let recipients = &recipients[..recipients.len().min(MOST_RECIPIENTS)];
	let (count, longest) = (u8::try_from(recipients.len())?, longest(recipients.len()));
	ensure!(
		reason.len() <= longest,
		"the reason is too long: at most {longest} bytes, because it is sealed to the patient{}, and it has {}",
		match recipients.len() {
			0 | 1 => String::new(),
			2 => " and a representative".into(),
			all => format!(" and {} representatives", all - 1),
		},
		reason.len()
	);
	let address = address(2, genesis, patient, asker);
	let key = SecretKey::random();
	let mut sealed = vec![SEALED_SUITE, count];
	for recipient in recipients {
		let to = PublicKey(*recipient);
		sealed.extend(seal::seal(&to, Purpose::Text, &address, &key.to_bytes()[..])?);
	}
	sealed.extend(seal::seal(&key.public(), Purpose::Text, &address, reason.as_bytes())?);
	Ok(sealed)
}

/// The reason of a request to this patient, if it is sealed to this key.
pub(super) fn open(
	genesis: &H256,
	patient: &AccountId,
	request: &Request,
	key: &SecretKey,
) -> Option<String> {
	let sealed = &request.reason;
	let address = |version| address(version, genesis, patient, &request.asker);
	let bytes = open_2(key, &address(2), sealed)
		.or_else(|| seal::open(key, Purpose::Text, &address(1), sealed).ok())?;
	Some(crate::text::line(&String::from_utf8_lossy(&bytes)))
}

fn open_2(key: &SecretKey, address: &[u8], sealed: &[u8]) -> Option<zeroize::Zeroizing<Vec<u8>>> {
	let [SEALED_SUITE, count, rest @ ..] = sealed else { return None };
	let (keys, text) = rest.split_at_checked(usize::from(*count).checked_mul(SEALED_KEY)?)?;
	let mut opened = keys.chunks_exact(SEALED_KEY).filter_map(|sealed| {
		let secret = seal::open(key, Purpose::Text, address, sealed).ok()?;
		Some(SecretKey::from_bytes(secret.first_chunk::<32>()?))
	});
	seal::open(&opened.next()?, Purpose::Text, address, text).ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_protocol::types::looks_sealed;

	const GENESIS: H256 = H256([1; 32]);
	const PATIENT: AccountId = AccountId::new([9; 32]);
	const ASKER: AccountId = AccountId::new([4; 32]);

	fn request(reason: Vec<u8>) -> Request {
		Request { reason, ..crate::request::tests::asked_by(&ASKER) }
	}

	fn keys<const N: usize>() -> [SecretKey; N] {
		std::array::from_fn(|_| SecretKey::random())
	}

	fn sealed(keys: &[SecretKey], reason: &str) -> Result<Vec<u8>> {
		let keys: Vec<_> = keys.iter().map(|key| key.public().0).collect();
		seal(&GENESIS, &PATIENT, &ASKER, &keys, reason)
	}

	fn opened(key: &SecretKey, reason: &[u8]) -> Option<String> {
		open(&GENESIS, &PATIENT, &request(reason.to_vec()), key)
	}

	#[test]
	fn the_patient_and_each_representative_read_a_reason() {
		let all = keys::<MOST_RECIPIENTS>();
		for count in 1..=MOST_RECIPIENTS {
			let reason = sealed(&all[..count], "second\nopinion").unwrap();
			assert!(looks_sealed(&reason), "the chain takes no other reasons");
			for (place, key) in all.iter().enumerate() {
				let read = opened(key, &reason);
				assert_eq!(read.as_deref(), (place < count).then_some("second opinion"), "{place}");
			}
		}
	}

	#[test]
	fn a_reason_of_version_1_is_read() {
		let [key, other] = keys();
		let address = address(1, &GENESIS, &PATIENT, &ASKER);
		let reason = seal::seal(&key.public(), Purpose::Text, &address, b"second opinion").unwrap();
		assert_eq!(opened(&key, &reason).as_deref(), Some("second opinion"));
		assert_eq!(opened(&other, &reason), None);
	}

	/// It says who asks whom, and nobody else's opens as it.
	#[test]
	fn a_reason_belongs_to_its_asker_and_its_patient() {
		let [key] = keys();
		let reason = sealed(std::slice::from_ref(&key), "second opinion").unwrap();
		let of_another = Request { asker: PATIENT, ..request(reason.clone()) };
		assert_eq!(open(&GENESIS, &PATIENT, &of_another, &key), None);
		assert_eq!(open(&GENESIS, &ASKER, &request(reason.clone()), &key), None);
		assert_eq!(open(&H256([2; 32]), &PATIENT, &request(reason.clone()), &key), None);
		for place in 0..reason.len() {
			let mut changed = reason.clone();
			changed[place] ^= 1;
			assert_eq!(opened(&key, &changed), None, "{place}");
			assert_eq!(opened(&key, &reason[..place]), None, "{place}");
		}
	}

	#[test]
	fn a_reason_fits_into_the_chain() {
		let all = keys::<MOST_RECIPIENTS>();
		let lengths: Vec<_> = (1..=MOST_RECIPIENTS).map(longest).collect();
		assert_eq!(lengths, [380, 299, 218, 137]);
		for count in 1..=MOST_RECIPIENTS {
			let most = longest(count);
			assert_eq!(sealed(&all[..count], &"x".repeat(most)).unwrap().len(), MOST_BYTES);
			let said = sealed(&all[..count], &"x".repeat(most + 1)).unwrap_err().to_string();
			assert!(said.contains(&format!("at most {most} bytes")), "{said}");
		}
		let empty = sealed(&all[..1], "").unwrap();
		assert_eq!(opened(&all[0], &empty).as_deref(), Some(""));
	}
}
