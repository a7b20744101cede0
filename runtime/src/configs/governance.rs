//! The council of institutions and authorities, which is the only Root.

use super::system::RuntimeBlockWeights;
use crate::*;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	dispatch::DispatchResult,
	parameter_types,
	traits::{Consideration, ConstU32, MaybeConsideration, NeverEnsureOrigin},
	weights::Weight,
};
use frame_system::EnsureRoot;
use pallet_collective::{DefaultVote, EnsureProportionAtLeast, Instance1, MemberCount};
use pallet_consortium::WeightInfo as _;
use scale_info::TypeInfo;
use sp_runtime::{DispatchError, SaturatedConversion};
use vouchsafe_primitives::AccountKind;
use vouchsafe_support::Enrolment as _;

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
	type MaxMembers = ConstU32<{ pallet_consortium::MAX_MEMBERS }>;
	type DefaultVote = AbstentionIsNo;
	type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
	type SetMembersOrigin = EnsureRoot<AccountId>;
	type MaxProposalWeight = MaxMotionWeight;
	type DisapproveOrigin = EnsureRoot<AccountId>;
	type KillOrigin = NeverEnsureOrigin<()>;
	type Consideration = OpenMotion;
}

/// Lets a seat have few motions open: it costs nothing, so the council has no deposit to ask for.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct OpenMotion;

impl Consideration<AccountId, u32> for OpenMotion {
	fn new(seat: &AccountId, _: u32) -> Result<Self, DispatchError> {
		Consortium::open_motion(seat).map(|()| Self)
	}

	fn update(self, _: &AccountId, _: u32) -> Result<Self, DispatchError> {
		Ok(self)
	}

	fn drop(self, _: &AccountId) -> DispatchResult {
		Ok(())
	}
}

impl MaybeConsideration<AccountId, u32> for OpenMotion {
	fn is_none(&self) -> bool {
		true
	}
}

/// The seats are institutions, and votes go with their status.
pub struct Seats;

impl pallet_consortium::Council<AccountId, Hash, RuntimeOrigin> for Seats {
	fn motions() -> Vec<Hash> {
		pallet_collective::Proposals::<Runtime, Instance1>::get().into_inner()
	}

	fn seats() -> Vec<AccountId> {
		pallet_collective::Members::<Runtime, Instance1>::get()
	}

	fn set_seats(seats: Vec<AccountId>) -> DispatchResult {
		let old = Self::seats().len().saturated_into();
		Council::set_members(RuntimeOrigin::root(), seats, None, old)
			.map(|_| ())
			.map_err(|failed| failed.error)
	}

	fn is_member(account: &AccountId) -> bool {
		Enrolment::active_kind(account).is_some_and(AccountKind::is_member)
	}

	fn takes_part(account: &AccountId) -> bool {
		pallet_enrolment::Accounts::<Runtime>::get(account).is_some_and(|account| {
			account.kind.is_member() && account.status != vouchsafe_primitives::Status::Ended
		})
	}

	// A thief may have voted with a key that is disabled.
	fn is_active(seat: &AccountId) -> bool {
		Enrolment::signatory(seat).is_some_and(|seat| seat.may_sign)
	}

	fn origin_in_force(motion: &Hash) -> RuntimeOrigin {
		let seats = Self::seats();
		let ayes = match pallet_collective::Voting::<Runtime, Instance1>::get(motion) {
			Some(votes) => ayes(&votes.encode()),
			// A council of one seat does not store a vote.
			None if seats.len() == 1 => seats.to_vec(),
			None => Vec::new(),
		};
		let active = ayes.iter().filter(|seat| Self::is_active(seat)).count();
		let (active, seats) = (active.saturated_into(), seats.len().saturated_into());
		pallet_collective::RawOrigin::Members(active, seats).into()
	}
}

impl vouchsafe_support::Consortium for Seats {
	fn is_validator(institution: &AccountId) -> bool {
		Consortium::is_validator(institution)
	}

	fn remove_seat(institution: &AccountId) {
		Consortium::remove_seat(institution);
	}

	fn remove_seat_weight() -> Weight {
		<Runtime as pallet_consortium::Config>::WeightInfo::remove_seat()
	}
}

/// Who voted for a motion. The pallet does not show its votes' fields: index, threshold, ayes.
fn ayes(mut votes: &[u8]) -> Vec<AccountId> {
	<(u32, MemberCount, Vec<AccountId>)>::decode(&mut votes)
		.map(|(_, _, ayes)| ayes)
		.unwrap_or_default()
}

impl pallet_consortium::Config for Runtime {
	type RuntimeCall = RuntimeCall;
	type Council = Seats;
	type MaxMotions = ConstU32<4>;
	type Validators = super::consensus::FinalitySet;
	type MotionOrigin = EnsureProportionAtLeast<AccountId, Instance1, 3, 4>;
	type WeightInfo = pallet_consortium::weights::SubstrateWeight<Runtime>;
}
