//! Sixteen readers list the most consents that a patient can have, again and again, while calls go
//! on. The node that they ask stays healthy, and blocks are made as before.

use super::{account, Attack, By, Played};
use crate::{
	commands::keypair,
	network::{hex_of, insert_entry, rpc, Network, Options},
	stops,
};
use anyhow::{Context, Result};
use codec::Encode;
use serde_json::{json, Map, Value};
use std::{
	sync::{
		atomic::{AtomicBool, AtomicUsize, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};
use vouchsafe_client::chain::{
	account_bytes,
	calls::{ConsentCall, RuntimeCall},
	storage, AccountId, Action, Actions, Chain, Consent, Effect, Grantee, Grantor, Purpose,
	Purposes, ShownText, Submit, Terms, View, H256, POLICY_VERSION,
};

/// The attack.
pub const ATTACKS: &[Attack] = &[Attack::own(
	"1.7",
	"Sixteen readers list 16,384 consents of a patient, again and again",
	|| Box::pin(readers_on_their_own_network()),
)];

/// The patient whose consents are listed, and the one who makes calls.
const LISTED: &str = "//PatientB";
const CALLER: &str = "//PatientA";
/// The most grantees, and the most consents for each.
const GRANTEES: u16 = 1_024;
const CONSENTS_EACH: u32 = 16;
const READERS: usize = 16;
/// How long calls are timed without and with the readers.
const PERIOD: Duration = Duration::from_secs(20);
/// A node that does not answer for so long counts as failed, as for a load balancer.
const HEALTH_LIMIT: Duration = Duration::from_secs(3);

fn terms() -> Terms {
	Terms {
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		..Terms::all(Effect::Permit)
	}
}

/// Puts as many consents of one patient into the genesis block as there can be.
pub fn plant(state: &mut Map<String, Value>) {
	let patient = account(LISTED);
	for index in 0..GRANTEES {
		let mut person = [7; 32];
		person[..2].copy_from_slice(&index.to_le_bytes());
		let grantee = Grantee::Person(AccountId::new(person));
		let consents: Vec<_> = (0..CONSENTS_EACH)
			.map(|number| Consent {
				id: u32::from(index) * CONSENTS_EACH + number,
				revision: 0,
				policy_version: POLICY_VERSION,
				granted_at: 0,
				confirmed_at: None,
				terms: terms(),
				text: ShownText { commitment: H256([7; 32]), language: *b"en" },
				grantor: Grantor::Patient,
			})
			.collect();
		insert_entry(state, &storage::consents(&patient, &grantee).bytes, &consents.encode());
	}
}

/// What was seen in one period.
struct Seen {
	/// How long each call took from signing to finality, in order of length.
	calls: Vec<Duration>,
	/// How long each health request took, in order of length.
	health: Vec<Duration>,
}

impl Seen {
	fn median(times: &[Duration]) -> Duration {
		times.get(times.len() / 2).copied().unwrap_or_default()
	}

	fn worst(times: &[Duration]) -> Duration {
		times.last().copied().unwrap_or_default()
	}
}

/// Makes one call after the other through another node, and asks this node for its health.
async fn observe(url: &str, calls_to: &Chain, first: u8) -> Result<Seen> {
	let begin = Instant::now();
	let calling = async {
		let mut calls = Vec::new();
		let key = keypair(CALLER)?;
		while begin.elapsed() < PERIOD {
			let number = first + u8::try_from(calls.len())?;
			let grantee = Grantee::Person(AccountId::new([number; 32]));
			// It fails, because nobody has this consent. It needs a block all the same.
			let call: RuntimeCall = ConsentCall::revoke { grantee, id: 4_000_000 }.into();
			let start = Instant::now();
			let _ = calls_to.submit(&key, call).await;
			calls.push(start.elapsed());
		}
		anyhow::Ok(calls)
	};
	let asking = async {
		let mut health = Vec::new();
		while begin.elapsed() < PERIOD {
			let start = Instant::now();
			let answer = tokio::time::timeout(HEALTH_LIMIT, rpc(url, "system_health", json!([])));
			answer
				.await
				.ok()
				.flatten()
				.with_context(|| format!("no health within {HEALTH_LIMIT:?}"))?;
			health.push(start.elapsed());
			tokio::time::sleep(Duration::from_millis(100)).await;
		}
		anyhow::Ok(health)
	};
	let (mut calls, mut health) = tokio::try_join!(calling, asking)?;
	calls.sort();
	health.sort();
	Ok(Seen { calls, health })
}

/// Lists all consents page by page, half of the readers with the node's own methods and half with
/// the runtime's functions, until it is told to stop.
async fn read(number: usize, url: String, stop: Arc<AtomicBool>, lists: Arc<AtomicUsize>) {
	let all = usize::from(GRANTEES) * CONSENTS_EACH as usize;
	let chain = Chain::connect(&url.replace("http", "ws")).await;
	let patient = account(LISTED);
	let hex = hex_of(account_bytes(&patient));
	while !stop.load(Ordering::Relaxed) {
		let count = match &chain {
			Ok(chain) if number.is_multiple_of(2) => {
				let Ok(at) = chain.finalized().await else { continue };
				at.all_consents_of(&patient).await.map(|all| all.len()).unwrap_or_default()
			},
			_ => {
				let (mut count, mut after) = (0, Value::Null);
				loop {
					let page = json!({ "patient": hex, "after": after });
					let page = rpc(&url, "vouchsafe_consentsOf", page).await.unwrap_or_default();
					count += page["items"].as_array().map_or(0, Vec::len);
					after = page["next"].clone();
					if after.is_null() || stop.load(Ordering::Relaxed) {
						break count;
					}
				}
			},
		};
		lists.fetch_add(usize::from(count == all), Ordering::Relaxed);
	}
}

async fn readers_on_their_own_network() -> Played {
	let options = Options { custodians: false, state: Some(plant), ..Options::default() };
	readers(&Network::with(options).await?).await
}

/// Times calls without the readers, then with them.
pub async fn readers(network: &Network) -> Played {
	let url = network.sites[0].node.http_url();
	let other = Chain::connect(&format!("ws://127.0.0.1:{}", network.sites[1].node.rpc)).await?;

	let quiet = observe(&url, &other, 0).await?;
	let (stop, lists) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
	let readers: Vec<_> = (0..READERS)
		.map(|number| tokio::spawn(read(number, url.clone(), stop.clone(), lists.clone())))
		.collect();
	let loaded = observe(&url, &other, 100).await?;
	stop.store(true, Ordering::Relaxed);
	for reader in readers {
		reader.await?;
	}
	stops!(lists.load(Ordering::Relaxed) > 0, "all answers: nobody got a whole list");
	// Four nodes and the readers share this machine's processors. Before, blocks failed for 30 s.
	stops!(
		loaded.calls.len() * 2 >= quiet.calls.len(),
		"the node: blocks came too seldom, {} calls instead of {}",
		loaded.calls.len(),
		quiet.calls.len()
	);
	let (before, after) = (Seen::median(&quiet.calls), Seen::median(&loaded.calls));
	stops!(
		after <= before * 2 + Duration::from_secs(1),
		"the node: a call takes {after:?} instead of {before:?}"
	);
	Ok(By::Node.withstands(format!(
		"a call is final after {:.1} s ({:.1} s without them), health within {} ms",
		after.as_secs_f64(),
		before.as_secs_f64(),
		Seen::worst(&loaded.health).as_millis()
	)))
}
