//! Accounts that outlive their keys, and the times that the council can change.

use crate::{
	parameters::{
		values::recovery::{AttemptLifetime, KeyDelay, RecoveryDelay},
		RuntimeParameters,
	},
	*,
};
use frame_support::traits::AsEnsureOriginWithArg;
use frame_system::EnsureRoot;

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
	type AuditLog = Audit;
	type Admission = Admission;
	type Time = Timestamp;
	type RecoveryDelay = RecoveryDelay;
	type KeyDelay = KeyDelay;
	type AttemptLifetime = AttemptLifetime;
	type WeightInfo = pallet_recovery::weights::SubstrateWeight<Runtime>;
}
