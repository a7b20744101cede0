//! How fast reports are verified and stored. Run with `--ignored`.

use super::harness::*;
use crate::{
	chain::double::studies::lock,
	store::{ListPart, Report, ReportProgress},
	studies::secrets::{self, Stored},
};
use codec::Encode;
use futures::StreamExt;
use std::time::Instant;
use vouchsafe_client::chain::{AccountId, StudyQuestion};
use vouchsafe_vault::study::{
	report::{shard, ReportContext, Sharded},
	verify::{Verifier, VerifyKey},
};

const REPORTS: u32 = 40_000;

/// The processor time that this program has used, in seconds.
fn processor_time() -> f64 {
	let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
	let after_name = stat.rsplit(')').next().unwrap();
	let fields: Vec<&str> = after_name.split_whitespace().collect();
	let ticks = |place: usize| fields[place].parse::<f64>().unwrap();
	// In hundredths of a second, as Linux counts everywhere.
	(ticks(11) + ticks(12)) / 100.0
}

fn patient(number: u32) -> [u8; 32] {
	let mut account = [9; 32];
	account[..4].copy_from_slice(&number.to_be_bytes());
	account
}

/// Own reports of 10 cells, two aggregators on this machine, beside the same cryptography alone.
#[ignore = "a measurement"]
#[tokio::test(flavor = "multi_thread")]
async fn own_reports() {
	let mut terms = terms(2);
	terms.question = StudyQuestion::Table { cells: 10, weight: 1 };
	let question = terms.question;
	let network = Network::new(terms, &[("//A", &[])], true).await;
	for number in 0..REPORTS {
		let patient = AccountId::new(patient(number));
		lock(&network.studies).people.insert(patient.clone(), patient);
	}
	network.freeze().await;
	let mut cells = [0; 10];
	cells[3] = 1;
	let contexts = (0..REPORTS)
		.map(|number| ReportContext::new(network.round(), patient(number).into(), 1))
		.collect::<Vec<_>>();
	let sharded: Vec<_> =
		contexts.iter().map(|context| shard(&question, 2, context, &cells).unwrap()).collect();
	let key = VerifyKey::random();
	let begin = Instant::now();
	for (context, sharded) in contexts.iter().zip(&sharded) {
		let verifiers = [0, 1].map(|place| Verifier::new(&question, 2, place, context).unwrap());
		let begun: Vec<_> = verifiers
			.iter()
			.zip(&sharded.input_shares)
			.map(|(verifier, share)| {
				verifier.init(&key, &sharded.nonce, &sharded.public_share, share).unwrap()
			})
			.collect();
		let shares: Vec<_> = begun.iter().map(|(_, share)| share.clone()).collect();
		let message = verifiers[0].message(&shares).unwrap();
		for (verifier, (state, _)) in verifiers.iter().zip(begun) {
			verifier.finish(state, &message).unwrap();
		}
	}
	let bare = begin.elapsed();
	let begin = Instant::now();
	keep(&network, &contexts, &sharded, false).await;
	let listed = begin.elapsed();
	let begin = Instant::now();
	network.step(0).await.unwrap();
	let settled = begin.elapsed();
	let begin = Instant::now();
	keep(&network, &contexts, &sharded, true).await;
	let stored = begin.elapsed();
	let (begin, used) = (Instant::now(), processor_time());
	network.step(0).await.unwrap();
	let (verified, used) = (begin.elapsed(), processor_time() - used);
	network.end_gathering();
	let begin = Instant::now();
	network.finish().await;
	let rate = |elapsed: std::time::Duration| f64::from(REPORTS) / elapsed.as_secs_f64();
	println!(
		"{REPORTS} own reports, two aggregators: bare {:.0}/s, lists taken {:.0}/s and settled {:.0}/s, \
		 reports taken {:.0}/s and verified {:.0}/s ({:.0}/s and core: {:.2} of bare), then a result in \
		 {:.1} s",
		rate(bare),
		rate(listed),
		rate(settled),
		rate(stored),
		rate(verified),
		f64::from(REPORTS) / used,
		bare.as_secs_f64() / used,
		begin.elapsed().as_secs_f64()
	);
}

/// Stores lists of nullifiers, or reports, as they come in, at both aggregators.
async fn keep(
	network: &Network,
	contexts: &[ReportContext],
	sharded: &[Sharded],
	with_reports: bool,
) {
	for place in 0..2 {
		let aggregated = network.aggregated(place).await;
		let (database, id) = (aggregated.state.database.clone(), aggregated.id());
		let key = secrets::round_key(&aggregated.state, id).await.unwrap();
		let kept = contexts.iter().zip(sharded).enumerate().map(|(number, (context, sharded))| {
			let contributor: [u8; 32] = context.contributor.clone().into();
			let nullifier = patient(u32::try_from(number).unwrap());
			let list = ListPart {
				contributor,
				part: 0,
				parts: 1,
				length: 1,
				digest: nullifier,
				ciphertext: key
					.encrypt(&Stored::Nullifiers(contributor, 0).encode(), &nullifier)
					.unwrap(),
			};
			let stored = Stored::Share(contributor, context.report).encode();
			let report = Report {
				contributor,
				people: 1,
				report: context.report,
				nonce: sharded.nonce,
				public_share: sharded.public_share.clone(),
				share: key.encrypt(&stored, &sharded.input_shares[place]).unwrap(),
				progress: ReportProgress::Waiting,
				limit: None,
			};
			let database = database.clone();
			async move {
				match with_reports {
					true => drop(database.keep_report(id, report, 1).await.unwrap()),
					false => drop(database.keep_list_part(id, list, 1).await.unwrap()),
				}
			}
		});
		let kept: Vec<_> = kept.collect();
		for part in futures::stream::iter(kept).ready_chunks(500).collect::<Vec<_>>().await {
			futures::future::join_all(part).await;
		}
	}
}
