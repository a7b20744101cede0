//! Attacks with many calls: a nurse, a whole hospital, and a hospital that fills a patient's log.

use super::{
	got_through,
	scene::{account, open, Scene},
	Attack, By, Played, Stopped,
};
use crate::{
	commands::keypair,
	measure,
	network::{hand_in, rpc, Network, Options},
	stops,
};
use anyhow::{ensure, Context, Result};
use serde_json::{json, Value};
use std::{
	sync::atomic::{AtomicBool, AtomicUsize, Ordering},
	time::Duration,
};
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::chain::{
	calls::{AccessRequestsCall, ConsentCall, EnrolmentCall, RuntimeCall, UtilityCall},
	refusal_of, Action, Actions, Asked, Chain, ChainError, Confidentiality, Effect, Grantee,
	Purpose, Purposes, ShownText, Signer, Status, Submit, Terms, View, H256, SEALED_SUITE,
};

/// The attacks.
pub const ATTACKS: &[Attack] = &[
	Attack::own(
		"1.4",
		"A nurse uses up her hospital's quota with openings",
		|| Box::pin(a_nurse()),
	),
	Attack::own("1.5", "A hospital fills the blocks with calls of 240 of its patients", || {
		Box::pin(a_hospital())
	}),
	Attack::shared("1.9", "A hospital without a permit floods a patient's log", |network| {
		Box::pin(lines_in_a_log(network))
	}),
	Attack::shared("1.12b", "A doctor writes the reason of a request in the clear", |network| {
		Box::pin(a_reason_in_the_clear(network))
	}),
];

/// A call must be in one of the next so many blocks, however many calls wait.
const BLOCKS: u32 = 3;
/// The most lines that an institution without a permit causes in a patient's log on a day.
const LINES_A_DAY: u64 = 16;

/// What a request asks for: to read for treatment.
pub(super) fn to_read() -> Asked {
	Asked {
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		categories: Default::default(),
		labels: Terms::all(Effect::Permit).labels,
		confidentiality: Confidentiality::Normal,
		records: Default::default(),
		data_period: Default::default(),
	}
}

/// A request of Hospital B's to read for treatment.
pub(super) fn request(patient: &str, reason: Vec<u8>) -> RuntimeCall {
	let institution = account("//HospitalB");
	AccessRequestsCall::submit {
		patient: account(patient),
		institution: institution.clone(),
		grantee: Grantee::Institution(institution),
		asked: to_read(),
		duration: 60 * 60,
		reason,
	}
	.into()
}

/// A reason of the usual length, as if it were sealed.
pub(super) fn sealed_reason() -> Vec<u8> {
	vec![SEALED_SUITE; 512]
}

async fn lines_in_a_log(network: &Network) -> Played {
	let scene = Scene::new(network, "Log").await?;
	let (patient, key) = (scene.patient(), scene.scenario.patient.key.as_str());
	let record = scene.add_letter(&[]).await?;
	let lines = || async {
		anyhow::Ok(scene.chain.finalized().await?.audit_head(&scene.patient()).await?.0)
	};
	let before = lines().await?;
	for reader in ["//DoctorB", "//DoctorB2", "//RegistrarB"] {
		let mut calls = Vec::new();
		for request_number in 0..8 {
			let withdraw =
				AccessRequestsCall::withdraw { patient: patient.clone(), request: request_number };
			calls.push(request(key, sealed_reason()));
			calls.push(withdraw.into());
			calls.push(open(patient.clone(), H256([7; 32]), Some("//HospitalB")));
		}
		// Each call that fails is left out.
		scene.ok(reader, UtilityCall::force_batch { calls }).await?;
	}
	let added = lines().await? - before;
	stops!(added <= LINES_A_DAY, "{added} lines in the patient's log");
	ensure!(added > 0, "nothing was logged");
	// With a permit B is not counted, and its openings are logged.
	scene.permit(&[]).await?;
	let before = lines().await?;
	scene.opens(&scene.doctor_b, &record, &scene.letter()?).await?;
	ensure!(lines().await? == before + 1, "an opening under a permit is logged");
	Ok(Stopped::by_chain(format!("after {added} lines, the most of a day")))
}

async fn a_reason_in_the_clear(network: &Network) -> Played {
	let scene = Scene::new(network, "Reason").await?;
	let key = scene.scenario.patient.key.as_str();
	let reason: Vec<u8> = "suspected HIV infection ".bytes().cycle().take(512).collect();
	let got = "a diagnosis that everybody can read";
	let error = "AccessRequests.ReasonNotSealed";
	scene.refused("//DoctorB", request(key, reason), error, got).await?;
	scene.ok("//DoctorB", request(key, sealed_reason())).await?;
	Ok(Stopped::by_chain("the reason is not sealed to the patient"))
}

/// Four validators with the patients of the `bench` chain, and no custodians.
async fn many_patients() -> Result<Network> {
	let options = Options { chain: "bench".into(), custodians: false, ..Options::default() };
	Network::with(options).await
}

/// How many calls wait in A's pool.
async fn waiting(url: &str) -> usize {
	let pending = rpc(url, "author_pendingExtrinsics", json!([])).await;
	pending.as_ref().and_then(Value::as_array).map_or(0, Vec::len)
}

/// A number of blocks in words.
pub(super) fn blocks(number: u32) -> String {
	match number {
		1 => "a block".into(),
		number => format!("{number} blocks"),
	}
}

/// Sends a call and returns the number of blocks until it is in one.
pub(super) async fn blocks_until(chain: &Chain, key: &str, call: RuntimeCall) -> Result<u32> {
	let before = chain.best().await?.number;
	let included = chain.submit_best(&keypair(key)?, call).await;
	Ok(included.with_context(|| format!("the call of {key}"))?.number.saturating_sub(before))
}

fn suspend(who: &str) -> RuntimeCall {
	EnrolmentCall::set_status { account: account(who), status: Status::Suspended }.into()
}

/// Hands in the call of one account with one nonce after the other, at most so many. Returns how many the
/// pool took, and why it refused the next one.
pub(super) async fn fill(
	url: &str,
	chain: &Chain,
	key: &Keypair,
	call: &RuntimeCall,
	most: u64,
) -> Result<(u64, Option<ChainError>)> {
	let at = chain.best().await?;
	let first = at.nonce(&key.account()).await?;
	for taken in 0..most {
		let extrinsic = at.sign(key, call, first + taken, 64).await?;
		if let Some(said) = hand_in(url, &extrinsic).await? {
			let refusal = refusal_of(&said).with_context(|| format!("unknown: {said}"))?;
			return Ok((taken, Some(refusal)));
		}
	}
	Ok((most, None))
}

/// Openings in one call of the nurse.
const OPENINGS: usize = 40;
/// The nurse gives up after so long.
const PATIENCE: Duration = Duration::from_secs(120);

async fn a_nurse() -> Played {
	let network = many_patients().await?;
	let url = network.sites[0].node.http_url();
	let chain = Chain::connect(&network.node_url()).await?;
	let patient = measure::patient(0).account();
	let calls = (0..OPENINGS)
		.map(|number| {
			let mut record = [9; 32];
			record[..8].copy_from_slice(&number.to_le_bytes());
			open(patient.clone(), H256(record), Some("//HospitalA"))
		})
		.collect();
	let openings = UtilityCall::force_batch { calls }.into();
	let nurse = keypair("//DoctorA")?;
	let sent = AtomicUsize::new(0);
	let flooding = async {
		loop {
			let (taken, refusal) = fill(&url, &chain, &nurse, &openings, 1_000).await?;
			sent.fetch_add(usize::try_from(taken)?, Ordering::Relaxed);
			match refusal {
				Some(ChainError::QuotaSpent) => return anyhow::Ok(()),
				// What waits is included before more is sent.
				_ => tokio::time::sleep(Duration::from_millis(200)).await,
			}
		}
	};
	tokio::time::timeout(PATIENCE, flooding)
		.await
		.map_err(|_| got_through("more openings than an eighth of the hospital's quota"))??;
	let openings = sent.load(Ordering::Relaxed) * OPENINGS;
	// Her colleague and the registrar go on, the registrar at once.
	let waited = blocks_until(&chain, "//RegistrarA", suspend("//DoctorA")).await?;
	stops!(waited <= BLOCKS, "{} until the registrar could suspend her", blocks(waited));
	let colleague = UtilityCall::batch { calls: vec![] }.into();
	blocks_until(&chain, "//DoctorA2", colleague).await.context("a colleague's call")?;
	let (_, refusal) = fill(&url, &chain, &nurse, &suspend("//DoctorA"), 1).await?;
	ensure!(refusal == Some(ChainError::MayNotSign), "she is suspended: {refusal:?}");
	let quota = "an eighth of the quota";
	let how = format!("after {openings} openings, {quota}; suspended in {}", blocks(waited));
	Ok(Stopped::by_pool(how))
}

/// Patients of Hospital A who flood, the calls of each that wait at a time, and the revocations in each of
/// these.
const FLOODING: usize = 240;
const WAITING: u64 = 2;
const HEAVY: usize = 200;

async fn a_hospital() -> Played {
	let network = many_patients().await?;
	let url = network.sites[0].node.http_url();
	let chain = Chain::connect(&network.node_url()).await?;
	let terms = Terms {
		actions: Actions::of(&[Action::Read]),
		purposes: Purposes::of(&[Purpose::Treatment]),
		..Terms::all(Effect::Permit)
	};
	let text = ShownText { commitment: H256([1; 32]), language: *b"en" };
	let grantee = Grantee::Institution(account("//HospitalC"));
	let grant = ConsentCall::grant { grantee: grantee.clone(), terms, text };
	let granted = chain.submit(&keypair("//PatientB")?, grant).await?;
	let consents = chain.finalized().await?.all_consents_of(&account("//PatientB")).await?;
	let (_, consent) = consents.first().with_context(|| format!("a consent in {granted:?}"))?;

	// Hospital A enrolled every fourth patient. A few of their calls fill a block.
	let nothing = ConsentCall::revoke { grantee: grantee.clone(), id: 4_000_000 };
	let flood = UtilityCall::force_batch { calls: vec![nothing.into(); HEAVY] }.into();
	let patients: Vec<_> = (0..FLOODING).map(|it| measure::patient(it * 4)).collect();
	let (stop, full) = (AtomicBool::new(false), AtomicBool::new(false));
	let flooding = async {
		while !stop.load(Ordering::Relaxed) {
			for patient in &patients {
				fill(&url, &chain, patient, &flood, WAITING).await?;
				if stop.load(Ordering::Relaxed) {
					break;
				}
			}
			full.store(true, Ordering::Relaxed);
		}
		anyhow::Ok(())
	};
	let honest = async {
		while !full.load(Ordering::Relaxed) {
			tokio::time::sleep(Duration::from_millis(50)).await;
		}
		let begin = chain.best().await?.number;
		let mut slowest = 0;
		for (who, key, call) in [
			("a registrar of A", "//RegistrarA", suspend("//PatientA")),
			("a seat of the council", "//HospitalC", super::governance::some_motion()?),
			(
				"a patient who revokes",
				"//PatientB",
				ConsentCall::revoke { grantee: grantee.clone(), id: consent.id }.into(),
			),
			(
				"a doctor who opens a record",
				"//DoctorC",
				open(account("//PatientB"), H256([7; 32]), Some("//HospitalC")),
			),
		] {
			let waited = blocks_until(&chain, key, call).await?;
			stops!(waited <= BLOCKS, "{} that {who} waited for", blocks(waited));
			slowest = slowest.max(waited);
		}
		let (waiting, passed) = (waiting(&url).await, chain.best().await?.number - begin);
		stop.store(true, Ordering::Relaxed);
		ensure!(waiting > FLOODING / 4, "the flood was too small: only {waiting} calls wait");
		anyhow::Ok((slowest, waiting, passed))
	};
	let (slowest, waiting, passed) = tokio::select! {
		ended = async { tokio::try_join!(flooding, honest) } => ended?.1,
		() = tokio::time::sleep(PATIENCE) => return Err(got_through("the chain for two minutes")),
	};
	let how = format!("others waited for {} at most", blocks(slowest));
	Ok(By::Chain
		.withstands(format!("{how}; {waiting} of its calls still waited {passed} blocks later")))
}
