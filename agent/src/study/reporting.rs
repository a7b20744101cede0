//! Reports about a contributor's people once a round is frozen: nullifiers, so that everybody counts
//! once, and then one table, split among the aggregators.
//!
//! Each step can be repeated. What may not be made twice is [kept](super::unfinished) before it is sent.

use super::{
	rounds::{self, FoundStudy},
	unfinished::{Batch, BatchState, KeptReport, Unfinished},
};
use crate::{
	advice::{Advice, Advised},
	dates::show_moment_exactly,
	platform::{Clock, Platform, Progress as _, Task as _},
	session::{CustodianOf, Session, TaskOf},
};
use anyhow::{bail, ensure, Context as _, Result};
use futures::future::try_join_all;
use std::{
	collections::{BTreeMap, BTreeSet},
	future::Future,
	time::Duration,
};
use vouchsafe_fhir::study::{Answer, Exclusions};
use vouchsafe_protocol::{
	errors::CustodianError,
	messages::{
		AskDoubles, AskStudyStatus, EvaluateIdentifiers, Hex, HexBytes, ListState, ReportState,
		SendNullifiers, SendReport, StudyStatus, MAX_BLINDED, MAX_NULLIFIERS,
	},
	traits::{Custodian, Submit, View},
	types::{AccountId, Round, RoundPhase, StudyQuestion, MAX_ATTEMPTS},
};
use vouchsafe_speech::lists_until;
use vouchsafe_vault::{
	seal::PublicKey,
	study::{
		nullifier::{self, Blinded, Evaluation, Input},
		report::{seal_share, shard, ReportContext},
	},
};

/// How many people or records a page has.
const PAGE: u32 = 256;
/// How often to look whether somebody else has finished.
const PAUSE: Duration = Duration::from_secs(2);
/// How long to wait for an aggregator that is away, if the round leaves the time.
const PATIENCE: Duration = Duration::from_secs(600);

/// A person of the frozen round, whom the contributor counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counting {
	/// The account.
	pub account: AccountId,
	/// The identifier of the system that the protocol names, as `system|value`, if the person has one.
	pub identifier: Option<String>,
}

/// A table of answers, and for how many people it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
	/// The cells.
	pub cells: Vec<u64>,
	/// The people.
	pub people: u32,
}

impl Table {
	/// No answer yet.
	pub fn new(question: &StudyQuestion) -> Self {
		Self { cells: vec![0; question.cells() as usize], people: 0 }
	}

	/// Adds a person's answer.
	pub fn add(&mut self, question: &StudyQuestion, answer: &Answer) {
		answer.add_to(question, &mut self.cells);
		self.people = self.people.saturating_add(1);
	}
}

/// Waits until the current round is frozen. Returns the study as it is then.
///
/// # Errors
///
/// The round ends before, or is another one.
pub async fn wait_for_freeze<P: Platform>(
	session: &Session<P>,
	found: &FoundStudy,
) -> Result<FoundStudy> {
	let task = session.waiting("waiting until the round is frozen");
	loop {
		let now = rounds::find(session, found.id).await?;
		ensure!(
			now.study.round == found.study.round,
			"round {} of study {} has ended in the meantime",
			found.study.round,
			found.id
		);
		let phase = now.running()?.phase;
		match phase {
			RoundPhase::Open { .. } => {
				let time = session.finalized().await?.time().await?;
				task.say(&format!(
					"waiting for the round: it is {}",
					crate::english::ENGLISH.round(&phase, &now.study.terms, time)
				));
				session.clock.sleep(PAUSE).await;
			},
			_ => return Ok(now),
		}
	}
}

/// The contributor's people whose consents are valid at the frozen block.
pub async fn valid<P: Platform>(
	session: &Session<P>,
	found: &FoundStudy,
	contributor: &AccountId,
) -> Result<BTreeSet<AccountId>> {
	let (block, ..) = found.frozen().context("the round is not frozen")?;
	let at = session.chain.at_number(block).await?;
	let task = session.waiting("asking the chain whose consents are valid");
	let (mut valid, mut after, mut seen) = (BTreeSet::new(), None, 0usize);
	loop {
		let page = at.standing(found.id, after, PAGE).await?;
		let is_last = page.len() < PAGE as usize;
		seen = seen.saturating_add(page.len());
		task.say(&format!("asking the chain whose consents are valid: {seen} people"));
		after = page.last().map(|(person, _)| person.clone());
		let own = page.into_iter().filter(|(_, by)| by == contributor);
		valid.extend(own.map(|(person, _)| person));
		if is_last {
			return Ok(valid);
		}
	}
}

/// What people take out of the study: categories and months of their records, as it is at the frozen
/// block, or now if the round is not frozen. Those who take out nothing are left out.
pub async fn withheld<P: Platform>(
	session: &Session<P>,
	found: &FoundStudy,
	people: impl IntoIterator<Item = AccountId>,
) -> Result<BTreeMap<AccountId, Exclusions>> {
	let at = match found.frozen() {
		Some((block, ..)) => session.chain.at_number(block).await?,
		None => session.finalized().await?,
	};
	let _task = session.waiting("asking the chain which records are left out");
	let mut withheld = BTreeMap::new();
	for person in people {
		let (mut exclusions, mut after) = (Exclusions::default(), None);
		loop {
			let page = at.withheld(found.id, &person, after, PAGE).await?;
			for (_, category, months) in &page {
				exclusions.add(*category, *months);
			}
			after = page.last().map(|(record, ..)| *record);
			if page.len() < PAGE as usize {
				break;
			}
		}
		if !exclusions.is_empty() {
			withheld.insert(person, exclusions);
		}
	}
	Ok(withheld)
}

/// The value of a person's identifier in this system.
fn value_of<'a>(system: Option<&str>, person: &'a Counting) -> Option<&'a str> {
	person.identifier.as_deref()?.strip_prefix(system?)?.strip_prefix('|')
}

/// What a contributor does in a frozen round.
pub struct Reporting<'a, P: Platform> {
	session: &'a Session<P>,
	found: &'a FoundStudy,
	contributor: &'a AccountId,
	kept: Unfinished<'a, P::Keep>,
	/// Until when the aggregators take lists of nullifiers.
	lists_until: u64,
	/// Until when the aggregators take anything.
	until: u64,
}

impl<'a, P: Platform> Reporting<'a, P> {
	/// Begins, or goes on.
	///
	/// # Errors
	///
	/// The round is not frozen, or another command works on it.
	pub async fn begin(
		session: &'a Session<P>,
		found: &'a FoundStudy,
		contributor: &'a AccountId,
	) -> Result<Self> {
		let (_, until, _) = found.frozen().with_context(|| {
			format!("round {} of study {} is not frozen", found.study.round, found.id)
		})?;
		let round = found.round(session);
		let kept = Unfinished::claim(&session.keep, session.me()?, &round, contributor).await?;
		let lists_until = lists_until(&found.study.terms, until);
		Ok(Self { session, found, contributor, kept, lists_until, until })
	}

	/// The accounts that the contributor counts, each person once: the nullifiers are made, sent to every
	/// aggregator, and those that count elsewhere are left out.
	///
	/// # Errors
	///
	/// An aggregator is away for too long or answers falsely, or the aggregators disagree.
	pub async fn settle(
		&self,
		people: &[Counting],
		system: Option<&str>,
	) -> Result<Vec<AccountId>> {
		let nullifiers = self.nullifiers(people, system).await?;
		let list: BTreeSet<[u8; 32]> = nullifiers.iter().map(|(nullifier, _)| *nullifier).collect();
		self.send_list(&list).await.map_err(|error| self.if_late(error))?;
		self.session.step("nullifiers").await;
		let doubles = self.doubles(&list).await.map_err(|error| self.if_late(error))?;
		let mut kept: BTreeMap<[u8; 32], AccountId> = BTreeMap::new();
		for (nullifier, account) in nullifiers {
			if !doubles.contains(&nullifier) {
				kept.entry(nullifier).or_insert(account);
			}
		}
		Ok(kept.into_values().collect())
	}

	/// If an aggregator refuses the list and its time is over, that is why.
	fn if_late(&self, error: anyhow::Error) -> anyhow::Error {
		let is_refused = matches!(error.downcast_ref(), Some(CustodianError::Refused { .. }));
		if !is_refused || self.session.clock.now() < self.lists_until {
			return error;
		}
		error.context(format!(
			"the aggregators took lists of people until {}. Not all of them had yours by then, so your people \
			 are not counted in this attempt. {}",
			show_moment_exactly(self.lists_until),
			self.again()
		))
	}

	/// What happens if this attempt fails.
	fn again(&self) -> String {
		let (round, study) = (self.found.study.round, self.found.id);
		let attempts = MAX_ATTEMPTS.saturating_add(1);
		match &self.found.study.current {
			Some(Round { phase: RoundPhase::Frozen { attempt, answers_until, .. }, .. })
				if *attempt < MAX_ATTEMPTS =>
			{
				format!(
					"If the aggregators do not agree by {}, the reports of round {round} of study {study} are \
					 gathered again, in attempt {} of {attempts}: run the same command again then",
					show_moment_exactly(*answers_until),
					attempt.saturating_add(2),
				)
			},
			_ => format!(
				"This was the last of {attempts} attempts of round {round} of study {study}"
			),
		}
	}

	/// The nullifier of each person.
	async fn nullifiers(
		&self,
		people: &[Counting],
		system: Option<&str>,
	) -> Result<Vec<([u8; 32], AccountId)>> {
		let task = self.session.waiting("evaluating identifiers");
		let mut people: Vec<&Counting> = people.iter().collect();
		people.sort_by(|one, other| one.account.cmp(&other.account));
		let mut nullifiers = Vec::new();
		for (number, part) in people.chunks(MAX_BLINDED).enumerate() {
			let done = number.saturating_mul(MAX_BLINDED);
			task.say(&format!("evaluating identifiers: {done} of {}", people.len()));
			let batch = match self.kept.batch(number).await? {
				Some(batch) => batch,
				None => self.blind(number, part, system).await?,
			};
			ensure!(
				batch
					.accounts
					.iter()
					.map(|it| AccountId::from(*it))
					.eq(part.iter().map(|it| it.account.clone())),
				"the people file has changed since this command first ran: use the same file"
			);
			let found = match batch.state {
				BatchState::Evaluated(found) => found,
				BatchState::Blinded(blinded) => {
					self.evaluate(number, batch.accounts, &blinded, &task).await?
				},
			};
			let accounts = part.iter().map(|it| it.account.clone());
			nullifiers.extend(found.into_iter().map(|it| it.0).zip(accounts));
		}
		Ok(nullifiers)
	}

	async fn blind(
		&self,
		number: usize,
		people: &[&Counting],
		system: Option<&str>,
	) -> Result<Batch> {
		let input = |person: &&Counting| match (system, value_of(system, person)) {
			(Some(system), Some(value)) => Input::identifier(system, value),
			_ => Ok(Input::account(&person.account)),
		};
		let inputs = people.iter().map(input).collect::<Result<_, _>>()?;
		let blinded = Blinded::new(inputs)?;
		let batch = Batch {
			accounts: people.iter().map(|person| (&person.account).into()).collect(),
			state: BatchState::Blinded(HexBytes(blinded.to_bytes().to_vec())),
		};
		self.kept.keep_batch(number, &batch).await?;
		Ok(batch)
	}

	/// Has every aggregator evaluate a batch, and keeps its nullifiers instead of the identifiers.
	async fn evaluate(
		&self,
		number: usize,
		accounts: Vec<Hex<32>>,
		blinded: &HexBytes,
		task: &TaskOf<P>,
	) -> Result<Vec<Hex<32>>> {
		let blinded = Blinded::from_bytes(&blinded.0)?;
		let signer = &self.session.me()?.signer;
		let points: Vec<_> = blinded.points().into_iter().map(Hex).collect();
		let mut outputs: Vec<Vec<nullifier::Output>> = vec![Vec::new(); points.len()];
		for aggregator in &self.found.study.terms.aggregators {
			let request = EvaluateIdentifiers {
				study: self.found.id,
				round: self.found.study.round,
				contributor: self.contributor.into(),
				blinded: points.clone(),
			};
			let name = self.session.names.show(aggregator);
			let answer = self
				.patiently(aggregator, task, |custodian| {
					let request = request.clone();
					async move { custodian.evaluate(signer, &request).await }
				})
				.await?;
			let evaluation = Evaluation {
				points: answer.evaluated.iter().map(|it| it.0).collect(),
				proof: answer.proof.0,
			};
			let found =
				blinded.finish(&evaluation, &self.evaluation_key(aggregator)?).with_context(
					|| format!("{name} did not evaluate under the key that it published"),
				)?;
			for (outputs, output) in outputs.iter_mut().zip(found) {
				outputs.push(output);
			}
		}
		let round = self.found.round(self.session);
		let nullifiers: Vec<_> =
			outputs.iter().map(|outputs| Hex(nullifier::nullifier(&round, outputs))).collect();
		let batch = Batch { accounts, state: BatchState::Evaluated(nullifiers.clone()) };
		self.kept.keep_batch(number, &batch).await?;
		self.session.step("evaluated").await;
		Ok(nullifiers)
	}

	fn evaluation_key(&self, aggregator: &AccountId) -> Result<[u8; 32]> {
		let found = self.found.study.keys.iter().find(|(account, _)| account == aggregator);
		let (_, key) = found.context("an aggregator has published no key for the study")?;
		Ok(*key)
	}

	/// Sends the list of nullifiers to all aggregators at the same time: one that is away does not keep the
	/// others from having it. Its order says nothing, and it names nobody.
	async fn send_list(&self, list: &BTreeSet<[u8; 32]>) -> Result<()> {
		let task = self.session.waiting("sending nullifiers");
		let list: Vec<_> = list.iter().copied().map(Hex).collect();
		// An empty list is a list, too.
		let parts: Vec<&[Hex<32>]> = match list.is_empty() {
			true => vec![&[]],
			false => list.chunks(MAX_NULLIFIERS).collect(),
		};
		let aggregators = self.found.study.terms.aggregators.iter();
		let sent = aggregators.map(|aggregator| self.send_parts(aggregator, &parts, &task));
		try_join_all(sent).await?;
		Ok(())
	}

	/// Sends the parts of the list to one aggregator, unless it has them.
	async fn send_parts(
		&self,
		aggregator: &AccountId,
		parts: &[&[Hex<32>]],
		task: &TaskOf<P>,
	) -> Result<()> {
		let signer = &self.session.me()?.signer;
		let status = self.status(aggregator, task).await?;
		if status.list == ListState::Complete || status.settled {
			return Ok(());
		}
		let count = u32::try_from(parts.len())?;
		for (part, nullifiers) in (0u32..).zip(parts) {
			let request = SendNullifiers {
				study: self.found.id,
				round: self.found.study.round,
				contributor: self.contributor.into(),
				part,
				parts: count,
				nullifiers: nullifiers.to_vec(),
			};
			self.patiently(aggregator, task, |custodian| {
				let request = request.clone();
				async move { custodian.send_nullifiers(signer, &request).await }
			})
			.await?;
		}
		Ok(())
	}

	/// Which nullifiers of the contributor's list count elsewhere, once all aggregators have settled that.
	async fn doubles(&self, list: &BTreeSet<[u8; 32]>) -> Result<BTreeSet<[u8; 32]>> {
		let task = self.session.waiting("waiting for the other contributors");
		let mut agreed: Option<BTreeSet<[u8; 32]>> = None;
		for aggregator in &self.found.study.terms.aggregators {
			let doubles = self.doubles_at(aggregator, list, &task).await?;
			match &agreed {
				Some(others) => ensure!(
					*others == doubles,
					"the aggregators disagree about who counts elsewhere, so no report was sent: tell {}",
					self.session.names.show(&self.found.study.terms.aggregators[0])
				),
				None => agreed = Some(doubles),
			}
		}
		Ok(agreed.unwrap_or_default())
	}

	async fn doubles_at(
		&self,
		aggregator: &AccountId,
		list: &BTreeSet<[u8; 32]>,
		task: &TaskOf<P>,
	) -> Result<BTreeSet<[u8; 32]>> {
		let signer = &self.session.me()?.signer;
		let name = self.session.names.show(aggregator);
		let mut doubles = BTreeSet::new();
		let mut after = None;
		loop {
			let request = AskDoubles {
				study: self.found.id,
				round: self.found.study.round,
				contributor: self.contributor.into(),
				after,
			};
			let page = self
				.patiently(aggregator, task, |custodian| {
					let request = request.clone();
					async move { custodian.doubles(signer, &request).await }
				})
				.await?;
			if !page.complete {
				let now = self.session.clock.now();
				if now >= self.until {
					bail!(
						"{name} did not decide in time who counts where. The time for reports is over"
					);
				}
				task.say(&format!(
					"waiting for the other contributors, until {} at most",
					show_moment_exactly(page.until)
				));
				self.session.clock.sleep(PAUSE).await;
				continue;
			}
			ensure!(
				is_next(after.as_ref(), &page.doubles, list),
				"{name} names people who are not in your list, or names people twice. No report was sent: \
				 tell {name}"
			);
			after = page.doubles.last().copied();
			doubles.extend(page.doubles.iter().map(|it| it.0));
			if !page.more || after.is_none() {
				return Ok(doubles);
			}
		}
	}

	/// Splits the table and sends each aggregator its share. A report that was split before is sent as it
	/// was.
	///
	/// # Errors
	///
	/// The table is out of bounds, or an aggregator is away for too long or refuses the report.
	pub async fn report(&self, table: &Table) -> Result<StudyStatus> {
		let report = match self.kept.report().await? {
			Some(report) => report,
			None => self.split(table).await?,
		};
		let task = self.session.waiting("sending the report");
		let signer = &self.session.me()?.signer;
		let aggregators = &self.found.study.terms.aggregators;
		for (aggregator, sealed_share) in aggregators.iter().zip(&report.sealed_shares) {
			let status = self.status(aggregator, &task).await?;
			if status.report != ReportState::Missing && status.id == Some(report.report) {
				continue;
			}
			let request = SendReport {
				study: self.found.id,
				round: self.found.study.round,
				contributor: self.contributor.into(),
				people: report.people,
				report: report.report,
				nonce: report.nonce,
				public_share: report.public_share.clone(),
				sealed_share: sealed_share.clone(),
			};
			self.patiently(aggregator, &task, |custodian| {
				let request = request.clone();
				async move { custodian.send_report(signer, &request).await }
			})
			.await?;
			self.session.step("reported").await;
		}
		let mut last = None;
		for aggregator in aggregators {
			let status = self.status(aggregator, &task).await?;
			if let Some(reason) = &status.reason {
				bail!(
					"{} does not count the report: {}",
					self.session.names.show(aggregator),
					crate::text::line(reason)
				);
			}
			last = Some(status);
		}
		last.context("the study has no aggregators")
	}

	async fn split(&self, table: &Table) -> Result<KeptReport> {
		let terms = &self.found.study.terms;
		let round = self.found.round(self.session);
		let context = ReportContext::new(round, self.contributor.clone(), table.people);
		let aggregators = u8::try_from(terms.aggregators.len())?;
		let sharded = shard(&terms.question, aggregators, &context, &table.cells)?;
		let at = self.session.fresh().await?;
		let mut sealed_shares = Vec::new();
		for ((place, aggregator), share) in
			(0u8..).zip(&terms.aggregators).zip(&sharded.input_shares)
		{
			self.session.ensure_recipient(&at, aggregator).await?;
			let key = self.session.member(aggregator).and_then(|member| member.custodian.as_ref());
			let (_, key) = key.context("an aggregator has no custodian any more")?;
			sealed_shares.push(HexBytes(seal_share(&PublicKey(*key), &context, place, share)?));
		}
		let report = KeptReport {
			people: table.people,
			report: Hex(context.report),
			nonce: Hex(sharded.nonce),
			public_share: HexBytes(sharded.public_share),
			sealed_shares,
		};
		self.kept.keep_report(&report).await?;
		Ok(report)
	}

	/// How far the round and the contributor's report are, as an aggregator sees it.
	async fn status(&self, aggregator: &AccountId, task: &TaskOf<P>) -> Result<StudyStatus> {
		let signer = &self.session.me()?.signer;
		let request = AskStudyStatus {
			study: self.found.id,
			round: self.found.study.round,
			contributor: self.contributor.into(),
		};
		self.patiently(aggregator, task, |custodian| {
			let request = request.clone();
			async move { custodian.study_status(signer, &request).await }
		})
		.await
	}

	/// What is due next: the list, or the report.
	fn due(&self) -> u64 {
		match self.session.clock.now() < self.lists_until {
			true => self.lists_until,
			false => self.until,
		}
	}

	/// Asks an aggregator's custodian. While it is away, this waits for it, but not longer than the round
	/// does.
	async fn patiently<T, F: Future<Output = Result<T, CustodianError>>>(
		&self,
		aggregator: &AccountId,
		task: &TaskOf<P>,
		ask: impl Fn(CustodianOf<P>) -> F,
	) -> Result<T> {
		let name = self.session.names.show(aggregator);
		let begun = self.session.clock.elapsed();
		let mut has_told = false;
		loop {
			let error = match ask(self.session.custodian(aggregator)?).await {
				Ok(answer) => return Ok(answer),
				Err(error) => error,
			};
			let waited = self.session.clock.elapsed().saturating_sub(begun);
			let is_over = waited >= PATIENCE || self.session.clock.now() >= self.until;
			let may_pass = error.may_pass() || error.is_away();
			if !may_pass || is_over {
				let why = match may_pass {
					true if self.session.clock.now() < self.until => format!(
						"{name}, which aggregates the study, did not answer in time. Run the same command \
						 again before {}. After that it accepts nothing. {}",
						show_moment_exactly(self.due()),
						self.again()
					),
					true => format!(
						"{name}, which aggregates the study, did not answer in time, and the time for \
						 reports is over. {}",
						self.again()
					),
					false => format!("{name}, which aggregates the study, refused the request"),
				};
				return Err(anyhow::Error::from(error).context(why));
			}
			if !has_told {
				has_told = true;
				let until = show_moment_exactly(self.due());
				let news = format!("waiting for {name}, until {until} at most: {error}");
				self.session.progress.tell(&Advised::new(news, Advice::RunAgain));
			}
			task.say(&format!("waiting for {name}"));
			self.session.clock.sleep(PAUSE).await;
		}
	}
}

/// Whether a page of nullifiers goes on after `after` in ascending order, and all of them are in the list.
/// So there is an end, and no stranger among them.
fn is_next(after: Option<&Hex<32>>, page: &[Hex<32>], list: &BTreeSet<[u8; 32]>) -> bool {
	let mut before = after;
	page.iter().all(|nullifier| {
		let is_later = before.is_none_or(|before| before < nullifier);
		before = Some(nullifier);
		is_later && list.contains(&nullifier.0)
	})
}

#[cfg(test)]
mod tests;
