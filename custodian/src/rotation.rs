//! Replaces the custodian's encryption key while it serves.
//!
//! `key rotate` writes a new key into the key file, which this task reads again. As soon as the chain names
//! the new key, everything new is sealed to it, and all stored keys are sealed to it in small steps. What
//! others sealed to the old key can still be opened for some days. Then the old key is destroyed: it is taken
//! from the key file. Killed at any point, the next start goes on: what is done is in the database and in the
//! key file, and each step can be repeated.

pub mod command;
#[cfg(test)]
mod tests;

use crate::{
	chain::Node,
	encryption::EncryptionError,
	gauge::gauge_value,
	keys::{read_secret, Keys},
	state::State,
	store::{FormerKey, KeyOf, SealedKey, StoreError},
};
use blake2::{digest::consts::U32, Blake2b, Digest};
use std::{sync::Arc, time::Duration};
use tokio::task::spawn_blocking;
use vouchsafe_client::{chain::ChainError, messages::Hex};
use vouchsafe_vault::seal::PublicKey;

/// How often the key file is read, and the chain's time.
const EVERY: Duration = Duration::from_secs(2);
/// How many keys are sealed again at once, and the pause after them: others use the database too.
const PAGE: u32 = 64;
const PAUSE: Duration = Duration::from_millis(10);
const DAY: u64 = 24 * 60 * 60;
/// For how many seconds at least a former key is kept: longer than a request that used it waits for the database.
const SETTLED: u64 = 15;

/// Why the task does not get on.
#[derive(Debug, thiserror::Error)]
enum RotationError {
	#[error(transparent)]
	Chain(#[from] ChainError),
	#[error(transparent)]
	Store(#[from] StoreError),
	#[error("a key can't be sealed again: {0}")]
	Encryption(#[from] EncryptionError),
	#[error("sealing keys again was interrupted")]
	Interrupted,
}

/// What sealing again found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct SealedAgain {
	/// How many keys were looked at.
	all: u64,
	/// How many were sealed to another of the custodian's keys.
	changed: u64,
	/// How many none of the custodian's keys opens.
	damaged: u64,
}

/// The key file as it was read last.
#[derive(Default)]
struct KeyFile {
	hash: Option<[u8; 32]>,
	trouble: Option<String>,
}

/// Replaces keys until the custodian stops.
pub async fn run(state: Arc<State>) {
	let mut file = KeyFile::default();
	let mut last = None;
	loop {
		file.look(&state);
		let trouble = step(&state).await.err().map(|error| error.to_string());
		if let Some(trouble) = trouble.as_ref().filter(|_| trouble != last) {
			tracing::warn!(error = trouble, "the encryption key can't be replaced now");
		}
		last = trouble;
		if !state.pause(EVERY).await {
			return;
		}
	}
}

impl KeyFile {
	/// Takes the keys of the file if it was changed. What cannot be used is told once.
	fn look(&mut self, state: &State) {
		let path = &state.config.keys.file;
		let looked = read_secret(path).and_then(|text| {
			let hash: [u8; 32] = Blake2b::<U32>::digest(text.as_bytes()).into();
			if self.hash == Some(hash) {
				return Ok(());
			}
			let read = Keys::parse(&text)?;
			let same = read.account.public_key().0 == state.keys.account.public_key().0;
			anyhow::ensure!(same, "it has another account: restart the custodian with it");
			let known = state.keys.encryption.all();
			let is_taken = state.keys.encryption.replace(&read.encryption);
			anyhow::ensure!(is_taken, "the encryption key that the chain names is not in it");
			for key in read.encryption.all().iter().filter(|key| !known.contains(key)) {
				tracing::info!(key = %Hex(key.0), "read a new encryption key");
			}
			self.hash = Some(hash);
			Ok(())
		});
		let trouble = looked.err().map(|error| format!("{error:#}"));
		if let Some(trouble) = trouble.as_ref().filter(|_| trouble != self.trouble) {
			let file = path.display();
			tracing::error!(%file, error = trouble, "the key file can't be used: the keys from before stay");
		}
		self.trouble = trouble;
	}
}

/// Does what is to be done now.
async fn step(state: &State) -> Result<(), RotationError> {
	let Some(connected) = state.connected().filter(|it| it.institution.is_some()) else {
		return Ok(());
	};
	let (keys, database) = (&state.keys.encryption, &state.database);
	let (in_use, former) = (keys.public(), keys.former());
	metrics::gauge!("vouchsafe_custodian_former_keys").set(gauge_value(former.len()));
	let noted = note_former(state, &former, &*connected.node).await?;
	if keys.all().len() == 1 {
		return Ok(());
	}
	if database.all_sealed_to().await? != Some(in_use.0) {
		let SealedAgain { all, changed, damaged } = seal_all_again(state).await?;
		database.note_all_sealed_to(in_use.0).await?;
		tracing::info!(key = %Hex(in_use.0), all, changed, damaged, "all stored keys are sealed to one key");
		// What a request sealed to another key shortly before is there at the next step.
		return Ok(());
	}
	let days = u64::from(state.config.keys.keep_old_days).saturating_mul(DAY);
	let kept = days.max(SETTLED);
	for key in noted {
		let public = PublicKey(key.key);
		if key.is_over {
			keys.forget(public);
		} else if key.since.saturating_add(kept) <= time(&*connected.node).await? {
			// What was found is looked for once more at the next step. And the chain may name the key again.
			let found = seal_all_again(state).await?.changed;
			if found == 0 && keys.former().contains(&public) {
				destroy(state, key).await?;
			}
		}
	}
	Ok(())
}

/// The time of the last final block. This machine's clock could destroy a key too early.
async fn time(node: &dyn Node) -> Result<u64, ChainError> {
	node.finalized().await?.time().await
}

/// Notes since when these keys are not in use, and returns what is noted of them.
async fn note_former(
	state: &State,
	former: &[PublicKey],
	node: &dyn Node,
) -> Result<Vec<FormerKey>, RotationError> {
	let mut noted = Vec::new();
	for key in state.database.former_keys().await? {
		let is_in_use = state.keys.encryption.public().0 == key.key;
		if former.iter().any(|it| it.0 == key.key) {
			noted.push(key);
		} else if is_in_use || !key.is_over {
			// Somebody took it from the key file, or the chain names it again. One whose time is over may still be
			// in a file that cannot be written, until `--finish`.
			state.database.forget_former_key(key.key).await?;
		}
	}
	for key in former {
		if !noted.iter().any(|it: &FormerKey| it.key == key.0) {
			let former = FormerKey { key: key.0, since: time(node).await?, is_over: false };
			state.database.note_former_key(former).await?;
			let (old, new) = (Hex(key.0), Hex(state.keys.encryption.public().0));
			tracing::info!(%old, %new, "the chain names the new encryption key");
			noted.push(former);
		}
	}
	Ok(noted)
}

/// Seals all stored keys to the key in use.
async fn seal_all_again(state: &State) -> Result<SealedAgain, RotationError> {
	let mut done = SealedAgain::default();
	let mut after = None;
	loop {
		let page = state.database.sealed_keys(after, PAGE).await?;
		let Some(last) = page.last() else { return Ok(done) };
		after = Some(last.of);
		let encryption = state.encryption.clone();
		let sealing = spawn_blocking(move || {
			let seal_again = |key: SealedKey| (encryption.seal_again(&key.of, &key.sealed), key);
			page.into_iter().map(seal_again).collect::<Vec<_>>()
		});
		let mut replaced = Vec::new();
		for (again, key) in sealing.await.map_err(|_| RotationError::Interrupted)? {
			done.all = done.all.saturating_add(1);
			match again {
				Ok(None) => {},
				Ok(Some(again)) => replaced.push((key, again)),
				// No key opens it, so that none is needed for it.
				Err(EncryptionError::Decrypt) => {
					done.damaged = done.damaged.saturating_add(1);
					tracing::error!(of = %name(&key.of), "a stored key can't be opened");
				},
				Err(error) => return Err(error.into()),
			}
		}
		if !replaced.is_empty() {
			let count = state.database.replace_sealed_keys(replaced).await? as u64;
			done.changed = done.changed.saturating_add(count);
			metrics::counter!("vouchsafe_custodian_keys_sealed_again_total").increment(count);
		}
		if !state.pause(PAUSE).await {
			return Err(RotationError::Interrupted);
		}
	}
}

/// A key for the log.
fn name(of: &KeyOf) -> String {
	match of {
		KeyOf::Share { version, .. } => format!("share of {}", Hex(version.record)),
		KeyOf::Labels(patient) => format!("labels of {}", Hex(*patient)),
		KeyOf::Study(study, _) => format!("study {study}"),
	}
}

/// Destroys a former key: takes it from the key file and forgets it. If the file can't be written, as one that
/// systemd unseals, only a person can do the first.
async fn destroy(state: &State, former: FormerKey) -> Result<(), RotationError> {
	let key = PublicKey(former.key);
	let file = state.config.keys.file.clone();
	let removing = spawn_blocking(move || Keys::remove_encryption_keys(&file, &[key], None));
	let removed = removing.await.map_err(|_| RotationError::Interrupted)?;
	state.keys.encryption.forget(key);
	let key = Hex(key.0);
	match removed {
		Ok(_) => {
			state.database.forget_former_key(former.key).await?;
			tracing::info!(%key, "destroyed the old encryption key");
		},
		Err(error) => {
			let over = FormerKey { is_over: true, ..former };
			state.database.note_former_key(over).await?;
			tracing::warn!(
				%key,
				error = format!("{error:#}"),
				"the old encryption key is not used any more, but it is still in the key file: remove it with \
				 `vouchsafe-custodian key rotate --finish`"
			);
		},
	}
	Ok(())
}
