//! An upgrade of the runtime of a running network. A motion of three quarters of the council
//! authorises it, a member sends the code, and all four validators run it while they make and
//! finalise blocks. The new code is the runtime, built again with the next version number and an
//! additional pallet (`scripts/next-runtime`). Its calls, errors and events are new to the clients.

use crate::suite::Suite;
use anyhow::{bail, ensure, Context, Result};
use codec::Encode;
use serde_json::{json, Value};
use std::{path::PathBuf, process::Command, time::Instant};
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::chain::{
	calls::{as_root, ConsentCall, CouncilCall, SystemCall, MAX_WEIGHT},
	events::{CouncilEvent, Event, ForeignEvent},
	storage, At, Chain, Grantee, Signer, Submit, View, H256,
};
use vouchsafe_e2e::{
	commands::{self, Permit},
	network::{rpc, Network, INSTITUTIONS},
	process::{until, TIMEOUT},
	user::User,
};

/// The file of the next version of the runtime.
fn next_runtime() -> Result<PathBuf> {
	if let Some(file) = std::env::var_os("VOUCHSAFE_NEXT_RUNTIME") {
		return Ok(file.into());
	}
	let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scripts/next-runtime");
	let built = Command::new(script).output()?;
	if !built.status.success() {
		bail!("scripts/next-runtime: {}", String::from_utf8_lossy(&built.stderr));
	}
	Ok(String::from_utf8(built.stdout)?.trim().into())
}

static SUITE: Suite = Suite::new("upgrade", 1);

fn keypair(uri: &str) -> Keypair {
	commands::keypair(uri).unwrap()
}

/// The version of the runtime in each validator's best block.
async fn versions(network: &Network) -> Result<Vec<u64>> {
	let mut versions = Vec::new();
	for site in &network.sites {
		let url = site.node.http_url();
		let version = rpc(&url, "state_getRuntimeVersion", json!([])).await;
		let version = version.and_then(|version| version["specVersion"].as_u64());
		versions.push(
			version
				.with_context(|| format!("{} does not report a version", site.institution.name))?,
		);
	}
	Ok(versions)
}

/// State that an upgrade must not change.
async fn state(patient: &User, chain: &Chain) -> Result<(Value, (u64, H256), usize)> {
	let consents = patient.run(&["consent", "list"]).await?;
	let account = keypair(&patient.key).account();
	let at = chain.finalized().await?;
	let records = at.all_records_of(&account).await?.len();
	Ok((consents, at.audit_head(&account).await?, records))
}

/// A call by this patient, signed for the chain at this block, not sent yet. It revokes a consent
/// that does not exist.
async fn signed_at(at: &At, patient: &Keypair) -> Result<Vec<u8>> {
	let nonce = at.nonce(&patient.account()).await?;
	let grantee = Grantee::Institution(keypair("//HospitalC").account());
	Ok(at.sign(patient, &ConsentCall::revoke { grantee, id: 0 }.into(), nonce, 1024).await?)
}

/// Sends a signed call to a validator. Returns the answer.
async fn submit_unchanged(network: &Network, extrinsic: &[u8]) -> Result<String> {
	let params = [format!("0x{}", hex::encode(extrinsic))];
	let call =
		json!({ "jsonrpc": "2.0", "id": 1, "method": "author_submitExtrinsic", "params": params });
	let url = network.sites[0].node.http_url();
	Ok(reqwest::Client::new().post(url).json(&call).send().await?.text().await?)
}

/// Sends a signed call and waits until a block contains it, which the account's nonce shows.
async fn send(chain: &Chain, patient: &Keypair, extrinsic: &[u8]) -> Result<()> {
	let account = patient.account();
	let before = chain.best().await?.nonce(&account).await?;
	chain.hand_in(extrinsic).await?;
	until("a block contains the call", TIMEOUT, || async {
		let nonce = chain.best().await.ok()?.nonce(&account).await.ok()?;
		(nonce > before).then_some(())
	})
	.await
}

/// Proposes an upgrade with a threshold of two, votes, and tries to execute it.
async fn motion_of_two(chain: &Chain, code: &[u8]) -> Result<()> {
	let code_hash = H256(sp_crypto_hashing::blake2_256(code));
	let upgrade = as_root(SystemCall::authorize_upgrade { code_hash }.into());
	let length_bound = u32::try_from(upgrade.encoded_size())?;
	let (a, b) = (keypair("//HospitalA"), keypair("//HospitalB"));
	let propose = CouncilCall::propose { threshold: 2, proposal: Box::new(upgrade), length_bound };
	let included = chain.submit(&a, propose).await?;
	let proposed = included.find(|event| match event {
		Event::Council(CouncilEvent::Proposed { proposal_hash, proposal_index, .. }) => {
			Some((*proposal_hash, *proposal_index))
		},
		_ => None,
	});
	let (proposal, index) = proposed.context("there is no event of the proposal")?;
	let vote = || CouncilCall::vote { proposal, index, approve: true };
	tokio::try_join!(chain.submit(&a, vote()), chain.submit(&b, vote()))?;
	let close = CouncilCall::close {
		proposal_hash: proposal,
		index,
		proposal_weight_bound: MAX_WEIGHT,
		length_bound,
	};
	let included = chain.submit(&a, close).await?;
	let executed = included.find(|event| match event {
		Event::Council(CouncilEvent::Executed { result, .. }) => Some(result.clone()),
		_ => None,
	});
	let result = executed.context("there is no event of the execution")?;
	ensure!(result.is_err(), "a motion of two of four seats ran as Root");
	println!("a motion with a threshold of two: {result:?}");
	Ok(())
}

async fn no_upgrade_is_authorised(chain: &Chain) -> Result<bool> {
	let at = chain.finalized().await?;
	let key = storage::value::<()>("System", "AuthorizedUpgrade");
	Ok(at.storage(key.bytes).await?.is_none())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_motion_upgrades_the_runtime_of_a_running_network() {
	let _turn = SUITE.turn().await;
	upgrade().await.unwrap();
}

async fn upgrade() -> Result<()> {
	let began = Instant::now();
	let secs = || began.elapsed().as_secs_f64();
	let wasm = next_runtime()?;
	let code = std::fs::read(&wasm)?;
	println!("the next runtime: {} bytes [{:.1} s]", code.len(), secs());

	let mut network = Network::start().await?;
	let node = network.node_url();
	let user = |key: &str| User::new(key, &network.root, &node);
	let (patient, doctor) = (user("//PatientA")?, user("//DoctorA")?);
	let council = INSTITUTIONS
		.iter()
		.map(|institution| user(institution.seed))
		.collect::<Result<Vec<_>>>()?;
	let chain = Chain::connect(&node).await?;
	println!("the network runs [{:.1} s]", secs());

	// The state before the upgrade.
	commands::grant(&patient, &Permit::write("Hospital A")).await?;
	commands::grant(&patient, &Permit::read("Hospital B")).await?;
	let file = network.root.join("before.txt");
	std::fs::write(&file, "Written before the upgrade.\n")?;
	let record = commands::add(&doctor, &patient, "Hospital A", &file, "discharge").await?;
	let before = state(&patient, &chain).await?;
	let old = versions(&network).await?;
	ensure!(old.iter().all(|version| *version == old[0]), "the validators differ: {old:?}");
	let stale = signed_at(&chain.finalized().await?, &keypair("//PatientB")).await?;
	println!("version {} on all four; a record, two consents [{:.1} s]", old[0], secs());

	// A file that is not a newer runtime is not proposed.
	let letter = file.display().to_string();
	let said = council[0].fails(&["council", "upgrade", &letter]).await?;
	ensure!(said.contains("is not a runtime"), "{said}");
	println!("a letter as an upgrade: “{}”", commands::sentence(&said));

	// Two of four seats are too few, also for a motion with a lower threshold.
	let wasm_text = wasm.display().to_string();
	let propose = async || -> Result<String> {
		let answer = council[0].run(&["council", "upgrade", &wasm_text, "--yes"]).await?;
		Ok(answer["motion"].as_u64().context("no motion in the answer")?.to_string())
	};
	let motion = propose().await?;
	let vote = |motion: &str, seat: usize, vote: &'static str| {
		let (seat, motion) = (council[seat].clone(), motion.to_string());
		async move { seat.run(&["council", "vote", &motion, vote, "--yes"]).await }
	};
	tokio::try_join!(vote(&motion, 1, "yes"), vote(&motion, 2, "no"))?;
	let said = council[0].fails(&["council", "close", &motion, "--yes"]).await?;
	println!("two for it, one against: “{}”", commands::sentence(&said));
	vote(&motion, 3, "no").await?;
	let closed = council[0].run(&["council", "close", &motion, "--yes"]).await?;
	ensure!(closed["executed"] == false, "two of four seats executed it: {closed}");
	motion_of_two(&chain, &code).await?;
	ensure!(no_upgrade_is_authorised(&chain).await?, "an upgrade is authorised");
	let said = council[0].fails(&["council", "apply", &wasm_text, "--yes"]).await?;
	println!("code that is not authorised: “{}”", commands::sentence(&said));
	ensure!(versions(&network).await? == old, "the runtime changed without a motion");
	println!("two of four seats are too few [{:.1} s]", secs());

	// Three of four seats are enough.
	let motion = propose().await?;
	tokio::try_join!(vote(&motion, 1, "yes"), vote(&motion, 2, "yes"))?;
	let closed = council[3].run(&["council", "close", &motion, "--yes"]).await?;
	ensure!(closed["executed"] == true, "three of four seats did not execute it: {closed}");
	let last_signed_for_the_old =
		signed_at(&chain.finalized().await?, &keypair("//PatientA")).await?;
	let applied = council[0].run(&["council", "apply", &wasm_text, "--yes"]).await?;
	let block = u32::try_from(applied["block"].as_u64().context("no block in the answer")?)?;
	println!("three of four seats: applied in block {block} [{:.1} s]", secs());

	// All four validators run it and keep finalising.
	let new = vec![old[0] + 1; 4];
	until("the version rises on all four", TIMEOUT, || async {
		versions(&network).await.ok().filter(|versions| *versions == new)
	})
	.await?;
	for index in 0..network.sites.len() {
		network.wait_for_block(index, block + 2).await?;
	}
	let url = network.sites[3].node.http_url();
	let hash = rpc(&url, "chain_getBlockHash", json!([block + 1])).await;
	let then = rpc(&url, "state_getRuntimeVersion", json!([hash])).await.context("no version")?;
	ensure!(then["specVersion"] == new[0], "block {} still ran the old code", block + 1);
	println!("version {} on all four, block {} final [{:.1} s]", new[0], block + 2, secs());

	// Calls that were signed for the old version are refused. Calls that are signed now are not.
	for (what, old_one) in [("long before", stale), ("just before", last_signed_for_the_old)] {
		let answer = submit_unchanged(&network, &old_one).await?;
		println!("signed {what} the upgrade: {answer}");
		ensure!(answer.contains("bad signature"), "the node should refuse it for its signature");
	}
	let other = keypair("//PatientB");
	let signed = signed_at(&chain.finalized().await?, &other).await?;
	send(&chain, &other, &signed).await?;
	println!("the same, signed now, is in a block [{:.1} s]", secs());

	// The state is the same, and people and custodians continue.
	let after = state(&patient, &chain).await?;
	ensure!(after == before, "the state changed: {before:?} {after:?}");
	commands::verified_log(&patient).await?;
	let out = network.root.join("opened");
	commands::open_own(&patient, &record, &out).await?;
	ensure!(std::fs::read(&out)? == std::fs::read(&file)?, "the bytes differ");
	std::fs::write(&file, "Written after the upgrade.\n")?;
	let record = commands::add(&doctor, &patient, "Hospital A", &file, "discharge").await?;
	commands::open_own(&patient, &record, &out).await?;
	ensure!(std::fs::read(&out)? == std::fs::read(&file)?, "the bytes differ");
	let log = commands::verified_log(&patient).await?;
	println!("consents, records and the log ({log} entries) are complete [{:.1} s]", secs());

	// A client of the old version reads the new one's events, and can tell them from its own.
	commands::grant(&patient, &Permit::read("Hospital C")).await?;
	let events = chain.finalized().await?.events().await?;
	let began = ForeignEvent("Next.Began".into());
	ensure!(events.iter().any(|record| record.event.as_ref() == Err(&began)), "{events:?}");
	reindex(&mut network, block).await?;
	println!("a custodian without an index has read both versions' blocks [{:.1} s]", secs());
	Ok(())
}

/// Lets a custodian begin with an empty database, and waits until it has read the log of all blocks.
async fn reindex(network: &mut Network, upgraded: u32) -> Result<()> {
	let site = network.index("c");
	network.sites[site].custodian.process = None;
	std::fs::remove_dir_all(network.sites[site].custodian.base.join("store"))?;
	network.start_custodian(site).await?;
	network.wait_ready(site).await?;
	let url = format!("{}/metrics", network.sites[site].custodian.monitoring_url());
	let gauge = |name: &'static str| {
		let url = url.clone();
		async move {
			let metrics = reqwest::get(url).await.ok()?.text().await.ok()?;
			let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
			line?.parse::<f64>().ok()
		}
	};
	until("the index reaches the new runtime's blocks", TIMEOUT, || async {
		let indexed = gauge("vouchsafe_custodian_indexed_block").await?;
		(indexed > f64::from(upgraded)).then_some(())
	})
	.await?;
	let mismatches = gauge("vouchsafe_custodian_log_mismatches").await;
	ensure!(mismatches == Some(0.0), "the index differs: {mismatches:?}");
	Ok(())
}
