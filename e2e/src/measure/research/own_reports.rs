//! Patients who contribute alone: each sends a list of nullifiers and a report to both aggregators.

use super::{
	super::load::{self, Outcome, Plan},
	bare_verification, one_in,
	study::{now, Study, AGGREGATORS},
	Row, CELLS,
};
use crate::{
	consenting,
	network::{Network, INSTITUTIONS},
};
use anyhow::{ensure, Context, Result};
use futures::{StreamExt, TryStreamExt};
use rusqlite::Connection;
use std::{
	path::Path,
	sync::atomic::{AtomicUsize, Ordering},
	time::{Duration, Instant},
};
use subxt_signer::sr25519::Keypair;
use vouchsafe_client::{
	chain::{
		calls::{RuntimeCall, StudiesCall},
		Signer, StudyQuestion, Submit, View,
	},
	custodian::{AllowedAddresses, Custodian, CustodianClient},
	messages::{AskStudyStatus, Hex, HexBytes, SendNullifiers, SendReport},
};
use vouchsafe_vault::{
	random_bytes,
	seal::PublicKey,
	study::report::{seal_share, shard, ReportContext},
};

/// How many patients send at a time.
const AT_ONCE: usize = 64;
/// After how many patients progress is printed.
const NEWS: usize = 2_000;
/// For how long reports are gathered after the freeze, in seconds. They are all there already.
const GATHER: u64 = 10;
/// How often it is looked whether the reports are verified.
const PAUSE: Duration = Duration::from_millis(50);

/// How many items are stored for a patient: a list and a report at each aggregator.
const STORED: f64 = 2.0 * AGGREGATORS.len() as f64;
/// How many bytes an inserted row has, about as many as a report.
const ROW: u32 = 512;
/// For how long inserts are timed.
const INSERTING: Duration = Duration::from_secs(2);

/// What a patient sends.
struct Sending {
	signer: Keypair,
	list: SendNullifiers,
	/// One part for each aggregator.
	parts: Vec<SendReport>,
}

/// The custodian of an aggregator.
struct Aggregator {
	client: CustodianClient,
	key: PublicKey,
}

/// Patients contribute themselves, and send their reports before the round closes. `seconds` is the target.
/// Returns also how the chain took their contributions.
pub async fn measure(network: &Network, people: u32, seconds: u32) -> Result<(Vec<Row>, Outcome)> {
	let (bare, inserts) = (bare_verification()?, durable_inserts(&network.root)?);
	let study = Study::begin(network, 60 + u64::from(people / 60), GATHER).await?;
	eprintln!("{people} patients contribute themselves …");
	let signers: Vec<Keypair> = (0..people as usize).map(consenting::signer).collect();
	let plan = Plan { signers: signers.clone(), calls: 1, at_most: None };
	let contributed = load::run(network, &study.chain, &plan, |patient, _| {
		let people = vec![(patient.account(), None)];
		RuntimeCall::from(StudiesCall::contribute { study: study.id, people })
	})
	.await?;
	study.until_people(people).await?;
	eprintln!("making {people} reports …");
	let aggregators = aggregators(&study).await?;
	let sendings = signers
		.into_iter()
		.map(|signer| sending(&study, &aggregators, signer))
		.collect::<Result<Vec<_>>>()?;

	eprintln!("sending them …");
	let begun = now();
	send(&aggregators, &sendings).await?;
	let sent = now();
	ensure!(sent < study.closes, "the round closed before all reports were sent");
	let gathers_until = study.until_frozen().await?;
	let verified = verify(network, &study, &aggregators, &sendings[0], people).await?;
	let answered = study.until_answered(people).await?;

	let idle = (gathers_until - verified.at).max(0.0);
	let after = answered - study.closes - idle;
	let total = sent - begun + after;
	let rate = f64::from(people) / verified.processor;
	let rows = vec![
		Row::new(
			"reports of one person verified and stored, two aggregators, 10 cells",
			format!(
				"{rate:.0} a second and core: the custodians used {:.1} s of the processors for {people} in \
				 {:.1} s",
				verified.processor, verified.took
			),
			format!("{bare:.0} a second, prio alone for both on one core, nothing stored"),
			"at least 80 % of prio",
		)
		.ratio(rate / bare),
		Row::new(
			&format!(
				"{people} own reports, first upload to result, two aggregators on this machine"
			),
			format!(
				"{total:.1} s: {:.1} s until all are sent, {after:.1} s from the close to the result without \
				 {idle:.1} s of waiting for the end of the time to gather",
				sent - begun
			),
			format!(
				"{:.1} s, prio alone on two cores; {:.1} s, as many lists and reports stored in SQLite one by one",
				f64::from(people) / bare / 2.0,
				f64::from(people) * STORED / inserts
			),
			&format!("at most {seconds} s"),
		)
		.ratio(total / f64::from(seconds)),
	];
	Ok((rows, contributed))
}

/// How many rows SQLite stores in a second, if each is on the disk before the next one.
fn durable_inserts(folder: &Path) -> Result<f64> {
	let database = Connection::open(folder.join("inserts"))?;
	database.execute_batch(
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
		 CREATE TABLE items (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)",
	)?;
	let mut insert = database.prepare("INSERT INTO items (bytes) VALUES (zeroblob(?1))")?;
	let (begun, mut done) = (Instant::now(), 0u32);
	while begun.elapsed() < INSERTING {
		insert.execute([ROW])?;
		done += 1;
	}
	Ok(f64::from(done) / begun.elapsed().as_secs_f64())
}

async fn aggregators(study: &Study) -> Result<Vec<Aggregator>> {
	let all = study.chain.finalized().await?.all_institutions().await?;
	AGGREGATORS
		.into_iter()
		.map(|place| {
			let name = INSTITUTIONS[place].name.as_bytes();
			let named = all.iter().find(|(.., one)| one.name == name);
			let (account, .., institution) = named.context("an aggregator is missing")?;
			let custodian = institution.custodian.as_ref().context("it has no custodian")?;
			let url = std::str::from_utf8(&custodian.url)?;
			let genesis = study.chain.genesis();
			let allowed = AllowedAddresses::all();
			let client = CustodianClient::new(url, account.clone(), genesis, &allowed)?;
			Ok(Aggregator { client, key: PublicKey(custodian.key) })
		})
		.collect()
}

/// A report of one person. Nobody can tell a nullifier from random bytes, so it is not evaluated.
fn sending(study: &Study, aggregators: &[Aggregator], signer: Keypair) -> Result<Sending> {
	let (contributor, round) = (signer.account(), study.round());
	let context = ReportContext::new(round, contributor.clone(), 1);
	let question = StudyQuestion::Table { cells: CELLS, weight: 1 };
	let sharded = shard(&question, u8::try_from(aggregators.len())?, &context, &one_in(CELLS))?;
	let contributor = Hex::from(&contributor);
	let list = SendNullifiers {
		study: study.id,
		round: round.round,
		contributor,
		part: 0,
		parts: 1,
		nullifiers: vec![Hex(random_bytes())],
	};
	let parts = (0..)
		.zip(aggregators)
		.zip(&sharded.input_shares)
		.map(|((place, aggregator), share)| {
			Ok(SendReport {
				study: study.id,
				round: round.round,
				contributor,
				people: 1,
				report: Hex(context.report),
				nonce: Hex(sharded.nonce),
				public_share: HexBytes(sharded.public_share.clone()),
				sealed_share: HexBytes(seal_share(&aggregator.key, &context, place, share)?),
			})
		})
		.collect::<Result<_>>()?;
	Ok(Sending { signer, list, parts })
}

/// Sends everything.
async fn send(aggregators: &[Aggregator], sendings: &[Sending]) -> Result<()> {
	let done = AtomicUsize::new(0);
	let done = &done;
	futures::stream::iter(sendings)
		.map(Ok)
		.try_for_each_concurrent(AT_ONCE, |Sending { signer, list, parts }| async move {
			for (aggregator, part) in aggregators.iter().zip(parts) {
				aggregator.client.send_nullifiers(signer, list).await?;
				aggregator.client.send_report(signer, part).await?;
			}
			let done = done.fetch_add(1, Ordering::Relaxed) + 1;
			if done.is_multiple_of(NEWS) {
				eprintln!("  {done} of {} reports are sent", sendings.len());
			}
			Ok(())
		})
		.await
}

/// How the reports were verified.
struct Verified {
	/// When the last one was.
	at: f64,
	/// How long it took, in seconds.
	took: f64,
	/// How long the custodians used the processors for it, in seconds.
	processor: f64,
}

/// Waits until all reports are verified at both aggregators.
async fn verify(
	network: &Network,
	study: &Study,
	aggregators: &[Aggregator],
	one: &Sending,
	people: u32,
) -> Result<Verified> {
	let ask = AskStudyStatus { study: study.id, round: 0, contributor: one.list.contributor };
	let leader = &aggregators[0].client;
	// Before the question, so that no work on reports is missed.
	let (mut begun, mut before) = (now(), used(network)?);
	while !leader.study_status(&one.signer, &ask).await?.settled {
		tokio::time::sleep(PAUSE).await;
		(begun, before) = (now(), used(network)?);
	}
	eprintln!("  all lists are settled, the reports are being verified …");
	loop {
		let mut least = u32::MAX;
		for place in AGGREGATORS {
			let url = network.sites[place].custodian.monitoring_url();
			least = least.min(verified_at(&url).await?);
		}
		if least >= people {
			break;
		}
		tokio::time::sleep(PAUSE).await;
	}
	let at = now();
	Ok(Verified { at, took: at - begun, processor: used(network)? - before })
}

/// How many reports a custodian has verified since it began.
async fn verified_at(url: &str) -> Result<u32> {
	let metrics = reqwest::get(format!("{url}/metrics")).await?.text().await?;
	let name = "vouchsafe_custodian_study_reports_total{outcome=\"verified\"} ";
	let count = metrics.lines().find_map(|line| line.strip_prefix(name));
	Ok(count.map_or(Ok(0), str::parse)?)
}

/// How long the aggregators' custodians have used the processors, in seconds.
fn used(network: &Network) -> Result<f64> {
	let mut used = 0.0;
	for place in AGGREGATORS {
		let process = network.sites[place].custodian.process.as_ref();
		let process = process.context("a custodian does not run")?;
		used += process.processor_time()?.as_secs_f64();
	}
	Ok(used)
}
