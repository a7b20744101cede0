//! Unicode's normal forms. A browser has them: its tables would be a twentieth of the wallet's core.

#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
mod forms {
	use unicode_normalization::UnicodeNormalization;

	/// Composed, so that each keyboard types the same text.
	pub fn nfc(text: &str) -> String {
		text.nfc().collect()
	}

	/// Composed, and characters of compatibility replaced.
	pub fn nfkc(text: &str) -> String {
		text.nfkc().collect()
	}

	/// Decomposed, and characters of compatibility replaced.
	pub fn nfkd(text: &str) -> String {
		text.nfkd().collect()
	}
}

#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod forms {
	use js_sys::JsString;

	fn normalize(text: &str, form: &str) -> String {
		JsString::from(text).normalize(form).into()
	}

	/// Composed, so that each keyboard types the same text.
	pub fn nfc(text: &str) -> String {
		normalize(text, "NFC")
	}

	/// Composed, and characters of compatibility replaced.
	pub fn nfkc(text: &str) -> String {
		normalize(text, "NFKC")
	}

	/// Decomposed, and characters of compatibility replaced.
	pub fn nfkd(text: &str) -> String {
		normalize(text, "NFKD")
	}
}

pub(crate) use forms::{nfc, nfkc, nfkd};
