//! What the wallet's core works out for fixed inputs: keys from words, sentences, calls, what is signed,
//! synced data, passphrases. A patient signs on a phone what a command shows elsewhere, so both must
//! be equal byte for byte. The native test compares with `vectors.json`, and `scripts/wallet-vectors`
//! does the same with this crate in WebAssembly.

use codec::Encode;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use vouchsafe_agent::{
	consent::signed_sentence, english::speech_of, keys::KeyFile, labels::LabelTable, names::Names,
};
use vouchsafe_protocol::{
	calls::{batch_all, AccessRequestsCall, ConsentCall, RuntimeCall},
	extrinsics::{self, Binding, Mortality, RuntimeVersion},
	types::{
		address, AccountId, Action, Actions, Categories, Category, DataPeriod, Effect, Grantee,
		Purpose, Purposes, ShownText, Terms, H256,
	},
};
use vouchsafe_speech::LANGUAGES;
use vouchsafe_vault::{passphrase, seal::SecretKey, synced::SyncedKey};

const WORDS: &str = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
const HOSPITAL: [u8; 32] = [1; 32];
const DOCTOR: [u8; 32] = [2; 32];

/// All results as JSON, by what they are.
///
/// # Panics
///
/// If something can't be worked out: the inputs are fixed.
pub fn vectors() -> String {
	let all: BTreeMap<&str, Value> = [
		("keys from words", keys()),
		("sentences", sentences()),
		("calls", calls()),
		("signed payload", payload()),
		("synced data, opened", synced()),
		("passphrases, opened", passphrases()),
	]
	.into();
	let mut text = serde_json::to_string_pretty(&all).expect("text and numbers are JSON; qed");
	text.push('\n');
	text
}

/// Account and encryption key, by the counter.
fn keys() -> Value {
	let key = |counter| {
		let file = KeyFile::from_words(WORDS, Some(counter)).expect("the words are right");
		let identity = file.identity("").expect("they make a key");
		json!({ "account": address(&identity.account()), "encryption": hex::encode(identity.encryption_key()) })
	};
	[0, 1].map(key).to_vec().into()
}

fn hospital() -> AccountId {
	AccountId::new(HOSPITAL)
}

/// Consents that use the grammar: lists, periods, ends, denials, names that need quotes.
fn consents() -> Vec<(Grantee, Terms)> {
	let some = Terms {
		categories: Categories::of(&[Category::Laboratory, Category::Prescription]),
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		data_period: DataPeriod { from: Some(1_488), to: Some(1_499) },
		valid_until: Some(1_798_761_600),
		..Terms::all(Effect::Permit)
	};
	let person =
		Grantee::PractitionerAt { practitioner: AccountId::new(DOCTOR), institution: hospital() };
	vec![
		(Grantee::Institution(hospital()), some.clone()),
		(person, Terms { records: Default::default(), valid_until: None, ..some }),
		(Grantee::Everyone, Terms::all(Effect::Deny { binds_break_glass: true })),
	]
}

/// Each consent as it is signed, in each language.
fn sentences() -> Value {
	let mut names = Names::default();
	names.add_institution("Hospital “A”, and all", hospital());
	names.add_staff("Dr. \u{202e}Eva <b>", AccountId::new(DOCTOR));
	let sentence = |language| {
		let speech = speech_of(language);
		consents()
			.iter()
			.map(|(to, terms)| signed_sentence(speech, &names, &LabelTable::default(), to, terms))
			.collect::<Vec<_>>()
	};
	let all: BTreeMap<_, _> = LANGUAGES.map(|language| (language, sentence(language))).into();
	json!(all)
}

fn grants() -> Vec<RuntimeCall> {
	let text = ShownText { commitment: H256([7; 32]), language: *b"de" };
	consents()
		.into_iter()
		.map(|(grantee, terms)| ConsentCall::grant { grantee, terms, text }.into())
		.collect()
}

/// The bytes of calls.
fn calls() -> Value {
	let revoke = ConsentCall::revoke { grantee: Grantee::Institution(hospital()), id: 3 };
	let others =
		[revoke.into(), AccessRequestsCall::deny { request: 9 }.into(), batch_all(grants())];
	let all = grants().into_iter().chain(others);
	all.map(|call| hex::encode(call.encode())).collect::<Vec<_>>().into()
}

/// What is signed of an extrinsic.
fn payload() -> Value {
	let binding = Binding {
		version: RuntimeVersion { spec_version: 9, transaction_version: 1 },
		genesis: H256([3; 32]),
		mortality: Mortality::new(1_000, 64),
		from: H256([4; 32]),
		nonce: 70,
	};
	let each = grants().into_iter().map(|call| hex::encode(extrinsics::payload(&call, &binding)));
	each.collect::<Vec<_>>().into()
}

/// A vector of the vault.
fn vector(text: &str) -> Value {
	serde_json::from_str(text).expect("the vault's vectors are JSON")
}

fn bytes(of: &Value, field: &str) -> Vec<u8> {
	hex::decode(of[field].as_str().expect("a text")).expect("hexadecimal digits")
}

fn array(of: &Value, field: &str) -> [u8; 32] {
	bytes(of, field).try_into().expect("32 bytes")
}

/// Data that another device has sealed.
fn synced() -> Value {
	let vector = vector(include_str!("../../../vault/vectors/synced.json"));
	let key = SyncedKey::of(&SecretKey::from_bytes(&array(&vector, "secret")));
	let (genesis, account) = (array(&vector, "genesis"), array(&vector, "account"));
	let sealed = key.seal(&genesis, &account, 5, b"our own").expect("it is short");
	let (revision, opened) = key.open(&genesis, &account, &sealed).expect("it is ours");
	let mut changed = sealed;
	changed[40] ^= 1;
	json!({
		"revision": revision,
		"opened": hex::encode(&*opened),
		"changed": key.open(&genesis, &account, &changed).is_err(),
	})
}

/// What was sealed under passphrases, as the vault's vectors have it.
fn passphrases() -> Value {
	let vectors = vector(include_str!("../../../vault/vectors/passphrase.json"));
	let opened = vectors["sealed"].as_array().expect("a list").iter().map(|vector| {
		let passphrase = vector["passphrase"].as_str().expect("a text");
		let opened =
			passphrase::open(&bytes(vector, "domain"), passphrase, &bytes(vector, "sealed"));
		hex::encode(&*opened.expect("it is the right passphrase"))
	});
	opened.collect::<Vec<_>>().into()
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod browser {
	/// Takes the texts of a language that is not in the module, as the wallet does.
	#[wasm_bindgen::prelude::wasm_bindgen]
	pub fn learn(language: &str, texts: &str) {
		vouchsafe_agent::english::learn(language, texts);
	}

	/// The results, worked out in WebAssembly.
	#[wasm_bindgen::prelude::wasm_bindgen]
	pub fn vectors() -> String {
		super::vectors()
	}
}

#[cfg(test)]
mod tests {
	use std::{fs, path::Path};

	#[test]
	fn native_results_are_the_recorded_ones() {
		let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors.json");
		let found = super::vectors();
		if std::env::var_os("UPDATE").is_some() {
			fs::write(&file, &found).expect("can be written");
		}
		assert_eq!(found, fs::read_to_string(&file).unwrap_or_default());
	}
}
