//! `vouchsafe council validators`, `seats`, `recover` and `recovery-file`.

use crate::{
	args::{Agreement, SeatsCommand, ValidatorsCommand},
	commands::account_json,
	council::{members, motions, named, seats, Motion},
	drafts::FileDraft,
	output::{table, write_error, Output},
	session::Session,
};
use anyhow::{bail, ensure, Context, Result};
use serde_json::json;
use std::path::Path;
use vouchsafe_client::chain::{calls::RuntimeCall, AccountId, Submit, View};
use vouchsafe_primitives::may_fail;

/// Shows the validators, and who is silent.
pub(super) async fn list(session: &Session) -> Result<Output> {
	let found = members::validators(session).await?;
	let (share, last_share) = found.shares;
	let mut rows = Vec::new();
	for validator in &found.list {
		let last = validator.made_last.map_or("–".into(), |made| made.to_string());
		rows.push(vec![session.names.show(&validator.account), validator.made.to_string(), last]);
	}
	rows.push(vec!["expected of each".into(), share.to_string(), last_share.to_string()]);
	let count = found.list.len();
	let mut lines = vec![table(&["VALIDATOR", "BLOCKS", "LAST SESSION"], &rows)];
	lines.push(format!("\n{count} validators, of which {} may fail.", may_fail(count)));
	let silent = found.silent();
	if !silent.is_empty() {
		let names = named(session, &silent);
		lines.push(format!(
			"Silent in the last session: {names}. Ask the institution why. The chain never \
			 removes a validator by itself."
		));
	}
	if let Some(next) = &found.next {
		let names = named(session, next);
		lines.push(format!("A change is under way. The new validators are {names}."));
	}
	let validators: Vec<_> = found
		.list
		.iter()
		.map(|validator| {
			let mut json = account_json(session, &validator.account);
			json["blocks"] = json!(validator.made);
			json["blocks_last"] = json!(validator.made_last);
			json
		})
		.collect();
	let next = found.next.iter().flatten().map(|it| account_json(session, it)).collect::<Vec<_>>();
	Ok(Output::new(
		lines.join("\n"),
		json!({
			"validators": validators,
			"share": share,
			"share_last": last_share,
			"may_fail": may_fail(count),
			"silent": silent.iter().map(|it| session.names.show(it)).collect::<Vec<_>>(),
			"next": found.next.as_ref().map(|_| next),
		}),
	))
}

/// The accounts of institutions, by their names.
fn resolve(session: &Session, names: &[String]) -> Result<Vec<AccountId>> {
	names.iter().map(|name| session.names.resolve(name)).collect()
}

/// Says on standard error what would change.
fn tell_difference(session: &Session, before: &[AccountId], after: &[AccountId]) {
	write_error(&format!("{}\n\n", members::difference(session, before, after).join("\n")));
}

/// The call of a motion for other validators.
pub(super) async fn set_validators(
	session: &Session,
	command: ValidatorsCommand,
) -> Result<(RuntimeCall, Agreement)> {
	let before = members::validators(session).await?;
	let (after, agreement) = match command {
		ValidatorsCommand::Set { validators, agreement } => {
			(resolve(session, &validators)?, agreement)
		},
		ValidatorsCommand::Replace { old, new, agreement } => {
			let (old, new) = (session.names.resolve(&old)?, session.names.resolve(&new)?);
			let mut after = before.accounts();
			let Some(place) = after.iter_mut().find(|it| **it == old) else {
				bail!(
					"{} is not a validator: `vouchsafe council validators` lists them",
					session.names.show(&old)
				);
			};
			*place = new;
			(after, agreement)
		},
	};
	tell_difference(session, &before.accounts(), &after);
	members::check_validators(session, &before, &after, false).await?;
	Ok((members::set_validators(after), agreement))
}

/// The call of a motion for other seats.
pub(super) async fn set_seats(
	session: &Session,
	command: SeatsCommand,
) -> Result<(RuntimeCall, Agreement)> {
	let SeatsCommand::Set { seats: names, agreement } = command;
	let after = resolve(session, &names)?;
	tell_difference(session, &seats(session).await?, &after);
	for motion in motions(session).await? {
		write_error(&format!(
			"NOTE: motion {} is open and still needs {} votes for it when the seats have changed\n",
			motion.index, motion.threshold
		));
	}
	members::check_seats(session, &after).await?;
	Ok((members::set_seats(after), agreement))
}

/// The call of a motion that recovers finality, from the node's last final block on. It counts for `within`
/// blocks.
pub(super) async fn recover(
	session: &Session,
	names: &[String],
	delay: u32,
	within: u32,
) -> Result<RuntimeCall> {
	let last_final = session.chain.node().finalized().await?.number();
	let after = resolve(session, names)?;
	let before = members::validators(session).await?;
	tell_difference(session, &before.accounts(), &after);
	members::check_validators(session, &before, &after, true).await?;
	let until = session.finalized().await?.number().saturating_add(within);
	Ok(members::recover(after, last_final, delay, until))
}

/// An error if the motion recovers finality from an earlier block than this node's last final one: another block
/// could become final in its place. And if something has become final since it was proposed, no recovery is
/// needed. Of a later block, this says on standard error that the node has not seen it final.
pub(super) async fn check_motion(session: &Session, motion: &Motion) -> Result<()> {
	let Some(from) = motion.proposal.as_ref().and_then(members::recovers_from) else {
		return Ok(());
	};
	let last_final = session.chain.node().finalized().await?.number();
	ensure!(
		from >= last_final,
		"motion {} recovers finality from block {from}, but your node has seen block {last_final} final, so nothing \
		 was sent. Propose the recovery again at the node with the highest last final block",
		motion.index
	);
	if from > last_final {
		write_error(&format!(
			"NOTE: your node has seen block {last_final} final, and not block {from}, from which finality is to go \
			 on. If no other node has seen that block final, do not agree: all nodes could stop\n"
		));
	}
	Ok(())
}

/// Writes the file with which nodes and clients go on after a recovery.
pub(super) async fn write_recovery(session: &Session, file: &Path) -> Result<Output> {
	ensure!(!file.exists(), "{} already exists: choose another file", file.display());
	let checkpoint = session.chain.recovery().await?.context(
		"finality was not recovered on this chain, or the block that signals it is not final yet: then try again \
		 later",
	)?;
	FileDraft::write_new(file, &serde_json::to_vec_pretty(&checkpoint)?).await?;
	let text = format!(
		"The recovery that block {} signals is in {}. Compare the block's hash {} and the number of the set, {}, \
		 with what another member's node says, and give the file to all members. Nodes take it with --recovery, \
		 clients with --checkpoint.",
		checkpoint.block,
		file.display(),
		checkpoint.hash,
		checkpoint.set
	);
	let mut json = serde_json::to_value(&checkpoint)?;
	json["file"] = json!(file.display().to_string());
	Ok(Output::new(text, json))
}
