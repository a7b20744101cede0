//! A runtime with this pallet, batches, a pallet whose calls need scopes, and test doubles of the neighbours.

use crate::{self as pallet_representation, ScopeOf};
use frame_support::{derive_impl, parameter_types, traits::Contains};
use sp_core::H256;
use sp_runtime::{traits::IdentityLookup, BuildStorage};
use vouchsafe_primitives::*;
pub use vouchsafe_support::doubles::{
	self, Admitted, Clock, KeyRing, LawfulPermits, Line, Logs, People, TwoOfStaff, MAX_UNINVITED,
	NOT_STAFF, SAME_STAFF, START,
};

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
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(2)]
	pub type Represented = pallet_representation;
	#[runtime::pallet_index(3)]
	pub type Neighbours = neighbours;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type BaseCallFilter = CallFilter;
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
}

impl pallet_utility::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = ();
}

/// Refuses one call, as the runtime's filter refuses many.
pub struct CallFilter;

impl Contains<RuntimeCall> for CallFilter {
	fn contains(call: &RuntimeCall) -> bool {
		!matches!(call, RuntimeCall::Neighbours(neighbours::Call::forbidden {}))
	}
}

/// Calls within scopes.
#[frame_support::pallet(dev_mode)]
pub mod neighbours {
	use crate::mock::{AccountId, Represented};
	use frame_support::{
		dispatch::{DispatchErrorWithPostInfo, GetDispatchInfo, PostDispatchInfo},
		pallet_prelude::*,
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::Dispatchable;
	use vouchsafe_primitives::{Confidentiality, Scope};
	use vouchsafe_support::Representation;

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {
		type RuntimeCall: Parameter
			+ Dispatchable<RuntimeOrigin = Self::RuntimeOrigin, PostInfo = PostDispatchInfo>
			+ GetDispatchInfo;
	}

	/// Each call that was made: as whom, by which representative, and up to which confidentiality.
	#[pallet::storage]
	#[pallet::unbounded]
	pub type Made<T> =
		StorageValue<_, Vec<(AccountId, Option<AccountId>, Option<Confidentiality>)>, ValueQuery>;

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Needs this scope, or is never a representative's.
		pub fn note(origin: OriginFor<T>, _scope: Option<Scope>) -> DispatchResult {
			Self::make(origin)
		}

		/// Needs the scope of requests, and fails.
		pub fn fail(origin: OriginFor<T>) -> DispatchResult {
			Self::make(origin)?;
			Err("as asked".into())
		}

		/// Needs the scope of records, and makes another call.
		pub fn wrap(
			origin: OriginFor<T>,
			call: Box<<T as Config>::RuntimeCall>,
		) -> DispatchResultWithPostInfo {
			call.dispatch(origin)
		}

		/// Needs the scope of requests, and is refused by the filter.
		pub fn forbidden(origin: OriginFor<T>) -> DispatchResult {
			Self::make(origin)
		}

		/// Needs the scope of holders, and weighs less than it says.
		#[pallet::weight((Weight::from_parts(1_000_000, 0), DispatchClass::Operational))]
		pub fn weigh(origin: OriginFor<T>, fails: bool) -> DispatchResultWithPostInfo {
			Self::make(origin)?;
			let weight = Some(Weight::from_parts(400, 0));
			match fails {
				true => Err(DispatchErrorWithPostInfo {
					post_info: weight.into(),
					error: "as asked".into(),
				}),
				false => Ok(weight.into()),
			}
		}
	}

	impl<T: Config> Pallet<T> {
		fn make(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			let highest = Represented::highest_confidentiality();
			Made::<T>::append((who, Represented::representative(), highest));
			Ok(())
		}
	}
}

impl neighbours::Config for Test {
	type RuntimeCall = RuntimeCall;
}

/// Tells the scopes of the neighbours' calls.
pub struct ScopesOfCalls;

impl ScopeOf<RuntimeCall> for ScopesOfCalls {
	fn scope_of(call: &RuntimeCall) -> Option<Scope> {
		use neighbours::Call;
		match call {
			RuntimeCall::Neighbours(Call::note { scope }) => *scope,
			RuntimeCall::Neighbours(Call::fail {} | Call::forbidden {}) => Some(Scope::Requests),
			RuntimeCall::Neighbours(Call::wrap { .. }) => Some(Scope::Records),
			RuntimeCall::Neighbours(Call::weigh { .. }) => Some(Scope::Holders),
			_ => None,
		}
	}
}

pub const DAY: Moment = 24 * 60 * 60;
pub const OBJECTION_PERIOD: Moment = 3 * DAY;
pub const LIFETIME: Moment = REGISTRATION_LIFETIME;

parameter_types! {
	pub const ObjectionPeriod: Moment = OBJECTION_PERIOD;
	pub const RegistrationLifetime: Moment = LIFETIME;
	pub static Most: u32 = MAX_REPRESENTATIVES;
}

impl pallet_representation::Config for Test {
	type RuntimeCall = RuntimeCall;
	type Scopes = ScopesOfCalls;
	type Enrolment = People;
	type Wards = People;
	type KeyHistory = KeyRing;
	type Staff = TwoOfStaff;
	type Lawful = LawfulPermits;
	type AuditLog = Logs;
	type Admission = Admitted;
	type Time = Clock;
	type ObjectionPeriod = ObjectionPeriod;
	type RegistrationLifetime = RegistrationLifetime;
	type MaxRepresentatives = Most;
	type WeightInfo = ();
}

pub const GENESIS: H256 = H256([0x11; 32]);
pub const PATIENT: AccountId = AccountId::new([1; 32]);
pub const OTHER_PATIENT: AccountId = AccountId::new([2; 32]);
pub const MOTHER: AccountId = AccountId::new([3; 32]);
pub const FATHER: AccountId = AccountId::new([4; 32]);
pub const FRIEND: AccountId = AccountId::new([5; 32]);
pub const HOSPITAL: AccountId = AccountId::new([10; 32]);
pub const CLINIC: AccountId = AccountId::new([11; 32]);
pub const AUTHORITY: AccountId = AccountId::new([12; 32]);
pub const OTHER_AUTHORITY: AccountId = AccountId::new([13; 32]);
pub const DOCTOR: AccountId = AccountId::new([20; 32]);
pub const COLLEAGUE: AccountId = AccountId::new([21; 32]);
pub const NURSE: AccountId = AccountId::new([22; 32]);
pub const REGISTRAR: AccountId = AccountId::new([23; 32]);
pub const REVIEWER: AccountId = AccountId::new([24; 32]);
pub const CLINIC_DOCTOR: AccountId = AccountId::new([25; 32]);
pub const CLINIC_COLLEAGUE: AccountId = AccountId::new([26; 32]);
pub const CLINIC_REGISTRAR: AccountId = AccountId::new([27; 32]);
pub const OFFICER: AccountId = AccountId::new([28; 32]);
pub const STRANGER: AccountId = AccountId::new([99; 32]);

/// Persons besides the mother, the father and the friend, from 0 to 19.
pub fn person(number: u8) -> AccountId {
	let mut bytes = [0xa0; 32];
	bytes[0] = number;
	bytes.into()
}

/// Runs a test with everybody enrolled, and checks the state after it.
pub fn build_and_execute(test: impl FnOnce()) {
	doubles::reset();
	Most::set(MAX_REPRESENTATIVES);
	for institution in [HOSPITAL, CLINIC] {
		People::enrol(institution, AccountKind::Institution);
	}
	for authority in [AUTHORITY, OTHER_AUTHORITY] {
		People::enrol(authority, AccountKind::Authority);
	}
	for patient in [PATIENT, OTHER_PATIENT] {
		People::enrol_by(patient, AccountKind::Patient, HOSPITAL);
	}
	for relative in [MOTHER, FATHER, FRIEND].into_iter().chain((0..20).map(person)) {
		People::enrol_by(relative, AccountKind::Person, HOSPITAL);
	}
	for (practitioner, institution, role) in [
		(DOCTOR, HOSPITAL, Role::Physician),
		(COLLEAGUE, HOSPITAL, Role::Physician),
		(NURSE, HOSPITAL, Role::Nurse),
		(REGISTRAR, HOSPITAL, Role::Registrar),
		(REVIEWER, HOSPITAL, Role::PrivacyOfficer),
		(CLINIC_DOCTOR, CLINIC, Role::Physician),
		(CLINIC_COLLEAGUE, CLINIC, Role::Physician),
		(CLINIC_REGISTRAR, CLINIC, Role::Registrar),
		(OFFICER, AUTHORITY, Role::PrivacyOfficer),
	] {
		People::enrol_by(practitioner.clone(), AccountKind::Practitioner, institution.clone());
		People::affiliate(&practitioner, &institution, role);
	}
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	ext.execute_with(|| {
		frame_system::BlockHash::<Test>::insert(0, GENESIS);
		System::set_block_number(1);
		test();
		Represented::do_try_state().unwrap();
	});
}
