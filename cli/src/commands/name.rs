//! `vouchsafe name`.

use crate::{
	advice,
	args::NameCommand,
	names::{self, Names},
	output::{table, Output},
	session::Settings,
};
use anyhow::{bail, Result};
use serde_json::json;

pub(super) async fn run(settings: &Settings, command: NameCommand) -> Result<Output> {
	match command {
		NameCommand::Add { name, account, replace } => {
			let known = Names::load(&settings.home, settings.development).await?;
			let account = known.resolve(&account)?;
			if replace {
				names::replace(&settings.home, &name, &account).await?;
			} else {
				names::add(&settings.home, &name, &account).await?;
			}
			Ok(Output::new(
				format!("“{name}” is now the name of {account}."),
				json!({ "name": name, "account": account.to_string() }),
			))
		},
		NameCommand::Remove { name } => {
			if !names::remove(&settings.home, &name).await? {
				let names = Names::load(&settings.home, settings.development).await?;
				let known = names.list().into_iter().map(|(name, ..)| name);
				bail!(
					"there is no “{name}” in the address book{}",
					names::did_you_mean(&name, known)
				);
			}
			Ok(Output::new(format!("“{name}” is removed."), json!({ "name": name })))
		},
		NameCommand::List => {
			// With the chain's names, if a node answers.
			let without_key = Settings { key: None, ..settings.clone() };
			let names = match without_key.connect().await {
				Ok(session) => session.names,
				Err(error) => {
					tracing::info!("{}", crate::address::mask(&advice::say(&error)));
					Names::load(&settings.home, settings.development).await?
				},
			};
			let rows: Vec<_> = names
				.list()
				.into_iter()
				.map(|(name, account, from)| {
					vec![name.to_owned(), account.to_string(), from.to_owned()]
				})
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
