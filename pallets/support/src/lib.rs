//! How the pallets meet: no pallet depends on another. Each sees its neighbours through the traits
//! here, and the runtime says which pallet implements which trait.
//!
//! - [`traits`]: the traits.
//! - `doubles` (feature of the same name): one set of test doubles of them for all pallets.
#![cfg_attr(not(feature = "std"), no_std)]

#[cfg(feature = "doubles")]
pub mod doubles;
pub mod traits;

pub use traits::*;
