//! A custodian loses its disk and goes on with a backup. A consent ended after the backup, and a record was
//! added. The test is part of `custodians`, and uses its network.

use crate::custodians::{custodian, text};
use anyhow::{ensure, Context, Result};
use rusqlite::{Connection, OpenFlags};
use std::{
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	process::Output,
};
use vouchsafe_client::messages::{About, Hex, Readiness};
use vouchsafe_e2e::{
	commands,
	network::Network,
	process::{until, TIMEOUT},
	scenario::Scenario,
};

/// An age identity of this test, and its recipient.
const IDENTITY: &str = "AGE-SECRET-KEY-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSKMP32K";
const RECIPIENT: &str = "age1zwlyl6h27gzv0lfntr7fcqrjrzqazap8sy5zylkxwneh7llf0dksu37mwt";

/// Hospital B's custodian, its database, and its backup.
struct Backup {
	index: usize,
	store: PathBuf,
	file: PathBuf,
	identity: PathBuf,
}

impl Backup {
	fn new(network: &Network) -> Result<Self> {
		let index = network.index("b");
		let custodian = &network.sites[index].custodian;
		let (file, identity) = (custodian.base.join("backup.age"), custodian.base.join("identity"));
		std::fs::write(&identity, IDENTITY)?;
		std::fs::set_permissions(&identity, PermissionsExt::from_mode(0o600))?;
		Ok(Self { index, store: custodian.store(), file, identity })
	}

	/// The first column of the only row.
	fn count(&self, query: &str, record: &[u8; 32]) -> Option<i64> {
		let file = self.store.join("custodian.sqlite");
		let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
		database.query_row(query, [record], |row| row.get(0)).ok()
	}

	fn carried(&self, record: &[u8; 32]) -> Option<i64> {
		self.count("SELECT count(*) FROM shares WHERE record = ?1 AND consent >= 0", record)
	}

	/// Waits until the custodian has acknowledged a record.
	async fn wait_acknowledged(&self, record: &[u8; 32]) -> Result<()> {
		let query = "SELECT count(*) FROM versions WHERE record = ?1 AND acknowledged > 0";
		until("B's custodian acknowledges it", TIMEOUT, || async {
			(self.count(query, record)? == 1).then_some(())
		})
		.await
	}

	fn restore(&self, network: &Network, further: &[&str]) -> Result<Output> {
		let (file, identity) = (name(&self.file)?, name(&self.identity)?);
		let arguments = [&["restore", file, "--identity", identity][..], further].concat();
		custodian(&network.sites[self.index], &arguments)
	}

	/// Checks the backup against the chain, which must end with this code. Returns what it prints.
	fn check(&self, network: &Network, code: i32) -> Result<String> {
		let checked = self.restore(network, &["--check"])?;
		ensure!(checked.status.code() == Some(code), "the exit code should be {code}: {checked:?}");
		Ok(text(&checked))
	}
}

fn name(path: &Path) -> Result<&str> {
	path.to_str().context("a name in UTF-8")
}

/// Makes a backup, changes what it says, restores it, and lets the custodian go on.
pub async fn a_backup_is_checked_and_restored(network: &mut Network) -> Result<()> {
	let scenario = Scenario::new(network, "//Restore").await?;
	let backup = Backup::new(network)?;
	let id = |record: &str| anyhow::Ok(record.parse::<Hex<32>>()?.0);
	let record = id(&scenario.add_letter(&[]).await?)?;
	let consent = scenario.permit(&[]).await?;
	until("B's custodian keeps the patient's share", TIMEOUT, || async {
		(backup.carried(&record)? == 1).then_some(())
	})
	.await?;
	backup.wait_acknowledged(&record).await?;
	let to = ["backup", "--to", name(&backup.file)?, "--recipient", RECIPIENT];
	let made = custodian(&network.sites[backup.index], &to)?;
	ensure!(made.status.success(), "{made:?}");
	let said = backup.check(network, 0)?;
	ensure!(said.contains(" 0 missing") && said.contains(" 0 too many"), "{said}");

	commands::revoke(&scenario.patient, consent).await?;
	let later = id(&scenario.add_letter(&[]).await?)?;
	backup.wait_acknowledged(&later).await?;
	until("B's custodian destroys the patient's share", TIMEOUT, || async {
		(backup.carried(&record)? == 0).then_some(())
	})
	.await?;
	let said = backup.check(network, 2)?;
	let missing = format!("missing: record {}", Hex(later));
	let too_many = format!("too many: record {}", Hex(record));
	ensure!(said.contains(&missing) && said.contains(&too_many), "{said}");

	let running = backup.restore(network, &[])?;
	let refused = String::from_utf8_lossy(&running.stderr);
	ensure!(!running.status.success() && refused.contains("stop it first"), "{running:?}");
	let process = network.sites[backup.index].custodian.process.take();
	ensure!(process.context("B's custodian runs")?.stop(), "it does not stop");
	let exists = backup.restore(network, &[])?;
	let refused = String::from_utf8_lossy(&exists.stderr);
	ensure!(!exists.status.success() && refused.contains("Move it away"), "{exists:?}");
	for end in ["", "-wal", "-shm"] {
		let file = backup.store.join(format!("custodian.sqlite{end}"));
		if file.exists() {
			std::fs::remove_file(file)?;
		}
	}
	let restored = backup.restore(network, &[])?;
	ensure!(restored.status.success(), "{restored:?}");
	ensure!(backup.carried(&record) == Some(1), "the backup has the share that was destroyed");

	network.start_custodian(backup.index).await?;
	let custodian = &mut network.sites[backup.index].custodian;
	let (about, http) = (format!("{}/v1/custodian", custodian.own_url()), custodian.http()?);
	let serves = || async {
		let about: About = http.get(&about).send().await.ok()?.json().await.ok()?;
		about.institution
	};
	custodian.process.as_mut().context("it was started")?.until(serves).await?;
	ensure!(
		backup.carried(&record) == Some(0),
		"it serves before it has destroyed the share again"
	);
	let log = custodian.process.as_ref().context("it was started")?.log.clone();
	let named = Hex(later).to_string();
	until("the custodian names what is missing", TIMEOUT, || async {
		let log = std::fs::read_to_string(&log).ok()?;
		log.lines().any(|line| line.contains("is missing") && line.contains(&named)).then_some(())
	})
	.await?;
	let ready = format!("{}/ready", custodian.monitoring_url());
	until("it says so under /ready", TIMEOUT, || async {
		let ready: Readiness = http.get(&ready).send().await.ok()?.json().await.ok()?;
		ready.backup.detail.contains("versions missing since then: 1").then_some(())
	})
	.await?;
	network.wait_ready(backup.index).await
}
