//! Which institutions hold a patient's records, since when and how many, and who may hold keys.

#[cfg(test)]
mod tests;

use crate::{platform::Platform, session::Session};
use anyhow::{ensure, Result};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_protocol::{
	calls::CustodyCall,
	holders::{may_hold, Member},
	messages::LogLine,
	traits::View,
	types::{
		AccountId, Country, HolderChoice, LogEntry, LogEvent, Record, H256, MAX_COUNTRIES,
		MAX_HOLDERS,
	},
};

/// How many institutions and authorities a record's key needs: two that open it, and one that may be away.
pub const LEAST_HOLDERS: usize = 3;

/// When something was first logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
	/// The block.
	pub block: u32,
	/// Its time, in seconds since 1970: the custodian's word. `None` if it does not know it.
	pub time: Option<u64>,
}

/// What one institution holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
	/// How many records it wrote.
	pub wrote: usize,
	/// For how many records it answers now.
	pub answers_for: usize,
	/// Of how many records it has acknowledged a key share that it has not lost.
	pub keys: usize,
	/// Since when it holds one of them. `None` if the log does not say it.
	pub since: Option<Since>,
}

/// Which institutions hold records, and who may hold keys.
#[derive(Clone, Debug)]
pub struct Holdings {
	/// What each institution holds.
	pub institutions: BTreeMap<AccountId, Holding>,
	/// The holders and countries that the patient has chosen for future records.
	pub choice: Option<HolderChoice>,
	/// The members that may hold keys of future records, by that choice.
	pub allowed: Vec<Member>,
}

/// What each institution holds of these records. The log says who has acknowledged key shares, and
/// since when.
pub fn holdings<'a>(
	records: &[(H256, Record)],
	log: impl IntoIterator<Item = (&'a LogLine, Option<LogEntry>)>,
) -> BTreeMap<AccountId, Holding> {
	let mut found: BTreeMap<AccountId, Holding> = BTreeMap::new();
	// Of each holder the versions, with the epochs of their sharing sets.
	let mut keys: BTreeMap<AccountId, BTreeSet<(H256, u32, u32)>> = BTreeMap::new();
	let add = |count: &mut usize| *count = count.saturating_add(1);
	for (_, record) in records {
		if record.author != record.patient {
			add(&mut found.entry(record.author.clone()).or_default().wrote);
		}
		if record.responsible != record.patient {
			add(&mut found.entry(record.responsible.clone()).or_default().answers_for);
		}
	}
	let known: BTreeSet<H256> = records.iter().map(|(id, _)| *id).collect();
	for (line, entry) in log {
		let Some(LogEntry { acting_for, event, .. }) = entry else { continue };
		let (holder, first) = match event {
			LogEvent::RecordsCreated { records } => match acting_for {
				Some(author) => (author, records.iter().any(|record| known.contains(record))),
				None => continue,
			},
			LogEvent::SharesAcknowledged { holder, versions } => {
				let held = keys.entry(holder.clone()).or_default();
				held.extend(versions.iter().filter(|(record, ..)| known.contains(record)));
				let first = !held.is_empty();
				(holder, first)
			},
			LogEvent::SharesLost { holder, versions } => {
				let held = keys.entry(holder).or_default();
				held.retain(|version| !versions.contains(version));
				continue;
			},
			_ => continue,
		};
		if first {
			let time = Some(line.time).filter(|time| *time > 0);
			let since = Since { block: line.block, time };
			found.entry(holder).or_default().since.get_or_insert(since);
		}
	}
	for (holder, held) in keys.into_iter().filter(|(_, held)| !held.is_empty()) {
		let records: BTreeSet<H256> = held.into_iter().map(|(record, ..)| record).collect();
		found.entry(holder).or_default().keys = records.len();
	}
	found
}

/// Reads which institutions hold a patient's records. `log` is the patient's log.
pub async fn read<'a>(
	session: &Session<impl Platform>,
	patient: &AccountId,
	log: impl IntoIterator<Item = (&'a LogLine, Option<LogEntry>)>,
) -> Result<Holdings> {
	let at = session.finalized().await?;
	let records = at.all_records_of(patient).await?;
	let choice = at.holder_choice(patient).await?;
	let members = session.members.iter();
	let allowed = members.filter(|member| may_hold(choice.as_ref(), member)).cloned().collect();
	Ok(Holdings { institutions: holdings(&records, log), choice, allowed })
}

/// Chooses who may hold key shares of the patient's future records, and in which countries. Empty lists mean
/// any. The user must have agreed to it. Returns the block.
pub async fn choose(
	session: &Session<impl Platform>,
	holders: Vec<AccountId>,
	countries: Vec<Country>,
) -> Result<u32> {
	ensure_enough(&session.members, &holders, &countries)?;
	let call = CustodyCall::choose_holders { holders, countries };
	Ok(session.submit_for_patient(call).await?.number)
}

/// An error if fewer members than a record needs may hold shares by this choice. Nobody could add records
/// for the patient then.
pub fn ensure_enough(
	members: &[Member],
	holders: &[AccountId],
	countries: &[Country],
) -> Result<()> {
	ensure!(holders.len() <= MAX_HOLDERS as usize, "at most {MAX_HOLDERS} holders can be named");
	let most = MAX_COUNTRIES;
	ensure!(countries.len() <= most as usize, "at most {most} countries can be named");
	let choice = HolderChoice { holders: holders.to_vec(), countries: countries.to_vec() };
	let found = members.iter().filter(|member| may_hold(Some(&choice), member)).count();
	ensure!(
		found >= LEAST_HOLDERS,
		"only {found} of the institutions may hold keys by this choice, and a record needs \
		 {LEAST_HOLDERS}: choose more"
	);
	Ok(())
}
