//! Each pallet's configuration, by topic.
#![warn(missing_docs)]

pub mod accounts;
pub mod consensus;
pub mod governance;
pub mod people;
pub mod records;
pub mod studies;
pub mod system;
