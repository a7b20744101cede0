use super::*;
use qrcode::{Color, EcLevel, QrCode};

/// Points of a module, and modules of the margin.
const SCALE: usize = 4;
const MARGIN: usize = 4;

/// A picture, as a canvas has it.
#[derive(Clone)]
struct Picture {
	points: Vec<u8>,
	width: usize,
	height: usize,
}

impl Picture {
	fn white(width: usize, height: usize) -> Self {
		Self { points: vec![u8::MAX; width * height * POINT], width, height }
	}

	/// A code, dark on light.
	fn of(text: &[u8]) -> Self {
		let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
		let (modules, colors) = (code.width(), code.to_colors());
		let side = (modules + 2 * MARGIN) * SCALE;
		let mut picture = Self::white(side, side);
		for y in 0..modules * SCALE {
			for x in 0..modules * SCALE {
				if colors[y / SCALE * modules + x / SCALE] == Color::Dark {
					picture.paint(x + MARGIN * SCALE, y + MARGIN * SCALE, [20, 40, 60]);
				}
			}
		}
		picture
	}

	fn paint(&mut self, x: usize, y: usize, color: [u8; 3]) {
		let at = (y * self.width + x) * POINT;
		self.points[at..at + 3].copy_from_slice(&color);
	}

	/// Another picture below this one.
	fn above(mut self, mut other: Self) -> Self {
		let width = self.width.max(other.width);
		for picture in [&mut self, &mut other] {
			let rows = picture.points.chunks(picture.width * POINT);
			let wide = rows.flat_map(|row| {
				row.iter().copied().chain(vec![u8::MAX; width * POINT - row.len()])
			});
			picture.points = wide.collect();
		}
		self.points.extend(other.points);
		Self { points: self.points, width, height: self.height + other.height }
	}

	fn read(&self) -> Option<String> {
		read(&self.points, self.width, self.height)
	}
}

#[test]
fn codes_of_this_product_and_of_others_are_read() {
	let ours = format!("VOUCHSAFE1:{}", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".repeat(10));
	for text in [&ours, "https://example.org/ä", "1"] {
		assert_eq!(Picture::of(text.as_bytes()).read().as_deref(), Some(text));
	}
}

#[test]
fn the_largest_code_there_is_is_read() {
	let text = "A".repeat(2_331);
	assert_eq!(Picture::of(text.to_lowercase().as_bytes()).read(), Some(text.to_lowercase()));
}

#[test]
fn a_picture_without_a_code_has_no_text() {
	assert_eq!(Picture::white(300, 200).read(), None);
	let mut noise = Picture::white(300, 300);
	let mut state = 1_u32;
	for point in &mut noise.points {
		state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
		*point = state.to_be_bytes()[0];
	}
	assert_eq!(noise.read(), None);
}

#[test]
fn a_code_that_is_cut_off_is_not_read_and_a_whole_one_beside_it_is() {
	let mut cut = Picture::of(b"https://example.org/a/long/address");
	let half = cut.width / 2;
	for y in half..cut.height {
		for x in 0..cut.width {
			cut.paint(x, y, [255; 3]);
		}
	}
	assert_eq!(cut.read(), None);
	assert_eq!(cut.above(Picture::of(b"whole")).read().as_deref(), Some("whole"));
}

#[test]
fn bytes_that_are_no_text_are_not_read() {
	assert_eq!(Picture::of(&[0xff, 0xfe, 0x80, 0x81]).read(), None);
}

#[test]
fn a_picture_must_have_the_size_that_it_says() {
	let Picture { points, width, height } = Picture::of(b"size");
	assert!(read(&points, width, height).is_some());
	for (width, height) in
		[(0, 0), (width, 0), (0, height), (width + 1, height), (width, height - 1), (usize::MAX, 2)]
	{
		assert_eq!(read(&points, width, height), None);
	}
	assert_eq!(read(&vec![255; MAX_SIDE * POINT], MAX_SIDE, 1), None);
	assert_eq!(read(&vec![255; (MAX_SIDE + 1) * POINT], MAX_SIDE + 1, 1), None);
}
