//! JavaScript for our modules in WebAssembly: wasm-bindgen as a library.

use crate::files;
use anyhow::{Context as _, Result};
use std::{fs, path::Path};
use wasm_bindgen_cli_support::Bindgen;

/// A module as the browser gets it. It is written into `to`, as `NAME_bg.wasm`, and so are its
/// JavaScript and types, and what this function made them from: the same file is not worked on twice.
pub fn generate(wasm: &Path, name: &str, to: &Path) -> Result<Vec<u8>> {
	let bytes = files::read(wasm)?;
	let stamp = format!("{} {}", files::sha256(&bytes), wasm_bindgen_shared());
	let (stamp_file, made) = (to.join("stamp"), to.join(format!("{name}_bg.wasm")));
	if fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) && made.is_file() {
		return files::read(&made);
	}
	let _ = fs::remove_file(&stamp_file);
	let mut bindgen = Bindgen::new();
	bindgen
		.input_bytes(name, bytes)
		.web(true)?
		.typescript(true)
		.omit_default_module_path(true)
		.remove_name_section(true)
		.remove_producers_section(true);
	let mut output = bindgen
		.generate_output()
		.with_context(|| format!("wasm-bindgen does not accept {}", wasm.display()))?;
	output.emit(to).context("writing the JavaScript of a module")?;
	files::write(&stamp_file, stamp.as_bytes())?;
	files::read(&made)
}

/// What the JavaScript depends on besides the module.
fn wasm_bindgen_shared() -> &'static str {
	concat!(env!("CARGO_PKG_VERSION"), " glue 1")
}
