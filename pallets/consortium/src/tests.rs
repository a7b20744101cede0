//! Motions for Root, and what the council decides with them: validators, seats, recoveries, releases. And
//! the members' nodes.

mod attendance;
mod motions;
mod nodes;
mod publish;
mod recovery;
mod seats;
mod validators;
