//! Proposing a study and approving it, by the commands of researchers and of the council.

use crate::{
	data,
	network::{Network, INSTITUTIONS},
	user::User,
};
use anyhow::{Context, Result};
use serde_json::json;
use std::{ffi::OsString, path::PathBuf};

/// How long reports are gathered, in seconds.
pub const GATHER: u64 = 20;
/// How long aggregators may take to answer, in seconds.
pub const ANSWER: u64 = 40;
/// A study.
#[derive(Debug)]
pub struct Asked {
	/// The name of its protocol among the examples.
	pub protocol: &'static str,
	/// The names of its aggregators.
	pub aggregators: &'static [&'static str],
	/// Its traits.
	pub traits: &'static [&'static str],
}

impl Asked {
	/// The file of the protocol.
	pub fn file(&self) -> PathBuf {
		data::example("studies").join(self.protocol)
	}
}

/// Proposes a study, to which people can be contributed for so many seconds. Returns its number.
pub async fn propose(
	network: &Network,
	researcher: &User,
	asked: &Asked,
	open: u64,
) -> Result<u32> {
	let approval = network.root.join("approval.txt");
	std::fs::write(&approval, "The ethics committee has no objections.\n")?;
	let terms = json!({
		"protocol": asked.file().canonicalize()?,
		"ethics": approval,
		"country": "DE",
		"aggregators": asked.aggregators,
		"traits": asked.traits,
		"epsilon": 1.0,
		"first_close": format!("+{open}s"),
		"gather": format!("{GATHER}s"),
		"answer": format!("{ANSWER}s"),
	});
	let file =
		researcher.home.join(format!("study-{}-{}.json", asked.protocol, asked.traits.len()));
	std::fs::write(&file, serde_json::to_vec_pretty(&terms)?)?;
	let arguments =
		[OsString::from("study"), "propose".into(), file.into_os_string(), "--yes".into()];
	let answer = researcher.run(&arguments).await?;
	let study = answer["study"].as_u64().with_context(|| format!("no number: {answer}"))?;
	Ok(u32::try_from(study)?)
}

/// Three seats of the council approve a study.
pub async fn approve(network: &Network, study: u32) -> Result<()> {
	let seats = INSTITUTIONS
		.iter()
		.take(3)
		.map(|seat| User::new(seat.seed, &network.root, &network.node_url()))
		.collect::<Result<Vec<_>>>()?;
	let study = study.to_string();
	let answer = seats[0].run(&["council", "approve-study", &study, "--yes"]).await?;
	let motion = answer["motion"].as_u64().with_context(|| format!("no motion: {answer}"))?;
	let motion = motion.to_string();
	for seat in &seats[1..] {
		seat.run(&["council", "vote", &motion, "yes", "--yes"]).await?;
	}
	seats[0].run(&["council", "close", &motion, "--yes"]).await.map(drop)
}
