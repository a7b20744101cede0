//! `vouchsafe request`.

use super::{account_json, agree, apply, plain_terms};
use crate::{
	args::{About, Reach, RequestCommand},
	consent,
	dates::show_moment,
	output::Output,
	request,
	sentence::Teller,
	session::{Session, Settings},
};
use anyhow::{bail, Result};
use serde_json::json;
use vouchsafe_client::chain::{AccountId, Asked, Effect, Grantee, Terms, View};

pub(super) async fn run(settings: &Settings, command: RequestCommand) -> Result<Output> {
	let session = Session::connect(settings).await?;
	match command {
		RequestCommand::Submit { patient, to, institution, about, duration, reason } => {
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
			Ok(Output::new(
				format!(
					"Request {id} to {name} is submitted. {name} sees it with `vouchsafe request list` and \
					 answers with `vouchsafe request approve {id}` or `deny {id}`."
				),
				json!({ "request": id, "patient": patient_json, "block": block }),
			))
		},
		RequestCommand::List { patient } => {
			let patient = super::patient(&session, patient.as_deref())?;
			list(&session, &patient).await
		},
		RequestCommand::Approve { request: id, to, only_asker, about, reach, agreeing } => {
			let me = session.me()?.account();
			let found = request::find(&session, id).await?;
			let at = session.finalized().await?;
			let mut terms = request::terms_of(&found, at.time().await?)?;
			apply(&session, &at, &me, &mut terms, &about, &reach).await?;
			let grantee = match to {
				Some(to) => session.grantee(&to)?,
				None if only_asker => Grantee::PractitionerAt {
					practitioner: found.asker.clone(),
					institution: found.institution.clone(),
				},
				None => found.grantee.clone(),
			};
			check_within(&found.asked, &terms)?;
			agree(&consent::sentence(&session, &me, &grantee, &terms)?, agreeing.yes)?;
			let granted = request::approve(&session, id, grantee, terms.clone()).await?;
			super::consent::finish(&session, granted, &terms, &agreeing, "counts").await
		},
		RequestCommand::Deny { request: id } => {
			let block = request::deny(&session, id).await?;
			Ok(Output::new(
				format!("Request {id} is denied."),
				json!({ "request": id, "block": block }),
			))
		},
		RequestCommand::Withdraw { request: id, patient } => {
			let patient = session.names.resolve(&patient)?;
			let block = request::withdraw(&session, patient.clone(), id).await?;
			Ok(Output::new(
				format!("Request {id} to {} is withdrawn.", session.names.show(&patient)),
				json!({ "request": id, "block": block }),
			))
		},
	}
}

async fn asked(
	session: &Session,
	at: &vouchsafe_client::chain::At,
	patient: &AccountId,
	about: &About,
) -> Result<Asked> {
	let mut terms = plain_terms(Effect::Permit);
	apply(session, at, patient, &mut terms, about, &Reach::default()).await?;
	Ok(Asked {
		actions: terms.actions,
		purposes: terms.purposes,
		categories: terms.categories,
		labels: terms.labels,
		records: terms.records.into_inner(),
		data_period: terms.data_period,
	})
}

/// Says what an approval would go beyond, before the chain refuses it.
fn check_within(asked: &Asked, terms: &Terms) -> Result<()> {
	let within = |asked: u32, given: u32| asked == 0 || (given != 0 && given & !asked == 0);
	let beyond = if !within(asked.categories.0.into(), terms.categories.0.into()) {
		"other categories than were asked for"
	} else if !within(asked.actions.0.into(), terms.actions.0.into()) {
		"other actions than were asked for"
	} else if !within(asked.purposes.0.into(), terms.purposes.0.into()) {
		"other purposes than were asked for"
	} else if terms.labels.0 & !asked.labels.0 != 0 {
		"labels that were not asked for"
	} else {
		return Ok(());
	};
	bail!(
		"an approval can only narrow a request, and this would permit {beyond}. `vouchsafe consent grant` \
		 gives what you like"
	)
}

async fn list(session: &Session, patient: &AccountId) -> Result<Output> {
	let at = session.finalized().await?;
	let now = at.time().await?;
	let labels = session.labels_of(patient)?;
	let teller = Teller { names: &session.names, labels: &labels };
	let mut lines = Vec::new();
	let mut rows = Vec::new();
	for (id, request) in at.requests_of(patient).await? {
		let sentence = teller.request(&request);
		let reason = request::reason(session, &request);
		let expired = request.expires <= now;
		lines.push(format!("{id}  {sentence}"));
		if let Some(reason) = reason.as_ref().filter(|reason| !reason.is_empty()) {
			lines.push(format!("   Why: {reason}"));
		}
		lines.push(format!(
			"   {} {}",
			if expired { "expired" } else { "can be answered until" },
			show_moment(request.expires)
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
		lines.push(format!("There is no open request to {}.", session.names.show(patient)));
	}
	Ok(Output::new(lines.join("\n"), json!({ "requests": rows })))
}

#[cfg(test)]
mod tests {
	use super::*;
	use vouchsafe_client::chain::{Actions, Categories, Labels, Purposes};

	#[test]
	fn an_approval_only_narrows() {
		let mut terms = plain_terms(Effect::Permit);
		terms.categories = Categories(3);
		let asked = |terms: &Terms| Asked {
			actions: terms.actions,
			purposes: terms.purposes,
			categories: terms.categories,
			labels: terms.labels,
			records: terms.records.to_vec(),
			data_period: terms.data_period,
		};
		let asked = asked(&terms);
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
		assert!(refused(&|terms| terms.labels = Labels(1)));
	}
}
