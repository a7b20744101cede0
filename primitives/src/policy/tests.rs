//! Tables and properties of the decision.
