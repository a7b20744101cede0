//! `vouchsafe study choose`, `join` and `leave`.

use super::with_protocol;
use crate::{
	args::{Agreeing, Agreement, Choice},
	commands::{agree, check_period, consent::finish, countries},
	consent::{self, disease},
	dates::parse_end,
	english::ENGLISH,
	output::Output,
	session::Session,
};
use anyhow::{bail, Result};
use vouchsafe_agent::study::{choice, rounds};
use vouchsafe_client::chain::{bounded, Grantee, StudyTraits, Terms, View};

/// Makes a standing choice.
pub(super) async fn choose(
	session: &Session,
	chosen: &Choice,
	agreement: Agreement,
) -> Result<Output> {
	let me = session.me()?.account();
	let now = session.finalized().await?.time().await?;
	let (grantee, terms) = standing(chosen, now)?;
	let replaced = choice::standing(&choice::choices(session).await?, &grantee)?;
	let sentence = consent::sentence(session, &me, &grantee, &terms).await?;
	let said = match replaced {
		Some(id) => format!("{sentence}\n  This replaces consent {id}."),
		None => sentence,
	};
	agree(&said, agreement)?;
	let granted = choice::choose(session, grantee, terms.clone()).await?;
	finish(session, granted, &terms, &without_shares(agreement)).await
}

/// The grantee and the terms of a standing choice.
pub(super) fn standing(chosen: &Choice, now: u64) -> Result<(Grantee, Terms)> {
	let grantee = match &chosen.disease {
		Some(text) => Grantee::ResearchOn(disease(text)?),
		None => Grantee::Research,
	};
	let mut terms = Terms {
		traits: StudyTraits::of(&chosen.traits),
		countries: bounded(countries(&chosen.country)?, "countries")?,
		..choice::standing_terms()
	};
	if let Some(until) = &chosen.until {
		terms.valid_until = Some(parse_end(until, now)?);
	}
	check_period(None, terms.valid_until, now)?;
	Ok((grantee, terms))
}

/// Joins a study.
pub(super) async fn join(session: &Session, study: u32, agreement: Agreement) -> Result<Output> {
	let me = session.me()?.account();
	let (found, _) = with_protocol(session, study).await?;
	if found.study.stage.has_ended() {
		// The error says how.
		found.running()?;
	}
	let (grantee, terms) = (Grantee::Study(study), choice::joining_terms(&found.study.terms));
	agree(&consent::full_sentence(session, &me, &grantee, &terms).await?, agreement)?;
	let granted = choice::join(session, study, terms.clone()).await?;
	finish(session, granted, &terms, &without_shares(agreement)).await
}

/// Leaves a study.
pub(super) async fn leave(session: &Session, study: u32, agreement: Agreement) -> Result<Output> {
	let me = session.me()?.account();
	let found = rounds::find(session, study).await?;
	let consents = choice::choices(session).await?;
	let now = session.finalized().await?.time().await?;
	if let Some(id) = choice::has_left(&consents, study, now) {
		bail!("you have left study {study} already, with consent {id}: nothing was signed");
	}
	let (grantee, terms) = (Grantee::Study(study), choice::leaving_terms());
	agree(&consent::sentence(session, &me, &grantee, &terms).await?, agreement)?;
	let granted = choice::leave(session, study).await?;
	let mut output = finish(session, granted, &terms, &without_shares(agreement)).await?;
	output.text += &match found.study.stage.has_ended() {
		true => format!("\n{}", ENGLISH.study_counts_nobody()),
		false => format!(
			"\nStudy {study} does not count you in any round that is frozen from now on. \
			 To be counted again, run `vouchsafe study join {study}`."
		),
	};
	Ok(output)
}

/// A study opens no record, so no key share is carried for it.
fn without_shares(agreement: Agreement) -> Agreeing {
	Agreeing { agreement, no_carry: true, carry_to: None }
}
