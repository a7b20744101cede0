//! The wallet's core.
