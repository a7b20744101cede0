//! A thief who takes the disk of a custodian that was killed, and looks for shares that it had destroyed.

use super::{custodian::carried, scene::HOSPITAL_B, Attack, By, Played};
use crate::{
	commands::{self, pending_opening},
	network::Network,
	process::{until, TIMEOUT},
	scenario::Scenario,
	stops,
};
use aho_corasick::AhoCorasick;
use anyhow::{ensure, Context, Result};
use rusqlite::{Connection, OpenFlags};
use std::{
	path::Path,
	time::{Duration, Instant},
};
use vouchsafe_client::messages::Hex;

/// The attack.
pub const ATTACKS: &[Attack] = &[Attack::in_turn(
	"2.7b",
	"A thief finds destroyed shares on the disk of a custodian that was killed",
	|network| Box::pin(shares_on_a_stolen_disk(network)),
)];

/// How soon after the revocation a share must be gone from the disk.
const SOON: Duration = Duration::from_secs(30);
/// So many bytes of a secret are not on the disk by chance.
const PART: usize = 16;

/// The encrypted share that a patient carried for a record, and the sealed key that opens it.
fn carried_share(database: &Path, record: &[u8; 32]) -> Result<[Vec<u8>; 2]> {
	let database = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
	let share = "SELECT ciphertext, sealed FROM shares JOIN share_keys ON share_keys.id = key \
		WHERE record = ?1 AND consent >= 0";
	Ok(database.query_row(share, [record], |row| Ok([row.get(0)?, row.get(1)?]))?)
}

/// The file of the folder that has one of these secrets, or a part of it.
fn found_in(folder: &Path, secrets: &[Vec<u8>]) -> Result<Option<String>> {
	let parts = AhoCorasick::new(secrets.iter().flat_map(|secret| secret.chunks_exact(PART)))?;
	for file in std::fs::read_dir(folder)? {
		let file = file?;
		// Files of content come and go.
		let Ok(bytes) = std::fs::read(file.path()) else { continue };
		if parts.is_match(&bytes) {
			return Ok(Some(file.file_name().to_string_lossy().into_owned()));
		}
	}
	Ok(None)
}

async fn shares_on_a_stolen_disk(network: &mut Network) -> Played {
	let scenario = Scenario::new(network, "//Attack//Destroyed").await?;
	let record = scenario.add_letter(&[]).await?;
	let consent = scenario.permit(&[]).await?;
	let folder = network.sites[HOSPITAL_B].custodian.store();
	let database = folder.join("custodian.sqlite");
	let id = record.parse::<Hex<32>>()?.0;
	until("B's custodian keeps the patient's share", TIMEOUT, || async {
		(carried(&database, &id)? == 1).then_some(())
	})
	.await?;
	let secrets = carried_share(&database, &id)?;
	ensure!(found_in(&folder, &secrets)?.is_some(), "it is on the disk while it is kept");

	// From here on nobody else reads the database, which would keep its log from being emptied.
	commands::revoke(&scenario.patient, consent).await?;
	let begin = Instant::now();
	let gone = until("the share is gone from the disk", SOON, || async {
		found_in(&folder, &secrets).ok()?.is_none().then_some(())
	});
	let gone = gone.await;
	network.sites[HOSPITAL_B].custodian.process.take().context("B's custodian runs")?.kill();
	let found = found_in(&folder, &secrets)?;
	let file = found.unwrap_or_default();
	stops!(file.is_empty(), "a destroyed share, in {file}, after {} s", begin.elapsed().as_secs());
	gone?;
	let took = begin.elapsed().as_secs() + 1;

	// The custodian's own share is still there.
	network.start_custodian(HOSPITAL_B).await?;
	network.wait_ready(HOSPITAL_B).await?;
	let (reader, patient) = (&scenario.doctor_b, &scenario.patient);
	scenario.permit(&["--no-carry"]).await?;
	let opening = pending_opening(reader, network, patient, "Hospital B", &record).await?;
	opening.ask(HOSPITAL_B).await.context("its own share, after it was killed")?;
	ensure!(found_in(&folder, &secrets)?.is_none(), "the destroyed share is back");
	Ok(By::Custodian.withstands(format!("nothing of the share is on the disk after {took} s")))
}
