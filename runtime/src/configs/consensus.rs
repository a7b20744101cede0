//! Who makes blocks and who finalises them.

use crate::*;
use frame_support::traits::{ConstBool, ConstU128, ConstU32, ConstU64};
use pallet_session::ShouldEndSession;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

/// Validators that there can be.
pub const MAX_VALIDATORS: u32 = 32;

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type DisabledValidators = Session;
	type AllowMultipleBlocksPerSlot = ConstBool<false>;
	type SlotDuration = ConstU64<SLOT_DURATION>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = ConstU32<MAX_VALIDATORS>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = ConstU64<0>;
	// Validators are known institutions without a stake. The nodes' logs show an equivocation, and
	// the council answers with a motion.
	type KeyOwnerProof = sp_core::Void;
	type EquivocationReportSystem = ();
}

/// A session lasts an hour of the chain's time: the first block of each hour begins one. A
/// validator's new keys come into force with the second session after they were set.
///
/// Not counted in blocks, because an idle chain makes few of them.
pub struct HourlySessions;

/// The hour of a moment, in milliseconds since 1970.
const fn hour(millis: u64) -> u64 {
	millis.saturating_div(60 * 60 * 1_000)
}

impl ShouldEndSession<BlockNumber> for HourlySessions {
	/// Called as the block begins: the timestamp is still that of the block before, and Aura has
	/// this block's slot already.
	fn should_end_session(_: BlockNumber) -> bool {
		let before = pallet_timestamp::Now::<Runtime>::get();
		let slot = *pallet_aura::CurrentSlot::<Runtime>::get();
		before > 0 && hour(slot.saturating_mul(SLOT_DURATION)) > hour(before)
	}
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = HourlySessions;
	// Nothing here plans by the end of a session.
	type NextSessionRotation = ();
	// The validators are those of genesis; their keys may change.
	type SessionManager = ();
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = ();
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type KeyDeposit = ConstU128<{ super::accounts::deposit(1, 64) }>;
}
