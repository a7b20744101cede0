//! The JSON-RPC methods of the node, besides those that every Substrate node has: the next nonce of
//! an account, proofs of finality and of the genesis state, `vouchsafe_*` and `research_*`.

mod finality;
pub mod genesis;
mod json;
pub mod listener;
mod method;
mod parameters;
mod research;
mod vouchsafe;

use crate::client::{FullBackend, FullClient, FullPool};
use finality::Finality;
use genesis::GenesisState;
use jsonrpsee::{core::RegisterMethodError, RpcModule};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use serde_json::json;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};
use vouchsafe_runtime::{opaque::Block, BlockNumber, Hash};

/// The parts of the node that the methods need.
pub struct Deps {
	/// The chain.
	pub client: Arc<FullClient>,
	/// The transactions that wait for a block.
	pub pool: Arc<FullPool>,
	/// The validators that finalise blocks.
	pub authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	/// The state of their voting.
	pub voter_state: SharedVoterState,
	/// New proofs of finality.
	pub justifications: GrandpaJustificationStream<Block>,
	/// Proofs of finality of earlier blocks.
	pub finality_proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
	/// The genesis block's state.
	pub genesis: Arc<GenesisState>,
	/// Runs subscriptions.
	pub executor: Arc<dyn sp_core::traits::SpawnNamed>,
}

/// Creates the methods.
pub fn create(
	deps: Deps,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync + 'static>> {
	let mut module = RpcModule::new(());
	module.merge(System::new(deps.client.clone(), deps.pool).into_rpc())?;
	let finality =
		Finality { client: deps.client.clone(), authority_set: deps.authority_set.clone() };
	module.merge(finality::methods(finality)?)?;
	module.merge(genesis::methods(deps.client.clone(), deps.genesis)?)?;
	module.merge(
		Grandpa::new(
			deps.executor,
			deps.authority_set,
			deps.voter_state,
			deps.justifications,
			deps.finality_proofs,
		)
		.into_rpc(),
	)?;
	module.merge(vouchsafe::methods(deps.client.clone())?)?;
	module.merge(research::methods(deps.client)?)?;
	Ok(module)
}

/// Creates the methods of the listener for researchers: `research_*`, and `rpc_methods`, which lists
/// them.
pub fn create_research(client: Arc<FullClient>) -> Result<RpcModule<()>, RegisterMethodError> {
	let mut module = RpcModule::new(());
	module.merge(research::methods(client)?)?;
	let mut names: Vec<&str> = module.method_names().chain(["rpc_methods"]).collect();
	names.sort_unstable();
	let names = json!({ "methods": names });
	module.register_method("rpc_methods", move |_, _, _| names.clone())?;
	Ok(module)
}
