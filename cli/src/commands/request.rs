//! `vouchsafe request`.

mod preview;

use super::{account_json, agree, agree_for, apply, when};
use crate::{
	args::{About, Reach, RequestCommand},
	consent::{self, plain_terms},
	english::{teller, ENGLISH},
	label_keys,
	output::Output,
	overlap::others,
	request,
	session::{tell_changes, Session, Settings},
};
use anyhow::{bail, Result};
use serde_json::json;
use vouchsafe_client::chain::{AccountId, Asked, Effect, Grantee, Terms, View};

pub(super) async fn run(settings: &Settings, command: RequestCommand) -> Result<Output> {
	let session = settings.connect_silently().await?;
	// An institution to which this refuses a permit is named in its error.
	if !matches!(command, RequestCommand::Approve { .. }) {
		tell_changes(&session);
	}
	match command {
		RequestCommand::Submit {
			patient,
			to,
			institution,
			about,
			duration,
			reason,
			unasked: _,
		} => {
			let patient = session.names.resolve(&patient)?;
			let institution = session.institution(institution.as_deref()).await?;
			let grantee = match to {
				Some(to) => session.grantee(&to)?,
				None => Grantee::Institution(institution.clone()),
			};
			let at = session.finalized().await?;
			let asked = asked(&session, &at, &patient, &about).await?;
			let name = session.names.show(&patient);
			let patient_json = account_json(&session, &patient);
			let (id, block) =
				request::submit(&session, patient, institution, grantee, asked, duration, &reason)
					.await?;
			let when = when(&session, block).await;
			Ok(Output::new(
				format!(
					"Request {id} to {name} is submitted at {when}. {name} sees it with `vouchsafe request \
					 list`, and answers it with `vouchsafe request approve {id}` or `deny {id}`."
				),
				json!({ "request": id, "patient": patient_json, "block": block }),
			))
		},
		RequestCommand::List { patient, acting: _ } => {
			let patient = super::patient(&session, patient.as_deref())?;
			list(&session, &patient).await
		},
		RequestCommand::Preview { request: id, to, only_asker, about, reach, acting: _ } => {
			let narrowing = Narrowing { to, only_asker, about, reach };
			let (grantee, terms) = narrowed(&session, id, &narrowing).await?;
			preview::run(&session, id, grantee, terms).await
		},
		RequestCommand::Approve {
			request: id,
			to,
			only_asker,
			about,
			reach,
			agreeing,
			acting: _,
		} => {
			let patient = session.patient()?;
			let narrowing = Narrowing { to, only_asker, about, reach };
			let (grantee, terms) = narrowed(&session, id, &narrowing).await?;
			consent::ensure_grantee_confirmed(&session, &grantee, &terms).await?;
			tell_changes(&session);
			let others = others(&session, &ENGLISH, &patient, &grantee, &terms, None).await?;
			super::consent::overlap::note(&others);
			let sentence = consent::sentence(&session, &patient, &grantee, &terms).await?;
			agree_for(&session, &sentence, agreeing.agreement)?;
			let granted = request::approve(&session, id, grantee, terms.clone()).await?;
			super::consent::finish(&session, granted, &terms, &agreeing).await
		},
		RequestCommand::Deny { request: id, agreement, acting: _ } => {
			request::find(&session, id).await?;
			agree_for(&session, &format!("I deny request {id}."), agreement)?;
			let block = request::deny(&session, id).await?;
			Ok(Output::new(
				format!("Request {id} is denied."),
				json!({ "request": id, "block": block }),
			))
		},
		RequestCommand::Withdraw { request: id, patient, agreement } => {
			let patient = session.names.resolve(&patient)?;
			agree(
				&format!("I withdraw request {id} to {}.", session.names.in_sentence(&patient)),
				agreement,
			)?;
			let block = request::withdraw(&session, patient.clone(), id).await?;
			Ok(Output::new(
				format!("Request {id} to {} is withdrawn.", session.names.show(&patient)),
				json!({ "request": id, "block": block }),
			))
		},
	}
}

/// How an approval is narrower than the request.
struct Narrowing {
	to: Option<String>,
	only_asker: bool,
	about: About,
	reach: Reach,
}

/// The grantee and the terms with which a request would be approved.
async fn narrowed(session: &Session, id: u32, by: &Narrowing) -> Result<(Grantee, Terms)> {
	let patient = session.patient()?;
	let found = request::find(session, id).await?;
	let at = session.finalized().await?;
	let mut terms = request::terms_of(&found, at.time().await?)?;
	apply(session, &at, &patient, &mut terms, &by.about, &by.reach).await?;
	let grantee = match &by.to {
		Some(to) => session.grantee(to)?,
		None if by.only_asker => Grantee::PractitionerAt {
			practitioner: found.asker.clone(),
			institution: found.institution.clone(),
		},
		None => found.grantee.clone(),
	};
	check_within(&found.asked, &terms)?;
	Ok((grantee, terms))
}

async fn asked(
	session: &Session,
	at: &crate::session::At,
	patient: &AccountId,
	about: &About,
) -> Result<Asked> {
	let mut terms = plain_terms(Effect::Permit);
	apply(session, at, patient, &mut terms, about, &Reach::default()).await?;
	request::check_actions(terms.actions)?;
	Ok(request::asked_of(terms))
}

/// Checks that an approval stays within the request, before the chain refuses it.
fn check_within(asked: &Asked, terms: &Terms) -> Result<()> {
	let beyond = if !terms.categories.is_within(asked.categories) {
		"categories that were not asked for"
	} else if !terms.actions.is_within(asked.actions) {
		"actions that were not asked for"
	} else if !terms.purposes.are_within(asked.purposes) {
		"purposes that were not asked for"
	} else if terms.confidentiality > asked.confidentiality {
		"records of a confidentiality that was not asked for"
	} else if !terms.labels.is_within(&asked.labels) {
		"labels that were not asked for"
	} else {
		return Ok(());
	};
	bail!(
		"an approval can only narrow a request, and this one would permit {beyond}. To permit more, use \
		 `vouchsafe consent grant`"
	)
}

async fn list(session: &Session, patient: &AccountId) -> Result<Output> {
	let at = session.finalized().await?;
	let now = at.time().await?;
	let requests = at.all_requests_of(patient).await?;
	let tags = requests.iter().filter_map(|(_, request)| request.asked.labels.named());
	let labels = label_keys::learn(session, patient, tags.flatten().copied()).await?;
	let teller = teller(&session.names, &labels);
	let mine = session.is_patient(patient);
	let mut lines = Vec::new();
	let mut rows = Vec::new();
	for (id, request) in requests {
		let sentence = teller.request(&request::spoken(&request));
		let reason = request::reason(session, &request);
		let expired = request.expires <= now;
		lines.push(format!("{id}  {sentence}"));
		match &reason {
			Some(reason) if !reason.is_empty() => lines.push(format!("   Reason: {reason}")),
			None if session.for_patient.is_some() => lines.push(
				"   Reason: the asker did not seal it to you, so you cannot read it".to_owned(),
			),
			None if mine => {
				lines.push("   Reason: sealed to another encryption key than this key's".to_owned())
			},
			_ => {},
		}
		lines.push(format!(
			"   {} {}",
			if expired { "expired at" } else { "can be answered until" },
			super::moment(request.expires, now)
		));
		rows.push(json!({
			"request": id,
			"asker": account_json(session, &request.asker),
			"institution": account_json(session, &request.institution),
			"grantee": super::consent::grantee_json(session, &request.grantee),
			"sentence": sentence,
			"reason": reason,
			"duration": request.duration,
			"expires": request.expires,
			"expired": expired,
		}));
	}
	if lines.is_empty() {
		lines.push(format!("There are no open requests to {}.", session.names.show(patient)));
	}
	Ok(Output::new(lines.join("\n"), json!({ "requests": rows })))
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::{Actions, Categories, Confidentiality, LabelFilter, Purposes};

	#[test]
	fn an_approval_only_narrows() {
		let mut terms = plain_terms(Effect::Permit);
		terms.categories = Categories(3);
		let asked = request::asked_of(terms.clone());
		assert!(check_within(&asked, &terms).is_ok());
		let refused = |edit: &dyn Fn(&mut Terms)| {
			let mut changed = terms.clone();
			edit(&mut changed);
			check_within(&asked, &changed).is_err()
		};
		assert!(!refused(&|terms| terms.categories = Categories(1)));
		assert!(refused(&|terms| terms.categories = Categories(4)));
		assert!(refused(&|terms| terms.categories = Categories(0)));
		assert!(refused(&|terms| terms.actions = Actions(3)));
		assert!(refused(&|terms| terms.purposes = Purposes(0)));
		assert!(refused(&|terms| terms.labels = LabelFilter::Any));
		assert!(refused(&|terms| terms.confidentiality = Confidentiality::Restricted));
	}
}
