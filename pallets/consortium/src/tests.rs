//! Motions for Root, and the releases that the council publishes.

mod motions;
mod publish;
