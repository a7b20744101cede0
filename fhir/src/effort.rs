//! Bounds the work on an input. In an unusual or malicious input, resources refer to each other so often
//! that following all references would take too long.

use crate::resource::Resource;
use std::cell::Cell;

/// Steps allowed for each resource and each reference.
const STEPS: usize = 64;
/// Steps allowed for every input, however small.
const ALWAYS_ALLOWED: usize = 1 << 23;

/// The steps that are left.
pub struct Effort {
	left: Cell<usize>,
}

impl Effort {
	/// The effort that is allowed for these resources.
	pub fn new(resources: &[Resource<'_>]) -> Self {
		let parts = resources.iter().map(|it| it.references.len().saturating_add(1));
		let parts = parts.fold(0, usize::saturating_add);
		Self { left: Cell::new(parts.saturating_mul(STEPS).max(ALWAYS_ALLOWED)) }
	}

	/// Spends steps; `None` if fewer are left.
	pub fn spend(&self, steps: usize) -> Option<()> {
		self.left.set(self.left.get().checked_sub(steps)?);
		Some(())
	}
}
