//! Reads DICOM images, for the viewer: what kind of picture it is, and its frames as a canvas shows
//! them. It runs in a frame of the browser that can reach nothing, because documents may be hostile.
//!
//! - [`file`]: the data elements of a file.
//! - [`pixels`]: the points of a frame, also if they are compressed.
//!
//! A file has dozens of elements about the patient. None of them is read: the page knows whose record
//! it shows.

pub mod file;
pub mod pixels;

use file::File;
use pixels::{Frame, Layout};

/// Why a picture is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
	/// It is no picture, or one of a rare kind.
	Type,
	/// It has too many points or frames.
	Size,
	/// It is cut, or contradicts itself.
	Damaged,
	/// It is compressed in a way that is not read here.
	Compression,
}

impl Refusal {
	/// The reason, as the viewer names it.
	pub fn name(self) -> &'static str {
		match self {
			Self::Type => "type",
			Self::Size => "size",
			Self::Damaged => "damaged",
			Self::Compression => "compression",
		}
	}
}

/// Which values are shown: those around the level, as far as the window is wide. What is below is
/// black, what is above is white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
	/// The value in the middle.
	pub level: f64,
	/// How many values there are between black and white.
	pub width: f64,
}

/// A picture with its frames.
pub struct Picture {
	file: File,
	layout: Layout,
	/// The frame that was drawn last, by its number from 0.
	drawn: Option<(u32, Frame)>,
}

impl Picture {
	/// Opens a file, and reads its first frame.
	///
	/// # Errors
	///
	/// Any [`Refusal`].
	pub fn open(bytes: Vec<u8>) -> Result<Self, Refusal> {
		let file = File::read(bytes)?;
		let layout = Layout::of(&file)?;
		let mut picture = Self { file, layout, drawn: None };
		picture.frame(0)?;
		Ok(picture)
	}

	/// How a frame's points are stored.
	pub fn layout(&self) -> &Layout {
		&self.layout
	}

	/// The file's elements.
	pub fn file(&self) -> &File {
		&self.file
	}

	/// The lowest and the highest value of the frame that was read last, if it is grey.
	pub fn range(&self) -> Option<[f64; 2]> {
		let (_, Frame::Grey(values)) = self.drawn.as_ref()? else { return None };
		let [lowest, highest] = [values.iter().min()?, values.iter().max()?];
		let ends = [lowest, highest].map(|value| self.layout.value(*value));
		Some([ends[0].min(ends[1]), ends[0].max(ends[1])])
	}

	/// The window that the file asks for, or else one for all values. Colours have none.
	pub fn window(&self) -> Option<Window> {
		let [lowest, highest] = self.range()?;
		let asked = self.layout.window();
		let whole =
			|| Window { level: f64::midpoint(lowest, highest), width: (highest - lowest).max(1.0) };
		Some(asked.unwrap_or_else(whole))
	}

	/// A frame, by its number from 0: four bytes for each point, as a canvas has them. Colours do not
	/// depend on the window.
	///
	/// # Errors
	///
	/// Any [`Refusal`].
	pub fn draw(&mut self, number: u32, window: Window) -> Result<Vec<u8>, Refusal> {
		let [black, white] = if self.layout.is_inverted() { [255.0, 0.0] } else { [0.0, 255.0] };
		let (layout, frame) = self.frame(number)?;
		let values = match frame {
			Frame::Color(points) => {
				return Ok(points
					.iter()
					.flat_map(|[red, green, blue]| [*red, *green, *blue, 255])
					.collect());
			},
			Frame::Grey(values) => values,
		};
		let shade = |value: f64| black + (white - black) * share(value, window);
		let points = values.iter().flat_map(|stored| {
			// It is 0 to 255.
			let grey = shade(layout.value(*stored)).round() as u8;
			[grey, grey, grey, 255]
		});
		Ok(points.collect())
	}

	/// Reads a frame, unless it was the last one.
	fn frame(&mut self, number: u32) -> Result<(&Layout, &Frame), Refusal> {
		if self.drawn.as_ref().is_none_or(|(known, _)| *known != number) {
			let frame = pixels::read(&self.file, &self.layout, number)?;
			self.drawn = Some((number, frame));
		}
		let (_, frame) = self.drawn.as_ref().ok_or(Refusal::Damaged)?;
		Ok((&self.layout, frame))
	}
}

/// How far a value is from black (0) to white (1), as DICOM defines it (PS3.3, C.11.2.1.2.1).
fn share(value: f64, Window { level, width }: Window) -> f64 {
	let rest = (width - 1.0).max(0.0);
	let distance = value - (level - 0.5);
	if distance <= -rest / 2.0 {
		0.0
	} else if distance > rest / 2.0 {
		1.0
	} else {
		distance / rest + 0.5
	}
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod browser;

#[cfg(test)]
mod tests;
