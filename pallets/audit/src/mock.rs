//! A chain with this pallet alone.

use crate as pallet_audit;
use frame_support::{derive_impl, sp_runtime::BuildStorage, traits::ConstU32};
use sp_core::H256;
use sp_runtime::traits::IdentityLookup;
use vouchsafe_primitives::AccountId;
use vouchsafe_support::doubles;
pub use vouchsafe_support::doubles::{Admitted, Clock};

type Block = frame_system::mocking::MockBlock<Test>;

pub const GENESIS: H256 = H256([7; 32]);
pub const PATIENT: AccountId = AccountId::new([1; 32]);
pub const OTHER_PATIENT: AccountId = AccountId::new([2; 32]);
pub const DOCTOR: AccountId = AccountId::new([3; 32]);
pub const HOSPITAL: AccountId = AccountId::new([4; 32]);
pub const REPRESENTATIVE: AccountId = AccountId::new([5; 32]);

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Audit: pallet_audit,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type AccountId = AccountId;
	type Block = Block;
	type Lookup = IdentityLookup<AccountId>;
}

impl crate::Config for Test {
	type Admission = Admitted;
	type Time = Clock;
	type MaxUninvited = ConstU32<16>;
}

/// Runs a test in block 1, and the pallet's invariants after it.
pub fn run(test: impl FnOnce()) {
	let storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	sp_io::TestExternalities::from(storage).execute_with(|| {
		frame_system::BlockHash::<Test>::insert(0, GENESIS);
		System::set_block_number(1);
		doubles::reset();
		test();
		Audit::do_try_state().unwrap();
	});
}
