//! Small files, made element by element.

/// A file that is to be written.
pub struct Dicom {
	syntax: String,
	/// The elements in between, each by group, number, type and value. Later ones replace earlier.
	elements: Vec<(u16, u16, [u8; 2], Vec<u8>)>,
	/// Whole elements, before all others.
	raw: Vec<u8>,
	points: Vec<u8>,
	pieces: Option<(Vec<u8>, Vec<Vec<u8>>)>,
	pub is_implicit: bool,
}

impl Dicom {
	/// One row of grey points of 16 bits.
	pub fn grey(values: &[u16]) -> Self {
		let points = values.iter().flat_map(|value| value.to_le_bytes()).collect();
		let mut file = Self::new("MONOCHROME2 ", 1, values.len(), points);
		file.number(0x0028, 0x0100, 16).number(0x0028, 0x0101, 16).number(0x0028, 0x0102, 15);
		file
	}

	/// One row of colours.
	pub fn color(photometric: &str, bytes: &[u8]) -> Self {
		let mut file = Self::new(photometric, 3, bytes.len() / 3, bytes.to_vec());
		file.number(0x0028, 0x0100, 8).number(0x0028, 0x0101, 8).number(0x0028, 0x0102, 7);
		file
	}

	fn new(photometric: &str, samples: u16, columns: usize, points: Vec<u8>) -> Self {
		let mut file = Self {
			syntax: "1.2.840.10008.1.2.1".into(),
			elements: Vec::new(),
			raw: Vec::new(),
			points,
			pieces: None,
			is_implicit: false,
		};
		file.number(0x0028, 0x0002, samples).text(0x0028, 0x0004, b"CS", photometric);
		file.number(0x0028, 0x0010, 1).number(0x0028, 0x0011, columns.try_into().unwrap());
		file
	}

	pub fn number(&mut self, group: u16, tag: u16, value: u16) -> &mut Self {
		self.set(group, tag, b"US", value.to_le_bytes().to_vec())
	}

	pub fn text(&mut self, group: u16, tag: u16, kind: &[u8; 2], text: &str) -> &mut Self {
		self.set(group, tag, kind, text.as_bytes().to_vec())
	}

	fn set(&mut self, group: u16, tag: u16, kind: &[u8; 2], value: Vec<u8>) -> &mut Self {
		self.elements.retain(|(known, number, ..)| (*known, *number) != (group, tag));
		self.elements.push((group, tag, *kind, value));
		self
	}

	/// Leaves an element out.
	pub fn without(&mut self, group: u16, tag: u16) -> &mut Self {
		self.elements.retain(|(known, number, ..)| (*known, *number) != (group, tag));
		self
	}

	pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
		self.raw.extend(bytes);
		self
	}

	pub fn syntax(&mut self, syntax: &str) -> &mut Self {
		self.syntax = syntax.into();
		self
	}

	/// Compressed points.
	pub fn pieces(&mut self, syntax: &str, table: &[u32], pieces: &[&[u8]]) -> &mut Self {
		let table = table.iter().flat_map(|place| place.to_le_bytes()).collect();
		let pieces = pieces.iter().map(|piece| piece.to_vec()).collect();
		self.pieces = Some((table, pieces));
		self.syntax(syntax)
	}

	pub fn bytes(&self) -> Vec<u8> {
		let syntax = if self.is_implicit { "1.2.840.10008.1.2" } else { &self.syntax };
		let mut out = vec![0; 128];
		out.extend(b"DICM");
		out.extend(element(0x0002, 0x0010, b"UI", syntax.as_bytes()));
		out.extend(&self.raw);
		for (group, tag, kind, value) in &self.elements {
			out.extend(self.element(*group, *tag, kind, value));
		}
		let Some((table, pieces)) = &self.pieces else {
			out.extend(self.element(0x7fe0, 0x0010, b"OW", &self.points));
			return out;
		};
		out.extend(head(0x7fe0, 0x0010, b"OB", u32::MAX));
		for piece in [table].into_iter().chain(pieces) {
			out.extend(mark(0xe000, piece.len().try_into().unwrap()));
			out.extend(piece);
		}
		out.extend(mark(0xe0dd, 0));
		out
	}

	fn element(&self, group: u16, tag: u16, kind: &[u8; 2], value: &[u8]) -> Vec<u8> {
		if !self.is_implicit {
			return element(group, tag, kind, value);
		}
		let length = u32::try_from(value.len()).unwrap();
		let parts = [&group.to_le_bytes()[..], &tag.to_le_bytes(), &length.to_le_bytes(), value];
		parts.concat()
	}
}

/// An element that names its type.
pub fn element(group: u16, tag: u16, kind: &[u8; 2], value: &[u8]) -> Vec<u8> {
	let mut out = head(group, tag, kind, value.len().try_into().unwrap());
	out.extend(value);
	out
}

fn head(group: u16, tag: u16, kind: &[u8; 2], length: u32) -> Vec<u8> {
	let mut out = [group.to_le_bytes(), tag.to_le_bytes(), *kind].concat();
	if matches!(kind, b"OB" | b"OW" | b"SQ" | b"UN") {
		out.extend([0, 0]);
		out.extend(length.to_le_bytes());
	} else {
		out.extend(u16::try_from(length).unwrap().to_le_bytes());
	}
	out
}

/// The mark of an item, or of an end.
pub fn mark(tag: u16, length: u32) -> Vec<u8> {
	[&0xfffe_u16.to_le_bytes()[..], &tag.to_le_bytes(), &length.to_le_bytes()].concat()
}

/// A sequence of one item, whose lengths are given or whose ends are marked.
pub fn sequence(inner: &[u8], has_length: bool) -> Vec<u8> {
	let length = u32::try_from(inner.len()).unwrap();
	if has_length {
		let item = [mark(0xe000, length), inner.to_vec()].concat();
		return element(0x0008, 0x1140, b"SQ", &item);
	}
	let parts = [
		head(0x0008, 0x1140, b"SQ", u32::MAX),
		mark(0xe000, u32::MAX),
		inner.to_vec(),
		mark(0xe00d, 0),
		mark(0xe0dd, 0),
	];
	parts.concat()
}

/// A private sequence, whose elements do not name their types.
pub fn unknown_sequence() -> Vec<u8> {
	let length = 2_u32.to_le_bytes();
	let inner = [&0x0009_u16.to_le_bytes()[..], &[1, 0], &length, b"ab"].concat();
	let parts = [
		head(0x0009, 0x1001, b"UN", u32::MAX),
		mark(0xe000, u32::MAX),
		inner,
		mark(0xe00d, 0),
		mark(0xe0dd, 0),
	];
	parts.concat()
}

/// Grey values as JPEG without loss, where each value is the one to its left and a difference.
pub fn lossless_jpeg(values: &[u16], width: u16, precision: u8) -> Vec<u8> {
	let height = u16::try_from(values.len()).unwrap() / width;
	let [h, w] = [height.to_be_bytes(), width.to_be_bytes()];
	let mut out = vec![0xff, 0xd8];
	out.extend([0xff, 0xc3, 0, 11, precision, h[0], h[1], w[0], w[1], 1, 1, 0x11, 0]);
	// Seventeen codes of five bits each, in order: how many bits a difference has.
	out.extend([0xff, 0xc4, 0, 36, 0]);
	out.extend([0, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
	out.extend(0..17);
	out.extend([0xff, 0xda, 0, 8, 1, 1, 0, 1, 0, 0]);
	let mut bits = String::new();
	for (at, value) in values.iter().enumerate() {
		let before = match at {
			0 => 1 << (precision - 1),
			_ if at % usize::from(width) == 0 => values[at - usize::from(width)],
			_ => values[at - 1],
		};
		let difference = i32::from(*value) - i32::from(before);
		let size = 32 - difference.unsigned_abs().leading_zeros();
		bits += &format!("{size:05b}");
		let low = if difference < 0 { difference - 1 } else { difference };
		bits.extend((0..size).rev().map(|bit| if low >> bit & 1 == 1 { '1' } else { '0' }));
	}
	for byte in bits.as_bytes().chunks(8) {
		let byte = format!("{:1<8}", std::str::from_utf8(byte).unwrap());
		let byte = u8::from_str_radix(&byte, 2).unwrap();
		out.push(byte);
		if byte == 0xff {
			out.push(0);
		}
	}
	out.extend([0xff, 0xd9]);
	out
}
