//! `vouchsafe validator`.

mod nodes;

use super::agree;
use crate::{
	args::{Agreement, ValidatorCommand},
	output::Output,
	session::{Session, Settings},
};
use anyhow::{ensure, Context, Result};
use serde_json::json;
use std::time::Duration;
use vouchsafe_agent::council::members;
use vouchsafe_client::{
	chain::{calls::SessionCall, session_keys::NewSessionKeys, ChainError, View},
	protocol::{holders::Member, storage},
};

/// How often to look whether the keys are in force.
const PAUSE: Duration = Duration::from_secs(2);

pub(super) async fn run(settings: &Settings, command: ValidatorCommand) -> Result<Output> {
	match command {
		ValidatorCommand::Rotate { no_wait, best, agreement } => {
			rotate(settings, no_wait, best, agreement).await
		},
		ValidatorCommand::Nodes(command) => nodes::run(settings, command).await,
	}
}

/// The institution or authority that the user is.
fn own_member(session: &Session) -> Result<&Member> {
	let me = session.me()?.account();
	session.member(&me).with_context(|| {
		let name = session.names.show(&me);
		format!("{name} is not an institution or authority: only these validate and have nodes")
	})
}

async fn rotate(
	settings: &Settings,
	no_wait: bool,
	best: bool,
	agreement: Agreement,
) -> Result<Output> {
	let settings = Settings { best, ..settings.clone() };
	let session = settings.connect().await?;
	let member = own_member(&session)?;
	let me = member.account.clone();
	let what = format!("session keys that this node generates, for {}", member.name);
	agree(&format!("I register new {what}."), agreement)?;
	let generated = session.chain.node().generate_session_keys(&me).await.map_err(in_words)?;
	let NewSessionKeys { keys, aura, grandpa, proof } = generated;
	let call = SessionCall::set_keys { keys, proof };
	let block = session.submit(call).await?.number;
	let json = |is_in_force: bool| {
		let [aura, grandpa] = [aura, grandpa].map(|key| format!("0x{}", hex::encode(key)));
		json!({ "block": block, "aura": aura, "grandpa": grandpa, "in_force": is_in_force })
	};
	let registered =
		format!("Your node has new session keys, and they are registered in block {block}.");
	let validates = members::validators(&session).await?.accounts().contains(&me);
	if !validates {
		let text = format!(
			"{registered} They come into force when the council makes you a validator: `vouchsafe council \
			 validators set`."
		);
		return Ok(Output::new(text, json(false)));
	}
	// What is in force in the best block is not yet what finalises blocks, so the old keys are still needed.
	if no_wait || best {
		let text = format!(
			"{registered} They come into force within two sessions, which last an hour each. Keep the old keys \
			 until then."
		);
		return Ok(Output::new(text, json(false)));
	}
	let task = session.waiting("waiting until the new keys are in force, up to two hours");
	while !are_in_force(&session, aura, grandpa).await? {
		tokio::time::sleep(PAUSE).await;
		let now = members::validators(&session).await?.accounts();
		ensure!(
			now.contains(&me),
			"{registered} But {} is no longer a validator, so they do not come into force",
			member.name
		);
	}
	drop(task);
	let text = format!(
		"{registered} They are in force. In the node's keystore, keep the two files whose names end in {} and {}. \
		 You may remove the others.",
		hex::encode(aura),
		hex::encode(grandpa)
	);
	Ok(Output::new(text, json(true)))
}

/// Whether the keys make and finalise blocks.
async fn are_in_force(session: &Session, aura: [u8; 32], grandpa: [u8; 32]) -> Result<bool> {
	let at = session.finalized().await?;
	let authors = at.read(storage::block_authors()).await?.unwrap_or_default();
	let finalise = at.read(storage::authorities()).await?.unwrap_or_default();
	Ok(authors.contains(&aura) && finalise.iter().any(|(key, _)| *key == grandpa))
}

/// Why the node generates no keys.
fn in_words(error: ChainError) -> anyhow::Error {
	let what = match error.to_string().contains("unsafe") {
		true => {
			"the node refuses to generate keys here: name your own node with --node, on its own machine, or \
			 start it with --rpc-methods unsafe while you do this"
		},
		false => "the node did not generate keys",
	};
	anyhow::Error::from(error).context(what)
}
