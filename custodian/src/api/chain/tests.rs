//! The chain endpoints, with a double of the node.
