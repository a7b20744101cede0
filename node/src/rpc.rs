//! What the node can be asked: the SDK's own methods (chain, state, `chainHead`, transactions),
//! accounts' next nonces, proofs of finality, and `vouchsafe_*`.

mod json;
mod vouchsafe;

use crate::client::{FullBackend, FullClient, FullPool};
use jsonrpsee::RpcModule;
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};
use vouchsafe::{Vouchsafe, VouchsafeServer};
use vouchsafe_runtime::{opaque::Block, BlockNumber, Hash};

/// What the methods rest on.
pub struct Deps {
	/// The chain.
	pub client: Arc<FullClient>,
	/// The transactions that wait.
	pub pool: Arc<FullPool>,
	/// Who finalises.
	pub authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	/// How far they are.
	pub voter_state: SharedVoterState,
	/// What they have proved.
	pub justifications: GrandpaJustificationStream<Block>,
	/// What can be proved.
	pub finality_proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
	/// Runs subscriptions.
	pub executor: Arc<dyn sp_core::traits::SpawnNamed>,
}

/// The methods besides those that every Substrate node has.
pub fn create(
	deps: Deps,
) -> Result<RpcModule<()>, Box<dyn std::error::Error + Send + Sync + 'static>> {
	let mut module = RpcModule::new(());
	module.merge(System::new(deps.client.clone(), deps.pool).into_rpc())?;
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
	module.merge(Vouchsafe::new(deps.client).into_rpc())?;
	Ok(module)
}
