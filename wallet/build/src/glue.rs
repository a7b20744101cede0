//! JavaScript for the core: wasm-bindgen as a library.

use crate::files;
use anyhow::{Context as _, Result};
use std::{fs, path::Path};
use wasm_bindgen_cli_support::Bindgen;

/// The core's WebAssembly as the browser gets it. Its JavaScript and types are written into `to`, and
/// so is what this function made from: the same core is not worked on twice.
pub fn generate(wasm: &Path, to: &Path) -> Result<Vec<u8>> {
	let bytes = files::read(wasm)?;
	let stamp = format!("{} {}", files::sha256(&bytes), wasm_bindgen_shared());
	let (stamp_file, made) = (to.join("stamp"), to.join("core_bg.wasm"));
	if fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp) && made.is_file() {
		return files::read(&made);
	}
	let _ = fs::remove_file(&stamp_file);
	let mut bindgen = Bindgen::new();
	bindgen
		.input_bytes("core", bytes)
		.web(true)?
		.typescript(true)
		.omit_default_module_path(true)
		.remove_name_section(true)
		.remove_producers_section(true);
	let mut output = bindgen
		.generate_output()
		.with_context(|| format!("wasm-bindgen does not accept {}", wasm.display()))?;
	output.emit(to).context("writing the JavaScript of the core")?;
	files::write(&stamp_file, stamp.as_bytes())?;
	files::read(&made)
}

/// What the JavaScript depends on besides the core.
fn wasm_bindgen_shared() -> &'static str {
	concat!(env!("CARGO_PKG_VERSION"), " glue 1")
}
