//! Whether a node's runtime is the one that this program was built for.
//!
//! Calls, storage keys and answers are bytes whose types are fixed when this program is compiled.
//! So the runtime's metadata is compared with the metadata that the types were generated from.
//! Documentation may differ, and so may the values of constants that the protocol does not use,
//! such as the runtime's version.

use subxt_metadata::Metadata;
use vouchsafe_protocol::{errors::ChainError, METADATA};

/// Constants whose values the protocol uses.
const CONSTANTS: [(&str, &str); 1] = [("Custody", "OpeningLifetime")];

/// Compares a runtime's metadata with the protocol's.
pub(crate) fn check(metadata: &[u8]) -> Result<(), ChainError> {
	if metadata == METADATA {
		return Ok(());
	}
	if fingerprint(metadata)? != fingerprint(METADATA)? {
		return Err(ChainError::Foreign("the types of its calls, events or state differ".into()));
	}
	Ok(())
}

/// The parts that must be equal.
#[derive(PartialEq, Eq)]
struct Fingerprint {
	/// A hash over the types of all calls, events, errors, values in the state and APIs.
	types: [u8; 32],
	/// The values of [`CONSTANTS`].
	constants: Vec<Option<Vec<u8>>>,
}

fn fingerprint(metadata: &[u8]) -> Result<Fingerprint, ChainError> {
	let metadata = Metadata::decode_from(metadata).map_err(ChainError::foreign)?;
	let constants = CONSTANTS.map(|(pallet, name)| {
		let constant = metadata.pallet_by_name(pallet)?.constant_by_name(name)?;
		Some(constant.value().to_vec())
	});
	Ok(Fingerprint { types: metadata.hasher().hash(), constants: constants.into() })
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The metadata with the first such bytes replaced by others of the same length.
	fn changed(from: &[u8], to: &[u8]) -> Vec<u8> {
		let at = METADATA.windows(from.len()).position(|window| window == from).unwrap();
		[&METADATA[..at], to, &METADATA[at + from.len()..]].concat()
	}

	#[test]
	fn only_what_changes_no_type_may_differ() {
		assert_eq!(check(METADATA), Ok(()));
		assert_eq!(check(&changed(b"The patient's", b"Our patient's")), Ok(()), "documentation");
		// In SCALE a name follows its length, here 14, which reads as an 8.
		let renamed = changed(b"8OpeningDecided", b"8OpeningDecimal");
		assert!(matches!(check(&renamed), Err(ChainError::Foreign(_))), "an event");
		let lifetime = 600u64.to_le_bytes();
		let longer = changed(&lifetime, &601u64.to_le_bytes());
		assert!(matches!(check(&longer), Err(ChainError::Foreign(_))), "a constant");
		assert!(matches!(check(&METADATA[..1000]), Err(ChainError::Foreign(_))));
		assert!(matches!(check(&[]), Err(ChainError::Foreign(_))));
	}
}
