//! `vouchsafe key`.

use super::{account_json, agree, when};
use crate::{
	args::{Agreement, KeyCommand},
	dates::show_moment,
	keys::{Identity, KeyStore, Words},
	output::{table, write_error, Output},
	secrets::Secrets,
	session::{At, Session, Settings},
};
use anyhow::{bail, Context, Result};
use serde_json::json;
use vouchsafe_agent::recovery;
use vouchsafe_client::chain::{account_bytes, address, calls::EnrolmentCall, ChainError, View};

pub(super) async fn run(settings: &Settings, command: KeyCommand) -> Result<Output> {
	let store = KeyStore::new(&settings.home);
	match command {
		KeyCommand::Generate { name } => {
			store.check_new(&name)?;
			let (identity, words) = store.generate(&name, &settings.secrets.ask_new()?)?;
			let mut output = made(&identity);
			output.json["words"] = json!(*words);
			output.text += &format!(
				"\n\nThese words restore the account and its encryption key. Write them down, and show them to \
				 nobody:\n\n  {}\n\n`vouchsafe key show {name} --words` shows the words again.",
				*words
			);
			Ok(output)
		},
		KeyCommand::Import { name, wallet_json, wallet_password_file, words_file, counter } => {
			store.check_new(&name)?;
			let (identity, restored) = match wallet_json {
				Some(path) => {
					let json = std::fs::read_to_string(&path)
						.with_context(|| format!("cannot read {}", path.display()))?;
					let what = "Password of the wallet's export";
					let password = match wallet_password_file {
						Some(file) => Secrets::File(file).ask(what)?,
						None => settings.secrets.ask(what)?,
					};
					let passphrase = settings.secrets.ask_new()?;
					let imported =
						store.import_wallet_json(&name, &json, &password, &passphrase)?;
					(imported, "The encryption key is new. If the account is enrolled already")
				},
				None => {
					let what = "Words of the account";
					let words = match (words_file, &settings.secrets) {
						(Some(file), _) => Secrets::File(file).ask(what)?,
						(None, Secrets::File(_)) => bail!(
							"give the account's words with --words-file FILE, or leave out \
							 --passphrase-file to type them"
						),
						(None, secrets) => secrets.ask(what)?,
					};
					let passphrase = settings.secrets.ask_new()?;
					let imported = store.import_words(&name, &words, counter, &passphrase)?;
					(
						imported,
						"The words restored both keys. If another encryption key is registered",
					)
				},
			};
			let mut output = made(&identity);
			output.text += &format!(
				"\n\n{restored}, register this one: `vouchsafe --key {name} key register`."
			);
			Ok(output)
		},
		KeyCommand::Show { name, words } => show(settings, &store, name.as_deref(), words),
		KeyCommand::Convert { name } => convert(settings, &store, &name),
		KeyCommand::Renew { new, agreement } => renew(settings, &store, &new, agreement).await,
		KeyCommand::Register { agreement } => {
			let session = settings.connect().await?;
			let me = session.me()?;
			let at = session.finalized().await?;
			let account = at.account(&me.account()).await?.with_context(|| {
				format!("{} is not enrolled yet: the key is registered with the enrolment", me.name)
			})?;
			let key = me.encryption_key();
			let (old, new) = (hex::encode(account.encryption_key), hex::encode(key));
			let json = json!({ "account": me.account().to_string(), "encryption_key": format!("0x{new}") });
			if account.encryption_key == key {
				return Ok(Output::new(
					format!("The encryption key of {} is registered already.", me.name),
					json,
				));
			}
			let sentence = format!(
				"I replace my registered encryption key 0x{old} with 0x{new}. From now on, what is sealed to \
				 me can be opened only with the new key."
			);
			agree(&sentence, agreement)?;
			let block = session.submit(EnrolmentCall::set_encryption_key { key }).await?.number;
			let mut output = Output::new(
				format!(
					"The encryption key of {} is registered since {}. You can open records again. What was \
					 sealed to the old key, such as your own key shares of earlier records, opens only with \
					 the old key.",
					me.name,
					when(&session, block).await
				),
				json,
			);
			output.json["block"] = json!(block);
			Ok(output)
		},
	}
}

/// Begins to change the account to a new key, with the same encryption key.
async fn renew(
	settings: &Settings,
	store: &KeyStore,
	name: &str,
	agreement: Agreement,
) -> Result<Output> {
	// A change that was not begun can be tried again with the key that was made for it.
	let exists = store.exists(name)?;
	let session = settings.connect().await?;
	let me = session.me()?;
	check(&session, &session.finalized().await?).await?;
	let made = exists.then(|| existing(settings, store, name, me)).transpose()?;
	if let Some(change) = recovery::check_change(&session, made.as_ref()).await? {
		write_error(&format!(
			"NOTE: this replaces the change to another key, {}, that you began before\n",
			address(&change.key)
		));
	}
	agree(
		&format!(
			"I begin to change the key of my account, {}. When this is finished, the new key {name} signs for it, \
			 and {} signs nothing any more. The encryption key stays.",
			session.names.in_sentence(&me.account()),
			me.name
		),
		agreement,
	)?;
	let (new, words) = match made {
		Some(new) => (new, None),
		None => {
			let passphrase = settings.secrets.ask_new()?;
			let (new, words) = store.renew(name, &me.encryption, &passphrase)?;
			(new, Some(words))
		},
	};
	let (from, block) = match recovery::change(&session, &new).await {
		Ok(begun) => begun,
		Err(error) => {
			let said = not_begun(name, &me.name, &error);
			return Err(error.context(said));
		},
	};
	let (key, own) = (address(&new.key()), &me.name);
	let mut text = format!(
		"The change to the key {name}, {key}, has begun. From {} on, this finishes it:\n\n  \
		 vouchsafe --key {own} recovery finish\n\nUntil then {own} signs for you, and `vouchsafe --key {own} recovery \
		 object` ends the change.",
		show_moment(from)
	);
	let mut json = json!({
		"name": name,
		"account": account_json(&session, &me.account()),
		"key": account_json(&session, &new.key()),
		"encryption_key": format!("0x{}", hex::encode(new.encryption_key())),
		"from": from,
		"block": block,
	});
	let file = settings.home.file("keys", &format!("{name}.key"));
	text += &match words {
		Some(words) => {
			json["words"] = json!(*words);
			format!(
				"\n\nThese words restore the new key. Write them down, and show them to nobody:\n\n  {}\n\nThey do not \
				 restore the encryption key: also keep a copy of the key file, {}.",
				*words,
				file.display()
			)
		},
		None => format!(
			"\n\n`vouchsafe key show {name} --words` shows the words of the new key. They do not restore the \
			 encryption key: also keep a copy of the key file, {}.",
			file.display()
		),
	};
	Ok(Output::new(text, json))
}

/// What has become of a change to a key that is made, if it is not known to have begun.
fn not_begun(name: &str, own: &str, error: &anyhow::Error) -> String {
	use ChainError::{Pending, Uncertain, Unnamed};
	match error.downcast_ref() {
		Some(Pending(_) | Uncertain(_) | Unnamed(_)) => format!(
			"the key {name} is made, and the change to it is under way: `vouchsafe --key {own} recovery list` shows it \
			 once it has begun. If it does not begin, run the same command again: it uses this key"
		),
		Some(_) => format!(
			"the key {name} is made, but the change to it has not begun. Run the same command again: it uses this key"
		),
		None => format!("the key {name} is made"),
	}
}

/// The key of this name, if it was made to replace this one.
fn existing(settings: &Settings, store: &KeyStore, name: &str, me: &Identity) -> Result<Identity> {
	let passphrase = settings.secrets.ask(&format!("Passphrase of the key {name}"))?;
	let found = store.unlock(name, &passphrase)?;
	if found.encryption_key() != me.encryption_key() {
		bail!(
			"there is a key named {name} already, which has another encryption key than {}: choose another name",
			me.name
		);
	}
	Ok(found)
}

/// Checks that the chain has registered this encryption key for the account, because others seal to
/// the registered key.
pub(super) async fn check(session: &Session, at: &At) -> Result<()> {
	let me = session.me()?;
	match at.account(&me.account()).await? {
		Some(account) if account.encryption_key != me.encryption_key() => bail!(
			"the key file of {0} has another encryption key than the chain, which has 0x{1}. Records are \
			 sealed to that one, so this key cannot open them. If you have the key file with that key, use \
			 it. If not, register this one: `vouchsafe --key {0} key register`",
			me.name,
			hex::encode(account.encryption_key)
		),
		_ => Ok(()),
	}
}

fn show(settings: &Settings, store: &KeyStore, name: Option<&str>, words: bool) -> Result<Output> {
	let mut keys = store.list()?;
	if let Some(name) = name {
		if name.starts_with("//") && settings.development {
			if words {
				bail!("the development key {name} has no words");
			}
			return Ok(made(&Identity::development(name)?));
		}
		store.find(name)?;
		keys.retain(|(known, _)| known == name);
	}
	let rows: Vec<_> = keys
		.iter()
		.map(|(name, it)| vec![name.clone(), it.account.clone(), it.encryption_key.clone()])
		.collect();
	let text = if rows.is_empty() {
		format!(
			"There are no keys in {}. `vouchsafe key generate NAME` creates one.",
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
	let mut output = Output::new(text, json!({ "keys": json }));
	if let (Some(name), true) = (name, words) {
		let passphrase = settings.secrets.ask(&format!("Passphrase of the key {name}"))?;
		let Words { words, counter } = store.words(name, &passphrase)?;
		let restore = match counter {
			Some(0) => "These words restore the account and its encryption key".to_owned(),
			Some(counter) => format!(
				"These words restore the account, and with `--counter {counter}` its encryption key"
			),
			None => format!(
				"These words restore the account, but not its encryption key: also keep a copy of the key \
				 file, {}",
				settings.home.file("keys", &format!("{name}.key")).display()
			),
		};
		output.text += &format!("\n\n{restore}:\n\n  {}", *words);
		output.json["words"] = json!(*words);
		output.json["counter"] = json!(counter);
	}
	Ok(output)
}

fn convert(settings: &Settings, store: &KeyStore, name: &str) -> Result<Output> {
	if !store.is_version_1(name)? {
		return Ok(Output::new(
			format!("The key file of {name} is of version 2 already."),
			json!({ "name": name, "converted": false }),
		));
	}
	let passphrase = settings.secrets.ask(&format!("Passphrase of the key {name}"))?;
	let mut output = made(&store.convert(name, &passphrase)?);
	output.text +=
		"\n\nThe key file is of version 2 now, and has the same keys and passphrase. The words do \
	                not restore this encryption key: keep a copy of the new file.";
	output.json["converted"] = json!(true);
	Ok(output)
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

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_change_that_was_sent_is_under_way() {
		let said = |error: ChainError| {
			let error = anyhow::Error::from(error);
			let said = not_begun("eva-2", "eva", &error);
			format!("{:#}", error.context(said))
		};
		for sent in
			[ChainError::Pending(60), ChainError::Uncertain(String::new()), ChainError::Unnamed(7)]
		{
			let said = said(sent);
			assert!(said.contains("is under way: `vouchsafe --key eva recovery list`"), "{said}");
			assert!(!said.contains("has not begun"), "{said}");
		}
		let done = anyhow::anyhow!("the call succeeded, but this program is too old");
		assert_eq!(not_begun("eva-2", "eva", &done), "the key eva-2 is made");
		let refused = said(ChainError::QuotaSpent);
		assert!(refused.contains("the change to it has not begun. Run the same"), "{refused}");
	}
}
