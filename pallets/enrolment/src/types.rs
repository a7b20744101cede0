//! Accounts, institutions and affiliations as the chain keeps them, the text that an enrollee signs,
//! and their form at genesis.

use alloc::{format, string::String, vec::Vec};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};
use sp_core::H256;
use vouchsafe_primitives::*;

/// Bytes that an institution's name can have.
pub const MAX_NAME: u32 = 64;
/// Bytes that a custodian's URL can have.
pub const MAX_URL: u32 = 128;

/// Somebody who takes part.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Account {
	/// What it is.
	pub kind: AccountKind,
	/// Whether it takes part now.
	pub status: Status,
	/// Whether its key is lost: the account takes part, through its proxies, but signs nothing.
	pub signing_disabled: bool,
	/// To which key secrets are sealed for it.
	pub encryption_key: EncryptionKey,
	/// The institution that enrolled it. An institution: itself.
	pub enrolled_by: AccountId,
}

/// What is known of an institution or authority besides its account.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Institution {
	/// Its public name, in UTF-8.
	pub name: BoundedVec<u8, ConstU32<MAX_NAME>>,
	/// Where it lies.
	pub country: Country,
	/// Its custodian, once it has named one.
	pub custodian: Option<Custodian>,
	/// How many accounts it may enrol.
	pub cap: u32,
	/// How many it has enrolled.
	pub enrolled: u32,
}

/// The daemon that keeps an institution's key shares.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Custodian {
	/// Where it is reached.
	pub url: BoundedVec<u8, ConstU32<MAX_URL>>,
	/// With which account it signs.
	pub account: AccountId,
	/// To which key shares are sealed for it.
	pub key: EncryptionKey,
}

/// A practitioner's work at an institution.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Affiliation {
	/// As what.
	pub role: Role,
	/// From when on.
	pub from: Moment,
	/// Until when, exclusive.
	pub until: Option<Moment>,
	/// Whether an authority has attested the licence.
	pub attested: bool,
	/// The care teams.
	pub teams: BoundedVec<TeamId, ConstU32<MAX_TEAMS>>,
}

impl Affiliation {
	/// Whether it has ended.
	pub fn has_ended(&self, now: Moment) -> bool {
		self.until.is_some_and(|until| until <= now)
	}

	/// Whether it is in force.
	pub fn is_in_force(&self, now: Moment) -> bool {
		self.from <= now && !self.has_ended(now)
	}
}

/// Whether an account of this kind is an institution or authority.
pub(crate) fn is_institution(kind: AccountKind) -> bool {
	matches!(kind, AccountKind::Institution | AccountKind::Authority)
}

/// The text that whoever is to be enrolled signs, for a wallet to show: six lines, parted by line
/// feeds, none after the last. Hashes, accounts and keys are in lower-case hex with `0x`, the
/// kind is in lower case, the expiry in seconds since 1970.
///
/// ```text
/// Vouchsafe enrolment
/// chain 0x<genesis hash>
/// institution 0x<account>
/// as patient
/// encryption key 0x<X25519 public key>
/// until 1798761600
/// ```
///
/// What is signed (sr25519) is `<Bytes>`, this text, `</Bytes>`: the wrapping with which wallets
/// sign what is no transaction.
pub fn enrolment_text(
	genesis: &H256,
	institution: &AccountId,
	kind: AccountKind,
	encryption_key: &EncryptionKey,
	expires: Moment,
) -> String {
	let institution = H256(institution.clone().into());
	let encryption_key = H256(*encryption_key);
	format!(
		"Vouchsafe enrolment\nchain {genesis:?}\ninstitution {institution:?}\nas {kind}\n\
		 encryption key {encryption_key:?}\nuntil {expires}"
	)
}

/// An institution or authority at genesis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisInstitution {
	/// Its account.
	pub account: AccountId,
	/// Institution or authority.
	pub kind: AccountKind,
	/// Its public name.
	pub name: String,
	/// Where it lies: ISO 3166-1 alpha-2.
	pub country: String,
	/// How many accounts it may enrol.
	pub cap: u32,
	/// Its X25519 public key.
	pub encryption_key: H256,
	/// Its custodian.
	pub custodian: Option<GenesisCustodian>,
}

/// A custodian at genesis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisCustodian {
	/// Where it is reached.
	pub url: String,
	/// With which account it signs.
	pub account: AccountId,
	/// Its X25519 public key.
	pub key: H256,
}

/// Another account at genesis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisPerson {
	/// The account.
	pub account: AccountId,
	/// What it is.
	pub kind: AccountKind,
	/// Its X25519 public key.
	pub encryption_key: H256,
	/// The institution that counts as having enrolled it.
	pub enrolled_by: AccountId,
}

/// An affiliation at genesis, without end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GenesisAffiliation {
	/// Who.
	pub practitioner: AccountId,
	/// Where.
	pub institution: AccountId,
	/// As what.
	pub role: Role,
	/// Whether the licence is attested.
	pub attested: bool,
	/// The care teams.
	pub teams: Vec<TeamId>,
}
