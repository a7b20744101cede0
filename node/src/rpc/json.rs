//! JSON of any value that the runtime answers with, by its type information, so that the methods
//! stay thin: what the runtime's types gain shows here without a line of code.
//!
//! Structs are objects with camel-case names. Enums are their variant's word or `{word: fields}`; the
//! word is the variant's name with hyphens (`VitalSigns`: `vital-signs`), and so the same as in the
//! vocabularies of `vouchsafe_primitives`. Options are the value or `null`. Accounts are SS58 addresses, hashes, keys and other bytes hex with
//! `0x`, two bytes (country, language) and the fields `name` and `url` text, times seconds.

use codec::{Compact, Decode, Encode, Input};
use scale_info::{
	form::PortableForm, meta_type, Field, PortableRegistry, Registry, TypeDef, TypeDefPrimitive,
	TypeInfo,
};
use serde_json::{json, Map, Value};
use sp_core::{crypto::Ss58Codec, hexdisplay::HexDisplay};
use vouchsafe_runtime::AccountId;

/// The value as JSON. `None` if its bytes are not what its type says.
pub fn to_json<T: Encode + TypeInfo + 'static>(value: &T) -> Option<Value> {
	let mut registry = Registry::new();
	let id = registry.register_type(&meta_type::<T>()).id;
	let registry = PortableRegistry::from(registry);
	let bytes = value.encode();
	let mut input = &bytes[..];
	let json = read(&registry, id, None, &mut input)?;
	input.is_empty().then_some(json)
}

fn read(
	types: &PortableRegistry,
	id: u32,
	field: Option<&str>,
	input: &mut &[u8],
) -> Option<Value> {
	let ty = types.resolve(id)?;
	let name = ty.path.segments.last().map(String::as_str);
	Some(match &ty.type_def {
		TypeDef::Composite(_) if name == Some("AccountId32") => {
			json!(AccountId::decode(input).ok()?.to_ss58check())
		},
		TypeDef::Composite(composite) => read_fields(types, &composite.fields, field, input)?,
		TypeDef::Variant(variants) => {
			let index = input.read_byte().ok()?;
			let variant = variants.variants.iter().find(|variant| variant.index == index)?;
			let fields = read_fields(types, &variant.fields, field, input)?;
			match (name, variant.name.as_str(), variant.fields.is_empty()) {
				(Some("Option"), ..) => fields,
				(_, name, true) => json!(word(name)),
				(_, name, false) => json!({ word(name): fields }),
			}
		},
		TypeDef::Sequence(sequence) => {
			let length = Compact::<u32>::decode(input).ok()?.0;
			read_list(types, sequence.type_param.id, length, field, input)?
		},
		TypeDef::Array(array) => read_list(types, array.type_param.id, array.len, field, input)?,
		TypeDef::Tuple(tuple) => tuple
			.fields
			.iter()
			.map(|field| read(types, field.id, None, input))
			.collect::<Option<_>>()?,
		TypeDef::Primitive(primitive) => match primitive {
			TypeDefPrimitive::Bool => json!(bool::decode(input).ok()?),
			TypeDefPrimitive::Str => json!(String::decode(input).ok()?),
			TypeDefPrimitive::U8 => json!(u8::decode(input).ok()?),
			TypeDefPrimitive::U16 => json!(u16::decode(input).ok()?),
			TypeDefPrimitive::U32 => json!(u32::decode(input).ok()?),
			TypeDefPrimitive::U64 => json!(u64::decode(input).ok()?),
			// Larger than what JSON's readers keep exact.
			TypeDefPrimitive::U128 => json!(u128::decode(input).ok()?.to_string()),
			_ => return None,
		},
		TypeDef::Compact(_) => json!(Compact::<u64>::decode(input).ok()?.0),
		TypeDef::BitSequence(_) => return None,
	})
}

/// Fields with names are an object, one without a name stands for its owner, several are a list.
fn read_fields(
	types: &PortableRegistry,
	fields: &[Field<PortableForm>],
	owner: Option<&str>,
	input: &mut &[u8],
) -> Option<Value> {
	match fields {
		[] => Some(Value::Null),
		[field] if field.name.is_none() => read(types, field.ty.id, owner, input),
		fields if fields.iter().all(|field| field.name.is_some()) => fields
			.iter()
			.map(|field| {
				let name = field.name.as_deref()?;
				Some((camel_case(name), read(types, field.ty.id, Some(name), input)?))
			})
			.collect::<Option<Map<_, _>>>()
			.map(Value::Object),
		fields => fields.iter().map(|field| read(types, field.ty.id, None, input)).collect(),
	}
}

fn read_list(
	types: &PortableRegistry,
	item: u32,
	length: u32,
	field: Option<&str>,
	input: &mut &[u8],
) -> Option<Value> {
	let bytes = TypeDef::Primitive(TypeDefPrimitive::U8);
	if types.resolve(item)?.type_def != bytes {
		return (0..length).map(|_| read(types, item, None, input)).collect();
	}
	let (bytes, rest) = input.split_at_checked(length.try_into().ok()?)?;
	*input = rest;
	let is_text = length == 2 || matches!(field, Some("name" | "url"));
	Some(match std::str::from_utf8(bytes) {
		Ok(text) if is_text => json!(text),
		_ => json!(format!("0x{}", HexDisplay::from(&bytes))),
	})
}

/// `VitalSigns` as `vital-signs`.
fn word(name: &str) -> String {
	let mut word = String::new();
	for letter in name.chars() {
		if letter.is_ascii_uppercase() && !word.is_empty() {
			word.push('-');
		}
		word.push(letter.to_ascii_lowercase());
	}
	word
}

fn camel_case(name: &str) -> String {
	let mut words = name.split('_');
	let first = words.next().unwrap_or_default().to_string();
	words.fold(first, |mut name, word| {
		let mut letters = word.chars();
		name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
		name.push_str(letters.as_str());
		name
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_primitives::{policy::*, *};

	#[test]
	fn a_decision_is_readable() {
		let institution = AccountId::new([1; 32]);
		let consent = ConsentRef { grantee: Grantee::CareTeam { institution, team: 3 }, id: 7 };
		let decision =
			Decision::Refuse(Reason::NotCovered { consent, mismatch: Mismatch::Expired });
		assert_eq!(
			to_json(&decision).unwrap(),
			json!({ "refuse": { "not-covered": {
				"consent": {
					"grantee": { "care-team": {
						"institution": AccountId::new([1; 32]).to_ss58check(),
						"team": 3,
					} },
					"id": 7,
				},
				"mismatch": "expired",
			} } })
		);
	}

	#[test]
	fn vocabularies_have_one_spelling() {
		for item in Category::ALL {
			assert_eq!(to_json(item).unwrap(), item.word());
		}
		for item in Role::ALL {
			assert_eq!(to_json(item).unwrap(), item.word());
		}
	}

	#[test]
	fn terms_are_readable() {
		let mut terms = Terms::all(Effect::Deny { binds_break_glass: true });
		terms.countries.force_push(*b"AT");
		terms.records.force_push([0xab; 32].into());
		terms.valid_until = Some(1_800_000_000);
		let json = to_json(&terms).unwrap();
		assert_eq!(json["effect"], json!({ "deny": { "bindsBreakGlass": true } }));
		assert_eq!(json["countries"], json!(["AT"]));
		assert_eq!(json["records"], json!([format!("0x{}", "ab".repeat(32))]));
		assert_eq!(json["validUntil"], json!(1_800_000_000));
		assert_eq!(json["validFrom"], Value::Null);
		assert_eq!(json["dataPeriod"], json!({ "from": null, "to": null }));
	}

	#[test]
	fn lists_of_pairs_are_lists() {
		let value: Vec<(H256Like, Option<u64>)> = vec![(H256Like([0; 32]), Some(1))];
		assert_eq!(to_json(&value).unwrap(), json!([[format!("0x{}", "00".repeat(32)), 1]]));
	}

	#[derive(Encode, TypeInfo)]
	struct H256Like([u8; 32]);
}
