//! The check at the pool's door: who may send a transaction, how many, and which go first.
//!
//! There is no fee, so this stands in its place. It wraps [`frame_system::CheckNonce`] and keeps
//! its identifier and encoding, so that wallets see nothing new. Before the pool takes a
//! transaction it refuses, in this order:
//!
//! 1. a signer who is neither enrolled nor an active institution's custodian ([`codes::STRANGER`]);
//! 2. one who is not active or whose signing is disabled ([`codes::INACTIVE`]);
//! 3. a nonce that was used (`Stale`, as everywhere);
//! 4. where the window's quota is spent ([`codes::QUOTA_SPENT`]);
//! 5. a nonce further ahead than calls like this one are left in the quota
//!    ([`codes::NONCE_TOO_FAR`]): the pool does not see what [`prepare`] takes of the quota, so
//!    what one account can have waiting is bounded by its nonces.
//!
//! A revocation passes over the last two where it is the outermost call, its consent exists and is
//! the signer's, and its nonce is the next: one at a time.
//!
//! An institution, its custodian and the practitioners it enrolled share one quota. The codes are
//! `InvalidTransaction::Custom`, not `ExhaustsResources`, which would make an author think that
//! the block is full.
//!
//! For the length of the dispatch the extension notes the signer: a proxy's call reaches the
//! pallets as another's, and the log must name both.
//!
//! [`prepare`]: TransactionExtension::prepare

use crate::{
	Accounts, CallClass, Class, Config, CustodianAccounts, Pallet, Quota, Usage, WeightInfo,
	WindowUsage,
};
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
use vouchsafe_primitives::{AccountId, AccountKind, Status};

/// What a refused transaction is told: the number in `InvalidTransaction::Custom`.
pub mod codes {
	/// The signer is not enrolled.
	pub const STRANGER: u8 = 1;
	/// The nonce is further ahead than calls like this one are left in the quota.
	pub const NONCE_TOO_FAR: u8 = 2;
	/// The signer is suspended or has ended, or its signing is disabled.
	pub const INACTIVE: u8 = 3;
	/// The quota of the signer, or of its institution, is spent until the next window.
	pub const QUOTA_SPENT: u8 = 4;
}

/// Which transactions go first. Between [`REVOCATION`] and [`CUSTODY`] lies room for break-glass.
///
/// [`REVOCATION`]: priorities::REVOCATION
/// [`CUSTODY`]: priorities::CUSTODY
pub mod priorities {
	use super::TransactionPriority;

	/// A revocation that passes over the quota.
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

/// Who signs, and whose quota it goes by.
struct Signatory {
	/// Whose quota it is.
	holder: AccountId,
	/// How much that is a window.
	quota: Quota,
	/// Whether a custodian signs.
	is_custodian: bool,
}

/// What a transaction takes of whose quota.
pub struct Charge {
	holder: AccountId,
	quota: Quota,
	cost: Quota,
}

impl Charge {
	/// How many calls like this one are left in the window.
	fn calls_left<T: Config>(&self) -> u64 {
		let usage = Usage::<T>::get(&self.holder);
		let left = if usage.window == window::<T>() { usage.left(&self.quota) } else { self.quota };
		left.calls(&self.cost)
	}

	/// Takes it.
	fn take<T: Config>(&self) -> Result<(), TransactionValidityError> {
		if self.calls_left::<T>() == 0 {
			return Err(refusal(codes::QUOTA_SPENT));
		}
		let window = window::<T>();
		Usage::<T>::mutate(&self.holder, |usage| {
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
		/// What to take of whose quota; `None` for a revocation that passes over it.
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

impl<T: Config> Pallet<T> {
	/// Who signs, if that account may.
	fn signatory(signer: &AccountId) -> Result<Signatory, TransactionValidityError> {
		if let Some(account) = Accounts::<T>::get(signer) {
			if account.status != Status::Active || account.signing_disabled {
				return Err(refusal(codes::INACTIVE));
			}
			let (holder, quota) = match account.kind {
				AccountKind::Institution | AccountKind::Authority => {
					(signer.clone(), T::InstitutionQuota::get())
				},
				AccountKind::Practitioner => (account.enrolled_by, T::InstitutionQuota::get()),
				AccountKind::Patient | AccountKind::Person | AccountKind::Researcher => {
					(signer.clone(), T::PersonQuota::get())
				},
			};
			return Ok(Signatory { holder, quota, is_custodian: false });
		}

		let institution =
			CustodianAccounts::<T>::get(signer).ok_or_else(|| refusal(codes::STRANGER))?;
		if !Self::is_active(&institution) {
			return Err(refusal(codes::INACTIVE));
		}
		Ok(Signatory { holder: institution, quota: T::InstitutionQuota::get(), is_custodian: true })
	}
}

/// The number of the window that this block lies in.
fn window<T: Config>() -> u32 {
	let block: u32 = frame_system::Pallet::<T>::block_number().saturated_into();
	block.checked_div(T::Window::get()).unwrap_or_default()
}

/// What a transaction counts as: at least 1 of each, so that nothing is for nothing.
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
		let signatory = signer.as_ref().map(Pallet::<T>::signatory).transpose()?;
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
			let Signatory { holder, quota, .. } = signatory;
			let charge = Charge { holder, quota, cost: cost(info, len) };
			let calls = charge.calls_left::<T>();
			if calls == 0 {
				return Err(refusal(codes::QUOTA_SPENT));
			}
			if ahead >= calls {
				return Err(refusal(codes::NONCE_TOO_FAR));
			}
			validity.priority = match class {
				Class::Opening => priorities::CUSTODY,
				Class::Acknowledgement if signatory.is_custodian => priorities::CUSTODY,
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
