//! The chain on four validators: its finality, its throughput, its decisions.

use super::{
	load::{self, Plan, IN_FLIGHT},
	Row, Times,
};
use crate::{
	commands::keypair,
	delay::Delay,
	network::{state_sizes, Network},
};
use anyhow::Result;
use codec::Encode;
use serde_json::{json, Value};
use sp_crypto_hashing::{blake2_128, twox_128};
use std::time::{Duration, Instant};
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::chain::{
	account_bytes,
	calls::{BalancesCall, ConsentCall, MultiAddress, RuntimeCall},
	AccountId, Action, Actions, Categories, Category, Chain, Consent, Decision, Effect, Grantee,
	Grantor, Ground, Purpose, Purposes, ShownText, Signer, Submit, Terms, View, H256,
	POLICY_VERSION,
};

// The 1,000 patients of the `bench` chain, by what they do.
/// The first of those that transfer.
const TRANSFERS: usize = 0;
/// The first of those that grant in the burst.
const GRANTS: usize = TRANSFERS + PATIENTS;
/// Signs one call after the other.
const ONE_BY_ONE: usize = GRANTS + PATIENTS;
/// Has many consents.
const MANY_CONSENTS: usize = ONE_BY_ONE + 1;
/// The first of those that grant for a minute.
const SUSTAINED: usize = MANY_CONSENTS + 1;

/// Patients of a burst.
const PATIENTS: usize = 240;
/// Calls of each of them.
const CALLS: usize = 20;
/// Patients of the sustained load.
const SUSTAINED_PATIENTS: usize = 500;
/// Most calls of each of them. It is less than a patient's quota.
const SUSTAINED_CALLS: usize = 140;
/// How long the sustained load is sent.
const SUSTAINED_TIME: Duration = Duration::from_secs(60);
/// Calls of which each is final before the next one is signed.
const FINALITY_CALLS: usize = 20;
/// Delay of a message between two validators.
const ONE_WAY: Duration = Duration::from_millis(50);
/// Consents of one patient, among which a decision is made.
const CONSENTS: usize = 1_000;

fn key(name: &str) -> Keypair {
	keypair(name).expect("a development path; qed")
}

/// A patient of the `bench` chain.
pub fn patient(index: usize) -> Keypair {
	key(&format!("//Bench//{index}"))
}

/// `count` patients of the `bench` chain, from number `first` on.
fn patients(first: usize, count: usize) -> Vec<Keypair> {
	(first..first + count).map(patient).collect()
}

/// A permit to read laboratory reports and prescriptions.
fn permit() -> Terms {
	Terms {
		categories: Categories::of(&[Category::Prescription, Category::Laboratory]),
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		valid_until: Some(4_000_000_000),
		..Terms::all(Effect::Permit)
	}
}

/// The text that a patient was shown.
const TEXT: ShownText = ShownText { commitment: H256([7; 32]), language: *b"en" };

/// A permit to one person.
fn grant(to: &Keypair) -> RuntimeCall {
	ConsentCall::grant { grantee: Grantee::Person(account(to)), terms: permit(), text: TEXT }.into()
}

fn account(key: &Keypair) -> AccountId {
	key.account()
}

/// All rows of the chain.
pub async fn measure(network: &Network) -> Result<Vec<Row>> {
	let chain = Chain::connect(&network.node_url()).await?;
	let mut rows = Vec::new();

	eprintln!("measuring the time to finality …");
	let times = finality(&chain, FINALITY_CALLS).await?;
	rows.push(
		Row::new(
			"time to finality, signed to finalised",
			times.to_string(),
			"a slot is 1,000 ms".into(),
			"median at most 1,000 ms, worst under 2,000 ms",
		)
		.ratio(times.median / 1_000.0),
	);

	eprintln!("measuring transfers, then grants …");
	let burst = |first| Plan { signers: patients(first, PATIENTS), calls: CALLS, at_most: None };
	let transfers = load::run(network, &chain, &burst(TRANSFERS), |_, other| {
		BalancesCall::transfer_keep_alive { dest: MultiAddress::Id(account(other)), value: 1 }
			.into()
	})
	.await?;
	let grants = load::run(network, &chain, &burst(GRANTS), |_, other| grant(other)).await?;
	eprintln!("measuring grants for {} s …", SUSTAINED_TIME.as_secs());
	let plan = Plan {
		signers: patients(SUSTAINED, SUSTAINED_PATIENTS),
		calls: SUSTAINED_CALLS,
		at_most: Some(SUSTAINED_TIME),
	};
	let sustained = load::run(network, &chain, &plan, |_, other| grant(other)).await?;
	let loads = [&transfers, &grants, &sustained];
	let lost: usize = loads.iter().map(|load| load.lost()).sum();
	let sent: usize = loads.iter().map(|load| load.sent).sum();
	let sent_again: usize = loads.iter().map(|load| load.sent_again).sum();
	rows.extend([
		Row::new(
			"consent grants finalised per second, four validators on this machine, burst",
			format!(
				"{:.0}/s, first submission to last finality of {}",
				grants.per_second(),
				grants.finalised
			),
			format!("{:.0}/s, balance transfers", transfers.per_second()),
			"at least as many as transfers",
		)
		.ratio(grants.per_second() / transfers.per_second()),
		Row::new(
			"consent grants finalised per second, sustained",
			format!(
				"{:.0}/s, first submission to last finality of {} in {:.0} s",
				sustained.per_second(),
				sustained.finalised,
				sustained.elapsed.as_secs_f64()
			),
			format!("{:.0}/s in the burst", grants.per_second()),
			"at least 1,000/s",
		)
		.ratio(sustained.per_second() / 1_000.0),
		Row::new(
			"calls lost: taken by a node, never final",
			lost.to_string(),
			format!("{sent} calls sent, at most {IN_FLIGHT} waiting at a time"),
			"none",
		),
		Row::new(
			"calls sent again: taken by a node, then lost by it",
			sent_again.to_string(),
			format!("{sent} calls sent"),
			"none",
		),
		Row::new(
			"weight of a grant",
			format!("{} ps", grants.weight),
			format!("{} ps, a balance transfer", transfers.weight),
			"at most 1.5 × a balance transfer's weight",
		)
		.ratio(grants.weight as f64 / transfers.weight as f64),
	]);
	eprintln!("measuring a decision among {CONSENTS} consents …");
	rows.extend(decision(network, &chain).await?);
	Ok(rows)
}

/// Time to finality with a delay between the validators, beside the same network without it.
pub async fn measure_delay(network: &Network, delay: &Delay) -> Result<Row> {
	let chain = Chain::connect(&network.node_url()).await?;
	let without = finality(&chain, FINALITY_CALLS).await?;
	delay.set(ONE_WAY);
	let with = finality(&chain, FINALITY_CALLS).await?;
	Ok(Row::new(
		"time to finality, 50 ms one-way delay between validators",
		with.to_string(),
		format!("{without}, same network without delay"),
		"median under 1,500 ms",
	)
	.ratio(with.median / 1_500.0))
}

/// Signed to finalised, one call after the other, at different moments of a slot.
pub async fn finality(chain: &Chain, calls: usize) -> Result<Times> {
	let signer = patient(ONE_BY_ONE);
	let mut times = Vec::new();
	for index in 0..calls {
		let call = grant(&patient(index));
		let start = Instant::now();
		chain.submit(&signer, call).await?;
		times.push(start.elapsed());
		let pause = 137 * u64::try_from(index % 13)?;
		tokio::time::sleep(Duration::from_millis(pause)).await;
	}
	Ok(Times::new(times))
}

/// A decision's time and a consent's size in state, among many consents.
async fn decision(network: &Network, chain: &Chain) -> Result<Vec<Row>> {
	let signer = many_consents();
	let url = network.sites[0].node.http_url();
	let at = chain.finalized().await?;
	let consents = at.all_consents_of(&account(&signer)).await?.len();
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
	let (times, bare) = (Times::new(times), Times::new(empty).median);

	let prefix = consents_prefix(&account(&signer));
	let sizes = state_sizes(&url, &prefix, 50).await;
	let per_consent = sizes.iter().sum::<usize>() as f64 / sizes.len().max(1) as f64;
	Ok(vec![
		Row::new(
			&format!("a decision with {consents} consents of the patient on chain, by RPC"),
			format!("{times:.2}"),
			format!("{bare:.2} ms, one account read the same way"),
			"at most 1 ms",
		)
		.ratio(times.median / bare),
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
	patient(MANY_CONSENTS)
}

/// The record that is decided about.
const RECORD: [u8; 32] = [5; 32];

/// Adds a record and many consents of one patient's to the raw genesis, as calls would have made
/// them. The last of the consents covers the record for the reader.
pub fn genesis(top: &mut serde_json::Map<String, Value>) {
	let prefix = consents_prefix(&account(&many_consents()));
	let (patient, hospital) = (account(&many_consents()), account(&key("//HospitalA")));
	let record = (
		(&hospital, None::<u8>, 0u8, (1400u16, 1400u16)),
		(None::<u8>, 0u8, Vec::<[u8; 4]>::new(), 1u8, 0u8, codec::Compact(1u32)),
	);
	let patient = account_bytes(&patient);
	let map = [twox_128(b"Records"), twox_128(b"Records")].concat();
	let at = [&map[..], &blake2_128(&patient), &patient, &RECORD].concat();
	top.insert(
		format!("0x{}", hex::encode(at)),
		json!(format!("0x{}", hex::encode(record.encode()))),
	);
	for index in 0..CONSENTS {
		let last = index + 1 == CONSENTS;
		let path = if last { "//DoctorB".into() } else { format!("//Reader{index}") };
		let reader = account(&key(&path));
		let grantee = Grantee::Person(reader).encode();
		let key = format!("{prefix}{}{}", hex::encode(blake2_128(&grantee)), hex::encode(&grantee));
		let consents = vec![Consent {
			id: index as u32,
			revision: 0,
			policy_version: POLICY_VERSION,
			granted_at: 0,
			confirmed_at: None,
			terms: permit(),
			text: TEXT,
			grantor: Grantor::Patient,
		}];
		top.insert(key, json!(format!("0x{}", hex::encode(consents.encode()))));
	}
}

/// Where a patient's consents lie in state.
fn consents_prefix(patient: &AccountId) -> String {
	let mut key = twox_128(b"Consent").to_vec();
	key.extend_from_slice(&twox_128(b"Consents"));
	key.extend_from_slice(&blake2_128(&account_bytes(patient)));
	key.extend_from_slice(&account_bytes(patient));
	format!("0x{}", hex::encode(key))
}
