//! Whether a node's runtime is the one that this program was built for.
//!
//! Calls, storage keys and answers are bytes whose types are fixed when this program is compiled.
//! So the runtime's metadata is compared with the metadata that the types were generated from.
//! Documentation may differ, and so may the values of constants that the protocol does not use,
//! such as the runtime's version.

use codec::Encode;
use scale_info::TypeDef;
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
	/// A hash over the types of all calls, events, errors, values in the state and APIs. It does not
	/// see the order of fields and the numbers of pallets and variants.
	types: [u8; 32],
	/// The types themselves, without documentation: fields in their order, variants with their
	/// numbers.
	registry: Vec<u8>,
	/// The pallets with their numbers.
	pallets: Vec<(String, u8)>,
	/// The values of [`CONSTANTS`].
	constants: Vec<Option<Vec<u8>>>,
}

fn fingerprint(metadata: &[u8]) -> Result<Fingerprint, ChainError> {
	Ok(fingerprint_of(&Metadata::decode_from(metadata).map_err(ChainError::foreign)?))
}

fn fingerprint_of(metadata: &Metadata) -> Fingerprint {
	let constants = CONSTANTS.map(|(pallet, name)| {
		let constant = metadata.pallet_by_name(pallet)?.constant_by_name(name)?;
		Some(constant.value().to_vec())
	});
	let mut registry = metadata.types().clone();
	for found in &mut registry.types {
		found.ty.docs.clear();
		match &mut found.ty.type_def {
			TypeDef::Composite(it) => it.fields.iter_mut().for_each(|field| field.docs.clear()),
			TypeDef::Variant(it) => it.variants.iter_mut().for_each(|variant| {
				variant.docs.clear();
				variant.fields.iter_mut().for_each(|field| field.docs.clear());
			}),
			_ => {},
		}
	}
	let pallets = metadata.pallets().map(|it| (it.name().to_owned(), it.call_index())).collect();
	Fingerprint {
		types: metadata.hasher().hash(),
		registry: registry.encode(),
		pallets,
		constants: constants.into(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use scale_info::form::PortableForm;

	/// The metadata with the first such bytes replaced by others of the same length.
	fn changed(from: &[u8], to: &[u8]) -> Vec<u8> {
		let at = METADATA.windows(from.len()).position(|window| window == from).unwrap();
		[&METADATA[..at], to, &METADATA[at + from.len()..]].concat()
	}

	#[test]
	fn the_order_of_fields_and_the_numbers_of_variants_may_not_differ() {
		let ours = Metadata::decode_from(METADATA).unwrap();
		let change = |name: &str, change: fn(&mut TypeDef<PortableForm>)| {
			let mut changed = Metadata::decode_from(METADATA).unwrap();
			let found = changed
				.types_mut()
				.types
				.iter_mut()
				.find(|found| found.ty.path.segments.last().is_some_and(|last| last == name));
			change(&mut found.unwrap().ty.type_def);
			assert!(fingerprint_of(&changed) != fingerprint_of(&ours), "{name}");
		};
		change("Terms", |terms| {
			let TypeDef::Composite(terms) = terms else { panic!("a struct") };
			let place = |name: &str| {
				terms.fields.iter().position(|it| it.name.as_deref() == Some(name)).unwrap()
			};
			let (from, until) = (place("valid_from"), place("valid_until"));
			terms.fields.swap(from, until);
		});
		change("Purpose", |purpose| {
			let TypeDef::Variant(purpose) = purpose else { panic!("an enum") };
			let (first, second) = (purpose.variants[0].index, purpose.variants[1].index);
			(purpose.variants[0].index, purpose.variants[1].index) = (second, first);
		});
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
