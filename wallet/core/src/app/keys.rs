//! Keys: made, kept, restored, unlocked, backed up.

use super::{App, Instant};
use crate::{
	account::first_values,
	code::qr,
	device::{self, DeviceKey, Locks},
	extension::{ExtensionSecrets, Secrets},
	failure::{Trouble, SHORTEST_PASSPHRASE},
	host::Host,
	messages::{Answer, ExtensionAccount, Passkeys, RestoreSource, Secret, Words},
};
use anyhow::{Context as _, Result};
use base64::{prelude::BASE64_STANDARD, Engine};
use std::sync::Arc;
use vouchsafe_agent::{
	backup::Sheet,
	keys::{composed, KeyFile},
};
use vouchsafe_protocol::types::address;
use vouchsafe_vault::seal::SecretKey;
use zeroize::Zeroizing;

impl<H: Host> App<H> {
	pub(super) fn make_words(&self) -> Result<Answer> {
		self.make(Secrets::InWallet(KeyFile::generate()?))
	}

	/// A new encryption key for an account of an extension.
	pub(super) fn use_extension(&self, account: ExtensionAccount) -> Result<Answer> {
		account.id().map_err(|_| Trouble::Input(account.address.clone()))?;
		let secrets = ExtensionSecrets::new(account, &SecretKey::random());
		self.make(Secrets::InExtension(secrets))
	}

	fn make(&self, made: Secrets) -> Result<Answer> {
		let words = words_of(&made)?;
		let mut state = self.state();
		(state.new, state.used) = (Some(Arc::new(made)), Instant::now(self.host()));
		drop(state);
		Ok(Answer::Words(words))
	}

	/// Whether a text has the words of the new account, or of the one that is open. Then they are saved.
	pub(super) async fn check_words(&self, text: &str) -> Result<Answer> {
		let new = {
			let state = self.state();
			state.new.as_deref().map(sheet_of).transpose()?
		};
		match new {
			Some(sheet) => sheet.check(text).map_err(|_| Trouble::OtherWords)?,
			None => {
				let account = self.account()?;
				sheet_of(account.secrets())?.check(text).map_err(|_| Trouble::OtherWords)?;
				account.note_backup().await?;
			},
		}
		Ok(Answer::Done)
	}

	pub(super) async fn create(&self, passphrase: &str) -> Result<Answer> {
		ensure_long(passphrase)?;
		let made = self.state().new.clone().ok_or(Trouble::Words)?;
		let answer = self.keep(&made, passphrase, false).await?;
		self.state().new = None;
		Ok(answer)
	}

	pub(super) async fn restore(&self, source: RestoreSource, passphrase: &str) -> Result<Answer> {
		ensure_long(passphrase)?;
		let restored = match source {
			RestoreSource::Words { text } => {
				let text = Zeroizing::new(text);
				let restored = KeyFile::from_words(&text, None).map_err(|_| Trouble::Words)?;
				Secrets::InWallet(restored)
			},
			RestoreSource::Extension { account, text } => {
				let text = Zeroizing::new(text);
				account.id().map_err(|_| Trouble::Input(account.address.clone()))?;
				let key = Sheet::encryption_key(&text).map_err(|_| Trouble::Words)?;
				Secrets::InExtension(ExtensionSecrets::new(account, &key))
			},
			RestoreSource::WalletJson { json, password } => {
				let password = Zeroizing::new(password);
				let restored = KeyFile::from_wallet_json(&json, &password);
				restored.identity("").map_err(|error| Trouble::Input(format!("{error:#}")))?;
				Secrets::InWallet(restored)
			},
			RestoreSource::KeyFile { file, passphrase } => {
				let passphrase = Zeroizing::new(passphrase);
				let file = BASE64_STANDARD.decode(file).context("not base64")?;
				let opened = KeyFile::open(&file, &passphrase);
				Secrets::InWallet(opened.map_err(|error| Trouble::Input(error.to_string()))?)
			},
		};
		self.keep(&restored, passphrase, true).await
	}

	/// Keeps an account on this device, in place of what was there: all of it, or nothing changes.
	async fn keep(&self, secrets: &Secrets, passphrase: &str, is_saved: bool) -> Result<Answer> {
		let (key, locks) = DeviceKey::create(&composed(passphrase), self.0.cost)?;
		let mut values = first_values(&key, secrets, is_saved)?;
		values.push(locks.stored());
		self.host().remove_own_files();
		self.host().replace(values).await?;
		self.open(key, locks).await
	}

	/// Opens the account that is stored on this device.
	async fn open(&self, key: DeviceKey, locks: Locks) -> Result<Answer> {
		let times_locked = self.state().times_locked;
		let stored = self.host().load().await?;
		let prompts = self.0.prompts.clone();
		// From here on it is open. The account's part of the program may have to be fetched first.
		let now = Instant::now(self.host());
		let account = self.host().open_account(key, stored, prompts).await?;
		// A wallet opens without a network: then it shows what it knows.
		let _ = account.connect().await;
		let mut state = self.state();
		// Whoever locked it meanwhile wants it locked.
		if state.times_locked != times_locked {
			return Err(Trouble::Locked.into());
		}
		(state.locks, state.signs_since, state.used) = (Some(locks), Some(now), now);
		state.account = Some(account);
		drop(state);
		Ok(self.started())
	}

	/// The device key, if the secret opens one of the locks.
	fn device_key(&self, secret: Secret) -> Result<DeviceKey> {
		let locks = self.state().locks.clone().ok_or(Trouble::Locked)?;
		key_of(&locks, secret)
	}

	pub(super) async fn unlock(&self, secret: Secret) -> Result<Answer> {
		// Another tab may have changed them.
		let locks = Locks::find(&self.host().load().await?)?.ok_or(Trouble::Locked)?;
		self.state().locks = Some(locks.clone());
		let key = self.device_key(secret)?;
		self.open(key, locks).await
	}

	pub(super) fn confirm(&self, secret: Secret) -> Result<Answer> {
		self.device_key(secret)?;
		let now = Instant::now(self.host());
		let mut state = self.state();
		(state.signs_since, state.used) = (Some(now), now);
		drop(state);
		Ok(Answer::Done)
	}

	pub(super) async fn show_words(&self, secret: Secret) -> Result<Answer> {
		self.device_key(secret)?;
		Ok(Answer::Words(words_of(self.account()?.secrets())?))
	}

	pub(super) fn passkeys(&self) -> Result<Answer> {
		let state = self.state();
		let locks = state.locks.as_ref().ok_or(Trouble::Locked)?;
		Ok(Answer::Passkeys(Passkeys {
			credentials: locks.passkeys().map(|it| BASE64_STANDARD.encode(it)).collect(),
			input: BASE64_STANDARD.encode(locks.prf_input),
			user: BASE64_STANDARD.encode(locks.passkey_user()),
		}))
	}

	pub(super) async fn add_passkey(&self, credential: &str, output: &str) -> Result<Answer> {
		self.ensure_signs()?;
		let account = self.account()?;
		let output = Zeroizing::new(BASE64_STANDARD.decode(output)?);
		let credential = BASE64_STANDARD.decode(credential)?;
		self.change_locks(|locks| locks.add_passkey(account.device_key(), &credential, &output))
			.await
	}

	pub(super) async fn remove_passkey(&self, credential: &str) -> Result<Answer> {
		self.ensure_signs()?;
		self.account()?;
		let credential = BASE64_STANDARD.decode(credential)?;
		self.change_locks(|locks| {
			locks.remove_passkey(&credential);
			Ok(())
		})
		.await
	}

	/// Changes the passphrase. The one before, or a passkey, is asked for even if something was just signed:
	/// somebody else may hold the device.
	pub(super) async fn change_passphrase(
		&self,
		secret: Secret,
		passphrase: &str,
	) -> Result<Answer> {
		self.account()?;
		ensure_long(passphrase)?;
		let cost = self.0.cost;
		self.change_locks(|locks| {
			let key = key_of(locks, secret)?;
			locks.change_passphrase(&key, &composed(passphrase), cost)
		})
		.await
	}

	async fn change_locks(&self, change: impl FnOnce(&mut Locks) -> Result<()>) -> Result<Answer> {
		// Another tab may have changed them.
		let mut locks = Locks::find(&self.host().load().await?)?.ok_or(Trouble::Locked)?;
		change(&mut locks)?;
		let (place, value) = locks.stored();
		self.host().store(vec![(place, Some(value))]).await?;
		self.state().locks = Some(locks);
		Ok(Answer::Done)
	}

	pub(super) async fn forget(&self) -> Result<Answer> {
		self.lock();
		device::forget(self.host()).await?;
		self.state().locks = None;
		Ok(self.started())
	}
}

fn key_of(locks: &Locks, secret: Secret) -> Result<DeviceKey> {
	Ok(match secret {
		Secret::Passphrase { text } => locks.open(&composed(&Zeroizing::new(text)))?,
		Secret::Passkey { credential, output } => {
			let credential = BASE64_STANDARD.decode(credential)?;
			let output = Zeroizing::new(BASE64_STANDARD.decode(Zeroizing::new(output).as_str())?);
			locks.open_by_passkey(&credential, &output)?
		},
	})
}

fn ensure_long(passphrase: &str) -> Result<(), Trouble> {
	match passphrase.chars().count() >= SHORTEST_PASSPHRASE {
		true => Ok(()),
		false => Err(Trouble::Short),
	}
}

fn sheet_of(secrets: &Secrets) -> Result<Sheet> {
	match secrets {
		Secrets::InWallet(key_file) => {
			let words = key_file.words().ok_or(Trouble::Words)?;
			Ok(Sheet::of_account(words, key_file.counter().unwrap_or_default())?)
		},
		Secrets::InExtension(secrets) => Ok(Sheet::of_encryption_key(&secrets.encryption()?)),
	}
}

fn words_of(secrets: &Secrets) -> Result<Words> {
	let sheet = sheet_of(secrets)?;
	let account = match secrets {
		Secrets::InWallet(key_file) => key_file.identity("")?.account(),
		Secrets::InExtension(secrets) => secrets.account.id()?,
	};
	let words = sheet.words().split(' ').map(str::to_owned).collect();
	let is_encryption_key = matches!(secrets, Secrets::InExtension(_));
	Ok(Words { words, code: qr(&sheet.code())?, account: address(&account), is_encryption_key })
}
