//! The wallet's core: keys, chain, custodians, sentences and proofs in a worker of the browser. The
//! page asks and shows, by [`messages`].

pub mod messages;

#[cfg(test)]
mod tests;
