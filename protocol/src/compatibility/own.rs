//! The runtime that this crate was generated from, for a browser, which knows no other one: a block that
//! another runtime has made is an error before this is asked. So nothing is compared, and the metadata,
//! which is large, is not needed.

use crate::{
	calls::RuntimeCall,
	dispatch,
	errors::ChainError,
	events::{Event, EventRecord},
	extrinsics::RuntimeVersion,
	runtime::runtime_types::{
		frame_system::{EventRecord as EncodedRecord, Phase},
		sp_runtime::{DispatchError, ModuleError},
	},
	types::H256,
};
use codec::{DecodeLimit, Encode};

/// A pallet's number and name, and the number, name and documentation of each error.
type Pallet = (u8, &'static str, &'static [(u8, &'static str, &'static str)]);

include!(concat!(env!("OUT_DIR"), "/own.rs"));

/// How deep a value of a type may nest.
pub(crate) const MAX_DEPTH: u32 = 256;

/// The runtime that this crate was generated from.
#[derive(Clone)]
pub struct RuntimeMetadata;

impl RuntimeMetadata {
	/// It.
	pub fn own() -> &'static Self {
		&Self
	}

	/// The runtime's name and its version.
	pub(crate) fn spec(&self) -> Option<(String, u32)> {
		Some((SPEC.0.to_owned(), SPEC.1))
	}

	/// Whether it is the runtime of this name and version.
	pub fn is_of(&self, spec: Option<(&str, u32)>) -> bool {
		spec == Some(SPEC)
	}

	/// The versions for which calls are signed.
	pub fn version(&self) -> Option<RuntimeVersion> {
		Some(VERSION)
	}

	/// Nothing can differ.
	pub fn check_call(&self, _: &RuntimeCall) -> Result<(), ChainError> {
		Ok(())
	}

	/// Nothing can differ.
	pub fn check_function(&self, _: &str) -> Result<(), ChainError> {
		Ok(())
	}

	/// Nothing can differ.
	pub fn check_storage(&self, _: &str, _: &str, _: Option<&[u8]>) -> Result<(), ChainError> {
		Ok(())
	}

	/// Nothing can differ.
	pub fn check_event(&self, _: &str, _: &str) -> Result<(), ChainError> {
		Ok(())
	}

	/// The events of a block, from the bytes in the state.
	pub fn events(&self, bytes: &[u8]) -> Result<Vec<EventRecord>, ChainError> {
		Ok(records(bytes)?
			.into_iter()
			.map(|EncodedRecord { phase, event, .. }| EventRecord { phase, event: Ok(event) })
			.collect())
	}

	/// The events of a block that one of its extrinsics caused: each as it is encoded in the state.
	pub fn encoded_events_of(&self, bytes: &[u8], place: u32) -> Result<Vec<Vec<u8>>, ChainError> {
		let all = records(bytes)?.into_iter();
		let own = all.filter(|it| it.phase == Phase::ApplyExtrinsic(place));
		Ok(own.map(|it| it.encode()).collect())
	}

	/// Why a call failed.
	pub fn dispatch_error(&self, error: &DispatchError) -> ChainError {
		let (pallet, error, docs) = match error {
			DispatchError::Module(error) => module_error(error),
			error => dispatch::of_no_pallet(error),
		};
		ChainError::Dispatch { pallet, error, docs }
	}
}

fn records(bytes: &[u8]) -> Result<Vec<EncodedRecord<Event, H256>>, ChainError> {
	Vec::decode_all_with_depth_limit(MAX_DEPTH, &mut &bytes[..])
		.map_err(|_| ChainError::foreign("the block's events can't be read"))
}

/// Pallet, name and documentation of a pallet's error.
fn module_error(error: &ModuleError) -> (String, String, String) {
	let [number, ..] = error.error;
	let pallet = PALLETS.iter().find(|(index, ..)| *index == error.index);
	let found = pallet.and_then(|(.., errors)| errors.iter().find(|(it, ..)| *it == number));
	(
		pallet.map_or_else(|| format!("pallet {}", error.index), |it| it.1.to_owned()),
		found.map_or_else(|| format!("error {number}"), |it| it.1.to_owned()),
		found.map_or_else(String::new, |it| it.2.to_owned()),
	)
}
