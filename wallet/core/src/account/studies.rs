//! Studies, and the patient's choices about them.

use super::{consents, drafts::Action, Account};
use crate::{
	failure::Trouble,
	guard::wording::PARAGRAPH,
	host::Host,
	messages::{Draft, Studies, StudyChoice, StudyLine, StudyView},
	platform::{At, Session},
};
use anyhow::{bail, Result};
use futures::future::join_all;
use vouchsafe_agent::{
	consent, label_keys,
	study::{asking, choice, explained, mine, protocol, rounds, rounds::FoundStudy},
};
use vouchsafe_protocol::{
	traits::View as _,
	types::{Consent, Grantee, StudyTrait, StudyTraits, Terms, YEARLY_EPSILON},
};
use vouchsafe_speech::{thousandths, Speech, Teller};

impl<H: Host> Account<H> {
	pub(super) async fn studies(&self, speech: &'static Speech) -> Result<Studies> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let me = self.account();
		let now = at.time().await?;
		let consents = choice::choices(&session).await?;
		let labels = label_keys::learn(&session, &me, []).await?;
		let mut choices = Vec::new();
		for (grantee, found) in &consents {
			choices.push(self.consent_line(&session, &labels, grantee, found, now, speech).await?);
		}
		let mut found = rounds::all(&session).await?;
		found.reverse();
		let (ended, open): (Vec<_>, Vec<_>) =
			found.iter().partition(|it| it.study.stage.has_ended());
		let line = |it| self.study_line(&session, &at, it, &consents, speech);
		let open = join_all(open.into_iter().map(line)).await.into_iter();
		let open = open.map(|it| it.map(|(line, _)| line)).collect::<Result<Vec<_>>>()?;
		let ended = ended.into_iter().map(|it| StudyLine {
			id: it.id,
			question: String::new(),
			researcher: session.names.show(&it.study.researcher),
			stage: speech.phrase(it.study.stage),
			counts: false,
			decision: speech.study_counts_nobody(),
		});
		let log = self.verdict_at(&session, &at, speech).await?;
		let counted = match self.checked_log(&session, &at).await {
			Ok(checked) => mine::contributed(checked.entries().filter_map(|(_, entry)| entry)),
			// The verdict says why.
			Err(_) => Default::default(),
		};
		let counted = counted.iter().map(|((study, round), by)| {
			// For people, rounds are counted from 1.
			let round = round.saturating_add(1).to_string();
			speech.wallet_counted_in(round, study.to_string(), session.names.show(by))
		});
		Ok(Studies {
			choices,
			open,
			ended: ended.collect(),
			counted: counted.collect(),
			log,
			budget: self.budget(&at, speech).await?,
			traits: consents::choices::<StudyTrait>(speech),
		})
	}

	/// A study that has not ended, and what it is, if its protocol can be read.
	async fn study_line(
		&self,
		session: &Session<H>,
		at: &At<H>,
		found: &FoundStudy,
		consents: &[(Grantee, Consent)],
		speech: &'static Speech,
	) -> Result<(StudyLine, Result<String>)> {
		let me = self.account();
		let decision = at.may_count(found.id, &me).await?;
		let left = at.epsilon_left(&me).await?;
		let labels = session.labels_of(&me).await?;
		let teller = Teller { speech, names: &session.names, labels: &labels };
		let line = |question: &str, said: String| StudyLine {
			id: found.id,
			question: question.to_owned(),
			researcher: session.names.show(&found.study.researcher),
			stage: speech.phrase(found.study.stage),
			counts: decision.is_permit() && left >= found.study.terms.epsilon,
			decision: said,
		};
		Ok(match protocol::fetch(session, &found.study.terms).await {
			Ok(protocol) => {
				let asking = asking(speech, found, &protocol);
				let said = teller.study_decision(&asking, &decision, consents, left);
				let explained = explained(speech, &session.names, found, &protocol);
				(line(asking.question, said), Ok(explained))
			},
			Err(error) => {
				let said = speech.wallet_study_unreadable(format!("{error:#}"));
				(line("", said), Err(error))
			},
		})
	}

	/// What is left of the privacy budget.
	async fn budget(&self, at: &At<H>, speech: &Speech) -> Result<String> {
		let left = at.epsilon_left(&self.account()).await?;
		let [left, all] = [left, YEARLY_EPSILON].map(|it| speech.number(&thousandths(it)));
		let ends = mine::end_of_year(at.time().await?);
		Ok(speech.wallet_budget(left, all, speech.moment(ends)))
	}

	pub(super) async fn study(&self, id: u32, speech: &'static Speech) -> Result<StudyView> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let now = at.time().await?;
		let found = rounds::find(&session, id).await?;
		let consents = choice::choices(&session).await?;
		let (mut line, explained) =
			self.study_line(&session, &at, &found, &consents, speech).await?;
		let has_ended = found.study.stage.has_ended();
		if has_ended {
			(line.counts, line.decision) = (false, speech.study_counts_nobody());
		}
		let left = choice::has_left(&consents, id, now);
		let has_joined = choice::standing(&consents, &Grantee::Study(id))?.is_some();
		let can_read = explained.is_ok();
		let cost = speech.number(&thousandths(found.study.terms.epsilon));
		Ok(StudyView {
			line,
			paragraphs: explained
				.unwrap_or_default()
				.split_terminator(PARAGRAPH)
				.map(str::to_owned)
				.collect(),
			cost: speech.wallet_study_round_costs(cost),
			budget: self.budget(&at, speech).await?,
			can_join: !has_ended && can_read && (!has_joined || left.is_some()),
			can_leave: !has_ended && left.is_none(),
			left: left.map(|id| speech.wallet_study_has_left(id.to_string())).unwrap_or_default(),
		})
	}

	pub(super) async fn draft_study_choice(
		&self,
		chosen: &StudyChoice,
		speech: &'static Speech,
	) -> Result<Draft> {
		let session = self.session_to_permit().await?;
		let at = session.finalized().await?;
		let (grantee, terms) = standing(chosen)?;
		let consents = choice::choices(&session).await?;
		let action = match choice::standing(&consents, &grantee)? {
			Some(id) => {
				let (_, found) = consent::find(&session, id).await?;
				Action::Amend { id, grantee, before: found.terms, terms, carry: None }
			},
			None => Action::Grant { grantee, terms, carry: None },
		};
		self.draft(&session, &at, action, speech).await
	}

	pub(super) async fn draft_join(&self, study: u32, speech: &'static Speech) -> Result<Draft> {
		let session = self.session_to_permit().await?;
		let at = session.finalized().await?;
		let found = rounds::find(&session, study).await?;
		if found.study.stage.has_ended() {
			bail!(Trouble::Input(speech.study_counts_nobody()));
		}
		let terms = choice::joining_terms(&found.study.terms);
		let consents = choice::choices(&session).await?;
		let amends = choice::standing(&consents, &Grantee::Study(study))?;
		let denies = choice::denies(&consents, study).map(|(_, deny)| deny.id).collect();
		self.draft(&session, &at, Action::Join { study, amends, terms, denies }, speech).await
	}

	pub(super) async fn draft_leave(&self, study: u32, speech: &'static Speech) -> Result<Draft> {
		let session = self.session().await?;
		let at = session.finalized().await?;
		let consents = choice::choices(&session).await?;
		if let Some(id) = choice::has_left(&consents, study, at.time().await?) {
			bail!(Trouble::Input(speech.wallet_study_has_left(id.to_string())));
		}
		self.draft(&session, &at, Action::Leave { study }, speech).await
	}
}

/// The grantee and the terms of a standing choice.
fn standing(chosen: &StudyChoice) -> Result<(Grantee, Terms)> {
	let disease = chosen.disease.trim();
	let grantee = match disease.is_empty() {
		true => Grantee::Research,
		false => {
			let number = consent::disease(disease);
			Grantee::ResearchOn(number.map_err(|error| Trouble::Input(error.to_string()))?)
		},
	};
	let traits = chosen.traits.iter().map(|word| super::drafts::word::<StudyTrait>(word));
	let mut terms = Terms {
		traits: StudyTraits::of(&traits.collect::<Result<Vec<_>>>()?),
		..choice::standing_terms()
	};
	if let Some(until) = &chosen.until {
		terms.valid_until = Some(super::drafts::end_of(until)?);
	}
	Ok((grantee, terms))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_standing_choice_is_that_of_the_form() {
		let (grantee, terms) = standing(&StudyChoice::default()).unwrap();
		assert_eq!((grantee, terms), (Grantee::Research, choice::standing_terms()));
		let chosen = StudyChoice {
			disease: " MONDO:0005148 ".into(),
			traits: vec!["for-profit-sponsor".into()],
			until: Some("2027-01-31".into()),
		};
		let (grantee, terms) = standing(&chosen).unwrap();
		assert_eq!(grantee, Grantee::ResearchOn(5_148));
		assert!(terms.traits.contains(StudyTrait::ForProfitSponsor));
		assert_eq!(terms.valid_until, Some(1_801_440_000));
		for wrong in [
			StudyChoice { disease: "diabetes".into(), ..chosen.clone() },
			StudyChoice { traits: vec!["kind".into()], ..chosen.clone() },
			StudyChoice { until: Some("soon".into()), ..chosen },
		] {
			assert!(standing(&wrong).unwrap_err().is::<Trouble>(), "{wrong:?}");
		}
	}
}
