//! A signed call as bytes.
//!
//! ```text
//! length      compact
//! version     84 (signed, version 4)
//! key         00 and 32 bytes: the account's first key has its name
//! signature   01 and 64 bytes (sr25519)
//! era         1 byte for an immortal extrinsic, 2 for a mortal one
//! nonce       compact
//! mode        00 (without a hash of the metadata)
//! call
//! ```
//!
//! What is signed is the call, then era, nonce and mode, then what the extrinsic only implies: the
//! runtime's spec version and transaction version, the genesis hash, the hash of the block at which
//! the era begins, and `00`. If that is longer than 256 bytes, its hash is signed.

use crate::{
	calls::RuntimeCall,
	compatibility::MAX_DEPTH,
	signing::{NotSigned, Signer, ToSign},
	types::{account_bytes, AccountId, H256},
};
use codec::{Compact, Decode, DecodeLimit, Encode};
use sp_crypto_hashing::blake2_256;

/// The version of the extrinsics' format.
pub(crate) const FORMAT: u8 = 4;
/// Signed, in this version.
const VERSION: u8 = 0x80 | FORMAT;
/// The account is given as such.
const ADDRESS_ID: u8 = 0;
/// The signature is one of sr25519.
const SR25519: u8 = 1;
/// The extrinsic does not contain a hash of the metadata, and none is signed.
const NO_METADATA_HASH: u8 = 0;
/// The longest payload that is signed as it is.
const LONGEST_PAYLOAD: usize = 256;

/// The runtime that the extrinsic is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuntimeVersion {
	/// Rises with every upgrade.
	pub spec_version: u32,
	/// Rises when the encoding of calls changes.
	pub transaction_version: u32,
}

/// For how many blocks an extrinsic is valid, and from which on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mortality {
	/// The number of blocks, a power of two.
	period: u64,
	/// The first block's number, modulo the period.
	phase: u64,
	/// The first block's number.
	pub(crate) from: u32,
}

impl Mortality {
	/// The shortest and the longest period. A longer one could not begin at any block.
	const PERIODS: (u64, u64) = (4, 4096);

	/// From the block `from` on, for `blocks` blocks: the next power of two from 4 to 4,096.
	pub fn new(from: u32, blocks: u64) -> Self {
		let (shortest, longest) = Self::PERIODS;
		let period = blocks.min(longest).next_power_of_two().max(shortest);
		Self { period, phase: u64::from(from) % period, from }
	}

	/// The period's exponent, less one, in the lowest four bits, and above it the phase.
	pub(crate) fn encoded(self) -> [u8; 2] {
		let exponent = u64::from(self.period.trailing_zeros().saturating_sub(1));
		let bits = (self.phase << 4) | exponent;
		[(bits & 0xff) as u8, ((bits >> 8) & 0xff) as u8]
	}
}

/// What a signature is bound to besides the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
	/// The runtime.
	pub version: RuntimeVersion,
	/// Hash of the chain's genesis block.
	pub genesis: H256,
	/// For how long it is valid.
	pub mortality: Mortality,
	/// Hash of the block from which on it is valid.
	pub from: H256,
	/// The nonce of the key that signs.
	pub nonce: u64,
}

impl Binding {
	/// What the extrinsic carries of it.
	fn explicit(&self) -> Vec<u8> {
		(self.mortality.encoded(), Compact(self.nonce), NO_METADATA_HASH).encode()
	}

	/// What it only implies.
	fn implicit(&self) -> Vec<u8> {
		let RuntimeVersion { spec_version, transaction_version } = self.version;
		(spec_version, transaction_version, self.genesis, self.from, None::<[u8; 32]>).encode()
	}
}

/// What the account's key signs.
pub fn payload(call: &RuntimeCall, binding: &Binding) -> Vec<u8> {
	let payload = [call.encode(), binding.explicit(), binding.implicit()].concat();
	if payload.len() > LONGEST_PAYLOAD {
		return blake2_256(&payload).to_vec();
	}
	payload
}

/// The extrinsic, signed by the account's own key. Ask [`check_call`] first whether the runtime takes it.
///
/// [`check_call`]: crate::compatibility::RuntimeMetadata::check_call
pub async fn sign<S: Signer>(
	signer: &S,
	call: &RuntimeCall,
	binding: &Binding,
) -> Result<Vec<u8>, NotSigned> {
	let signature = signer.sign_as_account(ToSign::Call(call, binding)).await?;
	Ok(with_signature(&signer.key(), call, binding, &signature))
}

/// The extrinsic with this key's signature, which is not checked.
pub fn with_signature(
	key: &AccountId,
	call: &RuntimeCall,
	binding: &Binding,
	signature: &[u8; 64],
) -> Vec<u8> {
	let mut extrinsic = (VERSION, ADDRESS_ID, account_bytes(key), SR25519, *signature).encode();
	extrinsic.extend(binding.explicit());
	call.encode_to(&mut extrinsic);
	extrinsic.encode()
}

/// The extrinsic's hash, by which the node and explorers name it.
pub fn hash(extrinsic: &[u8]) -> H256 {
	H256(blake2_256(extrinsic))
}

/// The key that has signed an extrinsic of this format, and its nonce. Nothing if it has another format.
/// Neither its signature nor its call is checked.
pub fn signer_and_nonce(extrinsic: &[u8]) -> Option<(AccountId, u64)> {
	read(extrinsic).map(|(key, nonce, _)| (key, nonce))
}

/// The call of an extrinsic of this format, if this program knows the call. The signature is not checked.
pub fn call(extrinsic: &[u8]) -> Option<RuntimeCall> {
	let (_, _, rest) = read(extrinsic)?;
	let (mode, mut call) = rest.split_first()?;
	if *mode != NO_METADATA_HASH {
		return None;
	}
	RuntimeCall::decode_all_with_depth_limit(MAX_DEPTH, &mut call).ok()
}

/// The key that has signed an extrinsic of this format, its nonce, and what follows the nonce.
fn read(extrinsic: &[u8]) -> Option<(AccountId, u64, &[u8])> {
	let mut rest = extrinsic;
	let Compact(length) = Compact::<u32>::decode(&mut rest).ok()?;
	if usize::try_from(length).ok()? != rest.len() {
		return None;
	}
	let (version, kind, account, scheme, _) =
		<(u8, u8, [u8; 32], u8, [u8; 64])>::decode(&mut rest).ok()?;
	if (version, kind, scheme) != (VERSION, ADDRESS_ID, SR25519) {
		return None;
	}
	// An era of one byte is for ever.
	let (first, after) = rest.split_first()?;
	let mut rest = if *first == 0 { after } else { after.get(1..)? };
	let Compact(nonce) = Compact::<u64>::decode(&mut rest).ok()?;
	Some((AccountId::new(account), nonce, rest))
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// Its first bytes, with an era and a nonce, and a call.
	fn extrinsic(era: &[u8], nonce: u64) -> Vec<u8> {
		let mut bytes = (VERSION, ADDRESS_ID, [7u8; 32], SR25519, [8u8; 64]).encode();
		bytes.extend(era);
		(Compact(nonce), NO_METADATA_HASH, [9u8; 5]).encode_to(&mut bytes);
		bytes
	}

	#[test]
	fn the_signer_and_the_nonce_are_read() {
		let expected = |nonce| Some((AccountId::new([7; 32]), nonce));
		for nonce in [0, 63, 64, u64::from(u32::MAX), u64::MAX] {
			let mortal = extrinsic(&Mortality::new(42, 64).encoded(), nonce);
			assert_eq!(signer_and_nonce(&mortal.encode()), expected(nonce));
			assert_eq!(signer_and_nonce(&extrinsic(&[0], nonce).encode()), expected(nonce));
		}
	}

	#[test]
	fn what_has_another_format_has_no_signer() {
		let whole = extrinsic(&[0], 5);
		assert_eq!(signer_and_nonce(&whole), None, "without its length");
		for length in 0..whole.len() - 6 {
			assert_eq!(signer_and_nonce(&whole[..length].to_vec().encode()), None, "{length}");
		}
		assert_eq!(signer_and_nonce(&[&whole.encode()[..], &[0]].concat()), None, "one byte more");
		// An unsigned one, an account's index, and another scheme of signatures.
		for (place, byte) in [(0, FORMAT), (1, 1), (34, 0), (34, 2)] {
			let mut other = whole.clone();
			other[place] = byte;
			assert_eq!(signer_and_nonce(&other.encode()), None, "{place}");
		}
	}

	#[test]
	fn the_call_is_read() {
		use crate::calls::RecoveryCall;
		let (account, key) = (AccountId::new([7; 32]), AccountId::new([8; 32]));
		let object: RuntimeCall = RecoveryCall::object { account: account.clone(), key }.into();
		let binding = Binding {
			version: RuntimeVersion { spec_version: 1, transaction_version: 1 },
			genesis: H256([1; 32]),
			mortality: Mortality::new(42, 64),
			from: H256([2; 32]),
			nonce: 300,
		};
		let extrinsic = with_signature(&account, &object, &binding, &[9; 64]);
		assert_eq!(call(&extrinsic), Some(object.clone()));
		assert_eq!(signer_and_nonce(&extrinsic), Some((account, 300)));
		let mut whole = Vec::<u8>::decode(&mut &extrinsic[..]).unwrap();
		// One byte more or less, and a hash of the metadata.
		assert_eq!(call(&[&whole[..], &[0]].concat().encode()), None);
		assert_eq!(call(&whole[..whole.len() - 1].encode()), None);
		let mode = whole.len() - object.encode().len() - 1;
		whole[mode] = 1;
		assert_eq!(call(&whole.encode()), None);
		assert!(signer_and_nonce(&whole.encode()).is_some());
	}

	#[test]
	fn eras_are_encoded_as_substrate_does() {
		// The vector is that of sp-runtime's own test of `Era`.
		assert_eq!(Mortality::new(42, 64).encoded(), [5 + 42 % 16 * 16, 42 / 16]);
	}

	#[test]
	fn periods_are_powers_of_two_within_limits() {
		for (blocks, period) in [(0, 4), (4, 4), (5, 8), (64, 64), (4096, 4096), (u64::MAX, 4096)] {
			assert_eq!(Mortality::new(0, blocks).period, period, "{blocks}");
		}
	}

	proptest! {
		#[test]
		fn foreign_bytes_never_panic(bytes: Vec<u8>) {
			let _ = (signer_and_nonce(&bytes), call(&bytes), call(&bytes.encode()));
			let framed = signer_and_nonce(&bytes.encode());
			let is_framed = bytes.starts_with(&[VERSION, ADDRESS_ID]);
			prop_assert!(framed.is_none() || is_framed);
		}

		#[test]
		fn a_mortal_era_never_reads_as_immortal(from: u32, blocks: u64) {
			let mortality = Mortality::new(from, blocks);
			prop_assert_ne!(mortality.encoded()[0] & 0x0f, 0);
			prop_assert!(mortality.phase < mortality.period);
		}
	}
}
