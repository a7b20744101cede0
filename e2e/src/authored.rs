//! Chains of past blocks, which the node's example `author_chain` makes with the development keys, and what
//! they take on the disk.

use crate::process::program;
use anyhow::{ensure, Context, Result};
use std::{
	fs,
	os::unix::fs::MetadataExt,
	path::{Path, PathBuf},
	process::Command,
	time::{Duration, Instant},
};

/// Keeps the states that a node keeps by itself.
pub const AS_NODES: [&str; 2] = ["--state-pruning", "604800"];

/// A chain of past blocks.
#[derive(Debug, Clone, Copy)]
pub struct Authored {
	/// How many blocks it has.
	pub blocks: u32,
	/// How many consents a block has. The chain is `bench` if there are any.
	pub calls: u32,
	/// How many of the first blocks have them.
	pub loaded: u32,
}

impl Authored {
	/// Makes the chain of a specification in a node's folder, with more arguments. Returns how long it took.
	pub fn make(&self, spec: &Path, base: &Path, further: &[&str]) -> Result<Duration> {
		let begun = Instant::now();
		let Self { blocks, calls, loaded } = self;
		let output = Command::new(program("examples/author_chain")?)
			.arg("--chain")
			.arg(spec)
			.arg("--base-path")
			.arg(base)
			.args(["--blocks", &blocks.to_string()])
			.args(["--calls", &calls.to_string(), "--loaded", &loaded.to_string()])
			.args(further)
			.output()?;
		let said = String::from_utf8_lossy(&output.stderr);
		ensure!(output.status.success(), "the chain could not be made: {said}");
		Ok(begun.elapsed())
	}
}

/// Copies the chain in one node's folder to another's.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
	let copied = Command::new("cp").arg("-r").arg(from.join("chains")).arg(to).status()?;
	ensure!(copied.success(), "the chain could not be copied");
	Ok(())
}

/// The space that the tables of the databases below a folder take on the disk, in bytes. Their indexes are not
/// counted: they are large from the first blocks on, and nearly empty.
pub fn size(folder: &Path) -> Result<u64> {
	let mut size = 0;
	let mut folders = vec![PathBuf::from(folder)];
	while let Some(folder) = folders.pop() {
		for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
			let (path, metadata) = entry.and_then(|it| Ok((it.path(), it.metadata()?)))?;
			let is_table =
				path.file_name().is_some_and(|it| it.as_encoded_bytes().starts_with(b"table_"));
			match metadata.is_dir() {
				true => folders.push(path),
				false if is_table => size += metadata.blocks() * 512,
				false => {},
			}
		}
	}
	Ok(size)
}
