//! `vouchsafe name`.

use crate::{
	args::NameCommand,
	names::{self, Names},
	output::{table, Output},
	session::{Session, Settings},
};
use anyhow::{bail, Result};
use serde_json::json;

pub(super) async fn run(settings: &Settings, command: NameCommand) -> Result<Output> {
	match command {
		NameCommand::Add { name, account } => {
			let known = Names::load(&settings.home, settings.development)?;
			let account = known.resolve(&account)?;
			names::add(&settings.home, &name, &account)?;
			Ok(Output::new(
				format!("{account} is “{name}” from now on."),
				json!({ "name": name, "account": account.to_string() }),
			))
		},
		NameCommand::Remove { name } => {
			if !names::remove(&settings.home, &name)? {
				bail!("the address book has no “{name}”");
			}
			Ok(Output::new(format!("“{name}” is forgotten."), json!({ "name": name })))
		},
		NameCommand::List => {
			// The chain's names too, if it can be asked: the list is of use without.
			let without_key = Settings { key: None, ..settings.clone() };
			let names = match Session::connect(&without_key).await {
				Ok(session) => session.names,
				Err(error) => {
					tracing::info!("{error:#}");
					Names::load(&settings.home, settings.development)?
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
				"Nobody has a name here yet: `vouchsafe name add NAME ACCOUNT`.".into()
			} else {
				table(&["NAME", "ACCOUNT", "FROM"], &rows)
			};
			Ok(Output::new(text, json!({ "names": json })))
		},
	}
}
