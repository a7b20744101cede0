//! Session keys, which a validator's own node generates and keeps.

use super::{answered, Chain};
use codec::DecodeAll;
use serde::Deserialize;
use subxt_rpcs::{methods::legacy::Bytes, rpc_params};
use vouchsafe_protocol::{calls::SessionKeys, errors::ChainError, types::AccountId};

/// The answer of `author_rotateKeysWithOwner`.
#[derive(Debug, Deserialize)]
struct Generated {
	keys: Bytes,
	proof: Bytes,
}

/// New session keys, and the proof that who generated them has them for the account that asked.
#[derive(Clone, Debug)]
pub struct NewSessionKeys {
	/// The public keys.
	pub keys: SessionKeys,
	/// The key that makes blocks.
	pub aura: [u8; 32],
	/// The key that finalises them.
	pub grandpa: [u8; 32],
	/// The proof.
	pub proof: Vec<u8>,
}

impl Chain {
	/// Has the node generate session keys for this account, and keep them. The node does this only for
	/// callers to whom it allows unsafe methods.
	pub async fn generate_session_keys(
		&self,
		owner: &AccountId,
	) -> Result<NewSessionKeys, ChainError> {
		let owner: &[u8] = owner.as_ref();
		let params = || rpc_params![Bytes(owner.to_vec())];
		let asked = || self.client.request::<Generated>("author_rotateKeysWithOwner", params());
		let Generated { keys, proof } = answered(asked).await?;
		let read = &mut &keys[..];
		let (aura, grandpa) = <_>::decode_all(read).map_err(ChainError::foreign)?;
		let keys = SessionKeys::decode_all(&mut &keys[..]).map_err(ChainError::foreign)?;
		Ok(NewSessionKeys { keys, aura, grandpa, proof: proof.0 })
	}
}
