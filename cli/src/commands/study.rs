//! `vouchsafe study`.

mod assist;
mod chart;
mod check;
mod choose;
mod contribute;
pub(super) mod describe;
#[cfg(test)]
mod documents;
mod propose;
mod result;
mod show;

use crate::{
	args::StudyCommand,
	home::read_private,
	output::{write_error, Output},
	progress::silence,
	session::{Session, Settings},
};
use anyhow::{Context, Result};
use std::path::Path;
use vouchsafe_agent::{
	study::{protocol, rounds, unfinished},
	text::line,
};
use vouchsafe_fhir::study::Protocol;
use zeroize::Zeroizing;

pub(super) async fn run(settings: &Settings, command: StudyCommand) -> Result<Output> {
	let session = async || connect(settings).await;
	match command {
		// What is wrong with files is said before anything is connected.
		StudyCommand::Propose { file, agreement } => {
			let proposal = propose::read(&file)?;
			propose::propose(&session().await?, proposal, agreement).await
		},
		StudyCommand::Contribute(contribution) => {
			let files = contribute::Files::read(&contribution)?;
			contribute::run(&session().await?, &contribution, files).await
		},
		StudyCommand::Assist(paper) => {
			let files = assist::Files::read(&paper)?;
			assist::run(&session().await?, &paper, files).await
		},
		StudyCommand::Withdraw { study, agreement } => {
			propose::withdraw(&session().await?, study, agreement).await
		},
		StudyCommand::GiveUp { study, agreement } => {
			propose::give_up(&session().await?, study, agreement).await
		},
		StudyCommand::List { all } => show::list(&session().await?, all).await,
		StudyCommand::Show { study } => show::show(&session().await?, study).await,
		StudyCommand::Choose { choice, agreement } => {
			choose::choose(&session().await?, &choice, agreement).await
		},
		StudyCommand::Join { study, agreement } => {
			choose::join(&session().await?, study, agreement).await
		},
		StudyCommand::Leave { study, agreement } => {
			choose::leave(&session().await?, study, agreement).await
		},
		StudyCommand::Mine => show::mine(&session().await?).await,
		StudyCommand::Check(which) => check::run(&session().await?, &which).await,
		StudyCommand::Result(which) => result::run(&session().await?, &which).await,
	}
}

/// Connects, and removes what is kept of rounds that are over.
async fn connect(settings: &Settings) -> Result<Session> {
	let session = settings.connect().await?;
	if let Err(error) = unfinished::remove_over(&session).await {
		let _silence = silence();
		let why = line(&format!("{error:#}"));
		write_error(&format!("what is kept of rounds that are over was not removed: {why}\n"));
	}
	Ok(session)
}

/// The text of a file that only its owner may read.
fn read_private_text(path: &Path) -> Result<Zeroizing<String>> {
	let text = String::from_utf8(read_private(path)?.to_vec());
	let text = text.ok().with_context(|| format!("{} is not text", path.display()))?;
	Ok(text.into())
}

/// A study with its protocol.
async fn with_protocol(session: &Session, study: u32) -> Result<(rounds::FoundStudy, Protocol)> {
	let found = rounds::find(session, study).await?;
	let protocol = protocol::fetch(session, &found.study.terms).await?;
	Ok((found, protocol))
}
