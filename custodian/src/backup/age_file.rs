//! Files in the format of [age](https://age-encryption.org/v1), which `age` and `rage` open too.

use age::{x25519::Recipient, DecryptError, Decryptor, Encryptor, Identity, IdentityFile};
use anyhow::{bail, ensure, Context};
use std::{
	fs::File,
	io::{self, BufRead, BufReader, BufWriter, ErrorKind, Read, Write},
	path::Path,
};

/// How an age file begins.
const AGE: &[u8] = b"age-encryption.org/";
/// How a database of SQLite begins.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// What opens a file.
pub type Identities = Vec<Box<dyn Identity + Send + Sync>>;

/// The recipients that were named, and those in a file.
pub fn recipients(named: &[String], file: Option<&Path>) -> anyhow::Result<Vec<Recipient>> {
	let mut all = Vec::new();
	for text in named {
		all.push(recipient(text)?);
	}
	if let Some(file) = file {
		let text = std::fs::read_to_string(file)
			.with_context(|| format!("can't read {}", file.display()))?;
		for (number, line) in text.lines().map(str::trim).enumerate() {
			if !line.is_empty() && !line.starts_with('#') {
				let place =
					|| format!("in line {} of {}", number.saturating_add(1), file.display());
				all.push(recipient(line).with_context(place)?);
			}
		}
		ensure!(!all.is_empty(), "{} has no recipients", file.display());
	}
	Ok(all)
}

/// The text is not shown: somebody may have taken the secret key by mistake.
fn recipient(text: &str) -> anyhow::Result<Recipient> {
	text.parse().map_err(|_| {
		anyhow::anyhow!(
			"not an age recipient: it begins with age1, as `age-keygen -y FILE` shows it"
		)
	})
}

/// Reads the file with the secret keys that open a backup.
pub fn identities(file: &Path) -> anyhow::Result<Identities> {
	let text = crate::keys::read_secret(file)?;
	let read = || anyhow::Ok(IdentityFile::from_buffer(text.as_bytes())?.into_identities()?);
	let identities = read().with_context(|| {
		format!("{} is not a file that `age-keygen` wrote without a passphrase", file.display())
	})?;
	ensure!(!identities.is_empty(), "{} has no identity", file.display());
	Ok(identities)
}

/// Encrypts a stream.
pub fn encrypt(
	recipients: &[Recipient],
	from: &mut impl Read,
	to: &mut impl Write,
) -> anyhow::Result<()> {
	let recipients = recipients.iter().map(|it| it as &dyn age::Recipient);
	let encryptor = Encryptor::with_recipients(recipients)?;
	let mut encrypted = encryptor.wrap_output(BufWriter::new(to))?;
	io::copy(from, &mut encrypted)?;
	Ok(encrypted.finish()?.flush()?)
}

/// Whether a file is one of age's.
pub fn is_encrypted(file: &Path) -> anyhow::Result<bool> {
	Ok(open(file)?.fill_buf()?.starts_with(AGE))
}

/// Decrypts a file of age's. A database in plain is copied.
pub fn decrypt(identities: &Identities, file: &Path, to: &mut impl Write) -> anyhow::Result<()> {
	let mut from = open(file)?;
	let begin = from.fill_buf().with_context(|| format!("can't read {}", file.display()))?;
	if begin.starts_with(SQLITE) {
		return Ok(io::copy(&mut from, to).map(drop)?);
	}
	ensure!(begin.starts_with(AGE), "{} is not a backup", file.display());
	ensure!(
		!identities.is_empty(),
		"{} is encrypted: name the file with the secret key that opens it (--identity FILE)",
		file.display()
	);
	let keys = identities.iter().map(|it| &**it as &dyn Identity);
	let decryptor = Decryptor::new_buffered(from).and_then(|it| it.decrypt(keys));
	let mut plain = match decryptor {
		Ok(plain) => plain,
		Err(DecryptError::NoMatchingKeys) => {
			bail!("{} was not encrypted for this identity: take the right one", file.display())
		},
		Err(error) => bail!("{} is incomplete or was changed: {error}", file.display()),
	};
	match io::copy(&mut plain, to) {
		Ok(_) => Ok(()),
		Err(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => {
			bail!("{} is incomplete or was changed: take another backup", file.display())
		},
		Err(error) => Err(error).with_context(|| format!("can't decrypt {}", file.display())),
	}
}

fn open(file: &Path) -> anyhow::Result<BufReader<File>> {
	Ok(BufReader::new(File::open(file).with_context(|| format!("can't open {}", file.display()))?))
}

#[cfg(test)]
pub(crate) mod tests {
	use super::*;
	use age::{secrecy::ExposeSecret, x25519};
	use std::os::unix::fs::PermissionsExt;

	/// A new identity, its file in this folder, and its recipient.
	pub(crate) fn new_identity(folder: &Path, name: &str) -> (std::path::PathBuf, Recipient) {
		let identity = x25519::Identity::generate();
		let file = folder.join(name);
		std::fs::write(&file, identity.to_string().expose_secret()).unwrap();
		std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
		(file, identity.to_public())
	}

	#[test]
	fn a_file_opens_only_whole_and_for_its_recipients() {
		let folder = tempfile::tempdir().unwrap();
		let (one, two, other) = (
			new_identity(folder.path(), "one"),
			new_identity(folder.path(), "two"),
			new_identity(folder.path(), "other"),
		);
		let plain: Vec<u8> = (0..200_000u32).map(|it| it as u8).collect();
		let mut encrypted = Vec::new();
		encrypt(&[one.1, two.1], &mut &plain[..], &mut encrypted).unwrap();
		let file = folder.path().join("file");
		let opened = |identity: &Path, content: &[u8]| {
			std::fs::write(&file, content).unwrap();
			let mut out = Vec::new();
			decrypt(&identities(identity).unwrap(), &file, &mut out).map(|()| out)
		};
		assert!(opened(&one.0, &encrypted).unwrap() == plain);
		assert!(opened(&two.0, &encrypted).unwrap() == plain);
		let said = |result: anyhow::Result<Vec<u8>>| format!("{:#}", result.unwrap_err());
		let wrong = said(opened(&other.0, &encrypted));
		assert!(wrong.contains("not encrypted for this identity"), "{wrong}");
		// Cut within the header, within a chunk, and at the end of a chunk; and a changed byte.
		let header = encrypted.len() - plain.len() - 4 * 16;
		for cut in [30, header - 1, header, header + 100, header + 65_552, encrypted.len() - 1] {
			let cut = said(opened(&one.0, &encrypted[..cut]));
			assert!(cut.contains("incomplete"), "{cut}");
		}
		let mut changed = encrypted.clone();
		changed[header + 70_000] ^= 1;
		assert!(said(opened(&one.0, &changed)).contains("changed"));
		assert!(said(opened(&one.0, b"a letter")).contains("is not a backup"));
		assert!(said(opened(&one.0, b"")).contains("is not a backup"));
		let database = [SQLITE, b"pages"].concat();
		assert!(opened(&one.0, &database).unwrap() == database);
		std::fs::write(&file, &encrypted).unwrap();
		let said = decrypt(&Vec::new(), &file, &mut Vec::new()).unwrap_err().to_string();
		assert!(said.contains("--identity") && is_encrypted(&file).unwrap(), "{said}");
	}

	#[test]
	fn recipients_and_identities_are_read_and_no_secret_is_shown() {
		let folder = tempfile::tempdir().unwrap();
		let (identity, recipient) = new_identity(folder.path(), "identity");
		let list = folder.path().join("list");
		std::fs::write(&list, format!("# the archive\n\n  {recipient}\n")).unwrap();
		let named = [recipient.to_string()];
		assert_eq!(recipients(&named, Some(&list)).unwrap().len(), 2);
		assert!(recipients(&[], None).unwrap().is_empty());
		let secret = std::fs::read_to_string(&identity).unwrap();
		let error = format!("{:#}", recipients(std::slice::from_ref(&secret), None).err().unwrap());
		assert!(error.contains("age1") && !error.contains("SECRET"), "{error}");
		std::fs::write(&list, &secret).unwrap();
		let error = format!("{:#}", recipients(&[], Some(&list)).err().unwrap());
		assert!(error.contains("line 1") && !error.contains("SECRET"), "{error}");
		std::fs::write(&list, "# nobody\n").unwrap();
		assert!(recipients(&[], Some(&list)).is_err());
		// Others may read it; it is none; it is empty.
		std::fs::set_permissions(&list, PermissionsExt::from_mode(0o644)).unwrap();
		assert!(identities(&list).is_err());
		std::fs::set_permissions(&list, PermissionsExt::from_mode(0o600)).unwrap();
		assert!(identities(&list).err().unwrap().to_string().contains("no identity"));
		std::fs::write(&list, &secret[..40]).unwrap();
		let error = format!("{:#}", identities(&list).err().unwrap());
		assert!(error.contains("age-keygen") && !error.contains("SECRET"), "{error}");
	}
}
