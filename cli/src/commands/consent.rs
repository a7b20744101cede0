//! `vouchsafe consent`.

use super::{account_json, agree, apply, id_json, plain_terms};
use crate::{
	args::{Agreeing, ConsentCommand},
	consent::{self, CarryReport, Granted},
	output::Output,
	sentence::{grantor, short, Teller},
	session::{Session, Settings},
	words::{and, Action},
};
use anyhow::{bail, Result};
use serde_json::{json, Value};
use vouchsafe_client::chain::{AccountId, ConsentRef, Decision, Effect, Grantee, Terms, View};

pub(super) async fn run(settings: &Settings, command: ConsentCommand) -> Result<Output> {
	let session = Session::connect(settings).await?;
	match command {
		ConsentCommand::Grant { to, deny, even_in_emergency, about, reach, agreeing } => {
			let me = session.me()?.account();
			let grantee = session.grantee(&to)?;
			let effect = if deny {
				Effect::Deny { binds_break_glass: even_in_emergency }
			} else {
				Effect::Permit
			};
			let mut terms = plain_terms(effect);
			if deny {
				// A deny that names nothing forbids everything.
				terms.actions.0 = 0;
				terms.purposes.0 = 0;
			}
			let at = session.finalized().await?;
			apply(&session, &at, &me, &mut terms, &about, &reach).await?;
			if !deny && about.action == [Action::Write] && about.labels.is_empty() {
				// To add a labelled record shows nobody anything; which labels an author will use,
				// the patient can't know.
				terms.labels.0 = u32::MAX;
			}
			agree(&consent::sentence(&session, &me, &grantee, &terms)?, agreeing.yes)?;
			let granted = consent::grant(&session, grantee, terms.clone()).await?;
			finish(&session, granted, &terms, &agreeing, "counts").await
		},
		ConsentCommand::Amend { consent: id, about, reach, agreeing } => {
			let me = session.me()?.account();
			let (grantee, found) = consent::find(&session, id).await?;
			let mut terms = found.terms;
			let at = session.finalized().await?;
			apply(&session, &at, &me, &mut terms, &about, &reach).await?;
			agree(&consent::sentence(&session, &me, &grantee, &terms)?, agreeing.yes)?;
			let granted = consent::amend(&session, id, terms.clone()).await?;
			finish(&session, granted, &terms, &agreeing, "is amended").await
		},
		ConsentCommand::Revoke { consent: id } => {
			let (grantee, block) = consent::revoke(&session, id).await?;
			let labels = Default::default();
			let teller = Teller { names: &session.names, labels: &labels };
			let which = teller.consent_ref(&ConsentRef { grantee, id });
			Ok(Output::new(
				format!(
					"The {which} is revoked: from block {block} on nothing is opened by it. What was read \
					 before can't be unread."
				),
				json!({ "consent": id, "block": block }),
			))
		},
		ConsentCommand::List { patient } => {
			let patient = super::patient(&session, patient.as_deref())?;
			list(&session, &patient).await
		},
		ConsentCommand::Explain { reader, record, patient, institution, action, purpose } => {
			let me = session.me.as_ref().map(|me| me.account());
			let of = match &patient {
				Some(name) => Some(session.names.resolve(name)?),
				None => me,
			};
			let at = session.finalized().await?;
			let record = super::record(&at, of.as_ref(), &record).await?;
			let Some(found) = at.record(record).await? else {
				bail!("there is no such record");
			};
			let reader = session.names.resolve(&reader)?;
			let institution = institution.map(|it| session.names.resolve(&it)).transpose()?;
			let ground = consent::ground_of(&session, &reader, &found.patient, institution).await?;
			let (decision, sentence) =
				consent::explain(&session, &reader, ground, record, action, purpose).await?;
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
		ConsentCommand::Carry { consent: id, to } => {
			let (grantee, found) = consent::find(&session, id).await?;
			let to = to.map(|to| session.names.resolve(&to)).transpose()?;
			let carried = consent::carry(&session, &grantee, id, &found.terms, to.as_ref()).await?;
			let text = carried_text(&session, &carried);
			let text =
				if text.is_empty() { "There is nothing to carry for it.".to_owned() } else { text };
			Ok(Output {
				found_wrong: !carried.failed.is_empty(),
				..Output::new(text, carried_json(&session, &carried))
			})
		},
	}
}

/// Carries the own share where it is wanted, and says what was done.
pub(super) async fn finish(
	session: &Session,
	granted: Granted,
	terms: &Terms,
	agreeing: &Agreeing,
	verb: &str,
) -> Result<Output> {
	let Granted { grantee, id, block, sentence } = granted;
	let mut carried = CarryReport::default();
	let mut trouble = String::new();
	if !agreeing.no_carry {
		let to = agreeing.carry_to.as_ref().map(|to| session.names.resolve(to)).transpose()?;
		// The consent is in force, whether or not the share is carried.
		match consent::carry(session, &grantee, id, terms, to.as_ref()).await {
			Ok(done) => carried = done,
			Err(error) => trouble = format!("\nYour own key share was not carried: {error:#}"),
		}
	}
	let said = carried_text(session, &carried);
	let mut text = format!("Consent {id} {verb} from block {block} on.{trouble}");
	if !said.is_empty() {
		text += &format!("\n{said}");
	}
	if matches!(terms.effect, Effect::Permit) && terms.valid_until.is_none() {
		text += "\nIt has no end: `vouchsafe consent revoke` ends it.";
	}
	Ok(Output::new(
		text,
		json!({
			"consent": id,
			"grantee": grantee_json(session, &grantee),
			"block": block,
			"sentence": sentence,
			"carried": carried_json(session, &carried),
		}),
	))
}

fn carried_text(session: &Session, carried: &CarryReport) -> String {
	let mut lines = Vec::new();
	if !carried.carried.is_empty() {
		let mut places: Vec<_> =
			carried.carried.iter().map(|(_, _, to)| session.names.show(to)).collect();
		places.sort();
		places.dedup();
		lines.push(format!(
			"Your own key share of {} was carried to {}: they open with a hospital away, as long as the \
			 consent is in force.",
			crate::words::count(carried.carried.len(), "version"),
			and(&places)
		));
	}
	for (record, version, why) in &carried.failed {
		lines.push(format!(
			"The share of record {} version {version} was not carried ({why}). `vouchsafe consent carry` \
			 tries again.",
			short(record)
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
	})
}

pub(super) fn grantee_json(session: &Session, grantee: &Grantee) -> Value {
	let labels = Default::default();
	json!(Teller { names: &session.names, labels: &labels }.grantee_shortly(grantee))
}

async fn list(session: &Session, patient: &AccountId) -> Result<Output> {
	let at = session.finalized().await?;
	let now = at.time().await?;
	let mut consents = at.consents_of(patient).await?;
	consents.sort_by_key(|(_, consent)| consent.id);
	let labels = session.labels_of(patient)?;
	let teller = Teller { names: &session.names, labels: &labels };
	let mut lines = Vec::new();
	let mut rows = Vec::new();
	for (grantee, consent) in &consents {
		let sentence = teller.consent(grantee, &consent.terms);
		let state = if consent.terms.valid_until.is_some_and(|until| until <= now) {
			"expired"
		} else if consent.terms.valid_from.is_some_and(|from| now < from) {
			"not valid yet"
		} else {
			"in force"
		};
		let agreed = match &session.me {
			Some(me) if me.account() == *patient => consent::kept_text(session, &consent.text)?,
			_ => None,
		};
		lines.push(format!(
			"{}  {sentence}\n   {state}, revision {}, given by {}",
			consent.id,
			consent.revision,
			grantor(&teller, &consent.grantor)
		));
		if let Some(agreed) = agreed.as_ref().filter(|agreed| **agreed != sentence) {
			lines.push(format!("   agreed to as: {agreed}"));
		}
		rows.push(json!({
			"consent": consent.id,
			"revision": consent.revision,
			"grantee": grantee_json(session, grantee),
			"permits": consent.terms.effect == Effect::Permit,
			"sentence": sentence,
			"agreed_text": agreed,
			"state": state,
			"valid_from": consent.terms.valid_from,
			"valid_until": consent.terms.valid_until,
		}));
	}
	if lines.is_empty() {
		lines.push(format!("{} has given no consent.", session.names.show(patient)));
	}
	Ok(Output::new(lines.join("\n"), json!({ "consents": rows })))
}
