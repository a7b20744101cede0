//! Proposes a study, withdraws it, and gives up what was not done in time.

use super::protocol;
use crate::{
	platform::Platform,
	session::{result_of, Session},
};
use anyhow::{bail, ensure, Result};
use bytes::Bytes;
use futures::stream;
use vouchsafe_fhir::study::{Protocol, MAX_PROTOCOL};
use vouchsafe_protocol::{
	calls::StudiesCall,
	cid::cid_of,
	events::{Event, StudiesEvent},
	traits::Custodian,
	types::{
		StudyId, StudyTerms, MAX_AGGREGATORS, MAX_EPSILON, MAX_LEAST, MAX_ROUNDS,
		MAX_STUDY_INTERVAL, MAX_STUDY_TIME, MIN_AGGREGATORS, MIN_EPSILON, MIN_PERSONS,
		MIN_STUDY_TIME,
	},
};
use vouchsafe_speech::thousandths;

/// Checks terms and protocol, before anything is sent.
///
/// # Errors
///
/// What the chain would refuse, or what no hospital could answer.
pub fn check(
	session: &Session<impl Platform>,
	terms: &StudyTerms,
	protocol: &Protocol,
	now: u64,
) -> Result<()> {
	check_numbers(terms, now)?;
	for (place, account) in terms.aggregators.iter().enumerate() {
		let name = session.names.show(account);
		ensure!(
			!terms.aggregators.iter().take(place).any(|before| before == account),
			"{name} is named twice as an aggregator: name different institutions"
		);
		let member = session.member(account);
		ensure!(member.is_some(), "{name} is not an institution, so it cannot aggregate");
		ensure!(
			session.has_custodian(account),
			"{name} has no custodian, so it cannot aggregate: name another institution"
		);
	}
	ensure!(
		protocol.question() == terms.question && protocol.sources() == terms.sources,
		"the question or the sources are not those of the protocol"
	);
	Ok(())
}

/// Checks the numbers of the terms against the chain's limits.
fn check_numbers(terms: &StudyTerms, now: u64) -> Result<()> {
	let within = |number: u32, least: u32, most: u32| (least..=most).contains(&number);
	let aggregators = u32::try_from(terms.aggregators.len()).unwrap_or(u32::MAX);
	if !within(aggregators, MIN_AGGREGATORS, MAX_AGGREGATORS) {
		bail!("a study has {MIN_AGGREGATORS} to {MAX_AGGREGATORS} aggregators, not {aggregators}");
	}
	if !terms.question.is_sound() {
		bail!("the protocol has too many or too few cells, or its weight or max is out of range");
	}
	if !within(terms.least, MIN_PERSONS, MAX_LEAST) {
		bail!(
			"the smallest number of people for a result is {MIN_PERSONS} to {MAX_LEAST}, not {}",
			terms.least
		);
	}
	if !within(terms.epsilon, MIN_EPSILON, MAX_EPSILON) {
		bail!(
			"ε is {} to {}, not {}",
			thousandths(MIN_EPSILON),
			thousandths(MAX_EPSILON),
			thousandths(terms.epsilon)
		);
	}
	if !within(u32::from(terms.rounds), 1, u32::from(MAX_ROUNDS)) {
		bail!("a study has 1 to {MAX_ROUNDS} rounds, not {}", terms.rounds);
	}
	if terms.rounds > 1 && terms.interval == 0 {
		bail!("a study with several rounds needs an interval between them");
	}
	if terms.interval > MAX_STUDY_INTERVAL {
		bail!("the interval between rounds is longer than two years");
	}
	for (what, seconds) in [("gather", terms.gather), ("answer", terms.answer)] {
		if !within(seconds, MIN_STUDY_TIME, MAX_STUDY_TIME) {
			bail!(
				"the time to {what} is {MIN_STUDY_TIME} seconds to 30 days, not {seconds} seconds"
			);
		}
	}
	if terms.first_close <= now {
		bail!("the first round would close in the past: name a later moment");
	}
	Ok(())
}

/// Adds the protocol to the aggregators' IPFS nodes, and proposes the study. Returns its number and the
/// block.
///
/// # Errors
///
/// No aggregator takes the protocol, or the chain refuses the study.
pub async fn propose(
	session: &Session<impl Platform>,
	terms: StudyTerms,
	protocol: &[u8],
) -> Result<(StudyId, u32)> {
	ensure!(protocol::is_named_by(protocol, &terms), "the terms name another protocol");
	add_protocol(session, &terms, protocol).await?;
	let included = session.submit(StudiesCall::propose { terms }).await?;
	let id = result_of(&included, |event| match event {
		Event::Studies(StudiesEvent::Proposed { study, .. }) => Some(*study),
		_ => None,
	})?;
	Ok((id, included.number))
}

/// Adds a protocol to the IPFS node of each aggregator. One of them suffices.
async fn add_protocol(
	session: &Session<impl Platform>,
	terms: &StudyTerms,
	protocol: &[u8],
) -> Result<()> {
	ensure!(protocol.len() <= MAX_PROTOCOL, "the protocol is longer than {MAX_PROTOCOL} bytes");
	let _task = session.waiting("adding the protocol to IPFS");
	let (cid, length) = (cid_of(protocol), protocol.len() as u64);
	let bytes = Bytes::copy_from_slice(protocol);
	let (mut is_added, mut reasons) = (false, Vec::new());
	for aggregator in &terms.aggregators {
		let signer = &session.me()?.signer;
		let content = || stream::iter([Ok(bytes.clone())]);
		let added = match session.custodian(aggregator) {
			Ok(custodian) => custodian
				.add_content(signer, &cid, length, content)
				.await
				.map_err(anyhow::Error::from),
			Err(error) => Err(error),
		};
		match added {
			Ok(()) => is_added = true,
			Err(error) => reasons.push(format!("{}: {error:#}", session.names.show(aggregator))),
		}
	}
	ensure!(is_added, "no aggregator accepted the protocol: {}", reasons.join("; "));
	Ok(())
}

/// Withdraws the user's own study. Returns the block.
pub async fn withdraw(session: &Session<impl Platform>, study: StudyId) -> Result<u32> {
	Ok(session.submit(StudiesCall::withdraw { study }).await?.number)
}

/// Gives up a study that has not begun by its first close, or what a round's aggregators have not done in
/// time. Returns the block.
pub async fn give_up(session: &Session<impl Platform>, study: StudyId) -> Result<u32> {
	Ok(session.submit(StudiesCall::give_up { study }).await?.number)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		scripted::Scripted,
		study::fixtures::{session, terms, PROTOCOL},
	};
	use vouchsafe_protocol::types::{AccountId, Categories, StudyQuestion, StudyTraits};

	#[test]
	fn terms_within_the_limits_are_proposed() {
		let now = 1_000;
		let said = |edit: &dyn Fn(&mut StudyTerms)| {
			let mut terms = StudyTerms { first_close: now + 1, ..terms() };
			edit(&mut terms);
			check_numbers(&terms, now).err().map(|error| error.to_string()).unwrap_or_default()
		};
		let accounts =
			|count: u8| -> Vec<_> { (0..count).map(|id| AccountId::new([id; 32])).collect() };
		for right in [
			&(|it: &mut StudyTerms| it.least = 11) as &dyn Fn(&mut StudyTerms),
			&|it| it.least = MAX_LEAST,
			&|it| it.epsilon = 100,
			&|it| it.epsilon = 5_000,
			&|it| (it.rounds, it.interval) = (12, MAX_STUDY_INTERVAL),
			&|it| it.gather = 10,
			&|it| it.answer = MAX_STUDY_TIME,
			&|it| it.aggregators = accounts(5).try_into().unwrap(),
			&|it| it.question = StudyQuestion::Table { cells: 256, weight: 8 },
		] {
			assert_eq!(said(right), "");
		}
		for (wrong, expected) in [
			(
				&(|it: &mut StudyTerms| it.least = 10) as &dyn Fn(&mut StudyTerms),
				"is 11 to 1000000",
			),
			(&|it| it.least = MAX_LEAST + 1, "not 1000001"),
			(&|it| it.epsilon = 99, "ε is 0.1 to 5, not 0.099"),
			(&|it| it.epsilon = 5_001, "not 5.001"),
			(&|it| it.rounds = 0, "1 to 12 rounds"),
			(&|it| (it.rounds, it.interval) = (13, 1), "1 to 12 rounds"),
			(&|it| (it.rounds, it.interval) = (2, 0), "needs an interval"),
			(&|it| it.interval = MAX_STUDY_INTERVAL + 1, "two years"),
			(&|it| it.gather = 9, "time to gather"),
			(&|it| it.answer = MAX_STUDY_TIME + 1, "time to answer"),
			(&|it| it.aggregators = accounts(1).try_into().unwrap(), "2 to 5 aggregators"),
			(&|it| it.question = StudyQuestion::Sum { max: 0 }, "out of range"),
			(&|it| it.first_close = now, "in the past"),
		] {
			let said = said(wrong);
			assert!(said.contains(expected), "{said}");
		}
	}

	fn protocol() -> Protocol {
		Protocol::read(PROTOCOL.as_bytes(), StudyTraits::default()).unwrap()
	}

	#[test]
	fn aggregators_and_question_are_checked() {
		let mut session = session("//PatientA");
		let protocol = protocol();
		let said = |session: &Session<Scripted>, edit: &dyn Fn(&mut StudyTerms)| {
			let mut terms = terms();
			edit(&mut terms);
			let checked = check(session, &terms, &protocol, 1_000);
			checked.err().map(|error| error.to_string()).unwrap_or_default()
		};
		assert_eq!(said(&session, &|_| {}), "");
		let account = |id| AccountId::new([id; 32]);
		for (second, expected) in
			[(account(1), "is named twice"), (account(9), "is not an institution")]
		{
			let said = said(&session, &|it| {
				it.aggregators = vec![account(1), second.clone()].try_into().unwrap();
			});
			assert!(said.contains(expected), "{said}");
		}
		for edit in [
			&(|it: &mut StudyTerms| it.question = StudyQuestion::Sum { max: 1 })
				as &dyn Fn(&mut StudyTerms),
			&|it| it.sources = Categories::default(),
		] {
			let said = said(&session, edit);
			assert!(said.contains("are not those of the protocol"), "{said}");
		}
		session.members[1].custodian = None;
		assert!(said(&session, &|_| {}).contains("has no custodian"));
	}

	#[tokio::test]
	async fn a_study_whose_protocol_nobody_takes_is_not_proposed() {
		let session = session("//PatientA");
		let error = propose(&session, terms(), PROTOCOL.as_bytes()).await.unwrap_err().to_string();
		assert!(error.contains("no aggregator accepted the protocol: Hospital A"), "{error}");
		let error = propose(&session, terms(), b"{}").await.unwrap_err().to_string();
		assert!(error.contains("name another protocol"), "{error}");
		assert!(session.chain.calls().is_empty());
	}
}
