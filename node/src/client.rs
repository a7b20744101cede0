//! Names for the types that the node is made of: the client, its database, the pool.

use vouchsafe_runtime::{apis::RuntimeApi, opaque::Block};

/// Executes the runtime's WASM.
pub type Executor = sc_executor::WasmExecutor<sp_io::SubstrateHostFunctions>;
/// The chain and its state.
pub type FullClient = sc_service::TFullClient<Block, RuntimeApi, Executor>;
/// The database of blocks and states.
pub type FullBackend = sc_service::TFullBackend<Block>;
/// Chooses the best of several chains: the longest.
pub type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;
/// The transactions that wait for a block.
pub type FullPool = sc_transaction_pool::TransactionPoolHandle<Block, FullClient>;
/// Imports blocks and follows the changes of GRANDPA's authorities.
pub type GrandpaBlockImport =
	sc_consensus_grandpa::GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;
/// Connects the block import with the GRANDPA voter.
pub type GrandpaLink = sc_consensus_grandpa::LinkHalf<Block, FullClient, FullSelectChain>;
