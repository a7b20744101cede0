//! Tests of the metadata that clients and wallets use.

use crate::{Runtime, RuntimeCall, VERSION};
use codec::{DecodeAll, Encode};
use scale_info::{PortableRegistry, Registry, TypeDef};
use sp_core::hexdisplay::HexDisplay;
use std::{
	collections::BTreeMap,
	path::{Path, PathBuf},
};

/// The version of the metadata's format that the clients are generated from.
const FORMAT: u32 = 16;

fn file(path: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Whether files are to be written, not compared.
fn updating() -> bool {
	std::env::var_os("UPDATE").is_some()
}

fn metadata() -> Vec<u8> {
	Runtime::metadata_at_version(FORMAT).expect("the format is known").to_vec()
}

/// The clients are generated from `protocol/metadata.scale`. UPDATE=1 writes it again.
#[test]
fn metadata_is_that_of_the_clients() {
	let path = file("../protocol/metadata.scale");
	if updating() {
		std::fs::write(&path, metadata()).unwrap();
	}
	let kept = std::fs::read(&path).unwrap_or_default();
	assert!(kept == metadata(), "protocol/metadata.scale is old: run this test with UPDATE=1");
}

/// Clients that use old metadata must notice that it has changed, so `spec_version` rises with
/// every change. `runtime/metadata.version` has the version and the hash of the metadata without
/// it. UPDATE=1 writes the file again, but not under the same version.
#[test]
fn spec_version_rises_with_the_metadata() {
	let version = VERSION.encode();
	let metadata = metadata();
	let at = metadata
		.windows(version.len())
		.position(|window| window == version)
		.expect("the metadata holds the version");
	let rest = [&metadata[..at], &metadata[at + version.len()..]].concat();
	let hash = sp_io::hashing::blake2_256(&rest);
	let now = format!("{} 0x{}\n", VERSION.spec_version, HexDisplay::from(&hash));

	let path = file("metadata.version");
	let kept = std::fs::read_to_string(&path).unwrap_or_default();
	if kept == now {
		return;
	}
	let kept_version = kept.split(' ').next().and_then(|number| number.parse::<u32>().ok());
	assert!(
		kept_version.is_none_or(|kept| kept < VERSION.spec_version),
		"the metadata has changed: raise spec_version above {kept_version:?}"
	);
	assert!(updating(), "metadata.version is old: run this test with UPDATE=1");
	std::fs::write(&path, now).unwrap();
}

/// An extension wallet signs only if it knows every transaction extension, or if the unknown ones
/// encode to nothing. This list has the extensions that wallets know. `CheckNonce` is ours.
#[test]
fn extension_wallets_can_sign() {
	let known = [
		"CheckNonZeroSender",
		"CheckSpecVersion",
		"CheckTxVersion",
		"CheckGenesis",
		"CheckMortality",
		"CheckNonce",
		"CheckWeight",
		"CheckMetadataHash",
	];
	let extensions = Runtime::metadata_ir().extrinsic.extensions_v0().unwrap();
	let mut registry = Registry::new();
	let ids = extensions
		.iter()
		.map(|extension| {
			let [value, implicit] =
				[extension.ty, extension.implicit].map(|ty| registry.register_type(&ty).id);
			(extension.identifier, value, implicit)
		})
		.collect::<Vec<_>>();
	let types = PortableRegistry::from(registry);

	for (identifier, value, implicit) in &ids {
		let empty = is_empty(&types, *value) && is_empty(&types, *implicit);
		assert!(empty || known.contains(identifier), "{identifier} is not empty");
	}
	assert_eq!(
		ids.iter().map(|(identifier, ..)| *identifier).collect::<Vec<_>>(),
		[
			"AuthorizeCall",
			"CheckNonZeroSender",
			"CheckSpecVersion",
			"CheckTxVersion",
			"CheckGenesis",
			"CheckMortality",
			"CheckNonce",
			"CheckWeight",
			"CheckMetadataHash",
			"WeightReclaim",
		]
	);
}

/// Whether the type's values encode to no bytes.
fn is_empty(types: &PortableRegistry, id: u32) -> bool {
	match &types.resolve(id).unwrap().type_def {
		TypeDef::Composite(composite) => {
			composite.fields.iter().all(|field| is_empty(types, field.ty.id))
		},
		TypeDef::Tuple(tuple) => tuple.fields.iter().all(|field| is_empty(types, field.id)),
		TypeDef::Array(array) => array.len == 0 || is_empty(types, array.type_param.id),
		_ => false,
	}
}

/// `CheckEnrolled` encodes as `CheckNonce` does, so that wallets can sign it.
#[test]
fn the_nonce_is_encoded_as_ever() {
	let nonce = frame_system::CheckNonce::<Runtime>::from(70_000);
	assert_eq!(pallet_admission::CheckEnrolled::<Runtime>(nonce.clone()).encode(), nonce.encode());
}

/// Calls are encoded with their pallet's index, which is part of what users have signed.
#[test]
fn pallets_keep_their_places() {
	let places = Runtime::metadata_ir()
		.pallets
		.iter()
		.map(|pallet| (pallet.index, pallet.name))
		.collect::<Vec<_>>();
	assert_eq!(
		places,
		[
			(0, "System"),
			(1, "Timestamp"),
			(2, "Aura"),
			(3, "Grandpa"),
			(4, "Session"),
			(5, "Balances"),
			(10, "Council"),
			(11, "Consortium"),
			(12, "Utility"),
			(13, "Multisig"),
			(15, "Admission"),
			(16, "Parameters"),
			(20, "Enrolment"),
			(21, "Records"),
			(22, "Consent"),
			(23, "AccessRequests"),
			(24, "Custody"),
			(25, "Audit"),
			(27, "Studies"),
			(28, "Representation"),
			(29, "Recovery"),
			(30, "Measuring"),
			(32, "ParametersAtGenesis"),
		]
	);
}

/// Representation comes with a log and an end of its own: pallet-proxy has neither. Its index is not
/// used again, because transactions that were signed for it must not mean something else.
#[test]
fn there_are_no_proxies() {
	assert!(RuntimeCall::decode_all(&mut &[14, 3][..]).is_err());
	let pallets = Runtime::metadata_ir().pallets;
	assert!(pallets.iter().all(|pallet| pallet.index != 14 && !pallet.name.contains("Proxy")));
}

/// The same fact has the same name and the same sentence in every pallet.
#[test]
fn errors_have_one_vocabulary() {
	let ours = [
		"Consortium",
		"Admission",
		"Enrolment",
		"Records",
		"Consent",
		"AccessRequests",
		"Custody",
		"Audit",
		"Studies",
		"Representation",
		"Recovery",
	];
	let mut sentences = BTreeMap::new();
	let pallets = Runtime::metadata_ir().pallets.into_iter();
	for pallet in pallets.filter(|pallet| ours.contains(&pallet.name)) {
		let Some(error) = pallet.error else { continue };
		let TypeDef::Variant(variants) = error.ty.type_info().type_def else {
			panic!("an error is an enum");
		};
		for variant in variants.variants {
			let sentence = variant.docs.join(" ");
			let known = sentences.entry(variant.name).or_insert_with(|| sentence.clone());
			assert_eq!(*known, sentence, "{}::{}", pallet.name, variant.name);
			assert!(!variant.name.starts_with("Bad"));
		}
	}
	assert!(sentences.len() > 70, "{}", sentences.len());
}
