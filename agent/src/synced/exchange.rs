//! Exchanges synced data with custodians.

use super::{
	data::{Data, ReadError},
	kept::{self, Seen},
};
use crate::{keys::Identity, platform::Keep};
use anyhow::Result;
use futures::future::join_all;
use std::{collections::BTreeSet, future::Future};
use vouchsafe_protocol::{
	errors::CustodianError,
	messages::{Hex, Packed, ReplaceSynced, Synced, MAX_SYNCED},
	signing::Signer,
	traits::{Custodian, SendOutsideWasm, SyncOutsideWasm},
	types::{account_bytes, AccountId, H256},
};
use vouchsafe_vault::{
	seal::SecretKey,
	synced::{SyncedKey, SIZES},
	Error as VaultError,
};

/// How often everything is read again because another device has replaced it meanwhile.
const ATTEMPTS: usize = 5;

const _: () = assert!(SIZES[SIZES.len() - 1] <= MAX_SYNCED);

/// Keeps an account's encrypted data. Every custodian does.
pub trait Syncs: SendOutsideWasm + SyncOutsideWasm {
	/// Reads the signer's data.
	fn read(
		&self,
		signer: &impl Signer,
	) -> impl Future<Output = Result<Synced, CustodianError>> + SendOutsideWasm;

	/// Replaces the signer's data. [`CustodianError::OtherRevision`] if another device has replaced them
	/// before.
	fn replace(
		&self,
		signer: &impl Signer,
		request: &ReplaceSynced,
	) -> impl Future<Output = Result<(), CustodianError>> + SendOutsideWasm;
}

impl<C: Custodian> Syncs for C {
	fn read(
		&self,
		signer: &impl Signer,
	) -> impl Future<Output = Result<Synced, CustodianError>> + SendOutsideWasm {
		self.synced(signer)
	}

	fn replace(
		&self,
		signer: &impl Signer,
		request: &ReplaceSynced,
	) -> impl Future<Output = Result<(), CustodianError>> + SendOutsideWasm {
		self.replace_synced(signer, request)
	}
}

/// What is wrong with a custodian's copy of the data, or with the exchange.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
	/// The custodian does not answer, or refuses.
	#[error(transparent)]
	Custodian(CustodianError),
	/// The custodian returned an older revision than before. It gets the newer data again.
	#[error(
		"it returned revision {have} of your data, but this device has seen revision {seen} there: the \
		 custodian has lost your data, or hides newer ones. This device gives back what it knows"
	)]
	Rollback {
		/// The revision that it returned: 0 if it has no data.
		have: u64,
		/// The newest revision that this device has seen there.
		seen: u64,
	},
	/// The data do not open. They were not replaced.
	#[error(
		"its copy of your data does not open: it is damaged, another account's, or sealed with another \
		 encryption key. It was not replaced"
	)]
	Unreadable,
	/// A newer version of this program has written the data. They were not replaced.
	#[error("a newer version of this program has written your data: update this one")]
	Newer,
	/// The data are longer than a custodian keeps.
	#[error(
		"your names, labels and settings are longer than the {max} bytes that a custodian keeps: remove \
		 names that you do not need"
	)]
	TooLong {
		/// The bound in bytes.
		max: usize,
	},
	/// Other devices replaced the data each time, or the custodian says so.
	#[error("another device changes your data there at this moment: try again in a minute")]
	Busy,
}

/// The result of an exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
	/// The newest revision.
	pub revision: u64,
	/// The institutions whose custodians now have the data of this device.
	pub kept_at: Vec<AccountId>,
	/// What is wrong with other custodians' copies.
	pub problems: Vec<(AccountId, SyncError)>,
	/// Whether this device has another label key than the synced one. It stays as it is.
	pub other_label_key: bool,
}

/// An exchange of an account's data with the custodians that keep them.
pub struct Exchange<'a, S> {
	/// Whose data they are.
	pub me: &'a Identity,
	/// The chain.
	pub genesis: H256,
	/// Earlier encryption keys of the account: what was sealed with them is read, and sealed again.
	pub former: &'a [SecretKey],
	/// The custodians, by their institutions.
	pub custodians: &'a [(AccountId, S)],
	/// The commitments of the texts that count now. If not all texts have room, the others stay out.
	pub texts_in_force: BTreeSet<H256>,
	/// Whether data that do not open are replaced. The person must have been told.
	pub replace_unreadable: bool,
}

/// What a custodian has.
struct Copy<'a, S> {
	institution: &'a AccountId,
	custodian: &'a S,
	/// The custodian's number of it.
	number: u64,
	/// The revision and the data, if there are any.
	opened: Option<(u64, Data)>,
}

impl<S: Syncs> Exchange<'_, S> {
	/// Reads the custodians' copies, merges them with what is kept here, replaces the copies that differ,
	/// and writes the result into the keep. It is an error if no custodian could be used.
	pub async fn run(&self, keep: &impl Keep) -> Result<Outcome> {
		let mut seen = Seen::read(keep, self.me, &self.genesis).await?;
		let collected = kept::collect(keep, self.me, &self.genesis, &seen.data).await?;
		let (outcome, merged) = self.merge(&mut seen, collected.clone()).await?;
		let (data, other_label_key) =
			kept::write(keep, self.me, &self.genesis, &collected, merged).await?;
		// Last: what was written before would otherwise look like the person's changes.
		seen.data = data;
		seen.write(keep, self.me, &self.genesis).await?;
		Ok(Outcome { other_label_key, ..outcome })
	}

	/// Merges and replaces until nobody else has replaced something meanwhile. A custodian where that never
	/// ends does not hold up the others.
	async fn merge(&self, seen: &mut Seen, mut merged: Data) -> Result<(Outcome, Data), SyncError> {
		let mut outcome = Outcome::default();
		let mut overtaken = Vec::new();
		for _ in 0..ATTEMPTS {
			let copies = self.read_all(seen, &mut outcome).await;
			if copies.is_empty() {
				let first = outcome.problems.into_iter().next();
				return Err(first.map_or(SyncError::Busy, |(_, problem)| problem));
			}
			for copy in &copies {
				if let Some((revision, data)) = &copy.opened {
					merged.merge(data.clone());
					note(seen, copy.institution, *revision);
				}
			}
			let stored = self.fitting(&merged)?;
			overtaken = self.replace_all(seen, copies, &stored, &mut outcome).await?;
			if overtaken.is_empty() {
				break;
			}
		}
		if outcome.kept_at.is_empty() && !overtaken.is_empty() {
			return Err(SyncError::Busy);
		}
		outcome.problems.extend(overtaken.into_iter().map(|it| (it, SyncError::Busy)));
		Ok((outcome, merged))
	}

	/// The copies that can be used.
	async fn read_all(&self, seen: &Seen, outcome: &mut Outcome) -> Vec<Copy<'_, S>> {
		let is_usable = |institution: &AccountId| {
			!outcome.problems.iter().any(|(at, problem)| {
				at == institution && !matches!(problem, SyncError::Rollback { .. })
			})
		};
		let usable = self.custodians.iter().filter(|(institution, _)| is_usable(institution));
		let answers = join_all(usable.map(|(institution, custodian)| async move {
			(institution, custodian, custodian.read(&self.me.signer).await)
		}))
		.await;
		let mut copies = Vec::new();
		for (institution, custodian, answer) in answers {
			let opened = match answer {
				Ok(synced) => self.open(&synced).map(|opened| (synced.revision, opened)),
				Err(error) => Err(SyncError::Custodian(error)),
			};
			match opened {
				Ok((number, opened)) => {
					let have = opened.as_ref().map_or(0, |(revision, _)| *revision);
					let seen = seen.revisions.get(&institution.into()).copied().unwrap_or(0);
					let is_told = outcome.problems.iter().any(|(at, _)| at == institution);
					if have < seen && !is_told {
						let problem = SyncError::Rollback { have, seen };
						outcome.problems.push((institution.clone(), problem));
					}
					copies.push(Copy { institution, custodian, number, opened });
				},
				Err(problem) => outcome.problems.push((institution.clone(), problem)),
			}
		}
		copies
	}

	/// A custodian's data, and their revision. `None` if there are none.
	fn open(&self, synced: &Synced) -> Result<Option<(u64, Data)>, SyncError> {
		let sealed = &synced.data.0;
		if synced.revision == 0 && sealed.is_empty() {
			return Ok(None);
		}
		let account = account_bytes(&self.me.account());
		let keys = std::iter::once(&self.me.encryption).chain(self.former);
		for key in keys {
			match SyncedKey::of(key).open(&self.genesis.0, &account, sealed) {
				Ok((revision, bytes)) => match Data::from_bytes(&bytes) {
					Ok(data) => return Ok(Some((revision, data))),
					Err(ReadError::Newer) => return Err(SyncError::Newer),
					Err(ReadError::Damaged) => break,
				},
				Err(VaultError::UnknownSuite(_)) => break,
				Err(_) => {},
			}
		}
		if self.replace_unreadable {
			Ok(None)
		} else {
			Err(SyncError::Unreadable)
		}
	}

	/// The data as far as custodians keep them: if not all have room, without the texts of consents that
	/// do not count any more.
	fn fitting(&self, merged: &Data) -> Result<Data, SyncError> {
		let fits = |data: &Data| data.to_bytes().len() <= vouchsafe_vault::synced::MAX_PLAINTEXT;
		if fits(merged) {
			return Ok(merged.clone());
		}
		let mut data = merged.clone();
		data.texts.retain(|commitment, _| self.texts_in_force.contains(&H256(commitment.0)));
		if fits(&data) {
			Ok(data)
		} else {
			Err(SyncError::TooLong { max: vouchsafe_vault::synced::MAX_PLAINTEXT })
		}
	}

	/// Replaces the copies that differ. Returns where another device has replaced them before.
	async fn replace_all(
		&self,
		seen: &mut Seen,
		copies: Vec<Copy<'_, S>>,
		stored: &Data,
		outcome: &mut Outcome,
	) -> Result<Vec<AccountId>, SyncError> {
		let newest = seen.revisions.values().copied().max().unwrap_or(0);
		let (same, stale): (Vec<_>, Vec<_>) = copies
			.into_iter()
			.partition(|copy| copy.opened.as_ref().is_some_and(|(_, data)| data == stored));
		outcome.kept_at = same.iter().map(|copy| copy.institution.clone()).collect();
		outcome.revision = newest;
		if stale.is_empty() {
			return Ok(Vec::new());
		}
		let revision = newest.saturating_add(1);
		let account = account_bytes(&self.me.account());
		let sealed = SyncedKey::of(&self.me.encryption)
			.seal(&self.genesis.0, &account, revision, &stored.to_bytes())
			.map_err(|_| SyncError::TooLong { max: vouchsafe_vault::synced::MAX_PLAINTEXT })?;
		let sealed = &sealed;
		let answers = join_all(stale.iter().map(|copy| async move {
			let request = ReplaceSynced { replaces: copy.number, data: Packed(sealed.clone()) };
			(copy.institution, copy.custodian.replace(&self.me.signer, &request).await)
		}))
		.await;
		let mut overtaken = Vec::new();
		for (institution, answer) in answers {
			match answer {
				Ok(()) => {
					note(seen, institution, revision);
					outcome.kept_at.push(institution.clone());
					outcome.revision = revision;
				},
				Err(CustodianError::OtherRevision) => overtaken.push(institution.clone()),
				Err(error) => {
					outcome.problems.push((institution.clone(), SyncError::Custodian(error)));
				},
			}
		}
		Ok(overtaken)
	}
}

/// Notes the revision that a custodian has.
fn note(seen: &mut Seen, institution: &AccountId, revision: u64) {
	let known = seen.revisions.entry(Hex::from(institution)).or_default();
	*known = revision.max(*known);
}
