//! A runtime with the real council and four seats.

use crate as pallet_consortium;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::cell::RefCell;
use frame_support::{
	derive_impl,
	dispatch::{DispatchResult, GetDispatchInfo},
	parameter_types,
	traits::{Consideration, ConstU32, Hooks, MaybeConsideration},
};
use frame_system::EnsureRoot;
use pallet_collective::{DefaultVote, EnsureProportionAtLeast, Instance1, MemberCount};
use pallet_session::SessionManager;
use scale_info::TypeInfo;
use sp_core::{ConstU64, H256};
use sp_runtime::{
	traits::{BlakeTwo256, Hash},
	BuildStorage, DispatchError,
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
	type MaxMembers = ConstU32<{ crate::MAX_MEMBERS }>;
	type DefaultVote = AbstentionIsNo;
	type WeightInfo = ();
	type SetMembersOrigin = EnsureRoot<u64>;
	type MaxProposalWeight = MaxProposalWeight;
	type DisapproveOrigin = EnsureRoot<u64>;
	type KillOrigin = EnsureRoot<u64>;
	type Consideration = OpenMotion;
}

/// Counts motions by seat.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OpenMotion;

impl Consideration<u64, u32> for OpenMotion {
	fn new(seat: &u64, _: u32) -> Result<Self, DispatchError> {
		Consortium::open_motion(seat).map(|()| Self)
	}

	fn update(self, _: &u64, _: u32) -> Result<Self, DispatchError> {
		Ok(self)
	}

	fn drop(self, _: &u64) -> DispatchResult {
		Ok(())
	}
}

impl MaybeConsideration<u64, u32> for OpenMotion {
	fn is_none(&self) -> bool {
		true
	}
}

thread_local! {
	static INACTIVE: RefCell<Vec<u64>> = RefCell::default();
	static ENDED: RefCell<Vec<u64>> = RefCell::default();
}

/// The institution ends for good.
pub fn end(institution: u64) {
	set_active(institution, false);
	ENDED.with_borrow_mut(|ended| ended.push(institution));
}

/// Suspends a seat's institution, or makes it active again.
pub fn set_active(seat: u64, active: bool) {
	INACTIVE.with_borrow_mut(|inactive| {
		inactive.retain(|one| *one != seat);
		if !active {
			inactive.push(seat);
		}
	});
}

/// The real council, with institutions of the tests.
pub struct RealCouncil;

impl pallet_consortium::Council<u64, H256, RuntimeOrigin> for RealCouncil {
	fn motions() -> Vec<H256> {
		pallet_collective::Proposals::<Test, Instance1>::get().into_inner()
	}

	fn seats() -> Vec<u64> {
		pallet_collective::Members::<Test, Instance1>::get()
	}

	fn set_seats(seats: Vec<u64>) -> DispatchResult {
		let old = MemberCount::try_from(Self::seats().len()).unwrap();
		Council::set_members(RuntimeOrigin::root(), seats, None, old)
			.map(|_| ())
			.map_err(|failed| failed.error)
	}

	fn is_member(account: &u64) -> bool {
		*account <= LAST_MEMBER && Self::is_active(account)
	}

	fn takes_part(account: &u64) -> bool {
		*account <= LAST_MEMBER && ENDED.with_borrow(|ended| !ended.contains(account))
	}

	fn is_active(seat: &u64) -> bool {
		INACTIVE.with_borrow(|inactive| !inactive.contains(seat))
	}

	fn origin_in_force(motion: &H256) -> RuntimeOrigin {
		let seats = Self::seats().len();
		let votes = pallet_collective::Voting::<Test, Instance1>::get(motion);
		// The fields are private: index, threshold, ayes.
		let ayes = votes.map(|votes| {
			<(u32, MemberCount, Vec<u64>)>::decode(&mut &votes.encode()[..]).unwrap().2
		});
		let ayes = ayes.unwrap_or_default();
		let active = ayes.iter().filter(|seat| Self::is_active(seat)).count();
		let count = |number| MemberCount::try_from(number).unwrap();
		pallet_collective::RawOrigin::Members(count(active), count(seats)).into()
	}
}

/// A replacement of the set that finalises blocks: last final block, delay, changes undone.
pub type Replaced = (u64, u64, u32);

/// Sessions, as the session pallet keeps them, and the set that finalises blocks.
#[derive(Default)]
pub struct World {
	pub validators: Vec<u64>,
	/// Those of the next session, if they differ.
	pub queued: Option<Vec<u64>>,
	/// Who makes this block.
	pub author: Option<u32>,
	/// Members without session keys.
	pub keyless: Vec<u64>,
	pub is_finality_changing: bool,
	pub may_not_replace: bool,
	pub replaced: Vec<Replaced>,
}

thread_local! {
	static WORLD: RefCell<World> = RefCell::default();
}

/// Reads or changes the sessions.
pub fn world<R>(f: impl FnOnce(&mut World) -> R) -> R {
	WORLD.with_borrow_mut(f)
}

/// The sessions of the tests.
pub struct TestSessions;

impl pallet_consortium::Validators<u64, u64> for TestSessions {
	fn current() -> Vec<u64> {
		world(|world| world.validators.clone())
	}

	fn author() -> Option<u32> {
		world(|world| world.author)
	}

	fn has_keys(account: &u64) -> bool {
		world(|world| !world.keyless.contains(account))
	}

	fn differ_now() -> bool {
		world(|world| world.queued.is_some())
	}

	fn is_finality_changing() -> bool {
		world(|world| world.is_finality_changing)
	}

	fn may_replace() -> bool {
		world(|world| !world.may_not_replace)
	}

	fn replace(last_final: u64, delay: u64, undone: u32) -> DispatchResult {
		world(|world| world.replaced.push((last_final, delay, undone)));
		Ok(())
	}
}

/// A session ends and another begins, in the order of the session pallet.
pub fn rotate() {
	<Consortium as SessionManager<u64>>::end_session(0);
	let queued = world(|world| world.queued.clone());
	if let Some(queued) = queued {
		world(|world| world.validators = queued);
	}
	<Consortium as SessionManager<u64>>::start_session(1);
	let next = <Consortium as SessionManager<u64>>::new_session(2);
	world(|world| world.queued = next);
}

/// The next block, which this validator makes. It begins a session if the validators change.
pub fn block(author: u32) {
	System::set_block_number(System::block_number() + 1);
	world(|world| world.author = Some(author));
	if Consortium::begins_session() {
		rotate();
	}
	Consortium::on_initialize(System::block_number());
}

impl pallet_consortium::Config for Test {
	type RuntimeCall = RuntimeCall;
	type Council = RealCouncil;
	type MaxMotions = ConstU32<4>;
	type Validators = TestSessions;
	type MotionOrigin = EnsureProportionAtLeast<u64, Instance1, 3, 4>;
	type WeightInfo = ();
}

pub const HOSPITAL_A: u64 = 1;
pub const HOSPITAL_B: u64 = 2;
pub const HOSPITAL_C: u64 = 3;
pub const AUTHORITY: u64 = 4;
/// An institution that is neither a validator nor has a seat.
pub const HOSPITAL_D: u64 = 5;
/// The last of the institutions, of which there are more than can validate.
pub const LAST_MEMBER: u64 = 40;
pub const STRANGER: u64 = 50;
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

/// A seat proposes the motion.
pub fn propose(seat: u64, threshold: u32, motion: RuntimeCall) -> DispatchResult {
	let length = u32::try_from(motion.encoded_size()).unwrap();
	Council::propose(RuntimeOrigin::signed(seat), threshold, Box::new(motion), length)
		.map(|_| ())
		.map_err(|failed| failed.error)
}

/// Hospital A proposes; `ayes` vote for it, `nays` against it. It is the first motion.
pub fn support(motion: &RuntimeCall, threshold: u32, ayes: &[u64], nays: &[u64]) {
	let hash = BlakeTwo256::hash_of(motion);
	propose(HOSPITAL_A, threshold, motion.clone()).unwrap();
	for (seats, approve) in [(ayes, true), (nays, false)] {
		for seat in seats {
			Council::vote(RuntimeOrigin::signed(*seat), hash, 0, approve).unwrap();
		}
	}
}

/// The motion is closed when time is up.
pub fn close(motion: &RuntimeCall) {
	let length = u32::try_from(motion.encoded_size()).unwrap();
	let weight = motion.get_dispatch_info().call_weight;
	let hash = BlakeTwo256::hash_of(motion);
	System::set_block_number(System::block_number() + 5);
	Council::close(RuntimeOrigin::signed(STRANGER), hash, 0, weight, length).unwrap();
}

/// Hospital A proposes; `ayes` vote for it, `nays` against it; it is closed when time is up.
pub fn vote(motion: RuntimeCall, threshold: u32, ayes: &[u64], nays: &[u64]) {
	support(&motion, threshold, ayes, nays);
	close(&motion);
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
	INACTIVE.take();
	ENDED.take();
	WORLD.take();
	world(|world| world.validators = vec![HOSPITAL_A, HOSPITAL_B, HOSPITAL_C, AUTHORITY]);
	let mut ext = sp_io::TestExternalities::new(storage.build_storage().unwrap());
	ext.execute_with(|| {
		System::set_block_number(1);
		test();
		Consortium::do_try_state().unwrap();
	});
}
