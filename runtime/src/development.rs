//! The accounts of the networks for development. Their secrets are public: the account of path
//! `//HospitalA` is derived by that path from the SDK's well-known development phrase (sr25519), and
//! its X25519 secret is `blake2b-256("vouchsafe/development/" ++ path)`. They are written out here
//! because the runtime does not derive keys; a test derives and compares them.
#![warn(missing_docs)]

use sp_core::{hex2array, H256};
use vouchsafe_primitives::AccountId;

/// A development account.
#[derive(Clone, Copy, Debug)]
pub struct Key {
	/// The path from the development phrase.
	pub path: &'static str,
	/// The account: an sr25519 public key.
	pub account: [u8; 32],
	/// The X25519 public key.
	pub encryption_key: [u8; 32],
}

impl Key {
	/// The account.
	pub fn account(&self) -> AccountId {
		self.account.into()
	}

	/// The X25519 public key.
	pub fn encryption_key(&self) -> H256 {
		self.encryption_key.into()
	}
}

macro_rules! keys {
	($($(#[$doc:meta])* $name:ident: $path:literal, $account:literal, $key:literal;)+) => {
		$($(#[$doc])* pub const $name: Key = Key {
			path: $path,
			account: hex2array!($account),
			encryption_key: hex2array!($key),
		};)+

		/// All of them.
		pub const ALL: &[Key] = &[$($name),+];
	};
}

keys! {
	/// Hospital A.
	HOSPITAL_A: "//HospitalA",
		"2a89d1dbed480dcaee6350ba53cf355897632445bc55411bbe4caaa2c24d126e",
		"c5c24495a67ac645191d1bf148c4eb77c0c0f919fb5e2ee30ebd632e59155439";
	/// Hospital A's custodian.
	HOSPITAL_A_CUSTODIAN: "//HospitalA//custodian",
		"f6f311ff31f1a84bf87e8374c2a84c49715a9cdff11b790ee939eacf42e97166",
		"95d9c75a42497a1f0786adb2609c593f5b50c1055935edfbd64b741068db5643";
	/// Hospital B.
	HOSPITAL_B: "//HospitalB",
		"06c8d90f6de20562524f32a60b2db47b0c20455a920dbfc5475d237c361b8940",
		"3424cd06b9d458221887dcaf25aababae99e676684040fbf84d822b64b1d3802";
	/// Hospital B's custodian.
	HOSPITAL_B_CUSTODIAN: "//HospitalB//custodian",
		"6e7b2422674ba05e2370a65c1fb576cb97f17c026530d5ec83c869cf8fe30131",
		"292949d13b3ea3e6222ffbd521f7bb6b6bb434dbbed96ea4f26ba0c9e36f8b37";
	/// Hospital C.
	HOSPITAL_C: "//HospitalC",
		"baf43bf1059a51675b2294ad33c1f2057f3a6d9552abb9d49987d1aaacc29c69",
		"1e846e75edea7ef2039e6655b0eed74e5a70265880cb9eb6c99d2ea8cf3b5453";
	/// Hospital C's custodian.
	HOSPITAL_C_CUSTODIAN: "//HospitalC//custodian",
		"1444d3a51dfda4f54768c06c067b80ea2cf1efc6968fb9c8dfa8e1665d75c279",
		"cb029618c18e5f3b76a7e068961ec39dd0c97395009252fcb19b7e4460b3a163";
	/// The health authority.
	AUTHORITY: "//Authority",
		"7069be12307bf3dc8c01371cc7c165ca95895a0ec0230c9df0b092e07f82981f",
		"e23e10d78ba0c39e218fe1976213691940c32192042b922090f0ce03644ae645";
	/// The health authority's custodian.
	AUTHORITY_CUSTODIAN: "//Authority//custodian",
		"3c655cd20906a99afa0e0ba90e912187e716a5bf1d4b7e7943a6a962d9e07607",
		"3cc603c57fbc3ff1e04e972ed9942b94a2730872fc23ab6fa0e7a977897d310e";
	/// Hospital A's registrar.
	REGISTRAR_A: "//RegistrarA",
		"da8d115eb9fcde454cc9e964f4c34e6eba49098b4456aa7cf3223b11ba02592a",
		"8ed88e9dfa62131829d3cb601ac5f93caa238c3ae4f2d61b9ac832adc62f0c15";
	/// Hospital B's registrar.
	REGISTRAR_B: "//RegistrarB",
		"e67cb2d4591d0d1db6ceaf8b72cc6de062b4ee1697573facaeda2f536a762e45",
		"f994b7c26d92a069db96e36b1158864d76803d875bf870665f74aff337919d77";
	/// Hospital C's registrar.
	REGISTRAR_C: "//RegistrarC",
		"e63b201dac7dfda322e78472d561944c84f3f88f4aa91c8c491e28948b952a0e",
		"11ab09d35d8773a202f10809e9e89c52a4196a3e12cd7ca8eabfcfb5e918b035";
	/// A physician at hospital A.
	DOCTOR_A: "//DoctorA",
		"a47a65890912357109d2cdff0905c3ac26be84ee82e4a71d869f6907f490657a",
		"aeadc9b350fca611d4adcf1876848dd45d5207df64f3d73a05079cba57192948";
	/// Another physician at hospital A.
	DOCTOR_A2: "//DoctorA2",
		"2897ba088eebbdcb6620de23197f3689ab6c0f2fb41cf36c66358e31b0006a75",
		"4722c16fa007444ee92cbed383e91a4bba281ed44f3d71f980f695d817c8b017";
	/// A physician at hospital B, in care team 1.
	DOCTOR_B: "//DoctorB",
		"3c3639fe98339939ecb8044a3be52487dcaaa0b7a30a9c4b20aac21d722b0c58",
		"c1cf6cc0b6a453d99794bd166048b0e28507942850e4da08918f531195432d0f";
	/// Another physician at hospital B, in care team 1.
	DOCTOR_B2: "//DoctorB2",
		"c49d1ce13a93454ec5852d5a981c9eaea62055d93495a5f21d74de54078cad05",
		"7aef8bcf601eec8cc775f760677c7fd8f6309473630c43af7ecb4238c01ed108";
	/// A physician at hospital C.
	DOCTOR_C: "//DoctorC",
		"7e3c51aae42e5e0424acc1d7a08cebe3d0d7f1c2c9d40919d40d082ffe72ee63",
		"7601fb7c3973baa2718550a95c3af8074ecb386e965dbff1b49c18110a6e3748";
	/// A patient, enrolled by hospital A.
	PATIENT_A: "//PatientA",
		"22ff444c5ee241417360926c904b146eb84ee5391689927a1d06b97cc003f577",
		"56c801218b567831652a548398287962cf412ff180ca01aabd89e9554322de78";
	/// A patient, enrolled by hospital B.
	PATIENT_B: "//PatientB",
		"a6110c63420ba1bc3e3beb98c0d695af96c2a81f077c1c36764497cc9bcecb06",
		"cdfe9e9d36476c8c268e88f94b1e25114fd18a21e6a35d7a534fe1a02131465d";
	/// A researcher, enrolled by the authority.
	RESEARCHER: "//Researcher",
		"1efc171aa7bbee2e52e2d8597f91ee18146ae1179ec1c001e63281c5e1e2a47e",
		"d0a59c960d5d0a608643995ce704d9e539f6f0435a060066b6ceffd077e9f56d";
}
