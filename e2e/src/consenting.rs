//! Patients whom three hospitals have enrolled in the genesis block, and who have chosen there to be
//! counted in every study. So measurements of studies do not begin with thousands of calls.

use crate::{
	commands::{encryption_key, keypair},
	network::{hex_of, insert_entry, INSTITUTIONS},
};
use anyhow::Result;
use codec::Encode;
use serde_json::{json, Map, Value};
use sp_crypto_hashing::blake2_256;
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::chain::{
	storage, Action, Actions, Consent, Effect, Grantee, Grantor, Purpose, Purposes, ShownText,
	Signer, Terms, H256, POLICY_VERSION,
};

/// How many hospitals have enrolled them. They are the first of [`INSTITUTIONS`].
pub const HOSPITALS: usize = 3;

/// A patient's key. It is not a development key, because deriving one takes a millisecond.
pub fn signer(number: usize) -> Keypair {
	let seed = blake2_256(format!("vouchsafe/consenting/{number}").as_bytes());
	Keypair::from_secret_key(seed).expect("32 bytes are a secret key; qed")
}

/// The place of the hospital that has enrolled the patient.
pub fn hospital(number: usize) -> usize {
	number % HOSPITALS
}

/// The patients as the genesis lists people.
pub(crate) fn people(count: usize) -> Result<Vec<Value>> {
	let hospitals = INSTITUTIONS[..HOSPITALS]
		.iter()
		.map(|hospital| Ok(keypair(hospital.seed)?.account().to_string()))
		.collect::<Result<Vec<_>>>()?;
	let key = hex_of(encryption_key("//Consenting").public().0);
	let person = |number| {
		json!({
			"account": signer(number).account().to_string(),
			"encryptionKey": key,
			"enrolledBy": hospitals[hospital(number)],
			"kind": "patient",
		})
	};
	Ok((0..count).map(person).collect())
}

/// Adds the patients' choices to the state of the genesis block.
pub(crate) fn insert_choices(state: &mut Map<String, Value>, count: usize) {
	let choice = vec![Consent {
		id: 0,
		revision: 0,
		policy_version: POLICY_VERSION,
		granted_at: 0,
		confirmed_at: None,
		terms: Terms {
			actions: Actions::of(&[Action::Aggregate]),
			purposes: Purposes::of(&[Purpose::Research, Purpose::PublicHealth]),
			..Terms::all(Effect::Permit)
		},
		text: ShownText { commitment: H256([7; 32]), language: *b"en" },
		grantor: Grantor::Patient,
	}]
	.encode();
	for number in 0..count {
		let key = storage::consents(&signer(number).account(), &Grantee::Research);
		insert_entry(state, &key.bytes, &choice);
	}
}
