//! The traits between pallets. No pallet depends on another: each uses its neighbours through these
//! traits, and the runtime says which pallet implements which trait.
//!
//! - [`traits`]: the traits.
//! - [`signing`]: whether a key has signed a text.
//! - `doubles` (feature of the same name): test doubles, one set for all pallets.
#![cfg_attr(not(feature = "std"), no_std)]
// Code that goes into the runtime's WASM cannot panic or overflow. A test of the runtime refuses `as`.
#![cfg_attr(
	not(test),
	deny(
		clippy::arithmetic_side_effects,
		clippy::expect_used,
		clippy::indexing_slicing,
		clippy::unwrap_used
	)
)]

extern crate alloc;

#[cfg(feature = "doubles")]
#[allow(clippy::arithmetic_side_effects, clippy::unwrap_used, reason = "only tests use it")]
pub mod doubles;
pub mod signing;
pub mod traits;

pub use traits::*;
