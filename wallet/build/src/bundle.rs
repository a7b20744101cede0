//! Bundles of TypeScript by esbuild, which is among the packages of the page.

use crate::files;
use anyhow::{bail, Context as _, Result};
use serde::Deserialize;
use std::{
	collections::{BTreeMap, BTreeSet},
	path::{Path, PathBuf},
	process::Command,
};

/// Browsers from 2023 on: module workers, and regular expressions as the viewer has them.
const TARGET: &str = "--target=es2022,chrome111,firefox115,safari16.4";

/// What one entry became.
pub struct Bundle {
	/// All files, by name.
	pub files: BTreeMap<String, Vec<u8>>,
	/// The file of the entry.
	pub entry: String,
	/// Its style sheet, if it imports one.
	pub style: Option<String>,
	/// Files that the entry imports at once. Others are loaded when they are needed.
	pub imports: Vec<String>,
}

#[derive(Deserialize)]
struct Metafile {
	outputs: BTreeMap<String, Output>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
	entry_point: Option<String>,
	css_bundle: Option<String>,
	#[serde(default)]
	imports: Vec<Import>,
}

#[derive(Deserialize)]
struct Import {
	path: String,
	kind: String,
}

/// Bundles an entry, with values for the constants that it declares. Paths are relative to the checkout, so that they are the same in every folder.
pub fn bundle(
	root: &Path,
	entry: &str,
	name: &str,
	constants: &[(&str, String)],
) -> Result<Bundle> {
	let folder = tempfile::tempdir().context("a temporary folder")?;
	let out = folder.path();
	let metafile = out.join("meta.json");
	let run = Command::new(esbuild(root)?)
		.current_dir(root.join("wallet"))
		.arg(entry)
		.args(["--bundle", "--splitting", "--format=esm", "--minify", "--legal-comments=none"])
		.args(["--jsx=automatic", "--jsx-import-source=preact", "--preserve-symlinks"])
		.args(["--charset=utf8", "--log-level=warning", "--loader:.wasm=binary", TARGET])
		.arg(format!("--entry-names={name}-[hash]"))
		.arg("--chunk-names=[name]-[hash]")
		.arg(format!("--outdir={}", out.join("files").display()))
		.arg(format!("--metafile={}", metafile.display()))
		.args(constants.iter().map(|(name, value)| format!("--define:{name}={value:?}")))
		.output()
		.context("esbuild does not start: run make setup")?;
	if !run.status.success() {
		bail!("esbuild on wallet/{entry}:\n{}", String::from_utf8_lossy(&run.stderr));
	}
	eprint!("{}", String::from_utf8_lossy(&run.stderr));
	let meta: Metafile = serde_json::from_slice(&files::read(&metafile)?)?;
	collect(&out.join("files"), &meta)
}

fn collect(out: &Path, meta: &Metafile) -> Result<Bundle> {
	let mut all = BTreeMap::new();
	let mut entry = None;
	for (path, output) in &meta.outputs {
		let name = base(path)?;
		all.insert(name.clone(), files::read(&out.join(&name))?);
		if output.entry_point.is_some() && entry.is_none() && name.ends_with(".js") {
			// Modules that are loaded later are entry points too, but nothing imports the entry.
			let imported = meta.outputs.values().flat_map(|other| &other.imports);
			if !imported.into_iter().any(|import| import.path == *path) {
				entry = Some((name, output));
			}
		}
	}
	let (entry, output) = entry.context("esbuild wrote no entry")?;
	let style = output.css_bundle.as_deref().map(base).transpose()?;
	let mut imports = BTreeSet::new();
	static_imports(meta, output, &mut imports)?;
	Ok(Bundle { files: all, entry, style, imports: imports.into_iter().collect() })
}

fn static_imports(meta: &Metafile, output: &Output, found: &mut BTreeSet<String>) -> Result<()> {
	for import in output.imports.iter().filter(|import| import.kind == "import-statement") {
		if found.insert(base(&import.path)?) {
			if let Some(next) = meta.outputs.get(&import.path) {
				static_imports(meta, next, found)?;
			}
		}
	}
	Ok(())
}

fn base(path: &str) -> Result<String> {
	let name = Path::new(path).file_name().context("esbuild wrote a path without a name")?;
	Ok(name.to_string_lossy().into_owned())
}

/// The native program, without Node. Where it is not found, the script that looks for it.
fn esbuild(root: &Path) -> Result<PathBuf> {
	let modules = root.join("wallet/page/node_modules");
	let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
	let machine = match machine {
		"x86_64" => "x64",
		"aarch64" => "arm64",
		other => other,
	};
	let native = modules.join(format!("@esbuild/{system}-{machine}/bin/esbuild"));
	let script = modules.join(".bin/esbuild");
	let found = [native, script].into_iter().find(|path| path.is_file());
	found.with_context(|| format!("esbuild is not in {}: run make setup", modules.display()))
}
