//! Finds faults of a custodian and of what it needs: its machine, its database, Kubo, the node, its address,
//! and the other members. Each check is a function of facts to [`Finding`]s; gathering the facts is apart
//! from it, and changes nothing. A check whose facts cannot be had says so, and the others go on.

pub mod custodians;
pub mod kubo;
pub mod machine;
pub mod node;
#[cfg(test)]
mod tests;

use crate::config::Config;
use clap::Args;
use custodians::Own;
use serde::Serialize;
use std::{
	fmt,
	future::Future,
	path::{Path, PathBuf},
	process::ExitCode,
	time::Duration,
};
use tokio::{task::spawn_blocking, time::timeout};
use vouchsafe_client::chain::AccountId;

/// How long it takes to gather some facts, at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// The arguments of `vouchsafe-custodian doctor`.
#[derive(Args)]
pub struct DoctorArguments {
	/// Configuration file.
	#[arg(long, value_name = "FILE")]
	config: PathBuf,
	/// Folder of the node's database and keys, whose modes are checked too.
	#[arg(long, value_name = "FOLDER")]
	node_folder: Option<PathBuf>,
	/// Print the findings in JSON.
	#[arg(long)]
	json: bool,
}

/// Checks everything, and prints the findings.
pub fn run(arguments: &DoctorArguments) -> anyhow::Result<ExitCode> {
	let findings = examine(&arguments.config, arguments.node_folder.as_deref())?;
	match arguments.json {
		true => println!("{}", serde_json::to_string_pretty(&findings)?),
		false => println!("{}", text(&findings)),
	}
	Ok(ExitCode::from(u8::from(is_bad(&findings))))
}

/// How well something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
	/// As it should be.
	Good,
	/// Not known, because something else is bad.
	NotChecked,
	/// It works, and somebody should look at it.
	Warning,
	/// It does not work, or will not for long.
	Bad,
}

impl fmt::Display for Level {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.pad(match self {
			Self::Good => "good",
			Self::NotChecked => "not checked",
			Self::Warning => "warning",
			Self::Bad => "bad",
		})
	}
}

/// What a check has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
	/// What was checked.
	pub check: String,
	/// How well it is.
	pub level: Level,
	/// How it is, in a sentence.
	pub says: String,
	/// The command that helps, or what to do.
	#[serde(skip_serializing_if = "Option::is_none")]
	pub help: Option<String>,
}

impl Finding {
	fn new(level: Level, check: &str, says: impl Into<String>, help: Option<String>) -> Self {
		Self { check: check.into(), level, says: one_line(&says.into()), help }
	}

	fn good(check: &str, says: impl Into<String>) -> Self {
		Self::new(Level::Good, check, says, None)
	}

	fn not_checked(check: &str, why: &str) -> Self {
		Self::new(Level::NotChecked, check, why, None)
	}

	fn warning(check: &str, says: impl Into<String>, help: impl Into<String>) -> Self {
		Self::new(Level::Warning, check, says, Some(help.into()))
	}

	fn bad(check: &str, says: impl Into<String>, help: impl Into<String>) -> Self {
		Self::new(Level::Bad, check, says, Some(help.into()))
	}
}

impl fmt::Display for Finding {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let Self { check, level, says, help } = self;
		write!(f, "{level:<13}{check}: {says}")?;
		match help {
			Some(help) => write!(f, " -> {help}"),
			None => Ok(()),
		}
	}
}

/// A text of another machine, as a part of a line.
fn one_line(text: &str) -> String {
	text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// All findings as people read them: a line for each, and one that sums them up.
pub fn text(findings: &[Finding]) -> String {
	let count = |level| findings.iter().filter(|finding| finding.level == level).count();
	let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
	let mut sum = format!(
		"good: {}, warnings: {}, bad: {}",
		count(Level::Good),
		count(Level::Warning),
		count(Level::Bad)
	);
	match count(Level::NotChecked) {
		0 => {},
		left_out => sum += &format!(", not checked: {left_out}"),
	}
	format!("{}\n\n{sum}", lines.join("\n"))
}

/// Whether something is bad.
pub fn is_bad(findings: &[Finding]) -> bool {
	findings.iter().any(|finding| finding.level == Level::Bad)
}

/// Reads the configuration and checks everything. `node_folder` is the folder of the node's database and
/// keys, whose modes are checked too.
pub fn examine(file: &Path, node_folder: Option<&Path>) -> anyhow::Result<Vec<Finding>> {
	let config = match Config::read(file) {
		Ok(config) => config,
		Err(error) => {
			let help = "sample.toml explains every entry";
			return Ok(vec![Finding::bad("configuration", format!("{error:#}"), help)]);
		},
	};
	let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
	let findings = runtime.block_on(all(&config, file, node_folder));
	runtime.shutdown_timeout(Duration::from_secs(1));
	Ok(findings)
}

async fn all(config: &Config, file: &Path, node_folder: Option<&Path>) -> Vec<Finding> {
	let (store, paths) =
		(config.store.directory.clone(), machine::paths(config, file, node_folder));
	let on_machine =
		spawn_blocking(move || (machine::modes(&paths), machine::Stored::read(&store)));
	let (on_machine, kubo, own, chain) = tokio::join!(
		in_time(async { on_machine.await.map_err(|error| error.to_string()) }),
		in_time(kubo::Facts::gather(config)),
		in_time(Own::gather(config)),
		in_time(node::connect(config)),
	);
	let mut findings = vec![custodians::running(&config.api, &own)];
	let (genesis, indexed) = match on_machine {
		Ok((modes, stored)) => {
			findings.push(machine::files(&modes));
			findings.extend(machine::database(&stored));
			findings.push(machine::room(&config.store, &stored));
			findings.extend(machine::backups(config.backup.kept_days, &stored));
			let stored = stored.facts.ok();
			let genesis = config.chain.genesis.map(|hash| hash.0);
			let seen = stored.as_ref().and_then(|it| it.genesis);
			(genesis.or(seen), stored.map(|it| it.indexed))
		},
		Err(why) => {
			findings.push(Finding::bad("files", why, "look at the disk: dmesg"));
			(None, None)
		},
	};
	findings.extend(kubo::check(config.kubo.as_ref(), &kubo));
	let account = match &own {
		Ok(Own { about: Some(about), .. }) => Some(AccountId::new(about.account.0)),
		_ => custodians::of_key_file(config),
	};
	let facts = match chain {
		Ok(chain) => in_time(node::Facts::gather(&chain, account, indexed)).await,
		Err(error) => Err(error),
	};
	findings.extend(node::check(&config.chain.node, genesis, &facts));
	let Ok(facts) = facts else {
		let names = ["clock", "address", "members", "versions"];
		let missing = names.map(|name| Finding::not_checked(name, "the node does not answer"));
		findings.extend(missing);
		return findings;
	};
	let seen = custodians::Seen::gather(&facts.members).await;
	findings.push(custodians::clock(&facts, &seen));
	findings
		.extend(node::blocks(&facts, custodians::others_ahead(&facts, &seen).unwrap_or_default()));
	findings.push(custodians::address(&facts, own.as_ref().ok(), &seen));
	findings.extend(custodians::members(&facts, &seen));
	findings.push(custodians::versions(&facts, own.as_ref().ok(), &seen));
	findings
}

/// The facts, if they come in time.
async fn in_time<T>(gathering: impl Future<Output = Result<T, String>>) -> Result<T, String> {
	let late = |_| format!("it does not answer within {} s", PATIENCE.as_secs());
	timeout(PATIENCE, gathering).await.map_err(late)?
}
