//! Tests of the wallet as the page knows it. The page's TypeScript of the messages is that of the Rust types: with `UPDATE`
//! set, it is written.

mod checkpoint;
mod codes;
mod extension;
mod files;
pub(crate) mod host;
mod practitioner;
mod registrar;
mod unlocking;

use crate::messages::{Message, Request};
use std::{collections::BTreeMap, fs, path::PathBuf};
use ts_rs::{Config, TypeVisitor, TS};

/// The declarations of the types that were visited, by name.
struct Declarations {
	config: Config,
	found: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
	fn visit<T: TS + 'static + ?Sized>(&mut self) {
		let name = T::ident(&self.config);
		// A type of the language has no declaration.
		if T::output_path().is_none() || self.found.contains_key(&name) {
			return T::visit_generics(self);
		}
		let docs = T::docs().unwrap_or_default();
		let declaration = format!("{docs}export {}\n", T::decl(&self.config));
		self.found.insert(name, declaration);
		T::visit_dependencies(self);
		T::visit_generics(self);
	}
}

#[test]
fn the_page_has_the_types_of_the_messages() {
	let config = Config::default().with_large_int("number");
	let mut declarations = Declarations { config, found: BTreeMap::new() };
	declarations.visit::<Request>();
	declarations.visit::<Message>();
	let all: Vec<_> = declarations.found.into_values().collect();
	let made = format!(
		"// Made from wallet/core/src/messages.rs: run its test with UPDATE=1 to write it again.\n\n{}",
		all.join("\n")
	);
	let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../page/src/messages.ts");
	if std::env::var_os("UPDATE").is_some() {
		fs::write(&path, &made).expect("can be written");
	}
	let found = fs::read_to_string(&path).unwrap_or_default();
	assert!(found == made, "{} is out of date: run this test with UPDATE=1", path.display());
}
