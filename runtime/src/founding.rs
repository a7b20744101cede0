//! The genesis of a network that people use: from its members' cards, and back. Only for the node: the
//! WASM does not have it.
//!
//! *Invariant*: whether the chain takes a member is decided by the pallets' own checks.
#![warn(missing_docs)]

use crate::{
	development, AccountId, ConsortiumConfig, CouncilConfig, EnrolmentConfig, Runtime,
	RuntimeGenesisConfig, SessionConfig, SessionKeys,
};
use pallet_collective::Instance1;
use pallet_enrolment::{GenesisCustodian, GenesisInstitution};
use sp_core::{ed25519, sr25519};
use sp_keyring::{Ed25519Keyring, Sr25519Keyring};
use sp_runtime::{traits::OpaqueKeys, DispatchError};
use std::{
	collections::BTreeMap,
	string::{String, ToString},
};
use vouchsafe_primitives::{
	card::{Card, CardValidator},
	AccountKind, Country, EncryptionKey, MemberNodes,
};

/// What a state has of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
	/// Institution or authority.
	pub kind: AccountKind,
	/// The X25519 public key of its account.
	pub encryption_key: EncryptionKey,
	/// Its public name.
	pub name: String,
	/// Its country.
	pub country: Country,
	/// Its custodian's address, account and X25519 public key.
	pub custodian: Option<(String, AccountId, EncryptionKey)>,
	/// Its session keys, if it is a validator.
	pub validator: Option<SessionKeys>,
	/// Whether it has a seat on the council.
	pub seat: bool,
	/// Its nodes.
	pub nodes: MemberNodes,
}

/// The genesis of a network with these members, each of which may enrol `cap` accounts. Tests have shorter
/// sessions than an hour.
pub fn genesis(cards: &[Card], cap: u32, session_seconds: Option<u64>) -> RuntimeGenesisConfig {
	let validator = |card: &Card| {
		let keys = session_keys(card.validator.as_ref()?);
		Some((card.institution.clone(), card.institution.clone(), keys))
	};
	let seats = cards.iter().filter(|card| card.seat).map(|card| card.institution.clone());
	let mut consortium = ConsortiumConfig::default();
	consortium.nodes = cards.iter().filter_map(nodes).collect();
	consortium.session_seconds = session_seconds.unwrap_or(consortium.session_seconds);
	RuntimeGenesisConfig {
		session: SessionConfig {
			keys: cards.iter().filter_map(validator).collect(),
			..Default::default()
		},
		council: CouncilConfig { members: seats.collect(), ..Default::default() },
		consortium,
		enrolment: enrolment(cards, cap),
		..Default::default()
	}
}

/// The card's node. None if the chain does not take it, which the node checks before.
fn nodes(card: &Card) -> Option<(AccountId, MemberNodes)> {
	let nodes = Vec::from([card.node.listed()?]).try_into().ok()?;
	Some((card.institution.clone(), nodes))
}

fn enrolment(cards: &[Card], cap: u32) -> EnrolmentConfig {
	let institution = |card: &Card| GenesisInstitution {
		account: card.institution.clone(),
		kind: card.kind,
		name: card.name.clone(),
		country: card.country.clone(),
		cap,
		encryption_key: card.encryption_key,
		custodian: Some(GenesisCustodian {
			url: card.custodian.url.clone(),
			account: card.custodian.account.clone(),
			key: card.custodian.encryption_key,
		}),
	};
	EnrolmentConfig { institutions: cards.iter().map(institution).collect(), ..Default::default() }
}

/// Checks that enrolment admits this member, with its custodian. It is called in an empty state.
///
/// # Errors
///
/// Enrolment's error, such as `InvalidName`.
pub fn check_enrolment(card: &Card) -> Result<(), String> {
	let genesis = enrolment(std::slice::from_ref(card), 0);
	crate::Enrolment::build_genesis(&genesis)
		.map_err(|error: DispatchError| <&'static str>::from(error).to_string())
}

/// Whether the validator's keys have signed the institution's account.
pub fn is_proven(institution: &AccountId, validator: &CardValidator) -> bool {
	let CardValidator { aura_proof, grandpa_proof, .. } = validator;
	let proof = [aura_proof.0, grandpa_proof.0].concat();
	session_keys(validator).ownership_proof_is_valid(institution.as_ref(), &proof)
}

fn session_keys(validator: &CardValidator) -> SessionKeys {
	SessionKeys {
		aura: sr25519::Public::from_raw(validator.aura.0).into(),
		grandpa: ed25519::Public::from_raw(validator.grandpa.0).into(),
	}
}

/// What the state in which this is called has of an institution.
pub fn member(institution: &AccountId) -> Option<Member> {
	let account = pallet_enrolment::Accounts::<Runtime>::get(institution)?;
	let entry = pallet_enrolment::Institutions::<Runtime>::get(institution)?;
	let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
	let validates = pallet_session::Validators::<Runtime>::get().contains(institution);
	let keys = pallet_session::NextKeys::<Runtime>::get(institution);
	Some(Member {
		kind: account.kind,
		encryption_key: account.encryption_key,
		name: text(&entry.name),
		country: entry.country,
		custodian: entry.custodian.map(|it| (text(&it.url), it.account, it.key)),
		validator: keys.filter(|_| validates),
		seat: pallet_collective::Members::<Runtime, Instance1>::get().contains(institution),
		nodes: pallet_consortium::Nodes::<Runtime>::get(institution),
	})
}

/// The institutions and authorities, with their names, of the state in which this is called.
pub fn institutions() -> BTreeMap<AccountId, String> {
	let all = pallet_enrolment::Institutions::<Runtime>::iter();
	all.map(|(account, it)| (account, String::from_utf8_lossy(&it.name).into_owned())).collect()
}

/// How many validators the state in which this is called has.
pub fn validators() -> usize {
	pallet_session::Validators::<Runtime>::get().len()
}

/// Whose key this is, if everybody has its secret: one of this crate's development keys, or of the SDK's.
pub fn development_key(key: &[u8]) -> Option<String> {
	public_keys().into_iter().find(|(known, _)| key == known).map(|(_, name)| name)
}

/// All keys whose secret everybody has, with their names.
pub fn public_keys() -> Vec<([u8; 32], String)> {
	let ours = development::ALL.iter().flat_map(|key| {
		let name = key.path.to_string();
		[(key.account, name.clone()), (key.encryption_key, name)]
	});
	let sr25519 = Sr25519Keyring::iter().map(|key| (key.to_raw_public(), format!("//{key}")));
	let ed25519 = Ed25519Keyring::iter().map(|key| (key.to_raw_public(), format!("//{key}")));
	ours.chain(sr25519).chain(ed25519).collect()
}

/// Whether the state in which this is called allows balance transfers, for `make bench`.
pub fn is_for_measuring() -> bool {
	crate::measuring::Enabled::<Runtime>::get()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_presets_keys_are_known() {
		for key in development::ALL {
			assert_eq!(development_key(&key.account), Some(key.path.into()));
			assert_eq!(development_key(&key.encryption_key), Some(key.path.into()));
		}
		let (alice, bob) = (Sr25519Keyring::Alice, Ed25519Keyring::Bob);
		assert_eq!(development_key(&alice.to_raw_public()), Some("//Alice".into()));
		assert_eq!(development_key(&bob.to_raw_public()), Some("//Bob".into()));
		assert_eq!(development_key(&[1; 32]), None);
	}
}
