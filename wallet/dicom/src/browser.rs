//! The picture for JavaScript. Refusals are thrown as their names.

use crate::{Picture, Refusal, Window};
use wasm_bindgen::prelude::*;

/// A picture with its frames.
#[wasm_bindgen(js_name = Picture)]
pub struct JsPicture(Picture);

#[wasm_bindgen(js_class = Picture)]
impl JsPicture {
	/// Opens a file. Throws a refusal's name.
	#[wasm_bindgen(constructor)]
	pub fn open(bytes: Vec<u8>) -> Result<JsPicture, JsValue> {
		Picture::open(bytes).map(Self).map_err(thrown)
	}

	/// Points of a row.
	#[wasm_bindgen(getter)]
	pub fn width(&self) -> u32 {
		self.0.layout().width()
	}

	/// Rows.
	#[wasm_bindgen(getter)]
	pub fn height(&self) -> u32 {
		self.0.layout().height()
	}

	/// How many frames there are.
	#[wasm_bindgen(getter)]
	pub fn frames(&self) -> u32 {
		self.0.layout().frames()
	}

	/// The kind of device, as `CT`. Empty if the file does not say.
	#[wasm_bindgen(getter)]
	pub fn modality(&self) -> String {
		self.0.file().modality()
	}

	/// The day of the examination, as `20261127`. Empty if the file does not say.
	#[wasm_bindgen(getter)]
	pub fn date(&self) -> String {
		self.0.file().date()
	}

	/// The lowest and the highest value, and level and width of the window that the file asks for.
	/// Empty if the picture has colours.
	pub fn values(&self) -> Vec<f64> {
		match (self.0.range(), self.0.window()) {
			(Some([lowest, highest]), Some(window)) => {
				vec![lowest, highest, window.level, window.width]
			},
			_ => Vec::new(),
		}
	}

	/// A frame, by its number from 0, as a canvas has it. Throws a refusal's name.
	pub fn draw(&mut self, frame: u32, level: f64, width: f64) -> Result<Vec<u8>, JsValue> {
		self.0.draw(frame, Window { level, width }).map_err(thrown)
	}
}

fn thrown(refusal: Refusal) -> JsValue {
	refusal.name().into()
}
