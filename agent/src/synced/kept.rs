//! Collects the synced data of a [`Keep`], and writes merged data back.

use super::data::{changes, Data, Pinned};
use crate::{
	consent,
	keys::Identity,
	labels::LabelTable,
	pins::{Pins, Sight},
	platform::Keep,
	practice::{read_notes, write_notes},
};
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_protocol::{
	messages::Hex,
	types::{account_bytes, account_of, address, AccountId, H256},
};
use zeroize::Zeroizing;

/// The folder of what this device has seen.
const FOLDER: &str = "synced";
const SETTINGS: &str = "settings";

/// What this device has seen of an account's synced data.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Seen {
	/// The data after the last exchange. What differs from them was changed since.
	pub(super) data: Data,
	/// The newest revision of each custodian, by its institution.
	pub(super) revisions: BTreeMap<Hex<32>, u64>,
}

impl Seen {
	fn place(me: &Identity, genesis: &H256) -> String {
		format!("{}-{}", hex::encode(account_bytes(&me.account())), hex::encode(&genesis.0[..8]))
	}

	pub(super) async fn read(keep: &impl Keep, me: &Identity, genesis: &H256) -> Result<Self> {
		let place = Self::place(me, genesis);
		match keep.read_own(me, FOLDER, &place).await? {
			Some(bytes) => serde_json::from_slice(&bytes)
				.with_context(|| format!("{} is damaged", keep.describe(FOLDER, &place))),
			None => Ok(Self::default()),
		}
	}

	pub(super) async fn write(
		&self,
		keep: &impl Keep,
		me: &Identity,
		genesis: &H256,
	) -> Result<()> {
		let bytes = Zeroizing::new(serde_json::to_vec(self)?);
		keep.write_own(me, FOLDER, &Self::place(me, genesis), &bytes).await
	}
}

/// What is kept here, with the changes since `before` counted.
pub(super) async fn collect(
	keep: &impl Keep,
	me: &Identity,
	genesis: &H256,
	before: &Data,
) -> Result<Data> {
	let mut data = before.clone();
	let book = keep.address_book().await?;
	let book = book.into_iter().map(|(name, address)| {
		let account = account_of(&address)
			.with_context(|| format!("the address book has a malformed address for {name}"))?;
		Ok((name, Hex::from(&account)))
	});
	data.names = changes(&before.names, book.collect::<Result<_>>()?);
	for (commitment, text) in consent::kept_texts(keep, me, &before.texts).await? {
		data.texts.insert(commitment, text);
	}
	let labels = LabelTable::load(keep, me, &me.account()).await?;
	data.label_key = labels.key().cloned().or(data.label_key);
	data.labels.extend(labels.used_words().map(ToOwned::to_owned));
	data.record_labels.extend(labels.records().clone());
	for (member, sights, names) in Pins::read(keep, genesis).await?.sights() {
		note(data.members.entry(member.into()).or_default(), sights, names);
	}
	data.settings = changes(&before.settings, settings(keep, me).await?);
	data.requests = changes(&before.requests, read_notes(keep, me, genesis).await?);
	Ok(data)
}

fn note(pinned: &mut Pinned, sights: BTreeSet<Sight>, names: impl Iterator<Item = String>) {
	pinned.names.extend(names);
	if pinned.sights != sights {
		pinned.changed = pinned.changed.saturating_add(1);
		pinned.sights = sights;
	}
}

/// Writes merged data into the keep. What was changed there since `collected` stays. Returns what is kept
/// then, and whether another label key than the synced one is kept here.
pub(super) async fn write(
	keep: &impl Keep,
	me: &Identity,
	genesis: &H256,
	collected: &Data,
	merged: Data,
) -> Result<(Data, bool)> {
	let _lock = keep.lock().await?;
	let mut data = collect(keep, me, genesis, collected).await?;
	data.merge(merged);

	let book: BTreeMap<_, _> = data
		.names()
		.into_iter()
		.map(|(name, account)| (name.to_owned(), address(&account.into())))
		.collect();
	if book != keep.address_book().await? {
		keep.set_address_book(&book).await?;
	}
	consent::keep_texts(keep, me, &data.texts).await?;
	let other_label_key =
		LabelTable::restore(keep, me, data.label_key.as_ref(), &data.labels, &data.record_labels)
			.await?;
	let mut pins = Pins::read(keep, genesis).await?;
	for (member, pinned) in &data.members {
		pins.restore(AccountId::from(*member), &pinned.sights, &pinned.names);
	}
	pins.write(keep, genesis).await?;
	let now = data.settings();
	if now != settings(keep, me).await? {
		write_settings(keep, me, &now).await?;
	}
	let notes = data.requests();
	if notes != read_notes(keep, me, genesis).await? {
		write_notes(keep, me, genesis, &notes).await?;
	}
	Ok((data, other_label_key))
}

fn settings_place(me: &Identity) -> String {
	hex::encode(account_bytes(&me.account()))
}

/// The person's settings.
pub async fn settings(keep: &impl Keep, me: &Identity) -> Result<BTreeMap<String, String>> {
	let place = settings_place(me);
	match keep.read_own(me, SETTINGS, &place).await? {
		Some(bytes) => serde_json::from_slice(&bytes)
			.with_context(|| format!("{} is damaged", keep.describe(SETTINGS, &place))),
		None => Ok(BTreeMap::new()),
	}
}

/// Changes a setting, or removes it.
pub async fn set_setting(
	keep: &impl Keep,
	me: &Identity,
	name: &str,
	value: Option<&str>,
) -> Result<()> {
	let _lock = keep.lock().await?;
	let mut settings = settings(keep, me).await?;
	match value {
		Some(value) => settings.insert(name.to_owned(), value.to_owned()),
		None => settings.remove(name),
	};
	write_settings(keep, me, &settings).await
}

async fn write_settings(
	keep: &impl Keep,
	me: &Identity,
	settings: &BTreeMap<String, String>,
) -> Result<()> {
	let bytes = serde_json::to_vec(settings)?;
	keep.write_own(me, SETTINGS, &settings_place(me), &bytes).await
}
