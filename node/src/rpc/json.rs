//! Converts the runtime's values to JSON and back. It follows their type information, so a change
//! of a type in the runtime needs no change here, and everything that a method returns is accepted
//! as a parameter in the same form.
//!
//! | value | JSON |
//! |---|---|
//! | struct | object with the field names in camel case |
//! | enum | the variant's name in kebab case, the word that the command line uses; with fields `{"word": fields}` |
//! | set of an enum's items | list of their words |
//! | `Option` | the value, or `null` |
//! | account | SS58 address; as a parameter, also hex |
//! | hash, key, other bytes | hex with `0x` |
//! | country and language (two bytes), fields `name` and `url` | text |
//! | moment | number of seconds since 1970 |
//! | 128-bit number | decimal text |

use codec::{Compact, Decode, DecodeAll, Encode, Input};
use scale_info::{
	form::PortableForm, meta_type, Field, PortableRegistry, Registry, Type, TypeDef,
	TypeDefPrimitive, TypeDefVariant, TypeInfo,
};
use serde_json::{json, Map, Value};
use sp_core::{bytes, crypto::Ss58Codec};
use vouchsafe_primitives::{AccountId, Action, Category, Purpose, Scope, StudyTrait};

/// The JSON of a value. `None` if its bytes do not match its type information.
pub fn to_json<T: Encode + TypeInfo + 'static>(value: &T) -> Option<Value> {
	let (types, id) = types_of::<T>();
	let bytes = value.encode();
	let mut input = &bytes[..];
	let json = read(&types, id, None, &mut input)?;
	input.is_empty().then_some(json)
}

/// The value of this JSON, or a sentence that says what is wrong with it.
pub fn from_json<T: Decode + TypeInfo + 'static>(json: &Value) -> Result<T, String> {
	let (types, id) = types_of::<T>();
	let mut bytes = Vec::new();
	write(&types, id, None, json, &mut bytes)?;
	T::decode_all(&mut &bytes[..]).map_err(|error| format!("{json} is not valid: {error}"))
}

/// The type information of a type and of all types that it consists of.
fn types_of<T: TypeInfo + 'static>() -> (PortableRegistry, u32) {
	let mut registry = Registry::new();
	let id = registry.register_type(&meta_type::<T>()).id;
	(registry.into(), id)
}

/// The name of a type, without its path.
fn name_of(ty: &Type<PortableForm>) -> &str {
	ty.path.segments.last().map_or("", String::as_str)
}

/// If the type with this name is a set of bits: the words of its items, by the bits' numbers.
fn words_of_set(name: &str) -> Option<Vec<String>> {
	macro_rules! words {
		($($set:literal: $item:ident),+) => {
			match name {
				$($set => Some($item::ALL.iter().map(|it| kebab_case(&format!("{it:?}"))).collect()),)+
				_ => None,
			}
		};
	}
	words!(
		"Categories": Category,
		"Actions": Action,
		"Purposes": Purpose,
		"Scopes": Scope,
		"StudyTraits": StudyTrait
	)
}

/// Whether bytes are text: those of some fields, and arrays of two.
fn is_text(field: Option<&str>, array: Option<u32>) -> bool {
	array == Some(2) || matches!(field, Some("name" | "url"))
}

fn read(
	types: &PortableRegistry,
	id: u32,
	field: Option<&str>,
	input: &mut &[u8],
) -> Option<Value> {
	let ty = types.resolve(id)?;
	Some(match &ty.type_def {
		TypeDef::Composite(_) if name_of(ty) == "AccountId32" => {
			json!(AccountId::decode(input).ok()?.to_ss58check())
		},
		TypeDef::Composite(composite) => {
			let value = read_fields(types, &composite.fields, field, input)?;
			match words_of_set(name_of(ty)) {
				Some(words) => read_set(&words, &value)?,
				None => value,
			}
		},
		TypeDef::Variant(variants) => {
			let index = input.read_byte().ok()?;
			let variant = variants.variants.iter().find(|variant| variant.index == index)?;
			let fields = read_fields(types, &variant.fields, field, input)?;
			let word = kebab_case(&variant.name);
			match (name_of(ty), variant.fields.is_empty()) {
				("Option", _) => fields,
				(_, true) => json!(word),
				(_, false) => json!({ word: fields }),
			}
		},
		TypeDef::Sequence(sequence) => {
			let length = Compact::<u32>::decode(input).ok()?.0;
			read_list(types, sequence.type_param.id, length, is_text(field, None), input)?
		},
		TypeDef::Array(array) => {
			let is_text = is_text(field, Some(array.len));
			read_list(types, array.type_param.id, array.len, is_text, input)?
		},
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
			// JSON readers do not keep numbers of this size exactly.
			TypeDefPrimitive::U128 => json!(u128::decode(input).ok()?.to_string()),
			_ => return None,
		},
		TypeDef::Compact(_) => json!(Compact::<u64>::decode(input).ok()?.0),
		TypeDef::BitSequence(_) => return None,
	})
}

/// Named fields are an object, several unnamed fields a list. A single unnamed field is written
/// without a wrapper.
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
	is_text: bool,
	input: &mut &[u8],
) -> Option<Value> {
	if !is_byte(types, item) {
		return (0..length).map(|_| read(types, item, None, input)).collect();
	}
	let (list, rest) = input.split_at_checked(length.try_into().ok()?)?;
	*input = rest;
	Some(match std::str::from_utf8(list) {
		// Text like this would be taken for hex when it comes back.
		Ok(text) if is_text && !is_hex(text) => json!(text),
		_ => json!(bytes::to_hex(list, false)),
	})
}

/// A set with bits that have no words stays a number.
fn read_set(words: &[String], bits: &Value) -> Option<Value> {
	let mut left = bits.as_u64()?;
	let mut items = Vec::new();
	for (bit, word) in (0u32..).zip(words) {
		let bit = 1u64.checked_shl(bit)?;
		if left & bit != 0 {
			items.push(json!(word));
			left &= !bit;
		}
	}
	Some(if left == 0 { Value::Array(items) } else { bits.clone() })
}

fn write(
	types: &PortableRegistry,
	id: u32,
	field: Option<&str>,
	json: &Value,
	output: &mut Vec<u8>,
) -> Result<(), String> {
	let ty = types.resolve(id).ok_or("the type is not known")?;
	match &ty.type_def {
		TypeDef::Composite(_) if name_of(ty) == "AccountId32" => {
			write_account(json, output)?;
		},
		TypeDef::Composite(composite) => match words_of_set(name_of(ty)) {
			Some(words) => {
				let bits = write_set(&words, json)?;
				write_fields(types, &composite.fields, field, &bits, output)?;
			},
			None => write_fields(types, &composite.fields, field, json, output)?,
		},
		TypeDef::Variant(variants) if name_of(ty) == "Option" => {
			let some = variants.variants.iter().find(|variant| variant.name == "Some");
			let value = some.and_then(|some| some.fields.first()).ok_or("the type is not known")?;
			output.push(u8::from(!json.is_null()));
			if !json.is_null() {
				write(types, value.ty.id, field, json, output)?;
			}
		},
		TypeDef::Variant(variants) => write_variant(types, variants, field, json, output)?,
		TypeDef::Sequence(sequence) => {
			write_list(types, sequence.type_param.id, None, field, json, output)?;
		},
		TypeDef::Array(array) => {
			write_list(types, array.type_param.id, Some(array.len), field, json, output)?;
		},
		TypeDef::Tuple(tuple) => {
			let items = list_of(json, Some(tuple.fields.len()))?;
			for (item, field) in items.iter().zip(&tuple.fields) {
				write(types, field.id, None, item, output)?;
			}
		},
		TypeDef::Primitive(primitive) => match primitive {
			TypeDefPrimitive::Bool => {
				json.as_bool()
					.ok_or_else(|| format!("{json} is not true or false"))?
					.encode_to(output);
			},
			TypeDefPrimitive::Str => text_of(json)?.encode_to(output),
			TypeDefPrimitive::U8 => number::<u8>(json)?.encode_to(output),
			TypeDefPrimitive::U16 => number::<u16>(json)?.encode_to(output),
			TypeDefPrimitive::U32 => number::<u32>(json)?.encode_to(output),
			TypeDefPrimitive::U64 => number::<u64>(json)?.encode_to(output),
			TypeDefPrimitive::U128 => {
				let number: u128 =
					text_of(json)?.parse().map_err(|_| format!("{json} is not a number"))?;
				number.encode_to(output);
			},
			_ => return Err("the type has no form in JSON".into()),
		},
		TypeDef::Compact(_) => Compact(number::<u64>(json)?).encode_to(output),
		TypeDef::BitSequence(_) => return Err("the type has no form in JSON".into()),
	}
	Ok(())
}

fn write_account(json: &Value, output: &mut Vec<u8>) -> Result<(), String> {
	let account = json.as_str().and_then(|text| {
		if is_hex(text) {
			return Some(AccountId::new(bytes_of(text)?.try_into().ok()?));
		}
		AccountId::from_ss58check(text).ok()
	});
	let account = account.ok_or_else(|| {
		format!("{json} is not an account: use an SS58 address, or 32 bytes in hex with 0x")
	})?;
	account.encode_to(output);
	Ok(())
}

fn write_set(words: &[String], json: &Value) -> Result<Value, String> {
	if json.is_u64() {
		return Ok(json.clone());
	}
	let mut bits = 0u64;
	for item in list_of(json, None)? {
		let place = words.iter().position(|word| item.as_str() == Some(word));
		let place = place.ok_or_else(|| format!("{item} is not one of: {}", words.join(", ")))?;
		bits |= 1u64.checked_shl(place.try_into().unwrap_or(u32::MAX)).unwrap_or(0);
	}
	Ok(json!(bits))
}

fn write_variant(
	types: &PortableRegistry,
	variants: &TypeDefVariant<PortableForm>,
	field: Option<&str>,
	json: &Value,
	output: &mut Vec<u8>,
) -> Result<(), String> {
	let null = Value::Null;
	let (word, fields) = match json {
		Value::String(word) => (Some(word), &null),
		Value::Object(object) if object.len() == 1 => {
			object.iter().next().map_or((None, &null), |(word, fields)| (Some(word), fields))
		},
		_ => (None, &null),
	};
	let variant = variants.variants.iter().find(|it| Some(&kebab_case(&it.name)) == word);
	let variant = variant.ok_or_else(|| {
		let forms = variants.variants.iter().map(|variant| {
			let word = kebab_case(&variant.name);
			if variant.fields.is_empty() {
				word
			} else {
				format!("{{\"{word}\": …}}")
			}
		});
		format!("{json} is not one of: {}", forms.collect::<Vec<_>>().join(", "))
	})?;
	output.push(variant.index);
	write_fields(types, &variant.fields, field, fields, output)
		.map_err(|error| format!("{}: {error}", kebab_case(&variant.name)))
}

fn write_fields(
	types: &PortableRegistry,
	fields: &[Field<PortableForm>],
	owner: Option<&str>,
	json: &Value,
	output: &mut Vec<u8>,
) -> Result<(), String> {
	match fields {
		[] if json.is_null() => Ok(()),
		[] => Err(format!("{json} is not expected here")),
		[field] if field.name.is_none() => write(types, field.ty.id, owner, json, output),
		fields if fields.iter().all(|field| field.name.is_some()) => {
			let object = json.as_object().ok_or_else(|| format!("{json} is not an object"))?;
			let names: Vec<String> =
				fields.iter().filter_map(|field| field.name.as_deref().map(camel_case)).collect();
			if let Some(unknown) = object.keys().find(|key| !names.contains(key)) {
				return Err(format!(
					"unknown field {unknown}; the fields are: {}",
					names.join(", ")
				));
			}
			for (field, name) in fields.iter().zip(&names) {
				// A field that may be null may also be left out.
				let value = object.get(name).unwrap_or(&Value::Null);
				write(types, field.ty.id, field.name.as_deref(), value, output).map_err(
					|error| match object.contains_key(name) {
						true => format!("{name}: {error}"),
						false => format!("the field {name} is missing"),
					},
				)?;
			}
			Ok(())
		},
		fields => {
			for (item, field) in list_of(json, Some(fields.len()))?.iter().zip(fields) {
				write(types, field.ty.id, None, item, output)?;
			}
			Ok(())
		},
	}
}

fn write_list(
	types: &PortableRegistry,
	item: u32,
	length: Option<u32>,
	field: Option<&str>,
	json: &Value,
	output: &mut Vec<u8>,
) -> Result<(), String> {
	let wanted = length.and_then(|length| usize::try_from(length).ok());
	let compact = |items: usize| Compact(u32::try_from(items).unwrap_or(u32::MAX));
	if !is_byte(types, item) {
		let items = list_of(json, wanted)?;
		if length.is_none() {
			compact(items.len()).encode_to(output);
		}
		return items.iter().try_for_each(|value| write(types, item, None, value, output));
	}
	let text = text_of(json)?;
	let list = match text {
		text if is_hex(text) => bytes_of(text).ok_or_else(|| format!("{json} is not valid hex"))?,
		text if is_text(field, length) => text.as_bytes().to_vec(),
		_ => return Err(format!("{json} is not hex with 0x")),
	};
	match wanted {
		Some(wanted) if wanted != list.len() => {
			return Err(format!("{json} must have {wanted} bytes"));
		},
		Some(_) => {},
		None => compact(list.len()).encode_to(output),
	}
	output.extend(list);
	Ok(())
}

fn is_byte(types: &PortableRegistry, id: u32) -> bool {
	types.resolve(id).is_some_and(|ty| ty.type_def == TypeDef::Primitive(TypeDefPrimitive::U8))
}

/// Whether a text is meant as hex. `0x` alone is, too: no bytes.
fn is_hex(text: &str) -> bool {
	text.starts_with("0x")
}

/// The bytes of `0x` and pairs of digits.
fn bytes_of(hex: &str) -> Option<Vec<u8>> {
	hex.len().is_multiple_of(2).then(|| bytes::from_hex(hex).ok()).flatten()
}

fn text_of(json: &Value) -> Result<&str, String> {
	json.as_str().ok_or_else(|| format!("{json} is not text"))
}

fn list_of(json: &Value, length: Option<usize>) -> Result<&[Value], String> {
	let list = json.as_array().ok_or_else(|| format!("{json} is not a list"))?;
	match length {
		Some(length) if length != list.len() => Err(format!("{json} must have {length} items")),
		_ => Ok(list),
	}
}

fn number<N: TryFrom<u64>>(json: &Value) -> Result<N, String> {
	let number = json.as_u64().ok_or_else(|| format!("{json} is not a whole number"))?;
	N::try_from(number).map_err(|_| format!("{json} is too large"))
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

fn kebab_case(name: &str) -> String {
	let mut word = String::new();
	for (place, letter) in name.char_indices() {
		if letter.is_ascii_uppercase() && place > 0 {
			word.push('-');
		}
		word.push(letter.to_ascii_lowercase());
	}
	word
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H256;
	use vouchsafe_primitives::{policy::*, *};

	fn account() -> AccountId {
		AccountId::new([1; 32])
	}

	/// Checks the JSON of a value, and that it gives the value again.
	fn check<T>(value: T, json: Value)
	where
		T: Encode + Decode + TypeInfo + PartialEq + std::fmt::Debug + 'static,
	{
		assert_eq!(to_json(&value).unwrap(), json);
		assert_eq!(from_json::<T>(&json), Ok(value));
	}

	fn error<T: Decode + TypeInfo + 'static>(json: Value) -> String {
		from_json::<T>(&json).err().unwrap()
	}

	#[test]
	fn labels_are_hex() {
		let tags = [LabelTag([0xab, 1, 2, 3])];
		check(LabelTags::try_from(tags.to_vec()).unwrap(), json!(["0xab010203"]));
		let also = LabelFilter::Also(canonical_tags(tags).unwrap());
		check(also, json!({ "also": ["0xab010203"] }));
		check(LabelFilter::Unlabelled, json!("unlabelled"));
		assert!(error::<LabelTag>(json!("0xab")).contains("4 bytes"));
	}

	#[test]
	fn a_decision_is_readable() {
		let consent =
			ConsentRef { grantee: Grantee::CareTeam { institution: account(), team: 3 }, id: 7 };
		check(
			Decision::Refuse(Reason::NotCovered { consent, mismatch: Mismatch::Expired }),
			json!({ "refuse": { "not-covered": {
				"consent": {
					"grantee": { "care-team": {
						"institution": account().to_ss58check(),
						"team": 3,
					} },
					"id": 7,
				},
				"mismatch": "expired",
			} } }),
		);
	}

	#[test]
	fn terms_are_readable() {
		let mut terms = Terms::all(Effect::Deny { binds_break_glass: true });
		terms.categories = Categories::of(&[Category::Laboratory, Category::VitalSigns]);
		terms.countries.try_push(*b"AT").unwrap();
		terms.records.try_push([0xab; 32].into()).unwrap();
		terms.valid_until = Some(1_800_000_000);
		let json = to_json(&terms).unwrap();
		assert_eq!(json["effect"], json!({ "deny": { "bindsBreakGlass": true } }));
		assert_eq!(json["categories"], json!(["laboratory", "vital-signs"]));
		assert_eq!(json["purposes"], json!([]));
		assert_eq!(json["countries"], json!(["AT"]));
		assert_eq!(json["records"], json!([format!("0x{}", "ab".repeat(32))]));
		assert_eq!(json["validUntil"], json!(1_800_000_000));
		assert_eq!(json["validFrom"], Value::Null);
		assert_eq!(json["dataPeriod"], json!({ "from": null, "to": null }));
		assert_eq!(from_json(&json), Ok(terms));
	}

	#[test]
	fn every_ground_is_accepted() {
		let institution = account().to_ss58check();
		check(
			Ground::Consent { institution: Some(account()) },
			json!({ "consent": { "institution": institution } }),
		);
		check(
			Ground::BreakGlass { institution: account(), invocation: 3 },
			json!({ "break-glass": { "institution": institution, "invocation": 3 } }),
		);
		check(Ground::Consent { institution: None }, json!({ "consent": { "institution": null } }));
		check(Ground::Own, json!("own"));
		// What may be null may be left out.
		let without = from_json::<Ground>(&json!({ "consent": {} }));
		assert_eq!(without, Ok(Ground::Consent { institution: None }));
	}

	#[test]
	fn the_state_of_a_key_is_readable() {
		check(Some(KeyState::Signs(account())), json!({ "signs": account().to_ss58check() }));
		check(Some(KeyState::Replaced), json!("replaced"));
		check(None::<KeyState>, Value::Null);
	}

	#[test]
	fn what_is_registered_of_a_representative_is_readable() {
		let registration = Registration {
			basis: LegalBasis::Parent,
			scopes: Scopes::of(&[Scope::Requests]),
			until: new_year(2042),
			evidence: H256([0xab; 32]),
		};
		let json = json!({
			"basis": "parent",
			"scopes": ["requests"],
			"until": 2_272_147_200u64,
			"evidence": format!("0x{}", "ab".repeat(32)),
		});
		check(registration, json);
	}

	#[test]
	fn accounts_are_accepted_as_address_and_as_hex() {
		let hex = format!("0x{}", "01".repeat(32));
		assert_eq!(from_json(&json!(hex)), Ok(account()));
		// An address of another network has the same key.
		let polkadot = account().to_ss58check_with_version(0u16.into());
		assert_eq!(from_json(&json!(polkadot)), Ok(account()));
		for wrong in [json!("5Grw"), json!("0x01"), json!("0xzz"), json!(7), Value::Null] {
			assert_eq!(
				error::<AccountId>(wrong.clone()),
				format!(
					"{wrong} is not an account: use an SS58 address, or 32 bytes in hex with 0x"
				)
			);
		}
	}

	#[test]
	fn every_word_is_accepted() {
		fn words<T>(items: &[T])
		where
			T: Encode + Decode + TypeInfo + PartialEq + std::fmt::Debug + Copy + 'static,
		{
			for item in items {
				check(*item, json!(kebab_case(&format!("{item:?}"))));
			}
		}
		words(AccountKind::ALL);
		words(Action::ALL);
		words(Category::ALL);
		words(Confidentiality::ALL);
		words(HolderKind::ALL);
		words(LegalBasis::ALL);
		words(Origin::ALL);
		words(Purpose::ALL);
		words(RecordStatus::ALL);
		words(RelationKind::ALL);
		words(Role::ALL);
		words(Scope::ALL);
		words(Status::ALL);
		assert_eq!(
			error::<Action>(json!("delete")),
			r#""delete" is not one of: read, write, refer, read-log, aggregate"#
		);
	}

	#[test]
	fn sets_are_lists_of_words() {
		check(Actions::default(), json!([]));
		check(Categories::of(Category::ALL), to_json(&Category::ALL.to_vec()).unwrap());
		check(Purposes::of(&[Purpose::PatientRequest]), json!(["patient-request"]));
		check(Scopes::of(&[Scope::Consents, Scope::Holders]), json!(["consents", "holders"]));
		check(
			StudyTraits::of(&[StudyTrait::Commercial, StudyTrait::ForProfitSponsor]),
			json!(["commercial", "for-profit-sponsor"]),
		);
		// A bit that this node has no word for.
		check(Actions(0x81), json!(0x81));
		assert_eq!(
			error::<Actions>(json!(["read", "delete"])),
			r#""delete" is not one of: read, write, refer, read-log, aggregate"#
		);
	}

	#[test]
	fn bytes_are_hex_or_text() {
		#[derive(Debug, PartialEq, Encode, Decode, TypeInfo)]
		struct Bytes {
			hash: H256,
			cid: Vec<u8>,
			name: Vec<u8>,
			country: [u8; 2],
		}
		let hex = format!("0x{}", "00".repeat(32));
		let bytes = |name: &[u8], country: &[u8; 2]| Bytes {
			hash: H256::zero(),
			cid: vec![1, 0x70],
			name: name.to_vec(),
			country: *country,
		};
		let json = |name: &str, country: &str| json!({ "hash": hex, "cid": "0x0170", "name": name, "country": country });
		check(bytes("Spital Süd".as_bytes(), b"AT"), json("Spital Süd", "AT"));
		check(bytes(b"", &[0xff, 0]), json("", "0xff00"));
		check(bytes(b"0xa", b"0x"), json("0x307861", "0x3078"));
		let wrong = [
			("0x", "AUT", "country: \"AUT\" must have 2 bytes"),
			("0x0", "AT", "name: \"0x0\" is not valid hex"),
		];
		for (name, country, message) in wrong {
			assert_eq!(error::<Bytes>(json(name, country)), message);
		}
		assert_eq!(error::<H256>(json!("abc")), "\"abc\" is not hex with 0x");
	}

	#[test]
	fn numbers_have_limits() {
		check(u64::MAX, json!(u64::MAX));
		check(u128::MAX, json!(u128::MAX.to_string()));
		check((1u8, Some(true)), json!([1, true]));
		assert_eq!(from_json(&json!(255)), Ok(255u8));
		assert_eq!(error::<u8>(json!(256)), "256 is too large");
		assert_eq!(error::<u32>(json!(-1)), "-1 is not a whole number");
		assert_eq!(error::<u32>(json!("1")), "\"1\" is not a whole number");
		assert_eq!(error::<(u8, u8)>(json!([1])), "[1] must have 2 items");
	}

	#[test]
	fn errors_name_the_place() {
		let ground = |json: Value| error::<Ground>(json);
		assert_eq!(
			ground(json!({ "break-glass": { "institution": "x", "invocation": 1 } })),
			"break-glass: institution: \"x\" is not an account: use an SS58 address, or 32 bytes in \
			 hex with 0x"
		);
		let of = |field: Value| json!({ "break-glass": field });
		let institution = account().to_ss58check();
		assert_eq!(
			ground(of(json!({ "institution": institution }))),
			"break-glass: the field invocation is missing"
		);
		assert_eq!(
			ground(of(json!({ "institution": institution, "invocation": 1, "reason": 2 }))),
			"break-glass: unknown field reason; the fields are: institution, invocation"
		);
		assert_eq!(ground(of(Value::Null)), "break-glass: null is not an object");
		assert_eq!(ground(json!({ "own": 1 })), "own: 1 is not expected here");
		for wrong in [json!("consents"), json!(0), json!({}), json!({ "own": null, "consent": {} })]
		{
			assert_eq!(
				ground(wrong.clone()),
				format!("{wrong} is not one of: {{\"consent\": …}}, {{\"break-glass\": …}}, own")
			);
		}
	}

	#[test]
	fn lists_of_pairs_are_lists() {
		check(
			vec![(H256::zero(), Some(1u64)), (H256::zero(), None)],
			json!([
				[format!("0x{}", "00".repeat(32)), 1],
				[format!("0x{}", "00".repeat(32)), null]
			]),
		);
	}
}
