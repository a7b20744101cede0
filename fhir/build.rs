//! Turns the tables of `data` into JSON, so that programs need no reader of TOML: it would be a tenth
//! of the wallet's core.

use std::{error::Error, fs, path::Path};
use toml::Value;

fn main() -> Result<(), Box<dyn Error>> {
	println!("cargo:rerun-if-changed=build.rs");
	let folder = std::env::var("OUT_DIR")?;
	for name in ["categories", "sensitivity"] {
		let from = format!("data/{name}.toml");
		println!("cargo:rerun-if-changed={from}");
		let mut tables: toml::Table = toml::from_str(&fs::read_to_string(from)?)?;
		for list in tables.get_mut("list").and_then(Value::as_array_mut).into_iter().flatten() {
			without_names(list).ok_or_else(|| format!("a code without a name in {name}.toml"))?;
		}
		let to = Path::new(&folder).join(name).with_extension("json");
		fs::write(to, serde_json::to_vec(&tables)?)?;
	}
	Ok(())
}

/// Leaves a list's codes without their names and the list's source, which are for people. `None` if a
/// code has no name.
fn without_names(list: &mut Value) -> Option<()> {
	let list = list.as_table_mut()?;
	list.remove("source")?;
	let codes = list.get("codes")?.as_table()?;
	if codes.values().any(|name| name.as_str().is_none_or(str::is_empty)) {
		return None;
	}
	let codes = codes.keys().map(|code| Value::String(code.clone())).collect();
	list.insert("codes".into(), Value::Array(codes));
	Some(())
}
