//! The council of institutions and authorities, which is the only Root.

use super::system::RuntimeBlockWeights;
use crate::*;
use frame_support::{
	parameter_types,
	traits::{ConstU32, NeverEnsureOrigin},
	weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_collective::{DefaultVote, EnsureProportionAtLeast, Instance1, MemberCount};

parameter_types! {
	/// The largest weight of a motion's call: half a block.
	pub MaxMotionWeight: Weight = RuntimeBlockWeights::get().max_block.saturating_div(2);
}

/// A seat that does not vote counts as no.
pub struct AbstentionIsNo;

impl DefaultVote for AbstentionIsNo {
	fn default_vote(_: Option<bool>, _: MemberCount, _: MemberCount, _: MemberCount) -> bool {
		false
	}
}

impl pallet_collective::Config<Instance1> for Runtime {
	type RuntimeOrigin = RuntimeOrigin;
	type Proposal = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type MotionDuration = ConstU32<{ 7 * DAYS }>;
	type MaxProposals = ConstU32<64>;
	type MaxMembers = ConstU32<32>;
	type DefaultVote = AbstentionIsNo;
	type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
	type SetMembersOrigin = EnsureRoot<AccountId>;
	type MaxProposalWeight = MaxMotionWeight;
	type DisapproveOrigin = EnsureRoot<AccountId>;
	type KillOrigin = NeverEnsureOrigin<()>;
	type Consideration = ();
}

impl pallet_consortium::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type MotionOrigin = EnsureProportionAtLeast<AccountId, Instance1, 3, 4>;
	type WeightInfo = pallet_consortium::weights::SubstrateWeight<Runtime>;
}
