//! Reads QR codes from pictures. It runs in a worker of its own, which has no network: pictures come
//! from a camera or a file, so they may be hostile. What a code says is for the core to judge.

/// The longest side of a picture, in points. The worker makes larger ones smaller.
const MAX_SIDE: usize = 2_048;
/// Bytes of a point: red, green, blue, and how opaque it is.
const POINT: usize = 4;

/// The text of a code in this picture, whose points are as a canvas has them. Nothing if there is no
/// code that can be read, or if the picture has another size than it says.
pub fn read(points: &[u8], width: usize, height: usize) -> Option<String> {
	let is_bounded = width <= MAX_SIDE && height <= MAX_SIDE;
	if !is_bounded || width == 0 || points.len() != width * height * POINT {
		return None;
	}
	let shade = |x: usize, y: usize| match points.get((y * width + x) * POINT..) {
		Some([red, green, blue, ..]) => grey(*red, *green, *blue),
		_ => u8::MAX,
	};
	let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, shade);
	let found = picture.detect_grids();
	// One code of several may be cut off: any that can be read will do.
	found.iter().find_map(|grid| grid.decode().ok()).map(|(_, text)| text)
}

/// How bright a colour is to the eye.
fn grey(red: u8, green: u8, blue: u8) -> u8 {
	let sum = 77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue);
	u8::try_from(sum >> 8).unwrap_or(u8::MAX)
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod browser {
	use wasm_bindgen::prelude::wasm_bindgen;

	/// The text of a code in a picture of a canvas.
	#[wasm_bindgen]
	pub fn read(points: &[u8], width: usize, height: usize) -> Option<String> {
		super::read(points, width, height)
	}
}

#[cfg(test)]
mod tests;
