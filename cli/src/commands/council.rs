//! `vouchsafe council`.

mod card;
mod members;
mod nodes;

use super::{agree, study::describe, wallet::read_manifest};
use crate::{
	args::{parse_key, Agreement, Council, CouncilCommand, OnChainCommand},
	council::{self, Motion},
	dates::show_moment,
	english::ENGLISH,
	files,
	names::parse_account,
	output::{self, table, Output},
	session::{Session, Settings},
};
use anyhow::{bail, Context, Result};
use serde_json::{json, Value};
use std::path::Path;
use vouchsafe_agent::study::{protocol, rounds};
use vouchsafe_client::chain::{
	calls::{EnrolmentCall, RuntimeCall, StudiesCall},
	AccountId, AccountKind, StudyStage, View,
};

pub(super) async fn run(settings: &Settings, council: Council) -> Result<Output> {
	let Council { best, command } = council;
	let command = match command {
		CouncilCommand::SignCard(command) => return card::sign(settings, &command).await,
		CouncilCommand::OnChain(command) => command,
	};
	let settings = &Settings { best, ..settings.clone() };
	if let OnChainCommand::Upgrade { wasm, .. } | OnChainCommand::Apply { wasm, .. } = &command {
		files::check(wasm)?;
	}
	if let OnChainCommand::Publish { manifest, .. } = &command {
		read_manifest(manifest)?;
	}
	if let OnChainCommand::SetKey { request, .. } = &command {
		files::check(request)?;
	}
	let session = settings.connect().await?;
	let (call, agreement): (RuntimeCall, Agreement) = match command {
		OnChainCommand::List => return list(&session).await,
		OnChainCommand::Vote { motion, vote, agreement } => {
			let motion = council::find(&session, motion).await?;
			let approve = vote == "yes";
			if approve {
				members::check_motion(&session, &motion).await?;
			}
			let what = council::describe(&session, motion.proposal.as_ref());
			agree(&format!("I vote {vote} on motion {}: {what}.", motion.index), agreement)?;
			let block = council::vote(&session, &motion, approve).await?;
			let text = format!("You voted {vote} on motion {}: {what}.", motion.index);
			return Ok(Output::new(
				text,
				json!({ "motion": motion.index, "vote": vote, "block": block }),
			));
		},
		OnChainCommand::Close { motion, agreement } => {
			let motion = council::find(&session, motion).await?;
			members::check_motion(&session, &motion).await?;
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
		OnChainCommand::Apply { wasm, agreement } => {
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
		OnChainCommand::Admit {
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
			let account = session.names.resolve(&account).or_else(|_| parse_account(&account))?;
			let found = session.finalized().await?.account(&account).await?;
			if let Some(found) = found {
				bail!(enrolled_already(&session.names.show(&account), found.kind));
			}
			let call = EnrolmentCall::admit_institution {
				account,
				kind: if authority { AccountKind::Authority } else { AccountKind::Institution },
				name: name.into_bytes(),
				country,
				cap,
				encryption_key: parse_key(&encryption_key)?,
			};
			(call.into(), agreement)
		},
		OnChainCommand::Cap { institution, cap, agreement } => {
			let institution = member(&session, &institution)?;
			(EnrolmentCall::set_cap { institution, cap }.into(), agreement)
		},
		OnChainCommand::Status { institution, status, agreement } => {
			let account = member(&session, &institution)?;
			(EnrolmentCall::set_status { account, status }.into(), agreement)
		},
		OnChainCommand::SetKey { institution, request, agreement } => {
			let account = session.names.resolve(&institution)?;
			let file = super::recovery::read(&session, &request)?;
			let call = council::set_key(&session, &account, &file).await?;
			output::write_error(
				"Compare the number in the motion with somebody of the institution whom you know, face to face or by \
				 telephone.\n\n",
			);
			(call, agreement)
		},
		OnChainCommand::SetTime { name, span, agreement } => (name.call(span), agreement),
		OnChainCommand::ApproveStudy { study, agreement } => {
			let found = open_study(&session, study).await?;
			let stage = found.study.stage;
			if stage != StudyStage::Proposed {
				bail!("study {study} is approved already: {}", ENGLISH.phrase(stage));
			}
			// Who votes for it has to know what it asks.
			let protocol = protocol::fetch(&session, &found.study.terms).await?;
			let (researcher, terms) = (&found.study.researcher, &found.study.terms);
			let lines = describe::lines(&session.names, researcher, terms, &protocol);
			output::write_error(&format!("Study {study}\n{}\n\n", lines.join("\n")));
			(StudiesCall::approve { study }.into(), agreement)
		},
		OnChainCommand::StopStudy { study, agreement } => {
			open_study(&session, study).await?;
			(StudiesCall::stop { study }.into(), agreement)
		},
		OnChainCommand::Validators { command: None } => return members::list(&session).await,
		OnChainCommand::Validators { command: Some(command) } => {
			members::set_validators(&session, command).await?
		},
		OnChainCommand::Nodes => return nodes::list(&session).await,
		OnChainCommand::Seats(command) => members::set_seats(&session, command).await?,
		OnChainCommand::Recover { validators, delay, within, agreement } => {
			let call = members::recover(&session, &validators, delay, within).await?;
			(call, agreement)
		},
		OnChainCommand::RecoveryFile { file } => {
			return members::write_recovery(&session, &file).await;
		},
		OnChainCommand::Publish { manifest, agreement } => {
			(council::publish(&read_manifest(&manifest)?), agreement)
		},
		OnChainCommand::Upgrade { wasm, agreement } => {
			let code = read(&wasm)?;
			check(&session, &wasm, &code).await?;
			(council::upgrade(&code), agreement)
		},
	};
	let what = council::describe_call(&session, &call);
	agree(&format!("I propose this motion, and vote yes on it: {what}."), agreement)?;
	let motion = council::propose(&session, call).await?;
	let open_until = council::open_until(&session, &motion).await?;
	let text = format!(
		"{}\nThe other members vote with `vouchsafe council vote {} yes`. When {} members are for it, \
		 `vouchsafe council close {}` executes it.",
		say(&session, &motion, open_until),
		motion.index,
		motion.threshold,
		motion.index
	);
	Ok(Output::new(text, to_json(&session, &motion, open_until)))
}

/// Why an account cannot be admitted. The chain would find it only when the motion has passed.
fn enrolled_already(name: &str, kind: AccountKind) -> String {
	format!(
		"{name} is enrolled already, as {}: only an account that is not enrolled can be admitted",
		ENGLISH.phrase(kind)
	)
}

/// A study that has not ended.
async fn open_study(session: &Session, study: u32) -> Result<rounds::FoundStudy> {
	let found = rounds::find(session, study).await?;
	if found.study.stage.has_ended() {
		bail!("study {study} has ended: {}", ENGLISH.phrase(found.study.stage));
	}
	Ok(found)
}

/// The account of an institution that is on the chain.
fn member(session: &Session, name: &str) -> Result<AccountId> {
	let account = session.names.resolve(name)?;
	if session.member(&account).is_none() {
		bail!(
			"{} is not an institution. Registrars set a person's status: `vouchsafe enrol status`",
			session.names.show(&account)
		);
	}
	Ok(account)
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
	let mut seats = council::seats(session).await?;
	seats.sort_by_key(|seat| session.names.show(seat));
	let motions = council::motions(session).await?;
	let institutions = session.finalized().await?.all_institutions().await?;
	let (mut rows, mut seats_json) = (Vec::new(), Vec::new());
	for seat in &seats {
		let mut json = super::account_json(session, seat);
		let mut row = vec![session.names.show(seat)];
		if let Some((_, kind, status, it)) = institutions.iter().find(|(it, ..)| it == seat) {
			row.extend([kind.word().into(), status.word().into()]);
			row.extend([it.enrolled.to_string(), it.cap.to_string()]);
			json["kind"] = json!(kind.word());
			json["status"] = json!(status.word());
			json["enrolled"] = json!(it.enrolled);
			json["cap"] = json!(it.cap);
		}
		rows.push(row);
		seats_json.push(json);
	}
	let mut lines = vec![table(&["MEMBER", "KIND", "STATUS", "ENROLLED", "AT MOST"], &rows)];
	lines.push(String::new());
	if motions.is_empty() {
		lines.push("There are no open motions.".into());
	}
	let mut motions_json = Vec::new();
	for motion in &motions {
		let open_until = council::open_until(session, motion).await?;
		lines.push(say(session, motion, open_until));
		motions_json.push(to_json(session, motion, open_until));
	}
	Ok(Output::new(lines.join("\n"), json!({ "seats": seats_json, "motions": motions_json })))
}

fn say(session: &Session, motion: &Motion, open_until: u64) -> String {
	format!(
		"Motion {}: {}. For: {} ({} of {} votes). Against: {}. Open until block {}, which is \
		 made at {} or later.",
		motion.index,
		council::describe(session, motion.proposal.as_ref()),
		council::named(session, &motion.ayes),
		motion.ayes.len(),
		motion.threshold,
		council::named(session, &motion.nays),
		motion.end,
		show_moment(open_until)
	)
}

fn to_json(session: &Session, motion: &Motion, open_until: u64) -> Value {
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
		"open_until": open_until,
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn who_is_enrolled_cannot_be_admitted() {
		assert_eq!(
			enrolled_already("//DoctorA", AccountKind::Practitioner),
			"//DoctorA is enrolled already, as a practitioner: only an account that is not enrolled can be \
			 admitted"
		);
	}
}
