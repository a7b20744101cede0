//! The index of the patients' logs as a file, by which a custodian gets it from another member: it joined
//! later, or was away for longer than its node keeps states.
//!
//! - [`file`]: the format. [`export`]: writes it. [`import`]: checks it and puts it into the database.
//! - [`source`]: where the file comes from. [`times`]: when blocks were made.
//!
//! *Invariant*: nothing is believed of the other member. The entries of a patient are imported if they lead to
//! the head that the own node's state has, and their times come from the own node's blocks.

pub mod export;
pub mod file;
pub mod import;
mod source;
#[cfg(test)]
mod tests;
mod times;
