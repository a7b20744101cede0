//! Makes a member's card, and the keys of its node.
//!
//! The keys are in the folders `keystore` and `node-key` below the base path, independent of the chain's id:
//! nobody knows the id yet. The node is started with their paths.

use super::{cards, now, write_new, MakeCard};
use codec::Encode;
use sc_network::config::{NodeKeyConfig, Secret};
use sc_service::{config::KeystoreConfig, KeystoreContainer};
use sp_core::{H256, H512};
use sp_keystore::KeystoreExt;
use sp_runtime::RuntimeAppPublic;
use sp_state_machine::BasicExternalities;
use std::{
	fs,
	os::unix::fs::{DirBuilderExt, PermissionsExt},
	path::{Path, PathBuf},
};
use vouchsafe_primitives::{
	card::{Card, CardCustodian, CardNode, CardValidator, SignedCard, CARD_VERSION},
	AccountKind,
};
use vouchsafe_runtime::{AccountId, SessionKeys};

const DAY: u64 = 24 * 60 * 60;

/// Makes a card and says what comes next.
pub fn run(options: &MakeCard) -> Result<(), String> {
	if options.out.exists() {
		return Err(format!(
			"{} exists already: name another file with --out, or remove it",
			options.out.display()
		));
	}
	let (keystore, node_key) = paths(&options.base_path);
	let card = make(options)?;
	let text = SignedCard { card: card.clone(), signature: None }.to_json();
	write_new(&options.out, &text)?;

	println!("{} is the card of {}. Nobody has signed it yet.", options.out.display(), card.name);
	if card.validator.is_some() {
		println!("  session keys  {}", keystore.display());
	}
	println!("  node key      {}", node_key.display());
	println!("Keep a copy of these keys in a safe place. The card has only their public halves.");
	println!("On the machine with the institution's key:");
	println!("  vouchsafe --key KEY council sign-card CARD --out SIGNED");
	println!("When all members have put the signed cards together, start the node:");
	println!("  {}", start_command(&options.base_path, &card));
	Ok(())
}

/// The command that starts the node with the card's keys.
fn start_command(base: &Path, card: &Card) -> String {
	let (keystore, node_key) = paths(base);
	let role = if card.validator.is_some() { " --validator" } else { "" };
	let kept =
		if card.node.archive { " --state-pruning archive --blocks-pruning archive" } else { "" };
	format!(
		"vouchsafe-node --chain SPEC{role} --base-path {} --keystore-path {} --node-key-file {}{kept}",
		base.display(),
		keystore.display(),
		node_key.display()
	)
}

/// The keystore and the node key's file below a base path.
fn paths(base: &Path) -> (PathBuf, PathBuf) {
	(base.join("keystore"), base.join("node-key"))
}

/// Makes a card. Generates the keys that are not there yet.
pub fn make(options: &MakeCard) -> Result<Card, String> {
	let (keystore, node_key) = paths(&options.base_path);
	let failed = |error| format!("cannot create {}: {error}", keystore.display());
	fs::DirBuilder::new().recursive(true).mode(0o700).create(&keystore).map_err(failed)?;
	let validator = match options.no_validator {
		true => None,
		false => Some(validator(&keystore, &options.institution)?),
	};
	let days = u64::from(options.valid_for);
	let card = Card {
		version: CARD_VERSION,
		institution: options.institution.clone(),
		encryption_key: options.encryption_key,
		name: options.name.clone(),
		country: options.country.clone(),
		kind: if options.authority { AccountKind::Authority } else { AccountKind::Institution },
		validator,
		seat: !options.no_seat,
		node: CardNode {
			peer: peer(&node_key)?,
			addresses: options.address.clone(),
			archive: options.archive,
		},
		custodian: CardCustodian {
			url: options.custodian_url.clone(),
			account: options.custodian_account.clone(),
			encryption_key: options.custodian_key,
		},
		expires: now()? + days * DAY,
	};
	let wrong = cards::check_fields(&card, options.lan);
	if !wrong.is_empty() {
		return Err(wrong.join("\n"));
	}
	Ok(card)
}

/// The session keys in the keystore, or new ones, with their proofs of possession.
fn validator(keystore: &Path, institution: &AccountId) -> Result<CardValidator, String> {
	let config = KeystoreConfig::Path { path: keystore.into(), password: None };
	let container = KeystoreContainer::new(&config)
		.map_err(|error| format!("cannot open the keystore {}: {error}", keystore.display()))?;
	let mut externalities = BasicExternalities::new_empty();
	externalities.register_extension(KeystoreExt(container.keystore()));
	externalities.execute_with(|| {
		let mut keys = SessionKeys { aura: only_key(keystore)?, grandpa: only_key(keystore)? };
		let (aura_proof, grandpa_proof) = keys
			.create_ownership_proof(institution.as_ref())
			.map_err(|()| format!("a key in {} cannot sign", keystore.display()))?;
		Ok(CardValidator {
			aura: H256::from_slice(&keys.aura.to_raw_vec()),
			aura_proof: H512::from_slice(&aura_proof.encode()),
			grandpa: H256::from_slice(&keys.grandpa.to_raw_vec()),
			grandpa_proof: H512::from_slice(&grandpa_proof.encode()),
		})
	})
}

/// The keystore's key of this type, or a new one.
fn only_key<K: RuntimeAppPublic>(keystore: &Path) -> Result<K, String> {
	let mut keys = K::all();
	match (keys.pop(), keys.is_empty()) {
		(None, _) => Ok(K::generate_pair(None)),
		(Some(key), true) => Ok(key),
		(Some(_), false) => Err(format!(
			"{} has several keys of one type: use another --base-path, or move away those that no chain uses",
			keystore.display()
		)),
	}
}

/// The peer id of the node key in this file, or of a new one.
fn peer(file: &Path) -> Result<String, String> {
	if let Ok(metadata) = fs::metadata(file) {
		if metadata.permissions().mode() & 0o077 != 0 {
			return Err(format!(
				"others may read the node key: run `chmod 600 {}`",
				file.display()
			));
		}
	}
	let key = NodeKeyConfig::Ed25519(Secret::File(file.into()));
	let key = key.into_keypair();
	let key =
		key.map_err(|error| format!("cannot use the node key {}: {error}", file.display()))?;
	Ok(key.public().to_peer_id().to_base58())
}

#[cfg(test)]
pub mod tests {
	use super::*;
	use sp_core::{sr25519, Pair};

	/// The key of the institution with this number.
	pub fn institution_key(number: u8) -> sr25519::Pair {
		sr25519::Pair::from_seed(&[number; 32])
	}

	/// The arguments of a member with this number.
	pub fn options(base: &Path, number: u8) -> MakeCard {
		MakeCard {
			base_path: base.join(number.to_string()),
			institution: institution_key(number).public().into(),
			encryption_key: H256([number + 10; 32]),
			name: format!("Hospital {number}"),
			country: "DE".into(),
			authority: false,
			no_validator: false,
			no_seat: false,
			address: vec![format!("/dns/node.hospital-{number}.example/tcp/30333")],
			archive: false,
			custodian_url: format!("https://custodian.hospital-{number}.example"),
			custodian_account: [number + 20; 32].into(),
			custodian_key: H256([number + 30; 32]),
			valid_for: 30,
			lan: false,
			out: base.join(format!("{number}.json")),
		}
	}

	/// The card, signed by the institution with this number.
	pub fn sign(card: Card, number: u8) -> SignedCard {
		let text = format!("<Bytes>{}</Bytes>", card.text());
		let signature = institution_key(number).sign(text.as_bytes());
		SignedCard { card, signature: Some(H512(signature.0)) }
	}

	/// The signed cards of this many members.
	pub fn signed_cards(base: &Path, count: u8) -> Vec<SignedCard> {
		let card = |number| sign(make(&options(base, number)).unwrap(), number);
		(1..=count).map(card).collect()
	}

	#[test]
	fn keys_are_generated_once_and_only_their_owner_reads_them() {
		let folder = tempfile::tempdir().unwrap();
		let options = options(folder.path(), 1);
		let card = make(&options).unwrap();
		assert!(vouchsafe_runtime::founding::is_proven(
			&card.institution,
			card.validator.as_ref().unwrap()
		));
		let again = make(&options).unwrap();
		assert_eq!(again.node, card.node);
		let keys = |card: &Card| card.validator.clone().map(|keys| (keys.aura, keys.grandpa));
		assert_eq!(keys(&again), keys(&card));

		let (keystore, node_key) = paths(&options.base_path);
		let mut files: Vec<_> =
			fs::read_dir(&keystore).unwrap().map(|file| file.unwrap().path()).collect();
		assert_eq!(files.len(), 2);
		files.push(node_key.clone());
		for file in &files {
			let mode = fs::metadata(file).unwrap().permissions().mode();
			assert_eq!(mode & 0o777, 0o600, "{}", file.display());
		}

		fs::set_permissions(&node_key, fs::Permissions::from_mode(0o644)).unwrap();
		let error = make(&options).unwrap_err();
		assert!(error.contains("run `chmod 600"), "{error}");
	}

	#[test]
	fn the_command_says_how_to_start_and_replaces_no_card() {
		let folder = tempfile::tempdir().unwrap();
		let options = MakeCard { archive: true, ..options(folder.path(), 1) };
		run(&options).unwrap();
		let written = fs::read_to_string(&options.out).unwrap();
		assert_eq!(SignedCard::from_json(&written).unwrap().signature, None);
		let error = run(&options).unwrap_err();
		assert!(error.contains("exists already"), "{error}");
		assert_eq!(fs::read_to_string(&options.out).unwrap(), written);
		let mut card = SignedCard::from_json(&written).unwrap().card;
		let command = "vouchsafe-node --chain SPEC --validator --base-path /n --keystore-path \
		               /n/keystore --node-key-file /n/node-key";
		let archive = format!("{command} --state-pruning archive --blocks-pruning archive");
		assert_eq!(start_command(Path::new("/n"), &card), archive);
		card.node.archive = false;
		assert_eq!(start_command(Path::new("/n"), &card), command);
	}

	#[test]
	fn a_second_key_of_one_type_is_not_chosen_from() {
		let folder = tempfile::tempdir().unwrap();
		let options = options(folder.path(), 1);
		make(&options).unwrap();
		let (keystore, _) = paths(&options.base_path);
		let config = KeystoreConfig::Path { path: keystore, password: None };
		let container = KeystoreContainer::new(&config).unwrap();
		let aura = sp_core::crypto::key_types::AURA;
		container.keystore().sr25519_generate_new(aura, None).unwrap();
		let error = make(&options).unwrap_err();
		assert!(error.contains("several keys of one type"), "{error}");
	}

	#[test]
	fn a_member_may_neither_validate_nor_have_a_seat() {
		let folder = tempfile::tempdir().unwrap();
		let options = MakeCard { no_validator: true, no_seat: true, ..options(folder.path(), 1) };
		let card = make(&options).unwrap();
		assert!(card.validator.is_none() && !card.seat);
		assert!(!start_command(&options.base_path, &card).contains("--validator"));
	}
}
