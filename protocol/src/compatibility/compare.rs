//! Compares types of two runtimes: their structure, with the order and names of fields and the
//! numbers and names of variants. The names of types, and documentation, may differ.

use scale_info::{form::PortableForm, Field, TypeDef};
use std::collections::HashSet;
use subxt_metadata::Metadata;

/// Our runtime and theirs.
pub(super) struct Comparison<'a> {
	ours: &'a Metadata,
	theirs: &'a Metadata,
	/// Whether a value that contains calls is the same although the runtimes' calls differ.
	without_calls: bool,
}

impl<'a> Comparison<'a> {
	pub(super) fn new(ours: &'a Metadata, theirs: &'a Metadata) -> Self {
		Self { ours, theirs, without_calls: false }
	}

	/// The same, but calls that a value contains are not compared: they are compared one by one.
	pub(super) fn without_calls(self) -> Self {
		Self { without_calls: true, ..self }
	}

	/// Whether these fields are the same.
	pub(super) fn are_same_fields(
		&self,
		ours: &[Field<PortableForm>],
		theirs: &[Field<PortableForm>],
	) -> bool {
		let mut open = Vec::new();
		add_fields(ours, theirs, &mut open) && self.are_same(open)
	}

	/// Whether the two types of each pair are the same. Types may contain themselves: a pair that
	/// was seen before is taken as the same.
	pub(super) fn are_same(&self, pairs: impl IntoIterator<Item = (u32, u32)>) -> bool {
		let mut open: Vec<(u32, u32)> = pairs.into_iter().collect();
		let mut seen = HashSet::new();
		let calls =
			(self.ours.outer_enums().call_enum_ty(), self.theirs.outer_enums().call_enum_ty());
		while let Some(pair) = open.pop() {
			let is_done = !seen.insert(pair) || (self.without_calls && pair == calls);
			if !is_done && self.add_parts(pair, &mut open).is_none() {
				return false;
			}
		}
		true
	}

	/// Compares two types without their parts, which it adds to `open`. `None` if they differ.
	fn add_parts(&self, (ours, theirs): (u32, u32), open: &mut Vec<(u32, u32)>) -> Option<()> {
		let ours = &self.ours.types().resolve(ours)?.type_def;
		let theirs = &self.theirs.types().resolve(theirs)?.type_def;
		let is_same = match (ours, theirs) {
			(TypeDef::Composite(ours), TypeDef::Composite(theirs)) => {
				add_fields(&ours.fields, &theirs.fields, open)
			},
			(TypeDef::Variant(ours), TypeDef::Variant(theirs)) => {
				ours.variants.len() == theirs.variants.len()
					&& ours.variants.iter().zip(&theirs.variants).all(|(ours, theirs)| {
						ours.index == theirs.index
							&& ours.name == theirs.name
							&& add_fields(&ours.fields, &theirs.fields, open)
					})
			},
			(TypeDef::Sequence(ours), TypeDef::Sequence(theirs)) => {
				open.push((ours.type_param.id, theirs.type_param.id));
				true
			},
			(TypeDef::Array(ours), TypeDef::Array(theirs)) => {
				open.push((ours.type_param.id, theirs.type_param.id));
				ours.len == theirs.len
			},
			(TypeDef::Tuple(ours), TypeDef::Tuple(theirs)) => {
				open.extend(
					ours.fields
						.iter()
						.zip(&theirs.fields)
						.map(|(ours, theirs)| (ours.id, theirs.id)),
				);
				ours.fields.len() == theirs.fields.len()
			},
			(TypeDef::Compact(ours), TypeDef::Compact(theirs)) => {
				open.push((ours.type_param.id, theirs.type_param.id));
				true
			},
			(TypeDef::BitSequence(ours), TypeDef::BitSequence(theirs)) => {
				open.push((ours.bit_store_type.id, theirs.bit_store_type.id));
				open.push((ours.bit_order_type.id, theirs.bit_order_type.id));
				true
			},
			(ours, theirs) => ours == theirs,
		};
		is_same.then_some(())
	}
}

/// Compares the names of fields, and adds their types to `open`.
fn add_fields(
	ours: &[Field<PortableForm>],
	theirs: &[Field<PortableForm>],
	open: &mut Vec<(u32, u32)>,
) -> bool {
	open.extend(ours.iter().zip(theirs).map(|(ours, theirs)| (ours.ty.id, theirs.ty.id)));
	ours.iter().map(|field| &field.name).eq(theirs.iter().map(|field| &field.name))
}
