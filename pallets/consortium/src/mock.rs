//! A runtime with the real council and four seats.

use crate as pallet_consortium;
use frame_support::{derive_impl, dispatch::GetDispatchInfo, parameter_types, traits::ConstU32};
use frame_system::EnsureRoot;
use pallet_collective::{DefaultVote, EnsureProportionAtLeast, Instance1, MemberCount};
use sp_core::ConstU64;
use sp_runtime::{
	traits::{BlakeTwo256, Hash},
	BuildStorage,
};

type Block = frame_system::mocking::MockBlock<Test>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Council = pallet_collective<Instance1>;
	#[runtime::pallet_index(2)]
	pub type Consortium = pallet_consortium;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	// A motion's call as Root passes what nobody else's call does.
	type BaseCallFilter = AllButRemarks;
}

/// Lets nobody remark.
pub struct AllButRemarks;
impl frame_support::traits::Contains<RuntimeCall> for AllButRemarks {
	fn contains(call: &RuntimeCall) -> bool {
		!matches!(call, RuntimeCall::System(frame_system::Call::remark { .. }))
	}
}

/// Who does not vote has not agreed.
pub struct AbstentionIsNo;
impl DefaultVote for AbstentionIsNo {
	fn default_vote(_: Option<bool>, _: MemberCount, _: MemberCount, _: MemberCount) -> bool {
		false
	}
}

parameter_types! {
	pub MaxProposalWeight: frame_support::weights::Weight = frame_support::weights::Weight::MAX;
}

impl pallet_collective::Config<Instance1> for Test {
	type RuntimeOrigin = RuntimeOrigin;
	type Proposal = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type MotionDuration = ConstU64<5>;
	type MaxProposals = ConstU32<10>;
	type MaxMembers = ConstU32<10>;
	type DefaultVote = AbstentionIsNo;
	type WeightInfo = ();
	type SetMembersOrigin = EnsureRoot<u64>;
	type MaxProposalWeight = MaxProposalWeight;
	type DisapproveOrigin = EnsureRoot<u64>;
	type KillOrigin = EnsureRoot<u64>;
	type Consideration = ();
}

impl pallet_consortium::Config for Test {
	type RuntimeCall = RuntimeCall;
	type MotionOrigin = EnsureProportionAtLeast<u64, Instance1, 3, 4>;
	type WeightInfo = ();
}

pub const HOSPITAL_A: u64 = 1;
pub const HOSPITAL_B: u64 = 2;
pub const HOSPITAL_C: u64 = 3;
pub const AUTHORITY: u64 = 4;
pub const STRANGER: u64 = 5;
/// The key that the tests' motions write.
pub const KEY: &[u8] = b"written as root";

/// A call that only Root may make, and that shows that it was made.
pub fn root_call() -> RuntimeCall {
	frame_system::Call::set_storage { items: vec![(KEY.to_vec(), vec![1])] }.into()
}

/// Whether `root_call` was made.
pub fn was_made() -> bool {
	frame_support::storage::unhashed::get::<u8>(KEY).is_some()
}

/// The motion to make the call as Root.
pub fn motion(call: RuntimeCall) -> RuntimeCall {
	pallet_consortium::Call::dispatch_as_root { call: Box::new(call) }.into()
}

/// Hospital A proposes; `ayes` vote for it, `nays` against it; it is closed when time is up.
pub fn vote(motion: RuntimeCall, threshold: u32, ayes: &[u64], nays: &[u64]) {
	let length = u32::try_from(codec::Encode::encoded_size(&motion)).unwrap();
	let weight = motion.get_dispatch_info().call_weight;
	let hash = BlakeTwo256::hash_of(&motion);
	let signed = RuntimeOrigin::signed;
	Council::propose(signed(HOSPITAL_A), threshold, Box::new(motion), length).unwrap();
	for (seats, approve) in [(ayes, true), (nays, false)] {
		for seat in seats {
			Council::vote(signed(*seat), hash, 0, approve).unwrap();
		}
	}
	System::set_block_number(System::block_number() + 5);
	Council::close(signed(STRANGER), hash, 0, weight, length).unwrap();
}

/// The events of the council and of this pallet, in order.
pub fn events() -> Vec<RuntimeEvent> {
	System::events().into_iter().map(|record| record.event).collect()
}

/// Runs a test.
pub fn run(test: impl FnOnce()) {
	let storage = RuntimeGenesisConfig {
		council: pallet_collective::GenesisConfig {
			members: vec![HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, AUTHORITY],
			..Default::default()
		},
		..Default::default()
	};
	let mut ext = sp_io::TestExternalities::new(storage.build_storage().unwrap());
	ext.execute_with(|| {
		System::set_block_number(1);
		test();
	});
}
