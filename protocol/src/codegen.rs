//! What `build.rs` generated, and the paths that its code expects.

/// A pallet's errors.
pub(crate) struct PalletErrors {
	/// The pallet's number.
	pub index: u8,
	/// Its name.
	pub name: &'static str,
	/// Number, name and documentation of each error.
	pub errors: &'static [(u8, &'static str, &'static str)],
}

include!(concat!(env!("OUT_DIR"), "/runtime.rs"));

#[doc(hidden)]
pub mod alloc {
	pub use std::{boxed, collections, string, vec};
}

#[doc(hidden)]
pub mod ext {
	pub use codec;
}
