//! How fast reports are verified and stored. Run with `--ignored`.

use super::{harness::*, own::*};
use crate::chain::double::studies::lock;
use std::time::{Duration, Instant};
use vouchsafe_client::chain::{AccountId, StudyQuestion};
use vouchsafe_vault::study::{
	report::ReportContext,
	verify::{Verifier, VerifyKey},
};

/// How many reports: another number with the environment variable `REPORTS`.
const REPORTS: u32 = 10_000;

/// The processor time that this program has used, in seconds.
fn processor_time() -> f64 {
	let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
	let after_name = stat.rsplit(')').next().unwrap();
	let fields: Vec<&str> = after_name.split_whitespace().collect();
	let ticks = |place: usize| fields[place].parse::<f64>().unwrap();
	// In hundredths of a second, as Linux counts everywhere.
	(ticks(11) + ticks(12)) / 100.0
}

/// Own reports of 10 cells, two aggregators on this machine, beside the same cryptography alone.
#[ignore = "a measurement"]
#[tokio::test(flavor = "multi_thread")]
async fn own_reports() {
	let number = std::env::var("REPORTS").ok().and_then(|text| text.parse().ok());
	let number: u32 = number.unwrap_or(REPORTS);
	let mut terms = terms(2);
	terms.question = StudyQuestion::Table { cells: 10, weight: 1 };
	let question = terms.question;
	let network = Network::new(terms, &[("//A", &[])], true).await;
	let contributors: Vec<[u8; 32]> = (0..number).map(patient).collect();
	for contributor in &contributors {
		let patient = AccountId::new(*contributor);
		lock(&network.studies).people.insert(patient.clone(), patient);
	}
	network.freeze().await;
	let reports: Vec<[OwnPart; 2]> =
		(0..number).map(|number| own_report(&network, &question, number, 3)).collect();
	let before = processor_time();
	verify_alone(&network, &question, &reports);
	let alone = processor_time() - before;
	let begin = Instant::now();
	for place in 0..2 {
		keep_lists(&network, place, &contributors).await;
	}
	let listed = begin.elapsed();
	let begin = Instant::now();
	network.step(0).await.unwrap();
	let settled = begin.elapsed();
	let begin = Instant::now();
	for place in 0..2 {
		let parts: Vec<OwnPart> = reports.iter().map(|report| report[place].clone()).collect();
		keep_reports(&network, place, &parts).await;
	}
	let stored = begin.elapsed();
	let (begin, before) = (Instant::now(), processor_time());
	network.step(0).await.unwrap();
	let (verified, used) = (begin.elapsed(), processor_time() - before);
	network.end_gathering();
	let begin = Instant::now();
	network.finish().await;
	let rate = |elapsed: Duration| f64::from(number) / elapsed.as_secs_f64();
	println!(
		"{number} own reports, two aggregators: lists taken {:.0}/s and settled {:.0}/s, reports taken \
		 {:.0}/s and verified {:.0}/s, a result after {:.1} s; a second and core verified {:.0}, by the \
		 cryptography alone {:.0}: {:.2} of it",
		rate(listed),
		rate(settled),
		rate(stored),
		rate(verified),
		begin.elapsed().as_secs_f64(),
		f64::from(number) / used,
		f64::from(number) / alone,
		alone / used
	);
}

fn verify_alone(network: &Network, question: &StudyQuestion, reports: &[[OwnPart; 2]]) {
	let key = VerifyKey::random();
	for parts in reports {
		let context = ReportContext {
			round: network.round(),
			contributor: parts[0].contributor.into(),
			people: 1,
			report: parts[0].report,
		};
		let verifiers = [0, 1].map(|place| Verifier::new(question, 2, place, &context).unwrap());
		let begun = verifiers.iter().zip(parts).map(|(verifier, part)| {
			verifier.init(&key, &part.nonce, &part.public_share, &part.share).unwrap()
		});
		let (states, shares): (Vec<_>, Vec<_>) = begun.unzip();
		let message = verifiers[0].message(&shares).unwrap();
		for (verifier, state) in verifiers.iter().zip(states) {
			verifier.finish(state, &message).unwrap();
		}
	}
}
