//! Accounts that outlive their keys, who acts for patients, and the times that the council can change.

use crate::{
	parameters::{
		values::{
			recovery::{AttemptLifetime, KeyDelay, RecoveryDelay},
			representation::{ObjectionPeriod, RegistrationLifetime},
		},
		RuntimeParameters,
	},
	*,
};
use frame_support::traits::{AsEnsureOriginWithArg, ConstU32};
use frame_system::EnsureRoot;
use pallet_representation::ScopeOf;
use vouchsafe_primitives::{Scope, MAX_REPRESENTATIVES};

impl pallet_parameters::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeParameters = RuntimeParameters;
	type AdminOrigin = AsEnsureOriginWithArg<EnsureRoot<AccountId>>;
	type WeightInfo = ();
}

impl parameters::Config for Runtime {}

impl pallet_recovery::Config for Runtime {
	type Enrolment = Enrolment;
	type Staff = Enrolment;
	type Representation = Representation;
	type AuditLog = Audit;
	type Admission = Admission;
	type Time = Timestamp;
	type RecoveryDelay = RecoveryDelay;
	type KeyDelay = KeyDelay;
	type AttemptLifetime = AttemptLifetime;
	type WeightInfo = pallet_recovery::weights::SubstrateWeight<Runtime>;
}

impl pallet_representation::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type Scopes = Scopes;
	type Enrolment = Enrolment;
	type Wards = Enrolment;
	type KeyHistory = Recovery;
	type Staff = Enrolment;
	type Lawful = Consent;
	type AuditLog = Audit;
	type Admission = Admission;
	type Time = Timestamp;
	type ObjectionPeriod = ObjectionPeriod;
	type RegistrationLifetime = RegistrationLifetime;
	type MaxRepresentatives = ConstU32<MAX_REPRESENTATIVES>;
	type WeightInfo = pallet_representation::weights::SubstrateWeight<Runtime>;
}

/// Which calls a representative can make as the patient. Each call of a pallet of ours is decided here: a
/// new one does not compile before it is.
pub struct Scopes;

impl ScopeOf<RuntimeCall> for Scopes {
	fn scope_of(call: &RuntimeCall) -> Option<Scope> {
		match call {
			RuntimeCall::AccessRequests(call) => Self::of_requests(call),
			RuntimeCall::Consent(call) => Self::of_consents(call),
			RuntimeCall::Records(call) => Self::of_records(call),
			RuntimeCall::Custody(call) => Self::of_custody(call),

			// Keys, guardians, enrolment and representatives are the patient's own. To contribute to a study
			// takes the patient's own client.
			RuntimeCall::Enrolment(_)
			| RuntimeCall::Recovery(_)
			| RuntimeCall::Representation(_)
			| RuntimeCall::Studies(_)
			| RuntimeCall::Consortium(_) => None,

			// What carries other calls, and everything that is no patient's.
			_ => None,
		}
	}
}

impl Scopes {
	fn of_requests(call: &pallet_access_requests::Call<Runtime>) -> Option<Scope> {
		use pallet_access_requests::Call;
		match call {
			Call::approve { .. } | Call::deny { .. } => Some(Scope::Requests),
			Call::submit { .. } | Call::withdraw { .. } | Call::__Ignore(..) => None,
		}
	}

	/// pallet-consent says which consents a representative can give, change and revoke.
	fn of_consents(call: &pallet_consent::Call<Runtime>) -> Option<Scope> {
		use pallet_consent::Call;
		match call {
			Call::grant { .. } | Call::amend { .. } | Call::revoke { .. } => Some(Scope::Consents),
			// Only the patient's own key confirms, and to refuse assisted consents is for good.
			Call::confirm { .. } | Call::refuse_assisted {} => None,
			// The staff's and the authority's.
			Call::grant_assisted { .. }
			| Call::confirm_assisted { .. }
			| Call::revoke_in_doubt { .. }
			| Call::__Ignore(..) => None,
		}
	}

	/// pallet-records says which of them the patient can make.
	fn of_records(call: &pallet_records::Call<Runtime>) -> Option<Scope> {
		use pallet_records::Call;
		match call {
			Call::create { .. }
			| Call::create_many { .. }
			| Call::add_version { .. }
			| Call::add_labels { .. }
			| Call::mark_entered_in_error { .. }
			| Call::take_mark_back { .. } => Some(Scope::Records),
			Call::__Ignore(..) => None,
		}
	}

	fn of_custody(call: &pallet_custody::Call<Runtime>) -> Option<Scope> {
		use pallet_custody::Call;
		match call {
			Call::choose_holders { .. } => Some(Scope::Holders),
			// As the patient it would need no consent: representatives open in their own name.
			Call::open { .. } => None,
			// The custodians'.
			Call::acknowledge { .. }
			| Call::acknowledge_many { .. }
			| Call::report_loss { .. }
			| Call::__Ignore(..) => None,
		}
	}
}
