//! Deposits, batches, multisigs and proxies.

use crate::*;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::{ConstU128, ConstU32, InstanceFilter, VariantCountOf};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

/// The deposit for so many items and bytes in the chain's state.
pub const fn deposit(items: Balance, bytes: Balance) -> Balance {
	items.saturating_mul(100).saturating_add(bytes)
}

/// How much an enrolled account gets. It has no price and cannot be transferred; it only bounds how
/// many proxies and open multisig calls an account can have.
pub const ALLOWANCE: Balance = 10_000;

/// The least balance of an account.
pub const EXISTENTIAL_DEPOSIT: Balance = 1;

impl pallet_balances::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
	type Balance = Balance;
	type DustRemoval = ();
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
	type ReserveIdentifier = [u8; 8];
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxLocks = ConstU32<0>;
	type MaxReserves = ConstU32<0>;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type DoneSlashHandler = ();
}

impl pallet_utility::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

impl pallet_multisig::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type DepositBase = ConstU128<{ deposit(1, 88) }>;
	type DepositFactor = ConstU128<{ deposit(0, 32) }>;
	type MaxSignatories = ConstU32<16>;
	type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
	type BlockNumberProvider = System;
}

/// What one account may do for another (FHIR RelatedPerson). The numbers are the chain's format.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	PartialOrd,
	Ord,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ProxyType {
	/// Everything that the represented account may do: a parent, a guardian.
	#[default]
	#[codec(index = 0)]
	Any,
	/// Grant, amend and revoke consents, answer requests, choose holders.
	#[codec(index = 1)]
	Consents,
	/// Open records and so read them.
	#[codec(index = 2)]
	Reading,
	/// Add records and versions.
	#[codec(index = 3)]
	Writing,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		match self {
			Self::Any => true,
			Self::Consents => matches!(
				call,
				RuntimeCall::Consent(_)
					| RuntimeCall::AccessRequests(
						pallet_access_requests::Call::approve { .. }
							| pallet_access_requests::Call::deny { .. }
					) | RuntimeCall::Custody(pallet_custody::Call::choose_holders { .. })
			),
			Self::Reading => {
				matches!(call, RuntimeCall::Custody(pallet_custody::Call::open { .. }))
			},
			Self::Writing => matches!(
				call,
				RuntimeCall::Records(
					pallet_records::Call::create { .. }
						| pallet_records::Call::create_many { .. }
						| pallet_records::Call::add_version { .. }
				)
			),
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		self == &Self::Any || self == other
	}
}

impl pallet_proxy::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type ProxyType = ProxyType;
	type ProxyDepositBase = ConstU128<{ deposit(1, 8) }>;
	type ProxyDepositFactor = ConstU128<{ deposit(0, 37) }>;
	type MaxProxies = ConstU32<8>;
	type MaxPending = ConstU32<8>;
	type CallHasher = BlakeTwo256;
	type AnnouncementDepositBase = ConstU128<{ deposit(1, 8) }>;
	type AnnouncementDepositFactor = ConstU128<{ deposit(0, 68) }>;
	type BlockNumberProvider = System;
	type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
}
