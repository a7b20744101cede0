//! `vouchsafe study assist`: choices that patients gave on paper.

use super::choose::standing;
use crate::{
	args::Paper,
	assist::{delay, longest},
	commands::agree,
	dates::show_moment,
	home::{read_private, write_private},
	output::Output,
	session::Session,
};
use anyhow::{ensure, Context, Result};
use serde_json::json;
use std::path::{Path, PathBuf};
use vouchsafe_agent::study::{
	paper::{EnteredMany, PaperConsents},
	people,
};
use vouchsafe_client::chain::{View, PROPOSAL_LIFETIME};
use zeroize::Zeroizing;

/// What the command was given.
#[derive(Debug)]
pub(super) enum List {
	/// A list of patients, the institution, and the file for the second clinician.
	New { accounts: Zeroizing<String>, institution: String, out: PathBuf },
	/// What a colleague has entered.
	Entered { json: String, path: PathBuf },
}

impl List {
	/// Reads the file that is named.
	///
	/// # Errors
	///
	/// Others may read the list, or the file for the second clinician exists.
	pub(super) fn read(paper: &Paper) -> Result<Self> {
		if let Some(path) = &paper.confirm {
			let json = std::fs::read_to_string(path)
				.with_context(|| format!("cannot read {}", path.display()))?;
			return Ok(Self::Entered { json, path: path.clone() });
		}
		let list = paper.list.as_ref().context("name a list with --list")?;
		let institution =
			paper.institution.clone().context("name the institution with --institution")?;
		let out = paper.out.clone().context("name a file with --out")?;
		ensure!(!out.exists(), "{} already exists: choose another file", out.display());
		let accounts = String::from_utf8(read_private(list)?.to_vec());
		let accounts = accounts.ok().with_context(|| format!("{} is not text", list.display()))?;
		Ok(Self::New { accounts: accounts.into(), institution, out })
	}
}

/// Enters or confirms the choices.
pub(super) async fn run(session: &Session, paper: &Paper, list: List) -> Result<Output> {
	let (consents, path) = match list {
		List::Entered { json, path } => {
			let read = PaperConsents::read(&json, session.genesis());
			(read.with_context(|| path.display().to_string())?, path)
		},
		List::New { accounts, institution, out } => {
			let institution = session.names.resolve(&institution)?;
			let patients = people::read_accounts(&accounts, |name| session.names.resolve(name))?;
			let now = session.finalized().await?.time().await?;
			let (grantee, mut terms) = standing(&paper.choice, now)?;
			if terms.valid_until.is_none() {
				terms.valid_until = Some(now.saturating_add(longest(&grantee)));
			}
			let new =
				PaperConsents::new(session, &institution, &grantee, &terms, &patients).await?;
			(new, out)
		},
	};
	let sentence = consents.sentence(session).await?;
	let institution = session.names.show_with_address(&consents.institution()?);
	let count = consents.count();
	agree(
		&format!(
			"I enter this for {count} patients of {institution}. Each of them has agreed to it on paper: \
			 “{sentence}”"
		),
		paper.agreement,
	)?;
	if paper.confirm.is_none() {
		// Before signing: without the file nobody can confirm them.
		let json = format!("{:#}\n", serde_json::to_value(&consents)?);
		write_private(&path, json.as_bytes())?;
	}
	let entered = consents.sign(session).await?;
	say(session, &entered, &path).await
}

async fn say(session: &Session, entered: &EnteredMany, path: &Path) -> Result<Output> {
	let at = session.finalized().await?;
	let now = at.time().await?;
	let EnteredMany { proposed, stored, awaiting_authority, before, refused } = *entered;
	let mut lines = Vec::new();
	if proposed > 0 {
		lines.push(format!(
			"Proposed: {proposed}. Another clinician with an attested licence must confirm them by {}. Give \
			 them {}, and have them run:\n  vouchsafe --key NAME study assist --confirm FILE",
			show_moment(now.saturating_add(PROPOSAL_LIFETIME)),
			path.display()
		));
	}
	if stored > 0 {
		let from = show_moment(now.saturating_add(delay(&at).await?));
		lines.push(format!("Entered: {stored}. They count from {from} on."));
	}
	if awaiting_authority > 0 {
		lines.push(format!(
			"Waiting for a health authority: {awaiting_authority}, because the patients’ own keys have signed \
			 before. These patients can choose with `vouchsafe study choose`."
		));
	}
	if before > 0 {
		lines.push(format!("Signed before: {before}."));
	}
	if refused > 0 {
		lines.push(format!(
			"Refused by the chain: {refused}. The patients may have refused such consents, or have too many of \
			 them, or your licence is not attested."
		));
	}
	let json = json!({
		"proposed": proposed,
		"entered": stored,
		"awaiting_authority": awaiting_authority,
		"before": before,
		"refused": refused,
	});
	Ok(Output { code: u8::from(refused > 0), ..Output::new(lines.join("\n"), json) })
}
