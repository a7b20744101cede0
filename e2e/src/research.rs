//! The story of research.

pub mod people;
pub mod truth;
