//! Prints how large each file is, plain and compressed.

use crate::release::{Load, Release};
use anyhow::Result;
use std::{fs, path::Path};

/// Prints one line for each file, and the sum of what a first visit loads.
pub fn print(out: &Path, release: &Release) -> Result<()> {
	println!(
		"{:<36} {:>10} {:>10} {:>10}",
		"file (* at the first visit)", "bytes", "gzip", "brotli"
	);
	let mut first = [0; 3];
	for (name, file) in release.files() {
		let sizes = [size(out, name, "")?, size(out, name, ".gz")?, size(out, name, ".br")?];
		let is_first = file.load == Load::FirstVisit;
		if is_first {
			for (sum, size) in first.iter_mut().zip(sizes) {
				*sum += size;
			}
		}
		line(&format!("{}{name}", if is_first { "* " } else { "  " }), sizes);
	}
	line("first visit", first);
	Ok(())
}

fn line(name: &str, [plain, gzip, brotli]: [u64; 3]) {
	println!("{name:<36} {plain:>10} {gzip:>10} {brotli:>10}");
}

/// A file that does not get smaller is not there compressed: it is sent as it is.
fn size(out: &Path, name: &str, ending: &str) -> Result<u64> {
	let compressed = out.join(format!("{name}{ending}"));
	let path = if compressed.is_file() { compressed } else { out.join(name) };
	Ok(fs::metadata(path)?.len())
}
