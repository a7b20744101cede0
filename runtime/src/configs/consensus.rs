//! Who makes blocks and who finalises them.

use crate::*;
use frame_support::{
	dispatch::DispatchResult,
	traits::{ConstBool, ConstU128, ConstU32, ConstU64, FindAuthor},
};
use pallet_consortium::{Validators, MAX_MEMBERS};
use pallet_session::ShouldEndSession;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_runtime::traits::{ConvertInto, OpaqueKeys};

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type MaxAuthorities = ConstU32<MAX_MEMBERS>;
	type DisabledValidators = Session;
	type AllowMultipleBlocksPerSlot = ConstBool<false>;
	type SlotDuration = ConstU64<SLOT_DURATION>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = ConstU32<MAX_MEMBERS>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = ConstU64<0>;
	// Validators are known institutions without a stake. The nodes' logs show an equivocation, and
	// the council answers with a motion.
	type KeyOwnerProof = sp_core::Void;
	type EquivocationReportSystem = ();
}

/// A session lasts an hour of the chain's time ([`pallet_consortium::SessionSeconds`]): the first block of
/// each hour begins one. A validator's new keys come into force with the second session after they were set.
/// If the validators change, each of the next two blocks begins a session.
///
/// Not counted in blocks, because an idle chain makes few of them.
pub struct Sessions;

/// Which session a moment falls into, in milliseconds since 1970.
fn session(millis: u64, seconds: u64) -> u64 {
	millis.checked_div(seconds.saturating_mul(1_000)).unwrap_or_default()
}

impl ShouldEndSession<BlockNumber> for Sessions {
	/// Called as the block begins: the timestamp is still that of the block before, and Aura has
	/// this block's slot already.
	fn should_end_session(_: BlockNumber) -> bool {
		// Until a change of the set that finalises blocks is in force, GRANDPA can't take another one.
		if FinalitySet::is_finality_changing() {
			return false;
		}
		let before = pallet_timestamp::Now::<Runtime>::get();
		let slot = *pallet_aura::CurrentSlot::<Runtime>::get();
		let seconds = pallet_consortium::SessionSeconds::<Runtime>::get();
		let is_over = before > 0
			&& session(slot.saturating_mul(SLOT_DURATION), seconds) > session(before, seconds);
		is_over || Consortium::begins_session()
	}
}

/// Sessions and GRANDPA's set, as the consortium's pallet sees them.
pub struct FinalitySet;

impl Validators<AccountId, BlockNumber> for FinalitySet {
	fn current() -> Vec<AccountId> {
		pallet_session::Validators::<Runtime>::get()
	}

	fn author() -> Option<u32> {
		Aura::find_author(System::digest().logs.iter().filter_map(|item| item.as_pre_runtime()))
	}

	fn has_keys(account: &AccountId) -> bool {
		pallet_session::NextKeys::<Runtime>::contains_key(account)
	}

	fn differ_now() -> bool {
		pallet_session::QueuedChanged::<Runtime>::get()
	}

	fn is_finality_changing() -> bool {
		pallet_grandpa::PendingChange::<Runtime>::exists()
	}

	fn may_replace() -> bool {
		// Two blocks later it is signalled.
		let signalled = System::block_number().saturating_add(2);
		pallet_grandpa::NextForced::<Runtime>::get().is_none_or(|next| next <= signalled)
	}

	fn replace(last_final: BlockNumber, delay: BlockNumber, undone: u32) -> DispatchResult {
		// The nodes drop the changes that never became final, so their number of the set is lower.
		pallet_grandpa::CurrentSetId::<Runtime>::mutate(|id| {
			*id = id.saturating_sub(undone.into())
		});
		Grandpa::note_stalled(RuntimeOrigin::root(), delay, last_final)
	}
}

impl pallet_session::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type ValidatorId = AccountId;
	type ValidatorIdOf = ConvertInto;
	type ShouldEndSession = Sessions;
	// Nothing here plans by the end of a session.
	type NextSessionRotation = ();
	type SessionManager = Consortium;
	type SessionHandler = <SessionKeys as OpaqueKeys>::KeyTypeIdProviders;
	type Keys = SessionKeys;
	type DisablingStrategy = ();
	type WeightInfo = pallet_session::weights::SubstrateWeight<Runtime>;
	type Currency = Balances;
	type KeyDeposit = ConstU128<{ super::accounts::deposit(1, 64) }>;
}
