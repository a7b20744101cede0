//! What an engineer asks a node about itself.

use super::{answered, Chain};
use codec::Encode;
use subxt_rpcs::{methods::legacy::Bytes, rpc_params};
use vouchsafe_protocol::{calls::SessionKeys, errors::ChainError};

impl Chain {
	/// The version of the node's program.
	pub async fn node_version(&self) -> Result<String, ChainError> {
		answered(|| self.rpc.system_version()).await
	}

	/// Whether the node has the private parts of these session keys. `None` if it does not say this to us:
	/// it does so only for callers to whom it allows unsafe methods.
	pub async fn has_session_keys(&self, keys: &SessionKeys) -> Result<Option<bool>, ChainError> {
		let params = || rpc_params![Bytes(keys.encode())];
		let asked = || self.client.request::<bool>("author_hasSessionKeys", params());
		match answered(asked).await {
			Ok(has) => Ok(Some(has)),
			Err(error) if error.to_string().contains("unsafe") => Ok(None),
			Err(error) => Err(error),
		}
	}
}
