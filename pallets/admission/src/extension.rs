//! [`CheckEnrolled`]: who may send a transaction, how many, and which go first.
//!
//! There is no fee; this check replaces it. It wraps [`frame_system::CheckNonce`] and keeps its
//! identifier and encoding, so that wallets see nothing new. Before the pool takes a transaction it
//! refuses, in this order:
//!
//! 1. a signer who is neither enrolled nor an institution's custodian ([`codes::STRANGER`]);
//! 2. a signer who is not active or whose signing is disabled, and the custodian of an institution
//!    that is not active ([`codes::INACTIVE`]);
//! 3. a nonce that was used (`Stale`, as on every chain);
//! 4. a call when the window's quota is spent ([`codes::QUOTA_SPENT`]);
//! 5. a nonce that is further ahead than the number of such calls left in the quota
//!    ([`codes::NONCE_TOO_FAR`]). The pool does not see what [`prepare`] takes of the quota, so
//!    this bounds how many transactions of one account can wait.
//!
//! The last two do not apply to a revocation that is the outermost call, if its consent exists and
//! is the signer's, and its nonce is the next one: one at a time.
//!
//! An institution, its custodian and the practitioners it enrolled share one quota. The codes are
//! `InvalidTransaction::Custom`, not `ExhaustsResources`, which would make an author think that
//! the block is full.
//!
//! During the dispatch the extension notes the signer: a multisig's call reaches the pallets
//! as another account's, and the log must name both.
//!
//! [`prepare`]: TransactionExtension::prepare

use crate::{CallClass, Class, Config, Pallet, Quota, Usage, WeightInfo, WindowUsage};
use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_support::{
	dispatch::DispatchInfo,
	pallet_prelude::{
		InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidityError,
		Weight,
	},
	traits::Get,
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
use vouchsafe_primitives::{AccountId, AccountKind};
use vouchsafe_support::{Enrolment, Signatory};

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
}

/// Which transactions go first. There is room for break-glass between [`REVOCATION`] and
/// [`CUSTODY`].
///
/// [`REVOCATION`]: priorities::REVOCATION
/// [`CUSTODY`]: priorities::CUSTODY
pub mod priorities {
	use super::TransactionPriority;

	/// A revocation that is exempt from the quota.
	pub const REVOCATION: TransactionPriority = 4_000_000;
	/// An opening, or a custodian's acknowledgement.
	pub const CUSTODY: TransactionPriority = 2_000_000;
	/// Anything else. Not 0, so that a transaction can be told from one without a priority.
	pub const ORDINARY: TransactionPriority = 1_000_000;
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

/// What a transaction costs, and whose quota pays for it.
pub struct Charge {
	payer: AccountId,
	quota: Quota,
	cost: Quota,
}

impl Charge {
	/// The quota that the signer's transactions count against.
	fn new<T: Config>(signer: &AccountId, signatory: Signatory, cost: Quota) -> Self {
		match signatory.kind {
			Some(AccountKind::Patient | AccountKind::Person | AccountKind::Researcher) => {
				Self { payer: signer.clone(), quota: T::PersonQuota::get(), cost }
			},
			Some(AccountKind::Institution | AccountKind::Authority | AccountKind::Practitioner)
			| None => Self { payer: signatory.institution, quota: T::InstitutionQuota::get(), cost },
		}
	}

	/// How many calls like this one are left in the window.
	fn calls_left<T: Config>(&self) -> u64 {
		let usage = Usage::<T>::get(&self.payer);
		let current = usage.window == Pallet::<T>::window();
		let left = if current { usage.left(&self.quota) } else { self.quota };
		left.calls(&self.cost)
	}

	/// Takes the cost from the quota.
	fn take<T: Config>(&self) -> Result<(), TransactionValidityError> {
		if self.calls_left::<T>() == 0 {
			return Err(refusal(codes::QUOTA_SPENT));
		}
		let window = Pallet::<T>::window();
		Usage::<T>::mutate(&self.payer, |usage| {
			if usage.window != window {
				*usage = WindowUsage { window, ..Default::default() };
			}
			usage.weight = usage.weight.saturating_add(self.cost.weight);
			usage.bytes = usage.bytes.saturating_add(self.cost.bytes);
		});
		Ok(())
	}
}

/// What `validate` hands to `prepare`.
pub enum Val<Nonce> {
	/// A signed transaction.
	Signed {
		/// Who signed.
		signer: AccountId,
		/// What to take from whose quota; `None` for a revocation that is exempt.
		charge: Option<Charge>,
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

/// The signer, if it may sign.
fn signatory<T: Config>(signer: &AccountId) -> Result<Signatory, TransactionValidityError> {
	let signatory = T::Enrolment::signatory(signer).ok_or_else(|| refusal(codes::STRANGER))?;
	if signatory.may_sign {
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

impl<T: Config> TransactionExtension<T::RuntimeCall> for CheckEnrolled<T>
where
	T::RuntimeCall: Dispatchable<Info = DispatchInfo>,
	<T::RuntimeCall as Dispatchable>::RuntimeOrigin: AsSystemOriginSigner<AccountId> + Clone,
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
		let signer = origin.as_system_origin_signer().cloned();
		// A stranger is told so before CheckNonce tells of missing fees.
		let signatory = signer.as_ref().map(signatory::<T>).transpose()?;
		let (mut validity, nonce, origin) = self.0.validate(
			origin,
			call,
			info,
			len,
			self_implicit,
			inherited_implication,
			source,
		)?;
		let (Some(signer), Some(signatory)) = (signer, signatory) else {
			return Ok((validity, Val::NotSigned(nonce), origin));
		};

		let ahead: u64 = self
			.0
			 .0
			.saturating_sub(frame_system::Pallet::<T>::account_nonce(&signer))
			.saturated_into();
		let class = T::CallClass::class(call, &signer);
		let charge = if ahead == 0 && class == (Class::Revocation { exists: true }) {
			validity.priority = priorities::REVOCATION;
			None
		} else {
			let is_custodian = signatory.kind.is_none();
			let charge = Charge::new::<T>(&signer, signatory, cost(info, len));
			let calls = charge.calls_left::<T>();
			if calls == 0 {
				return Err(refusal(codes::QUOTA_SPENT));
			}
			if ahead >= calls {
				return Err(refusal(codes::NONCE_TOO_FAR));
			}
			validity.priority = match class {
				Class::Opening => priorities::CUSTODY,
				Class::Acknowledgement if is_custodian => priorities::CUSTODY,
				_ => priorities::ORDINARY,
			};
			Some(charge)
		};
		Ok((validity, Val::Signed { signer, charge, nonce }, origin))
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
			Val::Signed { signer, charge, nonce } => {
				if let Some(charge) = charge {
					charge.take::<T>()?;
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
