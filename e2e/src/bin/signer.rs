//! `vouchsafe-signer`: signs what wallet extensions are asked to sign, with a development key. The
//! wallet's tests put an extension into the page whose key is in this program. It does not use
//! the protocol's encoding of calls: it makes the signed bytes from the fields of polkadot-js's API, as
//! extensions do.
//!
//! ```text
//! vouchsafe-signer address //Eva
//! vouchsafe-signer signRaw //Eva '{"data":"0x…"}'
//! vouchsafe-signer signPayload //Eva '{"method":"0x…",…}'
//! ```

use anyhow::{bail, Context, Result};
use codec::{Compact, Encode};
use serde_json::Value;
use sp_crypto_hashing::blake2_256;
use std::str::FromStr;
use subxt_signer::{sr25519::Keypair, SecretUri};
use vouchsafe_client::chain::{address, AccountId};

fn main() -> Result<()> {
	let arguments: Vec<String> = std::env::args().skip(1).collect();
	let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
	let said = match arguments[..] {
		["address", key] => address(&AccountId::new(keypair(key)?.public_key().0)),
		["signRaw", key, payload] => {
			let data = wrapped(bytes(&serde_json::from_str(payload)?, "data")?);
			format!("0x{}", hex::encode(keypair(key)?.sign(&data).0))
		},
		["signPayload", key, payload] => {
			let signed = call_bytes(&serde_json::from_str(payload)?)?;
			// 01 says that it is a signature by sr25519.
			format!("0x01{}", hex::encode(keypair(key)?.sign(&signed).0))
		},
		_ => bail!("say address, signRaw or signPayload, a key such as //Eva, and a payload"),
	};
	println!("{said}");
	Ok(())
}

fn keypair(uri: &str) -> Result<Keypair> {
	Ok(Keypair::from_uri(&SecretUri::from_str(uri)?)?)
}

/// The bytes as an extension signs them: it wraps what is not wrapped.
fn wrapped(data: Vec<u8>) -> Vec<u8> {
	match data.starts_with(b"<Bytes>") && data.ends_with(b"</Bytes>") {
		true => data,
		false => [b"<Bytes>", &data[..], b"</Bytes>"].concat(),
	}
}

/// What is signed of a call, by the transaction extensions that polkadot-js knows.
fn call_bytes(payload: &Value) -> Result<Vec<u8>> {
	let extensions = payload["signedExtensions"].as_array().context("no transaction extensions")?;
	let has = |name: &str| extensions.iter().any(|it| it == name);
	let mut signed = bytes(payload, "method")?;
	if has("CheckMortality") {
		signed.extend(bytes(payload, "era")?);
	}
	if has("CheckNonce") {
		Compact(number(payload, "nonce")?).encode_to(&mut signed);
	}
	if has("ChargeTransactionPayment") {
		Compact(number(payload, "tip")?).encode_to(&mut signed);
	}
	if has("CheckMetadataHash") {
		signed.push(u8::try_from(payload["mode"].as_u64().context("no mode")?)?);
	}
	if has("CheckSpecVersion") {
		u32::try_from(number(payload, "specVersion")?)?.encode_to(&mut signed);
	}
	if has("CheckTxVersion") {
		u32::try_from(number(payload, "transactionVersion")?)?.encode_to(&mut signed);
	}
	if has("CheckGenesis") {
		signed.extend(bytes(payload, "genesisHash")?);
	}
	if has("CheckMortality") {
		signed.extend(bytes(payload, "blockHash")?);
	}
	if has("CheckMetadataHash") {
		// There is none.
		signed.push(0);
	}
	if signed.len() > 256 {
		return Ok(blake2_256(&signed).to_vec());
	}
	Ok(signed)
}

fn bytes(payload: &Value, name: &str) -> Result<Vec<u8>> {
	let text = payload[name].as_str().and_then(|it| it.strip_prefix("0x"));
	Ok(hex::decode(text.with_context(|| format!("no {name}"))?)?)
}

fn number(payload: &Value, name: &str) -> Result<u64> {
	let bytes = bytes(payload, name)?;
	let rest = bytes.iter().skip_while(|byte| **byte == 0);
	Ok(rest.fold(0, |number: u64, byte| (number << 8) | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The vector is what polkadot-js (`@polkadot/types`, `ExtrinsicPayload.toU8a`) makes of this payload.
	#[test]
	fn a_call_has_the_bytes_that_polkadot_js_signs() {
		let extensions = [
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
		let payload = serde_json::json!({
			"address": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
			"blockHash": format!("0x{}", "04".repeat(32)),
			"blockNumber": "0x000003e8",
			"era": "0x8502",
			"genesisHash": format!("0x{}", "03".repeat(32)),
			"method": "0x0102030405",
			"nonce": "0x000000000000012c",
			"specVersion": "0x00000064",
			"transactionVersion": "0x00000007",
			"tip": format!("0x{}", "00".repeat(16)),
			"signedExtensions": extensions,
			"version": 4,
			"mode": 0,
			"metadataHash": null,
		});
		let expected =
			format!("01020304058502b104006400000007000000{}{}00", "03".repeat(32), "04".repeat(32));
		assert_eq!(hex::encode(call_bytes(&payload).unwrap()), expected);
	}
}
