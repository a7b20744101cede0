//! Seals a share again if an institution has another custodian than when the share was prepared, or the patient
//! another encryption key.

use crate::{
	journal::{Entry, Group, PatientCopy},
	keys::Identity,
	platform::Platform,
	session::{CustodianOf, Session},
};
use anyhow::{Context as _, Result};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_protocol::{
	messages::{Hex, HexBytes},
	traits::{Custodians, View},
	types::{AccountId, Status, H256},
};
use vouchsafe_vault::{
	manifest::{open_share, seal_share, ShareAddress},
	seal::PublicKey,
};

/// An institution at one block.
#[derive(Debug)]
struct Now {
	status: Option<Status>,
	/// Its custodian's address and key.
	custodian: Option<(String, [u8; 32])>,
}

/// The custodians that institutions have at one block.
#[derive(Debug, Default)]
pub(super) struct CustodiansNow {
	known: BTreeMap<AccountId, Now>,
	/// The institutions whose custodian was read from a fresh view.
	fresh: BTreeSet<AccountId>,
}

impl CustodiansNow {
	/// Learns an institution's custodian, unless it is known.
	pub(super) async fn learn(&mut self, at: &impl View, institution: &AccountId) -> Result<()> {
		if !self.known.contains_key(institution) {
			self.read(at, institution).await?;
		}
		Ok(())
	}

	/// Reads an institution's custodian from a fresh view, unless it was. At an old block, the
	/// institution may still have a key that was replaced because it was stolen, or still take part.
	async fn refresh<P: Platform>(
		&mut self,
		session: &Session<P>,
		institution: &AccountId,
	) -> Result<()> {
		if !self.fresh.contains(institution) {
			self.read(&session.fresh().await?, institution).await?;
			self.fresh.insert(institution.clone());
		}
		Ok(())
	}

	async fn read(&mut self, at: &impl View, institution: &AccountId) -> Result<()> {
		let found = at.institution(institution).await?.and_then(|it| it.custodian);
		let custodian = found.map(|it| (String::from_utf8_lossy(&it.url).into_owned(), it.key));
		let status = at.account(institution).await?.map(|it| it.status);
		self.known.insert(institution.clone(), Now { status, custodian });
		Ok(())
	}

	/// The key that shares for this institution are sealed to.
	pub(super) fn key(&self, institution: &AccountId) -> Option<[u8; 32]> {
		self.known.get(institution)?.custodian.as_ref().map(|(_, key)| *key)
	}

	/// The institution's custodian. It is an error if it may get no share.
	pub(super) fn connect<P: Platform>(
		&self,
		session: &Session<P>,
		institution: &AccountId,
	) -> Result<CustodianOf<P>> {
		let now = self.known.get(institution);
		session.ensure_status(institution, now.and_then(|it| it.status))?;
		let (url, key) = now
			.and_then(|it| it.custodian.as_ref())
			.with_context(|| format!("{} has no custodian now", session.names.show(institution)))?;
		session.ensure_confirmed_key(institution, *key)?;
		Ok(session.custodians.custodian(url, institution)?)
	}
}

/// Seals the share of the envelope at `place` again if the institution has another custodian than when
/// it was prepared. The new key is taken from a fresh view.
pub(super) async fn seal_to_successor(
	session: &Session<impl Platform>,
	custodians: &mut CustodiansNow,
	entry: &mut Entry,
	place: usize,
) -> Result<()> {
	let envelope = entry.envelopes.get(place).context("there is no such envelope")?;
	let (institution, sealed_to) = (AccountId::from(envelope.institution), envelope.key.0);
	if custodians.key(&institution).is_none_or(|key| key == sealed_to) {
		return Ok(());
	}
	custodians.refresh(session, &institution).await?;
	// If the new key was not confirmed, or the institution does not take part, connecting says so.
	if custodians.connect(session, &institution).is_err() {
		return Ok(());
	}
	if let Some(key) = custodians.key(&institution) {
		seal_again(session.me()?, session.genesis(), entry, place, key)?;
	}
	Ok(())
}

/// Seals the patient's shares again that are sealed to another encryption key than the patient has now: it may
/// have been replaced since they were prepared. The new key is taken from a fresh view. Returns whether any was.
pub(super) async fn seal_to_patients(
	session: &Session<impl Platform>,
	group: &mut Group,
) -> Result<bool> {
	let mut is_changed = false;
	for entry in group.entries.iter_mut().filter(|entry| !entry.complete) {
		let Some(copy) = &entry.patient_copy else { continue };
		let patient = AccountId::from(entry.patient);
		if key_of(&session.finalized().await?, &patient).await? == copy.key.0 {
			continue;
		}
		let key = key_of(&session.fresh().await?, &patient).await?;
		is_changed |= seal_to_patient(session.me()?, session.genesis(), entry, key)?;
	}
	Ok(is_changed)
}

/// The patient's encryption key in this view.
async fn key_of(at: &impl View, patient: &AccountId) -> Result<[u8; 32]> {
	let account = at.account(patient).await?.context("the patient is not enrolled")?;
	Ok(account.encryption_key)
}

/// Seals the patient's share to this key, if it is sealed to another one. Returns whether it was.
pub(super) fn seal_to_patient(
	me: &Identity,
	genesis: H256,
	entry: &mut Entry,
	key: [u8; 32],
) -> Result<bool> {
	let Some(copy) = entry.patient_copy.as_ref().filter(|copy| copy.key.0 != key) else {
		return Ok(false);
	};
	let address = address(genesis, entry, &entry.patient);
	let share = open_share(&me.encryption, &address, &copy.kept.0)
		.context("the journal's copy of the patient's share is damaged")?;
	let sealed = seal_share(&PublicKey(key), &address, &share)
		.context("cannot seal the patient's share to the patient's new encryption key")?;
	let copy = PatientCopy { key: Hex(key), kept: copy.kept.clone() };
	(entry.patient_share, entry.patient_copy) = (Some(HexBytes(sealed)), Some(copy));
	Ok(true)
}

/// What this holder's share is sealed with.
fn address(genesis: H256, entry: &Entry, holder: &Hex<32>) -> ShareAddress {
	ShareAddress {
		genesis: genesis.0,
		record: entry.record.0,
		version: entry.version,
		epoch: 0,
		holder: holder.0,
	}
}

/// Seals the share of the envelope at `place` to this key, if it is sealed to another one. Returns
/// whether it was.
pub(super) fn seal_again(
	me: &Identity,
	genesis: H256,
	entry: &mut Entry,
	place: usize,
	key: [u8; 32],
) -> Result<bool> {
	let envelope = entry.envelopes.get(place).context("there is no such envelope")?;
	if envelope.key.0 == key {
		return Ok(false);
	}
	let address = address(genesis, entry, &envelope.institution);
	let share = open_share(&me.encryption, &address, &envelope.kept.0)
		.context("the journal's copy of a share is damaged")?;
	let sealed = seal_share(&PublicKey(key), &address, &share)
		.context("cannot seal the share to the institution's new custodian")?;
	let envelope = &mut entry.envelopes[place];
	(envelope.key, envelope.share) = (Hex(key), HexBytes(sealed));
	envelope.delivered = false;
	Ok(true)
}
