//! Checks that a block's runtime has the calls, functions and storage values that a client uses, with
//! the types that the client knows.
//!
//! Calls, keys and answers are bytes whose types are fixed when a client is compiled. So the client
//! compares each item (a call, a function, a storage value) with the one in [`METADATA`] when it uses
//! the item. What a client does not use may differ, and so may documentation and the names of types.
//!
//! Events are read with the metadata of the runtime that wrote them. Those whose types differ are
//! named and skipped.
//!
//! In a browser, `own.rs` is in the place of this file.

mod compare;
mod walk;

use crate::{
	calls::RuntimeCall,
	codegen::CONSTANTS,
	dispatch,
	errors::ChainError,
	events::{Event, EventRecord, ForeignEvent},
	extrinsics::{self, RuntimeVersion},
	runtime::runtime_types::{
		frame_system::Phase,
		sp_runtime::{DispatchError, ModuleError},
	},
	METADATA,
};
use codec::{Compact, Decode, DecodeAll, DecodeLimit, Encode};
use compare::Comparison;
use frame_metadata::RuntimeMetadataPrefixed;
use std::{
	collections::BTreeSet,
	sync::{Arc, LazyLock},
};
use subxt_metadata::{Metadata, PalletMetadata};
use walk::Walk;

/// How deep a value of a type may nest.
pub(crate) const MAX_DEPTH: u32 = 256;

/// The runtime that this crate was generated from.
static OURS: LazyLock<RuntimeMetadata> = LazyLock::new(|| {
	#[expect(clippy::expect_used, reason = "the build script has read these bytes too")]
	let metadata = Metadata::decode_from(METADATA).expect("the build script has read it");
	RuntimeMetadata(Arc::new(Inner { metadata, events: BTreeSet::new() }))
});

/// The metadata of a block's runtime. Cheap to clone.
#[derive(Clone)]
pub struct RuntimeMetadata(Arc<Inner>);

struct Inner {
	metadata: Metadata,
	/// The numbers of the events, with their pallet's number before, whose types are known.
	events: BTreeSet<(u8, u8)>,
}

impl RuntimeMetadata {
	/// The runtime that this crate was generated from.
	pub fn own() -> &'static Self {
		&OURS
	}

	/// Reads a runtime's metadata, in format [`METADATA_FORMAT`](crate::METADATA_FORMAT).
	pub fn read(metadata: &[u8]) -> Result<Self, ChainError> {
		if metadata == METADATA {
			return Ok(Self::own().clone());
		}
		Ok(Self::new(decode(metadata)?))
	}

	fn new(metadata: Metadata) -> Self {
		let events = known_events(&metadata);
		Self(Arc::new(Inner { metadata, events }))
	}

	/// Whether it is the runtime that this crate was generated from. Then nothing can differ.
	fn is_own(&self) -> bool {
		Arc::ptr_eq(&self.0, &OURS.0)
	}

	/// The bytes of a pallet's constant, if there is one of this name.
	pub fn constant(&self, pallet: &str, name: &str) -> Option<&[u8]> {
		Some(self.0.metadata.pallet_by_name(pallet)?.constant_by_name(name)?.value())
	}

	/// The runtime's name and its version.
	pub(crate) fn spec(&self) -> Option<(String, u32)> {
		let mut version = self.constant("System", "Version")?;
		let decoded = <(String, String, u32, u32)>::decode(&mut version).ok()?;
		let (spec_name, _, _, spec_version) = decoded;
		Some((spec_name, spec_version))
	}

	/// Whether it is the runtime of this name and version.
	pub fn is_of(&self, spec: Option<(&str, u32)>) -> bool {
		let own = self.spec();
		own.is_some() && own.as_ref().map(|(name, version)| (name.as_str(), *version)) == spec
	}

	/// The versions for which calls are signed. Nothing if the metadata does not have them.
	pub fn version(&self) -> Option<RuntimeVersion> {
		let mut version = self.constant("System", "Version")?;
		let decoded =
			<((String, String, u32, u32, u32), Vec<([u8; 8], u32)>, u32)>::decode(&mut version)
				.ok()?;
		let ((_, _, _, spec_version, _), _, transaction_version) = decoded;
		Some(RuntimeVersion { spec_version, transaction_version })
	}

	fn comparison(&self) -> Comparison<'_> {
		Comparison::new(&OURS.0.metadata, &self.0.metadata)
	}

	/// Checks that the runtime has this call and each call in it, and that it takes extrinsics as this
	/// crate signs them.
	pub fn check_call(&self, call: &RuntimeCall) -> Result<(), ChainError> {
		if self.is_own() {
			return Ok(());
		}
		self.check_extensions()?;
		let ours = &OURS.0.metadata;
		self.check_calls_in(ours, ours.outer_enums().call_enum_ty(), &call.encode())
	}

	/// Whether the function, named as `state_call` takes it, has the same arguments and answer.
	pub fn check_function(&self, function: &str) -> Result<(), ChainError> {
		if self.is_own() {
			return Ok(());
		}
		let inputs_and_output = |metadata: &Metadata| {
			let (api, method) = function.split_once('_')?;
			let method = metadata.runtime_api_trait_by_name(api)?.method_by_name(method)?;
			let inputs: Vec<_> =
				method.inputs().map(|input| (input.name.to_string(), input.id)).collect();
			Some((inputs, method.output_ty()))
		};
		let ours = inputs_and_output(&OURS.0.metadata);
		let Some(theirs) = inputs_and_output(&self.0.metadata) else {
			return Err(lacks("function", function));
		};
		let is_same = ours.is_some_and(|ours| {
			ours.0.iter().map(|it| &it.0).eq(theirs.0.iter().map(|it| &it.0)) && {
				let types = |side: &(Vec<(String, u32)>, u32)| -> Vec<u32> {
					side.0.iter().map(|it| it.1).chain([side.1]).collect()
				};
				self.comparison().are_same(types(&ours).into_iter().zip(types(&theirs)))
			}
		});
		if !is_same {
			return Err(differs("function", function));
		}
		self.check_constants(function)
	}

	/// The values of the constants that the protocol uses with this function's answer.
	fn check_constants(&self, function: &str) -> Result<(), ChainError> {
		for (user, pallet, name) in CONSTANTS {
			let is_same = OURS.constant(pallet, name) == self.constant(pallet, name);
			if *user == function && !is_same {
				return Err(differs("constant", &format!("{pallet}.{name}")));
			}
		}
		Ok(())
	}

	/// Checks that a storage value has the same place and type, and that each call in these bytes of
	/// it is known.
	pub fn check_storage(
		&self,
		pallet: &str,
		name: &str,
		bytes: Option<&[u8]>,
	) -> Result<(), ChainError> {
		if self.is_own() {
			return Ok(());
		}
		let full_name = format!("{pallet}.{name}");
		let entry = |metadata: &'_ Metadata| {
			let pallet = metadata.pallet_by_name(pallet)?;
			let storage = pallet.storage()?;
			// The prefix is the pallet's name, but need not be.
			Some((storage.prefix().to_owned(), storage.entry_by_name(name)?.clone()))
		};
		let Some((their_prefix, theirs)) = entry(&self.0.metadata) else {
			return Err(lacks("value", &full_name));
		};
		let is_same = entry(&OURS.0.metadata).is_some_and(|(prefix, ours)| {
			let hashers = ours.keys().map(|key| key.hasher).eq(theirs.keys().map(|key| key.hasher));
			let keys = ours.keys().map(|key| key.key_id).zip(theirs.keys().map(|key| key.key_id));
			let types = keys.chain([(ours.value_ty(), theirs.value_ty())]);
			prefix == their_prefix
				&& hashers && ours.default_value() == theirs.default_value()
				&& self.comparison().without_calls().are_same(types)
		});
		if !is_same {
			return Err(differs("value", &full_name));
		}
		match bytes {
			Some(bytes) => self.check_calls_in(&self.0.metadata, theirs.value_ty(), bytes),
			None => Ok(()),
		}
	}

	/// Whether each call in a value, which has this type in this metadata, is known.
	fn check_calls_in(
		&self,
		metadata: &Metadata,
		kind: u32,
		bytes: &[u8],
	) -> Result<(), ChainError> {
		let mut walk = Walk::new(metadata, bytes);
		walk.skip(kind).ok_or_else(|| ChainError::foreign("a value is malformed"))?;
		for (pallet, call) in walk.calls {
			self.check_call_of(pallet, call)?;
		}
		Ok(())
	}

	/// Whether the call with these numbers is the same.
	fn check_call_of(&self, pallet: u8, call: u8) -> Result<(), ChainError> {
		let find = |metadata: &'_ Metadata| {
			let pallet = metadata.pallet_by_call_index(pallet)?;
			let found = pallet.call_variant_by_index(call)?.clone();
			Some((format!("{}.{}", pallet.name(), found.name), found))
		};
		let ours = find(&OURS.0.metadata);
		let theirs = find(&self.0.metadata);
		match (ours, theirs) {
			(Some((name, ours)), Some((their_name, theirs))) => {
				let is_same = name == their_name
					&& self
						.comparison()
						.without_calls()
						.are_same_fields(&ours.fields, &theirs.fields);
				if is_same {
					Ok(())
				} else {
					Err(differs("call", &name))
				}
			},
			(Some((name, _)), None) | (None, Some((name, _))) => Err(differs("call", &name)),
			(None, None) => Err(lacks("call", &format!("{pallet}.{call}"))),
		}
	}

	/// Whether extrinsics have the same extensions.
	fn check_extensions(&self) -> Result<(), ChainError> {
		let extensions = |metadata: &Metadata| -> Option<Vec<(String, [u32; 2])>> {
			let found = metadata.extrinsic().transaction_extensions_by_version(0)?;
			let found =
				found.map(|it| (it.identifier().to_owned(), [it.extra_ty(), it.additional_ty()]));
			Some(found.collect())
		};
		let ours = extensions(&OURS.0.metadata).unwrap_or_default();
		let theirs = extensions(&self.0.metadata).unwrap_or_default();
		let is_same =
			self.0.metadata.extrinsic().supported_versions().contains(&extrinsics::FORMAT)
				&& ours.iter().map(|it| &it.0).eq(theirs.iter().map(|it| &it.0))
				&& self.comparison().are_same(
					ours.iter().flat_map(|it| it.1).zip(theirs.iter().flat_map(|it| it.1)),
				);
		if is_same {
			return Ok(());
		}
		Err(ChainError::Foreign("its transactions have other extensions".into()))
	}

	/// Whether an event is the same.
	pub fn check_event(&self, pallet: &str, name: &str) -> Result<(), ChainError> {
		if self.is_own() {
			return Ok(());
		}
		let ours = OURS.0.metadata.pallet_by_name(pallet).and_then(|pallet| {
			let event = pallet.event_variants()?.iter().find(|event| event.name == name)?;
			Some((pallet.event_index(), event.index))
		});
		if ours.is_some_and(|numbers| self.0.events.contains(&numbers)) {
			return Ok(());
		}
		Err(differs("event", &format!("{pallet}.{name}")))
	}

	/// The events of a block that this runtime made, from the bytes in the state.
	pub fn events(&self, bytes: &[u8]) -> Result<Vec<EventRecord>, ChainError> {
		self.try_events(bytes)
			.ok_or_else(|| ChainError::foreign("the block's events can't be read"))
	}

	/// The events of a block that this runtime made and that one of its extrinsics caused: each as it is
	/// encoded in the state. Together, with their number before them, they can be
	/// [read](Self::events) again.
	pub fn encoded_events_of(&self, bytes: &[u8], place: u32) -> Result<Vec<Vec<u8>>, ChainError> {
		let records = self.try_records(bytes);
		let records =
			records.ok_or_else(|| ChainError::foreign("the block's events can't be read"))?;
		let own = records.into_iter().filter(|it| it.phase == Phase::ApplyExtrinsic(place));
		Ok(own.map(|it| it.encoded).collect())
	}

	fn try_events(&self, bytes: &[u8]) -> Option<Vec<EventRecord>> {
		let each = self.try_records(bytes)?.into_iter();
		each.map(|RawRecord { phase, event, .. }| {
			Some(EventRecord { phase, event: self.event(event)? })
		})
		.collect()
	}

	/// The events, of which only the phase is read.
	fn try_records<'a>(&'a self, mut bytes: &'a [u8]) -> Option<Vec<RawRecord<'a>>> {
		let fields = walk::event_record(&self.0.metadata)?;
		let Compact(count) = Compact::<u32>::decode(&mut bytes).ok()?;
		let mut walk = Walk::new(&self.0.metadata, bytes);
		let mut records = Vec::new();
		for _ in 0..count {
			let (mut phase, mut event, mut encoded) = (None, None, Vec::new());
			for (name, kind) in &fields {
				let field = walk.take(*kind)?;
				encoded.extend(field);
				match name.as_str() {
					"phase" => phase = Some(Phase::decode_all(&mut &field[..]).ok()?),
					"event" => event = Some(field),
					_ => {},
				}
			}
			records.push(RawRecord { phase: phase?, event: event?, encoded });
		}
		walk.is_at_end().then_some(records)
	}

	fn event(&self, bytes: &[u8]) -> Option<Result<Event, ForeignEvent>> {
		let [pallet, variant, ..] = *bytes else { return None };
		if self.is_own() || self.0.events.contains(&(pallet, variant)) {
			return Event::decode_all_with_depth_limit(MAX_DEPTH, &mut &bytes[..]).ok().map(Ok);
		}
		let pallet = self.0.metadata.pallet_by_event_index(pallet)?;
		let name = &pallet.event_variant_by_index(variant)?.name;
		Some(Err(ForeignEvent(format!("{}.{name}", pallet.name()))))
	}

	/// Why a call failed. Names and documentation come from the runtime, so errors that are newer than
	/// this program have them too.
	pub fn dispatch_error(&self, error: &DispatchError) -> ChainError {
		let (pallet, error, docs) = match error {
			DispatchError::Module(error) => self.module_error(error),
			error => dispatch::of_no_pallet(error),
		};
		ChainError::Dispatch { pallet, error, docs }
	}

	/// Pallet, name and documentation of a pallet's error.
	fn module_error(&self, error: &ModuleError) -> (String, String, String) {
		let [number, ..] = error.error;
		let pallet = self.0.metadata.pallet_by_error_index(error.index);
		let variant = pallet.as_ref().and_then(|pallet| pallet.error_variant_by_index(number));
		(
			pallet
				.as_ref()
				.map_or_else(|| format!("pallet {}", error.index), |it| it.name().into()),
			variant.map_or_else(|| format!("error {number}"), |it| it.name.clone()),
			variant.map_or_else(String::new, |it| it.docs.join(" ")),
		)
	}
}

/// An event that was not read yet.
struct RawRecord<'a> {
	phase: Phase,
	/// What happened.
	event: &'a [u8],
	/// All of it.
	encoded: Vec<u8>,
}

/// Decodes a runtime's metadata. `Metadata::decode_from` is only for metadata that is trusted: it does
/// not return for some bytes, and it does not check the extensions' places.
fn decode(metadata: &[u8]) -> Result<Metadata, ChainError> {
	let decoded = RuntimeMetadataPrefixed::decode(&mut &metadata[..]);
	let frame_metadata::RuntimeMetadata::V16(found) = decoded.map_err(ChainError::foreign)?.1
	else {
		return Err(ChainError::foreign("its metadata has another format"));
	};
	let extensions = found.extrinsic.transaction_extensions.len();
	let mut places = found.extrinsic.transaction_extensions_by_version.values().flatten();
	if !places.all(|place| usize::try_from(place.0).is_ok_and(|place| place < extensions)) {
		return Err(ChainError::foreign("its metadata names an extension that it lacks"));
	}
	Metadata::from_v16(found).map_err(ChainError::foreign)
}

/// The numbers of the events that are the same as in this crate.
fn known_events(theirs: &Metadata) -> BTreeSet<(u8, u8)> {
	let comparison = Comparison::new(&OURS.0.metadata, theirs);
	let is_same = |ours: &PalletMetadata, number: u8| {
		let theirs = theirs.pallet_by_event_index(ours.event_index())?;
		let (our_event, their_event) =
			(ours.event_variant_by_index(number)?, theirs.event_variant_by_index(number)?);
		Some(
			ours.name() == theirs.name()
				&& our_event.name == their_event.name
				&& comparison.are_same_fields(&our_event.fields, &their_event.fields),
		)
	};
	let mut same = BTreeSet::new();
	for pallet in OURS.0.metadata.pallets() {
		for event in pallet.event_variants().unwrap_or_default() {
			if is_same(&pallet, event.index) == Some(true) {
				same.insert((pallet.event_index(), event.index));
			}
		}
	}
	same
}

fn differs(what: &str, name: &str) -> ChainError {
	ChainError::Foreign(format!("its {what} {name} differs"))
}

fn lacks(what: &str, name: &str) -> ChainError {
	ChainError::Foreign(format!("it has no {what} {name}"))
}

#[cfg(test)]
mod tests;
