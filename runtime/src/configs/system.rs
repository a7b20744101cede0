//! Blocks: their limits, their time, and the allowed calls.

use crate::*;
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{ConstU32, ConstU64, Contains},
	weights::{
		constants::{
			BlockExecutionWeight, ExtrinsicBaseWeight, ParityDbWeight, WEIGHT_REF_TIME_PER_MILLIS,
		},
		Weight,
	},
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::{traits::AccountIdLookup, Perbill};

/// Weight of a block: 0.75 s of a slot of 1 s. A validator fills its block for at most 0.5 s of real
/// time, so a machine faster than the reference makes full blocks, and a slower one smaller blocks.
const BLOCK_REF_TIME: u64 = 750 * WEIGHT_REF_TIME_PER_MILLIS;
/// What a block may hold, in bytes.
const BLOCK_LENGTH: u32 = 5 * 1024 * 1024;
/// The part of a block that is open to ordinary calls. The rest is kept for upgrades.
const NORMAL: Perbill = Perbill::from_percent(85);

parameter_types! {
	/// Number of blocks whose hashes stay in state: those of at least 68 minutes, more if slots are
	/// left empty. It is the longest time for which a transaction can be signed.
	pub const BlockHashCount: BlockNumber = 4096;
	/// The version.
	pub const Version: RuntimeVersion = VERSION;
	/// The block's limit in execution time. Proof size is not limited: this is not a parachain.
	pub RuntimeBlockWeights: BlockWeights = {
		let block = Weight::from_parts(BLOCK_REF_TIME, u64::MAX);
		let normal =
			Weight::from_parts(NORMAL.mul_floor(BLOCK_REF_TIME), NORMAL.mul_floor(u64::MAX));
		BlockWeights::builder()
			.base_block(BlockExecutionWeight::get())
			.for_class(DispatchClass::all(), |weights| {
				weights.base_extrinsic = ExtrinsicBaseWeight::get();
			})
			.for_class(DispatchClass::Normal, |weights| weights.max_total = Some(normal))
			.for_class(DispatchClass::Operational, |weights| {
				weights.max_total = Some(block);
				weights.reserved = Some(block.saturating_sub(normal));
			})
			.avg_block_initialization(Perbill::from_percent(1))
			.build_or_panic()
	};
	/// The block's limits in bytes.
	pub RuntimeBlockLength: BlockLength = BlockLength::builder()
		.max_length(BLOCK_LENGTH)
		.modify_max_length_for_class(DispatchClass::Normal, |max| *max = NORMAL.mul_floor(BLOCK_LENGTH))
		.build();
	/// Addresses are written in the general format.
	pub const SS58Prefix: u16 = 42;
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type BaseCallFilter = CallFilter;
	type Block = Block;
	type BlockWeights = RuntimeBlockWeights;
	type BlockLength = RuntimeBlockLength;
	type BlockHashCount = BlockHashCount;
	type AccountId = AccountId;
	type Lookup = AccountIdLookup<AccountId, ()>;
	type Nonce = Nonce;
	type Hash = Hash;
	type DbWeight = ParityDbWeight;
	type Version = Version;
	type AccountData = pallet_balances::AccountData<Balance>;
	type SystemWeightInfo = frame_system::weights::SubstrateWeight<Runtime>;
	type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Runtime>;
	type SS58Prefix = SS58Prefix;
	type MaxConsumers = ConstU32<16>;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	type OnTimestampSet = Aura;
	type MinimumPeriod = ConstU64<{ SLOT_DURATION / 2 }>;
	type WeightInfo = pallet_timestamp::weights::SubstrateWeight<Runtime>;
}

impl measuring::Config for Runtime {}

#[cfg(vouchsafe_next)]
impl crate::next::Config for Runtime {}

/// The allowed calls. It applies to every caller, and also to calls inside a batch, a multisig's
/// call or a motion. Only Root, a motion of three quarters, is exempt.
pub struct CallFilter;

impl Contains<RuntimeCall> for CallFilter {
	fn contains(call: &RuntimeCall) -> bool {
		match call {
			RuntimeCall::Enrolment(_)
			| RuntimeCall::Records(_)
			| RuntimeCall::Consent(_)
			| RuntimeCall::AccessRequests(_)
			| RuntimeCall::Custody(_)
			| RuntimeCall::Studies(_)
			| RuntimeCall::Representation(_)
			| RuntimeCall::Recovery(_)
			| RuntimeCall::Consortium(_) => true,

			RuntimeCall::Timestamp(pallet_timestamp::Call::set { .. }) => true,
			// A motion authorises an upgrade. Then anyone whose quota is large enough may submit the
			// code: an institution or its people.
			RuntimeCall::System(frame_system::Call::apply_authorized_upgrade { .. }) => true,
			RuntimeCall::Session(pallet_session::Call::set_keys { .. }) => true,

			RuntimeCall::Council(call) => matches!(
				call,
				pallet_collective::Call::propose { .. }
					| pallet_collective::Call::vote { .. }
					| pallet_collective::Call::close { .. }
			),
			RuntimeCall::Utility(call) => matches!(
				call,
				pallet_utility::Call::batch { .. }
					| pallet_utility::Call::batch_all { .. }
					| pallet_utility::Call::force_batch { .. }
			),
			RuntimeCall::Multisig(call) => matches!(
				call,
				pallet_multisig::Call::as_multi_threshold_1 { .. }
					| pallet_multisig::Call::as_multi { .. }
					| pallet_multisig::Call::approve_as_multi { .. }
					| pallet_multisig::Call::cancel_as_multi { .. }
			),

			RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { .. }) => {
				measuring::Enabled::<Runtime>::get()
			},
			// Everything else, also what an SDK's upgrade adds.
			_ => false,
		}
	}
}
