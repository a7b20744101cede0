//! Contributes people to a round that is open.
//!
//! Everybody who consents is contributed, in the study's group or not: otherwise the list would show
//! who is ill.

use super::{people::lines_in_words, rounds::FoundStudy};
use crate::{
	platform::{Clock, Platform, Task as _},
	session::{At, Session},
};
use anyhow::{bail, Result};
use std::time::Duration;
use vouchsafe_protocol::{
	api,
	calls::StudiesCall,
	errors::ChainError,
	traits::View,
	types::{AccountId, AccountKind, RoundPhase, H256, MAX_CONTRIBUTED},
};

/// About how many people one question to the chain asks.
const PAGE: usize = 500;
/// How long to wait while the quota is used up, before the next call is tried.
const QUOTA: Duration = Duration::from_secs(15);

/// Somebody to contribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
	/// The account.
	pub account: AccountId,
	/// A record that the contributor wrote, if another institution enrolled the patient.
	pub record: Option<H256>,
	/// The line of the people file, for messages.
	pub line: usize,
}

/// What the chain says of people who are offered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
	/// Whose consents let the study count them, and who are not in the round yet.
	pub consenting: Vec<Offered>,
	/// Whom this contributor has contributed already.
	pub contributed: Vec<AccountId>,
	/// How many others have contributed.
	pub elsewhere: usize,
	/// How many do not consent to the study.
	pub not_consenting: usize,
	/// How many consent, but have less privacy budget left than a round uses.
	pub without_budget: usize,
}

/// Asks the chain about people, before anything is sent.
///
/// # Errors
///
/// Somebody is not a patient on the chain, or the contributor has neither enrolled nor named a record of
/// somebody. The error names lines, not people.
pub async fn survey<P: Platform>(
	session: &Session<P>,
	found: &FoundStudy,
	contributor: &AccountId,
	people: &[Offered],
) -> Result<Survey> {
	let at = session.finalized().await?;
	let task = session.waiting("asking the chain who consents");
	ensure_no_strangers(session, &at, contributor, people).await?;
	let mut survey = Survey::default();
	for (number, page) in people.chunks(PAGE).enumerate() {
		task.say(&format!(
			"asking the chain who consents: {} of {}",
			number.saturating_mul(PAGE),
			people.len()
		));
		let accounts: Vec<_> = page.iter().map(|person| person.account.clone()).collect();
		let contributed = at.contributed(found.id, found.study.round, &accounts).await?;
		for (place, person) in page.iter().enumerate() {
			match contributed.get(place).cloned().flatten() {
				Some(by) if by == *contributor => survey.contributed.push(person.account.clone()),
				Some(_) => survey.elsewhere = survey.elsewhere.saturating_add(1),
				None => match may_count(&at, found, &person.account).await? {
					MayCount::Yes => survey.consenting.push(person.clone()),
					MayCount::NoConsent => {
						survey.not_consenting = survey.not_consenting.saturating_add(1);
					},
					MayCount::NoBudget => {
						survey.without_budget = survey.without_budget.saturating_add(1);
					},
				},
			}
		}
	}
	Ok(survey)
}

/// Whether the chain would count a person.
enum MayCount {
	Yes,
	NoConsent,
	NoBudget,
}

/// Asks about a person. The node's word suffices: the chain decides again.
async fn may_count(at: &impl View, found: &FoundStudy, person: &AccountId) -> Result<MayCount> {
	if !at.ask(api::may_count(found.id, person)).await?.is_permit() {
		return Ok(MayCount::NoConsent);
	}
	let has_budget = at.ask(api::epsilon_left(person)).await? >= found.study.terms.epsilon;
	Ok(if has_budget { MayCount::Yes } else { MayCount::NoBudget })
}

async fn ensure_no_strangers<P: Platform>(
	session: &Session<P>,
	at: &At<P>,
	contributor: &AccountId,
	people: &[Offered],
) -> Result<()> {
	let (mut strangers, mut others) = (Vec::new(), Vec::new());
	for person in people {
		match at.ask(api::account(&person.account)).await? {
			Some(account) if account.kind == AccountKind::Patient => {
				let is_own = account.enrolled_by == *contributor || person.account == *contributor;
				if !is_own && person.record.is_none() {
					others.push(person.line);
				}
			},
			_ => strangers.push(person.line),
		}
	}
	if !strangers.is_empty() {
		bail!(
			"the people file has accounts that are not patients on the chain ({}): correct them \
			 first. Nothing was sent",
			lines_in_words(&strangers)
		);
	}
	if !others.is_empty() {
		bail!(
			"{} did not enrol some patients of the people file ({}): in the column record, name a record that \
			 it wrote for each of them, or remove the lines. Nothing was sent",
			session.names.show(contributor),
			lines_in_words(&others)
		);
	}
	Ok(())
}

/// Contributes people, as far as the chain takes them. Waits while the quota is used up. Returns how
/// many are counted.
///
/// # Errors
///
/// The round is not open, or the chain refuses a call. What was contributed before stays.
pub async fn contribute<P: Platform>(
	session: &Session<P>,
	found: &FoundStudy,
	people: &[Offered],
) -> Result<()> {
	let closes = open_until(session, found).await?;
	let task = session.waiting("contributing");
	for (number, part) in people.chunks(MAX_CONTRIBUTED as usize).enumerate() {
		let done = number.saturating_mul(MAX_CONTRIBUTED as usize);
		task.say(&format!("contributed {done} of {} people", people.len()));
		let named: Vec<_> = part.iter().map(|it| (it.account.clone(), it.record)).collect();
		loop {
			let call = StudiesCall::contribute { study: found.id, people: named.clone() };
			match session.submit(call).await {
				Ok(_) => break,
				Err(error) if is_quota(&error) && session.clock.now() < closes => {
					task.say("waiting until the quota allows more people");
					session.clock.sleep(QUOTA).await;
				},
				Err(error) => return Err(error),
			}
		}
		session.step("contributed").await;
	}
	Ok(())
}

fn is_quota(error: &anyhow::Error) -> bool {
	matches!(error.downcast_ref(), Some(ChainError::QuotaSpent))
}

/// Until when people can be contributed to the current round.
///
/// # Errors
///
/// They cannot be contributed now. The error says what happens next.
pub async fn open_until(session: &Session<impl Platform>, found: &FoundStudy) -> Result<u64> {
	let round = found.running()?;
	let now = session.finalized().await?.time().await?;
	match round.phase {
		RoundPhase::Open { closes } if now < closes => Ok(closes),
		phase => bail!(
			"nobody can be contributed to round {} of study {} any more: it is {}",
			found.study.round,
			found.id,
			crate::english::ENGLISH.round(&phase, &found.study.terms, now)
		),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		scripted::Scripted,
		study::fixtures::{frozen, open, session, study},
	};
	use vouchsafe_protocol::{
		calls::RuntimeCall,
		types::{Account, Basis, ConsentRef, Decision, Grantee, Reason, Status},
	};

	const HOSPITAL: AccountId = AccountId::new([5; 32]);

	fn person(id: u8) -> Offered {
		Offered { account: AccountId::new([id; 32]), record: None, line: usize::from(id) }
	}

	/// The node says this of everybody.
	fn everybody(session: &Session<Scripted>, kind: AccountKind, decision: Decision, left: u32) {
		let account = Account {
			kind,
			status: Status::Active,
			status_since: 0,
			disabled_since: None,
			doubt: None,
			encryption_key: [0; 32],
			enrolled_by: HOSPITAL,
		};
		session.chain.change(|state| {
			state.answer("account", &Some(account));
			state.answer_research("contributed", &Vec::<Option<AccountId>>::new());
			state.answer_research("may_count", &decision);
			state.answer_research("epsilon_left", &left);
		});
	}

	fn permit() -> Decision {
		Decision::Permit(Basis::Consent(ConsentRef { grantee: Grantee::Research, id: 1 }))
	}

	async fn surveyed(session: &Session<Scripted>, people: &[Offered]) -> Result<Survey> {
		let found = study(session, open(session));
		survey(session, &found, &HOSPITAL, people).await
	}

	#[tokio::test]
	async fn who_consents_and_can_pay_is_contributed() {
		let session = session("//HospitalA");
		let people = [person(11), person(12)];
		everybody(&session, AccountKind::Patient, permit(), 1_000);
		assert_eq!(surveyed(&session, &people).await.unwrap().consenting, people);
		let refused = Decision::Refuse(Reason::NoConsent);
		for (decision, left, expected) in [(permit(), 999, (0, 2)), (refused, 10_000, (2, 0))] {
			everybody(&session, AccountKind::Patient, decision, left);
			let found = surveyed(&session, &people).await.unwrap();
			assert!(found.consenting.is_empty());
			assert_eq!((found.not_consenting, found.without_budget), expected);
		}
		everybody(&session, AccountKind::Patient, permit(), 1_000);
		let by = vec![Some(HOSPITAL), Some(AccountId::new([6; 32]))];
		session.chain.change(|state| state.answer_research("contributed", &by));
		let found = surveyed(&session, &people).await.unwrap();
		assert_eq!((found.contributed.len(), found.elsewhere), (1, 1));
		assert!(found.consenting.is_empty());
	}

	#[tokio::test]
	async fn strangers_are_named_by_their_lines() {
		let session = session("//HospitalA");
		everybody(&session, AccountKind::Practitioner, permit(), 1_000);
		let error = surveyed(&session, &[person(11), person(12)]).await.unwrap_err().to_string();
		assert!(error.contains("not patients on the chain (lines 11 and 12)"), "{error}");
		everybody(&session, AccountKind::Patient, permit(), 1_000);
		let found = study(&session, open(&session));
		let other = AccountId::new([6; 32]);
		let error = survey(&session, &found, &other, &[person(11)]).await.unwrap_err().to_string();
		assert!(error.contains("did not enrol some patients") && error.contains("line 11"));
		let with_record = Offered { record: Some(H256([1; 32])), ..person(11) };
		assert_eq!(
			survey(&session, &found, &other, &[with_record]).await.unwrap().consenting.len(),
			1
		);
		assert!(session.chain.calls().is_empty(), "nothing is sent");
	}

	#[tokio::test]
	async fn a_call_has_at_most_256_people() {
		let session = session("//HospitalA");
		let found = study(&session, open(&session));
		let people: Vec<_> = (0..257u16)
			.map(|id| {
				let mut bytes = [0; 32];
				bytes[..2].copy_from_slice(&id.to_le_bytes());
				Offered { account: AccountId::new(bytes), record: None, line: 2 }
			})
			.collect();
		contribute(&session, &found, &people).await.unwrap();
		let counts: Vec<_> = session
			.chain
			.calls()
			.into_iter()
			.filter_map(|call| match call {
				RuntimeCall::Studies(StudiesCall::contribute { study: 3, people }) => {
					Some(people.len())
				},
				_ => None,
			})
			.collect();
		assert_eq!(counts, [256, 1]);
	}

	#[tokio::test]
	async fn a_quota_is_waited_for_until_the_round_closes() {
		let session = session("//HospitalA");
		let found = study(&session, open(&session));
		session.chain.refuses(ChainError::QuotaSpent);
		let error = contribute(&session, &found, &[person(11)]).await.unwrap_err();
		assert!(is_quota(&error), "{error}");
		assert!(session.clock.elapsed() >= Duration::from_secs(3_600));
		session.chain.refuses(ChainError::MayNotSign);
		let before = session.clock.elapsed();
		contribute(&session, &found, &[person(11)]).await.unwrap_err();
		assert_eq!(session.clock.elapsed(), before, "nothing else is waited for");
	}

	#[tokio::test]
	async fn only_an_open_round_takes_people() {
		let session = session("//HospitalA");
		let found = study(&session, frozen(&session));
		let error = contribute(&session, &found, &[person(11)]).await.unwrap_err().to_string();
		assert!(
			error.contains("it is frozen at block 1 (attempt 1 of 4), gathering lists"),
			"{error}"
		);
		let closed = RoundPhase::Open { closes: session.clock.now() };
		let found = study(&session, closed);
		let error = contribute(&session, &found, &[person(11)]).await.unwrap_err().to_string();
		assert!(error.contains("it is closed, waiting for an aggregator"), "{error}");
	}
}
