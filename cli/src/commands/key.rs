//! `vouchsafe key`.

use crate::{
	args::KeyCommand,
	keys::{Identity, KeyStore, Secrets},
	output::{table, Output},
	session::Settings,
};
use anyhow::{bail, Context, Result};
use serde_json::json;
use vouchsafe_client::chain::account_bytes;

pub(super) fn run(settings: &Settings, command: KeyCommand, machine: bool) -> Result<Output> {
	let store = KeyStore::new(&settings.home);
	match command {
		KeyCommand::Generate { name } => {
			let (identity, words) = store.generate(&name, &settings.secrets.ask_new()?)?;
			let mut output = made(&identity);
			if machine {
				output.json["words"] = json!(*words);
			} else {
				// Shown this once; nothing keeps them outside the key file.
				output.text = format!(
					"{}\n\nThese words give the account back. Write them down; they are not shown \
					 again:\n\n  {}\n\nThey don't give the encryption key back: keep a copy of the key \
					 file too ({}).",
					output.text,
					*words,
					settings.home.file("keys", &format!("{name}.key")).display()
				);
			}
			Ok(output)
		},
		KeyCommand::Import { name, wallet_json, wallet_password_file, words_file } => {
			let first_line = |path| Secrets::File(path).ask("It");
			let identity = match wallet_json {
				Some(path) => {
					let json = std::fs::read_to_string(&path)
						.with_context(|| format!("{} can't be read", path.display()))?;
					let password = match wallet_password_file {
						Some(file) => first_line(file)?,
						None => settings.secrets.ask("Password of the wallet's export")?,
					};
					let passphrase = settings.secrets.ask_new()?;
					store.import_wallet_json(&name, &json, &password, &passphrase)?
				},
				None => {
					let words = match words_file {
						Some(file) => first_line(file)?,
						None => match settings.secrets {
							Secrets::File(_) => bail!(
								"say where the account's words are: --words-file FILE, or leave out \
								 --passphrase-file to type them"
							),
							_ => settings.secrets.ask("The account's words")?,
						},
					};
					store.import_words(&name, &words, &settings.secrets.ask_new()?)?
				},
			};
			Ok(made(&identity))
		},
		KeyCommand::Show { name } => {
			let mut keys = store.list()?;
			if let Some(name) = &name {
				if name.starts_with("//") && settings.development {
					return Ok(made(&Identity::development(name)?));
				}
				keys.retain(|(known, _)| known == name);
				if keys.is_empty() {
					bail!("there is no key named {name}: `vouchsafe key show` lists them all");
				}
			}
			let rows: Vec<_> = keys
				.iter()
				.map(|(name, it)| vec![name.clone(), it.account.clone(), it.encryption_key.clone()])
				.collect();
			let text = if rows.is_empty() {
				format!(
					"There are no keys in {}. `vouchsafe key generate NAME` makes one.",
					settings.home.path().display()
				)
			} else {
				table(&["NAME", "ACCOUNT", "ENCRYPTION KEY"], &rows)
			};
			let json = keys
				.iter()
				.map(|(name, it)| {
					json!({
						"name": name,
						"account": it.account,
						"hex": it.account_hex,
						"encryption_key": it.encryption_key,
					})
				})
				.collect::<Vec<_>>();
			Ok(Output::new(text, json!({ "keys": json })))
		},
	}
}

fn made(identity: &Identity) -> Output {
	let (account, key) = (identity.account(), hex::encode(identity.encryption_key()));
	Output::new(
		format!("Key {}\n  account         {account}\n  encryption key  0x{key}", identity.name),
		json!({
			"name": identity.name,
			"account": account.to_string(),
			"hex": format!("0x{}", hex::encode(account_bytes(&account))),
			"encryption_key": format!("0x{key}"),
		}),
	)
}
