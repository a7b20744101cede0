//! Whole rounds: several aggregators with real databases and real HTTP, hospitals that count, and a
//! double of the chain.

mod attacks;
mod dictionary;
mod disks;
mod figures;
mod harness;
mod kills;
mod live;
mod malformed;
mod own;
mod rounds;

pub(crate) use harness::terms as test_terms;
