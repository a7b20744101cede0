//! What `build.rs` generated, and the paths that its code expects.

include!(concat!(env!("OUT_DIR"), "/runtime.rs"));

#[doc(hidden)]
pub mod alloc {
	pub use std::{boxed, collections, string, vec};
}

#[doc(hidden)]
pub mod ext {
	pub use codec;
}
