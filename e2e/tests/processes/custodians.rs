//! The attacks of `make attack` that stop and start processes of a network, one after the other. Before
//! them, backups are made while a custodian runs, and one is restored.

use crate::{
	restores::a_backup_is_checked_and_restored,
	rotations::a_key_is_replaced_while_the_custodian_serves, suite::Suite,
};
use anyhow::{ensure, Context, Result};
use std::{os::unix::fs::PermissionsExt, process::Output};
use vouchsafe_e2e::{
	attack::{all, print::line, Stage},
	network::{Network, Site},
};

static SUITE: Suite = Suite::new("custodians", 1);

#[tokio::test(flavor = "multi_thread")]
async fn backups_are_made_and_every_attack_in_turn_is_stopped() -> Result<()> {
	let _turn = SUITE.turn().await;
	let mut network = Network::start().await?;
	let hospital_b = &network.sites[network.index("b")];
	backups_are_made(hospital_b)?;
	let said = custodian(hospital_b, &["index", "rewind"])?;
	ensure!(said.status.success() && text(&said).contains("nothing to do"), "{said:?}");
	crate::doctor::names_what_is_broken(&mut network).await?;
	a_backup_is_checked_and_restored(&mut network).await?;
	for attack in all() {
		let Stage::InTurn(play) = attack.stage else { continue };
		let ended = attack.watch(play(&mut network)).await;
		println!("{}  [{:.0} s]", line(&ended, None), ended.took.as_secs_f64());
		// Those after it need what it may have stopped.
		ensure!(!ended.has_failed(), "{} is not stopped: {:?}", attack.id, ended.played);
	}
	a_key_is_replaced_while_the_custodian_serves(&mut network).await
}

/// A copy of the database is made beside the running custodian, and replaces no file.
fn backups_are_made(site: &Site) -> Result<()> {
	let file = site.custodian.base.join("backup.sqlite");
	let name = file.to_str().context("a name in UTF-8")?;
	let made = custodian(site, &["backup", "--to", name])?;
	ensure!(!made.status.success(), "nobody is named who can decrypt it: {made:?}");
	let made = custodian(site, &["backup", "--to", name, "--plain"])?;
	ensure!(made.status.success(), "{made:?}");
	let metadata = std::fs::metadata(&file)?;
	ensure!(metadata.len() > 0 && metadata.permissions().mode() & 0o777 == 0o600, "{metadata:?}");
	let again = custodian(site, &["backup", "--to", name, "--plain"])?;
	ensure!(!again.status.success(), "the backup was replaced: {again:?}");
	Ok(())
}

/// Runs a command of the custodian's program with the configuration of a site.
pub fn custodian(site: &Site, arguments: &[&str]) -> Result<Output> {
	let mut command = site.custodian.command()?;
	command.args(arguments).arg("--config").arg(site.custodian.base.join("custodian.toml"));
	Ok(command.output()?)
}

/// What a command printed.
pub fn text(output: &Output) -> String {
	String::from_utf8_lossy(&output.stdout).into_owned()
}
