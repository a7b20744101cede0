//! `vouchsafe consent assist` and `confirm-assisted`.

use crate::{
	args::{Agreement, AssistedCover},
	assist::{delay, longest, AssistedConsent, Entered},
	commands::{account_json, agree, apply, ensure_patient, time_of},
	consent::plain_terms,
	dates::show_moment,
	home::write_private,
	output::Output,
	session::Session,
};
use anyhow::{ensure, Context as _, Result};
use serde_json::json;
use std::path::Path;
use vouchsafe_client::chain::{
	events::Included, AccountId, ChainError, Effect, Grantee, View, PROPOSAL_LIFETIME,
};

/// Whom it is about.
pub(super) struct Who {
	pub patient: AccountId,
	pub institution: AccountId,
	/// The grantee, as the user spells it.
	pub to: Option<String>,
}

/// The first of two clinicians enters a consent.
pub(super) async fn enter(
	session: &Session,
	Who { patient, institution, to }: Who,
	out: &Path,
	covered: AssistedCover,
	agreement: Agreement,
) -> Result<Output> {
	ensure!(!out.exists(), "{} already exists: choose another file", out.display());
	let at = session.finalized().await?;
	ensure_patient(session, &at, &patient).await?;
	let grantee = match to {
		Some(to) => session.grantee(&to)?,
		None => Grantee::Institution(institution.clone()),
	};
	let mut terms = plain_terms(Effect::Permit);
	let (about, reach) = covered.into_parts();
	apply(session, &at, &patient, &mut terms, &about, &reach).await?;
	if terms.valid_until.is_none() {
		terms.valid_until = Some(at.time().await?.saturating_add(longest(&grantee)));
	}
	let entry = AssistedConsent::new(session, &patient, &institution, &grantee, &terms).await?;
	ask(session, &entry, agreement).await?;
	// Before signing: without the file nobody can confirm it.
	let json = format!("{:#}\n", serde_json::to_value(&entry)?);
	write_private(out, json.as_bytes())?;
	let signed = entry.sign(session).await;
	if signed.as_ref().is_err_and(is_refused) {
		let _ = std::fs::remove_file(out);
	}
	say(session, &entry, out, signed?).await
}

/// Whether the chain has not taken a call and never will.
pub(in crate::commands) fn is_refused(error: &anyhow::Error) -> bool {
	matches!(
		error.downcast_ref(),
		Some(
			ChainError::Dispatch { .. }
				| ChainError::Refused(_)
				| ChainError::Stranger
				| ChainError::MayNotSign
				| ChainError::Replaced
				| ChainError::QuotaSpent
		)
	)
}

/// The second clinician, or an authority, confirms it.
pub(super) async fn confirm(
	session: &Session,
	file: &Path,
	agreement: Agreement,
) -> Result<Output> {
	let reading = || file.display().to_string();
	let json = std::fs::read_to_string(file).with_context(reading)?;
	let entry = AssistedConsent::read(&json, session.genesis()).with_context(reading)?;
	ask(session, &entry, agreement).await?;
	let signed = entry.confirm(session).await?;
	say(session, &entry, file, signed).await
}

/// Shows in whose name and for which institution it is, and what it says.
async fn ask(session: &Session, entry: &AssistedConsent, agreement: Agreement) -> Result<()> {
	let (sentence, shown) = entry.sentences(session).await?;
	let patient = session.names.show_with_address(&entry.patient());
	let mut text = format!("In the name of {patient}, who agrees to it: “{sentence}”");
	if let Some(shown) = shown {
		// People can have other names here. But nobody compares the two if nobody is asked.
		ensure!(
			!agreement.yes,
			"the text in the file is “{shown}”, but its terms say “{sentence}”. If they mean the same, \
			 sign without --yes"
		);
		text += &format!("\n  The text in the file is “{shown}”");
	}
	agree(&text, agreement)
}

/// What a signature did, and what has to be done next.
async fn say(
	session: &Session,
	entry: &AssistedConsent,
	file: &Path,
	(entered, Included { number: block, .. }): (Entered, Included),
) -> Result<Output> {
	let patient = session.names.show(&entry.patient());
	let time = time_of(session, block).await;
	let delay = delay(&session.finalized().await?).await?;
	let (text, id) = match entered {
		Entered::Proposed => (
			format!(
				"Proposed, and not in force yet. By {}, another clinician of {} with an attested licence has \
				 to confirm it. Give them {}, and have them run:\n  \
				 vouchsafe --key NAME consent confirm-assisted FILE",
				show_moment(time.saturating_add(PROPOSAL_LIFETIME)),
				session.names.show(&entry.institution()),
				file.display()
			),
			None,
		),
		Entered::AwaitsAuthority => (
			format!(
				"Two clinicians have agreed, but {patient}’s own key has signed before. So it waits for a \
				 health authority, which runs:\n  \
				 vouchsafe --key NAME consent confirm-assisted FILE"
			),
			None,
		),
		Entered::Stored(id) => (
			format!(
				"Consent {id} is entered in the name of {patient}. It counts from {} on. {patient} sees it in \
				 the log, and can revoke it before then. Give {patient} the file: it has the text.",
				show_moment(time.saturating_add(delay))
			),
			Some(id),
		),
	};
	let state = match entered {
		Entered::Proposed => "proposed",
		Entered::AwaitsAuthority => "awaits authority",
		Entered::Stored(_) => "entered",
	};
	Ok(Output::new(
		text,
		json!({
			"patient": account_json(session, &entry.patient()),
			"state": state,
			"consent": id,
			"block": block,
		}),
	))
}
