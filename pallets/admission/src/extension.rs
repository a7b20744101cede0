//! [`CheckEnrolled`]: who may send a transaction, how many, and which go first.
//!
//! There is no fee; this check replaces it. It wraps [`frame_system::CheckNonce`] and keeps its
//! identifier and encoding, so that wallets see nothing new. Before the pool takes a transaction it
//! refuses, in this order:
//!
//! 1. a signer who is neither enrolled nor an institution's custodian ([`codes::STRANGER`]), and a key
//!    that another one has replaced ([`codes::REPLACED`]);
//! 2. a signer who is not active or whose signing is disabled, and the custodian of an institution
//!    that is not active ([`codes::INACTIVE`]);
//! 3. a nonce that was used (`Stale`, as on every chain);
//! 4. a call when the account's or the institution's quota is spent ([`codes::QUOTA_SPENT`]);
//! 5. a nonce that is further ahead than the number of such calls left in the quota, or than
//!    [`MAX_AHEAD`] ([`codes::NONCE_TOO_FAR`]). The pool does not see what [`prepare`] takes of the
//!    quota, so this bounds how many transactions of one account can wait.
//!
//! The last two do not apply to a free revocation: it is the outermost call, or the call within a
//! representative's `act`, it revokes a permit that exists and that the signer may revoke, its nonce is the
//! next one (one at a time), and it is the account's first in this window or the institution's patients have
//! not yet used [`FREE_REVOCATIONS`] of its share. The second does not apply to such a revocation either,
//! free or not: so a patient whose key is disabled can still take back what a thief has permitted. A
//! representative with a disabled key can revoke nothing. None of the three applies to the next transaction
//! of an account if it objects to a new key that is under way for that account, or to a representative by
//! law. Otherwise an institution could disable the key or use up the quota, and give the account a key of
//! its own or a representative. Each objection ends what it objects to, or is the only one possible.
//!
//! A key that has replaced another signs for the account of the first key ([`vouchsafe_support::Keys`]).
//! The nonce is the key's. Everything else is the account's: its status, its quota, and the origin of the
//! call.
//!
//! An institution and everybody whom it enrolled share one quota, see [`Lane`](crate::Lane). The
//! codes are `InvalidTransaction::Custom`, not `ExhaustsResources`, which would make an author think
//! that the block is full.
//!
//! During the dispatch the extension notes for which account the key signed: the call of a multisig or of a
//! representative reaches the pallets as another account's, and the log must name both.
//!
//! [`prepare`]: TransactionExtension::prepare

use crate::{CallClass, Charge, Class, Config, Quota, WeightInfo};
use alloc::boxed::Box;
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
	dispatch::DispatchInfo,
	pallet_prelude::{
		InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidityError,
		Weight,
	},
	traits::OriginTrait,
};
use frame_system::CheckNonce;
use scale_info::TypeInfo;
use sp_runtime::{
	traits::{
		AsSystemOriginSigner, DispatchInfoOf, Dispatchable, Implication, PostDispatchInfoOf,
		TransactionExtension, ValidateResult,
	},
	DispatchResult, SaturatedConversion, Saturating,
};
use vouchsafe_primitives::{AccountId, KeyState};
use vouchsafe_support::{Enrolment, Keys, Signatory};

/// Why a transaction is refused: the number in `InvalidTransaction::Custom`.
pub mod codes {
	/// The signer is not enrolled.
	pub const STRANGER: u8 = 1;
	/// The nonce is further ahead than the number of such calls left in the quota.
	pub const NONCE_TOO_FAR: u8 = 2;
	/// The signer is suspended or has ended, or its signing is disabled.
	pub const INACTIVE: u8 = 3;
	/// The quota of the signer, or of its institution, is spent until the next window.
	pub const QUOTA_SPENT: u8 = 4;
	/// Another key has replaced the one that signed.
	pub const REPLACED: u8 = 5;
}

/// How many nonces ahead of the next one a transaction can be: so many of one account can wait. A
/// node's pool holds 8,192.
pub const MAX_AHEAD: u64 = 256;
/// How many calls of one class have priority in an account's window.
pub const PRIORITISED: u64 = 8;
/// A call of the council is light if it takes at most one of so many parts of a block: four
/// institutions' first ones then take half a block at most.
pub const LIGHT: u64 = 64;
/// The people of an institution that is not active have one of so many parts of a share.
pub const OF_INACTIVE: u32 = 8;
/// Free revocations use one of so many parts of an institution's share: about a block, if four
/// institutions are active.
pub const FREE_REVOCATIONS: u32 = 64;

/// Which transactions go first. An author fills a block in this order, and a full pool drops the
/// last ones.
pub mod priorities {
	use super::TransactionPriority;

	/// An institution's first calls of the council in a window, if they are light. There are few
	/// institutions, so they cannot delay the revocations below.
	pub const COUNCIL: TransactionPriority = 9_000_000;
	/// An objection to a new key or a representative. Also a free revocation, as long as the institution's
	/// patients have not used their part for them ([`FREE_REVOCATIONS`](super::FREE_REVOCATIONS)). Those of
	/// a few thousand patients fill a block.
	pub const REVOCATION: TransactionPriority = 8_000_000;
	/// The same as [`COUNCIL`], for calls that are not light, such as closing a motion.
	pub const HEAVY_COUNCIL: TransactionPriority = 7_500_000;
	/// The first suspensions, disabled keys and ended affiliations in a window by somebody who may make them.
	pub const RESTRICTION: TransactionPriority = 7_000_000;
	/// Kept for break-glass.
	pub const BREAK_GLASS: TransactionPriority = 6_000_000;
	/// Any other call of an institution or registrar: few, because what is reserved for them is
	/// small. This priority and the ones below are lower the more of its quota an institution has
	/// used, and then the more of its quota the account has used: by up to 648.
	pub const MANAGEMENT: TransactionPriority = 5_000_000;
	/// An account's first revocation in a window, if its institution's patients have used their part for
	/// free ones ([`FREE_REVOCATIONS`](super::FREE_REVOCATIONS)). A hospital can enrol so many patients
	/// that the first revocations of all of them would fill blocks for a minute.
	pub const LATER_REVOCATION: TransactionPriority = 4_500_000;
	/// An account's first openings in a window, or a custodian's acknowledgement.
	pub const CUSTODY: TransactionPriority = 4_000_000;
	/// Anything else.
	pub const ORDINARY: TransactionPriority = 1_000_000;
	/// Contributing people to a study, or removing them after it, whoever does it: research never delays
	/// care.
	pub const RESEARCH: TransactionPriority = 100_000;
}

/// Checks that the signer takes part and keeps to its quota, and then the nonce.
///
/// # Transaction Validity
///
/// `requires` and `provides` are those of `CheckNonce`; `priority` is one of [`priorities`].
#[derive(Encode, Decode, DecodeWithMemTracking, Clone, Eq, PartialEq, TypeInfo)]
#[scale_info(skip_type_params(T))]
pub struct CheckEnrolled<T: Config>(pub CheckNonce<T>);

impl<T: Config> core::fmt::Debug for CheckEnrolled<T> {
	fn fmt(&self, f: &mut core::fmt::Formatter) -> core::fmt::Result {
		write!(f, "CheckEnrolled({:?})", self.0)
	}
}

/// What `validate` hands to `prepare`.
pub enum Val<Nonce> {
	/// A signed transaction.
	Signed {
		/// For whom was signed.
		signer: AccountId,
		/// What to take from whose quota.
		charge: Box<Charge>,
		/// Whether it is a free revocation.
		free: bool,
		/// `CheckNonce`'s own.
		nonce: Nonce,
	},
	/// Another origin; nothing to do.
	NotSigned(Nonce),
}

/// What `prepare` hands to `post_dispatch`.
pub enum Pre<Nonce> {
	/// A signed transaction.
	Signed(Nonce),
	/// Another origin: the weight is given back.
	NotSigned(Weight),
}

fn refusal(code: u8) -> TransactionValidityError {
	InvalidTransaction::Custom(code).into()
}

/// The account for which the key signs: its own, unless it has replaced another key.
fn account_of<T: Config>(key: AccountId) -> Result<AccountId, TransactionValidityError> {
	match T::Keys::find(&key) {
		None => Ok(key),
		Some(KeyState::Signs(account)) => Ok(account),
		Some(KeyState::Replaced) => Err(refusal(codes::REPLACED)),
	}
}

/// The signer, if it may sign, or if the call is exempt.
fn signatory<T: Config>(
	signer: &AccountId,
	is_exempt: bool,
) -> Result<Signatory, TransactionValidityError> {
	let signatory = T::Enrolment::signatory(signer).ok_or_else(|| refusal(codes::STRANGER))?;
	if signatory.may_sign || is_exempt {
		Ok(signatory)
	} else {
		Err(refusal(codes::INACTIVE))
	}
}

/// What a transaction costs: at least 1 of each, so that no call is free.
fn cost(info: &DispatchInfo, len: usize) -> Quota {
	Quota {
		weight: info.total_weight().ref_time().max(1),
		bytes: len.saturated_into::<u32>().max(1),
	}
}

/// Checks that the quota has room for the call and for those of the account before it.
fn ensure_fits(charge: &Charge, ahead: u64) -> Result<(), TransactionValidityError> {
	let calls = charge.calls_left();
	if calls == 0 {
		return Err(refusal(codes::QUOTA_SPENT));
	}
	if ahead >= calls.min(MAX_AHEAD) {
		return Err(refusal(codes::NONCE_TOO_FAR));
	}
	Ok(())
}

/// The priority of a call that counts against a quota. The account's waiting calls count as calls
/// of the same class.
fn priority<T: Config>(class: Class, charge: &Charge, ahead: u64) -> TransactionPriority {
	let is_one_of_the_first =
		|| charge.made().is_some_and(|made| made.saturating_add(ahead) < PRIORITISED);
	let base = match class {
		Class::Council if charge.is_institution() && is_one_of_the_first() => {
			return if charge.is_light::<T>() {
				priorities::COUNCIL
			} else {
				priorities::HEAVY_COUNCIL
			}
		},
		Class::Restriction { allowed: true } if is_one_of_the_first() => {
			return priorities::RESTRICTION
		},
		Class::Opening if is_one_of_the_first() => priorities::CUSTODY,
		Class::Acknowledgement if charge.is_acknowledgement() => priorities::CUSTODY,
		Class::Research => priorities::RESEARCH,
		_ if charge.is_management() => priorities::MANAGEMENT,
		_ => priorities::ORDINARY,
	};
	base.saturating_sub(charge.handicap())
}

impl<T: Config> TransactionExtension<T::RuntimeCall> for CheckEnrolled<T>
where
	T::RuntimeCall: Dispatchable<Info = DispatchInfo>,
	<T::RuntimeCall as Dispatchable>::RuntimeOrigin: AsSystemOriginSigner<AccountId> + Clone,
	T::RuntimeOrigin: OriginTrait<AccountId = AccountId>,
{
	const IDENTIFIER: &'static str = "CheckNonce";
	type Implicit = ();
	type Val = Val<<CheckNonce<T> as TransactionExtension<T::RuntimeCall>>::Val>;
	type Pre = Pre<<CheckNonce<T> as TransactionExtension<T::RuntimeCall>>::Pre>;

	fn weight(&self, call: &T::RuntimeCall) -> Weight {
		<T as Config>::WeightInfo::check_enrolled().saturating_add(self.0.weight(call))
	}

	fn validate(
		&self,
		origin: T::RuntimeOrigin,
		call: &T::RuntimeCall,
		info: &DispatchInfoOf<T::RuntimeCall>,
		len: usize,
		self_implicit: Self::Implicit,
		inherited_implication: &impl Implication,
		source: TransactionSource,
	) -> ValidateResult<Self::Val, T::RuntimeCall> {
		let key = origin.as_system_origin_signer().cloned();
		let ahead = key.as_ref().map_or(0, |key| {
			let nonce = frame_system::Pallet::<T>::account_nonce(key);
			self.0 .0.saturating_sub(nonce).saturated_into::<u64>()
		});
		let signer = key.clone().map(account_of::<T>).transpose()?;
		let class = signer.as_ref().map(|signer| T::CallClass::class(call, signer));
		let is_next_revocation = ahead == 0 && class == Some(Class::Revocation { exists: true });
		let is_objection = ahead == 0 && class == Some(Class::Objection { admitted: true });
		let is_exempt = is_next_revocation || is_objection;
		// A stranger is told so before CheckNonce tells of missing fees.
		let signatory =
			signer.as_ref().map(|signer| signatory::<T>(signer, is_exempt)).transpose()?;
		let (mut validity, nonce, mut origin) = self.0.validate(
			origin,
			call,
			info,
			len,
			self_implicit,
			inherited_implication,
			source,
		)?;
		let (Some(signer), Some(signatory), Some(class)) = (signer, signatory, class) else {
			return Ok((validity, Val::NotSigned(nonce), origin));
		};
		if key.as_ref() != Some(&signer) {
			origin.set_caller_from_signed(signer.clone());
		}

		let cost = cost(info, len);
		let charge = Charge::new::<T>(&signer, signatory, class, cost);
		let free = is_objection || (is_next_revocation && charge.is_free_revocation());
		validity.priority = if free {
			match charge.is_within_revocations() {
				_ if is_objection => priorities::REVOCATION,
				true => priorities::REVOCATION,
				false => priorities::LATER_REVOCATION,
			}
		} else {
			ensure_fits(&charge, ahead)?;
			priority::<T>(class, &charge, ahead)
		};
		Ok((validity, Val::Signed { signer, charge: Box::new(charge), free, nonce }, origin))
	}

	fn prepare(
		self,
		val: Self::Val,
		origin: &T::RuntimeOrigin,
		call: &T::RuntimeCall,
		info: &DispatchInfoOf<T::RuntimeCall>,
		len: usize,
	) -> Result<Self::Pre, TransactionValidityError> {
		match val {
			Val::Signed { signer, charge, free, nonce } => {
				if free {
					charge.take_free::<T>();
				} else {
					charge.take::<T>();
				}
				let nonce = self.0.prepare(nonce, origin, call, info, len)?;
				crate::Signer::<T>::put(signer);
				Ok(Pre::Signed(nonce))
			},
			Val::NotSigned(nonce) => {
				let weight = self.weight(call);
				self.0.prepare(nonce, origin, call, info, len)?;
				Ok(Pre::NotSigned(weight))
			},
		}
	}

	fn post_dispatch_details(
		pre: Self::Pre,
		info: &DispatchInfo,
		post_info: &PostDispatchInfoOf<T::RuntimeCall>,
		len: usize,
		result: &DispatchResult,
	) -> Result<Weight, TransactionValidityError> {
		match pre {
			Pre::Signed(nonce) => {
				crate::Signer::<T>::kill();
				<CheckNonce<T> as TransactionExtension<T::RuntimeCall>>::post_dispatch_details(
					nonce, info, post_info, len, result,
				)
			},
			Pre::NotSigned(weight) => Ok(weight),
		}
	}
}
