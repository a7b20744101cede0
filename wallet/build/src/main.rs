//! Builds the wallet's release: JavaScript for its modules, bundles, texts, icons, compressed files, and
//! the manifest with the SHA-256 of each file. Equal sources give equal bytes.

use anyhow::{Context as _, Result};
use clap::Parser;
use std::path::{Path, PathBuf};

mod bundle;
mod files;
mod glue;
mod headers;
mod icons;
mod release;
mod sizes;
mod texts;

/// Build the wallet's release from the checkout and its modules in WebAssembly.
#[derive(Parser)]
struct Args {
	/// The core, as cargo compiled it.
	#[arg(long, value_name = "FILE")]
	wasm: PathBuf,
	/// Folder with the other modules, as cargo compiled them [default: the core's].
	#[arg(long, value_name = "DIR")]
	modules: Option<PathBuf>,
	/// Folder for the release. What else it has is removed.
	#[arg(long, value_name = "DIR", required_unless_present = "glue")]
	out: Option<PathBuf>,
	/// Only write the JavaScript of a WebAssembly file, and the file for it, into this folder.
	#[arg(long, value_name = "DIR")]
	glue: Option<PathBuf>,
	/// The checkout.
	#[arg(long, value_name = "DIR", default_value = ".")]
	root: PathBuf,
	/// Checkpoint, from which the wallet begins to prove the chain. It then accepts no other chain.
	/// `vouchsafe wallet checkpoint` writes it.
	#[arg(long, value_name = "FILE")]
	checkpoint: Option<PathBuf>,
	/// Do not print the size of each file.
	#[arg(long)]
	quiet: bool,
}

fn main() -> Result<()> {
	let args = Args::parse();
	let Some(out) = &args.out else {
		return glue::generate(&args.wasm, "module", &args.glue.context("a folder")?).map(drop);
	};
	let root = args.root.canonicalize().with_context(|| args.root.display().to_string())?;
	let checkpoint = args.checkpoint.as_deref().map(release::read_checkpoint).transpose()?;
	let beside = args.wasm.parent().unwrap_or(Path::new(""));
	let modules = args.modules.as_deref().unwrap_or(beside);
	let release = release::build(&root, &args.wasm, modules, checkpoint.as_deref())?;
	let manifest = release.write(out)?;
	if !args.quiet {
		sizes::print(out, &release)?;
	}
	println!("{manifest}  {} {}", release::MANIFEST, release::VERSION);
	Ok(())
}
