//! A hospital's daemon. It keeps the institution's shares of document keys and releases one only
//! after the chain has logged an opening. It pins documents in IPFS, acknowledges on the chain what
//! it keeps, and serves patients their access logs.
//!
//! - [`api`]: the REST API. [`server`]: its connections. [`tls`]: their certificate and key.
//! - [`rates`]: limits how many requests each of the [`parties`] makes. [`transfers`]: limits those of
//!   content.
//! - [`may_read`]: who may read which keys of the chain. [`waiting`]: requests that wait for news of it.
//! - [`wallet`]: serves the files of the patients' wallet. [`wallet_check`]: compares the wallets of all
//!   members with the published one.
//! - [`uploads`]: receives content. [`content_locks`]: keeps it from being removed meanwhile.
//! - [`acknowledgements`]: pins and acknowledges versions.
//! - [`kubo`]: watches the IPFS node and drops content that no version names.
//! - [`scrub`]: checks that what was acknowledged is still here, and tells the chain what is lost.
//! - [`indexer`]: reads the patients' logs from the finalised blocks. [`index`]: gets them from another member.
//! - [`studies`]: aggregates studies, together with other custodians.
//! - [`node`]: watches the chain's node. [`chain`]: what the daemon reads from it. [`states`]: whether it
//!   has the states that the index needs.
//! - [`store`]: the database, by subject. [`encryption`]: encrypts what goes into it.
//! - [`recorder`]: records the metrics.
//! - [`keys`]: the account and the encryption keys. [`rotation`]: replaces the encryption key.
//! - [`backup`]: copies the database. [`restore`]: checks a copy, or puts it in place. [`lock`]: keeps a
//!   custodian from running meanwhile.
//! - [`daemon`]: starts and stops all of these, which share a [`state::State`]. [`doctor`]: finds faults of
//!   them, and of what they need. [`health`]: asks whether one answers.
//!
//! *Invariant*: a share leaves the custodian only in `api::shares::release`, sealed to the reader,
//! after the chain has decided at the last finalised and the best block.
//!
//! *Invariant*: nothing is acknowledged that is not on the disk and pinned.
//!
//! *Invariant*: a database receives shares only encrypted.
//!
//! *Invariant*: a custodian connects to another custodian only as an aggregator of the same study, for the
//! public files of its wallet, and, when an engineer imports the index, for its index.

pub mod acknowledgements;
pub mod api;
pub mod backoff;
pub mod backup;
pub mod carried;
pub mod chain;
pub mod config;
pub mod content_locks;
pub mod daemon;
pub mod doctor;
pub mod encryption;
pub mod gauge;
pub mod heads;
pub mod health;
pub mod history;
pub mod index;
pub mod indexer;
pub mod keys;
pub mod kubo;
pub mod lock;
pub mod may_read;
pub mod names;
pub mod node;
pub mod parties;
pub mod rates;
pub mod readiness;
pub mod recorder;
pub mod release;
pub mod restore;
pub mod rotation;
pub mod scrub;
pub mod server;
pub mod state;
pub mod states;
pub mod store;
pub mod studies;
pub mod tls;
pub mod transfers;
pub mod uploads;
pub mod waiting;
pub mod wallet;
pub mod wallet_check;
