//! A hospital's daemon. It keeps the institution's shares of document keys and releases one only
//! after the chain has logged an opening. It pins documents in IPFS, acknowledges on the chain what
//! it keeps, and serves patients their access logs.
//!
//! - [`api`]: the REST API. [`server`]: its connections. [`transfers`]: limits those of content.
//! - [`may_read`]: who may read which keys of the chain. [`waiting`]: requests that wait for news of it.
//! - [`wallet`]: serves the files of the patients' wallet. [`wallet_check`]: compares the wallets of all
//!   members with the published one.
//! - [`uploads`]: receives content. [`content_locks`]: keeps it from being removed meanwhile.
//! - [`acknowledgements`]: pins and acknowledges versions.
//! - [`kubo`]: watches the IPFS node and drops content that no version names.
//! - [`indexer`]: reads the patients' logs from the finalised blocks.
//! - [`studies`]: aggregates studies, together with other custodians.
//! - [`node`]: watches the chain's node. [`chain`]: what the daemon reads from it.
//! - [`store`]: the database, by subject. [`encryption`]: encrypts what goes into it.
//! - [`daemon`]: starts and stops all of these, which share a [`state::State`].
//!
//! *Invariant*: a share leaves the custodian only in `api::shares::release`, sealed to the reader,
//! after the chain has decided at the last finalised and the best block.
//!
//! *Invariant*: nothing is acknowledged that is not on the disk and pinned.
//!
//! *Invariant*: a database receives shares only encrypted.
//!
//! *Invariant*: a custodian connects to another custodian only as an aggregator of the same study, and for
//! the public files of its wallet.

pub mod acknowledgements;
pub mod api;
pub mod backoff;
pub mod carried;
pub mod chain;
pub mod config;
pub mod content_locks;
pub mod daemon;
pub mod encryption;
pub mod gauge;
pub mod heads;
pub mod history;
pub mod indexer;
pub mod keys;
pub mod kubo;
pub mod may_read;
pub mod names;
pub mod node;
pub mod readiness;
pub mod release;
pub mod server;
pub mod state;
pub mod store;
pub mod studies;
pub mod transfers;
pub mod uploads;
pub mod waiting;
pub mod wallet;
pub mod wallet_check;
