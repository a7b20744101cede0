//! Power cuts at random moments, if this machine can mount disks. `VOUCHSAFE_CUTS` sets how many there are
//! of each kind.

use crate::suite::Suite;
use anyhow::Result;
use vouchsafe_e2e::{attack::power_cuts, disk::can_mount, process::TemporaryFolder};

static SUITE: Suite = Suite::new("power cuts", 1);

#[tokio::test(flavor = "multi_thread")]
async fn what_was_final_is_final_after_power_cuts() -> Result<()> {
	let _turn = SUITE.turn().await;
	let folder = TemporaryFolder::new()?;
	let root = folder.path();
	if let Err(error) = can_mount(root) {
		// Only root can mount disks. Nobody may take this for a passed test.
		eprintln!("POWER CUTS: NOT CHECKED, because no disk can be mounted here: {error:#}");
		return Ok(());
	}
	let cuts = std::env::var("VOUCHSAFE_CUTS").ok().map_or(Ok(1), |cuts| cuts.parse())?;
	let records = power_cuts::cut(root, cuts).await?;
	eprintln!("power cuts: {cuts} of one institution, {cuts} of all, {records} records kept");
	Ok(())
}
