//! Runtimes that differ from ours in one thing each.

use super::*;
use crate::{
	api,
	calls::{as_multi, as_root, batch_all, ConsentCall, CouncilCall, SystemCall, Weight},
	events::{appended, AppendedEntry, AuditEvent, CustodyEvent},
	runtime::runtime_types::frame_system::EventRecord as EncodedRecord,
	storage,
	types::{AccountId, Grantee, H256},
};
use proptest::prelude::*;
use scale_info::{form::PortableForm, Field, PortableRegistry, TypeDef, Variant};

/// What a browser has in the place of this module.
#[path = "own.rs"]
mod own;

type Variants = Vec<Variant<PortableForm>>;

/// Our metadata with a change, and with other documentation, so that it is not taken as our own.
fn changed(change: impl FnOnce(&mut PortableRegistry)) -> RuntimeMetadata {
	let mut metadata = RuntimeMetadataPrefixed::decode(&mut &METADATA[..]).unwrap();
	let frame_metadata::RuntimeMetadata::V16(changing) = &mut metadata.1 else {
		panic!("another format")
	};
	changing.types.types[0].ty.docs.push("Changed.".into());
	change(&mut changing.types);
	let read = RuntimeMetadata::read(&metadata.encode()).unwrap();
	assert!(!read.is_own());
	read
}

/// Changes the type of this path.
fn change_type(path: &str, change: impl FnOnce(&mut TypeDef<PortableForm>)) -> RuntimeMetadata {
	changed(|registry| {
		let mut types = registry.types.iter_mut();
		let found = types.find(|found| found.ty.path.segments.join("::") == path);
		change(&mut found.unwrap_or_else(|| panic!("no {path}")).ty.type_def);
	})
}

/// Changes the variants of the enum of this path.
fn change_enum(path: &str, change: impl FnOnce(&mut Variants)) -> RuntimeMetadata {
	change_type(path, |kind| {
		let TypeDef::Variant(kind) = kind else { panic!("{path} is not an enum") };
		change(&mut kind.variants);
	})
}

fn variant<'a>(variants: &'a mut Variants, name: &str) -> &'a mut Variant<PortableForm> {
	variants.iter_mut().find(|it| it.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn swap(fields: &mut [Field<PortableForm>], one: &str, other: &str) {
	let place = |name| fields.iter().position(|it| it.name.as_deref() == Some(name)).unwrap();
	let (one, other) = (place(one), place(other));
	fields.swap(one, other);
}

/// A new variant: like the last one, with the next number and another name.
fn add_variant(variants: &mut Variants) {
	let mut added = variants.last().unwrap().clone();
	(added.name, added.index) = ("Added".into(), added.index + 1);
	variants.push(added);
}

fn foreign(result: Result<(), ChainError>) -> String {
	match result {
		Err(error @ ChainError::Foreign(_)) => error.to_string(),
		result => panic!("{result:?}"),
	}
}

fn account(byte: u8) -> AccountId {
	AccountId::new([byte; 32])
}

fn revoke() -> RuntimeCall {
	ConsentCall::revoke { grantee: Grantee::Everyone, id: 3 }.into()
}

fn remark() -> RuntimeCall {
	SystemCall::remark { remark: vec![1] }.into()
}

fn openings() -> &'static str {
	api::openings(&account(1), &account(2)).function
}

/// Everything that the tests use of a runtime.
fn check_all(runtime: &RuntimeMetadata) -> Result<(), ChainError> {
	for call in [revoke(), remark(), batch_all(vec![as_root(revoke())])] {
		runtime.check_call(&call)?;
	}
	runtime.check_function(openings())?;
	runtime.check_function(api::nonce(&account(1)).function)?;
	let keys = [
		(storage::now().pallet, storage::now().name),
		("Consent", "Consents"),
		("Council", "ProposalOf"),
	];
	for (pallet, name) in keys {
		runtime.check_storage(pallet, name, None)?;
	}
	runtime.check_storage("Council", "ProposalOf", Some(&as_root(revoke()).encode()))
}

#[test]
fn our_own_runtime_has_everything() {
	assert!(RuntimeMetadata::read(METADATA).unwrap().is_own());
	for runtime in [RuntimeMetadata::own(), &changed(|_| {})] {
		assert_eq!(check_all(runtime), Ok(()));
	}
	for malformed in [&METADATA[..1000], &[]] {
		assert!(matches!(RuntimeMetadata::read(malformed), Err(ChainError::Foreign(_))));
	}
}

#[test]
fn calls_are_signed_for_the_version_that_the_metadata_names() {
	let (own, runtime) = (RuntimeMetadata::own(), vouchsafe_runtime::VERSION);
	let expected = RuntimeVersion {
		spec_version: runtime.spec_version,
		transaction_version: runtime.transaction_version,
	};
	assert_eq!(own.version(), Some(expected));
	assert!(own.is_of(Some(("vouchsafe", runtime.spec_version))));
	assert!(!own.is_of(Some(("vouchsafe", runtime.spec_version + 1))));
	assert!(!own.is_of(Some(("other", runtime.spec_version))) && !own.is_of(None));
}

#[test]
fn what_is_not_used_may_differ() {
	let differing = [
		change_enum("pallet_consent::pallet::Error", add_variant),
		change_enum("pallet_consent::pallet::Event", add_variant),
		change_enum("pallet_consent::pallet::Call", add_variant),
		// Other calls than those that are made, of the same pallet and of another.
		change_enum("pallet_consent::pallet::Call", |calls| {
			let grant = variant(calls, "grant");
			swap(&mut grant.fields, "grantee", "terms");
		}),
		change_enum("pallet_balances::pallet::Call", |calls| {
			calls.remove(0);
		}),
		change_enum("pallet_balances::pallet::Event", |events| {
			variant(events, "Transfer").fields.reverse();
		}),
		// Names of types and documentation.
		changed(|registry| {
			for found in &mut registry.types {
				found.ty.docs.push("Changed.".into());
				if let Some(last) = found.ty.path.segments.last_mut() {
					last.push_str("Renamed");
				}
			}
		}),
	];
	for (number, runtime) in differing.iter().enumerate() {
		assert_eq!(check_all(runtime), Ok(()), "change {number}");
	}
}

#[test]
fn a_call_that_differs_is_refused_by_name() {
	let reordered = change_enum("pallet_consent::pallet::Call", |calls| {
		swap(&mut variant(calls, "revoke").fields, "grantee", "id");
	});
	assert_eq!(
		foreign(reordered.check_call(&revoke())),
		"this program was built for another version of the chain (its call Consent.revoke differs): \
		 update it"
	);
	assert_eq!(reordered.check_call(&remark()), Ok(()));
	// Inside other calls too.
	let motion = CouncilCall::propose {
		threshold: 3,
		proposal: Box::new(as_root(revoke())),
		length_bound: 9,
	};
	for call in [
		batch_all(vec![remark(), revoke()]),
		as_multi(2, vec![account(1)], None, revoke()),
		motion.into(),
	] {
		assert!(foreign(reordered.check_call(&call)).contains("Consent.revoke"));
	}
	let motion = as_root(revoke()).encode();
	let stored = reordered.check_storage("Council", "ProposalOf", Some(&motion));
	assert!(foreign(stored).contains("Consent.revoke"));

	let renumbered = change_enum("pallet_consent::pallet::Call", |calls| {
		variant(calls, "revoke").index = 99;
	});
	assert!(foreign(renumbered.check_call(&revoke())).contains("Consent.revoke"));
	let extended = change_enum("vouchsafe_primitives::consent::Grantee", add_variant);
	assert!(foreign(extended.check_call(&revoke())).contains("Consent.revoke"));
	let without = change_enum("pallet_utility::pallet::Call", Vec::clear);
	assert!(foreign(without.check_call(&batch_all(vec![]))).contains("Utility.batch_all"));
}

#[test]
fn a_function_that_differs_is_refused_by_name() {
	let swapped = change_type("pallet_custody::types::Opening", |kind| {
		let TypeDef::Composite(kind) = kind else { panic!("a struct") };
		kind.fields.rotate_left(1);
	});
	assert!(foreign(swapped.check_function(openings())).contains("VouchsafeApi_openings"));
	assert_eq!(swapped.check_function(api::institutions(None, 1).function), Ok(()));
	let own = changed(|_| {});
	let told = foreign(own.check_function("VouchsafeApi_other"));
	assert!(told.contains("no function VouchsafeApi_other"), "{told}");
}

#[test]
fn a_constant_belongs_to_its_function() {
	let lifetime = crate::OPENING_LIFETIME.to_le_bytes();
	let at = METADATA.windows(8).position(|window| window == lifetime).unwrap();
	let longer = (crate::OPENING_LIFETIME + 1).to_le_bytes();
	let metadata = [&METADATA[..at], &longer, &METADATA[at + 8..]].concat();
	let runtime = RuntimeMetadata::read(&metadata).unwrap();
	assert_eq!(runtime.constant("Custody", "OpeningLifetime"), Some(&longer[..]));
	assert_eq!(runtime.constant("Custody", "Other"), None);
	assert!(foreign(runtime.check_function(openings())).contains("Custody.OpeningLifetime"));
	assert_eq!(runtime.check_function(api::institutions(None, 1).function), Ok(()));
}

#[test]
fn a_value_of_the_state_that_differs_is_refused_by_name() {
	let swapped = change_type("vouchsafe_primitives::consent::Terms", |kind| {
		let TypeDef::Composite(kind) = kind else { panic!("a struct") };
		swap(&mut kind.fields, "valid_from", "valid_until");
	});
	let told = foreign(swapped.check_storage("Consent", "Consents", None));
	assert!(told.contains("its value Consent.Consents differs"), "{told}");
	assert_eq!(swapped.check_storage("Timestamp", "Now", None), Ok(()));
	let told = foreign(swapped.check_storage("Consent", "Other", None));
	assert!(told.contains("no value Consent.Other"), "{told}");
}

#[test]
fn other_extensions_are_refused() {
	// The nonce is a compact number, in an extension only.
	let runtime = change_type("sp_runtime::generic::era::Era", |kind| {
		let TypeDef::Variant(kind) = kind else { panic!("an enum") };
		kind.variants.pop();
	});
	assert!(foreign(runtime.check_call(&revoke())).contains("extensions"));
}

#[test]
fn errors_have_the_names_of_the_nodes_runtime() {
	let newer = change_enum("pallet_custody::pallet::Error", add_variant);
	let custody = newer.0.metadata.pallet_by_name("Custody").unwrap();
	let added = custody.error_variants().unwrap().last().unwrap().index;
	let error =
		|index, number| DispatchError::Module(ModuleError { index, error: [number, 0, 0, 0] });
	let told = newer.dispatch_error(&error(custody.error_index(), added));
	assert!(told.is_dispatch("Custody", "Added"), "{told}");
	let own = RuntimeMetadata::own();
	let told = own.dispatch_error(&error(custody.error_index(), added));
	assert!(told.is_dispatch("Custody", &format!("error {added}")), "{told}");
	assert!(own.dispatch_error(&error(255, 9)).is_dispatch("pallet 255", "error 9"));
	let first = &custody.error_variants().unwrap()[0];
	let told = own.dispatch_error(&error(custody.error_index(), first.index));
	assert!(told.is_dispatch("Custody", &first.name), "{told}");
	assert!(told.to_string().contains(first.docs[0][1..].trim_end_matches('.')), "{told}");
	assert!(own.dispatch_error(&DispatchError::BadOrigin).is_dispatch("System", "BadOrigin"));
}

#[test]
fn a_browser_knows_the_same_runtime() {
	let (here, there) = (RuntimeMetadata::own(), own::RuntimeMetadata::own());
	assert_eq!((there.spec(), there.version()), (here.spec(), here.version()));
	let spec = here.spec().unwrap();
	assert!(there.is_of(Some((&spec.0, spec.1))));
	assert!(!there.is_of(Some((&spec.0, spec.1 + 1))) && !there.is_of(None));
	for index in 0..=u8::MAX {
		for number in 0..=u8::MAX {
			let error = ModuleError { index, error: [number, 0, 0, 0] };
			let error = DispatchError::Module(error);
			assert_eq!(there.dispatch_error(&error), here.dispatch_error(&error));
		}
	}
	let other = DispatchError::Exhausted;
	assert_eq!(there.dispatch_error(&other), here.dispatch_error(&other));
	let bytes = encoded_events();
	assert_eq!(there.events(&bytes).unwrap(), here.events(&bytes).unwrap());
	let own = |place| there.encoded_events_of(&bytes, place).unwrap();
	assert_eq!(own(1), here.encoded_events_of(&bytes, 1).unwrap());
	assert!(own(2).is_empty());
	assert!(there.events(&bytes[1..]).is_err());
	there.check_call(&revoke()).unwrap();
	there.check_function(openings()).unwrap();
	there.check_storage("Audit", "Logs", None).unwrap();
	there.check_event("Audit", "Appended").unwrap();
	there.clone().check_call(&remark()).unwrap();
}

/// A refusal that people read has no name of the chain in it.
#[test]
fn each_error_of_a_pallet_is_a_sentence() {
	let own = RuntimeMetadata::own();
	let mut errors = 0;
	for pallet in own.0.metadata.pallets() {
		for variant in pallet.error_variants().unwrap_or_default() {
			let (index, error) = (pallet.error_index(), [variant.index, 0, 0, 0]);
			let told = own.dispatch_error(&DispatchError::Module(ModuleError { index, error }));
			let said = told.to_string();
			assert!(said.starts_with("the chain refused it: "), "{}: {said}", variant.name);
			assert!(!said.contains(&format!(".{}", variant.name)), "{said}");
			errors += 1;
		}
	}
	assert!(errors > 100, "{errors}");
}

/// A block's events, as our own runtime encodes them: an entry of a log, an opening, and another
/// entry.
fn encoded_events() -> Vec<u8> {
	let entry =
		|seq| Event::Audit(AuditEvent::Appended { patient: account(1), seq, entry: vec![1, 2, 3] });
	let opening = Event::Custody(CustodyEvent::OpeningDecided {
		patient: account(1),
		reader: account(2),
		opened: vec![H256([7; 32])],
		refused: vec![],
	});
	let records = [entry(0), opening, entry(1)].map(|event| EncodedRecord {
		phase: Phase::ApplyExtrinsic(1),
		event,
		topics: vec![H256([9; 32])],
	});
	records.to_vec().encode()
}

fn entries() -> Vec<AppendedEntry> {
	[0, 1].map(|seq| AppendedEntry { patient: account(1), seq, entry: vec![1, 2, 3] }).to_vec()
}

#[test]
fn the_encoded_events_of_an_extrinsic_are_its_own() {
	let runtime = RuntimeMetadata::own();
	let own = runtime.encoded_events_of(&encoded_events(), 1).unwrap();
	let count = Compact(u32::try_from(own.len()).unwrap()).encode();
	assert_eq!([count, own.concat()].concat(), encoded_events());
	assert!(runtime.encoded_events_of(&encoded_events(), 2).unwrap().is_empty());
	assert!(runtime.encoded_events_of(&encoded_events()[1..], 1).is_err());
}

#[test]
fn events_of_another_runtime_are_read() {
	let own = RuntimeMetadata::own().events(&encoded_events()).unwrap();
	assert!(own.iter().all(|record| record.event.is_ok()));
	assert_eq!(appended(own.clone()).unwrap(), entries());
	for runtime in [
		change_enum("pallet_balances::pallet::Event", add_variant),
		change_enum("pallet_custody::pallet::Event", add_variant),
		change_enum("pallet_custody::pallet::Error", add_variant),
	] {
		assert_eq!(runtime.events(&encoded_events()).unwrap(), own);
	}
	// An event of other types is skipped over with its own runtime's types.
	let without_refused = change_enum("pallet_custody::pallet::Event", |events| {
		let fields = &mut variant(events, "OpeningDecided").fields;
		fields.retain(|field| field.name.as_deref() != Some("refused"));
	});
	assert!(without_refused.events(&encoded_events()).is_err(), "the bytes have one field more");
	let renamed = change_enum("pallet_custody::pallet::Event", |events| {
		variant(events, "OpeningDecided").fields[0].name = Some("whose".into());
	});
	let read = renamed.events(&encoded_events()).unwrap();
	assert_eq!(read[1].event, Err(ForeignEvent("Custody.OpeningDecided".into())));
	assert_eq!(appended(read).unwrap(), entries());
	// An entry of other types is not left out silently.
	let other_log = change_enum("pallet_audit::pallet::Event", |events| {
		variant(events, "Appended").fields[0].name = Some("whose".into());
	});
	let told = appended(other_log.events(&encoded_events()).unwrap()).unwrap_err();
	assert!(told.to_string().contains("Audit.Appended"), "{told}");
}

#[test]
fn a_later_runtimes_events_are_walked_over() {
	// Its event has a field more, which our own types could not skip.
	let newer = change_enum("pallet_custody::pallet::Event", |events| {
		let fields = &mut variant(events, "OpeningDecided").fields;
		let again = fields.last().unwrap().clone();
		fields.push(again);
	});
	let bytes = encoded_events();
	let refused_and_topics = [&[0][..], &[4], &[9; 32]].concat();
	let at = bytes
		.windows(refused_and_topics.len())
		.enumerate()
		.filter(|(_, window)| *window == refused_and_topics)
		.map(|(at, _)| at)
		.next()
		.unwrap();
	let bytes = [&bytes[..at], &[0], &bytes[at..]].concat();
	let read = newer.events(&bytes).unwrap();
	assert_eq!(read[1].event, Err(ForeignEvent("Custody.OpeningDecided".into())));
	assert_eq!(appended(read).unwrap(), entries());
	assert!(RuntimeMetadata::own().events(&bytes).is_err());
}

#[test]
fn a_walk_ends_where_the_value_does() {
	let metadata = &OURS.0.metadata;
	let calls = metadata.outer_enums().call_enum_ty();
	let weight = Weight { ref_time: 1 << 40, proof_size: 1 << 20 };
	let close = CouncilCall::close {
		proposal_hash: H256([1; 32]),
		index: 1 << 20,
		proposal_weight_bound: weight,
		length_bound: u32::MAX,
	};
	for call in [revoke(), remark(), batch_all(vec![revoke(); 70]), close.into()] {
		let bytes = call.encode();
		let mut walk = Walk::new(metadata, &bytes);
		assert_eq!(walk.take(calls), Some(&bytes[..]));
		assert!(walk.is_at_end());
		assert_eq!(Walk::new(metadata, &bytes[..bytes.len() - 1]).skip(calls), None);
	}
	let deep = (0..MAX_DEPTH).fold(remark(), |call, _| as_root(call));
	assert_eq!(Walk::new(metadata, &deep.encode()).skip(calls), None);
}

proptest! {
	#[test]
	fn foreign_bytes_are_events_or_an_error(bytes: Vec<u8>) {
		let _ = RuntimeMetadata::own().events(&bytes);
		let _ = changed(|_| {}).check_storage("Council", "ProposalOf", Some(&bytes));
	}
}

#[test]
fn metadata_that_would_stop_the_program_is_an_error() {
	// `Metadata::decode_from` calls itself with the same bytes if they begin with their length.
	let own_length = [16, 0, 0, 0];
	let mut metadata = RuntimeMetadataPrefixed::decode(&mut &METADATA[..]).unwrap();
	let frame_metadata::RuntimeMetadata::V16(changing) = &mut metadata.1 else {
		panic!("another format")
	};
	changing.extrinsic.transaction_extensions.pop();
	for malformed in [&own_length[..], &metadata.encode()] {
		assert!(matches!(RuntimeMetadata::read(malformed), Err(ChainError::Foreign(_))));
	}
}

#[test]
fn values_without_bytes_do_not_take_forever() {
	// Each type has the next one four times, and the last one nothing.
	let runtime = changed(|registry| {
		let unit = registry.types.iter().find(|it| it.ty.type_def == tuple_of(&[])).unwrap().id;
		let path = ["primitive_types", "H256"];
		let mut last = unit;
		for _ in 0..60 {
			let mut kind = registry.types[0].clone();
			kind.id = u32::try_from(registry.types.len()).unwrap();
			kind.ty.type_def = tuple_of(&[last; 4]);
			last = kind.id;
			registry.types.push(kind);
		}
		let hash = registry.types.iter_mut().find(|it| it.ty.path.segments == path).unwrap();
		hash.ty.type_def = tuple_of(&[last]);
	});
	assert!(matches!(runtime.events(&encoded_events()), Err(ChainError::Foreign(_))));
}

fn tuple_of(types: &[u32]) -> TypeDef<PortableForm> {
	let types = types.iter().map(|id| scale_info::interner::UntrackedSymbol::from(*id));
	scale_info::TypeDefTuple::new_portable(types).into()
}

#[test]
fn entries_of_a_renamed_log_are_not_left_out() {
	let mut metadata = RuntimeMetadataPrefixed::decode(&mut &METADATA[..]).unwrap();
	let frame_metadata::RuntimeMetadata::V16(changing) = &mut metadata.1 else {
		panic!("another format")
	};
	let audit = changing.pallets.iter_mut().find(|it| it.name == "Audit").unwrap();
	audit.name = "Log".into();
	let renamed = RuntimeMetadata::read(&metadata.encode()).unwrap();
	assert!(foreign(renamed.check_event("Audit", "Appended")).contains("event Audit.Appended"));
	assert_eq!(renamed.check_event("System", "ExtrinsicFailed"), Ok(()));
	assert_eq!(changed(|_| {}).check_event("Audit", "Appended"), Ok(()));
}
