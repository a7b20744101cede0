//! A runtime with this pallet and its extension, the standard pallets through which a call can
//! reach it as another account's (utility), a pallet with calls of each class, and test
//! doubles of the neighbours.

use crate::{self as pallet_admission, *};
use frame_support::{
	derive_impl,
	dispatch::{DispatchInfo, DispatchResultWithPostInfo, GetDispatchInfo},
	parameter_types,
	traits::ConstU64,
};
use frame_system::CheckNonce;
use sp_core::{sr25519, Pair};
use sp_runtime::{
	traits::{DispatchTransaction, IdentityLookup, TransactionExtension},
	transaction_validity::{TransactionSource, TransactionValidityError, ValidTransaction},
	BuildStorage, Perbill,
};
use vouchsafe_primitives::{AccountKind, Role};
pub use vouchsafe_support::doubles::{self, Clock, KeyRing, People, START};

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
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(3)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(5)]
	pub type Admission = pallet_admission;
	#[runtime::pallet_index(6)]
	pub type Neighbours = neighbours;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type Nonce = u64;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<u64>;
	type DbWeight = frame_support::weights::constants::ParityDbWeight;
	type ExtensionsWeightInfo = frame_system::SubstrateExtensionsWeight<Test>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
}

impl pallet_utility::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = ();
}

/// Calls of each class.
#[frame_support::pallet(dev_mode)]
pub mod neighbours {
	use super::{AccountId, Admission, People};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use vouchsafe_support::{Admission as _, Enrolment as _};

	#[pallet::pallet]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<AccountId = AccountId> {}

	/// Consents: by patient, how many.
	#[pallet::storage]
	pub type Consents<T> = StorageMap<_, Blake2_128Concat, AccountId, u32, ValueQuery>;

	/// Each call that an active account made: as whom, and who signed.
	#[pallet::storage]
	#[pallet::unbounded]
	pub type Made<T> = StorageValue<_, Vec<(AccountId, Option<AccountId>)>, ValueQuery>;

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		pub fn revoke(origin: OriginFor<T>, id: u32) -> DispatchResult {
			let who = Self::make(origin)?;
			ensure!(id < Consents::<T>::get(&who), "no such consent");
			Consents::<T>::insert(&who, id);
			Ok(())
		}

		pub fn open(origin: OriginFor<T>) -> DispatchResult {
			Self::make(origin).map(|_| ())
		}

		pub fn council(origin: OriginFor<T>) -> DispatchResult {
			Self::make(origin).map(|_| ())
		}

		pub fn restrict(origin: OriginFor<T>, _allowed: bool) -> DispatchResult {
			Self::make(origin).map(|_| ())
		}

		pub fn acknowledge(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			People::custodian_of(&who).ok_or("no custodian")?;
			Ok(())
		}

		pub fn object(origin: OriginFor<T>, _admitted: bool) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Made::<T>::append((who, Admission::signer()));
			Ok(())
		}

		pub fn contribute(origin: OriginFor<T>) -> DispatchResult {
			ensure_signed(origin)?;
			Ok(())
		}

		pub fn note(origin: OriginFor<T>, _bytes: Vec<u8>) -> DispatchResult {
			Self::make(origin).map(|_| ())
		}

		pub fn fail(origin: OriginFor<T>) -> DispatchResult {
			Self::make(origin)?;
			Err("as asked".into())
		}
	}

	impl<T: Config> Pallet<T> {
		/// What any of the pallets does first: only active accounts take part.
		fn make(origin: OriginFor<T>) -> Result<AccountId, DispatchError> {
			let who = ensure_signed(origin)?;
			ensure!(People::active_kind(&who).is_some(), "not active");
			Made::<T>::append((who.clone(), Admission::signer()));
			Ok(who)
		}
	}
}

impl neighbours::Config for Test {}

/// Tells a call's class as the runtime does: by the outermost call alone.
pub struct Classes;
impl CallClass<RuntimeCall> for Classes {
	fn class(call: &RuntimeCall, signer: &AccountId) -> Class {
		use neighbours::Call;
		match call {
			RuntimeCall::Neighbours(Call::revoke { id }) => {
				Class::Revocation { exists: *id < neighbours::Consents::<Test>::get(signer) }
			},
			RuntimeCall::Neighbours(Call::council {}) => Class::Council,
			RuntimeCall::Neighbours(Call::restrict { allowed }) => {
				Class::Restriction { allowed: *allowed }
			},
			RuntimeCall::Neighbours(Call::object { admitted }) => {
				Class::Objection { admitted: *admitted }
			},
			RuntimeCall::Neighbours(Call::open {}) => Class::Opening,
			RuntimeCall::Neighbours(Call::acknowledge {}) => Class::Acknowledgement,
			RuntimeCall::Neighbours(Call::contribute {}) => Class::Research,
			_ => Class::Ordinary,
		}
	}
}

/// Calls like `note()` that everybody enrolled by an institution may make together.
pub const INSTITUTION_CALLS: u64 = 128;
/// Calls like `note()` that one account may make.
pub const PERSON_CALLS: u64 = 16;
/// Calls like `note()` that the registrars may make together, and half of it each; and those of the
/// institution's own account.
pub const MANAGEMENT_CALLS: u64 = 8;
/// Length of a transaction, unless a test says another.
pub const LEN: usize = 100;
/// Seconds of a window.
pub const WINDOW: Moment = 300;
/// When tests begin: at the first moment of a window.
pub const BEGIN: Moment = START - START % WINDOW;

parameter_types! {
	/// Three institutions share four fifths of it.
	pub Capacity: Quota = {
		let weight = info(&note()).total_weight().ref_time();
		let calls = INSTITUTION_CALLS * 3 * 5 / 4;
		// The bytes are no limit, unless a transaction is long.
		Quota { weight: weight * calls, bytes: u32::try_from(calls).unwrap() * 200 }
	};
	pub const FairPart: Perbill = Perbill::from_percent(80);
}

impl Config for Test {
	type Enrolment = People;
	type Keys = KeyRing;
	type Time = Clock;
	type CallClass = Classes;
	type Window = ConstU64<WINDOW>;
	type Capacity = Capacity;
	type FairPart = FairPart;
	type WeightInfo = ();
}

/// The account of a name.
pub fn account(name: &str) -> AccountId {
	let pair = sr25519::Pair::from_string(&format!("//{name}"), None).unwrap();
	pair.public().into()
}

macro_rules! accounts {
	($($function:ident = $name:literal),* $(,)?) => {
		$(pub fn $function() -> AccountId { account($name) })*
	};
}

accounts! {
	hospital_a = "HospitalA",
	hospital_b = "HospitalB",
	authority = "Authority",
	custodian_a = "HospitalA//custodian",
	registrar_a = "RegistrarA",
	doctor_a = "DoctorA",
	doctor_b = "DoctorB",
	patient_a = "PatientA",
	person_a = "PersonA",
	stranger = "Stranger",
	new_key = "PatientA//new",
}

/// Signed by this account.
pub fn signed(account: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

/// A call that is like any other.
pub fn note() -> RuntimeCall {
	neighbours::Call::note { bytes: vec![] }.into()
}

/// A call's weight with the extension's.
pub fn info(call: &RuntimeCall) -> DispatchInfo {
	let mut info = call.get_dispatch_info();
	info.extension_weight = extension(0).weight(call);
	info
}

fn extension(nonce: u64) -> CheckEnrolled<Test> {
	CheckEnrolled(CheckNonce::from(nonce))
}

/// What the pool says to a transaction.
pub fn offer(
	who: &AccountId,
	nonce: u64,
	call: impl Into<RuntimeCall>,
) -> Result<ValidTransaction, TransactionValidityError> {
	offer_long(who, nonce, call, LEN)
}

/// What the pool says to a transaction of this length.
pub fn offer_long(
	who: &AccountId,
	nonce: u64,
	call: impl Into<RuntimeCall>,
	len: usize,
) -> Result<ValidTransaction, TransactionValidityError> {
	let call = call.into();
	extension(nonce)
		.validate_only(
			signed(who.clone()),
			&call,
			&info(&call),
			len,
			TransactionSource::External,
			0,
		)
		.map(|(validity, ..)| validity)
}

/// Puts a transaction with the account's next nonce into the block.
pub fn send(
	who: &AccountId,
	call: impl Into<RuntimeCall>,
) -> Result<DispatchResultWithPostInfo, TransactionValidityError> {
	send_as(signed(who.clone()), System::account_nonce(who), call)
}

/// Puts a transaction into the block.
pub fn send_as(
	origin: RuntimeOrigin,
	nonce: u64,
	call: impl Into<RuntimeCall>,
) -> Result<DispatchResultWithPostInfo, TransactionValidityError> {
	let call = call.into();
	let info = info(&call);
	extension(nonce).dispatch_transaction(origin, call, &info, LEN, 0)
}

/// Who made calls, as whom and by whose signature.
pub fn made() -> Vec<(AccountId, Option<AccountId>)> {
	neighbours::Made::<Test>::get()
}

/// Gives a patient consents to revoke.
pub fn give_consents(patient: &AccountId, count: u32) {
	neighbours::Consents::<Test>::insert(patient, count);
}

/// Runs a test with two hospitals, an authority and their people, and checks the state after it.
pub fn run(test: impl FnOnce()) {
	use AccountKind::*;
	doubles::reset();
	for (account, kind) in
		[(hospital_a(), Institution), (hospital_b(), Institution), (authority(), Authority)]
	{
		People::enrol(account, kind);
	}
	People::set_custodian(&hospital_a(), custodian_a());
	for (account, kind, hospital) in [
		(registrar_a(), Practitioner, hospital_a()),
		(doctor_a(), Practitioner, hospital_a()),
		(doctor_b(), Practitioner, hospital_b()),
		(patient_a(), Patient, hospital_a()),
		(person_a(), Person, hospital_a()),
	] {
		People::enrol_by(account, kind, hospital);
	}
	People::affiliate(&registrar_a(), &hospital_a(), Role::Registrar);
	let people = [hospital_a(), hospital_b(), custodian_a(), registrar_a(), doctor_a(), doctor_b()];
	let people = people.into_iter().chain([patient_a(), person_a()]);
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: people.map(|account| (account, 1_000)).collect(),
			..Default::default()
		},
		..Default::default()
	};
	let mut ext = sp_io::TestExternalities::new(storage.build_storage().unwrap());
	ext.execute_with(|| {
		System::set_block_number(1);
		Clock::set(BEGIN);
		test();
		Pallet::<Test>::do_try_state().unwrap();
	});
}
