//! What proves something that staff say of a person, as a file, standard input or the terminal gives it. Never the
//! command line, which other users of the machine can see.

use crate::{output::write_error, progress::silence};
use anyhow::{bail, Context, Result};
use std::{
	fs::File,
	io::{stdin, IsTerminal, Read},
	path::Path,
};
use vouchsafe_agent::evidence::in_order;

/// The most bytes that are read.
const MOST: u64 = 16 * 1024;

/// Reads the evidence from a file, or from standard input if the file is called `-`. Without a file, it is asked on
/// the terminal. It is returned as it is signed.
///
/// # Errors
///
/// It cannot be read, or is not a short text.
pub fn read(file: Option<&Path>) -> Result<String> {
	match file {
		Some(path) if path == Path::new("-") => {
			text(stdin().lock()).context("the evidence on standard input")
		},
		Some(path) => {
			let failed = || format!("the evidence in {}", path.display());
			text(File::open(path).with_context(failed)?).with_context(failed)
		},
		None if stdin().is_terminal() => {
			let _silence = silence();
			write_error("Describe the evidence, such as the kind and number of an identity card: ");
			let mut line = String::new();
			stdin().read_line(&mut line).context("cannot read from the terminal")?;
			in_order(&line)
		},
		None => bail!(
			"cannot ask for the evidence without a terminal: use --evidence-file FILE, or --evidence-file - for \
			 standard input"
		),
	}
}

fn text(source: impl Read) -> Result<String> {
	let mut text = String::new();
	source.take(MOST).read_to_string(&mut text)?;
	in_order(&text)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn evidence_comes_from_a_file() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("evidence.txt");
		let said = |path: &Path| format!("{:#}", read(Some(path)).unwrap_err());
		assert!(said(&path).starts_with(&format!("the evidence in {}", path.display())));
		std::fs::write(&path, "identity card\n  L01X00T47\n").unwrap();
		assert_eq!(read(Some(&path)).unwrap(), "identity card L01X00T47");
		for wrong in [&b""[..], b"\xff", "a\u{202e}b".as_bytes(), &[b'x'; 20_000]] {
			std::fs::write(&path, wrong).unwrap();
			assert!(read(Some(&path)).is_err(), "{wrong:?}");
		}
		assert!(said(folder.path()).starts_with("the evidence in "), "a folder");
	}

	#[test]
	fn evidence_is_not_waited_for_without_a_terminal() {
		if !stdin().is_terminal() {
			assert!(read(None).unwrap_err().to_string().contains("--evidence-file"));
		}
	}
}
