//! What wallets in browser extensions are asked to sign, and what they answer. It is the API of
//! polkadot-js, which other extensions have too: `signRaw` for texts and `signPayload` for calls.
//!
//! Numbers are hex with the highest byte first, and bytes are hex. An extension makes the signed bytes
//! of a call itself from these fields: see [`extrinsics`](crate::extrinsics).

use crate::{
	calls::RuntimeCall,
	extrinsics::{Binding, FORMAT},
	messages::HexBytes,
};
use codec::Encode;
use serde::{Deserialize, Serialize};

/// The transaction extensions of the chain, in their order. Of those that a wallet does not know it
/// assumes that they encode to nothing, which is so.
pub const TRANSACTION_EXTENSIONS: [&str; 10] = [
	"AuthorizeCall",
	"CheckNonZeroSender",
	"CheckSpecVersion",
	"CheckTxVersion",
	"CheckGenesis",
	"CheckMortality",
	"CheckNonce",
	"CheckWeight",
	"CheckMetadataHash",
	"WeightReclaim",
];

/// A call for `signPayload`: the `SignerPayloadJSON` of polkadot-js.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallPayload {
	/// The account's address, as the extension writes it.
	pub address: String,
	/// Hash of the block from which on the signature is valid.
	pub block_hash: String,
	/// Its number.
	pub block_number: String,
	/// For how long it is valid.
	pub era: String,
	/// Hash of the genesis block.
	pub genesis_hash: String,
	/// The call.
	pub method: String,
	/// The account's nonce.
	pub nonce: String,
	/// The runtime's version.
	pub spec_version: String,
	/// The version of the calls' encoding.
	pub transaction_version: String,
	/// Nothing: the chain has no fees.
	pub tip: String,
	/// [`TRANSACTION_EXTENSIONS`].
	pub signed_extensions: Vec<String>,
	/// The version of the extrinsic's format.
	pub version: u8,
	/// 0: no hash of the metadata is signed.
	pub mode: u8,
	/// Which is therefore missing.
	pub metadata_hash: Option<String>,
}

impl CallPayload {
	/// A call of the account of this address.
	pub fn new(address: &str, call: &RuntimeCall, binding: &Binding) -> Self {
		let bytes = |bytes: Vec<u8>| HexBytes(bytes).to_string();
		let number = |number: u32| bytes(number.to_be_bytes().to_vec());
		Self {
			address: address.to_owned(),
			block_hash: bytes(binding.from.0.to_vec()),
			block_number: number(binding.mortality.from),
			era: bytes(binding.mortality.encoded().to_vec()),
			genesis_hash: bytes(binding.genesis.0.to_vec()),
			method: bytes(call.encode()),
			nonce: bytes(binding.nonce.to_be_bytes().to_vec()),
			spec_version: number(binding.version.spec_version),
			transaction_version: number(binding.version.transaction_version),
			tip: bytes(vec![0; 16]),
			signed_extensions: TRANSACTION_EXTENSIONS.map(str::to_owned).to_vec(),
			version: FORMAT,
			mode: 0,
			metadata_hash: None,
		}
	}
}

/// A text for `signRaw`: the `SignerPayloadRaw` of polkadot-js.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPayload {
	/// The account's address, as the extension writes it.
	pub address: String,
	/// The text, wrapped, as bytes. Extensions show it as text, and wrap it only if it is not.
	pub data: String,
	/// `bytes`.
	#[serde(rename = "type")]
	pub kind: String,
}

impl TextPayload {
	/// A text that the account of this address signs.
	pub fn new(address: &str, text: &str) -> Self {
		let data = HexBytes(crate::signing::wrap(text)).to_string();
		Self { address: address.to_owned(), data, kind: "bytes".into() }
	}
}

/// The signature that an extension answers with. Before that of a call is a byte that says that it is one
/// of sr25519.
pub fn signature_of(text: &str) -> Option<[u8; 64]> {
	const SR25519: u8 = 1;
	let HexBytes(bytes) = text.parse().ok()?;
	match bytes.len() {
		64 => bytes.try_into().ok(),
		65 => bytes.strip_prefix(&[SR25519])?.try_into().ok(),
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		calls::{ConsentCall, UtilityCall},
		extrinsics::{self, Mortality, RuntimeVersion},
		types::{AccountId, Grantee, H256},
		METADATA,
	};
	use codec::Compact;
	use sp_crypto_hashing::blake2_256;
	use subxt_metadata::Metadata;

	fn revocation() -> RuntimeCall {
		ConsentCall::revoke { grantee: Grantee::Institution(AccountId::new([5; 32])), id: 9 }.into()
	}

	fn binding() -> Binding {
		Binding {
			version: RuntimeVersion { spec_version: 100, transaction_version: 7 },
			genesis: H256([3; 32]),
			mortality: Mortality::new(1000, 64),
			from: H256([4; 32]),
			nonce: 300,
		}
	}

	/// The bytes that an extension signs. It knows nothing but the payload.
	fn as_an_extension_does(payload: &CallPayload) -> Vec<u8> {
		let bytes = |text: &str| text.parse::<HexBytes>().unwrap().0;
		let number = |text: &str| {
			bytes(text).iter().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
		};
		let mut signed = bytes(&payload.method);
		signed.extend(bytes(&payload.era));
		Compact(number(&payload.nonce)).encode_to(&mut signed);
		signed.push(payload.mode);
		(number(&payload.spec_version) as u32).encode_to(&mut signed);
		(number(&payload.transaction_version) as u32).encode_to(&mut signed);
		signed.extend(bytes(&payload.genesis_hash));
		signed.extend(bytes(&payload.block_hash));
		payload.metadata_hash.encode_to(&mut signed);
		if signed.len() > 256 {
			blake2_256(&signed).to_vec()
		} else {
			signed
		}
	}

	#[test]
	fn an_extension_signs_the_bytes_that_the_chain_checks() {
		let short = revocation();
		let long: RuntimeCall = UtilityCall::batch_all { calls: vec![revocation(); 12] }.into();
		for call in [short, long] {
			let payload = CallPayload::new("5F", &call, &binding());
			assert_eq!(as_an_extension_does(&payload), extrinsics::payload(&call, &binding()));
		}
	}

	#[test]
	fn the_transaction_extensions_are_the_chains() {
		let metadata = Metadata::decode_from(METADATA).unwrap();
		let found = metadata.extrinsic().transaction_extensions_by_version(0).unwrap();
		let found: Vec<_> = found.map(|it| it.identifier().to_owned()).collect();
		assert_eq!(found, TRANSACTION_EXTENSIONS);
	}

	#[test]
	fn texts_are_wrapped() {
		let payload = TextPayload::new("5F", "a");
		assert_eq!(payload.data, format!("0x{}", hex::encode("<Bytes>a</Bytes>")));
	}

	#[test]
	fn signatures_are_read_with_and_without_their_kind() {
		let raw = format!("0x{}", "ab".repeat(64));
		assert_eq!(signature_of(&raw), Some([0xab; 64]));
		assert_eq!(signature_of(&format!("0x01{}", "ab".repeat(64))), Some([0xab; 64]));
		let others = ["", "0x", &raw[2..], &raw[..128], &format!("0x00{}", "ab".repeat(64)), "0xé"];
		for other in others {
			assert_eq!(signature_of(other), None, "{other}");
		}
	}
}
