//! QR codes.

use crate::messages::QrCode;
use anyhow::{Context as _, Result};
use qrcode::{Color, EcLevel};
use std::fmt::Write as _;

/// The QR code of a text, to draw.
pub fn qr(text: &str) -> Result<QrCode> {
	let code = qrcode::QrCode::with_error_correction_level(text, EcLevel::M)
		.context("the text is too long for a QR code")?;
	let size = code.width();
	let mut path = String::new();
	for (place, color) in code.to_colors().iter().enumerate() {
		if *color == Color::Dark {
			let (x, y) = (place % size, place / size);
			write!(path, "M{x} {y}h1v1h-1z").expect("a string can be written; qed");
		}
	}
	Ok(QrCode { size: u32::try_from(size)?, path, text: text.to_owned() })
}

/// The text of a code that may be in a link.
pub fn without_link(text: &str) -> &str {
	text.rsplit(['#', '=']).next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// What is drawn can be read again.
	#[test]
	fn a_code_is_read_by_another_program() {
		let text = "VOUCHSAFE1:ABC123";
		let code = qr(text).unwrap();
		let (size, scale, margin) = (usize::try_from(code.size).unwrap(), 4, 16);
		let mut dark = vec![false; size * size];
		for square in code.path.split('M').skip(1) {
			let (x, rest) = square.split_once(' ').unwrap();
			let (y, _) = rest.split_once('h').unwrap();
			dark[y.parse::<usize>().unwrap() * size + x.parse::<usize>().unwrap()] = true;
		}
		let side = size * scale + 2 * margin;
		let mut image = rqrr::PreparedImage::prepare_from_greyscale(side, side, |x, y| {
			let module = |at: usize| at.checked_sub(margin).map(|it| it / scale);
			match (module(x), module(y)) {
				(Some(x), Some(y)) if x < size && y < size && dark[y * size + x] => 0,
				_ => 255,
			}
		});
		let grids = image.detect_grids();
		assert_eq!(grids[0].decode().unwrap().1, text);
		assert!(qr(&"A".repeat(8_000)).is_err());
	}
}
