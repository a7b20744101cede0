//! Checks that a file is the code of a newer runtime of the chain, before anybody proposes it.

use crate::{platform::Platform, session::Session};
use anyhow::{bail, ensure, Context as _, Result};
use smoldot::executor::{
	host::{Config, HeapPages, HostVmPrototype},
	vm::ExecHint,
};
use vouchsafe_protocol::{storage, traits::View};

/// The memory that the code may use while it is checked, in pages of 64 KiB.
const HEAP: u32 = 1024;

/// Which runtime some code is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Version {
	name: String,
	number: u32,
}

/// Checks that this is the code of a runtime of the chain, newer than the one that it has now.
pub async fn check(session: &Session<impl Platform>, code: &[u8]) -> Result<()> {
	let new = version_of(code)?;
	let now = session.finalized().await?.read(storage::last_upgrade()).await?;
	let now = now.context("the chain does not say which runtime it has")?;
	ensure_newer(&new, &Version { name: now.spec_name, number: now.spec_version })
}

/// Checks that a chain with one runtime accepts the other.
fn ensure_newer(new: &Version, now: &Version) -> Result<()> {
	ensure!(
		new.name == now.name,
		"the file is a runtime of another chain: its name is “{}”, and this chain's is “{}”",
		new.name,
		now.name
	);
	ensure!(
		new.number > now.number,
		"the file is not a newer runtime: its spec_version is {}, and the chain has {} already",
		new.number,
		now.number
	);
	Ok(())
}

/// Which runtime some code is. It may be compressed.
fn version_of(code: &[u8]) -> Result<Version> {
	let config = Config {
		module: code,
		heap_pages: HeapPages::from(HEAP),
		exec_hint: ExecHint::Untrusted,
		// A newer runtime may need functions of a newer node.
		allow_unresolved_imports: true,
	};
	let runtime = match HostVmPrototype::new(config) {
		Ok(runtime) => runtime,
		Err(error) => bail!(
			"the file is not a runtime ({error}): name the compressed or plain WASM that the build makes, \
			 such as vouchsafe_runtime.compact.compressed.wasm"
		),
	};
	let version = runtime.runtime_version().decode();
	Ok(Version { name: version.spec_name.to_owned(), number: version.spec_version })
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	/// A section of a WASM module.
	fn section(id: u8, content: &[u8]) -> Vec<u8> {
		let mut length = content.len();
		let mut bytes = vec![id];
		while length > 0x7f {
			bytes.push(0x80 | u8::try_from(length & 0x7f).unwrap());
			length >>= 7;
		}
		bytes.push(u8::try_from(length).unwrap());
		[&bytes, content].concat()
	}

	fn custom(name: &str, content: &[u8]) -> Vec<u8> {
		let length = u8::try_from(name.len()).unwrap();
		section(0, &[&[length], name.as_bytes(), content].concat())
	}

	fn module(sections: &[Vec<u8>]) -> Vec<u8> {
		[&b"\0asm\x01\0\0\0"[..], &sections.concat()].concat()
	}

	/// A module with a memory and a heap, as every runtime has.
	fn runtime(name: &str, number: u32) -> Vec<u8> {
		let no_apis = Vec::<([u8; 8], u32)>::new();
		let version = (name, "program", 1u32, number, 1u32, no_apis, 1u32, 1u8).encode();
		let heap_base = [&[1, 0x7f, 0, 0x41, 0x80, 0x08, 0x0b][..]].concat();
		let exports = [&[2, 6][..], b"memory", &[2, 0, 11], b"__heap_base", &[3, 0]].concat();
		module(&[
			section(5, &[1, 0, 1]),
			section(6, &heap_base),
			section(7, &exports),
			custom("runtime_version", &version),
			custom("runtime_apis", &[]),
		])
	}

	#[test]
	fn a_runtime_tells_its_name_and_version() {
		let version = version_of(&runtime("vouchsafe", 7)).unwrap();
		assert_eq!(version, Version { name: "vouchsafe".into(), number: 7 });
	}

	#[test]
	fn what_is_not_a_runtime_is_refused() {
		let compressed = [82, 188, 83, 118, 70, 219, 142, 5];
		let whole = runtime("vouchsafe", 7);
		for (name, code) in [
			("nothing", vec![]),
			("a text", b"a letter".to_vec()),
			("an empty module", module(&[])),
			("a module without a version", module(&[section(5, &[1, 0, 1])])),
			("half a module", whole[..whole.len() / 2].to_vec()),
			("a broken archive", [&compressed[..], b"x"].concat()),
			(
				"a malformed version",
				module(&[custom("runtime_version", &[1]), custom("runtime_apis", &[])]),
			),
		] {
			let error = version_of(&code).expect_err(name).to_string();
			assert!(error.contains("is not a runtime"), "{name}: {error}");
		}
	}

	#[test]
	fn only_a_newer_runtime_of_the_same_chain_replaces_one() {
		let version = |name: &str, number| Version { name: name.into(), number };
		let now = version("vouchsafe", 7);
		assert!(ensure_newer(&version("vouchsafe", 8), &now).is_ok());
		for old in [6, 7] {
			let error = ensure_newer(&version("vouchsafe", old), &now).unwrap_err().to_string();
			assert!(error.contains("not a newer runtime"), "{error}");
		}
		let error = ensure_newer(&version("other", 8), &now).unwrap_err().to_string();
		assert!(error.contains("another chain"), "{error}");
	}
}
