//! Loads the chain with calls of many accounts, and times them from the first submission to the
//! last finality.

use crate::network::Network;
use anyhow::{bail, Context, Result};
use futures::{StreamExt, TryStreamExt};
use serde_json::{json, Value};
use std::{
	sync::{Arc, Mutex, MutexGuard, PoisonError},
	time::{Duration, Instant},
};
use subxt_signer::sr25519::Keypair;
use tokio::sync::{AcquireError, Semaphore};
use vouchsafe_client::chain::{
	calls::RuntimeCall,
	events::{Event, SystemEvent},
	AccountId, Chain, Signer, Submit, View,
};

/// Calls that wait for finality at a time. With more, the nodes are slower: every block makes them
/// check again all calls that wait.
pub const IN_FLIGHT: usize = 2_000;
/// Calls in one request to a node, all of one account.
const BATCH: usize = 20;
/// Requests at a time.
const SENDERS: usize = 64;
/// A call is lost if no call has become final for this long.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Calls that are not final are sent again if no call has become final for this long.
const RESEND: Duration = Duration::from_secs(6);

/// How much is sent.
pub struct Plan {
	/// The accounts that sign. They have signed nothing before.
	pub signers: Vec<Keypair>,
	/// Calls of each account.
	pub calls: usize,
	/// When to stop sending, if calls are left.
	pub at_most: Option<Duration>,
}

/// What became of it.
pub struct Outcome {
	/// Calls that the nodes took.
	pub sent: usize,
	/// Calls that became final.
	pub finalised: usize,
	/// Calls that the nodes had lost and took again.
	pub sent_again: usize,
	/// From the first submission to the last finality.
	pub elapsed: Duration,
	/// Weight of one call.
	pub weight: u64,
}

impl Outcome {
	/// Calls finalised in a second.
	pub fn per_second(&self) -> f64 {
		self.finalised as f64 / self.elapsed.as_secs_f64()
	}

	/// Calls that the nodes took and that never became final.
	pub fn lost(&self) -> usize {
		self.sent.saturating_sub(self.finalised)
	}
}

/// Calls of one account, for one node.
#[derive(Clone)]
struct Batch {
	url: String,
	signer: AccountId,
	/// The nonce of the first one.
	first: u64,
	calls: usize,
	body: Value,
}

/// The batches that the nodes took.
type Sent = Arc<Mutex<Vec<Batch>>>;

/// Signs the calls, sends them to all nodes, and follows them until they are final. `call` makes the call of
/// a signer, and gets another one too.
pub async fn run(
	network: &Network,
	chain: &Chain,
	plan: &Plan,
	call: impl Fn(&Keypair, &Keypair) -> RuntimeCall,
) -> Result<Outcome> {
	let batches = sign(network, chain, plan, call).await?;
	let mut number = chain.finalized().await?.number + 1;
	let waiting = Arc::new(Semaphore::new(IN_FLIGHT));
	let sent = Sent::default();
	let begin = Instant::now();
	let sending = tokio::spawn(send(batches, waiting.clone(), sent.clone(), begin, plan.at_most));
	let (mut finalised, mut weight, mut last) = (0, 0, begin);
	let (mut sent_again, mut resent) = (0, begin);
	loop {
		let all_sent = sending.is_finished();
		if all_sent && finalised >= count(&sent) {
			break;
		}
		if last.elapsed() > RESEND && resent.elapsed() > RESEND {
			sent_again += send_again(chain, &sent).await?;
			resent = Instant::now();
		}
		if last.elapsed() > TIMEOUT {
			eprintln!("no call has become final for {} s", TIMEOUT.as_secs());
			break;
		}
		if chain.finalized().await?.number < number {
			tokio::time::sleep(Duration::from_millis(20)).await;
			continue;
		}
		let mut weights = Vec::new();
		for record in chain.at_number(number).await?.events().await? {
			match record.event {
				Ok(Event::System(SystemEvent::ExtrinsicSuccess { dispatch_info })) => {
					weights.push(dispatch_info.weight.ref_time);
				},
				Ok(Event::System(SystemEvent::ExtrinsicFailed { .. })) => {
					bail!("a call of block {number} failed")
				},
				_ => {},
			}
		}
		// The first one of a block sets the time.
		let calls = weights.len().saturating_sub(1);
		if calls > 0 {
			weight = weights.last().copied().unwrap_or_default();
			finalised += calls;
			last = Instant::now();
			waiting.add_permits(calls);
		}
		number += 1;
	}
	// If calls were lost, others may still wait for their turn: they are not sent.
	waiting.close();
	match sending.await? {
		Err(error) if !error.is::<AcquireError>() => return Err(error),
		_ => {},
	}
	let (sent, elapsed) = (count(&sent), last - begin);
	Ok(Outcome { sent, finalised, sent_again, elapsed, weight })
}

fn batches_of(sent: &Sent) -> MutexGuard<'_, Vec<Batch>> {
	sent.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of calls that the nodes took.
fn count(sent: &Sent) -> usize {
	batches_of(sent).iter().map(|batch| batch.calls).sum()
}

/// Sends the calls again that are not final. Returns how many of them the nodes took: they had lost
/// those.
async fn send_again(chain: &Chain, sent: &Sent) -> Result<usize> {
	let (at, http) = (chain.finalized().await?, reqwest::Client::new());
	let batches = batches_of(sent).clone();
	let mut taken = 0;
	for batch in batches {
		let final_calls = at.nonce(&batch.signer).await?.saturating_sub(batch.first);
		let calls = batch.body.as_array().context("a batch is a list")?;
		let open: Vec<&Value> = calls.iter().skip(usize::try_from(final_calls)?).collect();
		if open.is_empty() {
			continue;
		}
		let answer: Value = http.post(&batch.url).json(&open).send().await?.json().await?;
		let answers = answer.as_array().context("the node does not accept batches")?;
		taken += answers.iter().filter(|one| one.get("result").is_some()).count();
	}
	Ok(taken)
}

/// Signs the calls: first one batch of each account, then the second one of each, and so on.
async fn sign(
	network: &Network,
	chain: &Chain,
	plan: &Plan,
	call: impl Fn(&Keypair, &Keypair) -> RuntimeCall,
) -> Result<Vec<Batch>> {
	let at = chain.finalized().await?;
	let accounts = &plan.signers;
	let nonces: Vec<usize> = (0..plan.calls).collect();
	let mut batches = Vec::new();
	for nonces in nonces.chunks(BATCH) {
		for (index, signer) in accounts.iter().enumerate() {
			let mut calls = Vec::new();
			for nonce in nonces {
				let other = &accounts[(index + nonce + 1) % accounts.len()];
				let signed = at.sign(signer, &call(signer, other), *nonce as u64, 256).await?;
				let signed = format!("0x{}", hex::encode(signed));
				calls.push(json!({
					"jsonrpc": "2.0",
					"id": nonce,
					"method": "author_submitExtrinsic",
					"params": [signed],
				}));
			}
			// All calls of an account go to one node, in their order.
			let rpc = network.sites[index % network.sites.len()].node.rpc;
			let url = format!("http://127.0.0.1:{rpc}");
			let first = *nonces.first().unwrap_or(&0) as u64;
			let (signer, calls, body) = (signer.account(), calls.len(), calls.into());
			batches.push(Batch { url, signer, first, calls, body });
		}
	}
	Ok(batches)
}

/// Sends the batches, and counts the calls that the nodes took. Every call needs a permit.
async fn send(
	batches: Vec<Batch>,
	waiting: Arc<Semaphore>,
	sent: Sent,
	begin: Instant,
	at_most: Option<Duration>,
) -> Result<()> {
	let http = reqwest::Client::new();
	let (http, waiting, sent) = (&http, &waiting, &sent);
	futures::stream::iter(batches)
		.map(Ok)
		.try_for_each_concurrent(SENDERS, |batch| async move {
			let permits = waiting.acquire_many(u32::try_from(batch.calls)?).await?;
			if at_most.is_some_and(|at_most| begin.elapsed() >= at_most) {
				return Ok(());
			}
			permits.forget();
			let answer: Value =
				http.post(&batch.url).json(&batch.body).send().await?.json().await?;
			let answers = answer.as_array().context("the node does not accept batches")?;
			if let Some(error) = answers.iter().find(|one| one.get("error").is_some()) {
				bail!("the node refused a call: {error}");
			}
			batches_of(sent).push(batch);
			Ok(())
		})
		.await
}
