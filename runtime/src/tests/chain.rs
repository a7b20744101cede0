//! A chain without a node: blocks of signed transactions, checked and dispatched as on the real one,
//! from the genesis of the preset `local`.

use crate::{
	genesis_config_presets as presets, AccountId, Executive, Header, Runtime, RuntimeCall,
	RuntimeEvent, RuntimeGenesisConfig, SignedPayload, System, TxExtension, UncheckedExtrinsic,
	SLOT_DURATION,
};
use codec::Encode;
use frame_metadata_hash_extension::CheckMetadataHash;
use frame_support::storage::{with_transaction, TransactionOutcome};
use sp_consensus_aura::{Slot, AURA_ENGINE_ID};
use sp_core::{sr25519, Pair};
use sp_io::TestExternalities;
use sp_runtime::{
	generic::Era,
	traits::Header as _,
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult, BuildStorage, Digest, DigestItem,
};

/// When the chain begins, in milliseconds: at a full hour.
const BEGIN: u64 = 1_800_000_000_000;

/// The account of a development path.
pub fn account(path: &str) -> AccountId {
	pair(path).public().into()
}

/// The key pair of a development path.
pub fn pair(path: &str) -> sr25519::Pair {
	sr25519::Pair::from_string(path, None).unwrap()
}

/// A transaction that is still to be signed: who signs, and what.
pub type Tx<'a> = (&'a str, RuntimeCall);

/// The chain.
pub struct Chain {
	state: TestExternalities,
	/// Milliseconds from its beginning to the latest block.
	age: u64,
}

impl Chain {
	/// The preset's chain, with one block.
	pub fn new() -> Self {
		let patch = presets::preset(presets::LOCAL).unwrap();
		let mut genesis = serde_json::to_value(RuntimeGenesisConfig::default()).unwrap();
		super::development::merge(&mut genesis, patch);
		let genesis: RuntimeGenesisConfig = serde_json::from_value(genesis).unwrap();
		let mut chain = Self { state: genesis.build_storage().unwrap().into(), age: 0 };
		chain.block([]);
		chain
	}

	/// Reads or changes the state between blocks.
	pub fn state<R>(&mut self, f: impl FnOnce() -> R) -> R {
		self.state.execute_with(f)
	}

	/// Makes an empty block this many seconds after the chain's beginning.
	pub fn block_at(&mut self, age: u64) {
		self.age = age * 1_000 - SLOT_DURATION;
		self.block([]);
	}

	/// Makes a block of these transactions, in this order, and returns the result of each.
	pub fn block<'a>(
		&mut self,
		txs: impl IntoIterator<Item = Tx<'a>>,
	) -> Vec<ApplyExtrinsicResult> {
		self.age += SLOT_DURATION;
		let now = BEGIN + self.age;
		self.state.execute_with(|| {
			let number = System::block_number() + 1;
			let parent = match number {
				1 => Default::default(),
				_ => System::finalize().hash(),
			};
			let slot = Slot::from(now / SLOT_DURATION);
			let digest =
				Digest { logs: vec![DigestItem::PreRuntime(AURA_ENGINE_ID, slot.encode())] };
			Executive::initialize_block(&Header::new(
				number,
				Default::default(),
				Default::default(),
				parent,
				digest,
			));
			let time = pallet_timestamp::Call::set { now };
			Executive::apply_extrinsic(UncheckedExtrinsic::new_bare(time.into())).unwrap().unwrap();
			let results = txs
				.into_iter()
				.map(|(path, call)| {
					let nonce = System::account_nonce(account(path));
					Executive::apply_extrinsic(sign(path, call, nonce))
				})
				.collect();
			Executive::finalize_block();
			results
		})
	}

	/// Makes a block of one transaction, which must succeed, and returns its events.
	pub fn ok(&mut self, path: &str, call: impl Into<RuntimeCall>) -> Vec<RuntimeEvent> {
		let results = self.block([(path, call.into())]);
		assert_eq!(results, [Ok(Ok(()))], "{path}");
		self.events()
	}

	/// The latest block's events.
	pub fn events(&mut self) -> Vec<RuntimeEvent> {
		self.state(|| System::events().into_iter().map(|record| record.event).collect())
	}

	/// The pool's answer to a transaction whose nonce is this far ahead.
	pub fn validate(
		&mut self,
		path: &str,
		call: impl Into<RuntimeCall>,
		ahead: u32,
	) -> TransactionValidity {
		let tx = self.sign(path, call, ahead);
		self.pool(tx)
	}

	/// Signs a transaction whose nonce is this far ahead.
	pub fn sign(
		&mut self,
		path: &str,
		call: impl Into<RuntimeCall>,
		ahead: u32,
	) -> UncheckedExtrinsic {
		self.state(|| sign(path, call.into(), System::account_nonce(account(path)) + ahead))
	}

	/// The pool's answer to a signed transaction.
	pub fn pool(&mut self, tx: UncheckedExtrinsic) -> TransactionValidity {
		self.state(|| {
			with_transaction(|| {
				let source = TransactionSource::External;
				let parent = System::block_hash(System::block_number());
				let validity = Executive::validate_transaction(source, tx, parent);
				TransactionOutcome::Rollback(Ok::<_, sp_runtime::DispatchError>(validity))
			})
			.unwrap()
		})
	}
}

/// What a transaction carries besides its call.
pub fn extension(nonce: u32) -> TxExtension {
	(
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		pallet_admission::CheckEnrolled::<Runtime>(frame_system::CheckNonce::from(nonce)),
		frame_system::CheckWeight::new(),
		CheckMetadataHash::new(false),
		frame_system::WeightReclaim::new(),
	)
}

fn sign(path: &str, call: RuntimeCall, nonce: u32) -> UncheckedExtrinsic {
	let payload = SignedPayload::new(call, extension(nonce)).unwrap();
	let signature = payload.using_encoded(|payload| pair(path).sign(payload));
	let (call, extension, _) = payload.deconstruct();
	UncheckedExtrinsic::new_signed(call, account(path).into(), signature.into(), extension)
}
