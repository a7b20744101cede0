//! `vouchsafe study`.

mod assist;
mod chart;
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
	output::Output,
	session::{Session, Settings},
};
use anyhow::Result;
use vouchsafe_agent::study::{protocol, rounds};
use vouchsafe_fhir::study::Protocol;

pub(super) async fn run(settings: &Settings, command: StudyCommand) -> Result<Output> {
	let session = || settings.connect();
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
			let list = assist::List::read(&paper)?;
			assist::run(&session().await?, &paper, list).await
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
		StudyCommand::Result(which) => result::run(&session().await?, &which).await,
	}
}

/// A study with its protocol.
async fn with_protocol(session: &Session, study: u32) -> Result<(rounds::FoundStudy, Protocol)> {
	let found = rounds::find(session, study).await?;
	let protocol = protocol::fetch(session, &found.study.terms).await?;
	Ok((found, protocol))
}
