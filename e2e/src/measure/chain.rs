//! The chain under load, on four validators.

use super::{median_and_worst, Row};
use crate::{
	commands::keypair,
	network::{state_sizes, Network},
};
use anyhow::{bail, Context, Result};
use codec::Encode;
use futures::{StreamExt, TryStreamExt};
use serde_json::{json, Value};
use sp_crypto_hashing::{blake2_128, twox_128};
use std::time::{Duration, Instant};
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::chain::{
	runtime, AccountId, Action, Actions, BoundedVec, Categories, Chain, Config, DataPeriod,
	Decision, Effect, Grantee, Ground, Labels, Purpose, Purposes, ShownText, Terms, H256,
};
use vouchsafe_client::subxt;

/// Patients that sign at the same time, of the 500 of the `bench` chain.
const PATIENTS: usize = 240;
/// Calls that each of them signs in one go.
const CALLS: usize = 20;
/// Consents of one patient's, among which a decision is made.
const CONSENTS: usize = 1000;

fn key(name: &str) -> Keypair {
	keypair(name).expect("a development path; qed")
}

fn patient(index: usize) -> Keypair {
	key(&format!("//Bench//{index}"))
}

/// A permit to one person.
fn grant(to: &Keypair) -> impl subxt::transactions::Payload {
	let terms = Terms {
		effect: Effect::Permit,
		categories: Categories(0b110),
		records: BoundedVec(vec![]),
		labels: Labels(0),
		actions: Actions(1),
		purposes: Purposes(1),
		valid_from: None,
		valid_until: Some(4_000_000_000),
		data_period: DataPeriod { from: None, to: None },
		authors: BoundedVec(vec![]),
		holders: BoundedVec(vec![]),
		countries: BoundedVec(vec![]),
	};
	let text = ShownText { commitment: H256([7; 32]), language: *b"en" };
	runtime::tx().consent().grant(Grantee::Person(account(to)), terms, text)
}

fn account(key: &Keypair) -> AccountId {
	key.public_key().to_account_id()
}

/// All rows of the chain.
pub async fn measure(network: &Network) -> Result<Vec<Row>> {
	let chain = Chain::connect(&network.node_url()).await?;
	let mut rows = Vec::new();

	eprintln!("measuring a call's way to finality …");
	rows.push(finality(&chain).await?);

	eprintln!("measuring transfers, then grants …");
	let transfers = load(network, &chain, 0, |_, other| {
		runtime::tx().balances().transfer_keep_alive(account(other).into(), 1)
	})
	.await?;
	let grants = load(network, &chain, PATIENTS, |_, other| grant(other)).await?;
	rows.push(
		Row::new(
			"consent grants finalised per second, four validators on this machine",
			format!("{:.0}/s", grants.per_second),
			format!("{:.0}/s, plain balance transfers", transfers.per_second),
			"at least what the same node does with transfers, and at least 1,000/s",
		)
		.ratio(grants.per_second / transfers.per_second),
	);
	rows.push(
		Row::new(
			"one grant's share of a block",
			format!("{} ps of weight", grants.weight),
			format!("{} ps, a balance transfer", transfers.weight),
			"at most 1.5 × a balance transfer's weight",
		)
		.ratio(grants.weight as f64 / transfers.weight as f64),
	);
	eprintln!("measuring a decision among {CONSENTS} consents …");
	rows.extend(decision(network, &chain).await?);
	Ok(rows)
}

/// Signed to finalised, one call after the other.
async fn finality(chain: &Chain) -> Result<Row> {
	let signer = patient(PATIENTS * 2);
	let mut times = Vec::new();
	for index in 0..12u64 {
		let call = grant(&patient(index as usize));
		let start = Instant::now();
		chain.submit(&signer, &call).await?;
		times.push(start.elapsed());
		// Sign the next one at another point of the slot.
		tokio::time::sleep(Duration::from_millis(137 * (index % 13))).await;
	}
	let (median, worst) = median_and_worst(times);
	Ok(Row::new(
		"a call's way to finality, signed to finalised",
		format!("median {median:.0} ms, worst {worst:.0} ms, of 12"),
		"a slot is 2,000 ms".into(),
		"median under 2,200 ms, worst under 4,000 ms",
	)
	.ratio(median / 2000.0))
}

struct Load {
	per_second: f64,
	weight: u64,
}

/// Signs calls of many patients, sends them to all nodes, and times them from the first block's
/// finality that holds one to the last one's.
async fn load<C: subxt::transactions::Payload>(
	network: &Network,
	chain: &Chain,
	first: usize,
	call: impl Fn(usize, &Keypair) -> C,
) -> Result<Load> {
	let start = chain.finalized().await?;
	// An account's calls go to one node, in their order; accounts go side by side.
	let mut batches = Vec::new();
	for index in 0..PATIENTS {
		let mut batch = Vec::new();
		for nonce in 0..CALLS {
			let other = patient(first + (index + nonce + 1) % PATIENTS);
			let params = subxt::config::DefaultExtrinsicParamsBuilder::<Config>::new()
				.nonce(nonce as u64)
				.mortal(256)
				.build();
			let mut transactions = start.subxt().transactions();
			let signer = patient(first + index);
			let signed = transactions.create_signed(&call(index, &other), &signer, params).await?;
			let signed = format!("0x{}", hex::encode(signed.encoded()));
			batch.push(json!({
				"jsonrpc": "2.0", "id": nonce, "method": "author_submitExtrinsic", "params": [signed],
			}));
		}
		let site = &network.sites[index % network.sites.len()];
		batches.push((format!("http://127.0.0.1:{}", site.node.rpc), batch));
	}
	let total = PATIENTS * CALLS;
	let http = reqwest::Client::new();
	let sending =
		futures::stream::iter(batches).map(Ok).try_for_each_concurrent(64, move |(url, batch)| {
			let http = http.clone();
			async move {
				let answer: Value = http.post(&url).json(&batch).send().await?.json().await?;
				let answers = answer.as_array().context("the node does not take batches")?;
				match answers.iter().find(|one| one.get("error").is_some()) {
					Some(error) => bail!("a call was refused: {error}"),
					None => Ok(()),
				}
			}
		});
	let mut sending = tokio::spawn(sending);
	let mut sent = false;

	let (mut counted, mut number) = (0, start.number + 1);
	let (mut first_seen, mut in_first) = (None, 0);
	let mut weight = 0;
	let patience = Instant::now();
	let elapsed = loop {
		if patience.elapsed() > Duration::from_secs(180) {
			bail!("only {counted} of {total} calls were finalised within 180 s");
		}
		if !sent && sending.is_finished() {
			(&mut sending).await??;
			sent = true;
		}
		let head = chain.finalized().await?;
		if head.number < number {
			tokio::time::sleep(Duration::from_millis(20)).await;
			continue;
		}
		let seen = Instant::now();
		let at = chain.at_number(number).await?;
		let events = at.subxt().events().fetch().await?;
		let successes: Vec<_> = events
			.find::<runtime::system::events::ExtrinsicSuccess>()
			.filter_map(Result::ok)
			.map(|event| event.dispatch_info.weight.ref_time)
			.collect();
		// Every block has one inherent, which sets the time.
		let calls = successes.len().saturating_sub(1);
		if calls > 0 {
			weight = *successes.last().unwrap_or(&0);
			if first_seen.is_none() {
				(first_seen, in_first) = (Some(seen), calls);
			}
		}
		counted += calls;
		number += 1;
		if counted >= total {
			break seen - first_seen.unwrap_or(seen);
		}
	};
	if !sent {
		sending.await??;
	}
	let per_second = (total - in_first) as f64 / elapsed.as_secs_f64().max(0.001);
	Ok(Load { per_second, weight })
}

/// A decision's time and a consent's size in state, among many consents.
async fn decision(network: &Network, chain: &Chain) -> Result<Vec<Row>> {
	let signer = many_consents();
	let url = format!("http://127.0.0.1:{}", network.sites[0].node.rpc);
	let at = chain.finalized().await?;
	let consents = at.consents_of(&account(&signer)).await?.len();
	let reader = key("//DoctorB");
	let institution = key("//HospitalB");
	let ground = Ground::Consent { institution: Some(account(&institution)) };
	let decide = || async {
		let start = Instant::now();
		let (reader, patient) = (account(&reader), account(&signer));
		let (record, read) = (H256(RECORD), Action::Read);
		let decision =
			at.decide(&reader, ground.clone(), &patient, record, read, Purpose::Treatment).await?;
		anyhow::ensure!(matches!(decision, Decision::Permit(_)), "it should be permitted");
		anyhow::Ok(start.elapsed())
	};
	let (mut times, mut empty) = (Vec::new(), Vec::new());
	for _ in 0..200 {
		times.push(decide().await?);
		let start = Instant::now();
		at.account(&account(&reader)).await?;
		empty.push(start.elapsed());
	}
	let ((median, worst), (bare, _)) = (median_and_worst(times), median_and_worst(empty));

	let prefix = consents_prefix(&account(&signer));
	let sizes = state_sizes(&url, &prefix, 50).await;
	let per_consent = sizes.iter().sum::<usize>() as f64 / sizes.len().max(1) as f64;
	Ok(vec![
		Row::new(
			&format!("a decision with {consents} consents of the patient on chain, by RPC"),
			format!("median {median:.2} ms, worst {worst:.2} ms, of 200"),
			format!("{bare:.2} ms, one account read the same way"),
			"at most 1 ms",
		)
		.ratio(median / bare),
		Row::new(
			"state per consent",
			format!("{per_consent:.0} bytes, key and value"),
			"256 bytes".into(),
			"at most 256 bytes",
		)
		.ratio(per_consent / 256.0),
	])
}

/// The patient with many consents.
fn many_consents() -> Keypair {
	patient(PATIENTS * 2 + 1)
}

/// The record that is decided about.
const RECORD: [u8; 32] = [5; 32];

/// Adds a record and many consents of one patient's to the raw genesis, as calls would have made
/// them. The last of the consents covers the record for the reader.
pub fn genesis(top: &mut serde_json::Map<String, Value>) {
	let prefix = consents_prefix(&account(&many_consents()));
	let (patient, hospital) = (account(&many_consents()), account(&key("//HospitalA")));
	let record = (
		(patient.0, hospital.0, hospital.0, 0u8, (1400u16, 1400u16)),
		(None::<u8>, 0u8, 0u32, 1u8, 0u8, 1u32, [9u8; 32]),
	);
	let at =
		[twox_128(b"Records").as_slice(), &twox_128(b"Records"), &blake2_128(&RECORD), &RECORD]
			.concat();
	top.insert(
		format!("0x{}", hex::encode(at)),
		json!(format!("0x{}", hex::encode(record.encode()))),
	);
	for index in 0..CONSENTS {
		let last = index + 1 == CONSENTS;
		let path = if last { "//DoctorB".into() } else { format!("//Reader{index}") };
		let reader = account(&key(&path));
		let grantee = (6u8, reader.0).encode();
		let key = format!("{prefix}{}{}", hex::encode(blake2_128(&grantee)), hex::encode(&grantee));
		let nothing = Vec::<u8>::new();
		let terms = (
			(0u8, 0b110u16, &nothing, 0u32, 1u8, 1u8),
			(None::<u64>, Some(4_000_000_000u64), None::<u16>, None::<u16>),
			(&nothing, &nothing, &nothing),
		);
		let consents = vec![(index as u32, 0u16, 1u8, terms, [7u8; 32], *b"en", 0u8)];
		top.insert(key, json!(format!("0x{}", hex::encode(consents.encode()))));
	}
}

/// Where a patient's consents lie in state.
fn consents_prefix(patient: &AccountId) -> String {
	let mut key = twox_128(b"Consent").to_vec();
	key.extend_from_slice(&twox_128(b"Consents"));
	key.extend_from_slice(&blake2_128(&patient.0));
	key.extend_from_slice(&patient.0);
	format!("0x{}", hex::encode(key))
}
