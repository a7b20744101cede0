//! `vouchsafe consent list`: what is in force, what waits, and what has ended.

use super::grantee_json;
use crate::{
	assist::{self, Waiting},
	audit,
	commands::{account_json, audit::times_of, ensure_patient},
	consent,
	dates::show_moment,
	english::{teller, ENGLISH},
	label_keys,
	output::Output,
	session::{At, Session},
};
use anyhow::Result;
use serde_json::{json, Value};
use std::collections::{BTreeMap, BTreeSet};
use vouchsafe_client::chain::{AccountId, ConsentRef, Effect, Grantee, Grantor, LogEvent, View};
use vouchsafe_speech::Teller;

/// What a patient can do about a consent that others entered, if such consents are refused for good or not.
fn how_to_end(id: u32, are_refused: bool) -> String {
	let revoke = format!("`vouchsafe consent revoke {id}` ends it");
	match are_refused {
		true => revoke + ".",
		false => {
			revoke + ", and `vouchsafe consent refuse-assisted` refuses all such consents for good."
		},
	}
}

/// What a patient can do about a permit by law, which nobody revokes.
fn how_to_object(representative: &str) -> String {
	format!(
		"Nobody revokes it. Who does not want {representative} as a representative can object: `vouchsafe \
		 represent object \"{representative}\"`."
	)
}

/// What the refusal of assisted consents does not end: those that were entered before it.
pub(super) fn say_entered(ids: &[u32]) -> Option<String> {
	let first = ids.first()?;
	let named: Vec<_> = ids.iter().map(ToString::to_string).collect();
	let named = ENGLISH.and(&named);
	Some(match ids {
		[_] => format!(
			"Consent {named} was entered before, and stays until you revoke it: `vouchsafe consent revoke \
			 {first}` ends it."
		),
		_ => format!(
			"Consents {named} were entered before, and stay until you revoke them: `vouchsafe consent revoke \
			 {first}` ends the first."
		),
	})
}

/// The consents that others entered for a patient and that have not expired.
pub(super) async fn entered(at: &At, patient: &AccountId) -> Result<Vec<u32>> {
	let now = at.time().await?;
	let consents = at.all_consents_of(patient).await?;
	let entered = consents.iter().map(|(_, consent)| consent);
	let entered = entered.filter(|it| it.is_assisted() && !it.terms.is_expired(now));
	let mut ids: Vec<u32> = entered.map(|consent| consent.id).collect();
	ids.sort_unstable();
	Ok(ids)
}

/// What a patient is told of the consents that a hospital's staff entered and that have not expired.
pub(in crate::commands) async fn assisted(
	session: &Session,
	at: &At,
	patient: &AccountId,
) -> Result<Vec<String>> {
	let now = at.time().await?;
	let labels = Default::default();
	let teller = teller(&session.names, &labels);
	let consents = at.all_consents_of(patient).await?;
	let are_refused = assist::are_refused(at, patient).await?;
	let lines: Vec<_> = consents
		.iter()
		.filter(|(_, consent)| consent.is_assisted() && !consent.terms.is_expired(now))
		.map(|(grantee, consent)| {
			format!(
				"Consent {} for {} was entered in your name, by {}: {}. {}",
				consent.id,
				teller.grantee_short(grantee),
				teller.grantor(&consent.grantor),
				teller.consent_state(consent, now),
				how_to_end(consent.id, are_refused)
			)
		})
		.collect();
	let waiting = assist::waiting(session, at, patient).await?;
	Ok(waiting.iter().map(|it| say_waiting(session, it, are_refused)).chain(lines).collect())
}

/// The consents of a patient. With `all`, also those that have ended.
pub(super) async fn list(session: &Session, patient: &AccountId, all: bool) -> Result<Output> {
	let at = session.finalized().await?;
	let now = at.time().await?;
	let account = at.account(patient).await?;
	let mut consents = at.all_consents_of(patient).await?;
	consents.sort_by_key(|(_, consent)| consent.id);
	let tags = consents.iter().filter_map(|(_, consent)| consent.terms.labels.named());
	let labels = label_keys::learn(session, patient, tags.flatten().copied()).await?;
	let teller = teller(&session.names, &labels);
	let are_refused = assist::are_refused(&at, patient).await?;
	let mut lines = Vec::new();
	let mut rows = Vec::new();
	for (grantee, consent) in &consents {
		let sentence = match consent.is_by_law() {
			true => teller.consent_of(patient, grantee, consent),
			false => teller.consent(grantee, &consent.terms),
		};
		let in_doubt = account.as_ref().is_some_and(|it| consent::is_in_doubt(it, consent));
		let state = match (consent.counts_from(), consent.terms.valid_until) {
			(_, Some(until)) if until <= now => "expired",
			_ if in_doubt => "waits for confirmation",
			(Some(from), _) if now < from => "not valid yet",
			_ => "in force",
		};
		let agreed = match session.is_patient(patient) {
			true => consent::kept_text(session, &consent.text).await?,
			false => None,
		};
		lines.push(format!(
			"{}  {sentence}\n   {}, given by {}{}",
			consent.id,
			match state {
				"waits for confirmation" =>
					"given while the key was lost: it does not count until the \
				                             patient confirms it (`vouchsafe consent confirm`)"
						.to_owned(),
				_ => teller.consent_state(consent, now),
			},
			teller.grantor(&consent.grantor),
			if consent.revision > 0 {
				format!(" (revision {})", consent.revision)
			} else {
				String::new()
			}
		));
		if consent.is_assisted() && state != "expired" {
			lines.push(format!("   {}", how_to_end(consent.id, are_refused)));
		}
		if let (true, Grantee::Person(representative)) = (consent.is_by_law(), grantee) {
			let is_own = session.for_patient.is_none() && session.is_patient(patient);
			let name = session.names.show(representative);
			lines.extend(is_own.then(|| format!("   {}", how_to_object(&name))));
		}
		let signed =
			consent::signed_sentence(&ENGLISH, &session.names, &labels, grantee, &consent.terms);
		if let Some(agreed) = agreed.as_ref().filter(|it| **it != sentence && **it != signed) {
			lines.push(format!("   agreed to as: {agreed}"));
		}
		rows.push(json!({
			"consent": consent.id,
			"revision": consent.revision,
			"grantee": grantee_json(session, grantee),
			"permits": consent.terms.effect == Effect::Permit,
			"assisted": consent.is_assisted(),
			"by_law": consent.is_by_law(),
			"representative": match &consent.grantor {
				Grantor::Representative(who) => account_json(session, who),
				_ => Value::Null,
			},
			"sentence": sentence,
			"agreed_text": agreed,
			"state": state,
			"granted_at": consent.granted_at,
			"confirmed_at": consent.confirmed_at,
			"valid_from": consent.counts_from(),
			"valid_until": consent.terms.valid_until,
		}));
	}
	if lines.is_empty() {
		ensure_patient(session, &at, patient).await?;
		lines.push(format!("{} has no consents now.", session.names.show(patient)));
	}
	let waiting = assist::waiting(session, &at, patient).await?;
	if !waiting.is_empty() {
		lines.push("\nWaiting for another signature:".into());
		lines.extend(waiting.iter().map(|it| say_waiting(session, it, are_refused)));
	}
	let mut json = json!({
		"consents": rows,
		"waiting": waiting.iter().map(|it| waiting_json(session, it)).collect::<Vec<_>>(),
	});
	if all {
		let there = consents.iter().map(|(_, consent)| consent.id).collect();
		let ended = ended(session, patient, &there).await?;
		lines.push(if ended.is_empty() { "\nNone has ended." } else { "\nEnded:" }.into());
		lines.extend(ended.iter().map(|it| it.say(&teller)));
		json["ended"] = ended.iter().map(|it| it.json(&teller)).collect();
	}
	Ok(Output::new(lines.join("\n"), json))
}

/// What is known of a consent that waits for another signature.
fn say_waiting(session: &Session, waiting: &Waiting, are_refused: bool) -> String {
	let signed: Vec<_> = waiting.signed.iter().map(|it| session.names.show(it)).collect();
	let (signed, until) = (ENGLISH.and(&signed), show_moment(waiting.until));
	let institution = session.names.show(&waiting.institution);
	let file = "`vouchsafe consent confirm-assisted` with the file that they made";
	let (what, second) = match waiting.is_for_authority() {
		true => ("have entered a consent", "a health authority".to_owned()),
		// The chain has only its hash.
		false => (
			"has proposed a consent (the chain shows only its hash, so it may also be labels of a record)",
			format!("a second clinician of {institution}"),
		),
	};
	let entered = format!("{signed} of {institution} {what}.");
	match are_refused {
		true => format!(
			"{entered} The patient has refused such consents for good, so no consent comes of it."
		),
		false => format!(
			"{entered} It does not count yet. Until {until} it waits for {second}, who runs {file}. The \
			 patient can refuse all such consents with `vouchsafe consent refuse-assisted`."
		),
	}
}

fn waiting_json(session: &Session, waiting: &Waiting) -> Value {
	json!({
		"institution": account_json(session, &waiting.institution),
		"signed": waiting.signed.iter().map(|it| account_json(session, it)).collect::<Vec<_>>(),
		"for": if waiting.is_for_authority() { "authority" } else { "second-clinician" },
		"until": waiting.until,
	})
}

/// A consent that is no longer on the chain, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ended {
	consent: ConsentRef,
	permits: bool,
	granted: u32,
	revoked: Option<u32>,
	/// The times of these two blocks, if they are known.
	times: (Option<u64>, Option<u64>),
}

impl Ended {
	fn say(&self, teller: &Teller) -> String {
		let when = |block: u32, time: Option<u64>| match time {
			Some(time) => show_moment(time),
			None => format!("block {block}"),
		};
		let effect = if self.permits { "permit" } else { "deny" };
		let end = match self.revoked {
			Some(block) => format!("revoked {}", when(block, self.times.1)),
			None => "expired".to_owned(),
		};
		format!(
			"{}  {effect} for {}, granted {}, {end}",
			self.consent.id,
			teller.grantee_short(&self.consent.grantee),
			when(self.granted, self.times.0)
		)
	}

	fn json(&self, teller: &Teller) -> Value {
		json!({
			"consent": self.consent.id,
			"grantee": teller.grantee_short(&self.consent.grantee),
			"permits": self.permits,
			"granted_block": self.granted,
			"granted_at": self.times.0,
			"revoked_block": self.revoked,
			"revoked_at": self.times.1,
		})
	}
}

/// The consents that have ended, from the patient's log: the chain no longer has them.
async fn ended(
	session: &Session,
	patient: &AccountId,
	there: &BTreeSet<u32>,
) -> Result<Vec<Ended>> {
	session.me()?;
	let acting_for = match session.is_patient(patient) {
		true => None,
		false => session.acting_for(None).await?,
	};
	let log = audit::read(session, patient, acting_for.as_ref(), None).await?;
	if let Err(unproven) = audit::verify(session, &log, acting_for.as_ref()).await? {
		return Err(unproven.into());
	}
	let mut ended =
		ended_in(log.entries().filter_map(|(line, entry)| Some((line.block, entry?.event))), there);
	let blocks = ended.iter().flat_map(|it| [Some(it.granted), it.revoked]).flatten();
	let times = times_of(session, blocks).await;
	for it in &mut ended {
		let revoked = it.revoked.and_then(|block| times.get(&block));
		it.times = (times.get(&it.granted).copied(), revoked.copied());
	}
	Ok(ended)
}

/// The consents that these entries granted and that are not among those on the chain.
fn ended_in(entries: impl Iterator<Item = (u32, LogEvent)>, there: &BTreeSet<u32>) -> Vec<Ended> {
	let mut ended: BTreeMap<u32, Ended> = BTreeMap::new();
	for (block, event) in entries {
		match event {
			LogEvent::ConsentGranted { consent, effect } if !there.contains(&consent.id) => {
				let permits = effect == Effect::Permit;
				let (granted, revoked, times) = (block, None, (None, None));
				ended.insert(consent.id, Ended { consent, permits, granted, revoked, times });
			},
			LogEvent::ConsentRevoked { consent } => {
				if let Some(it) = ended.get_mut(&consent.id) {
					it.revoked = Some(block);
				}
			},
			_ => {},
		}
	}
	ended.into_values().collect()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::names::Names;

	fn consent(id: u32) -> ConsentRef {
		ConsentRef { grantee: Grantee::Everyone, id }
	}

	#[test]
	fn a_refusal_is_offered_once_and_ends_nothing() {
		assert!(how_to_end(3, false).contains("refuse-assisted"));
		assert_eq!(how_to_end(3, true), "`vouchsafe consent revoke 3` ends it.");
		assert_eq!(say_entered(&[]), None);
		assert_eq!(
			say_entered(&[3]).unwrap(),
			"Consent 3 was entered before, and stays until you revoke it: `vouchsafe consent revoke 3` ends \
			 it."
		);
		assert_eq!(
			say_entered(&[3, 5]).unwrap(),
			"Consents 3 and 5 were entered before, and stay until you revoke them: `vouchsafe consent revoke \
			 3` ends the first."
		);
	}

	#[test]
	fn a_permit_by_law_is_objected_to_and_not_revoked() {
		let said = how_to_object("Ada");
		assert!(said.contains("`vouchsafe represent object \"Ada\"`"), "{said}");
		assert!(!said.contains("consent revoke"), "{said}");
	}

	#[test]
	fn what_has_ended_is_found_in_the_log() {
		let granted = |id, effect| LogEvent::ConsentGranted { consent: consent(id), effect };
		let deny = Effect::Deny { binds_break_glass: false };
		let entries = [
			(5, granted(1, Effect::Permit)),
			(6, granted(2, deny)),
			(7, granted(3, Effect::Permit)),
			(8, LogEvent::ConsentRevoked { consent: consent(1) }),
			(9, LogEvent::Enrolled),
		];
		let found = ended_in(entries.into_iter(), &BTreeSet::from([3]));
		let labels = Default::default();
		let names = Names::default();
		let teller = teller(&names, &labels);
		let mut said: Vec<_> = found.iter().map(|it| it.say(&teller)).collect();
		assert_eq!(
			said,
			[
				"1  permit for everyone, granted block 5, revoked block 8",
				"2  deny for everyone, granted block 6, expired"
			]
		);
		let known = Ended { times: (Some(0), Some(60)), ..found[0].clone() };
		said = vec![known.say(&teller)];
		assert_eq!(
			said,
			["1  permit for everyone, granted 1970-01-01 00:00 UTC, revoked 1970-01-01 00:01 UTC"]
		);
		assert_eq!(known.json(&teller)["revoked_at"], 60);
		assert!(found[1].json(&teller)["revoked_block"].is_null());
	}
}
