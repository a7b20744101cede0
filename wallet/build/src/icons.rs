//! The wallet's icon: a check mark on a square, as SVG and, for phones, as PNG.

use anyhow::Result;
use flate2::{write::ZlibEncoder, Compression, Crc};
use std::io::Write as _;

/// The colour of the square, also of the browser's bars.
pub const COLOUR: &str = "#0b5563";
const SQUARE: [u8; 3] = [0x0b, 0x55, 0x63];
const MARK: [u8; 3] = [0xff, 0xff, 0xff];
/// The check mark's corners and half the width of its line, on a square of 512.
const CORNERS: [(f64, f64); 3] = [(148.0, 262.0), (226.0, 340.0), (368.0, 176.0)];
const HALF: f64 = 27.0;
/// The square's rounded corners.
const RADIUS: f64 = 96.0;

/// The icon as SVG.
pub fn svg() -> String {
	let [(ax, ay), (bx, by), (cx, cy)] = CORNERS;
	format!(
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 512 512\">\
		<rect width=\"512\" height=\"512\" rx=\"{RADIUS}\" fill=\"{COLOUR}\"/>\
		<path d=\"M{ax} {ay} {bx} {by} {cx} {cy}\" fill=\"none\" stroke=\"#fff\" stroke-width=\"{}\" \
		stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>\n",
		HALF * 2.0
	)
}

/// The icon as PNG of this many pixels. `whole` fills the corners, for systems that cut a shape of
/// their own out of it.
pub fn png(size: u32, whole: bool) -> Result<Vec<u8>> {
	let mut pixels = Vec::new();
	for y in 0..size {
		pixels.push(0);
		for x in 0..size {
			pixels.extend(pixel(x, y, size, whole));
		}
	}
	let mut header = Vec::new();
	header.extend(size.to_be_bytes());
	header.extend(size.to_be_bytes());
	header.extend([8, 6, 0, 0, 0]);
	let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
	zlib.write_all(&pixels)?;
	let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
	chunk(&mut png, b"IHDR", &header)?;
	chunk(&mut png, b"IDAT", &zlib.finish()?)?;
	chunk(&mut png, b"IEND", &[])?;
	Ok(png)
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) -> Result<()> {
	let mut crc = Crc::new();
	crc.update(kind);
	crc.update(data);
	png.extend(u32::try_from(data.len())?.to_be_bytes());
	png.extend(kind);
	png.extend(data);
	png.extend(crc.sum().to_be_bytes());
	Ok(())
}

/// One pixel's red, green, blue and opacity, from four by four samples.
fn pixel(x: u32, y: u32, size: u32, whole: bool) -> [u8; 4] {
	let scale = 512.0 / f64::from(size);
	let (mut inside, mut marked) = (0_u32, 0_u32);
	for step in 0..16_u32 {
		let sample = |at: u32, step: u32| (f64::from(at) + (f64::from(step) + 0.5) / 4.0) * scale;
		let point = (sample(x, step % 4), sample(y, step / 4));
		if whole || in_square(point) {
			inside += 1;
			marked += u32::from(on_mark(point));
		}
	}
	if inside == 0 {
		return [0; 4];
	}
	let mix = |square: u8, mark: u8| {
		let sum = u32::from(square) * (inside - marked) + u32::from(mark) * marked;
		u8::try_from(sum / inside).unwrap_or(u8::MAX)
	};
	let [red, green, blue] = [0, 1, 2].map(|channel| mix(SQUARE[channel], MARK[channel]));
	[red, green, blue, u8::try_from(inside * 255 / 16).unwrap_or(u8::MAX)]
}

fn in_square((x, y): (f64, f64)) -> bool {
	let over = |at: f64| (RADIUS - at).max(at - (512.0 - RADIUS)).max(0.0);
	over(x).hypot(over(y)) <= RADIUS
}

fn on_mark(point: (f64, f64)) -> bool {
	CORNERS.windows(2).any(|line| distance(point, line[0], line[1]) <= HALF)
}

/// The distance of a point from a line between two points.
fn distance((x, y): (f64, f64), (ax, ay): (f64, f64), (bx, by): (f64, f64)) -> f64 {
	let (dx, dy) = (bx - ax, by - ay);
	let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
	(x - ax - along * dx).hypot(y - ay - along * dy)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_picture_is_a_white_mark_on_a_rounded_square() {
		assert_eq!(pixel(0, 0, 64, false), [0; 4]);
		assert_eq!(pixel(0, 0, 64, true), [0x0b, 0x55, 0x63, 255]);
		assert_eq!(pixel(32, 10, 64, false), [0x0b, 0x55, 0x63, 255]);
		assert_eq!(pixel(28, 41, 64, false), [255; 4]);
	}

	#[test]
	fn the_file_is_png_of_that_size() {
		let png = png(48, false).unwrap();
		assert!(png.starts_with(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x30\0\0\0\x30"));
		assert!(png.ends_with(b"IEND\xae\x42\x60\x82"));
	}
}
