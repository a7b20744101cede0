//! Calls. There is one way to make one: a [`RuntimeCall`], which a pallet's own call turns into.
//!
//! ```
//! use vouchsafe_protocol::{calls::{ConsentCall, RuntimeCall}, types::Grantee};
//!
//! let call: RuntimeCall = ConsentCall::revoke { grantee: Grantee::Everyone, id: 3 }.into();
//! ```

use crate::types::{AccountId, Effect};

pub use crate::runtime::runtime_types::{
	frame_system::pallet::Call as SystemCall,
	pallet_access_requests::pallet::Call as AccessRequestsCall,
	pallet_balances::pallet::Call as BalancesCall,
	pallet_collective::pallet::Call as CouncilCall,
	pallet_consent::pallet::Call as ConsentCall,
	pallet_consortium::pallet::Call as ConsortiumCall,
	pallet_custody::pallet::Call as CustodyCall,
	pallet_enrolment::pallet::Call as EnrolmentCall,
	pallet_multisig::{pallet::Call as MultisigCall, Timepoint},
	pallet_records::pallet::Call as RecordsCall,
	pallet_utility::pallet::Call as UtilityCall,
	sp_runtime::{multiaddress::MultiAddress, MultiSignature},
	sp_weights::weight_v2::Weight,
	vouchsafe_runtime::RuntimeCall,
};

macro_rules! pallet_calls {
	($($pallet:ident: $call:ident,)*) => {
		$(impl From<$call> for RuntimeCall {
			fn from(call: $call) -> Self {
				Self::$pallet(call)
			}
		})*
	};
}

pallet_calls! {
	System: SystemCall,
	Balances: BalancesCall,
	Council: CouncilCall,
	Consortium: ConsortiumCall,
	Utility: UtilityCall,
	Multisig: MultisigCall,
	Enrolment: EnrolmentCall,
	Records: RecordsCall,
	Consent: ConsentCall,
	AccessRequests: AccessRequestsCall,
	Custody: CustodyCall,
}

/// The most that a call may weigh when it is dispatched later, by a motion or a multisig: far more
/// than any of our calls does, far less than a block.
pub const MAX_WEIGHT: Weight = Weight { ref_time: 50_000_000_000, proof_size: 1 << 20 };

/// Calls that all succeed or all have no effect.
pub fn batch_all(calls: Vec<RuntimeCall>) -> RuntimeCall {
	UtilityCall::batch_all { calls }.into()
}

/// A call by an account of several signatories, in the name of one of them. `others` are the other
/// signatories, and `begun` says when the first of them approved, if one did.
pub fn as_multi(
	threshold: u16,
	mut others: Vec<AccountId>,
	begun: Option<Timepoint<u32>>,
	call: RuntimeCall,
) -> RuntimeCall {
	others.sort();
	MultisigCall::as_multi {
		threshold,
		other_signatories: others,
		maybe_timepoint: begun,
		call: Box::new(call),
		max_weight: MAX_WEIGHT,
	}
	.into()
}

/// A call as Root, which a motion of the council dispatches.
pub fn as_root(call: RuntimeCall) -> RuntimeCall {
	ConsortiumCall::dispatch_as_root { call: Box::new(call) }.into()
}

/// Whether a call gives somebody access: a permit, or a record whose shares are sealed to its holders.
/// It is not said of amendments and revocations: whether they give access depends on what the consent
/// says, and who makes the call knows that.
pub fn gives_access(call: &RuntimeCall) -> bool {
	match call {
		RuntimeCall::Consent(ConsentCall::grant { terms, .. }) => terms.effect == Effect::Permit,
		RuntimeCall::Consent(call) => matches!(
			call,
			ConsentCall::confirm { .. }
				| ConsentCall::grant_assisted { .. }
				| ConsentCall::confirm_assisted { .. }
		),
		RuntimeCall::AccessRequests(call) => matches!(call, AccessRequestsCall::approve { .. }),
		RuntimeCall::Records(call) => matches!(
			call,
			RecordsCall::create { .. }
				| RecordsCall::create_many { .. }
				| RecordsCall::add_version { .. }
		),
		RuntimeCall::Utility(
			UtilityCall::batch { calls }
			| UtilityCall::batch_all { calls }
			| UtilityCall::force_batch { calls },
		) => calls.iter().any(gives_access),
		_ => false,
	}
}

/// Whether a call only takes access away, and does no harm if it comes late or is repeated: a deny, a
/// refusal, the revocation of a permit in doubt, or disabling a key.
pub fn takes_access(call: &RuntimeCall) -> bool {
	match call {
		RuntimeCall::Consent(ConsentCall::grant { terms, .. }) => terms.effect != Effect::Permit,
		RuntimeCall::Consent(
			ConsentCall::refuse_assisted | ConsentCall::revoke_in_doubt { .. },
		)
		| RuntimeCall::AccessRequests(AccessRequestsCall::deny { .. })
		| RuntimeCall::Enrolment(EnrolmentCall::set_signing_disabled { since: Some(_), .. }) => true,
		_ => false,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::types::{Grantee, ShownText, Terms, H256};
	use codec::{DecodeAll, Encode};
	use proptest::prelude::*;

	fn revoke(id: u32) -> RuntimeCall {
		ConsentCall::revoke { grantee: Grantee::Everyone, id }.into()
	}

	#[test]
	fn a_batch_holds_its_calls_in_order() {
		let bytes = batch_all(vec![revoke(1), revoke(2)]).encode();
		let (one, two) = (revoke(1).encode(), revoke(2).encode());
		assert_eq!(bytes[2], 8, "a vector of two");
		assert_eq!(bytes[3..], [one, two].concat());
	}

	#[test]
	fn denies_and_refusals_take_access() {
		let grant = |effect| {
			let text = ShownText { commitment: H256([4; 32]), language: *b"en" };
			ConsentCall::grant { grantee: Grantee::Everyone, terms: Terms::all(effect), text }
		};
		let disable = |since| {
			let account = AccountId::new([1; 32]);
			EnrolmentCall::set_signing_disabled { account, since }
		};
		for call in [
			grant(Effect::Deny { binds_break_glass: false }).into(),
			ConsentCall::refuse_assisted.into(),
			AccessRequestsCall::deny { request: 1 }.into(),
			disable(Some(5)).into(),
		] {
			assert!(takes_access(&call), "{call:?}");
			assert!(!gives_access(&call), "{call:?}");
		}
		for call in [grant(Effect::Permit).into(), disable(None).into(), revoke(1)] {
			assert!(!takes_access(&call), "{call:?}");
		}
	}

	#[test]
	fn the_other_signatories_are_sorted() {
		let [a, b] = [1, 2].map(|byte| AccountId::new([byte; 32]));
		let call = as_multi(2, vec![b.clone(), a.clone()], None, revoke(1));
		assert!(matches!(
			call,
			RuntimeCall::Multisig(MultisigCall::as_multi { other_signatories, .. })
				if other_signatories == [a, b]
		));
	}

	#[test]
	fn permits_and_records_give_access_and_denies_and_revocations_do_not() {
		let text = || ShownText { commitment: H256([1; 32]), language: *b"en" };
		let grantee = Grantee::Everyone;
		let grant = |effect| -> RuntimeCall {
			let (grantee, terms) = (Grantee::Everyone, Terms::all(effect));
			ConsentCall::grant { grantee, terms, text: text() }.into()
		};
		let permit = || grant(Effect::Permit);
		assert!(gives_access(&permit()));
		assert!(gives_access(&batch_all(vec![revoke(1), permit()])));
		let terms = Terms::all(Effect::Permit);
		let approve = AccessRequestsCall::approve { request: 1, grantee, terms, text: text() };
		assert!(gives_access(&approve.into()));
		assert!(gives_access(
			&ConsentCall::confirm { grantee: Grantee::Everyone, id: 1, revision: 0 }.into()
		));
		let deny = grant(Effect::Deny { binds_break_glass: false });
		let terms = Terms::all(Effect::Permit);
		let grantee = Grantee::Everyone;
		let amend = ConsentCall::amend { grantee, id: 1, revision: 0, terms, text: text() }.into();
		let refuse = AccessRequestsCall::deny { request: 1 }.into();
		let refuse_assisted = ConsentCall::refuse_assisted.into();
		for other in [deny, amend, refuse, refuse_assisted, revoke(1), batch_all(vec![revoke(1)])] {
			assert!(!gives_access(&other), "{other:?}");
		}
	}

	proptest! {
		#[test]
		fn foreign_bytes_are_a_call_or_none(bytes: Vec<u8>) {
			if let Ok(call) = RuntimeCall::decode_all(&mut &bytes[..]) {
				let _ = call.encode();
			}
		}
	}
}
