//! Passphrases and other secrets, as the terminal, a file or standard input gives them.

use crate::{home::read_private, progress};
use anyhow::{bail, Context, Result};
use std::{
	io::{BufRead, IsTerminal},
	path::PathBuf,
};
use zeroize::Zeroizing;

/// The shortest passphrase that a new key file may have.
pub const SHORTEST_PASSPHRASE: usize = 8;

/// Where secrets are read from. Never the command line, which other users of the machine can see.
#[derive(Clone, Debug, Default)]
pub enum Secrets {
	/// The terminal.
	#[default]
	Prompt,
	/// The first line of a file that only its owner may read.
	File(PathBuf),
	/// Standard input, one secret a line.
	Stdin,
}

impl Secrets {
	/// Asks for a secret.
	pub fn ask(&self, what: &str) -> Result<Zeroizing<String>> {
		match self {
			Self::Prompt if std::io::stdin().is_terminal() => {
				let _silence = progress::silence();
				let secret = rpassword::prompt_password(format!("{what}: "))
					.context("cannot read from the terminal")?;
				Ok(Zeroizing::new(secret))
			},
			Self::Prompt => bail!(
				"cannot ask for this secret without a terminal ({what}): use --passphrase-file FILE or \
				 --passphrase-stdin"
			),
			Self::File(path) => {
				let bytes = read_private(path)?;
				let text = std::str::from_utf8(&bytes)
					.with_context(|| format!("{} is not text", path.display()))?;
				Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
			},
			Self::Stdin => {
				let mut line = Zeroizing::new(String::new());
				std::io::stdin()
					.lock()
					.read_line(&mut line)
					.context("cannot read standard input")?;
				if line.is_empty() {
					bail!("standard input has ended before this secret: {what}");
				}
				Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
			},
		}
	}

	/// Asks for a new passphrase, twice if it is typed.
	pub fn ask_new(&self) -> Result<Zeroizing<String>> {
		let passphrase = self.ask("New passphrase for the key file")?;
		if passphrase.chars().count() < SHORTEST_PASSPHRASE {
			bail!("the passphrase is too short: it must have at least {SHORTEST_PASSPHRASE} characters");
		}
		if matches!(self, Self::Prompt) && *self.ask("The same passphrase again")? != *passphrase {
			bail!("the passphrases differ: nothing was written");
		}
		Ok(passphrase)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::home::write_private;
	use std::{fs, os::unix::fs::PermissionsExt};

	#[test]
	fn secrets_come_from_files() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("passphrase");
		write_private(&path, b"correct horse\nmore\n").unwrap();
		assert_eq!(*Secrets::File(path.clone()).ask_new().unwrap(), "correct horse");
		fs::write(&path, "short\n").unwrap();
		assert!(Secrets::File(path).ask_new().unwrap_err().to_string().contains("too short"));
		assert!(Secrets::File(folder.path().join("none")).ask("It").is_err());
	}

	#[test]
	fn files_that_others_can_read_are_refused() {
		let folder = tempfile::tempdir().unwrap();
		let path = folder.path().join("passphrase");
		write_private(&path, b"correct horse\n").unwrap();
		for mode in [0o644, 0o640, 0o604, 0o620] {
			fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
			let error = Secrets::File(path.clone()).ask("It").unwrap_err().to_string();
			assert!(error.contains(&format!("run `chmod 600 {}`", path.display())), "{error}");
		}
		fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
		assert_eq!(*Secrets::File(path).ask("It").unwrap(), "correct horse");
	}
}
