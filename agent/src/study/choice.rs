//! A patient's choices: studies in general, or a single one, in which to be counted or not.
//!
//! They are ordinary consents. A standing choice is a permit for every study or for those on a disease.
//! Who joins a study permits it, and who leaves one forbids it, which wins over every permit.

use crate::{
	consent::{self, Granted},
	platform::Platform,
	session::Session,
};
use anyhow::{bail, Result};
use vouchsafe_protocol::{
	traits::View,
	types::{
		Action, Actions, Consent, Effect, Grantee, Purpose, Purposes, StudyId, StudyTerms, Terms,
	},
};

/// The terms of a permit to be counted, for every kind of study without a trait.
pub fn counting_terms() -> Terms {
	Terms {
		actions: Actions::of(&[Action::Aggregate]),
		purposes: Purposes::of(&[Purpose::Research]),
		..Terms::all(Effect::Permit)
	}
}

/// The terms of a standing choice: research and public health.
pub fn standing_terms() -> Terms {
	Terms {
		purposes: Purposes::of(&[Purpose::Research, Purpose::PublicHealth]),
		..counting_terms()
	}
}

/// The terms of a permit for this study alone.
pub fn joining_terms(study: &StudyTerms) -> Terms {
	Terms { purposes: Purposes::of(&[study.purpose]), traits: study.traits, ..counting_terms() }
}

/// The terms of a deny for a study.
pub fn leaving_terms() -> Terms {
	Terms::all(Effect::Deny { binds_break_glass: false })
}

/// The user's consents about studies, expired ones left out.
pub async fn choices(session: &Session<impl Platform>) -> Result<Vec<(Grantee, Consent)>> {
	let me = session.me()?.account();
	let at = session.finalized().await?;
	let now = at.time().await?;
	let mut found = at.all_consents_of(&me).await?;
	found.retain(|(grantee, consent)| grantee.is_research() && !consent.terms.is_expired(now));
	found.sort_by_key(|(_, consent)| consent.id);
	Ok(found)
}

/// The number of the standing choice for this grantee, which a new choice replaces.
///
/// # Errors
///
/// There are several.
pub fn standing(consents: &[(Grantee, Consent)], grantee: &Grantee) -> Result<Option<u32>> {
	let permits: Vec<_> = consents
		.iter()
		.filter(|(of, consent)| of == grantee && consent.terms.effect == Effect::Permit)
		.map(|(_, consent)| consent.id)
		.collect();
	match permits[..] {
		[] => Ok(None),
		[one] => Ok(Some(one)),
		_ => bail!(
			"you have several such choices, consents {}: revoke all but one of them",
			crate::english::ENGLISH
				.and(&permits.iter().map(ToString::to_string).collect::<Vec<_>>())
		),
	}
}

/// Makes a standing choice. It replaces the one for the same studies.
pub async fn choose(
	session: &Session<impl Platform>,
	grantee: Grantee,
	terms: Terms,
) -> Result<Granted> {
	match standing(&choices(session).await?, &grantee)? {
		Some(id) => consent::amend(session, id, terms).await,
		None => consent::grant(session, grantee, terms).await,
	}
}

/// Joins a study: revokes the denies for it, and permits it unless that is permitted already. Returns the
/// permit.
pub async fn join(
	session: &Session<impl Platform>,
	study: StudyId,
	terms: Terms,
) -> Result<Granted> {
	let grantee = Grantee::Study(study);
	let consents = choices(session).await?;
	let granted = match standing(&consents, &grantee)? {
		Some(id) => consent::amend(session, id, terms).await?,
		None => consent::grant(session, grantee.clone(), terms).await?,
	};
	for (_, deny) in denies(&consents, study) {
		consent::revoke(session, deny.id).await?;
	}
	Ok(granted)
}

/// The user's denies for a study.
pub fn denies(
	consents: &[(Grantee, Consent)],
	study: StudyId,
) -> impl Iterator<Item = &(Grantee, Consent)> {
	consents.iter().filter(move |(grantee, consent)| {
		*grantee == Grantee::Study(study) && consent.terms.effect != Effect::Permit
	})
}

/// Leaves a study.
pub async fn leave(session: &Session<impl Platform>, study: StudyId) -> Result<Granted> {
	consent::grant(session, Grantee::Study(study), leaving_terms()).await
}
