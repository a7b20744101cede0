//! `vouchsafe consent`.

mod assist;
mod backups;
mod list;
pub(super) mod overlap;
mod stop;
mod who;

pub(super) use assist::is_refused;
pub(super) use list::assisted;

use super::{
	account_json, acting::repeated, agree_for, agree_to_revoke, apply, heading, id_json, key,
	time_of, when,
};
use crate::{
	advice,
	args::{Agreeing, ConsentCommand},
	consent::{self, plain_terms, CarryReport, Granted},
	dates::{self, show_moment},
	english::{teller, ENGLISH},
	label_keys::{self, KeyDeliveries},
	output::Output,
	overlap::others,
	session::{tell_changes, Session, Settings},
};
use anyhow::Result;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use vouchsafe_agent::{acting::highest_confidentiality, stop::Stop};
use vouchsafe_client::chain::{
	Action, Actions, ConsentRef, Decision, Effect, Grantee, LabelFilter, Purpose, Purposes,
	StudyTraits, Terms, View, H256,
};
use vouchsafe_speech::{short, Noun};

pub(super) async fn run(settings: &Settings, command: ConsentCommand) -> Result<Output> {
	let session = settings.connect_silently().await?;
	// An institution to which these two refuse a permit is named in their error.
	if !matches!(command, ConsentCommand::Grant { .. } | ConsentCommand::Amend { .. }) {
		tell_changes(&session);
	}
	match command {
		ConsentCommand::Grant {
			to,
			deny,
			even_in_emergency,
			about,
			reach,
			studies,
			agreeing,
			acting: _,
		} => {
			let patient = session.patient()?;
			let grantee = session.grantee(&to)?;
			let effect = if deny {
				Effect::Deny { binds_break_glass: even_in_emergency }
			} else {
				Effect::Permit
			};
			// A deny that names nothing forbids everything.
			let mut terms = if deny { Terms::all(effect) } else { plain_terms(effect) };
			if !deny && grantee.is_research() {
				terms.actions = Actions::of(&[Action::Aggregate]);
				terms.purposes = Purposes::of(&[Purpose::Research]);
			}
			let at = session.finalized().await?;
			apply(&session, &at, &patient, &mut terms, &about, &reach).await?;
			if !studies.traits.is_empty() {
				terms.traits = StudyTraits::of(&studies.traits);
			}
			if !deny && about.action == [Action::Write] {
				// Adding a sensitive record shows nothing to anybody, and the patient cannot know how
				// sensitive an author's records will be.
				if about.labels.is_empty() && about.only_labels.is_empty() {
					terms.labels = LabelFilter::Any;
				}
				if about.confidentiality.is_none() {
					terms.confidentiality = highest_confidentiality(&session).await?;
				}
			}
			consent::ensure_grantee_confirmed(&session, &grantee, &terms).await?;
			tell_changes(&session);
			overlap::note(&others(&session, &ENGLISH, &patient, &grantee, &terms, None).await?);
			overlap::tell_of_deny(&session, &grantee, &terms).await?;
			agree_for(
				&session,
				&consent::full_sentence(&session, &patient, &grantee, &terms).await?,
				agreeing.agreement,
			)?;
			let granted = consent::grant(&session, grantee, terms.clone()).await?;
			finish(&session, granted, &terms, &agreeing).await
		},
		ConsentCommand::Amend { consent: id, about, reach, studies, agreeing, acting: _ } => {
			let patient = session.patient()?;
			let (grantee, found) = consent::find_to_change(&session, id).await?;
			let mut terms = found.terms.clone();
			let at = session.finalized().await?;
			apply(&session, &at, &patient, &mut terms, &about, &reach).await?;
			if !studies.traits.is_empty() {
				terms.traits = StudyTraits::of(&studies.traits);
			}
			consent::ensure_grantee_confirmed_if_wider(&session, &grantee, &found.terms, &terms)
				.await?;
			tell_changes(&session);
			// What the amendment takes away may be permitted by another consent.
			let others =
				others(&session, &ENGLISH, &patient, &grantee, &found.terms, Some(id)).await?;
			overlap::note_of_amendment(&others);
			overlap::tell_of_deny(&session, &grantee, &terms).await?;
			agree_for(
				&session,
				&consent::full_sentence(&session, &patient, &grantee, &terms).await?,
				agreeing.agreement,
			)?;
			let granted = consent::amend(&session, id, terms.clone()).await?;
			finish(&session, granted, &terms, &agreeing).await
		},
		ConsentCommand::Confirm { consent: id, agreement } => {
			let me = session.me()?.account();
			let (grantee, found) = consent::find_to_change(&session, id).await?;
			let sentence = consent::sentence(&session, &me, &grantee, &found.terms).await?;
			agree_for(&session, &sentence, agreement)?;
			let block = consent::confirm(&session, id).await?;
			Ok(Output::new(
				format!("Consent {id} is confirmed and counts again (block {block})."),
				json!({ "consent": id, "block": block }),
			))
		},
		ConsentCommand::Revoke { consent: id, patient, agreement, acting: _ } => {
			session.me()?;
			let patient = super::patient(&session, patient.as_deref())?;
			let is_own = session.is_patient(&patient);
			let (grantee, found) = match is_own {
				true => consent::find_to_change(&session, id).await?,
				false => consent::find_of(&session, &patient, id).await?,
			};
			let sentence = consent::sentence(&session, &patient, &grantee, &found.terms).await?;
			let said = format!("I revoke consent {id}, which says: “{sentence}”");
			match found.terms.effect {
				Effect::Permit => agree_to_revoke(&heading(&session), &said, agreement)?,
				// Without it, more may be open.
				Effect::Deny { .. } => agree_for(&session, &said, agreement)?,
			}
			let (grantee, block) = match is_own {
				true => consent::revoke(&session, id).await?,
				false => consent::revoke_in_doubt(&session, &patient, id).await?,
			};
			let at = time_of(&session, block).await;
			let labels = Default::default();
			let teller = teller(&session.names, &labels);
			// The consent is revoked, even if the others cannot be read.
			let others =
				others(&session, &ENGLISH, &patient, &grantee, &found.terms, Some(id)).await;
			let permits = others.map(|others| others.permits);
			let named = ConsentRef { grantee: grantee.clone(), id };
			let revoked = teller.revoked(&named, at, block, dates::now());
			let still = permits.as_ref().ok().map(|them| {
				let ids: Vec<u32> = them.iter().map(|it| it.id).collect();
				ids
			});
			let me = session.me()?.account();
			let whose = (patient != me).then(|| session.names.show(&patient));
			let backups = consent::kept_in_backups(&session, &grantee, &found.terms).await;
			let kept = backups.iter().map(|(at, days)| (session.names.show(at), *days));
			Ok(Output::new(
				[
					Some(revoked),
					backups::kept(&kept.collect::<Vec<_>>(), whose.as_deref()),
					overlap::still_permitted(&permits, whose.as_deref()),
				]
				.into_iter()
				.flatten()
				.collect::<Vec<_>>()
				.join("\n"),
				json!({
					"consent": id,
					"block": block,
					"still_permitted_by": still,
					"backups": backups.iter().map(|(at, days)| json!({
						"institution": account_json(&session, at),
						"days": days,
					})).collect::<Vec<_>>(),
				}),
			))
		},
		ConsentCommand::Stop { allow_adding, even_in_emergency, agreement, acting: _ } => {
			let wanted = Stop { allows_adding: allow_adding, binds_emergencies: even_in_emergency };
			stop::stop(&session, wanted, agreement).await
		},
		ConsentCommand::Resume { agreement, acting: _ } => stop::resume(&session, agreement).await,
		ConsentCommand::Who { reader, institution, patient, acting: _ } => {
			let patient = super::patient(&session, patient.as_deref())?;
			let Some(reader) = reader else { return who::who(&session, &patient).await };
			let reader = session.names.resolve(&reader)?;
			let institution = institution.map(|it| session.names.resolve(&it)).transpose()?;
			who::seen_by(&session, &patient, &reader, institution).await
		},
		ConsentCommand::Assist { patient, institution, to, out, covered, agreement } => {
			let patient = session.names.resolve(&patient)?;
			let institution = session.names.resolve(&institution)?;
			let who = assist::Who { patient, institution, to };
			assist::enter(&session, who, &out, covered, agreement).await
		},
		ConsentCommand::ConfirmAssisted { file, agreement } => {
			assist::confirm(&session, &file, agreement).await
		},
		ConsentCommand::RefuseAssisted { agreement } => {
			agree_for(&session, &ENGLISH.wallet_refuse_assisted(), agreement)?;
			let block = vouchsafe_agent::assist::refuse(&session).await?;
			// They are refused, even if the others cannot be read.
			let me = session.me()?.account();
			let entered =
				async { list::entered(&session.finalized().await?, &me).await }.await.ok();
			let stays = match &entered {
				Some(ids) => list::say_entered(ids),
				None => Some(
					"`vouchsafe consent list` shows what was entered before, and stays.".into(),
				),
			};
			let refused =
				format!("Nobody can enter a consent in your name any more (block {block}).");
			Ok(Output::new(
				[Some(refused), stays].into_iter().flatten().collect::<Vec<_>>().join(" "),
				json!({ "refused_assisted": true, "block": block, "entered_before": entered }),
			))
		},
		ConsentCommand::List { patient, all, acting: _ } => {
			let patient = super::patient(&session, patient.as_deref())?;
			list::list(&session, &patient, all).await
		},
		ConsentCommand::Explain {
			reader,
			record,
			patient,
			institution,
			action,
			purpose,
			acting: _,
		} => {
			let patient = super::patient(&session, patient.as_deref())?;
			let at = session.finalized().await?;
			let record = super::record(&session, &at, &patient, &record).await?;
			let reader = session.names.resolve(&reader)?;
			let institution = institution.map(|it| session.names.resolve(&it)).transpose()?;
			let ground = consent::ground_of(&session, &reader, &patient, institution).await?;
			let (decision, sentence) =
				consent::explain(&session, &reader, ground, &patient, record, action, purpose)
					.await?;
			Ok(Output::new(
				sentence.clone(),
				json!({
					"record": id_json(&record),
					"reader": account_json(&session, &reader),
					"permitted": matches!(decision, Decision::Permit(_)),
					"decision": format!("{decision:?}"),
					"sentence": sentence,
				}),
			))
		},
		ConsentCommand::DeliverLabels { unasked: _ } => deliver_labels(&session).await,
		ConsentCommand::Carry { consent: id, to, unasked: _ } => {
			key::check(&session, &session.finalized().await?).await?;
			let (grantee, found) = consent::find(&session, id).await?;
			let to = to.map(|to| session.names.resolve(&to)).transpose()?;
			let carried = consent::carry(&session, &grantee, id, &found.terms, to.as_ref()).await?;
			let text = carried_text(&session, &carried);
			let text = if text.is_empty() {
				"There is no key share to carry for it.".to_owned()
			} else {
				text
			};
			Ok(Output {
				code: u8::from(!carried.failed.is_empty()),
				..Output::new(text, carried_json(&session, &carried))
			})
		},
	}
}

/// Carries the patient's own shares unless the user declined, and reports the result.
pub(super) async fn finish(
	session: &Session,
	granted: Granted,
	terms: &Terms,
	agreeing: &Agreeing,
) -> Result<Output> {
	let Granted { grantee, id, block, sentence, amended } = granted;
	let mut carried = CarryReport::default();
	let mut trouble = String::new();
	if session.for_patient.is_some() {
		if consent::permits_reading(terms) {
			trouble = format!("\n{}", no_shares(&session.names.show(&session.patient()?)));
		}
	} else if !agreeing.no_carry {
		let to = agreeing.carry_to.as_ref().map(|to| session.names.resolve(to)).transpose()?;
		// The consent is in force, even if carrying fails.
		let result = match key::check(session, &session.finalized().await?).await {
			Ok(()) => consent::carry(session, &grantee, id, terms, to.as_ref()).await,
			Err(error) => Err(error),
		};
		match result {
			Ok(done) => carried = done,
			Err(error) => {
				trouble = format!("\nYour own key shares were not carried: {}", advice::say(&error))
			},
		}
	}
	let said = carried_text(session, &carried);
	let now = dates::now();
	let mut text = match terms.valid_from {
		Some(from) if from > now => {
			let when = when(session, block).await;
			format!("Consent {id} is signed at {when}, and in force from {}.", show_moment(from))
		},
		_ => {
			let at = time_of(session, block).await;
			let labels = Default::default();
			let teller = teller(&session.names, &labels);
			if amended {
				teller.amended(id, at, block, now)
			} else {
				teller.granted(id, at, block, now)
			}
		},
	};
	text += &trouble;
	let (keys, label_keys) = give_label_key(session, [(&grantee, terms)]).await;
	if !keys.is_empty() {
		text += &format!("\n{keys}");
	}
	if !said.is_empty() {
		text += &format!("\n{said}");
	}
	if matches!(terms.effect, Effect::Permit) && terms.valid_until.is_none() {
		text += &format!(
			"\nIt has no end. `vouchsafe consent revoke {id}{}` ends it.",
			repeated(session)
		);
	}
	Ok(Output::new(
		text,
		json!({
			"consent": id,
			"grantee": grantee_json(session, &grantee),
			"block": block,
			"sentence": sentence,
			"carried": carried_json(session, &carried),
			"label_keys": label_keys,
		}),
	))
}

/// Delivers the label key to the institutions that may write by these permits, and says for which that
/// failed. The consents are in force anyway.
async fn give_label_key<'a>(
	session: &Session,
	permits: impl IntoIterator<Item = (&'a Grantee, &'a Terms)>,
) -> (String, Value) {
	let again =
		"Without the key, their records with labels are unclassified. `vouchsafe consent deliver-labels` \
		 tries again.";
	let delivering = label_keys::deliver(session, permits).await;
	if let (Some(patient), Ok(report)) = (&session.for_patient, &delivering) {
		let lacking: Vec<_> = report.failed.iter().map(|(to, _)| session.names.show(to)).collect();
		let text = lacks_label_key(&session.names.show(patient), &lacking);
		return (text, json!({ "delivered": [], "failed": failed_json(session, report) }));
	}
	match delivering {
		Ok(report) => {
			let KeyDeliveries { delivered, failed } = &report;
			let accounts: Vec<_> = delivered.iter().map(|it| account_json(session, it)).collect();
			let mut lines: Vec<String> = failed
				.iter()
				.map(|(to, why)| {
					format!(
						"Your label key was not delivered to {} ({why}).",
						session.names.show(to)
					)
				})
				.collect();
			lines.extend((!failed.is_empty()).then(|| again.to_owned()));
			let json = json!({ "delivered": accounts, "failed": failed_json(session, &report) });
			(lines.join("\n"), json)
		},
		Err(error) => {
			let why = format!("{error:#}");
			let text = format!(
				"Your label key was not delivered to the institutions that may add records ({why}). {again}"
			);
			(text, json!({ "delivered": [], "failed": [{ "to": null, "why": why }] }))
		},
	}
}

fn failed_json(session: &Session, report: &KeyDeliveries) -> Value {
	let failed = report.failed.iter();
	failed.map(|(to, why)| json!({ "to": account_json(session, to), "why": why })).collect()
}

/// What is said to a representative of the institutions that may lack the patient's label key.
fn lacks_label_key(patient: &str, institutions: &[String]) -> String {
	if institutions.is_empty() {
		return String::new();
	}
	format!(
		"{} may lack {patient}’s label key, which only {patient}’s own wallet gives to institutions. Without it, their \
		 records with labels are unclassified.",
		ENGLISH.and(institutions)
	)
}

async fn deliver_labels(session: &Session) -> Result<Output> {
	let me = session.me()?.account();
	let at = session.finalized().await?;
	let now = at.time().await?;
	let consents = at.all_consents_of(&me).await?;
	let permits = consents
		.iter()
		.map(|(grantee, consent)| (grantee, &consent.terms))
		.filter(|(_, terms)| !terms.is_expired(now));
	let (said, json) = give_label_key(session, permits).await;
	let has_failed = !said.is_empty();
	let text = match (has_failed, json["delivered"].as_array().map_or(0, Vec::len)) {
		(true, _) => said,
		(false, 0) => {
			"No permit lets an institution add records, so none needs your label key.".into()
		},
		(false, _) => "All institutions that may add records have your label key.".into(),
	};
	Ok(Output { code: u8::from(has_failed), ..Output::new(text, json) })
}

/// What is said to a representative instead of carrying the patient's own shares.
fn no_shares(patient: &str) -> String {
	format!(
		"No institution keeps a key share of {patient}’s for it: only {patient}’s own wallet can give it one. The \
		 records open with the other holders’ shares."
	)
}

fn carried_text(session: &Session, carried: &CarryReport) -> String {
	let mut lines = Vec::new();
	if !carried.carried.is_empty() {
		let mut places: Vec<_> =
			carried.carried.iter().map(|(_, _, to)| session.names.show(to)).collect();
		places.sort();
		places.dedup();
		lines.push(format!(
			"Your own key shares of {} are with {} now, for as long as the consent is in force. So the \
			 records open even if one custodian is unavailable.",
			ENGLISH.count(Noun::Version, carried.carried.len()),
			ENGLISH.and(&places)
		));
	}
	// What fails for one reason, such as a custodian that is away, often fails for all records.
	let mut failed: BTreeMap<&str, Vec<(&H256, u32)>> = BTreeMap::new();
	for (record, version, why) in &carried.failed {
		failed.entry(why).or_default().push((record, *version));
	}
	for (why, versions) in failed {
		let what = match versions[..] {
			[(record, version)] => {
				format!("share of record {}, version {version}, was", short(record))
			},
			_ => format!("shares of {} were", ENGLISH.count(Noun::Version, versions.len())),
		};
		lines.push(format!(
			"Your key {what} not carried ({why}). `vouchsafe consent carry` tries again."
		));
	}
	if !carried.closed.is_empty() {
		lines.push(format!(
			"Your own key shares of {} do not open with your encryption key, which may have been replaced. So they \
			 are not carried. The other holders’ shares open these records.",
			ENGLISH.count(Noun::Version, carried.closed.len())
		));
	}
	lines.join("\n")
}

fn carried_json(session: &Session, carried: &CarryReport) -> Value {
	json!({
		"carried": carried.carried.iter().map(|(record, version, to)| json!({
			"record": id_json(record), "version": version, "to": account_json(session, to),
		})).collect::<Vec<_>>(),
		"failed": carried.failed.iter().map(|(record, version, why)| json!({
			"record": id_json(record), "version": version, "why": why,
		})).collect::<Vec<_>>(),
		"closed": carried.closed.iter().map(|(record, version)| json!({
			"record": id_json(record), "version": version,
		})).collect::<Vec<_>>(),
	})
}

pub(super) fn grantee_json(session: &Session, grantee: &Grantee) -> Value {
	let labels = Default::default();
	json!(teller(&session.names, &labels).grantee_short(grantee))
}
