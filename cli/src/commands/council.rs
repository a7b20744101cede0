//! `vouchsafe council`.

use super::agree;
use crate::{
	args::{parse_key, Agreement, CouncilCommand},
	council::{self, Motion},
	english::ENGLISH,
	files,
	names::parse_account,
	output::Output,
	session::{Session, Settings},
};
use anyhow::{bail, Context, Result};
use serde_json::{json, Value};
use std::path::Path;
use vouchsafe_client::chain::{
	calls::{EnrolmentCall, RuntimeCall},
	AccountKind,
};

pub(super) async fn run(settings: &Settings, command: CouncilCommand) -> Result<Output> {
	if let CouncilCommand::Upgrade { wasm, .. } | CouncilCommand::Apply { wasm, .. } = &command {
		files::check(wasm)?;
	}
	let session = settings.connect().await?;
	let (call, agreement): (RuntimeCall, Agreement) = match command {
		CouncilCommand::List => return list(&session).await,
		CouncilCommand::Vote { motion, vote, agreement } => {
			let motion = council::find(&session, motion).await?;
			let approve = vote == "yes";
			let what = council::describe(&session, motion.proposal.as_ref());
			agree(&format!("I vote {vote} on motion {}: {what}.", motion.index), agreement)?;
			let block = council::vote(&session, &motion, approve).await?;
			let text = format!("You voted {vote} on motion {}: {what}.", motion.index);
			return Ok(Output::new(
				text,
				json!({ "motion": motion.index, "vote": vote, "block": block }),
			));
		},
		CouncilCommand::Close { motion, agreement } => {
			let motion = council::find(&session, motion).await?;
			let what = council::describe(&session, motion.proposal.as_ref());
			agree(&format!("I close motion {}: {what}.", motion.index), agreement)?;
			let executed = council::close(&session, &motion).await?;
			let text = if executed {
				format!("Motion {} passed and was executed: {what}.", motion.index)
			} else {
				format!("Motion {} did not pass: {what}.", motion.index)
			};
			return Ok(Output::new(text, json!({ "motion": motion.index, "executed": executed })));
		},
		CouncilCommand::Apply { wasm, agreement } => {
			let code = read(&wasm)?;
			check(&session, &wasm, &code).await?;
			let what = council::describe_call(&session, &council::upgrade(&code));
			agree(&format!("I {what}, which the council has authorised."), agreement)?;
			let block = council::apply(&session, code).await?;
			return Ok(Output::new(
				"The runtime is upgraded. The new code runs from the next block.",
				json!({ "block": block }),
			));
		},
		CouncilCommand::Admit {
			account,
			name,
			country,
			encryption_key,
			cap,
			authority,
			agreement,
		} => {
			let [country] = super::countries(&[country])?[..] else {
				bail!("name one country");
			};
			let call = EnrolmentCall::admit_institution {
				account: session.names.resolve(&account).or_else(|_| parse_account(&account))?,
				kind: if authority { AccountKind::Authority } else { AccountKind::Institution },
				name: name.into_bytes(),
				country,
				cap,
				encryption_key: parse_key(&encryption_key)?,
			};
			(call.into(), agreement)
		},
		CouncilCommand::Cap { institution, cap, agreement } => {
			let institution = session.names.resolve(&institution)?;
			(EnrolmentCall::set_cap { institution, cap }.into(), agreement)
		},
		CouncilCommand::Status { institution, status, agreement } => {
			let account = session.names.resolve(&institution)?;
			(EnrolmentCall::set_status { account, status }.into(), agreement)
		},
		CouncilCommand::Upgrade { wasm, agreement } => {
			let code = read(&wasm)?;
			check(&session, &wasm, &code).await?;
			(council::upgrade(&code), agreement)
		},
	};
	let what = council::describe_call(&session, &call);
	agree(&format!("I propose this motion, and vote yes on it: {what}."), agreement)?;
	let motion = council::propose(&session, call).await?;
	let text = format!(
		"{}\nThe other members vote with `vouchsafe council vote {} yes`. When {} members are for it, \
		 `vouchsafe council close {}` executes it.",
		say(&session, &motion),
		motion.index,
		motion.threshold,
		motion.index
	);
	Ok(Output::new(text, to_json(&session, &motion)))
}

fn read(path: &Path) -> Result<Vec<u8>> {
	std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Checks that a file is a newer runtime of this chain, before anything is signed.
async fn check(session: &Session, path: &Path, code: &[u8]) -> Result<()> {
	let failed = || format!("{} cannot become the runtime", path.display());
	council::check_code(session, code).await.with_context(failed)
}

async fn list(session: &Session) -> Result<Output> {
	let seats = council::seats(session).await?;
	let motions = council::motions(session).await?;
	let names: Vec<_> = seats.iter().map(|seat| session.names.show(seat)).collect();
	let mut lines = vec![format!("Council: {}", ENGLISH.and(&names))];
	if motions.is_empty() {
		lines.push("There are no open motions.".into());
	}
	lines.extend(motions.iter().map(|motion| say(session, motion)));
	Ok(Output::new(
		lines.join("\n"),
		json!({
			"seats": seats.iter().map(|it| super::account_json(session, it)).collect::<Vec<_>>(),
			"motions": motions.iter().map(|it| to_json(session, it)).collect::<Vec<_>>(),
		}),
	))
}

fn say(session: &Session, motion: &Motion) -> String {
	let names = |accounts: &[_]| {
		let names: Vec<_> = accounts.iter().map(|it| session.names.show(it)).collect();
		if names.is_empty() {
			"none".to_owned()
		} else {
			ENGLISH.and(&names)
		}
	};
	format!(
		"Motion {}: {}. For: {} ({} of {} votes). Against: {}. Open until block {}.",
		motion.index,
		council::describe(session, motion.proposal.as_ref()),
		names(&motion.ayes),
		motion.ayes.len(),
		motion.threshold,
		names(&motion.nays),
		motion.end
	)
}

fn to_json(session: &Session, motion: &Motion) -> Value {
	let accounts = |accounts: &[_]| {
		accounts.iter().map(|it| super::account_json(session, it)).collect::<Vec<_>>()
	};
	json!({
		"motion": motion.index,
		"hash": super::id_json(&motion.hash),
		"what": council::describe(session, motion.proposal.as_ref()),
		"for": accounts(&motion.ayes),
		"against": accounts(&motion.nays),
		"threshold": motion.threshold,
		"end": motion.end,
	})
}
