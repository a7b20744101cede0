//! A runtime with this pallet, and test doubles of its neighbours.

use crate::{self as pallet_enrolment, *};
use frame_support::{derive_impl, parameter_types};
use sp_core::{sr25519, Pair};
use sp_runtime::{traits::IdentityLookup, BuildStorage};
pub use vouchsafe_support::doubles::{
	self, Admitted, Clock, KeyRing, Logs, Members, Representatives, START as NOW,
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
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Enrolment = pallet_enrolment;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type Nonce = u64;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
}

parameter_types! {
	pub const Allowance: u64 = 1_000;
}

impl Config for Test {
	type Time = Clock;
	type Currency = Balances;
	type Audit = Logs;
	type Admission = Admitted;
	type Consortium = Members;
	type Keys = KeyRing;
	type Representation = Representatives;
	type Allowance = Allowance;
	type WeightInfo = ();
}

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

/// The genesis hash.
pub fn genesis() -> H256 {
	System::block_hash(0)
}

/// Wraps a text as wallets do and signs it.
pub fn sign(name: &str, text: &str) -> MultiSignature {
	pair(name).sign(format!("<Bytes>{text}</Bytes>").as_bytes()).into()
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
	doubles::reset();
	let storage = RuntimeGenesisConfig { enrolment, ..Default::default() };
	let mut ext = sp_io::TestExternalities::new(storage.build_storage().unwrap());
	ext.execute_with(|| {
		System::set_block_number(1);
		test();
		Pallet::<Test>::do_try_state().unwrap();
	});
}
