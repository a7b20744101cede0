//! What studies cost: without a network, verifying reports, evaluating identifiers and reading FHIR files,
//! beside the libraries' own speed, and the size of reports; with a network, whole rounds.

mod extraction;
mod hospitals;
mod own_reports;
mod study;

use super::Row;
use crate::{
	consenting::HOSPITALS,
	network::{Limits, Network, Options, Research},
};
use anyhow::{anyhow, Context, Result};
use prio::vdaf::{
	prio3::{optimal_chunk_length, Prio3},
	Aggregator as _, Client as _, VerifyTransition,
};
use std::time::{Duration, Instant};
use vouchsafe_client::chain::{StudyQuestion, StudyRound, H256};
use vouchsafe_vault::{
	random_bytes,
	seal::SecretKey,
	study::{
		nullifier::{Blinded, EvaluationKey, Input, MAX_EVALUATED},
		report::{seal_share, shard, ReportContext, Sharded},
		verify::{Verifier, VerifyKey},
	},
};

/// Aggregators of the measured study.
const AGGREGATORS: u8 = 2;
/// Cells of the measured table.
const CELLS: u16 = 10;
/// For how long each figure is measured.
const TIME: Duration = Duration::from_secs(3);

/// The rows that need a network. `large` takes ten times as many people.
pub async fn measure_rounds(large: bool) -> Result<Vec<Row>> {
	let (people, own_target, target) = if large { (100_000, 200, 60) } else { (10_000, 20, 30) };
	eprintln!("starting {HOSPITALS} hospitals with {people} patients, and the authority …");
	let options = Options {
		chain: "bench".into(),
		research: Some(Research::WithNoise),
		consenting: people as usize,
		..Options::default()
	};
	let mut network = Network::with(options).await?;
	for place in study::AGGREGATORS {
		// All patients have one address here.
		let unlimited =
			Limits { requests_per_second: 100_000, burst: 100_000, ..Limits::default() };
		network.restart_custodian(place, unlimited).await?;
	}
	let (row, contributed) = hospitals::measure(&network, people, target).await?;
	let (mut rows, own) = own_reports::measure(&network, people, own_target).await?;
	rows.push(row);
	rows.extend(contributed.rows(&own));
	Ok(rows)
}

/// The rows that need no network.
pub fn measure() -> Result<Vec<Row>> {
	let mut rows = vec![verification()?, evaluation()?];
	rows.extend(extraction::measure()?);
	rows.extend(sizes()?);
	Ok(rows)
}

fn context(people: u32) -> ReportContext {
	let round = StudyRound { genesis: H256([1; 32]), study: 1, round: 0 };
	ReportContext::new(round, [2; 32].into(), people)
}

/// How often this can be done in a second on one core that does nothing else.
fn per_second(mut once: impl FnMut() -> Result<usize>) -> Result<f64> {
	let (begin, before, mut done) = (Instant::now(), processor_time()?, 0);
	while begin.elapsed() < TIME {
		done += once()?;
	}
	Ok(done as f64 / (processor_time()? - before))
}

/// How long this thread has used a processor, in seconds. Other programs may use it too.
fn processor_time() -> Result<f64> {
	let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
	let nanoseconds = text.split_whitespace().next().context("the system does not tell it")?;
	Ok(nanoseconds.parse::<f64>()? / 1e9)
}

fn one_in(cells: u16) -> Vec<u64> {
	(0..cells).map(|cell| u64::from(cell == 0)).collect()
}

/// Reports of one person: both aggregators' work on one core, from bytes to output shares.
fn verification() -> Result<Row> {
	let question = StudyQuestion::Table { cells: CELLS, weight: 1 };
	let (context, key) = (context(1), VerifyKey::random());
	let report = shard(&question, AGGREGATORS, &context, &one_in(CELLS))?;
	let ours = per_second(|| verify(&question, &context, &key, &report).map(|()| 1))?;

	let bare = bare_verification()?;
	Ok(Row::new(
		"reports of one person verified, two aggregators on one core, 10 cells",
		format!("{ours:.0} a second, from bytes to shares of the cells"),
		format!("{bare:.0} a second, prio alone, decoded before"),
		"at least 80 % of prio",
	)
	.ratio(ours / bare))
}

/// How many reports of one person `prio` alone verifies in a second, for both aggregators on one core.
fn bare_verification() -> Result<f64> {
	let chunk = optimal_chunk_length(usize::from(CELLS) + 1);
	let prio = Prio3::new_l1_bound_sum(AGGREGATORS, 1, CELLS.into(), chunk)?;
	let (key, nonce, cells) = ([7; 32], [8; 16], one_in(CELLS).into_iter().map(u128::from));
	let (public, inputs) = prio.shard(b"measure", &cells.collect(), &nonce)?;
	per_second(|| {
		let (mut states, mut shares) = (Vec::new(), Vec::new());
		for (place, input) in inputs.iter().enumerate() {
			let (state, share) =
				prio.verify_init(&key, b"measure", place, &(), &nonce, &public, input)?;
			states.push(state);
			shares.push(share);
		}
		let message = prio.verifier_shares_to_message(b"measure", &(), shares)?;
		for state in states {
			match prio.verify_next(b"measure", state, message.clone())? {
				VerifyTransition::Finish(_) => {},
				_ => return Err(anyhow!("prio wants another round")),
			}
		}
		Ok(1)
	})
}

fn verify(
	question: &StudyQuestion,
	context: &ReportContext,
	key: &VerifyKey,
	report: &Sharded,
) -> Result<()> {
	let verifiers = (0..AGGREGATORS)
		.map(|place| Verifier::new(question, AGGREGATORS, place, context))
		.collect::<Result<Vec<_>, _>>()?;
	let (mut states, mut shares) = (Vec::new(), Vec::new());
	for (verifier, input) in verifiers.iter().zip(&report.input_shares) {
		let (state, share) = verifier
			.init(key, &report.nonce, &report.public_share, input)
			.map_err(|rejected| anyhow!("{rejected:?}"))?;
		states.push(state);
		shares.push(share);
	}
	let message = verifiers[0].message(&shares).map_err(|rejected| anyhow!("{rejected:?}"))?;
	for (verifier, state) in verifiers.iter().zip(states) {
		verifier.finish(state, &message).map_err(|rejected| anyhow!("{rejected:?}"))?;
	}
	Ok(())
}

/// An aggregator's evaluation of a full batch.
fn evaluation() -> Result<Row> {
	use voprf::{BlindedElement, Ristretto255, VoprfServer};
	let key = EvaluationKey::random();
	let inputs = (0..MAX_EVALUATED)
		.map(|person| Input::identifier("http://hl7.org/fhir/sid/us-ssn", &person.to_string()))
		.collect::<Result<_, _>>()?;
	let points = Blinded::new(inputs)?.points();
	let ours = per_second(|| Ok(key.evaluate(&points)?.points.len()))?;

	let server = VoprfServer::<Ristretto255>::new_from_seed(&random_bytes::<32>(), b"measure")
		.map_err(|error| anyhow!("{error}"))?;
	let blinded = points
		.iter()
		.map(|point| BlindedElement::<Ristretto255>::deserialize(point))
		.collect::<Result<Vec<_>, _>>()
		.map_err(|error| anyhow!("{error}"))?;
	let bare = per_second(|| {
		let evaluated = server.batch_blind_evaluate(&mut rand_core_06::OsRng, &blinded);
		Ok(evaluated.map_err(|error| anyhow!("{error}"))?.messages.len())
	})?;
	Ok(Row::new(
		"identifiers evaluated on one core, 1,000 with one proof",
		format!("{ours:.0} a second, from bytes to bytes"),
		format!("{bare:.0} a second, voprf alone, decoded before"),
		"at least 80 % of voprf",
	)
	.ratio(ours / bare))
}

/// What a contributor sends, all aggregators together.
fn sizes() -> Result<Vec<Row>> {
	let keys: Vec<_> = (0..AGGREGATORS).map(|_| SecretKey::random().public()).collect();
	let mut rows = Vec::new();
	for people in [1, 100_000] {
		let mut sizes = Vec::new();
		for cells in [10, 100, 256] {
			let question = StudyQuestion::Table { cells, weight: 1 };
			let context = context(people);
			let report = shard(&question, AGGREGATORS, &context, &one_in(cells))?;
			let mut bytes =
				usize::from(AGGREGATORS) * (report.nonce.len() + report.public_share.len());
			for ((place, key), share) in (0..).zip(&keys).zip(&report.input_shares) {
				bytes += seal_share(key, &context, place, share)?.len();
			}
			sizes.push(format!("{bytes} bytes for {cells} cells"));
		}
		rows.push(Row::new(
			&format!("a report for {people} people, sealed, two aggregators"),
			sizes.join(", "),
			format!("{} bytes for 100 cells as plain numbers", 100 * 8),
			"none",
		));
	}
	Ok(rows)
}
