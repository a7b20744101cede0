//! The points of a frame (PS3.3, C.7.6.3), also if they are compressed: runs of equal bytes (PS3.5,
//! annex G) and JPEG.

use crate::{
	file::{
		File, Points, Syntax, BITS_ALLOCATED, BITS_STORED, COLUMNS, FRAMES, HIGH_BIT, INTERCEPT,
		PHOTOMETRIC, PLANAR, REPRESENTATION, ROWS, SAMPLES, SLOPE, WINDOW_CENTER, WINDOW_WIDTH,
	},
	Refusal, Window,
};
use jpeg_decoder::{CodingProcess, ColorTransform, Decoder};
use std::{borrow::Cow, ops::Range};

/// Points of a frame. A mammogram has 14 million.
pub const MAX_POINTS: usize = 4_096 * 4_096;
/// Frames of a picture.
pub const MAX_FRAMES: u32 = 10_000;
/// Bytes of the head of a frame in runs.
const RUNS_HEAD: usize = 64;
/// Bytes of the head of an item.
const ITEM_HEAD: usize = 8;

/// What the values of a point mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
	/// How bright it is.
	Bright,
	/// How dark it is.
	Dark,
	/// Red, green, blue.
	Rgb,
	/// Brightness and two colours, as in JPEG.
	Ybr,
}

/// How the points of all frames are stored.
#[derive(Clone, Debug)]
pub struct Layout {
	width: usize,
	height: usize,
	frames: u32,
	meaning: Meaning,
	/// Whether each colour is by itself.
	is_planar: bool,
	/// Bytes of a value.
	bytes: usize,
	/// Bits that count, and how many there are below them.
	bits: u32,
	shift: u32,
	is_signed: bool,
	slope: f64,
	intercept: f64,
	window: Option<Window>,
}

/// The points of a frame.
pub enum Frame {
	/// Stored values.
	Grey(Vec<i32>),
	/// Red, green, blue.
	Color(Vec<[u8; 3]>),
}

impl Layout {
	/// What the file says of its points.
	///
	/// # Errors
	///
	/// Any [`Refusal`].
	pub fn of(file: &File) -> Result<Self, Refusal> {
		let number = |tag| file.number(tag).ok_or(Refusal::Damaged);
		let (width, height) = (usize::from(number(COLUMNS)?), usize::from(number(ROWS)?));
		let frames = match &*file.text(FRAMES) {
			"" => 1,
			text => text.parse().map_err(|_| Refusal::Damaged)?,
		};
		if width == 0 || height == 0 || frames == 0 {
			return Err(Refusal::Damaged);
		}
		if width * height > MAX_POINTS || frames > MAX_FRAMES {
			return Err(Refusal::Size);
		}
		let (meaning, samples) = match &*file.text(PHOTOMETRIC) {
			"MONOCHROME2" => (Meaning::Bright, 1),
			"MONOCHROME1" => (Meaning::Dark, 1),
			"RGB" => (Meaning::Rgb, 3),
			"YBR_FULL" => (Meaning::Ybr, 3),
			// Points that share colours are only within JPEG.
			"YBR_FULL_422" if file.syntax() == Syntax::Jpeg => (Meaning::Ybr, 3),
			_ => return Err(Refusal::Type),
		};
		if file.number(SAMPLES).unwrap_or(1) != samples {
			return Err(Refusal::Damaged);
		}
		let allocated = u32::from(number(BITS_ALLOCATED)?);
		let bits = file.number(BITS_STORED).map_or(allocated, u32::from);
		let high = file.number(HIGH_BIT).map_or(bits.saturating_sub(1), u32::from);
		match (allocated, samples) {
			(8, _) | (16, 1) => {},
			_ => return Err(Refusal::Type),
		}
		if bits == 0 || bits > allocated || high >= allocated || high + 1 < bits {
			return Err(Refusal::Damaged);
		}
		if samples == 3 && bits != 8 {
			return Err(Refusal::Type);
		}
		let window = file.decimal(WINDOW_CENTER).zip(file.decimal(WINDOW_WIDTH));
		let window = window.map(|(level, width)| Window { level, width });
		let slope = file.decimal(SLOPE).filter(|slope| *slope != 0.0);
		Ok(Self {
			width,
			height,
			frames,
			meaning,
			is_planar: file.number(PLANAR) == Some(1),
			bytes: if allocated == 8 { 1 } else { 2 },
			bits,
			shift: high + 1 - bits,
			is_signed: file.number(REPRESENTATION) == Some(1),
			slope: slope.unwrap_or(1.0),
			intercept: file.decimal(INTERCEPT).unwrap_or(0.0),
			window: window.filter(|window| window.width >= 1.0),
		})
	}

	/// Points of a row.
	pub fn width(&self) -> u32 {
		u32::try_from(self.width).unwrap_or_default()
	}

	/// Rows.
	pub fn height(&self) -> u32 {
		u32::try_from(self.height).unwrap_or_default()
	}

	/// How many frames there are.
	pub fn frames(&self) -> u32 {
		self.frames
	}

	/// Whether high values are dark.
	pub fn is_inverted(&self) -> bool {
		self.meaning == Meaning::Dark
	}

	/// The window that the file asks for.
	pub fn window(&self) -> Option<Window> {
		self.window
	}

	/// The value that a stored one stands for, as a density or a temperature.
	pub fn value(&self, stored: i32) -> f64 {
		f64::from(stored) * self.slope + self.intercept
	}

	fn is_grey(&self) -> bool {
		matches!(self.meaning, Meaning::Bright | Meaning::Dark)
	}

	/// Values of a point.
	fn samples(&self) -> usize {
		if self.is_grey() {
			1
		} else {
			3
		}
	}

	fn points(&self) -> usize {
		self.width * self.height
	}

	/// Bytes of a frame.
	fn length(&self) -> usize {
		self.points() * self.samples() * self.bytes
	}
}

/// Reads a frame, by its number from 0.
///
/// # Errors
///
/// Any [`Refusal`].
pub fn read(file: &File, layout: &Layout, number: u32) -> Result<Frame, Refusal> {
	if number >= layout.frames {
		return Err(Refusal::Damaged);
	}
	match (file.syntax(), file.points()) {
		(Syntax::Native { .. }, Points::Native(all)) => {
			let all = file.part(all);
			let began = usize::try_from(number).ok().and_then(|it| it.checked_mul(layout.length()));
			let frame = began.and_then(|began| all.get(began..)?.get(..layout.length()));
			frame_of(layout, frame.ok_or(Refusal::Damaged)?, layout.is_planar, layout.meaning)
		},
		(Syntax::Rle, Points::Pieces(table, pieces)) => {
			let bytes = piece(file, layout, table, pieces, number)?;
			frame_of(layout, &runs(layout, &bytes)?, true, layout.meaning)
		},
		(Syntax::Jpeg, Points::Pieces(table, pieces)) => {
			let bytes = piece(file, layout, table, pieces, number)?;
			let (bytes, meaning) = jpeg(layout, &bytes)?;
			frame_of(layout, &bytes, false, meaning)
		},
		_ => Err(Refusal::Damaged),
	}
}

/// The frame of bytes that are not compressed, whose values begin with their lowest byte.
fn frame_of(
	layout: &Layout,
	bytes: &[u8],
	is_planar: bool,
	meaning: Meaning,
) -> Result<Frame, Refusal> {
	if bytes.len() != layout.length() {
		return Err(Refusal::Damaged);
	}
	if layout.is_grey() {
		let mask = u32::MAX >> (32 - layout.bits);
		let sign = if layout.is_signed { 1_u32 << (layout.bits - 1) } else { 0 };
		let stored = bytes.chunks_exact(layout.bytes).map(|value| {
			let raw = value.iter().rev().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
			let value = raw >> layout.shift & mask;
			// It has at most 16 bits.
			(value ^ sign).cast_signed() - sign.cast_signed()
		});
		return Ok(Frame::Grey(stored.collect()));
	}
	let points = (0..layout.points()).map(|point| {
		let value = |color: usize| {
			let at = if is_planar { color * layout.points() + point } else { point * 3 + color };
			bytes.get(at).copied().unwrap_or_default()
		};
		let point = [value(0), value(1), value(2)];
		if meaning == Meaning::Ybr {
			rgb(point)
		} else {
			point
		}
	});
	Ok(Frame::Color(points.collect()))
}

/// Brightness and two colours as red, green, blue.
fn rgb([bright, blue, red]: [u8; 3]) -> [u8; 3] {
	let [bright, blue, red] = [f32::from(bright), f32::from(blue) - 128.0, f32::from(red) - 128.0];
	let green = 0.344_136 * blue + 0.714_136 * red;
	let colors = [bright + 1.402 * red, bright - green, bright + 1.772 * blue];
	// `as` ends at 0 and 255.
	colors.map(|color| color.round() as u8)
}

/// The bytes of a compressed frame: one piece, or the pieces that begin at the frame's place.
fn piece<'a>(
	file: &'a File,
	layout: &Layout,
	table: &Range<usize>,
	pieces: &[Range<usize>],
	number: u32,
) -> Result<Cow<'a, [u8]>, Refusal> {
	let (frames, number) = (layout.frames as usize, number as usize);
	if pieces.len() == frames {
		return pieces.get(number).map(|at| file.part(at).into()).ok_or(Refusal::Damaged);
	}
	let join = |pieces: &[Range<usize>]| -> Cow<'a, [u8]> {
		pieces.iter().flat_map(|at| file.part(at)).copied().collect::<Vec<_>>().into()
	};
	if frames == 1 && !pieces.is_empty() {
		return Ok(join(pieces));
	}
	// The table has where the items of the first pieces of all frames begin, after its own item.
	let places = file.part(table).chunks_exact(4);
	let places =
		places.map(|place| place.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)));
	let places: Vec<usize> = places.collect();
	if places.len() != frames || !places.is_sorted_by(|one, next| one < next) {
		return Err(Refusal::Damaged);
	}
	let first_at = |frame: usize| match places.get(frame) {
		Some(place) => {
			let began = table.end.saturating_add(*place).saturating_add(ITEM_HEAD);
			pieces.partition_point(|piece| piece.start < began)
		},
		None => pieces.len(),
	};
	match pieces.get(first_at(number)..first_at(number + 1)) {
		Some(found) if !found.is_empty() => Ok(join(found)),
		_ => Err(Refusal::Damaged),
	}
}

/// A frame in runs: a part for each byte of the values, the highest first. They become values that
/// begin with their lowest byte, colour by colour.
fn runs(layout: &Layout, bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
	let head = bytes.get(..RUNS_HEAD).ok_or(Refusal::Damaged)?;
	let numbers = head.chunks_exact(4);
	let numbers =
		numbers.map(|it| it.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte)));
	let numbers: Vec<usize> = numbers.collect();
	let parts = layout.samples() * layout.bytes;
	if numbers.first() != Some(&parts) {
		return Err(Refusal::Damaged);
	}
	let mut out = vec![0; layout.length()];
	for part in 0..parts {
		let began = numbers.get(1 + part).copied().ok_or(Refusal::Damaged)?;
		let end = match part + 1 < parts {
			true => numbers.get(2 + part).copied().unwrap_or_default(),
			false => bytes.len(),
		};
		let packed = bytes.get(began..end).filter(|_| began >= RUNS_HEAD);
		let (sample, lower) = (part / layout.bytes, layout.bytes - 1 - part % layout.bytes);
		let into = out.iter_mut().skip(sample * layout.points() * layout.bytes + lower);
		let into = into.step_by(layout.bytes).take(layout.points());
		unpack(packed.ok_or(Refusal::Damaged)?, into)?;
	}
	Ok(out)
}

/// Unpacks runs until all places have a byte.
fn unpack<'a>(
	mut packed: &[u8],
	mut into: impl ExactSizeIterator<Item = &'a mut u8>,
) -> Result<(), Refusal> {
	while into.len() > 0 {
		let (&count, rest) = packed.split_first().ok_or(Refusal::Damaged)?;
		packed = rest;
		match count {
			0..=127 => {
				let (bytes, rest) =
					packed.split_at_checked(usize::from(count) + 1).ok_or(Refusal::Damaged)?;
				packed = rest;
				bytes.iter().zip(into.by_ref()).for_each(|(byte, place)| *place = *byte);
			},
			// It says nothing.
			128 => {},
			129.. => {
				let (&byte, rest) = packed.split_first().ok_or(Refusal::Damaged)?;
				packed = rest;
				let times = 257 - usize::from(count);
				into.by_ref().take(times).for_each(|place| *place = byte);
			},
		}
	}
	Ok(())
}

/// A frame in JPEG, and what its values mean then: JPEG with loss becomes red, green, blue.
fn jpeg(layout: &Layout, bytes: &[u8]) -> Result<(Vec<u8>, Meaning), Refusal> {
	let refusal = |error| match error {
		jpeg_decoder::Error::Unsupported(_) => Refusal::Compression,
		_ => Refusal::Damaged,
	};
	let mut decoder = Decoder::new(bytes);
	decoder.set_max_decoding_buffer_size(layout.points() * 4);
	if !layout.is_grey() {
		let is_rgb = layout.meaning == Meaning::Rgb;
		decoder.set_color_transform(if is_rgb {
			ColorTransform::RGB
		} else {
			ColorTransform::YCbCr
		});
	}
	decoder.read_info().map_err(refusal)?;
	let info = decoder.info().ok_or(Refusal::Damaged)?;
	if (usize::from(info.width), usize::from(info.height)) != (layout.width, layout.height) {
		return Err(Refusal::Damaged);
	}
	let mut decoded = decoder.decode().map_err(refusal)?;
	let is_lossless = info.coding_process == CodingProcess::Lossless;
	// Values of few bits may be in fewer bytes than the file says.
	if layout.is_grey() && layout.bytes == 2 && decoded.len() == layout.points() {
		decoded = decoded.iter().flat_map(|byte| [*byte, 0]).collect();
	}
	let meaning = if is_lossless { layout.meaning } else { Meaning::Rgb };
	Ok((decoded, meaning))
}
