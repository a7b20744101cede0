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
	pallet_parameters::pallet::Call as ParametersCall,
	pallet_records::pallet::Call as RecordsCall,
	pallet_recovery::pallet::Call as RecoveryCall,
	pallet_representation::pallet::Call as RepresentationCall,
	pallet_session::pallet::Call as SessionCall,
	pallet_studies::pallet::Call as StudiesCall,
	pallet_utility::pallet::Call as UtilityCall,
	sp_runtime::{multiaddress::MultiAddress, MultiSignature},
	sp_weights::weight_v2::Weight,
	vouchsafe_runtime::{RuntimeCall, SessionKeys},
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
	Session: SessionCall,
	Council: CouncilCall,
	Consortium: ConsortiumCall,
	Utility: UtilityCall,
	Multisig: MultisigCall,
	Enrolment: EnrolmentCall,
	Records: RecordsCall,
	Consent: ConsentCall,
	AccessRequests: AccessRequestsCall,
	Custody: CustodyCall,
	Studies: StudiesCall,
	Recovery: RecoveryCall,
	Representation: RepresentationCall,
	Parameters: ParametersCall,
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

/// A call that a representative makes as the patient.
pub fn as_patient(patient: AccountId, call: RuntimeCall) -> RuntimeCall {
	RepresentationCall::act { patient, call: Box::new(call) }.into()
}

/// A call as Root, which a motion of the council dispatches.
pub fn as_root(call: RuntimeCall) -> RuntimeCall {
	ConsortiumCall::dispatch_as_root { call: Box::new(call) }.into()
}

/// Whether a call gives somebody access, itself or by a call in it: a permit, a record whose shares are
/// sealed to its holders, what others do to give an account a new key, or what lets somebody act for a
/// patient. An approval names a multisig's
/// call only by its hash, so it counts as if it gave access. `false` for amendments and revocations:
/// whether they give access depends on the consent, which only the caller knows.
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
		RuntimeCall::Recovery(call) => matches!(
			call,
			RecoveryCall::attempt { .. }
				| RecoveryCall::approve { .. }
				| RecoveryCall::propose { .. }
				| RecoveryCall::attest { .. }
		),
		RuntimeCall::Representation(
			RepresentationCall::appoint { .. }
			| RepresentationCall::activate { .. }
			| RepresentationCall::register { .. }
			| RepresentationCall::attest { .. }
			| RepresentationCall::suspend { suspended: false, .. }
			| RepresentationCall::enrol_ward { .. },
		) => true,
		RuntimeCall::Multisig(MultisigCall::approve_as_multi { .. }) => true,
		_ => calls_in(call).into_iter().any(gives_access),
	}
}

/// Whether a call only takes access away, and does no harm if it comes late or is repeated: a deny, a
/// refusal, the revocation of a permit in doubt, disabling a key, an objection to a new key, the end or the
/// suspension of a representation, an objection to one, or a batch, a multisig's or a representative's call of
/// them.
pub fn takes_access(call: &RuntimeCall) -> bool {
	match call {
		RuntimeCall::Consent(ConsentCall::grant { terms, .. }) => terms.effect != Effect::Permit,
		RuntimeCall::Consent(
			ConsentCall::refuse_assisted | ConsentCall::revoke_in_doubt { .. },
		)
		| RuntimeCall::AccessRequests(AccessRequestsCall::deny { .. })
		| RuntimeCall::Enrolment(EnrolmentCall::set_signing_disabled { since: Some(_), .. })
		| RuntimeCall::Recovery(RecoveryCall::object { .. })
		| RuntimeCall::Representation(
			RepresentationCall::end { .. }
			| RepresentationCall::object { .. }
			| RepresentationCall::suspend { suspended: true, .. },
		) => true,
		_ => {
			let inner = calls_in(call);
			!inner.is_empty() && inner.into_iter().all(takes_access)
		},
	}
}

/// Whether the call is an objection of this account: to a new key of its own, or to somebody who is to represent
/// it by law. The chain admits it with a disabled key too, and if the account is not active.
pub fn is_own_objection(call: &RuntimeCall, account: &AccountId) -> bool {
	match call {
		RuntimeCall::Recovery(RecoveryCall::object { account: whose, .. }) => whose == account,
		RuntimeCall::Representation(RepresentationCall::object { .. }) => true,
		_ => false,
	}
}

/// The calls that a call dispatches. A test finds all calls that have calls in them.
fn calls_in(call: &RuntimeCall) -> Vec<&RuntimeCall> {
	match call {
		RuntimeCall::Utility(call) => match call {
			UtilityCall::batch { calls }
			| UtilityCall::batch_all { calls }
			| UtilityCall::force_batch { calls } => calls.iter().collect(),
			UtilityCall::as_derivative { call, .. }
			| UtilityCall::dispatch_as { call, .. }
			| UtilityCall::dispatch_as_fallible { call, .. }
			| UtilityCall::with_weight { call, .. } => vec![call],
			UtilityCall::if_else { main, fallback } => vec![main, fallback],
		},
		RuntimeCall::Multisig(
			MultisigCall::as_multi { call, .. } | MultisigCall::as_multi_threshold_1 { call, .. },
		)
		| RuntimeCall::Consortium(ConsortiumCall::dispatch_as_root { call })
		| RuntimeCall::Representation(RepresentationCall::act { call, .. }) => vec![call],
		RuntimeCall::Council(
			CouncilCall::propose { proposal, .. } | CouncilCall::execute { proposal, .. },
		) => vec![proposal],
		_ => vec![],
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::types::{Grantee, LegalBasis, Registration, Scope, Scopes, ShownText, Terms, H256};
	use codec::{DecodeAll, Encode};
	use proptest::prelude::*;

	const NOBODY: AccountId = AccountId::new([1; 32]);

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
			RecoveryCall::object { account: NOBODY, key: NOBODY }.into(),
			RepresentationCall::end { patient: NOBODY, representative: NOBODY }.into(),
			RepresentationCall::object { representative: NOBODY }.into(),
			suspend(true),
		] {
			assert!(takes_access(&call), "{call:?}");
			assert!(!gives_access(&call), "{call:?}");
		}
		let finish = RecoveryCall::finish { account: NOBODY, key: NOBODY }.into();
		let permit = grant(Effect::Permit).into();
		for call in [permit, disable(None).into(), revoke(1), finish, suspend(false)] {
			assert!(!takes_access(&call), "{call:?}");
		}
	}

	fn suspend(suspended: bool) -> RuntimeCall {
		let (patient, representative, institution) = (NOBODY, NOBODY, NOBODY);
		RepresentationCall::suspend { patient, representative, institution, suspended }.into()
	}

	#[test]
	fn what_lets_somebody_act_for_a_patient_gives_access() {
		let (patient, representative, institution) = (|| NOBODY, || NOBODY, || NOBODY);
		let registration = Registration {
			basis: LegalBasis::Guardian,
			scopes: Scopes::of(&[Scope::Consents]),
			until: None,
			evidence: H256([1; 32]),
		};
		for call in [
			RepresentationCall::appoint {
				representative: representative(),
				scopes: Scopes::of(&[Scope::Consents]),
				standby: true,
				until: None,
			}
			.into(),
			RepresentationCall::activate {
				patient: patient(),
				representative: representative(),
				institution: institution(),
			}
			.into(),
			RepresentationCall::register {
				patient: patient(),
				institution: institution(),
				representative: representative(),
				registration,
			}
			.into(),
			RepresentationCall::attest {
				authority: NOBODY,
				patient: patient(),
				representative: representative(),
				registration,
			}
			.into(),
			RepresentationCall::enrol_ward {
				institution: institution(),
				salt: H256([1; 32]),
				representatives: vec![(representative(), registration)],
			}
			.into(),
			suspend(false),
		] {
			assert!(gives_access(&call) && !takes_access(&call), "{call:?}");
		}
	}

	/// Also the attack: a disabled key that objects in another call, or in another account's name.
	#[test]
	fn only_an_objection_for_the_account_itself_is_its_own() {
		let (me, other) = (AccountId::new([2; 32]), NOBODY);
		let of = |account: &AccountId| -> RuntimeCall {
			RecoveryCall::object { account: account.clone(), key: NOBODY }.into()
		};
		let to_representative = || RepresentationCall::object { representative: NOBODY }.into();
		assert!(is_own_objection(&of(&me), &me) && is_own_objection(&to_representative(), &me));
		for call in [of(&other), suspend(true), revoke(1), permit()] {
			assert!(!is_own_objection(&call, &me), "{call:?}");
		}
		for call in [of(&me), to_representative()] {
			for call in wrapped(&call) {
				assert!(!is_own_objection(&call, &me), "{call:?}");
			}
		}
	}

	/// Every way in which one call can have another one in it.
	fn wrapped(call: &RuntimeCall) -> Vec<RuntimeCall> {
		let boxed = || Box::new(call.clone());
		let calls = || vec![revoke(1), call.clone()];
		let (other_signatories, threshold) = (vec![AccountId::new([1; 32])], 2);
		let length_bound = 100;
		vec![
			batch_all(calls()),
			UtilityCall::batch { calls: calls() }.into(),
			UtilityCall::force_batch { calls: calls() }.into(),
			UtilityCall::as_derivative { index: 1, call: boxed() }.into(),
			UtilityCall::with_weight { call: boxed(), weight: MAX_WEIGHT }.into(),
			UtilityCall::if_else { main: Box::new(revoke(1)), fallback: boxed() }.into(),
			as_multi(threshold, other_signatories.clone(), None, call.clone()),
			MultisigCall::as_multi_threshold_1 { other_signatories, call: boxed() }.into(),
			as_root(call.clone()),
			as_patient(NOBODY, call.clone()),
			CouncilCall::propose { threshold: 1, proposal: boxed(), length_bound }.into(),
			CouncilCall::execute { proposal: boxed(), length_bound }.into(),
		]
	}

	fn permit() -> RuntimeCall {
		let (grantee, terms) = (Grantee::Everyone, Terms::all(Effect::Permit));
		let text = ShownText { commitment: H256([1; 32]), language: *b"en" };
		ConsentCall::grant { grantee, terms, text }.into()
	}

	/// The attack: a permit in a multisig's call was not gated by the age of the newest proven block.
	#[test]
	fn a_call_gives_access_if_a_call_in_it_does() {
		for call in wrapped(&permit()) {
			assert!(gives_access(&call), "{call:?}");
			for call in wrapped(&call) {
				assert!(gives_access(&call), "{call:?}");
			}
		}
		for call in wrapped(&revoke(1)) {
			assert!(!gives_access(&call) && !takes_access(&call), "{call:?}");
		}
		let (other_signatories, threshold) = (vec![AccountId::new([1; 32])], 2);
		let hash = MultisigCall::approve_as_multi {
			threshold,
			other_signatories,
			maybe_timepoint: None,
			call_hash: [1; 32],
			max_weight: MAX_WEIGHT,
		};
		assert!(gives_access(&hash.clone().into()), "nobody knows what it approves");
		assert!(!takes_access(&hash.into()));
	}

	#[test]
	fn a_call_takes_access_if_all_calls_in_it_do() {
		let refuse = || RuntimeCall::from(ConsentCall::refuse_assisted);
		let denies = || vec![refuse(), AccessRequestsCall::deny { request: 1 }.into()];
		for call in [
			batch_all(denies()),
			UtilityCall::force_batch { calls: denies() }.into(),
			as_multi(2, vec![], None, refuse()),
			as_multi(2, vec![], None, batch_all(denies())),
			as_patient(NOBODY, refuse()),
		] {
			assert!(takes_access(&call) && !gives_access(&call), "{call:?}");
		}
		for call in [
			batch_all(vec![]),
			batch_all(vec![refuse(), revoke(1)]),
			batch_all(vec![refuse(), permit()]),
			as_multi(2, vec![], None, permit()),
			as_patient(NOBODY, revoke(1)),
			as_patient(NOBODY, permit()),
		] {
			assert!(!takes_access(&call), "{call:?}");
		}
	}

	/// A call that the SDK adds, and that can have a permit in it, is to be added to [`calls_in`].
	#[test]
	fn all_calls_that_can_have_calls_in_them_are_known() {
		let metadata = subxt_metadata::Metadata::decode_from(crate::METADATA).unwrap();
		let call = metadata.outer_enums().call_enum_ty();
		let has_calls = |kind: u32| {
			kind == call
				|| match &metadata.types().resolve(kind).unwrap().type_def {
					scale_info::TypeDef::Sequence(sequence) => sequence.type_param.id == call,
					_ => false,
				}
		};
		let mut found = Vec::new();
		for pallet in metadata.pallets() {
			for variant in pallet.call_variants().into_iter().flatten() {
				if variant.fields.iter().any(|field| has_calls(field.ty.id)) {
					found.push(format!("{}.{}", pallet.name(), variant.name));
				}
			}
		}
		found.sort();
		let known = [
			"Consortium.dispatch_as_root",
			"Council.execute",
			"Council.propose",
			"Multisig.as_multi",
			"Multisig.as_multi_threshold_1",
			"Representation.act",
			"Utility.as_derivative",
			"Utility.batch",
			"Utility.batch_all",
			"Utility.dispatch_as",
			"Utility.dispatch_as_fallible",
			"Utility.force_batch",
			"Utility.if_else",
			"Utility.with_weight",
		];
		assert_eq!(found, known);
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
		assert!(gives_access(&permit()));
		let terms = Terms::all(Effect::Permit);
		let approve = AccessRequestsCall::approve { request: 1, grantee, terms, text: text() };
		assert!(gives_access(&approve.into()));
		assert!(gives_access(
			&ConsentCall::confirm { grantee: Grantee::Everyone, id: 1, revision: 0 }.into()
		));
		for call in [
			RecoveryCall::approve { account: NOBODY, key: NOBODY },
			RecoveryCall::attest { authority: NOBODY, account: NOBODY, key: NOBODY },
		] {
			assert!(gives_access(&call.into()));
		}
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
