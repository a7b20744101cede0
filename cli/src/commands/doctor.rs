//! `vouchsafe doctor`. The custodian's program makes the checks: it knows its configuration, its database and
//! its keys.

use crate::{args::Doctor, output::Output};
use anyhow::{bail, ensure, Context, Result};
use std::process::Stdio;
use tokio::process::Command;

pub(super) async fn run(arguments: Doctor, json: bool) -> Result<Output> {
	let Doctor { config, node_folder, custodian_program } = arguments;
	let mut command = Command::new(&custodian_program);
	command.arg("doctor").arg("--config").arg(config);
	if let Some(folder) = node_folder {
		command.arg("--node-folder").arg(folder);
	}
	if json {
		command.arg("--json");
	}
	let program = custodian_program.display().to_string();
	let ended = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().await;
	let ended = ended.with_context(|| {
		format!("cannot start {program}: install it here, or name it with --custodian-program")
	})?;
	answer(&program, ended.status.code(), &ended.stdout, json)
}

/// The answer of the program that ended with this code.
fn answer(program: &str, code: Option<i32>, stdout: &[u8], json: bool) -> Result<Output> {
	let code = match code {
		Some(0) => 0,
		Some(1) => 1,
		_ => bail!("{program} did not run the checks: install the same version as this command's"),
	};
	let text = String::from_utf8_lossy(stdout);
	ensure!(!text.trim().is_empty(), "{program} could not make the checks");
	let json = match json {
		true => {
			serde_json::from_str(&text).with_context(|| format!("{program} printed no JSON"))?
		},
		false => serde_json::Value::Null,
	};
	Ok(Output { code, ..Output::new(text.trim_end(), json) })
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::path::PathBuf;

	/// Runs another program in the custodian's place.
	async fn said(program: &str) -> Result<Output> {
		let arguments = Doctor {
			config: PathBuf::from("c.toml"),
			node_folder: Some(PathBuf::from("node")),
			custodian_program: PathBuf::from(program),
		};
		run(arguments, false).await
	}

	#[tokio::test]
	async fn the_custodians_program_is_asked() {
		let good = said("echo").await.unwrap();
		assert_eq!(good.text, "doctor --config c.toml --node-folder node");
		assert!(said("true").await.is_err(), "it printed nothing");
		let error = said("/nowhere/custodian").await.unwrap_err().to_string();
		assert!(error.contains("--custodian-program"), "{error}");
	}

	#[test]
	fn the_findings_and_the_exit_code_are_the_programs() {
		let good = answer("p", Some(0), b"good\n", false).unwrap();
		assert_eq!((good.text.as_str(), good.code), ("good", 0));
		let bad = answer("p", Some(1), b"[1]", true).unwrap();
		assert_eq!((bad.json, bad.code), (serde_json::json!([1]), 1));
		for code in [None, Some(2), Some(101)] {
			let error = answer("p", code, b"x", false).unwrap_err().to_string();
			assert!(error.contains("install the same version"), "{error}");
		}
		assert!(answer("p", Some(1), b"", false).is_err());
		assert!(answer("p", Some(0), b"text", true).is_err());
	}
}
