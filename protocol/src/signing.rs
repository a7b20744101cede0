//! Signed requests, and the texts that an enrollee and a custodian sign. Everything is wrapped in
//! `<Bytes>` and `</Bytes>`, as wallet extensions wrap the bytes that they sign.

use crate::{
	messages::{Hex, Payload, Signed, SignedCustodian},
	traits::SyncOutsideWasm,
	types::{account_bytes, AccountId, H256},
};
use serde::{de::DeserializeOwned, Serialize};
use std::sync::Arc;

/// What every sr25519 signature of a Substrate chain is bound to.
const CONTEXT: &[u8] = b"substrate";

/// A key that signs by sr25519.
pub trait Signer: SyncOutsideWasm {
	/// The key's account.
	fn account(&self) -> AccountId;

	/// Signs these bytes.
	fn sign(&self, message: &[u8]) -> [u8; 64];
}

/// A key that several parts of a program use.
#[cfg(not(target_family = "wasm"))]
pub type SharedSigner = Arc<dyn Signer + Send>;

/// A key that several parts of a program use.
#[cfg(target_family = "wasm")]
pub type SharedSigner = Arc<dyn Signer>;

impl Signer for SharedSigner {
	fn account(&self) -> AccountId {
		(**self).account()
	}

	fn sign(&self, message: &[u8]) -> [u8; 64] {
		(**self).sign(message)
	}
}

#[cfg(feature = "subxt-signer")]
impl Signer for subxt_signer::sr25519::Keypair {
	fn account(&self) -> AccountId {
		AccountId::new(self.public_key().0)
	}

	fn sign(&self, message: &[u8]) -> [u8; 64] {
		Self::sign(self, message).0
	}
}

/// What a wallet signs when it is asked to sign this text.
pub fn wrap(text: &str) -> Vec<u8> {
	[b"<Bytes>", text.as_bytes(), b"</Bytes>"].concat()
}

/// Signs a request to the custodian of an institution, for one use and for this time, in seconds
/// since 1970.
pub fn sign_request<T: Serialize>(
	signer: &impl Signer,
	genesis: H256,
	custodian: &AccountId,
	action: &str,
	body: &T,
	now: u64,
) -> Signed {
	let payload = Payload {
		action: action.to_owned(),
		genesis: genesis.into(),
		custodian: custodian.into(),
		at: now,
		nonce: Hex(vouchsafe_vault::random_bytes()),
		body,
	};
	sign_payload(signer, &payload)
}

/// Signs a payload as it is.
pub fn sign_payload<T: Serialize>(signer: &impl Signer, payload: &Payload<T>) -> Signed {
	let payload = serde_json::to_string(payload).expect("our own messages are JSON; qed");
	let signature = Hex(signer.sign(&wrap(&payload)));
	Signed { payload, account: (&signer.account()).into(), signature }
}

impl Signed {
	/// Whether the signature is the account's, over the payload.
	pub fn is_authentic(&self) -> bool {
		verify(&self.account.into(), &self.payload, &self.signature.0)
	}

	/// The payload, which nobody has checked yet.
	pub fn payload<T: DeserializeOwned>(&self) -> Result<Payload<T>, serde_json::Error> {
		serde_json::from_str(&self.payload)
	}
}

/// Whether this is the account's signature of the wrapped text.
pub fn verify(account: &AccountId, text: &str, signature: &[u8; 64]) -> bool {
	let key = schnorrkel::PublicKey::from_bytes(&account_bytes(account));
	match (key, schnorrkel::Signature::from_bytes(signature)) {
		(Ok(key), Ok(signature)) => key.verify_simple(CONTEXT, &wrap(text), &signature).is_ok(),
		_ => false,
	}
}

/// The text that an enrollee signs, so that nobody is enrolled without agreeing. The enrolment
/// pallet builds the same text: see its `enrolment_text`.
pub fn enrolment_text(
	genesis: H256,
	institution: &AccountId,
	kind: &str,
	encryption_key: &[u8; 32],
	expires: u64,
) -> String {
	format!(
		"Vouchsafe enrolment\nchain 0x{}\ninstitution 0x{}\nas {kind}\nencryption key 0x{}\nuntil {expires}",
		hex::encode(genesis.0),
		hex::encode(account_bytes(institution)),
		hex::encode(encryption_key),
	)
}

/// The text that a custodian signs, so that no institution registers an account that is not its
/// custodian's. The enrolment pallet builds the same text: see its `custodian_text`.
pub fn custodian_text(
	genesis: H256,
	institution: &AccountId,
	url: &str,
	encryption_key: &[u8; 32],
	expires: u64,
) -> String {
	format!(
		"Vouchsafe custodian\nchain 0x{}\ninstitution 0x{}\naddress {url}\nencryption key 0x{}\nuntil {expires}",
		hex::encode(genesis.0),
		hex::encode(account_bytes(institution)),
		hex::encode(encryption_key),
	)
}

impl SignedCustodian {
	/// Signs, as a custodian, that this institution may register it.
	pub fn sign(
		signer: &impl Signer,
		genesis: H256,
		institution: &AccountId,
		url: &str,
		encryption_key: [u8; 32],
		expires: u64,
	) -> Self {
		let text = custodian_text(genesis, institution, url, &encryption_key, expires);
		Self {
			genesis: genesis.into(),
			institution: institution.into(),
			url: url.to_owned(),
			account: (&signer.account()).into(),
			encryption_key: Hex(encryption_key),
			expires,
			signature: Hex(signer.sign(&wrap(&text))),
		}
	}

	/// Whether the signature is the account's, over all the rest.
	pub fn is_authentic(&self) -> bool {
		let text = custodian_text(
			H256(self.genesis.0),
			&self.institution.into(),
			&self.url,
			&self.encryption_key.0,
			self.expires,
		);
		verify(&self.account.into(), &text, &self.signature.0)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use subxt_signer::sr25519::dev;

	const NOW: u64 = 1_800_000_000;

	#[test]
	fn a_request_is_its_signers_and_for_one_use() {
		let (genesis, custodian) = (H256([1; 32]), AccountId::new([2; 32]));
		let sign = || sign_request(&dev::alice(), genesis, &custodian, "read", &7u32, NOW);
		let signed = sign();
		assert!(signed.is_authentic());
		let payload = signed.payload::<u32>().unwrap();
		assert_eq!((payload.genesis.0, payload.custodian.0, payload.body), ([1; 32], [2; 32], 7));
		assert_eq!(payload.at, NOW);
		assert_ne!(payload.nonce, sign().payload::<u32>().unwrap().nonce);

		let forged = Signed { account: Hex(dev::bob().public_key().0), ..signed.clone() };
		assert!(!forged.is_authentic());
		let changed = Signed { payload: signed.payload.replace('7', "8"), ..signed };
		assert!(!changed.is_authentic());
	}

	/// The text of the enrolment pallet's own test.
	#[test]
	fn the_enrolment_text_is_the_pallets() {
		let institution = AccountId::new([1; 32]);
		let text =
			enrolment_text(H256([0xab; 32]), &institution, "patient", &[0xef; 32], 1_798_761_600);
		let expected = [
			"Vouchsafe enrolment",
			"chain 0xabababababababababababababababababababababababababababababababab",
			"institution 0x0101010101010101010101010101010101010101010101010101010101010101",
			"as patient",
			"encryption key 0xefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",
			"until 1798761600",
		];
		assert_eq!(text, expected.join("\n"));
	}

	#[test]
	fn a_registration_is_the_custodians_and_for_this_institution() {
		let sign = || {
			let (genesis, institution) = (H256([1; 32]), AccountId::new([2; 32]));
			let url = "https://a.example";
			SignedCustodian::sign(&dev::alice(), genesis, &institution, url, [3; 32], NOW)
		};
		assert!(sign().is_authentic());
		let changes: [fn(&mut SignedCustodian); 6] = [
			|signed| signed.genesis.0[0] ^= 1,
			|signed| signed.institution.0[0] ^= 1,
			|signed| signed.url.push('x'),
			|signed| signed.account = Hex(dev::bob().public_key().0),
			|signed| signed.encryption_key.0[0] ^= 1,
			|signed| signed.expires += 1,
		];
		for change in changes {
			let mut changed = sign();
			change(&mut changed);
			assert!(!changed.is_authentic(), "{changed:?}");
		}
	}

	/// The text of the enrolment pallet's own test.
	#[test]
	fn the_custodians_text_is_the_pallets() {
		let institution = AccountId::new([1; 32]);
		let url = "https://a.example";
		let text = custodian_text(H256([0xab; 32]), &institution, url, &[0xef; 32], 1_798_761_600);
		let expected = [
			"Vouchsafe custodian",
			"chain 0xabababababababababababababababababababababababababababababababab",
			"institution 0x0101010101010101010101010101010101010101010101010101010101010101",
			"address https://a.example",
			"encryption key 0xefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",
			"until 1798761600",
		];
		assert_eq!(text, expected.join("\n"));
	}

	proptest! {
		#[test]
		fn foreign_signatures_are_false(account: [u8; 32], text: String, signature: Vec<u8>) {
			let mut bytes = [0; 64];
			for (to, from) in bytes.iter_mut().zip(signature) {
				*to = from;
			}
			prop_assert!(!verify(&AccountId::new(account), &text, &bytes));
		}
	}
}
