//! Attacks on calls on their way: the submission is swallowed, or the connection breaks before or after
//! it. Each call is final, and once. Then finality stops: clients say so, and their calls are final when
//! it goes on.

use super::{Attack, By, Played};
use crate::{
	commands::{self, keypair, Permit},
	network::{Network, Options},
	process::{until, TIMEOUT},
	proxy::Proxy,
	stops,
	user::User,
	websocket::ClientStream,
};
use anyhow::{ensure, Context, Result};
use std::{
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc, Mutex,
	},
	time::Duration,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::tcp::{OwnedReadHalf, OwnedWriteHalf},
	sync::Notify,
	time::timeout,
};
use vouchsafe_client::chain::{calls::UtilityCall, Chain, Signer, Stall, Submit, View};

/// The attacks.
pub const ATTACKS: &[Attack] = &[
	Attack::shared("3.2a", "The network swallows a patient's call", |network| {
		Box::pin(survives(network, Fault::Swallowed))
	}),
	Attack::shared("3.2b", "The network breaks the connection before a call", |network| {
		Box::pin(survives(network, Fault::CutBefore))
	}),
	Attack::shared("3.2c", "The network breaks the connection after a call", |network| {
		Box::pin(survives(network, Fault::CutAfter))
	}),
	Attack::own("3.3", "Two of four validators fall silent", || Box::pin(silent_validators())),
];

/// The method that submits a call.
const SUBMISSION: &str = "author_submitAndWatchExtrinsic";

/// What happens to the first submission.
#[derive(Clone, Copy, Debug)]
enum Fault {
	/// It does not arrive, and the connection stays open.
	Swallowed,
	/// The connection breaks before it.
	CutBefore,
	/// The connection breaks after it.
	CutAfter,
}

/// A proxy before a node, which does this to the first submission.
async fn faulty(port: u16, fault: Fault) -> Result<(Proxy, Arc<AtomicBool>)> {
	let happened = Arc::new(AtomicBool::new(false));
	let shared = happened.clone();
	// All connections of a proxy end together. There is one at a time.
	let cut = Arc::new(Notify::new());
	let proxy = Proxy::new(port, move |from, to| {
		let (happened, cut) = (shared.clone(), cut.clone());
		async move {
			tokio::select! {
				() = pass(from, to, fault, &happened, &cut) => {},
				() = cut.notified() => {},
			}
		}
	})
	.await?;
	Ok((proxy, happened))
}

/// Passes bytes on, and waits a while after the cut so that the last ones arrive.
async fn pass(
	mut from: OwnedReadHalf,
	mut to: OwnedWriteHalf,
	fault: Fault,
	happened: &AtomicBool,
	cut: &Notify,
) {
	let mut stream = ClientStream::default();
	let mut buffer = vec![0; 64 * 1024];
	let mut is_first = true;
	let mut is_client = false;
	while let Ok(length @ 1..) = from.read(&mut buffer).await {
		let bytes = &buffer[..length];
		if is_first {
			(is_first, is_client) = (false, bytes.starts_with(b"GET "));
		}
		if !is_client {
			if to.write_all(bytes).await.is_err() {
				return;
			}
			continue;
		}
		for message in stream.take(bytes) {
			let hits = message.text.contains(SUBMISSION) && !happened.swap(true, Ordering::SeqCst);
			if hits && matches!(fault, Fault::Swallowed) {
				continue;
			}
			if !(hits && matches!(fault, Fault::CutBefore))
				&& to.write_all(&message.bytes).await.is_err()
			{
				return;
			}
			if hits {
				let _ = to.flush().await;
				tokio::time::sleep(Duration::from_millis(50)).await;
				cut.notify_waiters();
				return;
			}
		}
	}
}

fn call() -> UtilityCall {
	UtilityCall::batch { calls: vec![] }
}

/// Submits a call of a patient through a proxy that loses its submission. It is final, and once.
async fn survives(network: &Network, fault: Fault) -> Played {
	let (proxy, happened) = faulty(network.sites[0].node.rpc, fault).await?;
	let chain = Chain::connect(&format!("ws://127.0.0.1:{}", proxy.port)).await?;
	let signer = keypair(&network.next_patient()?)?;
	let account = signer.account();
	let nonce = chain.finalized().await?.nonce(&account).await?;
	let submitted = timeout(Duration::from_secs(60), chain.submit(&signer, call())).await;
	stops!(submitted.is_ok(), "the call: it is not final after a minute");
	submitted?.with_context(|| format!("{fault:?}"))?;
	ensure!(happened.load(Ordering::SeqCst), "{fault:?} did not happen");
	let at = chain.finalized().await?;
	let used = at.nonce(&account).await? - nonce;
	stops!(used == 1, "a call that is on the chain {used} times");
	let sent_again = chain.sent_again();
	let is_lost = !matches!(fault, Fault::CutAfter);
	ensure!((sent_again > 0) == is_lost, "{fault:?}: it was sent again {sent_again} times");
	Ok(By::Client.withstands(match is_lost {
		true => "it sends the call again, which is final once",
		false => "it finds the call in a block, and does not send it again",
	}))
}

async fn silent_validators() -> Played {
	let options = Options { custodians: false, ..Options::default() };
	a_stall_is_told(&mut Network::with(options).await?).await
}

/// Two of four validators are away for half a minute.
pub async fn a_stall_is_told(network: &mut Network) -> Played {
	let mut chain = Chain::connect(&network.node_url()).await?;
	let told: Arc<Mutex<Vec<Stall>>> = Arc::default();
	let listener = told.clone();
	chain.on_stall(Arc::new(move |stall| {
		listener.lock().unwrap_or_else(|error| error.into_inner()).push(stall.clone());
	}));
	for index in [2, 3] {
		network.sites[index].node.process = None;
	}
	let patient = User::new("//PatientB", &network.root, &network.node_url())?;
	let permit = Permit::to("Hospital B").and(&["--deny"]);
	let granting = tokio::spawn(async move { commands::grant_and_tell(&patient, &permit).await });
	let submitting = tokio::spawn({
		let chain = chain.clone();
		async move { chain.submit(&keypair("//PatientA")?, call()).await.map_err(anyhow::Error::from) }
	});
	let stall = until("the stall is told", TIMEOUT, || async {
		told.lock().unwrap_or_else(|error| error.into_inner()).first().cloned()
	})
	.await?;
	ensure!(stall.silent == Some((2, 4)), "{stall:?}");
	ensure!(!granting.is_finished() && !submitting.is_finished(), "nothing can be final");
	// The command began later than the other call.
	tokio::time::sleep(Duration::from_secs(8)).await;
	for index in [2, 3] {
		network.start_node(index).await?;
	}
	timeout(Duration::from_secs(60), submitting).await.context("it hangs")???;
	let said = timeout(Duration::from_secs(60), granting).await.context("it hangs")???;
	stops!(
		said.contains("2 of 4 validators have not voted"),
		"a client that waits silently: {said}"
	);
	Ok(By::Client.tells("2 of 4 are silent; its call is final when they are back"))
}
