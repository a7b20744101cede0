//! What an account keeps for all its devices: names, the texts that it agreed to, its label key and
//! labels, pinned members, settings, and a practitioner's requests.
//!
//! Two custodians keep them, encrypted ([`vouchsafe_vault::synced`]), so they see neither content nor
//! length. A device collects what has changed in its [`Keep`](crate::platform::Keep), reads both
//! copies, merges everything ([`Data::merge`]), replaces the copies, and writes the result back. This loses
//! nothing if two devices do it at once.
//!
//! ```text
//! plaintext = Data in JSON, with "version": 1
//! ```
//!
//! What a custodian returns is refused if it does not open, and is never replaced unless the person says
//! so. A revision older than one that this device has seen there is reported and then replaced: the device
//! still has what was in the newer one.

mod data;
mod exchange;
mod kept;

pub use data::Data;
pub use exchange::{Exchange, Outcome, SyncError, Syncs};
pub use kept::{set_setting, settings};

use crate::{platform::Platform, session::Session};
use anyhow::{ensure, Result};
use blake2::{Blake2b256, Digest};
use vouchsafe_protocol::{
	traits::View,
	types::{account_bytes, AccountId},
};

/// How many custodians keep an account's data.
const COPIES: usize = 2;

/// Exchanges the person's data with two custodians. `replace_unreadable` also replaces data that do not
/// open: the person must have been told that they are lost then.
pub async fn synchronise(
	session: &Session<impl Platform>,
	replace_unreadable: bool,
) -> Result<Outcome> {
	let me = session.me()?;
	let at = session.finalized().await?;
	let home = at.account(&me.account()).await?.map(|account| account.enrolled_by);
	let members: Vec<_> = session.members.iter().map(|member| member.account.clone()).collect();
	let members = members.into_iter().filter(|member| session.has_custodian(member)).collect();
	let mut custodians = Vec::new();
	for keeper in keepers(&me.account(), home.as_ref(), members) {
		custodians.push((keeper.clone(), session.custodian(&keeper)?));
	}
	ensure!(!custodians.is_empty(), "no member has a custodian that could keep your data");
	let consents = at.all_consents_of(&me.account()).await?;
	let exchange = Exchange {
		me,
		genesis: session.genesis(),
		former: &[],
		custodians: &custodians,
		texts_in_force: consents.into_iter().map(|(_, it)| it.text.commitment).collect(),
		replace_unreadable,
	};
	exchange.run(&session.keep).await
}

/// The custodians that keep an account's data: that of the enrolling institution, and the one that a hash
/// chooses. So all devices choose the same, and no custodian gets most of them.
fn keepers(
	account: &AccountId,
	home: Option<&AccountId>,
	mut members: Vec<AccountId>,
) -> Vec<AccountId> {
	members.sort_by_cached_key(|member| {
		let hash = Blake2b256::new_with_prefix(b"vouchsafe/synced/keepers/1")
			.chain_update(account_bytes(account))
			.chain_update(account_bytes(member));
		(Some(member) != home, <[u8; 32]>::from(hash.finalize()))
	});
	members.truncate(COPIES);
	members
}

#[cfg(test)]
mod tests;
