//! Whole rounds: several aggregators with real databases and real HTTP, hospitals that count, and a
//! double of the chain.

mod attacks;
mod harness;
mod kills;
mod rounds;
