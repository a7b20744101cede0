//! What a wallet signs when it is asked to sign a text.

use sp_runtime::{traits::Verify, MultiSignature};
use vouchsafe_primitives::AccountId;

/// Whether this is the key's signature (sr25519) of the text between `<Bytes>` and `</Bytes>`: wallets wrap
/// everything that is not a transaction like this.
pub fn has_signed(key: &AccountId, text: &str, signature: &MultiSignature) -> bool {
	let message = [b"<Bytes>", text.as_bytes(), b"</Bytes>"].concat();
	matches!(signature, MultiSignature::Sr25519(_)) && signature.verify(&message[..], key)
}
