//! The format of a file with the index of all patients' logs up to a block. Numbers are little endian.
//!
//! ```text
//! format    18 bytes   "vouchsafe/index/1\n"
//! genesis   32 bytes   the chain: the hash of its genesis block
//! number     4 bytes   the block up to which the file has all entries
//! hash      32 bytes   this block's hash
//!
//! for each patient, in ascending order of their accounts:
//! 01         1 byte
//! patient   32 bytes
//!   for each entry of the patient's log, from the first on:
//!   02       1 byte
//!   block    4 bytes   the block that appended it
//!   length   4 bytes   1 to 65,536
//!   entry    as many bytes
//!
//! 00         1 byte    the end
//! entries    8 bytes   how many there are in all
//! ```
//!
//! It has no heads and no times: who imports it computes the heads and has the times.

use std::io::{self, ErrorKind, Read};
use vouchsafe_client::{
	chain::H256,
	messages::{Hex, HexBytes},
};

/// What a file begins with.
const FORMAT: &[u8; 18] = b"vouchsafe/index/1\n";
/// The longest entry. The chain's have some thousand bytes.
pub const MAX_ENTRY: usize = 64 * 1024;

const END: u8 = 0;
const PATIENT: u8 = 1;
const ENTRY: u8 = 2;

/// What a file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
	/// The hash of the chain's genesis block.
	pub genesis: [u8; 32],
	/// The block up to which the file has all entries.
	pub number: u32,
	/// This block's hash.
	pub hash: H256,
}

/// An entry of a patient's log, as it is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedEntry {
	/// The patient.
	pub patient: [u8; 32],
	/// Its number.
	pub seq: u64,
	/// The block that appended it.
	pub block: u32,
	/// Its bytes.
	pub entry: Vec<u8>,
}

/// Writes a file.
#[derive(Debug, Default)]
pub struct Writer {
	patient: Option<[u8; 32]>,
	entries: u64,
}

impl Writer {
	/// The file's beginning.
	pub fn begin(head: &Head) -> Vec<u8> {
		let Head { genesis, number, hash } = head;
		[&FORMAT[..], genesis, &number.to_le_bytes(), &hash.0].concat()
	}

	/// Adds entries, which come in the order of patients and numbers.
	pub fn add(&mut self, entries: &[ExportedEntry], bytes: &mut Vec<u8>) {
		for ExportedEntry { patient, block, entry, .. } in entries {
			if self.patient != Some(*patient) {
				self.patient = Some(*patient);
				bytes.push(PATIENT);
				bytes.extend(patient);
			}
			bytes.push(ENTRY);
			bytes.extend(block.to_le_bytes());
			// One that is too long is refused by who reads it.
			bytes.extend(u32::try_from(entry.len()).unwrap_or(u32::MAX).to_le_bytes());
			bytes.extend(entry);
			self.entries = self.entries.saturating_add(1);
		}
	}

	/// How many entries were added.
	pub fn entries(&self) -> u64 {
		self.entries
	}

	/// The file's end.
	pub fn end(&self) -> Vec<u8> {
		[&[END][..], &self.entries.to_le_bytes()].concat()
	}
}

/// Why a file is refused.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
	/// It could not be read.
	#[error("the file can't be read: {0}")]
	Read(#[source] io::Error),
	/// It has another format.
	#[error("it is not a file of `vouchsafe-custodian index export`, or one of a newer version")]
	Format,
	/// It ends too early.
	#[error("the file is cut off: get it again")]
	CutOff,
	/// It does not have the form of such a file.
	#[error("the file is damaged: {0}. Get it again, or another member's")]
	Damaged(String),
}

impl FileError {
	fn damaged<T>(what: impl Into<String>) -> Result<T, Self> {
		Err(Self::Damaged(what.into()))
	}
}

impl From<io::Error> for FileError {
	fn from(error: io::Error) -> Self {
		match error.kind() {
			ErrorKind::UnexpectedEof => Self::CutOff,
			_ => Self::Read(error),
		}
	}
}

/// A part of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
	/// The entries of this patient follow.
	Patient([u8; 32]),
	/// The patient's next entry, with the block that appended it.
	Entry(u32, HexBytes),
}

/// Reads a file that somebody else wrote, one part after the other.
#[derive(Debug)]
pub struct Reader<R> {
	input: R,
	head: Head,
	patient: Option<[u8; 32]>,
	/// How many entries of the patient were read.
	of_patient: u64,
	/// The block of the patient's last entry.
	block: u32,
	entries: u64,
	is_over: bool,
}

impl<R: Read> Reader<R> {
	/// Reads the beginning.
	pub fn open(mut input: R) -> Result<Self, FileError> {
		let format: [u8; FORMAT.len()] = bytes(&mut input).map_err(|error| match error {
			FileError::CutOff => FileError::Format,
			error => error,
		})?;
		if format != *FORMAT {
			return Err(FileError::Format);
		}
		let (genesis, number) = (bytes(&mut input)?, u32::from_le_bytes(bytes(&mut input)?));
		let head = Head { genesis, number, hash: H256(bytes(&mut input)?) };
		Ok(Self { input, head, patient: None, of_patient: 0, block: 0, entries: 0, is_over: false })
	}

	/// What the file is about.
	pub fn head(&self) -> &Head {
		&self.head
	}

	/// The next part. None at the end.
	pub fn next_item(&mut self) -> Result<Option<Item>, FileError> {
		if self.is_over {
			return Ok(None);
		}
		let [kind] = bytes(&mut self.input)?;
		match kind {
			PATIENT => self.patient().map(Some),
			ENTRY => self.entry().map(Some),
			END => self.end().map(|()| None),
			_ => FileError::damaged("it has a part of an unknown kind"),
		}
	}

	fn patient(&mut self) -> Result<Item, FileError> {
		self.ensure_entries()?;
		let patient: [u8; 32] = bytes(&mut self.input)?;
		if self.patient.is_some_and(|before| before >= patient) {
			let patient = Hex(patient);
			return FileError::damaged(format!("patient {patient} comes twice, or out of order"));
		}
		(self.patient, self.of_patient, self.block) = (Some(patient), 0, 0);
		Ok(Item::Patient(patient))
	}

	fn entry(&mut self) -> Result<Item, FileError> {
		let Some(patient) = self.patient.map(Hex) else {
			return FileError::damaged("it has an entry of no patient");
		};
		let block = u32::from_le_bytes(bytes(&mut self.input)?);
		if block < self.block.max(1) || block > self.head.number {
			return FileError::damaged(format!("the blocks of patient {patient} are out of order"));
		}
		let length = u32::from_le_bytes(bytes(&mut self.input)?);
		let length = usize::try_from(length).unwrap_or(usize::MAX);
		if !(1..=MAX_ENTRY).contains(&length) {
			return FileError::damaged(format!("an entry of patient {patient} has {length} bytes"));
		}
		let mut entry = vec![0; length];
		self.input.read_exact(&mut entry)?;
		self.block = block;
		self.of_patient = self.of_patient.saturating_add(1);
		self.entries = self.entries.saturating_add(1);
		Ok(Item::Entry(block, HexBytes(entry)))
	}

	fn end(&mut self) -> Result<(), FileError> {
		self.ensure_entries()?;
		if u64::from_le_bytes(bytes(&mut self.input)?) != self.entries {
			return FileError::damaged("it has another number of entries than it says");
		}
		match bytes::<1>(&mut self.input) {
			Err(FileError::CutOff) => {},
			Ok(_) => return FileError::damaged("something follows its end"),
			Err(error) => return Err(error),
		}
		self.is_over = true;
		Ok(())
	}

	fn ensure_entries(&self) -> Result<(), FileError> {
		match self.patient {
			Some(patient) if self.of_patient == 0 => {
				FileError::damaged(format!("patient {} has no entries", Hex(patient)))
			},
			_ => Ok(()),
		}
	}
}

fn bytes<const N: usize>(input: &mut impl Read) -> Result<[u8; N], FileError> {
	let mut bytes = [0; N];
	input.read_exact(&mut bytes)?;
	Ok(bytes)
}

#[cfg(test)]
mod tests;
