//! Signed requests, and the text that an enrollee signs. Everything is wrapped in `<Bytes>`, as
//! wallet extensions do with what they are asked to sign.

use crate::{
	chain::{AccountId, H256},
	messages::{Hex, Payload, Signed},
};
use serde::{de::DeserializeOwned, Serialize};
use std::time::{SystemTime, UNIX_EPOCH};
use subxt_signer::sr25519::{self, Keypair, PublicKey, Signature};

/// What a wallet signs when it is asked to sign this text.
pub fn wrap(text: &str) -> Vec<u8> {
	[b"<Bytes>", text.as_bytes(), b"</Bytes>"].concat()
}

/// Seconds since 1970.
pub fn now() -> u64 {
	SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Signs a request to the custodian of an institution, for this moment and one use.
pub fn sign_request<T: Serialize>(
	key: &Keypair,
	genesis: H256,
	custodian: &AccountId,
	action: &str,
	body: &T,
) -> Signed {
	let mut nonce = [0; 16];
	getrandom::fill(&mut nonce).expect("the system gives randomness; qed");
	let payload = Payload {
		action: action.to_owned(),
		genesis: Hex(genesis.0),
		custodian: Hex(custodian.0),
		at: now(),
		nonce: Hex(nonce),
		body,
	};
	sign_payload(key, &payload)
}

/// Signs a payload as it is.
pub fn sign_payload<T: Serialize>(key: &Keypair, payload: &Payload<T>) -> Signed {
	let payload = serde_json::to_string(payload).expect("our own messages are JSON; qed");
	let signature = key.sign(&wrap(&payload));
	Signed { payload, account: Hex(key.public_key().0), signature: Hex(signature.0) }
}

impl Signed {
	/// Whether the signature is the account's, over the payload.
	pub fn is_authentic(&self) -> bool {
		verify(&AccountId::from(self.account.0), &self.payload, &self.signature.0)
	}

	/// The payload, which nobody has checked yet.
	pub fn payload<T: DeserializeOwned>(&self) -> Result<Payload<T>, serde_json::Error> {
		serde_json::from_str(&self.payload)
	}
}

/// Whether this is the account's signature of the wrapped text.
pub fn verify(account: &AccountId, text: &str, signature: &[u8; 64]) -> bool {
	sr25519::verify(&Signature(*signature), wrap(text), &PublicKey(account.0))
}

/// What an enrollee signs, so that nobody is enrolled without wanting it. The enrolment pallet
/// builds the same text; see its `enrolment_text`.
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
		hex::encode(institution.0),
		hex::encode(encryption_key),
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use subxt_signer::sr25519::dev;

	#[test]
	fn a_request_is_its_signers_and_for_one_use() {
		let (genesis, custodian) = (H256([1; 32]), AccountId([2; 32]));
		let sign = || sign_request(&dev::alice(), genesis, &custodian, "read", &7u32);
		let signed = sign();
		assert!(signed.is_authentic());
		let payload = signed.payload::<u32>().unwrap();
		assert_eq!((payload.genesis.0, payload.custodian.0, payload.body), ([1; 32], [2; 32], 7));
		assert!(payload.at.abs_diff(now()) < 5);
		assert_ne!(payload.nonce, sign().payload::<u32>().unwrap().nonce);

		let forged = Signed { account: Hex(dev::bob().public_key().0), ..signed.clone() };
		assert!(!forged.is_authentic());
		let changed = Signed { payload: signed.payload.replace('7', "8"), ..signed };
		assert!(!changed.is_authentic());
	}

	/// The text of the enrolment pallet's own test.
	#[test]
	fn the_enrolment_text_is_the_pallets() {
		let institution = AccountId([1; 32]);
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
}
