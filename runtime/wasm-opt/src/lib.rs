//! Removes the debugging sections from the runtime's WASM, in place of the crate `wasm-opt`.
//!
//! `substrate-wasm-builder` depends on `wasm-opt`, which compiles Binaryen, a large C++ library: a quarter of an
//! hour on one processor. The workspace's `[patch.crates-io]` uses this crate instead.
//!
//! The builder asks for two passes. *StripDwarf* removes the debugging sections, as this crate does.
//! *SignextLowering* replaces instructions of WebAssembly's sign extension. rustc makes none for the runtime's
//! target, `wasm32v1-none`, so this crate leaves that pass out. Binaryen would also write numbers in fewer bytes:
//! without it, the module is 6 % larger before it is compressed.
#![warn(missing_docs)]

use std::{fs, io, path::Path};

/// The first bytes of a module: its magic number, and version 1.
const HEAD: &[u8] = b"\0asm\x01\0\0\0";

/// A change of the module. It makes no difference which ones are added.
#[derive(Clone, Copy, Debug)]
pub enum Pass {
	/// Removes the debugging sections.
	StripDwarf,
	/// Does nothing, because the target has no such instructions.
	SignextLowering,
}

/// The options of the optimiser, which this crate ignores.
#[derive(Clone, Debug, Default)]
pub struct OptimizationOptions(());

impl OptimizationOptions {
	/// Optimises nothing.
	pub fn new_opt_level_0() -> Self {
		Self::default()
	}

	/// Does nothing: the target has no other features.
	pub fn mvp_features_only(&mut self) -> &mut Self {
		self
	}

	/// Does nothing: the names of functions always stay.
	pub fn debug_info(&mut self, _: bool) -> &mut Self {
		self
	}

	/// Does nothing: [`run`](Self::run) removes the debugging sections, and no more.
	pub fn add_pass(&mut self, _: Pass) -> &mut Self {
		self
	}

	/// Writes the module of the first file, without debugging sections, into the second one.
	///
	/// # Errors
	///
	/// If a file can't be read or written, or is not a module.
	pub fn run(&self, from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
		let module = fs::read(from)?;
		let stripped = without_debugging(&module);
		fs::write(to, stripped.ok_or_else(|| io::Error::other("this is not a WebAssembly module"))?)
	}
}

/// The module without custom sections whose name begins with `.debug`
/// (<https://webassembly.github.io/spec/core/binary/modules.html>).
fn without_debugging(module: &[u8]) -> Option<Vec<u8>> {
	let mut rest = module.strip_prefix(HEAD)?;
	let mut kept = HEAD.to_vec();
	while let [id, after @ ..] = rest {
		let (length, content) = number(after)?;
		let (content, next) = content.split_at_checked(length)?;
		let (section, _) = rest.split_at_checked(rest.len() - next.len())?;
		let is_debugging = *id == 0 && {
			let (length, name) = number(content)?;
			name.get(..length)?.starts_with(b".debug")
		};
		if !is_debugging {
			kept.extend(section);
		}
		rest = next;
	}
	Some(kept)
}

/// An unsigned number in LEB128, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
	let mut number = 0;
	for (place, byte) in bytes.iter().enumerate().take(5) {
		number |= usize::from(byte & 0x7f) << (7 * place);
		if byte & 0x80 == 0 {
			return Some((number, &bytes[place + 1..]));
		}
	}
	None
}

#[cfg(test)]
mod tests {
	use super::*;

	fn section(id: u8, content: &[u8]) -> Vec<u8> {
		// The length takes two bytes, because linkers reserve room for long ones.
		[&[id, content.len() as u8 | 0x80, 0], content].concat()
	}

	#[test]
	fn only_debugging_sections_are_removed() {
		let [types, name] = [section(1, &[0]), section(0, b"\x04name")];
		let [info, line] = [section(0, b"\x0b.debug_infoxyz"), section(0, b"\x0b.debug_line")];
		let module = [HEAD, &types, &info, &name, &line].concat();
		let folder = tempfile::tempdir().unwrap();
		let (from, to) = (folder.path().join("from"), folder.path().join("to"));
		fs::write(&from, &module).unwrap();
		let mut options = OptimizationOptions::new_opt_level_0();
		options.mvp_features_only().debug_info(true).add_pass(Pass::StripDwarf);
		options.add_pass(Pass::SignextLowering).run(&from, &to).unwrap();
		assert_eq!(fs::read(&to).unwrap(), [HEAD, &types, &name].concat());
		fs::write(&from, b"something else").unwrap();
		assert!(options.run(&from, &to).is_err());
	}

	#[test]
	fn a_truncated_module_is_refused() {
		let module = [HEAD, &section(1, &[0, 1, 2]), &section(0, b"\x06.debug")].concat();
		assert!(without_debugging(&module).is_some());
		let ends = [HEAD.len(), HEAD.len() + 6, module.len()];
		for end in (0..=module.len()).filter(|end| !ends.contains(end)) {
			assert_eq!(without_debugging(&module[..end]), None, "{end}");
		}
	}
}
