//! `vouchsafe name`.

use super::ask_to_go_on;
use crate::{
	advice,
	args::{Agreement, NameCommand},
	names::{self, Names},
	output::{table, Output},
	session::Settings,
};
use anyhow::{bail, Result};
use serde_json::json;
use vouchsafe_agent::{
	advice::{Advice, Advised},
	pins::fingerprint,
};

pub(super) async fn run(settings: &Settings, command: NameCommand) -> Result<Output> {
	match command {
		NameCommand::Add { name, account, replace } => {
			let known = known(settings).await?;
			let account = known.resolve(&account)?;
			let institution = known.institution_like(&name, &account);
			if let Some(institution) = institution.as_ref().filter(|_| !replace) {
				let message =
					format!("“{name}” looks like the name of the institution {institution}");
				bail!(Advised::new(message, Advice::ReplaceName));
			}
			if replace {
				names::replace(&settings.home, &name, &account).await?;
			} else {
				names::add(&settings.home, &name, &account).await?;
			}
			let mut text = format!("“{name}” is now the name of {account}.");
			if let Some(institution) = institution {
				text += &format!(
					" It looks like the name of the institution {institution}. Both are shown with \
					 a part of their address from now on."
				);
			}
			Ok(Output::new(text, json!({ "name": name, "account": account.to_string() })))
		},
		NameCommand::Remove { name } => {
			if !names::remove(&settings.home, &name).await? {
				let names = Names::load(&settings.home, settings.development).await?;
				let known = names.list();
				let known = known.iter().map(|(name, ..)| name.as_str());
				bail!(
					"there is no “{name}” in the address book{}",
					names::did_you_mean(&name, known)
				);
			}
			Ok(Output::new(format!("“{name}” is removed."), json!({ "name": name })))
		},
		NameCommand::Confirm { institution, yes } => {
			confirm(settings, &institution, Agreement { yes }).await
		},
		NameCommand::Repair { yes } => repair(settings, Agreement { yes }).await,
		NameCommand::List => {
			let names = known(settings).await?;
			let rows: Vec<_> = names
				.list()
				.into_iter()
				.map(|(name, account, from)| vec![name, account.to_string(), from.to_owned()])
				.collect();
			let json: Vec<_> = rows
				.iter()
				.map(|row| json!({ "name": row[0], "account": row[1], "from": row[2] }))
				.collect();
			let text = if rows.is_empty() {
				"There are no names yet. `vouchsafe name add NAME ACCOUNT` adds one.".into()
			} else {
				table(&["NAME", "ACCOUNT", "FROM"], &rows)
			};
			Ok(Output::new(text, json!({ "names": json })))
		},
	}
}

/// Accepts what has changed of an institution.
async fn confirm(settings: &Settings, institution: &str, agreement: Agreement) -> Result<Output> {
	let without_key = Settings { key: None, ..settings.clone() };
	let mut session = without_key.connect_silently().await?;
	session.ensure_pins()?;
	let account = session.names.resolve(institution)?;
	let name = session.names.show_with_address(&account);
	let member = session.current_member(&account).await?;
	let changes: Vec<_> = session.pins.changes(member).iter().map(ToString::to_string).collect();
	let json = json!({ "institution": account.to_string(), "changes": changes });
	if changes.is_empty() {
		return Ok(Output::new(format!("{name} has not changed."), json));
	}
	let shown = format!("{name}:\n\n  {}\n", changes.join("\n  "));
	ask_to_go_on(&shown, "Did the institution tell you that this is right?", agreement)?;
	session.confirm_member(&account).await?;
	Ok(Output::new(format!("Accepted: {name}, as it is now."), json))
}

/// Begins the pins again if they are damaged, with the institutions as they are now.
async fn repair(settings: &Settings, agreement: Agreement) -> Result<Output> {
	let without_key = Settings { key: None, ..settings.clone() };
	let mut session = without_key.connect_silently().await?;
	let Some(damage) = session.pins.damage().map(ToOwned::to_owned) else {
		let text = "The list of institutions is not damaged.";
		return Ok(Output::new(text, json!({ "repaired": false })));
	};
	let rows: Vec<_> = session
		.members
		.iter()
		.map(|member| {
			let key =
				member.custodian.as_ref().map_or_else(String::new, |(_, key)| fingerprint(key));
			vec![member.name.clone(), member.account.to_string(), key]
		})
		.collect();
	let shown = format!("{damage}.\n\n{}\n", table(&["INSTITUTION", "ACCOUNT", "KEY"], &rows));
	ask_to_go_on(&shown, "Did the institutions tell you that this is right?", agreement)?;
	let copy = session.repair_pins().await?;
	let kept = copy.as_ref().map(|copy| format!(" The damaged file was kept as {copy}."));
	let text = format!("The institutions are kept as they are now.{}", kept.unwrap_or_default());
	Ok(Output::new(text, json!({ "repaired": true, "damaged": copy })))
}

/// The names on this machine, and the chain's if a node answers.
async fn known(settings: &Settings) -> Result<Names> {
	let without_key = Settings { key: None, ..settings.clone() };
	match without_key.connect().await {
		Ok(session) => Ok(session.names),
		Err(error) => {
			tracing::info!("{}", crate::address::mask(&advice::say(&error)));
			Names::load(&settings.home, settings.development).await
		},
	}
}
