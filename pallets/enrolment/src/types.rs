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

/// How long ago a key can be said to have been lost or stolen, in seconds.
pub const MAX_DOUBT: Moment = 30 * 24 * 60 * 60;

/// Whether a key can be said to be in doubt since then.
pub(crate) fn is_recent(since: Moment, now: Moment) -> bool {
	now.checked_sub(since).is_some_and(|ago| ago <= MAX_DOUBT)
}

/// An enrolled account.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Account {
	/// What it is.
	pub kind: AccountKind,
	/// Whether it takes part.
	pub status: Status,
	/// Since when it has this status.
	pub status_since: Moment,
	/// Since when its key counts as lost or stolen, if it does. The account still takes part, but signs
	/// nothing.
	pub disabled_since: Option<Moment>,
	/// When its key was disabled before, if it was: one period that has all of them.
	pub doubt: Option<Doubt>,
	/// The key to which secrets are sealed for it.
	pub encryption_key: EncryptionKey,
	/// The institution that enrolled it. An institution: itself.
	pub enrolled_by: AccountId,
}

impl Account {
	/// Disables the key since a moment, or since the earlier one if it is disabled already, or enables
	/// it. Then the time of its loss remains in doubt, up to the second in which it is enabled.
	pub(crate) fn set_disabled(&mut self, since: Option<Moment>, now: Moment) {
		let before = self.disabled_since;
		self.disabled_since = since.map(|since| before.map_or(since, |before| before.min(since)));
		if let (Some(since), None) = (before, since) {
			let period = Doubt { since, until: now.saturating_add(1) };
			self.doubt = Some(self.doubt.map_or(period, |doubt| doubt.with(period)));
		}
	}

	/// When its key was in doubt, beside what [`standing`](Self::standing) says: a death or a merger
	/// does not make a key trusted that was lost before.
	pub(crate) fn doubt(&self) -> Option<Doubt> {
		let is_hidden = matches!(self.status, Status::Deceased | Status::Merged);
		let lost = self.disabled_since.filter(|_| is_hidden);
		let lost = lost.map(|since| Doubt { since, until: Moment::MAX });
		match (self.doubt, lost) {
			(Some(before), Some(lost)) => Some(before.with(lost)),
			(before, lost) => before.or(lost),
		}
	}

	/// Whether and how a patient takes part. The earlier of suspension and loss of the key counts.
	pub fn standing(&self) -> Standing {
		let since = self.status_since;
		match self.status {
			Status::Active => match self.disabled_since {
				Some(since) => Standing::Barred { since },
				None => Standing::Active,
			},
			Status::Suspended | Status::Ended => {
				let since = self.disabled_since.map_or(since, |disabled| disabled.min(since));
				Standing::Barred { since }
			},
			Status::Deceased => Standing::Deceased { since },
			Status::Merged => Standing::Merged,
			Status::Closed => Standing::Closed,
		}
	}
}

/// An institution or authority, besides its account.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Institution {
	/// Its public name, in UTF-8.
	pub name: BoundedVec<u8, ConstU32<MAX_NAME>>,
	/// Its country. It never changes: pallet-studies counts choices by it.
	pub country: Country,
	/// Its custodian, if it has named one.
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
	/// Its address.
	pub url: BoundedVec<u8, ConstU32<MAX_URL>>,
	/// The account with which it signs.
	pub account: AccountId,
	/// The key to which key shares are sealed for it.
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
	/// Whether it counts: the institution enrolled the practitioner, or the practitioner has accepted
	/// it.
	pub accepted: bool,
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
		self.accepted && self.from <= now && !self.has_ended(now)
	}
}

/// What one of an institution's staff has proposed.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct StaffProposal {
	/// Who signed the proposal.
	pub signer: AccountId,
	/// As whom.
	pub origin: AccountId,
	/// Hash of the call's content, so that the second confirms the same.
	pub content: H256,
	/// When it was proposed.
	pub at: Moment,
}

impl StaffProposal {
	/// Whether it still waits for the second.
	pub fn waits(&self, now: Moment) -> bool {
		now < self.at.saturating_add(PROPOSAL_LIFETIME)
	}
}

/// The text that an enrollee's wallet shows and signs: six lines, separated by line feeds, without
/// one after the last. Hashes, accounts and keys are in lower-case hex with `0x`, the kind is its
/// word, the expiry is in seconds since 1970.
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
/// The signature (sr25519) is over `<Bytes>`, this text and `</Bytes>`: wallets wrap everything that
/// is not a transaction like this.
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

/// The text that a custodian signs before an institution registers it: six lines like those of
/// [`enrolment_text`], signed in the same way. The address's characters are visible ASCII.
///
/// ```text
/// Vouchsafe custodian
/// chain 0x<genesis hash>
/// institution 0x<account>
/// address https://custodian.hospital-a.example
/// encryption key 0x<X25519 public key>
/// until 1798761600
/// ```
pub fn custodian_text(
	genesis: &H256,
	institution: &AccountId,
	url: &[u8],
	encryption_key: &EncryptionKey,
	expires: Moment,
) -> String {
	let institution = H256(institution.clone().into());
	let encryption_key = H256(*encryption_key);
	let url = String::from_utf8_lossy(url);
	format!(
		"Vouchsafe custodian\nchain {genesis:?}\ninstitution {institution:?}\naddress {url}\n\
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
	/// Its country: ISO 3166-1 alpha-2.
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
	/// Its address.
	pub url: String,
	/// The account with which it signs.
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
	/// The practitioner.
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
