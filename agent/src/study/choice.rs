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
		Action, Actions, Consent, ConsentId, Effect, Grantee, Purpose, Purposes, StudyId,
		StudyTerms, Terms,
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
	let deny = Effect::Deny { binds_break_glass: false };
	Terms { actions: Actions::of(&[Action::Aggregate]), ..Terms::all(deny) }
}

/// The patient's consents about studies, expired ones left out.
pub async fn choices(session: &Session<impl Platform>) -> Result<Vec<(Grantee, Consent)>> {
	let at = session.finalized().await?;
	let now = at.time().await?;
	let mut found = at.all_consents_of(&session.patient()?).await?;
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

/// Joins a study: permits it unless that is permitted already, and then revokes the denies for it. Returns
/// the permit.
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

/// The number of the consent with which the user has left a study, if it counts now.
pub fn has_left(consents: &[(Grantee, Consent)], study: StudyId, now: u64) -> Option<ConsentId> {
	let left = denies(consents, study).find(|(_, deny)| {
		deny.terms == leaving_terms() && deny.counts_from().is_none_or(|from| from <= now)
	});
	left.map(|(_, deny)| deny.id)
}

/// Leaves a study.
pub async fn leave(session: &Session<impl Platform>, study: StudyId) -> Result<Granted> {
	consent::grant(session, Grantee::Study(study), leaving_terms()).await
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		scripted::Scripted,
		study::fixtures::{open, session, study, ID, PROTOCOL},
	};
	use vouchsafe_protocol::{
		calls::{ConsentCall, RuntimeCall},
		events::{ConsentEvent, Event},
		types::{Grantor, ShownText, H256, POLICY_VERSION},
	};

	fn consent(id: u32, terms: Terms) -> Consent {
		Consent {
			id,
			revision: 0,
			policy_version: POLICY_VERSION,
			granted_at: 0,
			confirmed_at: None,
			terms,
			text: ShownText { commitment: H256::zero(), language: *b"en" },
			grantor: Grantor::Patient,
		}
	}

	/// A session of a patient with these consents, whose calls succeed.
	fn with(consents: &[(Grantee, Consent)]) -> Session<Scripted> {
		let session = session("//PatientA");
		let patient = session.me().unwrap().account();
		study(&session, open(&session));
		session.chain.change(|state| state.answer("consents_of", &consents.to_vec()));
		session.chain.react(move |call, _| match call {
			RuntimeCall::Consent(ConsentCall::grant { grantee, .. }) => {
				let (patient, grantee) = (patient.clone(), grantee.clone());
				vec![Event::Consent(ConsentEvent::Granted { patient, grantee, id: 9, revision: 0 })]
			},
			_ => vec![],
		});
		session
	}

	fn granted(session: &Session<Scripted>) -> Vec<(Grantee, Terms)> {
		let calls = session.chain.calls().into_iter();
		calls
			.filter_map(|call| match call {
				RuntimeCall::Consent(ConsentCall::grant { grantee, terms, .. }) => {
					Some((grantee, terms))
				},
				_ => None,
			})
			.collect()
	}

	#[tokio::test]
	async fn a_second_choice_replaces_the_first() {
		let session = with(&[]);
		choose(&session, Grantee::Research, standing_terms()).await.unwrap();
		assert_eq!(granted(&session), [(Grantee::Research, standing_terms())]);

		let session = with(&[(Grantee::Research, consent(4, standing_terms()))]);
		let amended = choose(&session, Grantee::Research, standing_terms()).await.unwrap();
		assert!(amended.amended && amended.id == 4);
		choose(&session, Grantee::ResearchOn(5_148), standing_terms()).await.unwrap();
		assert_eq!(granted(&session).len(), 1, "it is about other studies");

		let two = [4, 5].map(|id| (Grantee::Research, consent(id, standing_terms())));
		let error = choose(&with(&two), Grantee::Research, standing_terms()).await.unwrap_err();
		assert!(error.to_string().contains("consents 4 and 5"), "{error}");
	}

	#[tokio::test]
	async fn who_joins_reads_what_the_study_is() {
		let session = with(&[]);
		let found = study(&session, open(&session));
		let terms = joining_terms(&found.study.terms);
		let granted = join(&session, ID, terms).await.unwrap();
		for text in [
			"I allow study 3 to compute statistics",
			"“How old are the people?”",
			"does not work for profit",
			"A hospital that has my records counts me",
			"2.8 times as likely, and all 2 results together no more than 7.4 times",
			"I can leave at any time",
		] {
			assert!(granted.sentence.contains(text), "{text}: {}", granted.sentence);
		}
		let foreign = PROTOCOL.replace("2026", "2025");
		session.custodians.aggregators.as_ref().unwrap().have(foreign.as_bytes());
		let error = join(&session, ID, joining_terms(&found.study.terms)).await.unwrap_err();
		assert!(error.to_string().contains("its hash is not the one on the chain"), "{error}");
	}

	#[tokio::test]
	async fn leaving_is_a_deny_and_joining_takes_it_back() {
		let session = with(&[]);
		let left = leave(&session, ID).await.unwrap();
		let sentence = "I forbid study 3 to compute statistics from my records for any purpose.";
		assert!(left.sentence.starts_with(sentence), "{}", left.sentence);
		assert_eq!(granted(&session), [(Grantee::Study(ID), leaving_terms())]);
		let deny = |terms| [(Grantee::Study(ID), consent(4, terms))];
		assert_eq!(has_left(&deny(leaving_terms()), ID, 0), Some(4));
		assert_eq!(has_left(&deny(leaving_terms()), ID + 1, 0), None);
		let later = Terms { valid_from: Some(5), ..leaving_terms() };
		assert_eq!(has_left(&deny(later), ID, 4), None);
		assert_eq!(has_left(&deny(counting_terms()), ID, 0), None);

		let session = with(&[(Grantee::Study(ID), consent(4, leaving_terms()))]);
		let found = study(&session, open(&session));
		join(&session, ID, joining_terms(&found.study.terms)).await.unwrap();
		let revoked =
			session.chain.calls().into_iter().any(|call| {
				matches!(call, RuntimeCall::Consent(ConsentCall::revoke { id: 4, .. }))
			});
		assert!(revoked, "a deny would win over the permit");
	}
}
