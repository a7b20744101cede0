//! `vouchsafe study assist`: choices that patients gave on paper.

use super::{choose::standing, read_private_text};
use crate::{
	args::Paper,
	assist::{delay, longest},
	commands::agree,
	dates::show_moment,
	home::write_private,
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
pub(super) struct Files {
	/// The user's own list of patients.
	accounts: Zeroizing<String>,
	entry: Entry,
}

/// What is entered.
#[derive(Debug)]
enum Entry {
	/// The list, for this institution, with a file for the second clinician.
	New { institution: String, out: PathBuf },
	/// What a colleague has entered.
	Entered { json: Zeroizing<String>, path: PathBuf },
}

impl Files {
	/// Reads the files that are named.
	///
	/// # Errors
	///
	/// Others may read one of them, or the file for the second clinician exists.
	pub(super) fn read(paper: &Paper) -> Result<Self> {
		let entry = match &paper.confirm {
			Some(path) => Entry::Entered { json: read_private_text(path)?, path: path.clone() },
			None => {
				let institution =
					paper.institution.clone().context("name the institution with --institution")?;
				let out = paper.out.clone().context("name a file with --out")?;
				ensure!(!out.exists(), "{} already exists: choose another file", out.display());
				Entry::New { institution, out }
			},
		};
		Ok(Self { accounts: read_private_text(&paper.list)?, entry })
	}
}

/// Enters or confirms the choices.
pub(super) async fn run(session: &Session, paper: &Paper, files: Files) -> Result<Output> {
	let patients = people::read_accounts(&files.accounts, |name| session.names.resolve(name))
		.with_context(|| paper.list.display().to_string())?;
	let (consents, path) = match files.entry {
		Entry::Entered { json, path } => {
			let read = PaperConsents::read(&json, session.genesis())
				.and_then(|read| read.ensure_of(&patients).map(|()| read));
			(read.with_context(|| path.display().to_string())?, path)
		},
		Entry::New { institution, out } => {
			let institution = session.names.resolve(&institution)?;
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
	let EnteredMany {
		proposed,
		stored,
		awaiting_authority,
		before,
		own_keys,
		other_proposals,
		refused,
	} = *entered;
	let mut lines = Vec::new();
	if proposed > 0 {
		lines.push(format!(
			"Proposed: {proposed}. Another clinician with an attested licence must confirm them by {}. Give \
			 them {} and the papers. They make a list of their own from the papers, and run:\n  \
			 vouchsafe --key NAME study assist --list LIST --confirm FILE",
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
	if own_keys > 0 {
		lines.push(format!(
			"Left out: {own_keys}, because the patients’ own keys have signed before. These patients can choose \
			 with `vouchsafe study choose`."
		));
	}
	if other_proposals > 0 {
		lines.push(format!(
			"Left out: {other_proposals}, because something else about these patients waits for a second member of \
			 your staff. Confirm that first, or wait a day. Then run this, with {} as FILE:\n  \
			 vouchsafe --key NAME study assist --list LIST --confirm FILE",
			path.display()
		));
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
		"own_keys": own_keys,
		"other_proposals": other_proposals,
		"refused": refused,
	});
	Ok(Output {
		code: u8::from(refused + other_proposals > 0),
		..Output::new(lines.join("\n"), json)
	})
}
