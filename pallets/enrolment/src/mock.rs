//! A runtime with this pallet and its extension, the standard pallets through which a call can
//! reach it as another's (utility, proxy), and doubles of the neighbours: consents to be revoked,
//! openings, acknowledgements, and a log.

use crate::{self as pallet_enrolment, *};
use frame_support::{
	derive_impl,
	dispatch::{DispatchInfo, DispatchResultWithPostInfo, GetDispatchInfo},
	parameter_types,
	traits::{ConstU32, ConstU64, InstanceFilter},
};
use frame_system::CheckNonce;
use sp_core::{sr25519, Pair};
use sp_runtime::{
	traits::{BlakeTwo256, DispatchTransaction, IdentityLookup, TransactionExtension},
	transaction_validity::{TransactionSource, TransactionValidityError, ValidTransaction},
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
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(3)]
	pub type Utility = pallet_utility;
	#[runtime::pallet_index(4)]
	pub type Proxy = pallet_proxy;
	#[runtime::pallet_index(5)]
	pub type Enrolment = pallet_enrolment;
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

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

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

/// Any proxy may do anything.
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
pub struct AnyProxy;
impl InstanceFilter<RuntimeCall> for AnyProxy {
	fn filter(&self, _: &RuntimeCall) -> bool {
		true
	}
}

impl pallet_proxy::Config for Test {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type ProxyType = AnyProxy;
	type ProxyDepositBase = ConstU64<1>;
	type ProxyDepositFactor = ConstU64<1>;
	type MaxProxies = ConstU32<4>;
	type WeightInfo = ();
	type MaxPending = ConstU32<4>;
	type CallHasher = BlakeTwo256;
	type AnnouncementDepositBase = ConstU64<1>;
	type AnnouncementDepositFactor = ConstU64<1>;
	type BlockNumberProvider = System;
}

/// Calls of the neighbours, as far as the extension knows of them.
#[frame_support::pallet(dev_mode)]
pub mod neighbours {
	use super::{AccountId, Enrolment};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use vouchsafe_support::Enrolment as _;

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

		pub fn acknowledge(origin: OriginFor<T>) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Enrolment::custodian_of(&who).ok_or("no custodian")?;
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
			ensure!(Enrolment::active_kind(&who).is_some(), "not active");
			Made::<T>::append((who.clone(), Enrolment::signer()));
			Ok(who)
		}
	}
}

impl neighbours::Config for Test {}

/// Tells the neighbours' calls, as the runtime does: by the outermost call alone.
pub struct Classes;
impl CallClass<RuntimeCall> for Classes {
	fn class(call: &RuntimeCall, signer: &AccountId) -> Class {
		use neighbours::Call;
		match call {
			RuntimeCall::Neighbours(Call::revoke { id }) => {
				Class::Revocation { exists: *id < neighbours::Consents::<Test>::get(signer) }
			},
			RuntimeCall::Neighbours(Call::open {}) => Class::Opening,
			RuntimeCall::Neighbours(Call::acknowledge {}) => Class::Acknowledgement,
			_ => Class::Ordinary,
		}
	}
}

/// A line of a patient's log: whose, as whom, for which institution, what.
pub type Line = (AccountId, AccountId, Option<AccountId>, LogEvent);

/// Keeps what is logged.
pub struct Log;
impl AuditLog for Log {
	fn append(
		patient: &AccountId,
		origin: &AccountId,
		acting_for: Option<&AccountId>,
		_: Option<Purpose>,
		event: LogEvent,
	) {
		let line = (patient.clone(), origin.clone(), acting_for.cloned(), event);
		Lines::mutate(|lines| lines.push(line));
	}

	fn head(_: &AccountId) -> (u64, H256) {
		(Lines::get().len().try_into().unwrap(), H256::zero())
	}
}

/// Calls like `note()` that an institution's quota holds.
pub const INSTITUTION_CALLS: u64 = 8;
/// Calls like `note()` that another account's quota holds.
pub const PERSON_CALLS: u64 = 4;
/// Length of a transaction, unless a test says another.
pub const LEN: usize = 100;

fn quota(calls: u64) -> Quota {
	let weight = info(&note()).total_weight().ref_time();
	// The bytes are no limit, unless a transaction is long.
	Quota { weight: weight * calls, bytes: u32::try_from(calls).unwrap() * 200 }
}

parameter_types! {
	pub static Lines: Vec<Line> = vec![];
	pub const Allowance: u64 = 1_000;
	pub InstitutionQuota: Quota = quota(INSTITUTION_CALLS);
	pub PersonQuota: Quota = quota(PERSON_CALLS);
}

impl Config for Test {
	type Time = Timestamp;
	type Currency = Balances;
	type Audit = Log;
	type CallClass = Classes;
	type Allowance = Allowance;
	type Window = ConstU32<10>;
	type InstitutionQuota = InstitutionQuota;
	type PersonQuota = PersonQuota;
	type WeightInfo = ();
}

/// When the tests begin.
pub const NOW: Moment = 1_800_000_000;

/// The key pair of a name.
pub fn pair(name: &str) -> sr25519::Pair {
	Pair::from_string(&format!("//{name}"), None).unwrap()
}

/// The account of a name.
pub fn account(name: &str) -> AccountId {
	pair(name).public().into()
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
}

/// An encryption key.
pub const KEY: EncryptionKey = [7; 32];
/// Another one.
pub const OTHER_KEY: EncryptionKey = [8; 32];

/// Signed by this account.
pub fn signed(account: AccountId) -> RuntimeOrigin {
	RuntimeOrigin::signed(account)
}

/// Root.
pub fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

/// Sets the time.
pub fn set_now(now: Moment) {
	pallet_timestamp::Now::<Test>::put(now * 1_000);
}

/// The hash that stands for the chain.
pub fn genesis() -> H256 {
	System::block_hash(0)
}

/// Wraps a text as wallets do and signs it.
pub fn sign(name: &str, text: &str) -> MultiSignature {
	pair(name).sign(format!("<Bytes>{text}</Bytes>").as_bytes()).into()
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

fn institution(name: &str, kind: AccountKind, cap: u32) -> GenesisInstitution {
	GenesisInstitution {
		account: account(name),
		kind,
		name: name.into(),
		country: "DE".into(),
		cap,
		encryption_key: H256(KEY),
		custodian: (name == "HospitalA").then(|| GenesisCustodian {
			url: "http://127.0.0.1:1".into(),
			account: custodian_a(),
			key: H256(KEY),
		}),
	}
}

fn person(name: &str, kind: AccountKind, enrolled_by: AccountId) -> GenesisPerson {
	GenesisPerson { account: account(name), kind, encryption_key: H256(KEY), enrolled_by }
}

fn affiliation(practitioner: &str, institution: AccountId, role: Role) -> GenesisAffiliation {
	GenesisAffiliation {
		practitioner: account(practitioner),
		institution,
		role,
		attested: role == Role::Physician,
		teams: vec![],
	}
}

/// Two hospitals and an authority, with people.
pub fn genesis_config() -> GenesisConfig<Test> {
	use AccountKind::*;
	GenesisConfig {
		institutions: vec![
			institution("HospitalA", Institution, 6),
			institution("HospitalB", Institution, 3),
			institution("Authority", Authority, 0),
		],
		people: vec![
			person("RegistrarA", Practitioner, hospital_a()),
			person("DoctorA", Practitioner, hospital_a()),
			person("DoctorB", Practitioner, hospital_b()),
			person("PatientA", Patient, hospital_a()),
			person("PersonA", Person, hospital_a()),
		],
		affiliations: vec![
			affiliation("RegistrarA", hospital_a(), Role::Registrar),
			affiliation("DoctorA", hospital_a(), Role::Physician),
			affiliation("DoctorB", hospital_b(), Role::Physician),
		],
		..Default::default()
	}
}

/// Runs a test, and checks the state after it.
pub fn run(test: impl FnOnce()) {
	run_with(genesis_config(), test);
}

/// Runs a test from this genesis on, and checks the state after it.
pub fn run_with(enrolment: GenesisConfig<Test>, test: impl FnOnce()) {
	let storage = RuntimeGenesisConfig { enrolment, ..Default::default() };
	let mut ext = sp_io::TestExternalities::new(storage.build_storage().unwrap());
	ext.execute_with(|| {
		Lines::set(vec![]);
		System::set_block_number(1);
		set_now(NOW);
		test();
		Pallet::<Test>::do_try_state().unwrap();
	});
}
