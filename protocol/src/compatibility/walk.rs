//! Walks over encoded values whose types are known only from metadata.

use super::MAX_DEPTH;
use codec::{Compact, Decode};
use scale_info::{form::PortableForm, Field, TypeDef, TypeDefPrimitive};
use subxt_metadata::Metadata;

/// Steps allowed for each byte. In foreign metadata, a value without bytes may have endlessly many
/// parts.
const STEPS: usize = 64;
/// Steps allowed for every value, however short.
const ALWAYS_ALLOWED: usize = 1 << 16;
/// A byte tells the variants of an enum apart.
const MAX_VARIANTS: usize = 256;

/// A walk over bytes. Bytes that do not fit the types end it with `None`.
pub(super) struct Walk<'a> {
	metadata: &'a Metadata,
	rest: &'a [u8],
	depth: u32,
	steps_left: usize,
	/// The calls in what was walked over: their pallets' numbers and their own.
	pub(super) calls: Vec<(u8, u8)>,
}

impl<'a> Walk<'a> {
	pub(super) fn new(metadata: &'a Metadata, bytes: &'a [u8]) -> Self {
		let steps_left = bytes.len().saturating_mul(STEPS).saturating_add(ALWAYS_ALLOWED);
		Self { metadata, rest: bytes, depth: 0, steps_left, calls: Vec::new() }
	}

	/// Whether nothing is left.
	pub(super) fn is_at_end(&self) -> bool {
		self.rest.is_empty()
	}

	/// The bytes of a value of this type.
	pub(super) fn take(&mut self, kind: u32) -> Option<&'a [u8]> {
		let all = self.rest;
		self.skip(kind)?;
		all.get(..all.len().checked_sub(self.rest.len())?)
	}

	/// Walks over a value of this type.
	pub(super) fn skip(&mut self, kind: u32) -> Option<()> {
		if self.depth >= MAX_DEPTH {
			return None;
		}
		self.steps_left = self.steps_left.checked_sub(1)?;
		self.depth += 1;
		let done = self.skip_parts(kind);
		self.depth -= 1;
		done
	}

	fn skip_parts(&mut self, kind: u32) -> Option<()> {
		if kind == self.metadata.outer_enums().call_enum_ty() {
			let [pallet, call, ..] = *self.rest else { return None };
			self.calls.push((pallet, call));
		}
		match &self.metadata.types().resolve(kind)?.type_def {
			TypeDef::Composite(composite) => self.skip_fields(&composite.fields),
			TypeDef::Variant(all) if all.variants.len() > MAX_VARIANTS => None,
			TypeDef::Variant(all) => {
				let index = *self.bytes(1)?.first()?;
				let variant = all.variants.iter().find(|variant| variant.index == index)?;
				self.skip_fields(&variant.fields)
			},
			TypeDef::Sequence(sequence) => {
				let length = self.length()?;
				self.skip_many(length, sequence.type_param.id)
			},
			TypeDef::Array(array) => self.skip_many(array.len, array.type_param.id),
			TypeDef::Tuple(tuple) => tuple.fields.iter().try_for_each(|field| self.skip(field.id)),
			TypeDef::Primitive(primitive) => {
				let length = match size(primitive) {
					Some(size) => size,
					None => usize::try_from(self.length()?).ok()?,
				};
				self.bytes(length).map(drop)
			},
			TypeDef::Compact(_) => self.skip_compact(),
			TypeDef::BitSequence(bits) => {
				let store = &self.metadata.types().resolve(bits.bit_store_type.id)?.type_def;
				let TypeDef::Primitive(store) = store else { return None };
				let store = size(store)?;
				let bits = usize::try_from(self.length()?).ok()?;
				self.bytes(bits.div_ceil(store * 8) * store).map(drop)
			},
		}
	}

	fn skip_fields(&mut self, fields: &[Field<PortableForm>]) -> Option<()> {
		fields.iter().try_for_each(|field| self.skip(field.ty.id))
	}

	fn skip_many(&mut self, length: u32, kind: u32) -> Option<()> {
		for _ in 0..length {
			let before = self.rest.len();
			self.skip(kind)?;
			// Values without bytes: all of them are.
			if self.rest.len() == before {
				break;
			}
		}
		Some(())
	}

	/// A compact number of any size: the two lowest bits say how many bytes it has.
	fn skip_compact(&mut self) -> Option<()> {
		let first = *self.rest.first()?;
		let length = match first & 3 {
			0 => 1,
			1 => 2,
			2 => 4,
			_ => usize::from(first >> 2) + 5,
		};
		self.bytes(length).map(drop)
	}

	fn length(&mut self) -> Option<u32> {
		Compact::<u32>::decode(&mut self.rest).ok().map(|Compact(length)| length)
	}

	fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
		let (bytes, rest) = self.rest.split_at_checked(count)?;
		self.rest = rest;
		Some(bytes)
	}
}

/// How many bytes a primitive has. `None` for text, which begins with its length.
fn size(primitive: &TypeDefPrimitive) -> Option<usize> {
	use TypeDefPrimitive as Is;
	match primitive {
		Is::Bool | Is::U8 | Is::I8 => Some(1),
		Is::U16 | Is::I16 => Some(2),
		Is::Char | Is::U32 | Is::I32 => Some(4),
		Is::U64 | Is::I64 => Some(8),
		Is::U128 | Is::I128 => Some(16),
		Is::U256 | Is::I256 => Some(32),
		Is::Str => None,
	}
}

/// The fields of a record in `System.Events`: their names and types.
pub(super) fn event_record(metadata: &Metadata) -> Option<Vec<(String, u32)>> {
	let system = metadata.pallet_by_name("System")?;
	let events = system.storage()?.entry_by_name("Events")?.value_ty();
	let TypeDef::Sequence(records) = &metadata.types().resolve(events)?.type_def else {
		return None;
	};
	let record = &metadata.types().resolve(records.type_param.id)?.type_def;
	let TypeDef::Composite(record) = record else { return None };
	record.fields.iter().map(|field| Some((field.name.clone()?, field.ty.id))).collect()
}
