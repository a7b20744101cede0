//! The chain's state transition: its pallets, how they are connected, and which calls are allowed.
//!
//! - [`configs`]: each pallet's configuration, and the list of allowed calls.
//! - [`apis`]: what a node, a custodian or a wallet can ask the runtime.
//! - [`genesis_config_presets`]: the networks for development.
//! - `founding`: the genesis of a network that people use. Not in the WASM.
//! - [`parameters`]: times that the council can change.
//! - [`measuring`]: allows plain transfers for `make bench`; off on every other network.
//!
//! There is no sudo, fee or token. The only Root is a motion of three quarters of the council.
#![cfg_attr(not(feature = "std"), no_std)]
// Code that goes into the runtime's WASM cannot panic or overflow. A test of the runtime refuses `as`.
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::unwrap_used
	)
)]
// The macros that put the runtime together make items without documentation.
#![allow(missing_docs)]
#![recursion_limit = "256"]

extern crate alloc;

#[cfg(feature = "std")]
mod wasm {
	#![allow(dead_code)]
	include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));
}
#[cfg(feature = "std")]
pub use wasm::WASM_BINARY;

pub mod apis;
pub mod configs;
pub mod development;
#[cfg(feature = "std")]
pub mod founding;
pub mod genesis_config_presets;
pub mod measuring;
#[cfg(vouchsafe_next)]
mod next;
pub mod parameters;

#[cfg(test)]
mod tests;

use alloc::{borrow::Cow, vec::Vec};
use sp_runtime::{generic, traits::BlakeTwo256, MultiAddress, MultiSignature};
use sp_version::RuntimeVersion;

pub use vouchsafe_primitives::AccountId;

/// A block's number.
pub type BlockNumber = u32;
/// How many transactions an account has signed.
pub type Nonce = u32;
/// The unit of deposits. It has no price.
pub type Balance = u128;
/// A hash of this chain.
pub type Hash = sp_core::H256;
/// A transaction's signature.
pub type Signature = MultiSignature;
/// How a transaction names its signer.
pub type Address = MultiAddress<AccountId, ()>;
/// A block's header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// A transaction, not yet checked.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// The signed part of a transaction.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;
/// Dispatches blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

/// The checks of each transaction, in this order. `CheckEnrolled` wraps `CheckNonce` and looks like
/// it to wallets: a wallet signs only if every extension that it does not know encodes to nothing.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	frame_system::CheckEra<Runtime>,
	pallet_admission::CheckEnrolled<Runtime>,
	frame_system::CheckWeight<Runtime>,
	frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);

/// Blocks and headers as the node sees them. It does not decode their content, so it keeps working
/// if an upgrade changes that.
pub mod opaque {
	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;

	/// A block whose transactions are bytes.
	pub type Block = sp_runtime::generic::Block<super::Header, UncheckedExtrinsic>;
}

sp_runtime::impl_opaque_keys! {
	/// The keys with which a validator takes part in consensus.
	pub struct SessionKeys {
		/// For making blocks.
		pub aura: Aura,
		/// For finalising them.
		pub grandpa: Grandpa,
	}
}

macro_rules! version {
	($spec_version:tt) => {
		/// The runtime's version. `spec_version` rises with every change of the metadata: a test
		/// says so.
		#[sp_version::runtime_version]
		pub const VERSION: RuntimeVersion = RuntimeVersion {
			spec_name: Cow::Borrowed("vouchsafe"),
			impl_name: Cow::Borrowed("vouchsafe"),
			authoring_version: 1,
			spec_version: $spec_version,
			impl_version: 1,
			apis: apis::RUNTIME_API_VERSIONS,
			transaction_version: 1,
			system_version: 1,
		};
	};
}

#[cfg(not(vouchsafe_next))]
version!(6);
#[cfg(vouchsafe_next)]
version!(7);

/// Length of a slot in milliseconds. In each slot, one validator may make a block. Fixed at genesis.
pub const SLOT_DURATION: u64 = 1_000;
/// A day in blocks, if every slot has one. Only for SDK pallets that cannot use the chain's time: an
/// idle chain makes a tenth of the blocks, so there it is longer.
pub const DAYS: BlockNumber = 24 * 60 * 60;

// A macro, because the runtime that an end-to-end test upgrades to has an additional pallet.
macro_rules! runtime {
	($($added:tt)*) => {
		#[frame_support::runtime]
		mod runtime {
			/// The runtime.
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
			pub struct Runtime;

			#[runtime::pallet_index(0)]
			pub type System = frame_system;
			#[runtime::pallet_index(1)]
			pub type Timestamp = pallet_timestamp;
			#[runtime::pallet_index(2)]
			pub type Aura = pallet_aura;
			#[runtime::pallet_index(3)]
			pub type Grandpa = pallet_grandpa;
			#[runtime::pallet_index(4)]
			pub type Session = pallet_session;
			#[runtime::pallet_index(5)]
			pub type Balances = pallet_balances;

			#[runtime::pallet_index(10)]
			pub type Council = pallet_collective<Instance1>;
			#[runtime::pallet_index(11)]
			pub type Consortium = pallet_consortium;
			#[runtime::pallet_index(12)]
			pub type Utility = pallet_utility;
			#[runtime::pallet_index(13)]
			pub type Multisig = pallet_multisig;
			// 14 was pallet-proxy. The index is not used again.
			#[runtime::pallet_index(15)]
			pub type Admission = pallet_admission;
			#[runtime::pallet_index(16)]
			pub type Parameters = pallet_parameters;

			#[runtime::pallet_index(20)]
			pub type Enrolment = pallet_enrolment;
			#[runtime::pallet_index(21)]
			pub type Records = pallet_records;
			#[runtime::pallet_index(22)]
			pub type Consent = pallet_consent;
			#[runtime::pallet_index(23)]
			pub type AccessRequests = pallet_access_requests;
			#[runtime::pallet_index(24)]
			pub type Custody = pallet_custody;
			#[runtime::pallet_index(25)]
			pub type Audit = pallet_audit;
			#[runtime::pallet_index(27)]
			pub type Studies = pallet_studies;
			#[runtime::pallet_index(28)]
			pub type Representation = pallet_representation;
			#[runtime::pallet_index(29)]
			pub type Recovery = pallet_recovery;

			#[runtime::pallet_index(30)]
			pub type Measuring = crate::measuring;
			#[runtime::pallet_index(32)]
			pub type ParametersAtGenesis = crate::parameters;

			$($added)*
		}
	};
}

#[cfg(not(vouchsafe_next))]
runtime!();
#[cfg(vouchsafe_next)]
runtime! {
	#[runtime::pallet_index(31)]
	pub type Next = crate::next;
}
