//! Finds the resources in a file that arrives in pieces: the values of NDJSON, and the entries of a
//! bundle. It keeps only what is not yet whole, so a file can have any size.

use super::error::FileError;

/// The largest resource. Larger ones are left out.
const LARGEST: usize = 64 * 1024 * 1024;
/// The most bytes that are kept of a field's name or of a resourceType.
const LONGEST_NAME: usize = 64;

/// A part of a file.
pub enum Part<'b> {
	/// A whole value that has no entries: a resource.
	Value(&'b [u8]),
	/// An entry of a bundle.
	Entry(&'b [u8]),
	/// A value with entries has ended. It has this resourceType.
	End(&'b [u8]),
	/// A line that is not a value.
	Damaged,
	/// A value or entry that is too large.
	TooLarge,
}

/// Where a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
	/// Its first line.
	pub line: usize,
	/// Whether each line of the file is a value, so that one can be left out.
	pub in_lines: bool,
}

/// Takes the parts of a file.
pub type Take<'t> = dyn FnMut(Part<'_>, Place) -> Result<(), FileError> + 't;

/// Splits one file.
#[derive(Default)]
pub struct Splitter {
	buffer: Vec<u8>,
	/// The byte of the buffer that is read next.
	at: usize,
	/// Where the value or entry begins that is being read.
	start: Option<usize>,
	/// It is too large, and its beginning is not kept.
	is_large: bool,
	/// How many brackets are open.
	depth: usize,
	in_string: bool,
	/// Whether the last byte was a backslash in a string.
	is_escaped: bool,
	/// Whether each line is a value.
	in_lines: bool,
	/// Whether the rest of the line is left out.
	skips_line: bool,
	/// How many values have ended.
	values: usize,
	/// Whether the value has more than one line.
	has_lines: bool,
	/// Whether the last value had one line.
	was_line: bool,
	line: usize,
	/// The line in which the value or entry begins.
	start_line: usize,
	/// Of the outermost object: whether its entries are being read, or were.
	entries: Entries,
	/// The last string.
	text: Vec<u8>,
	key: Vec<u8>,
	is_value: bool,
	kind: Vec<u8>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Entries {
	#[default]
	None,
	Within,
	After,
}

impl Splitter {
	/// Starts with a file. The extension of its name tells whether it is NDJSON; otherwise a second
	/// value does.
	pub fn new(name: &str) -> Self {
		let extension = name.rsplit('.').next().unwrap_or_default();
		let in_lines = ["ndjson", "jsonl"].iter().any(|it| extension.eq_ignore_ascii_case(it));
		Self { in_lines, line: 1, ..Self::default() }
	}

	/// Reads the next bytes, and passes on each part that is whole, with its place.
	pub fn push(&mut self, bytes: &[u8], take: &mut Take<'_>) -> Result<(), FileError> {
		self.buffer.extend_from_slice(bytes);
		while let Some(byte) = self.buffer.get(self.at).copied() {
			if self.skips_line {
				self.skips_line = byte != b'\n';
				self.line = self.line.saturating_add((byte == b'\n').into());
			} else if self.in_string {
				self.string(take)?;
				continue;
			} else {
				self.byte(byte, take)?;
			}
			self.at = self.at.saturating_add(1);
		}
		self.forget();
		Ok(())
	}

	/// Whether each line is a value.
	pub fn is_in_lines(&self) -> bool {
		self.in_lines
	}

	/// Ends the file.
	pub fn end(mut self, take: &mut Take<'_>) -> Result<(), FileError> {
		match (self.depth, self.in_lines, self.values) {
			(0, true, _) => Ok(()),
			(0, false, 0) => Err(FileError::Empty),
			(0, ..) => Ok(()),
			(_, true, _) => self.damaged(take),
			_ => Err(FileError::Truncated(self.line)),
		}
	}

	/// Drops what is not needed any more.
	fn forget(&mut self) {
		let size = self.at.saturating_sub(self.start.unwrap_or(self.at));
		self.is_large |= size > LARGEST;
		let kept = if self.is_large { self.at } else { self.start.unwrap_or(self.at) };
		let kept = kept.min(self.buffer.len());
		self.buffer.drain(..kept);
		self.at = self.at.saturating_sub(kept);
		self.start = self.start.map(|_| 0);
	}

	/// Reads on within a string: to its end, or to the end of what is there.
	fn string(&mut self, take: &mut Take<'_>) -> Result<(), FileError> {
		let rest = self.buffer.get(self.at..).unwrap_or_default();
		// No line of NDJSON goes on after its end, not even after a backslash.
		if std::mem::take(&mut self.is_escaped) && rest.first() != Some(&b'\n') {
			self.at = self.at.saturating_add(1);
			return Ok(());
		}
		let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | b'\n'));
		let found = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
		if self.depth == 1 {
			let room = LONGEST_NAME.saturating_sub(self.text.len());
			self.text.extend(found.iter().take(room));
		}
		let last = end.and_then(|end| rest.get(end)).copied();
		self.at = self.at.saturating_add(found.len()).saturating_add(last.is_some().into());
		match last {
			Some(b'\\') => self.is_escaped = true,
			Some(b'"') => {
				self.in_string = false;
				if self.depth == 1 && self.is_value && self.key == b"resourceType" {
					self.kind.clone_from(&self.text);
				}
			},
			Some(b'\n') => {
				self.line = self.line.saturating_add(1);
				if self.in_lines {
					return self.damaged(take);
				}
			},
			_ => {},
		}
		Ok(())
	}

	/// Reads a byte outside strings.
	fn byte(&mut self, byte: u8, take: &mut Take<'_>) -> Result<(), FileError> {
		match byte {
			b' ' | b'\t' | b'\r' => {},
			b'\n' => {
				self.line = self.line.saturating_add(1);
				self.has_lines = true;
				if self.in_lines && self.depth > 0 {
					return self.damaged(take);
				}
			},
			b'{' | b'[' if self.depth > 0 || byte == b'{' => self.open(byte),
			_ if self.depth == 0 => return self.foreign(byte, take),
			b'}' | b']' => return self.close(take),
			b'"' => {
				self.in_string = true;
				self.text.clear();
			},
			b':' if self.depth == 1 => {
				self.key.clone_from(&self.text);
				self.is_value = true;
			},
			b',' if self.depth == 1 => self.is_value = false,
			_ => {},
		}
		Ok(())
	}

	fn open(&mut self, byte: u8) {
		let is_entry = self.depth == 2 && self.entries == Entries::Within && byte == b'{';
		if self.depth == 0 {
			self.in_lines |= self.was_line;
			self.has_lines = false;
			self.entries = Entries::None;
			self.kind.clear();
			self.key.clear();
			self.is_value = false;
		}
		if self.depth == 0 || is_entry {
			self.start = Some(self.at);
			self.start_line = self.line;
			self.is_large = false;
		}
		if self.depth == 1 && byte == b'[' && self.key == b"entry" && self.is_value {
			self.entries = Entries::Within;
			self.start = None;
			self.is_large = false;
		}
		self.depth = self.depth.saturating_add(1);
	}

	fn place(&self) -> Place {
		Place { line: self.start_line, in_lines: self.in_lines }
	}

	/// Gives up a line that is not a whole value.
	fn damaged(&mut self, take: &mut Take<'_>) -> Result<(), FileError> {
		self.depth = 0;
		self.in_string = false;
		self.is_escaped = false;
		self.is_large = false;
		self.start = None;
		self.values = self.values.saturating_add(1);
		take(Part::Damaged, self.place())
	}

	/// Refuses what is not JSON, or gives up its line.
	fn foreign(&mut self, byte: u8, take: &mut Take<'_>) -> Result<(), FileError> {
		let next = self.buffer.get(self.at.saturating_add(1)).copied();
		let is_beginning = self.values == 0 && !self.has_lines;
		match (byte, next) {
			// A byte-order mark.
			(0xef | 0xbb | 0xbf, _) if is_beginning => return Ok(()),
			(0x1f, _) if is_beginning => return Err(FileError::Gzip),
			(b'P', Some(b'K')) if is_beginning => return Err(FileError::Zip),
			(0 | 0xfe | 0xff, _) if is_beginning => return Err(FileError::Utf16),
			(b'<', _) if self.values == 0 => return Err(FileError::Xml),
			(b'[', _) if self.values == 0 => return Err(FileError::List),
			_ if self.in_lines => {},
			_ => {
				let why = "it has something other than an object".to_owned();
				return Err(FileError::Json { why, line: self.line });
			},
		}
		self.skips_line = true;
		self.start_line = self.line;
		take(Part::Damaged, self.place())
	}

	fn close(&mut self, take: &mut Take<'_>) -> Result<(), FileError> {
		self.depth = self.depth.saturating_sub(1);
		let place = self.place();
		let is_large = std::mem::take(&mut self.is_large);
		match (self.depth, self.entries) {
			(2, Entries::Within) => {
				let Some(start) = self.start.take() else { return Ok(()) };
				if is_large {
					return take(Part::TooLarge, place);
				}
				take(Part::Entry(self.buffer.get(start..=self.at).unwrap_or_default()), place)
			},
			(1, Entries::Within) => {
				self.entries = Entries::After;
				Ok(())
			},
			(0, entries) => {
				self.values = self.values.saturating_add(1);
				self.was_line = !self.has_lines;
				match self.start.take() {
					_ if entries != Entries::None => take(Part::End(&self.kind), place),
					_ if is_large => take(Part::TooLarge, place),
					start => {
						let start = start.unwrap_or(self.at);
						let value = self.buffer.get(start..=self.at).unwrap_or_default();
						take(Part::Value(value), place)
					},
				}
			},
			_ => {
				self.is_large = is_large;
				Ok(())
			},
		}
	}
}
