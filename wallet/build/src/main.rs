//! Builds the wallet's release.
fn main() {}
