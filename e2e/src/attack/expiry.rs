//! Requests and openings that have expired. Nobody can wait for a week, so the genesis block has what calls
//! of a week ago would have left.

use super::{
	flood::{request, sealed_reason, to_read},
	scene::{account, Scene},
	Attack, By, Played,
};
use crate::{
	network::{hex_of, insert_entry, rpc, Network},
	stops,
};
use anyhow::{ensure, Context, Result};
use codec::Encode;
use serde_json::{json, Map, Value};
use sp_crypto_hashing::twox_64;
use vouchsafe_client::{
	chain::{calls::UtilityCall, storage, AccountId, Grantee, Request, Submit, View},
	protocol::OPENING_LIFETIME,
	signing::now,
};

/// The attack.
pub const ATTACKS: &[Attack] =
	&[Attack::shared("1.12c", "Expired requests and openings fill every node's disk", |network| {
		Box::pin(what_has_expired(network))
	})];

/// How many readers have asked, each for the records of a patient of its own.
const READERS: u8 = 24;
/// All must be freed after so many blocks.
const BLOCKS: u32 = 30;
const DAY: u64 = 24 * 60 * 60;
/// A window in which openings and refusals are counted, in seconds.
const WINDOW: u64 = 10 * 60;

/// An account that took part a week ago.
fn forgotten(kind: u8, number: u8) -> AccountId {
	let mut bytes = [kind; 32];
	bytes[0] = number;
	AccountId::new(bytes)
}

/// The key of an entry of a map whose keys are two accounts.
fn of_pair(pallet: &str, map: &str, (one, other): (&AccountId, &AccountId)) -> Vec<u8> {
	let hashed = [storage::blake2_128_concat(one), storage::blake2_128_concat(other)];
	[storage::prefix(pallet, map), hashed.concat()].concat()
}

/// The entries, key and value, that the requests, openings and refusals have left.
fn left() -> Vec<(Vec<u8>, Vec<u8>)> {
	let hospital = account("//HospitalB");
	let (submitted, expires) = (now() - 8 * DAY, now() - DAY);
	// Nothing of this window is in force any more.
	let at = now() - 3 * WINDOW - OPENING_LIFETIME;
	let window = u32::try_from(at / WINDOW).unwrap_or_default();
	let mut entries = Vec::new();
	for number in 0..READERS {
		let (patient, reader) = (forgotten(1, number), forgotten(2, number));
		let request = Request {
			asker: reader.clone(),
			institution: hospital.clone(),
			grantee: Grantee::Person(reader.clone()),
			referred_by: None,
			asked: to_read(),
			duration: DAY,
			reason: sealed_reason(),
			submitted,
			expires,
		};
		entries.push((storage::request(&patient, 0).bytes, request.encode()));
		let counted = vec![(0u32, expires)].encode();
		for (map, who) in [("OpenByAsker", &reader), ("OpenByInstitution", &hospital)] {
			entries.push((of_pair("AccessRequests", map, (&patient, who)), counted.clone()));
		}
		// A record, the moment and the block, for treatment, under a consent.
		let opening = (vec![[number; 32]], at, 0u32, 0u8, (0u8, Some(hospital.clone())));
		entries.push((storage::openings(&patient, &reader).bytes, vec![opening].encode()));
		let refusals = of_pair("Custody", "Refusals", (&patient, &reader));
		entries.push((refusals, (window, 3u32).encode()));
		let hashed = [&twox_64(&window.encode())[..], &window.encode()].concat();
		let who = storage::blake2_128_concat(&(&patient, &reader));
		let asked = [storage::prefix("Custody", "Asked"), hashed, who].concat();
		entries.push((asked, vec![]));
	}
	// The first window of which something must be freed.
	entries.push((storage::prefix("Custody", "OldestWindow"), window.encode()));
	entries
}

/// Puts it into the genesis block.
pub(super) fn plant(state: &mut Map<String, Value>) {
	for (key, value) in left() {
		insert_entry(state, &key, &value);
	}
}

/// How many of these entries a block's state has.
async fn kept(url: &str, keys: &[String], block: u32) -> Result<usize> {
	let hash = rpc(url, "chain_getBlockHash", json!([block])).await.context("no such block")?;
	let answer = rpc(url, "state_queryStorageAt", json!([keys, hash])).await;
	let answer = answer.with_context(|| format!("no state of block {block}"))?;
	let changes = answer[0]["changes"].as_array().context("no entries")?;
	Ok(changes.iter().filter(|change| !change[1].is_null()).count())
}

async fn what_has_expired(network: &Network) -> Played {
	let scene = Scene::new(network, "Expired").await?;
	let url = network.sites[0].node.http_url();
	// The windows have moved on since the genesis block was made.
	let keys = planted(&url).await?;
	let all = 6 * usize::from(READERS);
	ensure!(keys.len() == all, "{} of {all} entries are in the genesis block", keys.len());

	// What is in force.
	let record = scene.add_letter(&[]).await?;
	scene.permit(&[]).await?;
	let (patient, letter) = (scene.patient(), scene.letter()?);
	scene.opens(&scene.doctor_b, &record, &letter).await?;
	scene.ok("//DoctorB", request(&scene.scenario.patient.key, sealed_reason())).await?;
	let at = scene.chain.finalized().await?;
	let asker = of_pair("AccessRequests", "OpenByAsker", (&patient, &account("//DoctorB")));
	ensure!(at.storage(asker).await?.is_some(), "a request is counted where it was looked for");

	let mut block = 0;
	let freed_by = loop {
		block += 1;
		stops!(block <= BLOCKS, "{} of {all} expired entries after {BLOCKS} blocks", {
			kept(&url, &keys, BLOCKS).await?
		});
		while scene.chain.finalized().await?.number() < block {
			// Each call makes a block, which frees what it has room for.
			scene.ok("//DoctorB", UtilityCall::batch { calls: vec![] }).await?;
		}
		if kept(&url, &keys, block).await? == 0 {
			break block;
		}
	};
	let at = scene.chain.finalized().await?;
	ensure!(at.all_requests_of(&patient).await?.len() == 1, "a request in force stays");
	let reader = account(&scene.doctor_b.key);
	ensure!(!at.openings(&patient, &reader).await?.is_empty(), "an opening in force stays");
	Ok(By::Chain.withstands(format!("all {all} entries were freed by block {freed_by}")))
}

/// The keys of the entries in the genesis block.
async fn planted(url: &str) -> Result<Vec<String>> {
	let hash = rpc(url, "chain_getBlockHash", json!([0])).await.context("no genesis block")?;
	let mut keys = Vec::new();
	for (pallet, map) in [
		("AccessRequests", "Requests"),
		("AccessRequests", "OpenByAsker"),
		("AccessRequests", "OpenByInstitution"),
		("Custody", "Openings"),
		("Custody", "Refusals"),
		("Custody", "Asked"),
	] {
		let prefix = hex_of(storage::prefix(pallet, map));
		let found = rpc(url, "state_getKeysPaged", json!([prefix, 1000, null, hash])).await;
		let found = found.with_context(|| format!("no keys of {map}"))?;
		let found = found.as_array().context("a list")?.iter().filter_map(Value::as_str);
		keys.extend(found.filter(|key| is_forgotten(key)).map(ToOwned::to_owned));
	}
	Ok(keys)
}

/// Whether the key names a patient of a week ago.
fn is_forgotten(key: &str) -> bool {
	(0..READERS).any(|number| key.contains(&hex::encode(forgotten(1, number))))
}
