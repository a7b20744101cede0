//! The data elements of a DICOM file (PS3.5, PS3.10). Elements within sequences are passed over. Nothing
//! is copied, and each step goes forward, so a file takes time and memory as it is long.

use crate::Refusal;
use std::{collections::BTreeMap, ops::Range};

/// Bytes before the letters `DICM`.
const PREAMBLE: usize = 128;
/// The length of an element whose end is marked.
const UNDEFINED: u32 = u32::MAX;

/// What an element is: group and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tag(pub u16, pub u16);

/// How the file is written.
pub const TRANSFER_SYNTAX: Tag = Tag(0x0002, 0x0010);
/// The day of the examination.
pub const STUDY_DATE: Tag = Tag(0x0008, 0x0020);
/// The kind of device.
pub const MODALITY: Tag = Tag(0x0008, 0x0060);
/// Values of a point: one for grey, three for colours.
pub const SAMPLES: Tag = Tag(0x0028, 0x0002);
/// What the values mean.
pub const PHOTOMETRIC: Tag = Tag(0x0028, 0x0004);
/// Whether the colours of a point are together (0) or each colour is by itself (1).
pub const PLANAR: Tag = Tag(0x0028, 0x0006);
/// How many frames there are.
pub const FRAMES: Tag = Tag(0x0028, 0x0008);
/// The height.
pub const ROWS: Tag = Tag(0x0028, 0x0010);
/// The width.
pub const COLUMNS: Tag = Tag(0x0028, 0x0011);
/// Bits of a value, as they are stored.
pub const BITS_ALLOCATED: Tag = Tag(0x0028, 0x0100);
/// Bits of a value that count.
pub const BITS_STORED: Tag = Tag(0x0028, 0x0101);
/// The highest bit that counts.
pub const HIGH_BIT: Tag = Tag(0x0028, 0x0102);
/// Whether values have a sign.
pub const REPRESENTATION: Tag = Tag(0x0028, 0x0103);
/// The level that the file asks for.
pub const WINDOW_CENTER: Tag = Tag(0x0028, 0x1050);
/// The width of the window that the file asks for.
pub const WINDOW_WIDTH: Tag = Tag(0x0028, 0x1051);
/// What is added to a value.
pub const INTERCEPT: Tag = Tag(0x0028, 0x1052);
/// What a value is multiplied by.
pub const SLOPE: Tag = Tag(0x0028, 0x1053);
/// The points.
const PIXEL_DATA: Tag = Tag(0x7fe0, 0x0010);
/// The group of the elements that say how the others are written.
const META: u16 = 0x0002;

const ITEM: Tag = Tag(0xfffe, 0xe000);
const END_OF_ITEM: Tag = Tag(0xfffe, 0xe00d);
const END_OF_SEQUENCE: Tag = Tag(0xfffe, 0xe0dd);

/// The elements that are read.
const WANTED: [Tag; 18] = [
	TRANSFER_SYNTAX,
	STUDY_DATE,
	MODALITY,
	SAMPLES,
	PHOTOMETRIC,
	PLANAR,
	FRAMES,
	ROWS,
	COLUMNS,
	BITS_ALLOCATED,
	BITS_STORED,
	HIGH_BIT,
	REPRESENTATION,
	WINDOW_CENTER,
	WINDOW_WIDTH,
	INTERCEPT,
	SLOPE,
	PIXEL_DATA,
];

/// How the points are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
	/// As they are. `is_explicit` says whether elements name their types.
	Native {
		/// Elements name their types.
		is_explicit: bool,
	},
	/// Runs of equal bytes.
	Rle,
	/// JPEG, with loss or without.
	Jpeg,
}

impl Syntax {
	/// The syntax of this identifier.
	fn of(identifier: &str) -> Result<Self, Refusal> {
		match identifier {
			"1.2.840.10008.1.2" => Ok(Self::Native { is_explicit: false }),
			"1.2.840.10008.1.2.1" => Ok(Self::Native { is_explicit: true }),
			"1.2.840.10008.1.2.5" => Ok(Self::Rle),
			// Baseline, extended, and without loss.
			"1.2.840.10008.1.2.4.50"
			| "1.2.840.10008.1.2.4.51"
			| "1.2.840.10008.1.2.4.57"
			| "1.2.840.10008.1.2.4.70" => Ok(Self::Jpeg),
			_ => Err(Refusal::Compression),
		}
	}
}

/// Where the points are in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Points {
	/// One frame after the other.
	Native(Range<usize>),
	/// In pieces: the table of the frames' places, which may be empty, and the pieces.
	Pieces(Range<usize>, Vec<Range<usize>>),
}

/// A file with the elements that are needed.
pub struct File {
	bytes: Vec<u8>,
	syntax: Syntax,
	elements: BTreeMap<Tag, Range<usize>>,
	points: Points,
}

impl File {
	/// Reads the elements up to the points.
	///
	/// # Errors
	///
	/// [`Refusal::Damaged`], [`Refusal::Compression`], or [`Refusal::Type`] if there are no points.
	pub fn read(bytes: Vec<u8>) -> Result<Self, Refusal> {
		if bytes.get(PREAMBLE..PREAMBLE + 4) != Some(b"DICM") {
			return Err(Refusal::Damaged);
		}
		let mut reader = Reader { bytes: &bytes, at: PREAMBLE + 4, is_explicit: true };
		let mut elements = BTreeMap::new();
		while reader.peek_group() == Some(META) {
			let (tag, length) = reader.header()?;
			let value = reader.take(length)?;
			if tag == TRANSFER_SYNTAX {
				elements.insert(tag, value);
			}
		}
		let identifier = elements.get(&TRANSFER_SYNTAX).and_then(|at| bytes.get(at.clone()));
		let syntax = Syntax::of(&text(identifier.ok_or(Refusal::Damaged)?))?;
		reader.is_explicit = syntax != Syntax::Native { is_explicit: false };
		let points = loop {
			if reader.peek_group().is_none() {
				// It is whole, and has no picture: a report, or a plan of a treatment.
				return Err(if reader.rest() == 0 { Refusal::Type } else { Refusal::Damaged });
			}
			let (tag, length) = reader.header()?;
			match (tag, length) {
				(PIXEL_DATA, UNDEFINED) => break reader.pieces()?,
				(PIXEL_DATA, length) => break Points::Native(reader.take(length)?),
				(_, UNDEFINED) => reader.skip_sequence()?,
				(tag, length) => {
					let value = reader.take(length)?;
					if WANTED.contains(&tag) {
						elements.entry(tag).or_insert(value);
					}
				},
			}
		};
		Ok(Self { bytes, syntax, elements, points })
	}

	/// How the points are written.
	pub fn syntax(&self) -> Syntax {
		self.syntax
	}

	/// Where the points are.
	pub fn points(&self) -> &Points {
		&self.points
	}

	/// A part of the file.
	pub fn part(&self, at: &Range<usize>) -> &[u8] {
		self.bytes.get(at.clone()).unwrap_or_default()
	}

	/// A number of 16 bits.
	pub fn number(&self, tag: Tag) -> Option<u16> {
		let bytes = self.part(self.elements.get(&tag)?).first_chunk()?;
		Some(u16::from_le_bytes(*bytes))
	}

	/// The first of the texts of an element. Empty if it is not there.
	pub fn text(&self, tag: Tag) -> String {
		let bytes = self.elements.get(&tag).map(|at| self.part(at)).unwrap_or_default();
		text(bytes.split(|byte| *byte == b'\\').next().unwrap_or_default())
	}

	/// The first of the decimal numbers of an element.
	pub fn decimal(&self, tag: Tag) -> Option<f64> {
		self.text(tag).parse::<f64>().ok().filter(|number| number.is_finite())
	}

	/// The kind of device, as `CT`. Empty if the file does not say.
	pub fn modality(&self) -> String {
		let code = self.text(MODALITY);
		let is_code = code.len() <= 16 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
		if is_code {
			code
		} else {
			String::new()
		}
	}

	/// The day of the examination, as `20261127`. Empty if the file does not say.
	pub fn date(&self) -> String {
		let date = self.text(STUDY_DATE);
		let is_date = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
		if is_date {
			date
		} else {
			String::new()
		}
	}
}

/// A short text of ASCII without its padding. Other letters are none of those that are needed.
fn text(bytes: &[u8]) -> String {
	let bytes = bytes.get(..64).unwrap_or(bytes);
	let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
	text.trim_matches(['\0', ' ']).to_owned()
}

/// Reads elements, one after the other.
struct Reader<'a> {
	bytes: &'a [u8],
	at: usize,
	is_explicit: bool,
}

impl Reader<'_> {
	/// How many bytes are left.
	fn rest(&self) -> usize {
		self.bytes.len().saturating_sub(self.at)
	}

	/// The next bytes.
	fn take(&mut self, length: u32) -> Result<Range<usize>, Refusal> {
		let length = usize::try_from(length).map_err(|_| Refusal::Damaged)?;
		if length > self.rest() {
			return Err(Refusal::Damaged);
		}
		let began = self.at;
		self.at += length;
		Ok(began..self.at)
	}

	fn bytes<const N: usize>(&mut self) -> Result<[u8; N], Refusal> {
		let next =
			self.bytes.get(self.at..).and_then(<[u8]>::first_chunk).ok_or(Refusal::Damaged)?;
		self.at += N;
		Ok(*next)
	}

	fn peek_group(&self) -> Option<u16> {
		self.bytes.get(self.at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
	}

	/// The next element: what it is, and its length.
	fn header(&mut self) -> Result<(Tag, u32), Refusal> {
		let tag = Tag(u16::from_le_bytes(self.bytes()?), u16::from_le_bytes(self.bytes()?));
		let is_mark = matches!(tag, ITEM | END_OF_ITEM | END_OF_SEQUENCE);
		if is_mark || !self.is_explicit {
			return Ok((tag, u32::from_le_bytes(self.bytes()?)));
		}
		let kind: [u8; 2] = self.bytes()?;
		if !kind.iter().all(u8::is_ascii_uppercase) {
			return Err(Refusal::Damaged);
		}
		const LONG: [&[u8; 2]; 13] = [
			b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT",
			b"UV",
		];
		if !LONG.contains(&&kind) {
			return Ok((tag, u16::from_le_bytes(self.bytes()?).into()));
		}
		let _: [u8; 2] = self.bytes()?;
		let length = u32::from_le_bytes(self.bytes()?);
		if kind == *b"UN" && length == UNDEFINED && tag != PIXEL_DATA {
			// Its elements do not name their types (PS3.5, 6.2.2).
			self.is_explicit = false;
			self.skip_sequence()?;
			self.is_explicit = true;
			return Ok((tag, 0));
		}
		Ok((tag, length))
	}

	/// Passes over what is left of a sequence whose end is marked, with all that is in it.
	fn skip_sequence(&mut self) -> Result<(), Refusal> {
		let mut depth = 1_usize;
		while depth > 0 {
			match self.header()? {
				(END_OF_ITEM | END_OF_SEQUENCE, 0) => depth -= 1,
				(END_OF_ITEM | END_OF_SEQUENCE, _) => return Err(Refusal::Damaged),
				(_, UNDEFINED) => depth += 1,
				(_, length) => {
					self.take(length)?;
				},
			}
		}
		Ok(())
	}

	/// The pieces of compressed points.
	fn pieces(&mut self) -> Result<Points, Refusal> {
		let mut pieces = Vec::new();
		let mut table = None;
		loop {
			match self.header()? {
				(END_OF_SEQUENCE, 0) => break,
				(ITEM, length) if length != UNDEFINED => {
					let piece = self.take(length)?;
					match table {
						None => table = Some(piece),
						Some(_) => pieces.push(piece),
					}
				},
				_ => return Err(Refusal::Damaged),
			}
		}
		Ok(Points::Pieces(table.ok_or(Refusal::Damaged)?, pieces))
	}
}
