//! Generates the chain's types from `metadata.scale`, and what else the protocol needs of it.
//!
//! Types that `vouchsafe_primitives` defines are not generated: the chain and its clients share the
//! crate's own. A type that is added there needs no change here.

use codec::Decode;
use std::{error::Error, fmt::Write, path::Path};
use subxt_codegen::{syn, CodegenBuilder, Metadata};

/// What every generated type can do. They are plain SCALE types.
const DERIVES: [&str; 6] =
	["Clone", "PartialEq", "Eq", "Debug", "::codec::Encode", "::codec::Decode"];

/// Types that are not generated either, and what is used instead. The limits of bounded vectors are
/// not in the metadata: the chain checks them.
const SUBSTITUTES: [(&str, &str); 4] = [
	("sp_core::crypto::AccountId32", "::sp_core::crypto::AccountId32"),
	("primitive_types::H256", "::sp_core::H256"),
	("bounded_collections::bounded_vec::BoundedVec", "::std::vec::Vec"),
	("bounded_collections::weak_bounded_vec::WeakBoundedVec", "::std::vec::Vec"),
];

/// Constants whose values the protocol uses: documentation, name here, the function with whose answer
/// it is used, pallet, name there.
const CONSTANTS: [(&str, &str, &str, &str, &str); 1] = [(
	"How long an opening is in force, in seconds.",
	"OPENING_LIFETIME",
	"VouchsafeApi_openings",
	"Custody",
	"OpeningLifetime",
)];

fn main() -> Result<(), Box<dyn Error>> {
	println!("cargo:rerun-if-changed=build.rs");
	println!("cargo:rerun-if-changed=metadata.scale");
	let bytes = std::fs::read("metadata.scale")?;
	let metadata = Metadata::decode_from(&bytes)?;
	let mut generated = constants(&metadata)?;
	let own = own(&metadata)?;
	generated.push_str(&types(metadata)?);
	let folder = std::env::var("OUT_DIR")?;
	std::fs::write(Path::new(&folder).join("runtime.rs"), generated)?;
	std::fs::write(Path::new(&folder).join("own.rs"), own)?;
	Ok(())
}

/// What a browser needs of the metadata, which is large: the runtime's name and versions, and the names
/// and the documentation of errors, which people read.
fn own(metadata: &Metadata) -> Result<String, Box<dyn Error>> {
	let version = metadata.pallet_by_name("System").and_then(|it| it.constant_by_name("Version"));
	let mut version = version.ok_or("the metadata has no System.Version")?.value();
	let version =
		<((String, String, u32, u32, u32), Vec<([u8; 8], u32)>, u32)>::decode(&mut version)?;
	let ((spec_name, _, _, spec_version, _), _, transaction_version) = version;
	let mut text = format!(
		"const SPEC: (&str, u32) = ({spec_name:?}, {spec_version});\n\
		const VERSION: RuntimeVersion = RuntimeVersion {{\n\
		spec_version: {spec_version}, transaction_version: {transaction_version} }};\n\
		const PALLETS: &[Pallet] = &["
	);
	for pallet in metadata.pallets() {
		write!(text, "({}, {:?}, &[", pallet.error_index(), pallet.name())?;
		for error in pallet.error_variants().unwrap_or_default() {
			write!(text, "({}, {:?}, {:?}),", error.index, error.name, error.docs.join(" "))?;
		}
		text.push_str("]),");
	}
	text.push_str("];");
	Ok(text)
}

/// The module `runtime` with all types.
fn types(metadata: Metadata) -> Result<String, Box<dyn Error>> {
	let mut codegen = CodegenBuilder::new();
	codegen.runtime_types_only();
	codegen.disable_default_derives();
	codegen.disable_default_substitutes();
	codegen.no_docs();
	codegen.set_subxt_crate_path(syn::parse_str("crate::codegen")?);
	codegen.set_target_module(syn::parse_str("pub mod runtime {}")?);
	let derives = DERIVES.map(syn::parse_str).into_iter().collect::<Result<_, _>>()?;
	codegen.set_additional_global_derives(derives);
	for (path, with) in SUBSTITUTES {
		codegen.set_type_substitute(syn::parse_str(path)?, syn::parse_str(with)?);
	}
	for kind in &metadata.types().types {
		let segments = &kind.ty.path.segments;
		if segments.first().is_some_and(|first| first == "vouchsafe_primitives") {
			let path = segments.join("::");
			let with = syn::parse_str(&format!("::{path}"))?;
			codegen.set_type_substitute(syn::parse_str(&path)?, with);
		}
	}
	Ok(codegen.generate(metadata)?.to_string())
}

/// The constants, and which function's answer each one belongs to.
fn constants(metadata: &Metadata) -> Result<String, Box<dyn Error>> {
	let mut text = String::new();
	let mut table = String::new();
	for (docs, name, function, pallet, constant) in CONSTANTS {
		let value = metadata
			.pallet_by_name(pallet)
			.and_then(|pallet| pallet.constant_by_name(constant))
			.ok_or_else(|| format!("the metadata has no {pallet}.{constant}"))?;
		let value = u64::from_le_bytes(value.value().try_into()?);
		writeln!(text, "/// {docs}\npub const {name}: u64 = {value};")?;
		write!(table, "({function:?}, {pallet:?}, {constant:?}),")?;
	}
	writeln!(
		text,
		"/// Function, pallet and name of each constant whose value the protocol uses.\n\
		#[cfg(not(target_family = \"wasm\"))]\n\
		pub(crate) const CONSTANTS: &[(&str, &str, &str)] = &[{table}];"
	)?;
	Ok(text)
}
