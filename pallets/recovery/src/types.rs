//! Guardians, changes of key and attempts at recovery as the chain keeps them, and the text that a new key
//! signs.

use alloc::{format, string::String};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{traits::ConstU32, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::MultiSignature;
use vouchsafe_primitives::*;

/// The accounts of guardians, in strictly ascending order.
pub type GuardianList = BoundedVec<AccountId, ConstU32<MAX_GUARDIANS>>;

/// An account's guardians. The chain does not know who they are until they are needed.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct Guardians {
	/// The salted hash of their list ([`guardians_commitment`]).
	pub commitment: H256,
	/// How many of them have to approve a new key.
	pub threshold: u8,
	/// How many there are.
	pub count: u8,
	/// When the account named them. If its key was in doubt then, they do not count.
	pub set_at: Moment,
}

/// The guardians that an account has, and those who replace them.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct GuardianSets {
	/// Those whom the account has.
	pub present: Option<Guardians>,
	/// Those who count in their place from this moment on.
	pub next: Option<(Guardians, Moment)>,
}

impl GuardianSets {
	/// The guardians in force: the next ones if their time has come, else the present ones. Guardians that
	/// were named while the key was in doubt do not count.
	pub fn in_force(&self, now: Moment, is_in_doubt: impl Fn(Moment) -> bool) -> Option<Guardians> {
		let begun = self.next.filter(|(_, from)| *from <= now).map(|(next, _)| next);
		let mut sets = [begun, self.present].into_iter().flatten();
		sets.find(|guardians| !is_in_doubt(guardians.set_at))
	}

	/// The next guardians, if their time has not come and they will count then.
	pub fn waiting(
		&self,
		now: Moment,
		is_in_doubt: impl Fn(Moment) -> bool,
	) -> Option<(Guardians, Moment)> {
		self.next.filter(|(next, from)| now < *from && !is_in_doubt(next.set_at))
	}
}

/// Which of an account's guardians have begun an attempt.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct BegunBy {
	/// When the account named these guardians.
	pub set_at: Moment,
	/// When the last of them began one.
	pub at: Moment,
	/// Which of them: bit `i` is the guardian at place `i`.
	pub by: u8,
}

impl BegunBy {
	/// Whether it is of the guardians who were named then, and counts still.
	pub fn is_of(&self, set_at: Moment, now: Moment, lifetime: Moment) -> bool {
		self.set_at == set_at && now < self.at.saturating_add(lifetime)
	}
}

/// A change of key that the account began itself.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct KeyChange {
	/// The new key.
	pub key: AccountId,
	/// The encryption key that comes with it.
	pub encryption_key: EncryptionKey,
	/// From when on it can be finished.
	pub from: Moment,
}

/// Who gives the account a new key.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum By {
	/// Its guardians.
	#[codec(index = 0)]
	Guardians {
		/// All of them.
		guardians: GuardianList,
		/// Who has approved: bit `i` is the guardian at place `i`.
		approvals: u8,
		/// How many have to approve.
		threshold: u8,
		/// When the account named them. If its key was in doubt then, they do not count.
		set_at: Moment,
	},
	/// The institution that enrolled it, and an authority.
	#[codec(index = 1)]
	Institution {
		/// The institution.
		institution: AccountId,
		/// A salted commitment to what proves who asked for the key, such as the copy of an identity
		/// card.
		evidence: H256,
		/// How often an authority has attested it.
		attestations: u8,
		/// Whether the account objected. Then it takes one attestation more.
		objected: bool,
	},
}

impl By {
	/// Whether enough have approved or attested.
	pub fn is_complete(&self) -> bool {
		match self {
			Self::Guardians { approvals, threshold, .. } => {
				approvals.count_ones() >= u32::from(*threshold)
			},
			Self::Institution { attestations, objected, .. } => {
				*attestations >= 1u8.saturating_add(u8::from(*objected))
			},
		}
	}

	/// The bit of the guardian at this place of the list.
	pub fn bit(place: usize) -> u8 {
		u32::try_from(place).ok().and_then(|place| 1u8.checked_shl(place)).unwrap_or_default()
	}
}

/// An attempt to give an account a new key.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Attempt {
	/// The new key.
	pub key: AccountId,
	/// The encryption key that comes with it.
	pub encryption_key: EncryptionKey,
	/// Who gives it.
	pub by: By,
	/// When it began.
	pub at: Moment,
	/// From when on it can be finished. Nothing while approvals or attestations are missing.
	pub from: Option<Moment>,
}

impl Attempt {
	/// Whether it has lapsed: nobody has completed or finished it within this time.
	pub fn has_lapsed(&self, now: Moment, lifetime: Moment) -> bool {
		let since = self.from.map_or(self.at, |from| from.max(self.at));
		now >= since.saturating_add(lifetime)
	}
}

/// All that is known of an account's key, its guardians, and what is under way.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct RecoveryView {
	/// The key that signs for the account.
	pub key: AccountId,
	/// The guardians in force.
	pub guardians: Option<Guardians>,
	/// The guardians who replace them, and from when on.
	pub next: Option<(Guardians, Moment)>,
	/// The change of key that the account began.
	pub change: Option<KeyChange>,
	/// The attempt under way. It has not lapsed.
	pub attempt: Option<Attempt>,
}

/// A new key as it presents itself: it has signed [`key_text`].
pub(crate) struct SignedKey {
	pub(crate) key: AccountId,
	pub(crate) encryption_key: EncryptionKey,
	pub(crate) expires: Moment,
	pub(crate) signature: MultiSignature,
}

/// The text that a new key signs: six lines, separated by line feeds, without one after the last. Hashes,
/// accounts and keys are in lower-case hex with `0x`, the expiry is in seconds since 1970.
///
/// ```text
/// Vouchsafe key
/// chain 0x<genesis hash>
/// account 0x<account>
/// key 0x<the new key>
/// encryption key 0x<X25519 public key>
/// until 1798761600
/// ```
///
/// The signature (sr25519) is over `<Bytes>`, this text and `</Bytes>`: wallets wrap everything that
/// is not a transaction like this.
pub fn key_text(
	genesis: &H256,
	account: &AccountId,
	key: &AccountId,
	encryption_key: &EncryptionKey,
	expires: Moment,
) -> String {
	let account = H256(account.clone().into());
	let key = H256(key.clone().into());
	let encryption_key = H256(*encryption_key);
	format!(
		"Vouchsafe key\nchain {genesis:?}\naccount {account:?}\nkey {key:?}\n\
		 encryption key {encryption_key:?}\nuntil {expires}"
	)
}
