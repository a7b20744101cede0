//! Checks that the source of the WASM code has no casts. Clippy's lint against `as` cannot be used,
//! because it also finds the casts in code that the codec's derives generate.

use std::{fs, path::Path};

/// The Rust files of a folder, without tests and test doubles.
fn sources(folder: &Path, found: &mut Vec<String>) {
	for entry in fs::read_dir(folder).unwrap() {
		let path = entry.unwrap().path();
		let name = path.file_name().unwrap().to_str().unwrap();
		if path.is_dir() {
			if name != "tests" {
				sources(&path, found);
			}
		} else if name.ends_with(".rs") && !["tests.rs", "mock.rs", "doubles.rs"].contains(&name) {
			let text = fs::read_to_string(&path).unwrap();
			let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
			found.extend(code.lines().map(|line| format!("{}: {line}", path.display())));
		}
	}
}

/// `as` truncates and changes signs silently.
#[test]
fn there_are_no_casts() {
	let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
	let mut folders = vec![root.join("primitives/src"), root.join("runtime/src")];
	for entry in fs::read_dir(root.join("pallets")).unwrap() {
		folders.push(entry.unwrap().path().join("src"));
	}
	let mut lines = Vec::new();
	folders.iter().for_each(|folder| sources(folder, &mut lines));
	assert!(lines.len() > 5_000, "{} lines", lines.len());

	let numbers =
		["u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize"];
	let casts = |line: &str| {
		let code = line.split("//").next().unwrap_or_default();
		numbers.iter().any(|number| {
			let cast = format!(" as {number}");
			let mut rests = code.split(&cast).skip(1);
			rests.any(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
		})
	};
	assert!(casts("let a = b as u8;") && casts("(b as usize)") && !casts("use b as u8_of;"));
	let found = lines.iter().filter(|line| casts(line)).collect::<Vec<_>>();
	assert!(found.is_empty(), "{found:#?}");
}
