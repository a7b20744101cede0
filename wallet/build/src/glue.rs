//! JavaScript for our modules in WebAssembly: wasm-bindgen as a library. The core is first split into
//! what a first visit needs and parts that are fetched later.

use crate::files::{self, hashed_name};
use anyhow::{anyhow, ensure, Context as _, Result};
use std::{fs, path::Path};
use wasm_bindgen_cli_support::Bindgen;

/// The file that fetches parts of the core, beside its JavaScript.
const PARTS: &str = "parts.js";
/// The folder of the parts there.
const FOLDER: &str = "parts";

/// The id of custom sections: names, relocations, versions of tools.
const CUSTOM: u8 = 0;

/// The core as the browser gets it.
pub struct Core {
	/// What a first visit needs.
	pub first: Vec<u8>,
	/// What is fetched later, by the names of the files.
	pub parts: Vec<(String, Vec<u8>)>,
}

/// A module as the browser gets it. It is written into `to`, as `NAME_bg.wasm`, and so are its
/// JavaScript and types, and what this function made them from: the same file is not worked on twice.
pub fn generate(wasm: &Path, name: &str, to: &Path) -> Result<Vec<u8>> {
	let (bytes, made) = (files::read(wasm)?, to.join(format!("{name}_bg.wasm")));
	once(&bytes, &made, || bind(&bytes, name, to)).with_context(|| wasm.display().to_string())?;
	files::read(&made)
}

/// The core in its parts. Where a function is marked as the beginning of a part, the module is cut: what
/// only that function leads to is in the part. The same core is not worked on twice.
pub fn generate_core(wasm: &Path, to: &Path) -> Result<Core> {
	let (bytes, made) = (files::read(wasm)?, to.join("core_bg.wasm"));
	once(&bytes, &made, || split(&bytes, to)).with_context(|| wasm.display().to_string())?;
	let mut parts = Vec::new();
	for entry in fs::read_dir(to.join(FOLDER)).context("the core's parts")? {
		let entry = entry?;
		let name = entry.file_name().to_string_lossy().into_owned();
		parts.push((name, files::read(&entry.path())?));
	}
	parts.sort();
	Ok(Core { first: files::read(&made)?, parts })
}

/// Makes what belongs to these bytes, unless it was made from them already.
fn once(bytes: &[u8], made: &Path, make: impl FnOnce() -> Result<()>) -> Result<()> {
	let stamp = format!("{} {}", files::sha256(bytes), wasm_bindgen_shared());
	let stamp_file = made.with_file_name("stamp");
	if fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) && made.is_file() {
		return Ok(());
	}
	let _ = fs::remove_file(&stamp_file);
	make()?;
	files::write(&stamp_file, stamp.as_bytes())
}

/// Writes the core's first part with its JavaScript into `to`, and the others into a folder in it.
fn split(core: &[u8], to: &Path) -> Result<()> {
	let folder = tempfile::tempdir().context("a temporary folder")?;
	let first = folder.path().join("first.wasm");
	let link = format!("./{PARTS}");
	let mut options = wasm_split_cli_support::Options::new(core);
	options.output_dir = folder.path();
	options.main_out_path = &first;
	options.link_name = &link;
	options.main_module = "./core.js";
	let split = wasm_split_cli_support::transform(options)
		.map_err(|error| anyhow!("the core cannot be split: {error:#}"))?;
	let mut script = String::from_utf8(files::read(&folder.path().join(PARTS))?)?;
	let parts = to.join(FOLDER);
	let _ = fs::remove_dir_all(&parts);
	for path in split.split_modules {
		let stem = path.file_stem().context("a part without a name")?.to_string_lossy();
		let bytes = without_custom_sections(&files::read(&path)?)?;
		let name = hashed_name(&stem, "wasm", &bytes);
		let plain = format!("\"./{stem}.wasm\"");
		ensure!(script.contains(&plain), "{PARTS} does not name {stem}.wasm");
		script = script.replace(&plain, &format!("\"./{name}\""));
		files::write(&parts.join(name), &bytes)?;
	}
	files::write(&to.join(PARTS), script.as_bytes())?;
	bind(&files::read(&first)?, "core", to)
}

/// A module without names and other things that no browser needs.
fn without_custom_sections(module: &[u8]) -> Result<Vec<u8>> {
	let mut kept = wasm_encoder::Module::new();
	for payload in wasmparser::Parser::new(0).parse_all(module) {
		let Some((id, range)) = payload?.as_section() else { continue };
		if id != CUSTOM {
			let (start, end) = (usize::try_from(range.start)?, usize::try_from(range.end)?);
			let data = module.get(start..end).context("a section beyond the module")?;
			kept.section(&wasm_encoder::RawSection { id, data });
		}
	}
	Ok(kept.finish())
}

/// Writes a module's JavaScript, and the file for it.
fn bind(module: &[u8], name: &str, to: &Path) -> Result<()> {
	let mut bindgen = Bindgen::new();
	bindgen
		.input_bytes(name, module.to_vec())
		.web(true)?
		.typescript(true)
		.omit_default_module_path(true)
		// The core's parts import what the linker exports, such as the stack pointer.
		.keep_lld_exports(true)
		.remove_name_section(true)
		.remove_producers_section(true);
	let mut output =
		bindgen.generate_output().context("wasm-bindgen does not accept the module")?;
	output.emit(to).context("writing the JavaScript of a module")
}

/// What the JavaScript depends on besides the module.
fn wasm_bindgen_shared() -> &'static str {
	concat!(env!("CARGO_PKG_VERSION"), " glue 3")
}
